//! Every setting, with its default. `config/dateline.toml` says the same for people; a test holds the two together.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use dateline_fetcher::websub::WebSubSettings;
use dateline_fetcher::{FetchSettings, PollSettings};
use dateline_fleet::FleetSettings;
use dateline_publisher::KafkaSettings;
use dateline_wire::{Envelope, SchemaBase, Secret, duration};
use http::HeaderName;
use ipnet::IpNet;
use serde::Deserialize;

use super::document;
use super::error::{ConfigError, Origin};
use super::file;
use super::keep::KeepFor;
use super::revisit::RevisitSettings;
use super::users::Role;

/// The whole configuration file.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The folder of the journal.
    pub data_dir: PathBuf,
    /// The feeds file.
    pub feeds: PathBuf,
    /// The folder of the subject.
    pub subject: PathBuf,
    /// The rules for single sites; the file may be missing.
    pub sites: PathBuf,
    /// Whose texts others carry; the file may be missing.
    pub agencies: PathBuf,
    /// The folder of the tables that stories are told by; it may be missing where they are off.
    pub story_tables: PathBuf,
    /// The CloudEvents `source` of every event: a URI reference that tells this daemon from others.
    pub source: String,
    /// How long work under way may go on after SIGTERM or SIGINT.
    #[serde(with = "duration")]
    pub shutdown_grace: Duration,
    /// The HTTP API.
    pub http: HttpSettings,
    /// Who may write through the API.
    pub api: ApiSettings,
    /// Who may log in to the console.
    pub console: ConsoleSettings,
    /// How much is done at once.
    pub engine: EngineSettings,
    /// When feeds are polled.
    pub poll: PollSettings,
    /// How feeds and pages are fetched.
    pub fetch: FetchSettings,
    /// When pages of published articles are visited again.
    pub revisit: RevisitSettings,
    /// Whether feeds are subscribed to at their hubs; off while `callback` is empty.
    pub websub: WebSubSettings,
    /// Where subscribers find the schemas of events.
    pub schemas: SchemaSettings,
    /// What becomes of copies.
    pub stories: StoriesSettings,
    /// Delivery to Kafka; off while `brokers` is empty.
    pub kafka: KafkaSettings,
    /// Whether this daemon is one of several; off while `name` is empty.
    pub fleet: FleetSettings,
    /// How long the journal keeps what it holds.
    pub retention: RetentionSettings,
    /// What is logged, and how.
    pub logs: LogSettings,
    /// Traces of what becomes of each entry; off while `endpoint` is empty.
    pub traces: TraceSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: "data".into(),
            feeds: "feeds.toml".into(),
            subject: "subjects/russia-dprk".into(),
            sites: "sites.toml".into(),
            agencies: "agencies.tsv".into(),
            story_tables: "stories".into(),
            source: "/dateline".into(),
            shutdown_grace: Duration::from_secs(20),
            http: HttpSettings::default(),
            api: ApiSettings::default(),
            console: ConsoleSettings::default(),
            engine: EngineSettings::default(),
            poll: PollSettings::default(),
            fetch: FetchSettings::default(),
            revisit: RevisitSettings::default(),
            websub: WebSubSettings::default(),
            schemas: SchemaSettings::default(),
            stories: StoriesSettings::default(),
            kafka: KafkaSettings::default(),
            fleet: FleetSettings::default(),
            retention: RetentionSettings::default(),
            logs: LogSettings::default(),
            traces: TraceSettings::default(),
        }
    }
}

/// `[traces]`: where spans go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TraceSettings {
    /// The address of an OpenTelemetry collector that takes OTLP over HTTP, without `/v1/traces`; no spans are made while it is
    /// empty.
    pub endpoint: String,
    /// What the daemon is called there (`service.name`).
    pub service_name: String,
}

impl Default for TraceSettings {
    fn default() -> Self {
        Self { endpoint: String::new(), service_name: "dateline".to_owned() }
    }
}

impl Settings {
    /// What the envelopes of this daemon's events say.
    pub fn envelope(&self) -> Envelope {
        Envelope { schemas: self.schemas.base.clone(), ..Envelope::from(self.source.as_str()) }
    }
}

/// `[schemas]`: what events say of their schemas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchemaSettings {
    /// The address under which others reach `/v1/schemas` of the API; a name alone stands in events while it is empty.
    pub base: SchemaBase,
}

/// `[stories]`: what follows from other articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoriesSettings {
    /// Whether the articles that tell one happening are told as one story.
    pub enabled: bool,
    /// What becomes of an article that repeats the text of an earlier one.
    pub copies: CopyPolicy,
}

impl Default for StoriesSettings {
    fn default() -> Self {
        Self { enabled: true, copies: CopyPolicy::Publish }
    }
}

/// What becomes of a copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyPolicy {
    /// It is published, and says whose copy it is.
    #[default]
    Publish,
    /// It is published without its text.
    Reference,
    /// It is rejected.
    Drop,
}

/// `[http]`: the API that subscribers and operators use.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Where the API listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The names under which others reach the API, such as `news.example`, beside its addresses and the names of private networks. Under
    /// any other it answers only whoever shows the token or has logged in.
    pub names: Vec<String>,
    /// How many clients may follow events at once; one more is told to come back later (503).
    pub max_followers: usize,
    /// How long a follower may leave what was sent to it unread before it is disconnected.
    #[serde(with = "duration")]
    pub stalled_after: Duration,
    /// How many connections may be open at once, followers among them; one more is told to come back later (503). Each
    /// takes a file descriptor, of which a process commonly has 1,024.
    pub max_connections: usize,
    /// How long a client may take to send the head of a request, the first or the next of its connection.
    #[serde(with = "duration")]
    pub header_timeout: Duration,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            names: Vec::new(),
            max_followers: 64,
            stalled_after: Duration::from_secs(30),
            max_connections: 256,
            header_timeout: Duration::from_secs(10),
        }
    }
}

impl HttpSettings {
    /// Whether each of `names` is the name of a host.
    pub(super) fn are_names_of_hosts(&self) -> bool {
        let is_host = |name: &String| matches!(url::Host::parse(name), Ok(url::Host::Domain(_)));
        self.names.iter().all(|name| is_host(name) && !name.contains('*'))
    }
}

/// `[api]`: who may write through the API. Everybody who reaches it may read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiSettings {
    /// What whoever writes has to show (`Authorization: Bearer …`). From the environment only. Without a token, writing is for
    /// this machine alone, and only while the API listens on loopback.
    pub token: Option<Secret>,
    /// A file that holds the token (a trailing line feed doesn't count).
    pub token_file: Option<PathBuf>,
}

/// `[console]`: who may log in to the pages for people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsoleSettings {
    /// The users file, which `dateline user add` writes; while it is missing or empty, nobody logs in, and the pages are for this
    /// machine alone.
    pub users: PathBuf,
    /// How long a log-in lasts.
    #[serde(with = "duration")]
    pub session_length: Duration,
    /// The header in which a proxy says who has logged in there; no proxy is believed while it is empty.
    pub proxy_header: String,
    /// The proxies that are believed: their addresses, or networks such as `10.0.0.0/8`. The header means nothing from elsewhere.
    pub trusted_proxies: Vec<ProxyNetwork>,
    /// What somebody may do whom a proxy names and the users file doesn't.
    pub proxy_role: Role,
}

/// The address of a proxy, or of a network of proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ProxyNetwork(IpNet);

impl ProxyNetwork {
    /// Whether `address` is in it. IPv4 within IPv6 is IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl TryFrom<String> for ProxyNetwork {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| {
            "expected an address such as \"127.0.0.1\", or a network such as \"10.0.0.0/8\"".to_owned()
        })
    }
}

impl ConsoleSettings {
    /// What is wrong with them: full name, and what is expected.
    pub(super) fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut found = Vec::new();
        let is_header =
            self.proxy_header.is_empty() || HeaderName::try_from(self.proxy_header.as_str()).is_ok();
        if !is_header {
            found.push(("console.proxy_header", "expected the name of a header, such as \"X-Remote-User\""));
        }
        if !self.proxy_header.is_empty() && self.trusted_proxies.is_empty() {
            found.push((
                "console.trusted_proxies",
                "expected the addresses of the proxies that may set `proxy_header`, such as [\"127.0.0.1\"]",
            ));
        }
        found
    }

    /// Whether whoever asks from `address` is believed about who they pass on.
    pub fn trusts(&self, address: IpAddr) -> bool {
        !self.proxy_header.is_empty() && self.trusted_proxies.iter().any(|proxy| proxy.contains(address))
    }
}

impl Default for ConsoleSettings {
    fn default() -> Self {
        Self {
            users: "users.toml".into(),
            session_length: Duration::from_secs(12 * 3600),
            proxy_header: String::new(),
            trusted_proxies: Vec::new(),
            proxy_role: Role::Read,
        }
    }
}

/// The least that a token may have, in characters: fewer can be guessed over the network.
const MIN_TOKEN_CHARS: usize = 16;

impl ApiSettings {
    /// The token, read from its file where it stands in one.
    ///
    /// # Errors
    /// If the file cannot be read, or what it holds is no token. The error doesn't show it.
    pub fn write_token(&self) -> Result<Option<Secret>, ConfigError> {
        let (token, from) = match (&self.token, &self.token_file) {
            (Some(token), _) => (token.clone(), Origin::Variable("DATELINE_API__TOKEN".to_owned())),
            (None, Some(file)) => {
                let folder = file.ancestors().skip(1).find(|folder| folder.exists());
                if let Some(folder) = folder.filter(|_| !file.exists()) {
                    let what = format!("`token_file` in [api]: {}", file::SECRET_NOT_THERE);
                    return Err(ConfigError::in_file(folder, what).with_remedy(file::SECRET_REMEDY));
                }
                let text = document::read(file)?;
                let token = Secret::new(text.trim_end_matches(['\r', '\n']));
                (token, Origin::File(file.clone(), None))
            }
            (None, None) => return Ok(None),
        };
        let text = token.reveal();
        if text.len() >= MIN_TOKEN_CHARS && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Some(token));
        }
        Err(ConfigError {
            origin: from,
            what: "this is no token for the API".to_owned(),
            remedy: Some(format!(
                "use {MIN_TOKEN_CHARS} or more letters and digits, such as `openssl rand -hex 32` prints"
            )),
        })
    }
}

/// `[engine]`: how much is done at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSettings {
    /// How many feeds are polled at once.
    pub polls_in_flight: usize,
    /// How many pages are fetched, extracted and committed at once.
    pub pages_in_flight: usize,
    /// How many bytes pages under way may hold together, as sent and decompressed; one page at a time may go beyond. The bound
    /// is for a day on which hosts send bombs: 128 common pages take a tenth of it.
    pub max_page_memory_bytes: usize,
    /// How many pages are extracted at once; 0 means one per core.
    pub extract_threads: usize,
    /// How long one page may take to be extracted and judged before its entry is rejected.
    #[serde(with = "duration")]
    pub extract_timeout: Duration,
    /// For how long a page that was read for one feed is not fetched again because another feed announces it.
    #[serde(with = "duration")]
    pub refetch_after: Duration,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            polls_in_flight: 32,
            pages_in_flight: 128,
            max_page_memory_bytes: 256 << 20,
            extract_threads: 0,
            extract_timeout: Duration::from_secs(10),
            refetch_after: Duration::from_secs(24 * 3600),
        }
    }
}

/// `[retention]`: how long the journal keeps what it holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSettings {
    /// Articles and what happened to feeds. Where Kafka is configured, an event that Kafka lacks stays, however old it is.
    pub events: KeepFor,
    /// Rejects; the same holds for them.
    pub rejects: KeepFor,
    /// How long after its feed has last listed it an entry becomes a digest, which is kept for ever: it is still known when its feed
    /// lists it again.
    pub entries: KeepFor,
    /// How old an event becomes that a webhook or a file lacks, where it would have gone sooner.
    pub for_sinks: KeepFor,
    /// What the journal may hold in bytes, its search index included, before the oldest events go, however young; 0 for any. What Kafka lacks stays even so.
    pub max_bytes: u64,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self {
            events: KeepFor::days(30),
            rejects: KeepFor::days(30),
            entries: KeepFor::days(90),
            for_sinks: KeepFor::days(60),
            max_bytes: 0,
        }
    }
}

/// `[logs]`: what is written to stderr.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// The least important level that is logged, or directives as `tracing-subscriber` takes them.
    pub level: String,
    /// How a line is written.
    pub format: LogFormat,
    /// How often the daemon sums up what it did; never for zero.
    #[serde(with = "duration")]
    pub summary_interval: Duration,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text, summary_interval: Duration::from_secs(600) }
    }
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::super::DEFAULTS as SHIPPED;

    #[test]
    fn the_shipped_file_gives_every_setting_its_default() {
        let shipped: Settings = toml::from_str(SHIPPED).unwrap();
        assert_eq!(format!("{shipped:#?}"), format!("{:#?}", Settings::default()));
    }

    #[test]
    fn the_shipped_file_names_every_setting() {
        let defaults = format!("{:#?}", Settings::default());
        for field in defaults.lines().filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name) {
            assert!(
                SHIPPED.contains(&format!("{field} ="))
                    || SHIPPED.contains(&format!("{field}]"))
                    || SHIPPED.contains(&format!("`{field}`")),
                "{field} is missing"
            );
        }
    }
}
