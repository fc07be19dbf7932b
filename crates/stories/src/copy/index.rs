//! The texts of the last weeks by their sketches: in sorted runs, as a log-structured merge tree keeps them.
//!
//! An entry is a sequence's hash and the number of a text. Runs double, so that a text is moved a few times; one that is large enough is
//! packed, into four bytes an entry, and stays as it is. The oldest are dropped whole when their texts are too old.

use std::collections::VecDeque;

use crate::compact_id::CompactId;
use crate::pack::packed;

/// A run of more entries is merged with no other, so that old ones can be dropped.
const MAX_OPEN_ENTRIES: usize = 1 << 21;
/// Neither is one of more texts. Two open ones together have twice as many, which a packed entry can tell apart.
const MAX_OPEN_TEXTS: u32 = 1 << (TEXT_BITS - 1);
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
    runs: Vec<Run>,
}

/// A run that grows still.
#[derive(Debug, Clone)]
struct Run {
    /// By hash, then by text.
    entries: Vec<(u32, u32)>,
    oldest: u32,
    newest: u32,
}

/// A run that doesn't.
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
packed!(SketchIndex { texts, first, packed, runs });
packed!(Run { entries, oldest, newest });
packed!(PackedRun { starts, entries, oldest, newest });

impl SketchIndex {
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The memory it takes, in bytes, without what the allocator adds.
    pub(super) fn bytes(&self) -> usize {
        let entries: usize = self.runs.iter().map(|run| run.entries.capacity()).sum();
        let packed: usize =
            self.packed.iter().map(|run| run.starts.capacity() + run.entries.capacity()).sum();
        let texts = self.texts.capacity() * size_of::<KnownText>();
        entries * size_of::<(u32, u32)>() + packed * size_of::<u32>() + texts
    }

    pub(super) fn text(&self, number: u32) -> Option<&KnownText> {
        self.texts.get(number.checked_sub(self.first)? as usize)
    }

    /// Adds a text with the hashes of its sketch.
    pub(super) fn add(&mut self, text: KnownText, sketch: &[u32]) {
        let number = self.first.wrapping_add(self.texts.len() as u32);
        self.texts.push_back(text);
        let mut entries: Vec<(u32, u32)> = sketch.iter().map(|hash| (*hash, number)).collect();
        entries.sort_unstable();
        entries.dedup();
        self.runs.push(Run { entries, oldest: number, newest: number });
        while let [.., one, other] = self.runs.as_slice() {
            if other.is_full() || one.entries.len() > 2 * other.entries.len() {
                break;
            }
            if let (Some(other), Some(one)) = (self.runs.pop(), self.runs.pop()) {
                self.runs.push(merged(one, other));
            }
        }
        if let Some(run) = self.runs.pop_if(|run| run.is_full()) {
            self.packed.push(PackedRun::of(run));
        }
    }

    /// Forgets the oldest texts for which `is_old` holds.
    pub(super) fn forget(&mut self, mut is_old: impl FnMut(&KnownText, usize) -> bool) {
        while self.texts.front().is_some_and(|text| is_old(text, self.texts.len())) {
            self.texts.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        let first = self.first;
        self.runs.retain(|run| run.newest >= first);
        self.packed.retain(|run| run.newest >= first);
    }

    /// The texts that share some of `hashes`, by number, and for each hash whether everybody prints it.
    pub(super) fn hits(&self, hashes: &[u32]) -> (Vec<Hits>, Vec<bool>) {
        let mut all: Vec<u32> = Vec::new();
        let mut found: Vec<u32> = Vec::new();
        let mut is_common = Vec::with_capacity(hashes.len());
        for hash in hashes {
            found.clear();
            for run in &self.packed {
                found.extend(run.texts(*hash).filter(|number| *number >= self.first));
            }
            for run in &self.runs {
                found.extend(
                    run.texts(*hash).map(|(_, number)| *number).filter(|number| *number >= self.first),
                );
            }
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
    /// Packs a run, whose texts are at most 2 to the [`TEXT_BITS`].
    fn of(run: Run) -> Self {
        let bucket = |hash: u32| (hash >> (u32::BITS - BUCKET_BITS)) as usize;
        let mut starts = vec![0; (1 << BUCKET_BITS) + 1];
        for (hash, _) in &run.entries {
            starts[bucket(*hash) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let pack = |(hash, number): &(u32, u32)| hash << BUCKET_BITS | number.wrapping_sub(run.oldest);
        let entries = run.entries.iter().map(pack).collect();
        Self { starts, entries, oldest: run.oldest, newest: run.newest }
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

impl Run {
    fn is_full(&self) -> bool {
        self.entries.len() > MAX_OPEN_ENTRIES || self.newest.wrapping_sub(self.oldest) >= MAX_OPEN_TEXTS
    }

    /// The entries of `hash`. Hashes are spread evenly, so that its place is nearly known.
    fn texts(&self, hash: u32) -> impl Iterator<Item = &(u32, u32)> {
        let entries = &self.entries;
        let guess = ((u64::from(hash) * entries.len() as u64) >> 32) as usize;
        let mut low = guess;
        let mut step = 8;
        while low > 0 && entries[low.min(entries.len() - 1)].0 >= hash {
            low = low.saturating_sub(step);
            step *= 2;
        }
        let mut high = guess;
        step = 8;
        while high < entries.len() && entries[high].0 < hash {
            high = (high + step).min(entries.len());
            step *= 2;
        }
        let start = low + entries[low..high.max(low)].partition_point(|entry| entry.0 < hash);
        entries[start..].iter().take_while(move |entry| entry.0 == hash)
    }
}

fn merged(one: Run, other: Run) -> Run {
    let mut entries = Vec::with_capacity(one.entries.len() + other.entries.len());
    let (mut left, mut right) = (one.entries.into_iter().peekable(), other.entries.into_iter().peekable());
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some(l), Some(r)) if l <= r => left.next(),
            (_, Some(_)) => right.next(),
            (_, None) => left.next(),
        };
        match next {
            Some(entry) => entries.push(entry),
            None => break,
        }
    }
    Run { entries, oldest: one.oldest, newest: other.newest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_run_leads_where_it_led_before() {
        let entries = (0..20_000_u32).map(|at| (at.wrapping_mul(0x9e37_79b9) & 0xffff_fffe, 7 + at / 60));
        let mut entries: Vec<(u32, u32)> = entries.chain([(u32::MAX, 8), (u32::MAX, 9), (0, 7)]).collect();
        entries.sort_unstable();
        entries.dedup();
        let run = Run { entries: entries.clone(), oldest: 7, newest: 7 + 20_000 / 60 };
        let packed = PackedRun::of(run.clone());
        for (hash, _) in entries.iter().step_by(7).chain([&(u32::MAX, 8), &(1, 0)]) {
            let before: Vec<u32> = run.texts(*hash).map(|(_, number)| *number).collect();
            assert_eq!(packed.texts(*hash).collect::<Vec<_>>(), before, "{hash:x}");
        }
    }
}
