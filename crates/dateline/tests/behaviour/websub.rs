//! A feed, its hub and the daemon: the whole way of WebSub over sockets, with the program as an operator runs it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use url::form_urlencoded;

/// What a publisher and its hub have seen, and what the feed lists.
#[derive(Default)]
struct Post {
    polls: usize,
    subscriptions: Vec<BTreeMap<String, String>>,
    entries: Vec<usize>,
}

/// A publisher and its hub, on one socket.
struct Hub {
    address: SocketAddr,
    seen: Arc<Mutex<Post>>,
}

impl Hub {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Post { entries: vec![1], ..Post::default() }));
        let shared = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that goes away is none of the hub's business.
                let _ = stream.and_then(|stream| answer(stream, address, &shared));
            }
        });
        Self { address, seen }
    }

    fn topic(&self) -> String {
        format!("http://{}/feed.xml", self.address)
    }

    fn polls(&self) -> usize {
        self.seen.lock().unwrap().polls
    }

    /// The `number`th request for a subscription, once it is there.
    fn subscription(&self, number: usize) -> BTreeMap<String, String> {
        wait_for(|| self.seen.lock().unwrap().subscriptions.get(number - 1).cloned())
    }

    /// The feed as it is, with `more` entries listed first.
    fn feed(&self, more: &[usize]) -> String {
        let listed = self.seen.lock().unwrap().entries.clone();
        let entries: Vec<usize> = more.iter().copied().chain(listed).collect();
        feed(self.address, &entries)
    }
}

fn feed(address: SocketAddr, entries: &[usize]) -> String {
    let item = |number: &usize| {
        format!(
            "<item><guid isPermaLink='false'>{number}</guid><title>Story {number}</title>\
             <link>http://{address}/story/{number}</link></item>"
        )
    };
    let items: String = entries.iter().map(item).collect();
    format!("<rss version='2.0'><channel><title>Port news</title>{items}</channel></rss>")
}

fn answer(mut stream: TcpStream, address: SocketAddr, seen: &Mutex<Post>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_ascii_lowercase());
    }
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let request = head.first().cloned().unwrap_or_default();
    let mut seen = seen.lock().unwrap();
    let (status, fields, body) = match request.split(' ').collect::<Vec<_>>()[..] {
        ["get", "/feed.xml", _] => {
            seen.polls += 1;
            let link = format!("link: <http://{address}/hub>; rel=\"hub\", </feed.xml>; rel=\"self\"\r\n");
            (200, link + "content-type: application/rss+xml\r\n", feed(address, &seen.entries))
        }
        ["get", story, _] if story.starts_with("/story/") => {
            let text = "<p>Russia and North Korea signed an agreement on a road bridge over the Tumen river in Pyongyang on \
                        Monday, the Russian transport ministry said, and Kim Jong Un received the delegation.</p>\
                        <p>Russian engineers will begin work in the autumn, the ministry added, and North Korean workers \
                        are to build the southern half before the winter of next year.</p>";
            let page = format!(
                "<!doctype html><title>{story}</title><article><h1>Story at {story}</h1>{text}</article>"
            );
            (200, "content-type: text/html\r\n".to_owned(), page)
        }
        ["post", "/hub", _] => {
            seen.subscriptions.push(form_urlencoded::parse(&body).into_owned().collect());
            (202, String::new(), String::new())
        }
        _ => (404, String::new(), String::new()),
    };
    write!(
        stream,
        "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {}\r\n{fields}\r\n{body}",
        body.len()
    )
}

/// The program, with a configuration in a folder of its own.
struct Daemon {
    folder: tempfile::TempDir,
    address: SocketAddr,
    child: Option<Child>,
}

impl Daemon {
    fn start(hub: &Hub) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Hubs are told the address before it is listened on, so it has to be known.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let subject = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk");
        let settings = format!(
            "subject = {:?}\nstories.enabled = false\n[http]\nlisten = \"{address}\"\n\
             [poll]\nmin_interval = \"1s\"\nlatency = \"1s\"\nstart_spread = \"0s\"\n\
             [fetch]\nallow_private_addresses = true\nper_host_delay = \"10ms\"\nobey_robots = false\n\
             max_body_bytes = 100000\n\
             [websub]\ncallback = \"http://{address}/websub\"\nlease = \"1h\"\nmin_interval = \"1s\"\n",
            subject.canonicalize().unwrap()
        );
        fs::write(folder.path().join("dateline.toml"), settings).unwrap();
        fs::write(folder.path().join("feeds.toml"), format!("[[feed]]\nurl = \"{}\"\n", hub.topic()))
            .unwrap();
        let mut daemon = Self { folder, address, child: None };
        daemon.run();
        daemon
    }

    fn run(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DATELINE_")) {
            command.env_remove(name);
        }
        let log = fs::File::options().append(true).create(true).open(self.folder.path().join("log")).unwrap();
        command.arg("run").env("DATELINE_CONFIG", self.folder.path().join("dateline.toml"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("running"), "{line}{}", self.log());
        self.child = Some(child);
    }

    fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        Command::new("kill").arg(child.id().to_string()).status().unwrap();
        child.wait().unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"), "")
    }

    fn post(&self, path: &str, signature: &str, body: &str) -> u16 {
        let signature =
            if signature.is_empty() { String::new() } else { format!("X-Hub-Signature: {signature}\r\n") };
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: application/rss+xml\r\n{signature}\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.ask(&head, body).0
    }

    fn ask(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // A body that is too large may find nobody who reads it.
        let _ = stream.write_all(body.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        (head.split(' ').nth(1).unwrap_or("0").parse().unwrap(), body.to_owned())
    }

    fn feed_status(&self) -> Value {
        let status: Value = serde_json::from_str(&self.get("/v1/feeds").1).unwrap();
        status[0].clone()
    }

    /// The titles of the articles that were published so far.
    fn published(&self) -> String {
        self.get("/v1/events?kind=article").1
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What `look` finds, as soon as it finds something.
fn wait_for<T>(look: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it did not come about");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn signed(secret: &str, body: &str) -> String {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body);
    let digits = HEXLOWER.encode(&mac.finalize().into_bytes());
    format!("sha256={digits}")
}

#[test]
fn a_feed_is_subscribed_to_verified_pushed_and_renewed_and_nobody_else_is_believed() {
    let hub = Hub::start();
    let mut daemon = Daemon::start(&hub);

    let request = hub.subscription(1);
    assert_eq!(request["hub.mode"], "subscribe");
    assert_eq!(request["hub.topic"], hub.topic());
    assert_eq!(request["hub.lease_seconds"], "3600");
    let (callback, secret) = (request["hub.callback"].clone(), request["hub.secret"].clone());
    let path = callback.strip_prefix(&format!("http://{}", daemon.address)).unwrap().to_owned();
    let token = path.strip_prefix("/websub/").unwrap().to_owned();
    assert_eq!((token.len(), secret.len()), (64, 64));
    assert_ne!(token, secret);

    // Only what was asked for is confirmed, and only at its own callback.
    let topic: String = form_urlencoded::byte_serialize(hub.topic().as_bytes()).collect();
    let asking = |path: &str, mode: &str, topic: &str, lease: u32| {
        daemon.get(&format!(
            "{path}?hub.mode={mode}&hub.topic={topic}&hub.challenge=c%3Cb%3E&hub.lease_seconds={lease}"
        ))
    };
    assert_eq!(asking(&path, "subscribe", "http%3A%2F%2Fnews.example%2F", 3600).0, 404);
    assert_eq!(asking(&path, "unsubscribe", &topic, 3600).0, 404);
    assert_eq!(asking("/websub/guessed", "subscribe", &topic, 3600).0, 404);
    assert_eq!(daemon.get(&path).0, 404);
    assert!(daemon.feed_status()["websub"]["lease_end"].is_null());
    assert_eq!(asking(&path, "subscribe", &topic, 3600), (200, "c<b>".to_owned()));
    assert!(daemon.feed_status()["websub"]["lease_end"].is_string());

    // What the hub signs is taken; what it doesn't is acknowledged and ignored.
    wait_for(|| daemon.published().contains("/story/1").then_some(()));
    let push = hub.feed(&[2]);
    hub.seen.lock().unwrap().entries.insert(0, 2);
    assert_eq!(daemon.post(&path, &signed(&secret, &push), &push), 202);
    wait_for(|| daemon.published().contains("/story/2").then_some(()));
    let forged = hub.feed(&[666]);
    for signature in ["", "sha256=00", &signed("another secret", &forged), &signed(&secret, &push)] {
        assert_eq!(daemon.post(&path, signature, &forged), 202, "{signature}");
    }
    assert_eq!(daemon.post("/websub/guessed", &signed(&secret, &push), &push), 410);
    let large = format!("{push}{}", " ".repeat(200_000));
    // The connection may be closed before all of it is sent, and the answer lost with it.
    assert!(matches!(daemon.post(&path, &signed(&secret, &large), &large), 413 | 0));
    let metrics = daemon.get("/metrics").1;
    for line in [
        "{result=\"taken\"} 1",
        "{result=\"unsigned\"} 4",
        "{result=\"unknown\"} 1",
        "{result=\"too_large\"} 1",
    ] {
        assert!(metrics.contains(&format!("dateline_pushes_total{line}")), "{line} is missing in\n{metrics}");
    }

    // Polls go on, but rarely: the one that was due when the push came, and then none for hours.
    std::thread::sleep(Duration::from_secs(4));
    let polls = hub.polls();
    std::thread::sleep(Duration::from_secs(4));
    assert!(hub.polls() <= polls + 1, "{polls} polls, then {}", hub.polls());

    // A lease is renewed before it ends, under the same callback, and the daemon remembers it across a restart.
    assert_eq!(asking(&path, "subscribe", &topic, 4).0, 200);
    let renewal = hub.subscription(2);
    assert_eq!(renewal, request);
    daemon.stop();
    let before = hub.seen.lock().unwrap().subscriptions.len();
    daemon.run();
    assert_eq!(hub.subscription(before + 1), request);

    // A denial ends it.
    assert_eq!(daemon.get(&format!("{path}?hub.mode=denied&hub.topic={topic}&hub.reason=full")).0, 200);
    let status = daemon.feed_status();
    assert!(status["websub"]["lease_end"].is_null());
    assert_eq!(status["websub"]["last_error"], "the hub denied it: full");

    assert!(!daemon.published().contains("/story/666"));
    for shown in [daemon.log(), daemon.get("/v1/status").1, daemon.get("/metrics").1] {
        assert!(!shown.contains(&secret) && !shown.contains(&token), "{shown}");
    }
    daemon.stop();
}
