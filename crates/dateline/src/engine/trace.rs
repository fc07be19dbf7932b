//! The `traceparent` (W3C Trace Context, section 3.2) that ties an event to the work that made it.

use dateline_wire::{EntryId, EventId, FeedId};
use jiff::Timestamp;

/// The trace of an entry's way from its feed to its outcome. It depends on nothing random, so that a replay finds the same.
pub(crate) fn of_entry(feed: &FeedId, entry: &EntryId, attempt: u32) -> String {
    let attempt = attempt.to_string();
    traceparent(&["entry", feed.as_str(), entry.as_str()], &attempt)
}

/// The trace of one poll of a feed.
pub(super) fn of_poll(feed: &FeedId, at: Timestamp) -> String {
    traceparent(&["poll", feed.as_str(), &at.to_string()], "poll")
}

/// Version 00, a trace id of 16 bytes and a parent id of 8, sampled. All-zero ids, which are invalid, would need a SHA-256
/// that starts with as many zeros.
fn traceparent(trace: &[&str], span: &str) -> String {
    let trace = EventId::of_parts(trace);
    let span = EventId::of_parts(&[trace.as_str(), span]);
    format!("00-{trace}-{}-01", &span.as_str()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn attempts_for_one_entry_share_a_trace_and_not_a_span() {
        let feed = FeedId::of(&Url::parse("https://news.example/rss").unwrap());
        let entry = EntryId::of_guid("7");
        let (first, second) = (of_entry(&feed, &entry, 0), of_entry(&feed, &entry, 1));
        assert_eq!(first.len(), 55);
        assert_eq!(first[..36], second[..36]);
        assert_ne!(first[36..], second[36..]);
        assert_eq!(first, of_entry(&feed, &entry, 0));
    }
}
