//! A failure as the API tells it.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as DescribedResponse};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dateline_journal::JournalError;
use dateline_wire::Sequence;
use schemars::JsonSchema;
use serde::Serialize;

use super::document;
use crate::console::shown::visible;

/// What a failure is, where a program does something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The daemon may not write the feeds file. Whoever may can do it in its place.
    UnwritableFile,
    /// Anything else.
    Other,
}

impl ProblemKind {
    /// The `type` of [`ProblemKind::UnwritableFile`] (RFC 9457, section 3.1.1).
    pub(crate) const UNWRITABLE_FILE: &'static str = "/problems/unwritable-file";
}

/// A failure as the API tells it (RFC 9457, `application/problem+json`).
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) kind: ProblemKind,
    pub(super) detail: String,
    /// Everything that is wrong, where that is more than one thing.
    pub(super) errors: Vec<String>,
    /// The first event from which nothing is missing, where what was asked for is gone.
    pub(super) oldest: Option<Sequence>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let (kind, detail) = (ProblemKind::Other, detail.into());
        Self { status, kind, detail, errors: Vec::new(), oldest: None }
    }

    /// Events up to `gone` are deleted, and some of them were asked for.
    pub(super) fn gone(gone: Sequence) -> Self {
        let detail = format!(
            "events up to {gone} are gone by [retention]: after={gone} gives those after it, after=earliest all that are left"
        );
        Self { oldest: Some(gone.next()), ..Self::new(StatusCode::GONE, detail) }
    }

    /// The most of one of the errors that is told, in characters: they may repeat what was given, which may turn the direction of a line.
    const MAX_ERROR_CHARS: usize = 2_000;

    /// The media type of [`Problem::to_json`].
    pub(super) const CONTENT_TYPE: &'static str = "application/problem+json";

    pub(super) fn to_json(&self) -> String {
        let document = ProblemDocument {
            kind: (self.kind == ProblemKind::UnwritableFile).then_some(ProblemKind::UNWRITABLE_FILE),
            title: self.status.canonical_reason(),
            status: self.status.as_u16(),
            detail: &self.detail,
            errors: self.errors.iter().map(|error| visible(error, Self::MAX_ERROR_CHARS)).collect(),
            oldest: self.oldest,
        };
        // Strings and numbers always become JSON.
        serde_json::to_string(&document).unwrap_or_default()
    }

    pub(super) fn internal(detail: &str) -> Self {
        tracing::error!(detail, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }
}

/// A failure, as RFC 9457 has it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct ProblemDocument<'p> {
    /// What it is, where a program does something about it.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// The status in words.
    title: Option<&'static str>,
    /// The status.
    status: u16,
    /// What is wrong, and what to do.
    detail: &'p str,
    /// Everything that is wrong, where that is more than one thing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<String>,
    /// The first event from which nothing is missing, where what was asked for is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<Sequence>,
}

impl OperationOutput for Problem {
    type Inner = Self;

    fn operation_response(context: &mut GenContext, _: &mut Operation) -> Option<DescribedResponse> {
        let schema = context.schema.subschema_for::<ProblemDocument<'static>>();
        Some(document::response("What is wrong, and what to do.", [(Self::CONTENT_TYPE, schema)]))
    }

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, DescribedResponse)> {
        Self::operation_response(context, operation).map(|response| (None, response)).into_iter().collect()
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        Self::internal(&error.to_string())
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(&format!("what is stored could not be read: {error}"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response =
            (self.status, [(header::CONTENT_TYPE, Self::CONTENT_TYPE)], self.to_json()).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_mistakes_turns_no_line() {
        let errors = vec!["`\u{202e}deef` is no way".to_owned()];
        let problem = Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "it is wrong") };
        let told: serde_json::Value = serde_json::from_str(&problem.to_json()).unwrap();
        assert_eq!(told["errors"][0], "`⟨U+202E⟩deef` is no way");
    }
}
