//! What can go wrong, and whether trying again can help.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dateline_wire::{EntryId, FeedId};
use rusqlite::ffi;
use thiserror::Error;

/// Linux: too many files are open, in this process or in the whole system.
const EMFILE: i32 = 24;
const ENFILE: i32 = 23;

/// What to do about files that are somebody else's.
const NOT_OURS: &str =
    "; give it, with its folder, to the user who runs Dateline (chown), or mount its disk for writing";

/// What to do about what the system says of a file.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => NOT_OURS,
        _ => "",
    }
}

/// Why the journal could not do what was asked.
#[derive(Debug, Clone, Error)]
pub enum JournalError {
    /// The file was written by a newer version of Dateline.
    #[error(
        "{} is a journal of schema version {found}, this program knows versions up to {supported}: \
         run the newer Dateline that wrote it, or restore the copy made before the upgrade",
        path.display()
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// The version that it was written by.
        found: u32,
        /// The newest version that this program reads.
        supported: u32,
    },
    /// The file was written by an older version of Dateline, and nothing has brought it up to date yet.
    #[error(
        "{} is a journal of schema version {found}, and finding events by what they say needs {needed}: start the daemon \
         (`dateline run`), which brings it up to date",
        path.display()
    )]
    OldSchema {
        /// The file.
        path: PathBuf,
        /// The version that it was written by.
        found: u32,
        /// The version that is needed.
        needed: u32,
    },
    /// The file is an SQLite database, but not one of ours.
    #[error(
        "{} is not a Dateline journal (its application id is {found:#x}): name another file, or move this one away",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its application id.
        found: i32,
    },
    /// The file is no SQLite database.
    #[error(
        "{} is no journal (it is no SQLite database): put a copy in its place (`dateline restore FILE --replace`), or move it away to \
         begin anew",
        path.display()
    )]
    NoDatabase {
        /// The file.
        path: PathBuf,
    },
    /// What stands at the path is no file.
    #[error("{} is {what}, and a journal and what lies beside it are files: move it away, or name another `data_dir`", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// The file lies on a disk that is mounted read-only, and has a write-ahead log, which cannot be read there.
    #[error(
        "{} lies on a disk that is mounted read-only, and was not closed in order: what was written last cannot be read there. Mount the disk \
         for writing, or copy the file, with those beside it whose names begin so, to another disk and name that as `data_dir`",
        path.display()
    )]
    ReadOnlyDisk {
        /// The file.
        path: PathBuf,
    },
    /// The file holds nothing, which no daemon leaves behind: what was in it is lost.
    #[error(
        "{} is empty, so what it held is lost (a disk that was full, a copy that broke off). Put a copy in its place (`dateline restore \
         FILE --replace`); or remove it to begin anew, and all that feeds still list is published again",
        path.display()
    )]
    Emptied {
        /// The file.
        path: PathBuf,
    },
    /// The file is gone, and its write-ahead log is left, which no daemon leaves behind: what was in it is lost.
    #[error(
        "{} is gone, and its write-ahead log is still there ({}), so what it held is lost (moved or removed without the files beside it, a \
         copy that broke off). Put it back, or put a copy in its place (`dateline restore FILE`); or remove that log to begin anew, and all \
         that feeds still list is published again",
        path.display(),
        log.display()
    )]
    Gone {
        /// The file.
        path: PathBuf,
        /// Its write-ahead log.
        log: PathBuf,
    },
    /// The file is gone, and what a daemon rescued of it, or of one before it, is there.
    #[error(
        "{} is gone, and {} is the latest copy that a daemon wrote of a journal removed while it ran: make that the journal (`dateline restore \
         {}`), unless there is a later copy, or move all such copies away to begin anew, and all that feeds still list is published again",
        path.display(),
        copy.display(),
        copy.display()
    )]
    Rescued {
        /// The file.
        path: PathBuf,
        /// The latest copy.
        copy: PathBuf,
    },
    /// Another file was put in the place of a journal that was not closed in order, and the write-ahead log beside it is of that journal.
    #[error(
        "{} was put in the place of another journal that was open or whose daemon was killed, and {} belongs to the other one: together they \
         would be damaged. Stop the daemon, if it runs. To go on with the journal that it had, {copy}; to go on with the file that is there, move {} away",
        path.display(),
        log.display(),
        log.display()
    )]
    Swapped {
        /// The file.
        path: PathBuf,
        /// The write-ahead log.
        log: PathBuf,
        /// How the other journal is put back.
        copy: String,
    },
    /// There is no file, since the journal was moved away while a process has it open.
    #[error(
        "{} was moved away, or its folder was, while {holder} has it open and waits for it: move it back; or stop that daemon, and name the \
         folder where the journal is now as `data_dir`",
        path.display()
    )]
    Vacated {
        /// The path.
        path: PathBuf,
        /// Who has it open.
        holder: String,
    },
    /// The file was moved or removed while this process has it open, or its write-ahead log was. Nothing was changed; the same call will succeed
    /// once it is back.
    #[error(
        "{} was moved or removed while it is in use, or its folder or its -wal was: move it back, and writing goes on; or stop the daemon, and \
         start it where the journal is now, or with a copy in its place (`dateline restore FILE`)",
        path.display()
    )]
    Displaced {
        /// The file.
        path: PathBuf,
    },
    /// A total that the journal keeps is not what its rows come to: they were changed by another program, or by another daemon.
    #[error(
        "the journal counts fewer entries that wait than there are, which only another program's changes can have done: restart the daemon, \
         which counts anew as it starts"
    )]
    Miscounted,
    /// Another process has the journal open for writing.
    #[error("{} is in use by {holder}: one daemon writes a journal; stop that one, or use another data_dir", path.display())]
    InUse {
        /// The journal.
        path: PathBuf,
        /// Who holds it, as well as that is known.
        holder: String,
    },
    /// The journal's state is a fleet's.
    #[error(
        "what {} knows was taken over by the fleet {fleet}: run this daemon as a member of it ([fleet] in its configuration), or bring the \
         fleet back into a journal (`dateline fleet leave`). If `dateline fleet adopt` did not come to its end, run it again",
        path.display()
    )]
    Adopted {
        /// The journal.
        path: PathBuf,
        /// The fleet.
        fleet: String,
    },
    /// A file is there that would be overwritten.
    #[error("{} is there already, and is not written over: name another file, or move this one away (`dateline restore` takes --replace)", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// SQLite finds the file damaged.
    #[error(
        "{} is damaged: {found}; use another copy (`dateline restore FILE --replace` puts one in the place of a journal)",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        found: String,
    },
    /// What was to be restored is no copy of a journal.
    #[error("{} is no copy of a journal: {why}; name another", path.display())]
    NoCopy {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// A copy of the journal cannot be written.
    #[error("the copy {} cannot be made: {why}", path.display())]
    Copy {
        /// Where it was to be.
        path: PathBuf,
        /// What went wrong, and what to do.
        why: String,
    },
    /// There is no journal at this path yet.
    #[error("there is no journal at {}: `dateline run` makes one", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// The path is a link, and where it leads is nothing.
    #[error("{} is a link to a file that isn't there: mount its disk, or remove the link to begin anew", path.display())]
    Dangling {
        /// The link.
        path: PathBuf,
    },
    /// A file beside the journal could not be used.
    #[error("{}: {source}{}", path.display(), remedy(source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// There is no room: on the disk, or up to the configured size. Nothing was changed; the same call will succeed once
    /// there is room again.
    #[error("no room to write the journal: free space on its disk")]
    Full,
    /// The journal was restored, what Kafka has of it is not known yet, and as many outcomes are held as may be. Nothing was changed; the
    /// same call will succeed once that is known.
    #[error(
        "the journal was restored from a copy and holds {held} outcomes, as many as it may, until it is known what Kafka has of it: \
         see that Kafka can be reached"
    )]
    HoldsTooMany {
        /// How many are held.
        held: u64,
    },
    /// The feed is not in the journal.
    #[error("feed {0} is not in the journal: configure it first")]
    UnknownFeed(FeedId),
    /// The entry does not wait for an outcome: it has ended already, or was never announced.
    #[error("entry {entry} of feed {feed} does not wait for an outcome")]
    NotPending {
        /// The feed.
        feed: FeedId,
        /// The entry.
        entry: EntryId,
    },
    /// A feed's health is no outcome of an entry.
    #[error("entry {entry} of feed {feed} must end as an article or a reject, not as a health event")]
    NotAnOutcome {
        /// The feed.
        feed: FeedId,
        /// The entry.
        entry: EntryId,
    },
    /// A value could not be written as JSON, or what was stored is not what was written.
    #[error("{what}: {source}")]
    Json {
        /// Which value.
        what: &'static str,
        /// Why.
        source: Arc<serde_json::Error>,
    },
    /// One row is not what was written. The others can be read.
    #[error("{row} cannot be read: {why}")]
    UnreadableRow {
        /// Which row, in words.
        row: String,
        /// Why.
        why: String,
    },
    /// SQLite finds the file damaged while it is in use.
    #[error(
        "it is damaged (SQLite: {0}): stop the daemon, and put a copy in its place (`dateline restore FILE --replace`)"
    )]
    Malformed(Arc<rusqlite::Error>),
    /// The journal's file, or the folder that it lies in, is not ours to write.
    #[error("it cannot be written (SQLite: {0}){NOT_OURS}")]
    ReadOnly(Arc<rusqlite::Error>),
    /// SQLite failed in another way.
    #[error("SQLite: {0}")]
    Sqlite(Arc<rusqlite::Error>),
    /// The log that has transactions before the file does didn't take this one. Nothing was changed.
    #[error("the change could not be committed: {0}")]
    LogUnavailable(String),
    /// Nothing can be committed to the log from here any more, or it isn't known whether the last transaction was.
    #[error("nothing is committed from here any more: {0}")]
    LogLost(String),
    /// The writer has stopped.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    /// Whether the same call may succeed later without anybody changing the call.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Full | Self::HoldsTooMany { .. } | Self::LogUnavailable(_) | Self::Displaced { .. } => true,
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    ffi::ErrorCode::DatabaseBusy
                        | ffi::ErrorCode::SystemIoFailure
                        | ffi::ErrorCode::OutOfMemory
                        | ffi::ErrorCode::FileLockingProtocolFailed
                        // Out of file descriptors. What doesn't pass by itself (no permission) is `Io`.
                        | ffi::ErrorCode::CannotOpen
                )
            ),
            Self::Io { source, .. } => matches!(source.raw_os_error(), Some(EMFILE | ENFILE)),
            _ => false,
        }
    }

    /// Whether room is what is missing.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full)
    }

    /// Whether it was the log that did not take a transaction, and not the file.
    pub(crate) fn is_of_log(&self) -> bool {
        matches!(self, Self::LogUnavailable(_) | Self::LogLost(_))
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io { path, source: Arc::new(source) },
        }
    }

    /// Of the file at `path`, which SQLite may find to be none of its own, or damaged.
    pub(crate) fn of_file(path: &Path, error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ffi::ErrorCode::NotADatabase) => Self::NoDatabase { path: path.to_owned() },
            Some(ffi::ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { path: path.to_owned(), found: error.to_string() }
            }
            _ => error.into(),
        }
    }

    /// The same about one row, if the row is at fault and not the file: what was stored there is not what is written there.
    pub(crate) fn of_row(self, row: impl FnOnce() -> String) -> Self {
        match self {
            Self::Json { source, .. } => Self::UnreadableRow { row: row(), why: source.to_string() },
            Self::Sqlite(error) if error.sqlite_error_code().is_none() => {
                Self::UnreadableRow { row: row(), why: error.to_string() }
            }
            other => other,
        }
    }

    /// Of JSON that could not be read or written: `what` says which.
    pub fn json(what: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Json { what, source: Arc::new(source) }
    }
}

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        let details = error.sqlite_error().map(|error| error.extended_code);
        match error.sqlite_error_code() {
            // The index of the write-ahead log, which every reader wants, too, found no room.
            _ if details == Some(ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(ffi::ErrorCode::DiskFull) => Self::Full,
            Some(ffi::ErrorCode::ReadOnly) => Self::ReadOnly(Arc::new(error)),
            Some(ffi::ErrorCode::DatabaseCorrupt) => Self::Malformed(Arc::new(error)),
            _ => Self::Sqlite(Arc::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_ahead_log_whose_index_cannot_grow_finds_no_room() {
        let no_room = ffi::Error::new(ffi::SQLITE_IOERR_SHMSIZE);
        assert!(JournalError::from(rusqlite::Error::SqliteFailure(no_room, None)).is_full());
        let broken = ffi::Error::new(ffi::SQLITE_IOERR_READ);
        assert!(!JournalError::from(rusqlite::Error::SqliteFailure(broken, None)).is_full());
    }

    #[test]
    fn a_file_that_is_found_damaged_in_use_is_told_with_what_to_do() {
        let damaged = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), None);
        let error = JournalError::from(damaged);
        assert!(error.to_string().contains("`dateline restore FILE --replace`"), "{error}");
        assert!(!error.is_retryable());
    }

    #[test]
    fn files_that_are_somebody_elses_are_told_with_what_to_do() {
        let of_sqlite = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY), None);
        let refused = io::Error::from(io::ErrorKind::PermissionDenied);
        for error in [JournalError::from(of_sqlite), JournalError::io("journal.db.lock")(refused)] {
            assert!(error.to_string().contains("to the user who runs Dateline (chown)"), "{error}");
            assert!(!error.is_retryable());
        }
    }
}
