//! Weighted sets of words and facts, small enough to keep a million texts' of.

use std::collections::BTreeMap;

/// How many members a bag keeps, the weightiest; a long text has no more that tell it apart.
pub(super) const MAX_MEMBERS: usize = 120;

/// Weights are kept in sixteenths.
const STEP: f32 = 16.0;

/// Keys with weights, in the order of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bag {
    keys: Box<[u32]>,
    weights: Box<[u8]>,
}

/// What a word or fact is known by: a hash of what it is and how it reads. That two share one is rare, and costs little where
/// a text has a hundred.
pub(super) fn key(kind: &str, text: &str) -> u32 {
    let bytes = kind.bytes().chain([0]).chain(text.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ mixed >> 31) as u32
}

/// What a weight is counted as: repeating says more, but less each time.
pub(super) fn damped(weight: f32) -> f32 {
    if weight > 1.0 { 1.0 + weight.ln() } else { weight }
}

impl Bag {
    /// A bag of these weights, the largest of them if they are too many. A weight is kept to a sixteenth, and below 16.
    pub(super) fn new(weights: BTreeMap<u32, f32>) -> Self {
        Self::of_rarest(weights, |_| 1.0)
    }

    /// The same; if they are too many, those are kept that weigh the most by how rare they are.
    pub(super) fn of_rarest(weights: BTreeMap<u32, f32>, rarity: impl Fn(u32) -> f32) -> Self {
        let mut members: Vec<(u32, f32)> = weights.into_iter().filter(|(_, weight)| *weight > 0.0).collect();
        if members.len() > MAX_MEMBERS {
            members.sort_by(|a, b| (b.1 * rarity(b.0)).total_cmp(&(a.1 * rarity(a.0))).then(a.0.cmp(&b.0)));
            members.truncate(MAX_MEMBERS);
            members.sort_by_key(|(key, _)| *key);
        }
        let weights =
            members.iter().map(|(_, weight)| (weight * STEP).round().clamp(1.0, 255.0) as u8).collect();
        Self { keys: members.into_iter().map(|(key, _)| key).collect(), weights }
    }

    pub(super) fn keys(&self) -> &[u32] {
        &self.keys
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether `key` is one of its members.
    pub(super) fn holds(&self, key: u32) -> bool {
        self.keys.binary_search(&key).is_ok()
    }

    /// Its keys with their weights.
    pub(super) fn members(&self) -> impl Iterator<Item = (u32, f32)> {
        self.keys.iter().copied().zip(self.weights.iter().map(|weight| f32::from(*weight) / STEP))
    }

    /// The bag with each weight multiplied by how rare its key is.
    pub(super) fn weigh(&self, rarity: impl Fn(u32) -> f32) -> WeighedBag {
        let members: Vec<(u32, f32)> =
            self.members().map(|(key, weight)| (key, weight * rarity(key))).collect();
        let square = members.iter().map(|(_, weight)| weight * weight).sum();
        WeighedBag { members, square }
    }
}

/// A bag weighed by how rare its keys are now.
#[derive(Debug, Clone, Default)]
pub(super) struct WeighedBag {
    members: Vec<(u32, f32)>,
    /// The square of its length.
    pub(super) square: f32,
}

impl WeighedBag {
    /// What two bags share: keys with the product of their weights.
    pub(super) fn shared<'b>(&'b self, other: &'b Self) -> impl Iterator<Item = (u32, f32)> + 'b {
        let mut rest = other.members.as_slice();
        self.members.iter().filter_map(move |(key, weight)| {
            let skipped = rest.iter().take_while(|(other, _)| other < key).count();
            rest = &rest[skipped..];
            rest.first().filter(|(other, _)| other == key).map(|(_, other)| (*key, weight * other))
        })
    }

    /// The product of two bags.
    pub(super) fn product(&self, other: &Self) -> f32 {
        self.shared(other).map(|(_, product)| product).sum()
    }

    /// The cosine of two bags, from 0 to 1.
    pub(super) fn cosine(&self, other: &Self) -> f32 {
        ratio(self.product(other), self.square * other.square)
    }
}

/// A product over the root of the squares' product; 0 where one is empty.
pub(super) fn ratio(product: f32, squares: f32) -> f32 {
    if squares > 1e-9 { (product / squares.sqrt()).min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bag_keeps_its_weightiest_members() {
        let bag = Bag::new((0..1000).map(|key| (key, key as f32 / 100.0)).collect());
        assert_eq!(bag.keys().len(), MAX_MEMBERS);
        assert!(bag.keys().iter().all(|key| *key >= 1000 - MAX_MEMBERS as u32));
    }

    #[test]
    fn the_cosine_is_one_with_itself_and_nothing_with_a_stranger() {
        let weigh = |keys: [u32; 3]| Bag::new(keys.map(|key| (key, 1.5)).into()).weigh(|_| 2.0);
        assert!((weigh([1, 2, 3]).cosine(&weigh([1, 2, 3])) - 1.0).abs() < 1e-6);
        assert_eq!(weigh([1, 2, 3]).cosine(&weigh([4, 5, 6])), 0.0);
        assert_eq!(Bag::default().weigh(|_| 1.0).cosine(&weigh([1, 2, 3])), 0.0);
    }
}
