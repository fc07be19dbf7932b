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

/// Gives a file to the owner of its folder, where root made it: the daemon, which has a user of its own, has to open it.
pub(crate) fn hand_over(path: &Path) -> Result<(), JournalError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};

        let io = || JournalError::io(path);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (file, folder) = (path.metadata().map_err(io())?, folder.metadata().map_err(io())?);
        if file.uid() != folder.uid() {
            match chown(path, Some(folder.uid()), Some(folder.gid())) {
                // Somebody else's folder in which we may write: whoever is let in there is let in here.
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
                given => given.map_err(io())?,
            }
        }
    }
    Ok(())
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
