//! `dateline fleet status`: how the fleet is, as Kafka and its members tell it.

use clap::Args;
use dateline_fleet::{FleetFeeds, FleetReport, MemberReport, report};
use jiff::Timestamp;

use super::{ConfigFile, member_settings};
use crate::commands::{print_json, print_text};
use crate::failure::Failure;
use crate::fleet_status::FleetStatus;
use crate::text::{ago, moment, rounded};

/// Show the members, who holds which shards, what waits and for how long, and the slowest host, as Kafka and the members tell it.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Print one JSON document, as `/v1/fleet` of any member answers.
    #[arg(long)]
    json: bool,
    /// The configuration of any member.
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(arguments: &StatusArguments) -> Result<(), Failure> {
    let settings = member_settings(&arguments.config)?;
    let found = report(&settings.kafka, &settings.fleet)
        .map_err(|why| Failure::Other(format!("Kafka cannot be asked about the fleet: {why}")))?;
    match arguments.json {
        true => print_json(&FleetStatus::of(&settings.fleet.name, &found)),
        false => print_text(&shown(&settings.fleet.name, &found, Timestamp::now())),
    }
}

fn shown(name: &str, fleet: &FleetReport, now: Timestamp) -> String {
    let mut text = format!("fleet    {name}: {} shards, {}\n", fleet.shards, fleet.state.to_lowercase());
    text += &match fleet.feeds.applied {
        None => "feeds    none yet: `dateline fleet apply FEEDS` says which\n".to_owned(),
        Some(applied) => {
            let none =
                if fleet.feeds.tables.is_empty() { ": none, as after `dateline fleet leave`" } else { "" };
            format!("feeds    version {} of {}{none}\n", fleet.feeds.version, moment(applied))
        }
    };
    text += &match fleet.feeds.settings.version {
        0 => "settings each member's own: `dateline fleet apply --settings` has all share one's\n".to_owned(),
        version => format!("settings version {version}\n"),
    };
    let width = fleet.members.iter().map(|member| member.name.len()).max().unwrap_or_default();
    for member in &fleet.members {
        let shards: Vec<String> = member.shards.iter().map(ToString::to_string).collect();
        text += &format!(
            "member   {:width$}  from {}, {} shards: {}{}\n",
            member.name,
            member.host,
            shards.len(),
            shards.join(" "),
            if member.tells_stories { "; tells the stories" } else { "" }
        );
        if let Some(said) = fleet.said.get(&member.name) {
            text += &format!("         {:width$}  {}\n", "", word_of(said, &fleet.feeds, now));
        }
    }
    for (part, members) in fleet.differing_settings() {
        let remedy = fleet.remedy_for_differing_settings();
        text += &format!("differs  {part} of {} from that of the others: {remedy}\n", members.join(", "));
    }
    let held: usize = fleet.members.iter().map(|member| member.shards.len()).sum();
    if let Some(left) = (fleet.shards as usize).checked_sub(held).filter(|left| *left > 0) {
        text += &format!("nobody   holds {left} shards\n");
    }
    let waiting: u64 = fleet.waiting.values().sum();
    text += &format!("waiting  {waiting} entries that shards have handed over");
    if let Some((shard, count)) = fleet.waiting.iter().max_by_key(|(_, count)| **count) {
        text += &format!(", most of them ({count}) to shard {shard}");
    }
    text += "\n";
    if fleet.untold > 0 {
        text += &format!("untold   {} reports, which no story was told with yet\n", fleet.untold);
    }
    if let Some(slowest) = fleet.slowest_host() {
        let wait = if slowest.waiting == 1 { "entry waits" } else { "entries wait" };
        text += &format!(
            "slowest  {} in shard {}: {} {wait} for its pages, due since {}\n",
            slowest.host,
            slowest.shard,
            slowest.waiting,
            rounded(now.duration_since(slowest.since))
        );
    }
    text
}

/// What a member says of itself.
fn word_of(said: &MemberReport, feeds: &FleetFeeds, now: Timestamp) -> String {
    let mut text =
        format!("{}: {} feeds, {} entries wait for pages", ago(Some(said.at), now), said.feeds, said.backlog);
    for (what, own, newest, error) in [
        ("feeds", said.feeds_version, feeds.version, &said.feeds_error),
        ("settings", said.settings_version, feeds.settings.version, &said.settings_error),
    ] {
        if own != newest {
            text += &match (what, own) {
                ("settings", 0) => "; it goes by its own settings".to_owned(),
                (_, 0) => format!("; it has read no version of the {what} yet"),
                _ => format!("; it goes by version {own} of the {what}"),
            };
            if let Some(why) = error {
                text += &format!(" ({why})");
            }
        }
    }
    if let Some(why) = &said.last_error {
        text += &format!("; its last session ended: {why}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use dateline_fleet::{ReportedMember, Shard, SharedFiles, SlowHost};

    use super::*;

    #[test]
    fn a_fleet_is_shown_with_who_holds_what_what_nobody_holds_and_who_is_slow() {
        let now: Timestamp = "2026-05-04T10:00:10Z".parse().unwrap();
        let before = |seconds: i64| now - jiff::SignedDuration::from_secs(seconds);
        let said = |name: &str, since: i64| MemberReport {
            member: name.to_owned(),
            at: before(3),
            program: "0.1.0".to_owned(),
            shards: vec![0, 2],
            feeds_version: 3,
            feeds_error: Some("news.feeds.v1:3: no such file".to_owned()),
            settings_version: 2,
            settings_error: None,
            settings: BTreeMap::from([("[poll]".to_owned(), name.to_owned())]),
            feeds: 12,
            backlog: 7,
            slowest: Some(SlowHost {
                host: format!("{name}.example"),
                shard: 2,
                waiting: 5,
                since: before(since),
            }),
            ..MemberReport::default()
        };
        let fleet = FleetReport {
            state: "Stable".to_owned(),
            members: vec![ReportedMember {
                name: "host-1".to_owned(),
                host: "10.0.0.7".to_owned(),
                shards: vec![Shard(0), Shard(2)],
                tells_stories: true,
            }],
            shards: 4,
            waiting: BTreeMap::from([(Shard(1), 5), (Shard(3), 9)]),
            untold: 6,
            feeds: FleetFeeds {
                version: 4,
                applied: Some(before(100)),
                tables: Arc::new(BTreeMap::from([("feed/x".to_owned(), "[[feed]]".to_owned())])),
                settings: SharedFiles { version: 4, ..SharedFiles::default() },
            },
            // Whoever is no member any more has no slow hosts.
            said: ["host-1", "host-9"]
                .into_iter()
                .zip([90, 900])
                .map(|(name, since)| (name.to_owned(), said(name, since)))
                .collect(),
        };
        assert_eq!(
            shown("news", &fleet, now),
            "fleet    news: 4 shards, stable\n\
             feeds    version 4 of 2026-05-04 09:58:30 UTC\n\
             settings version 4\n\
             member   host-1  from 10.0.0.7, 2 shards: 0 2; tells the stories\n\
             \x20                3s ago: 12 feeds, 7 entries wait for pages; it goes by version 3 of the feeds (news.feeds.v1:3: no such file); it goes by version 2 of the settings\n\
             nobody   holds 2 shards\n\
             waiting  14 entries that shards have handed over, most of them (9) to shard 3\n\
             untold   6 reports, which no story was told with yet\n\
             slowest  host-1.example in shard 2: 5 entries wait for its pages, due since 1m\n"
        );
    }
}
