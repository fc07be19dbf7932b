//! The Kafka client's configuration, and what it tells us while it runs.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, NoCustomPartitioner, ProducerContext};
use rdkafka::types::RDKafkaConfRes;
use tokio::sync::watch;

use crate::settings::wrong;
use crate::{KafkaSettings, KafkaSettingsError, RelayError, RelayStatus};

/// What every client of ours has in common: where the brokers are and how to reach them.
///
/// # Errors
/// If a file that the settings name cannot be read.
pub fn common(settings: &KafkaSettings) -> Result<ClientConfig, RelayError> {
    let mut config = ClientConfig::new();
    for (name, value) in &settings.properties {
        config.set(name, value);
    }
    config
        .set("bootstrap.servers", settings.brokers.trim())
        .set("client.id", &settings.client_id)
        .set("security.protocol", settings.security_protocol.word());
    if settings.security_protocol.has_tls() {
        // The vendored OpenSSL knows no system's authorities: librdkafka looks for them in the usual places.
        let ca = settings.ssl_ca_file.as_ref().map(|path| path.display().to_string());
        config.set("ssl.ca.location", ca.as_deref().unwrap_or("probe"));
        if let Some(path) = &settings.ssl_certificate_file {
            config.set("ssl.certificate.location", path.display().to_string());
        }
        if let Some(path) = &settings.ssl_key_file {
            config.set("ssl.key.location", path.display().to_string());
        }
        if let Some(password) = &settings.ssl_key_password {
            config.set("ssl.key.password", password.reveal());
        }
    }
    if settings.security_protocol.has_sasl() {
        config.set("sasl.mechanism", settings.sasl_mechanism.word());
        if let Some(name) = &settings.sasl_username {
            config.set("sasl.username", name);
        }
        if let Some(password) = password(settings)? {
            config.set("sasl.password", password);
        }
    }
    Ok(config)
}

/// A producer whose transactions are idempotent, ordered and atomic.
pub(crate) fn producer(settings: &KafkaSettings, transactional_id: &str) -> Result<ClientConfig, RelayError> {
    let mut config = common(settings)?;
    let timeout = settings.transaction_timeout.as_millis().to_string();
    // Room for the batch on its way and a half more, so that filling a transaction never waits for the queue.
    let queue_kbytes = (settings.max_batch_bytes + settings.max_record_bytes) / 1024 * 3 / 2;
    config
        .set("transactional.id", transactional_id)
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("transaction.timeout.ms", &timeout)
        .set("message.timeout.ms", &timeout)
        .set("compression.type", settings.compression.word())
        // The whole transaction is handed over at once: waiting for company gains nothing but latency. Records that come faster than they
        // are sent share a batch all the same.
        .set("linger.ms", settings.properties.get("linger.ms").map_or("0", String::as_str))
        .set("batch.size", settings.max_record_bytes.min(1_000_000).to_string())
        .set("batch.num.messages", "100000")
        // Sizes are checked before records are handed over; this only has to lie above.
        .set("message.max.bytes", (settings.max_record_bytes + RECORD_OVERHEAD).to_string())
        .set("queue.buffering.max.messages", (settings.max_batch * 2 + 1_000).to_string())
        .set("queue.buffering.max.kbytes", queue_kbytes.max(1024).to_string());
    Ok(config)
}

/// What the broker adds to a record of the largest size: the batch's header, lengths, timestamps.
pub(crate) const RECORD_OVERHEAD: usize = 4_096;

/// A consumer that sees only what was committed, and says where a partition ends.
pub(crate) fn consumer(settings: &KafkaSettings) -> Result<ClientConfig, RelayError> {
    let mut config = common(settings)?;
    config
        .set("group.id", "dateline-relay-position")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_committed");
    Ok(config)
}

/// Those of `properties` that librdkafka doesn't know, or whose values it doesn't take. The values are not shown: they may be
/// secrets.
pub(crate) fn refused_properties(properties: &BTreeMap<String, String>) -> Vec<KafkaSettingsError> {
    let refused = |(name, value): (&String, &String)| {
        let why = match ClientConfig::new().set(name, value).create_native_config().err()? {
            KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, ..) => {
                "librdkafka has no such property; see its CONFIGURATION.md"
            }
            _ => "librdkafka does not take this value; see its CONFIGURATION.md",
        };
        Some(wrong(&format!("properties.{name}"), why))
    };
    properties.iter().filter_map(refused).collect()
}

/// What librdkafka has against the settings as a whole, found without a word to any broker: certificates that are none, a key
/// that doesn't fit, properties that exclude one another.
pub(crate) fn refusal(settings: &KafkaSettings) -> Option<KafkaSettingsError> {
    let made = producer(settings, "dateline-check").and_then(|mut config| {
        config.remove("bootstrap.servers");
        config.create::<BaseProducer>().map(drop).map_err(|error| RelayError::Client(error.to_string()))
    });
    let error = made.err()?.to_string();
    let files = [
        ("ssl.ca.location", "ssl_ca_file"),
        ("ssl.certificate.location", "ssl_certificate_file"),
        ("ssl.key.location", "ssl_key_file"),
    ];
    let setting =
        files.iter().find(|(property, _)| error.contains(property)).map_or("brokers", |(_, setting)| setting);
    Some(wrong(setting, error))
}

fn password(settings: &KafkaSettings) -> Result<Option<String>, RelayError> {
    if let Some(password) = &settings.sasl_password {
        return Ok(Some(password.reveal().to_owned()));
    }
    let Some(path) = &settings.sasl_password_file else { return Ok(None) };
    let text = fs::read_to_string(path).map_err(|source| RelayError::File {
        setting: "sasl_password_file",
        path: path.display().to_string(),
        source,
    })?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Passes librdkafka's words on, and counts deliveries.
#[derive(Debug, Default)]
pub struct DeliveryTracker {
    tally: Mutex<TransactionTally>,
    changed: Condvar,
    /// Who is told at once when no broker can be reached, or one refuses us.
    status: Option<watch::Sender<RelayStatus>>,
}

/// The deliveries of one transaction.
#[derive(Debug, Default)]
struct TransactionTally {
    /// Counts transactions: what an aborted one left in the queue may be reported after the next one has begun.
    transaction: usize,
    outstanding: usize,
    failed: Option<KafkaError>,
    too_large: bool,
    last_error: Option<String>,
    /// Whether a broker refused user name, password or certificate.
    refused: bool,
}

impl DeliveryTracker {
    /// One that tells when no broker can be reached, or one refuses us, before a transaction fails for it.
    pub(crate) fn with_status(status: watch::Sender<RelayStatus>) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    fn tally(&self) -> MutexGuard<'_, TransactionTally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A record is about to be handed over. Gives what it has to be marked with.
    pub(crate) fn expect(&self) -> usize {
        let mut tally = self.tally();
        tally.outstanding += 1;
        tally.transaction
    }

    /// The record was not handed over after all.
    pub(crate) fn withdraw(&self) {
        self.tally().outstanding -= 1;
    }

    /// Forgets the deliveries of the transaction before.
    pub(crate) fn reset(&self) {
        let mut tally = self.tally();
        tally.transaction = tally.transaction.wrapping_add(1);
        tally.outstanding = 0;
        tally.failed = None;
        tally.too_large = false;
    }

    /// Whether a record of the transaction was refused for its size. Its neighbours fail with it, each for a reason of its
    /// own, so that the first failure doesn't tell.
    pub(crate) fn found_too_large(&self) -> bool {
        self.tally().too_large
    }

    /// Waits until every record handed over was delivered.
    ///
    /// Committing before that works too, but then the client looks for the rest in steps of 100 ms.
    pub(crate) fn await_deliveries(&self, timeout: Duration) -> Result<(), KafkaError> {
        let deadline = Instant::now() + timeout;
        let mut tally = self.tally();
        loop {
            if let Some(error) = tally.failed.take() {
                return Err(error);
            }
            if tally.outstanding == 0 {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut));
            }
            tally = self.changed.wait_timeout(tally, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether a broker refused the login, or its certificate is not trusted: waiting doesn't change that.
    pub(crate) fn is_refused(&self) -> bool {
        self.tally().refused
    }

    /// The last thing that librdkafka complained about, which says more than the time-out that follows from it.
    pub(crate) fn last_complaint(&self) -> Option<String> {
        self.tally().last_error.clone()
    }
}

impl ClientContext for DeliveryTracker {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        // librdkafka repeats an outage at every attempt; the relay tells it once, in its own words.
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                tracing::error!(facility, "kafka client: {message}");
            }
            _ => tracing::debug!(facility, "kafka client: {message}"),
        }
        // Why a connection failed (a refused password, an untrusted certificate) is only said here.
        if facility == "FAIL" {
            let reason = message.split_once("]: ").map_or(message, |(_, reason)| reason);
            self.tally().last_error = Some(reason.to_owned());
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, "kafka client: {reason}");
        let mut tally = self.tally();
        // That every broker is down follows from what was said before, and says less.
        let code = error.rdkafka_error_code();
        let sums_up = code == Some(RDKafkaErrorCode::AllBrokersDown);
        let is_refused = matches!(code, Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SSL));
        tally.refused |= is_refused;
        if !(sums_up && tally.last_error.is_some()) {
            tally.last_error = Some(reason.to_owned());
        }
        if let (true, Some(status)) = (sums_up || is_refused, &self.status) {
            status.send_modify(|status| {
                status.connected = false;
                status.failing_since.get_or_insert_with(Timestamp::now);
                status.last_error.clone_from(&tally.last_error);
            });
        }
    }
}

impl ConsumerContext for DeliveryTracker {}

impl ProducerContext<NoCustomPartitioner> for DeliveryTracker {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, transaction: usize) {
        let mut tally = self.tally();
        if transaction != tally.transaction {
            return;
        }
        tally.outstanding = tally.outstanding.saturating_sub(1);
        if let Err((error, _)) = result {
            tally.too_large |= is_too_large(error);
            tally.failed.get_or_insert_with(|| error.clone());
        }
        if tally.outstanding == 0 || tally.failed.is_some() {
            self.changed.notify_all();
        }
    }
}

/// Whether the broker (or the client, ahead of it) refuses a record for its size.
pub(crate) fn is_too_large(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::MessageBatchTooLarge)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::settings::SecurityProtocol;
    use dateline_wire::Secret;

    #[test]
    fn whatever_the_relay_sets_itself_is_refused_as_a_property() {
        let settings = KafkaSettings {
            security_protocol: SecurityProtocol::SaslSsl,
            ssl_ca_file: Some("ca.pem".into()),
            ssl_certificate_file: Some("certificate.pem".into()),
            ssl_key_file: Some("key.pem".into()),
            ssl_key_password: Some(Secret::new("x")),
            sasl_username: Some("x".into()),
            sasl_password: Some(Secret::new("x")),
            ..KafkaSettings::default()
        };
        let configs = [producer(&settings, "id").unwrap(), consumer(&settings).unwrap()];
        for name in configs.iter().flat_map(|config| config.config_map().into_keys()) {
            let properties = BTreeMap::from([(name.to_owned(), "1".to_owned())]);
            let refused = KafkaSettings { properties, ..settings.clone() }.check();
            // This one is set only where it isn't given.
            assert_eq!(refused.is_ok(), name == "linger.ms", "{name}");
        }
    }
}
