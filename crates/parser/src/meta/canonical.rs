//! The address the article is known by.

use std::borrow::Cow;

use dateline_wire::CanonicalUrl;
use url::Url;

use super::scan::Scan;
use super::text;

/// `rel=canonical`, else `og:url`, where it can be the address of this page: on the web, of the same site, and no poorer than
/// the address that answered. Many sites let their front page, a section or a template's address stand there. Else the
/// page's own address. Always without tracking parameters.
pub(super) fn decide(scan: &Scan<'_>) -> Option<Url> {
    let own = scan.url;
    let graph =
        scan.metas.iter().filter(|meta| meta.key.eq_ignore_ascii_case("og:url")).map(|meta| meta.content);
    let claimed = scan.canonical.iter().copied().chain(graph);
    let believed = claimed
        .filter_map(|href| resolved(href, own))
        .find(|claimed| own.is_none_or(|own| is_sane(claimed, own)));
    let cached = || own.and_then(cached);
    let address = believed.or_else(cached).as_ref().or(own).map(|url| CanonicalUrl::of(url).to_url());
    address.map(crate::without_credentials)
}

fn resolved(href: &str, own: Option<&Url>) -> Option<Url> {
    let href = text::head(href.trim(), 2_000);
    if is_unfilled(href) {
        return None;
    }
    let url = match own {
        Some(own) => own.join(&whole(href, own)).ok()?,
        None => Url::parse(href).ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then_some(url)
}

/// The address in what a template wrote: its own host without a scheme or behind one with a slash too few, or a whole address behind
/// its own.
fn whole<'h>(href: &'h str, own: &Url) -> Cow<'h, str> {
    let is_own = |rest: &str| rest.split('/').next().is_some_and(|host| own.host_str() == Some(host));
    let bare = ["https:/", "http:/"].iter().find_map(|scheme| href.strip_prefix(scheme)).unwrap_or(href);
    if bare.contains('/') && is_own(bare) {
        return Cow::Owned(format!("{}://{bare}", own.scheme()));
    }
    let inner = href.rmatch_indices("://").next().and_then(|(at, mark)| {
        let start = ["https", "http"].iter().find_map(|scheme| href[..at].strip_suffix(scheme))?.len();
        (start > 0 && href[..start].ends_with('/') && is_own(&href[at + mark.len()..]))
            .then_some(&href[start..])
    });
    Cow::Borrowed(inner.unwrap_or(href))
}

/// Whether a template was never filled in: it holds its own marks, or what a script writes for nothing.
fn is_unfilled(href: &str) -> bool {
    let has_marks = ["{", "%7B", "<%", "<?", "[object"].iter().any(|mark| href.contains(mark));
    has_marks || href.split(['/', '?', '=']).any(text::is_placeholder)
}

fn is_sane(claimed: &Url, own: &Url) -> bool {
    if is_front(claimed) && !is_front(own) {
        return false;
    }
    let (Some(claimed_host), Some(own_host)) = (claimed.host_str(), own.host_str()) else { return false };
    // The copy in a cache speaks for the address that its own address holds.
    if let Some(original) = cached(own) {
        return original.host_str().is_some_and(|host| site(host) == site(claimed_host));
    }
    if site(claimed_host) != site(own_host) || !is_for_readers(claimed, own) {
        return false;
    }
    // A canonical address that drops the query which alone names the article would make all of them one.
    let drops_query = own.path() == claimed.path() && claimed.query().is_none() && identifies(own);
    !drops_query && !is_section(claimed, own)
}

/// Whether an address is meant for readers as much as the one that answered: no port of its own, and no host of those who build
/// the site or serve its machines.
fn is_for_readers(claimed: &Url, own: &Url) -> bool {
    const HOUSE: [&str; 16] = [
        "staging",
        "stage",
        "stg",
        "dev",
        "develop",
        "development",
        "test",
        "testing",
        "preprod",
        "preview",
        "uat",
        "qa",
        "cms",
        "origin",
        "internal",
        "amp",
    ];
    let names = |url: &Url| -> Vec<String> {
        let host = url.host_str().unwrap_or_default();
        let below = host.strip_suffix(&site(host)).unwrap_or_default();
        below.split(['.', '-']).map(str::to_owned).collect()
    };
    let known = names(own);
    let is_new = |name: &String| HOUSE.contains(&name.as_str()) && !known.contains(name);
    (claimed.port().is_none() || claimed.port() == own.port()) && !names(claimed).iter().any(is_new)
}

fn is_front(url: &Url) -> bool {
    url.path().trim_matches('/').is_empty() && url.query().is_none()
}

/// The address of the page that a cache serves a copy of, as AMP caches write it: `/c/s/HOST/PATH` (also `v` for
/// viewers and `wp` for web packages), `/amp/s/HOST/PATH`, the `s` for https. See "AMP Cache URL format and request handling" of the AMP project.
fn cached(own: &Url) -> Option<Url> {
    let path = own.path().trim_start_matches('/');
    let (kind, rest) = path.split_once('/')?;
    let (scheme, rest) = match rest.strip_prefix("s/") {
        Some(rest) => ("https", rest),
        None => ("http", rest),
    };
    let (host, tail) = rest.split_once('/')?;
    let is_host = host.contains('.') && host.rsplit('.').next().is_some_and(|last| last.len() >= 2);
    // A file has a point in its name too; a host stands before a path.
    let is_copy = matches!(kind, "c" | "v" | "wp" | "amp")
        && is_host
        && !tail.is_empty()
        && own.host_str() != Some(host);
    let query = own.query().map(|query| format!("?{query}")).unwrap_or_default();
    is_copy.then(|| Url::parse(&format!("{scheme}://{host}/{tail}{query}")).ok()).flatten()
}

/// Whether `claimed` is the address of a section or a page of the site where `own` is an article's.
fn is_section(claimed: &Url, own: &Url) -> bool {
    if claimed.path() == own.path() || identifies(claimed) {
        return false;
    }
    let (claimed, own) = (segments(claimed), segments(own));
    let is_article = claimed.iter().any(|segment| names_article(segment));
    if own.len() > claimed.len() && own.starts_with(&claimed) {
        // Views of an article have an address below it ("/ferry/amp", "/ferry/page/2"), and so have its own words ("/1234567/ferry").
        let is_numbered = claimed.last().is_some_and(|last| digits(last) > 4);
        return !is_numbered && !own[claimed.len()..].iter().all(|segment| is_view(segment));
    }
    !is_article && own.iter().any(|segment| names_article(segment))
}

fn segments(url: &Url) -> Vec<&str> {
    url.path().split('/').filter(|segment| !segment.is_empty()).collect()
}

/// Whether a segment of a path is one article's: it holds a number that is no part of a day and no error, or several words.
fn names_article(segment: &str) -> bool {
    let words = segment.split(['-', '_', '.', '%', '+']).filter(|word| word.len() > 1).count();
    let stem = segment.split('.').next().unwrap_or(segment);
    if digits(stem) == stem.len() {
        let number: u64 = stem.parse().unwrap_or(u64::MAX);
        return number > 31 && !(400..=599).contains(&number) && !(1_900..=2_100).contains(&number);
    }
    words > 2 || digits(segment) > 0 && !segment.starts_with("page")
}

fn digits(segment: &str) -> usize {
    segment.bytes().filter(u8::is_ascii_digit).count()
}

/// Whether a segment of a path only says how an article is shown.
fn is_view(segment: &str) -> bool {
    let name = segment.split('.').next().unwrap_or(segment).to_ascii_lowercase();
    matches!(
        name.as_str(),
        "amp"
            | "amphtml"
            | "print"
            | "printable"
            | "mobile"
            | "m"
            | "full"
            | "all"
            | "index"
            | "embed"
            | "page"
            | "view"
            | "comments"
            | "single"
            | "gallery"
            | "photo"
            | "share"
            | "feed"
    ) || name.trim_start_matches(['p', 's']).bytes().all(|byte| byte.is_ascii_digit())
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
    fn one_without_its_scheme_or_behind_the_host_once_more_is_read_as_meant() {
        let own = "https://gazette.example/sea/a-1";
        for href in [
            "gazette.example/sea/a-1",
            "https:/gazette.example/sea/a-1",
            "https://gazette.example/https://gazette.example/sea/a-1",
            "/https://gazette.example/sea/a-1",
            "<?php echo $link ?>",
        ] {
            assert_eq!(canonical(own, href), own, "{href}");
        }
    }

    #[test]
    fn one_that_names_the_front_page_another_site_or_every_article_is_not() {
        let own = "https://gazette.example/view?id=7";
        assert_eq!(canonical(own, "https://gazette.example/"), own);
        assert_eq!(canonical(own, "https://elsewhere.example/a"), own);
        assert_eq!(canonical(own, "https://gazette.example/view"), own);
        assert_eq!(canonical(own, "javascript:void(0)"), own);
    }

    #[test]
    fn one_on_a_host_or_port_that_is_not_for_readers_is_not() {
        let own = "https://www.gazette.example/a/1";
        for href in [
            "https://staging.gazette.example/a/1",
            "https://preprod-cms.gazette.example/a/1",
            "https://origin-www.gazette.example/a/1",
            "https://amp.gazette.example/a/1",
            "https://www.gazette.example:8443/a/1",
        ] {
            assert_eq!(canonical(own, href), own, "{href}");
        }
        // What answered there itself is known by it.
        assert_eq!(
            canonical("https://dev.gazette.example/a/1?x=y", "/a/1"),
            "https://dev.gazette.example/a/1"
        );
        assert_eq!(canonical("https://amp.gazette.example/a/1", own), own);
    }

    #[test]
    fn one_that_a_template_left_unfilled_is_not() {
        let own = "https://gazette.example/world/2025/06/ferry.html";
        for href in [
            "undefined",
            "null",
            "/undefined",
            "https://gazette.example/world/undefined/",
            "https://gazette.example/view?id=undefined",
            "{{ canonical }}",
            "https://gazette.example/${slug}",
            "https://gazette.example/{slug}",
            "https://gazette.example/%7Bslug%7D",
            "https://gazette.example/#{path}",
            "https://undefined/world",
            "//null/world",
            "http://localhost:3000/world/2025/06/ferry.html",
            "http://10.0.0.7/world/2025/06/ferry.html",
            "file:///srv/world/ferry.html",
            "[object Object]",
            "NaN",
            "",
        ] {
            assert_eq!(canonical(own, href), own, "{href}");
        }
    }

    #[test]
    fn one_that_names_a_section_is_not() {
        for (own, href) in [
            ("https://gazette.example/world/2025/06/ferry-runs-again.html", "https://gazette.example/world/"),
            (
                "https://gazette.example/world/2025/06/ferry-runs-again.html",
                "https://gazette.example/world/2025/06/",
            ),
            ("https://gazette.example/world/ferry", "https://gazette.example/world"),
            ("https://gazette.example/article/1234567", "https://gazette.example/tag/harbour-news"),
            ("https://gazette.example/news/ferry-runs-again-after-storm", "https://gazette.example/404"),
            ("https://gazette.example/news/ferry-runs-again-after-storm", "https://gazette.example/404.html"),
            (
                "https://gazette.example/news/ferry-runs-again-after-storm",
                "https://gazette.example/error/500.php",
            ),
        ] {
            assert_eq!(canonical(own, href), own, "{href}");
        }
    }

    #[test]
    fn one_that_says_less_of_the_same_article_is_followed() {
        for (own, href) in [
            ("https://gazette.example/world/ferry/amp", "https://gazette.example/world/ferry"),
            ("https://gazette.example/world/ferry/page/2", "https://gazette.example/world/ferry"),
            (
                "https://gazette.example/article/1234567/ferry-runs-again",
                "https://gazette.example/article/1234567",
            ),
            (
                "https://gazette.example/amp/ferry-runs-again-after-storm",
                "https://gazette.example/ferry-runs-again-after-storm",
            ),
            ("https://gazette.example/2025/06/ferry-runs-again", "https://gazette.example/?p=77"),
        ] {
            assert_eq!(canonical(own, href), href, "{href}");
        }
    }

    #[test]
    fn a_copy_in_a_cache_speaks_for_the_page_that_its_address_holds() {
        let own = "https://gazette-example.cache.example/c/s/www.gazette.example/world/ferry-runs?id=7";
        let original = "https://www.gazette.example/world/ferry-runs?id=7";
        assert_eq!(
            canonical(own, "https://gazette.example/ferry-runs"),
            "https://gazette.example/ferry-runs"
        );
        assert_eq!(canonical(own, "https://elsewhere.example/ferry-runs"), original);
        assert_eq!(
            canonical("https://search.example/amp/s/www.gazette.example/world/ferry-runs?id=7", ""),
            original
        );
        for cache in [
            "https://www-gazette-example.cache.example/v/s/",
            "https://www-gazette-example.cache.example/wp/s/",
            "https://cache.example/c/s/",
            "https://www.search.example/amp/s/",
        ] {
            let own = format!("{cache}www.gazette.example/world/ferry-runs?id=7");
            for href in ["", "undefined", "https://www.gazette.example/", original] {
                assert_eq!(canonical(&own, href), original, "{own} {href}");
            }
        }
        let page = "https://www.gazette.example/world/ferry-runs";
        assert_eq!(canonical(page, "https://cache.example/c/s/www.gazette.example/world/ferry-runs"), page);
    }
}
