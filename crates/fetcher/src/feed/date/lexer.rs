//! A date cut into numbers, words and signs.

/// More pieces are no date.
const PIECES_MAX: usize = 48;

/// Characters that stand behind a number and say what it counts, in Chinese, Japanese and Korean. What follows them is
/// another word even without a space.
const UNITS: [char; 14] =
    ['年', '月', '日', '時', '时', '点', '分', '秒', '년', '월', '일', '시', '분', '초'];

/// A piece of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A number and how many digits it is written with. One too large is the largest.
    Number { value: u32, digits: usize },
    /// A word, in lower case.
    Word(String),
    /// Any other character but white space.
    Sign(char),
    /// White space.
    Space,
    /// A piece that has been read.
    Taken,
}

/// The pieces of a date.
pub(super) fn pieces(written: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = written;
    while let Some(first) = rest.chars().next() {
        if pieces.len() == PIECES_MAX {
            break;
        }
        let run = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let length = if first.is_ascii_digit() {
            let end = run(|c| c.is_ascii_digit());
            pieces.push(Piece::Number { value: rest[..end].parse().unwrap_or(u32::MAX), digits: end });
            end
        } else if UNITS.contains(&first) && matches!(pieces.last(), Some(Piece::Number { .. })) {
            pieces.push(Piece::Word(first.to_string()));
            first.len_utf8()
        } else if let Some(half) = half_of_day(rest) {
            pieces.push(Piece::Word(half.to_owned()));
            "a.m.".len()
        } else if first.is_alphabetic() {
            let end = run(char::is_alphabetic);
            pieces.push(Piece::Word(rest[..end].to_lowercase()));
            end
        } else if first.is_whitespace() {
            pieces.push(Piece::Space);
            run(char::is_whitespace)
        } else {
            pieces.push(Piece::Sign(if first == '\u{2212}' { '-' } else { first }));
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    pieces
}

/// The number at `at`, if one stands there, and how many digits it has.
pub(super) fn number(pieces: &[Piece], at: usize) -> Option<(u32, usize)> {
    match pieces.get(at) {
        Some(Piece::Number { value, digits }) => Some((*value, *digits)),
        _ => None,
    }
}

/// The word at `at`.
pub(super) fn word(pieces: &[Piece], at: usize) -> Option<&str> {
    match pieces.get(at) {
        Some(Piece::Word(word)) => Some(word),
        _ => None,
    }
}

/// The sign at `at`.
pub(super) fn sign(pieces: &[Piece], at: usize) -> Option<char> {
    match pieces.get(at) {
        Some(Piece::Sign(sign)) => Some(*sign),
        _ => None,
    }
}

/// The first piece from `at` on that is no white space.
pub(super) fn past_space(pieces: &[Piece], mut at: usize) -> usize {
    while matches!(pieces.get(at), Some(Piece::Space | Piece::Taken)) {
        at += 1;
    }
    at
}

/// "a.m." and "p.m." as the words they abbreviate.
fn half_of_day(rest: &str) -> Option<&'static str> {
    let start = rest.get(.."a.m.".len())?;
    [("a.m.", "am"), ("p.m.", "pm")]
        .into_iter()
        .find(|(dotted, _)| start.eq_ignore_ascii_case(dotted))
        .map(|(_, half)| half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Piece {
        Piece::Word(text.to_owned())
    }

    #[test]
    fn numbers_words_and_signs_part_without_spaces() {
        assert_eq!(
            pieces("16th,5p.m."),
            [
                Piece::Number { value: 16, digits: 2 },
                word("th"),
                Piece::Sign(','),
                Piece::Number { value: 5, digits: 1 },
                word("pm")
            ]
        );
    }

    #[test]
    fn a_unit_is_a_word_of_its_own() {
        assert_eq!(pieces("3日上午"), [Piece::Number { value: 3, digits: 1 }, word("日"), word("上午")]);
        assert_eq!(pieces("금요일"), [word("금요일")]);
    }
}
