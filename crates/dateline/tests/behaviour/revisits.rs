//! What the engine makes of published articles whose page is visited again.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{ON_SUBJECT, Web, configured, data, engine_at, journal, outline};
use dateline::config::{EngineSettings, RevisitSettings};
use dateline::engine::{Engine, StopCondition};
use dateline_fetcher::{Clock, PollSettings};
use dateline_journal::Journal;
use dateline_wire::{CloudEvent, EventKind, Sequence};
use jiff::Timestamp;
use serde_json::json;
use tokio_util::sync::CancellationToken;

const FEED: &str = "https://news.example/rss";
const LINK: &str = "https://news.example/bridge";
const TITLE: &str = "A new bridge over the Tumen";
const HOUR: Duration = Duration::from_secs(3600);

/// A feed with one article on the subject.
fn one_article() -> Arc<Web> {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[(LINK, "A bridge")]);
    web.page(LINK, TITLE, &ON_SUBJECT);
    web
}

fn begin() -> Timestamp {
    crate::world::BEGIN.parse().unwrap()
}

/// An engine that begins `since` later, and visits pages again as configured by default.
async fn visiting(web: &Arc<Web>, journal: &Journal, since: Duration) -> Engine {
    let poll = PollSettings { start_spread: Duration::ZERO, ..PollSettings::default() };
    let clock = Clock::starting_at(begin().checked_add(since).unwrap());
    let settings = (EngineSettings::default(), poll, RevisitSettings::default());
    engine_at(clock, settings, web, journal, vec![configured(FEED)]).await
}

async fn run_until(engine: Engine, journal: &Journal, end: Duration) -> Vec<CloudEvent> {
    let until = StopCondition::Idle(begin().checked_add(end).unwrap());
    engine.run(until, CancellationToken::new(), Duration::ZERO).await.unwrap();
    journal.events_after(Sequence::START, usize::MAX, None).unwrap()
}

/// What happens to a web.
type Happening = Box<dyn Fn(&Web)>;

/// What comes of a web for ten days, while things happen to it: each after so long.
async fn ten_days(web: &Arc<Web>, happenings: Vec<(Duration, Happening)>) -> Vec<CloudEvent> {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = visiting(web, &journal, Duration::ZERO).await;
    let history = async {
        let start = tokio::time::Instant::now();
        for (after, happen) in happenings {
            tokio::time::sleep_until(start + after).await;
            happen(web);
        }
    };
    let (events, ()) = tokio::join!(run_until(engine, &journal, 240 * HOUR), history);
    assert_eq!(journal.status().unwrap().revisits, 0, "the last visit was made");
    events
}

fn hours_of(events: &[CloudEvent]) -> Vec<(EventKind, i64)> {
    events.iter().map(|event| (event.kind, event.time.duration_since(begin()).as_hours())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_page_that_stays_as_it_is_is_visited_four_times_and_nothing_is_told() {
    let web = one_article();
    let events = ten_days(&web, Vec::new()).await;
    assert_eq!(outline(&events), ["article"]);
    assert_eq!(web.asked(LINK), 5);
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_no_feed_tells_of_is_a_revision_that_says_what_was_changed() {
    let web = one_article();
    let events = ten_days(
        &web,
        vec![(
            2 * HOUR,
            Box::new(|web| {
                let edited = ON_SUBJECT[2].replace("in the autumn", "next spring");
                web.page(LINK, TITLE, &[ON_SUBJECT[0], ON_SUBJECT[1], &edited]);
            }),
        )],
    )
    .await;
    assert_eq!(hours_of(&events), [(EventKind::Article, 0), (EventKind::Article, 6)]);
    let revised = data(&events[1]);
    assert_eq!((&revised["revision"], &revised["changes"][0]["kind"]), (&json!(2), &json!("changed")));
    assert_eq!(revised["feed"]["url"], FEED);
    assert_eq!(revised["entry"]["link"], LINK);
}

#[tokio::test(start_paused = true)]
async fn an_edit_a_month_later_says_what_was_changed_also_after_a_restart() {
    let web = one_article();
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    run_until(visiting(&web, &journal, Duration::ZERO).await, &journal, 240 * HOUR).await;
    let edited = ON_SUBJECT[2].replace("in the autumn", "next spring");
    web.page(LINK, TITLE, &[ON_SUBJECT[0], ON_SUBJECT[1], &edited]);
    web.feed(FEED, &[(LINK, "A bridge, later")]);
    let engine = visiting(&web, &journal, 720 * HOUR).await;
    let events = run_until(engine, &journal, 722 * HOUR).await;
    assert_eq!(hours_of(&events), [(EventKind::Article, 0), (EventKind::Article, 720)]);
    assert_eq!(data(&events[1])["changes"][0]["kind"], "changed");
}

#[tokio::test(start_paused = true)]
async fn another_advertisement_is_no_revision() {
    let web = one_article();
    let events = ten_days(
        &web,
        vec![(HOUR / 2, Box::new(|web| web.page(LINK, TITLE, &[&ON_SUBJECT[..], &["Views: 17"]].concat())))],
    )
    .await;
    assert_eq!(outline(&events), ["article"]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_gone_on_two_visits_is_a_withdrawal() {
    for status in [404, 410] {
        let web = one_article();
        let gone: Box<dyn Fn(&Web)> = Box::new(move |web| web.put(LINK, status, "text/html", "gone"));
        let events = ten_days(&web, vec![(HOUR / 2, gone)]).await;
        assert_eq!(hours_of(&events), [(EventKind::Article, 0), (EventKind::Withdrawal, 2)]);
        let (article, withdrawal) = (data(&events[0]), data(&events[1]));
        assert_eq!(withdrawal["withdraws"], article["id"]);
        assert_eq!(withdrawal["url"], LINK);
        assert_eq!(withdrawal["reason"], if status == 404 { "not_found" } else { "gone" });
        assert_eq!(events[0].key, events[1].key);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_redirects_to_its_front_page_is_gone() {
    let web = one_article();
    web.page("https://news.example/", "Harbour Gazette", &ON_SUBJECT);
    let gone: Box<dyn Fn(&Web)> = Box::new(|web| web.redirect(LINK, "https://www.news.example/"));
    let events = ten_days(&web, vec![(HOUR / 2, gone)]).await;
    assert_eq!(outline(&events), ["article", "withdrawal"]);
    assert_eq!(data(&events[1])["reason"], "front_page");
}

#[tokio::test(start_paused = true)]
async fn a_moments_outage_a_refusal_and_a_failing_server_withdraw_nothing() {
    for (status, length) in [(404, HOUR), (403, 239 * HOUR), (500, 239 * HOUR), (0, 239 * HOUR)] {
        let web = one_article();
        let events = ten_days(
            &web,
            vec![
                (HOUR / 2, Box::new(move |web| web.put(LINK, status, "text/html", "not now"))),
                (HOUR / 2 + length, Box::new(|web| web.page(LINK, TITLE, &ON_SUBJECT))),
            ],
        )
        .await;
        assert_eq!(outline(&events), ["article"], "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_article_that_comes_back_is_a_revision_even_word_for_word() {
    let web = one_article();
    let events = ten_days(
        &web,
        vec![
            (HOUR / 2, Box::new(|web| web.put(LINK, 404, "text/html", "gone"))),
            (3 * HOUR, Box::new(|web| web.page(LINK, TITLE, &ON_SUBJECT))),
        ],
    )
    .await;
    let kinds = [(EventKind::Article, 0), (EventKind::Withdrawal, 2), (EventKind::Article, 6)];
    assert_eq!(hours_of(&events), kinds);
    assert_eq!(data(&events[2])["revision"], 2);
    assert_eq!(data(&events[2])["changes"], serde_json::Value::Null, "not a word is other");
}

#[tokio::test(start_paused = true)]
async fn a_kill_between_two_visits_and_a_clock_that_jumps_lose_and_repeat_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let web = one_article();
    let first = journal(folder.path());
    run_until(visiting(&web, &first, Duration::ZERO).await, &first, HOUR / 2).await;
    web.put(LINK, 410, "text/html", "gone");
    let second = visiting(&web, &first, HOUR / 2).await;
    let found = run_until(second, &first, HOUR + HOUR / 2).await;
    assert_eq!(outline(&found), ["article"], "gone once");
    drop(first);
    // It stood still for a day, its clock was set back before that, and it was killed while a visit was under way.
    let again = journal(folder.path());
    assert_eq!(again.revisits_due(begin().checked_add(25 * HOUR).unwrap(), 9).unwrap().revisits.len(), 1);
    drop(again);
    let again = journal(folder.path());
    let events = run_until(visiting(&web, &again, 25 * HOUR).await, &again, 240 * HOUR).await;
    assert_eq!(hours_of(&events), [(EventKind::Article, 0), (EventKind::Withdrawal, 25)]);
}

#[tokio::test(start_paused = true)]
async fn what_a_feed_has_announced_that_is_configured_no_more_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let web = one_article();
    let journal = journal(folder.path());
    run_until(visiting(&web, &journal, Duration::ZERO).await, &journal, HOUR / 2).await;
    let clock = Clock::starting_at(begin().checked_add(HOUR / 2).unwrap());
    let settings = (EngineSettings::default(), PollSettings::default(), RevisitSettings::default());
    let other = vec![configured("https://other.example/rss")];
    run_until(engine_at(clock, settings, &web, &journal, other).await, &journal, 240 * HOUR).await;
    assert_eq!((web.asked(LINK), journal.status().unwrap().revisits), (1, 0));
}
