//! Dates as people and programs write them.
//!
//! In prose ([`read`], [`read_all`]) a text is cut into tokens (`token`); a calendar day is looked for in the shapes of `pattern`,
//! with the names of `months`; a time of day before or behind it is read by `clock`, with the zones of `zones`. What comes out is
//! a [`WrittenDate`]: exactly what was written, no zone added, an ambiguous order of day and month kept as the two days it may be.
//! An age ("26 minutes ago") counts back from a given moment ([`read_age`]).
//!
//! A field that holds a date and nothing else ([`read_field`]) says more: it is an instant, and what prose leaves open is decided
//! by the rules of the formats that have such fields.

mod age;
mod clock;
mod field;
mod months;
mod numeral;
mod pattern;
mod token;
mod weekdays;
mod written;
mod zones;

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use age::read as read_age;
use clock::ZonedTime;
pub use field::read as read_field;
pub use months::month_names;
use pattern::DayMatch;
use token::DateToken;
pub use weekdays::{abbreviated_weekday, named_weekday, weekday, weekday_names};
pub use written::{Calendar, TimeOfDay, WrittenDate, ZoneOffset, days_since_epoch};

/// Epoch numbers between these are believed: 1995 to 2100, in seconds.
const EPOCH_SECONDS: Range<i64> = 788_918_400..4_102_444_800;

/// The dates of one text that are read, at most.
const MAX_DATES: usize = 8;

/// Whether `text` holds a digit of some script, or a year in Chinese numerals. Without one it names neither a date nor an age.
pub fn has_digit(text: &str) -> bool {
    if text.is_ascii() {
        return text.bytes().any(|byte| byte.is_ascii_digit());
    }
    text.chars().any(token::is_digit) || numeral::has_year(text)
}

/// Whether `word` names a month.
pub fn is_month(word: &str) -> bool {
    months::month(word.trim_end_matches(['.', ',']).to_lowercase().as_str()).is_some()
}

/// A date and where it stands in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedDate {
    /// The date, with the time of day beside it.
    pub date: WrittenDate,
    /// The bytes of the text that the day and its time take up.
    pub place: Range<usize>,
}

/// The first date in `text`, with the time of day beside it.
pub fn read(text: &str) -> Option<WrittenDate> {
    read_all(text).into_iter().next().map(|found| found.date)
}

/// The dates in `text` in their order, each with the time of day that stands beside it and no other.
pub fn read_all(text: &str) -> Vec<PlacedDate> {
    if !has_digit(text) {
        return Vec::new();
    }
    let tokens = token::tokens(text);
    let mut days: Vec<DayMatch> = Vec::new();
    let mut from = 0;
    while let Some(day) = pattern::find(&tokens, from).filter(|_| days.len() < MAX_DATES) {
        from = day.end;
        days.push(day);
    }
    let times_lead = days.len() > 1 && do_times_lead(&tokens, &days);
    let mut dates = Vec::with_capacity(days.len());
    let mut taken = 0;
    for (at, day) in days.iter().enumerate() {
        let next = days.get(at + 1).map_or(tokens.len(), |next| next.start);
        let after = || clock::after(&tokens[..next], day.end).map(|time| (day.start, time));
        let before = || clock::before(&tokens, taken, day.start);
        let inside = day.clock.clone().or_else(|| joined(&tokens, day.end)).map(|time| (day.start, time));
        let beside = || if times_lead { before().or_else(after) } else { after().or_else(before) };
        let mut time = inside.or_else(beside);
        if let Some((start, time)) = time.as_mut().filter(|(_, time)| time.zone.is_none()) {
            time.zone = clock::zone_before(&tokens, *start);
            let behind = || clock::zone_at_end(&tokens, day.end).filter(|_| time.end <= day.start);
            if let Some(zone) = time.zone.is_none().then(behind).flatten() {
                time.zone = Some(zone);
                time.end = tokens.len();
            }
        }
        let start = time.as_ref().map_or(day.start, |(start, _)| day.start.min(*start));
        let end = time.as_ref().map_or(day.end, |(_, time)| day.end.max(time.end));
        taken = end;
        let place = tokens[start].start..tokens[end - 1].end;
        dates.push(PlacedDate { date: written(day, time.map(|(_, time)| time)), place });
    }
    dates
}

/// Whether the times of several dates stand before them: the first has one before it, and the last none behind it.
fn do_times_lead(tokens: &[DateToken], days: &[DayMatch]) -> bool {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return false };
    clock::before(tokens, 0, first.start).is_some() && clock::after(tokens, last.end).is_none()
}

fn written(day: &DayMatch, time: Option<ZonedTime>) -> WrittenDate {
    let is_day = matches!(day.calendar, Calendar::Day(_) | Calendar::Either { .. });
    let moment = |time: &ZonedTime| {
        let (Calendar::Day(date) | Calendar::Either { day_first: date, .. }) = day.calendar else {
            return None;
        };
        Some(date.at(time.clock.hour, time.clock.minute, time.clock.second.unwrap_or(0), 0))
    };
    let offset = time.as_ref().and_then(|time| time.zone.as_ref()?.offset_at(moment(time)?));
    WrittenDate { calendar: day.calendar, clock: time.map(|time| time.clock).filter(|_| is_day), offset }
}

/// The time behind the `T` of RFC 3339 or of the basic format of ISO 8601, which has no colons.
fn joined(tokens: &[DateToken], at: usize) -> Option<ZonedTime> {
    if tokens.get(at)?.word()? != "t" {
        return None;
    }
    clock::read_compact(tokens, at + 1).or_else(|| clock::read(tokens, at + 1))
}

/// A number of seconds or milliseconds since 1970, as scripts write it.
pub fn read_epoch(text: &str) -> Option<WrittenDate> {
    let text = text.trim();
    let number: i64 = text.parse().ok()?;
    let seconds = match text.len() {
        9 | 10 => number,
        13 => number / 1000,
        _ => return None,
    };
    if !EPOCH_SECONDS.contains(&seconds) {
        return None;
    }
    let time = Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC).datetime();
    Some(WrittenDate {
        calendar: Calendar::Day(time.date()),
        clock: Some(TimeOfDay { hour: time.hour(), minute: time.minute(), second: Some(time.second()) }),
        offset: Some(ZoneOffset { minutes: 0, zulu: true }),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> String {
        read(text).map_or_else(|| "none".to_owned(), |written| written.to_string())
    }

    #[track_caller]
    fn reads(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(value(text), *expected, "{text}");
        }
    }

    #[test]
    fn machine_formats_keep_the_zone_they_were_written_in() {
        reads(&[
            ("2025-03-21", "2025-03-21"),
            ("2025-03-21T14:05:09Z", "2025-03-21T14:05:09Z"),
            ("2025-03-21T14:05:09.123+09:00", "2025-03-21T14:05:09+09:00"),
            ("2025-03-21T14:05+0900", "2025-03-21T14:05+09:00"),
            ("2025-03-21 14:05:09 -0500", "2025-03-21T14:05:09-05:00"),
            ("2025-03-21T14:05:09", "2025-03-21T14:05:09"),
            ("2025-03-21T19:07:46.0000000Z", "2025-03-21T19:07:46Z"),
            ("20250321", "2025-03-21"),
            ("20250321140509", "2025-03-21T14:05:09"),
            ("20250321T140509Z", "2025-03-21T14:05:09Z"),
            ("Fri, 21 Mar 2025 14:05:09 GMT", "2025-03-21T14:05:09+00:00"),
            ("Fri, 21 Mar 25 14:05:09 +0300", "2025-03-21T14:05:09+03:00"),
            ("Fri Mar 21 14:05:09 KST 2025", "2025-03-21T14:05:09+09:00"),
            ("Fri Mar 21 2025 14:05:09 GMT+0900 (Korean Standard Time)", "2025-03-21T14:05:09+09:00"),
        ]);
    }

    #[test]
    fn english_dates() {
        reads(&[
            ("Fri 21st Mar, 2025", "2025-03-21"),
            ("March 21, 2025 2:05 p.m. EDT", "2025-03-21T14:05-04:00"),
            ("Published 12:30 AM, 21 March 2025", "2025-03-21T00:30"),
            ("Updated 10:36 PM EST, Tue March 3, 2020", "2020-03-03T22:36-05:00"),
            ("21 Mar. 2025 at 6pm", "2025-03-21T18:00"),
            ("Sept. 5, 2024", "2024-09-05"),
            ("the 1st of May 2024", "2024-05-01"),
            ("May 2024", "2024-05"),
            ("2025 March 21", "2025-03-21"),
            ("Friday, March 21, 2025 at 6:30 PM GMT+9", "2025-03-21T18:30+09:00"),
            ("18:30 KST, March 21, 2025", "2025-03-21T18:30+09:00"),
            ("2025-03-21 18:30 (KST)", "2025-03-21T18:30+09:00"),
        ]);
    }

    #[test]
    fn russian_and_ukrainian_dates() {
        reads(&[
            ("21 марта 2025 г., 14:05 (МСК)", "2025-03-21T14:05+03:00"),
            ("21 марта 2025, 14:05", "2025-03-21T14:05"),
            ("14:05, 21 березня 2025", "2025-03-21T14:05"),
            ("п'ятниця, 21 лютого 2025 року", "2025-02-21"),
            ("21.03.2025 09:34", "2025-03-21T09:34"),
            ("21 марта 2025 г. в 18:30 МСК", "2025-03-21T18:30+03:00"),
            ("Пятница, 21 марта 2025 | 18.30", "2025-03-21T18:30"),
            ("21 мар. 2025, 18:30", "2025-03-21T18:30"),
            ("21 марта 2025, в 18 часов", "2025-03-21"),
            ("18:30 21 марта 2025", "2025-03-21T18:30"),
            ("Опубликовано: 21.03.2025 в 18:30", "2025-03-21T18:30"),
            ("21 марта 2025 18:30 (UTC+3)", "2025-03-21T18:30+03:00"),
            ("21 березня 2025, 18:30", "2025-03-21T18:30"),
            ("П’ятниця, 21 берез. 2025 р., 18:30", "2025-03-21T18:30"),
            ("21.03.2025, 18:30 (Київ)", "2025-03-21T18:30"),
            ("Культура, 2.11.22", "2022-11-02"),
        ]);
    }

    #[test]
    fn korean_chinese_and_japanese_dates() {
        reads(&[
            ("입력 2025.03.21. 오후 8:06", "2025-03-21T20:06"),
            ("2025년 3월 21일 오전 12시 30분", "2025-03-21T00:30"),
            ("등록 2025.03.21 (14:05)", "2025-03-21T14:05"),
            ("입력2025-03-21 08:26:22 수정2025-03-21 08:26:57", "2025-03-21T08:26:22"),
            ("2025年3月21日下午2時05分", "2025-03-21T14:05"),
            ("2025年03月21日 14:05", "2025-03-21T14:05"),
            ("2025年3月21日(金) 午後2時5分", "2025-03-21T14:05"),
            ("香港時間：2025年3月21日 (五) 18:15", "2025-03-21T18:15"),
            ("20:36 2025/03/21", "2025-03-21T20:36"),
            ("令和7年3月21日", "2025-03-21"),
            ("2025-03-21 HKT 20:47", "2025-03-21T20:47"),
            ("2025年3月21日 18時30分", "2025-03-21T18:30"),
            ("2025年3月21日 18時", "2025-03-21T18:00"),
            ("2025年3月21日　午後0時5分", "2025-03-21T12:05"),
            ("2025年3月21日　午前0時5分", "2025-03-21T00:05"),
            ("２０２５年３月２１日　１８：３０", "2025-03-21T18:30"),
            ("2025/3/21(金) 18:30 JST", "2025-03-21T18:30+09:00"),
            ("2025.03.21. 오후 6:30", "2025-03-21T18:30"),
            ("입력 2025-03-21 18:30 수정 2025-03-22 09:00", "2025-03-21T18:30"),
            ("기사입력 2025/03/21 [18:30]", "2025-03-21T18:30"),
            ("승인 2025.03.21 18:30", "2025-03-21T18:30"),
            ("2025년 03월 21일(금) 18:30", "2025-03-21T18:30"),
            ("2025년 3월 21일 낮 1시 10분", "2025-03-21T13:10"),
            ("2025년 3월 21일 밤 1시", "2025-03-21T01:00"),
            ("2025년 3월 21일 밤 9시 5분", "2025-03-21T21:05"),
            ("2025年3月21日18时30分", "2025-03-21T18:30"),
            ("2025年3月21日 星期五 18:30", "2025-03-21T18:30"),
            ("2025 年 3 月 21 日 18:30", "2025-03-21T18:30"),
            ("2025年3月21日晚上9点15分", "2025-03-21T21:15"),
            ("2025年3月21日中午11点40分", "2025-03-21T11:40"),
            ("2025年3月21日凌晨1时", "2025-03-21T01:00"),
        ]);
    }

    #[test]
    fn years_of_other_eras() {
        reads(&[
            ("令和元年5月1日", "2019-05-01"),
            ("平成30年3月21日", "2018-03-21"),
            ("中華民國114年3月21日 18:30", "2025-03-21T18:30"),
            ("15 มีนาคม 2568 เวลา 10:30 น.", "2025-03-15T10:30"),
            ("วันที่ 15 มี.ค. 2568", "2025-03-15"),
            ("15 มี.ค. 68 10:30", "2025-03-15T10:30"),
            ("๑๕ มีนาคม พ.ศ. ๒๕๖๘", "2025-03-15"),
            ("15 มีนาคม 2025", "2025-03-15"),
            ("چهارشنبه ۱۴ خرداد ۱۴۰۴", "2025-06-04"),
            ("۱۴۰۴/۰۳/۱۴ - ۱۴:۳۰", "2025-06-04T14:30"),
            ("30 اسفند 1399", "2021-03-20"),
            ("30 اسفند 1400", "none"),
            ("Juche 114 (2025) March 21", "2025-03-21"),
            ("March 21, Juche 114 (2025)", "2025-03-21"),
            ("21 марта, чучхе 114 (2025)", "2025-03-21"),
            ("주체114(2025)년 3월 21일", "2025-03-21"),
            ("주체114(2025)년 3월 21일 로동신문", "2025-03-21"),
            ("주체114(2025). 3. 21.", "2025-03-21"),
            ("主体114(2025)年3月21日", "2025-03-21"),
            ("チュチェ114（2025）年3月21日", "2025-03-21"),
            ("114 March 21", "none"),
        ]);
    }

    #[test]
    fn dates_in_other_languages() {
        reads(&[
            ("Ngày 14 tháng 3 năm 2025", "2025-03-14"),
            ("14 tháng 3, 2025", "2025-03-14"),
            ("4 حزيران 2025", "2025-06-04"),
            ("4 كانون الثاني 2025", "2025-01-04"),
            ("4 ביוני 2025", "2025-06-04"),
            ("4 ივნისი, 2025, 14:30", "2025-06-04T14:30"),
            ("Τετάρτη 4 Ιουν. 2025, 2:30 μ.μ.", "2025-06-04T14:30"),
            ("21. März 2025, 17:47", "2025-03-21T17:47"),
            ("Donnerstag 05. Juni 2025 15:44 Uhr", "2025-06-05T15:44"),
            ("06. 01. 2026, 14.59 Uhr", "2026-01-06T14:59"),
            ("Publié le 1er août 2024 à 14h30", "2024-08-01T14:30"),
            ("21 de marzo de 2025 a las 14:05", "2025-03-21T14:05"),
            ("21 marzo 2025 14:05", "2025-03-21T14:05"),
            ("21 de março de 2025", "2025-03-21"),
            ("21 maart 2025", "2025-03-21"),
            ("21 marca 2025", "2025-03-21"),
            ("21 mars 2025 kl. 14.05", "2025-03-21T14:05"),
            ("21. okt. 2025", "2025-10-21"),
            ("21 Mart 2025 14:05", "2025-03-21T14:05"),
        ]);
    }

    #[test]
    fn a_time_of_twelve_hours_is_of_the_half_of_the_day_that_is_said() {
        for time in [
            "21 مارس 2025، 9:15 مساءً",
            "21 مارس 2025 - 9:15 مساء",
            "21/03/2025 09:15 م",
            "الجمعة 21 مارس 2025 الساعة ٩:١٥ ليلاً",
            "9:15 مساءً 21 مارس 2025",
            "21 مارس 2025 ساعت 9:15 شب",
            "21 مارس 2025 - ۰۹:۱۵ ب.ظ",
            "21 مارس 2025، 9:15 بعد از ظهر",
            "21 मार्च 2025, 9:15 बजे रात",
            "21 मार्च 2025, 9:15 अपराह्न",
            "2025년 3월 21일 오후 9:15",
            "2025.03.21 PM 09:15",
            "2025년 3월 21일 저녁 9시 15분",
            "2025年3月21日 下午9:15",
            "2025年3月21日晚間9時15分",
            "2025年3月21日 午後9時15分",
            "2025年3月21日夜9時15分",
            "21/03/2025, 9:15 tối",
            "21/03/2025 lúc 9 giờ 15 phút tối",
            "21 Mart 2025 9:15 akşam",
            "21 Mart 2025 9:15 ÖS",
            "21 במרץ 2025, 9:15 בערב",
            "21 Μαρτίου 2025, 9:15 μ.μ.",
            "21 Μαρτίου 2025, 9:15 το βράδυ",
            "21 марта 2025 г., 9:15 вечера",
            "21 березня 2025, 9:15 вечора",
            "21 de marzo de 2025, 9:15 de la noche",
            "21 de marzo de 2025, 9:15 p. m.",
            "21 de março de 2025, 9:15 da noite",
            "21 Maret 2025 9.15 malam",
        ] {
            assert_eq!(value(time), "2025-03-21T21:15", "{time}");
        }
        reads(&[
            ("21 مارس 2025، 12:15 صباحًا", "2025-03-21T00:15"),
            ("21 مارس 2025، 12:15 مساءً", "2025-03-21T12:15"),
            ("21 مارس 2025، 1:15 ظهرا", "2025-03-21T13:15"),
            ("21 مارس 2025 م 09:15", "2025-03-21T09:15"),
            ("21 مارس 2025م - 09:15 ص", "2025-03-21T09:15"),
            ("21 मार्च 2025, 3:15 बजे तड़के", "2025-03-21T03:15"),
            ("21 मार्च 2025, 1:15 दोपहर", "2025-03-21T13:15"),
            ("21/03/2025 2:15 chiều", "2025-03-21T14:15"),
            ("21 Mart 2025 3:15 öğleden sonra", "2025-03-21T15:15"),
            ("21 במרץ 2025, 3:15 אחה\"צ", "2025-03-21T15:15"),
            ("21 марта 2025, 3 дня назад", "2025-03-21"),
            ("21 марта 2025, 21:15 вечера", "2025-03-21T21:15"),
            ("2025년 3월 21일 아침 9:15", "2025-03-21T09:15"),
            ("2025.03.21 AM 12:15", "2025-03-21T00:15"),
            ("2025年3月21日深夜0時15分", "2025-03-21T00:15"),
            ("12:15 Uhr am 21.03.2025", "2025-03-21T12:15"),
        ]);
    }

    #[test]
    fn words_of_names_before_a_time_say_nothing_of_it() {
        reads(&[
            ("21 марта 2025 Новости дня 02:15", "2025-03-21T02:15"),
            ("21 de março de 2025 Jornal da Tarde 10:30", "2025-03-21T10:30"),
            ("21 de marzo de 2025 Noticias de la tarde 10:30", "2025-03-21T10:30"),
            ("21 Mart 2025 Sabah 12:15", "2025-03-21T12:15"),
            ("21 Mart 2025 Akşam 9:15", "2025-03-21T09:15"),
            ("21 במרץ 2025 חדשות בערב 10:30", "2025-03-21T10:30"),
            ("21 March 2025 Statement of the PM 10:15", "2025-03-21T10:15"),
            ("21 March 2025 10:30 CH", "2025-03-21T10:30"),
            ("2025年3月21日 南北朝 12:15", "2025-03-21T12:15"),
        ]);
    }

    #[test]
    fn the_first_hour_of_the_day_is_of_that_day() {
        for time in [
            "21 مارس 2025 - 00:30 م",
            "21/03/2025 00:30 tối",
            "21 марта 2025, 12:30 ночи",
            "21 Mart 2025 12:30 gece",
            "21 مارس 2025، 12:30 ليلا",
            "21 مارس 2025 ساعت 12:30 شب",
            "21 मार्च 2025, 12:30 बजे रात",
            "21/03/2025 12:30 đêm",
            "21 de marzo de 2025, 12:30 de la noche",
            "21 במרץ 2025, 12:30 בלילה",
        ] {
            assert_eq!(value(time), "2025-03-21T00:30", "{time}");
        }
        reads(&[("2025年3月21日 午後0時5分", "2025-03-21T12:05")]);
    }

    #[test]
    fn the_order_of_day_and_month_is_not_guessed() {
        let ambiguous = read("04-06-2025").unwrap();
        assert!(matches!(ambiguous.calendar, Calendar::Either { .. }));
        assert_eq!(ambiguous.to_string(), "2025");
        reads(&[("21-03-2025", "2025-03-21"), ("03/21/2025", "2025-03-21"), ("04.06.2025", "2025-06-04")]);
        reads(&[("05/05/2025", "2025-05-05")]);
        // The weekday before it settles it, and is no month.
        reads(&[("Tue, 05/12/2026", "2026-05-12"), ("martes, 12/05/2026", "2026-05-12")]);
        assert!(matches!(read("mar, 12/05/2026").unwrap().calendar, Calendar::Either { .. }));
        reads(&[("11:20 May 12, 2026", "2026-05-12T11:20")]);
    }

    #[test]
    fn an_ambiguous_day_is_settled_by_what_only_one_reading_satisfies() {
        let wednesday = read("04-06-2025").unwrap().settled(|date| date.weekday() == Weekday::Wednesday);
        assert_eq!(wednesday.to_string(), "2025-06-04");
        let still_open = read("04-06-2025").unwrap().settled(|_| true);
        assert!(matches!(still_open.calendar, Calendar::Either { .. }));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "no digits",
            "12:30",
            "1.2.3.4",
            "10,000 troops",
            "31.02.2025",
            "call 555-01-2345",
            "page 21 of 2025",
        ] {
            assert_eq!(value(text), "none", "{text}");
        }
    }

    #[test]
    fn zones_of_the_database_and_of_regions_give_the_offset_of_their_day() {
        reads(&[
            ("2025-06-18 14:05 Asia/Seoul", "2025-06-18T14:05+09:00"),
            ("2025-06-18T14:05:00[Asia/Pyongyang]", "2025-06-18T14:05:00+09:00"),
            ("June 18, 2025 2:05 p.m. (America/New_York)", "2025-06-18T14:05-04:00"),
            ("January 18, 2025 2:05 p.m. (America/New_York)", "2025-01-18T14:05-05:00"),
            ("June 18, 2025 at 2:05 p.m. ET", "2025-06-18T14:05-04:00"),
            ("January 18, 2025, 2:05 PM (PT)", "2025-01-18T14:05-08:00"),
            ("le 18 juin 2025 à 14:05 et", "2025-06-18T14:05"),
            ("June 18, 2025 2:05 p.m. et al.", "2025-06-18T14:05"),
            ("June 18, 2025 2:05 PM Mt. Hood", "2025-06-18T14:05"),
            ("14:05, 18 June 2025 West", "2025-06-18T14:05"),
            ("14:05, 18 June 2025 WEST", "2025-06-18T14:05+01:00"),
            ("14:05, 18 июня 2025 мск", "2025-06-18T14:05+03:00"),
            ("2:05pm, 18 Jun 2025 HKT", "2025-06-18T14:05+08:00"),
            ("2:05pm, 18 Jun 2025 HKT is when it closed", "2025-06-18T14:05"),
            ("18.06.2025 14:05 VLAT", "2025-06-18T14:05+10:00"),
            ("18 June 2025, 14:05 Seoul time", "2025-06-18T14:05+09:00"),
            ("18 June 2025 14:05 Japan Standard Time", "2025-06-18T14:05+09:00"),
            ("18 June 2025 14:05 this time", "2025-06-18T14:05"),
            ("18 июня 2025 г. в 14:05 по московскому времени", "2025-06-18T14:05+03:00"),
            ("18 червня 2025, 14:05 за київським часом", "2025-06-18T14:05+03:00"),
            ("18 января 2025 в 14:05 (по киевскому времени)", "2025-01-18T14:05+02:00"),
            ("18 июня 2025 в 14:05 по местному времени", "2025-06-18T14:05"),
            ("发布于北京时间2025年6月18日14时05分", "2025-06-18T14:05+08:00"),
            ("2025-06-18 14:05（北京时间）", "2025-06-18T14:05+08:00"),
            ("2025년 6월 18일 오후 2시 5분(한국시간)", "2025-06-18T14:05+09:00"),
            ("日本時間2025年6月18日午後2時5分", "2025-06-18T14:05+09:00"),
            ("18 June 2025 14:05 local time", "2025-06-18T14:05"),
        ]);
    }

    #[test]
    fn chinese_numerals_and_the_years_of_eras_are_numbers() {
        reads(&[
            ("二〇二五年六月十六日", "2025-06-16"),
            ("二零二五年十二月三十一日 星期三", "2025-12-31"),
            ("令和七年六月十六日", "2025-06-16"),
            ("令和7年6月16日", "2025-06-16"),
            ("民國一百一十四年六月十六日", "2025-06-16"),
            ("二〇二五年六月十六日十时三十分", "2025-06-16T10:30"),
            ("2025年六月十六日", "2025-06-16"),
            ("三年六月", "none"),
            ("二十五年前", "none"),
        ]);
    }

    fn all(text: &str) -> Vec<String> {
        read_all(text).into_iter().map(|found| found.date.to_string()).collect()
    }

    #[test]
    fn every_date_of_a_line_has_its_own_time() {
        for line in [
            "Last updated 18 June 2025 19:45 | First published 16 June 2025 08:00",
            "19:45, 18 June 2025 / 08:00, 16 June 2025",
            "수정 2025.06.18. 오후 7:45 입력 2025.06.16. 오전 8:00",
            "2025-06-18 19:45 2025-06-16 08:00",
            "Обновлено 18.06.2025 в 19:45 (опубликовано 16.06.2025 в 08:00)",
            "2025年6月18日19时45分 2025年6月16日8时",
        ] {
            assert_eq!(all(line), ["2025-06-18T19:45", "2025-06-16T08:00"], "{line}");
        }
        assert_eq!(all("16 June 2025 | 18 June 2025 19:45"), ["2025-06-16", "2025-06-18T19:45"]);
        assert_eq!(all("16 June 2025 08:00 | 18 June 2025"), ["2025-06-16T08:00", "2025-06-18"]);
    }

    #[test]
    fn a_date_stands_where_its_bytes_do() {
        let text = "입력 ２０２５.06.16 08:00 ㅣ 2025.06.18 업데이트";
        let places: Vec<&str> = read_all(text).iter().map(|found| &text[found.place.clone()]).collect();
        assert_eq!(places, ["２０２５.06.16 08:00", "2025.06.18"]);
    }

    #[test]
    fn epoch_numbers_are_read_in_seconds_and_milliseconds() {
        let at = |text| read_epoch(text).map(|written| written.to_string());
        assert_eq!(at("1742565909").as_deref(), Some("2025-03-21T14:05:09Z"));
        assert_eq!(at("1742565909000").as_deref(), Some("2025-03-21T14:05:09Z"));
        assert_eq!(at("12345"), None);
    }

    proptest! {
        #[test]
        fn a_moment_read_back_is_the_same_moment(
            year in 1991_i16..2099, month in 1_i8..=12, day in 1_i8..=28,
            hour in 0_i8..24, minute in 0_i8..60, second in proptest::option::of(0_i8..60),
            offset in proptest::option::of(-720_i16..=840),
        ) {
            let written = WrittenDate {
                calendar: Calendar::Day(jiff::civil::date(year, month, day)),
                clock: Some(TimeOfDay { hour, minute, second }),
                offset: offset.map(|minutes| ZoneOffset { minutes, zulu: false }),
            };
            let value = written.to_string();
            prop_assert_eq!(read(&value), Some(written), "{}", value);
        }

        #[test]
        fn a_day_is_the_same_however_it_is_written(year in 1991_i16..2099, month in 1_i8..=12, day in 1_i8..=28) {
            let iso = format!("{year:04}-{month:02}-{day:02}");
            let forms = [
                format!("{day:02}.{month:02}.{year:04}"),
                format!("{year:04}年{month}月{day}日"),
                format!("{year:04}년 {month}월 {day}일"),
                format!("{year:04}/{month:02}/{day:02}"),
                format!("{year:04}{month:02}{day:02}"),
            ];
            for form in forms {
                prop_assert_eq!(value(&form), iso.as_str(), "{}", form);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}") {
            for found in read_all(&text) {
                prop_assert!(text.get(found.place).is_some());
            }
        }
    }
}
