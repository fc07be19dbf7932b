//! `dateline schema`: what subscribers can rely on.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dateline_wire::{EventKind, SchemaBase};

use super::print_json;
use crate::contract;
use crate::failure::Failure;

/// Print the JSON Schema of what subscribers get.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// The kind of event.
    #[arg(value_enum, ignore_case = true, default_value_t = EventKindArgument::Article)]
    kind: EventKindArgument,
    /// Write every document that subscribers rely on to this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with = "kind")]
    write: Option<PathBuf>,
}

/// The kinds of events, as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventKindArgument {
    /// An article on the subject, or its next revision.
    Article,
    /// An article that its site doesn't have any more.
    Withdrawal,
    /// An entry that was not published, the stage and the reason.
    Reject,
    /// Something that happened to a feed.
    Health,
    /// A story, as it is after something joined or left it.
    Story,
}

impl From<EventKindArgument> for EventKind {
    fn from(kind: EventKindArgument) -> Self {
        match kind {
            EventKindArgument::Article => Self::Article,
            EventKindArgument::Withdrawal => Self::Withdrawal,
            EventKindArgument::Reject => Self::Reject,
            EventKindArgument::Health => Self::Health,
            EventKindArgument::Story => Self::Story,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// If standard output fails, or a document cannot be written.
pub fn run(arguments: &SchemaArguments) -> Result<(), Failure> {
    match &arguments.write {
        None => print_json(&SchemaBase::default().schema(arguments.kind.into())),
        Some(folder) => {
            contract::write_documents(folder).map_err(Failure::io(format!("writing to {}", folder.display())))
        }
    }
}
