//! Dismissing a page by its bytes: what names neither side needs no parsing.
//!
//! The way of a page, each step only where the one before leaves doubt:
//!
//! 1. [`needle`] chose, for every spelling that names a side, one word without which it can't stand; [`grams`] looks for all
//!    those words at once, about as fast as memory is read. A word found is compared exactly, and so is the
//!    text around it.
//! 2. [`escape`] gathers what stands around letters that are hidden behind references, script escapes, combining or
//!    invisible signs; only where one of the words is found there is the page rewritten and scanned once more.
//! 3. [`charset`] reads what isn't UTF-8 in every encoding it may be in.
//!
//! Doubt lets a page through. One thing hides a name: a tag inside a word, other than after its first letter.

mod charset;
mod escape;
mod grams;
mod letters;
mod needle;

use std::borrow::Cow;
use std::sync::Arc;

use grams::Grams;
use letters::Letters;
use needle::SearchTerm;
pub(crate) use needle::can_be_sought;

use super::fold::FoldedText;
use super::lexicon::{Lexicon, Name, Sides, SpellingTarget, Strength, Term};
use super::spelling::Spelling;

/// Counts, in tests, the bytes that the steps of a scan are given to read: what no page may make grow faster than itself.
#[cfg(test)]
mod work {
    use std::cell::Cell;

    thread_local!(static BYTES: Cell<usize> = const { Cell::new(0) });

    pub(super) fn add(bytes: usize) {
        BYTES.set(BYTES.get() + bytes);
    }

    pub(super) fn take() -> usize {
        BYTES.take()
    }
}

#[cfg(not(test))]
mod work {
    pub(super) const fn add(_bytes: usize) {}
}

/// Looks for the subject's names in a page's bytes; cheap to clone, safe to share.
#[derive(Debug, Clone)]
pub struct Scanner {
    parts: Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    lexicon: Arc<Lexicon>,
    /// The sides of each name, by its index.
    sides: Vec<Sides>,
    needles: Vec<SearchTerm>,
    grams: Grams,
    letters: Letters,
    /// Bytes around a hidden letter among which the whole of a word stands: see [`Scanner::finds_in_utf8`].
    reach: usize,
}

/// Visible bytes read around a word that was found, on each side: more than the longest name.
const AROUND: usize = 96;

/// The longest tag read over on the way.
const LONGEST_TAG: usize = 2048;

/// Words whose surroundings named no side, before a page is let through anyway: so many deserve a parser.
const PATIENCE: u32 = 256;

impl Scanner {
    pub(crate) fn new(lexicon: Arc<Lexicon>, names: &[Name]) -> Self {
        let terms: Vec<&Term> = naming_terms(&lexicon, names).collect();
        let spellings: Vec<(u32, &Spelling)> = terms
            .iter()
            .filter_map(|term| match term.meaning {
                SpellingTarget::Name(name) => Some((name, &term.spelling)),
                SpellingTarget::Word(_) => None,
            })
            .collect();
        let needles = needle::choose(&spellings);
        let grams = Grams::new(&needles.iter().map(|sought| sought.needle.written()).collect::<Vec<_>>());
        let letters = Letters::of(terms.iter().flat_map(|term| term.spelling.words().map(|(word, _)| word)));
        let sides = names.iter().map(|name| name.sides).collect();
        let longest = needles.iter().map(|sought| sought.needle.word.len()).max().unwrap_or_default();
        // Twice, since a letter may take more bytes as it is written than folded; and what stands before and after it.
        let reach = 2 * longest + 16;
        Self { parts: Arc::new(Parts { lexicon, sides, needles, grams, letters, reach }) }
    }

    /// Whether the page may name a side of the subject; `false` only when it surely names neither, in any encoding or escape.
    ///
    /// `bytes` are the page as received, without its transfer and content encodings.
    pub fn names_subject(&self, bytes: &[u8]) -> bool {
        self.finds(bytes, |seen| seen.a || seen.b)
    }

    /// Whether the page may name both sides: stricter than [`Scanner::names_subject`] and not much dearer.
    ///
    /// It dismisses the rare article that never names one of the sides and is about both nevertheless.
    pub fn names_both_sides(&self, bytes: &[u8]) -> bool {
        self.finds(bytes, |seen| seen.a && seen.b)
    }

    fn finds(&self, bytes: &[u8], enough: fn(SeenSides) -> bool) -> bool {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut seen = SeenSides::default();
        if charset::is_utf8(bytes) {
            return self.finds_in_utf8(bytes, &mut seen, enough);
        }
        charset::sure_decodings(bytes).any(|text| self.finds_in_utf8(text.as_bytes(), &mut seen, enough))
            || charset::other_decodings(bytes).any(|reading| {
                self.holds_word(escape::plain(reading.beyond_ascii().as_bytes()).as_bytes())
                    && self.finds_in_utf8(reading.text().as_bytes(), &mut seen, enough)
            })
    }

    /// A word with a hidden letter stands among the bytes near that letter, so that pages full of escapes are rewritten only
    /// where one of those bytes' words is looked for.
    fn finds_in_utf8(&self, bytes: &[u8], seen: &mut SeenSides, enough: fn(SeenSides) -> bool) -> bool {
        if self.look_over(bytes, seen, enough) {
            return true;
        }
        let near = escape::near_hidden(bytes, &self.parts.letters, self.parts.reach);
        work::add(bytes.len() + near.len());
        if near.is_empty() {
            return false;
        }
        let plain = escape::plain(&near);
        match near {
            Cow::Borrowed(_) => self.look_over(plain.as_bytes(), seen, enough),
            Cow::Owned(_) => {
                (seen.unsure || self.holds_word(plain.as_bytes()))
                    && self.look_over(escape::plain(bytes).as_bytes(), seen, enough)
            }
        }
    }

    /// Whether one of the words that are looked for stands in `bytes` as they are.
    fn holds_word(&self, bytes: &[u8]) -> bool {
        let Parts { grams, needles, .. } = &*self.parts;
        work::add(bytes.len());
        grams.search(bytes, |word, start| needles[word as usize].needle.stands_at(bytes, start).is_some())
    }

    /// Adds to `seen` what `bytes` name as they stand, until that is enough.
    fn look_over(&self, bytes: &[u8], seen: &mut SeenSides, enough: fn(SeenSides) -> bool) -> bool {
        let parts = &*self.parts;
        let mut patience = PATIENCE;
        work::add(bytes.len());
        parts.grams.search(bytes, |word, start| {
            let sought = &parts.needles[word as usize];
            let Some(place) = sought.needle.stands_at(bytes, start) else { return false };
            patience -= 1;
            let named = if patience == 0 { None } else { self.named_around(bytes, place.start, sought) };
            // Doubt counts as both.
            let named = named.unwrap_or(SeenSides { a: true, b: true, unsure: false });
            *seen =
                SeenSides { a: seen.a || named.a, b: seen.b || named.b, unsure: seen.unsure || named.unsure };
            enough(*seen)
        })
    }

    /// Which sides the text around byte `at` names; `None` where markup leaves that in doubt.
    fn named_around(&self, bytes: &[u8], at: usize, sought: &SearchTerm) -> Option<SeenSides> {
        let (before, after) = (text_before(&bytes[..at])?, text_after(&bytes[at..])?);
        let near = before.iter().rev().chain(&after).copied().collect::<Vec<_>>().concat();
        // The rest of the name may be longer, as it is written, than what was read of it.
        let unsure = escape::hides_letters(&near, &self.parts.letters);
        let mut seen = SeenSides { unsure, ..SeenSides::default() };
        // Cheaper than reading: the rest of a name whose word is a common one is seldom near it.
        if !unsure && !sought.suffices() && !sought.has_partners(&near) {
            return Some(seen);
        }
        // A tag may part two words or stand within one.
        for gap in [&b" "[..], b""] {
            let piece: Vec<&[u8]> = before.iter().rev().chain(&after).copied().collect();
            self.add_named(&escape::plain(&piece.join(gap)), &mut seen);
        }
        Some(seen)
    }

    fn add_named(&self, text: &str, seen: &mut SeenSides) {
        let parts = &*self.parts;
        for found in parts.lexicon.find([&FoldedText::of(text)], None).into_iter().flatten() {
            if let SpellingTarget::Name(name) = found.meaning {
                let sides = parts.sides[name as usize];
                if sides.names_one() && found.is_clear() {
                    seen.a |= sides.a > Strength::None;
                    seen.b |= sides.b > Strength::None;
                }
            }
        }
    }
}

/// The terms that name a side by themselves; one that is ambiguous or needs company counts only where a clear one stands.
pub(crate) fn naming_terms<'l>(lexicon: &'l Lexicon, names: &[Name]) -> impl Iterator<Item = &'l Term> {
    lexicon.terms().iter().filter(|term| match term.meaning {
        SpellingTarget::Name(name) => {
            let Spelling { ambiguous, needs_company, .. } = term.spelling;
            names[name as usize].sides.names_one() && !ambiguous && !needs_company
        }
        SpellingTarget::Word(_) => false,
    })
}

/// The last pieces of text between tags, the last one first; `None` where tags go on for too long.
fn text_before(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut pieces, mut length, mut end) = (Vec::new(), 0, bytes.len());
    while length < AROUND && end > 0 {
        let from = end.saturating_sub(AROUND);
        let start = memchr::memrchr(b'>', &bytes[from..end]).map(|at| from + at);
        pieces.push(&bytes[start.map_or(from, |at| at + 1)..end]);
        length += end - start.map_or(from, |at| at + 1);
        let Some(start) = start else { break };
        let tag = start.saturating_sub(LONGEST_TAG);
        end = tag + memchr::memrchr(b'<', &bytes[tag..start])?;
    }
    Some(pieces)
}

/// The first pieces of text between tags; `None` where tags go on for too long.
fn text_after(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut pieces, mut length, mut start) = (Vec::new(), 0, 0);
    while length < AROUND && start < bytes.len() {
        let to = bytes.len().min(start + AROUND);
        let end = memchr::memchr(b'<', &bytes[start..to]).map(|at| start + at);
        pieces.push(&bytes[start..end.unwrap_or(to)]);
        length += end.unwrap_or(to) - start;
        let Some(end) = end else { break };
        let tag = bytes.len().min(end + LONGEST_TAG);
        start = end + memchr::memchr(b'>', &bytes[end..tag])? + 1;
    }
    Some(pieces)
}

/// Which sides were named so far.
#[derive(Debug, Clone, Copy, Default)]
struct SeenSides {
    a: bool,
    b: bool,
    /// Letters are hidden near one of the words.
    unsure: bool,
}

#[cfg(test)]
mod tests;
