//! Words and phrases that are looked for only where one can begin: a few hundred of them, in many short texts.
//!
//! An automaton over such a list is larger than the memory that is near, and takes a step for each byte of a text. Here most places of a
//! text are passed over by their first byte, and most others by an empty row.

/// How many rows there are, as a power of two.
const ROW_BITS: u32 = 11;

/// Words, found by how they begin. ASCII letters are compared without regard to case.
pub(crate) struct WordTable {
    /// Whether a word begins with a byte.
    begins: [bool; 256],
    /// Where the words of each row begin and end in `words`.
    rows: Vec<(u16, u16)>,
    /// By their rows, the longest of each first.
    words: Vec<Word>,
    /// The first bytes that a row is found by: three, or two where a word is no longer.
    key: u64,
}

struct Word {
    /// Its first bytes, folded, and which bytes these are.
    head: u64,
    mask: u64,
    word: &'static str,
    /// Its place in the list that the table was made of.
    index: usize,
}

impl WordTable {
    /// The table of `words`, each at least two bytes long.
    pub(crate) fn of(words: impl Iterator<Item = &'static str>) -> Self {
        let word_of = |(index, word): (usize, &'static str)| {
            let bytes = word.as_bytes();
            let mask = u64::MAX >> (64 - 8 * bytes.len().min(8));
            Word { head: head(bytes, 0) & mask, mask, word, index }
        };
        let mut words: Vec<Word> = words.enumerate().map(word_of).collect();
        let key = if words.iter().all(|word| word.word.len() > 2) { 0x00ff_ffff } else { 0xffff };
        words.sort_by_key(|word| (row(word.head & key), std::cmp::Reverse(word.word.len())));
        let mut table = Self { begins: [false; 256], rows: vec![(0, 0); 1 << ROW_BITS], words, key };
        for (at, word) in table.words.iter().enumerate() {
            let first = word.word.as_bytes()[0];
            table.begins[usize::from(first.to_ascii_lowercase())] = true;
            table.begins[usize::from(first.to_ascii_uppercase())] = true;
            let (from, to) = &mut table.rows[row(word.head & key)];
            if from == to {
                *from = at as u16;
            }
            *to = at as u16 + 1;
        }
        table
    }

    /// The longest word that stands at `at` in a text: its place in the list, and its bytes.
    pub(crate) fn longest_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        if !self.begins[usize::from(text[at])] {
            return None;
        }
        let head = head(text, at);
        let (from, to) = self.rows[row(head & self.key)];
        let stands_here = |word: &&Word| {
            let length = word.word.len();
            head & word.mask == word.head
                && text
                    .get(at..at + length)
                    .is_some_and(|here| here.eq_ignore_ascii_case(word.word.as_bytes()))
        };
        let found = self.words[usize::from(from)..usize::from(to)].iter().find(stands_here)?;
        Some((found.index, found.word.len()))
    }
}

/// Eight bytes of a text, ASCII letters in lower case (and some signs changed likewise), zeros behind its end.
fn head(text: &[u8], at: usize) -> u64 {
    let rest = &text[at..];
    let bytes = match rest.first_chunk::<8>() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => rest.iter().rev().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)),
    };
    let ascii = !bytes & 0x8080_8080_8080_8080;
    bytes | ascii >> 2
}

/// The row of what begins so.
fn row(begin: u64) -> usize {
    (begin.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - ROW_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_at_a_place_is_found_in_any_case() {
        let words = ["read", "read more", "(ANI)", "관련 기사", "ad"];
        let table = WordTable::of(words.into_iter());
        for (text, at, found) in [
            ("Read MORE here", 0, Some(1)),
            ("Read mor", 0, Some(0)),
            ("we read", 3, Some(0)),
            ("rea", 0, None),
            ("x(ani)", 1, Some(2)),
            ("x\u{8}ANI)", 1, None),
            ("관련 기사", 0, Some(3)),
            ("관련 기", 0, None),
            ("AD", 0, Some(4)),
            ("a", 0, None),
        ] {
            let index = table.longest_at(text.as_bytes(), at).map(|(index, _)| index);
            assert_eq!(index, found, "{text}");
        }
    }
}
