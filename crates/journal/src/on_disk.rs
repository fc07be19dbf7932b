//! What is found at a path, as whoever reads and writes files there has to know it.

use std::fs::{FileType, Metadata};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use crate::JournalError;
use crate::unfinished::beside;

/// Which file it is, whatever it is called: its device and its number there.
pub fn file_identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

/// What is found, in words. Whoever opens a pipe waits for who writes into it, and a device may have no end.
pub fn kind_of_file(found: FileType) -> &'static str {
    match found {
        found if found.is_file() => "a regular file",
        found if found.is_dir() => "a folder",
        found if found.is_fifo() => "a named pipe",
        found if found.is_socket() => "a socket",
        _ => "a device",
    }
}

/// Refuses a folder, and what is opened for ever: whoever opens a pipe waits for who writes into it.
pub(crate) fn refuse_other_than_file(path: &Path) -> Result<(), JournalError> {
    let found = path.metadata().map_err(JournalError::io(path))?.file_type();
    match found.is_file() {
        true => Ok(()),
        false => Err(JournalError::NoFile { path: path.to_owned(), what: kind_of_file(found) }),
    }
}

/// Refuses what is no file where one of those beside a journal belongs.
pub(crate) fn refuse_other_beside(journal: &Path, suffix: &str) -> Result<(), JournalError> {
    let path = beside(journal, suffix);
    if path.exists() { refuse_other_than_file(&path) } else { Ok(()) }
}
