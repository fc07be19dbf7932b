//! What members say of themselves, on a topic that whoever asks for the fleet reads: each member's last word counts.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use dateline_publisher::{KafkaSettings, client_config};
use jiff::Timestamp;
use rdkafka::config::FromClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde::{Deserialize, Serialize};

use crate::FleetSettings;
use crate::error::{FleetError, FleetSessionError};
use crate::topic_reader::read_to_end;

/// How long a report may wait for the broker; the next says more.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What a member says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberReport {
    /// Its name.
    pub member: String,
    /// Which process of that name it is; none of an earlier version of the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<MemberProcess>,
    /// When it said so.
    pub at: Timestamp,
    /// The version of its program.
    pub program: String,
    /// The shards that it works on, in order.
    pub shards: Vec<u32>,
    /// Whether the stories are told there.
    #[serde(default)]
    pub tells_stories: bool,
    /// The version of the fleet's feeds that it goes by.
    pub feeds_version: u64,
    /// Why it goes by no newer one, where it doesn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feeds_error: Option<String>,
    /// The version of the fleet's settings that it goes by; 0 where it goes by its own.
    #[serde(default)]
    pub settings_version: u64,
    /// Why it goes by no newer one, where it doesn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings_error: Option<String>,
    /// A digest of each part of its configuration that is to be the same with all members.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// How many feeds it polls.
    pub feeds: u64,
    /// How many entries wait for their pages with it.
    pub backlog: u64,
    /// The host whose pages wait longest, where any are late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowest: Option<SlowHost>,
    /// Why its last session ended, until the next one has a shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// A process that is a member. Of two the later was started later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MemberProcess {
    /// When it was started, by its host's clock.
    pub started: Timestamp,
    /// What it is told from others by, drawn by chance.
    pub id: String,
    /// The host's name, where it is known.
    pub host: String,
}

impl MemberProcess {
    /// This one, on the host `host`.
    pub fn new(host: String) -> Self {
        let id = format!("{:016x}", RandomState::new().build_hasher().finish());
        Self { started: Timestamp::now(), id, host }
    }
}

impl fmt::Display for MemberProcess {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = if self.host.is_empty() { "a host without a name" } else { &self.host };
        write!(out, "one on {host}, started at {:.0}", self.started)
    }
}

/// A host with pages that are late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowHost {
    /// Its name.
    pub host: String,
    /// The shard that it lies in.
    pub shard: u32,
    /// How many entries wait for pages of its.
    pub waiting: u64,
    /// Since when the one of them that waits longest is due.
    pub since: Timestamp,
}

/// Tells the fleet what a member says.
pub struct MemberReporter {
    producer: Arc<BaseProducer>,
    topic: String,
}

impl MemberReporter {
    /// To the fleet of the settings.
    ///
    /// # Errors
    /// If a setting is wrong.
    pub fn new(kafka: &KafkaSettings, fleet: &FleetSettings) -> Result<Self, FleetError> {
        let mut config = client_config(kafka)?;
        config.set("acks", "all").set("message.timeout.ms", TIMEOUT.as_millis().to_string());
        let producer: BaseProducer = BaseProducer::from_config(&config)
            .map_err(|error| FleetError::Unusable(format!("a report cannot be made: {error}")))?;
        Ok(Self { producer: Arc::new(producer), topic: fleet.member_topic() })
    }

    /// Tells it, or lets it go where Kafka doesn't take it for now.
    pub async fn tell(&self, report: &MemberReport) {
        let Ok(value) = serde_json::to_string(report) else { return };
        let (producer, topic, key) = (self.producer.clone(), self.topic.clone(), report.member.clone());
        let telling = tokio::task::spawn_blocking(move || {
            let record = BaseRecord::to(&topic).key(&key).payload(&value).partition(0);
            // Nobody asks the client for news between two reports: that alone would be half of what an idle member takes.
            let told = producer.send(record).map_err(|(error, _)| error);
            told.and_then(|()| producer.flush(TIMEOUT))
        });
        match telling.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the fleet was not told how this member is"),
            Err(error) => tracing::debug!(%error, "the fleet was not told how this member is"),
        }
    }
}

/// What each member has said last. One that is a member no more may have been the last to say something, too. Blocks.
///
/// # Errors
/// If Kafka cannot be asked.
pub(crate) fn read(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
) -> Result<BTreeMap<String, MemberReport>, FleetSessionError> {
    let mut reports = BTreeMap::new();
    let topic = fleet.member_topic();
    read_to_end(kafka, (&topic, 0), &|| false, |key, value| {
        match value.and_then(|value| serde_json::from_str(value).ok()) {
            Some(report) => drop(reports.insert(key.to_owned(), report)),
            None => drop(reports.remove(key)),
        }
        Ok(())
    })?;
    Ok(reports)
}
