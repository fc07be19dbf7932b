//! The files of a configuration, read whole: regular ones of a bounded size. A named pipe would be waited for until somebody writes
//! into it, and a device may have no end.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use dateline_journal::kind_of_file;

/// The most of one file, in bytes. The largest that is shipped has 0.3 MB.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// What is said of the file of a secret that isn't there. Somebody may have put the secret itself where its file is to be named.
pub(super) const SECRET_NOT_THERE: &str =
    "the file that it names isn't there (its name is not shown, since it may be the secret itself)";
/// What to do about that.
pub(super) const SECRET_REMEDY: &str = "put the secret into a file, and name that";

/// What is expected of a path that begins with a tilde.
pub(super) const HOME_EXPECTED: &str =
    "expected a path in full, such as /home/NAME/data: only a shell knows what `~` stands for";

/// Whether a path is written as a shell would take it: in a user's home.
pub(super) fn begins_at_home(path: &str) -> bool {
    path == "~" || path.starts_with("~/")
}

/// Reads the file at `path`, or that which a link there leads to, as text.
///
/// # Errors
/// If it is no regular file, is larger than 64 MiB, is not UTF-8, or cannot be read.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    check(path)?;
    let mut text = String::new();
    // It may grow, or be replaced, while it is read.
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE_BYTES { Err(too_large()) } else { Ok(text) }
}

/// Whether the file at `path` may be read, by whoever does.
///
/// # Errors
/// As for [`read_text`], but that its content is not looked at.
pub(super) fn check(path: &Path) -> io::Result<()> {
    let known = fs::metadata(path)?;
    if !known.is_file() {
        let what = kind_of_file(known.file_type());
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            format!("it is {what}, and only regular files are read"),
        ));
    }
    if known.len() > MAX_FILE_BYTES { Err(too_large()) } else { Ok(()) }
}

/// Whether an `error` of these says that the file could not be one of a configuration, whatever the system allows.
pub(super) fn is_no_text(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::FileTooLarge)
}

/// What to do about an `error` of these.
pub(super) fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::PermissionDenied => "let the user that runs Dateline read it",
        ErrorKind::InvalidData => "save it as UTF-8",
        ErrorKind::InvalidInput => "name a regular file, or a link to one",
        ErrorKind::FileTooLarge => "name the file that is meant",
        _ => "make it a readable file",
    }
}

fn too_large() -> io::Error {
    let most = MAX_FILE_BYTES >> 20;
    io::Error::new(
        ErrorKind::FileTooLarge,
        format!("it is larger than {most} MiB, which no file of a configuration is"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_file_is_read_and_what_may_have_no_end_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("real"), "text").unwrap();
        // As Kubernetes mounts a ConfigMap.
        std::os::unix::fs::symlink("real", path("..data")).unwrap();
        std::os::unix::fs::symlink("..data", path("link")).unwrap();
        assert_eq!(read_text(&path("link")).unwrap(), "text");

        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
        assert!(made.success());
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        let refused = |path: &Path| read_text(path).unwrap_err().to_string();
        assert_eq!(refused(&path("pipe")), "it is a named pipe, and only regular files are read");
        assert_eq!(refused(&path("socket")), "it is a socket, and only regular files are read");
        assert_eq!(refused(Path::new("/dev/zero")), "it is a device, and only regular files are read");
        assert_eq!(refused(folder.path()), "it is a folder, and only regular files are read");
    }

    #[test]
    fn a_file_beyond_the_bound_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds.toml");
        // It takes no room on the disk.
        File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        let error = read_text(&path).unwrap_err();
        assert_eq!(error.to_string(), "it is larger than 64 MiB, which no file of a configuration is");
        assert_eq!(remedy(&error), "name the file that is meant");
    }
}
