//! Character references (`&amp;`, `&#8217;`), resolved and written.

use std::borrow::Cow;

use memchr::memchr;
use web_atoms::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// The longest name of a character reference in HTML, `CounterClockwiseContourIntegral`, with room for entities that a
/// document declares.
const MAX_REFERENCE: usize = 40;

/// Text with its references resolved: XML's, HTML's, and numeric ones as browsers read them. What is no reference stays.
pub fn resolve(text: &str) -> Cow<'_, str> {
    resolve_with(text, |_| None)
}

/// Like [`resolve`], with further entities.
pub fn resolve_with<'e>(text: &str, mut declared: impl FnMut(&str) -> Option<&'e str>) -> Cow<'_, str> {
    let Some(first) = memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut next = Some(first);
    while let Some(at) = next {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest, &mut declared) {
            Some((length, value)) => {
                value.push_to(&mut out);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
        next = memchr(b'&', rest.as_bytes());
    }
    out.push_str(rest);
    Cow::Owned(out)
}

enum Value<'e> {
    Chars(char, Option<char>),
    Text(&'e str),
}

impl Value<'_> {
    fn push_to(self, out: &mut String) {
        match self {
            Self::Chars(first, second) => {
                out.push(first);
                out.extend(second);
            }
            Self::Text(text) => out.push_str(text),
        }
    }
}

/// The reference at the start of `text`: its length and value.
fn reference<'e>(
    text: &str,
    mut declared: impl FnMut(&str) -> Option<&'e str>,
) -> Option<(usize, Value<'e>)> {
    let reach = text.as_bytes().iter().take(MAX_REFERENCE).position(|byte| *byte == b';')?;
    let name = &text[1..reach];
    let value = match name.strip_prefix('#') {
        Some(number) => {
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            // Too large for a number is a number beyond Unicode, as long as it is made of digits.
            let number = match number {
                Ok(number) => number,
                Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => u32::MAX,
                Err(_) => return None,
            };
            Value::Chars(numbered(number), None)
        }
        None => match declared(name) {
            Some(text) => Value::Text(text),
            None => {
                let (first, second) = *NAMED_ENTITIES.get(&text[1..=reach])?;
                Value::Chars(char::from_u32(first)?, char::from_u32(second).filter(|c| *c != '\0'))
            }
        },
    };
    Some((reach + 1, value))
}

/// The character of a numeric reference, by HTML's rules ("numeric character reference end state"): 128 to 159 are meant
/// as windows-1252, and what is no character is U+FFFD.
fn numbered(number: u32) -> char {
    let meant = number.checked_sub(0x80).and_then(|at| *C1_REPLACEMENTS.get(at as usize)?);
    meant.or(char::from_u32(number)).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Text as it must be written in HTML to stand for itself.
pub fn escape_to(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_browsers_do() {
        assert_eq!(resolve("a&amp;b&nbsp;c&#8217;d&#146;e&#x41;"), "a&b\u{A0}c\u{2019}d\u{2019}eA");
        assert_eq!(resolve("&beta;&NotEqualTilde;"), "β\u{2242}\u{338}");
        assert_eq!(resolve("&#0;&#xD800;&#99999999999;"), "\u{FFFD}\u{FFFD}\u{FFFD}");
        assert_eq!(resolve("R&D & co &unknown; &"), "R&D & co &unknown; &");
    }
}
