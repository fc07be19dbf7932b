//! The network itself.

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use tokio::time::{Instant, timeout};
use url::Url;

use super::{
    FailureKind, Request, Resolve, Response, SystemResolver, Transport, TransportError, connect::Connector,
};
use crate::{FetchSettings, SettingsError};

/// How long an unused connection is kept. Longer than the pause between two requests to one host, shorter than what
/// servers commonly allow (nginx: 75 s), so that a kept connection is rarely found closed.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);

/// The largest HTTP/2 frame that is taken, in bytes: the least that must be (RFC 9113, section 4.2).
const HTTP2_FRAME: u32 = 16 << 10;

/// How many streams that were left are remembered per connection, so that what still comes for them breaks nothing.
const HTTP2_RESET_STREAMS: usize = 16;

/// Sends requests over the network: HTTP/1.1 or HTTP/2, through no proxy, within the bounds of its settings, and to public
/// addresses only unless they allow others.
#[derive(Clone)]
pub struct Live {
    client: Client<Connector, Full<Bytes>>,
    bounds: Arc<Bounds>,
}

/// What an exchange may take.
struct Bounds {
    whole: Duration,
    head: Duration,
    stall: Duration,
    body_bytes: usize,
}

impl Live {
    /// A transport with the system's resolver.
    pub fn new(settings: &FetchSettings) -> Result<Self, SettingsError> {
        Self::with_resolver(settings, Arc::new(SystemResolver))
    }

    /// A transport that finds addresses through `resolver`.
    pub fn with_resolver(
        settings: &FetchSettings,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, SettingsError> {
        HeaderValue::try_from(&settings.user_agent)
            .map_err(|_| SettingsError::UserAgent { value: settings.user_agent.clone() })?;
        // The smallest buffer that the HTTP/1 reader works with.
        const LEAST_HEADER_BYTES: usize = 8192;
        if settings.max_header_bytes < LEAST_HEADER_BYTES {
            return Err(SettingsError::TooSmall {
                name: "max_header_bytes",
                value: settings.max_header_bytes,
                least: LEAST_HEADER_BYTES,
            });
        }
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(settings.per_host_concurrency)
            .timer(TokioTimer::new())
            .http1_max_buf_size(settings.max_header_bytes)
            // A field that breaks the grammar is no reason to lose the rest of the answer.
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            // From this bound and that of a frame follows how many CONTINUATION frames a head may have, too.
            .http2_max_header_list_size(u32::try_from(settings.max_header_bytes).unwrap_or(u32::MAX))
            .http2_max_frame_size(HTTP2_FRAME)
            .http2_max_concurrent_reset_streams(HTTP2_RESET_STREAMS)
            .build(Connector::new(settings, resolver)?);
        let bounds = Bounds {
            whole: settings.timeout,
            head: settings.first_byte_timeout,
            stall: settings.stall_timeout,
            body_bytes: settings.max_body_bytes,
        };
        Ok(Self { client, bounds: Arc::new(bounds) })
    }

    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let started = Instant::now();
        let request = outgoing(request)?;
        let answer = timeout(self.bounds.head, self.client.request(request))
            .await
            .map_err(|_| timed_out("no head of an answer", self.bounds.head))?
            .map_err(|error| failure(&error))?;
        let (head, body) = answer.into_parts();
        let body = self.collect(body).await?;
        Ok(Response {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            received_at: Timestamp::now(),
            elapsed: started.elapsed(),
            record_id: None,
        })
    }

    async fn collect(&self, mut body: Incoming) -> Result<Bytes, TransportError> {
        let limit = self.bounds.body_bytes;
        let too_large =
            || TransportError::new(FailureKind::TooLarge, format!("the body is larger than {limit} bytes"));
        if body.size_hint().lower() > limit as u64 {
            return Err(too_large());
        }
        let mut whole = BytesMut::new();
        while let Some(frame) = timeout(self.bounds.stall, body.frame())
            .await
            .map_err(|_| timed_out("no more of the body", self.bounds.stall))?
        {
            // Trailers say nothing that is wanted here.
            if let Ok(piece) = frame.map_err(|error| failure(&error))?.into_data() {
                if whole.len() + piece.len() > limit {
                    return Err(too_large());
                }
                whole.extend_from_slice(&piece);
            }
        }
        Ok(whole.freeze())
    }
}

impl Transport for Live {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            timeout(self.bounds.whole, self.exchange(request))
                .await
                .unwrap_or_else(|_| Err(timed_out("no whole answer", self.bounds.whole)))
        })
    }
}

/// The request as it goes out: credentials move from the URL to their field.
fn outgoing(request: Request) -> Result<http::Request<Full<Bytes>>, TransportError> {
    let Request { mut url, headers, form, .. } = request;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(TransportError::new(
            FailureKind::Url,
            "only http and https URLs with a host can be fetched",
        ));
    }
    let credentials = basic_credentials(&url);
    url.set_fragment(None);
    // These fail only for URLs without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let uri: Uri = url.as_str().parse().map_err(|error| {
        TransportError::new(FailureKind::Url, format!("the URL cannot be put into a request: {error}"))
    })?;
    let is_form = form.is_some();
    let body = form.map(|form| form.0).unwrap_or_default();
    let mut outgoing = http::Request::new(Full::new(body));
    *outgoing.uri_mut() = uri;
    *outgoing.headers_mut() = headers;
    if is_form {
        *outgoing.method_mut() = Method::POST;
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        outgoing.headers_mut().insert(header::CONTENT_TYPE, form);
    }
    if let Some(credentials) = credentials {
        outgoing.headers_mut().insert(header::AUTHORIZATION, credentials);
    }
    Ok(outgoing)
}

/// User name and password of `url` as Basic credentials (RFC 7617).
fn basic_credentials(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut pair: Vec<u8> = percent_decode_str(url.username()).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(url.password().unwrap_or_default()));
    let mut value = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn timed_out(what: &str, within: Duration) -> TransportError {
    TransportError::new(FailureKind::Timeout, format!("{what} within {} s", within.as_secs_f64()))
}

/// Whether we found that a server breaks HTTP/2, or the bounds that we told it (RFC 9113, section 7).
fn breaks_http2(error: &h2::Error) -> bool {
    error.is_library()
        && matches!(
            error.reason(),
            Some(
                h2::Reason::PROTOCOL_ERROR
                    | h2::Reason::FRAME_SIZE_ERROR
                    | h2::Reason::FLOW_CONTROL_ERROR
                    | h2::Reason::COMPRESSION_ERROR
                    | h2::Reason::ENHANCE_YOUR_CALM
            )
        )
}

/// Tells from the chain of causes what went wrong.
fn failure(error: &(dyn std::error::Error + 'static)) -> TransportError {
    let mut cause = Some(error);
    let mut kind = FailureKind::Cut;
    let mut detail = error.to_string();
    while let Some(current) = cause {
        if let Some(known) = current.downcast_ref::<TransportError>() {
            return known.clone();
        }
        if let Some(http) = current.downcast_ref::<hyper::Error>() {
            if http.is_parse_too_large() {
                return TransportError::new(FailureKind::TooLarge, "the head of the answer is too large");
            }
            if http.is_parse() {
                kind = FailureKind::Protocol;
            }
        }
        if current.downcast_ref::<h2::Error>().is_some_and(breaks_http2) {
            kind = FailureKind::Protocol;
        }
        detail = current.to_string();
        cause = current.source();
    }
    let what = match kind {
        FailureKind::Protocol => "the answer is not HTTP, or not within its bounds",
        _ => "the connection ended before the answer did",
    };
    TransportError::new(kind, format!("{what}: {detail}"))
}
