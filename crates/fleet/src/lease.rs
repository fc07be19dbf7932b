//! How long a member may rely on still being one.
//!
//! The group gives a member's shards away when it has not heard from it for its session. Whoever was stopped (by a debugger, by a host that
//! had no time for it) doesn't notice: when it goes on, it believes what it believed before. So a member relies on its membership only
//! for half of the session after the last moment at which the group is known to have counted it in. Such a moment is the beginning of
//! every transaction that was committed, since the broker commits none of a member that is one no more; where there is nothing to commit,
//! an empty one is made.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a member may rely on still being one.
#[derive(Debug)]
pub(crate) struct MemberLease {
    length: Duration,
    until: Mutex<Option<Instant>>,
}

impl MemberLease {
    /// Of a group that gives shards away after `session`.
    pub(crate) fn new(session: Duration) -> Self {
        Self { length: session / 2, until: Mutex::new(None) }
    }

    /// One that always holds, which only tests of tests have.
    pub(crate) fn without_end() -> Self {
        let length = Duration::from_secs(3_600);
        Self { length, until: Mutex::new(Instant::now().checked_add(length)) }
    }

    /// The group counted this member in at `moment`, or later.
    pub(crate) fn renew(&self, moment: Instant) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(moment.checked_add(self.length));
    }

    /// Whether it may be relied on at `now`.
    pub(crate) fn holds(&self, now: Instant) -> bool {
        self.until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_holds_for_half_a_session_after_the_last_proof() {
        let lease = MemberLease::new(Duration::from_secs(6));
        let start = Instant::now();
        assert!(!lease.holds(start), "nothing is known yet");
        lease.renew(start);
        assert!(lease.holds(start + Duration::from_millis(2_999)));
        assert!(!lease.holds(start + Duration::from_secs(3)));
        lease.renew(start + Duration::from_secs(2));
        lease.renew(start);
        assert!(lease.holds(start + Duration::from_secs(4)), "an older proof takes nothing back");
    }
}
