//! What polling costs: memory per feed, CPU per poll, and how many feeds one core keeps up with.
//!
//!     cargo bench -p dateline-fetcher --bench scale
//!
//! Prints figures; nothing is judged. Machines differ, so the figures that matter are CPU time and memory.

use std::{
    collections::HashMap,
    future::ready,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use dateline_fetcher::{
    Clock, Feed, FetchSettings, Fetcher, PollSettings, Schedule,
    transport::{LiveTransport, Request, Response, Transport, TransportError},
};
use dateline_wire::{FeedId, FeedState, SecretQuery};
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use http::{HeaderMap, HeaderValue, header};
use jiff::{Timestamp, ToSpan};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use url::Url;

type Failure = Box<dyn std::error::Error>;

const QUARTER: Duration = Duration::from_secs(15 * 60);

fn main() -> Result<(), Failure> {
    million_in_the_schedule()?;
    hundred_thousand_in_simulation()?;
    against_a_local_server()
}

/// CPU time of this process so far, user and system. Linux counts it in hundredths of a second.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        behind_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

fn start() -> Result<Timestamp, Failure> {
    Ok("2026-03-02T08:00:00Z".parse()?)
}

fn million_in_the_schedule() -> Result<(), Failure> {
    const FEEDS: u32 = 1_000_000;
    let start = start()?;
    let (before, began) = (resident(), cpu());
    let mut schedule = Schedule::new(Duration::from_secs(1));
    for number in 0..FEEDS {
        let due = start + i64::from(number.wrapping_mul(2_654_435_761) % 900).seconds();
        schedule.insert(
            FeedId::from_stored(format!("{number:032x}")),
            &format!("{}.example", number / 5),
            due,
        );
    }
    let (inserted, memory) = (cpu() - began, resident() - before);
    let began = cpu();
    let mut popped = 0u32;
    while let Some(now) = schedule.next_due() {
        while schedule.pop_due(now).is_some() {
            popped += 1;
        }
    }
    println!(
        "schedule of {popped} feeds: {} B a feed; {:.2} us to put one down, {:.2} us to take it out",
        memory / FEEDS as usize,
        inserted.as_secs_f64() * 1e6 / f64::from(FEEDS),
        (cpu() - began).as_secs_f64() * 1e6 / f64::from(FEEDS),
    );
    Ok(())
}

/// A web in memory: every feed has an ETag, most polls find nothing new.
struct MemoryWeb {
    feed: Bytes,
}

impl Transport for MemoryWeb {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let known = request.headers.contains_key(header::IF_NONE_MATCH);
        let mut headers = HeaderMap::new();
        headers.insert(header::ETAG, HeaderValue::from_static("\"66d0f3a1-2b7c\""));
        headers.insert(header::LAST_MODIFIED, HeaderValue::from_static("Mon, 02 Mar 2026 07:00:00 GMT"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/rss+xml"));
        Box::pin(ready(Ok(Response {
            status: if known { 304 } else { 200 },
            headers,
            body: if known { Bytes::new() } else { self.feed.clone() },
            received_at: Timestamp::UNIX_EPOCH,
            head_after: Duration::ZERO,
            elapsed: Duration::ZERO,
            record_id: None,
        })))
    }
}

/// A feed of twenty entries, one every ten minutes.
fn feed_of_twenty() -> Result<String, Failure> {
    let mut feed = "<rss version='2.0'><channel><title>Harbour news</title>".to_owned();
    for number in 0..20 {
        let date = (start()? - (10 * number).minutes()).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        feed += &format!(
            "<item><guid>harbour-{number}</guid><title>Ferry number {number} has left the harbour</title>\
             <link>https://news.example/{number}</link><pubDate>{date}</pubDate>\
             <description>It carried {number} passengers and their bicycles.</description></item>"
        );
    }
    Ok(feed + "</channel></rss>")
}

fn settings() -> (FetchSettings, PollSettings) {
    // Every feed every quarter of an hour, whatever it says.
    let poll = PollSettings {
        min_interval: QUARTER,
        max_interval: QUARTER,
        start_spread: QUARTER,
        ..PollSettings::default()
    };
    (FetchSettings::default(), poll)
}

fn configured(url: Url) -> Feed {
    Feed::new(url, None, &SecretQuery::default())
}

fn host_of(state: &FeedState) -> &str {
    state.url.as_url().host_str().unwrap_or_default()
}

fn hundred_thousand_in_simulation() -> Result<(), Failure> {
    const FEEDS: u32 = 100_000;
    const HOURS: i64 = 6;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let start = start()?;
        let (fetch, poll) = settings();
        let web = MemoryWeb { feed: feed_of_twenty()?.into() };
        let clock = Clock::starting_at(start);
        let before = resident();
        let fetcher = Fetcher::new(Arc::new(web), fetch, poll, clock, 1);
        let mut schedule = Schedule::new(Duration::from_secs(1));
        let mut states: HashMap<FeedId, FeedState> = HashMap::new();
        let mut feeds: HashMap<FeedId, Feed> = HashMap::new();
        for number in 0..FEEDS {
            let url = Url::parse(&format!("https://news{}.example/section/{number}/feed.xml", number / 5))?;
            let feed = configured(url);
            let state = FeedState::new(feed.published(), start);
            let state = FeedState { next_poll: fetcher.first_poll(&state.id, start), ..state };
            schedule.insert(state.id.clone(), host_of(&state), state.next_poll);
            feeds.insert(state.id.clone(), feed);
            states.insert(state.id.clone(), state);
        }
        let end = start + HOURS.hours();
        let (mut polls, mut first) = (0u64, None);
        let (began, wall) = (cpu(), Instant::now());
        let mut under_way = FuturesUnordered::new();
        loop {
            let now = clock.now();
            while let Some(id) = schedule.pop_due(now) {
                let (Some(state), Some(feed)) = (states.remove(&id), feeds.get(&id)) else { continue };
                let fetcher = &fetcher;
                under_way.push(async move { fetcher.poll(&state, feed).await.feed });
            }
            while let Some(state) = under_way.next().await {
                polls += 1;
                schedule.insert(state.id.clone(), host_of(&state), state.next_poll);
                states.insert(state.id.clone(), state);
            }
            if polls >= u64::from(FEEDS) && first.is_none() {
                first = Some((cpu() - began, polls));
            }
            match schedule.next_due() {
                Some(due) if due < end => tokio::time::sleep_until(clock.instant_of(due)).await,
                _ => break,
            }
        }
        let used = cpu() - began;
        let (used_first, polls_first) = first.unwrap_or((used, polls));
        let json: usize = states.values().take(1000).filter_map(|state| serde_json::to_vec(state).ok()).map(|json| json.len()).sum();
        println!(
            "simulation of {FEEDS} feeds, each every 15 min, for {HOURS} h on one thread: {polls} polls in {:.1} s of CPU \
             ({:.1} s by the wall), {:.1} % of one core",
            used.as_secs_f64(),
            wall.elapsed().as_secs_f64(),
            100.0 * used.as_secs_f64() / (HOURS as f64 * 3600.0),
        );
        println!(
            "a first poll that reads 20 entries: {:.0} us of CPU; a poll that finds nothing: {:.1} us",
            used_first.as_secs_f64() * 1e6 / polls_first as f64,
            (used - used_first).as_secs_f64() * 1e6 / (polls - polls_first).max(1) as f64,
        );
        println!(
            "memory of state, schedule and politeness: {} B a feed; state as JSON: {} B",
            (resident() - before) / FEEDS as usize,
            json / 1000,
        );
        Ok(())
    })
}

/// Polls over real sockets, with kept connections: client and server share the machine, so only CPU of this process, which
/// holds both, is told.
fn against_a_local_server() -> Result<(), Failure> {
    const FEEDS: u32 = 20_000;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = vec![0; 4096];
                    while let Ok(1..) = stream.read(&mut buffer).await {
                        let answer = b"HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n";
                        if stream.write_all(answer).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        let (fetch, poll) = settings();
        let hosts = 200;
        let fetch = FetchSettings {
            connect_to: (0..hosts).map(|host| (format!("news{host}.example"), address.to_string())).collect(),
            per_host_delay: Duration::ZERO,
            ..fetch
        };
        let fetcher = Fetcher::new(Arc::new(LiveTransport::new(&fetch)?), fetch, poll, Clock::System, 1);
        let mut states = Vec::new();
        for number in 0..FEEDS {
            let url = Url::parse(&format!("http://news{}.example/{number}.xml", number % hosts))?;
            let feed = configured(url);
            let mut state = FeedState::new(feed.published(), start()?);
            state.validators.url = Some(state.url.clone());
            state.validators.etag = Some("\"1\"".to_owned());
            states.push((state, feed));
        }
        let (began, wall) = (cpu(), Instant::now());
        let answered = futures_util::stream::iter(&states)
            .map(|(state, feed)| async { fetcher.poll(state, feed).await.feed.failures == 0 })
            .buffer_unordered(256)
            .filter(|good| ready(*good))
            .count()
            .await;
        println!(
            "{answered} of {FEEDS} polls of a local server: {:.0} a second, {:.0} us of CPU each, the server's included",
            f64::from(FEEDS) / wall.elapsed().as_secs_f64(),
            (cpu() - began).as_secs_f64() * 1e6 / f64::from(FEEDS),
        );
        serving.abort();
        Ok(())
    })
}
