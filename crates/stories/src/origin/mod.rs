//! Whose text an article is, told from its carrier.
//!
//! A paper that carries the text of a wire says so in few ways, and says so where a text begins or ends: a dateline ("PORT CITY, May 3
//! (WIRE) —"), a credit ("Source: WIRE", "(WIRE)" behind the last sentence), a byline ("By Ana Lund, WIRE"), a copyright line, or words
//! that say where the article appeared first. Each of these is a file here; [`Agencies`] knows the names that stand in them, in every
//! script, as data. Where the shape alone leaves no doubt, a name that the table lacks is taken as it is written.
//!
//! Who is only cited for a fact ("told the WIRE", "передаёт …", "据…报道"), for a picture or for a contribution is no origin, and neither is
//! the publisher itself.
//!
//! ```
//! use dateline_stories::origin::{Agencies, Carrier, origins};
//!
//! let agencies = Agencies::parse("name\tkind\tdomains\tnames\nWN\tagency\twn.example\tWN;Westland News").unwrap();
//! let text = "PORT CITY (WN) — The ferry left, the captain told Seewire.";
//! let found = origins(&agencies, &Carrier { text, ..Carrier::default() });
//! assert_eq!(found[0].name, "WN");
//! assert_eq!(found[0].span.unwrap().slice(text), Some("PORT CITY (WN)"));
//! ```

mod agency;
mod byline;
mod closing;
mod dateline;
mod group;
mod place;
mod stated;

use dateline_text::cut;
use dateline_wire::{Origin, OriginKind, Span};

pub use agency::{Agencies, AgenciesError, AgenciesProblem};
use agency::{Agency, AgencyKind, bare};

/// A dateline stands within so many bytes of a text: subtitles and summaries may stand before it.
const OPENING_BYTES: usize = 1600;

/// A byline stands in one of so many first lines.
const BYLINES: usize = 4;

/// A closing credit stands in one of so many last lines.
const CLOSINGS: usize = 4;

/// Of a longer line, its ends are read.
const MAX_LINE_BYTES: usize = 1200;

/// A text as its carrier shows it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Carrier<'c> {
    /// The text, paragraphs parted by line feeds.
    pub text: &'c str,
    /// What the page outside of the text says: its byline, its elements, its markup.
    pub page: &'c [Origin],
    /// What the page's elements for bylines say.
    pub bylines: &'c [String],
    /// Whom the page names as authors.
    pub authors: &'c [String],
    /// What the feed names as the source of the entry.
    pub feed_source: Option<&'c str>,
    /// Who published it.
    pub publisher: Option<&'c str>,
    /// Where it was published.
    pub host: Option<&'c str>,
}

/// What a text says of its source, where: in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) name: String,
    pub(crate) kind: OriginKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// One line of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'t> {
    pub(crate) text: &'t str,
    /// Where it begins, in bytes.
    pub(crate) at: usize,
}

impl Line<'_> {
    fn statement(&self, name: &str, kind: OriginKind, start: usize, end: usize) -> Statement {
        Statement { name: name.to_owned(), kind, start: self.at + start, end: self.at + end }
    }
}

/// Whose text it is, as the carrier says: each source once, in the order in which it is said. The publisher's own name is left out.
pub fn origins(agencies: &Agencies, carrier: &Carrier<'_>) -> Vec<Origin> {
    let mut found: Vec<Origin> = Vec::new();
    let mut add = |origin: Origin| {
        let is_known = found.iter().any(|known| same_name(&known.name, &origin.name));
        if !is_known && !is_publisher(agencies, carrier, &origin.name) {
            found.push(origin);
        }
    };
    let mut places = Places::of(carrier.text);
    for statement in statements(agencies, carrier.text) {
        let evidence = carrier.text[statement.start..statement.end].to_owned();
        let span = places.span(statement.start, statement.end);
        add(Origin { name: statement.name, kind: statement.kind, evidence, span: Some(span) });
    }
    for said in carrier.page {
        for name in names_in(agencies, &said.name) {
            add(Origin { name, ..said.clone() });
        }
    }
    for said in carrier.bylines {
        for agency in byline::of_element(agencies, said) {
            add(said_outside(&agency.name, OriginKind::Byline, said));
        }
    }
    for author in carrier.authors {
        if let Some(agency) = agencies.named(author).filter(|agency| agency.kind != AgencyKind::Picture) {
            add(said_outside(&agency.name, OriginKind::Byline, author));
        }
    }
    if let Some(source) = carrier.feed_source {
        let name = agencies.named(source).map_or(bare(source), |agency| &agency.name);
        add(said_outside(name, OriginKind::Feed, source));
    }
    found
}

/// Whose text a copy of a text is: those that it names, `named`, or else the agency on whose own site it stands.
pub fn handed_on(agencies: &Agencies, carrier: &Carrier<'_>, named: &[Origin]) -> Vec<Origin> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let agency = agencies.publishing(carrier.host, carrier.publisher);
    let site = |agency: &Agency| carrier.host.unwrap_or(&agency.name).to_owned();
    let own = agency.map(|agency| said_outside(&agency.name, OriginKind::Copy, &site(agency)));
    own.into_iter().collect()
}

fn said_outside(name: &str, kind: OriginKind, evidence: &str) -> Origin {
    Origin { name: name.to_owned(), kind, evidence: evidence.to_owned(), span: None }
}

/// The sources that a page's own words name: those of the table, or else the words as they are.
fn names_in(agencies: &Agencies, words: &str) -> Vec<String> {
    if let Some(agency) = agencies.named(words) {
        return if agency.kind == AgencyKind::Picture { Vec::new() } else { vec![agency.name.clone()] };
    }
    let names = group::pure(agencies, words, true);
    if names.is_empty() {
        vec![words.to_owned()]
    } else {
        names.into_iter().map(|agency| agency.name.clone()).collect()
    }
}

fn same_name(one: &str, other: &str) -> bool {
    bare(one).to_lowercase() == bare(other).to_lowercase()
}

/// The one spelling of a source's name: the table's, where it knows it.
pub(crate) fn canonical_name(agencies: &Agencies, name: &str) -> String {
    agencies.named(name).map_or(bare(name), |agency| &agency.name).to_owned()
}

/// Whether `name` is that of an agency, which sells its texts to others.
pub fn is_agency(agencies: &Agencies, name: &str) -> bool {
    agencies.named(name).is_some_and(|agency| agency.kind == AgencyKind::Agency)
}

/// Whether `name` is the publisher's own.
pub fn is_publisher(agencies: &Agencies, carrier: &Carrier<'_>, name: &str) -> bool {
    let agency = agencies.named(name);
    let owns = |agency: &Agency| carrier.host.is_some_and(|host| agency.owns(host));
    let is_same = |publisher: &str| {
        same_name(publisher, name)
            || agency.is_some_and(|agency| {
                agencies.named(publisher).is_some_and(|other| other.name == agency.name)
            })
    };
    agency.is_some_and(owns) || carrier.publisher.is_some_and(is_same)
}

/// All that `text` says of its source, in order.
fn statements(agencies: &Agencies, text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let lines: Vec<Line<'_>> = lines(text).collect();
    for (index, line) in lines.iter().enumerate() {
        let is_closing = index + CLOSINGS >= lines.len();
        if line.at < OPENING_BYTES {
            let head = Line { text: cut::head(line.text, OPENING_BYTES - line.at), at: line.at };
            found.extend(dateline::read(agencies, head, line.text));
        }
        if index < BYLINES {
            found.extend(byline::read(agencies, *line, index));
        }
        for part in ends(*line) {
            if is_closing {
                found.extend(closing::read(agencies, part));
            }
            found.extend(stated::read(agencies, part, is_closing));
        }
    }
    found.sort_by_key(|statement| statement.start);
    found
}

/// The lines of a text that hold something.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    text.split('\n').filter_map(move |line| {
        let start = at;
        at += line.len() + 1;
        let trimmed = line.trim_start();
        let start = start + (line.len() - trimmed.len());
        let trimmed = trimmed.trim_end();
        (!trimmed.is_empty()).then_some(Line { text: trimmed, at: start })
    })
}

/// A line, or the two ends of a long one.
fn ends(line: Line<'_>) -> impl Iterator<Item = Line<'_>> {
    let half = MAX_LINE_BYTES / 2;
    let is_long = line.text.len() > MAX_LINE_BYTES;
    let head = if is_long { cut::head(line.text, half) } else { line.text };
    let tail = is_long.then(|| {
        let tail = cut::tail(line.text, half);
        Line { text: tail, at: line.at + line.text.len() - tail.len() }
    });
    std::iter::once(Line { text: head, at: line.at }).chain(tail)
}

/// From bytes to scalar values, going forward.
struct Places<'t> {
    text: &'t str,
    bytes: usize,
    scalars: u32,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, bytes: 0, scalars: 0 }
    }

    fn span(&mut self, start: usize, end: usize) -> Span {
        let count =
            |from: usize, to: usize| u32::try_from(self.text[from..to].chars().count()).unwrap_or(u32::MAX);
        self.scalars += count(self.bytes, start);
        let length = count(start, end);
        self.bytes = start;
        Span::new(self.scalars, self.scalars.saturating_add(length))
    }
}

#[cfg(test)]
mod tests;
