//! `/v1/schemas/NAME`, `/v1/openapi.json`, `/v1/asyncapi.json`: what subscribers rely on.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use dateline_wire::EventKind;
use serde_json::Value;

use super::{Problem, Shared, document};
use crate::contract;

/// The schema that is called `name`, as `dataschema` of the events calls it.
pub(super) async fn schema(State(api): Shared, Path(name): Path<String>) -> Result<Response, Problem> {
    let Some(kind) = EventKind::ALL.into_iter().find(|kind| kind.schema_file() == name) else {
        let names = EventKind::ALL.map(EventKind::schema_file).join(", ");
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("no schema is called {name}; there are {names}"),
        ));
    };
    let schema = api.sources.envelope.schemas.schema(kind);
    Ok(([(header::CONTENT_TYPE, "application/schema+json")], schema.to_string()).into_response())
}

/// What this API promises.
pub(super) async fn openapi() -> Json<Value> {
    Json(document::openapi())
}

/// What the topics promise.
pub(super) async fn asyncapi(State(api): Shared) -> Json<Value> {
    Json(contract::asyncapi("schemas/", &api.sources.topics))
}
