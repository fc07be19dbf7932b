//! What every setting of a kind refuses, and takes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{refused, small_site};
use crate::site::{Site, terminate};

/// Settings that have no default, with a value.
const WITHOUT_DEFAULT: [(&str, &str, Kind); 11] = [
    ("api", "token_file", Kind::Text),
    ("fetch", "proxy_credentials_file", Kind::Text),
    ("kafka", "transactional_id", Kind::Text),
    ("kafka", "replication", Kind::Number),
    ("kafka", "tombstones", Kind::Flag),
    ("kafka", "ssl_ca_file", Kind::Text),
    ("kafka", "ssl_certificate_file", Kind::Text),
    ("kafka", "ssl_key_file", Kind::Text),
    ("kafka", "sasl_username", Kind::Text),
    ("kafka", "sasl_password_file", Kind::Text),
    ("kafka", "schema_registry_credentials_file", Kind::Text),
];

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Length,
    Number,
    Flag,
    List,
    Table,
}

/// Every setting of the shipped file and those without a default: section, name, kind.
fn every_setting() -> Vec<(String, String, Kind)> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/dateline.toml");
    let shipped: toml::Table = fs::read_to_string(shipped).unwrap().parse().unwrap();
    let mut found = Vec::new();
    let kind = |value: &toml::Value| match value {
        toml::Value::String(text) if dateline_wire::duration::parse(text).is_ok() => Kind::Length,
        toml::Value::String(_) => Kind::Text,
        toml::Value::Integer(_) => Kind::Number,
        toml::Value::Boolean(_) => Kind::Flag,
        toml::Value::Array(_) => Kind::List,
        _ => Kind::Table,
    };
    for (name, value) in &shipped {
        match value.as_table() {
            None => found.push((String::new(), name.clone(), kind(value))),
            Some(section) => {
                for (inner, value) in section {
                    match value.as_table() {
                        Some(topics) if inner == "topics" => {
                            let topic =
                                |(name, value)| ("kafka.topics".to_owned(), String::clone(name), kind(value));
                            found.extend(topics.iter().map(topic));
                        }
                        _ => found.push((name.clone(), inner.clone(), kind(value))),
                    }
                }
            }
        }
    }
    found.extend(WITHOUT_DEFAULT.map(|(section, name, kind)| (section.to_owned(), name.to_owned(), kind)));
    found
}

/// Has every setting have the value that `value` gives for its kind, and `check` and `run` refuse each, on its line, but for those that
/// are `allowed`.
fn refused_everywhere(what: &str, allowed: &[&str], value: impl Fn(Kind) -> Option<&'static str>) {
    let mut sections: BTreeMap<String, Vec<(String, &str)>> = BTreeMap::new();
    for (section, name, kind) in every_setting() {
        let full = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
        if let Some(value) = value(kind).filter(|_| !allowed.contains(&full.as_str())) {
            sections.entry(section).or_default().push((name, value));
        }
    }
    // The first line of a site names its subject.
    let is_given = |name: &str| name == "subject";
    let (mut text, mut expected) = (String::new(), Vec::new());
    for (section, settings) in &sections {
        if !section.is_empty() {
            text.push_str(&format!("[{section}]\n"));
        }
        for (name, value) in settings.iter().filter(|(name, _)| !is_given(name)) {
            text.push_str(&format!("{name} = {value}\n"));
            expected.push((text.lines().count() + 1, format!("`{name}`")));
        }
    }
    let told = refused(&small_site(&text), &[]);
    for (line, name) in expected {
        let place = format!("dateline.toml:{line}: ");
        let is_told =
            told.lines().any(|told| told.contains(&place) && told.contains(&name) && told.contains("; "));
        assert!(is_told, "{what}: {name} in line {line} is taken\n{text}\n{told}");
    }
}

#[test]
fn every_setting_refuses_a_value_of_another_kind() {
    refused_everywhere("another kind", &[], |kind| {
        Some(match kind {
            Kind::Text | Kind::Length | Kind::List | Kind::Table => "5",
            Kind::Number | Kind::Flag => "\"many\"",
        })
    });
}

#[test]
fn every_setting_refuses_what_is_below_its_bounds_and_what_is_beyond() {
    // What 0 means there is said in the shipped file.
    let zero = [
        "shutdown_grace",
        "engine.extract_threads",
        "engine.refetch_after",
        "fetch.max_crawl_delay",
        "fetch.max_redirects",
        "fetch.max_retry_after",
        "fetch.per_host_delay",
        "fetch.per_host_patience",
        "http.max_followers",
        "logs.summary_interval",
        "poll.move_after",
        "poll.start_spread",
        "retention.max_bytes",
    ];
    refused_everywhere("zero", &zero, |kind| match kind {
        Kind::Length => Some("\"0s\""),
        Kind::Number => Some("0"),
        _ => None,
    });
    refused_everywhere("less than zero", &[], |kind| match kind {
        Kind::Length => Some("\"-1s\""),
        Kind::Number => Some("-1"),
        _ => None,
    });
    // A journal may be as large as its disk.
    refused_everywhere("huge", &["retention.max_bytes"], |kind| match kind {
        Kind::Length => Some("\"99999999999999h\""),
        Kind::Number => Some("9223372036854775807"),
        _ => None,
    });
}

#[test]
fn every_text_refuses_control_characters_and_emptiness_where_that_means_nothing() {
    refused_everywhere("a control character", &[], |kind| match kind {
        Kind::Text | Kind::Length => Some(r#""a\u0007b""#),
        _ => None,
    });
    let off = [
        "console.proxy_header",
        "fleet.member",
        "fleet.name",
        "kafka.brokers",
        "kafka.schema_registry",
        "schemas.base",
        "traces.endpoint",
        "websub.callback",
        "fetch.proxy",
    ];
    refused_everywhere("empty", &off, |kind| match kind {
        Kind::Text | Kind::Length => Some("\"\""),
        _ => None,
    });
}

#[test]
fn a_daemon_runs_with_every_length_at_its_longest() {
    let longest: Vec<(String, String)> = every_setting()
        .into_iter()
        .filter(|(_, name, kind)| *kind == Kind::Length && name != "transaction_timeout")
        .map(|(section, name, _)| (section, format!("{name} = \"876000h\"\n")))
        .collect();
    let mut text: String =
        longest.iter().filter(|(section, _)| section.is_empty()).map(|(_, line)| line.as_str()).collect();
    for (section, line) in longest.iter().filter(|(section, _)| !section.is_empty()) {
        match text.contains(&format!("[{section}]\n")) {
            true => text = text.replace(&format!("[{section}]\n"), &format!("[{section}]\n{line}")),
            false => text.push_str(&format!("[{section}]\n{line}")),
        }
    }
    let site = Site::new(&text, "[[feed]]\nurl = \"http://127.0.0.1:9/none\"\ninterval = \"876000h\"\n");
    let (mut child, address) = site.daemon(&[]);
    assert_eq!(crate::site::get(&address, "/livez").0, 200);
    assert!(terminate(&mut child, std::time::Duration::from_secs(60)).success(), "{}", site.log());
    assert!(!site.log().contains("panic"), "{}", site.log());
}
