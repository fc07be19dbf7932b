//! Many words at once at memory speed: filters of grams, looked at every second byte.
//!
//! Of every word two grams are known, one for each parity at which the word may stand, so that only even places of the page are
//! looked at. A gram of four bytes does for words of ASCII, alone in most of most pages; words in other letters are known
//! by five, since four are hardly more than one letter of theirs, and are looked for only where a page isn't ASCII. Where a
//! word is too short for whole grams, they are made with every byte beside it. Of the grams that a word offers, those are
//! taken that ordinary pages hold least ([`surprise`]).
//!
//! Bytes are compared with bit 5 set, which makes ASCII caseless and is harmless elsewhere: what is let through is compared
//! again, exactly, by the caller.

use std::ops::Range;

/// Words of 32 bits in a filter: 64 KiB, of which text touches little.
const FILTER_WORDS: usize = 1 << 14;

/// Buckets of the exact table, as a power of two; the upper bits of the hash choose one.
const BUCKET_BITS: u32 = 13;

const CASELESS: u64 = 0x2020_2020_2020_2020;

/// The bits that no ASCII has.
const BEYOND_ASCII: u64 = 0x8080_8080_8080_8080;

/// Bytes in a gram of a word that is short or ASCII.
const SHORT: usize = 4;

/// Bytes in a gram of any other word.
const LONG: usize = 5;

/// Bytes loaded in one go.
const BLOCK: usize = 32;

/// Bytes looked at in one go: grams may begin at each second of them, and end within the block.
const STEP: usize = 24;

/// Words of one to two bytes would let nearly every page through.
pub(crate) const SHORTEST: usize = 3;

/// A filter over many words.
#[derive(Debug, Clone)]
pub(crate) struct Grams {
    /// The short grams that may stand where all is ASCII.
    ascii: Filter,
    /// All short grams.
    short: Filter,
    long: Filter,
    /// All grams by another hash, asked where one of the others holds one: it is wrong about others than they.
    surer: Filter,
    /// Where each bucket's entries begin.
    buckets: Vec<u32>,
    /// Sorted by bucket.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    bucket: u32,
    /// A short one has a zero where a long one has its fifth byte.
    gram: u64,
    word: u32,
    /// Where the gram stands from the word's first byte; -1 where it takes in the byte before.
    offset: i8,
}

/// The ways in which a word may be written.
#[derive(Debug, Clone)]
pub(crate) struct WordForms {
    /// For each character the forms it may have, which take as many bytes each.
    pub(crate) letters: Vec<Vec<Vec<u8>>>,
    /// Its first letter may stand apart from it.
    pub(crate) first_apart: bool,
    /// An ASCII letter may follow.
    pub(crate) open: bool,
}

impl Grams {
    /// A filter for words of at least [`SHORTEST`] bytes.
    pub(crate) fn new(words: &[WordForms]) -> Self {
        let mut entries = Vec::new();
        for (word, written) in (0u32..).zip(words) {
            for (gram, offset) in written.grams() {
                entries.push(Entry { bucket: bucket(gram), gram, word, offset });
            }
        }
        entries.sort_unstable();
        entries.dedup();
        let [mut ascii, mut short, mut long, mut surer] = [const { Filter::empty }; 4].map(|empty| empty());
        let mut buckets = vec![0u32; (1 << BUCKET_BITS) + 1];
        for entry in &entries {
            match u32::try_from(entry.gram) {
                Ok(gram) => {
                    short.add(hash(gram));
                    if entry.gram & BEYOND_ASCII == 0 {
                        ascii.add(hash(gram));
                    }
                }
                Err(_) => long.add(long_hash(entry.gram)),
            }
            surer.add(other_hash(entry.gram));
            buckets[entry.bucket as usize + 1] += 1;
        }
        for bucket in 0..1 << BUCKET_BITS {
            buckets[bucket + 1] += buckets[bucket];
        }
        Self { ascii, short, long, surer, buckets, entries }
    }

    /// Calls `found` with every word, and the byte where it would start, whose gram stands in `bytes`, until it says `true`.
    pub(crate) fn search(&self, bytes: &[u8], mut found: impl FnMut(u32, usize) -> bool) -> bool {
        let mut at = 0;
        while let Some(block) = bytes[at..].first_chunk::<BLOCK>() {
            // The grams at three even places come with one load; the last load is for what they may reach into.
            let eights: [u64; 5] = std::array::from_fn(|load| eight(block, 6 * load));
            let is_ascii = eights.iter().fold(0, |all, eight| all | eight) & BEYOND_ASCII == 0;
            let filter = if is_ascii { &self.ascii } else { &self.short };
            for (eight, from) in eights.into_iter().zip((0..STEP).step_by(6)) {
                for place in [0, 2, 4] {
                    let gram = ((eight | CASELESS) >> (8 * place)) as u32;
                    if filter.holds(hash(gram)) && self.look_up(gram.into(), at + from + place, &mut found) {
                        return true;
                    }
                }
            }
            if !is_ascii && self.search_long(block, STEP, at, &mut found) {
                return true;
            }
            at += STEP;
        }
        // As long as a block, and as many zeros as a gram may reach beyond.
        let mut tail = [0u8; 2 * BLOCK];
        let rest = bytes.get(at..).unwrap_or_default();
        tail[..rest.len()].copy_from_slice(rest);
        (0..rest.len()).step_by(2).any(|place| {
            let short = u64::from(eight(&tail, place) as u32 | CASELESS as u32);
            self.look_up(short, at + place, &mut found)
        }) || self.search_long(&tail, rest.len(), at, &mut found)
    }

    /// Looks for the long grams that begin at an even place among the first `length` bytes of `block`, which stands `at`.
    fn search_long(
        &self,
        block: &[u8],
        length: usize,
        at: usize,
        found: &mut impl FnMut(u32, usize) -> bool,
    ) -> bool {
        (0..length).step_by(2).any(|place| {
            let gram = (eight(block, place) | CASELESS) & LONG_MASK;
            self.long.holds(long_hash(gram)) && self.look_up(gram, at + place, found)
        })
    }

    #[cold]
    #[inline(never)]
    fn look_up(&self, gram: u64, at: usize, found: &mut impl FnMut(u32, usize) -> bool) -> bool {
        if !self.surer.holds(other_hash(gram)) {
            return false;
        }
        let bucket = bucket(gram) as usize;
        let entries = &self.entries[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize];
        entries.iter().filter(|entry| entry.gram == gram).any(|entry| {
            at.checked_add_signed(-isize::from(entry.offset)).is_some_and(|start| found(entry.word, start))
        })
    }
}

impl WordForms {
    /// The grams by which the word is known at each parity, each with where it stands from the word's first byte.
    fn grams(&self) -> Vec<(u64, i8)> {
        let length: usize = self.letters.iter().map(|forms| forms[0].len()).sum();
        let is_ascii = self.letters.iter().all(|forms| forms[0].is_ascii());
        let size = if is_ascii || length <= LONG { SHORT } else { LONG } as isize;
        // One byte more on either side where the word has no two grams of its own.
        let (start, end) = (isize::from(self.first_apart), length as isize);
        let beside = isize::from(end - start <= size);
        let mut grams = Vec::new();
        for parity in 0..2 {
            let offsets =
                (start - beside..=end + beside - size).filter(|offset| offset.rem_euclid(2) == parity);
            // Of equals the first: endings are shared by more words than beginnings.
            let best = offsets.rev().max_by_key(|offset| {
                let forms = self.forms(*offset..*offset + size);
                forms.iter().map(|gram| surprise(gram)).min()
            });
            let Some(offset) = best else { continue };
            for gram in self.forms(offset..offset + size) {
                for gram in self.filled(&gram) {
                    grams.push((gram, offset as i8));
                }
            }
        }
        grams
    }

    /// What may stand at these bytes of the word; `None` for bytes beside it.
    fn forms(&self, bytes: Range<isize>) -> Vec<Vec<Option<u8>>> {
        let mut grams = vec![vec![None; bytes.clone().filter(|at| *at < 0).count()]];
        let mut at = 0;
        for forms in &self.letters {
            let taken = forms[0].len() as isize;
            let [from, to] = [bytes.start, bytes.end].map(|place| (place - at).clamp(0, taken) as usize);
            grams = grams
                .iter()
                .flat_map(|gram| {
                    // Bit 5 is set before comparing: forms that differ there only are one.
                    let caseless = |byte: &u8| Some(byte | CASELESS as u8);
                    forms.iter().map(move |form| {
                        gram.iter().copied().chain(form[from..to].iter().map(caseless)).collect()
                    })
                })
                .collect();
            grams.sort_unstable();
            grams.dedup();
            at += taken;
        }
        for gram in &mut grams {
            gram.resize(bytes.len(), None);
        }
        grams
    }

    /// The grams that a form stands for, with every byte that may be where it knows none.
    fn filled(&self, gram: &[Option<u8>]) -> Vec<u64> {
        let follows = |byte: &u8| self.open || !byte.is_ascii_alphabetic();
        let mut filled = vec![0u64];
        for (at, byte) in gram.iter().enumerate() {
            let bytes: Vec<u8> = match byte {
                Some(byte) => vec![*byte],
                // Before the word, a letter may be the end of an escape.
                None if at == 0 => (0..=u8::MAX).collect(),
                None => (0..=u8::MAX).filter(follows).collect(),
            };
            filled = filled
                .iter()
                .flat_map(|gram| {
                    bytes.iter().map(move |byte| gram | u64::from(byte | CASELESS as u8) << (8 * at))
                })
                .collect();
        }
        filled.sort_unstable();
        filled.dedup();
        filled
    }
}

/// How seldom a gram stands in ordinary pages, in bits. What isn't ASCII comes before all: most of most pages is.
fn surprise(gram: &[Option<u8>]) -> u32 {
    /// The pairs of letters that the text and markup of pages hold most, with the negative binary logarithm of their share.
    const COMMON: [(u32, &str); 4] = [
        (7, "an ar as at cl co de di en er in it la le li me nt on or re ss st ta te ti"),
        (
            8,
            "ac ad ag al ch da ea ed ef el em es et fo ge he ht ic id ig im io is iv lo ma na nd ne ng ol om ot pa pe ra ri ro rt \
             se si sp th to tr tt ty un",
        ),
        (
            9,
            "ab ai am ap au av ba be bl bo ca ce ck cr ct dt ec ei ew ex fa fi gh gi gr ha hi ho hr ia ie il ip ll mi mp nc nk no ns \
             nu oc od op os ou ow pl po pr ps pt px qu rc rg sc so tl tp ts ue ul um ur us ut va ve vi wi ww xt yp",
        ),
        (
            10,
            "ay bi bu ci cs cu dd do ds dy eb ee eg ev fe ff fl fr ft fu ga gl go if ir iz ke ki ld ls lt lu ly mm mo ms ni nn oa ob \
              of og oo ov pi pp pu rd rl rm rn rs ru ry sa sh sl su td tm tu ub uo up we wp ws yl ze",
        ),
    ];
    const RARE: u32 = 13;
    const NOT_ASCII: u32 = 100;
    const ENDS: u32 = 2;
    let of_pair = |pair: &[Option<u8>]| match pair {
        [Some(first), Some(second)] => {
            let is_pair = |pair: &str| pair.as_bytes() == [*first, *second];
            COMMON
                .iter()
                .find(|(_, pairs)| pairs.split_ascii_whitespace().any(is_pair))
                .map_or(RARE, |(bits, _)| *bits)
        }
        // Fewer letters end a word than continue it.
        [Some(_), None] => ENDS,
        _ => 0,
    };
    let beyond = gram.iter().flatten().filter(|byte| !byte.is_ascii()).count() as u32;
    beyond * NOT_ASCII + gram.windows(2).map(of_pair).sum::<u32>()
}

/// A set of grams that may hold some more: a bit for each hash.
#[derive(Debug, Clone)]
struct Filter(Box<[u32; FILTER_WORDS]>);

impl Filter {
    fn empty() -> Self {
        Self(Box::new([0; FILTER_WORDS]))
    }

    fn add(&mut self, hash: u32) {
        let (word, bit) = Self::place(hash);
        self.0[word] |= 1 << bit;
    }

    #[inline(always)]
    fn holds(&self, hash: u32) -> bool {
        let (word, bit) = Self::place(hash);
        self.0[word] >> bit & 1 == 1
    }

    /// The upper bits of a hash depend on all of its gram; the lowest ones, of a short gram, on its first byte alone, which costs
    /// some precision and no instruction.
    #[inline(always)]
    fn place(hash: u32) -> (usize, u32) {
        ((hash >> (u32::BITS - FILTER_WORDS.ilog2())) as usize, hash % u32::BITS)
    }
}

/// The bytes that a long gram takes of eight.
const LONG_MASK: u64 = (1 << (8 * LONG)) - 1;

/// Eight bytes from `at` on; zeros where there are none.
#[inline(always)]
fn eight(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |eight| u64::from_le_bytes(*eight))
}

/// Fibonacci hashing, whose upper bits are the best.
#[inline(always)]
fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1)
}

/// The same for long grams.
#[inline(always)]
fn long_hash(gram: u64) -> u32 {
    (gram.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

/// A hash that has little to do with the others.
fn other_hash(gram: u64) -> u32 {
    ((gram ^ gram >> 15).wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 32) as u32
}

fn bucket(gram: u64) -> u32 {
    long_hash(gram) >> (32 - BUCKET_BITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(word: &str) -> WordForms {
        let both = |c: char| [c.to_lowercase().to_string(), c.to_uppercase().to_string()];
        let letters = word.chars().map(|c| both(c).map(String::into_bytes).to_vec()).collect();
        WordForms { letters, first_apart: false, open: false }
    }

    fn grams(words: &[&str]) -> Grams {
        Grams::new(&words.iter().map(|word| written(word)).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn a_word_is_found_wherever_it_stands(
            before in proptest::collection::vec(any::<u8>(), 0..40),
            after in proptest::collection::vec(any::<u8>().prop_filter("ends the word", |byte| !byte.is_ascii_alphabetic()), 0..40),
            word in 0usize..12,
        ) {
            let words = [
                "abc", "fedc", "xyzuv", "sixlet", "longer", "a longer one", "слово", "русь", "북", "말씀", "corée", "блг",
            ];
            let page = [before.as_slice(), words[word].to_uppercase().as_bytes(), &after].concat();
            let mut starts = Vec::new();
            grams(&words).search(&page, |found, start| {
                starts.push((found as usize, start));
                false
            });
            prop_assert!(starts.contains(&(word, before.len())));
        }

        #[test]
        fn the_rest_of_a_word_whose_first_letter_stands_apart_is_found(before in "[a-z<> ]{0,40}", open in any::<bool>()) {
            let word = WordForms { first_apart: true, open, ..written("initial") };
            let page = format!("{before}<b>I</b>nitial");
            let rest = page.len() - "initial".len();
            prop_assert!(Grams::new(&[word]).search(page.as_bytes(), |_, start| start == rest));
        }
    }

    #[test]
    fn a_long_gram_of_a_word_that_is_not_ascii_is_not_ascii_either() {
        for word in ["corée", "łowca", "nordcoréen", "международная", "á23456789", "12345678á", "말씀1234"]
        {
            for (gram, offset) in written(word).grams() {
                assert!(gram > u64::from(u32::MAX), "{word} at {offset}");
                assert_ne!(gram & BEYOND_ASCII, 0, "{word} at {offset}");
            }
        }
    }

    #[test]
    fn a_page_without_the_words_passes_in_silence() {
        let page = "nothing to be seen here ".repeat(9);
        assert!(!grams(&["abcde", "vwxyz"]).search(page.as_bytes(), |_, _| true));
    }
}
