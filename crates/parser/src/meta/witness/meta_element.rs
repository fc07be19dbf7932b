//! `<meta>` elements: Open Graph and the many vocabularies that share its words.
//!
//! Keys come in a hundred spellings ("DC.date.issued", "parsely-pub-date", "cXenseParse:recs:publishtime"). What they have
//! in common is the words they are made of, so keys are read by their words and not by a list of vocabularies.

use dateline_wire::Source;

use crate::dom::local_name;
use crate::meta::authors::{self, Byline};
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::{MetaElement, Scan};
use crate::meta::text;

/// The names of a key that is written once for each author, at most.
const MAX_AUTHORS: usize = 20;

/// Words before "author" in keys that speak of the author of an application, a theme or a site.
const NOT_OF_THE_ARTICLE: &[&str] = &["smartbanner", "web", "theme", "template", "app"];

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    let mut bylines = Bylines::default();
    for meta in &scan.metas {
        if meta.is_itemprop && meta.node.ancestors().any(|above| above.is(&local_name!("body"))) {
            // Part of some item's description: the microdata witness knows whose.
            continue;
        }
        element(meta, &mut bylines, claims);
    }
    bylines.labelled(scan);
    for AuthorsOfKey { byline, source, weight, .. } in bylines.keys {
        claims.byline(byline, source, weight);
    }
}

/// What one key says of authors, which may be written once for each of them.
#[derive(Debug)]
struct AuthorsOfKey {
    key: String,
    byline: Byline,
    source: Source,
    weight: f32,
}

#[derive(Debug, Default)]
struct Bylines {
    keys: Vec<AuthorsOfKey>,
}

impl Bylines {
    fn add(&mut self, key: &str, byline: Byline, source: Source, weight: f32) {
        match self.keys.iter_mut().find(|known| known.key == key) {
            Some(known) if known.byline.names.len() < MAX_AUTHORS => {
                known.byline.names.extend(byline.names);
                known.byline.names = authors::distinct(std::mem::take(&mut known.byline.names));
                known.byline.credits.extend(byline.credits);
            }
            Some(_) => {}
            None => self.keys.push(AuthorsOfKey { key: key.to_owned(), byline, source, weight }),
        }
    }

    /// A share card shows pairs of label and value: "Written by", "Ana Lund".
    fn labelled(&mut self, scan: &Scan<'_>) {
        for (label, data) in [("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")] {
            let content =
                |key: &str| scan.metas.iter().find(|meta| meta.key.trim() == key).map(|meta| meta.content);
            let Some((label, name)) = content(label).zip(content(data)) else { continue };
            if authors::is_label(&text::line(label)) {
                self.add(data, authors::read(name), Source::Meta, 2.5);
            }
        }
    }
}

/// Whether a key speaks of the author of the article: its last word does, however words are joined in it.
fn is_of_author(key: &str, last: &str) -> bool {
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let says_author = matches!(last, "creator" | "byline" | "byl" | "bylinename" | "reporter" | "writer")
        || ["author", "authors", "authorname", "authornames"].iter().any(|end| last.ends_with(end))
        || last == "name" && key.contains("author");
    says_author && !key.split([':', '.', '-', '_', ' ', '/']).any(|word| NOT_OF_THE_ARTICLE.contains(&word))
}

fn element(meta: &MetaElement<'_>, bylines: &mut Bylines, claims: &mut Claims) {
    let key = text::head(meta.key.trim(), 80).to_ascii_lowercase();
    let content = meta.content;
    let is_graph = key.starts_with("og:") || key.starts_with("article:");
    let source = if is_graph { Source::OpenGraph } else { Source::Meta };
    match key.as_str() {
        "og:title" => return claims.title(text::attribute(content), source, 5.0),
        "twitter:title" => return claims.title(text::attribute(content), source, 1.0),
        "og:site_name" => return claims.publisher(text::line(content), source, 3.0),
        "og:locale" => return claims.language(content, source, 0.5),
        "application-name"
        | "publisher"
        | "dc.publisher"
        | "dcterms.publisher"
        | "apple-mobile-web-app-title" => {
            return claims.publisher(text::line(content), source, 1.0);
        }
        "content-language" | "language" | "inlanguage" | "dc.language" | "dcterms.language" => {
            return claims.language(content, source, 1.0);
        }
        "twitter:creator" => return claims.authors(authors::clean(content), source, 0.8),
        _ => {}
    }
    let mut words = key.split([':', '.', '-', '_', ' ', '/']).filter(|word| !word.is_empty());
    let Some(last) = words.next_back() else { return };
    let prefixed = key.len() > last.len();
    match last {
        "title" | "headline" if prefixed => claims.title(text::attribute(content), source, 0.5),
        "title" | "headline" => claims.title(text::attribute(content), source, 0.8),
        last if is_of_author(&key, last) => {
            let weight = if prefixed && !is_graph { 2.5 } else { 3.0 };
            bylines.add(&key, authors::read(content), source, weight);
        }
        _ => dates(&key, content, is_graph, claims),
    }
}

fn dates(key: &str, content: &str, is_graph: bool, claims: &mut Claims) {
    if !content.bytes().any(|byte| byte.is_ascii_digit()) {
        return;
    }
    let source = if is_graph { Source::OpenGraph } else { Source::Meta };
    let has = |words: &[&str]| words.iter().any(|word| key.contains(word));
    let is_modified = has(&["modif", "updat", "revis", "lastmod", "edited"]);
    let is_published = has(&["publ", "pubdate", "pub-date", "pub_date", "issued", "pubtime", "display_date"]);
    if !is_modified && !is_published && !has(&["date", "created", "time"]) {
        return;
    }
    // What is dated here is not the article.
    if has(&[
        "expir",
        "birth",
        "founding",
        "event",
        "image",
        "video:release",
        "unavailable",
        "valid",
        "validate",
        "verif",
        "revisit",
    ]) {
        return;
    }
    let moment = || date::read(text::head(content, 100)).or_else(|| date::read_epoch(content));
    if is_modified {
        claims.modified(moment(), source, if is_graph { 4.0 } else { 2.0 });
    } else if key == "article:published_time" {
        claims.published(moment(), source, 5.0);
    } else if is_published {
        claims.published(moment(), source, 3.0);
    } else {
        claims.published(moment(), source, 1.5);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    fn claims(html: &str) -> Claims {
        let document = Document::from_html(html);
        let mut claims = Claims::default();
        testify(&Scan::of(&document, None), &mut claims);
        claims
    }

    #[test]
    fn keys_are_read_by_their_words_whatever_the_vocabulary() {
        for key in [
            "article:published_time",
            "DC.date.issued",
            "parsely-pub-date",
            "cXenseParse:recs:publishtime",
            "pubdate",
            "date",
        ] {
            let found = claims(&format!("<meta name='{key}' content='2025-03-21T14:05:09Z'>"));
            assert_eq!(found.published.len(), 1, "{key}");
        }
        for key in ["article:modified_time", "og:updated_time", "last-modified", "dcterms.modified"] {
            assert_eq!(
                claims(&format!("<meta property='{key}' content='2025-03-21'>")).modified.len(),
                1,
                "{key}"
            );
        }
        for key in [
            "author",
            "parsely-author",
            "dc.creator",
            "dable:author",
            "sailthru.author",
            "byl",
            "cXenseParse:author",
            "mediator_author",
            "mrf:authors",
            "authorName",
            "author1",
            "article:author_name",
        ] {
            assert_eq!(claims(&format!("<meta name='{key}' content='Ana Lund'>")).authors.len(), 1, "{key}");
        }
    }

    fn authors(html: &str) -> Vec<String> {
        claims(html).authors.into_iter().flat_map(|claim| claim.value).collect()
    }

    #[test]
    fn a_key_that_is_written_once_for_each_author_names_them_all() {
        for key in ["author", "article:author"] {
            let html =
                format!("<meta property='{key}' content='Ana Lund'><meta property='{key}' content='Bo Ek'>");
            let found = claims(&html).authors;
            assert_eq!(found[0].value, ["Ana Lund", "Bo Ek"], "{key}");
        }
        let papers =
            "<meta name=citation_author content='Lund, Ana'><meta name=citation_author content='Ek, Bo'>";
        assert_eq!(authors(papers), ["Ana Lund", "Bo Ek"]);
    }

    #[test]
    fn the_authors_of_an_application_or_a_theme_are_not_the_articles() {
        for key in ["smartbanner:author", "web_author", "theme-author"] {
            assert!(authors(&format!("<meta name='{key}' content='Ana Lund'>")).is_empty(), "{key}");
        }
    }

    #[test]
    fn a_share_card_labels_its_author() {
        let card = |label: &str| {
            format!(
                "<meta name=twitter:label1 content='{label}'><meta name=twitter:data1 content='Ana Lund'>"
            )
        };
        for label in ["Written by", "Geschrieben von", "Écrit par", "Escrito por", "Автор"] {
            assert_eq!(authors(&card(label)), ["Ana Lund"], "{label}");
        }
        assert!(authors(&card("Reading time")).is_empty());
    }

    #[test]
    fn what_is_dated_otherwise_is_no_publication() {
        for key in ["expires", "event:start_time", "msvalidate.01", "foundingDate"] {
            assert!(
                claims(&format!("<meta name='{key}' content='2025-03-21'>")).published.is_empty(),
                "{key}"
            );
        }
    }

    #[test]
    fn an_address_in_the_place_of_an_author_is_nobody() {
        assert!(
            claims("<meta property='article:author' content='https://social.example/gazette'>")
                .authors
                .is_empty()
        );
    }
}
