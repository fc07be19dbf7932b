//! The envelope: CloudEvents 1.0 (the CNCF specification of that name), the same over Kafka and HTTP.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{Event, JournalId, SchemaBase, Sequence};

/// The kind of an event, which decides its topic, its type and its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// [`crate::ArticleEvent`]
    Article,
    /// [`crate::WithdrawalEvent`]
    Withdrawal,
    /// [`crate::RejectEvent`]
    Reject,
    /// [`crate::HealthEvent`]
    Health,
    /// [`crate::StoryEvent`]
    Story,
}

/// What a kind of event is called in each place.
struct KindNames {
    word: &'static str,
    plural: &'static str,
    ce_type: &'static str,
    dataschema: &'static str,
}

impl EventKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 5] = [Self::Article, Self::Withdrawal, Self::Reject, Self::Health, Self::Story];

    const fn names(self) -> KindNames {
        match self {
            Self::Article => KindNames {
                word: "article",
                plural: "articles",
                ce_type: "dateline.article.v1",
                dataschema: "urn:dateline:schema:article:v1",
            },
            Self::Withdrawal => KindNames {
                word: "withdrawal",
                plural: "withdrawals",
                ce_type: "dateline.withdrawal.v1",
                dataschema: "urn:dateline:schema:withdrawal:v1",
            },
            Self::Reject => KindNames {
                word: "reject",
                plural: "rejects",
                ce_type: "dateline.reject.v1",
                dataschema: "urn:dateline:schema:reject:v1",
            },
            Self::Health => KindNames {
                word: "health",
                plural: "health",
                ce_type: "dateline.health.v1",
                dataschema: "urn:dateline:schema:health:v1",
            },
            Self::Story => KindNames {
                word: "story",
                plural: "stories",
                ce_type: "dateline.story.v1",
                dataschema: "urn:dateline:schema:story:v1",
            },
        }
    }

    /// The word for it: in the journal, on the command line, in schemas.
    pub fn word(self) -> &'static str {
        self.names().word
    }

    /// The word for many of it: in settings, topics and the status.
    pub fn plural(self) -> &'static str {
        self.names().plural
    }

    /// The kind that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The CloudEvents `type`.
    pub fn ce_type(self) -> &'static str {
        self.names().ce_type
    }

    /// The name of its schema where that has no address: see [`SchemaBase`].
    pub fn schema_urn(self) -> &'static str {
        self.names().dataschema
    }

    /// The file of its schema, in `schemas/` and under `/v1/schemas/` of the API.
    pub fn schema_file(self) -> String {
        format!("{}.json", self.ce_type())
    }
}

/// What the envelopes of all events of one daemon say alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// `ce_source`: a URI reference that tells the daemon from others.
    pub source: String,
    /// What it was for events of before, each up to a place, in order: an event says for ever what it said first.
    pub earlier: Vec<(Sequence, String)>,
    /// Where the schemas are.
    pub schemas: SchemaBase,
    /// The journal in which the events' sequences count, where that is told: another numbers its events anew.
    pub journal: Option<JournalId>,
}

impl From<&str> for Envelope {
    fn from(source: &str) -> Self {
        Self { source: source.to_owned(), ..Self::default() }
    }
}

impl Envelope {
    /// The same of events whose sequences count in `journal`.
    pub fn of_journal(self, journal: &JournalId) -> Self {
        Self { journal: Some(journal.clone()), ..self }
    }

    /// The `ce_source` of the event at a place.
    pub fn source_of(&self, sequence: Sequence) -> &str {
        let earlier = self.earlier.iter().find(|(last, _)| sequence <= *last);
        earlier.map_or(&self.source, |(_, source)| source)
    }
}

impl Event {
    /// Its kind.
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Article(_) => EventKind::Article,
            Self::Withdrawal(_) => EventKind::Withdrawal,
            Self::Reject(_) => EventKind::Reject,
            Self::Health(_) => EventKind::Health,
            Self::Story(_) => EventKind::Story,
        }
    }

    /// The key it is ordered by: the article's id, or the URL, or the feed's id, or the story's.
    pub fn key(&self) -> Cow<'_, str> {
        match self {
            Self::Article(event) => event.article.as_str().into(),
            Self::Withdrawal(event) => event.article.as_str().into(),
            Self::Reject(event) => match (&event.article, &event.url) {
                (Some(article), _) => article.as_str().into(),
                (None, Some(url)) => url.as_str().into(),
                (None, None) => event.id.as_str().into(),
            },
            Self::Health(event) => event.feed.id.as_str().into(),
            Self::Story(event) => event.story.as_str().into(),
        }
    }

    /// Its id.
    pub fn id(&self) -> &crate::EventId {
        match self {
            Self::Article(event) => &event.id,
            Self::Withdrawal(event) => &event.id,
            Self::Reject(event) => &event.id,
            Self::Health(event) => &event.id,
            Self::Story(event) => &event.id,
        }
    }

    /// Its JSON, in which field order is fixed, so that equal events are equal bytes.
    ///
    /// # Errors
    /// Only if a score is not a finite number, which a judgement never gives.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        match self {
            Self::Article(event) => serde_json::to_string(event),
            Self::Withdrawal(event) => serde_json::to_string(event),
            Self::Reject(event) => serde_json::to_string(event),
            Self::Health(event) => serde_json::to_string(event),
            Self::Story(event) => serde_json::to_string(&**event),
        }
    }
}

/// An event as it was committed: its place in the journal, its attributes, and its JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudEvent {
    /// Its place in the journal.
    pub sequence: Sequence,
    /// The kind.
    pub kind: EventKind,
    /// `ce_id`.
    pub id: String,
    /// The Kafka key, and `ce_subject`.
    pub key: String,
    /// `ce_time`: when it was committed.
    pub time: Timestamp,
    /// `traceparent` (W3C Trace Context) of the work that made it.
    pub traceparent: String,
    /// The JSON of the event.
    pub data: String,
    /// A digest of what the entry said whose outcome this is, as the journal compares entries: by it a journal that is restored from
    /// a copy and from Kafka knows that the entry is looked at. Kafka has it as a header.
    pub entry_digest: Option<[u8; 16]>,
}

/// The JSON form of the CloudEvents JSON event format, which the HTTP API speaks.
#[derive(Serialize)]
struct Structured<'e> {
    specversion: &'static str,
    id: &'e str,
    source: &'e str,
    r#type: &'static str,
    subject: &'e str,
    time: Timestamp,
    datacontenttype: &'static str,
    dataschema: Cow<'static, str>,
    sequence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<&'e JournalId>,
    traceparent: &'e str,
    data: &'e RawValue,
}

impl CloudEvent {
    /// The value of `ce_specversion`.
    pub const SPECVERSION: &'static str = "1.0";
    /// The content type of the data.
    pub const CONTENT_TYPE: &'static str = "application/json";

    /// How many bytes its texts take in memory.
    pub fn bytes(&self) -> usize {
        self.data.len() + self.key.len() + self.id.len() + self.traceparent.len()
    }

    /// One line of the CloudEvents JSON event format, without the line feed, in the daemon's `envelope`.
    ///
    /// # Errors
    /// If the stored data is not JSON, which means that the journal was changed by another hand.
    pub fn to_structured_json(&self, envelope: &Envelope) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Structured {
            specversion: Self::SPECVERSION,
            id: &self.id,
            source: envelope.source_of(self.sequence),
            r#type: self.kind.ce_type(),
            subject: &self.key,
            time: self.time,
            datacontenttype: Self::CONTENT_TYPE,
            dataschema: envelope.schemas.dataschema(self.kind),
            sequence: self.sequence.to_string(),
            journal: envelope.journal.as_ref(),
            traceparent: &self.traceparent,
            data: serde_json::from_str(&self.data)?,
        })
    }
}
