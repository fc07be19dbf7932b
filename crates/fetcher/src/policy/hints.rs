//! The feed's own word on when to ask again.

use dateline_wire::PollHints;
use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};

use crate::feed::FeedDocument;

const ALL_HOURS: u32 = (1 << 24) - 1;
const ALL_DAYS: u8 = (1 << 7) - 1;

/// What `document` says, in the form that the feed's state keeps.
pub(crate) fn hints_of(document: &FeedDocument) -> PollHints {
    let seconds = |length: std::time::Duration| u32::try_from(length.as_secs()).unwrap_or(u32::MAX);
    PollHints {
        ttl: document.ttl.map(seconds),
        update_period: document.update_period.map(seconds),
        // Some feeds count to 24 and mean midnight, as RSS 0.91 did.
        skip_hours: document.skip_hours.iter().fold(0, |hours, hour| hours | 1u32 << (hour % 24)),
        skip_days: document.skip_days.iter().fold(0, |days, day| days | bit(*day)),
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

/// `due`, or the first full hour after it that the feed doesn't ask to skip. A feed that skips everything skips nothing.
pub(crate) fn outside_skipped(hints: &PollHints, due: Timestamp) -> Timestamp {
    let hours = if hints.skip_hours & ALL_HOURS == ALL_HOURS { 0 } else { hints.skip_hours };
    let days = if hints.skip_days & ALL_DAYS == ALL_DAYS { 0 } else { hints.skip_days };
    if hours == 0 && days == 0 {
        return due;
    }
    let mut moment = due;
    // A week has 168 hours; one of them is not skipped.
    for _ in 0..=168 {
        let local = moment.to_zoned(TimeZone::UTC);
        let skipped = hours & (1 << local.hour()) != 0 || days & bit(local.weekday()) != 0;
        if !skipped {
            return moment;
        }
        let into_hour = SignedDuration::from_secs(moment.as_second().rem_euclid(3600));
        match moment.checked_add(SignedDuration::from_hours(1) - into_hour) {
            Ok(next) => moment = next,
            Err(_) => return due,
        }
    }
    due
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after_skipping(hours: &[u8], days: &[Weekday], due: &str) -> String {
        let hints = hints_of(&FeedDocument {
            skip_hours: hours.to_vec(),
            skip_days: days.to_vec(),
            ..FeedDocument::default()
        });
        outside_skipped(&hints, due.parse().unwrap()).to_string()
    }

    #[test]
    fn skipped_hours_and_days_are_waited_out() {
        // 2026-03-01 is a Sunday.
        let due = "2026-03-01T22:40:30Z";
        assert_eq!(after_skipping(&[], &[], due), due);
        assert_eq!(after_skipping(&[21, 23], &[], due), due);
        assert_eq!(after_skipping(&[22], &[], due), "2026-03-01T23:00:00Z");
        assert_eq!(after_skipping(&[22, 23, 24], &[], due), "2026-03-02T01:00:00Z");
        assert_eq!(after_skipping(&[], &[Weekday::Sunday], due), "2026-03-02T00:00:00Z");
        assert_eq!(after_skipping(&[0], &[Weekday::Sunday, Weekday::Monday], due), "2026-03-03T01:00:00Z");
    }

    #[test]
    fn a_feed_that_skips_everything_skips_nothing() {
        let all: Vec<u8> = (0..24).collect();
        assert_eq!(after_skipping(&all, &[], "2026-03-01T22:40:30Z"), "2026-03-01T22:40:30Z");
    }

    proptest! {
        #[test]
        fn a_week_is_never_exceeded_and_nothing_comes_earlier(hours: u32, days: u8, second in 0i64..4_000_000_000) {
            let hints = PollHints { skip_hours: hours, skip_days: days, ..PollHints::default() };
            let due = Timestamp::from_second(second).unwrap();
            let moved = outside_skipped(&hints, due);
            prop_assert!(moved >= due);
            prop_assert!(moved.duration_since(due) <= SignedDuration::from_hours(168));
            prop_assert_eq!(outside_skipped(&hints, moved), moved);
        }
    }
}
