//! The HTTP API, asked as a client asks.

use std::time::Duration;

use crate::served::{TestServer, sequences};
use dateline::config::HttpSettings;
use dateline::engine::PauseCause;
use dateline::status::StatusReport;
use dateline_journal::{Retention, RetentionPass};
use dateline_publisher::RelayStatus;
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

#[tokio::test]
async fn events_come_as_lines_in_order_without_gaps() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(150).await;
    let (status, head, body) = served.get("/v1/events", "").await;
    assert_eq!(status, 200);
    assert!(head.contains("content-type: application/x-ndjson"), "{head}");
    assert_eq!(sequences(&body), (1..=150).collect::<Vec<u64>>());
    let first: Value = serde_json::from_str(body.lines().next().unwrap()).unwrap();
    assert_eq!(first["specversion"], "1.0");
    assert_eq!(first["source"], "/test");
    assert_eq!(first["type"], "dateline.reject.v1");
    assert_eq!(first["journal"], served.journal.id().as_str());
    assert_eq!(first["data"]["reason"], "not_relevant");
}

#[tokio::test]
async fn after_limit_and_kind_choose() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(10).await;
    assert_eq!(sequences(&served.get("/v1/events?after=3&limit=2", "").await.2), [4, 5]);
    assert_eq!(sequences(&served.get("/v1/events?after=9", "").await.2), [10]);
    assert_eq!(served.get("/v1/events?after=latest", "").await.2, "");
    assert_eq!(served.get("/v1/events?kind=article", "").await.2, "");
    assert_eq!(sequences(&served.get("/v1/events?kind=reject&after=8", "").await.2), [9, 10]);
}

#[tokio::test]
async fn a_sequence_that_the_journal_has_not_come_to_is_told_unless_the_client_knows_the_journal() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(10).await;
    for path in ["/v1/events?after=11", "/v1/events?after=11&follow=true"] {
        let (status, _, told) = served.get(path, "").await;
        assert_eq!(status, 409, "{told}");
        assert!(told.contains("the last event of the journal") && told.contains("after=earliest"), "{told}");
    }
    let of_this = format!("/v1/events?after=11&journal={}", served.journal.id());
    assert_eq!(served.get(&of_this, "").await.0, 200);
}

#[tokio::test]
async fn every_schema_is_listed_and_found_by_its_file_its_type_and_its_kind() {
    let served = TestServer::new(HttpSettings::default()).await;
    let (status, _, body) = served.get("/v1/schemas/", "").await;
    assert_eq!((status, served.get("/v1/schemas", "").await.2), (200, body.clone()));
    let list: Value = serde_json::from_str(&body).unwrap();
    for schema in list["schemas"].as_array().unwrap() {
        let (status, head, by_path) = served.get(schema["path"].as_str().unwrap(), "").await;
        assert!(status == 200 && head.contains("application/schema+json"), "{head}");
        for name in ["kind", "type"] {
            let path = format!("/v1/schemas/{}", schema[name].as_str().unwrap());
            assert_eq!(served.get(&path, "").await.2, by_path);
        }
    }
    let (status, _, told) = served.get("/v1/schemas/news", "").await;
    assert!(status == 404 && told.contains("dateline.article.v1.json"), "{told}");
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_what_is() {
    let served = TestServer::new(HttpSettings::default()).await;
    for (path, told) in [
        ("/v1/events?after=yesterday", "a sequence number"),
        ("/v1/events?kind=news", "article, withdrawal, reject, health or story"),
        ("/v1/events?format=xml", "`ndjson` or `sse`"),
        ("/v1/events?folow=true", "`folow` is no parameter here; known are after, before, follow"),
    ] {
        let (status, head, body) = served.get(path, "").await;
        assert_eq!(status, 400, "{path}");
        assert!(head.contains("application/problem+json"), "{head}");
        assert!(body.contains(told), "{body}");
    }
    assert_eq!(served.get("/nothing", "").await.0, 404);
}

#[tokio::test]
async fn a_follower_gets_new_events_as_they_come() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(1).await;
    let mut lines = served.open("/v1/events?follow=true", "").await.lines();
    let mut next = async || loop {
        let line = timeout(Duration::from_secs(10), lines.next_line()).await.unwrap().unwrap().unwrap();
        if line.starts_with('{') {
            return sequences(&line)[0];
        }
    };
    assert_eq!(next().await, 1);
    served.commit(2).await;
    assert_eq!((next().await, next().await), (2, 3));
}

#[tokio::test]
async fn server_sent_events_resume_where_the_client_left_off() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(3).await;
    let headers = "Accept: text/event-stream\r\nLast-Event-ID: 2\r\n";
    let (_, head, body) = served.get("/v1/events?after=0", headers).await;
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(body.starts_with("id: 3\nevent: reject\ndata: {"), "{body}");
    assert!(body.ends_with("}\n\n"), "{body}");
    assert_eq!(body.matches("id: ").count(), 1);
}

#[tokio::test]
async fn one_follower_too_many_is_told_to_come_back() {
    let served = TestServer::new(HttpSettings { max_followers: 1, ..HttpSettings::default() }).await;
    let mut first = served.open("/v1/events?follow=true", "").await;
    let mut line = String::new();
    first.read_line(&mut line).await.unwrap();
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    let (status, head, _) = served.get("/v1/events?follow=true", "").await;
    assert_eq!(status, 503);
    assert!(head.contains("retry-after: "), "{head}");
    assert_eq!(served.get("/v1/events", "").await.0, 200);
    drop(first);
    let mut status = 503;
    for _ in 0..100 {
        let mut again = served.open("/v1/events?follow=true", "").await;
        let mut line = String::new();
        again.read_line(&mut line).await.unwrap();
        status = line[9..12].parse().unwrap();
        if status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status, 200, "a place that was left is free again");
}

#[tokio::test]
async fn stopping_ends_open_streams() {
    let served = TestServer::new(HttpSettings::default()).await;
    let mut follower = served.open("/v1/events?follow=true", "").await;
    let mut line = String::new();
    follower.read_line(&mut line).await.unwrap();
    served.stop.cancel();
    let mut rest = String::new();
    timeout(Duration::from_secs(10), follower.read_to_string(&mut rest)).await.unwrap().unwrap();
    timeout(Duration::from_secs(10), served.server).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_the_framework_refuses_is_a_problem_document_as_well() {
    let served = TestServer::new(HttpSettings::default()).await;
    let exchange = async |head: &str| {
        let mut stream = TcpStream::connect(&served.address).await.unwrap();
        stream.write_all(format!("{head}\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    for (head, status, told) in [
        ("DELETE /v1/status HTTP/1.1", 405, "DELETE means nothing at /v1/status; the field `Allow`"),
        ("GET /v1/reload HTTP/1.1", 405, "GET means nothing at /v1/reload; the field `Allow`"),
        ("POST /livez HTTP/1.1", 405, "POST means nothing at /livez; the field `Allow`"),
        ("POST /readyz HTTP/1.1", 405, "POST means nothing at /readyz"),
        ("DELETE /metrics HTTP/1.1", 405, "DELETE means nothing at /metrics"),
        ("POST /nothing HTTP/1.1", 404, "no such path; see /v1/status"),
        ("GET /v1/feeds/%FF HTTP/1.1", 400, "the path holds bytes that are no text"),
        ("GET /v1/rejects?limit=ten HTTP/1.1", 400, "`limit` is `ten`; expected a whole number of 1 or more"),
    ] {
        let answer = exchange(head).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains("content-type: application/problem+json"), "{answer}");
        let problem: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!(problem["status"], status, "{answer}");
        assert!(problem["detail"].as_str().unwrap().starts_with(told), "{answer}");
    }
    assert!(exchange("GET /v1/reload HTTP/1.1").await.contains("allow: POST"));
}

#[tokio::test]
async fn a_relay_that_has_neither_delivered_nor_failed_is_not_said_to_work() {
    let served = TestServer::with_relay(HttpSettings::default(), Some(RelayStatus::default())).await;
    let unknown = "delivery to Kafka is not yet known to work";
    assert_eq!(served.get("/readyz", "").await.2, format!("ready\n{unknown}\n"));
    let status: Value = serde_json::from_str(&served.get("/v1/status", "").await.2).unwrap();
    assert!(status["summary"].as_str().unwrap().ends_with(unknown), "{status}");
    let page = dateline::status::page(&serde_json::from_value(status).unwrap());
    assert!(page.contains("delivery  not yet known to work; Kafka has 0"), "{page}");
}

#[tokio::test]
async fn health_follows_the_engines_pulse() {
    let served = TestServer::new(HttpSettings::default()).await;
    assert_eq!(served.get("/livez", "").await.0, 200);
    assert_eq!(served.get("/readyz", "").await.0, 200);
    served.pulse.send_modify(|pulse| pulse.paused = Some(PauseCause::Full));
    assert_eq!(served.get("/livez", "").await.0, 200);
    let (status, _, body) = served.get("/readyz", "").await;
    assert_eq!(status, 503);
    assert!(body.starts_with("not ready:\nthe journal has no room: its disk is full"), "{body}");
    assert!(body.contains("to do: free space on the disk of `data_dir`"), "{body}");
    let long_ago = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
    served.pulse.send_modify(|pulse| pulse.at = long_ago);
    assert_eq!(served.get("/livez", "").await.0, 503);
}

#[tokio::test]
async fn a_daemon_whose_broker_refuses_it_is_ready_and_says_what_is_degraded_and_why() {
    let relay = RelayStatus {
        last_error: Some("SASL authentication error: Authentication failed".into()),
        ..RelayStatus::default()
    };
    let served = TestServer::with_relay(HttpSettings::default(), Some(relay)).await;
    let (status, _, body) = served.get("/readyz", "").await;
    assert_eq!(status, 200);
    let told = "ready, but degraded:\nnothing is delivered: Kafka refuses the user name or the password: ";
    assert!(body.starts_with(told), "{body}");
    let status: Value = serde_json::from_str(&served.get("/v1/status", "").await.2).unwrap();
    assert_eq!(status["verdict"], "degraded");
    assert_eq!(status["faults"][0]["kind"], "delivery_fails");
    assert!(status["summary"].as_str().unwrap().starts_with("degraded: nothing is delivered: Kafka refuses"));
}

#[tokio::test]
async fn status_and_metrics_count_what_the_journal_holds() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(4).await;
    let status: Value = serde_json::from_str(&served.get("/v1/status", "").await.2).unwrap();
    assert_eq!(status["events"]["rejects"], 4);
    // What the daemon leaves out, `dateline status` does without.
    let read: StatusReport = serde_json::from_value(status.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), status);
    assert_eq!(status["last_events"][0]["about"], "not_relevant  https://news.example/3");
    assert_eq!(status["feeds"][0]["url"], "https://news.example/rss");
    let (_, head, metrics) = served.get("/metrics", "").await;
    assert!(head.contains("text/plain; version=0.0.4"), "{head}");
    for line in [
        "dateline_last_sequence 4\n",
        "dateline_feeds{state=\"waiting\"} 1\n",
        "dateline_fault{kind=\"no_room\"} 0\n",
        "dateline_relay_lag_events 0\n",
        "dateline_build_info{version=\"",
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    let (_, head, metrics) = served.get("/metrics", "Accept: application/openmetrics-text\r\n").await;
    assert!(head.contains("openmetrics-text"), "{head}");
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
}

#[tokio::test]
async fn a_client_that_is_ahead_of_the_journal_that_it_names_waits_for_it() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(2).await;
    let journal = served.journal.id().clone();
    for after in ["3", "9223372036854775807", "18446744073709551615"] {
        assert_eq!(served.get(&format!("/v1/events?after={after}&journal={journal}"), "").await.2, "");
        let path = format!("/v1/events?after={after}&journal={journal}&follow=true");
        let mut follower = served.open(&path, "").await;
        let mut line = String::new();
        follower.read_line(&mut line).await.unwrap();
        assert!(line.starts_with("HTTP/1.1 200"), "{line}");
        let mut rest = String::new();
        let read = follower.read_to_string(&mut rest);
        assert!(timeout(Duration::from_millis(300), read).await.is_err(), "the stream goes on");
    }
    assert_eq!(served.get("/v1/events", "Last-Event-ID: 18446744073709551615\r\n").await.0, 409);
}

#[tokio::test]
async fn a_connection_without_a_whole_request_is_closed_in_time() {
    let settings = HttpSettings { header_timeout: Duration::from_millis(200), ..HttpSettings::default() };
    let served = TestServer::new(settings).await;
    for begun in ["", "GET /livez HTTP/1.1\r\nHost: te", "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n"] {
        let mut stream = TcpStream::connect(&served.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answers = String::new();
        timeout(Duration::from_secs(10), stream.read_to_string(&mut answers)).await.unwrap().unwrap();
        assert_eq!(answers.contains("alive"), begun.ends_with("\r\n\r\n"), "{answers}");
    }
}

#[tokio::test]
async fn half_open_connections_keep_others_out_for_no_longer_than_they_may_take() {
    let settings = HttpSettings {
        max_connections: 4,
        header_timeout: Duration::from_millis(500),
        ..HttpSettings::default()
    };
    let served = TestServer::new(settings).await;
    let mut half_open = Vec::new();
    for _ in 0..4 {
        half_open.push(TcpStream::connect(&served.address).await.unwrap());
    }
    let (status, head, body) = served.get("/livez", "").await;
    assert_eq!(status, 503);
    assert!(head.contains("retry-after: 10\r\n") && head.contains("application/problem+json"), "{head}");
    assert!(body.contains("max_connections"), "{body}");
    for mut stream in half_open {
        let mut nothing = Vec::new();
        timeout(Duration::from_secs(10), stream.read_to_end(&mut nothing)).await.unwrap().unwrap();
    }
    assert_eq!(served.get("/livez", "").await.0, 200);
}

#[tokio::test]
async fn what_is_gone_is_said_to_be_gone_with_the_oldest_that_is_left() {
    let mut server = TestServer::new(HttpSettings::default()).await;
    server.commit(5).await;
    let rules = Retention {
        events: None,
        stories: None,
        story_growth: Duration::from_secs(14 * 86_400),
        rejects: Some(Duration::ZERO),
        entries: None,
        links: Duration::ZERO,
        max_bytes: None,
        only_delivered: false,
        sinks: Vec::new(),
        max_sink_wait: Duration::ZERO,
    };
    let later = Timestamp::now().checked_add(Duration::from_secs(60)).unwrap();
    let mut pass = RetentionPass::new(rules, later);
    while pass.step(&server.journal).await.unwrap() {}
    for (path, headers) in [
        ("/v1/events?after=3", ""),
        ("/v1/events?after=0&follow=true&kind=reject", ""),
        ("/v1/events?follow=true", "Last-Event-ID: 2\r\n"),
    ] {
        let (status, head, body) = server.get(path, headers).await;
        assert_eq!(status, 410, "{path}");
        assert!(head.contains("application/problem+json"), "{head}");
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&problem["status"], &problem["oldest"]), (&410.into(), &5.into()));
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("after=4") && detail.contains("[retention]"), "{detail}");
    }
    // Of articles nothing is gone.
    assert_eq!(server.get("/v1/events?after=0&kind=article", "").await.0, 200);
    for path in ["/v1/events?after=4", "/v1/events?after=earliest", "/v1/events"] {
        let (status, _, body) = server.get(path, "").await;
        let event: Value = serde_json::from_str(body.trim()).unwrap();
        assert_eq!((status, &event["sequence"]), (200, &"5".into()), "{path}");
    }
}

#[tokio::test]
async fn every_answer_names_its_journal_and_is_what_it_says_it_is() {
    let served = TestServer::new(HttpSettings::default()).await;
    for path in ["/v1/events", "/v1/status", "/livez", "/nothing", "/v1/events?after=x"] {
        let (_, head, _) = served.get(path, "").await;
        assert!(head.contains(&format!("dateline-journal: {}", served.journal.id())), "{path}: {head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{path}: {head}");
    }
}

#[tokio::test]
async fn the_schema_that_an_event_names_is_served() {
    let mut server = TestServer::new(HttpSettings::default()).await;
    server.commit(1).await;
    let (_, _, event) = server.get("/v1/events?limit=1", "").await;
    let event: Value = serde_json::from_str(&event).unwrap();
    let path = format!("/v1/schemas/{}.json", event["type"].as_str().unwrap());
    let (status, head, schema) = server.get(&path, "").await;
    assert!(status == 200 && head.contains("application/schema+json"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(&schema).unwrap()["$id"], event["dataschema"]);
    let (status, _, problem) = server.get("/v1/schemas/nothing.json", "").await;
    assert!(status == 404 && problem.contains("dateline.article.v1.json"), "{problem}");
}

#[tokio::test]
async fn a_client_of_another_journal_is_told_rather_than_left_waiting() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(2).await;
    let id = served.journal.id().to_string();
    assert_eq!(sequences(&served.get(&format!("/v1/events?after=1&journal={id}"), "").await.2), [2]);
    let (status, _, body) = served.get("/v1/events?after=500&follow=true&journal=0123abcd", "").await;
    assert_eq!(status, 409);
    assert!(body.contains(&format!("the journal is {id}, not `0123abcd`")), "{body}");
    assert!(body.contains("after=earliest"), "{body}");
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_take_that_and_events_that_are_followed_are_not_held_back() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(50).await;
    let plain = served.get("/v1/events", "").await.2;
    let mut stream = TcpStream::connect(&served.address).await.unwrap();
    stream
        .write_all(b"GET /v1/events HTTP/1.0\r\nHost: test\r\nAccept-Encoding: gzip\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut unpacked = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&answer[end + 4..]), &mut unpacked)
        .unwrap();
    assert!(unpacked == plain && answer.len() < plain.len());

    let mut lines = served.open("/v1/events?follow=true", "Accept-Encoding: gzip\r\n").await.lines();
    let mut first = String::new();
    while !first.starts_with('{') {
        first = timeout(Duration::from_secs(10), lines.next_line()).await.unwrap().unwrap().unwrap();
        assert!(!first.to_lowercase().starts_with("content-encoding"), "{first}");
    }
}

#[tokio::test]
async fn whoever_finds_the_daemon_not_ready_is_told_when_to_come_back() {
    let served = TestServer::new(HttpSettings::default()).await;
    served.pulse.send_modify(|pulse| pulse.paused = Some(PauseCause::Full));
    let (status, head, _) = served.get("/readyz", "").await;
    assert_eq!(status, 503);
    assert!(head.contains("retry-after: 10"), "{head}");
}
