//! Ways out beside Kafka: where they begin, how far they have come, what they could not deliver, and what is kept for them.

use std::time::Duration;

use crate::harness::{announce, article, at, entry, feed, finish, open};
use dateline_journal::{
    Journal, Retention, RetentionPass, SinkId, SinkProgress, SinkStart, UndeliveredCounts, UndeliveredEvent,
};
use dateline_wire::Sequence;
use tempfile::{TempDir, tempdir};

const DAY: i64 = 86_400;

/// A journal with this many articles, one a day.
async fn journal(articles: i64) -> (TempDir, Journal) {
    let folder = tempdir().unwrap();
    let journal = open(folder.path());
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    for day in 0..articles {
        let guid = day.to_string();
        announce(&journal, 0, vec![entry(&guid, "A")], day * DAY).await.unwrap();
        finish(&journal, &feed(0).id, &guid, article(&guid, "A", "Text."), day * DAY).await.unwrap();
    }
    (folder, journal)
}

fn desk() -> SinkId {
    SinkId::webhook("desk")
}

fn failed(sequence: u64) -> UndeliveredEvent {
    UndeliveredEvent {
        sequence: Sequence(sequence),
        event: format!("event {sequence}"),
        key: "key".into(),
        attempts: 1,
        since: at(0),
        due: at(60),
        error: "status 500".into(),
        dead: None,
    }
}

/// A pass at the end of `day` by rules that let events go after one day, and have them wait for the sink for ten.
async fn retain(journal: &Journal, day: i64, max_bytes: Option<u64>) -> Vec<u64> {
    let rules = Retention {
        events: Some(Duration::from_secs(86_400)),
        stories: None,
        story_growth: Duration::from_secs(14 * 86_400),
        rejects: None,
        entries: None,
        links: Duration::from_secs(86_400),
        max_bytes,
        only_delivered: false,
        sinks: vec![desk(), SinkId::file("never opened")],
        max_sink_wait: Duration::from_secs(864_000),
    };
    let mut pass = RetentionPass::new(rules, at(day * DAY));
    while pass.step(journal).await.unwrap() {}
    let events = journal.events_after(Sequence::START, usize::MAX, None).unwrap();
    events.iter().map(|event| event.sequence.0).collect()
}

#[tokio::test]
async fn a_sink_begins_where_it_is_told_and_goes_on_where_it_was() {
    let (folder, journal) = journal(3).await;
    let state = journal.open_sink(desk(), "a".into(), SinkStart::Now).await.unwrap();
    assert_eq!(state.position, Sequence(3));
    let state = journal.open_sink(SinkId::file("all"), String::new(), SinkStart::Earliest).await.unwrap();
    assert_eq!(state.position, Sequence::START);
    let progress = SinkProgress { position: Sequence(2), delivered: 2, ..SinkProgress::default() };
    journal.step_sink(SinkId::file("all"), progress).await.unwrap();
    drop(journal);
    let journal = open(folder.path());
    let state = journal.open_sink(SinkId::file("all"), String::new(), SinkStart::Now).await.unwrap();
    assert_eq!((state.position, state.delivered), (Sequence(2), 2));
}

#[tokio::test]
async fn what_is_given_up_is_kept_until_it_is_asked_for_again() {
    let (_folder, journal) = journal(3).await;
    journal.open_sink(desk(), "a".into(), SinkStart::Earliest).await.unwrap();
    let dead = UndeliveredEvent { dead: Some(at(9)), ..failed(2) };
    let progress =
        SinkProgress { position: Sequence(3), failed: vec![failed(1), dead], ..SinkProgress::default() };
    journal.step_sink(desk(), progress).await.unwrap();
    let counts = journal.reader().sinks().unwrap()[0].1;
    assert_eq!(counts, UndeliveredCounts { waiting: 1, dead: 1 });
    assert_eq!(journal.reader().waiting(&desk()).unwrap(), [failed(1)]);
    assert_eq!(journal.redeliver(desk(), Some("event 1".into()), at(10)).await.unwrap(), Some(0));
    assert_eq!(journal.redeliver(desk(), None, at(10)).await.unwrap(), Some(1));
    assert_eq!(journal.redeliver(SinkId::webhook("other"), None, at(10)).await.unwrap(), None);
    let waiting = journal.reader().waiting(&desk()).unwrap();
    assert_eq!((waiting.len(), waiting[1].attempts, waiting[1].due), (2, 0, at(10)));
    let progress = SinkProgress { settled: vec![Sequence(1), Sequence(2)], ..SinkProgress::default() };
    journal.step_sink(desk(), progress).await.unwrap();
    assert_eq!(journal.reader().sinks().unwrap()[0].1, UndeliveredCounts::default());
}

#[tokio::test]
async fn a_sink_whose_receiver_wants_no_more_is_enabled_by_the_operator_or_by_another_address() {
    let (_folder, journal) = journal(0).await;
    let gone = SinkProgress { disabled: Some(at(5)), ..SinkProgress::default() };
    journal.open_sink(desk(), "a".into(), SinkStart::Now).await.unwrap();
    journal.step_sink(desk(), gone.clone()).await.unwrap();
    let state = journal.open_sink(desk(), "a".into(), SinkStart::Now).await.unwrap();
    assert_eq!(state.disabled, Some(at(5)));
    let state = journal.open_sink(desk(), "b".into(), SinkStart::Now).await.unwrap();
    assert_eq!(state.disabled, None);
    journal.step_sink(desk(), gone).await.unwrap();
    assert!(journal.enable_sink(desk()).await.unwrap());
    assert_eq!(journal.reader().sinks().unwrap()[0].0.disabled, None);
    assert!(!journal.enable_sink(SinkId::webhook("other")).await.unwrap());
}

#[tokio::test]
async fn an_event_that_a_sink_lacks_stays_for_so_long_and_no_longer() {
    let (_folder, journal) = journal(12).await;
    journal.open_sink(desk(), "a".into(), SinkStart::Earliest).await.unwrap();
    assert_eq!(retain(&journal, 8, None).await.len(), 12, "nothing was delivered");
    let progress = SinkProgress { position: Sequence(6), failed: vec![failed(4)], ..SinkProgress::default() };
    journal.step_sink(desk(), progress).await.unwrap();
    assert_eq!(retain(&journal, 8, None).await[0], 4, "it is to be tried again");
    assert_eq!(retain(&journal, 14, None).await[0], 5, "it has waited for ten days");
    assert_eq!(retain(&journal, 40, None).await, [12]);
}

#[tokio::test]
async fn a_dead_letter_is_no_reason_to_keep_an_event_and_goes_with_it() {
    let (_folder, journal) = journal(6).await;
    journal.open_sink(desk(), "a".into(), SinkStart::Earliest).await.unwrap();
    let dead = UndeliveredEvent { dead: Some(at(9)), ..failed(2) };
    let progress = SinkProgress { position: Sequence(5), failed: vec![dead], ..SinkProgress::default() };
    journal.step_sink(desk(), progress).await.unwrap();
    assert_eq!(retain(&journal, 9, None).await, [6]);
    assert!(journal.reader().dead_letters(&desk(), 10).unwrap().is_empty());
}

#[tokio::test]
async fn a_receiver_that_is_away_does_not_fill_the_disk() {
    let (_folder, journal) = journal(6).await;
    journal.open_sink(desk(), "a".into(), SinkStart::Earliest).await.unwrap();
    assert_eq!(retain(&journal, 6, Some(1)).await, [6]);
}
