//! An article's page, from its address to its bytes.

use std::time::Duration;

use dateline_text::markup::{MarkupScanner, MarkupToken};
use dateline_wire::{HttpStatus, Page, RejectReason, Validators};
use http::HeaderMap;
use jiff::Timestamp;
use url::Url;

use crate::{
    Feed, Fetcher, Hop, MemoryLease, RobotsRule,
    client::{RequestFailure, shown},
    coding::{CodedExtent, CodingError, read_body},
    memory::PageMemory,
    poll::{refreshed, validators_of},
    redirector::{self, MAX_UNWRAPPED, Redirector},
    refresh,
    retry_after::retry_after,
    robots::Permission,
    sniff::other_than_html,
    transport::{Purpose, Response, TransportError},
};

/// The first pause before a page is tried again; each further one is four times as long.
const FIRST_RETRY: Duration = Duration::from_secs(60);

/// How often a page is tried: with the pauses between, for almost six hours.
const MAX_TRIES: u32 = 6;

/// How often a page that sends elsewhere by `<meta http-equiv="refresh">` is believed.
const MAX_REFRESHES: usize = 2;

/// Bytes that are read of a page that came with a redirect to nowhere.
const MAX_MOVED_BYTES: usize = 64 << 10;

/// What pages decompress to at most, as a rule: this many times what was sent, or this many bytes.
const COMMON_RATIO: usize = 10;
const COMMON_PAGE_BYTES: usize = 1 << 20;

/// A page and how it was reached.
#[derive(Debug, Clone)]
pub struct FetchedPage {
    /// The page. Its `url` is the address that answered.
    pub page: Page,
    /// The redirects on the way, in order.
    pub hops: Vec<Hop>,
    /// The `WARC-Record-ID` of the answer, if it was recorded.
    pub record_id: Option<String>,
    /// What it holds of the memory that pages share.
    pub memory: Option<MemoryLease>,
    /// What the address that answered gave to ask with next time.
    pub validators: Validators,
}

impl FetchedPage {
    /// Whether a redirect led from a page to the front page of its site, as links to pages that are gone do.
    pub fn is_front_of_gone(&self) -> bool {
        self.page.url.as_ref().is_some_and(|url| self.hops.iter().any(|hop| is_front_page(&hop.url, url)))
    }
}

/// What a page that was visited again has become.
#[derive(Debug)]
pub enum PageVisit {
    /// It is as it was (304); these are the validators to ask with next time.
    NotModified(Validators),
    /// It was read.
    Read(Box<FetchedPage>),
    /// It redirects to the front page of its site, which was not asked for.
    FrontPage(Url),
}

/// Why a page could not be had.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{url}: {failure}")]
pub struct PageError {
    /// The address that failed, without credentials: the one asked for, or one that it redirects to.
    pub url: String,
    /// What failed.
    pub failure: PageFailure,
}

/// What failed about a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageFailure {
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer's status says no.
    #[error("answered {status}")]
    Status {
        /// The status.
        status: HttpStatus,
        /// How long the host asks to wait.
        retry_after: Option<Duration>,
    },
    /// The host is to be left alone for now; nothing was asked.
    #[error("its host is to be left alone until {until}")]
    Resting {
        /// When its turn may come.
        until: Timestamp,
    },
    /// Its host's robots.txt asks not to fetch it.
    #[error("its host's robots.txt asks not to fetch it")]
    Robots,
    /// Its host's robots.txt could not be had, so nothing may be fetched there for now (RFC 9309, section 2.3.1.4).
    #[error("its host's robots.txt could not be had: {why}")]
    RobotsUnreachable {
        /// What failed.
        why: String,
        /// When robots.txt will be asked for again.
        retry_after: Duration,
    },
    /// Its host, or one that it sends to, is for another member of the fleet to ask.
    #[error("its host is for another member of the fleet to ask")]
    Elsewhere {
        /// The page that is to be asked for there.
        link: Box<Url>,
    },
    /// The redirects lead nowhere.
    #[error("{0}")]
    Redirects(String),
    /// It is the page of a redirector that doesn't say where the article is.
    #[error("a redirector's page that doesn't say where the article is")]
    Redirector,
    /// The answer holds nothing. Servers that restart or are too busy answer so for a moment.
    #[error("the answer is empty")]
    Empty,
    /// The answer is no HTML.
    #[error("no HTML but {0}")]
    NotHtml(String),
    /// The body cannot be decompressed.
    #[error(transparent)]
    Coding(#[from] CodingError),
}

impl PageError {
    /// The reason, as a reject event gives it.
    pub fn reason(&self) -> RejectReason {
        match &self.failure {
            PageFailure::Transport(error) => error.kind.into(),
            PageFailure::Status { .. } => RejectReason::HttpStatus,
            PageFailure::Resting { .. } => RejectReason::Resting,
            PageFailure::Robots => RejectReason::Robots,
            PageFailure::RobotsUnreachable { .. } => RejectReason::RobotsUnreachable,
            PageFailure::Redirects(_) | PageFailure::Elsewhere { .. } => RejectReason::Redirects,
            PageFailure::Redirector => RejectReason::Redirector,
            PageFailure::Empty => RejectReason::Empty,
            PageFailure::NotHtml(_) => RejectReason::NotHtml,
            PageFailure::Coding(_) => RejectReason::Coding,
        }
    }

    /// Whether its host was asked at all. If not, this was no attempt.
    pub fn was_asked(&self) -> bool {
        !matches!(self.failure, PageFailure::Resting { .. })
    }

    /// When to try again after `attempts` fetches of this page have failed, this one included: `None` when trying again
    /// cannot help, or has been tried often enough.
    pub fn retry_in(&self, attempts: u32, now: Timestamp) -> Option<Duration> {
        let (tries, asked) = match &self.failure {
            // Nothing was asked, so nothing was tried.
            PageFailure::Resting { until } => {
                return Some(Duration::try_from(until.duration_since(now)).unwrap_or_default());
            }
            PageFailure::Transport(error) if error.kind.may_pass() => (MAX_TRIES, Duration::ZERO),
            // Feeds announce pages before they are there.
            PageFailure::Status { status: HttpStatus(404), .. } => (3, Duration::ZERO),
            PageFailure::Status { status: HttpStatus(408 | 425 | 429 | 500..), retry_after } => {
                (MAX_TRIES, retry_after.unwrap_or_default())
            }
            PageFailure::RobotsUnreachable { retry_after, .. } => (MAX_TRIES, *retry_after),
            PageFailure::Empty | PageFailure::Coding(CodingError::Broken { .. }) => (3, Duration::ZERO),
            _ => (1, Duration::ZERO),
        };
        let backoff = FIRST_RETRY.saturating_mul(4u32.saturating_pow(attempts.saturating_sub(1)));
        (attempts < tries).then_some(backoff.max(asked))
    }
}

impl Fetcher {
    /// Fetches the page at `url`: if robots.txt lets it, in its turn at each host, through its redirects, decompressed. A link
    /// through a known redirector leads to the article behind it, or fails.
    ///
    /// # Errors
    /// [`PageError`] says what failed on which address, and whether and when trying again can help.
    pub async fn page(&self, url: &Url) -> Result<FetchedPage, PageError> {
        self.page_of(url, None).await
    }

    /// The same for a page that `feed` announces, as the feed's options say.
    ///
    /// # Errors
    /// As for [`Fetcher::page`].
    pub async fn page_of(&self, url: &Url, feed: Option<&Feed>) -> Result<FetchedPage, PageError> {
        match self.visit(url, None, feed).await? {
            PageVisit::Read(fetched) => Ok(*fetched),
            // No condition was set, and no front page was looked for.
            PageVisit::NotModified(_) | PageVisit::FrontPage(_) => Err(PageError {
                url: shown(url),
                failure: PageFailure::Status { status: HttpStatus(304), retry_after: None },
            }),
        }
    }

    /// Visits the page at `url` again, that `feed` announced: only if it is not as it was when it gave `validators` (RFC 9110,
    /// section 13.1), and not further than to the front page of its site, where that is what became of it.
    ///
    /// # Errors
    /// As for [`Fetcher::page`].
    pub async fn page_again(
        &self,
        url: &Url,
        validators: &Validators,
        feed: Option<&Feed>,
    ) -> Result<PageVisit, PageError> {
        self.visit(url, Some(validators), feed).await
    }

    async fn visit(
        &self,
        address: &Url,
        known: Option<&Validators>,
        feed: Option<&Feed>,
    ) -> Result<PageVisit, PageError> {
        let purpose = if known.is_some() { Purpose::Revisit } else { Purpose::Page };
        let obeys_robots =
            self.fetch.obey_robots && feed.is_none_or(|feed| feed.options().robots == RobotsRule::Obey);
        let memory = self.memory.as_ref().map(PageMemory::lease);
        let mut url = address.clone();
        let mut hops = Vec::new();
        let mut refreshes = 0;
        let mut unwrapped = 0;
        loop {
            let redirector = redirector::of(&url);
            if unwrapped < MAX_UNWRAPPED
                && let Some(target) = redirector::carried(&url, redirector)
            {
                unwrapped += 1;
                url = target;
                continue;
            }
            let at = |failure: PageFailure| PageError { url: shown(&url), failure };
            if self.client.is_elsewhere(&url) {
                return Err(at(PageFailure::Elsewhere { link: Box::new(url.clone()) }));
            }
            if obeys_robots {
                self.ask_robots(&url, feed).await.map_err(at)?;
            }
            let conditions = known.map_or_else(HeaderMap::new, |known| self.conditions(known, &url));
            let is_conditional = !conditions.is_empty();
            let sent = self.client.send_for_page((&url, purpose), conditions, memory.clone(), feed).await;
            let response = sent.map_err(|failure| at(failure.into()))?;
            let given = || validators_of(self.secret_query().public(&url), &response.headers);
            if let (304, true, Some(known)) = (response.status, is_conditional, known) {
                return Ok(PageVisit::NotModified(refreshed(known, given())));
            }
            if let Some(mut step) = self.client.redirect(&url, &response, &hops) {
                if matches!(step, Err(RequestFailure::BadRedirect { .. }))
                    && refreshes < MAX_REFRESHES
                    && let Some(target) = self.sent_on(&response, &url).await
                    && hops.iter().all(|hop: &Hop| hop.url != target)
                {
                    refreshes += 1;
                    step = Ok((Hop { url: url.clone(), status: response.status }, target));
                }
                let (hop, target) = step.map_err(|failure| at(failure.into()))?;
                if known.is_some() && is_front_page(address, &target) {
                    return Ok(PageVisit::FrontPage(target));
                }
                hops.push(hop);
                url = target;
                continue;
            }
            let Html { bytes, target } =
                self.html(&response, &url, redirector, memory.as_ref()).await.map_err(at)?;
            if redirector.is_some() {
                let target = target.filter(|_| unwrapped < MAX_UNWRAPPED);
                let target = target.ok_or_else(|| at(PageFailure::Redirector))?;
                unwrapped += 1;
                hops.push(Hop { url, status: response.status });
                url = target;
                continue;
            }
            let target = target.filter(|_| refreshes < MAX_REFRESHES);
            if let Some(target) = target.filter(|target| hops.iter().all(|hop| hop.url != *target)) {
                refreshes += 1;
                hops.push(Hop { url, status: response.status });
                url = target;
                continue;
            }
            let page = Page {
                content_type: response.content_type(),
                bytes,
                received_at: Some(response.received_at),
                url: Some(url.clone()),
            };
            let validators = given();
            if let Some(memory) = &memory {
                memory.shrink_to(page.bytes.len());
            }
            let record_id = response.record_id;
            return Ok(PageVisit::Read(Box::new(FetchedPage { page, hops, record_id, memory, validators })));
        }
    }

    /// Where an answer that names no address to go to sends all the same: by its `Refresh` field or by its page.
    async fn sent_on(&self, response: &Response, url: &Url) -> Option<Url> {
        if let Some(target) =
            response.header(refresh::REFRESH).and_then(|field| refresh::in_field(field, url))
        {
            return Some(target);
        }
        let own = url.clone();
        let read = move |bytes: Vec<u8>| refresh::target(&bytes, &own);
        let extent = CodedExtent::Start(MAX_MOVED_BYTES);
        read_body(&response.headers, &response.body, extent, read).await.ok().flatten()
    }

    async fn ask_robots(&self, url: &Url, feed: Option<&Feed>) -> Result<(), PageFailure> {
        match self.robots.permission(&self.client, url, feed).await {
            Permission::Allowed => Ok(()),
            Permission::Disallowed => Err(PageFailure::Robots),
            Permission::Unknown { why, retry_after } => {
                Err(PageFailure::RobotsUnreachable { why, retry_after })
            }
            Permission::Resting { until } => Err(PageFailure::Resting { until }),
        }
    }

    /// The HTML of an answer of `url` that is no redirect, and where it sends to by itself: as a page of `redirector`, or else as
    /// a page with `<meta http-equiv="refresh">`.
    async fn html(
        &self,
        response: &Response,
        url: &Url,
        redirector: Option<&'static Redirector>,
        memory: Option<&MemoryLease>,
    ) -> Result<Html, PageFailure> {
        if response.status == 204 {
            return Err(PageFailure::Empty);
        }
        if !response.has_representation() {
            let retry_after = retry_after(&response.headers, self.client.clock.now())
                .map(|wait| wait.min(self.fetch.max_retry_after));
            return Err(PageFailure::Status { status: HttpStatus(response.status), retry_after });
        }
        let content_type = response.content_type();
        let sent_on = response.header(refresh::REFRESH).and_then(|field| refresh::in_field(field, url));
        let url = url.clone();
        let read = move |bytes: Vec<u8>| {
            if let Some(other) = other_than_html(content_type.as_deref(), &bytes) {
                return Err(PageFailure::NotHtml(other));
            }
            if sent_on.is_none() && is_blank(&bytes) {
                return Err(PageFailure::Empty);
            }
            let target = match redirector {
                Some(redirector) => redirector.target_in(&bytes, &url),
                None => sent_on.clone().or_else(|| refresh::target(&bytes, &url)),
            };
            Ok(Html { bytes, target })
        };
        let max = self.fetch.max_decoded_bytes;
        let Some(memory) = memory else {
            return read_body(&response.headers, &response.body, CodedExtent::Whole(max), read).await?;
        };
        // Room for what pages commonly decompress to; for a larger one there is room before it is done again.
        let common = response.body.len().saturating_mul(COMMON_RATIO).max(COMMON_PAGE_BYTES).min(max);
        memory.grow(common).await;
        match read_body(&response.headers, &response.body, CodedExtent::Whole(common), read.clone()).await {
            Err(CodingError::TooLarge(_)) if common < max => {
                memory.grow(max - common).await;
                read_body(&response.headers, &response.body, CodedExtent::Whole(max), read).await?
            }
            done => done?,
        }
    }
}

/// Whether `target` is the front page of the site of the page at `address`: its root, or that of the page's own language where its
/// address begins with one. Hosts of one site are those that differ in `www.`, and those under one another.
fn is_front_page(address: &Url, target: &Url) -> bool {
    let host = |url: &Url| {
        let host = url.host_str().unwrap_or_default().to_owned();
        host.strip_prefix("www.").map_or_else(|| host.clone(), str::to_owned)
    };
    let (of_page, of_target) = (host(address), host(target));
    let is_under = |host: &str, other: &str| {
        host.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if !is_under(&of_page, &of_target) && !is_under(&of_target, &of_page) {
        return false;
    }
    // Where the page itself is one, or the root takes it as a parameter, nothing says that it is gone.
    let front = |url: &Url| {
        let path = url.path().trim_end_matches('/');
        let path = FRONT_FILES.iter().find_map(|file| path.strip_suffix(file)).unwrap_or(path);
        url.query().is_none().then(|| path.trim_end_matches('/').to_owned())
    };
    let (Some(target), from) = (front(target), front(address)) else { return false };
    let language = address.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
    let is_root = target.is_empty()
        || language.len() == 2
            && language.bytes().all(|byte| byte.is_ascii_alphabetic())
            && target.strip_prefix('/') == Some(language);
    is_root && from != Some(target)
}

/// Whether a page holds nothing: no byte but white space, or the frame of a document with neither text nor script in it.
fn is_blank(html: &[u8]) -> bool {
    let html = html.trim_ascii();
    html.is_empty()
        || html.len() <= MAX_FRAME_BYTES
            && MarkupScanner::new(&String::from_utf8_lossy(html)).all(|token| match token {
                MarkupToken::Open(tag) => {
                    FRAME.iter().any(|name| tag.name.eq_ignore_ascii_case(name))
                        && tag.attribute("onload").is_none()
                }
                MarkupToken::Text(text) | MarkupToken::Literal(text) => {
                    text.trim_start_matches('\u{feff}').trim().is_empty()
                }
                MarkupToken::Close(_) | MarkupToken::Doctype(_) => true,
            })
}

/// The elements that every page has.
const FRAME: [&str; 3] = ["html", "head", "body"];

/// Their tags and a doctype are shorter, in bytes.
const MAX_FRAME_BYTES: usize = 512;

/// What the file of a front page is called where it is named.
const FRONT_FILES: [&str; 4] = ["/index.html", "/index.htm", "/index.php", "/default.aspx"];

/// What a page is, before it is known whether it is the one that was wanted.
struct Html {
    bytes: Vec<u8>,
    /// Where it sends to.
    target: Option<Url>,
}

impl From<RequestFailure> for PageFailure {
    fn from(failure: RequestFailure) -> Self {
        match failure {
            RequestFailure::Transport(error) => Self::Transport(error),
            RequestFailure::Resting { until } => Self::Resting { until },
            failure => Self::Redirects(failure.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_blank_that_has_neither_text_nor_script() {
        for blank in [
            "",
            " \n",
            "\u{feff}<html></html>",
            "<!doctype html><html lang=en><head></head><body>\n</body></html>",
            "<html>",
        ] {
            assert!(is_blank(blank.as_bytes()), "{blank}");
        }
        for page in [
            "<html><body>ok</body></html>",
            "<html><head><script src=a.js></script></head></html>",
            "<body onload=show()>",
            "ok",
        ] {
            assert!(!is_blank(page.as_bytes()), "{page}");
        }
    }

    #[test]
    fn the_front_page_of_a_site_is_its_root_and_nothing_below() {
        let is_front = |address: &str, target: &str| {
            is_front_page(&Url::parse(address).unwrap(), &Url::parse(target).unwrap())
        };
        let page = "https://www.news.example/ru/world/7.html";
        for front in [
            "https://news.example/",
            "http://www.news.example",
            "https://m.news.example/index.html",
            "https://news.example/ru/",
        ] {
            assert!(is_front(page, front), "{front}");
        }
        for other in [
            "https://other.example/",
            "https://fakenews.example/",
            "https://news.example/world/",
            "https://news.example/en/",
            "https://news.example/?id=7",
            "https://news.example/ru/world/8.html",
        ] {
            assert!(!is_front(page, other), "{other}");
        }
        assert!(!is_front("http://news.example/", "https://news.example/"), "the page is itself one");
        assert!(is_front("https://news.example/?p=7", "https://news.example/"));
    }
}
