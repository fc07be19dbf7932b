//! A fleet as one JSON document: what `dateline fleet status --json` prints and `/v1/fleet` of any member answers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_fleet::{FleetReport, FleetSettings, MemberReport, SlowHost, report};
use dateline_publisher::KafkaSettings;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::Mutex;

use crate::config::Settings;

/// How old an answer about the fleet may be: asking Kafka takes connections.
const MAX_AGE: Duration = Duration::from_secs(2);

/// Asks Kafka about the fleet of this member. Whoever asks often shares an answer.
#[derive(Debug, Clone)]
pub(crate) struct FleetInquiry {
    kafka: Arc<KafkaSettings>,
    fleet: Arc<FleetSettings>,
    found: Arc<Mutex<Option<FoundReport>>>,
}

/// What was last found, and when.
type FoundReport = (Instant, Arc<FleetReport>);

impl FleetInquiry {
    /// About the fleet of the settings.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            kafka: Arc::new(settings.kafka.clone()),
            fleet: Arc::new(settings.fleet.clone()),
            found: Arc::default(),
        }
    }

    /// How the fleet is, or why Kafka cannot be asked.
    pub(crate) async fn ask(&self) -> Result<Arc<FleetReport>, String> {
        let mut found = self.found.lock().await;
        if let Some((at, report)) = &*found
            && at.elapsed() < MAX_AGE
        {
            return Ok(report.clone());
        }
        let (kafka, fleet) = (self.kafka.clone(), self.fleet.clone());
        let asked = tokio::task::spawn_blocking(move || report(&kafka, &fleet)).await;
        let report = Arc::new(asked.map_err(|error| error.to_string())??);
        *found = Some((Instant::now(), report.clone()));
        Ok(report)
    }
}

/// A fleet at a glance.
#[derive(Debug, Serialize)]
pub(crate) struct FleetStatus {
    fleet: String,
    /// What Kafka says that its group is doing.
    state: String,
    shards: u32,
    /// How many of them no member holds.
    shards_without_member: usize,
    feeds_version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    feeds_applied: Option<Timestamp>,
    /// The version of the settings that all members share; 0 while each goes by its own.
    settings_version: u64,
    members: Vec<MemberStatusLine>,
    /// The parts of the configuration in which members differ that are to be the same with all, and who differs from most.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    differing_settings: BTreeMap<String, Vec<String>>,
    /// How many entries each shard has that were handed over to it and that it has not taken in.
    handed_over: BTreeMap<u32, u64>,
    /// How much of what was published no story was told with yet.
    untold: u64,
    /// The host whose pages wait longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    slowest: Option<SlowHost>,
}

/// A member as Kafka knows it, and as it knows itself.
#[derive(Debug, Serialize)]
struct MemberStatusLine {
    name: String,
    host: String,
    /// What the group has given it.
    shards: Vec<u32>,
    /// Whether the stories are told there.
    tells_stories: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<MemberReport>,
}

impl FleetStatus {
    /// Of the fleet called `name`.
    pub(crate) fn of(name: &str, fleet: &FleetReport) -> Self {
        let members = fleet.members.iter().map(|member| MemberStatusLine {
            name: member.name.clone(),
            host: member.host.clone(),
            shards: member.shards.iter().map(|shard| shard.0).collect(),
            tells_stories: member.tells_stories,
            said: fleet.said.get(&member.name).cloned(),
        });
        let held: usize = fleet.members.iter().map(|member| member.shards.len()).sum();
        Self {
            fleet: name.to_owned(),
            state: fleet.state.clone(),
            shards: fleet.shards,
            shards_without_member: (fleet.shards as usize).saturating_sub(held),
            feeds_version: fleet.feeds.version,
            feeds_applied: fleet.feeds.applied,
            settings_version: fleet.feeds.settings.version,
            members: members.collect(),
            differing_settings: fleet.differing_settings(),
            handed_over: fleet.waiting.iter().map(|(shard, count)| (shard.0, *count)).collect(),
            untold: fleet.untold,
            slowest: fleet.slowest_host().cloned(),
        }
    }
}
