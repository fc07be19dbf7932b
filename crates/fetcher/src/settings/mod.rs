//! The `[fetch]` and `[poll]` tables of the configuration, with their defaults.

mod feed;
mod feed_options;
mod problems;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use dateline_wire::{SecretQuery, duration};
use serde::{Deserialize, Serialize};

use crate::transport::ProxyCredentials;
pub use feed::{Authorization, Feed};
pub use feed_options::{EntryFilter, FeedOptions, FullText, Judging, PollInterval, RobotsRule};

/// The `[fetch]` table: how any exchange with a server is held.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchSettings {
    /// Who asks, with a way to reach the operator (RFC 9110, section 10.1.5). Its first word up to `/` is the name that
    /// robots.txt is searched for.
    pub user_agent: String,
    /// From the first step to the last byte of the body; ends slow drips.
    #[serde(with = "duration")]
    pub timeout: Duration,
    /// For the name to resolve, the connection to stand and TLS to be agreed.
    #[serde(with = "duration")]
    pub connect_timeout: Duration,
    /// From the request until the head of the answer is complete.
    #[serde(with = "duration")]
    pub first_byte_timeout: Duration,
    /// The longest pause between two pieces of a body.
    #[serde(with = "duration")]
    pub stall_timeout: Duration,
    /// How long after the head of an answer the next request to its host starts, and after the start of one that is not answered yet; feeds and pages
    /// together.
    #[serde(with = "duration")]
    pub per_host_delay: Duration,
    /// How many requests to one host may be under way at once.
    pub per_host_concurrency: usize,
    /// How long a request waits for its turn at a host before it is put off.
    #[serde(with = "duration")]
    pub per_host_patience: Duration,
    /// The longest `Crawl-delay` that is obeyed in full; a longer one counts as this.
    #[serde(with = "duration")]
    pub max_crawl_delay: Duration,
    /// The most of a `Retry-After` that is obeyed.
    #[serde(with = "duration")]
    pub max_retry_after: Duration,
    /// Whether robots.txt is asked before a page is (RFC 9309). Feeds are fetched as announced.
    pub obey_robots: bool,
    /// The most that is read of a body as sent, in bytes.
    pub max_body_bytes: usize,
    /// The most that a body may decompress to, in bytes.
    pub max_decoded_bytes: usize,
    /// The most that the head of an answer may take, in bytes; at least 8192.
    pub max_header_bytes: usize,
    /// How many redirects are followed before giving up.
    pub max_redirects: usize,
    /// Whether loopback, private and other addresses that the public Internet doesn't route may be reached.
    pub allow_private_addresses: bool,
    /// PEM files with authorities that are trusted besides the system's.
    pub extra_ca: Vec<PathBuf>,
    /// Hosts that are reached at a given `address:port`; like curl's `--connect-to`, but a port that the URL names stays. The
    /// operator named the address, so it may be an inside one.
    pub connect_to: BTreeMap<String, String>,
    /// The proxy that every request passes: `http://…`, `https://…` or `socks5h://…`, which may be an inside address, since the
    /// operator named it. `environment` takes what `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say; they count for
    /// nothing otherwise. None while empty. Hosts of `connect_to` are reached without it.
    ///
    /// A proxy resolves the names itself, so it alone decides which addresses they lead to. Addresses in URLs are checked all
    /// the same.
    pub proxy: String,
    /// What is reached without the proxy: hosts with all that lies under them, addresses, networks (`192.0.2.0/24`).
    pub no_proxy: Vec<String>,
    /// User name and password for the proxy, as `user:password`. From the environment only.
    pub proxy_credentials: Option<ProxyCredentials>,
    /// A file that holds them (a trailing line feed doesn't count).
    pub proxy_credentials_file: Option<PathBuf>,
    /// The query parameters that are sent with the addresses of feeds and shown nowhere: not in events, status, logs or
    /// recordings.
    pub secret_query: SecretQuery,
}

impl FetchSettings {
    /// Whether `user_agent` names a contact under one of the domains that are reserved for examples (RFC 2606, section 3), as
    /// the shipped one does: then nobody is reached there.
    pub fn has_example_contact(&self) -> bool {
        let agent = self.user_agent.to_ascii_lowercase();
        ["example.com", "example.net", "example.org"].iter().any(|domain| agent.contains(domain))
    }
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            user_agent: format!("Dateline/{} (+https://example.org/contact)", version()),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(10),
            per_host_delay: Duration::from_secs(1),
            per_host_concurrency: 2,
            per_host_patience: Duration::from_secs(60),
            max_crawl_delay: Duration::from_secs(30),
            max_retry_after: Duration::from_secs(6 * 3600),
            obey_robots: true,
            // The largest feeds seen in the wild are some 20 MB; the largest article pages some 5 MB.
            max_body_bytes: 32 << 20,
            max_decoded_bytes: 64 << 20,
            // What browsers and servers in the field take at most is 8 to 256 KiB.
            max_header_bytes: 64 << 10,
            // RFC 9110, section 15.4: earlier specifications recommended five; the Fetch standard stops at twenty.
            max_redirects: 10,
            allow_private_addresses: false,
            extra_ca: Vec::new(),
            connect_to: BTreeMap::new(),
            proxy: String::new(),
            no_proxy: Vec::new(),
            proxy_credentials: None,
            proxy_credentials_file: None,
            secret_query: SecretQuery::default(),
        }
    }
}

/// Major and minor version of this build, as the User-Agent gives it.
fn version() -> &'static str {
    concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"))
}

/// The `[poll]` table: how often feeds are asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PollSettings {
    /// No feed is asked more often.
    #[serde(with = "duration")]
    pub min_interval: Duration,
    /// No healthy feed is asked less often.
    #[serde(with = "duration")]
    pub max_interval: Duration,
    /// How soon after its publication a busy feed's entry should be seen.
    #[serde(with = "duration")]
    pub latency: Duration,
    /// Feeds that have never been polled start spread over this long.
    #[serde(with = "duration")]
    pub start_spread: Duration,
    /// The longest pause after failures.
    #[serde(with = "duration")]
    pub max_backoff: Duration,
    /// After failing for this long a feed is called dead; it is still asked, rarely.
    #[serde(with = "duration")]
    pub dead_after: Duration,
    /// How many polls must see a permanent redirect before its target is asked directly.
    pub move_polls: u32,
    /// For how long a permanent redirect must hold before its target is asked directly.
    #[serde(with = "duration")]
    pub move_after: Duration,
}

impl Default for PollSettings {
    fn default() -> Self {
        const HOUR: u64 = 3600;
        Self {
            min_interval: Duration::from_secs(5 * 60),
            max_interval: Duration::from_secs(6 * HOUR),
            latency: Duration::from_secs(15 * 60),
            start_spread: Duration::from_secs(60),
            max_backoff: Duration::from_secs(24 * HOUR),
            dead_after: Duration::from_secs(7 * 24 * HOUR),
            move_polls: 5,
            move_after: Duration::from_secs(3 * 24 * HOUR),
        }
    }
}

/// The longest User-Agent, in bytes: servers commonly take 8 KiB for all fields together.
const MAX_USER_AGENT_BYTES: usize = 1_024;
/// How much of a value that is wrong is shown, in characters.
const MAX_SHOWN_CHARS: usize = 60;

/// Why settings cannot be worked with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchSettingsError {
    /// The User-Agent cannot be sent.
    #[error(
        "`user_agent` in [fetch] is {value:?}; expected a name, then what else says who asks, in at most {MAX_USER_AGENT_BYTES} characters of visible ASCII without line breaks, such as \"Dateline/0.1 (+https://example.org/contact)\""
    )]
    UserAgent {
        /// As configured; of a long one the beginning.
        value: String,
    },
    /// A file of authorities cannot be read.
    #[error("`extra_ca` in [fetch] is {}: {why}; expected a PEM file with certificates", path.display())]
    ExtraCa {
        /// As configured.
        path: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// An entry of `connect_to` is no host with its address.
    #[error(
        "`connect_to` in [fetch] is {host:?} = {target:?}; expected a host with its address and a port from 1 to 65535, such as \
         \"news.example\" = \"127.0.0.1:8443\""
    )]
    ConnectTo {
        /// The host it is for.
        host: String,
        /// As configured.
        target: String,
    },
    /// A value is outside its bounds.
    #[error("`{name}` in [{section}] is {value}; expected {expected}")]
    OutOfBounds {
        /// The section of the setting.
        section: &'static str,
        /// The setting's name there.
        name: &'static str,
        /// As configured.
        value: String,
        /// What works.
        expected: String,
    },
    /// Hubs cannot be told this callback.
    #[error(
        "`callback` in [websub] cannot be given to hubs: {why}; expected an address such as \"https://dateline.example/websub\""
    )]
    Callback {
        /// What is wrong.
        why: String,
    },
    /// A proxy cannot be used. What was configured isn't shown, since it may hold a password.
    #[error("{}: {why}", if *from == "fetch.proxy" { "`proxy` in [fetch]" } else { from })]
    Proxy {
        /// The setting by its full name, or the variable of the environment.
        from: &'static str,
        /// What is wrong, and what is expected.
        why: &'static str,
    },
    /// The file with the proxy's credentials cannot be used.
    #[error("`proxy_credentials_file` in [fetch] is {}: {why}; expected a file that holds user:password", path.display())]
    ProxyCredentials {
        /// As configured.
        path: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

impl FetchSettingsError {
    /// The setting that is to blame, by its full name; the section where none is.
    pub fn setting(&self) -> String {
        match self {
            Self::UserAgent { .. } => "fetch.user_agent".to_owned(),
            Self::ExtraCa { .. } => "fetch.extra_ca".to_owned(),
            Self::ConnectTo { host, .. } => format!("fetch.connect_to.{host}"),
            Self::OutOfBounds { section, name, .. } => format!("{section}.{name}"),
            Self::Callback { .. } => "websub.callback".to_owned(),
            Self::Proxy { from, .. } => (*from).to_owned(),
            Self::ProxyCredentials { .. } => "fetch.proxy_credentials_file".to_owned(),
            Self::Tls(_) | Self::Client(_) => "fetch".to_owned(),
        }
    }
}
