//! What a judged article says about the subject, with its evidence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;
use crate::words::words;

/// The judgement of one text against a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// Whether, how surely and why it is about the subject.
    pub relevance: Relevance,
    /// What the text names, in the order of first mention.
    pub entities: Vec<Entity>,
    /// What it is about, the most spoken of first; empty unless it is relevant or borderline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<ArticleTopic>,
}

/// Whether a text is about the subject, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Relevance {
    /// The verdict.
    pub label: Label,
    /// From 0 (certainly not) to 1 (certainly); calibrated on articles that people have judged, so that of those at 0.8 about eight in
    /// ten are relevant. The verdict is "relevant" from the subject's threshold up. Absent from what was not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// What spoke for and against, with its evidence.
    pub reasons: Vec<Reason>,
    /// The passages of the body that are on the subject.
    pub passages: Vec<Span>,
}

impl Relevance {
    /// That of a text which was published without being judged.
    pub fn not_judged() -> Self {
        Self { label: Label::NotJudged, score: None, reasons: Vec::new(), passages: Vec::new() }
    }
}

/// The verdict on relevance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// About the subject: the score reaches the subject's upper threshold.
    Relevant,
    /// Between the subject's two thresholds: people differ on such articles.
    Borderline,
    /// Not about the subject: the score is below the lower threshold.
    NotRelevant,
    /// None: the operator has what the feed brings published as it comes.
    NotJudged,
}

/// One rule that spoke, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The rule's name in the subject's configuration.
    pub rule: String,
    /// What it added to the score, before squashing; negative when it spoke against.
    pub weight: f64,
    /// Where its evidence stands.
    pub spans: Vec<Place>,
}

/// A span of the title or of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "in")]
pub enum Place {
    /// In the title.
    Title(Span),
    /// In the body.
    Body(Span),
}

/// Somebody or something that the subject knows by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entity {
    /// The id in the subject's gazetteer.
    pub id: String,
    /// Its type there: `person`, `organisation`, `place`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The spelling of the first mention.
    pub surface: String,
    /// Its name in the article's language, or in English where the gazetteer has none there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The side of the subject that it belongs to, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<EntitySide>,
    /// Its item in Wikidata, such as `Q159`, where the gazetteer knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wikidata: Option<String>,
    /// Every mention.
    pub spans: Vec<Place>,
}

words! {
    /// The side of the subject that somebody or something belongs to.
    pub enum EntitySide {
        /// The first.
        A = "a",
        /// The second.
        B = "b",
        /// Both, as a treaty between them does.
        Both = "both",
    }
}

/// What an article on the subject is about, of the topics that the subject knows: visits, arms, …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArticleTopic {
    /// The topic's id in the subject's configuration.
    pub id: String,
    /// The words that say so: those of the title, then the first of the body.
    pub spans: Vec<Place>,
}
