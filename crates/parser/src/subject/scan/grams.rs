//! Many words at once at memory speed: a filter of four-byte grams, looked at every second byte.
//!
//! A word of five bytes or more holds, at whichever parity it stands, one of two known grams at an even place of the page:
//! so only even places are looked at, and most of those end with one test of one bit. A shorter word is covered by
//! grams with every byte beside it. Bytes are compared with bit 5 set, which makes ASCII caseless and is harmless
//! elsewhere: what is let through is compared again, exactly, by the caller.

/// Bits in the filter, as a power of two: 128 KiB, a part of a second-level cache. A smaller one is read faster and lets
/// through more.
const FILTER_BITS: u32 = 20;

/// Buckets of the exact table, as a power of two; the filter's upper bits choose one.
const BUCKET_BITS: u32 = 14;

const CASELESS: u64 = 0x2020_2020_2020_2020;

/// Words of one to two bytes would let nearly every page through.
pub(crate) const SHORTEST: usize = 3;

/// A filter over many words.
#[derive(Debug, Clone)]
pub(crate) struct Grams {
    filter: Box<[u64; 1 << (FILTER_BITS - 6)]>,
    /// Where each bucket's entries begin.
    buckets: Vec<u32>,
    /// Sorted by bucket.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    bucket: u32,
    gram: u32,
    word: u32,
    /// Where the gram stands from the word's first byte; -1 where it takes in the byte before.
    offset: i8,
}

/// The ways in which the first bytes of a word may be written: for each, at most the five bytes that grams look at.
pub(crate) type Heads = Vec<Vec<u8>>;

impl Grams {
    /// A filter for words, given by the heads under which each may appear. `offset` says how many bytes into the word
    /// its heads begin.
    pub(crate) fn new(words: &[(Heads, u8)]) -> Self {
        let mut entries = Vec::new();
        for (word, (heads, skipped)) in (0u32..).zip(words) {
            for head in heads {
                let mut add = |gram: [u8; 4], offset: i8| {
                    let gram = u32::from_le_bytes(gram) | CASELESS as u32;
                    let offset = offset + *skipped as i8;
                    entries.push(Entry {
                        bucket: hash(gram) >> (FILTER_BITS - BUCKET_BITS),
                        gram,
                        word,
                        offset,
                    });
                };
                match head.as_slice() {
                    [a, b, c, d, e, ..] => {
                        add([*a, *b, *c, *d], 0);
                        add([*b, *c, *d, *e], 1);
                    }
                    [a, b, c, d] => {
                        add([*a, *b, *c, *d], 0);
                        (0..=u8::MAX).for_each(|any| add([*b, *c, *d, any], 1));
                    }
                    [a, b, c] => {
                        (0..=u8::MAX).for_each(|any| add([*a, *b, *c, any], 0));
                        (0..=u8::MAX).for_each(|any| add([any, *a, *b, *c], -1));
                    }
                    _ => {}
                }
            }
        }
        entries.sort_unstable();
        entries.dedup();
        let mut filter = Box::new([0u64; 1 << (FILTER_BITS - 6)]);
        let mut buckets = vec![0u32; (1 << BUCKET_BITS) + 1];
        for entry in &entries {
            let hash = hash(entry.gram) as usize;
            filter[hash >> 6] |= 1 << (hash & 63);
            buckets[entry.bucket as usize + 1] += 1;
        }
        for bucket in 0..1 << BUCKET_BITS {
            buckets[bucket + 1] += buckets[bucket];
        }
        Self { filter, buckets, entries }
    }

    /// Calls `found` with every word, and the byte where it would start, whose gram stands in `bytes`, until it says `true`.
    pub(crate) fn search(&self, bytes: &[u8], mut found: impl FnMut(u32, usize) -> bool) -> bool {
        // Three even places of six bytes are seen in one load of eight.
        let mut at = 0;
        for window in bytes.windows(8).step_by(6) {
            let eight = u64::from_le_bytes(<[u8; 8]>::try_from(window).unwrap_or_default()) | CASELESS;
            let grams = [eight as u32, (eight >> 16) as u32, (eight >> 32) as u32];
            if self.may_hold(grams[0]) | self.may_hold(grams[1]) | self.may_hold(grams[2]) {
                for (place, gram) in grams.into_iter().enumerate() {
                    if self.may_hold(gram) && self.look_up(gram, at + 2 * place, &mut found) {
                        return true;
                    }
                }
            }
            at += 6;
        }
        let mut tail = [0u8; 16];
        let rest = bytes.get(at..).unwrap_or_default();
        tail[..rest.len()].copy_from_slice(rest);
        (0..rest.len()).step_by(2).any(|place| {
            let four = [tail[place], tail[place + 1], tail[place + 2], tail[place + 3]];
            self.look_up(u32::from_le_bytes(four) | CASELESS as u32, at + place, &mut found)
        })
    }

    #[inline(always)]
    fn may_hold(&self, gram: u32) -> bool {
        let hash = hash(gram) as usize;
        self.filter[hash >> 6] >> (hash & 63) & 1 == 1
    }

    fn look_up(&self, gram: u32, at: usize, found: &mut impl FnMut(u32, usize) -> bool) -> bool {
        let bucket = (hash(gram) >> (FILTER_BITS - BUCKET_BITS)) as usize;
        let entries = &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        entries.iter().filter(|entry| entry.gram == gram).any(|entry| {
            at.checked_add_signed(-isize::from(entry.offset)).is_some_and(|start| found(entry.word, start))
        })
    }
}

/// Fibonacci hashing to [`FILTER_BITS`] bits.
#[inline(always)]
fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1) >> (32 - FILTER_BITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grams(words: &[&str]) -> Grams {
        let heads: Vec<(Heads, u8)> =
            words.iter().map(|word| (vec![word.bytes().take(5).collect()], 0)).collect();
        Grams::new(&heads)
    }

    proptest! {
        #[test]
        fn a_word_is_found_wherever_it_stands(
            before in proptest::collection::vec(any::<u8>(), 0..30),
            after in proptest::collection::vec(any::<u8>(), 0..30),
            word in 0usize..4,
        ) {
            let words = ["abc", "fedc", "xyzuv", "longer word"];
            let page = [before.as_slice(), words[word].to_ascii_uppercase().as_bytes(), &after].concat();
            let mut starts = Vec::new();
            grams(&words).search(&page, |found, start| {
                starts.push((found as usize, start));
                false
            });
            prop_assert!(starts.contains(&(word, before.len())));
        }
    }

    #[test]
    fn a_page_without_the_words_passes_in_silence() {
        let page = "nothing to be seen here ".repeat(9);
        assert!(!grams(&["abcde", "vwxyz"]).search(page.as_bytes(), |_, _| true));
    }
}
