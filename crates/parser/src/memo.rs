//! What was found out about a short text, kept for when it comes again: a page says the same few names and classes over and
//! over.

/// How many texts are remembered. A later one takes the place of an earlier one with the same slot, so that no page, however
/// made, costs more than the work done anew each time.
const SLOTS: usize = 512;

/// Answers about texts that live as long as `'t`.
#[derive(Debug)]
pub(crate) struct Memo<'t, V> {
    slots: Vec<Slot<'t, V>>,
}

#[derive(Debug, Clone)]
struct Slot<'t, V> {
    text: &'t str,
    ends: Ends,
    answer: V,
}

/// How a text begins and ends.
type Ends = (u64, u64);

/// Bytes up to which its ends and its length are all that there is to know of a text.
const SHORT: usize = 16;

impl<'t, V: Clone> Memo<'t, V> {
    /// Remembers nothing yet but the answer about the empty text.
    pub(crate) fn new(of_empty: V) -> Self {
        Self { slots: vec![Slot { text: "", ends: ends_of(b""), answer: of_empty }; SLOTS] }
    }

    /// The answer about `text`: the one remembered, or that of `find`.
    pub(crate) fn get(&mut self, text: &'t str, find: impl FnOnce(&'t str) -> V) -> V {
        let ends = ends_of(text.as_bytes());
        let slot = &mut self.slots[slot_of(ends, text.len())];
        let is_known =
            slot.ends == ends && slot.text.len() == text.len() && (text.len() <= SHORT || slot.text == text);
        if !is_known {
            *slot = Slot { text, ends, answer: find(text) };
        }
        slot.answer.clone()
    }
}

/// The first and the last eight bytes of a text, or as many as it has.
fn ends_of(text: &[u8]) -> Ends {
    if let (Some(head), Some(tail)) = (text.first_chunk(), text.last_chunk()) {
        return (u64::from_le_bytes(*head), u64::from_le_bytes(*tail));
    }
    match (text.first_chunk(), text.last_chunk()) {
        (Some(head), Some(tail)) => (u32::from_le_bytes(*head).into(), u32::from_le_bytes(*tail).into()),
        _ => (text.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
    }
}

/// Mixes the length, the beginning and the end, which together tell most names apart.
fn slot_of((head, tail): Ends, length: usize) -> usize {
    let mixed = (head ^ tail.rotate_left(23) ^ length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 48) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_once_and_never_another_texts() {
        let names: Vec<String> = (0..2_000).map(|n| format!("{}name-{n}", "x".repeat(n % 12))).collect();
        let mut memo = Memo::new(0);
        assert_eq!(memo.get("", |_| unreachable!("it was told")), 0);
        for name in names.iter().chain(&names) {
            assert_eq!(memo.get(name, str::len), name.len());
            assert_eq!(memo.get(name, |_| unreachable!("it was asked just now")), name.len());
        }
    }
}
