//! The name of the site or paper.

use super::claims::Claims;
use super::text;

/// A text of so many letters is a headline that stands in the place of a name, if a witness to the headline says it too.
const HEADLINE: usize = 25;

/// The names that can be the publisher's.
pub(super) fn names(claims: &Claims) -> Vec<&str> {
    let is_title = |name: &str| {
        let key = text::key(name);
        claims.titles.iter().any(|claim| text::key(&claim.value) == key)
    };
    let names = claims.publishers.iter().map(|claim| claim.value.as_str());
    names.filter(|name| text::weight(name) < HEADLINE || !is_title(name)).collect()
}

/// The name with the most behind it; of equals the first.
pub(super) fn decide(claims: &Claims) -> Option<String> {
    let score = |key: &str| -> f32 {
        claims
            .publishers
            .iter()
            .filter(|claim| text::key(&claim.value) == key)
            .map(|claim| claim.weight)
            .sum()
    };
    names(claims)
        .into_iter()
        .filter(|name| !name.starts_with("http") && !name.starts_with('@'))
        .map(|name| (name, score(&text::key(name))))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(name, _)| name.to_owned())
}

/// The keys of every name the page gives its publisher, and of the host: what is no author.
pub(super) fn keys(claims: &Claims, host: Option<&str>) -> Vec<String> {
    let mut keys: Vec<String> = names(claims).into_iter().map(text::key).collect();
    if let Some(host) = host {
        let host = host.trim_start_matches("www.");
        keys.push(text::key(host));
        keys.extend(host.split('.').rev().skip(1).filter(|label| label.len() >= 4).map(text::key));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}
