//! The rule by which an article is a new revision, a duplicate, or neither: one for the daemon, for replays and for archives.

use dateline_wire::{
    ArticleEvent, EntryId, Event, EventId, FeedId, RejectEvent, RejectReason, Sequence, Stage,
};

use crate::digest::{self, ContentDigest};

/// The latest revision of an article that was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatestRevision {
    /// Counts from 1.
    pub number: u32,
    /// Of what a reader reads of it.
    pub digest: ContentDigest,
    /// Whether the article was withdrawn since. It is back with whatever is published next, changed or not.
    pub is_withdrawn: bool,
}

/// What an entry ended as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryOutcome {
    /// An article, in this revision.
    Article {
        /// Counts from 1.
        revision: u32,
    },
    /// A reject.
    Reject,
    /// An article that was published before, unchanged: a reject of the stage [`Stage::Duplicate`].
    Duplicate,
}

/// The event that an entry ends with, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct FinalEvent {
    /// The event, with its final id.
    pub event: Event,
    /// What the entry ended as.
    pub outcome: EntryOutcome,
    /// What is to be remembered of the article, where there is a new revision.
    pub latest: Option<LatestRevision>,
}

impl FinalEvent {
    /// Makes an article the revision after `latest`, or a duplicate of it, and gives a reject the id `reject_id` (see
    /// [`reject_id`]). `latest` is what is known of the event's article; `None` where nothing was published of it.
    ///
    /// `None` for events of other kinds, with which no entry ends.
    pub fn of(event: Event, latest: Option<LatestRevision>, reject_id: EventId) -> Option<Self> {
        match event {
            Event::Article(article) => Some(Self::of_article(article, latest, reject_id)),
            Event::Reject(reject) => Some(Self::of_reject(*reject, reject_id, EntryOutcome::Reject)),
            Event::Withdrawal(_) | Event::Health(_) | Event::Story(_) => None,
        }
    }

    fn of_article(
        mut article: Box<ArticleEvent>,
        latest: Option<LatestRevision>,
        reject_id: EventId,
    ) -> Self {
        let digest = digest::of_article(&article.content);
        if let Some(latest) = latest.filter(|latest| latest.digest == digest && !latest.is_withdrawn) {
            let reject = unchanged(*article, latest.number);
            return Self::of_reject(reject, reject_id, EntryOutcome::Duplicate);
        }
        let revision = latest.map_or(1, |latest| latest.number.saturating_add(1));
        article.set_revision(revision);
        Self {
            event: Event::Article(article),
            outcome: EntryOutcome::Article { revision },
            latest: Some(LatestRevision { number: revision, digest, is_withdrawn: false }),
        }
    }

    fn of_reject(mut reject: RejectEvent, id: EventId, outcome: EntryOutcome) -> Self {
        reject.id = id;
        Self { event: Event::Reject(Box::new(reject)), outcome, latest: None }
    }
}

fn unchanged(article: ArticleEvent, revision: u32) -> RejectEvent {
    let published = EventId::of_revision(&article.article, revision);
    RejectEvent {
        detail: format!("title and body are those of {published}"),
        id: published,
        article: Some(article.article),
        url: article.content.url,
        stage: Stage::Duplicate,
        reason: RejectReason::Unchanged,
        feed: article.feed,
        entry: article.entry,
        relevance: None,
    }
}

/// The id of a reject that stands at `place`. An entry may be rejected again after an edit, so its place tells its rejects
/// apart; in a replay each has the same place.
pub fn reject_id(feed: &FeedId, entry: &EntryId, place: Sequence) -> EventId {
    EventId::of_parts(&["reject", feed.as_str(), entry.as_str(), &place.to_string()])
}
