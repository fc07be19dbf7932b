//! Webhooks of a running program: what is given up is listed, told as a fault, and delivered again; no secret is shown.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::site::{Site, ask, eventually, get, terminate, text};

const FEED: &str = "<rss version='2.0'><channel><title>t</title><item><title>one</title><guid>1</guid>\
    <link>http://127.0.0.1:PORT/ferry</link></item></channel></rss>";

const PAGE: &str = "<!doctype html><title>The ferry was late</title><h1>The ferry was late</h1><article><p>The ferry from the island \
    came an hour late on Monday, as the harbour master said, because of the fog that lay over the sound.</p></article>";

/// A host with a feed whose one page is not on the subject, and a receiver.
struct Host {
    port: u16,
    takes: Arc<AtomicBool>,
    /// The fields of what was posted and taken.
    taken: Arc<Mutex<Vec<String>>>,
}

impl Host {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let host = Self { port, takes: Arc::default(), taken: Arc::default() };
        let (takes, taken) = (host.takes.clone(), host.taken.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (takes, taken) = (takes.clone(), taken.clone());
                std::thread::spawn(move || answer(stream.unwrap(), port, &takes, &taken));
            }
        });
        host
    }
}

fn answer(mut stream: TcpStream, port: u16, takes: &AtomicBool, taken: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or_default() == 0 {
            return;
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let (status, body) = match head.split(' ').nth(1).unwrap_or_default() {
        "/rss" => ("200 OK\r\nContent-Type: application/rss+xml", FEED.replace("PORT", &port.to_string())),
        "/hooks/hush" if takes.load(Ordering::SeqCst) => {
            taken.lock().unwrap().push(head);
            ("200 OK", String::new())
        }
        "/ferry" => ("200 OK\r\nContent-Type: text/html", PAGE.to_owned()),
        "/hooks/hush" => ("400 Bad Request", String::new()),
        _ => ("404 Not Found", String::new()),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
}

#[test]
fn what_a_receiver_does_not_take_is_given_up_told_and_delivered_again() {
    let host = Host::start();
    let settings = format!(
        "[fetch]\nallow_private_addresses = true\nper_host_delay = \"0s\"\n[poll]\nstart_spread = \"0s\"\n[[webhook]]\nname = \"desk\"\n\
         url = \"http://127.0.0.1:{port}/hooks/hush\"\nsecret = {{ env = \"DESK\" }}\ngive_up_after = \"1s\"\nfilter = \"kind=reject\"\n",
        port = host.port
    );
    let site = Site::new(&settings, &format!("[[feed]]\nurl = \"http://127.0.0.1:{}/rss\"\n", host.port));
    let secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let (mut child, address) = site.daemon(&[("DESK", secret)]);
    let status = || get(&address, "/v1/status").1;
    eventually("the event is given up", || status().contains("\"dead_letters\":1"));
    let shown = [status(), get(&address, "/metrics").1, text(&site.run(&["status"]).stdout)];
    for shown in &shown {
        assert!(!shown.contains("hush") && !shown.contains(&secret[6..20]), "{shown}");
    }
    assert!(shown[0].contains("the webhook desk has given 1 event up"), "{}", shown[0]);
    assert!(shown[1].contains("dateline_sink_dead_letters{sink=\"webhook/desk\"} 1"), "{}", shown[1]);
    assert!(shown[2].contains("1 given up"), "{}", shown[2]);
    let letters = text(&site.run(&["webhook", "dead-letters", "desk"]).stdout);
    assert!(letters.contains("\"error\":\"the receiver answers 400 Bad Request\""), "{letters}");
    for (event, status, told) in [("nonesuch", 404, "nonesuch"), ("", 400, "`event` is empty")] {
        let answer = ask(&address, "POST", &format!("/v1/webhooks/desk/redeliver?event={event}"), "");
        assert!(answer.0 == status && answer.1.contains(told), "{answer:?}");
    }
    for (event, exit, told) in
        [("nonesuch", 1, "no event with the id `nonesuch`"), ("", 2, "a value is required")]
    {
        let output = site.run(&["webhook", "redeliver", "desk", "--event", event]);
        assert_eq!(output.status.code(), Some(exit), "{event}");
        assert!(text(&output.stderr).contains(told), "{event}: {}", text(&output.stderr));
    }
    host.takes.store(true, Ordering::SeqCst);
    let output = site.run(&["webhook", "redeliver", "desk"]);
    assert_eq!(text(&output.stdout), "1 event is delivered again\n", "{}", text(&output.stderr));
    eventually("it is delivered", || host.taken.lock().unwrap().len() == 1);
    let head = host.taken.lock().unwrap()[0].clone();
    assert!(
        head.contains("ce-type: dateline.reject.v1") && head.contains("webhook-signature: v1,"),
        "{head}"
    );
    eventually("the journal knows", || status().contains("\"delivered\":1"));
    let unknown = site.run(&["webhook", "enable", "other"]);
    assert!(text(&unknown.stderr).contains("no webhook called `other`"), "{}", text(&unknown.stderr));
    assert!(terminate(&mut child, Duration::from_secs(30)).success());
    assert!(!site.log().contains("hush"), "{}", site.log());
    // The daemon is stopped: the journal is changed here.
    let output = site.run(&["webhook", "redeliver", "desk", "--event", "nonesuch"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let output = site.run(&["webhook", "enable", "desk"]);
    assert_eq!(text(&output.stdout), "desk delivers again when the daemon starts\n");
}
