//! Which rows of feeds a commit log has, so that it needn't have each poll that brought nothing.
//!
//! Most polls find nothing, and change of a feed's row only when it was asked and when it is due. A journal that is made anew from an older
//! row asks the feed once more than it had to, and goes on. So such a row is left out of the log, for a while.

use std::collections::HashMap;

use rusqlite::Connection;
use serde_json::Value;

use crate::commit_log::StateRecord;
use crate::digest::{self, ContentDigest};
use crate::{JournalError, state_rows};

/// How far the due time in the log may lag behind, in microseconds.
const MAX_LAG: i64 = 3_600 * 1_000_000;

/// What of a feed's state a poll that brought nothing changes.
const OF_EACH_POLL: [&str; 4] = ["next_poll", "last_poll", "last_success", "last_status"];

/// The rows of feeds that the log has, by their records' keys.
#[derive(Debug, Default)]
pub(crate) struct WrittenFeeds {
    rows: HashMap<String, WrittenFeed>,
}

/// What is remembered of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct WrittenFeed {
    /// Of what isn't different after each poll.
    digest: ContentDigest,
    /// When it was due, in microseconds.
    next_poll: i64,
}

/// Rows that are being written to the log; [noted](WrittenFeeds::note) once it has them.
#[derive(Debug, Default)]
pub(crate) struct NewFeedRows(Vec<(String, Option<WrittenFeed>)>);

impl WrittenFeeds {
    /// Those in the file that `connection` has open: what it has came from the log.
    pub(crate) fn in_file(connection: &Connection) -> Result<Self, JournalError> {
        let records = state_rows::feeds(connection)?;
        let row = |record: StateRecord| Some((record.key, WrittenFeed::of(&record.value?)?));
        Ok(Self { rows: records.into_iter().filter_map(row).collect() })
    }

    /// Leaves those rows of feeds out of `records` that the log has, give or take when they are due.
    pub(crate) fn leave_out_known(&self, records: &mut Vec<StateRecord>) -> NewFeedRows {
        let mut fresh = NewFeedRows::default();
        records.retain(|record| {
            if !state_rows::is_of_feed(record) {
                return true;
            }
            let row = record.value.as_deref().and_then(WrittenFeed::of);
            let is_known = match (&row, self.rows.get(&record.key)) {
                (Some(row), Some(known)) => {
                    row.digest == known.digest && (0..MAX_LAG).contains(&(row.next_poll - known.next_poll))
                }
                _ => false,
            };
            if !is_known {
                fresh.0.push((record.key.clone(), row));
            }
            !is_known
        });
        fresh
    }

    /// The log has these rows now.
    pub(crate) fn note(&mut self, fresh: NewFeedRows) {
        for (key, row) in fresh.0 {
            match row {
                Some(row) => drop(self.rows.insert(key, row)),
                None => drop(self.rows.remove(&key)),
            }
        }
    }
}

impl WrittenFeed {
    fn of(value: &str) -> Option<Self> {
        let mut row: Value = serde_json::from_str(value).ok()?;
        let mut state: Value = serde_json::from_str(row["state"].as_str()?).ok()?;
        let next_poll = row["next_poll"].as_i64()?;
        row.as_object_mut()?.remove("next_poll");
        OF_EACH_POLL
            .iter()
            .for_each(|name| drop(state.as_object_mut().and_then(|state| state.remove(*name))));
        row["state"] = state;
        Some(Self { digest: digest::of_text(&row.to_string()), next_poll })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(next_poll: i64, etag: &str) -> Vec<StateRecord> {
        let state = serde_json::json!({ "etag": etag, "next_poll": next_poll, "last_poll": next_poll - 9 });
        let value = serde_json::json!({ "id": "a", "next_poll": next_poll, "state": state.to_string() });
        vec![StateRecord { key: "[\"feeds\",\"a\"]".to_owned(), value: Some(value.to_string()) }]
    }

    #[test]
    fn a_poll_that_brought_nothing_is_left_out_for_an_hour_and_any_other_is_not() {
        let mut written = WrittenFeeds::default();
        let mut is_written = |mut records: Vec<StateRecord>, is_committed: bool| {
            let fresh = written.leave_out_known(&mut records);
            if is_committed {
                written.note(fresh);
            }
            !records.is_empty()
        };
        assert!(is_written(row(1, "one"), false), "the log refuses it");
        assert!(is_written(row(2, "one"), true));
        assert!(!is_written(row(MAX_LAG, "one"), true));
        assert!(is_written(row(3, "two"), true));
        assert!(is_written(row(3 + MAX_LAG, "two"), true));
        assert!(is_written(row(4, "two"), true), "it is due sooner");
        let gone = StateRecord { value: None, ..row(5, "two").remove(0) };
        assert!(is_written(vec![gone], true));
        assert!(is_written(row(5, "two"), true));
        let other = StateRecord { key: "[\"pending\",\"a\",\"b\"]".to_owned(), ..row(5, "two").remove(0) };
        assert!(is_written(vec![other], true));
    }
}
