//! Two witnesses of how far delivery has come: what happens where Kafka's is gone and the journal's is left.

use std::time::Duration;

use crate::harness::{
    Running, admin, append, assert_each_once, broker, deliver_all, event, journal_with, read_committed,
    settings,
};
use dateline_publisher::{KafkaSettings, RelayError, overrule_position, resume_delivery};
use dateline_wire::Sequence;
use rdkafka::admin::{AdminOptions, AlterConfig, ResourceSpecifier};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tempfile::tempdir;

async fn delete_relay_topic(settings: &KafkaSettings) {
    let admin = admin(&settings.brokers);
    for deleted in admin.delete_topics(&[&settings.topics.relay], &AdminOptions::new()).await.unwrap() {
        deleted.unwrap();
    }
}

async fn configure_relay_topic(settings: &KafkaSettings, values: &[(&str, &str)]) {
    let mut altered = AlterConfig::new(ResourceSpecifier::Topic(&settings.topics.relay));
    for (name, value) in values {
        altered = altered.set(name, value);
    }
    for done in admin(&settings.brokers).alter_configs([&altered], &AdminOptions::new()).await.unwrap() {
        done.unwrap();
    }
}

/// The first offset of the relay's topic and the one after its last.
fn watermarks(settings: &KafkaSettings) -> (i64, i64) {
    let consumer: BaseConsumer =
        ClientConfig::new().set("bootstrap.servers", &settings.brokers).create().unwrap();
    consumer.fetch_watermarks(&settings.topics.relay, 0, Duration::from_secs(10)).unwrap()
}

/// Starts a relay that has to stop for the lost position, with a message that says what to do.
async fn assert_refused(settings: &KafkaSettings, journal: &dateline_journal::Journal, noted: u64) {
    let running = Running::start(settings, journal);
    let status = running.status.clone();
    let error = running.failure().await;
    let lost = matches!(&error, RelayError::PositionLost { noted: found, .. } if *found == Sequence(noted));
    assert!(lost && error.needs_operator(), "{error}");
    for part in [settings.topics.relay.as_str(), "dateline relay --resume", "dateline relay --after 0"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(status.borrow().has_stopped);
}

#[tokio::test]
async fn a_relay_whose_position_is_gone_from_kafka_delivers_nothing_again_until_somebody_says_where_to_go_on()
{
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "witness");
    let journal = journal_with(folder.path(), 5).await;
    deliver_all(&settings, &journal).await;
    delete_relay_topic(&settings).await;
    append(&journal, (6..=8).map(|number| event(number, "x")).collect()).await;
    for _ in 0..2 {
        assert_refused(&settings, &journal, 5).await;
    }
    assert_eq!(read_committed(&settings).len(), 5);

    let resumed = resume_delivery(settings.clone(), journal.clone(), "/dateline/test".into()).await.unwrap();
    assert_eq!((resumed.noted, resumed.after), (Sequence(5), Sequence(5)));
    deliver_all(&settings, &journal).await;
    assert_each_once(&journal, &read_committed(&settings));

    // Kafka has an older position than the journal: the topic was restored, or a broker lost what it had acknowledged.
    overrule_position(settings.clone(), journal.clone(), Sequence(7)).await.unwrap();
    journal.set_relay_position(Sequence(8)).await.unwrap();
    let error = Running::start(&settings, &journal).failure().await;
    assert!(matches!(error, RelayError::PositionLost { position: Some(Sequence(7)), .. }), "{error}");

    // All of them again, because somebody says so.
    overrule_position(settings.clone(), journal.clone(), Sequence::START).await.unwrap();
    deliver_all(&settings, &journal).await;
    assert_eq!(read_committed(&settings).len(), 16);
}

#[tokio::test]
async fn delivery_is_resumed_after_what_the_topics_have_though_the_journal_had_not_noted_all_of_it() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "resumed");
    let journal = journal_with(folder.path(), 20).await;
    deliver_all(&settings, &journal).await;
    // Killed between the commit and the note of it; then the topic is emptied.
    journal.set_relay_position(Sequence(12)).await.unwrap();
    // (A broker deletes by hand only where its retention might.)
    configure_relay_topic(&settings, &[("cleanup.policy", "delete")]).await;
    let mut everything = TopicPartitionList::new();
    everything.add_partition_offset(&settings.topics.relay, 0, Offset::End).unwrap();
    let _ = admin(&brokers).delete_records(&everything, &AdminOptions::new()).await.unwrap();
    let (first, end) = watermarks(&settings);
    assert!(first == end && end > 0, "{first}..{end}");
    configure_relay_topic(&settings, &[("cleanup.policy", "compact")]).await;
    append(&journal, (21..=25).map(|number| event(number, "x")).collect()).await;
    assert_refused(&settings, &journal, 12).await;

    let resumed = resume_delivery(settings.clone(), journal.clone(), "/dateline/test".into()).await.unwrap();
    assert_eq!((resumed.noted, resumed.after), (Sequence(12), Sequence(20)));
    deliver_all(&settings, &journal).await;
    assert_each_once(&journal, &read_committed(&settings));
}

#[tokio::test]
async fn a_topic_of_positions_that_vanishes_stops_a_relay_at_work_whether_it_has_something_to_deliver_or_not()
{
    let Some(brokers) = broker() else { return };
    for is_busy in [true, false] {
        let folder = tempdir().unwrap();
        let settings = settings(&brokers, "vanished");
        let journal = journal_with(folder.path(), 5).await;
        let mut running = Running::start(&settings, &journal);
        running.reach(5).await;
        // What the journal noted may be lost as well; the relay remembers.
        journal.set_relay_position(Sequence(4)).await.unwrap();
        delete_relay_topic(&settings).await;
        if is_busy {
            append(&journal, (6..=8).map(|number| event(number, "x")).collect()).await;
        }
        let error = running.failure().await;
        let lost = matches!(&error, RelayError::PositionLost { position: None, noted: Sequence(5), .. });
        assert!(lost, "{error}");
        let last = resume_delivery(settings.clone(), journal.clone(), "/dateline/test".into()).await.unwrap();
        assert_eq!(last.after, Sequence(5));
        deliver_all(&settings, &journal).await;
        assert_each_once(&journal, &read_committed(&settings));
    }
}

#[tokio::test]
async fn retention_on_the_topic_of_positions_is_told_and_stops_the_relay_once_it_took_the_position() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "retention");
    let journal = journal_with(folder.path(), 5).await;
    let mut running = Running::start(&settings, &journal);
    running.reach(5).await;
    assert_eq!(running.status.borrow().position_at_risk, None);
    configure_relay_topic(&settings, &[("cleanup.policy", "delete")]).await;
    running.reach_status(|status| status.position_at_risk.is_some()).await;
    let risk = running.status.borrow().position_at_risk.clone().unwrap();
    assert!(risk.contains("cleanup.policy=delete") && risk.contains(&settings.topics.relay), "{risk}");
    // Nothing is lost yet: delivery goes on.
    append(&journal, vec![event(6, "x")]).await;
    running.reach(6).await;

    configure_relay_topic(&settings, &[("cleanup.policy", "delete"), ("retention.ms", "1")]).await;
    let error = running.failure().await;
    assert!(matches!(&error, RelayError::PositionLost { noted: Sequence(6), .. }), "{error}");
    assert_refused(&settings, &journal, 6).await;

    configure_relay_topic(&settings, &[("cleanup.policy", "compact")]).await;
    resume_delivery(settings.clone(), journal.clone(), "/dateline/test".into()).await.unwrap();
    append(&journal, (7..=9).map(|number| event(number, "x")).collect()).await;
    let mut running = Running::start(&settings, &journal);
    running.reach(9).await;
    assert_eq!(running.status.borrow().position_at_risk, None);
    running.stop().await;
    assert_each_once(&journal, &read_committed(&settings));
}
