//! What a journal lets go, what it keeps, and what it still knows of what is gone.

use std::time::Duration;

use crate::harness::{announce, article, at, entry, feed, finish, journal, link, open, poll, reject};
use dateline_journal::{
    EntryCounts, EntryOutcome, Journal, Retention, RetentionPass, RetentionReport, StoryArticleRow,
    StoryUpdate,
};
use dateline_wire::{ArticleId, EventKind, RejectReason, Sequence, StoryEvent, StoryId};
use rusqlite::Connection;
use serde_json::json;
use tempfile::tempdir;

const DAY: i64 = 86_400;

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

/// Rules for a daemon without Kafka.
fn rules() -> Retention {
    Retention {
        events: Some(days(30)),
        stories: Some(days(30)),
        story_growth: Duration::from_secs(14 * 86_400),
        rejects: Some(days(30)),
        entries: Some(days(90)),
        links: days(1),
        max_bytes: None,
        only_delivered: false,
        sinks: Vec::new(),
        max_sink_wait: Duration::ZERO,
    }
}

async fn retain(journal: &Journal, rules: Retention, second: i64) -> RetentionReport {
    let mut pass = RetentionPass::new(rules, at(second));
    while pass.step(journal).await.unwrap() {}
    pass.report()
}

/// An entry of the first feed that ends as an article.
async fn publish(journal: &Journal, guid: &str, text: &str, second: i64) -> EntryOutcome {
    announce(journal, 0, vec![entry(guid, "A")], second).await.unwrap();
    finish(journal, &feed(0).id, guid, article(guid, "A", text), second).await.unwrap().outcome
}

async fn dismiss(journal: &Journal, guid: &str, second: i64) {
    announce(journal, 0, vec![entry(guid, "A")], second).await.unwrap();
    finish(journal, &feed(0).id, guid, reject(RejectReason::NotRelevant), second).await.unwrap();
}

fn places(journal: &Journal) -> Vec<u64> {
    let events = journal.events_after(Sequence::START, usize::MAX, None).unwrap();
    events.iter().map(|event| event.sequence.0).collect()
}

#[tokio::test]
async fn events_go_when_they_are_old_and_the_last_stays() {
    let (_folder, journal) = journal().await;
    for day in 0..4 {
        publish(&journal, &day.to_string(), "x", day * DAY).await;
    }
    assert_eq!(retain(&journal, rules(), 29 * DAY).await.events, 0);
    assert_eq!(journal.reader().gone(None).unwrap(), Sequence::START);
    assert_eq!(retain(&journal, rules(), 32 * DAY).await.events, 2);
    assert_eq!((places(&journal), journal.reader().gone(None).unwrap()), (vec![3, 4], Sequence(2)));
    assert_eq!(retain(&journal, rules(), 500 * DAY).await.events, 1);
    assert_eq!((places(&journal), journal.reader().gone(None).unwrap()), (vec![4], Sequence(3)));
    // The sequence goes on, and what was counted stays counted.
    publish(&journal, "next", "x", 500 * DAY).await;
    let status = journal.status().unwrap();
    assert_eq!((status.last_sequence, status.events.of(EventKind::Article)), (Sequence(5), 5));
    assert_eq!((status.gone, status.last_event), (Sequence(3), Some(at(500 * DAY))));
}

#[tokio::test]
async fn an_event_that_kafka_lacks_stays_however_old_it_is_and_so_does_the_one_at_the_position() {
    let (_folder, journal) = journal().await;
    for number in 0..6 {
        publish(&journal, &number.to_string(), "x", number).await;
    }
    let rules = Retention { only_delivered: true, max_bytes: Some(1), ..rules() };
    let report = retain(&journal, rules.clone(), 900 * DAY).await;
    assert_eq!((report.events, report.is_over_size), (0, true), "nothing was ever delivered");
    journal.set_relay_position(Sequence(4)).await.unwrap();
    assert_eq!(retain(&journal, rules, 900 * DAY).await.events, 3);
    assert_eq!(places(&journal), [4, 5, 6]);
}

#[tokio::test]
async fn rejects_may_go_sooner_and_each_kind_says_how_far_it_is_gone() {
    let (_folder, journal) = journal().await;
    for number in 0..4 {
        publish(&journal, &format!("a{number}"), "x", number).await;
        dismiss(&journal, &format!("r{number}"), number).await;
    }
    let rules = Retention { rejects: Some(days(3)), ..rules() };
    assert_eq!(retain(&journal, rules, 4 * DAY).await.events, 3);
    assert_eq!(places(&journal), [1, 3, 5, 7, 8]);
    let gone = |kind| journal.reader().gone(kind).unwrap().0;
    assert_eq!([gone(Some(EventKind::Article)), gone(Some(EventKind::Reject)), gone(None)], [0, 6, 6]);
}

#[tokio::test]
async fn what_is_kept_for_ever_is_kept() {
    let (_folder, journal) = journal().await;
    publish(&journal, "a", "x", 0).await;
    publish(&journal, "b", "x", 0).await;
    let rules = Retention { events: None, rejects: None, entries: None, ..rules() };
    let report = retain(&journal, rules, 9_000 * DAY).await;
    assert_eq!((report.events, report.entries, report.links), (0, 0, 2));
}

#[tokio::test]
async fn what_a_recording_brought_is_no_older_than_its_replay() {
    let (_folder, journal) = journal().await;
    publish(&journal, "a", "x", 0).await;
    publish(&journal, "b", "x", 0).await;
    journal.note_replay(at(300 * DAY)).await.unwrap();
    let now = retain(&journal, rules(), 300 * DAY + 60).await;
    assert_eq!((now.events, now.entries, now.links), (0, 0, 0));
    assert!(journal.seen_link(&link("a")).unwrap().is_some());
    let later = retain(&journal, rules(), 400 * DAY).await;
    assert_eq!((later.events, later.entries, later.links), (1, 2, 2));
}

#[tokio::test]
async fn an_article_whose_events_are_gone_is_still_known_unchanged_or_revised() {
    let (_folder, journal) = journal().await;
    publish(&journal, "a", "One.", 0).await;
    publish(&journal, "last", "x", 0).await;
    retain(&journal, rules(), 400 * DAY).await;
    assert_eq!(places(&journal), [2]);
    // Another feed announces it.
    announce(&journal, 1, vec![entry("a", "A")], 400 * DAY).await.unwrap();
    assert_eq!(journal.seen_link(&link("a")).unwrap(), None, "its page is fetched again");
    let again = finish(&journal, &feed(1).id, "a", article("a", "A", "One."), 400 * DAY).await.unwrap();
    assert_eq!(again.outcome, EntryOutcome::Duplicate);
    announce(&journal, 1, vec![entry("a", "A, corrected")], 401 * DAY).await.unwrap();
    let revised =
        finish(&journal, &feed(1).id, "a", article("a", "A", "One. Two."), 401 * DAY).await.unwrap();
    assert_eq!(revised.outcome, EntryOutcome::Article { revision: 2 });
}

#[tokio::test]
async fn a_feed_may_be_silent_for_years_and_come_back_with_its_old_entries() {
    let (_folder, journal) = journal().await;
    for guid in ["a", "b"] {
        publish(&journal, guid, "One.", 0).await;
    }
    announce(&journal, 0, vec![entry("waits", "W")], 0).await.unwrap();
    assert_eq!(retain(&journal, rules(), 89 * DAY).await.entries, 0);
    assert_eq!(retain(&journal, rules(), 91 * DAY).await.entries, 2);
    assert_eq!(retain(&journal, rules(), 92 * DAY).await.entries, 0, "what waits stays");
    let years = 3_000 * DAY;
    let listed = vec![entry("a", "A"), entry("b", "B, corrected"), entry("new", "N")];
    assert_eq!(
        announce(&journal, 0, listed.clone(), years).await.unwrap(),
        EntryCounts { new: 1, changed: 1 }
    );
    let waiting = journal.pending(at(years), 10).unwrap().entries;
    let titles: Vec<_> = waiting.iter().filter_map(|pending| pending.entry.title.as_deref()).collect();
    assert_eq!(titles, ["W", "B, corrected", "N"]);
    assert_eq!(announce(&journal, 0, listed, years + 1).await.unwrap(), EntryCounts::default());
    assert_eq!(journal.status().unwrap().entries, 4, "an entry that comes back is counted once");
}

#[tokio::test]
async fn an_entry_that_its_feed_goes_on_listing_stays_whole() {
    let (_folder, journal) = journal().await;
    publish(&journal, "a", "One.", 0).await;
    for day in 1..100 {
        journal.commit_poll(poll(feed(0), vec![entry("a", "A")], day * DAY)).await.unwrap();
    }
    assert_eq!(retain(&journal, rules(), 150 * DAY).await.entries, 0);
    assert_eq!(retain(&journal, rules(), 190 * DAY).await.entries, 1);
}

#[tokio::test]
async fn a_file_that_holds_too_much_lets_the_oldest_events_go_and_gives_the_room_back() {
    let (folder, journal) = journal().await;
    let text = "x".repeat(100_000);
    for number in 0..400 {
        publish(&journal, &number.to_string(), &text, number).await;
    }
    let length = || std::fs::metadata(folder.path().join("journal.db")).unwrap().len();
    let rules = Retention { max_bytes: Some(10_000_000), ..rules() };
    let report = retain(&journal, rules.clone(), 1_000).await;
    assert!(report.events > 290 && report.pages > 0 && !report.is_over_size, "{report:?}");
    let kept = places(&journal);
    assert_eq!(kept, (kept[0]..=400).collect::<Vec<_>>());
    assert_eq!(journal.reader().gone(None).unwrap().0, kept[0] - 1);
    drop(journal);
    // Beside what is used, up to 16 MiB stay for what comes next.
    assert!(length() < 10_000_000 + (16 << 20) + 100_000, "{}", length());
    let journal = open(folder.path());
    assert_eq!(retain(&journal, rules, 1_000).await, RetentionReport::default(), "once it is small it rests");
}

/// A story of one article, and much that is kept of that.
fn told(story: &str, second: i64) -> StoryUpdate {
    let event = json!({
        "id": format!("{story}.1"), "story": story, "revision": 1, "state": "open", "changes": [], "titles": {},
        "first_reported": at(second), "last_reported": at(second), "entities": [], "acts": [], "languages": [],
        "article_count": 1, "origin_count": 1, "articles": [], "independent_origins": []
    });
    let row = StoryArticleRow {
        article: ArticleId::from_stored(story),
        story: StoryId::from_stored(story),
        data: "x".repeat(100_000),
    };
    let told: StoryEvent = serde_json::from_value(event).unwrap();
    StoryUpdate { articles: vec![row], events: vec![told.into()] }
}

#[tokio::test]
async fn a_file_that_holds_too_much_lets_stories_go_that_grow_no_more_and_keeps_those_that_may() {
    let (_folder, journal) = journal().await;
    for number in 0..100 {
        let day = if number < 80 { 0 } else { 15 };
        journal.tell_stories(told(&number.to_string(), day * DAY), at(day * DAY)).await.unwrap();
    }
    let forever = Retention { events: None, stories: None, ..rules() };
    let report = retain(&journal, Retention { max_bytes: Some(1_000_000), ..forever }, 20 * DAY).await;
    assert_eq!(report.stories, 80);
    assert!(report.is_over_size, "what may still grow stays, however much it takes: {report:?}");
    assert_eq!(journal.reader().stories(200).unwrap().len(), 20);
}

#[tokio::test]
async fn intake_goes_on_between_any_two_steps() {
    let (_folder, journal) = journal().await;
    for number in 0..1_500 {
        dismiss(&journal, &number.to_string(), 0).await;
    }
    let mut pass = RetentionPass::new(rules(), at(100 * DAY));
    let (mut steps, mut before) = (0, 0);
    while pass.step(&journal).await.unwrap() {
        let gone = pass.report().events - before;
        assert!(gone <= 256, "{gone} events at once");
        before = pass.report().events;
        steps += 1;
        let committed = announce(&journal, 1, vec![entry(&steps.to_string(), "x")], 100 * DAY).await.unwrap();
        assert_eq!(committed.new, 1);
    }
    assert_eq!((pass.report().events, pass.report().entries), (1_499, 1_500));
}

#[tokio::test]
async fn a_file_of_an_older_version_gives_room_back_too() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let older = Connection::open(&path).unwrap();
    for step in ["1", "2", "3"] {
        let step = format!("{}/src/schema/{step}.sql", env!("CARGO_MANIFEST_DIR"));
        older.execute_batch(&std::fs::read_to_string(step).unwrap()).unwrap();
    }
    older
        .execute_batch(
            "PRAGMA application_id = 0x44617465; PRAGMA user_version = 3; \
             INSERT INTO journal (one, id, created, last_sequence) VALUES (1, 'epoch', 7, 300); \
             INSERT INTO event_counts VALUES ('health', 300) ON CONFLICT DO UPDATE SET events = 300; \
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300) \
             INSERT INTO events SELECT n, 7, 'health', n, 'key', '', hex(zeroblob(100000)) FROM n",
        )
        .unwrap();
    drop(older);
    let before = std::fs::metadata(&path).unwrap().len();
    let journal = open(folder.path());
    let report = retain(&journal, rules(), 0).await;
    assert_eq!((report.events, places(&journal)), (299, vec![300]));
    drop(journal);
    let after = std::fs::metadata(&path).unwrap().len();
    assert!(after < 20_000_000 && before > 60_000_000, "{before} became {after}");
}

/// A year of news at the journal's level: what stays is bounded, and nothing is published twice. `examples/year.rs` runs a busier one.
#[tokio::test]
async fn a_year_of_news_stays_bounded_and_nothing_is_published_twice() {
    let (folder, journal) = journal().await;
    let per_day = 12;
    let text = "x".repeat(4_000);
    let guid = |day: i64, number: i64| format!("{day}-{number}");
    let mut largest = [0_u64; 2];
    for day in 0..365_i64 {
        let second = day * DAY;
        let fresh: Vec<_> = (0..per_day).map(|number| guid(day, number)).collect();
        // What the feed still lists of the days before, and now and then of a time that is long forgotten.
        let back = if day % 50 == 49 { 0..day } else { (day - 2).max(0)..day };
        let mut listed: Vec<_> =
            back.flat_map(|day| (0..per_day).map(move |number| entry(&guid(day, number), "A"))).collect();
        listed.extend(fresh.iter().map(|guid| entry(guid, "A")));
        let committed = announce(&journal, 0, listed, second).await.unwrap();
        assert_eq!(committed, EntryCounts { new: fresh.len(), changed: 0 }, "day {day}");
        for guid in &fresh {
            let event = article(guid, "A", &text);
            let ended = finish(&journal, &feed(0).id, guid, event, second).await.unwrap();
            assert_eq!(ended.outcome, EntryOutcome::Article { revision: 1 });
        }
        retain(&journal, rules(), second).await;
        let bytes = journal.status().unwrap().bytes;
        let half = usize::from(day > 182);
        largest[half] = largest[half].max(bytes);
    }
    assert_eq!(journal.events_after(Sequence::START, usize::MAX, None).unwrap().len(), 31 * per_day as usize);
    let grown = largest[1] as f64 / largest[0] as f64;
    assert!(grown < 1.5, "{largest:?}");
    drop(journal);
    let bytes = std::fs::metadata(folder.path().join("journal.db")).unwrap().len();
    assert!(bytes < 20_000_000, "{bytes}");
}
