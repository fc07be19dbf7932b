//! Who may see the console, and who may change something through it.
//!
//! | configured | who sees | who may change |
//! | --- | --- | --- |
//! | neither users nor a token | connections from this machine, under a name of this machine: a page of another site that has its name resolve to us (DNS rebinding) asks under its own | the same, while the API listens on loopback |
//! | the API's token | the same; elsewhere whoever has logged in with the token | whoever has logged in with it |
//! | users | whoever has logged in | of those, whose role is `operate` |
//! | a proxy's header | whoever a trusted proxy names, and as above | of those, whose role is `operate` |
//!
//! Whatever changes something has to carry an `Origin` that is ours: a form of another site sends its own, and a browser that sends none
//! is not believed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use dateline_wire::Secret;
use jiff::Timestamp;
use url::{Position, Url};

use super::session::ShownSession;
use super::{PageProblem, login, refusal, refusal_from};
use crate::api::access::{ChangesRefused, MayWrite, is_forwarded, is_loopback, only};
use crate::api::connections::Peer;
use crate::api::own_names::misdirected;
use crate::api::refusal_log::AskingUser;
use crate::api::{Api, Problem, Shared};
use crate::config::ConsoleSettings;
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
    fn viewer(&self, session: &ShownSession) -> Option<Viewer> {
        let (secret, may_operate, name) = match session.name.as_str() {
            "" => (self.token.as_ref()?, true, "the API’s token"),
            name => {
                let user = self.users.iter().find(|user| user.name == name)?;
                (&user.password, user.role == Role::Operate, name)
            }
        };
        let holds = session.was_begun_with(secret.reveal());
        holds.then(|| Viewer {
            name: Some(name.to_owned()),
            may_operate,
            may_log_out: true,
            ..Viewer::default()
        })
    }
}

/// Whether a request shows a session that holds.
pub(in crate::api) async fn is_logged_in(api: &Api, headers: &HeaderMap) -> Result<bool, Problem> {
    let Some(session) = api.sessions.of(headers, Timestamp::now()) else { return Ok(false) };
    Ok(Credentials::read(api).await?.viewer(&session).is_some())
}

/// Admits whoever may see the console, and says what else they may.
pub(super) async fn admit(State(api): Shared, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let viewer = match viewer(&api, peer, request.headers()).await {
        Ok(Some(viewer)) => viewer,
        Ok(None) if request.method().is_safe() => return login::redirect(&request),
        Ok(None) => {
            let detail = "you are not logged in any more: log in, and ask again";
            let problem = Problem::new(StatusCode::UNAUTHORIZED, detail);
            return refusal_from(problem, login::own_path(&page_before(request.headers())));
        }
        Err(problem) => return refusal(problem),
    };
    let change = (!request.method().is_safe()).then(|| (user_of(&viewer), request.uri().path().to_owned()));
    let is_shown_fleet = request.extensions().get::<ChangesRefused>().is_some();
    let may_operate = viewer.may_operate && !is_shown_fleet;
    request.extensions_mut().insert(Viewer { may_operate, is_shown_fleet, ..viewer });
    let mut response = next.run(request).await;
    if let Some((user, path)) = change {
        match response.status() {
            // What is refused is told of everything alike.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                response.extensions_mut().insert(AskingUser(user));
            }
            status if status.is_client_error() || status.is_server_error() => tracing::warn!(
                user,
                path,
                status = status.as_u16(),
                "what was asked for in the console is not done"
            ),
            status => tracing::info!(
                user,
                path,
                status = status.as_u16(),
                "what was asked for in the console is done"
            ),
        }
    }
    response
}

/// Who it is, for the log and for what is kept with a name.
fn user_of(viewer: &Viewer) -> String {
    viewer.name.as_deref().unwrap_or("this machine").to_owned()
}

/// Whoever asks; nobody yet where they have to log in.
async fn viewer(api: &Arc<Api>, peer: Option<Peer>, headers: &HeaderMap) -> Result<Option<Viewer>, Problem> {
    let credentials = Credentials::read(api).await?;
    let console = api.sources.write_access.borrow().console().clone();
    if let Some(name) = proxied_name(&console, peer, headers)? {
        // A page whose name resolves to the proxy's machine can send the header, too, from a browser there.
        if !api.names.are_asked(headers) {
            return Err(misdirected(headers, &api.names));
        }
        let user = credentials.users.iter().find(|user| user.name == name);
        let role = user.map_or(console.proxy_role, |user| user.role);
        return Ok(Some(Viewer {
            name: Some(name),
            may_operate: role == Role::Operate,
            ..Viewer::default()
        }));
    }
    let session = api.sessions.of(headers, Timestamp::now());
    if let Some(viewer) = session.and_then(|session| credentials.viewer(&session)) {
        return Ok(Some(viewer));
    }
    if !credentials.users.is_empty() {
        return Ok(None);
    }
    // A proxy on this machine that names nobody passes on somebody who has not logged in there.
    if !console.proxy_header.is_empty() && credentials.token.is_none() {
        let detail = "the proxy in front of the console says who you are, and it has not: log in there, and ask through it";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    if is_here(peer, headers) && console.proxy_header.is_empty() {
        let access = api.sources.write_access.borrow().clone();
        let may_operate = access.allows(headers.clone()).await.is_ok();
        let may_log_in = !may_operate && credentials.token.is_some();
        return Ok(Some(Viewer { may_operate, may_log_in, ..Viewer::default() }));
    }
    if credentials.token.is_some() {
        return Ok(None);
    }
    let at = api.names.address();
    let here = match is_loopback(at.trim_start_matches("http://")) {
        true => format!("ask for it at {at}, or through a tunnel that ends there (ssh -L); or "),
        false => String::new(),
    };
    let detail = format!(
        "the console is shown to this machine alone: {here}let people log in, with a token in DATELINE_API__TOKEN or with `dateline user add`"
    );
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// The longest name that a proxy may give, in bytes.
const MAX_NAME_BYTES: usize = 100;

/// Who has logged in at the proxy that a request comes through, where such a proxy is configured and trusted. From anywhere else the
/// header means nothing.
fn proxied_name(
    console: &ConsoleSettings,
    peer: Option<Peer>,
    headers: &HeaderMap,
) -> Result<Option<String>, Problem> {
    let Some(Peer(peer)) = peer.filter(|Peer(peer)| console.trusts(peer.ip())) else { return Ok(None) };
    let mut values = headers.get_all(console.proxy_header.as_str()).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let name = std::str::from_utf8(value.as_bytes()).unwrap_or_default().trim();
    let is_name = (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.chars().any(char::is_control);
    if !is_name || values.next().is_some() {
        tracing::warn!(proxy = %peer.ip(), "a proxy gives no name, or several, in `proxy_header`: it has to set the header, not to add it");
        let detail = "the proxy in front of the console does not say clearly who you are; its operator finds more in the daemon's log";
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    Ok(Some(name.to_owned()))
}

/// Where whoever asks is: the connection's other end or, where that is a trusted proxy, whom it says it passes on.
pub(in crate::api) fn client_address(
    console: &ConsoleSettings,
    peer: SocketAddr,
    headers: &HeaderMap,
) -> IpAddr {
    let peer = peer.ip().to_canonical();
    // The last is what the proxy added; what stands before it came with the request.
    let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let passed_on = last.and_then(|value| value.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    passed_on.filter(|_| console.trusts(peer)).map_or(peer, |address| address.to_canonical())
}

/// Whether a request comes from this machine, and asks for it by a name of its own.
fn is_here(peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let host = only(headers, header::HOST).unwrap_or_default();
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

/// What whoever may look alone is told.
const READ_ONLY: &str =
    "you may look, and not change anything: it takes a user with the role `operate`, or the API's token";

/// Refuses a question whose answer would be refused.
pub(super) fn check_may_operate(viewer: &Viewer) -> Result<(), Problem> {
    match viewer.may_operate {
        true => Ok(()),
        false => Err(Problem::new(StatusCode::FORBIDDEN, READ_ONLY)),
    }
}

impl FromRequestParts<Arc<Api>> for MayOperate {
    type Rejection = PageProblem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, PageProblem> {
        let refused = |detail: &str| Err(PageProblem(Problem::new(StatusCode::FORBIDDEN, detail)));
        if !is_same_origin(&parts.headers) {
            return refused(
                "this was asked by a page of another site, or by none; the console's own pages may ask",
            );
        }
        let viewer = parts.extensions.get::<Viewer>().cloned().unwrap_or_default();
        if !viewer.may_operate {
            return refused(READ_ONLY);
        }
        let user = user_of(&viewer);
        let console = api.sources.write_access.borrow().console().clone();
        let address = parts.extensions.get::<Peer>();
        let address = address.map(|Peer(peer)| client_address(&console, *peer, &parts.headers).to_string());
        tracing::info!(user, address, path = parts.uri.path(), "a change is asked for in the console");
        Ok(Self { user })
    }
}

/// The path of the page from which something is asked.
pub(super) fn page_before(headers: &HeaderMap) -> String {
    let page = only(headers, header::REFERER).and_then(|page| Url::parse(page).ok());
    page.map_or_else(|| "/".to_owned(), |page| page[Position::BeforePath..Position::AfterQuery].to_owned())
}

/// Whether a form of ours sent a request: it says so itself, which no form can prevent (RFC 6454, section 7.3).
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    let origin = only(headers, header::ORIGIN).and_then(|origin| Url::parse(origin).ok());
    let authority = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    let is_ours = origin.zip(only(headers, header::HOST)).is_some_and(|(origin, host)| {
        Url::parse(&format!("{}://{host}/", origin.scheme()))
            .is_ok_and(|host| authority(&host) == authority(&origin))
    });
    is_ours && headers.get_all("sec-fetch-site").iter().all(|site| site == "same-origin")
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

    fn behind_a_proxy() -> ConsoleSettings {
        ConsoleSettings {
            proxy_header: "X-Remote-User".into(),
            trusted_proxies: vec!["10.0.0.0/8".to_owned().try_into().unwrap()],
            ..ConsoleSettings::default()
        }
    }

    #[test]
    fn a_name_is_believed_of_a_trusted_proxy_alone() {
        let console = behind_a_proxy();
        let name = |peer: &str, fields: &[(&'static str, &'static str)]| {
            proxied_name(&console, Some(Peer(peer.parse().unwrap())), &headers(fields))
                .map_err(|problem| problem.status)
        };
        let anna = [("x-remote-user", "anna")];
        assert_eq!(name("10.1.2.3:40000", &anna), Ok(Some("anna".to_owned())));
        assert_eq!(name("[::ffff:10.1.2.3]:40000", &anna), Ok(Some("anna".to_owned())));
        for elsewhere in ["192.0.2.7:40000", "127.0.0.1:40000", "[::1]:40000", "11.0.0.1:40000"] {
            assert_eq!(name(elsewhere, &anna), Ok(None), "{elsewhere}");
        }
        assert_eq!(name("10.1.2.3:40000", &[]), Ok(None));
        assert_eq!(name("10.1.2.3:40000", &[("x-remote-user", " ")]), Err(StatusCode::BAD_REQUEST));
        let mut twice = headers(&anna);
        twice.append("x-remote-user", HeaderValue::from_static("root"));
        assert!(proxied_name(&console, Some(Peer("10.1.2.3:1".parse().unwrap())), &twice).is_err());
        let off = ConsoleSettings { proxy_header: String::new(), ..console.clone() };
        let peer = Some(Peer("10.1.2.3:1".parse().unwrap()));
        assert!(proxied_name(&off, peer, &headers(&anna)).unwrap().is_none());
    }

    #[test]
    fn only_a_trusted_proxy_says_whom_it_passes_on() {
        let console = behind_a_proxy();
        let address = |peer: &str, fields: &[(&'static str, &'static str)]| {
            client_address(&console, peer.parse().unwrap(), &headers(fields)).to_string()
        };
        let forwarded = [("x-forwarded-for", "198.51.100.9, 192.0.2.7")];
        assert_eq!(address("10.1.2.3:1", &forwarded), "192.0.2.7");
        assert_eq!(address("203.0.113.5:1", &forwarded), "203.0.113.5");
        assert_eq!(address("10.1.2.3:1", &[("x-forwarded-for", "unknown")]), "10.1.2.3");
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
        let mut twice = headers(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]);
        twice.append("origin", HeaderValue::from_static("http://evil.example"));
        assert!(!is_same_origin(&twice));
        assert!(!ours(&[
            ("host", "a.example"),
            ("origin", "https://a.example"),
            ("sec-fetch-site", "same-site")
        ]));
    }
}
