//! The API's connections: so many at once, and for each so long until a request is there. Whoever comes beyond that is told
//! to come back.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{Problem, RETRY_AFTER_SECONDS};
use crate::config::HttpSettings;

/// How many clients are told at once that there is no room; others are closed without a word.
const MAX_REFUSALS: usize = 32;
/// How long a client may take to hear that there is no room.
const REFUSAL_TIME: Duration = Duration::from_secs(2);
/// How long to wait before accepting again after that failed, as when the process has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// Serves `router` until `stop` is cancelled, and then until the requests under way are answered. A connection without one is not waited
/// for.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &HttpSettings,
    stop: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(settings.max_connections));
    let refusal_room = Arc::new(Semaphore::new(MAX_REFUSALS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(settings.header_timeout);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "the API cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Err(error) = bound_stalls(&stream, settings.stalled_after) {
            tracing::debug!(%error, "a connection's timeout could not be set");
        }
        if let Ok(place) = room.clone().try_acquire_owned() {
            let was_asked = Arc::default();
            let router = TowerToHyperService::new(router.clone());
            let service = PeerService { router, peer: Peer(peer), was_asked };
            connections.spawn(converse(stream, http.clone(), service, stop.clone(), place));
        } else if let Ok(place) = refusal_room.clone().try_acquire_owned() {
            connections.spawn(refuse(stream, place));
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The other end of a connection, which every request of it carries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

/// Answers what one peer asks.
struct PeerService {
    router: TowerToHyperService<Router>,
    peer: Peer,
    /// Whether a request came by the connection.
    was_asked: Arc<AtomicBool>,
}

impl Service<Request<Incoming>> for PeerService {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.was_asked.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}

/// Answers the requests of one connection.
async fn converse(
    stream: TcpStream,
    http: http1::Builder,
    service: PeerService,
    stop: CancellationToken,
    _place: OwnedSemaphorePermit,
) {
    let was_asked = service.was_asked.clone();
    let connection = http.serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            // It closes connections that wait for a further request, and leaves those alone that wait for the first.
            if !was_asked.load(Ordering::Relaxed) {
                return;
            }
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the API ended early");
    }
}

/// Tells a client that there is no room. What it asks is read to its end, since closing before would take the answer back.
async fn refuse(mut stream: TcpStream, _place: OwnedSemaphorePermit) {
    let problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "as many connections are open as may be (`max_connections` in [http]); try again later",
    );
    let body = problem.to_json();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: {RETRY_AFTER_SECONDS}\r\nConnection: close\r\nContent-Type: {}\r\n\
         X-Content-Type-Options: nosniff\r\nContent-Length: {}\r\n\r\n{body}",
        Problem::CONTENT_TYPE,
        body.len()
    );
    let telling = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        let mut asked = [0; 1024];
        while stream.read(&mut asked).await? > 0 {}
        io::Result::Ok(())
    };
    // Whoever doesn't listen is not waited for.
    let _ = timeout(REFUSAL_TIME, telling).await;
}

/// Has the system close a connection whose peer leaves what was sent unread (or unacknowledged) for too long, so that a slow
/// reader costs a bounded buffer for a bounded time. What it missed it asks for again, from the last sequence it saw.
fn bound_stalls(connection: &TcpStream, stalled_after: Duration) -> io::Result<()> {
    connection.set_nodelay(true)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    SockRef::from(connection).set_tcp_user_timeout(Some(stalled_after))?;
    Ok(())
}
