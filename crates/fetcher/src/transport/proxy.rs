//! Proxies that requests pass through.

use std::{fmt, str::FromStr, sync::Arc};

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, NoProxy};
use serde::Deserialize;
use url::{Host, Url};

use crate::{FetchSettings, FetchSettingsError, client::shown};

/// The value of `fetch.proxy` that leaves the choice to the environment.
const ENVIRONMENT: &str = "environment";

/// A user name and password for a proxy. `Debug` doesn't show them, and nothing writes them.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ProxyCredentials {
    user: String,
    password: String,
}

impl fmt::Debug for ProxyCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyCredentials")
    }
}

impl ProxyCredentials {
    /// The credentials that `settings` hold or name.
    ///
    /// # Errors
    /// If the file that they name cannot be used.
    pub(crate) fn of(settings: &FetchSettings) -> Result<Option<Self>, FetchSettingsError> {
        let Some(path) =
            settings.proxy_credentials_file.as_ref().filter(|_| settings.proxy_credentials.is_none())
        else {
            return Ok(settings.proxy_credentials.clone());
        };
        let failed = |why: String| FetchSettingsError::ProxyCredentials { path: path.clone(), why };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        text.trim_end_matches(['\r', '\n']).parse().map(Some).map_err(|why: &str| failed(why.to_owned()))
    }
}

impl FromStr for ProxyCredentials {
    type Err = &'static str;

    /// Reads `user:password`. The first colon ends the user name, as in Basic credentials (RFC 7617, section 2).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some((user, password)) if !user.is_empty() => {
                Ok(Self { user: user.to_owned(), password: password.to_owned() })
            }
            _ => Err("write them as user:password"),
        }
    }
}

impl TryFrom<String> for ProxyCredentials {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Which proxy a request passes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ProxyChoice {
    /// None: it goes straight to its host.
    None,
    /// This one.
    Server(ProxyServer),
}

/// A proxy, with what it is told about who asks. `Debug` and `Display` don't show that.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProxyServer(Url);

impl ProxyServer {
    /// The proxy at `address`.
    ///
    /// # Errors
    /// What is wrong with the address, and what is expected. It may hold no user name and password.
    pub fn new(address: &str, credentials: Option<&ProxyCredentials>) -> Result<Self, &'static str> {
        let mut url = usable(address).ok_or(EXPECTED)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("user name and password never stand in the address of a proxy");
        }
        if let Some(ProxyCredentials { user, password }) = credentials {
            // These fail only for URLs without a host, and this one has one.
            let _ = url.set_username(user);
            let _ = url.set_password(Some(password));
        }
        Ok(Self(url))
    }
}

impl fmt::Display for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

impl fmt::Debug for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyServer({self})")
    }
}

impl fmt::Display for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("no proxy"),
            Self::Server(server) => server.fmt(f),
        }
    }
}

/// The proxy of each scheme, and what is reached without one.
#[derive(Clone)]
pub(crate) struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    no_proxy: String,
}

impl Proxies {
    /// What `settings` ask for; `None` where requests go straight to their hosts. Where they leave it to the environment,
    /// `variable` gives the value of a variable.
    ///
    /// # Errors
    /// If a proxy's address or its credentials cannot be used.
    pub(super) fn of(
        settings: &FetchSettings,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, FetchSettingsError> {
        let Some(mut proxies) = Self::addresses(settings, variable)? else { return Ok(None) };
        if settings.proxy != ENVIRONMENT
            && let Some(ProxyCredentials { user, password }) = ProxyCredentials::of(settings)?
        {
            for url in [&mut proxies.http, &mut proxies.https].into_iter().flatten() {
                // These fail only for URLs without a host, and this one has one.
                let _ = url.set_username(&user);
                let _ = url.set_password(Some(&password));
            }
        }
        Ok(Some(proxies))
    }

    /// The same without credentials that are configured apart.
    ///
    /// # Errors
    /// If a proxy's address cannot be used.
    pub(crate) fn addresses(
        settings: &FetchSettings,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, FetchSettingsError> {
        match settings.proxy.as_str() {
            "" => Ok(None),
            ENVIRONMENT => Self::of_environment(variable),
            text => {
                let url = proxy_url("fetch.proxy", text)?;
                if !url.username().is_empty() || url.password().is_some() {
                    return Err(FetchSettingsError::Proxy {
                        from: "fetch.proxy",
                        why: "user name and password never stand there; put them into `proxy_credentials_file` in [fetch] \
                              or the environment (DATELINE_FETCH__PROXY_CREDENTIALS)",
                    });
                }
                let no_proxy = settings.no_proxy.join(",");
                Ok(Some(Self { http: Some(url.clone()), https: Some(url), no_proxy }))
            }
        }
    }

    /// `server` for everything but what `settings` reach without a proxy.
    pub(super) fn through(server: &ProxyServer, settings: &FetchSettings) -> Self {
        let url = Some(server.0.clone());
        Self { http: url.clone(), https: url, no_proxy: settings.no_proxy.join(",") }
    }

    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in upper or lower case, as curl reads them.
    fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, FetchSettingsError> {
        let value = |name: &'static str| {
            let value = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
            value.filter(|value| !value.is_empty())
        };
        let url = |name| value(name).map(|text| proxy_url(name, &text)).transpose();
        let all = url("ALL_PROXY")?;
        let http = url("HTTP_PROXY")?.or_else(|| all.clone());
        let https = url("HTTPS_PROXY")?.or(all);
        let no_proxy = value("NO_PROXY").unwrap_or_default();
        Ok((http.is_some() || https.is_some()).then_some(Self { http, https, no_proxy }))
    }

    /// The names of the proxies, where they have names.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let urls = [&self.http, &self.https].into_iter().flatten();
        urls.filter_map(|url| match url.host() {
            // The parser of URLs lowers the case of hosts only where it knows the scheme.
            Some(Host::Domain(name)) => Some(name.to_ascii_lowercase()),
            _ => None,
        })
    }

    /// Which requests pass which of these: what the client made of [`Proxies::add_to`] asks for itself, for whoever counts.
    pub(super) fn matcher(&self) -> ProxyMatcher {
        let address = |url: &Option<Url>| url.as_ref().map(Url::to_string).unwrap_or_default();
        let (http, https) = (address(&self.http), address(&self.https));
        ProxyMatcher(Arc::new(Matcher::builder().http(http).https(https).no(self.no_proxy.as_str()).build()))
    }

    /// `builder` for a client that passes requests through these proxies.
    ///
    /// # Errors
    /// If the client does not take an address.
    pub(super) fn add_to(self, mut builder: ClientBuilder) -> Result<ClientBuilder, FetchSettingsError> {
        // The client adds those of the environment by itself unless it is told about proxies.
        builder = builder.no_proxy();
        let no_proxy = NoProxy::from_string(&self.no_proxy);
        if let Some(url) = self.http {
            builder = builder.proxy(reqwest::Proxy::http(url)?.no_proxy(no_proxy.clone()));
        }
        if let Some(url) = self.https {
            builder = builder.proxy(reqwest::Proxy::https(url)?.no_proxy(no_proxy));
        }
        Ok(builder)
    }
}

/// Says which proxy a request passes.
#[derive(Clone)]
pub(super) struct ProxyMatcher(Arc<Matcher>);

impl ProxyMatcher {
    /// The proxy that a request for `url` passes, without user name and password; `None` where it passes none.
    pub(super) fn proxy_of(&self, url: &Url) -> Option<String> {
        let through = self.0.intercept(&url.as_str().parse().ok()?)?;
        let proxy = through.uri();
        let address = proxy.authority()?.as_str();
        let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
        Some(format!("{}://{host}", proxy.scheme_str()?))
    }
}

/// What the address of a proxy is expected to be.
const EXPECTED: &str = "an address such as http://proxy.example:3128, https://proxy.example or socks5h://127.0.0.1:1080 is \
                        expected";

/// The address of a proxy, written in `from`.
fn proxy_url(from: &'static str, text: &str) -> Result<Url, FetchSettingsError> {
    const MEANT: &str = "expected an address such as http://proxy.example:3128, https://proxy.example or \
                         socks5h://127.0.0.1:1080, or \"environment\"";
    usable(text).ok_or(FetchSettingsError::Proxy { from, why: MEANT })
}

/// `text` as the address of a proxy that the client can use.
fn usable(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https" | "socks5h")
            && url.has_host()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            // What the client cannot read, it would pass over in silence.
            && url.as_str().parse::<http::Uri>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_of_a_request_is_told_without_its_credentials() {
        let settings = FetchSettings {
            proxy: "http://proxy.example:3128".to_owned(),
            no_proxy: vec!["near.example".to_owned()],
            proxy_credentials: "reporter:hush".parse().ok(),
            ..FetchSettings::default()
        };
        let proxies = Proxies::of(&settings, |_| None).ok().flatten().expect("a proxy");
        let matcher = proxies.matcher();
        let proxy_of = |url: &str| matcher.proxy_of(&url.parse().expect("a URL"));
        for url in ["http://far.example/a", "https://far.example/"] {
            assert_eq!(proxy_of(url).as_deref(), Some("http://proxy.example:3128"), "{url}");
        }
        for url in ["https://near.example/", "http://www.near.example/a"] {
            assert_eq!(proxy_of(url), None, "{url}");
        }
        let server = ProxyServer::new("socks5h://127.0.0.1:1080", settings.proxy_credentials.as_ref());
        let chosen = Proxies::through(&server.expect("an address"), &settings).matcher();
        let url = "https://far.example/".parse().expect("a URL");
        assert_eq!(chosen.proxy_of(&url).as_deref(), Some("socks5h://127.0.0.1:1080"));
    }
}
