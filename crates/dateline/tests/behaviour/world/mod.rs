//! A web of a few pages, a journal and an engine, under a virtual clock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline::config::{CopyPolicy, EngineSettings, RevisitSettings, read_subject};
use dateline::engine::{Engine, EngineParts, StopCondition};
use dateline::metrics::Metrics;
use dateline_fetcher::transport::{FailureKind, Request, Response, Transport, TransportError};
use dateline_fetcher::{Clock, Feed, FetchSettings, Fetcher, PollSettings};
use dateline_journal::{Durability, Journal, Options, Writing};
use dateline_parser::Subject;
use dateline_stories::story::StoryTables;
use dateline_wire::{CloudEvent, EventKind, SecretQuery, Sequence};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

/// The moment at which every virtual world begins.
pub(crate) const BEGIN: &str = "2026-03-01T08:00:00Z";

/// What one address answers.
#[derive(Clone)]
pub(crate) struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
    pub after: Duration,
    /// Where it redirects to.
    pub location: Option<String>,
}

/// A web in memory: every address answers the same, after a while. What isn't there is 404.
#[derive(Default)]
pub(crate) struct Web {
    answers: Mutex<BTreeMap<String, Answer>>,
    asked: Mutex<Vec<String>>,
}

impl Web {
    pub(crate) fn put(&self, url: &str, status: u16, content_type: &'static str, body: impl Into<String>) {
        // Answers take different times, so that fetches overlap and end out of order.
        let after = Duration::from_millis(50 + 37 * (url.len() as u64 % 11));
        self.answers
            .lock()
            .unwrap()
            .insert(url.into(), Answer { status, content_type, body: body.into(), after, location: None });
    }

    pub(crate) fn feed(&self, url: &str, items: &[(&str, &str)]) {
        self.feed_with(url, items.iter().map(|(link, title)| item(link, title)).collect());
    }

    pub(crate) fn feed_with(&self, url: &str, items: Vec<String>) {
        let feed = format!(
            "<?xml version='1.0'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'>\
             <channel><title>News</title><link>https://news.example/</link>{}</channel></rss>",
            items.concat()
        );
        self.put(url, 200, "application/rss+xml", feed);
    }

    pub(crate) fn page(&self, url: &str, title: &str, paragraphs: &[&str]) {
        self.put(url, 200, "text/html; charset=utf-8", page(title, paragraphs));
    }

    pub(crate) fn redirect(&self, url: &str, location: &str) {
        self.put(url, 301, "text/html", "");
        self.answers.lock().unwrap().get_mut(url).unwrap().location = Some(location.to_owned());
    }

    /// Has an address answer so late from now on.
    pub(crate) fn delay(&self, url: &str, after: Duration) {
        self.answers.lock().unwrap().get_mut(url).unwrap().after = after;
    }

    /// How often an address was asked for.
    pub(crate) fn asked(&self, url: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == url).count()
    }
}

impl Transport for Web {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        async move {
            self.asked.lock().unwrap().push(request.url.to_string());
            let answer = self.answers.lock().unwrap().get(request.url.as_str()).cloned();
            let answer = answer.unwrap_or(Answer {
                status: 404,
                content_type: "text/plain",
                body: "not here".into(),
                after: Duration::from_millis(20),
                location: None,
            });
            tokio::time::sleep(answer.after).await;
            if answer.status == 0 {
                return Err(TransportError::new(FailureKind::Connect, "refused"));
            }
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
            if let Some(location) = answer.location {
                headers.insert(header::LOCATION, location.parse().unwrap());
            }
            Ok(Response {
                status: answer.status,
                headers,
                body: answer.body.into(),
                received_at: BEGIN.parse().unwrap(),
                head_after: Duration::ZERO,
                elapsed: answer.after,
                record_id: None,
            })
        }
        .boxed()
    }
}

pub(crate) fn item(link: &str, title: &str) -> String {
    format!(
        "<item><guid isPermaLink='false'>{link}#{title}</guid><title>{title}</title><link>{link}</link></item>"
    )
}

pub(crate) fn page(title: &str, paragraphs: &[&str]) -> String {
    let text: String = paragraphs.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect();
    format!(
        "<!doctype html><html lang='en'><head><title>{title}</title></head>\
         <body><article><h1>{title}</h1>{text}</article></body></html>"
    )
}

/// An article on the shipped subject, in sentences of our own.
pub(crate) const ON_SUBJECT: [&str; 3] = [
    "PYONGYANG — Russia and North Korea signed an agreement on a new road bridge over the Tumen river on Monday, the \
     Russian transport ministry said.",
    "Kim Jong Un received the Russian delegation in Pyongyang before the signing, and both sides spoke of more trade \
     between the two countries.",
    "Russian engineers will begin work in the autumn, the ministry added, and North Korean workers are to build the \
     southern half.",
];
/// An article on something else.
pub(crate) const OFF_SUBJECT: [&str; 3] = [
    "The ferry left the harbour at six in the morning, for the first time since the storm that tore the pier away.",
    "By noon two hundred people had crossed to the island, the port authority said on Monday, and the bakery there had \
     sold out of bread.",
    "The next boat leaves at seven, weather permitting, and takes bicycles for a small fee that goes to the new pier.",
];

const SUBJECT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/subjects/russia-dprk");

pub(crate) fn subject() -> Arc<Subject> {
    Arc::new(read_subject(Path::new(SUBJECT)).unwrap())
}

/// The shipped subject with these changes to its `subject.toml`.
pub(crate) fn subject_with(changes: &[(&str, &str)]) -> Arc<Subject> {
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(SUBJECT).unwrap() {
        let file = file.unwrap();
        let mut text = std::fs::read_to_string(file.path()).unwrap();
        if file.file_name() == "subject.toml" {
            for (before, after) in changes {
                assert!(text.contains(before), "{before}");
                text = text.replace(before, after);
            }
        }
        std::fs::write(folder.path().join(file.file_name()), text).unwrap();
    }
    Arc::new(read_subject(folder.path()).unwrap())
}

pub(crate) fn configured(url: &str) -> Feed {
    Feed::new(Url::parse(url).unwrap(), None, &SecretQuery::default())
}

pub(crate) fn journal(folder: &Path) -> Journal {
    let options =
        Options { durability: Durability::Process, writing: Writing::InPlace, ..Options::default() };
    Journal::open(folder.join("journal.db"), options).unwrap()
}

/// An engine over `web` in virtual time that writes to `journal`, with one extraction thread or more.
pub(crate) async fn engine(
    web: &Arc<Web>,
    journal: &Journal,
    feeds: &[&str],
    extract_threads: usize,
) -> Engine {
    let settings = EngineSettings { extract_threads, ..EngineSettings::default() };
    engine_with(settings, PollSettings::default(), web, journal, feeds).await
}

/// The same with any settings.
pub(crate) async fn engine_with(
    settings: EngineSettings,
    poll: PollSettings,
    web: &Arc<Web>,
    journal: &Journal,
    feeds: &[&str],
) -> Engine {
    let feeds = feeds.iter().map(|url| configured(url)).collect();
    engine_for(settings, poll, web, journal, feeds).await
}

/// The same with feeds that have options.
pub(crate) async fn engine_for(
    settings: EngineSettings,
    poll: PollSettings,
    web: &Arc<Web>,
    journal: &Journal,
    feeds: Vec<Feed>,
) -> Engine {
    let clock = Clock::starting_at(BEGIN.parse().unwrap());
    engine_at(clock, (settings, poll, RevisitSettings { after: Vec::new() }), web, journal, feeds).await
}

/// Tables that go by the wording alone, and ask for more of it the lower `always` is.
pub(crate) fn story_tables(always: &str) -> Arc<StoryTables> {
    let files = STORY_TABLES.map(|(name, text)| (name.to_owned(), text.replace("-0.3", always))).into();
    Arc::new(StoryTables::from_files(&files).unwrap())
}

const STORY_TABLES: [(&str, &str); 5] = [
    ("words.tsv", "id\tagainst\ten\nsign\t\tsign*\nship\t\tship*"),
    ("weights.tsv", "sign\tsame\tacross\nalways\t-0.3\t-0.3\nwording\t1\t0"),
    ("numerals.tsv", "kind\tvalue\twords\nnumber\t3\tthree"),
    ("frequencies.tsv", "texts\tstems\n900\tsaid"),
    ("stopwords.txt", "the to at of and on in by a that as for"),
];

/// An engine that tells stories, and does so with copies.
pub(crate) async fn storyteller(
    web: &Arc<Web>,
    journal: &Journal,
    feeds: &[&str],
    copies: CopyPolicy,
) -> Engine {
    let story_tables = Some(story_tables("-0.3"));
    let clock = Clock::starting_at(BEGIN.parse().unwrap());
    let revisit = RevisitSettings { after: Vec::new() };
    let parts = parts(clock, PollSettings::default(), revisit, web, journal);
    let parts = EngineParts { copies, story_tables, ..parts };
    let feeds = feeds.iter().map(|url| configured(url)).collect();
    Engine::new(parts, feeds, EngineSettings { extract_threads: 1, ..EngineSettings::default() })
        .await
        .unwrap()
}

/// The same with pages that are visited again.
pub(crate) async fn visiting_storyteller(web: &Arc<Web>, journal: &Journal, feeds: &[&str]) -> Engine {
    let clock = Clock::starting_at(BEGIN.parse().unwrap());
    let poll = PollSettings { start_spread: Duration::ZERO, ..PollSettings::default() };
    let parts = parts(clock, poll, RevisitSettings::default(), web, journal);
    let parts = EngineParts { story_tables: Some(story_tables("-0.3")), ..parts };
    let feeds = feeds.iter().map(|url| configured(url)).collect();
    Engine::new(parts, feeds, EngineSettings { extract_threads: 1, ..EngineSettings::default() })
        .await
        .unwrap()
}

/// An engine that judges by another subject.
pub(crate) async fn judging(
    subject: Arc<Subject>,
    web: &Arc<Web>,
    journal: &Journal,
    feeds: &[&str],
) -> Engine {
    let clock = Clock::starting_at(BEGIN.parse().unwrap());
    let revisit = RevisitSettings { after: Vec::new() };
    let parts = EngineParts { subject, ..parts(clock, PollSettings::default(), revisit, web, journal) };
    let feeds = feeds.iter().map(|url| configured(url)).collect();
    Engine::new(parts, feeds, EngineSettings { extract_threads: 1, ..EngineSettings::default() })
        .await
        .unwrap()
}

/// The same at any time, with pages that are visited again.
pub(crate) async fn engine_at(
    clock: Clock,
    (settings, poll, revisit): (EngineSettings, PollSettings, RevisitSettings),
    web: &Arc<Web>,
    journal: &Journal,
    feeds: Vec<Feed>,
) -> Engine {
    Engine::new(parts(clock, poll, revisit, web, journal), feeds, settings).await.unwrap()
}

/// A fetcher on the clock that runs in an engine's journal already.
pub(crate) fn fetcher(web: &Arc<Web>, poll: PollSettings) -> Fetcher {
    Fetcher::new(web.clone(), FetchSettings::default(), poll, Clock::starting_at(BEGIN.parse().unwrap()), 7)
}

/// What an engine over `web` works with.
fn parts(
    clock: Clock,
    poll: PollSettings,
    revisit: RevisitSettings,
    web: &Arc<Web>,
    journal: &Journal,
) -> EngineParts {
    let transport: Arc<dyn Transport> = web.clone();
    let fetcher = Fetcher::new(transport, FetchSettings::default(), poll, clock, 7);
    EngineParts {
        fetcher: Arc::new(fetcher),
        journal: journal.clone(),
        subject: subject(),
        sites: Arc::default(),
        agencies: Arc::default(),
        copies: CopyPolicy::Publish,
        story_tables: None,
        revisit,
        metrics: Arc::new(Metrics::default()),
        traces: dateline::traces::Traces::off(),
        extraction_room: None,
    }
}

/// Runs an engine for so long, in virtual time, and gives the events it committed.
pub(crate) async fn events_after(engine: Engine, journal: &Journal, length: Duration) -> Vec<CloudEvent> {
    let begin: Timestamp = BEGIN.parse().unwrap();
    let end = StopCondition::Idle(begin.checked_add(length).unwrap());
    engine.run(end, CancellationToken::new(), Duration::ZERO).await.unwrap();
    journal.events_after(Sequence::START, usize::MAX, None).unwrap()
}

pub(crate) fn data(event: &CloudEvent) -> Value {
    serde_json::from_str(&event.data).unwrap()
}

/// Kind and, of rejects, stage and reason, of every event.
pub(crate) fn outline(events: &[CloudEvent]) -> Vec<String> {
    let mut outline: Vec<String> = events
        .iter()
        .map(|event| match event.kind {
            EventKind::Reject => format!(
                "reject {} {}",
                data(event)["stage"].as_str().unwrap(),
                data(event)["reason"].as_str().unwrap()
            ),
            kind => kind.word().to_owned(),
        })
        .collect();
    outline.sort();
    outline
}
