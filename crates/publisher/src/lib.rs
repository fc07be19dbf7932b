//! The relay from the journal to Kafka: none lost, none twice.
//!
//! A [`Relay`] reads events in their order from the [`Journal`](dateline_journal::Journal) and sends each as a record to
//! the topic of its kind, together with one record of its *position* (the journal's id and the last sequence), all in one
//! Kafka transaction under a stable `transactional.id`. Either all of it can be read by `read_committed` subscribers, or
//! nothing. At the start, and after every failure that it cannot abort, it
//!
//! 1. takes over the transactional id, which fences a predecessor and aborts what that left open,
//! 2. reads the last committed position from Kafka, to the end of the topic,
//! 3. goes on right after it.
//!
//! The truth stands beside the events, and moves with them. The journal's own copy of the position is a second witness: where it
//! knows of deliveries and Kafka has no position, or an older one, the relay stops rather than deliver everything again, and
//! somebody says where it goes on ([`resume_delivery`], [`overrule_position`]). Both are compared at each start, and again when the
//! topic of positions turns out to be gone or empty while the relay runs.
//!
//! Where a schema registry is configured, the schemas of events are registered there first, and values can be framed as its
//! deserializers expect them.
//!
//! While Kafka is away, the journal goes on growing and the relay tries again; [`RelayStatus`] tells. It stops by itself
//! only where going on would break the promise or fight another daemon: see [`RelayError`].
//!
//! ```no_run
//! # async fn example(journal: dateline_journal::Journal) -> Result<(), dateline_publisher::RelayError> {
//! use dateline_publisher::{KafkaSettings, Relay};
//! use tokio_util::sync::CancellationToken;
//!
//! let settings = KafkaSettings { brokers: "localhost:9092".into(), ..KafkaSettings::default() };
//! let relay = Relay::new(settings, journal, "/dateline/example".into())?;
//! let status = relay.status();
//! let stop = CancellationToken::new();
//! relay.run(stop).await
//! # }
//! ```

mod client;
mod delivered;
mod error;
mod event_records;
mod outage;
mod position;
mod producer;
mod record;
mod registry;
mod relay;
mod session;
mod settings;
mod status;
mod topic_tail;
mod topics;

pub use client::{DeliveryTracker, common as client_config};
pub use error::{RelayError, SessionError};
pub use event_records::{EventRecords, SizeVerdict};
pub use outage::OutageCause;
pub use position::send_first_position;
pub use producer::{Record, TransactionalProducer};
pub use relay::{NextVisit, Relay, ResumedDelivery, overrule_position, resume_delivery};
pub use session::{DeliveredEvent, DeliveryObserver};
pub use settings::{
    Cleanup, Compression, KafkaSettings, KafkaSettingsError, SaslMechanism, SecurityProtocol, Topics,
};
pub use status::RelayStatus;
pub use topic_tail::{TopicEvent, TopicStart, tail_topics};
pub use topics::{BrokerReport, make_topics, probe, reach};
