//! Who is logged in, and how often somebody tried to be.
//!
//! A session is a random number that the browser keeps in a cookie; here stands its digest, so that a memory dump logs nobody in. It
//! lasts for `session_length` in `[console]`, until the log-out, until the daemon stops, or until the password, the role's user or the
//! token that it was begun with is no more.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// The cookie that holds a session.
pub(super) const COOKIE: &str = "dateline_session";
/// How many sessions there are at most; the oldest ends for one more.
const MAX_SESSIONS: usize = 1_000;
/// In what time failed log-ins are counted, how many of them one address has, and how many all have together.
const ATTEMPT_WINDOW: Duration = Duration::from_secs(60);
const MAX_ATTEMPTS_OF_ADDRESS: usize = 10;
const MAX_ATTEMPTS: usize = 200;

type Sha256Digest = [u8; 32];

/// A digest of what a session was begun with.
pub(super) fn proof_of(secret: &str) -> Sha256Digest {
    Sha256::digest(secret).into()
}

/// A log-in that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    /// Who; empty where the API's token was shown.
    pub(super) name: String,
    /// A digest of the password's hash, or of the token.
    pub(super) proof: Sha256Digest,
}

/// The sessions, and the failed log-ins of the last minute.
#[derive(Debug, Default)]
pub(in crate::api) struct Sessions {
    held: Mutex<HashMap<Sha256Digest, (Session, Instant)>>,
    failed: Mutex<Vec<(IpAddr, Instant)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    /// Begins a session, which lasts so long, and gives the cookie's value.
    pub(super) fn begin(&self, session: Session, length: Duration) -> String {
        let id = HEXLOWER.encode(&rand::random::<[u8; 32]>());
        let now = Instant::now();
        let mut held = lock(&self.held);
        held.retain(|_, (_, end)| *end > now);
        if held.len() >= MAX_SESSIONS
            && let Some(oldest) = held.iter().min_by_key(|(_, (_, end))| *end).map(|(digest, _)| *digest)
        {
            held.remove(&oldest);
        }
        held.insert(proof_of(&id), (session, now + length));
        id
    }

    /// The session that a request shows.
    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Session> {
        let (session, end) = lock(&self.held).get(&proof_of(cookie(headers)?)).cloned()?;
        (end > Instant::now()).then_some(session)
    }

    /// Ends the session that a request shows.
    pub(super) fn end(&self, headers: &HeaderMap) {
        if let Some(id) = cookie(headers) {
            lock(&self.held).remove(&proof_of(id));
        }
    }

    /// Whether somebody at this address may try to log in now.
    pub(super) fn may_try(&self, address: IpAddr) -> bool {
        let mut failed = lock(&self.failed);
        failed.retain(|(_, at)| at.elapsed() < ATTEMPT_WINDOW);
        failed.len() < MAX_ATTEMPTS
            && failed.iter().filter(|(other, _)| *other == address).count() < MAX_ATTEMPTS_OF_ADDRESS
    }

    /// Notes a try that failed.
    pub(super) fn note_failure(&self, address: IpAddr) {
        lock(&self.failed).push((address, Instant::now()));
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn shown(value: &str) -> HeaderMap {
        let cookie = HeaderValue::from_str(&format!("other=1; {COOKIE}={value}")).unwrap();
        [(header::COOKIE, cookie)].into_iter().collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_holds_for_its_time_or_until_it_is_ended() {
        let sessions = Sessions::default();
        let anna = Session { name: "anna".into(), proof: proof_of("x") };
        let id = sessions.begin(anna.clone(), Duration::from_secs(60));
        let other = sessions.begin(anna.clone(), Duration::from_secs(60));
        assert_eq!(sessions.of(&shown(&id)), Some(anna.clone()));
        assert_eq!(sessions.of(&shown("0")), None);
        assert_eq!(sessions.of(&HeaderMap::new()), None);
        sessions.end(&shown(&id));
        assert_eq!(sessions.of(&shown(&id)), None);
        assert_eq!(sessions.of(&shown(&other)), Some(anna));
        tokio::time::advance(Duration::from_secs(61)).await;
        assert_eq!(sessions.of(&shown(&other)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_fails_too_often_has_to_wait_and_nobody_else_has() {
        let sessions = Sessions::default();
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..MAX_ATTEMPTS_OF_ADDRESS {
            assert!(sessions.may_try(one));
            sessions.note_failure(one);
        }
        assert!(!sessions.may_try(one) && sessions.may_try(other));
        tokio::time::advance(ATTEMPT_WINDOW).await;
        assert!(sessions.may_try(one));
    }

    #[tokio::test(start_paused = true)]
    async fn more_sessions_than_may_be_end_the_oldest() {
        let sessions = Sessions::default();
        let session = Session { name: String::new(), proof: proof_of("x") };
        let first = sessions.begin(session.clone(), Duration::from_secs(60));
        for _ in 0..MAX_SESSIONS {
            sessions.begin(session.clone(), Duration::from_secs(61));
        }
        assert_eq!(sessions.of(&shown(&first)), None);
    }
}
