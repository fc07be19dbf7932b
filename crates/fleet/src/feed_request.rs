//! One feed of a fleet, looked at and asked from any machine: how it is stands in its shard's state; what is wanted of it is a record among
//! the handovers of its shard, for whoever holds that now or next.

use dateline_journal::PollRequest;
use dateline_publisher::{KafkaSettings, client_config};
use dateline_wire::{FeedId, FeedRef, FeedState};
use rdkafka::config::FromClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use crate::error::FleetError;
use crate::feeds::{given_up, make_topics};
use crate::shard::ShardMap;
use crate::topic_reader::read_to_end;
use crate::topics::{TIMEOUT, reach};
use crate::{FleetSettings, Shard};

/// The key of such a record, which is none of an entry.
pub(crate) const KEY: &str = "request";

/// What an operator wants of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRequest {
    /// Which.
    pub feed: FeedId,
    /// What of it.
    pub request: PollRequest,
}

/// Has whoever holds the shard of a feed ask it, or whoever holds that next. Blocks, and is to be called where a runtime may be blocked.
///
/// # Errors
/// If Kafka cannot be used, or the fleet has another number of shards.
pub fn request_poll(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    feed: &FeedRef,
    request: PollRequest,
    runtime: &Handle,
) -> Result<(), FleetError> {
    let unusable = |why: String| FleetError::Unusable(format!("the feed is not asked: {why}"));
    reach(kafka)?;
    make_topics(kafka, fleet, runtime)?;
    let mut config = client_config(kafka)?;
    config.set("acks", "all").set("message.timeout.ms", TIMEOUT.as_millis().to_string());
    let producer: FutureProducer =
        FutureProducer::from_config(&config).map_err(|error| unusable(error.to_string()))?;
    let request = FeedRequest { feed: feed.id.clone(), request };
    let value = serde_json::to_string(&request).map_err(|error| unusable(error.to_string()))?;
    let topic = fleet.handover_topic();
    let partition = shard_of(fleet, feed).partition();
    let record = FutureRecord::to(&topic).key(KEY).payload(&value).partition(partition);
    let sent = runtime.block_on(producer.send(record, TIMEOUT));
    sent.map(drop).map_err(|(error, _)| unusable(error.to_string()))
}

/// How a feed is, as its shard's state has it: up to an hour old in when it was asked, where that brought nothing. None of a feed that nobody
/// has come to yet. Blocks.
///
/// # Errors
/// If Kafka cannot be used.
pub fn read_feed_state(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    feed: &FeedRef,
) -> Result<Option<FeedState>, FleetError> {
    /// Of its row.
    #[derive(Deserialize)]
    struct Row {
        state: String,
    }
    let (topic, wanted) = (fleet.state_topic(), serde_json::json!(["feeds", feed.id]).to_string());
    let mut row = None;
    reach(kafka)?;
    read_to_end(kafka, (&topic, shard_of(fleet, feed).partition()), &|| false, |key, value| {
        if key == wanted {
            row = value.map(str::to_owned);
        }
        Ok(())
    })
    .map_err(given_up)?;
    let state = row.map(|row| {
        serde_json::from_str(&row).and_then(|Row { state }| serde_json::from_str(&state)).map_err(|error| {
            FleetError::Unusable(format!("the state of {} in {topic} cannot be read: {error}", feed.url))
        })
    });
    state.transpose()
}

fn shard_of(fleet: &FleetSettings, feed: &FeedRef) -> Shard {
    ShardMap::new(fleet.shards).of_url(feed.url.as_url())
}
