//! The daemon: engine, relay, API and watchdog, started together and stopped together by one owner.

use std::future::pending;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::transport::{LiveTransport, RecordSettings, RecordingTransport, Secrets, Transport};
use dateline_fetcher::{Clock, Fetcher};
use dateline_journal::{Journal, JournalError, Options, Retention};
use dateline_publisher::{DeliveryObserver, NextVisit, Relay, RelayStatus};
use dateline_sinks::{FileSink, Webhook, WebhookSettings};
use dateline_wire::{Envelope, Secret, SecretQuery, Sequence};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api::{self, Sources, WriteAccess, is_alive};
use crate::config::{Config, Settings, Sinks};
use crate::engine::{Engine, EngineActivity, EngineError, EngineParts, HEARTBEAT, PauseCause, StopCondition};
use crate::failure::Failure;
use crate::feed_preview::ReadingParts;
use crate::groundwork::Groundwork;
use crate::logs::LogFilter;
use crate::metrics::Metrics;
use crate::proxies::CountingTransport;
use crate::recorded_pages::RecordedPages;
use crate::reload::{ReloadableParts, Reloader};
use crate::run_record::RunRecord;
use crate::status::FeedCatalogue;
use crate::traces::{Traces, span};
use crate::websub::{Callbacks, WebSub};
use crate::{event_placement, fleet_member, local_key, retention, service_manager};

/// How long before the end of the grace the engine stops waiting, so that what it finished is relayed and open streams end
/// in time.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long, once the relay is to stop, it may go on without a Kafka that can be used.
const BROKER_PATIENCE: Duration = Duration::from_millis(500);
/// The chance that spreads polls. It has to differ between feeds, which it does by their ids, not between runs.
pub(crate) const SEED: u64 = 0;

/// Whether feeds and pages are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// They are.
    On,
    /// They are not: what the journal has is served and delivered.
    Off,
}

/// Where to record what passes, and what to leave out.
#[derive(Debug, Clone)]
pub struct RecordingOptions {
    /// The WARC file, appended to if it is there.
    pub file: PathBuf,
    /// The query parameters whose values are secret wherever they stand.
    pub secret_query: Vec<String>,
    /// Those whose values are secret in the addresses of feeds.
    pub secret_query_in_feeds: SecretQuery,
}

/// Runs until a signal, or until something it cannot work without fails. `config` was read from `path`, where it is read anew
/// on SIGHUP; `logs` is changed with it.
///
/// # Errors
/// Why it could not start or had to stop.
pub async fn run(
    path: &Path,
    config: Config,
    logs: LogFilter,
    record: Option<RecordingOptions>,
    intake: Intake,
) -> Result<(), Failure> {
    if config.settings.fleet.is_enabled() {
        if intake == Intake::Off {
            return Err(Failure::Other("a member of a fleet takes in: leave out --no-intake".to_owned()));
        }
        if record.is_some() {
            return Err(Failure::Other("a member of a fleet records nothing: leave out --record".to_owned()));
        }
        return fleet_member::run(path, config).await;
    }
    let metrics = Arc::new(Metrics::default());
    let Groundwork { live, receivers, registry, traces, .. } = Groundwork::lay(&config, metrics.clone())?;
    let Config { settings, feeds, paused, subject, sites, agencies, story_tables, sinks, contents } = config;
    let mut signals = Signals::listen()?;
    let hangup = listen_for(SignalKind::hangup())?;
    // Before the port is asked for: a second daemon is to hear who has the journal.
    let journal = open_journal(&settings)?;
    let listener = TcpListener::bind(settings.http.listen).await.map_err(Failure::io(format!(
        "the API cannot listen on {}; set `listen` in [http] to a free address",
        settings.http.listen
    )))?;
    let address = listener.local_addr().map_err(Failure::io("the API's address"))?;
    let unusable = |source| Failure::Journal { path: settings.journal_path(), source };
    let envelope = journal.take_source(settings.envelope()).await.map_err(unusable)?;
    if !settings.kafka.is_enabled() {
        // Restored, maybe, while a Kafka was configured: without one there is nothing to wait for.
        journal.reconcile(Sequence::START).await.map_err(unusable)?;
    }
    let live = CountingTransport::new(live, metrics.clone());
    let recorded = record.is_some();
    let recording_file = record.as_ref().map(|record| record.file.clone());
    let transport: Arc<dyn Transport> = match record {
        None => Arc::new(live),
        Some(record) => Arc::new(recording(live, record, &journal)?),
    };
    let fetcher = Fetcher::new(transport, settings.fetch.clone(), settings.poll.clone(), Clock::System, SEED)
        .with_page_memory(settings.engine.max_page_memory_bytes);
    let world = EngineParts {
        fetcher: Arc::new(fetcher),
        journal: journal.clone(),
        subject: Arc::new(subject),
        sites: Arc::new(sites),
        agencies: Arc::new(agencies),
        copies: settings.stories.copies,
        story_tables: story_tables.map(Arc::new),
        revisit: settings.revisit.clone(),
        metrics: metrics.clone(),
        traces: traces.clone(),
        extraction_room: None,
    };
    let catalogue = FeedCatalogue::new(&feeds, &paused, &settings.poll);
    let catalogue = match intake {
        Intake::On => catalogue,
        Intake::Off => catalogue.idle(),
    };
    let catalogue = watch::Sender::new(Arc::new(catalogue));
    let write_access = watch::Sender::new(
        WriteAccess::new(address, settings.api.clone())
            .with_console(settings.console.clone())
            .with_local_key(local_key(&settings)),
    );
    if settings.stories.enabled && world.story_tables.is_none() {
        tracing::warn!(
            folder = %settings.story_tables.display(),
            "no stories are told, since the folder of the tables that they are told by is missing: `dateline init` writes one"
        );
    }
    if intake == Intake::On && settings.fetch.has_example_contact() {
        tracing::warn!(
            user_agent = settings.fetch.user_agent,
            "sites are shown an example for a contact: set `user_agent` in [fetch], so that they can reach you before they block you"
        );
    }
    let engine = match intake {
        Intake::Off => None,
        Intake::On => Some(
            Engine::new(world.clone(), feeds.clone(), settings.engine.clone())
                .await
                .map_err(|error| broken(&settings, error))?
                .with_progress_log(settings.logs.summary_interval),
        ),
    };
    let relay = registry.map(|registry| relay(&settings, &journal, &envelope, registry)).transpose()?;
    let revisit = settings.revisit.clone();
    let next_visit: NextVisit = Arc::new(move |published| revisit.next(published, Clock::System.now()));
    let relay = relay.map(|relay| {
        relay.observed_by(tell_deliveries(metrics.clone(), traces.clone())).planning_visits(next_visit)
    });
    let webhooks = webhooks(&settings, &sinks, receivers, &journal, &envelope);
    let files = sinks
        .files
        .iter()
        .map(|file| FileSink::new(file.clone(), journal.clone(), envelope.clone(), Clock::System));
    let files: Vec<FileSink> = files.collect();
    // Before anything is let go, which then waits for them. One that finds no room tries again by itself, and nothing is let go meanwhile.
    for webhook in &webhooks {
        unless_full(webhook.open().await).map_err(unusable)?;
    }
    for file in &files {
        unless_full(file.open().await).map_err(unusable)?;
    }
    // Intake stops first, so that the relay and the API still have its last events; then they.
    let (stop_intake, stop_delivery) = (CancellationToken::new(), CancellationToken::new());
    let pulse = match &engine {
        Some(engine) => engine.pulse(),
        None => pulse_without_engine(journal.clone(), stop_delivery.clone()),
    };
    let websub = match &engine {
        Some(engine) => subscriptions(&settings, recorded, &world, engine)?,
        None => None,
    };
    let (feeds_told, may_write) = (catalogue.subscribe(), write_access.subscribe());
    let retention = watch::Sender::new(Retention { sinks: sinks.ids(), ..retention::rules(&settings) });
    let rules = retention.subscribe();
    let story_tables = watch::Sender::new(world.story_tables.clone());
    let told_tables = story_tables.subscribe();
    let commands = engine.as_ref().map(Engine::commands);
    let reloadable = commands.clone().map(|engine| ReloadableParts {
        story_tables,
        engine,
        websub: websub.clone(),
        logs,
        feeds: catalogue,
        write_access,
        retention,
        metrics: metrics.clone(),
        is_recorded: recorded,
    });
    let reading = ReadingParts {
        fetcher: world.fetcher.clone(),
        subject: world.subject.clone(),
        sites: world.sites.clone(),
        agencies: world.agencies.clone(),
    };
    let reloader =
        reloadable.map(|parts| Arc::new(Reloader::new(path.to_owned(), parts, feeds, contents, reading)));

    let run_record =
        RunRecord::of_this_process(format!("http://{}", reachable(address)), &settings.journal_path())
            .with_config(path);
    let sources = Sources {
        run_record: run_record.clone(),
        journal,
        feeds: feeds_told,
        metrics,
        pulse: pulse.clone(),
        relay: relay.as_ref().map(Relay::status),
        member: None,
        story_tables: told_tables,
        recorded_pages: Arc::new(RecordedPages::new(recording_file)),
        sinks: webhooks.iter().map(Webhook::handle).chain(files.iter().map(FileSink::handle)).collect(),
        envelope,
        topics: settings.kafka.topics.clone(),
        websub: websub.clone(),
        write_access: may_write,
        engine: commands,
        reloader: reloader.clone(),
    };
    let mut intake: JoinSet<_> = JoinSet::new();
    let intake_grace = settings.shutdown_grace.saturating_sub(LAST_WORDS);
    if let Some(engine) = engine {
        intake.spawn(engine.run(StopCondition::Stopped, stop_intake.clone(), intake_grace));
    }
    let mut delivery = JoinSet::new();
    let (retained, stop) = (sources.journal.clone(), stop_delivery.clone());
    delivery.spawn(async move {
        tokio::join!(
            retention::run(retained.clone(), rules, stop.clone()),
            event_placement::run(retained, stop)
        );
        Ok(())
    });
    for webhook in webhooks {
        let stop = stop_delivery.clone();
        delivery.spawn(async move {
            webhook.run(stop).await;
            Ok(())
        });
    }
    for file in files {
        let stop = stop_delivery.clone();
        delivery.spawn(async move {
            file.run(stop).await;
            Ok(())
        });
    }
    if let Some(websub) = websub {
        let stop = stop_delivery.clone();
        delivery.spawn(async move {
            websub.run(stop).await;
            Ok(())
        });
    }
    let (http, stop) = (settings.http.clone(), stop_delivery.clone());
    delivery.spawn(async move {
        api::serve(listener, &http, sources, stop).await;
        Ok(())
    });
    if let Some(relay) = relay {
        let stop = stop_delivery.clone();
        delivery.spawn(deliver(relay, stop));
    }
    note(&run_record, &settings);
    if let Some(reloader) = reloader {
        delivery.spawn(reload_on_signal(hangup, reloader, stop_delivery.clone()));
    }
    announce(address);
    service_manager::ready(address);
    let watchdog = service_manager::watchdog(move || is_alive(&pulse.borrow()));

    let stopped = tokio::select! {
        () = signals.next() => Ok(()),
        Some(ended) = intake.join_next() => ended_early("the engine", ended.map(|engine| engine.map_err(|error| broken(&settings, error)))),
        Some(ended) = delivery.join_next() => ended_early("delivery", ended),
        () = watchdog => pending().await,
    };
    service_manager::stopping();
    tracing::info!(grace = ?settings.shutdown_grace, "stopping");
    stop_intake.cancel();
    let drained = async {
        while let Some(ended) = intake.join_next().await {
            ended.map_err(lost)?.map_err(|error| broken(&settings, error))?;
        }
        stop_delivery.cancel();
        let mut delivered = Ok(());
        while let Some(ended) = delivery.join_next().await {
            delivered = delivered.and(ended.map_err(lost).flatten());
        }
        delivered
    };
    let drained = tokio::select! {
        drained = tokio::time::timeout(settings.shutdown_grace, drained) => drained.unwrap_or_else(|_| {
            tracing::warn!("the grace is over; what is not delivered is taken up by the next run");
            Ok(())
        }),
        () = signals.next() => {
            tracing::warn!("a second signal: stopping at once");
            Ok(())
        }
    };
    traces.finish().await;
    tracing::info!("stopped");
    let ended = stopped.and(drained);
    note(&run_record.ended(ended.as_ref().err().map(Failure::message)), &settings);
    ended
}

/// The activity of an engine that isn't there, which does nothing, in good time.
pub(crate) fn pulse_without_engine(
    journal: Journal,
    stop: CancellationToken,
) -> watch::Receiver<EngineActivity> {
    let now = move || {
        if journal.needs_care() {
            journal.look_after_files();
        }
        let paused = PauseCause::of_files(&journal);
        EngineActivity { at: Instant::now(), time: Clock::System.now(), polls: 0, pages: 0, paused }
    };
    let (sender, receiver) = watch::channel(now());
    tokio::spawn(async move {
        let mut beats = tokio::time::interval(HEARTBEAT);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beats.tick() => sender.send_replace(now()),
            };
        }
    });
    receiver
}

/// Notes beside the journal who has it. Only for people: a full disk must not keep the daemon from delivering.
fn note(run: &RunRecord, settings: &Settings) {
    if let Err(error) = run.write(&settings.data_dir) {
        tracing::warn!(%error, "what `dateline status` looks for in data_dir could not be written");
    }
}

/// What this daemon's own commands show. A full disk must not keep the daemon from delivering.
fn local_key(settings: &Settings) -> Option<Secret> {
    let made = local_key::make(&settings.data_dir);
    made.inspect_err(|error| {
        tracing::warn!(%error, "the key could not be written into data_dir by which `dateline feed add` and the like change something where people log in to the console");
    })
    .ok()
}

/// Where an API that listens on `address` can be reached on this machine.
pub(crate) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let loopback =
            if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        address.set_ip(loopback);
    }
    address
}

/// Reads the configuration anew on each SIGHUP, until `stop`, and at first where it was changed before anybody could find this daemon.
/// What comes of it stands in the log.
async fn reload_on_signal(
    mut hangup: Signal,
    reloader: Arc<Reloader>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    tokio::select! {
        () = stop.cancelled() => return Ok(()),
        () = reloader.catch_up() => {}
    }
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = hangup.recv() => {
                tracing::info!("SIGHUP");
                service_manager::reloading();
                // Its outcome is logged where it arises.
                let _ = reloader.reload().await;
                service_manager::reloaded();
            }
        }
    }
}

/// Measures how long events waited for their delivery, and ends their traces.
fn tell_deliveries(metrics: Arc<Metrics>, traces: Traces) -> DeliveryObserver {
    Arc::new(move |delivered| {
        let now = Clock::System.now();
        for event in delivered {
            metrics.delivered(now.duration_since(event.time).as_secs_f64());
            traces.tell(|_| span::deliver(event, now));
        }
    })
}

/// What delivers to the Kafka of the settings.
fn relay(
    settings: &Settings,
    journal: &Journal,
    envelope: &Envelope,
    registry: reqwest::Client,
) -> Result<Relay, Failure> {
    Relay::new(settings.kafka.clone(), journal.clone(), envelope.clone())
        .and_then(|relay| relay.with_registry(registry))
        .map_err(|error| Failure::Other(format!("the relay cannot start: {error}")))
}

/// Relays to Kafka until `stop`. Where delivery has to rest until somebody acts, it rests, and everything else goes on. Once it is
/// to stop, a Kafka that can be used has its last events brought to their end, and one that cannot is not waited for.
async fn deliver(relay: Relay, stop: CancellationToken) -> Result<(), Failure> {
    let status = relay.status();
    let ended = tokio::select! {
        ended = relay.run(stop.clone()) => ended,
        () = unusable_after(stop.clone(), status) => {
            tracing::warn!("Kafka cannot be used now and is not waited for; the next run delivers what it lacks");
            return Ok(());
        }
    };
    match ended {
        Err(error) if error.needs_operator() => {
            tracing::error!("nothing is delivered to Kafka until you act; intake and the API go on: {error}");
            stop.cancelled().await;
            Err(Failure::Delivery(error.to_string()))
        }
        ended => ended.map_err(|error| Failure::Other(format!("the relay failed: {error}"))),
    }
}

/// Ends when, after `stop`, the relay is without its Kafka for a moment. What blocks in the client library is left to the end of
/// the process: the next run finds out what Kafka has.
async fn unusable_after(stop: CancellationToken, mut status: watch::Receiver<RelayStatus>) {
    stop.cancelled().await;
    while status.wait_for(|status| !status.connected).await.is_ok() {
        let back = async { status.wait_for(|status| status.connected).await.is_ok() };
        match tokio::time::timeout(BROKER_PATIENCE, back).await {
            Err(_) => return,
            Ok(true) => {}
            Ok(false) => break,
        }
    }
    // The relay has ended, which says all.
    pending().await
}

/// Records what passes to the network. The ids of the records follow from the journal and the moment, which no other
/// recording shares.
fn recording(
    live: CountingTransport,
    record: RecordingOptions,
    journal: &Journal,
) -> Result<RecordingTransport<CountingTransport>, Failure> {
    let now = Clock::System.now();
    let hash = Sha256::new().chain_update(journal.id().as_str()).chain_update(now.to_string()).finalize();
    let mut record_ids = [0; 16];
    record_ids.copy_from_slice(&hash[..16]);
    let settings = RecordSettings {
        seed: SEED,
        record_ids,
        secrets: Secrets::new(record.secret_query, record.secret_query_in_feeds),
    };
    RecordingTransport::open(live, record.file, settings, Clock::System)
        .map_err(|error| Failure::Other(format!("cannot record: {error}")))
}

/// The subscriptions at hubs, where they are configured. A recording holds what was asked for, not what was pushed, so what is
/// recorded is polled.
fn subscriptions(
    settings: &Settings,
    recorded: bool,
    world: &EngineParts,
    engine: &Engine,
) -> Result<Option<Arc<WebSub>>, Failure> {
    let base = settings.websub.callback_base().map_err(|error| Failure::Other(error.to_string()))?;
    let Some(base) = base else { return Ok(None) };
    if recorded {
        tracing::warn!("subscriptions at hubs rest while this run is recorded");
        return Ok(None);
    }
    let callbacks = Callbacks {
        base,
        max_body_bytes: settings.fetch.max_body_bytes,
        body_timeout: settings.fetch.timeout,
    };
    let websub = WebSub::new(world, engine.pushes(), settings.websub.clone(), callbacks)
        .map_err(|source| Failure::Journal { path: settings.journal_path(), source })?;
    Ok(Some(Arc::new(websub)))
}

/// The webhooks that are configured. What they post is not recorded: it holds what the recording holds, and secrets.
fn webhooks(
    settings: &Settings,
    sinks: &Sinks,
    receivers: Vec<LiveTransport>,
    journal: &Journal,
    envelope: &Envelope,
) -> Vec<Webhook> {
    let webhook = |(webhook, receiver): (&WebhookSettings, LiveTransport)| {
        let (fetch, journal, envelope) = (&settings.fetch, journal.clone(), envelope.clone());
        Webhook::with_transport(webhook.clone(), fetch, receiver, journal, envelope, Clock::System)
    };
    sinks.webhooks.iter().zip(receivers).map(webhook).collect()
}

fn open_journal(settings: &Settings) -> Result<Journal, Failure> {
    if let Some(run) = RunRecord::of_lost_journal(settings) {
        tracing::warn!(
            journal = %settings.journal_path().display(),
            "the journal of the daemon that started at {:.0} is gone: another is begun, and what feeds still list is published anew; where \
             that isn't meant, stop this one and restore a copy (`dateline restore FILE --replace`)",
            run.started
        );
    }
    let path = settings.journal_path();
    Journal::open(&path, Options::default()).map_err(|source| Failure::Journal { path, source })
}

/// What was written, or nothing where there is no room.
fn unless_full<T>(written: Result<T, JournalError>) -> Result<Option<T>, JournalError> {
    match written {
        Err(JournalError::Full) => Ok(None),
        written => written.map(Some),
    }
}

/// Where the API is: the one line that a daemon prints to standard output.
pub(crate) fn announce(address: SocketAddr) {
    // Nobody may be reading it.
    let mut output = io::stdout().lock();
    let _ =
        writeln!(output, "Dateline is running. The API is at http://{address}").and_then(|()| output.flush());
}

fn broken(settings: &Settings, error: EngineError) -> Failure {
    let EngineError::Journal(source) = error;
    Failure::Journal { path: settings.journal_path(), source }
}

fn lost(error: tokio::task::JoinError) -> Failure {
    Failure::Other(format!("a part of the daemon was lost: {error}"))
}

fn ended_early(
    part: &str,
    ended: Result<Result<(), Failure>, tokio::task::JoinError>,
) -> Result<(), Failure> {
    let failure = match ended {
        Ok(Err(failure)) => failure,
        Ok(Ok(())) => Failure::Other(format!("{part} ended by itself")),
        Err(error) => lost(error),
    };
    tracing::error!(part, failure = failure.message(), "a part of the daemon ended");
    Err(failure)
}

pub(crate) fn listen_for(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(Failure::io("signals cannot be listened for"))
}

/// The signals that ask a daemon to stop.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(crate) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            terminate: listen_for(SignalKind::terminate())?,
            interrupt: listen_for(SignalKind::interrupt())?,
        })
    }

    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => tracing::info!("SIGTERM"),
            _ = self.interrupt.recv() => tracing::info!("SIGINT"),
        }
    }
}
