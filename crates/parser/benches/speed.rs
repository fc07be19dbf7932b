//! How fast pages are read, against what parsing alone costs.
//!
//! ```sh
//! DATELINE_PAGES=/path/to/pages cargo bench -p dateline-parser --bench speed
//! ```
//!
//! The folder is read recursively; files may be gzipped. Without it, composed pages stand in. Every subject reads the same
//! pages in the same process on one thread, in turns, so that the ratio holds on a busy machine; the best turn of each
//! counts. `benches/peers` is the same with other extractors beside it.

mod harness;

use std::hint::black_box;

use dateline_parser::dom::Document;
use dateline_parser::{body, charset, extract};

fn main() {
    harness::run(&[
        ("scraper, parsing alone", |page| {
            black_box(scraper::Html::parse_document(&charset::decode(&page.bytes, None)));
        }),
        ("our arena, parsing alone", |page| {
            black_box(Document::parse(page));
        }),
        ("our arena and the body", |page| {
            black_box(body::read(&Document::parse(page)));
        }),
        ("extract, all of it", |page| {
            black_box(extract(page));
        }),
    ]);
}
