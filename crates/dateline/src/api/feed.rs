//! `/v1/feeds`: the feeds, how each has been going, and what is done with one: it is added, removed, paused, resumed, asked now.
//!
//! What is changed stands in the feeds file afterwards, and the daemon goes by it, or both are as they were.

use std::io;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use dateline_fetcher::{Feed, Fetcher, PollOutcome};
use dateline_journal::{JournalError, PollRequest};
use dateline_wire::{FeedId, FeedRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::access::MayWrite;
use super::expectation::shown;
use super::json_body::{BodyDocument, JsonBody};
use super::parameters::GivenId;
use super::reload::to_the_end;
use super::{Api, Problem, ProblemKind, Shared};
pub(super) use crate::config::feeds::FeedEdits;
use crate::config::feeds::{FeedChange, FeedChangeError, NewFeed};
use crate::engine::EngineCommand;
use crate::feed_discovery::{DiscoveryError, FeedPlan, discover};
use crate::feed_preview::{self, FeedPreview};
use crate::reload::{ReloadError, ReloadReport, Reloader};
use crate::status::{FeedHistory, FeedStatus};

/// A feed that is to be added.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedAddition {
    /// The address of the feed, or of a site that names one.
    pub url: Url,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The group that gives it options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What it is sorted under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How often it is asked, as a duration such as `10m`; in its own rhythm without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// What its articles are in, as a language tag, whatever their pages say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where the text comes from: `auto`, `page` or `feed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_text: Option<String>,
    /// Whether its articles are judged: `on`, or `off` to publish all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Patterns (regular expressions) for title and link, of which an entry has to match one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<String>,
    /// Patterns of which an entry may match none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// Whether it is added as it is, without asking whether a feed is there.
    #[serde(default)]
    pub unchecked: bool,
}

impl FeedAddition {
    /// One of which no more is said than its address.
    pub(crate) fn at(url: Url) -> Self {
        Self {
            url,
            name: None,
            group: None,
            tags: Vec::new(),
            interval: None,
            language: None,
            full_text: None,
            subject: None,
            keep: Vec::new(),
            drop: Vec::new(),
            unchecked: false,
        }
    }

    /// The same for the feeds file, under the address that was found.
    pub(crate) fn new_feed(&self, url: Url) -> NewFeed {
        let Self {
            url: _,
            name,
            group,
            tags,
            interval,
            language,
            full_text,
            subject,
            keep,
            drop,
            unchecked: _,
        } = self.clone();
        NewFeed { url, name, group, tags, interval, language, full_text, subject, keep, drop }
    }
}

impl BodyDocument for FeedEdits {
    const EXAMPLE: &str = r#"{"tags": ["asia"]}"#;
}

impl BodyDocument for FeedAddition {
    const EXAMPLE: &str = r#"{"url": "https://news.example/rss"}"#;
}

/// What came of a change.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FeedChangeReport {
    /// The feed.
    pub feed: FeedRef,
    /// What the reload changed that goes with it: whatever else has been changed in the files counts from then on, too.
    pub reload: ReloadReport,
}

/// A feed that is asked now.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AskedFeed {
    /// The feed.
    feed: FeedId,
}

/// All feeds, and how each is.
pub(super) async fn list(State(api): Shared) -> Result<Json<Vec<FeedStatus>>, Problem> {
    Ok(Json(api.status().await?.feeds))
}

/// How a feed has been going.
pub(super) async fn show(State(api): Shared, Path(id): Path<GivenId>) -> Result<Json<FeedHistory>, Problem> {
    let (now, feed) = (api.now(), FeedId::from_stored(id));
    let (catalogue, id) = (api.sources.feeds.borrow().clone(), feed.clone());
    let history = api.read(move |journal| FeedHistory::read(journal, &catalogue, &id, now)).await?;
    history.map(Json).ok_or_else(|| unknown(&feed))
}

/// Adds a feed, or the one that the site at the address names.
pub(super) async fn add(
    _: MayWrite,
    State(api): Shared,
    JsonBody(addition): JsonBody<FeedAddition>,
) -> Result<Response, Problem> {
    let report = add_feed(MayWrite, &api, addition).await?;
    let location = HeaderValue::try_from(format!("/v1/feeds/{}", report.feed.id));
    let mut response = (StatusCode::CREATED, Json(report)).into_response();
    // An id is of letters and digits.
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Adds a feed, or the one that the site at the address names.
pub(super) async fn add_feed(
    _: MayWrite,
    api: &Api,
    addition: FeedAddition,
) -> Result<FeedChangeReport, Problem> {
    let reloader = reloader(api)?;
    let url = match addition.unchecked {
        true => addition.url.clone(),
        false => {
            let fetcher = reloader.fetcher().await?;
            found(&reloader, &fetcher, &addition).await?.0
        }
    };
    change(reloader, FeedChange::Add(Box::new(addition.new_feed(url)))).await
}

/// The feed that is meant, and its answer. It is asked as it would be once it is added: with the options of its groups.
async fn found(
    reloader: &Reloader,
    fetcher: &Fetcher,
    addition: &FeedAddition,
) -> Result<(Url, Feed, PollOutcome), DiscoveryFailure> {
    let plan = |url: Url| -> FeedPlan<'_, _> {
        let new = addition.new_feed(url);
        Box::pin(async move { reloader.planned(new).await.map_err(DiscoveryFailure::Plan) })
    };
    discover(fetcher, &addition.url, plan).await
}

/// Why no feed was found.
enum DiscoveryFailure {
    Plan(ReloadError),
    Discovery(DiscoveryError),
}

impl From<DiscoveryError> for DiscoveryFailure {
    fn from(error: DiscoveryError) -> Self {
        Self::Discovery(error)
    }
}

impl From<DiscoveryFailure> for Problem {
    fn from(failure: DiscoveryFailure) -> Self {
        match failure {
            DiscoveryFailure::Plan(error) => error.into(),
            DiscoveryFailure::Discovery(error) => error.into(),
        }
    }
}

/// The names of the groups that a feed can be added to, in the order of the feeds file.
pub(super) async fn groups(State(api): Shared) -> Result<Json<Vec<String>>, Problem> {
    Ok(Json(reloader(&api)?.feed_groups().await?))
}

/// What a feed would bring, or that which the site at the address names. Nothing is kept of it.
pub(super) async fn preview(
    _: MayWrite,
    State(api): Shared,
    JsonBody(addition): JsonBody<FeedAddition>,
) -> Result<Json<FeedPreview>, Problem> {
    let reloader = reloader(&api)?;
    let _turn = api.preview_turns.try_acquire().map_err(|_| {
        let detail = "other feeds are being looked at; try again in a moment";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    let end = Instant::now() + feed_preview::MAX_DURATION;
    let late = |_| {
        let detail = format!("there was no answer within {:?}", feed_preview::MAX_DURATION);
        Problem::new(StatusCode::GATEWAY_TIMEOUT, detail)
    };
    let parts = reloader.reading_parts().await?;
    let found = timeout_at(end, found(&reloader, &parts.fetcher, &addition)).await.map_err(late)?;
    let (_, planned, outcome) = match found {
        Ok(found) => found,
        Err(DiscoveryFailure::Discovery(DiscoveryError::Several { feeds, .. })) => {
            return Ok(Json(FeedPreview { candidates: feeds, ..FeedPreview::default() }));
        }
        Err(failure) => return Err(failure.into()),
    };
    Ok(Json(feed_preview::preview(&parts, planned, outcome, end).await))
}

/// Calls, sorts or asks a feed otherwise.
pub(super) async fn edit(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<GivenId>,
    JsonBody(edits): JsonBody<FeedEdits>,
) -> Result<Json<FeedChangeReport>, Problem> {
    change(reloader(&api)?, FeedChange::Edit(FeedId::from_stored(id), edits)).await.map(Json)
}

/// Takes the feed out.
pub(super) async fn remove(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<GivenId>,
) -> Result<Json<FeedChangeReport>, Problem> {
    change(reloader(&api)?, FeedChange::Remove(FeedId::from_stored(id))).await.map(Json)
}

/// Leaves the feed there, and polls it no more.
pub(super) async fn pause(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<GivenId>,
) -> Result<Json<FeedChangeReport>, Problem> {
    change(reloader(&api)?, FeedChange::Pause(FeedId::from_stored(id))).await.map(Json)
}

/// Polls the feed again.
pub(super) async fn resume(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<GivenId>,
) -> Result<Json<FeedChangeReport>, Problem> {
    change(reloader(&api)?, FeedChange::Resume(FeedId::from_stored(id))).await.map(Json)
}

/// Asks the feed now.
pub(super) async fn poll(_: MayWrite, state: Shared, id: Path<GivenId>) -> Result<Json<AskedFeed>, Problem> {
    request(state, id, PollRequest::Poll).await
}

/// Asks the feed now, which is gone no more.
pub(super) async fn revive(
    _: MayWrite,
    state: Shared,
    id: Path<GivenId>,
) -> Result<Json<AskedFeed>, Problem> {
    request(state, id, PollRequest::Revive).await
}

async fn request(
    State(api): Shared,
    Path(id): Path<GivenId>,
    request: PollRequest,
) -> Result<Json<AskedFeed>, Problem> {
    let stopping = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the daemon is stopping");
    let Some(engine) = api.sources.engine.clone() else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "no feeds are polled here"));
    };
    let feed = FeedId::from_stored(id);
    if api.sources.feeds.borrow().is_paused(&feed) {
        let detail = format!("feed {feed} is paused; `dateline feed resume` has it asked again");
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    let (done, answer) = oneshot::channel();
    engine.send(EngineCommand::Poll(feed.clone(), request, done)).await.map_err(|_| stopping())?;
    match answer.await.map_err(|_| stopping())? {
        Ok(()) => Ok(Json(AskedFeed { feed })),
        Err(JournalError::UnknownFeed(feed)) => Err(unknown(&feed)),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn unknown(feed: &FeedId) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("no feed with the id {} is configured; see /v1/feeds", shown(feed.as_str())),
    )
}

pub(super) fn reloader(api: &Api) -> Result<Arc<Reloader>, Problem> {
    let missing = || Problem::new(StatusCode::NOT_FOUND, "there is no configuration to change here");
    api.sources.reloader.clone().ok_or_else(missing)
}

async fn change(reloader: Arc<Reloader>, change: FeedChange) -> Result<FeedChangeReport, Problem> {
    let (feed, reload) = to_the_end(async move { reloader.change_feeds(change).await }).await??;
    Ok(FeedChangeReport { feed, reload })
}

impl From<DiscoveryError> for Problem {
    fn from(error: DiscoveryError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
    }
}

impl Problem {
    /// That a configuration file cannot be written, which `setting` names.
    pub(super) fn of_unwritable(path: &std::path::Path, error: &io::Error, setting: &str) -> Self {
        let detail = format!(
            "{} cannot be written: {error}. {}",
            path.display(),
            crate::config::remedy_of_unwritable(path, error, setting)
        );
        Self { kind: ProblemKind::UnwritableFile, ..Self::new(StatusCode::CONFLICT, detail) }
    }
}

impl From<FeedChangeError> for Problem {
    fn from(error: FeedChangeError) -> Self {
        let detail = error.to_string();
        match error {
            FeedChangeError::Unknown { .. } => Self::new(StatusCode::NOT_FOUND, detail),
            FeedChangeError::Known { .. }
            | FeedChangeError::Inline { .. }
            | FeedChangeError::List { .. }
            | FeedChangeError::Last { .. } => Self::new(StatusCode::CONFLICT, detail),
            FeedChangeError::Config(errors) => Self {
                errors: errors.iter().map(ToString::to_string).collect(),
                ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
            },
            FeedChangeError::Unwritable { path, source } => Self::of_unwritable(&path, &source, "feeds"),
        }
    }
}
