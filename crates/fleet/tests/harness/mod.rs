//! What the fleet's tests share: members as processes of their own, what they write, and what subscribers find.

#![allow(dead_code)] // each test program uses its own part of this

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dateline_fleet::{
    FleetSettings, GroupProtocol, HeldShard, HostContact, Member, Shard, ShardMap, ShardWork,
};
use dateline_journal::{EntryCompletion, Journal, JournalError, PollCommit, StoryUpdate};
use dateline_publisher::{KafkaSettings, Topics};
use dateline_wire::{
    Entry, EntryId, Envelope, Event, FeedRef, FeedState, HubNews, RejectReason, SecretQuery,
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tokio_util::sync::CancellationToken;

/// The broker to test with, if there is one. Where tests must not be left out, there has to be.
pub(crate) fn broker() -> Option<String> {
    let broker = std::env::var("KAFKA_TEST_BROKER").ok();
    if broker.is_none() {
        assert!(std::env::var_os("CI").is_none(), "KAFKA_TEST_BROKER is not set");
        eprintln!("skipped: KAFKA_TEST_BROKER is not set");
    }
    broker
}

pub(crate) fn kafka(broker: &str, fleet: &str) -> KafkaSettings {
    KafkaSettings {
        brokers: broker.to_owned(),
        partitions: 1,
        topics: Topics { rejects: format!("{fleet}.rejects"), ..KafkaSettings::default().topics },
        ..KafkaSettings::default()
    }
}

pub(crate) fn fleet(name: &str, member: &str, shards: u32) -> FleetSettings {
    FleetSettings {
        name: name.to_owned(),
        member: member.to_owned(),
        shards,
        session_seconds: 6,
        group_protocol: GroupProtocol::Classic,
        mirror: false,
    }
}

/// A name that no other fleet has on this broker.
pub(crate) fn unique(name: &str) -> String {
    format!("{name}-{}-{}", std::process::id(), Timestamp::now().as_microsecond())
}

/// The web of the tests: a datagram for each request, of the shard that it is for and the member that sends it. They are read all the
/// time: a socket holds few.
pub(crate) struct TestWeb {
    address: String,
    asked: Arc<Mutex<BTreeMap<u32, Vec<String>>>>,
    is_over: Arc<AtomicBool>,
}

impl TestWeb {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a time-out");
        let address = socket.local_addr().expect("an address").to_string();
        let (asked, is_over) = (Arc::<Mutex<BTreeMap<_, Vec<_>>>>::default(), Arc::<AtomicBool>::default());
        let web = Self { address, asked: asked.clone(), is_over: is_over.clone() };
        std::thread::spawn(move || {
            let mut request = [0; 100];
            while !is_over.load(Ordering::Relaxed) {
                let Ok(length) = socket.recv(&mut request) else { continue };
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let (shard, member) = request.split_once(' ').expect("a request");
                let shard = shard.parse().expect("a shard");
                asked.lock().expect("the requests").entry(shard).or_default().push(member.to_owned());
            }
        });
        web
    }

    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }

    /// The members that asked each shard's host since this was called last, one for each request, in order.
    pub(crate) fn take(&self) -> BTreeMap<u32, Vec<String>> {
        std::mem::take(&mut self.asked.lock().expect("the requests"))
    }

    /// Waits until a member has asked the hosts of so many shards since [`TestWeb::take`] was called last; whether it did.
    pub(crate) fn wait_for(&self, member: &str, shards: usize, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            let by_member = |asked: &&Vec<String>| asked.iter().any(|name| name == member);
            if self.asked.lock().expect("the requests").values().filter(by_member).count() >= shards {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for TestWeb {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Announces an entry and ends it, again and again: as many events as entries, at places without a gap, each place once.
pub(crate) struct Counting {
    /// How long it rests before it ends one.
    pause: Duration,
    /// Where it asks the host of each of its shards all the time, and what it is called there.
    web: Option<(String, String)>,
}

impl ShardWork for Counting {
    fn work(&self, held: HeldShard, stop: CancellationToken) -> BoxFuture<'static, Result<(), String>> {
        let (pause, web) = (self.pause, self.web.clone());
        Box::pin(async move {
            let visits = async {
                let Some((web, member)) = web else { return std::future::pending().await };
                let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
                let host = host_in(held.shard);
                loop {
                    if held.contact.contact(&host) == HostContact::Allowed {
                        let _ = socket.send_to(format!("{} {member}", held.shard).as_bytes(), &web);
                    }
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            let counting = async {
                while !stop.is_cancelled() {
                    count(&held.journal, held.shard.0, pause).await.map_err(|error| error.to_string())?;
                }
                Ok(())
            };
            tokio::select! {
                () = visits => Ok(()),
                counted = counting => counted,
            }
        })
    }
}

/// A host that lies in a shard.
fn host_in(shard: Shard) -> String {
    let shards = std::env::var("FLEET_TEST_SHARDS").expect("a number").parse().expect("a number");
    let map = ShardMap::new(shards);
    let mut hosts = (0..).map(|number: u32| format!("host{number}.example"));
    hosts.find(|host| map.of_host(host) == shard).expect("one of them")
}

async fn count(journal: &Journal, shard: u32, pause: Duration) -> Result<(), JournalError> {
    let address = format!("https://{shard}.example/feed.xml").parse().expect("an address");
    let feed = FeedState::new(&FeedRef::new(&address, None, &SecretQuery::default()), Timestamp::MAX);
    let again = |error: &JournalError| error.is_retryable();
    loop {
        match journal.configure_feeds(vec![feed.clone()]).await {
            Err(error) if again(&error) => {}
            done => break done.map(drop)?,
        }
    }
    let guid = format!("entry {}", journal.last_sequence()?.next());
    let entry = EntryId::of_guid(&guid);
    let (at, traceparent) = (Timestamp::now(), String::new());
    let poll = PollCommit {
        feed: feed.clone(),
        entries: vec![Entry { guid: Some(guid), ..Entry::new(entry.clone()) }],
        events: Vec::new(),
        hub: HubNews::Nothing,
        at,
        traceparent: traceparent.clone(),
    };
    let reject = dateline_samples::reject("ignored", RejectReason::NoLink);
    let end = EntryCompletion {
        feed: feed.id.clone(),
        entry,
        event: Event::Reject(Box::new(reject)),
        page_was_read: false,
        revisit: None,
        stories: StoryUpdate::default(),
        at,
        traceparent,
    };
    loop {
        match journal.commit_poll(poll.clone()).await {
            Err(error) if again(&error) => {}
            done => break done.map(drop)?,
        }
    }
    // Whoever is woken from a stop in this rest has an event to commit at once, before it can hear that the shard is another's.
    tokio::time::sleep(pause).await;
    loop {
        match journal.finish(end.clone()).await {
            Err(error) if again(&error) => {}
            done => break done.map(drop),
        }
    }
}

/// The member that a process of the tests is, as its environment says. Runs until it is killed.
pub(crate) fn be_member() {
    let Ok(member) = std::env::var("FLEET_TEST_MEMBER") else { return };
    let said = |name: &str| std::env::var(name).unwrap_or_default();
    let level = tracing_subscriber::EnvFilter::new(said("FLEET_TEST_LOG"));
    tracing_subscriber::fmt().with_env_filter(level).with_writer(std::io::stderr).init();
    let (fleet_name, broker) = (said("FLEET_TEST_NAME"), said("KAFKA_TEST_BROKER"));
    let shards = said("FLEET_TEST_SHARDS").parse().expect("a number of shards");
    let envelope = Envelope::from(format!("/{member}").as_str());
    let folder = said("FLEET_TEST_FOLDER");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let group_protocol = match said("FLEET_TEST_PROTOCOL").as_str() {
        "consumer" => GroupProtocol::Consumer,
        _ => GroupProtocol::Classic,
    };
    let fleet = FleetSettings { group_protocol, ..fleet(&fleet_name, &member, shards) };
    let made = Member::new(kafka(&broker, &fleet_name), fleet, envelope, folder).expect("a member");
    let made = match said("FLEET_TEST_MUTATION").as_str() {
        "no fence" => made.without_fence(),
        "no session check" => made.without_session_check(),
        _ => made,
    };
    let web = std::env::var("FLEET_TEST_WEB").ok().map(|web| (web, member.clone()));
    runtime.block_on(async {
        let pause = Duration::from_millis(said("FLEET_TEST_PAUSE").parse().expect("milliseconds"));
        made.run(Arc::new(Counting { pause, web }), CancellationToken::new()).await.expect("it goes on");
    });
}

/// What the members of a test have in common.
pub(crate) struct MemberHabits<'h> {
    pub(crate) fleet: &'h str,
    pub(crate) shards: u32,
    pub(crate) folder: &'h Path,
    /// `no fence`, `no session check`, or nothing that is wrong with them.
    pub(crate) mutation: &'h str,
    /// The web whose hosts they ask.
    pub(crate) web: &'h str,
    /// How long each shard rests after an event.
    pub(crate) pause_ms: u64,
    /// `classic` or `consumer`.
    pub(crate) protocol: &'h str,
}

/// A member in a process of its own. Killed when dropped.
pub(crate) struct MemberProcess {
    pub(crate) name: String,
    child: Child,
}

impl MemberProcess {
    pub(crate) fn start(name: &str, habits: &MemberHabits<'_>) -> Self {
        let MemberHabits { fleet, shards, folder, mutation, web, pause_ms, protocol } = *habits;
        let program = std::env::current_exe().expect("this program");
        let child = Command::new(program)
            .args(["--exact", "member_process", "--ignored", "--nocapture"])
            .env("FLEET_TEST_MEMBER", name)
            .env("FLEET_TEST_NAME", fleet)
            .env("FLEET_TEST_SHARDS", shards.to_string())
            .env("FLEET_TEST_FOLDER", folder.join(name))
            .env("FLEET_TEST_MUTATION", mutation)
            .env("FLEET_TEST_WEB", web)
            .env("FLEET_TEST_PAUSE", pause_ms.to_string())
            .env("FLEET_TEST_PROTOCOL", protocol)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("a member's process");
        Self { name: name.to_owned(), child }
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([format!("-{signal}"), self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success(), "{signal}");
    }
}

impl Drop for MemberProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An event as subscribers find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenEvent {
    pub(crate) place: u64,
    pub(crate) member: String,
    pub(crate) at_ms: i64,
}

/// Reads what is committed to a topic as it comes, by the journal of each event.
pub(crate) struct Subscriber {
    consumer: BaseConsumer,
    pub(crate) seen: BTreeMap<String, Vec<SeenEvent>>,
}

impl Subscriber {
    pub(crate) fn of(broker: &str, topic: &str) -> Self {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", broker)
            .set("group.id", "fleet-test")
            .set("enable.auto.commit", "false")
            .set("isolation.level", "read_committed")
            .create()
            .expect("a subscriber");
        let mut assignment = TopicPartitionList::new();
        assignment.add_partition_offset(topic, 0, Offset::Beginning).expect("a partition");
        consumer.assign(&assignment).expect("an assignment");
        Self { consumer, seen: BTreeMap::new() }
    }

    /// Reads until `enough`, or the time is over; whether it was enough.
    pub(crate) fn read(&mut self, patience: Duration, enough: impl Fn(&Self) -> bool) -> bool {
        let deadline = Instant::now() + patience;
        while !enough(self) {
            if Instant::now() >= deadline {
                return false;
            }
            let Some(Ok(message)) = self.consumer.poll(Duration::from_millis(100)) else { continue };
            let header = |name: &str| {
                let header = message.headers()?.iter().find(|header| header.key == name)?;
                header.value.map(|value| String::from_utf8_lossy(value).into_owned())
            };
            let event = SeenEvent {
                place: header("ce_sequence").and_then(|place| place.parse().ok()).unwrap_or_default(),
                member: header("ce_source").unwrap_or_default(),
                at_ms: message.timestamp().to_millis().unwrap_or_default(),
            };
            self.seen.entry(header("ce_journal").unwrap_or_default()).or_default().push(event);
        }
        true
    }

    /// The shards whose last event is of a member.
    pub(crate) fn last_of(&self, member: &str) -> usize {
        let member = format!("/{member}");
        self.seen.values().filter(|events| events.last().is_some_and(|last| last.member == member)).count()
    }

    /// What is wrong with what was seen: places that are missing, or that come twice.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (journal, events) in &self.seen {
            let mut expected = 1;
            for event in events {
                if event.place != expected {
                    faults.push(format!(
                        "{journal}: {} of {} where {expected} was due",
                        event.place, event.member
                    ));
                }
                expected = event.place + 1;
            }
        }
        faults
    }
}
