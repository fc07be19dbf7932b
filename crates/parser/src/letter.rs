//! Letters told quickly: what [`char`]'s methods say, asked of their tables only where the script is a rare one.

/// As [`char::is_alphanumeric`].
pub(crate) fn is_alphanumeric(c: char) -> bool {
    match c {
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ʯ' | 'Ѐ'..='ҁ' => true,
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{4e00}'..='\u{9fff}' | '가'..='힣' => true,
        // General punctuation: dashes, quotation marks, spaces.
        '\u{2000}'..='\u{206f}' => false,
        _ => c.is_alphanumeric(),
    }
}

/// As [`char::is_uppercase`].
pub(crate) fn is_uppercase(c: char) -> bool {
    match c {
        _ if c.is_ascii() => c.is_ascii_uppercase(),
        'Ѐ'..='Я' => true,
        'а'..='џ' => false,
        _ => c.is_uppercase(),
    }
}

/// Adds what [`char::to_lowercase`] makes of `c`.
pub(crate) fn push_lowercase(text: &mut String, c: char) {
    match c {
        _ if c.is_ascii() => text.push(c.to_ascii_lowercase()),
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{4e00}'..='\u{9fff}' | '가'..='힣' | 'а'..='џ' => text.push(c),
        _ => text.extend(c.to_lowercase()),
    }
}

/// How many letters and digits `text` has.
pub(crate) fn count_alphanumeric(text: &str) -> usize {
    text.chars().filter(|c| is_alphanumeric(*c)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_told_as_the_tables_tell_it() {
        let mut small = String::new();
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
            assert_eq!(is_uppercase(c), c.is_uppercase(), "{c:?}");
            small.clear();
            push_lowercase(&mut small, c);
            assert!(small.chars().eq(c.to_lowercase()), "{c:?}");
        }
    }
}
