//! How an exchange fails.

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

/// The ways in which an exchange fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The URL cannot be asked for: no `http` or `https`, or no host.
    Url,
    /// The address isn't public, and the configuration doesn't allow it.
    Address,
    /// The name doesn't resolve.
    Resolve,
    /// No connection could be made.
    Connect,
    /// TLS could not be agreed, or the certificate isn't trusted.
    Tls,
    /// Something took longer than its bound.
    Timeout,
    /// The answer isn't HTTP as it should be.
    Protocol,
    /// The connection ended before the answer did.
    Cut,
    /// The answer is larger than its bound.
    TooLarge,
    /// A replay holds no answer to this request.
    NotRecorded,
    /// The exchange could not be recorded as was asked.
    Recording,
}

impl FailureKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Url,
        Self::Address,
        Self::Resolve,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Protocol,
        Self::Cut,
        Self::TooLarge,
        Self::NotRecorded,
        Self::Recording,
    ];

    /// The kind that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The kind as a word that stays the same.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Address => "address",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Cut => "cut",
            Self::TooLarge => "too_large",
            Self::NotRecorded => "not_recorded",
            Self::Recording => "recording",
        }
    }

    /// Whether the same request may succeed later.
    pub fn may_pass(self) -> bool {
        !matches!(self, Self::Url | Self::Address | Self::TooLarge | Self::NotRecorded)
    }
}
