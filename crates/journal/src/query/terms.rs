//! What an event is found by.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::iter;

use dateline_wire::{ArticleId, CanonicalUrl, EventKind};
use serde::Deserialize;
use url::Url;

use super::facet::Facet;
use super::segment::{Segment, segments, stem};

/// How many characters of an event's texts are looked at: far more than articles have, and milliseconds of work.
pub(super) const MAX_TEXT_CHARS: usize = 200_000;

/// All that one event is found by: terms parted by spaces, those of its facets first, then those of its texts in their order. They are
/// what the journal stores and what a [`EventFilter`](super::EventFilter) looks for, so that it means the same in both places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EventTerms(String);

impl EventTerms {
    /// Those of an event of this kind, by its JSON.
    pub(crate) fn of(kind: EventKind, data: &str) -> Result<Self, serde_json::Error> {
        let event: SearchableEvent<'_> = serde_json::from_str(data)?;
        // Most of an event is no term; of its texts little is left out.
        let mut terms = Self(String::with_capacity(data.len() / 2));
        terms.add_facets(kind, &event);
        match kind {
            EventKind::Article => {
                terms.add_texts(event.title.iter().chain(event.body.iter().map(|body| &body.text)));
            }
            EventKind::Story => {
                let titles = event.title.iter().chain(event.titles.values());
                let titles = titles.chain(event.articles.iter().filter_map(|article| article.title.as_ref()));
                // Copies have the same title again and again.
                let mut known = HashSet::new();
                terms.add_texts(titles.filter(|title| known.insert(&***title)));
            }
            EventKind::Reject | EventKind::Withdrawal => {
                let announced = event.entry.iter().filter_map(|entry| entry.title.as_ref());
                terms.add_texts(event.title.iter().chain(announced));
            }
            EventKind::Health => {}
        }
        Ok(terms)
    }

    /// Those of an event of which no more than the kind is known.
    pub(crate) fn of_kind(kind: EventKind) -> Self {
        Self(Facet::Kind.term(kind.word()))
    }

    /// All of them, as they are stored.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// One after another.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_ascii_whitespace()
    }

    fn add_facets(&mut self, kind: EventKind, event: &SearchableEvent<'_>) {
        let mut add = |facet: Facet, value: &str| {
            if !self.0.is_empty() {
                self.0.push(' ');
            }
            facet.push_term(value, &mut self.0);
        };
        add(Facet::Kind, kind.word());
        event.article.iter().for_each(|article| add(Facet::Article, article));
        if kind == EventKind::Reject {
            // What was announced under an address is found by the article that would have been there, however far it came.
            let announced = event.url.as_deref().and_then(|url| Url::parse(url).ok());
            let announced = announced.map(|url| ArticleId::of(&CanonicalUrl::of(&url)));
            let other = announced.filter(|id| event.article.as_deref() != Some(id.as_str()));
            other.iter().for_each(|article| add(Facet::Article, article.as_str()));
        }
        event.language.iter().chain(&event.languages).for_each(|language| add(Facet::Language, language));
        let labels = event.relevance.iter().map(|relevance| &relevance.label).chain(&event.labels);
        labels.for_each(|label| add(Facet::Label, label));
        for entity in &event.entities {
            add(Facet::Entity, &entity.id);
            entity.wikidata.iter().for_each(|item| add(Facet::Entity, item));
        }
        event.topics.iter().for_each(|topic| add(Facet::Topic, &topic.id));
        for feed in event.feed.iter().chain(&event.feeds) {
            add(Facet::Feed, &feed.id);
            add(Facet::Feed, &feed.url);
        }
        let mut publishers: HashSet<Cow<'_, str>> = HashSet::new();
        let articles = event.articles.iter().map(|article| (&article.publisher, &article.url));
        for (publisher, url) in iter::once((&event.publisher, &event.url)).chain(articles) {
            let host = url.as_deref().and_then(host_of).map(Cow::from);
            for name in publisher.as_deref().map(Cow::from).into_iter().chain(host) {
                if publishers.insert(name.clone()) {
                    add(Facet::Publisher, &name);
                }
            }
        }
        let origins = event.origins.iter().chain(&event.independent_origins);
        origins.for_each(|origin| add(Facet::Origin, &origin.name));
        event.story.iter().for_each(|story| add(Facet::Story, story));
        event.reason.iter().for_each(|reason| add(Facet::Reason, reason));
    }

    fn add_texts<'t>(&mut self, texts: impl Iterator<Item = &'t Cow<'t, str>>) {
        let mut left = MAX_TEXT_CHARS;
        for text in texts {
            let end = text.char_indices().nth(left).map_or(text.len(), |(at, _)| at);
            left = left.saturating_sub(text.chars().count());
            terms_of(&text[..end], |term| self.push(term));
        }
    }

    fn push(&mut self, term: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(term);
    }
}

/// Hands each term of a text to `take`, in order.
pub(super) fn terms_of(text: &str, mut take: impl FnMut(&str)) {
    segments(text, |segment| match segment {
        Segment::Word(word) => take(&stem(word)),
        Segment::Dense(chars) => {
            let mut pair = String::new();
            for at in 0..chars.len() {
                pair.clear();
                pair.extend(&chars[at..chars.len().min(at + 2)]);
                take(&pair);
            }
        }
    });
}

/// The host of an address, without `www`.
fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

/// What is looked at of an event, of whatever kind. Text is borrowed where it holds no escapes.
#[derive(Deserialize, Default)]
#[serde(default)]
struct SearchableEvent<'e> {
    #[serde(borrow)]
    article: Option<Cow<'e, str>>,
    #[serde(borrow)]
    story: Option<Cow<'e, str>>,
    #[serde(borrow)]
    reason: Option<Cow<'e, str>>,
    #[serde(borrow)]
    language: Option<Cow<'e, str>>,
    #[serde(borrow)]
    languages: Vec<Cow<'e, str>>,
    #[serde(borrow)]
    publisher: Option<Cow<'e, str>>,
    #[serde(borrow)]
    url: Option<Cow<'e, str>>,
    #[serde(borrow)]
    origins: Vec<SearchableOrigin<'e>>,
    #[serde(borrow)]
    independent_origins: Vec<SearchableOrigin<'e>>,
    #[serde(borrow)]
    relevance: Option<SearchableRelevance<'e>>,
    #[serde(borrow)]
    entities: Vec<SearchableEntity<'e>>,
    #[serde(borrow)]
    topics: Vec<SearchableTopic<'e>>,
    #[serde(borrow)]
    labels: Vec<Cow<'e, str>>,
    #[serde(borrow)]
    feed: Option<SearchableFeed<'e>>,
    #[serde(borrow)]
    feeds: Vec<SearchableFeed<'e>>,
    #[serde(borrow)]
    entry: Option<SearchableEntry<'e>>,
    #[serde(borrow)]
    title: Option<Cow<'e, str>>,
    #[serde(borrow)]
    titles: BTreeMap<Cow<'e, str>, Cow<'e, str>>,
    #[serde(borrow)]
    articles: Vec<SearchableReport<'e>>,
    #[serde(borrow)]
    body: Option<SearchableBody<'e>>,
}

#[derive(Deserialize)]
struct SearchableOrigin<'e> {
    #[serde(borrow)]
    name: Cow<'e, str>,
}

#[derive(Deserialize)]
struct SearchableRelevance<'e> {
    #[serde(borrow)]
    label: Cow<'e, str>,
}

#[derive(Deserialize)]
struct SearchableEntity<'e> {
    #[serde(borrow)]
    id: Cow<'e, str>,
    #[serde(borrow, default)]
    wikidata: Option<Cow<'e, str>>,
}

#[derive(Deserialize)]
struct SearchableTopic<'e> {
    #[serde(borrow)]
    id: Cow<'e, str>,
}

#[derive(Deserialize)]
struct SearchableFeed<'e> {
    #[serde(borrow)]
    id: Cow<'e, str>,
    #[serde(borrow)]
    url: Cow<'e, str>,
}

#[derive(Deserialize)]
struct SearchableEntry<'e> {
    #[serde(borrow, default)]
    title: Option<Cow<'e, str>>,
}

#[derive(Deserialize)]
struct SearchableReport<'e> {
    #[serde(borrow, default)]
    title: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    publisher: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    url: Option<Cow<'e, str>>,
}

#[derive(Deserialize)]
struct SearchableBody<'e> {
    #[serde(borrow)]
    text: Cow<'e, str>,
}
