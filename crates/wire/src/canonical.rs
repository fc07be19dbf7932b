//! The one address that an article is known by.

use std::borrow::Cow;
use std::fmt;

use url::Url;

use crate::session::without_session;

/// Query parameters that only say how the reader came, by exact name or, ending in `*`, by prefix. Gathered from the
/// documentation of the campaign and click-tracking tools that add them.
const TRACKING: [&str; 24] = [
    "utm_*",
    "fbclid",
    "gclid",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "ysclid",
    "_openstat",
    "ns_*",
    "at_medium",
    "at_campaign",
    "cmpid",
    "ocid",
    "ftag",
    "ref_src",
    "spm",
    "wt_mc",
    "xtor",
];

/// An article's address without what doesn't tell articles apart: fragment, tracking parameters, session ids, default
/// port, upper case in the host, an empty query.
///
/// Only what is known to carry no meaning goes: two articles must never share a canonical URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CanonicalUrl(Url);

impl CanonicalUrl {
    /// The canonical form of `url`. Applying it twice changes nothing.
    pub fn of(url: &Url) -> Self {
        let without = match without_session(url.as_str()) {
            Cow::Borrowed(_) => None,
            Cow::Owned(address) => Url::parse(&address).ok(),
        };
        let mut url = without.unwrap_or_else(|| url.clone());
        url.set_fragment(None);
        if let Some(query) = url.query() {
            let kept: Vec<&str> =
                query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(pair)).collect();
            let kept = kept.join("&");
            url.set_query((!kept.is_empty()).then_some(&kept));
        }
        Self(url)
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address as a URL.
    pub fn to_url(&self) -> Url {
        self.0.clone()
    }
}

impl fmt::Display for CanonicalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair);
    TRACKING.iter().any(|known| match known.strip_suffix('*') {
        Some(prefix) => name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
        None => name.eq_ignore_ascii_case(known),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(url: &str) -> String {
        CanonicalUrl::of(&Url::parse(url).unwrap()).as_str().to_owned()
    }

    #[test]
    fn tracking_parameters_and_fragments_go_and_the_rest_stays() {
        assert_eq!(
            canonical("https://news.example:443/view?utm_source=rss&id=7&fbclid=x#top"),
            "https://news.example/view?id=7"
        );
        assert_eq!(canonical("https://news.example/view?utm_medium=feed"), "https://news.example/view");
        assert_eq!(
            canonical("https://news.example/view;jsessionid=1A?id=7&utm_id=2"),
            "https://news.example/view?id=7"
        );
        assert_eq!(canonical("https://news.example/view?b=2&a=1"), "https://news.example/view?b=2&a=1");
    }
}
