//! `dateline reload`: a running daemon reads its configuration anew.

use bytes::Bytes;
use clap::Args;
use hyper::Method;
use url::Url;

use super::config_file::ConfigFile;
use super::{daemon_address, print_json, print_text, runtime, warn};
use crate::api_client::{self, FoundDaemon};
use crate::config::Settings;
use crate::failure::Failure;
use crate::fleet_member::RELOAD_REFUSAL;
use crate::local_key;
use crate::reload::ReloadReport;
use crate::run_record::RunRecord;

/// Have a running daemon read its configuration anew, whole or not at all, and say what changed and what needs a restart.
///
/// That is feeds, rules for single sites, subject, agencies, story tables and settings. SIGHUP does the same, and says so in the log alone.
///
/// The daemon reads the file that it was started with. Where `[api]` has a token, it is taken from the configuration named
/// here, or from DATELINE_API__TOKEN.
#[derive(Debug, Args)]
pub struct ReloadArguments {
    /// Print what changed as one JSON document; where nothing was reloaded, why, in `error` and `errors`.
    #[arg(long)]
    json: bool,
    /// The daemon's API; without it, the note that the daemon left in `data_dir` says where that is, else `listen` in `[http]`.
    #[arg(long, value_name = "URL", value_parser = daemon_address)]
    url: Option<Url>,
    /// The configuration that names the API.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// Everything that is wrong with the configuration; or why the daemon could not be asked.
pub fn run(arguments: &ReloadArguments) -> Result<(), Failure> {
    // The daemon itself says what is wrong with the rest.
    let (settings, _) = Settings::load_to_look(&arguments.config.path, &["data_dir", "api.token_file"])?;
    if settings.fleet.is_enabled() && arguments.url.is_none() {
        return Err(Failure::Other(RELOAD_REFUSAL.to_owned()));
    }
    // The key of the daemon here is nobody else's to see.
    let (token, mut url) = match &arguments.url {
        Some(url) => (settings.api.write_token()?, url.clone()),
        None => {
            let found = FoundDaemon::of(&settings)?;
            if let Some(doubt) = &found.doubt {
                return Err(doubt.refusal(&found.api));
            }
            if let Some(theirs) = RunRecord::other_config_in_use(&settings, &arguments.config.path) {
                warn(&format!(
                    "the daemon reads {}, which it was started with, and not {}",
                    theirs.display(),
                    arguments.config.path.display()
                ));
            }
            (local_key::or_token(&settings)?, found.api)
        }
    };
    url.set_path("/v1/reload");
    let asked = runtime()?.block_on(api_client::call(Method::POST, &url, token.as_ref(), Bytes::new()));
    if let (true, Err(failure)) = (arguments.json, &asked) {
        print_json(&failure.to_json())?;
    }
    let report: ReloadReport = asked?;
    if arguments.json { print_json(&report) } else { print_text(&report.to_text()) }
}
