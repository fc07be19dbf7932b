//! Requests with manners: one's name, one's turn at the host, its wish to be left alone, and redirects.

use std::{borrow::Cow, sync::Arc, time::Duration};

use dateline_wire::HttpStatus;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use percent_encoding::{CONTROLS, percent_encode};
use tokio::time::Instant;
use url::Url;

use crate::{
    Clock, ContactGuard, ContactVerdict, Feed, FetchSettings, HostWish, MemoryLease, coding,
    politeness::Politeness,
    retry_after::retry_after,
    transport::{Form, Purpose, Request, Response, Transport, TransportError},
};

/// A redirect that was followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The address that sent elsewhere.
    pub url: Url,
    /// With which status: 301, 302, 303, 307 or 308; 200 where the page itself did (`<meta http-equiv="refresh">`, or
    /// the page of a redirector).
    pub status: u16,
}

/// Why nothing came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestFailure {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("the host is to be left alone until {until}")]
    Resting { until: Timestamp },
    #[error("the host is for another member of the fleet to ask")]
    Elsewhere,
    #[error("more than {0} redirects")]
    TooManyRedirects(usize),
    #[error("redirects in a circle")]
    RedirectLoop,
    #[error("answered {status} without a usable Location")]
    BadRedirect { status: HttpStatus },
}

/// How long to wait before a host is asked that may not be asked now.
const CONTACT_PAUSE: Duration = Duration::from_secs(1);

/// How often it is looked whether a host may still be asked while it has not answered.
const CONTACT_CHECK: Duration = Duration::from_millis(100);

pub(crate) struct PoliteClient {
    transport: Arc<dyn Transport>,
    politeness: Politeness,
    pub(crate) clock: Clock,
    user_agent: HeaderValue,
    max_redirects: usize,
    max_retry_after: Duration,
    /// Says which hosts may be asked; all, without.
    guard: Option<Arc<dyn ContactGuard>>,
}

impl PoliteClient {
    pub(crate) fn new(transport: Arc<dyn Transport>, settings: &FetchSettings, clock: Clock) -> Self {
        Self {
            transport,
            politeness: Politeness::new(settings),
            clock,
            user_agent: HeaderValue::try_from(&settings.user_agent)
                .unwrap_or(HeaderValue::from_static("Dateline")),
            max_redirects: settings.max_redirects,
            max_retry_after: settings.max_retry_after,
            guard: None,
        }
    }

    /// The same client, which asks those hosts only that `guard` allows.
    pub(crate) fn guarded(&self, settings: &FetchSettings, guard: Arc<dyn ContactGuard>) -> Self {
        Self { guard: Some(guard), ..self.under(self.transport.clone(), settings) }
    }

    fn verdict(&self, host: &str) -> ContactVerdict {
        self.guard.as_ref().map_or(ContactVerdict::Allowed, |guard| guard.verdict(host))
    }

    /// Whether `url` is for somebody else to ask for.
    pub(crate) fn is_elsewhere(&self, url: &Url) -> bool {
        self.verdict(url.host_str().unwrap_or_default()) == ContactVerdict::Elsewhere
    }

    /// Leaves `host` alone for so long, as it asked.
    fn rest(&self, host: &str, wait: Duration) {
        let wait = wait.min(self.max_retry_after);
        self.politeness.rest(host, Instant::now() + wait);
        self.tell_wish(host, |until| HostWish::Rest { until }, wait);
    }

    /// Keeps to the `Crawl-delay` of `host` for the `lifetime` of the robots.txt that names it, or names none.
    pub(crate) fn keep_crawl_delay(&self, host: &str, delay: Option<Duration>, lifetime: Duration) {
        let delay = self.politeness.set_crawl_delay(host, delay, lifetime);
        self.tell_wish(host, |until| HostWish::CrawlDelay { delay, until }, lifetime);
    }

    fn tell_wish(&self, host: &str, wish: impl FnOnce(Timestamp) -> HostWish, lifetime: Duration) {
        if let Some(guard) = &self.guard {
            let until = self.clock.now().checked_add(lifetime).unwrap_or(Timestamp::MAX);
            guard.note(host, wish(until));
        }
    }

    /// Is told what a host wished of whoever asked it before, a moment ago for all that is known.
    pub(crate) fn recall(&self, host: &str, wish: HostWish) {
        let left =
            |until: Timestamp| Duration::try_from(until.duration_since(self.clock.now())).unwrap_or_default();
        match wish {
            HostWish::Rest { until } => {
                self.politeness.rest(host, Instant::now() + left(until).min(self.max_retry_after));
            }
            HostWish::CrawlDelay { delay, until } => {
                let delay = self.politeness.set_crawl_delay(host, Some(delay), left(until));
                if !left(until).is_zero() {
                    self.politeness.rest(host, Instant::now() + delay);
                }
            }
        }
    }

    /// A client that asks through `transport` under other settings, with the same politeness.
    pub(crate) fn under(&self, transport: Arc<dyn Transport>, settings: &FetchSettings) -> Self {
        Self {
            politeness: self.politeness.under(settings),
            guard: self.guard.clone(),
            ..Self::new(transport, settings, self.clock)
        }
    }

    /// Asks for `url`, in its turn, as `feed` is to be asked for, if it is for one.
    pub(crate) async fn send(
        &self,
        url: &Url,
        purpose: Purpose,
        more: HeaderMap,
        feed: Option<&Feed>,
    ) -> Result<Response, RequestFailure> {
        self.in_turn(Request { headers: more, ..Request::get(url.clone(), purpose) }, feed).await
    }

    /// Asks for the page at `url`, in its turn, as what `feed` announces is to be asked for; what comes takes its memory from
    /// `memory`.
    pub(crate) async fn send_for_page(
        &self,
        (url, purpose): (&Url, Purpose),
        headers: HeaderMap,
        memory: Option<MemoryLease>,
        feed: Option<&Feed>,
    ) -> Result<Response, RequestFailure> {
        self.in_turn(Request { headers, memory, ..Request::get(url.clone(), purpose) }, feed).await
    }

    /// Whether pages can be visited again.
    pub(crate) fn has_revisits(&self) -> bool {
        self.transport.has_revisits()
    }

    /// One exchange, in its turn: a GET, or the POST of a form.
    pub(crate) async fn exchange(
        &self,
        url: &Url,
        purpose: Purpose,
        more: HeaderMap,
        form: Option<Form>,
    ) -> Result<Response, RequestFailure> {
        self.in_turn(Request { headers: more, form, ..Request::get(url.clone(), purpose) }, None).await
    }

    /// Sends `request` in its turn, with our own fields and those of `feed` besides its.
    async fn in_turn(&self, mut request: Request, feed: Option<&Feed>) -> Result<Response, RequestFailure> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let host = host.as_str();
        let turn = self
            .politeness
            .turn(host)
            .await
            .map_err(|resting| RequestFailure::Resting { until: self.clock.moment_of(resting.until) })?;
        if let Some(refusal) = self.refusal(host) {
            return Err(refusal);
        }
        let mut headers = self.headers(request.purpose);
        if let Some(feed) = feed {
            headers.extend(feed.options().user_agent.clone().map(|agent| (header::USER_AGENT, agent)));
            headers.extend(feed.headers_for(&request.url));
            if matches!(request.purpose, Purpose::Feed | Purpose::Page) {
                headers
                    .extend(feed.authorization_for(&request.url).map(|value| (header::AUTHORIZATION, value)));
            }
            request.proxy.clone_from(&feed.options().proxy);
        }
        headers.extend(std::mem::take(&mut request.headers));
        request.headers = headers;
        let began = Instant::now();
        let response = tokio::select! {
            response = self.transport.send(request) => response,
            refusal = self.end_of_leave(host) => Err(refusal)?,
        };
        // Where nothing came back, nobody knows when the request came to the host, if it did.
        let arrived =
            response.as_ref().map_or_else(|_| Instant::now(), |response| began + response.head_after);
        self.politeness.arrived(host, arrived);
        drop(turn);
        let response = response?;
        if matches!(response.status, 429 | 503)
            && let Some(wait) = retry_after(&response.headers, self.clock.now())
        {
            self.rest(host, wait);
        }
        Ok(response)
    }

    /// Why `host` may not be asked now, if it may not.
    fn refusal(&self, host: &str) -> Option<RequestFailure> {
        match self.verdict(host) {
            ContactVerdict::Allowed => None,
            ContactVerdict::Elsewhere => Some(RequestFailure::Elsewhere),
            ContactVerdict::NotNow => {
                let until = self.clock.now().checked_add(CONTACT_PAUSE).unwrap_or(Timestamp::MAX);
                Some(RequestFailure::Resting { until })
            }
        }
    }

    /// Waits until `host` may not be asked any more, and says why: a request that is on its way then may come to it when it is somebody else's
    /// to ask.
    async fn end_of_leave(&self, host: &str) -> RequestFailure {
        if self.guard.is_none() {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(CONTACT_CHECK).await;
            if let Some(refusal) = self.refusal(host) {
                return refusal;
            }
        }
    }

    fn headers(&self, purpose: Purpose) -> HeaderMap {
        let accept = match purpose {
            Purpose::Feed => {
                "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                 application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
            }
            Purpose::Page | Purpose::Revisit => "text/html, application/xhtml+xml, */*;q=0.1",
            Purpose::Robots => "text/plain, */*;q=0.1",
            Purpose::Hub => "*/*",
        };
        HeaderMap::from_iter([
            (header::USER_AGENT, self.user_agent.clone()),
            (header::ACCEPT, HeaderValue::from_static(accept)),
            (header::ACCEPT_ENCODING, HeaderValue::from_static(coding::ACCEPTED)),
        ])
    }

    /// Where `response`, an answer of `url`, sends to: `None` if it is no redirect, else the step and its target.
    ///
    /// `hops` are the steps taken before, so that circles and endless chains end.
    pub(crate) fn redirect(
        &self,
        url: &Url,
        response: &Response,
        hops: &[Hop],
    ) -> Option<Result<(Hop, Url), RequestFailure>> {
        let status = response.status;
        let location = response.headers.get(header::LOCATION).map(|value| reference(value.as_bytes()));
        // Of several choices the server may name the one it prefers (RFC 9110, section 15.4.1).
        let is_redirect =
            matches!(status, 301 | 302 | 303 | 307 | 308) || status == 300 && location.is_some();
        if !is_redirect {
            return None;
        }
        let Some(target) = location.and_then(|location| web_target(url, &location)) else {
            return Some(Err(RequestFailure::BadRedirect { status: HttpStatus(status) }));
        };
        if target == *url || hops.iter().any(|hop| hop.url == target) {
            return Some(Err(RequestFailure::RedirectLoop));
        }
        if hops.len() >= self.max_redirects {
            return Some(Err(RequestFailure::TooManyRedirects(self.max_redirects)));
        }
        Some(Ok((Hop { url: url.clone(), status }, target)))
    }
}

/// A `Location` as text. Servers put addresses there in whatever charset their pages have: what isn't UTF-8 is escaped byte
/// by byte, so that they get back what they sent.
fn reference(location: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(location) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(percent_encode(location, CONTROLS).to_string()),
    }
}

/// `reference` resolved against `base`, without its fragment, where that is an address of the web.
pub(crate) fn web_target(base: &Url, reference: &str) -> Option<Url> {
    let mut target = base.join(reference.trim()).ok()?;
    target.set_fragment(None);
    (matches!(target.scheme(), "http" | "https") && target.has_host()).then_some(target)
}

/// `url` as it may be shown: without user name and password.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // These fail only for URLs without a host, which have no credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}
