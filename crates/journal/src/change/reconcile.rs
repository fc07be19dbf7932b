//! A journal that was restored from a copy, and what Kafka has of it beyond the copy.
//!
//! Until that is known, what happens is held: it gets no place in the log, since Kafka's events have the next places. The relay brings
//! those with [`DeliveredImport`]; then [`Reconciliation`] gives what was held the places after them, less what Kafka has already.

use std::sync::Arc;

use dateline_wire::{
    ArticleEvent, CloudEvent, EntryId, Event, EventId, EventKind, FeedId, HealthEvent, RejectEvent, Sequence,
    StoryEvent, WithdrawalEvent,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::finish::{self, EntryOutcomeDraft};
use super::retain::take_old_entry;
use super::revisit;
use super::story;
use crate::JournalError;
use crate::digest::{self, ContentDigest};
use crate::ledger::{EventDraft, Ledger};
use crate::revision::{EntryOutcome, FinalEvent, LatestRevision};
use crate::writer::Change;

/// Events that Kafka has and the journal lacks, at the places that they have there, and when the page of each that tells of an article is
/// visited next, if it is. What stands in the journal already is passed over.
pub(crate) struct DeliveredImport(pub(crate) Vec<(CloudEvent, Option<Timestamp>)>);

impl Change for DeliveredImport {
    /// The journal's last event.
    type Done = Sequence;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Sequence, JournalError> {
        for (event, visit) in &self.0 {
            let last = ledger.totals.last_sequence;
            if event.sequence <= last {
                continue;
            }
            if event.sequence != last.next() || !ledger.totals.is_reconciling {
                break;
            }
            ledger.insert(event)?;
            remember(ledger, event, *visit)?;
        }
        Ok(ledger.totals.last_sequence)
    }
}

/// Ends the reconciliation: Kafka has the events up to `position`, and the journal those of them that it will ever have.
pub(crate) struct Reconciliation {
    pub(crate) position: Sequence,
}

/// What became of what was held until it was known what Kafka has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeldOutcomes {
    /// How many outcomes were held.
    pub held: u64,
    /// How many of them Kafka lacked: they have their places now.
    pub new: u64,
}

impl Change for Reconciliation {
    type Done = HeldOutcomes;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<HeldOutcomes, JournalError> {
        if !ledger.totals.is_reconciling {
            return Ok(HeldOutcomes::default());
        }
        if self.position > ledger.totals.last_sequence {
            // Somebody said that it goes on there: what lies between is Kafka's alone.
            for kind in EventKind::ALL {
                ledger
                    .connection
                    .prepare_cached(
                        "INSERT INTO event_counts (kind, events, gone) VALUES (?1, 0, ?2) \
                         ON CONFLICT (kind) DO UPDATE SET gone = max(gone, ?2)",
                    )?
                    .execute(params![kind.word(), self.position.0])?;
            }
            ledger.totals.last_sequence = self.position;
        }
        ledger.totals.is_reconciling = false;
        ledger.totals.relay_position = ledger.totals.relay_position.max(self.position);
        let numbers = ledger
            .connection
            .prepare_cached("SELECT number FROM held_outcomes ORDER BY number")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        let (held, before) = (numbers.len() as u64, ledger.totals.last_sequence);
        for number in numbers {
            release(ledger, number)?;
        }
        ledger.connection.prepare_cached("DELETE FROM held_outcomes")?.execute([])?;
        Ok(HeldOutcomes { held, new: ledger.totals.last_sequence.0 - before.0 })
    }
}

/// Holds what has no place yet, unless as much is held as may be.
pub(crate) fn hold(
    ledger: &Ledger<'_>,
    draft: &EventDraft<'_>,
    of: Option<&EntryOutcomeDraft<'_>>,
) -> Result<(), JournalError> {
    // They are numbered one after the other, and leave together.
    let held: u64 = ledger
        .connection
        .prepare_cached("SELECT coalesce(max(number) - min(number) + 1, 0) FROM held_outcomes")?
        .query_row([], |row| row.get(0))?;
    if held >= ledger.max_held {
        return Err(JournalError::HoldsTooMany { held });
    }
    let data = draft.event.to_json().map_err(JournalError::json("an event could not be written as JSON"))?;
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO held_outcomes (feed, entry, kind, time, traceparent, link, entry_digest, data) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            of.map(|outcome| outcome.feed.as_str()),
            of.map(|outcome| outcome.entry.as_str()),
            draft.event.kind().word(),
            draft.time.as_microsecond(),
            draft.traceparent,
            of.and_then(|outcome| outcome.link),
            draft.entry_digest,
            data,
        ])?;
    Ok(())
}

/// Gives what was held its place, by the rules that hold now.
fn release(ledger: &mut Ledger<'_>, number: i64) -> Result<(), JournalError> {
    type Row =
        (Option<String>, Option<String>, String, i64, String, Option<String>, Option<ContentDigest>, String);
    let (feed, entry, kind, time, traceparent, link, entry_digest, data): Row = ledger
        .connection
        .prepare_cached(
            "SELECT feed, entry, kind, time, traceparent, link, entry_digest, data FROM held_outcomes WHERE number = ?1",
        )?
        .query_row([number], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?))
        })?;
    let event = event_of(EventKind::from_word(&kind), &data)
        .map_err(JournalError::json("what was held could not be read"))?;
    let draft = EventDraft {
        event: &event,
        time: crate::reader::timestamp(time),
        traceparent: &traceparent,
        entry_digest,
    };
    match feed.zip(entry) {
        None => drop(ledger.append(&draft)?),
        Some((feed, entry)) => {
            let (feed, entry) = (FeedId::from_stored(feed), EntryId::from_stored(entry));
            let outcome = EntryOutcomeDraft { feed: &feed, entry: &entry, link: link.as_deref() };
            finish::conclude(ledger, &outcome, &draft)?;
        }
    }
    Ok(())
}

/// An event as its data tells it; of a kind that isn't known, a reject.
pub(super) fn event_of(kind: Option<EventKind>, data: &str) -> Result<Event, serde_json::Error> {
    Ok(match kind {
        Some(EventKind::Article) => Event::Article(Box::new(serde_json::from_str::<ArticleEvent>(data)?)),
        Some(EventKind::Withdrawal) => {
            Event::Withdrawal(Box::new(serde_json::from_str::<WithdrawalEvent>(data)?))
        }
        Some(EventKind::Health) => Event::Health(Box::new(serde_json::from_str::<HealthEvent>(data)?)),
        Some(EventKind::Story) => Event::Story(Arc::new(serde_json::from_str::<StoryEvent>(data)?)),
        Some(EventKind::Reject) | None => Event::Reject(Box::new(serde_json::from_str::<RejectEvent>(data)?)),
    })
}

/// Has the journal know what the event says of an article and of an entry, as though it had come of its own work.
fn remember(
    ledger: &mut Ledger<'_>,
    delivered: &CloudEvent,
    visit: Option<Timestamp>,
) -> Result<(), JournalError> {
    let event = match event_of(Some(delivered.kind), &delivered.data) {
        Ok(event) => event,
        Err(error) => {
            tracing::warn!(
                sequence = delivered.sequence.0, %error,
                "a delivered event is taken in, but not what it says of its entry, which may be published again"
            );
            return Ok(());
        }
    };
    let (feed, entry, reason) = match &event {
        Event::Article(article) => {
            let digest = digest::of_article(&article.content);
            let latest = LatestRevision { number: article.revision, digest, is_withdrawn: false };
            finish::remember_article(ledger, article, &latest, Some(delivered.sequence))?;
            (&article.feed, &article.entry, None)
        }
        Event::Reject(reject) => (&reject.feed, &reject.entry, Some(reject.reason.as_str())),
        Event::Withdrawal(withdrawal) => return revisit::remember_withdrawal(ledger, &withdrawal.article),
        Event::Story(story) => {
            return story::remember_story(ledger, story, &delivered.data, Some(delivered.sequence));
        }
        Event::Health(_) => return Ok(()),
    };
    let (Some(feed), Some(entry)) = (feed, entry) else { return Ok(()) };
    let number = match ledger.feed_number(&feed.id) {
        // It is configured no more: its entries are nobody's.
        Err(JournalError::UnknownFeed(_)) => return Ok(()),
        number => number?,
    };
    let known: bool = ledger
        .connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM entries WHERE feed = ?1 AND id = ?2)")?
        .query_row(params![number, entry.id.as_str()], |row| row.get(0))?;
    let is_looked_at: bool = ledger
        .connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM pending WHERE feed = ?1 AND id = ?2) \
             OR EXISTS (SELECT 1 FROM held_outcomes WHERE feed = ?3 AND entry = ?2)",
        )?
        .query_row(params![number, entry.id.as_str(), feed.id.as_str()], |row| row.get(0))?;
    if let (Event::Article(article), Some(due)) = (&event, visit) {
        revisit::await_visit_of_delivered(ledger, (number, delivered.time), article, due)?;
    }
    // Where it isn't known what the entry said, it counts as edited when it is listed next, and is looked at.
    let digest = delivered.entry_digest.unwrap_or_default();
    if !known {
        if take_old_entry(ledger, &feed.id, entry.id.as_str(), &digest)?.is_none() {
            ledger.totals.entries += 1;
        }
        ledger
            .connection
            .prepare_cached(
                "INSERT INTO entries (feed, id, digest, edition, first_seen, listed) VALUES (?1, ?2, ?3, 1, ?4, ?4)",
            )?
            .execute(params![number, entry.id.as_str(), digest, delivered.time.as_microsecond()])?;
    } else if !is_looked_at {
        ledger
            .connection
            .prepare_cached("UPDATE entries SET digest = ?3 WHERE feed = ?1 AND id = ?2")?
            .execute(params![number, entry.id.as_str(), digest])?;
    }
    if is_looked_at || delivered.entry_digest.is_none() {
        ledger
            .connection
            .prepare_cached(
                "INSERT OR REPLACE INTO delivered_ends (feed, id, sequence, event, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![number, entry.id.as_str(), delivered.sequence.0, delivered.id, reason])?;
    }
    Ok(())
}

/// How an entry ended that Kafka knows of.
pub(super) struct DeliveredEnd {
    pub(super) sequence: Sequence,
    pub(super) event: EventId,
    reason: Option<String>,
}

impl DeliveredEnd {
    /// Takes out what Kafka is known to have of an entry.
    pub(super) fn take(
        ledger: &Ledger<'_>,
        feed: i64,
        entry: &EntryId,
    ) -> Result<Option<Self>, JournalError> {
        let end = ledger
            .connection
            .prepare_cached(
                "DELETE FROM delivered_ends WHERE feed = ?1 AND id = ?2 RETURNING sequence, event, reason",
            )?
            .query_row(params![feed, entry.as_str()], |row| {
                Ok(Self {
                    sequence: Sequence(row.get(0)?),
                    event: EventId::from_stored(row.get::<_, String>(1)?),
                    reason: row.get(2)?,
                })
            })
            .optional()?;
        Ok(end)
    }

    /// Whether it says what `event` would say once more.
    pub(super) fn is_same(&self, event: &FinalEvent) -> bool {
        match (&event.event, &self.reason) {
            (Event::Reject(reject), Some(reason)) => reject.reason.as_str() == reason,
            (Event::Reject(_), None) => event.outcome == EntryOutcome::Duplicate,
            _ => false,
        }
    }
}
