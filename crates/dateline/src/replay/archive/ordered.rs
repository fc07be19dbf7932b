//! One thread reads, several work, one takes the results in the order of what was read; memory is bounded in bytes.

use std::{
    collections::BTreeMap,
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

/// Bytes that are under way, at most so many.
struct Budget {
    limit: usize,
    taken: Mutex<usize>,
    given_back: Condvar,
}

impl Budget {
    /// Waits until `weight` fits. What is heavier than the whole budget waits until it is alone.
    fn take(&self, weight: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken > 0 && *taken + weight > self.limit {
            taken = self.given_back.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        *taken += weight;
    }

    fn give_back(&self, weight: usize) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) -= weight;
        self.given_back.notify_one();
    }
}

/// Takes items and their weights in bytes from `source` on one thread, does `work` on each on `threads` others, and gives the
/// results to `sink` on this one, in the order of the items. Items under way weigh at most `limit` together.
///
/// # Errors
/// The first error of `sink`, after which nothing more is begun.
///
/// # Panics
/// If `work` does, once what was under way has ended. Whoever can tell what a panic means for its item contains it in `work`.
pub(super) fn run<I: Send, O: Send, E>(
    source: impl Iterator<Item = (I, usize)> + Send,
    threads: NonZero<usize>,
    limit: usize,
    work: impl Fn(I) -> O + Sync,
    mut sink: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let budget = Budget { limit, taken: Mutex::new(0), given_back: Condvar::new() };
    // The budget bounds both channels; their own bounds only keep many tiny items from piling up.
    let (give, take) = mpsc::sync_channel::<(u64, usize, I)>(threads.get() * 64);
    let (done, results) = mpsc::sync_channel::<(u64, usize, thread::Result<O>)>(threads.get() * 64);
    let take = Mutex::new(take);
    let failed = AtomicBool::new(false);
    thread::scope(|scope| {
        let (budget, take, work, failed) = (&budget, &take, &work, &failed);
        scope.spawn(move || {
            for (number, (item, weight)) in (0..).zip(source) {
                budget.take(weight);
                if failed.load(Ordering::Relaxed) || give.send((number, weight, item)).is_err() {
                    return;
                }
            }
        });
        for _ in 0..threads.get() {
            let done = done.clone();
            scope.spawn(move || {
                loop {
                    let taken = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((number, weight, item)) = taken else { return };
                    // What `work` borrowed is given up with it.
                    let result = catch_unwind(AssertUnwindSafe(|| work(item)));
                    if done.send((number, weight, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut next = 0;
        let mut outcome = Ok(());
        let mut panic = None;
        for (number, weight, result) in results {
            early.insert(number, (weight, result));
            while let Some((weight, result)) = early.remove(&next) {
                // After an error the results of what is under way are let go, so that nobody waits for room for ever.
                match result {
                    _ if failed.load(Ordering::Relaxed) => {}
                    Ok(result) => outcome = sink(result),
                    Err(payload) => panic = Some(payload),
                }
                failed.store(outcome.is_err() || panic.is_some(), Ordering::Relaxed);
                budget.give_back(weight);
                next += 1;
            }
        }
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
        outcome
    })
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicUsize, time::Duration};

    use super::*;

    const THREADS: NonZero<usize> = NonZero::new(4).unwrap();

    #[test]
    fn results_come_in_the_order_of_the_items_however_long_each_takes() {
        let mut results = Vec::new();
        let work = |number: u64| {
            thread::sleep(Duration::from_micros(number * 7_919 % 400));
            number
        };
        let source = (0..500).map(|number| (number, 1));
        run(source, THREADS, 64, work, |result| -> Result<(), ()> {
            results.push(result);
            Ok(())
        })
        .unwrap();
        assert_eq!(results, (0..500).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_is_under_way_than_the_limit_but_for_one_that_is_heavier() {
        let (taken, heaviest) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let weights = [10, 90, 40, 40, 40, 500, 10, 100, 10];
        let source = weights.into_iter().cycle().take(900).map(|weight| (weight, weight));
        let work = |weight| {
            let now = taken.fetch_add(weight, Ordering::SeqCst) + weight;
            if weight <= 100 {
                heaviest.fetch_max(now, Ordering::SeqCst);
            } else {
                assert_eq!(now, weight, "the heavy one is alone");
            }
            taken.fetch_sub(weight, Ordering::SeqCst);
        };
        run(source, THREADS, 100, work, |()| -> Result<(), ()> { Ok(()) }).unwrap();
        assert!(heaviest.load(Ordering::SeqCst) <= 100);
    }

    #[test]
    fn a_panic_is_passed_on_and_nobody_waits_for_its_result() {
        let mut results = Vec::new();
        let work = |number: u64| {
            assert!(number != 40, "cannot bear it");
            number
        };
        let source = (0..5_000).map(|number| (number, 1));
        let run = AssertUnwindSafe(|| {
            run(source, THREADS, 8, work, |result| -> Result<(), ()> {
                results.push(result);
                Ok(())
            })
        });
        assert!(catch_unwind(run).is_err());
        assert_eq!(results, (0..40).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_ends_the_reading_too() {
        let read = AtomicUsize::new(0);
        let source = (0..1_000_000_u32).map(|number| {
            read.fetch_add(1, Ordering::Relaxed);
            (number, 1)
        });
        let outcome =
            run(source, THREADS, 8, |number| number, |number| if number < 10 { Ok(()) } else { Err(number) });
        assert_eq!(outcome, Err(10));
        assert!(read.load(Ordering::Relaxed) < 1_000);
    }
}
