//! Measures durable commits a second: `cargo run --release -p dateline-journal --example commits [FOLDER]`.
//!
//! Each commit stores an event of 4 KB and is awaited by its caller. With one caller every commit is a transaction and a
//! flush of the disk; with more, those that wait share the next.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use dateline_journal::{Journal, Options, PollCommit};
use dateline_wire::{Event, EventId, FeedRef, FeedState, HealthEvent, HealthKind, HubNews, SecretQuery};
use jiff::Timestamp;
use tokio::task::JoinSet;

const TIME: Duration = Duration::from_secs(4);

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
    let folder = tempfile::tempdir_in(folder)?;
    let journal = Journal::open(folder.path().join("journal.db"), Options::default())?;
    let feed = FeedState::new(
        &FeedRef::new(&"https://news.example/rss".parse()?, None, &SecretQuery::default()),
        Timestamp::UNIX_EPOCH,
    );
    journal.configure_feeds(vec![feed.clone()]).await?;
    let detail = "x".repeat(4_000);
    println!("callers  durable commits/s");
    for callers in [1, 10, 100] {
        let before = journal.last_sequence()?.0;
        let start = Instant::now();
        let mut work = JoinSet::new();
        for _ in 0..callers {
            let (journal, commit) = (journal.clone(), commit(&feed, &detail));
            work.spawn(async move {
                while start.elapsed() < TIME {
                    journal.commit_poll(commit.clone()).await?;
                }
                Ok::<_, dateline_journal::JournalError>(())
            });
        }
        while let Some(done) = work.join_next().await {
            done??;
        }
        let made = journal.last_sequence()?.0 - before;
        println!("{callers:7}  {:17.0}", made as f64 / start.elapsed().as_secs_f64());
    }
    Ok(())
}
