//! `/v1/schemas/NAME`: the JSON Schemas of events.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dateline_wire::EventKind;

use super::{Problem, Shared};

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
