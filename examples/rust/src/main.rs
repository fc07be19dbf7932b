//! Prints each event of a topic: its id, a tab, its JSON. Usage: subscribe BROKERS TOPIC GROUP

use std::error::Error;

use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::message::Headers;
use rdkafka::{ClientConfig, Message};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [brokers, topic, group] = &arguments[..] else {
        return Err("usage: subscribe BROKERS TOPIC GROUP".into());
    };
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", group)
        .set("isolation.level", "read_committed") // librdkafka's default; others read what was aborted as well
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .create()?;
    consumer.subscribe(&[topic])?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut stop = signal(SignalKind::terminate())?;
    loop {
        let record = tokio::select! {
            record = consumer.recv() => record,
            _ = interrupt.recv() => return Ok(()),
            _ = stop.recv() => return Ok(()), // dropping the consumer leaves the group
        };
        let record = match record {
            Ok(record) => record,
            // A broker that is away, a right that is missing: the client tries again by itself.
            Err(error) => {
                eprintln!("{error}");
                continue;
            }
        };
        let headers = record.headers().into_iter().flat_map(|headers| headers.iter());
        let id = headers.filter(|header| header.key == "ce_id").find_map(|header| header.value);
        let [id, value] =
            [id, record.payload()].map(|bytes| String::from_utf8_lossy(bytes.unwrap_or_default()));
        println!("{id}\t{value}");
        consumer.commit_message(&record, CommitMode::Sync)?; // once it is dealt with
    }
}
