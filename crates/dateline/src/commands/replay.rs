//! `dateline replay`: a recording lived through again, or an archive worked through.

use std::io::{self, BufWriter, IsTerminal};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser};

use super::config_file::ConfigFile;
use super::{all_cores, saved_file};
use crate::config::Config;
use crate::failure::Failure;
use crate::logs;
use crate::replay::archive::{Backfill, BackfillError, EventTarget};
use crate::replay::{DeliveryFailure, Replay, ReplayFailure, deliver};

/// Replay recordings: the same feeds and pages give the same events, as fast as the work can be done.
///
/// Events go to standard output, one CloudEvent as JSON a line. With a recording of `dateline run --record`, feeds and pages
/// are answered from it under a virtual clock; with --archive, every HTML page of any WARC files becomes an entry.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dateline replay monday.warc.gz > events.jsonl
  dateline replay --data-dir fresh monday.warc.gz
  dateline replay --data-dir fresh --kafka monday.warc.gz > events.jsonl
  dateline replay --archive --state backfill.progress --output events.jsonl CC-NEWS-*.warc.gz

Damaged records are skipped, named on stderr, and make the exit code 3.")]
pub struct ReplayArguments {
    /// WARC files, gzip-compressed or not, written by Dateline or other tools.
    #[arg(value_name = "FILE", required = true, value_parser = PathBufValueParser::new().try_map(saved_file))]
    files: Vec<PathBuf>,
    /// The feeds, settings and subject to replay with.
    #[command(flatten)]
    config: ConfigFile,
    /// How many threads extract and judge; one a core unless given. The events don't depend on it.
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Keep the journal in this folder, for `dateline run` to serve and deliver, instead of forgetting it.
    #[arg(long, value_name = "FOLDER", conflicts_with = "archive")]
    data_dir: Option<PathBuf>,
    /// Then deliver that journal's events to the Kafka that the configuration names, each exactly once, and end when all are
    /// there.
    #[arg(long, requires = "data_dir")]
    kafka: bool,
    /// The files are archives of pages, without feeds: work through them in order. Copies and stories are not told; `dateline stories
    /// --batch` tells them of the articles.
    #[arg(long)]
    archive: bool,
    /// Keep the progress of a backfill in this file, and go on from it: what it says is done isn't done again.
    #[arg(long, value_name = "FILE", requires = "archive")]
    state: Option<PathBuf>,
    /// Write the events of a backfill to this file; one that goes on cuts it back to what is done, so that each is there once.
    #[arg(long, value_name = "FILE", requires = "archive")]
    output: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// If a file, the configuration or the journal can't be used, or the events can't be written; [`Failure::Partly`] if some of
/// the recording is damaged.
pub fn run(arguments: &ReplayArguments) -> Result<(), Failure> {
    let mut config = Config::load_to_replay(&arguments.config.path)?;
    let log_clock = logs::start(&config.settings.logs)?.clock;
    let threads = arguments.threads.unwrap_or_else(all_cores);
    let kafka = config.settings.kafka.clone();
    if arguments.kafka && !kafka.is_enabled() {
        let missing = "no Kafka is configured: name its brokers in [kafka] of the configuration or in DATELINE_KAFKA__BROKERS";
        return Err(Failure::Other(missing.to_owned()));
    }
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    if arguments.archive {
        let backfill = Backfill {
            files: arguments.files.clone(),
            state: arguments.state.clone(),
            threads,
            envelope: config.settings.envelope(),
            show_progress: io::stderr().is_terminal(),
        };
        let events = arguments.output.as_deref().map_or(EventTarget::Stream(&mut output), EventTarget::File);
        let run = backfill.run(
            crate::engine::ReadingRules {
                subject: &config.subject,
                sites: &config.sites,
                agencies: &config.agencies,
            },
            events,
        );
        let (tally, pace) = run.map_err(|error| of_backfill(error, arguments.output.as_deref()))?;
        tracing::info!("{tally}");
        tracing::info!("{pace}");
        return partly(tally.damaged + tally.failed_files, tally.records);
    }
    let envelope = config.settings.envelope();
    let journal = arguments.data_dir.as_ref().map(|folder| {
        config.settings.data_dir.clone_from(folder);
        config.settings.journal_path()
    });
    let had_journal = journal.as_ref().is_some_and(|journal| journal.exists());
    let replay = Replay { files: arguments.files.clone(), threads, journal: journal.clone(), log_clock };
    let replayed = replay.run(config, &mut output).map_err(|failure| of_replay(failure, journal.clone()))?;
    tracing::info!(
        exchanges = replayed.exchanges,
        unrecorded = replayed.unrecorded,
        events = replayed.events,
        span = %replayed.span,
        "replayed"
    );
    if replayed.events == 0 && had_journal {
        tracing::info!(
            "nothing is new: the journal had everything of this recording already; name another --data-dir to have it anew"
        );
    }
    if replayed.unrecorded > 0 {
        tracing::warn!(
            "{} requests are not in the recording: it was made with other settings, or from a journal that knew \
             something already",
            replayed.unrecorded
        );
    }
    if let Some(journal) = journal.filter(|_| arguments.kafka) {
        let brokers = kafka.brokers.clone();
        tracing::info!(brokers, "delivering to Kafka");
        let delivered =
            deliver(&journal, kafka, envelope).map_err(|failure| of_delivery(failure, journal))?;
        tracing::info!(delivered, "all events are in Kafka");
    }
    partly(replayed.damaged as u64, replayed.exchanges as u64)
}

fn partly(failed: u64, all: u64) -> Result<(), Failure> {
    match failed {
        0 => Ok(()),
        failed => Err(Failure::Partly { failed, all: all + failed }),
    }
}

fn of_backfill(error: BackfillError, output: Option<&Path>) -> Failure {
    let output = output.map_or("standard output".into(), |output| output.display().to_string());
    match error {
        BackfillError::Output(source) => Failure::io(output)(source),
        error @ (BackfillError::State { .. } | BackfillError::File(_)) => Failure::Other(error.to_string()),
    }
}

fn of_replay(failure: ReplayFailure, journal: Option<PathBuf>) -> Failure {
    match failure {
        ReplayFailure::Journal(source) => Failure::Journal { path: journal.unwrap_or_default(), source },
        ReplayFailure::Io(source) => Failure::io("standard output")(source),
        failure => Failure::Other(failure.to_string()),
    }
}

fn of_delivery(failure: DeliveryFailure, journal: PathBuf) -> Failure {
    match failure {
        DeliveryFailure::Journal(source) => Failure::Journal { path: journal, source },
        failure => {
            Failure::Other(format!("the events are in {}, not all in Kafka: {failure}", journal.display()))
        }
    }
}
