//! Addresses, moments, lengths of time and sizes as people are told them.

use dateline_wire::{PublicUrl, SecretQuery, may_hold_secret};
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// An address from outside as every message shows it: without user name, password, and the values of what is called a key. Where the
/// configuration says what else is secret in addresses, its [`SecretQuery`] shows them.
pub(crate) fn shown_address(url: &Url) -> PublicUrl {
    SecretQuery::default().public(url)
}

/// The same of a text that is to be an address and may be none.
pub(crate) fn shown_text(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.has_host() => shown_address(&url).to_string(),
        _ if may_hold_secret(text) => "an address (not shown, since it may hold a password)".to_owned(),
        _ => text.to_owned(),
    }
}

/// An id of ours that somebody gave, as it is stored: case makes no difference.
pub(crate) fn given_id(id: &str) -> String {
    id.trim().to_ascii_lowercase()
}

/// `1 feed`, `2 feeds`: `count` of what is called `word`.
pub(crate) fn counted(count: u64, word: &str) -> String {
    counted_as(count, word, &format!("{word}s"))
}

/// `1 entry`, `2 entries`: the same of a word that isn't called more by an `s`.
pub(crate) fn counted_as(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `5m ago`, or `never`.
pub(crate) fn ago(then: Option<Timestamp>, now: Timestamp) -> String {
    match then {
        None => "never".to_owned(),
        Some(then) => format!("{} ago", rounded(now.duration_since(then))),
    }
}

/// `in 5m`, or `now`.
pub(crate) fn ahead(then: Timestamp, now: Timestamp) -> String {
    let wait = then.duration_since(now);
    if wait.is_positive() { format!("in {}", rounded(wait)) } else { "now".to_owned() }
}

/// A length of time in its largest unit.
pub(crate) fn rounded(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A moment to the second.
pub(crate) fn moment(then: Timestamp) -> String {
    then.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A size in its largest unit, with three digits or more.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
    let mut unit = 0;
    let mut left = bytes;
    while left >= 10 * 1024 && unit + 1 < UNITS.len() {
        left /= 1024;
        unit += 1;
    }
    format!("{left} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_told_in_their_largest_unit() {
        let told: Vec<_> =
            [-5, 59, 60, 3_599, 7_200, 200_000].map(|s| rounded(SignedDuration::from_secs(s))).into();
        assert_eq!(told, ["0s", "59s", "1m", "59m", "2h", "2d"]);
    }

    #[test]
    fn sizes_are_told_in_their_largest_unit() {
        let told = [0, 10_239, 10_240, 300_000, 60_000_000, 50_000_000_000].map(size);
        assert_eq!(told, ["0 bytes", "10239 bytes", "10 KiB", "292 KiB", "57 MiB", "46 GiB"]);
    }

    #[test]
    fn moments_are_told_to_the_second() {
        let then: Timestamp = "2026-03-01T08:00:00.123456Z".parse().expect("a moment");
        assert_eq!(moment(then), "2026-03-01 08:00:00 UTC");
    }
}
