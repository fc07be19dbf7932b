//! How the terms of events come into the journal, and out of it.

use dateline_wire::{ArticleId, CloudEvent, EventKind, Sequence, StoryId};
use rusqlite::{Connection, OptionalExtension, params};

use super::terms::EventTerms;
use crate::JournalError;
use crate::digest;

/// How many articles of a story its terms are gathered from: those that came last.
const MAX_STORY_ARTICLES: usize = 200;

/// Has an event that is being stored be found, and what it replaces be known as replaced. The event's article or story may be new.
pub(crate) fn add(connection: &Connection, event: &CloudEvent) -> Result<(), JournalError> {
    let place = event.sequence;
    match event.kind {
        EventKind::Article => {
            replace_revision(connection, &ArticleId::from_stored(event.key.as_str()), place)?
        }
        EventKind::Story => {
            let earlier: Option<u64> = connection
                .prepare_cached("SELECT sequence FROM stories WHERE id = ?1 AND sequence < ?2")?
                .query_row(params![event.key, place.0], |row| row.get(0))
                .optional()?;
            connection
                .prepare_cached("UPDATE stories SET sequence = ?2 WHERE id = ?1 AND sequence < ?2")?
                .execute(params![event.key, place.0])?;
            if let Some(earlier) = earlier {
                remove_if_gone(connection, Sequence(earlier))?;
            }
        }
        EventKind::Withdrawal | EventKind::Reject | EventKind::Health => {}
    }
    let mut terms = EventTerms::of(event.kind, &event.data).unwrap_or_else(|error| {
        tracing::warn!(sequence = place.0, %error, "an event is stored, but is found by its kind alone: its JSON cannot be read");
        EventTerms::of_kind(event.kind)
    });
    if event.kind == EventKind::Story {
        for of_article in terms_of_articles(connection, &StoryId::from_stored(event.key.as_str()))? {
            terms.add_all(&of_article);
        }
    }
    connection
        .prepare_cached("INSERT INTO search (rowid, terms) VALUES (?1, ?2)")?
        .execute(params![place.0, terms.as_str()])?;
    Ok(())
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
            // What its story is found by is to be read anew.
            connection
                .prepare_cached("UPDATE story_articles SET terms = NULL WHERE article = ?1")?
                .execute([article.as_str()])?;
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

/// What a story is found by because of the articles in it.
fn terms_of_articles(connection: &Connection, story: &StoryId) -> Result<Vec<String>, JournalError> {
    let rows = connection
        .prepare_cached("SELECT number, article, terms FROM story_articles WHERE story = ?1 ORDER BY number DESC LIMIT ?2")?
        .query_map(params![story.as_str(), MAX_STORY_ARTICLES], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(i64, String, Option<String>)>, _>>()?;
    let mut all = Vec::with_capacity(rows.len());
    for (number, article, known) in rows {
        if let Some(known) = known {
            all.push(known);
            continue;
        }
        let data: Option<String> = connection
            .prepare_cached(
                "SELECT e.data FROM revisions r JOIN events e ON e.sequence = r.sequence WHERE r.id = ?1",
            )?
            .query_row([digest::bits_of(&article)], |row| row.get(0))
            .optional()?;
        // An article whose event is gone, or cannot be read, adds nothing.
        let Some(terms) = data.and_then(|data| EventTerms::for_story(&data).ok()) else { continue };
        connection
            .prepare_cached("UPDATE story_articles SET terms = ?2 WHERE number = ?1")?
            .execute(params![number, terms.as_str()])?;
        all.push(terms.as_str().to_owned());
    }
    Ok(all)
}

/// Has events of a kind, up to a place, be found no more: they are about to be deleted. A story is found as long as it is kept.
pub(crate) fn remove_up_to(
    connection: &Connection,
    kind: EventKind,
    last: Sequence,
) -> Result<(), JournalError> {
    connection
        .prepare_cached(
            "DELETE FROM search WHERE rowid IN (SELECT e.sequence FROM events e WHERE e.kind = ?1 AND e.sequence <= ?2 \
             AND NOT EXISTS (SELECT 1 FROM stories s WHERE s.sequence = e.sequence))",
        )?
        .execute(params![kind.word(), last.0])?;
    if kind == EventKind::Article {
        connection.prepare_cached("DELETE FROM replaced WHERE sequence <= ?1")?.execute([last.0])?;
    }
    Ok(())
}

/// Has what was found at `place` be found no more, if its event is gone: its story was told anew, or is not kept any longer.
pub(crate) fn remove_if_gone(connection: &Connection, place: Sequence) -> Result<(), JournalError> {
    connection
        .prepare_cached(
            "DELETE FROM search WHERE rowid = ?1 AND NOT EXISTS (SELECT 1 FROM events WHERE sequence = ?1)",
        )?
        .execute([place.0])?;
    Ok(())
}
