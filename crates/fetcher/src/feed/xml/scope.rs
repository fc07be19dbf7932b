//! What an element passes on to those inside it: namespaces (Namespaces in XML 1.0) and the base of addresses (XML Base).

use std::borrow::Cow;

use dateline_text::markup::StartTag;
use dateline_text::reference;
use url::Url;

use crate::feed::vocabulary::{self, Element, ElementPlace, Space};

/// How many namespace declarations may be in force at once.
const MAX_BINDINGS: usize = 512;
/// How long a base may become, in bytes. Every relative address grows by it.
const MAX_BASE_BYTES: usize = 512;
/// No element of any format has a longer name.
const MAX_NAME_BYTES: usize = 24;

/// A namespace declaration in force.
struct Binding<'t> {
    prefix: &'t str,
    space: Option<Space>,
    name: Cow<'t, str>,
}

/// The declarations in force.
pub(super) struct Scopes<'t> {
    bindings: Vec<Binding<'t>>,
    /// The innermost last; the first is the document's own address.
    bases: Vec<Url>,
    /// The namespace of the feed's outermost element, which is its format's whatever it is called.
    own_space: Option<Cow<'t, str>>,
}

/// How much was in force outside of an element.
#[derive(Clone, Copy)]
pub(super) struct ScopeMark {
    bindings: usize,
    bases: usize,
}

impl<'t> Scopes<'t> {
    pub(super) fn new(url: Option<&Url>) -> Self {
        Self { bindings: Vec::new(), bases: url.cloned().into_iter().collect(), own_space: None }
    }

    /// Takes in what a tag declares; what it answers ends those declarations.
    pub(super) fn enter(&mut self, tag: &StartTag<'t>) -> ScopeMark {
        let mark = ScopeMark { bindings: self.bindings.len(), bases: self.bases.len() };
        for (name, value) in tag.attributes() {
            if let Some(declared) = name.strip_prefix("xmlns") {
                if self.bindings.len() < MAX_BINDINGS {
                    let prefix = declared.strip_prefix(':').unwrap_or(declared);
                    let name = reference::resolve(value);
                    self.bindings.push(Binding { prefix, space: Space::of_name(&name), name });
                }
            } else if name == "xml:base" {
                let written = reference::resolve(value);
                let base = match self.base() {
                    Some(outer) => outer.join(written.trim()).ok(),
                    None => Url::parse(written.trim()).ok(),
                };
                self.bases.extend(base.filter(|base| base.as_str().len() <= MAX_BASE_BYTES));
            }
        }
        mark
    }

    /// Ends the declarations of an element and of all inside it.
    pub(super) fn leave(&mut self, mark: ScopeMark) {
        self.bindings.truncate(mark.bindings);
        self.bases.truncate(mark.bases);
    }

    /// What relative addresses are resolved against.
    pub(super) fn base(&self) -> Option<&Url> {
        self.bases.last()
    }

    /// Notes the namespace that the feed itself is written in.
    pub(super) fn adopt(&mut self, tag: &StartTag<'t>) {
        let (prefix, _) = split(tag.name);
        let name = self.binding(prefix).map_or(Cow::Borrowed(""), |binding| binding.name.clone());
        self.own_space = Some(name);
    }

    /// What a tag at `place` means.
    pub(super) fn element(&self, tag: &StartTag<'_>, place: ElementPlace) -> Element {
        let (prefix, local) = split(tag.name);
        let mut lower = [0; MAX_NAME_BYTES];
        let Some(lower) = lower.get_mut(..local.len()) else {
            return Element::Other;
        };
        lower.copy_from_slice(local.as_bytes());
        lower.make_ascii_lowercase();
        match std::str::from_utf8(lower) {
            Ok(name) => vocabulary::element(self.space(prefix), name, place),
            Err(_) => Element::Other,
        }
    }

    fn binding(&self, prefix: &str) -> Option<&Binding<'t>> {
        self.bindings.iter().rev().find(|binding| binding.prefix == prefix)
    }

    fn space(&self, prefix: &str) -> Space {
        let Some(binding) = self.binding(prefix) else {
            return Space::of_prefix(prefix).unwrap_or(Space::Foreign);
        };
        if let Some(space) = binding.space {
            return space;
        }
        match &self.own_space {
            // Before there is a feed, any namespace may be the one that it is written in.
            None => Space::Core,
            Some(own) if *own == binding.name => Space::Core,
            Some(_) if prefix.is_empty() => Space::Foreign,
            Some(_) => Space::of_prefix(prefix).unwrap_or(Space::Foreign),
        }
    }
}

fn split(name: &str) -> (&str, &str) {
    name.rsplit_once(':').unwrap_or(("", name))
}
