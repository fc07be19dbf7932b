//! Keys of words and facts, and how often they were said, while a report is read.

/// How many members of one kind are kept of a report, the weightiest; a long text has no more that tell it apart.
pub(super) const MAX_MEMBERS: usize = 120;

/// What a word or fact is known by has so many bits: three bytes are kept of it. That two share one is rare, and costs little where a
/// text has a hundred.
pub(super) const KEY_BITS: u32 = 24;

/// What a word or fact is known by: a hash of what it is and how it reads.
pub(super) fn key(kind: &str, text: &str) -> u32 {
    let bytes = kind.bytes().chain([0]).chain(text.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ mixed >> 31) as u32 & ((1 << KEY_BITS) - 1)
}

/// What a weight is counted as: repeating says more, but less each time.
pub(super) fn damped(weight: f32) -> f32 {
    if weight > 1.0 { 1.0 + weight.ln() } else { weight }
}

/// The members of a bag, which come in the order of their keys; if they are too many, those are kept that weigh the most by how much each says.
pub(super) fn weightiest<M>(
    bag: impl IntoIterator<Item = (u32, M)>,
    weight: impl Fn(u32, &M) -> f32,
) -> impl Iterator<Item = (u32, M)> {
    let mut members: Vec<(f32, u32, M)> =
        bag.into_iter().map(|(key, member)| (weight(key, &member), key, member)).collect();
    members.retain(|(weight, ..)| *weight > 0.0);
    if members.len() > MAX_MEMBERS {
        members.select_nth_unstable_by(MAX_MEMBERS, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        members.truncate(MAX_MEMBERS);
        members.sort_unstable_by_key(|(_, key, _)| *key);
    }
    members.into_iter().map(|(_, key, member)| (key, member))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bag_keeps_its_weightiest_members() {
        let bag = (0..1000).map(|key| (key, key as f32 / 100.0));
        let kept: Vec<u32> = weightiest(bag, |_, weight| *weight).map(|(key, _)| key).collect();
        let expected: Vec<u32> = (1000 - MAX_MEMBERS as u32..1000).collect();
        assert_eq!(kept, expected);
    }
}
