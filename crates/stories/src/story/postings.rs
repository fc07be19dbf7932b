//! In how many reports a word or fact stands, and which of them it leads to.
//!
//! A report can be found by a few of its members. For each the newest such report is known, and of each report the one before it by the same
//! member, so that a posting takes four bytes however many words there are.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

use super::bag::KEY_BITS;
use super::evidence::FactKind;

/// How many members a report can be found by.
pub(super) const MAX_POSTED: usize = 40;

/// A hasher of numbers that are hashes already, or small: one multiplication by the golden ratio (Knuth, volume 3, 6.4).
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The table reads the lowest bits and the highest, and only the highest are mixed well.
        self.0 = mixed ^ mixed >> 32;
    }
}

/// A map by numbers.
pub(super) type NumberMap<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Postings {
    members: NumberMap<u32, PostedMember>,
    /// For each report that is kept, in their order, and each member that it can be found by, how many places before it the one stands
    /// that the same member led to; 0 where there is none.
    earlier: VecDeque<[u32; MAX_POSTED]>,
    /// The number of the first of them.
    first: u32,
}

/// A word or fact.
#[derive(Debug, Clone, Copy, Default)]
struct PostedMember {
    /// The reports that it stands in.
    holders: u32,
    /// The place of the newest report that it leads to, from 1.
    newest: Option<PostedPlace>,
}

/// A report, and which of its members it is found by.
#[derive(Debug, Clone, Copy)]
struct PostedPlace {
    report: u32,
    slot: u8,
}

impl PostedPlace {
    fn index(self) -> u64 {
        u64::from(self.report) * MAX_POSTED as u64 + u64::from(self.slot)
    }
}

/// What a member is known by among those of all kinds.
fn code(kind: FactKind, key: u32) -> u32 {
    // A number may be greater; two that share a key cost little.
    let folded = key ^ key >> KEY_BITS;
    (kind as u32) << KEY_BITS | folded & ((1 << KEY_BITS) - 1)
}

impl Postings {
    /// In how many of the kept reports a member stands.
    pub(super) fn holders(&self, kind: FactKind, key: u32) -> u32 {
        self.members.get(&code(kind, key)).map_or(0, |member| member.holders)
    }

    /// Counts a report that has a member.
    pub(super) fn hold(&mut self, kind: FactKind, key: u32) {
        self.members.entry(code(kind, key)).or_default().holders += 1;
    }

    /// Counts it no more.
    pub(super) fn release(&mut self, kind: FactKind, key: u32) {
        let code = code(kind, key);
        let Some(member) = self.members.get_mut(&code) else { return };
        member.holders = member.holders.saturating_sub(1);
        if member.holders == 0 {
            self.members.remove(&code);
        }
    }

    /// Lets the next report, which is `number`, be found by these members, which it holds.
    pub(super) fn post(&mut self, number: u32, members: &[(FactKind, u32)]) {
        let mut earlier = [0; MAX_POSTED];
        for (slot, ((kind, key), before)) in (0u8..).zip(members.iter().zip(&mut earlier)) {
            let place = PostedPlace { report: number, slot };
            let member = self.members.entry(code(*kind, *key)).or_default();
            let newest = member.newest.replace(place);
            let distance = newest.map_or(0, |newest| place.index().saturating_sub(newest.index()));
            *before = u32::try_from(distance).unwrap_or(0);
        }
        self.earlier.push_back(earlier);
    }

    /// The reports that a member leads to, the newest first.
    pub(super) fn newest(&self, kind: FactKind, key: u32) -> impl Iterator<Item = u32> {
        let newest = self.members.get(&code(kind, key)).and_then(|member| member.newest);
        let mut index = newest.map(PostedPlace::index);
        std::iter::from_fn(move || {
            let report = (index? / MAX_POSTED as u64) as u32;
            let earlier = self.earlier.get(report.checked_sub(self.first)? as usize)?;
            let distance = u64::from(earlier[(index? % MAX_POSTED as u64) as usize]);
            index = index?.checked_sub(distance).filter(|_| distance > 0);
            Some(report)
        })
    }

    /// The oldest report isn't found any more.
    pub(super) fn forget_oldest(&mut self) {
        self.earlier.pop_front();
        self.first += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_leads_to_its_reports_the_newest_first_until_they_are_forgotten() {
        let mut postings = Postings::default();
        let by = |keys: &[u32]| keys.iter().map(|key| (FactKind::Word, *key)).collect::<Vec<_>>();
        for (number, keys) in (0..).zip([&[1, 2][..], &[2], &[3, 1, 2]]) {
            for key in keys {
                postings.hold(FactKind::Word, *key);
            }
            postings.post(number, &by(keys));
        }
        let found = |postings: &Postings, key| postings.newest(FactKind::Word, key).collect::<Vec<_>>();
        assert_eq!(
            [found(&postings, 1), found(&postings, 2), found(&postings, 3)],
            [vec![2, 0], vec![2, 1, 0], vec![2]]
        );
        assert_eq!(found(&postings, 4), Vec::<u32>::new());
        assert_eq!(postings.newest(FactKind::Act, 1).count(), 0);
        postings.forget_oldest();
        assert_eq!([found(&postings, 1), found(&postings, 2)], [vec![2], vec![2, 1]]);
    }

    #[test]
    fn a_member_that_no_report_has_any_more_leads_nowhere() {
        let mut postings = Postings::default();
        postings.hold(FactKind::Number, 500_000);
        postings.post(0, &[(FactKind::Number, 500_000)]);
        assert_eq!(postings.holders(FactKind::Number, 500_000), 1);
        postings.release(FactKind::Number, 500_000);
        assert_eq!(postings.holders(FactKind::Number, 500_000), 0);
        assert_eq!(postings.newest(FactKind::Number, 500_000).count(), 0);
    }
}
