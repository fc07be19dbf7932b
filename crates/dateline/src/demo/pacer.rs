//! How fast virtual time passes.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;

/// How often virtual time is made to wait for real time: the steps in which events come.
const STEP: Duration = Duration::from_millis(20);

/// Lets the paused clock of this runtime advance `speed` times as fast as real time, and no faster. Never ends.
///
/// A paused clock jumps to the next timer as soon as no task can go on, but not while a blocking task is at work
/// (`tokio::time::pause`): so virtual time stands still while one sleeps.
pub(super) async fn hold_back(speed: f64) -> Infallible {
    let (began, virtual_beginning) = (Instant::now(), tokio::time::Instant::now());
    let step = STEP.mul_f64(speed).max(Duration::from_millis(1));
    loop {
        tokio::time::sleep(step).await;
        let due = virtual_beginning.elapsed().div_f64(speed);
        let wait = due.saturating_sub(began.elapsed());
        if !wait.is_zero() {
            // It cannot panic, and where the runtime ends meanwhile, so does this.
            let _ = spawn_blocking(move || std::thread::sleep(wait)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn virtual_time_waits_for_real_time() {
        let (began, virtual_beginning) = (Instant::now(), tokio::time::Instant::now());
        tokio::select! {
            never = hold_back(36_000.0) => match never {},
            () = tokio::time::sleep(Duration::from_secs(3600)) => {}
        }
        // 100 ms in steps of 20; a machine that is busy takes longer, never less.
        assert!(began.elapsed() >= Duration::from_millis(79), "{:?}", began.elapsed());
        assert!(virtual_beginning.elapsed() >= Duration::from_secs(3600));
    }
}
