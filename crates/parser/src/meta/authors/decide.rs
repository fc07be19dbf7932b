//! Which byline is believed.

use dateline_wire::Source;

use super::{distinct, is_person, text, words};
use crate::meta::claims::Claim;

/// The byline with the most behind it. Names of the publisher give way to names of people.
pub(in crate::meta) fn decide(
    claims: &[Claim<Vec<String>>],
    publishers: &[String],
    title: &str,
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
    // What is left of each byline when the house's own names are taken out, where that leaves people.
    let candidates: Vec<Candidate<'_>> = claims
        .iter()
        .map(|claim| {
            // Behind the house's name stand its town and address.
            let is_address = claim.value.len() > 2 && is_house(&claim.value[0]);
            let people = claim.value.iter().filter(|name| !is_house(name) && !is_address);
            let people: Vec<String> = people
                .cloned()
                .chain(claim.value.iter().filter_map(|name| beside_house(name, publishers)))
                .collect();
            let has_people = people.iter().any(|name| is_person(name) && !words::is_role(name));
            Candidate {
                names: distinct(if has_people { people } else { claim.value.clone() }),
                has_people,
                claim,
            }
        })
        .collect();
    let any_people = candidates.iter().any(|candidate| candidate.has_people);
    let is_dense = title.chars().any(text::is_dense);
    let keyed: Vec<(Vec<String>, f32)> = candidates
        .iter()
        .map(|candidate| {
            let mut keys: Vec<String> = candidate.names.iter().map(|name| text::key(name)).collect();
            keys.sort_unstable();
            // A page signs in the script it is written in; names in another one are for another edition.
            let is_other_script =
                candidate.names.iter().all(|name| name.chars().any(text::is_dense) != is_dense);
            let weight = candidate.claim.weight * if is_other_script { 0.5 } else { 1.0 };
            (keys, if any_people && !candidate.has_people { 0.0 } else { weight })
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
    // Data often names the first of several; a byline that holds all its names and a few more is the whole one.
    let best_at = best.0;
    let best = &keyed[best_at].0;
    let whole = (0..keyed.len()).filter(|at| {
        let (keys, weight) = &keyed[*at];
        (*weight >= 1.5 || *at == best_at)
            && keys.len() <= best.len() + 3
            && best.iter().all(|key| keys.contains(key))
    });
    let at = whole.max_by_key(|at| (keyed[*at].0.len(), std::cmp::Reverse(*at)))?;
    Some((candidates[at].names.clone(), candidates[at].claim.source))
}

/// The person whom a name gives beside the house, as in "Gazette - Ana Lund".
fn beside_house(name: &str, publishers: &[String]) -> Option<String> {
    let (first, second) = [" - ", " – ", " — "].iter().find_map(|dash| name.split_once(dash))?;
    let is_house = |part: &str| publishers.contains(&text::key(part));
    let person = match (is_house(first), is_house(second)) {
        (true, false) => second,
        (false, true) => first,
        _ => return None,
    };
    is_person(person).then(|| person.trim().to_owned())
}

/// A byline that may be believed.
struct Candidate<'c> {
    names: Vec<String>,
    has_people: bool,
    claim: &'c Claim<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(names: &[&str], weight: f32) -> Claim<Vec<String>> {
        Claim { value: names.iter().map(|name| (*name).to_owned()).collect(), source: Source::Meta, weight }
    }

    fn decided(claims: &[Claim<Vec<String>>]) -> Vec<String> {
        decide(claims, &[text::key("Harbour Gazette")], "The ferry runs again")
            .map(|(names, _)| names)
            .unwrap_or_default()
    }

    #[test]
    fn people_come_before_the_house() {
        let claims = [claim(&["Harbour Gazette"], 5.0), claim(&["Ana Lund"], 2.0)];
        assert_eq!(decided(&claims), ["Ana Lund"]);
        assert_eq!(decided(&[claim(&["Harbour Gazette"], 5.0)]), ["Harbour Gazette"]);
        assert_eq!(decided(&[claim(&["Ana Lund", "Harbour Gazette"], 5.0)]), ["Ana Lund"]);
        assert_eq!(decided(&[claim(&["Harbour Gazette - Ana Lund"], 5.0)]), ["Ana Lund"]);
    }

    #[test]
    fn people_come_before_the_newsroom() {
        let claims = [claim(&["Redacción Gaceta"], 5.0), claim(&["Ana Lund"], 2.0)];
        assert_eq!(decided(&claims), ["Ana Lund"]);
    }

    #[test]
    fn the_whole_byline_comes_before_its_first_name() {
        let claims = [claim(&["Ana Lund"], 5.0), claim(&["Ana Lund", "Bo Ek"], 2.5)];
        assert_eq!(decided(&claims), ["Ana Lund", "Bo Ek"]);
    }

    #[test]
    fn an_agency_is_no_person_beside_the_house() {
        let claims = [claim(&["Harbour Gazette"], 5.0), claim(&["WN"], 2.5)];
        assert_eq!(decided(&claims), ["Harbour Gazette"]);
    }

    #[test]
    fn agreement_counts() {
        let claims = [claim(&["Bo Ek"], 3.0), claim(&["Ana Lund"], 2.0), claim(&["Ana Lund"], 2.5)];
        assert_eq!(decided(&claims), ["Ana Lund"]);
    }
}
