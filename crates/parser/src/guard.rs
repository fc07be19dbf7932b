//! What keeps a hostile page bounded.
//!
//! html5ever walks its stack of open elements for most tags, so a page nested 50,000 deep costs the square of that; and it
//! compares each new attribute with all earlier ones of its tag. Both are cut off in front of it: attribute floods by a scan
//! of the text (`sieve`), depth by a filter between tokenizer and tree builder ([`DepthGuard`]).
//! The size of the tree is bounded by [`MAX_NODES`] and [`MAX_ATTRIBUTES`], after which the rest of the page is not read.

use std::cell::{Cell, RefCell};

use html5ever::LocalName;
use html5ever::interface::{Tracer, TreeSink};
use html5ever::local_name;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::TreeBuilder;

/// Open elements at once. Browsers stop at 512 (Blink, WebKit) and flatten what is deeper; news pages stay below 60.
pub const MAX_DEPTH: usize = 256;

/// Nodes of one document, at 56 bytes each. News pages hold 1,000 to 15,000.
pub const MAX_NODES: usize = 120_000;

/// Attributes of one document, at 24 bytes each.
pub const MAX_ATTRIBUTES: usize = 300_000;

/// Attributes of one element that are kept. Tags with more are cut in the text before html5ever compares them pairwise.
pub const MAX_ATTRIBUTES_OF_ONE: usize = 256;

/// Bytes of a page between two checks whether the tree is full.
pub(crate) const CHUNK: usize = 64 * 1024;

/// Start tags between two exact counts of the open elements, while the page is shallow.
const RECOUNT: usize = 32;

/// Stands between tokenizer and tree builder and drops start tags, with their end tags, where the page is too deep.
///
/// Their content stays, one level up. Elements whose content is no markup (`<script>` and its like) always pass, since the
/// tokenizer must learn of them; they cannot nest.
pub(crate) struct DepthGuard<Sink: TreeSink> {
    tree: TreeBuilder<Sink::Handle, Sink>,
    /// Upper bound of the open elements: the last exact count, and the start tags since.
    open: Cell<usize>,
    until_recount: Cell<usize>,
    /// Names of the dropped start tags whose end tag is still to come.
    dropped: RefCell<Vec<LocalName>>,
    /// The element whose content the tree builder has asked to be read as text, until its end tag has come.
    raw_text: RefCell<Option<LocalName>>,
}

impl<Sink: TreeSink> DepthGuard<Sink> {
    pub(crate) fn new(tree: TreeBuilder<Sink::Handle, Sink>) -> Self {
        Self {
            tree,
            open: Cell::new(0),
            until_recount: Cell::new(RECOUNT),
            dropped: RefCell::new(Vec::new()),
            raw_text: RefCell::new(None),
        }
    }

    pub(crate) fn tree(&self) -> &TreeBuilder<Sink::Handle, Sink> {
        &self.tree
    }

    /// The element of which text is read now, in which nothing is markup but its end tag.
    pub(crate) fn raw_text(&self) -> Option<LocalName> {
        self.raw_text.borrow().clone()
    }

    pub(crate) fn into_tree(self) -> TreeBuilder<Sink::Handle, Sink> {
        self.tree
    }

    fn admits(&self, tag: &Tag) -> bool {
        match tag.kind {
            TagKind::StartTag => {
                let left = self.until_recount.get();
                if left == 0 {
                    self.until_recount.set(RECOUNT);
                    self.open.set(self.count_open());
                } else {
                    self.until_recount.set(left - 1);
                    self.open.set(self.open.get() + 1);
                }
                if self.open.get() < MAX_DEPTH + RECOUNT || may_hold_raw_text(&tag.name) {
                    return true;
                }
                self.dropped.borrow_mut().push(tag.name.clone());
                false
            }
            TagKind::EndTag => {
                let mut dropped = self.dropped.borrow_mut();
                let matches = dropped.last() == Some(&tag.name);
                if matches {
                    dropped.pop();
                }
                !matches
            }
        }
    }

    /// The handles that the tree builder holds: its stack of open elements and its list of active formatting elements.
    fn count_open(&self) -> usize {
        struct Count<Handle>(Cell<usize>, std::marker::PhantomData<Handle>);
        impl<Handle> Tracer for Count<Handle> {
            type Handle = Handle;
            fn trace_handle(&self, _: &Handle) {
                self.0.set(self.0.get() + 1);
            }
        }
        let count = Count(Cell::new(0), std::marker::PhantomData);
        self.tree.trace_handles(&count);
        count.0.get()
    }
}

/// Elements that may make the tree builder ask for raw text.
pub(crate) fn may_hold_raw_text(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("script")
            | local_name!("style")
            | local_name!("title")
            | local_name!("textarea")
            | local_name!("noscript")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("xmp")
            | local_name!("plaintext")
    )
}

impl<Sink: TreeSink> TokenSink for DepthGuard<Sink> {
    type Handle = Sink::Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Sink::Handle> {
        let Token::TagToken(tag) = &token else { return self.tree.process_token(token, line) };
        if !self.admits(tag) {
            return TokenSinkResult::Continue;
        }
        if !may_hold_raw_text(&tag.name) {
            return self.tree.process_token(token, line);
        }
        let name = tag.name.clone();
        let result = self.tree.process_token(token, line);
        let wants_text = matches!(result, TokenSinkResult::RawData(_) | TokenSinkResult::Plaintext);
        self.raw_text.replace(wants_text.then_some(name));
        result
    }

    fn end(&self) {
        self.tree.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.tree.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    #[test]
    fn a_page_nested_beyond_reason_keeps_its_text() {
        let html = format!("{}<p>deep words</p>{}<p>after", "<div>".repeat(5000), "</div>".repeat(5000));
        let page = Document::from_html(&html);
        assert_eq!(page.body().text_content(), "deep wordsafter");
        let depth = page.root().descendants().map(|node| node.ancestors().count()).max();
        assert!(depth < Some(MAX_DEPTH + 2 * RECOUNT + 2), "{depth:?}");
    }

    #[test]
    fn ordinary_depth_is_left_alone() {
        let html = format!("{}<p>text</p>{}<p>after", "<div>".repeat(100), "</div>".repeat(100));
        let page = Document::from_html(&html);
        let depths: Vec<_> = page.elements(local_name!("p")).map(|node| node.ancestors().count()).collect();
        assert_eq!(depths, [103, 3]);
    }

    #[test]
    fn unclosed_paragraphs_are_no_depth() {
        let html = "<p>line".repeat(3000);
        assert_eq!(Document::from_html(&html).elements(local_name!("p")).count(), 3000);
    }

    #[test]
    fn scripts_pass_however_deep() {
        let html = format!("{}<script>'<b>'</script><i>x</i>", "<div>".repeat(2000));
        let page = Document::from_html(&html);
        assert_eq!(page.elements(local_name!("script")).next().unwrap().text_content(), "'<b>'");
    }

    #[test]
    fn attributes_are_cut_where_they_get_too_many() {
        let flood: String = (0..5000).map(|n| format!(" a{n}='>{n}'")).collect();
        let page = Document::from_html(&format!("<p id=first{flood}>text</p><p id=second>more"));
        let kept: Vec<_> = page.elements(local_name!("p")).map(|node| node.attrs().count()).collect();
        assert_eq!(kept, [MAX_ATTRIBUTES_OF_ONE, 1]);
        assert_eq!(page.body().text_content(), "textmore");
    }
}
