//! `<time>` elements near the headline.

use dateline_wire::Source;

use super::visible_date::{Label, label};
use super::{is_foreign, near};
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::Scan;
use crate::meta::text;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    let mut seen = 0;
    for placed in &scan.times {
        let datetime = placed.node.attr("datetime").or_else(|| placed.node.attr("title"));
        let Some(datetime) = datetime else { continue };
        if !near(scan, placed.line) || is_foreign(scan, placed.node) {
            continue;
        }
        let Some(written) = date::read(text::head(datetime, 100)) else { continue };
        let before = placed.node.parent().map(text::of).unwrap_or_default();
        let own = placed.node.attrs().map(|(_, value)| value).collect::<Vec<_>>().join(" ");
        // The first one that is near is most often the publication.
        let weight = if seen == 0 { 3.0 } else { 1.0 };
        match label(text::head(&before, 120)).or_else(|| label(&own)) {
            Some(Label::Modified) => claims.modified(Some(written), Source::TimeElement, 3.0),
            Some(Label::Published) => claims.published(Some(written), Source::TimeElement, weight + 1.0),
            None => claims.published(Some(written), Source::TimeElement, weight),
        }
        seen += 1;
        if seen == 4 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::claims;
    use super::*;

    #[test]
    fn a_time_near_the_headline_is_heard_by_its_label() {
        let found = claims(testify, "<p>Updated <time datetime=2025-03-22></time></p>");
        assert_eq!((found.published.len(), found.modified.len()), (0, 1));
        let found = claims(testify, "<p><time datetime=2025-03-21T14:05Z>today</time></p>");
        assert_eq!((found.published.len(), found.modified.len()), (1, 0));
    }

    #[test]
    fn the_title_of_an_abbreviation_is_a_time() {
        let found = claims(testify, "<p><abbr class=published title=2025-03-21T14:05-0700>today</abbr></p>");
        assert_eq!(found.published.len(), 1);
    }

    #[test]
    fn the_times_of_other_stories_are_not() {
        assert!(
            claims(testify, "<div class=related><time datetime=2025-03-21></time></div>")
                .published
                .is_empty()
        );
    }
}
