//! A member of a fleet, as its status tells it.

use dateline_fleet::{MemberStatus, MirrorProgress};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::fleet_status::FleetInquiry;

/// Where a member of a fleet is asked how it is.
#[derive(Debug, Clone)]
pub struct FleetMembership {
    /// The fleet's name.
    pub fleet: String,
    /// The member's.
    pub member: String,
    /// What it holds.
    pub status: watch::Receiver<MemberStatus>,
    /// Why the newest version of the fleet's feeds is not gone by there, where it isn't.
    pub feeds_error: watch::Receiver<Option<String>>,
    /// Why the newest version of the settings that all members share is not gone by there, where it isn't.
    pub settings_error: watch::Receiver<Option<String>>,
    /// How far it has read what the fleet has published.
    pub mirror: watch::Receiver<MirrorProgress>,
    /// Where Kafka is asked about the whole of it.
    pub(crate) inquiry: FleetInquiry,
}

/// What a member of a fleet says of itself. The rest of its status is of the whole fleet, as it was read from Kafka.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberSummary {
    /// The fleet's name.
    pub fleet: String,
    /// The member's.
    pub member: String,
    /// The shards that it holds, but for the one that tells stories.
    pub shards: Vec<u32>,
    /// Whether the fleet's stories are told here.
    pub tells_stories: bool,
    /// Why its last session in the fleet ended, until the next one has a shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Why the newest version of the fleet's feeds is not gone by here, where it isn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feeds_error: Option<String>,
    /// Why the newest version of the settings that all members share is not gone by here, where it isn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings_error: Option<String>,
    /// Whether all that the fleet had published was read since the start; until then what is shown here lacks the rest.
    pub is_current: bool,
}

impl FleetMembership {
    /// How it is now.
    pub fn summary(&self) -> MemberSummary {
        let MemberStatus { shards, tells_stories, last_error, .. } = self.status.borrow().clone();
        MemberSummary {
            fleet: self.fleet.clone(),
            member: self.member.clone(),
            shards: shards.iter().map(|shard| shard.0).collect(),
            tells_stories,
            last_error,
            feeds_error: self.feeds_error.borrow().clone(),
            settings_error: self.settings_error.borrow().clone(),
            is_current: *self.mirror.borrow() == MirrorProgress::Current,
        }
    }
}

impl MemberSummary {
    /// Where the events that are shown come from, as a part of a sentence.
    pub fn source_in_words(&self) -> String {
        match self.is_current {
            true => {
                format!("all that is shown was read from Kafka, where the fleet {} publishes it", self.fleet)
            }
            false => format!("what the fleet {} has published is still being read from Kafka", self.fleet),
        }
    }
}
