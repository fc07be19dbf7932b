//! Which pending entries, and pages to be visited again, are in somebody's hands.
//!
//! Claims live in memory only: after a crash nobody holds anything, and every pending entry is handed out again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The entries handed out and not yet settled.
#[derive(Debug, Default)]
pub(crate) struct EntryClaims {
    held: Mutex<ClaimTable>,
}

/// What is in somebody's hands: a row of `pending`, or of `revisits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ClaimKey {
    Entry(i64),
    Revisit(i64),
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
    by_key: HashMap<ClaimKey, EntryClaim>,
    per_host: HashMap<String, usize>,
    links: HashSet<String>,
}

impl EntryClaims {
    pub(crate) fn lock(&self) -> MutexGuard<'_, ClaimTable> {
        // The maps are changed by calls that don't panic between two changes, so they are whole even after a panic.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an entry back.
    pub(crate) fn release(&self, key: ClaimKey) {
        self.lock().release(key);
    }

    /// Which edition of an entry is in somebody's hands.
    pub(crate) fn edition(&self, key: ClaimKey) -> Option<u32> {
        self.lock().by_key.get(&key).map(|claim| claim.edition)
    }
}

impl ClaimTable {
    /// Whether an entry is in somebody's hands.
    pub(crate) fn holds(&self, key: ClaimKey) -> bool {
        self.by_key.contains_key(&key)
    }

    /// Whether an entry with this link, at this host, may be handed out: no other with the link is, and the host has room.
    pub(crate) fn admits(&self, host: &str, link: Option<&str>, per_host: usize) -> bool {
        link.is_none_or(|link| !self.links.contains(link))
            && self.per_host.get(host).is_none_or(|held| *held < per_host)
    }

    pub(crate) fn hold(&mut self, key: ClaimKey, claim: EntryClaim) {
        self.release(key);
        *self.per_host.entry(claim.host.clone()).or_default() += 1;
        self.links.extend(claim.link.clone());
        self.by_key.insert(key, claim);
    }

    fn release(&mut self, key: ClaimKey) {
        let Some(claim) = self.by_key.remove(&key) else { return };
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
        claims.lock().hold(ClaimKey::Entry(1), claim("news.example", "a"));
        let held = claims.lock();
        assert!(held.holds(ClaimKey::Entry(1)) && !held.holds(ClaimKey::Entry(2)));
        assert!(!held.admits("news.example", Some("a"), 8));
        assert!(held.admits("news.example", Some("b"), 8));
        assert!(!held.admits("news.example", Some("b"), 1));
        assert!(held.admits("other.example", None, 1));
    }

    #[test]
    fn what_is_given_back_can_be_handed_out_again() {
        let claims = EntryClaims::default();
        claims.lock().hold(ClaimKey::Entry(1), claim("news.example", "a"));
        assert_eq!(claims.edition(ClaimKey::Entry(1)), Some(1));
        claims.release(ClaimKey::Entry(1));
        claims.release(ClaimKey::Entry(1));
        assert_eq!(claims.edition(ClaimKey::Entry(1)), None);
        assert!(
            !claims.lock().holds(ClaimKey::Entry(1)) && claims.lock().admits("news.example", Some("a"), 1)
        );
    }
}
