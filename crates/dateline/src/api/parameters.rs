//! What a request asks for: the parameters that choose events, beside those that are a path's own.

use std::borrow::Cow;
use std::num::{IntErrorKind, NonZeroUsize, ParseIntError};

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use dateline_journal::{EventFilter, Facet};
use dateline_wire::EventKind;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use super::Problem;
use super::expectation::{Fields, shown};
use super::known_parameters::unknown;
use crate::console::shown::visible;
use crate::text::given_id;

/// The most of what a filter says is wrong that is passed on, in scalar values.
const MAX_DETAIL_CHARS: usize = 600;

/// A path's own parameters, and the filter that the others spell.
pub(super) struct Parameters<Q> {
    pub(super) filter: EventFilter,
    pub(super) own: Q,
}

/// A path's own parameters, where nothing is chosen by a filter.
pub(super) struct OwnParameters<Q>(pub(super) Q);

impl<S: Send + Sync, Q: DeserializeOwned + JsonSchema> FromRequestParts<S> for OwnParameters<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        read_own(&url::form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>(), &[])
            .map(Self)
    }
}

impl<Q: JsonSchema + DeserializeOwned> OperationInput for OwnParameters<Q> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Query::<Q>::operation_input(context, operation);
    }
}

impl<S: Send + Sync, Q: DeserializeOwned + JsonSchema> FromRequestParts<S> for Parameters<Q> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(parts.uri.query().unwrap_or_default())
    }
}

impl<Q: DeserializeOwned + JsonSchema> Parameters<Q> {
    /// Those that a query string spells.
    pub(super) fn of(query: &str) -> Result<Self, Problem> {
        let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
        let mut filter = EventFilter::default();
        let mut own = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if !filter
                .set(&name, &value)
                .map_err(|error| bad(visible(&error.to_string(), MAX_DETAIL_CHARS)))?
            {
                own.push((name.into_owned(), value.into_owned()));
            }
        }
        let own = read_own(&own, &EventFilter::NAMES)?;
        Ok(Self { filter, own })
    }
}

impl<Q: JsonSchema + DeserializeOwned> OperationInput for Parameters<Q> {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        Query::<Q>::operation_input(context, operation);
        Query::<FilterParameters>::operation_input(context, operation);
    }
}

/// Refuses what a list of one kind of event is not chosen by.
pub(super) fn check_list(filter: &EventFilter, listed: EventKind) -> Result<(), Problem> {
    let bad = |detail: String| Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    let path_of = |kind: &str| match EventKind::from_word(kind) {
        Some(EventKind::Article) => "/v1/articles".to_owned(),
        Some(EventKind::Story) => "/v1/stories".to_owned(),
        Some(EventKind::Reject) => "/v1/rejects".to_owned(),
        _ => format!("/v1/events?kind={kind}"),
    };
    if let Some(other) = filter.values(Facet::Kind).find(|kind| *kind != listed.word()) {
        let (own, path) = (listed.word(), path_of(other));
        return bad(format!(
            "`kind` is `{other}`: here is nothing but `{own}`; expected that or no `kind`. Ask {path}"
        ));
    }
    let is_given = |facet: Facet| filter.values(facet).next().is_some();
    if listed != EventKind::Reject && is_given(Facet::Reason) {
        let own = listed.word();
        return bad(format!(
            "`reason` says why something was rejected or withdrawn, which no `{own}` is; leave it out, or ask /v1/rejects or \
             /v1/events?kind=withdrawal"
        ));
    }
    if listed == EventKind::Story && is_given(Facet::Article) {
        return bad(
            "`article` chooses no stories; `story` in /v1/articles/ID is that of an article".to_owned()
        );
    }
    Ok(())
}

/// An id of ours that a request gives, as it is stored: case makes no difference.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(super) struct GivenId(String);

impl From<String> for GivenId {
    fn from(id: String) -> Self {
        Self(given_id(&id))
    }
}

impl From<GivenId> for String {
    fn from(id: GivenId) -> Self {
        id.0
    }
}

impl GivenId {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl JsonSchema for GivenId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

/// How many are asked for: any whole number of 1 or more, of which one that is too large for this machine counts as its largest.
pub(super) fn limit<'de, D: Deserializer<'de>>(value: D) -> Result<Option<NonZeroUsize>, D::Error> {
    match String::deserialize(value)?.parse() {
        Ok(limit) => Ok(Some(limit)),
        Err(error) if *ParseIntError::kind(&error) == IntErrorKind::PosOverflow => {
            Ok(Some(NonZeroUsize::MAX))
        }
        Err(error) => Err(D::Error::custom(error)),
    }
}

/// What `pairs` of names and values spell; or which of them doesn't, what was read there, and what is expected. Beside those of `Q` there
/// are parameters called `others`.
pub(super) fn read_own<Q: DeserializeOwned + JsonSchema>(
    pairs: &[(String, String)],
    others: &[&str],
) -> Result<Q, Problem> {
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let read = |pairs: &[(String, String)]| {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        serde_urlencoded::from_str::<Q>(&query)
    };
    read(pairs).map_err(|_| {
        let fields = Fields::of::<Q>();
        let is_given = |wanted: &&str| pairs.iter().any(|(name, _)| name == wanted);
        let missing = fields.required().find(|wanted| !is_given(wanted));
        for (at, pair) in pairs.iter().enumerate() {
            let (name, value) = pair;
            if !fields.has(name) {
                if fields.may_be_others() {
                    continue;
                }
                let known: Vec<&str> = fields.names().chain(others.iter().copied()).collect();
                return unknown(name, &known);
            }
            if pairs[..at].iter().any(|(before, _)| before == name) {
                return bad(format!("`{name}` is given twice; expected once: {}", fields.expected(name)));
            }
            if missing.is_none() && read(std::slice::from_ref(pair)).is_err() {
                return bad(format!("`{name}` is {}; expected {}", shown(value), fields.expected(name)));
            }
        }
        if let Some(name) = missing {
            return bad(format!("`{name}` is missing; expected {}", fields.expected(name)));
        }
        bad("these parameters mean nothing together; leave some out".to_owned())
    })
}

/// The parameters of an [`EventFilter`], for the document. Of several values of one, given by its name again, one is enough; of
/// several parameters all count.
#[derive(Deserialize, JsonSchema)]
#[serde(default)]
#[derive(Default)]
struct FilterParameters {
    /// Events that were committed from then on, of articles in lists their latest revision: a moment (RFC 3339), or a day in UTC.
    since: Option<String>,
    /// Those that were committed before then: a moment or a day, as `since`.
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

#[cfg(test)]
mod tests {
    use super::super::reject::RejectQuery;
    use super::*;

    #[test]
    fn a_parameter_that_is_wrong_is_named_with_what_was_read_and_what_is_expected() {
        for (query, told) in [
            ("limit=ten", "`limit` is `ten`; expected a whole number of 1 or more"),
            ("limit=0", "`limit` is `0`; expected a whole number of 1 or more"),
            ("order=oldest", "`order` is `oldest`; expected `newest` or `nearest`"),
            ("limit=1&limit=2", "`limit` is given twice; expected once: a whole number of 1 or more"),
            ("limt=1", "`limt` is no parameter here; known are before, limit, order, since, until, "),
            ("limit=a%1B%5B2J", "`limit` is `a⟨U+001B⟩[2J`; expected a whole number"),
        ] {
            let detail = Parameters::<RejectQuery>::of(query).err().unwrap().detail;
            assert!(detail.starts_with(told), "{query}: {detail}");
        }
        let long = format!("limit={}&order=oldest", "%e2%80%ae".repeat(30_000));
        let detail = Parameters::<RejectQuery>::of(&long).err().unwrap().detail;
        assert!(detail.starts_with("`limit` is `⟨U+202E⟩") && detail.len() < 2_000, "{detail}");
        assert_eq!(
            Parameters::<RejectQuery>::of("limit=7&kind=reject").unwrap().own.limit,
            NonZeroUsize::new(7)
        );
    }
}
