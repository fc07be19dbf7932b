//! Deletes what was handed over and is taken in: nothing else would, since a fleet may be stopped for any time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dateline_publisher::{DeliveryTracker, KafkaSettings, client_config};
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use crate::FleetSettings;
use crate::error::FleetSessionError;
use crate::shard::Shard;
use crate::tenure::Tenures;
use crate::topics::TIMEOUT;

/// How often it is looked for what can go.
const INTERVAL: Duration = Duration::from_secs(10);

/// Has the broker delete, for the shards that this member holds, the handovers before their committed places.
pub(crate) struct HandoverTrimmer {
    admin: AdminClient<DeliveryTracker>,
    topic: String,
    tenures: Arc<Tenures>,
    /// Up to where each shard's are gone.
    gone: HashMap<Shard, i64>,
    was_refused: bool,
}

impl HandoverTrimmer {
    pub(crate) fn new(
        kafka: &KafkaSettings,
        fleet: &FleetSettings,
        tenures: Arc<Tenures>,
    ) -> Result<Self, FleetSessionError> {
        let config = client_config(kafka)?;
        let admin = AdminClient::from_config_and_context(&config, DeliveryTracker::default())?;
        Ok(Self { admin, topic: fleet.handover_topic(), tenures, gone: HashMap::new(), was_refused: false })
    }

    /// Goes on until it is dropped.
    pub(crate) async fn run(&mut self) {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.trim().await {
                if !self.was_refused {
                    tracing::warn!(%error, topic = self.topic, "handovers that are taken in were not deleted: they stay for now");
                }
                self.was_refused = true;
            }
        }
    }

    async fn trim(&mut self) -> Result<(), KafkaError> {
        let tenures = self.tenures.clone();
        // The lock is held through transactions.
        let Ok(taken) = tokio::task::spawn_blocking(move || tenures.lock().open_places()).await else {
            return Ok(());
        };
        let fresh: Vec<(Shard, i64)> = taken
            .into_iter()
            .filter(|(shard, place)| *place > self.gone.get(shard).copied().unwrap_or_default())
            .collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let mut places = TopicPartitionList::with_capacity(fresh.len());
        for (shard, place) in &fresh {
            places.add_partition_offset(&self.topic, shard.partition(), Offset::Offset(*place))?;
        }
        let options = AdminOptions::new().request_timeout(Some(TIMEOUT)).operation_timeout(Some(TIMEOUT));
        let deleted = self.admin.delete_records(&places, &options).await?;
        for element in deleted.elements() {
            element.error()?;
        }
        self.gone.extend(fresh);
        self.was_refused = false;
        Ok(())
    }
}
