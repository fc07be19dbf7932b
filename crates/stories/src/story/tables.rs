//! What stories are told by, as data: words of acts and things by language, how common words are, numerals, and what each sign
//! weighs. Handed in as text, like a subject.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use dateline_text::date::{month_names, weekday_names};
use jiff::civil::Weekday;

use super::bag::key;
use super::evidence::{Sign, SignWeights};
use crate::number_map::{NumberMap, WordMap};

/// One thing that is wrong with the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryTablesProblem {
    /// The file's name.
    pub file: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

/// The tables can't be used: everything that is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryTablesError {
    /// At least one, file by file.
    pub problems: Vec<StoryTablesProblem>,
}

impl fmt::Display for StoryTablesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, StoryTablesProblem { file, line, what, remedy }) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{file}:{line}: {what}; {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for StoryTablesError {}

/// The tables, read and ready; cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct StoryTables {
    /// Of all files.
    digest: u64,
    pub(super) weights: SignWeights,
    /// By the words in lower case.
    meanings: WordMap<WordMeaning>,
    /// What numbers count, by the ids of `words.tsv`, each with its line.
    counted: BTreeMap<String, usize>,
    /// By the keys of stems.
    commonness: NumberMap<u32, Commonness>,
    acts: Vec<Act>,
    /// By language, its words.
    lexicons: BTreeMap<&'static str, WordLexicon>,
}

/// An act, or a thing that acts are done with.
#[derive(Debug)]
struct Act {
    id: String,
    against: Option<u16>,
    /// Whether it is another act if who does it and whom it is done to change places.
    directed: bool,
}

/// What a word says by itself, whatever the language, which is looked up once for all who ask.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct WordMeaning {
    /// It says nothing.
    pub(super) stopword: bool,
    /// The number that it is.
    pub(super) number: Option<f64>,
    /// What it multiplies the number before it by.
    pub(super) times: Option<f64>,
    /// What it multiplies the number before it by in what people read, and not in what reports are compared by, whose weights were fitted
    /// without.
    pub(super) hundreds: Option<f64>,
    /// The month that it names, 1 to 12.
    pub(super) month: Option<i8>,
    /// The day that it names.
    pub(super) weekday: Option<Weekday>,
}

impl WordMeaning {
    /// That of most words.
    pub(super) const NONE: &WordMeaning = &WordMeaning {
        stopword: false,
        number: None,
        times: None,
        hundreds: None,
        month: None,
        weekday: None,
    };
}

/// How common a stem is before anything was read.
#[derive(Debug, Clone, Copy)]
struct Commonness {
    /// The share of texts in which it is expected.
    share: f32,
    /// How much it says for that: the rarer, the more.
    rarity: f32,
}

impl Commonness {
    fn of(share: f32) -> Self {
        Self { share, rarity: -(share + MIN_SHARE).min(MAX_SHARE).ln() }
    }
}

/// Where a spelling counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Word,
    Beginning,
    Anywhere,
}

#[derive(Debug)]
struct WordLexicon {
    automaton: AhoCorasick,
    /// For each pattern, the acts it stands for and where it counts.
    meanings: Vec<Vec<(u16, Edge)>>,
}

/// The columns of `words.tsv` behind `id` and `against`; the last is for every language that has none of its own.
const LANGUAGES: [&str; 7] = ["en", "ru", "uk", "ko", "zh", "ja", "other"];

/// How many of those columns a row of `words.tsv` has at least.
const MIN_WORD_CELLS: usize = 3;

/// What the share of a stem is taken to be at least and at most where its rarity is told.
const MIN_SHARE: f32 = 0.003;
const MAX_SHARE: f32 = 0.8;

const WORDS: &str = "words.tsv";
const WEIGHTS: &str = "weights.tsv";
const NUMERALS: &str = "numerals.tsv";
const FREQUENCIES: &str = "frequencies.tsv";
const STOPWORDS: &str = "stopwords.txt";

impl StoryTables {
    /// The files that the tables are read from, by their names in one folder.
    pub const FILES: [&str; 5] = [FREQUENCIES, NUMERALS, STOPWORDS, WEIGHTS, WORDS];

    /// Reads the tables from their files: names with their text. Wanted are `words.tsv`, `weights.tsv`, `numerals.tsv`,
    /// `frequencies.tsv` and `stopwords.txt`; other files are left alone.
    ///
    /// # Errors
    /// Of everything that is wrong the file, the line, and what would be right.
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self, StoryTablesError> {
        let mut problems = Vec::new();
        let mut file = |name: &'static str| TableFile::of(files, name, &mut problems);
        let (words, weights, numerals, frequencies, stopwords) =
            (file(WORDS), file(WEIGHTS), file(NUMERALS), file(FREQUENCIES), file(STOPWORDS));
        let (acts, lexicons) = read_words(&words, &mut problems);
        let weights = read_weights(&weights, &mut problems);
        let mut meanings = WordMap::default();
        for (word, month) in month_names() {
            meaning_mut(&mut meanings, word).month = Some(month);
        }
        for (word, day) in weekday_names() {
            meaning_mut(&mut meanings, word).weekday = Some(day);
        }
        let counted = read_numerals(&numerals, &mut meanings, &mut problems);
        for (id, line) in &counted {
            if !acts.iter().any(|act| act.id == *id) {
                let what = format!("`{id}` is the id of no row of {WORDS}");
                problems.push(numerals.problem(*line, what, "name what numbers count by such an id"));
            }
        }
        read_stopwords(&stopwords, &mut meanings, &mut problems);
        let mut digest = DefaultHasher::new();
        files.hash(&mut digest);
        let tables = Self {
            digest: digest.finish(),
            weights,
            meanings,
            counted,
            commonness: read_frequencies(&frequencies, &mut problems),
            acts,
            lexicons,
        };
        if problems.is_empty() { Ok(tables) } else { Err(StoryTablesError { problems }) }
    }

    /// A number that other tables hardly have, and another version of the program may not either.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// What a word in lower case says by itself.
    pub(super) fn meaning_of(&self, word: &str) -> &WordMeaning {
        self.meanings.get(word).unwrap_or(WordMeaning::NONE)
    }

    /// The share of texts in which a stem is expected, by its key.
    pub(super) fn expected_share(&self, key: u32) -> f32 {
        self.commonness.get(&key).map_or(0.0, |commonness| commonness.share)
    }

    /// How much a stem says by its key, before anything was read: the rarer, the more.
    pub(super) fn expected_rarity(&self, key: u32) -> f32 {
        self.commonness.get(&key).map_or_else(|| Commonness::of(0.0).rarity, |commonness| commonness.rarity)
    }

    /// The acts and things that a sentence in lower case tells of, each once.
    pub(super) fn acts_in(&self, sentence: &str, language: &str) -> Vec<u16> {
        let mut found = Vec::new();
        for (act, _) in self.acts_at(sentence, language) {
            if !found.contains(&act) {
                found.push(act);
            }
        }
        found
    }

    /// The acts and things that a sentence in lower case tells of, wherever it does, each with its place in bytes.
    pub(super) fn acts_at(&self, sentence: &str, language: &str) -> Vec<(u16, Range<usize>)> {
        let mut found = Vec::new();
        let lexicon = self.lexicons.get(language).or_else(|| self.lexicons.get("other"));
        let Some(lexicon) = lexicon else { return found };
        for hit in lexicon.automaton.find_overlapping_iter(sentence) {
            let starts = !sentence[..hit.start()].chars().next_back().is_some_and(char::is_alphanumeric);
            let ends = !sentence[hit.end()..].chars().next().is_some_and(char::is_alphanumeric);
            for (act, edge) in &lexicon.meanings[hit.pattern().as_usize()] {
                let counts = match edge {
                    Edge::Word => starts && ends,
                    Edge::Beginning => starts,
                    Edge::Anywhere => true,
                };
                if counts {
                    found.push((*act, hit.start()..hit.end()));
                }
            }
        }
        found
    }

    /// Whether numbers count it.
    pub(super) fn is_counted(&self, act: u16) -> bool {
        self.counted.contains_key(self.act_name(act))
    }

    /// The act that `act` contradicts.
    pub(super) fn against(&self, act: u16) -> Option<u16> {
        self.acts.get(usize::from(act)).and_then(|act| act.against)
    }

    /// Whether `act` is another if who does it and whom it is done to change places.
    pub(super) fn is_directed(&self, act: u16) -> bool {
        self.acts.get(usize::from(act)).is_some_and(|act| act.directed)
    }

    /// The name of an act, for reasons.
    pub(super) fn act_name(&self, act: u16) -> &str {
        self.acts.get(usize::from(act)).map_or("", |act| &act.id)
    }
}

/// A file with its name, for errors.
struct TableFile<'f> {
    name: &'static str,
    /// None where it is missing.
    text: Option<&'f str>,
}

impl<'f> TableFile<'f> {
    /// Its rows with their line numbers, without comments and blank lines.
    fn rows(&self) -> impl Iterator<Item = (usize, &'f str)> + use<'f> {
        let lines = self.text.unwrap_or_default().lines().zip(1..).map(|(row, line)| (line, row));
        lines.filter(|(_, row)| !row.starts_with('#') && !row.trim().is_empty())
    }

    /// The file called `name`; one without rows where it is missing, which is noted in `problems`.
    fn of(
        files: &'f BTreeMap<String, String>,
        name: &'static str,
        problems: &mut Vec<StoryTablesProblem>,
    ) -> Self {
        let file = Self { name, text: files.get(name).map(String::as_str) };
        if file.text.is_none() {
            problems.push(file.problem(0, "the file is missing", "put it there"));
        }
        file
    }

    /// The cells of the rows below the header, which names `columns` or the first of them. A row has as many cells as the header at most,
    /// and `least` at least; those that haven't are noted in `problems` and left out, as is a file that holds no rows.
    fn table(
        &self,
        columns: &[&str],
        least: usize,
        problems: &mut Vec<StoryTablesProblem>,
    ) -> Vec<(usize, Vec<&'f str>)> {
        let mut rows = self.rows().map(|(line, row)| (line, row.split('\t').collect::<Vec<&str>>()));
        let header = rows.next();
        if let Some((line, header)) = &header
            && !(header.len() >= least && columns.starts_with(header))
        {
            let remedy = format!("begin the table with {}, parted by tabs", columns.join(", "));
            problems.push(self.problem(*line, "this is not the header of the table", remedy));
            return Vec::new();
        }
        let width = header.map_or(0, |(_, header)| header.len());
        let rows: Vec<(usize, Vec<&str>)> = rows.collect();
        if rows.is_empty() {
            self.note_emptiness(problems);
        }
        let (whole, others): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|(_, row)| (least..=width).contains(&row.len()));
        problems.extend(others.into_iter().map(|(line, row)| {
            let remedy = match least {
                least if least == width => format!("write {width}, parted by tabs"),
                least => format!("write {least} to {width}, parted by tabs"),
            };
            self.problem(line, format!("the row's number of cells is {}", row.len()), remedy)
        }));
        whole
    }

    /// Notes that the file holds nothing, unless it is missing, which is noted already.
    fn note_emptiness(&self, problems: &mut Vec<StoryTablesProblem>) {
        if self.text.is_some() {
            let remedy = "fill it again, as from the folder that `dateline init` writes";
            problems.push(self.problem(0, "there is nothing in it", remedy));
        }
    }

    fn problem(&self, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> StoryTablesProblem {
        StoryTablesProblem { file: self.name.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}

fn read_weights(file: &TableFile<'_>, problems: &mut Vec<StoryTablesProblem>) -> SignWeights {
    let mut weights = SignWeights::default();
    for (line, cells) in file.table(&["sign", "same", "across"], 3, problems) {
        let mut wrong = |what: String, remedy: String| problems.push(file.problem(line, what, remedy));
        let [name, same, across] = cells[..] else { continue };
        let Some(sign) = Sign::from_word(name) else {
            let known: Vec<&str> = Sign::ALL.iter().map(|sign| sign.as_str()).collect();
            wrong(format!("`{name}` is no sign"), format!("write one of {}", known.join(", ")));
            continue;
        };
        for (cell, across) in [(same, false), (across, true)] {
            match cell.parse().ok().filter(|weight: &f32| weight.is_finite()) {
                Some(weight) => weights.set(sign, across, weight),
                None => wrong(format!("`{cell}` is no number"), "write a weight such as -0.05".to_owned()),
            }
        }
    }
    weights
}

/// What is known of a word so far.
fn meaning_mut<'m>(meanings: &'m mut WordMap<WordMeaning>, word: &str) -> &'m mut WordMeaning {
    meanings.entry(word.to_owned()).or_default()
}

/// Reads what words say of numbers. Gives what numbers count, by the ids of `words.tsv`, each with its line.
fn read_numerals(
    file: &TableFile<'_>,
    meanings: &mut WordMap<WordMeaning>,
    problems: &mut Vec<StoryTablesProblem>,
) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for (line, cells) in file.table(&["kind", "value", "words"], 3, problems) {
        let [kind, value, words] = cells[..] else { continue };
        if kind == "counted" {
            let ids = words.split_whitespace();
            counted.extend(ids.map(|id| (id.to_owned(), line)));
            continue;
        }
        let Ok(value) = value.parse::<u64>() else {
            problems.push(file.problem(line, "the second cell is no number", "write what the words mean"));
            continue;
        };
        let part = match kind {
            "number" => |meaning: &mut WordMeaning, value| meaning.number = Some(value),
            "times" => |meaning: &mut WordMeaning, value| meaning.times = Some(value),
            "hundred" => |meaning: &mut WordMeaning, value| meaning.hundreds = Some(value),
            _ => {
                let what = format!("`{kind}` is no kind");
                problems.push(file.problem(line, what, "write `number`, `times`, `hundred` or `counted`"));
                continue;
            }
        };
        for word in words.split_whitespace() {
            part(meaning_mut(meanings, word), value as f64);
        }
    }
    counted
}

fn read_frequencies(
    file: &TableFile<'_>,
    problems: &mut Vec<StoryTablesProblem>,
) -> NumberMap<u32, Commonness> {
    let mut commonness = NumberMap::default();
    for (line, cells) in file.table(&["texts", "stems"], 2, problems) {
        let [texts, stems] = cells[..] else { continue };
        let Some(texts) = texts.parse::<u16>().ok().filter(|texts| *texts <= 1000) else {
            let remedy = "write in how many texts of a thousand";
            problems.push(file.problem(line, "the first cell is no number up to 1000", remedy));
            continue;
        };
        let common = Commonness::of(f32::from(texts) / 1000.0);
        commonness.extend(stems.split(' ').map(|stem| (key("word", stem), common)));
    }
    commonness
}

fn read_stopwords(
    file: &TableFile<'_>,
    meanings: &mut WordMap<WordMeaning>,
    problems: &mut Vec<StoryTablesProblem>,
) {
    let mut words = file.rows().flat_map(|(_, row)| row.split_whitespace()).peekable();
    if words.peek().is_none() {
        file.note_emptiness(problems);
    }
    for word in words {
        meaning_mut(meanings, word).stopword = true;
    }
}

type Words = (Vec<Act>, BTreeMap<&'static str, WordLexicon>);

fn read_words(file: &TableFile<'_>, problems: &mut Vec<StoryTablesProblem>) -> Words {
    let columns: Vec<&str> = ["id", "against"].into_iter().chain(LANGUAGES).collect();
    let rows = file.table(&columns, MIN_WORD_CELLS, problems);
    if rows.len() > usize::from(u16::MAX) {
        problems.push(file.problem(0, "there are too many rows", "keep fewer than 65,536"));
    }
    let ids: BTreeMap<&str, u16> = rows.iter().zip(0..).map(|((_, row), index)| (row[0], index)).collect();
    let mut acts = Vec::new();
    let mut patterns: [BTreeMap<String, Vec<(u16, Edge)>>; LANGUAGES.len()] = Default::default();
    for ((line, row), index) in rows.iter().zip(0u16..) {
        if row[2..].iter().all(|cell| cell.trim().is_empty()) {
            let remedy = "write how it is said in one language at least";
            problems.push(file.problem(*line, "the row has no spelling", remedy));
        }
        let (own, against): (Vec<&str>, Vec<&str>) = row
            .get(1)
            .into_iter()
            .flat_map(|cell| cell.split(';'))
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .partition(|id| *id == row[0]);
        for id in against.iter().filter(|id| !ids.contains_key(*id)) {
            let what = format!("`{id}` is the id of no row");
            problems.push(file.problem(*line, what, "name a row of this file, or none"));
        }
        if against.len() > 1 {
            let remedy =
                "name one act that contradicts it, and itself where that is another the other way round";
            problems.push(file.problem(*line, "there is more than one act against it", remedy));
        }
        let against = against.first().and_then(|id| ids.get(id).copied());
        acts.push(Act { id: row[0].to_owned(), against, directed: !own.is_empty() });
        for ((cell, language), patterns) in row.iter().skip(2).zip(LANGUAGES).zip(&mut patterns) {
            let dense = matches!(language, "ko" | "zh" | "ja");
            for spelling in cell.split(';').map(str::trim).filter(|spelling| !spelling.is_empty()) {
                let open = spelling.ends_with('*');
                let word = spelling.trim_end_matches('*').to_lowercase();
                let edge = match () {
                    () if dense => Edge::Anywhere,
                    () if open || word.contains(' ') => Edge::Beginning,
                    () => Edge::Word,
                };
                if word.is_empty() {
                    let remedy = "write the beginning of a word before it";
                    problems.push(file.problem(*line, "a spelling is `*` alone", remedy));
                    continue;
                }
                patterns.entry(word).or_default().push((index, edge));
            }
        }
    }
    let mut lexicons = BTreeMap::new();
    for (language, patterns) in LANGUAGES.into_iter().zip(patterns) {
        match AhoCorasick::new(patterns.keys()) {
            Ok(automaton) => {
                let meanings = patterns.into_values().collect();
                lexicons.insert(language, WordLexicon { automaton, meanings });
            }
            Err(error) => problems.push(file.problem(0, error.to_string(), "remove spellings")),
        }
    }
    (acts, lexicons)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn shipped_files() -> BTreeMap<String, String> {
        [
            ("words.tsv", include_str!("../../../../config/stories/words.tsv")),
            ("weights.tsv", include_str!("../../../../config/stories/weights.tsv")),
            ("numerals.tsv", include_str!("../../../../config/stories/numerals.tsv")),
            ("frequencies.tsv", include_str!("../../../../config/stories/frequencies.tsv")),
            ("stopwords.txt", include_str!("../../../../config/stories/stopwords.txt")),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into()
    }

    /// The tables that are shipped.
    pub(in super::super) fn shipped() -> StoryTables {
        StoryTables::from_files(&shipped_files()).unwrap()
    }

    #[test]
    fn an_act_is_found_in_every_language() {
        let tables = shipped();
        for (language, sentence) in [
            ("en", "the envoy arrived at noon"),
            ("ru", "посланник прибыл в полдень"),
            ("uk", "посланець прибув опівдні"),
            ("ko", "특사가 정오에 도착했다"),
            ("zh", "特使中午抵达"),
            ("ja", "特使が正午に到着"),
            ("es", "el enviado llegó"),
        ] {
            let names: Vec<&str> =
                tables.acts_in(sentence, language).into_iter().map(|act| tables.act_name(act)).collect();
            assert!(names.contains(&"arrive"), "{sentence}: {names:?}");
            assert!(!names.contains(&"leave"), "{sentence}: {names:?}");
        }
    }

    #[test]
    fn every_wrong_row_is_told_with_its_file_and_line() {
        let wrong = [
            ("words.tsv", "id\tagainst\ten\narrive\tgone\tarriv*\nleave\t\t*", &[2, 3][..]),
            ("weights.tsv", "sign\tsame\tacross\nwordin\t1\t1\nwording\tx\ty", &[2, 3, 3]),
            ("numerals.tsv", "kind\tvalue\twords\nnumber\tthree\tthree\nmany\t3\tx", &[2, 3]),
            ("frequencies.tsv", "texts\tstems\n2000\tferry\n\nmany\tboat", &[2, 4]),
        ];
        assert_eq!(told(wrong, &["stopwords.txt"]), expected(wrong, &[("stopwords.txt", 0)]));
    }

    #[test]
    fn rows_of_too_few_or_too_many_cells_and_tables_without_a_row_are_told() {
        let wrong = [
            ("words.tsv", "id\tagainst\ten\nzz\nyy\t\t \nxx\t\tx\tx\narrive\t\tarriv*", &[2, 4, 3][..]),
            ("weights.tsv", "sign\tsame\tacross\n", &[0]),
            ("numerals.tsv", "number\t2\ttwo\nnumber\t3\tthree", &[1]),
            ("stopwords.txt", "", &[0]),
            ("frequencies.tsv", "# nothing\n", &[0]),
        ];
        assert_eq!(told(wrong, &[]), expected(wrong, &[]));
    }

    type Wrong<'w> = (&'w str, &'w str, &'w [usize]);

    fn expected<'w>(
        wrong: impl IntoIterator<Item = Wrong<'w>>,
        missing: &[(&str, usize)],
    ) -> Vec<(String, usize)> {
        let rows = wrong.into_iter().flat_map(|(name, _, lines)| lines.iter().map(move |line| (name, *line)));
        missing.iter().copied().chain(rows).map(|(name, line)| (name.to_owned(), line)).collect()
    }

    /// What is told where these stand in place of the shipped files, without those of `missing`.
    fn told<'w>(wrong: impl IntoIterator<Item = Wrong<'w>>, missing: &[&str]) -> Vec<(String, usize)> {
        let mut files = shipped_files();
        files.extend(wrong.into_iter().map(|(name, text, _)| (name.to_owned(), text.to_owned())));
        files.retain(|name, _| !missing.contains(&name.as_str()));
        let problems = StoryTables::from_files(&files).unwrap_err().problems;
        problems.into_iter().map(|problem| (problem.file, problem.line)).collect()
    }
}
