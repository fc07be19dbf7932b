//! `dateline feed add`, `remove`, `pause`, `resume`, `poll`, `revive` and `show`: on the files, and on a running daemon.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::site::{Site, get, terminate, text};
use dateline::run_record::RunRecord;
use dateline_journal::{Journal, Options, writer_of};
use serde_json::Value;

/// A daemon of somebody else may listen where one does by default.
const SETTINGS: &str = "[fetch]\nallow_private_addresses = true\nper_host_delay = \"10ms\"\n[poll]\nstart_spread = \"0s\"\n[http]\nlisten = \"127.0.0.1:9\"\n";
const FEED: &str =
    "<?xml version='1.0'?><rss version='2.0'><channel><title>Harbour news</title></channel></rss>";
const PAGE: &str = "<!doctype html><html><head><title>Harbour</title>\
                    <link rel='alternate' type='application/rss+xml' href='/feed.xml'></head><body><p>News.</p></body></html>";
const TWO: &str = "<!doctype html><html><head><title>Harbour</title>\
                   <link rel='alternate' type='application/rss+xml' href='/feed.xml'>\
                   <link rel='alternate' type='application/rss+xml' href='/other.xml'></head><body><p>News.</p></body></html>";

/// A site on loopback with two feeds, a page that names one of them, one that names both, and nothing else.
struct NewsServer {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    /// What it answers for feeds.
    status: Arc<AtomicU16>,
}

impl NewsServer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { address, asked: Arc::default(), status: Arc::new(AtomicU16::new(200)) };
        let (asked, status) = (server.asked.clone(), server.status.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(&stream).lines();
                let Some(Ok(first)) = lines.next() else { continue };
                // The rest of the head, up to the empty line.
                let _ = lines
                    .by_ref()
                    .take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
                    .count();
                let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, kind, body) = match path.as_str() {
                    "/feed.xml" | "/other.xml" => {
                        (status.load(Ordering::SeqCst), "application/rss+xml", FEED)
                    }
                    "/" => (200, "text/html", PAGE),
                    "/two" => (200, "text/html", TWO),
                    _ => (404, "text/plain", "not here"),
                };
                asked.lock().unwrap().push(path);
                let _ = write!(
                    &stream,
                    "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        server
    }

    fn feed(&self) -> String {
        format!("{}/feed.xml", self.address)
    }

    /// How often the feed was asked.
    fn asked(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|path| *path == "/feed.xml").count()
    }
}

/// Waits until `done`, and says what didn't happen otherwise.
fn until(what: &str, site: &Site, done: impl Fn() -> bool) {
    for _ in 0..300 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} did not happen\n{}", site.log());
}

fn feeds_file(site: &Site) -> String {
    fs::read_to_string(site.folder.path().join("feeds.toml")).unwrap()
}

fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success(), "{}", text(&output.stdout));
    text(&output.stderr)
}

#[test]
fn a_site_is_added_by_its_feed_to_a_file_that_stays_as_it_was() {
    let server = NewsServer::start();
    let before =
        "# Ours.\n\n[[feed]]\nurl = \"https://a.example/rss\" # first\n\n[[group]]\nname = \"slow\"\n";
    let site = Site::new(SETTINGS, before);
    let added = ok(&site.run(&[
        "feed",
        "add",
        &server.address,
        "--name",
        "Harbour",
        "--group",
        "slow",
        "--tag",
        "sea",
    ]));
    assert!(added.contains("/feed.xml is added to") && added.contains("when the daemon starts"), "{added}");
    let file = feeds_file(&site);
    assert!(file.starts_with(before.split("\n\n[[group]]").next().unwrap()), "{file}");
    let new = format!(
        "[[feed]]\nurl = \"{}\"\nname = \"Harbour\"\ngroup = \"slow\"\ntags = [\"sea\"]\n",
        server.feed()
    );
    assert!(file.contains(&new), "{file}");

    let again = refused(&site.run(&["feed", "add", &server.feed()]));
    assert!(again.contains("stands in") && again.contains("already"), "{again}");
    let several = refused(&site.run(&["feed", "add", &format!("{}/two", server.address)]));
    assert!(several.contains("names several feeds") && several.contains("/other.xml"), "{several}");
    let none = refused(&site.run(&["feed", "add", &format!("{}/none", server.address)]));
    assert!(
        none.contains("cannot be had (answered 404 Not Found") && none.contains("; --unchecked adds it"),
        "{none}"
    );
    let unknown = refused(&site.run(&["feed", "add", "https://b.example/", "--unchecked", "--group", "slo"]));
    assert!(unknown.contains("`group` is \"slo\"; expected the name of a [[group]]: slow"), "{unknown}");
    assert_eq!(feeds_file(&site), file, "what is refused changes nothing");
}

#[test]
fn a_feed_is_paused_resumed_and_removed_on_the_files_where_no_daemon_runs() {
    let site = Site::new(
        SETTINGS,
        "# Ours.\n\n# A.\n[[feed]]\nurl = \"https://a.example/rss\"\n\n[[feed]]\nurl = \"https://b.example/rss\"\n",
    );
    let listed = || ok(&site.run(&["feed", "list"]));
    let polled = || listed().lines().filter(|line| !line.ends_with("\tpaused")).count();
    ok(&site.run(&["feed", "pause", "https://a.example/rss"]));
    assert_eq!(polled(), 1);
    let paused = refused(&site.run(&["feed", "poll", "https://a.example/rss"]));
    assert!(paused.contains("is paused; `dateline feed resume`"), "{paused}");
    ok(&site.run(&["feed", "resume", "https://a.example/rss"]));
    assert_eq!(polled(), 2);
    ok(&site.run(&["feed", "remove", "https://a.example/rss"]));
    let file = feeds_file(&site);
    assert!(file.contains("# Ours.") && !file.contains("a.example") && file.contains("b.example"), "{file}");
}

#[test]
fn a_feed_is_added_by_program_to_tables_alone_and_the_list_says_so() {
    let list = "feed = [ { url = \"https://a.example/rss\" } ]\n";
    let site = Site::new(SETTINGS, list);
    let told = refused(&site.run(&["feed", "add", "https://b.example/rss", "--unchecked"]));
    assert!(told.contains("feeds.toml: feeds are one list there and no [[feed]] tables"), "{told}");
    assert!(told.contains("change the file by hand, then `dateline reload`"), "{told}");
    assert_eq!(feeds_file(&site), list);
}

#[test]
fn a_site_that_cannot_be_asked_is_no_site_without_a_feed() {
    let server = NewsServer::start();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let site = Site::new(SETTINGS, "");
    server.status.store(403, Ordering::SeqCst);
    for address in [server.feed(), format!("{}/none", server.address), format!("http://{closed}/rss")] {
        let told = refused(&site.run(&["feed", "add", &address]));
        assert!(
            told.contains(&format!("{address} cannot be had (")) && told.contains("--unchecked"),
            "{told}"
        );
    }
    server.status.store(200, Ordering::SeqCst);
    assert!(ok(&site.run(&["feed", "add", &server.feed()])).contains("is added to"));
}

#[test]
fn a_feed_that_no_daemon_was_started_with_is_said_to_be_asked_by_the_first_and_nothing_is_made() {
    let site = Site::new(SETTINGS, "[[feed]]\nurl = \"https://news.example/rss\"\n");
    let told = "https://news.example/rss was never asked yet; `dateline run` asks it once it starts\n";
    for command in ["poll", "revive"] {
        assert_eq!(ok(&site.run(&["feed", command, "https://news.example/rss"])), told);
        assert!(!site.journal().exists() && !site.journal().parent().unwrap().exists());
    }
    // The same of one that came into the file since.
    drop(Journal::open(site.journal(), Options::default()).unwrap());
    assert_eq!(ok(&site.run(&["feed", "poll", "https://news.example/rss"])), told);
}

#[test]
fn what_is_wrong_with_a_feed_that_is_to_be_added_is_told_of_it_and_of_no_line_of_the_file() {
    let site = Site::new(SETTINGS, "[[feed]]\nurl = \"https://news.example/rss\"\n");
    let before = feeds_file(&site);
    for (option, value, told) in [
        ("--interval", "0s", "error: what was asked for: `interval` is \"0s\"; expected a duration"),
        ("--name", "a\u{7}b", "error: what was asked for: `name` has control characters"),
        ("--name", "a\nb", "expected what people call the feed, on one line"),
        ("--tag", "a\u{1b}[2J", "error: what was asked for: `tags`"),
        ("--group", "none", "error: what was asked for: `group` is \"none\""),
    ] {
        let wrong =
            refused(&site.run(&["feed", "add", "https://new.example/rss", "--unchecked", option, value]));
        assert!(wrong.contains(told) && !wrong.contains("feeds.toml:"), "{option}: {wrong}");
    }
    assert_eq!(feeds_file(&site), before);
}

#[test]
fn a_running_daemon_goes_by_what_becomes_of_its_feeds() {
    let server = NewsServer::start();
    let before = format!("# Ours.\n\n[[feed]]\nurl = \"{}/other.xml\"\n", server.address);
    let site = Site::new(SETTINGS, &before);
    let (mut child, api) = site.daemon(&[]);
    // The feed that is worked with, where it is polled.
    let polled = || -> Option<Value> {
        let feeds: Vec<Value> = serde_json::from_str(&get(&api, "/v1/feeds").1).unwrap();
        feeds.into_iter().find(|feed| feed["url"] == server.feed().as_str())
    };

    let added = ok(&site.run(&["feed", "add", &server.feed()]));
    assert!(added.contains("it is asked now"), "{added}");
    // A poll that is asked for while one is under way is that one.
    until("the first poll's answer", &site, || polled().is_some_and(|feed| feed["last_status"] == 200));
    assert_eq!(server.asked(), 2, "once by the command, which makes sure that it is a feed");

    ok(&site.run(&["feed", "poll", &server.feed()]));
    until("a poll on request", &site, || server.asked() == 3);
    until("the answer", &site, || {
        ok(&site.run(&["feed", "show", &server.feed()])).matches("0 new, 0 changed").count() == 2
    });
    let shown = ok(&site.run(&["feed", "show", &server.feed()]));
    assert!(shown.contains("why ") && shown.contains("it is asked every 5m to 6h"), "{shown}");

    ok(&site.run(&["feed", "pause", &server.feed()]));
    let paused = polled().unwrap();
    assert_eq!((&paused["paused"], &paused["next_poll"]), (&true.into(), &Value::Null));
    let shown = ok(&site.run(&["feed", "show", &server.feed()]));
    assert!(shown.contains("state      paused\n") && shown.contains("0 new, 0 changed"), "{shown}");
    let status = ok(&site.run(&["status"]));
    assert!(status.contains(" and 1 paused") && status.contains("\n  paused   http"), "{status}");
    assert!(get(&api, "/metrics").1.contains("dateline_feeds{state=\"paused\"} 1\n"));
    let poll = refused(&site.run(&["feed", "poll", &server.feed()]));
    assert!(poll.contains("is paused; `dateline feed resume` has it asked again"), "{poll}");
    ok(&site.run(&["feed", "resume", &server.feed()]));
    assert_eq!(polled().unwrap()["paused"], Value::Null);

    server.status.store(410, Ordering::SeqCst);
    ok(&site.run(&["feed", "poll", &server.feed()]));
    until("the feed's end", &site, || polled().unwrap()["retired"] == true);
    server.status.store(200, Ordering::SeqCst);
    let id = polled().unwrap()["id"].as_str().unwrap().to_owned();
    let document: Value = serde_json::from_str(&ok(&site.run(&["feed", "show", "--json", &id]))).unwrap();
    assert_eq!(
        (&document["polls"][0]["status"], &document["why"]),
        (&410.into(), &"its server says that it is gone (410): it is asked once a week".into())
    );
    ok(&site.run(&["feed", "revive", &id]));
    until("the feed's return", &site, || {
        polled().unwrap()["retired"] == false && polled().unwrap()["last_status"] == 200
    });

    ok(&site.run(&["feed", "remove", &id]));
    assert_eq!(polled(), None);
    assert_eq!(feeds_file(&site), before);
    assert_eq!(crate::site::ask(&api, "POST", &format!("/v1/feeds/{id}/poll"), "").0, 404);
    let last = refused(&site.run(&["feed", "remove", &format!("{}/other.xml", server.address)]));
    assert!(
        last.contains("is the only feed that is polled, and a daemon needs one: add or resume another"),
        "{last}"
    );
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn feeds_are_worked_with_over_http_and_each_refusal_says_why() {
    let server = NewsServer::start();
    let before = format!("# Ours.\n\n[[feed]]\nurl = \"{}/other.xml\"\n", server.address);
    let site = Site::new(SETTINGS, &before);
    let (mut child, api) = site.daemon(&[]);
    let send = |method: &str, path: &str, json: &str| -> (u16, Value) {
        let (status, body) = crate::site::send(&api, method, path, json);
        (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
    };
    let detail = |answer: &(u16, Value)| answer.1["detail"].as_str().unwrap().to_owned();

    let addition = format!(r#"{{"url": "{}", "name": "Harbour", "tags": ["sea"]}}"#, server.address);
    let (status, added) = send("POST", "/v1/feeds", &addition);
    assert_eq!((status, &added["feed"]["url"]), (201, &server.feed().into()), "{added}");
    assert_eq!(added["reload"]["feeds"]["added"][0]["name"], "Harbour");
    let path = format!("/v1/feeds/{}", added["feed"]["id"].as_str().unwrap());
    assert!(feeds_file(&site).contains("name = \"Harbour\"\ntags = [\"sea\"]\n"), "{}", feeds_file(&site));
    let history = || -> Value { serde_json::from_str(&get(&api, &path).1).unwrap() };
    until("the first poll", &site, || history()["polls"][0]["status"] == 200);
    let told = history();
    assert_eq!((&told["name"], &told["tags"][0]), (&"Harbour".into(), &"sea".into()), "{told}");
    assert!(told["why"].as_str().unwrap().contains("it is asked every 5m to 6h"), "{told}");

    assert_eq!(send("POST", &format!("{path}/pause"), "").0, 200);
    assert_eq!((&history()["paused"], &history()["why"]), (&true.into(), &Value::Null));
    let poll = send("POST", &format!("{path}/poll"), "");
    assert!(poll.0 == 409 && detail(&poll).contains("is paused"), "{poll:?}");
    assert_eq!(send("POST", &format!("{path}/resume"), "").0, 200);
    assert_eq!(send("POST", &format!("{path}/poll"), "").0, 200);

    let with_one = feeds_file(&site);
    let two = format!(r#"{{"url": "{}/two"}}"#, server.address);
    for (method, path, json, status, why) in [
        ("POST", "/v1/feeds", addition.as_str(), 409, "already"),
        ("POST", "/v1/feeds", two.as_str(), 422, "/other.xml"),
        ("POST", "/v1/feeds", r#"{"url": "http://127.0.0.1:9/"}"#, 422, "Connection refused"),
        (
            "POST",
            "/v1/feeds",
            r#"{"url": "harbour"}"#,
            422,
            "`url` is `harbour`; expected an address in full",
        ),
        (
            "POST",
            "/v1/feeds",
            r#"{"url": "http://a.example/", "nam": "A"}"#,
            422,
            "`nam` means nothing here; known are drop, full_text, group, interval, keep, language, name",
        ),
        ("POST", "/v1/feeds", "{", 400, "the body is no JSON (line 1, column 1); send one such as"),
        ("DELETE", "/v1/feeds/0123", "", 404, "no feed is configured under this address or id"),
        ("POST", "/v1/feeds/0123/pause", "", 404, "no feed is configured under this address or id"),
        ("POST", "/v1/feeds/0123/poll", "", 404, "see /v1/feeds"),
        ("GET", "/v1/feeds/0123", "", 404, "see /v1/feeds"),
    ] {
        let answer = send(method, path, json);
        assert!(answer.0 == status && detail(&answer).contains(why), "{method} {path} {json}: {answer:?}");
    }
    let unknown = r#"{"url": "http://a.example/", "group": "slow", "unchecked": true}"#;
    let (status, problem) = send("POST", "/v1/feeds", unknown);
    assert_eq!(status, 422);
    assert!(problem["errors"][0].as_str().unwrap().contains("`group` is \"slow\"; expected"), "{problem}");
    assert_eq!(feeds_file(&site), with_one, "what is refused changes nothing");

    assert_eq!(send("DELETE", &path, "").0, 200);
    assert_eq!(feeds_file(&site), before);
    let feeds: Value = serde_json::from_str(&get(&api, "/v1/feeds").1).unwrap();
    let last = format!("/v1/feeds/{}", feeds[0]["id"].as_str().unwrap());
    for (method, path) in [("DELETE", last.clone()), ("POST", format!("{last}/pause"))] {
        let answer = send(method, &path, "");
        assert!(answer.0 == 409 && detail(&answer).contains("is the only feed that is polled"), "{answer:?}");
    }
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn nobody_changes_feeds_without_the_token() {
    let token = "a-token-of-our-own-0001";
    let before = "# Ours.\n\n[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\n";
    let site = Site::new(&format!("[api]\ntoken_file = \"token\"\n{SETTINGS}"), before);
    fs::write(site.folder.path().join("token"), token).unwrap();
    let (mut child, api) = site.daemon(&[]);
    for (method, path) in [
        ("POST", "/v1/feeds"),
        ("DELETE", "/v1/feeds/0"),
        ("POST", "/v1/feeds/0/pause"),
        ("POST", "/v1/feeds/0/resume"),
        ("POST", "/v1/feeds/0/poll"),
        ("POST", "/v1/feeds/0/revive"),
    ] {
        let json = r#"{"url": "http://127.0.0.1:9/other", "unchecked": true}"#;
        assert_eq!(crate::site::send(&api, method, path, json).0, 401, "{method} {path}");
    }
    assert_eq!(feeds_file(&site), before);
    ok(&site.run(&["feed", "add", "--unchecked", "http://127.0.0.1:9/other"]));
    assert!(feeds_file(&site).contains("/other"), "the command shows the token that is configured");
    terminate(&mut child, Duration::from_secs(20));
}

#[test]
fn where_people_log_in_the_daemon_s_own_user_changes_feeds_and_no_other_program_does() {
    let before = "# Ours.\n\n[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\n";
    let site = Site::new(SETTINGS, before);
    ok(&site.run(&["user", "add", "anna", "--role", "operate"]));
    let (mut child, api) = site.daemon(&[]);
    let json = r#"{"url": "http://127.0.0.1:9/other", "unchecked": true}"#;
    let (status, told) = crate::site::send(&api, "POST", "/v1/feeds", json);
    assert!(status == 401 && told.contains("DATELINE_API__TOKEN"), "{told}");
    assert_eq!(feeds_file(&site), before);
    ok(&site.run(&["feed", "add", "--unchecked", "http://127.0.0.1:9/other"]));
    ok(&site.run(&["reload"]));
    assert!(feeds_file(&site).contains("/other"), "the command shows the key that its user can read");
    fs::remove_file(site.folder.path().join("data/daemon.key")).unwrap();
    let told = refused(&site.run(&["feed", "add", "--unchecked", "http://127.0.0.1:9/third"]));
    assert!(told.contains("token"), "{told}");
    terminate(&mut child, Duration::from_secs(20));
}

#[test]
fn where_the_daemon_may_not_write_the_file_whoever_gives_the_command_does() {
    let before = "[[feed]]\nurl = \"http://a.example/rss\"\n\n[[feed]]\nurl = \"http://b.example/rss\"\n";
    let site = Site::new(SETTINGS, before);
    // A daemon that may write nothing, and takes over what stands there.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answers = [
        ("GET /v1/feeds ", "200 OK", "[]".to_owned()),
        (
            "POST /v1/feeds/",
            "409 Conflict",
            r#"{"type": "/problems/unwritable-file", "detail": "no"}"#.to_owned(),
        ),
        ("POST /v1/reload ", "200 OK", "{}".to_owned()),
    ];
    let daemon = std::thread::spawn(move || {
        for ((request, status, body), stream) in answers.iter().zip(listener.incoming()) {
            let stream = stream.unwrap();
            let first = BufReader::new(&stream).lines().next().unwrap().unwrap();
            assert!(first.starts_with(request), "{first}");
            write!(
                &stream,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        }
    });
    // As the daemon does, this process has the journal.
    let _journal = Journal::open(site.journal(), Options::default()).unwrap();
    let run = RunRecord::of_this_process(format!("http://{address}"), &site.journal());
    run.write(&site.folder.path().join("data")).unwrap();
    let paused = ok(&site.run(&["feed", "pause", "http://a.example/rss"]));
    assert!(paused.contains("the running daemon goes by it"), "{paused}");
    assert_eq!(feeds_file(&site), before.replacen("rss\"\n", "rss\"\nenabled = false\n", 1));
    daemon.join().unwrap();
}

#[test]
fn what_a_running_daemon_refuses_leaves_the_file_as_it_was() {
    let before = "# Ours.\n\n[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\n";
    let site = Site::new(SETTINGS, before);
    let (mut child, _) = site.daemon(&[]);
    fs::write(site.folder.path().join("sites.toml"), "[[site]]\nhost = 7\n").unwrap();
    // The daemon reads everything anew.
    let why = refused(&site.run(&["feed", "add", "--unchecked", "https://a.example/rss"]));
    assert!(why.contains("sites.toml"), "{why}");
    assert_eq!(feeds_file(&site), before);
    for name in ["http://u:hush-hush@h:99999/", "../reload?", ""] {
        let why = refused(&site.run(&["feed", "remove", name]));
        assert!(
            why.contains("no feed is configured under this address or id") && !why.contains("hush"),
            "{why}"
        );
    }
    terminate(&mut child, Duration::from_secs(20));
}

/// A daemon that has read its configuration and has the journal's lock, but not yet the journal: another connection holds that. It goes on
/// when `hold` is dropped.
fn held_at_start(site: &Site) -> (std::process::Child, rusqlite::Connection) {
    fs::create_dir_all(site.journal().parent().unwrap()).unwrap();
    drop(Journal::open(site.journal(), Options::default()).unwrap());
    let hold = rusqlite::Connection::open(site.journal()).unwrap();
    hold.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let log = fs::File::create(site.folder.path().join("log")).unwrap();
    let mut command = site.command(&["run"]);
    command.env("DATELINE_HTTP__LISTEN", "127.0.0.1:0").stderr(log).stdout(Stdio::null());
    let child = command.spawn().unwrap();
    until("the daemon's start", site, || writer_of(&site.journal()).is_some());
    (child, hold)
}

#[test]
fn a_feed_that_comes_into_the_file_while_a_daemon_starts_is_asked_by_it() {
    let server = NewsServer::start();
    let site = Site::new(SETTINGS, "");
    let (mut daemon, hold) = held_at_start(&site);
    // Whoever writes the file by hand, or by a command that found no daemon.
    let feeds = feeds_file(&site) + &format!("[[feed]]\nurl = \"{}\"\n", server.feed());
    fs::write(site.folder.path().join("feeds.toml"), feeds).unwrap();
    drop(hold);
    until("a poll of the feed", &site, || server.asked() > 0);
    // The engine hears of it first.
    until("the log's word on it", &site, || {
        site.log().contains("the configuration was changed while the daemon started")
    });
    terminate(&mut daemon, Duration::from_secs(20));
}

#[test]
fn a_command_waits_for_a_daemon_that_starts_and_says_what_that_does() {
    let server = NewsServer::start();
    let site = Site::new(SETTINGS, "");
    let (mut daemon, hold) = held_at_start(&site);
    let add =
        site.command(&["feed", "add", &server.feed(), "--unchecked"]).stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(hold);
    let told = ok(&add.wait_with_output().unwrap());
    assert!(told.ends_with("it is asked now\n"), "{told}");
    until("a poll of the feed", &site, || server.asked() > 0);
    terminate(&mut daemon, Duration::from_secs(20));
}

#[test]
fn a_change_that_a_starting_daemon_cannot_confirm_is_told_as_such() {
    let site = Site::new(SETTINGS, "");
    // It never comes up: the test has its lock.
    let journal = Journal::open(site.journal(), Options::default()).unwrap();
    let told = ok(&site.run(&["feed", "add", "https://new.example/rss", "--unchecked"]));
    let who = format!("the journal is in use by process {} on ", std::process::id());
    assert!(told.contains(&who) && told.contains("asks the feed as soon as it has started"), "{told}");
    drop(journal);
}

#[test]
fn a_change_by_another_configuration_of_the_journal_is_told_with_the_file_that_the_daemon_changed() {
    let feeds = "[[feed]]\nurl = \"http://127.0.0.1:9/a\"\n\n[[feed]]\nurl = \"http://127.0.0.1:9/b\"\n";
    let site = Site::new(SETTINGS, feeds);
    let (mut child, _) = site.daemon(&[]);
    let folder = site.folder.path().canonicalize().unwrap();
    let (other, config) = (folder.join("other"), folder.join("other/dateline.toml"));
    fs::create_dir(&other).unwrap();
    fs::write(other.join("feeds.toml"), feeds).unwrap();
    let settings = fs::read_to_string(site.config()).unwrap();
    fs::write(&config, format!("data_dir = {:?}\n{settings}", folder.join("data"))).unwrap();
    let run = |arguments: &[&str]| site.command(arguments).arg("--config").arg(&config).output().unwrap();

    let paused = ok(&run(&["feed", "pause", "http://127.0.0.1:9/a"]));
    let file = format!("is paused in {} (the running daemon reads ", folder.join("feeds.toml").display());
    assert!(paused.contains(&file) && paused.contains("other/dateline.toml)"), "{paused}");
    assert!(feeds_file(&site).contains("enabled = false"));
    assert_eq!(fs::read_to_string(other.join("feeds.toml")).unwrap(), feeds);

    let reloaded = run(&["reload"]);
    assert!(reloaded.status.success());
    assert!(text(&reloaded.stderr).contains("warning: the daemon reads "), "{}", text(&reloaded.stderr));
    let own = site.run(&["reload"]);
    assert!(own.status.success() && own.stderr.is_empty(), "{}", text(&own.stderr));

    let list = folder.join("list.opml");
    let opml = "<opml version='2.0'><body><outline type='rss' xmlUrl='http://127.0.0.1:9/c'/></body></opml>";
    fs::write(&list, opml).unwrap();
    let imported = refused(&run(&["feed", "import", list.to_str().unwrap()]));
    assert!(
        imported.contains("the running daemon reads ") && imported.contains("give --config"),
        "{imported}"
    );
    assert_eq!(fs::read_to_string(other.join("feeds.toml")).unwrap(), feeds);
    terminate(&mut child, Duration::from_secs(60));
}

#[test]
fn a_daemon_that_has_another_journal_than_the_configuration_names_by_now_is_told_with_both() {
    let feeds = "[[feed]]\nurl = \"http://127.0.0.1:9/a\"\n\n[[feed]]\nurl = \"http://127.0.0.1:9/b\"\n";
    let site = Site::new(SETTINGS, feeds);
    let (mut child, address) = site.daemon(&[]);
    let listen = address.trim_start_matches("http://");
    let elsewhere = SETTINGS.replace("127.0.0.1:9", listen);
    site.change(&format!("data_dir = \"data2\"\n{elsewhere}"));
    let added = ok(&site.run(&["feed", "add", "http://127.0.0.1:9/c", "--unchecked"]));
    let paused = ok(&site.run(&["feed", "pause", "http://127.0.0.1:9/a"]));
    let known = dateline_wire::FeedState::new(
        &dateline_wire::FeedRef::new(&"http://127.0.0.1:9/b".parse().unwrap(), None, &Default::default()),
        jiff::Timestamp::now(),
    );
    let other = Journal::open(site.folder.path().join("data2/journal.db"), Options::default()).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(other.configure_feeds(vec![known])).unwrap();
    drop(other);
    let polled = ok(&site.run(&["feed", "poll", "http://127.0.0.1:9/b"]));
    for told in [added, paused, polled] {
        assert!(told.contains(&format!("{address} has another journal")), "{told}");
        assert!(told.contains("data/journal.db") && told.contains("data2/journal.db"), "{told}");
    }
    terminate(&mut child, Duration::from_secs(60));
}
