//! The page as a tree: an arena built by html5ever, bounded, and pleasant to walk.
//!
//! [`Document::parse`] decodes the bytes ([`dateline_text::charset`]), puts a sieve and the guard in front ([`crate::guard`]), reads
//! plain markup by itself (`reader`) and lets html5ever build the tree straight into one vector of nodes. A [`Node`] is a cursor: a copy of two words that knows
//! its document, so that walking borrows nothing but the document.
//!
//! ```
//! use dateline_parser::dom::{Document, local_name};
//!
//! let page = Document::from_html("<h1 id=top>Ferry <b>runs</b> again</h1><p>It left at six.<p>It came at nine.");
//! let heading = page.elements(local_name!("h1")).next().expect("there is one");
//! assert_eq!(heading.text_content(), "Ferry runs again");
//! assert_eq!(heading.attr("id"), Some("top"));
//!
//! let lines: Vec<_> = page.body().children().filter(|node| node.is(&local_name!("p"))).collect();
//! assert_eq!(lines.len(), 2);
//! assert_eq!(lines[1].previous_sibling().map(|node| node.text_content()), Some("It left at six.".into()));
//! ```
//!
//! What is kept: elements, the attributes that somebody here reads (`crate::sieve`) and text, `<template>` contents as
//! ordinary children. What is not: comments, processing instructions, the doctype. `<noscript>` holds its content as text,
//! as a browser with scripting sees it.

mod node;
mod reader;
mod sink;

pub use html5ever::{LocalName, local_name};
pub use node::{Ancestors, Children, Descendants, Node};

use dateline_text::charset::{self, Markup};
use html5ever::tendril::StrTendril;
use memchr::memchr;

use crate::sieve::{SieveAttributes, sieve};
use dateline_wire::Page;

/// The place of a node in its document's arena. Ids follow the order in which the tree builder made the nodes, which is
/// document order except where it had to move something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    const DOCUMENT: Self = Self(0);
    const NONE: Self = Self(u32::MAX);

    /// The id as an index, for side tables with one slot a node: always below [`Document::len`].
    pub fn index(self) -> usize {
        self.0 as usize
    }

    fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}

/// A parsed page.
#[derive(Debug, Clone)]
pub struct Document {
    nodes: Vec<sink::NodeData>,
    attributes: Vec<sink::Attr>,
    truncated: bool,
}

impl Document {
    /// Parses a page's bytes in whatever charset they turn out to be. Never fails and never panics: bytes that are no HTML
    /// give a document without elements of interest, and a page beyond the guard's bounds is read up to them.
    pub fn parse(page: &Page) -> Self {
        Self::from_html(&charset::decode(&page.bytes, page.content_type.as_deref(), Markup::Html).text)
    }

    /// Parses HTML that is already text.
    pub fn from_html(html: &str) -> Self {
        Self::contained(|| Self::build(html, SieveAttributes::Read))
    }

    /// html5ever holds assertions about its own state; whatever trips one must cost a page, not the process.
    fn contained(build: impl FnOnce() -> Self + std::panic::UnwindSafe) -> Self {
        std::panic::catch_unwind(build).unwrap_or_else(|_| sink::Sink::new(0).finish_document(true))
    }

    /// Parses as [`Document::parse`] does, and keeps the attributes that nobody here reads, too: a selector may ask for any.
    pub fn parse_whole(page: &Page) -> Self {
        Self::from_html_whole(&charset::decode(&page.bytes, page.content_type.as_deref(), Markup::Html).text)
    }

    pub(crate) fn from_html_whole(html: &str) -> Self {
        Self::contained(|| Self::build(html, SieveAttributes::All))
    }

    fn build(html: &str, attributes: SieveAttributes) -> Self {
        let mut page = sieve(html, attributes);
        if memchr(b'\r', page.as_bytes()).is_some() {
            page = StrTendril::from(page.replace("\r\n", "\n").replace('\r', "\n"));
        }
        reader::read(&page)
    }

    /// How many nodes there are; every [`NodeId::index`] is below.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing but the document itself.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() <= 1
    }

    /// Whether the page held more than [`MAX_NODES`](crate::guard::MAX_NODES) nodes, so that its end is missing here.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The page without `nodes` and what is below them. Ids stay what they were.
    pub(crate) fn without(&self, nodes: &[NodeId]) -> Self {
        let mut page = self.clone();
        for node in nodes {
            sink::detach(&mut page.nodes, *node);
        }
        page
    }

    /// The document node, parent of `<html>`.
    pub fn root(&self) -> Node<'_> {
        self.node(NodeId::DOCUMENT)
    }

    /// The cursor at `id`, which must be of this document.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node::new(self, id)
    }

    /// The `<body>`, or the document itself where there is none (a frameset, or nothing at all).
    pub fn body(&self) -> Node<'_> {
        self.elements(local_name!("body")).next().unwrap_or_else(|| self.root())
    }

    /// Every element of that name, in the order in which they were made: without a walk over the tree.
    pub(crate) fn made(&self, name: LocalName) -> impl Iterator<Item = Node<'_>> {
        let ids = (0..self.nodes.len() as u32).map(NodeId);
        ids.map(|id| self.node(id)).filter(move |node| node.is(&name))
    }

    /// Every element of that name, in document order.
    pub fn elements(&self, name: LocalName) -> impl Iterator<Item = Node<'_>> {
        self.root().descendants().filter(move |node| node.is(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_walked_in_document_order() {
        let page = Document::from_html("<title>T</title><div><p>one<p>two <i>three</i></div><p>four");
        let words: Vec<&str> = page.body().descendants().filter_map(|node| node.text()).collect();
        assert_eq!(words, ["one", "two ", "three", "four"]);
    }

    #[test]
    fn text_that_arrives_in_pieces_is_one_node() {
        let page = Document::from_html("<p>salt &amp; pepper\nand more");
        let paragraph = page.elements(local_name!("p")).next().unwrap();
        assert_eq!(paragraph.children().count(), 1);
        assert_eq!(paragraph.text_content(), "salt & pepper\nand more");
    }

    #[test]
    fn comments_leave_no_trace() {
        let page = Document::from_html("<p>one<!-- hidden -->two");
        assert_eq!(page.body().text_content(), "onetwo");
    }

    #[test]
    fn script_data_is_the_text_of_its_element() {
        let page = Document::from_html("<script type=x>{\"a\": \"<p>\"}</script>");
        let script = page.elements(local_name!("script")).next().unwrap();
        assert_eq!(script.text_content(), "{\"a\": \"<p>\"}");
    }

    #[test]
    fn bytes_that_are_no_page_give_a_document_without_text() {
        for html in ["", "\u{0}", "<", "</", "<!", "<![CDATA[", "&#x"] {
            let page = Document::from_html(html);
            assert!(page.body().text_content().len() <= html.len(), "{html:?}");
        }
    }

    #[test]
    fn a_cursor_finds_its_neighbours() {
        let page = Document::from_html("<ul><li>a<li>b<li>c</ul>");
        let second = page.elements(local_name!("li")).nth(1).unwrap();
        assert_eq!(second.next_sibling().unwrap().text_content(), "c");
        assert_eq!(second.previous_sibling().unwrap().text_content(), "a");
        assert!(second.parent().unwrap().is(&local_name!("ul")));
        assert_eq!(second.ancestors().count(), 4);
    }
}
