//! `/v1/schemas`, `/v1/schemas/NAME`, `/v1/openapi.json`, `/v1/asyncapi.json`: what subscribers rely on.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use dateline_wire::EventKind;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::expectation::shown;
use super::{Problem, Shared, document};
use crate::contract;

/// What is served under `/v1/schemas`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SchemaList {
    schemas: Vec<SchemaEntry>,
}

/// The schema of a kind of event.
#[derive(Debug, Serialize, JsonSchema)]
struct SchemaEntry {
    /// The kind, as the parameter `kind` calls it.
    kind: &'static str,
    /// The events' `type`.
    r#type: &'static str,
    /// The path of its schema.
    path: String,
    /// What events have for `dataschema`.
    dataschema: String,
}

/// The schemas that there are.
pub(super) async fn list(State(api): Shared) -> Json<SchemaList> {
    let schemas = EventKind::ALL.map(|kind| SchemaEntry {
        kind: kind.word(),
        r#type: kind.ce_type(),
        path: format!("/v1/schemas/{}", kind.schema_file()),
        dataschema: api.sources.envelope.schemas.dataschema(kind).into_owned(),
    });
    Json(SchemaList { schemas: schemas.into() })
}

/// The schema that is called `name`, as `dataschema` of the events calls it, or by their `type` or kind alone.
pub(super) async fn schema(State(api): Shared, Path(name): Path<String>) -> Result<Response, Problem> {
    let is_called =
        |kind: &EventKind| kind.schema_file() == name || kind.ce_type() == name || kind.word() == name;
    let Some(kind) = EventKind::ALL.into_iter().find(is_called) else {
        let names = EventKind::ALL.map(EventKind::schema_file).join(", ");
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            format!("no schema is called {}; there are {names}", shown(&name)),
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
