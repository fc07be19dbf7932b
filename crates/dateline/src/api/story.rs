//! `/v1/stories`: what is happening, told once.

pub(crate) mod reports;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Json;
use dateline_journal::{EventFilter, JournalError, JournalReader, SearchGap, StoryCursor};
use dateline_wire::{EventKind, StoryEvent, StoryId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use url::form_urlencoded;

use super::article::FOREIGN_CURSOR;
use super::expectation::shown;
use super::parameters::{GivenId, Parameters, check_list, limit};
use super::{Problem, Shared};

/// How many stories a page holds unless another number is asked for, and at most.
const PAGE: usize = 50;
const MAX_PAGE: usize = 500;

/// What can be asked for beside a filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct StoryQuery {
    /// Where to go on, as `next` of the page before says, with the same filter.
    cursor: Option<String>,
    /// How many stories, up to 500: more counts as 500.
    #[serde(deserialize_with = "limit")]
    limit: Option<NonZeroUsize>,
}

/// Stories, the last reported first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct StoryPage {
    /// Each as its last event tells it.
    pub stories: Vec<StoryEvent>,
    /// The cursor of the next page, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many there are in all, on other pages, too; only where nothing but `since` chooses them: others would have to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Events of an older version that are not found yet: they are still being gone over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<SearchGap>,
}

/// The stories that have not ended in another.
pub(super) async fn list(
    State(api): Shared,
    Parameters { filter, own }: Parameters<StoryQuery>,
) -> Result<Json<StoryPage>, Problem> {
    check_list(&filter, EventKind::Story)?;
    let cursor = own.cursor.as_deref().map(|text| {
        StoryCursor::from_text(text, api.sources.journal.id(), &filter)
            .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, FOREIGN_CURSOR))
    });
    let cursor = cursor.transpose()?;
    let limit = own.limit.map_or(PAGE, NonZeroUsize::get).min(MAX_PAGE);
    let read = move |journal: &JournalReader| {
        let (stories, next) = journal.story_page(&filter, cursor.as_ref(), limit)?;
        let next = next.map(|next| next.to_text(journal.id(), &filter));
        let gap = journal.search_gap()?.filter(|_| !filter.is_empty());
        let count = since_alone(&filter).map(|since| journal.story_count(since)).transpose()?;
        Ok::<_, JournalError>(StoryPage { stories, next, count, gap })
    };
    api.read(read).await.map(Json)
}

/// From when on stories are asked for, where nothing else chooses them.
fn since_alone(filter: &EventFilter) -> Option<Timestamp> {
    let query = filter.to_query();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    match (pairs.next(), pairs.next()) {
        (None, _) => Some(Timestamp::MIN),
        (Some((name, since)), None) if name == "since" => since.parse().ok(),
        _ => None,
    }
}

/// One story, as its last event tells it, also one that ended in another.
pub(super) async fn show(State(api): Shared, Path(id): Path<GivenId>) -> Result<Json<StoryEvent>, Problem> {
    let story = StoryId::from_stored(id);
    let asked = story.clone();
    let found = api.read(move |journal| journal.story(&asked)).await?;
    found.map(Json).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            format!("there is no story {}; see /v1/stories", shown(story.as_str())),
        )
    })
}
