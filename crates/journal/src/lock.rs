//! One writer per journal, across processes.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use crate::unfinished::beside;
use crate::{JournalError, private};

/// How often the lock is asked for, and how long after another: whoever only looks who has it ([`writer_of`]) has it for a moment.
const MAX_ATTEMPTS: usize = 5;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(20);

/// The lock beside a journal: held for as long as the value lives, released by the system if the process dies.
///
/// SQLite's own locks would let two daemons take turns, and each would poll the same feeds.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn acquire(journal: &Path) -> Result<Self, JournalError> {
        let path = beside(journal, ".lock");
        let io = || JournalError::io(&path);
        let mut options = private::options();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(io())?;
        let mut attempts = MAX_ATTEMPTS;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if attempts > 1 => {
                    attempts -= 1;
                    std::thread::sleep(BETWEEN_ATTEMPTS);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(JournalError::InUse {
                        path: journal.to_owned(),
                        holder: holder_in(&mut file).to_string(),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(JournalError::io(&path)(error)),
            }
        }
        // This is only for the message above; a full disk must not keep the daemon from delivering.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{}", LockHolder::of(std::process::id(), &host_name())))
            .and_then(|()| file.flush());
        Ok(Self { _file: file })
    }
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
    match holder.trim() {
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
