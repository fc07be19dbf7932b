//! The journal of a daemon by itself, made of the states of a fleet's shards.
//!
//! It is made beside its place, and takes that once the fleet has given up what it holds: whatever breaks off before, the fleet goes on; whatever breaks off after, the file
//! is there and has only to be put in its place.
//!
//! Shards know some things twice: a feed also where pages of it lie, an entry also where its page is. The row counts that knows more: of a
//! feed that which polls it, of entries, articles and links the newest.

use std::path::{Path, PathBuf};

use dateline_wire::{ArticleEvent, EventKind, JournalId, Sequence};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use crate::backup::{leave_alone, lock_place, put_aside};
use crate::change::HandedEntries;
use crate::commit_log::{HandedEntry, LogDraft};
use crate::ledger::{Ledger, Totals};
use crate::lock::Lock;
use crate::unfinished::{beside, discard, rename};
use crate::writer::Change;
use crate::{
    JournalError, JournalReader, JournalRebuild, Options, adoption, connection, digest, private, query,
    schema,
};

/// Says by which value a row of one shard is better than that of another with the same key. Where it is as good, either counts.
const RANK: &str = "CASE r.key ->> '$[0]' \
    WHEN 'feeds' THEN printf('%d%d', r.value ->> 'active', ((r.value ->> 'state') ->> 'last_poll') IS NOT NULL) \
    WHEN 'entries' THEN printf('%010d%020d', r.value ->> 'edition', r.value ->> 'listed') \
    WHEN 'pending' THEN printf('%010d', (SELECT e.value ->> 'edition' FROM temp.records e \
                                         WHERE e.key = '[\"entries\",' || substr(r.key, length('[\"pending\",') + 1))) \
    WHEN 'revisions' THEN printf('%010d%d', r.value ->> 'revision', r.value ->> 'withdrawn') \
    WHEN 'links' THEN printf('%020d', r.value ->> 'time') \
    WHEN 'revisits' THEN printf('%020d', r.value ->> 'due') \
    ELSE '' END";

/// An article that was published, which no story was told with yet.
#[derive(Debug, Clone)]
pub struct PublishedReport {
    /// When it was committed to its shard's journal.
    pub time: Timestamp,
    /// `traceparent` of the work that led to it.
    pub traceparent: String,
    /// The article's event as JSON.
    pub data: String,
}

/// What is behind a journal's name in that of the one which is to take its place.
const SUFFIX: &str = ".of-fleet";

/// A journal that is made of a fleet's state.
pub struct JournalArrival {
    journal: PathBuf,
    id: JournalId,
    rebuild: JournalRebuild,
    last_sequence: u64,
    entries: u64,
    lock: Lock,
}

/// A journal that is made, and not in its place yet.
pub struct ArrivedJournal {
    journal: PathBuf,
    id: JournalId,
    last_sequence: Sequence,
    lock: Lock,
}

impl JournalArrival {
    /// Begins the journal that is to be at `journal`, under an id of its own.
    ///
    /// # Errors
    /// If a journal is there that no fleet has taken over, a daemon uses it, or the file cannot be written.
    pub fn begin(journal: &Path) -> Result<Self, JournalError> {
        let lock = lock_place(journal)?;
        if connection::look_at(journal)? && owner_of(journal)?.is_none() {
            return Err(JournalError::Exists { path: journal.to_owned() });
        }
        let made = beside(journal, SUFFIX);
        let rebuild = JournalRebuild::begin(&made, &JournalId::from_stored(String::new()))?;
        rebuild.connection.execute_batch(
            "UPDATE journal SET id = lower(hex(randomblob(16))); UPDATE journal SET lineage = id; \
             CREATE TEMP TABLE merged (key TEXT PRIMARY KEY, value TEXT NOT NULL, rank TEXT NOT NULL) WITHOUT ROWID",
        )?;
        let id = connection::journal_id(&rebuild.connection)?;
        Ok(Self { journal: journal.to_owned(), id, rebuild, last_sequence: 0, entries: 0, lock })
    }

    /// Takes the next record of a shard's state.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn take(&mut self, key: &str, value: Option<&str>) -> Result<(), JournalError> {
        self.rebuild.take(key, value)
    }

    /// All records of a shard are taken.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_shard(&mut self) -> Result<(), JournalError> {
        let connection = &self.rebuild.connection;
        let row: Option<(u64, u64)> = connection
            .query_row(
                "SELECT value ->> 'last_sequence', value ->> 'entries' FROM temp.records WHERE key LIKE '[\"journal\",%'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let (last, entries) = row.unwrap_or_default();
        self.last_sequence = self.last_sequence.max(last);
        self.entries += entries;
        connection.execute(
            &format!(
                "INSERT INTO temp.merged (key, value, rank) \
                 SELECT r.key, r.value, coalesce({RANK}, '') FROM temp.records r WHERE r.key NOT LIKE '[\"journal\",%' \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value, rank = excluded.rank WHERE excluded.rank > merged.rank"
            ),
            [],
        )?;
        connection.execute("DELETE FROM temp.records", [])?;
        Ok(())
    }

    /// Ends the file with what was on its way between shards: entries that wait, and articles that no story was told with, which the next
    /// daemon does. Their places come after all that the shards have given, and Kafka has them.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(
        self,
        waiting: Vec<HandedEntry>,
        untold: &[PublishedReport],
        now: Timestamp,
    ) -> Result<ArrivedJournal, JournalError> {
        let Self { journal, id, rebuild, mut last_sequence, entries, lock } = self;
        let connection = &rebuild.connection;
        // Places in the shards' journals are none in this one; where the event of a link stood is for people only.
        connection.execute_batch(
            "INSERT INTO temp.records (key, value) SELECT key, \
             CASE WHEN key LIKE '[\"links\",%' THEN json_set(value, '$.sequence', 0) ELSE value END FROM temp.merged",
        )?;
        let mut put =
            connection.prepare("INSERT OR REPLACE INTO temp.records (key, value) VALUES (?1, ?2)")?;
        for report in untold {
            last_sequence += 1;
            let PublishedReport { time, traceparent, data } = report;
            let article: ArticleEvent = serde_json::from_str(data)
                .map_err(JournalError::json("an article that was handed over could not be read"))?;
            let bits: String =
                digest::bits_of(article.article.as_str()).iter().map(|byte| format!("{byte:02X}")).collect();
            let row = json!({
                "sequence": last_sequence, "time": time.as_microsecond(), "id": article.id.as_str(),
                "key": article.article.as_str(), "traceparent": traceparent, "revision": bits, "data": data,
            });
            put.execute(params![json!(["events", last_sequence]).to_string(), row.to_string()])?;
        }
        let row = json!({ "last_sequence": last_sequence, "entries": entries });
        put.execute(params!["[\"journal\",1]", row.to_string()])?;
        drop(put);
        let made = beside(&journal, SUFFIX);
        rebuild.write()?;
        take_waiting(connection, waiting, now)?;
        note_articles(connection)?;
        connection.execute_batch("DROP TABLE main.hosts")?;
        leave_alone(connection)?;
        drop(rebuild);
        std::fs::File::open(&made).and_then(|file| file.sync_all()).map_err(JournalError::io(&made))?;
        private::hand_over(&made)?;
        Ok(ArrivedJournal { journal, id, last_sequence: Sequence(last_sequence), lock })
    }
}

impl ArrivedJournal {
    /// The one that was made for the place `journal` and didn't get there, if there is one.
    ///
    /// # Errors
    /// If a daemon uses the journal, or the file cannot be read.
    pub fn left_at(journal: &Path) -> Result<Option<Self>, JournalError> {
        let lock = lock_place(journal)?;
        let made = beside(journal, SUFFIX);
        if !made.exists() {
            return Ok(None);
        }
        let reader = JournalReader::open(&made)?;
        let last_sequence = reader.last_sequence()?;
        Ok(Some(Self { journal: journal.to_owned(), id: reader.id().clone(), last_sequence, lock }))
    }

    /// Its id.
    pub fn id(&self) -> &JournalId {
        &self.id
    }

    /// The last event before it. Its own come after that.
    pub fn last_sequence(&self) -> Sequence {
        self.last_sequence
    }

    /// Puts it in its place. A journal that the fleet had taken over and that is still there is kept beside it, under the name that is given.
    ///
    /// # Errors
    /// If a file cannot be renamed.
    pub fn put_in_place(self) -> Result<Option<PathBuf>, JournalError> {
        let Self { journal, lock, .. } = self;
        let replaced = put_aside(&journal, false)?;
        let made = beside(&journal, SUFFIX);
        rename(&made, &journal)?;
        discard(&made)?;
        lock.forget_files();
        Ok(replaced)
    }
}

/// The fleet that has taken over the journal at `path`, if one has.
fn owner_of(path: &Path) -> Result<Option<String>, JournalError> {
    adoption::owner(&connection::for_reading(path, Options::default().busy_timeout)?)
}

/// Has the journal go on with entries that were on their way between shards.
fn take_waiting(
    connection: &Connection,
    waiting: Vec<HandedEntry>,
    now: Timestamp,
) -> Result<(), JournalError> {
    let totals = Totals::read(connection, schema::check(connection, Path::new(""))?)?;
    let max_held = Options::default().max_held;
    let mut ledger = Ledger { connection, totals, max_held, log: None, draft: LogDraft::default() };
    HandedEntries { entries: waiting.into(), until: 0, at: now }.apply(&mut ledger)?;
    ledger.totals.write(connection, &totals)
}

/// Counts the articles that came along, and says of each whether it is the latest of its revisions.
fn note_articles(connection: &Connection) -> Result<(), JournalError> {
    let mut articles = connection.prepare("SELECT key, sequence FROM events ORDER BY sequence")?;
    let mut articles = articles.query([])?;
    while let Some(row) = articles.next()? {
        let (key, sequence): (String, u64) = (row.get(0)?, row.get(1)?);
        query::note_latest(connection, EventKind::Article, &key, Sequence(sequence))?;
    }
    connection.execute(
        "UPDATE event_counts SET events = (SELECT count(*) FROM events), \
         gone = coalesce((SELECT min(sequence) - 1 FROM events), gone) WHERE kind = ?1",
        [EventKind::Article.word()],
    )?;
    Ok(())
}
