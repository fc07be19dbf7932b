//! Targets that stand in a redirector's page.

use dateline_text::{
    markup::{MarkupScanner, MarkupToken, StartTag},
    reference,
};
use url::Url;

use super::known::Redirector;
use crate::{client::web_target, refresh};

/// A redirector's page names its target early; what is read of it is bounded all the same, in bytes.
const MAX_PAGE_BYTES: usize = 512 << 10;

/// How many different links for browsers without scripts are looked at: more than one is already too many to choose from.
const MAX_LINKS: usize = 2;

/// What a page says about its target, by how it says it.
#[derive(Default)]
struct TargetSigns {
    attribute: Option<Url>,
    canonical: Option<Url>,
    /// The links for browsers without scripts, each once.
    links: Vec<Url>,
}

/// The target that the page `html` at `url` names: in the redirector's own attribute, else as canonical, else where it sends
/// to at once, else as the only link outward for browsers without scripts.
pub(super) fn target(redirector: &Redirector, html: &[u8], url: &Url) -> Option<Url> {
    let text = String::from_utf8_lossy(&html[..html.len().min(MAX_PAGE_BYTES)]);
    let mut signs = TargetSigns::default();
    let mut without_scripts = false;
    let mut scanner = MarkupScanner::new(&text);
    while let Some(token) = scanner.next() {
        match token {
            MarkupToken::Open(tag) if tag.name.eq_ignore_ascii_case("noscript") => without_scripts = true,
            MarkupToken::Close(name) if name.eq_ignore_ascii_case("noscript") => without_scripts = false,
            MarkupToken::Open(tag) => {
                match ["script", "style"].iter().find(|name| tag.name.eq_ignore_ascii_case(name)) {
                    Some(skipped) => scanner.skip_element(skipped),
                    None => signs.note(redirector, url, &tag, without_scripts),
                }
            }
            _ => {}
        }
    }
    let only_link = || match &signs.links[..] {
        [only] => Some(only.clone()),
        _ => None,
    };
    let refresh = || refresh::target(html, url).filter(|target| redirector.is_outward(target));
    signs.attribute.or(signs.canonical).or_else(refresh).or_else(only_link)
}

impl TargetSigns {
    fn note(&mut self, redirector: &Redirector, url: &Url, tag: &StartTag<'_>, without_scripts: bool) {
        let is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        let (mut canonical, mut href) = (false, None);
        let outward = |value: &str| {
            web_target(url, &reference::resolve(value)).filter(|target| redirector.is_outward(target))
        };
        for (name, value) in tag.attributes() {
            if name.eq_ignore_ascii_case(redirector.attribute) && self.attribute.is_none() {
                self.attribute = outward(value);
            } else if name.eq_ignore_ascii_case("rel") {
                canonical = value.eq_ignore_ascii_case("canonical");
            } else if name.eq_ignore_ascii_case("href") && (is("link") || (is("a") && without_scripts)) {
                href = outward(value);
            }
        }
        match href {
            Some(href) if is("link") && canonical => {
                self.canonical.get_or_insert(href);
            }
            Some(href) if is("a") && self.links.len() < MAX_LINKS && !self.links.contains(&href) => {
                self.links.push(href)
            }
            _ => {}
        }
    }
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

    /// Work that grows with the square of the length would not end in the time of a test.
    #[test]
    fn a_page_of_openings_that_nothing_closes_is_read_once() {
        for opening in ["<!--<meta x", "<script>", "<noscript <!--", "<a href=\"", "<!--<script <style"] {
            assert_eq!(leads_to(&opening.repeat(MAX_PAGE_BYTES / opening.len())), None, "{opening}");
        }
        let links: String = (0..10_000).map(|number| format!("<a href=https://{number}.example/>")).collect();
        assert_eq!(leads_to(&format!("<noscript>{links}")), None);
    }

    #[test]
    fn the_attribute_counts_before_the_canonical_link() {
        let html = r#"<link rel="canonical" href="https://other.example/"><div data-n-au="https://news.example/ferry">"#;
        assert_eq!(leads_to(html).as_deref(), Some("https://news.example/ferry"));
    }
}
