//! The status as a page for people: a verdict first, then what is wrong and what to do, then the rest.

use std::fmt::Write as _;

use dateline_wire::Sequence;
use jiff::Timestamp;

use super::{FeedCondition, FeedStatus, SinkStatus, StatusReport, Verdict};
use crate::terminal::visible_line;
use crate::text::{ago, ahead, counted, moment, rounded, size};

/// The page. It ends with a line break.
pub fn page(status: &StatusReport) -> String {
    let now = status.now;
    let mut page = match status.verdict {
        Verdict::NotRunning => format!("{}. The journal says:\n", status.summary),
        _ => format!("{}\n", status.summary),
    };
    for fault in &status.faults {
        let since = fault
            .since
            .map(|since| format!(", for {}", rounded(now.duration_since(since))))
            .unwrap_or_default();
        // Writing to a String cannot fail, here and below.
        let detail = fault.detail.as_deref().map(|detail| format!("\n      said:  {}", visible_line(detail)));
        let detail = detail.unwrap_or_default();
        let _ = writeln!(page, "\n  {}{since}{detail}\n      to do: {}", fault.what, fault.remedy);
    }
    page.push('\n');
    if let Some(daemon) = &status.daemon {
        let _ = write!(
            page,
            "daemon    version {}, process {} on {}",
            daemon.version, daemon.process, daemon.host
        );
        let _ = match status.verdict {
            Verdict::NotRunning => writeln!(page, ", started {}", moment(daemon.started)),
            _ => writeln!(
                page,
                ", up {}, asked at {}",
                rounded(now.duration_since(daemon.started)),
                daemon.api
            ),
        };
    }
    if let Some(member) = &status.member {
        let stories = if member.tells_stories { " and the stories" } else { "" };
        let _ = writeln!(
            page,
            "member    {} of the fleet {}, with {}{stories}; `dateline fleet status` tells of all",
            member.member,
            member.fleet,
            counted(member.shards.len() as u64, "shard"),
        );
    }
    let idle = if status.no_intake { "; none is polled here, nor any page (run --no-intake)" } else { "" };
    let _ = writeln!(page, "feeds     {}{idle}", status.feeds_in_words());
    let _ = writeln!(page, "entries   {} seen, {} waiting for their page", status.entries, status.backlog);
    let _ = writeln!(page, "visits    {}", visits(status));
    let kinds: Vec<String> = status.events.iter().map(|(kind, events)| format!("{events} {kind}")).collect();
    let _ = writeln!(
        page,
        "events    {}: {}; the last {}",
        status.last_sequence,
        kinds.join(", "),
        ago(status.last_event, now),
    );
    let _ = writeln!(page, "delivery  {}", delivery(status, now));
    for sink in &status.sinks {
        let _ = writeln!(page, "{}", sink_line(sink, now));
    }
    let disk =
        status.disk.map(|disk| format!("; {} free on its disk", size(disk.free_bytes))).unwrap_or_default();
    let _ = writeln!(
        page,
        "journal   {}, {} with {} of search index and {} of write-ahead log{disk}",
        status.journal,
        size(status.journal_bytes),
        size(status.journal_search_bytes),
        size(status.journal_wal_bytes),
    );
    if let Some(gap) = status.search_gap {
        let _ = writeln!(
            page,
            "          events {} to {} are not searched yet: the log is still being gone over, the newest first",
            gap.first, gap.last,
        );
    }
    if let Some(held) = status.journal_held {
        let _ = writeln!(
            page,
            "          restored from a copy: {held} outcomes wait until the relay knows what Kafka has of it",
        );
    }
    if status.journal_gone > Sequence::START {
        let oldest = match status.journal_oldest {
            Some(oldest) => format!("the oldest that is there is {oldest}"),
            None => "none is left".to_owned(),
        };
        let _ = writeln!(
            page,
            "          events are gone by [retention], up to {} at most; {oldest}",
            status.journal_gone
        );
    }
    if !status.last_events.is_empty() {
        page.push_str("\nlast events\n");
        for event in &status.last_events {
            let _ = writeln!(
                page,
                "  {:>6}  {:<8} {:<8} {}",
                event.sequence,
                ago(Some(event.time), now),
                event.kind,
                visible_line(&event.about)
            );
        }
    }
    page.push_str("\nfeeds\n");
    for feed in in_order(&status.feeds) {
        let _ = writeln!(page, "  {}", feed_line(feed, now));
    }
    page
}

/// How the visits to pages of published articles go.
fn visits(status: &StatusReport) -> String {
    let visits = &status.visits;
    let since = match visits.due_since {
        None => "none due".to_owned(),
        Some(since) => {
            format!("{} due, the first for {}", visits.due, rounded(status.now.duration_since(since)))
        }
    };
    let mut line = format!("{} to be visited again, {since}", counted(visits.pages, "published page"));
    let made: u64 = visits.results.values().sum();
    if made > 0 {
        let of = |words: &[&str]| -> u64 { words.iter().filter_map(|word| visits.results.get(*word)).sum() };
        let _ = write!(
            line,
            "; {made} made since the start: {} as before, {} changed, {} withdrawn, {} gone for the first time, {} refused, {} failed",
            of(&["not_modified", "unchanged"]),
            of(&["revised"]),
            of(&["withdrawn"]),
            of(&["missing"]),
            of(&["refused"]),
            of(&["failed", "not_asked"]),
        );
    }
    line
}

/// What Kafka has, as whoever tells knows it. Without a daemon that is what the last one noted; whether a Kafka is configured is
/// for the daemon to know, whose environment is not ours.
fn delivery(status: &StatusReport, now: Timestamp) -> String {
    let undelivered = status.undelivered();
    match (&status.relay, status.verdict) {
        (None, Verdict::NotRunning) if status.relay_position.0 == 0 => {
            "nothing was ever delivered to Kafka".to_owned()
        }
        (None, Verdict::NotRunning) => {
            format!("Kafka had {} when that was last noted, {undelivered} to go", status.relay_position)
        }
        (None, _) => match &status.member {
            Some(member) => member.source_in_words(),
            None => "off: the daemon runs without [kafka] `brokers`".to_owned(),
        },
        (Some(relay), _) => {
            let position = relay.position.unwrap_or(status.relay_position);
            let state = match (relay.connected, relay.has_stopped) {
                (true, _) => "connected",
                (false, true) => "stopped",
                (false, false) if relay.is_known() => "not connected",
                (false, false) => "not yet known to work",
            };
            let waiting = match status.undelivered_since.filter(|_| undelivered > 0) {
                None => String::new(),
                Some(since) => format!(", the first since {}", rounded(now.duration_since(since))),
            };
            format!(
                "{state}; Kafka has {position}, {undelivered} to go{waiting}; {}",
                match relay.last_commit {
                    Some(_) => format!("last delivered {}", ago(relay.last_commit, now)),
                    None => "nothing delivered since the daemon's start".to_owned(),
                }
            )
        }
    }
}

/// A way out beside Kafka.
fn sink_line(sink: &SinkStatus, now: Timestamp) -> String {
    let mut line = format!("          {}", sink.sink);
    if let Some(to) = &sink.to {
        let _ = write!(line, " to {to}");
    }
    let condition = sink.condition.as_deref().map(|condition| format!("{condition}, ")).unwrap_or_default();
    let _ = write!(
        line,
        ": {condition}at {}, {} to go, {} delivered",
        sink.position, sink.behind, sink.delivered
    );
    if sink.waiting > 0 {
        let _ = write!(line, ", {} wait to be tried again", sink.waiting);
    }
    if sink.dead_letters > 0 {
        let _ = write!(line, ", {} given up", sink.dead_letters);
    }
    if sink.missed_events > 0 {
        let _ = write!(line, ", {} let go before it took them", sink.missed_events);
    }
    if let Some(until) = sink.resting_until.filter(|until| *until > now) {
        let _ = write!(line, ", asked again {}", ahead(until, now));
    }
    line
}

/// The feeds that are not as they should be first, those that are paused last, and otherwise as configured.
fn in_order(feeds: &[FeedStatus]) -> Vec<&FeedStatus> {
    let mut feeds: Vec<&FeedStatus> = feeds.iter().collect();
    feeds.sort_by_key(|feed| match feed.condition() {
        FeedCondition::Silent | FeedCondition::Failing | FeedCondition::Dead | FeedCondition::Gone => 0,
        FeedCondition::Ok | FeedCondition::Waiting => 1,
        FeedCondition::Paused => 2,
    });
    feeds
}

fn feed_line(feed: &FeedStatus, now: Timestamp) -> String {
    let name = visible_line(feed.name.as_deref().unwrap_or(feed.url.as_str()));
    let mut line = format!("{:<8} {name}: polled {}", feed.condition().word(), ago(feed.last_poll, now));
    if feed.last_success.is_some() {
        let _ = write!(line, ", news {}", ago(feed.last_new_entry, now));
    }
    if let Some(next) = feed.next_poll {
        let _ = write!(line, ", next {}", ahead(next, now));
    }
    if let Some(websub) = &feed.websub
        && let Some(end) = websub.lease_end.filter(|end| *end > now)
    {
        let pushed = ago(websub.last_push, now);
        let _ = write!(line, ", pushed {pushed} (its hub's lease ends {})", ahead(end, now));
    }
    if let Some(error) = &feed.last_error {
        let times = if feed.failures == 1 { "once".to_owned() } else { format!("{} times", feed.failures) };
        let _ = write!(line, "; failed {times}: {}", visible_line(&error.beside(feed.url.as_str())));
    }
    line
}

#[cfg(test)]
mod tests {
    use dateline_wire::{FeedRef, SecretQuery};

    use super::*;
    use crate::status::WebSubStatus;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A feed that was never asked.
    fn news() -> FeedStatus {
        let address = "https://news.example/rss".parse().unwrap();
        let FeedRef { id, url, .. } = FeedRef::new(&address, None, &SecretQuery::default());
        FeedStatus {
            id,
            url,
            name: Some("News".into()),
            tags: Vec::new(),
            paused: false,
            next_poll: Some(Timestamp::UNIX_EPOCH),
            last_poll: None,
            last_success: None,
            last_new_entry: None,
            last_status: None,
            failures: 0,
            last_error: None,
            failing_since: None,
            last_failure: None,
            conditions: Vec::new(),
            retired: false,
            websub: None,
        }
    }

    #[test]
    fn a_feed_that_its_hub_pushes_says_until_when() {
        let now = at("2026-03-01T08:00:00Z");
        let pushed = at("2026-03-01T07:55:00Z");
        let feed = FeedStatus {
            next_poll: Some(at("2026-03-01T13:00:00Z")),
            last_poll: Some(at("2026-03-01T07:00:00Z")),
            last_success: Some(at("2026-03-01T07:00:00Z")),
            last_new_entry: Some(pushed),
            last_status: Some(200),
            websub: Some(WebSubStatus {
                hub: "https://hub.example/".parse().unwrap(),
                lease_end: Some(at("2026-03-08T08:00:00Z")),
                last_push: Some(pushed),
                last_error: None,
            }),
            ..news()
        };
        assert_eq!(
            feed_line(&feed, now),
            "ok       News: polled 1h ago, news 5m ago, next in 5h, pushed 5m ago (its hub's lease ends in 7d)"
        );
    }

    #[test]
    fn a_feed_that_is_paused_says_so_and_stands_last() {
        let paused = FeedStatus { paused: true, next_poll: None, retired: true, ..news() };
        assert_eq!(feed_line(&paused, Timestamp::UNIX_EPOCH), "paused   News: polled never");
        let feeds = [paused, news()];
        assert!(!in_order(&feeds)[0].paused);
    }

    #[test]
    fn a_feed_that_fails_says_why_and_how_often() {
        let now = at("2026-03-01T08:00:00Z");
        let feed = FeedStatus {
            next_poll: Some(at("2026-03-01T08:10:00Z")),
            last_poll: Some(at("2026-03-01T07:59:30Z")),
            failures: 2,
            last_error: Some("the name does not resolve".into()),
            ..news()
        };
        assert_eq!(
            feed_line(&feed, now),
            "failing  News: polled 30s ago, next in 10m; failed 2 times: the name does not resolve"
        );
    }
}
