//! How long to wait after failures: functions of values.

use dateline_fetcher::chance;
use jiff::SignedDuration;

/// The pause before an event is tried for the second time. Standard Webhooks suggest it, and that pauses grow to many hours.
const MIN_PAUSE_SECONDS: f64 = 5.0;
/// How much longer each further pause is: 5 s, 15 s, 45 s, 2 min, 7 min, 20 min, 1 h, 3 h, then the longest.
const PAUSE_GROWTH: f64 = 3.0;
/// The longest pause: how late an event may come after its receiver has learnt to take it.
const MAX_PAUSE_SECONDS: f64 = 6.0 * 3600.0;
/// How long a receiver is left alone after its first failure in a row, and at most: how late it may be noticed that it is back.
const MIN_REST_SECONDS: f64 = 1.0;
const MAX_REST_SECONDS: f64 = 300.0;
/// By how much a length is made longer or shorter by chance, so that many that fail together are not tried together.
const JITTER: f64 = 0.2;

/// How long an event waits after it has failed `attempts` times. The chance in it follows from `name` and the event's `place`.
pub(super) fn pause_after(attempts: u32, name: &str, place: u64) -> SignedDuration {
    let exponent = f64::from(attempts.saturating_sub(1).min(64));
    let seconds = (MIN_PAUSE_SECONDS * PAUSE_GROWTH.powf(exponent)).min(MAX_PAUSE_SECONDS);
    varied(seconds, place, name, attempts)
}

/// How long a receiver is left alone that has failed `failures` times in a row.
pub(super) fn rest_after(failures: u32, name: &str) -> SignedDuration {
    let exponent = f64::from(failures.saturating_sub(1).min(64));
    varied((MIN_REST_SECONDS * exponent.exp2()).min(MAX_REST_SECONDS), 0, name, failures)
}

fn varied(seconds: f64, seed: u64, name: &str, number: u32) -> SignedDuration {
    let factor = 1.0 - JITTER + 2.0 * JITTER * chance(seed, name, i64::from(number));
    SignedDuration::from_millis((seconds * factor * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_hours_and_rests_to_minutes_and_no_further() {
        let seconds = |length: SignedDuration| length.as_secs_f64();
        for (attempts, usual) in [(1, 5.0), (2, 15.0), (5, 405.0), (9, 21_600.0), (4_000_000_000, 21_600.0)] {
            let pause = seconds(pause_after(attempts, "desk", 7));
            assert!((usual * 0.79..=usual * 1.21).contains(&pause), "{attempts}: {pause}");
        }
        for (failures, usual) in [(1, 1.0), (4, 8.0), (u32::MAX, 300.0)] {
            let rest = seconds(rest_after(failures, "desk"));
            assert!((usual * 0.79..=usual * 1.21).contains(&rest), "{failures}: {rest}");
        }
    }

    #[test]
    fn events_that_fail_together_are_not_tried_together_and_a_run_is_like_another() {
        assert_ne!(pause_after(1, "desk", 7), pause_after(1, "desk", 8));
        assert_eq!(pause_after(1, "desk", 7), pause_after(1, "desk", 7));
    }
}
