//! What articles are compared with, in a file beside the journal, so that a start need not work it out from the log of two weeks.
//!
//! The file can be made anew at any time, so nothing waits for the disk: one that is torn, is another program's, or doesn't follow from this
//! journal is left alone and written over. It is the state after one event of the log, which it names by place and digest. What came
//! after it is read from the log.

use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dateline_journal::{JournalError, JournalReader};
use dateline_stories::book::StoryBook;
use dateline_stories::copy::CopyIndex;
use dateline_stories::origin::Agencies;
use dateline_stories::story::StoryTables;
use dateline_wire::Sequence;

/// What the file begins with. The number grows with every change of what is kept of an article, or of how it is read.
const FORMAT: &[u8; 16] = b"dateline cache 3";
/// The bytes of the digest of all before it, at the end.
const DIGEST: u64 = 8;
const BUFFER: usize = 1 << 20;

/// The state after one event.
pub(super) struct CachedComparison {
    /// The place of the event.
    pub(super) sequence: Sequence,
    pub(super) copies: CopyIndex,
    /// Where stories are told.
    pub(super) book: Option<StoryBook>,
}

/// Where the cache of a journal is.
fn path_beside(journal: &Path) -> PathBuf {
    journal.with_extension("compared.cache")
}

/// What has to be the same for a file to be used: the program, the event that it follows from, and the tables by which it was judged.
#[derive(Debug, Hash)]
struct Conditions {
    program: &'static str,
    event: (String, i128, String),
    tables: Option<u64>,
}

impl Conditions {
    /// Those of a state after the event at `sequence`; none where that isn't there.
    fn now(
        journal: &JournalReader,
        sequence: Sequence,
        tables: Option<&StoryTables>,
    ) -> Result<Option<u64>, JournalError> {
        let Some(event) = journal.event(sequence)? else { return Ok(None) };
        let conditions = Self {
            program: env!("CARGO_PKG_VERSION"),
            event: (event.id, event.time.as_nanosecond(), event.data),
            tables: tables.map(StoryTables::digest),
        };
        let mut hasher = DefaultHasher::new();
        conditions.hash(&mut hasher);
        Ok(Some(hasher.finish()))
    }
}

/// Keeps the state after the last event of a journal. Nothing is kept while it has none.
pub(super) fn save(
    journal: &JournalReader,
    copies: &CopyIndex,
    (tables, book): (Option<&StoryTables>, Option<&StoryBook>),
) -> Result<(), JournalError> {
    let sequence = journal.last_sequence()?;
    let Some(conditions) = Conditions::now(journal, sequence, tables)? else { return Ok(()) };
    let path = path_beside(journal.path());
    let unfinished = path.with_extension("cache.new");
    let written = write(&unfinished, |output| {
        output.write_all(FORMAT)?;
        output.write_all(&sequence.0.to_le_bytes())?;
        output.write_all(&conditions.to_le_bytes())?;
        copies.pack(output)?;
        book.map_or(Ok(()), |book| book.pack(output))
    });
    if let Err(error) = written.and_then(|()| fs::rename(&unfinished, &path)) {
        tracing::warn!(file = %path.display(), %error, "what articles are compared with could not be kept, so the next start reads more of the log");
        // It may not be there.
        let _ = fs::remove_file(&unfinished);
    }
    Ok(())
}

/// The state that was kept last, where it follows from this journal and these tables.
pub(super) fn load(
    journal: &JournalReader,
    tables: Option<&Arc<StoryTables>>,
    agencies: &Arc<Agencies>,
) -> Result<Option<CachedComparison>, JournalError> {
    let path = path_beside(journal.path());
    let opened = match open(&path) {
        Ok(opened) => opened,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::info!(file = %path.display(), %error, "what articles were compared with is read from the log, since the file of it cannot be used");
            }
            return Ok(None);
        }
    };
    let (sequence, conditions, mut input) = opened;
    if Conditions::now(journal, sequence, tables.map(|tables| &**tables))? != Some(conditions) {
        return Ok(None);
    }
    let read = CopyIndex::unpack(&mut input).and_then(|copies| {
        let unpack = |tables| StoryBook::unpack(Arc::clone(tables), Arc::clone(agencies), &mut input);
        Ok(CachedComparison { sequence, copies, book: tables.map(unpack).transpose()? })
    });
    Ok(read
        .inspect_err(|error| tracing::warn!(file = %path.display(), %error, "what articles were compared with is read from the log, since the file of it cannot be used"))
        .ok())
}

/// Writes a file for its own user alone, with the digest of all behind it.
fn write(path: &Path, fill: impl FnOnce(&mut BufWriter<Digested<File>>) -> io::Result<()>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = Digested { file: options.open(path)?, digest: DefaultHasher::new() };
    let mut output = BufWriter::with_capacity(BUFFER, file);
    fill(&mut output)?;
    let Digested { mut file, digest } = output.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.write_all(&digest.finish().to_le_bytes())
}

/// Opens a file that is whole, behind what it says of itself: the place, and a digest of the conditions.
fn open(path: &Path) -> io::Result<(Sequence, u64, impl Read)> {
    // A pipe would be waited for.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no file"));
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len().saturating_sub(DIGEST);
    let mut digested = Digested { file: file.take(length), digest: DefaultHasher::new() };
    io::copy(&mut BufReader::with_capacity(BUFFER, &mut digested), &mut io::sink())?;
    let Digested { file, digest } = digested;
    let mut file = file.into_inner();
    let mut number = [0; DIGEST as usize];
    file.read_exact(&mut number)?;
    if u64::from_le_bytes(number) != digest.finish() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not whole"));
    }
    file.rewind()?;
    let mut input = BufReader::with_capacity(BUFFER, file.take(length));
    let mut format = [0; FORMAT.len()];
    input.read_exact(&mut format)?;
    if format != *FORMAT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is another version's"));
    }
    let mut numbers = [0, 0];
    for place in &mut numbers {
        input.read_exact(&mut number)?;
        *place = u64::from_le_bytes(number);
    }
    Ok((Sequence(numbers[0]), numbers[1], input))
}

/// A file, and the digest of what was written to it or read from it.
struct Digested<F> {
    file: F,
    digest: DefaultHasher,
}

impl<F: Write> Write for Digested<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.write(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<F: Read> Read for Digested<F> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(bytes)?;
        self.digest.write(&bytes[..read]);
        Ok(read)
    }
}
