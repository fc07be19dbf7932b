//! Text as it is compared: one spelling for what readers take for the same, with the way back.
//!
//! Folding composes (NFC), replaces compatibility forms (fullwidth letters, halfwidth kana, ligatures: NFKC), lowers case,
//! reads Cyrillic ё as е, and drops what is invisible or marks stress. Hyphens, middle dots and apostrophes each become
//! one character, spaces collapse, and a line feed stays one since it ends a paragraph. Accents on Latin letters stay:
//! they tell words apart, and the byte scanner could not see through their removal.

use dateline_wire::Span;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// A folded text, each byte of which knows the scalar values it came from.
#[derive(Debug, Default)]
pub(crate) struct FoldedText {
    /// The folded text.
    pub(crate) text: String,
    /// For each byte of `text`, the first original scalar value of its cluster and the one after its last.
    clusters: Vec<(u32, u32)>,
    /// For each byte of `text`, whether lower case was made of upper case there.
    upper: Vec<bool>,
}

impl FoldedText {
    /// Folds `original`.
    pub(crate) fn of(original: &str) -> Self {
        let mut folded = Self {
            text: String::with_capacity(original.len()),
            clusters: Vec::with_capacity(original.len()),
            upper: Vec::with_capacity(original.len()),
        };
        let mut chars = original.chars();
        let mut at = 0u32;
        loop {
            let plain = plain_length(chars.as_str().as_bytes());
            if plain > 0 {
                let (run, rest) = chars.as_str().split_at(plain);
                folded.push_plain(run, at);
                at += plain as u32;
                chars = rest.chars();
            }
            let Some(c) = chars.next() else { break };
            let next = chars.clone().next();
            let start = at;
            at += 1;
            if is_plain(c) && !next.is_some_and(joins_previous) {
                folded.push(c, start, at);
                continue;
            }
            if c.is_whitespace() {
                folded.push_space(c, start, at);
                continue;
            }
            if !next.is_some_and(joins_previous) {
                folded.push_alone(c, start, at);
                continue;
            }
            let mut cluster = String::from(c);
            while let Some(mark) = chars.clone().next().filter(|next| joins_previous(*next)) {
                chars.next();
                cluster.push(mark);
                at += 1;
            }
            folded.push_cluster(cluster.chars(), start, at);
        }
        folded
    }

    /// The original scalar values under the bytes from `start` up to `end` of the folded text.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        match (self.clusters.get(start), end.checked_sub(1).and_then(|last| self.clusters.get(last))) {
            (Some(first), Some(last)) => Span::new(first.0, last.1),
            _ => Span::new(0, 0),
        }
    }

    /// Which bytes, from `start` up to `end`, end a character that was in upper case.
    pub(crate) fn upper(&self, start: usize, end: usize) -> &[bool] {
        self.upper.get(start..end).unwrap_or_default()
    }

    /// Pushes a run of [`plain_length`], whose first character is number `at` of the original.
    fn push_plain(&mut self, run: &str, at: u32) {
        let before = self.text.len();
        self.text.push_str(run);
        self.text[before..].make_ascii_lowercase();
        self.clusters.extend((at..).zip(at + 1..).take(run.len()));
        self.upper.extend(run.bytes().map(|byte| byte.is_ascii_uppercase()));
    }

    /// Pushes a character that nothing joins. Nearly all are normal as they are, and are told so faster than normalised.
    fn push_alone(&mut self, c: char, start: u32, end: u32) {
        match is_nfkc_quick(std::iter::once(c)) {
            IsNormalized::Yes => self.push_normal(c, start, end),
            _ => self.push_cluster(std::iter::once(c), start, end),
        }
    }

    fn push_cluster(&mut self, cluster: impl Iterator<Item = char>, start: u32, end: u32) {
        for c in cluster.nfc().nfkc() {
            self.push_normal(c, start, end);
        }
    }

    fn push_normal(&mut self, c: char, start: u32, end: u32) {
        let before = self.text.len();
        for c in c.to_lowercase() {
            self.push_folded(c, start, end);
        }
        if c.is_uppercase() && self.text.len() > before {
            self.mark(true);
        }
    }

    fn push_folded(&mut self, c: char, start: u32, end: u32) {
        match c {
            // What NFC left uncomposed is a stress mark or an ornament; soft hyphens and zero-width signs are unseen.
            _ if canonical_combining_class(c) != 0 || is_invisible(c) => {}
            'ё' => self.push('е', start, end),
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '·' | '・' | '‧' | '•' | '∙' | 'ㆍ' | '･' => {
                self.push('-', start, end);
            }
            '’' | '‘' | 'ʼ' | 'ʹ' | '`' | '´' | '′' => self.push('\'', start, end),
            _ if c.is_whitespace() => self.push_space(c, start, end),
            _ => self.push(c, start, end),
        }
    }

    fn push_space(&mut self, c: char, start: u32, end: u32) {
        let ends_paragraph = matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}');
        match self.text.as_bytes().last() {
            Some(b'\n') => {}
            Some(b' ') if ends_paragraph => {
                self.text.pop();
                self.clusters.pop();
                self.upper.pop();
                self.push('\n', start, end);
            }
            Some(b' ') => {}
            _ if ends_paragraph => self.push('\n', start, end),
            _ => self.push(' ', start, end),
        }
    }

    #[inline]
    fn push(&mut self, c: char, start: u32, end: u32) {
        self.text.push(c);
        self.clusters.resize(self.text.len(), (start, end));
        self.upper.resize(self.text.len(), false);
    }

    /// Says whether the character pushed last was in upper case.
    fn mark(&mut self, upper: bool) {
        if let Some(last) = self.upper.last_mut() {
            *last = upper;
        }
    }
}

/// How many bytes from the start on fold one by one, to themselves but for their case: ASCII with single spaces between words, up to where
/// something stands that may join what is before it.
fn plain_length(bytes: &[u8]) -> usize {
    let mut is_space = true;
    let mut is_plain = |byte: &u8| {
        let was_space = std::mem::replace(&mut is_space, *byte == b' ');
        byte.is_ascii() && (!byte.is_ascii_whitespace() || is_space && !was_space)
    };
    let length = bytes.iter().position(|byte| !is_plain(byte)).unwrap_or(bytes.len());
    let is_joined = bytes.get(length).is_some_and(|next| !next.is_ascii());
    length.saturating_sub(usize::from(is_joined))
}

/// `text` folded, when nobody asks where it came from.
pub(crate) fn fold(text: &str) -> String {
    FoldedText::of(text).text
}

/// Characters that folding leaves alone: Hangul syllables, common Han, kana but for the middle dot, lower-case Cyrillic.
fn is_plain(c: char) -> bool {
    matches!(u32::from(c),
        0xAC00..=0xD7A3 | 0x4E00..=0x9FFF | 0x3041..=0x3096 | 0x30A1..=0x30FA | 0x30FC | 0x0430..=0x0450 | 0x0452..=0x045F)
    // A leading consonant and vowel may still be followed by a trailing jamo: the caller looks ahead.
}

/// Whether `c` belongs to the character before it: a combining mark, a conjoining vowel or final of Hangul, a halfwidth
/// voicing mark.
fn joins_previous(c: char) -> bool {
    match u32::from(c) {
        0..=0x2FF => c == '\u{AD}',
        0x1160..=0x11FF | 0xFF9E | 0xFF9F => true,
        0x300..=0x36F | 0x483..=0x487 | 0x591.. => canonical_combining_class(c) != 0,
        _ => false,
    }
}

/// Signs that are not seen and part no word: soft hyphen, zero-width space and joiners, directional marks, word joiner, BOM.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn variants_of_one_spelling_fold_to_one() {
        for (variant, folded) in [
            ("Ｒｏｖａ", "rova"),
            ("ﾛｰｳﾞｧ", "ローヴァ"),
            ("Пётр", "петр"),
            ("Росси\u{301}я", "россия"),
            ("и\u{306}", "й"),
            ("\u{1107}\u{116e}\u{11a8}", "북"),
            ("Nord\u{ad}rova", "nordrova"),
            ("Jong\u{2011}un", "jong-un"),
            ("북·남", "북-남"),
            ("D’Ar", "d'ar"),
            ("a \u{a0}\t b", "a b"),
            ("a \n\n b", "a\nb"),
            ("Cafe\u{301}", "café"),
        ] {
            assert_eq!(fold(variant), folded, "{variant:?}");
        }
    }

    #[test]
    fn a_span_leads_back_to_the_whole_cluster() {
        let original = "Ａ e\u{301}t \u{1f6ec} Росси\u{301}я.";
        let folded = FoldedText::of(original);
        let start = folded.text.find("россия").unwrap();
        let span = folded.span(start, start + "россия".len());
        assert_eq!(span.slice(original), Some("Росси\u{301}я"));
    }

    #[test]
    fn a_character_alone_folds_as_one_that_is_normalised() {
        for c in ('\u{80}'..='\u{2FFFF}').filter(|c| !c.is_whitespace()) {
            let mut normalised = FoldedText::default();
            normalised.push_cluster(std::iter::once(c), 0, 1);
            let folded = FoldedText::of(c.encode_utf8(&mut [0; 4]));
            assert_eq!((folded.text, folded.upper), (normalised.text, normalised.upper), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn every_byte_leads_into_the_original(text in "(\\PC|\\n|\u{301}|\u{ad}){0,60}") {
            let folded = FoldedText::of(&text);
            let scalars = text.chars().count() as u32;
            prop_assert_eq!(folded.clusters.len(), folded.text.len());
            prop_assert!(folded.clusters.iter().all(|(start, end)| start < end && *end <= scalars));
        }
    }
}
