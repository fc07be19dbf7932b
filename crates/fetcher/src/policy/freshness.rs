//! How long an answer says that it stays true (RFC 9111, section 4.2).

use std::time::Duration;

use http::{HeaderMap, header};
use jiff::Timestamp;

use crate::retry_after::{http_date, server_clock};

/// The rest of the answer's freshness lifetime at `now`: `max-age` less `Age`, else `Expires` less `Date` and `Age`. `None` where the
/// answer says nothing, zero where it says that it is stale at once.
pub(crate) fn fresh_for(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let mut max_age = None;
    for value in headers.get_all(header::CACHE_CONTROL) {
        for directive in value.to_str().unwrap_or_default().split(',') {
            let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-cache" | "no-store" => return Some(Duration::ZERO),
                // Where it is given twice, section 4.2.1 has the first one used. Quotes are tolerated (section 5.2).
                "max-age" if max_age.is_none() => {
                    max_age = argument.trim().trim_matches('"').parse().ok().map(Duration::from_secs);
                }
                _ => {}
            }
        }
    }
    if let Some(max_age) = max_age {
        let age = headers.get(header::AGE).and_then(|age| age.to_str().ok()?.trim().parse().ok());
        return Some(max_age.saturating_sub(Duration::from_secs(age.unwrap_or(0))));
    }
    let expires = headers.get(header::EXPIRES)?;
    // An invalid date, "0" above all, means the past (section 5.3).
    let Some(expires) = expires.to_str().ok().and_then(|date| http_date(date.trim())) else {
        return Some(Duration::ZERO);
    };
    // Counting from the server's own clock keeps a wrong one from mattering.
    let rest = expires.duration_since(server_clock(headers, now));
    Some(Duration::try_from(rest).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(fields: &[(&'static str, &str)]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        fresh_for(&headers, "2026-03-01T08:00:00Z".parse().unwrap()).map(|fresh| fresh.as_secs())
    }

    #[test]
    fn max_age_counts_from_when_the_answer_was_made() {
        assert_eq!(fresh(&[("cache-control", "public, max-age=600")]), Some(600));
        assert_eq!(fresh(&[("cache-control", "public, Max-Age=\"600\""), ("age", "100")]), Some(500));
        assert_eq!(fresh(&[("cache-control", "max-age=600"), ("age", "900")]), Some(0));
        assert_eq!(
            fresh(&[("cache-control", "private"), ("cache-control", "max-age=60, max-age=9")]),
            Some(60)
        );
    }

    #[test]
    fn expires_counts_by_the_servers_own_clock_and_only_without_max_age() {
        let expires = ("expires", "Sun, 01 Mar 2026 09:00:00 GMT");
        assert_eq!(fresh(&[expires]), Some(3600));
        assert_eq!(fresh(&[expires, ("date", "Sun, 01 Mar 2026 08:50:00 GMT")]), Some(600));
        assert_eq!(fresh(&[expires, ("cache-control", "max-age=5")]), Some(5));
        assert_eq!(fresh(&[("expires", "0")]), Some(0));
        assert_eq!(fresh(&[("expires", "Sun, 01 Mar 2026 07:00:00 GMT")]), Some(0));
    }

    #[test]
    fn an_answer_that_says_nothing_gives_nothing() {
        assert_eq!(fresh(&[]), None);
        assert_eq!(fresh(&[("cache-control", "public, max-age=soon")]), None);
        assert_eq!(fresh(&[("cache-control", "no-cache, max-age=600")]), Some(0));
    }
}
