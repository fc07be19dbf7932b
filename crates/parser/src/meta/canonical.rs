//! The address the article is known by.

use dateline_wire::CanonicalUrl;
use url::Url;

use super::scan::Scan;
use super::text;

/// `rel=canonical`, else `og:url`, where it can be the address of this page: on the web, of the same site, and no poorer than
/// the address that answered. Many sites let their front page or a template's address stand there. Else the page's own
/// address. Always without tracking parameters.
pub(super) fn decide(scan: &Scan<'_>) -> Option<Url> {
    let own = scan.url;
    let graph =
        scan.metas.iter().filter(|meta| meta.key.eq_ignore_ascii_case("og:url")).map(|meta| meta.content);
    let claimed = scan.canonical.iter().copied().chain(graph);
    let believed = claimed
        .filter_map(|href| resolved(href, own))
        .find(|claimed| own.is_none_or(|own| is_sane(claimed, own)));
    believed.as_ref().or(own).map(|url| CanonicalUrl::of(url).to_url())
}

fn resolved(href: &str, own: Option<&Url>) -> Option<Url> {
    let href = text::head(href.trim(), 2_000);
    let url = match own {
        Some(own) => own.join(href).ok()?,
        None => Url::parse(href).ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then_some(url)
}

fn is_sane(claimed: &Url, own: &Url) -> bool {
    let is_front = |url: &Url| url.path().trim_matches('/').is_empty() && url.query().is_none();
    if is_front(claimed) && !is_front(own) {
        return false;
    }
    let (Some(claimed_host), Some(own_host)) = (claimed.host_str(), own.host_str()) else { return false };
    if site(claimed_host) != site(own_host) {
        return false;
    }
    // A canonical address that drops the query which alone names the article would make all of them one.
    let drops_query = own.path() == claimed.path() && claimed.query().is_none() && identifies(own);
    !drops_query
}

/// The last two labels of a host, or three where the second is a short one ("co.uk", "com.ua"): enough to tell that "m." and
/// "www." and "amp." are one site.
fn site(host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    let keep = match labels.as_slice() {
        [.., second, _] if second.len() <= 3 && labels.len() > 2 => 3,
        _ => 2,
    };
    labels[labels.len().saturating_sub(keep)..].join(".").to_ascii_lowercase()
}

/// Whether a query names what is shown: one that holds a number.
fn identifies(url: &Url) -> bool {
    CanonicalUrl::of(url).to_url().query_pairs().any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        (name.contains("id")
            || name.contains("no")
            || name == "p"
            || name.contains("article")
            || name.contains("seq"))
            && value.bytes().any(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    fn canonical(own: &str, href: &str) -> String {
        let own = Url::parse(own).unwrap();
        let document = Document::from_html(&format!("<link rel=\"canonical\" href=\"{href}\">"));
        decide(&Scan::of(&document, Some(&own))).unwrap().to_string()
    }

    #[test]
    fn a_sane_canonical_link_is_followed() {
        let own = "https://m.gazette.example/a/1?utm_source=x";
        assert_eq!(canonical(own, "https://www.gazette.example/a/1"), "https://www.gazette.example/a/1");
        assert_eq!(canonical(own, "/a/1"), "https://m.gazette.example/a/1");
    }

    #[test]
    fn one_that_names_the_front_page_another_site_or_every_article_is_not() {
        let own = "https://gazette.example/view?id=7";
        assert_eq!(canonical(own, "https://gazette.example/"), own);
        assert_eq!(canonical(own, "https://elsewhere.example/a"), own);
        assert_eq!(canonical(own, "https://gazette.example/view"), own);
        assert_eq!(canonical(own, "javascript:void(0)"), own);
    }
}
