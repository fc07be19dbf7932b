//! Dates in fields that hold nothing else, as in feeds.
//!
//! RFC 822 and RFC 3339 are what such fields should use, and most do; what the others use is all of it mixed: named zones,
//! 12-hour clocks, ordinals, months in the publisher's language, day before month and after it, seconds since 1970. So such a
//! date is taken apart into its tokens; the clock is found first, then the zone behind it, and what remains is the day.
//!
//! A date whose day and month can't be told apart is no date: nothing is guessed. One without a zone is taken as UTC.

mod clock;
mod day;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::rfc2822;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use super::months;
use super::token::{DateToken, tokens};
use super::zones::{self, DateZone, Guess};

/// Longer texts are no dates.
const MAX_BYTES: usize = 120;

/// The instant that a field means, if it holds a date.
pub fn read(written: &str) -> Option<Timestamp> {
    let written = written.trim();
    if written.is_empty() || written.len() > MAX_BYTES {
        return None;
    }
    if written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && let Some(at) = day::packed(written)
    {
        return Some(at);
    }
    as_specified(written).or_else(|| taken_apart(written))
}

/// The tokens of a field, each until it has been read.
struct DateField {
    tokens: Vec<DateToken>,
    is_read: Vec<bool>,
}

impl DateField {
    /// The token at `at`, unless it has been read.
    fn get(&self, at: usize) -> Option<&DateToken> {
        self.tokens.get(at).filter(|_| !self.is_read[at])
    }

    /// The number at `at` and how many digits it has.
    fn number(&self, at: usize) -> Option<(u64, usize)> {
        self.get(at)?.number()
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.get(at)?.word()
    }

    fn mark(&self, at: usize) -> Option<char> {
        self.get(at)?.mark()
    }

    fn mark_read(&mut self, tokens: std::ops::Range<usize>) {
        self.is_read[tokens].fill(true);
    }
}

/// A date that is written in whatever way.
fn taken_apart(written: &str) -> Option<Timestamp> {
    let tokens = tokens(written);
    let mut field = DateField { is_read: vec![false; tokens.len()], tokens };
    let clock = match clock::face(&field) {
        Some(face) => Some(clock::take(&mut field, face)?),
        None => None,
    };
    let zone = clock.as_ref().and_then(|clock| take_zone(&mut field, clock.end));
    let date = day::named(&field, clock.as_ref().is_some_and(|clock| clock.counts_twelve))?;
    let (time, is_next_day) =
        clock.map_or((Time::midnight(), false), |clock| (clock.time, clock.is_next_day));
    instant(if is_next_day { date.tomorrow().ok()? } else { date }, time, zone)
}

/// Finds the zone behind the clock and takes it out: an offset, a name, or a name with an offset (`GMT+3`).
fn take_zone(field: &mut DateField, clock_end: usize) -> Option<DateZone> {
    let mut at = clock_end;
    let named = loop {
        let token = field.tokens.get(at)?;
        match (token.number(), token.word(), token.mark()) {
            (Some(_), ..) => return None,
            (_, _, Some('+' | '-')) => break None,
            (_, Some(word), _) => match zones::named(&field.tokens, at, Guess::Likely) {
                Some(zone) => break Some(zone),
                None if months::abbreviated_month(word).is_some() => return None,
                None => at += 1,
            },
            _ => at += 1,
        }
    };
    let offset_at = named.as_ref().map_or(at, |(_, end)| *end);
    let offset = zones::offset(&field.tokens, offset_at);
    let end = offset.as_ref().map_or(offset_at, |(_, end)| *end);
    let zone = offset.map(|(offset, _)| DateZone::Offset(offset)).or(named.map(|(zone, _)| zone))?;
    field.mark_read(at..end);
    Some(zone)
}

/// A date in the form of RFC 3339 or of RFC 2822. In the latter, zones have few names; the others, which mean nothing there but
/// do mean something in feeds, are left alone.
fn as_specified(written: &str) -> Option<Timestamp> {
    static RFC_2822: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new();
    let (moment, offset) = match written.as_bytes() {
        [_, _, _, _, b'-', ..] => {
            let pieces = Pieces::parse(written).ok()?;
            (pieces.date().to_datetime(pieces.time()?), pieces.to_numeric_offset()?)
        }
        [.., b'G', b'M', b'T'] | [.., b'0'..=b'9'] => {
            let zoned = RFC_2822.parse_zoned(written).ok()?;
            (zoned.datetime(), zoned.offset())
        }
        _ => return None,
    };
    let is_in_use = u64::from(offset.seconds().unsigned_abs()) <= zones::MAX_OFFSET_HOURS * 3600;
    is_in_use.then(|| offset.to_timestamp(moment).ok()).flatten()
}

fn instant(date: Date, time: Time, zone: Option<DateZone>) -> Option<Timestamp> {
    let moment = DateTime::from_parts(date, time);
    let minutes = match zone {
        Some(zone) => zone.offset_at(moment)?.minutes,
        None => 0,
    };
    Offset::from_seconds(i32::from(minutes) * 60).ok()?.to_timestamp(moment).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_date_as_specified_means_the_same_taken_apart(second in -2_000_000_000..4_000_000_000_i64, minutes in -14 * 60..=14 * 60) {
            let zone = Offset::from_seconds(minutes * 60).expect("a bounded offset").to_time_zone();
            let zoned = Timestamp::from_second(second).expect("a bounded instant").to_zoned(zone);
            for form in ["%a, %d %b %Y %H:%M:%S %z", "%d %b %Y %H:%M %z", "%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%d %H:%M:%S%:z"] {
                let written = zoned.strftime(form).to_string();
                prop_assert!(as_specified(&written).is_some(), "{}", written);
                prop_assert_eq!(as_specified(&written), taken_apart(&written), "{}", written);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}") {
            let _ = read(&text);
        }
    }

    fn at(written: &str) -> Option<String> {
        read(written).map(|at| at.to_string())
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
        means("2005-07-31T12:29:29+23:00", "2005-07-31T12:29:29Z");
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
        means("Tue, 4 Jun 2024 10:00:00 ALMT", "2024-06-04T05:00:00Z");
        means("4 Jun 2024 10:00 PET", "2024-06-04T15:00:00Z");
        means("4 Jun 2024 10:00 by the Pet Bot", "2024-06-04T10:00:00Z");
    }

    #[test]
    fn points_behind_a_year_write_a_clock_and_elsewhere_a_date() {
        means("Tue, 4 Jun 2024 14.05.09 +0300", "2024-06-04T11:05:09Z");
        means("4 June 2024 14.05", "2024-06-04T14:05:00Z");
        means("04.06.2024 14:05", "2024-06-04T14:05:00Z");
        means("2024.06.14", "2024-06-14T00:00:00Z");
        means("2024 06.14", "2024-06-14T00:00:00Z");
        means("20240614.0", "2024-06-14T00:00:00Z");
        for beside in ["10.0.0.1", "1.5", "30.50", "10.60", "2.1.0"] {
            means(&format!("4 June 2024 {beside}"), "2024-06-04T00:00:00Z");
        }
    }

    #[test]
    fn a_number_for_the_weekday_is_passed_over() {
        means("026, 26 Mar 2023 22:43:38 +0000", "2023-03-26T22:43:38Z");
    }

    #[test]
    fn zones_have_names_of_the_database_and_of_regions() {
        means("Wed, 18 Jun 2025 14:05:00 Asia/Seoul", "2025-06-18T05:05:00Z");
        means("2025-06-18 14:05:00 Asia/Vladivostok", "2025-06-18T04:05:00Z");
        means("2025-06-18T14:05:00[Asia/Pyongyang]", "2025-06-18T05:05:00Z");
        means("2025-06-18T14:05:00+09:00[Asia/Seoul]", "2025-06-18T05:05:00Z");
        means("Wed, 18 Jun 2025 14:05:00 America/Argentina/Buenos_Aires", "2025-06-18T17:05:00Z");
        means("18 Jun 2025 14:05 (Europe/Moscow)", "2025-06-18T11:05:00Z");
        means("Wed, 18 Jun 2025 14:05:00 VLAT", "2025-06-18T04:05:00Z");
        means("Wed, 18 Jun 2025 14:05:00 YEKT", "2025-06-18T09:05:00Z");
        means("June 18, 2025 2:05 PM Eastern Daylight Time", "2025-06-18T18:05:00Z");
        means("18 June 2025 14:05 Seoul time", "2025-06-18T05:05:00Z");
        means("18 June 2025 14:05 Moscow", "2025-06-18T11:05:00Z");
        means("18 июня 2025 14:05 МСК+7", "2025-06-18T04:05:00Z");
        means("Wed, 18 Jun 2025 14:05:00 MSK+0300", "2025-06-18T11:05:00Z");
        means("18 June 2025 14:05 Moscow Standard Time", "2025-06-18T11:05:00Z");
        means("Wed 18 Jun 14:05:00 Asia/Tokyo 2025", "2025-06-18T05:05:00Z");
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
