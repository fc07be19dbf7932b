//! What the operator knows of single sites: rules for those that no general rule reads right.
//!
//! A rules file ([`file`](mod@file)) names hosts, and CSS selectors for what stands on their pages. [`SiteRules::for_url`]
//! finds the rule of a page, and [`SiteRule::read`] applies it ([`select`]). What comes of it, a [`SiteReading`], is a witness
//! like the others, but it is believed where it speaks: the general way decides only what the rule leaves open, or what its
//! selectors do not find any more.
//!
//! ```
//! use dateline_parser::{SiteRules, extract_by};
//! use dateline_wire::Page;
//!
//! let rules = SiteRules::parse("sites.toml", r#"
//!     [[site]]
//!     host = "gazette.example"
//!     body = "div.tale"
//!     drop = "p.promo"
//! "#)?;
//! let html = "<div class=tale><p>The ferry left.<p class=promo>Sail with us!</div>";
//! let url = "https://www.gazette.example/ferry".parse().ok();
//! let page = Page { url, content_type: None, bytes: html.into(), received_at: None };
//! let extraction = extract_by(&page, &rules);
//! assert_eq!(extraction.article.body.text, "The ferry left.");
//! assert_eq!(extraction.site_rule.map(|applied| applied.rule).as_deref(), Some("gazette.example"));
//! # Ok::<(), dateline_parser::SiteRulesError>(())
//! ```

mod file;
mod path;
mod select;

use scraper::Selector;
use url::Url;

use crate::dom::NodeId;
use crate::meta::WrittenDate;
pub use file::{SiteRuleProblem, SiteRulesError};
use path::PathPattern;

/// The operator's rules for single sites.
#[derive(Debug, Default)]
pub struct SiteRules {
    rules: Vec<SiteRule>,
}

impl SiteRules {
    /// The rule for a page: of those that match, the one with the longest host, then the longest path.
    pub fn for_url(&self, url: &Url) -> Option<&SiteRule> {
        let matching = self.rules.iter().filter(|rule| rule.matches(url));
        matching.max_by_key(|rule| (rule.host.len(), rule.path.as_ref().map(PathPattern::len)))
    }

    /// The names of all rules, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.name.as_str())
    }
}

/// How the pages of one site, or of one part of it, are read.
#[derive(Debug)]
pub struct SiteRule {
    name: String,
    /// In lower case; the rule holds for it and for every host below it.
    host: String,
    path: Option<PathPattern>,
    body: Option<Selector>,
    drop: Option<Selector>,
    title: Option<Selector>,
    authors: Option<Selector>,
    published: Option<Selector>,
}

impl SiteRule {
    /// The rule's name: its host, followed by its path where it has one.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn matches(&self, url: &Url) -> bool {
        let is_host = |host: &str| {
            let below = host.strip_suffix(&self.host);
            below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
        };
        url.host_str().is_some_and(is_host) && self.path.as_ref().is_none_or(|path| path.matches(url.path()))
    }
}

/// A part of an article that a rule can point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteRulePart {
    /// The elements that hold the text.
    Body,
    /// The headline.
    Title,
    /// The authors.
    Authors,
    /// The time of publication.
    Published,
}

impl SiteRulePart {
    /// The part's key in the rules file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Title => "title",
            Self::Authors => "authors",
            Self::Published => "published",
        }
    }
}

/// The rule that a page was read by, and how it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedSiteRule {
    /// The rule's name: its host, followed by its path where it has one.
    pub rule: String,
    /// The parts that the rule has selectors for; what is to be dropped may be missing from any page and is not listed.
    pub asked: Vec<SiteRulePart>,
    /// Of these, the parts whose selectors found nothing on the page, so that the general way decided them.
    pub unmatched: Vec<SiteRulePart>,
}

/// What a rule found on a page.
#[derive(Debug, Default)]
pub(crate) struct SiteReading {
    pub(crate) title: Option<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) published: Option<WrittenDate>,
    /// The elements that hold the text, outermost only, in the order of the page; none means that the general way decides.
    pub(crate) body: Vec<NodeId>,
    /// The elements to be left out, outermost only, in the order of the page.
    pub(crate) dropped: Vec<NodeId>,
    /// The parts that the rule has selectors for.
    pub(crate) asked: Vec<SiteRulePart>,
    /// Of these, what was not found.
    pub(crate) unmatched: Vec<SiteRulePart>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule_for<'r>(rules: &'r SiteRules, url: &str) -> Option<&'r str> {
        rules.for_url(&url.parse().unwrap()).map(|rule| rule.name.as_str())
    }

    #[test]
    fn a_rule_holds_for_its_host_and_what_lies_under_it() {
        let rules =
            SiteRules::parse("sites.toml", "[[site]]\nhost = 'News.example'\nbody = 'main'\n").unwrap();
        assert_eq!(rule_for(&rules, "https://news.example/a"), Some("news.example"));
        assert_eq!(rule_for(&rules, "https://www.NEWS.example/a"), Some("news.example"));
        assert_eq!(rule_for(&rules, "https://goodnews.example/a"), None);
        assert_eq!(rule_for(&rules, "https://news.example.org/a"), None);
    }

    #[test]
    fn the_closest_rule_comes_first_whatever_the_order() {
        let rules = SiteRules::parse(
            "sites.toml",
            "[[site]]\nhost = 'news.example'\npath = '/world/*'\nbody = 'a'\n\
             [[site]]\nhost = 'news.example'\nbody = 'a'\n\
             [[site]]\nhost = 'ru.news.example'\nbody = 'a'\n\
             [[site]]\nhost = 'news.example'\npath = '/world/asia/*'\nbody = 'a'\n",
        )
        .unwrap();
        assert_eq!(rule_for(&rules, "https://news.example/sport/1"), Some("news.example"));
        assert_eq!(rule_for(&rules, "https://news.example/world/1"), Some("news.example/world/*"));
        assert_eq!(rule_for(&rules, "https://news.example/world/asia/1"), Some("news.example/world/asia/*"));
        assert_eq!(rule_for(&rules, "https://ru.news.example/world/1"), Some("ru.news.example"));
    }
}
