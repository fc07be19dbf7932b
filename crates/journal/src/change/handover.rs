//! Entries that pass from one journal of a fleet to another, because their page is another's to read.

use std::sync::Arc;

use dateline_wire::{EntryId, FeedId, FeedRef, FeedState};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use url::Url;

use super::configure;
use super::poll::await_page;
use crate::claims::{ClaimKey, EntryClaims};
use crate::commit_log::HandedEntry;
use crate::ledger::Ledger;
use crate::writer::Change;
use crate::{JournalError, reader};

/// Hands a pending entry over, whose page turned out to be elsewhere, at `link`.
pub(crate) struct EntryHandover {
    pub(crate) feed: FeedId,
    pub(crate) entry: EntryId,
    pub(crate) link: Url,
}

impl Change for EntryHandover {
    type Done = i64;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<i64, JournalError> {
        let feed = ledger.feed_number(&self.feed)?;
        let number: i64 = ledger
            .connection
            .prepare_cached("SELECT number FROM pending WHERE feed = ?1 AND id = ?2")?
            .query_row(params![feed, self.entry.as_str()], |row| row.get(0))
            .optional()?
            .ok_or_else(|| JournalError::NotPending { feed: self.feed.clone(), entry: self.entry.clone() })?;
        let mut pending = reader::pending(ledger.connection, number)?;
        pending.entry.link = Some(self.link.clone());
        ledger.hand_over(feed, pending.entry, pending.due, pending.attempts + 1)?;
        ledger.remove_pending(number)?;
        Ok(number)
    }

    fn settle(number: &i64, claims: &EntryClaims) {
        claims.release(ClaimKey::Entry(*number));
    }
}

/// Takes in entries that were handed over, the last of which stood before `until` among all that are.
pub(crate) struct HandedEntries {
    pub(crate) entries: Arc<[HandedEntry]>,
    pub(crate) until: i64,
    pub(crate) at: Timestamp,
}

impl Change for HandedEntries {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        for handed in self.entries.iter() {
            take_in(ledger, handed, self.at)?;
        }
        ledger.draft.taken_until = Some(self.until);
        Ok(())
    }
}

fn take_in(ledger: &mut Ledger<'_>, handed: &HandedEntry, at: Timestamp) -> Result<(), JournalError> {
    let feed = match ledger.feed_number(&handed.feed) {
        Err(JournalError::UnknownFeed(_)) => {
            let feed = FeedRef {
                id: handed.feed.clone(),
                url: handed.feed_url.clone(),
                name: None,
                tags: Vec::new(),
            };
            configure::insert_inactive(ledger.connection, &FeedState::new(&feed, Timestamp::MAX))?;
            ledger.feed_number(&handed.feed)?
        }
        known => known?,
    };
    // A page that redirects back and forth brings an entry back to where it was; one that was edited meanwhile overtakes it.
    let is_older = ledger
        .connection
        .prepare_cached("SELECT edition FROM entries WHERE feed = ?1 AND id = ?2")?
        .query_row(params![feed, handed.entry.id.as_str()], |row| row.get::<_, u32>(0))
        .optional()?
        .is_some_and(|edition| edition > handed.edition);
    if is_older {
        return Ok(());
    }
    ledger
        .connection
        .prepare_cached(
            "INSERT INTO entries (feed, id, digest, edition, first_seen, listed) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (feed, id) DO UPDATE SET digest = ?3, edition = ?4",
        )?
        .execute(params![
            feed,
            handed.entry.id.as_str(),
            handed.digest,
            handed.edition,
            handed.first_seen.as_microsecond(),
            at.as_microsecond(),
        ])?;
    await_page(ledger, feed, &handed.entry, handed.due)?;
    ledger
        .connection
        .prepare_cached("UPDATE pending SET attempts = max(attempts, ?3) WHERE feed = ?1 AND id = ?2")?
        .execute(params![feed, handed.entry.id.as_str(), handed.attempts])?;
    Ok(())
}
