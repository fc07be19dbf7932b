//! The witnesses, one file each, all of one shape: `testify` takes what the walk gathered and adds claims.
//!
//! None of them decides anything. A new witness is a new file here, a line in [`hear`], and a row in docs/metadata.md.

mod bare_name;
mod body;
mod byline;
mod date_label;
mod json_ld;
mod json_repair;
mod meta_element;
mod microdata;
mod script;
mod signature;
mod time_element;
mod title_element;
mod url;
mod visible_date;

use jiff::Timestamp;

use super::claims::Claims;
use super::scan::Scan;

pub(super) use byline::{is_foreign, said as bylines};
pub(super) use visible_date::near;

/// Hears those who need to know nothing but the page.
pub(super) fn hear(scan: &Scan<'_>) -> Claims {
    let mut claims = Claims::default();
    json_ld::testify(scan, &mut claims);
    meta_element::testify(scan, &mut claims);
    microdata::testify(scan, &mut claims);
    title_element::testify(scan, &mut claims);
    url::testify(scan, &mut claims);
    claims
}

/// Hears those who look around the headline, which stands in line `headline`.
pub(super) fn hear_around(scan: &Scan<'_>, received_at: Option<Timestamp>, claims: &mut Claims) {
    time_element::testify(scan, claims);
    visible_date::testify(scan, received_at, claims);
    byline::testify(scan, claims);
    signature::testify(scan, claims);
    bare_name::testify(scan, claims);
    script::testify(scan, claims);
}

/// Hears the ends of the text, once it is known.
pub(super) fn hear_text(scan: &Scan<'_>, body: &str, claims: &mut Claims) {
    body::testify(scan, body, claims);
}

/// The first and the last line of running text, counted from below the headline. The text goes on as long as more of it
/// follows at no great distance.
fn text_below(scan: &Scan<'_>) -> Option<(usize, usize)> {
    *scan.text_below.get_or_init(|| {
        let below = scan.headline.and_then(|at| scan.lines.get(at + 1..)).unwrap_or_default();
        let mut long =
            below.iter().enumerate().filter(|(_, line)| line.is_long && !is_foreign(scan, line.node));
        let (first, _) = long.next()?;
        let mut last = first;
        for (index, _) in long {
            if index > last + 25 {
                break;
            }
            last = index;
        }
        Some((first, last))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    /// What a witness that looks around the headline claims, where `html` follows it.
    pub(super) fn claims(testify: fn(&Scan<'_>, &mut Claims), html: &str) -> Claims {
        let document = Document::from_html(&format!("<h1>Ferry runs again after the storm</h1>{html}"));
        let mut scan = Scan::of(&document, None);
        scan.place_headline(Some("Ferry runs again after the storm"));
        let mut claims = Claims::default();
        testify(&scan, &mut claims);
        claims
    }
}
