//! The texts of the last weeks by their sketches.
//!
//! The sequences of the newest texts are in a map; when they are many they become a run, sorted and packed into four bytes each, which stays as
//! it is. The oldest are dropped whole when their texts are too old.

use std::collections::VecDeque;

use crate::compact_id::CompactId;
use crate::number_map::NumberMap;
use crate::pack::packed;

/// With more entries, or texts, a run is packed; an entry tells that many texts apart.
const MAX_OPEN_ENTRIES: usize = 1 << 21;
const MAX_OPEN_TEXTS: u32 = 1 << TEXT_BITS;
/// Of a packed entry, so many bits are the number of the text, counted from the first of the run, and the others the lower part of the hash; ...
const TEXT_BITS: u32 = 18;
/// ... its upper part says in which bucket it lies.
const BUCKET_BITS: u32 = TEXT_BITS;

/// A sequence that stands in more texts is what everybody prints.
const MAX_TEXTS_OF_SEQUENCE: usize = 16;

/// What is remembered of a text besides its entries.
#[derive(Debug, Clone)]
pub(super) struct KnownText {
    pub(super) article: CompactId,
    pub(super) revision: u32,
    /// When it came, in seconds since 1970.
    pub(super) seconds: i64,
    /// How many sequences it has.
    pub(super) shingles: u32,
    /// How many of them are remembered.
    pub(super) sketch: u32,
    /// The text that it repeats in part.
    pub(super) copy_of: Option<Box<CompactId>>,
}

/// A text that shares sequences with another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hits {
    pub(super) number: u32,
    pub(super) hits: u32,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct SketchIndex {
    texts: VecDeque<KnownText>,
    /// The number of the first text.
    first: u32,
    packed: Vec<PackedRun>,
    open: OpenRun,
}

/// The run that grows still.
#[derive(Debug, Clone, Default)]
struct OpenRun {
    /// Of each hash the newest of its entries, by place.
    newest: NumberMap<u32, u32>,
    entries: Vec<OpenEntry>,
    /// The number of its first text.
    oldest: u32,
}

/// A sequence of a text.
#[derive(Debug, Clone, Copy)]
struct OpenEntry {
    text: u32,
    /// The place of the entry that the same hash has before this one, or its own.
    before: u32,
}

/// A run that doesn't grow any more.
#[derive(Debug, Clone)]
struct PackedRun {
    /// Where each bucket begins, and the last ends.
    starts: Vec<u32>,
    /// By hash, then by text.
    entries: Vec<u32>,
    oldest: u32,
    newest: u32,
}

packed!(KnownText { article, revision, seconds, shingles, sketch, copy_of });
packed!(SketchIndex { texts, first, packed, open });
packed!(OpenRun { newest, entries, oldest });
packed!(OpenEntry { text, before });
packed!(PackedRun { starts, entries, oldest, newest });

impl SketchIndex {
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The memory it takes, in bytes, without what the allocator adds.
    pub(super) fn bytes(&self) -> usize {
        let open = self.open.entries.capacity() * size_of::<OpenEntry>()
            + self.open.newest.capacity() * size_of::<(u32, u32)>();
        let packed: usize =
            self.packed.iter().map(|run| run.starts.capacity() + run.entries.capacity()).sum();
        let texts = self.texts.capacity() * size_of::<KnownText>();
        open + packed * size_of::<u32>() + texts
    }

    pub(super) fn text(&self, number: u32) -> Option<&KnownText> {
        self.texts.get(number.checked_sub(self.first)? as usize)
    }

    /// Adds a text with the hashes of its sketch.
    pub(super) fn add(&mut self, text: KnownText, sketch: &[u32]) {
        let number = self.first.wrapping_add(self.texts.len() as u32);
        self.texts.push_back(text);
        let mut hashes = sketch.to_vec();
        hashes.sort_unstable();
        hashes.dedup();
        self.open.add(&hashes, number);
        if self.open.is_full(number) {
            self.packed.push(PackedRun::of(std::mem::take(&mut self.open), number));
        }
    }

    /// Forgets the oldest texts for which `is_old` holds.
    pub(super) fn forget(&mut self, mut is_old: impl FnMut(&KnownText, usize) -> bool) {
        while self.texts.front().is_some_and(|text| is_old(text, self.texts.len())) {
            self.texts.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        let first = self.first;
        self.packed.retain(|run| run.newest >= first);
        let next = first.wrapping_add(self.texts.len() as u32);
        self.open.forget(first, next);
    }

    /// The texts that share some of `hashes`, by number, and for each hash whether everybody prints it.
    pub(super) fn hits(&self, hashes: &[u32]) -> (Vec<Hits>, Vec<bool>) {
        let mut all: Vec<u32> = Vec::new();
        let mut found: Vec<u32> = Vec::new();
        let mut is_common = Vec::with_capacity(hashes.len());
        for hash in hashes {
            found.clear();
            let packed = self.packed.iter().flat_map(|run| run.texts(*hash));
            let known = packed.chain(self.open.texts(*hash)).filter(|number| *number >= self.first);
            found.extend(known.take(MAX_TEXTS_OF_SEQUENCE + 1));
            let common = found.len() > MAX_TEXTS_OF_SEQUENCE;
            is_common.push(common);
            if !common {
                all.extend(&found);
            }
        }
        all.sort_unstable();
        let hits = all.chunk_by(|one, other| one == other);
        let hits = hits.map(|same| Hits { number: same[0], hits: same.len() as u32 });
        (hits.collect(), is_common)
    }
}

impl PackedRun {
    /// Packs a run, whose texts are at most 2 to the [`TEXT_BITS`] and end with `newest`.
    fn of(run: OpenRun, newest: u32) -> Self {
        let bucket = |hash: u32| (hash >> (u32::BITS - BUCKET_BITS)) as usize;
        let mut starts = vec![0; (1 << BUCKET_BITS) + 1];
        let mut sorted: Vec<(u32, u32)> = Vec::with_capacity(run.entries.len());
        for hash in run.newest.keys() {
            sorted.extend(run.texts(*hash).map(|text| (*hash, text)));
        }
        sorted.sort_unstable();
        for (hash, _) in &sorted {
            starts[bucket(*hash) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let pack = |(hash, number): &(u32, u32)| hash << BUCKET_BITS | number.wrapping_sub(run.oldest);
        Self { starts, entries: sorted.iter().map(pack).collect(), oldest: run.oldest, newest }
    }

    /// The texts that have `hash`.
    fn texts(&self, hash: u32) -> impl Iterator<Item = u32> {
        let bucket = (hash >> (u32::BITS - BUCKET_BITS)) as usize;
        let entries = &self.entries[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        let rest = hash << BUCKET_BITS >> BUCKET_BITS;
        let start = entries.partition_point(|entry| entry >> TEXT_BITS < rest);
        let same = entries[start..].iter().take_while(move |entry| *entry >> TEXT_BITS == rest);
        same.map(|entry| self.oldest.wrapping_add(entry & ((1 << TEXT_BITS) - 1)))
    }
}

impl OpenRun {
    fn add(&mut self, hashes: &[u32], text: u32) {
        if self.entries.is_empty() {
            self.oldest = text;
        }
        for hash in hashes {
            let place = self.entries.len() as u32;
            let before = self.newest.insert(*hash, place).unwrap_or(place);
            self.entries.push(OpenEntry { text, before });
        }
    }

    /// Whether no text after `newest` goes into it.
    fn is_full(&self, newest: u32) -> bool {
        self.entries.len() > MAX_OPEN_ENTRIES || newest.wrapping_sub(self.oldest) >= MAX_OPEN_TEXTS - 1
    }

    /// The texts that have `hash`, the newest first.
    fn texts(&self, hash: u32) -> impl Iterator<Item = u32> {
        let mut next = self.newest.get(&hash).copied();
        std::iter::from_fn(move || {
            let place = next?;
            let entry = self.entries.get(place as usize)?;
            next = (entry.before < place).then_some(entry.before);
            Some(entry.text)
        })
    }

    /// Whether the texts before `first` are more than half of its own, which end before `next`.
    fn is_half_gone(&self, first: u32, next: u32) -> bool {
        let gone = first.checked_sub(self.oldest).filter(|_| !self.entries.is_empty());
        gone.is_some_and(|gone| gone > next.wrapping_sub(self.oldest) / 2)
    }

    /// Gives back what texts before `first` take, once they are more than half of all before `next`.
    fn forget(&mut self, first: u32, next: u32) {
        if !self.is_half_gone(first, next) {
            return;
        }
        let mut kept: Vec<(u32, u32)> = Vec::new();
        for hash in self.newest.keys() {
            kept.extend(self.texts(*hash).filter(|text| *text >= first).map(|text| (text, *hash)));
        }
        kept.sort_unstable();
        *self = Self::default();
        for texts in kept.chunk_by(|one, other| one.0 == other.0) {
            let hashes: Vec<u32> = texts.iter().map(|(_, hash)| *hash).collect();
            self.add(&hashes, texts[0].0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(texts: std::ops::Range<u32>) -> (OpenRun, Vec<u32>) {
        let mut run = OpenRun::default();
        for text in texts.clone() {
            let hash = |at: u32| (text * 50 + at).wrapping_mul(0x9e37_79b9) & 0xffff_fffe;
            let mut hashes: Vec<u32> = (0..60).map(hash).chain([0, u32::MAX]).collect();
            hashes.sort_unstable();
            hashes.dedup();
            run.add(&hashes, text);
        }
        let hashes = run.newest.keys().copied().chain([1]).collect();
        (run, hashes)
    }

    #[test]
    fn a_packed_run_leads_where_it_led_before() {
        let (run, hashes) = run(7..300);
        let packed = PackedRun::of(run.clone(), 299);
        for hash in hashes {
            let mut before: Vec<u32> = run.texts(hash).collect();
            before.reverse();
            assert_eq!(packed.texts(hash).collect::<Vec<_>>(), before, "{hash:x}");
        }
    }

    #[test]
    fn texts_that_are_half_of_a_run_are_forgotten_and_the_others_still_found() {
        let (mut forgetful, hashes) = run(7..300);
        let before = forgetful.clone();
        assert!(!forgetful.is_half_gone(0, 300), "the oldest that are remembered are in a packed run");
        forgetful.forget(100, 300);
        assert_eq!(forgetful.entries.len(), before.entries.len());
        forgetful.forget(200, 300);
        assert!(forgetful.entries.len() < before.entries.len() / 2);
        for hash in hashes {
            let kept: Vec<u32> = before.texts(hash).filter(|text| *text >= 200).collect();
            assert_eq!(forgetful.texts(hash).collect::<Vec<_>>(), kept, "{hash:x}");
        }
    }
}
