//! When it was published, and when it was modified.

use dateline_wire::Moment;
use jiff::civil::Date;

use super::claims::{Claim, Claims};
use super::date::{Calendar, Written, days_since_epoch, weekday};
use super::text;

/// Publication and modification, as far as witnesses settle them.
pub(super) fn decide(claims: &Claims, body: &str) -> (Option<Moment>, Option<Moment>) {
    let published = settled(&claims.published, claims, body);
    let modified = settled(&claims.modified, claims, body);
    let Some(first) = choose(&published) else {
        // With nothing but a time of modification, when it was published is not known.
        return (None, choose(&modified).map(to_moment));
    };
    let last = choose(&modified).filter(|last| is_later(&last.value, &first.value));
    (Some(to_moment(first)), last.map(to_moment))
}

fn to_moment(claim: &Claim<Written>) -> Moment {
    claim.value.to_moment(claim.source)
}

/// The claims with ambiguous days settled, where something else on the page settles them: another witness that names the
/// day, one that names the month, the weekday of the lede.
fn settled(list: &[Claim<Written>], claims: &Claims, body: &str) -> Vec<Claim<Written>> {
    let known: Vec<Date> =
        claims.published.iter().chain(&claims.modified).filter_map(|claim| claim.value.date()).collect();
    let named = weekdays(body);
    list.iter()
        .map(|claim| {
            let mut claim = claim.clone();
            claim.value = claim.value.settled(|date| known.iter().any(|known| days_apart(*known, date) <= 1));
            // News is printed on the day of the event its lede names, or on the next.
            claim.value =
                claim.value.settled(|date| named.iter().any(|day| (weekday(date) - day).rem_euclid(7) == 0));
            claim.value =
                claim.value.settled(|date| named.iter().any(|day| (weekday(date) - day).rem_euclid(7) == 1));
            claim
        })
        .collect()
}

/// The names of weekdays, Monday first, in the languages that write days and months in an order that needs settling.
const WEEKDAYS: [&[&str]; 7] = [
    &["monday", "lundi", "lunes", "segunda-feira", "lunedì", "maandag", "понедельник", "понеділок"],
    &["tuesday", "mardi", "martes", "terça-feira", "martedì", "dinsdag", "вторник", "вівторок"],
    &["wednesday", "mercredi", "miércoles", "quarta-feira", "mercoledì", "woensdag", "среду", "середу"],
    &["thursday", "jeudi", "jueves", "quinta-feira", "giovedì", "donderdag", "четверг", "четвер"],
    &["friday", "vendredi", "viernes", "sexta-feira", "venerdì", "vrijdag", "пятницу", "п'ятницю"],
    &["saturday", "samedi", "sábado", "sabato", "zaterdag", "субботу", "суботу"],
    &["sunday", "dimanche", "domingo", "domenica", "zondag", "воскресенье", "неділю"],
];

/// The weekdays named in the lede, Monday 0.
fn weekdays(body: &str) -> Vec<i8> {
    let lede = text::head(body, 600).to_lowercase();
    let words: Vec<&str> = lede.split(|c: char| !c.is_alphabetic() && c != '-' && c != '\'').collect();
    (0..)
        .zip(WEEKDAYS)
        .filter(|(_, names)| words.iter().any(|word| names.contains(word)))
        .map(|(day, _)| day)
        .collect()
}

fn days_apart(a: Date, b: Date) -> i64 {
    (days_since_epoch(a) - days_since_epoch(b)).abs()
}

/// The day that most witnesses agree on, in its most exact wording.
fn choose(claims: &[Claim<Written>]) -> Option<&Claim<Written>> {
    let score = |claim: &Claim<Written>| -> f32 {
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
fn agrees(a: &Written, b: &Written) -> bool {
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
fn exactness(claim: &Claim<Written>, claims: &[Claim<Written>]) -> f32 {
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
fn confirmed(zulu: &Written, local: &Written, claims: &[Claim<Written>]) -> bool {
    let (Some(utc), Some(offset)) = (zulu.minutes(), local.offset) else { return false };
    let shown = utc + i64::from(offset.minutes);
    claims.iter().any(|claim| claim.value.offset.is_none() && claim.value.minutes() == Some(shown))
}

/// Whether `last` is after `first`, as far as both are known.
fn is_later(last: &Written, first: &Written) -> bool {
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
    use crate::meta::date;

    fn claim(text: &str, source: Source, weight: f32) -> Claim<Written> {
        Claim { value: date::read(text).unwrap(), source, weight }
    }

    fn published(list: Vec<Claim<Written>>, body: &str) -> Option<String> {
        decide(&Claims { published: list, ..Claims::default() }, body).0.map(|moment| moment.value)
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
        assert_eq!(decide(&claims, "").1, None);
    }

    #[test]
    fn a_time_of_modification_alone_says_nothing_of_publication() {
        let claims = Claims { modified: vec![claim("2025-03-21", Source::JsonLd, 5.0)], ..Claims::default() };
        assert_eq!(decide(&claims, "").0, None);
    }
}
