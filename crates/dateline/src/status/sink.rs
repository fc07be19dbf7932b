//! How the ways out beside Kafka are doing.

use dateline_journal::{SinkState, UndeliveredCounts};
use dateline_sinks::{SinkCondition, SinkReport};
use dateline_wire::Sequence;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A way out beside Kafka.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SinkStatus {
    /// Its kind and name: `webhook/desk`.
    pub sink: String,
    /// Where it delivers to; of an address scheme and host alone. Absent where no daemon tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What it is about: `working`, `failing`, `disabled`; absent where no daemon tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The last event up to which all are delivered, passed over by its filter, or counted below.
    pub position: Sequence,
    /// Events after it.
    pub behind: u64,
    /// Events ever delivered.
    pub delivered: u64,
    /// Events before the position that are tried again, or wait behind one that is.
    pub waiting: u64,
    /// Events that were given up.
    pub dead_letters: u64,
    /// Events that were ever let go by the rules of retention before it had them.
    #[serde(default)]
    pub missed_events: u64,
    /// The place of the last of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Sequence>,
    /// When that was let go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_at: Option<Timestamp>,
    /// Since when its receiver has said that it wants no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_since: Option<Timestamp>,
    /// Attempts that failed since the daemon started.
    #[serde(default)]
    pub failures: u64,
    /// Since when all attempts fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// Why the last attempt failed, until one succeeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When something was delivered last since the daemon started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
    /// Until when it is left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resting_until: Option<Timestamp>,
}

impl SinkStatus {
    /// Its kind, `webhook` or `file`, and what it is called.
    pub(crate) fn kind_and_name(&self) -> (&str, &str) {
        self.sink.split_once('/').unwrap_or(("sink", &self.sink))
    }

    /// How many events it has yet to take: what is tried again stands before its position.
    pub(crate) fn lacking(&self) -> u64 {
        self.behind + self.waiting
    }

    /// As the journal has it, whose last event is `last`.
    pub(super) fn of(state: SinkState, counts: UndeliveredCounts, last: Sequence) -> Self {
        Self {
            sink: state.id.to_string(),
            to: None,
            condition: None,
            position: state.position,
            behind: last.0.saturating_sub(state.position.0),
            delivered: state.delivered,
            waiting: counts.waiting,
            dead_letters: counts.dead,
            missed_events: state.missed.map_or(0, |missed| missed.count),
            missed: state.missed.map(|missed| missed.last),
            missed_at: state.missed.map(|missed| missed.at),
            disabled_since: state.disabled,
            failures: 0,
            failing_since: None,
            last_error: None,
            last_success: None,
            resting_until: None,
        }
    }

    /// With what the sink itself tells. Its position may be ahead of the journal's.
    pub(super) fn add(&mut self, report: &SinkReport) {
        self.behind = self.behind.saturating_sub(report.position.0.saturating_sub(self.position.0));
        self.position = self.position.max(report.position);
        self.to = Some(report.target.clone());
        self.condition = Some(condition_word(report.condition).to_owned());
        self.failures = report.failures;
        self.failing_since = report.failing_since;
        self.last_error.clone_from(&report.last_error);
        self.last_success = report.last_success;
        self.resting_until = report.resting_until;
    }

    /// Whether its receiver has said that it wants no more.
    pub(crate) fn is_disabled(&self) -> bool {
        self.condition.as_deref() == Some(condition_word(SinkCondition::Disabled))
    }
}

fn condition_word(condition: SinkCondition) -> &'static str {
    match condition {
        SinkCondition::Working => "working",
        SinkCondition::Failing => "failing",
        SinkCondition::Disabled => "disabled",
    }
}
