//! Which words a page must hold to name a side: one for each spelling, chosen to be rare in other texts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::grams::{SHORTEST, WordForms};
use crate::subject::fold::fold;
use crate::subject::spelling::{Script, Spelling};

/// A word without which some spelling can't stand in a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Needle {
    /// As folded, or as written where case counts.
    pub(crate) word: String,
    pub(crate) cased: bool,
    /// Letters may follow: an ending, a particle, the rest of a compound.
    pub(crate) open: bool,
}

/// A word that is looked for.
#[derive(Debug)]
pub(crate) struct SearchTerm {
    pub(crate) needle: Needle,
    /// For each spelling that it was chosen for, the other words, folded: all those of one must be near. None where the
    /// needle suffices.
    partners: Vec<Vec<memmem::Finder<'static>>>,
}

impl SearchTerm {
    /// Whether a text near the needle holds the words that must be near it.
    pub(crate) fn has_partners(&self, near: &[u8]) -> bool {
        let near = match near.is_ascii() {
            true => near.to_ascii_lowercase(),
            false => fold(&String::from_utf8_lossy(near)).into_bytes(),
        };
        self.partners.iter().any(|words| words.iter().all(|word| word.find(&near).is_some()))
    }

    /// Whether the needle alone may be a name.
    pub(crate) fn suffices(&self) -> bool {
        self.partners.iter().any(Vec::is_empty)
    }
}

/// One word for each spelling, each word once. A spelling comes with the index of the name that it is a spelling of.
pub(crate) fn choose(spellings: &[(u32, &Spelling)]) -> Vec<SearchTerm> {
    let candidates: Vec<Vec<Needle>> = spellings.iter().map(|(_, spelling)| words_of(spelling)).collect();
    // A word that is a spelling by itself is looked for anyway. Of the others, a word that many names share (a title, a first
    // name, "station") is common in any text, and a long one is rarer than a short one.
    let alone: BTreeSet<&Needle> = candidates.iter().filter(|words| words.len() == 1).flatten().collect();
    let mut bearers: BTreeMap<&Needle, BTreeSet<u32>> = BTreeMap::new();
    for ((name, _), words) in spellings.iter().zip(&candidates) {
        for needle in words {
            bearers.entry(needle).or_default().insert(*name);
        }
    }
    let rank = |needle: &Needle| {
        let shared_by = bearers.get(needle).map_or(0, BTreeSet::len);
        (alone.contains(needle), needle.word.len() > 4, Reverse(shared_by), needle.word.chars().count())
    };
    let mut chosen: BTreeMap<&Needle, BTreeSet<Vec<String>>> = BTreeMap::new();
    for words in &candidates {
        let Some(best) = words.iter().max_by_key(|needle| rank(needle)) else { continue };
        let mut partners: Vec<String> =
            words.iter().filter(|word| *word != best).map(|word| fold(&word.word)).collect();
        // The longest is near another spelling's needle least, and so is looked for first.
        partners.sort_by_key(|word| Reverse(word.len()));
        chosen.entry(best).or_default().insert(partners);
    }
    let finders =
        |words: Vec<String>| words.iter().map(|word| memmem::Finder::new(word).into_owned()).collect();
    chosen
        .into_iter()
        .map(|(needle, partners)| SearchTerm {
            needle: needle.clone(),
            partners: partners.into_iter().map(finders).collect(),
        })
        .collect()
}

/// Whether a spelling has a word long enough to look for in bytes.
pub(crate) fn can_be_sought(spelling: &Spelling) -> bool {
    !words_of(spelling).is_empty()
}

/// The words of a spelling that are long enough to look for.
fn words_of(spelling: &Spelling) -> Vec<Needle> {
    // Quotation marks and stops may be written as escapes, hyphens in many ways: only runs of letters are sure.
    let letters = |text: &str, cased: bool, open: bool| -> Vec<Needle> {
        let last = text.split(|c: char| !c.is_alphanumeric()).next_back().unwrap_or_default();
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() >= SHORTEST)
            .map(|word| Needle { word: word.to_owned(), cased, open: open && word == last })
            .collect()
    };
    match spelling.cased() {
        Some(written) => letters(written, true, true),
        None => spelling.words().flat_map(|(word, open)| letters(word, false, open)).collect(),
    }
}

impl Needle {
    /// The ways in which the word may be written.
    ///
    /// The first letter of a long word may stand apart as an initial: `<span>R</span>ussia`.
    pub(crate) fn written(&self) -> WordForms {
        /// Characters that a word must have for its first to stand apart.
        const LONG: usize = 6;
        let forms = |c: char| if self.cased { dotted(c) } else { forms(c) };
        let bytes = |form: char| form.to_string().into_bytes();
        WordForms {
            letters: self.word.chars().map(|c| forms(c).into_iter().map(bytes).collect()).collect(),
            first_apart: self.word.is_ascii() && self.word.len() >= LONG,
            open: self.open || !self.word.ends_with(|last: char| last.is_ascii_alphabetic()),
        }
    }

    /// If the word stands in `bytes` from `start`, perhaps without its first letter: the bytes it takes.
    pub(crate) fn stands_at(&self, bytes: &[u8], start: usize) -> Option<std::ops::Range<usize>> {
        let end = start + self.word.len();
        if let Some(there) = bytes.get(start..end)
            && self.equals(&self.word, there)
        {
            return (self.starts_word(bytes, start) && self.ends_word(bytes, end)).then_some(start..end);
        }
        // An initial set apart: the rest of the word follows a tag.
        let rest = start + self.word.chars().next()?.len_utf8();
        let there = bytes.get(rest..end)?;
        let apart = bytes[..rest].ends_with(b">") && self.word.is_ascii();
        (apart && self.equals(&self.word[rest - start..], there) && self.ends_word(bytes, end))
            .then_some(rest..end)
    }

    fn equals(&self, word: &str, there: &[u8]) -> bool {
        match (self.cased, word.is_ascii()) {
            (true, true) => word.as_bytes() == there,
            (false, true) => word.as_bytes().eq_ignore_ascii_case(there),
            (true, false) => std::str::from_utf8(there)
                .is_ok_and(|there| there.chars().map(without_dots).eq(word.chars().map(without_dots))),
            (false, false) => std::str::from_utf8(there).is_ok_and(|there| {
                there.chars().flat_map(char::to_lowercase).map(without_dots).eq(word.chars())
            }),
        }
    }

    /// Whether no letter of the same script follows, where none may.
    fn ends_word(&self, bytes: &[u8], end: usize) -> bool {
        let last = self.word.chars().next_back().map_or(Script::Other, Script::of);
        if self.open || !matches!(last, Script::Latin | Script::Cyrillic) {
            return true;
        }
        let after = bytes[end..bytes.len().min(end + 4)].utf8_chunks().next();
        after.and_then(|chunk| chunk.valid().chars().next()).is_none_or(|c| Script::of(c) != last)
    }

    /// Whether no letter of the same script goes before: where one does, this is the end of another word.
    fn starts_word(&self, bytes: &[u8], start: usize) -> bool {
        let first = self.word.chars().next().map_or(Script::Other, Script::of);
        if !matches!(first, Script::Latin | Script::Cyrillic) {
            return true;
        }
        let before = &bytes[start.saturating_sub(2)..start];
        let before = match before {
            [.., last] if last.is_ascii() => char::from(*last),
            // A letter escaped in script data (`\n`) or in an address (`%20`) is no part of the word.
            other => std::str::from_utf8(other).ok().and_then(|text| text.chars().next()).unwrap_or(' '),
        };
        let escaped =
            matches!(bytes[..start], [.., b'\\', _] | [.., b'%', _, _] | [.., b'\\', b'u', _, _, _, _]);
        escaped || Script::of(before) != first
    }
}

/// The letters that fold to `c` and are written with as many bytes.
fn forms(c: char) -> Vec<char> {
    let upper = c.to_uppercase().filter(|upper| upper.len_utf8() == c.len_utf8());
    std::iter::once(c).chain(upper).flat_map(dotted).collect()
}

/// The letters that are `c` but for the dots of ё, which texts set or leave out.
fn dotted(c: char) -> Vec<char> {
    match without_dots(c) {
        'е' => vec!['е', 'ё'],
        'Е' => vec!['Е', 'Ё'],
        _ => vec![c],
    }
}

/// ё as е, in either case.
fn without_dots(c: char) -> char {
    match c {
        'ё' => 'е',
        'Ё' => 'Е',
        c => c,
    }
}
