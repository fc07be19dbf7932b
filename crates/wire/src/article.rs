//! What a page says, before anybody asks whether it matters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::words::words;
use crate::{Moment, Paragraph, Source, Span};

/// An article as its page gives it. Whatever isn't known is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Article {
    /// The address the page was fetched from, after redirects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// The address the article is known by: `rel=canonical` where it is sane, without tracking parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_url: Option<Url>,
    /// What kind of page this is; only an article is published.
    pub page_kind: PageKind,
    /// The name of the site or paper that published the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The wires or papers the text was taken from, where the page says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// The language of the body, as a BCP 47 primary tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The headline as a reader of the page sees it, without the name of the site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where the headline was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_source: Option<Source>,
    /// Another headline that the page gives the article, for shares or searches, where its words differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_alternative: Option<Wording>,
    /// The people (or desks) named as authors, in the page's order, without "by".
    pub authors: Vec<String>,
    /// What is said of who did what: of authors, and of others who are none, such as those who took the pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// Where the authors were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors_source: Option<Source>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Moment>,
    /// When it was last modified, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<Moment>,
    /// The text.
    pub body: Body,
    /// What stood on the page near the text and was cut away.
    pub cuts: Vec<Cut>,
}

/// The text of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    /// The paragraphs in reading order, in Unicode NFC, separated by single line feeds.
    pub text: String,
    /// The paragraphs as spans of the text, in order, without overlap.
    pub paragraphs: Vec<Paragraph>,
    /// SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// The extractor and its version: `dateline/1`, or `dateline/1+site_rule` where the operator's rule for the site said
    /// which elements hold the text.
    pub extractor: String,
}

/// What kind of page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    /// One article with a text of its own.
    Article,
    /// A front page, section page, tag page or search result.
    Index,
    /// A page that asks to log in before it shows anything.
    Login,
    /// A cookie or consent wall.
    CookieWall,
    /// A check whether the visitor is a robot.
    BotWall,
    /// A page about one video, with no text to speak of.
    Video,
    /// A picture gallery, with no text to speak of.
    Gallery,
    /// A running log of short posts.
    LiveBlog,
    /// The opening of an article whose rest is paid for.
    PaywalledTeaser,
    /// "Not found", said with whatever status.
    NotFound,
    /// No text was found.
    Empty,
}

/// A text as one part of a page words it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Wording {
    /// The text.
    pub text: String,
    /// Where it was read.
    pub source: Source,
}

/// Somebody who is said to have had a part in an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credit {
    /// The name as the page writes it.
    pub name: String,
    /// What was done.
    pub role: Role,
}

/// A part in an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Wrote the text, where the byline tells that apart from others.
    Text,
    /// Took or drew the pictures.
    Photo,
    /// Supplied the text: a wire or another body.
    Agency,
    /// Edited it.
    Editor,
    /// Translated it.
    Translator,
}

/// Where a text was taken from, with the words that say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// The source's name: as the table of agencies gives it where it is known there, else as the page writes it.
    pub name: String,
    /// What kind of statement says so.
    pub kind: OriginKind,
    /// The words that say so.
    pub evidence: String,
    /// Where in the body those words stand, when they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

words! {
    /// What says where a text was taken from.
    pub enum OriginKind {
        /// A dateline: place, day and wire before the text begins.
        Dateline = "dateline",
        /// A line or closing words that credit the source of the text.
        Credit = "credit",
        /// A byline that names the source, alone or behind the people who wrote for it.
        Byline = "byline",
        /// A copyright line in the text.
        Copyright = "copyright",
        /// Words that say where the article appeared first.
        FirstPublished = "first_published",
        /// An element of the page that calls itself the source.
        Marked = "marked",
        /// The feed names it as the source of the entry.
        Feed = "feed",
        /// The text is a copy of one whose origin is known.
        Copy = "copy",
    }
}

/// Text that was cut away, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cut {
    /// What it was.
    pub kind: CutKind,
    /// How many pieces were cut for this reason.
    pub pieces: u32,
    /// Their length together, in Unicode scalar values.
    pub chars: u32,
}

/// Why text near the body is no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CutKind {
    /// Links to, or the text of, other stories.
    Related,
    /// Advertisements and sponsored links.
    Advertisement,
    /// Lists of tags, topics and sections.
    Tags,
    /// Requests to install an application.
    AppPrompt,
    /// Readers' comments and the box to write one.
    Comments,
    /// Captions and credits of pictures.
    Caption,
    /// Requests to subscribe or pay.
    Paywall,
    /// Newsletter sign-ups.
    Newsletter,
    /// Buttons and invitations to share.
    Share,
    /// Byline, dateline line, breadcrumbs and the like.
    Metadata,
    /// Boxes about the author, the publisher, or facts beside the story.
    Aside,
    /// Navigation, header, footer.
    Navigation,
    /// What the operator's rule for the site leaves out.
    SiteRule,
}
