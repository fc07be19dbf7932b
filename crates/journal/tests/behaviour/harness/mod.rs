//! What the journal's tests share: feeds, entries, outcomes.

use dateline_journal::{
    EntryCompletion, EntryCounts, EntryEnd, Journal, JournalError, PollCommit, StoryUpdate,
};
use dateline_wire::{
    Article, ArticleEvent, ArticleId, Body, CanonicalUrl, Entry, EntryId, Event, EventId, FeedId, FeedRef,
    FeedState, HubNews, Judgement, Label, PageKind, RejectEvent, RejectReason, Relevance, SecretQuery, Stage,
};
use jiff::Timestamp;
use url::Url;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + second).unwrap()
}

pub(crate) fn feed(number: usize) -> FeedState {
    let address = format!("https://news.example/{number}.xml").parse().unwrap();
    FeedState::new(&FeedRef::new(&address, None, &SecretQuery::default()), at(0))
}

pub(crate) fn entry(guid: &str, title: &str) -> Entry {
    Entry {
        guid: Some(guid.into()),
        link: Some(link(guid)),
        title: Some(title.into()),
        ..Entry::new(EntryId::of_guid(guid))
    }
}

pub(crate) fn link(guid: &str) -> Url {
    format!("https://news.example/story/{guid}").parse().unwrap()
}

pub(crate) fn poll(feed: FeedState, entries: Vec<Entry>, second: i64) -> PollCommit {
    PollCommit {
        feed,
        entries,
        events: Vec::new(),
        hub: HubNews::Nothing,
        at: at(second),
        traceparent: String::new(),
    }
}

pub(crate) async fn announce(
    journal: &Journal,
    number: usize,
    entries: Vec<Entry>,
    second: i64,
) -> Result<EntryCounts, JournalError> {
    journal.commit_poll(poll(feed(number), entries, second)).await
}

pub(crate) fn article(guid: &str, title: &str, text: &str) -> Event {
    let url = link(guid);
    let id = ArticleId::of(&CanonicalUrl::of(&url));
    Event::Article(Box::new(ArticleEvent::new(
        id,
        Article {
            url: Some(url.clone()),
            canonical_url: Some(url),
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
                extractor: "test".into(),
            },
            cuts: Vec::new(),
        },
        Judgement {
            relevance: Relevance {
                label: Label::Relevant,
                score: Some(1.0),
                reasons: Vec::new(),
                passages: Vec::new(),
            },
            entities: Vec::new(),
            topics: Vec::new(),
        },
        at(0),
    )))
}

pub(crate) fn reject(reason: RejectReason) -> Event {
    Event::Reject(Box::new(RejectEvent {
        id: EventId::of_parts(&["ignored"]),
        article: None,
        url: None,
        stage: reason.stages()[0],
        reason,
        detail: String::new(),
        feed: None,
        entry: None,
        relevance: None,
    }))
}

pub(crate) async fn finish(
    journal: &Journal,
    feed: &FeedId,
    guid: &str,
    event: Event,
    second: i64,
) -> Result<EntryEnd, JournalError> {
    let page_was_read = match &event {
        Event::Reject(reject) => matches!(reject.stage, Stage::Extract | Stage::Judge),
        _ => true,
    };
    journal
        .finish(EntryCompletion {
            feed: feed.clone(),
            entry: EntryId::of_guid(guid),
            event,
            page_was_read,
            stories: StoryUpdate::default(),
            revisit: None,
            at: at(second),
            traceparent: String::new(),
        })
        .await
}
