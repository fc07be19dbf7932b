//! The feeds of a fleet, read and changed from any machine: they stand on a topic.

use std::path::PathBuf;

use dateline_fleet::{FleetChange, FleetFeedsChange, read_feed_state, read_feeds, request_poll};
use dateline_journal::PollRequest;
use dateline_wire::{FeedRef, FeedState};
use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::running::InForceFrom;
use crate::config::Settings;
use crate::config::feeds::fleet::{tables_of, text_of_tables};
use crate::config::feeds::{FeedChange, FeedsEdit, NewFeed};
use crate::failure::Failure;

/// What stands for the feeds file in messages, and what it would hold.
pub(super) fn read(settings: &Settings) -> Result<(PathBuf, String), Failure> {
    let feeds = read_feeds(&settings.kafka, &settings.fleet).map_err(failed)?;
    Ok((settings.fleet.feeds_topic().into(), text_of_tables(&feeds.tables)))
}

/// Makes a change to one feed.
pub(super) fn change(settings: &Settings, change: FeedChange) -> Result<(FeedRef, InForceFrom), Failure> {
    edit(settings, |edit| Ok(edit.changed(&settings.fetch.secret_query, change)?))
        .map(|(feed, version)| (feed, InForceFrom::Fleet { version }))
}

/// Adds those of `feeds` that are not there.
pub(super) fn extend(settings: &Settings, feeds: Vec<NewFeed>) -> Result<(), Failure> {
    edit(settings, |edit| Ok(edit.extended(&settings.fetch.secret_query, feeds)?)).map(drop)
}

/// How a feed is, as the fleet's state has it.
pub(super) fn state_of(settings: &Settings, feed: &FeedRef) -> Result<Option<FeedState>, Failure> {
    read_feed_state(&settings.kafka, &settings.fleet, feed).map_err(failed)
}

/// Has the member that polls a feed ask it now.
pub(super) fn request(settings: &Settings, feed: &FeedRef, request: PollRequest) -> Result<(), Failure> {
    request_poll(&settings.kafka, &settings.fleet, feed, request, runtime()?.handle()).map_err(failed)
}

/// Makes a change, and gives the version that comes of it.
fn edit<T>(
    settings: &Settings,
    edit: impl FnOnce(FeedsEdit) -> Result<(FeedsEdit, T), Failure>,
) -> Result<(T, u64), Failure> {
    let change = begin(settings)?;
    let path = PathBuf::from(settings.fleet.feeds_topic());
    let (edited, about) = edit(FeedsEdit::in_text(&path, text_of_tables(&change.before().tables))?)?;
    let tables = tables_of(&edited.text())?;
    let wanted = FleetChange { tables: Some(&tables), ..FleetChange::default() };
    let version = change.commit(wanted, Timestamp::now()).map_err(failed)?;
    Ok((about, version))
}

/// Takes the right to change the feeds of the fleet.
pub(in crate::commands) fn begin(settings: &Settings) -> Result<FleetFeedsChange, Failure> {
    FleetFeedsChange::begin(&settings.kafka, &settings.fleet, runtime()?.handle()).map_err(failed)
}

/// One whose threads go on while a command waits for Kafka.
fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(Failure::io("the runtime cannot start"))
}

fn failed(error: dateline_fleet::FleetError) -> Failure {
    Failure::Other(error.to_string())
}
