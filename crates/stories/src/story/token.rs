//! A text cut into sentences and words, in any script.

use std::borrow::Cow;
use std::str::CharIndices;

use super::tables::{StoryTables, WordMeaning};

/// A word or number of a sentence.
#[derive(Debug, Clone)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// The same in lower case.
    pub(super) lower: Cow<'t, str>,
    /// What that says by itself; nothing if it is a number.
    pub(super) meaning: &'t WordMeaning,
    /// Where it starts, in bytes of the sentence.
    pub(super) start: usize,
    /// It begins with a digit; else with a letter.
    pub(super) number: bool,
    /// Some of it is of a dense script.
    pub(super) dense: bool,
}

impl Token<'_> {
    /// Whether it begins with an upper-case letter.
    pub(super) fn is_capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

/// A sentence of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sentence<'t> {
    pub(super) text: &'t str,
    /// Where it starts, in bytes of the text.
    pub(super) start: usize,
}

/// The sentences of `text`; a line ends one.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = Sentence<'_>> {
    let mut chars = text.char_indices();
    let mut start = 0;
    let mut is_over = false;
    std::iter::from_fn(move || {
        while !is_over {
            let (end, next) = sentence_end(&mut chars).unwrap_or_else(|| {
                is_over = true;
                (text.len(), text.len())
            });
            let sentence = Sentence { text: &text[start..end], start };
            start = next;
            if !sentence.text.trim_start().is_empty() {
                return Some(sentence);
            }
        }
        None
    })
}

/// Where the sentence ends that `chars` go on with, and where the next begins; nothing of the last.
fn sentence_end(chars: &mut CharIndices<'_>) -> Option<(usize, usize)> {
    let mut stopped = false;
    for (at, c) in chars {
        let behind = at + c.len_utf8();
        match c {
            '\n' => return Some((at, behind)),
            '.' | '!' | '?' | '…' => stopped = true,
            '。' | '！' | '？' => return Some((behind, behind)),
            '"' | '”' | '»' | '’' | ')' => {}
            _ if stopped && c.is_whitespace() => return Some((at, behind)),
            _ => stopped = false,
        }
    }
    None
}

/// What a character is to the words of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CharKind {
    Letter,
    Digit,
    Other,
}

impl CharKind {
    /// A digit where Unicode has a number, else a letter where it has one. The scripts that most texts are written in need no table for it.
    fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' => Self::Letter,
            '0'..='9' => Self::Digit,
            '\0'..='\x7f' => Self::Other,
            // Cyrillic, kana, Han and Hangul.
            '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}' => Self::Letter,
            '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' => Self::Letter,
            '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => Self::Letter,
            c if c.is_numeric() => Self::Digit,
            c if c.is_alphabetic() => Self::Letter,
            _ => Self::Other,
        }
    }

    /// Whether a byte is a character of ASCII that is of this kind.
    fn is_of_ascii(self, byte: u8) -> bool {
        match self {
            Self::Letter => byte.is_ascii_alphabetic(),
            Self::Digit => byte.is_ascii_digit(),
            Self::Other => false,
        }
    }

    /// Whether `c` stands inside a word or number, between two characters of this kind.
    fn is_joined_by(self, c: char) -> bool {
        match self {
            Self::Letter => matches!(c, '\'' | '’' | 'ʼ'),
            Self::Digit => matches!(c, '.' | ','),
            Self::Other => false,
        }
    }
}

/// The words and numbers of a sentence. A number keeps the points and commas inside it, and the spaces between thousands (`12 500`), a word
/// its apostrophes.
pub(super) fn tokens<'t>(sentence: &'t str, tables: &'t StoryTables) -> Vec<Token<'t>> {
    let mut found = Vec::with_capacity(sentence.len() / 6);
    let mut at = 0;
    while let Some(c) = sentence[at..].chars().next() {
        let (start, kind) = (at, CharKind::of(c));
        if kind == CharKind::Other {
            at += c.len_utf8();
            continue;
        }
        at = token_end(sentence, start, kind);
        let number = kind == CharKind::Digit;
        while number
            && is_head_of_thousands(&sentence[start..at])
            && let Some(group) = thousands(&sentence[at..])
        {
            at += group;
        }
        let text = &sentence[start..at];
        let lower = lower(text);
        let meaning = if number { WordMeaning::NONE } else { tables.meaning_of(&lower) };
        let dense = !number && !text.is_ascii() && text.chars().any(is_dense);
        found.push(Token { text, lower, meaning, start, number, dense });
    }
    found
}

/// Where the word or number ends that starts at `start` with a character of `kind`.
fn token_end(sentence: &str, start: usize, kind: CharKind) -> usize {
    let belongs = |c: char| CharKind::of(c) == kind;
    let mut end = start;
    loop {
        end += sentence.as_bytes()[end..].iter().take_while(|byte| kind.is_of_ascii(**byte)).count();
        let mut behind = sentence[end..].chars();
        let Some(next) = behind.next() else { return end };
        let mut joins = || kind.is_joined_by(next) && behind.next().is_some_and(belongs);
        if !belongs(next) && !joins() {
            return end;
        }
        end += next.len_utf8();
    }
}

/// Whether thousands may follow this number: three digits at most, or thousands already.
fn is_head_of_thousands(number: &str) -> bool {
    number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()) || number.contains(is_space)
}

/// The bytes of a space and three digits, if the number ends with those or more thousands follow.
fn thousands(rest: &str) -> Option<usize> {
    let space = rest.chars().next().filter(|c| is_space(*c))?.len_utf8();
    let digits = rest.get(space..space + 3)?;
    let mut behind = rest[space + 3..].chars();
    let ends = match behind.next() {
        Some('.' | ',') => !behind.next().is_some_and(char::is_numeric),
        next => !next.is_some_and(char::is_numeric),
    };
    (ends && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(space + 3)
}

/// What stands between the thousands of a number: a space, one that doesn't break, a narrow or a thin one.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// A word in lower case.
fn lower(word: &str) -> Cow<'_, str> {
    let is_lower_case = match word.is_ascii() {
        true => !word.bytes().any(|byte| byte.is_ascii_uppercase()),
        false => word.chars().all(is_lower),
    };
    if is_lower_case { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

/// Whether `c` is itself in lower case.
fn is_lower(c: char) -> bool {
    match c {
        '\0'..='\x7f' => !c.is_ascii_uppercase(),
        // The small letters of Cyrillic as most languages have them.
        '\u{430}'..='\u{45f}' => true,
        c => is_dense(c) || c.to_lowercase().eq([c]),
    }
}

/// Whether `c` belongs to a script that is compared by pairs of characters: Han, kana or Hangul.
pub(super) fn is_dense(c: char) -> bool {
    c >= '\u{1100}'
        && matches!(u32::from(c),
        0x1100..=0x11FF | 0x3040..=0x318F | 0x31F0..=0x31FF | 0x3400..=0x9FFF | 0xAC00..=0xD7FF | 0xF900..=0xFAFF
        | 0x20000..=0x3FFFF)
}

/// The runs of a word that are of dense scripts, or of none.
pub(super) fn runs(word: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let dense = is_dense(rest.chars().next()?);
        let end = rest.char_indices().find(|(_, c)| is_dense(*c) != dense).map_or(rest.len(), |(at, _)| at);
        let (run, after) = rest.split_at(end);
        rest = after;
        Some((run, dense))
    })
}

/// The most scalar values of a stem.
const MAX_STEM: usize = 8;

/// What is compared of a word in lower case: its beginning without the commonest endings. Two forms of a word nearly always
/// give one stem; now and then two words do, which costs little since a text has many.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    let is_ascii = word.is_ascii();
    if !is_ascii && word.contains(['ё', '’', 'ʼ']) {
        let written: String = word.chars().map(usual).collect();
        return Cow::Owned(stem(&written).into_owned());
    }
    let cyrillic = word.chars().next().is_some_and(|c| matches!(u32::from(c), 0x400..=0x52F));
    if cyrillic {
        let length = word.chars().count();
        let vowel = word.ends_with(['а', 'я', 'о', 'е', 'и', 'ы', 'у', 'ю', 'й', 'ь', 'і']);
        let kept = match length {
            7.. => 6,
            5.. if vowel => length - 1,
            _ => length,
        };
        return Cow::Borrowed(first_chars(word, kept));
    }
    let length = |word: &str| if is_ascii { word.len() } else { word.chars().count() };
    let word = word.strip_suffix("'s").unwrap_or(word);
    let mut stem = Cow::Borrowed(word);
    // What all endings end with.
    if word.ends_with(['s', 'g', 'd']) && length(word) > 4 {
        for (ending, replacement) in
            [("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")]
        {
            let Some(rest) = word.strip_suffix(ending) else { continue };
            if length(rest) < 3 || ending == "s" && word.ends_with("ss") {
                continue;
            }
            stem = match replacement {
                "" if matches!(ending, "ing" | "ed") => Cow::Borrowed(without_doubled_end(rest)),
                "" => Cow::Borrowed(rest),
                _ => Cow::Owned(format!("{rest}{replacement}")),
            };
            break;
        }
    }
    if length(&stem) > 4 && stem.ends_with('e') {
        match &mut stem {
            Cow::Borrowed(stem) => *stem = &stem[..stem.len() - 1],
            Cow::Owned(stem) => stem.truncate(stem.len() - 1),
        }
    }
    match stem {
        Cow::Borrowed(stem) => Cow::Borrowed(first_chars(stem, MAX_STEM)),
        Cow::Owned(mut stem) => {
            stem.truncate(first_chars(&stem, MAX_STEM).len());
            Cow::Owned(stem)
        }
    }
}

/// A letter or apostrophe as most write it: many leave the dots of `ё` away.
fn usual(c: char) -> char {
    match c {
        'ё' => 'е',
        '’' | 'ʼ' => '\'',
        c => c,
    }
}

/// The first so many scalar values of `word`.
fn first_chars(word: &str, count: usize) -> &str {
    // None has more scalar values than bytes.
    if word.len() <= count {
        return word;
    }
    word.char_indices().nth(count).map_or(word, |(end, _)| &word[..end])
}

/// A stem without the consonant that was doubled before an ending: `stopp|ed`.
fn without_doubled_end(stem: &str) -> &str {
    let mut ends = stem.chars().rev();
    match (ends.next(), ends.next(), ends.next()) {
        (Some(last), Some(before), Some(_)) if last == before && !matches!(last, 'l' | 's' | 'z') => {
            &stem[..stem.len() - last.len_utf8()]
        }
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::tests::shipped;
    use super::*;

    #[test]
    fn a_sentence_ends_at_a_stop_with_space_behind_at_a_line_and_at_an_east_asian_stop() {
        let text = "It left at 5.30 p.m. on Monday. “It is late.” Nobody\ncame。彼は来た。";
        assert_eq!(
            sentences(text).map(|sentence| sentence.text).collect::<Vec<_>>(),
            ["It left at 5.30 p.m.", "on Monday.", "“It is late.”", "Nobody", "came。", "彼は来た。"]
        );
    }

    #[test]
    fn a_sentence_knows_where_it_starts() {
        let text = "One. Two\n\n三。四";
        assert!(sentences(text).all(|sentence| text[sentence.start..].starts_with(sentence.text)));
        assert_eq!(sentences(text).map(|sentence| sentence.start).collect::<Vec<_>>(), [0, 5, 10, 16]);
    }

    #[test]
    fn what_is_known_of_common_scripts_is_what_unicode_says() {
        for c in '\0'..=char::MAX {
            let kind = match c {
                c if c.is_numeric() => CharKind::Digit,
                c if c.is_alphabetic() => CharKind::Letter,
                _ => CharKind::Other,
            };
            assert_eq!(CharKind::of(c), kind, "{c:?}");
            assert_eq!(is_lower(c), c.to_lowercase().eq([c]), "{c:?}");
        }
    }

    #[test]
    fn words_keep_apostrophes_and_numbers_their_points() {
        let tables = shipped();
        let tokens = tokens("Kim's 1,000 men, 5.6 on 170mm", &tables);
        let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        assert_eq!(texts, ["Kim's", "1,000", "men", "5.6", "on", "170", "mm"]);
    }

    #[test]
    fn spaces_between_thousands_belong_to_a_number() {
        let tables = shipped();
        let texts = |text: &'static str| -> Vec<&str> {
            tokens(text, &tables).iter().map(|token| token.text).collect()
        };
        assert_eq!(
            texts("12 236 писем, 5\u{a0}000\u{202f}000 руб"),
            ["12 236", "писем", "5\u{a0}000\u{202f}000", "руб"]
        );
        assert_eq!(
            texts("in 2020 500 men, 17 1000, 3 20"),
            ["in", "2020", "500", "men", "17", "1000", "3", "20"]
        );
        assert_eq!(texts("5.6 100"), ["5.6", "100"]);
    }

    #[test]
    fn forms_of_a_word_give_one_stem() {
        for (a, b) in [
            ("visits", "visited"),
            ("stopped", "stops"),
            ("переговоров", "переговоры"),
            ("ferries", "ferry"),
            ("самолёт", "самолеты"),
            ("п’ятеро", "п'ятеро"),
        ] {
            assert_eq!(stem(a), stem(b), "{a} {b}");
        }
        assert_ne!(stem("ferry"), stem("fear"));
    }
}
