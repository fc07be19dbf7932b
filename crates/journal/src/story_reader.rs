//! Reading stories.

use dateline_wire::{Article, ArticleEvent, ArticleId, Sequence, StoryEvent, StoryId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::change::StoryArticleRow;
use crate::digest::{self, ContentDigest};
use crate::{EventFilter, JournalError, JournalReader, schema};

/// How far the times of neighbouring events may stand in the wrong order: clocks are set back.
pub(crate) const DISORDER: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

impl JournalReader {
    /// What was told of a story last.
    ///
    /// # Errors
    /// If the file cannot be read, or what it holds of the story.
    pub fn story(&self, story: &StoryId) -> Result<Option<StoryEvent>, JournalError> {
        if self.version() < schema::STORIES {
            return Ok(None);
        }
        self.read(|connection| {
            let data: Option<String> = connection
                .prepare_cached("SELECT data FROM stories WHERE id = ?1")?
                .query_row([story.as_str()], |row| row.get(0))
                .optional()?;
            data.as_deref().map(story_event).transpose()
        })
    }

    /// How often a story was told; 0 of one that never was.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn story_revision(&self, story: &StoryId) -> Result<u32, JournalError> {
        if self.version() < schema::STORIES {
            return Ok(0);
        }
        self.read(|connection| {
            let told: Option<u32> = connection
                .prepare_cached("SELECT revision FROM stories WHERE id = ?1")?
                .query_row([story.as_str()], |row| row.get(0))
                .optional()?;
            Ok(told.unwrap_or(0))
        })
    }

    /// The number of an article among those of stories, in the order in which they came.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn story_article_number(&self, article: &ArticleId) -> Result<Option<u64>, JournalError> {
        self.read(|connection| {
            let number = connection
                .prepare_cached("SELECT number FROM story_articles WHERE article = ?1")?
                .query_row([article.as_str()], |row| row.get(0))
                .optional()?;
            Ok(number)
        })
    }

    /// The articles of a story, by numbers in the order in which they came.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn story_articles(&self, story: &StoryId) -> Result<Vec<(u64, StoryArticleRow)>, JournalError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT number, article, data FROM story_articles WHERE story = ?1 ORDER BY number",
            )?;
            let rows = select.query_map([story.as_str()], |row| {
                let article = ArticleId::from_stored(row.get::<_, String>(1)?);
                Ok((row.get(0)?, StoryArticleRow { article, story: story.clone(), data: row.get(2)? }))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The story that an article stands in.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn story_of(&self, article: &ArticleId) -> Result<Option<StoryId>, JournalError> {
        if self.version() < schema::STORIES {
            return Ok(None);
        }
        self.read(|connection| {
            let story: Option<String> = connection
                .prepare_cached("SELECT story FROM story_articles WHERE article = ?1")?
                .query_row([article.as_str()], |row| row.get(0))
                .optional()?;
            Ok(story.map(StoryId::from_stored))
        })
    }

    /// Up to `limit` stories that have not ended in another, the last reported first.
    ///
    /// # Errors
    /// If the file cannot be read, or what it holds of one of them.
    pub fn stories(&self, limit: usize) -> Result<Vec<StoryEvent>, JournalError> {
        Ok(self.story_page(&EventFilter::default(), None, limit)?.0)
    }

    /// The latest revision of an article that is still in the log; none, too, where an older version of the journal didn't note its place.
    ///
    /// # Errors
    /// If the file cannot be read, or what it holds of the article.
    pub fn latest_article(&self, id: &ArticleId) -> Result<Option<ArticleEvent>, JournalError> {
        self.read(|connection| {
            let data: Option<String> = connection
                .prepare_cached(
                    "SELECT data FROM events WHERE sequence = (SELECT sequence FROM revisions WHERE id = ?1) AND key = ?2",
                )?
                .query_row(params![digest::bits_of(id.as_str()), id.as_str()], |row| row.get(0))
                .optional()?;
            let read = data.map(|data| serde_json::from_str(&data)).transpose();
            read.map_err(JournalError::json("an article could not be read"))
        })
    }

    /// The number of the latest published revision of an article; 0 where there is none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn latest_revision(&self, id: &ArticleId) -> Result<u32, JournalError> {
        self.read(|connection| {
            let known: Option<u32> = connection
                .prepare_cached("SELECT revision FROM revisions WHERE id = ?1")?
                .query_row([digest::bits_of(id.as_str())], |row| row.get(0))
                .optional()?;
            Ok(known.unwrap_or(0))
        })
    }

    /// Whether the latest published revision of an article has this very title and text.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_published(&self, id: &ArticleId, article: &Article) -> Result<bool, JournalError> {
        self.read(|connection| {
            let known: Option<ContentDigest> = connection
                .prepare_cached("SELECT digest FROM revisions WHERE id = ?1 AND withdrawn = 0")?
                .query_row([digest::bits_of(id.as_str())], |row| row.get(0))
                .optional()?;
            Ok(known == Some(digest::of_article(article)))
        })
    }

    /// A place after which everything stands that was committed since a moment, and little else: an hour before it, as the events' times
    /// tell, which stand in the order of the log but for clocks that were set back.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn place_before(&self, moment: Timestamp) -> Result<Sequence, JournalError> {
        self.place_at(moment.checked_sub(DISORDER).unwrap_or(Timestamp::MIN))
    }

    /// The place after which the events since a moment stand, but for clocks that were set back.
    pub(crate) fn place_at(&self, moment: Timestamp) -> Result<Sequence, JournalError> {
        let moment = moment.as_microsecond();
        self.read(|connection| {
            let mut probe = connection.prepare_cached(
                "SELECT sequence, time FROM events WHERE sequence > ?1 ORDER BY sequence LIMIT 1",
            )?;
            let last: u64 = connection
                .prepare_cached("SELECT coalesce(max(sequence), 0) FROM events")?
                .query_row([], |row| row.get(0))?;
            let (mut before, mut end) = (0, last);
            while before < end {
                let middle = before + (end - before) / 2;
                let next: Option<(u64, i64)> =
                    probe.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                match next {
                    Some((place, time)) if time < moment => before = place.min(end),
                    _ => end = middle,
                }
            }
            Ok(Sequence(before))
        })
    }
}

pub(crate) fn story_event(data: &str) -> Result<StoryEvent, JournalError> {
    serde_json::from_str(data).map_err(JournalError::json("a story could not be read"))
}
