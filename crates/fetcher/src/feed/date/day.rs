//! The day in a date, and dates of nothing but digits.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::Offset;

use super::lexer::{Piece, number, sign, word};
use super::words;

/// The day that the remaining pieces name.
pub(super) fn named(pieces: &[Piece], twelve_hours: bool) -> Option<Date> {
    let numbers: Vec<(usize, u32, usize)> = (0..pieces.len())
        .filter_map(|at| number(pieces, at).map(|(value, digits)| (at, value, digits)))
        .collect();
    match month(pieces) {
        Some(month) => with_month_name(&numbers, month),
        None => numeric(pieces, &numbers, twelve_hours),
    }
}

/// The month that a word names. Of several such words, as "mar." may be a Tuesday and zones have long names, it is the one
/// behind a number, else the one before a number.
fn month(pieces: &[Piece]) -> Option<i8> {
    let named = |at: usize| word(pieces, at).and_then(words::month);
    let solid = |piece: &&Piece| !matches!(piece, Piece::Space | Piece::Sign(_));
    let is_number = |piece: Option<&Piece>| matches!(piece, Some(Piece::Number { .. }));
    let behind = |at: &usize| is_number(pieces[..*at].iter().rev().find(solid));
    let before = |at: &usize| is_number(pieces[*at + 1..].iter().find(solid));
    let all = || (0..pieces.len()).filter(|at| named(*at).is_some());
    all().find(behind).or_else(|| all().find(before)).or_else(|| all().next()).and_then(named)
}

fn with_month_name(numbers: &[(usize, u32, usize)], month: i8) -> Option<Date> {
    let long = numbers.iter().position(|(_, _, digits)| *digits == 4);
    let mut others = numbers.iter().enumerate().filter(|(at, _)| Some(*at) != long).map(|(_, number)| number);
    let (_, day, _) = others.next().filter(|(_, _, digits)| *digits <= 2)?;
    let year = match long {
        Some(at) => numbers[at].1,
        None => two_digit_year(others.next().filter(|(_, _, digits)| *digits == 2)?.1),
    };
    date(year, u32::from(month.unsigned_abs()), *day)
}

/// Years of two digits, by RFC 5322, section 4.3.
fn two_digit_year(year: u32) -> u32 {
    if year < 50 { 2000 + year } else { 1900 + year }
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

fn numeric(pieces: &[Piece], numbers: &[(usize, u32, usize)], twelve_hours: bool) -> Option<Date> {
    match *numbers {
        [(_, year, 4)] if pieces.iter().all(|piece| !matches!(piece, Piece::Word(_))) => date(year, 1, 1),
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
            let said = pieces.iter().find_map(|piece| match piece {
                Piece::Word(word) => words::weekday(word),
                _ => None,
            });
            which(day_first, month_first, said, sign(pieces, at + 1), twelve_hours)
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
    twelve_hours: bool,
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
        Some('/') if twelve_hours => Some(month_first),
        _ => None,
    }
}

/// A date of nothing but digits: seconds or milliseconds since 1970, or `YYYY`, `YYYYDDD`, `YYYYMMDD`, `YYYYMMDDhhmm[ss]`.
pub(super) fn packed(digits: &str) -> Option<Timestamp> {
    let whole = digits.split('.').next().unwrap_or(digits);
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
