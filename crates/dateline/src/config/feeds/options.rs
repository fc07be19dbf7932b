//! What a feed can be given beyond its address: the options, by feed or for a whole group.
//!
//! To add one: its name in [`NAMES`], its value in [`Options`], how it is read in [`Options::take`], that a group can give it in
//! [`Options::fill_from`], and what it does in [`Options::apply_to`].

use dateline_fetcher::transport::{ProxyChoice, ProxyCredentials, ProxyServer};
use dateline_fetcher::{
    Authorization, EntryFilter, Feed, FeedOptions, FullText, Judging, PollInterval, RobotsRule,
};
use dateline_wire::duration;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use regex::{Regex, RegexBuilder};

use crate::config::secret_source::{self, SecretAccess};
use crate::config::table::{FileReader, Value};

/// The names of all options.
pub(super) const NAMES: [&str; 12] = [
    "auth",
    "drop",
    "full_text",
    "headers",
    "interval",
    "keep",
    "language",
    "proxy",
    "robots",
    "subject",
    "tags",
    "user_agent",
];

/// The most that one pattern may take in memory. Whoever writes it pays for it, so this only keeps a slip from doing harm.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// Fields that the exchange itself depends on, and those that have an option of their own.
const RESERVED_FIELDS: [HeaderName; 14] = [
    header::ACCEPT_ENCODING,
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::PROXY_AUTHORIZATION,
    header::RANGE,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::USER_AGENT,
];

/// The options that stand in a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) auth: Option<Authorization>,
    interval: Option<PollInterval>,
    headers: Option<HeaderMap>,
    user_agent: Option<HeaderValue>,
    proxy: Option<ProxyChoice>,
    tags: Vec<String>,
    language: Option<String>,
    full_text: Option<FullText>,
    keep: Option<Vec<Regex>>,
    drop: Option<Vec<Regex>>,
    subject: Option<Judging>,
    robots: Option<RobotsRule>,
}

impl Options {
    /// Takes in the option called `name`. Whether there is such an option.
    pub(super) fn take(
        &mut self,
        file: &mut FileReader<'_>,
        name: &str,
        value: &Value<'_>,
        secrets: SecretAccess,
    ) -> bool {
        match name {
            "auth" => self.auth = auth(file, value, secrets),
            "interval" => self.interval = interval(file, value),
            "headers" => self.headers = headers(file, value),
            "user_agent" => self.user_agent = user_agent(file, value),
            "proxy" => self.proxy = proxy(file, value, secrets),
            "tags" => self.tags = texts(file, name, value).unwrap_or_default(),
            "language" => self.language = language(file, value),
            "full_text" => {
                let choices = [("auto", FullText::Auto), ("feed", FullText::Feed), ("page", FullText::Page)];
                self.full_text = choice(file, name, value, &choices);
            }
            "keep" => self.keep = patterns(file, name, value),
            "drop" => self.drop = patterns(file, name, value),
            "subject" => {
                self.subject =
                    choice(file, name, value, &[("on", Judging::BySubject), ("off", Judging::Off)]);
            }
            "robots" => {
                let choices = [("obey", RobotsRule::Obey), ("ignore", RobotsRule::Ignore)];
                self.robots = choice(file, name, value, &choices);
            }
            _ => return false,
        }
        true
    }

    /// Takes what these don't give from `group`. Tags of both count.
    pub(super) fn fill_from(&mut self, group: &Self) {
        fn fill<T: Clone>(own: &mut Option<T>, group: &Option<T>) {
            if own.is_none() {
                own.clone_from(group);
            }
        }
        fill(&mut self.auth, &group.auth);
        fill(&mut self.interval, &group.interval);
        fill(&mut self.headers, &group.headers);
        fill(&mut self.user_agent, &group.user_agent);
        fill(&mut self.proxy, &group.proxy);
        fill(&mut self.language, &group.language);
        fill(&mut self.full_text, &group.full_text);
        fill(&mut self.keep, &group.keep);
        fill(&mut self.drop, &group.drop);
        fill(&mut self.subject, &group.subject);
        fill(&mut self.robots, &group.robots);
        let more = group.tags.iter().filter(|tag| !self.tags.contains(tag)).cloned().collect::<Vec<_>>();
        self.tags.extend(more);
    }

    /// `feed` with these options.
    pub(super) fn apply_to(self, feed: Feed) -> Feed {
        let options = FeedOptions {
            interval: self.interval.unwrap_or_default(),
            headers: self.headers.unwrap_or_default(),
            user_agent: self.user_agent,
            proxy: self.proxy,
            robots: self.robots.unwrap_or_default(),
            language: self.language,
            full_text: self.full_text.unwrap_or_default(),
            entries: EntryFilter { keep: self.keep.unwrap_or_default(), drop: self.drop.unwrap_or_default() },
            judging: self.subject.unwrap_or_default(),
        };
        let feed = feed.with_tags(self.tags).with_options(options);
        match self.auth {
            Some(authorization) => feed.with_authorization(authorization),
            None => feed,
        }
    }
}

/// Who asks: `{ basic = SOURCE }`, whose secret is `user:password`, or `{ bearer = SOURCE }`.
fn auth(file: &mut FileReader<'_>, value: &Value<'_>, secrets: SecretAccess) -> Option<Authorization> {
    const EXPECTED: &str = "{ basic = … } or { bearer = … } with { env = \"NAME\" } or { file = \"PATH\" }";
    let Some(table) = value.get_ref().as_table().filter(|table| table.len() == 1) else {
        file.unexpected_secret("auth", value, EXPECTED);
        return None;
    };
    let (scheme, source) = table.iter().next()?;
    let (setting, read): (_, fn(&str) -> Option<Authorization>) = match scheme.get_ref().as_ref() {
        "basic" => ("auth.basic", Authorization::basic),
        "bearer" => ("auth.bearer", Authorization::bearer),
        _ => {
            file.unexpected_secret("auth", value, EXPECTED);
            return None;
        }
    };
    let secret = secret_source::read(file, setting, source, secrets)?;
    let authorization = read(secret.reveal());
    if authorization.is_none() {
        let what = format!("what `{setting}` names cannot be sent (it is not shown)");
        let remedy = "for `basic` write user:password, for `bearer` a token of visible ASCII without spaces";
        file.wrong(&source.span(), what, remedy);
    }
    authorization
}

/// A length of time, or `{ min = …, max = … }` with one of them or both.
fn interval(file: &mut FileReader<'_>, value: &Value<'_>) -> Option<PollInterval> {
    const EXPECTED: &str =
        "a duration such as 30s, 5m, 1h 30m, 7d, or bounds such as { min = \"5m\", max = \"1h\" }";
    let Some(table) = value.get_ref().as_table() else {
        let fixed = file.duration("interval", value, EXPECTED)?;
        return Some(PollInterval { min: Some(fixed), max: Some(fixed) });
    };
    let mut interval = PollInterval::default();
    for (name, bound) in table {
        match name.get_ref().as_ref() {
            "min" => interval.min = file.duration("interval.min", bound, duration::EXPECTED),
            "max" => interval.max = file.duration("interval.max", bound, duration::EXPECTED),
            other => file.unknown(&name.span(), other, &["max", "min"]),
        }
    }
    if let (Some(min), Some(max)) = (interval.min, interval.max)
        && min > max
    {
        file.unexpected("interval", value, "a `min` that is no longer than its `max`");
    }
    Some(interval)
}

/// Fields to send. Their values may be secrets, so none is shown, and none is recorded.
fn headers(file: &mut FileReader<'_>, value: &Value<'_>) -> Option<HeaderMap> {
    let Some(table) = value.get_ref().as_table() else {
        file.unexpected_secret("headers", value, "names and values such as { \"Accept-Language\" = \"ko\" }");
        return None;
    };
    let mut headers = HeaderMap::new();
    for (name, value) in table {
        let written = name.get_ref();
        let setting = format!("headers.{written}");
        let Ok(field) = HeaderName::try_from(written.as_ref()) else {
            file.wrong(
                &name.span(),
                format!("`{setting}` is no name of a header field"),
                "expected letters, digits and hyphens",
            );
            continue;
        };
        if RESERVED_FIELDS.contains(&field) {
            let remedy = "use `auth` for who asks and `user_agent` for by what name; the other fields follow from the exchange";
            file.wrong(&name.span(), format!("`{setting}` cannot be set here"), remedy);
            continue;
        }
        match value.get_ref().as_str().and_then(|text| HeaderValue::from_str(text).ok()) {
            Some(mut text) => {
                text.set_sensitive(true);
                headers.insert(field, text);
            }
            None => file.unexpected_secret(&setting, value, "a text of visible ASCII, without line breaks"),
        }
    }
    Some(headers)
}

fn user_agent(file: &mut FileReader<'_>, value: &Value<'_>) -> Option<HeaderValue> {
    let is_visible = |text: &&str| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty()).filter(is_visible);
    let agent = text.and_then(|text| HeaderValue::from_str(text).ok());
    if agent.is_none() {
        file.unexpected(
            "user_agent",
            value,
            "a text of visible ASCII, such as \"Reader/1 (+https://reader.example)\"",
        );
    }
    agent
}

/// `"none"`, an address, or `{ address = …, credentials = SOURCE }`.
fn proxy(file: &mut FileReader<'_>, value: &Value<'_>, secrets: SecretAccess) -> Option<ProxyChoice> {
    const EXPECTED: &str = "\"none\", an address such as \"socks5h://127.0.0.1:1080\", or { address = …, credentials = { file = … } }";
    let mut credentials = None;
    let address = match value.get_ref().as_table() {
        None => value,
        Some(table) => {
            let mut address = None;
            for (name, part) in table {
                match name.get_ref().as_ref() {
                    "address" => address = Some(part),
                    "credentials" => credentials = proxy_credentials(file, part, secrets),
                    other => file.unknown(&name.span(), other, &["address", "credentials"]),
                }
            }
            let Some(address) = address else {
                file.unexpected_secret("proxy", value, EXPECTED);
                return None;
            };
            address
        }
    };
    match address.get_ref().as_str() {
        Some("none") => Some(ProxyChoice::None),
        Some(text) => match ProxyServer::new(text, credentials.as_ref()) {
            Ok(server) => Some(ProxyChoice::Server(server)),
            Err(why) => {
                file.wrong(&address.span(), format!("`proxy`: {why}"), format!("expected {EXPECTED}"));
                None
            }
        },
        None => {
            file.unexpected_secret("proxy", value, EXPECTED);
            None
        }
    }
}

fn proxy_credentials(
    file: &mut FileReader<'_>,
    value: &Value<'_>,
    secrets: SecretAccess,
) -> Option<ProxyCredentials> {
    let secret = secret_source::read(file, "proxy.credentials", value, secrets)?;
    match secret.reveal().parse() {
        Ok(credentials) => Some(credentials),
        Err(why) => {
            file.wrong(&value.span(), "what `proxy.credentials` names cannot be used (it is not shown)", why);
            None
        }
    }
}

fn language(file: &mut FileReader<'_>, value: &Value<'_>) -> Option<String> {
    let is_tag =
        |text: &&str| matches!(text.len(), 2 | 3) && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let language = value.get_ref().as_str().filter(is_tag);
    if language.is_none() {
        file.unexpected("language", value, "a language tag of two or three letters, such as \"ko\"");
    }
    language.map(str::to_owned)
}

/// One text, or several in an array.
fn texts(file: &mut FileReader<'_>, setting: &str, value: &Value<'_>) -> Option<Vec<String>> {
    let one_or_more = match value.get_ref().as_array() {
        Some(array) => array.iter().collect(),
        None => vec![value],
    };
    let mut texts = Vec::with_capacity(one_or_more.len());
    for one in one_or_more {
        let expected = "a text on one line, or several such as [\"a\", \"b\"]";
        texts.extend(file.line_of_text(setting, one, expected).map(str::to_owned));
    }
    Some(texts)
}

/// Regular expressions, searched for without regard to case.
fn patterns(file: &mut FileReader<'_>, setting: &str, value: &Value<'_>) -> Option<Vec<Regex>> {
    let mut patterns = Vec::new();
    for text in texts(file, setting, value)? {
        match RegexBuilder::new(&text).case_insensitive(true).size_limit(MAX_PATTERN_BYTES).build() {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => {
                // The last line says what is wrong; those before draw where.
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                file.wrong(
                    &value.span(),
                    format!("`{setting}` holds {text:?}, which is no pattern: {why}"),
                    "expected a regular expression such as \"ferry|harbour\" or \"/world/\"",
                );
            }
        }
    }
    Some(patterns)
}

/// One of `choices`.
fn choice<T: Copy>(
    file: &mut FileReader<'_>,
    setting: &str,
    value: &Value<'_>,
    choices: &[(&str, T)],
) -> Option<T> {
    let text = value.get_ref().as_str();
    let chosen = choices.iter().find(|(name, _)| Some(*name) == text).map(|(_, chosen)| *chosen);
    if chosen.is_none() {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        file.unexpected(setting, value, &names.join(" or "));
    }
    chosen
}
