//! The whole way of an entry: what the daemon that ships takes of the CPU for each, from the poll of its feed to the durable
//! commit of its event, and where that goes.
//!
//! `cargo bench -p dateline --bench whole_way` runs it; `-- 1200` with so many entries. The web server is a process of its own
//! and isn't counted.

mod cpu;
mod server;
mod site;

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use dateline_journal::JournalReader;
use dateline_parser::extract;
use dateline_wire::Page;
use url::Url;

use cpu::ThreadTimes;
use server::ENTRIES_A_FEED;

/// How many entries go the way, unless the command line says otherwise.
const ENTRIES: usize = 600;
/// Tells this program that it is to be the web server.
const SERVE: &str = "DATELINE_BENCH_SERVE";
/// How long the daemon may take.
const PATIENCE: Duration = Duration::from_secs(300);
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
    let parser = parser_shares(base, entries);
    print(&times, parser, entries);
    Ok(())
}

/// The configuration that ships, but for a host that may be asked as often as one likes.
fn configure(folder: &Path, base: &str, entries: usize) -> Result<(), Box<dyn Error>> {
    let subject = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk");
    let settings = format!(
        "data_dir = \"data\"\nfeeds = \"feeds.toml\"\nsubject = \"{}\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [poll]\nstart_spread = \"0s\"\n\
         [fetch]\nper_host_delay = \"0s\"\nper_host_concurrency = 8\nallow_private_addresses = true\n[logs]\nlevel = \"warn\"\n",
        subject.canonicalize()?.display()
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

/// What extraction and judging each take for a page, alone on one thread.
fn parser_shares(base: &str, entries: usize) -> (Duration, Duration) {
    let pages: Vec<Page> = (0..entries)
        .map(|number| Page {
            url: Url::parse(&format!("{base}{}", site::path(number))).ok(),
            content_type: Some("text/html; charset=utf-8".to_owned()),
            bytes: site::page(number, base).into_bytes(),
            received_at: None,
        })
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk");
    let Ok(subject) = dateline::config::read_subject(&folder) else { return Default::default() };
    let own = || ThreadTimes::of(std::process::id()).map(|times| times.total()).unwrap_or_default();
    let before = own();
    let articles: Vec<_> = pages.iter().map(extract).collect();
    let between = own();
    for article in &articles {
        let title = article.title.as_deref().unwrap_or_default();
        std::hint::black_box(subject.judge(title, &article.body.text, article.language.as_deref()));
    }
    (between.saturating_sub(before), own().saturating_sub(between))
}

fn print(times: &ThreadTimes, (extraction, judging): (Duration, Duration), entries: usize) {
    let each = |time: Duration| time.as_secs_f64() * 1e3 / entries as f64;
    let decompression = times.of_threads("blocking").saturating_sub(extraction + judging);
    let parts = [
        ("fetch: polls, pages, scheduling (the worker threads)", times.of_threads("worker")),
        ("fetch: decompression, where pages send to (what the blocking threads took besides)", decompression),
        ("extraction (measured alone, on the same pages)", extraction),
        ("judging (measured alone, on the same pages)", judging),
        ("commit (the journal's thread)", times.of_threads("journal")),
        ("other: start, API, threads that ended", times.rest(&["worker", "blocking", "journal"])),
        ("together", times.total()),
    ];
    println!("{entries} entries, CPU ms an entry:");
    for (part, time) in parts {
        println!("  {:6.3}  {part}", each(time));
    }
}
