//! Whether the topic of state still has what the shards' holders have written to it.
//!
//! A holder is the only one who writes to its shard's partition, so that the partition never gets shorter, unless the topic was deleted and made
//! anew, or a broker lost its end. Where that shows, in an end (here) or in the place that a record was given (`committer`), the holder puts all of the
//! shard's state back from its file (`ShardHolding` in `member`). Until then the group is told, beside each offset, the end that the partition had
//! with all of it: whoever takes such a shard over finds it shorter than that, and leaves it alone.

use std::sync::Arc;
use std::time::Duration;

use dateline_publisher::KafkaSettings;
use rdkafka::consumer::Consumer;
use rdkafka::{Offset, TopicPartitionList};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::error::FleetSessionError;
use crate::member::MemberStatus;
use crate::tenure::Tenures;
use crate::topic_reader::{PartitionReader, reader};
use crate::topics::TIMEOUT;
use crate::{FleetSettings, topics};

/// How often it is looked at.
const INTERVAL: Duration = Duration::from_secs(10);

/// Looks at the topic of state from time to time, and has it made where it is missing.
pub(crate) struct StateWatch {
    pub(crate) kafka: Arc<KafkaSettings>,
    pub(crate) fleet: FleetSettings,
    pub(crate) tenures: Arc<Tenures>,
    pub(crate) status: watch::Sender<MemberStatus>,
}

impl StateWatch {
    /// Goes on until it is dropped.
    pub(crate) async fn run(self) {
        let (looking, runtime) = (Arc::new(self), Handle::current());
        let mut client = None;
        loop {
            tokio::time::sleep(INTERVAL).await;
            let (asked, on, known) = (looking.clone(), runtime.clone(), client.take());
            let looked = tokio::task::spawn_blocking(move || {
                let client = match known {
                    Some(client) => client,
                    None => reader(&asked.kafka, "read_uncommitted")?,
                };
                Ok::<_, FleetSessionError>((asked.look(&client, &on)?, client))
            });
            match looked.await {
                Ok(Ok((trouble, used))) => {
                    client = Some(used);
                    looking.tell(trouble);
                }
                Ok(Err(error)) => tracing::debug!(%error, "the topic of state could not be looked at"),
                Err(_) => return,
            }
        }
    }

    /// Notes what of the shards' state is lost; gives what somebody has to see to.
    fn look(&self, client: &PartitionReader, runtime: &Handle) -> Result<Option<String>, FleetSessionError> {
        // Before the broker is asked: what is written meanwhile only makes partitions longer.
        let known = self.tenures.lock().state_ends();
        let topic = self.fleet.state_topic();
        let metadata = client.fetch_metadata(Some(&topic), TIMEOUT)?;
        let (partitions, expected) =
            (metadata.topics().first().map_or(0, |topic| topic.partitions().len()), self.fleet.partitions());
        if partitions == 0 {
            tracing::error!(topic, "the topic of the fleet's state is missing: it was deleted");
            let missing = |error: FleetSessionError| {
                format!("{error}: make it with {expected} partitions and cleanup.policy=compact")
            };
            return Ok(topics::ensure(&self.kafka, &self.fleet, runtime).err().map(missing));
        }
        if u32::try_from(partitions) != Ok(expected) {
            return Ok(Some(format!(
                "the topic {topic} was deleted and made anew with {partitions} partitions instead of {expected}: delete it, and members make it"
            )));
        }
        let mut asked = TopicPartitionList::with_capacity(known.len());
        for (shard, _) in &known {
            asked.add_partition_offset(&topic, shard.partition(), Offset::End)?;
        }
        let found = client.offsets_for_times(asked, TIMEOUT)?;
        let mut tenures = self.tenures.lock();
        for (shard, end) in known {
            let place = found.find_partition(&topic, shard.partition());
            if let Some(Offset::Offset(found)) =
                place.filter(|place| place.error().is_ok()).map(|place| place.offset())
            {
                tenures.note_end(shard, end, found);
            }
        }
        Ok(None)
    }

    fn tell(&self, trouble: Option<String>) {
        self.status.send_if_modified(|status| {
            let is_news = status.topic_error != trouble;
            status.topic_error = trouble;
            is_news
        });
    }
}
