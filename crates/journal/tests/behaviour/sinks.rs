//! Ways out beside Kafka: where they begin, how far they have come, what they could not deliver, and what is kept for them.

use std::time::Duration;

use crate::harness::{announce, article, at, entry, feed, finish, open};
use dateline_journal::{
    EventFilter, Journal, MissedEvents, Retention, RetentionPass, SinkId, SinkOpening, SinkOutage,
    SinkProgress, SinkStart, SinkState, UndeliveredCounts, UndeliveredEvent,
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

/// Has the journal know the sink as day 0 has it.
async fn open_desk(journal: &Journal, target: &str, start: SinkStart) -> SinkState {
    let (id, target, filter) = (desk(), target.to_owned(), EventFilter::default());
    journal.open_sink(SinkOpening { id, target, filter, start, at: at(0) }).await.unwrap().0
}

async fn open_all(journal: &Journal, start: SinkStart) -> (SinkState, u64) {
    let (id, target, filter) = (SinkId::file("all"), String::new(), EventFilter::default());
    journal.open_sink(SinkOpening { id, target, filter, start, at: at(0) }).await.unwrap()
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
    let state = open_desk(&journal, "a", SinkStart::Now).await;
    assert_eq!(state.position, Sequence(3));
    let (state, _) = open_all(&journal, SinkStart::Earliest).await;
    assert_eq!(state.position, Sequence::START);
    let progress = SinkProgress { position: Sequence(2), delivered: 2, ..SinkProgress::default() };
    journal.step_sink(SinkId::file("all"), progress).await.unwrap();
    drop(journal);
    let journal = open(folder.path());
    let (state, _) = open_all(&journal, SinkStart::Now).await;
    assert_eq!((state.position, state.delivered), (Sequence(2), 2));
}

#[tokio::test]
async fn what_is_given_up_is_kept_until_it_is_asked_for_again() {
    let (_folder, journal) = journal(3).await;
    open_desk(&journal, "a", SinkStart::Earliest).await;
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
async fn how_a_receiver_fails_is_kept_until_it_takes_something_is_enabled_or_is_another() {
    let (_folder, journal) = journal(0).await;
    let outage = Some(SinkOutage { failures: 3, since: at(5), resting_until: at(60) });
    let fails = SinkProgress { outage, ..SinkProgress::default() };
    open_desk(&journal, "a", SinkStart::Now).await;
    let kept = || journal.reader().sinks().unwrap()[0].0.outage;
    journal.step_sink(desk(), fails.clone()).await.unwrap();
    assert_eq!((kept(), open_desk(&journal, "a", SinkStart::Now).await.outage), (outage, outage));
    journal.step_sink(desk(), SinkProgress::default()).await.unwrap();
    assert_eq!(kept(), None);
    journal.step_sink(desk(), fails.clone()).await.unwrap();
    assert_eq!(open_desk(&journal, "b", SinkStart::Now).await.outage, None);
    journal.step_sink(desk(), fails).await.unwrap();
    assert!(journal.enable_sink(desk()).await.unwrap());
    assert_eq!(kept(), None);
}

#[tokio::test]
async fn a_sink_whose_receiver_wants_no_more_is_enabled_by_the_operator_or_by_another_address() {
    let (_folder, journal) = journal(0).await;
    let gone = SinkProgress { disabled: Some(at(5)), ..SinkProgress::default() };
    open_desk(&journal, "a", SinkStart::Now).await;
    journal.step_sink(desk(), gone.clone()).await.unwrap();
    let state = open_desk(&journal, "a", SinkStart::Now).await;
    assert_eq!(state.disabled, Some(at(5)));
    let state = open_desk(&journal, "b", SinkStart::Now).await;
    assert_eq!(state.disabled, None);
    journal.step_sink(desk(), gone).await.unwrap();
    assert!(journal.enable_sink(desk()).await.unwrap());
    assert_eq!(journal.reader().sinks().unwrap()[0].0.disabled, None);
    assert!(!journal.enable_sink(SinkId::webhook("other")).await.unwrap());
}

#[tokio::test]
async fn an_event_that_a_sink_lacks_stays_for_so_long_and_no_longer() {
    let (_folder, journal) = journal(12).await;
    open_desk(&journal, "a", SinkStart::Earliest).await;
    assert_eq!(retain(&journal, 8, None).await.len(), 12, "nothing was delivered");
    let progress = SinkProgress { position: Sequence(6), failed: vec![failed(4)], ..SinkProgress::default() };
    journal.step_sink(desk(), progress).await.unwrap();
    assert_eq!(retain(&journal, 8, None).await[0], 4, "it is to be tried again");
    assert_eq!(retain(&journal, 14, None).await[0], 5, "it has waited for ten days");
    assert_eq!(retain(&journal, 40, None).await, [12]);
}

#[tokio::test]
async fn an_event_stays_for_a_sink_that_works_however_old_it_is() {
    let (_folder, journal) = journal(12).await;
    open_desk(&journal, "a", SinkStart::Earliest).await;
    let worked =
        |day| SinkProgress { position: Sequence(3), worked: Some(at(day * DAY)), ..SinkProgress::default() };
    journal.step_sink(desk(), worked(95)).await.unwrap();
    assert_eq!(retain(&journal, 100, None).await[0], 4);
    // A step that tells of an earlier moment, or of none, makes it no younger.
    journal.step_sink(desk(), worked(20)).await.unwrap();
    assert_eq!(retain(&journal, 105, None).await[0], 4);
    assert_eq!(retain(&journal, 106, None).await, [12], "it has done nothing for ten days");
}

fn missed(journal: &Journal) -> Vec<Option<MissedEvents>> {
    journal.reader().sinks().unwrap().into_iter().map(|(state, _)| state.missed).collect()
}

#[tokio::test]
async fn what_is_let_go_before_a_sink_has_it_is_counted_of_what_it_is_for() {
    let (folder, journal) = journal(8).await;
    let filter = EventFilter::from_query("kind=article").unwrap();
    let of_stories = EventFilter::from_query("kind=story").unwrap();
    for (id, filter) in [(desk(), filter), (SinkId::webhook("stories"), of_stories)] {
        let opening = SinkOpening { id, target: "a".into(), filter, start: SinkStart::Earliest, at: at(0) };
        assert_eq!(journal.open_sink(opening).await.unwrap().1, 0, "nothing was let go before");
    }
    let dead = UndeliveredEvent { dead: Some(at(9)), ..failed(1) };
    let progress =
        SinkProgress { position: Sequence(3), failed: vec![dead, failed(2)], ..SinkProgress::default() };
    journal.step_sink(desk(), progress).await.unwrap();
    assert_eq!(missed(&journal), [None, None]);
    assert_eq!(retain(&journal, 40, None).await, [8]);
    // 2 was to be tried again, 4 to 7 had not been looked at; 1 was given up, and 3 delivered.
    let expected = MissedEvents { count: 5, last: Sequence(7), at: at(40 * DAY) };
    assert_eq!(missed(&journal), [Some(expected), None]);
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(missed(&journal)[0], Some(expected));
}

#[tokio::test]
async fn a_new_sink_hears_how_many_events_it_cannot_have_and_one_that_goes_on_does_not() {
    let (_folder, journal) = journal(8).await;
    assert_eq!(retain(&journal, 8, None).await, [8]);
    let (state, gone) = open_all(&journal, SinkStart::Earliest).await;
    assert_eq!((state.position, state.missed, gone), (Sequence(7), None, 7));
    assert_eq!(open_all(&journal, SinkStart::Earliest).await.1, 0);
    let opening = |start| SinkOpening {
        id: desk(),
        target: "a".into(),
        filter: EventFilter::default(),
        start,
        at: at(0),
    };
    assert_eq!(journal.open_sink(opening(SinkStart::Now)).await.unwrap().1, 0);
}

#[tokio::test]
async fn a_recording_of_old_news_counts_as_new_from_when_it_was_replayed() {
    let (_folder, journal) = journal(6).await;
    journal.note_replay(at(300 * DAY)).await.unwrap();
    assert_eq!(retain(&journal, 301, None).await.len(), 6);
    // To a pass in a time of its own, before that, nothing was replayed.
    assert_eq!(retain(&journal, 3, None).await[0], 3);
    open_desk(&journal, "a", SinkStart::Earliest).await;
    assert_eq!(retain(&journal, 310, None).await[0], 3, "it waits for the sink, as new as it is");
    assert_eq!(retain(&journal, 311, None).await, [6]);
}

#[tokio::test]
async fn a_dead_letter_is_no_reason_to_keep_an_event_and_goes_with_it() {
    let (_folder, journal) = journal(6).await;
    open_desk(&journal, "a", SinkStart::Earliest).await;
    let dead = UndeliveredEvent { dead: Some(at(9)), ..failed(2) };
    let progress = SinkProgress { position: Sequence(5), failed: vec![dead], ..SinkProgress::default() };
    journal.step_sink(desk(), progress).await.unwrap();
    assert_eq!(retain(&journal, 9, None).await, [6]);
    assert!(journal.reader().dead_letters(&desk(), 10).unwrap().is_empty());
}

#[tokio::test]
async fn a_receiver_that_is_away_does_not_fill_the_disk() {
    let (_folder, journal) = journal(6).await;
    open_desk(&journal, "a", SinkStart::Earliest).await;
    assert_eq!(retain(&journal, 6, Some(1)).await, [6]);
    assert_eq!(missed(&journal)[0].map(|missed| missed.count), Some(5), "but nothing of it is silent");
}
