//! The name of the site or paper.

use super::claims::Claims;
use super::text;

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
    claims
        .publishers
        .iter()
        .filter(|claim| !claim.value.starts_with("http") && !claim.value.starts_with('@'))
        .map(|claim| (&claim.value, score(&text::key(&claim.value))))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .map(|(name, _)| name.clone())
}

/// The keys of every name the page gives its publisher, and of the host: what is no author.
pub(super) fn keys(claims: &Claims, host: Option<&str>) -> Vec<String> {
    let mut keys: Vec<String> = claims.publishers.iter().map(|claim| text::key(&claim.value)).collect();
    if let Some(host) = host {
        let host = host.trim_start_matches("www.");
        keys.push(text::key(host));
        keys.extend(host.split('.').rev().skip(1).filter(|label| label.len() >= 3).map(text::key));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}
