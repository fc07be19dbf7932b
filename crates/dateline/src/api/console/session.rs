//! Who is logged in, and how often somebody tried to be.
//!
//! A session is a random number that the browser keeps in a cookie. Here, and in the journal, stands its digest, so that neither a memory
//! dump nor a copy of the journal logs anybody in. It lasts for `session_length` in `[console]`, until the log-out, or until the password,
//! the user or the token that it was begun with is no more; a restart of the daemon ends none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use data_encoding::HEXLOWER;
use dateline_journal::StoredSession;
use jiff::Timestamp;
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

/// A digest of what a session was begun with. What the browser shows is part of it, so that a short token cannot be guessed from it.
fn proof_of(id: &str, secret: &str) -> Sha256Digest {
    Sha256::new().chain_update(id).chain_update([0]).chain_update(secret).finalize().into()
}

/// A session that a request shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownSession {
    /// Who; empty where the API's token was shown.
    pub(super) name: String,
    id: String,
    proof: Sha256Digest,
}

impl ShownSession {
    /// Whether it was begun with this password's hash, or this token.
    pub(super) fn was_begun_with(&self, secret: &str) -> bool {
        proof_of(&self.id, secret) == self.proof
    }
}

/// A session that has begun.
pub(super) struct BegunSession {
    /// The cookie's value.
    pub(super) id: String,
    /// What the journal keeps of it.
    pub(super) stored: StoredSession,
    /// The digest of the session that ended for it, if one did.
    pub(super) ended: Option<Sha256Digest>,
}

/// The sessions, and the failed log-ins of the last minute.
#[derive(Debug, Default)]
pub(in crate::api) struct Sessions {
    held: Mutex<HashMap<Sha256Digest, StoredSession>>,
    failed: Mutex<Vec<Try>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    /// The sessions that a journal has kept.
    pub(in crate::api) fn kept(stored: Vec<StoredSession>) -> Self {
        let held = stored.into_iter().map(|session| (session.digest, session)).collect();
        Self { held: Mutex::new(held), failed: Mutex::default() }
    }

    /// Begins a session of `name`, which lasts until `expires`.
    pub(super) fn begin(
        &self,
        name: String,
        secret: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> BegunSession {
        let id = HEXLOWER.encode(&rand::random::<[u8; 32]>());
        let digest = Sha256::digest(&id).into();
        let stored = StoredSession { digest, name, proof: proof_of(&id, secret), expires };
        let mut held = lock(&self.held);
        held.retain(|_, session| session.expires > now);
        let oldest = held.values().min_by_key(|session| session.expires).map(|session| session.digest);
        let ended = oldest.filter(|_| held.len() >= MAX_SESSIONS);
        if let Some(ended) = ended {
            held.remove(&ended);
        }
        held.insert(digest, stored.clone());
        BegunSession { id, stored, ended }
    }

    /// The session that a request shows.
    pub(super) fn of(&self, headers: &HeaderMap, now: Timestamp) -> Option<ShownSession> {
        let id = cookie(headers)?;
        let session = lock(&self.held).get(&Sha256Digest::from(Sha256::digest(id))).cloned()?;
        let StoredSession { name, proof, expires, .. } = session;
        (expires > now).then(|| ShownSession { name, id: id.to_owned(), proof })
    }

    /// Ends the session that a request shows, and gives its digest.
    pub(super) fn end(&self, headers: &HeaderMap) -> Option<Sha256Digest> {
        let digest = Sha256Digest::from(Sha256::digest(cookie(headers)?));
        lock(&self.held).remove(&digest).map(|session| session.digest)
    }

    /// Whether somebody at this address may try to log in now.
    pub(super) fn may_try(&self, address: IpAddr) -> bool {
        let (mut failed, network) = (lock(&self.failed), network_of(address));
        failed.retain(|noted| noted.at.elapsed() < ATTEMPT_WINDOW);
        failed.len() < MAX_ATTEMPTS
            && failed.iter().filter(|noted| noted.network == network).count() < MAX_ATTEMPTS_OF_ADDRESS
    }

    /// Notes a try, which counts as failed until it is known not to have been: many at once are counted, too.
    pub(super) fn note_try(&self, address: IpAddr) -> Try {
        let noted = Try { network: network_of(address), at: Instant::now() };
        lock(&self.failed).push(noted);
        noted
    }

    /// Forgets a try that succeeded.
    pub(super) fn forget(&self, succeeded: Try) {
        let mut failed = lock(&self.failed);
        if let Some(place) = failed.iter().position(|noted| *noted == succeeded) {
            failed.swap_remove(place);
        }
    }
}

/// A try to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Try {
    network: IpAddr,
    at: Instant,
}

/// What counts as one place: an address of IPv4, and of IPv6 what one customer has, who may ask from any address of it (RFC 6177).
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut ours = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value);
    // Of two that differ one was set by somebody else, who has a page under a name below ours (RFC 6265, section 8.6).
    let first = ours.next()?;
    ours.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn shown(value: &str) -> HeaderMap {
        let cookie = HeaderValue::from_str(&format!("other=1; {COOKIE}={value}")).unwrap();
        [(header::COOKIE, cookie)].into_iter().collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_session_holds_for_its_time_or_until_it_is_ended() {
        let sessions = Sessions::default();
        let id = sessions.begin("anna".into(), "x", at(0), at(60)).id;
        let other = sessions.begin("anna".into(), "x", at(0), at(60)).id;
        let session = sessions.of(&shown(&id), at(1)).unwrap();
        assert_eq!(session.name, "anna");
        assert!(session.was_begun_with("x") && !session.was_begun_with("y"));
        assert_eq!(sessions.of(&shown("0"), at(1)), None);
        assert_eq!(sessions.of(&HeaderMap::new(), at(1)), None);
        assert!(sessions.end(&shown(&id)).is_some() && sessions.end(&shown(&id)).is_none());
        assert_eq!(sessions.of(&shown(&id), at(1)), None);
        assert!(sessions.of(&shown(&other), at(59)).is_some());
        assert_eq!(sessions.of(&shown(&other), at(60)), None);
    }

    #[test]
    fn what_is_kept_brings_a_session_back_and_shows_nothing_of_it() {
        let begun = Sessions::default().begin("anna".into(), "a token", at(0), at(60));
        let kept = format!("{:?}", begun.stored);
        assert!(!kept.contains(&begun.id) && !kept.contains("a token"), "{kept}");
        assert_ne!(
            begun.stored.proof,
            Sha256Digest::from(Sha256::digest("a token")),
            "a token could be guessed"
        );
        let after = Sessions::kept(vec![begun.stored]);
        assert!(after.of(&shown(&begun.id), at(1)).unwrap().was_begun_with("a token"));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_fails_too_often_has_to_wait_and_nobody_else_has() {
        let sessions = Sessions::default();
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..MAX_ATTEMPTS_OF_ADDRESS {
            assert!(sessions.may_try(one));
            sessions.note_try(one);
            sessions.forget(sessions.note_try(other));
        }
        assert!(!sessions.may_try(one) && sessions.may_try(other));
        // Whoever has a network has all of its addresses.
        for last in 0..10 {
            sessions.note_try(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]));
        }
        assert!(!sessions.may_try(IpAddr::from([0x2001, 0xdb8, 0, 1, 9, 9, 9, 9])));
        assert!(sessions.may_try(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1])));
        tokio::time::advance(ATTEMPT_WINDOW).await;
        assert!(sessions.may_try(one));
    }

    #[test]
    fn more_sessions_than_may_be_end_the_oldest() {
        let sessions = Sessions::default();
        let first = sessions.begin(String::new(), "x", at(0), at(60));
        for _ in 1..MAX_SESSIONS {
            assert_eq!(sessions.begin(String::new(), "x", at(0), at(61)).ended, None);
        }
        assert_eq!(sessions.begin(String::new(), "x", at(0), at(61)).ended, Some(first.stored.digest));
        assert_eq!(sessions.of(&shown(&first.id), at(1)), None);
    }
}
