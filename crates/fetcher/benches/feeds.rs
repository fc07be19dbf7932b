//! How fast well-formed feeds are read, beside feed-rs on the same bytes in the same run.
//!
//!     cargo bench -p dateline-fetcher --bench feeds

use std::hint::black_box;
use std::time::{Duration, Instant};

use dateline_fetcher::feed;

/// How long each reader is run. The fastest pass counts: whatever else the machine does only adds.
const RUN: Duration = Duration::from_secs(2);

fn main() {
    println!("{:<14} {:>9} {:>12} {:>12}", "feed", "bytes", "ours MB/s", "feed-rs MB/s");
    for (name, text) in
        [("rss, full text", rss(2_000, true)), ("rss, headlines", rss(200, false)), ("atom", atom(200))]
    {
        let ours = speed(&text, || drop(black_box(feed::read(black_box(text.as_bytes()), None, None))));
        let theirs = speed(&text, || drop(black_box(feed_rs::parser::parse(black_box(text.as_bytes())))));
        println!("{name:<14} {:>9} {ours:>12.0} {theirs:>12.0}", text.len());
    }
}

fn speed(text: &str, mut pass: impl FnMut()) -> f64 {
    let started = Instant::now();
    let mut fastest = Duration::MAX;
    while started.elapsed() < RUN {
        let pass_started = Instant::now();
        pass();
        fastest = fastest.min(pass_started.elapsed());
    }
    text.len() as f64 / fastest.as_secs_f64() / 1e6
}

const PARAGRAPH: &str = "&lt;p&gt;The ferry &amp;amp; the tug met off the northern pier at half past nine, the harbour master said. \
                         Nobody was hurt, and the tug went on to the dock under her own steam.&lt;/p&gt;\n";

fn rss(items: usize, full_text: bool) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel><title>Harbour News</title>\
         <link>https://harbour.example/</link><description>News</description>\n",
    );
    for item in 0..items {
        let content = if full_text { PARAGRAPH.repeat(12) } else { String::new() };
        text += &format!(
            "<item><title>Ferry {item} meets a tug off the pier</title><link>https://harbour.example/news/{item}</link>\
             <guid isPermaLink=\"false\">harbour-{item}</guid><pubDate>Tue, 04 Jun 2024 10:00:{:02} GMT</pubDate>\
             <dc:creator>Ann Quay</dc:creator><description>{PARAGRAPH}</description>\
             <content:encoded>{content}</content:encoded></item>\n",
            item % 60
        );
    }
    text + "</channel></rss>\n"
}

fn atom(entries: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>항구 소식</title>\
         <link href=\"https://port.example/\"/><id>tag:port.example,2024:f</id><updated>2024-06-04T10:00:00Z</updated>\n",
    );
    for entry in 0..entries {
        text += &format!(
            "<entry><title>배가 들어왔다 {entry}</title><link href=\"https://port.example/{entry}\"/>\
             <id>tag:port.example,2024:{entry}</id><updated>2024-06-04T10:00:{:02}+09:00</updated>\
             <author><name>박선장</name></author><content type=\"html\">{}</content></entry>\n",
            entry % 60,
            PARAGRAPH.repeat(4)
        );
    }
    text + "</feed>\n"
}
