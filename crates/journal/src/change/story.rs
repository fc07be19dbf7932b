//! What is told of stories: their events, and the records that they are told from.

use std::sync::Arc;

use dateline_wire::{ArticleId, Event, Sequence, StoryEvent, StoryId};
use jiff::Timestamp;
use rusqlite::params;

use super::retain::StepTally;
use crate::JournalError;
use crate::ledger::{EventDraft, Ledger};
use crate::writer::Change;

/// How many stories one change lets go.
const MAX_STORIES: usize = 100;

/// An article's place among stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryArticleRow {
    /// The article.
    pub article: ArticleId,
    /// Its story.
    pub story: StoryId,
    /// What is kept of it, as JSON.
    pub data: String,
}

/// What changes of stories.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoryUpdate {
    /// The articles whose rows change, or are new. Those that are new are numbered in this order.
    pub articles: Vec<StoryArticleRow>,
    /// The stories that change, as they are told now.
    pub events: Vec<Arc<StoryEvent>>,
}

/// [`StoryUpdate`] by itself: of articles that stand in the log already.
pub(crate) struct StoryChange {
    pub(crate) update: StoryUpdate,
    pub(crate) at: Timestamp,
}

impl Change for StoryChange {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        tell(ledger, &self.update, self.at, "")
    }
}

/// Makes the change within the transaction of what it follows from.
pub(super) fn tell(
    ledger: &mut Ledger<'_>,
    update: &StoryUpdate,
    at: Timestamp,
    traceparent: &str,
) -> Result<(), JournalError> {
    for row in &update.articles {
        ledger
            .connection
            .prepare_cached(
                "INSERT INTO story_articles (article, story, data) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (article) DO UPDATE SET story = ?2, data = ?3",
            )?
            .execute(params![row.article.as_str(), row.story.as_str(), row.data])?;
    }
    for story in &update.events {
        let event = Event::Story(story.clone());
        let told = ledger.append(&EventDraft::of(&event, at, traceparent))?;
        let place = (!ledger.totals.is_reconciling).then_some(told.sequence);
        remember_story(ledger, story, &told.data, place)?;
    }
    Ok(())
}

/// Keeps what was told of a story last, and the place of the event that told it, where it has one already.
pub(super) fn remember_story(
    ledger: &Ledger<'_>,
    story: &StoryEvent,
    data: &str,
    place: Option<Sequence>,
) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO stories (id, revision, state, reported, data, sequence) VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, 0)) \
             ON CONFLICT (id) DO UPDATE SET revision = ?2, state = ?3, reported = ?4, data = ?5, sequence = coalesce(?6, sequence)",
        )?
        .execute(params![
            story.story.as_str(),
            story.revision,
            story.state.as_str(),
            story.last_reported.as_microsecond(),
            data,
            place.map(|place| place.0)
        ])?;
    Ok(())
}

/// Deletes stories that were last reported before a moment, with their articles, the oldest first.
pub(crate) struct StoryDeletion {
    pub(crate) before: Timestamp,
}

impl Change for StoryDeletion {
    type Done = StepTally;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<StepTally, JournalError> {
        let old = ledger
            .connection
            .prepare_cached("SELECT id FROM stories WHERE reported < ?1 ORDER BY reported, id LIMIT ?2")?
            .query_map(params![self.before.as_microsecond(), MAX_STORIES], |row| row.get(0))?
            .collect::<Result<Vec<String>, _>>()?;
        for story in &old {
            ledger
                .connection
                .prepare_cached("DELETE FROM story_articles WHERE story = ?1")?
                .execute([story])?;
            ledger.connection.prepare_cached("DELETE FROM stories WHERE id = ?1")?.execute([story])?;
        }
        Ok(StepTally { rows: old.len() as u64, are_left: old.len() == MAX_STORIES })
    }
}
