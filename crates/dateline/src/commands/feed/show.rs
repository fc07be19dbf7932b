//! `dateline feed show`: how one feed has been going.

use std::fmt::Write as _;

use clap::Args;
use dateline_fetcher::reason_for_next_poll;
use dateline_journal::{JournalReader, PollRecord};
use dateline_wire::{FeedRef, FeedState};
use serde::Serialize;

use super::named;
use crate::commands::config_file::ConfigFile;
use crate::commands::{print_json, print_text};
use crate::config::Settings;
use crate::failure::Failure;

/// Which feed to show.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The feed's address or id.
    #[arg(value_name = "URL|ID")]
    feed: String,
    /// Print one JSON document instead of a page for people.
    #[arg(long)]
    json: bool,
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// How a feed has been going.
#[derive(Debug, Serialize)]
struct FeedHistory {
    #[serde(flatten)]
    feed: FeedRef,
    /// Whether it is polled.
    enabled: bool,
    /// What the journal knows of it; absent where it doesn't know it yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<FeedState>,
    /// Why it is asked again when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Its last polls, newest first.
    polls: Vec<PollRecord>,
}

/// Runs the command. The journal is read beside a running daemon, too.
///
/// # Errors
/// If there is no such feed, or the journal cannot be read.
pub(super) fn run(arguments: &ShowArguments) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let listed = named(&settings, &arguments.feed)?;
    let path = settings.journal_path();
    let read = || {
        let journal = JournalReader::open(&path)?;
        Ok((journal.feed(listed.feed.id())?, journal.polls(listed.feed.id())?))
    };
    let (state, polls) = read().map_err(|source| Failure::Journal { path: path.clone(), source })?;
    let why = state.as_ref().map(|state| reason_for_next_poll(&listed.feed, state, &settings.poll));
    let history =
        FeedHistory { feed: listed.feed.published().clone(), enabled: listed.enabled, state, why, polls };
    if arguments.json { print_json(&history) } else { print_text(&history.page()) }
}

impl FeedHistory {
    /// The history as a page for people.
    fn page(&self) -> String {
        let mut page = String::new();
        // Writing to a String cannot fail.
        let mut line = |name: &str, value: &str| _ = writeln!(page, "{name:<10} {value}");
        line("feed", self.feed.url.as_str());
        line("id", self.feed.id.as_str());
        if let Some(name) = &self.feed.name {
            line("name", name);
        }
        if !self.feed.tags.is_empty() {
            line("tags", &self.feed.tags.join(", "));
        }
        match (&self.state, self.enabled) {
            (_, false) => line("next", "paused: it is not asked"),
            (None, true) => line("next", "the journal does not know it yet: the daemon has to run with it"),
            (Some(state), true) => line("next", &format!("{:.0}", state.next_poll)),
        }
        if let Some(why) = self.why.as_deref().filter(|_| self.enabled) {
            line("why", why);
        }
        if let Some(state) = &self.state {
            let conditions: Vec<&str> = state.conditions.iter().map(|condition| condition.as_str()).collect();
            if !conditions.is_empty() {
                line("health", &conditions.join(", "));
            }
            if let Some(last) = state.last_new_entry {
                line("news", &format!("{last:.0}"));
            }
        }
        page.push_str("\npolls\n");
        if self.polls.is_empty() {
            page.push_str("  none yet\n");
        }
        for poll in &self.polls {
            let status = poll.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            let what = match &poll.error {
                Some(error) => error.clone(),
                None => format!("{} new, {} changed", poll.new, poll.changed),
            };
            let _ = writeln!(page, "  {:.0}  {status:<4} {what}; next {:.0}", poll.time, poll.next_poll);
        }
        page
    }
}
