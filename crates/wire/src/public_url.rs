//! Addresses as anybody may see them.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

use crate::Secret;

/// What stands in the place of a secret value.
const REDACTED: &str = "redacted";

/// The names that are secret unless the configuration says otherwise: what feeds and their servers call keys.
const NAMES: [&str; 10] =
    ["access_token", "api_key", "apikey", "auth", "key", "password", "secret", "sig", "signature", "token"];

/// The query parameters whose values are secret in the addresses of feeds, by name and without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct SecretQuery(Vec<String>);

/// Whether `text`, which somebody gave where something else is expected, may be an address with a login or with a key in its query. What says
/// that it is wrong doesn't repeat it then.
pub fn may_hold_secret(text: &str) -> bool {
    text.contains(['@', '?'])
}

/// An address without user name, password and the values of secret query parameters. Only [`SecretQuery::public`] makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PublicUrl(Url);

impl Default for SecretQuery {
    fn default() -> Self {
        Self::new(NAMES.map(str::to_owned))
    }
}

impl From<Vec<String>> for SecretQuery {
    fn from(names: Vec<String>) -> Self {
        Self::new(names)
    }
}

impl From<SecretQuery> for Vec<String> {
    fn from(query: SecretQuery) -> Self {
        query.0
    }
}

impl SecretQuery {
    /// The parameters called `names`.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> = names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        names.sort();
        names.dedup();
        Self(names)
    }

    /// The names, in lower case and order.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// `url` as anybody may see it.
    pub fn public(&self, url: &Url) -> PublicUrl {
        let mut url = url.clone();
        if url.has_authority() {
            // Only a URL without a host refuses this, and then it has no user either.
            let _ = url.set_username("");
            let _ = url.set_password(None);
        }
        if let Some(query) = url.query().filter(|query| query.split('&').any(|pair| self.names_pair(pair))) {
            let pairs: Vec<Cow<'_, str>> = query.split('&').map(|pair| self.redacted(pair)).collect();
            let redacted = pairs.join("&");
            url.set_query(Some(&redacted));
        }
        PublicUrl(url)
    }

    /// Whether something in `url` is not for everybody.
    pub fn is_secret_in(&self, url: &Url) -> bool {
        !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some_and(|query| query.split('&').any(|pair| self.names_pair(pair)))
    }

    /// The values of the secret parameters in `url`, decoded; empty ones are none.
    pub fn values(&self, url: &Url) -> Vec<Secret> {
        url.query_pairs()
            .filter(|(name, value)| !value.is_empty() && self.is_named(name))
            .map(|(_, value)| Secret::new(value))
            .collect()
    }

    /// `url` without the secret parameters whose value is among `values`, and without user name and password: what an address
    /// that stands in a feed has taken over from the feed's own.
    pub fn without(&self, mut url: Url, values: &[Secret]) -> Url {
        // These fail only for URLs without a host, which have no credentials.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let is_taken_over = |pair: &str| {
            form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, value)| {
                self.is_named(&name) && values.iter().any(|secret| secret.reveal() == value)
            })
        };
        if let Some(query) = url.query().filter(|query| query.split('&').any(is_taken_over)) {
            let kept: Vec<&str> = query.split('&').filter(|pair| !is_taken_over(pair)).collect();
            let kept = kept.join("&");
            url.set_query(Some(kept.as_str()).filter(|kept| !kept.is_empty()));
        }
        url
    }

    fn is_named(&self, name: &str) -> bool {
        self.0.iter().any(|secret| secret.eq_ignore_ascii_case(name))
    }

    /// Whether `pair`, as it stands in a query, is a secret parameter.
    fn names_pair(&self, pair: &str) -> bool {
        form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| self.is_named(&name))
    }

    fn redacted<'p>(&self, pair: &'p str) -> Cow<'p, str> {
        match self.names_pair(pair) {
            true => format!("{}={REDACTED}", pair.split('=').next().unwrap_or(pair)).into(),
            false => pair.into(),
        }
    }
}

impl PublicUrl {
    /// The address.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn user_name_password_and_secret_parameters_are_not_shown() {
        let query = SecretQuery::new(["Token".to_owned()]);
        assert_eq!(
            query.public(&url("https://me:pass@news.example/rss?id=7&token=abc&TOKEN=d&tok%65n=e")).as_str(),
            "https://news.example/rss?id=7&token=redacted&TOKEN=redacted&tok%65n=redacted"
        );
        assert_eq!(
            query.public(&url("https://news.example/rss?id=7")).as_str(),
            "https://news.example/rss?id=7"
        );
    }

    #[test]
    fn what_is_public_stays_as_it_is() {
        let query = SecretQuery::default();
        let once = query.public(&url("https://a:b@news.example/?key=1&x#top"));
        assert_eq!(query.public(once.as_url()), once);
    }

    #[test]
    fn an_address_with_something_secret_is_known_as_one() {
        let query = SecretQuery::default();
        for (address, is_secret) in [
            ("https://me@news.example/", true),
            ("https://news.example/?a=1&Key=2", true),
            ("https://news.example/?key=redacted", true),
            ("https://news.example/?keyword=2", false),
        ] {
            assert_eq!(query.is_secret_in(&url(address)), is_secret, "{address}");
        }
    }

    #[test]
    fn an_address_loses_the_secrets_of_its_feed_and_no_parameter_of_its_own() {
        let query = SecretQuery::default();
        let values = query.values(&url("https://news.example/rss?key=abc&section=7"));
        let of_feed = |link: &str| query.without(url(link), &values).to_string();
        assert_eq!(of_feed("https://me:pass@news.example/1?key=abc"), "https://news.example/1");
        assert_eq!(of_feed("https://news.example/1?id=3&key=abc"), "https://news.example/1?id=3");
        assert_eq!(
            of_feed("https://news.example/view?key=20260301"),
            "https://news.example/view?key=20260301"
        );
        assert_eq!(of_feed("https://news.example/view?section=abc"), "https://news.example/view?section=abc");
    }
}
