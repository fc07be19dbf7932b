//! Which events are asked for.

use std::collections::{BTreeMap, BTreeSet};

use dateline_wire::{CloudEvent, EventKind, RejectReason, WithdrawalReason, may_hold_secret};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;

use super::facet::Facet;
use super::passage::Passage;
use super::terms::EventTerms;
use super::text_query::TextQuery;

/// How many values a filter may have in all.
const MAX_VALUES: usize = 100;

/// The longest value, in bytes.
const MAX_VALUE_BYTES: usize = 2_000;

/// The most of a value that an error repeats, in characters.
const MAX_REPEATED_CHARS: usize = 100;

/// The verdicts on relevance, as events write them.
const LABELS: [&str; 4] = ["relevant", "borderline", "not_relevant", "not_judged"];

/// Which events are asked for: by when they were committed, by what they are about, and by the words of their texts.
///
/// An event is asked for if it meets every condition. Of several values of one [`Facet`] one is enough: `language=ru&language=uk&topic=arms`
/// is what speaks of arms in Russian or in Ukrainian. What an event doesn't say it doesn't meet; a story's event says what its articles do. The texts that `q` looks into
/// are title and body of an article, the headlines of a story, and the entry's title of what was rejected or withdrawn; see [`TextQuery`].
///
/// What it means is the same whether the journal is asked or a single event is [looked at](Self::matches).
///
/// ```
/// use dateline_journal::EventFilter;
///
/// let filter = EventFilter::from_query("language=ko&topic=visits&since=2026-03-01&q=정상회담")?;
/// assert_eq!(filter.to_query(), "since=2026-03-01T00%3A00%3A00Z&language=ko&topic=visits&q=%EC%A0%95%EC%83%81%ED%9A%8C%EB%8B%B4");
/// assert!(EventFilter::from_query("langauge=ko").is_err());
/// # Ok::<(), dateline_journal::FilterError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    facets: BTreeMap<Facet, BTreeSet<String>>,
    /// The words that are asked for, as they were given and as they were understood.
    text: Option<(String, TextQuery)>,
}

/// Why a filter means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum FilterError {
    #[error("there is no parameter `{name}`: {} are known", EventFilter::NAMES.join(", "))]
    UnknownParameter { name: String },
    #[error(
        "`{name}` is {}: a day (2026-03-01) or a moment (2026-03-01T08:00:00Z) is meant",
        repeated(value)
    )]
    NoTime { name: &'static str, value: String },
    #[error(
        "`{name}` is {}, a time without a zone: add `Z` for UTC, or an offset such as `+09:00` (`%2B09:00` in an address)",
        repeated(value)
    )]
    NoZone { name: &'static str, value: String },
    #[error("`{name}` is {}: {} is meant", repeated(value), one_of(words))]
    UnknownWord { name: &'static str, value: String, words: Vec<&'static str> },
    #[error("`{name}` is given twice; expected once")]
    GivenTwice { name: &'static str },
    #[error("`{name}` is empty: leave it out, or give it a value")]
    EmptyValue { name: &'static str },
    #[error("a value of `{name}` is longer than {max} bytes")]
    LongValue { name: &'static str, max: usize },
    #[error("more than {max} values are asked for")]
    ManyValues { max: usize },
    #[error("`q` is longer than {max} characters")]
    LongText { max: usize },
    #[error("`q` asks for more than {max} words")]
    ManyWords { max: usize },
    #[error("`q` is {}, in which there is no word to look for", repeated(text))]
    NoWord { text: String },
    #[error(
        "`q` is {}, in which a quotation mark is not closed: words in a row stand between two of them",
        repeated(text)
    )]
    UnclosedQuote { text: String },
    #[error("`q` has {}: at least {min} letters have to stand before the `*`", repeated(&format!("{text}*")))]
    ShortPrefix { text: String, min: usize },
}

/// What is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The log, event by event.
    Events,
    /// Articles in their latest revision. The story is asked for elsewhere.
    Articles,
    /// Stories as they were told last.
    Stories,
}

impl View {
    /// The only kind of events that is looked at.
    pub(super) fn kind(self) -> Option<EventKind> {
        match self {
            Self::Events => None,
            Self::Articles => Some(EventKind::Article),
            Self::Stories => Some(EventKind::Story),
        }
    }

    /// Whether events tell this facet as it is asked for.
    fn looks_at(self, facet: Facet) -> bool {
        (self, facet) != (Self::Articles, Facet::Story)
    }
}

impl EventFilter {
    /// The names of its parameters.
    pub const NAMES: [&'static str; 14] = [
        "since",
        "until",
        "kind",
        "article",
        "language",
        "label",
        "entity",
        "topic",
        "feed",
        "publisher",
        "origin",
        "story",
        "reason",
        "q",
    ];

    /// What asks for events of one kind.
    pub fn of_kind(kind: EventKind) -> Self {
        let facets = BTreeMap::from([(Facet::Kind, BTreeSet::from([kind.word().to_owned()]))]);
        Self { facets, ..Self::default() }
    }

    /// The filter that a query string (`language=ru&topic=arms`) spells.
    ///
    /// # Errors
    /// If a parameter is unknown, or its value means nothing.
    pub fn from_query(query: &str) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if !filter.set(&name, &value)? {
                return Err(FilterError::UnknownParameter { name: name.into_owned() });
            }
        }
        Ok(filter)
    }

    /// The piece of a text, of at most so many characters, that has most of the words asked for and has them first; none if no words are
    /// asked for, or the text has none of them.
    pub fn passage(&self, text: &str, max_chars: usize) -> Option<Passage> {
        Passage::of(&self.text.as_ref()?.1, text, max_chars)
    }

    /// The query string that spells it, always the same for the same filter.
    pub fn to_query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let times = [("since", self.since), ("until", self.until)];
        query.extend_pairs(times.into_iter().filter_map(|(name, time)| Some((name, time?.to_string()))));
        for (facet, values) in &self.facets {
            query.extend_pairs(values.iter().map(|value| (facet.name(), value)));
        }
        query.extend_pairs(self.text.iter().map(|(text, _)| ("q", text)));
        query.finish()
    }

    /// Takes in one parameter. Whether there is one of this name.
    ///
    /// # Errors
    /// If its value means nothing.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, FilterError> {
        match name {
            "since" => once("since", &mut self.since, moment("since", given("since", value)?)?)?,
            "until" => once("until", &mut self.until, moment("until", given("until", value)?)?)?,
            "q" => once("q", &mut self.text, (value.to_owned(), TextQuery::parse(given("q", value)?)?))?,
            _ => match Facet::from_name(name) {
                Some(facet) => self.add(facet, value)?,
                None => return Ok(false),
            },
        }
        Ok(true)
    }

    /// Asks for this value of a facet, or for one of those that it asks for already.
    ///
    /// # Errors
    /// If the value means nothing, or there are too many.
    pub fn add(&mut self, facet: Facet, value: &str) -> Result<(), FilterError> {
        let name = facet.name();
        let value = given(name, value)?.trim();
        let known = |words: &[&'static str]| {
            let word = words.iter().find(|word| word.eq_ignore_ascii_case(value));
            word.map(|word| (*word).to_owned()).ok_or_else(|| FilterError::UnknownWord {
                name,
                value: value.to_owned(),
                words: words.to_vec(),
            })
        };
        if value.len() > MAX_VALUE_BYTES {
            return Err(FilterError::LongValue { name, max: MAX_VALUE_BYTES });
        }
        if self.facets.values().map(BTreeSet::len).sum::<usize>() >= MAX_VALUES {
            return Err(FilterError::ManyValues { max: MAX_VALUES });
        }
        let value = match facet {
            Facet::Kind => known(&EventKind::ALL.map(EventKind::word))?,
            Facet::Label => known(&LABELS)?,
            Facet::Reason => {
                let rejected = RejectReason::ALL.iter().map(|reason| reason.as_str());
                let mut words: Vec<&'static str> = rejected.collect();
                // Some are said of both.
                let withdrawn = WithdrawalReason::ALL.iter().map(|reason| reason.as_str());
                words.extend(
                    withdrawn.filter(|word| !RejectReason::ALL.iter().any(|reason| reason.as_str() == *word)),
                );
                known(&words)?
            }
            // Events have primary subtags.
            Facet::Language => value.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase(),
            // Ids are in lower case wherever they are stored.
            Facet::Article | Facet::Story => value.to_ascii_lowercase(),
            _ => value.to_owned(),
        };
        self.insert(facet, value);
        Ok(())
    }

    /// Asks for a value that means something.
    pub(super) fn insert(&mut self, facet: Facet, value: impl Into<String>) {
        self.facets.entry(facet).or_default().insert(value.into());
    }

    /// What of it is asked of these facets, and what of all else; the time is asked of both.
    pub(super) fn parted(&self, is_first: impl Fn(Facet) -> bool) -> (Self, Self) {
        let (mut first, mut other) = (self.clone(), self.clone());
        first.facets.retain(|facet, _| is_first(*facet));
        other.facets.retain(|facet, _| !is_first(*facet));
        first.text = None;
        (first, other)
    }

    /// Whether it asks for everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The values of a facet that it asks for; none where any will do.
    pub fn values(&self, facet: Facet) -> impl Iterator<Item = &str> {
        self.facets.get(&facet).into_iter().flatten().map(String::as_str)
    }

    /// Whether this event is asked for. An event that cannot be read is not.
    pub fn matches(&self, event: &CloudEvent) -> bool {
        if !self.admits_time(event.time) {
            return false;
        }
        if self.facets.is_empty() && self.text.is_none() {
            return true;
        }
        // The kind alone needs no look into the event.
        let mut kinds = self.values(Facet::Kind).peekable();
        if kinds.peek().is_some() && !kinds.any(|kind| kind == event.kind.word()) {
            return false;
        }
        let Ok(terms) = EventTerms::of(event.kind, &event.data) else { return false };
        self.admits_terms(View::Events, &terms)
    }

    /// Whether an event with these terms is asked for, but for its time: what [`expression`](Self::expression) says to the index.
    pub(super) fn admits_terms(&self, view: View, terms: &EventTerms) -> bool {
        let terms: Vec<&str> = terms.iter().collect();
        let has = |term: String| terms.contains(&term.as_str());
        let kind = view.kind().is_none_or(|kind| has(Facet::Kind.term(kind.word())));
        let mut facets = self.facets.iter().filter(|(facet, _)| view.looks_at(**facet));
        kind && facets.all(|(facet, values)| values.iter().any(|value| has(facet.term(value))))
            && self.text.as_ref().is_none_or(|(_, text)| text.matches(&terms))
    }

    /// Whether what was committed at `time` may be asked for.
    pub(super) fn admits_time(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// What it asks for in the words of FTS5, but for the time; `None` where that is everything.
    pub(super) fn expression(&self, view: View) -> Option<String> {
        let mut conditions: Vec<String> = Vec::new();
        for (facet, values) in self.facets.iter().filter(|(facet, _)| view.looks_at(**facet)) {
            let terms: Vec<String> =
                values.iter().map(|value| format!("\"{}\"", facet.term(value))).collect();
            conditions.push(format!("({})", terms.join(" OR ")));
        }
        let (wanted, unwanted) = self.text.as_ref().map(|(_, text)| text.expressions()).unwrap_or_default();
        conditions.extend(wanted);
        if conditions.is_empty() {
            return None;
        }
        conditions.extend(view.kind().map(|kind| format!("\"{}\"", Facet::Kind.term(kind.word()))));
        let wanted = conditions.join(" AND ");
        Some(match unwanted.is_empty() {
            true => wanted,
            false => format!("({wanted}) NOT ({})", unwanted.join(" OR ")),
        })
    }
}

/// The value of a parameter, which has to have one.
fn given<'v>(name: &'static str, value: &'v str) -> Result<&'v str, FilterError> {
    if value.trim().is_empty() { Err(FilterError::EmptyValue { name }) } else { Ok(value) }
}

/// A value as an error repeats it: its beginning, and nothing where it may be an address with a login.
fn repeated(value: &str) -> String {
    if may_hold_secret(value) {
        return "something (not shown, since it may hold a password)".to_owned();
    }
    let end = value.char_indices().nth(MAX_REPEATED_CHARS).map(|(at, _)| at);
    match end {
        Some(end) => format!("`{}…`", &value[..end]),
        None => format!("`{value}`"),
    }
}

/// Words as somebody lists them who means one.
fn one_of(words: &[&str]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        words => words.join(""),
    }
}

/// Sets what may be given once.
fn once<T>(name: &'static str, place: &mut Option<T>, value: T) -> Result<(), FilterError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(FilterError::GivenTwice { name }),
    }
}

/// A moment, or the beginning of a day in UTC. The last day that can be written begins after the last moment: it counts as that.
fn moment(name: &'static str, value: &str) -> Result<Timestamp, FilterError> {
    if let Ok(moment) = value.parse() {
        return Ok(moment);
    }
    let told = value.to_owned();
    // A day is read also from a text in which a time follows it.
    match (value.parse::<Date>(), value.contains(['T', 't', ' '])) {
        (Ok(day), false) => Ok(day.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |day| day.timestamp())),
        (Ok(_), true) => Err(FilterError::NoZone { name, value: told }),
        (Err(_), _) => Err(FilterError::NoTime { name, value: told }),
    }
}
