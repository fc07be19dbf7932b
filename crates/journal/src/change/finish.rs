//! How an entry ends: as an article, or as a reject with its reason. Never as both, never as neither, never twice.

use std::sync::Arc;

use dateline_wire::{ArticleEvent, ArticleId, EntryId, Event, EventId, FeedId, RejectReason, Sequence};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::reconcile::{DeliveredEnd, hold};
use super::revisit::{RevisitPlan, await_visit, seen_at};
use super::story::{StoryUpdate, tell};
use crate::JournalError;
use crate::claims::{ClaimKey, EntryClaims};
use crate::digest::{self, ContentDigest};
use crate::identity;
use crate::ledger::{EventDraft, Ledger};
use crate::revision::{EntryOutcome, FinalEvent, LatestRevision, reject_id};
use crate::writer::Change;

/// The outcome of a pending entry.
#[derive(Debug, Clone)]
pub struct EntryCompletion {
    /// The feed that announced the entry.
    pub feed: FeedId,
    /// The entry.
    pub entry: EntryId,
    /// An article or a reject. The journal decides the revision of an article, and gives a reject its id.
    pub event: Event,
    /// Whether the page at the entry's link was fetched for it. Another entry with this link then brings nothing new for a
    /// while; see [`JournalReader::seen_link`](crate::JournalReader::seen_link). An event that rests on the feed's own text, or
    /// on what was fetched for another entry, has read no page.
    pub page_was_read: bool,
    /// Where the page is visited again if the event is published, or says what its article said before; nowhere without.
    pub revisit: Option<RevisitPlan>,
    /// What an article changes of stories. It is made if the article is published, in the same transaction.
    pub stories: StoryUpdate,
    /// When it was decided.
    pub at: Timestamp,
    /// `traceparent` of the work that led to it.
    pub traceparent: String,
}

/// What stands in the journal now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryEnd {
    /// The event's place. None while the journal is being [reconciled](crate::Journal::reconcile) with Kafka: the event is held, and
    /// gets its place later, unless Kafka has it.
    pub sequence: Option<Sequence>,
    /// The event's id.
    pub event: EventId,
    /// What the entry ended as. Of an event that is held, as far as the journal can tell by now.
    pub outcome: EntryOutcome,
    /// Whether it waits again at once: its feed has edited it since it was handed out.
    pub waits: bool,
}

/// [`EntryCompletion`], with the claims, which know the edition that was worked on.
pub(crate) struct FinishEntry {
    pub(crate) finish: EntryCompletion,
    pub(crate) claims: Arc<EntryClaims>,
}

/// A pending row.
struct PendingRow {
    number: i64,
    link: Option<String>,
    edition: u32,
    digest: ContentDigest,
    feed: i64,
    entry: String,
}

/// What an outcome is the outcome of.
pub(crate) struct EntryOutcomeDraft<'o> {
    pub(super) feed: &'o FeedId,
    pub(super) entry: &'o EntryId,
    /// The link whose page was read for it.
    pub(super) link: Option<&'o str>,
}

/// Gives an outcome its event and its place. Where Kafka is known to have the very same of this entry, that one counts. While the
/// journal is being reconciled with Kafka, the outcome is held.
pub(super) fn conclude(
    ledger: &mut Ledger<'_>,
    outcome: &EntryOutcomeDraft<'_>,
    draft: &EventDraft<'_>,
) -> Result<(Option<Sequence>, EventId, EntryOutcome), JournalError> {
    let EntryOutcomeDraft { feed, entry, link } = *outcome;
    let place = ledger.totals.last_sequence.next();
    let latest = match draft.event {
        Event::Article(article) => latest_revision(ledger, &article.article)?,
        _ => None,
    };
    let result = FinalEvent::of(draft.event.clone(), latest, reject_id(feed, entry, place))
        .ok_or_else(|| JournalError::NotAnOutcome { feed: feed.clone(), entry: entry.clone() })?;
    if ledger.totals.is_reconciling {
        hold(ledger, draft, Some(outcome))?;
        return Ok((None, result.event.id().clone(), result.outcome));
    }
    let delivered = DeliveredEnd::take(ledger, ledger.feed_number(feed)?, entry)?;
    if let Some(delivered) = delivered.filter(|delivered| delivered.is_same(&result)) {
        return Ok((Some(delivered.sequence), delivered.event, result.outcome));
    }
    let FinalEvent { event, outcome, latest } = result;
    let stored = ledger.append(&EventDraft { event: &event, ..*draft })?;
    if let (Event::Article(article), Some(latest)) = (&event, latest) {
        remember_article(ledger, article, &latest, Some(stored.sequence))?;
    }
    if let Some(link) = link {
        remember_link(ledger, link, draft.time, stored.sequence)?;
    }
    Ok((Some(stored.sequence), event.id().clone(), outcome))
}

impl Change for FinishEntry {
    type Done = (EntryEnd, i64);

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let EntryCompletion { feed, entry, event, page_was_read, revisit, stories, at, traceparent } =
            &self.finish;
        let waiting = waiting(ledger, feed, entry)?;
        let claimed = self.claims.edition(ClaimKey::Entry(waiting.number));
        let waits = claimed.is_some_and(|claimed| claimed < waiting.edition);
        let link = waiting.link.as_deref().filter(|_| *page_was_read);
        let outcome = EntryOutcomeDraft { feed, entry, link };
        // What the entry says by now is not what the event is about.
        let entry_digest = (!waits).then_some(waiting.digest);
        let draft = EventDraft { event, time: *at, traceparent, entry_digest };
        let (sequence, id, outcome) = conclude(ledger, &outcome, &draft)?;
        if matches!(outcome, EntryOutcome::Article { .. }) && sequence.is_some() {
            tell(ledger, stories, *at, traceparent)?;
        }
        match (revisit, event, outcome) {
            (Some(plan), Event::Article(article), EntryOutcome::Article { revision }) => {
                let published = (&article.article, revision);
                await_visit(ledger, (waiting.feed, *at), published, plan, &waiting.entry)?;
            }
            (Some(plan), Event::Article(article), EntryOutcome::Duplicate) => {
                seen_at(ledger, &article.article, plan)?;
            }
            (Some(plan), Event::Reject(reject), _) if reject.reason == RejectReason::Unchanged => {
                if let Some(article) = &reject.article {
                    seen_at(ledger, article, plan)?;
                }
            }
            _ => {}
        }
        match waits {
            true => wait_on(ledger, waiting.number, *at)?,
            false => ledger.remove_pending(waiting.number)?,
        }
        Ok((EntryEnd { sequence, event: id, outcome, waits }, waiting.number))
    }

    fn settle((_, number): &Self::Done, claims: &EntryClaims) {
        claims.release(ClaimKey::Entry(*number));
    }
}

fn wait_on(ledger: &Ledger<'_>, number: i64, from: Timestamp) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached("UPDATE pending SET attempts = 0, due = ?2 WHERE number = ?1")?
        .execute(params![number, from.as_microsecond()])?;
    Ok(())
}

fn waiting(ledger: &Ledger<'_>, feed: &FeedId, entry: &EntryId) -> Result<PendingRow, JournalError> {
    let number = ledger.feed_number(feed)?;
    ledger
        .connection
        .prepare_cached(
            "SELECT p.number, p.link, e.edition, e.digest, p.entry FROM pending p JOIN entries e ON e.feed = p.feed AND e.id = p.id \
             WHERE p.feed = ?1 AND p.id = ?2",
        )?
        .query_row(params![number, entry.as_str()], |row| {
            Ok(PendingRow {
                number: row.get(0)?,
                link: row.get(1)?,
                edition: row.get(2)?,
                digest: row.get(3)?,
                feed: number,
                entry: row.get(4)?,
            })
        })
        .optional()?
        .ok_or_else(|| JournalError::NotPending { feed: feed.clone(), entry: entry.clone() })
}

pub(super) fn latest_revision(
    ledger: &Ledger<'_>,
    article: &ArticleId,
) -> Result<Option<LatestRevision>, JournalError> {
    let latest = ledger
        .connection
        .prepare_cached("SELECT revision, digest, withdrawn FROM revisions WHERE id = ?1")?
        .query_row([digest::bits_of(article.as_str())], |row| {
            Ok(LatestRevision { number: row.get(0)?, digest: row.get(1)?, is_withdrawn: row.get(2)? })
        })
        .optional()?;
    Ok(latest)
}

/// Keeps what is known of an article's latest revision, the place of its event, where it has one already, and what the article is known
/// by.
pub(super) fn remember_article(
    ledger: &Ledger<'_>,
    article: &ArticleEvent,
    latest: &LatestRevision,
    place: Option<Sequence>,
) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO revisions (id, revision, digest, withdrawn, sequence) VALUES (?1, ?2, ?3, ?4, coalesce(?5, 0)) \
             ON CONFLICT (id) DO UPDATE SET revision = ?2, digest = ?3, withdrawn = ?4, sequence = coalesce(?5, sequence)",
        )?
        .execute(params![
            digest::bits_of(article.article.as_str()),
            latest.number,
            latest.digest,
            latest.is_withdrawn,
            place.map(|place| place.0)
        ])?;
    identity::remember(ledger.connection, article)
}

fn remember_link(
    ledger: &Ledger<'_>,
    link: &str,
    at: Timestamp,
    sequence: Sequence,
) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO links (id, time, sequence) VALUES (?1, ?2, ?3) \
             ON CONFLICT (id) DO UPDATE SET time = ?2, sequence = ?3",
        )?
        .execute(params![link, at.as_microsecond(), sequence.0])?;
    Ok(())
}
