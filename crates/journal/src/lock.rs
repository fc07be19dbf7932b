//! One writer per journal, across processes.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::{JournalError, private};

/// The lock beside a journal: held for as long as the value lives, released by the system if the process dies.
///
/// SQLite's own locks would let two daemons take turns, and each would poll the same feeds.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn acquire(journal: &Path) -> Result<Self, JournalError> {
        let path = path_of(journal);
        let io = || JournalError::io(&path);
        let mut options = private::options();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(io())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "another process".to_owned(),
                    holder => holder.to_owned(),
                };
                return Err(JournalError::InUse { path: journal.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(JournalError::io(&path)(error)),
        }
        // This is only for the message above; a full disk must not keep the daemon from delivering.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "process {} on {}", std::process::id(), host_name()))
            .and_then(|()| file.flush());
        Ok(Self { _file: file })
    }
}

/// What this machine is called; in a container, the container's id.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "this host".to_owned(),
        name => name.to_owned(),
    }
}

fn path_of(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
