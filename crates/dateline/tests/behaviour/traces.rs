//! Traces, as a collector gets them: the program runs, reads a feed and a page over loopback, and posts its spans to a receiver
//! that decodes what OTLP over HTTP sends.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::site::{Site, get, terminate};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value as AnyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::Value;

/// A word that is a secret wherever it stands.
const SECRET: &str = "hush-4711";

/// A request with spans: its headers and its body.
type Export = (HashMap<String, String>, Vec<u8>);

/// A site with one feed and one page on the subject, which is also a collector. It answers `status` to spans; for 0 it never does.
struct NewsAndCollector {
    address: String,
    status: Arc<AtomicU16>,
    exports: Arc<Mutex<Vec<Export>>>,
}

impl NewsAndCollector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { address, status: Arc::new(AtomicU16::new(200)), exports: Arc::default() };
        let (base, status, exports) = (server.address.clone(), server.status.clone(), server.exports.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (base, status, exports) = (base.clone(), status.clone(), exports.clone());
                std::thread::spawn(move || serve(&stream, &base, &status, &exports));
            }
        });
        server
    }

    /// A daemon that reads the feed, which asks for a token, and sends its spans here.
    fn site(&self, settings: &str) -> Site {
        let settings = format!(
            "{settings}\n[fetch]\nallow_private_addresses = true\nper_host_delay = \"10ms\"\n[poll]\nstart_spread = \"0s\"\n\
             [traces]\nendpoint = \"{}\"\n",
            self.address
        );
        Site::new(&settings, &format!("[[feed]]\nurl = \"{}/feed.xml?token={SECRET}\"\n", self.address))
    }

    /// What was received so far, decoded.
    fn received(&self) -> Vec<ExportTraceServiceRequest> {
        let exports = self.exports.lock().unwrap();
        exports.iter().map(|(_, body)| ExportTraceServiceRequest::decode(body.as_slice()).unwrap()).collect()
    }

    fn spans(&self) -> Vec<Span> {
        let resources = self.received().into_iter().flat_map(|request| request.resource_spans);
        resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
    }

    /// The spans, once there is one with each of these names.
    fn spans_named(&self, names: &[&str], site: &Site) -> HashMap<String, Span> {
        let mut found = HashMap::new();
        for _ in 0..2400 {
            found = self.spans().into_iter().map(|span| (span.name.clone(), span)).collect();
            if names.iter().all(|name| found.contains_key(*name)) {
                return found;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("not all of {names:?}: {:?}\n{}", found.keys(), site.log());
    }
}

fn serve(mut stream: &TcpStream, base: &str, status: &AtomicU16, exports: &Mutex<Vec<Export>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or_default() == 0 {
            return;
        }
        let mut fields = HashMap::new();
        for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
            if let Some((name, value)) = line.split_once(':') {
                fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
        }
        let length = fields.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let path = first.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
        let (status, kind, answer) = match path {
            "/feed.xml" => (200, "application/rss+xml", feed(base)),
            "/train.html" => (200, "text/html", page()),
            "/v1/traces" => {
                let status = status.load(Ordering::SeqCst);
                if status == 0 {
                    std::thread::sleep(Duration::from_secs(60));
                    return;
                }
                exports.lock().unwrap().push((fields, body));
                (status, "application/x-protobuf", String::new())
            }
            _ => (404, "text/plain", "not here".to_owned()),
        };
        let head =
            format!("HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\ncontent-length: {}", answer.len());
        if write!(stream, "{head}\r\n\r\n{answer}").is_err() {
            return;
        }
    }
}

fn feed(base: &str) -> String {
    format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Border news</title><link>{base}</link>\
         <item><title>Train</title><link>{base}/train.html?api_key={SECRET}</link><guid>7</guid></item></channel></rss>"
    )
}

fn page() -> String {
    "<!doctype html><html lang='en'><head><title>A train brings tractors through Khasan</title></head><body><article>\
     <h1>A train brings tractors through Khasan</h1><p>A freight train carried tractors from Russia to North Korea through Khasan \
     this week, railway officials of both countries said, the latest sign of growing trade between Moscow and Pyongyang.</p>\
     <p>The train had thirty cars and waited four hours at the border, where Russian and North Korean customs officers went \
     through its papers together, according to a dispatcher.</p></article></body></html>"
        .to_owned()
}

fn text_of<'k>(attributes: &'k [KeyValue], key: &str) -> Option<&'k str> {
    let value = attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()?.value.as_ref()?;
    match value {
        AnyValue::StringValue(text) => Some(text),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value of a sample on `/metrics`, 0 where it isn't there.
fn metric(address: &str, sample: &str) -> f64 {
    let text = get(address, "/metrics").1;
    text.lines().find_map(|line| line.strip_prefix(sample)?.trim().parse().ok()).unwrap_or_default()
}

fn wait(what: &str, site: &Site, done: impl Fn() -> bool) {
    for _ in 0..2400 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} did not happen\n{}", site.log());
}

/// Spans are sent at once in tests.
const AT_ONCE: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "50");

#[test]
fn an_entrys_way_is_one_trace_with_a_link_to_the_poll_that_announced_it() {
    let server = NewsAndCollector::start();
    let broker = std::env::var("KAFKA_TEST_BROKER").ok().filter(|address| !address.is_empty());
    if broker.is_none() {
        assert!(std::env::var_os("CI").is_none(), "KAFKA_TEST_BROKER names no broker");
        eprintln!("without delivery: KAFKA_TEST_BROKER (host:port of a Kafka broker) is not set");
    }
    let prefix = format!("traces.{}", std::process::id());
    let settings = match &broker {
        Some(address) => format!(
            "[kafka]\nbrokers = \"{address}\"\n[kafka.topics]\narticles = \"{prefix}.a\"\nrejects = \"{prefix}.r\"\n\
             health = \"{prefix}.h\"\nrelay = \"{prefix}.p\"\n"
        ),
        None => String::new(),
    };
    let site = server.site(&settings);
    let asked_for = ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20for-the-collector");
    let (mut child, address) = site.daemon(&[AT_ONCE, asked_for]);
    let mut names = vec!["poll", "entry", "fetch", "extract", "commit"];
    names.extend(broker.as_ref().map(|_| "deliver"));
    let spans = server.spans_named(&names, &site);

    let (entry, poll) = (&spans["entry"], &spans["poll"]);
    assert_eq!(entry.parent_span_id, [0_u8; 0], "an entry's span is the first of its trace");
    assert_eq!(entry.links.len(), 1);
    assert_eq!((&entry.links[0].trace_id, &entry.links[0].span_id), (&poll.trace_id, &poll.span_id));
    for name in names.iter().filter(|name| !["poll", "entry", "commit"].contains(name)) {
        let span = &spans[*name];
        assert_eq!((&span.trace_id, &span.parent_span_id), (&entry.trace_id, &entry.span_id), "{name}");
    }
    let commits: Vec<Span> = server.spans().into_iter().filter(|span| span.name == "commit").collect();
    for parent in [entry, poll] {
        assert!(commits.iter().any(|commit| commit.parent_span_id == parent.span_id), "{}", parent.name);
    }
    for span in server.spans() {
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{}", span.name);
    }
    assert_eq!(text_of(&entry.attributes, "dateline.entry.outcome"), Some("article"));
    assert_eq!(text_of(&poll.attributes, "dateline.poll.result"), Some("new"));

    // Subscribers find the trace by the event.
    let events = get(&address, "/v1/events?after=0&limit=10").1;
    let event: Value =
        serde_json::from_str(events.lines().find(|line| line.starts_with('{')).unwrap()).unwrap();
    let traceparent = format!("00-{}-{}-01", hex(&entry.trace_id), hex(&entry.span_id));
    assert_eq!(event["traceparent"], traceparent);

    let resource = server.received().remove(0).resource_spans.remove(0).resource.unwrap();
    assert_eq!(text_of(&resource.attributes, "service.name"), Some("dateline"));
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
    let exports = server.exports.lock().unwrap();
    assert_eq!(exports[0].0["content-type"], "application/x-protobuf");
    assert_eq!(exports[0].0["authorization"], "Bearer for-the-collector");
    let is_told = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    assert!(!exports.iter().any(|(_, body)| is_told(body)), "a secret was sent");
    assert!(!site.log().contains(SECRET) && !site.log().contains("for-the-collector"), "{}", site.log());
}

#[test]
fn a_collector_that_fails_holds_nothing_up_and_is_told_once() {
    let server = NewsAndCollector::start();
    server.status.store(400, Ordering::SeqCst);
    let site = server.site("");
    let (mut child, address) = site.daemon(&[AT_ONCE]);
    wait("an article", &site, || metric(&address, "dateline_events_total{kind=\"article\"}") >= 1.0);
    let failed = || metric(&address, "dateline_trace_exports_total{result=\"failed\"}");
    wait("a refusal by the collector", &site, || failed() >= 1.0);
    // More spans: the feed is asked again, and again.
    for _ in 0..3 {
        let before = failed();
        let polled = site.run(&["feed", "poll", &format!("{}/feed.xml?token={SECRET}", server.address)]);
        assert!(polled.status.success(), "{polled:?}");
        wait("a further refusal", &site, || failed() > before);
    }
    assert_eq!(site.log().matches("the collector takes no spans").count(), 1, "{}", site.log());
    server.status.store(200, Ordering::SeqCst);
    let polled = site.run(&["feed", "poll", &format!("{}/feed.xml?token={SECRET}", server.address)]);
    assert!(polled.status.success(), "{polled:?}");
    wait("the collector's return", &site, || site.log().contains("the collector takes spans again"));
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn a_collector_that_never_answers_does_not_keep_the_daemon_from_ending() {
    let server = NewsAndCollector::start();
    server.status.store(0, Ordering::SeqCst);
    let site = server.site("");
    let (mut child, address) = site.daemon(&[AT_ONCE]);
    wait("an article", &site, || metric(&address, "dateline_events_total{kind=\"article\"}") >= 1.0);
    // Long before the collector's request, which may take 10 seconds, would end.
    assert!(terminate(&mut child, Duration::from_secs(8)).success(), "{}", site.log());
}

#[test]
fn an_address_that_can_be_no_collector_is_refused_by_check() {
    let site = Site::new("[traces]\nendpoint = \"http://me:secret@collector.example\"\n", "");
    let checked = site.run(&["check"]);
    assert_eq!(checked.status.code(), Some(78));
    let told = crate::site::text(&checked.stderr);
    assert!(told.contains("`endpoint` in [traces]") && told.contains("OTEL_EXPORTER_OTLP_HEADERS"), "{told}");
    assert!(!told.contains("me:secret"), "{told}");
}
