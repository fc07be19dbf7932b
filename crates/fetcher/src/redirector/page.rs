//! Targets that stand in a redirector's page.

use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};
use url::Url;

use super::known::Redirector;
use crate::{client::web_target, refresh};

/// A redirector's page names its target early; what is read of it is bounded all the same.
const LOOKED_AT: usize = 512 << 10;

/// Opening tags outside comments and scripts, and the edges of what is meant for browsers without scripts.
#[allow(clippy::expect_used)]
static PIECES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?is-u)<!--.*?-->|<script\b.*?</script|<style\b.*?</style|(?<open><noscript\b)|(?<close></noscript)|<(?<tag>[a-z][a-z0-9-]*)\b(?<attributes>[^>]*)>",
    )
    .expect("a constant pattern")
});

#[allow(clippy::expect_used)]
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?is-u)(?<name>[a-z][a-z0-9-]*)\s*=\s*(?:"(?<a>[^"]*)"|'(?<b>[^']*)'|(?<c>[^\s>]+))"#)
        .expect("a constant pattern")
});

/// What a page says about its target, by how it says it.
#[derive(Default)]
struct Named {
    attribute: Option<Url>,
    canonical: Option<Url>,
    /// The links for browsers without scripts, each once.
    links: Vec<Url>,
}

/// The target that the page `html` at `url` names: in the redirector's own attribute, else as canonical, else where it sends
/// to at once, else as the only link outward for browsers without scripts.
pub(super) fn target(redirector: &Redirector, html: &[u8], url: &Url) -> Option<Url> {
    let html = &html[..html.len().min(LOOKED_AT)];
    let mut named = Named::default();
    let mut without_scripts = false;
    for piece in PIECES.captures_iter(html) {
        if piece.name("open").is_some() || piece.name("close").is_some() {
            without_scripts = piece.name("open").is_some();
        } else if let Some(attributes) = piece.name("attributes") {
            let tag = piece.name("tag").map_or(&b""[..], |tag| tag.as_bytes());
            named.note(redirector, url, tag, attributes.as_bytes(), without_scripts);
        }
    }
    let only_link = || match &named.links[..] {
        [only] => Some(only.clone()),
        _ => None,
    };
    let refresh = || refresh::target(html, url).filter(|target| redirector.is_outward(target));
    named.attribute.or(named.canonical).or_else(refresh).or_else(only_link)
}

impl Named {
    fn note(
        &mut self,
        redirector: &Redirector,
        url: &Url,
        tag: &[u8],
        attributes: &[u8],
        without_scripts: bool,
    ) {
        let (mut canonical, mut href) = (false, None);
        let outward = |value: &[u8]| {
            let text = String::from_utf8_lossy(value).replace("&amp;", "&");
            web_target(url, &text).filter(|target| redirector.is_outward(target))
        };
        for attribute in ATTRIBUTE.captures_iter(attributes) {
            let (name, value) = name_and_value(&attribute);
            if name.eq_ignore_ascii_case(redirector.attribute.as_bytes()) && self.attribute.is_none() {
                self.attribute = outward(value);
            } else if name.eq_ignore_ascii_case(b"rel") {
                canonical = value.eq_ignore_ascii_case(b"canonical");
            } else if name.eq_ignore_ascii_case(b"href") {
                href = outward(value);
            }
        }
        match href {
            Some(href) if tag.eq_ignore_ascii_case(b"link") && canonical => {
                self.canonical.get_or_insert(href);
            }
            Some(href)
                if tag.eq_ignore_ascii_case(b"a") && without_scripts && !self.links.contains(&href) =>
            {
                self.links.push(href);
            }
            _ => {}
        }
    }
}

fn name_and_value<'h>(attribute: &Captures<'h>) -> (&'h [u8], &'h [u8]) {
    let group = |name| attribute.name(name).map(|found| found.as_bytes());
    let value = ["a", "b", "c"].into_iter().find_map(group).unwrap_or_default();
    (group("name").unwrap_or_default(), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads_to(html: &str) -> Option<String> {
        let url = Url::parse("https://news.google.com/rss/articles/AU_yqLM?oc=5").unwrap();
        super::super::known::of(&url).unwrap().target_in(html.as_bytes(), &url).map(String::from)
    }

    const THERE: &str = "https://news.example/ferry?x=1&y=2";

    #[test]
    fn each_way_of_naming_the_target_is_understood() {
        for html in [
            r#"<c-wiz data-n-a-id="1" data-n-au="https://news.example/ferry?x=1&amp;y=2">"#,
            r#"<LINK HREF='https://news.example/ferry?x=1&amp;y=2' REL=canonical>"#,
            r#"<meta http-equiv="refresh" content="0; url=https://news.example/ferry?x=1&amp;y=2">"#,
            r#"<noscript>Go to <a href="https://news.example/ferry?x=1&amp;y=2">the article</a> or
               <a href="https://www.google.com/">back</a></noscript>"#,
        ] {
            assert_eq!(leads_to(html).as_deref(), Some(THERE), "{html}");
        }
    }

    #[test]
    fn a_page_that_names_no_target_or_several_leads_nowhere() {
        for html in [
            "",
            r#"<link rel="canonical" href="https://news.google.com/articles/AU_yqLM">"#,
            r#"<a href="https://news.example/ferry">a link like any other</a>"#,
            r#"<noscript><a href="https://a.example/">a</a><a href="https://b.example/">b</a></noscript>"#,
            r#"<!-- <c-wiz data-n-au="https://news.example/ferry"> -->"#,
            r#"<script>'<c-wiz data-n-au="https://news.example/ferry">'</script>"#,
            r#"<c-wiz data-n-au="javascript:go()"><c-wiz data-n-au="http://127.0.0.1/">"#,
            r#"<link rel="canonical" href="https://consent.google.com/ml">"#,
        ] {
            assert_eq!(leads_to(html), None, "{html}");
        }
    }

    #[test]
    fn the_attribute_counts_before_the_canonical_link() {
        let html = r#"<link rel="canonical" href="https://other.example/"><div data-n-au="https://news.example/ferry">"#;
        assert_eq!(leads_to(html).as_deref(), Some("https://news.example/ferry"));
    }
}
