//! The day in a field, and fields of nothing but digits.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::Offset;

use super::DateField;
use crate::date::{abbreviated_weekday, months};

/// A number of a field: where it stands, its value, how many digits write it.
type FieldNumber = (usize, u64, usize);

/// The day that the remaining tokens name.
pub(super) fn named(field: &DateField, counts_twelve: bool) -> Option<Date> {
    let all = 0..field.tokens.len();
    let numbers: Vec<FieldNumber> =
        all.filter_map(|at| field.number(at).map(|(value, digits)| (at, value, digits))).collect();
    match month(field) {
        Some(month) => with_month_name(&numbers, month),
        None => numeric(field, &numbers, counts_twelve),
    }
}

/// The month that a word names. Of several such words, as "mar." may be a Tuesday and zones have long names, it is the one
/// behind a number, else the one before a number.
fn month(field: &DateField) -> Option<u64> {
    let named = |at: usize| field.word(at).and_then(months::abbreviated_month);
    let all = || (0..field.tokens.len()).filter(|at| named(*at).is_some());
    let is_solid = |at: &usize| field.get(*at).is_some_and(|token| token.mark().is_none());
    let is_number = |at: Option<usize>| at.is_some_and(|at| field.number(at).is_some());
    let behind = |at: &usize| is_number((0..*at).rev().find(is_solid));
    let before = |at: &usize| is_number((*at + 1..field.tokens.len()).find(is_solid));
    let month = all().find(behind).or_else(|| all().find(before)).or_else(|| all().next()).and_then(named)?;
    u64::try_from(month).ok()
}

fn with_month_name(numbers: &[FieldNumber], month: u64) -> Option<Date> {
    let long = numbers.iter().position(|(_, _, digits)| *digits == 4);
    let mut others = numbers.iter().enumerate().filter(|(at, _)| Some(*at) != long).map(|(_, number)| number);
    // A template may write a number for the weekday: "026, 26 Mar 2023".
    let (_, day, _) = others.find(|(_, _, digits)| *digits <= 2)?;
    let year = match long {
        Some(at) => numbers[at].1,
        None => two_digit_year(others.next().filter(|(_, _, digits)| *digits == 2)?.1),
    };
    date(year, month, *day)
}

/// Years of two digits, by RFC 5322, section 4.3.
fn two_digit_year(year: u64) -> u64 {
    if year < 50 { 2000 + year } else { 1900 + year }
}

fn date(year: u64, month: u64, day: u64) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

fn numeric(field: &DateField, numbers: &[FieldNumber], counts_twelve: bool) -> Option<Date> {
    match *numbers {
        [(_, year, 4)] if (0..field.tokens.len()).all(|at| field.word(at).is_none()) => date(year, 1, 1),
        [(_, packed, 8)] => date(packed / 10_000, packed / 100 % 100, packed % 100),
        [(_, year, 4), (_, day, 3)] => ordinal(year.try_into().ok()?, day.try_into().ok()?),
        [(_, year, 4), (_, month, 1 | 2)] => date(year, month, 1),
        [(_, year, 4), (_, month, 1 | 2), (_, day, 1 | 2), ..] => date(year, month, day),
        [(at, first, 1 | 2), (_, second, 1 | 2), (_, year, 4), ..] => {
            let day_first = date(year, second, first);
            let month_first = date(year, first, second);
            let (Some(day_first), Some(month_first)) = (day_first, month_first) else {
                return day_first.or(month_first);
            };
            let mut words = (0..field.tokens.len()).filter_map(|at| field.word(at));
            let said = words.find_map(abbreviated_weekday);
            which(day_first, month_first, said, field.mark(at + 1), counts_twelve)
        }
        _ => None,
    }
}

/// Whether 3/4 is in April or in March: the day of the week decides, then the sign between them (only the slash is written
/// in both orders), then the clock, since who puts the month first counts twelve hours.
fn which(
    day_first: Date,
    month_first: Date,
    said: Option<Weekday>,
    between: Option<char>,
    counts_twelve: bool,
) -> Option<Date> {
    if day_first == month_first {
        return Some(day_first);
    }
    match said.map(|said| (said == day_first.weekday(), said == month_first.weekday())) {
        Some((true, false)) => return Some(day_first),
        Some((false, true)) => return Some(month_first),
        _ => {}
    }
    match between {
        Some('.' | '-') => Some(day_first),
        Some('/') if counts_twelve => Some(month_first),
        _ => None,
    }
}

/// A date of nothing but digits: seconds or milliseconds since 1970, or `YYYY`, `YYYYDDD`, `YYYYMMDD`, `YYYYMMDDhhmm[ss]`.
pub(super) fn packed(digits: &str) -> Option<Timestamp> {
    // What follows a year is no fraction: "2024.06.14".
    let whole = match digits.split_once('.') {
        Some((whole, _)) if whole.len() == 4 => return None,
        Some((whole, _)) => whole,
        None => digits,
    };
    let part = |from: usize, to: usize| whole.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize, to: usize| whole.get(from..to)?.parse::<i8>().ok();
    let at = |date: Date, time: Time| Offset::UTC.to_timestamp(date.to_datetime(time)).ok();
    match whole.len() {
        9 | 10 => Timestamp::from_second(whole.parse().ok()?).ok(),
        13 => Timestamp::from_millisecond(whole.parse().ok()?).ok(),
        4 => at(Date::new(part(0, 4)?, 1, 1).ok()?, Time::midnight()),
        7 => at(ordinal(part(0, 4)?, part(4, 7)?)?, Time::midnight()),
        8 | 12 | 14 => {
            let date = Date::new(part(0, 4)?, small(4, 6)?, small(6, 8)?).ok()?;
            let time = match whole.len() {
                8 => Time::midnight(),
                length => {
                    Time::new(small(8, 10)?, small(10, 12)?, if length == 14 { small(12, 14)? } else { 0 }, 0)
                        .ok()?
                }
            };
            at(date, time)
        }
        _ => None,
    }
}

fn ordinal(year: i16, day: i16) -> Option<Date> {
    let first = Date::new(year, 1, 1).ok()?;
    (1..=first.days_in_year())
        .contains(&day)
        .then(|| first.checked_add(jiff::Span::new().days(day - 1)).ok())
        .flatten()
}
