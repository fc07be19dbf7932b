//! What is counted and measured, for `/metrics`: names and units as Prometheus wants them.

mod exposition;
mod gauges;

use std::collections::BTreeMap;

use dateline_fetcher::PollResult;
use dateline_journal::EntryOutcome;
use dateline_parser::AppliedSiteRule;
use dateline_wire::{Event, EventKind, RejectReason, Stage};
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::proxies::{ProxyCounts, ProxyOutcome, ProxyStatus};
use crate::site_rules::{SiteRuleCounts, SiteRuleStatus};

pub use exposition::Exposition;
use gauges::Gauges;
pub use gauges::Moment;

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    polls: Family<PollLabels, Counter>,
    entries: Counter,
    pages: Family<ResultLabel, Counter>,
    revisits: Family<ResultLabel, Counter>,
    pushes: Family<ResultLabel, Counter>,
    trace_exports: Family<ResultLabel, Counter>,
    rejects: Family<RejectLabels, Counter>,
    events: Family<KindLabel, Counter>,
    page_seconds: Histogram,
    extract_seconds: Histogram,
    entry_seconds: Histogram,
    delivery_seconds: Histogram,
    site_rules: SiteRuleCounts,
    proxies: ProxyCounts,
    gauges: Gauges,
}

/// How a visit to a page of a published article may go.
const REVISIT_RESULTS: [&str; 8] =
    ["not_modified", "unchanged", "revised", "missing", "withdrawn", "refused", "failed", "not_asked"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PollLabels {
    group: String,
    result: &'static str,
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
        registry.register(
            "polls",
            "Polls of feeds, by group (the first of a feed's tags) and result",
            polls.clone(),
        );
        let entries = Counter::default();
        registry.register("entries", "Entries seen for the first time, or changed", entries.clone());
        let pages = Family::default();
        registry.register("pages", "Fetches of pages, by result", pages.clone());
        let revisits = Family::<ResultLabel, Counter>::default();
        for result in REVISIT_RESULTS {
            revisits.get_or_create(&ResultLabel { result }).inc_by(0);
        }
        registry.register(
            "revisits",
            "Visits to pages of articles that were published before, by result",
            revisits.clone(),
        );
        let pushes = Family::default();
        registry.register("pushes", "What hubs posted, by result", pushes.clone());
        let trace_exports = Family::default();
        registry.register(
            "trace_exports",
            "Requests with spans to the collector, by result",
            trace_exports.clone(),
        );
        // What can be named before it happens begins at 0, so that the first time counts as an increase.
        let rejects = Family::<RejectLabels, Counter>::default();
        for reason in RejectReason::ALL {
            for stage in reason.stages() {
                rejects
                    .get_or_create(&RejectLabels { stage: stage.as_str(), reason: reason.as_str() })
                    .inc_by(0);
            }
        }
        registry.register("rejects", "Entries that were not published, by stage and reason", rejects.clone());
        let events = Family::<KindLabel, Counter>::default();
        for kind in EventKind::ALL {
            events.get_or_create(&KindLabel { kind: kind.word() }).inc_by(0);
        }
        registry.register("events", "Events committed, by kind", events.clone());
        // 10 ms to 80 s: from a cached answer nearby to the longest timeout that makes sense.
        let page_seconds = Histogram::new(exponential_buckets(0.01, 2.0, 14));
        registry.register_with_unit(
            "page_fetch_duration",
            "Time to fetch a page",
            Unit::Seconds,
            page_seconds.clone(),
        );
        // 0.1 ms to 1.6 s: the guard keeps the worst page at 0.2 s.
        let extract_seconds = Histogram::new(exponential_buckets(0.0001, 2.0, 15));
        registry.register_with_unit(
            "extraction_duration",
            "Time to extract and judge a page",
            Unit::Seconds,
            extract_seconds.clone(),
        );
        // 0.1 s to 14 h: what is slow here is waiting for a host's turn, and for hosts that come back.
        let entry_seconds = Histogram::new(exponential_buckets(0.1, 2.0, 20));
        registry.register_with_unit(
            "entry_duration",
            "Time from the poll that announced an entry until its event is in the journal",
            Unit::Seconds,
            entry_seconds.clone(),
        );
        // 1 ms to 9 h: an outage of Kafka may last.
        let delivery_seconds = Histogram::new(exponential_buckets(0.001, 4.0, 13));
        registry.register_with_unit(
            "delivery_duration",
            "Time from an event's commit to the journal until Kafka has it",
            Unit::Seconds,
            delivery_seconds.clone(),
        );
        let site_rules = SiteRuleCounts::default();
        registry.register(
            "site_rule_selections",
            "Pages on which the operator's rule for a site was asked for a part, by rule, part and result",
            site_rules.selections.clone(),
        );
        let proxies = ProxyCounts::default();
        registry.register(
            "proxy_requests",
            "Requests that passed a proxy, by proxy and result: ok, refused by the proxy, or why there was no answer",
            proxies.requests.clone(),
        );
        let gauges = Gauges::default();
        gauges.register(&mut registry);
        Self {
            registry,
            polls,
            entries,
            pages,
            revisits,
            pushes,
            trace_exports,
            rejects,
            events,
            page_seconds,
            extract_seconds,
            entry_seconds,
            delivery_seconds,
            site_rules,
            proxies,
            gauges,
        }
    }
}

impl Metrics {
    /// A poll of a feed of `group` ended with `result`, and brought `entries` new or changed ones.
    pub fn polled(&self, group: &str, result: &'static str, entries: u64) {
        self.polls.get_or_create(&PollLabels { group: group.to_owned(), result }).inc();
        self.entries.inc_by(entries);
    }

    /// A page was fetched in `seconds`, or `failed` for a reason.
    pub fn fetched(&self, failed: Option<RejectReason>, seconds: f64) {
        let result = failed.map_or("ok", RejectReason::as_str);
        self.pages.get_or_create(&ResultLabel { result }).inc();
        self.page_seconds.observe(seconds);
    }

    /// A page was visited again, with `result` where no event came of it.
    pub fn revisited(&self, event: Option<&Event>, result: &'static str) {
        let result = match event {
            Some(Event::Withdrawal(_)) => "withdrawn",
            Some(_) => "revised",
            None => result,
        };
        self.revisits.get_or_create(&ResultLabel { result }).inc();
        if let Some(event) = event {
            self.committed(event.kind(), 1);
        }
    }

    /// The visits that were made, by their result; none of those that never came.
    pub fn visits(&self) -> BTreeMap<String, u64> {
        let counted = REVISIT_RESULTS
            .map(|result| (result.to_owned(), self.revisits.get_or_create(&ResultLabel { result }).get()));
        counted.into_iter().filter(|(_, visits)| *visits > 0).collect()
    }

    /// A hub posted something, with `result`.
    pub fn pushed(&self, result: &'static str) {
        self.pushes.get_or_create(&ResultLabel { result }).inc();
    }

    /// The collector took spans, or didn't.
    pub(crate) fn exported_spans(&self, taken: bool) {
        let result = if taken { "ok" } else { "failed" };
        self.trace_exports.get_or_create(&ResultLabel { result }).inc();
    }

    /// A page was extracted and judged in `seconds`.
    pub fn extracted(&self, seconds: f64) {
        self.extract_seconds.observe(seconds);
    }

    /// An entry ended so many seconds after it was announced.
    pub fn took_whole_way(&self, seconds: f64) {
        self.entry_seconds.observe(seconds.max(0.0));
    }

    /// Kafka has an event so many seconds after it was committed to the journal.
    pub fn delivered(&self, seconds: f64) {
        self.delivery_seconds.observe(seconds.max(0.0));
    }

    /// A page was read by a rule for its site.
    pub fn read_by_rule(&self, applied: &AppliedSiteRule) {
        self.site_rules.count(applied);
    }

    /// The rules for single sites that were applied so far, in the order of their names.
    pub fn site_rules(&self) -> Vec<SiteRuleStatus> {
        self.site_rules.status()
    }

    /// A request passed `proxy`, an address without credentials, and ended at `now` with `outcome`.
    pub fn passed_proxy(&self, proxy: &str, outcome: ProxyOutcome, now: Timestamp) {
        self.proxies.count(proxy, outcome, now);
    }

    /// The proxies that anything passed so far, in the order of their addresses.
    pub fn proxies(&self) -> Vec<ProxyStatus> {
        self.proxies.status()
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

    /// Takes in what the daemon is like at one moment: what is measured when it is asked for.
    pub fn measure(&self, moment: &Moment<'_>) {
        self.gauges.set(moment);
    }

    /// Everything, in a text format.
    pub fn to_text(&self, exposition: Exposition) -> String {
        exposition.write(&self.registry)
    }
}

/// How a poll with `fresh` entries that are new or changed went, as metrics and traces call it.
pub(crate) fn poll_result_word(result: &PollResult, fresh: usize) -> &'static str {
    match result {
        PollResult::NotModified => "not_modified",
        PollResult::Unchanged => "unchanged",
        PollResult::Read if fresh == 0 => "nothing_new",
        PollResult::Read => "new",
        PollResult::Failed(_) => "failed",
        PollResult::Gone => "gone",
        PollResult::PutOff => "put_off",
        PollResult::Pushed if fresh == 0 => "pushed_nothing_new",
        PollResult::Pushed => "pushed",
        PollResult::UnreadablePush(_) => "unreadable_push",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_can_be_read() {
        let metrics = Metrics::default();
        metrics.polled("russia", "new", 3);
        metrics.fetched(None, 0.25);
        metrics.committed(EventKind::Article, 1);
        metrics.took_whole_way(12.0);
        metrics.delivered(0.5);
        let text = metrics.to_text(Exposition::Prometheus);
        for line in [
            "dateline_polls_total{group=\"russia\",result=\"new\"} 1",
            "dateline_entries_total 3",
            "dateline_pages_total{result=\"ok\"} 1",
            "dateline_events_total{kind=\"article\"} 1",
            "dateline_events_total{kind=\"health\"} 0",
            "dateline_rejects_total{stage=\"judge\",reason=\"not_relevant\"} 0",
            "dateline_page_fetch_duration_seconds_count 1",
            "dateline_entry_duration_seconds_sum 12.0",
            "dateline_delivery_duration_seconds_count 1",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
