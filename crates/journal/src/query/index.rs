//! The file in which events are found by their terms.
//!
//! It stands beside the journal, and follows it: batches of events that are in the log get their terms here, in transactions that no
//! change of the journal waits for, together with the place up to which that is done. So a crash between the two leaves the index behind
//! and never wrong, and what it lacks at the end of the log is looked through one by one (`walk.rs`). All that it holds can be made
//! again: one that belongs to another journal, that knows what the journal doesn't, or that is damaged, is made anew.
//!
//! A row is numbered by its event's sequence, which is never given twice. One whose event is gone finds nothing, and is deleted in time.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dateline_wire::{CloudEvent, Sequence};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::terms::EventTerms;
use crate::{Durability, JournalError, JournalReader, connection, private, space};

/// Marks the file as ours (SQLite's `application_id`): "Dsea" in ASCII.
const APPLICATION_ID: i32 = 0x4473_6561;

/// The version of the tables and of the terms in them. One of another version is made anew.
const VERSION: u32 = 2;

const TABLES: &str = "
    -- The places of the events' terms: those of crates/journal/src/query/terms.rs, parted by spaces. Only where each stands is stored.
    CREATE VIRTUAL TABLE event_terms USING fts5(terms, content = '', contentless_delete = 1, tokenize = 'ascii');
    -- Which journal it is of; up to which place it knows the log, and the id of the event there; the last of the places, from the first
    -- on, that it has not come to yet, since they were there before it was made.
    CREATE TABLE progress (
        one       INTEGER PRIMARY KEY CHECK (one = 1),
        journal   TEXT NOT NULL,
        indexed   INTEGER NOT NULL,
        event     TEXT,
        gap_until INTEGER NOT NULL
    ) STRICT;
";

/// How many events one transaction takes in at most.
const MAX_EVENTS: u64 = 512;

/// After how many events it is told how much of a log is left to be gone over.
const TOLD_EVERY_EVENTS: u64 = 100_000;

/// How many bytes of events are in memory at a time, give or take the last of them.
const MAX_EVENT_BYTES: usize = 1 << 20;

/// A log of up to so many events is looked through one by one until the index has gone over it; of a longer one the end alone.
const MAX_TAIL_AT_START: u64 = 5_000;

/// How many rows are looked at in one step of forgetting.
const MAX_ROWS: u64 = 5_000;

/// How far the index knows the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IndexProgress {
    /// Up to this place,
    pub(super) indexed: Sequence,
    /// but for the places up to this one, which an index that is being made anew has not come to yet.
    pub(super) gap_until: Sequence,
}

impl IndexProgress {
    /// Of no index at all.
    pub(super) const NONE: Self = Self { indexed: Sequence::START, gap_until: Sequence::START };

    /// Of the index that is attached to a connection as `search`, if it is of this journal as it is: one that lost its end, or was
    /// replaced by an older copy of itself, has other events at the places that the index knows.
    pub(super) fn read(connection: &Connection, journal: &str) -> Result<Option<Self>, JournalError> {
        let read = connection
            .prepare_cached(
                "SELECT p.indexed, p.gap_until FROM search.progress p WHERE p.journal = ?1 \
                 AND p.indexed <= (SELECT last_sequence FROM main.journal) \
                 AND NOT EXISTS (SELECT 1 FROM main.events e WHERE e.sequence = p.indexed AND e.id <> p.event)",
            )?
            .query_row([journal], |row| {
                Ok(Self { indexed: Sequence(row.get(0)?), gap_until: Sequence(row.get(1)?) })
            })
            .optional()?;
        Ok(read)
    }
}

/// What a step of the index came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexStep {
    /// It follows the log, and has not come to its end.
    Behind,
    /// It knows the log's end, and has gone over some of what was there before it.
    Filling,
    /// It knows all of the log.
    Complete,
}

/// The index of one journal, as its daemon holds it.
pub(crate) struct SearchIndex {
    path: PathBuf,
    durability: Durability,
    /// Opened when it is first needed, and again after a failure.
    file: Mutex<Option<IndexFile>>,
}

impl SearchIndex {
    /// The index of the journal at `journal`.
    pub(crate) fn of(journal: &Path, durability: Durability) -> Self {
        Self { path: path_of(journal), durability, file: Mutex::new(None) }
    }

    /// Takes in what comes next: the end of the log first, then what was there before the index.
    pub(crate) fn step(&self, reader: &JournalReader) -> Result<IndexStep, JournalError> {
        self.with_file(reader, |file| file.step(reader))
    }

    /// Deletes rows after the place `after` whose events are gone, a few thousand at a time. Where the next step begins, if there may be
    /// more.
    pub(crate) fn forget(
        &self,
        reader: &JournalReader,
        after: Sequence,
    ) -> Result<Option<Sequence>, JournalError> {
        self.with_file(reader, |file| file.forget(reader, after))
    }

    /// What the file holds in bytes, without the room that it keeps for later; 0 where it isn't open.
    pub(crate) fn used_bytes(&self) -> Result<u64, JournalError> {
        match &*self.lock() {
            Some(file) => Ok(space::of(&file.connection)?.used_bytes()),
            None => Ok(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<IndexFile>> {
        // Between two calls the file is in order, even after one that panicked: its transaction was rolled back.
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_file<T>(
        &self,
        reader: &JournalReader,
        work: impl FnOnce(&mut IndexFile) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut place = self.lock();
        let file = match &mut *place {
            Some(file) => file,
            none => none.insert(IndexFile::open(&self.path, self.durability, reader)?),
        };
        let result = work(file);
        if result.is_err() {
            *place = None;
        }
        result
    }
}

/// Where the index of the journal at `journal` is.
pub(crate) fn path_of(journal: &Path) -> PathBuf {
    journal.with_extension("search.db")
}

/// What the index of the journal at `journal` takes on its disk in bytes, its write-ahead log included: 0 where there is none.
pub(crate) fn file_bytes(journal: &Path) -> u64 {
    let path = path_of(journal);
    std::fs::metadata(&path).map_or(0, |file| file.len()) + connection::wal_bytes(&path)
}

/// The file, open to be written.
struct IndexFile {
    connection: Connection,
    progress: IndexProgress,
}

impl IndexFile {
    /// Opens the file, or makes it anew.
    fn open(path: &Path, durability: Durability, reader: &JournalReader) -> Result<Self, JournalError> {
        let opened = Self::open_existing(path, durability, reader);
        match opened {
            Ok(Some(file)) => return Ok(file),
            Ok(None) => {}
            // One that another process holds, or that may not be opened, is not ours to remove.
            Err(error) if error.is_retryable() => return Err(error),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the search index cannot be used and is made anew");
            }
        }
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            match std::fs::remove_file(Path::new(&name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(JournalError::io(path)(error));
                }
                _ => {}
            }
        }
        private::create(path)?;
        let mut connection = connect(path, durability)?;
        let last = reader.last_sequence()?;
        let is_tail = last.0 <= MAX_TAIL_AT_START;
        let indexed = if is_tail { Sequence::START } else { last };
        let transaction = connection.transaction()?;
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.execute(
            "INSERT INTO progress (one, journal, indexed, gap_until) VALUES (1, ?1, ?2, ?2)",
            params![reader.id().as_str(), indexed.0],
        )?;
        transaction.commit()?;
        if indexed > Sequence::START {
            tracing::info!(
                last = last.0,
                "the log is gone over so that its events are found by what they say, the newest first; until that is done, searches lack some"
            );
        }
        Ok(Self { connection, progress: IndexProgress { indexed, gap_until: indexed } })
    }

    /// The file as it is, if it is there and of this journal.
    fn open_existing(
        path: &Path,
        durability: Durability,
        reader: &JournalReader,
    ) -> Result<Option<Self>, JournalError> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = connect(path, durability)?;
        let read = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        if read("user_version")? != i64::from(VERSION) || read("application_id")? != i64::from(APPLICATION_ID)
        {
            return Ok(None);
        }
        Ok(reader.index_progress()?.map(|progress| Self { connection, progress }))
    }

    fn step(&mut self, reader: &JournalReader) -> Result<IndexStep, JournalError> {
        let last = reader.last_sequence()?;
        if self.progress.indexed < last {
            let end = last.min(Sequence(self.progress.indexed.0.saturating_add(MAX_EVENTS)));
            self.add(reader, self.progress.indexed, end, IndexProgress { indexed: end, ..self.progress })?;
            if end < last {
                return Ok(IndexStep::Behind);
            }
        }
        if self.progress.gap_until == Sequence::START {
            return Ok(IndexStep::Complete);
        }
        let after = Sequence(self.progress.gap_until.0.saturating_sub(MAX_EVENTS));
        self.add(
            reader,
            after,
            self.progress.gap_until,
            IndexProgress { gap_until: after, ..self.progress },
        )?;
        if after == Sequence::START {
            tracing::info!("all events are found by what they say");
        } else if after.0 / TOLD_EVERY_EVENTS < (after.0 + MAX_EVENTS) / TOLD_EVERY_EVENTS {
            tracing::info!(
                left = after.0,
                "the log is still being gone over; searches lack the events up to this place"
            );
        }
        Ok(IndexStep::Filling)
    }

    /// Takes in the events after one place up to another, and that the index has come as far as `progress` with it.
    fn add(
        &mut self,
        reader: &JournalReader,
        after: Sequence,
        end: Sequence,
        progress: IndexProgress,
    ) -> Result<(), JournalError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (mut at, mut last_event) = (after, None);
        while at < end {
            let limit = usize::try_from(end.0 - at.0).unwrap_or(usize::MAX);
            let events = reader.events_within(at, limit, MAX_EVENT_BYTES)?;
            // Of places that nothing readable stands at, there is nothing to be found.
            at = events.last().map_or(end, |last| last.sequence);
            for event in events.iter().take_while(|event| event.sequence <= end) {
                add_event(&transaction, event)?;
                last_event = (event.sequence == end).then(|| event.id.clone());
            }
        }
        transaction
            .prepare_cached(
                "UPDATE progress SET indexed = ?1, event = iif(?1 = indexed, event, ?2), gap_until = ?3",
            )?
            .execute(params![progress.indexed.0, last_event, progress.gap_until.0])?;
        transaction.commit()?;
        self.progress = progress;
        Ok(())
    }

    fn forget(&mut self, reader: &JournalReader, after: Sequence) -> Result<Option<Sequence>, JournalError> {
        let (gone, next) = reader.places_gone_from_index(after, MAX_ROWS)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for place in gone {
            transaction.prepare_cached("DELETE FROM event_terms WHERE rowid = ?1")?.execute([place.0])?;
        }
        transaction.commit()?;
        Ok(next)
    }
}

/// A connection that writes the index.
fn connect(path: &Path, durability: Durability) -> Result<Connection, JournalError> {
    let connection = Connection::open(path).map_err(|error| connection::why_not_open(path, error))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // After the loss of power it may be behind, but not damaged.
    let synchronous = match durability {
        Durability::Full => "NORMAL",
        Durability::Process => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    Ok(connection)
}

fn add_event(index: &Connection, event: &CloudEvent) -> Result<(), JournalError> {
    let terms = EventTerms::of(event.kind, &event.data).unwrap_or_else(|error| {
        tracing::warn!(sequence = event.sequence.0, %error, "an event is found by its kind alone: its JSON cannot be read");
        EventTerms::of_kind(event.kind)
    });
    index
        .prepare_cached("INSERT INTO event_terms (rowid, terms) VALUES (?1, ?2)")?
        .execute(params![event.sequence.0, terms.as_str()])?;
    Ok(())
}
