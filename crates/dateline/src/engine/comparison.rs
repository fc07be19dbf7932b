//! What an article is beside those before it: one of them under another address, an edit of itself, a copy of another, a report of what they report. Asked and remembered in the order in which articles are
//! committed, so that of two copies that come together the second is known as one.
//!
//! What is remembered follows from the log, and what is compared is always what was published. At the start it is read from a file that holds
//! it as it was ([`comparison_cache`]), and what came since from the log; without the file all from the log.

use std::collections::HashMap;
use std::sync::Arc;

use dateline_journal::{EntryCompletion, EntryEnd, EntryOutcome, Journal, JournalError, StoryUpdate};
use dateline_stories::copy::{Copy, CopyIndex, CopyText, EarlierText, agreement, inherit};
use dateline_stories::origin::{Agencies, Carrier, handed_on, is_publisher};
use dateline_stories::revision::{Version, edit};
use dateline_stories::story::StoryTables;
use dateline_wire::{
    ArticleEvent, ArticleId, CloudEvent, Event, EventId, EventKind, RejectEvent, RejectReason, Sequence,
    Stage, TwinAddress,
};
use jiff::Timestamp;
use url::Url;

use super::comparison_cache::{self, CachedComparison};
use super::story_teller::StoryTeller;
use crate::config::CopyPolicy;

/// How many events of the log are read at once at the start.
const BATCH: usize = 500;

/// The least part of one of two texts that stands in the other where their addresses are those of one article: most of it.
const MIN_AGREEMENT: f64 = 0.6;

/// What is remembered is kept again after so many articles, ...
const MIN_UNKEPT: usize = 1_000;
/// ... or a tenth of what is remembered, if that is more: a start reads no more than that from the log.
const UNKEPT_SHARE: usize = 10;

/// The articles of the last weeks.
pub(super) struct Comparison {
    journal: Journal,
    agencies: Arc<Agencies>,
    policy: CopyPolicy,
    copies: CopyIndex,
    /// Tells stories, where they are told.
    stories: Option<StoryTeller>,
    /// What tells stories, and whether what Kafka has of a restored journal is not known yet: until then no story is told.
    story_tables: Option<Arc<StoryTables>>,
    is_reconciling: bool,
    /// Whether what is remembered was judged by tables that are not those in force any more.
    is_outdated: bool,
    /// Whether an article was judged that may not stand in the log: its commit is under way, or was broken off.
    is_ahead: bool,
    /// How many articles have come since what is remembered was kept.
    unkept: usize,
    /// The articles that are [followed](Self::follow) and that the log doesn't have yet.
    followed: HashMap<ArticleId, ArticleEvent>,
}

/// The tables that articles are compared by.
#[derive(Clone, Default)]
pub(crate) struct ComparisonTables {
    /// Say whose texts others carry.
    pub(crate) agencies: Arc<Agencies>,
    /// What stories are told by; none are without.
    pub(crate) stories: Option<Arc<StoryTables>>,
}

impl Comparison {
    /// Nothing is remembered yet.
    pub(super) fn new(journal: Journal, policy: CopyPolicy, tables: ComparisonTables) -> Self {
        Self {
            journal,
            agencies: tables.agencies,
            policy,
            copies: CopyIndex::default(),
            stories: None,
            story_tables: tables.stories,
            is_reconciling: false,
            is_outdated: false,
            is_ahead: false,
            unkept: 0,
            followed: HashMap::new(),
        }
    }

    /// Has articles compared by other tables from now on: the log is read anew by them before the next.
    pub(super) fn set_tables(&mut self, tables: ComparisonTables) {
        self.agencies = tables.agencies;
        self.story_tables = tables.stories;
        self.is_outdated = true;
    }

    /// Remembers the articles of the log that came within [`dateline_stories::copy::MEMORY`] before `now`. Those that no story was told
    /// with (stories were off, or the program knew none) are told now.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub(super) async fn read_log(&mut self, now: Timestamp) -> Result<(), JournalError> {
        self.is_reconciling = self.journal.is_reconciling()?;
        let since = now.checked_sub(dateline_stories::copy::MEMORY).unwrap_or(Timestamp::MIN);
        let mut after = self.journal.reader().place_before(since)?;
        if let Some(known) = self.take_back()? {
            after = after.max(known);
        }
        // What is told here follows.
        let last = self.journal.last_sequence()?;
        loop {
            let events = self.journal.events_after(after, BATCH, Some(EventKind::Article))?;
            let Some(read) = events.last().filter(|_| after < last) else {
                (self.is_outdated, self.is_ahead) = (false, false);
                return self.keep_after(MIN_UNKEPT);
            };
            after = read.sequence;
            for event in events.iter().filter(|event| event.time >= since) {
                let Some(mut article) = article_in(event) else { continue };
                if let Some(stories) = &mut self.stories
                    && !stories.restore(&article, event.time)?
                {
                    let update = stories.tell(&mut article, event.time)?;
                    self.journal.tell_stories(update, event.time).await?;
                }
                self.remember(&article, event.time);
            }
        }
    }

    /// Takes back what was kept, with the stories as they were told since, and says up to which place of the log that is known. Without
    /// it nothing is remembered.
    fn take_back(&mut self) -> Result<Option<Sequence>, JournalError> {
        let tables = self.story_tables.clone().filter(|_| !self.is_reconciling);
        let cached = match self.is_reconciling {
            true => None,
            false => comparison_cache::load(self.journal.reader(), tables.as_ref(), &self.agencies)?,
        };
        self.unkept = 0;
        let Some(CachedComparison { sequence, copies, book }) = cached else {
            self.copies = CopyIndex::default();
            self.stories =
                tables.map(|tables| StoryTeller::new(self.journal.clone(), tables, self.agencies.clone()));
            return Ok(None);
        };
        self.copies = copies;
        self.stories = book.map(|book| StoryTeller::of(self.journal.clone(), book));
        if let Some(stories) = &mut self.stories {
            stories.follow_log(sequence)?;
        }
        Ok(Some(sequence))
    }

    /// Keeps what is remembered for the next start, if at least so many articles are new in it.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn keep_after(&mut self, articles: usize) -> Result<(), JournalError> {
        if self.unkept < articles || self.is_ahead || self.is_reconciling || self.is_outdated {
            return Ok(());
        }
        let stories = (self.story_tables.as_deref(), self.stories.as_ref().map(StoryTeller::book));
        comparison_cache::save(self.journal.reader(), &self.copies, stories)?;
        self.unkept = 0;
        Ok(())
    }

    /// Keeps it in the course of a run, where much is new.
    fn keep_now_and_then(&mut self) -> Result<(), JournalError> {
        self.keep_after(MIN_UNKEPT.max(self.copies.len() / UNKEPT_SHARE))
    }

    /// What ends an entry, with what follows from the articles before it.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) async fn compare(
        &mut self,
        mut completion: EntryCompletion,
    ) -> Result<EntryCompletion, JournalError> {
        self.know_log(completion.at).await?;
        self.is_ahead = true;
        if let Event::Article(mut article) = completion.event {
            let is_view = self.identify(&mut article)?;
            if is_view {
                // The page of the article itself is the one to be visited.
                completion.revisit = None;
            }
            (completion.event, completion.stories) = match is_view && !self.is_withdrawn(&article.article) {
                true => (another_view(*article), StoryUpdate::default()),
                false => self.compared(*article, completion.at)?,
            };
        }
        Ok(completion)
    }

    /// What a visit to the page of a published article found there, if that is to be published.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) async fn compare_visited(
        &mut self,
        mut found: ArticleEvent,
        article: &ArticleId,
        at: Timestamp,
    ) -> Result<Option<(Box<ArticleEvent>, StoryUpdate)>, JournalError> {
        self.know_log(at).await?;
        self.is_ahead = true;
        if found.article != *article {
            // The page may have become another article's, or call itself by another address.
            let reader = self.journal.reader();
            if reader.latest_revision(&found.article)? > 0 || !self.tells_the_same(&found, article)? {
                return Ok(None);
            }
            found.article = article.clone();
        }
        Ok(match self.compared(found, at)? {
            (Event::Article(found), stories) => Some((found, stories)),
            _ => None,
        })
    }

    /// What changes of stories if a visit that found the page of an article gone has it withdrawn.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) async fn withdraw(
        &mut self,
        article: &ArticleId,
        at: Timestamp,
    ) -> Result<StoryUpdate, JournalError> {
        self.know_log(at).await?;
        self.stories.as_mut().map_or(Ok(StoryUpdate::default()), |stories| stories.withdraw(article))
    }

    /// Reads the log anew where the tables are others, and where a restored journal has taken in what Kafka has of it.
    async fn know_log(&mut self, now: Timestamp) -> Result<(), JournalError> {
        if self.is_outdated || (self.is_reconciling && !self.journal.is_reconciling()?) {
            self.read_log(now).await?;
        }
        Ok(())
    }

    /// Remembers an article that was committed.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn committed(
        &mut self,
        completion: &EntryCompletion,
        end: &EntryEnd,
    ) -> Result<(), JournalError> {
        self.is_ahead = false;
        if let (Event::Article(article), EntryOutcome::Article { revision }) =
            (&completion.event, end.outcome)
        {
            let mut article = article.clone();
            article.set_revision(revision);
            self.remember(&article, completion.at);
        }
        self.keep_now_and_then()
    }

    /// Remembers the article, if there is one, of a change that was committed.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn committed_article(
        &mut self,
        article: Option<&ArticleEvent>,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.is_ahead = false;
        if let Some(article) = article {
            self.remember(article, at);
        }
        self.keep_now_and_then()
    }

    /// Remembers an article that stands in the log.
    fn remember(&mut self, article: &ArticleEvent, at: Timestamp) {
        self.unkept += 1;
        let text = CopyText::of(&article.content.body.text);
        self.copies.add(&article.article, article.revision, at, &text, article.copy_of.as_ref());
    }

    fn compared(
        &mut self,
        mut article: ArticleEvent,
        at: Timestamp,
    ) -> Result<(Event, StoryUpdate), JournalError> {
        let none = StoryUpdate::default;
        let before = self.published(&article.article);
        // Of a copy that was published as a reference there is no text to compare with.
        if let Some(before) = before.filter(|before| !before.content.body.text.is_empty()) {
            let of = |event: &ArticleEvent| {
                (event.content.title.clone().unwrap_or_default(), event.content.body.text.clone())
            };
            let (old, new) = (of(&before), of(&article));
            let edit = edit(Version { title: &old.0, text: &old.1 }, Version { title: &new.0, text: &new.1 });
            if edit.changes.is_empty() && !self.is_withdrawn(&article.article) {
                return Ok((unchanged(article, &before), none()));
            }
            article.changes = edit.changes;
            article.correction = edit.correction;
        }
        if let Some(copy) = self.copied_by(&article) {
            self.name_copied(&mut article, copy);
            if self.policy == CopyPolicy::Drop {
                return Ok((dropped(article), none()));
            }
        }
        let stories = self.tell_story(&mut article, at)?;
        if article.copy_of.is_some() && self.policy == CopyPolicy::Reference {
            keep_reference(&mut article);
        }
        Ok((Event::Article(Box::new(article)), stories))
    }

    /// The text that an article repeats, if it does.
    fn copied_by(&mut self, article: &ArticleEvent) -> Option<Copy> {
        let text = CopyText::of(&article.content.body.text);
        let read = |id: &ArticleId, revision: u32| {
            let earlier = self.published(id).filter(|earlier| earlier.revision == revision)?;
            let origins = handed_on(&self.agencies, &carrier(&earlier), &earlier.content.origins);
            Some(EarlierText { text: earlier.content.body.text, origins })
        };
        self.copies.find(&article.article, &text, read)
    }

    /// Gives an article its story that another journal has published, and says what changes by it. What it repeats is looked for among all
    /// that is known here, unless its own journal has found it. Several can be followed before they are [committed](Self::committed_followed)
    /// together: each finds those before it.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn follow(
        &mut self,
        article: &mut ArticleEvent,
        at: Timestamp,
    ) -> Result<StoryUpdate, JournalError> {
        self.is_ahead = true;
        if article.copy_of.is_none()
            && let Some(copy) = self.copied_by(article)
        {
            self.name_copied(article, copy);
        }
        let stories = self
            .stories
            .as_mut()
            .map_or(Ok(StoryUpdate::default()), |stories| stories.tell_ahead(article, at));
        self.remember(article, at);
        self.followed.insert(article.article.clone(), article.clone());
        stories
    }

    /// What was followed stands in the log.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn committed_followed(&mut self) -> Result<(), JournalError> {
        self.is_ahead = false;
        self.followed.clear();
        if let Some(stories) = &mut self.stories {
            stories.committed();
        }
        self.keep_now_and_then()
    }

    /// Has an article that was published under another address, or for this entry when its link was another, be that one. Whether this is
    /// a view of it whose text may be a shorter one.
    fn identify(&self, article: &mut ArticleEvent) -> Result<bool, JournalError> {
        let reader = self.journal.reader();
        if reader.latest_revision(&article.article)? > 0 {
            return Ok(false);
        }
        for twin in reader.twins_of(article)? {
            if self.tells_the_same(article, &twin)? {
                article.article = twin;
                let known = self.published(&article.article);
                return Ok(is_view(article) && !known.is_some_and(|known| is_view(&known)));
            }
        }
        Ok(false)
    }

    /// Whether most of an article is what `other` told in its latest revision; where the log doesn't have that any more, whether all is.
    fn tells_the_same(&self, article: &ArticleEvent, other: &ArticleId) -> Result<bool, JournalError> {
        let Some(other_event) = self.published(other) else {
            return self.journal.reader().is_published(other, &article.content);
        };
        if other_event.content.body.text.is_empty() {
            // A copy that was published as a reference.
            return Ok(other_event.content.title == article.content.title);
        }
        let text = |event: &ArticleEvent| CopyText::of(&event.content.body.text);
        Ok(agreement(&text(article), &text(&other_event)) >= MIN_AGREEMENT)
    }

    /// Says whose text an article repeats.
    fn name_copied(&self, article: &mut ArticleEvent, copy: Copy) {
        let mut origins = std::mem::take(&mut article.content.origins);
        inherit(&mut origins, &copy, |name| is_publisher(&self.agencies, &carrier(article), name));
        article.content.origins = origins;
        article.copy_of = Some(copy.copy_of);
    }

    /// Gives an article its story, and says what changes by it. Nothing, if it is going to be a duplicate of what was published.
    fn tell_story(&mut self, article: &mut ArticleEvent, at: Timestamp) -> Result<StoryUpdate, JournalError> {
        let Some(stories) = &mut self.stories else { return Ok(StoryUpdate::default()) };
        let reader = self.journal.reader();
        if reader.is_published(&article.article, &article.content)? {
            return Ok(StoryUpdate::default());
        }
        // The journal decides the revision; this is the one that it will give.
        article.set_revision(reader.latest_revision(&article.article)?.saturating_add(1));
        stories.tell(article, at)
    }

    fn is_withdrawn(&self, article: &ArticleId) -> bool {
        self.journal.reader().is_withdrawn(article).unwrap_or_else(|error| {
            tracing::warn!(%article, %error, "it cannot be read whether the article was withdrawn");
            false
        })
    }

    /// The latest revision of an article, as long as the log has it.
    fn published(&self, article: &ArticleId) -> Option<ArticleEvent> {
        if let Some(followed) = self.followed.get(article) {
            return Some(followed.clone());
        }
        self.journal.reader().latest_article(article).unwrap_or_else(|error| {
            tracing::warn!(%article, %error, "the article cannot be read from the log, so nothing is compared with it");
            None
        })
    }
}

fn article_in(event: &CloudEvent) -> Option<ArticleEvent> {
    serde_json::from_str(&event.data).ok()
}

/// Leaves of a copy who it is and whose text it repeats, but no text and nothing that points into it.
fn keep_reference(article: &mut ArticleEvent) {
    article.content.body.text.clear();
    article.content.body.paragraphs.clear();
    article.content.cuts.clear();
    article.entities.clear();
    article.topics.clear();
    article.changes.clear();
    article.correction = None;
    for origin in &mut article.content.origins {
        origin.span = None;
    }
    article.relevance.reasons.clear();
    article.relevance.passages.clear();
    if let Some(copy) = &mut article.copy_of {
        copy.spans.clear();
    }
}

fn dropped(article: ArticleEvent) -> Event {
    let detail = article.copy_of.as_ref().map_or_else(String::new, |copy| {
        let percent = (copy.share * 100.0).round();
        format!("{percent} % of its text is that of {}", EventId::of_revision(&copy.article, copy.revision))
    });
    reject(article, RejectReason::Copy, detail)
}

fn unchanged(article: ArticleEvent, before: &ArticleEvent) -> Event {
    let detail = match address(before) {
        Some(known) if address(&article) != Some(known) => {
            format!("title and body tell what {} told, which is known by the address {known}", before.id)
        }
        _ => format!("title and body tell what {} told", before.id),
    };
    reject(article, RejectReason::Unchanged, detail)
}

fn another_view(article: ArticleEvent) -> Event {
    let detail = format!("it is article {} as it is shown for phones, as AMP or in print", article.article);
    reject(article, RejectReason::Unchanged, detail)
}

/// The address that an article is known by.
fn address(article: &ArticleEvent) -> Option<&Url> {
    article.content.canonical_url.as_ref().or(article.content.url.as_ref())
}

/// Where an article stands, and who published it.
fn carrier(article: &ArticleEvent) -> Carrier<'_> {
    let host = address(article).and_then(Url::host_str);
    Carrier { host, publisher: article.content.publisher.as_deref(), ..Carrier::default() }
}

fn is_view(article: &ArticleEvent) -> bool {
    address(article).is_some_and(|url| TwinAddress::of(url).is_view())
}

/// The journal gives it its id.
fn reject(article: ArticleEvent, reason: RejectReason, detail: String) -> Event {
    Event::Reject(Box::new(RejectEvent {
        id: article.id,
        article: Some(article.article),
        url: article.content.url,
        stage: Stage::Duplicate,
        reason,
        detail,
        feed: article.feed,
        entry: article.entry,
        relevance: None,
    }))
}
