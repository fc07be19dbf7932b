//! Which byline is believed.

use dateline_wire::Source;

use super::{distinct, text};
use crate::meta::claims::Claim;

/// The byline with the most behind it. Names of the publisher give way to names of people.
pub(in crate::meta) fn decide(
    claims: &[Claim<Vec<String>>],
    publishers: &[String],
) -> Option<(Vec<String>, Source)> {
    let is_house = |name: &str| {
        let key = text::key(name);
        publishers.iter().any(|publisher| {
            !publisher.is_empty()
                && (key == *publisher
                    || (publisher.len() > 5 && key.contains(publisher.as_str()))
                    || (key.len() > 5 && publisher.contains(key.as_str())))
        })
    };
    // What is left of each byline when the house's own names are taken out, and how many of its names were people.
    let candidates: Vec<(Vec<String>, bool, &Claim<Vec<String>>)> = claims
        .iter()
        .map(|claim| {
            let people: Vec<String> = claim.value.iter().filter(|name| !is_house(name)).cloned().collect();
            let has_people = !people.is_empty();
            (distinct(if has_people { people } else { claim.value.clone() }), has_people, claim)
        })
        .collect();
    let any_people = candidates.iter().any(|(_, has_people, claim)| *has_people && claim.weight >= 1.0);
    let keyed: Vec<(Vec<String>, f32)> = candidates
        .iter()
        .map(|(names, has_people, claim)| {
            let mut keys: Vec<String> = names.iter().map(|name| text::key(name)).collect();
            keys.sort_unstable();
            (keys, if any_people && !has_people { 0.0 } else { claim.weight })
        })
        .collect();
    let score = |at: usize| -> f32 {
        let (keys, weight) = &keyed[at];
        let support: f32 = keyed
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, (others, weight))| {
                let shared = others.iter().filter(|key| keys.contains(key)).count();
                // Those who name some of the same people vouch for them, less so for the rest.
                let union = others.len() + keys.len() - shared;
                if union == 0 { 0.0 } else { weight * shared as f32 / union as f32 }
            })
            .sum();
        if *weight == 0.0 { 0.0 } else { weight + support }
    };
    let best = (0..keyed.len())
        .map(|at| (at, score(at)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    if best.1 <= 0.0 {
        return None;
    }
    let (names, _, claim) = &candidates[best.0];
    Some((names.clone(), claim.source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(names: &[&str], weight: f32) -> Claim<Vec<String>> {
        Claim { value: names.iter().map(|name| (*name).to_owned()).collect(), source: Source::Meta, weight }
    }

    fn decided(claims: &[Claim<Vec<String>>]) -> Vec<String> {
        decide(claims, &[text::key("Harbour Gazette")]).map(|(names, _)| names).unwrap_or_default()
    }

    #[test]
    fn people_come_before_the_house() {
        let claims = [claim(&["Harbour Gazette"], 5.0), claim(&["Ana Lund"], 2.0)];
        assert_eq!(decided(&claims), ["Ana Lund"]);
        assert_eq!(decided(&[claim(&["Harbour Gazette"], 5.0)]), ["Harbour Gazette"]);
        assert_eq!(decided(&[claim(&["Ana Lund", "Harbour Gazette"], 5.0)]), ["Ana Lund"]);
    }

    #[test]
    fn agreement_counts() {
        let claims = [claim(&["Bo Ek"], 3.0), claim(&["Ana Lund"], 2.0), claim(&["Ana Lund"], 2.5)];
        assert_eq!(decided(&claims), ["Ana Lund"]);
    }
}
