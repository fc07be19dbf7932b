//! `dateline backup`: a copy of the journal, made while the daemon runs.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use dateline_journal::JournalError;
use dateline_wire::Sequence;

use super::config_file::ConfigFile;
use super::{own_journal, print_text};
use crate::failure::Failure;
use crate::text::size;

/// Write a copy of the journal to a file, as it is at one moment, while the daemon runs or not.
///
/// The copy is checked before it gets its name, and an existing file is never overwritten. `dateline restore` makes a journal of it.
#[derive(Debug, Args)]
pub struct BackupArguments {
    /// Where to: a file that is not there yet, in a folder that is.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Whose journal.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the configuration is wrong, the journal cannot be read, the file is there, or there is no room for it.
pub fn run(arguments: &BackupArguments) -> Result<(), Failure> {
    let settings = arguments.config.settings_to_look(&["data_dir"])?;
    let path = own_journal(&settings, "what is copied is a journal")?;
    let shows_progress = io::stderr().is_terminal();
    let copied = dateline_journal::backup(&path, &arguments.file, |done, all| {
        if shows_progress {
            // Only for whoever watches.
            let _ = write!(io::stderr(), "\r{done} of {all} pages ");
        }
    });
    if shows_progress {
        let _ = writeln!(io::stderr());
    }
    let copy = copied.map_err(|source| match source {
        // Of the copy, and not of the journal.
        JournalError::Copy { .. } | JournalError::Exists { .. } => Failure::Other(source.to_string()),
        source => Failure::Journal { path, source },
    })?;
    let delivered = match settings.kafka.is_enabled() || copy.relay_position > Sequence::START {
        true => format!(", of which Kafka has those up to {}", copy.relay_position),
        false => String::new(),
    };
    let overtaken = match &copy.owner {
        Some(fleet) => format!(
            " The fleet {fleet} has taken this journal over: the copy is of what was there before, and no daemon by itself runs with it. \
             What came since is on Kafka; `dateline fleet leave` makes a journal of it."
        ),
        None => String::new(),
    };
    print_text(&format!(
        "{}: {}, events up to {}{delivered}. It holds what subscribers get and the keys of subscriptions at hubs; keep it where nobody \
         else reads it.{overtaken}\n",
        arguments.file.display(),
        size(copy.bytes),
        copy.last_sequence,
    ))
}
