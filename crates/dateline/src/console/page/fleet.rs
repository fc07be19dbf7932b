//! A fleet: its members, who holds which shards, what lags, and the host that is slowest.

use dateline_fleet::{FleetReport, ReportedMember, Shard};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::console::figures::{count, counted, number, since};
use crate::console::shown::{line, visible, with_commands};

/// How many of the shards that lag are shown, those first that lag most.
const MAX_LAGGING: usize = 20;

/// How long ago one that is no member any more may have said something, in seconds, to be told of.
const MAX_ABSENCE_SECONDS: i64 = 24 * 3600;
/// How many of those that are no members any more are named, those first that were heard of last.
const MAX_ABSENT: usize = 5;

/// How long ago a member may have said something, in seconds, before that is told as silence: it says something every five.
const SILENT_SECONDS: i64 = 30;

/// The page of the fleet called `name`.
pub(crate) fn page(name: &str, fleet: &FleetReport, now: Timestamp) -> Markup {
    html! {
        p.crumbs { a href="/" data-up { "Overview" } }
        h1 { "The fleet " (visible(name, 80)) }
        p.lead { "As Kafka and the members tell it: the same whichever member is asked." }
        @for (part, members) in fleet.differing_settings() {
            div.fault { p { b { (visible(&part, 80)) } " of " (visible(&members.join(", "), 500)) " is not that of the others: " (with_commands(fleet.remedy_for_differing_settings(), 500)) "." } }
        }
        div.columns.even {
            section.panel aria-labelledby="shards-title" {
                div.heading { h2 #shards-title { "Shards" } }
                (shards(fleet, now))
            }
            section.panel aria-labelledby="lag-title" {
                div.heading { h2 #lag-title { "Lag" } a href="/waiting" { "Entries that wait for pages" } }
                (lag(fleet, now))
            }
        }
        section.panel aria-labelledby="members-title" {
            div.heading { h2 #members-title { "Members" } }
            ol.rows {
                @if fleet.members.is_empty() { li.single { p.empty { "None: no shard is worked on." } } }
                @for member in &fleet.members { (member_row(member, fleet, now)) }
            }
            (absent(fleet, now))
        }
        (super::other_forms(&[("JSON", "/v1/fleet")], ""))
    }
}

/// How many there are, and whether all are held.
fn shards(fleet: &FleetReport, now: Timestamp) -> Markup {
    let held: usize = fleet.members.iter().map(|member| member.shards.len()).sum();
    let unheld = (fleet.shards as usize).saturating_sub(held);
    let storyteller = fleet.members.iter().find(|member| member.tells_stories);
    html! {
        dl.facts {
            div { dt { "Shards" } dd { (number(fleet.shards)) } }
            div { dt { "Held by nobody" } dd class=[(unheld > 0).then_some("error")] { @if unheld == 0 { "none" } @else { (count(unheld)) } } }
            div { dt { "Stories" } dd class=[storyteller.is_none().then_some("error")] { @match storyteller { None => "told by nobody", Some(member) => { "told by " (visible(&member.name, 80)) } } } }
            div { dt { "Kafka’s group" } dd { (visible(&fleet.state.to_lowercase(), 40)) } }
            div { dt { "Feeds" } dd { @match fleet.feeds.applied {
                None => { "none yet: " code { "dateline fleet apply" } " says which" },
                applied => { "version " (number(fleet.feeds.version)) ", applied " (since(applied, now)) },
            } } }
            div { dt { "Settings" } dd { @match fleet.feeds.settings.version {
                0 => { "each member’s own: " code { "dateline fleet apply --settings" } " has all share one’s" },
                version => { "version " (number(version)) },
            } } }
        }
    }
}

/// What shards have not taken in, what no story was told with, and the slowest host.
fn lag(fleet: &FleetReport, now: Timestamp) -> Markup {
    let mut lagging: Vec<(&Shard, &u64)> = fleet.waiting.iter().collect();
    lagging.sort_by_key(|(shard, waiting)| (std::cmp::Reverse(**waiting), **shard));
    let all: u64 = fleet.waiting.values().sum();
    html! {
        dl.facts {
            div { dt { "Handed over" } dd { @if all == 0 { "nothing waits" } @else { (counted(all, "record waits", "records wait")) " in " (counted(lagging.len() as u64, "shard", "shards")) } } }
            @for (shard, waiting) in lagging.iter().take(MAX_LAGGING) {
                div { dt { "Shard " (number(shard.0)) } dd { (number(**waiting)) } }
            }
            @if lagging.len() > MAX_LAGGING { div { dt { "Others" } dd { (counted((lagging.len() - MAX_LAGGING) as u64, "shard", "shards")) " with less" } } }
            div { dt { "Untold" } dd { @if fleet.untold == 0 { "every report stands in its story" } @else { (counted(fleet.untold, "report", "reports")) " that no story was told with yet" } } }
            div { dt { "Slowest host" } dd { @match fleet.slowest_host() {
                None => "no page is late",
                Some(slowest) => { (line(&slowest.host)) " in shard " (number(slowest.shard)) ": " (counted(slowest.waiting, "entry waits", "entries wait")) ", the first due " (since(Some(slowest.since), now)) },
            } } }
        }
        @if all + fleet.untold > 0 { p.note { "What ends a transaction is counted, too: an idle fleet shows a few." } }
    }
}

/// Those that said something of themselves and are no members now: they left, or were lost.
fn absent(fleet: &FleetReport, now: Timestamp) -> Markup {
    let is_member = |name: &str| fleet.members.iter().any(|member| member.name == name);
    let is_recent = |at: Timestamp| now.duration_since(at).as_secs() < MAX_ABSENCE_SECONDS;
    let absent = fleet.said.values().filter(|said| !is_member(&said.member) && is_recent(said.at));
    let mut absent: Vec<_> = absent.collect();
    absent.sort_by_key(|said| (std::cmp::Reverse(said.at), &said.member));
    html! {
        @if !absent.is_empty() {
            p.note {
                "No members any more: "
                @for (at, said) in absent.iter().take(MAX_ABSENT).enumerate() {
                    @if at > 0 { ", " } b { (visible(&said.member, 80)) } ", last heard of " (since(Some(said.at), now))
                }
                @if absent.len() > MAX_ABSENT { ", and " (count(absent.len() - MAX_ABSENT)) " more" }
                "."
            }
        }
    }
}

fn member_row(member: &ReportedMember, fleet: &FleetReport, now: Timestamp) -> Markup {
    let said = fleet.said.get(&member.name);
    let is_silent = said.is_none_or(|said| now.duration_since(said.at).as_secs() > SILENT_SECONDS);
    let is_behind = said.is_some_and(|said| said.feeds_version != fleet.feeds.version);
    let has_older_settings = said.is_some_and(|said| said.settings_version != fleet.feeds.settings.version);
    let (class, state) = match said {
        Some(said) if said.last_error.is_some() => ("bad", "no session"),
        _ if is_silent => ("bad", "silent"),
        _ if is_behind => ("fair", "older feeds"),
        _ if has_older_settings => ("fair", "older settings"),
        _ => ("good", "at work"),
    };
    let names: Vec<String> = member.shards.iter().map(ToString::to_string).collect();
    html! {
        li.feed-row {
            span.chip.(class) { (state) }
            div {
                p.headline { (line(&member.name)) " " span.soft { "from " (visible(&member.host, 80)) } }
                @if let Some(error) = said.and_then(|said| said.last_error.as_ref()) { p.error { "Its last session ended: " (line(error)) } }
                @if let Some(error) = said.and_then(|said| said.feeds_error.as_ref()) { p.error { "It cannot go by the newest feeds: " (line(error)) } }
                @if let Some(error) = said.and_then(|said| said.settings_error.as_ref()) { p.error { "It cannot go by the newest settings: " (line(error)) } }
                p.meta {
                    (counted(member.shards.len() as u64, "shard", "shards"))
                    @if member.tells_stories { " and the stories" }
                    @match said {
                        None => " · has said nothing of itself yet",
                        Some(said) => {
                            " · " (counted(said.feeds, "feed", "feeds")) " of version " (number(said.feeds_version))
                            " · " (counted(said.backlog, "entry waits", "entries wait")) " for pages"
                            " · said so " (since(Some(said.at), now))
                        },
                    }
                }
                @if !names.is_empty() { details { summary { "Which shards" } p.meta { (names.join(" ")) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use dateline_fleet::{FleetFeeds, MemberReport, SharedFiles, SlowHost};

    use super::*;

    #[test]
    fn a_fleet_is_shown_with_its_members_what_nobody_holds_what_lags_and_who_is_slow() {
        let now: Timestamp = "2026-05-04T10:00:10Z".parse().unwrap();
        let before = |seconds: i64| now - jiff::SignedDuration::from_secs(seconds);
        let member = |name: &str, shards: &[u32]| ReportedMember {
            name: name.to_owned(),
            host: "10.0.0.7".to_owned(),
            shards: shards.iter().copied().map(Shard).collect(),
            tells_stories: name == "host-1",
        };
        let said = |name: &str, seconds: i64, version: u64, error: Option<&str>| MemberReport {
            member: name.to_owned(),
            at: before(seconds),
            feeds_version: version,
            settings_version: if name == "host-5" { 1 } else { 2 },
            settings: BTreeMap::from([("[poll]".to_owned(), u8::from(name == "host-3").to_string())]),
            feeds: 12,
            backlog: 1,
            slowest: (name == "host-1").then(|| SlowHost {
                host: "<b>slow.example".to_owned(),
                shard: 2,
                waiting: 5,
                since: before(90),
            }),
            last_error: error.map(str::to_owned),
            ..MemberReport::default()
        };
        let all = [
            said("host-1", 3, 4, None),
            said("host-2", 300, 4, None),
            said("host-3", 3, 3, None),
            said("host-4", 3, 4, Some("Kafka is away")),
            said("host-5", 3, 4, None),
            said("host-6", 40, 4, None),
        ];
        let fleet = FleetReport {
            state: "Stable".to_owned(),
            members: vec![
                member("host-1", &[0, 2]),
                member("host-2", &[1]),
                member("host-3", &[]),
                member("host-4", &[]),
                member("host-5", &[]),
            ],
            shards: 30,
            waiting: (0..25).map(|shard| (Shard(shard), u64::from(shard) + 1)).collect(),
            untold: 6,
            feeds: FleetFeeds {
                version: 4,
                applied: Some(before(100)),
                settings: SharedFiles { version: 2, ..SharedFiles::default() },
                ..FleetFeeds::default()
            },
            said: all.into_iter().map(|said| (said.member.clone(), said)).collect(),
        };
        let shown = page("news", &fleet, now).into_string();
        for expected in [
            "<dd class=\"error\">27</dd>",
            "told by host-1",
            "325 records wait in 25 shards",
            "<dt>Shard 24</dt><dd>25</dd>",
            "5 shards with less",
            "6 reports that no story was told with yet",
            "&lt;b&gt;slow.example",
            "in shard 2: 5 entries wait",
            "<span class=\"chip good\">at work</span>",
            "<span class=\"chip bad\">silent</span>",
            "<span class=\"chip fair\">older feeds</span>",
            "<span class=\"chip fair\">older settings</span>",
            "Its last session ended: <bdi>Kafka is away</bdi>",
            "2 shards and the stories",
            "<p class=\"meta\">0 2</p>",
            "No members any more: <b>host-6</b>, last heard of <time",
            "<b>[poll]</b> of host-3 is not that of the others: until it goes by the newest version",
        ] {
            assert!(shown.contains(expected), "{expected} in {shown}");
        }
        let feeds = FleetFeeds { settings: SharedFiles::default(), ..fleet.feeds.clone() };
        let shown = page("news", &FleetReport { feeds, ..fleet.clone() }, now).into_string();
        let remedy = "of host-3 is not that of the others: <code>dateline fleet apply --settings</code> has all go by one configuration.";
        assert!(shown.contains(remedy), "{shown}");
        let empty = FleetReport { members: Vec::new(), ..fleet };
        let shown = page("news", &empty, now).into_string();
        assert!(shown.contains("told by nobody") && shown.contains("no shard is worked on"), "{shown}");
    }
}
