//! `dateline fleet adopt`: a fleet takes over what the journal of a daemon by itself knows.

use std::time::{Duration, Instant};

use clap::Args;
use dateline_fleet::{Adoption, AdoptionReport, adopt};
use dateline_journal::{AdoptedJournal, Journal, JournalError, Options};
use dateline_publisher::Relay;
use dateline_stories::copy::MEMORY;
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::{ConfigFile, member_settings};
use crate::commands::print_text;
use crate::config::Settings;
use crate::config::feeds::fleet::tables_of_files;
use crate::failure::Failure;
use crate::text::{counted, counted_as};

/// How long Kafka may take the journal's last events without taking any more of them.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long to wait before it is looked again.
const PAUSE: Duration = Duration::from_millis(100);

/// Have the fleet go on with what the journal in `data_dir` knows. Nothing is lost by it, and nothing is published twice.
///
/// For the daemon that was one by itself until now: stop it, add `[fleet]` to its configuration, and run this there before any member is
/// started. What Kafka lacks of the journal's events is delivered first. Then the fleet gets feeds with their state, entries that were
/// seen and that wait, what is known of articles, and stories, all in one transaction. The journal stays as it is, for reading; no daemon by itself
/// opens it any more. If this breaks off, run it again.
#[derive(Debug, Args)]
pub struct AdoptArguments {
    /// The configuration of a member, with the `data_dir` and the feeds of the daemon by itself.
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) fn run(arguments: &AdoptArguments) -> Result<(), Failure> {
    let settings = member_settings(&arguments.config)?;
    let path = settings.journal_path();
    let unusable = |source| Failure::Journal { path: path.clone(), source };
    let runtime = Runtime::new().map_err(Failure::io("the runtime cannot start"))?;
    // Without the file the fleet would poll nothing, and what it leaves one day would be a journal without feeds.
    let feeds = tables_of_files(std::slice::from_ref(&settings.feeds), &settings.fetch.secret_query)?.0;
    if AdoptedJournal::open(&path).and_then(|journal| journal.owner()).map_err(unusable)?.is_none() {
        runtime.block_on(deliver(&settings))?;
    }
    let journal = AdoptedJournal::open(&path).map_err(unusable)?;
    let now = Timestamp::now();
    let stories_since = settings.stories.enabled.then(|| now.checked_sub(MEMORY).unwrap_or(Timestamp::MIN));
    let adoption = Adoption { journal: &journal, feeds: &feeds, stories_since, now };
    let done = adopt(&settings.kafka, &settings.fleet, &adoption, runtime.handle())
        .map_err(|error| Failure::Other(format!("{} was not taken over: {error}", path.display())))?;
    print_text(&told(&settings.fleet.name, &journal, &done))
}

/// Has Kafka take what it lacks of the journal's events.
async fn deliver(settings: &Settings) -> Result<(), Failure> {
    let path = settings.journal_path();
    let unusable = |source: JournalError| Failure::Journal { path: path.clone(), source };
    let journal = Journal::open(&path, Options::default()).map_err(unusable)?;
    let last = journal.last_sequence().map_err(unusable)?;
    // What Kafka has of a restored journal is for its daemon to find out, which makes the entries wait again that it learns of.
    if journal.is_reconciling().map_err(unusable)? {
        return Err(Failure::Other(format!(
            "{} was restored, and what Kafka has beyond it is not known yet: start its daemon without [fleet] until `dateline status` shows \
             it delivering, stop it, and adopt it then",
            path.display()
        )));
    }
    if last.0 == 0 {
        return Ok(());
    }
    let failed = |error: dateline_publisher::RelayError| Failure::Other(error.to_string());
    let relay = Relay::new(settings.kafka.clone(), journal.clone(), settings.envelope()).map_err(failed)?;
    let (status, stop) = (relay.status(), CancellationToken::new());
    let mut relaying = tokio::spawn(relay.run(stop.clone()));
    let (mut progress, mut moved) = (None, Instant::now());
    loop {
        let (position, why) = {
            let status = status.borrow();
            (status.position.filter(|_| status.connected), status.last_error.clone())
        };
        if position != progress {
            (progress, moved) = (position, Instant::now());
        }
        let is_noted = journal.relay_position().map_err(unusable)? >= last;
        if is_noted && position.is_some_and(|position| position >= last) {
            break;
        }
        if moved.elapsed() > PATIENCE {
            let why = why.unwrap_or_else(|| "it does not answer".to_owned());
            return Err(Failure::Other(format!(
                "Kafka lacks events of {} and takes none: {why}",
                path.display()
            )));
        }
        tokio::select! {
            ended = &mut relaying => {
                ended.map_err(|error| Failure::Other(error.to_string()))?.map_err(failed)?;
            }
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    stop.cancel();
    relaying.await.map_err(|error| Failure::Other(error.to_string()))?.map_err(failed)
}

fn told(fleet: &str, journal: &AdoptedJournal, done: &AdoptionReport) -> String {
    let path = journal.path().display();
    let Some(totals) = done.totals else {
        return format!("the fleet {fleet} had taken over what {path} knows before: nothing is left to do\n");
    };
    let mut text = format!(
        "the fleet {fleet} has taken over what {path} knows: {}, {} seen, of which {} wait for their pages, {}, {}\n",
        counted(totals.feeds, "feed"),
        counted_as(totals.entries, "entry", "entries"),
        totals.pending,
        counted(totals.articles, "article"),
        counted_as(totals.stories, "story", "stories"),
    );
    if totals.everywhere > 0 {
        text += &format!(
            "{} of older articles and links are kept in every shard: the journal has no event any more that tells where their pages lie\n",
            counted(totals.everywhere, "row")
        );
    }
    text += &match (done.feeds_version, done.had_feeds) {
        (version, true) => format!("the fleet had feeds, which stay: version {version}\n"),
        (version, false) => format!("its feeds are version {version} of the fleet's\n"),
    };
    if done.settings_version > 0 {
        text += &format!(
            "the fleet has settings, which stand in place of those of this configuration: version {}; `dateline fleet apply --settings` replaces them\n",
            done.settings_version
        );
    }
    text += &format!(
        "events up to {} stay those of the journal {}; the shards count on from there. Start the members with `dateline run`\n",
        journal.last_sequence(),
        journal.id()
    );
    text
}
