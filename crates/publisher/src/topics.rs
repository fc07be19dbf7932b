//! The topics, made where they are missing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigResource, ConfigSource, NewTopic, OwnedResourceSpecifier,
    ResourceSpecifier, TopicReplication,
};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::metadata::Metadata;
use rdkafka::producer::{Producer, ThreadedProducer};
use tokio::sync::watch;

use crate::client::{self, DeliveryTracker, RECORD_OVERHEAD};
use crate::error::SessionError;
use crate::{KafkaSettings, RelayError, RelayStatus};

/// How long the broker may take to tell what topics there are, or to make one.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How long the brokers may take to tell it, in attempts that last [`TIMEOUT`] in all: after each is seen whether they refuse us, which
/// waiting doesn't change.
const PATIENCES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// How young a record may be and still be compacted away. A journal that is restored from a copy reads all that was delivered since, in
/// which compaction would leave gaps: so a copy of a week ago can be restored.
const COMPACTION_LAG: &str = "min.compaction.lag.ms";
const STORIES_COMPACTION_LAG_MS: &str = "604800000";

/// Makes the topics of events that are missing.
///
/// # Errors
/// Why they cannot be made.
pub async fn make_topics(settings: &KafkaSettings) -> Result<(), RelayError> {
    ensure(settings, &watch::Sender::default()).await.map_err(SessionError::give_up)
}

/// Makes sure that every topic exists. What an existing topic is like is its owner's choice.
///
/// `status` says that no broker can be used as soon as that is seen.
pub(crate) async fn ensure(
    settings: &KafkaSettings,
    status: &watch::Sender<RelayStatus>,
) -> Result<(), SessionError> {
    let config = client::common(settings)?;
    let metadata = ask(&config, DeliveryTracker::with_status(status.clone()), &PATIENCES)?;
    let there = |name: &str| {
        metadata.topics().iter().any(|topic| topic.name() == name && !topic.partitions().is_empty())
    };
    let max_bytes = (settings.max_record_bytes + RECORD_OVERHEAD).to_string();
    let topics = &settings.topics;
    let mut missing: Vec<NewTopic<'_>> = Vec::new();
    for (_, name) in topics.all() {
        if there(name) || missing.iter().any(|topic| topic.name == name) {
            continue;
        }
        let relay = name == topics.relay;
        let partitions = if relay { 1 } else { i32::from(settings.partitions) };
        // -1 asks for the broker's default (KIP-464).
        let replication = settings.replication.map_or(-1, i32::from);
        let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(replication));
        if relay {
            // The newest segment is never compacted, and is read as a whole at every start: it is kept small.
            topic = topic.set("cleanup.policy", "compact").set("segment.bytes", "16777216");
        } else {
            let is_stories = name == topics.stories;
            let cleanup = if is_stories { settings.cleanup.of_stories() } else { settings.cleanup };
            topic = topic.set("cleanup.policy", cleanup.word()).set("max.message.bytes", &max_bytes);
            if is_stories && !settings.topic_config.contains_key(COMPACTION_LAG) {
                topic = topic.set(COMPACTION_LAG, STORIES_COMPACTION_LAG_MS);
            }
            for (key, value) in &settings.topic_config {
                topic = topic.set(key, value);
            }
        }
        missing.push(topic);
    }
    if missing.is_empty() {
        return Ok(());
    }
    if !settings.create_topics {
        let names: Vec<&str> = missing.iter().map(|topic| topic.name).collect();
        return Err(SessionError::Transient(format!(
            "the topics {} are missing, and `create_topics` in [kafka] is off",
            names.join(", ")
        )));
    }
    let admin = AdminClient::from_config_and_context(&config, DeliveryTracker::default())?;
    for made in admin.create_topics(&missing, &admin_options()).await? {
        match made {
            Ok(name) => tracing::info!(topic = name, "made a topic"),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => {
                return Err(SessionError::Transient(format!("the topic {name} could not be made: {code}")));
            }
        }
    }
    Ok(())
}

/// Whether any broker answers within `patience`; one that refuses us is told before that. Blocks.
///
/// # Errors
/// Why none does, or what is wrong with the settings.
pub fn reach(settings: &KafkaSettings, patience: Duration) -> Result<(), RelayError> {
    let patiences = [patience / 8, patience / 4, patience - patience / 8 - patience / 4];
    let asked = ask(&client::common(settings)?, DeliveryTracker::default(), &patiences);
    asked.map(drop).map_err(SessionError::give_up)
}

/// What the brokers tell of themselves and of every topic, asked once for each of `patiences`.
fn ask(
    config: &ClientConfig,
    tracker: DeliveryTracker,
    patiences: &[Duration],
) -> Result<Metadata, SessionError> {
    // An admin client doesn't pass on why it cannot connect; a producer does.
    let probe: ThreadedProducer<DeliveryTracker> =
        ThreadedProducer::from_config_and_context(config, tracker)?;
    let mut attempts = patiences.iter().copied().peekable();
    while let Some(patience) = attempts.next() {
        match probe.client().fetch_metadata(None, patience) {
            Ok(metadata) => return Ok(metadata),
            Err(error) if attempts.peek().is_none() || probe.context().is_refused() => {
                let complaint = probe.context().last_complaint();
                return Err(SessionError::Transient(complaint.unwrap_or_else(|| error.to_string())));
            }
            Err(_) => {}
        }
    }
    Err(SessionError::Transient("the brokers were not asked".to_owned()))
}

/// Asks the brokers once, and changes nothing: how many there are, which of the topics are missing, and of which old events go by the broker's
/// own retention. Blocks for 15 s at most, and waits as long for the second answer.
///
/// # Errors
/// Why they cannot be used.
pub async fn probe(settings: &KafkaSettings) -> Result<BrokerReport, String> {
    let told = |error: SessionError| error.give_up().to_string();
    let config = client::common(settings).map_err(|error| error.to_string())?;
    let metadata = ask(&config, DeliveryTracker::default(), &PATIENCES).map_err(told)?;
    let is_there = |name: &&str| metadata.topics().iter().any(|topic| topic.name() == *name);
    let (there, missing): (Vec<&str>, Vec<&str>) =
        settings.topics.all().map(|(_, name)| name).partition(is_there);
    let of_events = there.into_iter().filter(|name| *name != settings.topics.relay);
    Ok(BrokerReport {
        brokers: metadata.brokers().len(),
        missing_topics: missing.into_iter().map(str::to_owned).collect(),
        kept_by_default: kept_by_default(&config, of_events).await.unwrap_or_default(),
    })
}

/// Those of the topics that have no retention of their own, by how long the broker keeps their records then; none where this user may not
/// ask for it.
async fn kept_by_default(
    config: &ClientConfig,
    topics: impl Iterator<Item = &str>,
) -> Option<BTreeMap<Duration, BTreeSet<String>>> {
    let admin = AdminClient::from_config_and_context(config, DeliveryTracker::default()).ok()?;
    let mut kept: BTreeMap<Duration, BTreeSet<String>> = BTreeMap::new();
    for described in configs_of(&admin, topics).await? {
        let OwnedResourceSpecifier::Topic(name) = &described.specifier else { continue };
        let value = |key| described.get(key).and_then(|entry| entry.value.as_deref());
        let deletes = value("cleanup.policy").is_some_and(|policy| policy.contains("delete"));
        let is_own =
            described.get("retention.ms").is_some_and(|entry| entry.source == ConfigSource::DynamicTopic);
        // -1 keeps all.
        let retention = value("retention.ms").and_then(|milliseconds| milliseconds.parse().ok());
        if let Some(retention) = retention.filter(|_| deletes && !is_own) {
            kept.entry(Duration::from_millis(retention)).or_default().insert(name.clone());
        }
    }
    Some(kept)
}

/// What the brokers say when they are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerReport {
    /// How many there are.
    pub brokers: usize,
    /// The configured topics that they don't have.
    pub missing_topics: Vec<String>,
    /// The topics of events that have no retention of their own, by how long the broker keeps their records then.
    pub kept_by_default: BTreeMap<Duration, BTreeSet<String>>,
}

/// The configurations of topics, without those that this user may not ask for; `None` where the brokers don't answer.
async fn configs_of(
    admin: &AdminClient<DeliveryTracker>,
    topics: impl Iterator<Item = &str>,
) -> Option<Vec<ConfigResource>> {
    let asked: Vec<ResourceSpecifier<'_>> = topics.map(ResourceSpecifier::Topic).collect();
    let described = admin.describe_configs(&asked, &admin_options()).await.ok()?;
    Some(described.into_iter().flatten().collect())
}

fn admin_options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(TIMEOUT)).operation_timeout(Some(TIMEOUT))
}

/// Looks whether the broker keeps the relay's positions.
pub(crate) struct RelayTopicCheck {
    admin: AdminClient<DeliveryTracker>,
    topic: String,
}

impl RelayTopicCheck {
    pub(crate) fn new(settings: &KafkaSettings) -> Result<Self, SessionError> {
        let config = client::common(settings)?;
        let admin = AdminClient::from_config_and_context(&config, DeliveryTracker::default())?;
        Ok(Self { admin, topic: settings.topics.relay.clone() })
    }

    /// Why the broker may delete the position. `None` also where this user may not ask for the topic's configuration.
    pub(crate) async fn risk(&self) -> Option<String> {
        let config = configs_of(&self.admin, [self.topic.as_str()].into_iter()).await?.pop()?;
        let policy = config.get("cleanup.policy")?.value.as_deref()?;
        policy.contains("delete").then(|| {
            format!(
                "the topic {topic} has cleanup.policy={policy}, so the broker deletes the relay's position after a while, and the relay \
                 then stops. Set it to compact: `kafka-configs.sh --alter --entity-type topics --entity-name {topic} --add-config \
                 cleanup.policy=compact`",
                topic = self.topic
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::OutageCause;
    use crate::settings::SecurityProtocol;
    use dateline_wire::Secret;

    type Probe = ThreadedProducer<DeliveryTracker>;

    /// A client that asks for topics until what it has met by then `is_enough`, and what its status says then.
    fn asking(
        settings: &KafkaSettings,
        is_enough: impl Fn(&Probe, &RelayStatus) -> bool,
    ) -> (Probe, RelayStatus) {
        let status = watch::Sender::new(RelayStatus::default());
        let config = client::common(settings).unwrap();
        let tracker = DeliveryTracker::with_status(status.clone());
        let probe = Probe::from_config_and_context(&config, tracker).unwrap();
        for _ in 0..600 {
            let met = status.borrow().clone();
            if is_enough(&probe, &met) {
                break;
            }
            assert!(probe.client().fetch_metadata(None, Duration::from_millis(100)).is_err());
        }
        let status = status.borrow().clone();
        (probe, status)
    }

    #[test]
    fn a_broker_that_is_not_there_is_told_before_asking_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let brokers = listener.local_addr().unwrap().to_string();
        drop(listener);
        let settings = KafkaSettings { brokers, ..KafkaSettings::default() };
        let (probe, status) = asking(&settings, |_, status| status.is_known());
        let told = status.last_error.unwrap();
        assert!(!status.connected && status.failing_since.is_some());
        assert_eq!(OutageCause::of(&told), OutageCause::Unreachable, "{told}");
        assert!(!probe.context().is_refused(), "it may come up");
    }

    /// A broker that knows the first versions of a few requests, and answers each handshake with the error 33, UNSUPPORTED_SASL_MECHANISM
    /// (Kafka's protocol: ApiVersions and SaslHandshake, version 0).
    fn refusing_broker() -> String {
        const API_VERSIONS: i16 = 18;
        let numbers =
            |numbers: &[i16]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut size = [0; 4];
                while stream.read_exact(&mut size).is_ok() {
                    let mut request = vec![0; u32::from_be_bytes(size) as usize];
                    if stream.read_exact(&mut request).is_err() {
                        break;
                    }
                    let number = |at: usize| i16::from_be_bytes([request[at], request[at + 1]]);
                    // An error, and how many of what follows, in four bytes.
                    let body = match (number(0), number(2)) {
                        (API_VERSIONS, 0) => numbers(&[0, 0, 3, 3, 0, 4, 17, 0, 1, API_VERSIONS, 0, 0]),
                        (API_VERSIONS, _) => numbers(&[35, 0, 0]),
                        _ => numbers(&[33, 0, 0]),
                    };
                    let length = u32::try_from(4 + body.len()).unwrap().to_be_bytes();
                    let _ = stream.write_all(&[&length[..], &request[4..8], &body[..]].concat());
                }
            }
        });
        address
    }

    #[test]
    fn a_broker_that_refuses_the_login_is_told_at_once_and_not_asked_for_as_long_as_one_that_is_slow() {
        let settings = KafkaSettings {
            brokers: refusing_broker(),
            security_protocol: SecurityProtocol::SaslPlaintext,
            sasl_username: Some("dateline".into()),
            sasl_password: Some(Secret::new("hush")),
            ..KafkaSettings::default()
        };
        let (probe, status) = asking(&settings, |probe, _| probe.context().is_refused());
        assert!(probe.context().is_refused());
        let told = status.last_error.unwrap();
        assert_eq!(OutageCause::of(&told), OutageCause::Login, "{told}");
        assert!(!told.contains("hush"));
    }
}
