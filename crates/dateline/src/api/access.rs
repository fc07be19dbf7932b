//! Who may write through the API.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dateline_wire::Secret;
use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::connections::Peer;
use super::{Api, Problem, console};
use crate::bounded_reading::{BoundedReading, ReadingFailure};
use crate::config::users::{self, User};
use crate::config::{ApiSettings, ConsoleSettings};

/// Who may write: whoever shows the token, or the key that the daemon's own commands have; where neither a token is configured nor anybody
/// logs in, whoever asks from this machine, while the API listens on loopback.
#[derive(Clone)]
pub struct WriteAccess {
    /// Where the token is. A file is read whenever somebody shows a token, so that a new one counts at once, and whoever is to change it
    /// is not locked out by that.
    api: ApiSettings,
    console: ConsoleSettings,
    /// What the commands of the daemon's own user show.
    local_key: Option<Secret>,
    is_loopback: bool,
    reading: BoundedReading,
}

/// That whatever would change something is refused here, whoever asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChangesRefused;

/// Refuses what would change something, but for logging in and out: what is shown here is others' to change.
pub(super) async fn refuse_changes(mut request: Request, next: Next) -> Response {
    let is_change = !request.method().is_safe() && !matches!(request.uri().path(), "/login" | "/logout");
    if !is_change {
        request.extensions_mut().insert(ChangesRefused);
        return next.run(request).await;
    }
    let problem = Problem::new(
        StatusCode::FORBIDDEN,
        "a member of a fleet shows what there is, and changes nothing here: `dateline feed add`, `remove`, `pause`, `resume`, `poll`, `revive` and \
         `dateline fleet apply` reach the fleet's feeds, on any machine with a member's configuration; other settings count from a member's next \
         start; labels are given at a daemon by itself",
    );
    match console::is_browser(request.headers()) {
        true => console::refusal(problem),
        false => problem.into_response(),
    }
}

/// How long the file with the token may take to be read, and how many readings of it at most wait for a disk.
const READING_PATIENCE: Duration = Duration::from_secs(5);
const MAX_READINGS: usize = 8;

impl From<ReadingFailure> for Problem {
    fn from(_: ReadingFailure) -> Self {
        let detail = "what says who may write was not read in time: see that the disks of the configuration and of `token_file` in [api] \
                      answer";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }
}

impl WriteAccess {
    /// Of an API that listens at `listen`.
    pub fn new(listen: SocketAddr, api: ApiSettings) -> Self {
        let (console, reading) = (ConsoleSettings::default(), BoundedReading::new(MAX_READINGS));
        Self { api, console, local_key: None, is_loopback: listen.ip().is_loopback(), reading }
    }

    /// The same with a console that people log in to as `console` says.
    #[must_use]
    pub fn with_console(self, console: ConsoleSettings) -> Self {
        Self { console, ..self }
    }

    /// The same for a daemon whose own commands show `key`.
    #[must_use]
    pub fn with_local_key(self, key: Option<Secret>) -> Self {
        Self { local_key: key, ..self }
    }

    /// The same under other settings. Where the API listens is settled at the start.
    pub(crate) fn under(&self, api: ApiSettings) -> Self {
        Self { api, ..self.clone() }
    }

    /// How people log in to the console.
    pub(super) fn console(&self) -> &ConsoleSettings {
        &self.console
    }

    /// Who may log in to the console. Reads their file.
    pub(super) fn users(&self) -> Result<Vec<User>, Problem> {
        users::read(&self.console.users).map_err(|error| {
            for error in error {
                tracing::error!("nobody may log in to the console: {error}");
            }
            let detail =
                "the users of [console] cannot be read, so nobody may log in; the daemon's log says why";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        })
    }

    /// What whoever writes has to show, if anything. Reads its file.
    pub(super) fn token(&self) -> Result<Option<Secret>, Problem> {
        self.api.write_token().map_err(|error| {
            tracing::error!("nobody may write through the API: {error}");
            let detail = "the token of [api] cannot be read, so nobody may write; the daemon's log says why";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        })
    }

    /// Whether a request with these `headers` may write. Reads the token's file.
    fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let token = self.token()?;
        if [&token, &self.local_key].into_iter().flatten().any(|secret| is_shown(secret, headers)) {
            return Ok(());
        }
        let is_for_people =
            || Ok::<bool, Problem>(!self.console.proxy_header.is_empty() || !self.users()?.is_empty());
        let detail = if token.is_some() {
            "writing takes the token of [api], as Authorization: Bearer TOKEN"
        } else if is_for_people()? {
            "where people log in to the console, writing through the API takes a token, as Authorization: Bearer TOKEN: set \
             DATELINE_API__TOKEN, or token_file in [api]"
        } else {
            return self.check_without_token(headers);
        };
        Err(Problem::new(StatusCode::UNAUTHORIZED, detail))
    }

    /// Whether `headers` show the token. Reads its file on a thread that may wait for a disk.
    pub(super) async fn knows_token(self, headers: HeaderMap) -> Result<bool, Problem> {
        self.read(move |access| Ok(access.token()?.is_some_and(|token| is_shown(&token, &headers)))).await
    }

    /// The same on a thread that may wait for a disk.
    pub(super) async fn allows(self, headers: HeaderMap) -> Result<(), Problem> {
        self.read(move |access| access.check(&headers)).await
    }

    /// What `read` makes of the files, if their disks answer in time.
    pub(super) async fn read<T: Send + 'static>(
        self,
        read: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.reading.clone().run(READING_PATIENCE, READING_PATIENCE, move || read(&self)).await?
    }

    fn check_without_token(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let refused = |why: &str| {
            let remedy = "set a token: DATELINE_API__TOKEN, or token_file in [api]";
            Err(Problem::new(StatusCode::FORBIDDEN, format!("{why}; {remedy}")))
        };
        if !self.is_loopback {
            return refused("without a token, nobody may write through an API that others can reach");
        }
        if is_forwarded(headers) {
            return refused("without a token, nobody may write from behind a proxy");
        }
        // Any page that a browser on this machine shows can ask us: it says so itself, or calls us by a name of its own.
        let host = only(headers, header::HOST).unwrap_or_default();
        let is_ours = !headers.contains_key(header::ORIGIN)
            || only(headers, header::ORIGIN).is_some_and(|origin| origin == format!("http://{host}"));
        if !is_ours || !is_loopback(host) {
            return refused("without a token, no page of another site may write");
        }
        Ok(())
    }
}

/// Whether `headers` show `token`. Digests are compared, so that the time it takes tells nothing of the token.
fn is_shown(token: &Secret, headers: &HeaderMap) -> bool {
    let digest = |token: &str| <[u8; 32]>::from(Sha256::digest(token));
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    shown.and_then(|value| value.split_once(' ')).is_some_and(|(scheme, shown)| {
        scheme.eq_ignore_ascii_case("bearer") && digest(token.reveal()) == digest(shown.trim())
    })
}

/// The value of a field that says something once: where it stands twice, one of the two is somebody else's.
pub(super) fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()
}

/// Whether a proxy passed a request on, by what proxies add.
pub(super) fn is_forwarded(headers: &HeaderMap) -> bool {
    [
        header::FORWARDED.as_str(),
        header::VIA.as_str(),
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    ]
    .iter()
    .any(|name| headers.contains_key(*name))
}

/// Whether `host`, with its port, is a name or address of this machine alone.
pub(super) fn is_loopback(host: &str) -> bool {
    let url = Url::parse(&format!("http://{host}/"));
    match url.as_ref().map(Url::host) {
        Ok(Some(Host::Domain(name))) => name == "localhost",
        Ok(Some(Host::Ipv4(address))) => address.is_loopback(),
        Ok(Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

/// Leave to write: a handler that takes it is not run without.
pub(super) struct MayWrite;

impl OperationInput for MayWrite {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        operation.security.push(std::iter::once(("token".to_owned(), Vec::new())).collect());
    }
}

impl FromRequestParts<Arc<Api>> for MayWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let access = api.sources.write_access.borrow().clone();
        access.allows(parts.headers.clone()).await?;
        tell_of_change(parts);
        Ok(Self)
    }
}

/// Tells the log who asks for a change, as far as that is known.
fn tell_of_change(parts: &Parts) {
    let address = parts.extensions.get::<Peer>().map(|Peer(peer)| peer.ip().to_string());
    tracing::info!(address, method = %parts.method, path = parts.uri.path(), "a change is asked for over HTTP");
}

/// Leave to have the configuration read anew. That may say otherwise who may write: whoever it lets write may have it read, too.
/// Otherwise nobody could without the token that it has no more.
pub(super) struct MayReload;

impl OperationInput for MayReload {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        MayWrite::operation_input(context, operation);
    }
}

impl FromRequestParts<Arc<Api>> for MayReload {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let access = api.sources.write_access.borrow().clone();
        let refused = match access.clone().allows(parts.headers.clone()).await {
            Ok(()) => {
                tell_of_change(parts);
                return Ok(Self);
            }
            Err(refused) => refused,
        };
        let Some(reloader) = api.sources.reloader.clone() else { return Err(refused) };
        let reading = access.reading.clone();
        match reading.run(READING_PATIENCE, READING_PATIENCE, move || reloader.api_settings()).await? {
            Some(settings) => access.under(settings).allows(parts.headers.clone()).await?,
            None => return Err(refused),
        }
        tell_of_change(parts);
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const TOKEN: &str = "0123456789abcdef";

    fn status(listen: &str, token: Option<&str>, headers: &[(&'static str, &str)]) -> u16 {
        let api = ApiSettings { token: token.map(Secret::new), token_file: None };
        let access = WriteAccess::new(listen.parse().unwrap(), api);
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        match access.check(&headers.collect()) {
            Ok(()) => 200,
            Err(problem) => problem.status.as_u16(),
        }
    }

    #[test]
    fn whoever_shows_the_token_may_write_and_nobody_else() {
        let listen = "192.0.2.1:80";
        for (shown, answer) in [
            ("Bearer 0123456789abcdef", 200),
            ("bearer 0123456789abcdef", 200),
            ("Bearer 0123456789abcdeF", 401),
            ("Basic 0123456789abcdef", 401),
            ("Bearer", 401),
        ] {
            assert_eq!(status(listen, Some(TOKEN), &[("authorization", shown)]), answer, "{shown}");
        }
        assert_eq!(status("127.0.0.1:80", Some(TOKEN), &[("host", "127.0.0.1")]), 401);
        assert_eq!(status(listen, None, &[("host", "192.0.2.1")]), 403);
    }

    #[test]
    fn where_people_log_in_it_takes_a_secret_also_from_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        let users = folder.path().join("users.toml");
        let status = |console: &ConsoleSettings, shown: Option<&'static str>| {
            let access = WriteAccess::new("127.0.0.1:80".parse().unwrap(), ApiSettings::default())
                .with_console(console.clone())
                .with_local_key(Some(Secret::new("a key")));
            let shown = shown.map(|shown| (header::AUTHORIZATION, HeaderValue::from_static(shown)));
            let host = (header::HOST, HeaderValue::from_static("127.0.0.1"));
            access
                .check(&shown.into_iter().chain([host]).collect())
                .map_err(|problem| problem.status.as_u16())
        };
        let nobody = ConsoleSettings { users: users.clone(), ..ConsoleSettings::default() };
        assert_eq!(status(&nobody, None), Ok(()));
        let behind_proxy = ConsoleSettings { proxy_header: "X-Remote-User".into(), ..nobody.clone() };
        users::write(&users, "anna", users::Role::Operate, &users::hash("correct horse battery").unwrap())
            .unwrap();
        for console in [&nobody, &behind_proxy] {
            assert_eq!(status(console, None), Err(401));
            assert_eq!(status(console, Some("Bearer another key")), Err(401));
            assert_eq!(status(console, Some("Bearer a key")), Ok(()));
        }
    }

    #[test]
    fn without_a_token_only_this_machine_may_write_and_no_page_in_its_browser() {
        let may = |headers: &[(&'static str, &str)]| status("127.0.0.1:8080", None, headers) == 200;
        assert!(may(&[("host", "127.0.0.1:8080")]));
        assert!(may(&[("host", "localhost:8080"), ("origin", "http://localhost:8080")]));
        assert!(may(&[("host", "[::1]:8080")]));
        assert!(!may(&[("host", "127.0.0.1:8080"), ("origin", "https://evil.example")]));
        assert!(!may(&[("host", "127.0.0.1:8080"), ("origin", "null")]));
        assert!(!may(&[("host", "rebound.example:8080"), ("origin", "http://rebound.example:8080")]));
        for added in
            ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via"]
        {
            assert!(!may(&[("host", "127.0.0.1:8080"), (added, "192.0.2.7")]), "{added}");
        }
        assert!(!may(&[]));
    }
}
