//! One writer per journal, across processes, and whether its file is where it was.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use dateline_wire::JournalId;

use crate::on_disk::{file_identity, refuse_other_beside};
use crate::unfinished::{beside, folder_of};
use crate::{JournalError, digest, private};

/// How often the lock is asked for, and how long after another: whoever only looks who has it ([`writer_of`]) has it for a moment.
const MAX_ATTEMPTS: usize = 5;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(20);

/// File systems on which a lock on a whole file (flock) is one on all its bytes, and so would keep SQLite out (`statfs`: NFS, SMB).
const SHARED_FILE_SYSTEMS: [i64; 4] = [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42];

/// The locks of a journal: held for as long as the value lives, released by the system if the process dies.
///
/// SQLite's own locks would let two daemons take turns, and each would poll the same feeds. One lock is on a file beside the journal, which
/// is there before the journal is and says who has it. It is lost with its file, which anybody may remove: so another is on the journal
/// itself, of the kind (flock) that SQLite knows nothing of.
#[derive(Debug)]
pub(crate) struct Lock {
    journal: PathBuf,
    beside: Mutex<File>,
    /// The journal's file, once it is there. SQLite loses its locks when any descriptor of that file is closed in this process: so
    /// connections that outlive this keep it, too.
    database: OnceLock<Arc<File>>,
    /// The files that the journal consists of, as the lock file notes them; until they are known, those that it noted before.
    files: Mutex<Option<FilePair>>,
    /// Says to others that the place is not free, while the journal's file is elsewhere.
    vacated: Mutex<Option<UnixListener>>,
}

/// A journal's file and its write-ahead log, whatever they are called: device and number of each; and the journal's id, where that is known.
/// SQLite takes any log of the right name for a file's own.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FilePair {
    journal: (u64, u64),
    log: (u64, u64),
    id: Option<JournalId>,
}

impl FilePair {
    /// The two that are there now.
    fn at(journal: &Path) -> Option<Self> {
        let identity = |path: &Path| Some(file_identity(&path.metadata().ok()?));
        Some(Self { journal: identity(journal)?, log: identity(&beside(journal, "-wal"))?, id: None })
    }

    /// The two that the text of a lock file notes.
    fn noted_in(text: &str) -> Option<Self> {
        let mut words = text.lines().nth(1)?.split(' ');
        let mut number = || words.next()?.parse().ok();
        let (journal, log) = ((number()?, number()?), (number()?, number()?));
        Some(Self { journal, log, id: words.next().map(JournalId::from_stored) })
    }
}

impl fmt::Display for FilePair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { journal, log, id } = self;
        write!(f, "{} {} {} {}", journal.0, journal.1, log.0, log.1)?;
        id.iter().try_for_each(|id| write!(f, " {id}"))
    }
}

/// What the lock file of `journal` notes, and what is there, if that is beside the write-ahead log that it notes, which holds something.
fn noted_and_found(journal: &Path) -> Option<(FilePair, FilePair)> {
    let text = std::fs::read_to_string(beside(journal, ".lock")).ok()?;
    let (noted, found) = (FilePair::noted_in(&text)?, FilePair::at(journal)?);
    let log_bytes = beside(journal, "-wal").metadata().ok()?.len();
    (log_bytes > 0 && found.log == noted.log).then_some((noted, found))
}

/// Whether the write-ahead log beside `journal` is that of another file, which a daemon had open under this name, and in whose place this
/// one was put.
pub(crate) fn has_log_of_another(journal: &Path) -> bool {
    noted_and_found(journal).is_some_and(|(noted, found)| found.journal != noted.journal)
}

/// The id of the journal whose write-ahead log lies beside `journal`, if the file is still the one that a daemon had open, and that said so:
/// another journal may have been written into it.
pub(crate) fn id_of_log(journal: &Path) -> Option<JournalId> {
    noted_and_found(journal).filter(|(noted, found)| found.journal == noted.journal)?.0.id
}

/// Whether the open file `journal`, at `path`, is a copy beside which the write-ahead log of another file is left: a copy is written without
/// one, and says so in its header (SQLite's file format, 1.3).
pub(crate) fn is_copy_with_log(journal: &File, path: &Path) -> bool {
    let mut versions = [0; 2];
    let is_copy = journal.read_exact_at(&mut versions, 18).is_ok() && versions == [1, 1];
    is_copy && beside(path, "-wal").metadata().is_ok_and(|log| log.len() > 0)
}

/// Refuses a place from which a journal was moved while a process has it open: that process waits for it to come back.
pub(crate) fn refuse_vacated(journal: &Path) -> Result<(), JournalError> {
    let Some(name) = place_name(journal) else { return Ok(()) };
    let sockets = std::fs::read_to_string("/proc/net/unix").unwrap_or_default();
    let process = sockets.lines().find_map(|line| line.split_once(&format!("@{name}"))?.1.parse().ok());
    match process {
        Some(process) => Err(JournalError::Vacated {
            path: journal.to_owned(),
            holder: LockHolder::of(process, &host_name()).to_string(),
        }),
        None => Ok(()),
    }
}

/// What the place of a journal is called among the names of sockets, which need no file and end with their process; the number of the
/// process follows. The folder of the journal may be moved, so that its own folder says where it is.
fn place_name(journal: &Path) -> Option<String> {
    let folder = std::path::absolute(folder_of(journal)).ok()?;
    let (device, inode) = file_identity(&folder.parent()?.metadata().ok()?);
    let names = format!("{}/{}", folder.file_name()?.display(), journal.file_name()?.display());
    let digest = digest::text_of(&digest::of_text(&names));
    Some(format!("dateline-moved/{device:x}/{inode:x}/{digest}/"))
}

/// Whether the file of a journal that is in use is where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilePlace {
    /// It is.
    Kept,
    /// It was moved, or its folder was: it has a name, but not that one.
    Moved,
    /// It was removed: it ends with the process that has it open.
    Removed,
    /// It is, but its write-ahead log was moved or removed: what is written now would end with the process.
    LogRemoved,
}

impl Lock {
    pub(crate) fn acquire(journal: &Path) -> Result<Self, JournalError> {
        let mut file = open_beside(journal)?;
        if !lock(&file).map_err(JournalError::io(beside(journal, ".lock")))? {
            return Err(JournalError::InUse {
                path: journal.to_owned(),
                holder: holder_in(&mut file).to_string(),
            });
        }
        let mut text = String::new();
        // What cannot be read is unknown.
        let _ = file.read_to_string(&mut text);
        let files = FilePair::noted_in(&text);
        sign(&mut file, files.as_ref());
        Ok(Self {
            journal: journal.to_owned(),
            beside: Mutex::new(file),
            database: OnceLock::new(),
            files: Mutex::new(files),
            vacated: Mutex::new(None),
        })
    }

    /// Locks the journal itself, whose file this is, and gives what has to be kept for as long as anything has it open.
    pub(crate) fn hold(&self, file: File) -> Result<Arc<File>, JournalError> {
        let file_system = rustix::fs::fstatfs(&file).map_or(0, |found| found.f_type);
        // Where the system has no such locks, there is the one beside it.
        if !SHARED_FILE_SYSTEMS.contains(&file_system) && matches!(lock(&file), Ok(false)) {
            // Its lock file is none of ours, and is made anew by whoever has the journal.
            let _ = std::fs::remove_file(beside(&self.journal, ".lock"));
            return Err(JournalError::InUse {
                path: self.journal.clone(),
                holder: LockHolder::Unknown.to_string(),
            });
        }
        Ok(self.database.get_or_init(|| Arc::new(file)).clone())
    }

    /// Has the lock file note of which files the journal consists from now on, and its id.
    pub(crate) fn note_files(&self, id: JournalId) {
        self.sign_with(FilePair::at(&self.journal).map(|files| FilePair { id: Some(id), ..files }));
    }

    /// Has the lock file note nothing of the files that were there before.
    pub(crate) fn forget_files(&self) {
        self.sign_with(None);
    }

    fn sign_with(&self, files: Option<FilePair>) {
        sign(&mut self.beside.lock().unwrap_or_else(PoisonError::into_inner), files.as_ref());
        *self.files.lock().unwrap_or_else(PoisonError::into_inner) = files;
    }

    /// Has nobody else begin a journal in the place of this one, while its file `is_away`.
    pub(crate) fn keep_place(&self, is_away: bool) {
        let listen = || {
            let name = format!("{}{}", place_name(&self.journal)?, std::process::id());
            UnixListener::bind_addr(&SocketAddr::from_abstract_name(name).ok()?).ok()
        };
        let mut vacated = self.vacated.lock().unwrap_or_else(PoisonError::into_inner);
        *vacated = if is_away { vacated.take().or_else(listen) } else { None };
    }

    /// Where the journal's file is by now.
    pub(crate) fn place(&self) -> FilePlace {
        let place = self.database.get().map_or(FilePlace::Kept, |file| place_of(file, &self.journal));
        match place {
            FilePlace::Kept if self.has_lost_log() => FilePlace::LogRemoved,
            place => place,
        }
    }

    /// Whether the write-ahead log is not the one that it was: SQLite writes on into a file that has no name.
    fn has_lost_log(&self) -> bool {
        let noted = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(noted) = noted.as_ref() else { return false };
        match beside(&self.journal, "-wal").metadata() {
            Ok(found) => file_identity(&found) != noted.log,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Whether the lock file is still the one at its path: whoever removes it takes away by what others are told who has the journal.
    pub(crate) fn is_signed(&self) -> bool {
        let held = self.beside.lock().unwrap_or_else(PoisonError::into_inner).metadata();
        let found = beside(&self.journal, ".lock").metadata();
        held.ok().zip(found.ok()).is_some_and(|(held, found)| file_identity(&held) == file_identity(&found))
    }

    /// Makes the lock file anew where it was removed. Where another process has another one of this name, that ends soon: it cannot have
    /// the journal.
    pub(crate) fn sign_again(&self) {
        let Ok(mut file) = open_beside(&self.journal) else { return };
        if matches!(file.try_lock(), Ok(())) {
            sign(&mut file, self.files.lock().unwrap_or_else(PoisonError::into_inner).as_ref());
            *self.beside.lock().unwrap_or_else(PoisonError::into_inner) = file;
            tracing::warn!(
                journal = %self.journal.display(),
                "the lock file of the journal was removed, and was made anew; leave it where it is"
            );
        }
    }
}

/// Whether the open file `held` is still the one at `path`.
pub(crate) fn place_of(held: &File, path: &Path) -> FilePlace {
    let Ok(held) = held.metadata() else { return FilePlace::Kept };
    let is_kept = match path.metadata() {
        Ok(found) => file_identity(&found) == file_identity(&held),
        // What cannot be told now may well be there.
        Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
    };
    match (is_kept, held.nlink()) {
        (true, _) => FilePlace::Kept,
        (false, 0) => FilePlace::Removed,
        (false, _) => FilePlace::Moved,
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Not with its last descriptor: who only reads may go on.
        if let Some(database) = self.database.get() {
            let _ = database.unlock();
        }
    }
}

fn open_beside(journal: &Path) -> Result<File, JournalError> {
    refuse_other_beside(journal, ".lock")?;
    let path = beside(journal, ".lock");
    let mut options = private::options();
    options.read(true).write(true).create(true).truncate(false).open(&path).map_err(JournalError::io(&path))
}

/// Locks a file. Whether nobody else has it locked.
fn lock(file: &File) -> io::Result<bool> {
    let mut attempts = MAX_ATTEMPTS;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if attempts > 1 => {
                attempts -= 1;
                std::thread::sleep(BETWEEN_ATTEMPTS);
            }
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Writes into a lock file who has it, and of which files the journal consists.
fn sign(file: &mut File, files: Option<&FilePair>) {
    let holder = LockHolder::of(std::process::id(), &host_name());
    let files = files.map(|files| format!("\n{files}")).unwrap_or_default();
    // A full disk must not keep the daemon from delivering.
    let _ = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| write!(file, "{holder}{files}"))
        .and_then(|()| file.flush());
}

/// Who writes a journal, as its lock names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockHolder {
    /// A process, as `process 7 on host`.
    Process(String),
    /// One that has not said who it is: it has just come, or its disk was full.
    Unknown,
}

impl LockHolder {
    /// The process of this number on the machine of this name, which may be unknown.
    pub fn of(process: u32, host: &str) -> Self {
        let host = if host.is_empty() { "this host" } else { host };
        Self::Process(format!("process {process} on {host}"))
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Process(who) => who,
            Self::Unknown => "another process",
        })
    }
}

/// Who has the journal at `journal` open for writing, as well as that is known; `None` where nobody has, or it cannot be told.
///
/// A daemon that starts has it for a moment before its API can be reached.
pub fn writer_of(journal: &Path) -> Option<LockHolder> {
    let mut file = File::open(beside(journal, ".lock")).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(holder_in(&mut file)),
        // It is let go with the file.
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

/// Who the lock file says has it.
fn holder_in(file: &mut File) -> LockHolder {
    let mut holder = String::new();
    // What cannot be read is unknown.
    let _ = file.read_to_string(&mut holder);
    match holder.lines().next().unwrap_or_default().trim() {
        "" => LockHolder::Unknown,
        holder => LockHolder::Process(holder.to_owned()),
    }
}

/// What this machine is called; in a container, the container's id. Empty where it cannot be told.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_journal_is_told_while_they_have_it() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.db");
        assert_eq!(writer_of(&journal), None);
        let lock = Lock::acquire(&journal).unwrap();
        assert_eq!(writer_of(&journal), Some(LockHolder::of(std::process::id(), &host_name())));
        drop(lock);
        assert_eq!(writer_of(&journal), None);
    }
}
