//! `[[group]]` tables: options for many feeds at once, so that hundreds of them stay readable.

use std::ops::Range;

use toml::de::DeTable;
use url::Url;

use super::options::{self, Options};
use crate::config::secret_source::SecretAccess;
use crate::config::table::{FileReader, Value};

/// A `[[group]]` table.
pub(super) struct Group {
    name: Option<String>,
    hosts: Vec<HostPattern>,
    options: Options,
}

/// The groups of a file, in its order.
pub(super) struct Groups(Vec<Group>);

impl Groups {
    /// Reads the tables that stand under `[[group]]`.
    pub(super) fn read(
        file: &mut FileReader<'_>,
        tables: Vec<(Range<usize>, &DeTable<'_>)>,
        secrets: SecretAccess,
    ) -> Self {
        let mut groups: Vec<Group> = Vec::with_capacity(tables.len());
        for (span, table) in tables {
            let group = Group::read(file, table, secrets);
            if group.name.is_none() && group.hosts.is_empty() {
                let remedy = "give it a `name` that feeds call it by (`group = …`), or `hosts` whose feeds belong to it";
                file.wrong(&span, "a group that no feed can belong to", remedy);
            }
            if group.name.is_some() && groups.iter().any(|other| other.name == group.name) {
                let name = group.name.as_deref().unwrap_or_default();
                file.wrong(
                    &span,
                    format!("another group is called {name:?}"),
                    "call one of the two otherwise",
                );
            }
            groups.push(group);
        }
        Self(groups)
    }

    /// Gives `options` of the feed at `url` what its groups have for it: the one that it calls by name, then those with its host,
    /// in the order of the file. What was given first counts.
    pub(super) fn fill(&self, options: &mut Options, name: Option<&str>, url: &Url) {
        let named = self.0.iter().filter(|group| name.is_some() && group.name.as_deref() == name);
        let host = url.host_str().unwrap_or_default();
        let by_host = self.0.iter().filter(|group| group.hosts.iter().any(|pattern| pattern.matches(host)));
        for group in named.chain(by_host) {
            options.fill_from(&group.options);
        }
    }

    /// Whether a group is called `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|group| group.name.as_deref() == Some(name))
    }

    /// What the groups are called.
    pub(super) fn names(&self) -> Vec<&str> {
        self.0.iter().filter_map(|group| group.name.as_deref()).collect()
    }
}

impl Group {
    /// What a group has besides options.
    const NAMES: [&'static str; 2] = ["hosts", "name"];

    fn read(file: &mut FileReader<'_>, table: &DeTable<'_>, secrets: SecretAccess) -> Self {
        let mut group = Self { name: None, hosts: Vec::new(), options: Options::default() };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => {
                    let expected = "what feeds call the group by, as text on one line";
                    group.name = file.line_of_text("name", value, expected).map(str::to_owned);
                }
                "hosts" => group.hosts = hosts(file, value),
                option if group.options.take(file, option, value, secrets) => {}
                other => {
                    let known: Vec<&str> = Self::NAMES.into_iter().chain(options::NAMES).collect();
                    file.unknown(&key.span(), other, &known);
                }
            }
        }
        group
    }
}

fn hosts(file: &mut FileReader<'_>, value: &Value<'_>) -> Vec<HostPattern> {
    const EXPECTED: &str = "hosts such as [\"news.example\", \"*.gov.example\"]";
    let Some(array) = value.get_ref().as_array() else {
        file.unexpected("hosts", value, EXPECTED);
        return Vec::new();
    };
    let mut hosts = Vec::with_capacity(array.len());
    for host in array.iter() {
        match host.get_ref().as_str().and_then(HostPattern::of) {
            Some(pattern) => hosts.push(pattern),
            None => file.unexpected("hosts", host, EXPECTED),
        }
    }
    hosts
}

/// A host with all that lies under it; `*.` before it leaves the host itself out.
struct HostPattern {
    host: String,
    only_under: bool,
}

impl HostPattern {
    fn of(text: &str) -> Option<Self> {
        let (host, only_under) = match text.strip_prefix("*.") {
            Some(host) => (host, true),
            None => (text, false),
        };
        let host = url::Host::parse(host).ok().filter(|_| !host.contains('*'))?.to_string();
        Some(Self { host, only_under })
    }

    fn matches(&self, host: &str) -> bool {
        match host.strip_suffix(&self.host) {
            Some("") => !self.only_under,
            Some(under) => under.ends_with('.'),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_stands_for_itself_and_what_lies_under_it() {
        let matches = |pattern: &str, host: &str| HostPattern::of(pattern).unwrap().matches(host);
        assert!(matches("news.example", "news.example"));
        assert!(matches("News.example", "en.news.example"));
        assert!(!matches("news.example", "badnews.example"));
        assert!(matches("*.news.example", "en.news.example"));
        assert!(!matches("*.news.example", "news.example"));
        assert!(matches("192.0.2.7", "192.0.2.7"));
        for wrong in ["", "*", "a b", "http://news.example/"] {
            assert!(HostPattern::of(wrong).is_none(), "{wrong}");
        }
    }
}
