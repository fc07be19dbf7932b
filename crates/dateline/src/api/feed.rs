//! `POST /v1/feeds/ID/poll` and `/revive`: a feed is asked now.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Json;
use dateline_journal::{JournalError, PollRequest};
use dateline_wire::FeedId;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::access::MayWrite;
use super::{Problem, Shared};
use crate::engine::EngineCommand;

/// Asks the feed now.
pub(super) async fn poll(_: MayWrite, state: Shared, id: Path<String>) -> Result<Json<Value>, Problem> {
    request(state, id, PollRequest::Poll).await
}

/// Asks the feed now, which is gone no more.
pub(super) async fn revive(_: MayWrite, state: Shared, id: Path<String>) -> Result<Json<Value>, Problem> {
    request(state, id, PollRequest::Revive).await
}

async fn request(
    State(api): Shared,
    Path(id): Path<String>,
    request: PollRequest,
) -> Result<Json<Value>, Problem> {
    let stopping = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the daemon is stopping");
    let Some(engine) = api.sources.engine.clone() else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "no feeds are polled here"));
    };
    let feed = FeedId::from_stored(id);
    let (done, answer) = oneshot::channel();
    engine.send(EngineCommand::Poll(feed.clone(), request, done)).await.map_err(|_| stopping())?;
    match answer.await.map_err(|_| stopping())? {
        Ok(()) => Ok(Json(json!({ "feed": feed }))),
        Err(JournalError::UnknownFeed(feed)) => {
            Err(Problem::new(StatusCode::NOT_FOUND, format!("feed {feed} is not polled; see /v1/feeds")))
        }
        Err(error) => Err(error.into()),
    }
}
