//! `/v1/feeds`: the feeds, how each has been going, and what is done with one: it is added, removed, paused, resumed, asked now.
//!
//! What is changed stands in the feeds file afterwards, and the daemon goes by it, or both are as they were.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use dateline_journal::{JournalError, PollRequest};
use dateline_wire::{FeedId, FeedRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use url::Url;

use super::access::MayWrite;
use super::{Api, Problem, ProblemKind, Shared};
use crate::config::feeds::{FeedChange, FeedChangeError, NewFeed};
use crate::engine::EngineCommand;
use crate::feed_discovery::{DiscoveryError, discover};
use crate::reload::{ReloadReport, Reloader};
use crate::status::{FeedHistory, FeedStatus};

/// A feed that is to be added.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
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
    /// Whether it is added as it is, without asking whether a feed is there.
    #[serde(default)]
    pub unchecked: bool,
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
pub(super) async fn show(State(api): Shared, Path(id): Path<String>) -> Result<Json<FeedHistory>, Problem> {
    let (now, feed) = (api.now(), FeedId::from_stored(id));
    let (catalogue, journal) = (api.sources.feeds.borrow().clone(), api.sources.journal.clone());
    let id = feed.clone();
    let read = tokio::task::spawn_blocking(move || FeedHistory::read(journal.reader(), &catalogue, &id, now));
    let history = read.await.map_err(|lost| Problem::internal(&lost.to_string()))??;
    history.map(Json).ok_or_else(|| unknown(&feed))
}

/// Adds a feed, or the one that the site at the address names.
pub(super) async fn add(
    _: MayWrite,
    State(api): Shared,
    body: Result<Json<FeedAddition>, JsonRejection>,
) -> Result<Response, Problem> {
    let meant = "; a JSON object is meant, such as {\"url\": \"https://news.example/rss\"}, with `name`, `group`, `tags` and \
                 `unchecked` as it needs them";
    let Json(addition) = body
        .map_err(|rejection| Problem::new(rejection.status(), format!("{}{meant}", rejection.body_text())))?;
    let reloader = reloader(&api)?;
    let FeedAddition { url, name, group, tags, unchecked } = addition;
    let url = match unchecked {
        true => url,
        false => {
            let fetcher = reloader.fetcher().await?;
            discover(&fetcher, fetcher.secret_query(), &url).await?
        }
    };
    let report = change(reloader, FeedChange::Add(NewFeed { url, name, group, tags })).await?;
    let location = HeaderValue::try_from(format!("/v1/feeds/{}", report.feed.id));
    let mut response = (StatusCode::CREATED, Json(report)).into_response();
    // An id is of letters and digits.
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Takes the feed out.
pub(super) async fn remove(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<String>,
) -> Result<Json<FeedChangeReport>, Problem> {
    change(reloader(&api)?, FeedChange::Remove(FeedId::from_stored(id))).await.map(Json)
}

/// Leaves the feed there, and polls it no more.
pub(super) async fn pause(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<String>,
) -> Result<Json<FeedChangeReport>, Problem> {
    change(reloader(&api)?, FeedChange::Pause(FeedId::from_stored(id))).await.map(Json)
}

/// Polls the feed again.
pub(super) async fn resume(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<String>,
) -> Result<Json<FeedChangeReport>, Problem> {
    change(reloader(&api)?, FeedChange::Resume(FeedId::from_stored(id))).await.map(Json)
}

/// Asks the feed now.
pub(super) async fn poll(_: MayWrite, state: Shared, id: Path<String>) -> Result<Json<AskedFeed>, Problem> {
    request(state, id, PollRequest::Poll).await
}

/// Asks the feed now, which is gone no more.
pub(super) async fn revive(_: MayWrite, state: Shared, id: Path<String>) -> Result<Json<AskedFeed>, Problem> {
    request(state, id, PollRequest::Revive).await
}

async fn request(
    State(api): Shared,
    Path(id): Path<String>,
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

fn unknown(feed: &FeedId) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("no feed with the id {feed} is configured; see /v1/feeds"))
}

fn reloader(api: &Api) -> Result<Arc<Reloader>, Problem> {
    let missing = || Problem::new(StatusCode::NOT_FOUND, "there is no configuration to change here");
    api.sources.reloader.clone().ok_or_else(missing)
}

/// A client that goes away doesn't break a change off.
async fn change(reloader: Arc<Reloader>, change: FeedChange) -> Result<FeedChangeReport, Problem> {
    let changed = tokio::spawn(async move { reloader.change_feeds(change).await }).await;
    let (feed, reload) = changed.map_err(|lost| Problem::internal(&lost.to_string()))??;
    Ok(FeedChangeReport { feed, reload })
}

impl From<DiscoveryError> for Problem {
    fn from(error: DiscoveryError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
    }
}

impl From<FeedChangeError> for Problem {
    fn from(error: FeedChangeError) -> Self {
        let detail = error.to_string();
        match error {
            FeedChangeError::Unknown { .. } => Self::new(StatusCode::NOT_FOUND, detail),
            FeedChangeError::Known { .. } | FeedChangeError::Inline { .. } | FeedChangeError::Last { .. } => {
                Self::new(StatusCode::CONFLICT, detail)
            }
            FeedChangeError::Config(errors) => Self {
                errors: errors.iter().map(ToString::to_string).collect(),
                ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
            },
            FeedChangeError::Unwritable { .. } => {
                let remedy =
                    "let the user that runs the daemon write it, or change it by hand and `dateline reload`";
                Self {
                    kind: ProblemKind::UnwritableFile,
                    ..Self::new(StatusCode::CONFLICT, format!("{detail}; {remedy}"))
                }
            }
        }
    }
}
