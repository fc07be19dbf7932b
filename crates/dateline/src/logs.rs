//! Logs on stderr, as `[logs]` says.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogSettings};
use crate::failure::Failure;

/// Starts logging for this process.
///
/// # Errors
/// If the level cannot be understood.
pub fn start(settings: &LogSettings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.level).map_err(|error| {
        Failure::Other(format!(
            "`level` in [logs] is `{}`: {error}; use error, warn, info, debug or trace",
            settings.level
        ))
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    let started = match settings.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| Failure::Other(format!("logging cannot start: {error}")))
}
