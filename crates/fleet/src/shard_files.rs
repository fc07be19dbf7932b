//! The files of the shards that a member holds, and those of sessions before until it has the shards' state anew.
//!
//! A file is made anew from the topic of state whenever a shard is taken over, so that nobody needs it again; unless that topic was deleted, which
//! breaks off open transactions, and may end the session with that. Then what a member held stands in its files alone. One of them is still the
//! shard's state where the group says that nobody has written any since: the end that its partition had is the one that this member committed last.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::shard::Shard;
use crate::tenure::Term;

/// Where the files of a member's shards are.
#[derive(Debug)]
pub(crate) struct ShardFiles {
    folder: PathBuf,
    state: Mutex<FilesState>,
}

#[derive(Debug, Default)]
struct FilesState {
    session: u64,
    /// Of sessions before, by their shards.
    kept: HashMap<Shard, KeptFile>,
}

/// A file of a session before.
#[derive(Debug)]
struct KeptFile {
    path: PathBuf,
    /// Where the partition of the shard's state ended when it held what the file does.
    state_end: i64,
}

impl ShardFiles {
    /// In `folder`, which is emptied when the first session begins.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, FilesState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session begins: deletes what is not kept.
    pub(crate) fn begin_session(&self) -> Result<(), String> {
        let named = |error: std::io::Error| format!("{}: {error}", self.folder.display());
        let mut state = self.state();
        state.session += 1;
        fs::create_dir_all(&self.folder).map_err(named)?;
        let kept: Vec<&PathBuf> = state.kept.values().map(|kept| &kept.path).collect();
        for path in files_in(&self.folder).map_err(named)? {
            if !kept.iter().any(|kept| is_of(&path, kept)) {
                remove(&path).map_err(named)?;
            }
        }
        Ok(())
    }

    /// The file of a shard that is held in this term.
    pub(crate) fn path_of(&self, shard: Shard, term: Term) -> PathBuf {
        self.folder.join(format!("{}-{shard}-{term}.db", self.state().session))
    }

    /// The session is over: keeps the files of these shards, which are held in these terms, and each of which holds what its partition of state did when
    /// it ended there.
    pub(crate) fn keep(&self, held: Vec<(Shard, Term, i64)>) {
        for (shard, term, state_end) in held {
            let path = self.path_of(shard, term);
            self.state().kept.insert(shard, KeptFile { path, state_end });
        }
    }

    /// Whether there is a file of a shard from before this session.
    pub(crate) fn has_kept(&self, shard: Shard) -> bool {
        self.state().kept.contains_key(&shard)
    }

    /// Has the file of a shard in this term be the one that was kept, if that is what the partition of its state held when it ended at
    /// `state_end`. Gives whether it is.
    pub(crate) fn bring_back(&self, shard: Shard, term: Term, state_end: i64) -> bool {
        let path = self.path_of(shard, term);
        let mut state = self.state();
        let Some(kept) =
            state.kept.get(&shard).filter(|kept| kept.state_end == state_end && kept.path.exists())
        else {
            return false;
        };
        let moved = remove_all_of(&path).and_then(|()| {
            files_in(&self.folder)?.into_iter().filter(|file| is_of(file, &kept.path)).try_for_each(|file| {
                let name = |path: &Path| path.file_name().unwrap_or_default().to_os_string();
                let rest = name(&file).to_string_lossy()[name(&kept.path).len()..].to_owned();
                let mut to: OsString = path.clone().into_os_string();
                to.push(rest);
                fs::rename(&file, to)
            })
        });
        if let Err(error) = &moved {
            tracing::error!(%error, %shard, "the file of a shard could not be brought back");
        }
        state.kept.remove(&shard);
        moved.is_ok()
    }

    /// What was kept of a shard is needed no more.
    pub(crate) fn forget(&self, shard: Shard) {
        if let Some(kept) = self.state().kept.remove(&shard)
            && let Err(error) = remove_all_of(&kept.path)
        {
            tracing::debug!(%error, %shard, "a file of a shard that is needed no more was not deleted");
        }
    }
}

fn files_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// Whether a file is `journal`, or one of those that SQLite and the journal's locks put beside it.
fn is_of(file: &Path, journal: &Path) -> bool {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name(file).starts_with(&name(journal))
}

fn remove_all_of(journal: &Path) -> std::io::Result<()> {
    let folder = journal.parent().unwrap_or(Path::new("."));
    files_in(folder)?.iter().filter(|file| is_of(file, journal)).try_for_each(|file| remove(file))
}

fn remove(path: &Path) -> std::io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_session_before_is_brought_back_where_nobody_has_written_since() {
        let folder = tempfile::tempdir().unwrap();
        let files = ShardFiles::new(folder.path().join("shards"));
        files.begin_session().unwrap();
        let names = |shard: u32| {
            let path = files.path_of(Shard(shard), 1);
            ["", "-wal"].map(|suffix| PathBuf::from(format!("{}{suffix}", path.display())))
        };
        for path in (1..=4).flat_map(names) {
            fs::write(&path, path.display().to_string()).unwrap();
        }
        let before = names(1).map(|path| fs::read(path).unwrap());
        files.keep(vec![(Shard(1), 1, 7), (Shard(2), 1, 8), (Shard(3), 1, 9)]);
        files.begin_session().unwrap();
        assert_eq!(
            files_in(&folder.path().join("shards")).unwrap().len(),
            6,
            "it didn't hold the fourth any more"
        );

        fs::write(files.path_of(Shard(1), 1), "restored").unwrap();
        assert!(files.bring_back(Shard(1), 1, 7));
        assert_eq!(names(1).map(|path| fs::read(path).unwrap()), before);
        assert!(!files.bring_back(Shard(2), 1, 9), "another has held it since");
        files.forget(Shard(3));
        assert!(!files.has_kept(Shard(3)) && !files.bring_back(Shard(3), 1, 9));
        // A session that had no time to look for the second.
        files.keep(Vec::new());
        files.begin_session().unwrap();
        assert_eq!(files_in(&folder.path().join("shards")).unwrap().len(), 2);
        assert!(files.bring_back(Shard(2), 4, 8));
    }
}
