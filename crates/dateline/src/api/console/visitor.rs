//! Who may see the console, and who may change something through it.
//!
//! Seeing takes a connection from this machine, under a name of this machine: a page of another site that has its name resolve to us
//! (DNS rebinding) asks under its own. Changing something takes what the API asks for, and an `Origin` that is ours: a form of another
//! site sends its own, and a browser that sends none is not believed.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use super::super::access::{MayWrite, is_forwarded, is_loopback};
use super::super::connections::Peer;
use super::super::{Api, Problem, Shared};
use super::{PageProblem, refusal};
use crate::console::frame::Viewer;

/// Admits whoever may see the console, and says what else they may.
pub(super) async fn admit(State(api): Shared, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    if !is_here(peer, request.headers()) {
        let detail = "the console is shown to this machine alone: ask for it at a loopback address, such as http://127.0.0.1:8080, \
                      or through a tunnel that ends there (ssh -L)";
        return refusal(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    let access = api.sources.write_access.borrow().clone();
    let may_operate =
        api.sources.reloader.is_some() && access.allows(request.headers().clone()).await.is_ok();
    request.extensions_mut().insert(Viewer { name: None, may_operate });
    next.run(request).await
}

/// Whether a request comes from this machine, and asks for it by a name of its own.
fn is_here(peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    peer.is_some_and(|Peer(address)| address.ip().to_canonical().is_loopback())
        && is_loopback(host)
        && !is_forwarded(headers)
}

/// Leave to change something through a form of the console.
pub(super) struct MayOperate(MayWrite);

impl MayOperate {
    /// The leave that the API's handlers ask for.
    pub(super) fn may_write(self) -> MayWrite {
        self.0
    }
}

impl FromRequestParts<Arc<Api>> for MayOperate {
    type Rejection = PageProblem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, PageProblem> {
        if !is_same_origin(&parts.headers) {
            let detail =
                "this was asked by a page of another site, or by none; the console's own pages may ask";
            return Err(PageProblem(Problem::new(StatusCode::FORBIDDEN, detail)));
        }
        Ok(Self(MayWrite::from_request_parts(parts, api).await?))
    }
}

/// Whether a form of ours sent a request: it says so itself, which no form can prevent (RFC 6454, section 7.3).
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| Url::parse(origin).ok());
    let authority = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    let is_ours = origin.zip(text(header::HOST)).is_some_and(|(origin, host)| {
        Url::parse(&format!("{}://{host}/", origin.scheme()))
            .is_ok_and(|host| authority(&host) == authority(&origin))
    });
    is_ours
        && text(header::HeaderName::from_static("sec-fetch-site")).is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let headers = headers.iter();
        headers
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_this_machine_sees_the_console_and_only_under_a_name_of_its_own() {
        let sees = |peer: &str, fields: &[(&'static str, &'static str)]| {
            is_here(Some(Peer(peer.parse().unwrap())), &headers(fields))
        };
        assert!(sees("127.0.0.1:40000", &[("host", "127.0.0.1:8080")]));
        assert!(sees("[::1]:40000", &[("host", "localhost:8080")]));
        assert!(sees("[::ffff:127.0.0.1]:40000", &[("host", "localhost:8080")]));
        assert!(!sees("192.0.2.7:40000", &[("host", "127.0.0.1:8080")]));
        assert!(!sees("127.0.0.1:40000", &[("host", "rebound.example:8080")]));
        assert!(!sees("127.0.0.1:40000", &[("host", "127.0.0.1"), ("x-forwarded-for", "192.0.2.7")]));
        assert!(!sees("127.0.0.1:40000", &[]));
        assert!(!is_here(None, &headers(&[("host", "127.0.0.1")])));
    }

    #[test]
    fn a_form_has_to_be_ours() {
        let ours = |fields: &[(&'static str, &'static str)]| is_same_origin(&headers(fields));
        assert!(ours(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]));
        assert!(ours(&[
            ("host", "news.example"),
            ("origin", "https://news.example"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!ours(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8081")]));
        assert!(!ours(&[("host", "127.0.0.1:8080"), ("origin", "null")]));
        assert!(!ours(&[("host", "127.0.0.1:8080")]));
        assert!(!ours(&[
            ("host", "a.example"),
            ("origin", "https://a.example"),
            ("sec-fetch-site", "same-site")
        ]));
    }
}
