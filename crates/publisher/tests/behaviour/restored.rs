//! A journal that was restored from a copy, with Kafka ahead of it.

use std::collections::HashSet;
use std::path::Path;

use crate::harness::{Running, assert_each_once, broker, deliver_all, open, read_committed, settings};
use crate::outcomes::{announce, article, entry, feed, finish, reject};
use dateline_journal::{EntryCounts, Journal, RestoreOptions, backup, restore};
use dateline_publisher::{KafkaSettings, RelayError, overrule_position};
use dateline_wire::{Entry, EntryRef, Event, FeedRef, RejectReason, Sequence};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::FromClientConfig;
use tempfile::{TempDir, tempdir};

/// What becomes of an entry, by its guid: those that begin with `r` are rejected, the others are articles, whose text follows the
/// title.
fn outcome_of(entry: &Entry) -> Event {
    let guid = entry.guid.clone().unwrap();
    let title = entry.title.clone().unwrap();
    let state = feed(0);
    let by = FeedRef { id: state.id, url: state.url, name: None, tags: Vec::new() };
    let announced = EntryRef {
        id: entry.id.clone(),
        guid: entry.guid.clone(),
        link: entry.link.clone(),
        title: entry.title.clone(),
        published: None,
    };
    match if guid.starts_with('r') {
        reject(RejectReason::NotRelevant)
    } else {
        article(&guid, &title, &title)
    } {
        Event::Article(mut event) => {
            (event.feed, event.entry) = (Some(by), Some(announced));
            Event::Article(event)
        }
        Event::Reject(mut event) => {
            (event.feed, event.entry) = (Some(by), Some(announced));
            Event::Reject(event)
        }
        other => other,
    }
}

/// The feed lists these (guid and title); what is new or edited is worked on until nothing waits.
async fn take_in(journal: &Journal, listed: &[(&str, &str)], second: i64) -> EntryCounts {
    let entries = listed.iter().map(|(guid, title)| entry(guid, title)).collect();
    let counts = announce(journal, 0, entries, second).await.unwrap();
    work_off(journal, second).await;
    counts
}

async fn work_off(journal: &Journal, second: i64) {
    for pending in journal.pending(crate::outcomes::at(second), 100).unwrap().entries {
        let event = outcome_of(&pending.entry);
        finish(journal, &pending.feed, &pending.entry.guid.clone().unwrap(), event, second).await.unwrap();
    }
}

/// What the feed lists at the end of the lost journal's time.
const LISTED: [(&str, &str); 7] = [
    ("a", "A, corrected"),
    ("r1", "R"),
    ("waits", "W"),
    ("r-waits", "RW"),
    ("late", "L"),
    ("r-late", "RL"),
    ("late too", "LT"),
];

/// A journal that had a copy made of it, went on, delivered, and is lost: the folder with `copy` in it, and how far it came.
async fn lost(settings: &KafkaSettings) -> (TempDir, Sequence) {
    let folder = tempdir().unwrap();
    let journal = open(folder.path());
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    take_in(&journal, &[("a", "A"), ("r1", "R")], 1).await;
    announce(&journal, 0, vec![entry("waits", "W"), entry("r-waits", "RW")], 2).await.unwrap();
    deliver_all(settings, &journal).await;
    backup(&folder.path().join("journal.db"), &folder.path().join("copy"), |_, _| {}).unwrap();
    work_off(&journal, 3).await;
    take_in(&journal, &LISTED, 4).await;
    deliver_all(settings, &journal).await;
    let last = journal.last_sequence().unwrap();
    assert_eq!(last, Sequence(8));
    (folder, last)
}

fn restored(folder: &Path, name: &str) -> Journal {
    let target = folder.join(name).join("journal.db");
    restore(
        &folder.join("copy"),
        &target,
        RestoreOptions { replace: false, reconcile: true, unchecked: false },
    )
    .unwrap();
    open(target.parent().unwrap())
}

/// Subscribers have every event once, and no event id twice.
fn assert_complete(settings: &KafkaSettings, journal: &Journal) {
    let received = read_committed(settings);
    assert_each_once(journal, &received);
    let ids: HashSet<&str> = received.iter().map(|record| record.headers["ce_id"].as_str()).collect();
    assert_eq!(ids.len(), received.len(), "an event was told twice");
}

#[tokio::test]
async fn a_restored_journal_takes_what_it_lacks_from_kafka_and_goes_on_after_it() {
    let Some(brokers) = broker() else { return };
    let settings = settings(&brokers, "restored");
    let (folder, last) = lost(&settings).await;
    let journal = restored(folder.path(), "new");
    deliver_all(&settings, &journal).await;
    let mut running = Running::start(&settings, &journal);
    running.reach(last.0).await;
    assert_eq!(journal.last_sequence().unwrap(), last);

    // What the feed lists is known, but for what is new; what had waited is looked at once more and not told again.
    let mut listed = LISTED.to_vec();
    listed.push(("new", "N"));
    assert_eq!(take_in(&journal, &listed, 10).await, EntryCounts { new: 1, changed: 0 });
    assert_eq!(journal.last_sequence().unwrap(), last.next());
    assert_eq!(
        (journal.backlog().unwrap(), take_in(&journal, &listed, 11).await),
        (0, EntryCounts::default())
    );
    // An article that was published in the lost part is revised, not published anew.
    assert_eq!(take_in(&journal, &[("late", "L, corrected")], 12).await.changed, 1);
    running.reach(last.0 + 2).await;
    running.stop().await;
    assert_complete(&settings, &journal);
    let events = journal.events_after(last.next(), 10, None).unwrap();
    let revised: serde_json::Value = serde_json::from_str(&events[0].data).unwrap();
    assert_eq!(revised["revision"], 2);
}

#[tokio::test]
async fn intake_goes_on_before_kafka_can_be_asked_and_nothing_of_it_is_told_twice() {
    let Some(brokers) = broker() else { return };
    let settings = settings(&brokers, "held");
    let (folder, last) = lost(&settings).await;
    let journal = restored(folder.path(), "new");
    let copied = journal.last_sequence().unwrap();
    let mut listed = LISTED.to_vec();
    listed.extend([("new", "N"), ("r-new", "RN")]);
    listed[4] = ("late", "L, corrected");
    let counts = take_in(&journal, &listed, 10).await;
    assert_eq!(counts, EntryCounts { new: 5, changed: 1 });
    assert_eq!((journal.last_sequence().unwrap(), journal.backlog().unwrap()), (copied, 0));
    assert_eq!(journal.status().unwrap().held, Some(8));
    let mut running = Running::start(&settings, &journal);
    // The new ones, and what has changed since it was delivered.
    running.reach(last.0 + 3).await;
    running.stop().await;
    assert_eq!(journal.last_sequence().unwrap(), Sequence(last.0 + 3));
    assert_complete(&settings, &journal);
    assert_eq!(take_in(&journal, &listed, 11).await, EntryCounts::default());
}

#[tokio::test]
async fn whichever_copy_is_restored_again_the_last_that_delivered_is_continued_and_the_others_are_refused() {
    let Some(brokers) = broker() else { return };
    let settings = settings(&brokers, "again");
    let (folder, last) = lost(&settings).await;
    let second = restored(folder.path(), "second");
    deliver_all(&settings, &second).await;
    let mut running = Running::start(&settings, &second);
    running.reach(last.0).await;
    take_in(&second, &[("second", "S")], 10).await;
    running.reach(last.0 + 1).await;
    running.stop().await;

    let third = restored(folder.path(), "third");
    let mut running = Running::start(&settings, &third);
    running.reach(last.0 + 1).await;
    assert_eq!(take_in(&third, &[("second", "S"), ("third", "T")], 20).await.new, 1);
    running.reach(last.0 + 2).await;
    running.stop().await;
    assert_complete(&settings, &third);

    for old in [&open(folder.path()), &second] {
        take_in(old, &[("rival", "X")], 30).await;
        let error = Running::start(&settings, old).failure().await;
        let word = format!("process {}", std::process::id());
        let superseded = matches!(&error, RelayError::Superseded { by, .. } if by.contains(&word));
        assert!(superseded && error.needs_operator(), "{error}");
    }
    // Killed after Kafka was told, before the journal was: it is done again.
    drop(third);
    let file = folder.path().join("third/journal.db");
    rusqlite::Connection::open(&file).unwrap().execute("UPDATE journal SET reconciling = 1", []).unwrap();
    let third = open(file.parent().unwrap());
    take_in(&third, &[("after", "Z")], 40).await;
    let mut running = Running::start(&settings, &third);
    running.reach(last.0 + 3).await;
    running.stop().await;
    assert_complete(&settings, &third);
}

#[tokio::test]
async fn a_copy_that_kafka_is_behind_of_is_delivered_from_where_kafka_is() {
    let Some(brokers) = broker() else { return };
    let settings = settings(&brokers, "ahead");
    let folder = tempdir().unwrap();
    let journal = open(folder.path());
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    take_in(&journal, &[("a", "A"), ("r1", "R")], 1).await;
    deliver_all(&settings, &journal).await;
    take_in(&journal, &[("b", "B")], 2).await;
    backup(&folder.path().join("journal.db"), &folder.path().join("copy"), |_, _| {}).unwrap();
    drop(journal);
    let journal = restored(folder.path(), "new");
    deliver_all(&settings, &journal).await;
    assert_complete(&settings, &journal);
    // And where Kafka has nothing of it yet.
    let nothing = crate::harness::settings(&brokers, "nothing");
    let folder = tempdir().unwrap();
    let journal = open(folder.path());
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    take_in(&journal, &[("a", "A")], 1).await;
    backup(&folder.path().join("journal.db"), &folder.path().join("copy"), |_, _| {}).unwrap();
    let journal = restored(folder.path(), "new");
    take_in(&journal, &[("b", "B")], 2).await;
    let mut running = Running::start(&nothing, &journal);
    running.reach(2).await;
    running.stop().await;
    assert_complete(&nothing, &journal);
}

#[tokio::test]
async fn where_kafka_has_not_everything_any_more_delivery_alone_stops_until_somebody_says_where_to_go_on() {
    let Some(brokers) = broker() else { return };
    let settings = settings(&brokers, "incomplete");
    let (folder, last) = lost(&settings).await;
    let admin: AdminClient<DefaultClientContext> =
        AdminClient::from_config(ClientConfig::new().set("bootstrap.servers", &brokers)).unwrap();
    let topic = settings.topics.rejects.as_str();
    for deleted in admin.delete_topics(&[topic], &AdminOptions::new()).await.unwrap() {
        deleted.unwrap();
    }
    let journal = restored(folder.path(), "new");
    let error = Running::start(&settings, &journal).failure().await;
    let lost = matches!(&error, RelayError::DeliveredLost { position, .. } if *position == last);
    assert!(lost && error.needs_operator(), "{error}");
    assert!(error.to_string().contains(&format!("relay --after {last}")), "{error}");
    take_in(&journal, &[("new", "N")], 10).await;
    assert!(journal.status().unwrap().held >= Some(1));

    overrule_position(settings.clone(), journal.clone(), last).await.unwrap();
    deliver_all(&settings, &journal).await;
    let received = read_committed(&settings);
    let new = received.iter().find(|record| record.value.contains("\"title\":\"N\"")).unwrap();
    assert!(new.sequence() > last.0);
    let places: HashSet<u64> = received.iter().map(|record| record.sequence()).collect();
    assert_eq!(places.len(), received.len());
}
