//! What stands before a wire's name in a dateline: a place, a day, or nothing.

/// A dateline has no more words before the wire's name.
const MAX_WORDS: usize = 9;

/// The name of a place in a script without spaces is no longer than this, in scalar values.
const MAX_DENSE: usize = 7;

/// Small words inside the names of places, and between them.
const SMALL: [&str; 25] = [
    "de", "la", "del", "le", "les", "el", "al", "of", "and", "y", "et", "und", "am", "an", "der", "im",
    "sur", "в", "на", "і", "и", "du", "da", "do", "dos",
];

/// Words that say that a line is about a picture.
const PICTURES: [&str; 24] = [
    "photo",
    "photograph",
    "image",
    "picture",
    "pictured",
    "caption",
    "file",
    "foto",
    "bild",
    "фото",
    "снимок",
    "снимке",
    "사진",
    "자료",
    "제공",
    "그래픽",
    "캡처",
    "写真",
    "画像",
    "提供",
    "撮影",
    "图片",
    "圖片",
    "资料",
];

/// Whether `text` looks as what stands before the wire in a dateline: capitalised words and days, few of them, and no sentence.
/// Nothing at all is fine too.
pub(super) fn is_place_and_day(text: &str) -> bool {
    let text = text.trim();
    if text.contains(['"', '“', '”', '«', '»', '?', '!', '©', '=', ';']) || is_about_picture(text) {
        return false;
    }
    // Without spaces, a sentence looks like a word: a place is short.
    let dense = text.chars().filter(|c| crate::script::is_dense(*c)).count();
    if dense > MAX_DENSE && !text.contains(char::is_numeric) || dense > 2 * MAX_DENSE {
        return false;
    }
    let mut words = 0;
    let mut after_number = false;
    let mut ended = false;
    for word in text.split(|c: char| c.is_whitespace() || c == ',' || c == '/') {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() {
            continue;
        }
        words += 1;
        let first = bare.chars().next().unwrap_or_default();
        let is_number = bare.chars().any(|c| c.is_numeric());
        let is_capital = first.is_uppercase();
        // Letters without case: a place is short.
        let is_caseless =
            first.is_alphabetic() && !first.is_lowercase() && !is_capital && bare.chars().count() <= 14;
        let is_month = after_number && bare.chars().count() <= 10;
        let is_small = SMALL.contains(&bare) || word.starts_with("al-");
        if words > MAX_WORDS || !(is_number || is_capital || is_caseless || is_month || is_small) {
            return false;
        }
        // A full stop ends a place ("КИЇВ."), an abbreviation or a day, not a sentence with another behind it.
        if ended && bare.chars().count() > 1 && !is_number && !after_number && words > 3 {
            return false;
        }
        ended = word.ends_with('.') && bare.chars().count() > 4 && !is_number && !is_month;
        after_number = is_number || (after_number && is_small);
    }
    true
}

/// Whether `text` names a place so that nobody takes it for a person or a sentence: a word of capitals, or a day.
pub(super) fn is_marked(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        let letters = word.chars().count();
        let is_capitals = letters >= 3 && word.chars().all(char::is_uppercase);
        is_capitals || (letters <= 2 && letters > 0 && word.chars().all(|c| c.is_numeric()))
    })
}

/// Whether a line is about a picture, by its words.
pub(super) fn is_about_picture(text: &str) -> bool {
    let spaced = text
        .split(|c: char| !c.is_alphabetic())
        .any(|word| PICTURES.iter().any(|known| known.is_ascii() && word.eq_ignore_ascii_case(known)));
    spaced || PICTURES.iter().any(|known| !known.is_ascii() && text.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_days_are_told_from_sentences() {
        for text in [
            "",
            "SEOUL, South Korea",
            "San Jose, Dec 31",
            "МОСКВА, 29 июня.",
            "КИЇВ. 21 березня.",
            "Port City, N.J.,",
            "21 марта, Минск",
            "RIO DE JANEIRO, 3 de mayo",
            "항구 3월 21일",
            "Neu Hafen, 21. Mär",
        ] {
            assert!(is_place_and_day(text), "{text}");
        }
        for text in [
            "The ferry was late",
            "photo by Ana Lund",
            "Ana Lund said",
            "Westland's agency",
            "“Port City",
            "The Port Authority of the City of Westland and the Islands",
        ] {
            assert!(!is_place_and_day(text), "{text}");
        }
        assert!(is_marked("SAN JOSE, Dec 31"));
        assert!(!is_marked("Ana Lund"));
    }
}
