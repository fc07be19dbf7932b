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
mod language;
mod moment;
mod origin;
mod publisher;
mod scan;
mod testimony;
mod text;
mod title;
mod witness;

use dateline_text::date;
use dateline_wire::{Credit, Moment, Origin, Page, Source, Wording};
use url::Url;

use crate::dom::Document;
use crate::site::SiteReading;
use authors::Bodies;
pub(crate) use authors::BylineLine;
use claims::Claims;
pub(crate) use dateline_text::date::WrittenDate;
use scan::Scan;
pub use testimony::{Statement, Testimony};
pub use title::Headline;

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
    /// The headline, and how others word it.
    pub headline: Option<Headline>,
    /// The authors, in the page's order.
    pub authors: Vec<String>,
    /// What authors and others are said to have done.
    pub credits: Vec<Credit>,
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
    headline: Option<Headline>,
    /// The authors that the operator's rule for the site points at.
    ruled_authors: Vec<String>,
    page: &'d Page,
}

/// The weight of what the operator's rule points at: more than all other witnesses have together.
const RULE_WEIGHT: f32 = 1000.0;

impl<'d> Witnesses<'d> {
    /// Walks `document`, which was parsed from `page`, and hears what it holds.
    pub fn of(document: &'d Document, page: &'d Page) -> Self {
        Self::with_rule(document, page, SiteReading::default())
    }

    /// The same, and what the operator's rule for the site found comes before what anybody else says.
    pub(crate) fn with_rule(document: &'d Document, page: &'d Page, reading: SiteReading) -> Self {
        let mut scan = Scan::of(document, page.url.as_ref());
        let mut claims = witness::hear(&scan);
        claims.published(reading.published, Source::SiteRule, RULE_WEIGHT);
        let headline = title::decide(&claims.titles, &publisher::names(&claims), &scan);
        let headline = match reading.title {
            Some(title) => Some(ruled_headline(title, headline)),
            None => headline,
        };
        scan.place_headline(headline.as_ref().map(|headline| headline.chosen.text.as_str()));
        witness::hear_around(&scan, page.received_at, &mut claims);
        Self { scan, claims, headline, ruled_authors: reading.authors, page }
    }

    /// The headline, which is known before the text is.
    pub fn title(&self) -> Option<&str> {
        self.headline.as_ref().map(|headline| headline.chosen.text.as_str())
    }

    /// What the elements for bylines at the headline say.
    pub(crate) fn bylines(&self) -> Vec<String> {
        witness::bylines(&self.scan)
    }

    /// Judges what was heard, with the text of the article as further evidence.
    pub fn decide(self, body: &str) -> Metadata {
        let title = self.title().unwrap_or_default().to_owned();
        let Self { scan, mut claims, headline, ruled_authors, page } = self;
        witness::hear_text(&scan, body, &mut claims);
        let host = page.url.as_ref().and_then(Url::host_str);
        let publishers = publisher::keys(&claims, host);
        let origin = origin::decide(&scan, body, &publishers);
        let wire = origin.iter().map(|origin| &origin.name);
        let others = wire.chain(&claims.organisations).map(|name| text::key(name)).collect();
        let bodies = Bodies { publishers, others };
        let lede = moment::Lede { text: scan.lede(body), language: scan.html_lang };
        let (published, modified) = moment::decide(&claims, lede, page.received_at);
        let language = language::decide(&scan, &claims, &title, body);
        authors::leave_out_editors(&mut claims.authors, &claims.credits);
        let (authors, authors_source) = match ruled_authors.is_empty() {
            true => authors::decide(&claims.authors, &bodies, &title),
            false => Some((ruled_authors, Source::SiteRule)),
        }
        .unzip();
        let authors = authors.unwrap_or_default();
        Metadata {
            canonical_url: canonical::decide(&scan),
            publisher: publisher::decide(&claims),
            origin,
            language,
            headline,
            credits: authors::credits(&authors, &claims.credits, &bodies),
            authors,
            authors_source,
            published,
            modified,
        }
    }
}

/// The headline that a rule points at, with what the page gives without it as another wording.
fn ruled_headline(title: String, general: Option<Headline>) -> Headline {
    let is_other = |wording: &Wording| text::key(&wording.text) != text::key(&title);
    let alternative = general.map(|headline| headline.chosen).filter(is_other);
    Headline { chosen: Wording { text: title, source: Source::SiteRule }, alternative }
}

/// The names in a byline that is known to be one.
pub(crate) fn names_in(byline: &str) -> Vec<String> {
    authors::clean(byline)
}

/// Whether a line of the text says nothing but that some of `authors` wrote it, and how.
pub(crate) fn byline_of(line: &str, authors: &[String]) -> Option<BylineLine> {
    authors::byline_of(line, authors)
}

/// Whether a line right above the text names some of `authors`, and beside them a place or a house at most.
pub(crate) fn is_placed_byline(line: &str, authors: &[String]) -> bool {
    authors::is_placed_byline(line, authors)
}

/// Whether a line of a byline can only stand where a text ends, by its signs.
pub(crate) fn closes_text(line: &str) -> bool {
    authors::closes_text(line)
}

/// The date, and the time where there is one, in a text that is known to be one.
pub(crate) fn time_in(text: &str) -> Option<WrittenDate> {
    date::read(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had crossed \
        by noon, the port authority said on Wednesday.";

    fn metadata(html: &str) -> Metadata {
        let page = Page {
            url: Url::parse("https://gazette.example/news/ferry").ok(),
            content_type: None,
            bytes: html.into(),
            received_at: "2025-06-04T12:00:00Z".parse().ok(),
        };
        let document = Document::parse(&page);
        Witnesses::of(&document, &page).decide(TEXT)
    }

    #[test]
    fn a_plain_page_is_read_from_what_its_reader_sees() {
        let found = metadata(&format!(
            "<title>Ferry runs again after the storm | Harbour Gazette</title><h1>Ferry runs again after the storm</h1>
             <div class=byline>By Ana Lund</div><div>Wed 4th Jun, 2025</div><p>{TEXT}</p>"
        ));
        assert_eq!(
            found.headline.map(|headline| headline.chosen.text).as_deref(),
            Some("Ferry runs again after the storm")
        );
        assert_eq!(found.authors, ["Ana Lund"]);
        assert_eq!(found.published.map(|moment| moment.value).as_deref(), Some("2025-06-04"));
        assert_eq!(found.language.as_deref(), Some("en"));
    }

    #[test]
    fn dates_of_other_stories_are_not_the_articles() {
        let found = metadata(&format!(
            "<h1>Ferry runs again after the storm</h1><p>{TEXT}</p><div class=related><h3>Related</h3>
             <div class=card><time datetime=2024-01-01>1 January 2024</time><div>26 minutes ago</div></div></div>"
        ));
        assert_eq!(found.published, None);
    }

    #[test]
    fn an_age_beside_the_headline_counts_from_when_the_page_came() {
        let found = metadata(&format!(
            "<h1>Ferry runs again after the storm</h1><div>26 minutes ago</div><p>{TEXT}</p>"
        ));
        assert_eq!(found.published.map(|moment| moment.value).as_deref(), Some("2025-06-04T11:34Z"));
    }

    #[test]
    fn a_wire_beside_its_date_is_the_origin_and_no_author() {
        let found = metadata(&format!(
            "<h1>Ferry runs again after the storm</h1><div class=src><span class=name>Westland News</span><span class=time>04-06-2025</span></div>
             <p>{TEXT}</p>"
        ));
        assert_eq!(found.origin.map(|origin| origin.name).as_deref(), Some("Westland News"));
        assert!(found.authors.is_empty());
        assert_eq!(found.published.map(|moment| moment.value).as_deref(), Some("2025-06-04"));
    }

    #[test]
    fn a_page_that_says_nothing_gives_nothing() {
        let page = Page { url: None, content_type: None, bytes: Vec::new(), received_at: None };
        let document = Document::parse(&page);
        assert_eq!(Witnesses::of(&document, &page).decide(""), Metadata::default());
    }

    #[test]
    fn floods_of_everything_that_witnesses_look_for_are_cut() {
        let flood = "<h1 class=author itemprop=author><time datetime=2025-01-01><a rel=author href=/author/x>By Ana Lund</a>".repeat(5_000)
            + &"<meta name=author content='Ana Lund'><script type=application/ld+json>{\"@type\":\"Article\",\"author\":[]}</script>".repeat(2_000);
        // It ends, which is the point; what it says of such a page is anybody's guess.
        let _ = metadata(&flood);
    }
}
