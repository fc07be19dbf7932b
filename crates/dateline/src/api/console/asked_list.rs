//! What a list of the console is asked for, in its address.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use dateline_journal::EventFilter;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::{answer, frame};
use crate::api::parameters::Parameters;
use crate::api::{Api, Problem};
use crate::console::frame::{Section, Viewer};
use crate::console::page;

/// The parameters of a list. What a form left open leads to the same address without it, and what means nothing is answered by a page
/// that says why.
pub(super) struct AskedList<Q>(pub(super) Parameters<Q>);

impl<Q: DeserializeOwned + JsonSchema> FromRequestParts<Arc<Api>> for AskedList<Q> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Response> {
        let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
        if let Some(chosen) = without_empty(query) {
            return Err(Redirect::to(&format!("{path}?{chosen}")).into_response());
        }
        Parameters::of(query).map(Self).map_err(|problem| {
            let viewer = parts.extensions.get::<Viewer>().cloned().unwrap_or_default();
            mistaken(api, &viewer, path, query, &problem)
        })
    }
}

/// The page of the list at `path` that was asked for in a way that means nothing. What was typed, and what of it means something, stays.
pub(super) fn mistaken(api: &Api, viewer: &Viewer, path: &str, query: &str, problem: &Problem) -> Response {
    let (mut filter, mut text) = (EventFilter::default(), String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "q" => text = value.into_owned(),
            // What means nothing is what the page is about.
            name => drop(filter.set(name, &value)),
        }
    }
    let main = page::articles::mistaken(path, &filter, &text, &problem.detail);
    let section = Section::at(path).unwrap_or(Section::Overview);
    answer(problem.status, frame(api, viewer).page_searched(section, "Search", &text, &main))
}

/// A query without the parameters that have no value, which forms send for what was not chosen; `None` where each has one.
fn without_empty(query: &str) -> Option<String> {
    if !query.contains("=&") && !query.ends_with('=') {
        return None;
    }
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
    Some(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_leaves_open_is_not_asked_for() {
        assert_eq!(without_empty("q=&language=ko&label=").as_deref(), Some("language=ko"));
        assert_eq!(without_empty("language=ko"), None);
        assert_eq!(without_empty(""), None);
    }
}
