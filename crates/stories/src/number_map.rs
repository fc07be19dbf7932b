//! Maps by numbers and by words. Nobody else chooses what is kept in them, so that their hashes need no secret.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A hasher of numbers that are hashes already, or small, and of words, eight bytes at a time: one multiplication by the golden ratio (Knuth, volume 3, 6.4).
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.write_u64(u64::from_le_bytes(*eight));
        }
        // Of what is left the halves, which may overlap: words are mostly short, and a loop over single bytes is slow.
        match (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
                self.write_u64(first | last << 32);
            }
            _ if rest.is_empty() => {}
            _ => {
                let byte = |at: usize| u64::from(rest[at]);
                self.write_u64(byte(0) | byte(rest.len() / 2) << 8 | byte(rest.len() - 1) << 16);
            }
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
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

/// A map by words.
pub(crate) type WordMap<V> = HashMap<String, V, BuildHasherDefault<NumberHasher>>;
