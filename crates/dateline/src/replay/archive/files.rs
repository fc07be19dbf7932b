//! The records of many files, one after another.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
    vec,
};

use dateline_fetcher::warc::{Item, Place, Reader};

use super::progress_file::ProgressFile;

/// What a record weighs besides its block.
const OVERHEAD: usize = 4 << 10;

/// A record, or damage, and where it stands.
pub(super) struct Found {
    /// The file, by its absolute path.
    pub(super) file: Arc<str>,
    /// What stands there, or how the file fails.
    pub(super) item: io::Result<Item>,
    /// How long it took to read and decompress it.
    pub(super) reading: Duration,
}

impl Found {
    /// Where the item stands; `None` where the file itself fails.
    pub(super) fn place(&self) -> Option<Place> {
        match &self.item {
            Ok(Item::Record(place, _)) => Some(*place),
            Ok(Item::Skipped(skipped)) => Some(skipped.place),
            Err(_) => None,
        }
    }
}

/// A file to be read, from where.
struct Planned {
    name: Arc<str>,
    path: PathBuf,
    size: u64,
    after: Option<Place>,
}

/// Reads file after file.
pub(super) struct Files {
    planned: vec::IntoIter<Planned>,
    current: Option<(Planned, Reader<File>)>,
    /// The size of the files that are finished.
    finished: u64,
    read: Arc<AtomicU64>,
}

/// How much there is to read, and how much has been.
pub(super) struct Extent {
    /// The size of all files, in bytes.
    pub(super) size: u64,
    /// How far reading has come in them, in bytes: it starts where an earlier run stopped.
    pub(super) read: Arc<AtomicU64>,
}

impl Files {
    /// The files at `paths`, each from where the progress file says that it was left.
    ///
    /// # Errors
    /// If one isn't there; its path stands in the error.
    pub(super) fn open(paths: &[PathBuf], progress_file: &ProgressFile) -> io::Result<(Self, Extent)> {
        let planned: Vec<Planned> =
            paths.iter().map(|path| plan(path, progress_file)).collect::<io::Result<_>>()?;
        let size = planned.iter().map(|planned| planned.size).sum();
        let read = Arc::new(AtomicU64::new(0));
        let extent = Extent { size, read: read.clone() };
        Ok((Self { planned: planned.into_iter(), current: None, finished: 0, read }, extent))
    }
}

fn plan(path: &Path, progress_file: &ProgressFile) -> io::Result<Planned> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let absolute = path.canonicalize().map_err(named)?;
    let size = absolute.metadata().map_err(named)?.len();
    let name: Arc<str> = absolute.to_string_lossy().into();
    let after = progress_file.done(&name);
    Ok(Planned { name, path: absolute, size, after })
}

fn open(planned: &Planned) -> io::Result<Reader<File>> {
    let file = File::open(&planned.path)?;
    match planned.after {
        Some(place) => Reader::after_place(file, place),
        None => Reader::new(file),
    }
}

impl Iterator for Files {
    type Item = (Found, usize);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((planned, reader)) = &mut self.current else {
                let planned = self.planned.next()?;
                match open(&planned) {
                    Ok(reader) => self.current = Some((planned, reader)),
                    Err(error) => {
                        self.finished += planned.size;
                        return Some((
                            Found { file: planned.name, item: Err(error), reading: Duration::ZERO },
                            OVERHEAD,
                        ));
                    }
                }
                continue;
            };
            let started = Instant::now();
            let item = reader.next_item();
            let reading = started.elapsed();
            self.read.store(self.finished + reader.position(), Ordering::Relaxed);
            let file = planned.name.clone();
            match item {
                Ok(Some(item)) => {
                    let weight = match &item {
                        Item::Record(_, record) => record.block.len() + OVERHEAD,
                        Item::Skipped(_) => OVERHEAD,
                    };
                    return Some((Found { file, item: Ok(item), reading }, weight));
                }
                ended => {
                    self.finished += planned.size;
                    self.current = None;
                    if let Err(error) = ended {
                        return Some((Found { file, item: Err(error), reading }, OVERHEAD));
                    }
                }
            }
        }
    }
}
