//! What the journal's tests share: feeds, entries, outcomes.

use std::path::Path;

use dateline_journal::{
    Durability, EntryCompletion, EntryCounts, EntryEnd, Journal, JournalError, Options, PollCommit,
    StoryUpdate, Writing,
};
use dateline_wire::{
    ArticleEvent, Entry, EntryId, Event, FeedId, FeedRef, FeedState, HubNews, RejectReason, SecretQuery,
    Stage,
};
use jiff::Timestamp;
use tempfile::{TempDir, tempdir};
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
    let event = dateline_samples::article(&link(guid), title, text);
    Event::Article(Box::new(ArticleEvent { received_at: at(0), ..event }))
}

pub(crate) fn reject(reason: RejectReason) -> Event {
    Event::Reject(Box::new(dateline_samples::reject("ignored", reason)))
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

/// A journal that is only safe from the end of the process.
pub(crate) fn open(folder: &Path) -> Journal {
    let options =
        Options { durability: Durability::Process, writing: Writing::InPlace, ..Options::default() };
    Journal::open(folder.join("journal.db"), options).unwrap()
}

/// One of its own with two feeds.
pub(crate) async fn journal() -> (TempDir, Journal) {
    let folder = tempdir().unwrap();
    let journal = open(folder.path());
    journal.configure_feeds((0..2).map(feed).collect()).await.unwrap();
    (folder, journal)
}
