//! Which pending entries are in somebody's hands.
//!
//! EntryClaims live in memory only: after a crash nobody holds anything, and every pending entry is handed out again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The entries handed out and not yet settled.
#[derive(Debug, Default)]
pub(crate) struct EntryClaims {
    held: Mutex<ClaimTable>,
}

/// What is known of one entry in somebody's hands.
#[derive(Debug, Clone)]
pub(crate) struct EntryClaim {
    pub(crate) host: String,
    pub(crate) link: Option<String>,
    pub(crate) edition: u32,
}

/// The claims, while nobody else changes them.
#[derive(Debug, Default)]
pub(crate) struct ClaimTable {
    by_number: HashMap<i64, EntryClaim>,
    per_host: HashMap<String, usize>,
    links: HashSet<String>,
}

impl EntryClaims {
    pub(crate) fn lock(&self) -> MutexGuard<'_, ClaimTable> {
        // The maps are changed by calls that don't panic between two changes, so they are whole even after a panic.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an entry back.
    pub(crate) fn release(&self, number: i64) {
        self.lock().release(number);
    }

    /// Which edition of an entry is in somebody's hands.
    pub(crate) fn edition(&self, number: i64) -> Option<u32> {
        self.lock().by_number.get(&number).map(|claim| claim.edition)
    }
}

impl ClaimTable {
    /// Whether an entry is in somebody's hands.
    pub(crate) fn holds(&self, number: i64) -> bool {
        self.by_number.contains_key(&number)
    }

    /// Whether an entry with this link, at this host, may be handed out: no other with the link is, and the host has room.
    pub(crate) fn admits(&self, host: &str, link: Option<&str>, per_host: usize) -> bool {
        link.is_none_or(|link| !self.links.contains(link))
            && self.per_host.get(host).is_none_or(|held| *held < per_host)
    }

    pub(crate) fn hold(&mut self, number: i64, claim: EntryClaim) {
        self.release(number);
        *self.per_host.entry(claim.host.clone()).or_default() += 1;
        self.links.extend(claim.link.clone());
        self.by_number.insert(number, claim);
    }

    fn release(&mut self, number: i64) {
        let Some(claim) = self.by_number.remove(&number) else { return };
        if let Some(held) = self.per_host.get_mut(&claim.host) {
            *held -= 1;
            if *held == 0 {
                self.per_host.remove(&claim.host);
            }
        }
        if let Some(link) = &claim.link {
            self.links.remove(link);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(host: &str, link: &str) -> EntryClaim {
        EntryClaim { host: host.into(), link: Some(link.into()), edition: 1 }
    }

    #[test]
    fn an_entry_is_in_one_pair_of_hands_and_so_is_its_link() {
        let claims = EntryClaims::default();
        claims.lock().hold(1, claim("news.example", "a"));
        let held = claims.lock();
        assert!(held.holds(1) && !held.holds(2));
        assert!(!held.admits("news.example", Some("a"), 8));
        assert!(held.admits("news.example", Some("b"), 8));
        assert!(!held.admits("news.example", Some("b"), 1));
        assert!(held.admits("other.example", None, 1));
    }

    #[test]
    fn what_is_given_back_can_be_handed_out_again() {
        let claims = EntryClaims::default();
        claims.lock().hold(1, claim("news.example", "a"));
        assert_eq!(claims.edition(1), Some(1));
        claims.release(1);
        claims.release(1);
        assert_eq!(claims.edition(1), None);
        assert!(!claims.lock().holds(1) && claims.lock().admits("news.example", Some("a"), 1));
    }
}
