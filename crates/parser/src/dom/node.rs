//! The cursor and its walks.

use html5ever::{LocalName, local_name};

use super::sink::{NodeContent, NodeData};
use super::{Document, NodeId};

/// A place in a document. Two of the same document are equal when they are the same place.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    id: NodeId,
}

impl<'d> Node<'d> {
    pub(super) fn new(document: &'d Document, id: NodeId) -> Self {
        Self { document, id }
    }

    fn data(self) -> &'d NodeData {
        &self.document.nodes[self.id.index()]
    }

    fn at(self, id: NodeId) -> Option<Self> {
        id.some().map(|id| Self::new(self.document, id))
    }

    /// Its place in the arena.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The document it belongs to.
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// The element's name in lower case, or `None` for text and the document itself.
    pub fn name(self) -> Option<&'d LocalName> {
        match &self.data().data {
            NodeContent::Element { name, .. } => Some(name),
            NodeContent::Document | NodeContent::Text(_) => None,
        }
    }

    /// Whether it is an element of that name.
    pub fn is(self, name: &LocalName) -> bool {
        self.name() == Some(name)
    }

    /// Whether it is an element.
    pub fn is_element(self) -> bool {
        self.name().is_some()
    }

    /// The characters of a text node; `None` for all others.
    pub fn text(self) -> Option<&'d str> {
        match &self.data().data {
            NodeContent::Text(text) => Some(text),
            NodeContent::Document | NodeContent::Element { .. } => None,
        }
    }

    /// The value of the attribute `name` (in lower case), character references resolved.
    pub fn attr(self, name: &str) -> Option<&'d str> {
        self.attrs().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The value of its `class`, which is asked for more than all others.
    pub fn class(self) -> Option<&'d str> {
        self.attributes().find(|(known, _)| **known == local_name!("class")).map(|(_, value)| value)
    }

    /// Every attribute as name and value, in the order of the page.
    pub fn attrs(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.attributes().map(|(name, value)| (&**name, value))
    }

    /// The same, with names that are compared as numbers.
    pub(crate) fn attributes(self) -> impl Iterator<Item = (&'d LocalName, &'d str)> {
        let range = match self.data().data {
            NodeContent::Element { first_attr, attrs, .. } => {
                first_attr as usize..first_attr as usize + usize::from(attrs)
            }
            NodeContent::Document | NodeContent::Text(_) => 0..0,
        };
        self.document.attributes[range].iter().map(|attr| (&attr.name, &*attr.value))
    }

    /// The node it is a child of.
    pub fn parent(self) -> Option<Self> {
        self.at(self.data().parent)
    }

    /// Its first child.
    pub fn first_child(self) -> Option<Self> {
        self.at(self.data().first_child)
    }

    /// Its last child.
    pub fn last_child(self) -> Option<Self> {
        self.at(self.data().last_child)
    }

    /// The next child of its parent.
    pub fn next_sibling(self) -> Option<Self> {
        self.at(self.data().next_sibling)
    }

    /// The previous child of its parent.
    pub fn previous_sibling(self) -> Option<Self> {
        self.at(self.data().previous_sibling)
    }

    /// Its children in order.
    pub fn children(self) -> Children<'d> {
        Children { next: self.first_child() }
    }

    /// Everything below it in document order, itself left out.
    pub fn descendants(self) -> Descendants<'d> {
        Descendants { top: self, next: self.first_child() }
    }

    /// Its parent, its parent's parent, and so on up to the document.
    pub fn ancestors(self) -> Ancestors<'d> {
        Ancestors { next: self.parent() }
    }

    /// All text below it (or its own), as written, run together.
    pub fn text_content(self) -> String {
        match self.text() {
            Some(text) => text.to_owned(),
            None => self.descendants().filter_map(Self::text).collect(),
        }
    }

    /// The next node in document order that is not below this one, within `top`.
    fn after(self, top: Self) -> Option<Self> {
        let mut node = self;
        while node != top {
            if let Some(next) = node.next_sibling() {
                return Some(next);
            }
            node = node.parent()?;
        }
        None
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.document, other.document)
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.name(), self.text()) {
            (Some(name), _) => write!(f, "<{name}>#{}", self.id.0),
            (None, Some(text)) => write!(f, "{text:?}#{}", self.id.0),
            (None, None) => f.write_str("document"),
        }
    }
}

/// The children of a node.
#[derive(Debug, Clone)]
pub struct Children<'d> {
    next: Option<Node<'d>>,
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        let node = self.next?;
        self.next = node.next_sibling();
        Some(node)
    }
}

/// The nodes below a node, in document order.
#[derive(Debug, Clone)]
pub struct Descendants<'d> {
    top: Node<'d>,
    next: Option<Node<'d>>,
}

impl<'d> Descendants<'d> {
    /// Goes on behind `node`, without what is below it.
    pub fn skip(&mut self, node: Node<'d>) {
        self.next = node.after(self.top);
    }
}

impl<'d> Iterator for Descendants<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        let node = self.next?;
        self.next = node.first_child().or_else(|| node.after(self.top));
        Some(node)
    }
}

/// The nodes above a node, nearest first.
#[derive(Debug, Clone)]
pub struct Ancestors<'d> {
    next: Option<Node<'d>>,
}

impl<'d> Iterator for Ancestors<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        let node = self.next?;
        self.next = node.parent();
        Some(node)
    }
}
