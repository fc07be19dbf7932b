//! Mistakes in a configuration: `check` and `run` refuse each with the same words.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::site::{Site, terminate, text};

/// Settings with one mistake, the line on which it stands (0 where there is none), and what is told of it.
const SETTINGS: &[(&str, usize, &str)] = &[
    (
        "[logs]\nlevel = \"verbose\"\n",
        3,
        "`level` in [logs] is \"verbose\"; expected error, warn, info, debug or trace",
    ),
    (
        "[logs]\nlevel = \"info,fetcher=loud\"\n",
        3,
        "`level` in [logs] is \"info,fetcher=loud\"; expected error, warn",
    ),
    ("[logs]\nformat = \"jsn\"\n", 3, "`format` in [logs] is \"jsn\"; expected one of text, json"),
    ("[fetch]\nextra_ca = [\"missing.pem\"]\n", 3, "missing.pem: "),
    (
        "[fetch]\nextra_ca = [\"dateline.toml\"]\n",
        3,
        "it holds no certificate; expected a PEM file with certificates",
    ),
    ("[fetch]\nuser_agent = \"one\\ntwo\"\n", 3, "`user_agent` in [fetch] is \"one\\ntwo\"; expected a name"),
    ("[fetch]\nuser_agent = \"\"\n", 3, "`user_agent` in [fetch] is \"\"; expected a name"),
    (
        "[fetch]\nconnect_to = { \"news.example\" = \"nowhere\" }\n",
        3,
        "expected a host with its address and a port from 1 to 65535",
    ),
    (
        "[fetch]\nproxy = \"proxy.example:3128\"\n",
        3,
        "`proxy` in [fetch]: expected an address such as http://proxy.example:3128",
    ),
    ("[fetch]\nproxy = \"http://me:hush@proxy.example\"\n", 3, "user name and password never stand there"),
    (
        "[fetch]\nproxy_credentials_file = \"me:hush\"\n",
        3,
        "the file that it names isn't there (its name is not shown",
    ),
    ("[fetch]\nproxy_credentials = \"me:hush\"\n", 3, "`proxy_credentials` in [fetch] is a secret"),
    (
        "[fetch]\nno_proxy = [\"http://news.example\"]\n",
        3,
        "`no_proxy` in [fetch] is \"http://news.example\"; expected hosts",
    ),
    (
        "[fetch]\ntimeout = \"0s\"\n",
        3,
        "`timeout` in [fetch] is 0s; expected a duration of 1ms or more, such as 30s",
    ),
    ("[fetch]\ntimeout = 30\n", 3, "`timeout` in [fetch] is 30; expected a duration such as 30s, 5m, 1h 30m"),
    ("[fetch]\ntimeout = \"half an hour\"\n", 3, "expected a duration such as 30s, 5m, 1h 30m"),
    ("[fetch]\ntimeout = \"-5s\"\n", 3, "`timeout` in [fetch] is \"-5s\"; expected a duration of 0s to"),
    ("[fetch]\nper_host_delay = \"999999999h\"\n", 3, "expected a duration of 0s to 876000h"),
    (
        "[fetch]\nper_host_concurrency = 0\n",
        3,
        "`per_host_concurrency` in [fetch] is 0; expected a number from 1 to 64",
    ),
    (
        "[fetch]\nmax_header_bytes = 10\n",
        3,
        "`max_header_bytes` in [fetch] is 10; expected a number from 8192 to",
    ),
    ("[fetch]\nmax_body_bytes = 0\n", 3, "`max_body_bytes` in [fetch] is 0; expected a number from 1024 to"),
    ("[fetch]\nmax_redirects = -1\n", 3, "`max_redirects` in [fetch] is -1; expected a whole number"),
    ("[fetch]\nobey_robots = \"yes\"\n", 3, "`obey_robots` in [fetch] is \"yes\"; expected true or false"),
    (
        "[poll]\nmin_interval = \"9h\"\n",
        3,
        "`min_interval` in [poll] is 9h; expected no more than `max_interval`, which is 6h",
    ),
    (
        "[poll]\nmin_interval = \"0s\"\n",
        3,
        "`min_interval` in [poll] is 0s; expected a duration of 1s or more",
    ),
    (
        "[poll]\nmax_interval = \"0s\"\n",
        3,
        "`max_interval` in [poll] is 0s; expected a duration of 1s or more",
    ),
    (
        "[poll]\nmax_interval = \"1m\"\n",
        3,
        "`max_interval` in [poll] is 1m; expected no less than `min_interval`, which is 5m",
    ),
    (
        "[poll]\nmax_backoff = \"1m\"\n",
        3,
        "`max_backoff` in [poll] is 1m; expected no less than `min_interval`, which is 5m",
    ),
    ("[poll]\nmove_polls = 0\n", 3, "`move_polls` in [poll] is 0; expected a number from 1"),
    (
        "[websub]\ncallback = \"dateline.example\"\n",
        3,
        "expected an address such as \"https://dateline.example/websub\"",
    ),
    ("[websub]\nlease = \"0s\"\n", 3, "`lease` in [websub] is 0s; expected a duration of 1s or more"),
    ("[engine]\npolls_in_flight = 0\n", 3, "`polls_in_flight` in [engine] is 0; expected a number from 1 to"),
    ("[engine]\npages_in_flight = 0\n", 3, "`pages_in_flight` in [engine] is 0; expected a number from 1 to"),
    (
        "[engine]\nextract_threads = 9000000000000000000\n",
        3,
        "`extract_threads` in [engine] is 9000000000000000000; expected",
    ),
    (
        "[engine]\nextract_timeout = \"0s\"\n",
        3,
        "`extract_timeout` in [engine] is \"0s\"; expected a duration of 1ms or more",
    ),
    (
        "[engine]\nmax_page_memory_bytes = 1\n",
        3,
        "`max_page_memory_bytes` in [engine] is 1; expected a number from 1048576 to",
    ),
    (
        "[http]\nlisten = \"8080\"\n",
        3,
        "`listen` in [http] is \"8080\"; expected an IP address and a port from 0 to 65535, such as \"127.0.0.1:8080\"",
    ),
    ("[http]\nmax_connections = 0\n", 3, "`max_connections` in [http] is 0; expected a number from 1 to"),
    ("[http]\nmax_connections = 9000000000000000000\n", 3, "`max_connections` in [http]"),
    (
        "[http]\nheader_timeout = \"0s\"\n",
        3,
        "`header_timeout` in [http] is \"0s\"; expected a duration of 1ms or more",
    ),
    (
        "[api]\ntoken_file = \"hush\"\n",
        3,
        "`token_file` in [api]: the file that it names isn't there (its name is not shown",
    ),
    (
        "[fetch]\nno_proxy = [\"http://me:hush@proxy.example\"]\n",
        3,
        "`no_proxy` in [fetch] is something else (not shown",
    ),
    (
        "[[feed]]\nurl = \"http://a.example/?key=hush\"\n",
        2,
        "element 1 of `feed` is something else (not shown",
    ),
    ("feeds = [\"http://a.example/?key=hush\"]\n", 2, "`feeds` is something else (not shown"),
    (
        "[kafka]\nbrokers = \"kafka://host:9092\"\n",
        3,
        "`brokers` in [kafka] is \"kafka://host:9092\"; expected host:port",
    ),
    ("[kafka]\nbrokers = \"host:port\"\n", 3, "`brokers` in [kafka] is \"host:port\"; expected host:port"),
    ("[kafka.properties]\n\"linger.msx\" = \"5\"\n", 3, "`linger.msx` in [kafka.properties]"),
    ("[kafka.properties]\n\"linger.ms\" = \"soon\"\n", 3, "librdkafka does not take this value"),
    ("[kafka.properties]\n\"enable.idempotence\" = \"false\"\n", 3, "exactly-once delivery rests on it"),
    (
        "[kafka.topics]\nhealth = \"dateline.rejects.v1\"\n",
        3,
        "expected a topic of its own: `rejects` in [kafka.topics] has this one",
    ),
    (
        "[kafka.topics]\narticles = \"all articles\"\n",
        3,
        "expected 1 to 249 of the characters a-z A-Z 0-9 . _ -",
    ),
    (
        "[kafka]\nschema_registry = \"registry.example:8081\"\n",
        3,
        "`schema_registry` in [kafka] is \"registry.example:8081\"; expected an address such as",
    ),
    (
        "[kafka]\nschema_framing = true\n",
        3,
        "there is no schema registry: set `schema_registry` to its address",
    ),
    (
        "[kafka]\nschema_registry_credentials = \"me:hush\"\n",
        3,
        "`schema_registry_credentials` in [kafka] is a secret",
    ),
    ("[kafka]\npartitions = 0\n", 3, "`partitions` in [kafka] is 0; expected a whole number from 1 to 65535"),
    (
        "[kafka]\nreplication = \"three\"\n",
        3,
        "`replication` in [kafka] is \"three\"; expected a whole number from 1 to 65535",
    ),
    ("[kafka]\ntransaction_timeout = \"1s\"\n", 3, "expected a duration from 5s to 15m"),
    (
        "[kafka]\ncompression = \"zst\"\n",
        3,
        "expected one of none, gzip, lz4, snappy, zstd; did you mean `zstd`?",
    ),
    ("[kafka]\nssl_ca_file = \"missing.pem\"\nsecurity_protocol = \"ssl\"\n", 3, "missing.pem: No such file"),
    (
        "[kafka]\nssl_key_file = \"dateline.toml\"\nsecurity_protocol = \"ssl\"\n",
        3,
        "expected `ssl_certificate_file` and",
    ),
    (
        "[kafka]\nsecurity_protocol = \"sasl_ssl\"\nsasl_username = \"me\"\n",
        3,
        "`sasl_password_file` in [kafka] is missing; needed",
    ),
    (
        "[kafka]\nsasl_password_file = \"hush\"\nsasl_username = \"me\"\nsecurity_protocol = \"sasl_ssl\"\n",
        3,
        "the file that it names isn't there (its name is not shown, since it may be the secret itself); put the secret into a file",
    ),
    ("[kafka]\nsasl_username = \"me\"\n", 3, "nobody logs in while `security_protocol` is without sasl"),
    ("[kafka]\nsasl_password = \"hush\"\n", 3, "`sasl_password` in [kafka] is a secret"),
    (
        "[http]\nlisten = \"127.0.0.1:99999\"\n",
        3,
        "expected an IP address and a port from 0 to 65535, such as",
    ),
    (
        "[http]\nlisten = \"192.0.2.7:8080\"\n",
        3,
        "`listen` in [http] is \"192.0.2.7:8080\"; expected an address of this machine",
    ),
    ("data_dir = \"/proc/self/journal\"\n", 2, "expected a folder in which the user who runs Dateline"),
    ("[poll]\nmin_interval = \"1y\"\n", 3, "expected a duration such as 30s, 5m, 1h 30m, 7d"),
    ("[poll]\nlatency = \"99999999999999h\"\n", 3, "expected a duration of 0s to 876000h"),
    (
        "[revisit]\nafter = \"1h\"\n",
        3,
        "`after` in [revisit] is \"1h\"; expected a list of durations, such as [\"1h\", \"7d\"]",
    ),
    (
        "[revisit]\nafter = [\"1h\",\n  \"soon\"]\n",
        4,
        "element 2 of `after` in [revisit] is \"soon\"; expected a duration such as 30s",
    ),
    (
        "[console]\ntrusted_proxies = [\"127.0.0.1\", \"abc\"]\n",
        3,
        "element 2 of `trusted_proxies` in [console] is \"abc\"; expected an address such as \"127.0.0.1\", or a network",
    ),
    ("[fetch]\nextra_ca = [5]\n", 3, "element 1 of `extra_ca` in [fetch] is 5; expected a text"),
    (
        "[console]\nproxy_header = \"X-User\"\n",
        3,
        "`trusted_proxies` in [console] is []; expected the addresses",
    ),
    ("[revisit]\nafter = [\"1ns\"]\n", 3, "expected at most 24 durations from 1s to 90d"),
    (
        "[retention]\nevents = \"30\"\n",
        3,
        "`events` in [retention] is \"30\"; expected a duration of 1h or more, such as 36h, 30d or 2w; or forever",
    ),
    (
        "[retention]\nrejects = \"0s\"\n",
        3,
        "expected a duration of 1h or more, such as 36h, 30d or 2w; or forever",
    ),
    ("[retention]\nmax_bytes = 4096\n", 3, "expected 1048576 bytes or more, or 0 for any"),
    ("[logs]\nsummary_interval = \"1ns\"\n", 3, "expected a duration of 1s or more, or 0s for never"),
    ("[console]\nsession_length = \"1s\"\n", 3, "expected a duration of 1m or more"),
    ("[kafka]\nbrokers = \"host:99999\"\n", 3, "expected host:port with a port from 1 to 65535"),
    ("[kafka]\npartitions = 70000\n", 3, "expected a whole number from 1 to 65535"),
    (
        "[schemas]\nbase = \"news.example\"\n",
        3,
        "expected an address such as \"https://news.example/v1/schemas\"",
    ),
    (
        "[[file]]\nname = \"a\"\npath = \"dateline.toml/events\"\n",
        4,
        "expected the path of a file, in a folder that is there or can be made",
    ),
    (
        "[[file]]\nname = \"a\"\npath = \"/proc/self/events\"\n",
        4,
        "`path` is \"/proc/self/events\"; expected the path of a file that the user who runs Dateline",
    ),
    (
        "[[file]]\nname = \"a\"\npath = \"/dev/null\"\n",
        4,
        "expected the path of a file, and this is a device",
    ),
    ("[[file]]\nname = \"a\"\npath = \".\"\n", 4, "expected the path of a file, and this is a folder"),
    ("data_dir = \"\"\n", 2, "`data_dir` is \"\"; expected a path that isn't empty"),
    ("data_dir = \"dateline.toml\"\n", 2, "`data_dir` is \"dateline.toml\"; expected a folder, and"),
    ("data_dir = \"dateline.toml/data\"\n", 2, "expected a folder, and"),
    ("source = \"\"\n", 2, "`source` is \"\"; expected a URI reference"),
    ("source = \"a b\"\n", 2, "`source` is \"a b\"; expected a URI reference"),
    ("sites = \".\"\n", 2, "expected a file with rules for single sites, and this is a folder"),
    ("feeds = \"missing.toml\"\n", 2, "`feeds` names "),
    ("story_tables = \"missing\"\n", 2, "`story_tables` names "),
    (
        "source = \"/a\"\nsource = \"/b\"\n",
        3,
        "`source` stands here for a second time; remove one of the two",
    ),
    ("[fetch]\n[fetch]\n", 3, "`fetch` stands here for a second time"),
    ("brokers = \"host:9092\"\n", 2, "unknown setting `brokers`; it belongs under [kafka]"),
    ("[kafak]\nbrokers = \"host:9092\"\n", 2, "unknown setting `kafak`; did you mean `kafka`?"),
    ("[fetch]\ntimout = \"5s\"\n", 3, "unknown setting `timout`; did you mean `timeout`?"),
    ("[fetch\ntimeout = \"5s\"\n", 2, "dateline.toml:2: "),
];

/// A subject of two lands that don't exist, which is read in a moment: what is told of all files at once is told of it, too.
const SMALL_SUBJECT: [(&str, &str); 4] = [
    (
        "subject.toml",
        "name = \"lands\"\nthreshold = 0.5\njoints = [\"and\"]\n[sides]\na = \"Ardland\"\nb = \"Borland\"\n[words]\ndealing = [\"dealing\"]\n\
         force = []\naside = []\nrelated = []\n[endings]\nlatin = [\"\", \"s\"]\n",
    ),
    (
        "names.tsv",
        "id\ttype\tside\trole\ten\nardland\tplace\tA\tstate\tArdland\nborland\tplace\tB\tstate\tBorland\n",
    ),
    ("words.tsv", "group\ten\ndealing\tmet\n"),
    ("weights.tsv", "rule\tweight\nprior\t-2\nlead_pair\t1\n"),
];

/// A site with these settings, whose subject is the small one. That is named in the first line.
fn small_site(settings: &str) -> Site {
    let site = Site::new("", "");
    let folder = site.folder.path().join("lands");
    fs::create_dir(&folder).unwrap();
    for (name, text) in SMALL_SUBJECT {
        fs::write(folder.join(name), text).unwrap();
    }
    fs::write(site.config(), format!("subject = \"lands\"\n{settings}")).unwrap();
    site
}

#[test]
fn a_small_subject_is_right() {
    let checked = small_site("").run(&["check"]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
}

/// Has `check` and `run` refuse the site with the same words, and gives these.
fn refused(site: &Site, environment: &[(&str, &str)]) -> String {
    let words = ["check", "run"].map(|command| {
        let output = site.command(&[command]).envs(environment.iter().copied()).output().unwrap();
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{command}: {told}");
        assert_eq!(text(&output.stdout), "");
        told
    });
    assert_eq!(words[0], words[1]);
    assert!(!words[0].contains("hush"), "{}", words[0]);
    words[0].clone()
}

#[test]
fn check_and_run_refuse_each_mistake_with_its_line_and_the_same_words() {
    for (settings, line, says) in SETTINGS {
        let site = small_site(settings);
        let told = refused(&site, &[]);
        assert!(told.contains(says), "{settings}\n{told}");
        let place = format!("error: {}:{line}: ", site.config().display());
        assert!(*line == 0 || told.starts_with(&place), "{settings}\n{told}");
    }
}

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

#[test]
fn a_journal_that_a_run_cannot_use_is_refused_by_check_in_the_same_words() {
    let made = || {
        let site = Site::new("", "");
        drop(dateline_journal::Journal::open(site.journal(), Default::default()).unwrap());
        site
    };
    let newer = made();
    rusqlite::Connection::open(newer.journal()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let emptied = made();
    fs::write(emptied.journal(), "").unwrap();
    let garbage = made();
    fs::write(garbage.journal(), "this was a journal once, and is none any more. ".repeat(50)).unwrap();
    let gone = made();
    fs::rename(gone.journal(), gone.folder.path().join("data/journal.db-wal")).unwrap();
    for (site, says) in [
        (newer, "schema version 999"),
        (emptied, "is empty, so what it held is lost"),
        (garbage, "is no journal (it is no SQLite database)"),
        (gone, "is gone, and its write-ahead log is still there"),
    ] {
        let words = ["check", "run"].map(|command| {
            let output = site.run(&[command]);
            assert_eq!(output.status.code(), Some(65), "{command}: {}", text(&output.stderr));
            text(&output.stderr)
        });
        assert_eq!(words[0], words[1]);
        assert!(
            words[0].contains(says) && words[0].contains("dateline restore") || says.contains("999"),
            "{}",
            words[0]
        );
    }
}

/// Has `check` and `run` say something as a user who owns nothing; `None` where the tests may not become one.
#[cfg(unix)]
fn told_to_nobody(site: &Site) -> Option<[(Option<i32>, String); 2]> {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;

    const NOBODY: u32 = 65_534;
    site.copy_of_shipped("subjects/russia-dprk");
    fs::write(site.config(), "subject = \"subjects/russia-dprk\"\n").unwrap();
    fs::set_permissions(site.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let told = ["check", "run"].map(|command| {
        let output = site.command(&[command]).uid(NOBODY).gid(NOBODY).output().ok()?;
        Some((output.status.code(), text(&output.stderr)))
    });
    let [Some(checked), Some(run)] = told else {
        eprintln!("skipped: the tests may not run the program as another user");
        return None;
    };
    Some([checked, run])
}

#[cfg(unix)]
#[test]
fn a_folder_and_a_journal_of_another_user_are_refused_with_who_it_is_and_what_to_do() {
    use std::os::unix::fs::PermissionsExt as _;

    let site = Site::new("", "");
    fs::create_dir(site.folder.path().join("data")).unwrap();
    let Some(folder) = told_to_nobody(&site) else { return };
    for (code, told) in &folder {
        assert_eq!(*code, Some(78), "{told}");
        assert!(told.contains("in which the user who runs Dateline (now user 65534) can write; "), "{told}");
    }
    assert_eq!(folder[0].1, folder[1].1);

    let site = Site::new("", "");
    drop(dateline_journal::Journal::open(site.journal(), Default::default()).unwrap());
    for (path, mode) in [(site.journal(), 0o644), (site.folder.path().join("data"), 0o777)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    for (code, told) in &told_to_nobody(&site).unwrap() {
        assert_eq!(*code, Some(65), "{told}");
        assert!(
            told.contains("Permission denied") && told.contains("to the user who runs Dateline (chown)"),
            "{told}"
        );
    }
}

#[test]
fn users_that_the_console_refuses_are_refused_with_their_line() {
    let site = Site::new("", "");
    fs::write(
        site.folder.path().join("users.toml"),
        "[[user]]\nname = \"anna\"\nrole = \"admin\"\npassword = \"hush\"\n",
    )
    .unwrap();
    let told = refused(&site, &[]);
    assert!(told.contains("users.toml:3: this is no role"), "{told}");
}

#[test]
fn a_port_in_use_is_no_mistake_of_the_configuration_and_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let site = Site::new(&format!("[http]\nlisten = \"{}\"\n", taken.local_addr().unwrap()), "");
    let checked = site.run(&["check"]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let told = text(&checked.stdout);
    assert!(told.contains("(in use now") && told.contains("(none yet; the first run makes it)"), "{told}");
    assert!(!site.journal().exists(), "nothing is made by checking");
}

#[test]
fn every_mistake_of_a_file_is_told_at_once_with_those_of_the_environment() {
    let site = Site::new(
        "[logs]\nlevel = \"verbose\"\n[fetch]\ntimeout = 5\nuser_agent = \"\"\n[kafka]\nbrokers = \"kafka://host\"\n",
        "",
    );
    let told = refused(&site, &[("DATELINE_KAFKA_PARTITIONS", "3"), ("DATELINE_POLL__LATENCY", "soon")]);
    let begins: Vec<&str> = [
        "dateline.toml:3: `level`",
        "dateline.toml:5: `timeout`",
        "dateline.toml:6: `user_agent` in [fetch]",
        "dateline.toml:8: `brokers`",
        "environment variable DATELINE_KAFKA_PARTITIONS: this names no setting; did you mean DATELINE_KAFKA__PARTITIONS?",
        "environment variable DATELINE_POLL__LATENCY: `latency` in [poll] is \"soon\"; expected a duration such as 30s, 5m, 1h 30m",
    ]
    .into();
    assert_eq!(told.lines().count(), begins.len(), "{told}");
    for (line, begin) in told.lines().zip(begins) {
        assert!(line.contains(begin), "{line}");
    }
}

#[test]
fn what_is_wrong_with_other_files_is_told_at_once_with_the_mistakes_of_the_settings() {
    let site = Site::new(
        "[logs]\nlevel = \"verbose\"\n[fetch]\ntimout = \"5s\"\n",
        "[[feed]]\nurl = \"news.example\"\n[[feed]]\nurl = \"https://news.example/\"\ninterval = \"0s\"\n",
    );
    fs::write(site.folder.path().join("sites.toml"), "[[site]]\nhost = \"news.example\"\nbody = \"div[\"\n")
        .unwrap();
    let told = refused(&site, &[]);
    let places =
        ["dateline.toml:3: ", "dateline.toml:5: ", "feeds.toml:2: ", "feeds.toml:5: ", "sites.toml:3: "];
    assert_eq!(told.lines().count(), places.len(), "{told}");
    for (line, place) in told.lines().zip(places) {
        assert!(line.contains(place), "{place}: {line}");
    }
    // A line that is broken hides nothing of the others' files.
    site.change("feeds = \"feeds.toml\"\n[logs\nlevel = \"info\"\n");
    let told = refused(&site, &[]);
    assert!(told.contains("dateline.toml:3: ") && told.contains("feeds.toml:5: "), "{told}");
}

#[test]
fn a_subject_that_is_missing_is_told_by_the_setting_that_names_it() {
    let site = Site::new("", "");
    fs::write(site.config(), "\nsubject = \"missing\"\n").unwrap();
    let told = refused(&site, &[]);
    assert!(
        told.contains("dateline.toml:2: `subject` names ") && told.contains("/missing: No such file"),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn texts_that_are_longer_than_anybody_means_are_refused_and_not_repeated() {
    let long = "a".repeat(5_000);
    let told =
        refused(&Site::new(&format!("source = \"/{long}\"\n[fetch]\nuser_agent = \"{long}\"\n"), ""), &[]);
    assert!(
        told.contains("dateline.toml:2: `source`") && told.contains("dateline.toml:4: `user_agent`"),
        "{told}"
    );
    assert!(told.contains("at most 1024 characters") && told.len() < 1_000, "{told}");
}

#[test]
fn what_is_called_a_secret_is_not_shown_wherever_it_stands() {
    for settings in [
        "[kafka.properties]\n\"sasl.pasword\" = \"hush\"\n",
        "[kafka.properties]\n\"ssl.key.pem\" = [\"hush\"]\n",
        "[kafka]\n\"sasl.password\" = \"hush\"\n",
        "[kafka]\nsasl.pasword = \"hush\"\n",
        "[kafka]\nsasl_passwort = \"hush\"\n",
        "[kafka.topic_config]\n\"some.password\" = \"hush\\n\"\n",
        "token = \"hush\"\n",
    ] {
        let told = refused(&small_site(settings), &[]);
        assert!(told.starts_with("error: ") && !told.contains("hush"), "{settings}: {told}");
    }
}

#[test]
fn a_variable_in_small_letters_is_told_with_the_one_that_counts() {
    let told = refused(&Site::new("", ""), &[("dateline_kafka__brokers", "host:9092")]);
    assert!(told.contains("dateline_kafka__brokers: names of variables are written in capitals"), "{told}");
    assert!(told.contains("call it DATELINE_KAFKA__BROKERS"), "{told}");
}

#[test]
fn a_pipe_is_no_file_for_events() {
    let site = Site::new("[[file]]\nname = \"a\"\npath = \"pipe\"\n", "");
    assert!(Command::new("mkfifo").arg(site.folder.path().join("pipe")).status().unwrap().success());
    let told = refused(&site, &[]);
    assert!(
        told.contains(
            "dateline.toml:4: `path` is \"pipe\"; expected the path of a file, and this is a named pipe"
        ),
        "{told}"
    );
}

#[test]
fn a_broker_without_a_port_is_told_with_kafkas_own() {
    let told = text(&Site::new("[kafka]\nbrokers = \"broker.example\"\n", "").run(&["check"]).stdout);
    assert!(told.contains("delivery  Kafka at broker.example:9092\n"), "{told}");
}

#[test]
fn a_broker_with_one_underscore_is_told_with_two() {
    let told = refused(&Site::new("", ""), &[("DATELINE_KAFKA_BROKERS", "host:9092")]);
    assert!(
        told.contains("DATELINE_KAFKA_BROKERS: this names no setting; did you mean DATELINE_KAFKA__BROKERS?"),
        "{told}"
    );
}

#[test]
fn a_value_from_the_environment_is_told_with_its_variable() {
    let told = refused(&Site::new("", ""), &[("DATELINE_KAFKA__BROKERS", "kafka://host:9092")]);
    assert!(
        told.starts_with("error: environment variable DATELINE_KAFKA__BROKERS: `brokers` in [kafka] is"),
        "{told}"
    );
}

#[test]
fn no_feeds_and_none_enabled_are_refused() {
    for feeds in ["", "[[feed]]\nurl = \"https://news.example/rss\"\nenabled = false\n"] {
        let site = Site::new("", "");
        fs::write(site.folder.path().join("feeds.toml"), feeds).unwrap();
        let told = refused(&site, &[]);
        assert!(
            told.contains("feeds.toml: no feed is configured and enabled; expected at least one"),
            "{told}"
        );
    }
}

#[test]
fn an_unknown_group_of_words_is_refused_with_its_line() {
    let site = Site::new("", "");
    let subject = site.copy_of_shipped("subjects/russia-dprk");
    let words = fs::read_to_string(subject.join("words.tsv")).unwrap();
    fs::write(subject.join("words.tsv"), words.replacen("\nsummit\t", "\nsummitt\t", 1)).unwrap();
    fs::write(site.config(), "subject = \"subjects/russia-dprk\"\n").unwrap();
    let told = refused(&site, &[]);
    assert!(told.contains("words.tsv:") && told.contains("`summitt`"), "{told}");
}

#[test]
fn every_mistake_in_subject_agencies_and_story_tables_is_told_at_once_with_its_line() {
    let site = Site::new("", "");
    let change = |file: std::path::PathBuf, from: &str, to: &str| {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(file, text.replacen(from, to, 1)).unwrap();
    };
    let subject = site.copy_of_shipped("subjects/russia-dprk");
    change(subject.join("subject.toml"), "threshold = ", "threshold = 7 # ");
    change(subject.join("words.tsv"), "\nsummit\t", "\nsummitt\t");
    let stories = site.copy_of_shipped("stories");
    fs::write(stories.join("numerals.tsv"), "kind\tvalue\twords\nnumber\tmany\tmany\nsome\t3\tsome\n")
        .unwrap();
    fs::remove_file(stories.join("words.tsv")).unwrap();
    let agencies = "name\tkind\tdomains\tnames\nHarbour Wire\twire\t\tHarbour Wire\n\tagency\t\tTide Press\n";
    fs::write(site.folder.path().join("agencies.tsv"), agencies).unwrap();
    fs::write(site.config(), "subject = \"subjects/russia-dprk\"\n").unwrap();
    let told = refused(&site, &[]);
    let expected = [
        "words.tsv:",
        "subject.toml:",
        "signs.tsv:",
        "agencies.tsv:2: `wire` is no kind; write agency, press or picture",
        "agencies.tsv:3: the row has no name; write in the first cell",
        "words.tsv: the file is missing",
        "numerals.tsv:2: the second cell is no number; ",
        "numerals.tsv:3: `some` is no kind; write `number`, `times`, `hundred` or `counted`",
    ];
    for line in expected {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    assert_eq!(told.lines().count(), expected.len(), "{told}");
}

#[test]
fn a_second_daemon_hears_who_has_the_journal_and_nothing_of_the_port() {
    let site = Site::new("", "");
    let (mut child, address) = site.daemon(&[]);
    let listen = address.trim_start_matches("http://").to_owned();
    let output = site.command(&["run"]).env("DATELINE_HTTP__LISTEN", listen).output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(65), "{told}");
    assert!(told.contains(&format!("in use by process {} on ", child.id())), "{told}");
    assert!(terminate(&mut child, std::time::Duration::from_secs(20)).success());
}

#[test]
fn the_unit_does_not_restart_what_a_restart_cannot_help() {
    let unit = include_str!("../../../../deploy/dateline.service");
    let prevented = unit.lines().find_map(|line| line.strip_prefix("RestartPreventExitStatus=")).unwrap();
    assert!(prevented.split(' ').any(|status| status == "78"), "{prevented}");
}

#[test]
fn the_unit_reloads_by_a_command_that_there_is() {
    let unit = include_str!("../../../../deploy/dateline.service");
    let reload = unit.lines().find_map(|line| line.strip_prefix("ExecReload=dateline ")).unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_dateline")).args(reload.split(' ')).arg("--help").output();
    assert!(help.unwrap().status.success(), "{reload}");
}

#[test]
fn check_online_asks_every_feed_and_the_broker_and_says_what_came() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let feeds = format!(
        "[[feed]]\nurl = \"http://127.0.0.1:{port}/rss\"\nname = \"Here\"\n[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\nname = \"Gone\"\n"
    );
    let settings = "[fetch]\nallow_private_addresses = true\nper_host_delay = \"0s\"\n[kafka]\nbrokers = \"127.0.0.1:9\"\n";
    let site = Site::new(settings, &feeds);
    let serving = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = server.accept().unwrap();
        let mut asked = [0; 4096];
        let _ = stream.read(&mut asked).unwrap();
        let feed = "<rss version='2.0'><channel><title>t</title><item><title>one</title><link>http://a.example/1</link></item></channel></rss>";
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\n";
        write!(stream, "{head}Content-Length: {}\r\n\r\n{feed}", feed.len()).unwrap();
    });
    let output = site.run(&["check", "--online"]);
    serving.join().unwrap();
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{told}{}", text(&output.stderr));
    let (bad, good) = told.split_once("failed   Gone  ").unwrap_or_else(|| panic!("{told}"));
    assert!(bad.contains("failed   Kafka  ") && bad.ends_with('\n'), "{told}");
    assert!(good.contains("http://127.0.0.1:9/rss\n"), "{told}");
    let here = format!("ok       Here  1 entry without a date  http://127.0.0.1:{port}/rss\n");
    assert!(good.ends_with(&here), "the worst come first: {told}");
    assert!(text(&output.stderr).contains("2 of 3 inputs could not be used"), "{}", text(&output.stderr));
}

#[test]
fn a_broker_that_cannot_be_used_is_not_waited_for_at_the_end() {
    // It takes connections and never answers: the client library blocks on it.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let brokers = silent.local_addr().unwrap().to_string();
    let site = Site::new("shutdown_grace = \"10m\"\n", "");
    let (mut child, _) = site.daemon(&[("DATELINE_KAFKA__BROKERS", &brokers)]);
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(terminate(&mut child, std::time::Duration::from_secs(60)).success());
    assert!(site.log().contains("Kafka cannot be used now and is not waited for"), "{}", site.log());
}

#[test]
fn events_are_not_written_over_what_the_daemon_has_for_itself() {
    let site = Site::new("", "");
    let folder = site.folder.path();
    drop(dateline_journal::Journal::open(site.journal(), Default::default()).unwrap());
    fs::write(folder.join("data/daemon.json"), "{}").unwrap();
    fs::write(folder.join("proxy"), "{me:hush").unwrap();
    std::os::unix::fs::symlink("feeds.toml", folder.join("link")).unwrap();
    std::os::unix::fs::symlink("data/journal.db-shm", folder.join("link_to_nothing")).unwrap();
    fs::hard_link(folder.join("data/daemon.json"), folder.join("other_name")).unwrap();
    let own = [
        "data/journal.db",
        "data/journal.db-wal",
        "data/journal.db.replaced",
        "data/journal.search.db",
        "data/daemon.json",
        "data/../feeds.toml",
        "new/../feeds.toml",
        "feeds.toml",
        "dateline.toml",
        "users.toml",
        "proxy",
        "stories/words.tsv",
        "link",
        "link_to_nothing",
        "other_name",
    ];
    let tables = own
        .iter()
        .enumerate()
        .map(|(number, path)| format!("[[file]]\nname = \"{number}\"\npath = {path:?}\n"));
    let note = fs::read(folder.join("data/daemon.json")).unwrap();
    let alone = "[[file]]\nname = \"alone\"\npath = \"data/events.ndjson\"\n";
    let settings =
        format!("[fetch]\nproxy_credentials_file = \"proxy\"\nproxy = \"http://127.0.0.1:9\"\n{alone}");
    site.change(&(settings + &tables.collect::<String>()));
    let told = refused(&site, &[]);
    for (number, path) in own.iter().enumerate() {
        let line = 10 + 3 * number;
        let expected = format!("dateline.toml:{line}: `path` is {path:?}, which the daemon has for itself");
        assert!(told.contains(&expected), "{expected} is missing in\n{told}");
    }
    assert_eq!(told.lines().count(), own.len(), "{told}");
    assert_eq!(fs::read(folder.join("data/daemon.json")).unwrap(), note);
}

#[test]
fn a_missing_folder_of_story_tables_is_a_mistake_where_it_is_named_and_told_where_it_is_not() {
    let site = Site::new("", "");
    let told = |checked: &std::process::Output| String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(told(&site.run(&["check"])).contains("stories   told by the tables in"));
    fs::remove_dir_all(site.folder.path().join("stories")).unwrap();
    // As where the configuration is of a version without stories.
    let checked = site.run(&["check"]);
    assert!(told(&checked).contains("stories   none: there is no folder"), "{}", told(&checked));
    let (mut child, _) = site.daemon(&[]);
    assert!(terminate(&mut child, std::time::Duration::from_secs(60)).success());
    assert!(site.log().contains("no stories are told"), "{}", site.log());

    site.change("story_tables = \"stories\"\n");
    let checked = site.run(&["check"]);
    let told = String::from_utf8(checked.stderr).unwrap();
    assert!(!checked.status.success(), "{told}");
    for word in ["dateline.toml:2: `story_tables` names ", "stories: No such file", "enabled = false"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    site.change("[stories]\nenabled = false\n");
    let checked = site.run(&["check"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
