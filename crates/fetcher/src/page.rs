//! An article's page, from its address to its bytes.

use std::time::Duration;

use dateline_wire::Page;
use http::{HeaderMap, header};
use jiff::Timestamp;
use url::Url;

use crate::{
    Fetcher, Hop,
    client::{Failure, shown},
    coding::{CodingError, decode_body},
    retry_after::retry_after,
    transport::{Purpose, TransportError},
};

/// A page and how it was reached.
#[derive(Debug, Clone)]
pub struct FetchedPage {
    /// The page. Its `url` is the address that answered.
    pub page: Page,
    /// The redirects on the way, in order.
    pub hops: Vec<Hop>,
    /// The `WARC-Record-ID` of the answer, if it was recorded.
    pub record_id: Option<String>,
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
    #[error("status {status}")]
    Status {
        /// The status code.
        status: u16,
        /// How long the host asks to wait.
        retry_after: Option<Duration>,
    },
    /// The host is to be left alone for now; nothing was asked.
    #[error("its host is to be left alone until {until}")]
    Resting {
        /// When its turn may come.
        until: Timestamp,
    },
    /// The redirects lead nowhere.
    #[error("{0}")]
    Redirects(String),
    /// The answer is no HTML.
    #[error("no HTML but {0}")]
    NotHtml(String),
    /// The body cannot be decompressed.
    #[error(transparent)]
    Coding(#[from] CodingError),
}

impl PageError {
    /// The reason as a word that stays the same, for a reject event.
    pub fn reason(&self) -> &'static str {
        match &self.failure {
            PageFailure::Transport(error) => error.kind.as_str(),
            PageFailure::Status { .. } => "http_status",
            PageFailure::Resting { .. } => "resting",
            PageFailure::Redirects(_) => "redirects",
            PageFailure::NotHtml(_) => "not_html",
            PageFailure::Coding(_) => "coding",
        }
    }

    /// When to try again after `attempts` fetches of this page have failed, this one included: `None` when trying again
    /// cannot help, or has been tried often enough.
    pub fn retry_in(&self, attempts: u32, now: Timestamp) -> Option<Duration> {
        const FIRST: Duration = Duration::from_secs(60);
        const ATTEMPTS: u32 = 6;
        let may_pass = match &self.failure {
            PageFailure::Resting { until } => {
                return Some(Duration::try_from(until.duration_since(now)).unwrap_or_default());
            }
            PageFailure::Transport(error) => error.kind.may_pass(),
            PageFailure::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..),
            PageFailure::Redirects(_) | PageFailure::NotHtml(_) => false,
            PageFailure::Coding(error) => matches!(error, CodingError::Broken { .. }),
        };
        let asked = match &self.failure {
            PageFailure::Status { retry_after, .. } => retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        (may_pass && attempts < ATTEMPTS)
            .then(|| FIRST.saturating_mul(4u32.saturating_pow(attempts.saturating_sub(1))).max(asked))
    }
}

impl Fetcher {
    /// Fetches the page at `url`: in its turn at each host, through its redirects, decompressed.
    ///
    /// # Errors
    /// [`PageError`] says what failed on which address, and whether and when trying again can help.
    pub async fn page(&self, url: &Url) -> Result<FetchedPage, PageError> {
        let mut url = url.clone();
        let mut hops = Vec::new();
        loop {
            let at = |failure: PageFailure| PageError { url: shown(&url), failure };
            let response = self
                .client
                .send(&url, Purpose::Page, HeaderMap::new())
                .await
                .map_err(|failure| at(failure.into()))?;
            if let Some(step) = self.client.redirect(&url, &response, &hops) {
                let (hop, target) = step.map_err(|failure| at(failure.into()))?;
                hops.push(hop);
                url = target;
                continue;
            }
            if response.status != 200 {
                let retry_after = retry_after(&response.headers, self.client.clock.now())
                    .map(|wait| wait.min(self.fetch.max_retry_after));
                return Err(at(PageFailure::Status { status: response.status, retry_after }));
            }
            let bytes = decode_body(&response.headers, &response.body, self.fetch.max_decoded_bytes)
                .map_err(|error| at(error.into()))?;
            let page = Page {
                content_type: response.header(header::CONTENT_TYPE).map(str::to_owned),
                bytes,
                received_at: Some(response.received_at),
                url: Some(url),
            };
            return Ok(FetchedPage { page, hops, record_id: response.record_id });
        }
    }
}

impl From<Failure> for PageFailure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Transport(error) => Self::Transport(error),
            Failure::Resting { until } => Self::Resting { until },
            failure => Self::Redirects(failure.to_string()),
        }
    }
}
