//! The door to the world outside: one request goes out, one answer or failure comes back.
//!
//! A transport holds exactly one exchange. It follows no redirect, decompresses nothing, remembers nothing: whoever sends
//! decides about all that, so that an exchange can be recorded and replayed as it was.

mod address_filter;
mod error;
mod failure;
mod live;
mod proxy;
mod record;
mod recording_index;
mod replay;
mod resolve;
mod secrets;
mod tls;

use std::{fmt, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::MemoryLease;

pub(crate) use address_filter::AddressFilter;
pub use error::{FailureKind, TransportError};
pub use live::{LiveTransport, PostAnswer};
pub(crate) use proxy::Proxies;
pub use proxy::{ProxyChoice, ProxyCredentials, ProxyServer};
pub use record::{RecordError, RecordSettings, RecordingTransport};
pub use recording_index::{RecordingIndex, ReplayError};
pub use replay::ReplayTransport;
pub use resolve::{Resolver, SystemResolver};
pub use secrets::Secrets;
pub use tls::client_config as tls_config;
pub(crate) use tls::read_authorities;

/// Holds one exchange at a time.
pub trait Transport: Send + Sync {
    /// Sends a request and takes in the whole answer, within bounds of size and time.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>>;

    /// Whether it has answers for [`Purpose::Revisit`]. A recording has none if no page was visited again while it was made.
    fn has_revisits(&self) -> bool {
        true
    }
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        (**self).send(request)
    }

    fn has_revisits(&self) -> bool {
        (**self).has_revisits()
    }
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A poll of a feed.
    Feed,
    /// An article's page.
    Page,
    /// The page of a published article, once more.
    Revisit,
    /// A robots.txt.
    Robots,
    /// A request to a WebSub hub. It holds secrets.
    Hub,
}

/// A GET request, or the POST of a form.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is asked for. User name and password, if it has them, go out as Basic credentials and nowhere else.
    pub url: Url,
    /// Every field to send but `Host` and `Authorization`, which follow from the URL. Without `Accept`, `*/*` goes out.
    pub headers: HeaderMap,
    /// What it is for.
    pub purpose: Purpose,
    /// The form to post, `application/x-www-form-urlencoded`; nothing is posted without one.
    pub form: Option<Form>,
    /// Where what comes takes its memory from; unbounded without.
    pub memory: Option<MemoryLease>,
    /// Which proxy it passes, in place of that of the settings.
    pub proxy: Option<ProxyChoice>,
}

/// A form to post, encoded. It may hold secrets, so `Debug` doesn't show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Form(pub Bytes);

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form of {} bytes", self.0.len())
    }
}

impl Request {
    /// A GET request without further fields.
    pub fn get(url: Url, purpose: Purpose) -> Self {
        Self { url, headers: HeaderMap::new(), purpose, form: None, memory: None, proxy: None }
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The fields, as received.
    pub headers: HeaderMap,
    /// The body as received: still with its content codings, without its transfer codings.
    pub body: Bytes,
    /// When its last byte had arrived.
    pub received_at: Timestamp,
    /// From the first step to the end of the head, by when the request had come to its host; nothing where that isn't known.
    pub head_after: Duration,
    /// From the first step to the last byte.
    pub elapsed: Duration,
    /// The `WARC-Record-ID` of its recording, if it was recorded.
    pub record_id: Option<String>,
}

impl Response {
    /// The value of field `name`, where it is there and is visible ASCII.
    pub fn header(&self, name: http::header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether its status says that it holds what was asked for: as it is (200), as a proxy on the way changed it (203; RFC 9110, section
    /// 15.3.4), by way of something done to it that nobody asked for here (226; RFC 3229, section 10.4.1), or as a range that nobody
    /// asked for either and that holds all of it (206; RFC 9110, section 15.3.7). One of these hundred that nobody knows is 200
    /// (RFC 9110, section 15), and so is 201, with which some systems answer what they have just made.
    pub fn has_representation(&self) -> bool {
        match self.status {
            200 | 201 | 203 | 209..=299 => true,
            206 => self.holds_whole_range(),
            _ => false,
        }
    }

    /// Whether the range that came is the whole (RFC 9110, section 14.4): it is said to be, or nothing is said of it.
    fn holds_whole_range(&self) -> bool {
        let Some(range) = self.headers.get(http::header::CONTENT_RANGE) else { return true };
        let range = range.to_str().unwrap_or_default().trim();
        let whole = || {
            let (first, rest) = range.strip_prefix("bytes")?.trim_start().split_once('-')?;
            let (last, length) = rest.split_once('/')?;
            let length: u64 = length.trim().parse().ok()?;
            Some(first.trim() == "0" && last.trim().parse::<u64>().ok()?.checked_add(1)? == length)
        };
        whole().unwrap_or(false)
    }

    /// Its `Content-Type`; the values of several fields stand one behind the other.
    pub fn content_type(&self) -> Option<String> {
        let values = self.headers.get_all(http::header::CONTENT_TYPE).iter();
        let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}
