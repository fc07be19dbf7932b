//! What two weeks of relevant texts take: memory, and time of the CPU for copies and stories, a text, told after each fifth; and for keeping all
//! for the next start, and taking it back.
//! `cargo run --release -p dateline-stories --example two_weeks [TEXTS]`; 980,000 texts are two weeks of 70,000 a day.
//!
//! The texts are made by a generator: 250 words drawn by Zipf's law from 60,000, of which a happening has twenty of its own that all its
//! reports use; two in five texts begin a happening; one in three repeats an earlier text with its paragraphs moved.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dateline_stories::book::{StoredStory, StoryBook};
use dateline_stories::copy::{CopyIndex, CopyText, EarlierText};
use dateline_stories::story::StoryTables;
use dateline_wire::{ArticleEvent, ArticleId, CanonicalUrl};
use jiff::Timestamp;
use serde_json::json;

/// Two weeks of 70,000 a day.
const WHOLE: usize = 980_000;
/// The words that there are, and those of a text.
const VOCABULARY: u64 = 60_000;
const WORDS: usize = 250;
/// The words that only one happening has.
const OWN_WORDS: usize = 20;
/// So many happenings may still be reported.
const OPEN: u64 = 3_000;

/// A generator of numbers (SplitMix64): the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// By Zipf's law: the first is drawn most.
    fn rank(&mut self) -> u64 {
        let even = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((VOCABULARY as f64).powf(even) - 1.0) as u64
    }
}

/// The word of a number.
fn word(mut number: u64) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va"];
    let mut word = String::new();
    loop {
        word.push_str(SYLLABLES[(number % 16) as usize]);
        number /= 16;
        if number == 0 {
            return word;
        }
    }
}

struct News {
    numbers: Numbers,
    happenings: u64,
    last: Vec<String>,
}

impl News {
    fn text(&mut self) -> String {
        if self.last.len() > 100 && self.numbers.below(3) == 0 {
            let at = self.numbers.below(self.last.len() as u64) as usize;
            let mut paragraphs: Vec<&str> = self.last[at].lines().collect();
            paragraphs.rotate_left(1);
            return paragraphs.join("\n");
        }
        let happening = match self.numbers.below(5) < 2 || self.happenings == 0 {
            true => {
                self.happenings += 1;
                self.happenings
            }
            false => self.happenings - self.numbers.below(self.happenings.min(OPEN)),
        };
        let mut text = String::new();
        for at in 0..WORDS {
            if at > 0 {
                text.push_str(if at % 50 == 0 {
                    ".\n"
                } else if at % 17 == 0 {
                    ". "
                } else {
                    " "
                });
            }
            let number = match self.numbers.below(5) {
                0 => VOCABULARY + happening * OWN_WORDS as u64 + self.numbers.below(OWN_WORDS as u64),
                _ => self.numbers.rank(),
            };
            text.push_str(&word(number));
        }
        text.push('.');
        if self.last.len() < 2_000 {
            self.last.push(text.clone());
        } else {
            let at = self.numbers.below(2_000) as usize;
            self.last[at].clone_from(&text);
        }
        text
    }
}

fn article(number: usize, text: &str, numbers: &mut Numbers) -> serde_json::Result<ArticleEvent> {
    let host = format!("h{}.example", numbers.below(500));
    let url = format!("https://{host}/{number}");
    let id = url
        .parse()
        .map_or_else(|_| ArticleId::from_stored(&url), |url| ArticleId::of(&CanonicalUrl::of(&url)));
    let title: Vec<&str> = text.split(' ').take(9).collect();
    let entities: Vec<serde_json::Value> = (0..5)
        .map(|_| json!({ "id": format!("e{}", numbers.rank() % 300), "type": "person", "surface": "x", "spans": [] }))
        .collect();
    serde_json::from_value(json!({
        "id": format!("{id}.1"), "article": id, "revision": 1, "url": url, "canonical_url": url, "page_kind": "article",
        "publisher": host, "language": "en", "title": title.join(" "), "authors": [], "cuts": [],
        "body": {"text": text, "paragraphs": [], "sha256": "", "extractor": "example"},
        "received_at": "2026-03-01T08:00:00Z", "entities": entities,
        "relevance": {"label": "relevant", "reasons": [], "passages": []},
    }))
}

/// What the process holds in memory, in bytes (proc_pid_statm(5)); a page has 4 KiB.
fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
}

/// What the process has taken of the CPU (the first figure of proc_pid_schedstat(5)); other work on the machine doesn't count.
fn cpu() -> Duration {
    let schedstat = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(schedstat.split(' ').next().and_then(|taken| taken.parse().ok()).unwrap_or_default())
}

fn tables() -> Result<StoryTables, Box<dyn std::error::Error>> {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/stories"))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, fs::read_to_string(&path)?);
    }
    Ok(StoryTables::from_files(&files).map_err(|error| format!("{error:?}"))?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let texts: usize = std::env::args().nth(1).map_or(Ok(WHOLE / 10), |texts| texts.parse())?;
    let tables = Arc::new(tables()?);
    let mut book = StoryBook::new(Arc::clone(&tables), Arc::default());
    let mut copies = CopyIndex::default();
    let mut news = News { numbers: Numbers(7), happenings: 0, last: Vec::new() };
    let mut facts = Numbers(11);
    let (mut before, mut copied) = (resident(), 0);
    let (mut copying, mut telling) = (Duration::ZERO, Duration::ZERO);
    let step = texts.div_ceil(5).max(1);
    for number in 1..=texts {
        let text = news.text();
        let mut event = article(number, &text, &mut facts)?;
        let at = Timestamp::from_second(number as i64)?;
        let begun = cpu();
        let read = CopyText::of(&text);
        // Candidates are read from the disk, which is not what is measured: the text itself is the likeliest.
        let found = copies.find(&event.article, &read, |_, _| {
            Some(EarlierText { text: text.clone(), origins: Vec::new() })
        });
        event.copy_of = found.map(|copy| copy.copy_of);
        copied += usize::from(event.copy_of.is_some());
        copies.add(&event.article, 1, at, &read, event.copy_of.as_ref());
        copying += cpu().saturating_sub(begun);
        let begun = cpu();
        book.take(&event, at, |_| Ok::<_, Infallible>(StoredStory::default()))?;
        telling += cpu().saturating_sub(begun);
        if number % step == 0 {
            let grown = resident().saturating_sub(before);
            let each = |spent: Duration| spent.as_secs_f64() * 1e6 / step as f64;
            println!(
                "{number:>8} texts, {copied} of them copies: {} bytes of memory for each of the last {step}; {:.0} µs for its copy, {:.0} µs for its story",
                grown / step as u64,
                each(copying),
                each(telling)
            );
            (before, copying, telling) = (resident(), Duration::ZERO, Duration::ZERO);
        }
    }
    println!("the index of copies holds {} texts in {} MB", copies.len(), copies.bytes() >> 20);
    let begun = cpu();
    let mut bytes = Vec::new();
    copies.pack(&mut bytes)?;
    book.pack(&mut bytes)?;
    let written = cpu().saturating_sub(begun);
    drop(book);
    let begun = cpu();
    let mut input = bytes.as_slice();
    CopyIndex::unpack(&mut input)?;
    StoryBook::unpack(tables, Arc::default(), &mut input)?;
    let read = cpu().saturating_sub(begun);
    println!(
        "kept for the next start in {} MB: packed in {written:.2?}, unpacked in {read:.2?}",
        bytes.len() >> 20
    );
    Ok(())
}
