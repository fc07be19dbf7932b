//! Numbers, times and words as the pages write them.

use std::fmt::Display;

use dateline_wire::Label;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Serialize;

use crate::text::{ago, ahead};

/// A number with a narrow space between thousands.
pub(crate) fn number(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// The same of what is counted in memory.
pub(crate) fn count(number_of: usize) -> String {
    number(number_of as u64)
}

/// `1 article`, `2 articles`.
pub(crate) fn counted(number_of: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", number(number_of), if number_of == 1 { singular } else { plural })
}

/// Bytes in their largest unit.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 || value >= 100.0 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

/// `5m ago`, with the moment itself beneath.
pub(crate) fn since(then: Option<Timestamp>, now: Timestamp) -> Markup {
    match then {
        None => html! { "never" },
        Some(then) => timed(then, &ago(Some(then), now)),
    }
}

/// `in 5m`, with the moment itself beneath.
pub(crate) fn until(then: Timestamp, now: Timestamp) -> Markup {
    timed(then, &ahead(then, now))
}

/// A moment to the minute: `2 Mar 09:03`, and with its year where that is another than now.
pub(crate) fn moment(then: Timestamp, now: Timestamp) -> Markup {
    timed(then, &short(then, now))
}

/// The same as text, in UTC as everything here.
pub(crate) fn short(then: Timestamp, now: Timestamp) -> String {
    let then = then.to_zoned(TimeZone::UTC);
    format!("{} {}", day(then.date(), now), then.strftime("%H:%M"))
}

/// A day: `2 Mar`, and with its year where that is another than now.
fn day(then: Date, now: Timestamp) -> String {
    let is_of_this_year = then.year() == now.to_zoned(TimeZone::UTC).year();
    then.strftime(if is_of_this_year { "%-d %b" } else { "%-d %b %Y" }).to_string()
}

/// The day of a moment: `2 Mar`.
pub(crate) fn short_day(then: Timestamp) -> String {
    then.to_zoned(TimeZone::UTC).strftime("%-d %b").to_string()
}

/// The day of a moment: `Mon 2 Mar`.
pub(crate) fn day_name(then: Timestamp) -> String {
    then.to_zoned(TimeZone::UTC).strftime("%a %-d %b").to_string()
}

fn timed(then: Timestamp, text: &str) -> Markup {
    html! { time datetime=(format!("{then:.0}")) title=(crate::text::moment(then)) { (text) } }
}

/// A moment as an article's page says it: to the minute or the day where it says that much, else as it stands.
pub(crate) fn told_moment(value: &str, now: Timestamp) -> Markup {
    match (value.parse::<Timestamp>(), value.parse::<Date>()) {
        (Ok(then), _) => moment(then, now),
        (Err(_), Ok(then)) => html! { time datetime=(then) title=(then) { (day(then, now)) } },
        (Err(_), Err(_)) => html! { (super::shown::visible(value, 40)) },
    }
}

/// The day on which something happened: `happened on 2 Mar`, or `set for 12 Apr` where that is still to come.
pub(crate) fn happening(on: Date, now: Timestamp) -> Markup {
    let word = if on > now.to_zoned(TimeZone::UTC).date() { "set for " } else { "happened on " };
    html! { (word) time datetime=(on) title=(on) { (day(on, now)) } }
}

/// What something weighs: `+0.42`, `−2.52`.
pub(crate) fn signed(value: f64) -> String {
    format!("{value:+.2}").replace('-', "\u{2212}")
}

/// The word that JSON has for a value, as people write it.
pub(crate) fn word(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    words(&json.as_str().unwrap_or_default())
}

/// Words as a sentence begins with them.
pub(crate) fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A word of the contract as people write it.
pub(crate) fn words(word: &impl Display) -> String {
    word.to_string().replace('_', " ")
}

/// The verdict on an article, with its score, as a chip.
pub(crate) fn verdict(label: Label, score: Option<f64>) -> Markup {
    let class = match label {
        Label::Relevant => "chip good",
        Label::Borderline => "chip fair",
        Label::NotRelevant | Label::NotJudged => "chip",
    };
    html! {
        span class=(class) { (word(&label)) @if let Some(score) = score { " " b { (format!("{score:.2}")) } } }
    }
}

/// A language by its English name where that is widely known, else its tag.
pub(crate) fn language(tag: &str) -> String {
    const NAMES: [(&str, &str); 20] = [
        ("ar", "Arabic"),
        ("be", "Belarusian"),
        ("cs", "Czech"),
        ("de", "German"),
        ("en", "English"),
        ("es", "Spanish"),
        ("fa", "Persian"),
        ("fr", "French"),
        ("it", "Italian"),
        ("ja", "Japanese"),
        ("kk", "Kazakh"),
        ("ko", "Korean"),
        ("pl", "Polish"),
        ("pt", "Portuguese"),
        ("ru", "Russian"),
        ("tr", "Turkish"),
        ("uk", "Ukrainian"),
        ("und", "unknown"),
        ("vi", "Vietnamese"),
        ("zh", "Chinese"),
    ];
    let known = NAMES.iter().find(|(known, _)| *known == tag);
    known.map_or_else(|| super::shown::visible(tag, 12), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_bytes_rounded() {
        assert_eq!(number(999_u64), "999");
        assert_eq!(number(1_234_567_u64), "1\u{202f}234\u{202f}567");
        assert_eq!(bytes(512), "512 B");
        assert_eq!(bytes(68 << 30), "68.0 GiB");
        assert_eq!(counted(1, "article", "articles"), "1 article");
    }

    #[test]
    fn a_day_that_is_to_come_has_not_happened() {
        let now: Timestamp = "2026-03-02T09:03:16Z".parse().expect("a moment");
        let told = |day: &str| happening(day.parse().expect("a day"), now).into_string();
        assert!(told("2026-03-02").starts_with("happened on <time datetime=\"2026-03-02\""));
        assert!(told("2026-04-12").starts_with("set for ") && told("2026-04-12").contains(">12 Apr<"));
    }

    #[test]
    fn what_a_page_says_of_a_moment_is_told_as_far_as_it_goes() {
        let now: Timestamp = "2026-03-02T15:00:00Z".parse().expect("a moment");
        let told = |value: &str| told_moment(value, now).into_string();
        assert!(told("2026-03-02T14:20:00Z").contains(">2 Mar 14:20<"));
        assert!(told("2026-03-02").contains(">2 Mar<"));
        assert_eq!(told("2026-03"), "2026-03");
        assert_eq!(signed(-2.517), "\u{2212}2.52");
    }

    #[test]
    fn a_moment_is_told_shortly_and_in_full() {
        let then: Timestamp = "2026-03-02T09:03:16Z".parse().expect("a moment");
        assert_eq!(
            moment(then, then).into_string(),
            r#"<time datetime="2026-03-02T09:03:16Z" title="2026-03-02 09:03:16 UTC">2 Mar 09:03</time>"#
        );
        let later = "2027-01-01T00:00:00Z".parse().expect("a moment");
        assert!(moment(then, later).into_string().contains(">2 Mar 2026 09:03<"));
        assert!(
            happening("2019-04-25".parse().expect("a day"), then).into_string().contains(">25 Apr 2019<")
        );
    }
}
