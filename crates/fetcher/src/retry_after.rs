//! `Retry-After`, in both forms (RFC 9110, section 10.2.3).

use std::time::Duration;

use http::{HeaderMap, header};
use jiff::Timestamp;

/// How long the answer asks to wait. A date counts from the answer's own `Date`, as far as it has one, so that a server whose clock
/// is wrong is understood, else from `now`. A date that has passed asks for no wait; what is neither a number of seconds nor a
/// date asks for nothing.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = moment(value)?;
    let from = headers.get(header::DATE).and_then(|value| moment(value.to_str().ok()?.trim())).unwrap_or(now);
    Some(Duration::try_from(until.duration_since(from)).unwrap_or_default())
}

fn moment(value: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()
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
