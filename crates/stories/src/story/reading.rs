//! How a report is boiled down to its profile.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use dateline_wire::Place;

use super::bag::{damped, key, weightiest};
use super::day::{days, weekdays};
use super::deed::{NamedSide, deeds};
use super::han::simplified;
use super::number::numbers;
use super::profile::{Language, Profile, ProfileMembers, Word};
use super::tables::{StoryTables, WordMeaning};
use super::token::{Sentence, Token, is_dense, is_space, runs, sentences, stem, tokens};
use crate::Report;
use crate::number_map::NumberMap;

/// Sentences of a body that are read; what comes later is background.
const MAX_SENTENCES: usize = 400;
/// The first sentences, which tell what the report is about.
const OPENING_SENTENCES: usize = 3;
/// Sentences in which numbers and days are looked for, and in which acts are.
const FACT_SENTENCES: usize = 40;
const ACT_SENTENCES: usize = 25;
/// Scalar values of a body that are its opening, in scripts of letters and in Han, kana and Hangul.
const OPENING: u32 = 400;
const DENSE_OPENING: u32 = 150;
/// Most texts have fewer stems.
const USUAL_STEMS: usize = 400;
/// How much more a name counts in the wording.
const NAME: f32 = 1.5;

/// What is counted of one stem.
#[derive(Debug, Clone, Copy)]
struct Tally {
    key: u32,
    /// Where it stands among the stems' letters.
    stem: (u32, u32),
    weight: f32,
    /// How often it stood in the title or the first sentences, and whether in the title.
    opening: f32,
    title: bool,
    /// It stood as a name inside a sentence; it stood with a capital; it stood without.
    name: bool,
    capital: bool,
    lower: bool,
}

impl Tally {
    fn of_nothing(key: u32, stem: (u32, u32)) -> Self {
        let (weight, opening) = (0.0, 0.0);
        Self { key, stem, weight, opening, title: false, name: false, capital: false, lower: false }
    }
}

/// What is counted of the stems.
#[derive(Debug)]
struct Tallies {
    /// Those of `all`, by their keys.
    places: NumberMap<u32, u32>,
    all: Vec<Tally>,
    /// The letters of the stems, one behind the other.
    letters: String,
}

/// The stems of a wording by their keys, in the order of these, for reasons.
#[derive(Debug)]
pub(super) struct Stems {
    /// Each with where it stands among the letters.
    places: Vec<(u32, (u32, u32))>,
    letters: String,
}

impl Stems {
    pub(super) fn get(&self, key: u32) -> Option<&str> {
        let place = self.places.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        let (start, end) = self.places[place].1;
        self.letters.get(start as usize..end as usize)
    }
}

/// The profile of `report`, and its stems, for reasons.
pub(super) fn read(report: &Report, tables: &StoryTables) -> (Profile, Stems) {
    let text = report.text.strip_prefix(report.title.as_str()).unwrap_or(&report.text);
    let cut = report.text[..report.text.len() - text.len()].chars().count();
    let language = language(report);
    let [headline, text] = [&report.title, text].map(|text| match language {
        "zh" => simplified(text),
        _ => Cow::Borrowed(text),
    });
    let titled = usize::from(!headline.is_empty());
    let title = Some(Sentence { text: &headline, start: 0 }).filter(|title| !title.text.is_empty());
    let mut tallies = Tallies::new();
    let (mut acts, mut counts) = (BTreeMap::new(), BTreeMap::new());
    let mut lead_acts = BTreeSet::new();
    let mut lead_deeds = BTreeSet::new();
    let (mut lead_days, mut all_days) = (BTreeSet::new(), BTreeSet::new());
    let mut lead_weekdays = 0;
    let mut words = 0;
    for (at, placed) in title.into_iter().chain(sentences(&text)).enumerate().take(MAX_SENTENCES) {
        let sentence = placed.text;
        let place = at.checked_sub(titled);
        let weight = match place {
            None => 6.0,
            Some(0..OPENING_SENTENCES) => 3.0,
            Some(_) => 1.0,
        };
        let tokens = tokens(sentence, tables);
        words += count_words(&tokens);
        let opening = place.is_none_or(|place| place < OPENING_SENTENCES);
        tally(&tokens, SentencePlace { weight, opening, title: place.is_none() }, tables, &mut tallies);
        if at < FACT_SENTENCES {
            let weight = fact_weight(at, 0.7);
            for number in numbers(sentence, &tokens, tables) {
                *counts.entry(number_key(number)).or_insert(0.0) += weight;
            }
            let named = days(sentence, &tokens, report.published);
            lead_days.extend(named.iter().copied().filter(|_| at < 4));
            all_days.extend(named);
            if at < 4 {
                for weekday in weekdays(sentence, &tokens) {
                    lead_weekdays |= 1 << weekday.to_monday_zero_offset();
                }
            }
        }
        if at < ACT_SENTENCES {
            let lower = sentence.to_lowercase();
            if at < 2 && lower.len() == sentence.len() {
                let first = match place {
                    None => 0,
                    Some(_) => cut + text[..placed.start].chars().count(),
                };
                let sides = sides_in(report, place.is_none(), sentence, first);
                lead_deeds.extend(deeds(&lower, &sides, language, tables));
            }
            for act in tables.acts_in(&lower, language) {
                *acts.entry(act).or_insert(0.0) += fact_weight(at, 0.5);
                if at < 2 {
                    lead_acts.insert(act);
                }
            }
        }
    }
    let Tallies { all: mut tallies, letters, .. } = tallies;
    tallies.sort_unstable_by_key(|tally| tally.key);
    let wording = tallies.iter().map(|tally| {
        let name = tally.name || tally.capital && !tally.lower;
        let weight = damped(tally.weight) * if name { NAME } else { 1.0 };
        let word = Word { key: tally.key, weight, opening: tally.opening, in_title: tally.title };
        (tally.key, word)
    });
    let wording = weightiest(wording, |key, word| word.weight * tables.expected_rarity(key));
    let acts = acts.into_iter().map(|(act, weight)| (u32::from(act), weight)).collect();
    let members = ProfileMembers {
        wording: wording.map(|(_, word)| word).collect(),
        entities: of_facts(entities(report)),
        acts: of_facts(acts).into_iter().map(|(act, weight)| (act as u16, weight)).collect(),
        numbers: of_facts(counts),
        lead_acts: lead_acts.into_iter().collect(),
        deeds: lead_deeds.into_iter().collect(),
        lead_days: lead_days.into_iter().collect(),
        days: all_days.into_iter().collect(),
    };
    let mut profile = Profile::of(&members);
    profile.language = Language::of(language);
    profile.published = report.published;
    profile.lead_weekdays = lead_weekdays;
    profile.words = words;
    let places = tallies.into_iter().map(|tally| (tally.key, tally.stem)).collect();
    (profile, Stems { places, letters })
}

/// Facts by how often they are said.
fn of_facts(facts: BTreeMap<u32, f32>) -> Vec<(u32, f32)> {
    weightiest(facts, |_, weight| *weight).map(|(key, weight)| (key, damped(weight))).collect()
}

/// The key of a number in hundredths: itself where that fits.
pub(super) fn number_key(number: u64) -> u32 {
    u32::try_from(number).unwrap_or_else(|_| key("number", &number.to_string()))
}

/// The weight of a fact by its sentence: title or first, of the opening, or of the rest.
fn fact_weight(at: usize, rest: f32) -> f32 {
    match at {
        0 => 3.0,
        1..4 => 2.0,
        _ => rest,
    }
}

fn count_words(tokens: &[Token<'_>]) -> u32 {
    tokens
        .iter()
        .map(|token| {
            let dense = if token.dense { token.text.chars().filter(|c| is_dense(*c)).count() } else { 0 };
            1 + dense as u32 / 2
        })
        .sum()
}

/// Where a sentence stands.
#[derive(Debug, Clone, Copy)]
struct SentencePlace {
    /// What each of its words counts.
    weight: f32,
    /// It is the title, or one of the first sentences.
    opening: bool,
    /// It is the title.
    title: bool,
}

/// Counts the stems of a sentence.
fn tally(tokens: &[Token<'_>], place: SentencePlace, tables: &StoryTables, tallies: &mut Tallies) {
    let (mut all, mut capital) = (0, 0);
    for token in tokens.iter().filter(|token| !token.number && !token.meaning.stopword) {
        if !token.dense || !token.text.chars().next().is_some_and(is_dense) {
            all += 1;
            capital += usize::from(token.is_capital());
        }
    }
    // In a line where nearly every word is capitalised, capitals tell no names.
    let capitalised = place.title || all > 3 && capital * 10 > all * 7;
    for (at, token) in tokens.iter().enumerate() {
        if token.number {
            let digits: String = token.text.chars().filter(|c| *c != ',' && !is_space(*c)).collect();
            tallies.count(&format!("#{digits}"), place);
            continue;
        }
        let is_capital_by_place = capitalised || at == 0;
        if !token.dense {
            tally_word(token.text, &token.lower, token.meaning, is_capital_by_place, place, tallies);
            continue;
        }
        for ((run, dense), lower) in runs(token.text).zip(runs(&token.lower).map(|(run, _)| run)) {
            if !dense {
                tally_word(run, lower, tables.meaning_of(lower), is_capital_by_place, place, tallies);
                continue;
            }
            let ends: Vec<usize> = run.char_indices().map(|(at, _)| at).skip(1).chain([run.len()]).collect();
            if ends.len() == 1 {
                tallies.count(run, place);
            }
            let starts = [0].into_iter().chain(ends.iter().copied());
            for (start, end) in starts.zip(ends.iter().skip(1)) {
                tallies.count(&run[start..*end], place);
            }
        }
    }
}

/// Counts the stem of a word that is written with spaces around it.
fn tally_word(
    word: &str,
    lower: &str,
    meaning: &WordMeaning,
    is_capital_by_place: bool,
    place: SentencePlace,
    tallies: &mut Tallies,
) {
    if meaning.stopword || lower.chars().nth(1).is_none() {
        return;
    }
    let tally = tallies.count(&stem(lower), place);
    match (word.chars().next().is_some_and(char::is_uppercase), is_capital_by_place) {
        (true, false) => tally.name = true,
        (true, true) => tally.capital = true,
        (false, _) => tally.lower = true,
    }
}

impl Tallies {
    fn new() -> Self {
        Self {
            places: NumberMap::with_capacity_and_hasher(USUAL_STEMS, Default::default()),
            all: Vec::with_capacity(USUAL_STEMS),
            letters: String::new(),
        }
    }

    /// Counts a stem once more.
    fn count(&mut self, stem: &str, place: SentencePlace) -> &mut Tally {
        let key = key("word", stem);
        let at = *self.places.entry(key).or_insert_with(|| {
            let start = self.letters.len() as u32;
            self.letters.push_str(stem);
            self.all.push(Tally::of_nothing(key, (start, self.letters.len() as u32)));
            self.all.len() as u32 - 1
        });
        let tally = &mut self.all[at as usize];
        tally.weight += place.weight;
        tally.opening += f32::from(u8::from(place.opening));
        tally.title |= place.title;
        tally
    }
}

/// The entities, by where they are named.
fn entities(report: &Report) -> BTreeMap<u32, f32> {
    let dense = report.text.chars().next().is_some_and(is_dense);
    let opening = if dense { DENSE_OPENING } else { OPENING };
    let weights = report.entities.iter().map(|entity| {
        let weight = entity
            .spans
            .iter()
            .map(|place| match place {
                Place::Title(_) => 3.0,
                Place::Body(span) if span.start < opening => 2.0,
                Place::Body(_) => 0.5,
            })
            .sum();
        (key("entity", &entity.id), weight)
    });
    weights.collect()
}

/// Where a `sentence` of title or body names the sides of the subject, or who belongs to them. `first` is where it starts in that, in scalar
/// values.
fn sides_in(report: &Report, is_title: bool, sentence: &str, first: usize) -> Vec<NamedSide> {
    if !report.entities.iter().any(|entity| entity.side.is_some()) {
        return Vec::new();
    }
    let ends: Vec<usize> = sentence.char_indices().map(|(at, _)| at).chain([sentence.len()]).collect();
    let mut sides = Vec::new();
    for entity in &report.entities {
        let Some(side) = entity.side else { continue };
        for place in &entity.spans {
            let span = match place {
                Place::Title(span) if is_title => span,
                Place::Body(span) if !is_title => span,
                _ => continue,
            };
            let place = (span.start as usize).checked_sub(first).zip((span.end as usize).checked_sub(first));
            let bytes = place.and_then(|(start, end)| Some(*ends.get(start)?..*ends.get(end)?));
            sides.extend(bytes.and_then(|place| NamedSide::of(side, place)));
        }
    }
    sides.sort_by_key(|side| (side.place.start, side.place.end));
    // Of names within each other the longest counts.
    sides.dedup_by(|next, before| {
        if next.place.start == before.place.start {
            *before = next.clone();
        }
        next.place.start < before.place.end
    });
    sides
}

/// The language that the report says it is in, or else the one that most of its letters suggest.
fn language(report: &Report) -> &str {
    if let Some(language) = report.language.as_deref().and_then(|tag| tag.split(['-', '_']).next()) {
        return language;
    }
    let [mut hangul, mut kana, mut han, mut cyrillic, mut other] = [0u32; 5];
    for c in report.title.chars().chain(report.text.chars()).filter(|c| c.is_alphabetic()) {
        match u32::from(c) {
            0xAC00..=0xD7FF => hangul += 1,
            0x3040..=0x30FF => kana += 1,
            0x400..=0x52F => cyrillic += 1,
            _ if is_dense(c) => han += 1,
            _ => other += 1,
        }
    }
    let han = if kana * 10 > han { ("ja", kana + han) } else { ("zh", han) };
    let scripts = [("en", other), ("ru", cyrillic), ("ko", hangul), han];
    scripts.into_iter().max_by_key(|(_, letters)| *letters).map_or("en", |(language, _)| language)
}
