//! `dateline relay`: where delivery to Kafka goes on, for the operator to say where neither Kafka nor the journal can.

use clap::Args;
use dateline_journal::{Journal, Options};
use dateline_publisher::RelayError;
use dateline_wire::Sequence;

use super::config_file::ConfigFile;
use super::{own_journal, print_text};
use crate::config::Settings;
use crate::failure::Failure;

/// Say where delivery to Kafka goes on, after the relay has stopped for want of a position.
///
/// Only for after the relay has stopped because its position in Kafka is lost, or because an event can't be delivered. `dateline status`
/// says so, and which of the two to give. The daemon has to be stopped meanwhile.
#[derive(Debug, Args)]
#[group(id = "where", required = true, multiple = false, args = ["resume", "after"])]
pub struct RelayArguments {
    /// Go on after the last event that the journal noted as delivered, or that the topics have of it if that is later: for a position that
    /// is lost while subscribers still have the events.
    #[arg(long)]
    resume: bool,
    /// The last event that counts as delivered: the next run delivers those after it. 0 delivers all of them.
    #[arg(long, value_name = "SEQUENCE", value_parser = sequence)]
    after: Option<u64>,
    /// Whose journal and which Kafka.
    #[command(flatten)]
    config: ConfigFile,
}

/// Takes the sequence of an event.
fn sequence(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "expected the sequence of an event, a whole number of 0 or more")
}

/// Runs the command.
///
/// # Errors
/// If the configuration is wrong, no Kafka is configured or it cannot be used now, the journal is in use, or it has no such event.
pub fn run(arguments: &RelayArguments) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    if !settings.kafka.is_enabled() {
        return Err(Failure::Other("no Kafka is configured: set brokers in [kafka]".to_owned()));
    }
    let path = own_journal(&settings, "what a relay delivers is a journal's")?;
    let unusable = |source| Failure::Journal { path: path.clone(), source };
    let journal = Journal::open(&path, Options::default()).map_err(unusable)?;
    let last = journal.last_sequence().map_err(unusable)?;
    let after = arguments.after.map(Sequence);
    if let Some(after) = after.filter(|after| *after > last)
        && !journal.is_reconciling().map_err(unusable)?
    {
        return Err(Failure::Other(format!("--after {after}: the journal's last event is {last}")));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Failure::io("the runtime"))?;
    let envelope = settings.envelope();
    let said = runtime.block_on(async {
        match after {
            Some(after) => {
                dateline_publisher::overrule_position(settings.kafka, journal, after).await?;
                Ok(format!("The next run delivers to Kafka from event {} on.\n", after.next()))
            }
            None => {
                let found = dateline_publisher::resume_delivery(settings.kafka, journal, envelope).await?;
                Ok(format!(
                    "The journal noted deliveries up to event {}, the topics have events up to {}: the next run delivers from event \
                     {} on.\n",
                    found.noted,
                    found.after,
                    found.after.next()
                ))
            }
        }
    });
    print_text(&said.map_err(|error: RelayError| Failure::Other(error.to_string()))?)
}
