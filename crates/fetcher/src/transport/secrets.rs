//! What must never stand in a recording.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

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
/// query parameters that the operator calls secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    query: Vec<String>,
}

impl Secrets {
    /// Besides what is always secret, the values of these query parameters, named without regard to case.
    pub fn new(query: impl IntoIterator<Item = String>) -> Self {
        let mut query: Vec<String> = query.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        query.sort();
        query.dedup();
        Self { query }
    }

    /// The names of the query parameters, in lower case and order.
    pub fn query(&self) -> &[String] {
        &self.query
    }

    /// The address without secrets and without a fragment, which is never sent.
    pub fn url(&self, url: &Url) -> Url {
        let mut url = url.clone();
        url.set_fragment(None);
        if url.has_authority() {
            // Only a URL without a host refuses this, and then it has no user either.
            let _ = url.set_username("");
            let _ = url.set_password(None);
        }
        if let Some(query) = url.query().filter(|_| !self.query.is_empty()) {
            let pairs: Vec<Cow<'_, str>> = query.split('&').map(|pair| self.pair(pair)).collect();
            let redacted = pairs.join("&");
            url.set_query(Some(&redacted));
        }
        url
    }

    fn pair<'p>(&self, pair: &'p str) -> Cow<'p, str> {
        let written = pair.split('=').next().unwrap_or(pair);
        let name =
            url::form_urlencoded::parse(written.as_bytes()).next().map(|(name, _)| name.to_ascii_lowercase());
        match name {
            Some(name) if self.query.contains(&name) => format!("{written}={REDACTED}").into(),
            _ => pair.into(),
        }
    }

    /// The fields without those that carry credentials, and with addresses (`Location`, `Referer`) as [`Secrets::url`]
    /// gives them. `base` is the address that relative ones start from.
    pub fn headers(&self, headers: &HeaderMap, base: &Url) -> HeaderMap {
        let mut kept = headers.clone();
        for name in &FIELDS {
            kept.remove(name);
        }
        for name in [header::LOCATION, header::CONTENT_LOCATION, header::REFERER] {
            let Some(value) = kept.get(&name) else { continue };
            let url = str::from_utf8(value.as_bytes()).ok().and_then(|text| base.join(text).ok());
            // What is no address can't be redirected to either, and stays as it is.
            let Some(url) = url else { continue };
            let redacted = self.url(&url);
            let mut without_fragment = url;
            without_fragment.set_fragment(None);
            if redacted != without_fragment
                && let Ok(value) = HeaderValue::from_str(redacted.as_str())
            {
                kept.insert(name, value);
            }
        }
        kept
    }

    /// `text`, in which `url` may be cited, without its secrets.
    pub fn text(&self, text: &str, url: &Url) -> String {
        let mut text = text.replace(url.as_str(), self.url(url).as_str());
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

    #[test]
    fn user_names_passwords_and_named_parameters_go() {
        let secrets = Secrets::new(["Token".to_owned()]);
        assert_eq!(
            secrets
                .url(&url("https://me:pass@news.example/rss?id=7&token=abc&TOKEN=d&tok%65n=e#top"))
                .as_str(),
            "https://news.example/rss?id=7&token=redacted&TOKEN=redacted&tok%65n=redacted"
        );
        assert_eq!(
            secrets.url(&url("https://news.example/rss?id=7")).as_str(),
            "https://news.example/rss?id=7"
        );
    }

    #[test]
    fn redacting_twice_changes_nothing_more() {
        let secrets = Secrets::new(["key".to_owned()]);
        let once = secrets.url(&url("https://a:b@news.example/?key=1&x"));
        assert_eq!(secrets.url(&once), once);
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
        let secrets = Secrets::new(["key".to_owned()]);
        let kept = secrets.headers(&headers, &url("https://news.example/rss"));
        assert_eq!(kept.len(), 2);
        assert_eq!(kept["etag"], "\"v1\"");
        assert_eq!(kept["location"], "https://news.example/next?key=redacted");
        let plain = Secrets::default().headers(&headers, &url("https://news.example/rss"));
        assert_eq!(plain["location"], "/next?key=secret", "kept as sent where nothing in it is secret");
    }

    #[test]
    fn a_failure_that_cites_the_address_is_told_without_its_secrets() {
        let asked = url("https://me:pass@news.example/");
        let told = Secrets::default().text("https://me:pass@news.example/ refused pass", &asked);
        assert_eq!(told, "https://news.example/ refused redacted");
    }
}
