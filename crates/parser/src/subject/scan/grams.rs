//! Many words at once at memory speed: a filter of four-byte grams, looked at every second byte.
//!
//! A word of five bytes or more holds, at whichever parity it stands, one of two known grams at an even place of the page:
//! so only even places are looked at, and most of those end with one test of one bit. A shorter word is covered by
//! grams with every byte beside it. Bytes are compared with bit 5 set, which makes ASCII caseless and is harmless
//! elsewhere: what is let through is compared again, exactly, by the caller.

/// Words of 64 bits in the filter for places where all is ASCII, as most of most pages is: 64 KiB, of which
/// text touches little.
const ASCII_WORDS: usize = 1 << 13;

/// Words of 64 bits in the filter for every other place: 128 KiB, a part of a second-level cache.
const ALL_WORDS: usize = 1 << 14;

/// Buckets of the exact table, as a power of two; the upper bits of the hash choose one.
const BUCKET_BITS: u32 = 14;

const CASELESS: u64 = 0x2020_2020_2020_2020;

/// The bits that no ASCII has.
const BEYOND_ASCII: u64 = 0x8080_8080_8080_8080;

/// Bytes looked at in one go: four loads of eight, each of which holds the grams of three even places.
const BLOCK: usize = 4 * 6 + 2;

/// Words of one to two bytes would let nearly every page through.
pub(crate) const SHORTEST: usize = 3;

/// A filter over many words.
#[derive(Debug, Clone)]
pub(crate) struct Grams {
    ascii: Filter<ASCII_WORDS>,
    all: Filter<ALL_WORDS>,
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
                    entries.push(Entry { bucket: hash(gram) >> (32 - BUCKET_BITS), gram, word, offset });
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
        let (mut ascii, mut all) = (Filter::empty(), Filter::empty());
        let mut buckets = vec![0u32; (1 << BUCKET_BITS) + 1];
        for entry in &entries {
            if entry.gram & BEYOND_ASCII as u32 == 0 {
                ascii.add(entry.gram);
            }
            all.add(entry.gram);
            buckets[entry.bucket as usize + 1] += 1;
        }
        for bucket in 0..1 << BUCKET_BITS {
            buckets[bucket + 1] += buckets[bucket];
        }
        Self { ascii, all, buckets, entries }
    }

    /// Calls `found` with every word, and the byte where it would start, whose gram stands in `bytes`, until it says `true`.
    pub(crate) fn search(&self, bytes: &[u8], mut found: impl FnMut(u32, usize) -> bool) -> bool {
        let mut at = 0;
        while let Some(block) = bytes[at..].first_chunk::<BLOCK>() {
            let eights = [eight(block, 0), eight(block, 6), eight(block, 12), eight(block, 18)];
            let caseless = eights.map(|eight| eight | CASELESS);
            let is_ascii = (eights[0] | eights[1] | eights[2] | eights[3]) & BEYOND_ASCII == 0;
            let may_hold =
                if is_ascii { self.ascii.hold_any(&caseless) } else { self.all.hold_any(&caseless) };
            if may_hold {
                for (place, gram) in caseless.into_iter().flat_map(grams_of).enumerate() {
                    if self.all.holds(gram) && self.look_up(gram, at + 2 * place, &mut found) {
                        return true;
                    }
                }
            }
            at += BLOCK - 2;
        }
        let mut tail = [0u8; BLOCK + 3];
        let rest = bytes.get(at..).unwrap_or_default();
        tail[..rest.len()].copy_from_slice(rest);
        (0..rest.len()).step_by(2).any(|place| {
            let four = [tail[place], tail[place + 1], tail[place + 2], tail[place + 3]];
            self.look_up(u32::from_le_bytes(four) | CASELESS as u32, at + place, &mut found)
        })
    }

    fn look_up(&self, gram: u32, at: usize, found: &mut impl FnMut(u32, usize) -> bool) -> bool {
        let bucket = (hash(gram) >> (32 - BUCKET_BITS)) as usize;
        let entries = &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        entries.iter().filter(|entry| entry.gram == gram).any(|entry| {
            at.checked_add_signed(-isize::from(entry.offset)).is_some_and(|start| found(entry.word, start))
        })
    }
}

/// A set of grams that may hold some more: a bit for each hash.
#[derive(Debug, Clone)]
struct Filter<const WORDS: usize>(Box<[u64; WORDS]>);

impl<const WORDS: usize> Filter<WORDS> {
    /// How many bits of a gram's hash choose its bit.
    const HASH_BITS: u32 = WORDS.ilog2() + u64::BITS.ilog2();

    fn empty() -> Self {
        Self(Box::new([0; WORDS]))
    }

    fn add(&mut self, gram: u32) {
        let (word, bit) = Self::place(gram);
        self.0[word] |= 1 << bit;
    }

    #[inline(always)]
    fn holds(&self, gram: u32) -> bool {
        let (word, bit) = Self::place(gram);
        self.0[word] >> bit & 1 == 1
    }

    /// Whether one of the grams at the even places of `eights` may be in the set. Without branches, since it seldom is.
    #[inline(always)]
    fn hold_any(&self, eights: &[u64; 4]) -> bool {
        let mut bits = 0;
        for eight in eights {
            for gram in grams_of(*eight) {
                let (word, bit) = Self::place(gram);
                bits |= self.0[word] >> bit;
            }
        }
        bits & 1 == 1
    }

    #[inline(always)]
    fn place(gram: u32) -> (usize, u32) {
        let hash = hash(gram) >> (32 - Self::HASH_BITS);
        ((hash >> 6) as usize % WORDS, hash & 63)
    }
}

/// The grams at three even places.
#[inline(always)]
fn grams_of(eight: u64) -> [u32; 3] {
    [eight as u32, (eight >> 16) as u32, (eight >> 32) as u32]
}

/// The eight bytes of a block from `at` on.
#[inline(always)]
fn eight(block: &[u8; BLOCK], at: usize) -> u64 {
    block[at..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// Fibonacci hashing, whose upper bits are the best.
#[inline(always)]
fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1)
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
