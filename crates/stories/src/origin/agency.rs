//! Agencies and others whose texts are carried: a table that the configuration holds, and where a text names one of them.

use std::collections::HashMap;
use std::fmt;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};
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

/// One thing that is wrong in the table of agencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgenciesProblem {
    /// The line, from 1; 0 where the table as a whole is meant.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

/// The table of agencies can't be used: everything that is wrong in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgenciesError {
    /// At least one, in the order of the table.
    pub problems: Vec<AgenciesProblem>,
}

impl fmt::Display for AgenciesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, AgenciesProblem { line, what, remedy }) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}line {line}: {what}; {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for AgenciesError {}

/// The sources of texts that are known, and how each is written.
#[derive(Debug)]
pub struct Agencies {
    agencies: Vec<Agency>,
    /// None where nothing is known.
    finder: Option<AhoCorasick>,
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

impl Mention<'_> {
    /// Whether it can say whose the text is wherever it stands: a name in full and in its own letters, and not of an agency for pictures.
    pub(crate) fn is_source(&self) -> bool {
        self.is_exact && !self.is_short && self.agency.kind != AgencyKind::Picture
    }
}

impl Default for Agencies {
    /// None is known.
    fn default() -> Self {
        Self { agencies: Vec::new(), finder: None, patterns: Vec::new() }
    }
}

impl Agencies {
    /// Reads the table: rows of tab-separated cells under a header, lines that start with `#` being comments.
    ///
    /// # Errors
    /// Everything that is wrong in it.
    pub fn parse(text: &str) -> Result<Self, AgenciesError> {
        let mut problems = Vec::new();
        let mut wrong = |line, what: String, remedy: &str| {
            problems.push(AgenciesProblem { line, what, remedy: remedy.to_owned() });
        };
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let Some((line, header)) = lines.next() else { return Ok(Self::default()) };
        let header: Vec<&str> = header.split('\t').map(str::trim).collect();
        let column = |name: &str| header.iter().position(|column| *column == name);
        let missing: Vec<&str> = COLUMNS.into_iter().filter(|name| column(name).is_none()).collect();
        if !missing.is_empty() {
            let what = format!("the header lacks `{}`", missing.join("`, `"));
            wrong(line, what, "start the table with name, kind, domains, names and short, parted by tabs");
            // Without its columns no row says anything.
            return Err(AgenciesError { problems });
        }
        let mut agencies: Vec<Agency> = Vec::new();
        let mut patterns: Vec<Pattern> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (line, row) in lines {
            let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
            let cell = |name: &str| column(name).and_then(|at| cells.get(at)).copied().unwrap_or_default();
            let list = |name: &str| {
                let values = cell(name).split(';').map(str::trim).filter(|value| !value.is_empty());
                values.map(|value| value.nfc().collect::<String>()).collect::<Vec<_>>()
            };
            if cells.len() > header.len() {
                let what = format!("the row has {} cells, the header {}", cells.len(), header.len());
                wrong(line, what, "remove a tab; several names in one cell are parted by `;`");
                continue;
            }
            let kind = match cell("kind") {
                "agency" => AgencyKind::Agency,
                "press" => AgencyKind::Press,
                "picture" => AgencyKind::Picture,
                other => {
                    wrong(line, format!("`{other}` is no kind"), "write agency, press or picture");
                    // Only for whatever else is wrong: the table is refused.
                    AgencyKind::Press
                }
            };
            let name = cell("name");
            if name.is_empty() {
                wrong(line, "the row has no name".to_owned(), "write in the first cell how events call it");
            }
            let agency = agencies.len();
            let of = |is_short| move |text| Pattern { agency, text, is_short };
            let names = list("names").into_iter().chain(list("domains"));
            for pattern in names.map(of(false)).chain(list("short").into_iter().map(of(true))) {
                match known.get(&pattern.text) {
                    Some(other) if *other == agency => {}
                    Some(other) => {
                        let what =
                            format!("`{}` is a name of {} already", pattern.text, agencies[*other].name);
                        wrong(line, what, "leave it to one of the two");
                    }
                    None => {
                        known.insert(pattern.text.clone(), agency);
                        patterns.push(pattern);
                    }
                }
            }
            agencies.push(Agency { name: name.to_owned(), kind, domains: list("domains") });
        }
        if !problems.is_empty() {
            return Err(AgenciesError { problems });
        }
        Self::of_rows(agencies, patterns).map_err(|error| AgenciesError {
            problems: vec![AgenciesProblem {
                line: 0,
                what: format!("the table is too large to be searched for: {error}"),
                remedy: "remove rows".to_owned(),
            }],
        })
    }

    fn of_rows(agencies: Vec<Agency>, mut patterns: Vec<Pattern>) -> Result<Self, BuildError> {
        // The finder knows case only in ASCII.
        let capitals: Vec<Pattern> = patterns
            .iter()
            .filter(|pattern| !pattern.text.is_ascii() && pattern.text.to_uppercase() != pattern.text)
            .map(|pattern| Pattern { text: pattern.text.to_uppercase(), ..*pattern })
            .collect();
        patterns.extend(capitals);
        // In Japanese, letters are as wide as other characters: "ＷＮ".
        let wide: Vec<Pattern> = patterns
            .iter()
            .filter(|pattern| is_acronym(&pattern.text))
            .filter_map(|pattern| Some(Pattern { text: widened(&pattern.text)?, ..*pattern }))
            .collect();
        patterns.extend(wide);
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(patterns.iter().map(|pattern| &pattern.text))?;
        Ok(Self { agencies, finder: Some(finder), patterns })
    }

    /// How many sources are known.
    pub fn len(&self) -> usize {
        self.agencies.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.agencies.is_empty()
    }

    /// The source that `name` is a whole name of: one of those that texts write, or what events call it.
    pub(crate) fn named(&self, name: &str) -> Option<&Agency> {
        self.written_as(name).or_else(|| self.agencies.iter().find(|agency| agency.name == name))
    }

    /// The agency that publishes on `host`, or under the name `publisher`.
    pub(crate) fn publishing(&self, host: Option<&str>, publisher: Option<&str>) -> Option<&Agency> {
        let of_host = host.and_then(|host| self.agencies.iter().find(|agency| agency.owns(host)));
        let agency = of_host.or_else(|| publisher.and_then(|name| self.named(name)))?;
        (agency.kind == AgencyKind::Agency).then_some(agency)
    }

    fn written_as(&self, name: &str) -> Option<&Agency> {
        let name = bare(name);
        let mention = self.mentions(name).into_iter().next()?;
        (mention.start == 0 && mention.end == name.len() && mention.is_exact && !mention.is_short)
            .then_some(mention.agency)
    }

    /// Where `text` names a source, in order, without overlap.
    pub(crate) fn mentions(&self, text: &str) -> Vec<Mention<'_>> {
        let finder = self.finder.iter();
        let found = finder.flat_map(|finder| finder.find_iter(text)).filter_map(|found| {
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

/// `name`, all of ASCII capitals, in full-width letters.
fn widened(name: &str) -> Option<String> {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_uppercase());
    name.chars().map(wide).collect()
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
    fn a_source_is_known_by_what_events_call_it_though_no_text_writes_that() {
        let agencies = Agencies::parse(TABLE).unwrap();
        assert_eq!(agencies.named("Seewire").map(|agency| agency.name.as_str()), Some("Seewire"));
        assert!(agencies.mentions("Seewire").is_empty());
    }

    #[test]
    fn everything_that_is_wrong_is_named_by_its_line() {
        let lines = |text: &str| {
            let problems = Agencies::parse(text).map(|_| ()).unwrap_err().problems;
            problems.into_iter().map(|problem| problem.line).collect::<Vec<_>>()
        };
        assert_eq!(lines("name\tkind\tnames"), [1]);
        assert_eq!(lines("name\tkind\tdomains\tnames\nWN\twire\t\tWN\n\tpress\t\tOther\n"), [2, 3]);
        assert_eq!(lines(&format!("{TABLE}Other\tpress\t\tWestland News\nA\tpress\t\tA\t\t\n")), [5, 6]);
    }
}
