//! Pages broken at random: whatever the bytes, an article comes back whose spans hold.
//!
//! `DATELINE_INPUTS=1000000 cargo test --release -p dateline-parser --test mutation` runs more of them than the few that
//! every test run pays for; `DATELINE_SEED` starts elsewhere. A failure prints the seed of its input.

use dateline_parser::extract;
use dateline_wire::Page;

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
];

const SEEDS: &[&str] = &[
    "<html><head><title>Ferry runs again</title><meta property=og:title content='Ferry runs again'></head><body><nav><a href=/>Home</a></nav>\
     <article><h1>Ferry runs again</h1><p class=byline>By Ada Lund, 3 May 2025</p><p>The ferry left the harbour at six, and by noon two hundred \
     people had crossed, the port said on Monday.</p><p>It had waited for the wind to ease.<br><br>Then it sailed, with a band on deck.</p>\
     <ul><li>One crossing took two hours.</li></ul></article><footer>© Harbour News</footer></body></html>",
    "<html lang=ko><body><div class=view><h2>여객선 다시 다닌다</h2><div>여객선은 아침 여섯 시에 항구를 떠났다.<br>승객들은 기뻐했다.</div></div></body></html>",
    "<html lang=ru><body><table><tr><td><h1>Паром снова ходит</h1><p>Паром вышел в шесть утра, сообщили в порту, и вернулся к вечеру.</td></tr></table>",
];

fn broken(seed: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut bytes = SEEDS[random.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..1 + random.below(12) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] = random.next() as u8,
            1 => bytes.truncate(at.max(1)),
            2 => {
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
                let piece = piece.repeat(1 + random.below(4));
                bytes.splice(at..at, piece.into_bytes());
            }
        }
    }
    bytes
}

#[test]
fn broken_pages_give_articles_whose_spans_hold() {
    let number =
        |name: &str, or: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let (inputs, start) = (number("DATELINE_INPUTS", 1500), number("DATELINE_SEED", 0));
    for seed in start..start + inputs {
        let page = Page { url: None, content_type: None, bytes: broken(seed), received_at: None };
        let Ok(article) = std::panic::catch_unwind(|| extract(&page)) else { panic!("seed {seed} panics") };
        let slices: Option<Vec<&str>> = article
            .body
            .paragraphs
            .iter()
            .map(|paragraph| paragraph.span().slice(&article.body.text))
            .collect();
        assert_eq!(slices.map(|slices| slices.join("\n")).as_ref(), Some(&article.body.text), "seed {seed}");
    }
}
