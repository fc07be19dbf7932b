//! The whole fleet as this member shows it: a journal that follows the fleet's topics, under the API and the console of a daemon by itself.

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use dateline_fleet::{FleetMirror, MemberStatus, MirrorProgress};
use dateline_journal::{Durability, Journal, Options};
use dateline_stories::story::StoryTables;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::feeds::MemberFeeds;
use crate::api::{Sources, WriteAccess};
use crate::config::Settings;
use crate::daemon::{pulse_without_engine, reachable};
use crate::failure::Failure;
use crate::fleet_status::FleetInquiry;
use crate::metrics::Metrics;
use crate::recorded_pages::RecordedPages;
use crate::retention;
use crate::run_record::RunRecord;
use crate::status::{FeedCatalogue, FleetMembership};

/// What else it is made of.
pub(super) struct MirrorParts {
    pub(super) address: SocketAddr,
    pub(super) feeds: watch::Receiver<Option<Arc<MemberFeeds>>>,
    pub(super) metrics: Arc<Metrics>,
    /// How the member is.
    pub(super) status: watch::Receiver<MemberStatus>,
    /// Why it doesn't go by the newest feeds, where it doesn't.
    pub(super) feeds_error: watch::Receiver<Option<String>>,
    /// Why it doesn't go by the newest settings that all share, where it doesn't.
    pub(super) settings_error: watch::Receiver<Option<String>>,
    /// Where Kafka is asked about the whole fleet.
    pub(super) inquiry: FleetInquiry,
    /// What its stories' reports are compared by, if it has that.
    pub(super) story_tables: Option<Arc<StoryTables>>,
}

/// Follows the fleet among `tasks`, and gives what the API tells about, and how far it is.
pub(super) fn start(
    settings: &Settings,
    parts: MirrorParts,
    tasks: &mut JoinSet<Result<(), Failure>>,
    stop: &CancellationToken,
) -> Result<(Sources, watch::Receiver<MirrorProgress>), Failure> {
    let MirrorParts {
        address,
        mut feeds,
        metrics,
        status,
        feeds_error,
        settings_error,
        inquiry,
        story_tables,
    } = parts;
    let path = settings.shown_journal_path();
    // It is read anew: what it was before is nothing that anybody goes on from.
    if let Some(folder) = path.parent()
        && let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(Failure::io(format!("{} cannot be deleted", folder.display()))(error));
    }
    let options = Options { durability: Durability::Process, ..Options::default() };
    let unusable = |source| Failure::Journal { path: path.clone(), source };
    let journal = Journal::open(&path, options).map_err(unusable)?;
    let (progress, told) = watch::channel(MirrorProgress::Reading);
    let mirror = FleetMirror {
        kafka: settings.kafka.clone(),
        fleet: settings.fleet.clone(),
        journal: journal.clone(),
        progress,
    };
    let (runtime, stopping) = (Handle::current(), stop.clone());
    tasks.spawn_blocking(move || {
        mirror.follow(&runtime, &stopping);
        Ok(())
    });
    let (catalogue, told_feeds) = watch::channel(Arc::new(FeedCatalogue::new(&[], &[], &settings.poll)));
    let stopping = stop.clone();
    tasks.spawn(async move {
        let follow = async {
            loop {
                if let Some(known) = &*feeds.borrow_and_update() {
                    catalogue.send_replace(known.catalogue());
                }
                if feeds.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = follow => {}
            () = stopping.cancelled() => {}
        }
        Ok(())
    });
    let (in_force, rules) = watch::channel(retention::rules(settings));
    let (retained, stopping) = (journal.clone(), stop.clone());
    tasks.spawn(async move {
        let _in_force = in_force;
        retention::run(retained, rules, stopping).await;
        Ok(())
    });
    let write_access = WriteAccess::new(address, settings.api.clone()).with_console(settings.console.clone());
    let sources = Sources {
        run_record: RunRecord::of_this_process(format!("http://{}", reachable(address)), &path),
        feeds: told_feeds,
        metrics,
        pulse: pulse_without_engine(journal.clone(), stop.clone()),
        journal,
        relay: None,
        member: Some(FleetMembership {
            fleet: settings.fleet.name.clone(),
            member: settings.fleet.member.clone(),
            status,
            feeds_error,
            settings_error,
            mirror: told.clone(),
            inquiry,
        }),
        story_tables: watch::channel(story_tables).1,
        recorded_pages: Arc::new(RecordedPages::new(None)),
        sinks: Vec::new(),
        envelope: settings.envelope(),
        topics: settings.kafka.topics.clone(),
        websub: None,
        engine: None,
        write_access: watch::channel(write_access).1,
        reloader: None,
    };
    Ok((sources, told))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use axum::{Router, routing};
    use dateline_wire::Secret;
    use serde_json::Value;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::api::serve_beside;
    use crate::config::{HttpSettings, read_story_tables};

    async fn get(address: SocketAddr, path: &str) -> String {
        let answer = ask(address, path, &format!("Host: {address}")).await;
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    async fn ask(address: SocketAddr, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\n{headers}\r\nAccept: text/html,application/json\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[test]
    fn a_member_tells_that_it_is_one_whether_it_has_a_session_and_where_its_events_come_from() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(tells_of_itself());
        // Whoever asks a broker that doesn't answer is left to it.
        runtime.shutdown_background();
    }

    async fn tells_of_itself() {
        let (folder, mut tasks, stop) =
            (tempfile::tempdir().unwrap(), JoinSet::new(), CancellationToken::new());
        let _stop_at_the_end = stop.clone().drop_guard();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings { data_dir: folder.path().to_owned(), ..Settings::default() };
        (settings.fleet.name, settings.fleet.member) = ("news".to_owned(), "host-1".to_owned());
        settings.api.token = Some(Secret::new("one-token-for-tests"));
        // Nobody answers there.
        settings.kafka.brokers = "127.0.0.1:1".to_owned();
        let status = watch::Sender::new(MemberStatus::default());
        let (feeds_error, settings_error) = (watch::Sender::new(None), watch::Sender::new(None));
        let tables = read_story_tables(Path::new("../../config/stories")).unwrap();
        let parts = MirrorParts {
            address,
            feeds: watch::channel(None).1,
            metrics: Arc::default(),
            status: status.subscribe(),
            feeds_error: feeds_error.subscribe(),
            settings_error: settings_error.subscribe(),
            inquiry: FleetInquiry::new(&settings),
            story_tables: Some(Arc::new(tables)),
        };
        let (sources, _) = start(&settings, parts, &mut tasks, &stop).unwrap();
        assert!(sources.story_tables.borrow().is_some(), "numbers that differ are found by them");
        let stopping = stop.clone();
        let server = tokio::spawn(async move {
            let own = Router::new().route("/v1/member", routing::get(async || "a member"));
            serve_beside(own, listener, &HttpSettings::default(), Some(sources), stopping).await;
        });

        let told: Value = serde_json::from_str(&get(address, "/v1/status").await).unwrap();
        assert_eq!((told["verdict"].as_str(), told["member"]["fleet"].as_str()), (Some("ok"), Some("news")));
        for path in ["/", "/sinks"] {
            let page = get(address, path).await;
            assert!(page.contains("href=\"/fleet\""), "{page}");
            assert!(
                page.contains("what the fleet news has published is still being read from Kafka"),
                "{page}"
            );
            assert!(!page.contains("no Kafka is configured") && !page.contains("brokers"), "{page}");
        }

        let page = get(address, "/fleet").await;
        assert!(page.contains("no broker of kafka.brokers (127.0.0.1:1) has answered within 8 s"), "{page}");

        for (error, kind, why) in [
            (&settings_error, "fleet_settings", "version 3 has a setting that is unknown here"),
            (&feeds_error, "fleet_feeds", "a secret is missing"),
        ] {
            error.send_replace(Some(why.to_owned()));
            let told: Value = serde_json::from_str(&get(address, "/v1/status").await).unwrap();
            let fault = &told["faults"][0];
            assert_eq!(
                (told["verdict"].as_str(), fault["kind"].as_str(), fault["detail"].as_str()),
                (Some("degraded"), Some(kind), Some(why))
            );
            let page = get(address, "/").await;
            assert!(page.contains(why), "{page}");
        }

        status.send_modify(|status| status.last_error = Some("Kafka does not answer".to_owned()));
        let told: Value = serde_json::from_str(&get(address, "/v1/status").await).unwrap();
        assert_eq!(
            (told["verdict"].as_str(), told["faults"][0]["kind"].as_str()),
            (Some("not_ready"), Some("session_lost"))
        );
        let page = get(address, "/").await;
        assert!(
            page.contains("host-1, has lost its session") && page.contains("Kafka does not answer"),
            "{page}"
        );
        // What a member alone answers is asked under the same names as the rest.
        for path in ["/v1/member", "/v1/status"] {
            let refused = ask(address, path, "Host: evil.example").await;
            assert!(refused.starts_with("HTTP/1.1 421 "), "{refused}");
            let answered =
                ask(address, path, "Host: evil.example\r\nAuthorization: Bearer one-token-for-tests").await;
            assert!(answered.starts_with("HTTP/1.1 200 "), "{answered}");
        }
        stop.cancel();
        server.await.unwrap();
    }
}
