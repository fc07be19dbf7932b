//! What two profiles share, weighed by how rare each member is now.
//!
//! Of the report that came all members are kept weighed; of those that it is compared with it is known how long their weighed bags are
//! ([`Lengths`]).

use super::evidence::FactKind;
use super::profile::Profile;
use crate::pack::packed;

/// The squares of the lengths of a profile's weighed bags.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lengths {
    wording: f32,
    opening: f32,
    title: f32,
    entities: f32,
    acts: f32,
    numbers: f32,
}

impl Lengths {
    /// Those of `profile`; `square` gives the square of how rare a member is.
    pub(super) fn of(profile: &Profile, mut square: impl FnMut(FactKind, u32) -> f32) -> Self {
        let mut lengths = Self::default();
        for word in profile.wording() {
            let square = square(FactKind::Word, word.key);
            lengths.wording += word.weight * word.weight * square;
            lengths.opening += word.opening * word.opening * square;
            lengths.title += f32::from(u8::from(word.in_title)) * square;
        }
        let mut of = |kind, (key, weight): (u32, f32)| weight * weight * square(kind, key);
        lengths.entities = profile.entities().map(|member| of(FactKind::Entity, member)).sum();
        lengths.acts = profile.acts().map(|member| of(FactKind::Act, member)).sum();
        lengths.numbers = profile.numbers().map(|member| of(FactKind::Number, member)).sum();
        lengths
    }
}

packed!(Lengths { wording, opening, title, entities, acts, numbers });

/// A word with its weights in the wording, the opening and the title, each times the square of its rarity.
#[derive(Debug, Clone, Copy)]
struct WeighedWord {
    key: u32,
    wording: f32,
    opening: f32,
    title: f32,
}

/// A profile whose members are weighed by how rare they are now.
#[derive(Debug, Clone, Default)]
pub(super) struct WeighedProfile {
    words: Vec<WeighedWord>,
    entities: Vec<(u32, f32)>,
    acts: Vec<(u32, f32)>,
    numbers: Vec<(u32, f32)>,
    filter: Filter,
}

/// Most words of another report are none of this one: of its words' keys the lowest bits, as a set.
#[derive(Debug, Clone, Default)]
struct Filter(Vec<u64>);

/// How many bits; a power of two. A hundred words leave 3 of 100 others through.
const FILTER_BITS: usize = 1 << 12;

impl Filter {
    fn of(words: &[WeighedWord]) -> Self {
        let mut bits = vec![0; FILTER_BITS / 64];
        for word in words {
            let (at, bit) = Self::place(word.key);
            bits[at] |= bit;
        }
        Self(bits)
    }

    /// Whether a word may be among them.
    fn may_hold(&self, key: u32) -> bool {
        let (at, bit) = Self::place(key);
        self.0.get(at).is_some_and(|bits| bits & bit != 0)
    }

    fn place(key: u32) -> (usize, u64) {
        let bit = key as usize % FILTER_BITS;
        (bit / 64, 1 << (bit % 64))
    }
}

/// How much two profiles share, each from 0 to 1: cosines of their weighed bags.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Likeness {
    pub(super) wording: f32,
    pub(super) opening: f32,
    pub(super) title: f32,
    /// Names, acts and numbers together.
    pub(super) facts: f32,
    pub(super) entities: f32,
    pub(super) acts: f32,
    pub(super) numbers: f32,
    /// The greatest of wording, title and facts, each without the one member that says most.
    pub(super) beyond_one: f32,
}

impl WeighedProfile {
    /// `square` gives the square of how rare a member is.
    pub(super) fn of(profile: &Profile, mut square: impl FnMut(FactKind, u32) -> f32) -> Self {
        let words = profile.wording().map(|word| {
            let square = square(FactKind::Word, word.key);
            WeighedWord {
                key: word.key,
                wording: word.weight * square,
                opening: word.opening * square,
                title: f32::from(u8::from(word.in_title)) * square,
            }
        });
        let words: Vec<WeighedWord> = words.collect();
        let filter = Filter::of(&words);
        let mut weigh = |kind, (key, weight): (u32, f32)| (key, weight * square(kind, key));
        let entities = profile.entities().map(|member| weigh(FactKind::Entity, member)).collect();
        let acts = profile.acts().map(|member| weigh(FactKind::Act, member)).collect();
        let numbers = profile.numbers().map(|member| weigh(FactKind::Number, member)).collect();
        Self { words, entities, acts, numbers, filter }
    }

    /// How much of it, whose lengths are `own`, another profile of these lengths shares.
    pub(super) fn likeness(&self, own: &Lengths, other: &Profile, lengths: &Lengths) -> Likeness {
        let mut product = Lengths::default();
        // The greatest of what is added to each.
        let (mut top_word, mut top_title, mut top_fact) = (0.0_f32, 0.0_f32, 0.0_f32);
        let mut words = self.words.iter().peekable();
        for word in other.wording_among(|key| self.filter.may_hold(key)) {
            while words.next_if(|own| own.key < word.key).is_some() {}
            if let Some(own) = words.next_if(|own| own.key == word.key) {
                let (wording, title) =
                    (own.wording * word.weight, if word.in_title { own.title } else { 0.0 });
                product.wording += wording;
                product.opening += own.opening * word.opening;
                product.title += title;
                (top_word, top_title) = (top_word.max(wording), top_title.max(title));
            }
        }
        let mut sum = |facts: &mut dyn Iterator<Item = (u32, f32)>| {
            facts.fold(0.0, |sum, (_, product)| {
                top_fact = top_fact.max(product);
                sum + product
            })
        };
        product.entities = sum(&mut shared(&self.entities, other.entities()));
        product.acts = sum(&mut shared(&self.acts, other.acts()));
        product.numbers = sum(&mut shared(&self.numbers, other.numbers()));
        let facts = |of: &Lengths| of.entities + of.acts + of.numbers;
        let ratio = |of: fn(&Lengths) -> f32| ratio(of(&product), of(own) * of(lengths));
        let beyond_one = [
            self::ratio(product.wording - top_word, own.wording * lengths.wording),
            self::ratio(product.title - top_title, own.title * lengths.title),
            self::ratio(facts(&product) - top_fact, facts(own) * facts(lengths)),
        ];
        Likeness {
            wording: ratio(|of| of.wording),
            opening: ratio(|of| of.opening),
            title: ratio(|of| of.title),
            facts: self::ratio(facts(&product), facts(own) * facts(lengths)),
            entities: ratio(|of| of.entities),
            acts: ratio(|of| of.acts),
            numbers: ratio(|of| of.numbers),
            beyond_one: beyond_one.into_iter().fold(0.0, f32::max),
        }
    }

    /// The words that both have, with the product of their weights.
    pub(super) fn shared_words(&self, other: &Profile) -> Vec<(u32, f32)> {
        let own: Vec<(u32, f32)> = self.words.iter().map(|word| (word.key, word.wording)).collect();
        shared(&own, other.wording().map(|word| (word.key, word.weight))).collect()
    }

    /// The acts that both tell, with the product of their weights.
    pub(super) fn shared_acts(&self, other: &Profile) -> Vec<(u32, f32)> {
        shared(&self.acts, other.acts()).collect()
    }
}

/// What two bags share, both in the order of their keys.
fn shared<'m>(
    own: &'m [(u32, f32)],
    others: impl Iterator<Item = (u32, f32)> + 'm,
) -> impl Iterator<Item = (u32, f32)> + 'm {
    let mut rest = own.iter().peekable();
    others.filter_map(move |(key, weight)| {
        while rest.next_if(|(own, _)| *own < key).is_some() {}
        rest.next_if(|(own, _)| *own == key).map(|(_, own)| (key, own * weight))
    })
}

/// A product over the root of the squares' product; 0 where one is empty.
fn ratio(product: f32, squares: f32) -> f32 {
    if squares > 1e-9 { (product / squares.sqrt()).min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::profile::{ProfileMembers, Word};
    use super::*;

    fn profile(keys: [u32; 3]) -> Profile {
        let word = |key| Word { key, weight: 1.5, opening: 0.0, in_title: false };
        Profile::of(&ProfileMembers { wording: keys.map(word).into(), ..ProfileMembers::default() })
    }

    #[test]
    fn likeness_is_one_with_itself_and_nothing_with_a_stranger() {
        let weigh = |profile: &Profile| WeighedProfile::of(profile, |_, _| 4.0);
        let (one, other, empty) = (profile([1, 2, 3]), profile([4, 5, 6]), Profile::default());
        let measure = |profile: &Profile| Lengths::of(profile, |_, _| 4.0);
        let likeness = |a: &Profile, b: &Profile| weigh(a).likeness(&measure(a), b, &measure(b)).wording;
        assert!((likeness(&one, &one) - 1.0).abs() < 1e-6);
        assert!((likeness(&one, &profile([1, 5, 6])) - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!([likeness(&one, &other), likeness(&empty, &one)], [0.0, 0.0]);
    }
}
