//! The whole way of an entry: what the daemon that ships takes of the CPU for each, from the poll of its feed to the durable
//! commit of its event, and where that goes.
//!
//! `cargo bench -p dateline --bench whole_way` runs it; `-- 1200` with so many entries. The web server is a process of its own
//! and isn't counted.

mod cpu;
mod server;
mod site;

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use dateline_journal::JournalReader;
use dateline_parser::extract;
use dateline_stories::book::{StoredStory, StoryBook};
use dateline_stories::copy::{CopyIndex, CopyText, EarlierText};
use dateline_stories::origin::{Agencies, Carrier, origins};
use dateline_stories::story::StoryTables;
use dateline_wire::{Article, ArticleEvent, ArticleId, CanonicalUrl, Judgement, Page, StoryId};
use jiff::Timestamp;
use url::Url;

use cpu::ThreadTimes;
use server::ENTRIES_A_FEED;

/// How many entries go the way, unless the command line says otherwise.
const ENTRIES: usize = 600;
/// Tells this program that it is to be the web server.
const SERVE: &str = "DATELINE_BENCH_SERVE";
/// How long the daemon may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// What is shipped of it.
const SUBJECT: &str = "subjects/russia-dprk";
const AGENCIES: &str = "agencies.tsv";
const STORY_TABLES: &str = "stories";
/// How often the journal is looked at; by this process, so it isn't counted.
const LOOK: Duration = Duration::from_millis(100);

/// A process that ends with its owner.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(pages) = env::var(SERVE) {
        return Ok(server::serve(pages.parse()?)?);
    }
    let entries = env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(ENTRIES);
    let mut server = Command::new(env::current_exe()?)
        .env(SERVE, entries.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .map(Ending)?;
    let mut base = String::new();
    let output = server.0.stdout.take().ok_or("the server has no output")?;
    BufReader::new(output).read_line(&mut base)?;
    let base = base.trim();

    let folder = tempfile::tempdir()?;
    configure(folder.path(), base, entries)?;
    let times = daemon(folder.path(), entries)?;
    let shares = work_shares(base, entries);
    print(&times, shares, entries);
    Ok(())
}

/// The configuration that ships, but for a host that may be asked as often as one likes.
fn configure(folder: &Path, base: &str, entries: usize) -> Result<(), Box<dyn Error>> {
    let settings = format!(
        "data_dir = \"data\"\nfeeds = \"feeds.toml\"\nsubject = \"{}\"\nagencies = \"{}\"\nstory_tables = \"{}\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [poll]\nstart_spread = \"0s\"\n\
         [fetch]\nper_host_delay = \"0s\"\nper_host_concurrency = 8\nallow_private_addresses = true\n[logs]\nlevel = \"warn\"\n",
        shipped(SUBJECT).canonicalize()?.display(),
        shipped(AGENCIES).canonicalize()?.display(),
        shipped(STORY_TABLES).canonicalize()?.display(),
    );
    fs::write(folder.join("dateline.toml"), settings)?;
    let feeds: Vec<String> = (0..entries.div_ceil(ENTRIES_A_FEED))
        .map(|feed| format!("[[feed]]\nurl = \"{base}/feed/{feed}.xml\"\n"))
        .collect();
    Ok(fs::write(folder.join("feeds.toml"), feeds.concat())?)
}

/// Runs the daemon until every entry has ended, and tells what its threads took.
fn daemon(folder: &Path, entries: usize) -> Result<ThreadTimes, Box<dyn Error>> {
    let daemon = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .arg("run")
        .arg("--config")
        .arg(folder.join("dateline.toml"))
        .stdout(Stdio::null())
        .spawn()
        .map(Ending)?;
    let begun = Instant::now();
    let journal = folder.join("data/journal.db");
    loop {
        thread::sleep(LOOK);
        if begun.elapsed() > PATIENCE {
            return Err("the daemon is not done in time".into());
        }
        let Ok(status) = JournalReader::open(&journal).and_then(|journal| journal.status()) else { continue };
        if status.entries as usize >= entries && status.backlog == 0 {
            return Ok(ThreadTimes::of(daemon.0.id())?);
        }
    }
}

/// A file or folder of the shipped configuration.
fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config").join(path)
}

/// What extraction, judging, and what follows for the articles on the subject (origin, copy, story) take of the CPU, alone on one thread.
fn work_shares(base: &str, entries: usize) -> (Duration, Duration, Duration) {
    let pages: Vec<Page> = (0..entries)
        .map(|number| Page {
            url: Url::parse(&format!("{base}{}", site::path(number))).ok(),
            content_type: Some("text/html; charset=utf-8".to_owned()),
            bytes: site::page(number, base).into_bytes(),
            received_at: None,
        })
        .collect();
    let (Ok(subject), Ok(agencies), Ok(tables)) = (
        dateline::config::read_subject(&shipped(SUBJECT)),
        dateline::config::read_agencies(&shipped(AGENCIES)),
        dateline::config::read_story_tables(&shipped(STORY_TABLES)),
    ) else {
        return Default::default();
    };
    let own = || ThreadTimes::of(std::process::id()).map(|times| times.total()).unwrap_or_default();
    let before = own();
    let articles: Vec<_> = pages.iter().map(extract).collect();
    let between = own();
    let judged: Vec<_> = articles
        .into_iter()
        .map(|article| {
            let title = article.title.as_deref().unwrap_or_default();
            let judgement = subject.judge(title, &article.body.text, article.language.as_deref());
            (article, judgement)
        })
        .collect();
    let after = own();
    let published = judged.into_iter().filter(|(_, judgement)| subject.publishes(judgement.relevance.label));
    let events: Vec<ArticleEvent> =
        published.filter_map(|(article, judgement)| event(article, judgement)).collect();
    let made = own();
    compare(events, Arc::new(agencies), Arc::new(tables));
    (between.saturating_sub(before), after.saturating_sub(between), own().saturating_sub(made))
}

fn event(content: Article, judgement: Judgement) -> Option<ArticleEvent> {
    let article = ArticleId::of(&CanonicalUrl::of(content.canonical_url.as_ref().or(content.url.as_ref())?));
    Some(ArticleEvent::new(article, content, judgement, Timestamp::UNIX_EPOCH))
}

/// Tells origin, copy and story of each, as the engine does; what is kept of stories is read from memory.
fn compare(events: Vec<ArticleEvent>, agencies: Arc<Agencies>, tables: Arc<StoryTables>) {
    let mut book = StoryBook::new(tables, agencies.clone());
    let mut copies = CopyIndex::default();
    let mut texts: HashMap<ArticleId, String> = HashMap::new();
    let mut kept: HashMap<StoryId, StoredStory> = HashMap::new();
    for (number, mut event) in (1..).zip(events) {
        let body = event.content.body.text.clone();
        let carrier = Carrier { text: &body, ..Carrier::default() };
        event.content.origins = origins(&agencies, &carrier);
        let text = CopyText::of(&body);
        let read = |article: &ArticleId, _| {
            Some(EarlierText { text: texts.get(article)?.clone(), origins: Vec::new() })
        };
        event.copy_of = copies.find(&event.article, &text, read).map(|copy| copy.copy_of);
        let at = Timestamp::from_second(number).unwrap_or_default();
        copies.add(&event.article, 1, at, &text, event.copy_of.as_ref());
        let Ok(told) =
            book.take(&event, at, |story| Ok::<_, Infallible>(kept.remove(story).unwrap_or_default()));
        kept.extend(told.stored);
        texts.insert(event.article, body);
    }
}

fn print(
    times: &ThreadTimes,
    (extraction, judging, comparing): (Duration, Duration, Duration),
    entries: usize,
) {
    let each = |time: Duration| time.as_secs_f64() * 1e3 / entries as f64;
    let decompression = times.of_threads("blocking").saturating_sub(extraction + judging);
    let parts = [
        ("fetch: polls, pages, scheduling (the worker threads)", times.of_threads("worker")),
        ("fetch: decompression, where pages send to (what the blocking threads took besides)", decompression),
        ("extraction (measured alone, on the same pages)", extraction),
        ("judging (measured alone, on the same pages)", judging),
        (
            "origin, copy and story (measured alone, on the articles of them that are published; a part of the worker threads)",
            comparing,
        ),
        ("commit (the journal's thread)", times.of_threads("journal")),
        ("other: start, API, threads that ended", times.rest(&["worker", "blocking", "journal"])),
        ("together", times.total()),
    ];
    println!("{entries} entries, CPU ms an entry:");
    for (part, time) in parts {
        println!("  {:6.3}  {part}", each(time));
    }
}
