//! What a page says about its article: headline, authors, time, language, publisher, origin, address.
//!
//! One walk over the document ([`scan`]) gathers what might tell; the witnesses ([`witness`]) turn that into claims
//! ([`claims`]), each with its source and a weight; and for each field one file decides which claim is believed, by agreement
//! and plausibility ([`title`], [`authors`], [`moment`], [`language`], [`publisher`], [`origin`], [`canonical`]). A value that
//! no witness gives stays absent.
//!
//! The work comes in two halves, since the text of the article is itself evidence: [`Witnesses::of`] before the body is
//! extracted, [`Witnesses::decide`] after.

mod authors;
mod canonical;
mod claims;
mod date;
mod language;
mod moment;
mod origin;
mod publisher;
mod scan;
mod text;
mod title;
mod witness;

use dateline_wire::{Moment, Origin, Page, Source};
use url::Url;

use crate::dom::Document;
use claims::Claims;
use scan::Scan;

/// What is known about an article besides its text. What isn't known is absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The address the article is known by.
    pub canonical_url: Option<Url>,
    /// The name of the site or paper.
    pub publisher: Option<String>,
    /// The wire or paper the text was taken from.
    pub origin: Option<Origin>,
    /// The language of the text, as a BCP 47 primary tag.
    pub language: Option<String>,
    /// The headline, without the name of the site.
    pub title: Option<String>,
    /// Where the headline was read.
    pub title_source: Option<Source>,
    /// The authors, in the page's order.
    pub authors: Vec<String>,
    /// Where the authors were read.
    pub authors_source: Option<Source>,
    /// When it was published.
    pub published: Option<Moment>,
    /// When it was last modified, where that is later.
    pub modified: Option<Moment>,
}

/// What a page holds that tells of its article, heard but not yet judged.
#[derive(Debug)]
pub struct Witnesses<'d> {
    scan: Scan<'d>,
    claims: Claims,
    title: Option<(String, Source)>,
    page: &'d Page,
}

impl<'d> Witnesses<'d> {
    /// Walks `document`, which was parsed from `page`, and hears what it holds.
    pub fn of(document: &'d Document, page: &'d Page) -> Self {
        let mut scan = Scan::of(document, page.url.as_ref());
        let mut claims = witness::hear(&scan);
        let host = page.url.as_ref().and_then(Url::host_str);
        let names = publisher::names(&claims);
        let title = title::decide(&claims.titles, &names, host, scan.title.as_deref());
        scan.place_headline(title.as_ref().map(|(title, _)| title.as_str()));
        witness::hear_around(&scan, page.received_at, &mut claims);
        Self { scan, claims, title, page }
    }

    /// The headline, which is known before the text is.
    pub fn title(&self) -> Option<&str> {
        self.title.as_ref().map(|(title, _)| title.as_str())
    }

    /// Judges what was heard, with the text of the article as further evidence.
    pub fn decide(self, body: &str) -> Metadata {
        let Self { scan, claims, title, page } = self;
        let host = page.url.as_ref().and_then(Url::host_str);
        let mut publishers = publisher::keys(&claims, host);
        let origin = origin::decide(&scan, body, &publishers);
        // The wire is no author, as the house is none.
        publishers.extend(origin.iter().map(|origin| text::key(&origin.name)));
        let (published, modified) = moment::decide(&claims, scan.lede(body));
        let language = language::decide(&scan, &claims, title.as_ref().map_or("", |(title, _)| title), body);
        let (title, title_source) = title.unzip();
        let headline_text = title.as_deref().unwrap_or_default();
        let (authors, authors_source) = authors::decide(&claims.authors, &publishers, headline_text).unzip();
        Metadata {
            canonical_url: canonical::decide(&scan),
            publisher: publisher::decide(&claims),
            origin,
            language,
            title,
            title_source,
            authors: authors.unwrap_or_default(),
            authors_source,
            published,
            modified,
        }
    }
}
