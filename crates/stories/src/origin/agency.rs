//! Agencies and others whose texts are carried: a table that the configuration holds, and where a text names one of them.

use aho_corasick::{AhoCorasick, MatchKind};
use unicode_normalization::UnicodeNormalization;

/// Names of up to this many letters, all capitals, count only as they are written: "AP" is a wire, "ap" is not.
const ACRONYM_LETTERS: usize = 5;

/// The columns that the table must have.
const COLUMNS: [&str; 4] = ["name", "kind", "domains", "names"];

/// What a source of texts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AgencyKind {
    /// It sells its texts to others.
    Agency,
    /// A paper, broadcaster or site whose texts are carried now and then.
    Press,
    /// It sells pictures.
    Picture,
}

/// One source of texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agency {
    /// The name that events give.
    pub(crate) name: String,
    pub(crate) kind: AgencyKind,
    /// Its own sites.
    pub(crate) domains: Vec<String>,
}

/// What is wrong in the table of agencies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct AgenciesError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// The sources of texts that are known, and how each is written.
#[derive(Debug)]
pub struct Agencies {
    agencies: Vec<Agency>,
    finder: AhoCorasick,
    /// The agency and the kind of each pattern of the finder.
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    agency: usize,
    text: String,
    /// It stands for the agency only in a dateline's brackets and in a closing credit.
    is_short: bool,
}

/// Where a text names a source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention<'a> {
    /// Where the name starts, in bytes.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    pub(crate) agency: &'a Agency,
    /// It is written in letters of the right case.
    pub(crate) is_exact: bool,
    /// It is a form that says so much only in brackets.
    pub(crate) is_short: bool,
}

impl Default for Agencies {
    /// None is known.
    fn default() -> Self {
        Self::of_rows(Vec::new(), Vec::new())
    }
}

impl Agencies {
    /// Reads the table: rows of tab-separated cells under a header, lines that start with `#` being comments.
    ///
    /// # Errors
    /// What is wrong in the first bad line.
    pub fn parse(text: &str) -> Result<Self, AgenciesError> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let Some((line, header)) = lines.next() else { return Ok(Self::default()) };
        let header: Vec<&str> = header.split('\t').map(str::trim).collect();
        let column = |name: &str| header.iter().position(|column| *column == name);
        let wrong = |line, what| AgenciesError { line, what };
        if let Some(missing) = COLUMNS.iter().find(|name| column(name).is_none()) {
            return Err(wrong(line, format!("the header lacks the column `{missing}`")));
        }
        let mut agencies = Vec::new();
        let mut patterns: Vec<Pattern> = Vec::new();
        for (line, row) in lines {
            let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
            let cell = |name: &str| column(name).and_then(|at| cells.get(at)).copied().unwrap_or_default();
            let list = |name: &str| {
                let values = cell(name).split(';').map(str::trim).filter(|value| !value.is_empty());
                values.map(|value| value.nfc().collect::<String>()).collect::<Vec<_>>()
            };
            let kind = match cell("kind") {
                "agency" => AgencyKind::Agency,
                "press" => AgencyKind::Press,
                "picture" => AgencyKind::Picture,
                other => {
                    return Err(wrong(line, format!("`{other}` is no kind; write agency, press or picture")));
                }
            };
            let name = cell("name");
            if name.is_empty() {
                return Err(wrong(line, "the row has no name".to_owned()));
            }
            let agency = agencies.len();
            let of = |is_short| move |text| Pattern { agency, text, is_short };
            let names = list("names").into_iter().chain(list("domains"));
            for pattern in names.map(of(false)).chain(list("short").into_iter().map(of(true))) {
                match patterns.iter().find(|known| known.text == pattern.text) {
                    Some(known) if known.agency == agency => {}
                    Some(known) => {
                        let other: &Agency = &agencies[known.agency];
                        let what = format!("`{}` is a name of {} already", pattern.text, other.name);
                        return Err(wrong(line, what));
                    }
                    None => patterns.push(pattern),
                }
            }
            agencies.push(Agency { name: name.to_owned(), kind, domains: list("domains") });
        }
        Ok(Self::of_rows(agencies, patterns))
    }

    fn of_rows(agencies: Vec<Agency>, mut patterns: Vec<Pattern>) -> Self {
        // The finder knows case only in ASCII.
        let capitals: Vec<Pattern> = patterns
            .iter()
            .filter(|pattern| !pattern.text.is_ascii() && pattern.text.to_uppercase() != pattern.text)
            .map(|pattern| Pattern { text: pattern.text.to_uppercase(), ..*pattern })
            .collect();
        patterns.extend(capitals);
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(patterns.iter().map(|pattern| &pattern.text))
            .expect("the table of agencies is far smaller than the finder's bounds");
        Self { agencies, finder, patterns }
    }

    /// How many sources are known.
    pub fn len(&self) -> usize {
        self.agencies.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.agencies.is_empty()
    }

    /// The source that `name` is a whole name of.
    pub(crate) fn named(&self, name: &str) -> Option<&Agency> {
        let name = bare(name);
        let mention = self.mentions(name).into_iter().next()?;
        (mention.start == 0 && mention.end == name.len() && mention.is_exact && !mention.is_short)
            .then_some(mention.agency)
    }

    /// Where `text` names a source, in order, without overlap.
    pub(crate) fn mentions(&self, text: &str) -> Vec<Mention<'_>> {
        let found = self.finder.find_iter(text).filter_map(|found| {
            let pattern = &self.patterns[found.pattern().as_usize()];
            let written = &text[found.range()];
            if !stands_apart(text, found.start(), found.end()) {
                return None;
            }
            let is_exact = written == pattern.text || !is_acronym(&pattern.text);
            Some(Mention {
                start: found.start(),
                end: found.end(),
                agency: &self.agencies[pattern.agency],
                is_exact,
                is_short: pattern.is_short,
            })
        });
        found.collect()
    }
}

impl Agency {
    /// Whether `host` is one of its own sites.
    pub(crate) fn owns(&self, host: &str) -> bool {
        self.domains.iter().any(|domain| {
            host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

/// A name without the article and the quotation marks around it.
pub(crate) fn bare(name: &str) -> &str {
    let name = name.trim_matches(|c: char| c.is_whitespace() || "«»\"“”'‘’《》「」『』".contains(c));
    let article =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if article("the ") { &name[4..] } else { name }
}

fn is_acronym(name: &str) -> bool {
    name.chars().count() <= ACRONYM_LETTERS && !name.chars().any(char::is_lowercase)
}

/// Whether no letter of an alphabet goes on where the name at `start..end` ends or begins. Scripts without spaces have no such edge.
fn stands_apart(text: &str, start: usize, end: usize) -> bool {
    let joins = |outer: Option<char>, inner: Option<char>| match (outer, inner) {
        (Some(outer), Some(inner)) => is_spaced(outer) && is_spaced(inner),
        _ => false,
    };
    let name = &text[start..end];
    !joins(text[..start].chars().next_back(), name.chars().next())
        && !joins(text[end..].chars().next(), name.chars().next_back())
}

/// Whether `c` is a letter or digit of a script that parts words by spaces.
fn is_spaced(c: char) -> bool {
    c.is_alphanumeric() && !crate::script::is_dense(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# comment\nname\tkind\tdomains\tnames\tshort\n\
        WN\tagency\twn.example\tWN;Westland News;ВЕСТЬ;Весть Новости\n\
        Seewire\tagency\t\t海洋通信;바다통신\t海洋\n";

    #[test]
    fn a_name_is_found_whole_and_in_its_own_case() {
        let agencies = Agencies::parse(TABLE).unwrap();
        let names = |text: &str| -> Vec<String> {
            let found = agencies.mentions(text);
            found
                .iter()
                .filter(|mention| mention.is_exact)
                .map(|mention| text[mention.start..mention.end].to_owned())
                .collect()
        };
        assert_eq!(names("(WN) own wn, WNA; westland news"), ["WN", "westland news"]);
        assert_eq!(names("ВЕСТЬ и ВЕСТЬЯ"), ["ВЕСТЬ"]);
        assert_eq!(names("(부산=바다통신)"), ["바다통신"]);
        assert_eq!(agencies.named("The Westland News").map(|agency| agency.name.as_str()), Some("WN"));
        assert!(agencies.named("海洋").is_none());
    }

    #[test]
    fn a_wrong_row_is_named_by_its_line() {
        let line = |text: &str| Agencies::parse(text).map(|_| ()).unwrap_err().line;
        assert_eq!(line("name\tkind\tnames"), 1);
        assert_eq!(line("name\tkind\tdomains\tnames\nWN\twire\t\tWN"), 2);
        assert_eq!(line(&format!("{TABLE}Other\tpress\t\tWestland News")), 5);
    }
}
