//! `/v1/labels`: what people say of articles, published or not, in the form that `tools/relevance/fit.py` reads. A label is told by the
//! moment it was given at: whoever changes one may say which is meant, and changes no other.

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use dateline_journal::{
    ArticleLabel, EventFilter, Facet, JournalError, JournalReader, LabelCondition, LabelReceipt, LabelValue,
    OtherLabel,
};
use dateline_wire::{ArticleEvent, ArticleId, EventKind, RejectEvent, Sequence, StoryId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::{MayWrite, only};
use super::expectation::shown;
use super::json_body::{BodyDocument, JsonBody};
use super::parameters::{GivenId, OwnParameters, limit};
use super::{Api, Problem, Shared};
use crate::console::shown::visible;

/// How many labels a page holds unless another number is asked for, and at most.
const PAGE: usize = 200;
const MAX_PAGE: usize = 1_000;
/// How long the name of whoever labels may be, in bytes.
const MAX_AUTHOR_BYTES: usize = 100;
/// How many of an article's rejects are looked at for one that was judged.
const MAX_REJECTS: usize = 20;

/// An article with its label: one line of an export.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct LabelledArticle {
    /// The article's id.
    pub id: ArticleId,
    /// Its address.
    pub url: Option<String>,
    /// Its headline.
    pub title: String,
    /// Its language.
    pub lang: Option<String>,
    /// Its text; empty where it was not kept.
    pub text: String,
    /// `relevant` or `not`; what is borderline counts as `not`.
    pub label: String,
    /// Whether people may differ.
    pub borderline: bool,
    /// The article whose text it repeats.
    pub dup_of: Option<ArticleId>,
    /// The story it tells: articles of one story are held out together.
    pub story: Option<StoryId>,
    /// When it was published, as its page or feed says it.
    pub date: Option<String>,
    /// `original` where there is a text, otherwise `digest`, which counts less.
    pub text_kind: String,
    /// What the subject had scored it.
    pub score: Option<f64>,
    /// Who said so.
    pub labelled_by: String,
    /// When.
    #[schemars(with = "String")]
    pub labelled_at: Timestamp,
}

impl LabelledArticle {
    /// What a journal holds as one.
    pub(crate) fn of(label: ArticleLabel) -> Self {
        let word = match label.value {
            LabelValue::Relevant => "relevant",
            LabelValue::Not | LabelValue::Borderline => "not",
        };
        Self {
            id: label.article,
            url: label.url,
            title: label.title.unwrap_or_default(),
            lang: label.language,
            label: word.to_owned(),
            borderline: label.value == LabelValue::Borderline,
            dup_of: label.copy_of,
            story: label.story,
            date: label.published,
            text_kind: if label.text.is_empty() { "digest" } else { "original" }.to_owned(),
            text: label.text,
            score: label.score,
            labelled_by: label.author,
            labelled_at: label.at,
        }
    }
}

/// Labels in the order in which they were given.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct LabelPage {
    /// The labels.
    labels: Vec<LabelledArticle>,
    /// What `after` is for the next page, if there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which labels.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LabelQuery {
    /// Where to go on, as `next` of the page before says.
    after: Option<String>,
    /// How many, up to 1,000.
    #[serde(deserialize_with = "limit")]
    limit: Option<NonZeroUsize>,
}

/// What somebody says of an article.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LabelDocument {
    /// `relevant`, `not` or `borderline`.
    label: String,
    /// Who says so; `api` if nobody is named.
    #[serde(default)]
    labelled_by: Option<String>,
}

impl BodyDocument for LabelDocument {
    const EXAMPLE: &str = r#"{"label": "relevant"}"#;
}

/// What became of a label that was taken away.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct LabelRemovalReport {
    /// Whether the article had one.
    removed: bool,
}

/// The labels that were given.
pub(super) async fn list(
    State(api): Shared,
    OwnParameters(LabelQuery { after, limit }): OwnParameters<LabelQuery>,
) -> Result<Json<LabelPage>, Problem> {
    let limit = limit.map_or(PAGE, NonZeroUsize::get).min(MAX_PAGE);
    let after = after.as_deref().map(place).transpose()?;
    let read = move |journal: &JournalReader| {
        journal.labels(after.as_ref().map(|(at, article)| (*at, article)), limit)
    };
    let labels = api.read(read).await?;
    let last = labels.last().filter(|_| labels.len() == limit);
    let next = last.map(|label| format!("{},{}", label.at, label.article));
    Ok(Json(LabelPage { labels: labels.into_iter().map(LabelledArticle::of).collect(), next }))
}

/// The place that `next` names.
fn place(text: &str) -> Result<(Timestamp, ArticleId), Problem> {
    let (at, article) = text.split_once(',').unwrap_or((text, ""));
    let at = at.parse().map_err(|_| {
        let detail = "`after` is not what `next` of a page says: leave it out to begin anew";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    Ok((at, ArticleId::from_stored(article)))
}

/// Gives an article a label.
pub(super) async fn give(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<GivenId>,
    headers: HeaderMap,
    JsonBody(LabelDocument { label, labelled_by }): JsonBody<LabelDocument>,
) -> Result<Response, Problem> {
    let condition = condition(&headers)?;
    let value = LabelValue::from_word(&label).ok_or_else(|| {
        let detail = format!("`label` is {}; expected `relevant`, `not` or `borderline`", shown(&label));
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    })?;
    let author = labelled_by.unwrap_or_else(|| "api".to_owned());
    if author.is_empty() || author.len() > MAX_AUTHOR_BYTES {
        let detail = format!("`labelled_by` is a name of {MAX_AUTHOR_BYTES} bytes at most");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let given = label_article(&api, ArticleId::from_stored(id), value, author, condition).await?;
    let (label, _) = given.map_err(|other| otherwise(&other))?;
    let tag = tag_of(label.at);
    Ok(([(header::ETAG, tag)], Json(LabelledArticle::of(label))).into_response())
}

/// Takes an article's label away.
pub(super) async fn remove(
    _: MayWrite,
    State(api): Shared,
    Path(id): Path<GivenId>,
    headers: HeaderMap,
) -> Result<Json<LabelRemovalReport>, Problem> {
    let condition = condition(&headers)?;
    let removed = api.sources.journal.remove_label(ArticleId::from_stored(id), condition).await?;
    Ok(Json(LabelRemovalReport { removed: removed.map_err(|other| otherwise(&other))? }))
}

/// What tells the label that was given `at` a moment from any other of its article (RFC 9110, section 8.8.3).
fn tag_of(at: Timestamp) -> String {
    format!("\"{at}\"")
}

/// Which label is meant, as a request says it (RFC 9110, section 13.1).
fn condition(headers: &HeaderMap) -> Result<LabelCondition, Problem> {
    let given = [header::IF_MATCH, header::IF_NONE_MATCH].map(|name| {
        let is_given = headers.contains_key(&name);
        is_given.then(|| only(headers, name).unwrap_or_default().trim())
    });
    let moment = |tag: &str| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    match given {
        [None, None] => Some(LabelCondition::Any),
        [None, Some("*")] => Some(LabelCondition::Absent),
        [Some(tag), None] => moment(tag).map(LabelCondition::GivenAt),
        _ => None,
    }
    .ok_or_else(|| {
        let detail = "what `If-Match` or `If-None-Match` says means nothing here; expected is one of the two: `If-Match` with the `labelled_at` of the \
                      label that is meant, in quotation marks, or `If-None-Match: *`, where the article is to have none";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

/// What somebody else has said of an article since, for people.
pub(super) fn said_since(OtherLabel(label): &OtherLabel) -> String {
    match label {
        Some(label) => {
            let author = visible(&label.author, MAX_AUTHOR_BYTES);
            format!("{author} has said `{}` of this article at {:.0}", label.value.as_str(), label.at)
        }
        None => "the label of this article was taken away".to_owned(),
    }
}

fn otherwise(other: &OtherLabel) -> Problem {
    let detail = format!(
        "nothing is changed: {}; read what is said of it now, and ask for what is still meant",
        said_since(other)
    );
    Problem::new(StatusCode::PRECONDITION_FAILED, detail)
}

/// Gives an article a label, with what the journal knows of it now, where the one it has is as `condition` says.
pub(super) async fn label_article(
    api: &Arc<Api>,
    article: ArticleId,
    value: LabelValue,
    author: String,
    condition: LabelCondition,
) -> Result<Result<(ArticleLabel, LabelReceipt), OtherLabel>, Problem> {
    let journal = api.sources.journal.clone();
    let (asked, now) = (article.clone(), Timestamp::now());
    let read = tokio::task::spawn_blocking(move || JudgedArticle::read(journal.reader(), &asked));
    let judged = read.await.map_err(|lost| Problem::internal(&lost.to_string()))??;
    let judged = judged.ok_or_else(|| unknown(&article))?;
    let label = judged.labelled(value, author, now);
    let given = api.sources.journal.label(label.clone(), condition).await?;
    Ok(given.map(|receipt| (ArticleLabel { at: receipt.at, ..label }, receipt)))
}

pub(super) fn unknown(article: &ArticleId) -> Problem {
    let detail = format!(
        "the log has no article {article} that was judged: it was not read, or is gone by [retention]"
    );
    Problem::new(StatusCode::NOT_FOUND, detail)
}

/// An article that the subject has judged: as it was published, or as it was not.
#[derive(Debug)]
pub(crate) struct JudgedArticle {
    /// The place of its event.
    pub(crate) sequence: Sequence,
    /// The event.
    pub(crate) event: JudgedEvent,
    /// Its text; empty where it is not kept.
    pub(crate) text: String,
    /// The language of the text.
    pub(crate) language: Option<String>,
    /// The label that it has.
    pub(crate) label: Option<ArticleLabel>,
}

/// What came of the judgement.
#[derive(Debug)]
pub(crate) enum JudgedEvent {
    /// It was published.
    Article(Box<ArticleEvent>),
    /// It was not.
    Reject(Box<RejectEvent>),
}

impl JudgedArticle {
    /// What the journal has of an article that was judged; `None` where it has none.
    pub(crate) fn read(journal: &JournalReader, article: &ArticleId) -> Result<Option<Self>, JournalError> {
        let label = journal.label(article)?;
        let history = journal.article_history(article)?;
        let latest = history.as_ref().and_then(|history| history.revisions.first());
        // What another version wrote, and this one cannot read, is as good as gone.
        if let Some((sequence, event)) = latest
            .and_then(|found| Some((found.sequence, serde_json::from_str::<ArticleEvent>(&found.data).ok()?)))
        {
            let (text, language) = (event.content.body.text.clone(), event.content.language.clone());
            let story = history.and_then(|history| history.story);
            let event = JudgedEvent::Article(Box::new(ArticleEvent { story, ..event }));
            return Ok(Some(Self { sequence, event, text, language, label }));
        }
        let mut filter = EventFilter::default();
        for (facet, value) in [(Facet::Article, article.as_str()), (Facet::Kind, EventKind::Reject.word())] {
            if filter.add(facet, value).is_err() {
                return Ok(None);
            }
        }
        let rejects = journal.events_before(&filter, None, MAX_REJECTS)?.into_iter();
        let mut judged = rejects.filter_map(|found| {
            let event: RejectEvent = serde_json::from_str(&found.data).ok()?;
            event.relevance.is_some().then_some((found.sequence, event))
        });
        let Some((sequence, event)) = judged.next() else { return Ok(None) };
        let kept = journal.rejected_text(article)?;
        let (language, text) = kept.map(|kept| (kept.language, kept.text)).unwrap_or_default();
        Ok(Some(Self { sequence, event: JudgedEvent::Reject(Box::new(event)), text, language, label }))
    }

    /// The headline.
    pub(crate) fn title(&self) -> Option<&str> {
        match &self.event {
            JudgedEvent::Article(event) => event.content.title.as_deref(),
            JudgedEvent::Reject(event) => event.entry.as_ref().and_then(|entry| entry.title.as_deref()),
        }
    }

    /// The address.
    pub(crate) fn url(&self) -> Option<&str> {
        match &self.event {
            JudgedEvent::Article(event) => {
                event.content.canonical_url.as_ref().or(event.content.url.as_ref()).map(url::Url::as_str)
            }
            JudgedEvent::Reject(event) => event.url.as_ref().map(url::Url::as_str),
        }
    }

    fn labelled(self, value: LabelValue, author: String, at: Timestamp) -> ArticleLabel {
        let (title, url) = (self.title().map(str::to_owned), self.url().map(str::to_owned));
        let (article, score, published, story, copy_of) = match self.event {
            JudgedEvent::Article(event) => (
                event.article,
                event.relevance.score,
                event.content.published.map(|published| published.value),
                event.story,
                event.copy_of.map(|copy| copy.article),
            ),
            JudgedEvent::Reject(event) => (
                event.article.unwrap_or_else(|| ArticleId::from_stored("")),
                event.relevance.and_then(|relevance| relevance.score),
                event.entry.and_then(|entry| entry.published).map(|published| published.to_string()),
                None,
                None,
            ),
        };
        let (sequence, language, text) = (self.sequence, self.language, self.text);
        ArticleLabel {
            article,
            value,
            author,
            at,
            sequence,
            score,
            url,
            title,
            language,
            published,
            story,
            copy_of,
            text,
        }
    }
}
