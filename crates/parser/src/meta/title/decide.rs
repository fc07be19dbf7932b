//! Which wording of the headline is believed.

use std::collections::HashSet;

use dateline_wire::Source;

use super::site::{self, Site};
use crate::meta::claims::Claim;
use crate::meta::text;

/// Below this likeness two headlines are two wordings by different hands.
const REWRITTEN: f32 = 0.5;

/// A headline longer than this, in letters of an alphabet, is a paragraph.
const MAX_LETTERS: usize = 500;

/// The headline, cleaned, and where it was read. `publishers` are the names the page gives its site.
pub(in crate::meta) fn decide(
    claims: &[Claim<String>],
    publishers: &[&str],
    host: Option<&str>,
) -> Option<(String, Source)> {
    let site = Site::new(publishers.iter().copied(), host);
    let keys: Vec<String> = claims.iter().map(|claim| text::key(&claim.value)).collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (at, claim) in claims.iter().enumerate() {
        let others: Vec<String> = keys
            .iter()
            .enumerate()
            .filter(|(other, key)| *other != at && **key != keys[at])
            .map(|(_, key)| key.clone())
            .collect();
        let title = site::without(&claim.value, &site, &others);
        if title.is_empty() || text::weight(&title) > MAX_LETTERS || site.is_named(&title) {
            continue;
        }
        candidates.push(Candidate {
            key: text::key(&title),
            title,
            source: claim.source,
            weight: claim.weight,
        });
    }
    let heads: Vec<usize> =
        (0..candidates.len()).filter(|at| candidates[*at].source == Source::Visible).collect();
    // Of several visible headings the first that others confirm counts; the rest are other stories'.
    let confirmed = heads.iter().copied().find(|at| {
        candidates
            .iter()
            .any(|other| other.source != Source::Visible && is_alike(&other.key, &candidates[*at].key))
    });
    let chosen_head = confirmed.or_else(|| {
        heads
            .iter()
            .copied()
            .max_by_key(|at| (text::weight(&candidates[*at].title).min(40), std::cmp::Reverse(*at)))
    });
    for at in heads {
        if Some(at) != chosen_head {
            candidates[at].weight = 0.0;
        }
    }
    // A headline written anew for sharing is another headline; one that trims the visible one is the editors' own wording.
    if let Some(head) = chosen_head.map(|at| candidates[at].key.clone()) {
        for candidate in candidates.iter_mut().filter(|candidate| candidate.source == Source::OpenGraph) {
            if likeness(&candidate.key, &head) < REWRITTEN {
                candidate.weight *= 0.4;
            }
        }
    }
    let score = |candidate: &Candidate| -> f32 {
        let mut sources: Vec<(Source, f32)> = Vec::new();
        for other in &candidates {
            let share = if other.key == candidate.key {
                1.0
            } else if is_alike(&other.key, &candidate.key) {
                0.3
            } else {
                continue;
            };
            sources.push((other.source, other.weight * share));
        }
        let support: f32 = sources.iter().map(|(_, weight)| weight).sum();
        if candidate.weight == 0.0 {
            0.0
        } else {
            support * plausibility(&candidate.title) + candidate.weight
        }
    };
    let best = candidates
        .iter()
        .map(|candidate| (candidate, score(candidate)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    // Among spellings of one headline the visible one is the reader's.
    let visible = candidates.iter().find(|candidate| {
        candidate.key == best.0.key && candidate.source == Source::Visible && candidate.weight > 0.0
    });
    let chosen = visible.unwrap_or(best.0);
    Some((chosen.title.clone(), chosen.source))
}

#[derive(Debug)]
struct Candidate {
    title: String,
    key: String,
    source: Source,
    weight: f32,
}

/// The share of the shorter key's triples of characters that the longer one has too.
fn likeness(a: &str, b: &str) -> f32 {
    let triples = |key: &str| -> HashSet<[char; 3]> {
        let chars: Vec<char> = key.chars().collect();
        chars.windows(3).map(|triple| [triple[0], triple[1], triple[2]]).collect()
    };
    let (a, b) = (triples(a), triples(b));
    let fewer = a.len().min(b.len());
    if fewer == 0 { 0.0 } else { a.intersection(&b).count() as f32 / fewer as f32 }
}

/// A headline has some length; a word or two is more often a section.
fn plausibility(title: &str) -> f32 {
    match text::weight(title) {
        0..=8 => 0.2,
        9..=18 => 0.6,
        _ => 1.0,
    }
}

/// Whether one is the other with something added or cut.
fn is_alike(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short == long || (short.len() >= 15 && short.len() * 2 > long.len() && long.contains(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(claims: &[(&str, Source, f32)]) -> String {
        let claims: Vec<Claim<String>> = claims
            .iter()
            .map(|(value, source, weight)| Claim {
                value: (*value).to_owned(),
                source: *source,
                weight: *weight,
            })
            .collect();
        decide(&claims, &["Harbour Gazette"], None).map(|(title, _)| title).unwrap_or_default()
    }

    #[test]
    fn the_visible_spelling_is_kept() {
        let claims = [
            ("Kremlin'S Ferry Runs Again Today", Source::Meta, 1.4),
            ("KREMLIN'S FERRY RUNS AGAIN TODAY", Source::Visible, 2.0),
        ];
        assert_eq!(decided(&claims), "KREMLIN'S FERRY RUNS AGAIN TODAY");
    }

    #[test]
    fn a_heading_that_is_the_sites_name_is_no_headline() {
        let claims = [
            ("Harbour Gazette", Source::Visible, 2.0),
            ("Ferry runs again after storm | Harbour Gazette", Source::Meta, 1.4),
        ];
        assert_eq!(decided(&claims), "Ferry runs again after storm");
    }

    #[test]
    fn a_heading_of_another_story_is_passed_over() {
        let claims = [
            ("Ferry runs again after storm", Source::OpenGraph, 3.0),
            ("Harbour closed for the winter", Source::Visible, 2.0),
            ("Ferry runs again after storm", Source::Visible, 2.0),
        ];
        assert_eq!(decided(&claims), "Ferry runs again after storm");
    }
}
