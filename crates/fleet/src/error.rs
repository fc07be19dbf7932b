//! What ends a member's session with its group, and what of it stops the member for good.

use std::path::PathBuf;
use std::time::Duration;

use dateline_journal::JournalError;
use dateline_publisher::{OutageCause, RelayError, SessionError};
use rdkafka::error::KafkaError;
use thiserror::Error;

use crate::member_report::MemberProcess;

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
        "another process is at work as the member {member:?} of the fleet {fleet}, {twin}, so this one has ended: stop one of the two for good, or \
         give each a fleet.member of its own"
    )]
    Twin {
        /// The fleet.
        fleet: String,
        /// What both are called.
        member: String,
        /// The other.
        twin: MemberProcess,
    },
    /// No broker answers whoever waits at a terminal.
    #[error(
        "no broker of kafka.brokers ({brokers}) has answered within {} s: {why}. See that Kafka runs, that the address is right and that this \
         machine may connect to it, and run the same command again",
        patience.as_secs()
    )]
    NoBroker {
        /// Who was asked.
        brokers: String,
        /// For how long.
        patience: Duration,
        /// What the client complained about last.
        why: String,
    },
    /// A broker answers, and refuses the login, what it may do, or its TLS.
    #[error("{} at kafka.brokers ({brokers}): {why}. To mend it, {}", cause.what(), cause.remedy())]
    Refused {
        /// Who was asked.
        brokers: String,
        /// What it comes down to.
        cause: OutageCause,
        /// In the client's or the broker's words.
        why: String,
    },
    /// Somebody else has changed the fleet's feeds.
    #[error(
        "somebody else has begun to change the fleet's feeds or settings meanwhile: look at the difference again (--dry-run), and run the command again"
    )]
    FeedsChanged,
    /// Members work on shards that are to be changed as a whole.
    #[error("the fleet is at work ({}): stop its members first, on all machines", members.join(", "))]
    AtWork {
        /// What they are called.
        members: Vec<String>,
    },
    /// The fleet holds something already, and takes in no journal.
    #[error(
        "the fleet {fleet} has state already, of shard {shard}: a journal is taken in by a fleet that has none. Bring that one back into a \
         journal (`dateline fleet leave`), or give the new fleet another name"
    )]
    NotEmpty {
        /// The fleet.
        fleet: String,
        /// Of which shard there is some.
        shard: u32,
    },
    /// The journal has events that Kafka lacks.
    #[error(
        "Kafka lacks events of the journal {}: start its daemon without [fleet] until `dateline status` says that all are delivered, stop it, \
         and adopt it then",
        path.display()
    )]
    Undelivered {
        /// The journal.
        path: PathBuf,
    },
    /// Another fleet has taken over the journal.
    #[error("the journal {} was taken over by the fleet {owner}, and this configuration is of the fleet {fleet}", path.display())]
    OtherOwner {
        /// The journal.
        path: PathBuf,
        /// Whose it is.
        owner: String,
        /// Whose configuration this is.
        fleet: String,
    },
    /// A withdrawal that no story was told of waits, and a daemon by itself would not learn of it.
    #[error(
        "an article was withdrawn, and its story was not told anew yet: start a member until `untold` in `dateline fleet status` gets less no \
         more, stop it, and leave then"
    )]
    UntoldWithdrawal,
    /// The fleet is in a journal already, which isn't here.
    #[error(
        "the fleet {fleet} holds nothing any more: it was brought into the journal {journal}, which is not at {}. Look on the machine where \
         `dateline fleet leave` ran, and run it there again if it did not come to its end",
        path.display()
    )]
    Elsewhere {
        /// The fleet.
        fleet: String,
        /// The journal.
        journal: String,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The fleet has no state.
    #[error("the fleet {fleet} holds nothing that could be brought into a journal")]
    Empty {
        /// The fleet.
        fleet: String,
    },
    /// The journal's file failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It is not known whether Kafka has the change.
    #[error("Kafka broke off ({0}), and may have the change or not: run the same command again")]
    Unknown(String),
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
    /// Another has taken over the member's name or its transactional id: a twin, or a request of an earlier process of its own, which lay on
    /// its way while a broker stood. Or the broker gave up on a transaction that took too long.
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

impl From<JournalError> for FleetSessionError {
    fn from(error: JournalError) -> Self {
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
            SessionError::Transient(why) => Self::Transient(why),
            SessionError::Fenced(why) => Self::Fenced(why),
            SessionError::Fatal(error) => Self::Fatal(error.into()),
        }
    }
}
