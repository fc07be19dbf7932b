//! Addresses as feeds write them.

use std::borrow::Cow;

use url::Url;

/// An address, resolved against `base` where it is relative; as written, but for white space, where it is not or where
/// there is no base. `None` for an empty one.
pub(super) fn resolve(written: &str, base: Option<&Url>) -> Option<String> {
    let href: String = match written.trim() {
        "" => return None,
        href if href.contains(['\n', '\r', '\t']) => {
            let unindented: String = href.split(['\n', '\r', '\t']).map(str::trim).collect();
            // An address with spaces of its own has them beside its line feeds, too.
            if unindented.contains(' ') { href.replace(['\n', '\r', '\t'], "") } else { unindented }
        }
        href => href.to_owned(),
    };
    let href = mended(href, base);
    if has_scheme(&href) {
        return Some(href);
    }
    match base.and_then(|base| base.join(&href).ok()) {
        Some(url) => Some(url.into()),
        None => Some(href),
    }
}

/// An address without what was escaped once too often in it, with the colon or the scheme that its author left out, and without
/// a second scheme: "&amp;amp;" in a feed stands for "&", and "http//", "www." and the host of `base` begin no path.
fn mended(href: String, base: Option<&Url>) -> String {
    let references = ["&amp;", "&#38;", "&#038;"];
    let href = references.iter().fold(href, |href, reference| match href.contains(reference) {
        true => href.replace(reference, "&"),
        false => href,
    });
    // A host without a scheme, as people type addresses.
    let is_host = |rest: &str| rest.split('/').next().is_some_and(|host| host.contains('.'));
    if href.strip_prefix("www.").is_some_and(is_host) {
        return format!("http://{href}");
    }
    let host = href.split('/').next().filter(|host| host.contains('.'));
    if let Some(base) = base.filter(|base| host.is_some() && base.host_str() == host) {
        return format!("{}://{href}", base.scheme());
    }
    let scheme = ["http", "https"]
        .into_iter()
        .find(|scheme| href.strip_prefix(scheme).is_some_and(|rest| rest.starts_with("//")));
    let href = scheme.map(|scheme| format!("{scheme}:{}", &href[scheme.len()..])).unwrap_or(href);
    // A template put its own scheme before a whole address.
    let inner = href.split_once("://").filter(|(outer, inner)| outer.starts_with("http") && is_web(inner));
    inner.map(|(_, inner)| inner.to_owned()).unwrap_or(href)
}

/// Whether an address starts with a scheme (RFC 3986, section 3.1).
fn has_scheme(href: &str) -> bool {
    href.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// An address, trimmed, without the scheme by which it says that a feed is there: `feed://host/…` stands for `http://host/…`,
/// `feeds://host/…` for `https://host/…`, and `feed:https://…` for what follows (draft-obasanjo-feed-uri-scheme-02), also behind `//` or
/// without the colon that some browsers lose. Readers of podcasts and others have schemes of their own for the same.
pub(super) fn without_feed_scheme(written: &str) -> Cow<'_, str> {
    let written = written.trim();
    let Some((scheme, rest)) = written.split_once(':') else { return Cow::Borrowed(written) };
    const OF_READERS: [&str; 5] = ["feed", "pcast", "itpc", "podcast", "rss"];
    let is = |name: &str| scheme.eq_ignore_ascii_case(name);
    let web = match () {
        () if OF_READERS.iter().any(|name| is(name)) => "http",
        () if is("feeds") => "https",
        () => return Cow::Borrowed(written),
    };
    let inner = rest.trim_start_matches('/');
    if is_web(inner) {
        return Cow::Borrowed(inner);
    }
    if let Some(lost) = ["https", "http"]
        .iter()
        .find(|web| inner.strip_prefix(**web).is_some_and(|rest| rest.starts_with("//")))
    {
        return Cow::Owned(format!("{lost}:{}", &inner[lost.len()..]));
    }
    let has_host = rest.starts_with("//") || inner.split('/').next().is_some_and(|host| host.contains('.'));
    if has_host { Cow::Owned(format!("{web}://{inner}")) } else { Cow::Borrowed(rest) }
}

/// Whether an address is one of the web.
pub(super) fn is_web(href: &str) -> bool {
    let starts =
        |scheme: &str| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts("http://") || starts("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(written: &str, base: &str) -> Option<String> {
        resolve(written, Url::parse(base).ok().as_ref())
    }

    #[test]
    fn a_relative_address_is_resolved_and_a_whole_one_kept_as_written() {
        assert_eq!(resolved("../b", "https://a.example/x/y/feed").as_deref(), Some("https://a.example/x/b"));
        assert_eq!(resolved("//c.example/b", "https://a.example/").as_deref(), Some("https://c.example/b"));
        assert_eq!(
            resolved("HTTP://A.example/Ü", "https://a.example/").as_deref(),
            Some("HTTP://A.example/Ü")
        );
    }

    #[test]
    fn what_is_escaped_twice_is_escaped_once_and_a_colon_left_out_is_put_in() {
        let meant = Some("https://a.example/x?p=1&q=2");
        assert_eq!(resolved("https://a.example/x?p=1&amp;q=2", "").as_deref(), meant);
        assert_eq!(resolved("/x?p=1&#038;q=2", "https://a.example/").as_deref(), meant);
        assert_eq!(resolved("https//a.example/x?p=1&q=2", "https://b.example/feed").as_deref(), meant);
        assert_eq!(
            resolved("www.a.example/x", "https://b.example/f").as_deref(),
            Some("http://www.a.example/x")
        );
        assert_eq!(
            resolved("www.html", "https://b.example/f").as_deref(),
            Some("https://b.example/www.html")
        );
        assert_eq!(resolved("httpd/x", "https://a.example/").as_deref(), Some("https://a.example/httpd/x"));
    }

    #[test]
    fn the_feeds_own_host_begins_no_path_and_of_two_schemes_the_inner_one_counts() {
        let base = "https://a.example/feeds/all";
        assert_eq!(resolved("a.example/x", base).as_deref(), Some("https://a.example/x"));
        assert_eq!(resolved("b.example/x", base).as_deref(), Some("https://a.example/feeds/b.example/x"));
        assert_eq!(resolved("http://https://a.example/x", base).as_deref(), Some("https://a.example/x"));
        assert_eq!(
            resolved("https://web.example/2020/https://a.example/x", base).as_deref(),
            Some("https://web.example/2020/https://a.example/x")
        );
    }

    #[test]
    fn white_space_is_no_part_of_an_address() {
        assert_eq!(resolved(" https://a.example/\n  x ", "").as_deref(), Some("https://a.example/x"));
        assert_eq!(resolved("https://a.example/x y", "").as_deref(), Some("https://a.example/x y"));
        assert_eq!(resolved("https://a.example/x y\n z", "").as_deref(), Some("https://a.example/x y z"));
        assert_eq!(resolved(" \n", "https://a.example/"), None);
    }
}
