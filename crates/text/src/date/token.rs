//! A date as its parts: numbers, words and marks.

use super::numeral;

/// Dates are short; a longer text is read only so far.
const MAX_TOKENS: usize = 64;

/// One part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateToken {
    /// What it is.
    pub(super) part: DatePart,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
    /// Whether it is a word in capitals.
    pub(super) is_in_capitals: bool,
    /// Where it starts in the text, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DatePart {
    /// A run of decimal digits of any script: its value and how many digits wrote it.
    Number(u64, usize),
    /// A run of letters, in lower case.
    Word(String),
    /// Anything else, one character at a time.
    Mark(char),
}

impl DateToken {
    pub(super) fn number(&self) -> Option<(u64, usize)> {
        match self.part {
            DatePart::Number(value, digits) => Some((value, digits)),
            _ => None,
        }
    }

    pub(super) fn word(&self) -> Option<&str> {
        match &self.part {
            DatePart::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn mark(&self) -> Option<char> {
        match self.part {
            DatePart::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    pub(super) fn is_mark(&self, marks: &str) -> bool {
        self.mark().is_some_and(|mark| marks.contains(mark))
    }
}

/// Splits `text` into at most [`MAX_TOKENS`] tokens.
pub(super) fn tokens(text: &str) -> Vec<DateToken> {
    let mut tokens = Vec::new();
    let mut spaced = false;
    let mut chars = text.char_indices().map(|(at, c)| (at, at + c.len_utf8(), plain(c))).peekable();
    // The number in Chinese numerals that starts at a byte.
    let numeral_at = |at: usize| numeral::read(text[at..].chars());
    while let Some((start, mut end, first)) = chars.next() {
        if tokens.len() == MAX_TOKENS {
            break;
        }
        if first.is_whitespace() || is_invisible(first) {
            spaced |= first.is_whitespace();
            continue;
        }
        let part = if let Some(digit) = digit_of(first) {
            let (mut value, mut digits) = (u64::from(digit), 1);
            while let Some((digit, behind)) =
                chars.peek().and_then(|(_, behind, c)| Some((digit_of(*c)?, *behind)))
            {
                value = value.saturating_mul(10).saturating_add(u64::from(digit));
                digits += 1;
                end = behind;
                chars.next();
            }
            DatePart::Number(value, digits)
        } else if let Some((value, digits, numerals)) = numeral_at(start) {
            for (_, behind, _) in chars.by_ref().take(numerals - 1) {
                end = behind;
            }
            DatePart::Number(value, digits)
        } else if first.is_alphabetic() {
            let mut word: String = first.to_lowercase().collect();
            while let Some((_, behind, next)) = chars.next_if(|(at, _, next)| {
                (next.is_alphabetic() || is_combining(*next) || is_invisible(*next))
                    && numeral_at(*at).is_none()
            }) {
                end = behind;
                if !is_invisible(next) {
                    word.extend(next.to_lowercase());
                }
            }
            DatePart::Word(word)
        } else {
            DatePart::Mark(first)
        };
        let is_in_capitals =
            matches!(part, DatePart::Word(_)) && text[start..end].chars().all(char::is_uppercase);
        tokens.push(DateToken { part, spaced, is_in_capitals, start, end });
        spaced = false;
    }
    tokens
}

/// Full-width forms and the many dashes as their plain selves.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2019}' | '\u{02bc}' => '\'',
        _ => c,
    }
}

/// The value of a decimal digit in ASCII, Arabic-Indic, Persian, Devanagari or Thai numerals.
fn digit_of(c: char) -> Option<u32> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06f0}'..='\u{06f9}' => '\u{06f0}',
        '\u{0966}'..='\u{096f}' => '\u{0966}',
        '\u{0e50}'..='\u{0e59}' => '\u{0e50}',
        _ => return None,
    };
    Some(u32::from(c) - u32::from(zero))
}

/// Whether `c` is read as a digit.
pub(super) fn is_digit(c: char) -> bool {
    digit_of(plain(c)).is_some()
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{093c}' | '\u{093e}'..='\u{094d}' | '\u{0900}'..='\u{0903}' | '\u{0e31}'..='\u{0e3a}' | '\u{0e47}'..='\u{0e4e}')
}

/// Soft hyphens, joiners and directional marks, which stand inside words without being part of them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_numbers_and_words_are_lower_case() {
        let parts: Vec<DatePart> = tokens("２０２５年3월, Mär").into_iter().map(|token| token.part).collect();
        assert_eq!(
            parts,
            [
                DatePart::Number(2025, 4),
                DatePart::Word("年".into()),
                DatePart::Number(3, 1),
                DatePart::Word("월".into()),
                DatePart::Mark(','),
                DatePart::Word("mär".into()),
            ]
        );
    }

    #[test]
    fn a_long_text_is_read_only_so_far() {
        assert_eq!(tokens(&"1 ".repeat(100_000)).len(), MAX_TOKENS);
    }
}
