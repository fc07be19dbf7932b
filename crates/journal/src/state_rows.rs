//! The rows that make up a journal's state, as records: which of them a transaction changed, and the file made anew from them.
//!
//! Triggers note which rows change. They are temporary, so they are there on the connection of a journal that has a
//! [`CommitLog`](crate::CommitLog) and nowhere else, and no change needs to know of them. Feeds stand in records by their ids, since their
//! numbers are those of one file.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params};

use crate::JournalError;
use crate::commit_log::StateRecord;

/// A table whose rows are state.
struct StateTable {
    /// Its name, the first part of its records' keys.
    name: &'static str,
    /// The columns that tell its rows apart; a second one where there are two.
    columns: [&'static str; 2],
    /// The rest of a record's key, of a row called `{row}`.
    key: &'static str,
    /// The record's value, of the row in which those columns are `?1` and `?2`.
    select: &'static str,
    /// Makes rows of the records with keys of this table, in the table `records`.
    restore: &'static str,
    /// Which of its rows are state.
    rows: StateRows,
}

/// Which rows of a table are state, and of whose journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StateRows {
    /// All, of every journal that has a log.
    All,
    /// All, of one that tells stories.
    OfStories,
    /// Articles, of one that tells stories.
    ArticlesOfStories,
}

impl StateRows {
    fn is_of_stories(self) -> bool {
        self != Self::All
    }

    /// The condition under which a trigger notes `row`.
    fn condition(self, row: &str) -> String {
        match self {
            Self::All | Self::OfStories => String::new(),
            Self::ArticlesOfStories => format!("WHEN {row}.kind = 'article'"),
        }
    }
}

/// In the order in which they are restored: rows of the others name feeds.
const TABLES: [StateTable; 13] = [
    StateTable {
        name: "feeds",
        columns: ["id", "id"],
        key: "{row}.id",
        select: "SELECT json_object('id', id, 'active', active, 'retired', retired, 'failures', failures, 'next_poll', next_poll, \
                 'state', state) FROM feeds WHERE id = ?1 AND id = ?2",
        restore: "INSERT INTO feeds (id, active, retired, failures, next_poll, state) \
                  SELECT value ->> 'id', value ->> 'active', value ->> 'retired', value ->> 'failures', value ->> 'next_poll', \
                  value ->> 'state' FROM records",
        rows: StateRows::All,
    },
    StateTable {
        name: "entries",
        columns: ["feed", "id"],
        key: "(SELECT id FROM feeds WHERE number = {row}.feed), {row}.id",
        select: "SELECT json_object('feed', f.id, 'id', e.id, 'digest', hex(e.digest), 'edition', e.edition, 'first_seen', e.first_seen, \
                 'listed', e.listed) FROM entries e JOIN feeds f ON f.number = e.feed WHERE e.feed = ?1 AND e.id = ?2",
        restore: "INSERT INTO entries (feed, id, digest, edition, first_seen, listed) \
                  SELECT f.number, value ->> 'id', unhex(value ->> 'digest'), value ->> 'edition', value ->> 'first_seen', \
                  value ->> 'listed' FROM records JOIN feeds f ON f.id = value ->> 'feed'",
        rows: StateRows::All,
    },
    StateTable {
        name: "pending",
        columns: ["feed", "id"],
        key: "(SELECT id FROM feeds WHERE number = {row}.feed), {row}.id",
        select: "SELECT json_object('feed', f.id, 'id', p.id, 'due', p.due, 'attempts', p.attempts, 'reason', p.reason, 'host', p.host, \
                 'link', p.link, 'entry', p.entry) FROM pending p JOIN feeds f ON f.number = p.feed WHERE p.feed = ?1 AND p.id = ?2",
        restore: "INSERT INTO pending (feed, id, due, attempts, reason, host, link, entry) \
                  SELECT f.number, value ->> 'id', value ->> 'due', value ->> 'attempts', value ->> 'reason', value ->> 'host', \
                  value ->> 'link', value ->> 'entry' FROM records JOIN feeds f ON f.id = value ->> 'feed'",
        rows: StateRows::All,
    },
    StateTable {
        name: "old_entries",
        columns: ["key", "key"],
        key: "{row}.key",
        select: "SELECT json_object('key', key, 'digest', digest) FROM old_entries WHERE key = ?1 AND key = ?2",
        restore: "INSERT INTO old_entries (key, digest) SELECT value ->> 'key', value ->> 'digest' FROM records",
        rows: StateRows::All,
    },
    StateTable {
        name: "revisions",
        columns: ["id", "id"],
        key: "hex({row}.id)",
        select: "SELECT json_object('id', hex(id), 'revision', revision, 'digest', hex(digest), 'withdrawn', withdrawn) \
                 FROM revisions WHERE id = ?1 AND id = ?2",
        restore: "INSERT INTO revisions (id, revision, digest, withdrawn) \
                  SELECT unhex(value ->> 'id'), value ->> 'revision', unhex(value ->> 'digest'), value ->> 'withdrawn' FROM records",
        rows: StateRows::All,
    },
    StateTable {
        name: "identities",
        columns: ["key", "key"],
        key: "{row}.key",
        select: "SELECT json_object('key', key, 'article', hex(article)) FROM identities WHERE key = ?1 AND key = ?2",
        restore: "INSERT INTO identities (key, article) SELECT value ->> 'key', unhex(value ->> 'article') FROM records",
        rows: StateRows::All,
    },
    StateTable {
        name: "links",
        columns: ["id", "id"],
        key: "{row}.id",
        select: "SELECT json_object('id', id, 'time', time, 'sequence', sequence) FROM links WHERE id = ?1 AND id = ?2",
        restore: "INSERT INTO links (id, time, sequence) \
                  SELECT value ->> 'id', value ->> 'time', value ->> 'sequence' FROM records",
        rows: StateRows::All,
    },
    StateTable {
        name: "revisits",
        columns: ["article", "article"],
        key: "{row}.article",
        select: "SELECT json_object('article', r.article, 'feed', f.id, 'due', r.due, 'host', r.host, 'link', r.link, 'state', r.state) \
                 FROM revisits r JOIN feeds f ON f.number = r.feed WHERE r.article = ?1 AND r.article = ?2",
        restore: "INSERT INTO revisits (article, feed, due, host, link, state) \
                  SELECT value ->> 'article', f.number, value ->> 'due', value ->> 'host', value ->> 'link', value ->> 'state' \
                  FROM records JOIN feeds f ON f.id = value ->> 'feed'",
        rows: StateRows::All,
    },
    StateTable {
        name: "hosts",
        columns: ["host", "is_rest"],
        key: "{row}.host, {row}.is_rest",
        select: "SELECT json_object('host', host, 'is_rest', is_rest, 'delay', delay, 'until', until) FROM hosts \
                 WHERE host = ?1 AND is_rest = ?2",
        restore: "INSERT INTO hosts (host, is_rest, delay, until) \
                  SELECT value ->> 'host', value ->> 'is_rest', value ->> 'delay', value ->> 'until' FROM records",
        rows: StateRows::All,
    },
    StateTable {
        name: "journal",
        columns: ["one", "one"],
        key: "{row}.one",
        select: "SELECT json_object('last_sequence', last_sequence, 'entries', entries) FROM journal WHERE one = ?1 AND one = ?2",
        restore: "UPDATE journal SET last_sequence = value ->> 'last_sequence', relay_position = value ->> 'last_sequence', \
                  entries = value ->> 'entries', pending = (SELECT count(*) FROM pending) FROM records",
        rows: StateRows::All,
    },
    StateTable {
        name: "events",
        columns: ["sequence", "sequence"],
        key: "{row}.sequence",
        select: "SELECT json_object('sequence', e.sequence, 'time', e.time, 'id', e.id, 'key', e.key, 'traceparent', e.traceparent, \
                 'revision', (SELECT hex(id) FROM revisions WHERE sequence = e.sequence), 'data', e.data) \
                 FROM events e WHERE e.sequence = ?1 AND e.sequence = ?2",
        restore: "INSERT INTO events (sequence, time, kind, id, key, traceparent, data) \
                  SELECT value ->> 'sequence', value ->> 'time', 'article', value ->> 'id', value ->> 'key', value ->> 'traceparent', \
                  value ->> 'data' FROM records; \
                  UPDATE revisions SET sequence = latest.sequence \
                  FROM (SELECT unhex(value ->> 'revision') AS id, max(value ->> 'sequence') AS sequence FROM records GROUP BY 1) AS latest \
                  WHERE revisions.id = latest.id",
        rows: StateRows::ArticlesOfStories,
    },
    StateTable {
        name: "stories",
        columns: ["id", "id"],
        key: "{row}.id",
        select: "SELECT json_object('id', id, 'revision', revision, 'state', state, 'reported', reported, 'data', data) FROM stories \
                 WHERE id = ?1 AND id = ?2",
        restore: "INSERT INTO stories (id, revision, state, reported, data) \
                  SELECT value ->> 'id', value ->> 'revision', value ->> 'state', value ->> 'reported', value ->> 'data' FROM records",
        rows: StateRows::OfStories,
    },
    StateTable {
        name: "story_articles",
        columns: ["article", "article"],
        key: "{row}.article",
        select: "SELECT json_object('number', number, 'article', article, 'story', story, 'data', data) FROM story_articles \
                 WHERE article = ?1 AND article = ?2",
        restore: "INSERT INTO story_articles (number, article, story, data) \
                  SELECT value ->> 'number', value ->> 'article', value ->> 'story', value ->> 'data' FROM records",
        rows: StateRows::OfStories,
    },
];

/// A table that only journals with a commit log have: what hosts wish of those who ask them, since the next to ask is another process.
const HOSTS: &str = "CREATE TABLE IF NOT EXISTS main.hosts (
    host    TEXT    NOT NULL,
    -- Whether it wishes no request at all, or a delay between two.
    is_rest INTEGER NOT NULL,
    -- In milliseconds.
    delay   INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (host, is_rest)
) STRICT, WITHOUT ROWID";

/// Makes the table that only journals with a commit log have.
pub(crate) fn prepare(connection: &Connection) -> Result<(), JournalError> {
    Ok(connection.execute_batch(HOSTS)?)
}

/// Has `connection` note which rows of the state change from now on; with those that stories are told by, if it tells any.
pub(crate) fn watch(connection: &Connection, tells_stories: bool) -> Result<(), JournalError> {
    prepare(connection)?;
    connection.execute_batch("CREATE TEMP TABLE changed_rows (name TEXT, key TEXT, first, second)")?;
    for StateTable { name, columns: [first, second], key, rows, .. } in &TABLES {
        if rows.is_of_stories() && !tells_stories {
            continue;
        }
        for (verb, row) in [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")] {
            let (key, condition) = (key.replace("{row}", row), rows.condition(row));
            connection.execute_batch(&format!(
                "CREATE TEMP TRIGGER {name}_{verb} AFTER {verb} ON main.{name} {condition} BEGIN \
                 INSERT INTO changed_rows VALUES ('{name}', json_array('{name}', {key}), {row}.{first}, {row}.{second}); END"
            ))?;
        }
    }
    Ok(())
}

/// The rows that the open transaction has changed, as they are now; and notes them no longer. In the order of the tables.
pub(crate) fn take_changed(connection: &Connection) -> Result<Vec<StateRecord>, JournalError> {
    let mut changed =
        connection.prepare_cached("DELETE FROM changed_rows RETURNING name, key, first, second")?;
    let mut rows = changed.query([])?;
    let mut found: BTreeMap<(usize, String), (Value, Value)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let Some(table) = TABLES.iter().position(|table| table.name == name) else { continue };
        found.insert((table, row.get(1)?), (row.get(2)?, row.get(3)?));
    }
    let mut records = Vec::with_capacity(found.len());
    for ((table, key), (first, second)) in found {
        let mut select = connection.prepare_cached(TABLES[table].select)?;
        let value = select.query_row(params![first, second], |row| row.get(0)).optional()?;
        records.push(StateRecord { key, value });
    }
    Ok(records)
}

/// A row of the state.
pub(crate) struct StateRow {
    pub(crate) record: StateRecord,
    /// The first column of those that tell it apart.
    pub(crate) first: Value,
}

/// Hands the rows of a table to `take`: those of which `condition` holds, in which the table is `t`.
pub(crate) fn each<E: From<JournalError>>(
    connection: &Connection,
    table: &str,
    condition: &str,
    mut take: impl FnMut(StateRow) -> Result<(), E>,
) -> Result<(), E> {
    let broken = |error: rusqlite::Error| E::from(error.into());
    for StateTable { name, columns: [first, second], key, select, .. } in
        TABLES.iter().filter(|known| known.name == table)
    {
        let key = key.replace("{row}", "t");
        let keys = format!(
            "SELECT json_array('{name}', {key}), t.{first}, t.{second} FROM main.{name} AS t WHERE {condition}"
        );
        let mut keys = connection.prepare(&keys).map_err(broken)?;
        let mut select = connection.prepare(select).map_err(broken)?;
        let mut keys = keys.query([]).map_err(broken)?;
        while let Some(row) = keys.next().map_err(broken)? {
            let (first, second): (Value, Value) = (row.get(1).map_err(broken)?, row.get(2).map_err(broken)?);
            let value =
                select.query_row(params![first, second], |row| row.get(0)).optional().map_err(broken)?;
            // None of a feed that is gone from the file.
            if let Some(value) = value {
                let key = row.get(0).map_err(broken)?;
                take(StateRow { record: StateRecord { key, value: Some(value) }, first })?;
            }
        }
    }
    Ok(())
}

/// The rows of all feeds, as they are now.
pub(crate) fn feeds(connection: &Connection) -> Result<Vec<StateRecord>, JournalError> {
    let mut ids = connection.prepare("SELECT json_array('feeds', id), id FROM feeds")?;
    let mut select = connection.prepare_cached(TABLES[0].select)?;
    let mut ids = ids.query([])?;
    let mut records = Vec::new();
    while let Some(row) = ids.next()? {
        let id: String = row.get(1)?;
        records
            .push(StateRecord { key: row.get(0)?, value: select.query_row([&id, &id], |row| row.get(0))? });
    }
    Ok(records)
}

/// Whether a record is of a feed's row.
pub(crate) fn is_of_feed(record: &StateRecord) -> bool {
    record.key.starts_with("[\"feeds\",")
}

/// Makes rows of the `records` that were read: a table of that name with columns `key` and `value`, in which each key stands once.
pub(crate) fn restore(connection: &Connection) -> Result<(), JournalError> {
    for StateTable { name, restore, .. } in &TABLES {
        let of_table = format!("(SELECT value FROM temp.records WHERE key LIKE '[\"{name}\",%') AS records");
        connection.execute_batch(&restore.replace("FROM records", &format!("FROM {of_table}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Options, connection};

    /// The tables whose rows are no state: what they hold is of one file's events, or of what a member of a fleet hasn't.
    const OTHER_TABLES: [&str; 16] = [
        // Events are the log's, and with them what counts, finds, follows and places them.
        "event_counts",
        "replaced",
        "replaced_stories",
        "unplaced",
        "sinks",
        "undelivered",
        // A journal of a fleet is never reconciled.
        "held_outcomes",
        "delivered_ends",
        // For people to look at, and of the file that they look at.
        "polls",
        "set_aside",
        "rejected_texts",
        // A member writes all of its events as one source.
        "sources",
        // Hubs and the console are a single daemon's.
        "subscriptions",
        "labels",
        "sessions",
        // SQLite's own.
        "sqlite_stat1",
    ];

    #[test]
    fn every_table_of_the_journal_is_state_or_known_not_to_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = connection::for_writing(&folder.path().join("journal.db"), &Options::default())
            .expect("a journal");
        let mut names =
            file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").expect("its tables");
        let found: BTreeSet<String> =
            names.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("their names");
        let known: BTreeSet<String> =
            TABLES.iter().map(|table| table.name).chain(OTHER_TABLES).map(str::to_owned).collect();
        let unknown: Vec<_> = found.difference(&known).collect();
        assert!(unknown.is_empty(), "say in TABLES, or here, what these are to a fleet: {unknown:?}");
    }
}
