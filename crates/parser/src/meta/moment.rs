//! When it was published, and when it was modified.

use std::borrow::Cow;

use dateline_text::date::{self, Calendar, WrittenDate, days_since_epoch};
use dateline_text::language;
use dateline_wire::{Moment, Precision};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::claims::{Claim, Claims};
use super::text;

/// The beginning of the text, and the language that the page says it is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lede<'t> {
    pub(super) text: &'t str,
    pub(super) language: Option<&'t str>,
}

/// Languages whose countries all write the day before the month (CLDR's short formats), and that templates are seldom in by
/// mistake.
const DAY_FIRST: &[&str] = &["ar", "el", "he", "hi", "id", "th", "tr", "vi"];

/// Publication and modification of a page received at `received_at`, as far as witnesses settle them.
pub(super) fn decide(
    claims: &Claims,
    lede: Lede<'_>,
    received_at: Option<Timestamp>,
) -> (Option<Moment>, Option<Moment>) {
    let received = received_at.map(|at| at.to_zoned(TimeZone::UTC).datetime().date());
    let published = settled(&past(&claims.published, received), claims, lede);
    let modified = settled(&past(&claims.modified, received), claims, lede);
    let Some(first) = choose(&published) else {
        // With nothing but a time of modification, when it was published is not known.
        return (None, choose(&modified).map(to_moment));
    };
    let last = choose(&modified).filter(|last| is_later(&last.value, &first.value));
    (Some(to_moment(first)), last.map(to_moment))
}

/// The claims without those of a day after the page was received, which are slips; all of them where each is of such a day,
/// since then it is the day of receipt that is in doubt. The next day has begun somewhere.
fn past(claims: &[Claim<WrittenDate>], received: Option<Date>) -> Cow<'_, [Claim<WrittenDate>]> {
    let Some(last) = received.and_then(|received| received.tomorrow().ok()) else {
        return Cow::Borrowed(claims);
    };
    let is_past = |claim: &&Claim<WrittenDate>| match claim.value.calendar {
        Calendar::Day(day) => day <= last,
        Calendar::Month(year, month) => (year, month) <= (last.year(), last.month()),
        Calendar::Either { day_first, month_first } => day_first.min(month_first) <= last,
    };
    let past: Vec<_> = claims.iter().filter(is_past).cloned().collect();
    if past.is_empty() || past.len() == claims.len() { Cow::Borrowed(claims) } else { Cow::Owned(past) }
}

/// The moment that a subscriber reads.
fn to_moment(claim: &Claim<WrittenDate>) -> Moment {
    let written = &claim.value;
    let precision = match (written.calendar, written.clock) {
        (Calendar::Month(..), _) => Precision::Month,
        (Calendar::Either { .. }, _) => Precision::Year,
        (Calendar::Day(_), None) => Precision::Day,
        (Calendar::Day(_), Some(clock)) if clock.second.is_none() => Precision::Minute,
        (Calendar::Day(_), Some(_)) => Precision::Second,
    };
    Moment { value: written.to_string(), precision, source: claim.source }
}

/// The claims with ambiguous days settled, where something else on the page settles them: another witness that names the
/// day, one that names the month, the weekday of the lede, a language in which the day comes first.
fn settled(list: &[Claim<WrittenDate>], claims: &Claims, lede: Lede<'_>) -> Vec<Claim<WrittenDate>> {
    let known: Vec<Date> =
        claims.published.iter().chain(&claims.modified).filter_map(|claim| claim.value.date()).collect();
    let named = weekdays(lede.text);
    let language = lede.language.and_then(language::primary);
    let is_day_first = language.is_some_and(|language| DAY_FIRST.contains(&language.as_str()));
    list.iter()
        .map(|claim| {
            let mut claim = claim.clone();
            claim.value = claim.value.settled(|date| known.iter().any(|known| days_apart(*known, date) <= 1));
            // News is printed on the day of the event its lede names, or on the next.
            claim.value = claim.value.settled(|date| named.contains(&date.weekday()));
            claim.value = claim.value.settled(|date| named.iter().any(|day| day.next() == date.weekday()));
            if let Calendar::Either { day_first, .. } = claim.value.calendar
                && is_day_first
            {
                claim.value.calendar = Calendar::Day(day_first);
            }
            claim
        })
        .collect()
}

/// The weekdays named in the lede.
fn weekdays(body: &str) -> Vec<Weekday> {
    let lede = text::head(body, 600).to_lowercase();
    let words = lede.split(|c: char| !c.is_alphabetic() && c != '-' && c != '\'');
    words.filter_map(date::weekday).collect()
}

fn days_apart(a: Date, b: Date) -> i64 {
    (days_since_epoch(a) - days_since_epoch(b)).abs()
}

/// The day that most witnesses agree on, in its most exact wording.
fn choose(claims: &[Claim<WrittenDate>]) -> Option<&Claim<WrittenDate>> {
    let score = |claim: &Claim<WrittenDate>| -> f32 {
        let agree =
            claims.iter().filter(|other| agrees(&other.value, &claim.value)).map(|other| other.weight);
        agree.sum::<f32>() + claim.weight
    };
    let best = claims
        .iter()
        .map(|claim| (claim, score(claim)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })?
        .0;
    let same_day = claims.iter().filter(|claim| agrees(&claim.value, &best.value));
    same_day
        .map(|claim| (claim, exactness(claim, claims)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(claim, _)| claim)
}

/// Whether two claims can mean one publication: the same day, or two that zones put next to each other.
fn agrees(a: &WrittenDate, b: &WrittenDate) -> bool {
    match (a.calendar, b.calendar) {
        (Calendar::Day(one), Calendar::Day(other)) => {
            one == other
                || (days_apart(one, other) == 1
                    && a.minutes()
                        .zip(b.minutes())
                        .is_some_and(|(one, other)| (one - other).abs() <= 14 * 60))
        }
        (Calendar::Month(year, month), Calendar::Day(day))
        | (Calendar::Day(day), Calendar::Month(year, month)) => (day.year(), day.month()) == (year, month),
        (one, other) => one == other,
    }
}

/// How much a wording says, and how far it can be trusted to.
fn exactness(claim: &Claim<WrittenDate>, claims: &[Claim<WrittenDate>]) -> f32 {
    let written = &claim.value;
    if written.date().is_none() {
        return 0.0;
    }
    let mut exact = 1.0 + claim.weight;
    if written.clock.is_some() && !written.is_midnight() {
        exact += 10.0;
        if written.offset.is_some() {
            exact += 1.5;
        }
        // The same wall clock under a real offset unmasks a "Z" that a template adds to local time.
        let is_false_zulu = written.offset.is_some_and(|offset| offset.zulu)
            && claims.iter().any(|other| {
                other.value.date() == written.date()
                    && other.value.offset.is_some_and(|offset| !offset.zulu && offset.minutes != 0)
                    && other
                        .value
                        .clock
                        .zip(written.clock)
                        .is_some_and(|(one, two)| (one.hour, one.minute) == (two.hour, two.minute))
                    && !confirmed(written, &other.value, claims)
            });
        if is_false_zulu {
            exact -= 6.0;
        }
    }
    exact
}

/// Whether some wall clock without an offset shows `zulu` in the zone of `local`: then it is `local` whose offset is wrong.
fn confirmed(zulu: &WrittenDate, local: &WrittenDate, claims: &[Claim<WrittenDate>]) -> bool {
    let (Some(utc), Some(offset)) = (zulu.minutes(), local.offset) else { return false };
    let shown = utc + i64::from(offset.minutes);
    claims.iter().any(|claim| claim.value.offset.is_none() && claim.value.minutes() == Some(shown))
}

/// Whether `last` is after `first`, as far as both are known.
fn is_later(last: &WrittenDate, first: &WrittenDate) -> bool {
    match (last.minutes(), first.minutes()) {
        (Some(last), Some(first)) => last > first,
        _ => match (last.date(), first.date()) {
            (Some(last), Some(first)) => last > first,
            _ => last.year() > first.year(),
        },
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::Source;

    use super::*;

    fn lede(text: &str) -> Lede<'_> {
        Lede { text, language: None }
    }

    fn claim(text: &str, source: Source, weight: f32) -> Claim<WrittenDate> {
        Claim { value: date::read(text).unwrap(), source, weight }
    }

    fn published(list: Vec<Claim<WrittenDate>>, body: &str) -> Option<String> {
        decide(&Claims { published: list, ..Claims::default() }, lede(body), None)
            .0
            .map(|moment| moment.value)
    }

    #[test]
    fn witnesses_that_agree_outweigh_one_that_does_not() {
        let list = vec![
            claim("2025-03-25", Source::JsonLd, 5.0),
            claim("2025-03-21T14:05:00+03:00", Source::OpenGraph, 5.0),
            claim("21 March 2025", Source::Visible, 2.0),
        ];
        assert_eq!(published(list, "").as_deref(), Some("2025-03-21T14:05:00+03:00"));
    }

    #[test]
    fn the_most_exact_wording_of_the_day_is_given() {
        let list =
            vec![claim("2025-03-21", Source::JsonLd, 5.0), claim("2025-03-21 14:05", Source::Visible, 2.0)];
        assert_eq!(published(list, "").as_deref(), Some("2025-03-21T14:05"));
        let list = vec![
            claim("2025-03-21T00:00:00Z", Source::JsonLd, 5.0),
            claim("2025-03-21 14:05", Source::Visible, 2.0),
        ];
        assert_eq!(published(list, "").as_deref(), Some("2025-03-21T14:05"));
    }

    #[test]
    fn a_z_that_another_witness_contradicts_is_not_believed() {
        let list = vec![
            claim("2025-03-21T14:05:00Z", Source::JsonLd, 5.0),
            claim("2025-03-21T14:05:00+09:00", Source::OpenGraph, 5.0),
        ];
        assert_eq!(published(list, "").as_deref(), Some("2025-03-21T14:05:00+09:00"));
    }

    #[test]
    fn a_z_that_the_visible_clock_confirms_is_believed() {
        let list = vec![
            claim("2025-03-21T04:05:00Z", Source::OpenGraph, 5.0),
            claim("2025-03-21T04:05:00+09:00", Source::Meta, 3.0),
            claim("2025-03-21 13:05", Source::Visible, 2.0),
        ];
        assert_eq!(published(list, "").as_deref(), Some("2025-03-21T04:05:00Z"));
    }

    #[test]
    fn an_ambiguous_day_is_settled_by_the_weekday_of_the_lede_or_not_at_all() {
        let list = || vec![claim("04-06-2025", Source::Visible, 2.0)];
        assert_eq!(
            published(list(), "HARBOUR: The ferry ran on Wednesday, the port said.").as_deref(),
            Some("2025-06-04")
        );
        assert_eq!(published(list(), "The ferry ran.").as_deref(), Some("2025"));
    }

    #[test]
    fn an_ambiguous_day_is_settled_by_a_language_that_writes_days_first() {
        let of_page = |language: &str| {
            let published = vec![claim("Thứ tư, 4/6/2025, 14:30 (GMT+7)", Source::Visible, 2.0)];
            let lede = Lede { text: "", language: Some(language) };
            let decided = decide(&Claims { published, ..Claims::default() }, lede, None);
            decided.0.map(|moment| moment.value)
        };
        assert_eq!(of_page("vi-VN").as_deref(), Some("2025-06-04T14:30+07:00"));
        assert_eq!(of_page("en").as_deref(), Some("2025"));
    }

    #[test]
    fn another_witness_settles_an_ambiguous_day() {
        let list =
            vec![claim("04/06/2025 14:05", Source::Visible, 2.0), claim("2025-04-06", Source::Url, 1.2)];
        assert_eq!(published(list, "").as_deref(), Some("2025-04-06T14:05"));
    }

    #[test]
    fn a_modification_before_publication_is_none() {
        let claims = Claims {
            published: vec![claim("2025-03-21T14:05:00Z", Source::JsonLd, 5.0)],
            modified: vec![claim("2025-03-21T14:05:00Z", Source::JsonLd, 5.0)],
            ..Claims::default()
        };
        assert_eq!(decide(&claims, lede(""), None).1, None);
    }

    #[test]
    fn a_time_of_modification_alone_says_nothing_of_publication() {
        let claims = Claims { modified: vec![claim("2025-03-21", Source::JsonLd, 5.0)], ..Claims::default() };
        assert_eq!(decide(&claims, lede(""), None).0, None);
    }

    #[test]
    fn a_publication_after_the_receipt_is_a_slip_where_another_witness_names_a_day_before() {
        let received: Timestamp = "2025-06-18T21:00:00Z".parse().unwrap();
        let decided = |first: &str, second: &str| {
            let published = vec![claim(first, Source::JsonLd, 5.0), claim(second, Source::TimeElement, 3.0)];
            let claims = Claims { published, ..Claims::default() };
            decide(&claims, lede(""), Some(received)).0.map(|moment| moment.value)
        };
        assert_eq!(decided("2052-06-18T09:00:00+03:00", "2025-06-18").as_deref(), Some("2025-06-18"));
        assert_eq!(decided("July 2026", "18 June 2025").as_deref(), Some("2025-06-18"));
        assert_eq!(
            decided("2025-06-19T06:00:00+09:00", "2025-06-18").as_deref(),
            Some("2025-06-19T06:00:00+09:00")
        );
        assert_eq!(decided("2052-06-18", "2052-06-18T09:00").as_deref(), Some("2052-06-18T09:00"));
    }

    #[test]
    fn a_modification_after_the_receipt_is_none_beside_one_before() {
        let claims = Claims {
            published: vec![claim("2025-06-16", Source::JsonLd, 5.0)],
            modified: vec![
                claim("2025-06-28", Source::JsonLd, 5.0),
                claim("2025-06-17", Source::Visible, 2.0),
            ],
            ..Claims::default()
        };
        let modified = decide(&claims, lede(""), "2025-06-18T21:00:00Z".parse().ok()).1;
        assert_eq!(modified.map(|moment| moment.value).as_deref(), Some("2025-06-17"));
    }
}
