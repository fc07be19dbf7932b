//! What is measured when it is asked for, rather than counted as it happens.

use std::sync::atomic::{AtomicU64, Ordering};

use dateline_publisher::RelayStatus;
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::engine::EngineActivity;
use crate::faults::FaultKind;
use crate::status::{FeedCondition, SinkStatus, StatusReport};

type Seconds = Gauge<f64, AtomicU64>;
type Count = Gauge<u64, AtomicU64>;

/// What a daemon is like at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'m> {
    /// What its journal and it itself tell.
    pub status: &'m StatusReport,
    /// Its relay, if it has one.
    pub relay: Option<&'m RelayStatus>,
    /// What its engine is doing.
    pub activity: EngineActivity,
    /// How many clients follow events.
    pub followers: usize,
    /// When.
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VersionLabel {
    version: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabel {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FileLabel {
    file: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProxyLabel {
    proxy: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SinkLabel {
    sink: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RulePartLabels {
    rule: String,
    part: String,
}

#[derive(Debug, Default)]
pub(super) struct Gauges {
    build: Family<VersionLabel, Gauge>,
    start: Seconds,
    faults: Family<FaultLabel, Gauge>,
    feeds: Family<StateLabel, Count>,
    backlog: Count,
    backlog_age: Seconds,
    visits: Count,
    visits_due: Count,
    visit_age: Seconds,
    polls_in_flight: Count,
    pages_in_flight: Count,
    intake_paused: Count,
    last_sequence: Count,
    last_event: Seconds,
    relay_configured: Count,
    relay_connected: Count,
    relay_stopped: Count,
    relay_position: Count,
    relay_lag: Count,
    relay_lag_age: Seconds,
    relay_last_commit: Seconds,
    relay_delivered: Counter,
    relay_transactions: Counter,
    relay_restarts: Counter,
    journal: Family<FileLabel, Count>,
    disk_free: Count,
    disk_size: Count,
    set_aside: Count,
    unmatched: Family<RulePartLabels, Count>,
    proxy_failures: Family<ProxyLabel, Count>,
    sink_behind: Family<SinkLabel, Count>,
    sink_waiting: Family<SinkLabel, Count>,
    sink_dead_letters: Family<SinkLabel, Count>,
    sink_missed: Family<SinkLabel, Counter>,
    sink_disabled: Family<SinkLabel, Count>,
    sink_delivered: Family<SinkLabel, Counter>,
    sink_failures: Family<SinkLabel, Counter>,
    followers: Count,
}

impl Gauges {
    pub(super) fn register(&self, registry: &mut Registry) {
        let mut add = |name: &str, help: &str, gauge: &Count| registry.register(name, help, gauge.clone());
        add("backlog_entries", "Entries that wait for their page", &self.backlog);
        add(
            "revisit_pages",
            "Pages of published articles that are visited again, now or later",
            &self.visits,
        );
        add("revisits_due", "Those of them that are due", &self.visits_due);
        add("polls_in_flight", "Polls of feeds under way", &self.polls_in_flight);
        add("pages_in_flight", "Pages being fetched, extracted or committed", &self.pages_in_flight);
        add(
            "intake_paused",
            "1 while nothing is taken in because the journal cannot be written",
            &self.intake_paused,
        );
        add("last_sequence", "Sequence of the last event", &self.last_sequence);
        add("relay_configured", "1 where events are to be delivered to Kafka", &self.relay_configured);
        add("relay_connected", "1 while Kafka takes events", &self.relay_connected);
        add("relay_stopped", "1 while delivery rests until somebody acts", &self.relay_stopped);
        add("relay_position", "Sequence of the last event that Kafka has", &self.relay_position);
        add("relay_lag_events", "Events that Kafka doesn't have yet", &self.relay_lag);
        add(
            "set_aside_rows",
            "Rows of the journal that could not be read and were set aside",
            &self.set_aside,
        );
        add("followers", "Clients that follow events", &self.followers);
        let mut add = |name: &str, help: &str, gauge: &Seconds| {
            registry.register_with_unit(name, help, Unit::Seconds, gauge.clone());
        };
        add("start_time", "When the daemon started, since 1970", &self.start);
        add(
            "last_event_time",
            "When the last event was committed, since 1970; 0 without one",
            &self.last_event,
        );
        add(
            "backlog_age",
            "For how long the first of the entries that are due has waited",
            &self.backlog_age,
        );
        add("revisit_age", "For how long the first of the visits that are due has waited", &self.visit_age);
        add(
            "relay_lag",
            "For how long the first of the events that Kafka doesn't have has waited",
            &self.relay_lag_age,
        );
        add(
            "relay_last_delivery_time",
            "When events were last delivered, since 1970; 0 if not since the start",
            &self.relay_last_commit,
        );
        let mut add =
            |name: &str, help: &str, counter: &Counter| registry.register(name, help, counter.clone());
        add("relay_delivered_events", "Events delivered to Kafka", &self.relay_delivered);
        add("relay_transactions", "Transactions committed to Kafka", &self.relay_transactions);
        add("relay_restarts", "Attempts at delivery that failed and were begun anew", &self.relay_restarts);
        registry.register_with_unit(
            "journal",
            "Size of the journal, by file",
            Unit::Bytes,
            self.journal.clone(),
        );
        registry.register_with_unit(
            "disk_free",
            "Room on the journal's disk",
            Unit::Bytes,
            self.disk_free.clone(),
        );
        registry.register_with_unit(
            "disk_size",
            "Size of the journal's disk",
            Unit::Bytes,
            self.disk_size.clone(),
        );
        registry.register("build_info", "Always 1, with the version", self.build.clone());
        registry.register(
            "fault",
            "1 for what is wrong now, by kind, as `dateline status` tells it",
            self.faults.clone(),
        );
        registry.register("feeds", "Configured feeds, by state", self.feeds.clone());
        self.register_sinks(registry);
        registry.register(
            "site_rule_unmatched_pages",
            "On how many pages in a row a rule for a site has not found a part, up to the last page",
            self.unmatched.clone(),
        );
        registry.register(
            "proxy_failures_in_a_row",
            "How many requests through a proxy got no answer since the last one that did",
            self.proxy_failures.clone(),
        );
    }

    fn register_sinks(&self, registry: &mut Registry) {
        let mut add = |name: &str, help: &str, family: &Family<SinkLabel, Count>| {
            registry.register(name, help, family.clone());
        };
        add("sink_behind_events", "Events that a webhook or a file has yet to get", &self.sink_behind);
        add(
            "sink_waiting_events",
            "Events that a webhook did not take and that are tried again, with those behind them",
            &self.sink_waiting,
        );
        add("sink_dead_letters", "Events that were given up", &self.sink_dead_letters);
        add("sink_disabled", "1 where a receiver answered that it wants no more", &self.sink_disabled);
        registry.register(
            "sink_delivered_events",
            "Events delivered to a webhook, or written to a file",
            self.sink_delivered.clone(),
        );
        registry.register(
            "sink_missed_events",
            "Events that were let go by the rules of retention before a webhook or a file had them",
            self.sink_missed.clone(),
        );
        registry.register(
            "sink_failures",
            "Attempts at a webhook or a file that failed since the start",
            self.sink_failures.clone(),
        );
    }

    fn set_sinks(&self, sinks: &[SinkStatus]) {
        for sink in sinks {
            let label = SinkLabel { sink: sink.sink.clone() };
            self.sink_behind.get_or_create(&label).set(sink.behind);
            self.sink_waiting.get_or_create(&label).set(sink.waiting);
            self.sink_dead_letters.get_or_create(&label).set(sink.dead_letters);
            self.sink_disabled.get_or_create(&label).set(u64::from(sink.is_disabled()));
            self.sink_missed.get_or_create(&label).inner().store(sink.missed_events, Ordering::Relaxed);
            self.sink_delivered.get_or_create(&label).inner().store(sink.delivered, Ordering::Relaxed);
            self.sink_failures.get_or_create(&label).inner().store(sink.failures, Ordering::Relaxed);
        }
    }

    /// Takes in what `moment` is like.
    pub(super) fn set(&self, moment: &Moment<'_>) {
        let Moment { status, relay, activity, followers, now } = *moment;
        let age = |since: Option<Timestamp>| {
            since.map_or(0.0, |since| now.duration_since(since).as_secs_f64().max(0.0))
        };
        let since_1970 =
            |moment: Option<Timestamp>| moment.map_or(0.0, |moment| moment.as_duration().as_secs_f64());
        self.build.get_or_create(&VersionLabel { version: env!("CARGO_PKG_VERSION") }).set(1);
        self.start.set(since_1970(status.daemon.as_ref().map(|run| run.started)));
        for kind in FaultKind::ALL {
            let holds = status.faults.iter().any(|fault| fault.kind == kind);
            self.faults.get_or_create(&FaultLabel { kind: kind.word() }).set(i64::from(holds));
        }
        for state in FeedCondition::ALL {
            self.feeds.get_or_create(&StateLabel { state: state.word() }).set(status.feeds_in(state) as u64);
        }
        self.backlog.set(status.backlog);
        self.backlog_age.set(age(status.due_since));
        self.visits.set(status.visits.pages);
        self.visits_due.set(status.visits.due);
        self.visit_age.set(age(status.visits.due_since));
        self.polls_in_flight.set(activity.polls as u64);
        self.pages_in_flight.set(activity.pages as u64);
        self.intake_paused.set(u64::from(activity.paused.is_some()));
        self.last_sequence.set(status.last_sequence.0);
        self.last_event.set(since_1970(status.last_event));
        self.set_relay(status, relay, age(status.undelivered_since));
        self.relay_last_commit.set(since_1970(relay.and_then(|relay| relay.last_commit)));
        self.journal.get_or_create(&FileLabel { file: "database" }).set(status.journal_bytes);
        self.journal.get_or_create(&FileLabel { file: "wal" }).set(status.journal_wal_bytes);
        self.journal.get_or_create(&FileLabel { file: "search" }).set(status.journal_search_bytes);
        if let Some(disk) = status.disk {
            self.disk_free.set(disk.free_bytes);
            self.disk_size.set(disk.total_bytes);
        }
        self.set_aside.set(status.journal_set_aside);
        self.unmatched.clear();
        for rule in &status.site_rules {
            for (part, pages) in &rule.missing {
                let labels = RulePartLabels { rule: rule.rule.clone(), part: part.clone() };
                self.unmatched.get_or_create(&labels).set(*pages);
            }
        }
        self.proxy_failures.clear();
        for proxy in &status.proxies {
            let label = ProxyLabel { proxy: proxy.proxy.clone() };
            self.proxy_failures.get_or_create(&label).set(proxy.failures_in_a_row);
        }
        self.set_sinks(&status.sinks);
        self.followers.set(followers as u64);
    }

    fn set_relay(&self, status: &StatusReport, relay: Option<&RelayStatus>, waited: f64) {
        let undelivered = if relay.is_some() { status.undelivered() } else { 0 };
        self.relay_configured.set(u64::from(relay.is_some()));
        self.relay_connected.set(u64::from(relay.is_some_and(|relay| relay.connected)));
        self.relay_stopped.set(u64::from(relay.is_some_and(|relay| relay.has_stopped)));
        self.relay_position.set(status.relay_position.0);
        self.relay_lag.set(undelivered);
        self.relay_lag_age.set(if undelivered > 0 { waited } else { 0.0 });
        let Some(relay) = relay else { return };
        // The relay counts these itself, from 0 at its start on.
        self.relay_delivered.inner().store(relay.delivered, Ordering::Relaxed);
        self.relay_transactions.inner().store(relay.transactions, Ordering::Relaxed);
        self.relay_restarts.inner().store(relay.reconnects, Ordering::Relaxed);
    }
}
