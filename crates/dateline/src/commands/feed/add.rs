//! `dateline feed add`: a feed, or the one that a site names, into the feeds file and the daemon that runs with it.

use std::sync::Arc;

use clap::Args;
use dateline_fetcher::feed::{self, FeedError};
use dateline_fetcher::transport::LiveTransport;
use dateline_fetcher::{Clock, Feed, Fetcher, PollResult};
use dateline_wire::FeedState;
use jiff::Timestamp;
use url::Url;

use super::running::take_over;
use crate::commands::config_file::ConfigFile;
use crate::commands::print_text;
use crate::config::Settings;
use crate::config::feeds::{self, FeedsEdit, NewFeed};
use crate::failure::Failure;

/// Which feed to add.
#[derive(Debug, Args)]
pub struct AddArguments {
    /// The address of the feed, or of a site that names one.
    #[arg(value_name = "URL")]
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
    /// Add the address as it is, without asking whether a feed is there.
    #[arg(long)]
    unchecked: bool,
    /// The configuration that names the feeds file.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If no feed is found, it stands in the file already, the file cannot be changed, or a running daemon doesn't take the change over.
pub(super) fn run(arguments: &AddArguments) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let known = feeds::read_ids(&settings.feeds, &settings.fetch.secret_query)?;
    let url = if arguments.unchecked { arguments.url.clone() } else { found(&settings, &arguments.url)? };
    let (name, group, tags) = (arguments.name.clone(), arguments.group.clone(), arguments.tags.clone());
    let feed = Feed::new(url.clone(), name.clone(), &settings.fetch.secret_query);
    let (shown, path) = (&feed.published().url, settings.feeds.display());
    if known.contains(feed.id()) {
        return Err(Failure::Other(format!(
            "{shown} stands in {path} already; where it is paused, `dateline feed resume` has it asked again"
        )));
    }
    let mut edit = FeedsEdit::open(&settings.feeds)?;
    edit.add(NewFeed { url, name, group, tags });
    let is_taken_over = take_over(&settings, &edit)?;
    // Whether the file is right shows only once it stands there.
    if let Err(wrong) = feeds::read_all(&settings.feeds, &settings.fetch.secret_query) {
        edit.undo().map_err(Failure::io(format!("{path}: the feeds cannot be written")))?;
        return Err(wrong.into());
    }
    let when = if is_taken_over { "it is asked now" } else { "it is asked when the daemon starts" };
    print_text(&format!("{shown} is added to {path}; {when}\n"))
}

/// The address of the feed that is at `url`, or that the page there names.
fn found(settings: &Settings, url: &Url) -> Result<Url, Failure> {
    let live = LiveTransport::new(&settings.fetch).map_err(|error| Failure::Other(error.to_string()))?;
    let fetcher =
        Fetcher::new(Arc::new(live), settings.fetch.clone(), settings.poll.clone(), Clock::System, 0);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::io("the runtime cannot start"))?;
    runtime.block_on(async {
        let Err(no_feed) = asked(&fetcher, settings, url).await else { return Ok(url.clone()) };
        let named = named_by_page(&fetcher, url).await;
        let shown = settings.fetch.secret_query.public(url);
        match named.as_slice() {
            [] => Err(Failure::Other(format!(
                "{shown} is no feed ({no_feed}), and names none; --unchecked adds it all the same"
            ))),
            [only] => match asked(&fetcher, settings, only).await {
                Ok(()) => Ok(only.clone()),
                Err(why) => {
                    Err(Failure::Other(format!("{shown} names {only} as its feed, but that fails: {why}")))
                }
            },
            several => {
                let list: Vec<&str> = several.iter().map(Url::as_str).collect();
                let list = list.join("\n  ");
                Err(Failure::Other(format!(
                    "{shown} names several feeds; add one of them by its address:\n  {list}"
                )))
            }
        }
    })
}

/// Whether a feed is at `url`; otherwise why not.
async fn asked(fetcher: &Fetcher, settings: &Settings, url: &Url) -> Result<(), String> {
    let feed = Feed::new(url.clone(), None, &settings.fetch.secret_query);
    let outcome = fetcher.poll(&FeedState::new(feed.published(), Timestamp::now()), &feed).await;
    match outcome.result {
        PollResult::Failed(reason) => Err(reason),
        PollResult::Gone => Err("gone (410)".to_owned()),
        PollResult::PutOff => Err("its host asks to be left alone".to_owned()),
        _ => Ok(()),
    }
}

/// The feeds that the page at `url` names, if it is one.
async fn named_by_page(fetcher: &Fetcher, url: &Url) -> Vec<Url> {
    let Ok(fetched) = fetcher.page(url).await else { return Vec::new() };
    let page = fetched.page;
    match feed::read(&page.bytes, page.url.as_ref(), page.content_type.as_deref()) {
        Err(FeedError::WebPage { feeds }) => feeds,
        _ => Vec::new(),
    }
}
