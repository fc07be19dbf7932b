//! Virtual time stands still while the journal works.

use std::sync::{Arc, Weak, mpsc};

use dateline_fetcher::Clock;
use tokio::task::spawn_blocking;

/// Keeps virtual time from passing while any [`Hold`] is alive.
///
/// A paused tokio clock jumps to the next timer as soon as no task can go on. It doesn't know of the journal's thread, which
/// may be at work; it does know of blocking tasks, and waits for them. So a hold is one blocking task that waits for its own
/// release, however many share it.
#[derive(Debug)]
pub(super) struct Stillness {
    clock: Clock,
    current: Weak<Hold>,
}

/// While it is alive, virtual time stands still.
#[derive(Debug)]
pub(super) struct Hold {
    _release: mpsc::Sender<()>,
}

impl Stillness {
    /// For a world with this clock; the machine's clock is never held.
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, current: Weak::new() }
    }

    /// Holds time, unless it is real.
    pub(super) fn hold(&mut self) -> Option<Arc<Hold>> {
        match self.clock {
            Clock::System => None,
            Clock::Virtual { .. } => Some(self.current.upgrade().unwrap_or_else(|| {
                let (release, held) = mpsc::channel::<()>();
                // It ends when the sender is dropped; nobody needs to hear that it did.
                drop(spawn_blocking(move || held.recv()));
                let hold = Arc::new(Hold { _release: release });
                self.current = Arc::downgrade(&hold);
                hold
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_thread_outside_the_runtime_takes_no_virtual_time() {
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        let mut stillness = Stillness::new(clock);
        let (send, receive) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            let _ = send.send(());
        });
        let holds = [stillness.hold(), stillness.hold()];
        tokio::select! {
            _ = receive => assert_eq!(clock.now(), Timestamp::UNIX_EPOCH),
            () = tokio::time::sleep(Duration::from_secs(3600)) => panic!("time passed"),
        }
        drop(holds);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(clock.now().as_second(), 3600);
    }
}
