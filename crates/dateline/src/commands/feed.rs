//! `dateline feed`: what feeds say, and which are configured.

mod add;
mod change;
mod check;
mod of_fleet;
mod request;
pub(super) mod running;
mod show;

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Subcommand};
use dateline_fetcher::{Feed, feed};
use dateline_journal::PollRequest;
use dateline_wire::{FeedId, FeedRef};
use serde_json::json;

use self::change::FeedFate;
use super::config_file::ConfigFile;
use super::{known_url, print_document, print_json, print_text, saved_file, web_address};
use crate::api::opml as api_opml;
use crate::config::feeds::{FeedsEdit, ListedFeed};
use crate::config::{SecretAccess, Settings, feeds};
use crate::failure::Failure;
use crate::saved;
use crate::terminal::visible_line;
use crate::text::counted;

pub(super) use check::ask_each;
pub(super) use of_fleet::begin as begin_change;

/// Work with feeds: see what they say, list, check, add, remove, pause, resume, poll, show, import and export them.
///
/// What is changed is changed in the feeds file, whose comments and order stay, and in the running daemon, if there is one; without, it counts
/// from the next start.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read one saved feed: what it says, as JSON. One that cannot be read gives {"ok":false,"error"} and exit code 1. It need not be
    /// configured.
    Read(ReadArguments),
    /// List the configured feeds: address, without what is secret in it, name, and whether it is paused.
    List(ListArguments),
    /// Ask every feed that is configured and not paused once: whether it answers and what it holds, the worst first. Nothing is stored. Exit
    /// code 3 if any fails.
    Check(check::FeedCheckArguments),
    /// Add the feeds of an OPML file to the feeds file, with its folders and categories as tags; those that are there already stay as they
    /// are. A running daemon asks them at once.
    Import(ImportArguments),
    /// Add a feed to the feeds file: one at this address, or the one that the site at this address names. A running daemon asks it at
    /// once.
    Add(add::AddArguments),
    /// Take a feed out of the feeds file, and have it asked no more. What the journal knows of it stays, for the day it comes back.
    Remove(NamedFeed),
    /// Stop asking a feed, and leave it in the feeds file.
    Pause(NamedFeed),
    /// Ask a feed again that was paused.
    Resume(NamedFeed),
    /// Have the daemon ask a feed now, whatever was planned; without a running daemon, when it starts.
    Poll(NamedFeed),
    /// Have the daemon ask a feed again whose server has said that it is gone (410), without waiting for the week to pass after which that happens by
    /// itself.
    Revive(NamedFeed),
    /// Show how a feed has been going: its last polls and their answers, when it is asked next, and why then; from the running daemon, or
    /// from the journal without one.
    Show(show::ShowArguments),
    /// Print the configured feeds as OPML, the paused ones too, without passwords and keys: feeds that need these have to get them again
    /// where it is imported.
    Export(ListArguments),
}

/// Which feed to read.
#[derive(Debug, Args)]
pub struct ReadArguments {
    /// The feed; `-` reads it from standard input. Gzip is recognised by content.
    #[arg(value_name = "FILE", value_parser = PathBufValueParser::new().try_map(saved_file))]
    file: PathBuf,
    /// The address it came from, against which its links resolve.
    #[arg(long, value_name = "URL", value_parser = web_address)]
    url: Option<String>,
    /// The Content-Type header it came with, for its charset.
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
}

/// Whose feeds.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// What to import.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The OPML file; `-` reads it from standard input.
    #[arg(value_name = "OPML", value_parser = PathBufValueParser::new().try_map(saved_file))]
    file: PathBuf,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// One feed.
#[derive(Debug, Args)]
pub struct NamedFeed {
    /// The feed's address or id.
    #[arg(value_name = "URL|ID")]
    feed: String,
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// Why it could not be done.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Read(arguments) => read(arguments),
        Command::List(arguments) => list(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Import(arguments) => import(arguments),
        Command::Add(arguments) => add::run(arguments),
        Command::Remove(feed) => change::run(feed, FeedFate::Remove),
        Command::Pause(feed) => change::run(feed, FeedFate::Pause),
        Command::Resume(feed) => change::run(feed, FeedFate::Resume),
        Command::Poll(feed) => request::run(feed, PollRequest::Poll),
        Command::Revive(feed) => request::run(feed, PollRequest::Revive),
        Command::Show(arguments) => show::run(arguments),
        Command::Export(arguments) => export(arguments),
    }
}

fn read(arguments: &ReadArguments) -> Result<(), Failure> {
    let bytes = saved::read(&arguments.file)
        .map_err(Failure::io(format!("{}: the feed cannot be read", arguments.file.display())))?;
    let url = arguments.url.as_deref().and_then(known_url);
    let content_type = arguments.content_type.as_deref().filter(|given| !given.is_empty());
    match feed::read(&bytes, url.as_ref(), content_type) {
        Ok(document) => print_json(&document.to_json()),
        Err(error) => {
            print_json(&json!({ "ok": false, "error": error.to_string() }))?;
            Err(Failure::Other(format!("{}: {error}", arguments.file.display())))
        }
    }
}

fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let settings = arguments.config.settings_to_look(&["feeds"])?;
    let feeds = listed(&settings, SecretAccess::Without)?;
    print_text(&feeds.iter().map(feed_line).collect::<String>())
}

/// Address, name, and whether it is paused, between tabs.
pub(super) fn feed_line(ListedFeed { feed, enabled }: &ListedFeed) -> String {
    let FeedRef { url, name, .. } = feed.published();
    let name = visible_line(name.as_deref().unwrap_or_default());
    format!("{url}\t{name}{}\n", if *enabled { "" } else { "\tpaused" })
}

fn export(arguments: &ListArguments) -> Result<(), Failure> {
    let settings = arguments.config.settings_to_look(&["feeds"])?;
    let listed = listed(&settings, SecretAccess::Without)?;
    let feeds = listed.iter().map(|listed| listed.feed.published());
    print_document(&api_opml::write(
        feeds.map(|feed| (&feed.url, feed.name.as_deref(), feed.tags.as_slice())),
    ))
}

fn configured(config: &ConfigFile, secrets: SecretAccess) -> Result<(Settings, Vec<Feed>), Failure> {
    let settings = match secrets {
        SecretAccess::Without => config.settings_to_look(&["feeds"])?,
        SecretAccess::Read => Settings::load(&config.path)?,
    };
    let listed = listed(&settings, secrets)?;
    Ok((settings, feeds::polled_and_paused(listed).0))
}

/// What the feeds file is called, or what stands for it in a fleet, and its content.
fn feeds_of(settings: &Settings) -> Result<(PathBuf, String), Failure> {
    if settings.fleet.is_enabled() {
        return of_fleet::read(settings);
    }
    Ok((settings.feeds.clone(), feeds::text_of(&settings.feeds)?))
}

/// The feeds that are configured, the paused ones, too.
fn listed(settings: &Settings, secrets: SecretAccess) -> Result<Vec<ListedFeed>, Failure> {
    let (path, text) = feeds_of(settings)?;
    Ok(feeds::parse(&path, &text, &settings.fetch.secret_query, secrets)?)
}

/// The feed in the feeds file that `text` names, by its address or its id; it may be disabled.
fn named(settings: &Settings, text: &str) -> Result<ListedFeed, Failure> {
    let listed = listed(settings, SecretAccess::Without)?;
    let of_address = known_url(text).map(|url| FeedId::of(&url));
    let is_meant = |listed: &ListedFeed| {
        let feed = &listed.feed;
        feed.id().as_str() == text
            || Some(feed.id()) == of_address.as_ref()
            || feed.published().url.as_str() == text
    };
    listed.into_iter().find(is_meant).ok_or_else(|| no_such_feed(settings))
}

/// Without what was given, which may hold a password.
fn no_such_feed(settings: &Settings) -> Failure {
    let home = match settings.fleet.is_enabled() {
        true => format!("`dateline feed list` names those of the fleet {}", settings.fleet.name),
        false => format!("{} names those that are", settings.feeds.display()),
    };
    Failure::Other(format!("no feed is configured under this address or id; {home}"))
}

fn import(arguments: &ImportArguments) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let bytes = saved::read(&arguments.file)
        .map_err(Failure::io(format!("{}: the OPML cannot be read", arguments.file.display())))?;
    let (feeds, skipped) = api_opml::read(&bytes)
        .map_err(|error| Failure::Other(format!("{}: {error}", arguments.file.display())))?;
    for skipped in skipped {
        eprintln!("passed over, since it is no web address: {skipped}");
    }
    let all = feeds.len();
    let (path, text) = feeds_of(&settings)?;
    let edit = FeedsEdit::in_text(&path, text)?;
    let (edit, added) = edit.extended(&settings.fetch.secret_query, feeds.clone())?;
    let path = path.display();
    let known = all - added.len();
    if arguments.dry_run {
        let lines = added.iter().map(|feed| {
            format!("+ {}\t{}\n", feed.url, visible_line(feed.name.as_deref().unwrap_or_default()))
        });
        let lines: String = lines.collect();
        return print_text(&format!(
            "{lines}{} would be added to {path}, {known} {} there already\n",
            counted(added.len() as u64, "feed"),
            if known == 1 { "is" } else { "are" },
        ));
    }
    if settings.fleet.is_enabled() && !added.is_empty() {
        of_fleet::extend(&settings, feeds)?;
    } else if !added.is_empty() {
        running::save(&settings, &arguments.config.path, &edit)?;
    }
    print_text(&format!(
        "{} added to {path}, {known} {} there already\n",
        counted(added.len() as u64, "feed"),
        if known == 1 { "was" } else { "were" },
    ))
}
