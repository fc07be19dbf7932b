//! `dateline fleet apply`: which feeds the fleet polls.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;
use dateline_wire::FeedId;
use jiff::Timestamp;

use super::{ConfigFile, member_settings};
use crate::commands::feed::{begin_change, feed_line};
use crate::commands::print_text;
use crate::config::feeds::fleet::{FeedTableDifference, tables_of_files, text_of_tables};
use crate::config::feeds::{self, ListedFeed};
use crate::config::{SecretAccess, Settings};
use crate::failure::Failure;
use crate::text::counted;

/// Have the fleet poll the feeds in these files, and no others. The difference is shown first; the members follow within seconds.
#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// Feeds files; `-` reads standard input. They count as one: groups in one give options to feeds in another.
    #[arg(value_name = "FEEDS", required = true)]
    files: Vec<PathBuf>,
    /// Show the difference, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The configuration of any member.
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(arguments: &ApplyArguments) -> Result<(), Failure> {
    let settings = member_settings(&arguments.config)?;
    let (tables, listed) = tables_of_files(&arguments.files, &settings.fetch.secret_query)?;
    if !listed.iter().any(|listed| listed.enabled) {
        return Err(Failure::Other("no feed in these files is enabled: a fleet needs one".to_owned()));
    }
    let change = begin_change(&settings)?;
    let before = change.before().clone();
    let known = of_topic(&settings, &text_of_tables(&before.tables))?;
    let difference = FeedTableDifference::between(&before.tables, &tables);
    let version = before.version;
    if difference.is_empty() {
        return print_text(&format!("the fleet has these feeds: version {version}\n"));
    }
    print_text(&shown(&difference, &known, &listed))?;
    let kept = listed.len() - difference.added.len() - difference.changed.len();
    let tally = format!(
        "{} added, {} removed, {} changed, {kept} as before",
        difference.added.len(),
        difference.removed.len(),
        difference.changed.len()
    );
    if arguments.dry_run {
        return print_text(&format!("{tally}: this would be version {} of the fleet's feeds\n", version + 1));
    }
    let version = change
        .commit(&tables, Timestamp::now())
        .map_err(|error| Failure::Other(format!("the fleet's feeds stay as they are: {error}")))?;
    print_text(&format!("{tally}: version {version} of the fleet's feeds, which its members follow\n"))
}

fn of_topic(settings: &Settings, text: &str) -> Result<Vec<ListedFeed>, Failure> {
    let topic = PathBuf::from(settings.fleet.feeds_topic());
    Ok(feeds::parse(&topic, text, &settings.fetch.secret_query, SecretAccess::Without)?)
}

/// A line for each feed that comes, goes or changes.
fn shown(difference: &FeedTableDifference, before: &[ListedFeed], after: &[ListedFeed]) -> String {
    let named = |listed: &[ListedFeed]| -> HashMap<FeedId, String> {
        let line = |listed: &ListedFeed| (listed.feed.id().clone(), feed_line(listed));
        listed.iter().map(line).collect()
    };
    let (before, after) = (named(before), named(after));
    let FeedTableDifference { added, removed, changed, groups } = difference;
    let mut text = String::new();
    for (sign, ids, lines) in [('+', added, &after), ('-', removed, &before), ('~', changed, &after)] {
        let mut lines: Vec<&str> = ids.iter().filter_map(|id| lines.get(id).map(String::as_str)).collect();
        lines.sort_unstable();
        lines.into_iter().for_each(|line| text += &format!("{sign} {line}"));
    }
    if *groups > 0 {
        text += &format!("~ {}\n", counted(*groups as u64, "group"));
    }
    text
}
