//! One article under several addresses, or under a link that its feed changed, is one article.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{ON_SUBJECT, Web, configured, data, events_after, journal, outline, storyteller};
use dateline::config::{CopyPolicy, EngineSettings, RevisitSettings};
use dateline_fetcher::{Clock, PollSettings};
use dateline_journal::Journal;
use dateline_wire::{CloudEvent, EventKind};
use serde_json::{Value, json};

const FEED: &str = "https://news.example/rss";
const OTHER: &str = "https://hub.example/rss";
const PAGE: &str = "https://www.news.example/world/bridge.html";
const TITLE: &str = "A new bridge over the Tumen";
const HOUR: Duration = Duration::from_secs(3600);
const ONE: [&str; 3] = ["article", "reject duplicate unchanged", "story"];

/// What comes of a page, and then, after a restart, of another that another feed announces.
async fn then(
    first: &str,
    second: &str,
    texts: [&[&str]; 2],
) -> (Vec<CloudEvent>, Journal, tempfile::TempDir) {
    let web = Arc::new(Web::default());
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    web.feed(FEED, &[(first, "A bridge")]);
    web.page(first, TITLE, texts[0]);
    events_after(storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await, &journal, HOUR).await;
    web.feed(OTHER, &[(second, "A bridge")]);
    web.page(second, TITLE, texts[1]);
    let engine = storyteller(&web, &journal, &[FEED, OTHER], CopyPolicy::Publish).await;
    (events_after(engine, &journal, HOUR).await, journal, folder)
}

fn rejects(events: &[CloudEvent]) -> Vec<Value> {
    events.iter().filter(|event| event.kind == EventKind::Reject).map(data).collect()
}

#[tokio::test(start_paused = true)]
async fn an_article_under_a_twin_of_its_address_is_no_second_one() {
    let pairs: Vec<(String, String)> = [
        "http://www.news.example/bridge",
        "https://news.example/bridge",
        "https://m.news.example/bridge",
        "https://amp.news.example/bridge",
        "https://www.news.example/amp/bridge",
        "https://www.news.example/bridge.amp",
        "https://www.news.example/bridge?outputType=amp",
        "https://www.news.example/bridge?ref=rss",
        "https://www.news.example/bridge?from=home",
        "https://m.news.example/bridge?utm_source=feed",
    ]
    .into_iter()
    .flat_map(|twin| {
        let page = "https://www.news.example/bridge";
        [(page, twin), (twin, page)]
    })
    .enumerate()
    .map(|(number, (first, second))| {
        let of = |url: &str| url.replace("bridge", &format!("bridge-{number}"));
        (of(first), of(second))
    })
    .collect();
    let web = Arc::new(Web::default());
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let announce = |feed, urls: Vec<&str>| {
        urls.iter().for_each(|url| web.page(url, TITLE, &ON_SUBJECT));
        web.feed(feed, &urls.iter().map(|url| (*url, "A bridge")).collect::<Vec<_>>());
    };
    announce(FEED, pairs.iter().map(|(first, _)| first.as_str()).collect());
    let before =
        events_after(storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await, &journal, HOUR).await;
    announce(OTHER, pairs.iter().map(|(_, second)| second.as_str()).collect());
    let engine = storyteller(&web, &journal, &[FEED, OTHER], CopyPolicy::Publish).await;
    let events = events_after(engine, &journal, HOUR).await;
    let after = &events[before.len()..];
    assert_eq!(outline(after), vec!["reject duplicate unchanged"; pairs.len()]);
    for (first, second) in &pairs {
        let known = |url: &str| journal.reader().article_at(&url.parse().unwrap()).unwrap().unwrap();
        assert_eq!(known(first), known(second));
        let reject = rejects(after).into_iter().find(|reject| reject["entry"]["link"] == second.as_str());
        assert_eq!(reject.unwrap()["article"], known(first).as_str(), "{second}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_view_that_tells_less_is_no_edit_and_the_page_after_its_view_is_one() {
    let view = "https://m.news.example/world/bridge.html";
    let (events, ..) = then(PAGE, view, [&ON_SUBJECT, &ON_SUBJECT[..2]]).await;
    assert_eq!(outline(&events), ONE);
    let (events, ..) = then(view, PAGE, [&ON_SUBJECT[..2], &ON_SUBJECT]).await;
    assert_eq!(outline(&events), ["article", "article", "story", "story"]);
    let whole = events.iter().rfind(|event| event.kind == EventKind::Article).map(data).unwrap();
    assert_eq!((&whole["revision"], &whole["canonical_url"]), (&json!(2), &json!(PAGE)));
    assert_eq!(whole["changes"][0]["kind"], "added");
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_comes_under_a_twin_is_a_revision_of_the_article() {
    let edited = ON_SUBJECT[2].replace("in the autumn", "next spring");
    let twin = "http://news.example/world/bridge.html";
    let (events, ..) = then(PAGE, twin, [&ON_SUBJECT, &[ON_SUBJECT[0], ON_SUBJECT[1], &edited]]).await;
    let articles: Vec<Value> =
        events.iter().filter(|event| event.kind == EventKind::Article).map(data).collect();
    assert_eq!(articles.len(), 2);
    assert_eq!(articles[1]["article"], articles[0]["article"]);
    assert_eq!(articles[1]["supersedes"], articles[0]["id"]);
    assert_eq!(articles[1]["changes"][0]["kind"], "changed");
}

#[tokio::test(start_paused = true)]
async fn a_twin_of_an_address_that_tells_something_else_is_another_article() {
    let another = [
        "Russia has delivered 30,000 tonnes of wheat to North Korea this year, twice as much as last year, customs data show.",
        "The grain went from Vladivostok to the North Korean port of Chongjin on five ships, the customs service said.",
    ];
    let (events, ..) = then(PAGE, "https://m.news.example/world/bridge.html", [&ON_SUBJECT, &another]).await;
    let articles = events.iter().filter(|event| event.kind == EventKind::Article).map(data);
    let ids: Vec<Value> = articles.map(|article| article["id"].clone()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}

/// A feed with one entry: this guid, this link.
fn entry(web: &Web, guid: &str, link: &str) {
    let item = format!(
        "<item><guid isPermaLink='false'>{guid}</guid><title>A bridge</title><link>{link}</link></item>"
    );
    web.feed_with(FEED, vec![item]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_whose_link_changes_is_the_same_article_and_is_visited_at_its_new_address() {
    const MOVED: &str = "https://www.news.example/2026/03/tumen-road-bridge-agreed";
    let edited = ON_SUBJECT[2].replace("in the autumn", "next spring");
    for (text, expected) in [
        (ON_SUBJECT[2], ["article", "reject duplicate unchanged"].as_slice()),
        (&edited, ["article", "article"].as_slice()),
    ] {
        let web = Arc::new(Web::default());
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path());
        entry(&web, "tag:news.example,2026:17", PAGE);
        web.page(PAGE, TITLE, &ON_SUBJECT);
        let poll = PollSettings { start_spread: Duration::ZERO, ..PollSettings::default() };
        let clock = Clock::starting_at(crate::world::BEGIN.parse().unwrap());
        let settings = (EngineSettings::default(), poll, RevisitSettings::default());
        let engine = crate::world::engine_at(clock, settings, &web, &journal, vec![configured(FEED)]).await;
        let history = async {
            tokio::time::sleep(HOUR / 6).await;
            entry(&web, "tag:news.example,2026:17", MOVED);
            web.page(MOVED, TITLE, &[ON_SUBJECT[0], ON_SUBJECT[1], text]);
            web.put(PAGE, 404, "text/html", "moved away");
        };
        let (events, ()) = tokio::join!(events_after(engine, &journal, 240 * HOUR), history);
        assert_eq!(outline(&events), expected);
        assert_eq!(data(&events[0])["article"], data(&events[1])["article"]);
        assert_eq!((web.asked(PAGE), web.asked(MOVED)), (1, 5), "four visits, all at the new address");
    }
}

#[tokio::test(start_paused = true)]
async fn a_guid_that_is_given_to_another_article_is_no_identity() {
    let web = Arc::new(Web::default());
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    entry(&web, "1", PAGE);
    web.page(PAGE, TITLE, &ON_SUBJECT);
    events_after(storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await, &journal, HOUR).await;
    let other = "https://www.news.example/world/wheat.html";
    entry(&web, "1", other);
    web.page(
        other,
        "Wheat for North Korea",
        &["Russia has delivered 30,000 tonnes of wheat to North Korea this year, customs data from Vladivostok show."],
    );
    let engine = storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await;
    let events = events_after(engine, &journal, 24 * HOUR).await;
    let articles: Vec<Value> =
        events.iter().filter(|event| event.kind == EventKind::Article).map(data).collect();
    assert_eq!(articles.len(), 2);
    assert_ne!(articles[0]["article"], articles[1]["article"]);
}

#[tokio::test(start_paused = true)]
async fn a_link_under_another_guid_is_the_same_article_however_long_after() {
    let web = Arc::new(Web::default());
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    entry(&web, "1", PAGE);
    web.page(PAGE, TITLE, &ON_SUBJECT);
    events_after(storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await, &journal, HOUR).await;
    entry(&web, "2", PAGE);
    let engine = storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await;
    let events = events_after(engine, &journal, 12 * HOUR).await;
    assert_eq!(outline(&events), ["article", "reject duplicate same_link", "story"]);
    entry(&web, "3", PAGE);
    let later = crate::world::BEGIN.parse::<jiff::Timestamp>().unwrap().checked_add(720 * HOUR).unwrap();
    let settings =
        (EngineSettings::default(), PollSettings::default(), RevisitSettings { after: Vec::new() });
    let engine =
        crate::world::engine_at(Clock::starting_at(later), settings, &web, &journal, vec![configured(FEED)])
            .await;
    let events = events_after(engine, &journal, 740 * HOUR).await;
    assert_eq!(
        outline(&events),
        ["article", "reject duplicate same_link", "reject duplicate unchanged", "story"]
    );
}
