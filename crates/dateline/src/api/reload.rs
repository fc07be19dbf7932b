//! `POST /v1/reload`: the configuration is read anew.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;

use tokio::time::timeout;

use super::access::MayReload;
use super::{Problem, Shared};
use crate::reload::{ReloadError, ReloadReport};

/// How long a client waits for a change of the configuration. Reading it has a deadline of its own; a journal that cannot be written may
/// hold the rest up.
const PATIENCE: Duration = Duration::from_secs(40);

/// What changed; or, with every error, why everything stays as it was.
pub(super) async fn reload(_: MayReload, State(api): Shared) -> Result<Json<ReloadReport>, Problem> {
    let Some(reloader) = api.sources.reloader.clone() else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "there is no configuration to reload here"));
    };
    Ok(Json(to_the_end(async move { reloader.reload().await }).await??))
}

/// What comes of a `change` of the configuration, which a client that goes away doesn't break off, nor one that has waited for long
/// enough.
pub(super) async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = T> + Send + 'static,
) -> Result<T, Problem> {
    let changed = timeout(PATIENCE, tokio::spawn(change)).await.map_err(|_| {
        let detail = format!(
            "the change is under way and has not ended within {} seconds: the daemon's log says how it ends, and `dateline status` what \
             holds the daemon up",
            PATIENCE.as_secs()
        );
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })?;
    changed.map_err(|lost| Problem::internal(&lost.to_string()))
}

impl From<ReloadError> for Problem {
    fn from(error: ReloadError) -> Self {
        let error = match error {
            ReloadError::Feeds(error) => return error.into(),
            ReloadError::UnwritableSites { path, source } => {
                return Self::of_unwritable(&path, &source, "sites");
            }
            other => other,
        };
        let status = match &error {
            ReloadError::Config(_) | ReloadError::Settings(_) => StatusCode::UNPROCESSABLE_ENTITY,
            ReloadError::UnknownSite(_) => StatusCode::NOT_FOUND,
            ReloadError::Recorded
            | ReloadError::Feeds(_)
            | ReloadError::UnwritableSites { .. }
            | ReloadError::Busy => StatusCode::CONFLICT,
            ReloadError::Journal(_) | ReloadError::Slow | ReloadError::Stopping => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Self { errors: error.details(), ..Self::new(status, error.to_string()) }
    }
}
