//! The configured set of feeds.

use std::collections::HashSet;

use dateline_wire::{FeedState, HealthKind, Validators};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

/// What configuring a set of feeds changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedChanges {
    /// Feeds that the journal didn't know.
    pub added: usize,
    /// Feeds that it knew; their state was kept, but that one which was gone when it left is asked again.
    pub kept: usize,
    /// Feeds that were active and are configured no more. Their state stays, for the day they come back.
    pub removed: usize,
}

pub(crate) struct FeedConfiguration(pub(crate) Vec<FeedState>);

impl Change for FeedConfiguration {
    type Done = FeedChanges;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<FeedChanges, JournalError> {
        let connection = ledger.connection;
        let mut configured = FeedChanges::default();
        let wanted: HashSet<&str> = self.0.iter().map(|feed| feed.id.as_str()).collect();
        for id in active(connection)? {
            if !wanted.contains(id.as_str()) {
                connection.prepare_cached("UPDATE feeds SET active = 0 WHERE id = ?1")?.execute([id])?;
                configured.removed += 1;
            }
        }
        let mut seen = HashSet::new();
        for feed in self.0.iter().filter(|feed| seen.insert(&feed.id)) {
            match known(connection, feed)? {
                Some(known) => {
                    connection
                        .prepare_cached("UPDATE feeds SET active = 1 WHERE number = ?1 AND active = 0")?
                        .execute([known.number])?;
                    known.bring_forward(connection, feed)?;
                    configured.kept += 1;
                }
                None => {
                    insert(connection, feed)?;
                    configured.added += 1;
                }
            }
        }
        Ok(configured)
    }
}

/// A feed that the journal knows, before it is configured.
struct KnownFeed {
    number: i64,
    active: bool,
    state: String,
}

impl KnownFeed {
    /// Brings what an older version stored, or a feed that comes back to the configuration, to what holds now: `fresh` is the
    /// feed as one that was never polled.
    fn bring_forward(&self, connection: &Connection, fresh: &FeedState) -> Result<(), JournalError> {
        // One that cannot be read is set aside by whoever configures.
        let Ok(stored) = serde_json::from_str::<FeedState>(&self.state) else { return Ok(()) };
        let mut state = stored.clone();
        if state.url != fresh.url {
            forget_addresses(connection, self.number, &mut state, fresh)?;
        }
        if state.retired && !self.active {
            state.revive(fresh.next_poll);
        }
        // So a feed that is gone was left once, never to be asked again.
        if state.next_poll == Timestamp::MAX {
            state.next_poll = fresh.next_poll;
        }
        if state != stored {
            update(connection, &state)?;
        }
        Ok(())
    }
}

/// Takes every address out of the state of a feed that is published under another than is stored: older versions stored
/// addresses with what is secret in them, and what counts as secret is a setting. The next poll learns them anew.
fn forget_addresses(
    connection: &Connection,
    number: i64,
    state: &mut FeedState,
    fresh: &FeedState,
) -> Result<(), JournalError> {
    state.url = fresh.url.clone();
    state.validators = Validators::default();
    state.body_sha256 = None;
    (state.moved_to, state.moved_since, state.moved_polls) = (None, None, 0);
    state.conditions.retain(|condition| *condition != HealthKind::Moved);
    // It cites the address that failed.
    state.last_error = None;
    for table in ["subscriptions", "polls"] {
        connection.prepare_cached(&format!("DELETE FROM {table} WHERE feed = ?1"))?.execute([number])?;
    }
    Ok(())
}

fn known(connection: &Connection, feed: &FeedState) -> Result<Option<KnownFeed>, JournalError> {
    let known = connection
        .prepare_cached("SELECT number, active, state FROM feeds WHERE id = ?1")?
        .query_row([feed.id.as_str()], |row| {
            Ok(KnownFeed {
                number: row.get(0)?,
                active: row.get(1)?,
                // What isn't text is a state that cannot be read.
                state: row.get(2).unwrap_or_default(),
            })
        })
        .optional()?;
    Ok(known)
}

/// Stores the state of a feed that the journal knows, and gives the feed's number; `None` where it doesn't know it.
pub(super) fn update(connection: &Connection, feed: &FeedState) -> Result<Option<i64>, JournalError> {
    let number = connection
        .prepare_cached(
            "UPDATE feeds SET retired = ?2, failures = ?3, next_poll = ?4, state = ?5 WHERE id = ?1 RETURNING number",
        )?
        .query_row(
            params![
                feed.id.as_str(),
                feed.retired,
                feed.failures,
                feed.next_poll.as_microsecond(),
                state_of(feed)?,
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(number)
}

fn active(connection: &Connection) -> Result<Vec<String>, JournalError> {
    let mut statement = connection.prepare_cached("SELECT id FROM feeds WHERE active = 1 ORDER BY number")?;
    let ids = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

fn insert(connection: &Connection, feed: &FeedState) -> Result<(), JournalError> {
    insert_as(connection, feed, true)
}

/// Has the journal know a feed that is configured elsewhere, and not polled from here.
pub(super) fn insert_inactive(connection: &Connection, feed: &FeedState) -> Result<(), JournalError> {
    insert_as(connection, feed, false)
}

fn insert_as(connection: &Connection, feed: &FeedState, active: bool) -> Result<(), JournalError> {
    connection
        .prepare_cached(
            "INSERT INTO feeds (id, active, retired, failures, next_poll, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            feed.id.as_str(),
            active,
            feed.retired,
            feed.failures,
            feed.next_poll.as_microsecond(),
            state_of(feed)?,
        ])?;
    Ok(())
}

fn state_of(feed: &FeedState) -> Result<String, JournalError> {
    serde_json::to_string(feed).map_err(JournalError::json("a feed's state could not be written as JSON"))
}
