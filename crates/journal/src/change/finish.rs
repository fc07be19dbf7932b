//! How an entry ends: as an article, or as a reject with its reason. Never as both, never as neither, never twice.

use std::sync::Arc;

use dateline_wire::{
    ArticleEvent, EntryId, Event, EventId, FeedId, RejectEvent, RejectReason, Sequence, Stage,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::JournalError;
use crate::claims::EntryClaims;
use crate::digest::{self, Fingerprint};
use crate::ledger::{EventDraft, Ledger, reject_id};
use crate::writer::Change;

/// The outcome of a pending entry.
#[derive(Debug, Clone)]
pub struct Finish {
    /// The feed that announced the entry.
    pub feed: FeedId,
    /// The entry.
    pub entry: EntryId,
    /// An article or a reject. The journal decides the revision of an article, and gives a reject its id.
    pub event: Event,
    /// When it was decided.
    pub at: Timestamp,
    /// `traceparent` of the work that led to it.
    pub traceparent: String,
}

/// What stands in the journal now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryEnd {
    /// The event's place.
    pub sequence: Sequence,
    /// The event's id.
    pub event: EventId,
    /// What the entry ended as.
    pub outcome: EntryOutcome,
    /// Whether it waits again at once: its feed has edited it since it was handed out.
    pub waits: bool,
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

/// [`Finish`], with the claims, which know the edition that was worked on.
pub(crate) struct FinishEntry {
    pub(crate) finish: Finish,
    pub(crate) claims: Arc<EntryClaims>,
}

/// A pending row.
struct PendingRow {
    number: i64,
    link: Option<String>,
    edition: u32,
}

impl Change for FinishEntry {
    type Done = (EntryEnd, i64);

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let Finish { feed, entry, event, at, traceparent } = &self.finish;
        let waiting = waiting(ledger, feed, entry)?;
        let (event, outcome) = match event {
            Event::Article(article) => revise(ledger, article)?,
            Event::Reject(reject) => (Event::Reject(reject.clone()), EntryOutcome::Reject),
            Event::Health(_) => {
                return Err(JournalError::NotAnOutcome { feed: feed.clone(), entry: entry.clone() });
            }
        };
        let event = match event {
            Event::Reject(mut reject) => {
                reject.id = reject_id(feed, entry, ledger.totals.last_sequence.next());
                Event::Reject(reject)
            }
            other => other,
        };
        let reached = page_was_reached(&event);
        let stored = ledger.append(&EventDraft { event: &event, time: *at, traceparent })?;
        if let Event::Article(article) = &event {
            remember_article(ledger, article, stored.sequence)?;
        }
        if let (true, Some(link)) = (reached, &waiting.link) {
            remember_link(ledger, link, *at, stored.sequence)?;
        }
        let waits = self.claims.edition(waiting.number).is_some_and(|claimed| claimed < waiting.edition);
        match waits {
            true => wait_on(ledger, waiting.number, *at)?,
            false => leave(ledger, waiting.number)?,
        }
        let finished = EntryEnd { sequence: stored.sequence, event: event.id().clone(), outcome, waits };
        Ok((finished, waiting.number))
    }

    fn settle((_, number): &Self::Done, claims: &EntryClaims) {
        claims.release(*number);
    }
}

fn wait_on(ledger: &Ledger<'_>, number: i64, from: Timestamp) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached("UPDATE pending SET attempts = 0, due = ?2 WHERE number = ?1")?
        .execute(params![number, from.as_microsecond()])?;
    Ok(())
}

fn leave(ledger: &mut Ledger<'_>, number: i64) -> Result<(), JournalError> {
    ledger.connection.prepare_cached("DELETE FROM pending WHERE number = ?1")?.execute([number])?;
    ledger.totals.pending -= 1;
    Ok(())
}

fn waiting(ledger: &Ledger<'_>, feed: &FeedId, entry: &EntryId) -> Result<PendingRow, JournalError> {
    let number = ledger.feed_number(feed)?;
    ledger
        .connection
        .prepare_cached(
            "SELECT p.number, p.link, e.edition FROM pending p JOIN entries e ON e.feed = p.feed AND e.id = p.id \
             WHERE p.feed = ?1 AND p.id = ?2",
        )?
        .query_row(params![number, entry.as_str()], |row| {
            Ok(PendingRow { number: row.get(0)?, link: row.get(1)?, edition: row.get(2)? })
        })
        .optional()?
        .ok_or_else(|| JournalError::NotPending { feed: feed.clone(), entry: entry.clone() })
}

/// Makes an article the next revision of what the journal knows, or a duplicate of it.
fn revise(ledger: &Ledger<'_>, article: &ArticleEvent) -> Result<(Event, EntryOutcome), JournalError> {
    let latest: Option<(u32, Fingerprint)> = ledger
        .connection
        .prepare_cached("SELECT revision, digest FROM articles WHERE id = ?1")?
        .query_row([article.article.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let revision = match latest {
        Some((revision, digest)) if digest == digest::of_article(&article.content) => {
            return Ok((Event::Reject(Box::new(unchanged(article, revision))), EntryOutcome::Duplicate));
        }
        Some((revision, _)) => revision.saturating_add(1),
        None => 1,
    };
    let mut article = article.clone();
    article.set_revision(revision);
    Ok((Event::Article(Box::new(article)), EntryOutcome::Article { revision }))
}

fn unchanged(article: &ArticleEvent, revision: u32) -> RejectEvent {
    let published = EventId::of_revision(&article.article, revision);
    RejectEvent {
        id: published.clone(),
        article: Some(article.article.clone()),
        url: article.content.url.clone(),
        stage: Stage::Duplicate,
        reason: RejectReason::Unchanged,
        detail: format!("title and body are those of {published}"),
        feed: article.feed.clone(),
        entry: article.entry.clone(),
        relevance: None,
    }
}

/// Whether the page itself was read, so that another entry with the same link would bring nothing new.
fn page_was_reached(event: &Event) -> bool {
    match event {
        Event::Article(_) => true,
        Event::Reject(reject) => {
            matches!(reject.stage, Stage::Extract | Stage::Judge | Stage::Duplicate)
        }
        Event::Health(_) => false,
    }
}

fn remember_article(
    ledger: &Ledger<'_>,
    event: &ArticleEvent,
    sequence: Sequence,
) -> Result<(), JournalError> {
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO articles (id, revision, digest, sequence) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (id) DO UPDATE SET revision = ?2, digest = ?3, sequence = ?4",
        )?
        .execute(params![
            event.article.as_str(),
            event.revision,
            digest::of_article(&event.content),
            sequence.0,
        ])?;
    Ok(())
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
