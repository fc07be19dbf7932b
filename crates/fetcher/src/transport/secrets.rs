//! What must never stand in a recording.

use dateline_wire::SecretQuery;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

use super::Purpose;

/// What stands in a secret's place. Recorded and replayed requests are both written so, and therefore still meet.
const REDACTED: &str = "redacted";

/// Fields that carry credentials, in requests or answers. They are left out, whatever they hold.
const FIELDS: [HeaderName; 7] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    header::SET_COOKIE,
    header::WWW_AUTHENTICATE,
    header::PROXY_AUTHENTICATE,
    HeaderName::from_static("x-api-key"),
];

/// Takes credentials out of what is recorded: user names and passwords in addresses, the fields that carry them, and the
/// query parameters that the operator calls secret: some in every address, some in the addresses of feeds alone, since a page
/// may be told from others by a parameter of such a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    everywhere: SecretQuery,
    in_feeds: SecretQuery,
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new([], SecretQuery::new([]))
    }
}

impl Secrets {
    /// Besides what is always secret, the values of the query parameters that are called `everywhere`, and those of `in_feeds`
    /// in what is asked for as a feed.
    pub fn new(everywhere: impl IntoIterator<Item = String>, in_feeds: SecretQuery) -> Self {
        let everywhere = SecretQuery::new(everywhere);
        let all = everywhere.names().iter().chain(in_feeds.names()).cloned();
        Self { in_feeds: SecretQuery::new(all), everywhere }
    }

    /// What is secret in the address of something asked for with `purpose`.
    pub fn query(&self, purpose: Purpose) -> &SecretQuery {
        match purpose {
            Purpose::Feed => &self.in_feeds,
            Purpose::Page | Purpose::Revisit | Purpose::Robots | Purpose::Hub => &self.everywhere,
        }
    }

    /// The address, asked for with `purpose`, without secrets and without a fragment, which is never sent.
    pub fn url(&self, url: &Url, purpose: Purpose) -> Url {
        let mut url = url.clone();
        url.set_fragment(None);
        self.query(purpose).public(&url).as_url().clone()
    }

    /// The fields without those that carry credentials, and with addresses (`Location`, `Referer`, those that `Link` names) as
    /// [`Secrets::url`] gives them. `base` is the address, asked for with `purpose`, that relative ones start from.
    pub fn headers(&self, headers: &HeaderMap, base: &Url, purpose: Purpose) -> HeaderMap {
        // A field that was made of a secret is marked as sensitive.
        let mut kept = HeaderMap::with_capacity(headers.len());
        for (name, value) in headers {
            if !FIELDS.contains(name) && !value.is_sensitive() {
                kept.append(name, value.clone());
            }
        }
        for (name, value) in &mut kept {
            let Ok(text) = str::from_utf8(value.as_bytes()) else { continue };
            let redacted = match *name {
                header::LOCATION | header::CONTENT_LOCATION | header::REFERER => {
                    self.reference(text, base, purpose)
                }
                header::LINK => Some(self.links(text, base, purpose)),
                _ => None,
            };
            if let Some(redacted) = redacted.and_then(|text| HeaderValue::from_str(&text).ok()) {
                *value = redacted;
            }
        }
        kept
    }

    /// The address that `reference` leads to from `base`, without its secrets; `None` where it has none, or is no address.
    fn reference(&self, reference: &str, base: &Url, purpose: Purpose) -> Option<String> {
        let mut url = base.join(reference).ok()?;
        let redacted = self.url(&url, purpose);
        url.set_fragment(None);
        (redacted != url).then(|| redacted.into())
    }

    /// The value of a `Link` field (RFC 8288, section 3), whose targets stand between `<` and `>`: among them is the feed's own
    /// address, key and all, where a server says `rel="self"`.
    fn links(&self, field: &str, base: &Url, purpose: Purpose) -> String {
        let mut pieces = field.split('<');
        let mut redacted = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            redacted.push('<');
            let (target, rest) = piece.split_at(piece.find('>').unwrap_or(piece.len()));
            match self.reference(target, base, purpose) {
                Some(target) => redacted.push_str(&target),
                None => redacted.push_str(target),
            }
            redacted.push_str(rest);
        }
        redacted
    }

    /// `text`, in which `url` may be cited, without its secrets.
    pub fn text(&self, text: &str, url: &Url, purpose: Purpose) -> String {
        let mut text = text.replace(url.as_str(), self.url(url, purpose).as_str());
        for secret in [url.password().unwrap_or_default(), url.username()] {
            if !secret.is_empty() {
                text = text.replace(secret, REDACTED);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn secrets(everywhere: &[&str], in_feeds: &[&str]) -> Secrets {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Secrets::new(names(everywhere), SecretQuery::new(names(in_feeds)))
    }

    #[test]
    fn a_parameter_that_is_secret_in_feeds_tells_pages_apart() {
        let secrets = secrets(&["Token"], &["key"]);
        let asked = url("https://me:pass@news.example/view?key=7&token=abc#top");
        let feed = secrets.url(&asked, Purpose::Feed);
        assert_eq!(feed.as_str(), "https://news.example/view?key=redacted&token=redacted");
        let page = secrets.url(&asked, Purpose::Page);
        assert_eq!(page.as_str(), "https://news.example/view?key=7&token=redacted");
        assert_eq!(secrets.url(&feed, Purpose::Feed), feed, "redacting twice changes nothing more");
    }

    #[test]
    fn a_field_that_was_made_of_a_secret_is_left_out() {
        let mut value = HeaderValue::from_static("abc");
        value.set_sensitive(true);
        let headers = HeaderMap::from_iter([(HeaderName::from_static("x-reader"), value)]);
        let asked = url("https://news.example/rss");
        assert!(Secrets::default().headers(&headers, &asked, Purpose::Feed).is_empty());
    }

    #[test]
    fn credentials_are_left_out_of_headers_and_redirects_lose_theirs() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Basic bWU6cGFzcw=="),
            ("cookie", "session=1"),
            ("set-cookie", "session=1"),
            ("etag", "\"v1\""),
            ("location", "/next?key=secret"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let asked = url("https://news.example/rss");
        let kept = secrets(&[], &["key"]).headers(&headers, &asked, Purpose::Feed);
        assert_eq!(kept.len(), 2);
        assert_eq!(kept["etag"], "\"v1\"");
        assert_eq!(kept["location"], "https://news.example/next?key=redacted");
        let plain = Secrets::default().headers(&headers, &asked, Purpose::Feed);
        assert_eq!(plain["location"], "/next?key=secret", "kept as sent where nothing in it is secret");
    }

    #[test]
    fn the_links_in_a_header_lose_their_secrets_and_nothing_else() {
        let asked = url("https://news.example/rss?key=abc");
        let link = "<https://hub.example/>; rel=\"hub\", <https://news.example/rss?key=abc&n=1>; rel=\"self\", </a?key=abc";
        let headers = HeaderMap::from_iter([(header::LINK, HeaderValue::from_static(link))]);
        let kept = secrets(&[], &["key"]).headers(&headers, &asked, Purpose::Feed);
        let expected = "<https://hub.example/>; rel=\"hub\", <https://news.example/rss?key=redacted&n=1>; rel=\"self\", \
                        <https://news.example/a?key=redacted";
        assert_eq!(kept["link"], expected);
        assert_eq!(Secrets::default().headers(&headers, &asked, Purpose::Feed)["link"], link);
    }

    #[test]
    fn a_failure_that_cites_the_address_is_told_without_its_secrets() {
        let asked = url("https://me:pass@news.example/");
        let told =
            Secrets::default().text("https://me:pass@news.example/ refused pass", &asked, Purpose::Feed);
        assert_eq!(told, "https://news.example/ refused redacted");
    }
}
