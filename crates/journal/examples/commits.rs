//! Measures durable commits: `cargo run --release -p dateline-journal --example commits [FOLDER]`.
//!
//! Each commit stores an event of 4 KB and is awaited by its caller. With one caller every commit is a transaction and a
//! flush of the disk; with more, those that wait share the next. By turns without the search index, with it, and with it while somebody
//! searches without a pause, each in a journal of its own that has events already; the figures are of all rounds together.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use dateline_journal::{EventFilter, Journal, JournalError, Options, PollCommit};
use dateline_wire::{Event, EventId, FeedRef, FeedState, HealthEvent, HealthKind, HubNews, SecretQuery};
use jiff::Timestamp;
use tokio::task::JoinSet;

const TIME: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;
const CALLERS: [usize; 3] = [1, 10, 100];

/// What goes on beside the commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    Index,
    IndexAndSearches,
}

impl Beside {
    const ALL: [(Self, &str); 3] = [
        (Self::Nothing, "without the index"),
        (Self::Index, "with the index"),
        (Self::IndexAndSearches, "with the index, searched"),
    ];
}

fn commit(feed: &FeedState, detail: &str) -> PollCommit {
    let event = Event::Health(Box::new(HealthEvent {
        id: EventId::of_parts(&["bench"]),
        feed: FeedRef { id: feed.id.clone(), url: feed.url.clone(), name: None, tags: Vec::new() },
        kind: HealthKind::Gap,
        detail: detail.into(),
    }));
    PollCommit {
        feed: feed.clone(),
        entries: Vec::new(),
        events: vec![event],
        hub: HubNews::Nothing,
        at: Timestamp::UNIX_EPOCH,
        traceparent: String::new(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let mut latencies = vec![Vec::new(); CALLERS.len() * Beside::ALL.len()];
    for _ in 0..ROUNDS {
        for (column, callers) in CALLERS.into_iter().enumerate() {
            for (row, (beside, _)) in Beside::ALL.into_iter().enumerate() {
                let taken = measure(&folder, beside, callers).await?;
                latencies[column * Beside::ALL.len() + row].extend(taken);
            }
        }
    }
    println!("callers  durable commits/s  p50 ms  p99 ms  longest");
    for (place, mut taken) in latencies.into_iter().enumerate() {
        taken.sort_unstable();
        let of = |share: f64| taken[((taken.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        let rate = taken.len() as f64 / (TIME.as_secs_f64() * ROUNDS as f64);
        let (callers, beside) =
            (CALLERS[place / Beside::ALL.len()], Beside::ALL[place % Beside::ALL.len()].1);
        println!("{callers:7}  {rate:17.0}  {:6.2}  {:6.2}  {:7.1}  {beside}", of(0.5), of(0.99), of(1.0));
    }
    Ok(())
}

/// How long each commit took its caller.
async fn measure(
    folder: &Path,
    beside: Beside,
    callers: usize,
) -> Result<Vec<Duration>, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir_in(folder)?;
    if beside == Beside::Nothing {
        // A folder in its place cannot be opened: the index is tried again in a minute.
        std::fs::create_dir(folder.path().join("journal.search.db"))?;
    }
    let journal = Journal::open(folder.path().join("journal.db"), Options::default())?;
    let feed = FeedState::new(
        &FeedRef::new(&"https://news.example/rss".parse()?, None, &SecretQuery::default()),
        Timestamp::UNIX_EPOCH,
    );
    journal.configure_feeds(vec![feed.clone()]).await?;
    let detail = "x".repeat(4_000);
    let fill =
        |journal: Journal, commit: PollCommit| async move { journal.commit_poll(commit).await.map(drop) };
    let mut before = JoinSet::new();
    for _ in 0..2_000 {
        before.spawn(fill(journal.clone(), commit(&feed, &detail)));
    }
    while let Some(done) = before.join_next().await {
        done??;
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let searches = (beside == Beside::IndexAndSearches).then(|| {
        let (journal, is_over) = (journal.clone(), is_over.clone());
        std::thread::spawn(move || search(&journal, &is_over))
    });
    let start = Instant::now();
    let mut work = JoinSet::new();
    for _ in 0..callers {
        let (journal, commit) = (journal.clone(), commit(&feed, &detail));
        work.spawn(async move {
            let mut taken = Vec::new();
            while start.elapsed() < TIME {
                let begun = Instant::now();
                journal.commit_poll(commit.clone()).await?;
                taken.push(begun.elapsed());
            }
            Ok::<_, JournalError>(taken)
        });
    }
    let mut taken = Vec::new();
    while let Some(done) = work.join_next().await {
        taken.extend(done??);
    }
    is_over.store(true, Ordering::Relaxed);
    if let Some(searches) = searches {
        searches.join().map_err(|_| "the searches panicked")??;
    }
    Ok(taken)
}

/// Asks for the first page of events again and again.
fn search(journal: &Journal, is_over: &AtomicBool) -> Result<(), JournalError> {
    let mut filter = EventFilter::default();
    // It means something.
    let _ = filter.set("feed", "https://news.example/rss");
    let _ = filter.set("kind", "health");
    while !is_over.load(Ordering::Relaxed) {
        journal.reader().events_before(&filter, None, 50)?;
    }
    Ok(())
}
