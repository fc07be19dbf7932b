//! Feeds from strangers: nothing makes the reader panic, hang or grow.
//!
//! The mutations are seeded. `cargo test` tries a thousand; for longer, from another seed:
//!
//!     DATELINE_FUZZ_SECONDS=60 DATELINE_FUZZ_SEED=7 cargo test --release -p dateline-fetcher --test hostile_feeds -- --nocapture

use std::time::{Duration, Instant};

use dateline_fetcher::feed::{self, opml};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use url::Url;

const SEEDS: [&[u8]; 7] = [
    include_bytes!("feeds/rss.xml"),
    include_bytes!("feeds/atom.xml"),
    include_bytes!("feeds/rdf.xml"),
    include_bytes!("feeds/atom03.xml"),
    include_bytes!("feeds/cdf.xml"),
    include_bytes!("feeds/sitemap.xml"),
    include_bytes!("feeds/feed.json"),
];

/// Pieces that mean something to a reader of feeds, and pieces that have broken one.
const PIECES: [&str; 44] = [
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?xml version='1.0' encoding='utf-16'?>",
    "<?",
    "?>",
    "&",
    "&#",
    "&#x0;",
    "&#xD800;",
    "&amp;",
    "&lol;",
    "\"",
    "'",
    "=",
    "\0",
    "\u{FEFF}",
    "ü",
    "기",
    "👩‍🚀",
    "<item>",
    "</item>",
    "<entry>",
    "</channel>",
    "<title>",
    "xmlns:x='",
    "xml:base='//'",
    "isPermaLink='true'",
    "mode='base64'",
    "type='xhtml'",
    "<!DOCTYPE rss [<!ENTITY lol 'lollol'>]>",
    "<itunes:duration>99999999999999999999</itunes:duration>",
    "<author>имя@почта (имя)</author>",
    "<author>名@例 (名)",
    "<pubDate>Mon, 99 Foo 99999 99:99:99 +9999</pubDate>",
    "2024年6月4日 下午",
    "\u{2028}",
    "[[[[[[[[",
    "{\"items\":[{\"id\":",
];

/// Pieces that make careless readers start over for each of them.
const REPEATED: [&str; 29] = [
    "<",
    "<a ",
    "<a \"",
    "<a b='",
    "<a b='<",
    "<b<b",
    "<!--",
    "<![CDATA[",
    "<!DOCTYPE [",
    "<!DOCTYPE [>",
    "{\"a\":\"\\ud83d",
    "<?",
    "</a",
    "&",
    "&#",
    "&lt;",
    "<a>",
    "</a>",
    "<item>",
    "<title>",
    "<div>",
    "<x:y xmlns:x='u'>",
    "<author>",
    "(",
    "<item><link>/a</link>",
    "<ITEM/>",
    "{\"a\":",
    "[",
    "<!ENTITY a 'b'>",
];

/// How much larger than the feed its reading may become, and what even the smallest may take.
const GROWTH_MAX: usize = 64;
const GROWTH_FREE: usize = 4096;

fn mutate(random: &mut StdRng) -> Vec<u8> {
    let mut bytes = SEEDS.choose(random).copied().unwrap_or_default().to_vec();
    for _ in 0..random.random_range(1..=12) {
        let at = random.random_range(0..=bytes.len());
        let end = random.random_range(at..=bytes.len().min(at + 200));
        match random.random_range(0..8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].repeat(random.random_range(1..20));
                bytes.splice(at..at, copy);
            }
            4 => {
                let other = SEEDS.choose(random).copied().unwrap_or_default();
                let from = random.random_range(0..other.len());
                bytes.splice(at..at, other[from..other.len().min(from + 300)].iter().copied());
            }
            5 => drop(bytes.splice(at..at, (0..8).map(|_| random.random::<u8>()).collect::<Vec<_>>())),
            _ => {
                let piece = PIECES.choose(random).copied().unwrap_or_default();
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

/// Reads the bytes as everything that they may be taken for, and checks how large the reading is.
fn read(bytes: &[u8]) {
    let url = Url::parse("https://a.example/feed").expect("a URL");
    let content_type = bytes.len().is_multiple_of(3).then_some("text/xml; charset=euc-kr");
    if let Ok(feed) = feed::read(bytes, Some(&url), content_type) {
        let size = feed.to_json().to_string().len();
        assert!(size <= bytes.len() * GROWTH_MAX + GROWTH_FREE, "{} bytes became {size}", bytes.len());
        for entry in &feed.entries {
            entry.to_wire();
        }
    }
    if let Ok(list) = opml::read(bytes) {
        opml::write("list", &list.feeds);
    }
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|value| value.parse().ok())
}

#[test]
fn no_mutation_of_a_feed_makes_the_reader_panic_or_grow() {
    let seed = number_from("DATELINE_FUZZ_SEED").unwrap_or(1);
    let time = number_from("DATELINE_FUZZ_SECONDS").map(Duration::from_secs);
    let started = Instant::now();
    let mut tried = 0_u64;
    while time.map_or(tried < 1_000, |time| started.elapsed() < time) {
        // Each input has a seed of its own, so that one that fails is found again without the others.
        let mut random = StdRng::seed_from_u64(seed.wrapping_mul(1 << 32).wrapping_add(tried));
        let bytes = mutate(&mut random);
        let outcome = std::panic::catch_unwind(|| read(&bytes));
        assert!(outcome.is_ok(), "seed {seed}, input {tried}: {:?}", String::from_utf8_lossy(&bytes));
        tried += 1;
    }
    println!("seed {seed}: {tried} inputs in {:?}", started.elapsed());
}

/// The time that this thread has spent on a processor, where the system tells. A busy machine doesn't change it.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The time that reading the document takes: the least of so many tries, since whatever disturbs only adds.
fn reading_time(document: &str, tries: usize) -> Option<Duration> {
    let once = || {
        let started = processor_time()?;
        read(document.as_bytes());
        Some(processor_time()?.saturating_sub(started))
    };
    (0..tries).filter_map(|_| once()).min()
}

#[test]
fn repetition_of_anything_takes_linear_time() {
    /// The clock of the processor ticks in milliseconds.
    const TICKS: Duration = Duration::from_millis(20);

    for piece in REPEATED {
        for (before, after) in [("", ""), ("<rss><channel><item><title>", "</title></item></channel></rss>")]
        {
            let document = |bytes: usize| format!("{before}{}{after}", piece.repeat(bytes / piece.len()));
            let (short, long) = (document(25_000), document(100_000));
            let (Some(once), Some(mut four)) = (reading_time(&short, 2), reading_time(&long, 1)) else {
                println!(
                    "skipped: this system does not tell the time that a thread has spent on a processor"
                );
                return;
            };
            if four > once * 9 + TICKS {
                four = reading_time(&long, 3).unwrap_or(four);
            }
            // Four times the length takes four times as long, or sixteen times where it is scanned again and again.
            assert!(four <= once * 9 + TICKS, "{before}{piece}: {once:?}, four times as much {four:?}");
        }
    }
}

#[test]
fn entities_do_not_multiply() {
    let mut document = String::from("<!DOCTYPE rss [<!ENTITY a0 'lollollollol'>");
    for level in 1..40 {
        let inner = format!("&a{};", level - 1).repeat(10);
        document += &format!("<!ENTITY a{level} '{inner}'>");
    }
    let uses = "&a39;&a0;".repeat(50_000);
    document += &format!("]><rss><channel><item><title>{uses}</title></item></channel></rss>");
    read(document.as_bytes());
}

#[test]
fn bases_and_authors_do_not_multiply() {
    let base = format!("https://{}.example/", "a".repeat(60));
    let nested = (0..200).map(|_| format!("<a xml:base='{}/'>", "b".repeat(400))).collect::<String>();
    let links = "<entry><link href='x'/></entry>".repeat(5_000);
    read(format!("<feed xml:base='{base}'>{nested}{links}</feed>").as_bytes());
    let authors = (0..60)
        .map(|at| format!("<author><name>{at}{}</name></author>", "n".repeat(250)))
        .collect::<String>();
    let feed = format!(
        "<feed>{authors}{}</feed>",
        "<entry><title>A title of some length</title></entry>".repeat(20_000)
    );
    read(feed.as_bytes());
}

#[test]
fn one_huge_attribute_or_a_hundred_thousand_are_one_tag() {
    read(format!("<rss><channel a='{}'><item/></channel></rss>", "x".repeat(1_000_000)).as_bytes());
    let many = (0..100_000).map(|at| format!(" a{at}='{at}'")).collect::<String>();
    read(format!("<rss><channel{many}><item><link{many}/></item></channel></rss>").as_bytes());
    let names = (0..20_000).map(|at| format!(" xmlns:n{at}='u{at}'")).collect::<String>();
    read(format!("<rss{names}><channel>{}</channel></rss>", "<z:a/>".repeat(50_000)).as_bytes());
}

#[test]
fn what_makes_feed_rs_panic_is_silent_and_harmless() {
    // No entries, so that the second reader is asked.
    let author =
        "<rss version='2.0'><channel><managingEditor>почта@例.example (имя)</managingEditor></channel></rss>";
    let declaration =
        "<rss version='2.0'><channel><?xml version='1.0' encoding='iso-8859-1'?></channel></rss>";
    for document in [author, declaration] {
        read(document.as_bytes());
    }
}
