//! Which bytes a scan stops at, told by one look-up in a table where comparing with each of them takes several steps a byte.

/// White space in a tag. A page's carriage returns are line feeds by the time its tree is built; the sieve sees them as they were sent.
pub(crate) const SPACES: &[u8] = b" \t\n\r\x0c";
pub(crate) static SPACE: ByteSet = ByteSet::of(SPACES);
pub(crate) static NO_SPACE: ByteSet = ByteSet::of(SPACES).others();

/// A set of bytes.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// The set of `members`.
    pub(crate) const fn of(members: &[u8]) -> Self {
        Self([false; 256]).with(members)
    }

    /// The set with `members` in it, too.
    pub(crate) const fn with(mut self, members: &[u8]) -> Self {
        let mut at = 0;
        while at < members.len() {
            self.0[members[at] as usize] = true;
            at += 1;
        }
        self
    }

    /// All bytes that are not in the set.
    pub(crate) const fn others(mut self) -> Self {
        let mut byte = 0;
        while byte < 256 {
            self.0[byte] = !self.0[byte];
            byte += 1;
        }
        self
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    /// Where the first member stands in `bytes`.
    pub(crate) fn first_in(&self, bytes: &[u8]) -> Option<usize> {
        bytes.iter().position(|byte| self.has(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_member_is_found() {
        let signs = ByteSet::of(b"<>").with(b"/");
        assert_eq!(signs.first_in(b"a b/c>"), Some(3));
        assert_eq!(signs.first_in("ü".as_bytes()), None);
        assert_eq!(signs.others().first_in(b"</a"), Some(2));
    }
}
