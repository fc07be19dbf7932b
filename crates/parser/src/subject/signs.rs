//! Signs: what a sentence holds, in a small alphabet, each alone and with each other one of its sentence.
//!
//! The rules ask what people thought of; signs are what only examples teach: that a summit beside a third party in the title
//! speaks against, that captives beside the second side and a front speak for. The alphabet is names by side, third parties, and
//! the groups of words, so that one language teaches all. Their weights are the subject's `signs.tsv`, fitted with the rules'.

use std::collections::HashMap;

use dateline_wire::{Place, Reason};

use super::analysis::{Mention, Sentence, TextAnalysis};
use super::lexicon::{Name, Role, Strength};

/// Where a sentence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Zone {
    Title,
    /// One of the first two sentences.
    Lead,
    Rest,
    /// A sentence of the body that names both sides, wherever it stands. Its signs are looked at one by one.
    Pair,
}

impl Zone {
    const ALL: [Self; 4] = [Self::Title, Self::Lead, Self::Rest, Self::Pair];

    fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Lead => "lead",
            Self::Rest => "rest",
            Self::Pair => "pair",
        }
    }
}

/// Sentences of the lead.
const LEAD: usize = 2;

/// A sign: one of [`NAMED`], or a group of words behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sign(u16);

/// The signs that names give: sides clearly and weakly, both, on condition; third parties, members of lists, and persons of each.
const NAMED: [&str; 12] =
    ["A", "a", "B", "b", "AB", "A?", "B?", "third", "listed", "A:person", "B:person", "third:person"];

const LISTED: Sign = Sign(8);

/// A sign, or two of one sentence, in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Pattern {
    zone: Zone,
    first: Sign,
    /// The same as `first` where it stands alone.
    second: Sign,
}

/// The signs of a subject and what each pattern weighs.
#[derive(Debug, Default)]
pub(crate) struct Signs {
    /// The groups of words, in the order of their indices.
    groups: Vec<String>,
    weights: HashMap<Pattern, f64>,
    /// For each zone, first and second sign, whether the pattern has a weight.
    has_weight: Vec<bool>,
}

/// A pattern found: how much of it, and in which sentences.
#[derive(Debug)]
pub(crate) struct PatternFinding {
    pub(crate) pattern: Pattern,
    /// From 0 to 1.
    pub(crate) value: f64,
    pub(crate) spans: Vec<Place>,
}

/// Spans a pattern shows.
const MAX_SPANS: usize = 4;

/// Reasons that patterns give one by one, the weightiest; the rest share one.
const MAX_REASONS: usize = 12;

/// The reason that stands for the patterns beyond [`MAX_REASONS`].
const OTHER_SIGNS: &str = "other_signs";

impl Signs {
    /// The alphabet of a subject with these groups of words.
    pub(crate) fn new(groups: Vec<String>) -> Self {
        let signs = NAMED.len() + groups.len();
        Self { groups, weights: HashMap::new(), has_weight: vec![false; Zone::ALL.len() * signs * signs] }
    }

    /// Gives a pattern its weight: its zone, its sign and, unless it stands alone, the other, as `signs.tsv` writes them.
    ///
    /// # Errors
    /// The word that names no zone or sign.
    pub(crate) fn set<'w>(
        &mut self,
        zone: &'w str,
        first: &'w str,
        second: &'w str,
        weight: f64,
    ) -> Result<(), &'w str> {
        let zone = Zone::ALL.into_iter().find(|known| known.name() == zone).ok_or(zone)?;
        let first = self.sign(first).ok_or(first)?;
        let second = if second.is_empty() { first } else { self.sign(second).ok_or(second)? };
        let pattern = Pattern::new(zone, first, second);
        let place = self.place(&pattern);
        self.has_weight[place] = true;
        self.weights.insert(pattern, weight);
        Ok(())
    }

    fn place(&self, pattern: &Pattern) -> usize {
        let signs = NAMED.len() + self.groups.len();
        (pattern.zone as usize * signs + usize::from(pattern.first.0)) * signs + usize::from(pattern.second.0)
    }

    fn sign(&self, name: &str) -> Option<Sign> {
        let names = NAMED.into_iter().chain(self.groups.iter().map(String::as_str));
        names.zip(0..).find(|(known, _)| *known == name).map(|(_, index)| Sign(index))
    }

    fn sign_name(&self, sign: Sign) -> &str {
        let index = usize::from(sign.0);
        NAMED.get(index).copied().unwrap_or_else(|| self.groups[index - NAMED.len()].as_str())
    }

    /// What a pattern is called in reasons and evidence: `title: A + summit`.
    pub(crate) fn pattern_name(&self, pattern: Pattern) -> String {
        let (zone, first) = (pattern.zone.name(), self.sign_name(pattern.first));
        if pattern.first == pattern.second {
            format!("{zone}: {first}")
        } else {
            format!("{zone}: {first} + {}", self.sign_name(pattern.second))
        }
    }

    /// The patterns that have a weight.
    pub(crate) fn findings(
        &self,
        title: &TextAnalysis,
        body: &TextAnalysis,
        names: &[Name],
    ) -> Vec<PatternFinding> {
        find(title, body, names, |pattern| self.has_weight.get(self.place(pattern)) == Some(&true))
    }

    /// Reasons of `findings`, the weightiest first, the rest as one.
    pub(crate) fn reasons(&self, findings: Vec<PatternFinding>) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = findings
            .into_iter()
            .map(|finding| Reason {
                rule: self.pattern_name(finding.pattern),
                weight: super::rules::round(self.weights[&finding.pattern] * finding.value),
                spans: finding.spans,
            })
            .filter(|reason| reason.weight != 0.0)
            .collect();
        reasons.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then_with(|| a.rule.cmp(&b.rule)));
        if reasons.len() > MAX_REASONS {
            let rest: f64 = reasons.drain(MAX_REASONS..).map(|reason| reason.weight).sum();
            let weight = super::rules::round(rest);
            reasons.push(Reason { rule: OTHER_SIGNS.to_owned(), weight, spans: Vec::new() });
        }
        reasons
    }
}

impl Pattern {
    fn new(zone: Zone, one: Sign, other: Sign) -> Self {
        Self { zone, first: one.min(other), second: one.max(other) }
    }

    /// Its place among others: by zone, then by its signs.
    fn order(self) -> u64 {
        (self.zone as u64) << 32 | u64::from(self.first.0) << 16 | u64::from(self.second.0)
    }
}

/// Every pattern of the texts that is `wanted`, in order.
pub(crate) fn find(
    title: &TextAnalysis,
    body: &TextAnalysis,
    names: &[Name],
    wanted: impl Fn(&Pattern) -> bool,
) -> Vec<PatternFinding> {
    let mut found: Vec<(Pattern, Place)> = Vec::new();
    let mut note = |zone: Zone, text: &TextAnalysis, sentence: &Sentence, place: fn(_) -> Place| {
        let place = place(text.folded.span(sentence.range.start, sentence.range.end));
        let signs = signs_of(sentence, &text.mentions[sentence.mentions.clone()], names);
        for (at, one) in signs.iter().enumerate() {
            let others = if zone == Zone::Pair { at + 1 } else { signs.len() };
            let patterns = signs[at..others].iter().map(|other| Pattern::new(zone, *one, *other));
            found.extend(patterns.filter(&wanted).map(|pattern| (pattern, place)));
        }
    };
    for sentence in &title.sentences {
        note(Zone::Title, title, sentence, Place::Title);
    }
    let own: Vec<&Sentence> = body.sentences.iter().filter(|sentence| !sentence.foreign).collect();
    for (at, sentence) in own.iter().enumerate() {
        note(if at < LEAD { Zone::Lead } else { Zone::Rest }, body, sentence, Place::Body);
    }
    let pairs = || own.iter().filter(|sentence| sentence.pair() > 0.0);
    for sentence in pairs() {
        note(Zone::Pair, body, sentence, Place::Body);
    }
    let pairs = pairs().count().max(1) as f64;
    let rest = own.len().saturating_sub(LEAD).max(1) as f64;
    // Those of one pattern stay in the order of their sentences.
    found.sort_by_key(|(pattern, _)| pattern.order());
    found
        .chunk_by(|one, other| one.0 == other.0)
        .map(|found| {
            let (pattern, count) = (found[0].0, found.len() as f64);
            let spans = found.iter().map(|(_, place)| *place).take(MAX_SPANS).collect();
            let value = match pattern.zone {
                Zone::Title | Zone::Lead => 1.0,
                // Half of the rest of a text is as much as all of it.
                Zone::Rest => f64::min(2.0 * count / rest, 1.0),
                Zone::Pair => count / pairs,
            };
            PatternFinding { pattern, value, spans }
        })
        .collect()
}

/// The signs of a sentence, each once, in order.
fn signs_of(sentence: &Sentence, mentions: &[Mention], names: &[Name]) -> Vec<Sign> {
    let mut signs: Vec<Sign> =
        sentence.groups.iter().map(|group| Sign(NAMED.len() as u16 + *group)).collect();
    for mention in mentions {
        let name = &names[mention.name as usize];
        if mention.listed {
            signs.push(LISTED);
            continue;
        }
        let Some(named) = named_sign(name) else { continue };
        signs.push(Sign(named));
        let side_of_person = match named {
            _ if !name.is_person() => None,
            0 | 1 | 4 => Some(9),
            2 | 3 => Some(10),
            7 => Some(11),
            _ => None,
        };
        signs.extend(side_of_person.map(Sign));
    }
    signs.sort_unstable();
    signs.dedup();
    signs
}

/// The sign of [`NAMED`] that a name gives, `None` for a credit and for what stands for nobody.
fn named_sign(name: &Name) -> Option<u16> {
    let sides = name.sides;
    match (sides.a, sides.b) {
        _ if name.role == Role::Medium => None,
        (a, _) if sides.conditional && a > Strength::None => Some(5),
        (_, b) if sides.conditional && b > Strength::None => Some(6),
        (Strength::None, Strength::None) => name.is_third().then_some(7),
        (Strength::None, Strength::Strong) => Some(2),
        (Strength::None, Strength::Weak) => Some(3),
        (Strength::Strong, Strength::None) => Some(0),
        (Strength::Weak, Strength::None) => Some(1),
        _ => Some(4),
    }
}
