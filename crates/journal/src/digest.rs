//! What makes an entry edited, and an article revised.

use dateline_wire::{Article, ArticleId, CanonicalUrl, Entry};
use sha2::{Digest, Sha256};
use url::Url;

/// SHA-256, cut to 128 bits: enough to tell the few versions of one entry or article apart.
pub type ContentDigest = [u8; 16];

/// A digest of what an entry says.
///
/// Markup doesn't count, only text does: tracking pixels and signed image addresses change at every poll, and would have
/// the page fetched again each time. For the same reason the link counts in its canonical form.
pub(crate) fn of_entry(entry: &Entry) -> ContentDigest {
    let link = entry.link.as_ref().map(|link| CanonicalUrl::of(link).as_str().to_owned());
    let mut hash = Fields::default();
    hash.add(link.as_deref());
    hash.add(entry.title.as_deref());
    hash.add(entry.published.map(|at| at.to_string()).as_deref());
    hash.add(entry.updated.map(|at| at.to_string()).as_deref());
    for author in &entry.authors {
        hash.add(Some(author));
    }
    hash.add(entry.summary.as_deref().map(words_of).as_deref());
    hash.add(entry.content.as_deref().map(words_of).as_deref());
    hash.finish()
}

/// A digest of what a reader of the article reads: its title and its body.
pub(crate) fn of_article(article: &Article) -> ContentDigest {
    let mut hash = Fields::default();
    hash.add(article.title.as_deref());
    hash.add(Some(&article.body.text));
    hash.finish()
}

/// The id that an article at this very link would have.
pub(crate) fn of_link(link: &Url) -> String {
    ArticleId::of(&CanonicalUrl::of(link)).as_str().to_owned()
}

/// The text between tags, with its white space made even.
fn words_of(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut in_tag = false;
    for c in markup.chars() {
        match c {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A hash over fields that don't run together, and in which an absent field is not an empty one.
#[derive(Default)]
struct Fields(Sha256);

impl Fields {
    fn add(&mut self, field: Option<&str>) {
        match field {
            None => self.0.update([0]),
            Some(text) => {
                self.0.update([1]);
                self.0.update((text.len() as u64).to_be_bytes());
                self.0.update(text.as_bytes());
            }
        }
    }

    fn finish(self) -> ContentDigest {
        let mut cut = ContentDigest::default();
        cut.copy_from_slice(&self.0.finalize()[..16]);
        cut
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::EntryId;

    use super::*;

    fn entry(title: &str, summary: &str, link: &str) -> Entry {
        Entry {
            id: EntryId::of_guid("1"),
            guid: Some("1".into()),
            link: Some(Url::parse(link).unwrap()),
            title: Some(title.into()),
            published: None,
            updated: None,
            authors: Vec::new(),
            summary: Some(summary.into()),
            content: None,
        }
    }

    #[test]
    fn another_tracking_pixel_is_no_edit() {
        let first =
            entry("A visit", "It began.<img src='https://t.example/1'>", "https://n.example/a?utm_source=x");
        let again = entry("A visit", "It  began. <img src='https://t.example/2'>", "https://n.example/a");
        assert_eq!(of_entry(&first), of_entry(&again));
    }

    #[test]
    fn another_word_is_an_edit_wherever_it_stands() {
        let base = of_entry(&entry("A visit", "It began.", "https://n.example/a"));
        assert_ne!(base, of_entry(&entry("A visit ends", "It began.", "https://n.example/a")));
        assert_ne!(base, of_entry(&entry("A visit", "It ended.", "https://n.example/a")));
        assert_ne!(base, of_entry(&entry("A visit", "It began.", "https://n.example/b")));
    }
}
