//! `dateline run`: the daemon.

use clap::Args;

use crate::cli::ConfigFile;
use crate::config::Config;
use crate::daemon;
use crate::failure::Failure;
use crate::logs;

/// Runs the daemon: polls, fetches, extracts, judges, commits, relays, serves.
///
/// It prints where its API is once that answers. SIGTERM and SIGINT stop it: what is in flight is finished within
/// `shutdown_grace`, what is not is taken up again by the next run; a second signal stops it at once.
#[derive(Debug, Args)]
pub struct Arguments {
    /// What to run.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the daemon cannot start, or something it cannot work without fails.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = Config::load(&arguments.config.path)?;
    logs::start(&config.settings.logs)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::io("the runtime cannot start"))?;
    let outcome = runtime.block_on(daemon::run(config));
    // A page that hangs in extraction, or a name in resolution, must not keep the process from ending.
    runtime.shutdown_background();
    outcome
}
