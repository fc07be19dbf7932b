//! Whether a page may be fetched, by the robots.txt of its host (RFC 9309).

mod origins;
mod rules;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use dateline_wire::HttpStatus;
use http::HeaderMap;
use jiff::Timestamp;
use tokio::time::Instant;
use url::Url;

use crate::{
    Feed, Hop,
    client::{PoliteClient, RequestFailure},
    coding::{CodedExtent, CodingError, read_body},
    policy::fresh_for,
    retry_after::retry_after,
    transport::{FailureKind, Purpose, Response},
};
use origins::RobotsOrigins;
use rules::{Rules, product_token};

/// A copy is used no longer than a day (section 2.4), and asked for again no sooner than an hour.
const MAX_USE: Duration = Duration::from_secs(24 * 3600);
const MIN_USE: Duration = Duration::from_secs(3600);

/// When a robots.txt could not be had, it is asked for again after this long.
const RETRY: Duration = Duration::from_secs(10 * 60);

/// At least five redirects are to be followed (section 2.3.1.2).
const MAX_REDIRECTS: usize = 5;

/// What is read of a robots.txt; at least 500 KiB are to be (section 2.5).
const MAX_READ_BYTES: usize = 512 << 10;

/// What robots.txt files said, by origin.
pub(crate) struct Robots {
    product: String,
    origins: Arc<Mutex<RobotsOrigins>>,
}

/// One origin. Whoever asks first fetches; the others wait for what comes.
type RobotsOrigin = tokio::sync::Mutex<Option<CachedVerdict>>;

struct CachedVerdict {
    until: Instant,
    verdict: Arc<Verdict>,
}

/// What is known of an origin's wishes.
enum Verdict {
    /// Its rules; none, if it has no robots.txt.
    Rules(Rules),
    /// It may have rules, but they cannot be had now.
    Unreachable { why: String },
}

/// The host is to be left alone until then; nothing was asked.
struct HostRest {
    until: Timestamp,
}

/// What robots.txt says about one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Permission {
    Allowed,
    Disallowed,
    /// Until the rules can be had, nothing may be fetched (section 2.3.1.4).
    Unknown {
        why: String,
        retry_after: Duration,
    },
    /// The host is to be left alone until then, so its rules were not asked for.
    Resting {
        until: Timestamp,
    },
}

impl Robots {
    pub(crate) fn new(user_agent: &str) -> Self {
        Self { product: product_token(user_agent).to_owned(), origins: Arc::default() }
    }

    /// What is known, as far as it counts for `user_agent`, too: each file was read for one name alone.
    pub(crate) fn known_to(&self, user_agent: &str) -> Self {
        let known = Self::new(user_agent);
        if known.product == self.product { Self { origins: self.origins.clone(), ..known } } else { known }
    }

    /// Whether `url` may be fetched, for `feed` if it is for one: then by whom the feed's options say, and the way they say. A
    /// `Crawl-delay` is kept from then on.
    pub(crate) async fn permission(
        &self,
        client: &PoliteClient,
        url: &Url,
        feed: Option<&Feed>,
    ) -> Permission {
        let origin = self.origin(url, feed);
        let mut known = origin.lock().await;
        let now = Instant::now();
        let (verdict, until) = match &*known {
            Some(CachedVerdict { until, verdict }) if *until > now => (verdict.clone(), *until),
            _ => {
                let (verdict, lifetime) = match self.fetch(client, url, feed).await {
                    Ok(fetched) => fetched,
                    Err(HostRest { until }) => return Permission::Resting { until },
                };
                let (verdict, until) = (Arc::new(verdict), Instant::now() + lifetime);
                *known = Some(CachedVerdict { until, verdict: verdict.clone() });
                (verdict, until)
            }
        };
        drop(known);
        match &*verdict {
            Verdict::Rules(rules) if rules.allow(url) => Permission::Allowed,
            Verdict::Rules(_) => Permission::Disallowed,
            Verdict::Unreachable { why } => Permission::Unknown {
                why: why.clone(),
                retry_after: until.saturating_duration_since(Instant::now()),
            },
        }
    }

    /// The name that rules are searched for.
    fn product_of<'a>(&'a self, feed: Option<&'a Feed>) -> &'a str {
        let own = feed.and_then(|feed| feed.options().user_agent.as_ref()?.to_str().ok());
        own.map_or(&self.product, product_token)
    }

    /// What is known of the origin of `url`. A feed that asks under another name, or another way, knows what it hears there apart.
    fn origin(&self, url: &Url, feed: Option<&Feed>) -> Arc<RobotsOrigin> {
        let mut name = url.origin().ascii_serialization();
        if let Some(options) = feed.map(Feed::options) {
            if options.user_agent.is_some() {
                name = format!("{name} for {}", self.product_of(feed));
            }
            if let Some(proxy) = &options.proxy {
                name = format!("{name} through {proxy}");
            }
        }
        // Nothing panics while the lock is held; were it so, the origins would still be whole.
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        origins.of(name)
    }

    /// Asks for the robots.txt of the origin of `url`: what it says, and for how long that holds.
    async fn fetch(
        &self,
        client: &PoliteClient,
        url: &Url,
        feed: Option<&Feed>,
    ) -> Result<(Verdict, Duration), HostRest> {
        let nothing_said = (Verdict::Rules(Rules::default()), MAX_USE);
        let unreachable = |why: String, retry: Duration| (Verdict::Unreachable { why }, retry);
        let Ok(robots_url) = url.join("/robots.txt") else { return Ok(nothing_said) };
        Ok(match follow(client, robots_url, feed).await {
            Ok(response) => match response.status {
                200..=299 => match Self::read(&response, self.product_of(feed)).await {
                    Ok(rules) => {
                        let lifetime = fresh_for(&response.headers, client.clock.now())
                            .map_or(MAX_USE, |fresh| fresh.clamp(MIN_USE, MAX_USE));
                        let host = url.host_str().unwrap_or_default();
                        client.keep_crawl_delay(host, rules.crawl_delay, lifetime);
                        (Verdict::Rules(rules), lifetime)
                    }
                    Err(error) => unreachable(error.to_string(), RETRY),
                },
                // "Too many requests" says nothing about rules.
                status @ (429 | 500..) => {
                    let asked = retry_after(&response.headers, client.clock.now()).unwrap_or_default();
                    unreachable(format!("answered {}", HttpStatus(status)), asked.clamp(RETRY, MAX_USE))
                }
                // There is none (section 2.3.1.3).
                _ => nothing_said,
            },
            // Endless redirects count as none (section 2.3.1.2).
            Err(
                RequestFailure::TooManyRedirects(_)
                | RequestFailure::RedirectLoop
                | RequestFailure::BadRedirect { .. }
                // It is for another member of the fleet to ask there.
                | RequestFailure::Elsewhere,
            ) => nothing_said,
            Err(RequestFailure::Transport(error)) => match error.kind {
                // The page will fail for the same reason, and say so better; a recording without it was made without.
                FailureKind::Address | FailureKind::Url | FailureKind::NotRecorded => nothing_said,
                _ => unreachable(error.detail, RETRY),
            },
            Err(RequestFailure::Resting { until }) => return Err(HostRest { until }),
        })
    }

    async fn read(response: &Response, product: &str) -> Result<Rules, CodingError> {
        let product = product.to_owned();
        let read = move |text: Vec<u8>| Rules::read(&text, &product);
        read_body(&response.headers, &response.body, CodedExtent::Start(MAX_READ_BYTES), read).await
    }
}

async fn follow(
    client: &PoliteClient,
    mut url: Url,
    feed: Option<&Feed>,
) -> Result<Response, RequestFailure> {
    let mut hops: Vec<Hop> = Vec::new();
    loop {
        let response = client.send(&url, Purpose::Robots, HeaderMap::new(), feed).await?;
        match client.redirect(&url, &response, &hops) {
            None => return Ok(response),
            Some(_) if hops.len() >= MAX_REDIRECTS => {
                return Err(RequestFailure::TooManyRedirects(MAX_REDIRECTS));
            }
            Some(step) => {
                let (hop, target) = step?;
                hops.push(hop);
                url = target;
            }
        }
    }
}
