//! The text of the article: which runs of text on the page are its body, and what was cut away near it.

use dateline_wire::{Body, Cut, PageKind, Paragraph, ParagraphKind};
use sha2::{Digest, Sha256};

use crate::dom::{Document, local_name};

/// Extractor and version, as it stands in [`Body::extractor`].
pub const EXTRACTOR: &str = "dateline/1";

/// What the page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub body: Body,
    /// What stood near it.
    pub cuts: Vec<Cut>,
    /// What kind of page it is.
    pub page_kind: PageKind,
}

/// Reads the body.
pub fn read(document: &Document) -> Text {
    let mut text = String::new();
    let mut paragraphs = Vec::new();
    let mut chars = 0_u32;
    for node in document.elements(local_name!("p")) {
        let content = node.text_content();
        let content = content.split_whitespace().collect::<Vec<_>>().join(" ");
        if content.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
            chars += 1;
        }
        let start = chars;
        chars += content.chars().count() as u32;
        text.push_str(&content);
        paragraphs.push(Paragraph { start, end: chars, kind: ParagraphKind::Text });
    }
    let page_kind = if text.is_empty() { PageKind::Empty } else { PageKind::Article };
    let sha256 = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    Text { body: Body { text, paragraphs, sha256, extractor: EXTRACTOR.into() }, cuts: Vec::new(), page_kind }
}
