//! What the tests against a real broker share: the broker, topics of a test's own, a journal with events, and a subscriber
//! that reads what was committed.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use dateline_journal::{Journal, Options, PollCommit};
use dateline_publisher::{KafkaSettings, Relay, RelayError, RelayStatus, Topics};
use dateline_wire::{
    Event, EventId, FeedRef, FeedState, HealthEvent, HealthKind, HubNews, SecretQuery, Sequence,
};
use jiff::Timestamp;
use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::config::FromClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Headers;
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The broker's address, or `None` after saying that the test is skipped, and why.
pub(crate) fn broker() -> Option<String> {
    let address = std::env::var("KAFKA_TEST_BROKER").ok().filter(|address| !address.is_empty());
    if address.is_none() {
        eprintln!(
            "skipped: KAFKA_TEST_BROKER (host:port of a Kafka broker) is not set; see tests/broker/broker"
        );
    }
    address
}

pub(crate) fn admin(brokers: &str) -> AdminClient<DefaultClientContext> {
    AdminClient::from_config(ClientConfig::new().set("bootstrap.servers", brokers)).unwrap()
}

/// Settings with topics that no other test has.
pub(crate) fn settings(brokers: &str, name: &str) -> KafkaSettings {
    let unique = format!("{name}.{}.{}", std::process::id(), Timestamp::now().as_microsecond());
    KafkaSettings { brokers: brokers.into(), topics: topics(&unique), ..KafkaSettings::default() }
}

/// Topics that have a common first part.
pub(crate) fn topics(common: &str) -> Topics {
    Topics {
        articles: format!("{common}.articles"),
        withdrawals: format!("{common}.withdrawals"),
        rejects: format!("{common}.rejects"),
        health: format!("{common}.health"),
        stories: format!("{common}.stories"),
        relay: format!("{common}.relay"),
    }
}

pub(crate) fn open(folder: &Path) -> Journal {
    Journal::open(folder.join("journal.db"), Options::default()).unwrap()
}

const FEEDS: usize = 7;

fn feed(number: usize) -> FeedState {
    let url = format!("https://news.example/{number}.xml").parse().unwrap();
    FeedState::new(&FeedRef::new(&url, None, &SecretQuery::default()), Timestamp::UNIX_EPOCH)
}

pub(crate) async fn configure(journal: &Journal) {
    journal.configure_feeds((0..FEEDS).map(feed).collect()).await.unwrap();
}

/// An event with `detail` as its text, about one of a few feeds, so that keys repeat.
pub(crate) fn event(number: u64, detail: &str) -> Event {
    let feed = feed(usize::try_from(number).unwrap() % FEEDS);
    Event::Health(Box::new(HealthEvent {
        id: EventId::from_stored(format!("event-{number}")),
        feed: FeedRef { id: feed.id, url: feed.url, name: None, tags: Vec::new() },
        kind: HealthKind::Gap,
        detail: detail.into(),
    }))
}

pub(crate) async fn append(journal: &Journal, events: Vec<Event>) {
    let commit = PollCommit {
        feed: feed(0),
        entries: Vec::new(),
        events,
        hub: HubNews::Nothing,
        at: Timestamp::from_second(1_750_000_000).unwrap(),
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
    };
    journal.commit_poll(commit).await.unwrap();
}

/// A journal with `count` events.
pub(crate) async fn journal_with(folder: &Path, count: u64) -> Journal {
    let journal = open(folder);
    configure(&journal).await;
    append(&journal, (1..=count).map(|number| event(number, "x")).collect()).await;
    journal
}

/// A relay at work.
pub(crate) struct Running {
    pub(crate) stop: CancellationToken,
    pub(crate) status: watch::Receiver<RelayStatus>,
    pub(crate) work: JoinHandle<Result<(), RelayError>>,
}

impl Running {
    pub(crate) fn start(settings: &KafkaSettings, journal: &Journal) -> Self {
        let relay = Relay::new(settings.clone(), journal.clone(), "/dateline/test".into()).unwrap();
        let stop = CancellationToken::new();
        let status = relay.status();
        let work = tokio::spawn(relay.run(stop.clone()));
        Self { stop, status, work }
    }

    /// Waits until the relay says that all up to `position` is delivered.
    pub(crate) async fn reach(&mut self, position: u64) {
        self.reach_status(|status| status.position >= Some(Sequence(position))).await;
    }

    /// Waits until the relay's status is as it should be.
    pub(crate) async fn reach_status(&mut self, wanted: impl FnMut(&RelayStatus) -> bool) {
        let seen = self.status.clone();
        match tokio::time::timeout(Duration::from_secs(120), self.status.wait_for(wanted)).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => panic!("the relay has stopped: {:?}", seen.borrow()),
            Err(_) => panic!("the relay stays as it is: {:?}", seen.borrow()),
        }
    }

    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.work).await.unwrap().unwrap();
    }

    /// Waits until the relay gives up, and says why.
    pub(crate) async fn failure(mut self) -> RelayError {
        tokio::time::timeout(Duration::from_secs(180), &mut self.work).await.unwrap().unwrap().unwrap_err()
    }
}

impl Drop for Running {
    /// A test that fails must not wait for its relay.
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Delivers all that the journal holds, then stops.
pub(crate) async fn deliver_all(settings: &KafkaSettings, journal: &Journal) {
    let mut running = Running::start(settings, journal);
    running.reach(journal.last_sequence().unwrap().0).await;
    running.stop().await;
}

/// A record as a subscriber sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) headers: HashMap<String, String>,
}

impl Received {
    pub(crate) fn sequence(&self) -> u64 {
        self.headers["ce_sequence"].parse().unwrap()
    }
}

/// Everything that is committed on the topics of events, by partition in the order of the log.
pub(crate) fn read_committed(settings: &KafkaSettings) -> Vec<Received> {
    let Topics { articles, rejects, health, stories, .. } = &settings.topics;
    [articles, rejects, health, stories]
        .into_iter()
        .flat_map(|topic| read_topic(&settings.brokers, topic))
        .collect()
}

pub(crate) fn read_topic(brokers: &str, topic: &str) -> Vec<Received> {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", brokers)
        .set("group.id", "test")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("isolation.level", "read_committed");
    let consumer = BaseConsumer::from_config(&config).unwrap();
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(20)).unwrap();
    let mut assignment = TopicPartitionList::new();
    for partition in metadata.topics()[0].partitions() {
        assignment.add_partition_offset(topic, partition.id(), Offset::Beginning).unwrap();
    }
    consumer.assign(&assignment).unwrap();
    let mut received = Vec::new();
    let mut open = assignment.count();
    let deadline = Instant::now() + Duration::from_secs(60);
    while open > 0 {
        assert!(Instant::now() < deadline, "{topic} could not be read to its end");
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => {
                let text =
                    |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
                let headers = message.headers().map(|headers| {
                    headers.iter().map(|header| (header.key.to_owned(), text(header.value))).collect()
                });
                received.push(Received {
                    topic: topic.to_owned(),
                    partition: message.partition(),
                    key: text(message.key()),
                    value: text(message.payload()),
                    headers: headers.unwrap_or_default(),
                });
            }
            Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
            Some(Err(error)) => eprintln!("reading {topic}: {error}"),
            None => {}
        }
    }
    received
}

/// Asserts the whole promise: each event of the journal stands on its topic once, unchanged, and those of one key in order.
pub(crate) fn assert_each_once(journal: &Journal, received: &[Received]) {
    let expected = journal.events_after(Sequence::START, usize::MAX, None).unwrap();
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    let mut last_of_key: HashMap<(&str, &str), u64> = HashMap::new();
    for record in received {
        *counts.entry(record.sequence()).or_default() += 1;
        let last = last_of_key.entry((&record.topic, &record.key)).or_default();
        assert!(record.sequence() > *last, "{} comes after {last} under one key", record.sequence());
        *last = record.sequence();
    }
    let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    let lost: Vec<_> = expected.iter().filter(|event| !counts.contains_key(&event.sequence.0)).collect();
    assert!(twice.is_empty() && lost.is_empty(), "twice: {twice:?}, lost: {lost:?}");
    assert_eq!(counts.len(), expected.len());
    let by_sequence: HashMap<u64, &Received> =
        received.iter().map(|record| (record.sequence(), record)).collect();
    for event in expected {
        let record = by_sequence[&event.sequence.0];
        assert_eq!((&record.value, &record.key), (&event.data, &event.key));
        assert_eq!(record.headers["ce_id"], event.id);
    }
}
