//! The pages of recordings, found again by the id of their record, which events cite.
//!
//! A file is read through once, when a page of it is first asked for, and from where that ended when it has grown since: a recording
//! may be under way. What is remembered is where each answer stands, some 80 bytes of memory each.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use dateline_fetcher::warc::{Record, RecordPlace, RecordType, WarcItem, WarcReader};
use dateline_wire::Page;
use url::Url;

use crate::replay::archive::capture::Capture;

/// WARC files whose pages can be looked at.
#[derive(Debug, Default)]
pub struct RecordedPages {
    files: Vec<RecordedFile>,
    hasher: RandomState,
}

#[derive(Debug)]
struct RecordedFile {
    path: PathBuf,
    index: Mutex<FileIndex>,
}

/// Where the answers of a file stand.
#[derive(Debug, Default)]
struct FileIndex {
    /// By a hash of the record's id.
    places: HashMap<u64, RecordPlace>,
    /// The last answer of each address, by a hash of that.
    last_of: HashMap<u64, RecordPlace>,
    /// The last thing that was read, a record or damage.
    last: Option<RecordPlace>,
}

impl RecordedPages {
    /// Those of these files, which are opened when they are needed.
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let files = files.into_iter().map(|path| RecordedFile { path, index: Mutex::default() });
        Self { files: files.collect(), hasher: RandomState::new() }
    }

    /// The HTML page that stands in the record `id` (a URI, with or without angle brackets); `None` where no file has it, or it is no
    /// page. The first call reads a whole file, so it belongs on a thread that may wait.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn page(&self, id: &str) -> io::Result<Option<Page>> {
        let id = id.trim_start_matches('<').trim_end_matches('>');
        for file in &self.files {
            let Some(record) = file.record(id, &self.hasher)? else { continue };
            return Ok(page_in(&record));
        }
        Ok(None)
    }
}

impl RecordedPages {
    /// The HTML page that came last from `url`, in the last of the files that has one; `None` where the last answer is no page.
    ///
    /// # Errors
    /// As for [`page`](Self::page), with what it says of threads.
    pub fn last_page_at(&self, url: &Url) -> io::Result<Option<Page>> {
        for file in self.files.iter().rev() {
            let Some(record) = file.last_record_of(url, &self.hasher)? else { continue };
            return Ok(page_in(&record));
        }
        Ok(None)
    }
}

/// The HTML page that a record holds, if it does.
fn page_in(record: &Record) -> Option<Page> {
    match Capture::of(record) {
        Capture::Page(captured) => Some(captured.page),
        Capture::Other(_) => None,
    }
}

impl RecordedFile {
    /// The last answer of an address; the file is read on first, since there may be a later one.
    fn last_record_of(&self, url: &Url, hasher: &RandomState) -> io::Result<Option<Record>> {
        let place = {
            let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
            index.read_on(&self.path, hasher)?;
            index.last_of.get(&hasher.hash_one(url.as_str())).copied()
        };
        let Some(place) = place else { return Ok(None) };
        match WarcReader::from_place(File::open(&self.path)?, place)?.next_item()? {
            Some(WarcItem::Record(_, record)) if record.target().as_ref() == Some(url) => Ok(Some(record)),
            _ => Ok(None),
        }
    }

    fn record(&self, id: &str, hasher: &RandomState) -> io::Result<Option<Record>> {
        let hash = hasher.hash_one(id);
        let place = {
            let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
            if !index.places.contains_key(&hash) {
                index.read_on(&self.path, hasher)?;
            }
            index.places.get(&hash).copied()
        };
        let Some(place) = place else { return Ok(None) };
        match WarcReader::from_place(File::open(&self.path)?, place)?.next_item()? {
            // Two ids may have one hash.
            Some(WarcItem::Record(_, record)) if record.id() == Some(id) => Ok(Some(record)),
            _ => Ok(None),
        }
    }
}

impl FileIndex {
    /// Reads what was not read yet. The end of a file that is being written may look damaged: it is read again the next time.
    fn read_on(&mut self, path: &std::path::Path, hasher: &RandomState) -> io::Result<()> {
        let file = File::open(path)?;
        let mut reader = match self.last {
            Some(last) => WarcReader::after_place(file, last)?,
            None => WarcReader::new(file)?,
        };
        while let Some(item) = reader.next_item()? {
            if let WarcItem::Record(place, record) = item {
                self.last = Some(place);
                if !matches!(record.kind(), RecordType::Response | RecordType::Resource) {
                    continue;
                }
                if let Some(id) = record.id() {
                    self.places.insert(hasher.hash_one(id), place);
                }
                if let Some(url) = record.target() {
                    self.last_of.insert(hasher.hash_one(url.as_str()), place);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write as _;

    use dateline_fetcher::warc::{RecordIds, WarcWriter, field};

    use super::*;

    fn written(ids: &mut RecordIds, text: &str) -> (String, Vec<u8>) {
        let id = ids.next_id();
        let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{text}").into_bytes();
        let record = Record::new(RecordType::Response, &id, jiff::Timestamp::UNIX_EPOCH)
            .with(field::TARGET_URI, "https://news.example/a")
            .with_block("application/http; msgtype=response", block);
        let mut writer = WarcWriter::new(Vec::new());
        writer.append(&[record]).unwrap();
        (id.uri().to_owned(), writer.into_inner())
    }

    #[test]
    fn a_page_is_found_by_its_record_also_in_a_file_that_grows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.warc.gz");
        let mut ids = RecordIds::new([7; 16]);
        let ((first, one), (second, two)) = (written(&mut ids, "one"), written(&mut ids, "two"));
        std::fs::write(&path, one).unwrap();
        let pages = RecordedPages::new([path.clone()]);
        let text = |id: &str| pages.page(id).unwrap().map(|page| String::from_utf8(page.bytes).unwrap());
        assert_eq!(text(&first).as_deref(), Some("<p>one"));
        assert_eq!(text(&second), None, "it is not there yet");
        // Half of it is there, then the rest.
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(&two[..two.len() / 2]).unwrap();
        assert_eq!(text(&second), None);
        file.write_all(&two[two.len() / 2..]).unwrap();
        assert_eq!(text(&format!("<{second}>")).as_deref(), Some("<p>two"));
    }

    #[test]
    fn the_last_page_of_an_address_is_found_also_when_it_was_recorded_since() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.warc.gz");
        let mut ids = RecordIds::new([7; 16]);
        let ((_, one), (_, two)) = (written(&mut ids, "one"), written(&mut ids, "two"));
        std::fs::write(&path, one).unwrap();
        let pages = RecordedPages::new([path.clone()]);
        let text = |url: &str| {
            let page = pages.last_page_at(&url.parse().unwrap()).unwrap();
            page.map(|page| String::from_utf8(page.bytes).unwrap())
        };
        assert_eq!(text("https://news.example/a").as_deref(), Some("<p>one"));
        OpenOptions::new().append(true).open(&path).unwrap().write_all(&two).unwrap();
        assert_eq!(text("https://news.example/a").as_deref(), Some("<p>two"));
        assert_eq!(text("https://news.example/b"), None);
    }

    #[test]
    fn a_page_that_was_stored_without_an_answer_is_found_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.warc.gz");
        let id = RecordIds::new([7; 16]).next_id();
        let record = Record::new(RecordType::Resource, &id, jiff::Timestamp::UNIX_EPOCH)
            .with(field::TARGET_URI, "https://news.example/a")
            .with_block("text/html", b"<p>one".to_vec());
        let mut writer = WarcWriter::new(Vec::new());
        writer.append(&[record]).unwrap();
        std::fs::write(&path, writer.into_inner()).unwrap();
        let page = RecordedPages::new([path]).page(id.uri()).unwrap().expect("it is there");
        assert_eq!(page.bytes, b"<p>one");
    }

    #[test]
    fn a_file_that_is_not_there_is_said_and_no_file_is_none() {
        assert!(RecordedPages::new([PathBuf::from("/nowhere/day.warc.gz")]).page("urn:uuid:1").is_err());
        assert!(RecordedPages::default().page("urn:uuid:1").unwrap().is_none());
    }
}
