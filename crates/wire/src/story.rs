//! A story as subscribers get it: a happening, and all that reports it.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::Url;

use crate::words::words;
use crate::{ArticleId, EventId, FeedRef, Label, Moment, Origin, OriginKind, StoryId};

words! {
    /// Whether more may come of a story.
    pub enum StoryState {
        /// Reports may join it.
        Open = "open",
        /// It turned out to tell what another tells, and has ended: its reports are in that one.
        Merged = "merged",
    }
}

words! {
    /// What an article is among the reports of its story.
    pub enum StoryRole {
        /// Others of the story repeat its text, or name its publisher as the origin of theirs.
        Origin = "origin",
        /// Its text is another's: of an article of which it is a copy, or of the wire that it names.
        Copy = "copy",
        /// Its publisher wrote it, and nobody in the story repeats it.
        OwnReport = "own_report",
    }
}

words! {
    /// What happened to a story.
    pub enum StoryChangeKind {
        /// An article began it.
        Begun = "begun",
        /// An article joined it.
        Joined = "joined",
        /// An article left it: it was edited, or is known to tell something else.
        Left = "left",
        /// An article of it was edited and still tells it.
        Edited = "edited",
        /// An article of it was withdrawn: it is listed still, and counts no more.
        Withdrawn = "withdrawn",
        /// An article of it that was withdrawn is back.
        Returned = "returned",
        /// Another story ended in it.
        Merged = "merged",
    }
}

/// One thing that happened to a story since the event before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoryChange {
    /// What happened.
    pub kind: StoryChangeKind,
    /// The article that began, joined, left, was edited, was withdrawn or is back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<ArticleId>,
    /// The other story: the one that ended in this, or the one that an article came from or went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<StoryId>,
}

/// What one sign said when an article was compared with the likest report of its story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JoinReason {
    /// The sign: `copy` for the copy of a text that is in the story, else its name in `weights.tsv`.
    pub sign: String,
    /// How much of it there is, nearly always from 0 to 1.
    pub value: f64,
    /// What it added to the score; negative where it spoke against. The sum is above 0.
    pub weight: f64,
    /// The article that it was compared with.
    pub with: ArticleId,
    /// The stems, acts or entities that say so, where there are some: the weightiest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// An article of a story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoryArticle {
    /// The article.
    pub article: ArticleId,
    /// The latest of its revisions.
    pub revision: u32,
    /// What it is among the reports.
    pub role: StoryRole,
    /// Whether its site has taken it down: then it counts for nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
    /// Its headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// When, as its page says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Moment>,
    /// When its first revision was received.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub received_at: Timestamp,
    /// The article whose text it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<ArticleId>,
    /// Whose text it is, by its own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
}

/// Somebody who tells a story in words of their own, however many repeat them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IndependentOrigin {
    /// The wire, or the publisher.
    pub name: String,
    /// What says so, article by article.
    pub evidence: Vec<OriginEvidence>,
}

/// What says that a text is somebody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OriginEvidence {
    /// The article.
    pub article: ArticleId,
    /// What kind of statement says so; absent where the publisher's own text is what speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OriginKind>,
    /// The words that say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// Somebody or something that a story is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoryEntity {
    /// The id in the subject's gazetteer.
    pub id: String,
    /// Its type there.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many of the story's articles name it.
    pub articles: u32,
    /// Its item in Wikidata, such as `Q159`, where the gazetteer knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wikidata: Option<String>,
}

/// What articles of a story are about, of the topics that the subject knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoryTopic {
    /// The topic's id in the subject's configuration.
    pub id: String,
    /// How many of the story's articles are about it.
    pub articles: u32,
}

/// A story: a happening, and all that reports it. Each change is an event, which tells the whole story as it is then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoryEvent {
    /// The event's id: the story's id and the revision.
    pub id: EventId,
    /// The story's id, which stays the same whatever joins or leaves it.
    pub story: StoryId,
    /// 1 for the first, and so on.
    pub revision: u32,
    /// The event that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<EventId>,
    /// Whether more may come of it.
    pub state: StoryState,
    /// The story that tells the same, and has its reports now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<StoryId>,
    /// What happened to it since the event before.
    pub changes: Vec<StoryChange>,
    /// Its headline: the best of those in the language that most of its own reports are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The best headline in each language: of the origin, else of the first own report, else of the first copy. `und` stands for a
    /// language that is not known.
    pub titles: BTreeMap<String, String>,
    /// When the first of its articles was received.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub first_reported: Timestamp,
    /// When the last of them was.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub last_reported: Timestamp,
    /// The day of the happening, where the openings of its reports name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub happened_on: Option<Date>,
    /// Whom and what its articles name, those that most name first; at most 100.
    pub entities: Vec<StoryEntity>,
    /// What is told, by the words of `words.tsv`: the acts that most of its articles begin with first.
    pub acts: Vec<String>,
    /// What its articles are about, what most are about first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<StoryTopic>,
    /// The verdicts on the relevance of its articles, each once, the most frequent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// The feeds that announced its articles, each once, the first to do so first; at most 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<FeedRef>,
    /// The languages that it is told in.
    pub languages: Vec<String>,
    /// How many articles tell it; those that were withdrawn don't count.
    pub article_count: u32,
    /// How many independent origins it has.
    pub origin_count: u32,
    /// Its articles in their order of arrival; of more than 100 the first and the last fifty.
    pub articles: Vec<StoryArticle>,
    /// Who tells it in words of their own: a copy is no further witness. At most 200.
    pub independent_origins: Vec<IndependentOrigin>,
}
