//! Which parameters each address takes, as the OpenAPI document says: whatever else is asked is refused, before a handler is.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::expectation::shown;
use super::{Problem, document};

/// The parameters of every operation, made once.
static KNOWN: LazyLock<KnownParameters> = LazyLock::new(|| KnownParameters::of(&document::openapi()));

/// Passes requests on, but for one with a parameter that its address doesn't take, or takes once and is given twice (400).
pub(super) async fn refuse_others(path: MatchedPath, request: Request, next: Next) -> Response {
    match KNOWN.check(request.method(), path.as_str(), request.uri().query().unwrap_or_default()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// What is said of a parameter that isn't one of `known`.
pub(super) fn unknown(name: &str, known: &[&str]) -> Problem {
    let known = match known {
        [] => "there are none".to_owned(),
        known => format!("known are {}", known.join(", ")),
    };
    Problem::new(StatusCode::BAD_REQUEST, format!("{} is no parameter here; {known}", shown(name)))
}

/// The parameters of each method at each path.
struct KnownParameters(HashMap<(String, String), Vec<KnownParameter>>);

struct KnownParameter {
    name: String,
    /// Whether it may be given more than once.
    is_list: bool,
}

impl KnownParameters {
    fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, operations)| {
            operations.as_object().into_iter().flatten().map(move |(method, operation)| {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let of_query = parameters.filter(|parameter| parameter["in"] == "query");
                let known = of_query.filter_map(KnownParameter::of).collect();
                ((method.to_uppercase(), path.clone()), known)
            })
        });
        Self(operations.collect())
    }

    fn check(&self, method: &Method, path: &str, query: &str) -> Result<(), Problem> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        // With a slash at its end it is the same.
        let operation = (method.as_str().to_owned(), path.trim_end_matches('/').to_owned());
        let Some(known) = self.0.get(&operation) else { return Ok(()) };
        let mut given = Vec::new();
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            let Some(parameter) = known.iter().find(|parameter| parameter.name == name) else {
                let names: Vec<&str> = known.iter().map(|parameter| parameter.name.as_str()).collect();
                return Err(unknown(&name, &names));
            };
            if !parameter.is_list && given.contains(&name) {
                let detail = format!("`{name}` is given twice; expected once");
                return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
            }
            given.push(name);
        }
        Ok(())
    }
}

impl KnownParameter {
    fn of(parameter: &Value) -> Option<Self> {
        let is_list = parameter["schema"]["type"] == "array";
        Some(Self { name: parameter["name"].as_str()?.to_owned(), is_list })
    }
}
