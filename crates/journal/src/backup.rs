//! Copies of a journal: made while it is in use, and put in the place of one that is lost.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dateline_wire::{JournalId, Sequence};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OptionalExtension as _};

use crate::connection::{self, refuse_dangling};
use crate::ledger::Totals;
use crate::lock::{self, Lock};
use crate::on_disk::file_identity;
use crate::unfinished::{self, beside, rename};
use crate::{JournalError, Options, adoption, private, schema};

/// What a journal's files have behind its name.
const FILES: [&str; 3] = ["", "-wal", "-shm"];

/// How many pages (of 4 KiB) are copied before the progress is told.
const STEP_PAGES: i32 = 4_096;

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyReport {
    /// The journal's id: of the one that was copied, or of the one that was restored.
    pub journal: JournalId,
    /// The last event.
    pub last_sequence: Sequence,
    /// How far the relay had delivered when it last said so.
    pub relay_position: Sequence,
    /// The size of the copy in bytes.
    pub bytes: u64,
    /// The name of the fleet that has taken the journal over, which gets nothing any more since then; `None` where a daemon by itself writes it.
    pub owner: Option<String>,
}

/// What came of a copy that became a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// What the journal holds now.
    pub copy: CopyReport,
    /// Where the journal is kept that was there before.
    pub replaced: Option<PathBuf>,
}

/// How a copy becomes a journal again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoreOptions {
    /// Whether a journal that is there may be put aside.
    pub replace: bool,
    /// Whether the relay has to find out what Kafka has of it before anything gets a place in its log. Without Kafka nothing has to
    /// be found out.
    pub reconcile: bool,
    /// Whether the file may be a journal's own without its write-ahead log (of a daemon that ran when it was copied it lacks what was
    /// committed last, which it doesn't tell), and may hold texts that cannot be read. That its structure is whole is seen to even so.
    pub unchecked: bool,
}

/// Writes a copy of the journal at `journal` to `file`, as it is at one moment, while others read and write it. `told` gets how many
/// pages are copied, and how many there are.
///
/// The copy is checked before it gets its name.
///
/// # Errors
/// If `file` is there or cannot be written, for which [`JournalError::Copy`] says why, or if the journal cannot be read.
pub fn backup(
    journal: &Path,
    file: &Path,
    mut told: impl FnMut(i32, i32),
) -> Result<CopyReport, JournalError> {
    refuse_existing(file)?;
    let folder = unfinished::folder_of(file);
    if !folder.is_dir() {
        let why = format!("there is no folder {}; make it, or name another", folder.display());
        return Err(JournalError::Copy { path: file.to_owned(), why });
    }
    let source = connection::for_reading(journal, Options::default().busy_timeout)?;
    schema::check(&source, journal)?;
    // One moment for the whole copy: without this, each change would begin it anew.
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
    let made = unfinished::finish(file, |unfinished| {
        copy(&source, unfinished, &mut told).and_then(|copy| report(&copy, unfinished))
    });
    made.map_err(|error| {
        let why = match error {
            JournalError::Full => {
                "no room is left on its disk; free some, or name a file elsewhere".to_owned()
            }
            other => other.to_string(),
        };
        JournalError::Copy { path: file.to_owned(), why }
    })
}

/// What the copy of a journal is called that was removed under its daemon, after the name of the journal.
const RESCUED: &str = ".rescued";

/// Writes a copy of the journal at `journal`, which `connection` has open and whose file was removed, beside it, and says where.
pub(crate) fn rescue(connection: &Connection, journal: &Path) -> Result<PathBuf, JournalError> {
    unfinished::make_folder_of(journal)?;
    let file = free_name(journal, RESCUED);
    unfinished::finish(&file, |unfinished| {
        copy(connection, unfinished, &mut |_, _| {}).and_then(|copy| report(&copy, unfinished))
    })?;
    Ok(file)
}

/// Puts a copy at `file` in the place of the journal at `journal`, under a new id, which is its epoch. The copy stays as it is. A
/// journal that is there is put aside, with `.replaced` and perhaps a number in its name, if that is allowed; one that was put aside
/// before stays.
///
/// # Errors
/// If `file` is no journal, is damaged or of a newer version; if a daemon uses the journal; if there is one and it may not be
/// replaced; if there is no room.
pub fn restore(file: &Path, journal: &Path, options: RestoreOptions) -> Result<RestoreReport, JournalError> {
    refuse_dangling(journal)?;
    let lock = lock_place(journal)?;
    if journal.is_file()
        && let Ok(file) = File::open(journal)
    {
        lock.hold(file)?;
    }
    if !options.replace {
        refuse_existing(journal)?;
    }
    if is_same_file(file, journal) {
        return Err(no_copy(file, "it is the journal itself".to_owned()));
    }
    let source = open_copy(file)?;
    if !options.unchecked {
        refuse_without_log(file)?;
    }
    // Where a link leads, so that the journal stays on its disk.
    let target = match journal.is_symlink() {
        true => journal.canonicalize().map_err(JournalError::io(journal))?,
        false => journal.to_owned(),
    };
    let journal = target.as_path();
    let report = unfinished::finish(journal, |unfinished| {
        let copied = copy(&source, unfinished, &mut |_, _| {});
        // What SQLite finds wrong is wrong with the copy that it reads.
        let copied = copied.and_then(|copy| match options.unchecked {
            true => Ok(()),
            false => refuse_unreadable(&copy, unfinished),
        });
        copied.map_err(|error| match error {
            JournalError::Damaged { found, .. } => no_copy(file, format!("it is damaged ({found})")),
            other => other,
        })?;
        let copy = begin_epoch(unfinished, options.reconcile)?;
        private::hand_over(unfinished)?;
        Ok(RestoreReport { copy, replaced: put_aside(journal, is_rescued(file, journal))? })
    })?;
    lock.forget_files();
    Ok(report)
}

/// Whether two paths lead to one file: by a link, or by its other name, too.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => file_identity(&one) == file_identity(&other),
        _ => false,
    }
}

/// Locks the place of a journal, whether or not one is there, for a command that puts another one there.
pub(crate) fn lock_place(journal: &Path) -> Result<Lock, JournalError> {
    if !journal.exists() {
        lock::refuse_vacated(journal)?;
    }
    unfinished::make_folder_of(journal)?;
    let lock = Lock::acquire(journal)?;
    private::hand_over(&beside(journal, ".lock"))?;
    Ok(lock)
}

/// Renames a journal so that its place is free, and says what it is called now; nothing where none is there. A write-ahead log whose own
/// file is gone is kept as well, unless `is_rescued`: unless all that it and the file held is in a copy.
pub(crate) fn put_aside(journal: &Path, is_rescued: bool) -> Result<Option<PathBuf>, JournalError> {
    let is_alone = File::open(journal).map_or(true, |file| connection::has_foreign_log(journal, &file));
    let (log, index) = (beside(journal, "-wal"), beside(journal, "-shm"));
    let remove = |path: &Path| match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(JournalError::io(path)(error)),
        _ => Ok(()),
    };
    // It is made anew from the log.
    remove(&index)?;
    if is_alone && is_rescued {
        remove(&log)?;
    } else if is_alone && log.exists() {
        rename(&log, &beside(&free_name(journal, ".lost"), "-wal"))?;
    }
    if !journal.exists() {
        return Ok(None);
    }
    let aside = free_name(journal, ".replaced");
    rename(journal, &aside)?;
    if log.exists() {
        // It goes with its file, and keeps to its name.
        rename(&log, &beside(&aside, "-wal"))?;
    }
    Ok(Some(aside))
}

/// A name beside a journal that says what the file is, under which there is none yet.
fn free_name(journal: &Path, suffix: &str) -> PathBuf {
    let is_taken = |name: &Path| FILES.iter().any(|suffix| beside(name, suffix).symlink_metadata().is_ok());
    let (mut name, mut number) = (beside(journal, suffix), 1);
    while is_taken(&name) {
        number += 1;
        name = beside(journal, &format!("{suffix}-{number}"));
    }
    name
}

/// The latest of the copies that were [rescued](rescue) beside a journal.
pub(crate) fn latest_rescued(journal: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(unfinished::folder_of(journal)).ok()?.flatten();
    let rescued = files.filter(|file| is_rescued(&journal.with_file_name(file.file_name()), journal));
    let written = rescued.filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.file_name())));
    written.max().map(|(_, name)| journal.with_file_name(name))
}

/// Whether `file` has the name of a copy that was [rescued](rescue) of the journal at `journal`.
fn is_rescued(file: &Path, journal: &Path) -> bool {
    let bytes = |path: &Path| path.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
    match bytes(file).strip_prefix(&*bytes(&beside(journal, RESCUED))) {
        Some([]) => true,
        Some([b'-', number @ ..]) => number.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Refuses a copy whose texts are not what was written: SQLite, which checks how they hang together, doesn't know what they say.
fn refuse_unreadable(copy: &Connection, path: &Path) -> Result<(), JournalError> {
    let texts = [
        ("event", "SELECT sequence FROM events WHERE NOT json_valid(data) LIMIT 1"),
        ("feed", "SELECT number FROM feeds WHERE NOT json_valid(state) LIMIT 1"),
        ("entry that waits", "SELECT number FROM pending WHERE NOT json_valid(entry) LIMIT 1"),
    ];
    for (what, first) in texts {
        let number = copy.query_row(first, [], |row| row.get::<_, i64>(0)).optional();
        if let Some(number) = number.map_err(|error| JournalError::of_file(path, error))? {
            let found = format!("the {what} {number} cannot be read; --unchecked takes it with all that can");
            return Err(JournalError::Damaged { path: path.to_owned(), found });
        }
    }
    Ok(())
}

/// Refuses a journal's own file without its write-ahead log. A copy that was made by [`backup`] is in no need of one.
fn refuse_without_log(file: &Path) -> Result<(), JournalError> {
    let mut header = [0; 20];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut header));
    read.map_err(JournalError::io(file))?;
    // SQLite's file format, 1.3: how the file is written and read, 2 with a write-ahead log.
    if header[18..] == [2, 2] && connection::wal_bytes(file) == 0 {
        let why = "it is a daemon's own file (`cp journal.db`), and what was written last stood in the -wal beside that, which is not here: make \
                   a copy with `dateline backup`, while the daemon runs or not. If the daemon had stopped in order before the file was copied, \
                   nothing is missing, and --unchecked takes it";
        return Err(no_copy(file, why.to_owned()));
    }
    Ok(())
}

/// Opens a copy for reading.
fn open_copy(file: &Path) -> Result<Connection, JournalError> {
    if let Some(why) = cut_short(file) {
        return Err(no_copy(file, why));
    }
    let opened = connection::for_reading(file, Options::default().busy_timeout)
        .and_then(|source| Ok((schema::check(&source, file)?, source)));
    let why = match opened {
        Ok((0, _)) | Err(JournalError::Emptied { .. }) => "it is empty".to_owned(),
        Ok((_, source)) => return Ok(source),
        Err(JournalError::Missing { .. } | JournalError::Gone { .. }) => "there is no such file".to_owned(),
        Err(JournalError::NoFile { what, .. }) => format!("it is {what}"),
        Err(JournalError::NoDatabase { .. }) => "it is no SQLite database".to_owned(),
        Err(JournalError::Damaged { found, .. }) => format!("it is damaged ({found})"),
        Err(JournalError::Foreign { found, .. }) => {
            format!("it is another program's database (its application id is {found:#x})")
        }
        Err(error) => return Err(error),
    };
    Err(no_copy(file, why))
}

/// How much of the file is missing at its end, where it says itself that something is (SQLite's file format, 1.3).
fn cut_short(file: &Path) -> Option<String> {
    const HEADER_BYTES: usize = 100;
    let mut header = Vec::new();
    let mut opened = File::open(file).ok().filter(|_| file.is_file())?;
    opened.by_ref().take(HEADER_BYTES as u64).read_to_end(&mut header).ok()?;
    let found = opened.metadata().ok()?.len();
    if !header.starts_with(b"SQLite format 3\0") {
        return None;
    }
    if header.len() < HEADER_BYTES {
        return Some(format!("it is cut short: {found} bytes of it are there"));
    }
    let number = |from: usize, bytes: usize| {
        header[from..from + bytes].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    };
    // How many pages there are is known where it was written with the last change.
    let is_known = number(24, 4) == number(92, 4);
    let page_bytes = if number(16, 2) == 1 { 1 << 16 } else { number(16, 2) };
    let whole = page_bytes * number(28, 4);
    (is_known && found < whole && connection::wal_bytes(file) == 0)
        .then(|| format!("it is cut short: {found} of its {whole} bytes are there"))
}

fn no_copy(file: &Path, why: String) -> JournalError {
    JournalError::NoCopy { path: file.to_owned(), why }
}

/// Gives the journal at `path`, which nobody uses, a new id.
fn begin_epoch(path: &Path, reconcile: bool) -> Result<CopyReport, JournalError> {
    let connection = connection::for_writing(path, &Options::default())?;
    connection.execute(
        "UPDATE journal SET id = lower(hex(randomblob(16))), reconciling = reconciling OR ?1",
        [reconcile],
    )?;
    // Who has logged out since the copy was made stays so.
    connection.execute("DELETE FROM sessions", [])?;
    // One file, with nothing beside it, so that it can be renamed.
    leave_alone(&connection)?;
    report(&connection, path)
}

fn copy(source: &Connection, to: &Path, told: &mut impl FnMut(i32, i32)) -> Result<Connection, JournalError> {
    private::create(to)?;
    let mut copy = Connection::open(to).map_err(|error| connection::why_not_open(to, error))?;
    {
        let backup = Backup::new(source, &mut copy)?;
        loop {
            let step = backup.step(STEP_PAGES).map_err(|error| JournalError::of_file(to, error))?;
            let progress = backup.progress();
            told(progress.pagecount - progress.remaining, progress.pagecount);
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                // Somebody holds the file for a moment.
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
    leave_alone(&copy).map_err(|error| JournalError::of_file(to, error))?;
    let checked = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
    let found: String = checked.map_err(|error| JournalError::of_file(to, error))?;
    if found != "ok" {
        return Err(JournalError::Damaged { path: to.to_owned(), found });
    }
    Ok(copy)
}

/// Has a file be whole without anything beside it.
pub(crate) fn leave_alone(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
}

fn report(connection: &Connection, path: &Path) -> Result<CopyReport, JournalError> {
    let version = schema::check(connection, path)?;
    let totals = Totals::read(connection, version)?;
    let journal = connection::journal_id(connection)?;
    let file = File::open(path).map_err(JournalError::io(path))?;
    file.sync_all().map_err(JournalError::io(path))?;
    Ok(CopyReport {
        journal,
        last_sequence: totals.last_sequence,
        relay_position: totals.relay_position,
        bytes: file.metadata().map_err(JournalError::io(path))?.len(),
        owner: adoption::owner(connection)?,
    })
}

fn refuse_existing(path: &Path) -> Result<(), JournalError> {
    match path.exists() {
        true => Err(JournalError::Exists { path: path.to_owned() }),
        false => Ok(()),
    }
}
