//! What shows a daemon that a command is run by its own user, or by root: a secret of each run, in a file beside the journal that nobody else
//! may read. The commands change feeds with it where other programs of the machine may not.

use std::path::Path;
use std::{fs, io};

use dateline_wire::Secret;

use crate::config::{ConfigError, Settings};

/// The name of the file in `data_dir`.
const FILE: &str = "daemon.key";

/// Makes one, and writes it into `folder`.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn make(folder: &Path) -> io::Result<Secret> {
    let key = Secret::from_random(rand::random());
    // Such a file is its owner's alone.
    let draft = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(draft.path(), key.reveal())?;
    draft.persist(folder.join(FILE)).map_err(|error| error.error)?;
    Ok(key)
}

/// What a command shows the daemon of `settings` that runs on this machine: the token, where one is configured; else the daemon's key, if it
/// can be read.
///
/// # Errors
/// If the token cannot be read.
pub(crate) fn or_token(settings: &Settings) -> Result<Option<Secret>, ConfigError> {
    Ok(settings.api.write_token()?.or_else(|| read(&settings.data_dir)))
}

/// That of the last daemon in `folder`, for whoever may read it.
fn read(folder: &Path) -> Option<Secret> {
    fs::read_to_string(folder.join(FILE)).ok().map(Secret::new)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn each_run_has_a_key_of_its_own_that_its_user_alone_can_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).is_none());
        let first = make(folder.path()).unwrap();
        let second = make(folder.path()).unwrap();
        assert!(first.reveal() != second.reveal() && second.reveal().len() == 64);
        assert_eq!(read(folder.path()).unwrap().reveal(), second.reveal());
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
