//! The record that says what a fleet was last as a whole: a journal that it took in, or one that it was brought into. It is written in the
//! transaction that makes it so, which is how one that broke off is told from one that only wasn't heard of.

use dateline_publisher::{KafkaSettings, TransactionalProducer};
use rdkafka::error::KafkaError;
use serde::{Deserialize, Serialize};

use crate::FleetSettings;
use crate::error::FleetSessionError;
use crate::shard::{Shard, ShardMap};
use crate::topic_reader::read_to_end;

/// Its key, which is none of a row. It stands in the partition of stories.
const KEY: &str = "[\"change\"]";

/// What a fleet was last as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangeRecord {
    /// The journal of this id.
    Adopted(String),
    /// Its state is that journal.
    Left(String),
}

impl ChangeRecord {
    /// Whether a record of the topic of states is this one, and no row.
    pub(crate) fn has_key(key: &str) -> bool {
        key == KEY
    }

    /// What the fleet was last, if it ever was.
    pub(crate) fn read(
        kafka: &KafkaSettings,
        fleet: &FleetSettings,
    ) -> Result<Option<Self>, FleetSessionError> {
        let mut found = None;
        let topic = fleet.state_topic();
        read_to_end(kafka, (&topic, Self::shard(fleet).partition()), &|| false, |key, value| {
            if Self::has_key(key) {
                found = value.and_then(|value| serde_json::from_str(value).ok());
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Has the open transaction write it.
    pub(crate) fn send(
        &self,
        producer: &TransactionalProducer,
        fleet: &FleetSettings,
    ) -> Result<(), KafkaError> {
        producer.send_json(&fleet.state_topic(), Self::shard(fleet).partition(), KEY, self)
    }

    fn shard(fleet: &FleetSettings) -> Shard {
        ShardMap::new(fleet.shards).stories()
    }
}
