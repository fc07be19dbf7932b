//! `dateline status`: how it is going.

use clap::Args;
use dateline_journal::{JournalError, JournalReader, writer_of};
use jiff::Timestamp;
use url::Url;

use super::config_file::{ConfigFile, warn_of};
use super::{daemon_address, print_json, print_text, warn};
use crate::api_client::{self, Doubt};
use crate::config::{SecretAccess, Settings, feeds};
use crate::failure::Failure;
use crate::run_record::RunRecord;
use crate::status::{FeedCatalogue, StatusReport, UnknownStatus, Verdict, page};

/// Ask the running daemon how it is going: a verdict first, then what is wrong and what to do, then feeds, backlog, events, delivery.
///
/// The daemon is found where it noted its API beside the journal, else at `listen` in `[http]`. Where none answers, the first line says
/// since when, and what follows is what the journal says.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Print one JSON document instead of a page for people. `verdict` in it is ok, degraded, not_ready or not_running; where neither a daemon
    /// nor a journal tells more, it has `summary` besides, and the exit code is not 0.
    #[arg(long)]
    json: bool,
    /// Print the verdict alone, and end with 1 unless a daemon answers that takes entries in and keeps them: for health checks.
    #[arg(long, conflicts_with = "json")]
    check: bool,
    /// The daemon's API; only that is asked then.
    #[arg(long, value_name = "URL", value_parser = daemon_address)]
    url: Option<Url>,
    /// Whose daemon to ask, or journal to read.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If neither a daemon answers nor the configuration and the journal can be read.
pub fn run(arguments: &StatusArguments) -> Result<(), Failure> {
    let status = match report(arguments) {
        Err(failure) if arguments.json => {
            // Whoever reads JSON reads the verdict there.
            let (now, verdict) = (Timestamp::now(), Verdict::NotRunning);
            let summary = failure.message().trim_start_matches("error: ").to_owned();
            print_json(&UnknownStatus { now, verdict, summary })?;
            return Err(failure);
        }
        told => told?,
    };
    if arguments.check {
        return match status.verdict {
            Verdict::Ok | Verdict::Degraded => print_text(&format!("{}\n", status.summary)),
            Verdict::NotReady | Verdict::NotRunning => Err(Failure::Other(status.summary)),
        };
    }
    match arguments.json {
        true => print_json(&status),
        false => print_text(&page(&status)),
    }
}

fn report(arguments: &StatusArguments) -> Result<StatusReport, Failure> {
    match &arguments.url {
        Some(url) => api_client::status(url).map_err(Failure::Other),
        None => of_configured(&arguments.config.settings_to_look(&["data_dir"])?, arguments.check),
    }
}

/// From the daemon that has the journal of these settings; from the journal itself where none answers. Another daemon that answers at their
/// address, where they name a journal that isn't there, is told with a word on that; for a check it is none.
fn of_configured(settings: &Settings, is_check: bool) -> Result<StatusReport, Failure> {
    if settings.fleet.is_enabled() && !settings.fleet.mirror {
        return Err(Failure::Other(format!(
            "this member follows the fleet {} in no journal (`mirror` in [fleet] is false): `dateline fleet status` tells of members and shards, \
             /readyz and /v1/member of this one's API of itself, and `dateline status --url` asks a member that has a mirror",
            settings.fleet.name
        )));
    }
    let last = RunRecord::read(&settings.data_dir);
    let path = settings.shown_journal_path();
    let journal = JournalReader::open(&path);
    // Only a journal that isn't there may be another daemon's business, whose environment names another folder, or one under which it was
    // removed.
    if let Err(error) = &journal
        && !matches!(
            error,
            JournalError::Missing { .. }
                | JournalError::Gone { .. }
                | JournalError::Rescued { .. }
                | JournalError::Swapped { .. }
        )
        && !error.is_retryable()
    {
        return Err(Failure::Journal { path, source: error.clone() });
    }
    let noted = last.as_ref().filter(|run| run.stopped.is_none()).and_then(|run| run.api.parse().ok());
    let configured = api_client::address(settings)?;
    let (mut silence, mut other) = (None, None);
    for api in [noted, Some(configured.clone())].into_iter().flatten() {
        match api_client::status(&api) {
            Ok(status) => match Doubt::about(&api, &status, settings) {
                None => return Ok(status),
                Some(Doubt::NoJournal(told)) if !is_check => {
                    warn(&format!("{told}; what follows is that daemon's word"));
                    return Ok(status);
                }
                Some(doubt) => other = Some(doubt),
            },
            Err(error) => silence = silence.or(Some(error)),
        }
    }
    if let Some(doubt) = &other {
        warn(doubt.message());
    }
    let catalogue = catalogue(settings);
    let holder = writer_of(&path);
    journal
        .and_then(|journal| StatusReport::read(&journal, &catalogue, Timestamp::now()))
        .map(|status| status.without_daemon(last, holder.as_ref(), silence.as_deref()))
        .map_err(|source| match source {
            JournalError::Missing { .. } => {
                Failure::Other(format!("no daemon answers at {configured}, and {source}"))
            }
            source => Failure::Journal { path, source },
        })
}

/// The feeds that are configured; where that cannot be told, none, with a word on why.
fn catalogue(settings: &Settings) -> FeedCatalogue {
    let listed = feeds::read(&settings.feeds, &settings.fetch.secret_query, SecretAccess::Without);
    let listed = listed.unwrap_or_else(|errors| {
        warn_of(&errors);
        Vec::new()
    });
    let (polled, paused) = feeds::polled_and_paused(listed);
    FeedCatalogue::new(&polled, &paused, &settings.poll)
}
