//! The `[kafka]` part of the configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use dateline_wire::{EventKind, JournalId, Secret, duration};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use crate::RelayError;

/// Where Kafka is, and how events are delivered to it. Every setting has a default; without brokers nothing is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaSettings {
    /// `host:port`, several separated by commas. Empty: no Kafka.
    pub brokers: String,
    /// What the broker calls us in its logs and quotas.
    pub client_id: String,
    /// Under which name the relay fences its predecessor. Default: `dateline-` and the journal's id. Two daemons must not
    /// share it.
    pub transactional_id: Option<String>,
    /// The topics.
    pub topics: Topics,
    /// Whether missing topics are made.
    pub create_topics: bool,
    /// Partitions of a topic made here; the relay's own always has one.
    pub partitions: u16,
    /// Copies of each partition of a topic made here; absent: as the broker decides.
    pub replication: Option<u16>,
    /// `cleanup.policy` of a topic made here; the relay's own is always compacted.
    pub cleanup: Cleanup,
    /// Whether a withdrawal also puts a tombstone (a record without a value) on the articles' topic, under the key of the article.
    /// Absent: where `cleanup` compacts.
    pub tombstones: Option<bool>,
    /// Further settings of topics made here, by Kafka's names: `retention.ms`, `min.insync.replicas`, … Those that have a setting
    /// of their own here are refused.
    pub topic_config: BTreeMap<String, String>,
    /// Events in one transaction, at most. Each transaction costs the broker a few milliseconds; none waits to be filled.
    pub max_batch: usize,
    /// Bytes of events in one transaction, at most (one event always fits).
    pub max_batch_bytes: usize,
    /// The largest record, in bytes of key, headers and value together, before compression. A larger event is announced by
    /// a reject with the reason `record_too_large` in its place. Topics made here allow this size.
    pub max_record_bytes: usize,
    /// How long the broker lets a transaction stand open before it aborts it, and how long a delivery may take.
    #[serde(with = "duration")]
    pub transaction_timeout: Duration,
    /// How records are compressed.
    pub compression: Compression,
    /// How connections are protected.
    pub security_protocol: SecurityProtocol,
    /// The authorities that the brokers' certificates are checked against, in PEM. Default: the system's.
    pub ssl_ca_file: Option<PathBuf>,
    /// Our certificate, in PEM, for brokers that ask for one.
    pub ssl_certificate_file: Option<PathBuf>,
    /// Its private key, in PEM.
    pub ssl_key_file: Option<PathBuf>,
    /// The key's passphrase. From the environment only.
    pub ssl_key_password: Option<Secret>,
    /// How we log in.
    pub sasl_mechanism: SaslMechanism,
    /// As whom we log in.
    pub sasl_username: Option<String>,
    /// The password. From the environment only.
    pub sasl_password: Option<Secret>,
    /// A file that holds the password (a trailing line feed doesn't count).
    pub sasl_password_file: Option<PathBuf>,
    /// The address of a schema registry that speaks Confluent's REST API, where the schemas of events are registered. Empty: none.
    pub schema_registry: String,
    /// What it is logged in to with, as `user:password`. From the environment only.
    pub schema_registry_credentials: Option<Secret>,
    /// A file that holds them (a trailing line feed doesn't count).
    pub schema_registry_credentials_file: Option<PathBuf>,
    /// Whether values are framed as the registry's deserializers expect them: a zero byte, the schema's id, the JSON.
    pub schema_framing: bool,
    /// Further settings of librdkafka, by its names. Those that have a setting of their own here, or that exactly-once delivery
    /// rests on, are refused.
    pub properties: BTreeMap<String, String>,
}

impl Default for KafkaSettings {
    fn default() -> Self {
        Self {
            brokers: String::new(),
            client_id: "dateline".into(),
            transactional_id: None,
            topics: Topics::default(),
            create_topics: true,
            partitions: 4,
            replication: None,
            cleanup: Cleanup::Delete,
            tombstones: None,
            topic_config: BTreeMap::new(),
            max_batch: 5_000,
            max_batch_bytes: 32 << 20,
            max_record_bytes: 1_000_000,
            transaction_timeout: Duration::from_secs(60),
            compression: Compression::Zstd,
            security_protocol: SecurityProtocol::Plaintext,
            ssl_ca_file: None,
            ssl_certificate_file: None,
            ssl_key_file: None,
            ssl_key_password: None,
            sasl_mechanism: SaslMechanism::ScramSha512,
            sasl_username: None,
            sasl_password: None,
            sasl_password_file: None,
            schema_registry: String::new(),
            schema_registry_credentials: None,
            schema_registry_credentials_file: None,
            schema_framing: false,
            properties: BTreeMap::new(),
        }
    }
}

/// The topics' names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Topics {
    /// Articles and their revisions.
    pub articles: String,
    /// Articles that are gone.
    pub withdrawals: String,
    /// Entries that were not published.
    pub rejects: String,
    /// What happened to feeds.
    pub health: String,
    /// Stories. Made with compaction, whatever `cleanup` says: the last record of each story tells all of it.
    pub stories: String,
    /// The relay's position: compacted, internal.
    pub relay: String,
}

impl Default for Topics {
    fn default() -> Self {
        Self {
            articles: "dateline.articles.v1".into(),
            withdrawals: "dateline.withdrawals.v1".into(),
            rejects: "dateline.rejects.v1".into(),
            health: "dateline.health.v1".into(),
            stories: "dateline.stories.v1".into(),
            relay: "dateline.relay.v1".into(),
        }
    }
}

impl Topics {
    /// The topic of a kind of event.
    pub fn of(&self, kind: EventKind) -> &str {
        match kind {
            EventKind::Article => &self.articles,
            EventKind::Withdrawal => &self.withdrawals,
            EventKind::Reject => &self.rejects,
            EventKind::Health => &self.health,
            EventKind::Story => &self.stories,
        }
    }

    /// Every topic, the relay's last, each with the name of its setting under `[kafka]`.
    pub(crate) fn all(&self) -> impl Iterator<Item = (String, &str)> {
        let events = EventKind::ALL.into_iter().map(|kind| (kind.plural(), self.of(kind)));
        events.chain([("relay", self.relay.as_str())]).map(|(word, name)| (format!("topics.{word}"), name))
    }
}

/// What a broker does with old records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cleanup {
    /// It deletes them after the topic's retention.
    Delete,
    /// It keeps the last one of each key: the latest revision of each article.
    Compact,
    /// Both.
    #[serde(rename = "compact,delete")]
    CompactDelete,
}

impl Cleanup {
    /// What a broker does with old records of stories: it keeps the last one of each, unless both was asked for.
    pub(crate) fn of_stories(self) -> Self {
        match self {
            Self::Delete | Self::Compact => Self::Compact,
            Self::CompactDelete => Self::CompactDelete,
        }
    }

    /// Kafka's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Compact => "compact",
            Self::CompactDelete => "compact,delete",
        }
    }
}

/// How records are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Compression {
    None,
    Gzip,
    Lz4,
    Snappy,
    Zstd,
}

impl Compression {
    /// Kafka's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Lz4 => "lz4",
            Self::Snappy => "snappy",
            Self::Zstd => "zstd",
        }
    }
}

/// How connections are protected, in Kafka's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityProtocol {
    /// Neither encrypted nor authenticated.
    Plaintext,
    /// TLS.
    Ssl,
    /// A password, sent over an open connection.
    SaslPlaintext,
    /// A password, sent over TLS.
    SaslSsl,
}

impl SecurityProtocol {
    /// Kafka's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Ssl => "ssl",
            Self::SaslPlaintext => "sasl_plaintext",
            Self::SaslSsl => "sasl_ssl",
        }
    }

    pub(crate) fn has_sasl(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }

    pub(crate) fn has_tls(self) -> bool {
        matches!(self, Self::Ssl | Self::SaslSsl)
    }
}

/// How we log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum SaslMechanism {
    /// The password as it is (RFC 4616); only sensible over TLS.
    #[serde(rename = "PLAIN")]
    Plain,
    /// A challenge that proves the password (RFC 5802), with SHA-256 (RFC 7677).
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// The same with SHA-512.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
}

impl SaslMechanism {
    /// Its registered name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

/// A wrong setting.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {what}", self.shown_name())]
pub struct KafkaSettingsError {
    /// The setting, by its name under `[kafka]`.
    pub setting: String,
    /// What is wrong, and what to do about it.
    pub what: String,
}

impl KafkaSettingsError {
    /// The setting as people call it: `brokers` in `[kafka]`, `relay` in `[kafka.topics]`.
    fn shown_name(&self) -> String {
        shown_name(&self.setting)
    }
}

/// The setting with this name under `[kafka]` as people call it. Names of properties hold dots.
fn shown_name(setting: &str) -> String {
    match setting.split_once('.') {
        Some((section, name)) => format!("`{name}` in [kafka.{section}]"),
        None => format!("`{setting}` in [kafka]"),
    }
}

/// Properties of librdkafka that the relay sets itself, under each of their names, and what to do instead of setting them.
const RESERVED_PROPERTIES: [(&[&str], &str); 19] = [
    (&["bootstrap.servers", "metadata.broker.list"], "set `brokers` in [kafka] instead"),
    (&["client.id"], "set `client_id` in [kafka] instead"),
    (&["transactional.id"], "set `transactional_id` in [kafka] instead"),
    (
        &["transaction.timeout.ms", "message.timeout.ms", "delivery.timeout.ms"],
        "set `transaction_timeout` in [kafka] instead",
    ),
    (&["compression.type", "compression.codec"], "set `compression` in [kafka] instead"),
    (&["message.max.bytes", "batch.size"], "set `max_record_bytes` in [kafka] instead"),
    (&["batch.num.messages", "queue.buffering.max.messages"], "set `max_batch` in [kafka] instead"),
    (&["queue.buffering.max.kbytes"], "set `max_batch_bytes` in [kafka] instead"),
    (&["queue.buffering.max.ms"], "set `linger.ms` in [kafka.properties] instead"),
    (&["security.protocol"], "set `security_protocol` in [kafka] instead"),
    (&["ssl.ca.location"], "set `ssl_ca_file` in [kafka] instead"),
    (&["ssl.certificate.location"], "set `ssl_certificate_file` in [kafka] instead"),
    (&["ssl.key.location"], "set `ssl_key_file` in [kafka] instead"),
    (&["ssl.key.password"], "set DATELINE_KAFKA__SSL_KEY_PASSWORD in the environment instead"),
    (&["sasl.mechanism", "sasl.mechanisms"], "set `sasl_mechanism` in [kafka] instead"),
    (&["sasl.username"], "set `sasl_username` in [kafka] instead"),
    (
        &["sasl.password"],
        "set `sasl_password_file` in [kafka] instead, or DATELINE_KAFKA__SASL_PASSWORD in the environment",
    ),
    (
        &[
            "group.id",
            "enable.auto.commit",
            "auto.commit.enable",
            "enable.partition.eof",
            "auto.offset.reset",
        ],
        "leave it out: the relay reads its position to the end of its topic, without a group",
    ),
    (
        &[
            "acks",
            "request.required.acks",
            "enable.idempotence",
            "enable.gapless.guarantee",
            "isolation.level",
            "max.in.flight",
            "max.in.flight.requests.per.connection",
            "retries",
            "message.send.max.retries",
        ],
        "leave it out: exactly-once delivery rests on it",
    ),
];

/// Settings of topics that have a setting of their own here.
const RESERVED_TOPIC_CONFIG: [(&[&str], &str); 2] = [
    (&["cleanup.policy"], "set `cleanup` in [kafka] instead"),
    (&["max.message.bytes"], "set `max_record_bytes` in [kafka] instead"),
];

/// Those of `given` that are reserved, and what to do instead.
fn reserved_among<'s>(
    given: &'s BTreeMap<String, String>,
    reserved: &[(&[&str], &'static str)],
) -> Vec<(&'s str, &'static str)> {
    let find = |name: &'s String| {
        let (_, instead) = reserved.iter().find(|(names, _)| names.contains(&name.as_str()))?;
        Some((name.as_str(), *instead))
    };
    given.keys().filter_map(find).collect()
}

impl KafkaSettings {
    /// Whether there is a Kafka to deliver to.
    pub fn is_enabled(&self) -> bool {
        !self.brokers.trim().is_empty()
    }

    /// Under which id the events of this journal are delivered, of the journals that it was restored from the first.
    pub(crate) fn transactional_id_of(&self, lineage: &JournalId) -> String {
        self.transactional_id.clone().unwrap_or_else(|| format!("dateline-{lineage}"))
    }

    /// The brokers as they are asked: each with the port that Kafka has where none is given.
    pub fn brokers_in_full(&self) -> String {
        let in_full = |broker: &str| match broker.rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => broker.to_owned(),
            _ => format!("{broker}:{DEFAULT_PORT}"),
        };
        self.brokers.split(',').map(|broker| in_full(broker.trim())).collect::<Vec<_>>().join(", ")
    }

    /// Whether a withdrawal also puts a tombstone on the articles' topic.
    pub fn sends_tombstones(&self) -> bool {
        self.tombstones.unwrap_or(self.cleanup != Cleanup::Delete)
    }

    /// Checks what can be checked without a broker and without looking at files.
    ///
    /// # Errors
    /// The first of [`KafkaSettings::wrong_values`].
    pub fn check(&self) -> Result<(), KafkaSettingsError> {
        self.wrong_values().into_iter().next().map_or(Ok(()), Err)
    }

    /// What is wrong with the values themselves, all of it.
    pub fn wrong_values(&self) -> Vec<KafkaSettingsError> {
        let mut found = Vec::new();
        if self.is_enabled() && !self.brokers.split(',').all(|broker| is_broker(broker.trim())) {
            found.push(wrong(
                "brokers",
                "expected host:port with a port from 1 to 65535 (9092 where it is left out), several separated by commas",
            ));
        }
        let mut taken: BTreeMap<&str, String> = BTreeMap::new();
        for (setting, name) in self.topics.all() {
            if !is_topic_name(name) {
                found.push(wrong(&setting, "expected 1 to 249 of the characters a-z A-Z 0-9 . _ -"));
            }
            // What reads one topic expects one schema; the relay's position needs a topic of its own.
            if let Some(other) = taken.insert(name, setting.clone()) {
                found.push(wrong(
                    &setting,
                    format!("expected a topic of its own: {} has this one", shown_name(&other)),
                ));
            }
        }
        if !is_line(&self.client_id) {
            found.push(wrong("client_id", "expected a name on one line"));
        }
        if self.transactional_id.as_deref().is_some_and(|id| !is_line(id)) {
            found.push(wrong("transactional_id", "expected a name on one line; or leave it out"));
        }
        if self.partitions == 0 {
            found.push(wrong("partitions", "expected a whole number from 1 to 65535"));
        }
        if self.replication == Some(0) {
            found.push(wrong(
                "replication",
                "expected a whole number from 1 to 65535; leave it out for the broker's default",
            ));
        }
        if !(1..=MAX_BATCH_EVENTS).contains(&self.max_batch) {
            found.push(wrong("max_batch", format!("expected a number from 1 to {MAX_BATCH_EVENTS}")));
        }
        if !(1..=MAX_BATCH_BYTES).contains(&self.max_batch_bytes) {
            found.push(wrong("max_batch_bytes", format!("expected a number from 1 to {MAX_BATCH_BYTES}")));
        }
        if !(10_000..=100_000_000).contains(&self.max_record_bytes) {
            found.push(wrong("max_record_bytes", "expected a number from 10000 to 100000000"));
        }
        let timeout = self.transaction_timeout;
        if timeout < Duration::from_secs(5) || timeout > Duration::from_secs(900) {
            found.push(wrong(
                "transaction_timeout",
                "expected a duration from 5s to 15m, which brokers allow by default",
            ));
        }
        self.add_wrong_security(&mut found);
        self.add_wrong_registry(&mut found);
        for (name, instead) in reserved_among(&self.properties, &RESERVED_PROPERTIES) {
            found.push(wrong(&format!("properties.{name}"), instead));
        }
        for (name, instead) in reserved_among(&self.topic_config, &RESERVED_TOPIC_CONFIG) {
            found.push(wrong(&format!("topic_config.{name}"), instead));
        }
        let broken = self.topic_config.iter().filter(|(name, value)| !is_line(name) || !is_line(value));
        found.extend(broken.map(|(name, _)| {
            wrong(
                &format!("topic_config.{name}"),
                "expected a setting of topics by Kafka's name, with its value, on one line",
            )
        }));
        found.extend(crate::client::refused_properties(&self.properties));
        found
    }

    /// The address of the schema registry.
    pub(crate) fn registry_address(&self) -> Result<Url, KafkaSettingsError> {
        let url = Url::parse(&self.schema_registry).ok().filter(|url| {
            let has_credentials = !url.username().is_empty() || url.password().is_some();
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && !has_credentials
                && url.query().is_none()
        });
        url.ok_or_else(|| {
            let expected = "expected an address such as http://registry.example:8081, without user name and password, which stand in \
                            `schema_registry_credentials_file`";
            wrong("schema_registry", expected)
        })
    }

    /// What the schema registry is logged in to with, read from its file where it stands in one.
    pub(crate) fn registry_credentials(&self) -> Result<Option<Secret>, RelayError> {
        const SETTING: &str = "schema_registry_credentials_file";
        let credentials = match (&self.schema_registry_credentials, &self.schema_registry_credentials_file) {
            (Some(credentials), _) => credentials.clone(),
            (None, None) => return Ok(None),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|source| RelayError::File {
                    setting: SETTING,
                    path: path.display().to_string(),
                    source,
                })?;
                Secret::new(text.trim_end_matches(['\r', '\n']))
            }
        };
        match credentials.reveal().contains(':') {
            true => Ok(Some(credentials)),
            false => Err(wrong(SETTING, "expected user:password").into()),
        }
    }

    fn add_wrong_registry(&self, found: &mut Vec<KafkaSettingsError>) {
        if self.schema_registry.is_empty() {
            let needs = [
                ("schema_framing", self.schema_framing),
                ("schema_registry_credentials_file", self.schema_registry_credentials_file.is_some()),
            ];
            let why = "there is no schema registry: set `schema_registry` to its address";
            found.extend(needs.into_iter().filter(|(_, set)| *set).map(|(setting, _)| wrong(setting, why)));
        } else {
            found.extend(self.registry_address().err());
        }
    }

    fn add_wrong_security(&self, found: &mut Vec<KafkaSettingsError>) {
        let protocol = self.security_protocol;
        if protocol.has_sasl() {
            if self.sasl_username.as_deref().is_none_or(|name| !is_line(name)) {
                found.push(wrong("sasl_username", "expected the name to log in with, on one line"));
            }
            if self.sasl_password.is_none() && self.sasl_password_file.is_none() {
                found.push(wrong(
                    "sasl_password_file",
                    "needed to log in; or set DATELINE_KAFKA__SASL_PASSWORD in the environment",
                ));
            }
        } else if self.sasl_username.is_some() {
            let why = "nobody logs in while `security_protocol` is without sasl; set it to sasl_ssl or sasl_plaintext";
            found.push(wrong("sasl_username", why));
        }
        if self.ssl_certificate_file.is_some() != self.ssl_key_file.is_some() {
            let setting = if self.ssl_key_file.is_some() { "ssl_key_file" } else { "ssl_certificate_file" };
            found.push(wrong(setting, "expected `ssl_certificate_file` and `ssl_key_file` together"));
        }
        let files =
            [("ssl_ca_file", &self.ssl_ca_file), ("ssl_certificate_file", &self.ssl_certificate_file)];
        for (setting, _) in files.into_iter().filter(|(_, file)| file.is_some() && !protocol.has_tls()) {
            let why =
                "nothing is encrypted while `security_protocol` is without ssl; set it to ssl or sasl_ssl";
            found.push(wrong(setting, why));
        }
    }

    /// What is wrong with the files that are named, and what the client library has against the whole.
    pub fn wrong_files(&self) -> Vec<KafkaSettingsError> {
        let files = [
            ("ssl_ca_file", &self.ssl_ca_file, "a PEM file with certificates"),
            ("ssl_certificate_file", &self.ssl_certificate_file, "a PEM file with a certificate"),
            ("ssl_key_file", &self.ssl_key_file, "a PEM file with a private key"),
            ("sasl_password_file", &self.sasl_password_file, "a file that holds the password"),
            (
                "schema_registry_credentials_file",
                &self.schema_registry_credentials_file,
                "a file that holds user:password",
            ),
        ];
        let mut found = Vec::new();
        for (setting, file, expected) in files {
            let Some(path) = file else { continue };
            let problem = match std::fs::read(path) {
                Err(error) => Some(error.to_string()),
                Ok(content) if content.trim_ascii().is_empty() => Some("it is empty".to_owned()),
                Ok(_) => None,
            };
            found.extend(
                problem.map(|why| wrong(setting, format!("{}: {why}; expected {expected}", path.display()))),
            );
        }
        if found.is_empty() && self.is_enabled() && self.check().is_ok() {
            found.extend(crate::client::refusal(self));
        }
        found
    }
}

/// The port of a broker that is given without one, as librdkafka has it.
const DEFAULT_PORT: u16 = 9092;
/// The most events in one transaction: librdkafka's queue holds no more than twice as many.
const MAX_BATCH_EVENTS: usize = 1_000_000;
/// The most bytes in one transaction: librdkafka's queue is bounded at 2 GiB, and a half more than a batch goes there.
const MAX_BATCH_BYTES: usize = 1 << 30;

/// Whether `broker` is a host, with a port or without (then Kafka's own).
fn is_broker(broker: &str) -> bool {
    let (host, port) = match broker.rsplit_once(':') {
        // An IPv6 address stands in brackets.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (broker, None),
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        }
    };
    is_host && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

pub(crate) fn wrong(setting: &str, what: impl Into<String>) -> KafkaSettingsError {
    KafkaSettingsError { setting: setting.into(), what: what.into() }
}

/// Whether `text` is something, on one line.
fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// Kafka's own rule (`org.apache.kafka.common.internals.Topic`).
fn is_topic_name(name: &str) -> bool {
    (1..=249).contains(&name.len())
        && name != "."
        && name != ".."
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_by_nothing() {
        let settings = KafkaSettings {
            sasl_password: Some(Secret::new("hunter2")),
            ssl_key_password: Some(Secret::new("hunter3")),
            ..KafkaSettings::default()
        };
        let shown = format!("{settings:?} {settings:#?}");
        assert!(!shown.contains("hunter"), "{shown}");
        assert_eq!(settings.sasl_password.unwrap().reveal(), "hunter2");
    }

    #[test]
    fn the_defaults_are_sound_and_deliver_nothing() {
        let settings = KafkaSettings::default();
        assert_eq!(settings.check(), Ok(()));
        assert!(!settings.is_enabled());
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let check = |change: fn(&mut KafkaSettings)| {
            let mut settings = KafkaSettings::default();
            change(&mut settings);
            settings.check().unwrap_err().setting
        };
        assert_eq!(check(|s| s.topics.rejects = "re jects".into()), "topics.rejects");
        assert_eq!(check(|s| s.topics.relay = s.topics.health.clone()), "topics.relay");
        assert_eq!(check(|s| s.partitions = 0), "partitions");
        assert_eq!(check(|s| s.transaction_timeout = Duration::from_secs(1)), "transaction_timeout");
        assert_eq!(check(|s| s.security_protocol = SecurityProtocol::SaslSsl), "sasl_username");
        assert_eq!(check(|s| s.ssl_key_file = Some("key.pem".into())), "ssl_key_file");
        assert_eq!(check(|s| s.topics.health = s.topics.rejects.clone()), "topics.health");
        assert_eq!(check(|s| s.brokers = "kafka://host:9092".into()), "brokers");
        assert_eq!(check(|s| s.sasl_username = Some("me".into())), "sasl_username");
        assert_eq!(check(|s| s.ssl_ca_file = Some("ca.pem".into())), "ssl_ca_file");
        assert_eq!(check(|s| s.schema_framing = true), "schema_framing");
        assert_eq!(check(|s| s.schema_registry = "registry:8081".into()), "schema_registry");
        assert_eq!(
            check(|s| s.schema_registry = "http://me:hush@registry.example".into()),
            "schema_registry"
        );
        let property = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let mut settings =
            KafkaSettings { properties: property("linger.msx", "1"), ..KafkaSettings::default() };
        assert_eq!(settings.check().unwrap_err().setting, "properties.linger.msx");
        settings.properties = property("socket.timeout.ms", "hunter2");
        let error = settings.check().unwrap_err().to_string();
        assert!(error.contains("socket.timeout.ms") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn brokers_are_hosts_with_ports() {
        for right in
            ["localhost", "localhost:9092", "192.0.2.1:9092, b.example:9093", "[2001:db8::1]:9092", "[::1]"]
        {
            assert!(right.split(',').all(|broker| is_broker(broker.trim())), "{right}");
        }
        for wrong in
            ["kafka://host:9092", "host:port", "host:0", "host:70000", ":9092", "a b:9092", "host:9092/x", ""]
        {
            assert!(!is_broker(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_broker_without_a_port_is_told_with_the_one_that_it_is_asked_at() {
        let told = |brokers: &str| {
            KafkaSettings { brokers: brokers.into(), ..KafkaSettings::default() }.brokers_in_full()
        };
        assert_eq!(told("localhost,b.example:9093"), "localhost:9092, b.example:9093");
        assert_eq!(told("[::1]"), "[::1]:9092");
    }

    #[test]
    fn files_are_looked_at_all_at_once() {
        let settings = KafkaSettings {
            brokers: "localhost:9092".into(),
            security_protocol: SecurityProtocol::SaslSsl,
            ssl_ca_file: Some("/nonexistent/ca.pem".into()),
            sasl_username: Some("me".into()),
            sasl_password_file: Some("/nonexistent/password".into()),
            ..KafkaSettings::default()
        };
        assert_eq!(settings.check(), Ok(()));
        let named: Vec<String> = settings.wrong_files().into_iter().map(|error| error.setting).collect();
        assert_eq!(named, ["ssl_ca_file", "sasl_password_file"]);
    }

    #[test]
    fn a_file_that_holds_no_certificate_is_refused_by_the_client_library() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let settings = KafkaSettings {
            brokers: "localhost:9092".into(),
            security_protocol: SecurityProtocol::Ssl,
            ssl_ca_file: Some(file.into()),
            ..KafkaSettings::default()
        };
        let wrong = settings.wrong_files();
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].setting, "ssl_ca_file", "{wrong:?}");
    }

    #[test]
    fn a_property_that_has_a_setting_of_its_own_is_refused_with_that_settings_name() {
        let check = |name: &str| {
            let properties = BTreeMap::from([(name.to_owned(), "1".to_owned())]);
            KafkaSettings { properties, ..KafkaSettings::default() }
                .check()
                .map_err(|error| error.to_string())
        };
        for (name, part) in [
            ("compression.codec", "set `compression` in [kafka]"),
            ("sasl.mechanisms", "set `sasl_mechanism` in [kafka]"),
            ("ssl.ca.location", "set `ssl_ca_file` in [kafka]"),
            ("delivery.timeout.ms", "set `transaction_timeout` in [kafka]"),
            ("queue.buffering.max.ms", "linger.ms"),
            ("enable.idempotence", "exactly-once"),
        ] {
            let error = check(name).unwrap_err();
            assert!(error.contains(name) && error.contains(part), "{error}");
        }
        assert_eq!(check("linger.ms"), Ok(()));
        assert_eq!(check("socket.keepalive.enable"), Ok(()));
        let topic_config = BTreeMap::from([("cleanup.policy".to_owned(), "delete".to_owned())]);
        let error = KafkaSettings { topic_config, ..KafkaSettings::default() }.check().unwrap_err();
        assert!(error.to_string().contains("set `cleanup` in [kafka]"), "{error}");
    }

    #[test]
    fn unknown_settings_are_errors() {
        let error = serde_json::from_str::<KafkaSettings>(r#"{"broker": "x"}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `broker`"), "{error}");
        let settings: KafkaSettings = serde_json::from_str(
            r#"{"transaction_timeout": "2m", "sasl_mechanism": "SCRAM-SHA-256", "cleanup": "compact,delete"}"#,
        )
        .unwrap();
        assert_eq!(settings.transaction_timeout, Duration::from_secs(120));
        assert_eq!(settings.cleanup, Cleanup::CompactDelete);
    }
}
