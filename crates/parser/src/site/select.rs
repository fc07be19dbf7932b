//! A rule applied to a page: what its selectors find.
//!
//! The tree that the selectors are asked of is a copy of the page's own, so that what they find are places in it, and the
//! bounds of [`crate::guard`] hold for both. Only pages that have a rule pay for the copy.

use std::collections::HashSet;

use html5ever::{Attribute, LocalName, QualName, ns};
use scraper::node::{Element, Text};
use scraper::{Html, Selector};

use super::{SiteReading, SiteRule, SiteRulePart};
use crate::dom::{Document, Node, NodeId};
use crate::meta;

/// Authors that a rule may give, at most; a page that seems to have more is another page.
const MAX_AUTHORS: usize = 20;

impl SiteRule {
    /// What the rule finds on a page.
    pub(crate) fn read(&self, document: &Document) -> SiteReading {
        let copy = Copy::of(document);
        let texts = |selector| copy.select(selector).filter_map(said);
        let mut authors: Vec<String> = Vec::new();
        for name in texts(self.authors.as_ref()).flat_map(|byline| meta::names_in(&byline)) {
            if authors.len() < MAX_AUTHORS && !authors.contains(&name) {
                authors.push(name);
            }
        }
        let mut reading = SiteReading {
            title: texts(self.title.as_ref()).next(),
            authors,
            published: texts(self.published.as_ref()).find_map(|text| meta::time_in(&text)),
            body: outermost(copy.select(self.body.as_ref())),
            dropped: outermost(copy.select(self.drop.as_ref())),
            asked: Vec::new(),
            unmatched: Vec::new(),
        };
        let parts = [
            (SiteRulePart::Body, &self.body, !reading.body.is_empty()),
            (SiteRulePart::Title, &self.title, reading.title.is_some()),
            (SiteRulePart::Authors, &self.authors, !reading.authors.is_empty()),
            (SiteRulePart::Published, &self.published, reading.published.is_some()),
        ];
        for (part, selector, is_found) in parts {
            if selector.is_some() {
                reading.asked.push(part);
                if !is_found {
                    reading.unmatched.push(part);
                }
            }
        }
        reading
    }
}

/// What an element says: the value that it has for machines, or else the text that a reader sees.
fn said(node: Node<'_>) -> Option<String> {
    let value = node.attr("content").or_else(|| node.attr("datetime"));
    let text = value.map_or_else(|| node.text_content(), str::to_owned);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// The nodes that lie in none of the others.
fn outermost<'d>(nodes: impl Iterator<Item = Node<'d>>) -> Vec<NodeId> {
    let mut seen = HashSet::new();
    // In the order of the page, what holds a node comes before it.
    let is_outermost =
        |node: &Node<'d>| seen.insert(node.id()) && !node.ancestors().any(|above| seen.contains(&above.id()));
    nodes.filter(is_outermost).map(Node::id).collect()
}

/// A document as `scraper` holds it, with the way back.
struct Copy<'d> {
    html: Html,
    /// The original of each node of the copy, in the order in which the copies were made: that of the page.
    originals: Vec<Node<'d>>,
}

impl<'d> Copy<'d> {
    fn of(document: &'d Document) -> Self {
        let mut html = Html::new_document();
        let root = document.root();
        let mut originals = vec![root];
        // The copies of the nodes above the current one, the nearest last.
        let mut above = vec![(root, html.tree.root().id())];
        for node in root.descendants() {
            let Some(value) = copied(node) else { continue };
            while above.len() > 1 && above.last().is_some_and(|(open, _)| node.parent() != Some(*open)) {
                above.pop();
            }
            let Some(mut parent) = above.last().and_then(|(_, id)| html.tree.get_mut(*id)) else { continue };
            above.push((node, parent.append(value).id()));
            originals.push(node);
        }
        Self { html, originals }
    }

    /// The nodes that `selector` selects, in the order of the page; none without a selector.
    fn select(&self, selector: Option<&Selector>) -> impl Iterator<Item = Node<'d>> {
        let mut places = self.html.tree.nodes().zip(&self.originals);
        let selected = selector.into_iter().flat_map(|selector| self.html.select(selector));
        selected.filter_map(move |element| {
            places.find(|(copy, _)| *copy == *element).map(|(_, original)| *original)
        })
    }
}

/// A node without its children; nothing for the document itself.
fn copied(node: Node<'_>) -> Option<scraper::Node> {
    if let Some(text) = node.text() {
        return Some(scraper::Node::Text(Text { text: text.into() }));
    }
    let name = QualName::new(None, ns!(html), node.name()?.clone());
    let attribute = |(name, value): (&str, &str)| Attribute {
        name: QualName::new(None, ns!(), LocalName::from(name)),
        value: value.into(),
    };
    Some(scraper::Node::Element(Element::new(name, node.attrs().map(attribute).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::SiteRules;

    fn selected(html: &str, keys: &str) -> (Vec<String>, SiteReading) {
        let rules = SiteRules::parse("sites.toml", &format!("[[site]]\nhost = 'a.example'\n{keys}")).unwrap();
        let document = Document::from_html_whole(html);
        let reading = rules.for_url(&"https://a.example/".parse().unwrap()).unwrap().read(&document);
        let texts = reading.body.iter().map(|id| document.node(*id).text_content()).collect();
        (texts, reading)
    }

    #[test]
    fn selectors_find_their_places_in_the_page_itself() {
        let (texts, _) = selected(
            "<div class=a><p>one<p>two</div><table><tr><td>x<p>three</table><p data-kind=late>four",
            "body = 'div.a > p:nth-child(2), td > p, [data-kind=late]'",
        );
        assert_eq!(texts, ["two", "three", "four"]);
    }

    #[test]
    fn of_elements_inside_one_another_the_outermost_counts() {
        let (texts, _) = selected("<div>a<div>b</div></div><div>c</div>", "body = 'div'\ndrop = 'div > div'");
        assert_eq!(texts, ["ab", "c"]);
    }

    #[test]
    fn values_for_machines_come_before_text_and_blank_ones_do_not_count() {
        let html = "<meta name=writer content='By Ana  Lund'><h1> </h1><h1>Ferry</h1><time datetime=2025-06-04>today</time>
            <i>Bo Ek</i><i>Ana Lund</i>";
        let (_, reading) =
            selected(html, "title = 'h1'\npublished = 'time'\nauthors = 'meta[name=writer], i'");
        assert_eq!(reading.title.as_deref(), Some("Ferry"));
        assert_eq!(reading.published.and_then(|written| written.date()), Some(jiff::civil::date(2025, 6, 4)));
        assert_eq!(reading.authors, ["Ana Lund", "Bo Ek"]);
    }

    #[test]
    fn what_finds_nothing_is_told_but_what_is_to_be_dropped_may_be_missing() {
        let (_, reading) =
            selected("<p>text", "body = '.story'\ntitle = 'h1'\ndrop = '.promo'\npublished = 'p'");
        assert_eq!(reading.unmatched, [SiteRulePart::Body, SiteRulePart::Title, SiteRulePart::Published]);
    }

    #[test]
    fn a_large_page_is_selected_from_in_time_that_grows_with_its_size() {
        let html = format!("<div>{}</div>", "<p>a</p>".repeat(50_000));
        let (texts, _) = selected(&html, "body = 'div > p:nth-last-child(1)'");
        assert_eq!(texts, ["a"]);
    }
}
