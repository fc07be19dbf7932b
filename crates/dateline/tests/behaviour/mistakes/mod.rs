//! Mistakes in a configuration: `check` and `run` refuse each with the same words. Here those that are about no single setting or file; each
//! setting's in [`setting`], what every setting of a kind refuses in [`bounds`], those of other files in [`file`].

mod bounds;
mod file;
mod setting;

use std::fs;
use std::process::Command;

use crate::site::{Site, terminate, text};

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
    ("weights.tsv", "rule\tweight\nprior\t-2\ndealing\t1\n"),
];

/// A site with these settings, whose subject is the small one. That is named in the first line.
pub(crate) fn small_site(settings: &str) -> Site {
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
pub(crate) fn refused(site: &Site, environment: &[(&str, &str)]) -> String {
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
fn a_port_in_use_is_no_mistake_of_the_configuration_and_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let site = Site::new(&format!("[http]\nlisten = \"{}\"\n", taken.local_addr().unwrap()), "");
    let checked = site.run(&["check"]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let told = text(&checked.stdout);
    assert!(
        told.contains("(in use now by another program")
            && told.contains("(none yet; the first run makes it)"),
        "{told}"
    );
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
    let unit = include_str!("../../../../../deploy/dateline.service");
    let prevented = unit.lines().find_map(|line| line.strip_prefix("RestartPreventExitStatus=")).unwrap();
    assert!(prevented.split(' ').any(|status| status == "78"), "{prevented}");
}

#[test]
fn the_unit_reloads_by_a_command_that_there_is() {
    let unit = include_str!("../../../../../deploy/dateline.service");
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
