//! `dateline restore`: a copy becomes the journal.

use std::path::PathBuf;

use clap::Args;
use dateline_journal::{JournalError, RestoreOptions};

use super::config_file::ConfigFile;
use super::print_text;
use crate::config::Settings;
use crate::failure::Failure;

/// Make a copy that `dateline backup` wrote the journal, in `data_dir`, and have delivery go on where Kafka is.
///
/// The daemon has to be stopped, and the one that the copy was made of must not run again. The copy is checked and stays as it is.
/// The journal gets a new id. When the daemon starts, its relay takes from Kafka what was delivered since the copy was made, and goes
/// on after that.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The copy.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put aside the journal that is there: it is kept beside the new one, with `.replaced` and perhaps a number in its name.
    #[arg(long)]
    replace: bool,
    /// Take a `journal.db` without its `-wal` (for one that was copied after its daemon had stopped in order: of one that ran, what was
    /// written last is missing), and a copy of which some rows cannot be read.
    #[arg(long)]
    unchecked: bool,
    /// Where to, and which Kafka.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the configuration is wrong, the copy cannot be used, a daemon runs, or there is a journal and `--replace` isn't given.
pub fn run(arguments: &RestoreArguments) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let path = settings.journal_path();
    let reconcile = settings.kafka.is_enabled();
    let options = RestoreOptions { replace: arguments.replace, reconcile, unchecked: arguments.unchecked };
    let restored = dateline_journal::restore(&arguments.file, &path, options).map_err(|source| {
        let is_of_copy = match &source {
            JournalError::NoCopy { .. } => true,
            JournalError::NewerSchema { path, .. } => *path == arguments.file,
            _ => false,
        };
        match is_of_copy {
            true => Failure::Copy(source),
            false => Failure::Journal { path: path.clone(), source },
        }
    })?;
    let next = match reconcile {
        true => "Start the daemon: it takes what was delivered since from Kafka, and goes on after it.",
        false => {
            "Start the daemon. No Kafka is configured: events after the copy are made anew, with other numbers, and followers over HTTP \
             begin anew."
        }
    };
    let aside = restored
        .replaced
        .map_or_else(String::new, |aside| format!("The one that was there is kept as {}. ", aside.display()));
    print_text(&format!(
        "{} is the journal {} now, with events up to {}. {aside}{next} It makes the search index anew while it runs; until that is done, \
         searches say what they leave out.\n",
        path.display(),
        restored.copy.journal,
        restored.copy.last_sequence,
    ))
}
