//! The entities of a judged article: every name that counts, with all its mentions.

use std::collections::BTreeMap;

use dateline_wire::{Entity, Place};

use super::analysis::TextAnalysis;
use super::lexicon::Name;

/// The entities named in title and body, in the order of first mention, the title first.
///
/// A word that names several (`id` joined by `+`) is a mention of each.
pub(crate) fn entities(
    title: (&str, &TextAnalysis),
    body: (&str, &TextAnalysis),
    names: &[Name],
    by_id: &BTreeMap<String, u32>,
) -> Vec<Entity> {
    let mut order: Vec<u32> = Vec::new();
    let mut spans: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
    let places = [(title.1, Place::Title as fn(_) -> _), (body.1, Place::Body as fn(_) -> _)];
    for (text, place) in places {
        for mention in &text.mentions {
            let place = place(text.folded.span(mention.start, mention.end));
            for name in members(mention.name, names, by_id) {
                spans
                    .entry(name)
                    .or_insert_with(|| {
                        order.push(name);
                        Vec::new()
                    })
                    .push(place);
            }
        }
    }
    order
        .into_iter()
        .filter_map(|index| {
            let name = &names[index as usize];
            let spans = spans.remove(&index)?;
            let surface = match spans.first()? {
                Place::Title(span) => span.slice(title.0),
                Place::Body(span) => span.slice(body.0),
            }?;
            Some(Entity { id: name.id.clone(), kind: name.kind.clone()?, surface: surface.to_owned(), spans })
        })
        .collect()
}

/// The names that a mention of `name` mentions: itself, or those whose ids its id joins.
fn members(name: u32, names: &[Name], by_id: &BTreeMap<String, u32>) -> Vec<u32> {
    match names[name as usize].id.split('+').collect::<Vec<_>>().as_slice() {
        [_] => vec![name],
        ids => ids.iter().filter_map(|id| by_id.get(*id)).copied().collect(),
    }
}
