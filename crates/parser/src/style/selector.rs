//! Selectors of names, ids, classes, descendants and children (Selectors 3, sections 6 and 8).

use super::KeyKind;
use crate::dom::Node;

/// Selectors of one rule that are read, and simple ones in a row.
const MAX_SELECTORS: usize = 400;
const MAX_COMPOUNDS: usize = 8;

/// Ids, classes and names of a selector: the more, the stronger its rule.
pub(super) type Specificity = (u8, u8, u8);

/// What an element is, and what stands around it.
#[derive(Debug, Clone)]
pub(super) struct Selector<'c> {
    /// From the inside out, each with whether it is the next one's child and not just inside it.
    compounds: Vec<(Compound<'c>, bool)>,
}

#[derive(Debug, Clone, Default)]
struct Compound<'c> {
    name: &'c str,
    id: &'c str,
    classes: Vec<&'c str>,
}

/// Calls `visit` with each selector of a list that can be read.
pub(super) fn each<'c>(list: &'c str, mut visit: impl FnMut(Selector<'c>)) {
    // A comment before the first selector is the only place where one is common.
    let list = list.rsplit_once("*/").map_or(list, |(_, behind)| behind);
    list.split(',').take(MAX_SELECTORS).filter_map(Selector::read).for_each(&mut visit);
}

impl<'c> Selector<'c> {
    fn read(selector: &'c str) -> Option<Self> {
        let mut compounds: Vec<(Compound<'c>, bool)> = Vec::new();
        let mut is_child = false;
        for part in selector.split('>') {
            for word in part.split_ascii_whitespace() {
                compounds.push((Compound::read(word)?, std::mem::take(&mut is_child)));
            }
            is_child = true;
        }
        if compounds.is_empty() || compounds.len() > MAX_COMPOUNDS {
            return None;
        }
        compounds.reverse();
        // Where everything is hidden at first, a script shows it.
        let (own, _) = &compounds[0];
        let is_page = own.id.is_empty() && own.classes.is_empty() && matches!(own.name, "" | "html" | "body");
        let needs_no_script =
            |compound: &Compound<'_>| compound.classes.iter().any(|class| matches!(*class, "no-js" | "nojs"));
        (!is_page && !compounds.iter().any(|(compound, _)| needs_no_script(compound)))
            .then_some(Self { compounds })
    }

    /// What its element is found by.
    pub(super) fn key(&self) -> (KeyKind, &'c str) {
        let (own, _) = &self.compounds[0];
        match (own.id, own.classes.first()) {
            ("", None) => (KeyKind::Name, own.name),
            ("", Some(class)) => (KeyKind::Class, class),
            (id, _) => (KeyKind::Id, id),
        }
    }

    pub(super) fn specificity(&self) -> Specificity {
        let count = |of: fn(&Compound<'_>) -> usize| {
            self.compounds.iter().map(|(compound, _)| of(compound)).sum::<usize>() as u8
        };
        (
            count(|compound| usize::from(!compound.id.is_empty())),
            count(|compound| compound.classes.len().min(20)),
            count(|compound| usize::from(!compound.name.is_empty())),
        )
    }

    /// Whether an element is what it is for.
    pub(super) fn matches(&self, node: Node<'_>) -> bool {
        let Some(((own, is_own_child), around)) = self.compounds.split_first() else { return false };
        let mut is_child = *is_own_child;
        if !own.matches(node) {
            return false;
        }
        let mut inside = node;
        for (compound, is_next_child) in around {
            let mut ancestors = inside.ancestors().filter(|node| node.is_element());
            let found = match is_child {
                true => ancestors.next().filter(|parent| compound.matches(*parent)),
                false => ancestors.find(|ancestor| compound.matches(*ancestor)),
            };
            let Some(found) = found else { return false };
            (inside, is_child) = (found, *is_next_child);
        }
        true
    }
}

impl<'c> Compound<'c> {
    /// Reads `name#id.class`; `None` where anything else stands in it.
    fn read(word: &'c str) -> Option<Self> {
        let is_sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii();
        let mut compound = Self::default();
        let mut rest = word;
        if let Some(behind) = rest.strip_prefix('*') {
            rest = behind;
        }
        loop {
            let (kind, behind) = match rest.chars().next() {
                None => return Some(compound),
                Some(kind @ ('.' | '#')) => (kind, &rest[1..]),
                Some(_) => (' ', rest),
            };
            let end = behind.find(|c: char| !is_sign(c)).unwrap_or(behind.len());
            let (value, left) = behind.split_at(end);
            match kind {
                _ if value.is_empty() => return None,
                '.' => compound.classes.push(value),
                '#' => compound.id = value,
                _ if rest.len() == word.len() => compound.name = value,
                _ => return None,
            }
            rest = left;
        }
    }

    fn matches(&self, node: Node<'_>) -> bool {
        (self.name.is_empty() || node.name().is_some_and(|name| self.name.eq_ignore_ascii_case(name)))
            && (self.id.is_empty() || node.attr("id").is_some_and(|id| id.trim() == self.id))
            && (self.classes.is_empty()
                || node.class().is_some_and(|attribute| {
                    self.classes
                        .iter()
                        .all(|class| attribute.split_ascii_whitespace().any(|own| own == *class))
                }))
    }
}
