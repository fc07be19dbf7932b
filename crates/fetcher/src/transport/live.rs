//! The network itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use reqwest::{Client, ClientBuilder, redirect, retry};
use tokio::time::{Instant, timeout};
use url::Url;

use super::{
    FailureKind, Purpose, Request, Resolver, Response, SystemResolver, Transport, TransportError,
    address_filter::{self, AddressFilter},
    failure::{self, timed_out},
    proxy::{Proxies, ProxyChoice, ProxyMatcher, ProxyServer},
};
use crate::{FetchSettings, FetchSettingsError, MemoryLease};

/// How long an unused connection is kept. Longer than the pause between two requests to one host, shorter than what
/// servers commonly allow (nginx: 75 s), so that a kept connection is rarely found closed.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);

/// How much of the body of an answer to a post is read, in bytes, and for how long, so that the connection can be used again. What it
/// says is of no interest.
const MAX_POST_ANSWER_BYTES: usize = 16 << 10;
const MAX_POST_ANSWER_TIME: Duration = Duration::from_secs(1);

/// The largest HTTP/2 frame that is taken, in bytes: the least that must be (RFC 9113, section 4.2).
const MAX_HTTP2_FRAME_BYTES: u32 = 16 << 10;

/// How many fields the head of an answer over HTTP/1.1 may have: some servers repeat a policy or a cookie in each of a hundred.
const MAX_HTTP1_FIELDS: usize = 400;

/// Sends requests over the network: HTTP/1.1 or HTTP/2, through a proxy or straight to the host, within the bounds of its
/// settings, and to public addresses only unless they allow others.
#[derive(Clone)]
pub struct LiveTransport {
    /// Connect to hosts.
    direct: HttpClients,
    /// Connect to the proxy of the settings, where there is one.
    proxied: Option<(HttpClients, ProxyMatcher)>,
    /// Where requests that choose no proxy may go, and those that choose none.
    addresses: AddressFilter,
    /// What connects to the proxies of single feeds: as many as are configured, each made when it is first needed.
    chosen: Arc<Mutex<HashMap<ProxyServer, ProxyRoute>>>,
    settings: Arc<FetchSettings>,
    in_flight: InFlight,
    resolver: Arc<dyn Resolver>,
    bounds: Arc<Bounds>,
}

/// The head of an answer to a post.
#[derive(Debug, Clone)]
pub struct PostAnswer {
    /// The status code.
    pub status: u16,
    /// The fields, as received.
    pub headers: HeaderMap,
}

/// A client that agrees on a version of HTTP with each server, and one for servers that ask for HTTP/1.1 only after they agreed on
/// another.
#[derive(Clone)]
struct HttpClients {
    any: Client,
    http1: Client,
}

impl HttpClients {
    /// Clients that find addresses through `addresses` and pass `proxies`.
    fn new(
        (settings, in_flight): (&FetchSettings, InFlight),
        addresses: &AddressFilter,
        proxies: Option<&Proxies>,
    ) -> Result<Self, FetchSettingsError> {
        let tls = super::tls::client_config(&settings.extra_ca)?;
        let mut tls_http1 = tls.clone();
        tls_http1.alpn_protocols.retain(|protocol| protocol == b"http/1.1");
        let made = |tls| -> Result<ClientBuilder, FetchSettingsError> {
            let builder = client(settings, in_flight, tls).dns_resolver(addresses.clone());
            match proxies {
                Some(proxies) => proxies.clone().add_to(builder),
                None => Ok(builder.no_proxy()),
            }
        };
        Ok(Self { any: made(tls)?.build()?, http1: made(tls_http1)?.http1_only().build()? })
    }
}

/// The way through the proxy of a feed.
#[derive(Clone)]
struct ProxyRoute {
    client: HttpClients,
    matcher: ProxyMatcher,
    addresses: AddressFilter,
}

impl ProxyRoute {
    fn new(
        server: &ProxyServer,
        (settings, in_flight): (&FetchSettings, InFlight),
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, FetchSettingsError> {
        let proxies = Proxies::through(server, settings);
        let addresses = AddressFilter::new(settings, resolver, proxies.names().collect())?;
        let client = HttpClients::new((settings, in_flight), &addresses, Some(&proxies))?;
        Ok(Self { matcher: proxies.matcher(), client, addresses })
    }
}

/// For how long what was sent may go unacknowledged, if that is bounded.
#[derive(Debug, Clone, Copy, Default)]
struct InFlight(Option<Duration>);

/// What an exchange may take.
struct Bounds {
    whole: Duration,
    connect: Duration,
    head: Duration,
    stall: Duration,
    head_bytes: usize,
    body_bytes: usize,
}

impl LiveTransport {
    /// A transport with the system's resolver.
    ///
    /// # Errors
    /// If the settings cannot be worked with.
    pub fn new(settings: &FetchSettings) -> Result<Self, FetchSettingsError> {
        Self::with_resolver(settings, Arc::new(SystemResolver))
    }

    /// The same, which gives a connection up on which what was sent has gone unacknowledged for so long: a network that was parted then does not bring
    /// a request to its host long afterwards (`TCP_USER_TIMEOUT`).
    ///
    /// # Errors
    /// If the settings cannot be worked with.
    pub fn with_max_unacknowledged(
        settings: &FetchSettings,
        time: Duration,
    ) -> Result<Self, FetchSettingsError> {
        Self::made(settings, InFlight(Some(time)), Arc::new(SystemResolver))
    }

    /// A transport that finds addresses through `resolver`.
    ///
    /// # Errors
    /// If the settings cannot be worked with.
    pub fn with_resolver(
        settings: &FetchSettings,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, FetchSettingsError> {
        Self::made(settings, InFlight::default(), resolver)
    }

    fn made(
        settings: &FetchSettings,
        in_flight: InFlight,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, FetchSettingsError> {
        if let Some(wrong) = settings.wrong_values().into_iter().next() {
            return Err(wrong);
        }
        let proxies = Proxies::of(settings, |name| std::env::var(name).ok())?;
        let proxy_names = proxies.iter().flat_map(Proxies::names).collect();
        let addresses = AddressFilter::new(settings, resolver.clone(), proxy_names)?;
        let direct = HttpClients::new((settings, in_flight), &addresses, None)?;
        let proxied = match &proxies {
            Some(proxies) => {
                Some((HttpClients::new((settings, in_flight), &addresses, Some(proxies))?, proxies.matcher()))
            }
            None => None,
        };
        let bounds = Bounds {
            whole: settings.timeout,
            connect: settings.connect_timeout,
            head: settings.first_byte_timeout,
            stall: settings.stall_timeout,
            head_bytes: settings.max_header_bytes,
            body_bytes: settings.max_body_bytes,
        };
        Ok(Self {
            direct,
            proxied,
            addresses,
            chosen: Arc::default(),
            settings: Arc::new(settings.clone()),
            in_flight,
            resolver,
            bounds: Arc::new(bounds),
        })
    }

    /// The proxy that `request` passes, without user name and password; `None` where it goes straight to its host, or nowhere.
    pub fn proxy_of(&self, request: &Request) -> Option<String> {
        if self.addresses.is_placed(&request.url) {
            return None;
        }
        match &request.proxy {
            Some(ProxyChoice::None) => None,
            Some(ProxyChoice::Server(server)) => {
                self.route_through(server).ok()?.matcher.proxy_of(&request.url)
            }
            None => self.proxied.as_ref()?.1.proxy_of(&request.url),
        }
    }

    /// The clients that ask for `url`, if it may be asked for: here it is decided which way a request goes.
    fn client_for(&self, url: &Url, choice: Option<&ProxyChoice>) -> Result<HttpClients, TransportError> {
        // The operator says where this host is.
        let is_placed = self.addresses.is_placed(url);
        if let Some(ProxyChoice::Server(server)) = choice.filter(|_| !is_placed) {
            let route = self.route_through(server)?;
            route.addresses.check(url)?;
            return Ok(route.client);
        }
        self.addresses.check(url)?;
        let proxied = self.proxied.as_ref().filter(|_| !is_placed && choice.is_none());
        Ok(proxied.map_or(&self.direct, |(client, _)| client).clone())
    }

    fn route_through(&self, server: &ProxyServer) -> Result<ProxyRoute, TransportError> {
        // Nothing panics while the lock is held; were it so, the routes would still be whole.
        let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = chosen.get(server) {
            return Ok(route.clone());
        }
        let route = ProxyRoute::new(server, (&self.settings, self.in_flight), self.resolver.clone())
            .map_err(|error| {
                TransportError::new(
                    FailureKind::Connect,
                    format!("the proxy {server} cannot be used: {error}"),
                )
            })?;
        chosen.insert(server.clone(), route.clone());
        Ok(route)
    }

    /// Posts `body` and gives the head of the answer, whose body is not waited for: what it is as a whole doesn't change what the
    /// status says. `headers` say what the body is. Nothing of it is recorded.
    ///
    /// # Errors
    /// Why no head of an answer came.
    pub async fn post(
        &self,
        url: Url,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<PostAnswer, TransportError> {
        let exchange = async {
            let mut request = outgoing(Request { headers, ..Request::get(url, Purpose::Hub) })?;
            *request.method_mut() = Method::POST;
            *request.body_mut() = Some(body.into());
            self.answer(request, None).await
        };
        let mut answer = timeout(self.bounds.whole, exchange)
            .await
            .unwrap_or_else(|_| Err(timed_out("no head of an answer", self.bounds.whole)))?;
        let head =
            PostAnswer { status: answer.status().as_u16(), headers: std::mem::take(answer.headers_mut()) };
        let read = async {
            let mut bytes = 0;
            while let Ok(Some(piece)) = answer.chunk().await
                && bytes < MAX_POST_ANSWER_BYTES
            {
                bytes += piece.len();
            }
        };
        // However it ends, the answer is known.
        let _ = timeout(MAX_POST_ANSWER_TIME, read).await;
        Ok(head)
    }

    /// The answer to `request`, up to the end of its head.
    async fn answer(
        &self,
        request: reqwest::Request,
        proxy: Option<&ProxyChoice>,
    ) -> Result<reqwest::Response, TransportError> {
        let client = self.client_for(request.url(), proxy)?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let answer = timeout(self.bounds.head, head(&client, request))
            .await
            .map_err(|_| timed_out("no head of an answer", self.bounds.head))?
            .map_err(|error| failure::of_client(&error, &host, self.bounds.connect))?;
        if head_bytes(answer.headers()) > self.bounds.head_bytes {
            let limit = self.bounds.head_bytes;
            let detail = format!("the head of the answer is larger than {limit} bytes");
            return Err(TransportError::new(FailureKind::TooLarge, detail));
        }
        Ok(answer)
    }

    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let started = Instant::now();
        let (memory, proxy) = (request.memory.clone(), request.proxy.clone());
        let request = outgoing(request)?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let failed = |error: reqwest::Error| failure::of_client(&error, &host, self.bounds.connect);
        let mut answer = self.answer(request, proxy.as_ref()).await?;
        let head_after = started.elapsed();
        let (status, headers) = (answer.status().as_u16(), std::mem::take(answer.headers_mut()));
        let length = length_beside_identity(&headers);
        let body = self.collect(answer, length, memory.as_ref(), failed).await?;
        Ok(Response {
            status,
            headers,
            body,
            received_at: Timestamp::now(),
            head_after,
            elapsed: started.elapsed(),
            record_id: None,
        })
    }

    /// The body, which ends after `length` bytes where the client doesn't know.
    async fn collect(
        &self,
        mut answer: reqwest::Response,
        length: Option<usize>,
        memory: Option<&MemoryLease>,
        failed: impl Fn(reqwest::Error) -> TransportError,
    ) -> Result<Bytes, TransportError> {
        let limit = self.bounds.body_bytes;
        let too_large =
            || TransportError::new(FailureKind::TooLarge, format!("the body is larger than {limit} bytes"));
        if answer.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let mut whole = BytesMut::new();
        while length.is_none_or(|length| whole.len() < length) {
            let next = timeout(self.bounds.stall, answer.chunk())
                .await
                .map_err(|_| timed_out("no more of the body", self.bounds.stall))?
                .map_err(&failed);
            let piece = match next {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                // The end that the server owes is that of its own bookkeeping.
                Err(error) if error.kind == FailureKind::Cut && ends_as_document(&whole) => break,
                Err(error) => return Err(error),
            };
            if whole.len() + piece.len() > limit {
                return Err(too_large());
            }
            if let Some(memory) = memory {
                memory.grow(piece.len()).await;
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }
}

impl Transport for LiveTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            timeout(self.bounds.whole, self.exchange(request))
                .await
                .unwrap_or_else(|_| Err(timed_out("no whole answer", self.bounds.whole)))
        })
    }
}

/// How many bytes a body has that is sent as it is, where the server says so in words (`Transfer-Encoding: identity`, of RFC 2616, section
/// 3.6): beside a field of that name the client waits for the end of the connection.
fn length_beside_identity(headers: &HeaderMap) -> Option<usize> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter().peekable();
    codings.peek()?;
    codings
        .all(|coding| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
        .then(|| headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok())
        .flatten()
}

/// Whether what came ends as a whole page or a whole feed does.
fn ends_as_document(body: &[u8]) -> bool {
    const ENDS: [&[u8]; 4] = [b"</html>", b"</rss>", b"</feed>", b"</rdf:rdf>"];
    let body = body.trim_ascii_end();
    ENDS.iter()
        .any(|end| body.len().checked_sub(end.len()).is_some_and(|at| body[at..].eq_ignore_ascii_case(end)))
}

/// Sends `request`, and once more where the server did nothing about it: a server that closes a connection or sheds load over HTTP/2
/// says so and wants to be asked anew at once, whatever the method (RFC 9113, section 8.7), and one that wants HTTP/1.1 for it over that
/// (section 7, HTTP_1_1_REQUIRED). A connection that rested may have been closed while the request was on its way: what may be asked twice
/// is asked once more, over another one (RFC 9112, section 9.3.1).
async fn head(clients: &HttpClients, request: reqwest::Request) -> reqwest::Result<reqwest::Response> {
    let Some(again) = request.try_clone() else {
        return clients.any.execute(request).await;
    };
    let is_safe = *again.method() == Method::GET;
    // An address needs no resolver, so how it was reached isn't known.
    let is_named = again.url().domain().is_some();
    let (sent, has_connected) = address_filter::noting_connections(clients.any.execute(request)).await;
    match sent {
        Err(error) if failure::asks_for_http1(&error) => clients.http1.execute(again).await,
        Err(error) if failure::was_not_processed(&error) => clients.any.execute(again).await,
        Err(error) if is_safe && is_named && !has_connected && failure::ended_unanswered(&error) => {
            clients.any.execute(again).await
        }
        sent => sent,
    }
}

/// A client that does one exchange at a time and nothing of its own accord: it follows no redirect, has no policy of asking
/// again, and undoes no content coding. Its time is bounded here and in [`LiveTransport::exchange`].
fn client(settings: &FetchSettings, in_flight: InFlight, tls: rustls::ClientConfig) -> ClientBuilder {
    let builder = Client::builder();
    // No other system has it.
    #[cfg(target_os = "linux")]
    let builder = match in_flight.0 {
        Some(time) => builder.tcp_user_timeout(time),
        None => builder,
    };
    builder
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(IDLE_CONNECTION)
        .pool_max_idle_per_host(settings.per_host_concurrency)
        // A field that breaks the grammar is no reason to lose the rest of the answer.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        // How large they are together is bounded below.
        .http1_max_headers(MAX_HTTP1_FIELDS)
        // From this bound and that of a frame follows how many CONTINUATION frames a head may have, too.
        .http2_max_header_list_size(u32::try_from(settings.max_header_bytes).unwrap_or(u32::MAX))
        .http2_max_frame_size(MAX_HTTP2_FRAME_BYTES)
}

/// What `headers` took on the wire over HTTP/1: `name: value`, and the end of the line. Over HTTP/2 the client has applied the
/// bound to the head before, as RFC 9113, section 6.5.2, counts it.
fn head_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum()
}

/// The request as it goes out: credentials move from the URL to their field.
fn outgoing(request: Request) -> Result<reqwest::Request, TransportError> {
    let Request { mut url, headers, form, .. } = request;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(TransportError::new(
            FailureKind::Url,
            "only http and https URLs with a host can be fetched",
        ));
    }
    // One of 64 KiB is none to the client, which would tell of a connection that ended.
    if let Err(error) = Uri::try_from(url.as_str()) {
        return Err(TransportError::new(
            FailureKind::Url,
            format!("the address cannot be asked for: {error}"),
        ));
    }
    let credentials = basic_credentials(&url);
    url.set_fragment(None);
    // These fail only for URLs without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let method = if form.is_some() { Method::POST } else { Method::GET };
    let mut outgoing = reqwest::Request::new(method, url);
    *outgoing.headers_mut() = headers;
    if let Some(form) = form {
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        outgoing.headers_mut().insert(header::CONTENT_TYPE, media_type);
        *outgoing.body_mut() = Some(form.0.into());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn length(fields: &[(&'static str, &'static str)]) -> Option<usize> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        length_beside_identity(&headers)
    }

    #[test]
    fn a_body_that_is_said_to_be_as_it_is_ends_at_its_length() {
        assert_eq!(length(&[("transfer-encoding", "Identity"), ("content-length", "12")]), Some(12));
        for fields in [
            &[("content-length", "12")][..],
            &[("transfer-encoding", "identity")],
            &[("transfer-encoding", "chunked"), ("content-length", "12")],
            &[("transfer-encoding", "identity"), ("transfer-encoding", "chunked"), ("content-length", "12")],
        ] {
            assert_eq!(length(fields), None, "{fields:?}");
        }
    }

    #[test]
    fn only_what_ends_as_a_page_or_a_feed_is_whole() {
        for whole in ["<p>text</HTML>\r\n", "<rss></rss>", "<feed></feed> ", "</rdf:RDF>"] {
            assert!(ends_as_document(whole.as_bytes()), "{whole}");
        }
        for part in ["", "</htm", "<html><p>text", "</html> <p>"] {
            assert!(!ends_as_document(part.as_bytes()), "{part}");
        }
    }
}
