//! `dateline check`: is the configuration right?

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use dateline_fetcher::Feed;
use dateline_journal::{JournalError, writer_of};
use dateline_publisher::KafkaSettings;
use jiff::SignedDuration;

use super::config_file::ConfigFile;
use super::{feed, print_text, runtime};
use crate::config::shared::SharedFolder;
use crate::config::{Config, Settings};
use crate::failure::Failure;
use crate::groundwork::Groundwork;
use crate::metrics::Metrics;
use crate::run_record::RunRecord;
use crate::text::{counted, rounded, shown_text};

/// Say whether the configuration is right, as `dateline run` would find it: file, line, what was read, what is expected.
///
/// Looked at are settings, feeds, rules for single sites, subject, agencies, story tables, users, the files that settings name, the
/// address to listen on, the folder of the journal, and the journal itself. Everything that is wrong is told at once, with exit code 78, or
/// 65 where it is the journal. Nothing is changed.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Ask every feed once, and the broker, and print a line with a verdict for each. Nothing is stored. Exit code 3 if any fails.
    #[arg(long)]
    online: bool,
    /// Check what `dateline run --no-intake` needs: no feed has to be configured, and with `--online` only the broker is asked.
    #[arg(long)]
    no_intake: bool,
    /// What to check.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// Everything that is wrong; with `--online`, [`Failure::Partly`] if a feed or the broker fails.
pub fn run(arguments: &CheckArguments) -> Result<(), Failure> {
    let config = match arguments.no_intake {
        false => Config::load(&arguments.config.path)?,
        true => Config::load_to_serve(&arguments.config.path)?,
    };
    let settings = &config.settings;
    let has_journal = lay_groundwork(&config)?;
    let used = used_by(settings, &arguments.config.path)?;
    let journal = match settings.fleet.is_enabled() {
        true => journal_in_fleet(settings, has_journal),
        false => journal_of_daemon(settings, has_journal, used.as_deref()),
    };
    let taken = match TcpListener::bind(settings.http.listen) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            match used.is_some() || settings.fleet.is_enabled() {
                true => " (in use now, which is well if it is by the daemon that runs with this)",
                false => " (in use now by another program: a run ends with that until it is free)",
            }
        }
        _ => "",
    };
    let delivery = match settings.kafka.brokers.as_str() {
        "" => "none (brokers in [kafka] is empty): the journal is the log, served over HTTP".to_owned(),
        _ => format!("Kafka at {}", settings.kafka.brokers_in_full()),
    };
    let websub = match settings.websub.callback.as_str() {
        "" => "off (callback in [websub] is empty)".to_owned(),
        callback => format!("hubs reach us at {}", shown_text(callback)),
    };
    let stories = match (&config.story_tables, settings.stories.enabled) {
        (Some(_), _) => format!("told by the tables in {}", settings.story_tables.display()),
        (None, true) => format!("none: there is no folder {}", settings.story_tables.display()),
        (None, false) => "none (enabled in [stories] is false)".to_owned(),
    };
    let paused = match config.paused.len() {
        0 => String::new(),
        paused => format!(" and {paused} paused"),
    };
    let feeds = match settings.fleet.is_enabled() {
        true => format!(
            "those of the fleet {}, on its topic {}",
            settings.fleet.name,
            settings.fleet.feeds_topic()
        ),
        false => format!("{}{paused} in {}", config.feeds.len(), settings.feeds.display()),
    };
    print_text(&format!(
        "{} is right.\n  feeds     {feeds}\n  subject   {} in {}\n  stories   {stories}\n  journal   {journal}\n  delivery  {delivery}\n  WebSub    {websub}\n  API       http://{}{taken}\n",
        arguments.config.path.display(),
        config.subject.name(),
        settings.subject.display(),
        settings.http.listen,
    ))?;
    if settings.fleet.is_enabled() {
        print_text(&format!("  settings  {}\n", settings_in_fleet(settings)))?;
    }
    for webhook in &config.sinks.webhooks {
        print_text(&format!("  webhook   {} to {}\n", webhook.name, webhook.target()))?;
    }
    for file in &config.sinks.files {
        print_text(&format!("  file      {} at {}\n", file.name, file.path.display()))?;
    }
    match (arguments.online, arguments.no_intake) {
        (false, _) => Ok(()),
        (true, false) => ask_all(settings, &config.feeds),
        (true, true) => ask_all(settings, &[]),
    }
}

/// The journal of a daemon by itself, and what a run would find there.
fn journal_of_daemon(settings: &Settings, has_journal: bool, used: Option<&str>) -> String {
    let found = match (has_journal, used, RunRecord::of_lost_journal(settings)) {
        (true, None, _) => String::new(),
        (true, Some(daemon), _) => {
            format!(" (in use by {daemon}, the daemon that runs with this; a second one is refused)")
        }
        (false, _, None) => " (none yet; the first run makes it)".to_owned(),
        (false, _, Some(run)) => format!(
            " (gone since the daemon that started at {:.0}: a run begins another, and publishes what feeds still list anew; `dateline restore FILE` \
             puts a copy in its place)",
            run.started
        ),
    };
    format!("{}{found}", settings.journal_path().display())
}

/// What stands for a journal in a fleet, and whose is there.
fn journal_in_fleet(settings: &Settings, has_journal: bool) -> String {
    let taken_over = match has_journal {
        true => format!(
            "; {} was taken over by a fleet, and gets nothing any more",
            settings.journal_path().display()
        ),
        false => String::new(),
    };
    format!("none: what the fleet {} knows is on Kafka{taken_over}", settings.fleet.name)
}

/// Whose settings count for a member of a fleet, as far as this machine knows without a broker.
fn settings_in_fleet(settings: &Settings) -> String {
    let of_fleet = match SharedFolder::newest(&settings.shared_folder()) {
        Some(kept) => format!("version {} of the fleet's, or a newer one, stands", kept.version),
        None => "those that the fleet shares, if it does, stand".to_owned(),
    };
    format!(
        "{of_fleet} in place of this file's subject, sites, agencies, stories, [poll] and more (docs/fleet.md); `dateline fleet status` says which"
    )
}

/// Who has the journal of these settings, if that is the daemon that runs with the configuration at `config`.
///
/// # Errors
/// What a run would end with, where anybody else has it.
fn used_by(settings: &Settings, config: &Path) -> Result<Option<String>, Failure> {
    let path = settings.journal_path();
    let Some(holder) = writer_of(&path) else { return Ok(None) };
    let is_ours =
        RunRecord::in_use(settings).is_some() && RunRecord::other_config_in_use(settings, config).is_none();
    match is_ours {
        true => Ok(Some(holder.to_string())),
        false => {
            let source = JournalError::InUse { path: path.clone(), holder: holder.to_string() };
            Err(Failure::Journal { path, source })
        }
    }
}

/// Lays what a run rests on, and leaves it at that. Whether there is a journal.
fn lay_groundwork(config: &Config) -> Result<bool, Failure> {
    runtime()?.block_on(async {
        let groundwork = Groundwork::lay(config, Arc::new(Metrics::default()))?;
        groundwork.traces.finish().await;
        Ok(groundwork.has_journal)
    })
}

/// Asks the broker, if there is one, and each of `feeds`, with the manners and the bounds of a run.
fn ask_all(settings: &Settings, feeds: &[Feed]) -> Result<(), Failure> {
    let asked_broker = match settings.kafka.is_enabled() {
        true => Some(runtime()?.block_on(ask_broker(&settings.kafka))),
        false => None,
    };
    if let Some((_, line)) = &asked_broker {
        print_text(line)?;
    }
    let mut tally = feed::ask_each(settings, feeds)?;
    if let Some((ok, _)) = asked_broker {
        tally.all += 1;
        tally.failed += u64::from(!ok);
    }
    tally.into_result()
}

/// Whether the broker can be used, and lines that say so.
async fn ask_broker(kafka: &KafkaSettings) -> (bool, String) {
    let brokers = kafka.brokers_in_full();
    let report = match dateline_publisher::probe(kafka).await {
        Ok(report) => report,
        Err(why) => return (false, format!("failed   Kafka  {why}  {brokers}\n")),
    };
    let known = counted(report.brokers as u64, "broker");
    let (is_usable, mut lines) = if report.missing_topics.is_empty() {
        (true, format!("ok       Kafka  {known}, every topic is there  {brokers}\n"))
    } else {
        let missing = report.missing_topics.join(", ");
        let (word, then) = match kafka.create_topics {
            true => ("ok", "are made by the first run"),
            false => ("failed", "are missing, and create_topics in [kafka] is off"),
        };
        (kafka.create_topics, format!("{word:<8} Kafka  {known}; {missing} {then}  {brokers}\n"))
    };
    for (retention, topics) in &report.kept_by_default {
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        let kept = rounded(SignedDuration::try_from(*retention).unwrap_or(SignedDuration::MAX));
        lines.push_str(&format!(
            "note     Kafka  events older than {kept} go, by the broker's own retention: who is away for longer misses some. \
             `kafka-configs.sh --alter` with retention.ms says for each topic how long, -1 for ever: {}\n",
            topics.join(", ")
        ));
    }
    (is_usable, lines)
}
