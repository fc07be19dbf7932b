//! `<meta>` elements: Open Graph and the many vocabularies that share its words.
//!
//! Keys come in a hundred spellings ("DC.date.issued", "parsely-pub-date", "cXenseParse:recs:publishtime"). What they have
//! in common is the words they are made of, so keys are read by their words and not by a list of vocabularies.

use dateline_wire::Source;

use crate::dom::local_name;
use crate::meta::authors;
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::{MetaElement, Scan};
use crate::meta::text;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    for meta in &scan.metas {
        if meta.is_itemprop && meta.node.ancestors().any(|above| above.is(&local_name!("body"))) {
            // Part of some item's description: the microdata witness knows whose.
            continue;
        }
        element(meta, claims);
    }
}

fn element(meta: &MetaElement<'_>, claims: &mut Claims) {
    let key = text::head(meta.key.trim(), 80).to_ascii_lowercase();
    let content = meta.content;
    let is_graph = key.starts_with("og:") || key.starts_with("article:");
    let source = if is_graph { Source::OpenGraph } else { Source::Meta };
    match key.as_str() {
        "og:title" => return claims.title(text::line(content), source, 5.0),
        "twitter:title" => return claims.title(text::line(content), source, 1.0),
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
        "title" | "headline" if prefixed => claims.title(text::line(content), source, 0.5),
        "title" | "headline" => claims.title(text::line(content), source, 0.8),
        "author" | "authors" | "creator" | "byline" | "byl" | "articleauthor" | "reporter" | "writer" => {
            let weight = if prefixed && !is_graph { 2.5 } else { 3.0 };
            claims.byline(authors::read(content), source, weight);
        }
        "name" if key.contains("author") => claims.authors(authors::clean(content), source, 3.0),
        _ => dates(&key, content, is_graph, claims),
    }
}

fn dates(key: &str, content: &str, is_graph: bool, claims: &mut Claims) {
    if !content.bytes().any(|byte| byte.is_ascii_digit()) {
        return;
    }
    let source = if is_graph { Source::OpenGraph } else { Source::Meta };
    let has = |words: &[&str]| words.iter().any(|word| key.contains(word));
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
    if has(&["modif", "updat", "revis", "lastmod", "edited"]) {
        claims.modified(moment(), source, if is_graph { 4.0 } else { 2.0 });
    } else if key == "article:published_time" {
        claims.published(moment(), source, 5.0);
    } else if has(&["publ", "pubdate", "pub-date", "pub_date", "issued", "pubtime", "display_date"]) {
        claims.published(moment(), source, 3.0);
    } else if has(&["date", "created", "time"]) {
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
        for key in ["author", "parsely-author", "dc.creator", "dable:author"] {
            assert_eq!(claims(&format!("<meta name='{key}' content='Ana Lund'>")).authors.len(), 1, "{key}");
        }
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
