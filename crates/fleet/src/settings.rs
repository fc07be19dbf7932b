//! `[fleet]`: whether this daemon is a member of a fleet.

use std::time::Duration;

use dateline_wire::JournalId;
use serde::Deserialize;

use crate::shard::{MAX_SHARDS, Shard, ShardMap};

/// `[fleet]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FleetSettings {
    /// What the fleet is called: Kafka's consumer group, and the first part of its topics' names. Empty: no fleet.
    pub name: String,
    /// What this member is called among the others: the same after a restart, and no two alike.
    pub member: String,
    /// How many shards the web is divided into. Settled when the topics are made.
    pub shards: u32,
    /// After how many seconds without a word from a member its shards pass to others.
    pub session_seconds: u64,
    /// By which protocol Kafka's group hands shards out; the same with all members.
    pub group_protocol: GroupProtocol,
    /// Whether this member follows the whole fleet in a file of its own, so that its API and its console answer for all of it.
    pub mirror: bool,
}

/// How Kafka's group hands shards out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupProtocol {
    /// Its members do, in joining (`cooperative-sticky`).
    #[default]
    Classic,
    /// The broker does (KIP-848), whose own setting the session is then.
    Consumer,
}

impl Default for FleetSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            member: String::new(),
            shards: 128,
            session_seconds: 6,
            group_protocol: GroupProtocol::Classic,
            mirror: true,
        }
    }
}

impl FleetSettings {
    /// Whether this daemon is a member of a fleet.
    pub fn is_enabled(&self) -> bool {
        !self.name.is_empty()
    }

    /// Which of these settings are wrong, and what is expected of each. What doesn't count while this daemon is by itself is looked at, too.
    pub fn objections(&self) -> Vec<(&'static str, &'static str)> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.len() <= 60
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let mut found = Vec::new();
        if self.is_enabled() && !is_name(&self.name) {
            found.push(("name", "expected up to 60 letters, digits, - and _"));
        }
        if (self.is_enabled() || !self.member.is_empty()) && !is_name(&self.member) {
            found.push((
                "member",
                "expected what this member is called among the others: up to 60 letters, digits, - and _, such as its host's name",
            ));
        }
        if !(1..=MAX_SHARDS).contains(&self.shards) {
            found.push(("shards", "expected a number from 1 to 4096"));
        }
        // Brokers allow no shorter sessions unless they are told to (`group.min.session.timeout.ms`).
        if !(6..=300).contains(&self.session_seconds) {
            found.push(("session_seconds", "expected a number from 6 to 300"));
        }
        found
    }

    /// How long the group waits for a word from a member.
    pub(crate) fn session(&self) -> Duration {
        Duration::from_secs(self.session_seconds)
    }

    /// For how long what a member sent to a host may be on its way. Together with the [time](crate::ContactRule) for which it relies on being a
    /// member it ends before its shards are given to another, whose session may have begun a heartbeat earlier.
    pub fn max_unacknowledged(&self) -> Duration {
        self.session() / 4
    }

    /// How many partitions the topics of shards have: one for each of the web, and one for stories.
    pub(crate) fn partitions(&self) -> u32 {
        self.shards + 1
    }

    /// What the journal of a shard is called.
    pub(crate) fn journal_of(&self, shard: Shard) -> JournalId {
        JournalId::from_stored(match shard == ShardMap::new(self.shards).stories() {
            true => format!("{}.stories", self.name),
            false => format!("{}.{shard}", self.name),
        })
    }

    /// The topic of the shards' state.
    pub(crate) fn state_topic(&self) -> String {
        format!("{}.state.v1", self.name)
    }

    /// The topic of what passes from one shard to another, whose partitions the group hands out.
    pub(crate) fn handover_topic(&self) -> String {
        format!("{}.handovers.v1", self.name)
    }

    /// The topic of the fleet's feeds.
    pub fn feeds_topic(&self) -> String {
        format!("{}.feeds.v1", self.name)
    }

    /// The topic of what members say of themselves.
    pub(crate) fn member_topic(&self) -> String {
        format!("{}.members.v1", self.name)
    }

    /// Under which id a member's transactions are known.
    pub(crate) fn transactional_id(&self) -> String {
        format!("{}.{}", self.name, self.member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_has_a_name_and_a_fleet_has_shards() {
        let fleet = FleetSettings { name: "news".into(), member: "a".into(), ..FleetSettings::default() };
        assert_eq!(fleet.objections(), []);
        assert_eq!(FleetSettings::default().objections(), []);
        for wrong in [
            FleetSettings { member: String::new(), ..fleet.clone() },
            FleetSettings { member: "a b".into(), ..fleet.clone() },
            FleetSettings { name: "news/1".into(), ..fleet.clone() },
            FleetSettings { shards: 0, ..fleet.clone() },
            FleetSettings { session_seconds: 5, ..fleet.clone() },
        ] {
            assert_eq!(wrong.objections().len(), 1, "{wrong:?}");
        }
        let all =
            FleetSettings { name: "a/b".into(), shards: 0, session_seconds: 0, ..FleetSettings::default() };
        assert_eq!(all.objections().len(), 4);
    }
}
