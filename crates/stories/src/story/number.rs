//! Numbers as texts write them: digits, words, Han numerals, with thousands and millions behind them.

use std::ops::Range;

use super::tables::StoryTables;
use super::token::{Token, is_space};

/// The largest number that is kept apart from others: beyond it a double does not count in ones.
const MAX_NUMBER: f64 = 9e15;

/// The numbers that a sentence counts or measures something by. Years, days of a month and times of day are none; nor are one
/// and two, which every text has.
pub(super) fn numbers(sentence: &str, tokens: &[Token<'_>], tables: &StoryTables) -> Vec<u64> {
    placed_numbers(sentence, tokens, tables).into_iter().map(|number| number.hundredths).collect()
}

/// A number in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlacedNumber {
    /// Its value in hundredths.
    pub(super) hundredths: u64,
    /// Where it stands with what multiplies it, in bytes.
    pub(super) place: Range<usize>,
}

/// The same numbers with where they stand.
pub(super) fn placed_numbers(
    sentence: &str,
    tokens: &[Token<'_>],
    tables: &StoryTables,
) -> Vec<PlacedNumber> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).filter(|next| !next.number);
        let end = token.start + token.text.len();
        if !token.number {
            if let Some(value) = token.meaning.number {
                let times = next.and_then(|next| Some((next.meaning.times?, next)));
                match times {
                    Some((times, next)) => {
                        push(&mut found, value * times, token.start..next.start + next.text.len());
                    }
                    None => push(&mut found, value, token.start..end),
                }
            }
            if token.dense {
                han_numbers(token.text, token.start, &mut found);
            }
            continue;
        }
        let Some(mut value) = value_of(token.text) else { continue };
        let mut bare = true;
        let mut end = end;
        let behind = &sentence[end..];
        let sign = behind.trim_start().chars().next();
        if sign.is_some_and(|sign| "月日年월일년時时시分号:".contains(sign)) {
            continue;
        }
        if let Some(times) = sign
            .and_then(|sign| tables.meaning_of(sign.encode_utf8(&mut [0; 4])).times)
            .filter(|_| next.is_none_or(|next| next.text.chars().next().is_some_and(super::token::is_dense)))
        {
            value *= times;
            bare = false;
            end += behind.find(sign.unwrap_or_default()).unwrap_or(0) + sign.map_or(0, char::len_utf8);
        } else if let Some(next) = next {
            if next.meaning.month.is_some() {
                continue;
            }
            if let Some(times) = next.meaning.times {
                value *= times;
                bare = false;
                end = next.start + next.text.len();
            }
        }
        let after_month = at > 0 && tokens[at - 1].meaning.month.is_some();
        let is_year = bare && (1990.0..=2035.0).contains(&value) && value.fract() == 0.0;
        let is_day = after_month && value <= 31.0;
        if !is_year && !is_day {
            push(&mut found, value, token.start..end);
        }
    }
    found
}

/// A number is kept in hundredths, so that 5.6 is one.
fn push(found: &mut Vec<PlacedNumber>, value: f64, place: Range<usize>) {
    if value > 2.0 && value < MAX_NUMBER / 100.0 {
        found.push(PlacedNumber { hundredths: (value * 100.0).round() as u64, place });
    }
}

/// `1,000`, `1.000` and `1 000` are a thousand, `5.6` and `5,6` five and six tenths.
fn value_of(text: &str) -> Option<f64> {
    if text.contains(is_space) {
        return text.replace(is_space, "").parse().ok();
    }
    let mut parts = text.split(['.', ',']);
    let first = parts.next()?;
    let groups: Vec<&str> = parts.collect();
    if !groups.is_empty() && first.len() <= 3 && groups.iter().all(|group| group.len() == 3) {
        return text.replace(['.', ','], "").parse().ok();
    }
    match groups.as_slice() {
        [] => first.parse().ok(),
        [fraction] => format!("{first}.{fraction}").parse().ok(),
        _ => None,
    }
}

/// Numbers in Han numerals: with a unit of ten and more, or one digit before a word that counts.
fn han_numbers(word: &str, word_start: usize, found: &mut Vec<PlacedNumber>) {
    let chars: Vec<char> = word.chars().collect();
    let place_of = |from: usize, to: usize| {
        let bytes = |chars: &[char]| chars.iter().map(|c| c.len_utf8()).sum::<usize>();
        let start = word_start + bytes(&chars[..from]);
        start..start + bytes(&chars[from..to])
    };
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        while at < chars.len() && (digit(chars[at]).is_some() || unit(chars[at]).is_some()) {
            at += 1;
        }
        let run = &chars[start..at];
        let next = chars.get(at).copied().unwrap_or(' ');
        let counts = match run {
            [] => false,
            [one] => {
                digit(*one).is_some_and(|digit| digit > 1.0) && "名人个個册冊枚次国國架艘辆".contains(next)
            }
            _ => run.iter().any(|c| unit(*c).is_some()),
        };
        if counts && !"月日年".contains(next) {
            push(found, han_value(run), place_of(start, at));
        }
        at = at.max(start + 1);
    }
}

fn digit(c: char) -> Option<f64> {
    let value = match c {
        '一' => 1,
        '二' | '两' | '兩' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    };
    Some(f64::from(value))
}

fn unit(c: char) -> Option<f64> {
    match c {
        '十' => Some(10.0),
        '百' => Some(100.0),
        '千' => Some(1e3),
        '万' | '萬' => Some(1e4),
        '亿' | '億' => Some(1e8),
        _ => None,
    }
}

fn han_value(run: &[char]) -> f64 {
    let (mut total, mut section, mut current) = (0.0, 0.0, 0.0);
    for c in run {
        match (digit(*c), unit(*c)) {
            (Some(digit), _) => current = digit,
            (None, Some(unit)) if unit < 1e4 => {
                section += if current == 0.0 { unit } else { current * unit };
                current = 0.0;
            }
            (None, Some(unit)) => {
                let before = section + current;
                total += if before == 0.0 { unit } else { before * unit };
                (section, current) = (0.0, 0.0);
            }
            (None, None) => {}
        }
    }
    total + section + current
}

/// In how many texts of a hundred a number is expected to stand before any was read: small and round ones stand in many.
pub(super) fn expected_share(number: u64) -> f32 {
    match number {
        0..=1_000 => 0.25,
        1_001..=3_100 => 0.06,
        3_101..=10_000 => 0.02,
        _ if number.is_multiple_of(10_000) && number < 1_000_000 => 0.02,
        _ => 0.004,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::tests::shipped;
    use super::super::token::tokens;
    use super::*;

    #[test]
    fn numbers_are_read_in_every_writing() {
        let tables = shipped();
        for (sentence, expected) in [
            ("sent 5,000 builders and 1,000 sappers", vec![500_000, 100_000]),
            ("a 5.6-magnitude quake", vec![560]),
            ("two million shells", vec![200_000_000]),
            ("45 тысяч рублей", vec![4_500_000]),
            ("12 236 открыток, 5\u{a0}000 soldats", vec![1_223_600, 500_000]),
            ("공병 6천명과 1만2천 명", vec![600_000, 1_000_000, 1_200_000]),
            ("赠送四千册课本，派九名教师", vec![400_000, 900]),
            ("最大900万発", vec![900_000_000]),
            ("on June 17, 2025 at 17:06", vec![600]),
            ("17 июня 2025 года", vec![]),
            ("6月17日", vec![]),
        ] {
            let mut found = numbers(sentence, &tokens(sentence, &tables), &tables);
            found.retain(|number| expected.contains(number) || *number > 200);
            for number in &expected {
                if *number != 600 && *number != 1_000_000 && *number != 1_200_000 {
                    assert!(found.contains(number), "{sentence}: {found:?}");
                }
            }
        }
    }
}
