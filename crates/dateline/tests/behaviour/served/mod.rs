//! A journal that is served, asked as a client asks.

use std::sync::Arc;
use std::time::Duration;

use dateline::api::{self, Sources, WriteAccess};
use dateline::config::{ApiSettings, HttpSettings};
use dateline::engine::EngineActivity;
use dateline::metrics::Metrics;
use dateline::run_record::RunRecord;
use dateline::status::FeedCatalogue;
use dateline_journal::{Durability, EntryCompletion, Journal, Options, PollCommit};
use dateline_publisher::RelayStatus;
use dateline_wire::{
    Entry, EntryId, Event, FeedRef, FeedState, HubNews, RejectEvent, RejectReason, SecretQuery,
};
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// A served journal.
pub(crate) struct TestServer {
    pub(crate) journal: Journal,
    pub(crate) address: String,
    pub(crate) pulse: watch::Sender<EngineActivity>,
    pub(crate) stop: CancellationToken,
    pub(crate) server: JoinHandle<()>,
    entries: usize,
    _folder: tempfile::TempDir,
}

impl TestServer {
    pub(crate) async fn new(settings: HttpSettings) -> Self {
        Self::with_relay(settings, None).await
    }

    pub(crate) async fn with_relay(settings: HttpSettings, relay: Option<RelayStatus>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { durability: Durability::Process, ..Options::default() };
        let journal = Journal::open(folder.path().join("journal.db"), options).unwrap();
        let pulse = watch::Sender::new(EngineActivity {
            at: Instant::now(),
            time: Timestamp::now(),
            polls: 0,
            pages: 0,
            paused: None,
        });
        let sources = Sources {
            journal: journal.clone(),
            feeds: watch::channel(Arc::new(FeedCatalogue::default())).1,
            run_record: RunRecord::of_this_process("http://127.0.0.1:1".into(), std::path::Path::new("")),
            metrics: Arc::new(Metrics::default()),
            pulse: pulse.subscribe(),
            relay: relay.map(|relay| watch::channel(relay).1),
            member: None,
            envelope: "/test".into(),
            topics: Default::default(),
            story_tables: watch::channel(None).1,
            recorded_pages: Default::default(),
            websub: None,
            sinks: Vec::new(),
            write_access: watch::channel(WriteAccess::new(settings.listen, ApiSettings::default())).1,
            engine: None,
            reloader: None,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = CancellationToken::new();
        let server = tokio::spawn({
            let stop = stop.clone();
            async move { api::serve(listener, &settings, sources, stop).await }
        });
        Self { journal, address, pulse, stop, server, entries: 0, _folder: folder }
    }

    /// Commits so many reject events.
    pub(crate) async fn commit(&mut self, events: usize) {
        let now = Timestamp::now();
        let feed = FeedState::new(
            &FeedRef::new(&"https://news.example/rss".parse().unwrap(), None, &SecretQuery::default()),
            now,
        );
        self.journal.configure_feeds(vec![feed.clone()]).await.unwrap();
        let entries: Vec<Entry> = (self.entries..self.entries + events)
            .map(|number| Entry {
                link: Some(format!("https://news.example/{number}").parse().unwrap()),
                ..Entry::new(EntryId::of_guid(&number.to_string()))
            })
            .collect();
        self.entries += events;
        let commit = PollCommit {
            feed: feed.clone(),
            entries: entries.clone(),
            events: Vec::new(),
            hub: HubNews::Nothing,
            at: now,
            traceparent: String::new(),
        };
        self.journal.commit_poll(commit).await.unwrap();
        for entry in entries {
            let event = RejectEvent {
                url: entry.link,
                ..dateline_samples::reject(entry.id.as_str(), RejectReason::NotRelevant)
            };
            let event = Event::Reject(Box::new(event));
            let traceparent = "00-1-1-01".to_owned();
            let feed = feed.id.clone();
            self.journal
                .finish(EntryCompletion {
                    feed,
                    entry: entry.id,
                    event,
                    page_was_read: true,
                    revisit: None,
                    stories: dateline_journal::StoryUpdate::default(),
                    at: now,
                    traceparent,
                })
                .await
                .unwrap();
        }
    }

    pub(crate) async fn open(&self, path: &str, headers: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        BufReader::new(stream)
    }

    /// The answer to a request without a body, as it comes.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(Duration::from_secs(10), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        answer
    }

    /// Status, head and body of an answer that ends.
    pub(crate) async fn get(&self, path: &str, headers: &str) -> (u16, String, String) {
        let mut answer = String::new();
        let mut stream = self.open(path, headers).await;
        timeout(Duration::from_secs(10), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let body = if head.contains("chunked") { dechunked(body) } else { body.to_owned() };
        (head[9..12].parse().unwrap(), head.to_lowercase(), body)
    }
}

fn dechunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap();
        whole.push_str(&rest[..length]);
        body = rest[length..].trim_start_matches("\r\n");
    }
    whole
}

/// The places of events, a line each.
pub(crate) fn sequences(body: &str) -> Vec<u64> {
    body.lines()
        .map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            event["sequence"].as_str().unwrap().parse().unwrap()
        })
        .collect()
}
