//! The letters that names are made of: an escape of any other letter hides no name.

use std::collections::BTreeSet;

use crate::subject::fold::fold;

/// A set of folded letters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Letters(BTreeSet<char>);

impl Letters {
    /// The letters of some words.
    pub(crate) fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        Self(
            words
                .flat_map(|word| fold(word).chars().collect::<Vec<_>>())
                .filter(|c| c.is_alphanumeric())
                .collect(),
        )
    }

    /// Whether `c`, in either case and whatever its form, is one of them.
    pub(crate) fn contain(&self, c: char) -> bool {
        if c.is_ascii() {
            return self.0.contains(&c.to_ascii_lowercase());
        }
        fold(c.encode_utf8(&mut [0; 4])).chars().any(|c| self.0.contains(&c))
    }
}
