//! Small text as it is compared and shown: one line, no character references, no invisible characters.

use std::borrow::Cow;

pub(super) use dateline_text::cut::head;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::{IsNormalized, is_nfc_quick, is_nfkc_quick};

use crate::dom::{Document, Node};
use crate::letter;

/// Longer values are cut before anything else looks at them: no headline or byline needs more bytes.
const MAX_BYTES: usize = 2_000;

/// The nodes below one element that are looked at for its text.
pub(super) const MAX_NODES: usize = 1_000;

/// What data calls something, as [`seen`], with character references that were escaped twice resolved and stray markup gone.
pub(super) fn line(raw: &str) -> String {
    seen(&resolve(head(raw, MAX_BYTES)))
}

/// What an attribute calls something, whose references the page's reader resolved: as [`line()`], but a tag that it still speaks of
/// ("&lt;canvas&gt;") is meant so, unless one ends: then it is stray markup.
pub(super) fn attribute(raw: &str) -> String {
    let raw = head(raw, MAX_BYTES);
    if raw.contains("&lt;/") { line(&line(raw)) } else { line(&without_tags(raw)) }
}

/// What a page shows as its headline, whose references the page's reader resolved: as [`seen`], with those that were escaped twice
/// resolved, unless that would make a tag.
pub(super) fn headline(raw: &str) -> String {
    let raw = head(raw, MAX_BYTES);
    if raw.contains('&') { line(&without_tags(raw).replace('<', "&lt;")) } else { seen(raw) }
}

/// `raw` with the references that would make a tag, resolved, written such that they are the same when it was resolved.
fn without_tags(raw: &str) -> Cow<'_, str> {
    const OPENING: [&str; 6] = ["&lt;", "&LT;", "&#60;", "&#060;", "&#x3c;", "&#x3C;"];
    const CLOSING: [&str; 6] = ["&gt;", "&GT;", "&#62;", "&#062;", "&#x3e;", "&#x3E;"];
    let begins_tag =
        |behind: &str| behind.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
    let makes_tag = |sign: &str| raw.match_indices(sign).any(|(at, _)| begins_tag(&raw[at + sign.len()..]));
    // A sign alone is one of more and less: "Profit &lt; loss".
    if !raw.contains('&') || !OPENING.iter().any(|sign| makes_tag(sign)) {
        return Cow::Borrowed(raw);
    }
    let signs = OPENING.iter().chain(&CLOSING).filter(|sign| raw.contains(**sign));
    signs.fold(Cow::Borrowed(raw), |text, sign| text.replace(sign, &sign.replace('&', "&amp;")).into())
}

/// What a reader sees of `raw`, in NFC as one line: white space runs as one space, none at the ends, invisible characters gone.
pub(super) fn seen(raw: &str) -> String {
    let raw = head(raw, MAX_BYTES).trim();
    if letter::is_plain_line(raw) {
        return raw.to_owned();
    }
    let mut line = String::with_capacity(raw.len());
    if raw.is_ascii() {
        let words = raw.split(|c: char| c.is_ascii_whitespace() || c.is_ascii_control());
        for word in words.filter(|word| !word.is_empty()) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        return line;
    }
    let mut pending = false;
    for c in raw.chars() {
        if c.is_whitespace() || c.is_control() {
            pending = !line.is_empty();
        } else if !is_invisible(c) {
            if pending {
                line.push(' ');
                pending = false;
            }
            line.push(c);
        }
    }
    match is_nfc_quick(line.chars()) {
        IsNormalized::Yes => line,
        _ => line.nfc().collect(),
    }
}

/// The text below `node` as one line. Only so much of it is read as a headline or byline can take, in bytes and in nodes,
/// since elements nest and each is asked.
pub(super) fn of(node: Node<'_>) -> String {
    let mut text = String::new();
    for inner in std::iter::once(node).chain(node.descendants()).take(MAX_NODES) {
        text.push_str(head(inner.text().unwrap_or_default(), MAX_BYTES));
        if text.len() >= MAX_BYTES {
            break;
        }
    }
    seen(&text)
}

/// Data in attributes and scripts is often escaped once more than its place needs, and sometimes carries tags.
fn resolve(raw: &str) -> Cow<'_, str> {
    let escaped = raw.find('&').is_some_and(|at| raw[at..].contains(';'));
    let tagged = raw.find('<').is_some_and(|at| raw[at..].contains('>'));
    if escaped || tagged { Document::from_html(raw).body().text_content().into() } else { raw.into() }
}

/// What two spellings of one name or headline have in common: letters and digits in lower case, marks and spaces left out.
pub(super) fn key(text: &str) -> String {
    if text.is_ascii() {
        return letter::squeezed_ascii(text, usize::MAX, String::new());
    }
    let mut key = String::with_capacity(text.len());
    let mut push = |c: char| {
        if letter::is_alphanumeric(c) {
            letter::push_lowercase(&mut key, c);
        }
    };
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        text.chars().for_each(&mut push);
    } else {
        text.nfkc().for_each(&mut push);
    }
    key
}

/// Whether `key` is the key of a text, for texts that mostly differ from it at once.
pub(super) fn has_key(text: &str, key: &str) -> bool {
    if !text.is_ascii() {
        return self::key(text) == key;
    }
    let letters = text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    letters.eq(key.bytes())
}

/// Whether a value is what a script writes where it has none: a template that was never filled in.
pub(super) fn is_placeholder(value: &str) -> bool {
    const NOTHING: &[&str] = &["undefined", "null", "nan", "none", "[object object]", "%s", "{}"];
    let value = value.trim();
    NOTHING.iter().any(|nothing| value.eq_ignore_ascii_case(nothing))
}

/// Whether `text` is white space and nothing else.
pub(super) fn is_blank(text: &str) -> bool {
    match text.bytes().position(|byte| !matches!(byte, b'\t'..=b'\r' | b' ')) {
        Some(at) => !text.as_bytes()[at].is_ascii() && text[at..].trim_start().is_empty(),
        None => true,
    }
}

/// Whether `c` belongs to a script that writes a word in one or two characters and puts no spaces between them.
pub(super) fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

/// Whether `text` is of such scripts and nothing else.
pub(super) fn is_dense_only(text: &str) -> bool {
    text.chars().all(is_dense)
}

pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}')
}

/// Letters of katakana, in which Japanese writes foreign names; the point between their parts is none.
pub(super) fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30a1}'..='\u{30fa}' | '\u{30fc}')
}

/// Roughly how many letters of an alphabet say as much as `text` does: a character of a dense script counts for three.
pub(super) fn weight(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    // Every character of a dense script begins with such a byte or a greater one.
    match text.bytes().fold(0, u8::max) >= 0xe3 {
        true => text.chars().map(|c| if is_dense(c) { 3 } else { 1 }).sum(),
        false => text.chars().count(),
    }
}

/// Joiners are none: in Persian and the scripts of India they part and join letters.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_a_reader_sees() {
        assert_eq!(line("  The\n ferry\u{a0}runs  "), "The ferry runs");
        assert_eq!(line("R&uuml;ckkehr &amp; Abfahrt"), "Rückkehr & Abfahrt");
        assert_eq!(line("Ver\u{ad}fas\u{ad}sung"), "Verfassung");
        assert_eq!(line("The <em>ferry</em>"), "The ferry");
        assert_eq!(line("profit & loss; nothing else"), "profit & loss; nothing else");
        assert_eq!(attribute("Drawing on &lt;canvas&gt;"), "Drawing on &lt;canvas&gt;");
        assert_eq!(attribute("Profit &amp; loss"), "Profit & loss");
        assert_eq!(attribute("Drawing &amp; more on &lt;canvas&gt;"), "Drawing & more on &lt;canvas&gt;");
        assert_eq!(attribute("Profit &lt; loss"), "Profit < loss");
        assert_eq!(headline("Profit &lt; loss"), "Profit < loss");
        assert_eq!(attribute("The &lt;b&gt;ferry&lt;/b&gt; runs"), "The ferry runs");
        assert_eq!(
            headline("Smith &amp; Sons &#8211; &quot;it&#39;s&quot;&nbsp;over"),
            "Smith & Sons – \"it's\" over"
        );
        assert_eq!(
            headline("Bring back <blink> &amp; &lt;b&gt; &#60;i&#62;"),
            "Bring back <blink> & &lt;b&gt; &#60;i&#62;"
        );
        assert_eq!(seen("Drawing on &lt;canvas&gt;\n &amp; <b>"), "Drawing on &lt;canvas&gt; &amp; <b>");
        assert_eq!(line("e\u{301}"), "é");
        assert_eq!(line("جزیره\u{200c}ها"), "جزیره\u{200c}ها");
    }

    #[test]
    fn spellings_of_one_headline_have_one_key() {
        assert_eq!(key("‘Ferry’ runs — again"), key("\"Ferry\" runs - again"));
        assert_ne!(key("Ferry runs"), key("Ferry ran"));
        for (text, is_it) in
            [("Ferry, runs!", true), ("ferry ran", false), ("ferry run", false), ("Ferry runs — ", true)]
        {
            assert_eq!(has_key(text, &key("Ferry runs")), is_it, "{text}");
        }
    }

    #[test]
    fn blank_is_what_shows_nothing() {
        assert!(["", " \n\t", "\u{a0}", " \u{3000}\n"].into_iter().all(is_blank));
        assert!(![" a", "界", "\u{a0}b", "\u{1f}"].into_iter().any(is_blank));
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(head("日本", 4), "日");
    }
}
