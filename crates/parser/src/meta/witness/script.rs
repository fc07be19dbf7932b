//! Script data other than JSON-LD: the state that an application leaves in its page.

use std::sync::LazyLock;

use dateline_wire::Source;
use regex::Regex;

use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::Scan;
use crate::meta::text;

/// How much of a page's scripts is searched.
const MAX_BYTES: usize = 1 << 20;

/// A property named after publication, and its value. Linear in the script's length, as all of this crate's patterns.
static PUBLISHED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i-u)\b(?:date_?published|(?:first_?)?publi(?:shed|sh|cation)_?(?:at|date|time|on)|pub_?(?:date|time)|regist?_?date|input_?date)\\?["']?\s*[:=]\s*\\?["']?([0-9][0-9T:Z+. /-]{7,34})"#,
    )
    .expect("the pattern is constant")
});

/// Asked only where no better witness gave a time, since scripts tell of other stories too: one value that all agree on.
pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    if claims.published.iter().any(|claim| claim.value.clock.is_some() && claim.weight >= 3.0) {
        return;
    }
    let mut found = Vec::new();
    let mut room = MAX_BYTES;
    for script in &scan.scripts {
        let Some(code) = script.first_child().and_then(|child| child.text()) else { continue };
        let code = text::head(code, room);
        room -= code.len();
        if !code.is_ascii()
            || memchr::memmem::find(code.as_bytes(), b"ub").is_some()
            || code.contains("egist")
        {
            for capture in PUBLISHED.captures_iter(code).take(20) {
                let value = capture.get(1).map_or("", |value| value.as_str());
                found.extend(date::read(value).or_else(|| date::read_epoch(value)));
            }
        }
    }
    found.dedup();
    match found.as_slice() {
        [only] => claims.published(Some(*only), Source::Script, 1.0),
        [first, ..] => {
            // With several, the first counts only where it names the day that others name.
            let is_known = claims
                .published
                .iter()
                .any(|claim| claim.value.date().is_some() && claim.value.date() == first.date());
            claims.published(Some(*first).filter(|_| is_known), Source::Script, 0.5);
        }
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::claims;
    use super::*;

    fn dates(html: &str) -> usize {
        claims(testify, html).published.len()
    }

    #[test]
    fn one_publication_time_in_the_pages_state_is_heard() {
        assert_eq!(dates(r#"<script>window.state={"publishedAt":"2025-03-21T14:05:09Z"}</script>"#), 1);
        assert_eq!(dates(r#"<script>var publish_date = '2025-03-21 14:05';</script>"#), 1);
    }

    #[test]
    fn several_that_nobody_confirms_are_other_stories() {
        assert_eq!(
            dates(r#"<script>[{"publishedAt":"2025-03-21"},{"publishedAt":"2025-03-22"}]</script>"#),
            0
        );
    }
}
