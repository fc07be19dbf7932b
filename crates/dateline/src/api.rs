//! The HTTP API: events as they come, feeds, status, health, metrics; it reads, but for what is named here as
//! POST, PUT, PATCH or DELETE, which takes leave to write ([`WriteAccess`]). Beside it stand the callbacks of hubs.
//!
//! | path | gives |
//! | --- | --- |
//! | `/v1/events?after=SEQ&follow=true&limit=N&kind=article` | events, as NDJSON or server-sent events |
//! | | 410 with `oldest` where events after SEQ were let go; `after=earliest` gives what is left |
//! | `/v1/articles`, `/v1/articles/ID` | articles in their latest revision, the newest first; one with all revisions and its withdrawal |
//! | `/v1/articles/ID/witnesses`, `/v1/articles/ID/page` | what its page offers for title, authors and time, believed or not; the page, where it is recorded |
//! | `/v1/stories`, `/v1/stories/ID` | stories, the last reported first; one |
//! | `/v1/stories/ID/reports` | what joined each of its reports, what they count differently, what happened to it |
//! | `/v1/entities/ID` | how often somebody or something is named, with whom, and what it is called |
//! | `/v1/lookup?url=URL`, `/v1/waiting` | what became of an address, or why nothing did; what waits for its page |
//! | `/v1/feed.atom` | the newest articles for a feed reader |
//! | `/v1/articles.csv`, `/v1/stories.csv`, `/v1/rejects.csv` | the same lists for spreadsheets |
//! | | events, articles and stories by the parameters of an [`EventFilter`](dateline_journal::EventFilter): `language=ko&topic=arms&q=…` |
//! | `/v1/feeds` | the feeds and how each is doing |
//! | `/v1/feeds/ID` | how one has been going: its last polls, when it is asked next, and why then |
//! | POST `/v1/feeds` | adds a feed, or the one that a site names |
//! | PATCH, DELETE `/v1/feeds/ID` | calls, sorts or asks it otherwise; takes it out |
//! | POST `/v1/feeds/preview` | says what a feed would bring, before it is added |
//! | `/v1/opml`, POST `/v1/opml?dry_run=true` | the feeds as a list of other readers; what such a list changes, or would |
//! | POST `/v1/feeds/ID/pause`, `/v1/feeds/ID/resume` | has a feed polled no more; again |
//! | `/v1/labels`, `/v1/judge` | what people say of articles; what is to be judged |
//! | PUT, DELETE `/v1/labels/ID` | says that an article is relevant, not, or borderline; takes that back |
//! | `/v1/sites`, PUT, DELETE | the rules for single sites; has one stand there; takes one out |
//! | POST `/v1/sites/try` | reads a page by a rule and without |
//! | `/v1/status` | the whole: feeds, backlog, last events, relay |
//! | POST `/v1/feeds/ID/poll`, `/v1/feeds/ID/revive` | has a feed asked now; the second also where it is gone |
//! | `/v1/webhooks` | how webhooks are doing |
//! | `/v1/webhooks/NAME/dead-letters` | what one has given up |
//! | POST `/v1/webhooks/NAME/redeliver?event=ID`, `/v1/webhooks/NAME/enable` | has it try that again; deliver again after a 410 |
//! | POST `/v1/reload` | what reading the configuration anew changed, or every error in it |
//! | `/v1/schemas/NAME` | the JSON Schema of a kind of event, such as `dateline.article.v1.json` |
//! | `/v1/openapi.json`, `/v1/asyncapi.json` | what this API, and the topics of Kafka, promise |
//! | `/livez` | 200 while the process and its engine go round |
//! | `/readyz` | 200 while entries can be taken in and kept; what is degraded, and why |
//! | `/metrics` | figures for Prometheus |
//! | `/` and the rest | the [console](crate::console), for people |
//! | `/websub/TOKEN` | what hubs ask back and push, where `[websub]` is on |
//!
//! Every answer names its journal in `Dateline-Journal`. A client that goes on from a sequence names the journal it has that from
//! (`journal=ID`): where that is another by now, whose events are numbered anew, it is told so (409) rather than left waiting.
//! What is not followed is compressed for clients that take gzip.

mod acceptable;
mod access;
pub(crate) mod activity;
mod article;
mod atom;
mod connections;
mod console;
mod csv;
mod document;
pub(crate) mod entity;
mod events;
mod expectation;
mod feed;
pub(crate) mod feed_entries;
mod framework_problem;
mod health;
mod json_body;
pub(crate) mod judge_queue;
mod known_parameters;
pub(crate) mod label;
pub(crate) mod lookup;
pub(crate) mod near_rejects;
pub(crate) mod opml;
mod own_names;
mod parameters;
mod problem;
mod reading_threads;
pub(crate) mod recorded;
mod refusal_log;
pub(crate) mod reject;
mod reload;
mod schemas;
pub(crate) mod site_rule;
pub(crate) mod story;
mod webhook;
mod websub;

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with, put_with};
use aide::openapi::OpenApi;
use axum::Router;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Json, Response};
use dateline_journal::{Journal, JournalReader};
use dateline_publisher::{RelayStatus, Topics};
use dateline_sinks::SinkHandle;
use dateline_stories::story::StoryTables;
use dateline_wire::{Envelope, EventKind};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

pub use access::WriteAccess;
pub(crate) use article::write_article;
pub use document::openapi;
pub(crate) use feed::{FeedAddition, FeedChangeReport};
pub(crate) use health::is_alive;
pub(crate) use label::LabelledArticle;
pub(crate) use problem::ProblemKind;
pub(crate) use webhook::{DeadLetter, EnabledWebhook, RedeliveryReport, not_given_up};

use self::acceptable::{Accept, METRIC_KINDS};
use self::activity::ActivityCounter;
use self::console::Sessions;
use self::own_names::{NameGuard, OwnNames};
use self::problem::Problem;
use self::reading_threads::ReadingThreads;
use self::refusal_log::RefusalLog;
use crate::config::HttpSettings;
use crate::daemon::reachable;
use crate::disk::DiskSpace;
use crate::engine::{EngineActivity, EngineCommand};
use crate::faults::LiveState;
use crate::metrics::{Exposition, Metrics, Moment};
use crate::recorded_pages::RecordedPages;
use crate::reload::Reloader;
use crate::run_record::RunRecord;
use crate::status::{FeedCatalogue, FleetMembership, StatusReport};
use crate::websub::WebSub;

/// What the API tells about.
pub struct Sources {
    /// Events and feeds.
    pub journal: Journal,
    /// The feeds that are configured.
    pub feeds: watch::Receiver<Arc<FeedCatalogue>>,
    /// Who tells.
    pub run_record: RunRecord,
    /// Figures.
    pub metrics: Arc<Metrics>,
    /// What the engine is doing.
    pub pulse: watch::Receiver<EngineActivity>,
    /// What the relay is doing, if there is one.
    pub relay: Option<watch::Receiver<RelayStatus>>,
    /// What the daemon is in a fleet, if it is a member of one.
    pub member: Option<FleetMembership>,
    /// What stories are told by, where they are.
    pub story_tables: watch::Receiver<Option<Arc<StoryTables>>>,
    /// The recordings in which pages are looked up that events cite.
    pub recorded_pages: Arc<RecordedPages>,
    /// Ways out beside Kafka.
    pub sinks: Vec<SinkHandle>,
    /// What the envelopes of its events say.
    pub envelope: Envelope,
    /// The topics that events are delivered to, if they are.
    pub topics: Topics,
    /// Subscriptions at hubs, if there are any.
    pub websub: Option<Arc<WebSub>>,
    /// Where the engine is told to ask a feed, if there is one.
    pub engine: Option<mpsc::Sender<EngineCommand>>,
    /// Who may write.
    pub write_access: watch::Receiver<WriteAccess>,
    /// Reads the configuration anew, if there is one.
    pub reloader: Option<Arc<Reloader>>,
}

/// After how many seconds a client that finds no room is to come back: when half-open connections have been closed.
const RETRY_AFTER_SECONDS: u16 = 10;

/// How many passwords are checked at once: each takes 19 MiB and a core.
const MAX_PASSWORD_CHECKS: usize = 2;

/// How many feeds are looked at at once before they are added: each asks several pages of one host.
const MAX_PREVIEWS: usize = 2;

/// What every handler knows.
struct Api {
    sources: Sources,
    sessions: Sessions,
    /// What it may be called.
    names: OwnNames,
    activity: Arc<ActivityCounter>,
    /// Where the journal is read for whoever looks.
    reading_threads: ReadingThreads,
    /// Bounds how many passwords are checked at once.
    password_turns: Semaphore,
    /// Bounds how many feeds are looked at at once before they are added.
    preview_turns: Semaphore,
    followers: Arc<Semaphore>,
    max_followers: usize,
    stop: CancellationToken,
}

type Shared = State<Arc<Api>>;

/// The log-ins that outlasted the last daemon.
async fn kept_sessions(journal: &Journal) -> Sessions {
    let journal = journal.clone();
    let read = tokio::task::spawn_blocking(move || journal.reader().sessions(Timestamp::now())).await;
    match read {
        Ok(Ok(sessions)) => Sessions::kept(sessions),
        Ok(Err(error)) => {
            tracing::warn!(%error, "who was logged in to the console cannot be read: they have to log in again");
            Sessions::default()
        }
        Err(_) => Sessions::default(),
    }
}

/// Serves until `stop` is cancelled; open event streams end then.
pub async fn serve(
    listener: TcpListener,
    settings: &HttpSettings,
    sources: Sources,
    stop: CancellationToken,
) {
    let access = sources.write_access.clone();
    let (router, _, counting) = router(settings, sources, stop.clone()).await;
    serve_and_tell_refusals(listener, router, settings, Some(access), stop).await;
    // It ends with the rest; what it counted is of no further use.
    drop(counting.await);
}

/// Serves the paths `own`, and beside them what [`serve`] serves as far as it changes nothing: for a member of a fleet, whose journal shows what
/// others do.
pub async fn serve_beside(
    own: Router,
    listener: TcpListener,
    settings: &HttpSettings,
    sources: Option<Sources>,
    stop: CancellationToken,
) {
    let guarded = |guard| own.layer(from_fn_with_state(guard, own_names::refuse_others));
    let access = sources.as_ref().map(|sources| sources.write_access.clone());
    let Some(sources) = sources else {
        let address = format!("http://{}", reachable(listener.local_addr().unwrap_or(settings.listen)));
        let names = OwnNames::new(settings, &RunRecord::this_machine(), "", &address);
        let own = guarded(NameGuard { names, api: None });
        serve_and_tell_refusals(listener, own, settings, access, stop).await;
        return;
    };
    let (router, guard, counting) = router(settings, sources, stop.clone()).await;
    let router = guarded(guard).fallback_service(router.layer(from_fn(access::refuse_changes)));
    serve_and_tell_refusals(listener, router, settings, access, stop).await;
    drop(counting.await);
}

/// Serves `router` until `stop` is cancelled, and tells the log which changes it refuses. What `access` says, if it is there, tells which proxies
/// are believed about whom they pass on.
async fn serve_and_tell_refusals(
    listener: TcpListener,
    router: Router,
    settings: &HttpSettings,
    access: Option<watch::Receiver<WriteAccess>>,
    stop: CancellationToken,
) {
    let refusals = Arc::new(RefusalLog::new(access));
    let router = router.layer(from_fn_with_state(refusals.clone(), refusal_log::tell));
    tokio::join!(connections::serve(listener, router, settings, stop.clone()), refusals.tell_rest(&stop));
}

/// What answers, what tells under which names, and what is counted meanwhile, until `stop` is cancelled.
async fn router(
    settings: &HttpSettings,
    sources: Sources,
    stop: CancellationToken,
) -> (Router, NameGuard, JoinHandle<()>) {
    let envelope = sources.envelope.of_journal(sources.journal.id());
    let sources = Sources { envelope, ..sources };
    let callbacks = sources.websub.clone().map(websub::routes);
    let journal = HeaderValue::from_str(sources.journal.id().as_str()).ok();
    let activity = Arc::new(ActivityCounter::default());
    let counting = tokio::spawn(activity.clone().follow(sources.journal.clone(), stop.clone()));
    let sessions = kept_sessions(&sources.journal).await;
    let schema = sources.envelope.schemas.dataschema(EventKind::Article);
    let names = OwnNames::new(settings, &RunRecord::this_machine(), &schema, &sources.run_record.api);
    let api = Arc::new(Api {
        sources,
        sessions,
        names: names.clone(),
        activity: activity.clone(),
        reading_threads: ReadingThreads::new(),
        password_turns: Semaphore::new(MAX_PASSWORD_CHECKS),
        preview_turns: Semaphore::new(MAX_PREVIEWS),
        followers: Arc::new(Semaphore::new(settings.max_followers)),
        max_followers: settings.max_followers,
        stop: stop.clone(),
    });
    let guard = NameGuard { names, api: Some(api.clone()) };
    let router = routes()
        .finish_api(&mut OpenApi::default())
        .route_layer(from_fn(known_parameters::refuse_others))
        .route_layer(from_fn_with_state(guard.clone(), own_names::refuse_others))
        .merge(console::routes(&api))
        .fallback(no_such_path)
        .with_state(api)
        .layer(from_fn(framework_problem::as_problem))
        .layer(from_fn(acceptable::as_accepted))
        .merge(callbacks.unwrap_or_default())
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(may_be_compressed)))
        .layer(map_response(move |response| {
            std::future::ready(with_common_headers(response, journal.as_ref()))
        }));
    (router, guard, counting)
}

async fn no_such_path(headers: HeaderMap) -> Response {
    if console::is_browser(&headers) {
        return console::refusal(Problem::new(
            StatusCode::NOT_FOUND,
            "the console has no page at this address: it may be mistyped, or of another version",
        ));
    }
    Problem::new(StatusCode::NOT_FOUND, "no such path; see /v1/status").into_response()
}

/// Every path of the API but the callbacks', each with what [`openapi`] says of it.
fn routes() -> ApiRouter<Arc<Api>> {
    ApiRouter::new()
        .api_route("/v1/events", get_with(events::events, document::events))
        .api_route(
            "/v1/feeds",
            get_with(feed::list, document::feeds).post_with(feed::add, document::add_feed),
        )
        .api_route(
            "/v1/feeds/{id}",
            get_with(feed::show, document::feed)
                .patch_with(feed::edit, document::edit_feed)
                .delete_with(feed::remove, document::remove_feed),
        )
        .api_route("/v1/feeds/{id}/entries", get_with(feed_entries::list, document::feed_entries))
        .api_route("/v1/feeds/groups", get_with(feed::groups, document::feed_groups))
        .api_route("/v1/feeds/preview", post_with(feed::preview, document::preview_feed))
        .api_route(
            "/v1/opml",
            get_with(opml::export, document::export_feeds).post_with(opml::import, document::import_feeds),
        )
        .api_route("/v1/feeds/{id}/pause", post_with(feed::pause, document::pause_feed))
        .api_route("/v1/feeds/{id}/resume", post_with(feed::resume, document::resume_feed))
        .api_route("/v1/feeds/{id}/poll", post_with(feed::poll, document::poll_feed))
        .api_route("/v1/feeds/{id}/revive", post_with(feed::revive, document::revive_feed))
        .api_route("/v1/articles", get_with(article::list, document::articles))
        .api_route("/v1/feed.atom", get_with(atom::feed, document::atom))
        .api_route("/v1/articles/{id}", get_with(article::show, document::article))
        .api_route("/v1/articles/{id}/witnesses", get_with(recorded::witnesses, document::witnesses))
        .api_route("/v1/articles/{id}/page", get_with(recorded::page, document::recorded_page))
        .api_route("/v1/labels", get_with(label::list, document::labels))
        .api_route(
            "/v1/labels/{article}",
            put_with(label::give, document::give_label).delete_with(label::remove, document::remove_label),
        )
        .api_route("/v1/judge", get_with(judge_queue::list, document::judge_queue))
        .api_route("/v1/rejects", get_with(reject::list, document::rejects))
        .api_route("/v1/rejects/{sequence}", get_with(reject::show, document::reject))
        .api_route("/v1/activity", get_with(activity::show, document::activity))
        .api_route("/v1/stories", get_with(story::list, document::stories))
        .api_route("/v1/stories/{id}", get_with(story::show, document::story))
        .api_route("/v1/stories/{id}/reports", get_with(story::reports::show, document::story_reports))
        .api_route("/v1/articles.csv", get_with(csv::articles, document::articles_csv))
        .api_route("/v1/stories.csv", get_with(csv::stories, document::stories_csv))
        .api_route("/v1/rejects.csv", get_with(csv::rejects, document::rejects_csv))
        .api_route("/v1/entities/{id}", get_with(entity::show, document::entity))
        .api_route("/v1/lookup", get_with(lookup::show, document::lookup))
        .api_route("/v1/waiting", get_with(lookup::waiting, document::waiting))
        .api_route("/v1/webhooks", get_with(webhook::list, document::webhooks))
        .api_route(
            "/v1/webhooks/{name}/dead-letters",
            get_with(webhook::dead_letters, document::dead_letters),
        )
        .api_route("/v1/webhooks/{name}/redeliver", post_with(webhook::redeliver, document::redeliver))
        .api_route("/v1/webhooks/{name}/enable", post_with(webhook::enable, document::enable_webhook))
        .api_route(
            "/v1/sites",
            get_with(site_rule::list, document::site_rules)
                .put_with(site_rule::save, document::save_site_rule)
                .delete_with(site_rule::remove, document::remove_site_rule),
        )
        .api_route("/v1/sites/try", post_with(site_rule::try_rule, document::try_site_rule))
        .api_route("/v1/status", get_with(status, document::status))
        .api_route("/v1/reload", post_with(reload::reload, document::reload))
        .api_route("/v1/schemas", get_with(schemas::list, document::schemas))
        .route("/v1/schemas/", axum::routing::get(schemas::list))
        .api_route("/v1/schemas/{name}", get_with(schemas::schema, document::schema))
        .api_route("/v1/openapi.json", get_with(schemas::openapi, document::openapi_document))
        .api_route("/v1/asyncapi.json", get_with(schemas::asyncapi, document::asyncapi_document))
        .api_route("/livez", get_with(health::livez, document::livez))
        .api_route("/readyz", get_with(health::readyz, document::readyz))
        .api_route("/metrics", get_with(metrics, document::metrics))
}

/// The field that names the journal an answer is about.
const JOURNAL: HeaderName = HeaderName::from_static("dateline-journal");

/// What all answers say: which journal they are about, that they are what they say they are (Fetch, section 3.6,
/// `nosniff`), and when to come back if there is no room now.
fn with_common_headers(mut response: Response, journal: Option<&HeaderValue>) -> Response {
    let is_unavailable = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(journal) = journal {
        headers.insert(JOURNAL, journal.clone());
    }
    if is_unavailable {
        headers.entry(header::RETRY_AFTER).or_insert(RETRY_AFTER_SECONDS.into());
    }
    response
}

/// Whether an answer may be compressed: not one whose events are to be sent as they come (RFC 9111, section 5.2.2.6).
fn may_be_compressed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let control = headers.get(header::CACHE_CONTROL).and_then(|control| control.to_str().ok());
    !control.is_some_and(|control| control.contains("no-transform"))
}

async fn status(State(api): Shared) -> Result<Json<StatusReport>, Problem> {
    api.status().await.map(Json)
}

async fn metrics(State(api): Shared, headers: HeaderMap) -> Result<Response, Problem> {
    let status = api.status().await?;
    let relay = api.sources.relay.as_ref().map(|relay| relay.borrow().clone());
    let metrics = &api.sources.metrics;
    metrics.measure(&Moment {
        status: &status,
        relay: relay.as_ref(),
        activity: *api.sources.pulse.borrow(),
        followers: api.max_followers - api.followers.available_permits(),
        now: status.now,
    });
    let exposition = match Accept::of(&headers).best(METRIC_KINDS) == METRIC_KINDS[0] {
        true => Exposition::Prometheus,
        false => Exposition::OpenMetrics,
    };
    Ok(([(header::CONTENT_TYPE, exposition.content_type())], metrics.to_text(exposition)).into_response())
}

impl Api {
    /// Reads the journal, which takes a moment on its disk, on a thread that may wait for that, and gives way to the rest of the daemon.
    async fn read<T: Send + 'static, E: Into<Problem> + Send + 'static>(
        &self,
        work: impl FnOnce(&JournalReader) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem> {
        let journal = self.sources.journal.clone();
        let read = self.reading_threads.spawn(move || work(journal.reader())).await;
        read.map_err(|lost| Problem::internal(&lost.to_string()))?.map_err(Into::into)
    }

    /// The status as of now.
    async fn status(&self) -> Result<StatusReport, Problem> {
        let (catalogue, now) = (self.sources.feeds.borrow().clone(), self.now());
        let status = self.read(move |journal| StatusReport::read(journal, &catalogue, now)).await?;
        Ok(status.told_by(self.sources.run_record.clone(), self.live_state()))
    }

    /// The time of day by the engine's clock.
    fn now(&self) -> Timestamp {
        let activity = *self.sources.pulse.borrow();
        activity.time.checked_add(activity.at.elapsed()).unwrap_or(activity.time)
    }

    /// What is known without reading the journal.
    fn live_state(&self) -> LiveState {
        let Sources { journal, metrics, pulse, relay, member, sinks, .. } = &self.sources;
        let pulse = *pulse.borrow();
        LiveState {
            hangs: !is_alive(&pulse),
            paused: pulse.paused,
            relay: relay.as_ref().map(|relay| relay.borrow().clone()),
            member: member.as_ref().map(FleetMembership::summary),
            sinks: sinks.iter().map(|sink| sink.report.borrow().clone()).collect(),
            site_rules: metrics.site_rules(),
            visits: metrics.visits(),
            proxies: metrics.proxies(),
            disk: journal.reader().path().parent().and_then(|folder| DiskSpace::at(folder).ok()),
        }
    }
}
