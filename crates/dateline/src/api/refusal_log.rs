//! Changes that are refused, told to the log: who asked, from where, for what. Whoever reaches the API can ask, as often as they like: so many a
//! minute are told one by one, and of the rest their number.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

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

/// How many were told since it began, and how many not.
#[derive(Default)]
struct Period {
    told: u32,
    untold: u64,
}

impl Period {
    /// Whether one more is told.
    fn next(&mut self) -> bool {
        let is_told = self.told < MAX_TOLD;
        match is_told {
            true => self.told += 1,
            false => self.untold += 1,
        }
        is_told
    }
}

impl RefusalLog {
    /// Of an API that `access` says of who may write, if it says so.
    pub(super) fn new(access: Option<watch::Receiver<WriteAccess>>) -> Self {
        Self { access, period: Mutex::default() }
    }

    /// Tells at the end of each period, and where `stop` is cancelled, how many were not told in it.
    pub(super) async fn tell_rest(&self, stop: &CancellationToken) {
        let tell = |untold| {
            tracing::warn!(untold, "more changes were refused in the last minute than are told one by one")
        };
        self.end_periods(stop, tell).await;
    }

    async fn end_periods(&self, stop: &CancellationToken, mut tell: impl FnMut(u64)) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(PERIOD) => {}
            }
            let Period { untold, .. } = std::mem::take(&mut *self.period());
            if untold > 0 {
                tell(untold);
            }
        }
    }

    fn period(&self) -> MutexGuard<'_, Period> {
        self.period.lock().unwrap_or_else(PoisonError::into_inner)
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
    if is_refusal && log.period().next() {
        let user = response.extensions().get::<AskingUser>().map(|AskingUser(user)| user.as_str());
        let address = address.map(|address| address.to_string());
        let status = response.status().as_u16();
        tracing::warn!(user, address, %method, path, status, shows_token, "a change is refused");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn of_more_than_are_told_one_by_one_the_number_is_told_when_the_minute_ends() {
        let (log, stop) = (RefusalLog::new(None), CancellationToken::new());
        let told = (0..1_000).filter(|_| log.period().next()).count();
        assert_eq!(told, MAX_TOLD as usize, "whoever asks without end fills no log");
        let mut rest = Vec::new();
        let ending = log.end_periods(&stop, |untold| rest.push(untold));
        let minutes = async {
            sleep(PERIOD + Duration::from_secs(1)).await;
            let again = (0..21).filter(|_| log.period().next()).count();
            assert_eq!(again, MAX_TOLD as usize, "each minute has as many");
            sleep(PERIOD * 3).await;
            assert_eq!((0..25).filter(|_| log.period().next()).count(), MAX_TOLD as usize);
            stop.cancel();
        };
        tokio::join!(ending, minutes);
        assert_eq!(rest, [980, 1, 5], "also without a further refusal, and when the daemon stops");
    }
}
