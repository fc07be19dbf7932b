//! Events as tests, benchmarks and examples need them: plain, whole, and to be changed where one matters. No part of the program.

use dateline_wire::{
    Article, ArticleEvent, ArticleId, Body, CanonicalUrl, EventId, Judgement, Label, PageKind, RejectEvent,
    RejectReason, Relevance, StoryEvent, StoryId, StoryState,
};
use jiff::Timestamp;
use url::Url;

/// The first revision of the article at `url`: in English, relevant, received when the Unix epoch began. It names nobody.
pub fn article(url: &Url, title: &str, text: &str) -> ArticleEvent {
    let content = Article {
        url: Some(url.clone()),
        canonical_url: Some(url.clone()),
        page_kind: PageKind::Article,
        publisher: None,
        origins: Vec::new(),
        language: Some("en".into()),
        title: Some(title.into()),
        title_source: None,
        title_alternative: None,
        authors: Vec::new(),
        credits: Vec::new(),
        authors_source: None,
        published: None,
        modified: None,
        body: Body {
            text: text.into(),
            paragraphs: Vec::new(),
            sha256: String::new(),
            extractor: "sample".into(),
        },
        cuts: Vec::new(),
    };
    let relevance =
        Relevance { label: Label::Relevant, score: Some(1.0), reasons: Vec::new(), passages: Vec::new() };
    let judgement = Judgement { relevance, entities: Vec::new(), topics: Vec::new() };
    ArticleEvent::new(ArticleId::of(&CanonicalUrl::of(url)), content, judgement, Timestamp::UNIX_EPOCH)
}

/// The reject that is known by `name`, at the first stage at which there are such.
pub fn reject(name: &str, reason: RejectReason) -> RejectEvent {
    RejectEvent {
        id: EventId::of_parts(&["reject", name]),
        article: None,
        url: None,
        stage: reason.stages()[0],
        reason,
        detail: String::new(),
        feed: None,
        entry: None,
        relevance: None,
    }
}

/// An open story of one English article, of which nothing else is told, reported at `reported`.
pub fn story(id: &str, revision: u32, title: &str, reported: Timestamp) -> StoryEvent {
    let story = StoryId::from_stored(id);
    StoryEvent {
        id: EventId::of_story(&story, revision),
        story,
        revision,
        supersedes: None,
        state: StoryState::Open,
        merged_into: None,
        changes: Vec::new(),
        title: Some(title.into()),
        titles: [("en".to_owned(), title.to_owned())].into(),
        first_reported: reported,
        last_reported: reported,
        happened_on: None,
        entities: Vec::new(),
        acts: Vec::new(),
        topics: Vec::new(),
        labels: Vec::new(),
        feeds: Vec::new(),
        languages: vec!["en".into()],
        article_count: 1,
        origin_count: 1,
        articles: Vec::new(),
        independent_origins: Vec::new(),
    }
}
