//! What shows a daemon that a command is run by its own user, or by root: a secret of each run, in a file beside the journal that nobody else
//! may read. The commands change feeds with it where other programs of the machine may not.

use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::{fs, io};

use dateline_wire::Secret;

use crate::config::{ConfigError, Settings};

/// The name of the file in `data_dir`.
const FILE: &str = "daemon.key";
/// How long it is, in hexadecimal digits.
const DIGITS: usize = 64;

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

/// That of the last daemon in `folder`, for whoever may read it. Root reads it, too, in a folder that is somebody else's: so nothing is
/// taken but a key, from a file of the folder's owner that is no link and no pipe.
fn read(folder: &Path) -> Option<Secret> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).ok()?;
    let file = fs::OpenOptions::new().read(true).custom_flags(flags).open(folder.join(FILE)).ok()?;
    let (found, owner) = (file.metadata().ok()?, fs::metadata(folder).ok()?.uid());
    if !found.is_file() || found.uid() != owner {
        return None;
    }
    let mut key = String::new();
    file.take(DIGITS as u64 + 1).read_to_string(&mut key).ok()?;
    let is_key = key.len() == DIGITS && key.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_key.then(|| Secret::new(key))
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

    #[test]
    fn nothing_but_a_key_is_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let (place, elsewhere) = (folder.path().join(FILE), folder.path().join("elsewhere"));
        let key = "0123456789abcdef".repeat(4);
        fs::write(&place, &key).unwrap();
        assert_eq!(read(folder.path()).unwrap().reveal(), key);
        for other in [format!("{key}0"), "z".repeat(DIGITS), "root:x:0:0".to_owned()] {
            fs::write(&place, other).unwrap();
            assert!(read(folder.path()).is_none());
        }
        fs::remove_file(&place).unwrap();
        fs::write(&elsewhere, &key).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &place).unwrap();
        assert!(read(folder.path()).is_none(), "a link leads to somebody else's file");
        fs::remove_file(&place).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&place).status().unwrap();
        assert!(made.success() && read(folder.path()).is_none(), "nobody writes into a pipe");
    }
}
