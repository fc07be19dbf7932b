//! Other extractors, each with the settings it is best known for. They get the page as text, decoded as ours is.

use dateline_text::charset::{self, Markup};
use dateline_wire::Page;

use crate::harness::Subject;

pub(crate) const SUBJECTS: [Subject; 3] = [
    ("dom_smoothie", dom_smoothie),
    ("trafilatura", |page| trafilatura(page, &trafilatura::Options::default())),
    ("trafilatura, fallback + precision", |page| {
        let mut options = trafilatura::Options::default().with_fallback(true);
        options.focus = trafilatura::ExtractionFocus::FavorPrecision;
        trafilatura(page, &options)
    }),
];

fn dom_smoothie(page: &Page) -> String {
    let html = charset::decode(&page.bytes, None, Markup::Html).text.into_owned();
    let article = dom_smoothie::Readability::new(html, None, None).and_then(|mut reader| reader.parse());
    article.map(|article| article.text_content.to_string()).unwrap_or_default()
}

fn trafilatura(page: &Page, options: &trafilatura::Options) -> String {
    let html = charset::decode(&page.bytes, None, Markup::Html).text;
    trafilatura::extract(&html, options).map(|article| article.content_text).unwrap_or_default()
}
