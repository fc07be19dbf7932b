//! Delivery to a real broker, and when the relay refuses to deliver.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use crate::harness::{
    Running, admin, append, assert_each_once, broker, configure, deliver_all, event, journal_with, open,
    read_committed, read_topic, settings,
};
use dateline_journal::{Retention, RetentionPass};
use dateline_publisher::{RelayError, make_topics, overrule_position, probe};
use dateline_wire::{RejectEvent, RejectReason, Sequence, Stage};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::config::FromClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use tempfile::tempdir;

#[tokio::test]
async fn events_arrive_as_cloud_events_on_topics_made_as_configured() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let journal = journal_with(folder.path(), 20).await;
    let mut settings = settings(&brokers, "arrive");
    settings.partitions = 3;
    settings.cleanup = dateline_publisher::Cleanup::CompactDelete;
    settings.topic_config.insert("retention.ms".into(), "86400000".into());
    deliver_all(&settings, &journal).await;

    let received = read_committed(&settings);
    assert_each_once(&journal, &received);
    let first = received.iter().find(|record| record.sequence() == 1).unwrap();
    assert_eq!(first.topic, settings.topics.health);
    for (name, value) in [
        ("content-type", "application/json"),
        ("ce_specversion", "1.0"),
        ("ce_id", "event-1"),
        ("ce_source", "/dateline/test"),
        ("ce_type", "dateline.health.v1"),
        ("ce_time", "2025-06-15T15:06:40Z"),
        ("ce_subject", first.key.as_str()),
        ("ce_dataschema", "urn:dateline:schema:health:v1"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ] {
        assert_eq!(first.headers[name], value, "{name}");
    }

    let admin = admin(&brokers);
    let names = [&settings.topics.articles, &settings.topics.relay];
    let asked: Vec<_> = names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
    let described = admin.describe_configs(&asked, &AdminOptions::new()).await.unwrap();
    let value = |at: usize, name: &str| {
        let config = described[at].as_ref().unwrap();
        config.get(name).unwrap().value.clone().unwrap()
    };
    let mut policy: Vec<String> = value(0, "cleanup.policy").split(',').map(str::to_owned).collect();
    policy.sort();
    assert_eq!(policy, ["compact", "delete"]);
    assert_eq!(value(0, "retention.ms"), "86400000");
    assert_eq!(value(1, "cleanup.policy"), "compact");
    let metadata = admin.inner().fetch_metadata(None, Duration::from_secs(10)).unwrap();
    let partitions =
        |name: &str| metadata.topics().iter().find(|topic| topic.name() == name).unwrap().partitions().len();
    assert_eq!((partitions(&settings.topics.articles), partitions(&settings.topics.relay)), (3, 1));
}

#[tokio::test]
async fn topics_without_a_retention_of_their_own_are_named_with_how_long_the_broker_keeps_them() {
    let Some(brokers) = broker() else { return };
    let mut settings = settings(&brokers, "default-retention");
    settings.topic_config.insert("retention.ms".into(), "86400000".into());
    make_topics(&settings).await.unwrap();
    assert_eq!(probe(&settings).await.unwrap().kept_by_default, BTreeMap::new());

    settings.topics.rejects = format!("{}.others", settings.topics.rejects);
    settings.topic_config.clear();
    make_topics(&settings).await.unwrap();
    let report = probe(&settings).await.unwrap();
    assert_eq!(report.missing_topics, Vec::<String>::new());
    let kept: Vec<_> = report.kept_by_default.into_values().flatten().collect();
    assert_eq!(kept, [settings.topics.rejects]);
}

#[tokio::test]
async fn a_relay_goes_on_where_the_last_one_ended_even_if_the_journals_copy_of_the_position_is_lost() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "go-on");
    let journal = journal_with(folder.path(), 100).await;
    deliver_all(&settings, &journal).await;
    assert_eq!(journal.relay_position().unwrap(), Sequence(100));
    journal.set_relay_position(Sequence::START).await.unwrap();
    append(&journal, (101..=150).map(|number| event(number, "x")).collect()).await;
    deliver_all(&settings, &journal).await;
    assert_each_once(&journal, &read_committed(&settings));
    assert_eq!(journal.relay_position().unwrap(), Sequence(150));
}

#[tokio::test]
async fn what_an_aborted_transaction_left_is_hidden_from_subscribers() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "aborted");
    let journal = journal_with(folder.path(), 10).await;
    deliver_all(&settings, &journal).await;
    // A predecessor that dies between its records and its commit, under the relay's own id.
    let id = format!("dateline-{}", journal.id());
    let predecessor = BaseProducer::from_config(
        ClientConfig::new().set("bootstrap.servers", &brokers).set("transactional.id", &id),
    )
    .unwrap();
    predecessor.init_transactions(Duration::from_secs(20)).unwrap();
    predecessor.begin_transaction().unwrap();
    for _ in 0..5 {
        let record = BaseRecord::to(&settings.topics.health).key("shadow").payload("shadow");
        predecessor.send(record).map_err(|(error, _)| error).unwrap();
    }
    predecessor.flush(Duration::from_secs(20)).unwrap();
    append(&journal, (11..=20).map(|number| event(number, "x")).collect()).await;
    deliver_all(&settings, &journal).await;
    assert!(predecessor.commit_transaction(Duration::from_secs(20)).is_err(), "the predecessor is fenced");
    let received = read_committed(&settings);
    assert!(received.iter().all(|record| record.key != "shadow"));
    assert_each_once(&journal, &received);
}

#[tokio::test]
async fn of_two_daemons_with_one_transactional_id_the_older_stops_and_says_who_took_over() {
    let Some(brokers) = broker() else { return };
    let (first_folder, second_folder) = (tempdir().unwrap(), tempdir().unwrap());
    let mut settings = settings(&brokers, "rivals");
    settings.transactional_id = Some(settings.topics.relay.clone());
    let first_journal = journal_with(first_folder.path(), 5).await;
    let mut first = Running::start(&settings, &first_journal);
    first.reach(5).await;

    let second_journal = journal_with(second_folder.path(), 5).await;
    let mut second = Running::start(&settings, &second_journal);
    second.reach(5).await;
    append(&first_journal, vec![event(6, "x")]).await;
    let error = first.failure().await;
    let word = format!("process {}", std::process::id());
    assert!(matches!(&error, RelayError::Fenced { by, .. } if by.contains(&word)), "{error}");

    append(&second_journal, vec![event(6, "x")]).await;
    second.reach(6).await;
    second.stop().await;
}

#[tokio::test]
async fn a_relay_that_the_broker_fenced_without_a_rival_takes_its_id_back() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "shadow");
    let journal = journal_with(folder.path(), 5).await;
    let mut running = Running::start(&settings, &journal);
    running.reach(5).await;
    // Takes over and never says who it is: what a broker's time-out looks like from here.
    let id = format!("dateline-{}", journal.id());
    let shadow = BaseProducer::<rdkafka::producer::DefaultProducerContext>::from_config(
        ClientConfig::new().set("bootstrap.servers", &brokers).set("transactional.id", &id),
    )
    .unwrap();
    shadow.init_transactions(Duration::from_secs(20)).unwrap();
    append(&journal, (6..=9).map(|number| event(number, "x")).collect()).await;
    running.reach(9).await;
    running.stop().await;
    assert_each_once(&journal, &read_committed(&settings));
}

#[tokio::test]
async fn a_journal_restored_from_an_older_copy_is_not_delivered() {
    let Some(brokers) = broker() else { return };
    let (folder, copy) = (tempdir().unwrap(), tempdir().unwrap());
    let settings = settings(&brokers, "restored");
    drop(journal_with(folder.path(), 5).await);
    fs::copy(folder.path().join("journal.db"), copy.path().join("journal.db")).unwrap();
    let journal = open(folder.path());
    append(&journal, (6..=9).map(|number| event(number, "x")).collect()).await;
    deliver_all(&settings, &journal).await;

    let restored = open(copy.path());
    let error = Running::start(&settings, &restored).failure().await;
    assert!(
        matches!(error, RelayError::JournalBehind { position: Sequence(9), last: Sequence(5) }),
        "{error}"
    );
    // It has grown past the position with events of its own.
    append(&restored, (106..=120).map(|number| event(number, "x")).collect()).await;
    let error = Running::start(&settings, &restored).failure().await;
    assert!(
        matches!(&error, RelayError::Diverged { delivered, own, .. }
        if delivered == "event-9" && own == "event-109"),
        "{error}"
    );
    assert_each_once(&journal, &read_committed(&settings));
}

#[tokio::test]
async fn an_event_that_is_too_large_is_announced_in_its_place_and_the_rest_goes_on() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let mut settings = settings(&brokers, "large");
    settings.max_record_bytes = 20_000;
    let journal = open(folder.path());
    configure(&journal).await;
    let detail = |number: u64| if number == 3 { "x".repeat(30_000) } else { "x".into() };
    append(&journal, (1..=6).map(|number| event(number, &detail(number))).collect()).await;
    deliver_all(&settings, &journal).await;
    assert_one_is_announced(&settings, 3, 6);
}

#[tokio::test]
async fn an_event_that_only_the_topic_finds_too_large_is_found_out_and_announced() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let mut settings = settings(&brokers, "narrow");
    settings.compression = dateline_publisher::Compression::None;
    // Somebody made the topic, and allows less than we do.
    let topic = NewTopic::new(&settings.topics.health, 2, TopicReplication::Fixed(1))
        .set("max.message.bytes", "10000");
    for made in admin(&brokers).create_topics([&topic], &AdminOptions::new()).await.unwrap() {
        made.unwrap();
    }
    let journal = open(folder.path());
    configure(&journal).await;
    let detail = |number: u64| if number == 3 { "x".repeat(30_000) } else { "x".into() };
    append(&journal, (1..=6).map(|number| event(number, &detail(number))).collect()).await;
    deliver_all(&settings, &journal).await;
    assert_one_is_announced(&settings, 3, 6);
}

fn assert_one_is_announced(settings: &dateline_publisher::KafkaSettings, large: u64, count: u64) {
    let mut sequences: Vec<u64> = read_committed(settings).iter().map(|record| record.sequence()).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=count).collect::<Vec<_>>());
    let rejects = read_topic(&settings.brokers, &settings.topics.rejects);
    assert_eq!(rejects.len(), 1);
    assert_eq!(rejects[0].sequence(), large);
    assert_eq!(rejects[0].headers["ce_type"], "dateline.reject.v1");
    let reject: RejectEvent = serde_json::from_str(&rejects[0].value).unwrap();
    assert_eq!((reject.stage, reject.reason), (Stage::Deliver, RejectReason::RecordTooLarge));
    let health = read_topic(&settings.brokers, &settings.topics.health);
    assert!(health.iter().all(|record| record.sequence() != large));
}

#[tokio::test]
async fn a_transaction_holds_no_more_bytes_than_allowed_and_each_event_arrives_all_the_same() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let mut settings = settings(&brokers, "bytes");
    settings.max_batch_bytes = 50_000;
    let journal = open(folder.path());
    configure(&journal).await;
    // Every tenth is larger than a whole transaction.
    let detail = |number: u64| "x".repeat(if number.is_multiple_of(10) { 60_000 } else { 9_000 });
    append(&journal, (1..=40).map(|number| event(number, &detail(number))).collect()).await;
    let mut running = Running::start(&settings, &journal);
    running.reach(40).await;
    let transactions = running.status.borrow().transactions;
    running.stop().await;
    assert!(transactions >= 12, "{transactions}");
    assert_each_once(&journal, &read_committed(&settings));
}

#[tokio::test]
async fn an_event_that_cannot_be_read_stops_the_relay_before_it_and_is_named() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "gap");
    let journal = journal_with(folder.path(), 6).await;
    let spoil = "UPDATE events SET kind = 'unheard-of' WHERE sequence IN (4, 6)";
    rusqlite::Connection::open(folder.path().join("journal.db")).unwrap().execute(spoil, []).unwrap();
    let error = Running::start(&settings, &journal).failure().await;
    assert!(matches!(error, RelayError::Gap { missing: Sequence(4) }) && error.needs_operator(), "{error}");
    let sequences = |count: usize| {
        let mut delivered: Vec<u64> =
            read_committed(&settings).iter().map(|record| record.sequence()).collect();
        delivered.sort_unstable();
        assert_eq!(delivered.len(), count, "{delivered:?}");
        delivered
    };
    assert_eq!(sequences(3), [1, 2, 3]);
    overrule_position(settings.clone(), journal.clone(), Sequence(4)).await.unwrap();
    let error = Running::start(&settings, &journal).failure().await;
    assert!(matches!(error, RelayError::Gap { missing: Sequence(6) }), "the last one is missed too: {error}");
    assert_eq!(sequences(4), [1, 2, 3, 5]);
}

#[tokio::test]
async fn a_kafka_that_is_configured_late_gets_what_retention_has_left() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let settings = settings(&brokers, "late");
    let journal = journal_with(folder.path(), 300).await;
    let rules = Retention {
        events: None,
        stories: None,
        story_growth: Duration::from_secs(14 * 86_400),
        rejects: None,
        entries: None,
        links: Duration::ZERO,
        max_bytes: Some(1),
        only_delivered: false,
        sinks: Vec::new(),
        max_sink_wait: Duration::ZERO,
    };
    let mut pass = RetentionPass::new(rules, jiff::Timestamp::UNIX_EPOCH);
    assert!(pass.step(&journal).await.unwrap());
    while pass.report().events == 0 {
        pass.step(&journal).await.unwrap();
    }
    let gone = journal.reader().gone(None).unwrap();
    assert!(gone > Sequence::START && gone < Sequence(300), "{gone}");
    deliver_all(&settings, &journal).await;
    assert_each_once(&journal, &read_committed(&settings));
}

#[tokio::test]
async fn missing_topics_are_named_when_they_may_not_be_made() {
    let Some(brokers) = broker() else { return };
    let folder = tempdir().unwrap();
    let mut settings = settings(&brokers, "unmade");
    settings.create_topics = false;
    let journal = journal_with(folder.path(), 1).await;
    let mut running = Running::start(&settings, &journal);
    let error = {
        let failed = running.status.wait_for(|status| status.last_error.is_some()).await.unwrap();
        failed.last_error.clone().unwrap()
    };
    assert!(error.contains(&settings.topics.relay) && error.contains("create_topics"), "{error}");
    running.stop().await;
}
