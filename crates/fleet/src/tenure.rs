//! Which shards this member holds now.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::shard::Shard;

/// Tells one time that a member holds a shard from the next.
pub(crate) type Term = u64;

/// The shards that this member holds. The lock is held through a transaction, and a shard is taken away under it: so no transaction is
/// committed for a shard that is another's by then under a membership that is younger than the shard's loss.
#[derive(Debug, Default)]
pub(crate) struct Tenures {
    table: Mutex<TenureTable>,
}

/// The shards held, while nobody changes that.
#[derive(Debug, Default)]
pub(crate) struct TenureTable {
    terms: Term,
    held: HashMap<Shard, Tenure>,
}

/// A shard that is held.
#[derive(Debug)]
struct Tenure {
    term: Term,
    /// The next place of its handovers, once its state is there; nothing is committed for it before.
    next: Option<i64>,
    state: StateExtent,
    /// How often its state was lost from the topic in this term.
    losses: watch::Sender<u64>,
    /// The same for those who are not to wait for a transaction: whether its state is there and it is held.
    is_open: Arc<AtomicBool>,
}

/// What is known of a shard's partition of state, of which the holder is the only writer: it never gets shorter, unless it is another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct StateExtent {
    /// Its end, as far as is known.
    end: i64,
    /// Its end when it was last known to hold the whole state. Behind `end` while what was lost is being put back; ahead of it when the topic is
    /// another.
    whole: i64,
    is_lacking: bool,
}

impl StateExtent {
    /// The end is `end` by now.
    fn reach(&mut self, end: i64) {
        self.end = end;
        if !self.is_lacking {
            self.whole = end;
        }
    }

    /// What was before the end is not there any more.
    fn lose(&mut self, end: i64) {
        (self.end, self.is_lacking) = (end, true);
    }
}

impl Tenures {
    pub(crate) fn lock(&self) -> MutexGuard<'_, TenureTable> {
        // It is changed by calls that don't panic between two changes.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TenureTable {
    /// The member holds `shard` from now on; gives the term.
    pub(crate) fn begin(&mut self, shard: Shard) -> Term {
        self.terms += 1;
        let tenure = Tenure {
            term: self.terms,
            next: None,
            state: StateExtent::default(),
            losses: watch::Sender::default(),
            is_open: Arc::default(),
        };
        self.held.insert(shard, tenure);
        self.terms
    }

    /// How many shards are held, and how many ever were: who holds as many as before, and ever held as many, has held them all the while.
    pub(crate) fn counts(&self) -> (usize, Term) {
        (self.held.len(), self.terms)
    }

    /// The shard's state is there, read from a partition that ends at `state_end`, and `next` is where its handovers go on.
    pub(crate) fn open(&mut self, shard: Shard, term: Term, next: i64, state_end: i64) {
        if let Some(tenure) = self.of_term(shard, term) {
            tenure.next = Some(next);
            tenure.state.reach(state_end);
            tenure.is_open.store(true, Ordering::Release);
        }
    }

    /// The shard's handovers go on at `next` by now.
    pub(crate) fn advance(&mut self, shard: Shard, term: Term, next: i64) {
        if let Some(tenure) = self.of_term(shard, term) {
            tenure.next = Some(next);
        }
    }

    /// The partition of the shard's state has records of this member's at `places`: where those begin before the end, that was another's.
    pub(crate) fn note_written(&mut self, shard: Shard, places: &RangeInclusive<i64>) {
        let Some(tenure) = self.held.get_mut(&shard) else { return };
        if *places.start() < tenure.state.end {
            tenure.state.lose(*places.end() + 1);
            tenure.losses.send_modify(|losses| *losses += 1);
        } else {
            tenure.state.reach(*places.end() + 1);
        }
    }

    /// The end of the partition of the shard's state was `found` after it had been known to be `known`.
    pub(crate) fn note_end(&mut self, shard: Shard, known: i64, found: i64) {
        if found < known
            && let Some(tenure) = self.held.get_mut(&shard).filter(|tenure| tenure.state.end >= known)
        {
            tenure.state.lose(found);
            tenure.losses.send_modify(|losses| *losses += 1);
        }
    }

    /// The state that was lost for the `losses`th time in this term has been put back, unless it was lost again since.
    pub(crate) fn make_whole(&mut self, shard: Shard, term: Term, losses: u64) {
        if let Some(tenure) = self.of_term(shard, term).filter(|tenure| *tenure.losses.borrow() == losses) {
            tenure.state.is_lacking = false;
            tenure.state.whole = tenure.state.end;
        }
    }

    /// Where the partition of the shard's state ended when it was last known to hold all of it.
    pub(crate) fn whole_end(&self, shard: Shard) -> i64 {
        self.held.get(&shard).map_or(0, |tenure| tenure.state.whole)
    }

    /// The same of all shards whose state is there, with the terms in which they are held.
    pub(crate) fn whole_ends(&self) -> Vec<(Shard, Term, i64)> {
        let open = self.held.iter().filter(|(_, tenure)| tenure.next.is_some());
        open.map(|(shard, tenure)| (*shard, tenure.term, tenure.state.whole)).collect()
    }

    /// The shards whose state is there, with the known end of the partition of each.
    pub(crate) fn state_ends(&self) -> Vec<(Shard, i64)> {
        let open = self.held.iter().filter(|(_, tenure)| tenure.next.is_some());
        open.map(|(shard, tenure)| (*shard, tenure.state.end)).collect()
    }

    /// Tells how often the shard's state was lost from the topic in this term.
    pub(crate) fn losses_of(&self, shard: Shard, term: Term) -> Option<watch::Receiver<u64>> {
        self.held.get(&shard).filter(|tenure| tenure.term == term).map(|tenure| tenure.losses.subscribe())
    }

    fn of_term(&mut self, shard: Shard, term: Term) -> Option<&mut Tenure> {
        self.held.get_mut(&shard).filter(|tenure| tenure.term == term)
    }

    /// The member holds `shard` no more; gives the term that has ended.
    pub(crate) fn end(&mut self, shard: Shard) -> Option<Term> {
        let tenure = self.held.remove(&shard)?;
        tenure.is_open.store(false, Ordering::Release);
        Some(tenure.term)
    }

    /// The member holds nothing any more; gives what has ended.
    pub(crate) fn end_all(&mut self) -> Vec<(Shard, Term)> {
        let shards: Vec<Shard> = self.held.keys().copied().collect();
        shards.into_iter().filter_map(|shard| Some((shard, self.end(shard)?))).collect()
    }

    /// Where the handovers of a shard go on, if it is held in this term and its state is there.
    pub(crate) fn next_of(&self, shard: Shard, term: Term) -> Option<i64> {
        self.held.get(&shard).filter(|tenure| tenure.term == term).and_then(|tenure| tenure.next)
    }

    /// Any shard whose state is there, with where its handovers go on.
    pub(crate) fn any_open(&self) -> Option<(Shard, i64)> {
        self.held.iter().find_map(|(shard, tenure)| Some((*shard, tenure.next?)))
    }

    /// The shards whose state is there, with where the handovers of each go on.
    pub(crate) fn open_places(&self) -> Vec<(Shard, i64)> {
        self.held.iter().filter_map(|(shard, tenure)| Some((*shard, tenure.next?))).collect()
    }

    /// What tells whether the shard is open in this term, without a lock.
    pub(crate) fn sign_of(&self, shard: Shard, term: Term) -> Arc<AtomicBool> {
        let tenure = self.held.get(&shard).filter(|tenure| tenure.term == term);
        tenure.map_or_else(Arc::default, |tenure| tenure.is_open.clone())
    }

    /// Whether the shard is held, in this term.
    pub(crate) fn is_held(&self, shard: Shard, term: Term) -> bool {
        self.held.get(&shard).is_some_and(|tenure| tenure.term == term)
    }

    /// Whether the shard is held, in this term, and its state is there.
    pub(crate) fn is_open(&self, shard: Shard, term: Term) -> bool {
        self.next_of(shard, term).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_that_comes_back_is_held_in_another_term() {
        let tenures = Tenures::default();
        let mut table = tenures.lock();
        let first = table.begin(Shard(3));
        assert!(!table.is_open(Shard(3), first), "its state is not there yet");
        table.open(Shard(3), first, 7, 0);
        assert_eq!((table.next_of(Shard(3), first), table.any_open()), (Some(7), Some((Shard(3), 7))));
        assert_eq!(table.end(Shard(3)), Some(first));
        let second = table.begin(Shard(3));
        table.open(Shard(3), first, 9, 0);
        assert!(!table.is_open(Shard(3), first) && !table.is_open(Shard(3), second));
        assert_eq!(table.end_all(), [(Shard(3), second)]);
    }

    #[test]
    fn a_partition_of_state_that_ends_before_its_end_has_lost_it_until_all_was_put_back() {
        let tenures = Tenures::default();
        let mut table = tenures.lock();
        let term = table.begin(Shard(3));
        table.open(Shard(3), term, 0, 20);
        table.note_written(Shard(3), &(20..=24));
        // It was asked for before that was written.
        table.note_end(Shard(3), 20, 20);
        let losses = table.losses_of(Shard(3), term).unwrap();
        assert_eq!((*losses.borrow(), table.whole_end(Shard(3))), (0, 25));

        table.note_end(Shard(3), 25, 0);
        table.note_written(Shard(3), &(0..=7));
        assert_eq!(
            (*losses.borrow(), table.whole_end(Shard(3)), table.state_ends()),
            (1, 25, vec![(Shard(3), 8)])
        );
        table.note_written(Shard(3), &(0..=3));
        table.make_whole(Shard(3), term, 1);
        assert_eq!((*losses.borrow(), table.whole_end(Shard(3))), (2, 25), "lost again meanwhile");
        table.note_written(Shard(3), &(5..=9));
        table.make_whole(Shard(3), term, 2);
        assert_eq!(table.whole_end(Shard(3)), 10);
        table.note_written(Shard(3), &(11..=11));
        assert_eq!(table.whole_end(Shard(3)), 12);
    }
}
