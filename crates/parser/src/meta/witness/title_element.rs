//! The `<title>` and the `<h1>`s.

use dateline_wire::Source;

use crate::meta::claims::Claims;
use crate::meta::scan::Scan;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    // The visible headline comes once; further headings are other stories, boxes, the site's name.
    for (_, text) in &scan.headings {
        claims.title(text.clone(), Source::Visible, 2.0);
    }
    if let Some(title) = &scan.title {
        claims.title(title.clone(), Source::Meta, 1.4);
    }
}
