//! `dateline status`: how it is going.

use std::fmt::Write as _;

use clap::Args;
use dateline_journal::JournalReader;
use jiff::{SignedDuration, Timestamp};

use super::config_file::ConfigFile;
use super::{print_json, print_text};
use crate::config::{SecretAccess, Settings, feeds};
use crate::failure::Failure;
use crate::status::{FeedNames, FeedStatus, StatusReport};

/// Shows feeds, backlog, last events and the relay's position, from the journal, daemon running or not.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Print one JSON document instead of a page for people.
    #[arg(long)]
    json: bool,
    /// Whose journal to read.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the configuration or the journal cannot be read.
pub fn run(arguments: &StatusArguments) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let names =
        FeedNames::of(&feeds::read(&settings.feeds, &settings.fetch.secret_query, SecretAccess::Without)?);
    let path = settings.journal_path();
    let status = JournalReader::open(&path)
        .and_then(|journal| StatusReport::read(&journal, &names))
        .map_err(|source| Failure::Journal { path, source })?;
    if arguments.json {
        return print_json(&status);
    }
    let relayed = !settings.kafka.brokers.is_empty() || status.relay_position.0 > 0;
    print_text(&page(&status, relayed, Timestamp::now()))
}

/// The status as a page for people.
fn page(status: &StatusReport, relayed: bool, now: Timestamp) -> String {
    let mut page = String::new();
    let failing = status.feeds.iter().filter(|feed| feed.word() == "failing").count();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "feeds     {}, of which {failing} fail", status.feeds.len());
    let _ = writeln!(page, "entries   {} seen, {} waiting for their page", status.entries, status.backlog);
    let kinds: Vec<String> = status.events.iter().map(|(kind, events)| format!("{events} {kind}")).collect();
    let _ = writeln!(
        page,
        "events    {}: {}; the last {}",
        status.last_sequence,
        kinds.join(", "),
        ago(status.last_event, now),
    );
    let _ = match relayed {
        false => writeln!(page, "relay     off ([kafka] brokers is empty)"),
        true => writeln!(
            page,
            "relay     {} delivered, {} to go",
            status.relay_position,
            status.last_sequence.0.saturating_sub(status.relay_position.0),
        ),
    };
    let _ = writeln!(
        page,
        "journal   {}, {} KiB and {} KiB of write-ahead log",
        status.journal,
        status.journal_bytes / 1024,
        status.journal_wal_bytes / 1024,
    );
    if status.journal_set_aside > 0 {
        let _ = writeln!(
            page,
            "          {} rows could not be read and were set aside; see its table set_aside",
            status.journal_set_aside,
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
                event.about
            );
        }
    }
    page.push_str("\nfeeds\n");
    for feed in &status.feeds {
        let _ = writeln!(page, "  {}", feed_line(feed, now));
    }
    page
}

fn feed_line(feed: &FeedStatus, now: Timestamp) -> String {
    let name = feed.name.as_deref().unwrap_or(feed.url.as_str());
    let mut line = format!("{:<8} {name}: polled {}", feed.word(), ago(feed.last_poll, now));
    if feed.last_success.is_some() {
        let _ = write!(line, ", news {}", ago(feed.last_new_entry, now));
    }
    let _ = write!(line, ", next {}", ahead(feed.next_poll, now));
    if let Some(websub) = &feed.websub
        && let Some(end) = websub.lease_end.filter(|end| *end > now)
    {
        let pushed = ago(websub.last_push, now);
        let _ = write!(line, ", pushed {pushed} (its hub's lease ends {})", ahead(end, now));
    }
    if let Some(error) = &feed.last_error {
        let times = if feed.failures == 1 { "once".to_owned() } else { format!("{} times", feed.failures) };
        let _ = write!(line, "; failed {times}: {error}");
    }
    line
}

/// `5m ago`, or `never`.
fn ago(then: Option<Timestamp>, now: Timestamp) -> String {
    match then {
        None => "never".to_owned(),
        Some(then) => format!("{} ago", rounded(now.duration_since(then))),
    }
}

/// `in 5m`, or `now`.
fn ahead(then: Timestamp, now: Timestamp) -> String {
    let wait = then.duration_since(now);
    if wait.is_positive() { format!("in {}", rounded(wait)) } else { "now".to_owned() }
}

/// A length of time in its largest unit.
fn rounded(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::{FeedRef, SecretQuery};

    use super::*;
    use crate::status::WebSubStatus;

    fn news() -> FeedRef {
        FeedRef::new(&"https://news.example/rss".parse().unwrap(), None, &SecretQuery::default())
    }

    #[test]
    fn lengths_of_time_are_told_in_their_largest_unit() {
        let told: Vec<_> =
            [-5, 59, 60, 3_599, 7_200, 200_000].map(|s| rounded(SignedDuration::from_secs(s))).into();
        assert_eq!(told, ["0s", "59s", "1m", "59m", "2h", "2d"]);
    }

    #[test]
    fn a_feed_that_its_hub_pushes_says_until_when() {
        let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let moment = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let FeedRef { id, url, .. } = news();
        let feed = FeedStatus {
            id,
            url,
            name: Some("News".into()),
            next_poll: "2026-03-01T13:00:00Z".parse().unwrap(),
            last_poll: moment("2026-03-01T07:00:00Z"),
            last_success: moment("2026-03-01T07:00:00Z"),
            last_new_entry: moment("2026-03-01T07:55:00Z"),
            last_status: Some(200),
            failures: 0,
            last_error: None,
            retired: false,
            websub: Some(WebSubStatus {
                hub: "https://hub.example/".parse().unwrap(),
                lease_end: moment("2026-03-08T08:00:00Z"),
                last_push: moment("2026-03-01T07:55:00Z"),
                last_error: None,
            }),
        };
        assert_eq!(
            feed_line(&feed, now),
            "ok       News: polled 1h ago, news 5m ago, next in 5h, pushed 5m ago (its hub's lease ends in 7d)"
        );
    }

    #[test]
    fn a_feed_that_fails_says_why_and_how_often() {
        let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let FeedRef { id, url, .. } = news();
        let feed = FeedStatus {
            id,
            url,
            name: Some("News".into()),
            next_poll: "2026-03-01T08:10:00Z".parse().unwrap(),
            last_poll: Some("2026-03-01T07:59:30Z".parse().unwrap()),
            last_success: None,
            last_new_entry: None,
            last_status: None,
            failures: 2,
            last_error: Some("the name does not resolve".into()),
            retired: false,
            websub: None,
        };
        assert_eq!(
            feed_line(&feed, now),
            "failing  News: polled 30s ago, next in 10m; failed 2 times: the name does not resolve"
        );
    }
}
