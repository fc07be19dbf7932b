//! How the proxies do, since the daemon started: what passed each, and whether anything still comes back. A proxy that is down takes
//! all feeds with it that go through it, and each of these would only say that its own host cannot be reached.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use dateline_fetcher::transport::{FailureKind, LiveTransport, Request, Response, Transport, TransportError};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metrics::Metrics;

/// Proxy Authentication Required (RFC 9110, section 15.5.8): the proxy's own answer.
const REFUSED_BY_PROXY: u16 = 407;

/// What is counted of every proxy.
#[derive(Debug, Default)]
pub(crate) struct ProxyCounts {
    proxies: Mutex<BTreeMap<String, ProxyCount>>,
    pub(crate) requests: Family<ProxyLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ProxyLabels {
    proxy: String,
    result: &'static str,
}

#[derive(Debug, Default)]
struct ProxyCount {
    requests: u64,
    failures: u64,
    /// The failures since the last answer, and the first and the last of them.
    in_a_row: u64,
    failing_since: Option<Timestamp>,
    last_error: Option<String>,
}

/// How one proxy does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProxyStatus {
    /// Its address, without user name and password.
    pub proxy: String,
    /// Requests through it since the start.
    pub requests: u64,
    /// How many of these got no answer, or only the proxy's refusal.
    pub failures: u64,
    /// How many did, one after the other, up to the last one.
    pub failures_in_a_row: u64,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// What the last of these failed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// How a request through a proxy ended, as far as the proxy is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyOutcome {
    /// The host behind it answered, whatever it said.
    Answered,
    /// No answer came, or only the proxy's refusal: in a word, as metrics call it, and in full.
    Failed(&'static str, String),
}

impl ProxyCounts {
    /// A request through `proxy` ended with `outcome`.
    pub(crate) fn count(&self, proxy: &str, outcome: ProxyOutcome, now: Timestamp) {
        let result = match &outcome {
            ProxyOutcome::Answered => "ok",
            ProxyOutcome::Failed(word, _) => word,
        };
        self.requests.get_or_create(&ProxyLabels { proxy: proxy.to_owned(), result }).inc();
        let mut proxies = self.proxies.lock().unwrap_or_else(PoisonError::into_inner);
        let count = proxies.entry(proxy.to_owned()).or_default();
        count.requests += 1;
        match outcome {
            ProxyOutcome::Answered => {
                (count.in_a_row, count.failing_since, count.last_error) = (0, None, None)
            }
            ProxyOutcome::Failed(_, why) => {
                count.failures += 1;
                count.in_a_row += 1;
                count.failing_since.get_or_insert(now);
                count.last_error = Some(why);
            }
        }
    }

    pub(crate) fn status(&self) -> Vec<ProxyStatus> {
        let proxies = self.proxies.lock().unwrap_or_else(PoisonError::into_inner);
        let status = |(proxy, count): (&String, &ProxyCount)| ProxyStatus {
            proxy: proxy.clone(),
            requests: count.requests,
            failures: count.failures,
            failures_in_a_row: count.in_a_row,
            failing_since: count.failing_since,
            last_error: count.last_error.clone(),
        };
        proxies.iter().map(status).collect()
    }
}

/// The network, with what passes proxies counted.
pub(crate) struct CountingTransport {
    live: LiveTransport,
    metrics: Arc<Metrics>,
}

impl CountingTransport {
    pub(crate) fn new(live: LiveTransport, metrics: Arc<Metrics>) -> Self {
        Self { live, metrics }
    }
}

impl Transport for CountingTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let Some(proxy) = self.live.proxy_of(&request) else { return self.live.send(request) };
        Box::pin(async move {
            let answered = self.live.send(request).await;
            if let Some(outcome) = outcome_of(&answered) {
                self.metrics.passed_proxy(&proxy, outcome, Timestamp::now());
            }
            answered
        })
    }

    fn has_revisits(&self) -> bool {
        self.live.has_revisits()
    }
}

/// What an answer, or that there is none, says of the proxy that the request passed; `None` where nothing was asked.
fn outcome_of(answered: &Result<Response, TransportError>) -> Option<ProxyOutcome> {
    match answered {
        Ok(answer) if answer.status == REFUSED_BY_PROXY => {
            let why = "the proxy refuses the user name or the password (407)".to_owned();
            Some(ProxyOutcome::Failed("refused", why))
        }
        Ok(_) => Some(ProxyOutcome::Answered),
        Err(error) => match error.kind {
            FailureKind::Url | FailureKind::Address | FailureKind::NotRecorded | FailureKind::Recording => {
                None
            }
            // It came through.
            FailureKind::TooLarge => Some(ProxyOutcome::Answered),
            kind => Some(ProxyOutcome::Failed(kind.as_str(), error.to_string())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_count_from_the_last_request_that_was_answered() {
        let counts = ProxyCounts::default();
        let refused = || ProxyOutcome::Failed("connect", "Connection refused".to_owned());
        let proxy = "http://proxy.example:3128";
        for (second, outcome) in [(1, refused()), (2, ProxyOutcome::Answered), (3, refused()), (4, refused())]
        {
            counts.count(proxy, outcome, Timestamp::from_second(second).expect("a moment"));
        }
        let [status] = &counts.status()[..] else { panic!("one proxy") };
        assert_eq!((status.requests, status.failures, status.failures_in_a_row), (4, 3, 2));
        assert_eq!(status.failing_since, Timestamp::from_second(3).ok());
        assert_eq!(status.last_error.as_deref(), Some("Connection refused"));
    }

    #[test]
    fn what_was_never_asked_says_nothing_of_the_proxy() {
        let error = |kind| Err(TransportError::new(kind, "no"));
        assert_eq!(outcome_of(&error(FailureKind::Address)), None);
        assert_eq!(outcome_of(&error(FailureKind::TooLarge)), Some(ProxyOutcome::Answered));
        assert!(matches!(outcome_of(&error(FailureKind::Connect)), Some(ProxyOutcome::Failed("connect", _))));
    }
}
