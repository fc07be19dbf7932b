//! Two thousand feeds on nginx, with faults in front: no entry is lost, no limit is broken, memory stays flat.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use dateline_fetcher::{FetchSettings, PollResult};
use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::support::{nginx::Nginx, *};

const FEEDS: usize = 2000;
const HOSTS: usize = 100;
const CONCURRENCY: usize = 2;

/// The feed numbered `feed` as it is in `round`: ten entries, three of them new in every round.
fn text(feed: usize, round: usize) -> String {
    let items: String = (round * 3..round * 3 + 10)
        .rev()
        .map(|entry| format!("<item><guid>{feed}/{entry}</guid><title>Ship {entry} came in</title></item>"))
        .collect();
    format!("<rss version='2.0'><channel><title>Port {feed}</title>{items}</channel></rss>")
}

/// A proxy that lets most requests pass to nginx and harms the others, by a fixed pattern.
struct Injector {
    address: SocketAddr,
    /// Per host, how many requests are under way and the most there ever were.
    under_way: Arc<Mutex<BTreeMap<String, (usize, usize)>>>,
    faults: Arc<Mutex<usize>>,
    accepting: JoinHandle<()>,
}

impl Injector {
    async fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let under_way: Arc<Mutex<BTreeMap<String, (usize, usize)>>> = Arc::default();
        let faults: Arc<Mutex<usize>> = Arc::default();
        let accepting = tokio::spawn({
            let (under_way, faults) = (under_way.clone(), faults.clone());
            async move {
                let mut number = 0usize;
                while let Ok((stream, _)) = listener.accept().await {
                    number += 1;
                    let (under_way, faults) = (under_way.clone(), faults.clone());
                    tokio::spawn(async move {
                        let _ = Self::serve(stream, upstream, number, &under_way, &faults).await;
                    });
                }
            }
        });
        Self { address, under_way, faults, accepting }
    }

    async fn serve(
        mut stream: TcpStream,
        upstream: SocketAddr,
        number: usize,
        under_way: &Mutex<BTreeMap<String, (usize, usize)>>,
        faults: &Mutex<usize>,
    ) -> std::io::Result<()> {
        let mut head = Vec::new();
        let mut buffer = [0; 2048];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer).await? {
                0 => return Ok(()),
                count => head.extend_from_slice(&buffer[..count]),
            }
        }
        let text = String::from_utf8_lossy(&head).to_lowercase();
        let host = text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
        {
            let mut under_way = under_way.lock().unwrap();
            let count = under_way.entry(host.clone()).or_default();
            count.0 += 1;
            count.1 = count.1.max(count.0);
        }
        let answer = Self::answer(upstream, &head, number).await;
        *faults.lock().unwrap() += usize::from(number % 9 < 5);
        // Counted as ended before its last byte is out: the next may come as soon as that has arrived.
        under_way.lock().unwrap().get_mut(&host).unwrap().0 -= 1;
        stream.write_all(&answer?).await?;
        stream.shutdown().await
    }

    async fn answer(upstream: SocketAddr, head: &[u8], number: usize) -> std::io::Result<Vec<u8>> {
        let status = |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").into_bytes();
        match number % 9 {
            0 => return Ok(Vec::new()),
            1 => return Ok(status("502 Bad Gateway")),
            2 => return Ok(status("503 Busy\r\nretry-after: 0")),
            3 => tokio::time::sleep(Duration::from_millis(30)).await,
            _ => {}
        }
        let head = String::from_utf8_lossy(head).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        let mut nginx = TcpStream::connect(upstream).await?;
        nginx.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        nginx.read_to_end(&mut answer).await?;
        if number % 9 == 4 {
            answer.truncate(answer.len() * 2 / 3);
        }
        Ok(answer)
    }
}

impl Drop for Injector {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Resident memory of this process, in bytes; nothing where the system doesn't tell.
fn resident() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    statm.split_whitespace().nth(1)?.parse::<usize>().ok().map(|pages| pages * 4096)
}

#[tokio::test]
async fn two_thousand_feeds_lose_no_entry_to_faults_and_break_no_limit() {
    let files: Vec<(String, String)> =
        (0..FEEDS).map(|feed| (format!("{feed}.xml"), text(feed, 0))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let Some(nginx) = Nginx::start("", "", &files).await else { return };
    let injector = Injector::start(nginx.address).await;
    let hosts: Vec<String> = (0..HOSTS).map(|host| format!("port{host}.example")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let fetcher =
        fetcher(FetchSettings { per_host_concurrency: CONCURRENCY, ..settings(&hosts, injector.address) });

    let mut states: Vec<_> = (0..FEEDS)
        .map(|number| feed(&format!("http://port{}.example/{number}.xml", number % HOSTS)))
        .collect();
    let mut seen: Vec<BTreeSet<String>> = vec![BTreeSet::new(); FEEDS];
    let mut memory = Vec::new();
    for round in 0..3 {
        for number in 0..FEEDS {
            nginx.write(&format!("{number}.xml"), &text(number, round));
        }
        // Every feed is asked until it has answered once in this round.
        let mut waiting: Vec<usize> = (0..FEEDS).collect();
        while !waiting.is_empty() {
            let outcomes: Vec<_> = stream::iter(waiting.iter().map(|number| {
                let (fetcher, state) = (&fetcher, &states[*number]);
                async move { (*number, poll(fetcher, state).await) }
            }))
            .buffer_unordered(128)
            .collect()
            .await;
            waiting.clear();
            for (number, outcome) in outcomes {
                if !matches!(outcome.result, PollResult::Read) {
                    assert!(matches!(outcome.result, PollResult::Failed(_)), "{:?}", outcome.result);
                    waiting.push(number);
                }
                seen[number].extend(outcome.entries.into_iter().filter_map(|entry| entry.guid));
                states[number] = outcome.feed;
            }
        }
        memory.push(resident());
    }
    for (number, seen) in seen.iter().enumerate() {
        assert_eq!(seen.len(), 10 + 2 * 3, "feed {number}: {seen:?}");
    }
    assert!(*injector.faults.lock().unwrap() > FEEDS, "faults were injected");
    let most = injector.under_way.lock().unwrap().values().map(|(_, most)| *most).max();
    assert!(most <= Some(CONCURRENCY), "{most:?} requests to one host at once");
    if let (Some(Some(before)), Some(Some(after))) = (memory.first(), memory.last()) {
        assert!(*after < before + (16 << 20), "memory grew from {before} to {after} bytes");
    }
}
