//! The last polls of each feed, for people who want to know how it has been going.

use dateline_wire::{FeedState, FetchFailure};
use jiff::Timestamp;
use rusqlite::params;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EntryCounts;
use crate::JournalError;
use crate::ledger::Ledger;

/// How many polls of a feed are remembered.
const MAX_POLLS: u32 = 20;

/// One poll of a feed, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PollRecord {
    /// When it was asked.
    pub time: Timestamp,
    /// The HTTP status of the last answer, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<FetchFailure>,
    /// How many of its entries were new.
    pub new: u32,
    /// How many had changed.
    pub changed: u32,
    /// When it was to be asked again.
    pub next_poll: Timestamp,
}

/// Remembers the poll that left `feed`, whose number in the file is `number`, in this state. What asked for nothing, as a push or a
/// poll that was put off, is none.
pub(super) fn note(
    ledger: &Ledger<'_>,
    number: i64,
    feed: &FeedState,
    counts: EntryCounts,
) -> Result<(), JournalError> {
    let Some(time) = feed.last_poll else { return Ok(()) };
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let noted = ledger
        .connection
        .prepare_cached(
            "INSERT OR IGNORE INTO polls (feed, time, status, error, new, changed, next_poll) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            number,
            time.as_microsecond(),
            feed.last_status,
            feed.last_error.as_ref().map(FetchFailure::to_string),
            count(counts.new),
            count(counts.changed),
            feed.next_poll.as_microsecond(),
        ])?;
    if noted > 0 {
        ledger
            .connection
            .prepare_cached(
                "DELETE FROM polls WHERE feed = ?1 AND time <= \
                 (SELECT time FROM polls WHERE feed = ?1 ORDER BY time DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute(params![number, MAX_POLLS])?;
    }
    Ok(())
}
