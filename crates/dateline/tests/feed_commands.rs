//! `dateline feed add`, `remove`, `pause`, `resume`, `poll`, `revive` and `show`: on the files, and on a running daemon.

#![allow(clippy::unwrap_used)] // also in the helpers of the tests: a failure is theirs

mod site;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Output;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use site::{Site, get, terminate, text};

const SETTINGS: &str =
    "[fetch]\nallow_private_addresses = true\nper_host_delay = \"10ms\"\n[poll]\nstart_spread = \"0s\"\n";
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
    assert!(none.contains("is no feed") && none.contains("--unchecked adds it all the same"), "{none}");
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
    let listed = || ok(&site.run(&["feed", "list"])).lines().count();
    ok(&site.run(&["feed", "pause", "https://a.example/rss"]));
    assert_eq!(listed(), 1);
    let paused = refused(&site.run(&["feed", "poll", "https://a.example/rss"]));
    assert!(paused.contains("is paused; `dateline feed resume`"), "{paused}");
    ok(&site.run(&["feed", "resume", "https://a.example/rss"]));
    assert_eq!(listed(), 2);
    ok(&site.run(&["feed", "remove", "https://a.example/rss"]));
    let file = feeds_file(&site);
    assert!(file.contains("# Ours.") && !file.contains("a.example") && file.contains("b.example"), "{file}");
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
    // Once by the command, which makes sure that it is a feed.
    until("the first poll", &site, || server.asked() == 2);
    assert!(polled().is_some());

    ok(&site.run(&["feed", "poll", &server.feed()]));
    until("a poll on request", &site, || server.asked() == 3);
    until("the answer", &site, || {
        ok(&site.run(&["feed", "show", &server.feed()])).matches("0 new, 0 changed").count() == 2
    });
    let shown = ok(&site.run(&["feed", "show", &server.feed()]));
    assert!(shown.contains("why ") && shown.contains("it is asked every 5m to 6h"), "{shown}");

    ok(&site.run(&["feed", "pause", &server.feed()]));
    assert_eq!(polled(), None);
    ok(&site.run(&["feed", "resume", &server.feed()]));
    assert!(polled().is_some());

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
    assert_eq!(site::ask(&api, "POST", &format!("/v1/feeds/{id}/poll"), "").0, 404);
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn what_a_running_daemon_refuses_leaves_the_file_as_it_was() {
    let before = "# Ours.\n\n[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\n";
    let site = Site::new(SETTINGS, before);
    let (mut child, _) = site.daemon(&[]);
    fs::write(site.folder.path().join("sites.toml"), "[[site]]\nhost = 7\n").unwrap();
    // The command reads feeds alone; the daemon reads everything anew.
    let why = refused(&site.run(&["feed", "add", "--unchecked", "https://a.example/rss"]));
    assert!(why.contains("sites.toml"), "{why}");
    assert_eq!(feeds_file(&site), before);
    terminate(&mut child, Duration::from_secs(20));
}
