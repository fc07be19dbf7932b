//! Settings with one mistake each.

use super::{refused, small_site};

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
        "[fetch]\nconnect_timeout = \"2h\"\ntimeout = \"30s\"\n",
        3,
        "`connect_timeout` in [fetch] is 2h; expected no more than `timeout`, which is 30s",
    ),
    (
        "[poll]\nstart_spread = \"400d\"\n",
        3,
        "`start_spread` in [poll] is 9600h; expected no more than `max_interval`, which is 6h",
    ),
    (
        "data_dir = \"~/data\"\n",
        2,
        "`data_dir` is \"~/data\"; expected a path in full, such as /home/NAME/data",
    ),
    ("[[file]]\nname = \"a\"\npath = \"~/events\"\n", 4, "`path` is \"~/events\"; expected a path in full"),
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
    (
        "[http]\nnames = [\"http://news.example:8080\"]\n",
        3,
        "`names` in [http] is [\"http://news.example:8080\"]; expected names of this daemon's host, such as [\"news.example\"]",
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
    ("[retention]\nmax_bytes = 4096\n", 3, "expected 16MiB or more, or 0 for any"),
    ("[retention]\nmax_bytes = \"15MiB\"\n", 3, "expected 16MiB or more, or 0 for any"),
    (
        "[retention]\nmax_bytes = \"16M\"\n",
        3,
        "`max_bytes` in [retention] is \"16M\"; expected a number of bytes, or a text with a unit such as \"16MiB\"",
    ),
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
