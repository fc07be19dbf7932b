//! Every name and word of a subject, found in one pass over a text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fold::FoldedText;
use super::spelling::{Endings, Spelling, goes_on, stands_alone};
use crate::word_table::{WordTable, head};

/// How clearly a name stands for a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Strength {
    /// It doesn't.
    #[default]
    None,
    /// In good company only: a border town, a minister.
    Weak,
    /// By itself: the country, its capital, its leader.
    Strong,
}

/// Which sides a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sides {
    pub(crate) a: Strength,
    pub(crate) b: Strength,
    /// It stands for them only near the other side, or such a name of it, and a word of force.
    pub(crate) conditional: bool,
}

impl Sides {
    /// Reads the `side` column: `A` and `B` strong, `a` and `b` weak, both letters for both, `?` behind for conditional.
    pub(crate) fn parse(written: &str) -> Option<Self> {
        let (letters, conditional) = match written.strip_suffix('?') {
            Some(letters) => (letters, true),
            None => (written, false),
        };
        let mut sides = Self { conditional, ..Self::default() };
        for letter in letters.chars() {
            match letter {
                'A' => sides.a = Strength::Strong,
                'a' => sides.a = Strength::Weak,
                'B' => sides.b = Strength::Strong,
                'b' => sides.b = Strength::Weak,
                '-' => {}
                _ => return None,
            }
        }
        Some(sides)
    }

    /// Whether it stands for a side at all, unconditionally.
    pub(crate) fn names_one(self) -> bool {
        !self.conditional && (self.a > Strength::None || self.b > Strength::None)
    }
}

/// One row of the gazetteer.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    /// Its id; a word that names several has theirs, joined by `+`.
    pub(crate) id: String,
    /// Its type, or `None` for what is evidence but no entity.
    pub(crate) kind: Option<String>,
    pub(crate) sides: Sides,
    /// What it is in a sentence.
    pub(crate) role: Role,
    /// Its item in Wikidata, where known.
    pub(crate) wikidata: Option<String>,
    /// What it is called, by language.
    pub(crate) labels: Vec<(String, String)>,
}

impl Name {
    /// What it is called in `language`, or else in English.
    pub(crate) fn label(&self, language: &str) -> Option<&str> {
        let called = |wanted: &str| self.labels.iter().find(|(language, _)| language == wanted);
        called(language).or_else(|| called("en")).map(|(_, label)| label.as_str())
    }

    /// Whether it is a person's, by its type.
    pub(crate) fn is_person(&self) -> bool {
        self.kind.as_deref() == Some("person")
    }

    /// Whether it is somebody or something of a third party.
    pub(crate) fn is_third(&self) -> bool {
        self.role == Role::Third || self.role == Role::State && !self.sides.names_one()
    }
}

/// What a name is in a sentence, beyond its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing special.
    Plain,
    /// A state: three or more of them side by side are a list.
    State,
    /// Somebody or something of a third party.
    Third,
    /// A source of news: its name credits, and says nothing of what happens.
    Medium,
    /// A name that others bear, too: of a person, or of an enemy.
    Shared,
}

/// What a spelling is a spelling of: the name with this index, or a word of the group with this index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpellingTarget {
    Name(u32),
    Word(u16),
}

/// What the words of a group do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Group {
    pub(crate) dealing: bool,
    pub(crate) force: bool,
    pub(crate) aside: bool,
    pub(crate) related: bool,
    /// Only topics name it: it tells what an article is about, and gives no sign.
    pub(crate) topic_only: bool,
    /// A topic names it.
    pub(crate) topical: bool,
}

/// A spelling with its meaning and the language of its column.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) spelling: Spelling,
    pub(crate) meaning: SpellingTarget,
    pub(crate) language: String,
    /// Its row's line in its file.
    pub(crate) line: usize,
}

/// A name or word found, as bytes of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) meaning: SpellingTarget,
    pub(crate) ambiguous: bool,
    pub(crate) needs_company: bool,
    /// It is a surname that others bear, too.
    pub(crate) surname: bool,
}

impl Occurrence {
    /// Whether it counts wherever it stands.
    pub(crate) fn is_clear(&self) -> bool {
        !self.ambiguous && !self.needs_company
    }
}

/// All terms, found by how they begin.
#[derive(Debug)]
pub(crate) struct Lexicon {
    terms: Vec<Term>,
    /// What the terms begin with, by length.
    begins: Beginnings,
    /// The same of those that may begin within a word.
    begins_within: Beginnings,
    endings: Endings,
}

/// What terms begin with, and for each of these literals the terms that do.
#[derive(Debug)]
struct Beginnings {
    /// Whether a literal begins with a byte.
    bytes: [bool; 256],
    by_length: [(WordTable<String>, Vec<Vec<u32>>); LENGTHS.len()],
}

/// Lengths of the literals that are sought together, in bytes: two letters of Cyrillic tell little, three a lot.
const LENGTHS: [Range<usize>; 3] = [1..4, 4..6, 6..usize::MAX];

impl Beginnings {
    fn of<'t>(terms: impl Iterator<Item = (u32, &'t Term)>) -> Self {
        let mut by_literal: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (index, term) in terms.filter(|(_, term)| !term.spelling.literal().is_empty()) {
            by_literal.entry(term.spelling.literal()).or_default().push(index);
        }
        let mut bytes = [false; 256];
        by_literal.keys().for_each(|literal| bytes[usize::from(literal.as_bytes()[0])] = true);
        let by_length = LENGTHS.map(|lengths| {
            let found = by_literal.iter().filter(|(literal, _)| lengths.contains(&literal.len()));
            let (literals, terms): (Vec<String>, _) =
                found.map(|(literal, terms)| (String::from(*literal), terms.clone())).unzip();
            (WordTable::of(literals.into_iter()), terms)
        });
        Self { bytes, by_length }
    }

    /// Gives the terms whose literal stands at byte `at` of a text to `take`, those of the shortest first.
    #[inline]
    fn each(&self, text: &str, at: usize, mut take: impl FnMut(u32)) {
        let begin = head(text.as_bytes(), at);
        for (literals, terms) in &self.by_length {
            for (literal, _) in literals.all_beginning(begin, text.as_bytes(), at).rev() {
                terms[literal].iter().for_each(|term| take(*term));
            }
        }
    }
}

impl Lexicon {
    /// The terms, with the endings that may follow their stems.
    pub(crate) fn new(terms: Vec<Term>, endings: Endings) -> Self {
        let begins = Beginnings::of((0..).zip(&terms));
        let within = (0..).zip(&terms).filter(|(_, term)| term.spelling.open_start);
        Self { begins_within: Beginnings::of(within), begins, terms, endings }
    }

    /// Its terms, for whoever searches other forms of them.
    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Every term that stands in texts of `language` (of any, where `None`): overlapping ones too, by start, the longest first.
    ///
    /// The texts belong together: where one of them gives a surname a given name, who is meant elsewhere is for full names to say.
    pub(crate) fn find<const N: usize>(
        &self,
        texts: [&FoldedText; N],
        language: Option<&str>,
    ) -> [Vec<Occurrence>; N] {
        let mut borne = Vec::new();
        let found = texts.map(|text| self.find_terms(text, language, &mut borne));
        found.map(|mut found| {
            found.retain(|(index, _)| !borne.contains(index));
            found.sort_by_key(|(_, found)| (found.start, std::cmp::Reverse(found.end), !found.is_clear()));
            found.into_iter().map(|(_, occurrence)| occurrence).collect()
        })
    }

    /// The terms in a text, by their index. Surnames that somebody else bears there go to `borne`, each once.
    fn find_terms(
        &self,
        folded: &FoldedText,
        language: Option<&str>,
        borne: &mut Vec<u32>,
    ) -> Vec<(u32, Occurrence)> {
        let mut found = Vec::new();
        let text = folded.text.as_str();
        let mut before = ' ';
        for (start, c) in text.char_indices() {
            let before = std::mem::replace(&mut before, c);
            let first = usize::from(text.as_bytes()[start]);
            let begins = if goes_on(before, c) { &self.begins_within } else { &self.begins };
            if !begins.bytes[first] {
                continue;
            }
            begins.each(text, start, |index| {
                let term = &self.terms[index as usize];
                if term.spelling.own_language && language.is_some_and(|language| term.language != language) {
                    return;
                }
                let Some(end) = term.spelling.stands_at(folded, start, &self.endings) else { return };
                let Spelling { ambiguous, needs_company, surname, .. } = term.spelling;
                let meaning = term.meaning;
                if !surname || stands_alone(folded, start, end) {
                    found
                        .push((index, Occurrence { start, end, meaning, ambiguous, needs_company, surname }));
                } else if !borne.contains(&index) {
                    borne.push(index);
                }
            });
        }
        found
    }
}
