//! What is kept of a report to tell its story by, packed: about half a kilobyte.

use std::io::{self, Read, Write};

use jiff::civil::Date;

use super::day::YearDay;
use super::deed::Deed;
use crate::pack::{Packed, packed};

/// A report, boiled down.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// The primary language tag, or what its script suggests.
    pub(super) language: Language,
    pub(super) published: Option<Date>,
    /// The weekdays that title and first sentences name, as bits, Monday the lowest.
    pub(super) lead_weekdays: u8,
    /// The number of words, two characters of Han, kana or Hangul being one.
    pub(super) words: u32,
    /// How many members each section has.
    counts: [u8; Section::ALL.len()],
    /// The sections one behind the other.
    bytes: Box<[u8]>,
}

packed!(Profile { language, published, lead_weekdays, words, counts, bytes });

/// A primary language tag, which has eight letters at most (BCP 47).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Language([u8; 8]);

impl Language {
    pub(super) fn of(tag: &str) -> Self {
        let mut bytes = [0; 8];
        for (byte, of_tag) in bytes.iter_mut().zip(tag.bytes()) {
            *byte = of_tag;
        }
        Self(bytes)
    }

    pub(super) fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

impl Packed for Language {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.0.pack(output)
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        Packed::unpack(input).map(Self)
    }
}

/// A stem of the wording: a word's, two characters', or a number as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Word {
    pub(super) key: u32,
    /// How much of it there is: the title and first sentences count more, and names half as much again. Kept to a tenth of itself.
    pub(super) weight: f32,
    /// The same of the title and the first sentences alone; 0 where it stands in none.
    pub(super) opening: f32,
    /// Whether it stands in the title.
    pub(super) in_title: bool,
}

/// What is packed into a profile. Members are to stand in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct ProfileMembers {
    pub(super) wording: Vec<Word>,
    /// Whom and what it names, as the subject knows them, with weights.
    pub(super) entities: Vec<(u32, f32)>,
    /// What is told: acts and things, with weights.
    pub(super) acts: Vec<(u16, f32)>,
    pub(super) numbers: Vec<(u32, f32)>,
    /// The acts that title and first sentences tell.
    pub(super) lead_acts: Vec<u16>,
    /// What title and first sentence say that one side does to the other.
    pub(super) deeds: Vec<Deed>,
    /// The days that title and first sentences name, and those that the whole does.
    pub(super) lead_days: Vec<YearDay>,
    pub(super) days: Vec<YearDay>,
}

/// The parts of a packed profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Wording,
    Entities,
    Acts,
    Numbers,
    LeadActs,
    Deeds,
    LeadDays,
    Days,
}

impl Section {
    const ALL: [Section; 8] = [
        Section::Wording,
        Section::Entities,
        Section::Acts,
        Section::Numbers,
        Section::LeadActs,
        Section::Deeds,
        Section::LeadDays,
        Section::Days,
    ];

    /// The bytes of a member.
    const fn width(self) -> usize {
        match self {
            Section::Wording | Section::Entities => 4,
            Section::Acts => 3,
            Section::Numbers => 5,
            Section::LeadActs | Section::Deeds | Section::LeadDays | Section::Days => 2,
        }
    }
}

/// The weights of facts are kept in sixteenths, below 16.
const STEP: f32 = 16.0;
/// Members that a section has at most.
const MAX_COUNT: usize = u8::MAX as usize;
/// The weights of words are kept as one of sixteen steps from 1 up, each greater by a seventh.
const WORD_STEPS: u8 = 15;
const WORD_STEP: f32 = 1.15;
/// How often a word stands in the opening is kept up to seven times, beside whether it stands in the title.
const MAX_OPENING: f32 = 7.0;
const IN_TITLE: u8 = 0x80;

impl Profile {
    /// Packs `members` into a profile that is otherwise empty.
    pub(super) fn of(members: &ProfileMembers) -> Self {
        let mut profile = Self::default();
        let mut bytes = Vec::new();
        let fact = |weight: f32| (weight * STEP).round().clamp(1.0, 255.0) as u8;
        let of_key = |key: u32| {
            let [a, b, c, _] = key.to_le_bytes();
            [a, b, c]
        };
        for section in Section::ALL {
            let before = bytes.len();
            match section {
                Section::Wording => members.wording.iter().take(MAX_COUNT).for_each(|word| {
                    bytes.extend(of_key(word.key));
                    bytes.push(word.packed());
                }),
                Section::Entities => members.entities.iter().take(MAX_COUNT).for_each(|(key, weight)| {
                    bytes.extend(of_key(*key));
                    bytes.push(fact(*weight));
                }),
                Section::Acts => members.acts.iter().take(MAX_COUNT).for_each(|(act, weight)| {
                    bytes.extend(act.to_le_bytes());
                    bytes.push(fact(*weight));
                }),
                Section::Numbers => members.numbers.iter().take(MAX_COUNT).for_each(|(number, weight)| {
                    bytes.extend(number.to_le_bytes());
                    bytes.push(fact(*weight));
                }),
                Section::LeadActs | Section::Deeds | Section::LeadDays | Section::Days => {
                    let numbers = match section {
                        Section::LeadActs => &members.lead_acts,
                        Section::Deeds => &members.deeds,
                        Section::LeadDays => &members.lead_days,
                        _ => &members.days,
                    };
                    numbers.iter().take(MAX_COUNT).for_each(|number| bytes.extend(number.to_le_bytes()));
                }
            }
            profile.counts[section as usize] = ((bytes.len() - before) / section.width()) as u8;
        }
        profile.bytes = bytes.into();
        profile
    }

    /// Its wording, in the order of keys.
    pub(super) fn wording(&self) -> impl ExactSizeIterator<Item = Word> {
        self.members::<4>(Section::Wording).map(Word::unpacked)
    }

    /// The words of its wording whose key is `among` others, in the order of keys.
    pub(super) fn wording_among(&self, among: impl Fn(u32) -> bool) -> impl Iterator<Item = Word> {
        let words = self.members::<4>(Section::Wording);
        words.filter(move |[a, b, c, _]| among(u32::from_le_bytes([*a, *b, *c, 0]))).map(Word::unpacked)
    }

    pub(super) fn entities(&self) -> impl ExactSizeIterator<Item = (u32, f32)> {
        self.members::<4>(Section::Entities)
            .map(|[a, b, c, weight]| (u32::from_le_bytes([*a, *b, *c, 0]), weight_of(*weight)))
    }

    pub(super) fn acts(&self) -> impl ExactSizeIterator<Item = (u32, f32)> {
        self.members::<3>(Section::Acts)
            .map(|[a, b, weight]| (u32::from(u16::from_le_bytes([*a, *b])), weight_of(*weight)))
    }

    pub(super) fn numbers(&self) -> impl ExactSizeIterator<Item = (u32, f32)> {
        self.members::<5>(Section::Numbers)
            .map(|[a, b, c, d, weight]| (u32::from_le_bytes([*a, *b, *c, *d]), weight_of(*weight)))
    }

    pub(super) fn lead_acts(&self) -> impl ExactSizeIterator<Item = u16> {
        self.members::<2>(Section::LeadActs).map(|bytes| u16::from_le_bytes(*bytes))
    }

    pub(super) fn deeds(&self) -> impl ExactSizeIterator<Item = Deed> {
        self.members::<2>(Section::Deeds).map(|bytes| u16::from_le_bytes(*bytes))
    }

    pub(super) fn lead_days(&self) -> impl ExactSizeIterator<Item = YearDay> {
        self.members::<2>(Section::LeadDays).map(|bytes| u16::from_le_bytes(*bytes))
    }

    pub(super) fn days(&self) -> impl ExactSizeIterator<Item = YearDay> {
        self.members::<2>(Section::Days).map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// Whether any of its wording stands in the title.
    pub(super) fn is_titled(&self) -> bool {
        self.wording().any(|word| word.in_title)
    }

    fn members<const WIDTH: usize>(&self, section: Section) -> std::slice::Iter<'_, [u8; WIDTH]> {
        let before: usize = Section::ALL
            .iter()
            .take(section as usize)
            .map(|earlier| usize::from(self.counts[*earlier as usize]) * earlier.width())
            .sum();
        let length = usize::from(self.counts[section as usize]) * WIDTH;
        self.bytes[before..before + length].as_chunks::<WIDTH>().0.iter()
    }
}

impl Word {
    fn packed(&self) -> u8 {
        let steps = self.weight.max(1.0).ln() / WORD_STEP.ln();
        let steps = steps.round().min(f32::from(WORD_STEPS)) as u8;
        steps | (self.opening.min(MAX_OPENING) as u8) << 4 | if self.in_title { IN_TITLE } else { 0 }
    }

    fn unpacked([a, b, c, packed]: &[u8; 4]) -> Self {
        Self {
            key: u32::from_le_bytes([*a, *b, *c, 0]),
            weight: WORD_WEIGHTS[usize::from(packed & 0xf)],
            opening: OPENING_WEIGHTS[usize::from(packed >> 4 & 7)],
            in_title: packed & IN_TITLE != 0,
        }
    }
}

fn weight_of(packed: u8) -> f32 {
    f32::from(packed) / STEP
}

/// The weights of the steps of words.
static WORD_WEIGHTS: [f32; 16] = {
    let mut weights = [1.0; 16];
    let mut step = 1;
    while step < 16 {
        weights[step] = weights[step - 1] * WORD_STEP;
        step += 1;
    }
    weights
};

/// What standing so many times in the opening counts: 1 more than the logarithm.
static OPENING_WEIGHTS: [f32; 8] = [0.0, 1.0, 1.693, 2.099, 2.386, 2.609, 2.792, 2.946];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again() {
        let word = |key, weight, opening, in_title| Word { key, weight, opening, in_title };
        let members = ProfileMembers {
            wording: vec![word(3, 1.0, 0.0, false), word(0xff_ffff, 5.0, 2.0, true)],
            entities: vec![(7, 2.5)],
            acts: vec![(1, 1.0), (300, 3.25)],
            numbers: vec![(500_000, 1.5), (u32::MAX, 0.5)],
            lead_acts: vec![300],
            deeds: vec![601],
            lead_days: vec![12 * 32 + 31],
            days: vec![33, 12 * 32 + 31],
        };
        let profile = Profile::of(&members);
        let words: Vec<Word> = profile.wording().collect();
        assert_eq!(words[0], word(3, 1.0, 0.0, false));
        assert!((words[1].weight - 5.0).abs() < 0.5 && words[1].opening == 1.693 && words[1].in_title);
        assert_eq!(profile.entities().collect::<Vec<_>>(), members.entities);
        assert_eq!(profile.acts().collect::<Vec<_>>(), [(1, 1.0), (300, 3.25)]);
        assert_eq!(profile.numbers().collect::<Vec<_>>(), members.numbers);
        assert_eq!(profile.lead_acts().collect::<Vec<_>>(), members.lead_acts);
        assert_eq!(profile.deeds().collect::<Vec<_>>(), members.deeds);
        assert_eq!(profile.lead_days().collect::<Vec<_>>(), members.lead_days);
        assert_eq!(profile.days().collect::<Vec<_>>(), members.days);
        assert!(profile.is_titled());
    }

    #[test]
    fn a_language_is_its_primary_tag() {
        assert_eq!(Language::of("ru").as_str(), "ru");
        assert_eq!(Language::default().as_str(), "");
    }
}
