//! Which files a daemon has for itself: what its configuration names, and what it keeps beside its journal. No event is written there.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use dateline_journal::file_identity;

use super::Settings;
use super::named_paths::PathUse;

/// What the names of files in `data_dir` begin with that the daemon keeps: the journal, its index for searches, what SQLite puts beside
/// them, what was replaced, what articles are compared with, and the note on the daemon.
const KEPT_NAMES: [&str; 5] =
    ["journal.db", "journal.search.db", "journal.compared.cache", "daemon.json", "replay.unfinished"];
/// How many links are followed one after the other, as Linux has it.
const MAX_LINKS: usize = 40;

/// The files and folders that a daemon has for itself.
pub(super) struct OwnFiles {
    data_dir: PathBuf,
    /// Files, and folders with all that is in them.
    places: Vec<PathBuf>,
    /// Those of them that are there, whatever they are called: device and number of each.
    there: HashSet<(u64, u64)>,
}

impl OwnFiles {
    /// Those of a daemon with these settings, which stand in the file at `config`.
    pub(super) fn of(settings: &Settings, config: &Path) -> Self {
        let data_dir = resolved(&settings.data_dir);
        let named = || settings.named_paths().filter(|named| named.used_as != PathUse::Journal);
        let mut places: Vec<PathBuf> = named().map(|named| resolved(named.path)).collect();
        places.extend([resolved(config), data_dir.join("fleet")]);
        let kept = files_in(&data_dir).filter(|path| is_kept(path));
        let folders = named().filter(|named| named.used_as == PathUse::Folder);
        let tables = folders.flat_map(|named| files_in(named.path));
        let files = places.iter().cloned().chain(kept).chain(tables);
        let there = files.filter_map(|path| Some(file_identity(&path.metadata().ok()?))).collect();
        Self { data_dir, places, there }
    }

    /// The same, with files that are named elsewhere than in settings.
    pub(super) fn add(&mut self, files: Vec<PathBuf>) {
        self.there.extend(files.iter().filter_map(|path| Some(file_identity(&path.metadata().ok()?))));
        self.places.extend(files.iter().map(|path| resolved(path)));
    }

    /// Whether `path` leads to one of them, or to where the daemon would make or look for one: as it is written, by links, or by another
    /// name of the same file.
    pub(super) fn has(&self, path: &Path) -> bool {
        let found = resolved(path);
        let is_kept_there = found.parent() == Some(self.data_dir.as_path()) && is_kept(&found);
        let is_there = || path.metadata().is_ok_and(|file| self.there.contains(&file_identity(&file)));
        is_kept_there || self.places.iter().any(|place| found.starts_with(place)) || is_there()
    }
}

fn is_kept(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    KEPT_NAMES.iter().any(|kept| name.starts_with(kept))
}

fn files_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path())
}

/// Where `path` leads once all folders are there that it names: the part that is there without its links, then the rest.
fn resolved(path: &Path) -> PathBuf {
    let mut path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // A link that leads to nothing yet.
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) if !path.exists() => path = path.parent().unwrap_or(Path::new("")).join(target),
            _ => break,
        }
    }
    let there = path.ancestors().find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    let Some((ancestor, mut found)) = there else { return path };
    for part in path.strip_prefix(ancestor).unwrap_or(Path::new("")).components() {
        match part {
            Component::ParentDir => drop(found.pop()),
            Component::Normal(name) => found.push(name),
            _ => {}
        }
    }
    found
}
