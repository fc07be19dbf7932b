//! What two texts share, exactly: runs of the same words.

use std::collections::HashMap;

use dateline_wire::Span;

use super::tokens::{Token, shingles, weight};

/// A run that weighs less is a common phrase: five words, or nine characters.
const MIN_RUN: u32 = 9;

/// So many places of one sequence are tried.
const MAX_PLACES: usize = 6;

/// Between two runs so many words may differ without their being shown as two.
const MAX_GAP: usize = 3;

/// What a text shares with an earlier one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Overlap {
    /// The shared part of the later text, from 0 to 1.
    pub(super) share: f64,
    /// The shared part of the earlier text.
    pub(super) share_of_earlier: f64,
    /// What the shared words of the later text weigh.
    pub(super) weight: u32,
    /// Where they stand in it.
    pub(super) spans: Vec<Span>,
}

/// Compares `later` with `earlier`, word by word. `is_ignored` tells the lines of the later text that everybody prints.
pub(super) fn overlap(later: &[Token], earlier: &[Token], is_ignored: impl Fn(u32) -> bool) -> Overlap {
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, hash) in shingles(earlier).into_iter().enumerate() {
        let known = places.entry(hash).or_default();
        if known.len() < MAX_PLACES {
            known.push(at);
        }
    }
    let begun = shingles(later);
    let mut covered = vec![false; earlier.len()];
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < begun.len() {
        let longest = places
            .get(&begun[at])
            .into_iter()
            .flatten()
            .map(|place| (common(&later[at..], &earlier[*place..]), *place));
        // Of equals the first place, so that a refrain is counted once.
        let longest = longest.reduce(|best, next| if next.0 > best.0 { next } else { best });
        match longest.filter(|(length, _)| weight(&later[at..at + length]) >= MIN_RUN) {
            Some((length, place)) => {
                covered[place..place + length].fill(true);
                runs.push((at, at + length));
                at += length;
            }
            None => at += 1,
        }
    }
    let own = |tokens: &[Token]| -> u32 {
        tokens.iter().filter(|token| !is_ignored(token.line)).map(|token| token.weight).sum()
    };
    let shared: u32 = runs.iter().map(|(from, to)| own(&later[*from..*to])).sum();
    let shared_of_earlier: u32 =
        earlier.iter().zip(&covered).filter(|(_, is)| **is).map(|(token, _)| token.weight).sum();
    Overlap {
        share: part(shared, own(later)),
        share_of_earlier: part(shared_of_earlier, weight(earlier)),
        weight: shared,
        spans: spans(later, &runs),
    }
}

/// How many tokens two texts have in common from their beginnings on.
fn common(one: &[Token], other: &[Token]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one.hash == other.hash).count()
}

/// A share with three decimals, so that events say no more than is known.
fn part(shared: u32, all: u32) -> f64 {
    if all == 0 { 0.0 } else { (f64::from(shared) / f64::from(all) * 1000.0).round() / 1000.0 }
}

fn spans(tokens: &[Token], runs: &[(usize, usize)]) -> Vec<Span> {
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (from, to) in runs {
        match joined.last_mut() {
            Some(last) if *from <= last.1 + MAX_GAP && tokens[last.1 - 1].line == tokens[*from].line => {
                last.1 = *to
            }
            _ => joined.push((*from, *to)),
        }
    }
    joined.iter().map(|(from, to)| Span::new(tokens[*from].start, tokens[to - 1].end)).collect()
}
