//! Our extractor beside its peers: the same pages, the same process, one thread, in turns.
//!
//! ```sh
//! cd crates/parser/benches/peers && DATELINE_PAGES=/path/to/pages cargo run --release
//! ```
//!
//! A package of its own, so that nobody pays for the peers who doesn't ask for them.

#[path = "../../harness/mod.rs"]
mod harness;

use std::hint::black_box;

use dateline_parser::{charset, extract};

fn main() {
    harness::run(&[
        ("scraper, parsing alone", |page| {
            black_box(scraper::Html::parse_document(&charset::decode(&page.bytes, None)));
        }),
        ("dateline, all of it", |page| {
            black_box(extract(page));
        }),
        ("dom_smoothie", |page| {
            let html = charset::decode(&page.bytes, None).into_owned();
            if let Ok(mut reader) = dom_smoothie::Readability::new(html, None, None) {
                let _ = black_box(reader.parse());
            }
        }),
        ("trafilatura", |page| {
            let html = charset::decode(&page.bytes, None);
            let _ = black_box(trafilatura::extract(&html, &trafilatura::Options::default()));
        }),
    ]);
}
