//! A shard that this member holds, for whoever works on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use dateline_journal::Journal;
use tokio::sync::{mpsc, watch};

use crate::feed_request::FeedRequest;
use crate::handover::HandedReport;
use crate::lease::MemberLease;
use crate::shard::{Shard, ShardMap};

/// Whether a host may be asked for something now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostContact {
    /// It lies in the shard, and the member holds that.
    Allowed,
    /// It lies in another shard: whoever holds that asks it.
    Elsewhere,
    /// It isn't certain that the member holds the shard. It may turn out in a moment.
    NotNow,
}

/// Says which hosts may be asked for something.
#[derive(Debug, Clone)]
pub struct ContactRule {
    pub(crate) shard: Shard,
    pub(crate) map: ShardMap,
    pub(crate) is_open: Arc<AtomicBool>,
    pub(crate) lease: Arc<MemberLease>,
}

impl ContactRule {
    /// Whether `host` may be asked for something now. To be asked before every request.
    pub fn contact(&self, host: &str) -> HostContact {
        if self.map.of_host(host) != self.shard {
            return HostContact::Elsewhere;
        }
        let holds = self.lease.holds(Instant::now()) && self.is_open.load(Ordering::Acquire);
        if holds { HostContact::Allowed } else { HostContact::NotNow }
    }
}

/// The stories of the fleet, which this member tells for now, their state restored.
pub struct HeldStories {
    /// The journal that they stand in, whose transactions Kafka has before it does.
    pub journal: Journal,
    /// What the shards publish, in the order in which it was committed. Each is to be committed to the journal with its place.
    pub reports: mpsc::Receiver<HandedReport>,
}

/// A shard that this member holds, its state restored.
pub struct HeldShard {
    /// Which.
    pub shard: Shard,
    /// Its journal, whose transactions Kafka has before it does.
    pub journal: Journal,
    /// Which hosts may be asked for something.
    pub contact: ContactRule,
    /// Changes whenever entries that other shards handed over wait in the journal.
    pub handed_over: watch::Receiver<u64>,
    /// What operators want of the shard's feeds. The journal has it; whoever polls the feeds by what it knew before is to hear of it.
    pub requests: mpsc::Receiver<FeedRequest>,
}
