//! What a service manager hears (`sd_notify(3)`): ready, alive, stopping. Without one, nothing happens.

use std::net::SocketAddr;

use sd_notify::NotifyState;
use tokio::sync::watch;

use crate::api::is_alive;
use crate::engine::EngineActivity;

/// The daemon has started.
pub(crate) fn ready(api: SocketAddr) {
    tell(&[NotifyState::Ready, NotifyState::Status(&format!("The API is at http://{api}"))]);
}

/// The daemon is stopping.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says that the daemon is alive, twice in every interval that the manager watches for, as long as the engine goes round.
/// Never ends.
pub(crate) async fn watchdog(pulse: watch::Receiver<EngineActivity>) {
    let Some(watched) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    let mut beats = tokio::time::interval(watched / 2);
    loop {
        beats.tick().await;
        if is_alive(&pulse.borrow()) {
            tell(&[NotifyState::Watchdog]);
        }
    }
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}
