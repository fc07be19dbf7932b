//! A fleet as one JSON document: what `dateline fleet status --json` prints and `/v1/fleet` of any member answers.

use std::collections::BTreeMap;

use dateline_fleet::{FleetReport, MemberReport, SlowHost};
use jiff::Timestamp;
use serde::Serialize;

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
            members: members.collect(),
            differing_settings: fleet.differing_settings(),
            handed_over: fleet.waiting.iter().map(|(shard, count)| (shard.0, *count)).collect(),
            untold: fleet.untold,
            slowest: fleet.slowest_host().cloned(),
        }
    }
}
