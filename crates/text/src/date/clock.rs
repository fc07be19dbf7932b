//! The time of day, and the zone behind it.

use super::token::DateToken;
use super::written::TimeOfDay;
use super::zones::{self, DateZone, Guess};

/// A time of day found in a text.
#[derive(Debug, Clone)]
pub(super) struct ZonedTime {
    pub(super) clock: TimeOfDay,
    /// The zone behind it, where one is written.
    pub(super) zone: Option<DateZone>,
    /// The index of the token behind both.
    pub(super) end: usize,
}

/// Which half of the day an hour of a 12-hour clock belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Before,
    After,
    /// Around twelve: "낮 1시" is 13:00, "中午11点半" is before noon.
    Noon,
    /// Around midnight: "밤 9시" is 21:00, "밤 1시" is 1:00.
    Night,
}

/// How far behind or before its date a time may stand, in tokens: room for "Uhrzeit: ", "um", "|", "(목) 오후".
const REACH: usize = 6;

impl Half {
    /// The hour, 0 to 23, that a clock of this half shows as `hour`; twelve at night ends one day or begins it.
    pub(super) fn hour(self, hour: u64) -> Option<u64> {
        match (self, hour) {
            // "午後0時5分" is five past noon.
            (Self::After, 0..=11) | (Self::Noon, 1..=6) | (Self::Night, 5..=11) => Some(hour + 12),
            (Self::Night, 12) => None,
            (Self::Before, 12) => Some(0),
            _ => Some(hour),
        }
    }
}

/// The time that starts within reach of `from`.
pub(super) fn after(tokens: &[DateToken], from: usize) -> Option<ZonedTime> {
    let end = tokens.len().min(from + REACH);
    (from..end).find(|at| tokens[*at].number().is_some()).and_then(|at| read(tokens, at))
}

/// The time that ends right before the date that starts at `until`, and starts at or behind `from`; with where it starts.
pub(super) fn before(tokens: &[DateToken], from: usize, until: usize) -> Option<(usize, ZonedTime)> {
    let start = until.saturating_sub(2 * REACH).max(from);
    for at in start..until {
        if tokens[at].number().is_some() {
            let follows_number = at > start && !tokens[at].spaced && tokens[at - 1].is_mark(":./-");
            if let Some(time) = read(tokens, at).filter(|_| !follows_number) {
                return (time.end <= until && until - time.end <= REACH).then_some((at, time));
            }
        }
    }
    None
}

/// The time whose hour is the number at `at`.
pub(super) fn read(tokens: &[DateToken], at: usize) -> Option<ZonedTime> {
    let (hour, digits) = tokens.get(at)?.number()?;
    if digits > 2 || hour > 24 {
        return None;
    }
    let mut half = at.checked_sub(1).and_then(|before| half(tokens, before));
    let (minute, second, mut next) = minutes(tokens, at + 1)?;
    let part = minute.and_then(|_| part_of_day(tokens, next));
    let mut is_part = false;
    let mut counts_twelve = false;
    if let Some((found, behind)) = half_behind(tokens, next) {
        half = Some(found);
        next = behind;
        counts_twelve = true;
    } else if let Some((found, behind)) = part {
        half = Some(found);
        next = behind;
        is_part = true;
    } else if minute.is_none() && half.is_none() {
        return None;
    }
    let hour = match half {
        // "12:30 ночи" begins the day, and "00:20 م" is of a clock of 24 hours.
        Some(Half::Night) if is_part && hour == 12 => 0,
        Some(_) if is_part && hour == 0 => 0,
        Some(half) => half.hour(hour)?,
        None => hour % 24,
    };
    let clock = TimeOfDay::new(hour, minute.unwrap_or(0), second)?;
    let time = with_zone(tokens, clock, next);
    if counts_twelve && time.zone.is_none() {
        let at = if tokens.get(next).is_some_and(|token| token.is_mark("(")) { next + 1 } else { next };
        let zone = tokens.get(at).and_then(zones::american);
        let end = if zone.is_some() { at + 1 } else { time.end };
        return Some(ZonedTime { zone, end, ..time });
    }
    Some(time)
}

fn with_zone(tokens: &[DateToken], clock: TimeOfDay, next: usize) -> ZonedTime {
    let (zone, end) = zone(tokens, next).map_or((None, next), |(zone, end)| (Some(zone), end));
    ZonedTime { clock, zone, end }
}

/// `140509` or `1405`, as the basic format of ISO 8601 writes a time.
pub(super) fn read_compact(tokens: &[DateToken], at: usize) -> Option<ZonedTime> {
    let (value, digits) = tokens.get(at)?.number()?;
    let (hour, minute, second) = match digits {
        4 => (value / 100, value % 100, None),
        6 => (value / 10_000, value / 100 % 100, Some(value % 100)),
        _ => return None,
    };
    Some(with_zone(tokens, TimeOfDay::new(hour, minute, second)?, at + 1))
}

/// Minutes and seconds behind an hour that ends before `at`. No minutes at all is a reading too: "6 p.m."
fn minutes(tokens: &[DateToken], at: usize) -> Option<(Option<u64>, Option<u64>, usize)> {
    let bare = Some((None, None, at));
    let Some(first) = tokens.get(at) else { return bare };
    let by_word = first.word().is_some_and(|word| starts_with_any(word, &["時", "时", "点", "點", "시"]));
    let by_mark = first.is_mark(":.") || matches!(first.word(), Some("h" | "giờ"));
    if by_word {
        let Some((minute, 1..=2)) = tokens.get(at + 1).and_then(DateToken::number) else {
            return Some((Some(0), None, at + 1));
        };
        let unit = tokens.get(at + 2).and_then(DateToken::word).unwrap_or_default();
        if !starts_with_any(unit, &["分", "분"]) {
            return Some((Some(0), None, at + 1));
        }
        let second = tokens.get(at + 3).and_then(DateToken::number).filter(|_| {
            let unit = tokens.get(at + 4).and_then(DateToken::word).unwrap_or_default();
            starts_with_any(unit, &["秒", "초"])
        });
        let end = if second.is_some() { at + 5 } else { at + 3 };
        return Some((Some(minute), second.map(|(value, _)| value), end));
    }
    let Some((minute, 2)) = tokens.get(at + 1).and_then(DateToken::number).filter(|_| by_mark) else {
        return bare;
    };
    let separator = first.mark();
    let second = match (tokens.get(at + 2), tokens.get(at + 3).and_then(DateToken::number)) {
        (Some(mark), Some((second, 2))) if mark.mark() == separator && separator == Some(':') => Some(second),
        _ => None,
    };
    // A point between two numbers is a time only where nothing continues it as a date.
    if separator == Some('.') && tokens.get(at + 2).is_some_and(|token| token.is_mark(".") && !token.spaced) {
        return bare;
    }
    let mut end = if second.is_some() { at + 4 } else { at + 2 };
    let is_fraction = tokens.get(end).is_some_and(|token| token.is_mark(".,") && !token.spaced)
        && tokens.get(end + 1).is_some_and(|token| token.number().is_some() && !token.spaced);
    if second.is_some() && is_fraction {
        end += 2;
    }
    Some((Some(minute), second, end))
}

/// The half of the day that the token at `at` names.
pub(super) fn half(tokens: &[DateToken], at: usize) -> Option<Half> {
    let word = tokens.get(at)?.word()?;
    let holds = |names: &[&str]| names.iter().any(|name| word.contains(name));
    // In running Han or Hangul the word stands glued to the day before it: "日上午".
    let ends = |names: &[&str]| names.iter().any(|name| word.ends_with(name));
    // What ends other words, too, stands alone or behind the day: "日夜".
    let is = |names: &[&str]| names.contains(&word.strip_prefix('日').unwrap_or(word));
    if holds(&["午前", "上午", "오전", "凌晨", "早上", "清晨", "새벽"])
        || ends(&["清早", "早晨", "아침", "未明"])
        || is(&["朝"])
    {
        return Some(Half::Before);
    }
    if holds(&["午後", "下午", "오후", "傍晚", "저녁"]) || ends(&["午后", "夕方"]) {
        return Some(Half::After);
    }
    if holds(&["中午", "正午", "낮"]) || ends(&["午間", "午间"]) || is(&["昼"]) {
        return Some(Half::Noon);
    }
    if holds(&["晚上", "밤"])
        || ends(&["晚間", "晚间", "夜間", "夜间", "夜裡", "夜里", "深夜"])
        || is(&["夜", "晚"])
    {
        return Some(Half::Night);
    }
    // "2025.03.21 PM 09:15", as Korean papers write it; "am 9.15" may be German and a day, and a PM may be a minister.
    let is_dated = || at.checked_sub(1).is_some_and(|before| tokens[before].number().is_some());
    let is_clock = || tokens.get(at + 2).is_some_and(|mark| mark.is_mark(":"));
    match word {
        "pm" if is_dated() && is_clock() => Some(Half::After),
        "am" if is_dated() && is_clock() => Some(Half::Before),
        _ => None,
    }
}

/// Words for a part of the day, in lower case, where they do not stand for "am" and "pm" alone: a time with minutes stands before them,
/// since they count days and nights, and name papers and programmes, too. Of several words the first tokens must be all of them.
const PARTS_OF_DAY: &[(&[&str], Half)] = &[
    (&["ص"], Half::Before),
    (&["صباح"], Half::Before),
    (&["صباحا"], Half::Before),
    (&["فجرا"], Half::Before),
    (&["قبل", "الظهر"], Half::Before),
    (&["م"], Half::After),
    (&["مساء"], Half::After),
    (&["مساءا"], Half::After),
    (&["عصرا"], Half::After),
    (&["بعد", "الظهر"], Half::After),
    (&["ظهرا"], Half::Noon),
    (&["ليلا"], Half::Night),
    (&["ق", ".", "ظ"], Half::Before),
    (&["صبح"], Half::Before),
    (&["بامداد"], Half::Before),
    (&["قبل", "از", "ظهر"], Half::Before),
    (&["ب", ".", "ظ"], Half::After),
    (&["بعدازظهر"], Half::After),
    (&["بعد", "از", "ظهر"], Half::After),
    (&["عصر"], Half::After),
    (&["ظهر"], Half::Noon),
    (&["شب"], Half::Night),
    (&["पूर्वाह्न"], Half::Before),
    (&["सुबह"], Half::Before),
    (&["तड़के"], Half::Before),
    (&["अपराह्न"], Half::After),
    (&["शाम"], Half::After),
    (&["दोपहर"], Half::Noon),
    (&["रात"], Half::Night),
    (&["sáng"], Half::Before),
    (&["trưa"], Half::Noon),
    (&["chiều"], Half::After),
    (&["tối"], Half::After),
    (&["đêm"], Half::Night),
    (&["sabah"], Half::Before),
    (&["öğleden", "önce"], Half::Before),
    (&["öğleden", "sonra"], Half::After),
    (&["akşam"], Half::After),
    (&["gece"], Half::Night),
    (&["בבוקר"], Half::Before),
    (&["לפנות", "בוקר"], Half::Before),
    (&["לפנה", "\"", "צ"], Half::Before),
    (&["אחר", "הצהריים"], Half::After),
    (&["אחרי", "הצהריים"], Half::After),
    (&["אחה", "\"", "צ"], Half::After),
    (&["בערב"], Half::After),
    (&["בצהריים"], Half::Noon),
    (&["בלילה"], Half::Night),
    (&["το", "πρωί"], Half::Before),
    (&["το", "μεσημέρι"], Half::Noon),
    (&["το", "απόγευμα"], Half::After),
    (&["το", "βράδυ"], Half::Night),
    (&["утра"], Half::Before),
    (&["дня"], Half::Noon),
    (&["вечера"], Half::After),
    (&["ночи"], Half::Night),
    (&["ранку"], Half::Before),
    (&["вечора"], Half::After),
    (&["ночі"], Half::Night),
    (&["pagi"], Half::Before),
    (&["siang"], Half::Noon),
    (&["sore"], Half::After),
    (&["malam"], Half::Night),
    (&["de", "la", "mañana"], Half::Before),
    (&["de", "la", "tarde"], Half::After),
    (&["de", "la", "noche"], Half::Night),
    (&["da", "manhã"], Half::Before),
    (&["da", "tarde"], Half::After),
    (&["da", "noite"], Half::Night),
];

/// Words between a time and the part of the day: "o'clock", "minutes".
const HOURS: [&str; 2] = ["बजे", "phút"];

/// The part of the day that the tokens from `at` on name, and where they end.
fn part_of_day(tokens: &[DateToken], at: usize) -> Option<(Half, usize)> {
    let at = if tokens.get(at)?.word().is_some_and(|word| HOURS.contains(&word)) { at + 1 } else { at };
    let is_it = |token: &DateToken, part: &str| match token.word() {
        // With the signs for vowels, which Arabic and Hebrew leave out or write, or without.
        Some(word) => word.chars().filter(|c| !is_vowel(*c)).eq(part.chars()),
        // Quotation marks of any kind abbreviate in Hebrew.
        None => token.is_mark(part) || part == "\"" && token.is_mark("״”“"),
    };
    let names = |parts: &&[&str]| {
        let tokens = tokens.get(at..at + parts.len()).unwrap_or_default();
        tokens.len() == parts.len() && tokens.iter().zip(*parts).all(|(token, part)| is_it(token, part))
    };
    let found = PARTS_OF_DAY.iter().find(|(parts, _)| names(parts))?;
    Some((found.1, at + found.0.len()))
}

fn is_vowel(c: char) -> bool {
    matches!(c, '\u{64b}'..='\u{652}' | '\u{5b0}'..='\u{5bc}')
}

/// "am", "a.m.", "PM", "π.μ." and their like behind a time.
pub(super) fn half_behind(tokens: &[DateToken], at: usize) -> Option<(Half, usize)> {
    let word = tokens.get(at)?.word()?;
    match word {
        "am" | "πμ" | "öö" => return Some((Half::Before, at + 1)),
        "pm" | "μμ" | "ös" => return Some((Half::After, at + 1)),
        _ => {}
    }
    let (half, second) = match word {
        "a" => (Half::Before, "m"),
        "p" => (Half::After, "m"),
        "π" => (Half::Before, "μ"),
        "μ" => (Half::After, "μ"),
        _ => return None,
    };
    let m = if tokens.get(at + 1)?.is_mark(".") { at + 2 } else { at + 1 };
    (tokens.get(m)?.word()? == second).then(|| {
        let end = if tokens.get(m + 1).is_some_and(|token| token.is_mark(".")) { m + 2 } else { m + 1 };
        (half, end)
    })
}

/// The zone of a time that starts at `start`, in the word right before it: "北京时间2025年6月16日10时".
pub(super) fn zone_before(tokens: &[DateToken], start: usize) -> Option<DateZone> {
    zones::glued(tokens.get(start.checked_sub(1)?)?.word()?)
}

/// The zone that ends the text behind a day at `at` whose time stands before it: "8:00am, 16 Jun 2025 HKT".
pub(super) fn zone_at_end(tokens: &[DateToken], at: usize) -> Option<DateZone> {
    let (zone, end) = zones::named(tokens, at, Guess::Never)?;
    // "West" and "est" are words where they aren't written as zones are.
    let is_word = end == at + 1 && tokens[at].word().is_some_and(str::is_ascii) && !tokens[at].is_in_capitals;
    (end == tokens.len() && !is_word).then_some(zone)
}

/// The zone that starts at `at`: `Z`, a name, `+09:00`, `+0900`, `GMT+3`, any of them in brackets.
fn zone(tokens: &[DateToken], at: usize) -> Option<(DateZone, usize)> {
    let first = tokens.get(at)?;
    if first.is_mark("([") {
        return zone(tokens, at + 1);
    }
    let Some(word) = first.word() else {
        let (offset, end) =
            zones::offset(tokens, at).filter(|_| !first.spaced || four_digits(tokens, at + 1))?;
        return Some((DateZone::Offset(offset), end));
    };
    let from_greenwich = || zones::offset(tokens, at + 1).filter(|_| matches!(word, "utc" | "gmt"));
    match from_greenwich() {
        Some((offset, end)) => Some((DateZone::Offset(offset), end)),
        None => zones::named(tokens, at, Guess::Never),
    }
}

/// Behind a space, "-5" may be anything; "-0500" and "-05:00" are offsets.
fn four_digits(tokens: &[DateToken], at: usize) -> bool {
    let digits = |at: usize| tokens.get(at).and_then(DateToken::number).map(|(_, digits)| digits);
    digits(at) == Some(4)
        || (digits(at) == Some(2)
            && tokens.get(at + 1).is_some_and(|token| token.is_mark(":"))
            && digits(at + 2) == Some(2))
}

fn starts_with_any(word: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| word.starts_with(prefix))
}
