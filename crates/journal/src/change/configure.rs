//! The configured set of feeds.

use std::collections::HashSet;

use dateline_wire::FeedState;
use rusqlite::{Connection, OptionalExtension, params};

use crate::JournalError;
use crate::ledger::Ledger;
use crate::writer::Change;

/// What configuring a set of feeds changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedChanges {
    /// Feeds that the journal didn't know.
    pub added: usize,
    /// Feeds that it knew; their state was kept.
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
            let known: Option<i64> = connection
                .prepare_cached("SELECT number FROM feeds WHERE id = ?1")?
                .query_row([feed.id.as_str()], |row| row.get(0))
                .optional()?;
            match known {
                Some(number) => {
                    connection
                        .prepare_cached("UPDATE feeds SET active = 1 WHERE number = ?1 AND active = 0")?
                        .execute([number])?;
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

fn active(connection: &Connection) -> Result<Vec<String>, JournalError> {
    let mut statement = connection.prepare_cached("SELECT id FROM feeds WHERE active = 1 ORDER BY number")?;
    let ids = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

fn insert(connection: &Connection, feed: &FeedState) -> Result<(), JournalError> {
    connection
        .prepare_cached(
            "INSERT INTO feeds (id, active, retired, failures, next_poll, state) VALUES (?1, 1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            feed.id.as_str(),
            feed.retired,
            feed.failures,
            feed.next_poll.as_microsecond(),
            state_of(feed)?,
        ])?;
    Ok(())
}

pub(super) fn state_of(feed: &FeedState) -> Result<String, JournalError> {
    serde_json::to_string(feed).map_err(JournalError::json("a feed's state could not be written as JSON"))
}
