//! Recording every exchange as it passes.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::time::Instant;

use super::{FailureKind, Purpose, Request, Response, Secrets, Transport, TransportError};
use crate::{
    Clock,
    warc::{
        Record, RecordIds, RecordType, TailError, WarcFields, WarcWriter, digest, field, http, repair_tail,
    },
};

/// Names of the fields in which Dateline tells what the standard has no place for. `fetchTimeMs` is the standard's own
/// example of a metadata field; here it has a fraction.
pub(super) mod told {
    pub(crate) const ELAPSED: &str = "fetchTimeMs";
    pub(crate) const PURPOSE: &str = "datelinePurpose";
    pub(crate) const FAILURE: &str = "datelineFailure";
    pub(crate) const FAILURE_DETAIL: &str = "datelineFailureDetail";
    pub(crate) const SEED: &str = "datelineSeed";
    pub(crate) const SECRET_QUERY: &str = "datelineSecretQuery";
    pub(crate) const SECRET_QUERY_IN_FEEDS: &str = "datelineSecretQueryInFeeds";
}

/// How much time may pass between two syncs to the disk: what a power cut may cost. A killed process loses nothing.
const SYNC_INTERVAL: Duration = Duration::from_secs(5);

/// What a recording says about itself.
#[derive(Debug, Clone)]
pub struct RecordSettings {
    /// The seed of the engine's randomness, which a replay takes over.
    pub seed: u64,
    /// Fixes the ids of the records. Random for a recording of the live web; two recordings must not share it.
    pub record_ids: [u8; 16],
    /// What is left out.
    pub secrets: Secrets,
}

/// Why a recording can't be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file exists and is no recording.
    #[error("{}: {source}", path.display())]
    Tail {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: TailError,
    },
    /// The file can't be opened or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
}

/// Passes requests on to another transport and appends each exchange to a WARC file before its outcome is known to anybody
/// else, so that whatever was acted upon is recorded; all but requests to WebSub hubs.
///
/// An answer becomes three records: `request`, `response`, and `metadata` with the time it took and its purpose. A failure
/// becomes `request` and `metadata`, which then also tells the failure. Credentials are taken out by [`Secrets`]. An exchange
/// that can't be recorded has failed: better to ask again when the disk has room than to have a recording that lies.
#[derive(Debug)]
pub struct RecordingTransport<T> {
    inner: T,
    clock: Clock,
    recorder: Arc<Recorder>,
}

#[derive(Debug)]
struct Recorder {
    path: PathBuf,
    secrets: Secrets,
    tape: Mutex<RecordingFile>,
}

/// The file and what must stay in step with it.
#[derive(Debug)]
struct RecordingFile {
    writer: WarcWriter<File>,
    /// The length up to which the file holds whole exchanges.
    length: u64,
    ids: RecordIds,
    synced: std::time::Instant,
}

/// One exchange, as it is to be recorded.
struct ExchangeRecord {
    request: Request,
    started: Timestamp,
    elapsed: Duration,
    outcome: Result<Response, TransportError>,
}

impl<T: Transport> RecordingTransport<T> {
    /// Records what passes to `inner` at the end of the file at `path`, which is made if it isn't there. What a crash left
    /// partial at its end is cut off.
    ///
    /// # Errors
    /// If the file is no recording or can't be written.
    pub fn open(
        inner: T,
        path: impl Into<PathBuf>,
        settings: RecordSettings,
        clock: Clock,
    ) -> Result<Self, RecordError> {
        let path = path.into();
        let RecordSettings { seed, record_ids, secrets } = settings;
        let mut tape = RecordingFile::open(&path, record_ids)?;
        let about = about(&path, seed, &secrets);
        tape.append(|ids| {
            let record = Record::new(RecordType::Warcinfo, &ids.next_id(), clock.now());
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            vec![
                record
                    .with(field::FILENAME, name)
                    .with_block(WarcFields::MEDIA_TYPE, about.to_text().into_bytes()),
            ]
        })
        .map_err(|source| RecordError::Io { path: path.clone(), source })?;
        let recorder = Arc::new(Recorder { path, secrets, tape: Mutex::new(tape) });
        Ok(Self { inner, clock, recorder })
    }

    /// Writes what the system still holds back to the disk.
    ///
    /// # Errors
    /// If that fails.
    pub fn sync(&self) -> Result<(), RecordError> {
        let tape = self.recorder.tape.lock().unwrap_or_else(PoisonError::into_inner);
        let synced = tape.writer.get_ref().sync_all();
        synced.map_err(|source| RecordError::Io { path: self.recorder.path.clone(), source })
    }
}

fn about(path: &Path, seed: u64, secrets: &Secrets) -> WarcFields {
    let mut about = WarcFields::new()
        .with("software", concat!("dateline/", env!("CARGO_PKG_VERSION")))
        .with("format", "WARC File Format 1.1")
        .with("conformsTo", "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/")
        .with("isPartOf", path.file_stem().unwrap_or_default().to_string_lossy())
        .with(told::SEED, seed.to_string());
    for (name, purpose) in [(told::SECRET_QUERY, Purpose::Page), (told::SECRET_QUERY_IN_FEEDS, Purpose::Feed)]
    {
        let names = secrets.query(purpose).names();
        if !names.is_empty() {
            about.push(name, names.join(" "));
        }
    }
    about
}

impl<T: Transport> Transport for RecordingTransport<T> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            // A subscription is told to nobody: it holds secrets, and a replay asks for none.
            if request.purpose == Purpose::Hub {
                return self.inner.send(request).await;
            }
            let started = self.clock.now();
            let timer = Instant::now();
            let outcome = self.inner.send(request.clone()).await;
            let exchange = ExchangeRecord { request, started, elapsed: timer.elapsed(), outcome };
            let recorder = Arc::clone(&self.recorder);
            tokio::task::spawn_blocking(move || recorder.record(exchange))
                .await
                .unwrap_or_else(|error| Err(TransportError::new(FailureKind::Recording, error.to_string())))
        })
    }

    fn has_revisits(&self) -> bool {
        self.inner.has_revisits()
    }
}

impl Recorder {
    fn record(&self, exchange: ExchangeRecord) -> Result<Response, TransportError> {
        let ExchangeRecord { request, started, elapsed, outcome } = exchange;
        let (asked_for, purpose) = (&request.url, request.purpose);
        let url = self.secrets.url(asked_for, purpose);
        let asked = http::write_request(&url, &self.secrets.headers(&request.headers, asked_for, purpose));
        let answered = outcome.as_ref().ok().map(|response| {
            let headers = self.secrets.headers(&response.headers, asked_for, purpose);
            http::write_response(response.status, &headers, &response.body)
        });
        let mut about = WarcFields::new()
            .with(told::ELAPSED, format!("{:.3}", elapsed.as_secs_f64() * 1000.0))
            .with(told::PURPOSE, purpose_word(purpose));
        if let Err(failure) = &outcome {
            about.push(told::FAILURE, failure.kind.as_str());
            about.push(told::FAILURE_DETAIL, self.secrets.text(&failure.detail, asked_for, purpose));
        }
        let mut record_id = None;
        let appended = self.tape.lock().unwrap_or_else(PoisonError::into_inner).append(|ids| {
            let (request_id, metadata_id) = (ids.next_id(), ids.next_id());
            let record = |kind, id: &_| Record::new(kind, id, started).with(field::TARGET_URI, url.as_str());
            let mut records = vec![
                record(RecordType::Request, &request_id)
                    .with_block("application/http;msgtype=request", asked),
            ];
            let mut about_id = request_id.clone();
            if let (Some(block), Ok(response)) = (answered, &outcome) {
                about_id = ids.next_id();
                record_id = Some(about_id.uri().to_owned());
                records.push(
                    record(RecordType::Response, &about_id)
                        .with(field::CONCURRENT_TO, request_id.as_str())
                        .with(field::PAYLOAD_DIGEST, digest::sha1_of(&response.body))
                        .with_block("application/http;msgtype=response", block),
                );
            }
            records.push(
                record(RecordType::Metadata, &metadata_id)
                    .with(field::CONCURRENT_TO, about_id.as_str())
                    .with_block(WarcFields::MEDIA_TYPE, about.to_text().into_bytes()),
            );
            records
        });
        appended.map_err(|error| {
            let detail = format!("could not be recorded in {}: {error}", self.path.display());
            TransportError::new(FailureKind::Recording, detail)
        })?;
        outcome.map(|response| Response { record_id, ..response })
    }
}

pub(super) fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Feed => "feed",
        Purpose::Page => "page",
        Purpose::Revisit => "revisit",
        Purpose::Robots => "robots",
        Purpose::Hub => "hub",
    }
}

impl RecordingFile {
    fn open(path: &Path, record_ids: [u8; 16]) -> Result<Self, RecordError> {
        let io_error = |source| RecordError::Io { path: path.to_owned(), source };
        let file = File::options().read(true).append(true).create(true).open(path).map_err(io_error)?;
        let length =
            repair_tail(&file).map_err(|source| RecordError::Tail { path: path.to_owned(), source })?;
        file.set_len(length).map_err(io_error)?;
        Ok(Self {
            writer: WarcWriter::new(file),
            length,
            ids: RecordIds::new(record_ids),
            synced: std::time::Instant::now(),
        })
    }

    /// Appends an exchange as a whole or, as far as the file can be restored, not at all.
    fn append(&mut self, records: impl FnOnce(&mut RecordIds) -> Vec<Record>) -> io::Result<()> {
        let records = records(&mut self.ids);
        match self.writer.append(&records) {
            Ok(written) => self.length += written,
            Err(error) => {
                self.writer.get_ref().set_len(self.length)?;
                return Err(error);
            }
        }
        if self.synced.elapsed() >= SYNC_INTERVAL {
            self.writer.get_ref().sync_data()?;
            self.synced = std::time::Instant::now();
        }
        Ok(())
    }
}
