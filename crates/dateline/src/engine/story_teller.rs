//! Which story an article tells, asked in the order in which articles are committed, and kept in the journal with them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use dateline_journal::{Journal, JournalError, JournalReader, StoryArticleRow, StoryUpdate};
use dateline_stories::book::{StoredStory, StoryBook, StoryReport, StoryTelling};
use dateline_stories::origin::Agencies;
use dateline_stories::story::StoryTables;
use dateline_wire::{ArticleEvent, ArticleId, EventKind, Sequence, StoryId, StoryState};
use jiff::Timestamp;

/// How often a story that ended in another is followed to the one that has its articles.
const MAX_ENDINGS: usize = 100;
/// How many events are read at once.
const BATCH: usize = 500;

/// Tells stories.
pub(super) struct StoryTeller {
    journal: Journal,
    book: StoryBook,
    ahead: StoriesAhead,
}

/// What is told and not committed yet.
#[derive(Default)]
struct StoriesAhead {
    /// The revisions of stories.
    revisions: HashMap<StoryId, u32>,
    /// What the journal is to keep of articles, in the order in which they came first.
    rows: Vec<StoryArticleRow>,
}

/// The number of the first article that the journal has not numbered yet: they come after all that it has.
const FIRST_UNNUMBERED: u64 = 1 << 63;

impl StoriesAhead {
    fn note(&mut self, update: &StoryUpdate) {
        self.revisions.extend(update.events.iter().map(|told| (told.story.clone(), told.revision)));
        for row in &update.articles {
            match self.rows.iter_mut().find(|known| known.article == row.article) {
                Some(known) => known.clone_from(row),
                None => self.rows.push(row.clone()),
            }
        }
    }

    /// Has the `rows` of a story be as they will be.
    fn lay_over(
        &self,
        rows: &mut Vec<(u64, StoryArticleRow)>,
        story: &StoryId,
        reader: &JournalReader,
    ) -> Result<(), JournalError> {
        for (row, unnumbered) in self.rows.iter().zip(FIRST_UNNUMBERED..) {
            let known = rows.iter().position(|(_, known)| known.article == row.article);
            match (known, row.story == *story) {
                (Some(known), true) => rows[known].1 = row.clone(),
                (Some(known), false) => drop(rows.remove(known)),
                (None, true) => {
                    let number = number_of(&row.article, reader)?.unwrap_or(unnumbered);
                    rows.push((number, row.clone()));
                }
                (None, false) => {}
            }
        }
        rows.sort_by_key(|(number, _)| *number);
        Ok(())
    }
}

/// The number of an article that the journal has in some story.
fn number_of(article: &ArticleId, reader: &JournalReader) -> Result<Option<u64>, JournalError> {
    let Some(story) = reader.story_of(article)? else { return Ok(None) };
    let rows = reader.story_articles(&story)?;
    Ok(rows.into_iter().find(|(_, row)| row.article == *article).map(|(number, _)| number))
}

impl StoryTeller {
    /// No article is known yet.
    pub(super) fn new(journal: Journal, tables: Arc<StoryTables>, agencies: Arc<Agencies>) -> Self {
        Self::of(journal, StoryBook::new(tables, agencies))
    }

    /// With the articles of `book`.
    pub(super) fn of(journal: Journal, book: StoryBook) -> Self {
        Self { journal, book, ahead: StoriesAhead::default() }
    }

    pub(super) fn book(&self) -> &StoryBook {
        &self.book
    }

    /// Has the articles that are known stand where the log after a place has put them.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn follow_log(&mut self, mut after: Sequence) -> Result<(), JournalError> {
        let mut changed = BTreeSet::new();
        loop {
            let events = self.journal.events_after(after, BATCH, Some(EventKind::Story))?;
            let Some(last) = events.last() else { break };
            after = last.sequence;
            changed.extend(events.into_iter().map(|event| StoryId::from_stored(event.key)));
        }
        // The articles of a story that ended are those of another that changed.
        for story in changed {
            for (_, row) in self.journal.reader().story_articles(&story)? {
                self.book.move_to(&row.article, &story);
            }
        }
        Ok(())
    }

    /// Takes back an article of the log, where its story is known. Whether it is.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn restore(&mut self, article: &ArticleEvent, at: Timestamp) -> Result<bool, JournalError> {
        let reader = self.journal.reader();
        let told = reader.story_of(&article.article)?;
        // An article that a restored journal took from Kafka stands where it stood when it came.
        let Some(story) = told.or_else(|| article.story.clone()) else { return Ok(false) };
        let story = self.heir_of(story)?;
        self.book.restore(article, at, &story);
        Ok(true)
    }

    /// Gives an article its story, and says what changes by it.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn tell(
        &mut self,
        article: &mut ArticleEvent,
        at: Timestamp,
    ) -> Result<StoryUpdate, JournalError> {
        let (journal, ahead) = (&self.journal, &self.ahead);
        let told = self.book.take(article, at, |story| stored(journal, ahead, story))?;
        let StoryTelling { story, joined_by, reports, events } = told;
        article.story = Some(story);
        article.joined_by = joined_by;
        Ok(StoryUpdate { articles: reports.into_iter().map(row).collect::<Result<_, _>>()?, events })
    }

    /// The same, before what was told last is [committed](Self::committed).
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn tell_ahead(
        &mut self,
        article: &mut ArticleEvent,
        at: Timestamp,
    ) -> Result<StoryUpdate, JournalError> {
        let update = self.tell(article, at)?;
        self.ahead.note(&update);
        Ok(update)
    }

    /// What was told ahead stands in the journal.
    pub(super) fn committed(&mut self) {
        self.ahead = StoriesAhead::default();
    }

    /// What changes of stories when an article is withdrawn. The book stays as it is, so nothing is lost if it isn't after all.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn withdraw(&self, article: &ArticleId) -> Result<StoryUpdate, JournalError> {
        let Some(story) = self.journal.reader().story_of(article)? else { return Ok(StoryUpdate::default()) };
        let stored = stored(&self.journal, &self.ahead, &story)?;
        let Some((report, event)) = self.book.withdraw(article, &story, stored) else {
            return Ok(StoryUpdate::default());
        };
        Ok(StoryUpdate { articles: vec![row((report, story))?], events: vec![event] })
    }

    /// The story itself, or the one that it ended in.
    fn heir_of(&self, mut story: StoryId) -> Result<StoryId, JournalError> {
        for _ in 0..MAX_ENDINGS {
            let told = self.journal.reader().story(&story)?.filter(|told| told.state == StoryState::Merged);
            let Some(heir) = told.and_then(|told| told.merged_into) else { break };
            story = heir;
        }
        Ok(story)
    }
}

/// What the journal is to keep of an article.
fn row((report, story): (StoryReport, StoryId)) -> Result<StoryArticleRow, JournalError> {
    let data = serde_json::to_string(&report);
    let data = data.map_err(JournalError::json("what is kept of an article could not be written"))?;
    Ok(StoryArticleRow { article: report.shown.article, story, data })
}

/// What the journal keeps of a story, once it has what is told ahead of it.
fn stored(journal: &Journal, ahead: &StoriesAhead, story: &StoryId) -> Result<StoredStory, JournalError> {
    let reader = journal.reader();
    let revision = match ahead.revisions.get(story) {
        Some(revision) => *revision,
        None => reader.story(story)?.map_or(0, |told| told.revision),
    };
    let mut rows = reader.story_articles(story)?;
    ahead.lay_over(&mut rows, story, reader)?;
    let mut reports: Vec<(u64, StoryReport)> = Vec::new();
    for (number, row) in rows {
        match serde_json::from_str(&row.data) {
            Ok(report) => reports.push((number, report)),
            Err(error) => {
                tracing::error!(article = %row.article, %error, "what is kept of an article cannot be read, so its story is told without it");
            }
        }
    }
    Ok(StoredStory { revision, reports })
}
