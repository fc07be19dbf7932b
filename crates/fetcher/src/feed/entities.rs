//! Entities that a document declares for itself.
//!
//! Old feeds declare `&nbsp;` and the like in their document type. Only text without references is taken, and what is put
//! in for them is counted, so that no document grows by its entities ("billion laughs").

use std::borrow::Cow;

use dateline_text::reference;

/// How many entities a document may declare.
const MAX_DECLARED: usize = 256;
/// How long an entity may be, in bytes.
const MAX_ENTITY_BYTES: usize = 1024;
/// How many bytes all uses of entities in a document may give together.
const MAX_EXPANSION_BYTES: usize = 1 << 20;

/// The entities of a document.
#[derive(Debug, Default)]
pub(super) struct Entities<'t> {
    declared: Vec<(&'t str, String)>,
    expanded: usize,
}

impl<'t> Entities<'t> {
    /// Takes in the internal subset of a document type declaration.
    pub(super) fn declare(&mut self, doctype: &'t str) {
        for declaration in doctype.split("<!ENTITY").skip(1) {
            let mut parts = declaration.trim_ascii_start().splitn(2, |c: char| c.is_ascii_whitespace());
            let (Some(name), Some(rest)) = (parts.next(), parts.next()) else {
                continue;
            };
            let rest = rest.trim_ascii_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            let Some((value, _)) = rest[1..].split_once(quote) else {
                continue;
            };
            let value = reference::resolve(value).into_owned();
            let plain = !value.contains('&') && value.len() <= MAX_ENTITY_BYTES;
            if plain && self.declared.len() < MAX_DECLARED {
                self.declared.push((name, value));
            }
        }
    }

    /// Text with its references resolved.
    pub(super) fn expand<'r>(&mut self, raw: &'r str) -> Cow<'r, str> {
        if self.declared.is_empty() || self.expanded > MAX_EXPANSION_BYTES {
            return reference::resolve(raw);
        }
        let declared = &self.declared;
        let find =
            |name: &str| declared.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let mut budget = MAX_EXPANSION_BYTES.saturating_sub(self.expanded);
        let text = reference::resolve_with(raw, |name| {
            let value = find(name).filter(|value| value.len() <= budget)?;
            budget -= value.len();
            Some(value)
        });
        self.expanded = MAX_EXPANSION_BYTES - budget;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_entity_is_resolved() {
        let mut entities = Entities::default();
        entities.declare(" rss [ <!ENTITY port \"the harbour\"> <!ENTITY nb '&#160;'> ");
        assert_eq!(entities.expand("at &port;&nb;&amp; sea"), "at the harbour\u{A0}& sea");
    }

    #[test]
    fn entities_cannot_make_a_document_grow() {
        let mut entities = Entities::default();
        let doctype = format!("<!ENTITY a \"{}\"> <!ENTITY b \"&a;&a;\">", "x".repeat(1000));
        entities.declare(&doctype);
        let length: usize = (0..10_000).map(|_| entities.expand("&a;&b;").len()).sum();
        assert!(length < 2 * MAX_EXPANSION_BYTES);
    }
}
