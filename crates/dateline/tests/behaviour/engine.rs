//! What the engine makes of a small web.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{
    OFF_SUBJECT, ON_SUBJECT, Web, data, engine, engine_with, events_after, item, journal, judging, outline,
    subject_with,
};
use dateline::config::EngineSettings;
use dateline::engine::{HEARTBEAT, PauseCause, StopCondition};
use dateline_fetcher::PollSettings;
use dateline_journal::{Journal, Options, Writing};
use dateline_wire::{EventKind, FeedId};
use tokio_util::sync::CancellationToken;

const FEED: &str = "https://news.example/rss";
const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn an_article_on_the_subject_is_published_and_another_rejected_with_its_reason() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[("https://news.example/bridge", "A bridge"), ("https://news.example/ferry", "A ferry")]);
    web.page("https://news.example/bridge", "A new bridge over the Tumen", &ON_SUBJECT);
    web.page("https://news.example/ferry", "Ferry runs again", &OFF_SUBJECT);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = engine(&web, &journal, &[FEED], 1).await;
    let events = events_after(engine, &journal, HOUR).await;
    assert_eq!(outline(&events), ["article", "reject judge not_relevant"]);
    let article = events.iter().find(|event| event.kind == EventKind::Article).unwrap();
    let article = data(article);
    assert_eq!(article["title"], "A new bridge over the Tumen");
    assert_eq!(article["url"], "https://news.example/bridge");
    assert_eq!(article["feed"]["url"], FEED);
    assert_eq!(article["revision"], 1);
    assert_eq!(journal.backlog().unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_two_feeds_announce_is_fetched_once() {
    let web = Arc::new(Web::default());
    let other = "https://other.example/rss";
    web.feed(FEED, &[("https://news.example/bridge?utm_source=a", "A bridge")]);
    web.feed(other, &[("https://news.example/bridge?utm_source=b", "Bridge!")]);
    web.page("https://news.example/bridge?utm_source=a", "A new bridge over the Tumen", &ON_SUBJECT);
    web.page("https://news.example/bridge?utm_source=b", "A new bridge over the Tumen", &ON_SUBJECT);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = engine(&web, &journal, &[FEED, other], 1).await;
    let events = events_after(engine, &journal, HOUR).await;
    assert_eq!(outline(&events), ["article", "reject duplicate same_link"]);
    let fetched = ["a", "b"].map(|from| web.asked(&format!("https://news.example/bridge?utm_source={from}")));
    assert_eq!(fetched.iter().sum::<usize>(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_announced_again_and_again_is_fetched_again_once_its_page_is_old() {
    let web = Arc::new(Web::default());
    let link = "https://news.example/bridge";
    web.feed(FEED, &[(link, "A bridge")]);
    web.page(link, "A new bridge over the Tumen", &ON_SUBJECT);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let minute = HOUR / 60;
    let settings = EngineSettings { refetch_after: HOUR, ..EngineSettings::default() };
    let poll = PollSettings {
        min_interval: minute,
        max_interval: minute,
        start_spread: Duration::ZERO,
        ..PollSettings::default()
    };
    let engine = engine_with(settings, poll, &web, &journal, &[FEED]).await;
    let announcements = async {
        // Within the hour, but the next more than an hour after the page was read.
        for title in ["The bridge", "That bridge"] {
            tokio::time::sleep(40 * minute).await;
            web.feed(FEED, &[(link, title)]);
        }
    };
    let (events, ()) = tokio::join!(events_after(engine, &journal, 2 * HOUR), announcements);
    assert_eq!(outline(&events), ["article", "reject duplicate same_link", "reject duplicate unchanged"]);
    assert_eq!(web.asked(link), 2);
}

#[tokio::test(start_paused = true)]
async fn an_article_from_the_feeds_own_text_does_not_count_as_its_page() {
    let web = Arc::new(Web::default());
    let other = "https://other.example/rss";
    let text: String = ON_SUBJECT.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect();
    let link = "https://news.example/bridge";
    let full = item(link, "A new bridge over the Tumen")
        .replace("</item>", &format!("<content:encoded><![CDATA[{text}]]></content:encoded></item>"));
    web.feed_with(FEED, vec![full]);
    web.feed(other, &[]);
    web.put(link, 403, "text/html", "forbidden");
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let poll = PollSettings { start_spread: Duration::ZERO, ..PollSettings::default() };
    let engine = engine_with(EngineSettings::default(), poll, &web, &journal, &[FEED, other]).await;
    let announcement = async {
        tokio::time::sleep(HOUR / 60).await;
        web.page(link, "A new bridge over the Tumen", &ON_SUBJECT);
        web.feed(other, &[(link, "A bridge")]);
    };
    let (events, ()) = tokio::join!(events_after(engine, &journal, 6 * HOUR), announcement);
    assert!(!outline(&events).contains(&"reject duplicate same_link".to_owned()));
    assert_eq!(web.asked(link), 2);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_for_a_passing_reason_is_asked_for_again_and_then_given_up() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[("https://down.example/a", "A"), ("https://news.example/gone", "B")]);
    web.put("https://down.example/a", 0, "text/html", "");
    web.put("https://news.example/gone", 410, "text/html", "gone");
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = engine(&web, &journal, &[FEED], 1).await;
    let events = events_after(engine, &journal, 72 * HOUR).await;
    assert_eq!(outline(&events), ["reject fetch connect", "reject fetch http_status"]);
    assert!(web.asked("https://down.example/a") > 1);
    assert_eq!(web.asked("https://news.example/gone"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_feeds_own_text_stands_in_for_a_forbidden_page() {
    let web = Arc::new(Web::default());
    let text: String = ON_SUBJECT.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect();
    let link = "https://news.example/bridge";
    let full = item(link, "A new bridge over the Tumen")
        .replace("</item>", &format!("<content:encoded><![CDATA[{text}]]></content:encoded></item>"));
    web.feed_with(FEED, vec![full]);
    web.put(link, 403, "text/html", "forbidden");
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = engine(&web, &journal, &[FEED], 1).await;
    let events = events_after(engine, &journal, HOUR).await;
    assert_eq!(outline(&events), ["article"]);
    let article = data(&events[0]);
    assert_eq!(article["title_source"], "feed");
    assert!(article["body"]["text"].as_str().unwrap().contains("new road bridge over the Tumen"));
}

#[tokio::test(start_paused = true)]
async fn a_dead_link_that_redirects_to_the_front_page_gives_no_article() {
    let lead: String = ON_SUBJECT.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect();
    let card = |number: usize| {
        format!(
            "<div class=card><h3><a href=/{number}>Story number {number} of the day</a></h3><p>On day {number}: {}</p></div>",
            ON_SUBJECT[number % 3]
        )
    };
    // However few other stories stand there.
    for cards in [8, 2, 0] {
        let cards: String = (0..cards).map(card).collect();
        let front = format!(
            "<!doctype html><title>News</title><main><h1>A new bridge over the Tumen</h1>{lead}{cards}</main>"
        );
        let web = Arc::new(Web::default());
        web.feed(FEED, &[("https://news.example/gone", "A bridge")]);
        web.redirect("https://news.example/gone", "https://news.example/");
        web.put("https://news.example/", 200, "text/html; charset=utf-8", front);
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path());
        let engine = engine(&web, &journal, &[FEED], 1).await;
        assert_eq!(outline(&events_after(engine, &journal, HOUR).await), ["reject extract index"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_borderline_article_is_published_with_that_label_or_rejected_as_the_subject_says() {
    for (is_published, expected) in [("true", "article"), ("false", "reject judge not_relevant")] {
        let web = Arc::new(Web::default());
        web.feed(FEED, &[("https://news.example/bridge", "A bridge")]);
        web.page("https://news.example/bridge", "A new bridge over the Tumen", &ON_SUBJECT);
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path());
        // Nothing is relevant by so high a threshold.
        let subject = subject_with(&[
            ("threshold = 0.6", "threshold = 0.9999999"),
            ("publish_borderline = true", &format!("publish_borderline = {is_published}")),
        ]);
        let engine = judging(subject, &web, &journal, &[FEED]).await;
        let events = events_after(engine, &journal, HOUR).await;
        assert_eq!(outline(&events), [expected], "{is_published}");
        assert_eq!(data(&events[0])["relevance"]["label"], "borderline");
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_without_a_link_is_rejected_at_the_feed() {
    let web = Arc::new(Web::default());
    web.feed_with(FEED, vec!["<item><guid isPermaLink='false'>7</guid><title>No link</title></item>".into()]);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = engine(&web, &journal, &[FEED], 1).await;
    assert_eq!(outline(&events_after(engine, &journal, HOUR).await), ["reject feed no_link"]);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_is_none_keeps_its_reason_and_harms_no_other() {
    let web = Arc::new(Web::default());
    let broken = "https://broken.example/rss";
    web.put(broken, 200, "text/html", "<html><body>Please enable scripts</body></html>");
    web.feed(FEED, &[("https://news.example/bridge", "A bridge")]);
    web.page("https://news.example/bridge", "A new bridge over the Tumen", &ON_SUBJECT);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = engine(&web, &journal, &[broken, FEED], 1).await;
    assert_eq!(outline(&events_after(engine, &journal, HOUR).await), ["article"]);
    let states = journal.feeds().unwrap();
    let failing = states.iter().find(|state| state.url.as_str() == broken).unwrap();
    assert!(failing.failures > 0);
    assert!(failing.last_error.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_put_off_makes_room_for_the_next() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[("https://down.example/a", "A"), ("https://news.example/bridge", "A bridge")]);
    web.put("https://down.example/a", 503, "text/plain", "later");
    web.page("https://news.example/bridge", "A new bridge over the Tumen", &ON_SUBJECT);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let settings = EngineSettings { pages_in_flight: 1, ..EngineSettings::default() };
    let poll = PollSettings { start_spread: Duration::ZERO, ..PollSettings::default() };
    let engine = engine_with(settings, poll, &web, &journal, &[FEED]).await;
    // Sooner than the first is asked for again.
    assert_eq!(outline(&events_after(engine, &journal, HOUR / 120).await), ["article"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_due_and_finds_no_room_is_waited_for_without_turning_in_circles() {
    let web = Arc::new(Web::default());
    // On one host, which is asked once a second, so that all but the first are overdue for a while.
    let feeds: Vec<String> = (0..8).map(|feed| format!("https://news.example/{feed}.xml")).collect();
    feeds.iter().for_each(|feed| web.feed(feed, &[]));
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let settings = EngineSettings { polls_in_flight: 1, ..EngineSettings::default() };
    let poll = PollSettings { start_spread: Duration::ZERO, ..PollSettings::default() };
    let names: Vec<&str> = feeds.iter().map(String::as_str).collect();
    let engine = engine_with(settings, poll, &web, &journal, &names).await;
    let mut running = Box::pin(events_after(engine, &journal, HOUR / 60));
    let mut turns = 0;
    // The runtime asks again whenever something has happened, or at once where the engine has not come to rest.
    std::future::poll_fn(|context| {
        turns += 1;
        assert!(turns < 1_000, "the engine doesn't come to rest");
        running.as_mut().poll(context)
    })
    .await;
    assert!(feeds.iter().all(|feed| web.asked(feed) == 1));
}

/// The same world twice, on one thread and on four: the same bytes, ids and order.
#[test]
fn events_do_not_depend_on_the_number_of_threads() {
    let run = |threads: usize| {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let web = Arc::new(Web::default());
            let feeds: Vec<String> = (0..4).map(|feed| format!("https://f{feed}.example/rss")).collect();
            for (number, feed) in feeds.iter().enumerate() {
                let links: Vec<String> =
                    (0..15).map(|entry| format!("https://h{}.example/{number}-{entry}", entry % 5)).collect();
                let items: Vec<_> = links.iter().map(|link| (link.as_str(), link.as_str())).collect();
                web.feed(feed, &items);
                for (entry, link) in links.iter().enumerate() {
                    let mut text = if entry % 2 == 0 { ON_SUBJECT } else { OFF_SUBJECT }.to_vec();
                    text.extend(std::iter::repeat_n(OFF_SUBJECT[0], (entry * 7) % 40));
                    web.page(link, &format!("Story {number}-{entry}"), &text);
                }
            }
            let folder = tempfile::tempdir().unwrap();
            let journal = journal(folder.path());
            let names: Vec<&str> = feeds.iter().map(String::as_str).collect();
            let engine = engine(&web, &journal, &names, threads).await;
            events_after(engine, &journal, HOUR).await
        })
    };
    let once = run(1);
    assert_eq!(once.len(), 60);
    assert_eq!(once, run(4));
    assert_eq!(once, run(4));
}

#[tokio::test(start_paused = true)]
async fn a_journal_without_room_for_a_change_that_nobody_repeats_is_told_and_so_is_that_it_has_room_again() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[]);
    let folder = tempfile::tempdir().unwrap();
    let options = Options { max_bytes: Some(1 << 20), writing: Writing::InPlace, ..Options::default() };
    let journal = Journal::open(folder.path().join("journal.db"), options).unwrap();
    let engine = engine(&web, &journal, &[FEED], 1).await;
    let (mut pulse, stop) = (engine.pulse(), CancellationToken::new());
    let running = tokio::spawn(engine.run(StopCondition::Stopped, stop.clone(), HOUR));
    let mut large = journal.feeds().unwrap();
    large[0].id = FeedId::from_stored("1a4ce");
    large[0].body_sha256 = Some("x".repeat(2 << 20));
    // Another change of the engine's may come between, which finds room.
    loop {
        assert!(journal.configure_feeds(large.clone()).await.unwrap_err().is_full());
        let told = pulse.wait_for(|pulse| pulse.paused == Some(PauseCause::Full));
        if tokio::time::timeout(3 * HEARTBEAT, told).await.is_ok() {
            break;
        }
    }
    pulse.wait_for(|pulse| pulse.paused.is_none()).await.unwrap();
    stop.cancel();
    running.await.unwrap().unwrap();
}
