//! Which shards this member holds now.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// The same for those who are not to wait for a transaction: whether its state is there and it is held.
    is_open: Arc<AtomicBool>,
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
        self.held.insert(shard, Tenure { term: self.terms, next: None, is_open: Arc::default() });
        self.terms
    }

    /// How many shards are held, and how many ever were: who holds as many as before, and ever held as many, has held them all the while.
    pub(crate) fn counts(&self) -> (usize, Term) {
        (self.held.len(), self.terms)
    }

    /// The shard's state is there, and `next` is where its handovers go on.
    pub(crate) fn open(&mut self, shard: Shard, term: Term, next: i64) {
        if let Some(tenure) = self.held.get_mut(&shard).filter(|tenure| tenure.term == term) {
            tenure.next = Some(next);
            tenure.is_open.store(true, Ordering::Release);
        }
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
        table.open(Shard(3), first, 7);
        assert_eq!((table.next_of(Shard(3), first), table.any_open()), (Some(7), Some((Shard(3), 7))));
        assert_eq!(table.end(Shard(3)), Some(first));
        let second = table.begin(Shard(3));
        table.open(Shard(3), first, 9);
        assert!(!table.is_open(Shard(3), first) && !table.is_open(Shard(3), second));
        assert_eq!(table.end_all(), [(Shard(3), second)]);
    }
}
