//! Names that a page's bytes don't show as they read: escaped letters, combining and invisible signs, wide letters.
//!
//! [`near_hidden`] gathers what stands around them, at little cost; only where that, made [`plain`], holds a word that is
//! looked for is the whole page rewritten and scanned again. Escapes of signs (`&amp;`, `&#39;`, `\u003c`) are everywhere
//! and hide no name, so they don't count.

use std::borrow::Cow;
use std::ops::Range;

use html5ever::data::NAMED_ENTITIES;
use memchr::memchr3;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::letters::Letters;
use crate::subject::fold::is_invisible;

/// An escape: where it starts and ends, and the character it stands for, if it is one.
type Piece = (usize, usize, Option<char>);

/// Whether one of `letters` isn't written as its UTF-8 bytes, or a sign that reading drops stands between letters.
pub(crate) fn hides_letters(bytes: &[u8], letters: &Letters) -> bool {
    // Most text has none of what hides letters, and tells that faster than searches are made ready.
    let is_plain = bytes.is_ascii() && memchr3(b'&', b'\\', b'<', bytes).is_none();
    !is_plain && any_hidden(bytes, letters, |_| true)
}

/// The places where letters hide, with `reach` bytes on each side, in one piece; the whole page where that is most of it.
pub(crate) fn near_hidden<'b>(bytes: &'b [u8], letters: &Letters, reach: usize) -> Cow<'b, [u8]> {
    /// Bytes of page for each place that is noted.
    const EACH: usize = 64;
    let mut left = bytes.len() / EACH + 1;
    let (mut near, mut taken) = (Vec::new(), 0);
    let too_many = any_hidden(bytes, letters, |place| {
        let start = place.start.saturating_sub(reach).max(taken);
        let end = bytes.len().min(place.end + reach);
        if start > taken {
            near.push(b' ');
        }
        if end > start {
            near.extend_from_slice(&bytes[start..end]);
            taken = end;
        }
        left -= 1;
        left == 0
    });
    if too_many { Cow::Borrowed(bytes) } else { Cow::Owned(near) }
}

/// Shows `stop`, in the order of the page, where one of `letters` isn't written as its UTF-8 bytes or a sign that reading
/// drops stands between letters, until it says `true`.
fn any_hidden(bytes: &[u8], letters: &Letters, mut stop: impl FnMut(Range<usize>) -> bool) -> bool {
    let hides = |(start, end, c): &Piece| match c {
        Some(c) if is_invisible(*c) => is_inside_word(bytes, *start, *end),
        Some(c) => letters.contain(*c) || (*c >= COMBINING && canonical_combining_class(*c) != 0),
        // Half a surrogate pair: names have no letters up there, but for mathematical ones.
        None => bytes[*start..*end].eq_ignore_ascii_case(b"\\ud835"),
    };
    let mut breaks = OptionalBreaks::of(bytes);
    any_lead(bytes, |at| {
        let place = match bytes[at] {
            b'&' | b'\\' if is_common_sign(&bytes[at..]) => None,
            b'&' | b'\\' => escape_at(bytes, at).filter(hides).map(|(start, end, _)| start..end),
            b'<' => breaks.starting(at),
            _ => is_other_form(bytes, at).then(|| at..at + 1),
        };
        place.is_some_and(&mut stop)
    })
}

/// Shows `stop` where an escape, a tag that begins like `<wbr`, or a character beyond ASCII begins, until it says `true`.
///
/// Most of most pages is none of these, and is passed over in blocks, in a way that compilers make vector instructions of.
fn any_lead(bytes: &[u8], mut stop: impl FnMut(usize) -> bool) -> bool {
    const BLOCK: usize = 64;
    let is_lead = |byte: u8, next: u8| {
        u8::from(byte == b'&') | u8::from(byte == b'\\') | (u8::from(byte == b'<') & u8::from(next == b'w'))
            // A byte that continues a character has the first bit, but not the second.
            | (byte & byte << 1 & 0x80)
    };
    let (mut at, mut leads) = (0, [0; BLOCK]);
    // One byte more, since the last one's successor is looked at.
    while let Some(block) = bytes[at..].first_chunk::<{ BLOCK + 1 }>() {
        let mut any = 0;
        for place in 0..BLOCK {
            leads[place] = is_lead(block[place], block[place + 1]);
            any |= leads[place];
        }
        if any != 0 {
            for (eight, from) in leads.as_chunks::<8>().0.iter().zip((at..).step_by(8)) {
                let mut eight = u64::from_le_bytes(*eight);
                while eight != 0 {
                    if stop(from + eight.trailing_zeros() as usize / 8) {
                        return true;
                    }
                    eight &= eight - 1;
                }
            }
        }
        at += BLOCK;
    }
    (at..bytes.len()).any(|at| is_lead(bytes[at], *bytes.get(at + 1).unwrap_or(&0)) != 0 && stop(at))
}

/// The first combining sign.
const COMBINING: char = '\u{300}';

/// Finds the tags that say where a word may be broken, asked in the order of the page: where none is closed, each would
/// otherwise be searched for its end as far as the page goes.
struct OptionalBreaks<'b> {
    bytes: &'b [u8],
    /// Behind the first `>` from the tag asked for last.
    end: usize,
}

impl<'b> OptionalBreaks<'b> {
    fn of(bytes: &'b [u8]) -> Self {
        Self { bytes, end: 0 }
    }

    /// The tag that begins at `at`, if one does.
    fn starting(&mut self, at: usize) -> Option<Range<usize>> {
        let rest = &self.bytes[at..];
        rest.starts_with(b"<wbr").then(|| {
            if self.end <= at {
                let length = memchr::memchr(b'>', rest).map_or(rest.len(), |length| length + 1);
                self.end = at + length;
            }
            at..self.end
        })
    }
}

/// Whether what takes `start..end` stands between two letters, as far as bytes tell.
fn is_inside_word(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = match &bytes[..start] {
        // The end of another escape; of a surrogate pair, which is no letter.
        [.., b'\\', b'u', b'd' | b'D', _, _, _] => false,
        [.., b';' | b'}'] => true,
        before => last_char(before).is_some_and(|c| c.is_alphanumeric() || is_invisible(c)),
    };
    let after = match &bytes[end..] {
        [b'\\', b'u', b'd' | b'D', ..] => false,
        [b'&' | b'\\', ..] => true,
        after => first_char(after).is_some_and(|c| c.is_alphanumeric() || is_invisible(c)),
    };
    before && after
}

fn last_char(bytes: &[u8]) -> Option<char> {
    let tail = &bytes[bytes.len().saturating_sub(4)..];
    tail.utf8_chunks().last().and_then(|chunk| chunk.valid().chars().next_back())
}

fn first_char(bytes: &[u8]) -> Option<char> {
    bytes[..bytes.len().min(4)].utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next())
}

/// The text of `bytes` with every escape resolved, composed, without compatibility forms and invisible signs; its case stays.
pub(crate) fn plain(bytes: &[u8]) -> String {
    let (mut pieces, mut breaks) = (Vec::<Piece>::new(), OptionalBreaks::of(bytes));
    any_lead(bytes, |at| {
        match bytes[at] {
            b'&' | b'\\' => pieces.extend(escape_at(bytes, at)),
            b'<' => pieces.extend(breaks.starting(at).map(|tag| (tag.start, tag.end, Some('\u{200B}')))),
            _ => {}
        }
        false
    });
    let mut text: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut push = [0; 4];
    let mut at = 0;
    let mut lead: Option<u32> = None;
    for (start, end, c) in pieces {
        if start < at {
            continue;
        }
        if start > at {
            text.extend_from_slice(&bytes[at..start]);
            lead = None;
        }
        match (c, lead.take()) {
            (Some(c), _) => text.extend_from_slice(c.encode_utf8(&mut push).as_bytes()),
            // Half a character beyond the basic plane: `\ud83d\ude80`.
            (None, high) => match (surrogate(&bytes[start..end]), high) {
                (Some(low @ 0xDC00..), Some(high)) => {
                    if let Some(c) = char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)) {
                        text.extend_from_slice(c.encode_utf8(&mut push).as_bytes());
                    }
                }
                (half, _) => lead = half.filter(|half| *half < 0xDC00),
            },
        }
        at = end;
    }
    text.extend_from_slice(&bytes[at..]);
    let text = String::from_utf8(text)
        .unwrap_or_else(|damaged| String::from_utf8_lossy(damaged.as_bytes()).into_owned());
    normalise_where_needed(text)
}

/// Normalises the runs of letters that hold something to normalise: the rest is most of any page.
fn normalise_where_needed(text: String) -> String {
    let bytes = text.as_bytes();
    let mut places = Vec::new();
    any_lead(bytes, |at| {
        if !bytes[at].is_ascii() && is_other_form(bytes, at) {
            places.push(at);
        }
        false
    });
    if places.is_empty() {
        return text;
    }
    let in_run = |byte: &u8| !byte.is_ascii() || byte.is_ascii_alphanumeric();
    let mut normal = String::with_capacity(text.len());
    let mut done = 0;
    for place in places {
        if place < done {
            continue;
        }
        let start =
            bytes[done..place].iter().rposition(|byte| !in_run(byte)).map_or(done, |at| done + at + 1);
        let end =
            bytes[place..].iter().position(|byte| !in_run(byte)).map_or(bytes.len(), |length| place + length);
        normal.push_str(&text[done..start]);
        let seen = |c: &char| canonical_combining_class(*c) == 0 && !is_invisible(*c);
        normal.extend(text[start..end].nfc().nfkc().filter(seen));
        done = end;
    }
    normal.push_str(&text[done..]);
    normal
}

/// The escape that starts at `at`, where `&` or `\` stands, if there is one.
fn escape_at(bytes: &[u8], at: usize) -> Option<Piece> {
    match bytes[at..] {
        [b'&', ..] => reference(bytes, at),
        [_, b'u', ..] => long_escape(bytes, at),
        [_, b'x', ..] => Some((at, at + 4, char::from_u32(hexadecimal(bytes.get(at + 2..at + 4)?)?))),
        _ => None,
    }
}

/// The character reference of HTML that starts at `at`.
fn reference(bytes: &[u8], at: usize) -> Option<Piece> {
    let rest = &bytes[at + 1..];
    if let Some(number) = rest.strip_prefix(b"#") {
        let (digits, radix, sign) = match number {
            [b'x' | b'X', digits @ ..] => (digits, 16, 3),
            digits => (digits, 10, 2),
        };
        let length = digits.iter().take(12).take_while(|digit| char::from(**digit).is_digit(radix)).count();
        let value = u32::from_str_radix(std::str::from_utf8(&digits[..length]).ok()?, radix).ok()?;
        let end = at + sign + length + usize::from(digits.get(length) == Some(&b';'));
        return Some((at, end, char::from_u32(windows_1252(value))));
    }
    /// The longest name of HTML's table has 31 letters.
    const LONGEST: usize = 32;
    /// The longest of those that need no semicolon: `&Aacute`.
    const LONGEST_OLD: usize = 6;
    let length = rest.iter().take(LONGEST).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if rest.get(length) == Some(&b';')
        && let Some((value, _)) = NAMED_ENTITIES.get(std::str::from_utf8(&rest[..=length]).ok()?)
    {
        return Some((at, at + length + 2, char::from_u32(*value)));
    }
    // Letters may follow an old name at once.
    let name = std::str::from_utf8(&rest[..length.min(LONGEST_OLD)]).ok()?;
    let (value, taken) = (2..=name.len()).rev().find_map(|taken| {
        let (value, _) = NAMED_ENTITIES.get(&name[..taken])?;
        (*value != 0).then_some((*value, taken))
    })?;
    Some((at, at + 1 + taken, char::from_u32(value)))
}

/// Whether what begins here is no escape, or one that stands for a sign, as nearly all do: told without looking it up.
fn is_common_sign(rest: &[u8]) -> bool {
    match rest {
        [b'\\', b'u' | b'x', ..] => false,
        [b'\\', ..] => true,
        [_, b'#', b'3', b'9', b';', ..] | [_, b'#', b'x', b'2', b'7', b';', ..] => true,
        [_, b'#', ..] => false,
        [_, first, ..] if !first.is_ascii_alphabetic() => true,
        [_, b'a', b'm', b'p', b';', ..]
        | [_, b'q', b'u', b'o', b't', b';', ..]
        | [_, b'n', b'b', b's', b'p', b';', ..]
        | [_, b'l' | b'g', b't', b';', ..]
        | [_, b'r' | b'l', b'a' | b's', b'q', b'u', b'o', b';', ..]
        | [_, b'm' | b'n', b'd', b'a', b's', b'h', b';', ..]
        | [_, b'h', b'e', b'l', b'l', b'i', b'p', b';', ..]
        | [_, b'c', b'o', b'p', b'y', b';', ..] => true,
        [_, ..] => false,
        [] => true,
    }
}

/// What the numbers 0x80–0x9F mean in references: HTML reads them as windows-1252, where two are letters.
fn windows_1252(value: u32) -> u32 {
    match value {
        0x8A => 0x160,
        0x8C => 0x152,
        0x8E => 0x17D,
        0x9A => 0x161,
        0x9C => 0x153,
        0x9E => 0x17E,
        0x9F => 0x178,
        _ => value,
    }
}

/// The escape `\uXXXX` or `\u{X…}` of script data that starts at `at`; it stands for no character where it is half a
/// surrogate pair.
fn long_escape(bytes: &[u8], at: usize) -> Option<Piece> {
    let rest = &bytes[at + 2..];
    if let Some(braced) = rest.strip_prefix(b"{") {
        let length = braced.iter().take(8).position(|byte| *byte == b'}')?;
        return Some((at, at + 4 + length, char::from_u32(hexadecimal(&braced[..length])?)));
    }
    Some((at, at + 6, char::from_u32(hexadecimal(rest.get(..4)?)?)))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The half of a surrogate pair that an escape stands for.
fn surrogate(escape: &[u8]) -> Option<u32> {
    let value = hexadecimal(escape.get(2..6)?)?;
    (0xD800..0xE000).contains(&value).then_some(value)
}

/// Whether a combining or invisible sign, a conjoining jamo, or a letter in a compatibility form begins at `at`.
fn is_other_form(bytes: &[u8], at: usize) -> bool {
    let next = |after: usize| bytes.get(at + after).copied().unwrap_or(0);
    match bytes[at] {
        // U+0300–U+036F.
        0xCC => true,
        0xCD => matches!(next(1), 0x80..=0xAF),
        // The soft hyphen.
        0xC2 => next(1) == 0xAD && is_inside_word(bytes, at, at + 2),
        // U+1100–U+11FF.
        0xE1 => matches!(next(1), 0x84..=0x87),
        0xE2 => match (next(1), next(2)) {
            // Zero-width and directional signs, word joiner.
            (0x80, 0x8B..=0x8F | 0xAA..=0xAE) | (0x81, 0xA0) => is_inside_word(bytes, at, at + 3),
            // Enclosed letters.
            (0x92 | 0x93, _) => true,
            _ => false,
        },
        // Voicing signs that belong to the kana before.
        0xE3 => next(1) == 0x82 && matches!(next(2), 0x99 | 0x9A),
        0xEF => match (next(1), next(2)) {
            // Variation selectors, a BOM inside.
            (0xB8, 0x80..=0x8F) | (0xBB, 0xBF) => is_inside_word(bytes, at, at + 3),
            // Ligatures.
            (0xAC, _) => true,
            // Fullwidth digits and letters, halfwidth kana and jamo.
            (0xBC, 0x90..=0x99 | 0xA1..=0xBA) | (0xBD, 0x81..=0x9A | 0xA6..=0xBF) | (0xBE, _) => true,
            _ => false,
        },
        // Mathematical letters.
        0xF0 => next(1) == 0x9D && matches!(next(2), 0x90..=0x9F),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn leads_are_shown_in_order_wherever_they_stand(pieces in proptest::collection::vec(
            proptest::sample::select(vec!["&", "\\", "<w", "<", "w", "é", "한", "🚀", "a stretch of ordinary text", "\n"]), 0..60,
        )) {
            let text = pieces.concat();
            let is_lead = |(at, c): &(usize, char)| match c {
                '<' => text[*at..].starts_with("<w"),
                c => matches!(c, '&' | '\\') || !c.is_ascii(),
            };
            let expected: Vec<usize> = text.char_indices().filter(is_lead).map(|(at, _)| at).collect();
            let mut shown = Vec::new();
            any_lead(text.as_bytes(), |at| {
                shown.push(at);
                false
            });
            prop_assert_eq!(shown, expected);
        }
    }

    #[test]
    fn escaped_letters_are_seen_and_resolved() {
        for (written, read) in [
            ("&#1055;&#x443;&#X442;", "Пут"),
            ("Cor&eacute;e", "Corée"),
            ("Cor&eacutee", "Corée"),
            ("Nord&shy;rova", "Nordrova"),
            ("\\u041f\\u0443", "Пу"),
            ("\\u{41f}", "П"),
            ("\\xe9t\\xe9", "été"),
            ("\\ud83d\\ude80 \\u0440", "🚀 р"),
            ("Ro<wbr/>va", "Rova"),
            ("Ｒｏｖａ", "Rova"),
            ("Ro\u{200b}va", "Rova"),
            ("и\u{306}", "й"),
            ("\u{1107}\u{116e}\u{11a8}", "북"),
        ] {
            let letters = Letters::of([read, "rova"].into_iter());
            assert!(hides_letters(written.as_bytes(), &letters), "{written}");
            assert_eq!(plain(written.as_bytes()), read);
        }
    }

    #[test]
    fn escaped_signs_hide_nothing() {
        for page in [
            "a &amp; b&nbsp;&#39;&#8217;&lt;&copy;",
            "\\u003cp\\u003e \\u2019 \\x22",
            "AT&T, R&D &",
            "，！「」… “”－",
            "\\u12",
            "&uuml; \\u00fc",
            "☺\u{fe0f} \\ud83d\\udc69\\u200d\\ud83d\\ude80",
        ] {
            assert!(!hides_letters(page.as_bytes(), &Letters::of(["rova"].into_iter())), "{page}");
        }
    }
}
