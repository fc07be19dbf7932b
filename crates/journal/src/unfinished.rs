//! Files that get their name once they are whole: a new journal, a copy, a copy that becomes the journal.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::JournalError;

/// Has `make` write the file that is to be `path` under another name, and gives it its own once it is whole; nothing is left
/// otherwise.
pub(crate) fn finish<T>(
    path: &Path,
    make: impl FnOnce(&Path) -> Result<T, JournalError>,
) -> Result<T, JournalError> {
    let unfinished = beside(path, ".unfinished");
    discard(&unfinished)?;
    let made = make(&unfinished).and_then(|made| rename(&unfinished, path).map(|()| made));
    if made.is_err() {
        // What went wrong before says more.
        let _ = discard(&unfinished);
    }
    made
}

/// Removes `path`, and what SQLite has left beside it.
pub(crate) fn discard(path: &Path) -> Result<(), JournalError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let path = beside(path, suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(JournalError::io(path)(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Renames, so that the new name is still there after the loss of power.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), JournalError> {
    std::fs::rename(from, to).map_err(JournalError::io(to))?;
    let folder = folder_of(to);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(JournalError::io(folder))
}

/// The folder in which `path` lies.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the folder in which `path` lies, where it is missing.
pub(crate) fn make_folder_of(path: &Path) -> Result<(), JournalError> {
    let folder = folder_of(path);
    std::fs::create_dir_all(folder).map_err(JournalError::io(folder))
}

/// The file beside `path` whose name has `suffix` more.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
