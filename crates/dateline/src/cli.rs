//! The command line: what can be asked, in the words that `--help` shows.

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};

use crate::commands::{
    backup, check, completions, demo, explain, export, extract, feed, init, judge, labels, man, relay,
    reload, replay, restore, run, schema, search, status, stories, story, tail, user, webhook,
};

use crate::terminal::visible_line;
use crate::text::shown_text;

/// What a closing line of every help text says about exit codes. [`crate::failure::Failure::exit_code`] holds to it.
const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   failed; the reason is on stderr
  2   the command line is wrong
  3   done, but some of the inputs could not be used; each is named
  65  the journal cannot be used: written by a newer version, or damaged
  69  delivery to Kafka had stopped until somebody acts; the reason is on stderr
  78  the configuration is wrong: file, line and remedy are on stderr

Data goes to stdout, logs and errors to stderr.";

/// Reads news feeds, fetches the articles they announce, works out what each says, keeps those about its subject, and
/// delivers each as one structured JSON event: over HTTP, and to Kafka exactly once.
#[derive(Debug, Parser)]
#[command(name = "dateline", version, after_help = EXIT_CODES, propagate_version = true)]
#[command(arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// What this process was asked to do. Where its arguments are wrong, it ends with a message that shows nothing secret of them.
    pub fn of_this_process() -> Self {
        Self::try_parse().unwrap_or_else(|error| without_secrets(error).exit())
    }
}

/// The error with its addresses as messages show them, and without what acts on a terminal.
fn without_secrets(mut error: clap::Error) -> clap::Error {
    let shown = |text: &str| visible_line(&shown_text(text)).into_owned();
    let given: Vec<(ContextKind, ContextValue)> =
        error.context().map(|(kind, value)| (kind, value.clone())).collect();
    let is_given = |kind| {
        matches!(kind, ContextKind::InvalidValue | ContextKind::InvalidArg | ContextKind::InvalidSubcommand)
    };
    for (kind, value) in given {
        match value {
            ContextValue::String(text) if is_given(kind) => {
                error.insert(kind, ContextValue::String(shown(&text)));
            }
            // What is suggested repeats what was given.
            ContextValue::StyledStrs(_) => drop(error.remove(kind)),
            _ => {}
        }
    }
    error
}

/// Everything the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what the daemon does, on a recorded day: no network, no Kafka, no configuration.
    Demo(demo::DemoArguments),
    /// Write a commented configuration to start from.
    Init(init::InitArguments),
    /// Run the daemon: poll, fetch, extract, judge, commit, relay, serve.
    Run(run::RunArguments),
    /// Replay a recording under a virtual clock, or work through archives of pages.
    Replay(replay::ReplayArguments),
    /// Read saved pages: each becomes one article as JSON.
    Extract(extract::ExtractArguments),
    /// Judge texts against the subject.
    Judge(judge::JudgeArguments),
    /// List stories, or tell which of any texts report the same happening.
    Stories(stories::StoriesArguments),
    /// Show a story: its articles with their roles, its independent origins and what says so.
    Story(story::StoryArguments),
    /// Explain an article: what was cut away, why this title and date, whom it names, whose text it is, which story it tells.
    Explain(explain::ExplainArguments),
    /// Work with feeds: read one, list, check, import, export.
    #[command(subcommand)]
    Feed(feed::Command),
    /// Say who may log in to the console: add, remove, list.
    #[command(subcommand)]
    User(user::Command),
    /// Take out what people have said of articles in the console.
    #[command(subcommand)]
    Labels(labels::Command),
    /// Print events from a running daemon, one JSON object a line.
    Tail(tail::TailArguments),
    /// List articles by what they say, from the journal, daemon running or not.
    Search(search::SearchArguments),
    /// Write articles or stories to a file for other tools: JSON lines, or CSV for spreadsheets.
    Export(export::ExportArguments),
    /// Show feeds, backlog, last events and the relay's position, from the journal, daemon running or not.
    Status(status::StatusArguments),
    /// Have a running daemon read its configuration anew, whole or not at all, and say what changed.
    Reload(reload::ReloadArguments),
    /// Say where delivery to Kafka goes on, after the relay has stopped for want of a position.
    Relay(relay::RelayArguments),
    /// Show what webhooks have given up, and try it again.
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Write a copy of the journal to a file, daemon running or not.
    Backup(backup::BackupArguments),
    /// Make a copy the journal, and have delivery go on where Kafka is.
    Restore(restore::RestoreArguments),
    /// Print the JSON Schema of what subscribers get.
    Schema(schema::SchemaArguments),
    /// Validate the configuration, the feeds and the subject: file, line, what is wrong, what is meant.
    Check(check::CheckArguments),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArguments),
    /// Print the manual page, or write those of all commands.
    Man(man::ManArguments),
}
