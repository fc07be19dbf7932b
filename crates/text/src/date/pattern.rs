//! The shapes in which a calendar day is written.

use jiff::ToSpan;
use jiff::civil::Date;

use super::clock::ZonedTime;
use super::months;
use super::token::{DatePart, DateToken};
use super::weekdays;
use super::written::{Calendar, TimeOfDay};

/// No page on the web is older, and none is dated further ahead than a misprint can explain.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// A calendar day found in a text.
#[derive(Debug, Clone)]
pub(super) struct DayMatch {
    pub(super) calendar: Calendar,
    /// The first token that belongs to it.
    pub(super) start: usize,
    /// The first token behind it.
    pub(super) end: usize,
    /// The time of day, where the shape itself holds it.
    pub(super) clock: Option<ZonedTime>,
}

/// The first day in `tokens` from `from` on.
pub(super) fn find(tokens: &[DateToken], from: usize) -> Option<DayMatch> {
    (from..tokens.len()).find_map(|at| match &tokens[at].part {
        DatePart::Number(_, 8 | 12 | 14) => compact(tokens, at),
        DatePart::Number(_, 4) => year_first(tokens, at).or_else(|| persian_numbers(tokens, at)),
        DatePart::Number(_, 1..=3) => {
            let of_other_calendars = era(tokens, at)
                .or_else(|| thai(tokens, at))
                .or_else(|| vietnamese(tokens, at))
                .or_else(|| persian(tokens, at));
            of_other_calendars.or_else(|| numbers(tokens, at)).or_else(|| day_month_name(tokens, at))
        }
        DatePart::Word(_) => month_name_day(tokens, at),
        _ => None,
    })
}

/// `20250321`, `202503211405`, `20250321140509`.
fn compact(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    let (value, digits) = tokens[at].number()?;
    let day = value / 10_u64.pow(u32::try_from(digits - 8).ok()?);
    let calendar = calendar(day / 10_000, day / 100 % 100, day % 100)?;
    let clock = match digits {
        12 => TimeOfDay::new(value / 100 % 100, value % 100, None),
        14 => TimeOfDay::new(value / 10_000 % 100, value / 100 % 100, Some(value % 100)),
        _ => None,
    };
    if digits > 8 && clock.is_none() {
        return None;
    }
    Some(DayMatch {
        calendar,
        start: at,
        end: at + 1,
        clock: clock.map(|clock| ZonedTime { clock, zone: None, end: at + 1 }),
    })
}

/// `2025-03-21`, `2025/3/21`, `2025. 3. 21.`, `2025年3月21日`, `2025년 3월 21일`, `2025 March 21`, and with the year in brackets
/// behind that of another era: `주체114(2025)년 3월 21일`.
fn year_first(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    let (year, _) = tokens[at].number()?;
    let is_bracketed = at.checked_sub(1).is_some_and(|before| tokens[before].is_mark("("))
        && tokens.get(at + 1).is_some_and(|behind| behind.is_mark(")"));
    let month_at = skip_unit(tokens, at + 1 + usize::from(is_bracketed), &["年", "년"])?;
    let month = match &tokens.get(month_at)?.part {
        DatePart::Number(month, 1 | 2) => *month,
        DatePart::Word(word) => u64::try_from(months::month(word)?).ok()?,
        _ => return None,
    };
    // Behind a name nothing need stand before the day.
    let is_beside = tokens[month_at].word().is_some()
        && tokens.get(month_at + 1).is_some_and(|token| token.number().is_some());
    let day_at = if is_beside { month_at + 1 } else { skip_unit(tokens, month_at + 1, &["月", "월"])? };
    let (day, 1 | 2) = tokens.get(day_at)?.number()? else { return None };
    Some(DayMatch { calendar: calendar(year, month, day)?, start: at, end: day_at + 1, clock: None })
}

/// The eras by whose years pages of the web are dated, and the year before their first.
const ERAS: [(&str, u64); 4] = [("令和", 2018), ("平成", 1988), ("民國", 1911), ("民国", 1911)];

/// `令和7年3月21日`, `令和元年5月1日`, `民國114年3月21日`: years that count from the beginning of an era.
fn era(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    let before = at.checked_sub(1).and_then(|before| tokens[before].word())?;
    let (number, _) = tokens[at].number()?;
    // The first year is written with a letter, which the name before it takes in.
    let (era, year, month_at) = match before.strip_suffix("元年") {
        Some(era) => (era, 1, at),
        None => (before, number, skip_unit(tokens, at + 1, &["年"])?),
    };
    let (_, start) = ERAS.iter().find(|(name, _)| era.ends_with(name))?;
    let (month, 1 | 2) = tokens.get(month_at)?.number()? else { return None };
    let day_at = skip_unit(tokens, month_at + 1, &["月"])?;
    let (day, 1 | 2) = tokens.get(day_at)?.number()? else { return None };
    Some(DayMatch { calendar: calendar(start + year, month, day)?, start: at, end: day_at + 1, clock: None })
}

/// Steps over one separator: a mark of `-/.,`, or a word that begins with one of `units` (glued words may go on: "日上午").
fn skip_unit(tokens: &[DateToken], at: usize, units: &[&str]) -> Option<usize> {
    let token = tokens.get(at)?;
    match &token.part {
        DatePart::Mark('-' | '/' | '.' | ',') => Some(at + 1),
        DatePart::Word(word) if units.iter().any(|unit| word.starts_with(unit)) => Some(at + 1),
        DatePart::Word(_) if token.spaced => Some(at),
        _ => None,
    }
}

/// `21.03.2025`, `21/3/2025`, `04-06-2025`, `21.03.25`.
fn numbers(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    let (first, width @ (1 | 2)) = tokens[at].number()? else { return None };
    let separator = tokens.get(at + 1)?.mark().filter(|mark| "-/.".contains(*mark))?;
    let (second, 1 | 2) = tokens.get(at + 2)?.number()? else { return None };
    if tokens.get(at + 3)?.mark()? != separator {
        return None;
    }
    let (third, digits) = tokens.get(at + 4)?.number()?;
    let glued = at > 0 && !tokens[at].spaced && tokens[at - 1].is_mark("-/.");
    if glued || tokens.get(at + 5).is_some_and(|next| !next.spaced && next.is_mark("-/.")) {
        // A longer chain of numbers (a version, a telephone number) is no date, unless a full stop ends a sentence.
        let ends = tokens.get(at + 5).is_none_or(|next| next.is_mark("."))
            && tokens.get(at + 6).is_none_or(|next| next.spaced);
        if glued || !ends {
            return None;
        }
    }
    let calendar = match digits {
        4 => by_weekday(either(third, first, second, separator)?, tokens, at),
        // A year is not written with one digit, and points stand in no month-first date.
        2 if separator == '.' && width == 1 => calendar(2000 + third, second, first)?,
        // Two digits for the year: the day first (dotted, as in Europe) or the year first (as in East Asia)?
        2 if separator != '-' => short_year(first, second, third)?,
        _ => return None,
    };
    Some(DayMatch { calendar, start: at, end: at + 5, clock: None })
}

/// Day or month first? Points are written between day and month in that order only.
fn either(year: u64, first: u64, second: u64, separator: char) -> Option<Calendar> {
    let day_first = date(year, second, first);
    let month_first = if separator == '.' { None } else { date(year, first, second) };
    match (day_first, month_first) {
        (Some(day_first), Some(month_first)) if day_first != month_first => {
            Some(Calendar::Either { day_first, month_first })
        }
        (Some(day), _) | (None, Some(day)) => Some(Calendar::Day(day)),
        (None, None) => None,
    }
}

/// The one of two days that is the weekday written before it: `Tue, 05/12/2026`.
fn by_weekday(calendar: Calendar, tokens: &[DateToken], at: usize) -> Calendar {
    let Calendar::Either { day_first, month_first } = calendar else { return calendar };
    let before = tokens[..at].iter().rev().find(|token| token.mark().is_none());
    let named = before.and_then(DateToken::word).and_then(weekdays::named_weekday);
    match named.map(|day| (day_first.weekday() == day, month_first.weekday() == day)) {
        Some((true, false)) => Calendar::Day(day_first),
        Some((false, true)) => Calendar::Day(month_first),
        _ => calendar,
    }
}

/// Only where a single reading gives a date of the web's years.
fn short_year(first: u64, second: u64, third: u64) -> Option<Calendar> {
    let readings = [(third, second, first), (first, second, third), (third, first, second)];
    let mut days = readings.into_iter().filter_map(|(year, month, day)| date(2000 + year, month, day));
    let day = days.next()?;
    days.all(|other| other == day).then_some(Calendar::Day(day))
}

/// `21 March 2025`, `21st Mar, 2025`, `21. März 2025`, `21 de marzo de 2025`, `21 марта 2025 г.`
fn day_month_name(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    // "11:20 May 12, 2026": the minutes of a clock are no day.
    if at > 1 && tokens[at - 1].is_mark(":") && !tokens[at].spaced && tokens[at - 2].number().is_some() {
        return None;
    }
    let (day, 1 | 2) = tokens[at].number()? else { return None };
    let mut next = at + 1;
    while tokens.get(next).is_some_and(is_filler) {
        next += 1;
    }
    let name = tokens.get(next)?.word()?;
    let of_two = || months::levantine(name, tokens.get(next + 1)?.word()?).map(|month| (month, 2));
    let (month, words) = months::month(name).map(|month| (month, 1)).or_else(of_two)?;
    next += words;
    while tokens.get(next).is_some_and(is_filler) {
        next += 1;
    }
    let (year, end) = year(tokens, next)?;
    Some(DayMatch { calendar: calendar(year, u64::try_from(month).ok()?, day)?, start: at, end, clock: None })
}

/// `15 มีนาคม 2568`, `15 มี.ค. 68`, `15 มีนาคม พ.ศ. 2568`: with the years of the Buddhist era, which began 543 before ours.
fn thai(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    const ERA: u64 = 543;
    let (day, 1 | 2) = tokens[at].number()? else { return None };
    let first = tokens.get(at + 1)?.word()?;
    let abbreviated = || {
        let second = tokens.get(at + 2)?.is_mark(".").then(|| tokens.get(at + 3)?.word())??;
        months::thai_abbreviated(first, second)
    };
    let (month, mut next) = match months::thai(first) {
        Some(month) => (month, at + 2),
        None => (abbreviated()?, at + 4),
    };
    let is_between = |token: &DateToken| {
        token.is_mark(".,") || token.word().is_some_and(|word| matches!(word, "พ" | "ศ" | "ปี"))
    };
    while tokens.get(next).is_some_and(is_between) {
        next += 1;
    }
    let year = match tokens.get(next)?.number()? {
        (year, 4) if year >= 2400 => year - ERA,
        (year, 4) => year,
        (year, 2) if !is_hour(tokens, next) => 2500 + year - ERA,
        _ => return None,
    };
    Some(DayMatch { calendar: calendar(year, month, day)?, start: at, end: next + 1, clock: None })
}

/// `Ngày 14 tháng 3 năm 2025`.
fn vietnamese(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    let (day, 1 | 2) = tokens[at].number()? else { return None };
    let is = |at: usize, word: &str| tokens.get(at).and_then(DateToken::word) == Some(word);
    let (month, 1 | 2) = tokens.get(at + 2).filter(|_| is(at + 1, "tháng"))?.number()? else { return None };
    let year_at = at + 3 + usize::from(is(at + 3, "năm") || tokens.get(at + 3)?.is_mark(",/-"));
    let (year, 4) = tokens.get(year_at)?.number()? else { return None };
    Some(DayMatch { calendar: calendar(year, month, day)?, start: at, end: year_at + 1, clock: None })
}

/// `۱۴ خرداد ۱۴۰۴`: a day of the Persian calendar.
fn persian(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    let (day, 1 | 2) = tokens[at].number()? else { return None };
    let month = months::persian(tokens.get(at + 1)?.word()?)?;
    let year_at = at + 2 + usize::from(tokens.get(at + 2)?.is_mark(",،"));
    let (year, 4) = tokens.get(year_at)?.number()? else { return None };
    let calendar = Calendar::Day(of_persian(year, month, day)?);
    Some(DayMatch { calendar, start: at, end: year_at + 1, clock: None })
}

/// `۱۴۰۴/۰۳/۱۴`: the same in numbers. The years of the web are no others' in any calendar that is written so.
fn persian_numbers(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    let (year, 4) = tokens[at].number()? else { return None };
    let separator = tokens.get(at + 1)?.mark().filter(|mark| "-/.".contains(*mark))?;
    let (month, 1 | 2) = tokens.get(at + 2)?.number()? else { return None };
    let (day, 1 | 2) = tokens.get(at + 4).filter(|_| tokens[at + 3].mark() == Some(separator))?.number()?
    else {
        return None;
    };
    let calendar = Calendar::Day(of_persian(year, month, day)?);
    Some(DayMatch { calendar, start: at, end: at + 5, clock: None })
}

/// The years of the Persian calendar that dates of the web are of: 1990 to 2041.
const PERSIAN_YEARS: std::ops::RangeInclusive<u64> = 1369..=1420;

/// A day of the Persian calendar in ours, by the rule of 33 years, which holds for these years.
fn of_persian(year: u64, month: u64, day: u64) -> Option<Date> {
    let is_leap = |year: u64| matches!(year % 33, 1 | 5 | 9 | 13 | 17 | 22 | 26 | 30);
    let length = match month {
        1..=6 => 31,
        7..=11 => 30,
        12 => 29 + u64::from(is_leap(year)),
        _ => return None,
    };
    if !PERSIAN_YEARS.contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    let years: u64 = (*PERSIAN_YEARS.start()..year).map(|year| 365 + u64::from(is_leap(year))).sum();
    let months = 31 * (month - 1).min(6) + 30 * (month - 1).saturating_sub(6);
    let first = Date::constant(1990, 3, 21);
    first.checked_add(i64::try_from(years + months + day - 1).ok()?.days()).ok()
}

/// `March 21, 2025`, `Mar. 21st 2025`, `tháng 3`, and with the time between: `Mar 21 14:05:09 KST 2025`.
fn month_name_day(tokens: &[DateToken], at: usize) -> Option<DayMatch> {
    let word = tokens[at].word()?;
    let month = months::month(word)?;
    let mut next = at + 1;
    while tokens.get(next).is_some_and(is_filler) {
        next += 1;
    }
    let (number, digits) = tokens.get(next)?.number()?;
    // "mar, 12/05/2026": before a whole date in numbers stands a weekday, in three languages one that looks like a month.
    if word == "mar" && numbers(tokens, next).is_some() {
        return None;
    }
    if digits == 4 {
        // A month and a year, with no day, count where nothing else is written.
        let year = i16::try_from(number).ok().filter(|year| YEARS.contains(year))?;
        let alone = tokens.len() <= 3 && next + 1 == tokens.len();
        return alone.then_some(DayMatch {
            calendar: Calendar::Month(year, month),
            start: at,
            end: next + 1,
            clock: None,
        });
    }
    next += 1;
    while tokens.get(next).is_some_and(is_filler) {
        next += 1;
    }
    let month = u64::try_from(month).ok()?;
    if let Some((year, end)) = year(tokens, next).filter(|_| !is_hour(tokens, next)) {
        return Some(DayMatch { calendar: calendar(year, month, number)?, start: at, end, clock: None });
    }
    let time = super::clock::read(tokens, next)?;
    let is_named = tokens.get(time.end).is_some_and(|token| token.word().is_some());
    let (year, end) = year(tokens, time.end + usize::from(is_named))?;
    Some(DayMatch { calendar: calendar(year, month, number)?, start: at, end, clock: Some(time) })
}

fn is_hour(tokens: &[DateToken], at: usize) -> bool {
    tokens.get(at + 1).is_some_and(|token| token.is_mark(":"))
}

/// What stands between day, month and year without meaning anything by itself.
fn is_filler(token: &DateToken) -> bool {
    match &token.part {
        DatePart::Mark(mark) => matches!(mark, '.' | ',' | '-' | '/' | 'º' | 'ª' | '°' | '\''),
        DatePart::Word(word) => matches!(
            word.as_str(),
            "st" | "nd"
                | "rd"
                | "th"
                | "er"
                | "of"
                | "de"
                | "del"
                | "den"
                | "di"
                | "the"
                | "го"
                | "е"
                | "o"
                | "º"
                | "ª"
                | "a"
                | "d"
        ),
        DatePart::Number(..) => false,
    }
}

/// A year of four digits, or of two behind a month's name, or one in brackets behind that of another era: `Juche 114 (2025)`.
fn year(tokens: &[DateToken], at: usize) -> Option<(u64, usize)> {
    let parts = tokens.get(at..).unwrap_or_default();
    if let [era, counted, open, year, close, ..] = parts {
        let is_era = era.word().is_some() && counted.number().is_some_and(|(_, digits)| digits <= 3);
        let year = year.number().filter(|_| is_era && open.is_mark("(") && close.is_mark(")"));
        if let Some((year, 4)) = year {
            return Some((year, at + 5));
        }
    }
    match tokens.get(at)?.number()? {
        (year, 4) => Some((year, at + 1)),
        (year, 2)
            if !is_hour(tokens, at)
                && !tokens.get(at + 1).is_some_and(|next| next.is_mark(".") && !next.spaced) =>
        {
            Some((2000 + year, at + 1))
        }
        _ => None,
    }
}

fn calendar(year: u64, month: u64, day: u64) -> Option<Calendar> {
    date(year, month, day).map(Calendar::Day)
}

fn date(year: u64, month: u64, day: u64) -> Option<Date> {
    let year = i16::try_from(year).ok().filter(|year| YEARS.contains(year))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
