//! Feeds and pages as the simulated web writes them.

use std::{fmt::Write as _, ops::Range, time::Duration};

use jiff::Timestamp;

use crate::{
    plan::{EntryPlan, FeedPlan, Format},
    trouble::Trouble,
};

/// Which of its entries `feed` shows at a moment, by number; it lists the last of them first.
pub(crate) fn shown(feed: &FeedPlan, at: Duration) -> Range<usize> {
    let count = feed.entries.partition_point(|entry| entry.appears <= at);
    count.saturating_sub(feed.window)..count
}

/// What a feed's text depends on: it is the same at all moments at which this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    shown: Range<usize>,
    /// How many of the entries shown are edited.
    edited: usize,
    /// Whether all have one date.
    stuck: bool,
}

impl State {
    /// The state of `feed` at a moment.
    pub(crate) fn of(feed: &FeedPlan, at: Duration) -> Self {
        let shown = shown(feed, at);
        let is_edited = |entry: &&EntryPlan| entry.edition(at).0 > 1;
        let edited = feed.entries[shown.clone()].iter().filter(is_edited).count();
        let stuck = feed.spell.is_some_and(|spell| spell.at(at) == Trouble::StuckDates);
        Self { shown, edited, stuck }
    }
}

/// The feed as it is at a moment.
pub(crate) fn feed(feed: &FeedPlan, origin: Timestamp, at: Duration) -> String {
    let State { shown, stuck, .. } = State::of(feed, at);
    let mut items = String::new();
    for entry in feed.entries[shown].iter().rev() {
        let dated = if stuck { Duration::ZERO } else { entry.appears };
        let published = origin.checked_add(dated).unwrap_or(origin);
        let (_, title) = entry.edition(at);
        for _ in 0..if entry.twice { 2 } else { 1 } {
            match feed.format {
                Format::Rss => rss_item(&mut items, entry, title, published),
                Format::Atom => atom_entry(&mut items, entry, title, published),
            }
        }
    }
    match feed.format {
        Format::Rss => format!(
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Feed</title><link>{}</link>{items}</channel></rss>",
            feed.url
        ),
        Format::Atom => format!(
            "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Feed</title><id>{}</id>{items}</feed>",
            feed.url
        ),
    }
}

fn rss_item(items: &mut String, entry: &EntryPlan, title: &str, published: Timestamp) {
    let guid = entry.guid.as_ref().map(|guid| format!("<guid isPermaLink=\"false\">{guid}</guid>"));
    let date = published.strftime("%a, %d %b %Y %H:%M:%S GMT");
    let _ = write!(
        items,
        "<item><title>{title}</title><link>{}</link>{}<pubDate>{date}</pubDate></item>",
        entry.link,
        guid.unwrap_or_default()
    );
}

fn atom_entry(items: &mut String, entry: &EntryPlan, title: &str, published: Timestamp) {
    let id = entry.guid.as_ref().map(|guid| format!("<id>{guid}</id>"));
    let _ = write!(
        items,
        "<entry><title>{title}</title><link href=\"{}\"/>{}<updated>{published}</updated></entry>",
        entry.link,
        id.unwrap_or_default()
    );
}

/// An article whose text no other has.
pub(crate) fn article(number: u64, relevant: bool, is_edited: bool) -> String {
    let body = if relevant {
        format!(
            "<p>A Russian delegation arrived in Pyongyang on its visit number {number} this year, and was received by \
             officials from North Korea's foreign ministry at the airport.</p>\
             <p>Moscow and Pyongyang signed agreement {number} on cooperation in rail transport, the Russian embassy in \
             North Korea said, and the two sides agreed to meet again within {} days.</p>",
            number % 90 + 3
        )
    } else {
        format!(
            "<p>The town council opened library number {number} on Monday after two years of building works, with music \
             from the town's band, and invited readers of every age to come in and look around.</p>\
             <p>There are {} new chairs, the librarian said, and more books than the shelves can hold at present.</p>",
            number % 90 + 3
        )
    };
    let added = match is_edited {
        true => format!(
            "<p>Both sides have confirmed report number {number} since it was published here first.</p>"
        ),
        false => String::new(),
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><title>Report {number}</title></head><body><nav><a href=\"/\">Home</a></nav>\
         <article><h1>Report {number}</h1>{body}{added}</article><footer>All rights reserved</footer></body></html>"
    )
}
