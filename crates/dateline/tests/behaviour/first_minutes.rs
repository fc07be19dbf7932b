//! The first minutes with the program: the demonstration, and a configuration to start from.

use crate::site::without_journal;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn day(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/day").join(name)
}

fn dateline(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DATELINE_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// The body of an answer to a GET request.
fn get(address: &str, path: &str) -> String {
    let host = address.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn the_demo_needs_nothing_shows_the_day_serves_it_and_leaves_nothing() {
    let empty = tempfile::tempdir().unwrap();
    let mut demo = dateline(&["demo", "--speed", "1000000"])
        .current_dir(empty.path())
        .env("TMPDIR", empty.path())
        // What is configured for a daemon is none of its business.
        .env("DATELINE_FEEDS", "elsewhere.toml")
        .env("DATELINE_KAFKA__BROKERS", "nowhere.example:9092")
        .stdout(Stdio::piped())
        .stderr(fs::File::create(empty.path().join("log")).unwrap())
        .spawn()
        .unwrap();
    let mut told = String::new();
    let mut lines = BufReader::new(demo.stdout.take().unwrap());
    while !told.contains("starts the daemon") {
        assert!(lines.read_line(&mut told).unwrap() > 0, "{told}");
    }
    let address = told.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    let address = address.trim_end_matches('/');
    let served = get(address, "/v1/events");

    let config = day("dateline.toml");
    let replayed = dateline(&["replay", "--config", config.to_str().unwrap(), "--threads", "1"])
        .arg(day("day.warc.gz"))
        .output()
        .unwrap();
    let replayed = String::from_utf8(replayed.stdout).unwrap();
    assert!(without_journal(&served) == replayed, "the day gives the events of its replay");
    for origin in ["\"name\":\"Wire\",\"kind\":\"dateline\"", "\"name\":\"Hangang News Agency\""] {
        assert!(served.contains(origin), "copies say whose text they carry: {origin}");
    }
    assert!(told.contains(&format!("The day is over: {} events.", served.lines().count())), "{told}");

    let folder = fs::read_dir(empty.path()).unwrap().map(|entry| entry.unwrap().path());
    let folder = folder.into_iter().find(|path| path.is_dir()).unwrap();
    let settings = folder.join("dateline.toml");
    assert!(told.contains(&format!("status --config {}", settings.display())), "{told}");
    let status = dateline(&["status", "--config", settings.to_str().unwrap()]).output().unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    // A day that lies long ago is no daemon that has been idle since.
    let page = String::from_utf8(status.stdout).unwrap();
    assert!(page.contains("ago") && !page.contains("d ago"), "{page}");

    Command::new("kill").args(["-INT", &demo.id().to_string()]).status().unwrap();
    assert!(demo.wait().unwrap().success());
    assert!(!folder.exists(), "the folder goes with it");

    let log = fs::read_to_string(empty.path().join("log")).unwrap();
    let published = log.lines().filter(|line| line.contains(" INFO published"));
    let articles = served.lines().filter(|line| line.contains("\"dateline.article.v1\"")).count();
    assert_eq!(published.count(), articles, "{log}");
    assert!(log.lines().all(|line| line.starts_with("2026-03-0")), "in the day's own time: {log}");
    assert!(log.contains("feeds_asked="), "{log}");
}

#[test]
fn two_demos_on_one_machine_have_a_port_each_and_one_that_is_named_and_taken_is_refused() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let mut demo = dateline(&["demo", "--speed", "1"])
        .env("DATELINE_HTTP__LISTEN", &listen)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = String::new();
    let mut lines = BufReader::new(demo.stdout.take().unwrap());
    while !told.contains("tail --follow") {
        assert!(lines.read_line(&mut told).unwrap() > 0, "{told}");
    }
    assert!(told.contains(&format!("at a free port, since {listen} is taken")), "{told}");
    let address = told.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    assert!(!address.contains(&listen) && get(address.trim_end_matches('/'), "/livez").contains("alive"));
    Command::new("kill").args(["-INT", &demo.id().to_string()]).status().unwrap();
    assert!(demo.wait().unwrap().success());

    let refused = dateline(&["demo", "--listen", &listen]).output().unwrap();
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains(&format!("the API cannot listen on {listen}; name a free address")), "{told}");
    let refused = dateline(&["demo", "--listen", "nonsense"]).output().unwrap();
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("expected an IP address and a port from 0 to 65535"), "{told}");
}

#[test]
fn a_demo_that_shall_exit_ends_with_the_day() {
    let demo = dateline(&["demo", "--exit", "--speed", "10000000"]).output().unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    let told = String::from_utf8(demo.stdout).unwrap();
    let (before, after) = told.split_once("The day is over: ").unwrap();
    assert!(before.contains("Until the day is over, in another terminal"), "{told}");
    assert!(!told.contains("Ctrl-C") && !after.contains("--config"), "what is gone is not named: {told}");
}

#[test]
fn init_writes_a_configuration_that_is_right_and_found_and_never_writes_over_one() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = dateline(arguments).current_dir(folder.path()).output().unwrap();
        let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), told(&output.stdout), told(&output.stderr))
    };
    let (code, _, told) = run(&["check"]);
    if !Path::new("/etc/dateline/dateline.toml").exists() {
        assert_eq!(code, Some(78));
        assert!(
            told.contains("config/dateline.toml: cannot be read") && told.contains("dateline init"),
            "{told}"
        );
        assert!(told.contains("/etc/dateline/dateline.toml"), "{told}");
    }
    let (code, told, _) = run(&["init"]);
    assert_eq!(code, Some(0));
    assert!(told.contains("user_agent") && told.contains("dateline run\n"), "{told}");
    assert!(told.contains("2. dateline check "), "{told}");
    let (code, told, error) = run(&["check"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(told.starts_with("config/dateline.toml is right"), "{told}");

    fs::write(folder.path().join("config/feeds.toml"), "# mine").unwrap();
    fs::remove_file(folder.path().join("config/sites.toml")).unwrap();
    let (code, _, told) = run(&["init"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("config/feeds.toml"), "{told}");
    assert_eq!(fs::read_to_string(folder.path().join("config/feeds.toml")).unwrap(), "# mine");
    assert!(!folder.path().join("config/sites.toml").exists(), "all or nothing");

    let (code, told, _) = run(&["init", "elsewhere"]);
    assert_eq!(code, Some(0));
    assert!(told.contains("dateline run --config elsewhere/dateline.toml"), "{told}");
    assert_eq!(run(&["check", "--config", "elsewhere"]).0, Some(0), "a folder stands for its file");
}
