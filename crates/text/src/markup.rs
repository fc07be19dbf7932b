//! Markup as strangers write it, cut into tokens.
//!
//! Everything is a token of some kind: nothing that stands in a document makes the scanner stop, and every byte is looked
//! at a bounded number of times. That is why this isn't an XML reader of a library: those end at the first error, and
//! starting them again behind it scans a hostile document once for each of its errors.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

use crate::reference;

/// How many `<` may stand in the attribute values of one tag. XML allows none; some stand where a publisher put a text
/// into an attribute. The bound also keeps the scan of unclosed quotes linear.
const MAX_ANGLES_IN_TAG: usize = 16;

/// A piece of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkupToken<'t> {
    /// A start tag, or an empty element's.
    Open(StartTag<'t>),
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
pub struct StartTag<'t> {
    /// The name as written, with its prefix.
    pub name: &'t str,
    /// All that follows the name, up to `>` or `/>`.
    attributes: &'t str,
    /// Whether it is empty (`/>`).
    pub empty: bool,
}

/// The tokens of a document, in order.
#[derive(Debug, Clone)]
pub struct MarkupScanner<'t> {
    text: &'t str,
    at: usize,
    /// From here on no `-->`, `]]>` or `]>` respectively is found; asked only once.
    no_comment_end: bool,
    no_literal_end: bool,
    no_subset_end: bool,
    /// Whether something was not well-formed.
    pub malformed: bool,
}

impl<'t> MarkupScanner<'t> {
    /// Begins at the start of `text`.
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            no_comment_end: false,
            no_literal_end: false,
            no_subset_end: false,
            malformed: false,
        }
    }

    /// Goes on behind the end tag of the element called `name`, whatever stands before that: for elements whose content is no
    /// markup (`script`). To the end, where there is no such tag.
    pub fn skip_element(&mut self, name: &str) {
        let bytes = self.bytes();
        let is_end = |start: usize| {
            let end = start + 2 + name.len();
            bytes.get(start + 2..end).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
                && bytes.get(end).is_none_or(|next| !next.is_ascii_alphanumeric())
        };
        let found = memmem::find_iter(&bytes[self.at..], b"</")
            .map(|start| self.at + start)
            .find(|start| is_end(*start));
        match found {
            Some(start) => {
                self.at = start;
                self.close();
            }
            None => self.at = self.text.len(),
        }
    }

    /// What has not been scanned yet.
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    fn text_to(&mut self, end: usize) -> MarkupToken<'t> {
        let start = std::mem::replace(&mut self.at, end);
        MarkupToken::Text(&self.text[start..end])
    }

    /// Text that starts with a `<` which opens nothing.
    fn stray_angle(&mut self) -> MarkupToken<'t> {
        self.malformed = true;
        let end =
            memchr(b'<', &self.bytes()[self.at + 1..]).map_or(self.text.len(), |next| self.at + 1 + next);
        self.text_to(end)
    }

    /// What stands behind `<!`: a comment and any declaration but the document type's yield nothing.
    fn declaration(&mut self) -> Option<MarkupToken<'t>> {
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

    fn literal(&mut self) -> MarkupToken<'t> {
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
        MarkupToken::Literal(&self.text[from..end.unwrap_or(self.at)])
    }

    /// A document type declaration, with its internal subset in brackets.
    fn doctype(&mut self) -> MarkupToken<'t> {
        let from = self.at + 9;
        let bytes = self.bytes();
        let first = memchr2(b'>', b'[', &bytes[from..]).map_or(self.text.len(), |found| from + found);
        let end = match bytes.get(first) {
            Some(b'[') => {
                let close = if self.no_subset_end { None } else { memmem::find(&bytes[first..], b"]>") };
                self.no_subset_end |= close.is_none();
                close
                    .map(|end| first + end + 1)
                    .or_else(|| memchr(b'>', &bytes[first..]).map(|end| first + end))
            }
            Some(_) => Some(first),
            None => None,
        };
        let end = end.unwrap_or(self.text.len());
        self.at = (end + 1).min(self.text.len());
        MarkupToken::Doctype(&self.text[from..end])
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

    fn close(&mut self) -> MarkupToken<'t> {
        let from = self.at + 2;
        let end = memchr2(b'>', b'<', &self.bytes()[from..]).map_or(self.text.len(), |end| from + end);
        let closed = self.bytes().get(end) == Some(&b'>');
        self.malformed |= !closed;
        self.at = if closed { end + 1 } else { end };
        let name = self.text[from..end].split_ascii_whitespace().next().unwrap_or_default();
        MarkupToken::Close(name)
    }

    fn open(&mut self) -> MarkupToken<'t> {
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
        MarkupToken::Open(StartTag { name: &self.text[start..name_end], attributes, empty })
    }
}

impl<'t> Iterator for MarkupScanner<'t> {
    type Item = MarkupToken<'t>;

    fn next(&mut self) -> Option<MarkupToken<'t>> {
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
                    if angles > MAX_ANGLES_IN_TAG {
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

impl<'t> StartTag<'t> {
    /// Its attributes: names as written, values with their references.
    pub fn attributes(&self) -> Attributes<'t> {
        Attributes { rest: self.attributes }
    }

    /// The value of the first attribute with this name, in either case and with any prefix or none, references resolved.
    pub fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        self.attributes()
            .find(|(full, _)| local(full).eq_ignore_ascii_case(name))
            .map(|(_, value)| reference::resolve(value))
    }

    /// The tag as it would stand in a document, without the prefix of its name.
    pub fn write_to(&self, out: &mut String) {
        out.push('<');
        out.push_str(local(self.name));
        out.push_str(self.attributes);
        out.push_str(if self.empty { "/>" } else { ">" });
    }
}

/// A name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The attributes of a tag: names as written, values with their references; a name without a value has an empty one.
#[derive(Debug, Clone)]
pub struct Attributes<'t> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<MarkupToken<'_>> {
        MarkupScanner::new(text).collect()
    }

    fn open(text: &str) -> StartTag<'_> {
        match MarkupScanner::new(text).next() {
            Some(MarkupToken::Open(tag)) => tag,
            other => panic!("no tag: {other:?}"),
        }
    }

    #[test]
    fn well_formed_markup_is_cut_at_its_tags() {
        let tokens = tokens("<?xml version='1.0'?><a x='1'>b<!-- c --><![CDATA[<d>]]></a>");
        assert!(matches!(tokens[0], MarkupToken::Open(tag) if tag.name == "a" && !tag.empty));
        assert_eq!(
            tokens[1..],
            [MarkupToken::Text("b"), MarkupToken::Literal("<d>"), MarkupToken::Close("a")]
        );
    }

    #[test]
    fn an_element_is_skipped_whatever_stands_in_it() {
        let mut scanner = MarkupScanner::new("<script>if (a<b) c='<p>' + \"</scripts>\";</SCRIPT ><p>");
        assert!(matches!(scanner.next(), Some(MarkupToken::Open(tag)) if tag.name == "script"));
        scanner.skip_element("script");
        assert!(matches!(scanner.next(), Some(MarkupToken::Open(tag)) if tag.name == "p"));
        let mut unclosed = MarkupScanner::new("<script><p>");
        unclosed.next();
        unclosed.skip_element("script");
        assert_eq!(unclosed.next(), None);
    }

    #[test]
    fn an_angle_that_opens_nothing_is_text() {
        assert_eq!(tokens("3 < 5")[1], MarkupToken::Text("< 5"));
        assert_eq!(tokens("a <b and c</t>")[1..], [MarkupToken::Text("<b and c"), MarkupToken::Close("t")]);
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
        assert_eq!(tokens("<e a=\"x>text</e>")[1..], [MarkupToken::Text("text"), MarkupToken::Close("e")]);
    }

    #[test]
    fn an_unclosed_comment_or_section_does_not_hide_the_rest() {
        assert!(tokens("<!-- <item>").iter().any(|token| matches!(token, MarkupToken::Open(_))));
        assert_eq!(tokens("<![CDATA[a</t>"), [MarkupToken::Literal("a"), MarkupToken::Close("t")]);
    }
}
