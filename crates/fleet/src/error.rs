//! What ends a member's session with its group, and what of it stops the member for good.

use dateline_publisher::{RelayError, SessionError};
use rdkafka::error::KafkaError;
use thiserror::Error;

/// Why a member has stopped and needs somebody to act.
#[derive(Debug, Error)]
pub enum FleetError {
    /// A setting is wrong.
    #[error("{0}")]
    Settings(String),
    /// The fleet was made with another number of shards.
    #[error(
        "the topic {topic} was made for {found} shards, and fleet.shards is {expected}: a fleet keeps the number of shards that it was made \
         with. Set fleet.shards to {found}, or give the new fleet another name"
    )]
    Shards {
        /// The topic.
        topic: String,
        /// The shards that it has partitions for, beside that of stories.
        found: usize,
        /// The configured shards.
        expected: u32,
    },
    /// A topic that has an order of its records has more than one partition.
    #[error(
        "the topic {topic} has {found} partitions, and is to have one: delete it and let the fleet make it"
    )]
    Partitions {
        /// The topic.
        topic: String,
        /// Its partitions.
        found: usize,
    },
    /// Another process is this member.
    #[error(
        "another process has joined the fleet as {member:?}: stop one of the two, or give each its own fleet.member ({why})"
    )]
    Twin {
        /// What both are called.
        member: String,
        /// What Kafka said.
        why: String,
    },
    /// Somebody else has changed the fleet's feeds.
    #[error("somebody else has begun to change the fleet's feeds meanwhile: look at the difference again")]
    FeedsChanged,
    /// Kafka cannot be used for now.
    #[error("Kafka cannot be used for the fleet now: {0}")]
    Unusable(String),
    /// Kafka cannot be used with these settings.
    #[error(transparent)]
    Kafka(#[from] RelayError),
    /// A thread panicked.
    #[error("the fleet's thread broke off")]
    Thread,
}

/// What ends a session.
#[derive(Debug, Error)]
pub(crate) enum FleetSessionError {
    /// It will pass: the member joins again, and has its shards' state from the topics.
    #[error("{0}")]
    Transient(String),
    /// Another has joined the group under the member's name: a twin, or a request of an earlier session of its own, which lay on its way
    /// while a broker stood.
    #[error("{0}")]
    Fenced(String),
    /// Somebody has to act.
    #[error("{0}")]
    Fatal(FleetError),
}

impl From<FleetError> for FleetSessionError {
    fn from(error: FleetError) -> Self {
        Self::Fatal(error)
    }
}

impl From<RelayError> for FleetSessionError {
    fn from(error: RelayError) -> Self {
        Self::Fatal(error.into())
    }
}

impl From<KafkaError> for FleetSessionError {
    fn from(error: KafkaError) -> Self {
        Self::Transient(error.to_string())
    }
}

impl From<SessionError> for FleetSessionError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Transient(why) | SessionError::Fenced(why) => Self::Transient(why),
            SessionError::Fatal(error) => Self::Fatal(error.into()),
        }
    }
}
