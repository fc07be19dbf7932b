//! The command line: what can be asked, in the words that `--help` shows.

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};

use crate::commands::{
    backup, check, completions, demo, explain, export, extract, feed, fleet, init, judge, labels, man, relay,
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
  69  delivery to Kafka had stopped until somebody acts, or another process is the fleet's member of this name; the reason is on stderr
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

/// Everything the program does. A text here would be shown in place of what each command says of itself.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)]
pub enum Command {
    Demo(demo::DemoArguments),
    Init(init::InitArguments),
    Run(run::RunArguments),
    Replay(replay::ReplayArguments),
    Extract(extract::ExtractArguments),
    Judge(judge::JudgeArguments),
    Stories(stories::StoriesArguments),
    Story(story::StoryArguments),
    Explain(explain::ExplainArguments),
    #[command(subcommand)]
    Feed(feed::Command),
    #[command(subcommand)]
    User(user::Command),
    #[command(subcommand)]
    Labels(labels::Command),
    Tail(tail::TailArguments),
    Search(search::SearchArguments),
    Export(export::ExportArguments),
    Status(status::StatusArguments),
    Reload(reload::ReloadArguments),
    Relay(relay::RelayArguments),
    #[command(subcommand)]
    Fleet(fleet::Command),
    #[command(subcommand)]
    Webhook(webhook::Command),
    Backup(backup::BackupArguments),
    Restore(restore::RestoreArguments),
    Schema(schema::SchemaArguments),
    Check(check::CheckArguments),
    Completions(completions::CompletionsArguments),
    Man(man::ManArguments),
}
