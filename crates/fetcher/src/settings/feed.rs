//! A feed as it is configured.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use dateline_wire::{Entry, FeedId, FeedRef, Secret, SecretQuery};
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;
use url::Url;

use super::FeedOptions;

/// The least that a secret is taken for one within a text: shorter ones occur there by chance.
const LEAST_SECRET_CHARS: usize = 6;
/// What stands in a secret's place within a text.
const REDACTED: &str = "redacted";

/// A feed as it is configured: where and how to ask for it, with what is secret in that. All that leaves the program says
/// [`Feed::published`] instead; `Debug` shows no more than that either.
#[derive(Clone, PartialEq)]
pub struct Feed {
    published: FeedRef,
    /// What asking takes beyond the published address; most feeds need nothing.
    access: Option<Box<Access>>,
    /// How it is asked for and read unlike others; most feeds are like others.
    options: Option<Box<FeedOptions>>,
}

/// What is secret about asking for a feed.
#[derive(Clone, PartialEq)]
struct Access {
    /// Without user name and password: those are in `authorization`.
    address: Url,
    authorization: Option<Authorization>,
    /// What is secret in the query of the address.
    secrets: Vec<Secret>,
}

/// How a feed's server is told who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorization {
    /// User name and password (RFC 7617).
    Basic {
        /// The user name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token (RFC 6750).
    Bearer(Secret),
}

impl Feed {
    /// The feed at `address`, called `name`. Its id is that of the whole address. User name and password in it are sent as
    /// [`Authorization::Basic`]; the parameters that `secret_query` names are sent and never shown.
    pub fn new(address: Url, name: Option<String>, secret_query: &SecretQuery) -> Self {
        let published = FeedRef::new(&address, name, secret_query);
        if published.url.as_url() == &address {
            return Self { published, access: None, options: None };
        }
        let authorization = Authorization::in_address(&address);
        let secrets = secret_query.values(&address);
        let mut address = address;
        // These fail only for URLs without a host, which have no credentials.
        let _ = address.set_username("");
        let _ = address.set_password(None);
        let access = Some(Box::new(Access { address, authorization, secrets }));
        Self { published, access, options: None }
    }

    /// The same feed, with `authorization` in place of what its address says.
    #[must_use]
    pub fn with_authorization(mut self, authorization: Authorization) -> Self {
        let address = self.address().clone();
        let open = || Box::new(Access { address, authorization: None, secrets: Vec::new() });
        self.access.get_or_insert_with(open).authorization = Some(authorization);
        self
    }

    /// The same feed, asked for and read as `options` say.
    #[must_use]
    pub fn with_options(mut self, options: FeedOptions) -> Self {
        self.options = (options != *FeedOptions::none()).then(|| Box::new(options));
        self
    }

    /// The same feed, published with these tags.
    #[must_use]
    pub fn with_tags(mut self, tags: Vec<String>) -> Self {
        self.published.tags = tags;
        self
    }

    /// How it is asked for and read unlike others.
    pub fn options(&self) -> &FeedOptions {
        self.options.as_deref().unwrap_or_else(|| FeedOptions::none())
    }

    /// Its id: that of the address as configured.
    pub fn id(&self) -> &FeedId {
        &self.published.id
    }

    /// What may be said of it.
    pub fn published(&self) -> &FeedRef {
        &self.published
    }

    /// Where it is asked for. Not to be shown.
    pub(crate) fn address(&self) -> &Url {
        self.access.as_ref().map_or(self.published.url.as_url(), |access| &access.address)
    }

    /// Whether it is asked with an authorization of its own.
    pub fn is_authorized(&self) -> bool {
        self.access.as_deref().is_some_and(|access| access.authorization.is_some())
    }

    /// The `Authorization` field of a request to `url`: only for the server that the feed is configured at.
    pub(crate) fn authorization_for(&self, url: &Url) -> Option<HeaderValue> {
        let Access { address, authorization, .. } = self.access.as_deref()?;
        let authorization = authorization.as_ref().filter(|_| url.origin() == address.origin())?;
        authorization.field()
    }

    /// The fields of its options for a request to `url`: only for the server that the feed is configured at.
    pub(crate) fn headers_for(&self, url: &Url) -> HeaderMap {
        match self.options.as_deref() {
            Some(options) if url.origin() == self.address().origin() => options.headers.clone(),
            _ => HeaderMap::new(),
        }
    }

    /// `entry`, without what its link or guid have taken over of the feed's secrets: servers are known to put the key with
    /// which a feed is asked for into the links that it lists.
    pub(crate) fn without_secrets(&self, mut entry: Entry, secret_query: &SecretQuery) -> Entry {
        let secrets = self.access.as_ref().map_or(&[][..], |access| &access.secrets);
        entry.link = entry.link.map(|link| secret_query.without(link, secrets));
        if let Some(guid) = &mut entry.guid {
            for secret in secrets.iter().map(Secret::reveal) {
                if secret.chars().count() >= LEAST_SECRET_CHARS && guid.contains(secret) {
                    *guid = guid.replace(secret, REDACTED);
                }
            }
        }
        entry
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("published", &self.published).finish_non_exhaustive()
    }
}

impl Authorization {
    /// Reads `user:password`. The first colon ends the user name (RFC 7617, section 2). `None` without a colon, or with control
    /// characters.
    pub fn basic(text: &str) -> Option<Self> {
        let (user, password) = text.split_once(':').filter(|_| !text.contains(char::is_control))?;
        Some(Self::Basic { user: user.to_owned(), password: Secret::new(password) })
    }

    /// Takes a token. `None` where it is empty, or holds something else than visible ASCII.
    pub fn bearer(token: &str) -> Option<Self> {
        let can_be_sent = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        can_be_sent.then(|| Self::Bearer(Secret::new(token)))
    }

    /// User name and password of `url`.
    fn in_address(url: &Url) -> Option<Self> {
        if url.username().is_empty() && url.password().is_none() {
            return None;
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let password = Secret::new(decoded(url.password().unwrap_or_default()));
        Some(Self::Basic { user: decoded(url.username()), password })
    }

    /// The value of the field; `None` where a token holds what no field may.
    fn field(&self) -> Option<HeaderValue> {
        let value = match self {
            Self::Basic { user, password } => {
                format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{}", password.reveal())))
            }
            Self::Bearer(token) => format!("Bearer {}", token.reveal()),
        };
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::EntryId;

    use super::*;

    fn feed(address: &str) -> Feed {
        Feed::new(address.parse().unwrap(), None, &SecretQuery::default())
    }

    #[test]
    fn a_feed_is_known_by_its_whole_address_and_published_without_secrets() {
        let address = "https://me:pa%20ss@news.example/rss?key=abcdef&section=7";
        let feed = feed(address);
        assert_eq!(*feed.id(), FeedId::of(&address.parse().unwrap()));
        assert_eq!(feed.published().url.as_str(), "https://news.example/rss?key=redacted&section=7");
        assert_eq!(feed.address().as_str(), "https://news.example/rss?key=abcdef&section=7");
        let shown = format!("{feed:?}");
        assert!(!shown.contains("abcdef") && !shown.contains("ss@"), "{shown}");
    }

    #[test]
    fn who_asks_is_told_to_the_feeds_own_server_alone() {
        let feed = feed("https://me:pa%20ss@news.example/rss");
        let told = |url: &str| feed.authorization_for(&url.parse().unwrap());
        // base64 of "me:pa ss"
        assert_eq!(told("https://news.example/other").unwrap(), "Basic bWU6cGEgc3M=");
        assert!(told("https://news.example/").unwrap().is_sensitive());
        assert_eq!(told("http://news.example/rss"), None);
        assert_eq!(told("https://cdn.example/rss"), None);
    }

    #[test]
    fn what_authorizes_is_written_as_user_and_password_or_as_a_token() {
        let told = |authorization: Option<Authorization>| {
            let url = "https://news.example/rss";
            feed(url)
                .with_authorization(authorization.unwrap())
                .authorization_for(&url.parse().unwrap())
                .unwrap()
        };
        // base64 of "me:pa:ss"
        assert_eq!(told(Authorization::basic("me:pa:ss")), "Basic bWU6cGE6c3M=");
        assert_eq!(told(Authorization::bearer("abc.def")), "Bearer abc.def");
        for wrong in
            [Authorization::basic("me"), Authorization::basic("me:a\nb"), Authorization::bearer("a b")]
        {
            assert_eq!(wrong, None);
        }
    }

    #[test]
    fn entries_take_over_no_secret_of_their_feed() {
        let entry = Entry {
            link: Some("https://me:pass@news.example/1?key=abcdef".parse().unwrap()),
            guid: Some("https://news.example/1?key=abcdef".to_owned()),
            ..Entry::new(EntryId::of_guid("1"))
        };
        let entry =
            feed("https://news.example/rss?key=abcdef").without_secrets(entry, &SecretQuery::default());
        assert_eq!(entry.link.unwrap().as_str(), "https://news.example/1");
        assert_eq!(entry.guid.unwrap(), "https://news.example/1?key=redacted");
    }
}
