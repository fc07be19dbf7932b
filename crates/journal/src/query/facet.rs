//! What an event can be chosen by, beside its words and its time.

use unicode_normalization::UnicodeNormalization;

/// How many characters of a value are told apart from another.
const MAX_VALUE_CHARS: usize = 200;

/// The characters in Unicode's private use area with which the terms of facets begin: texts have none in their words.
const FIRST_MARK: u32 = 0xE000;

/// What stands in a term for an ASCII character at which SQLite would part it: this and its number.
const FIRST_STAND_IN: u32 = 0xE100;

/// What an event can be chosen by: each is a parameter of the API and an option of the command line, by its [`name`](Facet::name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// The kind of event, by its word: `article`, `withdrawal`, `reject`, `health` or `story`.
    Kind,
    /// The article that it is about, by its id.
    Article,
    /// The language, as the primary subtag of BCP 47: of an article, or one of those a story is told in.
    Language,
    /// The verdict on relevance: `relevant`, `borderline`, `not_relevant` or `not_judged`.
    Label,
    /// Somebody or something that it names, by the id in the subject's gazetteer or by the item in Wikidata.
    Entity,
    /// A topic of the subject, by its id.
    Topic,
    /// The feed that announced it, by its id or its public address.
    Feed,
    /// Who published it, by name or by the host of its page without `www`.
    Publisher,
    /// Whose text it is, by the name of the wire or paper.
    Origin,
    /// The story that it tells, by its id.
    Story,
    /// Why it was not published, or is no more, by the reason's word.
    Reason,
}

impl Facet {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Kind,
        Self::Article,
        Self::Language,
        Self::Label,
        Self::Entity,
        Self::Topic,
        Self::Feed,
        Self::Publisher,
        Self::Origin,
        Self::Story,
        Self::Reason,
    ];

    /// Its name as a parameter.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Article => "article",
            Self::Language => "language",
            Self::Label => "label",
            Self::Entity => "entity",
            Self::Topic => "topic",
            Self::Feed => "feed",
            Self::Publisher => "publisher",
            Self::Origin => "origin",
            Self::Story => "story",
            Self::Reason => "reason",
        }
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.name() == name)
    }

    /// The term by which events with this value are found. Case, and spaces around it, make no difference.
    pub(super) fn term(self, value: &str) -> String {
        let mut term = String::new();
        self.push_term(value, &mut term);
        term
    }

    /// Writes that term behind others: the event of a large story has hundreds of them.
    pub(super) fn push_term(self, value: &str, terms: &mut String) {
        terms.push(mark(self as u32));
        let value = value.trim();
        // As most are. Nothing in it is composed.
        if value.is_ascii() {
            let lower = value.bytes().take(MAX_VALUE_CHARS).map(|byte| char::from(byte.to_ascii_lowercase()));
            terms.extend(lower.map(in_term));
        } else {
            let lower = value.nfc().flat_map(char::to_lowercase).take(MAX_VALUE_CHARS);
            terms.extend(lower.map(in_term));
        }
    }
}

fn mark(number: u32) -> char {
    char::from_u32(FIRST_MARK + number).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// What stands in a term for a character in lower case.
fn in_term(char: char) -> char {
    match char {
        'a'..='z' | '0'..='9' => char,
        // Stand-ins and marks are ours alone.
        '\u{e000}'..='\u{f8ff}' => char::REPLACEMENT_CHARACTER,
        _ if char.is_ascii() => {
            char::from_u32(FIRST_STAND_IN + u32::from(char)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_term_whatever_it_is_made_of() {
        for value in ["The Daily \"Ledger\" & Co.", "a OR b", "조선중앙통신", "x*", "", "\0", "тасс"]
        {
            let term = Facet::Publisher.term(value);
            assert!(term.chars().all(|char| char.is_ascii_alphanumeric() || !char.is_ascii()), "{term:?}");
            assert_ne!(term, Facet::Origin.term(value));
        }
        assert_eq!(Facet::Publisher.term(" TASS "), Facet::Publisher.term("tass"));
        assert_ne!(Facet::Publisher.term("a\u{e12a}"), Facet::Publisher.term("a*"));
    }
}
