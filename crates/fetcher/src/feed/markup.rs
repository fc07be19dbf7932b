//! Markup as strangers write it, cut into tokens.
//!
//! Everything is a token of some kind: nothing that stands in a document makes the scanner stop, and every byte is looked
//! at a bounded number of times. That is why this isn't an XML reader of a library: those end at the first error, and
//! starting them again behind it scans a hostile document once for each of its errors.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};
use web_atoms::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// How many `<` may stand in the attribute values of one tag. XML allows none; some stand where a publisher put a text
/// into an attribute. The bound also keeps the scan of unclosed quotes linear.
const ANGLES_IN_TAG_MAX: usize = 16;

/// A piece of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A start tag, or an empty element's.
    Open(Tag<'t>),
    /// An end tag, by its name as written.
    Close(&'t str),
    /// Text, with its references.
    Text(&'t str),
    /// The text of a CDATA section, which has no references.
    Literal(&'t str),
    /// The document type declaration.
    Doctype(&'t str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    /// The name as written, with its prefix.
    pub(super) name: &'t str,
    /// All that follows the name, up to `>` or `/>`.
    attributes: &'t str,
    /// Whether it is empty (`/>`).
    pub(super) empty: bool,
}

/// The tokens of a document, in order.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// From here on no `-->`, `]]>` or `?>` respectively is found; asked only once.
    no_comment_end: bool,
    no_literal_end: bool,
    /// Whether something was not well-formed.
    pub(super) malformed: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, no_comment_end: false, no_literal_end: false, malformed: false }
    }

    /// What has not been scanned yet.
    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    fn text_to(&mut self, end: usize) -> Token<'t> {
        let start = std::mem::replace(&mut self.at, end);
        Token::Text(&self.text[start..end])
    }

    /// Text that starts with a `<` which opens nothing.
    fn stray_angle(&mut self) -> Token<'t> {
        self.malformed = true;
        let end =
            memchr(b'<', &self.bytes()[self.at + 1..]).map_or(self.text.len(), |next| self.at + 1 + next);
        self.text_to(end)
    }

    /// What stands behind `<!`: a comment and any declaration but the document type's yield nothing.
    fn declaration(&mut self) -> Option<Token<'t>> {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            self.comment();
            return None;
        }
        if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<![CDATA[")) {
            return Some(self.literal());
        }
        if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!DOCTYPE")) {
            return Some(self.doctype());
        }
        self.skip_past_angle();
        None
    }

    fn comment(&mut self) {
        let from = self.at + 4;
        let end = if self.no_comment_end { None } else { memmem::find(&self.bytes()[from..], b"-->") };
        match end {
            Some(end) => self.at = from + end + 3,
            None => {
                // An unclosed comment must not hide the entries behind it.
                self.no_comment_end = true;
                self.malformed = true;
                self.at = from;
            }
        }
    }

    fn literal(&mut self) -> Token<'t> {
        let from = self.at + 9;
        let end = if self.no_literal_end { None } else { memmem::find(&self.bytes()[from..], b"]]>") };
        let end = end.map(|end| from + end);
        self.at = match end {
            Some(end) => end + 3,
            None => {
                self.no_literal_end = true;
                self.malformed = true;
                // Text up to the next end tag, as if the section's end had been forgotten.
                memmem::find(&self.bytes()[from..], b"</").map_or(self.text.len(), |next| from + next)
            }
        };
        Token::Literal(&self.text[from..end.unwrap_or(self.at)])
    }

    /// A document type declaration, with its internal subset in brackets.
    fn doctype(&mut self) -> Token<'t> {
        let from = self.at + 9;
        let bytes = self.bytes();
        let first = memchr2(b'>', b'[', &bytes[from..]).map_or(self.text.len(), |found| from + found);
        let end = match bytes.get(first) {
            Some(b'[') => memmem::find(&bytes[first..], b"]>")
                .map(|end| first + end + 1)
                .or_else(|| memchr(b'>', &bytes[first..]).map(|end| first + end)),
            Some(_) => Some(first),
            None => None,
        };
        let end = end.unwrap_or(self.text.len());
        self.at = (end + 1).min(self.text.len());
        Token::Doctype(&self.text[from..end])
    }

    fn instruction(&mut self) {
        let rest = &self.bytes()[self.at..];
        match memchr2(b'>', b'<', &rest[1..]) {
            Some(end) if rest[end + 1] == b'>' => self.at += end + 2,
            Some(end) => {
                self.malformed = true;
                self.at += end + 1;
            }
            None => self.at = self.text.len(),
        }
    }

    fn skip_past_angle(&mut self) {
        self.at = memchr(b'>', &self.bytes()[self.at..]).map_or(self.text.len(), |end| self.at + end + 1);
    }

    fn close(&mut self) -> Token<'t> {
        let from = self.at + 2;
        let end = memchr2(b'>', b'<', &self.bytes()[from..]).map_or(self.text.len(), |end| from + end);
        let closed = self.bytes().get(end) == Some(&b'>');
        self.malformed |= !closed;
        self.at = if closed { end + 1 } else { end };
        let name = self.text[from..end].split_ascii_whitespace().next().unwrap_or_default();
        Token::Close(name)
    }

    fn open(&mut self) -> Token<'t> {
        let bytes = self.bytes();
        let start = self.at + 1;
        let name_end = bytes[start..]
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<' | b'=' | b'"'))
            .map_or(bytes.len(), |end| start + end);
        let Some(end) = tag_end(bytes, name_end) else {
            return self.stray_angle();
        };
        self.at = end + 1;
        let empty = end > name_end && bytes[end - 1] == b'/';
        let attributes = &self.text[name_end..if empty { end - 1 } else { end }];
        Token::Open(Tag { name: &self.text[start..name_end], attributes, empty })
    }
}

impl<'t> Iterator for Scanner<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = &self.bytes()[self.at..];
            match rest {
                [] => return None,
                [b'<', b'!', ..] => match self.declaration() {
                    Some(token) => return Some(token),
                    None => continue,
                },
                [b'<', b'?', ..] => self.instruction(),
                [b'<', b'/', ..] => return Some(self.close()),
                [b'<', first, ..] if first.is_ascii_alphabetic() || *first == b'_' || *first >= 0x80 => {
                    return Some(self.open());
                }
                [b'<', ..] => return Some(self.stray_angle()),
                _ => {
                    let end = memchr(b'<', rest).map_or(self.text.len(), |end| self.at + end);
                    return Some(self.text_to(end));
                }
            }
        }
    }
}

/// The `>` that ends the tag whose name ends at `from`; `None` where what follows is no tag.
fn tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut angles = 0;
    let mut after_equals = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => return Some(at),
            b'<' => break,
            quote @ (b'"' | b'\'') if after_equals => {
                loop {
                    match memchr2(*quote, b'<', &bytes[at + 1..]) {
                        Some(found) => at += 1 + found,
                        None => return unquoted_end(bytes, from),
                    }
                    if bytes[at] == *quote {
                        break;
                    }
                    angles += 1;
                    if angles > ANGLES_IN_TAG_MAX {
                        return unquoted_end(bytes, from);
                    }
                }
                after_equals = false;
            }
            b'=' => after_equals = true,
            byte if byte.is_ascii_whitespace() => {}
            _ => after_equals = false,
        }
        at += 1;
    }
    unquoted_end(bytes, from)
}

/// The first `>` if no `<` comes before it: the end of a tag with a quote that was never closed.
fn unquoted_end(bytes: &[u8], from: usize) -> Option<usize> {
    let end = from + memchr2(b'>', b'<', &bytes[from..])?;
    (bytes[end] == b'>').then_some(end)
}

impl<'t> Tag<'t> {
    /// Its attributes: names as written, values with their references.
    pub(super) fn attributes(&self) -> Attributes<'t> {
        Attributes { rest: self.attributes }
    }

    /// The value of the first attribute with this name, in either case and with any prefix or none, references resolved.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        self.attributes()
            .find(|(full, _)| local(full).eq_ignore_ascii_case(name))
            .map(|(_, value)| unescape(value))
    }

    /// The tag as it would stand in a document, without the prefix of its name.
    pub(super) fn write_to(&self, out: &mut String) {
        out.push('<');
        out.push_str(local(self.name));
        out.push_str(self.attributes);
        out.push_str(if self.empty { "/>" } else { ">" });
    }
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The attributes of a tag.
pub(super) struct Attributes<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Attributes<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let space_or = |also: &'static [char]| move |c: char| c.is_ascii_whitespace() || also.contains(&c);
        self.rest = self.rest.trim_start_matches(space_or(&['/', '"', '\'']));
        if self.rest.is_empty() {
            return None;
        }
        let name_end = self.rest.find(space_or(&['='])).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(name_end);
        let Some(value) = rest.trim_ascii_start().strip_prefix('=') else {
            self.rest = rest;
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        let (value, rest) = match value.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                let inner = &value[1..];
                match memchr(*quote, inner.as_bytes()) {
                    Some(end) => (&inner[..end], &inner[end + 1..]),
                    None => (inner, ""),
                }
            }
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        self.rest = rest;
        Some((name, value))
    }
}

/// The longest name of a character reference in HTML, `CounterClockwiseContourIntegral`, with room for entities that a
/// document declares.
const REFERENCE_MAX: usize = 40;

/// Text with its references resolved: XML's, HTML's, and numeric ones as browsers read them. What is no reference stays.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    unescape_with(text, |_| None)
}

/// Like [`unescape`], with further entities.
pub(super) fn unescape_with<'e>(
    text: &str,
    mut declared: impl FnMut(&str) -> Option<&'e str>,
) -> Cow<'_, str> {
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
    let reach = text.as_bytes().iter().take(REFERENCE_MAX).position(|byte| *byte == b';')?;
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
pub(super) fn escape_to(text: &str, out: &mut String) {
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

    fn tokens(text: &str) -> Vec<Token<'_>> {
        Scanner::new(text).collect()
    }

    fn open(text: &str) -> Tag<'_> {
        match Scanner::new(text).next() {
            Some(Token::Open(tag)) => tag,
            other => panic!("no tag: {other:?}"),
        }
    }

    #[test]
    fn well_formed_markup_is_cut_at_its_tags() {
        let tokens = tokens("<?xml version='1.0'?><a x='1'>b<!-- c --><![CDATA[<d>]]></a>");
        assert!(matches!(tokens[0], Token::Open(tag) if tag.name == "a" && !tag.empty));
        assert_eq!(tokens[1..], [Token::Text("b"), Token::Literal("<d>"), Token::Close("a")]);
    }

    #[test]
    fn an_angle_that_opens_nothing_is_text() {
        assert_eq!(tokens("3 < 5")[1], Token::Text("< 5"));
        assert_eq!(tokens("a <b and c</t>")[1..], [Token::Text("<b and c"), Token::Close("t")]);
    }

    #[test]
    fn attributes_are_read_with_any_quotes_or_none() {
        let tag = open("<link rel = \"next\" href='/a?b=1&amp;c=2' type=text/html async/>");
        assert!(tag.empty);
        assert_eq!(tag.attribute("rel").as_deref(), Some("next"));
        assert_eq!(tag.attribute("href").as_deref(), Some("/a?b=1&c=2"));
        assert_eq!(tag.attribute("TYPE").as_deref(), Some("text/html"));
        assert_eq!(tag.attribute("async").as_deref(), Some(""));
    }

    #[test]
    fn an_angle_inside_quotes_does_not_end_the_tag() {
        assert_eq!(open("<e title=\"a <b> c\">").attribute("title").as_deref(), Some("a <b> c"));
    }

    #[test]
    fn an_unclosed_quote_ends_with_its_tag() {
        assert_eq!(tokens("<e a=\"x>text</e>")[1..], [Token::Text("text"), Token::Close("e")]);
    }

    #[test]
    fn an_unclosed_comment_or_section_does_not_hide_the_rest() {
        assert!(tokens("<!-- <item>").iter().any(|token| matches!(token, Token::Open(_))));
        assert_eq!(tokens("<![CDATA[a</t>"), [Token::Literal("a"), Token::Close("t")]);
    }

    #[test]
    fn references_are_resolved_as_browsers_do() {
        assert_eq!(unescape("a&amp;b&nbsp;c&#8217;d&#146;e&#x41;"), "a&b\u{A0}c\u{2019}d\u{2019}eA");
        assert_eq!(unescape("&beta;&NotEqualTilde;"), "β\u{2242}\u{338}");
        assert_eq!(unescape("&#0;&#xD800;&#99999999999;"), "\u{FFFD}\u{FFFD}\u{FFFD}");
        assert_eq!(unescape("R&D & co &unknown; &"), "R&D & co &unknown; &");
    }
}
