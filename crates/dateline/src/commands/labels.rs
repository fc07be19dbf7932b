//! `dateline labels`: what people have said of articles in the console.

use std::io::{self, BufWriter, Write as _};

use clap::{Args, Subcommand};
use dateline_journal::JournalReader;

use super::config_file::ConfigFile;
use super::own_journal;
use crate::api::LabelledArticle;
use crate::failure::Failure;

/// How many labels are read at once.
const PAGE: usize = 500;

/// Take out what people have said of articles in the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write every label as a line of JSON, with the text it was given for: what `tools/relevance/fit.py` reads. Works whether the daemon
    /// runs or not.
    Export(ExportArguments),
}

/// Which labels.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  dateline labels export > labels.jsonl
  cargo run --release -p dateline-parser --example evidence -- config/subjects/russia-dprk < labels.jsonl > evidence.jsonl
  tools/relevance/fit.py labels.jsonl evidence.jsonl")]
pub struct ExportArguments {
    /// Also labels of articles whose text was not kept.
    #[arg(long)]
    without_text: bool,
    /// The configuration that names the journal.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the journal cannot be read, or standard output fails.
pub fn run(command: &Command) -> Result<(), Failure> {
    let Command::Export(ExportArguments { without_text, config }) = command;
    let path = own_journal(&config.settings_to_look(&["data_dir"])?, "labels are given in the console")?;
    let unusable = |source| Failure::Journal { path: path.clone(), source };
    let journal = JournalReader::open(&path).map_err(unusable)?;
    let mut output = BufWriter::new(io::stdout().lock());
    let mut after = None;
    let mut passed_over = 0_u64;
    loop {
        let labels =
            journal.labels(after.as_ref().map(|(at, article)| (*at, article)), PAGE).map_err(unusable)?;
        let Some(last) = labels.last() else { break };
        after = Some((last.at, last.article.clone()));
        for label in labels {
            if label.text.is_empty() && !without_text {
                passed_over += 1;
                continue;
            }
            let line = serde_json::to_string(&LabelledArticle::of(label));
            let line = line.map_err(|error| Failure::Other(error.to_string()))?;
            writeln!(output, "{line}").map_err(Failure::io("standard output"))?;
        }
    }
    output.flush().map_err(Failure::io("standard output"))?;
    if passed_over > 0 {
        eprintln!(
            "{passed_over} labels are left out, since the text of their article was not kept; --without-text gives them, too"
        );
    }
    Ok(())
}
