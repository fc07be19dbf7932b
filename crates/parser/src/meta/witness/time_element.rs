//! `<time>` elements, and others that carry a moment, near the headline.

use std::ops::Range;

use dateline_text::date::{self, WrittenDate};
use dateline_wire::Source;

use super::date_label::{self, DateLabel};
use super::visible_date::is_aside;
use super::{is_foreign, near};
use crate::dom::{Node, local_name};
use crate::meta::claims::Claims;
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
        if scan.headline.is_some_and(|at| placed.line < at) && is_aside(scan, placed.node) {
            continue;
        }
        let Some(written) = moment(placed.node) else { continue };
        // The first one that is near is most often the publication.
        let weight = if seen == 0 { 3.0 } else { 1.0 };
        match label_of(scan, placed.node) {
            Some(DateLabel::Modified) => claims.modified(Some(written), Source::TimeElement, 3.0),
            Some(DateLabel::Other) => continue,
            Some(_) => claims.published(Some(written), Source::TimeElement, weight + 1.0),
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
fn only_day(scan: &Scan<'_>) -> Option<WrittenDate> {
    let own = scan.times.iter().filter(|placed| !is_foreign(scan, placed.node));
    let mut moments = own
        .take(MAX_TIMES)
        .filter(|placed| !matches!(label_of(scan, placed.node), Some(DateLabel::Modified | DateLabel::Other)))
        .filter_map(|placed| moment(placed.node));
    let first = moments.next()?;
    moments.all(|other| other.date() == first.date()).then_some(first)
}

/// The moment that an element carries.
fn moment(node: Node<'_>) -> Option<WrittenDate> {
    let carried = ["datetime", "content", "title"].into_iter().find_map(|attr| node.attr(attr))?;
    date::read(text::head(carried, 100))
}

/// How much text beside a moment, in letters of an alphabet, can be about it.
const MAX_LETTERS: usize = 140;

/// How deep the text of a moment nests in its element.
const MAX_NESTING: usize = 8;

/// What the text beside a moment calls it, else the element itself, else the text around both.
fn label_of(scan: &Scan<'_>, node: Node<'_>) -> Option<DateLabel> {
    let beside = node.parent().filter(|above| !scan.is_around_headline(*above));
    let around = beside.and_then(Node::parent).filter(|above| !scan.is_around_headline(*above));
    let own = || date_label::word(&node.attrs().map(|(_, value)| value).collect::<Vec<_>>().join(" "));
    beside
        .and_then(|above| Surroundings::of(node, above).label())
        .or_else(own)
        .or_else(|| Surroundings::of(node, around?).label_of_few())
}

/// The text below an element that holds a moment, as far as it can be about it.
struct Surroundings {
    text: String,
    /// Where moments stand in the text.
    times: Vec<Range<usize>>,
    /// Which of them is the one that is asked about.
    own: Option<usize>,
    is_cut: bool,
}

impl Surroundings {
    fn of(node: Node<'_>, above: Node<'_>) -> Self {
        let is_moment = |inner: Node<'_>| inner == node || inner.is(&local_name!("time"));
        let mut around = Self { text: String::new(), times: Vec::new(), own: None, is_cut: false };
        let mut nodes = above.descendants().take(text::MAX_NODES);
        let mut next = nodes.next();
        while let Some(inner) = next {
            around.text.push(' ');
            if is_moment(inner) {
                let start = around.text.len();
                around.text.push_str(&text::of(inner));
                around.own = around.own.or((inner == node).then_some(around.times.len()));
                around.times.push(start..around.text.len());
                next = nodes.find(|next| !next.ancestors().take(MAX_NESTING).any(|outer| outer == inner));
                continue;
            }
            around.text.push_str(text::head(inner.text().unwrap_or_default(), 4 * MAX_LETTERS));
            if text::weight(&around.text) > MAX_LETTERS {
                around.is_cut = true;
                break;
            }
            next = nodes.next();
        }
        around
    }

    fn label(&self) -> Option<DateLabel> {
        date_label::of_dates(&self.text, &self.times).get(self.own?).copied().flatten()
    }

    /// The same, where nothing else stands there.
    fn label_of_few(&self) -> Option<DateLabel> {
        if self.is_cut { None } else { self.label() }
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
    fn two_times_beside_one_another_are_heard_by_their_own_labels() {
        let (first, last) =
            ("<time datetime=2025-06-16T08:00Z>16 June</time>", "<time datetime=2025-06-18T19:45Z></time>");
        for html in [
            format!("<p>Published {first} · Updated {last}</p>"),
            format!("<p>Updated {last} Published {first}</p>"),
            format!("<p>{first} 입력 | {last} 수정</p>"),
            format!("<p>{first} (updated {last})</p>"),
            format!(
                "<ul><li>Posted <span>{first}</span></li><li><b>Modified</b> <span>{last}</span></li></ul>"
            ),
        ] {
            let found = claims(testify, &html);
            let value = |claims: &[crate::meta::claims::Claim<WrittenDate>]| {
                claims.iter().map(|claim| claim.value.to_string()).collect::<Vec<_>>()
            };
            assert_eq!(value(&found.published), ["2025-06-16T08:00Z"], "{html}");
            assert_eq!(value(&found.modified), ["2025-06-18T19:45Z"], "{html}");
        }
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
