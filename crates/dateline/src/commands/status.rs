//! `dateline status`: how it is going.

use std::time::Duration;

use clap::Args;
use dateline_journal::{JournalError, JournalReader};
use http_body_util::BodyExt;
use jiff::Timestamp;
use tokio::time::timeout;
use url::Url;

use super::config_file::ConfigFile;
use super::{print_json, print_text};
use crate::api_client;
use crate::config::{SecretAccess, Settings, feeds};
use crate::failure::Failure;
use crate::run_record::RunRecord;
use crate::status::{FeedCatalogue, StatusReport, Verdict, page};

/// How long a daemon may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ask the running daemon how it is going: a verdict first, then what is wrong and what to do, then feeds, backlog, events, delivery.
///
/// The daemon is found where it noted its API beside the journal, else at `listen` in `[http]`. Where none answers, the first line says
/// since when, and what follows is what the journal says.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Print one JSON document instead of a page for people. `verdict` in it is ok, degraded, not_ready or not_running.
    #[arg(long)]
    json: bool,
    /// Print the verdict alone, and end with 1 unless a daemon answers that takes entries in and keeps them: for health checks.
    #[arg(long, conflicts_with = "json")]
    check: bool,
    /// The daemon's API; only that is asked then.
    #[arg(long, value_name = "URL")]
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
    let status = match &arguments.url {
        Some(url) => ask(url).map_err(Failure::Other)?,
        None => of_configured(&Settings::load(&arguments.config.path)?)?,
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

/// From the daemon that has the journal of these settings; from the journal itself where none answers.
fn of_configured(settings: &Settings) -> Result<StatusReport, Failure> {
    let last = RunRecord::read(&settings.data_dir);
    let path = settings.journal_path();
    let journal = JournalReader::open(&path);
    // Only a journal that isn't there may be another daemon's business, whose environment names another folder.
    if let Err(error) = &journal
        && !matches!(error, JournalError::Missing { .. })
        && !error.is_retryable()
    {
        return Err(Failure::Journal { path, source: error.clone() });
    }
    let noted = last.as_ref().filter(|run| run.stopped.is_none()).and_then(|run| run.api.parse().ok());
    let configured = api_client::address(settings)?;
    let is_ours = |status: &StatusReport| {
        journal.as_ref().map_or(true, |journal| journal.id().as_str() == status.journal)
    };
    let mut silence = None;
    for api in [noted, Some(configured.clone())].into_iter().flatten() {
        match ask(&api) {
            Ok(status) if is_ours(&status) => return Ok(status),
            Ok(_) => {}
            Err(error) => silence = silence.or(Some(error)),
        }
    }
    let listed = feeds::read(&settings.feeds, &settings.fetch.secret_query, SecretAccess::Without)?;
    let (polled, paused) = feeds::polled_and_paused(listed);
    let catalogue = FeedCatalogue::new(&polled, &paused, &settings.poll);
    journal
        .and_then(|journal| StatusReport::read(&journal, &catalogue, Timestamp::now()))
        .map(|status| status.without_daemon(last, silence.as_deref()))
        .map_err(|source| match source {
            JournalError::Missing { .. } => {
                Failure::Other(format!("no daemon answers at {configured}, and {source}"))
            }
            source => Failure::Journal { path, source },
        })
}

/// What the daemon at `api` says.
fn ask(api: &Url) -> Result<StatusReport, String> {
    let mut url = api.clone();
    url.set_path("/v1/status");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let daemon = api_client::origin(api);
    let unread =
        |error: &dyn std::fmt::Display| format!("the daemon at {daemon} does not say how it is: {error}");
    let exchange = async {
        let (answer, connection) = api_client::get(&url).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| unread(&error))?.to_bytes();
        connection.abort();
        match status.is_success() {
            true => serde_json::from_slice(&body).map_err(|error| unread(&error)),
            false => Err(unread(&format!("{status}: {}", String::from_utf8_lossy(&body)))),
        }
    };
    runtime.block_on(async {
        timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err(api_client::silent(api, PATIENCE)))
    })
}
