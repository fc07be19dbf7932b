//! What passes through a recording transport comes back from its file.

#![allow(clippy::unwrap_used)] // also in the helpers of the tests: a failure is theirs

use std::{collections::HashMap, fs, io::Read, path::Path, sync::Mutex, time::Duration};

use bytes::Bytes;
use dateline_fetcher::{
    Clock,
    transport::{
        FailureKind, Form, Purpose, RecordError, RecordSettings, RecordingIndex, RecordingTransport,
        ReplayError, ReplayTransport, Request, Response, Secrets, Transport, TransportError,
    },
    warc::{Record, RecordIds, RecordType, WarcFields, WarcWriter, field},
};
use dateline_wire::SecretQuery;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use url::Url;

const MORNING: &str = "2026-03-01T06:00:00Z";
const FRONT: &str = "https://news.example/";

/// Answers each address from a list, each answer after its time.
struct Scripted {
    clock: Clock,
    answers: Mutex<HashMap<String, Vec<(Duration, Outcome)>>>,
}

type Outcome = Result<(u16, HeaderMap, &'static [u8]), TransportError>;

impl Scripted {
    fn new(clock: Clock) -> Self {
        Self { clock, answers: Mutex::new(HashMap::new()) }
    }

    fn answers(self, url: &str, milliseconds: u64, outcome: Outcome) -> Self {
        let answer = (Duration::from_millis(milliseconds), outcome);
        self.answers.lock().unwrap().entry(url.to_owned()).or_default().push(answer);
        self
    }
}

impl Transport for Scripted {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let (elapsed, outcome) =
            self.answers.lock().unwrap().get_mut(request.url.as_str()).unwrap().remove(0);
        Box::pin(async move {
            tokio::time::sleep(elapsed).await;
            let (status, headers, body) = outcome?;
            let body = Bytes::from_static(body);
            Ok(Response {
                status,
                headers,
                body,
                received_at: self.clock.now(),
                head_after: elapsed,
                elapsed,
                record_id: None,
            })
        })
    }
}

fn headers<const N: usize>(fields: [(&'static str, &'static str); N]) -> HeaderMap {
    fields.into_iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
}

fn get(url: &str) -> Request {
    Request {
        url: Url::parse(url).unwrap(),
        headers: headers([("accept", "*/*")]),
        purpose: Purpose::Page,
        form: None,
        memory: None,
        proxy: None,
    }
}

fn settings() -> RecordSettings {
    RecordSettings { seed: 7, record_ids: [1; 16], secrets: Secrets::default() }
}

fn morning() -> Clock {
    Clock::starting_at(MORNING.parse().unwrap())
}

fn replaying(path: &Path) -> ReplayTransport {
    let recorded = RecordingIndex::open(&[path]).unwrap();
    let clock = Clock::starting_at(recorded.first_moment());
    ReplayTransport::new(recorded, clock)
}

/// Records one answer of the front page.
async fn record(path: &Path, clock: Clock, record_ids: [u8; 16], body: &'static [u8]) {
    let web = Scripted::new(clock).answers(FRONT, 1, Ok((200, HeaderMap::new(), body)));
    let recording =
        RecordingTransport::open(web, path, RecordSettings { record_ids, ..settings() }, clock).unwrap();
    recording.send(get(FRONT)).await.unwrap();
}

async fn body(transport: &impl Transport) -> Bytes {
    transport.send(get(FRONT)).await.unwrap().body
}

#[tokio::test(start_paused = true)]
async fn answers_come_back_byte_for_byte_in_their_order_and_after_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.warc.gz");
    let page = "https://news.example/a?id=7";
    let clock = morning();
    let gzipped = b"\x1f\x8b\x08\0 still compressed \xff\xfe\r\n\r\n";
    let web = Scripted::new(clock)
        .answers(
            page,
            1_500,
            Ok((200, headers([("content-encoding", "gzip"), ("etag", "W/\"1\"")]), gzipped)),
        )
        .answers(page, 20, Ok((304, headers([("etag", "W/\"1\"")]), b"")));
    let recording = RecordingTransport::open(web, &path, settings(), clock).unwrap();
    let first = recording.send(get(page)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
    let second = recording.send(get(page)).await.unwrap();
    recording.sync().unwrap();

    let recorded = RecordingIndex::open(&[&path]).unwrap();
    assert_eq!((recorded.len(), recorded.seed()), (2, 7));
    assert_eq!(recorded.first_moment().to_string(), MORNING);
    assert_eq!(recorded.last_moment().to_string(), "2026-03-01T06:10:01.52Z");
    let clock = Clock::starting_at(recorded.first_moment());
    let replaying = ReplayTransport::new(recorded, clock);
    for response in [first, second] {
        let before = clock.now();
        let replayed = replaying.send(get(page)).await.unwrap();
        assert_eq!((replayed.status, &replayed.headers), (response.status, &response.headers));
        assert_eq!(replayed.body, response.body);
        assert_eq!(replayed.elapsed, response.elapsed);
        assert_eq!(clock.now().duration_since(before).as_millis(), response.elapsed.as_millis() as i128);
        assert_eq!(replayed.received_at, clock.now());
        assert!(response.record_id.is_some());
        assert_eq!(replayed.record_id, response.record_id);
    }
}

#[tokio::test(start_paused = true)]
async fn failures_fail_again_as_they_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.warc.gz");
    let clock = morning();
    let web = FailureKind::ALL.into_iter().fold(Scripted::new(clock), |web, kind| {
        web.answers(FRONT, 30_000, Err(TransportError::new(kind, format!("a {} failure", kind.as_str()))))
    });
    let recording = RecordingTransport::open(web, &path, settings(), clock).unwrap();
    let mut failures = Vec::new();
    for _ in FailureKind::ALL {
        failures.push(recording.send(get(FRONT)).await.unwrap_err());
    }
    let replaying = replaying(&path);
    for failure in failures {
        assert_eq!(replaying.send(get(FRONT)).await.unwrap_err(), failure);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_recorded_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.warc.gz");
    record(&path, morning(), [1; 16], b"once").await;
    let replaying = replaying(&path);
    body(&replaying).await;
    for url in [FRONT, "https://me:secret@news.example/other"] {
        let error = replaying.send(get(url)).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::NotRecorded);
        assert!(error.detail.contains("news.example"), "{error}");
        assert!(!error.detail.contains("secret"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_are_never_written_and_their_requests_replay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.warc.gz");
    let url = "https://reader:hunter2@news.example/rss?token=hunter2&page=1";
    let clock = morning();
    let set = headers([("set-cookie", "id=hunter2"), ("location", "https://news.example/x?token=hunter2")]);
    let web = Scripted::new(clock).answers(url, 1, Ok((302, set, b""))).answers(
        url,
        1,
        Err(TransportError::new(FailureKind::Connect, format!("{url} refused"))),
    );
    let secrets = Secrets::new(["token".to_owned()], SecretQuery::new([]));
    let recording =
        RecordingTransport::open(web, &path, RecordSettings { secrets, ..settings() }, clock).unwrap();
    let mut request = get(url);
    for name in ["authorization", "cookie", "proxy-authorization"] {
        request.headers.insert(name, HeaderValue::from_static("hunter2"));
    }
    recording.send(request).await.unwrap();
    recording.send(get(url)).await.unwrap_err();

    let mut written = Vec::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(&path).unwrap()).read_to_end(&mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    assert!(!written.contains("hunter2") && !written.contains("reader:"), "{written}");
    let replaying = replaying(&path);
    let replayed = replaying.send(get(url)).await.unwrap();
    assert_eq!(replayed.headers["location"], "https://news.example/x?token=redacted");
    assert_eq!(replaying.send(get(url)).await.unwrap_err().kind, FailureKind::Connect);
}

#[tokio::test(start_paused = true)]
async fn a_recording_cut_short_by_a_crash_is_continued_behind_its_last_whole_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.warc.gz");
    let clock = morning();
    record(&path, clock, [1; 16], b"one").await;
    let whole = fs::metadata(&path).unwrap().len();
    record(&path, clock, [2; 16], b"lost").await;
    fs::File::options().write(true).open(&path).unwrap().set_len(whole + 100).unwrap();

    tokio::time::sleep(Duration::from_secs(60)).await;
    record(&path, clock, [3; 16], b"two").await;
    let recorded = RecordingIndex::open(&[&path]).unwrap();
    assert_eq!((recorded.len(), recorded.skipped().len()), (2, 0));
    let replaying = ReplayTransport::new(recorded, clock);
    assert_eq!(body(&replaying).await, "one");
    assert_eq!(body(&replaying).await, "two");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_no_recording_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dateline.toml");
    fs::write(&path, "data_dir = \"data\"\n").unwrap();
    let refused = RecordingTransport::open(Scripted::new(morning()), &path, settings(), morning());
    assert!(matches!(refused, Err(RecordError::Tail { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "data_dir = \"data\"\n");
    assert!(matches!(RecordingIndex::open(&[&path]), Err(ReplayError::Empty { .. })));
}

#[tokio::test(start_paused = true)]
async fn files_are_replayed_by_their_dates_in_whatever_order_they_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let (clock, paths) = (morning(), ["a", "b"].map(|name| folder.path().join(name)));
    record(&paths[1], clock, [1; 16], b"one").await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    record(&paths[0], clock, [2; 16], b"two").await;
    let replaying = ReplayTransport::new(RecordingIndex::open(&paths).unwrap(), clock);
    assert_eq!(body(&replaying).await, "one");
    assert_eq!(body(&replaying).await, "two");
}

/// Records as other tools write them, all of the front page.
struct Foreign {
    ids: RecordIds,
    records: Vec<Record>,
}

impl Foreign {
    fn new() -> Self {
        Self { ids: RecordIds::new([9; 16]), records: Vec::new() }
    }

    fn add(&mut self, kind: RecordType, second: u64, block: &[u8], fields: &[(&str, &str)]) -> String {
        let id = self.ids.next_id();
        let morning: Timestamp = MORNING.parse().unwrap();
        let record = Record::new(kind, &id, morning.checked_add(Duration::from_secs(second)).unwrap())
            .with(field::TARGET_URI, format!("<{FRONT}>"))
            .with_block("application/http; msgtype=response", block.to_vec());
        let record = fields.iter().fold(record, |record, (name, value)| record.with(name, *value));
        self.records.push(record);
        id.as_str().to_owned()
    }

    async fn replayed(self, times: usize) -> Vec<(u16, String)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("foreign.warc.gz");
        WarcWriter::new(fs::File::create(&path).unwrap()).append(&self.records).unwrap();
        let replaying = replaying(&path);
        let mut answers = Vec::new();
        for _ in 0..times {
            let answer = replaying.send(get(FRONT)).await.unwrap();
            answers.push((answer.status, String::from_utf8(answer.body.to_vec()).unwrap()));
        }
        answers
    }
}

#[tokio::test(start_paused = true)]
async fn a_revisit_gives_the_payload_that_it_refers_to() {
    let mut file = Foreign::new();
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n";
    let original = file.add(RecordType::Response, 0, chunked, &[(field::PAYLOAD_DIGEST, "sha1:AB")]);
    let same = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";
    let not_modified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";
    let by_id = [(field::PROFILE, same), (field::REFERS_TO, &*original)];
    file.add(RecordType::Revisit, 1, b"HTTP/1.1 203 Here\r\n\r\n", &by_id);
    file.add(RecordType::Revisit, 2, b"", &[(field::PROFILE, same), (field::PAYLOAD_DIGEST, "sha1:AB")]);
    file.add(RecordType::Revisit, 3, b"HTTP/1.1 304 Not Modified\r\n\r\n", &[(field::PROFILE, not_modified)]);
    let expected = [(200, "page"), (203, "page"), (200, "page"), (304, "")];
    assert_eq!(file.replayed(4).await, expected.map(|(status, body)| (status, body.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_split_is_put_together() {
    let mut file = Foreign::new();
    let number = |number| (field::SEGMENT_NUMBER, number);
    let origin = file.add(RecordType::Response, 0, b"HTTP/1.1 200 OK\r\n\r\none ", &[number("1")]);
    let of = (field::SEGMENT_ORIGIN_ID, &*origin);
    file.add(RecordType::Continuation, 0, b"three", &[number("3"), of]);
    file.add(RecordType::Continuation, 0, b"two ", &[number("2"), of]);
    assert_eq!(file.replayed(1).await, [(200, "one two three".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn the_time_that_another_tool_measured_is_waited() {
    let mut file = Foreign::new();
    let response = file.add(RecordType::Response, 0, b"HTTP/1.1 200 OK\r\n\r\n", &[]);
    let about = WarcFields::new().with("fetchTimeMs", "337").to_text().into_bytes();
    file.add(RecordType::Metadata, 0, &about, &[(field::CONCURRENT_TO, &response)]);
    let start = tokio::time::Instant::now();
    file.replayed(1).await;
    assert_eq!(start.elapsed().as_millis(), 337);
}

#[tokio::test(start_paused = true)]
async fn requests_to_hubs_are_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.warc.gz");
    let clock = morning();
    let hub = "https://hub.example/";
    let web = Scripted::new(clock).answers(hub, 1, Ok((202, HeaderMap::new(), b""))).answers(
        FRONT,
        1,
        Ok((200, HeaderMap::new(), b"front")),
    );
    let recording = RecordingTransport::open(web, &path, settings(), clock).unwrap();
    let form = Form(Bytes::from_static(b"hub.secret=sesame"));
    let request = Request { purpose: Purpose::Hub, form: Some(form), ..get(hub) };
    assert!(!format!("{request:?}").contains("sesame"));
    assert_eq!(recording.send(request).await.unwrap().status, 202);
    recording.send(get(FRONT)).await.unwrap();
    drop(recording);
    assert_eq!(RecordingIndex::open(&[&path]).unwrap().len(), 1);
}
