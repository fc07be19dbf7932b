//! A journal's file, made anew from the records of its state that a [`CommitLog`](crate::CommitLog) has.

use std::path::{Path, PathBuf};

use dateline_wire::{EventKind, JournalId};
use rusqlite::{Connection, params};

use crate::unfinished::make_folder_of;
use crate::{Durability, JournalError, Options, connection, state_rows};

/// Makes the file of a journal. The records of its state are given in the order in which the log has them.
pub struct JournalRebuild {
    pub(crate) connection: Connection,
    path: PathBuf,
    records: u64,
}

impl JournalRebuild {
    /// Begins the file of the journal `id` at `path`; one that is there is deleted.
    ///
    /// # Errors
    /// If the file cannot be deleted or made.
    pub fn begin(path: impl AsRef<Path>, id: &JournalId) -> Result<Self, JournalError> {
        let path = path.as_ref();
        make_folder_of(path)?;
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            match std::fs::remove_file(&name) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(JournalError::io(&*name)(error));
                }
                _ => {}
            }
        }
        let options = Options { durability: Durability::Process, ..Options::default() };
        let connection = connection::for_writing(path, &options)?;
        state_rows::prepare(&connection)?;
        connection.execute("UPDATE journal SET id = ?1, lineage = ?1", [id.as_str()])?;
        connection.execute_batch(
            "CREATE TEMP TABLE records (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; BEGIN IMMEDIATE",
        )?;
        Ok(Self { connection, path: path.to_owned(), records: 0 })
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn take(&mut self, key: &str, value: Option<&str>) -> Result<(), JournalError> {
        self.records += 1;
        match value {
            Some(value) => self
                .connection
                .prepare_cached(
                    "INSERT INTO temp.records (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
                )?
                .execute(params![key, value])?,
            None => {
                self.connection.prepare_cached("DELETE FROM temp.records WHERE key = ?1")?.execute([key])?
            }
        };
        Ok(())
    }

    /// Ends the file, which can be opened then, and gives how many records it was made of. The events before its last are not in it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(self) -> Result<u64, JournalError> {
        self.write()?;
        tracing::debug!(path = %self.path.display(), records = self.records, "a journal was rebuilt");
        Ok(self.records)
    }

    /// Makes the file of the records that were taken.
    pub(crate) fn write(&self) -> Result<(), JournalError> {
        state_rows::restore(&self.connection)?;
        for kind in EventKind::ALL {
            self.connection.execute(
                "INSERT INTO event_counts (kind, events, gone) SELECT ?1, 0, last_sequence FROM journal WHERE true \
                 ON CONFLICT (kind) DO UPDATE SET gone = excluded.gone",
                [kind.word()],
            )?;
        }
        Ok(self.connection.execute_batch("COMMIT")?)
    }
}
