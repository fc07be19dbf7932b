//! The dates a reader sees near the headline.

use std::ops::Range;

use dateline_text::date::{self, PlacedDate, WrittenDate, ZoneOffset};
use dateline_text::language;
use dateline_wire::Source;
use jiff::Timestamp;

use super::date_label::{self, DateLabel};
use super::{is_foreign, text_below};
use crate::dom::{Node, local_name};
use crate::meta::claims::Claims;
use crate::meta::scan::{Scan, TextLine};
use crate::meta::text;

/// How many lines above and below the headline a date may stand.
const ABOVE: usize = 10;
const BELOW: usize = 14;

/// How many lines below the text it may stand, with a label.
const FOOT: usize = 6;

/// How many lines of running text may stand between the headline and the date: a dek, a lede set apart.
const LONG_BETWEEN: usize = 2;

/// A term that stands in a line of its own above a date is no longer, in letters of an alphabet.
const MAX_TERM_LETTERS: usize = 30;

/// Elements above a date that are looked at for the box it stands in.
const MAX_DEPTH_OF_BOX: usize = 30;

/// A date line says little else; longer lines are prose that mentions a date.
const MAX_LETTERS: usize = 140;

/// Whether a line is near the headline. Without a known headline only the top of the page is near.
pub(in crate::meta) fn near(scan: &Scan<'_>, line: usize) -> bool {
    let at = scan.headline.unwrap_or(0);
    if line < at {
        return at - line <= ABOVE;
    }
    let end = line.min(scan.lines.len());
    line - at <= BELOW + LONG_BETWEEN
        && scan.lines.get(at + 1..end).unwrap_or_default().iter().filter(|line| line.is_long).count()
            <= LONG_BETWEEN
}

pub(super) fn testify(scan: &Scan<'_>, received_at: Option<Timestamp>, claims: &mut Claims) {
    let Some(at) = scan.headline else { return };
    let start = at.saturating_sub(ABOVE);
    let end = (at + BELOW + 1).min(scan.lines.len());
    let (mut seen, mut is_published) = (false, false);
    let is_indian = is_of_india(scan);
    // From the headline down first, then what stands above it, nearest first.
    for index in (at + 1..end).chain((start..at).rev()) {
        let line = &scan.lines[index];
        if line.is_long && !is_published && index > at && near(scan, index) {
            claims.published(opening_date(line), Source::Visible, 1.5);
        }
        if line.is_long || line.is_h1 || !near(scan, index) {
            continue;
        }
        // Dates and ages are written with digits.
        let text = line.text();
        if text::weight(text) > MAX_LETTERS || !date::has_digit(text) || is_foreign(scan, line.node) {
            continue;
        }
        if index < at && is_aside(scan, line.node) {
            continue;
        }
        let mut dates = date::read_all(text);
        if is_indian {
            dates.iter_mut().for_each(|found| read_indian_time(text, found));
        }
        if dates.is_empty() {
            let age =
                received_at.filter(|_| index > at && index <= at + 4).and_then(|at| date::read_age(text, at));
            claims.published(age, Source::Visible, 1.0);
            continue;
        }
        let above = index.checked_sub(1).and_then(|above| label_above(&scan.lines[above], text, &dates));
        let labels = labels(text, &dates, above);
        if !is_date_line(text) && labels.iter().all(Option::is_none) {
            continue;
        }
        let is_told =
            labels.iter().any(|label| matches!(label, Some(DateLabel::Published | DateLabel::Original)));
        for (position, (found, label)) in dates.iter().zip(&labels).enumerate() {
            let weight = match label {
                Some(DateLabel::Modified) => {
                    claims.modified(Some(found.date), Source::Visible, 2.0);
                    seen = true;
                    continue;
                }
                Some(DateLabel::Other) => continue,
                Some(DateLabel::Original) => 3.5,
                Some(DateLabel::Published) => 3.0,
                // "18 June 2025 (first published 16 June 2025)": the later day is that of what stands here now.
                None if is_told && position == 0 && is_after_original(&dates, &labels) => {
                    claims.modified(Some(found.date), Source::Visible, 1.5);
                    continue;
                }
                // Of several dates without a label the first counts, where none is called the publication.
                _ if is_told || position > 0 => continue,
                Some(DateLabel::Date | DateLabel::AsOf) => 3.0,
                None if seen => 1.0,
                None => 2.0,
            };
            claims.published(Some(found.date), Source::Visible, weight);
            (seen, is_published) = (true, true);
        }
    }
    if !is_published {
        let below = scan.lines.get(at + 1..).unwrap_or_default();
        claims.published(at_foot(scan, below), Source::Visible, 1.0);
    }
}

/// The day that an element of its own gives where a text begins: `<span class="news-date-time">12.05.2026</span>In the port …`.
fn opening_date(line: &TextLine<'_>) -> Option<WrittenDate> {
    const OF_STORY: [&str; 5] = ["news", "publi", "post", "article", "entry"];
    let says_date = line.node.class().is_some_and(|class| {
        let class = class.to_ascii_lowercase();
        class.contains("date") && OF_STORY.iter().any(|word| class.contains(word))
    });
    let said = says_date.then(|| text::of(line.node))?;
    let is_short = said.len() < line.text().len()
        && line.text().starts_with(&said)
        && text::weight(&said) <= MAX_TERM_LETTERS;
    let found = is_short.then(|| date::read_all(&said))?;
    found.first().filter(|found| found.place.start == 0).map(|found| found.date)
}

/// Whether a page is in a language of India, or of a site of that country, where "IST" is the time of no other place.
fn is_of_india(scan: &Scan<'_>) -> bool {
    const LANGUAGES: &[&str] = &["hi", "bn", "te", "mr", "ta", "gu", "kn", "ml", "or", "pa", "as"];
    let language = scan.html_lang.and_then(language::primary);
    language.is_some_and(|language| LANGUAGES.contains(&language.as_str()))
        || scan.url.and_then(|url| url.host_str()).is_some_and(|host| host.ends_with(".in"))
}

/// Gives a time that "IST" stands behind its offset.
fn read_indian_time(line: &str, found: &mut PlacedDate) {
    const MINUTES: i16 = 330;
    let behind = line.get(found.place.end..).unwrap_or_default().trim_start_matches([' ', '(', '[']);
    let rest = behind.strip_prefix("IST");
    let is_said = rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    if is_said && found.date.clock.is_some() && found.date.offset.is_none() {
        found.date.offset = Some(ZoneOffset { minutes: MINUTES, zulu: false });
    }
}

/// Whether the first of two dates is later than the second, which is called the first publication.
fn is_after_original(dates: &[PlacedDate], labels: &[Option<DateLabel>]) -> bool {
    let day = |at: usize| dates.get(at).and_then(|found| found.date.date());
    matches!(labels, [None, Some(DateLabel::Original)]) && day(1).is_some() && day(0) > day(1)
}

/// What a line calls its dates, and for the first of them, where it says nothing, the line above.
fn labels(line: &str, dates: &[PlacedDate], above: Option<DateLabel>) -> Vec<Option<DateLabel>> {
    let places: Vec<Range<usize>> = dates.iter().map(|found| found.place.clone()).collect();
    let mut labels = date_label::of_dates(line, &places);
    if let Some(first) = labels.first_mut() {
        *first = first.or(above);
    }
    labels
}

/// What a line calls the only date of the line below it, where each says nothing else: a term and what it stands for.
fn label_above(above: &TextLine<'_>, line: &str, dates: &[PlacedDate]) -> Option<DateLabel> {
    let [only] = dates else { return None };
    let is_bare = only.place.len() + 2 >= line.trim().len();
    let term = above.text();
    let is_term = !above.is_long && text::weight(term) <= MAX_TERM_LETTERS && !date::has_digit(term);
    (is_bare && is_term).then(|| date_label::word(term)).flatten()
}

/// Whether `node` stands in an `<aside>` that doesn't hold the headline. Above the headline such a box is another story's.
pub(super) fn is_aside(scan: &Scan<'_>, node: Node<'_>) -> bool {
    let outer = node.ancestors().take_while(|above| !scan.is_around_headline(*above));
    std::iter::once(node).chain(outer).take(MAX_DEPTH_OF_BOX).any(|above| above.is(&local_name!("aside")))
}

/// The day by which a line at the foot of the text says that it was published.
fn at_foot<'d>(scan: &Scan<'d>, below: &[TextLine<'d>]) -> Option<WrittenDate> {
    let (_, last) = text_below(scan)?;
    let foot = below.iter().skip(last + 1).take(FOOT).filter(|line| date::has_digit(line.raw()));
    let mut said = foot.filter(|line| {
        !line.is_long && text::weight(line.text()) <= MAX_LETTERS && !is_foreign(scan, line.node)
    });
    said.find_map(|line| {
        let dates = date::read_all(line.text());
        let labels = labels(line.text(), &dates, None);
        let is_publication = |label: &Option<DateLabel>| {
            matches!(label, Some(DateLabel::Published | DateLabel::Original | DateLabel::Date))
        };
        labels.iter().position(is_publication).map(|at| dates[at].date)
    })
}

/// Whether most of the line is the date: beside numbers, a few words at most.
fn is_date_line(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 1).count();
    let sentence = line.ends_with(['.', '!', '?', '。']) && words > 6;
    words <= 14 && !sentence
}

#[cfg(test)]
mod tests {
    use super::super::tests::claims;
    use super::*;
    use crate::dom::Document;

    #[test]
    fn a_day_at_the_foot_needs_a_label() {
        let text = "The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had \
            crossed by noon, the port authority said.";
        let dates = |foot: &str| {
            let body = format!("<p>{text}</p>").repeat(20);
            claims(|scan, claims| testify(scan, None, claims), &format!("{body}<p>{foot}</p>"))
                .published
                .len()
        };
        assert_eq!(dates("Published: 21 March 2025"), 1);
        assert_eq!(dates("21 March 2025"), 0);
        assert_eq!(dates("Updated: 21 March 2025"), 0);
    }

    #[test]
    fn the_letters_ist_mean_indian_time_on_indian_pages() {
        let of = |language: &str| {
            dated(&format!(
                "<html lang={language}><h1>तूफान के बाद फिर चली नौका</h1><p>21 Mar 2025 08:00 AM IST</p>"
            ))
            .0
        };
        assert_eq!(of("hi"), ["2025-03-21T08:00+05:30"]);
        assert_eq!(of("he"), ["2025-03-21T08:00"]);
    }

    #[test]
    fn an_element_that_opens_the_text_may_give_its_day() {
        let text = "The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had \
            crossed by noon, the port authority said.";
        let opened = |class: &str| {
            dated(&format!("<div><span class={class}>12.05.2026</span>{text}<br>{text}</div>")).0
        };
        assert_eq!(opened("news-date-time"), ["2026-05-12"]);
        assert!(opened("fair").is_empty());
        assert!(opened("event-date").is_empty());
    }

    #[test]
    fn a_day_in_a_box_above_the_headline_is_another_storys() {
        let document = Document::from_html(
            "<aside><p>Storm closes the bridge</p><p>19 March 2025, 07:30</p></aside><h1>Ferry runs again</h1><p>21 March 2025, 08:00</p>",
        );
        let mut scan = Scan::of(&document, None);
        scan.place_headline(Some("Ferry runs again"));
        let mut claims = Claims::default();
        testify(&scan, None, &mut claims);
        let days: Vec<String> = claims.published.iter().map(|claim| claim.value.to_string()).collect();
        assert_eq!(days, ["2025-03-21T08:00"]);
    }

    fn dated(html: &str) -> (Vec<String>, Vec<String>) {
        let found = claims(|scan, claims| testify(scan, None, claims), html);
        let values = |claims: Vec<crate::meta::claims::Claim<WrittenDate>>| {
            claims.into_iter().map(|claim| claim.value.to_string()).collect()
        };
        (values(found.published), values(found.modified))
    }

    #[test]
    fn both_dates_of_a_line_are_heard() {
        let both = (vec!["2025-06-16T08:00".to_owned()], vec!["2025-06-18T19:45".to_owned()]);
        for line in [
            "Last updated 18 June 2025 19:45 | First published 16 June 2025 08:00",
            "2025.06.16 08:00 ㅣ 2025.06.18 19:45 업데이트",
            "Опубликовано: 16.06.2025, 08:00. Обновлено: 18.06.2025, 19:45",
            "<dl><dt>Published</dt><dd>16 June 2025, 08:00</dd><dt>Updated</dt><dd>18 June 2025, 19:45</dd></dl>",
        ] {
            assert_eq!(dated(&format!("<div>{line}</div>")), both, "{line}");
        }
    }

    #[test]
    fn the_day_a_manuscript_came_in_is_not_heard() {
        assert_eq!(dated("<p>Received: 3 May 2025; Accepted: 16 June 2025</p>"), (vec![], vec![]));
    }

    #[test]
    fn a_publication_told_at_the_foot_is_heard_where_the_head_tells_a_change() {
        let text = "<p>The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people \
            had crossed by noon, the port authority said.</p>";
        let html = format!(
            "<p>Updated June 18, 2025</p>{text}<p>This story was originally published June 16, 2025.</p>"
        );
        assert_eq!(dated(&html), (vec!["2025-06-16".to_owned()], vec!["2025-06-18".to_owned()]));
        let html = format!(
            "<p>18 June 2025</p>{text}<p>Originally published in The Harbour Herald, 3 May 2024.</p>"
        );
        assert_eq!(dated(&html).0, ["2025-06-18"]);
    }
}
