//! What is wrong with a daemon now, why, and what to do about it: for `dateline status`, `/v1/status` and `/readyz`. Functions of
//! values: whoever asks brings what is to be judged.

use std::collections::BTreeMap;
use std::fmt;

use dateline_publisher::{OutageCause, RelayStatus};
use dateline_sinks::SinkReport;
use dateline_wire::{FailureKind, FetchFailure};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disk::DiskSpace;
use crate::engine::PauseCause;
use crate::proxies::ProxyStatus;
use crate::site_rules::SiteRuleStatus;
use crate::status::{FeedCondition, FeedStatus, MemberSummary, SinkStatus, StatusReport};
use crate::text::{counted, rounded};

/// With less free space than this in bytes, somebody should look: SQLite needs room for its write-ahead log as well.
const MIN_FREE_BYTES: u64 = 512 << 20;
/// On how many pages in a row a site rule may miss a part before it counts as broken: one or two pages of a site are often of
/// another kind.
pub(crate) const MAX_UNMATCHED_PAGES: u64 = 3;
/// How many requests through a proxy may fail in a row before it counts as failing: a host or two behind it may well be down.
const MAX_PROXY_FAILURES: u64 = 5;
/// How long a webhook may fail before somebody should know.
const MIN_WEBHOOK_FAILURE: SignedDuration = SignedDuration::from_mins(5);
/// How long it is a fault that events were let go before a sink had them: nobody can bring them back by then.
const MISSED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long an entry may be due before intake counts as behind. Hundreds of entries of one host take minutes at one a second.
const MAX_OVERDUE: SignedDuration = SignedDuration::from_hours(1);
/// The polls of this time before the last one tell whether the network is there: longer than feeds rest after a first failure.
const RECENT_POLLS: SignedDuration = SignedDuration::from_mins(15);
/// So many feeds at least, or all of them, have to fail to resolve before no name is said to.
const MIN_FEEDS: usize = 3;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// Which thing, for programs.
    pub kind: FaultKind,
    /// What is wrong, for people.
    pub what: String,
    /// The words of whoever said so, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    pub remedy: String,
    /// Since when, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        write!(f, "; to do: {}", self.remedy)
    }
}

/// What can be wrong, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The engine doesn't go round.
    EngineHangs,
    /// The journal's file was moved or removed, so nothing is taken in.
    JournalMissing,
    /// The journal has no room or cannot be written, so nothing is taken in.
    NoRoom,
    /// A member of a fleet has lost its session there, so it takes nothing in; its shards pass on to others.
    SessionLost,
    /// Delivery rests until somebody acts.
    DeliveryStopped,
    /// Kafka takes nothing for now.
    DeliveryFails,
    /// A webhook or a file takes nothing.
    SinkFails,
    /// A proxy lets nothing through.
    ProxyFails,
    /// No feed's host resolves.
    NothingResolves,
    /// No feed's host can be reached.
    NothingReached,
    /// The disk will soon be full.
    LittleRoom,
    /// Kafka may lose the relay's position.
    PositionAtRisk,
    /// More than half of the feeds fail.
    FeedsFail,
    /// A member of a fleet cannot go by the newest version of the fleet's feeds.
    FleetFeeds,
    /// A member of a fleet cannot go by the newest version of the settings that all its members share.
    FleetSettings,
    /// Entries have waited for long.
    Behind,
    /// A webhook has given events up, or they were let go before a webhook or a file had them.
    DeadLetters,
    /// A rule for a single site does not find what it is to find.
    SiteRule,
    /// Rows of the journal cannot be read.
    UnreadableRows,
    /// What a newer daemon says that this program doesn't know.
    #[serde(other)]
    Other,
}

impl FaultKind {
    /// Every kind that this program tells.
    pub const ALL: [Self; 19] = [
        Self::EngineHangs,
        Self::JournalMissing,
        Self::NoRoom,
        Self::SessionLost,
        Self::DeliveryStopped,
        Self::DeliveryFails,
        Self::SinkFails,
        Self::ProxyFails,
        Self::NothingResolves,
        Self::NothingReached,
        Self::LittleRoom,
        Self::PositionAtRisk,
        Self::FeedsFail,
        Self::FleetFeeds,
        Self::FleetSettings,
        Self::Behind,
        Self::DeadLetters,
        Self::SiteRule,
        Self::UnreadableRows,
    ];

    /// The kind in a word, as programs read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::EngineHangs => "engine_hangs",
            Self::JournalMissing => "journal_missing",
            Self::NoRoom => "no_room",
            Self::SessionLost => "session_lost",
            Self::DeliveryStopped => "delivery_stopped",
            Self::DeliveryFails => "delivery_fails",
            Self::NothingResolves => "nothing_resolves",
            Self::NothingReached => "nothing_reached",
            Self::ProxyFails => "proxy_fails",
            Self::LittleRoom => "little_room",
            Self::PositionAtRisk => "position_at_risk",
            Self::FeedsFail => "feeds_fail",
            Self::FleetFeeds => "fleet_feeds",
            Self::FleetSettings => "fleet_settings",
            Self::SinkFails => "sink_fails",
            Self::DeadLetters => "dead_letters",
            Self::Behind => "behind",
            Self::SiteRule => "site_rule",
            Self::UnreadableRows => "unreadable_rows",
            Self::Other => "other",
        }
    }

    /// Whether entries can still be taken in and kept.
    pub fn is_ready(self) -> bool {
        !matches!(self, Self::EngineHangs | Self::JournalMissing | Self::NoRoom | Self::SessionLost)
    }
}

/// What a running daemon knows of itself, beside its journal.
#[derive(Debug, Clone, Default)]
pub struct LiveState {
    /// Whether its engine doesn't go round.
    pub hangs: bool,
    /// Why intake waits for the journal, where it does.
    pub paused: Option<PauseCause>,
    /// The relay, if there is one.
    pub relay: Option<RelayStatus>,
    /// What it is in a fleet, if it is a member of one.
    pub member: Option<MemberSummary>,
    /// Ways out beside Kafka.
    pub sinks: Vec<SinkReport>,
    /// The rules for single sites that were applied.
    pub site_rules: Vec<SiteRuleStatus>,
    /// The visits to pages of published articles, by their result.
    pub visits: BTreeMap<String, u64>,
    /// The proxies that anything passed.
    pub proxies: Vec<ProxyStatus>,
    /// The room on the journal's disk, where that can be told.
    pub disk: Option<DiskSpace>,
}

/// What is wrong as far as the daemon itself knows, without a look into its journal.
pub fn of_daemon(live: &LiveState) -> Vec<Fault> {
    let free = live.disk.map(|disk| format!(" ({} MB free)", disk.free_bytes >> 20)).unwrap_or_default();
    let mut faults = Vec::new();
    let mut add = |kind, what: String, detail: Option<String>, remedy: &str, since| {
        faults.push(Fault { kind, what, detail, remedy: remedy.to_owned(), since });
    };
    if live.hangs {
        let what = "the engine hangs: it has not gone round for 15 seconds".to_owned();
        add(
            FaultKind::EngineHangs,
            what,
            None,
            "restart the daemon; what it had in hand is taken up again",
            None,
        );
    }
    if let Some(cause) = live.paused {
        let (what, remedy) = match cause {
            PauseCause::Full => (
                format!("the journal has no room: its disk is full{free}"),
                "free space on the disk of `data_dir`; intake goes on by itself, and nothing is lost",
            ),
            PauseCause::Restored => (
                "the journal was restored from a copy, and holds as many outcomes as it may until it is known what \
                 Kafka has of it"
                    .to_owned(),
                "see that Kafka can be reached, as the fault about delivery says, or run without [kafka] `brokers`; intake goes on by \
                 itself, and nothing is lost",
            ),
            PauseCause::Moved => (
                "the journal was moved away from `data_dir`, or its folder was".to_owned(),
                "move it back, with the files beside it, and intake goes on by itself; or stop the daemon, and start it with the `data_dir` \
                 that it is in now",
            ),
            PauseCause::Removed => (
                "the journal was removed from `data_dir`, or another file was put in its place".to_owned(),
                "stop the daemon, then `dateline restore` (with --replace where another file is there now) the copy of all that it held, which the daemon has written there as \
                 journal.db.rescued, with a number behind it if there was one (the log says which, or why it could not)",
            ),
            PauseCause::LogRemoved => (
                "the journal's write-ahead log (`-wal`) was removed from `data_dir`".to_owned(),
                "restart the daemon, with SIGTERM: what the log held is in the journal's file by now, or comes there as the daemon stops",
            ),
            PauseCause::Unwritable => (
                format!("the journal cannot be written, though not for want of room{free}"),
                "the log says what the system answers: see that the disk of `data_dir` is mounted for writing and works (`dmesg`), and \
                 that no limit on file sizes is set; intake goes on by itself, and nothing is lost",
            ),
        };
        let kind = match cause {
            PauseCause::Moved | PauseCause::Removed | PauseCause::LogRemoved => FaultKind::JournalMissing,
            PauseCause::Full | PauseCause::Restored | PauseCause::Unwritable => FaultKind::NoRoom,
        };
        add(kind, what, None, remedy, None);
    } else if live.disk.is_some_and(|disk| disk.free_bytes < MIN_FREE_BYTES) {
        let what = format!("the disk of the journal is nearly full{free}");
        add(FaultKind::LittleRoom, what, None, "free space, or set [retention]", None);
    }
    if let Some(MemberSummary { fleet, member, last_error: Some(why), .. }) = &live.member {
        let what =
            format!("this member, {member}, has lost its session in the fleet {fleet}, and asks nobody");
        let remedy = "see that it can reach Kafka; it joins again by itself, and the others take its shards meanwhile. `dateline fleet status` \
                      and /v1/fleet of any member say who holds what";
        add(FaultKind::SessionLost, what, Some(why.clone()), remedy, None);
    }
    if let Some(MemberSummary { fleet, member, feeds_error: Some(why), .. }) = &live.member {
        let what = format!("this member, {member}, cannot go by the newest feeds of the fleet {fleet}");
        let remedy = "do what the message says: it reads them again every 10 seconds, and goes by those before meanwhile, or by none where \
                      it was started since";
        add(FaultKind::FleetFeeds, what, Some(why.clone()), remedy, None);
    }
    if let Some(MemberSummary { fleet, member, settings_error: Some(why), .. }) = &live.member {
        let what =
            format!("this member, {member}, cannot go by the newest settings that the fleet {fleet} shares");
        let remedy = "do what the message says, or apply settings that all members can use (`dateline fleet apply --settings`): it tries them again \
                      every 10 seconds, and goes by those before meanwhile";
        add(FaultKind::FleetSettings, what, Some(why.clone()), remedy, None);
    }
    match &live.relay {
        Some(relay) if relay.has_stopped => {
            let remedy = "do what the message says, then start the daemon again (docs/delivery.md); intake goes on meanwhile";
            let what = "delivery to Kafka has stopped".to_owned();
            add(FaultKind::DeliveryStopped, what, relay.last_error.clone(), remedy, relay.failing_since);
        }
        Some(RelayStatus { connected: false, last_error: Some(error), failing_since, .. }) => {
            let cause = OutageCause::of(error);
            let what = format!("nothing is delivered: {}", cause.what());
            add(FaultKind::DeliveryFails, what, Some(error.clone()), cause.remedy(), *failing_since);
        }
        _ => {}
    }
    if let Some(risk) = live.relay.as_ref().and_then(|relay| relay.position_at_risk.clone()) {
        let what = "Kafka may lose the position of delivery".to_owned();
        let remedy = "have the broker keep it, as the message says; delivery goes on meanwhile";
        add(FaultKind::PositionAtRisk, what, Some(risk), remedy, None);
    }
    for proxy in live.proxies.iter().filter(|proxy| proxy.failures_in_a_row >= MAX_PROXY_FAILURES) {
        let what = format!(
            "nothing comes through the proxy {}: the last {} requests failed",
            proxy.proxy, proxy.failures_in_a_row
        );
        let remedy = "see that the proxy runs, can be reached from here, and takes the user name and password (`proxy` of [fetch] and \
                      of feeds); feeds are asked again by themselves";
        add(FaultKind::ProxyFails, what, proxy.last_error.clone(), remedy, proxy.failing_since);
    }
    for rule in &live.site_rules {
        for (part, pages) in rule.missing.iter().filter(|(_, pages)| **pages >= MAX_UNMATCHED_PAGES) {
            let what =
                format!("the rule for {} has not found its {part} on the last {pages} pages", rule.rule);
            let remedy = "the site has changed: mend the rule in sites.toml, and try it with `dateline extract --sites`";
            add(FaultKind::SiteRule, what, None, remedy, None);
        }
    }
    faults
}

/// What is wrong as far as the journal tells.
pub fn of_journal(status: &StatusReport) -> Vec<Fault> {
    let now = status.now;
    let mut faults: Vec<Fault> = of_feeds(&status.feeds).into_iter().collect();
    let mut add = |kind, what: String, remedy: &str, since| {
        faults.push(Fault { kind, what, detail: None, remedy: remedy.to_owned(), since });
    };
    if let Some(due) = status.due_since.filter(|due| now.duration_since(*due) > MAX_OVERDUE) {
        let waited = rounded(now.duration_since(due));
        let what = format!(
            "of {} entries that wait for their page, the first has waited for {waited}",
            status.backlog
        );
        let remedy = "one host at a time is asked once in `per_host_delay`; where many hosts wait, see the log for what holds \
                      them up";
        add(FaultKind::Behind, what, remedy, Some(due));
    }
    for sink in &status.sinks {
        faults.extend(of_sink(sink, now));
    }
    let mut add = |kind, what: String, remedy: &str, since| {
        faults.push(Fault { kind, what, detail: None, remedy: remedy.to_owned(), since });
    };
    if status.journal_set_aside > 0 {
        let what =
            format!("{} rows of the journal could not be read and were set aside", status.journal_set_aside);
        add(FaultKind::UnreadableRows, what, "see its table set_aside; check the disk", None);
    }
    faults
}

/// What to do about a way out beside Kafka that fails.
pub(crate) fn remedy_of_failing_sink(kind: &str) -> &'static str {
    match kind {
        "file" => {
            "free space on its disk, and see that the daemon's user may write there; events wait in the journal, and are written by themselves"
        }
        _ => {
            "see that its receiver answers with 2xx; events wait in the journal, and are delivered by themselves"
        }
    }
}

/// What is wrong with a way out beside Kafka.
fn of_sink(sink: &SinkStatus, now: Timestamp) -> Vec<Fault> {
    let (kind, name) = sink.kind_and_name();
    let is_file = kind == "file";
    let mut faults = Vec::new();
    let mut add = |kind, what: String, detail: Option<String>, remedy: String, since| {
        faults.push(Fault { kind, what, detail, remedy, since });
    };
    // A receiver may well be down for a moment; a disk isn't full for one.
    let patience = if is_file { SignedDuration::ZERO } else { MIN_WEBHOOK_FAILURE };
    let failing_since = sink.failing_since.filter(|since| now.duration_since(*since) >= patience);
    if sink.is_disabled() {
        let what = format!(
            "nothing is delivered to the webhook {name}: its receiver answered that it wants no more (410)"
        );
        let remedy = format!(
            "mend the receiver or its `url`, then `dateline webhook enable {name}`; or take it out of the configuration"
        );
        add(FaultKind::SinkFails, what, None, remedy, sink.disabled_since);
    } else if let Some(since) = failing_since {
        let what = match is_file {
            true => format!("nothing is written to the file of {name}"),
            false => format!("nothing is delivered to the webhook {name}"),
        };
        let remedy = remedy_of_failing_sink(kind).to_owned();
        add(FaultKind::SinkFails, what, sink.last_error.clone(), remedy, Some(since));
    }
    if sink.dead_letters > 0 {
        let what = format!("the webhook {name} has given {} up", counted(sink.dead_letters, "event"));
        let remedy = format!(
            "`dateline webhook dead-letters {name}` says why; mend the receiver, then `dateline webhook redeliver {name}`"
        );
        add(FaultKind::DeadLetters, what, None, remedy, None);
    }
    if let Some(at) = sink.missed_at.filter(|at| now.duration_since(*at) < MISSED_FOR) {
        let events = match sink.missed_events {
            1 => "1 event was".to_owned(),
            many => format!("{many} events were"),
        };
        let place = sink.missed.unwrap_or_default();
        let what =
            format!("{events} let go by [retention] before the {kind} {name} took them, up to {place}");
        let remedy = "it goes on with what is left. Take what it lacks from Kafka or from a copy of the journal, and raise `max_bytes` or \
                      `for_sinks` in [retention]; this is told for a week"
            .to_owned();
        add(FaultKind::DeadLetters, what, None, remedy, Some(at));
    }
    faults
}

/// What is wrong with the feeds as a whole. That one fails is told with that one.
fn of_feeds(feeds: &[FeedStatus]) -> Option<Fault> {
    let asked: Vec<&FeedStatus> =
        feeds.iter().filter(|feed| !feed.paused && feed.last_poll.is_some()).collect();
    let last = asked.iter().filter_map(|feed| feed.last_poll).max()?;
    let recent: Vec<&&FeedStatus> = asked
        .iter()
        .filter(|feed| feed.last_poll.is_some_and(|poll| last.duration_since(poll) <= RECENT_POLLS))
        .collect();
    let all_fail = |kinds: &[FailureKind]| {
        (recent.len() >= MIN_FEEDS || recent.len() == asked.len())
            && recent.iter().all(|feed| feed.last_failure.is_some_and(|kind| kinds.contains(&kind)))
    };
    let reason = || recent.last().and_then(|feed| feed.last_error.as_ref()).map(FetchFailure::to_string);
    let since = recent.iter().filter_map(|feed| feed.failing_since).min();
    let fault = |kind, what, detail: Option<String>, remedy: &str, since| {
        Some(Fault { kind, what, detail, remedy: remedy.to_owned(), since })
    };
    if all_fail(&[FailureKind::Resolve]) {
        let what = "no feed's host resolves".to_owned();
        let remedy = "see that this machine is online and its name server answers; feeds are asked again by themselves";
        return fault(FaultKind::NothingResolves, what, reason(), remedy, since);
    }
    if all_fail(&[FailureKind::Resolve, FailureKind::Connect, FailureKind::Timeout]) {
        let what = "no feed's host can be reached".to_owned();
        let remedy = "see that this machine is online, and that no firewall or `proxy` stands between; feeds are asked again by \
                      themselves";
        return fault(FaultKind::NothingReached, what, reason(), remedy, since);
    }
    let failing = asked.iter().filter(|feed| feed.condition() == FeedCondition::Failing).count();
    if failing >= MIN_FEEDS && failing * 2 > asked.len() {
        let what = format!("{failing} of {} feeds fail", asked.len());
        return fault(FaultKind::FeedsFail, what, None, "each says below why", None);
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn relay(error: &str) -> Option<RelayStatus> {
        Some(RelayStatus { last_error: Some(error.into()), ..RelayStatus::default() })
    }

    fn kinds(live: &LiveState) -> Vec<FaultKind> {
        of_daemon(live).into_iter().map(|fault| fault.kind).collect()
    }

    #[test]
    fn a_daemon_that_does_what_it_should_has_no_fault() {
        let disk = Some(DiskSpace { free_bytes: 1 << 40, total_bytes: 1 << 41 });
        let relay = Some(RelayStatus { connected: true, ..RelayStatus::default() });
        assert_eq!(kinds(&LiveState { disk, relay, ..LiveState::default() }), []);
    }

    #[test]
    fn a_kind_is_called_the_same_in_metrics_and_in_status() {
        for kind in FaultKind::ALL {
            assert_eq!(serde_json::to_string(&kind).expect("a word"), format!("\"{}\"", kind.word()));
        }
    }

    #[test]
    fn a_refused_password_is_told_as_that_with_what_to_do() {
        let live = LiveState {
            relay: relay("SASL authentication error: Authentication failed"),
            ..LiveState::default()
        };
        let fault = of_daemon(&live).remove(0);
        assert_eq!(fault.kind, FaultKind::DeliveryFails);
        assert_eq!(fault.what, "nothing is delivered: Kafka refuses the user name or the password");
        assert_eq!(fault.detail.as_deref(), Some("SASL authentication error: Authentication failed"));
        assert!(fault.remedy.contains("DATELINE_KAFKA__SASL_PASSWORD"), "{fault:?}");
    }

    #[test]
    fn a_relay_that_waits_for_somebody_is_told_from_one_that_tries_again() {
        let mut stopped = relay("another daemon has taken over");
        stopped.iter_mut().for_each(|relay| relay.has_stopped = true);
        assert_eq!(
            kinds(&LiveState { relay: stopped, ..LiveState::default() }),
            [FaultKind::DeliveryStopped]
        );
        let first_attempt = Some(RelayStatus::default());
        assert_eq!(kinds(&LiveState { relay: first_attempt, ..LiveState::default() }), []);
    }

    #[test]
    fn a_position_that_kafka_may_lose_is_told_while_delivery_goes_on() {
        let relay = RelayStatus {
            connected: true,
            position_at_risk: Some("the topic relay has cleanup.policy=delete".into()),
            ..RelayStatus::default()
        };
        let fault = of_daemon(&LiveState { relay: Some(relay), ..LiveState::default() }).remove(0);
        assert_eq!((fault.kind, fault.kind.is_ready()), (FaultKind::PositionAtRisk, true));
        assert!(fault.to_string().contains("cleanup.policy=delete"), "{fault}");
    }

    #[test]
    fn a_member_without_a_session_is_not_ready_and_says_why() {
        let member = |last_error: Option<&str>| LiveState {
            member: Some(MemberSummary {
                fleet: "news".into(),
                member: "host-1".into(),
                shards: Vec::new(),
                tells_stories: false,
                last_error: last_error.map(Into::into),
                feeds_error: None,
                settings_error: None,
                is_current: true,
            }),
            ..LiveState::default()
        };
        assert_eq!(kinds(&member(None)), []);
        let fault = of_daemon(&member(Some("the group has another in its place"))).remove(0);
        assert_eq!((fault.kind, fault.kind.is_ready()), (FaultKind::SessionLost, false));
        assert_eq!(fault.detail.as_deref(), Some("the group has another in its place"));
        assert!(fault.what.contains("host-1") && fault.remedy.contains("/v1/fleet"), "{fault}");
    }

    #[test]
    fn only_what_keeps_entries_out_makes_a_daemon_unready() {
        let disk = Some(DiskSpace { free_bytes: 0, total_bytes: 1 << 41 });
        let live = LiveState {
            paused: Some(PauseCause::Full),
            disk,
            relay: relay("Connection refused"),
            ..LiveState::default()
        };
        let ready: Vec<bool> = of_daemon(&live).iter().map(|fault| fault.kind.is_ready()).collect();
        assert_eq!(ready, [false, true]);
    }

    #[test]
    fn a_proxy_that_lets_nothing_through_is_told_once_it_is_sure() {
        let failing = |failures_in_a_row| LiveState {
            proxies: vec![ProxyStatus {
                proxy: "http://proxy.example:3128".into(),
                requests: 40,
                failures: failures_in_a_row,
                failures_in_a_row,
                failing_since: None,
                last_error: Some("Connection refused".into()),
            }],
            ..LiveState::default()
        };
        assert_eq!(kinds(&failing(MAX_PROXY_FAILURES - 1)), []);
        let fault = of_daemon(&failing(MAX_PROXY_FAILURES)).remove(0);
        assert_eq!((fault.kind, fault.kind.is_ready()), (FaultKind::ProxyFails, true));
        assert!(fault.what.contains("http://proxy.example:3128"), "{fault}");
    }

    fn sink(id: &str) -> SinkStatus {
        let state = serde_json::json!({ "sink": id, "condition": "failing", "position": 1, "behind": 2, "delivered": 3, "waiting": 0,
            "dead_letters": 0, "failing_since": "2026-03-01T08:00:00Z", "last_error": "No space left on device" });
        serde_json::from_value(state).expect("a sink")
    }

    #[test]
    fn a_webhook_may_fail_for_a_moment_and_a_file_may_not() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        assert_eq!(of_sink(&sink("webhook/desk"), at("2026-03-01T08:04:00Z")), []);
        let fault = of_sink(&sink("webhook/desk"), at("2026-03-01T08:05:00Z")).remove(0);
        assert_eq!((fault.kind, fault.kind.is_ready()), (FaultKind::SinkFails, true));
        let fault = of_sink(&sink("file/archive"), at("2026-03-01T08:00:01Z")).remove(0);
        assert_eq!(fault.what, "nothing is written to the file of archive");
        assert_eq!(fault.detail.as_deref(), Some("No space left on device"));
    }

    #[test]
    fn what_was_let_go_before_a_sink_took_it_is_a_fault_for_a_week() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let sink = SinkStatus {
            failing_since: None,
            missed_events: 56,
            missed: Some(dateline_wire::Sequence(149)),
            missed_at: Some(at("2026-03-01T08:00:00Z")),
            ..sink("file/archive")
        };
        let fault = of_sink(&sink, at("2026-03-08T07:59:59Z")).remove(0);
        assert_eq!(fault.kind, FaultKind::DeadLetters);
        let what = "56 events were let go by [retention] before the file archive took them, up to 149";
        assert_eq!((fault.what.as_str(), fault.since), (what, sink.missed_at));
        assert!(fault.remedy.contains("`for_sinks`"), "{fault}");
        assert_eq!(of_sink(&sink, at("2026-03-08T08:00:00Z")), []);
    }

    #[test]
    fn a_site_rule_is_at_fault_once_it_has_missed_a_part_on_several_pages_in_a_row() {
        let missing = |pages| LiveState {
            site_rules: vec![SiteRuleStatus {
                rule: "news.example".into(),
                pages: 40,
                missing: BTreeMap::from([("body".into(), pages)]),
            }],
            ..LiveState::default()
        };
        assert_eq!(kinds(&missing(MAX_UNMATCHED_PAGES - 1)), []);
        assert_eq!(kinds(&missing(MAX_UNMATCHED_PAGES)), [FaultKind::SiteRule]);
    }
}
