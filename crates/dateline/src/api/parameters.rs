//! What a request asks for: the parameters that choose events, beside those that are a path's own.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use dateline_journal::EventFilter;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Problem;

/// A path's own parameters, and the filter that the others spell.
pub(super) struct Parameters<Q> {
    pub(super) filter: EventFilter,
    pub(super) own: Q,
}

impl<S: Send + Sync, Q: DeserializeOwned> FromRequestParts<S> for Parameters<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(parts.uri.query().unwrap_or_default())
    }
}

impl<Q: DeserializeOwned> Parameters<Q> {
    /// Those that a query string spells.
    pub(super) fn of(query: &str) -> Result<Self, Problem> {
        let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
        let mut filter = EventFilter::default();
        let mut own = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if !filter.set(&name, &value).map_err(|error| bad(error.to_string()))? {
                own.append_pair(&name, &value);
            }
        }
        let own: Uri =
            format!("/?{}", own.finish()).parse().map_err(|_| bad("the query is too long".into()))?;
        let Query(own) = Query::try_from_uri(&own).map_err(|rejection| {
            let detail = rejection.body_text();
            bad(match detail.contains("unknown field") {
                true => format!("{detail}; or one that chooses: {}", EventFilter::NAMES.join(", ")),
                false => detail,
            })
        })?;
        Ok(Self { filter, own })
    }
}

impl<Q: JsonSchema + DeserializeOwned> OperationInput for Parameters<Q> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Query::<Q>::operation_input(context, operation);
        Query::<FilterParameters>::operation_input(context, operation);
    }
}

/// The parameters of an [`EventFilter`], for the document. Of several values of one, given by its name again, one is enough; of
/// several parameters all count.
#[derive(Deserialize, JsonSchema)]
#[serde(default)]
#[derive(Default)]
struct FilterParameters {
    /// What was committed from then on: a moment (RFC 3339), or a day in UTC. Of stories: what was last reported from then on.
    since: Option<String>,
    /// And before then.
    until: Option<String>,
    /// The kind of event: `article`, `withdrawal`, `reject`, `health` or `story`.
    kind: Option<Vec<String>>,
    /// The article, by its id.
    article: Option<Vec<String>>,
    /// The language, as a BCP 47 primary tag; of a story, one of those it is told in.
    language: Option<Vec<String>>,
    /// The verdict on relevance: `relevant`, `borderline`, `not_relevant` or `not_judged`.
    label: Option<Vec<String>>,
    /// Somebody or something named, by the id in the subject's gazetteer or the item in Wikidata.
    entity: Option<Vec<String>>,
    /// A topic of the subject, by its id.
    topic: Option<Vec<String>>,
    /// The feed that announced it, by its id or its address without secrets.
    feed: Option<Vec<String>>,
    /// Who published it, by name or by the host of the page without `www`.
    publisher: Option<Vec<String>>,
    /// Whose text it is: the name of the wire or paper.
    origin: Option<Vec<String>>,
    /// The story that it tells, by its id. Of articles: the story that they stand in now.
    story: Option<Vec<String>>,
    /// Why an entry was not published, or an article was withdrawn, by the reason's word.
    reason: Option<Vec<String>>,
    /// Words that title and text have, in any inflected form; `"words in a row"`, `begin*`, `-unwanted`.
    q: Option<String>,
}
