//! How a sink is doing, for the status and the metrics.

use dateline_journal::SinkId;
use dateline_wire::Sequence;
use jiff::Timestamp;

/// How a sink is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkReport {
    /// Which.
    pub id: SinkId,
    /// Where it delivers to: of an address scheme and host alone, since the rest may be a secret.
    pub target: String,
    /// What it is about.
    pub condition: SinkCondition,
    /// Everything up to here is delivered, passed over, or stands among what could not be delivered.
    pub position: Sequence,
    /// Events delivered since the start.
    pub delivered: u64,
    /// Attempts that failed since the start.
    pub failures: u64,
    /// Those that failed one after the other, up to the last.
    pub failures_in_a_row: u32,
    /// Since when all attempts fail.
    pub failing_since: Option<Timestamp>,
    /// Why the last attempt failed, until one succeeds.
    pub last_error: Option<String>,
    /// When something was delivered last since the start.
    pub last_success: Option<Timestamp>,
    /// Until when the receiver is left alone.
    pub resting_until: Option<Timestamp>,
}

/// What a sink is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkCondition {
    /// It delivers, or has nothing to deliver.
    Working,
    /// Its last attempt failed; it tries again.
    Failing,
    /// Its receiver said that it wants no more (410): it rests until somebody enables it.
    Disabled,
}

impl SinkReport {
    /// Of a sink that has not done anything yet.
    pub fn new(id: SinkId, target: String) -> Self {
        Self {
            id,
            target,
            condition: SinkCondition::Working,
            position: Sequence::START,
            delivered: 0,
            failures: 0,
            failures_in_a_row: 0,
            failing_since: None,
            last_error: None,
            last_success: None,
            resting_until: None,
        }
    }
}
