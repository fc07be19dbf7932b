//! How an exchange fails.

pub use dateline_wire::FailureKind;
use serde::{Deserialize, Serialize};

/// Why there is no answer: one of a few words, and the same for people.
///
/// It names no URL; whoever sent the request knows it. It is plain data so that a failure can be recorded and replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct TransportError {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What happened, for people. Holds no credentials.
    pub detail: String,
}

impl TransportError {
    /// A failure of `kind`, described by `detail`.
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}
