//! Where a backfill's events go: a stream, or a file that holds the events of what is done and no others.

use std::{
    fs::File,
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::Path,
};

use super::progress_file::ProgressFile;

/// Where the events of a backfill go.
pub enum EventTarget<'o> {
    /// To a stream. What was written after the last commit is written again by a run that goes on, under the same ids.
    Stream(&'o mut dyn Write),
    /// To a file, which a run that goes on cuts back to what was committed: it holds every event once.
    File(&'o Path),
}

/// The place that events are written to.
pub(super) struct EventOutput<'o> {
    out: Box<dyn Write + 'o>,
    /// The file behind `out` and its length with what was written.
    file: Option<(File, u64)>,
}

impl<'o> EventOutput<'o> {
    /// Opens the place; a file is cut back to what `progress_file` says was committed.
    ///
    /// # Errors
    /// If the file can't be used, or isn't the one that the progress_file tells of.
    pub(super) fn open(events: EventTarget<'o>, progress_file: &mut ProgressFile) -> io::Result<Self> {
        let path = match events {
            EventTarget::Stream(out) => return Ok(Self { out: Box::new(out), file: None }),
            EventTarget::File(path) => path,
        };
        let mut file = File::options().write(true).create(true).truncate(false).open(path)?;
        let length = file.metadata()?.len();
        let written = match progress_file.written() {
            Some(written) if length < written => {
                return Err(io::Error::other(format!(
                    "it is {length} bytes long, and the state file says {written}: is it another file?"
                )));
            }
            Some(written) => written,
            None if length > 0 => {
                return Err(io::Error::other(
                    "it holds something already, and the state file doesn't say that it is of this backfill",
                ));
            }
            None => {
                progress_file.begin_output()?;
                0
            }
        };
        file.set_len(written)?;
        file.seek(SeekFrom::End(0))?;
        let out = Box::new(BufWriter::with_capacity(1 << 16, file.try_clone()?));
        Ok(Self { out, file: Some((file, written)) })
    }

    /// Writes an event.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) fn write_line(&mut self, line: &str) -> io::Result<()> {
        if let Some((_, written)) = &mut self.file {
            *written += line.len() as u64 + 1;
        }
        writeln!(self.out, "{line}")
    }

    /// Sees to it that what was written stays, and tells how long the file is with it, if there is one.
    ///
    /// # Errors
    /// If it can't be written.
    pub(super) fn commit(&mut self) -> io::Result<Option<u64>> {
        self.out.flush()?;
        let Some((file, written)) = &self.file else { return Ok(None) };
        file.sync_data()?;
        Ok(Some(*written))
    }
}
