//! A year of news at the journal's level: `cargo run --release -p dateline-journal --example year [EVENTS_A_DAY [DAYS [FOLDER]]]`.
//!
//! Each day a few feeds list so many new entries beside those of the two days before; a fifth ends as articles of 4 KB, the rest as
//! rejects. Retention with the shipped settings goes over the journal every day, and every 120 days the feeds list everything that
//! they ever listed. It prints how much room the journal takes, how long a pass and its longest step took, and fails where an entry
//! that was forgotten counts as new.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use dateline_journal::{
    Durability, EntryCompletion, Journal, Options, PollCommit, Retention, RetentionPass, StoryUpdate,
};
use dateline_wire::{
    Entry, EntryId, Event, FeedRef, FeedState, HubNews, RejectEvent, RejectReason, SecretQuery,
};
use jiff::Timestamp;
use tokio::task::JoinSet;
use url::Url;

const DAY: i64 = 86_400;
const FEEDS: usize = 50;

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

fn feed(number: usize) -> Result<FeedState, url::ParseError> {
    let url: Url = format!("https://news{number}.example/rss").parse()?;
    Ok(FeedState::new(&FeedRef::new(&url, None, &SecretQuery::default()), Timestamp::UNIX_EPOCH))
}

fn entry(day: i64, number: usize) -> Result<Entry, url::ParseError> {
    let link: Url = format!("https://news{}.example/{day}/{number}", number % FEEDS).parse()?;
    let title = Some(format!("What happened on day {day}, part {number}"));
    Ok(Entry { title, link: Some(link.clone()), ..Entry::new(EntryId::of_guid(link.as_str())) })
}

fn outcome(entry: &Entry, number: usize) -> Result<Event, Box<dyn std::error::Error>> {
    if !number.is_multiple_of(5) {
        let event = dateline_samples::reject(entry.id.as_str(), RejectReason::NotRelevant);
        let detail = "x".repeat(500);
        return Ok(Event::Reject(Box::new(RejectEvent { url: entry.link.clone(), detail, ..event })));
    }
    let url = entry.link.as_ref().ok_or("an entry without a link")?;
    let title = entry.title.as_deref().unwrap_or_default();
    Ok(Event::Article(Box::new(dateline_samples::article(url, title, &"x".repeat(4_000)))))
}

async fn poll(
    journal: &Journal,
    number: usize,
    entries: Vec<Entry>,
    at: Timestamp,
) -> Result<usize, Box<dyn std::error::Error>> {
    let commit = PollCommit {
        feed: feed(number)?,
        entries,
        events: Vec::new(),
        hub: HubNews::Nothing,
        at,
        traceparent: String::new(),
    };
    let counts = journal.commit_poll(commit).await?;
    Ok(counts.new + counts.changed)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let per_day: usize = arguments.next().map_or(Ok(5_000), |text| text.parse())?;
    let last_day: i64 = arguments.next().map_or(Ok(365), |text| text.parse())?;
    let folder = tempfile::tempdir_in(arguments.next().map_or_else(std::env::temp_dir, PathBuf::from))?;
    let options = Options { durability: Durability::Process, ..Options::default() };
    let journal = Journal::open(folder.path().join("journal.db"), options)?;
    journal.configure_feeds((0..FEEDS).map(feed).collect::<Result<_, _>>()?).await?;
    let rules = Retention {
        events: Some(days(30)),
        stories: Some(days(30)),
        story_growth: Duration::from_secs(14 * 86_400),
        rejects: Some(days(30)),
        entries: Some(days(90)),
        links: days(1),
        max_bytes: None,
        only_delivered: false,
        sinks: Vec::new(),
        max_sink_wait: Duration::ZERO,
    };
    println!("  day  file (MB)  pass (ms)  longest step (ms)");
    for day in 1..=last_day {
        let at = Timestamp::from_second(1_750_000_000 + day * DAY)?;
        for number in 0..FEEDS {
            let back = if day % 120 == 0 { 1..=day } else { (day - 2).max(1)..=day };
            let mut listed = Vec::new();
            for day in back {
                for number in (number..per_day).step_by(FEEDS) {
                    listed.push(entry(day, number)?);
                }
            }
            let fresh = poll(&journal, number, listed, at).await?;
            let expected = (number..per_day).step_by(FEEDS).count();
            assert_eq!(fresh, expected, "day {day}: an entry that was forgotten counts as new");
            // All at once, so that they share transactions.
            let mut work = JoinSet::new();
            for number in (number..per_day).step_by(FEEDS) {
                let entry = entry(day, number)?;
                let completion = EntryCompletion {
                    feed: feed(number % FEEDS)?.id,
                    event: outcome(&entry, number)?,
                    entry: entry.id,
                    page_was_read: true,
                    stories: StoryUpdate::default(),
                    revisit: None,
                    at,
                    traceparent: String::new(),
                };
                let journal = journal.clone();
                work.spawn(async move { journal.finish(completion).await });
            }
            while let Some(done) = work.join_next().await {
                done??;
            }
        }
        let begun = Instant::now();
        let mut pass = RetentionPass::new(rules.clone(), at);
        let mut longest = Duration::ZERO;
        loop {
            let step = Instant::now();
            if !pass.step(&journal).await? {
                break;
            }
            longest = longest.max(step.elapsed());
        }
        if day % 30 == 0 || day == last_day {
            let bytes = journal.status()?.bytes as f64 / 1e6;
            println!("{day:5}  {bytes:9.1}  {:9}  {:17}", begun.elapsed().as_millis(), longest.as_millis());
        }
    }
    Ok(())
}
