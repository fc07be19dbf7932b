//! The words of a text, as they are looked for.
//!
//! SQLite's own tokenizers part words at spaces, which Chinese and Japanese don't have, and find no Korean or Chinese word of two
//! syllables (`trigram` needs three). So texts are taken apart here, and SQLite is handed the parts:
//!
//! - What is written without spaces (Han, Kana, Thai and so on), and Korean, whose particles stick to words, becomes pairs of
//!   neighbouring characters: 북러정상 is 북러, 러정, 정상. The last character of a run stands once more by itself, so that each
//!   character begins some part, by which it is found alone.
//! - Other scripts become words without the endings that inflection gives them; see [`stem`].
//!
//! Compatibility forms (full-width letters, half-width Kana), case, and marks on Latin letters make no difference.

use std::borrow::Cow;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The longest word that is told apart from another, in characters.
const MAX_WORD_CHARS: usize = 64;

/// How much of a word is left by [`stem`] at least, in characters.
const MIN_STEM_CHARS: usize = 3;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment<'s> {
    /// A word, in lower case, with its ending.
    Word(&'s str),
    /// Characters of a script that is taken in pairs.
    Dense(&'s [char]),
}

/// Hands each part of `text` to `take`, in order.
pub(super) fn segments(text: &str, mut take: impl FnMut(Segment<'_>)) {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => scan(text.chars(), &mut take),
        _ => scan(text.nfkc(), &mut take),
    }
}

fn scan(text: impl Iterator<Item = char>, take: &mut impl FnMut(Segment<'_>)) {
    let (mut word, mut word_chars, mut dense) = (String::new(), 0_usize, Vec::new());
    let mut text = text.peekable();
    while let Some(char) = text.next() {
        if is_dense(char) {
            flush_word(&mut word, &mut word_chars, take);
            dense.push(char);
            continue;
        }
        flush_dense(&mut dense, take);
        if is_ignored(char) {
            continue;
        }
        if char.is_alphanumeric() || (is_combining_mark(char) && !word.is_empty()) {
            for lower in char.to_lowercase() {
                if word_chars < MAX_WORD_CHARS {
                    word.push(without_mark(lower));
                    word_chars += 1;
                }
            }
            continue;
        }
        // The apostrophe of Ukrainian words (п'ять) is no end of the word, that of English ones (Kim's) is.
        let joins = is_apostrophe(char)
            && word.chars().next_back().is_some_and(is_cyrillic)
            && text.peek().copied().is_some_and(is_cyrillic);
        if !joins {
            flush_word(&mut word, &mut word_chars, take);
        }
    }
    flush_word(&mut word, &mut word_chars, take);
    flush_dense(&mut dense, take);
}

fn flush_word(word: &mut String, chars: &mut usize, take: &mut impl FnMut(Segment<'_>)) {
    if !word.is_empty() {
        take(Segment::Word(word));
        word.clear();
        *chars = 0;
    }
}

fn flush_dense(dense: &mut Vec<char>, take: &mut impl FnMut(Segment<'_>)) {
    if !dense.is_empty() {
        take(Segment::Dense(dense));
        dense.clear();
    }
}

/// A word without its ending.
///
/// - Latin: the plural as Harman's S-stemmer takes it off (*How effective is suffixing?*, 1991), which harms no other language.
/// - Cyrillic: the endings of Russian and Ukrainian cases, numbers and genders, again and again until none is left, so that
///   Лавровым, Лаврова and Лавров come to the same. Words whose stem itself changes (Київ, Києва) don't.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    if word.chars().next().is_some_and(is_cyrillic) {
        return cyrillic_stem(word).into();
    }
    if word.len() <= MIN_STEM_CHARS || !word.is_ascii() {
        return word.into();
    }
    let ends_with_one_of = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    match word.strip_suffix('s') {
        Some(_) if ends_with_one_of(&["us", "ss", "aes", "ees", "oes", "aies", "eies"]) => word.into(),
        Some(singular) => match singular.strip_suffix("ie") {
            Some(start) if start.len() >= MIN_STEM_CHARS => format!("{start}y").into(),
            _ => singular.into(),
        },
        None => word.into(),
    }
}

/// Endings with a consonant, the longest first; vowels at the end are all taken off.
const CYRILLIC_ENDINGS: [&str; 33] = [
    "иями", "ами", "ями", "ими", "ыми", "іми", "їми", "ого", "его", "ому", "ему", "ові", "еві", "єві", "ов",
    "ев", "ів", "їв", "ам", "ям", "ах", "ях", "ом", "ем", "єм", "им", "ым", "ім", "їм", "их", "ых", "іх",
    "їх",
];

fn cyrillic_stem(word: &str) -> &str {
    let mut stem = word;
    loop {
        let vowel = |char| {
            matches!(char, 'а' | 'е' | 'и' | 'о' | 'у' | 'ы' | 'э' | 'ю' | 'я' | 'і' | 'ї' | 'є' | 'й' | 'ь')
        };
        let shorter = CYRILLIC_ENDINGS
            .iter()
            .filter_map(|ending| stem.strip_suffix(ending))
            .chain(stem.strip_suffix(vowel))
            .find(|left| left.chars().count() >= MIN_STEM_CHARS);
        match shorter {
            Some(shorter) => stem = shorter,
            None => return stem,
        }
    }
}

/// Whether the character is taken in pairs with its neighbours.
pub(super) fn is_dense(char: char) -> bool {
    matches!(u32::from(char),
        0x0E01..=0x0E3A | 0x0E40..=0x0E4E | 0x0E80..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17D3 // Thai, Lao, Myanmar, Khmer
        | 0x1100..=0x11FF | 0x3131..=0x318F | 0xA960..=0xA97C | 0xAC00..=0xD7FB // Hangul
        | 0x3005 | 0x3007 | 0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x312F | 0x31F0..=0x31FF // Kana, Bopomofo
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFD) // Han
}

/// Whether the character makes no difference: soft hyphens, joiners, and marks that are mostly left out in writing.
pub(super) fn is_ignored(char: char) -> bool {
    matches!(u32::from(char),
        0xAD | 0x200B..=0x200D | 0x2060 | 0xFEFF | 0x0300..=0x036F | 0x0591..=0x05C7 | 0x0610..=0x061A | 0x0640 | 0x064B..=0x065F | 0x0670)
}

/// Whether the character is an apostrophe as people type it.
pub(super) fn is_apostrophe(char: char) -> bool {
    matches!(char, '\'' | '\u{2019}' | '\u{2bc}')
}

fn is_cyrillic(char: char) -> bool {
    matches!(char, '\u{400}'..='\u{52f}')
}

/// The letter under a mark, where that is a Latin one, and е for ё.
fn without_mark(char: char) -> char {
    if char.is_ascii() || (is_cyrillic(char) && char != 'ё') {
        return char;
    }
    let mut base = char;
    let mut is_first = true;
    decompose_canonical(char, |part| {
        if std::mem::take(&mut is_first) && (part.is_ascii_alphabetic() || part == 'е') {
            base = part;
        }
    });
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<String> {
        let mut parts = Vec::new();
        segments(text, |segment| {
            parts.push(match segment {
                Segment::Word(word) => word.to_owned(),
                Segment::Dense(chars) => format!("[{}]", chars.iter().collect::<String>()),
            });
        });
        parts
    }

    #[test]
    fn words_are_parted_from_what_has_no_spaces() {
        assert_eq!(
            parts("Su-57: 북러 정상회담, ロシア軍の2人"),
            ["su", "57", "[북러]", "[정상회담]", "[ロシア軍の]", "2", "[人]"]
        );
        assert_eq!(parts("Kim’s visit"), ["kim", "s", "visit"]);
        assert_eq!(parts("п’ять об'єктів"), ["пять", "обєктів"]);
    }

    #[test]
    fn forms_case_and_marks_make_no_difference() {
        assert_eq!(
            parts("ＫＣＮＡ ﾛｼｱ Pyŏngyang ЁЛКА пла\u{ad}ны"),
            ["kcna", "[ロシア]", "pyongyang", "елка", "планы"]
        );
    }

    #[test]
    fn a_word_of_any_length_is_cut_and_a_text_of_marks_has_none() {
        assert_eq!(parts(&"a".repeat(10_000)), ["a".repeat(MAX_WORD_CHARS)]);
        assert!(parts("\u{301}\u{301} — … \"*\" ()").is_empty());
    }

    #[test]
    fn the_cases_of_a_word_have_one_stem() {
        for forms in [
            &["россия", "россии", "россию", "россией"][..],
            &["росія", "росії", "росію", "росією"],
            &["корея", "кореи", "корее", "корею", "кореей"],
            &["лавров", "лаврова", "лаврову", "лавровым", "лаврове"],
            &["путін", "путіна", "путіну", "путіним", "путінові"],
            &["переговоры", "переговоров", "переговорам", "переговорами", "переговорах"],
            &["північнокорейський", "північнокорейських", "північнокорейського", "північнокорейськими"],
            &["соглашение", "соглашения", "соглашением", "соглашений", "соглашениями"],
            &["missile", "missiles"],
            &["country", "countries"],
        ] {
            let stems: Vec<_> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{stems:?}");
        }
    }

    #[test]
    fn a_short_word_keeps_its_ending() {
        for word in ["un", "gas", "это", "дом", "ось", "press", "virus"] {
            assert_eq!(stem(word), word);
        }
    }
}
