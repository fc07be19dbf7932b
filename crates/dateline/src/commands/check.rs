//! `dateline check`: is the configuration right?

use clap::Args;

use super::config_file::ConfigFile;
use super::print_text;
use crate::config::Config;
use crate::failure::Failure;

/// Validates the configuration, the feeds and the subject.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// What to check.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// Everything that is wrong, at most one error a file.
pub fn run(arguments: &CheckArguments) -> Result<(), Failure> {
    let config = Config::load(&arguments.config.path)?;
    let settings = &config.settings;
    let delivery = match settings.kafka.brokers.as_str() {
        "" => "none (brokers in [kafka] is empty): the journal is the log, served over HTTP".to_owned(),
        brokers => format!("Kafka at {brokers}"),
    };
    let websub = match settings.websub.callback.as_str() {
        "" => "off (callback in [websub] is empty)".to_owned(),
        callback => format!("hubs reach us at {callback}"),
    };
    print_text(&format!(
        "{} is right.\n  feeds     {} in {}\n  subject   {} in {}\n  journal   {}\n  delivery  {delivery}\n  WebSub    {websub}\n  API       http://{}\n",
        arguments.config.path.display(),
        config.feeds.len(),
        settings.feeds.display(),
        config.subject.name(),
        settings.subject.display(),
        settings.journal_path().display(),
        settings.http.listen,
    ))
}
