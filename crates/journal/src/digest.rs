//! What makes an entry edited, and an article revised.

use dateline_wire::{Article, ArticleId, CanonicalUrl, Entry, FeedId};
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

/// A digest of a text.
pub(crate) fn of_text(text: &str) -> ContentDigest {
    let mut hash = Fields::default();
    hash.add(Some(text));
    hash.finish()
}

/// The id that an article at this very link would have.
pub(crate) fn of_link(link: &Url) -> String {
    ArticleId::of(&CanonicalUrl::of(link)).as_str().to_owned()
}

/// The 128 bits that an id spells in hexadecimal; one that spells none, as its text is.
pub(crate) fn bits_of(id: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bits = match id.len() {
        32 => id.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect(),
        _ => None,
    };
    bits.unwrap_or_else(|| id.as_bytes().to_vec())
}

/// What [`bits_of`] made of an id, as text again.
pub(crate) fn text_of(bits: &[u8]) -> String {
    match bits.len() {
        16 => bits.iter().map(|byte| format!("{byte:02x}")).collect(),
        _ => String::from_utf8_lossy(bits).into_owned(),
    }
}

/// 64 bits of a digest of fields that don't run together.
pub(crate) fn key(fields: &[&str]) -> i64 {
    let mut hash = Fields::default();
    fields.iter().for_each(|field| hash.add(Some(field)));
    let [k0, k1, k2, k3, k4, k5, k6, k7, ..] = hash.finish();
    i64::from_be_bytes([k0, k1, k2, k3, k4, k5, k6, k7])
}

/// What is kept of an entry that its feed hasn't listed for long. Of two entries with one key, which is once in 2^64 pairs, the one
/// that says something else is taken for an edit, and so is looked at all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OldEntry {
    /// Who it is.
    pub(crate) key: i64,
    /// What it said.
    pub(crate) digest: i32,
}

impl OldEntry {
    pub(crate) fn of(feed: &FeedId, entry: &str, content: &ContentDigest) -> Self {
        let mut hash = Fields::default();
        hash.add(Some(feed.as_str()));
        hash.add(Some(entry));
        let [k0, k1, k2, k3, k4, k5, k6, k7, ..] = hash.finish();
        let [c0, c1, c2, c3, ..] = *content;
        Self {
            key: i64::from_be_bytes([k0, k1, k2, k3, k4, k5, k6, k7]),
            digest: i32::from_be_bytes([c0, c1, c2, c3]),
        }
    }
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
            source: None,
            authors: Vec::new(),
            summary: Some(summary.into()),
            content: None,
        }
    }

    #[test]
    fn an_id_is_stored_as_the_bits_that_it_spells() {
        let id = "00ff10203040506070809a0b0c0d0e0f";
        assert_eq!(bits_of(id)[..3], [0x00, 0xff, 0x10]);
        assert_eq!(text_of(&bits_of(id)), id);
        for other in ["short", "zz00102030405060708090a0b0c0d0e0", "ééééééééééééééé¥"] {
            assert_eq!(bits_of(other), other.as_bytes());
            assert_eq!(text_of(&bits_of(other)), other);
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
