//! The tables, and how older files become newer ones.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use rusqlite::Connection;

use crate::JournalError;

/// Marks the file as ours (SQLite's `application_id`): "Date" in ASCII.
const APPLICATION_ID: i32 = 0x4461_7465;

/// Step `n` turns version `n` into version `n + 1`. Steps are only ever appended.
const MIGRATIONS: [&str; 17] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
    include_str!("schema/11.sql"),
    include_str!("schema/12.sql"),
    include_str!("schema/13.sql"),
    include_str!("schema/14.sql"),
    include_str!("schema/15.sql"),
    include_str!("schema/16.sql"),
    include_str!("schema/17.sql"),
];

/// The version that brought subscriptions.
pub(crate) const SUBSCRIPTIONS: u32 = 2;

/// The version that counts events in rows, and sets unreadable rows aside.
pub(crate) const EVENT_COUNTS: u32 = 3;

/// The version that lets events go.
pub(crate) const RETENTION: u32 = 4;

/// The version that can be restored while Kafka is ahead.
pub(crate) const RESTORING: u32 = 5;

/// The version that remembers polls.
pub(crate) const POLLS: u32 = 6;

/// The version that visits pages again.
pub(crate) const REVISITS: u32 = 7;

/// The version that knows stories.
pub(crate) const STORIES: u32 = 8;

/// The version that knows ways out beside Kafka.
pub(crate) const SINKS: u32 = 9;

/// The version that knows articles by other addresses.
pub(crate) const IDENTITIES: u32 = 10;

/// The version that keeps what people say of articles, and who is logged in.
pub(crate) const LABELS: u32 = 12;

/// The version that finds events by what they say, in a file beside the journal.
pub(crate) const SEARCH: u32 = 13;

/// The version whose lists of stories stay what they were when they began.
pub(crate) const STORY_LISTS: u32 = 14;

/// The version whose retention waits for sinks that work, and counts what they lacked.
pub(crate) const SINK_WAITS: u32 = 15;

/// The version that knows who made which events.
pub(crate) const SOURCES: u32 = 16;

/// The version that remembers how receivers of webhooks fail.
pub(crate) const SINK_OUTAGES: u32 = 17;

/// The version that this program writes.
#[allow(clippy::cast_possible_truncation)]
pub(crate) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Refuses what this program doesn't understand, and says which version the file has: 0 for an empty one.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<u32, JournalError> {
    let read = || -> rusqlite::Result<(u32, i32, u32)> {
        Ok((
            connection.pragma_query_value(None, "user_version", |row| row.get(0))?,
            connection.pragma_query_value(None, "application_id", |row| row.get(0))?,
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
        ))
    };
    let (found, application, tables) = read().map_err(|error| JournalError::of_file(path, error))?;
    if application != APPLICATION_ID && (tables > 0 || application != 0) {
        return Err(JournalError::Foreign { path: path.to_owned(), found: application });
    }
    if found > VERSION {
        return Err(JournalError::NewerSchema { path: path.to_owned(), found, supported: VERSION });
    }
    Ok(found)
}

/// Brings the file to the current version: all steps in one transaction, so that a crash leaves the old version.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let found = check(connection, path)?;
    if found == VERSION {
        return Ok(());
    }
    let began = Instant::now();
    if found > 0 {
        let bytes = path.metadata().map_or(0, |file| file.len());
        tracing::info!(
            path = %path.display(), from = found, to = VERSION, bytes,
            "the journal's schema is brought up to date: the start goes on when that is done, within seconds for each GB; broken off, it \
             leaves the journal as it was"
        );
    }
    let transaction = connection.transaction()?;
    for step in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(step)?;
    }
    if found == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        let created = Timestamp::now().as_microsecond();
        transaction.execute(
            "INSERT INTO journal (one, id, created) VALUES (1, lower(hex(randomblob(16))), ?1)",
            [created],
        )?;
        transaction.execute("UPDATE journal SET lineage = id", [])?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    if found == 0 {
        tracing::info!(path = %path.display(), "a new journal");
    } else {
        let seconds = began.elapsed().as_secs_f64();
        tracing::info!(path = %path.display(), from = found, to = VERSION, seconds, "the journal's schema was brought up to date");
    }
    Ok(())
}
