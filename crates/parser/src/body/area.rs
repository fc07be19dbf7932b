//! The boxes of a page: every element that stands as a block, with what it holds.

use crate::dom::{LocalName, Node, local_name};

use super::marks::MarkupFamilies;

/// An index into [`super::run::Layout::areas`]. The page itself is area 0; a parent's index is below its children's.
pub(super) type AreaId = u32;

/// The element a run stands in, as far as the decision cares. The order is from running text to furniture, so that a
/// threshold on it means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Tag {
    Paragraph,
    Article,
    Main,
    Quote,
    Pre,
    Div,
    Section,
    Heading,
    Cell,
    Item,
    List,
    Table,
    Definition,
    Other,
    Figure,
    Caption,
    Aside,
    Header,
    Form,
    Footer,
    Nav,
}

impl Tag {
    pub(super) fn of(name: &LocalName) -> Self {
        match *name {
            local_name!("p") => Self::Paragraph,
            local_name!("article") => Self::Article,
            local_name!("main") => Self::Main,
            local_name!("blockquote") | local_name!("q") => Self::Quote,
            local_name!("pre") => Self::Pre,
            local_name!("div") | local_name!("center") => Self::Div,
            local_name!("section") | local_name!("body") => Self::Section,
            local_name!("h1")
            | local_name!("h2")
            | local_name!("h3")
            | local_name!("h4")
            | local_name!("h5")
            | local_name!("h6") => Self::Heading,
            local_name!("td") | local_name!("th") | local_name!("tr") => Self::Cell,
            local_name!("li") => Self::Item,
            local_name!("ul") | local_name!("ol") | local_name!("menu") => Self::List,
            local_name!("table") | local_name!("tbody") | local_name!("thead") | local_name!("tfoot") => {
                Self::Table
            }
            local_name!("dl") | local_name!("dt") | local_name!("dd") => Self::Definition,
            local_name!("figure") | local_name!("picture") => Self::Figure,
            local_name!("figcaption") | local_name!("caption") => Self::Caption,
            local_name!("aside")
            | local_name!("details")
            | local_name!("summary")
            | local_name!("dialog") => Self::Aside,
            local_name!("header") | local_name!("hgroup") => Self::Header,
            local_name!("form") | local_name!("fieldset") | local_name!("legend") | local_name!("label") => {
                Self::Form
            }
            local_name!("footer") | local_name!("address") => Self::Footer,
            local_name!("nav") => Self::Nav,
            _ => Self::Other,
        }
    }
}

/// One box.
#[derive(Debug, Clone)]
pub(super) struct Area {
    pub(super) parent: AreaId,
    pub(super) tag: Tag,
    pub(super) depth: u16,
    /// What its class, id and role say, with those of inline elements around it.
    pub(super) marks: MarkupFamilies,
    /// The union over itself and everything around it.
    pub(super) marks_above: MarkupFamilies,
    /// Hash of its tag and class: boxes that look the same have the same.
    pub(super) look: u64,
    /// Whether it has a class.
    pub(super) is_named: bool,
    /// Runs directly in it.
    pub(super) own_runs: u32,
    /// Runs in it and below it.
    pub(super) runs: u32,
    /// Length of the text in it and below it, in units ([`super::run::Run::units`]).
    pub(super) units: f32,
    /// The part of it that is links.
    pub(super) link_units: f32,
    /// Pictures in it and below it.
    pub(super) images: u32,
    /// Buttons and fields in it and below it.
    pub(super) controls: u32,
    /// Fields for a password in it and below it.
    pub(super) passwords: u32,
    /// Fields for an address to write to in it and below it.
    pub(super) addresses: u32,
}

/// Elements that flow within a line of text. Everything else starts and ends a run.
pub(super) fn is_inline(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("abbr")
            | local_name!("acronym")
            | local_name!("b")
            | local_name!("bdi")
            | local_name!("bdo")
            | local_name!("big")
            | local_name!("cite")
            | local_name!("code")
            | local_name!("data")
            | local_name!("del")
            | local_name!("dfn")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("img")
            | local_name!("ins")
            | local_name!("kbd")
            | local_name!("mark")
            | local_name!("nobr")
            | local_name!("q")
            | local_name!("ruby")
            | local_name!("rb")
            | local_name!("s")
            | local_name!("samp")
            | local_name!("small")
            | local_name!("span")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("sub")
            | local_name!("sup")
            | local_name!("time")
            | local_name!("tt")
            | local_name!("u")
            | local_name!("var")
            | local_name!("wbr")
            | local_name!("path")
            | local_name!("svg")
    )
}

/// Elements whose text nobody reads as text: code, styles, controls, embedded documents, ruby readings.
pub(super) fn is_unread(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("script")
            | local_name!("style")
            | local_name!("noscript")
            | local_name!("template")
            | local_name!("svg")
            | local_name!("math")
            | local_name!("iframe")
            | local_name!("object")
            | local_name!("video")
            | local_name!("audio")
            | local_name!("canvas")
            | local_name!("select")
            | local_name!("option")
            | local_name!("button")
            | local_name!("textarea")
            | local_name!("input")
            | local_name!("head")
            | local_name!("title")
            | local_name!("rt")
            | local_name!("rp")
            | local_name!("map")
            | local_name!("datalist")
    )
}

/// The level of a heading element, 1 to 6; 0 for everything else.
pub(super) fn heading_level(node: Node<'_>) -> u8 {
    match node.name() {
        Some(&local_name!("h1")) => 1,
        Some(&local_name!("h2")) => 2,
        Some(&local_name!("h3")) => 3,
        Some(&local_name!("h4")) => 4,
        Some(&local_name!("h5")) => 5,
        Some(&local_name!("h6")) => 6,
        _ => 0,
    }
}
