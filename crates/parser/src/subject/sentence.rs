//! Where sentences end, in every script, without dictionaries.
//!
//! Rules, not a model: a full stop ends a sentence unless it follows an initial or an abbreviation of one or two letters, or
//! stands inside a number. Too short a sentence costs the judgement little, since neighbours are read together; too
//! long a one would bring together what the writer kept apart.

use std::ops::Range;

use super::spelling::Script;

/// The sentences of a folded text as byte ranges, without the spaces around them.
///
/// A line feed always ends one; so does a semicolon, since what stands on its two sides is told apart, and a mark that opens
/// the items of a digest.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while let Some(offset) = text.as_bytes()[from..].iter().position(|byte| MAY_END[usize::from(*byte)]) {
        let at = from + offset;
        let mut chars = text[at..].chars();
        let Some(c) = chars.next() else { break };
        from = at + c.len_utf8();
        let next = chars.next();
        let ends = match c {
            '\n' | '。' | '!' | '?' | ';' => true,
            _ if is_item_mark(c) => true,
            '.' => match text[..at].chars().next_back().map_or(Script::Other, Script::of) {
                Script::Latin | Script::Cyrillic => {
                    next.is_none_or(|next| closes(next) || next.is_whitespace() && is_word(&text[..at]))
                }
                Script::Digit => next.is_none_or(|next| next.is_whitespace() || closes(next)),
                _ => next.is_none_or(|next| !next.is_ascii_digit() && next != '.'),
            },
            _ => false,
        };
        if ends {
            let closing = text[from..].chars().take_while(|next| closes(*next));
            from += closing.map(char::len_utf8).sum::<usize>();
            push_trimmed(text, start..from, &mut found);
            start = from;
        }
    }
    push_trimmed(text, start..text.len(), &mut found);
    found
}

/// For each byte, whether it may begin a character that ends a sentence.
const MAY_END: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = matches!(at as u8, b'\n' | b'!' | b'?' | b';' | b'.' | 0xE2 | 0xE3 | 0xF0);
        at += 1;
    }
    bytes
};

/// Whether a text ends in a word of more than two letters.
fn is_word(text: &str) -> bool {
    text.chars().rev().take(3).filter(|c| c.is_alphabetic()).count() == 3
}

/// Whether `c` is one of the marks that editors set before the items of a digest: geometric shapes, dingbats, pictographs.
fn is_item_mark(c: char) -> bool {
    matches!(u32::from(c), 0x25A0..=0x27BF | 0x1F300..=0x1FAFF)
}

/// Signs that close a quotation or bracket, and with it the sentence inside.
fn closes(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '»' | ')' | ']' | '」' | '』' | '】' | '》')
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.start + part.trim_end().len();
    if part.chars().any(char::is_alphanumeric) {
        found.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn stops_end_sentences_but_abbreviations_and_numbers_do_not() {
        assert_eq!(
            split("mr. a. rova of the u.s. paid 1.5 pounds. he left."),
            ["mr. a. rova of the u.s. paid 1.5 pounds.", "he left."]
        );
        assert_eq!(split("в 2024 г. он уехал. «да.» нет"), ["в 2024 г. он уехал.", "«да.»", "нет"]);
    }

    #[test]
    fn scripts_without_spaces_need_none() {
        assert_eq!(split("他来了。她走了。"), ["他来了。", "她走了。"]);
        assert_eq!(split("그가 왔다.그녀는 3.5km를 갔다."), ["그가 왔다.", "그녀는 3.5km를 갔다."]);
    }

    #[test]
    fn a_closing_quote_belongs_to_its_sentence_and_a_line_ends_one() {
        assert_eq!(split("\"go!\" he said\nshe went"), ["\"go!\"", "he said", "she went"]);
        assert_eq!(split("he came; she left"), ["he came;", "she left"]);
        assert_eq!(split(" \n … \n"), Vec::<&str>::new());
    }

    #[test]
    fn a_mark_before_an_item_ends_what_stands_before_it() {
        assert_eq!(split("■ rain fell ■ snow fell"), ["rain fell ■", "snow fell"]);
    }
}
