//! What ends a session with Kafka, and what of it stops the relay for good. Everything else it tries again.

use dateline_journal::JournalError;
use dateline_wire::Sequence;
use rdkafka::error::KafkaError;
use thiserror::Error;

use crate::KafkaSettingsError;

/// Why the relay has stopped and needs somebody to act.
#[derive(Debug, Error)]
pub enum RelayError {
    /// A setting is wrong.
    #[error(transparent)]
    Settings(#[from] KafkaSettingsError),
    /// A file named in the settings cannot be read.
    #[error("`{setting}` in [kafka]: cannot read {path}: {source}")]
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
         each its own `transactional_id` in [kafka]"
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
         copy by hand. Subscribers would get other events under the same numbers. Put the copy in place with `dateline restore`, \
         and what is missing is taken from Kafka"
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
    /// Another journal of this lineage goes on with its sequence.
    #[error(
        "another copy of this journal delivers to Kafka ({by}), up to {position} by now: it was restored, or this one was while no \
         Kafka was configured. Two would deliver the same articles. Leave this one stopped; or stop that one for good, and say \
         where this one goes on with `dateline relay --after`"
    )]
    Superseded {
        /// The position in Kafka.
        position: Sequence,
        /// Who wrote it.
        by: String,
    },
    /// The journal was restored from a copy, and Kafka has not everything any more that was delivered since.
    #[error(
        "the journal was restored from a copy. Kafka has its events up to {position}, but the event {missing} is on the topics no \
         more, so that it can't be known which articles subscribers have. Restore a newer copy; or stop the daemon and say \
         where to go on: `dateline relay --after {position}`. Articles of the missing part that feeds still list are then \
         delivered once more"
    )]
    DeliveredLost {
        /// The first that the journal lacks and Kafka too.
        missing: Sequence,
        /// The position in Kafka.
        position: Sequence,
    },
    /// The journal was restored from a copy, and Kafka has two events where one is missing.
    #[error(
        "the journal was restored from a copy, and at {place} the topics have two events that may be its own, {} and {}: another \
         daemon delivers to them under the same `source`. Stop the daemon and say where to go on: `dateline relay --after` and \
         the highest ce_sequence of this daemon on the topics",
        ids[0], ids[1]
    )]
    DeliveredTwice {
        /// The place.
        place: Sequence,
        /// The ids of the two.
        ids: [String; 2],
    },
    /// The next event is gone from the journal, or cannot be read.
    #[error(
        "the journal's event {missing}, the next to be delivered, is gone or cannot be read: the events after it wait. Restore \
         the journal from a copy that has it, or go on after it with `dateline relay --after {missing}`"
    )]
    Gap {
        /// The place of the event.
        missing: Sequence,
    },
    /// The journal knows of deliveries that Kafka has no position of, or only an older one.
    #[error(
        "the journal knows that its events up to {noted} are delivered, but the topic {topic} {}: it was deleted, emptied (by \
         retention, or by hand) or restored, or is another Kafka's. Going on would deliver events again. Restore the topic; or stop \
         the daemon and say where to go on: `dateline relay --resume` where subscribers still have those events, \
         `dateline relay --after 0` to deliver all of them again",
        match position {
            Some(position) => format!("has the position {position}"),
            None => "has no position of this journal".to_owned(),
        }
    )]
    PositionLost {
        /// The relay's topic.
        topic: String,
        /// The position in Kafka, if there is one.
        position: Option<Sequence>,
        /// The journal's copy of the position.
        noted: Sequence,
    },
    /// The journal was restored from a copy and has not been told what Kafka has since.
    #[error(
        "the journal was restored from a copy, and what Kafka has beyond it is not known yet: say where to go on with `dateline \
         relay --after` and the highest ce_sequence of this daemon on the topics"
    )]
    NotReconciled,
    /// Kafka cannot be reached now. Only a relay that does one thing and ends gives up on that.
    #[error("Kafka cannot be used now: {0}; try again")]
    Unavailable(String),
    /// The journal cannot be read.
    #[error("the journal cannot be read: {0}")]
    Journal(#[from] JournalError),
    /// The relay's thread panicked.
    #[error("the relay's thread broke off")]
    Thread,
}

impl RelayError {
    /// Whether delivery has to rest until somebody acts, while all else can go on. Starting again would not help.
    pub fn needs_operator(&self) -> bool {
        matches!(
            self,
            Self::Fenced { .. }
                | Self::JournalBehind { .. }
                | Self::Diverged { .. }
                | Self::Superseded { .. }
                | Self::DeliveredLost { .. }
                | Self::DeliveredTwice { .. }
                | Self::Gap { .. }
                | Self::PositionLost { .. }
        )
    }
}

/// What ends the use of a producer.
#[derive(Debug)]
pub enum SessionError {
    /// It will pass: a new producer tries again.
    Transient(String),
    /// Somebody else has taken over the transactional id, or the broker gave up on our transaction.
    Fenced(String),
    /// Somebody has to act.
    Fatal(RelayError),
}

impl SessionError {
    /// The same for whoever doesn't try again.
    pub(crate) fn give_up(self) -> RelayError {
        match self {
            Self::Transient(reason) | Self::Fenced(reason) => RelayError::Unavailable(reason),
            Self::Fatal(error) => error,
        }
    }
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

impl From<JournalError> for SessionError {
    fn from(error: JournalError) -> Self {
        match error.is_retryable() {
            true => Self::Transient(format!("the journal cannot be read: {error}")),
            false => Self::Fatal(error.into()),
        }
    }
}
