//! Where html5ever's tree builder puts the tree.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, Namespace, QualName};

use super::{Document, NodeId};
use crate::guard;

#[derive(Debug, Clone)]
pub(super) struct NodeData {
    pub(super) parent: NodeId,
    pub(super) first_child: NodeId,
    pub(super) last_child: NodeId,
    pub(super) next_sibling: NodeId,
    pub(super) previous_sibling: NodeId,
    pub(super) data: NodeContent,
}

#[derive(Debug, Clone)]
pub(super) enum NodeContent {
    Document,
    Element { name: LocalName, namespace: Namespace, first_attr: u32, attrs: u16 },
    Text(StrTendril),
}

#[derive(Debug, Clone)]
pub(super) struct Attr {
    pub(super) name: LocalName,
    pub(super) value: StrTendril,
}

impl NodeData {
    fn new(data: NodeContent) -> Self {
        let none = NodeId::NONE;
        Self {
            parent: none,
            first_child: none,
            last_child: none,
            next_sibling: none,
            previous_sibling: none,
            data,
        }
    }
}

/// The arena while it grows. html5ever calls through `&self`, hence the cell.
pub(super) struct Sink(RefCell<Arena>);

struct Arena {
    nodes: Vec<NodeData>,
    attributes: Vec<Attr>,
    /// The room that the last tag's attributes came in, for the next tag's.
    spare: Vec<Attribute>,
}

/// The handle given out for comments and processing instructions, which are never stored.
const IGNORED: NodeId = NodeId::NONE;

impl Sink {
    /// A sink for a page of `length` bytes. News pages hold one node in 30 to 60 bytes.
    pub(super) fn new(length: usize) -> Self {
        let mut nodes = Vec::with_capacity((length / 40).clamp(16, guard::MAX_NODES));
        nodes.push(NodeData::new(NodeContent::Document));
        Self(RefCell::new(Arena {
            nodes,
            attributes: Vec::with_capacity((length / 80).min(guard::MAX_NODES)),
            spare: Vec::new(),
        }))
    }

    /// An empty list for the attributes of a tag, with room in it where one is at hand.
    pub(super) fn take_spare(&self) -> Vec<Attribute> {
        std::mem::take(&mut self.0.borrow_mut().spare)
    }

    pub(super) fn is_full(&self) -> bool {
        let arena = self.0.borrow();
        arena.nodes.len() >= guard::MAX_NODES || arena.attributes.len() >= guard::MAX_ATTRIBUTES
    }

    pub(super) fn finish_document(self, truncated: bool) -> Document {
        let Arena { nodes, attributes, .. } = self.0.into_inner();
        Document { nodes, attributes, truncated }
    }
}

/// Takes a node, with all below it, out of the tree.
pub(super) fn detach(nodes: &mut [NodeData], id: NodeId) {
    let none = NodeId::NONE;
    let node = &mut nodes[id.index()];
    let (parent, previous, next) = (node.parent, node.previous_sibling, node.next_sibling);
    (node.parent, node.previous_sibling, node.next_sibling) = (none, none, none);
    match previous.some() {
        Some(previous) => nodes[previous.index()].next_sibling = next,
        None if parent != none => nodes[parent.index()].first_child = next,
        None => {}
    }
    match next.some() {
        Some(next) => nodes[next.index()].previous_sibling = previous,
        None if parent != none => nodes[parent.index()].last_child = previous,
        None => {}
    }
}

impl Arena {
    fn push(&mut self, data: NodeContent) -> NodeId {
        // The guard stops the tokenizer long before ids run out.
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(NodeData::new(data));
        id
    }

    fn at(&mut self, id: NodeId) -> &mut NodeData {
        &mut self.nodes[id.index()]
    }

    fn detach(&mut self, id: NodeId) {
        detach(&mut self.nodes, id);
    }

    fn append(&mut self, parent: NodeId, child: NodeId) {
        self.detach(child);
        let last = std::mem::replace(&mut self.at(parent).last_child, child);
        let node = self.at(child);
        (node.parent, node.previous_sibling) = (parent, last);
        match last.some() {
            Some(last) => self.at(last).next_sibling = child,
            None => self.at(parent).first_child = child,
        }
    }

    fn insert_before(&mut self, sibling: NodeId, child: NodeId) {
        self.detach(child);
        let parent = self.at(sibling).parent;
        let previous = std::mem::replace(&mut self.at(sibling).previous_sibling, child);
        let node = self.at(child);
        (node.parent, node.previous_sibling, node.next_sibling) = (parent, previous, sibling);
        match previous.some() {
            Some(previous) => self.at(previous).next_sibling = child,
            None if parent != NodeId::NONE => self.at(parent).first_child = child,
            None => {}
        }
    }

    /// Extends the text node `id`, or says that it is none.
    fn extend_text(&mut self, id: NodeId, more: &StrTendril) -> bool {
        match id.some().map(|id| &mut self.at(id).data) {
            Some(NodeContent::Text(text)) => {
                text.push_tendril(more);
                true
            }
            _ => false,
        }
    }

    fn store(&mut self, mut attrs: Vec<Attribute>) -> (u32, u16) {
        let first = self.attributes.len();
        attrs.truncate(guard::MAX_ATTRIBUTES_OF_ONE);
        self.attributes.extend(attrs.drain(..).map(|attr| Attr { name: attr.name.local, value: attr.value }));
        if attrs.capacity() > 0 {
            self.spare = attrs;
        }
        (first as u32, (self.attributes.len() - first) as u16)
    }
}

pub(super) struct ElementNameRef<'a>(Ref<'a, NodeData>);

impl std::fmt::Debug for ElementNameRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.local_name().fmt(f)
    }
}

impl ElemName for ElementNameRef<'_> {
    fn ns(&self) -> &Namespace {
        match &self.0.data {
            NodeContent::Element { namespace, .. } => namespace,
            NodeContent::Document | NodeContent::Text(_) => {
                unreachable!("html5ever asks only elements for their name")
            }
        }
    }

    fn local_name(&self) -> &LocalName {
        match &self.0.data {
            NodeContent::Element { name, .. } => name,
            NodeContent::Document | NodeContent::Text(_) => {
                unreachable!("html5ever asks only elements for their name")
            }
        }
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Self;
    type ElemName<'a> = ElementNameRef<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        NodeId::DOCUMENT
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> ElementNameRef<'a> {
        ElementNameRef(Ref::map(self.0.borrow(), |arena| &arena.nodes[target.index()]))
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _: ElementFlags) -> NodeId {
        let mut arena = self.0.borrow_mut();
        let (first_attr, attrs) = arena.store(attrs);
        arena.push(NodeContent::Element { name: name.local, namespace: name.ns, first_attr, attrs })
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        IGNORED
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        IGNORED
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let mut arena = self.0.borrow_mut();
        match child {
            NodeOrText::AppendNode(IGNORED) => {}
            NodeOrText::AppendNode(child) => arena.append(*parent, child),
            NodeOrText::AppendText(text) => {
                let last = arena.at(*parent).last_child;
                if !arena.extend_text(last, &text) {
                    let child = arena.push(NodeContent::Text(text));
                    arena.append(*parent, child);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &NodeId, before: &NodeId, child: NodeOrText<NodeId>) {
        let has_parent = self.0.borrow().nodes[element.index()].parent != NodeId::NONE;
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(before, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        *target
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let mut arena = self.0.borrow_mut();
        match child {
            NodeOrText::AppendNode(IGNORED) => {}
            NodeOrText::AppendNode(child) => arena.insert_before(*sibling, child),
            NodeOrText::AppendText(text) => {
                let previous = arena.at(*sibling).previous_sibling;
                if !arena.extend_text(previous, &text) {
                    let child = arena.push(NodeContent::Text(text));
                    arena.insert_before(*sibling, child);
                }
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        // A second <html> or <body> tag adds to the first, whose range can only grow by moving to the end.
        let mut arena = self.0.borrow_mut();
        let NodeContent::Element { first_attr, attrs: count, .. } = arena.nodes[target.index()].data else {
            return;
        };
        let known = first_attr as usize..first_attr as usize + usize::from(count);
        let fresh: Vec<Attribute> = attrs
            .into_iter()
            .filter(|attr| !arena.attributes[known.clone()].iter().any(|old| old.name == attr.name.local))
            .take(guard::MAX_ATTRIBUTES_OF_ONE.saturating_sub(known.len()))
            .collect();
        if fresh.is_empty() {
            return;
        }
        let start = arena.attributes.len();
        for index in known {
            let Attr { name, value } = &arena.attributes[index];
            let copy = Attr { name: name.clone(), value: value.clone() };
            arena.attributes.push(copy);
        }
        arena.store(fresh);
        let total = arena.attributes.len() - start;
        if let NodeContent::Element { first_attr, attrs, .. } = &mut arena.nodes[target.index()].data {
            (*first_attr, *attrs) = (start as u32, total as u16);
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.0.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut arena = self.0.borrow_mut();
        while let Some(child) = arena.at(*node).first_child.some() {
            arena.append(*new_parent, child);
        }
    }
}
