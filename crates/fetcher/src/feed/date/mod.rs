//! Dates as they really stand in feeds.
//!
//! RFC 822 and RFC 3339 are what feeds should use; what they do use is all of it mixed: named zones, 12-hour clocks,
//! ordinals, months in the publisher's language, day before month and after it, seconds since 1970. So a date is taken
//! apart into words and numbers; the clock is found first, then the zone behind it, and what remains is the day.
//!
//! A date whose day and month can't be told apart is no date: nothing is guessed. One without a zone is taken as UTC.

mod lexer;
mod words;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone};

use lexer::Piece;
use words::Zone;

/// Longer texts are no dates.
const LENGTH_MAX: usize = 120;

/// The instant that a date means, if it is one.
pub(super) fn parse(written: &str) -> Option<Timestamp> {
    let written = written.trim();
    if written.is_empty() || written.len() > LENGTH_MAX {
        return None;
    }
    if written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && let Some(at) = packed(written)
    {
        return Some(at);
    }
    let mut pieces = lexer::pieces(written);
    let clock = match face(&pieces) {
        Some(face) => Some(take_clock(&mut pieces, face)?),
        None => None,
    };
    let zone = clock.as_ref().and_then(|clock| take_zone(&mut pieces, clock.end)).unwrap_or(Zone::Offset(0));
    let date = day(&pieces, clock.as_ref().is_some_and(|clock| clock.twelve_hours))?;
    let time = clock.map_or(ClockTime { time: Time::midnight(), next_day: false }, |clock| clock.time);
    instant(date, time, zone)
}

fn instant(date: Date, time: ClockTime, zone: Zone) -> Option<Timestamp> {
    let moment = DateTime::from_parts(if time.next_day { date.tomorrow().ok()? } else { date }, time.time);
    match zone {
        Zone::Offset(seconds) => Offset::from_seconds(seconds).ok()?.to_timestamp(moment).ok(),
        Zone::Place(place) => moment.to_zoned(TimeZone::get(place).ok()?).ok().map(|zoned| zoned.timestamp()),
    }
}

/// A date of nothing but digits: seconds or milliseconds since 1970, or `YYYY`, `YYYYDDD`, `YYYYMMDD`, `YYYYMMDDhhmm[ss]`.
fn packed(digits: &str) -> Option<Timestamp> {
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

/// The time of day, and whether it is that of the next day (24:00).
#[derive(Debug, Clone, Copy)]
struct ClockTime {
    time: Time,
    next_day: bool,
}

/// A clock found in a date.
#[derive(Debug)]
struct Clock {
    time: ClockTime,
    twelve_hours: bool,
    /// The piece behind it.
    end: usize,
}

fn number(pieces: &[Piece], at: usize) -> Option<(u32, usize)> {
    match pieces.get(at) {
        Some(Piece::Number { value, digits }) => Some((*value, *digits)),
        _ => None,
    }
}

fn word(pieces: &[Piece], at: usize) -> Option<&str> {
    match pieces.get(at) {
        Some(Piece::Word(word)) => Some(word),
        _ => None,
    }
}

fn sign(pieces: &[Piece], at: usize) -> Option<char> {
    match pieces.get(at) {
        Some(Piece::Sign(sign)) => Some(*sign),
        _ => None,
    }
}

/// The first piece from `at` on that is no white space.
fn past_space(pieces: &[Piece], mut at: usize) -> usize {
    while matches!(pieces.get(at), Some(Piece::Space | Piece::Taken)) {
        at += 1;
    }
    at
}

/// Finds a clock: `h:mm[:ss[.f]]`, `Thhmm[ss]` of ISO 8601, `h時mm分`.
fn face(pieces: &[Piece]) -> Option<Face> {
    (0..pieces.len())
        .find_map(|at| colons(pieces, at).or_else(|| basic(pieces, at)).or_else(|| units(pieces, at)))
}

/// Takes a clock out of a date, with the half of the day that stands beside it; `None` where there is no such time.
fn take_clock(pieces: &mut [Piece], face: Face) -> Option<Clock> {
    let (start, mut end, [hour, minute, second], nanosecond) = face;
    let mut half = None;
    let behind = past_space(pieces, end);
    if let Some(after) = word(pieces, behind).and_then(words::after_noon) {
        half = Some(after);
        end = behind + 1;
    } else {
        let before = (0..start).rev().find(|at| pieces[*at] != Piece::Space);
        if let Some((at, after)) = before.and_then(|at| Some((at, words::after_noon(word(pieces, at)?)?))) {
            half = Some(after);
            pieces[at] = Piece::Taken;
        }
    }
    pieces[start..end].fill(Piece::Taken);
    let hour = match (half, hour) {
        (Some(false), 12) => 0,
        (Some(true), 1..=11) => hour + 12,
        _ => hour,
    };
    let next_day = (hour, minute, second) == (24, 0, 0);
    let small = |value: u32| i8::try_from(value).ok();
    let hour = if next_day { 0 } else { small(hour)? };
    // A leap second is the last one that a clock without them has.
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(hour, small(minute)?, small(second)?, nanosecond).ok()?;
    Some(Clock { time: ClockTime { time, next_day }, twelve_hours: half.is_some(), end })
}

/// Where a clock starts and ends, its hour, minute and second, and the nanoseconds.
type Face = (usize, usize, [u32; 3], i32);

fn colons(pieces: &[Piece], at: usize) -> Option<Face> {
    let short = |at: usize| number(pieces, at).filter(|(_, digits)| *digits <= 2).map(|(value, _)| value);
    let hour = short(at)?;
    let minute = short(at + 2).filter(|_| sign(pieces, at + 1) == Some(':'))?;
    let Some(second) = short(at + 4).filter(|_| sign(pieces, at + 3) == Some(':')) else {
        return Some((at, at + 3, [hour, minute, 0], 0));
    };
    match number(pieces, at + 6).filter(|_| matches!(sign(pieces, at + 5), Some('.' | ','))) {
        Some((value, digits)) => {
            let nanosecond =
                9_usize.checked_sub(digits).map_or(0, |zeros| value as i32 * 10_i32.pow(zeros as u32));
            Some((at, at + 7, [hour, minute, second], nanosecond))
        }
        None => Some((at, at + 5, [hour, minute, second], 0)),
    }
}

fn basic(pieces: &[Piece], at: usize) -> Option<Face> {
    word(pieces, at).filter(|word| *word == "t")?;
    match number(pieces, at + 1)? {
        (value, 4) => Some((at, at + 2, [value / 100, value % 100, 0], 0)),
        (value, 6) => Some((at, at + 2, [value / 10_000, value / 100 % 100, value % 100], 0)),
        _ => None,
    }
}

fn units(pieces: &[Piece], at: usize) -> Option<Face> {
    let (hour, _) = number(pieces, at)?;
    word(pieces, at + 1).filter(|unit| matches!(*unit, "時" | "时" | "点" | "시" | "h"))?;
    let minute_at = past_space(pieces, at + 2);
    let Some((minute, _)) = number(pieces, minute_at) else {
        return Some((at, at + 2, [hour, 0, 0], 0));
    };
    let end = minute_at
        + 1
        + usize::from(word(pieces, minute_at + 1).is_some_and(|unit| matches!(unit, "分" | "분")));
    Some((at, end, [hour, minute, 0], 0))
}

/// Finds the zone behind the clock and takes it out: an offset, a name, or a name with an offset (`GMT+3`).
fn take_zone(pieces: &mut [Piece], clock_end: usize) -> Option<Zone> {
    let mut at = clock_end;
    let named = loop {
        at = past_space(pieces, at);
        match pieces.get(at)? {
            Piece::Number { .. } => return None,
            Piece::Sign('+' | '-') => break None,
            Piece::Word(word) => match words::zone(word) {
                Some(zone) => break Some(zone),
                None if words::month(word).is_some() => return None,
                None => at += 1,
            },
            _ => at += 1,
        }
    };
    let sign_at = if named.is_some() { at + 1 } else { at };
    let offset = offset(pieces, sign_at);
    let end = match (&named, offset) {
        (_, Some((_, end))) => end,
        (Some(_), None) => sign_at,
        (None, None) => return None,
    };
    pieces[at..end].fill(Piece::Taken);
    offset.map(|(seconds, _)| Zone::Offset(seconds)).or(named)
}

/// An offset at `at`: `+hhmm`, `+hh:mm`, `+hh`. The largest in use is 14 hours.
fn offset(pieces: &[Piece], at: usize) -> Option<(i32, usize)> {
    let direction = match sign(pieces, at)? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (value, digits) = number(pieces, at + 1)?;
    let minutes =
        number(pieces, at + 3).filter(|_| sign(pieces, at + 2) == Some(':')).map(|(minutes, _)| minutes);
    let (hours, minutes, end) = match (digits, minutes) {
        (1 | 2, Some(minutes)) => (value, minutes, at + 4),
        (1 | 2, None) => (value, 0, at + 2),
        (3 | 4, _) => (value / 100, value % 100, at + 2),
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours <= 14 && minutes < 60).then_some((direction * seconds, end))
}

/// The day that the remaining pieces name.
fn day(pieces: &[Piece], twelve_hours: bool) -> Option<Date> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(written: &str) -> Option<String> {
        parse(written).map(|at| at.to_string())
    }

    fn means(written: &str, instant: &str) {
        assert_eq!(at(written).as_deref(), Some(instant), "{written}");
    }

    #[test]
    fn the_formats_of_the_specifications_are_read() {
        means("Sat, 07 Sep 2002 09:42:31 GMT", "2002-09-07T09:42:31Z");
        means("7 Sep 02 09:42 -0300", "2002-09-07T12:42:00Z");
        means("2005-07-31T12:29:29.25+02:00", "2005-07-31T10:29:29.25Z");
        means("2005-07-31T12:29Z", "2005-07-31T12:29:00Z");
        means("20050731T122929Z", "2005-07-31T12:29:29Z");
        means("2005-07-31", "2005-07-31T00:00:00Z");
        means("2005-07", "2005-07-01T00:00:00Z");
        means("2005", "2005-01-01T00:00:00Z");
        means("2005-212", "2005-07-31T00:00:00Z");
    }

    #[test]
    fn zones_have_names_and_offsets() {
        means("Tue, 4 Jun 2024 10:00:00 EDT", "2024-06-04T14:00:00Z");
        means("Tue, 4 Jun 2024 10:00:00 PST", "2024-06-04T18:00:00Z");
        means("Tue, 4 Jun 2024 10:00:00 KST", "2024-06-04T01:00:00Z");
        means("Tue, 4 Jun 2024 10:00:00 GMT+0300", "2024-06-04T07:00:00Z");
        means("Tue, 4 Jun 2024 10:00:00 +5:30 (IST)", "2024-06-04T04:30:00Z");
        means("Tue Jun 4 10:00:00 CEST 2024", "2024-06-04T08:00:00Z");
        means("Tue Jun 04 2024 10:00:00 GMT+0400 (Arabian Standard Time)", "2024-06-04T06:00:00Z");
    }

    #[test]
    fn a_zone_of_no_season_is_the_clock_of_its_place() {
        means("Mon, 8 January 2024 10:00:00 ET", "2024-01-08T15:00:00Z");
        means("Mon, 8 July 2024 10:00:00 ET", "2024-07-08T14:00:00Z");
    }

    #[test]
    fn a_clock_may_count_twelve_hours() {
        means("June 4, 2024 at 12:15 AM UTC", "2024-06-04T00:15:00Z");
        means("June 4, 2024, 1:15 p.m.", "2024-06-04T13:15:00Z");
        means("Tuesday, June 4, 2024 - 3:09pm", "2024-06-04T15:09:00Z");
    }

    #[test]
    fn midnight_may_end_a_day_and_a_leap_second_a_minute() {
        means("2024-02-29T24:00:00Z", "2024-03-01T00:00:00Z");
        means("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59Z");
        assert_eq!(at("Sat, 31 Dec 2016 23:59:75 GMT"), None);
    }

    #[test]
    fn ordinals_and_other_languages_are_read() {
        means("Tue, 4th Jun 2024 10:00:00 GMT", "2024-06-04T10:00:00Z");
        means("Вт, 04 июн 2024 10:00:00 +0300", "2024-06-04T07:00:00Z");
        means("4 червня 2024, 10:00", "2024-06-04T10:00:00Z");
        means("mar., 04 juin 2024 10:00:00 +0200", "2024-06-04T08:00:00Z");
        means("Di, 04 Jun 2024 10:00:00 +0200", "2024-06-04T08:00:00Z");
        means("2024年6月4日 下午3時05分", "2024-06-04T15:05:00Z");
        means("2024년 6월 4일 오후 3시 5분", "2024-06-04T15:05:00Z");
        means("2024年6月4日 15:05", "2024-06-04T15:05:00Z");
    }

    #[test]
    fn numbers_since_1970_are_seconds_or_milliseconds() {
        means("1717495200", "2024-06-04T10:00:00Z");
        means("1717495200000", "2024-06-04T10:00:00Z");
    }

    #[test]
    fn day_and_month_are_told_apart_or_the_date_is_none() {
        means("26/06/2020", "2020-06-26T00:00:00Z");
        means("09/15/2014 4:20 pm PST", "2014-09-16T00:20:00Z");
        means("04.06.2024 10:00", "2024-06-04T10:00:00Z");
        means("Sat, 11 04 2020 08:51:49 +0100", "2020-04-11T07:51:49Z");
        assert_eq!(at("04/06/2024 10:00"), None);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for written in
            ["", "soon", "30 Feb 2024", "June 2024", "10:00", "12", "4 June", "ship 7 of 9", "99999999999999"]
        {
            assert_eq!(at(written), None, "{written}");
        }
    }
}
