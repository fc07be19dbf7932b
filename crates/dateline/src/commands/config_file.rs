//! The option that most commands share.

use std::path::PathBuf;

use clap::Args;

/// Which configuration to use.
#[derive(Debug, Clone, Args)]
pub struct ConfigFile {
    /// The configuration file. Relative paths in it start at its folder. Every setting can be overridden by an
    /// environment variable: DATELINE_KAFKA__BROKERS is `brokers` in `[kafka]`.
    #[arg(
        long = "config",
        value_name = "FILE",
        env = "DATELINE_CONFIG",
        default_value = "config/dateline.toml"
    )]
    pub path: PathBuf,
}
