//! The time of day, and the zone behind it.

use super::token::{Part, Token};
use super::written::{Clock, Offset};
use super::zones;

/// Which half of the day an hour of a 12-hour clock belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Before,
    After,
    /// Around twelve: "낮 1시" is 13:00, "中午11点半" is before noon.
    Noon,
    /// Around midnight: "밤 9시" is 21:00, "밤 1시" is 1:00.
    Night,
}

/// How far behind or before its date a time may stand, in tokens: room for "Uhrzeit: ", "um", "|", "(목) 오후".
const REACH: usize = 6;

/// The time that starts within reach of `from`, with its zone and the token behind it.
pub(super) fn after(tokens: &[Token], from: usize) -> Option<(Clock, Option<Offset>)> {
    let end = tokens.len().min(from + REACH);
    for at in from..end {
        if tokens[at].number().is_some() {
            return read(tokens, at).map(|(clock, offset, _)| (clock, offset));
        }
    }
    None
}

/// The time that ends right before the date that starts at `until`.
pub(super) fn before(tokens: &[Token], until: usize) -> Option<(Clock, Option<Offset>)> {
    let start = until.saturating_sub(2 * REACH);
    for at in start..until {
        if tokens[at].number().is_some() {
            let follows_number = at > start && tokens[at - 1].is_mark(":./-");
            if let Some((clock, offset, end)) = read(tokens, at).filter(|_| !follows_number) {
                return (end <= until && until - end <= REACH).then_some((clock, offset));
            }
        }
    }
    None
}

/// The time whose hour is the number at `at`, its zone, and the index behind both.
pub(super) fn read(tokens: &[Token], at: usize) -> Option<(Clock, Option<Offset>, usize)> {
    let (hour, digits) = tokens.get(at)?.number()?;
    if digits > 2 || hour > 24 {
        return None;
    }
    let mut half = at.checked_sub(1).and_then(|before| half(tokens, before).map(|(half, _)| half));
    let (minute, second, mut next) = minutes(tokens, at + 1)?;
    if let Some((found, behind)) = half_behind(tokens, next) {
        half = Some(found);
        next = behind;
    } else if minute.is_none() && half.is_none() {
        return None;
    }
    let hour = match (half, hour) {
        // "午後0時5分" is five past noon.
        (Some(Half::After), 0..=11) | (Some(Half::Noon), 1..=6) | (Some(Half::Night), 5..=11) => hour + 12,
        // Twelve at night ends one day or begins it.
        (Some(Half::Night), 12) => return None,
        (Some(Half::Before), 12) | (None, 24) => 0,
        _ => hour,
    };
    let minute = minute.unwrap_or(0);
    let clock = Clock::new(hour, minute, second)?;
    let (offset, next) = zone(tokens, next).map_or((None, next), |(offset, next)| (Some(offset), next));
    Some((clock, offset, next))
}

/// `140509` or `1405`, as the basic format of ISO 8601 writes a time.
pub(super) fn read_compact(tokens: &[Token], at: usize) -> Option<(Clock, Option<Offset>, usize)> {
    let (value, digits) = tokens.get(at)?.number()?;
    let (hour, minute, second) = match digits {
        4 => (value / 100, value % 100, None),
        6 => (value / 10_000, value / 100 % 100, Some(value % 100)),
        _ => return None,
    };
    let clock = Clock::new(hour, minute, second)?;
    let (offset, next) = zone(tokens, at + 1).map_or((None, at + 1), |(offset, next)| (Some(offset), next));
    Some((clock, offset, next))
}

/// Minutes and seconds behind an hour that ends before `at`. No minutes at all is a reading too: "6 p.m."
fn minutes(tokens: &[Token], at: usize) -> Option<(Option<u64>, Option<u64>, usize)> {
    let bare = Some((None, None, at));
    let Some(first) = tokens.get(at) else { return bare };
    let by_word = first.word().is_some_and(|word| starts_with_any(word, &["時", "时", "点", "點", "시"]));
    let by_mark = first.is_mark(":.") || first.word() == Some("h");
    if by_word {
        let Some((minute, 1..=2)) = tokens.get(at + 1).and_then(Token::number) else {
            return Some((Some(0), None, at + 1));
        };
        let unit = tokens.get(at + 2).and_then(Token::word).unwrap_or_default();
        if !starts_with_any(unit, &["分", "분"]) {
            return Some((Some(0), None, at + 1));
        }
        let second = tokens.get(at + 3).and_then(Token::number).filter(|_| {
            let unit = tokens.get(at + 4).and_then(Token::word).unwrap_or_default();
            starts_with_any(unit, &["秒", "초"])
        });
        let end = if second.is_some() { at + 5 } else { at + 3 };
        return Some((Some(minute), second.map(|(value, _)| value), end));
    }
    let Some((minute, 2)) = tokens.get(at + 1).and_then(Token::number).filter(|_| by_mark) else {
        return bare;
    };
    let separator = first.mark();
    let second = match (tokens.get(at + 2), tokens.get(at + 3).and_then(Token::number)) {
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

/// The half of the day that the token at `at` names, and the index behind it.
fn half(tokens: &[Token], at: usize) -> Option<(Half, usize)> {
    let word = tokens.get(at)?.word()?;
    // In running Han or Hangul the word stands glued to the day before it: "日上午".
    if ["午前", "上午", "오전", "凌晨", "早上", "清晨", "새벽"].iter().any(|name| word.contains(name))
    {
        return Some((Half::Before, at + 1));
    }
    if ["午後", "下午", "오후", "傍晚", "저녁"].iter().any(|name| word.contains(name)) {
        return Some((Half::After, at + 1));
    }
    if ["中午", "正午", "낮"].iter().any(|name| word.contains(name)) {
        return Some((Half::Noon, at + 1));
    }
    ["晚上", "밤"].iter().any(|name| word.contains(name)).then_some((Half::Night, at + 1))
}

/// "am", "a.m.", "PM" and their like behind a time.
fn half_behind(tokens: &[Token], at: usize) -> Option<(Half, usize)> {
    let word = tokens.get(at)?.word()?;
    match word {
        "am" | "πμ" | "öö" => return Some((Half::Before, at + 1)),
        "pm" | "μμ" | "ös" => return Some((Half::After, at + 1)),
        _ => {}
    }
    let half = match word {
        "a" => Half::Before,
        "p" => Half::After,
        _ => return None,
    };
    let m = if tokens.get(at + 1)?.is_mark(".") { at + 2 } else { at + 1 };
    (tokens.get(m)?.word()? == "m").then(|| {
        let end = if tokens.get(m + 1).is_some_and(|token| token.is_mark(".")) { m + 2 } else { m + 1 };
        (half, end)
    })
}

/// The zone that starts at `at`: `Z`, a name, `+09:00`, `+0900`, `GMT+3`, any of them in brackets.
fn zone(tokens: &[Token], at: usize) -> Option<(Offset, usize)> {
    let first = tokens.get(at)?;
    if first.is_mark("([") {
        return zone(tokens, at + 1);
    }
    if let Some(word) = first.word() {
        let named = zones::named(word)?;
        let signed = if matches!(word, "utc" | "gmt") { offset(tokens, at + 1) } else { None };
        if signed.is_some() {
            return signed;
        }
        return Some((Offset { minutes: named, zulu: word == "z" }, at + 1));
    }
    offset(tokens, at).filter(|_| !first.spaced || four_digits(tokens, at + 1))
}

/// Behind a space, "-5" may be anything; "-0500" and "-05:00" are offsets.
fn four_digits(tokens: &[Token], at: usize) -> bool {
    let digits = |at: usize| tokens.get(at).and_then(Token::number).map(|(_, digits)| digits);
    digits(at) == Some(4)
        || (digits(at) == Some(2)
            && tokens.get(at + 1).is_some_and(|token| token.is_mark(":"))
            && digits(at + 2) == Some(2))
}

fn offset(tokens: &[Token], at: usize) -> Option<(Offset, usize)> {
    let sign = match tokens.get(at)?.part {
        Part::Mark('+') => 1,
        Part::Mark('-') => -1,
        _ => return None,
    };
    let (value, digits) = tokens.get(at + 1)?.number()?;
    let (hours, minutes, end) = match digits {
        1 | 2 => match (tokens.get(at + 2), tokens.get(at + 3).and_then(Token::number)) {
            (Some(mark), Some((minutes, 2))) if mark.is_mark(":") => (value, minutes, at + 4),
            _ => (value, 0, at + 2),
        },
        4 => (value / 100, value % 100, at + 2),
        _ => return None,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    let total = i16::try_from(hours * 60 + minutes).ok()?;
    Some((Offset { minutes: sign * total, zulu: false }, end))
}

fn starts_with_any(word: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| word.starts_with(prefix))
}
