//! Logging in and out.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use dateline_journal::StoredSession;
use dateline_wire::Secret;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::asked_list::AskedPage;
use super::form_body::FormBody;
use super::session::COOKIE;
use super::visitor::{Credentials, client_address, is_same_origin, page_before};
use super::{PageProblem, Shown, answer};
use crate::api::connections::Peer;
use crate::api::{Api, Problem, Shared};
use crate::config::users;
use crate::console::frame::bare_page;
use crate::console::page;
use crate::console::page::login::LogInOffer;

/// The most of a name that the log shows, in scalar values: anybody may send one of megabytes.
const MAX_LOGGED_NAME_CHARS: usize = 100;

/// A name as the log shows it.
fn logged(name: &str) -> String {
    name.chars().take(MAX_LOGGED_NAME_CHARS).flat_map(char::escape_debug).collect()
}

/// Where a log-in leads.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Destination {
    next: String,
}

impl Destination {
    fn path(&self) -> &str {
        own_path(&self.next)
    }
}

/// A path of this console: never another site, however `text` spells it.
pub(super) fn own_path(text: &str) -> &str {
    let is_path = text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_path { text } else { "/" }
}

/// What a log-in says.
#[derive(Deserialize, JsonSchema)]
pub(super) struct LogIn {
    #[serde(default)]
    name: String,
    password: String,
    #[serde(flatten)]
    destination: Destination,
}

/// The way to the log-in, and from there back to what was asked for.
pub(super) fn redirect(request: &Request) -> Response {
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    Redirect::to(&format!("/login?next={}", page::query_value(asked))).into_response()
}

fn form(
    status: StatusCode,
    destination: &Destination,
    name: &str,
    refusal: Option<&str>,
    credentials: &Credentials,
) -> Response {
    let offer = match (credentials.users.is_empty(), credentials.token.is_some()) {
        (true, true) => LogInOffer::Token,
        (true, false) => LogInOffer::Nothing,
        (false, true) => LogInOffer::UserOrToken,
        (false, false) => LogInOffer::User,
    };
    let main = page::login::page(destination.path(), name, refusal, offer);
    answer(status, bare_page("Log in", &main))
}

/// The form. It leads back to where it was asked for.
pub(super) async fn ask(
    State(api): Shared,
    headers: HeaderMap,
    AskedPage(destination): AskedPage<Destination>,
) -> Shown {
    let next = match destination.next.is_empty() {
        true => page_before(&headers),
        false => destination.next,
    };
    let destination = Destination { next };
    let credentials = Credentials::read(&api).await?;
    Ok(form(StatusCode::OK, &destination, "", None, &credentials))
}

/// Logs somebody in.
pub(super) async fn log_in(
    State(api): Shared,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    FormBody(LogIn { name, password, destination }): FormBody<LogIn>,
) -> Shown {
    if !is_same_origin(&headers) {
        return Err(PageProblem(Problem::new(StatusCode::FORBIDDEN, "this form is of another site")));
    }
    let console = api.sources.write_access.borrow().console().clone();
    let (name, address) = (name.trim().to_owned(), client_address(&console, peer, &headers));
    if !api.sessions.may_try(address) {
        tracing::warn!(%address, "log-ins to the console are refused for a minute: too many have failed");
        let detail = "too many log-ins have failed; try again in a minute";
        let refused = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail);
        return Ok((([(header::RETRY_AFTER, "60")]), PageProblem(refused)).into_response());
    }
    let noted = api.sessions.note_try(address);
    let credentials = Credentials::read(&api).await?;
    let Some((name, secret)) = check(&api, &credentials, name.clone(), password).await? else {
        tracing::warn!(user = logged(&name), %address, "a log-in to the console failed");
        return Ok(form(
            StatusCode::UNAUTHORIZED,
            &destination,
            &name,
            Some(match credentials.users.is_empty() {
                true => "This is not the API’s token.",
                false => "Name or password is wrong.",
            }),
            &credentials,
        ));
    };
    api.sessions.forget(noted);
    let (length, now) = (console.session_length, Timestamp::now());
    let expires = now.checked_add(length).unwrap_or(Timestamp::MAX);
    let begun = api.sessions.begin(name.clone(), secret.reveal(), now, expires);
    keep(&api, begun.stored, begun.ended, now).await;
    let id = begun.id;
    tracing::info!(user = logged(&name), %address, "logged in to the console");
    let is_secure = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let cookie = format!(
        "{COOKIE}={id}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}",
        length.as_secs(),
        if is_secure { "; Secure" } else { "" }
    );
    let mut response = Redirect::to(destination.path()).into_response();
    response
        .headers_mut()
        .extend(HeaderValue::try_from(cookie).ok().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Has the journal keep a session, so that it outlasts the daemon. One that it cannot keep holds until then.
async fn keep(api: &Api, session: StoredSession, ended: Option<[u8; 32]>, now: Timestamp) {
    let journal = &api.sources.journal;
    let ended = async {
        match ended {
            Some(ended) => journal.end_session(ended).await,
            None => Ok(()),
        }
    };
    if let Err(error) = ended.await.and(journal.keep_session(session, now).await) {
        tracing::warn!(%error, "a log-in to the console cannot be kept: it ends when the daemon stops");
    }
}

/// The user that name and password give, if they do, and the secret that the session rests on.
async fn check(
    api: &Arc<Api>,
    credentials: &Credentials,
    name: String,
    password: String,
) -> Result<Option<(String, Secret)>, Problem> {
    if name.is_empty() {
        // Digests, so that comparing tells nothing of the token by the time it takes.
        let is_token = |token: &Secret| Sha256::digest(token.reveal()) == Sha256::digest(&password);
        return Ok(credentials.token.clone().filter(is_token).map(|token| (name, token)));
    }
    let user = credentials.users.iter().find(|user| user.name == name).cloned();
    // So many passwords at once: each takes memory and a core.
    let _turn =
        api.password_turns.acquire().await.map_err(|closed| Problem::internal(&closed.to_string()))?;
    let checked = tokio::task::spawn_blocking(move || match user {
        Some(user) => user.has_password(&password).then_some((user.name, user.password)),
        None => {
            users::waste_time(&password);
            None
        }
    });
    checked.await.map_err(|lost| Problem::internal(&lost.to_string()))
}

/// Logs whoever asks out.
pub(super) async fn log_out(
    State(api): Shared,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Shown {
    if !is_same_origin(&headers) {
        return Err(PageProblem(Problem::new(StatusCode::FORBIDDEN, "this form is of another site")));
    }
    let name = api.sessions.of(&headers, Timestamp::now()).map(|session| session.name);
    let ended = api.sessions.end(&headers);
    if let (Some(name), Some(_)) = (name, &ended) {
        let console = api.sources.write_access.borrow().console().clone();
        let address = client_address(&console, peer, &headers);
        tracing::info!(user = logged(&name), %address, "logged out of the console");
    }
    if let Some(digest) = ended
        && let Err(error) = api.sources.journal.end_session(digest).await
    {
        tracing::warn!(%error, "a log-out is not kept: after a restart of the daemon the session would hold again until its time is over");
    }
    let mut response = Redirect::to("/login").into_response();
    let cookie = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    response
        .headers_mut()
        .extend(HeaderValue::try_from(cookie).ok().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_end_fills_no_log() {
        assert_eq!(logged("an\u{202e}na\n"), "an\\u{202e}na\\n");
        assert_eq!(logged(&"a".repeat(1 << 20)).len(), MAX_LOGGED_NAME_CHARS);
    }

    #[test]
    fn a_log_in_leads_to_a_path_of_this_console_alone() {
        let path = |next: &str| Destination { next: next.to_owned() }.path().to_owned();
        assert_eq!(path("/feeds?state=dead"), "/feeds?state=dead");
        for other in
            ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb"]
        {
            assert_eq!(path(other), "/", "{other}");
        }
    }
}
