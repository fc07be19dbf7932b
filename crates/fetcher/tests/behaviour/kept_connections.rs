//! Connections that a server keeps, or says it keeps, between two requests.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use dateline_fetcher::transport::{
    FailureKind, LiveTransport, Purpose, Request, Response, Transport, TransportError,
};
use http::HeaderMap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

use crate::support::*;

/// What a server does on the first connection when it has answered once.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// Sends these bytes a moment later and leaves the connection open.
    Sends(&'static [u8]),
    /// Sends these bytes a moment later and closes.
    SendsAndCloses(&'static [u8]),
    /// Sends these bytes with its answer, and leaves the connection open.
    SendsAtOnce(&'static [u8]),
    /// Closes a moment later.
    Closes,
    /// Breaks the connection off (RST) a moment later.
    BreaksOff,
    /// Stops to send a moment later, and goes on to listen.
    HalfCloses,
    /// Closes when it is asked again.
    ClosesWhenAsked,
    /// Breaks the connection off when it is asked again.
    BreaksOffWhenAsked,
}

/// Long enough for a client to have read an answer.
const MOMENT: Duration = Duration::from_millis(50);

/// A server whose answers have `head`: on the first connection it does `then` behind its first answer, on all others it answers as often as it
/// is asked, or `never`.
struct KeepingServer {
    address: SocketAddr,
    /// Told when it has done what it does.
    acted: Arc<Notify>,
    /// How many requests have come.
    asked: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl KeepingServer {
    async fn start(head: &'static str, then: Then, never: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (acted, asked) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
        let (acts, counts) = (acted.clone(), asked.clone());
        let serving = tokio::spawn(async move {
            let mut is_first = true;
            while let Ok((stream, _)) = listener.accept().await {
                let then = std::mem::take(&mut is_first).then_some(then);
                tokio::spawn(serve(stream, head, (then, never), acts.clone(), counts.clone()));
            }
        });
        Self { address, acted, asked, serving }
    }
}

impl Drop for KeepingServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    head: &str,
    (then, never): (Option<Then>, bool),
    acted: Arc<Notify>,
    counted: Arc<AtomicUsize>,
) {
    let mut asked = Vec::new();
    let mut answered = 0;
    while stream.read_buf(&mut asked).await.is_ok_and(|read| read > 0) {
        if !asked.ends_with(b"\r\n\r\n") {
            continue;
        }
        asked.clear();
        counted.fetch_add(1, Ordering::SeqCst);
        match then {
            None if never => return,
            Some(Then::ClosesWhenAsked) if answered > 0 => return,
            Some(Then::BreaksOffWhenAsked) if answered > 0 => {
                let _ = stream.set_zero_linger();
                return;
            }
            _ => {}
        }
        answered += 1;
        let mut answer = format!("{head}content-length: {}\r\n\r\n{PAGE}", PAGE.len()).into_bytes();
        if let Some(Then::SendsAtOnce(more)) = then {
            answer.extend(more);
        }
        let _ = stream.write_all(&answer).await;
        tokio::time::sleep(MOMENT).await;
        if let Some(Then::Sends(more) | Then::SendsAndCloses(more)) = then {
            let _ = stream.write_all(more).await;
        }
        match then {
            Some(Then::Closes | Then::SendsAndCloses(_)) => drop(stream),
            Some(Then::BreaksOff) => {
                let _ = stream.set_zero_linger();
                drop(stream);
            }
            Some(Then::HalfCloses) => {
                let _ = stream.shutdown().await;
                acted.notify_one();
                continue;
            }
            _ => {
                acted.notify_one();
                continue;
            }
        }
        return acted.notify_one();
    }
}

/// What becomes of a second request to `server`.
async fn second(server: &KeepingServer) -> Result<Response, TransportError> {
    let live = LiveTransport::new(&settings(&["news.example"], server.address)).unwrap();
    let page = || live.send(Request::get(url("http://news.example/1"), Purpose::Page));
    assert_eq!(page().await.unwrap().body, PAGE.as_bytes());
    server.acted.notified().await;
    // The client hears of it before its time passes.
    tokio::time::sleep(MOMENT).await;
    page().await
}

#[tokio::test]
async fn what_a_server_does_to_a_connection_that_rests_costs_no_request() {
    let kept = "HTTP/1.1 200 OK\r\n";
    let mut wrong = Vec::new();
    for (head, then) in [
        (kept, Then::Closes),
        (kept, Then::BreaksOff),
        (kept, Then::ClosesWhenAsked),
        (kept, Then::BreaksOffWhenAsked),
        (kept, Then::HalfCloses),
        ("HTTP/1.1 200 OK\r\nconnection: keep-alive\r\nkeep-alive: timeout=0\r\n", Then::Closes),
        ("HTTP/1.1 200 OK\r\nkeep-alive: timeout=5, max=1\r\n", Then::Closes),
        ("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n", Then::Closes),
        ("HTTP/1.0 200 OK\r\n", Then::Closes),
        // It says that it closes, and doesn't.
        ("HTTP/1.1 200 OK\r\nconnection: close\r\n", Then::Sends(b"")),
        // What proxies say to a client that is silent (RFC 9110, section 15.5.9).
        (
            kept,
            Then::SendsAndCloses(
                b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            ),
        ),
        (kept, Then::Sends(b"HTTP/1.0 408 Request Time-out\r\ncontent-type: text/html\r\n\r\n<h1>408</h1>")),
        (kept, Then::SendsAtOnce(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")),
        // Bytes behind the body.
        (kept, Then::SendsAtOnce(b"\r\n")),
        (kept, Then::SendsAtOnce(b"<!-- cache 7 -->")),
        (kept, Then::SendsAtOnce(b"0\r\n\r\n")),
        (kept, Then::Sends(b"\r\n")),
        (kept, Then::Sends(b"\0")),
    ] {
        let server = KeepingServer::start(head, then, false).await;
        match second(&server).await {
            Ok(answer) if answer.status == 200 && answer.body == PAGE.as_bytes() => {}
            other => wrong.push(format!("{head:?} {then:?}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn a_page_is_asked_for_once_more_where_a_kept_connection_ends_unanswered_and_no_more_often() {
    let never = KeepingServer::start("HTTP/1.1 200 OK\r\n", Then::ClosesWhenAsked, true).await;
    assert_eq!(second(&never).await.unwrap_err().kind, FailureKind::Cut);
    assert_eq!(never.asked.load(Ordering::SeqCst), 3);
    // Over a new connection it may have done what it was asked for, or it is in no state to do it.
    let live = LiveTransport::new(&settings(&["other.example"], never.address)).unwrap();
    let fresh = live.send(Request::get(url("http://other.example/1"), Purpose::Page)).await;
    assert_eq!(fresh.unwrap_err().kind, FailureKind::Cut);
    assert_eq!(never.asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn what_may_not_be_sent_twice_is_not_whatever_becomes_of_the_connection() {
    let server = KeepingServer::start("HTTP/1.1 200 OK\r\n", Then::ClosesWhenAsked, false).await;
    let live = LiveTransport::new(&settings(&["news.example"], server.address)).unwrap();
    let post = || live.post(url("http://news.example/hook"), HeaderMap::new(), Bytes::new());
    assert_eq!(post().await.unwrap().status, 200);
    server.acted.notified().await;
    tokio::time::sleep(MOMENT).await;
    assert_eq!(post().await.unwrap_err().kind, FailureKind::Cut);
    assert_eq!(server.asked.load(Ordering::SeqCst), 2);
}
