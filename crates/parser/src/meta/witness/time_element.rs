//! `<time>` elements, and others that carry a moment, near the headline.

use dateline_wire::Source;

use super::visible_date::{Label, label};
use super::{is_foreign, near};
use crate::dom::Node;
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::Scan;
use crate::meta::text;

/// The times that are looked at far from the headline, at most.
const MAX_TIMES: usize = 50;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    let mut seen = 0;
    for placed in &scan.times {
        if !near(scan, placed.line) || is_foreign(scan, placed.node) {
            continue;
        }
        let Some(written) = moment(placed.node) else { continue };
        // The first one that is near is most often the publication.
        let weight = if seen == 0 { 3.0 } else { 1.0 };
        match label_of(placed.node) {
            Some(Label::Modified) => claims.modified(Some(written), Source::TimeElement, 3.0),
            Some(Label::Published) => claims.published(Some(written), Source::TimeElement, weight + 1.0),
            None => claims.published(Some(written), Source::TimeElement, weight),
        }
        seen += 1;
        if seen == 4 {
            break;
        }
    }
    if seen == 0 && claims.published.is_empty() {
        claims.published(only_day(scan), Source::TimeElement, 1.0);
    }
}

/// The day that all times on the page name, wherever they stand, where they name one: then no other story is dated there.
fn only_day(scan: &Scan<'_>) -> Option<date::Written> {
    let own = scan.times.iter().filter(|placed| !is_foreign(scan, placed.node));
    let mut moments = own
        .take(MAX_TIMES)
        .filter(|placed| label_of(placed.node) != Some(Label::Modified))
        .filter_map(|placed| moment(placed.node));
    let first = moments.next()?;
    moments.all(|other| other.date() == first.date()).then_some(first)
}

/// The moment that an element carries.
fn moment(node: Node<'_>) -> Option<date::Written> {
    let carried = ["datetime", "content", "title"].into_iter().find_map(|attr| node.attr(attr))?;
    date::read(text::head(carried, 100))
}

/// What the text around a moment, or the element itself, calls it.
fn label_of(node: Node<'_>) -> Option<Label> {
    let around = node.parent().map(text::of).unwrap_or_default();
    label(text::head(&around, 120))
        .or_else(|| label(&node.attrs().map(|(_, value)| value).collect::<Vec<_>>().join(" ")))
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
    fn a_day_that_all_times_name_is_heard_wherever_they_stand() {
        let far = "<p>Share</p>".repeat(40);
        let time = "<p><time datetime=2025-03-21T14:05Z>today</time></p>";
        assert_eq!(claims(testify, &format!("{far}{time}{time}")).published.len(), 1);
        let other = time.replace("21T", "22T");
        assert!(claims(testify, &format!("{far}{time}{other}")).published.is_empty());
    }

    #[test]
    fn the_content_of_a_property_is_a_time() {
        let found = claims(
            testify,
            "<p><span property='dc:date dc:created' content=2025-03-21T14:05Z>today</span></p>",
        );
        assert_eq!(found.published.len(), 1);
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
