//! What Kafka says of a fleet: its members, who holds which shards, what waits to be taken in; and what the members say of themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use dateline_publisher::{DeliveryTracker, KafkaSettings, client_config};
use jiff::Timestamp;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::groups::{GroupInfo, GroupMemberInfo};
use rdkafka::{Offset, TopicPartitionList};

use crate::error::FleetSessionError;
use crate::feeds::FleetFeeds;
use crate::member_report::{self, MemberReport, SlowHost};
use crate::shard::{Shard, ShardMap};
use crate::topics::{TIMEOUT, reach};
use crate::{FleetSettings, GroupProtocol};

/// What a group is doing that moves nothing.
pub(crate) const STABLE: &str = "Stable";

/// What stands for it where the broker hands shards out.
const HANDED_OUT_BY_BROKER: &str = "Handed out by the broker";

/// How long a member may say nothing, which it does every 5 s, before it isn't one any more for whoever has nobody else to ask.
const MAX_SILENCE: Duration = Duration::from_secs(12);

/// A fleet as Kafka knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetReport {
    /// What the group is doing: `Stable` while shards rest where they are, `PreparingRebalance` and `CompletingRebalance` while they move,
    /// `Empty` without a member; `Handed out by the broker` where the broker does that, and members are those that have said something lately.
    pub state: String,
    /// The members, by their names.
    pub members: Vec<ReportedMember>,
    /// How many shards there are.
    pub shards: u32,
    /// How many handovers each shard has that it has not taken in yet, where there are any.
    pub waiting: BTreeMap<Shard, u64>,
    /// How much of what was published no story was told with yet.
    pub untold: u64,
    /// The fleet's feeds.
    pub feeds: FleetFeeds,
    /// What was said last under each member's name, also under those of former members.
    pub said: BTreeMap<String, MemberReport>,
}

impl FleetReport {
    /// The parts of their configurations in which members differ that run the same version of the program, and who differs from most.
    pub fn differing_settings(&self) -> BTreeMap<String, Vec<String>> {
        let said: Vec<&MemberReport> =
            self.members.iter().filter_map(|member| self.said.get(&member.name)).collect();
        let mut differing = BTreeMap::new();
        for part in said.iter().flat_map(|member| member.settings.keys()) {
            let digest =
                |member: &MemberReport| Some((member.program.clone(), member.settings.get(part)?.clone()));
            let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
            for (program, digest) in said.iter().filter_map(|member| digest(member)) {
                *counts.entry(program).or_default().entry(digest).or_default() += 1;
            }
            let is_odd = |member: &&&MemberReport| {
                digest(member).is_some_and(|(program, digest)| {
                    let most = counts[&program].iter().max_by_key(|(_, count)| **count);
                    most.is_some_and(|(common, _)| *common != digest)
                })
            };
            let odd: Vec<String> = said.iter().filter(is_odd).map(|member| member.member.clone()).collect();
            if !odd.is_empty() {
                differing.insert(part.clone(), odd);
            }
        }
        differing
    }

    /// What makes members that [differ](Self::differing_settings) alike, as the end of a sentence about one of them; commands stand in backticks.
    pub fn remedy_for_differing_settings(&self) -> &'static str {
        match self.feeds.settings.version {
            0 => "`dateline fleet apply --settings` has all go by one configuration",
            _ => "until it goes by the newest version, or has a program that reads it as the others do",
        }
    }

    /// The host whose pages wait longest with any of the members.
    pub fn slowest_host(&self) -> Option<&SlowHost> {
        let said = self.members.iter().filter_map(|member| self.said.get(&member.name));
        said.filter_map(|said| said.slowest.as_ref()).min_by_key(|slowest| slowest.since)
    }
}

/// A member as Kafka knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedMember {
    /// What it is called, or what Kafka calls it.
    pub name: String,
    /// Where it connects from.
    pub host: String,
    /// The shards that the group has given it, in order.
    pub shards: Vec<Shard>,
    /// Whether it has given it the stories.
    pub tells_stories: bool,
}

/// Asks Kafka about the fleet of the settings, and changes nothing. Blocks for 8 s where no broker answers, and for 15 s a request at most.
///
/// # Errors
/// Why Kafka cannot be asked.
pub fn report(kafka: &KafkaSettings, fleet: &FleetSettings) -> Result<FleetReport, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    reach(kafka).map_err(|error| told(&error))?;
    let mut config = client_config(kafka).map_err(|error| told(&error))?;
    config.set("group.id", &fleet.name).set("enable.auto.commit", "false");
    let client: BaseConsumer<DeliveryTracker> =
        BaseConsumer::from_config_and_context(&config, DeliveryTracker::default())
            .map_err(|error| told(&error))?;
    let topic = fleet.handover_topic();
    let metadata = client.fetch_metadata(Some(&topic), TIMEOUT).map_err(|error| told(&error))?;
    let partitions = metadata.topics().first().map_or(0, |topic| topic.partitions().len());
    let partitions = u32::try_from(partitions).unwrap_or_default();
    if partitions == 0 {
        return Err(format!(
            "it has no topic {topic}: the fleet's first member makes it, or `dateline fleet apply`. See that `name` in [fleet] is the fleet's"
        ));
    }
    // Of a fleet that has no topics this would wait for them.
    let said = member_report::read(kafka, fleet).map_err(|error| told(&error))?;
    let (state, members) = group_by(kafka, fleet, &said).map_err(|error| told(&error))?;
    let mut asked = TopicPartitionList::new();
    for shard in (0..partitions).map(Shard) {
        asked.add_partition(&topic, shard.partition());
    }
    let committed = client.committed_offsets(asked, TIMEOUT).map_err(|error| told(&error))?;
    let mut waiting = BTreeMap::new();
    for shard in (0..partitions).map(Shard) {
        let (first, end) =
            client.fetch_watermarks(&topic, shard.partition(), TIMEOUT).map_err(|error| told(&error))?;
        let place = match committed.find_partition(&topic, shard.partition()).map(|found| found.offset()) {
            Some(Offset::Offset(place)) => place,
            _ => first,
        };
        let count = u64::try_from(end - place).unwrap_or_default();
        if count > 0 {
            waiting.insert(shard, count);
        }
    }
    let untold = waiting.remove(&ShardMap::new(fleet.shards).stories()).unwrap_or_default();
    let shards = partitions - 1;
    let feeds = FleetFeeds::now(kafka, fleet).map_err(|error| told(&error))?;
    Ok(FleetReport { state, members, shards, waiting, untold, feeds, said })
}

/// The members that have said something lately, by their names. The client has no request for the members of a group in which the broker hands
/// shards out (`ConsumerGroupDescribe`).
fn members_who_said_so(
    said: &BTreeMap<String, MemberReport>,
    fleet: &FleetSettings,
    now: Timestamp,
) -> Vec<ReportedMember> {
    let is_recent = |said: &&MemberReport| now.duration_since(said.at).unsigned_abs() < MAX_SILENCE;
    let reported = |said: &MemberReport| ReportedMember {
        name: said.member.clone(),
        host: said.process.as_ref().map_or_else(String::new, |process| process.host.clone()),
        shards: said.shards.iter().copied().filter(|shard| *shard < fleet.shards).map(Shard).collect(),
        tells_stories: said.tells_stories,
    };
    said.values().filter(is_recent).map(reported).collect()
}

/// The members of the fleet's group, by their names.
fn members_of(group: &GroupInfo, fleet: &FleetSettings) -> Vec<ReportedMember> {
    let (topic, stories) = (fleet.handover_topic(), ShardMap::new(fleet.shards).stories());
    let reported = |member: &GroupMemberInfo| {
        let mut shards = shards_in(member.assignment().unwrap_or_default(), &topic).unwrap_or_default();
        let all = shards.len();
        shards.retain(|shard| *shard != stories);
        ReportedMember {
            name: name_of(member.id()).to_owned(),
            host: member.client_host().trim_start_matches('/').to_owned(),
            tells_stories: shards.len() < all,
            shards,
        }
    };
    let mut members: Vec<ReportedMember> = group.members().iter().map(reported).collect();
    members.sort_by(|one, other| one.name.cmp(&other.name));
    members
}

/// What the members of the fleet are called that its group knows now. One that was stopped is known until its session is over.
pub(crate) fn member_names(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
) -> Result<Vec<String>, FleetSessionError> {
    let (_, members) = group_of(kafka, fleet)?;
    Ok(members.into_iter().map(|member| member.name).collect())
}

/// What the fleet's group is doing, and its members, by their names.
pub(crate) fn group_of(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
) -> Result<(String, Vec<ReportedMember>), FleetSessionError> {
    let said = match fleet.group_protocol {
        GroupProtocol::Classic => BTreeMap::new(),
        GroupProtocol::Consumer => member_report::read(kafka, fleet)?,
    };
    group_by(kafka, fleet, &said)
}

/// The same by what its members have said, where nobody else can be asked.
fn group_by(
    kafka: &KafkaSettings,
    fleet: &FleetSettings,
    said: &BTreeMap<String, MemberReport>,
) -> Result<(String, Vec<ReportedMember>), FleetSessionError> {
    if fleet.group_protocol == GroupProtocol::Consumer {
        let members = members_who_said_so(said, fleet, Timestamp::now());
        return Ok((HANDED_OUT_BY_BROKER.to_owned(), members));
    }
    let client: BaseConsumer<DeliveryTracker> =
        BaseConsumer::from_config_and_context(&client_config(kafka)?, DeliveryTracker::default())?;
    let groups = client.fetch_group_list(Some(&fleet.name), TIMEOUT)?;
    // There is none before the first member has joined.
    let group = groups.groups().first();
    let members = group.map(|group| members_of(group, fleet)).unwrap_or_default();
    Ok((group.map_or("Empty", |group| group.state()).to_owned(), members))
}

/// A static member's id is its name, a hyphen, and a UUID (KIP-345).
fn name_of(id: &str) -> &str {
    const UUID_CHARS: usize = 36;
    let cut = id.len().checked_sub(UUID_CHARS + 1).filter(|cut| id.is_char_boundary(*cut));
    match cut.map(|cut| id.split_at(cut)) {
        Some((name, uuid)) if !name.is_empty() && uuid.starts_with('-') => name,
        _ => id,
    }
}

/// The partitions of `topic` in an assignment, as Kafka's consumer protocol writes it: a version (2 bytes), a count of topics (4), and
/// for each a name (2 bytes of length, the name) and its partitions (4 bytes of count, 4 for each). `None` where it isn't that.
fn shards_in(assignment: &[u8], topic: &str) -> Option<Vec<Shard>> {
    let mut rest = assignment.get(2..)?;
    let mut take = |bytes: usize| {
        let (taken, left) = rest.split_at_checked(bytes)?;
        rest = left;
        Some(taken)
    };
    let number = |bytes: &[u8]| bytes.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
    let topics = number(take(4)?);
    let mut shards = Vec::new();
    for _ in 0..topics {
        let length = number(take(2)?);
        let is_ours = take(length)? == topic.as_bytes();
        let partitions = number(take(4)?);
        for _ in 0..partitions {
            let partition = number(take(4)?);
            if is_ours {
                shards.push(Shard(u32::try_from(partition).ok()?));
            }
        }
    }
    shards.sort_unstable();
    Some(shards)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::SharedFiles;

    #[test]
    fn an_assignment_is_read_as_kafka_writes_it_and_nothing_else_is() {
        let mut assignment = vec![0, 1, 0, 0, 0, 2];
        assignment.extend([0, 1, b'x', 0, 0, 0, 1, 0, 0, 0, 9]);
        assignment.extend([0, 1, b't', 0, 0, 0, 2, 0, 0, 1, 2, 0, 0, 0, 3]);
        assert_eq!(shards_in(&assignment, "t"), Some(vec![Shard(3), Shard(258)]));
        for cut in 0..assignment.len() {
            assert_eq!(shards_in(&assignment[..cut], "t"), None, "{cut}");
        }
        assert_eq!(shards_in(&[0, 1, 0xff, 0xff, 0xff, 0xff, 0xff], "t"), None);
    }

    #[test]
    fn members_that_differ_from_most_in_what_is_to_be_the_same_are_named() {
        let said = |member: &str, program: &str, poll: &str| MemberReport {
            member: member.to_owned(),
            program: program.to_owned(),
            settings: BTreeMap::from([
                ("[poll]".to_owned(), poll.to_owned()),
                ("sites".to_owned(), "s".to_owned()),
            ]),
            ..MemberReport::default()
        };
        let member = |name: &str| ReportedMember {
            name: name.to_owned(),
            host: String::new(),
            shards: Vec::new(),
            tells_stories: false,
        };
        // The one of another version writes its settings in another way, and the last is a member no more.
        let all = [
            said("a", "1", "x"),
            said("b", "1", "y"),
            said("c", "1", "x"),
            said("d", "2", "z"),
            said("e", "1", "z"),
        ];
        let report = FleetReport {
            state: STABLE.to_owned(),
            members: ["a", "b", "c", "d"].map(member).to_vec(),
            shards: 1,
            waiting: BTreeMap::new(),
            untold: 0,
            feeds: FleetFeeds::default(),
            said: all.into_iter().map(|said| (said.member.clone(), said)).collect(),
        };
        assert_eq!(
            report.differing_settings(),
            BTreeMap::from([("[poll]".to_owned(), vec!["b".to_owned()])])
        );
        assert!(report.remedy_for_differing_settings().contains("`dateline fleet apply --settings`"));
        // Where the topic has settings, members go by these anyhow, and applying them again changes nothing.
        let settings = SharedFiles { version: 2, ..SharedFiles::default() };
        let sharing = FleetReport { feeds: FleetFeeds { settings, ..FleetFeeds::default() }, ..report };
        assert!(sharing.remedy_for_differing_settings().starts_with("until it goes by the newest version"));
    }

    #[test]
    fn a_member_is_told_by_its_name() {
        assert_eq!(name_of("host-1-0f8fad5b-d9cb-469f-a165-70867728950e"), "host-1");
        for other in ["", "rdkafka", "-0f8fad5b-d9cb-469f-a165-70867728950e"] {
            assert_eq!(name_of(other), other);
        }
    }
}
