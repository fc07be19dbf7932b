//! `dateline fleet apply`: which feeds the fleet polls, and by which settings its members go.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;
use dateline_fleet::{FleetChange, read_feeds};
use dateline_publisher::make_topics;
use dateline_wire::FeedId;
use jiff::Timestamp;

use super::{ConfigFile, member_settings};
use crate::commands::feed::{begin_change, feed_line};
use crate::commands::{print_text, runtime};
use crate::config::feeds::fleet::{FeedTableDifference, tables_of_files, text_of_tables};
use crate::config::feeds::{self, ListedFeed};
use crate::config::shared::{self, SharedTexts};
use crate::config::{SecretAccess, Settings};
use crate::failure::Failure;
use crate::text::counted;

/// Have the fleet poll the feeds in these files, and no others; and its members share settings. The difference is shown first; the members follow within
/// seconds.
#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// Feeds files; `-` reads standard input. They count as one: groups in one give options to feeds in another. Without any, the feeds stay.
    #[arg(value_name = "FEEDS", required_unless_present = "settings")]
    files: Vec<PathBuf>,
    /// Have all members go by this configuration in what is to be the same with all: `[poll]`, `[stories]`, `[revisit]`, `[schemas]`, the manners of `[fetch]`,
    /// `[kafka]`'s topics, the subject, sites, agencies and story tables. Secrets, paths and addresses stay each member's own.
    #[arg(long)]
    settings: bool,
    /// Show the difference, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The configuration of any member.
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(arguments: &ApplyArguments) -> Result<(), Failure> {
    let settings = member_settings(&arguments.config)?;
    let wanted = match arguments.files.is_empty() {
        true => None,
        false => Some(tables_of_files(&arguments.files, &settings.fetch.secret_query)?),
    };
    if wanted.as_ref().is_some_and(|(_, listed)| !listed.iter().any(|listed| listed.enabled)) {
        return Err(Failure::Other("no feed in these files is enabled: a fleet needs one".to_owned()));
    }
    let texts = arguments.settings.then(|| shared::texts_of(&arguments.config.path)).transpose()?;
    refuse_what_is_too_large(texts.as_ref(), settings.kafka.max_record_bytes)?;
    // Whoever only looks fences nobody who changes them meanwhile.
    let change = (!arguments.dry_run).then(|| begin_change(&settings)).transpose()?;
    let before = match &change {
        Some(change) => change.before().clone(),
        None => {
            read_feeds(&settings.kafka, &settings.fleet).map_err(|error| Failure::Other(error.to_string()))?
        }
    };
    let mut tallies = Vec::new();
    if let Some((tables, listed)) = &wanted {
        let difference = FeedTableDifference::between(&before.tables, tables);
        let known = of_topic(&settings, &text_of_tables(&before.tables))?;
        print_text(&shown(&difference, &known, listed))?;
        if !difference.is_empty() {
            tallies.push(tally(&difference, listed.len()));
        }
    }
    if let Some(texts) = &texts {
        let lines = shared::difference(&before.settings.files, texts);
        print_text(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
        if *texts != *before.settings.files {
            tallies.push("other settings".to_owned());
        }
    }
    let what = match (&wanted, &texts) {
        (Some(_), Some(_)) => "feeds and settings",
        (Some(_), None) => "feeds",
        _ => "settings",
    };
    let (version, tally) = (before.version, tallies.join("; "));
    if tallies.is_empty() {
        return print_text(&format!("the fleet has these {what}: version {version}\n"));
    }
    let Some(change) = change else {
        return print_text(&format!(
            "{tally}: this would be version {} of the fleet's {what}\n",
            version + 1
        ));
    };
    if texts.is_some() {
        // Without them no member has a session, so that all would stop work at once.
        runtime()?.block_on(make_topics(&settings.kafka)).map_err(|error| {
            Failure::Other(format!(
                "the fleet's {what} stay as they are, since no member works without the topics that [kafka] names: {error}"
            ))
        })?;
    }
    let wanted = FleetChange { tables: wanted.as_ref().map(|(tables, _)| tables), settings: texts.as_ref() };
    let version = change
        .commit(wanted, Timestamp::now())
        .map_err(|error| Failure::Other(format!("the fleet's {what} stay as they are: {error}")))?;
    print_text(&format!("{tally}: version {version} of the fleet's {what}, which its members follow\n"))
}

fn tally(difference: &FeedTableDifference, count: usize) -> String {
    let kept = count - difference.added.len() - difference.changed.len();
    format!(
        "{} added, {} removed, {} changed, {kept} as before",
        difference.added.len(),
        difference.removed.len(),
        difference.changed.len()
    )
}

/// Each file is one record.
fn refuse_what_is_too_large(texts: Option<&SharedTexts>, max_bytes: usize) -> Result<(), Failure> {
    let large = texts.into_iter().flatten().find(|(_, text)| text.len() > max_bytes);
    large.map_or(Ok(()), |(name, text)| {
        Err(Failure::Other(format!(
            "{name} has {} bytes, and a record of the fleet's topic {max_bytes} at most: make it smaller, or raise `max_record_bytes` in [kafka]",
            text.len()
        )))
    })
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
