//! Recordings travel: other WARC tools read ours, and theirs replay here. Needs Python with `warcio`, and `wget`; a test whose
//! tool is missing says so and passes. `PYTHON` names another interpreter than `python3`.

#![allow(clippy::unwrap_used)] // also in the helpers of the tests: a failure is theirs

use std::{
    env, fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::Command,
    thread,
};

use dateline_fetcher::{
    Clock,
    transport::{Purpose, RecordingIndex, ReplayTransport, Request, Response, Transport},
    warc::{Record, RecordIds, RecordType, WarcFields, WarcWriter, field, http::write_response},
};
use http::{HeaderMap, HeaderValue};
use url::Url;

/// A Python that has warcio.
fn python() -> Option<String> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found =
        Command::new(&python).args(["-c", "import warcio"]).output().is_ok_and(|run| run.status.success());
    found.then_some(python).or_else(|| skipped("Python has no warcio"))
}

fn wget() -> Option<Command> {
    let found = Command::new("wget").arg("--version").output().is_ok_and(|run| run.status.success());
    found.then(|| Command::new("wget")).or_else(|| skipped("there is no wget"))
}

/// Says that a test was skipped, past the capture of its output.
fn skipped<T>(why: &str) -> Option<T> {
    let _ =
        writeln!(std::io::stderr(), "skipped, since {why}: {}", thread::current().name().unwrap_or_default());
    None
}

async fn replayed(path: &Path, urls: &[&str]) -> Vec<Response> {
    let recorded = RecordingIndex::open(&[path]).unwrap();
    assert_eq!(recorded.skipped(), []);
    let clock = Clock::starting_at(recorded.first_moment());
    let replaying = ReplayTransport::new(recorded, clock);
    let mut answers = Vec::new();
    for url in urls {
        let request = Request::get(Url::parse(url).unwrap(), Purpose::Page);
        answers.push(replaying.send(request).await.unwrap());
    }
    answers
}

#[test]
fn warcio_reads_our_records_and_finds_every_digest_right() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ours.warc.gz");
    let mut ids = RecordIds::new([5; 16]);
    let date = "2026-03-01T06:00:00.123456Z".parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("transfer-encoding", HeaderValue::from_static("chunked"));
    headers.insert("content-type", HeaderValue::from_static("text/html; charset=utf-8"));
    let body = "<p>Кім і Путін</p>".as_bytes();
    let records = [
        Record::new(RecordType::Warcinfo, &ids.next_id(), date)
            .with_block(WarcFields::MEDIA_TYPE, b"software: dateline\r\n".to_vec()),
        Record::new(RecordType::Response, &ids.next_id(), date)
            .with(field::TARGET_URI, "https://news.example/a")
            .with_block("application/http;msgtype=response", write_response(200, &headers, body)),
    ];
    WarcWriter::new(fs::File::create(&path).unwrap()).append(&records).unwrap();

    let check = Command::new(&python).args(["-m", "warcio.cli", "check", "-v"]).arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success() && said.contains("digest pass"), "{said}{check:?}");

    let script = "
import sys
from warcio.archiveiterator import ArchiveIterator
with open(sys.argv[1], 'rb') as file:
    for record in ArchiveIterator(file):
        h = record.http_headers
        print(record.rec_type, record.rec_headers.get_header('WARC-Target-URI'), h and h.get_statuscode(),
              len(record.content_stream().read()))
";
    let listing = Command::new(&python).args(["-c", script]).arg(&path).output().unwrap();
    let listing = String::from_utf8(listing.stdout).unwrap();
    let expected = format!("warcinfo None None 20\nresponse https://news.example/a 200 {}\n", body.len());
    assert_eq!(listing, expected);
}

#[tokio::test(start_paused = true)]
async fn what_warcio_wrote_replays() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (name, gzip, version) in [("theirs.warc.gz", "True", "1.1"), ("theirs.warc", "False", "1.0")] {
        let path = folder.path().join(name);
        let script = format!(
            "
import sys, io
from warcio.warcwriter import WARCWriter
from warcio.statusandheaders import StatusAndHeaders
with open(sys.argv[1], 'wb') as file:
    writer = WARCWriter(file, gzip={gzip}, warc_version='{version}')
    writer.write_record(writer.create_warcinfo_record('theirs', {{'software': 'warcio'}}))
    headers = StatusAndHeaders('200 OK', [('Content-Type', 'text/html'), ('Transfer-Encoding', 'chunked')],
                               protocol='HTTP/1.1')
    first = writer.create_warc_record('http://news.example/a', 'response', http_headers=headers,
        payload=io.BytesIO(b'6\\r\\na page\\r\\n0\\r\\n\\r\\n'))
    writer.write_record(first)
    again = writer.create_revisit_record('http://news.example/b', first.rec_headers.get_header('WARC-Payload-Digest'),
        'http://news.example/a', first.rec_headers.get_header('WARC-Date'),
        http_headers=StatusAndHeaders('203 Again', [('X-Copy', 'yes')], protocol='HTTP/1.1'))
    writer.write_record(again)
"
        );
        let run = Command::new(&python).args(["-c", &script]).arg(&path).output().unwrap();
        assert!(run.status.success(), "{run:?}");
        let answers = replayed(&path, &["http://news.example/a", "http://news.example/b"]).await;
        assert_eq!((answers[0].status, &*answers[0].body), (200, b"a page".as_slice()), "{name}");
        assert_eq!((answers[1].status, &*answers[1].body), (203, b"a page".as_slice()), "{name}");
        assert_eq!(answers[1].headers["x-copy"], "yes");
    }
}

#[tokio::test(start_paused = true)]
async fn what_wget_wrote_replays() {
    let Some(mut wget) = wget() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let front = format!("http://{}/", server.local_addr().unwrap());
    let story = format!("{front}story?id=7");
    let serving = thread::spawn(move || {
        for _ in 0..2 {
            let (mut connection, _) = server.accept().unwrap();
            let mut asked = Vec::new();
            let mut byte = [0];
            while !asked.ends_with(b"\r\n\r\n") && connection.read(&mut byte).unwrap() == 1 {
                asked.extend(byte);
            }
            let answer: &[u8] = if asked.starts_with(b"GET / ") {
                b"HTTP/1.1 302 Found\r\nLocation: /story?id=7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            } else {
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n6\r\na page\r\n0\r\n\r\n"
            };
            connection.write_all(answer).unwrap();
        }
    });
    let run = wget
        .args(["--quiet", "--no-config", "--no-proxy", "--tries=1", "--timeout=20"])
        .args(["--output-document=page", "--warc-file=theirs"])
        .arg(&front)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    serving.join().unwrap();
    let answers = replayed(&folder.path().join("theirs.warc.gz"), &[&front, &story]).await;
    assert_eq!((answers[0].status, answers[0].header(http::header::LOCATION)), (302, Some("/story?id=7")));
    assert_eq!((answers[1].status, &*answers[1].body), (200, b"a page".as_slice()));
}
