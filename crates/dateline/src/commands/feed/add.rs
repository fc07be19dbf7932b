//! `dateline feed add`: a feed, or the one that a site names, into the feeds file and the daemon that runs with it.

use std::future::ready;
use std::sync::Arc;

use clap::Args;
use dateline_fetcher::transport::LiveTransport;
use dateline_fetcher::{Clock, Fetcher};
use hyper::Method;
use url::Url;

use super::super::runtime;
use super::feeds_of;
use super::running::{InForceFrom, RunningDaemon, change, changed_file};
use crate::api::FeedAddition;
use crate::commands::config_file::ConfigFile;
use crate::commands::print_text;
use crate::config::Settings;
use crate::config::feeds::{FeedChange, FeedsEdit};
use crate::failure::Failure;
use crate::feed_discovery::{FeedPlan, discover};

/// Which feed to add.
#[derive(Debug, Args)]
pub struct AddArguments {
    /// The address of the feed, or of a site that names one.
    #[arg(value_name = "URL", value_parser = feed_address)]
    url: Url,
    /// What people call it.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The `[[group]]` that gives it options.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// What it is sorted under; may be given several times.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Ask it so often, as in 10m or 1h, instead of in its own rhythm.
    #[arg(long, value_name = "DURATION")]
    interval: Option<String>,
    /// Add the address as it is, without asking whether a feed is there.
    #[arg(long)]
    unchecked: bool,
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// Takes an address given on the command line, which is not shown: it may hold a password.
fn feed_address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or(
        "it is no web address; write it in full, as in https://news.example/rss or https://news.example",
    )
}

/// Runs the command.
///
/// # Errors
/// If no feed is found, it stands in the file already, the file cannot be changed, or a running daemon doesn't take the change over.
pub(super) fn run(arguments: &AddArguments) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let AddArguments { url, name, group, tags, interval, unchecked, .. } = arguments;
    let (name, group, tags) = (name.clone(), group.clone(), tags.clone());
    let interval = interval.clone();
    let addition =
        FeedAddition { name, group, tags, interval, unchecked: *unchecked, ..FeedAddition::at(url.clone()) };
    let ask = |daemon: &RunningDaemon<'_>| daemon.call(Method::POST, "/v1/feeds", Some(&addition));
    let new = || {
        let url = if *unchecked { addition.url.clone() } else { found(&settings, &addition)? };
        Ok(FeedChange::Add(Box::new(addition.new_feed(url))))
    };
    let (feed, from) = change(&settings, &arguments.config.path, ask, new)?;
    let file = changed_file(&settings, &arguments.config.path, &from);
    let when = match from {
        InForceFrom::Now => "it is asked now".to_owned(),
        InForceFrom::Startup { writer } => {
            format!(
                "the journal is in use by {writer}: if that is a daemon, it asks the feed as soon as it has started"
            )
        }
        InForceFrom::NextStart => "it is asked when the daemon starts".to_owned(),
        InForceFrom::Fleet { version } => {
            format!("whoever holds its shard asks it, as of version {version} of them")
        }
        InForceFrom::OtherDaemon { told } => {
            format!("it is asked when a daemon starts with this configuration; {told}")
        }
    };
    print_text(&format!("{} is added to {file}; {when}\n", feed.url))
}

/// The address of the feed that is meant, or that the page there names.
fn found(settings: &Settings, addition: &FeedAddition) -> Result<Url, Failure> {
    let live = LiveTransport::new(&settings.fetch).map_err(|error| Failure::Other(error.to_string()))?;
    let fetcher =
        Fetcher::new(Arc::new(live), settings.fetch.clone(), settings.poll.clone(), Clock::System, 0);
    let runtime = runtime()?;
    let (path, text) = feeds_of(settings)?;
    let plan = |url: Url| -> FeedPlan<'_, Failure> {
        let edit = FeedsEdit::in_text(&path, text.clone());
        let planned =
            edit.and_then(|edit| edit.with_planned(&settings.fetch.secret_query, addition.new_feed(url)));
        Box::pin(ready(planned.map_err(Failure::from)))
    };
    runtime.block_on(discover(&fetcher, &addition.url, plan)).map(|(url, ..)| url)
}
