//! `Retry-After`, in both forms (RFC 9110, section 10.2.3) and in those that servers make of them.

use std::time::Duration;

use dateline_text::date;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;

/// How long the answer asks to wait; where it says so several times, the longest of the waits. A date counts from the clock of the
/// server ([`server_clock`]), so that one that is wrong is understood. A date that has passed asks for no wait; what is neither a number of
/// seconds nor a date asks for nothing.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let written = headers.get_all(header::RETRY_AFTER).iter().filter_map(|value| value.to_str().ok());
    let clock = server_clock(headers, now);
    written.filter_map(|value| wait(value.trim().trim_matches('"').trim(), clock)).max()
}

fn wait(written: &str, clock: Timestamp) -> Option<Duration> {
    // What stands several times may have been joined on the way (RFC 9110, section 5.3).
    let listed: Option<Vec<Duration>> = written.split(',').map(|part| seconds(part.trim())).collect();
    match listed {
        Some(waits) => waits.into_iter().max(),
        // As numbers these are no waits, and dates they aren't either.
        None if written.starts_with(['-', '+']) => None,
        None => {
            let until = http_date(written).or_else(|| date::read_field(written))?;
            Some(Duration::try_from(until.duration_since(clock)).unwrap_or_default())
        }
    }
}

/// `120`, and with what some write around it: `+120`, `120.5`, `120s`, `120 seconds`.
fn seconds(written: &str) -> Option<Duration> {
    const UNITS: [&str; 5] = ["seconds", "second", "secs", "sec", "s"];
    let written = written.to_ascii_lowercase();
    let number = UNITS.iter().find_map(|unit| written.strip_suffix(unit)).unwrap_or(&written).trim_end();
    let number = number.strip_prefix('+').unwrap_or(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    // A wait that is longer than a number can say is bounded like any other.
    let more = u64::from(fraction.bytes().any(|digit| digit != b'0'));
    Some(Duration::from_secs(whole.parse::<u64>().unwrap_or(u64::MAX).saturating_add(more)))
}

/// What the clock of the server shows now, as far as its answer tells: its `Date` and the `Age` since then, which an answer out of a cache has
/// (RFC 9111, section 4.2.3); else `now`.
pub(crate) fn server_clock(headers: &HeaderMap, now: Timestamp) -> Timestamp {
    let field = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::trim);
    let age =
        field(header::AGE).and_then(|age| age.parse().ok()).map(Duration::from_secs).unwrap_or_default();
    let date = field(header::DATE).and_then(|date| http_date(date).or_else(|| date::read_field(date)));
    date.and_then(|date| date.checked_add(age).ok()).unwrap_or(now)
}

/// A date in one of the three forms of HTTP (RFC 9110, section 5.6.7).
pub(crate) fn http_date(written: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(written).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<u64> {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value.parse().unwrap())]);
        let now = "2026-03-01T08:00:00Z".parse().unwrap();
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_date_counts_from_the_clock_of_the_server_that_names_it() {
        let headers = HeaderMap::from_iter([
            (header::RETRY_AFTER, "Sun, 01 Mar 2026 09:00:05 GMT".parse().unwrap()),
            (header::DATE, "Sun, 01 Mar 2026 09:00:00 GMT".parse().unwrap()),
        ]);
        let now = "2026-03-01T08:00:00Z".parse().unwrap();
        assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(5)));
    }

    #[test]
    fn both_forms_are_understood() {
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait(" 0 "), Some(0));
        assert_eq!(wait("Sun, 01 Mar 2026 08:10:00 GMT"), Some(600));
        assert_eq!(wait("Sun, 01 Mar 2026 07:10:00 GMT"), Some(0));
        assert_eq!(wait("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("-5"), None);
        assert_eq!(wait(""), None);
    }
}
