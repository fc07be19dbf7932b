//! How the file is opened, to be written or to be read.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dateline_wire::JournalId;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::fs::StatVfsMountFlags;
use url::Url;

use crate::adoption;
use crate::backup::latest_rescued;
use crate::ledger::Totals;
use crate::lock::{self, Lock, writer_of};
use crate::on_disk::{refuse_other_beside, refuse_other_than_file};
use crate::{Durability, JournalError, Options, private, schema, space, unfinished};

/// The write-ahead log is folded into the file whenever it has grown by this many pages (of 4 KiB): large enough that a
/// burst of commits isn't held up at each of them, small enough that reading it back after a crash takes no time.
const CHECKPOINT_PAGES: u32 = 4_000;

/// What the write-ahead log is cut back to in bytes, once it is folded in. While somebody reads for long it cannot be, and grows.
pub(crate) const MAX_IDLE_WAL_BYTES: u64 = 4_096 * CHECKPOINT_PAGES as u64;

/// How many statements the writer keeps prepared: more than it has, with those that tell a commit log what changed.
const MAX_PREPARED_STATEMENTS: usize = 80;

/// Looks at what stands at `path` as a daemon does when it starts, and leaves it as it is. Whether there is a journal; where there is none,
/// a daemon makes one.
///
/// # Errors
/// What keeps a daemon from using it: it is empty or damaged, no journal, of a newer version, or somebody else's to write.
pub fn inspect(path: &Path) -> Result<bool, JournalError> {
    let found = look_at(path)?;
    if found {
        match open_to_read(path, &read_name(path), Duration::ZERO) {
            Ok(connection) => adoption::refuse_adopted(&connection, path)?,
            Err(error) if is_busy(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// As [`inspect`], for those who may have the journal of a daemon by itself or one that a fleet has taken over.
///
/// # Errors
/// As for [`inspect`].
pub(crate) fn look_at(path: &Path) -> Result<bool, JournalError> {
    refuse_dangling(path)?;
    if !path.exists() {
        lock::refuse_vacated(path)?;
        refuse_gone(path)?;
        return space::refuse_full_disk(path).map(|()| false);
    }
    refuse_other_beside(path, ".lock")?;
    drop(usable_file(path)?);
    if writer_of(path).is_none() {
        space::refuse_full_disk(path)?;
    }
    // With the files beside it that a daemon needs, too.
    let opened = open_to_read(path, &read_name(path), Duration::ZERO);
    match opened.and_then(|connection| read_as_at_start(&connection, path)) {
        // Somebody uses it, who is asked for and waited for when it is opened.
        Err(error) if is_busy(&error) => Ok(true),
        checked => checked.map(|()| true),
    }
}

fn is_busy(error: &JournalError) -> bool {
    matches!(error, JournalError::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy))
}

/// Reads what a daemon reads first: what is damaged there keeps it from starting.
fn read_as_at_start(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let version = schema::check(connection, path)?;
    if version == 0 {
        return Ok(());
    }
    let read = || -> Result<(), JournalError> {
        Totals::read(connection, version)?;
        for rows in ["SELECT sum(length(state)) FROM feeds", "SELECT sum(length(entry)) FROM pending"] {
            connection.query_row(rows, [], |row| row.get::<_, Option<i64>>(0))?;
        }
        Ok(())
    };
    read().map_err(|error| match error {
        JournalError::Malformed(error) => {
            JournalError::Damaged { path: path.to_owned(), found: error.to_string() }
        }
        other => other,
    })
}

/// A connection that is ready to write to the journal whose place is locked, and its file, to be kept for as long as anything has it open.
pub(crate) fn of_locked(
    path: &Path,
    lock: &Lock,
    options: &Options,
) -> Result<(Connection, Arc<File>), JournalError> {
    let held = lock.hold(file_for_writing(path, options)?)?;
    // The log that is made now may get the number of one that is gone.
    lock.forget_files();
    let connection = of_writable(path, options)?;
    lock.note_files(journal_id(&connection)?);
    Ok((connection, held))
}

/// A connection that is ready to write; it makes the file, or brings it to the current schema. Nobody else may have it open.
pub(crate) fn for_writing(path: &Path, options: &Options) -> Result<Connection, JournalError> {
    drop(file_for_writing(path, options)?);
    of_writable(path, options)
}

/// The file at `path`, which is made where there is none. To be asked for before SQLite opens it, and to be kept for as long as SQLite
/// has it open in this process: closing it lets go of the locks that SQLite has on it.
pub(crate) fn file_for_writing(path: &Path, options: &Options) -> Result<File, JournalError> {
    refuse_dangling(path)?;
    if !path.exists() {
        refuse_gone(path)?;
        // What another file of this name has left would be taken for this one's.
        unfinished::discard(path)?;
        // Under its name a journal is never empty: whatever breaks off its making leaves none.
        unfinished::finish(path, |unfinished| {
            private::create(unfinished)?;
            let mut connection = open(unfinished, options)?;
            schema::migrate(&mut connection, path)
        })?;
    }
    usable_file(path)
}

/// A connection that is ready to write to a file that is there.
pub(crate) fn of_writable(path: &Path, options: &Options) -> Result<Connection, JournalError> {
    let mut connection = open(path, options)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update_and_check(None, "journal_size_limit", MAX_IDLE_WAL_BYTES, |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(MAX_PREPARED_STATEMENTS);
    plan_once(&connection)?;
    schema::migrate(&mut connection, path)?;
    space::migrate(&connection, path)?;
    Ok(connection)
}

/// A connection to the file at `path`, with the bounds of `options`.
fn open(path: &Path, options: &Options) -> Result<Connection, JournalError> {
    let connection = Connection::open(path).map_err(|error| why_not_open(path, error))?;
    connection.busy_timeout(options.busy_timeout)?;
    // Before anything is written, so that a file that isn't ours stays as it is.
    schema::check(&connection, path)?;
    space::prepare(&connection)?;
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Process => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    if let Some(bytes) = options.max_bytes {
        let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(bytes / page.max(1)).unwrap_or(i64::MAX).max(1);
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(connection)
}

/// Refuses a link to a file that isn't there: what it led to lies on a disk that isn't mounted, or was moved, and is not begun anew.
pub(crate) fn refuse_dangling(path: &Path) -> Result<(), JournalError> {
    match path.is_symlink() && !path.exists() {
        true => Err(JournalError::Dangling { path: path.to_owned() }),
        false => Ok(()),
    }
}

/// Refuses a path where nothing is, beside which the write-ahead log of a journal is left, or what a daemon rescued of one: that was
/// there, and is not begun anew.
fn refuse_gone(path: &Path) -> Result<(), JournalError> {
    if let Some(copy) = latest_rescued(path) {
        return Err(JournalError::Rescued { path: path.to_owned(), copy });
    }
    // Whoever only reads a journal may leave an empty one.
    match wal_bytes(path) {
        0 => Ok(()),
        _ => Err(JournalError::Gone { path: path.to_owned(), log: unfinished::beside(path, "-wal") }),
    }
}

/// The file that is there; refuses one that cannot be a journal, or not be written. It is opened for that, and closing it would release the locks
/// that SQLite has on it in this process: so before SQLite opens it.
fn usable_file(path: &Path) -> Result<File, JournalError> {
    refuse_other_than_file(path)?;
    for suffix in ["-wal", "-shm"] {
        refuse_other_beside(path, suffix)?;
    }
    let file = OpenOptions::new().read(true).write(true).open(path).map_err(JournalError::io(path))?;
    if has_foreign_log(path, &file) {
        return Err(swapped(path));
    }
    match file.metadata().map_err(JournalError::io(path))?.len() {
        0 => Err(JournalError::Emptied { path: path.to_owned() }),
        _ => Ok(file),
    }
}

/// Refuses a file beside which the write-ahead log of another one is left: together they come to nonsense.
fn refuse_swapped(path: &Path) -> Result<(), JournalError> {
    match lock::has_log_of_another(path) {
        true => Err(swapped(path)),
        false => Ok(()),
    }
}

/// Whether the write-ahead log beside the open file at `path` is none of that file's, as far as that can be told before SQLite opens it.
pub(crate) fn has_foreign_log(path: &Path, file: &File) -> bool {
    lock::has_log_of_another(path) || lock::is_copy_with_log(file, path) || holds_another(path)
}

/// Whether another journal was written into the file at `path`, beside which the write-ahead log of the one before is left. It is opened for
/// that, without its log: as with [`usable_file`], before SQLite opens it.
fn holds_another(path: &Path) -> bool {
    let Some(id) = lock::id_of_log(path) else { return false };
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let alone = unchanging_name(path).and_then(|name| Connection::open_with_flags(name, flags).ok());
    // What makes no sense without its log says nothing.
    alone.and_then(|connection| journal_id(&connection).ok()).is_some_and(|found| found != id)
}

/// The id that a journal says it has.
pub(crate) fn journal_id(connection: &Connection) -> rusqlite::Result<JournalId> {
    connection
        .query_row("SELECT id FROM journal", [], |row| row.get::<_, String>(0))
        .map(JournalId::from_stored)
}

fn swapped(path: &Path) -> JournalError {
    let copy = latest_rescued(path).map_or_else(
        || "put a copy of it in its place (`dateline restore FILE --replace`)".to_owned(),
        |copy| format!("`dateline restore {} --replace`, the copy that a daemon wrote of it", copy.display()),
    );
    JournalError::Swapped { path: path.to_owned(), log: unfinished::beside(path, "-wal"), copy }
}

/// A connection that only reads a file that is there. On a full disk, where no index of the write-ahead log can be made, it reads a file
/// that was closed in order and that nobody writes.
pub(crate) fn for_reading(path: &Path, busy_timeout: Duration) -> Result<Connection, JournalError> {
    match open_to_read(path, &read_name(path), busy_timeout) {
        Err(JournalError::Full) if wal_bytes(path) == 0 && writer_of(path).is_none() => {
            open_to_read(path, &unchanging_name(path).ok_or(JournalError::Full)?, busy_timeout)
        }
        opened => opened,
    }
}

/// The same, under the `name` by which SQLite is to open it.
fn open_to_read(path: &Path, name: &Path, busy_timeout: Duration) -> Result<Connection, JournalError> {
    if !path.exists() {
        refuse_gone(path)?;
        return Err(JournalError::Missing { path: path.to_owned() });
    }
    refuse_other_than_file(path)?;
    refuse_swapped(path)?;
    if path.metadata().is_ok_and(|file| file.len() == 0) {
        return Err(JournalError::Emptied { path: path.to_owned() });
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(name, flags).map_err(|error| why_not_open(path, error))?;
    connection.busy_timeout(busy_timeout)?;
    plan_once(&connection)?;
    // Opens the write-ahead log too, so that a connection that is there needs no further file.
    let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0));
    version.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) if is_on_read_only_disk(path) => {
            JournalError::ReadOnlyDisk { path: path.to_owned() }
        }
        Some(ErrorCode::CannotOpen) => why_not_open(path, error),
        _ => JournalError::of_file(path, error),
    })?;
    Ok(connection)
}

/// Under which name SQLite reads the file at `path`. On a disk that is mounted read-only it cannot make the index of the write-ahead log,
/// which it wants whether there is a log or not; a file that was closed in order has none, and nobody changes it there.
pub(crate) fn read_name(path: &Path) -> PathBuf {
    let is_closed = ["-wal", "-shm"].iter().all(|suffix| !unfinished::beside(path, suffix).exists());
    (is_closed && is_on_read_only_disk(path))
        .then(|| unchanging_name(path))
        .flatten()
        .unwrap_or_else(|| path.to_owned())
}

/// The name by which SQLite reads the file at `path` as one that nobody changes.
fn unchanging_name(path: &Path) -> Option<PathBuf> {
    let mut address = Url::from_file_path(path.canonicalize().ok()?).ok()?;
    address.set_query(Some("immutable=1"));
    Some(String::from(address).into())
}

/// Whether the disk on which `path` lies is mounted read-only.
fn is_on_read_only_disk(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|disk| disk.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// What the system says about a file that SQLite cannot open: SQLite alone doesn't tell a lack of permission, which stays, from
/// a lack of file descriptors, which passes.
pub(crate) fn why_not_open(path: &Path, error: rusqlite::Error) -> JournalError {
    match std::fs::File::open(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => JournalError::io(path)(source),
        _ => error.into(),
    }
}

/// The size in bytes of the write-ahead log beside the database at `path`: 0 where there is none.
pub(crate) fn wal_bytes(path: &Path) -> u64 {
    std::fs::metadata(unfinished::beside(path, "-wal")).map_or(0, |wal| wal.len())
}

/// Has a prepared statement keep its plan. Without SQLite's query planner stability guarantee, joins are planned again for
/// every value that is bound, which takes longer than the statements themselves; each of ours has but one sensible plan.
fn plan_once(connection: &Connection) -> Result<(), JournalError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}
