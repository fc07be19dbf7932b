//! What has been done of a backfill, in a file, so that it goes on where it stopped.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::Path,
};

use data_encoding::HEXLOWER;
use dateline_fetcher::warc::RecordPlace;
use dateline_journal::LatestRevision;
use dateline_wire::{ArticleId, Sequence};
use serde::{Deserialize, Serialize};

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ProgressLine {
    /// An article was published, in this revision; the digest of what it says is in hexadecimal.
    Revision { article: ArticleId, number: u32, digest: String },
    /// An output file was begun, empty.
    Begun,
    /// Everything up to and with the record there was dealt with, and its events written.
    Done {
        file: String,
        offset: u64,
        index: u32,
        events: u64,
        /// The length of the output file with these events, in bytes; absent where they went to a stream.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        written: Option<u64>,
    },
}

/// The articles published so far, and how far each file was read.
#[derive(Debug, Default)]
pub(super) struct ProgressFile {
    published: HashMap<ArticleId, LatestRevision>,
    done: HashMap<String, RecordPlace>,
    events: u64,
    written: Option<u64>,
    unwritten: Vec<ProgressLine>,
    file: Option<File>,
}

impl ProgressFile {
    /// The progress file in the file at `path`, which is made if it isn't there; without a path, one that is forgotten at the end.
    ///
    /// # Errors
    /// If the file can't be read or written, or holds something else.
    pub(super) fn open(path: Option<&Path>) -> io::Result<Self> {
        let mut progress_file = Self::default();
        let Some(path) = path else { return Ok(progress_file) };
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        let mut reader = BufReader::new(&file);
        let (mut line, mut read, mut whole) = (Vec::new(), 0, 0);
        // What is noted counts only with the line that says "done": a crash may have cut what was written last.
        let mut noted = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            if line.last() != Some(&b'\n') && line.starts_with(b"{\"") {
                break;
            }
            let note: ProgressLine = serde_json::from_slice(&line).map_err(|error| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("it is no progress file of this version ({error}): name another, to begin anew"),
                )
            })?;
            let completes = !matches!(note, ProgressLine::Revision { .. });
            noted.push(note);
            read += line.len() as u64;
            line.clear();
            if completes {
                noted.drain(..).try_for_each(|note| progress_file.note(note))?;
                whole = read;
            }
        }
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        progress_file.file = Some(file);
        Ok(progress_file)
    }

    fn note(&mut self, line: ProgressLine) -> io::Result<()> {
        match line {
            ProgressLine::Revision { article, number, digest } => {
                let digest = HEXLOWER.decode(digest.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
                let digest = digest.ok_or_else(|| {
                    io::Error::new(io::ErrorKind::InvalidData, format!("{article} has no digest in it"))
                })?;
                self.published.insert(article, LatestRevision { number, digest, is_withdrawn: false });
            }
            ProgressLine::Begun => self.written = Some(0),
            ProgressLine::Done { file, offset, index, events, written } => {
                self.done.insert(file, RecordPlace { offset, index });
                self.events = events;
                self.written = written;
            }
        }
        Ok(())
    }

    /// The last record of `file` that was dealt with.
    pub(super) fn done(&self, file: &str) -> Option<RecordPlace> {
        self.done.get(file).copied()
    }

    /// How long the output file was when it was last committed, in bytes; `None` where there was none.
    pub(super) fn written(&self) -> Option<u64> {
        self.written
    }

    /// Notes that an output file was begun, empty.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(super) fn begin_output(&mut self) -> io::Result<()> {
        self.written = Some(0);
        self.append(&[ProgressLine::Begun])
    }

    /// The number of the next event: 1 for the first.
    pub(super) fn next_event(&mut self) -> Sequence {
        self.events += 1;
        Sequence(self.events)
    }

    /// The latest revision of an article, if it was published.
    pub(super) fn latest(&self, article: &ArticleId) -> Option<LatestRevision> {
        self.published.get(article).copied()
    }

    /// Remembers what is now the latest revision of an article, if there is a new one.
    pub(super) fn remember(&mut self, article: &ArticleId, latest: Option<LatestRevision>) {
        let Some(latest) = latest else { return };
        self.published.insert(article.clone(), latest);
        let digest = HEXLOWER.encode(&latest.digest);
        self.unwritten.push(ProgressLine::Revision {
            article: article.clone(),
            number: latest.number,
            digest,
        });
    }

    /// Notes that everything up to and with the record at `place` of `file` is dealt with, and that the output file, if there
    /// is one, is `written` bytes long with its events. Call it when they are written, and not before.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(super) fn commit(&mut self, file: &str, place: RecordPlace, written: Option<u64>) -> io::Result<()> {
        let done = ProgressLine::Done {
            file: file.to_owned(),
            offset: place.offset,
            index: place.index,
            events: self.events,
            written,
        };
        let lines: Vec<ProgressLine> = self.unwritten.drain(..).chain([done]).collect();
        self.append(&lines)
    }

    fn append(&mut self, lines: &[ProgressLine]) -> io::Result<()> {
        let Some(out) = &mut self.file else { return Ok(()) };
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        out.write_all(&text)
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::CanonicalUrl;
    use url::Url;

    use super::*;

    const FIRST: LatestRevision = LatestRevision { number: 1, digest: [7; 16], is_withdrawn: false };

    fn id(path: &str) -> ArticleId {
        let url = Url::parse(&format!("https://news.example/{path}")).unwrap();
        ArticleId::of(&CanonicalUrl::of(&url))
    }

    #[test]
    fn what_was_committed_is_known_again_and_a_line_that_a_crash_cut_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("progress");
        let mut progress_file = ProgressFile::open(Some(&path)).unwrap();
        progress_file.remember(&id("a"), Some(FIRST));
        assert_eq!(progress_file.next_event(), Sequence(1));
        progress_file.commit("x.warc.gz", RecordPlace { offset: 700, index: 0 }, None).unwrap();
        progress_file.remember(&id("b"), Some(FIRST));
        progress_file.commit("x.warc.gz", RecordPlace { offset: 900, index: 0 }, Some(70)).unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        File::options().write(true).open(&path).unwrap().set_len(length - 3).unwrap();

        let mut progress_file = ProgressFile::open(Some(&path)).unwrap();
        assert_eq!(progress_file.done("x.warc.gz"), Some(RecordPlace { offset: 700, index: 0 }));
        assert_eq!(progress_file.done("y.warc.gz"), None);
        assert_eq!(progress_file.next_event(), Sequence(2));
        assert_eq!(progress_file.latest(&id("a")), Some(FIRST));
        assert_eq!(progress_file.latest(&id("b")), None, "its event was not committed");
        progress_file.commit("y.warc.gz", RecordPlace::default(), Some(80)).unwrap();
        let progress_file = ProgressFile::open(Some(&path)).unwrap();
        assert_eq!(
            (progress_file.done("y.warc.gz"), progress_file.written()),
            (Some(RecordPlace::default()), Some(80))
        );
    }

    #[test]
    fn a_file_of_another_kind_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        for notes in ["my notes\n", "my notes"] {
            std::fs::write(&path, notes).unwrap();
            assert!(ProgressFile::open(Some(&path)).is_err());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), notes);
        }
    }
}
