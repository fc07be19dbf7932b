//! Every name and word of a subject, found in one pass over a text.

use aho_corasick::AhoCorasick;

use super::fold::FoldedText;
use super::spelling::{Endings, Spelling, stands_alone};

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
    /// It stands for them only beside the other side and a word of force (the subject's `with_force` group).
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
}

impl Name {
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
}

impl Occurrence {
    /// Whether it counts wherever it stands.
    pub(crate) fn is_clear(&self) -> bool {
        !self.ambiguous && !self.needs_company
    }
}

/// All terms behind one Aho–Corasick automaton.
#[derive(Debug)]
pub(crate) struct Lexicon {
    terms: Vec<Term>,
    /// For each pattern of the automaton, the terms that begin with it.
    by_pattern: Vec<Vec<u32>>,
    automaton: AhoCorasick,
    endings: Endings,
}

impl Lexicon {
    /// Builds the automaton.
    ///
    /// # Errors
    /// The automaton's own words when there are too many terms for it (far beyond a gazetteer's size).
    pub(crate) fn new(terms: Vec<Term>, endings: Endings) -> Result<Self, String> {
        let mut order: Vec<u32> = (0..terms.len() as u32).collect();
        order
            .sort_by(|a, b| terms[*a as usize].spelling.literal().cmp(terms[*b as usize].spelling.literal()));
        let mut patterns: Vec<&str> = Vec::new();
        let mut by_pattern: Vec<Vec<u32>> = Vec::new();
        for index in order {
            let literal = terms[index as usize].spelling.literal();
            match (patterns.last(), by_pattern.last_mut()) {
                (Some(last), Some(terms)) if *last == literal => terms.push(index),
                _ => {
                    patterns.push(literal);
                    by_pattern.push(vec![index]);
                }
            }
        }
        let automaton = AhoCorasick::new(&patterns).map_err(|error| error.to_string())?;
        Ok(Self { terms, by_pattern, automaton, endings })
    }

    /// Its terms, for whoever searches other forms of them.
    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Every term that stands in a text of `language` (of any, where `None`): overlapping ones too, by start, the longest
    /// first.
    pub(crate) fn find(&self, folded: &FoldedText, language: Option<&str>) -> Vec<Occurrence> {
        let mut found = Vec::new();
        let (mut surnames, mut borne): (Vec<(u32, Occurrence)>, Vec<u32>) = (Vec::new(), Vec::new());
        for hit in self.automaton.find_overlapping_iter(&folded.text) {
            for index in &self.by_pattern[hit.pattern().as_usize()] {
                let term = &self.terms[*index as usize];
                if term.spelling.own_language && language.is_some_and(|language| term.language != language) {
                    continue;
                }
                if let Some(end) = term.spelling.stands_at(folded, hit.start(), &self.endings) {
                    let Spelling { ambiguous, needs_company, .. } = term.spelling;
                    let meaning = term.meaning;
                    let occurrence =
                        Occurrence { start: hit.start(), end, meaning, ambiguous, needs_company };
                    if !term.spelling.surname {
                        found.push(occurrence);
                    } else if stands_alone(folded, hit.start(), end) {
                        surnames.push((*index, occurrence));
                    } else if !borne.contains(index) {
                        borne.push(*index);
                    }
                }
            }
        }
        // Where a text gives the surname a given name once, who is meant elsewhere is for the full names to say.
        let unborne = surnames.into_iter().filter(|(index, _)| !borne.contains(index));
        found.extend(unborne.map(|(_, occurrence)| occurrence));
        found.sort_by_key(|found| (found.start, std::cmp::Reverse(found.end), !found.is_clear()));
        found
    }
}
