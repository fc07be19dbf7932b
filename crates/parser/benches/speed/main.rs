//! How fast pages are read, against what parsing alone costs, and against other extractors.
//!
//! ```sh
//! DATELINE_PAGES=/path/to/pages cargo bench -p dateline-parser --bench speed
//! DATELINE_PAGES=/path/to/pages cargo bench -p dateline-parser --bench speed --features peers
//! ```
//!
//! The folder is read recursively for `*.html` and `*.html.gz`. Without it, composed pages stand in. Every subject reads the
//! same pages in the same process on one thread, in turns, so that the ratio holds on a busy machine; the best turn of each
//! counts. With `DATELINE_TEXTS=/path/to/folder`, the text that each subject found is left there, one file a subject, one line
//! `{"id", "body"}` a page, for whoever scores it.

mod harness;
#[cfg(feature = "peers")]
mod peers;

use std::hint::black_box;

use dateline_parser::dom::Document;
use dateline_parser::{body, extract};
use dateline_text::charset::{self, Markup};
use harness::Subject;

/// What is compared, the yardstick first. What only parses gives no text.
const SUBJECTS: &[Subject] = &[
    ("scraper, parsing alone", |page| {
        black_box(scraper::Html::parse_document(&charset::decode(&page.bytes, None, Markup::Html).text));
        String::new()
    }),
    ("our arena, parsing alone", |page| {
        black_box(Document::parse(page));
        String::new()
    }),
    ("our arena and the body", |page| body::read(&Document::parse(page), None).body.text),
    ("extract, all of it", |page| extract(page).body.text),
];

fn main() -> std::io::Result<()> {
    #[cfg(not(feature = "peers"))]
    return harness::run(SUBJECTS);
    #[cfg(feature = "peers")]
    harness::run(&[SUBJECTS, &peers::SUBJECTS].concat())
}
