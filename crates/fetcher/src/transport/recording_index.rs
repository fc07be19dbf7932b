//! What a recording holds: which exchanges, in which order, and where their bytes are.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs::File,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use dateline_wire::SecretQuery;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    FailureKind, Purpose, Secrets, TransportError,
    record::{purpose_word, told},
};
use crate::{
    Feed,
    warc::{DamagedRecord, Record, RecordPlace, RecordType, WarcFields, WarcItem, WarcReader, field, http},
};

/// Why a recording can't be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A file can't be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
    /// There is nothing to replay.
    #[error("no exchange is recorded in {files}{}", damage.as_ref().map(|damage| format!("; {damage}")).unwrap_or_default())]
    Empty {
        /// The files, separated by commas.
        files: String,
        /// What is wrong with the first of them that is damaged or no WARC file at all.
        damage: Option<DamagedRecord>,
    },
}

/// The exchanges that WARC files hold, indexed; bodies stay in the files. The memory it takes is some 300 bytes an exchange.
#[derive(Debug)]
pub struct RecordingIndex {
    files: Vec<PathBuf>,
    exchanges: Vec<IndexedExchange>,
    /// For each address, its exchanges from the last to the first.
    by_url: HashMap<String, Vec<u32>>,
    /// The addresses that were asked for as feeds.
    feeds: BTreeSet<String>,
    skipped: Vec<(PathBuf, DamagedRecord)>,
    seed: u64,
    secrets: Secrets,
    first: Timestamp,
    last: Timestamp,
    has_revisits: bool,
}

/// Where a record stands among all files.
#[derive(Debug, Clone, Copy)]
struct RecordLocation {
    file: u32,
    place: RecordPlace,
}

#[derive(Debug)]
struct IndexedExchange {
    started: Timestamp,
    elapsed: Duration,
    /// Whether a page was visited again.
    is_revisit: bool,
    outcome: IndexedOutcome,
}

#[derive(Debug)]
enum IndexedOutcome {
    Answer {
        /// The record, then its continuations.
        segments: Vec<(u32, RecordLocation)>,
        /// The `WARC-Record-ID`, for events to cite.
        record_id: Option<String>,
        /// Of a revisit, where the payload stands that it repeats.
        payload: Option<RevisitedRecord>,
    },
    Failure(TransportError),
}

/// How a revisit names the record that it repeats.
#[derive(Debug)]
enum RevisitedRecord {
    Id(String),
    Digest(String),
    Found(RecordLocation),
}

/// The next outcome for an address.
#[derive(Debug)]
pub(super) struct ReplayedExchange {
    /// How long the exchange took.
    pub(super) elapsed: Duration,
    /// What it gave: status, fields and body, and the id of the record they stand in.
    pub(super) outcome: Result<ReplayedAnswer, TransportError>,
}

#[derive(Debug)]
pub(super) struct ReplayedAnswer {
    pub(super) status: u16,
    pub(super) headers: ::http::HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) record_id: Option<String>,
}

impl RecordingIndex {
    /// Reads through WARC files, recorded by Dateline or by other tools, and remembers what stands where. Damaged records are
    /// passed over and listed in [`RecordingIndex::skipped`].
    ///
    /// # Errors
    /// If a file can't be read, or none holds an exchange.
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self, ReplayError> {
        let mut index = Index::default();
        for path in paths {
            let path = path.as_ref();
            index.read(path).map_err(|source| ReplayError::Io { path: path.to_owned(), source })?;
        }
        index.finish()
    }

    /// When the recording began: the daemon's start where that is known, else the first exchange.
    pub fn first_moment(&self) -> Timestamp {
        self.first
    }

    /// When the last one ended.
    pub fn last_moment(&self) -> Timestamp {
        self.last
    }

    /// How many exchanges there are.
    pub fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// Never: an empty recording isn't opened.
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }

    /// The seed that the recording was made with; of a foreign one, a number that follows from its first moment and length.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What couldn't be read, and in which file.
    pub fn skipped(&self) -> &[(PathBuf, DamagedRecord)] {
        &self.skipped
    }

    /// The addresses that were asked for as feeds, those that they redirected to among them. Other tools' recordings don't
    /// tell what was asked for what.
    pub fn feeds(&self) -> impl ExactSizeIterator<Item = &str> {
        self.feeds.iter().map(String::as_str)
    }

    /// Whether it holds an answer to `feed`, or a failure.
    pub fn holds(&self, feed: &Feed) -> bool {
        self.by_url.contains_key(&key(&self.secrets.url(feed.address(), Purpose::Feed)))
    }

    /// Whether pages were visited again while it was made.
    pub(super) fn has_revisits(&self) -> bool {
        self.has_revisits
    }

    /// Takes the next exchange with `url`, asked for with `purpose`. Those in which pages were visited again are apart from the
    /// others: where pages are not visited again, or at other times, what was asked for first is answered as it was.
    ///
    /// # Errors
    /// [`FailureKind::NotRecorded`] if there is none left.
    pub(super) fn take(&mut self, url: &Url, purpose: Purpose) -> Result<ReplayedExchange, TransportError> {
        let url = self.secrets.url(url, purpose);
        let not_recorded = |what| TransportError::new(FailureKind::NotRecorded, format!("{what} {url}"));
        let numbers = self
            .by_url
            .get_mut(url.as_str())
            .ok_or_else(|| not_recorded("the recording holds no answer to"))?;
        let is_wanted =
            |number: &u32| self.exchanges[*number as usize].is_revisit == (purpose == Purpose::Revisit);
        // From the last to the first, so that the next is near the end.
        let place = numbers.iter().rposition(is_wanted);
        let place = place.ok_or_else(|| not_recorded("the recording holds no further answer to"))?;
        let number = numbers.remove(place);
        let exchange = &self.exchanges[number as usize];
        let outcome = match &exchange.outcome {
            IndexedOutcome::Failure(failure) => Err(failure.clone()),
            IndexedOutcome::Answer { segments, record_id, payload } => self
                .answer(segments, payload.as_ref())
                .map(|answer| ReplayedAnswer { record_id: record_id.clone(), ..answer })
                .map_err(|error| {
                    TransportError::new(FailureKind::NotRecorded, format!("the recording of {url}: {error}"))
                }),
        };
        Ok(ReplayedExchange { elapsed: exchange.elapsed, outcome })
    }

    fn answer(
        &self,
        segments: &[(u32, RecordLocation)],
        payload: Option<&RevisitedRecord>,
    ) -> io::Result<ReplayedAnswer> {
        let mut block = Vec::new();
        for (_, at) in segments {
            block.append(&mut self.record(*at)?.block);
        }
        let no_http = || io::Error::other("the record holds no HTTP answer");
        let original = match payload {
            Some(RevisitedRecord::Found(at)) => Some(self.record(*at)?.block),
            Some(RevisitedRecord::Id(_) | RevisitedRecord::Digest(_)) => {
                return Err(io::Error::other("the record that this one repeats isn't there"));
            }
            None => None,
        };
        let own = http::read_response(&block);
        let original =
            original.as_deref().map(|block| http::read_response(block).ok_or_else(no_http)).transpose()?;
        let answer = match (own, original) {
            (Some(own), Some(original)) => http::RecordedResponse { body: original.body, ..own },
            (Some(answer), None) | (None, Some(answer)) => answer,
            (None, None) => return Err(no_http()),
        };
        let http::RecordedResponse { status, headers, body } = answer;
        Ok(ReplayedAnswer { status, headers, body: body.into_owned(), record_id: None })
    }

    fn record(&self, at: RecordLocation) -> io::Result<Record> {
        let path = self.files.get(at.file as usize).ok_or_else(|| io::Error::other("no such file"))?;
        match WarcReader::from_place(File::open(path)?, at.place)?.next_item()? {
            Some(WarcItem::Record(place, record)) if place == at.place => Ok(record),
            _ => Err(io::Error::other("the file was changed since it was opened")),
        }
    }
}

/// The index while it is made.
#[derive(Default)]
struct Index {
    files: Vec<PathBuf>,
    exchanges: Vec<(String, IndexedExchange)>,
    feeds: BTreeSet<String>,
    skipped: Vec<(PathBuf, DamagedRecord)>,
    seed: Option<u64>,
    /// When the first of Dateline's own recordings began, which is a little before its first exchange.
    began: Option<Timestamp>,
    secret_query: Vec<String>,
    secret_query_in_feeds: Vec<String>,
    /// Answers (and the requests of failures) by record id, and answers by the digest of their payload.
    by_id: HashMap<String, u32>,
    by_digest: HashMap<String, RecordLocation>,
    /// How long the exchange took that ended in the record of that id, which may stand in a file yet to be read.
    elapsed: HashMap<String, Duration>,
    /// The record ids of exchanges in which pages were visited again.
    revisits: HashSet<String>,
    places: HashMap<String, RecordLocation>,
}

impl Index {
    fn read(&mut self, path: &Path) -> io::Result<()> {
        let file = self.files.len() as u32;
        self.files.push(path.to_owned());
        let mut reader = WarcReader::new(File::open(path)?)?;
        while let Some(item) = reader.next_item()? {
            match item {
                WarcItem::DamagedRecord(skipped) => self.skipped.push((path.to_owned(), skipped)),
                WarcItem::Record(place, record) => self.add(RecordLocation { file, place }, &record),
            }
        }
        Ok(())
    }

    fn add(&mut self, at: RecordLocation, record: &Record) {
        match record.kind() {
            RecordType::Warcinfo => self.add_about(record),
            RecordType::Response if record.is_http() => self.add_answer(at, record, None),
            RecordType::Revisit => self.add_answer(at, record, original_of(record)),
            RecordType::Continuation => self.add_continuation(at, record),
            RecordType::Metadata => self.add_metadata(record),
            _ => {}
        }
    }

    fn add_about(&mut self, record: &Record) {
        let about = WarcFields::parse(&record.block);
        if let Some(seed) = about.get(told::SEED).and_then(|seed| seed.parse().ok()) {
            self.seed.get_or_insert(seed);
            self.began = [self.began, record.date()].into_iter().flatten().min();
        }
        for (field, names) in [
            (told::SECRET_QUERY, &mut self.secret_query),
            (told::SECRET_QUERY_IN_FEEDS, &mut self.secret_query_in_feeds),
        ] {
            let told = about.get(field).unwrap_or_default();
            names.extend(told.split_ascii_whitespace().map(str::to_owned));
        }
    }

    fn add_answer(&mut self, at: RecordLocation, record: &Record, payload: Option<RevisitedRecord>) {
        let (Some(url), Some(started)) = (record.target(), record.date()) else { return };
        let record_id = record.id().map(str::to_owned);
        if let Some(id) = &record_id {
            self.by_id.insert(id.clone(), self.exchanges.len() as u32);
            self.places.insert(id.clone(), at);
        }
        if let (RecordType::Response, Some(digest)) =
            (record.kind(), record.fields.get(field::PAYLOAD_DIGEST))
        {
            self.by_digest.entry(digest.to_owned()).or_insert(at);
        }
        let outcome = IndexedOutcome::Answer { segments: vec![(1, at)], record_id, payload };
        let exchange = IndexedExchange { started, elapsed: Duration::ZERO, is_revisit: false, outcome };
        self.exchanges.push((key(&url), exchange));
    }

    fn add_continuation(&mut self, at: RecordLocation, record: &Record) {
        let number = record.fields.get(field::SEGMENT_NUMBER).and_then(|number| number.parse().ok());
        let origin = record.reference(field::SEGMENT_ORIGIN_ID).and_then(|id| self.by_id.get(id));
        let (Some(number), Some(origin)) = (number, origin) else { return };
        if let Some((_, IndexedExchange { outcome: IndexedOutcome::Answer { segments, .. }, .. })) =
            self.exchanges.get_mut(*origin as usize)
        {
            let after = segments.partition_point(|(other, _)| *other <= number);
            segments.insert(after, (number, at));
        }
    }

    /// How long an exchange took, or that it failed.
    fn add_metadata(&mut self, record: &Record) {
        let about = WarcFields::parse(&record.block);
        if about.get(told::PURPOSE) == Some(purpose_word(Purpose::Feed)) {
            self.feeds.extend(record.target().as_ref().map(key));
        }
        let is_revisit = about.get(told::PURPOSE) == Some(purpose_word(Purpose::Revisit));
        let milliseconds = about.get(told::ELAPSED).and_then(|elapsed| elapsed.parse::<f64>().ok());
        let elapsed = milliseconds
            .and_then(|milliseconds| Duration::try_from_secs_f64(milliseconds / 1000.0).ok())
            .unwrap_or_default();
        if let Some(kind) = about.get(told::FAILURE).and_then(FailureKind::from_word) {
            let (Some(url), Some(started)) = (record.target(), record.date()) else { return };
            let detail = about.get(told::FAILURE_DETAIL).unwrap_or(kind.as_str());
            let outcome = IndexedOutcome::Failure(TransportError::new(kind, detail));
            self.exchanges.push((key(&url), IndexedExchange { started, elapsed, is_revisit, outcome }));
        } else if let Some(id) =
            record.reference(field::CONCURRENT_TO).or_else(|| record.reference(field::REFERS_TO))
        {
            self.elapsed.insert(id.to_owned(), elapsed);
            if is_revisit {
                self.revisits.insert(id.to_owned());
            }
        }
    }

    fn finish(mut self) -> Result<RecordingIndex, ReplayError> {
        for (id, elapsed) in self.elapsed.drain() {
            if let Some(exchange) = self.by_id.get(&id) {
                self.exchanges[*exchange as usize].1.elapsed = elapsed;
            }
        }
        for id in self.revisits.drain() {
            if let Some(exchange) = self.by_id.get(&id) {
                self.exchanges[*exchange as usize].1.is_revisit = true;
            }
        }
        let has_revisits = self.exchanges.iter().any(|(_, exchange)| exchange.is_revisit);
        let ended = |(_, exchange): &(String, IndexedExchange)| {
            exchange.started.checked_add(exchange.elapsed).unwrap_or(exchange.started)
        };
        let last = self.exchanges.iter().map(ended).max();
        // Files may be given in any order. Exchanges of one moment keep the order in which they stand.
        self.exchanges.sort_by_key(|(_, exchange)| exchange.started);
        let (Some((_, first)), Some(last)) = (self.exchanges.first(), last) else {
            let files: Vec<String> = self.files.iter().map(|path| path.display().to_string()).collect();
            let damage = self.skipped.first().map(|(_, skipped)| skipped.clone());
            return Err(ReplayError::Empty { files: files.join(", "), damage });
        };
        let first = self.began.map_or(first.started, |began| began.min(first.started));
        let secrets = Secrets::new(self.secret_query, SecretQuery::new(self.secret_query_in_feeds));
        let mut by_url: HashMap<String, Vec<u32>> = HashMap::new();
        let mut exchanges = Vec::with_capacity(self.exchanges.len());
        for (number, (url, mut exchange)) in self.exchanges.into_iter().enumerate() {
            if let IndexedOutcome::Answer { payload: Some(payload), .. } = &mut exchange.outcome {
                let found = match payload {
                    RevisitedRecord::Id(id) => self.places.get(id),
                    RevisitedRecord::Digest(digest) => self.by_digest.get(digest),
                    RevisitedRecord::Found(_) => None,
                };
                if let Some(at) = found {
                    *payload = RevisitedRecord::Found(*at);
                }
            }
            by_url.entry(url).or_default().push(number as u32);
            exchanges.push(exchange);
        }
        by_url.values_mut().for_each(|numbers| numbers.reverse());
        let seed = self.seed.unwrap_or_else(|| {
            let hash = Sha256::digest(format!("{first} {}", exchanges.len()));
            hash.iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte))
        });
        Ok(RecordingIndex {
            files: self.files,
            exchanges,
            by_url,
            feeds: self.feeds,
            skipped: self.skipped,
            seed,
            secrets,
            first,
            last,
            has_revisits,
        })
    }
}

/// The record that a revisit repeats: by its id, else by the digest of its payload. `None` for one that says "not modified",
/// which is an answer of its own.
fn original_of(record: &Record) -> Option<RevisitedRecord> {
    let profile = record.fields.get(field::PROFILE).unwrap_or_default();
    if profile.contains("server-not-modified") {
        return None;
    }
    let by_id = record.reference(field::REFERS_TO).map(|id| RevisitedRecord::Id(id.to_owned()));
    by_id.or_else(|| {
        record.fields.get(field::PAYLOAD_DIGEST).map(|digest| RevisitedRecord::Digest(digest.to_owned()))
    })
}

/// The address as exchanges are found by it.
fn key(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.into()
}
