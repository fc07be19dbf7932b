//! The letters that names are made of: an escape of any other letter hides no name.

use std::collections::BTreeSet;

use crate::subject::fold::fold;

/// A set of folded letters.
#[derive(Debug, Clone)]
pub(crate) struct Letters {
    folded: BTreeSet<char>,
    /// Whether each character of the alphabets, by its number, is one of them: those are asked for most.
    alphabets: Box<[bool; ALPHABETS]>,
}

/// Where the alphabets that news is written in end: Latin, Greek, Cyrillic.
const ALPHABETS: usize = 0x530;

impl Letters {
    /// The letters of some words.
    pub(crate) fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let folded: BTreeSet<char> = words
            .flat_map(|word| fold(word).chars().collect::<Vec<_>>())
            .filter(|c| c.is_alphanumeric())
            .collect();
        let mut alphabets = Box::new([false; ALPHABETS]);
        for (c, is_one) in ('\0'..).zip(alphabets.iter_mut()) {
            *is_one = has_one_of(&folded, c);
        }
        Self { folded, alphabets }
    }

    /// Whether `c`, in either case and whatever its form, is one of them.
    pub(crate) fn contain(&self, c: char) -> bool {
        match self.alphabets.get(c as usize) {
            Some(is_one) => *is_one,
            None => has_one_of(&self.folded, c),
        }
    }
}

fn has_one_of(folded: &BTreeSet<char>, c: char) -> bool {
    fold(c.encode_utf8(&mut [0; 4])).chars().any(|c| folded.contains(&c))
}
