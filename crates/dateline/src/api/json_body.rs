//! A JSON object as the body of a request. What means nothing is refused by the name of the member, with what was read and what is expected.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::Json;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Problem;
use super::expectation::{Fields, shown};

/// What a body may be.
pub(super) trait BodyDocument: DeserializeOwned + JsonSchema {
    /// A whole one, for messages.
    const EXAMPLE: &str;
}

/// The body of a request.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: JsonSchema> OperationInput for JsonBody<T> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Json::<T>::operation_input(context, operation);
    }
}

impl<S: Send + Sync, T: BodyDocument> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" {
            let example = T::EXAMPLE;
            let detail = format!(
                "the body is not sent as JSON; send it with Content-Type: application/json, such as {example}"
            );
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| unread(rejection.status()))?;
        serde_json::from_slice(&body).map(Self).map_err(|_| wrong::<T>(&body))
    }
}

/// That a body did not come, or is larger than any that is taken.
pub(super) fn unread(status: StatusCode) -> Problem {
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than any that is taken here",
        _ => "the body did not come whole; send it again",
    };
    Problem::new(status, detail)
}

/// What is wrong with a body.
fn wrong<T: BodyDocument>(body: &[u8]) -> Problem {
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => {
            let (line, column, example) = (error.line(), error.column(), T::EXAMPLE);
            let detail =
                format!("the body is no JSON (line {line}, column {column}); send one such as {example}");
            return Problem::new(StatusCode::BAD_REQUEST, detail);
        }
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, wrong_member::<T>(&body))
}

fn wrong_member<T: BodyDocument>(body: &Value) -> String {
    let fields = Fields::of::<T>();
    let known: Vec<&str> = fields.names().collect();
    let known = known.join(", ");
    let Some(members) = body.as_object() else {
        let example = T::EXAMPLE;
        return format!(
            "the body is no JSON object; send one such as {example}, with {known} as it needs them"
        );
    };
    for (name, value) in members {
        if !fields.has(name) {
            return format!("{} means nothing here; known are {known}", shown(name));
        }
        // Alone among what is right, it is what is wrong.
        let mut alone: Value = serde_json::from_str(T::EXAMPLE).unwrap_or_default();
        alone[name] = value.clone();
        if T::deserialize(&alone).is_err() {
            let read = value.as_str().map_or_else(|| shown(&value.to_string()), shown);
            return format!("`{name}` is {read}; expected {}", fields.expected(name));
        }
    }
    match fields.required().find(|name| !members.contains_key(*name)) {
        Some(name) => format!("`{name}` is missing; expected {}", fields.expected(name)),
        None => format!("a member is given twice; expected each once: {known}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::FeedAddition;

    #[test]
    fn a_body_that_is_wrong_is_told_by_its_member_what_was_read_and_what_is_expected() {
        for (body, told) in [
            (json!([]), "the body is no JSON object; send one such as {\"url\""),
            (json!({}), "`url` is missing; expected an address in full"),
            (json!({ "url": "nonsense" }), "`url` is `nonsense`; expected an address in full"),
            (
                json!({ "url": "//me:hush@x" }),
                "`url` is something (not shown, since it may hold a password); expected",
            ),
            (json!({ "url": "https://a.example/", "tags": 7 }), "`tags` is `7`; expected a list of texts"),
            (
                json!({ "url": "https://a.example/", "unchecked": "no" }),
                "`unchecked` is `no`; expected true or false",
            ),
            (
                json!({ "uri": "x" }),
                "`uri` means nothing here; known are drop, full_text, group, interval, keep, language, name, subject, tags, unchecked, url",
            ),
        ] {
            let detail = wrong_member::<FeedAddition>(&body);
            assert!(detail.starts_with(told), "{body}: {detail}");
        }
    }
}
