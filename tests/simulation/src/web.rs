//! The simulated web: answers as its plan says, and remembers what it was asked.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use dateline_fetcher::{
    Clock,
    transport::{FailureKind, Purpose, Request, Response, Transport, TransportError},
};
use dateline_wire::{EntryId, FeedId};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::{
    plan::{EntryPlan, FaultKind, FeedPlan, PagePlan, Plan},
    render,
};

/// What any answer takes.
const LATENCY: Duration = Duration::from_millis(40);
/// How long a client waits in silence. The transport is what bounds an exchange, so this one does too.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request, as the web saw it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) purpose: Purpose,
    pub(crate) start: Duration,
    pub(crate) end: Option<Duration>,
    /// How long it was asked to leave the host alone.
    pub(crate) rest: Option<Duration>,
    /// Which life of the daemon asked.
    pub(crate) life: usize,
}

/// What the web remembers.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) asked: Vec<Asked>,
    /// Entries that were in an answer that arrived: the highest edition shown.
    pub(crate) visible: BTreeMap<(FeedId, EntryId), u32>,
    under_way: usize,
    pub(crate) most_under_way: usize,
    life: usize,
}

/// A web in memory.
#[derive(Debug)]
pub struct Web {
    plan: Arc<Plan>,
    origin: Timestamp,
    start: Instant,
    clock: Mutex<Clock>,
    log: Mutex<Log>,
}

/// What an answer is going to be.
struct Reaction {
    delay: Duration,
    outcome: Result<(u16, HeaderMap, String), TransportError>,
    /// The feed that is shown, if one is.
    shows: Option<usize>,
    rest: Option<Duration>,
}

impl Web {
    /// The web of `plan`, which begins now, at `origin` by its own clock, which never jumps.
    pub fn new(plan: Arc<Plan>, origin: Timestamp) -> Self {
        let clock = Mutex::new(Clock::starting_at(origin));
        Self { plan, origin, start: Instant::now(), clock, log: Mutex::default() }
    }

    /// Begins another life of the daemon, whose clock is this one.
    pub(crate) fn restarted(&self, clock: Clock) {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = clock;
        self.log().life += 1;
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn react(&self, request: &Request, now: Duration) -> Reaction {
        let host = request.url.host_str().unwrap_or_default();
        let mut delay = LATENCY;
        let fail = |kind, after| Reaction {
            delay: after,
            outcome: Err(TransportError::new(kind, "as the plan says")),
            shows: None,
            rest: None,
        };
        let answer = |status, headers, body: &str| Reaction {
            delay: LATENCY,
            outcome: Ok((status, headers, body.to_owned())),
            shows: None,
            rest: None,
        };
        let html = || fields(&[(header::CONTENT_TYPE, "text/html; charset=utf-8")]);
        match self.plan.fault(host, now) {
            None => {}
            Some(FaultKind::Slow(slow)) => delay = slow,
            Some(FaultKind::Refused) => return fail(FailureKind::Connect, LATENCY),
            Some(FaultKind::Silence) => return fail(FailureKind::Timeout, PATIENCE),
            Some(FaultKind::Cut) => return fail(FailureKind::Cut, LATENCY),
            Some(FaultKind::Status(status)) => return answer(status, html(), "<h1>Error</h1>"),
            Some(FaultKind::Busy(status, seconds)) => {
                let headers = fields(&[(header::RETRY_AFTER, &seconds.to_string())]);
                let rest = Some(Duration::from_secs(seconds.into()));
                return Reaction { rest, ..answer(status, headers, "") };
            }
            Some(FaultKind::Garbage) if request.purpose == Purpose::Feed => {
                return answer(200, html(), "<!doctype html><title>Log in</title><form><input></form>");
            }
            Some(FaultKind::Garbage) => return answer(502, html(), "half a pa"),
        }
        if request.url.path() == "/robots.txt" {
            let text = fields(&[(header::CONTENT_TYPE, "text/plain")]);
            return Reaction { delay, ..answer(200, text, "User-agent: *\nDisallow: /private/\n") };
        }
        if let Some((number, feed)) = self.feed_at(request.url.as_str()) {
            return Reaction { delay, ..self.feed(number, feed, request, now) };
        }
        let reaction = match self.plan.pages.get(request.url.as_str()) {
            Some(PagePlan::Article { number, relevant }) => {
                answer(200, html(), &render::article(*number, *relevant))
            }
            Some(PagePlan::Redirect(target)) => {
                answer(301, fields(&[(header::LOCATION, target.as_str())]), "")
            }
            Some(PagePlan::Forbidden | PagePlan::NotFound) | None => {
                answer(404, html(), "<h1>Not found</h1>")
            }
        };
        Reaction { delay, ..reaction }
    }

    fn feed_at(&self, url: &str) -> Option<(usize, &FeedPlan)> {
        let is_there = |feed: &FeedPlan| {
            feed.url.as_str() == url || feed.moved.as_ref().is_some_and(|(_, moved)| moved.as_str() == url)
        };
        self.plan.feeds.iter().enumerate().find(|(_, feed)| is_there(feed))
    }

    fn feed(&self, number: usize, feed: &FeedPlan, request: &Request, now: Duration) -> Reaction {
        let plain = |status, headers, body, shows| Reaction {
            delay: LATENCY,
            outcome: Ok((status, headers, body)),
            shows,
            rest: None,
        };
        if let Some((since, target)) = &feed.moved {
            let asked_there = request.url == *target;
            if *since <= now && !asked_there {
                return plain(301, fields(&[(header::LOCATION, target.as_str())]), String::new(), None);
            }
            if *since > now && asked_there {
                return plain(404, HeaderMap::new(), String::new(), None);
            }
        }
        let body = render::feed(feed, self.origin, now);
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let etag = format!("\"{:x}\"", hasher.finish());
        if !feed.conditional {
            return plain(200, HeaderMap::new(), body, Some(number));
        }
        let headers = fields(&[(header::ETAG, &etag)]);
        if request.headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag.as_str()) {
            return plain(304, headers, String::new(), None);
        }
        plain(200, headers, body, Some(number))
    }
}

impl Transport for Web {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let now = self.start.elapsed();
            let reaction = self.react(&request, now);
            let number = {
                let mut log = self.log();
                log.under_way += 1;
                log.most_under_way = log.most_under_way.max(log.under_way);
                let asked = Asked {
                    host: request.url.host_str().unwrap_or_default().to_owned(),
                    path: request.url.path().to_owned(),
                    purpose: request.purpose,
                    start: now,
                    end: None,
                    rest: None,
                    life: log.life,
                };
                log.asked.push(asked);
                log.asked.len() - 1
            };
            // Counted down even if the daemon gives up on the answer.
            let under_way = UnderWay { web: self, number };
            sleep(reaction.delay).await;
            under_way.arrived(&reaction, now);
            let (status, headers, body) = reaction.outcome?;
            let received_at = self.clock.lock().unwrap_or_else(PoisonError::into_inner).now();
            let body = Bytes::from(body);
            Ok(Response { status, headers, body, received_at, elapsed: reaction.delay, record_id: None })
        })
    }
}

/// A request that was not answered yet.
struct UnderWay<'w> {
    web: &'w Web,
    number: usize,
}

impl UnderWay<'_> {
    /// Notes that the answer arrived, and the entries that it shows, as they were when it was asked for.
    fn arrived(&self, reaction: &Reaction, asked_at: Duration) {
        let mut log = self.web.log();
        if let Some(asked) = log.asked.get_mut(self.number) {
            asked.rest = reaction.rest;
        }
        let Some(feed) = reaction.shows.map(|number| &self.web.plan.feeds[number]) else { return };
        for entry in render::shown(feed, asked_at) {
            let (edition, _) = entry.edition(asked_at);
            let seen = log.visible.entry((FeedId::of(&feed.url), id_of(entry))).or_default();
            *seen = edition.max(*seen);
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let now = self.web.start.elapsed();
        let mut log = self.web.log();
        log.under_way -= 1;
        if let Some(asked) = log.asked.get_mut(self.number) {
            asked.end = Some(now);
        }
    }
}

/// What Dateline calls the entry.
fn id_of(entry: &EntryPlan) -> EntryId {
    match &entry.guid {
        Some(guid) => EntryId::of_guid(guid),
        None => EntryId::of_link(&entry.link),
    }
}

fn fields(fields: &[(HeaderName, &str)]) -> HeaderMap {
    let valid = |(name, value): &(HeaderName, &str)| Some((name.clone(), HeaderValue::from_str(value).ok()?));
    fields.iter().filter_map(valid).collect()
}
