//! The daemon as a member of a fleet: for each shard that it holds, an engine over the shard's journal; the events go to Kafka with it.
//!
//! What a daemon by itself has beside that (the relay, webhooks and files, stories, subscriptions at hubs, the console, the API of events)
//! rests on one journal, and is not there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use dateline_fetcher::{Clock, ContactGuard, ContactVerdict, Feed, Fetcher, HostWish};
use dateline_fleet::{ContactRule, HeldShard, HostContact, Member, MemberStatus, Shard, ShardMap, ShardWork};
use dateline_journal::{HostWishRow, Journal, JournalError, Retention};
use dateline_parser::{SiteRules, Subject};
use dateline_stories::origin::Agencies;
use dateline_wire::FeedId;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Settings};
use crate::daemon::{SEED, Signals, announce};
use crate::engine::{Engine, EngineCommand, EngineParts, StopCondition, shared_room};
use crate::failure::Failure;
use crate::groundwork::Groundwork;
use crate::metrics::Metrics;
use crate::proxies::CountingTransport;
use crate::retention;
use crate::traces::Traces;

/// How many wishes of hosts may wait to be noted; what comes beside them is heard again from the host.
const MAX_WAITING_WISHES: usize = 256;

/// How long to wait before a wish is noted that could not be.
const RETRY: Duration = Duration::from_millis(500);

/// Runs until a signal, or until something it cannot work without fails.
///
/// # Errors
/// Why it could not start or had to stop.
pub(crate) async fn run(config: Config) -> Result<(), Failure> {
    let metrics = Arc::new(Metrics::default());
    let Groundwork { live, traces, .. } = Groundwork::lay(&config, metrics.clone())?;
    let Config { settings, feeds, subject, sites, agencies, .. } = config;
    let mut signals = Signals::listen()?;
    let listener = TcpListener::bind(settings.http.listen).await.map_err(Failure::io(format!(
        "the API cannot listen on {}; set `listen` in [http] to a free address",
        settings.http.listen
    )))?;
    let address = listener.local_addr().map_err(Failure::io("the API's address"))?;
    let transport = Arc::new(CountingTransport::new(live, metrics.clone()));
    let fetcher = Fetcher::new(transport, settings.fetch.clone(), settings.poll.clone(), Clock::System, SEED)
        .with_page_memory(settings.engine.max_page_memory_bytes);
    let made = Member::new(
        settings.kafka.clone(),
        settings.fleet.clone(),
        settings.envelope(),
        settings.data_dir.join("fleet").join(&settings.fleet.member),
    );
    let member = made.map_err(|error| Failure::Other(error.to_string()))?;
    let status = member.status();
    let map = ShardMap::new(settings.fleet.shards);
    let feeds: Vec<Arc<Feed>> = feeds.into_iter().map(Arc::new).collect();
    let mut of_shards: HashMap<Shard, Vec<Feed>> = HashMap::new();
    for feed in &feeds {
        of_shards.entry(map.of_url(feed.published().url.as_url())).or_default().push(Feed::clone(feed));
    }
    let work = Arc::new(ShardEngine {
        fetcher,
        subject: Arc::new(subject),
        sites: Arc::new(sites),
        agencies: Arc::new(agencies),
        of_shards,
        announcers: Arc::new(feeds.iter().map(|feed| (feed.id().clone(), feed.clone())).collect()),
        retention: watch::Sender::new(retention::rules(&settings)),
        extraction_room: shared_room(&settings.engine),
        metrics,
        traces: traces.clone(),
        settings: settings.clone(),
    });
    dateline_publisher::make_topics(&settings.kafka)
        .await
        .map_err(|error| Failure::Other(error.to_string()))?;

    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let stopping = stop.clone();
    tasks.spawn(async move {
        member.run(work, stopping).await.map_err(|error| Failure::Other(format!("the fleet: {error}")))
    });
    let (routes, stopping) = (routes(status, &settings), stop.clone());
    tasks.spawn(async move {
        let served = axum::serve(listener, routes).with_graceful_shutdown(stopping.cancelled_owned());
        served.await.map_err(Failure::io("the API"))
    });
    announce(address);
    tracing::info!(fleet = settings.fleet.name, member = settings.fleet.member, "a member of a fleet");
    let ended = tokio::select! {
        () = signals.next() => Ok(()),
        Some(ended) = tasks.join_next() => ended.map_err(|error| Failure::Other(error.to_string())).flatten(),
    };
    stop.cancel();
    let drained = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(settings.shutdown_grace, drained).await.is_err() {
        tracing::warn!("the grace is over; the shards pass to others with what is under way");
    }
    traces.finish().await;
    tracing::info!("stopped");
    ended
}

/// Refuses settings that a fleet has no answer to yet, rather than leave out in silence what they ask for.
pub(crate) fn refuse_what_is_not_there(config: &Config) -> Result<(), Failure> {
    let Config { settings, sinks, .. } = config;
    let refused = [
        (
            settings.stories.enabled,
            "stories are told by a daemon by itself: set `enabled = false` in [stories]",
        ),
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

/// What works on shards.
struct ShardEngine {
    /// One for all shards: whose turn it is at a host is known in one place.
    fetcher: Fetcher,
    subject: Arc<Subject>,
    sites: Arc<SiteRules>,
    agencies: Arc<Agencies>,
    of_shards: HashMap<Shard, Vec<Feed>>,
    announcers: Arc<HashMap<FeedId, Arc<Feed>>>,
    retention: watch::Sender<Retention>,
    /// One for all shards: a machine has only so many cores.
    extraction_room: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    traces: Traces,
    settings: Settings,
}

impl ShardWork for ShardEngine {
    fn work(&self, held: HeldShard, stop: CancellationToken) -> BoxFuture<'static, Result<(), String>> {
        let HeldShard { shard, journal, contact, mut handed_over } = held;
        let (wishes, told_wishes) = mpsc::channel(MAX_WAITING_WISHES);
        let fetcher = Arc::new(self.fetcher.guarded(Arc::new(ShardGuard { contact, wishes })));
        let world = EngineParts {
            fetcher: fetcher.clone(),
            journal: journal.clone(),
            subject: self.subject.clone(),
            sites: self.sites.clone(),
            agencies: self.agencies.clone(),
            copies: self.settings.stories.copies,
            story_tables: None,
            revisit: self.settings.revisit.clone(),
            metrics: self.metrics.clone(),
            traces: self.traces.clone(),
            extraction_room: Some(self.extraction_room.clone()),
        };
        let feeds = self.of_shards.get(&shard).cloned().unwrap_or_default();
        let (announcers, settings) = (self.announcers.clone(), self.settings.engine.clone());
        let (rules, delay) = (self.retention.subscribe(), self.settings.fetch.per_host_delay);
        Box::pin(async move {
            // Whoever held the shard may have asked its hosts a moment ago.
            for wish in journal.reader().host_wishes().map_err(|error| told(&error))? {
                let HostWishRow { host, delay, until } = wish;
                let wish = match delay {
                    Some(delay) => HostWish::CrawlDelay { delay, until },
                    None => HostWish::Rest { until },
                };
                fetcher.recall(&host, wish);
            }
            tokio::time::sleep(delay).await;
            let engine = Engine::new(world, feeds, settings).await.map_err(|error| told(&error))?;
            let engine = engine.with_announcers(announcers);
            let commands = engine.commands();
            let follow = async move {
                while handed_over.changed().await.is_ok() {
                    if commands.send(EngineCommand::Claim).await.is_err() {
                        break;
                    }
                }
                std::future::pending().await
            };
            tokio::select! {
                ended = engine.run(StopCondition::Stopped, stop.clone(), Duration::ZERO) => {
                    ended.map_err(|error| told(&error))
                }
                () = follow => Ok(()),
                noted = note_wishes(&journal, told_wishes) => noted.map_err(|error| told(&error)),
                () = retention::run(journal.clone(), rules, stop) => Ok(()),
            }
        })
    }
}

/// Has the journal know what hosts wish, for whoever holds the shard next. Ends with an error only.
async fn note_wishes(journal: &Journal, mut told: mpsc::Receiver<HostWishRow>) -> Result<(), JournalError> {
    while let Some(wish) = told.recv().await {
        loop {
            match journal.note_host_wish(wish.clone(), Clock::System.now()).await {
                Err(error) if error.is_retryable() => tokio::time::sleep(RETRY).await,
                done => break done?,
            }
        }
    }
    std::future::pending().await
}

/// An error with its cause.
fn told(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}

/// Lets a shard's engine ask those hosts only that lie in the shard, while it is certain that it is held, and passes on what they wish.
struct ShardGuard {
    contact: ContactRule,
    wishes: mpsc::Sender<HostWishRow>,
}

impl ContactGuard for ShardGuard {
    fn verdict(&self, host: &str) -> ContactVerdict {
        match self.contact.contact(host) {
            HostContact::Allowed => ContactVerdict::Allowed,
            HostContact::Elsewhere => ContactVerdict::Elsewhere,
            HostContact::NotNow => ContactVerdict::NotNow,
        }
    }

    fn note(&self, host: &str, wish: HostWish) {
        let (delay, until) = match wish {
            HostWish::Rest { until } => (None, until),
            HostWish::CrawlDelay { delay, until } => (Some(delay), until),
        };
        if self.wishes.try_send(HostWishRow { host: host.to_owned(), delay, until }).is_err() {
            tracing::debug!(
                host,
                "what a host wishes was not noted: too much waits, or the shard has passed on"
            );
        }
    }
}

/// What a member says of itself over HTTP.
#[derive(Clone)]
struct MemberApi {
    status: watch::Receiver<MemberStatus>,
    fleet: Arc<str>,
    member: Arc<str>,
}

fn routes(status: watch::Receiver<MemberStatus>, settings: &Settings) -> Router {
    let api = MemberApi {
        status,
        fleet: settings.fleet.name.as_str().into(),
        member: settings.fleet.member.as_str().into(),
    };
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(readyz))
        .route("/v1/member", get(member))
        .with_state(api)
}

/// 200 while it is in the group's session, holding shards or not.
async fn readyz(State(api): State<MemberApi>) -> (StatusCode, String) {
    match &api.status.borrow().last_error {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
    }
}

async fn member(State(api): State<MemberApi>) -> Json<Value> {
    let status = api.status.borrow().clone();
    let shards: Vec<u32> = status.shards.iter().map(|shard| shard.0).collect();
    Json(json!({
        "fleet": &*api.fleet, "member": &*api.member, "shards": shards, "last_error": status.last_error,
    }))
}
