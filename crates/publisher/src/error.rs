//! What ends a session with Kafka, and what of it stops the relay for good. Everything else it tries again.

use dateline_journal::JournalError;
use dateline_wire::Sequence;
use rdkafka::error::KafkaError;
use thiserror::Error;

use crate::SettingsError;

/// Why the relay has stopped and needs somebody to act.
#[derive(Debug, Error)]
pub enum RelayError {
    /// A setting is wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A file named in the settings cannot be read.
    #[error("kafka.{setting}: cannot read {path}: {source}")]
    File {
        /// The setting.
        setting: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// librdkafka refuses its configuration.
    #[error("Kafka client: {0}")]
    Client(String),
    /// Another daemon delivers under the same transactional id.
    #[error(
        "another daemon ({by}) has taken over the transactional id {transactional_id:?}: stop one of the two, or give \
         each its own kafka.transactional_id"
    )]
    Fenced {
        /// Who it is, as it wrote into the relay's topic.
        by: String,
        /// The id that both use.
        transactional_id: String,
    },
    /// Kafka holds more of this journal than the journal does.
    #[error(
        "Kafka has this journal's events up to {position}, the journal ends at {last}: it was restored from an older \
         copy. Subscribers would get other events under the same numbers. Restore the newest copy, or move this journal \
         away to start a new one"
    )]
    JournalBehind {
        /// The position in Kafka.
        position: Sequence,
        /// The journal's last event.
        last: Sequence,
    },
    /// The event that Kafka holds at the position is not the journal's.
    #[error(
        "at {position} Kafka has the event {delivered} of this journal, the journal has {own}: two copies of it have \
         been used. Keep the one that delivered, or move this one away to start a new journal"
    )]
    Diverged {
        /// The position in Kafka.
        position: Sequence,
        /// The id of the event that was delivered there.
        delivered: String,
        /// The id of the event that the journal has there.
        own: String,
    },
    /// Events between the position and the journal's oldest one are gone.
    #[error(
        "the journal's next event after {position} is {found}: the ones between were removed before they were delivered"
    )]
    Gap {
        /// The last event that was delivered.
        position: Sequence,
        /// The next one that there is.
        found: Sequence,
    },
    /// The journal cannot be read.
    #[error("the journal cannot be read: {0}")]
    Journal(#[from] JournalError),
    /// The relay's thread panicked.
    #[error("the relay's thread broke off")]
    Thread,
}

/// What ends a session.
#[derive(Debug)]
pub(crate) enum SessionError {
    /// It will pass: a new producer tries again.
    Transient(String),
    /// Somebody else has taken over the transactional id, or the broker gave up on our transaction.
    Fenced(String),
    /// Somebody has to act.
    Fatal(RelayError),
}

impl From<RelayError> for SessionError {
    fn from(error: RelayError) -> Self {
        Self::Fatal(error)
    }
}

impl From<KafkaError> for SessionError {
    fn from(error: KafkaError) -> Self {
        Self::Transient(error.to_string())
    }
}
