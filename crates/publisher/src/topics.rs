//! The topics, made where they are missing.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::metadata::Metadata;
use rdkafka::producer::{Producer, ThreadedProducer};

use crate::KafkaSettings;
use crate::client::{self, DeliveryTracker, RECORD_OVERHEAD};
use crate::error::SessionError;

/// How long the broker may take to tell what topics there are, or to make one.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How young a record may be and still be compacted away. A journal that is restored from a copy reads all that was delivered since, in
/// which compaction would leave gaps: so a copy of a week ago can be restored.
const COMPACTION_LAG: &str = "min.compaction.lag.ms";
const STORIES_COMPACTION_LAG_MS: &str = "604800000";

/// Makes sure that every topic exists. What an existing topic is like is its owner's choice.
pub(crate) async fn ensure(settings: &KafkaSettings) -> Result<(), SessionError> {
    let config = client::common(settings)?;
    let metadata = ask(&config)?;
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
            "the topics {} are missing, and kafka.create_topics is off",
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

/// What the brokers tell of themselves and of every topic.
fn ask(config: &ClientConfig) -> Result<Metadata, SessionError> {
    // An admin client doesn't pass on why it cannot connect; a producer does.
    let probe: ThreadedProducer<DeliveryTracker> =
        ThreadedProducer::from_config_and_context(config, DeliveryTracker::default())?;
    probe.client().fetch_metadata(None, TIMEOUT).map_err(|error| {
        let complaint = probe.context().last_complaint();
        SessionError::Transient(complaint.unwrap_or_else(|| error.to_string()))
    })
}

/// Asks the brokers once, and changes nothing: how many there are, and which of the topics are missing. Blocks for 15 s at most.
///
/// # Errors
/// Why they cannot be used.
pub fn probe(settings: &KafkaSettings) -> Result<BrokerReport, String> {
    let asked = client::common(settings).map_err(|error| error.to_string());
    let metadata = asked.and_then(|config| ask(&config).map_err(|error| error.give_up().to_string()))?;
    let is_missing = |name: &&str| !metadata.topics().iter().any(|topic| topic.name() == *name);
    let missing_topics =
        settings.topics.all().map(|(_, name)| name).filter(is_missing).map(str::to_owned).collect();
    Ok(BrokerReport { brokers: metadata.brokers().len(), missing_topics })
}

/// What the brokers say when they are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerReport {
    /// How many there are.
    pub brokers: usize,
    /// The configured topics that they don't have.
    pub missing_topics: Vec<String>,
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
        let asked = [&ResourceSpecifier::Topic(&self.topic)];
        let described = self.admin.describe_configs(asked, &admin_options()).await.ok()?;
        let config = described.into_iter().next()?.ok()?;
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
