//! The daemon as a member of a fleet: for each shard that it holds, an engine over the shard's journal; the events go to Kafka with it.
//!
//! The API and the console show the whole fleet, as a [mirror] has it. What a daemon by itself has beside that (the relay, webhooks and files,
//! subscriptions at hubs) rests on one journal, and is not there.

mod api;
mod feeds;
mod journals;
mod mirror;
mod reporting;
mod settings;
mod shard_engine;
mod shared_settings;
mod stories;

use std::path::Path;
use std::sync::Arc;

use dateline_fetcher::{Clock, Fetcher};
use dateline_fleet::{FleetError, Member, MemberProcess, MemberReporter, check_shards, follow_feeds};
use tokio::net::TcpListener;
use tokio::signal::unix::SignalKind;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::feeds::FeedsReading;
use self::journals::HeldJournals;
use self::reporting::ReportSources;
use self::settings::{MemberConfig, SettingsReading};
use self::shard_engine::ShardEngine;
use crate::api::serve_beside;
use crate::config::Config;
use crate::daemon::{SEED, Signals, announce, listen_for};
use crate::engine::shared_room;
use crate::failure::Failure;
use crate::fleet_status::FleetInquiry;
use crate::groundwork::Groundwork;
use crate::metrics::Metrics;
use crate::proxies::CountingTransport;
use crate::run_record::RunRecord;
use crate::{retention, service_manager};

/// Why a member reads nothing anew, and what to do.
pub(crate) const RELOAD_REFUSAL: &str = "a member of a fleet reads its configuration when it starts: restart the members one after another, which moves no \
                                         shard that is back within the session. The fleet's feeds and the settings that all share (`dateline feed`, \
                                         `dateline fleet apply`) they follow at once";

/// Runs until a signal, or until something it cannot work without fails. `config`, its own, was read from `path`; what the fleet shares of it is read from
/// a topic, and when that changes the member begins anew, as one that is restarted.
///
/// # Errors
/// Why it could not start or had to stop.
pub(crate) async fn run(path: &Path, config: Config) -> Result<(), Failure> {
    // Before anything is asked of Kafka: what this machine refuses it refuses at once.
    Groundwork::lay(&config, Arc::default())?;
    let mut signals = Signals::listen()?;
    let (kafka, fleet) = (config.settings.kafka.clone(), config.settings.fleet.clone());
    let checked = tokio::task::spawn_blocking(move || check_shards(&kafka, &fleet));
    checked.await.map_err(|error| Failure::Other(error.to_string()))?.map_err(failed)?;
    let listen = config.settings.http.listen;
    let unusable = || {
        Failure::io(format!("the API cannot listen on {listen}; set `listen` in [http] to a free address"))
    };
    let listener = TcpListener::bind(listen).await.and_then(TcpListener::into_std).map_err(unusable())?;
    let address = listener.local_addr().map_err(Failure::io("the API's address"))?;
    let process = MemberProcess::new(RunRecord::this_machine());
    let reading = SettingsReading::of(path, &config.settings);
    let first = reading.clone();
    let first = tokio::task::spawn_blocking(move || first.first(config)).await;
    let mut member = first.map_err(|error| Failure::Other(error.to_string())).flatten()?;
    announce(address);
    loop {
        reading.tell(&member);
        // Whoever connects while it begins anew waits.
        let listener = listener.try_clone().and_then(TcpListener::from_std).map_err(unusable())?;
        match run_with(member, &reading, &process, listener, &mut signals).await? {
            None => return Ok(()),
            Some(next) => member = next,
        }
    }
}

/// Runs with the fleet's settings in one version; gives the configuration to go on with where there is another.
async fn run_with(
    member: MemberConfig,
    reading: &SettingsReading,
    process: &MemberProcess,
    listener: TcpListener,
    signals: &mut Signals,
) -> Result<Option<MemberConfig>, Failure> {
    let MemberConfig { config, version: settings_version, error } = member;
    let metrics = Arc::new(Metrics::default());
    let Groundwork { live, traces, .. } = Groundwork::lay(&config, metrics.clone())?;
    let Config { settings, subject, sites, agencies, story_tables, .. } = config;
    let mut hangup = listen_for(SignalKind::hangup())?;
    let address = listener.local_addr().map_err(Failure::io("the API's address"))?;
    let transport = Arc::new(CountingTransport::new(live, metrics.clone()));
    let fetcher = Fetcher::new(transport, settings.fetch.clone(), settings.poll.clone(), Clock::System, SEED)
        .with_page_memory(settings.engine.max_page_memory_bytes);
    let made = Member::new(
        settings.kafka.clone(),
        settings.fleet.clone(),
        settings.envelope(),
        settings.member_folder(),
    );
    let member = made.map_err(|error| Failure::Other(error.to_string()))?.of_process(process.clone());
    let story_tables = story_tables.map(Arc::new);
    let member = if story_tables.is_some() { member.with_stories() } else { member };
    #[cfg(feature = "faulty-members")]
    let member = match std::env::var("FLEET_MUTATION").as_deref() {
        Ok("fence") => member.without_fence(),
        Ok("session") => member.without_session_check(),
        _ => member,
    };
    let status = member.status();
    let reporter = MemberReporter::new(&settings.kafka, &settings.fleet)
        .map_err(|error| Failure::Other(error.to_string()))?;
    let (feeds_reading, feeds) = FeedsReading::of(&settings);
    let journals = Arc::new(HeldJournals::default());
    let work = Arc::new(ShardEngine {
        fetcher,
        subject: Arc::new(subject),
        sites: Arc::new(sites),
        agencies: Arc::new(agencies),
        story_tables: story_tables.clone(),
        feeds: feeds.clone(),
        journals: journals.clone(),
        retention: watch::Sender::new(retention::rules(&settings)),
        extraction_room: shared_room(&settings.engine),
        metrics: metrics.clone(),
        traces: traces.clone(),
        settings: settings.clone(),
    });

    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let (told, followed) = watch::channel(None);
    let (kafka, fleet, stopping) = (settings.kafka.clone(), settings.fleet.clone(), stop.clone());
    tasks.spawn_blocking(move || {
        follow_feeds(&kafka, &fleet, &told, &stopping);
        Ok(())
    });
    let feeds_error = feeds_reading.error();
    let settings_error = watch::Sender::new(error);
    let (stopping, feeds_followed) = (stop.clone(), followed.clone());
    tasks.spawn(async move {
        tokio::select! {
            () = feeds_reading.run(feeds_followed) => {}
            () = stopping.cancelled() => {}
        }
        Ok(())
    });
    let inquiry = FleetInquiry::new(&settings);
    let parts = mirror::MirrorParts {
        address,
        feeds: feeds.clone(),
        metrics,
        feeds_error: feeds_error.clone(),
        settings_error: settings_error.subscribe(),
        status: status.clone(),
        inquiry: inquiry.clone(),
        story_tables,
    };
    let mirrored =
        settings.fleet.mirror.then(|| mirror::start(&settings, parts, &mut tasks, &stop)).transpose()?;
    let (shown, progress) = mirrored.unzip();
    let sources = ReportSources {
        member: settings.fleet.member.clone(),
        process: process.clone(),
        status: status.clone(),
        feeds,
        feeds_error: feeds_error.clone(),
        journals,
        settings_version,
        settings_error: settings_error.subscribe(),
        settings: shared_settings::digests(&settings),
    };
    let stopping = stop.clone();
    tasks.spawn(async move {
        tokio::select! {
            () = reporting::run(reporter, sources) => {}
            () = stopping.cancelled() => {}
        }
        Ok(())
    });
    let stopping = stop.clone();
    tasks.spawn(async move { member.run(work, stopping).await.map_err(failed) });
    let settings_gone_by = (settings_version, settings_error.subscribe());
    let routes = api::routes(status, feeds_error, settings_gone_by, progress, inquiry, &settings);
    let stopping = stop.clone();
    let http = settings.http.clone();
    tasks.spawn(async move {
        serve_beside(routes, listener, &http, shown, stopping).await;
        Ok(())
    });
    service_manager::ready(address);
    tracing::info!(fleet = settings.fleet.name, member = settings.fleet.member, "a member of a fleet");
    let told_why = async {
        while hangup.recv().await.is_some() {
            tracing::warn!("SIGHUP: {RELOAD_REFUSAL}");
        }
        std::future::pending().await
    };
    let ended = tokio::select! {
        () = signals.next() => Ok(None),
        next = reading.clone().next(settings_version, followed, settings_error) => Ok(Some(next)),
        Some(ended) = tasks.join_next() => {
            ended.map_err(|error| Failure::Other(error.to_string())).flatten().map(|()| None)
        }
        () = told_why => Ok(None),
        // Each shard's engine ends with its session; what hangs here is the runtime.
        () = service_manager::watchdog(|| true) => Ok(None),
    };
    match &ended {
        Ok(Some(next)) => {
            tracing::info!(version = next.version, "the fleet has other settings: beginning anew with them")
        }
        _ => service_manager::stopping(),
    }
    stop.cancel();
    let drained = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(settings.shutdown_grace, drained).await.is_err() {
        tracing::warn!("the grace is over; the shards pass to others with what is under way");
        // What is still at work here must not meet what begins anew.
        if let Ok(Some(next)) = &ended {
            let version = next.version;
            return Err(Failure::Other(format!(
                "what is under way did not end in time to begin anew with version {version} of the fleet's settings: start the member again"
            )));
        }
    }
    traces.finish().await;
    tracing::info!("stopped");
    ended
}

/// Why a member has ended.
fn failed(error: FleetError) -> Failure {
    let why = format!("the fleet: {error}");
    match error {
        FleetError::Twin { .. } => Failure::Twin(why),
        _ => Failure::Other(why),
    }
}

/// Refuses settings that a fleet has no answer to yet, rather than leave out in silence what they ask for.
pub(crate) fn refuse_what_is_not_there(config: &Config) -> Result<(), Failure> {
    let Config { settings, sinks, .. } = config;
    let refused = [
        (
            !settings.websub.callback.is_empty(),
            "hubs push to a daemon by itself: leave `callback` in [websub] empty",
        ),
        (
            sinks.webhooks.len() + sinks.files.len() > 0,
            "webhooks and files are fed by a daemon by itself: leave out [[webhook]] and [[file]]",
        ),
        (
            !settings.kafka.schema_registry.is_empty(),
            "a fleet registers no schemas: leave `schema_registry` in [kafka] empty",
        ),
    ];
    match refused.into_iter().find(|(is_refused, _)| *is_refused) {
        Some((_, why)) => Err(Failure::Other(format!("a member of a fleet cannot run so: {why}"))),
        None => Ok(()),
    }
}
