//! What single feeds are given beyond their address, as far as it decides what comes of their entries.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{
    OFF_SUBJECT, ON_SUBJECT, Web, configured, data, engine_for, events_after, item, journal, outline,
};
use dateline::config::EngineSettings;
use dateline_fetcher::{EntryFilter, Feed, FeedOptions, FullText, Judging, PollSettings};
use dateline_wire::{CloudEvent, EventKind};
use regex::Regex;
use serde_json::Value;

const FEED: &str = "https://news.example/rss";
const LINK: &str = "https://news.example/bridge";
const HOUR: Duration = Duration::from_secs(3600);

/// What comes of the feed, as `feed` is configured, within an hour.
async fn events_of(web: &Arc<Web>, feed: Feed) -> Vec<CloudEvent> {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine =
        engine_for(EngineSettings::default(), PollSettings::default(), web, &journal, vec![feed]).await;
    events_after(engine, &journal, HOUR).await
}

fn given(options: FeedOptions) -> Feed {
    configured(FEED).with_options(options)
}

fn html(paragraphs: &[&str]) -> String {
    paragraphs.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect()
}

/// An entry with an element of its own.
fn with_element(name: &str, paragraphs: &[&str]) -> String {
    let element = format!("<{name}><![CDATA[{}]]></{name}></item>", html(paragraphs));
    item(LINK, "A new bridge over the Tumen").replace("</item>", &element)
}

fn article(events: &[CloudEvent]) -> Value {
    data(events.iter().find(|event| event.kind == EventKind::Article).unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_a_pattern_leaves_out_is_rejected_before_anything_is_asked_for() {
    let web = Arc::new(Web::default());
    let ferry = "https://news.example/sport/ferry";
    web.feed(FEED, &[(LINK, "A bridge"), (ferry, "A race"), ("https://news.example/bread", "Bread")]);
    web.page(LINK, "A new bridge over the Tumen", &ON_SUBJECT);
    let pattern = |text| vec![Regex::new(text).unwrap()];
    let entries = EntryFilter { keep: pattern("bridge|race"), drop: pattern("/sport/") };
    let events = events_of(&web, given(FeedOptions { entries, ..FeedOptions::default() })).await;
    assert_eq!(outline(&events), ["article", "reject feed filtered", "reject feed filtered"]);
    assert_eq!(web.asked(ferry) + web.asked("https://news.example/bread"), 0);
    let detail = |link: &str| {
        let reject = events.iter().map(data).find(|event| event["entry"]["link"] == link).unwrap();
        reject["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(detail(ferry), "its title or link matches \"/sport/\" in `drop` of its feed");
}

#[tokio::test(start_paused = true)]
async fn a_feed_whose_own_text_is_wanted_is_read_without_a_page() {
    for element in ["content:encoded", "description"] {
        let web = Arc::new(Web::default());
        web.feed_with(FEED, vec![with_element(element, &ON_SUBJECT)]);
        web.page(LINK, "Another text", &OFF_SUBJECT);
        let feed = given(FeedOptions { full_text: FullText::Feed, ..FeedOptions::default() });
        let events = events_of(&web, feed).await;
        let article = article(&events);
        assert!(
            article["body"]["text"].as_str().unwrap().contains("new road bridge over the Tumen"),
            "{element}"
        );
        assert_eq!(web.asked(LINK) + web.asked("https://news.example/robots.txt"), 0);
    }
    let web = Arc::new(Web::default());
    web.feed(FEED, &[(LINK, "A bridge")]);
    let feed = given(FeedOptions { full_text: FullText::Feed, ..FeedOptions::default() });
    assert_eq!(outline(&events_of(&web, feed).await), ["reject feed no_text"]);
}

#[tokio::test(start_paused = true)]
async fn a_feed_whose_pages_are_wanted_never_stands_in_for_them() {
    let web = Arc::new(Web::default());
    web.feed_with(FEED, vec![with_element("content:encoded", &ON_SUBJECT)]);
    web.put(LINK, 403, "text/html", "forbidden");
    let feed = given(FeedOptions { full_text: FullText::Page, ..FeedOptions::default() });
    assert_eq!(outline(&events_of(&web, feed).await), ["reject fetch http_status"]);

    let crossings: Vec<String> = (1..9)
        .map(|day| {
            format!("On day {day} of the trial the ferry left the island with {} cars on board.", 20 + day)
        })
        .collect();
    let crossings = crossings.iter().map(String::as_str);
    let long: Vec<&str> = ON_SUBJECT.into_iter().chain(OFF_SUBJECT).chain(crossings).collect();
    web.feed_with(FEED, vec![with_element("content:encoded", &long)]);
    web.page(LINK, "A new bridge over the Tumen", &ON_SUBJECT);
    for (full_text, is_richer) in [(FullText::Page, false), (FullText::Auto, true)] {
        let events = events_of(&web, given(FeedOptions { full_text, ..FeedOptions::default() })).await;
        let text = article(&events)["body"]["text"].as_str().unwrap().to_owned();
        assert_eq!(text.contains("The ferry left"), is_richer, "{full_text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_feed_without_a_subject_brings_is_published_and_says_that_it_was_not_judged() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[(LINK, "A ferry")]);
    web.page(LINK, "Ferry runs again", &OFF_SUBJECT);
    let feed = given(FeedOptions { judging: Judging::Off, ..FeedOptions::default() });
    let events = events_of(&web, feed).await;
    assert_eq!(outline(&events), ["article"]);
    let expected = serde_json::json!({ "label": "not_judged", "reasons": [], "passages": [] });
    assert_eq!(article(&events)["relevance"], expected);
}

#[tokio::test(start_paused = true)]
async fn the_language_and_the_tags_of_a_feed_stand_in_its_articles() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[(LINK, "A bridge")]);
    web.page(LINK, "A new bridge over the Tumen", &ON_SUBJECT);
    let feed = given(FeedOptions { language: Some("eo".to_owned()), ..FeedOptions::default() });
    let events = events_of(&web, feed.with_tags(vec!["bridges".to_owned()])).await;
    let article = article(&events);
    assert_eq!(article["language"], "eo");
    assert_eq!(article["feed"]["tags"], serde_json::json!(["bridges"]));
}
