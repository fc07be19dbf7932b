//! From a page to an article to a judged event: pure functions, the same bytes in, the same bytes out.
//!
//! A page's bytes become text in its charset ([`dateline_text::charset`]), the text becomes a tree ([`dom`]) behind a guard that bounds
//! what a hostile page can cost ([`guard`]), and the tree is read twice: for the text ([`body`]) and for what is said about
//! it ([`meta`]). [`extract`] does all of that; [`extract_by`] lets the operator's rules for single sites ([`site`]) have a say.
//! A [`Subject`] then judges title and text; [`fingerprint()`] tells copies apart from news.
//!
//! ```
//! use dateline_parser::extract;
//! use dateline_wire::Page;
//!
//! let html = "<article><h1>Ferry to the islands runs again</h1>
//!     <p>The ferry left the harbour at six in the morning, the first time since the storm.</p>
//!     <p>By noon, two hundred people had crossed, the port authority said on Monday.</p></article>";
//! let page = Page { url: None, content_type: None, bytes: html.into(), received_at: None };
//! let article = extract(&page);
//! assert!(article.body.text.starts_with("The ferry left the harbour"));
//! assert_eq!(article.body.paragraphs.len(), 2);
//! ```

pub mod body;
mod byte_set;
pub mod dom;
mod fingerprint;
pub mod guard;
mod letter;
mod memo;
pub mod meta;
mod sieve;
pub mod site;
mod style;
mod subject;
mod toml_reading;
mod word_table;

use dateline_text::media;
use dateline_wire::{Article, Page};
use serde::de::IgnoredAny;
use url::Url;

use dom::Document;
pub use fingerprint::fingerprint;
use meta::Witnesses;
pub use site::{AppliedSiteRule, SiteRulePart, SiteRules, SiteRulesError};
pub use subject::{Scanner, Subject, SubjectError, SubjectProblem, rule_meaning};

/// What the page's bytes are where they are no page: the media type of another file or of a feed, "binary data", such data written in
/// letters, or an empty file.
pub fn other_than_page(page: &Page) -> Option<&'static str> {
    let is_json = || {
        matches!(page.bytes.trim_ascii_start().first(), Some(b'{' | b'['))
            && serde_json::from_slice::<IgnoredAny>(&page.bytes).is_ok()
    };
    media::by_first_bytes(&page.bytes)
        .or_else(|| page.bytes.trim_ascii().is_empty().then_some("an empty file"))
        .or_else(|| is_json().then_some("application/json"))
        .or_else(|| media::is_binary(&page.bytes).then_some("binary data"))
        .or_else(|| media::is_encoded(&page.bytes).then_some("data in base64 or the like"))
}

/// Reads a page. What is [no page](other_than_page) is empty. Never fails and never panics; what the page doesn't say is absent from the article, and time and memory
/// are bounded by the guard, whatever the bytes.
pub fn extract(page: &Page) -> Article {
    read(page).article
}

/// Reads a page by no rule.
fn read(page: &Page) -> Extraction {
    let empty;
    let page = match other_than_page(page) {
        None => page,
        Some(_) => {
            let (url, content_type) = (page.url.clone(), page.content_type.clone());
            empty = Page { url, content_type, bytes: Vec::new(), received_at: page.received_at };
            &empty
        }
    };
    let document = Document::parse(page);
    let witnesses = Witnesses::of(&document, page);
    extraction(page, witnesses, body::read(&document, page.url.as_ref()))
}

/// An article, with what else its page tells, and the rule that it was read by.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// What the page says.
    pub article: Article,
    /// What the page's elements for bylines at the headline say, as they say it: a wire may stand there.
    pub bylines: Vec<String>,
    /// The operator's rule for the site, where there is one.
    pub site_rule: Option<AppliedSiteRule>,
}

/// Reads a page as [`extract`] does, and by the operator's rule where `rules` has one for its address.
pub fn extract_by(page: &Page, rules: &SiteRules) -> Extraction {
    let rule = page.url.as_ref().and_then(|url| rules.for_url(url));
    let Some(rule) = rule.filter(|_| other_than_page(page).is_none()) else {
        return read(page);
    };
    let document = Document::parse_whole(page);
    let mut reading = rule.read(&document);
    let text = body::read_by(&document, page.url.as_ref(), &mut reading);
    let applied = AppliedSiteRule {
        rule: rule.name().to_owned(),
        asked: reading.asked.clone(),
        unmatched: reading.unmatched.clone(),
    };
    let witnesses = Witnesses::with_rule(&document, page, reading);
    Extraction { site_rule: Some(applied), ..extraction(page, witnesses, text) }
}

/// An address without user name and password, which are nobody's but the reader's.
fn without_credentials(mut url: Url) -> Url {
    // They fail for addresses that can have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

fn extraction(page: &Page, witnesses: Witnesses<'_>, mut text: body::Text) -> Extraction {
    let bylines = witnesses.bylines();
    let metadata = witnesses.decide(&text.body.text);
    body::drop_bylines(&mut text, &metadata.authors);
    let (title, title_alternative) =
        metadata.headline.map(|headline| (headline.chosen, headline.alternative)).unzip();
    let (title, title_source) = title.map(|title| (title.text, title.source)).unzip();
    let article = Article {
        url: page.url.clone().map(without_credentials),
        canonical_url: metadata.canonical_url,
        page_kind: text.page_kind,
        publisher: metadata.publisher,
        origins: metadata.origin.into_iter().collect(),
        language: metadata.language,
        title,
        title_source,
        title_alternative: title_alternative.flatten(),
        authors: metadata.authors,
        credits: metadata.credits,
        authors_source: metadata.authors_source,
        published: metadata.published,
        modified: metadata.modified,
        body: text.body,
        cuts: text.cuts,
    };
    Extraction { article, bylines, site_rule: None }
}
