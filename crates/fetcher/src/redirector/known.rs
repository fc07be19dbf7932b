//! The redirectors that are known, by the shape of their links.

use url::Url;

/// A known redirector.
pub(crate) struct Redirector {
    /// Its host.
    host: &'static str,
    /// What stands in the path before the id of a link.
    before_id: &'static [&'static str],
    /// The attribute by which its page names the target, if it has one of its own.
    pub(super) attribute: &'static str,
    /// Domains that are its own: what leads there is no target.
    own: &'static [&'static str],
}

/// Google News wraps the links of its feeds. The ids of older links are a message in the encoding of Protocol Buffers that
/// holds the target, in base64 (RFC 4648, section 5); those of newer ones (`AU_yqL…` inside) are opaque. Pages that still hold
/// the target name it in `data-n-au`; others find it by a script, through a protocol of Google's own that isn't spoken here.
/// None of this is documented: it is what the links and pages show, and what public readers of these feeds rely on.
const REDIRECTORS: [Redirector; 1] = [Redirector {
    host: "news.google.com",
    before_id: &["/rss/articles/", "/__i/rss/rd/articles/", "/articles/", "/read/"],
    attribute: "data-n-au",
    own: &["google.com", "gstatic.com", "googleapis.com", "googleusercontent.com"],
}];

/// The redirector that `url` leads through, if it does.
pub(crate) fn of(url: &Url) -> Option<&'static Redirector> {
    REDIRECTORS.iter().find(|known| url.host_str() == Some(known.host) && known.id(url).is_some())
}

impl Redirector {
    /// The id in a link of its.
    pub(super) fn id<'u>(&self, url: &'u Url) -> Option<&'u str> {
        let id = self.before_id.iter().find_map(|before| url.path().strip_prefix(before))?;
        (!id.is_empty() && !id.contains('/')).then_some(id)
    }

    /// Whether `target` is an address of the web that isn't the redirector's own.
    pub(super) fn is_outward(&self, target: &Url) -> bool {
        let Some(host) = target.domain() else { return false };
        let is_own =
            |own: &&str| host.strip_suffix(*own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        matches!(target.scheme(), "http" | "https") && !self.own.iter().any(is_own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_of_a_known_shape_are_a_redirectors() {
        let is = |url: &str| of(&Url::parse(url).unwrap()).is_some();
        assert!(is("https://news.google.com/rss/articles/CBMiAA?oc=5"));
        assert!(is("https://news.google.com/articles/CBMiAA"));
        assert!(is("https://news.google.com/read/CBMiAA"));
        for other in [
            "https://news.google.com/rss/search?q=ferry",
            "https://news.google.com/rss/articles/",
            "https://news.google.com/rss/articles/a/b",
            "https://news.example/rss/articles/CBMiAA",
            "https://news.google.com.news.example/rss/articles/CBMiAA",
        ] {
            assert!(!is(other), "{other}");
        }
    }
}
