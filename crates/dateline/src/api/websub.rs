//! Callbacks of WebSub hubs: what they ask back, and what they push.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dateline_fetcher::websub::PushContent;
use http_body_util::{BodyExt, Limited};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Problem;
use crate::console::figures::bytes;
use crate::websub::{Callbacks, PostResult, WebSub};

/// How many posts are taken in at once, each with up to the largest allowed body in memory.
const AT_ONCE: usize = 4;

#[derive(Clone)]
struct Receiver {
    websub: Arc<WebSub>,
    room: Arc<Semaphore>,
}

/// The callbacks' routes.
pub(super) fn routes(websub: Arc<WebSub>) -> Router {
    let receiver = Receiver { websub, room: Arc::new(Semaphore::new(AT_ONCE)) };
    Router::new().route("/websub/{token}", get(asked_back).post(pushed)).with_state(receiver)
}

/// A hub asks whether we meant it. The challenge goes back as plain text that no browser takes for anything else.
async fn asked_back(
    State(receiver): State<Receiver>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    match receiver.websub.answer(&token, &query.unwrap_or_default()).await? {
        Some(text) => {
            Ok(([(header::CONTENT_TYPE, "text/plain"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], text)
                .into_response())
        }
        None => Err(Problem::new(StatusCode::NOT_FOUND, "nothing of that kind was asked for")),
    }
}

/// A hub pushes. Bodies are taken in only for callbacks that exist.
async fn pushed(
    State(receiver): State<Receiver>,
    Path(token): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let websub = &receiver.websub;
    let received = match (websub.subscription(&token)?, receiver.room.try_acquire()) {
        (None, _) => websub.counted(PostResult::Gone, "unknown"),
        (Some(_), Err(_)) => websub.counted(PostResult::Busy, "busy"),
        (Some(subscription), Ok(_room)) => {
            let body = collect(websub, request.into_body()).await?;
            websub.take(&subscription, PushContent { headers, body }).await
        }
    };
    Ok(match received {
        // What is not signed by the hub is taken without a word, so that nobody learns by trying (section 7.1.2).
        PostResult::Taken | PostResult::Ignored => StatusCode::ACCEPTED.into_response(),
        PostResult::Gone => StatusCode::GONE.into_response(),
        PostResult::Busy => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")]).into_response(),
    })
}

/// The whole body, within the bounds that hold for any answer from outside.
async fn collect(websub: &WebSub, body: Body) -> Result<bytes::Bytes, Problem> {
    let Callbacks { max_body_bytes: most, body_timeout, .. } = websub.callbacks();
    match timeout(*body_timeout, Limited::new(body, *most).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            websub.counted(PostResult::Ignored, "too_large");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("more than {}", bytes(*most as u64))))
        }
        Ok(Err(_)) => Err(Problem::new(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}
