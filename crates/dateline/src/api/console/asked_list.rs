//! What a page of the console is asked for, in its address.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use dateline_journal::{EventFilter, Facet};
use dateline_wire::EventKind;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::{PageProblem, answer, frame};
use crate::api::parameters::{OwnParameters, Parameters};
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

/// The parameters of a page that is no list. What means nothing is answered by a page that says why.
pub(super) struct AskedPage<Q>(pub(super) Q);

impl<S: Send + Sync, Q: DeserializeOwned + JsonSchema> FromRequestParts<S> for AskedPage<Q> {
    type Rejection = PageProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageProblem> {
        let OwnParameters(own) = OwnParameters::from_request_parts(parts, state).await?;
        Ok(Self(own))
    }
}

/// The most of what was typed that is given back, in characters: as many as can be searched for.
const MAX_TYPED_CHARS: usize = 1_000;

/// The page of the list at `path` that was asked for in a way that means nothing. What was typed, and what of it means something, stays.
pub(super) fn mistaken(api: &Api, viewer: &Viewer, path: &str, query: &str, problem: &Problem) -> Response {
    let (mut filter, mut text) = (EventFilter::default(), String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "q" => text = value.chars().take(MAX_TYPED_CHARS).collect(),
            // What means nothing is what the page is about.
            name => drop(filter.set(name, &value)),
        }
    }
    let main = page::articles::mistaken(path, &filter, &text, &problem.detail);
    let section = Section::at(path).unwrap_or(Section::Overview);
    answer(problem.status, frame(api, viewer).page_searched(section, "Search", &text, &main))
}

/// The way to the list that has what `filter` asks for, where that is not the list of the kind `listed`.
pub(super) fn other_list(filter: &EventFilter, listed: EventKind) -> Option<Response> {
    let mut kinds = filter.values(Facet::Kind);
    let (kind, is_one) = (kinds.next(), kinds.next().is_none());
    let is_given = |facet: Facet| filter.values(facet).next().is_some();
    let path = match (kind.and_then(EventKind::from_word), is_one) {
        (Some(kind), true) if kind != listed => list_of(kind),
        (Some(_), false) => "/live",
        _ if listed != EventKind::Reject && is_given(Facet::Reason) => "/rejects",
        _ if listed == EventKind::Story && is_given(Facet::Article) => "/articles",
        _ => return None,
    };
    let pairs =
        page::articles::pairs(filter).into_iter().filter(|(name, _)| path == "/live" || name != "kind");
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Some(Redirect::to(&format!("{path}?{query}")).into_response())
}

/// The list of a kind of events.
fn list_of(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Article => "/articles",
        EventKind::Story => "/stories",
        EventKind::Reject => "/rejects",
        EventKind::Withdrawal | EventKind::Health => "/live",
    }
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
    fn what_one_list_has_not_another_has() {
        let led = |query: &str, listed| {
            let response = other_list(&EventFilter::from_query(query).unwrap(), listed)?;
            Some(response.headers()["location"].to_str().unwrap().to_owned())
        };
        let to = |path: &str| Some(path.to_owned());
        assert_eq!(led("kind=story&language=ko", EventKind::Article), to("/stories?language=ko"));
        assert_eq!(led("kind=article", EventKind::Story), to("/articles?"));
        assert_eq!(led("kind=health", EventKind::Reject), to("/live?kind=health"));
        assert_eq!(led("reason=cut&kind=article", EventKind::Article), to("/rejects?reason=cut"));
        assert_eq!(led("article=a1", EventKind::Story), to("/articles?article=a1"));
        for (query, listed) in
            [("kind=story", EventKind::Story), ("reason=cut", EventKind::Reject), ("", EventKind::Story)]
        {
            assert_eq!(led(query, listed), None, "{query}");
        }
    }

    #[test]
    fn what_a_form_leaves_open_is_not_asked_for() {
        assert_eq!(without_empty("q=&language=ko&label=").as_deref(), Some("language=ko"));
        assert_eq!(without_empty("language=ko"), None);
        assert_eq!(without_empty(""), None);
    }
}
