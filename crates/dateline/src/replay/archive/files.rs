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

use dateline_fetcher::warc::{RecordPlace, WarcItem, WarcReader};

use super::progress_file::ProgressFile;

/// What a record weighs besides its block.
const OVERHEAD: usize = 4 << 10;

/// A record, or damage, and where it stands.
pub(super) struct ArchiveItem {
    /// The file, by its absolute path.
    pub(super) file: Arc<str>,
    /// What stands there, or how the file fails.
    pub(super) item: io::Result<WarcItem>,
    /// How long it took to read and decompress it.
    pub(super) reading: Duration,
}

impl ArchiveItem {
    /// Where the item stands; `None` where the file itself fails.
    pub(super) fn place(&self) -> Option<RecordPlace> {
        match &self.item {
            Ok(WarcItem::Record(place, _)) => Some(*place),
            Ok(WarcItem::DamagedRecord(skipped)) => Some(skipped.place),
            Err(_) => None,
        }
    }
}

/// A file to be read, from where.
struct FilePlan {
    name: Arc<str>,
    path: PathBuf,
    size: u64,
    after: Option<RecordPlace>,
}

/// Reads file after file.
pub(super) struct Files {
    plan: vec::IntoIter<FilePlan>,
    current: Option<(FilePlan, WarcReader<File>)>,
    /// The size of the files that are finished.
    finished: u64,
    read: Arc<AtomicU64>,
}

/// How much there is to read, and how much has been.
pub(super) struct FileExtent {
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
    pub(super) fn open(paths: &[PathBuf], progress_file: &ProgressFile) -> io::Result<(Self, FileExtent)> {
        let plan: Vec<FilePlan> =
            paths.iter().map(|path| plan_of(path, progress_file)).collect::<io::Result<_>>()?;
        let size = plan.iter().map(|plan| plan.size).sum();
        let read = Arc::new(AtomicU64::new(0));
        let extent = FileExtent { size, read: read.clone() };
        Ok((Self { plan: plan.into_iter(), current: None, finished: 0, read }, extent))
    }
}

fn plan_of(path: &Path, progress_file: &ProgressFile) -> io::Result<FilePlan> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let absolute = path.canonicalize().map_err(named)?;
    let size = absolute.metadata().map_err(named)?.len();
    let name: Arc<str> = absolute.to_string_lossy().into();
    let after = progress_file.done(&name);
    Ok(FilePlan { name, path: absolute, size, after })
}

fn open(plan: &FilePlan) -> io::Result<WarcReader<File>> {
    let file = File::open(&plan.path)?;
    match plan.after {
        Some(place) => WarcReader::after_place(file, place),
        None => WarcReader::new(file),
    }
}

impl Iterator for Files {
    type Item = (ArchiveItem, usize);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((plan, reader)) = &mut self.current else {
                let plan = self.plan.next()?;
                match open(&plan) {
                    Ok(reader) => self.current = Some((plan, reader)),
                    Err(error) => {
                        self.finished += plan.size;
                        return Some((
                            ArchiveItem { file: plan.name, item: Err(error), reading: Duration::ZERO },
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
            let file = plan.name.clone();
            match item {
                Ok(Some(item)) => {
                    let weight = match &item {
                        WarcItem::Record(_, record) => record.block.len() + OVERHEAD,
                        WarcItem::DamagedRecord(_) => OVERHEAD,
                    };
                    return Some((ArchiveItem { file, item: Ok(item), reading }, weight));
                }
                ended => {
                    self.finished += plan.size;
                    self.current = None;
                    if let Err(error) = ended {
                        return Some((ArchiveItem { file, item: Err(error), reading }, OVERHEAD));
                    }
                }
            }
        }
    }
}
