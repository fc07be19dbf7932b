//! Changes that are refused, told to the log: who asked, from where, for what. Whoever reaches the API can ask, as often as they like: so many a
//! minute are told one by one, and of the rest their number.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::watch;

use super::WriteAccess;
use super::connections::Peer;
use super::console::client_address;

/// How many are told one by one in each period.
const MAX_TOLD: u32 = 20;
const PERIOD: Duration = Duration::from_secs(60);
/// The most of a path that a line has, and of a method: anybody may ask for one of many kilobytes.
const MAX_PATH_CHARS: usize = 200;
const MAX_METHOD_CHARS: usize = 20;

/// Who asked for something, where that is known.
#[derive(Debug, Clone)]
pub(super) struct AskingUser(pub(super) String);

/// Bounds what is told.
pub(super) struct RefusalLog {
    /// Says which proxies are believed about whom they pass on.
    access: Option<watch::Receiver<WriteAccess>>,
    period: Mutex<Period>,
}

/// How many were told, and how many not, since when.
struct Period {
    began: Instant,
    told: u32,
    untold: u64,
}

impl Period {
    /// Whether one more is told `now`, and how many were not before.
    fn next(&mut self, now: Instant) -> (bool, u64) {
        let mut untold = 0;
        if now.saturating_duration_since(self.began) >= PERIOD {
            untold = self.untold;
            *self = Self { began: now, told: 0, untold: 0 };
        }
        let is_told = self.told < MAX_TOLD;
        match is_told {
            true => self.told += 1,
            false => self.untold += 1,
        }
        (is_told, untold)
    }
}

impl RefusalLog {
    /// Of an API that `access` says of who may write, if it says so.
    pub(super) fn new(access: Option<watch::Receiver<WriteAccess>>) -> Self {
        let period = Period { began: Instant::now(), told: 0, untold: 0 };
        Self { access, period: Mutex::new(period) }
    }
}

/// Tells of a change that is refused. What a log-in fails for is told where that is known.
pub(super) async fn tell(State(log): State<Arc<RefusalLog>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<Peer>().copied();
    let method: String = request.method().as_str().chars().take(MAX_METHOD_CHARS).collect();
    let path: String = request.uri().path().chars().take(MAX_PATH_CHARS).collect();
    let address = peer.map(|Peer(peer)| match &log.access {
        Some(access) => client_address(access.borrow().console(), peer, request.headers()),
        None => peer.ip(),
    });
    let shows_token = request.headers().contains_key(header::AUTHORIZATION);
    let response = next.run(request).await;
    let is_refusal = match response.status() {
        StatusCode::UNAUTHORIZED => path != "/login",
        status => matches!(status, StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST),
    };
    if is_refusal {
        let (is_told, untold) =
            log.period.lock().unwrap_or_else(PoisonError::into_inner).next(Instant::now());
        if untold > 0 {
            tracing::warn!(untold, "more changes were refused before than are told one by one");
        }
        if is_told {
            let user = response.extensions().get::<AskingUser>().map(|AskingUser(user)| user.as_str());
            let address = address.map(|address| address.to_string());
            let status = response.status().as_u16();
            tracing::warn!(user, address, %method, path, status, shows_token, "a change is refused");
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_without_end_fills_no_log() {
        let began = Instant::now();
        let mut period = Period { began, told: 0, untold: 0 };
        let told = (0..1_000).filter(|_| period.next(began).0).count();
        assert_eq!(told, MAX_TOLD as usize);
        assert_eq!(period.next(began + PERIOD), (true, 980), "of the rest their number is told");
        assert_eq!(period.next(began + PERIOD), (true, 0));
    }
}
