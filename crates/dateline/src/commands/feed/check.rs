//! `dateline feed check`: each configured feed asked once, the worst first.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write as _};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use dateline_fetcher::transport::LiveTransport;
use dateline_fetcher::{Clock, Feed, Fetcher};
use dateline_wire::{FeedRef, FeedState};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::super::config_file::ConfigFile;
use super::super::print_text;
use super::configured;
use crate::config::{SecretAccess, Settings};
use crate::failure::Failure;
use crate::feed_finding::{FeedFinding, FeedVerdict, finding};
use crate::terminal::visible_line;

/// Which feeds to ask. They have to be configured; `dateline feed add` asks one that isn't.
#[derive(Debug, Args)]
#[command(after_help = "\
One line a feed, the worst first: its verdict, its name, what came, its address. Verdicts:
  gone      410: it says that it is gone
  failed    no answer, or none that is a feed
  put off   its host asks to be left alone for now
  empty     a feed without entries
  stale     its newest entry is older than two weeks
  ok        entries, some of them new or without a date")]
pub struct FeedCheckArguments {
    /// Only configured feeds whose address or name contains this.
    #[arg(value_name = "TEXT")]
    only: Option<String>,
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the configuration is wrong; [`Failure::Partly`] if a feed does not answer as a feed does.
pub(super) fn run(arguments: &FeedCheckArguments) -> Result<(), Failure> {
    let (settings, feeds) = configured(&arguments.config, SecretAccess::Read)?;
    let wanted: Vec<Feed> =
        feeds.into_iter().filter(|feed| names(feed.published(), arguments.only.as_deref())).collect();
    if wanted.is_empty() {
        return Err(Failure::Other(none_wanted(arguments.only.as_deref(), &settings.feeds)));
    }
    ask_each(&settings, &wanted)?.into_result()
}

/// How many were asked, and how many of them failed.
pub(in crate::commands) struct AskedTally {
    pub(in crate::commands) failed: u64,
    pub(in crate::commands) all: u64,
}

impl AskedTally {
    /// # Errors
    /// [`Failure::Partly`] if any failed.
    pub(in crate::commands) fn into_result(self) -> Result<(), Failure> {
        let Self { failed, all } = self;
        if failed > 0 { Err(Failure::Partly { failed, all }) } else { Ok(()) }
    }
}

/// Asks each of `feeds` once, many at a time and each host in its turn, and prints a line for each, the worst first.
///
/// # Errors
/// If nothing can be asked or printed.
pub(in crate::commands) fn ask_each(settings: &Settings, feeds: &[Feed]) -> Result<AskedTally, Failure> {
    let live = LiveTransport::new(&settings.fetch).map_err(|error| Failure::Other(error.to_string()))?;
    let fetcher =
        Fetcher::new(Arc::new(live), settings.fetch.clone(), settings.poll.clone(), Clock::System, 0);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::io("the runtime cannot start"))?;
    let mut found = runtime.block_on(ask_all(&fetcher, feeds, settings.engine.polls_in_flight));
    found.sort_by_key(|(_, finding)| finding.verdict);
    print_text(&page(&found))?;
    if !found.is_empty() {
        eprintln!("{}", summary(&found));
    }
    let failed = found.iter().filter(|(_, finding)| !finding.verdict.is_answer()).count() as u64;
    Ok(AskedTally { failed, all: found.len() as u64 })
}

fn none_wanted(only: Option<&str>, file: &Path) -> String {
    match only {
        Some(text) if text.contains("://") => format!(
            "no feed in {} has this address; `dateline feed add ADDRESS` asks whether a feed is there, and adds it",
            file.display()
        ),
        Some(text) => format!(
            "no feed in {} that is polled has `{text}` in its address or name; `dateline feed list` names those that are",
            file.display()
        ),
        None => format!("{} names no feed", file.display()),
    }
}

/// Asks every feed, so many at once, and tells a terminal how far that is.
async fn ask_all<'f>(
    fetcher: &Fetcher,
    feeds: &'f [Feed],
    at_once: usize,
) -> Vec<(&'f FeedRef, FeedFinding)> {
    let shows_progress = std::io::stderr().is_terminal();
    // A terminal that is gone needs no progress.
    let show = |text: &str| drop(shows_progress.then(|| write!(std::io::stderr(), "\r\x1b[K{text}")));
    let mut answers = stream::iter(feeds)
        .map(async |feed| {
            let state = FeedState::new(feed.published(), Timestamp::now());
            (feed.published(), finding(&fetcher.poll(&state, feed).await, Timestamp::now()))
        })
        .buffered(at_once);
    let mut found = Vec::with_capacity(feeds.len());
    while let Some(answer) = answers.next().await {
        found.push(answer);
        show(&format!("{} of {} feeds asked", found.len(), feeds.len()));
    }
    show("");
    found
}

/// Whether `text`, if there is one, occurs in the feed's address or name.
fn names(feed: &FeedRef, text: Option<&str>) -> bool {
    let Some(text) = text.map(str::to_lowercase) else { return true };
    let name = feed.name.as_deref().unwrap_or_default();
    [feed.url.as_str(), name].iter().any(|of| of.to_lowercase().contains(&text))
}

/// A line for each feed.
fn page(found: &[(&FeedRef, FeedFinding)]) -> String {
    /// Longer names push the rest of their line to the right.
    const MAX_NAME_CHARS: usize = 30;
    let name = |feed: &FeedRef| visible_line(feed.name.as_deref().unwrap_or_default()).into_owned();
    let width = found.iter().map(|(feed, _)| name(feed).chars().count()).max().unwrap_or_default();
    let width = width.min(MAX_NAME_CHARS);
    let line = |(feed, finding): &(&FeedRef, FeedFinding)| {
        let verdict = finding.verdict.word();
        format!("{verdict:<8} {:<width$}  {}  {}\n", name(feed), visible_line(&finding.what), feed.url)
    };
    found.iter().map(line).collect()
}

/// How many feeds came to which verdict, and what they may have in common.
fn summary(found: &[(&FeedRef, FeedFinding)]) -> String {
    let mut counts: BTreeMap<FeedVerdict, usize> = BTreeMap::new();
    for (_, finding) in found {
        *counts.entry(finding.verdict).or_default() += 1;
    }
    let words: Vec<String> =
        counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.word())).collect();
    let offline = match found.iter().all(|(_, finding)| finding.is_unresolved) {
        true => ". No name resolves: is this machine offline, or its name server down?",
        false => "",
    };
    format!("{} asked: {}{offline}", found.len(), words.join(", "))
}

#[cfg(test)]
mod tests {
    use dateline_fetcher::{PollOutcome, PollResult};
    use dateline_wire::{Entry, EntryId, FetchFailure, HttpStatus, HubNews, SecretQuery};

    use super::*;

    fn feed(name: &str) -> FeedRef {
        let url = format!("https://{name}.example/rss").parse().unwrap();
        FeedRef::new(&url, Some(name.to_owned()), &SecretQuery::default())
    }

    fn found(name: &str, result: PollResult, newest: &[Option<&str>]) -> FeedFinding {
        let entries = newest.iter().map(|published| Entry {
            published: published.map(|moment| moment.parse().unwrap()),
            ..Entry::new(EntryId::of_guid("1"))
        });
        let outcome = PollOutcome {
            feed: FeedState::new(&feed(name), Timestamp::UNIX_EPOCH),
            entries: entries.collect(),
            health: Vec::new(),
            hub: HubNews::Nothing,
            result,
        };
        finding(&outcome, "2026-03-20T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn the_worst_feeds_come_first_each_with_its_verdict() {
        let feeds = ["lively", "silent", "shut", "hollow", "ended"].map(feed);
        let mut all: Vec<(&FeedRef, FeedFinding)> = feeds
            .iter()
            .zip([
                found("lively", PollResult::Read, &[Some("2026-03-19T08:00:00Z"), None]),
                found("silent", PollResult::Read, &[Some("2026-01-01T08:00:00Z")]),
                found("shut", PollResult::Failed(FetchFailure::of_status(HttpStatus(403))), &[]),
                found("hollow", PollResult::Read, &[]),
                found("ended", PollResult::Gone, &[]),
            ])
            .collect();
        all.sort_by_key(|(_, finding)| finding.verdict);
        let lines = page(&all);
        assert_eq!(
            lines,
            "gone     ended   410: it is gone  https://ended.example/rss\n\
             failed   shut    answered 403 Forbidden  https://shut.example/rss\n\
             empty    hollow  no entries  https://hollow.example/rss\n\
             stale    silent  1 entry, the newest of 2026-01-01T08:00:00Z  https://silent.example/rss\n\
             ok       lively  2 entries, the newest of 2026-03-19T08:00:00Z  https://lively.example/rss\n"
        );
        assert_eq!(summary(&all), "5 asked: 1 gone, 1 failed, 1 empty, 1 stale, 1 ok");
    }

    #[test]
    fn what_is_not_configured_is_told_with_what_to_do_next() {
        let told = |only| none_wanted(Some(only), Path::new("feeds.toml"));
        assert!(told("https://me:hush@news.example/rss").contains("dateline feed add ADDRESS"));
        assert!(!told("https://me:hush@news.example/rss").contains("hush"));
        assert!(told("ferry").contains("`ferry`") && told("ferry").contains("dateline feed list"));
    }

    #[test]
    fn where_no_name_resolves_that_is_said() {
        let feeds = ["a", "b"].map(feed);
        let unresolved =
            FeedFinding { verdict: FeedVerdict::Failed, what: String::new(), is_unresolved: true };
        let all: Vec<_> = feeds.iter().map(|feed| (feed, unresolved.clone())).collect();
        assert!(summary(&all).contains("is this machine offline"));
        let one: Vec<_> = all.into_iter().chain([(&feeds[0], found("a", PollResult::Gone, &[]))]).collect();
        assert!(!summary(&one).contains("offline"));
    }
}
