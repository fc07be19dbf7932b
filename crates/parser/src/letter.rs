//! Letters told quickly: what [`char`]'s methods say, asked of their tables only where the script is a rare one.

/// As [`char::is_alphanumeric`].
#[inline]
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
#[inline]
pub(crate) fn is_uppercase(c: char) -> bool {
    match c {
        _ if c.is_ascii() => c.is_ascii_uppercase(),
        'Ѐ'..='Я' => true,
        'а'..='џ' => false,
        _ => c.is_uppercase(),
    }
}

/// Adds what [`char::to_lowercase`] makes of `c`.
#[inline]
pub(crate) fn push_lowercase(text: &mut String, c: char) {
    match c {
        _ if c.is_ascii() => text.push(c.to_ascii_lowercase()),
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{4e00}'..='\u{9fff}' | '가'..='힣' | 'а'..='џ' => text.push(c),
        _ => text.extend(c.to_lowercase()),
    }
}

/// The letters and digits of an ASCII text in lower case, `most` of them at most, written in the room of another text.
pub(crate) fn squeezed_ascii(text: &str, most: usize, room: String) -> String {
    let mut squeezed = room.into_bytes();
    squeezed.clear();
    squeezed.resize(text.len().min(most), 0);
    let mut count = 0;
    // Each character is written, and where it does not count, the next one in its place: that takes no branch.
    for byte in text.bytes() {
        let Some(place) = squeezed.get_mut(count) else { break };
        *place = SQUEEZED[usize::from(byte)];
        count += usize::from(*place != 0);
    }
    squeezed.truncate(count);
    // What is ASCII is UTF-8.
    String::from_utf8(squeezed).unwrap_or_default()
}

/// ASCII letters and digits in lower case, and zeros in the places of all other bytes.
static SQUEEZED: [u8; 256] = {
    let mut squeezed = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            squeezed[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    squeezed
};

/// Whether `text` is a line as it is published: of characters that are seen and are composed whatever stands beside them, with
/// single spaces between words and none at its ends.
pub(crate) fn is_plain_line(text: &str) -> bool {
    let is_plain = |c: char| match c {
        _ if c.is_ascii() => !c.is_ascii_control(),
        // Neither the soft hyphen nor marks, and of general punctuation no spaces and no signs of direction.
        '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | 'Ѐ'..='ҁ' => true,
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => true,
        '、'..='〃' | '「'..='】' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{4e00}'..='\u{9fff}' | '가'..='힣' => {
            true
        }
        _ => matches!(c, '！'..='～'),
    };
    let mut is_behind_space = true;
    let is_line = text.chars().all(|c| {
        let was_behind_space = std::mem::replace(&mut is_behind_space, c == ' ');
        is_plain(c) && !(is_behind_space && was_behind_space)
    });
    is_line && !is_behind_space
}

/// How many letters and digits `text` has.
pub(crate) fn count_alphanumeric(text: &str) -> usize {
    count_alphanumeric_to(text, usize::MAX)
}

/// The same, where more than `most` make no difference.
pub(crate) fn count_alphanumeric_to(text: &str, most: usize) -> usize {
    text.chars().filter(|c| is_alphanumeric(*c)).take(most).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_are_squeezed_in_lower_case() {
        let of = |text: &str, most: usize| squeezed_ascii(text, most, "room".to_owned());
        assert_eq!(of("The Ferry, at 6!", usize::MAX), "theferryat6");
        assert_eq!(of("The Ferry", 4), "thef");
        assert_eq!(of(" - ", 4), "");
    }

    #[test]
    fn a_plain_line_has_single_spaces_between_its_words() {
        for line in ["The ferry runs", "“Così”, sagt der Kapitän – 6 Uhr", "여객선이 떠났다", "界"]
        {
            assert!(is_plain_line(line), "{line}");
        }
        for line in [
            "",
            " ",
            " a",
            "a ",
            "a  b",
            "a\nb",
            "a\u{a0}b",
            "a\u{ad}b",
            "e\u{301}",
            "a\u{7f}",
            "a\u{202f}b",
            "a\u{3000}b",
        ] {
            assert!(!is_plain_line(line), "{line:?}");
        }
    }

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
