//! What reports count, and where those of one happening differ: 500 soldiers in one, 600 in another.
//!
//! A figure is a number with what it counts, of the things that `numerals.tsv` names: the first of them behind the number and within a
//! few words of it, before any comma, or what follows that at once ("artillery shells" are shells); in Korean, Chinese and Japanese
//! also the last before it. By the ids of `words.tsv` figures of different languages are compared.

use std::collections::{BTreeMap, BTreeSet};

use dateline_text::cut;

use super::StoryTables;
use super::number::placed_numbers;
use super::token::{is_dense, sentences, tokens};

/// How many words may stand between a number and what it counts.
const MAX_WORDS_BETWEEN: usize = 3;
/// How many characters, where a script has no spaces between words.
const MAX_DENSE_BETWEEN: usize = 4;
/// The longest text that is looked at, in bytes, and the most figures that are kept of it.
const MAX_TEXT_BYTES: usize = 60_000;
const MAX_FIGURES: usize = 60;
/// The longest passage that is kept, in scalar values.
const MAX_PASSAGE_CHARS: usize = 240;

/// A number and what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What is counted, by its id in `words.tsv`.
    pub counted: String,
    /// How many, in hundredths.
    pub hundredths: u64,
    /// The sentence that says so, cut where it is long.
    pub passage: String,
}

/// The figures of one report of a story.
#[derive(Debug, Clone)]
pub struct ReportFigures<R> {
    /// The report, by whatever name its caller has for it.
    pub report: R,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// Something that reports count differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferingFigure<R> {
    /// What is counted, by its id in `words.tsv`.
    pub counted: String,
    /// The numbers in hundredths, the smallest first, each with the reports that tell it and their passages.
    pub values: BTreeMap<u64, Vec<(R, String)>>,
}

impl StoryTables {
    /// What a text counts, in its order, each figure once.
    pub fn figures(&self, text: &str, language: &str) -> Vec<Figure> {
        let mut figures: Vec<Figure> = Vec::new();
        for sentence in sentences(cut::head(text, MAX_TEXT_BYTES)) {
            self.figures_of(sentence.text, language, &mut figures);
            if figures.len() >= MAX_FIGURES {
                break;
            }
        }
        figures
    }

    fn figures_of(&self, sentence: &str, language: &str, figures: &mut Vec<Figure>) {
        let words = tokens(sentence, self);
        let mut numbers = placed_numbers(sentence, &words, self);
        if numbers.is_empty() {
            return;
        }
        for number in &mut numbers {
            let next = words.iter().find(|word| word.start >= number.place.end).filter(|word| !word.number);
            let times = next.and_then(|next| Some((next.meaning.hundreds?, next)));
            if let Some((times, next)) = times {
                number.hundredths = number.hundredths.saturating_mul(times as u64);
                number.place.end = next.start + next.text.len();
            }
        }
        let lower = sentence.to_lowercase();
        // Where lower case has other lengths, places would be wrong.
        if lower.len() != sentence.len() {
            return;
        }
        let mut things = self.acts_at(&lower, language);
        things.retain(|(act, _)| self.is_counted(*act));
        things.sort_by_key(|(_, place)| place.start);
        for (at, number) in numbers.iter().enumerate() {
            // What stands behind the next number is counted by that one.
            let until = numbers.get(at + 1).map_or(sentence.len(), |next| next.place.start);
            let since = at.checked_sub(1).map_or(0, |before| numbers[before].place.end);
            let mut behind = things.iter().find(|(_, place)| {
                place.start >= number.place.end
                    && place.start < until
                    && self.is_near(&sentence[number.place.end..place.start])
            });
            while let Some((_, place)) = behind {
                let next = things.iter().find(|(_, next)| next.start >= place.end && next.start < until);
                let follows = next.filter(|(_, next)| is_one_word(&sentence[place.start..next.start]));
                match follows {
                    Some(next) => behind = Some(next),
                    None => break,
                }
            }
            let before = || {
                things.iter().rev().find(|(_, place)| {
                    place.end <= number.place.start
                        && place.start >= since
                        && sentence[place.clone()].chars().any(is_dense)
                        && self.is_near(&sentence[place.end..number.place.start])
                })
            };
            let Some((act, _)) = behind.or_else(before) else { continue };
            let counted = self.act_name(*act);
            let is_known =
                |figure: &Figure| figure.counted == counted && figure.hundredths == number.hundredths;
            if !figures.iter().any(is_known) {
                let passage = cut(sentence.trim());
                figures.push(Figure { counted: counted.to_owned(), hundredths: number.hundredths, passage });
            }
        }
    }

    /// Whether what stands between a number and a thing leaves them together.
    fn is_near(&self, between: &str) -> bool {
        if between.contains([',', ';', ':', '(', ')', '—', '–', '、', '，', '；', '。', '«', '»', '“', '”'])
        {
            return false;
        }
        match between.chars().any(is_dense) {
            true => between.trim().chars().count() <= MAX_DENSE_BETWEEN,
            false => tokens(between, self).len() <= MAX_WORDS_BETWEEN,
        }
    }
}

/// Whether a stretch is one word with the space behind it, or nothing but letters of a script without spaces.
fn is_one_word(stretch: &str) -> bool {
    stretch.split_whitespace().count() == 1
        && stretch.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || c == '-')
        && (stretch.ends_with(char::is_whitespace) || stretch.chars().all(is_dense))
}

fn cut(sentence: &str) -> String {
    match sentence.char_indices().nth(MAX_PASSAGE_CHARS) {
        Some((end, _)) => format!("{}…", &sentence[..end]),
        None => sentence.to_owned(),
    }
}

/// What reports count differently: of something that both count, each of two reports has a number that the other has not. A report
/// that tells less than another does not differ from it.
pub fn differing_figures<R: Clone>(reports: &[ReportFigures<R>]) -> Vec<DifferingFigure<R>> {
    let mut things: BTreeMap<&str, Vec<(usize, BTreeSet<u64>)>> = BTreeMap::new();
    for (at, report) in reports.iter().enumerate() {
        let mut numbers: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
        for figure in &report.figures {
            numbers.entry(&figure.counted).or_default().insert(figure.hundredths);
        }
        for (counted, numbers) in numbers {
            things.entry(counted).or_default().push((at, numbers));
        }
    }
    let mut differing = Vec::new();
    for (counted, told) in things {
        let differs = told.iter().enumerate().any(|(at, (_, one))| {
            told[..at].iter().any(|(_, other)| !one.is_subset(other) && !other.is_subset(one))
        });
        if !differs {
            continue;
        }
        let mut values: BTreeMap<u64, Vec<(R, String)>> = BTreeMap::new();
        for report in reports {
            for figure in report.figures.iter().filter(|figure| figure.counted == counted) {
                let tellers = values.entry(figure.hundredths).or_default();
                tellers.push((report.report.clone(), figure.passage.clone()));
            }
        }
        // What all say is no difference.
        values.retain(|_, tellers| tellers.len() < told.len());
        differing.push(DifferingFigure { counted: counted.to_owned(), values });
    }
    differing
}

#[cfg(test)]
mod tests {
    use super::super::tables::tests::shipped;
    use super::*;

    fn told(text: &str, language: &str) -> Vec<(String, u64)> {
        let figures = shipped().figures(text, language);
        figures.into_iter().map(|figure| (figure.counted, figure.hundredths / 100)).collect()
    }

    #[test]
    fn a_number_counts_what_stands_behind_it_in_every_language() {
        for (text, language, counted, number) in [
            ("It sent 500 North Korean soldiers to the front.", "en", "soldier", 500),
            ("About four hundred North Korean workers have arrived.", "en", "worker", 400),
            ("Some 12 million artillery shells were shipped.", "en", "shell", 12_000_000),
            ("Туда отправили 500 северокорейских солдат.", "ru", "soldier", 500),
            ("북한은 병사 500명을 보냈다.", "ko", "soldier", 500),
            ("朝鲜派遣500名士兵前往。", "zh", "soldier", 500),
        ] {
            let found = told(text, language);
            assert!(found.contains(&(counted.to_owned(), number)), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_number_counts_nothing_beyond_a_comma_or_another_number() {
        assert_eq!(told("In its 700 villages, soldiers were seen.", "en"), []);
        let both = told("It sent 500 soldiers and 30 tanks.", "en");
        assert_eq!(both, [("soldier".to_owned(), 500), ("tank".to_owned(), 30)]);
    }

    fn report(report: &'static str, figures: &[(&str, u64)]) -> ReportFigures<&'static str> {
        let figure = |(counted, hundredths): &(&str, u64)| Figure {
            counted: (*counted).to_owned(),
            hundredths: *hundredths,
            passage: format!("{hundredths} {counted}"),
        };
        ReportFigures { report, figures: figures.iter().map(figure).collect() }
    }

    #[test]
    fn numbers_that_two_reports_have_not_in_common_differ_and_what_one_leaves_out_does_not() {
        let reports = [
            report("a", &[("soldier", 500), ("tank", 30), ("ship", 4)]),
            report("b", &[("soldier", 600), ("tank", 30), ("ship", 4)]),
            report("c", &[("soldier", 500), ("tank", 30), ("tank", 40)]),
        ];
        let differing = differing_figures(&reports);
        assert_eq!(differing.len(), 1, "{differing:?}");
        assert_eq!(differing[0].counted, "soldier");
        let values: Vec<(u64, usize)> =
            differing[0].values.iter().map(|(value, tellers)| (*value, tellers.len())).collect();
        assert_eq!(values, [(500, 2), (600, 1)]);
        assert_eq!(differing[0].values[&600], [("b", "600 soldier".to_owned())]);
    }

    #[test]
    fn a_text_of_any_length_gives_a_bounded_number_of_figures() {
        let text: String = (3..20_000).map(|number| format!("It sent {number} soldiers. ")).collect();
        assert!(shipped().figures(&text, "en").len() <= MAX_FIGURES + 10);
    }
}
