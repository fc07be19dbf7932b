//! Ways out beside Kafka: the journal's events, posted to webhooks and written to files.
//!
//! A sink reads the journal on its own, in its own task, from a position that stands in the journal: so none holds up another, nor
//! Kafka, nor intake. In the order in which an event passes:
//!
//! 1. An [`EventFilter`](dateline_journal::EventFilter) says which events a sink is for.
//! 2. A webhook's [`DeliveryQueue`] decides what is sent when: events of one key in order, what failed again after a pause, nothing
//!    while the receiver is to be left alone. It is a function of values, without a clock or a network.
//! 3. A [`Webhook`] signs each event as Standard Webhooks have it, and posts it to public addresses only.
//! 4. What came of it is committed to the journal: the position, what is to be tried again, what was given up.
//!
//! A [`FileSink`] writes each event as a line, syncs the file, and only then commits its position.
//!
//! An event is told at least once: whoever crashes between a delivery and its commit delivers again, under the same id.
//!
//! ```
//! use dateline_sinks::SigningKeys;
//!
//! let keys = SigningKeys::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
//! let signature = keys.sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, br#"{"email":"test@example.com"}"#);
//! assert!(signature.starts_with("v1,"));
//! # Ok::<(), dateline_sinks::SigningKeyError>(())
//! ```

mod file;
mod report;
mod scan;
pub mod webhook;

pub use file::{FileSettings, FileSink};
pub use report::{SinkCondition, SinkReport};
pub use webhook::{
    Attempt, AttemptFailure, DeliveryQueue, SigningKeyError, SigningKeys, SinkHandle, Webhook,
    WebhookSettings,
};
