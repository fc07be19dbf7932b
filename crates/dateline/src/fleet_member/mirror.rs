//! The whole fleet as this member shows it: a journal that follows the fleet's topics, under the API and the console of a daemon by itself.

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use dateline_fleet::{FleetMirror, MirrorProgress};
use dateline_journal::{Durability, Journal, Options};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::feeds::MemberFeeds;
use crate::api::{Sources, WriteAccess};
use crate::config::Settings;
use crate::daemon::{pulse_without_engine, reachable};
use crate::failure::Failure;
use crate::metrics::Metrics;
use crate::recorded_pages::RecordedPages;
use crate::retention;
use crate::run_record::RunRecord;
use crate::status::FeedCatalogue;

/// What else it is made of.
pub(super) struct MirrorParts {
    pub(super) address: SocketAddr,
    pub(super) feeds: watch::Receiver<Option<Arc<MemberFeeds>>>,
    pub(super) metrics: Arc<Metrics>,
}

/// Follows the fleet among `tasks`, and gives what the API tells about, and how far it is.
pub(super) fn start(
    settings: &Settings,
    parts: MirrorParts,
    tasks: &mut JoinSet<Result<(), Failure>>,
    stop: &CancellationToken,
) -> Result<(Sources, watch::Receiver<MirrorProgress>), Failure> {
    let MirrorParts { address, mut feeds, metrics } = parts;
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
        story_tables: watch::channel(None).1,
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
