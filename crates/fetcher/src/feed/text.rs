//! Plain text out of what feeds put into titles and names.

use dateline_text::reference;
use memchr::{memchr, memmem};

/// Elements of HTML that occur in titles. Whatever else stands in angle brackets there is text, such as `<BIGCO>`.
const TITLE_ELEMENTS: [&str; 34] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "center", "cite", "code", "del", "dfn", "div",
    "em", "font", "h1", "h2", "h3", "i", "img", "ins", "mark", "nobr", "p", "q", "s", "small", "span",
    "strike", "strong", "sub", "sup", "u",
];

/// How long a tag in a title may be, in bytes. The bound keeps a title of a million `<b` from being read a million times.
const MAX_TAG_BYTES: usize = 2048;

/// A line of HTML as plain text: without tags, references resolved, white space collapsed.
pub(super) fn from_html(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return collapse(html);
    }
    let mut bare = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        bare.push_str(&rest[..at]);
        rest = &rest[at..];
        match tag_length(rest) {
            Some(length) => rest = &rest[length..],
            None => {
                bare.push('<');
                rest = &rest[1..];
            }
        }
    }
    bare.push_str(rest);
    collapse(&reference::resolve(&bare))
}

/// Text with white space, and control characters, at its ends removed and runs of it inside made one space.
pub(super) fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The length of the HTML tag or comment at the start of `text`; `None` where it is none of HTML's.
fn tag_length(text: &str) -> Option<usize> {
    let reach = &text.as_bytes()[..text.len().min(MAX_TAG_BYTES)];
    if text.starts_with("<!--") {
        return memmem::find(reach, b"-->").map(|end| end + 3);
    }
    let inner = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let name_end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = &inner[..name_end];
    if !TITLE_ELEMENTS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    memchr(b'>', reach).map(|end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_text_in_angle_brackets_stays() {
        assert_eq!(from_html("A <b>ship</b> came<br/> in"), "A ship came in");
        assert_eq!(from_html("<BIGCO> up, 3 < 5"), "<BIGCO> up, 3 < 5");
    }

    #[test]
    fn references_are_resolved_after_the_tags_are_gone() {
        assert_eq!(from_html("Fish &amp; &lt;b&gt; chips"), "Fish & <b> chips");
    }

    #[test]
    fn white_space_is_one_space() {
        assert_eq!(from_html("A\u{b} ship\0 came"), "A ship came");
        assert_eq!(from_html("\n A\t ship\u{A0}came  "), "A ship came");
    }
}
