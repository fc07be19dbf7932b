//! What stories are told by, as data: words of acts and things by language, how common words are, numerals, and what each sign
//! weighs. Handed in as text, like a subject.

use std::collections::{BTreeMap, HashMap, HashSet};

use aho_corasick::AhoCorasick;
use thiserror::Error;

use super::bag::key;
use super::evidence::{Sign, SignWeights};

/// A file of the tables that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}: {what}; {remedy}")]
pub struct StoryTablesError {
    /// The file's name.
    pub file: String,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

/// The tables, read and ready; cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct StoryTables {
    pub(super) weights: SignWeights,
    pub(super) numerals: Numerals,
    stopwords: HashSet<String>,
    /// By key of a stem, the share of texts it is expected in.
    shares: HashMap<u32, f32>,
    acts: Vec<Act>,
    /// By language, its words.
    lexicons: BTreeMap<&'static str, WordLexicon>,
}

/// An act, or a thing that acts are done with.
#[derive(Debug)]
struct Act {
    id: String,
    against: Option<u16>,
}

/// Words that are numbers, and words that multiply.
#[derive(Debug, Default)]
pub(super) struct Numerals {
    numbers: HashMap<String, f64>,
    times: HashMap<String, f64>,
}

impl Numerals {
    pub(super) fn number(&self, word: &str) -> Option<f64> {
        self.numbers.get(word).copied()
    }

    pub(super) fn times(&self, word: &str) -> Option<f64> {
        self.times.get(word).copied()
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

impl StoryTables {
    /// Reads the tables from their files: names with their text. Wanted are `words.tsv`, `weights.tsv`, `numerals.tsv`,
    /// `frequencies.tsv` and `stopwords.txt`; other files are left alone.
    ///
    /// # Errors
    /// The file, the line, what is wrong and what would be right.
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self, StoryTablesError> {
        let (acts, lexicons) = read_words(&file(files, "words.tsv")?)?;
        Ok(Self {
            weights: read_weights(&file(files, "weights.tsv")?)?,
            numerals: read_numerals(&file(files, "numerals.tsv")?)?,
            stopwords: file(files, "stopwords.txt")?
                .rows()
                .flat_map(|(_, row)| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
                .collect(),
            shares: read_frequencies(&file(files, "frequencies.tsv")?)?,
            acts,
            lexicons,
        })
    }

    pub(super) fn is_stopword(&self, word: &str) -> bool {
        self.stopwords.contains(word)
    }

    /// The share of texts in which a stem is expected, by its key.
    pub(super) fn expected_share(&self, key: u32) -> f32 {
        self.shares.get(&key).copied().unwrap_or(0.0)
    }

    /// The acts and things that a sentence in lower case tells of, each once.
    pub(super) fn acts_in(&self, sentence: &str, language: &str) -> Vec<u16> {
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
                if counts && !found.contains(act) {
                    found.push(*act);
                }
            }
        }
        found
    }

    /// The act that `act` contradicts.
    pub(super) fn against(&self, act: u16) -> Option<u16> {
        self.acts.get(usize::from(act)).and_then(|act| act.against)
    }

    /// The name of an act, for reasons.
    pub(super) fn act_name(&self, act: u16) -> &str {
        self.acts.get(usize::from(act)).map_or("", |act| &act.id)
    }
}

/// A file with its name, for errors.
struct TableFile<'f> {
    name: &'static str,
    text: &'f str,
}

impl<'f> TableFile<'f> {
    /// Its rows with their line numbers, without comments and blank lines.
    fn rows(&self) -> impl Iterator<Item = (usize, &'f str)> + use<'f> {
        let lines = self.text.lines().zip(1..).map(|(row, line)| (line, row));
        lines.filter(|(_, row)| !row.starts_with('#') && !row.trim().is_empty())
    }

    fn error(&self, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> StoryTablesError {
        StoryTablesError { file: self.name.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}

fn file<'f>(
    files: &'f BTreeMap<String, String>,
    name: &'static str,
) -> Result<TableFile<'f>, StoryTablesError> {
    match files.get(name) {
        Some(text) => Ok(TableFile { name, text }),
        None => Err(TableFile { name, text: "" }.error(0, "the file is missing", "put it there")),
    }
}

fn read_weights(file: &TableFile<'_>) -> Result<SignWeights, StoryTablesError> {
    let mut weights = SignWeights::default();
    for (line, row) in file.rows().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [name, same, across, ..] = cells.as_slice() else {
            return Err(file.error(
                line,
                "a row has three cells",
                "write sign, same, across, parted by tabs",
            ));
        };
        let Some(sign) = Sign::from_word(name) else {
            let known: Vec<&str> = Sign::ALL.iter().map(|sign| sign.as_str()).collect();
            return Err(file.error(
                line,
                format!("`{name}` is no sign"),
                format!("write one of {}", known.join(", ")),
            ));
        };
        for (cell, across) in [(same, false), (across, true)] {
            let weight = cell.parse().ok().filter(|weight: &f32| weight.is_finite()).ok_or_else(|| {
                file.error(line, format!("`{cell}` is no number"), "write a weight such as -0.05")
            })?;
            weights.set(sign, across, weight);
        }
    }
    Ok(weights)
}

fn read_numerals(file: &TableFile<'_>) -> Result<Numerals, StoryTablesError> {
    let mut numerals = Numerals::default();
    for (line, row) in file.rows().skip(1) {
        let mut cells = row.split('\t');
        let kind = cells.next().unwrap_or_default();
        let value = cells.next().and_then(|value| value.parse::<u64>().ok());
        let value = value
            .ok_or_else(|| file.error(line, "the second cell is no number", "write what the words mean"))?;
        let table = match kind {
            "number" => &mut numerals.numbers,
            "times" => &mut numerals.times,
            _ => return Err(file.error(line, format!("`{kind}` is no kind"), "write `number` or `times`")),
        };
        for word in cells.next().unwrap_or_default().split_whitespace() {
            table.insert(word.to_owned(), value as f64);
        }
    }
    Ok(numerals)
}

fn read_frequencies(file: &TableFile<'_>) -> Result<HashMap<u32, f32>, StoryTablesError> {
    let mut shares = HashMap::new();
    for (line, row) in file.rows().skip(1) {
        let (texts, stems) = row.split_once('\t').unwrap_or((row, ""));
        let texts = texts.parse::<u16>().ok().filter(|texts| *texts <= 1000);
        let texts = texts.ok_or_else(|| {
            file.error(
                line,
                "the first cell is no number up to 1000",
                "write in how many texts of a thousand",
            )
        })?;
        shares.extend(stems.split(' ').map(|stem| (key("word", stem), f32::from(texts) / 1000.0)));
    }
    Ok(shares)
}

type Words = (Vec<Act>, BTreeMap<&'static str, WordLexicon>);

fn read_words(file: &TableFile<'_>) -> Result<Words, StoryTablesError> {
    let rows: Vec<(usize, Vec<&str>)> =
        file.rows().skip(1).map(|(line, row)| (line, row.split('\t').collect())).collect();
    if rows.len() > usize::from(u16::MAX) {
        return Err(file.error(0, "there are too many rows", "keep fewer than 65,536"));
    }
    let ids: BTreeMap<&str, u16> = rows.iter().zip(0..).map(|((_, row), index)| (row[0], index)).collect();
    let mut acts = Vec::new();
    let mut patterns: [BTreeMap<String, Vec<(u16, Edge)>>; LANGUAGES.len()] = Default::default();
    for ((line, row), index) in rows.iter().zip(0u16..) {
        let against = match row.get(1).copied().unwrap_or_default() {
            "" => None,
            id => Some(*ids.get(id).ok_or_else(|| {
                file.error(*line, format!("`{id}` is the id of no row"), "name a row of this file, or none")
            })?),
        };
        acts.push(Act { id: row[0].to_owned(), against });
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
                    return Err(file.error(
                        *line,
                        "a spelling is `*` alone",
                        "write the beginning of a word before it",
                    ));
                }
                patterns.entry(word).or_default().push((index, edge));
            }
        }
    }
    let mut lexicons = BTreeMap::new();
    for (language, patterns) in LANGUAGES.into_iter().zip(patterns) {
        let automaton = AhoCorasick::new(patterns.keys())
            .map_err(|error| file.error(0, error.to_string(), "remove spellings"))?;
        lexicons.insert(language, WordLexicon { automaton, meanings: patterns.into_values().collect() });
    }
    Ok((acts, lexicons))
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
    fn a_wrong_row_is_told_with_its_file_and_line() {
        for (name, text, line) in [
            ("weights.tsv", "sign\tsame\tacross\nwordin\t1\t1", 2),
            ("weights.tsv", "sign\tsame\tacross\nwording\tx\t1", 2),
            ("words.tsv", "id\tagainst\ten\narrive\tgone\tarriv*", 2),
            ("numerals.tsv", "kind\tvalue\twords\nnumber\tthree\tthree", 2),
            ("frequencies.tsv", "texts\tstems\n2000\tferry", 2),
        ] {
            let mut files = shipped_files();
            files.insert(name.to_owned(), text.to_owned());
            let error = StoryTables::from_files(&files).unwrap_err();
            assert_eq!((error.file.as_str(), error.line), (name, line), "{error}");
        }
    }
}
