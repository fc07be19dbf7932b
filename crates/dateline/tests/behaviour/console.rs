//! The console, asked as a browser asks: who sees it, what it shows, and that strangers' text is never more than text.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dateline::api::{self, Sources, WriteAccess};
use dateline::config::users::{self, Role};
use dateline::config::{ApiSettings, ConsoleSettings, HttpSettings};
use dateline::engine::EngineActivity;
use dateline::metrics::Metrics;
use dateline::recorded_pages::RecordedPages;
use dateline::run_record::RunRecord;
use dateline::status::FeedCatalogue;
use dateline_fetcher::warc::{Record, RecordIds, RecordType, WarcWriter, field};
use dateline_fetcher::{Feed, PollSettings};
use dateline_journal::{
    Durability, EntryCompletion, EventFilter, Journal, LabelValue, Options, PollCommit, RejectedText, SinkId,
    SinkOpening, SinkProgress, SinkStart, StoryArticleRow, StoryUpdate, UndeliveredEvent,
};
use dateline_sinks::{SinkCondition, SinkHandle, SinkReport};
use dateline_wire::{
    ArticleEvent, ArticleId, Entry, EntryId, Event, EventId, FeedState, HubNews, RejectEvent, RejectReason,
    Secret, SecretQuery, Sequence, StoryEvent, StoryId,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// What strangers may write where a headline, a name or a message is meant.
const HOSTILE: &str =
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}\u{202e}txet\u{0}\u{2066}";

/// A served journal with a console.
struct TestConsole {
    journal: Journal,
    address: String,
    feed: Feed,
    users: PathBuf,
    stop: CancellationToken,
    server: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

/// An answer: its status, its head in lower case but for values, and its body.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl TestConsole {
    async fn new() -> Self {
        Self::with_token(None).await
    }

    async fn with_token(token: Option<&str>) -> Self {
        Self::with(token, RecordedPages::default()).await
    }

    async fn with(token: Option<&str>, recorded_pages: RecordedPages) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::over(token, recorded_pages, folder, ConsoleSettings::default(), false).await
    }

    /// One that a member of a fleet shows beside its own paths.
    async fn of_member() -> Self {
        let (folder, nobody) = (tempfile::tempdir().unwrap(), ConsoleSettings::default());
        Self::over(None, RecordedPages::default(), folder, nobody, true).await
    }

    /// One on the journal and the users that lie in `folder`, if they do.
    async fn on(folder: tempfile::TempDir, console: ConsoleSettings) -> Self {
        Self::over(None, RecordedPages::default(), folder, console, false).await
    }

    async fn over(
        token: Option<&str>,
        recorded_pages: RecordedPages,
        folder: tempfile::TempDir,
        console: ConsoleSettings,
        is_of_member: bool,
    ) -> Self {
        let options = Options { durability: Durability::Process, ..Options::default() };
        let journal = Journal::open(folder.path().join("journal.db"), options).unwrap();
        let users = folder.path().join("users.toml");
        let pulse = watch::Sender::new(EngineActivity {
            at: Instant::now(),
            time: Timestamp::now(),
            polls: 0,
            pages: 0,
            paused: None,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let feed = Feed::new(
            "https://news.example/rss".parse().unwrap(),
            Some(HOSTILE.to_owned()),
            &SecretQuery::default(),
        )
        .with_tags(vec![HOSTILE.to_owned()]);
        let catalogue = FeedCatalogue::new(std::slice::from_ref(&feed), &[], &PollSettings::default());
        let api = ApiSettings { token: token.map(Secret::new), token_file: None };
        let console = ConsoleSettings { users: users.clone(), ..console };
        let sources = Sources {
            journal: journal.clone(),
            feeds: watch::channel(Arc::new(catalogue)).1,
            run_record: RunRecord::of_this_process(format!("http://{address}"), std::path::Path::new("")),
            metrics: Arc::new(Metrics::default()),
            pulse: pulse.subscribe(),
            relay: None,
            member: None,
            envelope: "/test".into(),
            topics: Default::default(),
            story_tables: watch::channel(None).1,
            recorded_pages: Arc::new(recorded_pages),
            websub: None,
            sinks: vec![SinkHandle { report: watch::channel(hostile_sink()).1, changed: Arc::default() }],
            write_access: watch::channel(WriteAccess::new(address, api).with_console(console)).1,
            engine: None,
            reloader: None,
        };
        let stop = CancellationToken::new();
        let server = tokio::spawn({
            let stop = stop.clone();
            async move {
                let _pulse = pulse;
                let settings = HttpSettings::default();
                match is_of_member {
                    true => {
                        api::serve_beside(axum::Router::new(), listener, &settings, Some(sources), stop)
                            .await;
                    }
                    false => api::serve(listener, &settings, sources, stop).await,
                }
            }
        });
        Self { journal, address: address.to_string(), feed, users, stop, server, _folder: folder }
    }

    async fn send(&self, method: &str, path: &str, fields: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let has_host = fields.starts_with("Host:") || fields.contains("\nHost:");
        let host = if has_host { String::new() } else { format!("Host: {}\r\n", self.address) };
        let kind = match fields.contains("Content-Type:") {
            true => "",
            false => "Content-Type: application/x-www-form-urlencoded\r\n",
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{host}Connection: close\r\nAccept: text/html,*/*;q=0.8\r\nContent-Length: {}\r\n\
             {kind}{fields}\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(Duration::from_secs(30), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer { status: head[9..12].parse().unwrap(), head: head.to_owned(), body: body.to_owned() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "").await
    }

    /// Sends a form as the console's own page does.
    async fn post(&self, path: &str, fields: &str, body: &str) -> Answer {
        self.send("POST", path, &format!("Origin: http://{}\r\n{fields}", self.address), body).await
    }

    /// Commits an event, with the story that it is of if it tells one.
    async fn commit(&self, event: Event, stories: StoryUpdate) {
        let now = Timestamp::now();
        let state = FeedState {
            last_error: Some(HOSTILE.into()),
            failures: 3,
            ..FeedState::new(self.feed.published(), now)
        };
        self.journal.configure_feeds(vec![state.clone()]).await.unwrap();
        let entry = Entry::new(EntryId::of_guid(event.id().as_str()));
        let commit = PollCommit {
            feed: FeedState { last_poll: Some(now), ..state.clone() },
            entries: vec![entry.clone()],
            events: Vec::new(),
            hub: HubNews::Nothing,
            at: now,
            traceparent: String::new(),
        };
        self.journal.commit_poll(commit).await.unwrap();
        let completion = EntryCompletion {
            feed: state.id,
            entry: entry.id,
            event,
            page_was_read: true,
            revisit: None,
            stories,
            at: now,
            traceparent: "00-1-1-01".to_owned(),
        };
        self.journal.finish(completion).await.unwrap();
    }

    /// Commits a poll that announces an entry, which waits, and tells of the feed's health.
    async fn announce_hostile_entry(&self) {
        let now = Timestamp::now();
        let link = Some("https://news.example/waits?\"><script>alert(4)</script>".parse().unwrap());
        let entry = Entry { title: Some(HOSTILE.to_owned()), link, ..Entry::new(EntryId::of_guid("waits")) };
        let state = FeedState {
            last_error: Some(HOSTILE.into()),
            failures: 1,
            ..FeedState::new(self.feed.published(), now)
        };
        let commit = PollCommit {
            feed: FeedState { last_poll: Some(now), ..state },
            entries: vec![entry],
            events: vec![hostile_health()],
            hub: HubNews::Nothing,
            at: now,
            traceparent: String::new(),
        };
        self.journal.commit_poll(commit).await.unwrap();
    }

    /// Has a webhook give an event up, with what its receiver said.
    async fn give_up_hostile_event(&self) {
        let (id, now) = (SinkId::webhook("desk"), Timestamp::now());
        let opening = SinkOpening {
            id: id.clone(),
            target: "there".into(),
            filter: EventFilter::default(),
            start: SinkStart::Earliest,
            at: now,
        };
        self.journal.open_sink(opening).await.unwrap();
        let failed = UndeliveredEvent {
            sequence: Sequence(1),
            event: "a1.1".into(),
            key: "a1".into(),
            attempts: 3,
            since: now,
            due: now,
            error: HOSTILE.to_owned(),
            dead: Some(now),
        };
        let progress =
            SinkProgress { position: Sequence(1), failed: vec![failed], ..SinkProgress::default() };
        self.journal.step_sink(id, progress).await.unwrap();
    }

    /// Stops it, and gives the folder of its journal.
    async fn stop(self) -> tempfile::TempDir {
        self.stop.cancel();
        self.server.await.unwrap();
        self._folder
    }

    async fn end(self) {
        self.stop.cancel();
        self.server.await.unwrap();
    }
}

/// An article each of whose fields a page or feed has filled with what is hostile.
fn hostile_article() -> ArticleEvent {
    let span = json!({"start": 0, "end": 8});
    let article = json!({
        "id": "a1.2", "article": "a1", "revision": 2, "supersedes": "a1.1",
        "url": "https://news.example/1", "canonical_url": "https://news.example/1", "page_kind": "article",
        "publisher": HOSTILE, "language": "en\"><script>", "title": HOSTILE, "title_source": "visible",
        "title_alternative": {"text": HOSTILE, "source": "meta"},
        "authors": [HOSTILE], "credits": [{"name": HOSTILE, "role": "photo"}], "authors_source": "visible",
        "published": {"value": HOSTILE, "precision": "day", "source": "meta"},
        "origins": [{"name": HOSTILE, "kind": "credit", "evidence": HOSTILE, "span": span}],
        "body": {"text": format!("{HOSTILE}\n{HOSTILE}"), "paragraphs": [{"start": 0, "end": 60, "kind": "text"}, {"start": 61, "end": 90, "kind": "quote"}], "sha256": "", "extractor": HOSTILE},
        "cuts": [{"kind": "related", "pieces": 1, "chars": 2}],
        "feed": {"id": "f1", "url": "https://news.example/rss", "name": HOSTILE, "tags": [HOSTILE]},
        "entry": {"id": "e1", "guid": HOSTILE, "link": "javascript:alert(3)", "title": HOSTILE},
        "received_at": "2026-03-02T06:00:00Z",
        "relevance": {"label": "relevant", "score": 0.9, "reasons": [{"rule": HOSTILE, "weight": 1.0, "spans": [{"in": "title", "start": 0, "end": 9}]}], "passages": [span]},
        "entities": [{"id": HOSTILE, "type": HOSTILE, "surface": HOSTILE, "label": HOSTILE, "spans": [{"in": "body", "start": 2, "end": 30}]}],
        "topics": [{"id": HOSTILE, "spans": []}],
        "fingerprint": HOSTILE,
        "changes": [{"kind": "changed", "before": HOSTILE, "after": "other", "spans": [span]}],
        "story": "s1",
        "joined_by": [{"sign": HOSTILE, "value": 1.0, "weight": 0.5, "with": "a0", "evidence": [HOSTILE]}],
        "recording": {"record_id": HOSTILE},
    });
    serde_json::from_value(article).unwrap()
}

/// A webhook whose receiver answers with what is hostile.
fn hostile_sink() -> SinkReport {
    SinkReport {
        id: SinkId::webhook("desk"),
        target: format!("https://desk.example/{HOSTILE}"),
        condition: SinkCondition::Failing,
        position: Sequence(0),
        delivered: 0,
        failures: 3,
        failures_in_a_row: 3,
        failing_since: Some(Timestamp::now()),
        last_error: Some(HOSTILE.to_owned()),
        last_success: None,
        resting_until: None,
    }
}

fn hostile_story() -> StoryEvent {
    let article = |id: &str, role: &str, copy_of: Option<&str>| {
        json!({
            "article": id, "revision": 1, "role": role, "title": HOSTILE, "language": "en", "url": "https://news.example/1",
            "publisher": HOSTILE, "received_at": "2026-03-02T06:00:00Z", "copy_of": copy_of,
            "origins": [{"name": HOSTILE, "kind": "credit", "evidence": HOSTILE}],
        })
    };
    let story = json!({
        "id": "s1.1", "story": "s1", "revision": 1, "state": "open", "changes": [], "title": HOSTILE,
        "titles": {"en": HOSTILE, HOSTILE: HOSTILE},
        "first_reported": "2026-03-02T06:00:00Z", "last_reported": "2026-03-02T07:00:00Z",
        "entities": [{"id": HOSTILE, "type": HOSTILE, "articles": 2}], "acts": [HOSTILE], "languages": [HOSTILE, "en"],
        "article_count": 2, "origin_count": 1,
        "articles": [article("a1", "origin", None), article("a2", "copy", Some("a1"))],
        "independent_origins": [{"name": HOSTILE, "evidence": [{"article": "a1", "kind": "credit", "words": HOSTILE}]}],
    });
    serde_json::from_value(story).unwrap()
}

fn hostile_reject() -> RejectEvent {
    serde_json::from_value(json!({
        "id": "r1", "article": "a9", "url": "https://news.example/9", "stage": "judge", "reason": "not_relevant", "detail": HOSTILE,
        "feed": {"id": "f1", "url": "https://news.example/rss", "name": HOSTILE},
        "entry": {"id": "e1", "title": HOSTILE},
        "relevance": {"label": "not_relevant", "score": 0.41, "reasons": [{"rule": HOSTILE, "weight": -1.0, "spans": []}], "passages": []},
    }))
    .unwrap()
}

/// What happened to a feed of hostile names.
fn hostile_health() -> Event {
    let feed = json!({"id": "f1", "url": "https://news.example/rss", "name": HOSTILE, "tags": [HOSTILE]});
    let health = json!({"id": "h1", "feed": feed, "kind": "dead", "detail": HOSTILE});
    Event::Health(Box::new(serde_json::from_value(health).unwrap()))
}

/// Fails where a page has anything of what is hostile as more than text. A form carries a value as it is, since it is saved again.
fn assert_harmless(path: &str, body: &str) {
    assert_no_markup(path, body);
    let fields = body.match_indices(" value=\"").map(|(at, begin)| {
        let value = &body[at + begin.len()..];
        &value[..value.find('"').unwrap()]
    });
    let body = fields.fold(body.to_owned(), |left, value| match value {
        "" => left,
        value => left.replace(&format!(" value=\"{value}\""), ""),
    });
    for mark in ["\u{202e}", "\u{2066}", "\u{0}"] {
        assert!(!body.contains(mark), "{path} has {mark:?}");
    }
}

/// The same of what a visitor sent, who gets it back in a form as it was.
fn assert_no_markup(path: &str, body: &str) {
    for forbidden in ["<script>", "<img", "onerror=alert(2)>", "href=\"javascript:", " style=", " onclick="] {
        let near = body.find(forbidden).map(|at| body[at..].chars().take(160).collect::<String>());
        assert!(near.is_none(), "{path} has {forbidden:?}: {near:?}");
    }
    for script in body.match_indices("<script").map(|(at, _)| &body[at..]) {
        assert!(script.starts_with("<script src=\"/console/"), "{path}: {script:.60}");
    }
}

#[tokio::test]
async fn what_strangers_wrote_is_text_on_every_page() {
    let console = TestConsole::new().await;
    let row = StoryArticleRow {
        article: ArticleId::from_stored("a1"),
        story: StoryId::from_stored("s1"),
        data: "{}".into(),
    };
    let stories = StoryUpdate { articles: vec![row], events: vec![hostile_story().into()] };
    console.commit(Event::Article(Box::new(hostile_article())), stories).await;
    console.commit(Event::Reject(Box::new(hostile_reject())), StoryUpdate::default()).await;
    let text = |text: &str| RejectedText {
        article: ArticleId::from_stored("a9"),
        title: Some(text.to_owned()),
        language: Some(text.to_owned()),
        text: format!("{text}\n{text}"),
    };
    console.journal.keep_rejected_text(text(HOSTILE));
    console.announce_hostile_entry().await;
    console.give_up_hostile_event().await;
    // Its next revision, and a copy of it by somebody else.
    let mut edited = hostile_article();
    edited.set_revision(3);
    edited.content.body.text = format!("{HOSTILE}{HOSTILE}\n{HOSTILE}");
    edited.content.title = Some(format!("{HOSTILE} again"));
    console.commit(Event::Article(Box::new(edited)), StoryUpdate::default()).await;
    let mut copy = hostile_article();
    (copy.article, copy.story) = (ArticleId::from_stored("a7"), None);
    copy.set_revision(1);
    let of = json!({"article": "a1", "revision": 2, "share": 0.9, "spans": [{"start": 0, "end": 8}]});
    copy.copy_of = Some(serde_json::from_value(of).unwrap());
    console.commit(Event::Article(Box::new(copy)), StoryUpdate::default()).await;
    let label = json!({ "label": "relevant", "labelled_by": &HOSTILE[..HOSTILE.len() - 4] }).to_string();
    let labelled = console.send("PUT", "/v1/labels/a1", "Content-Type: application/json\r\n", &label).await;
    assert_eq!(labelled.status, 200, "{}", labelled.body);
    let feed = format!("/feeds/{}", console.feed.id());
    let entity: String = url::form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    let entity = format!("/entities/{}", entity.replace('+', "%20"));
    for path in [
        "/",
        "/live",
        "/live?kind=reject",
        "/live?kind=health",
        "/stories",
        "/stories/s1",
        "/articles",
        "/articles/a1",
        "/articles/a7",
        "/articles/a1/reading",
        &entity,
        "/rejects",
        "/search?q=alert",
        "/feeds",
        "/feeds?state=failing",
        &feed,
        "/judge",
        "/judge?of=articles&item=a1",
        "/rejects/3",
        "/waiting",
        "/journal",
        "/sites",
        "/sinks",
        "/sinks/desk",
        "/search?q=https%3A%2F%2Fnews.example%2F9",
        "/search?q=https%3A%2F%2Fnews.example%2Fnever",
    ] {
        let answer = console.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert_harmless(path, &answer.body);
    }
    let shows = [
        ("/waiting", 1),
        ("/sinks", 2),
        ("/sinks/desk", 2),
        ("/live?kind=health", 1),
        ("/articles/a7", 10),
        ("/judge?of=articles&item=a1", 2),
        (feed.as_str(), 4),
    ];
    for (path, times) in shows {
        let body = console.get(path).await.body;
        assert!(body.matches("&lt;script&gt;").count() >= times, "{path}: {body}");
    }
    // The article shows all of it, and what was edited.
    let article = console.get("/articles/a1").await.body;
    assert!(article.contains("<ins>"), "{article}");
    assert!(article.matches("&lt;script&gt;").count() > 10, "{article}");
    assert!(article.contains("⟨U+202E⟩"), "{article}");
    // What visitors send is no other.
    let hostile = "%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE%22%3E";
    for path in [
        format!("/feeds?q={hostile}&tag={hostile}&state={hostile}"),
        format!("/feeds/{hostile}"),
        format!("/articles/{hostile}"),
        format!("/stories/{hostile}"),
        format!("/stories?cursor={hostile}"),
        format!("/search?q={hostile}"),
        format!("/articles?q={hostile}&publisher={hostile}"),
        format!("/articles?{hostile}={hostile}"),
        format!("/rejects?reason={hostile}&q={hostile}"),
        format!("/rejects/{hostile}"),
        format!("/live?kind={hostile}"),
        format!("/judge?of={hostile}"),
        format!("/judge?item={hostile}"),
        format!("/judge?undo={hostile}&was={hostile}&feed={hostile}"),
        format!("/login?next={hostile}"),
        format!("/{hostile}"),
    ] {
        let answer = console.get(&path).await;
        assert!(
            answer.field("content-type").is_some_and(|kind| kind.starts_with("text/html"))
                || answer.status == 303,
            "{path}"
        );
        assert_no_markup(&path, &answer.body);
    }
    console.end().await;
}

#[tokio::test]
async fn every_page_forbids_what_it_does_not_need() {
    let console = TestConsole::new().await;
    for path in ["/", "/feeds", "/stories", "/live", "/login", "/nowhere"] {
        let answer = console.get(path).await;
        let policy = answer.field("content-security-policy").unwrap_or_default();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        for (field, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.field(field), Some(value), "{path}");
        }
    }
    // The style and script that pages name are there, and may be kept.
    let overview = console.get("/").await.body;
    for kind in ["style.css", "script.js", "icon.svg"] {
        let end = overview.find(kind).unwrap() + kind.len();
        let start = overview[..end].rfind("/console/").unwrap();
        let asset = console.get(&overview[start..end]).await;
        assert_eq!(asset.status, 200);
        assert!(asset.field("cache-control").unwrap().contains("immutable"));
    }
    assert_eq!(console.get("/console/0/other").await.status, 404);
    console.end().await;
}

#[tokio::test]
async fn whoever_asks_oddly_gets_nothing_more() {
    let console = TestConsole::new().await;
    let poll = format!("/feeds/{}/poll", console.feed.id());
    // Only what is asked with its own method does something.
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"] {
        assert_eq!(console.send(method, &poll, "", "").await.status, 405, "{method}");
    }
    let head = console.send("HEAD", "/", "", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let options = console.send("OPTIONS", "/", "Origin: https://evil.example\r\n", "").await;
    assert_eq!((options.status, options.field("access-control-allow-origin")), (405, None));
    // Two names, two senders, or a proxy's mark: somebody else's hand is in it.
    let two_hosts = format!("Host: {}\r\nHost: evil.example\r\n", console.address);
    assert_eq!(console.send("GET", "/", &two_hosts, "").await.status, 403);
    assert_eq!(console.post(&poll, "Origin: https://evil.example\r\n", "").await.status, 403);
    let rebound = "Host: evil.example\r\nOrigin: http://evil.example\r\n";
    assert_eq!(console.send("POST", &poll, rebound, "").await.status, 403);
    for mark in [
        "X-Real-IP: 192.0.2.7",
        "X-Forwarded-Host: evil.example",
        "Forwarded: for=192.0.2.7",
        "Via: 1.1 proxy",
    ] {
        assert_eq!(console.send("GET", "/", &format!("{mark}\r\n"), "").await.status, 403, "{mark}");
    }
    // No path leads out of what the program has in it.
    for path in [
        "/console/../../../etc/passwd",
        "/console/0/../../etc/passwd",
        "/console/0/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/console/0/style.css%00",
        "/console/0/..%5cstyle.css",
        "/feeds/..%2f..%2fetc%2fpasswd",
        "//evil.example/",
    ] {
        let answer = console.get(path).await;
        assert_eq!((answer.status, answer.field("location")), (404, None), "{path}");
    }
    // A session counts where it is the only one that a request shows.
    add(&console.users, "anna", Role::Operate, "correct horse battery");
    let session = cookie(&console.post("/login", "", "name=anna&password=correct+horse+battery").await);
    assert_eq!(console.send("GET", "/", &session, "").await.status, 200);
    let value = session.trim_end().trim_start_matches("Cookie: ");
    for cookies in [format!("{value}; dateline_session=other"), format!("dateline_session=other; {value}")] {
        assert_eq!(
            console.send("GET", "/", &format!("Cookie: {cookies}\r\n"), "").await.status,
            303,
            "{cookies}"
        );
    }
    assert_eq!(console.send("GET", "/", &format!("{session}{session}"), "").await.status, 200);
    let giant = format!("Cookie: dateline_session={}\r\n", "a".repeat(60_000));
    for method in ["GET", "HEAD"] {
        assert_eq!(console.send(method, "/", &giant, "").await.status, 303, "{method}");
    }
    console.end().await;
}

#[tokio::test]
async fn the_console_is_for_this_machine_alone_unless_people_log_in() {
    let console = TestConsole::new().await;
    assert_eq!(console.get("/").await.status, 200);
    let rebound = console.send("GET", "/", "Host: rebound.example\r\n", "").await;
    assert_eq!(rebound.status, 403);
    assert!(rebound.body.contains(&format!("ask for it at http://{},", console.address)), "{}", rebound.body);
    let passed_on = console.send("GET", "/", "X-Forwarded-For: 192.0.2.7\r\n", "").await;
    assert_eq!(passed_on.status, 403);
    console.end().await;
}

#[tokio::test]
async fn a_page_whose_name_resolves_to_this_machine_reads_nothing() {
    let console = TestConsole::with_token(Some("0123456789abcdef")).await;
    let rebound = "Host: rebound.example:8080\r\n";
    for path in
        ["/v1/status", "/v1/events", "/v1/feeds", "/v1/articles.csv", "/v1/feed.atom", "/v1/openapi.json"]
    {
        let refused = console.send("GET", path, rebound, "").await;
        assert_eq!(refused.status, 421, "{path}");
        let own_address = format!("ask by its address, as http://{},", console.address);
        for told in ["rebound.example:8080", "`names` in [http]", &own_address] {
            assert!(refused.body.contains(told), "{told}: {}", refused.body);
        }
    }
    let twice = format!("Host: {}\r\n{rebound}", console.address);
    assert_eq!(console.send("GET", "/v1/status", &twice, "").await.status, 421);
    let wrong = format!("{rebound}Authorization: Bearer 0123456789abcdeF\r\nCookie: dateline_session=1\r\n");
    assert_eq!(console.send("GET", "/v1/status", &wrong, "").await.status, 421);
    // Probes have names of their own; whoever shows the token, or is logged in, is no page of another site.
    for path in ["/livez", "/metrics"] {
        assert_eq!(console.send("GET", path, rebound, "").await.status, 200, "{path}");
    }
    let shown = format!("{rebound}Authorization: Bearer 0123456789abcdef\r\n");
    assert_eq!(console.send("GET", "/v1/status", &shown, "").await.status, 200);
    let session = cookie(&console.post("/login", "", "password=0123456789abcdef").await);
    assert_eq!(console.send("GET", "/v1/status", &format!("{rebound}{session}"), "").await.status, 200);
    console.end().await;
}

#[tokio::test]
async fn a_page_whose_name_resolves_to_the_proxy_s_machine_is_nobody_there() {
    let named = ConsoleSettings {
        proxy_header: "X-Remote-User".into(),
        trusted_proxies: vec!["127.0.0.1".to_owned().try_into().unwrap()],
        ..ConsoleSettings::default()
    };
    let console = TestConsole::on(tempfile::tempdir().unwrap(), named).await;
    let rebound = "Host: evil.example\r\n";
    assert_eq!(console.send("GET", "/v1/status", rebound, "").await.status, 421);
    let anna = format!("{rebound}X-Remote-User: anna\r\nOrigin: http://evil.example\r\n");
    let poll = format!("/feeds/{}/poll", console.feed.id());
    for (method, path) in [("GET", "/"), ("POST", poll.as_str())] {
        let refused = console.send(method, path, &anna, "").await;
        assert_eq!(refused.status, 421, "{path}");
        assert!(refused.body.contains("also where a proxy passes it on"), "{}", refused.body);
    }
    assert_eq!(console.send("GET", "/", "X-Remote-User: anna\r\n", "").await.status, 200);
    console.end().await;
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let console = TestConsole::new().await;
    let path = format!("/feeds/{}/poll", console.feed.id());
    for fields in ["", "Origin: https://evil.example\r\n", "Origin: null\r\n"] {
        let answer = console.send("POST", &path, fields, "").await;
        assert_eq!(answer.status, 403, "{fields}");
    }
    let crossed = console.post(&path, "Sec-Fetch-Site: cross-site\r\n", "").await;
    assert_eq!(crossed.status, 403);
    // A form of ours comes as far as the API's own rule: here nothing polls.
    let ours = console.post(&path, "", "").await;
    assert_eq!(ours.status, 404);
    assert!(ours.body.contains("No feeds are polled here"), "{}", ours.body);
    console.end().await;
}

fn add(users: &Path, name: &str, role: Role, password: &str) {
    users::write(users, name, role, &users::hash(password).unwrap()).unwrap();
}

/// The cookie of a log-in, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    let set = answer.field("set-cookie").unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    format!("Cookie: {}\r\n", set.split(';').next().unwrap())
}

#[tokio::test]
async fn users_log_in_see_pages_and_change_what_their_role_lets_them() {
    let console = TestConsole::new().await;
    add(&console.users, "anna", Role::Read, "correct horse battery");
    add(&console.users, "boris", Role::Operate, "another fine password");
    let asked = console.get("/feeds?state=dead").await;
    assert_eq!(asked.status, 303);
    assert_eq!(asked.field("location"), Some("/login?next=%2Ffeeds%3Fstate%3Ddead"));
    let wrong = console.post("/login", "", "name=anna&password=wrong+password").await;
    assert!(wrong.status == 401 && wrong.body.contains("value=\"anna\""), "the name stays: {}", wrong.body);
    assert_eq!(console.post("/login", "", "name=nobody&password=wrong+password").await.status, 401);
    let foreign =
        console.send("POST", "/login", "Origin: https://evil.example\r\n", "name=anna&password=x").await;
    assert_eq!(foreign.status, 403);

    let logged_in =
        console.post("/login", "", "name=anna&password=correct+horse+battery&next=%2Ffeeds").await;
    assert_eq!((logged_in.status, logged_in.field("location")), (303, Some("/feeds")));
    let anna = cookie(&logged_in);
    let page = console.send("GET", "/", &anna, "").await;
    assert!(page.status == 200 && page.body.contains("Logged in as anna"));
    let poll = format!("/feeds/{}/poll", console.feed.id());
    let refused = console.post(&poll, &anna, "").await;
    assert!(refused.status == 403 && refused.body.contains("role"), "{}", refused.body);
    assert!(!console.send("GET", "/feeds/add", &anna, "").await.body.contains("action=\"/feeds/preview\""));
    let boris = cookie(&console.post("/login", "", "name=boris&password=another+fine+password").await);
    assert_eq!(console.post(&poll, &boris, "").await.status, 404, "nothing polls here, but he may");

    // A session ends with the log-out, and with the user.
    let out = console.post("/logout", &anna, "").await;
    assert_eq!(out.field("location"), Some("/login"));
    assert_eq!(console.send("GET", "/", &anna, "").await.status, 303);
    users::remove(&console.users, "boris").unwrap();
    assert_eq!(console.send("GET", "/", &boris, "").await.status, 303);
    assert_eq!(console.post(&poll, &boris, "").await.status, 401);
    console.end().await;
}

#[tokio::test]
async fn no_form_does_anything_for_whoever_may_only_read_or_comes_from_elsewhere() {
    let console = TestConsole::new().await;
    add(&console.users, "anna", Role::Read, "correct horse battery");
    add(&console.users, "boris", Role::Operate, "another fine password");
    let anna = cookie(&console.post("/login", "", "name=anna&password=correct+horse+battery").await);
    let boris = cookie(&console.post("/login", "", "name=boris&password=another+fine+password").await);
    let feed = format!("/feeds/{}", console.feed.id());
    let of_feed = ["edit", "remove", "pause", "resume", "poll", "revive"].map(|act| format!("{feed}/{act}"));
    let others = [
        "/feeds/add",
        "/feeds/preview",
        "/feeds/import",
        "/feeds/import/save",
        "/judge/a1",
        "/judge/a1/undo",
        "/sites",
        "/sites/save",
        "/sites/remove",
        "/sinks/desk/redeliver",
        "/sinks/desk/enable",
    ];
    for path in of_feed.iter().map(String::as_str).chain(others) {
        let refused = console.post(path, &anna, "").await;
        assert!(refused.status == 403 && refused.body.contains("role"), "{path}: {}", refused.body);
        let elsewhere = format!("{boris}Origin: https://evil.example\r\n");
        assert_eq!(console.send("POST", path, &elsewhere, "").await.status, 403, "{path}");
        assert_eq!(console.post(path, "", "").await.status, 401, "{path}");
    }
    console.end().await;
}

#[tokio::test]
async fn whoever_fails_too_often_waits() {
    let console = TestConsole::new().await;
    add(&console.users, "anna", Role::Read, "correct horse battery");
    let mut last = 0;
    for _ in 0..11 {
        last = console.post("/login", "", "name=&password=guess").await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(console.post("/login", "", "name=anna&password=correct+horse+battery").await.status, 429);
    console.end().await;
}

#[tokio::test]
async fn the_api_s_token_logs_in_where_there_are_no_users() {
    let console = TestConsole::with_token(Some("0123456789abcdef")).await;
    // From this machine one may look without.
    assert_eq!(console.get("/").await.status, 200);
    let away = "Host: dateline.example\r\n";
    assert_eq!(console.send("GET", "/", away, "").await.status, 303);
    let shown = console.post("/login", "", "password=0123456789abcdef").await;
    let session = cookie(&shown);
    assert_eq!(console.send("GET", "/", &format!("{away}{session}"), "").await.status, 200);
    assert_eq!(console.post("/login", "", "password=0123456789abcdeF").await.status, 401);
    // Whoever may look alone is told how to do more; where there are no users, nobody is asked for a name.
    let overview = console.get("/").await.body;
    assert!(overview.contains("<a href=\"/login\">log in</a> to change something"), "{overview}");
    let judge = console.get("/judge?of=articles").await.body;
    assert!(!judge.contains("has the role"), "{judge}");
    let referer = format!("Referer: http://{}/feeds?state=dead\r\n", console.address);
    let form = console.send("GET", "/login", &referer, "").await.body;
    let is_for_token =
        form.contains("The API’s token is what <code>DATELINE_API__TOKEN") && !form.contains("name=\"name\"");
    assert!(is_for_token && form.contains("name=\"next\" value=\"/feeds?state=dead\""), "{form}");
    let wrong = console.post("/login", "", "password=guess").await;
    assert!(wrong.status == 401 && wrong.body.contains("This is not the API’s token."), "{}", wrong.body);
    let logged_in = console.send("GET", "/", &session, "").await.body;
    assert!(logged_in.contains("Log out") && !logged_in.contains("to change something"), "{logged_in}");
    // Changing something takes the log-in, also from here.
    let poll = format!("/feeds/{}/poll", console.feed.id());
    assert_eq!(console.post(&poll, "", "").await.status, 403);
    assert_eq!(console.post(&poll, &session, "").await.status, 404);
    console.end().await;
}

#[tokio::test]
async fn rejects_are_listed_by_reason_and_feed_and_the_nearest_to_the_threshold_first() {
    let console = TestConsole::new().await;
    for (id, score) in [("r1", 0.1), ("r2", 0.45), ("r3", 0.3)] {
        let mut reject = hostile_reject();
        reject.id = EventId::of_parts(&[id]);
        reject.entry.as_mut().unwrap().title = Some(format!("title {id}"));
        reject.relevance.as_mut().unwrap().score = Some(score);
        console.commit(Event::Reject(Box::new(reject)), StoryUpdate::default()).await;
    }
    let order = |body: &str| {
        let mut found: Vec<(usize, &str)> = ["r1", "r2", "r3"]
            .into_iter()
            .filter_map(|id| Some((body.find(&format!("title {id}"))?, id)))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id.to_owned()).collect::<Vec<_>>()
    };
    for path in ["/rejects", "/rejects?reason=not_relevant", "/rejects?feed=f1", "/rejects?order=nearest"] {
        assert_eq!(order(&console.get(path).await.body), ["r2", "r3", "r1"], "{path}");
    }
    let newest = console.get("/rejects?feed=f1&order=newest").await.body;
    assert_eq!(order(&newest), ["r3", "r2", "r1"]);
    // The order stays with what else is asked for, and the other is a key away.
    let [kept, other] =
        ["href=\"/rejects?order=newest&amp;\"", "href=\"/rejects?feed=f1&amp;order=nearest\" data-key=\"o\""];
    assert!(newest.contains(kept) && newest.contains(other), "{newest}");
    assert!(order(&console.get("/rejects?reason=empty").await.body).is_empty());
    assert!(order(&console.get("/rejects?feed=other").await.body).is_empty());
    let unjudged = console.get("/rejects?reason=empty&order=nearest").await.body;
    assert!(
        unjudged.contains("What was not judged has no distance") && !unjudged.contains("rejected yet"),
        "{unjudged}"
    );
    // Which feed has most of them leads to those; a form that leaves its words open asks for all.
    let listed = console.get("/rejects").await.body;
    assert!(
        listed.contains("By feed, of the newest 3") && listed.contains("href=\"/rejects?feed=f1\""),
        "{listed}"
    );
    assert!(!console.get("/rejects?feed=f1").await.body.contains("By feed"));
    // What was not judged stands below, however new it is; where there is nothing else, it is the newest.
    let mut unread = hostile_reject();
    unread.id = EventId::of_parts(&["r0"]);
    unread.entry.as_mut().unwrap().title = Some("title r0".to_owned());
    (unread.reason, unread.relevance) = (RejectReason::Cut, None);
    console.commit(Event::Reject(Box::new(unread)), StoryUpdate::default()).await;
    let below = console.get("/rejects").await.body;
    let (nearest, unjudged) = below.split_once("Not judged, so without a distance").unwrap();
    assert_eq!(order(nearest), ["r2", "r3", "r1"]);
    assert!(unjudged.contains("title r0") && !nearest.contains("title r0"), "{below}");
    let cut = console.get("/rejects?reason=cut").await.body;
    assert!(
        cut.contains("Newest first") && cut.contains("title r0") && !cut.contains("order=nearest"),
        "{cut}"
    );
    assert_eq!(
        console.get("/rejects?q=&order=nearest").await.field("location"),
        Some("/rejects?order=nearest")
    );
    console.end().await;
}

#[tokio::test]
async fn the_overview_counts_what_was_published_and_what_was_not() {
    let console = TestConsole::new().await;
    let mut article = hostile_article();
    article.set_revision(1);
    article.content.language = Some("ko".to_owned());
    let topic = |id: &str| json!({ "id": id, "spans": [] });
    article.topics = serde_json::from_value(json!([topic("arms"), topic("trade")])).unwrap();
    console.commit(Event::Article(Box::new(article)), StoryUpdate::default()).await;
    console.commit(Event::Reject(Box::new(hostile_reject())), StoryUpdate::default()).await;
    let counted = timeout(Duration::from_secs(30), async {
        loop {
            let body = console.get("/").await.body;
            if body.contains("Korean") && body.contains("/rejects?reason=not_relevant") {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let body = counted.await.unwrap();
    assert!(body.contains(": 1 event\nKorean: 1</title>"), "{body}");
    // A bar says what it opens, and a name of the legend leads to bars that open that alone.
    let topics = console.get("/?by=topic").await.body;
    assert!(topics.contains(": 1 event, 2 mentions of topics\n"), "{topics}");
    assert!(topics.contains("href=\"/?by=topic&amp;only=arms\""), "{topics}");
    let arms = console.get("/?by=topic&only=arms").await.body;
    assert!(arms.contains("&amp;topic=arms\"") && arms.contains(": 1 event\n"), "{arms}");
    assert!(!arms.contains("mentions of topics") && !arms.contains("only=trade"), "{arms}");
    // So do the bars of rejects, which are those of a week.
    let week = body.split("/rejects?reason=not_relevant&amp;since=").nth(1).unwrap();
    let since: Timestamp = week.split('"').next().unwrap().parse().unwrap();
    let rejects = |since: Timestamp| format!("/rejects?reason=not_relevant&since={since}");
    assert!(console.get(&rejects(since)).await.body.contains("reject-row"));
    assert!(body.contains("Not published in the last week"), "{body}");
    let activity = console.send("GET", "/v1/activity", "", "").await.body;
    assert!(activity.contains(r#""languages":{"ko":1}"#), "{activity}");
    console.end().await;
}

#[tokio::test]
async fn what_was_typed_is_given_back_as_far_as_it_could_be_searched_for() {
    let console = TestConsole::new().await;
    for path in ["/search", "/articles", "/stories", "/rejects", "/live"] {
        let mistaken = console.get(&format!("{path}?q={}", "word+".repeat(3_000))).await;
        assert!(mistaken.status == 400 && mistaken.body.contains("word word"), "{path}: {}", mistaken.status);
        assert!(mistaken.body.len() < 20_000, "{path}: {} bytes", mistaken.body.len());
        let long = console.get(&format!("{path}?q={}", "word+".repeat(10_000))).await;
        assert!(long.status == 414 && long.body.contains("fewer words"), "{path}: {}", long.status);
        assert!(long.body.len() < 20_000, "{path}: {} bytes", long.body.len());
    }
    // As many words as there may be are searched for in any script.
    let many = "%EB%B6%81%EB%9F%AC+".repeat(31);
    assert_eq!(console.get(&format!("/search?q={many}")).await.status, 200);
    console.end().await;
}

#[tokio::test]
async fn a_login_in_an_address_that_is_searched_for_is_not_given_back() {
    let console = TestConsole::new().await;
    for address in ["https%3A%2F%2Fanna%3Ahunter2%40news.example%2F7", "anna%3Ahunter2%40news.example%2F7"] {
        let page = console.get(&format!("/search?q={address}")).await;
        assert!(page.status == 200 && page.body.contains("news.example/7"), "{}", page.body);
        assert!(!page.body.contains("hunter2"), "{}", page.body);
    }
    console.end().await;
}

#[tokio::test]
async fn an_address_in_the_search_box_leads_to_its_article() {
    let console = TestConsole::new().await;
    console.commit(Event::Article(Box::new(hostile_article())), StoryUpdate::default()).await;
    let found = console.get("/search?q=a1").await;
    assert_eq!((found.status, found.field("location")), (303, Some("/articles/a1")));
    let words = console.get("/search?q=alert").await;
    assert!(words.status == 200 && words.body.contains("href=\"/articles/a1\""), "{}", words.body);
    let nothing = console.get("/search?q=https%3A%2F%2Fnews.example%2Funknown").await;
    assert!(nothing.status == 200 && nothing.body.contains("Never seen in any feed"), "{}", nothing.body);
    // The site has a feed, which may have been expected to announce it.
    assert!(nothing.body.contains(&format!("href=\"/feeds/{}\"", console.feed.id())), "{}", nothing.body);
    let elsewhere = console.get("/search?q=https%3A%2F%2Fother.example%2F1").await.body;
    assert!(elsewhere.contains("No feed of this site is configured"), "{elsewhere}");
    // What was announced under an address is found by it, however far it came: this one's page was never reached.
    let mut reject = hostile_reject();
    reject.article = None;
    console.commit(Event::Reject(Box::new(reject)), StoryUpdate::default()).await;
    let rejected = console.get("/search?q=https%3A%2F%2Fnews.example%2F9%3Futm_source%3Dx").await.body;
    assert!(
        rejected.contains("Announced, and not published") && rejected.contains("not relevant"),
        "{rejected}"
    );
    assert_harmless("/search", &rejected);
    assert_eq!(console.get("/waiting").await.status, 200);
    console.end().await;
}

#[tokio::test]
async fn whoever_is_named_has_a_page_with_company_names_and_mentions() {
    let console = TestConsole::new().await;
    let mut article = hostile_article();
    let named = |id: &str, label: &str| json!({ "id": id, "type": "person", "surface": label, "label": label, "wikidata": "Q42", "spans": [] });
    article.entities =
        serde_json::from_value(json!([named("anna-lund", "Anna Lund"), named("bo-ek", "Bo Ek")])).unwrap();
    article.content.language = Some("en".to_owned());
    console.commit(Event::Article(Box::new(article)), StoryUpdate::default()).await;
    let page = console.get("/entities/anna-lund").await;
    assert_eq!(page.status, 200, "{}", page.body);
    for shown in [
        "Anna Lund",
        "href=\"/entities/bo-ek\"",
        "href=\"https://www.wikidata.org/wiki/Q42\"",
        ": 1 article</title>",
        "href=\"/articles/a1\"",
        "href=\"/articles?entity=anna-lund\"",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(console.get("/articles/a1").await.body.contains("href=\"/entities/anna-lund\""));
    assert_eq!(console.get("/entities/nobody").await.status, 404);
    console.end().await;
}

#[tokio::test]
async fn lists_are_had_as_tables_in_which_nothing_is_a_formula() {
    let console = TestConsole::new().await;
    let mut article = hostile_article();
    article.content.title = Some("=HYPERLINK(\"https://x.example\")".to_owned());
    console.commit(Event::Article(Box::new(article)), StoryUpdate::default()).await;
    console.commit(Event::Reject(Box::new(hostile_reject())), StoryUpdate::default()).await;
    let table = console.get("/v1/articles.csv?label=relevant").await;
    assert!(table.field("content-type").unwrap().starts_with("text/csv"));
    assert!(table.body.contains("\"'=HYPERLINK(\"\"https://x.example\"\")\""), "{}", table.body);
    assert!(!console.get("/v1/articles.csv?label=borderline").await.body.contains("HYPERLINK"));
    assert!(console.get("/v1/rejects.csv").await.body.contains("not_relevant,judge,0.41"));
    assert!(console.get("/v1/stories.csv").await.body.contains("story,revision"));
    console.end().await;
}

#[tokio::test]
async fn a_recorded_page_is_shown_beside_its_witnesses_and_can_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("day.warc.gz");
    let id = RecordIds::new([3; 16]).next_id();
    let html = "<title>Other headline</title><body onload=alert(1)><script src=https://x.example/a.js></script>\
                <h1>A bridge opens</h1><img src=https://x.example/b.png><p>The bridge over the river opened on Monday, its builders said.</p>";
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}");
    let record = Record::new(RecordType::Response, &id, Timestamp::UNIX_EPOCH)
        .with(field::TARGET_URI, "https://news.example/1")
        .with_block("application/http; msgtype=response", answer.into_bytes());
    let mut writer = WarcWriter::new(std::fs::File::create(&file).unwrap());
    writer.append(&[record]).unwrap();
    let console = TestConsole::with(None, RecordedPages::new([file])).await;
    let mut article = hostile_article();
    article.content.title = Some("A bridge opens".to_owned());
    article.recording = serde_json::from_value(json!({ "record_id": id.uri() })).unwrap();
    console.commit(Event::Article(Box::new(article)), StoryUpdate::default()).await;
    let page = console.get("/v1/articles/a1/page").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(
        page.body.contains("<h1>A bridge opens</h1>") && !page.body.contains("x.example"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("script") && !page.body.contains("onload"), "{}", page.body);
    let policy = page.field("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
    let reading = console.get("/articles/a1/reading").await;
    assert!(reading.body.contains("src=\"/v1/articles/a1/page\" sandbox=\"\""), "{}", reading.body);
    assert!(reading.body.contains("Other headline"), "{}", reading.body);
    assert!(reading.field("content-security-policy").unwrap().contains("frame-src 'self'"));
    // A rule for its site is tried on it as it was recorded, and nothing is asked of anybody.
    assert!(reading.body.contains("href=\"/sites?url=https%3A%2F%2Fnews.example%2F1\""), "{}", reading.body);
    let tried = console.post("/sites", "", "url=https%3A%2F%2Fnews.example%2F1&title=h1&body=p").await;
    assert_eq!(tried.status, 200, "{}", tried.body);
    assert!(
        tried.body.contains("The page is from the recording")
            && tried.body.contains("The bridge over the river"),
        "{}",
        tried.body
    );
    // Unless that is asked for, which this daemon cannot.
    let anew = console.post("/sites", "", "url=https%3A%2F%2Fnews.example%2F1&title=h1&refetch=on").await;
    assert!(anew.status == 404 && !anew.body.contains("from the recording"), "{}", anew.body);
    console.end().await;
    // Where the daemon has no recording, what the event tells is all.
    let console = TestConsole::new().await;
    console.commit(Event::Article(Box::new(hostile_article())), StoryUpdate::default()).await;
    assert_eq!(console.get("/v1/articles/a1/page").await.status, 404);
    assert!(!console.get("/articles/a1/reading").await.body.contains("<iframe"));
    console.end().await;
}

#[tokio::test]
async fn a_feed_tells_what_came_of_its_entries() {
    let console = TestConsole::new().await;
    let feed = console.feed.published().clone();
    let mut article = hostile_article();
    article.feed = Some(feed.clone());
    let mut reject = hostile_reject();
    reject.feed = Some(feed.clone());
    (reject.relevance, reject.detail) = (None, "status 404".to_owned());
    console.commit(Event::Article(Box::new(article)), StoryUpdate::default()).await;
    console.commit(Event::Reject(Box::new(reject)), StoryUpdate::default()).await;
    let other = RejectEvent { id: EventId::of_parts(&["r9"]), ..hostile_reject() };
    console.commit(Event::Reject(Box::new(other)), StoryUpdate::default()).await;
    let told = console.get(&format!("/v1/feeds/{}/entries", feed.id)).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let entries: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    let outcomes: Vec<_> =
        entries["entries"].as_array().unwrap().iter().map(|entry| &entry["outcome"]).collect();
    assert_eq!(outcomes, ["rejected", "published"], "the last first, and none of another feed: {entries}");
    assert_eq!(entries["entries"][0]["detail"], "status 404");
    let page = console.get(&format!("/feeds/{}", feed.id)).await.body;
    assert_harmless("/feeds/ID", &page);
    for shown in ["not published: ", "answered 404 Not Found", "published · ", "href=\"/articles/a1\""] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert_eq!(console.get("/v1/feeds/none/entries").await.status, 404);
    console.end().await;
}

/// Three rejects, r1 to r3, of which r2 is the nearest to the threshold.
async fn with_rejects() -> TestConsole {
    let console = TestConsole::new().await;
    // Nobody waits for a text; what is committed behind it comes after it. That of r1 is not kept.
    for name in ["r2", "r3"] {
        console.journal.keep_rejected_text(RejectedText {
            article: ArticleId::from_stored(name),
            title: Some(format!("title {name}")),
            language: Some("en".into()),
            text: "What the page said.".into(),
        });
    }
    for (name, score) in [("r1", 0.1), ("r2", 0.45), ("r3", 0.3)] {
        let mut reject = hostile_reject();
        reject.id = EventId::of_parts(&[name]);
        reject.article = Some(ArticleId::from_stored(name));
        reject.entry.as_mut().unwrap().title = Some(format!("title {name}"));
        reject.relevance.as_mut().unwrap().score = Some(score);
        console.commit(Event::Reject(Box::new(reject)), StoryUpdate::default()).await;
    }
    console
}

#[tokio::test]
async fn rejects_are_judged_from_the_nearest_on_and_a_label_is_taken_back() {
    let console = with_rejects().await;
    let first = console.get("/judge").await.body;
    assert!(first.contains("title r2") && first.contains("What the page said."), "{first}");
    // What nobody can read any more nobody is asked about.
    assert!(first.contains("2 of 2 articles without a label"), "{first}");
    let given =
        console.post("/judge/r2", "", "label=relevant&then=%2Fjudge%3Fof%3Drejects%26item%3Dr3").await;
    let on = given.field("location").unwrap();
    let first = given_last(on);
    assert_eq!(on, format!("/judge?of=rejects&item=r3&undo={first}"));
    assert!(first.starts_with("r2.none."), "{first}");
    let next = console.get(on).await.body;
    assert!(next.contains("title r3") && next.contains("1 of 2 articles"), "{next}");
    // The way on carries what can be taken back, one after another.
    let then = format!("then=%2Fjudge%3Fof%3Drejects%26item%3Dr3%26undo%3D{first}");
    let last = console.post("/judge/r3", "", &format!("label=not&{then}")).await;
    let on = last.field("location").unwrap();
    let second = given_last(on);
    assert_eq!(on, format!("/judge?of=rejects&item=r3&undo={first}*{second}"));
    let all = console.get(on).await.body;
    let back = format!("name=\"back\" value=\"/judge?of=rejects&amp;item=r3&amp;undo={first}\"");
    assert!(all.contains("action=\"/judge/r3/undo\"") && all.contains(&back), "{all}");
    let undo = format!("given={second}&back=%2Fjudge%3Fitem%3Dr3%26undo%3D{first}");
    let undone = console.post("/judge/r3/undo", "", &undo).await;
    let before = console.get(undone.field("location").unwrap()).await.body;
    assert!(before.contains("action=\"/judge/r2/undo\"") && before.contains("1 of 2 articles"), "{before}");
    // The reject has what its page said, too; the live list is headed by titles, each with its reason.
    let reject = console.get("/rejects/2").await.body;
    assert!(reject.contains("title r2") && reject.contains("What the page said."), "{reject}");
    // What else is known of its address is a click away.
    let known = reject.split("<a href=\"/search?q=").nth(1).unwrap().split('"').next().unwrap();
    let known = console.get(&format!("/search?q={known}")).await.body;
    assert!(known.contains("Feeds of its site"), "{known}");
    let live = console.get("/live").await.body;
    assert!(live.contains("<bdi>title r2</bdi>") && live.contains("not relevant · news.example"), "{live}");
    let label = console.journal.reader().label(&ArticleId::from_stored("r2")).unwrap().unwrap();
    assert_eq!((label.author.as_str(), label.text.as_str()), ("this machine", "What the page said."));
    assert_eq!((label.score, label.language.as_deref()), (Some(0.45), Some("en")));
    let undo = format!("given={first}&back=%2Fjudge%3Fitem%3Dr2");
    let undone = console.post("/judge/r2/undo", "", &undo).await;
    assert_eq!(undone.field("location"), Some("/judge?item=r2"));
    assert_eq!(console.journal.reader().label(&ArticleId::from_stored("r2")).unwrap(), None);
    console.end().await;
}

/// What the path of a page of Judge says was given last.
fn given_last(path: &str) -> String {
    path.rsplit(['=', '*']).next().unwrap().to_owned()
}

#[tokio::test]
async fn what_somebody_else_has_said_meanwhile_is_not_undone() {
    let console = with_rejects().await;
    let give = async |label: &str, replaced: &str, then: &str| {
        let then: String = url::form_urlencoded::byte_serialize(then.as_bytes()).collect();
        let form = format!("label={label}{replaced}&then={then}");
        let given = console.post("/judge/r2", "", &form).await;
        given.field("location").unwrap().to_owned()
    };
    let undo = async |given: &str, back: &str| {
        let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
        console.post("/judge/r2/undo", "", &format!("given={given}&back={back}")).await
    };
    let label = || console.journal.reader().label(&ArticleId::from_stored("r2")).unwrap();
    // Two labels of one article are taken back one after another, each to what was there before.
    let first = given_last(&give("relevant", "", "/judge?item=r2").await);
    let replaced = format!("&replaced={}", first.rsplit('.').next().unwrap());
    let second = given_last(&give("not", &replaced, &format!("/judge?item=r2&undo={first}")).await);
    let undone = undo(&second, &format!("/judge?item=r2&undo={first}")).await;
    assert_eq!(label().unwrap().value, LabelValue::Relevant);
    let first = given_last(undone.field("location").unwrap());
    assert_eq!(undo(&first, "/judge?item=r2").await.status, 303);
    assert_eq!(label(), None);
    // Somebody else says something in between.
    let mine = given_last(&give("relevant", "", "/judge?item=r2").await);
    let said = r#"{"label": "borderline", "labelled_by": "bert"}"#;
    let put = console.send("PUT", "/v1/labels/r2", "Content-Type: application/json\r\n", said).await;
    assert_eq!(put.status, 200);
    let refused = undo(&mine, "/judge?item=r2").await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let told = refused.body.contains("Nothing is undone: since you gave it, bert has said");
    assert!(told && refused.body.contains("href=\"/judge?item=r2\""), "{}", refused.body);
    assert_eq!(label().unwrap().author, "bert");
    assert_eq!(console.send("DELETE", "/v1/labels/r2", "", "").await.status, 200);
    let refused = undo(&mine, "/judge?item=r2").await;
    assert!(refused.status == 409 && refused.body.contains("was taken away"), "{}", refused.body);
    assert_eq!(undo("r3.none.1", "/judge").await.status, 400, "it is of another article");
    console.end().await;
}

#[tokio::test]
async fn what_somebody_else_has_said_meanwhile_is_not_replaced() {
    let console = with_rejects().await;
    let label = || console.journal.reader().label(&ArticleId::from_stored("r2")).unwrap();
    // The form as a page has it, with the button that is pressed.
    let form = |page: &str, button: &str| {
        let form = page.split("<form class=\"labels\"").nth(1).unwrap().split("</form>").next().unwrap();
        let field = |input: &str| {
            let part = |name: &str| Some(input.split(name).nth(1)?.split('"').next()?.replace("&amp;", "&"));
            Some((part("name=\"")?, part("value=\"")?))
        };
        let fields = form.split("<input").skip(1).filter_map(field);
        url::form_urlencoded::Serializer::new(format!("label={button}&")).extend_pairs(fields).finish()
    };
    let put = async |said: &str| {
        let answer = console.send("PUT", "/v1/labels/r2", "Content-Type: application/json\r\n", said).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    for page in ["/judge?item=r2", "/rejects/2"] {
        // One that was given after the page was opened stays, whether there was one before or none.
        for said in ["relevant", "borderline"] {
            let opened = console.get(page).await.body;
            put(&format!(r#"{{"label": "{said}", "labelled_by": "bert"}}"#)).await;
            let refused = console.post("/judge/r2", "", &form(&opened, "not")).await;
            assert_eq!(refused.status, 409, "{page}: {}", refused.body);
            let told =
                format!("Nothing is changed: since you opened the page, bert has said <code>{said}</code>");
            assert!(refused.body.contains(&told), "{page}: {}", refused.body);
            assert!(refused.body.contains("See it as it is now"), "{page}: {}", refused.body);
            assert_eq!(label().unwrap().author, "bert");
        }
        // One that the page shows is replaced.
        let opened = console.get(page).await.body;
        assert_eq!(console.post("/judge/r2", "", &form(&opened, "not")).await.status, 303);
        assert_eq!(label().unwrap().value, LabelValue::Not);
        // One that was taken away meanwhile is not.
        let opened = console.get(page).await.body;
        assert_eq!(console.send("DELETE", "/v1/labels/r2", "", "").await.status, 200);
        let refused = console.post("/judge/r2", "", &form(&opened, "relevant")).await;
        assert!(refused.status == 409 && refused.body.contains("was taken away"), "{}", refused.body);
        assert_eq!(label(), None);
    }
    console.end().await;
}

#[tokio::test]
async fn published_articles_are_judged_likewise_and_nothing_that_is_not_known() {
    let console = TestConsole::new().await;
    console.commit(Event::Article(Box::new(hostile_article())), StoryUpdate::default()).await;
    assert!(console.get("/judge?of=articles").await.body.contains("1 of 1 article without a label"));
    let given = console.post("/judge/a1", "", "label=borderline&then=%2Farticles%2Fa1").await;
    assert_eq!(given.field("location"), Some("/articles/a1"));
    let page = console.get("/articles/a1").await.body;
    assert!(page.contains(r#"value="borderline" data-key="b" aria-pressed="true""#), "{page}");
    assert_eq!(console.post("/judge/a1", "", "label=perhaps").await.status, 400);
    assert_eq!(console.post("/judge/nothing", "", "label=not").await.status, 404);
    let given = console.journal.reader().label(&ArticleId::from_stored("a1")).unwrap().unwrap();
    let replaced = given.at.as_microsecond();
    let form = format!("label=not&replaced={replaced}&then=https%3A%2F%2Fevil.example");
    let away = console.post("/judge/a1", "", &form).await;
    assert_eq!(away.field("location"), Some("/"));
    assert_eq!(console.send("POST", "/judge/a1", "", "label=relevant").await.status, 403);
    console.end().await;
}

#[tokio::test]
async fn labels_are_given_and_listed_through_the_api() {
    let console = with_rejects().await;
    let put = |path: &'static str, body: &'static str| {
        let fields = "Content-Type: application/json\r\n";
        console.send("PUT", path, fields, body)
    };
    let given = put("/v1/labels/r2", r#"{"label": "borderline", "labelled_by": "anna"}"#).await;
    assert_eq!(given.status, 200, "{}", given.body);
    assert_eq!(put("/v1/labels/r1", r#"{"label": "relevant"}"#).await.status, 200);
    assert_eq!(put("/v1/labels/r1", r#"{"label": "perhaps"}"#).await.status, 422);
    assert_eq!(put("/v1/labels/none", r#"{"label": "not"}"#).await.status, 404);
    let page: serde_json::Value =
        serde_json::from_str(&console.get("/v1/labels?limit=1").await.body).unwrap();
    let line = &page["labels"][0];
    assert_eq!(
        (&line["id"], &line["label"], &line["borderline"]),
        (&json!("r2"), &json!("not"), &json!(true))
    );
    assert_eq!((&line["text"], &line["lang"]), (&json!("What the page said."), &json!("en")));
    let next = page["next"].as_str().unwrap();
    let rest = console.get(&format!("/v1/labels?after={next}")).await.body;
    assert!(rest.contains(r#""id":"r1""#) && !rest.contains(r#""id":"r2""#), "{rest}");
    assert!(rest.contains(r#""text_kind":"digest""#), "{rest}");
    let removed = console.send("DELETE", "/v1/labels/r1", "", "").await;
    assert_eq!(removed.body, r#"{"removed":true}"#);
    console.end().await;
}

#[tokio::test]
async fn a_label_is_changed_through_the_api_only_where_it_is_the_one_that_is_meant() {
    let console = with_rejects().await;
    let ask = async |method: &str, condition: &str, label: &str| {
        let fields = format!("Content-Type: application/json\r\n{condition}");
        console
            .send(
                method,
                "/v1/labels/r2",
                &fields,
                &format!(r#"{{"label": "{label}", "labelled_by": "anna"}}"#),
            )
            .await
    };
    let first = ask("PUT", "If-None-Match: *\r\n", "relevant").await;
    let tag = first.field("etag").unwrap().to_owned();
    let document: serde_json::Value = serde_json::from_str(&first.body).unwrap();
    assert_eq!(tag, format!("\"{}\"", document["labelled_at"].as_str().unwrap()));
    let refused = ask("PUT", "If-None-Match: *\r\n", "not").await;
    assert!(refused.status == 412 && refused.body.contains("anna has said `relevant`"), "{}", refused.body);
    let meant = format!("If-Match: {tag}\r\n");
    assert_eq!(ask("PUT", &meant, "not").await.status, 200);
    for method in ["PUT", "DELETE"] {
        assert_eq!(ask(method, &meant, "borderline").await.status, 412, "{method}");
        assert_eq!(ask(method, "If-Match: yesterday\r\n", "borderline").await.status, 400, "{method}");
    }
    let label = console.journal.reader().label(&ArticleId::from_stored("r2")).unwrap().unwrap();
    assert_eq!(label.value, LabelValue::Not);
    assert_eq!(ask("DELETE", &format!("If-Match: \"{}\"\r\n", label.at), "").await.status, 200);
    console.end().await;
}

#[tokio::test]
async fn a_bar_of_the_overview_opens_the_events_that_it_counts_and_what_is_past_stands() {
    let console = TestConsole::new().await;
    for revision in [1, 2] {
        let mut article = hostile_article();
        article.set_revision(revision);
        article.content.title = Some(format!("Headline {revision}"));
        console.commit(Event::Article(Box::new(article)), StoryUpdate::default()).await;
    }
    let live = console.get("/live?kind=article").await.body;
    assert_eq!(live.matches("data-row").count(), 2, "{live}");
    assert!(live.contains("data-stream"), "{live}");
    let past = console.get("/live?kind=article&until=2026-01-01").await.body;
    assert!(past.contains("These are past") && !past.contains("data-stream"), "{past}");
    assert_eq!(console.get("/live?q=&language=ko").await.field("location"), Some("/live?language=ko"));
    console.end().await;
}

#[tokio::test]
async fn the_stories_of_the_day_are_the_most_widely_told_of_many() {
    let console = TestConsole::new().await;
    let now = Timestamp::now();
    let story = |number: i64, sources: u32| {
        let mut story = hostile_story();
        story.id = EventId::of_parts(&["story", &number.to_string()]);
        story.story = StoryId::from_stored(format!("s{number}"));
        story.title = Some(format!("Story {number}."));
        story.last_reported = now - SignedDuration::from_secs(600 - number);
        (story.origin_count, story.article_count) = (sources, sources);
        story
    };
    // The most widely told was reported long before the last.
    let told = std::iter::once(story(0, 9)).chain((1..70).map(|number| story(number, 2)));
    let events = told.map(Into::into).collect();
    let update = StoryUpdate { articles: Vec::new(), events };
    console.commit(Event::Article(Box::new(hostile_article())), update).await;
    let few = console.get("/").await.body;
    assert!(few.contains("Story 0.") && !few.contains("were more in the last day"), "{few}");
    let mut article = hostile_article();
    article.id = EventId::of_parts(&["a2"]);
    article.article = ArticleId::from_stored("a2");
    let events = (70..310).map(|number| story(number, 2).into()).collect();
    let update = StoryUpdate { articles: Vec::new(), events };
    console.commit(Event::Article(Box::new(article)), update).await;
    let many = console.get("/").await.body;
    assert!(many.contains("Of the last 300 that were reported: there were more in the last day."), "{many}");
    console.end().await;
}

#[tokio::test]
async fn the_live_list_has_other_forms_of_each_kind() {
    let console = TestConsole::new().await;
    for path in [
        "/live",
        "/live?kind=article&language=ko",
        "/live?kind=withdrawal",
        "/live?kind=reject&reason=cut",
        "/live?kind=story&language=ko",
        "/live?kind=story&article=a1",
        "/live?kind=health",
        "/live?reason=cut",
        "/live?kind=article&kind=story",
        "/rejects?order=nearest&reason=cut",
    ] {
        let page = console.get(path).await.body;
        let forms = page.split("aria-label=\"The same in other forms\"").nth(1).unwrap();
        let forms = forms.split("</nav>").next().unwrap();
        let hrefs: Vec<String> = forms
            .split("href=\"")
            .skip(1)
            .map(|href| href.split('"').next().unwrap().replace("&amp;", "&"))
            .collect();
        assert!(!hrefs.is_empty(), "{path}");
        for href in &hrefs {
            let answer = console.get(href).await;
            assert_eq!(answer.status, 200, "{path} → {href}: {}", answer.body);
        }
        let (_, query) = path.split_once('?').unwrap_or((path, ""));
        let asked = |pair: &str| hrefs.iter().any(|href| href.contains(pair));
        assert!(query.split('&').all(asked), "{path}: {hrefs:?}");
    }
    console.end().await;
}

#[tokio::test]
async fn a_list_of_the_nearest_says_of_how_many_it_is() {
    let console = with_rejects().await;
    for (path, bounds) in [
        ("/rejects?order=nearest", ["The nearest 3 of the 3 that were judged and not published since ", "."]),
        (
            "/rejects?order=nearest&q=r2",
            ["The nearest 1 of the 3 that were judged and not published since ", ", that are as you ask."],
        ),
        (
            "/rejects?order=nearest&until=2026-01-01",
            [
                "None of the 3 that were judged and not published since ",
                "what is older than a week stands among the <a href=\"/rejects?until=2026-01-01T00%3A00%3A00Z&amp;order=newest\">",
            ],
        ),
        (
            "/judge",
            [
                "first. They are those whose text is kept, 300 at most, of the 3 that were judged and not published since ",
                ".",
            ],
        ),
        ("/judge?of=articles", ["first. They are of the newest 300 that were published", "."]),
    ] {
        let page = console.get(path).await.body;
        assert!(bounds.iter().all(|bound| page.contains(bound)), "{path}: {page}");
    }
    console.end().await;
}

#[tokio::test]
async fn a_member_of_a_fleet_offers_nothing_that_it_refuses() {
    let console = TestConsole::of_member().await;
    console.commit(Event::Article(Box::new(hostile_article())), StoryUpdate::default()).await;
    assert_eq!(console.post("/judge/a1", "", "label=not").await.status, 403);
    for path in ["/articles/a1", "/judge?of=articles", "/feeds/add", "/feeds/import", "/sites", "/sinks"] {
        let page = console.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("method=\"post\""), "{path}: {}", page.body);
        assert!(!page.body.contains("demo") && !page.body.contains("operate"), "{path}: {}", page.body);
    }
    assert!(console.get("/feeds/add").await.body.contains("A member of a fleet shows what there is"));
    console.end().await;
}

#[tokio::test]
async fn whoever_asks_for_a_reload_is_told_to_the_log() {
    let (read, lines) = std::io::pipe().unwrap();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(std::sync::Mutex::new(lines));
    let guard = tracing::subscriber::set_default(subscriber.finish());
    let console = TestConsole::new().await;
    for _ in 0..2 {
        assert_eq!(
            console.send("POST", "/v1/reload", "", "").await.status,
            404,
            "there is nothing to reload"
        );
        // Whether anybody listens is remembered where a line is told first, which may be in another test, to which nobody does.
        tracing::callsite::rebuild_interest_cache();
    }
    console.end().await;
    drop(guard);
    let lines = std::io::read_to_string(read).unwrap();
    let line = lines.lines().find(|line| line.contains("a change is asked for over HTTP")).unwrap();
    assert!(line.contains("127.0.0.1") && line.contains("/v1/reload"), "{line}");
}

#[tokio::test]
async fn a_log_in_outlasts_the_daemon_and_a_log_out_does_too() {
    let console = TestConsole::new().await;
    add(&console.users, "anna", Role::Read, "correct horse battery");
    let log_in = "name=anna&password=correct+horse+battery";
    let stays = cookie(&console.post("/login", "", log_in).await);
    let leaves = cookie(&console.post("/login", "", log_in).await);
    console.post("/logout", &leaves, "").await;
    let folder = console.stop().await;
    let kept = std::fs::read(folder.path().join("journal.db")).unwrap();
    let shown = stays.trim().rsplit('=').next().unwrap().as_bytes();
    assert!(!kept.windows(shown.len()).any(|part| part == shown), "what the browser shows is kept nowhere");

    let console = TestConsole::on(folder, ConsoleSettings::default()).await;
    assert_eq!(console.send("GET", "/", &stays, "").await.status, 200);
    assert_eq!(console.send("GET", "/", &leaves, "").await.status, 303);
    add(&console.users, "anna", Role::Read, "another password then");
    assert_eq!(console.send("GET", "/", &stays, "").await.status, 303, "it ends with the password");
    console.end().await;
}

#[tokio::test]
async fn stories_are_chosen_by_when_they_were_reported_last() {
    let console = TestConsole::new().await;
    let now = Timestamp::now();
    let story = |id: &str, hours: i64| {
        let mut story = hostile_story();
        story.id = EventId::of_parts(&[id]);
        story.story = StoryId::from_stored(id);
        story.title = Some(format!("title {id}"));
        story.last_reported = now.checked_sub(SignedDuration::from_hours(hours)).unwrap();
        story
    };
    let told = [story("today", 2), story("lately", 3 * 24), story("past", 20 * 24), story("old", 400 * 24)];
    let update = StoryUpdate { articles: Vec::new(), events: told.map(Into::into).into() };
    console.commit(Event::Article(Box::new(hostile_article())), update).await;
    let all = console.get("/stories").await.body;
    for choice in ["any time <b>4</b>", "last day <b>1</b>", "last week <b>2</b>", "last month <b>3</b>"] {
        assert!(all.contains(choice), "{choice}: {all}");
    }
    // The overview leads to the week.
    let overview = console.get("/").await.body;
    let (_, week) = overview.split_once("href=\"/stories?since=").unwrap();
    let week = format!("/stories?since={}", week.split('"').next().unwrap());
    let shown = console.get(&week).await.body;
    assert!(shown.contains("title lately") && !shown.contains("title past"), "{shown}");
    assert!(shown.contains("aria-current=\"true\">last week"), "{shown}");
    // What is chosen by words besides is not counted, and keeps them.
    let words = console.get("/stories?q=title").await.body;
    assert!(words.contains("?q=title&amp;since=") && !words.contains("last week <b>"), "{words}");
    console.end().await;
}

#[tokio::test]
async fn nothing_is_asked_whose_answer_would_be_refused() {
    let console = TestConsole::new().await;
    console.commit(Event::Article(Box::new(hostile_article())), StoryUpdate::default()).await;
    let removal = format!("/feeds/{}/remove", console.feed.id());
    // There is no configuration, as in the demo: no feed and no rule can go.
    for path in [removal.as_str(), "/feeds/nothing/remove", "/sites/remove?rule=news.example"] {
        let answer = console.get(path).await;
        assert!(answer.status == 404 && !answer.body.contains("method=\"post\""), "{path}: {}", answer.body);
    }
    assert_eq!(console.get("/v1/sites").await.body, "[]", "no rules are there");
    add(&console.users, "bert", Role::Read, "correct horse battery");
    let bert = cookie(&console.post("/login", "", "name=bert&password=correct+horse+battery").await);
    for path in [removal.as_str(), "/sites/remove?rule=news.example"] {
        let answer = console.send("GET", path, &bert, "").await;
        assert!(answer.status == 403 && answer.body.contains("You may look"), "{path}: {}", answer.body);
    }
    console.end().await;
}

#[tokio::test]
async fn a_feed_that_was_removed_says_so_and_what_is_left_of_it() {
    let console = TestConsole::new().await;
    let other = Feed::new(
        "https://gone.example/rss?a=%22%3E%3Cscript%3E".parse().unwrap(),
        None,
        &SecretQuery::default(),
    );
    let polled: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    let state = FeedState { last_poll: Some(polled), ..FeedState::new(other.published(), polled) };
    console.journal.configure_feeds(vec![state]).await.unwrap();
    console.journal.configure_feeds(Vec::new()).await.unwrap();
    let path = format!("/feeds/{}", other.id());
    let page = console.get(&path).await;
    assert_eq!(page.status, 410);
    let articles = format!("href=\"/articles?feed={}\"", other.id());
    for told in
        ["stands in the feeds file no more", "2 Mar", "and removed after that", &articles, "href=\"/feeds\""]
    {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    assert_harmless(&path, &page.body);
    // Its address leads there, with its scheme and without.
    for searched in [
        "https%3A%2F%2Fgone.example%2Frss%3Fa%3D%2522%253E%253Cscript%253E",
        "gone.example%2Frss%3Fa%3D%2522%253E%253Cscript%253E",
    ] {
        let found = console.get(&format!("/search?q={searched}")).await;
        assert_eq!(found.field("location"), Some(path.as_str()), "{searched}: {}", found.body);
    }
    // What never was a feed leads to those that are.
    let nothing = console.get("/feeds/nothing").await;
    assert!(nothing.status == 404 && nothing.body.contains("To the feeds"), "{}", nothing.body);
    console.end().await;
}

#[tokio::test]
async fn a_change_that_is_refused_is_told_to_the_log() {
    let (read, lines) = std::io::pipe().unwrap();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(std::sync::Mutex::new(lines));
    let guard = tracing::subscriber::set_default(subscriber.finish());
    let console = TestConsole::with_token(Some("0123456789abcdef")).await;
    let elsewhere = format!("/feeds/{}/poll", console.feed.id());
    for _ in 0..2 {
        let wrong = "Authorization: Bearer guessed\r\n";
        assert_eq!(console.send("POST", "/v1/reload", wrong, "").await.status, 401);
        assert_eq!(
            console.send("POST", &elsewhere, "Origin: https://evil.example\r\n", "").await.status,
            403
        );
        assert_eq!(console.send("GET", "/v1/nothing", "", "").await.status, 404);
        assert_eq!(console.send("HEAD", "/", "", "").await.status, 200);
        let endless = "M".repeat(10_000);
        assert_eq!(console.send(&endless, "/v1/reload", "Host: evil.example\r\n", "").await.status, 421);
        // Whether anybody listens is remembered where a line is told first, which may be in another test, to which nobody does.
        tracing::callsite::rebuild_interest_cache();
    }
    console.end().await;
    drop(guard);
    let lines = std::io::read_to_string(read).unwrap();
    assert!(!lines.contains("what was asked for in the console"), "looking is no change: {lines}");
    assert!(lines.lines().all(|line| line.len() < 1_000), "{lines}");
    let refused: Vec<&str> = lines.lines().filter(|line| line.contains("a change is refused")).collect();
    let has = |parts: &[&str]| refused.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(has(&["127.0.0.1", "POST", "/v1/reload", "401", "shows_token=true"]), "{lines}");
    assert!(has(&["this machine", "127.0.0.1", &elsewhere, "403", "shows_token=false"]), "{lines}");
    assert!(has(&["MMMM", "/v1/reload", "421"]), "{lines}");
    assert!(!lines.contains("guessed"), "{lines}");
}

#[tokio::test]
async fn where_people_log_in_no_program_of_this_machine_changes_anything_unasked() {
    let console = with_rejects().await;
    let label =
        || console.send("PUT", "/v1/labels/r2", "Content-Type: application/json\r\n", r#"{"label": "not"}"#);
    assert_eq!(label().await.status, 200);
    add(&console.users, "anna", Role::Operate, "correct horse battery");
    let refused = label().await;
    assert!(refused.status == 401 && refused.body.contains("where people log in"), "{}", refused.body);
    assert_eq!(console.get("/v1/labels").await.status, 200, "reading takes no leave");
    console.end().await;
}

#[tokio::test]
async fn a_story_of_sixty_reports_is_one_small_page_with_each_of_them_in_the_picture() {
    let console = TestConsole::new().await;
    let mut story = hostile_story();
    let report = story.articles[1].clone();
    for number in 3..=60 {
        let mut report = report.clone();
        report.article = ArticleId::from_stored(format!("a{number}"));
        story.articles.push(report);
    }
    story.article_count = 60;
    let said = json!({"article": "a2", "kind": "copy", "words": "Source: Wire in a1"});
    story.independent_origins[0].evidence.push(serde_json::from_value(said).unwrap());
    console
        .commit(
            Event::Article(Box::new(hostile_article())),
            StoryUpdate { articles: Vec::new(), events: vec![story.into()] },
        )
        .await;
    let page = console.get("/stories/s1").await.body;
    assert_eq!(page.matches("<circle class=\"s1").count(), 120, "each stands in both pictures");
    // Whose text it is may stand in the report that is copied, which is told as a link.
    assert!(page.contains("<bdi>Source: Wire</bdi>” in <a href=\"/articles/a1\""), "{page}");
    assert!(page.len() < 200_000, "{}", page.len());
    console.end().await;
}

#[tokio::test]
async fn a_proxy_that_is_trusted_says_who_asks_and_nobody_else_can() {
    let settings = |proxies: &[&str], role| ConsoleSettings {
        proxy_header: "X-Remote-User".into(),
        trusted_proxies: proxies.iter().map(|proxy| (*proxy).to_owned().try_into().unwrap()).collect(),
        proxy_role: role,
        ..ConsoleSettings::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let console = TestConsole::on(folder, settings(&["127.0.0.0/8"], Role::Read)).await;
    let poll = format!("/feeds/{}/poll", console.feed.id());
    let anna = "X-Remote-User: anna\r\n";
    let page = console.send("GET", "/", anna, "").await;
    assert!(page.status == 200 && page.body.contains("Logged in as anna"), "{}", page.body);
    assert!(!page.body.contains("Log out"), "the console cannot end what it did not begin");
    assert_eq!(console.post(&poll, anna, "").await.status, 403, "whom only the proxy knows may look");
    add(&console.users, "boris", Role::Operate, "another fine password");
    let boris = "X-Remote-User: boris\r\n";
    assert_eq!(console.post(&poll, boris, "").await.status, 404, "nothing polls here, but he may");
    assert_eq!(console.send("POST", &poll, boris, "").await.status, 403, "only by a form of the console");
    assert_eq!(console.get("/").await.status, 303, "whom the proxy does not name has to log in");
    let twice = console.send("GET", "/", "X-Remote-User: anna\r\nX-Remote-User: boris\r\n", "").await;
    assert_eq!(twice.status, 400);
    let hostile = console.send("GET", "/", "X-Remote-User: <script>alert(1)</script>\r\n", "").await;
    assert_no_markup("/", &hostile.body);
    console.end().await;

    // The same header from an address that is no proxy's means nothing.
    let folder = tempfile::tempdir().unwrap();
    let console = TestConsole::on(folder, settings(&["192.0.2.1"], Role::Operate)).await;
    assert_eq!(console.send("GET", "/", anna, "").await.status, 403);
    assert_eq!(console.post(&poll, anna, "").await.status, 403);
    add(&console.users, "anna", Role::Operate, "correct horse battery");
    assert_eq!(console.send("GET", "/", anna, "").await.status, 303);
    console.end().await;
}

#[tokio::test]
async fn an_address_is_found_without_its_scheme_and_a_feed_by_its_own() {
    let console = TestConsole::new().await;
    console.commit(Event::Article(Box::new(hostile_article())), StoryUpdate::default()).await;
    let mut reject = hostile_reject();
    reject.article = None;
    console.commit(Event::Reject(Box::new(reject)), StoryUpdate::default()).await;
    let rejected = console.get("/search?q=news.example%2F9").await.body;
    assert!(rejected.contains("Announced, and not published"), "{rejected}");
    let feed = format!("/feeds/{}", console.feed.id());
    for address in ["news.example%2Frss", "https%3A%2F%2Fnews.example%2Frss"] {
        let found = console.get(&format!("/search?q={address}")).await;
        assert_eq!((found.status, found.field("location")), (303, Some(feed.as_str())), "{address}");
    }
    let site = console.get("/search?q=news.example").await.body;
    assert!(site.contains("A site with feeds") && site.contains(&feed), "{site}");
    // What only looks like an address is words.
    let words = console.get("/search?q=alert.unknown").await.body;
    assert!(words.contains("Nothing is known of that"), "{words}");
    console.end().await;
}

#[tokio::test]
async fn whatever_goes_wrong_with_a_page_is_told_by_a_page() {
    let console = TestConsole::new().await;
    let pause = format!("/feeds/{}/pause", console.feed.id());
    for path in ["/?by=zzz", "/stories/%ff", pause.as_str(), "/feeds/preview", "/logout"] {
        for accept in ["", "Accept: */*\r\n"] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{accept}\r\n",
                console.address
            );
            let mut stream = TcpStream::connect(&console.address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            timeout(Duration::from_secs(30), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
            assert!(
                answer.contains("content-type: text/html") && answer.contains("To the overview"),
                "{path}: {answer}"
            );
        }
    }
    console.end().await;
}

#[tokio::test]
async fn what_a_page_cannot_take_is_named_with_what_it_takes() {
    let console = TestConsole::new().await;
    let feed = format!("/feeds/{}?done=a&done=b", console.feed.id());
    for (path, told) in [
        (
            "/?by=zzz",
            "<code>by</code> is <code>zzz</code>; expected <code>language</code> or <code>topic</code>",
        ),
        ("/feeds?page=two", "<code>page</code> is <code>two</code>; expected a whole number of 0 or more"),
        ("/feeds?q=a&q=b", "<code>q</code> is given twice; expected once"),
        (
            "/feeds?state=zzz",
            "<code>state</code> is <code>zzz</code>; expected <code>ok</code> or <code>paused</code> or <code>waiting</code>",
        ),
        // What no page here knows is passed over, also where another is wrong.
        ("/feeds?utm=1&page=two", "<code>page</code> is <code>two</code>; expected"),
        ("/stories/%FF", "The path holds bytes that are no text"),
        (&feed, "<code>done</code> is given twice; expected once"),
        ("/search?q=a&q=b", "<code>q</code> is given twice; expected once"),
        (
            "/judge?of=all",
            "<code>of</code> is <code>all</code>; expected <code>rejects</code> or <code>articles</code>",
        ),
        ("/live?before=now", "<code>before</code> is <code>now</code>; expected a whole number of 0 or more"),
        ("/sites/remove", "<code>rule</code> is missing; expected a text"),
    ] {
        let page = console.get(path).await;
        assert!(page.status == 400 && page.body.contains(told), "{path}: {} {}", page.status, page.body);
    }
    console.end().await;
}

#[tokio::test]
async fn what_a_form_cannot_be_is_named_with_what_it_takes() {
    let console = with_rejects().await;
    let long = format!("label=not&replaced=now&back={}", "a".repeat(100_000));
    for (path, form, told) in [
        ("/judge/r2", "back=/", "<code>label</code> is missing; expected a text"),
        (
            "/judge/r2",
            "label=perhaps",
            "<code>label</code> is <code>perhaps</code>; expected <code>relevant</code>, <code>not</code> or <code>borderline</code>",
        ),
        ("/judge/r2", "label=not&label=relevant", "<code>label</code> is given twice; expected once"),
        ("/judge/r2", &long, "<code>replaced</code> is <code>now</code>; expected a whole number"),
        ("/judge/r2/undo", "", "<code>given</code> is missing; expected a text"),
        ("/feeds/x/edit", "name=a", "<code>tags</code> is missing; expected a text"),
        ("/feeds/add", "url=a&url=b", "<code>url</code> is given twice; expected once"),
        ("/feeds/import", "opml=a&opml=b", "<code>opml</code> is given twice; expected once"),
        ("/sites", "html=a&html=b", "<code>html</code> is given twice; expected once"),
        ("/sites/remove", "", "<code>rule</code> is missing; expected a text"),
        ("/sinks/w/redeliver", "evnt=a", "<code>evnt</code> is no parameter here; known are event"),
        ("/login", "name=a", "<code>password</code> is missing; expected a text"),
    ] {
        let page = console.post(path, "", form).await;
        assert!(page.status == 400 && page.body.contains(told), "{path}: {} {}", page.status, page.body);
    }
    let other = console.post("/judge/r2", "Content-Type: text/plain\r\n", "label=not").await;
    assert!(other.status == 415 && other.body.contains("send it with Content-Type"), "{}", other.body);
    let huge = console.post("/judge/r2", "", &format!("label={}", "a".repeat(3 << 20))).await;
    assert!(huge.status == 413 && huge.body.contains("larger than any that is taken"), "{}", huge.body);
    assert_eq!(console.journal.reader().label(&ArticleId::from_stored("r2")).unwrap(), None);
    console.end().await;
}

#[tokio::test]
async fn what_a_body_or_an_id_cannot_be_is_named_shortly_and_without_marks() {
    let console = with_rejects().await;
    let example = r#"such as {"url": "https://news.example/1.html", "rule": {"host": "news.example""#;
    for (method, path, body, status, told) in [
        (
            "PUT",
            "/v1/labels/r2",
            "[1]",
            422,
            r#"the body is no JSON object; send one such as {"label": "relevant"}"#,
        ),
        ("PUT", "/v1/labels/r2", "{}", 422, "`label` is missing; expected a text"),
        ("PUT", "/v1/labels/r2", r#"{"label": 7}"#, 422, "`label` is `7`; expected a text"),
        ("PUT", "/v1/labels/r2", r#"{"label": "no"}"#, 422, "`label` is `no`; expected `relevant`, `not` or"),
        (
            "PUT",
            "/v1/labels/r2",
            r#"{"label": "not", "lable": 1}"#,
            422,
            "`lable` means nothing here; known are label, ",
        ),
        ("PUT", "/v1/labels/r2", r#"{"label": "not", "label": "not"}"#, 422, "a member is given twice"),
        ("PATCH", "/v1/feeds/x", r#"{"tags": "asia"}"#, 422, "`tags` is `asia`; expected a list of texts"),
        ("POST", "/v1/sites/try", "", 400, example),
        (
            "POST",
            "/v1/sites/try",
            r#"{"url": "https://a.example/", "rule": 1}"#,
            422,
            "`rule` is `1`; expected a JSON object of authors, body, drop, host",
        ),
        ("PUT", "/v1/sites", r#"{"host": "a.example", "body": {}}"#, 422, "`body` is `{}`; expected a text"),
        ("GET", "/v1/articles/a%E2%80%AEb", "", 404, "there is no article `a⟨U+202E⟩b` in the log"),
        ("GET", "/v1/stories/%FF", "", 400, "he path holds bytes that are no text"),
        ("GET", "/v1/articles?kind=a%E2%80%AEb", "", 400, "`kind` is `a⟨U+202E⟩b`"),
        (
            "GET",
            "/v1/events?format=a%E2%80%AEb",
            "",
            400,
            "`format` is `a⟨U+202E⟩b`; expected `ndjson` or `sse`",
        ),
    ] {
        let fields = "Content-Type: application/json\r\nAccept: application/json\r\n";
        let answer = console.send(method, path, fields, body).await;
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or(&answer.body);
        assert!(answer.status == status && detail.contains(told), "{method} {path} {body}: {}", answer.body);
    }
    let long = "a".repeat(50_000);
    for path in ["articles/", "stories/", "feeds/", "schemas/", "webhooks/W/dead-letters?W=", "events?after="]
    {
        let path = path.replace('W', &long);
        let path = if path.ends_with('/') || path.ends_with("after=") { path + &long } else { path };
        let answer = console.send("GET", &format!("/v1/{path}"), "", "").await;
        assert!(
            answer.status >= 400 && answer.body.len() < 20_000,
            "{}: {}",
            answer.status,
            answer.body.len()
        );
    }
    let resumed = console.send("GET", "/v1/events", "Last-Event-ID: zzz\r\n", "").await;
    assert!(
        resumed.body.contains("`Last-Event-ID` is `zzz`; expected a sequence number"),
        "{}",
        resumed.body
    );
    assert_eq!(console.journal.reader().label(&ArticleId::from_stored("r2")).unwrap(), None);
    console.end().await;
}

#[tokio::test]
async fn what_waits_is_told_with_its_feed() {
    let console = TestConsole::new().await;
    let state = FeedState::new(console.feed.published(), Timestamp::now());
    console.journal.configure_feeds(vec![state]).await.unwrap();
    console.announce_hostile_entry().await;
    let name =
        console.feed.published().name.clone().unwrap_or_else(|| console.feed.published().url.to_string());
    for path in ["/v1/waiting", &format!("/v1/feeds/{}/entries", console.feed.id())] {
        let told: serde_json::Value = serde_json::from_str(&console.get(path).await.body).unwrap();
        assert_eq!(told["waiting"][0]["feed_name"], json!(name), "{path}: {told}");
    }
    let page = console.get("/waiting").await.body;
    let row = format!("<a data-row href=\"/feeds/{}\">", console.feed.id());
    assert!(page.contains(&row) && !page.contains("its feed"), "{page}");
    assert!(page.contains("<a href=\"/feeds\" data-up>"), "{page}");
    console.end().await;
}

#[tokio::test]
async fn what_the_console_shows_of_rejects_judge_and_older_events_the_api_answers() {
    let console = with_rejects().await;
    let asked = async |path: &str| {
        let answer = console.send("GET", path, "", "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    };
    let told = async |path: &str| serde_json::from_str::<serde_json::Value>(&asked(path).await).unwrap();
    // The queue, with what was said; one of it, with its text.
    let said = r#"{"label": "borderline", "labelled_by": "bert"}"#;
    let put = console.send("PUT", "/v1/labels/r3", "Content-Type: application/json\r\n", said).await;
    assert_eq!(put.status, 200, "{}", put.body);
    let queue = told("/v1/judge").await;
    assert_eq!(queue["articles"], json!([{"article": "r2"}, {"article": "r3", "label": "borderline"}]));
    assert_eq!(told("/v1/judge?q=r3").await["articles"].as_array().unwrap().len(), 1);
    assert_eq!(told("/v1/judge?of=articles").await["articles"], json!([]));
    let reject = told("/v1/rejects/3").await;
    assert_eq!((&reject["article"], &reject["text"]), (&json!("r3"), &json!("What the page said.")));
    assert_eq!((&reject["label"], &reject["labelled_by"]), (&json!("borderline"), &json!("bert")));
    assert_eq!(told("/v1/rejects/1").await.get("text"), None, "it is not kept");
    assert_eq!(console.send("GET", "/v1/rejects/9", "", "").await.status, 404);
    // Older events, the newest first.
    let places = async |query: &str| {
        let lines = asked(&format!("/v1/events?{query}")).await;
        let place = |line: &str| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            event["data"]["article"].as_str().unwrap().to_owned()
        };
        lines.lines().map(place).collect::<Vec<String>>()
    };
    assert_eq!(places("before=latest").await, ["r3", "r2", "r1"]);
    assert_eq!(places("before=3&limit=1&kind=reject").await, ["r2"]);
    assert!(places("before=0").await.is_empty() && places("before=1").await.is_empty());
    for (query, why) in [
        ("before=soon", "`before` is `soon`; expected a sequence number or `latest`"),
        ("before=3&after=1", "give one of them"),
        ("before=3&follow=true", "give one of them"),
    ] {
        let refused = console.send("GET", &format!("/v1/events?{query}"), "", "").await;
        assert!(refused.status == 400 && refused.body.contains(why), "{query}: {}", refused.body);
    }
    // Stories are counted where nothing but a time chooses them.
    assert_eq!(told("/v1/stories?since=2026-01-01").await["count"], json!(0));
    assert_eq!(told("/v1/stories?language=ko").await.get("count"), None);
    console.end().await;
}

#[tokio::test]
async fn a_search_that_means_nothing_keeps_what_was_typed() {
    let console = TestConsole::new().await;
    for (path, typed) in [
        ("/live?q=%22bridge&language=ko", "&quot;bridge"),
        ("/articles?q=%22bridge&language=ko", "&quot;bridge"),
        ("/stories?q=%22bridge&language=ko", "&quot;bridge"),
        ("/rejects?q=%22bridge&language=ko", "&quot;bridge"),
        ("/search?q=-a", "-a"),
    ] {
        let answer = console.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        let field = format!("name=\"q\" value=\"{typed}\"");
        assert_eq!(answer.body.matches(&field).count(), 2, "{path}: {}", answer.body);
        assert_eq!(
            answer.body.contains("value=\"ko\" selected"),
            path.contains("=ko"),
            "{path}: {}",
            answer.body
        );
    }
    console.end().await;
}

#[tokio::test]
async fn whoever_is_logged_out_while_a_page_is_open_gets_back_to_it() {
    let console = TestConsole::new().await;
    add(&console.users, "anna", Role::Operate, "correct horse battery");
    let from = format!("/feeds/{}", console.feed.id());
    let referer = format!("Referer: http://{}{from}?done=edit\r\n", console.address);
    let refused = console.post(&format!("{from}/edit"), &referer, "name=x&tags=").await;
    assert_eq!(refused.status, 401);
    let next: String = url::form_urlencoded::byte_serialize(format!("{from}?done=edit").as_bytes()).collect();
    assert!(refused.body.contains(&format!("href=\"/login?next={next}\"")), "{}", refused.body);
    let elsewhere = console.post(&format!("{from}/edit"), "", "name=x&tags=").await;
    assert!(elsewhere.body.contains("href=\"/login\""), "{}", elsewhere.body);
    console.end().await;
}

#[tokio::test]
async fn marks_that_are_piled_up_stay_in_their_line() {
    let console = TestConsole::new().await;
    let mut article = hostile_article();
    article.content.title = Some(format!("K{}", "\u{301}\u{316}\u{489}".repeat(60)));
    article.content.body.text = format!("K{} and more", "\u{301}".repeat(300));
    console.commit(Event::Article(Box::new(article)), StoryUpdate::default()).await;
    for path in ["/articles/a1", "/articles", "/live", "/articles/a1/reading"] {
        let body = console.get(path).await.body;
        assert!(body.contains(" marks⟩"), "{path}: {body}");
        let is_mark = |character: char| matches!(character, '\u{301}' | '\u{316}' | '\u{489}');
        let most = body.split(|character| !is_mark(character)).map(|pile| pile.chars().count()).max();
        assert!(most <= Some(4), "{path}: {most:?}");
    }
    console.end().await;
}

#[tokio::test]
async fn the_overview_does_not_call_it_well_where_a_feed_fails() {
    let console = TestConsole::new().await;
    console.commit(Event::Article(Box::new(hostile_article())), StoryUpdate::default()).await;
    let body = console.get("/").await.body;
    assert!(!body.contains("All is well"), "{body}");
    console.end().await;
}

#[tokio::test]
async fn what_cannot_be_done_with_feeds_is_not_offered() {
    // Like the demo, it has no configuration to change.
    let console = TestConsole::new().await;
    console.commit(Event::Article(Box::new(hostile_article())), StoryUpdate::default()).await;
    for path in ["/feeds/add", "/feeds/import", &format!("/feeds/{}", console.feed.id())] {
        let body = console.get(path).await.body;
        assert!(!body.contains("method=\"post\" action=\"/feeds"), "{path}: {body}");
    }
    assert!(console.get("/feeds/add").await.body.contains("not in the demo"));
    console.end().await;
}
