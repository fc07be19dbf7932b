//! Which event tells an article or a story last: written in the transaction that stores the event.

use dateline_wire::{ArticleId, EventKind, Sequence};
use rusqlite::{Connection, OptionalExtension, params};

use crate::JournalError;
use crate::digest;

/// Has an event that is being stored be known as the latest of its article or story, which may be new, and what it replaces as replaced.
pub(crate) fn note_latest(
    connection: &Connection,
    kind: EventKind,
    key: &str,
    place: Sequence,
) -> Result<(), JournalError> {
    match kind {
        EventKind::Article => replace_revision(connection, &ArticleId::from_stored(key), place),
        EventKind::Story => {
            connection
                .prepare_cached("UPDATE stories SET sequence = ?2 WHERE id = ?1 AND sequence < ?2")?
                .execute(params![key, place.0])?;
            Ok(())
        }
        EventKind::Withdrawal | EventKind::Reject | EventKind::Health => Ok(()),
    }
}

/// Notes that the revision at `place` is the latest of its article, or that it is not.
fn replace_revision(
    connection: &Connection,
    article: &ArticleId,
    place: Sequence,
) -> Result<(), JournalError> {
    let id = digest::bits_of(article.as_str());
    let known: Option<u64> = connection
        .prepare_cached("SELECT sequence FROM revisions WHERE id = ?1")?
        .query_row([&id], |row| row.get(0))
        .optional()?;
    let (earlier, later) = match known {
        None => return Ok(()),
        Some(known) if known > place.0 => (place.0, known),
        Some(known) => {
            connection
                .prepare_cached("UPDATE revisions SET sequence = ?2 WHERE id = ?1")?
                .execute(params![id, place.0])?;
            (known, place.0)
        }
    };
    if earlier > 0 && earlier != later {
        connection
            .prepare_cached("INSERT OR REPLACE INTO replaced (sequence, by) VALUES (?1, ?2)")?
            .execute(params![earlier, later])?;
    }
    Ok(())
}

/// Forgets which articles were replaced up to a place: their events are about to be deleted.
pub(crate) fn forget_replaced(connection: &Connection, last: Sequence) -> Result<(), JournalError> {
    connection.prepare_cached("DELETE FROM replaced WHERE sequence <= ?1")?.execute([last.0])?;
    Ok(())
}
