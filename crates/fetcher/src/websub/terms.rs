//! When a hub is asked again: for the first grant, after a silence, for the next lease.

use std::time::Duration;

use jiff::Timestamp;

use super::settings::WebSubSettings;
use crate::chance::chance;

/// The longest pause between two requests to a hub that doesn't grant what is asked for.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// No lease is believed to be longer; the recommendation calls ten days a good default.
const LONGEST_LEASE: Duration = Duration::from_secs(365 * 24 * 3600);

/// The next lease is asked for when this share of the running one has passed, or a little before: there is time left to try
/// again, and subscriptions that were granted together are not renewed together.
const RENEWED_AFTER: f64 = 0.75;
const RENEWAL_SPREAD: f64 = 0.125;

/// When to ask again a hub that was asked at `now`, if it never answers; `requests` are those before this one that brought
/// nothing. The pause doubles each time.
pub fn ask_again(settings: &WebSubSettings, requests: u32, now: Timestamp) -> Timestamp {
    let pause = settings.min_interval.saturating_mul(1 << requests.min(20)).min(LONGEST_PAUSE);
    later(now, pause.max(settings.min_interval))
}

/// When the lease that a hub grants at `now` ends, and when to ask for the next one. A hub that names no length grants what
/// was asked for.
pub(super) fn lease(
    settings: &WebSubSettings,
    granted: Option<u64>,
    token: &str,
    now: Timestamp,
) -> (Timestamp, Timestamp) {
    let length = granted.map_or(settings.lease, Duration::from_secs).min(LONGEST_LEASE);
    let share = RENEWED_AFTER - RENEWAL_SPREAD * chance(0, token, now.as_second());
    (later(now, length), later(now, length.mul_f64(share).max(settings.min_interval)))
}

pub(super) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const DAY: i64 = 24 * 3600;

    #[test]
    fn a_lease_is_renewed_well_before_it_ends_and_not_in_step_with_others() {
        let settings = WebSubSettings::default();
        let renewals: Vec<i64> = (0..50)
            .map(|token| {
                let (end, due) = lease(&settings, Some(8 * DAY as u64), &token.to_string(), NOW);
                assert_eq!(end.as_second(), 8 * DAY);
                assert!((5 * DAY..=6 * DAY).contains(&due.as_second()), "{due}");
                due.as_second()
            })
            .collect();
        assert!(renewals.iter().any(|due| (due - renewals[0]).abs() > DAY / 4));
    }

    #[test]
    fn a_lease_of_seconds_or_of_ages_keeps_to_the_bounds() {
        let settings = WebSubSettings::default();
        let (end, due) = lease(&settings, Some(1), "a", NOW);
        assert_eq!((end.as_second(), due.as_second()), (1, 300));
        let (end, due) = lease(&settings, Some(u64::MAX), "a", NOW);
        assert!(end.as_second() == 365 * DAY && due < end);
        let (end, _) = lease(&settings, None, "a", NOW);
        assert_eq!(end.as_second(), 10 * DAY);
    }

    #[test]
    fn a_hub_that_is_silent_is_asked_ever_more_rarely_and_daily_in_the_end() {
        let settings = WebSubSettings::default();
        let pauses: Vec<i64> =
            (0..40).map(|requests| ask_again(&settings, requests, NOW).as_second()).collect();
        assert_eq!(pauses[..3], [300, 600, 1200]);
        assert!(pauses[9..].iter().all(|pause| *pause == DAY), "{pauses:?}");
    }
}
