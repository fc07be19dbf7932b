//! Exactly once, however often the daemon is killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::harness::{
    Running, append, assert_each_once, broker, configure, deliver_all, event, open, read_committed, settings,
    topics,
};
use dateline_publisher::KafkaSettings;

const KILLS: u32 = 20;

/// What the child is told: the journal's folder and the topics' common name.
const FOLDER: &str = "DATELINE_TEST_CHILD_FOLDER";
const TOPICS: &str = "DATELINE_TEST_CHILD_TOPICS";

fn child_settings(brokers: &str, unique: &str) -> KafkaSettings {
    KafkaSettings {
        topics: topics(unique),
        // Small, so that a kill meets a transaction at every stage of its life.
        max_batch: 40,
        ..settings(brokers, unique)
    }
}

/// The daemon that is killed: commits events without end and delivers them. Does nothing unless it was started as a child.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let (Ok(folder), Ok(topics)) = (std::env::var(FOLDER), std::env::var(TOPICS)) else { return };
    let Some(brokers) = broker() else { return };
    let journal = open(folder.as_ref());
    configure(&journal).await;
    let running = Running::start(&child_settings(&brokers, &topics), &journal);
    let mut status = running.status.clone();
    tokio::spawn(async move {
        if status.wait_for(|status| status.connected).await.is_ok() {
            println!("\nconnected");
        }
    });
    loop {
        let next = journal.last_sequence().unwrap().0 + 1;
        append(&journal, (next..next + 7).map(|number| event(number, "x")).collect()).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn start(folder: &std::path::Path, topics: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::child", "--nocapture"])
        .env(FOLDER, folder)
        .env(TOPICS, topics)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A small generator of numbers (Steele, Lea and Flood: SplitMix), for moments that differ between runs.
struct Moments(u64);

impl Moments {
    fn below(&mut self, bound: u64) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Duration::from_millis((z ^ (z >> 31)) % bound)
    }
}

#[tokio::test]
async fn every_event_is_delivered_once_though_the_daemon_is_killed_at_random_moments() {
    let Some(brokers) = broker() else { return };
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let seed = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap();
    println!("seed {seed}");
    let mut moments = Moments(seed);
    let topics = format!("kills.{seed}");
    for kill in 0..KILLS {
        let mut child = start(folder.path(), &topics);
        if kill % 6 == 5 {
            // Anywhere from its first instruction on: opening the journal, taking over, reading the position.
            std::thread::sleep(moments.below(600));
        } else {
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let connected = lines.map_while(Result::ok).any(|line| line == "connected");
            assert!(connected, "child {kill} ended by itself");
            std::thread::sleep(moments.below(150));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let settings = child_settings(&brokers, &topics);
    let journal = open(folder.path());
    deliver_all(&settings, &journal).await;
    let last = journal.last_sequence().unwrap().0;
    println!("{KILLS} kills, {last} events");
    assert!(last > u64::from(KILLS) * 10, "the children did too little: {last}");
    assert_each_once(&journal, &read_committed(&settings));
}
