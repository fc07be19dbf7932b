//! Text constructs: how the text of an element is written, and what it says (RFC 4287, section 3.1).

use base64::prelude::{BASE64_STANDARD, Engine};
use dateline_text::markup::{self, StartTag};
use dateline_text::reference;

use crate::feed::text;

/// Media types whose content stands in base64 (RFC 4287, section 4.1.3.3).
const BINARY: [&str; 4] = ["image/", "audio/", "video/", "application/octet-stream"];

/// How the text of an element is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextForm {
    /// As HTML, escaped once; elements inside are meant as HTML too. What says nothing else is this.
    Html,
    /// As text that means itself.
    Plain,
    /// As elements of XHTML.
    Markup,
    /// In base64.
    Base64,
}

impl TextForm {
    /// What a tag says of its text: by `type` in both versions of Atom, by `mode` in the older, by being XHTML's own.
    pub(super) fn of(tag: &StartTag<'_>) -> Self {
        let attribute = |name| tag.attribute(name).unwrap_or_default().trim().to_ascii_lowercase();
        let name = markup::local(tag.name);
        match attribute("type").as_str() {
            _ if attribute("mode") == "base64" => Self::Base64,
            "text" | "text/plain" => Self::Plain,
            kind if kind.contains("xhtml") || kind.ends_with("+xml") || kind.ends_with("/xml") => {
                Self::Markup
            }
            kind if BINARY.iter().any(|binary| kind.starts_with(binary)) => Self::Base64,
            "" if name.eq_ignore_ascii_case("body") || name.eq_ignore_ascii_case("div") => Self::Markup,
            _ => Self::Html,
        }
    }

    /// The text as it is meant: decoded, without white space and control characters around it. `None` if nothing is left.
    pub(super) fn body(self, gathered: &str) -> Option<String> {
        match self {
            Self::Base64 => trimmed(&base64_text(gathered)?).map(str::to_owned),
            Self::Markup => {
                trimmed(gathered).and_then(|markup| trimmed(without_wrapper(markup))).map(str::to_owned)
            }
            Self::Html | Self::Plain => trimmed(gathered).map(str::to_owned),
        }
    }

    /// A body as a line of plain text.
    pub(super) fn line(self, body: &str) -> String {
        match self {
            Self::Plain => text::collapse(body),
            _ => text::from_html(body),
        }
    }

    /// A body as HTML.
    pub(super) fn html(self, body: String) -> String {
        if self != Self::Plain {
            return body;
        }
        let mut html = String::with_capacity(body.len());
        reference::escape_to(&body, &mut html);
        html
    }
}

fn trimmed(text: &str) -> Option<&str> {
    Some(text.trim_matches(|c: char| c.is_whitespace() || c.is_control())).filter(|text| !text.is_empty())
}

/// XHTML without the `div` that Atom demands around it (RFC 4287, section 3.1.1.3).
fn without_wrapper(markup: &str) -> &str {
    let inner = || {
        let (attributes, inner) = markup.strip_prefix("<div")?.strip_suffix("</div>")?.split_once('>')?;
        (!attributes.ends_with('/') && never_closes_more_than_it_opens(inner)).then_some(inner)
    };
    inner().unwrap_or(markup)
}

/// Whether every end tag of a `div` has its start tag before it.
fn never_closes_more_than_it_opens(markup: &str) -> bool {
    let mut depth = 0_usize;
    for (at, _) in markup.match_indices("div") {
        let before = &markup[..at];
        if before.ends_with('<') {
            depth += 1;
        } else if before.ends_with("</") {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            }
        }
    }
    true
}

fn base64_text(written: &str) -> Option<String> {
    let packed: Vec<u8> = written.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    String::from_utf8(BASE64_STANDARD.decode(packed).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use dateline_text::markup::{MarkupScanner, MarkupToken};

    use super::*;

    fn form(tag: &str) -> TextForm {
        match MarkupScanner::new(tag).next() {
            Some(MarkupToken::Open(tag)) => TextForm::of(&tag),
            other => panic!("no tag: {other:?}"),
        }
    }

    #[test]
    fn both_versions_of_atom_say_how_a_text_is_written() {
        assert_eq!(form("<title>"), TextForm::Html);
        assert_eq!(form("<title type='text'>"), TextForm::Plain);
        assert_eq!(form("<content type='XHTML'>"), TextForm::Markup);
        assert_eq!(form("<content type='text/html' mode='escaped'>"), TextForm::Html);
        assert_eq!(form("<content mode='base64'>"), TextForm::Base64);
        assert_eq!(form("<content type='image/png'>"), TextForm::Base64);
        assert_eq!(form("<xhtml:body>"), TextForm::Markup);
    }

    #[test]
    fn the_wrapper_of_xhtml_is_no_part_of_it() {
        assert_eq!(TextForm::Markup.body(" <div class=\"x\"><p>A</p></div> ").as_deref(), Some("<p>A</p>"));
        assert_eq!(
            TextForm::Markup.body("<div>A</div><div>B</div>").as_deref(),
            Some("<div>A</div><div>B</div>")
        );
    }

    #[test]
    fn base64_that_holds_no_text_is_nothing() {
        assert_eq!(TextForm::Base64.body("QSBz\naGlw").as_deref(), Some("A ship"));
        assert_eq!(TextForm::Base64.body("/////w=="), None);
    }
}
