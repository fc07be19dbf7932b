//! `dateline demo`: what the daemon does, on a recorded day.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use clap::Args;
use dateline_journal::Journal;
use dateline_wire::{EventKind, Sequence};
use serde::Deserialize;

use super::print_text;
use crate::daemon::Signals;
use crate::demo::{Demo, ListenAt};
use crate::failure::Failure;
use crate::logs;

/// A day in a minute.
const DAY_IN_A_MINUTE: f64 = 1440.0;

/// Show what the daemon does, on a recorded day: no network, no Kafka, no configuration.
///
/// A day of made-up news from 18 feeds plays in a minute: polled, fetched, extracted, judged, committed to a journal in a
/// temporary folder, and served by the API, as `dateline run` does it. It says what to look at. Ctrl-C ends it and removes the
/// folder.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// How many times faster than real time the day passes.
    #[arg(long, value_name = "TIMES", default_value_t = DAY_IN_A_MINUTE, value_parser = speed)]
    speed: f64,
    /// Where the API listens. Unless named, at DATELINE_HTTP__LISTEN or 127.0.0.1:8080, and where that is taken, at a free port, which is
    /// said.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = socket_address)]
    listen: Option<SocketAddr>,
    /// End when the day is over, rather than serve what came of it until Ctrl-C.
    #[arg(long)]
    exit: bool,
}

fn socket_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "expected an IP address and a port from 0 to 65535, such as 127.0.0.1:8081")
}

fn speed(text: &str) -> Result<f64, String> {
    /// At this speed a day takes less time than the work that it makes.
    const MAX_SPEED: f64 = 1e7;
    match text.parse() {
        Ok(speed) if (1.0..=MAX_SPEED).contains(&speed) => Ok(speed),
        _ => Err(format!("a number from 1 to {MAX_SPEED} is expected")),
    }
}

/// Runs the command.
///
/// # Errors
/// If there is no room for the folder, or standard output fails.
pub fn run(arguments: &DemoArguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(Failure::io("the runtime cannot start"))?;
    let outcome = runtime.block_on(show(arguments));
    runtime.shutdown_background();
    outcome
}

/// Where the API is to listen: where it was told to, or else where a daemon would, if that is free.
fn listen_on(named: Option<SocketAddr>) -> ListenAt {
    /// Where the API of `dateline run` is by default.
    const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
    let of_environment = || std::env::var("DATELINE_HTTP__LISTEN").ok()?.parse().ok();
    named.map_or_else(|| ListenAt::Preferred(of_environment().unwrap_or(USUAL)), ListenAt::Exactly)
}

async fn show(arguments: &DemoArguments) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let demo = Demo::prepare(listen_on(arguments.listen)).await?;
    let log_clock = logs::start(&demo.config().settings.logs)?.clock;
    let commands = Commands::of(&demo);
    print_text(&opening(&demo, &commands, arguments))?;
    let mut running = demo.start(arguments.speed, log_clock).await?;
    let over = tokio::select! {
        over = running.over() => over,
        () = signals.next() => {
            running.stop().await;
            return Ok(());
        }
    };
    let told = over.and_then(|()| {
        let tally = DayTally::of(&running.journal)?;
        print_text(&closing(&tally, &commands, arguments.exit))
    });
    if told.is_ok() && !arguments.exit {
        signals.next().await;
    }
    running.stop().await;
    told
}

/// The commands to try, as they can be typed.
struct Commands {
    program: String,
    config: String,
    api: String,
}

impl Commands {
    fn of(demo: &Demo) -> Self {
        let program = std::env::args_os().next().map(|name| name.to_string_lossy().into_owned());
        Self {
            program: program.unwrap_or_else(|| "dateline".to_owned()),
            config: quoted(&demo.settings_file()),
            api: format!("http://{}", demo.address()),
        }
    }
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

fn opening(demo: &Demo, commands: &Commands, arguments: &DemoArguments) -> String {
    let Commands { program, config, api } = commands;
    let minutes = DAY_IN_A_MINUTE / arguments.speed;
    let until = if arguments.exit { "Until the day is over" } else { "Meanwhile" };
    let length = length_of(minutes);
    let elsewhere = match demo.taken() {
        Some(taken) => format!("  (at a free port, since {taken} is taken; --listen names another)\n"),
        None => String::new(),
    };
    format!(
        "\
A recorded day plays in {length}: {feeds} feeds and their pages, in six languages, all of it made up. Nothing is asked of the
network, and nothing stays.

  the console  {api}/    (open it in a browser)
{elsewhere}  the API      {api}/v1/status
  the journal  {journal}

What follows is what `{program} run` logs, in the day's own time: a line for each article on the subject as it is published,
a feed that fails, and now and then a summary. {until}, in another terminal:

  {program} tail --follow --config {config}
  {program} status --config {config}
  curl -s '{api}/v1/events?kind=article&limit=1'

",
        feeds = demo.config().feeds.len(),
        journal = demo.config().settings.journal_path().display(),
    )
}

/// So many minutes as people say them.
fn length_of(minutes: f64) -> String {
    let so_many = |count: f64, unit: &str| match count.round() {
        ..=1.0 => format!("a {unit}"),
        count => format!("{count:.0} {unit}s"),
    };
    if minutes < 1.0 { so_many(minutes * 60.0, "second") } else { so_many(minutes, "minute") }
}

/// What came of the day.
#[derive(Debug, Default, PartialEq, Eq)]
struct DayTally {
    events: u64,
    articles: u64,
    withdrawals: u64,
    rejects: BTreeMap<String, u64>,
    health: u64,
    stories: u64,
}

impl DayTally {
    fn of(journal: &Journal) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Reject {
            reason: String,
        }
        let events = journal
            .events_after(Sequence::START, usize::MAX, None)
            .map_err(|error| Failure::Other(format!("the journal cannot be read: {error}")))?;
        let mut tally = Self { events: events.len() as u64, ..Self::default() };
        for event in events {
            match event.kind {
                EventKind::Article => tally.articles += 1,
                EventKind::Withdrawal => tally.withdrawals += 1,
                EventKind::Health => tally.health += 1,
                EventKind::Story => tally.stories += 1,
                EventKind::Reject => {
                    let reject: Reject = serde_json::from_str(&event.data)
                        .map_err(|error| Failure::Other(format!("an event cannot be read: {error}")))?;
                    *tally.rejects.entry(reject.reason).or_default() += 1;
                }
            }
        }
        Ok(tally)
    }
}

fn closing(tally: &DayTally, commands: &Commands, exits: bool) -> String {
    let Commands { program, config, api } = commands;
    let mut reasons: Vec<_> = tally.rejects.iter().collect();
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), *reason));
    let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let look = format!(
        "\
The API answers until you press Ctrl-C, which also removes the folder. To look at:

  {program} status --config {config}
  {program} tail --kind article --limit 1 --config {config}
  {program} tail --kind reject --limit 5 --config {config}
  curl -s {api}/v1/feeds

"
    );
    format!(
        "
The day is over: {events} events. {articles} tell of articles, {withdrawals} of articles that are gone, {stories} of stories,
{health} of feeds' health, and {rejected} of entries that were not published: {reasons}.

{look}With feeds of your own:

  {program} init        writes a commented configuration to ./config
  {program} feed check  asks each configured feed whether it answers
  {program} run         starts the daemon
",
        events = tally.events,
        articles = tally.articles,
        stories = tally.stories,
        withdrawals = tally.withdrawals,
        health = tally.health,
        rejected = tally.rejects.values().sum::<u64>(),
        reasons = reasons.join(", "),
        look = if exits { "" } else { &look },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_read_it_otherwise() {
        assert_eq!(
            quoted(Path::new("/tmp/dateline-demo-a1/dateline.toml")),
            "/tmp/dateline-demo-a1/dateline.toml"
        );
        assert_eq!(quoted(Path::new("/tmp/it's here")), r"'/tmp/it'\''s here'");
    }

    #[test]
    fn the_length_of_the_day_is_told_as_people_say_it() {
        let told = [0.0002, 1.0 / 60.0, 0.5, 1.0, 24.0].map(length_of);
        assert_eq!(told, ["a second", "a second", "30 seconds", "a minute", "24 minutes"]);
    }

    #[test]
    fn a_speed_is_a_number_within_reason() {
        assert_eq!(speed("60"), Ok(60.0));
        for text in ["0", "-1", "NaN", "inf", "fast"] {
            assert!(speed(text).is_err(), "{text}");
        }
    }
}
