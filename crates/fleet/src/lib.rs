//! Several daemons as one fleet: the web is divided into shards, each shard is held by one member at a time, and Kafka says by whom.
//!
//! A shard is a whole small daemon: a journal of its own and what works on it. Which shard a host lies in is a function of its
//! registrable domain ([`ShardMap`]), so whatever has to do with one site is done in one place. In the order in which things happen:
//!
//! 1. A [`Member`] joins a consumer group. What the group hands out are the partitions of the topic of handovers, one for each shard
//!    (`membership`).
//! 2. For each shard that it gets, it reads the shard's partition of the topic of states, `read_committed` and to its end, into a
//!    file that is a cache and nothing else (`restore`).
//! 3. The shard is worked on ([`ShardWork`]) as a [`HeldShard`]. Each transaction of its journal is committed to Kafka before the file has
//!    it (`shard_log`, `committer`): rows of state, events, and entries that pass to other shards, many shards' together, and with them
//!    an offset of the group, by which the broker refuses whoever is no member any more.
//! 4. Before each request to a host the member asks whether it may ([`ContactRule`]): if the host lies in the shard, the shard is held,
//!    and the group is known to have counted the member in a short while ago (`lease`).
//! 5. When the group takes the shard away, nothing is committed for it from that moment on (`tenure`), and the work is dropped.
//!
//! Which feeds there are stands on a topic, too ([`FleetFeedsChange`], [`follow_feeds`]), with the settings that all members share
//! ([`SharedFiles`]), and so does what each member says of itself
//! ([`MemberReporter`]). Any machine can look at one of the feeds ([`read_feed_state`]), and have it asked now ([`request_poll`]). [`report()`] asks Kafka who holds what, and tells with it what the members say.
//!
//! Whoever looks at the fleet looks at a journal in which a member follows all of its topics ([`FleetMirror`]).
//!
//! Stories compare articles of all shards. So one shard more has no hosts, but stories ([`HeldStories`]): what is published is handed over
//! to it in the transaction that publishes it. In all else it is one like the others.
//!
//! A journal of a daemon by itself becomes a fleet's state ([`adopt()`]), and a fleet's state a journal ([`leave()`]), each in one transaction of
//! whoever holds all shards.
//!
//! What happens between shards is a record too: an entry whose page lies in another shard is written to that shard's partition of
//! handovers, in the transaction of the poll that found it, and is taken in by whoever holds that shard, in one transaction with its place.

mod adopt;
mod change_record;
mod committer;
mod error;
mod feed_request;
mod feeds;
mod handover;
mod handover_trim;
mod held_shard;
mod lease;
mod leave;
mod member;
mod member_report;
mod membership;
mod mirror;
mod record_size;
mod report;
mod restore;
mod sending;
mod settings;
mod shard;
mod shard_log;
mod tenure;
mod topic_reader;
mod topics;
mod twin;
mod unheld;
mod whole_fleet;

pub use adopt::{Adoption, AdoptionReport, adopt};
pub use error::FleetError;
pub use feed_request::{FeedRequest, read_feed_state, request_poll};
pub use feeds::{
    FleetChange, FleetFeeds, FleetFeedsChange, SharedFiles, follow_feeds, read_feeds, read_shared_files,
};
pub use handover::HandedReport;
pub use held_shard::{ContactRule, HeldShard, HeldStories, HostContact};
pub use leave::{LeaveReport, leave};
pub use member::{Member, MemberStatus, ShardWork};
pub use member_report::{MemberProcess, MemberReport, MemberReporter, SlowHost};
pub use mirror::{FleetMirror, MirrorProgress};
pub use report::{FleetReport, ReportedMember, report};
pub use settings::{FleetSettings, GroupProtocol};
pub use shard::{MAX_SHARDS, Shard, ShardMap};
pub use topics::check_shards;
