//! Any bytes as a page: `cargo fuzz run page` in `crates/parser`.

#![no_main]

use dateline_wire::Page;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let page = Page { url: None, content_type: None, bytes: bytes.to_vec(), received_at: None };
    let article = dateline_parser::extract(&page);
    for paragraph in &article.body.paragraphs {
        assert!(paragraph.span().slice(&article.body.text).is_some());
    }
});
