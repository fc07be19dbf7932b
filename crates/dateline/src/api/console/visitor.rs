//! Who may see the console, and who may change something through it.
//!
//! | configured | who sees | who may change |
//! | --- | --- | --- |
//! | neither users nor a token | connections from this machine, under a name of this machine: a page of another site that has its name resolve to us (DNS rebinding) asks under its own | the same, while the API listens on loopback |
//! | the API's token | the same; elsewhere whoever has logged in with the token | whoever has logged in with it |
//! | users | whoever has logged in | of those, whose role is `operate` |
//!
//! Whatever changes something has to carry an `Origin` that is ours: a form of another site sends its own, and a browser that sends none
//! is not believed.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use dateline_wire::Secret;
use url::Url;

use super::session::{Session, proof_of};
use super::{PageProblem, login, refusal};
use crate::api::access::{MayWrite, is_forwarded, is_loopback};
use crate::api::connections::Peer;
use crate::api::{Api, Problem, Shared};
use crate::config::users::{Role, User};
use crate::console::frame::Viewer;

/// What can be logged in with. Read whenever somebody asks, so that a change counts at once.
pub(super) struct Credentials {
    pub(super) users: Vec<User>,
    pub(super) token: Option<Secret>,
}

impl Credentials {
    /// Those that are configured now.
    pub(super) async fn read(api: &Api) -> Result<Self, Problem> {
        let access = api.sources.write_access.borrow().clone();
        access.read(|access| Ok(Self { users: access.users()?, token: access.token()? })).await
    }

    /// Whoever a session is of, unless what it was begun with is no more.
    fn viewer(&self, session: &Session) -> Option<Viewer> {
        let (secret, may_operate, name) = match session.name.as_str() {
            "" => (self.token.as_ref()?, true, "the API’s token"),
            name => {
                let user = self.users.iter().find(|user| user.name == name)?;
                (&user.password, user.role == Role::Operate, name)
            }
        };
        let holds = proof_of(secret.reveal()) == session.proof;
        holds.then(|| Viewer { name: Some(name.to_owned()), may_operate })
    }
}

/// Admits whoever may see the console, and says what else they may.
pub(super) async fn admit(State(api): Shared, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let viewer = match viewer(&api, peer, request.headers()).await {
        Ok(Some(viewer)) => viewer,
        Ok(None) if request.method() == Method::GET => return login::redirect(&request),
        Ok(None) => {
            let detail = "you are not logged in any more: log in, and ask again";
            return refusal(Problem::new(StatusCode::UNAUTHORIZED, detail));
        }
        Err(problem) => return refusal(problem),
    };
    request.extensions_mut().insert(viewer);
    next.run(request).await
}

/// Whoever asks; nobody yet where they have to log in.
async fn viewer(api: &Arc<Api>, peer: Option<Peer>, headers: &HeaderMap) -> Result<Option<Viewer>, Problem> {
    let credentials = Credentials::read(api).await?;
    let session = api.sessions.of(headers);
    if let Some(viewer) = session.and_then(|session| credentials.viewer(&session)) {
        return Ok(Some(viewer));
    }
    if !credentials.users.is_empty() {
        return Ok(None);
    }
    if is_here(peer, headers) {
        let access = api.sources.write_access.borrow().clone();
        let may_operate = access.allows(headers.clone()).await.is_ok();
        return Ok(Some(Viewer { name: None, may_operate }));
    }
    if credentials.token.is_some() {
        return Ok(None);
    }
    let detail = "the console is shown to this machine alone: ask for it at a loopback address, such as http://127.0.0.1:8080, or \
                  through a tunnel that ends there (ssh -L); or let people log in, with `dateline user add`";
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// Whether a request comes from this machine, and asks for it by a name of its own.
fn is_here(peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    peer.is_some_and(|Peer(address)| address.ip().to_canonical().is_loopback())
        && is_loopback(host)
        && !is_forwarded(headers)
}

/// Leave to change something through a form of the console.
pub(super) struct MayOperate {
    user: String,
}

impl MayOperate {
    /// Who it is, for what is kept with a name.
    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// The leave that the API's handlers ask for.
    pub(super) fn may_write(self) -> MayWrite {
        MayWrite
    }
}

impl FromRequestParts<Arc<Api>> for MayOperate {
    type Rejection = PageProblem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Api>) -> Result<Self, PageProblem> {
        let refused = |detail: &str| Err(PageProblem(Problem::new(StatusCode::FORBIDDEN, detail)));
        if !is_same_origin(&parts.headers) {
            return refused(
                "this was asked by a page of another site, or by none; the console's own pages may ask",
            );
        }
        let viewer = parts.extensions.get::<Viewer>().cloned().unwrap_or_default();
        if !viewer.may_operate {
            return refused(
                "you may look, and not change anything: it takes a user with the role `operate`, or the API's token",
            );
        }
        let user = viewer.name.as_deref().unwrap_or("this machine");
        let address = parts.extensions.get::<Peer>().map(|Peer(peer)| peer.ip().to_string());
        tracing::info!(user, address, path = parts.uri.path(), "a change is asked for in the console");
        Ok(Self { user: user.to_owned() })
    }
}

/// Whether a form of ours sent a request: it says so itself, which no form can prevent (RFC 6454, section 7.3).
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
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
