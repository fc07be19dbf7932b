//! `dateline webhook`: what webhooks have given up, and what is done about it.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use dateline_journal::{Journal, JournalReader, SinkId};
use hyper::Method;
use jiff::Timestamp;

use super::config_file::ConfigFile;
use super::feed::running::RunningDaemon;
use super::{change_journal, own_journal, print_document, print_json, print_text};
use crate::api::{DeadLetter, EnabledWebhook, RedeliveryReport, not_given_up};
use crate::config::Settings;
use crate::failure::Failure;
use crate::terminal::visible_json;
use crate::text::counted;

/// How many dead letters are listed.
const MAX_SHOWN: usize = 1_000;

/// Show what webhooks have given up, and try it again. How each is doing stands in `dateline status`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the events that a webhook has given up, one JSON object a line.
    DeadLetters(NamedWebhook),
    /// Try again what a webhook has given up: one event, or all of them. Without a running daemon, when it starts.
    Redeliver(RedeliverArguments),
    /// Deliver again to a webhook whose receiver had answered that it wants no more (410).
    Enable(NamedWebhook),
}

/// One webhook.
#[derive(Debug, Args)]
pub struct NamedWebhook {
    /// The webhook's name.
    #[arg(value_name = "NAME")]
    name: String,
    /// Whose webhook.
    #[command(flatten)]
    config: ConfigFile,
}

/// What to deliver again.
#[derive(Debug, Args)]
pub struct RedeliverArguments {
    /// Only the event with this id.
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    event: Option<String>,
    /// To whom.
    #[command(flatten)]
    webhook: NamedWebhook,
}

/// Runs the command.
///
/// # Errors
/// If there is no such webhook, a running daemon doesn't do it, or the journal cannot be read or is in use.
pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::DeadLetters(webhook) => dead_letters(webhook),
        Command::Redeliver(arguments) => redeliver(arguments),
        Command::Enable(webhook) => enable(webhook),
    }
}

fn dead_letters(webhook: &NamedWebhook) -> Result<(), Failure> {
    let settings = webhook.config.settings_to_look(&["data_dir"])?;
    let path = own_journal(&settings, "webhooks are fed from a journal")?;
    let unusable = |source| Failure::Journal { path: path.clone(), source };
    let journal = JournalReader::open(&path).map_err(unusable)?;
    let id = SinkId::webhook(&webhook.name);
    if !journal.sinks().map_err(unusable)?.iter().any(|(state, _)| state.id == id) {
        return Err(unknown(&webhook.name));
    }
    for letter in journal.dead_letters(&id, MAX_SHOWN).map_err(unusable)? {
        let line = serde_json::to_string(&DeadLetter::of(letter));
        let line = line.map_err(|error| Failure::Other(error.to_string()))?;
        print_document(&format!("{}\n", visible_json(&line)))?;
    }
    Ok(())
}

fn redeliver(arguments: &RedeliverArguments) -> Result<(), Failure> {
    let RedeliverArguments { event, webhook: NamedWebhook { name, config } } = arguments;
    let settings = Settings::load(&config.path)?;
    if let Some(daemon) = RunningDaemon::of(&settings) {
        let path = format!("/v1/webhooks/{name}/redeliver");
        let query: Vec<(&str, &str)> = event.iter().map(|event| ("event", event.as_str())).collect();
        let report: RedeliveryReport = daemon.call_with(Method::POST, &path, &query, None::<&()>)?;
        return print_text(&format!("{} delivered again\n", events_are(report.events)));
    }
    let at = Timestamp::now();
    let revived = change_journal(&settings, async |journal: &Journal| {
        journal.redeliver(SinkId::webhook(name), event.clone(), at).await
    })?;
    let events = revived.ok_or_else(|| unknown(name))?;
    if let (0, Some(event)) = (events, event) {
        return Err(Failure::Other(not_given_up(name, event)));
    }
    print_text(&format!("{} delivered again when the daemon starts\n", events_are(events)))
}

fn enable(webhook: &NamedWebhook) -> Result<(), Failure> {
    let NamedWebhook { name, config } = webhook;
    let settings = Settings::load(&config.path)?;
    if let Some(daemon) = RunningDaemon::of(&settings) {
        let path = format!("/v1/webhooks/{name}/enable");
        return print_json(&daemon.call::<EnabledWebhook>(Method::POST, &path, None::<&()>)?);
    }
    match change_journal(&settings, async |journal: &Journal| {
        journal.enable_sink(SinkId::webhook(name)).await
    })? {
        true => print_text(&format!("{name} delivers again when the daemon starts\n")),
        false => Err(unknown(name)),
    }
}

/// `1 event is`, `2 events are`.
fn events_are(count: u64) -> String {
    format!("{} {}", counted(count, "event"), if count == 1 { "is" } else { "are" })
}

fn unknown(name: &str) -> Failure {
    Failure::Other(format!("the journal knows no webhook called {name}; `dateline status` lists them"))
}
