//! What is counted, for `/metrics` in the text format of OpenMetrics, which Prometheus reads.

use std::sync::atomic::AtomicU64;

use dateline_journal::EntryOutcome;
use dateline_parser::AppliedSiteRule;
use dateline_wire::{Event, EventKind, RejectReason, Stage};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::site_rules::{SiteRuleCounts, SiteRuleStatus};

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    polls: Family<ResultLabel, Counter>,
    entries: Counter,
    pages: Family<ResultLabel, Counter>,
    pushes: Family<ResultLabel, Counter>,
    rejects: Family<RejectLabels, Counter>,
    events: Family<KindLabel, Counter>,
    page_seconds: Histogram,
    extract_seconds: Histogram,
    site_rules: SiteRuleCounts,
    gauges: Gauges,
}

/// What is measured when it is asked for, rather than counted as it happens.
#[derive(Debug, Default, Clone)]
pub struct Gauges {
    /// Feeds that are polled.
    pub feeds: Gauge,
    /// Feeds whose last poll failed.
    pub feeds_failing: Gauge,
    /// Entries that wait for their page.
    pub backlog: Gauge,
    /// The last event's sequence.
    pub last_sequence: Gauge<u64, AtomicU64>,
    /// The last event that Kafka has.
    pub relay_position: Gauge<u64, AtomicU64>,
    /// 1 while connected to Kafka.
    pub relay_connected: Gauge,
    /// 1 while intake waits for room on the disk.
    pub intake_paused: Gauge,
    /// Clients that follow events.
    pub followers: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RejectLabels {
    stage: &'static str,
    reason: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("dateline");
        let polls = Family::default();
        registry.register("polls", "Polls of feeds, by result", polls.clone());
        let entries = Counter::default();
        registry.register("entries", "Entries seen for the first time, or changed", entries.clone());
        let pages = Family::default();
        registry.register("pages", "Fetches of pages, by result", pages.clone());
        let pushes = Family::default();
        registry.register("pushes", "What hubs posted, by result", pushes.clone());
        let rejects = Family::default();
        registry.register("rejects", "Entries that were not published, by stage and reason", rejects.clone());
        let events = Family::default();
        registry.register("events", "Events committed, by kind", events.clone());
        // 10 ms to 80 s: from a cached answer nearby to the longest timeout that makes sense.
        let page_seconds = Histogram::new(exponential_buckets(0.01, 2.0, 14));
        registry.register_with_unit("page", "Time to fetch a page", Unit::Seconds, page_seconds.clone());
        // 0.1 ms to 1.6 s: the guard keeps the worst page at 0.2 s.
        let extract_seconds = Histogram::new(exponential_buckets(0.0001, 2.0, 15));
        registry.register_with_unit(
            "extract",
            "Time to extract and judge a page",
            Unit::Seconds,
            extract_seconds.clone(),
        );
        let site_rules = SiteRuleCounts::default();
        registry.register(
            "site_rule_selections",
            "Pages on which the operator's rule for a site was asked for a part, by rule, part and result",
            site_rules.selections.clone(),
        );
        let gauges = Gauges::default();
        registry.register("feeds", "Feeds that are polled", gauges.feeds.clone());
        registry.register("feeds_failing", "Feeds whose last poll failed", gauges.feeds_failing.clone());
        registry.register("backlog", "Entries that wait for their page", gauges.backlog.clone());
        registry.register("last_sequence", "Sequence of the last event", gauges.last_sequence.clone());
        registry.register(
            "relay_position",
            "Sequence of the last event in Kafka",
            gauges.relay_position.clone(),
        );
        registry.register("relay_connected", "1 while connected to Kafka", gauges.relay_connected.clone());
        registry.register(
            "intake_paused",
            "1 while intake waits for room on the disk",
            gauges.intake_paused.clone(),
        );
        registry.register("followers", "Clients that follow events", gauges.followers.clone());
        Self {
            registry,
            polls,
            entries,
            pages,
            pushes,
            rejects,
            events,
            page_seconds,
            extract_seconds,
            site_rules,
            gauges,
        }
    }
}

impl Metrics {
    /// A poll ended with `result`, and brought `entries` new or changed ones.
    pub fn polled(&self, result: &'static str, entries: u64) {
        self.polls.get_or_create(&ResultLabel { result }).inc();
        self.entries.inc_by(entries);
    }

    /// A page was fetched in `seconds`, or `failed` for a reason.
    pub fn fetched(&self, failed: Option<RejectReason>, seconds: f64) {
        let result = failed.map_or("ok", RejectReason::as_str);
        self.pages.get_or_create(&ResultLabel { result }).inc();
        self.page_seconds.observe(seconds);
    }

    /// A hub posted something, with `result`.
    pub fn pushed(&self, result: &'static str) {
        self.pushes.get_or_create(&ResultLabel { result }).inc();
    }

    /// A page was extracted and judged in `seconds`.
    pub fn extracted(&self, seconds: f64) {
        self.extract_seconds.observe(seconds);
    }

    /// A page was read by a rule for its site.
    pub fn read_by_rule(&self, applied: &AppliedSiteRule) {
        self.site_rules.count(applied);
    }

    /// The rules for single sites that were applied so far, in the order of their names.
    pub fn site_rules(&self) -> Vec<SiteRuleStatus> {
        self.site_rules.status()
    }

    /// Events of a kind were committed.
    pub fn committed(&self, kind: EventKind, count: u64) {
        self.events.get_or_create(&KindLabel { kind: kind.word() }).inc_by(count);
    }

    /// An entry ended: `event` was handed in, and this is what the journal made of it.
    pub fn finished(&self, event: &Event, outcome: EntryOutcome) {
        let (stage, reason) = match (outcome, event) {
            (EntryOutcome::Article { .. }, _) => return self.committed(EventKind::Article, 1),
            (EntryOutcome::Reject, Event::Reject(reject)) => (reject.stage, reject.reason),
            _ => (Stage::Duplicate, RejectReason::Unchanged),
        };
        let labels = RejectLabels { stage: stage.as_str(), reason: reason.as_str() };
        self.rejects.get_or_create(&labels).inc();
        self.committed(EventKind::Reject, 1);
    }

    /// What is set by whoever knows it.
    pub fn gauges(&self) -> &Gauges {
        &self.gauges
    }

    /// The content type of [`Metrics::to_text`].
    pub const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Everything, in the OpenMetrics text format.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_can_be_read() {
        let metrics = Metrics::default();
        metrics.polled("new", 3);
        metrics.fetched(None, 0.25);
        metrics.committed(EventKind::Article, 1);
        metrics.gauges().backlog.set(2);
        let text = metrics.to_text();
        for line in [
            "dateline_polls_total{result=\"new\"} 1",
            "dateline_entries_total 3",
            "dateline_pages_total{result=\"ok\"} 1",
            "dateline_events_total{kind=\"article\"} 1",
            "dateline_page_seconds_count 1",
            "dateline_backlog 2",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
