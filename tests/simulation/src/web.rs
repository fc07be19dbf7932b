//! The simulated web: answers as its plan says, and remembers what it was asked.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
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
use url::Position;

use crate::{
    plan::{EntryPlan, FaultKind, FeedPlan, PagePlan, Plan, page_at},
    render,
    trouble::{RobotsPlan, Trouble},
};

/// What any answer takes.
const LATENCY: Duration = Duration::from_millis(40);
/// How long a client waits in silence. The transport is what bounds an exchange, so this one does too.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the daemon may decompress a body to, in bytes: little, so that bombs cost little.
pub(crate) const MAX_DECODED_BYTES: usize = 1 << 20;

/// One request, as the web saw it.
#[derive(Debug, Clone)]
pub(crate) struct LoggedRequest {
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

/// Entries that were visible, and the highest edition of each.
pub(crate) type VisibleEntries = BTreeMap<(FeedId, EntryId), u32>;

/// What the web remembers.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) asked: Vec<LoggedRequest>,
    /// For each entry of each feed the highest edition in an answer that arrived; 0 where it was in none.
    editions: Vec<Vec<u32>>,
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
    /// Which feed is at which address, also at the one it moves to.
    feeds: HashMap<String, usize>,
    /// Each feed as it was rendered last.
    rendered: Mutex<Vec<Option<FeedText>>>,
}

/// A feed's text, and its validator.
#[derive(Debug, Clone)]
struct FeedText {
    state: render::State,
    body: Bytes,
    etag: String,
}

/// How much of a feed an answer shows.
#[derive(Clone, Copy)]
struct Showing {
    feed: usize,
    /// So many of its newest entries.
    newest: usize,
}

/// What an answer is going to be.
struct Reaction {
    delay: Duration,
    outcome: Result<(u16, HeaderMap, Bytes), TransportError>,
    /// The feed that is shown, if one is.
    shows: Option<Showing>,
    rest: Option<Duration>,
}

impl Web {
    /// The web of `plan`, which begins now, at `origin` by its own clock, which never jumps.
    pub fn new(plan: Arc<Plan>, origin: Timestamp) -> Self {
        let clock = Mutex::new(Clock::starting_at(origin));
        let addresses = |(number, feed): (usize, &FeedPlan)| {
            let moved = feed.moved.as_ref().map(|(_, url)| url);
            std::iter::once(&feed.url).chain(moved).map(|url| (url.to_string(), number)).collect::<Vec<_>>()
        };
        let feeds = plan.feeds.iter().enumerate().flat_map(addresses).collect();
        let editions = plan.feeds.iter().map(|feed| vec![0; feed.entries.len()]).collect();
        let log = Mutex::new(Log { editions, ..Log::default() });
        let rendered = Mutex::new(vec![None; plan.feeds.len()]);
        Self { plan, origin, start: Instant::now(), clock, log, feeds, rendered }
    }

    /// Entries that were in an answer that arrived, as Dateline calls them, and the highest edition shown.
    pub(crate) fn visible(&self) -> VisibleEntries {
        let log = self.log();
        let mut visible = VisibleEntries::new();
        for (feed, editions) in self.plan.feeds.iter().zip(&log.editions) {
            let id = FeedId::of(&feed.url);
            for (entry, edition) in feed.entries.iter().zip(editions).filter(|(_, edition)| **edition > 0) {
                let seen = visible.entry((id.clone(), id_of(entry))).or_default();
                *seen = (*seen).max(*edition);
            }
        }
        visible
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
            outcome: Ok((status, headers, body.to_owned().into())),
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
            Some(FaultKind::BusyUntil(status, seconds)) => {
                let wait = Duration::from_secs(seconds.into());
                let clock = *self.clock.lock().unwrap_or_else(PoisonError::into_inner);
                let date = clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
                let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
                let headers = fields(&[(header::RETRY_AFTER, &date)]);
                // A date has no fractions of a second, and the answer takes a moment.
                let rest = Some(wait.saturating_sub(Duration::from_secs(2)));
                return Reaction { rest, ..answer(status, headers, "") };
            }
            Some(FaultKind::Garbage) if request.purpose == Purpose::Feed => {
                return answer(200, html(), "<!doctype html><title>Log in</title><form><input></form>");
            }
            Some(FaultKind::Garbage) => return answer(502, html(), "half a pa"),
        }
        if matches!(request.url.path(), "/robots.txt" | "/moved-robots.txt") {
            return Reaction { delay, ..self.robots(host, request, now) };
        }
        if let Some(number) = self.feed_at(request.url.as_str()) {
            return Reaction { delay, ..self.feed(number, request, now) };
        }
        let reaction = match self.plan.pages.get(page_at(request.url.as_str())) {
            Some(PagePlan::Article { gone: Some(gone), .. }) if *gone <= now => {
                answer(410, html(), "<h1>Gone</h1>")
            }
            Some(PagePlan::Article { number, relevant, edited, .. }) => {
                let is_edited = edited.is_some_and(|edited| edited <= now);
                let etag = format!("\"{number}-{is_edited}\"");
                let mut headers = html();
                headers.extend(fields(&[(header::ETAG, etag.as_str())]));
                match request.headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag.as_str()) {
                    true => answer(304, headers, ""),
                    false => answer(200, headers, &render::article(*number, *relevant, is_edited)),
                }
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

    fn feed_at(&self, url: &str) -> Option<usize> {
        self.feeds.get(url.split('?').next().unwrap_or_default()).copied()
    }

    /// The text of a feed at a moment.
    fn rendered(&self, number: usize, now: Duration) -> FeedText {
        let feed = &self.plan.feeds[number];
        let state = render::State::of(feed, now);
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rendered) = rendered[number].as_ref().filter(|rendered| rendered.state == state) {
            return rendered.clone();
        }
        let body = render::feed(feed, self.origin, now);
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let fresh = FeedText { state, body: body.into(), etag: format!("\"{:x}\"", hasher.finish()) };
        rendered[number].insert(fresh).clone()
    }

    fn robots(&self, host: &str, request: &Request, now: Duration) -> Reaction {
        let answer = |status, name, value, body: &str| Reaction {
            delay: LATENCY,
            outcome: Ok((status, fields(&[(name, value)]), body.to_owned().into())),
            shows: None,
            rest: None,
        };
        let text = |text| answer(200, header::CONTENT_TYPE, "text/plain", text);
        const RULES: &str = "User-agent: *\nDisallow: /private/\n";
        match self.plan.robots.get(host).copied().unwrap_or(RobotsPlan::Closed) {
            RobotsPlan::Moved if request.url.path() == "/robots.txt" => {
                answer(301, header::LOCATION, "/moved-robots.txt", "")
            }
            RobotsPlan::Slow(seconds) => text(&format!("{RULES}Crawl-delay: {seconds}\n")),
            RobotsPlan::None => answer(404, header::CONTENT_TYPE, "text/html", "<h1>Not found</h1>"),
            RobotsPlan::Page => answer(200, header::CONTENT_TYPE, "text/html", "<h1>Welcome</h1>"),
            RobotsPlan::FailingUntil(end) if now < end => answer(503, header::CONTENT_TYPE, "text/html", ""),
            RobotsPlan::Closed | RobotsPlan::Moved | RobotsPlan::FailingUntil(_) => text(RULES),
        }
    }

    /// What a feed with a trouble answers, where that is something else than the feed as it is.
    fn troubled(&self, trouble: Trouble, request: &Request, shown: Showing, body: &str) -> Option<Reaction> {
        let answer = |status, named: &[(HeaderName, &str)], body: Bytes, shows| Reaction {
            delay: LATENCY,
            outcome: Ok((status, fields(named), body)),
            shows,
            rest: None,
        };
        let status = |status| Some(answer(status, &[], Bytes::new(), None));
        let to = |location| Some(answer(302, &[(header::LOCATION, location)], Bytes::new(), None));
        match trouble {
            Trouble::Elsewhere if request.url.query().is_none() => to("?elsewhere"),
            Trouble::Circle if request.url.query() == Some("round") => to("?and"),
            Trouble::Circle => to("?round"),
            Trouble::Gone => status(410),
            Trouble::Missing => status(404),
            Trouble::Failing => status(500),
            Trouble::Bomb => {
                let coding = [(header::CONTENT_ENCODING, "gzip")];
                Some(answer(200, &coding, bomb(), None))
            }
            Trouble::Charset => {
                let wide: Vec<u8> =
                    "\u{feff}".encode_utf16().chain(body.encode_utf16()).flat_map(u16::to_le_bytes).collect();
                let named = [(header::CONTENT_TYPE, "application/xml; charset=iso-8859-1")];
                Some(answer(200, &named, wide.into(), Some(shown)))
            }
            Trouble::Truncated => {
                let newest = shown.newest / 2;
                let ends = ["</item>", "</entry>"].iter().find(|end| body.contains(**end))?;
                let (at, end) = body.match_indices(ends).nth(newest.checked_sub(1)?)?;
                let part = Bytes::copy_from_slice(&body.as_bytes()[..at + end.len()]);
                Some(answer(200, &[], part, Some(Showing { newest, ..shown })))
            }
            _ => None,
        }
    }

    fn feed(&self, number: usize, request: &Request, now: Duration) -> Reaction {
        let feed = &self.plan.feeds[number];
        let plain = |status, headers, body: Bytes, shows| Reaction {
            delay: LATENCY,
            outcome: Ok((status, headers, body)),
            shows,
            rest: None,
        };
        if let Some((since, target)) = &feed.moved {
            let asked_there = request.url == *target;
            if *since <= now && !asked_there {
                return plain(301, fields(&[(header::LOCATION, target.as_str())]), Bytes::new(), None);
            }
            if *since > now && asked_there {
                return plain(404, HeaderMap::new(), Bytes::new(), None);
            }
        }
        let FeedText { body, etag, .. } = self.rendered(number, now);
        let shown = Showing { feed: number, newest: render::shown(feed, now).len() };
        let trouble = feed.spell.map_or(Trouble::None, |spell| spell.at(now));
        if trouble != Trouble::None
            && let Some(reaction) = self.troubled(trouble, request, shown, &String::from_utf8_lossy(&body))
        {
            return reaction;
        }
        if !feed.conditional {
            return plain(200, HeaderMap::new(), body, Some(shown));
        }
        let headers = fields(&[(header::ETAG, &etag)]);
        if request.headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag.as_str()) {
            return plain(304, headers, Bytes::new(), None);
        }
        plain(200, headers, body, Some(shown))
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
                let asked = LoggedRequest {
                    host: request.url.host_str().unwrap_or_default().to_owned(),
                    path: request.url[Position::BeforePath..].to_owned(),
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
            let under_way = OpenRequest { web: self, number };
            sleep(reaction.delay).await;
            under_way.arrived(&reaction, now);
            let (status, headers, body) = reaction.outcome?;
            let received_at = self.clock.lock().unwrap_or_else(PoisonError::into_inner).now();
            Ok(Response {
                status,
                headers,
                body,
                received_at,
                head_after: Duration::ZERO,
                elapsed: reaction.delay,
                record_id: None,
            })
        })
    }
}

/// A request that was not answered yet.
struct OpenRequest<'w> {
    web: &'w Web,
    number: usize,
}

impl OpenRequest<'_> {
    /// Notes that the answer arrived, and the entries that it shows, as they were when it was asked for.
    fn arrived(&self, reaction: &Reaction, asked_at: Duration) {
        let mut log = self.web.log();
        if let Some(asked) = log.asked.get_mut(self.number) {
            asked.rest = reaction.rest;
        }
        let Some(shown) = reaction.shows else { return };
        let feed = &self.web.plan.feeds[shown.feed];
        // Dates that stick and come loose again are two edits of whatever is listed meanwhile.
        let dates = if feed.spell.is_some_and(|spell| spell.trouble == Trouble::StuckDates) { 3 } else { 1 };
        for number in render::shown(feed, asked_at).rev().take(shown.newest) {
            let (edition, _) = feed.entries[number].edition(asked_at);
            let seen = &mut log.editions[shown.feed][number];
            *seen = edition.max(dates).max(*seen);
        }
    }
}

impl Drop for OpenRequest<'_> {
    fn drop(&mut self) {
        let now = self.web.start.elapsed();
        let mut log = self.web.log();
        log.under_way -= 1;
        if let Some(asked) = log.asked.get_mut(self.number) {
            asked.end = Some(now);
        }
    }
}

/// A few kilobytes of gzip that decompress to more than the simulation's bound.
fn bomb() -> Bytes {
    static BOMB: LazyLock<Bytes> = LazyLock::new(|| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let written = encoder.write_all(&vec![b' '; 2 * MAX_DECODED_BYTES]).and_then(|()| encoder.finish());
        // Writing to memory doesn't fail.
        written.unwrap_or_default().into()
    });
    BOMB.clone()
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
