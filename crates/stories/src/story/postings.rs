//! In how many reports a word or fact stands, and which of them it leads to.
//!
//! A report can be found by a few of its members. For each the newest such report is known, and of each report the one before it by the same
//! member, so that a posting takes four bytes however many words there are; a member takes twelve.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use super::bag::KEY_BITS;
use super::evidence::FactKind;
use crate::number_map::NumberMap;
use crate::pack::{Packed, packed};

/// How many members a report can be found by.
pub(super) const MAX_POSTED: usize = 40;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(super) struct Postings {
    members: NumberMap<MemberCode, PostedMember>,
    /// For each report that is kept, in their order, and each member that it can be found by, the report that the same member led to
    /// before it.
    earlier: VecDeque<EarlierPlace>,
    /// For each report that is kept, where those of its members begin, counted from the first that ever was. It may run over.
    starts: VecDeque<u32>,
    /// The number of the first report that is kept.
    first: u32,
    /// Where its members begin.
    first_start: u32,
}

/// A word or fact: the reports that it stands in, and where the newest is that it leads to.
#[derive(Debug, Clone, Copy)]
struct PostedMember {
    /// The holders, and in the lowest bits which of the newest report's members it is; all ones where it leads to none.
    holders_and_slot: u32,
    newest: u32,
}

/// How many bits tell which of a report's members one is, and what says that there is none.
const SLOT_BITS: u32 = 6;
const NO_SLOT: u32 = (1 << SLOT_BITS) - 1;
const _: () = assert!(MAX_POSTED < NO_SLOT as usize);

impl Default for PostedMember {
    fn default() -> Self {
        Self { holders_and_slot: NO_SLOT, newest: 0 }
    }
}

impl PostedMember {
    fn holders(self) -> u32 {
        self.holders_and_slot >> SLOT_BITS
    }

    fn newest(self) -> Option<PostedPlace> {
        let slot = self.holders_and_slot & NO_SLOT;
        (slot != NO_SLOT).then_some(PostedPlace { report: self.newest, slot })
    }

    fn set_newest(&mut self, place: PostedPlace) {
        self.holders_and_slot = self.holders_and_slot & !NO_SLOT | place.slot;
        self.newest = place.report;
    }
}

/// A report, and which of its members it is found by.
#[derive(Debug, Clone, Copy)]
struct PostedPlace {
    report: u32,
    slot: u32,
}

/// How many reports before another one stands, and, in the lowest bits, which of its members it is found by; 0 where there is none.
#[derive(Debug, Clone, Copy)]
struct EarlierPlace(u32);

packed!(Postings { members, earlier, starts, first, first_start });
packed!(PostedMember { holders_and_slot, newest });

impl Packed for EarlierPlace {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.0.pack(output)
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        Packed::unpack(input).map(Self)
    }
}

impl EarlierPlace {
    fn of(report: u32, earlier: Option<PostedPlace>) -> Self {
        let packed = earlier.and_then(|place| {
            let distance = report.checked_sub(place.report)?;
            Some(distance.checked_mul(1 << SLOT_BITS)? | place.slot)
        });
        Self(packed.unwrap_or(0))
    }

    fn before(self, report: u32) -> Option<PostedPlace> {
        let distance = self.0 >> SLOT_BITS;
        let report = report.checked_sub(distance).filter(|_| distance > 0)?;
        Some(PostedPlace { report, slot: self.0 & NO_SLOT })
    }
}

/// What a member is known by among those of all kinds.
pub(super) type MemberCode = u32;

/// The code of a member.
pub(super) fn code(kind: FactKind, key: u32) -> MemberCode {
    // A number may be greater; two that share a key cost little.
    let folded = key ^ key >> KEY_BITS;
    (kind as u32) << KEY_BITS | folded & ((1 << KEY_BITS) - 1)
}

impl Postings {
    /// In how many of the kept reports a member stands.
    pub(super) fn holders(&self, kind: FactKind, key: u32) -> u32 {
        self.members.get(&code(kind, key)).map_or(0, |member| member.holders())
    }

    /// Counts a report that has a member.
    pub(super) fn hold(&mut self, kind: FactKind, key: u32) {
        self.members.entry(code(kind, key)).or_default().holders_and_slot += 1 << SLOT_BITS;
    }

    /// Counts it no more.
    pub(super) fn release(&mut self, kind: FactKind, key: u32) {
        let code = code(kind, key);
        let Some(member) = self.members.get_mut(&code) else { return };
        member.holders_and_slot = member.holders_and_slot.saturating_sub(1 << SLOT_BITS);
        if member.holders() == 0 {
            self.members.remove(&code);
        }
    }

    /// Lets the next report, which is `number`, be found by these members, which it holds: at most [`MAX_POSTED`].
    pub(super) fn post(&mut self, number: u32, members: &[(FactKind, u32)]) {
        self.starts.push_back(self.first_start.wrapping_add(self.earlier.len() as u32));
        for (slot, (kind, key)) in (0..).zip(members.iter().take(MAX_POSTED)) {
            let member = self.members.entry(code(*kind, *key)).or_default();
            let newest = member.newest();
            // Two numbers may have one code: the second of them leads nowhere.
            self.earlier.push_back(EarlierPlace::of(number, newest));
            if newest.is_none_or(|newest| newest.report != number) {
                member.set_newest(PostedPlace { report: number, slot });
            }
        }
    }

    /// The reports that a member leads to, the newest first.
    pub(super) fn newest(&self, kind: FactKind, key: u32) -> impl Iterator<Item = u32> {
        let mut next = self.members.get(&code(kind, key)).and_then(|member| member.newest());
        std::iter::from_fn(move || {
            let place = next?;
            let start = *self.starts.get(place.report.checked_sub(self.first)? as usize)?;
            let at = start.wrapping_sub(self.first_start).wrapping_add(place.slot);
            next = self.earlier.get(at as usize)?.before(place.report);
            Some(place.report)
        })
    }

    /// The oldest report isn't found any more.
    pub(super) fn forget_oldest(&mut self) {
        self.starts.pop_front();
        self.first += 1;
        let until = self.first_start.wrapping_add(self.earlier.len() as u32);
        let next = self.starts.front().copied().unwrap_or(until);
        self.earlier.drain(..next.wrapping_sub(self.first_start) as usize);
        self.first_start = next;
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
