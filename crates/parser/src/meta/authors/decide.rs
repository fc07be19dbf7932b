//! Which byline is believed.

use dateline_wire::{Credit, Role, Source};

use super::{distinct, is_person, text, words};
use crate::meta::claims::Claim;

/// The keys of names that are no people.
#[derive(Debug, Default)]
pub(in crate::meta) struct Bodies {
    /// What the page calls its publisher: no author beside people.
    pub(in crate::meta) publishers: Vec<String>,
    /// The wire that the text was taken from, and what data calls an organisation: authors, but no people.
    pub(in crate::meta) others: Vec<String>,
}

impl Bodies {
    fn is_other(&self, name: &str) -> bool {
        words::is_wire(name) || self.others.contains(&text::key(name))
    }
}

/// The roles of the `authors` whose byline or nature says one, then others who are credited with something.
pub(in crate::meta) fn credits(authors: &[String], said: &[Credit], bodies: &Bodies) -> Vec<Credit> {
    let is_same = |one: &str, other: &str| text::key(one) == text::key(other);
    let mut credits: Vec<Credit> = Vec::new();
    for author in authors {
        let said = said.iter().find(|credit| is_same(&credit.name, author)).map(|credit| credit.role);
        let role = said.or_else(|| bodies.is_other(author).then_some(Role::Agency));
        credits.extend(role.map(|role| Credit { name: author.clone(), role }));
    }
    for credit in said.iter().filter(|credit| credit.role != Role::Text) {
        if !authors
            .iter()
            .chain(credits.iter().map(|known| &known.name))
            .any(|known| is_same(known, &credit.name))
        {
            credits.push(credit.clone());
        }
    }
    credits
}

/// Takes out of what data calls authors those whom the page itself calls editors, and nowhere authors: content systems enter who published.
pub(in crate::meta) fn leave_out_editors(claims: &mut Vec<Claim<Vec<String>>>, said: &[Credit]) {
    let has_role =
        |key: &str, role| said.iter().any(|credit| credit.role == role && text::key(&credit.name) == key);
    let is_seen = |key: &str, claims: &[Claim<Vec<String>>]| {
        let visible = claims.iter().filter(|claim| claim.source == Source::Visible);
        visible.flat_map(|claim| &claim.value).any(|name| text::key(name) == key)
    };
    let editors: Vec<String> = said
        .iter()
        .filter(|credit| credit.role == Role::Editor)
        .map(|credit| text::key(&credit.name))
        .filter(|key| !has_role(key, Role::Text) && !is_seen(key, claims))
        .collect();
    for claim in claims.iter_mut().filter(|claim| claim.source != Source::Visible) {
        claim.value.retain(|name| !editors.contains(&text::key(name)));
    }
    claims.retain(|claim| !claim.value.is_empty());
}

/// The byline with the most behind it. Names of the publisher give way to names of people.
pub(in crate::meta) fn decide(
    claims: &[Claim<Vec<String>>],
    bodies: &Bodies,
    title: &str,
) -> Option<(Vec<String>, Source)> {
    let publishers = &bodies.publishers;
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
    let candidates: Vec<AuthorCandidate<'_>> = claims
        .iter()
        .map(|claim| {
            // Behind the house's name stand its town and address.
            let is_address = claim.value.len() > 2 && is_house(&claim.value[0]);
            let people = claim.value.iter().filter(|name| !is_house(name) && !is_address);
            let people: Vec<String> = people
                .cloned()
                .chain(claim.value.iter().filter_map(|name| beside_house(name, publishers)))
                .collect();
            let is_human = |name: &String| is_person(name) && !words::is_role(name) && !bodies.is_other(name);
            let has_people = people.iter().any(is_human);
            AuthorCandidate {
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
    // Data often names the first of several; a byline that holds all its names and a few more people is the whole one.
    let best_at = best.0;
    let best = &keyed[best_at].0;
    let whole = (0..keyed.len()).filter(|at| {
        let (keys, weight) = &keyed[*at];
        let adds_people = || {
            let added = candidates[*at].names.iter().filter(|name| !best.contains(&text::key(name)));
            added.into_iter().all(|name| is_person(name) && !bodies.is_other(name))
        };
        *at == best_at
            || *weight >= 1.5
                && keys.len() <= best.len() + 3
                && best.iter().all(|key| keys.contains(key))
                && adds_people()
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
struct AuthorCandidate<'c> {
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
        let bodies = Bodies {
            publishers: vec![text::key("Harbour Gazette")],
            others: vec![text::key("Westland News")],
        };
        decide(claims, &bodies, "The ferry runs again").map(|(names, _)| names).unwrap_or_default()
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
    fn a_wire_stays_beside_people_and_gives_way_to_them_alone() {
        assert_eq!(decided(&[claim(&["Ana Lund", "Westland News"], 5.0)]), ["Ana Lund", "Westland News"]);
        assert_eq!(decided(&[claim(&["Westland News"], 5.0), claim(&["Ana Lund"], 2.0)]), ["Ana Lund"]);
        assert_eq!(decided(&[claim(&["Ana Lund"], 5.0), claim(&["Ana Lund", "wna"], 2.5)]), ["Ana Lund"]);
        assert_eq!(
            decided(&[claim(&["Ana Lund"], 5.0), claim(&["Ana Lund", "Westland News"], 2.5)]),
            ["Ana Lund"]
        );
    }

    #[test]
    fn what_each_did_is_said_beside_the_authors() {
        let credit = |name: &str, role| Credit { name: name.to_owned(), role };
        let said = [credit("Bo Ek", Role::Photo), credit("ANA LUND", Role::Text)];
        let authors = ["Ana Lund".to_owned(), "Cy Dahl".to_owned(), "wna".to_owned()];
        assert_eq!(
            credits(&authors, &said, &Bodies::default()),
            [credit("Ana Lund", Role::Text), credit("wna", Role::Agency), credit("Bo Ek", Role::Photo)]
        );
    }

    #[test]
    fn whom_the_page_calls_its_editor_is_no_author_for_data_to_name() {
        let seen = |names: &[&str]| Claim { source: Source::Visible, ..claim(names, 1.5) };
        let editor = [Credit { name: "Bo Ek".to_owned(), role: Role::Editor }];
        let left = |mut claims: Vec<Claim<Vec<String>>>| {
            leave_out_editors(&mut claims, &editor);
            decided(&claims)
        };
        assert_eq!(left(vec![claim(&["Bo Ek"], 5.0), seen(&["Ana Lund"])]), ["Ana Lund"]);
        assert_eq!(left(vec![claim(&["Ana Lund", "Bo Ek"], 5.0)]), ["Ana Lund"]);
        assert!(left(vec![claim(&["Bo Ek"], 5.0)]).is_empty());
        // Who edits may write, too.
        assert_eq!(left(vec![claim(&["Bo Ek"], 5.0), seen(&["Bo Ek"])]), ["Bo Ek"]);
    }

    #[test]
    fn agreement_counts() {
        let claims = [claim(&["Bo Ek"], 3.0), claim(&["Ana Lund"], 2.0), claim(&["Ana Lund"], 2.5)];
        assert_eq!(decided(&claims), ["Ana Lund"]);
    }
}
