//! Which story an article tells, asked in the order in which articles are committed, and kept in the journal with them.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use dateline_journal::{Journal, JournalError, JournalReader, StoryArticleRow, StoryUpdate};
use dateline_stories::book::{StoredStory, StoryBook, StoryReport, StoryTelling};
use dateline_stories::origin::Agencies;
use dateline_stories::story::StoryTables;
use dateline_wire::{ArticleEvent, ArticleId, EventKind, Sequence, StoryId, StoryState};
use hashlink::LruCache;
use jiff::Timestamp;

/// How often a story that ended in another is followed to the one that has its articles.
const MAX_ENDINGS: usize = 100;
/// How many events are read at once.
const BATCH: usize = 500;
/// How many articles of stories are held in memory, of one or two kilobytes each.
const MAX_HELD: usize = 20_000;

/// Tells stories.
pub(super) struct StoryTeller {
    journal: Journal,
    book: StoryBook,
    held: HeldStories,
}

/// The stories that were told last, as the journal has them or is about to: what joins one doesn't have all of it read again.
struct HeldStories {
    stories: LruCache<StoryId, StoredStory>,
    /// How many articles they have, and each story counts as one more.
    size: usize,
    /// Those of them that are told and not committed yet.
    ahead: HashSet<StoryId>,
}

impl HeldStories {
    fn new() -> Self {
        Self { stories: LruCache::new_unbounded(), size: 0, ahead: HashSet::new() }
    }

    /// What is held of a story, if it is what the journal has of it or will have; else what the journal has.
    fn take(&mut self, story: &StoryId, reader: &JournalReader) -> Result<StoredStory, JournalError> {
        let Some(mut held) = self.stories.remove(story) else { return stored(reader, story) };
        self.size -= held.len() + 1;
        if !self.ahead.contains(story) && reader.story_revision(story)? != held.revision {
            return stored(reader, story);
        }
        held.number(|article| reader.story_article_number(article))?;
        Ok(held)
    }

    fn put(&mut self, story: StoryId, stored: StoredStory) {
        self.size += stored.len() + 1;
        self.stories.insert(story, stored);
    }

    /// Lets go of those that were told longest ago, where too much is held.
    fn trim(&mut self) {
        while self.size > MAX_HELD
            && self.stories.len() > 1
            && let Some((story, _)) = self.stories.iter().next()
            && !self.ahead.contains(story)
            && let Some((_, oldest)) = self.stories.remove_lru()
        {
            self.size -= oldest.len() + 1;
        }
    }
}

impl StoryTeller {
    /// No article is known yet.
    pub(super) fn new(journal: Journal, tables: Arc<StoryTables>, agencies: Arc<Agencies>) -> Self {
        Self::of(journal, StoryBook::new(tables, agencies))
    }

    /// With the articles of `book`.
    pub(super) fn of(journal: Journal, book: StoryBook) -> Self {
        Self { journal, book, held: HeldStories::new() }
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
        let update = self.judge(article, at);
        self.held.trim();
        update
    }

    fn judge(&mut self, article: &mut ArticleEvent, at: Timestamp) -> Result<StoryUpdate, JournalError> {
        let Self { journal, book, held } = self;
        let reader = journal.reader();
        let told = book.take(article, at, |story| held.take(story, reader))?;
        let StoryTelling { story, joined_by, reports, events, stored } = told;
        for (story, stored) in stored {
            self.held.put(story, stored);
        }
        article.story = Some(story);
        article.joined_by = joined_by;
        let articles = reports.into_iter().map(row).collect::<Result<_, _>>()?;
        Ok(StoryUpdate { articles, events: events.into_iter().map(Arc::new).collect() })
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
        let update = self.judge(article, at)?;
        self.held.ahead.extend(update.events.iter().map(|told| told.story.clone()));
        self.held.trim();
        Ok(update)
    }

    /// What was told ahead stands in the journal.
    pub(super) fn committed(&mut self) {
        self.held.ahead.clear();
    }

    /// What changes of stories when an article is withdrawn. The book stays as it is, and what is held is read again where the journal has
    /// another revision, so nothing is lost if the article isn't withdrawn after all.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn withdraw(&mut self, article: &ArticleId) -> Result<StoryUpdate, JournalError> {
        let reader = self.journal.reader();
        let Some(story) = reader.story_of(article)? else { return Ok(StoryUpdate::default()) };
        let mut stored = self.held.take(&story, reader)?;
        let told = self.book.withdraw(article, &story, &mut stored);
        self.held.put(story.clone(), stored);
        self.held.trim();
        let Some((report, event)) = told else { return Ok(StoryUpdate::default()) };
        Ok(StoryUpdate { articles: vec![row((report, story))?], events: vec![event.into()] })
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
fn row((report, story): (Arc<StoryReport>, StoryId)) -> Result<StoryArticleRow, JournalError> {
    let data = serde_json::to_string(&*report);
    let data = data.map_err(JournalError::json("what is kept of an article could not be written"))?;
    Ok(StoryArticleRow { article: report.shown.article.clone(), story, data })
}

/// What the journal keeps of a story.
fn stored(reader: &JournalReader, story: &StoryId) -> Result<StoredStory, JournalError> {
    let revision = reader.story_revision(story)?;
    let mut reports = Vec::new();
    for (number, row) in reader.story_articles(story)? {
        match serde_json::from_str(&row.data) {
            Ok(report) => reports.push((number, Arc::new(report))),
            Err(error) => {
                tracing::error!(article = %row.article, %error, "what is kept of an article cannot be read, so its story is told without it");
            }
        }
    }
    Ok(StoredStory::new(revision, reports))
}
