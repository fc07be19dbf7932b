//! What a feed would bring, before it is added: its entries, and of the newest what their pages come to, read and judged by the code that
//! does so for the feeds that are configured.
//!
//! Time and memory are bounded: a few pages, one after the other, each with the bounds of any page, and all within [`MAX_DURATION`]. What
//! was not read by then is told as such.

use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::{Feed, FeedOptions, Fetcher, FullText, PollOutcome};
use dateline_parser::{SiteRules, Subject};
use dateline_stories::origin::Agencies;
use dateline_wire::{ArticleEvent, Entry, Event, Label, PublicUrl, RejectReason, Relevance, Stage};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::contained::contained;
use crate::engine::MissingPage;
use crate::engine::outcome::{self, EntryContext, ReadingRules};
use crate::feed_finding::{FeedVerdict, finding};
use crate::traces::TraceContext;

/// How long a preview takes at most, discovery included.
pub(crate) const MAX_DURATION: Duration = Duration::from_secs(45);
/// How long one page may take to be read and judged.
const MAX_EXTRACTION: Duration = Duration::from_secs(10);
/// How many entries are listed, and of how many of them the pages are read.
const MAX_ENTRIES: usize = 30;
const MAX_PAGES: usize = 4;
/// The most of a text that is shown, in scalar values.
const MAX_TEXT_CHARS: usize = 700;

/// What feeds are asked through and pages are read by.
#[derive(Clone)]
pub(crate) struct ReadingParts {
    /// Asks.
    pub(crate) fetcher: Arc<Fetcher>,
    /// Says what is relevant.
    pub(crate) subject: Arc<Subject>,
    /// Says how single sites are read.
    pub(crate) sites: Arc<SiteRules>,
    /// Says whose texts others carry.
    pub(crate) agencies: Arc<Agencies>,
}

/// What a feed would bring.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct FeedPreview {
    /// The feed that was found; absent where the site names several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<PublicUrl>,
    /// The feeds that the site names, where it names several: one of them is to be asked for by its address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) candidates: Vec<PublicUrl>,
    /// How it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<FeedVerdict>,
    /// What came, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) detail: String,
    /// The options that it would have, of its own or from its groups, by their names in the feeds file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<&'static str>,
    /// What it would be sorted under, also by its groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
    /// How many entries it lists.
    pub(crate) entry_count: usize,
    /// The first of them.
    pub(crate) entries: Vec<PreviewedEntry>,
}

/// An entry of the feed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PreviewedEntry {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// Its link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<Url>,
    /// When the feed says it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) published: Option<Timestamp>,
    /// What it comes to; absent where its page was not read for the preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<PreviewedOutcome>,
}

/// What an entry comes to.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PreviewedOutcome {
    /// Whether it would be published.
    pub(crate) is_published: bool,
    /// Why not, where it would not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<RejectReason>,
    /// The same for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) detail: String,
    /// Its headline as its page has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// Its authors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) authors: Vec<String>,
    /// Its language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// When it was published, as its page says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) published: Option<String>,
    /// How its text begins.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
    /// How long its text is, in scalar values.
    pub(crate) text_chars: usize,
    /// The verdict on its relevance, where it came that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<Label>,
    /// The score that it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
}

/// What `feed`, which was just asked with `outcome`, would bring. Pages are read until `end`.
pub(crate) async fn preview(
    parts: &ReadingParts,
    feed: Feed,
    outcome: PollOutcome,
    end: Instant,
) -> FeedPreview {
    let now = parts.fetcher.clock().now();
    let found = finding(&outcome, now);
    let feed = Arc::new(feed);
    let entry_count = outcome.entries.len();
    let mut entries = outcome.entries;
    // The newest first; what has no date keeps its place behind them.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.published));
    entries.truncate(MAX_ENTRIES);
    let mut previewed = Vec::with_capacity(entries.len());
    let mut pages = 0;
    for entry in entries {
        // What the feed's options leave out is never asked for.
        let outcome = match feed.options().entries.objection(&entry) {
            Some(objection) => Some(PreviewedOutcome::rejected(RejectReason::Filtered, objection)),
            None if pages == MAX_PAGES => None,
            None => {
                pages += 1;
                timeout_at(end, read_entry(parts, &feed, &entry)).await.ok()
            }
        };
        let Entry { title, link, published, .. } = entry;
        previewed.push(PreviewedEntry { title, link, published, outcome });
    }
    FeedPreview {
        url: Some(feed.published().url.clone()),
        candidates: Vec::new(),
        verdict: Some(found.verdict),
        detail: found.what,
        options: options_of(&feed),
        tags: feed.published().tags.clone(),
        entry_count,
        entries: previewed,
    }
}

/// The names of the options that `feed` has.
fn options_of(feed: &Feed) -> Vec<&'static str> {
    let (own, none) = (feed.options(), FeedOptions::none());
    let named = [
        ("auth", feed.is_authorized()),
        ("interval", own.interval != none.interval),
        ("headers", !own.headers.is_empty()),
        ("user_agent", own.user_agent.is_some()),
        ("proxy", own.proxy.is_some()),
        ("robots", own.robots != none.robots),
        ("language", own.language.is_some()),
        ("full_text", own.full_text != none.full_text),
        ("subject", own.judging != none.judging),
        ("keep", !own.entries.keep.is_empty()),
        ("drop", !own.entries.drop.is_empty()),
    ];
    named.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
}

/// What an entry comes to: its page is fetched, read and judged as the engine does it.
async fn read_entry(parts: &ReadingParts, feed: &Arc<Feed>, entry: &Entry) -> PreviewedOutcome {
    let is_wanted = feed.options().full_text != FullText::Feed;
    let fetched = match &entry.link {
        None => Err(MissingPage::NoLink),
        Some(_) if !is_wanted => Err(MissingPage::NotWanted),
        Some(link) => parts.fetcher.page_of(link, Some(feed)).await.map_err(MissingPage::Fetch),
    };
    let at = parts.fetcher.clock().now();
    let context = EntryContext {
        trace: TraceContext::of_entry(feed.id(), &entry.id, 1),
        feed_id: feed.id().clone(),
        feed: Some(feed.clone()),
        entry: entry.clone(),
        began: at,
        at,
        announced: None,
    };
    let parts = parts.clone();
    let work = tokio::task::spawn_blocking(move || {
        let rules = ReadingRules { subject: &parts.subject, sites: &parts.sites, agencies: &parts.agencies };
        contained(|| outcome::of_fetch(&context, fetched, rules)).unwrap_or_else(|panic| {
            let reject = outcome::reject(&context, Stage::Extract, RejectReason::Panic, panic);
            outcome::ArticleOutcome::of(Event::Reject(Box::new(reject)))
        })
    });
    match timeout(MAX_EXTRACTION, work).await {
        Ok(Ok(outcome)) => told(outcome),
        _ => PreviewedOutcome::rejected(RejectReason::TooSlow, format!("not read within {MAX_EXTRACTION:?}")),
    }
}

impl PreviewedOutcome {
    fn unpublished() -> Self {
        Self {
            is_published: false,
            reason: None,
            detail: String::new(),
            title: None,
            authors: Vec::new(),
            language: None,
            published: None,
            text: String::new(),
            text_chars: 0,
            label: None,
            score: None,
        }
    }

    fn rejected(reason: RejectReason, detail: String) -> Self {
        Self { reason: Some(reason), detail, ..Self::unpublished() }
    }

    fn judged_by(self, relevance: Option<&Relevance>) -> Self {
        let (label, score) =
            (relevance.map(|relevance| relevance.label), relevance.and_then(|relevance| relevance.score));
        Self { label, score, ..self }
    }

    fn with_text(self, text: &str) -> Self {
        let text_chars = text.chars().count();
        let shown: String = text.chars().take(MAX_TEXT_CHARS).collect();
        Self {
            text: if shown.len() < text.len() { format!("{shown}…") } else { shown }, text_chars, ..self
        }
    }
}

fn told(outcome: outcome::ArticleOutcome) -> PreviewedOutcome {
    let rejected_text = outcome.rejected_text;
    match outcome.event {
        Event::Article(event) => {
            let ArticleEvent { content, relevance, .. } = *event;
            PreviewedOutcome {
                is_published: true,
                title: content.title,
                authors: content.authors,
                language: content.language,
                published: content.published.map(|published| published.value),
                ..PreviewedOutcome::unpublished()
            }
            .judged_by(Some(&relevance))
            .with_text(&content.body.text)
        }
        Event::Reject(event) => {
            let text = rejected_text.as_ref().map_or("", |kept| kept.text.as_str());
            PreviewedOutcome {
                reason: Some(event.reason),
                detail: event.detail,
                title: rejected_text.as_ref().and_then(|kept| kept.title.clone()),
                language: rejected_text.as_ref().and_then(|kept| kept.language.clone()),
                ..PreviewedOutcome::unpublished()
            }
            .judged_by(event.relevance.as_ref())
            .with_text(text)
        }
        // An entry ends as an article or as a reject.
        Event::Withdrawal(_) | Event::Health(_) | Event::Story(_) => PreviewedOutcome::unpublished(),
    }
}
