//! From the runs that are body to the text that is published.

use data_encoding::HEXLOWER;
use dateline_wire::{Paragraph, ParagraphKind};
use sha2::{Digest, Sha256};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::area::{AreaId, Tag};
use super::run::{Layout, Run};
use super::{Body, EXTRACTOR, rule};
use crate::letter;

/// Paragraphs under construction. Lengths count Unicode scalar values, as spans do.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
    chars: u32,
    paragraphs: Vec<Paragraph>,
}

impl Writer {
    /// Adds one paragraph: in NFC, white space of any kind and length as one space. Blank text adds nothing.
    pub(super) fn paragraph(&mut self, text: &str, kind: ParagraphKind) {
        if !text.trim().is_empty() {
            let start = self.begin();
            self.write(text);
            self.paragraphs.push(Paragraph { start, end: self.chars, kind });
        }
    }

    /// Adds one paragraph that was written before, as it is.
    pub(super) fn written(&mut self, text: &str, kind: ParagraphKind) {
        let start = self.begin();
        self.text.push_str(text);
        self.chars += text.chars().count() as u32;
        self.paragraphs.push(Paragraph { start, end: self.chars, kind });
    }

    /// Begins a paragraph; where it starts.
    fn begin(&mut self) -> u32 {
        if !self.text.is_empty() {
            self.text.push('\n');
            self.chars += 1;
        }
        self.chars
    }

    /// Adds to the last paragraph, behind a tab: the next cell of a table's row.
    fn cell(&mut self, text: &str) {
        self.go_on(Some('\t'), text);
    }

    /// Adds the rest of the last paragraph's sentence, which something interrupted.
    fn rest(&mut self, text: &str) {
        let is_dense = text.starts_with(|c: char| c >= '\u{2e80}') && !text.starts_with(is_hangul);
        self.go_on((!is_dense).then_some(' '), text);
    }

    fn go_on(&mut self, between: Option<char>, text: &str) {
        if let Some(between) = between {
            self.text.push(between);
            self.chars += 1;
        }
        self.write(text);
        if let Some(last) = self.paragraphs.last_mut() {
            last.end = self.chars;
        }
    }

    fn write(&mut self, text: &str) {
        if letter::is_plain_line(text) {
            self.text.push_str(text);
            self.chars += text.chars().count() as u32;
        } else if text.chars().all(is_composed) || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            self.write_words(text);
        } else {
            self.write_words(&text.nfc().collect::<String>());
        }
    }

    fn write_words(&mut self, text: &str) {
        let start = self.text.len();
        for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
            let before = self.text.len();
            if before > start && !word.is_empty() {
                self.text.push(' ');
            }
            let apart = self.text.len();
            match word.is_ascii() {
                true => self.text.push_str(word),
                false => self.text.extend(word.chars().filter(|c| !is_invisible(*c))),
            }
            if self.text.len() == apart {
                self.text.truncate(before);
            }
        }
        self.chars += self.text[start..].chars().count() as u32;
    }

    pub(super) fn finish(self) -> Body {
        let sha256 = HEXLOWER.encode(&Sha256::digest(self.text.as_bytes()));
        Body { text: self.text, paragraphs: self.paragraphs, sha256, extractor: EXTRACTOR.into() }
    }
}

/// Writes the kept runs in the order of the page.
pub(super) fn write(layout: &Layout, kept: &[bool]) -> Body {
    let mut writer = Writer::default();
    let (mut row, mut last) = (None, None);
    for (index, run) in layout.runs.iter().enumerate().filter(|(index, _)| kept[*index]) {
        if index > 0
            && kept[index - 1]
            && let Some(signs) = layout.separator_before(index)
        {
            writer.paragraph(signs, ParagraphKind::Text);
        }
        let this_row = row_of(layout, run);
        if let Some(open) = last
            && rule::goes_on(layout, open, index)
        {
            writer.rest(layout.str(run));
        } else if this_row.is_some() && this_row == row {
            writer.cell(layout.str(run));
        } else {
            writer.paragraph(layout.str(run), kind(layout, run));
        }
        row = this_row;
        last = Some(index);
    }
    writer.finish()
}

/// Longest text that a cell of a table of data holds, in units; what is longer is laid out by a table, not tabulated.
const CELL: f32 = 200.0;

/// The table row that a run is a cell of.
fn row_of(layout: &Layout, run: &Run) -> Option<AreaId> {
    if run.units > CELL {
        return None;
    }
    let cell = layout.around(run.area).take(3).find(|area| layout.areas[*area as usize].tag == Tag::Cell)?;
    // A cell of several paragraphs lays them out, however short each is.
    if layout.areas[cell as usize].units > CELL {
        return None;
    }
    let parent = layout.areas[cell as usize].parent;
    (layout.areas[parent as usize].tag == Tag::Cell).then_some(parent)
}

fn kind(layout: &Layout, run: &Run) -> ParagraphKind {
    if run.heading > 0 {
        return ParagraphKind::Heading;
    }
    if row_of(layout, run).is_some() {
        return ParagraphKind::TableRow;
    }
    let tags = layout.around(run.area).take(4).map(|area| layout.areas[area as usize].tag);
    for tag in tags {
        match tag {
            Tag::Item | Tag::Definition => return ParagraphKind::ListItem,
            Tag::Quote => return ParagraphKind::Quote,
            Tag::Pre => return ParagraphKind::Preformatted,
            _ => {}
        }
    }
    ParagraphKind::Text
}

/// Whether a character is surely in NFC, whatever stands beside it: no mark of the most used scripts is among these.
fn is_composed(c: char) -> bool {
    matches!(c, ..'\u{300}' | 'Ѐ'..='ҁ' | '\u{2010}'..='\u{205e}' | '、'..='〃' | '「'..='】' | 'ぁ'..='ゖ' | 'ァ'..='ヺ'
        | '\u{4e00}'..='\u{9fff}' | '가'..='힣' | '！'..='～')
}

fn is_hangul(c: char) -> bool {
    matches!(c, '가'..='힣')
}

/// Characters that only tell a browser where a line may break: they would hide a word from whoever searches the text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lines_are_written_as_they_are() {
        for c in ('\0'..=char::MAX).filter(|c| letter::is_plain_line(c.encode_utf8(&mut [0; 4]))) {
            assert!(is_composed(c) && !c.is_whitespace() && !c.is_control() && !is_invisible(c), "{c:?}");
        }
    }

    #[test]
    fn what_is_taken_for_composed_is_normal_beside_anything() {
        for c in ('\0'..=char::MAX).filter(|c| is_composed(*c)) {
            let text = ['e', c, '\u{301}'];
            assert_eq!(is_nfc_quick(text[..2].iter().copied()), IsNormalized::Yes, "{c:?}");
            assert_eq!(unicode_normalization::char::canonical_combining_class(c), 0, "{c:?}");
        }
    }

    #[test]
    fn spans_count_scalar_values_and_text_is_normalised() {
        let mut writer = Writer::default();
        writer.paragraph("  Cafe\u{301}\u{a0} \u{3000}opens ", ParagraphKind::Heading);
        writer.paragraph(" \u{a0}", ParagraphKind::Text);
        writer.paragraph("har\u{ad}bour\u{200b}", ParagraphKind::Text);
        writer.paragraph("배가 떠났다.", ParagraphKind::Text);
        let body = writer.finish();
        assert_eq!(body.text, "Café opens\nharbour\n배가 떠났다.");
        let slices: Vec<_> = body.paragraphs.iter().map(|p| p.span().slice(&body.text)).collect();
        assert_eq!(slices, [Some("Café opens"), Some("harbour"), Some("배가 떠났다.")]);
    }
}
