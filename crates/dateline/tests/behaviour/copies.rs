//! What an article is beside those before it.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{ON_SUBJECT, Web, data, engine, events_after, journal, outline};
use dateline_wire::EventKind;
use serde_json::Value;

const FEED: &str = "https://news.example/rss";
const OTHER: &str = "https://other.example/rss";
const THIRD: &str = "https://third.example/rss";
const HOUR: Duration = Duration::from_secs(3600);

/// A site whose feed announces one page with this text.
fn site(web: &Web, feed: &str, title: &str, text: &[&str]) {
    let page = feed.replace("rss", "bridge");
    web.feed(feed, &[(&page, title)]);
    web.page(&page, title, text);
}

/// Has the feed announce the bridge under one guid, in these words.
fn announce(web: &Web, title: &str) {
    let link = "https://news.example/bridge";
    let item = format!(
        "<item><guid isPermaLink='false'>bridge</guid><title>{title}</title><link>{link}</link></item>"
    );
    web.feed_with(FEED, vec![item]);
}

#[tokio::test(start_paused = true)]
async fn a_copy_says_whose_it_is_also_after_a_restart() {
    let web = Arc::new(Web::default());
    site(&web, FEED, "A new bridge over the Tumen", &ON_SUBJECT);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let first = events_after(engine(&web, &journal, &[FEED], 1).await, &journal, HOUR).await;
    assert_eq!(outline(&first), ["article"]);
    let original = data(&first[0]);
    assert!(original.get("copy_of").is_none());
    assert_eq!(original["publisher"], "news.example");

    // Each engine knows no more than the log.
    for feed in [OTHER, THIRD] {
        site(&web, feed, "Bridge over the Tumen: what is known", &ON_SUBJECT);
        let events = events_after(engine(&web, &journal, &[feed], 1).await, &journal, HOUR).await;
        let copy = data(events.last().unwrap());
        assert_eq!(copy["copy_of"]["article"], original["article"], "a copy of a copy leads to the first");
        assert_eq!(copy["copy_of"]["revision"], 1);
        assert_eq!(copy["copy_of"]["share"], 1.0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_revision_says_what_changed_and_an_edit_that_tells_nothing_is_none() {
    let web = Arc::new(Web::default());
    site(&web, FEED, "A new bridge over the Tumen", &ON_SUBJECT);
    announce(&web, "A bridge");
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    events_after(engine(&web, &journal, &[FEED], 1).await, &journal, HOUR).await;

    let added =
        "Correction: an earlier version of this report gave another day for the opening of the bridge.";
    let edited: Vec<&str> = ON_SUBJECT.iter().copied().chain([added]).collect();
    site(&web, FEED, "A new bridge over the Tumen", &edited);
    announce(&web, "The feed words it otherwise");
    let events = events_after(engine(&web, &journal, &[FEED], 1).await, &journal, 8 * HOUR).await;
    let revision: Value = data(events.iter().rfind(|event| event.kind == EventKind::Article).unwrap());
    assert_eq!(revision["revision"], 2);
    assert_eq!(revision["changes"][0]["kind"], "added");
    assert_eq!(revision["changes"][0]["after"], added);
    assert!(revision["correction"]["start"].is_u64());
    assert!(revision.get("copy_of").is_none(), "an edit is no copy of itself");

    let spaced: Vec<String> = edited.iter().map(|line| line.replace(", ", " – ")).collect();
    let spaced: Vec<&str> = spaced.iter().map(String::as_str).collect();
    web.page("https://news.example/bridge", "A new bridge over the Tumen", &spaced);
    announce(&web, "The feed words it once more");
    let events = events_after(engine(&web, &journal, &[FEED], 1).await, &journal, 24 * HOUR).await;
    assert_eq!(outline(&events).last().map(String::as_str), Some("reject duplicate unchanged"));
}
