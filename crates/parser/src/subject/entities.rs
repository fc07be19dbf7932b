//! The entities of a judged article: every name that counts, with all its mentions.

use std::collections::BTreeMap;

use dateline_wire::{Entity, EntitySide, Place};

use super::analysis::TextAnalysis;
use super::lexicon::{Name, Sides, Strength};

/// The entities named in title and body, in the order of first mention, the title first.
///
/// A word that names several (`id` joined by `+`) is a mention of each. Labels are in `language` where there are such.
pub(crate) fn entities(
    title: (&str, &TextAnalysis),
    body: (&str, &TextAnalysis),
    names: &[Name],
    by_id: &BTreeMap<String, u32>,
    language: &str,
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
            Some(Entity {
                id: name.id.clone(),
                kind: name.kind.clone()?,
                surface: surface.to_owned(),
                label: name.label(language).map(str::to_owned),
                side: side(name.sides),
                wikidata: name.wikidata.clone(),
                spans,
            })
        })
        .collect()
}

/// The side that a name belongs to. One that names a side on a condition, as a front does, belongs to neither.
fn side(sides: Sides) -> Option<EntitySide> {
    match (sides.a > Strength::None, sides.b > Strength::None) {
        _ if sides.conditional => None,
        (true, true) => Some(EntitySide::Both),
        (true, false) => Some(EntitySide::A),
        (false, true) => Some(EntitySide::B),
        (false, false) => None,
    }
}

/// The names that a mention of `name` mentions: itself, or those whose ids its id joins.
fn members(name: u32, names: &[Name], by_id: &BTreeMap<String, u32>) -> Vec<u32> {
    match names[name as usize].id.split('+').collect::<Vec<_>>().as_slice() {
        [_] => vec![name],
        ids => ids.iter().filter_map(|id| by_id.get(*id)).copied().collect(),
    }
}
