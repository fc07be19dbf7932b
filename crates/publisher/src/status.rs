//! What the relay is doing, for `/readyz`, the metrics and `dateline status`.

use dateline_wire::Sequence;
use jiff::Timestamp;

/// What the relay is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelayStatus {
    /// Whether it holds its transactional id and the last transaction went well.
    pub connected: bool,
    /// Whether it has stopped for good, until somebody acts on [`last_error`](Self::last_error).
    pub has_stopped: bool,
    /// The last event that Kafka has for certain; `None` until that was read from it.
    pub position: Option<Sequence>,
    /// Events delivered since the relay was started.
    pub delivered: u64,
    /// Transactions committed since then.
    pub transactions: u64,
    /// How often it has had to start again with a new producer.
    pub reconnects: u64,
    /// Why the last attempt failed, until one succeeds.
    pub last_error: Option<String>,
    /// Since when attempts fail, until one succeeds.
    pub failing_since: Option<Timestamp>,
    /// Why Kafka may lose the position, while that is so: the broker deletes old records of the relay's topic.
    pub position_at_risk: Option<String>,
    /// When the last transaction was committed.
    pub last_commit: Option<Timestamp>,
}

impl RelayStatus {
    /// Whether it is known by now whether delivery works: at the start, and while a broker says nothing, it isn't.
    pub fn is_known(&self) -> bool {
        self.connected || self.has_stopped || self.last_error.is_some()
    }
}
