//! What each command does, one module a command, all of one shape: its arguments, and `run` from them to a [`Failure`] or
//! none. [`config_file`] is the option that most of them share.

pub mod backup;
pub mod check;
pub mod completions;
pub mod config_file;
pub mod demo;
pub mod explain;
pub mod export;
pub mod extract;
pub mod feed;
pub mod filter;
pub mod fleet;
pub mod init;
pub mod judge;
pub mod labels;
pub mod man;
pub mod relay;
pub mod reload;
pub mod replay;
pub mod restore;
pub mod run;
pub mod schema;
pub mod search;
pub mod status;
pub mod stories;
pub mod story;
pub mod tail;
pub mod user;
pub mod webhook;

use std::io::{self, Write};
use std::num::NonZero;
use std::path::PathBuf;

use dateline_journal::{Journal, JournalError, Options, SearchGap};
use serde::Serialize;
use tokio::runtime::Runtime;
use url::Url;

use crate::batch::BatchTally;
use crate::cli::Command;
use crate::config::Settings;
use crate::failure::Failure;
use crate::terminal::{visible_json, visible_text};

/// Does what `command` asks.
///
/// # Errors
/// Why it could not be done.
pub fn dispatch(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::Extract(arguments) => extract::run(arguments),
        Command::Judge(arguments) => judge::run(arguments),
        Command::Feed(command) => feed::run(command),
        Command::User(command) => user::run(command),
        Command::Labels(command) => labels::run(command),
        Command::Tail(arguments) => tail::run(arguments),
        Command::Search(arguments) => search::run(arguments),
        Command::Export(arguments) => export::run(arguments),
        Command::Reload(arguments) => reload::run(arguments),
        Command::Status(arguments) => status::run(arguments),
        Command::Stories(arguments) => stories::run(arguments),
        Command::Story(arguments) => story::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Relay(arguments) => relay::run(arguments),
        Command::Fleet(command) => fleet::run(command),
        Command::Webhook(command) => webhook::run(command),
        Command::Backup(arguments) => backup::run(arguments),
        Command::Restore(arguments) => restore::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    }
}

/// Makes a change to the journal of a daemon that doesn't run; none is made where there is no journal.
fn change_journal<T>(
    settings: &Settings,
    make: impl AsyncFnOnce(&Journal) -> Result<T, JournalError>,
) -> Result<T, Failure> {
    let path = settings.journal_path();
    let unusable = |source| Failure::Journal { path: path.clone(), source };
    if !path.exists() && !path.is_symlink() {
        return Err(unusable(JournalError::Missing { path: path.clone() }));
    }
    let journal = Journal::open(&path, Options::default()).map_err(unusable)?;
    runtime()?.block_on(make(&journal)).map_err(unusable)
}

/// The journal that is there to look at.
///
/// # Errors
/// If no member of the fleet has followed that here.
fn shown_journal(settings: &Settings) -> Result<PathBuf, Failure> {
    let path = settings.shown_journal_path();
    match settings.fleet.is_enabled() && !path.exists() {
        true => Err(Failure::Other(format!(
            "the fleet {} cannot be looked at here, since no member called {} has followed it in {}: run this where a member runs that has `mirror` \
             in [fleet], or ask that one's API",
            settings.fleet.name,
            settings.fleet.member,
            path.display()
        ))),
        false => Ok(path),
    }
}

/// The journal of a daemon by itself, for what is done with nothing else, which `why` says.
///
/// # Errors
/// If this is a member of a fleet, and no daemon by itself has left a journal here.
fn own_journal(settings: &Settings, why: &str) -> Result<PathBuf, Failure> {
    let path = settings.journal_path();
    match settings.fleet.is_enabled() && !path.exists() {
        true => Err(Failure::Other(format!(
            "{why}, and a member of a fleet has none (there is no {}): all that the fleet {} knows is on Kafka. `dateline fleet leave` makes a \
             journal of it",
            path.display(),
            settings.fleet.name
        ))),
        false => Ok(path),
    }
}

/// What a command waits in for others.
fn runtime() -> Result<Runtime, Failure> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(Failure::io("the runtime cannot start"))
}

/// One JSON document, laid out for reading.
fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(value).map_err(|error| Failure::Other(error.to_string()))?;
    print_document(&format!("{}\n", visible_json(&json)))
}

/// Text for people to standard output.
fn print_text(text: &str) -> Result<(), Failure> {
    print_document(&visible_text(text))
}

/// Tells on standard error what stands in nobody's way.
fn warn(told: &str) {
    eprintln!("{}", visible_text(&format!("warning: {told}")));
}

/// Tells which events a search has left out, where there are some.
fn warn_of_gap(gap: Option<SearchGap>) {
    if let Some(gap) = gap {
        eprintln!(
            "events {} to {} are not searched yet: the running daemon is still going over them",
            gap.first, gap.last
        );
    }
}

/// Text for programs to standard output, as it is.
fn print_document(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(Failure::io("standard output"))
}

/// An address given on the command line or in a line; an empty one, or one that is no URL, is unknown.
fn known_url(text: &str) -> Option<Url> {
    Url::parse(text).ok()
}

/// The same of a page, without user name and password: what is said of the page gives its address.
fn page_url(text: &str) -> Option<Url> {
    let mut url = known_url(text)?;
    // They fail for addresses that can have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(url)
}

/// Takes an address given on the command line as it is. Where it is unknown, the option is left out.
fn web_address(text: &str) -> Result<String, &'static str> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(text.to_owned()),
        _ if text.is_empty() => Err("it is empty; leave the option out where the address is unknown"),
        _ => Err("it is no web address; write it in full, as in https://news.example/a/1"),
    }
}

/// Takes the address of a daemon. What was given is not shown: it may hold a password.
fn daemon_address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or("it is no address of a daemon; write it in full, as in http://127.0.0.1:8080")
}

/// Takes the path of a saved file. An address in its place is a common slip.
fn saved_file(path: PathBuf) -> Result<PathBuf, &'static str> {
    let is_address = path.to_str().is_some_and(|text| {
        let lower = text.trim().to_ascii_lowercase();
        lower.starts_with("http://") || lower.starts_with("https://")
    });
    match is_address && !path.exists() {
        true => Err(
            "it is an address, and a file is wanted: save it first (curl -o FILE ADDRESS), or ask feeds with `dateline feed check`",
        ),
        false => Ok(path),
    }
}

/// One thread a core.
fn all_cores() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

fn batch_outcome(tally: io::Result<BatchTally>) -> Result<(), Failure> {
    let tally = tally.map_err(Failure::io("standard input or output"))?;
    match tally.failed {
        0 => Ok(()),
        failed => Err(Failure::Partly { failed, all: tally.lines }),
    }
}
