//! Which events a sink is for.

use dateline_wire::{CloudEvent, EventKind, FeedRef, Label};
use serde::Deserialize;

/// Which events a sink is for. Of each list one has to fit; an empty list lets everything pass.
///
/// A list says something of the events that can say it: what is asked of the language doesn't keep out what happens to feeds unless
/// `kinds` does. A withdrawal names its article and feed alone, so it passes whatever is asked of language, label, topic and entity: who
/// doesn't have its article needn't care.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Their kinds.
    pub kinds: Vec<EventKind>,
    /// The languages of articles, and of the articles of stories: primary tags, in lower case.
    pub languages: Vec<String>,
    /// The verdicts on articles, and on entries that were rejected after they were judged.
    pub labels: Vec<Label>,
    /// The topics of articles.
    pub topics: Vec<String>,
    /// The feeds that articles, withdrawals, rejects and health are of: by id, address or name.
    pub feeds: Vec<String>,
    /// The entities that articles and stories name, by their ids.
    pub entities: Vec<String>,
}

/// What is asked of an event, of whichever kind.
#[derive(Default, Deserialize)]
#[serde(default)]
struct EventFields {
    language: Option<String>,
    languages: Vec<String>,
    relevance: Option<RelevanceFields>,
    topics: Vec<Named>,
    entities: Vec<Named>,
    feed: Option<FeedRef>,
}

#[derive(Deserialize)]
struct RelevanceFields {
    label: Label,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl EventFilter {
    /// Whether `event` passes. What is not as events are written passes by its kind alone.
    pub fn matches(&self, event: &CloudEvent) -> bool {
        if !self.kinds.is_empty() && !self.kinds.contains(&event.kind) {
            return false;
        }
        if self.asks_for_kinds_alone() {
            return true;
        }
        let Ok(fields) = serde_json::from_str::<EventFields>(&event.data) else { return true };
        let says_content = matches!(event.kind, EventKind::Article);
        let says_names = says_content || event.kind == EventKind::Story;
        let passes = |list: &[String], applies: bool, mut has: Box<dyn FnMut(&str) -> bool + '_>| {
            list.is_empty() || !applies || list.iter().any(|one| has(one))
        };
        passes(
            &self.languages,
            says_names,
            Box::new(|language| {
                fields.language.as_deref() == Some(language)
                    || fields.languages.iter().any(|one| one == language)
            }),
        ) && passes(
            &self.topics,
            says_content,
            Box::new(|topic| fields.topics.iter().any(|one| one.id == topic)),
        ) && passes(
            &self.entities,
            says_names,
            Box::new(|entity| fields.entities.iter().any(|one| one.id == entity)),
        ) && passes(
            &self.feeds,
            event.kind != EventKind::Story,
            Box::new(|feed| is_feed(fields.feed.as_ref(), feed)),
        ) && self.passes_label(says_content, fields.relevance.as_ref())
    }

    fn asks_for_kinds_alone(&self) -> bool {
        let Self { kinds: _, languages, labels, topics, feeds, entities } = self;
        labels.is_empty() && [languages, topics, feeds, entities].into_iter().all(Vec::is_empty)
    }

    fn passes_label(&self, says_content: bool, relevance: Option<&RelevanceFields>) -> bool {
        match relevance {
            Some(relevance) => self.labels.is_empty() || self.labels.contains(&relevance.label),
            None => self.labels.is_empty() || !says_content,
        }
    }
}

/// Whether `feed` is called `name`: by its id, its address or what people call it.
fn is_feed(feed: Option<&FeedRef>, name: &str) -> bool {
    feed.is_some_and(|feed| {
        feed.id.as_str() == name || feed.url.as_str() == name || feed.name.as_deref() == Some(name)
    })
}

#[cfg(test)]
mod tests {
    use dateline_wire::Sequence;
    use jiff::Timestamp;

    use super::*;

    fn event(kind: EventKind, data: &str) -> CloudEvent {
        CloudEvent {
            sequence: Sequence(1),
            kind,
            id: "id".into(),
            key: "key".into(),
            time: Timestamp::UNIX_EPOCH,
            traceparent: String::new(),
            data: data.into(),
            entry_digest: None,
        }
    }

    const ARTICLE: &str = r#"{"language":"ko","relevance":{"label":"relevant","reasons":[],"passages":[]},
        "topics":[{"id":"arms","spans":[]}],"entities":[{"id":"moscow","type":"place","surface":"M","spans":[]}],
        "feed":{"id":"f1","url":"https://news.example/rss","name":"News"}}"#;

    fn passes(kind: EventKind, data: &str, change: impl FnOnce(&mut EventFilter)) -> bool {
        let mut filter = EventFilter::default();
        change(&mut filter);
        filter.matches(&event(kind, data))
    }

    #[test]
    fn an_article_passes_by_each_of_what_it_says() {
        use EventKind::Article;
        let list = |text: &str| vec!["other".to_owned(), text.to_owned()];
        assert!(passes(Article, ARTICLE, |_| {}));
        for (good, bad) in [("ko", "en")] {
            assert!(passes(Article, ARTICLE, |filter| filter.languages = list(good)));
            assert!(!passes(Article, ARTICLE, |filter| filter.languages = list(bad)));
        }
        assert!(passes(Article, ARTICLE, |filter| filter.topics = list("arms")));
        assert!(!passes(Article, ARTICLE, |filter| filter.topics = list("labour")));
        assert!(passes(Article, ARTICLE, |filter| filter.entities = list("moscow")));
        assert!(!passes(Article, ARTICLE, |filter| filter.entities = list("minsk")));
        for feed in ["f1", "https://news.example/rss", "News"] {
            assert!(passes(Article, ARTICLE, |filter| filter.feeds = list(feed)), "{feed}");
        }
        assert!(!passes(Article, ARTICLE, |filter| filter.feeds = list("f2")));
        assert!(passes(Article, ARTICLE, |filter| filter.labels = vec![Label::Relevant]));
        assert!(!passes(Article, ARTICLE, |filter| filter.labels = vec![Label::Borderline]));
        assert!(!passes(Article, ARTICLE, |filter| filter.kinds = vec![EventKind::Story]));
    }

    #[test]
    fn all_that_is_asked_has_to_hold() {
        assert!(!passes(EventKind::Article, ARTICLE, |filter| {
            filter.languages = vec!["ko".into()];
            filter.topics = vec!["labour".into()];
        }));
    }

    #[test]
    fn what_an_event_cannot_say_is_not_asked_of_it() {
        let of_article = |filter: &mut EventFilter| {
            filter.languages = vec!["ko".into()];
            filter.labels = vec![Label::Relevant];
            filter.topics = vec!["arms".into()];
            filter.entities = vec!["moscow".into()];
        };
        assert!(passes(EventKind::Withdrawal, "{}", of_article));
        let story = r#"{"languages":["en","ko"],"entities":[{"id":"moscow","type":"place","articles":2}]}"#;
        assert!(passes(EventKind::Story, story, of_article));
        assert!(!passes(EventKind::Story, r#"{"languages":["en"]}"#, of_article));
        assert!(!passes(EventKind::Withdrawal, "{}", |filter| filter.feeds = vec!["f1".into()]));
    }
}
