//! `/v1/articles`: what was published, each article in its latest revision.

use std::num::NonZeroUsize;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dateline_journal::{
    ArticleHistory, ArticlePage, EventFilter, FoundArticle, JournalReader, PageCursor, SearchGap,
};
use dateline_wire::{ArticleEvent, ArticleId, CloudEvent, EventKind, Sequence, StoryId, WithdrawalEvent};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::expectation::shown;
use super::parameters::{GivenId, Parameters, check_list, limit};
use super::{Api, Problem, Shared};

/// How many articles a page holds unless another number is asked for, and at most.
const PAGE: usize = 50;
const MAX_PAGE: usize = 500;

/// How many bytes of articles a page holds, give or take the last.
const MAX_PAGE_BYTES: usize = 8 << 20;

/// What is said of a cursor that means nothing.
pub(super) const FOREIGN_CURSOR: &str = "`cursor` is not what `next` of a page says that was asked for with the same parameters, of this \
     journal: leave it out to begin anew";

/// What can be asked for beside a filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ArticleQuery {
    /// Where to go on, as `next` of the page before says, with the same filter.
    pub(super) cursor: Option<String>,
    /// How many articles, up to 500: more counts as 500.
    #[serde(deserialize_with = "limit")]
    pub(super) limit: Option<NonZeroUsize>,
}

/// An article as it is in the log: the event of its latest revision, and where that stands.
#[derive(JsonSchema)]
#[schemars(rename = "Article")]
#[allow(dead_code)] // it describes what `write` writes
pub(super) struct ArticleDocument {
    /// The place of the event.
    sequence: Sequence,
    /// When it was committed.
    #[schemars(with = "String")]
    time: Timestamp,
    /// The article's withdrawal, if it was withdrawn since.
    withdrawal: Option<WithdrawalDocument>,
    #[schemars(flatten)]
    event: ArticleEvent,
}

/// A withdrawal as it is in the log.
#[derive(JsonSchema)]
#[schemars(rename = "Withdrawal")]
#[allow(dead_code)] // as above
pub(super) struct WithdrawalDocument {
    /// The place of the event.
    sequence: Sequence,
    /// When it was committed.
    #[schemars(with = "String")]
    time: Timestamp,
    #[schemars(flatten)]
    event: WithdrawalEvent,
}

/// Articles, the newest first.
#[derive(JsonSchema)]
#[schemars(rename = "ArticlePage")]
#[allow(dead_code)] // as above
pub(super) struct ArticlePageDocument {
    /// Each in its latest revision.
    articles: Vec<ArticleDocument>,
    /// The cursor of the next page, where there may be one.
    next: Option<String>,
    /// Events of an older version that are not found yet: they are still being gone over.
    gap: Option<SearchGap>,
}

/// What is in the log of an article.
#[derive(JsonSchema)]
#[schemars(rename = "ArticleHistory")]
#[allow(dead_code)] // as above
pub(super) struct ArticleHistoryDocument {
    /// The article's id.
    article: ArticleId,
    /// Whether it was withdrawn after its latest revision.
    withdrawn: bool,
    /// The story that it stands in now.
    story: Option<StoryId>,
    /// Its revisions, the latest first: the last hundred of those that are still in the log.
    revisions: Vec<ArticleDocument>,
    /// Its withdrawals, the latest first.
    withdrawals: Vec<WithdrawalDocument>,
}

/// A page of articles, and what may be missing of it.
pub(super) struct FoundPage {
    pub(super) page: ArticlePage,
    /// The events that are not found yet.
    pub(super) gap: Option<SearchGap>,
}

/// The articles that `filter` asks for, each in its latest revision, the newest first.
pub(super) async fn find(
    api: &Arc<Api>,
    filter: EventFilter,
    own: ArticleQuery,
) -> Result<FoundPage, Problem> {
    let cursor = own.cursor.as_deref().map(|text| {
        PageCursor::from_text(text, api.sources.journal.id(), &filter)
            .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, FOREIGN_CURSOR))
    });
    let cursor = cursor.transpose()?;
    let limit = own.limit.map_or(PAGE, NonZeroUsize::get).min(MAX_PAGE);
    let read = move |journal: &JournalReader| {
        let page = journal.articles(&filter, cursor, limit, MAX_PAGE_BYTES)?;
        Ok::<_, Problem>(FoundPage { page, gap: journal.search_gap()? })
    };
    api.read(read).await
}

/// The articles that are asked for, each in its latest revision, the newest first.
pub(super) async fn list(
    State(api): Shared,
    Parameters { filter, own }: Parameters<ArticleQuery>,
) -> Result<Response, Problem> {
    check_list(&filter, EventKind::Article)?;
    let FoundPage { page, gap } = find(&api, filter.clone(), own).await?;
    let mut json = String::from("{\"articles\":[");
    for (number, article) in page.articles.iter().enumerate() {
        if number > 0 {
            json.push(',');
        }
        write_article(article, &mut json)?;
    }
    json.push(']');
    let next = page.next.map(|next| next.to_text(api.sources.journal.id(), &filter));
    write_field("next", next.as_ref(), &mut json)?;
    write_field("gap", gap.as_ref(), &mut json)?;
    json.push('}');
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// One article: its revisions, and its withdrawals.
pub(super) async fn show(State(api): Shared, Path(id): Path<GivenId>) -> Result<Response, Problem> {
    let article = ArticleId::from_stored(id);
    let asked = article.clone();
    let history = api.read(move |journal| journal.article_history(&asked)).await?;
    let history = history.ok_or_else(|| not_in_log(&article))?;
    let json = history_json(&article, history)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// What is said where the log has no article of this id.
pub(super) fn not_in_log(article: &ArticleId) -> Problem {
    let detail = format!("there is no article {} in the log; see /v1/articles", shown(article.as_str()));
    Problem::new(StatusCode::NOT_FOUND, detail)
}

fn history_json(article: &ArticleId, history: ArticleHistory) -> Result<String, Problem> {
    let mut json = String::from("{");
    write_member("article", article, &mut json)?;
    write_field("withdrawn", Some(&history.is_withdrawn), &mut json)?;
    write_field("story", history.story.as_ref(), &mut json)?;
    for (name, events) in [("revisions", &history.revisions), ("withdrawals", &history.withdrawals)] {
        json.push_str(",\"");
        json.push_str(name);
        json.push_str("\":[");
        for (number, event) in events.iter().enumerate() {
            if number > 0 {
                json.push(',');
            }
            write_event(event, None, &mut json)?;
        }
        json.push(']');
    }
    json.push('}');
    Ok(json)
}

/// Writes an article as [`ArticleDocument`] has it.
pub(crate) fn write_article(article: &FoundArticle, json: &mut String) -> Result<(), serde_json::Error> {
    write_event(&article.event, article.withdrawal.as_ref(), json)
}

/// Writes an event with its place in front. What it says stands as it was committed, whatever of it this program knows.
fn write_event(
    event: &CloudEvent,
    withdrawal: Option<&CloudEvent>,
    json: &mut String,
) -> Result<(), serde_json::Error> {
    // Whether it is JSON, so that one event that another hand has changed doesn't spoil the whole answer.
    let data: &RawValue = serde_json::from_str(&event.data)?;
    json.push('{');
    write_member("sequence", &event.sequence, json)?;
    write_field("time", Some(&event.time), json)?;
    if let Some(withdrawal) = withdrawal {
        json.push_str(",\"withdrawal\":");
        write_event(withdrawal, None, json)?;
    }
    let members = data.get().trim_start().trim_start_matches('{').trim_start();
    if !members.starts_with('}') {
        json.push(',');
    }
    json.push_str(members);
    Ok(())
}

fn write_field(
    name: &str,
    value: Option<&impl Serialize>,
    json: &mut String,
) -> Result<(), serde_json::Error> {
    let Some(value) = value else { return Ok(()) };
    json.push(',');
    write_member(name, value, json)
}

fn write_member(name: &str, value: &impl Serialize, json: &mut String) -> Result<(), serde_json::Error> {
    json.push('"');
    json.push_str(name);
    json.push_str("\":");
    json.push_str(&serde_json::to_string(value)?);
    Ok(())
}
