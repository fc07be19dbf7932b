//! Links that lead to an article by way of a redirector which answers with a page of its own instead of a redirect.
//!
//! A table names the known shapes. Where the link itself carries the target (`carried`), no request is made; otherwise the
//! redirector's page is asked for like any other and its target read from it (`page`), if it holds one. A page that holds
//! none is no article and is not taken for one.

mod carried;
mod page;

use url::Url;

/// A known redirector.
pub(crate) struct Redirector {
    /// Its host.
    host: &'static str,
    /// What stands in the path before the id of a link.
    before_id: &'static [&'static str],
    /// The attribute by which its page names the target, if it has one of its own.
    attribute: &'static str,
    /// Domains that are its own: what leads there is no target.
    own: &'static [&'static str],
}

/// Google News wraps the links of its feeds since 2017. Ids up to 2024 are the Protocol Buffers encoding of a message that
/// holds the target, in base64 (RFC 4648, section 5); later ones are opaque. Read from the feeds of its `/rss` addresses; it
/// documents neither. `data-n-au` was the attribute of its pages while these held the target.
const REDIRECTORS: [Redirector; 1] = [Redirector {
    host: "news.google.com",
    before_id: &["/rss/articles/", "/__i/rss/rd/articles/", "/articles/", "/read/"],
    attribute: "data-n-au",
    own: &["google.com", "gstatic.com", "googleapis.com", "googleusercontent.com"],
}];

/// How many links in one another are unwrapped.
pub(crate) const MOST_UNWRAPPED: usize = 3;

/// The redirector that `url` leads through, if it does.
pub(crate) fn of(url: &Url) -> Option<&'static Redirector> {
    REDIRECTORS.iter().find(|known| url.host_str() == Some(known.host) && known.id(url).is_some())
}

impl Redirector {
    fn id<'u>(&self, url: &'u Url) -> Option<&'u str> {
        let id = self.before_id.iter().find_map(|before| url.path().strip_prefix(before))?;
        (!id.is_empty() && !id.contains('/')).then_some(id)
    }

    /// The target that `url` itself carries.
    pub(crate) fn carried(&self, url: &Url) -> Option<Url> {
        carried::target(self.id(url)?).filter(|target| self.is_outward(target))
    }

    /// The target that its page `html` at `url` names.
    pub(crate) fn target_in(&self, html: &[u8], url: &Url) -> Option<Url> {
        page::target(self, html, url)
    }

    /// Whether `target` is an address of the web that isn't the redirector's own.
    fn is_outward(&self, target: &Url) -> bool {
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
