//! What subscribers get.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::words::words;
use crate::{
    Article, ArticleId, ArticleTopic, Entity, EntryId, EventId, FeedId, JoinReason, Judgement, Label,
    PublicUrl, RejectReason, Relevance, SecretQuery, Span, Stage, StoryEvent, StoryId,
};

/// An event of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An article on the subject, or its next revision.
    Article(Box<ArticleEvent>),
    /// An article that its site doesn't have any more.
    Withdrawal(Box<WithdrawalEvent>),
    /// An entry that was not published.
    Reject(Box<RejectEvent>),
    /// Something that happened to a feed.
    Health(Box<HealthEvent>),
    /// A story, as it is after something joined or left it: of a large one much, so that it is shared.
    Story(Arc<StoryEvent>),
}

/// A feed as it is published: what events, the API and lists say of it. How it is configured, with what is secret in it, is the
/// fetcher's to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeedRef {
    /// The feed's id.
    pub id: FeedId,
    /// Its address, without user name, password and the values of secret query parameters.
    pub url: PublicUrl,
    /// Its configured name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the operator sorts it under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl FeedRef {
    /// The feed that is configured under `address` and called `name`, with what `secret_query` names left out.
    pub fn new(address: &Url, name: Option<String>, secret_query: &SecretQuery) -> Self {
        Self { id: FeedId::of(address), url: secret_query.public(address), name, tags: Vec::new() }
    }
}

/// The entry that announced an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntryRef {
    /// The entry's id within its feed.
    pub id: EntryId,
    /// The guid as the feed writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// The link as the feed gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Url>,
    /// The title as the feed gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When the feed says it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub published: Option<Timestamp>,
}

/// Where the exchange that brought a page is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordingRef {
    /// The `WARC-Record-ID` of the response.
    pub record_id: String,
}

/// The earlier article whose text an article repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopyOf {
    /// That article.
    pub article: ArticleId,
    /// Its revision that was compared.
    pub revision: u32,
    /// The part of this article's text that is in that one, from 0 to 1.
    pub share: f64,
    /// Where that part stands in this article's body; words that differ in between are few.
    pub spans: Vec<Span>,
}

words! {
    /// What was changed of an article.
    pub enum ChangeKind {
        /// The headline.
        Title = "title",
        /// A paragraph that was not there before.
        Added = "added",
        /// A paragraph that is gone.
        Removed = "removed",
        /// A paragraph that says something else.
        Changed = "changed",
    }
}

/// One change from the revision before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TextChange {
    /// What was changed.
    pub kind: ChangeKind,
    /// The headline or paragraph as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The same as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Where the words that are other than before stand in this revision's body; empty for the headline and what is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<Span>,
}

/// An article on the subject, or its next revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArticleEvent {
    /// The event's id: the article's id and the revision.
    pub id: EventId,
    /// The article's id, the same for every revision.
    pub article: ArticleId,
    /// 1 for the first, and so on.
    pub revision: u32,
    /// The event that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<EventId>,
    /// What the page says.
    #[serde(flatten)]
    pub content: Article,
    /// The feed that announced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedRef>,
    /// The entry that announced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryRef>,
    /// When the page was received.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub received_at: Timestamp,
    /// Whether and why it is about the subject.
    pub relevance: Relevance,
    /// Whom and what it names.
    pub entities: Vec<Entity>,
    /// What it is about, the most spoken of first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<ArticleTopic>,
    /// A 64-bit similarity hash of the body, in hexadecimal: near copies differ in few bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// What is other than in the revision before, in the order of the text; empty where that one is not known any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<TextChange>,
    /// Where a notice stands that something was corrected, if the revision before has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Span>,
    /// The earlier article whose text it repeats, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<CopyOf>,
    /// The story that it tells, when it came; a later article may move it, which the story's events say. Absent where stories are off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<StoryId>,
    /// What spoke for that story and against; empty for the first article of a story.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined_by: Vec<JoinReason>,
    /// The recording it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingRef>,
}

impl ArticleEvent {
    /// The first revision of `article`, received at `received_at`: what it says and how it is judged. Nothing else is known of it.
    pub fn new(article: ArticleId, content: Article, judgement: Judgement, received_at: Timestamp) -> Self {
        let Judgement { relevance, entities, topics } = judgement;
        Self {
            id: EventId::of_revision(&article, 1),
            article,
            revision: 1,
            supersedes: None,
            content,
            feed: None,
            entry: None,
            received_at,
            relevance,
            entities,
            topics,
            fingerprint: None,
            changes: Vec::new(),
            correction: None,
            copy_of: None,
            story: None,
            joined_by: Vec::new(),
            recording: None,
        }
    }

    /// Makes this event revision `revision` of its article, replacing the one before.
    pub fn set_revision(&mut self, revision: u32) {
        self.id = EventId::of_revision(&self.article, revision);
        self.supersedes = (revision > 1).then(|| EventId::of_revision(&self.article, revision - 1));
        self.revision = revision;
    }
}

words! {
    /// What two visits to an article's page found in its place.
    pub enum WithdrawalReason {
        /// The answer 404: not found.
        NotFound = "not_found",
        /// The answer 410: gone.
        Gone = "gone",
        /// A redirect to the front page of the site.
        FrontPage = "front_page",
    }
}

/// An article that its site doesn't have any more, as two visits to its page have found. A later revision of the article ends that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawalEvent {
    /// The event's id.
    pub id: EventId,
    /// The article's id.
    pub article: ArticleId,
    /// The event of its last revision, which is withdrawn with all before it.
    pub withdraws: EventId,
    /// The page that is gone.
    pub url: Url,
    /// What the last visit found in its place.
    pub reason: WithdrawalReason,
    /// The same for people.
    pub detail: String,
    /// When a visit first found it gone.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub missing_since: Timestamp,
    /// The feed that announced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedRef>,
    /// The entry that announced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryRef>,
    /// What its article is found by.
    #[serde(flatten)]
    pub said: WithdrawnArticle,
}

/// What the last revision of a withdrawn article said that it is chosen by, in the article's own fields; absent where the log has that
/// revision no more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawnArticle {
    /// Its headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Whose text it was, by its own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<WithdrawnOrigin>,
    /// The verdict on its relevance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevance: Option<WithdrawnVerdict>,
    /// Whom and what it named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<WithdrawnEntity>,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<WithdrawnTopic>,
    /// The story that it told, as its event says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<StoryId>,
}

/// Whose text a withdrawn article was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawnOrigin {
    /// The name of the wire or paper.
    pub name: String,
}

/// The verdict on a withdrawn article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawnVerdict {
    /// The verdict.
    pub label: Label,
}

/// Somebody or something that a withdrawn article named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawnEntity {
    /// The id in the subject's gazetteer.
    pub id: String,
    /// Its type there.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its item in Wikidata, such as `Q159`, where the gazetteer knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wikidata: Option<String>,
}

/// What a withdrawn article was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WithdrawnTopic {
    /// The topic's id in the subject's configuration.
    pub id: String,
}

impl From<ArticleEvent> for WithdrawnArticle {
    fn from(event: ArticleEvent) -> Self {
        let ArticleEvent { content, relevance, entities, topics, story, .. } = event;
        let entities = entities.into_iter();
        Self {
            title: content.title,
            language: content.language,
            publisher: content.publisher,
            origins: content
                .origins
                .into_iter()
                .map(|origin| WithdrawnOrigin { name: origin.name })
                .collect(),
            relevance: Some(WithdrawnVerdict { label: relevance.label }),
            entities: entities
                .map(|Entity { id, kind, wikidata, .. }| WithdrawnEntity { id, kind, wikidata })
                .collect(),
            topics: topics.into_iter().map(|topic| WithdrawnTopic { id: topic.id }).collect(),
            story,
        }
    }
}

impl WithdrawalEvent {
    /// Makes this event withdraw revision `revision` of its article. Each revision is withdrawn once at most.
    pub fn set_revision(&mut self, revision: u32) {
        self.withdraws = EventId::of_revision(&self.article, revision);
        self.id = EventId::of_parts(&["withdrawal", self.withdraws.as_str()]);
    }
}

/// An entry that was not published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RejectEvent {
    /// The event's id.
    pub id: EventId,
    /// The article, where its page was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<ArticleId>,
    /// The address that was to be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// How far it came.
    pub stage: Stage,
    /// Why it went no further.
    pub reason: RejectReason,
    /// The same for people.
    pub detail: String,
    /// The feed that announced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedRef>,
    /// The entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryRef>,
    /// The judgement, where it came that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevance: Option<Relevance>,
}

words! {
    /// What happened to a feed.
    pub enum HealthKind {
        /// It is gone, or has failed for long.
        Dead = "dead",
        /// It has had nothing new for longer than its rhythm explains.
        Silent = "silent",
        /// Its oldest entry is newer than our newest: entries were missed.
        Gap = "gap",
        /// Every entry carries the same or an impossible date.
        StuckDates = "stuck_dates",
        /// It works again.
        Recovered = "recovered",
        /// It has moved for good.
        Moved = "moved",
    }
}

/// Something that happened to a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HealthEvent {
    /// The event's id.
    pub id: EventId,
    /// The feed.
    pub feed: FeedRef,
    /// What happened.
    pub kind: HealthKind,
    /// The same for people, with the figures that it follows from.
    pub detail: String,
}
