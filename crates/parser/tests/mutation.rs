//! Pages broken at random: whatever the bytes, an article comes back, soon, and its spans hold.
//!
//! `DATELINE_INPUTS=1000000 cargo test --release -p dateline-parser --test mutation` runs more of them than the few that
//! every test run pays for; `DATELINE_SEED` starts elsewhere. A failure prints the seed of its input, and the same seed
//! makes the same input on every machine.

use std::time::{Duration, Instant};

use dateline_parser::extract;
use dateline_wire::{Article, Page};
use url::Url;

/// No input may take longer. Pages here are a thousand times smaller than those that the guard is for.
const LONGEST: Duration = Duration::from_secs(1);

/// What an unoptimised build may take of that, whose speed says nothing.
const LONGEST_UNOPTIMISED: Duration = Duration::from_secs(20);

/// xorshift64*, so that a seed means the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div class=\"related\">",
    "</div>",
    "<br>",
    "<br><br>",
    "<table><tr><td>",
    "</table>",
    "<b><i>",
    "</b>",
    "<a href=x>",
    "</a>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<svg><foreignObject>",
    "<math><mi>",
    "<template>",
    "<select><option>",
    "<frameset>",
    "</body>",
    "<noscript>",
    "<pre>\n\n",
    "<h1>",
    "</h1>",
    "&amp;",
    "&#x10ffff;",
    "&#0;",
    "<li>",
    "<style>",
    "<title>",
    "</title>",
    "<plaintext>",
    "<form><input type=password>",
    "]]>",
    "<![CDATA[",
    "\u{0}",
    "<script type=\"application/ld+json\">{\"articleBody\": \"a\\u12",
    "\"datePublished\":\"2025-13-45T99:99\"}</script>",
    "<meta charset=euc-kr>",
    "<meta property=\"og:title\" content=\"",
    "<time datetime=\"2025-02-30\">",
    "\u{feff}",
    "ｗ界한",
    "By Ada Lund, Bo Ek and ",
    "김하나 기자 = ",
    "【山田太郎】",
    "PORT CITY (WN) — ",
    "МОСКВА, 29 июня. /ВЕСТЬ/. ",
    "© 2025 Westland Wire. All rights reserved.",
    "Source: Westland Wire",
    "04-06-2025",
    "Updated 21 March 2025 14:05:09 +0900",
    "26 minutes ago",
    "令和7年3月21日",
    "99999999999999999999999",
    " | Harbour Gazette",
    " itemscope itemtype=https://schema.org/NewsArticle itemprop=author ",
    "<span class=byline rel=author>",
    "<link rel=canonical href=//>",
    "{\"@graph\":[{\"@id\":\"#a\",\"author\":{\"@id\":\"#a\"}},",
    "\\ud800",
    "e\u{301}\u{301}\u{301}",
    "\u{202e}",
    "<div hidden style=display:none aria-hidden=true>",
    "<h1><h2><h3>",
    "<blockquote><p>",
    "<ol><li><ul><li>",
    "<dl><dt><dd>",
    "<iframe src=x>",
    "<textarea>",
    "<html lang=ja>",
    "<body class=\"article\">",
];

const SEEDS: &[&str] = &[
    "<html lang=en><title>Ferry runs again</title><meta property=og:title content='Ferry runs again'><body><nav><a href=/>Home</a></nav>\
     <article><h1>Ferry runs again</h1><p class=byline>By Ada Lund, 3 May 2025</p><p>The ferry left the harbour at six, the port said on \
     Monday.<br><br>Then it sailed, with a band on deck.</p><ul><li>One crossing took two hours.</li></ul></article>",
    "<html lang=ko><div class=view><h2>여객선 다시 다닌다</h2><div>여객선은 아침 여섯 시에 항구를 떠났다.<br>승객들은 기뻐했다.</div></div>",
    "<html lang=ru><table><tr><td><h1>Паром снова ходит</h1><p>Паром вышел в шесть утра, сообщили в порту.</td></tr></table>",
    "<html lang=ja><script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"headline\":\"船が再開\",\"author\":[{\"name\":\"山田太郎\"}],\
     \"datePublished\":\"2025-05-03T06:00:00+09:00\",\"articleBody\":\"船は朝六時に港を出た。\"}</script><main><h1>船が再開</h1>\
     <time datetime=2025-05-03>5月3日</time><p>船は朝六時に港を出たと当局が発表した。【山田太郎】</p></main>",
];

/// A page of middle size: navigation, a story with a byline and pictures, teasers, comments, script data.
fn middle(random: &mut Random) -> String {
    let entries = 5 + random.below(40);
    let menu: String =
        (0..entries).map(|n| format!("<li class=item><a href=/s/{n}>Section {n}</a></li>")).collect();
    let paragraph =
        "The ferry left the harbour at six, and by noon two hundred people had crossed, the port said. ";
    let story: String = (0..2 + random.below(12))
        .map(|n| {
            format!(
                "<p>{}</p>{}",
                paragraph.repeat(1 + n % 3),
                ["", "<figure><img src=a><figcaption>The pier</figcaption></figure>"][n % 2]
            )
        })
        .collect();
    let teasers: String = (0..random.below(20))
        .map(|n| format!("<div class=\"card related\"><a href=/a/{n}><h3>Story {n} of the day</h3></a><time>{n} May 2025</time></div>"))
        .collect();
    format!(
        "<!doctype html><html lang=en><head><title>Ferry runs again | Harbour Gazette</title>\
         <meta property=og:site_name content=\"Harbour Gazette\"><meta property=article:published_time content=2025-05-03T06:00:00Z></head>\
         <body><nav><ul>{menu}</ul></nav><article class=story itemscope itemtype=https://schema.org/NewsArticle><h1>Ferry runs again</h1>\
         <div class=byline>By <a rel=author href=/authors/lund>Ada Lund</a></div>{story}</article><aside>{teasers}</aside>\
         <div id=comments><p>I was on it, said nobody.</p></div><script>var state = {{\"publishedAt\": \"2025-05-03 06:00\"}};</script></body></html>"
    )
}

/// The input that `seed` names: mostly a small page, one in forty of middle size, with a few pieces broken, doubled, cut
/// out or put in; one in a hundred with a flood of one piece.
fn broken(seed: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut bytes = match random.below(40) {
        0 => middle(&mut random).into_bytes(),
        _ => SEEDS[random.below(SEEDS.len())].as_bytes().to_vec(),
    };
    for _ in 0..1 + random.below(12) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] = random.next() as u8,
            1 if random.below(4) == 0 => bytes.truncate(at.max(1)),
            1 | 2 => {
                let to = (at + random.below(64)).min(bytes.len());
                let copy = bytes[at..to].to_vec();
                let into = random.below(bytes.len());
                bytes.splice(into..into, copy);
            }
            3 => {
                let to = (at + random.below(32)).min(bytes.len());
                bytes.drain(at..to);
                bytes.push(b'x');
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                let times = if random.below(240) == 0 { 20 + random.below(400) } else { 1 + random.below(4) };
                bytes.splice(at..at, piece.repeat(times).into_bytes());
            }
        }
    }
    bytes
}

fn page(seed: u64) -> Page {
    let url = if seed.is_multiple_of(2) {
        Url::parse("https://gazette.example/2025/05/03/ferry?id=7").ok()
    } else {
        None
    };
    Page { url, content_type: None, bytes: broken(seed), received_at: "2025-05-03T09:00:00Z".parse().ok() }
}

/// Whether the paragraphs' spans, one after the other, are the text.
fn spans_hold(article: &Article) -> bool {
    let text = &article.body.text;
    let slices: Option<Vec<&str>> =
        article.body.paragraphs.iter().map(|paragraph| paragraph.span().slice(text)).collect();
    slices.is_some_and(|slices| slices.join("\n") == *text)
}

/// The shortest of three turns, since a busy machine makes a turn longer and never shorter.
fn shortest(page: &Page) -> Duration {
    let turn = || {
        let start = Instant::now();
        let _ = extract(page);
        start.elapsed()
    };
    (0..3).map(|_| turn()).min().unwrap_or_default()
}

#[test]
fn broken_pages_give_articles_whose_spans_hold_and_soon() {
    let number =
        |name: &str, or: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let (inputs, start) = (number("DATELINE_INPUTS", 1500), number("DATELINE_SEED", 0));
    let longest = if cfg!(debug_assertions) { LONGEST_UNOPTIMISED } else { LONGEST };
    for seed in start..start + inputs {
        let page = page(seed);
        let begin = Instant::now();
        let Ok(article) = std::panic::catch_unwind(|| extract(&page)) else { panic!("seed {seed} panics") };
        let is_soon = begin.elapsed() < longest || shortest(&page) < longest;
        assert!(is_soon, "seed {seed} takes longer than {longest:?}");
        assert!(spans_hold(&article), "seed {seed}: spans");
    }
}
