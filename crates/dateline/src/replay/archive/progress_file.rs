//! What has been done of a backfill, in a file, so that it goes on where it stopped.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::Path,
};

use data_encoding::HEXLOWER;
use dateline_fetcher::warc::Place;
use dateline_wire::{Article, ArticleId, Sequence};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The latest revision of an article that was published, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Published {
    revision: u32,
    content: String,
}

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// An article was published.
    Published { article: ArticleId, revision: u32, content: String },
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

/// What becomes of an article that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is new, or says something new.
    Revision(u32),
    /// This revision says the same.
    Duplicate(u32),
}

/// The articles published so far, and how far each file was read.
#[derive(Debug, Default)]
pub(super) struct ProgressFile {
    published: HashMap<ArticleId, Published>,
    done: HashMap<String, Place>,
    events: u64,
    written: Option<u64>,
    unwritten: Vec<Line>,
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
            let note: Line = serde_json::from_slice(&line).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("it is no progress file: {error}"))
            })?;
            let completes = !matches!(note, Line::Published { .. });
            noted.push(note);
            read += line.len() as u64;
            line.clear();
            if completes {
                noted.drain(..).for_each(|note| progress_file.note(note));
                whole = read;
            }
        }
        file.set_len(whole)?;
        file.seek(SeekFrom::End(0))?;
        progress_file.file = Some(file);
        Ok(progress_file)
    }

    fn note(&mut self, line: Line) {
        match line {
            Line::Published { article, revision, content } => {
                self.published.insert(article, Published { revision, content });
            }
            Line::Begun => self.written = Some(0),
            Line::Done { file, offset, index, events, written } => {
                self.done.insert(file, Place { offset, index });
                self.events = events;
                self.written = written;
            }
        }
    }

    /// The last record of `file` that was dealt with.
    pub(super) fn done(&self, file: &str) -> Option<Place> {
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
        self.note(Line::Begun);
        self.append(&[Line::Begun])
    }

    /// The number of the next event: 1 for the first.
    pub(super) fn next_event(&mut self) -> Sequence {
        self.events += 1;
        Sequence(self.events)
    }

    /// Enters an article and says which revision it is, if it says anything new.
    pub(super) fn enter(&mut self, id: &ArticleId, article: &Article) -> Standing {
        let title = article.title.as_deref().unwrap_or_default();
        let hash =
            Sha256::new().chain_update(title).chain_update([0]).chain_update(&article.body.sha256).finalize();
        let content = HEXLOWER.encode(&hash[..16]);
        let before = self.published.get(id);
        if let Some(before) = before.filter(|before| before.content == content) {
            return Standing::Duplicate(before.revision);
        }
        let revision = before.map_or(0, |before| before.revision) + 1;
        self.unwritten.push(Line::Published { article: id.clone(), revision, content: content.clone() });
        self.published.insert(id.clone(), Published { revision, content });
        Standing::Revision(revision)
    }

    /// Notes that everything up to and with the record at `place` of `file` is dealt with, and that the output file, if there
    /// is one, is `written` bytes long with its events. Call it when they are written, and not before.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(super) fn commit(&mut self, file: &str, place: Place, written: Option<u64>) -> io::Result<()> {
        let done = Line::Done {
            file: file.to_owned(),
            offset: place.offset,
            index: place.index,
            events: self.events,
            written,
        };
        let lines: Vec<Line> = self.unwritten.drain(..).chain([done]).collect();
        self.append(&lines)
    }

    fn append(&mut self, lines: &[Line]) -> io::Result<()> {
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
    use dateline_wire::{Body, CanonicalUrl, PageKind};
    use url::Url;

    use super::*;

    fn article(title: &str) -> Article {
        Article {
            url: None,
            canonical_url: None,
            page_kind: PageKind::Article,
            publisher: None,
            origin: None,
            language: None,
            title: Some(title.to_owned()),
            title_source: None,
            title_alternative: None,
            authors: Vec::new(),
            authors_source: None,
            published: None,
            modified: None,
            body: Body {
                text: String::new(),
                paragraphs: Vec::new(),
                sha256: "ab".to_owned(),
                extractor: String::new(),
            },
            cuts: Vec::new(),
        }
    }

    fn id(path: &str) -> ArticleId {
        let url = Url::parse(&format!("https://news.example/{path}")).unwrap();
        ArticleId::of(&CanonicalUrl::of(&url))
    }

    #[test]
    fn an_article_is_new_then_known_then_revised() {
        let mut progress_file = ProgressFile::open(None).unwrap();
        assert_eq!(progress_file.enter(&id("a"), &article("One")), Standing::Revision(1));
        assert_eq!(progress_file.enter(&id("a"), &article("One")), Standing::Duplicate(1));
        assert_eq!(progress_file.enter(&id("b"), &article("One")), Standing::Revision(1));
        assert_eq!(progress_file.enter(&id("a"), &article("Two")), Standing::Revision(2));
    }

    #[test]
    fn what_was_committed_is_known_again_and_a_line_that_a_crash_cut_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("progress");
        let mut progress_file = ProgressFile::open(Some(&path)).unwrap();
        progress_file.enter(&id("a"), &article("One"));
        assert_eq!(progress_file.next_event(), Sequence(1));
        progress_file.commit("x.warc.gz", Place { offset: 700, index: 0 }, None).unwrap();
        progress_file.enter(&id("b"), &article("One"));
        progress_file.commit("x.warc.gz", Place { offset: 900, index: 0 }, Some(70)).unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        File::options().write(true).open(&path).unwrap().set_len(length - 3).unwrap();

        let mut progress_file = ProgressFile::open(Some(&path)).unwrap();
        assert_eq!(progress_file.done("x.warc.gz"), Some(Place { offset: 700, index: 0 }));
        assert_eq!(progress_file.done("y.warc.gz"), None);
        assert_eq!(progress_file.next_event(), Sequence(2));
        assert_eq!(progress_file.enter(&id("a"), &article("One")), Standing::Duplicate(1));
        assert_eq!(
            progress_file.enter(&id("b"), &article("One")),
            Standing::Revision(1),
            "its event was not committed"
        );
        progress_file.commit("y.warc.gz", Place::default(), Some(80)).unwrap();
        let progress_file = ProgressFile::open(Some(&path)).unwrap();
        assert_eq!(
            (progress_file.done("y.warc.gz"), progress_file.written()),
            (Some(Place::default()), Some(80))
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
