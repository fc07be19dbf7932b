//! Maps by numbers and by words. Nobody else chooses what is kept in them, so that their hashes need no secret.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A hasher of numbers that are hashes already, or small, and of words, eight bytes at a time: one multiplication by the golden ratio (Knuth, volume 3, 6.4).
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut number = [0; 8];
            number[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(number));
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
pub(crate) type NumberMap<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// A map by words, and a set of them.
pub(crate) type WordMap<V> = HashMap<String, V, BuildHasherDefault<NumberHasher>>;
pub(crate) type WordSet = HashSet<String, BuildHasherDefault<NumberHasher>>;
