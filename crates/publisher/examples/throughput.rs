//! Measures the relay beside the bare client, in one run against one broker:
//! `cargo run --release -p dateline-publisher --example throughput HOST:PORT [EVENTS]`.
//!
//! Both deliver the same events of 4 KB to topics alike, in transactions of 1,000 and of 5,000; the bare client has them
//! in memory, sends neither headers nor positions, and looks nothing up. Rounds alternate; the medians are compared.
//! Then single events are delivered by both in turn, and timed: from the call that commits one to the journal, durably, and from the call that
//! begins the bare client's transaction, to their arrival at a subscriber.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use dateline_journal::{Durability, Journal, Options, PollCommit};
use dateline_publisher::{KafkaSettings, Relay, Topics};
use dateline_wire::{
    CloudEvent, Event, EventId, FeedRef, FeedState, HealthEvent, HealthKind, HubNews, SecretQuery, Sequence,
};
use jiff::Timestamp;
use rdkafka::client::ClientContext;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn Error + Send + Sync>;

const ROUNDS: usize = 3;
const TIMEOUT: Duration = Duration::from_secs(60);

fn settings(brokers: &str, name: &str, max_batch: usize) -> KafkaSettings {
    let unique = format!("bench.{name}.{}", Timestamp::now().as_microsecond());
    KafkaSettings {
        brokers: brokers.into(),
        topics: Topics {
            articles: format!("{unique}.articles"),
            withdrawals: format!("{unique}.withdrawals"),
            rejects: format!("{unique}.rejects"),
            health: format!("{unique}.health"),
            stories: format!("{unique}.stories"),
            relay: format!("{unique}.relay"),
        },
        max_batch,
        ..KafkaSettings::default()
    }
}

/// Text of about 4 KB that compresses as prose does, different for each number.
fn prose(number: u64) -> String {
    const WORDS: [&str; 24] = [
        "the",
        "visit",
        "began",
        "on",
        "ministers",
        "said",
        "talks",
        "in",
        "of",
        "a",
        "delegation",
        "arrived",
        "with",
        "trade",
        "railway",
        "border",
        "officials",
        "signed",
        "agreement",
        "week",
        "state",
        "media",
        "reported",
        "new",
    ];
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = String::with_capacity(4_100);
    while text.len() < 3_800 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(WORDS[(state % 24) as usize]);
        text.push_str(if state.is_multiple_of(7) { " 17" } else { " " });
    }
    text
}

fn feed(number: u64) -> Result<FeedState, Failure> {
    let address = format!("https://news.example/{}.xml", number % 100).parse()?;
    Ok(FeedState::new(&FeedRef::new(&address, None, &SecretQuery::default()), Timestamp::UNIX_EPOCH))
}

fn event(number: u64, detail: String) -> Result<Event, Failure> {
    let feed = feed(number)?;
    Ok(Event::Health(Box::new(HealthEvent {
        id: EventId::of_parts(&["bench", &number.to_string()]),
        feed: FeedRef { id: feed.id, url: feed.url, name: None, tags: Vec::new() },
        kind: HealthKind::Gap,
        detail,
    })))
}

async fn append(journal: &Journal, events: Vec<Event>) -> Result<(), Failure> {
    let poll = PollCommit {
        feed: feed(0)?,
        entries: Vec::new(),
        events,
        hub: HubNews::Nothing,
        at: Timestamp::now(),
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
    };
    journal.commit_poll(poll).await?;
    Ok(())
}

/// Events a second from the first transaction to the last commit.
async fn relay(brokers: &str, journal: &Journal, size: usize) -> Result<f64, Failure> {
    let last = journal.last_sequence()?;
    // Each round delivers to topics of its own.
    journal.set_relay_position(Sequence::START).await?;
    let relay = Relay::new(settings(brokers, "relay", size), journal.clone(), "/bench".into())?;
    let stop = CancellationToken::new();
    let mut status = relay.status();
    let work = tokio::spawn(relay.run(stop.clone()));
    status.wait_for(|status| status.connected).await?;
    let start = Instant::now();
    status.wait_for(|status| status.position == Some(last)).await?;
    let rate = last.0 as f64 / start.elapsed().as_secs_f64();
    stop.cancel();
    work.await??;
    Ok(rate)
}

/// Counts deliveries, and wakes the sender at the last.
struct Count {
    outstanding: AtomicUsize,
    sender: std::thread::Thread,
}

impl ClientContext for Count {}

impl ProducerContext for Count {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {
        if self.outstanding.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.sender.unpark();
        }
    }
}

/// A transaction's worth of work with nothing but the client: no headers, no position, nothing looked up.
struct BareClient {
    producer: ThreadedProducer<Count>,
    topic: String,
}

impl BareClient {
    /// Must be used on the thread that makes it, which it wakes.
    fn new(brokers: &str) -> Result<Self, Failure> {
        let topic = format!("bench.bare.{}", Timestamp::now().as_microsecond());
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", brokers)
            .set("transactional.id", &topic)
            .set("compression.type", "zstd")
            .set("linger.ms", "2")
            .set("queue.buffering.max.messages", "20000");
        let admin = rdkafka::admin::AdminClient::from_config_and_context(&config_of(brokers), Plain)?;
        let new = rdkafka::admin::NewTopic::new(&topic, 4, rdkafka::admin::TopicReplication::Fixed(-1));
        let options = rdkafka::admin::AdminOptions::new().operation_timeout(Some(TIMEOUT));
        tokio::runtime::Handle::current().block_on(admin.create_topics([&new], &options))?;
        let context = Count { outstanding: AtomicUsize::new(0), sender: std::thread::current() };
        let producer: ThreadedProducer<Count> = ThreadedProducer::from_config_and_context(&config, context)?;
        producer.init_transactions(TIMEOUT)?;
        Ok(Self { producer, topic })
    }

    fn deliver(&self, batch: &[CloudEvent]) -> Result<(), Failure> {
        self.producer.begin_transaction()?;
        let outstanding = &self.producer.context().outstanding;
        outstanding.store(batch.len(), Ordering::Release);
        for event in batch {
            let record = BaseRecord::to(&self.topic).key(&event.key).payload(&event.data);
            self.producer.send(record).map_err(|(error, _)| error)?;
        }
        while outstanding.load(Ordering::Acquire) > 0 {
            std::thread::park_timeout(Duration::from_millis(50));
        }
        self.producer.commit_transaction(TIMEOUT)?;
        Ok(())
    }
}

/// Events a second of the bare client.
fn bare(brokers: &str, events: &[CloudEvent], size: usize) -> Result<f64, Failure> {
    let client = BareClient::new(brokers)?;
    let start = Instant::now();
    for batch in events.chunks(size) {
        client.deliver(batch)?;
    }
    Ok(events.len() as f64 / start.elapsed().as_secs_f64())
}

struct Plain;
impl ClientContext for Plain {}

fn config_of(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers);
    config
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// When each record of a topic arrives at a subscriber that reads what is committed, counted from `begun`.
fn subscribe(
    brokers: &str,
    topic: &str,
    (begun, count): (Instant, usize),
) -> Result<JoinHandle<Vec<Duration>>, Failure> {
    let mut config = config_of(brokers);
    config.set("group.id", "bench").set("isolation.level", "read_committed").set("fetch.wait.max.ms", "5");
    let consumer = BaseConsumer::from_config_and_context(&config, rdkafka::consumer::DefaultConsumerContext)?;
    let mut assignment = TopicPartitionList::new();
    for partition in 0..4 {
        assignment.add_partition_offset(topic, partition, Offset::Beginning)?;
    }
    consumer.assign(&assignment)?;
    Ok(std::thread::spawn(move || {
        let mut seen = Vec::new();
        while seen.len() < count && begun.elapsed() < TIMEOUT * 3 {
            if let Some(Ok(_)) = consumer.poll(Duration::from_millis(100)) {
                seen.push(begun.elapsed());
            }
        }
        seen
    }))
}

/// The median and the 99th percentile, in milliseconds.
fn percentiles(sent: &[Duration], seen: JoinHandle<Vec<Duration>>) -> Result<(f64, f64), Failure> {
    let seen = seen.join().map_err(|_| "the subscriber broke off")?;
    // The first show the subscriber's start as well.
    let pairs = sent.iter().zip(&seen).skip(sent.len() / 10);
    let mut times: Vec<f64> = pairs.map(|(sent, seen)| (*seen - *sent).as_secs_f64() * 1_000.0).collect();
    times.sort_by(f64::total_cmp);
    Ok((times[times.len() / 2], times[times.len() * 99 / 100]))
}

/// Single events, in turn from the call that commits one to the journal, and from the call that begins the bare client's transaction, to
/// their arrival at a subscriber: median and 99th percentile of the relay, then of the bare client.
async fn latency(brokers: &str, count: u64) -> Result<[(f64, f64); 2], Failure> {
    let folder = tempfile::tempdir()?;
    let journal = Journal::open(folder.path().join("journal.db"), Options::default())?;
    journal.configure_feeds(vec![feed(0)?]).await?;
    let settings = settings(brokers, "latency", 5_000);
    let topic = settings.topics.health.clone();
    let relay = Relay::new(settings, journal.clone(), "/bench".into())?;
    let stop = CancellationToken::new();
    let mut status = relay.status();
    let work = tokio::spawn(relay.run(stop.clone()));
    status.wait_for(|status| status.connected).await?;

    let begun = Instant::now();
    let (orders, ordered) = std::sync::mpsc::channel::<CloudEvent>();
    let (made, bare_topic) = std::sync::mpsc::channel::<String>();
    let address = brokers.to_owned();
    let bare = tokio::task::spawn_blocking(move || -> Result<Vec<Duration>, Failure> {
        let client = BareClient::new(&address)?;
        made.send(client.topic.clone())?;
        let mut sent = Vec::new();
        for event in ordered {
            sent.push(begun.elapsed());
            client.deliver(&[event])?;
        }
        Ok(sent)
    });
    let bare_topic = bare_topic.recv()?;
    let seen = [&topic, &bare_topic].map(|topic| subscribe(brokers, topic, (begun, count as usize)));
    let mut sent = Vec::new();
    for number in 0..count {
        tokio::time::sleep(Duration::from_millis(40)).await;
        sent.push(begun.elapsed());
        append(&journal, vec![event(0, prose(number))?]).await?;
        let last = journal.events_after(Sequence(number), 1, None)?.remove(0);
        tokio::time::sleep(Duration::from_millis(40)).await;
        orders.send(last)?;
    }
    drop(orders);
    let [relay_seen, bare_seen] = seen;
    let relayed = percentiles(&sent, relay_seen?)?;
    let bared = percentiles(&bare.await??, bare_seen?)?;
    stop.cancel();
    work.await??;
    Ok([relayed, bared])
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let brokers = arguments.next().ok_or("which broker? HOST:PORT")?;
    let count: u64 = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let options = Options { durability: Durability::Process, ..Options::default() };
    let journal = Journal::open(folder.path().join("journal.db"), options)?;
    journal.configure_feeds((0..100).map(feed).collect::<Result<_, _>>()?).await?;
    for start in (0..count).step_by(1_000) {
        let numbers = start..(start + 1_000).min(count);
        append(&journal, numbers.map(|number| event(number, prose(number))).collect::<Result<_, _>>()?)
            .await?;
    }
    let events = journal.events_after(Sequence::START, usize::MAX, None)?;
    println!("{count} events of {} bytes", events[0].data.len());
    println!("in transactions of  relay events/s  bare events/s  ratio");
    for size in [1_000, 5_000] {
        let (mut relayed, mut bares) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            relayed.push(relay(&brokers, &journal, size).await?);
            let (brokers, events) = (brokers.clone(), events.clone());
            bares.push(tokio::task::spawn_blocking(move || bare(&brokers, &events, size)).await??);
        }
        let (relay, bare) = (median(&mut relayed), median(&mut bares));
        println!("{size:18}  {relay:14.0}  {bare:13.0}  {:5.2}", relay / bare);
    }
    println!("one event at a time  relay p50, p99 ms  bare p50, p99 ms  ratio of the p99");
    for _ in 0..ROUNDS {
        let [(p50, p99), (bare_p50, bare_p99)] = latency(&brokers, 400).await?;
        println!("{:19}  {p50:9.1} {p99:6.1}  {bare_p50:9.1} {bare_p99:6.1}  {:16.2}", "", p99 / bare_p99);
    }
    Ok(())
}
