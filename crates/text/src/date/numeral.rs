//! Numbers in Chinese numerals, as dates in Chinese and Japanese are written in full: 二〇二五年六月十六日.

/// What stands behind a number of a date or a time.
const UNITS: &[char] = &['年', '月', '日', '号', '號', '时', '時', '点', '點', '分', '秒'];

/// A number of a date has so many numerals at most: 一百一十四.
const MAX_NUMERALS: usize = 6;

/// Whether `text` holds a year in Chinese numerals.
pub(super) fn has_year(text: &str) -> bool {
    text.match_indices('年').any(|(at, _)| text[..at].chars().next_back().is_some_and(|c| value(c).is_some()))
}

/// The number whose numerals `chars` begins with, how many digits it has, and how many numerals wrote it, where a unit of dates
/// or times follows.
pub(super) fn read(chars: impl Iterator<Item = char>) -> Option<(u64, usize, usize)> {
    let mut numerals = Vec::new();
    for c in chars {
        match value(c) {
            Some(value) if numerals.len() < MAX_NUMERALS => numerals.push(value),
            None if UNITS.contains(&c) && !numerals.is_empty() => return number(&numerals),
            _ => return None,
        }
    }
    None
}

/// A number of `numerals`, which are digits one behind the other (二〇二五), or tens and hundreds with what counts them (二十五).
fn number(numerals: &[u64]) -> Option<(u64, usize, usize)> {
    let count = numerals.len();
    if numerals.iter().all(|numeral| *numeral < 10) {
        let value = numerals.iter().fold(0, |value, digit| 10 * value + digit);
        return Some((value, count, count));
    }
    let (mut whole, mut digit) = (0, None);
    for numeral in numerals {
        match numeral {
            0..=9 if digit.is_none() => digit = Some(*numeral),
            10 | 100 => whole += digit.take().unwrap_or(1) * numeral,
            _ => return None,
        }
    }
    let value = whole + digit.unwrap_or(0);
    Some((value, value.to_string().len(), count))
}

fn value(c: char) -> Option<u64> {
    Some(match c {
        '〇' | '零' | '○' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_before_a_unit_are_a_number() {
        for (written, expected) in [
            ("二〇二五年", Some((2025, 4, 4))),
            ("十六日", Some((16, 2, 2))),
            ("二十一日", Some((21, 2, 3))),
            ("七年", Some((7, 1, 1))),
            ("一百一十四年", Some((114, 3, 5))),
            ("三人", None),
            ("二〇二五", None),
            ("一二三四五六七年", None),
        ] {
            assert_eq!(read(written.chars()), expected, "{written}");
        }
        assert!(has_year("日付は令和七年") && !has_year("今年"));
    }
}
