//! Places in a published body.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A half-open range of Unicode scalar values (not bytes, not UTF-16 units) in the text it belongs to.
///
/// Counting scalar values is what Python's `str` slicing does, so that a subscriber can check a span with `text[start:end]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// The first scalar value that belongs to the span.
    pub start: u32,
    /// The first scalar value after it; never less than `start`.
    pub end: u32,
}

impl Span {
    /// A span from `start` up to, not including, `end`. An `end` before `start` gives an empty span at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The part of `text` that the span covers, or `None` where it reaches past the end.
    pub fn slice<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut offsets = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let start = offsets.nth(self.start as usize)?;
        if self.start == self.end {
            return Some(&text[start..start]);
        }
        let end = offsets.nth((self.end - self.start) as usize - 1)?;
        Some(&text[start..end])
    }
}

/// One paragraph of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Paragraph {
    /// Where it starts in the body's text, in Unicode scalar values.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
    /// What it is.
    pub kind: ParagraphKind,
}

impl Paragraph {
    /// The paragraph's place as a span.
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// What a paragraph is, as the page marks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParagraphKind {
    /// Running text.
    Text,
    /// A heading inside the body.
    Heading,
    /// One item of a list.
    ListItem,
    /// A block quotation.
    Quote,
    /// One row of a table.
    TableRow,
    /// Preformatted text.
    Preformatted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_scalar_values() {
        let text = "Шойгу 🛬 Пхеньян";
        assert_eq!(Span::new(0, 5).slice(text), Some("Шойгу"));
        assert_eq!(Span::new(6, 7).slice(text), Some("🛬"));
        assert_eq!(Span::new(8, 15).slice(text), Some("Пхеньян"));
        assert_eq!(Span::new(15, 15).slice(text), Some(""));
        assert_eq!(Span::new(8, 16).slice(text), None);
    }
}
