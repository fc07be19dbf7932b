//! Which wording of the headline is believed.

use dateline_wire::Source;

use super::site::{self, Site};
use crate::meta::claims::Claim;
use crate::meta::text;

/// A headline of fewer letters may be a section.
const HEADLINE: usize = 25;

/// A share title with fewer of its words from the visible headline was written anew.
const TRIMMED: f32 = 0.8;

/// A headline longer than this, in letters of an alphabet, is a paragraph.
const MAX_LETTERS: usize = 500;

/// The headline, cleaned, and where it was read. `publishers` are the names the page gives its site.
pub(in crate::meta) fn decide(
    claims: &[Claim<String>],
    publishers: &[&str],
    host: Option<&str>,
    document_title: Option<&str>,
) -> Option<(String, Source)> {
    let site = Site::new(publishers.iter().copied(), host);
    let keys: Vec<String> = claims.iter().map(|claim| text::key(&claim.value)).collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (at, claim) in claims.iter().enumerate() {
        let is_other = |key: &str| key != keys[at] && keys.iter().any(|other| other == key);
        let title = site::without(&claim.value, &site, &is_other);
        if title.is_empty() || text::weight(&title) > MAX_LETTERS || site.is_all_of(&title) {
            continue;
        }
        candidates.push(Candidate {
            key: if title == claim.value { keys[at].clone() } else { text::key(&title) },
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
    // A share title that trims the visible headline is the editors' wording of it; one written anew is another headline.
    if let Some(head) = chosen_head.map(|at| candidates[at].title.clone()) {
        for candidate in candidates.iter_mut().filter(|candidate| candidate.source == Source::OpenGraph) {
            // With the whole of it inside, the share title is the headline and its kicker.
            let is_extended = candidate.title.contains(&head);
            if !is_extended && kept(&candidate.title, &head) < TRIMMED {
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
    if let Some(declared) = declared(&candidates, document_title) {
        return Some((declared.title.clone(), declared.source));
    }
    // Among spellings of one headline the visible one is the reader's, unless its markup runs words together.
    let spelled = words(&best.0.title).len();
    let visible = candidates.iter().find(|candidate| {
        let is_visible = candidate.source == Source::Visible && candidate.weight > 0.0;
        is_visible && candidate.key == best.0.key && words(&candidate.title).len() >= spelled
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

/// The headline that JSON-LD and the `<title>` both give, where the visible one is another. Papers that rewrite a headline for
/// their readers leave the article's own in both.
fn declared<'c>(candidates: &'c [Candidate], document_title: Option<&str>) -> Option<&'c Candidate> {
    let document_title = text::key(document_title?);
    let has_head =
        candidates.iter().any(|candidate| candidate.source == Source::Visible && candidate.weight > 0.0);
    candidates.iter().filter(|candidate| candidate.source == Source::JsonLd && has_head).find(|declared| {
        let is_visible = candidates
            .iter()
            .any(|other| other.source == Source::Visible && is_alike(&other.key, &declared.key));
        !is_visible && text::weight(&declared.title) >= HEADLINE && document_title.starts_with(&declared.key)
    })
}

/// The share of the words of `title` that `head` has too, in the same order.
fn kept(title: &str, head: &str) -> f32 {
    let (title, head) = (words(title), words(head));
    if title.is_empty() {
        return 0.0;
    }
    // The longest common subsequence, one row at a time; both are bounded by the length of a headline.
    let mut row = vec![0_u16; head.len() + 1];
    for word in &title {
        let mut diagonal = 0;
        for (at, other) in head.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    f32::from(row[head.len()]) / title.len() as f32
}

/// Words in lower case; of a dense script each character.
fn words(title: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    for c in title.chars().take(MAX_LETTERS) {
        let is_dense = text::is_dense(c);
        if is_dense || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("there is always one").extend(c.to_lowercase());
        }
        if is_dense {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
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
        decide(&claims, &["Harbour Gazette"], None, None).map(|(title, _)| title).unwrap_or_default()
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
    fn a_share_title_is_believed_where_it_trims_the_headline_and_not_where_it_is_another() {
        let trimmed = [
            ("The ferry runs again", Source::OpenGraph, 5.0),
            ("The old ferry runs again at last", Source::Visible, 2.0),
        ];
        assert_eq!(decided(&trimmed), "The ferry runs again");
        let rewritten = [
            ("You won't believe what this boat did", Source::OpenGraph, 5.0),
            ("The old ferry runs again at last", Source::Visible, 2.0),
            ("The old ferry runs again at last", Source::JsonLd, 2.0),
        ];
        assert_eq!(decided(&rewritten), "The old ferry runs again at last");
    }

    #[test]
    fn a_headline_that_json_ld_and_the_title_bar_share_is_the_articles_own() {
        let claim = |value: &str, source| Claim { value: value.to_owned(), source, weight: 2.0 };
        let claims = [
            claim("Ferry runs again after the storm", Source::JsonLd),
            claim("You can cross the strait again", Source::Visible),
            claim("You can cross the strait again", Source::OpenGraph),
        ];
        let bar = Some("Ferry runs again after the storm | Harbour Gazette");
        assert_eq!(
            decide(&claims, &[], None, bar).map(|(title, _)| title).as_deref(),
            Some("Ferry runs again after the storm")
        );
        assert_eq!(
            decide(&claims, &[], None, None).map(|(title, _)| title).as_deref(),
            Some("You can cross the strait again")
        );
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
