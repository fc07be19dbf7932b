//! What is asked for of a text.

use std::ops::Range;

use super::FilterError;
use super::segment::{Segment, segments, stem};

/// The longest text that can be asked for, in characters.
const MAX_QUERY_CHARS: usize = 1_000;

/// How many words and phrases may be asked for.
const MAX_UNITS: usize = 32;

/// How many letters stand before a `*` at least: all words that begin so are gathered.
const MIN_PREFIX_CHARS: usize = 3;

/// Words that a text has to have.
///
/// `summit troops` asks for both words, each in any of its inflected forms; `"troops in Kursk"` for words that stand so in a row;
/// `artill*` for words that begin so (by their stems); `-drill` for texts without it. Case makes no difference. Nothing else means
/// anything: other signs only part words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextQuery {
    wanted: Vec<Unit>,
    unwanted: Vec<Unit>,
}

/// Terms that stand in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unit {
    terms: Vec<String>,
    /// Whether the last is the beginning of a term.
    is_open: bool,
}

impl TextQuery {
    /// Reads what somebody asks for.
    pub(super) fn parse(text: &str) -> Result<Self, FilterError> {
        if text.chars().count() > MAX_QUERY_CHARS {
            return Err(FilterError::LongText { max: MAX_QUERY_CHARS });
        }
        let mut query = Self { wanted: Vec::new(), unwanted: Vec::new() };
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (is_unwanted, after) = match rest.strip_prefix('-') {
                Some(after) if !after.starts_with(|char: char| char.is_whitespace()) => (true, after),
                _ => (false, rest),
            };
            let (unit, after) = match after.strip_prefix(is_quote) {
                Some(quoted) => {
                    let unclosed = || FilterError::UnclosedQuote { text: text.to_owned() };
                    let end = quoted.find(is_quote).ok_or_else(unclosed)?;
                    (Unit::parse(&quoted[..end], false)?, quoted[end..].trim_start_matches(is_quote))
                }
                None => {
                    let end = after
                        .find(|char: char| char.is_whitespace() || is_quote(char))
                        .unwrap_or(after.len());
                    let word = &after[..end];
                    let is_open = word.ends_with('*');
                    (Unit::parse(word.trim_end_matches('*'), is_open)?, &after[end..])
                }
            };
            rest = after.trim_start();
            let units = if is_unwanted { &mut query.unwanted } else { &mut query.wanted };
            units.extend(unit.filter(|unit| !units.contains(unit)));
        }
        if query.wanted.is_empty() {
            return Err(FilterError::NoWord { text: text.to_owned() });
        }
        if query.wanted.len() + query.unwanted.len() > MAX_UNITS {
            return Err(FilterError::ManyWords { max: MAX_UNITS });
        }
        Ok(query)
    }

    /// The same in the words of FTS5: what is wanted, each in a part of a conjunction, and what is not.
    pub(super) fn expressions(&self) -> (Vec<String>, Vec<String>) {
        let all = |units: &[Unit]| units.iter().map(Unit::expression).collect();
        (all(&self.wanted), all(&self.unwanted))
    }

    /// How many words and phrases are wanted.
    pub(super) fn word_count(&self) -> usize {
        self.wanted.len()
    }

    /// Where the terms of a text are those of what is wanted: which word or phrase, and from which of the terms up to which, in the order of
    /// the text.
    pub(super) fn places(&self, terms: &[&str]) -> impl Iterator<Item = (usize, Range<usize>)> {
        (0..terms.len()).flat_map(move |start| {
            self.wanted.iter().enumerate().filter_map(move |(unit, wanted)| {
                let place = start..start + wanted.terms.len();
                wanted.is_at(terms.get(place.clone())?).then_some((unit, place))
            })
        })
    }

    /// Whether a text with these terms is asked for.
    pub(super) fn matches(&self, terms: &[&str]) -> bool {
        self.wanted.iter().all(|unit| unit.matches(terms))
            && !self.unwanted.iter().any(|unit| unit.matches(terms))
    }
}

fn is_quote(char: char) -> bool {
    matches!(char, '"' | '“' | '”' | '„' | '«' | '»')
}

impl Unit {
    fn parse(text: &str, is_open: bool) -> Result<Option<Self>, FilterError> {
        let mut terms: Vec<String> = Vec::new();
        let mut is_short = false;
        // The last part, if it is one character that is taken in pairs: it may be the first of a pair.
        let mut ends_alone = false;
        let mut last_word: Option<String> = None;
        let mut tail: Option<char> = None;
        segments(text, |segment| {
            // What follows on a run stands after the run's last character, which has a term of its own.
            terms.extend(tail.take().map(String::from));
            match segment {
                Segment::Word(word) => {
                    (ends_alone, is_short) = (false, word.chars().count() < MIN_PREFIX_CHARS);
                    terms.push(stem(word).into_owned());
                    last_word = Some(word.to_owned());
                }
                Segment::Dense(chars) => {
                    (ends_alone, is_short, last_word) = (chars.len() == 1, false, None);
                    match chars {
                        [alone] => terms.push(alone.to_string()),
                        _ => {
                            terms.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
                            tail = chars.last().copied();
                        }
                    }
                }
            }
        });
        if is_open && is_short {
            return Err(FilterError::ShortPrefix { text: text.to_owned(), min: MIN_PREFIX_CHARS });
        }
        if let (true, Some(word), Some(last)) = (is_open, last_word.take(), terms.last_mut()) {
            *last = word;
            return Ok(Some(Self { terms, is_open: true }));
        }
        // A run of pairs finds what begins with it as it is.
        Ok((!terms.is_empty()).then_some(Self { terms, is_open: ends_alone }))
    }

    /// Terms have no character that means something to FTS5; the quotes keep its own words apart.
    fn expression(&self) -> String {
        format!("\"{}\"{}", self.terms.join(" "), if self.is_open { " *" } else { "" })
    }

    fn matches(&self, terms: &[&str]) -> bool {
        terms.windows(self.terms.len()).any(|window| self.is_at(window))
    }

    /// Whether as many terms as it has are its own.
    fn is_at(&self, window: &[&str]) -> bool {
        window.iter().zip(&self.terms).enumerate().all(|(at, (term, wanted))| {
            match self.is_open && at + 1 == self.terms.len() {
                true => term.starts_with(wanted.as_str()),
                false => term == wanted,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expressions(text: &str) -> (Vec<String>, Vec<String>) {
        TextQuery::parse(text).unwrap().expressions()
    }

    #[test]
    fn words_phrases_beginnings_and_what_is_not_wanted() {
        assert_eq!(
            expressions(r#"Troops "in Kursk" artill* -drills"#),
            (
                vec![r#""troop""#.into(), r#""in kursk""#.into(), r#""artill" *"#.into()],
                vec![r#""drill""#.into()]
            )
        );
        assert_eq!(expressions("정상회담").0, [r#""정상 상회 회담""#]);
        assert_eq!(expressions("\"러시아 외무장관\"").0, [r#""러시 시아 아 외무 무장 장관""#]);
        assert_eq!(expressions("俄").0, [r#""俄" *"#]);
        assert_eq!(expressions("Су-57").0, [r#""су 57""#]);
    }

    #[test]
    fn the_words_of_fts5_mean_nothing() {
        let (wanted, unwanted) = expressions(r#"a" OR "terms:b NEAR(c d) ^e AND NOT {f} + (g"#);
        assert!(unwanted.is_empty());
        for unit in wanted {
            let inner = unit.trim_matches('"');
            assert!(inner.chars().all(|char| char.is_alphanumeric() || char == ' '), "{unit}");
        }
    }

    #[test]
    fn what_asks_for_nothing_is_refused() {
        for text in ["\"", "\"north korea", "train \"", "a \"b\" \"c", "5\" gun", "«поезд"] {
            assert!(matches!(TextQuery::parse(text), Err(FilterError::UnclosedQuote { .. })), "{text:?}");
        }
        for text in ["", " ", "\"\"", "*", "-drill", "—", "- -"] {
            assert!(matches!(TextQuery::parse(text), Err(FilterError::NoWord { .. })), "{text:?}");
        }
        assert!(matches!(TextQuery::parse("ab*"), Err(FilterError::ShortPrefix { .. })));
        assert!(matches!(TextQuery::parse(&"a".repeat(1_001)), Err(FilterError::LongText { .. })));
        let many: Vec<String> = (0..40).map(|word| format!("w{word}")).collect();
        assert!(matches!(TextQuery::parse(&many.join(" ")), Err(FilterError::ManyWords { .. })));
    }
}
