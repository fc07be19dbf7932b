//! Words and phrases that are looked for only where one can begin: a few hundred of them, in many short texts.
//!
//! An automaton over such a list is larger than the memory that is near, and takes a step for each byte of a text. Here most places of a
//! text are passed over by their first byte, and most others by an empty row.

/// Bytes that a row is found by, at most: the first ones of its words.
const MAX_KEY: usize = 6;

/// Rows for each word, so that most rows are empty.
const ROWS_A_WORD: usize = 5;

/// Words, found by how they begin. ASCII letters are compared without regard to case.
#[derive(Debug)]
pub(crate) struct WordTable<W = &'static str> {
    /// Which pairs of bytes words begin with, a bit for each as far as [`pair`] tells them apart.
    pairs: [u64; 16],
    /// Which rows have words, a bit for each: this much stays near the processor.
    filled: Vec<u64>,
    /// Where the words of each row begin and end in `words`; as many rows as a power of two.
    rows: Vec<(u32, u32)>,
    /// By their rows, the longest of each first.
    words: Vec<Word<W>>,
    /// The first bytes that a row is found by: as many as the shortest word has, up to [`MAX_KEY`].
    key: u64,
}

#[derive(Debug)]
struct Word<W> {
    /// Its first bytes, folded, and which bytes these are.
    head: u64,
    mask: u64,
    word: W,
    /// Its place in the list that the table was made of.
    index: usize,
}

impl<W: AsRef<str>> WordTable<W> {
    /// The table of `words`, none of them empty. Those of a table should begin with about as many bytes that tell them apart.
    pub(crate) fn of(words: impl Iterator<Item = W>) -> Self {
        let word_of = |(index, word): (usize, W)| {
            let bytes = word.as_ref().as_bytes();
            let mask = first_bytes(bytes.len().min(8));
            Word { head: head(bytes, 0) & mask, mask, word, index }
        };
        let mut words: Vec<Word<W>> = words.enumerate().map(word_of).collect();
        let shortest = words.iter().map(Word::len).min().unwrap_or(MAX_KEY);
        let key = first_bytes(shortest.min(MAX_KEY));
        let rows = vec![(0, 0); (words.len() * ROWS_A_WORD).next_power_of_two().max(64)];
        words.sort_by_key(|word| (row(word.head & key, rows.len()), std::cmp::Reverse(word.len())));
        let filled = vec![0; rows.len() / 64];
        let mut table = Self { pairs: [0; 16], filled, rows, words, key };
        for (at, word) in (0..).zip(&table.words) {
            match word.len() {
                1 => table.pairs = [u64::MAX; 16],
                _ => {
                    let bytes = word.word.as_ref().as_bytes();
                    let pair = pair([bytes[0], bytes[1]]);
                    table.pairs[pair / 64] |= 1 << (pair % 64);
                }
            }
            let row = row(word.head & key, table.rows.len());
            table.filled[row / 64] |= 1 << (row % 64);
            let (from, to) = &mut table.rows[row];
            if from == to {
                *from = at;
            }
            *to = at + 1;
        }
        table
    }

    /// The longest word that stands at `at` in a text: its place in the list, and its bytes.
    #[inline]
    pub(crate) fn longest_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        self.all_at(text, at).next()
    }

    /// The words of two bytes or more that stand anywhere in a text, at each place the longest: their places in the list.
    pub(crate) fn all_in(&self, text: &str) -> impl Iterator<Item = usize> {
        let bytes = text.as_bytes();
        let pairs = bytes.windows(2).enumerate();
        let likely = pairs.filter(|(_, pair)| self.is_likely([pair[0], pair[1]]));
        likely.filter_map(|(at, _)| self.longest_at(bytes, at)).map(|(index, _)| index)
    }

    /// Every word that stands at `at` in a text, the longest first: its place in the list, and its bytes.
    #[inline]
    pub(crate) fn all_at(&self, text: &[u8], at: usize) -> impl DoubleEndedIterator<Item = (usize, usize)> {
        self.all_beginning(head(text, at), text, at)
    }

    /// The same where the text's [`head`] at `at` is known: whoever asks several tables reads it once.
    #[inline]
    pub(crate) fn all_beginning(
        &self,
        begin: u64,
        text: &[u8],
        at: usize,
    ) -> impl DoubleEndedIterator<Item = (usize, usize)> {
        let [first, second, ..] = begin.to_le_bytes();
        let words = if self.is_likely([first, second]) { self.row_of(begin) } else { &[] };
        let stands_here = move |word: &&Word<W>| {
            begin & word.mask == word.head
                && text
                    .get(at..at + word.len())
                    .is_some_and(|here| here.eq_ignore_ascii_case(word.word.as_ref().as_bytes()))
        };
        words.iter().filter(stands_here).map(|word| (word.index, word.len()))
    }

    /// Whether a word may stand where these two bytes do.
    #[inline]
    fn is_likely(&self, bytes: [u8; 2]) -> bool {
        let pair = pair(bytes);
        self.pairs[pair / 64] >> (pair % 64) & 1 == 1
    }

    /// The words of the row of what begins with `begin`.
    #[inline]
    fn row_of(&self, begin: u64) -> &[Word<W>] {
        let row = row(begin & self.key, self.rows.len());
        if self.filled[row / 64] >> (row % 64) & 1 == 0 {
            return &[];
        }
        let (from, to) = self.rows[row];
        &self.words[from as usize..to as usize]
    }
}

impl<W: AsRef<str>> Word<W> {
    fn len(&self) -> usize {
        self.word.as_ref().len()
    }
}

/// A number of ten bits for two bytes: the same for both cases of ASCII letters.
fn pair([first, second]: [u8; 2]) -> usize {
    usize::from(first & 31) << 5 | usize::from(second & 31)
}

/// The mask of the first `count` bytes of eight.
fn first_bytes(count: usize) -> u64 {
    u64::MAX >> (64 - 8 * count)
}

/// Eight bytes of a text, ASCII letters in lower case (and some signs changed likewise), zeros behind its end.
#[inline]
pub(crate) fn head(text: &[u8], at: usize) -> u64 {
    let rest = &text[at..];
    let bytes = match rest.first_chunk::<8>() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => rest.iter().rev().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)),
    };
    let ascii = !bytes & 0x8080_8080_8080_8080;
    bytes | ascii >> 2
}

/// The row of what begins so, of as many as a power of two.
fn row(begin: u64, rows: usize) -> usize {
    (begin.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (rows - 1)
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
        let all: Vec<_> = table.all_at(b"read more", 0).collect();
        assert_eq!(all, [(1, 9), (0, 4)]);
    }
}
