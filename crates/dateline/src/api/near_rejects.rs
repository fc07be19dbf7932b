//! What was judged and not published in the last week, by how near it came to the threshold: where each is, and no more.

use std::collections::BTreeMap;

use dateline_wire::Sequence;
use jiff::Timestamp;

/// How many are remembered, the nearest: some 2 MB.
const MAX_REJECTS: usize = 20_000;

/// How far away from the threshold something is, for sorting: what is nearer is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Nearness(u64);

impl Nearness {
    /// That of a score, none of which is below nought.
    fn of(score: f64) -> Self {
        // Of numbers above nought, the greater has the greater bits (IEEE 754, section 3.4).
        Self(if score > 0.0 { score.to_bits() } else { 0 })
    }
}

/// The nearest, each with the hour of its event.
#[derive(Debug, Default)]
pub(super) struct NearRejects {
    places: BTreeMap<(Nearness, Sequence), Timestamp>,
    /// The hour of the last that found no room.
    dropped: Option<Timestamp>,
}

/// Of what the nearest are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NearExtent {
    /// How many of the nearest are remembered.
    pub(crate) rejects: usize,
    /// Whether these are all that was judged and not published in the time that is counted.
    pub(crate) are_all: bool,
    /// From when on that is, if there is anything.
    pub(crate) since: Option<Timestamp>,
    /// Whether all of that time is counted already.
    pub(crate) is_complete: bool,
}

impl NearRejects {
    pub(super) fn add(&mut self, score: f64, place: Sequence, hour: Timestamp) {
        self.places.insert((Nearness::of(score), place), hour);
        if self.places.len() > MAX_REJECTS
            && let Some((_, hour)) = self.places.pop_first()
        {
            self.dropped = self.dropped.max(Some(hour));
        }
    }

    /// Forgets what was before `begin`.
    pub(super) fn forget_before(&mut self, begin: Timestamp) {
        self.places.retain(|_, hour| *hour >= begin);
        self.dropped = self.dropped.filter(|hour| *hour >= begin);
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn are_all(&self) -> bool {
        self.dropped.is_none()
    }

    /// Their places, the nearest first, and of two that are as near the newer.
    pub(super) fn places(&self) -> Vec<Sequence> {
        self.places.keys().rev().map(|(_, place)| *place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(number: i64) -> Timestamp {
        Timestamp::from_second(number * 3600).unwrap()
    }

    #[test]
    fn the_nearest_come_first_and_what_is_past_is_forgotten() {
        let mut near = NearRejects::default();
        for (score, place, at) in [(0.1, 1, 1), (0.45, 2, 2), (0.3, 3, 3), (0.3, 4, 3), (-0.0, 5, 3)] {
            near.add(score, Sequence(place), hour(at));
        }
        assert_eq!(near.places(), [2, 4, 3, 1, 5].map(Sequence));
        near.forget_before(hour(3));
        assert_eq!((near.places(), near.are_all()), ([4, 3, 5].map(Sequence).to_vec(), true));
    }

    #[test]
    fn of_more_than_find_room_the_nearest_are_kept() {
        let mut near = NearRejects::default();
        for number in 0..MAX_REJECTS + 10 {
            let place = Sequence(number as u64);
            near.add(1.0 / (number + 1) as f64, place, hour(i64::from(number == MAX_REJECTS + 9)));
        }
        assert_eq!((near.len(), near.are_all(), near.places()[0]), (MAX_REJECTS, false, Sequence(0)));
        near.forget_before(hour(1));
        assert!(!near.are_all(), "one of that hour found no room");
        near.forget_before(hour(2));
        assert!(near.are_all());
    }
}
