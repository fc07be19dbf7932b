//! Chance that can be repeated: a number that depends on a seed and on what it is for, and on nothing else.

/// A number from 0 up to, not including, 1, spread evenly over what it is for.
///
/// It must be the same on any machine and with any version of any library, or replays would differ; so it is FNV-1a
/// with the finisher of SplitMix64, whose definitions fit here. Nothing secret hangs on it.
pub fn chance(seed: u64, what: &str, number: i64) -> f64 {
    const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = seed.to_le_bytes().into_iter().chain(what.bytes()).chain(number.to_le_bytes());
    let mut hash = bytes.fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^= hash >> 31;
    // The upper 53 bits are what a double holds.
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_even_and_repeatable() {
        let mut tenths = [0u32; 10];
        for number in 0..10_000 {
            let drawn = chance(7, "https://news.example/feed.xml", number);
            assert_eq!(drawn, chance(7, "https://news.example/feed.xml", number));
            tenths[(drawn * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|&count| (850..1150).contains(&count)), "{tenths:?}");
    }

    #[test]
    fn chance_differs_by_seed_and_by_what_it_is_for() {
        assert_ne!(chance(1, "a", 0), chance(2, "a", 0));
        assert_ne!(chance(1, "a", 0), chance(1, "b", 0));
        assert_ne!(chance(1, "a", 0), chance(1, "a", 1));
    }
}
