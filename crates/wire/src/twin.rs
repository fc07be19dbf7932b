//! Addresses that differ in how a page is shown, and not in what it tells.

use url::Url;

use crate::CanonicalUrl;

/// Labels of a host that say for which screen a page is made, as sites name their editions for phones and for AMP.
const VIEW_LABELS: [&str; 7] = ["m", "mobile", "amp", "wap", "touch", "lite", "text"];

/// The label of the same site written out.
const PLAIN_LABEL: &str = "www";

/// Segments of a path that say how a page is shown.
const VIEW_SEGMENTS: [&str; 8] = ["amp", "amphtml", "m", "mobile", "wap", "lite", "print", "printable"];

/// What stands behind the name of a page's file where it is shown in another way, before the extension.
const VIEW_SUFFIXES: [&str; 6] = [".amp", "-amp", "_amp", ".print", "-print", "_print"];

/// Query parameters that say how a page is shown: by name alone, ...
const VIEW_PARAMETERS: [&str; 5] = ["amp", "mobile", "print", "printable", "lite"];

/// ... or by name where the value is one of [`VIEW_SEGMENTS`].
const VIEW_CHOICES: [&str; 6] = ["outputtype", "output", "view", "mode", "format", "display"];

/// Query parameters that say on which way a reader came. Some mean something else on some sites, so they stay in a
/// [`CanonicalUrl`], and two addresses that differ in them are twins only if their pages tell the same.
const WAYS: [&str; 12] = [
    "from", "ref", "referrer", "referer", "source", "src", "rss", "feed", "via", "partner", "share",
    "campaign",
];

/// The part of an address that its twins share: without scheme, `www.`, what says that the page is shown for phones, as AMP or in print,
/// and on which way a reader came.
///
/// Two articles may share one. What makes two addresses those of one article is that, moreover, they tell mostly the same.
///
/// ```
/// use dateline_wire::TwinAddress;
///
/// let of = |url: &str| TwinAddress::of(&url.parse().unwrap());
/// let page = of("https://www.news.example/world/ferry.html");
/// let view = of("http://amp.news.example/world/ferry.amp.html?source=rss");
/// assert_eq!(page.as_str(), view.as_str());
/// assert!(view.is_view() && !page.is_view());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwinAddress {
    shared: String,
    is_view: bool,
}

impl TwinAddress {
    /// What `url` shares with its twins.
    pub fn of(url: &Url) -> Self {
        let url = CanonicalUrl::of(url).to_url();
        let mut is_view = false;
        let mut shared = host(&url, &mut is_view);
        if let Some(port) = url.port() {
            shared.push_str(&format!(":{port}"));
        }
        for segment in path(&url, &mut is_view) {
            shared.push('/');
            shared.push_str(&segment);
        }
        let mut pairs: Vec<&str> = url.query().unwrap_or_default().split('&').collect();
        pairs.retain(|pair| !pair.is_empty() && !is_way(pair) && !is_view_parameter(pair, &mut is_view));
        pairs.sort_unstable();
        if !pairs.is_empty() {
            shared.push('?');
            shared.push_str(&pairs.join("&"));
        }
        Self { shared, is_view }
    }

    /// The part as text.
    pub fn as_str(&self) -> &str {
        &self.shared
    }

    /// Whether the address itself is that of a view for phones, as AMP or in print: such a page often tells less than the article's own.
    pub fn is_view(&self) -> bool {
        self.is_view
    }
}

fn host(url: &Url, is_view: &mut bool) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let labels: Vec<&str> = host.split('.').collect();
    // What is left when all else has gone is a site's own name.
    let own = labels.len().saturating_sub(2);
    let kept = labels.iter().enumerate().filter(|(at, label)| {
        let is_of_view = *at < own && VIEW_LABELS.contains(label);
        *is_view |= is_of_view;
        !(is_of_view || *at == 0 && own > 0 && **label == PLAIN_LABEL)
    });
    kept.map(|(_, label)| *label).collect::<Vec<_>>().join(".")
}

fn path(url: &Url, is_view: &mut bool) -> Vec<String> {
    let segments = url.path().split('/').filter(|segment| !segment.is_empty());
    let mut kept: Vec<String> = segments.map(str::to_owned).collect();
    let before = kept.len();
    kept.retain(|segment| !VIEW_SEGMENTS.iter().any(|view| segment.eq_ignore_ascii_case(view)));
    *is_view |= kept.len() < before;
    if let Some(file) = kept.last_mut() {
        let (name, extension) = match file.rsplit_once('.') {
            Some((name, extension)) if matches!(extension.len(), 2..=5) => (name, Some(extension)),
            _ => (file.as_str(), None),
        };
        // The whole file may end in what looks like an extension: `ferry.amp`.
        let whole = VIEW_SUFFIXES.iter().find_map(|suffix| file.strip_suffix(suffix));
        let named = || VIEW_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
        let shown = whole.map(str::to_owned).or_else(|| {
            let name = named()?;
            Some(extension.map_or_else(|| name.to_owned(), |extension| format!("{name}.{extension}")))
        });
        if let Some(shown) = shown.filter(|shown| !shown.is_empty()) {
            *file = shown;
            *is_view = true;
        }
    }
    kept
}

fn is_way(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair);
    WAYS.iter().any(|way| name.eq_ignore_ascii_case(way))
}

fn is_view_parameter(pair: &str, is_view: &mut bool) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    let chosen = || VIEW_SEGMENTS.iter().any(|view| value.eq_ignore_ascii_case(view));
    let is_of_view = VIEW_PARAMETERS.into_iter().any(is) || VIEW_CHOICES.into_iter().any(is) && chosen();
    *is_view |= is_of_view;
    is_of_view
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twin(url: &str) -> TwinAddress {
        TwinAddress::of(&Url::parse(url).unwrap())
    }

    #[test]
    fn scheme_host_prefix_trailing_slash_and_the_way_of_the_reader_tell_nothing_apart() {
        let page = twin("https://news.example/world/ferry?id=7");
        for url in [
            "http://news.example/world/ferry?id=7",
            "https://www.news.example/world/ferry/?id=7",
            "https://news.example/world/ferry?id=7&utm_source=x",
            "https://news.example/world/ferry?from=rss&id=7#top",
            "https://news.example/world/ferry?id=7&ref=home",
        ] {
            assert_eq!(twin(url), page, "{url}");
        }
    }

    #[test]
    fn a_view_shares_the_address_of_its_page_and_says_that_it_is_one() {
        for (url, of) in [
            ("https://m.news.example/a/1", "https://news.example/a/1"),
            ("https://amp.news.example/a/1", "https://www.news.example/a/1"),
            ("https://ko.m.news.example/a/1", "https://ko.news.example/a/1"),
            ("https://news.example/amp/a/1", "https://news.example/a/1"),
            ("https://news.example/a/1/amp/", "https://news.example/a/1"),
            ("https://news.example/a/ferry.amp.html", "https://news.example/a/ferry.html"),
            ("https://news.example/a/ferry.amp", "https://news.example/a/ferry"),
            ("https://news.example/a/ferry-amp", "https://news.example/a/ferry"),
            ("https://news.example/a/1?amp=1", "https://news.example/a/1"),
            ("https://news.example/a?outputType=amp&id=1", "https://news.example/a?id=1"),
            ("https://news.example/print/a/1", "https://news.example/a/1"),
        ] {
            assert_eq!(twin(url).as_str(), twin(of).as_str(), "{url}");
            assert!(twin(url).is_view() && !twin(of).is_view(), "{url}");
        }
    }

    #[test]
    fn what_tells_articles_apart_stays() {
        for (one, other) in [
            ("https://news.example/a?id=1", "https://news.example/a?id=2"),
            ("https://news.example/a/1", "https://other.example/a/1"),
            ("https://news.example/a/1", "https://news.example/b/1"),
            ("https://news.example/a/1", "https://news.example:8443/a/1"),
            ("https://sport.news.example/a/1", "https://news.example/a/1"),
            ("https://news.example/a?view=2", "https://news.example/a"),
        ] {
            assert_ne!(twin(one), twin(other), "{one} {other}");
        }
        // A site may be called so.
        assert_eq!(twin("https://m.example/a").as_str(), "m.example/a");
        assert_eq!(twin("https://news.example/").as_str(), "news.example");
        assert_eq!(twin("https://news.example/amp").as_str(), "news.example");
    }
}
