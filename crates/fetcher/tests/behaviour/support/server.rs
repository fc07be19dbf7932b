//! An HTTP/1.1 server on a socket of its own: every answer is bytes that the test chose.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) path: String,
    /// The fields, their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn host(&self) -> &str {
        self.header("host").unwrap_or_default()
    }
}

/// An answer: pieces of bytes and pauses before them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pieces: Vec<(Duration, Vec<u8>)>,
    /// Whether the connection stays open, silent, when all is said.
    stay: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut bytes = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n");
        // RFC 9110, section 8.6: none of these has a body or its length.
        if !matches!(status, 204 | 304) && !headers.iter().any(|(name, _)| *name == "content-length") {
            bytes += &format!("content-length: {}\r\n", body.len());
        }
        for (name, value) in headers {
            bytes += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (bytes + "\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Self::raw(bytes)
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::new(status, &[], "")
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, &[("location", location)], "")
    }

    pub(crate) fn feed(headers: &[(&str, &str)]) -> Self {
        let mut all = vec![("content-type", "application/rss+xml")];
        all.extend_from_slice(headers);
        Self::new(200, &all, super::FEED)
    }

    pub(crate) fn page(body: &str) -> Self {
        Self::new(200, &[("content-type", "text/html; charset=utf-8")], body)
    }

    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { pieces: vec![(Duration::ZERO, bytes.into())], stay: false }
    }

    /// No answer at all, while the connection stays open.
    pub(crate) fn silence() -> Self {
        Self { pieces: Vec::new(), stay: true }
    }

    pub(crate) fn delayed(mut self, pause: Duration) -> Self {
        self.pieces.insert(0, (pause, Vec::new()));
        self
    }

    pub(crate) fn then(mut self, pause: Duration, bytes: impl Into<Vec<u8>>) -> Self {
        self.pieces.push((pause, bytes.into()));
        self
    }

    pub(crate) fn staying(mut self) -> Self {
        self.stay = true;
        self
    }
}

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A server on loopback, stopped when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<Asked>>>,
    most_at_once: Arc<Mutex<(usize, usize)>>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Answers every request with what `handler` says.
    pub(crate) async fn start(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let most_at_once = Arc::new(Mutex::new((0, 0)));
        let handler: Arc<Handler> = Arc::new(handler);
        let accepting = tokio::spawn({
            let (log, most_at_once) = (log.clone(), most_at_once.clone());
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (log, most_at_once, handler) = (log.clone(), most_at_once.clone(), handler.clone());
                    tokio::spawn(async move {
                        {
                            let mut count = most_at_once.lock().unwrap();
                            count.0 += 1;
                            count.1 = count.1.max(count.0);
                        }
                        let _ = serve(stream, &log, &*handler).await;
                        most_at_once.lock().unwrap().0 -= 1;
                    });
                }
            }
        });
        Self { address, log, most_at_once, accepting }
    }

    /// Gives the same answer to every request.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// Everything that was asked so far.
    pub(crate) fn log(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }

    /// The paths that were asked for so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.log().into_iter().map(|asked| asked.path).collect()
    }

    /// The most requests that were under way at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.lock().unwrap().1
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, handler: &Handler) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head);
    let mut lines = text.lines();
    let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let asked = Asked { at: Instant::now(), path, headers };
    log.lock().unwrap().push(asked.clone());
    let reply = handler(&asked);
    for (pause, bytes) in reply.pieces {
        tokio::time::sleep(pause).await;
        stream.write_all(&bytes).await?;
    }
    if reply.stay {
        std::future::pending::<()>().await;
    }
    stream.shutdown().await
}
