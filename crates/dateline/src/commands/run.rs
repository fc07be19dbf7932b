//! `dateline run`: the daemon.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;

use super::all_cores;
use super::config_file::ConfigFile;
use crate::config::Config;
use crate::daemon::{self, Intake};
use crate::failure::Failure;
use crate::logs;

/// Run the daemon: poll, fetch, extract, judge, commit, relay, serve.
///
/// It prints where its API is once that answers. SIGTERM and SIGINT stop it: what is in flight is finished within
/// `shutdown_grace`, what is not is taken up again by the next run; a second signal stops it at once. SIGHUP has it read its
/// configuration anew, as `dateline reload` does.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// What to run.
    #[command(flatten)]
    config: ConfigFile,
    /// Append every exchange to this WARC file, for `dateline replay`. Credentials are left out. Start with an empty
    /// `data_dir` for a recording that replays to the same events.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Ask no feed and no page: serve what the journal has, and deliver it to Kafka, webhooks and files. For a journal that a recording
    /// was replayed into. No feed needs to be configured, and nothing is reloaded.
    #[arg(long, conflicts_with = "record")]
    no_intake: bool,
    /// Leave the value of this query parameter out of the recording, too, wherever it stands; of feeds' addresses those in
    /// `secret_query` are left out anyway. May be given more than once.
    #[arg(long, value_name = "NAME", requires = "record")]
    secret_query: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// If the daemon cannot start, or something it cannot work without fails.
pub fn run(arguments: &RunArguments) -> Result<(), Failure> {
    let (intake, config) = match arguments.no_intake {
        false => (Intake::On, Config::load(&arguments.config.path)?),
        true => (Intake::Off, Config::load_to_serve(&arguments.config.path)?),
    };
    let logs = logs::start(&config.settings.logs)?;
    let threads = all_cores().get();
    let started = AtomicUsize::new(0);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(threads)
        // The runtime starts its workers first. With their names, `top -H` shows fetching apart from extraction.
        .thread_name_fn(move || match started.fetch_add(1, Ordering::Relaxed) {
            worker if worker < threads => format!("worker-{worker}"),
            other => format!("blocking-{}", other - threads),
        })
        .build()
        .map_err(Failure::io("the runtime cannot start"))?;
    let record = arguments.record.clone().map(|file| daemon::RecordingOptions {
        file,
        secret_query: arguments.secret_query.clone(),
        secret_query_in_feeds: config.settings.fetch.secret_query.clone(),
    });
    let outcome = runtime.block_on(daemon::run(&arguments.config.path, config, logs.filter, record, intake));
    // A page that hangs in extraction, or a name in resolution, must not keep the process from ending.
    runtime.shutdown_background();
    outcome
}
