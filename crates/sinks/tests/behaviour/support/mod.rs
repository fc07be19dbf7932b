//! A receiver on a socket of its own, a journal with articles, and webhooks that run.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_fetcher::transport::LiveTransport;
use dateline_fetcher::{Clock, FetchSettings};
use dateline_journal::{
    Durability, EntryCompletion, EventFilter, Journal, JournalReader, Options, PollCommit, RevisitCompletion,
    RevisitFinding, RevisitPlan, SinkId, SinkOpening, SinkStart, SinkState, StoryUpdate, UndeliveredEvent,
    Writing,
};
use dateline_sinks::{SigningKeys, SinkHandle, SinkReport, Webhook, WebhookSettings};
use dateline_wire::{
    ArticleId, CanonicalUrl, CloudEvent, Entry, EntryId, Envelope, Event, EventId, FeedRef, FeedState,
    HubNews, RejectReason, SecretQuery, Sequence, Validators, WithdrawalEvent, WithdrawalReason,
    WithdrawnArticle,
};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

pub(crate) const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// How long a test waits for what has to come. It is no bound on how fast that is.
const PATIENCE: Duration = Duration::from_secs(120);

/// Something that was posted.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) line: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    /// With which status it was answered; 0 without one.
    pub(crate) status: u16,
}

impl Posted {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.header("ce-sequence").unwrap().parse().unwrap()
    }
}

/// What a receiver does with what is posted.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with a status and fields, and then with so much of a body.
    Status(u16, Vec<(&'static str, String)>, Rest),
    /// Says something else.
    Raw(String),
    /// Says nothing, and leaves the connection open.
    Silence,
    /// Closes the connection.
    Close,
}

/// The body of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rest {
    None,
    /// A byte now and then, for ever.
    Drip,
    /// So many bytes.
    Bytes(usize),
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Status(status, Vec::new(), Rest::None)
    }

    pub(crate) fn raw(text: &str) -> Self {
        Self::Raw(text.to_owned())
    }

    pub(crate) fn silence() -> Self {
        Self::Silence
    }

    pub(crate) fn close() -> Self {
        Self::Close
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Status(status, mut headers, rest) => {
                headers.push((name, value.to_owned()));
                Self::Status(status, headers, rest)
            }
            other => other,
        }
    }

    pub(crate) fn then_drip(self) -> Self {
        self.followed_by(Rest::Drip)
    }

    pub(crate) fn then_bytes(self, bytes: usize) -> Self {
        self.followed_by(Rest::Bytes(bytes))
    }

    fn followed_by(self, rest: Rest) -> Self {
        match self {
            Self::Status(status, headers, _) => Self::Status(status, headers, rest),
            other => other,
        }
    }
}

type Handler = dyn Fn(&Posted) -> Reply + Send + Sync;

/// A server on loopback that takes posts, stopped when dropped.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    posted: Arc<Mutex<Vec<Posted>>>,
    accepting: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start(handler: impl Fn(&Posted) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let posted = Arc::new(Mutex::new(Vec::new()));
        let (log, handler): (_, Arc<Handler>) = (posted.clone(), Arc::new(handler));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, handler) = (log.clone(), handler.clone());
                tokio::spawn(async move {
                    let _ = serve(stream, &log, &*handler).await;
                });
            }
        });
        Self { address, posted, accepting }
    }

    /// What was posted so far, in order.
    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }

    /// Waits until so much was posted.
    pub(crate) async fn was_asked(&self, times: usize) {
        eventually("the receiver is asked", || self.posted().len() >= times).await;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// One request a connection.
async fn serve(mut stream: TcpStream, log: &Mutex<Vec<Posted>>, handler: &Handler) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
    let body = String::from_utf8_lossy(&bytes[head..]).into_owned();
    let mut posted = Posted { line, headers, body, status: 0 };
    let reply = handler(&posted);
    if let Reply::Status(status, ..) = reply {
        posted.status = status;
    }
    log.lock().unwrap().push(posted);
    match reply {
        Reply::Close => {}
        Reply::Silence => std::future::pending().await,
        Reply::Raw(text) => stream.write_all(text.as_bytes()).await?,
        Reply::Status(status, headers, rest) => {
            let length = match rest {
                Rest::None => 0,
                Rest::Drip => 1 << 30,
                Rest::Bytes(bytes) => bytes,
            };
            let mut head = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n");
            if status != 204 {
                head += &format!("content-length: {length}\r\n");
            }
            for (name, value) in headers {
                head += &format!("{name}: {value}\r\n");
            }
            stream.write_all((head + "\r\n").as_bytes()).await?;
            match rest {
                Rest::None => {}
                Rest::Drip => loop {
                    stream.write_all(b".").await?;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                },
                Rest::Bytes(bytes) => stream.write_all(&vec![b'.'; bytes]).await?,
            }
        }
    }
    stream.shutdown().await
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what}: that did not come"));
}

/// The page of an article.
fn page(guid: &str) -> Url {
    format!("https://news.example/{guid}").parse().unwrap()
}

/// A journal with articles.
pub(crate) struct TestJournal {
    pub(crate) journal: Journal,
    folder: TempDir,
}

fn feed(number: u32) -> FeedState {
    let address = format!("https://news.example/{number}.xml").parse().unwrap();
    FeedState::new(&FeedRef::new(&address, None, &SecretQuery::default()), Timestamp::UNIX_EPOCH)
}

impl TestJournal {
    /// A journal with these articles, each in this revision.
    pub(crate) async fn new(articles: &[(&str, u32)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Self::open(folder);
        journal.journal.configure_feeds((0..9).map(feed).collect()).await.unwrap();
        for (guid, revision) in articles {
            journal.publish(guid, *revision).await;
        }
        journal
    }

    fn open(folder: TempDir) -> Self {
        let options =
            Options { durability: Durability::Process, writing: Writing::Apart, ..Options::default() };
        Self { journal: Journal::open(folder.path().join("journal.db"), options).unwrap(), folder }
    }

    /// The same as it is now, in another place.
    pub(crate) fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        dateline_journal::backup(&self.folder.path().join("journal.db"), &path, |_, _| {}).unwrap();
        Self::open(folder)
    }

    pub(crate) async fn publish(&self, guid: &str, revision: u32) {
        let url = page(guid);
        let text = format!("The text of {guid}, as it was told for the {revision}. time.");
        let event = dateline_samples::article(&url, &format!("Title {revision}"), &text);
        let event = Event::Article(Box::new(event));
        self.commit(guid, revision, event).await;
    }

    /// Has two visits find the page of an article gone.
    pub(crate) async fn withdraw(&self, guid: &str) {
        let (url, article) = (page(guid), ArticleId::of(&CanonicalUrl::of(&page(guid))));
        for _ in 0..2 {
            let event = WithdrawalEvent {
                id: EventId::of_revision(&article, 0),
                article: article.clone(),
                withdraws: EventId::of_revision(&article, 0),
                url: url.clone(),
                reason: WithdrawalReason::Gone,
                detail: "status 410".into(),
                missing_since: Timestamp::now(),
                feed: None,
                entry: None,
                said: WithdrawnArticle::default(),
            };
            let visit = RevisitCompletion {
                article: article.clone(),
                url: url.clone(),
                finding: RevisitFinding::Missing(Box::new(event)),
                stories: StoryUpdate::default(),
                next: Some(Timestamp::now()),
                at: Timestamp::now(),
                traceparent: String::new(),
            };
            self.journal.finish_revisit(visit).await.unwrap();
        }
    }

    pub(crate) async fn reject(&self, guid: &str) {
        let event = Event::Reject(Box::new(dateline_samples::reject(guid, RejectReason::NotRelevant)));
        self.commit(guid, 0, event).await;
    }

    async fn commit(&self, guid: &str, revision: u32, event: Event) {
        let (feed, entry) = (feed(revision), EntryId::of_guid(guid));
        let id = feed.id.clone();
        let poll = PollCommit {
            feed,
            entries: vec![Entry { guid: Some(guid.into()), ..Entry::new(entry.clone()) }],
            events: Vec::new(),
            hub: HubNews::Nothing,
            at: Timestamp::now(),
            traceparent: String::new(),
        };
        self.journal.commit_poll(poll).await.unwrap();
        let finish = EntryCompletion {
            feed: id,
            entry,
            event,
            page_was_read: true,
            stories: StoryUpdate::default(),
            revisit: Some(RevisitPlan {
                url: page(guid),
                validators: Validators::default(),
                due: Timestamp::now(),
            }),
            at: Timestamp::now(),
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
        };
        self.journal.finish(finish).await.unwrap();
    }

    /// Has the journal know a sink that begins with its first event, and delivers elsewhere.
    pub(crate) async fn know(&self, id: SinkId) {
        let opening = SinkOpening {
            id,
            target: "elsewhere".into(),
            filter: EventFilter::default(),
            start: SinkStart::Earliest,
            at: Timestamp::now(),
        };
        self.journal.open_sink(opening).await.unwrap();
    }

    pub(crate) fn event(&self, sequence: u64) -> CloudEvent {
        self.journal.reader().event(Sequence(sequence)).unwrap().unwrap()
    }

    fn reader(&self) -> &JournalReader {
        self.journal.reader()
    }

    pub(crate) fn state(&self) -> SinkState {
        self.reader().sinks().unwrap().remove(0).0
    }

    pub(crate) fn waiting(&self) -> Vec<UndeliveredEvent> {
        self.reader().waiting(&SinkId::webhook("desk")).unwrap()
    }

    /// What was given up, once it is so much.
    pub(crate) async fn dead_letters(&self, count: usize) -> Vec<UndeliveredEvent> {
        let letters = || self.reader().dead_letters(&SinkId::webhook("desk"), 10).unwrap();
        eventually("events are given up", || letters().len() == count).await;
        letters()
    }
}

/// A webhook called `desk` for what `receiver` is to get.
pub(crate) fn settings(receiver: &Receiver, start: SinkStart) -> WebhookSettings {
    WebhookSettings {
        name: "desk".into(),
        url: format!("http://127.0.0.1:{}/hooks?key=hush", receiver.address.port()).parse().unwrap(),
        keys: SigningKeys::parse(SECRET).unwrap(),
        filter: EventFilter::default(),
        start,
        timeout: Duration::from_secs(20),
        give_up_after: WebhookSettings::GIVE_UP_AFTER,
    }
}

/// A webhook at work.
pub(crate) struct WebhookRun {
    pub(crate) handle: SinkHandle,
    name: String,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl WebhookRun {
    /// Starts a webhook that may reach inside addresses.
    pub(crate) fn start(journal: &TestJournal, settings: WebhookSettings) -> Self {
        let fetch = FetchSettings { allow_private_addresses: true, ..FetchSettings::default() };
        let transport = LiveTransport::new(&Webhook::bounds(&settings, &fetch)).unwrap();
        Self::with_transport(journal, settings, &fetch, transport)
    }

    pub(crate) fn with_transport(
        journal: &TestJournal,
        settings: WebhookSettings,
        fetch: &FetchSettings,
        transport: LiveTransport,
    ) -> Self {
        let name = settings.name.clone();
        let envelope = Envelope::from("/dateline/test");
        let webhook = Webhook::with_transport(
            settings,
            fetch,
            transport,
            journal.journal.clone(),
            envelope,
            Clock::System,
        );
        let (handle, stop) = (webhook.handle(), CancellationToken::new());
        let running = tokio::spawn(webhook.run(stop.clone()));
        Self { handle, name, stop, running }
    }

    /// Waits until the report is as it is to be.
    pub(crate) async fn is(&self, holds: impl FnMut(&SinkReport) -> bool) -> SinkReport {
        let mut report = self.handle.report.clone();
        let waiting = report.wait_for(holds);
        let report = tokio::time::timeout(PATIENCE, waiting).await;
        report.unwrap_or_else(|_| panic!("{:?}", self.handle.report.borrow())).unwrap().clone()
    }

    /// Waits until the position is at `sequence`.
    pub(crate) async fn reaches(&self, sequence: u64) {
        self.is(|report| report.position >= Sequence(sequence)).await;
    }

    /// Waits until the journal says that everything is delivered.
    pub(crate) async fn settles(&self, journal: &TestJournal) {
        let id = SinkId::webhook(&self.name);
        eventually("everything is delivered", || {
            let reader = journal.reader();
            let sinks = reader.sinks().unwrap();
            let last = reader.last_sequence().unwrap();
            let is_done = sinks.iter().any(|(state, counts)| {
                state.id == id && state.position == last && counts.waiting == 0 && state.delivered > 0
            });
            is_done && reader.waiting(&id).unwrap().is_empty()
        })
        .await;
    }

    pub(crate) async fn stop(self) -> SinkReport {
        self.stop.cancel();
        self.running.await.unwrap();
        self.handle.report.borrow().clone()
    }
}
