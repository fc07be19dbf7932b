//! What a service manager hears (`sd_notify(3)`): ready, reloading, alive, stopping. Without one, nothing happens.

use std::net::SocketAddr;

use sd_notify::NotifyState;

/// The daemon has started.
pub(crate) fn ready(api: SocketAddr) {
    tell(&[NotifyState::Ready, NotifyState::Status(&format!("The API is at http://{api}"))]);
}

/// The daemon reads its configuration anew.
pub(crate) fn reloading() {
    let Ok(now) = NotifyState::monotonic_usec_now() else { return };
    tell(&[NotifyState::Reloading, now]);
}

/// The daemon has read its configuration anew, or stays as it was.
pub(crate) fn reloaded() {
    tell(&[NotifyState::Ready]);
}

/// The daemon is stopping.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says that the daemon is alive, twice in every interval that the manager watches for, as long as `is_alive` says so. Never ends.
pub(crate) async fn watchdog(is_alive: impl Fn() -> bool) {
    let Some(watched) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    let mut beats = tokio::time::interval(watched / 2);
    loop {
        beats.tick().await;
        if is_alive() {
            tell(&[NotifyState::Watchdog]);
        }
    }
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}
