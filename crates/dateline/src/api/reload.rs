//! `POST /v1/reload`: the configuration is read anew.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;

use super::access::MayReload;
use super::{Problem, Shared};
use crate::reload::{ReloadError, ReloadReport};

/// What changed; or, with every error, why everything stays as it was.
pub(super) async fn reload(_: MayReload, State(api): Shared) -> Result<Json<ReloadReport>, Problem> {
    let Some(reloader) = api.sources.reloader.clone() else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "there is no configuration to reload here"));
    };
    // A client that goes away doesn't break a reload off.
    let reload = tokio::spawn(async move { reloader.reload().await });
    match reload.await {
        Ok(reloaded) => Ok(Json(reloaded?)),
        Err(lost) => Err(Problem::internal(&lost.to_string())),
    }
}

impl From<ReloadError> for Problem {
    fn from(error: ReloadError) -> Self {
        let error = match error {
            ReloadError::Feeds(error) => return error.into(),
            other => other,
        };
        let status = match &error {
            ReloadError::Config(_) | ReloadError::Settings(_) => StatusCode::UNPROCESSABLE_ENTITY,
            ReloadError::Recorded | ReloadError::Feeds(_) => StatusCode::CONFLICT,
            ReloadError::Journal(_) | ReloadError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self { errors: error.details(), ..Self::new(status, error.to_string()) }
    }
}
