//! Is it alive, is it ready: for service managers and load balancers.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use tokio::time::timeout;

use super::Shared;
use crate::engine::{EngineActivity, HEARTBEAT};
use crate::faults;
use crate::status::DELIVERY_UNKNOWN;

/// How many heartbeats the engine may miss before it counts as hung. A commit on a slow disk doesn't hold it up, a suspended
/// machine does, for as long as it sleeps.
const MISSED: u32 = 15;

/// How long a look into the journal may take, since a probe commonly waits for a second only.
const JOURNAL_PATIENCE: Duration = Duration::from_millis(500);

/// Whether the engine goes round.
pub(crate) fn is_alive(pulse: &EngineActivity) -> bool {
    pulse.at.elapsed() < HEARTBEAT * MISSED
}

/// 200 while the engine goes round: otherwise a restart helps.
pub(super) async fn livez(State(api): Shared) -> (StatusCode, &'static str) {
    match is_alive(&api.sources.pulse.borrow()) {
        true => (StatusCode::OK, "alive\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the engine hangs\n"),
    }
}

/// 200 while entries can be taken in and kept. A broker that is down, or a rule that finds nothing, is no reason not to be ready: the
/// lines after the first tell of those, as the status does. A journal that cannot be read in time leaves what the daemon itself knows.
pub(super) async fn readyz(State(api): Shared) -> (StatusCode, String) {
    if api.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready: stopping\n".to_owned());
    }
    let faults = match timeout(JOURNAL_PATIENCE, api.status()).await {
        Ok(Ok(status)) => status.faults,
        _ => {
            let mut faults = faults::of_daemon(&api.live_state());
            faults.sort_by_key(|fault| fault.kind);
            faults
        }
    };
    let (status, first) = match faults.first().map(|worst| worst.kind.is_ready()) {
        None => (StatusCode::OK, "ready"),
        Some(true) => (StatusCode::OK, "ready, but degraded:"),
        Some(false) => (StatusCode::SERVICE_UNAVAILABLE, "not ready:"),
    };
    let relay = api.sources.relay.as_ref().map(|relay| relay.borrow().is_known());
    let unknown = (relay == Some(false)).then(|| format!("{DELIVERY_UNKNOWN}\n"));
    let lines = faults.iter().map(|fault| format!("{fault}\n")).chain(unknown);
    (status, format!("{first}\n{}", lines.collect::<String>()))
}
