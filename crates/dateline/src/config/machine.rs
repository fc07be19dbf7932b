//! What a run needs of this machine: an address to listen on, and a folder for its journal.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use super::Settings;
use super::values::SettingValues;

impl Settings {
    /// Notes in `values` what a run as this user on this machine would meet. What passes by itself is no mistake of the configuration: a
    /// port that somebody uses, a disk that is full.
    pub(super) fn check_machine(&self, values: &mut SettingValues<'_>) {
        if values.is_usable("http.listen")
            && let Some(why) = cannot_listen(self.http.listen)
        {
            values.wrong("http.listen", why);
        }
        if values.is_usable("data_dir")
            && let Some(why) = cannot_keep_a_journal(&self.data_dir)
        {
            values.wrong("data_dir", why);
        }
    }
}

/// Why this user cannot write a file at `path`, which is made where it isn't there, with its folders; what it takes.
pub(super) fn cannot_write(path: &Path) -> Option<String> {
    let expected = |place: &Path, error: io::Error| {
        format!(
            "the path of a file that the user who runs Dateline{} can write; {}: {error}",
            user(),
            place.display()
        )
    };
    if path.exists() {
        let opened = OpenOptions::new().append(true).open(path);
        return opened.err().map(|error| expected(path, error));
    }
    let there = nearest(path.parent()?)?;
    let error = tempfile::tempfile_in(there).err().filter(|error| !is_full(error))?;
    Some(expected(there, error))
}

/// The nearest of `folder` and those above it that is there, be it as a link that leads nowhere.
fn nearest(folder: &Path) -> Option<&Path> {
    // A relative path without a folder before it starts here.
    let mut ancestors = folder.ancestors().map(|ancestor| match ancestor.as_os_str().is_empty() {
        true => Path::new("."),
        false => ancestor,
    });
    ancestors.find(|ancestor| ancestor.exists() || ancestor.is_symlink())
}

/// Whether it passes by itself: a disk that is full.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Why nobody can listen on `address` here; what it takes.
fn cannot_listen(address: SocketAddr) -> Option<String> {
    let error = TcpListener::bind(address).err()?;
    match error.kind() {
        ErrorKind::AddrNotAvailable => Some(format!(
            "expected an address of this machine, such as 127.0.0.1:{port}, or 0.0.0.0:{port} for all that it has",
            port = address.port()
        )),
        ErrorKind::PermissionDenied => Some(
            "expected a port above 1023: the system lets this user take none of the lower ones".to_owned(),
        ),
        ErrorKind::AddrInUse => None,
        _ => Some(format!("expected an address to listen on, and the system says: {error}")),
    }
}

/// Why a run cannot keep its journal in the folder at `path`, which it makes where it isn't there; what it takes.
fn cannot_keep_a_journal(path: &Path) -> Option<String> {
    let there = nearest(path)?;
    if there.is_symlink() && !there.exists() {
        return Some(format!(
            "expected a folder, and {} is a link to one that isn't there: mount its disk, or make the folder",
            there.display()
        ));
    }
    if !there.is_dir() {
        return Some(format!("expected a folder, and {} is a file", there.display()));
    }
    let error = tempfile::tempfile_in(there).err().filter(|error| !is_full(error))?;
    Some(format!(
        "expected a folder in which the user who runs Dateline{} can write; {}: {error}",
        user(),
        there.display()
    ))
}

/// Who that is, where the system tells: by number, since a container may have no names.
fn user() -> String {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;

        if let Ok(process) = std::fs::metadata("/proc/self") {
            return format!(" (now user {})", process.uid());
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_another_machine_cannot_be_listened_on_and_a_port_in_use_is_no_mistake() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(cannot_listen(taken.local_addr().unwrap()), None);
        let elsewhere = cannot_listen("192.0.2.7:8080".parse().unwrap()).unwrap();
        assert!(elsewhere.contains("an address of this machine, such as 127.0.0.1:8080"), "{elsewhere}");
    }

    #[test]
    fn a_file_is_written_where_this_user_can_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(cannot_write(&folder.path().join("a/b.ndjson")), None);
        let told = cannot_write(Path::new("/proc/self/events/b.ndjson")).unwrap();
        assert!(told.contains("can write; /proc/self: "), "{told}");
        // A relative path without a folder is written here.
        assert_eq!(nearest(Path::new("")), Some(Path::new(".")));
    }

    #[test]
    fn a_folder_is_made_under_a_folder_and_under_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(cannot_keep_a_journal(&folder.path().join("a/b")), None);
        assert!(cannot_keep_a_journal(&file.join("a")).unwrap().contains("is a file"));
        // Nobody makes anything there, not even root.
        let told = cannot_keep_a_journal(Path::new("/proc/self/journal")).unwrap();
        assert!(told.contains("can write; /proc/self: "), "{told}");
    }
}
