//! The daemon that runs with a configuration, where one does.

use bytes::Bytes;
use serde_json::Value;
use url::Url;

use crate::api_client;
use crate::config::Settings;
use crate::config::feeds::FeedsEdit;
use crate::failure::Failure;
use crate::run_record::RunRecord;

/// A daemon that runs on this machine.
pub(super) struct RunningDaemon<'s> {
    api: Url,
    settings: &'s Settings,
}

impl<'s> RunningDaemon<'s> {
    /// The one that writes the journal of `settings`, if it runs.
    pub(super) fn of(settings: &'s Settings) -> Option<Self> {
        let record = RunRecord::read(&settings.data_dir).filter(RunRecord::is_there)?;
        Some(Self { api: record.api.parse().ok()?, settings })
    }

    /// Has it do what a POST to `path` asks for.
    ///
    /// # Errors
    /// Why it doesn't.
    pub(super) fn post(&self, path: &str) -> Result<Value, Failure> {
        let token = self.settings.api.write_token()?;
        let mut url = self.api.clone();
        url.set_path(path);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::io("the runtime cannot start"))?;
        runtime.block_on(api_client::post(&url, token.as_ref(), Bytes::new()))
    }
}

/// Saves the feeds file as `edit` changed it, and has the daemon take it over, if one runs; says which. Where the daemon refuses, the
/// file is as it was.
///
/// # Errors
/// If the file cannot be written, or the daemon refuses.
pub(super) fn take_over(settings: &Settings, edit: &FeedsEdit) -> Result<bool, Failure> {
    let unwritten = || Failure::io(format!("{}: the feeds cannot be written", settings.feeds.display()));
    edit.save().map_err(unwritten())?;
    let Some(daemon) = RunningDaemon::of(settings) else { return Ok(false) };
    if let Err(refused) = daemon.post("/v1/reload") {
        edit.undo().map_err(unwritten())?;
        eprintln!(
            "{} is as it was, since the daemon does not take the change over",
            settings.feeds.display()
        );
        return Err(refused);
    }
    Ok(true)
}
