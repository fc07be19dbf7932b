//! A text cut into sentences and words, in any script.

use std::borrow::Cow;

/// A word or number of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// The same in lower case.
    pub(super) lower: Cow<'t, str>,
    /// Where it starts, in bytes of the sentence.
    pub(super) start: usize,
    /// It begins with a digit; else with a letter.
    pub(super) number: bool,
}

impl Token<'_> {
    /// Whether it begins with an upper-case letter.
    pub(super) fn is_capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

/// The sentences of `text`; a line ends one.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut stopped = false;
    for (at, c) in text.char_indices() {
        let ends = match c {
            '\n' => true,
            _ if stopped && c.is_whitespace() => true,
            '"' | '”' | '»' | '’' | ')' => false,
            _ => {
                stopped = false;
                false
            }
        };
        if ends {
            found.push(&text[start..at]);
            start = at + c.len_utf8();
            stopped = false;
        }
        match c {
            '.' | '!' | '?' | '…' => stopped = true,
            '。' | '！' | '？' => {
                let end = at + c.len_utf8();
                found.push(&text[start..end]);
                start = end;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found.retain(|sentence| !sentence.trim().is_empty());
    found
}

/// The words and numbers of a sentence. A number keeps the points and commas inside it, and the spaces between thousands (`12 500`), a word
/// its apostrophes.
pub(super) fn tokens(sentence: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut chars = sentence.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let number = c.is_numeric();
        if !number && !c.is_alphabetic() {
            continue;
        }
        let belongs = |c: char| if number { c.is_numeric() } else { c.is_alphabetic() && !c.is_numeric() };
        let joins = |c: char| if number { matches!(c, '.' | ',') } else { matches!(c, '\'' | '’' | 'ʼ') };
        let mut end = start + c.len_utf8();
        while let Some((at, next)) = chars.peek().copied() {
            let after = sentence[at + next.len_utf8()..].chars().next();
            if belongs(next) || joins(next) && after.is_some_and(belongs) {
                end = at + next.len_utf8();
                chars.next();
            } else {
                break;
            }
        }
        while number
            && is_head_of_thousands(&sentence[start..end])
            && let Some(group) = thousands(&sentence[end..])
        {
            end += group;
            while chars.next_if(|(at, _)| *at < end).is_some() {}
        }
        let text = &sentence[start..end];
        found.push(Token { text, lower: lower(text), start, number });
    }
    found
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
    let is_lower = |c: char| if c.is_ascii() { !c.is_ascii_uppercase() } else { c.to_lowercase().eq([c]) };
    if word.chars().all(is_lower) { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

/// Whether `c` belongs to a script that is compared by pairs of characters: Han, kana or Hangul.
pub(super) fn is_dense(c: char) -> bool {
    matches!(u32::from(c),
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
    if word.contains(['ё', '’', 'ʼ']) {
        let written: String = word.chars().map(usual).collect();
        return Cow::Owned(stem(&written).into_owned());
    }
    let length = word.chars().count();
    let cyrillic = word.chars().next().is_some_and(|c| matches!(u32::from(c), 0x400..=0x52F));
    if cyrillic {
        let vowel = word.ends_with(['а', 'я', 'о', 'е', 'и', 'ы', 'у', 'ю', 'й', 'ь', 'і']);
        let kept = match length {
            7.. => 6,
            5.. if vowel => length - 1,
            _ => length,
        };
        return Cow::Borrowed(first_chars(word, kept));
    }
    let word = word.strip_suffix("'s").unwrap_or(word);
    let mut stem = Cow::Borrowed(word);
    if word.chars().count() > 4 {
        for (ending, replacement) in
            [("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")]
        {
            let Some(rest) = word.strip_suffix(ending) else { continue };
            if rest.chars().count() < 3 || ending == "s" && word.ends_with("ss") {
                continue;
            }
            stem = match replacement {
                "" if matches!(ending, "ing" | "ed") => Cow::Borrowed(without_doubled_end(rest)),
                "" => Cow::Borrowed(rest),
                _ => Cow::Owned(format!("{rest}{replacement}")),
            };
            break;
        }
        if stem.chars().count() > 4
            && let Some(rest) = stem.strip_suffix('e')
        {
            stem = Cow::Owned(rest.to_owned());
        }
    }
    match stem {
        Cow::Borrowed(stem) => Cow::Borrowed(first_chars(stem, MAX_STEM)),
        Cow::Owned(stem) => Cow::Owned(first_chars(&stem, MAX_STEM).to_owned()),
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
    use super::*;

    #[test]
    fn a_sentence_ends_at_a_stop_with_space_behind_at_a_line_and_at_an_east_asian_stop() {
        let text = "It left at 5.30 p.m. on Monday. “It is late.” Nobody\ncame。彼は来た。";
        assert_eq!(
            sentences(text),
            ["It left at 5.30 p.m.", "on Monday.", "“It is late.”", "Nobody", "came。", "彼は来た。"]
        );
    }

    #[test]
    fn words_keep_apostrophes_and_numbers_their_points() {
        let texts: Vec<&str> =
            tokens("Kim's 1,000 men, 5.6 on 170mm").iter().map(|token| token.text).collect();
        assert_eq!(texts, ["Kim's", "1,000", "men", "5.6", "on", "170", "mm"]);
    }

    #[test]
    fn spaces_between_thousands_belong_to_a_number() {
        let texts =
            |text: &'static str| -> Vec<&str> { tokens(text).iter().map(|token| token.text).collect() };
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
