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
            // What the story was told with until now is still what `stories` has.
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO replaced_stories (by, sequence, id, state, reported) \
                     SELECT ?2, sequence, id, state, reported FROM stories WHERE id = ?1 AND sequence > 0 AND sequence < ?2",
                )?
                .execute(params![key, place.0])?;
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

/// Forgets which events of a kind were replaced up to a place: they are about to be deleted.
pub(crate) fn forget_replaced(
    connection: &Connection,
    kind: EventKind,
    last: Sequence,
) -> Result<(), JournalError> {
    let delete = match kind {
        EventKind::Article => "DELETE FROM replaced WHERE sequence <= ?1",
        EventKind::Story => "DELETE FROM replaced_stories WHERE by <= ?1",
        EventKind::Withdrawal | EventKind::Reject | EventKind::Health => return Ok(()),
    };
    connection.prepare_cached(delete)?.execute([last.0])?;
    Ok(())
}
