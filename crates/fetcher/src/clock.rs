//! What time it is, as a parameter.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Where the time of day comes from.
///
/// Waiting is always tokio's (`tokio::time::sleep`), so that a paused runtime with a [`Clock::Virtual`] is a world of its
/// own, in which a day passes as fast as its work is done.
#[derive(Debug, Clone, Copy, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// `origin` plus what tokio's clock has advanced since `start`.
    Virtual {
        /// The time of day at `start`.
        origin: Timestamp,
        /// The moment of tokio's clock that `origin` belongs to.
        start: Instant,
    },
}

impl Clock {
    /// A virtual clock that shows `origin` now. Call it inside a runtime whose clock is paused.
    pub fn starting_at(origin: Timestamp) -> Self {
        Self::Virtual { origin, start: Instant::now() }
    }

    /// Whether this is a virtual clock.
    pub fn is_virtual(&self) -> bool {
        matches!(self, Self::Virtual { .. })
    }

    /// The time of day. A virtual clock stops at the last moment that a timestamp can name.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Virtual { origin, start } => SignedDuration::try_from(start.elapsed())
                .ok()
                .and_then(|passed| origin.checked_add(passed).ok())
                .unwrap_or(Timestamp::MAX),
        }
    }

    /// The moment of tokio's clock at which this one will show `moment`; now, if that has passed.
    pub fn instant_of(&self, moment: Timestamp) -> Instant {
        let wait = moment.duration_since(self.now());
        Instant::now() + Duration::try_from(wait).unwrap_or_default()
    }

    /// What this clock will show at `instant` of tokio's clock; now, if that has passed.
    pub fn moment_of(&self, instant: Instant) -> Timestamp {
        let wait = instant.saturating_duration_since(Instant::now());
        self.now().checked_add(wait).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_virtual_clock_passes_with_tokios() {
        let origin: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let clock = Clock::starting_at(origin);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(clock.now().to_string(), "2026-03-01T09:00:00Z");
        tokio::time::sleep_until(clock.instant_of("2026-03-02T00:00:00Z".parse().unwrap())).await;
        assert_eq!(clock.now().to_string(), "2026-03-02T00:00:00Z");
    }
}
