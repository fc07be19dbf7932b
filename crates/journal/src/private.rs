//! Files that nobody but the daemon's own user can open: addresses of feeds and what they deliver may be confidential.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;

use crate::JournalError;

/// Options that give a file which they make the mode 0600, less what the umask takes. One that is there keeps its mode, for
/// an operator may have widened it on purpose.
pub(crate) fn options() -> OpenOptions {
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes an empty file at `path` unless one is there. SQLite would make it readable for all; what it puts beside the file
/// later (`-wal`, `-shm`) gets the file's own mode.
pub(crate) fn create(path: &Path) -> Result<(), JournalError> {
    // A file that is there is not even opened: to close it again would release SQLite's locks on it, as POSIX has it.
    match options().write(true).create_new(true).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(JournalError::io(path)(error)),
        _ => Ok(()),
    }
}
