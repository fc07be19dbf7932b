//! What is wrong with settings, all of it at once, so that whoever checks them hears what a run would stumble over.

use std::{collections::BTreeMap, time::Duration};

use dateline_wire::duration;
use http::HeaderValue;
use url::Host;

use super::{MAX_SHOWN_CHARS, MAX_USER_AGENT_BYTES};
use crate::{
    FetchSettings, FetchSettingsError, PollSettings,
    transport::{AddressFilter, Proxies, ProxyCredentials, read_authorities},
    websub::WebSubSettings,
};

/// What HTTP/1 readers take at least of a head, in bytes.
const MIN_HEADER_BYTES: usize = 8192;
/// More than any head that is no attack, in bytes.
const MAX_HEADER_BYTES: usize = 16 << 20;
/// The least that is taken of a body, in bytes: less would be no feed and no page.
const MIN_BODY_BYTES: usize = 1024;
/// More than any machine is to hold of one body, in bytes.
const MAX_BODY_BYTES: usize = 16 << 30;
/// More redirects than that are a circle.
const MAX_REDIRECTS: usize = 100;
/// More requests to one host at once than any host is to bear.
const MAX_PER_HOST_CONCURRENCY: usize = 64;
/// The shortest time in which anything can answer: less is a slip of the unit.
const MIN_TIMEOUT: Duration = Duration::from_millis(1);
/// The shortest pause between two polls, and the shortest lease, that is told in whole seconds.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// A setting that is outside its bounds.
fn out_of_bounds(
    section: &'static str,
    name: &'static str,
    value: impl ToString,
    expected: impl Into<String>,
) -> FetchSettingsError {
    FetchSettingsError::OutOfBounds { section, name, value: value.to_string(), expected: expected.into() }
}

/// Those of `lengths` in `section` that are shorter than `least`.
fn too_short(
    section: &'static str,
    least: Duration,
    lengths: &[(&'static str, Duration)],
) -> Vec<FetchSettingsError> {
    let expected = || format!("a duration of {} or more, such as 30s, 5m, 1h 30m", duration::written(least));
    let short = lengths.iter().filter(|(_, length)| *length < least);
    short.map(|(name, length)| out_of_bounds(section, name, duration::written(*length), expected())).collect()
}

impl FetchSettings {
    /// What is wrong with the values themselves.
    pub fn wrong_values(&self) -> Vec<FetchSettingsError> {
        let mut wrong = Vec::new();
        let names_itself = self.user_agent.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
        let is_visible = self.user_agent.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let is_header = HeaderValue::try_from(&self.user_agent).is_ok();
        if !names_itself || !is_visible || !is_header || self.user_agent.len() > MAX_USER_AGENT_BYTES {
            let mut value: String = self.user_agent.chars().take(MAX_SHOWN_CHARS).collect();
            if value.len() < self.user_agent.len() {
                value.push('…');
            }
            wrong.push(FetchSettingsError::UserAgent { value });
        }
        wrong.extend(too_short(
            "fetch",
            MIN_TIMEOUT,
            &[
                ("timeout", self.timeout),
                ("connect_timeout", self.connect_timeout),
                ("first_byte_timeout", self.first_byte_timeout),
                ("stall_timeout", self.stall_timeout),
            ],
        ));
        let (usual, whole) = (Self::default(), duration::written(self.timeout));
        let parts = [
            ("connect_timeout", self.connect_timeout, usual.connect_timeout),
            ("first_byte_timeout", self.first_byte_timeout, usual.first_byte_timeout),
            ("stall_timeout", self.stall_timeout, usual.stall_timeout),
        ];
        // Whoever sets the whole finds its parts as they are shipped.
        for (name, part, _) in
            parts.into_iter().filter(|(_, part, usual)| *part > self.timeout && part != usual)
        {
            let expected = format!("no more than `timeout`, which is {whole}");
            wrong.push(out_of_bounds("fetch", name, duration::written(part), expected));
        }
        let counts = [
            ("max_header_bytes", self.max_header_bytes, MIN_HEADER_BYTES..=MAX_HEADER_BYTES),
            ("max_body_bytes", self.max_body_bytes, MIN_BODY_BYTES..=MAX_BODY_BYTES),
            ("max_decoded_bytes", self.max_decoded_bytes, MIN_BODY_BYTES..=MAX_BODY_BYTES),
            ("max_redirects", self.max_redirects, 0..=MAX_REDIRECTS),
            ("per_host_concurrency", self.per_host_concurrency, 1..=MAX_PER_HOST_CONCURRENCY),
        ];
        for (name, value, bounds) in counts.into_iter().filter(|(_, value, bounds)| !bounds.contains(value)) {
            let expected = format!("a number from {} to {}", bounds.start(), bounds.end());
            wrong.push(out_of_bounds("fetch", name, value, expected));
        }
        for (host, target) in &self.connect_to {
            let one = BTreeMap::from([(host.clone(), target.clone())]);
            wrong.extend(AddressFilter::placed(&one).err());
        }
        wrong.extend(Proxies::addresses(self, |name| std::env::var(name).ok()).err());
        for name in self.no_proxy.iter().filter(|name| !can_be_reached_directly(name)) {
            let expected =
                "hosts, addresses and networks such as \"news.example\", \"192.0.2.7\", \"192.0.2.0/24\"";
            // An address may hold a user name and a password.
            let shown = match name.contains('@') {
                true => "something else (not shown, since it may be a secret)".to_owned(),
                false => format!("{name:?}"),
            };
            wrong.push(out_of_bounds("fetch", "no_proxy", shown, expected));
        }
        let is_parameter =
            |name: &str| !name.is_empty() && !name.contains(|c: char| c.is_control() || c == ' ');
        for name in self.secret_query.names().iter().filter(|name| !is_parameter(name)) {
            let expected = "the names of query parameters, such as \"key\"";
            wrong.push(out_of_bounds("fetch", "secret_query", format!("{name:?}"), expected));
        }
        wrong
    }

    /// What is wrong with the files that are named.
    pub fn wrong_files(&self) -> Vec<FetchSettingsError> {
        let authorities = self.extra_ca.iter().filter_map(|path| read_authorities(path).err());
        authorities.chain(ProxyCredentials::of(self).err()).collect()
    }
}

/// Whether `name` can name what is reached without the proxy, as the client reads it.
fn can_be_reached_directly(name: &str) -> bool {
    let name = name.trim();
    if let Some((network, bits)) = name.split_once('/') {
        let most = match network.parse() {
            Ok(std::net::IpAddr::V4(_)) => 32,
            Ok(std::net::IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        return bits.parse::<u8>().is_ok_and(|bits| bits <= most);
    }
    let host = name.trim_start_matches('.');
    name == "*"
        || name.parse::<std::net::IpAddr>().is_ok()
        || matches!(Host::parse(host), Ok(Host::Domain(_)))
}

impl PollSettings {
    /// What is wrong with the values.
    pub fn wrong_values(&self) -> Vec<FetchSettingsError> {
        let lengths = [
            ("min_interval", self.min_interval),
            ("max_interval", self.max_interval),
            ("latency", self.latency),
            ("max_backoff", self.max_backoff),
            ("dead_after", self.dead_after),
        ];
        let mut wrong = too_short("poll", MIN_INTERVAL, &lengths);
        let longest = [("max_interval", self.max_interval), ("max_backoff", self.max_backoff)];
        let usual = Self::default().min_interval;
        for (name, longest) in longest.into_iter().filter(|(_, longest)| *longest >= MIN_INTERVAL) {
            if self.min_interval > longest && self.min_interval == usual {
                // Whoever sets the one finds the other as it is shipped.
                let expected = format!("no less than `min_interval`, which is {}", duration::written(usual));
                wrong.push(out_of_bounds("poll", name, duration::written(longest), expected));
            } else if self.min_interval > longest {
                let expected = format!("no more than `{name}`, which is {}", duration::written(longest));
                let value = duration::written(self.min_interval);
                wrong.push(out_of_bounds("poll", "min_interval", value, expected));
            }
        }
        if self.start_spread > self.max_interval && self.start_spread != Self::default().start_spread {
            let expected =
                format!("no more than `max_interval`, which is {}", duration::written(self.max_interval));
            wrong.push(out_of_bounds("poll", "start_spread", duration::written(self.start_spread), expected));
        }
        if self.move_polls == 0 {
            wrong.push(out_of_bounds("poll", "move_polls", 0, "a number from 1 to 4294967295"));
        }
        wrong
    }
}

impl WebSubSettings {
    /// What is wrong with the values.
    pub fn wrong_values(&self) -> Vec<FetchSettingsError> {
        let lengths = [("lease", self.lease), ("min_interval", self.min_interval)];
        self.callback_base().err().into_iter().chain(too_short("websub", MIN_INTERVAL, &lengths)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound() {
        assert!(FetchSettings::default().wrong_values().is_empty());
        assert!(PollSettings::default().wrong_values().is_empty());
        assert!(WebSubSettings::default().wrong_values().is_empty());
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let settings = FetchSettings {
            user_agent: "a\nb".into(),
            timeout: Duration::ZERO,
            per_host_concurrency: 0,
            connect_to: [("news.example".into(), "nowhere".into())].into(),
            proxy: "proxy.example".into(),
            no_proxy: vec![
                "http://news.example".into(),
                "192.0.2.0/40".into(),
                "*".into(),
                ".news.example".into(),
            ],
            ..FetchSettings::default()
        };
        let wrong = settings.wrong_values();
        let named: Vec<_> = wrong.iter().map(FetchSettingsError::setting).collect();
        assert_eq!(
            named,
            [
                "fetch.user_agent",
                "fetch.timeout",
                "fetch.per_host_concurrency",
                "fetch.connect_to.news.example",
                "fetch.proxy",
                "fetch.no_proxy",
                "fetch.no_proxy"
            ]
        );
        let files =
            FetchSettings { extra_ca: vec!["a.pem".into(), "b.pem".into()], ..FetchSettings::default() };
        assert_eq!(files.wrong_files().len(), 2);
    }

    #[test]
    fn intervals_that_exclude_one_another_are_named_with_both() {
        let settings = PollSettings { min_interval: Duration::from_secs(90_000), ..PollSettings::default() };
        let wrong: Vec<String> = settings.wrong_values().iter().map(ToString::to_string).collect();
        assert_eq!(
            wrong,
            [
                "`min_interval` in [poll] is 25h; expected no more than `max_interval`, which is 6h",
                "`min_interval` in [poll] is 25h; expected no more than `max_backoff`, which is 24h"
            ]
        );
    }
}
