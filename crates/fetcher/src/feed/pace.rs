//! What a feed says about how often to ask for it.

use std::time::Duration;

use dateline_text::date;
use jiff::civil::Weekday;

/// The longest time that a feed may ask to be left alone; a longer one is a slip of the pen, such as seconds for minutes.
const MAX_WAIT: Duration = Duration::from_secs(366 * 24 * 3600);

/// The `ttl` of RSS 2.0, in minutes. None where it isn't a number from 1 up.
pub(super) fn ttl(written: &str) -> Option<Duration> {
    let minutes: u64 = written.trim().parse().ok().filter(|minutes| *minutes > 0)?;
    Some(Duration::from_secs(minutes.saturating_mul(60)).min(MAX_WAIT))
}

/// An `hour` of `skipHours`, in GMT. Some versions of RSS count from 1 to 24; 24 is midnight.
pub(super) fn skip_hour(written: &str, hours: &mut Vec<u8>) {
    let Some(hour) = written.trim().parse::<u8>().ok().filter(|hour| *hour <= 24) else {
        return;
    };
    let hour = hour % 24;
    if let Err(place) = hours.binary_search(&hour) {
        hours.insert(place, hour);
    }
}

/// A `day` of `skipDays`, by its English name or the first three letters of it.
pub(super) fn skip_day(written: &str, days: &mut Vec<Weekday>) {
    let Some(day) = date::abbreviated_weekday(written.trim()) else {
        return;
    };
    if !days.contains(&day) {
        days.push(day);
    }
}

/// The `updatePeriod` of the syndication module. A month is counted as 30 days and a year as 365.
pub(super) fn period(written: &str) -> Option<Duration> {
    let hours = match written.trim().to_ascii_lowercase().as_str() {
        "hourly" => 1,
        "daily" => 24,
        "weekly" => 7 * 24,
        "monthly" => 30 * 24,
        "yearly" => 365 * 24,
        _ => return None,
    };
    Some(Duration::from_secs(hours * 3600))
}

/// The time between two updates: the period by the frequency in it. By the module's rule either may be missing: the period
/// is then a day and the frequency 1.
pub(super) fn between_updates(period: Option<Duration>, frequency: Option<u32>) -> Option<Duration> {
    if period.is_none() && frequency.is_none() {
        return None;
    }
    let period = period.unwrap_or(Duration::from_secs(24 * 3600));
    Some(period / frequency.unwrap_or(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_counts_minutes() {
        assert_eq!(ttl(" 90 "), Some(Duration::from_secs(5400)));
        assert_eq!(ttl("0"), None);
        assert_eq!(ttl("soon"), None);
        assert_eq!(ttl("18446744073709551615"), Some(MAX_WAIT));
    }

    #[test]
    fn hours_are_sorted_and_counted_once() {
        let mut hours = Vec::new();
        for written in ["23", "0", "24", "7", "25", "-1"] {
            skip_hour(written, &mut hours);
        }
        assert_eq!(hours, [0, 7, 23]);
    }

    #[test]
    fn days_are_known_by_their_start() {
        let mut days = Vec::new();
        for written in ["Sunday", "sat", "SUN", "", "праздник"] {
            skip_day(written, &mut days);
        }
        assert_eq!(days, [Weekday::Sunday, Weekday::Saturday]);
    }

    #[test]
    fn a_period_is_divided_by_its_frequency() {
        assert_eq!(between_updates(period("hourly"), Some(4)), Some(Duration::from_secs(900)));
        assert_eq!(between_updates(None, Some(2)), Some(Duration::from_secs(43_200)));
        assert_eq!(between_updates(period("Weekly"), None), Some(Duration::from_secs(604_800)));
        assert_eq!(between_updates(period("hourly"), Some(0)), Some(Duration::from_secs(3600)));
        assert_eq!(between_updates(None, None), None);
    }
}
