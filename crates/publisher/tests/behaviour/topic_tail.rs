//! Reading the topics: what is committed, from the beginning or from now, and no trace of it on the broker.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::harness::{append, broker, deliver_all, event, journal_with, settings};
use dateline_publisher::{KafkaSettings, RelayError, TopicStart, tail_topics};
use dateline_wire::EventKind;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use tempfile::tempdir;

fn sequences(settings: &KafkaSettings, kinds: &[EventKind], start: TopicStart) -> Vec<u64> {
    let mut seen = Vec::new();
    tail_topics(settings, kinds, start, false, |found| {
        assert_eq!(found.source, "/dateline/test");
        assert!(found.journal.is_some(), "the record says whose sequence it has");
        seen.push(found.event.sequence.0);
        ControlFlow::Continue(())
    })
    .unwrap();
    seen.sort_unstable();
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn the_topics_are_read_to_their_end_and_followed_without_a_group() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "tail");
    let missing =
        tail_topics(&settings, &EventKind::ALL, TopicStart::Earliest, false, |_| ControlFlow::Break(()));
    assert!(
        matches!(missing, Err(RelayError::Unavailable(why)) if why.contains("tail.")),
        "no topic is made"
    );
    let journal = journal_with(folder.path(), 50).await;
    deliver_all(&settings, &journal).await;

    assert_eq!(sequences(&settings, &EventKind::ALL, TopicStart::Earliest), (1..=50).collect::<Vec<u64>>());
    assert_eq!(sequences(&settings, &[EventKind::Article], TopicStart::Earliest), Vec::<u64>::new());
    assert_eq!(sequences(&settings, &EventKind::ALL, TopicStart::Latest), Vec::<u64>::new());

    let following = settings.clone();
    let follower = tokio::task::spawn_blocking(move || {
        let mut seen = Vec::new();
        tail_topics(&following, &EventKind::ALL, TopicStart::Earliest, true, |found| {
            seen.push(found.event.sequence.0);
            if seen.len() < 60 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .unwrap();
        seen
    });
    append(&journal, (51..=60).map(|number| event(number, "x")).collect()).await;
    deliver_all(&settings, &journal).await;
    let mut seen = tokio::time::timeout(Duration::from_secs(120), follower).await.unwrap().unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (1..=60).collect::<Vec<u64>>());

    let consumer: BaseConsumer = ClientConfig::new().set("bootstrap.servers", &brokers).create().unwrap();
    let groups = consumer.fetch_group_list(None, Duration::from_secs(30)).unwrap();
    assert!(groups.groups().iter().all(|group| !group.name().starts_with("dateline-relay-position")));
}
