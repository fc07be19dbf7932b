//! Is it alive, is it ready: for service managers and load balancers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::Shared;
use crate::engine::{EngineActivity, HEARTBEAT};

/// How many heartbeats the engine may miss before it counts as hung. A commit on a slow disk doesn't hold it up, a suspended
/// machine does, for as long as it sleeps.
const MISSED: u32 = 15;

/// Whether the engine goes round.
pub(crate) fn is_alive(pulse: &EngineActivity) -> bool {
    pulse.at.elapsed() < HEARTBEAT * MISSED
}

/// 200 while the engine goes round: otherwise a restart helps.
pub(super) async fn livez(State(api): Shared) -> impl IntoResponse {
    match is_alive(&api.sources.pulse.borrow()) {
        true => (StatusCode::OK, "alive\n"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the engine hangs\n"),
    }
}

/// 200 while events are taken in and can be read. A feed that fails or a broker that is down is no reason not to be ready:
/// status tells of those.
pub(super) async fn readyz(State(api): Shared) -> impl IntoResponse {
    let pulse = *api.sources.pulse.borrow();
    if api.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if !is_alive(&pulse) {
        return (StatusCode::SERVICE_UNAVAILABLE, "the engine hangs\n");
    }
    if pulse.paused {
        return (StatusCode::SERVICE_UNAVAILABLE, "intake is paused: the journal has no room\n");
    }
    (StatusCode::OK, "ready\n")
}
