//! `dateline tail`: events from a running daemon, or from Kafka.

use std::io::{self, IsTerminal as _, Write};
use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::time::Duration;

use clap::Args;
use dateline_journal::EventFilter;
use dateline_publisher::{TopicEvent, TopicStart, tail_topics};
use dateline_wire::{EventKind, Sequence};
use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::Incoming;
use serde::Deserialize;
use tokio::time::timeout;
use url::Url;

use super::config_file::ConfigFile;
use super::filter::FilterArguments;
use super::schema::EventKindArgument;
use super::{daemon_address, runtime, warn};
use crate::api_client::{self, Doubt, FoundDaemon};
use crate::config::Settings;
use crate::failure::Failure;
use crate::terminal::visible_json;

/// How long events may stay away while they are followed: for as long as nothing happens.
const MAX_SILENCE: Duration = Duration::from_secs(365 * 86_400);
/// How long to wait before a lost connection is made again.
const RECONNECT: Duration = Duration::from_secs(1);

/// Print events from a running daemon, or from Kafka, one JSON object (a CloudEvent) a line.
#[derive(Debug, Args)]
pub struct TailArguments {
    /// Where to begin: `earliest`, `latest`, or the sequence of the last event already seen.
    #[arg(long, value_name = "earliest|latest|SEQUENCE", default_value = "earliest", value_parser = place)]
    from: String,
    /// Go on with new events as they come; a connection that is lost is made again.
    #[arg(long, short)]
    follow: bool,
    /// Only events of this kind.
    #[arg(long, value_enum, ignore_case = true)]
    kind: Option<EventKindArgument>,
    /// At most so many events.
    #[arg(long, value_name = "N")]
    limit: Option<NonZeroU64>,
    /// Only what has these words in title or text, as `dateline search` takes them.
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    #[command(flatten)]
    which: FilterArguments,
    /// The daemon's API; without it, `listen` in `[http]` of the configuration says where that is.
    #[arg(long, value_name = "URL", value_parser = daemon_address)]
    url: Option<Url>,
    /// Read the topics in Kafka instead of asking the daemon: what is committed there, in the order of each key, under no group.
    #[arg(long, conflicts_with = "url")]
    kafka: bool,
    /// The broker's address instead of `brokers` in `[kafka]`.
    #[arg(long, value_name = "HOST:PORT", requires = "kafka")]
    brokers: Option<String>,
    /// The configuration that names the API, and Kafka.
    #[command(flatten)]
    config: ConfigFile,
}

/// Takes a place to begin at.
fn place(text: &str) -> Result<String, &'static str> {
    match text {
        "earliest" | "latest" => Ok(text.to_owned()),
        sequence if sequence.parse::<u64>().is_ok() => Ok(text.to_owned()),
        _ => Err("expected earliest, latest, or the sequence of an event, a whole number"),
    }
}

/// Runs the command.
///
/// # Errors
/// If the API cannot be reached, or refuses.
pub fn run(arguments: &TailArguments) -> Result<(), Failure> {
    if arguments.kafka {
        return tail_kafka(arguments);
    }
    let base = match &arguments.url {
        Some(url) => url.clone(),
        None => {
            let found = FoundDaemon::of(&arguments.config.settings_to_look(&["data_dir"])?)?;
            match &found.doubt {
                Some(doubt @ Doubt::OtherJournal(_)) => return Err(doubt.refusal(&found.api)),
                Some(Doubt::NoJournal(told)) => warn(told),
                None => {}
            }
            found.api
        }
    };
    let filter = arguments.which.filter(arguments.search.as_deref())?;
    runtime()?.block_on(Tail::new(base, arguments, filter).run())
}

/// Prints what stands on the topics.
fn tail_kafka(arguments: &TailArguments) -> Result<(), Failure> {
    let mut settings = match Settings::load(&arguments.config.path) {
        Err(_) if arguments.brokers.is_some() && !arguments.config.path.exists() => Settings::default(),
        loaded => loaded?,
    };
    if let Some(brokers) = &arguments.brokers {
        settings.kafka.brokers.clone_from(brokers);
    }
    if !settings.kafka.is_enabled() {
        return Err(Failure::Other(
            "no Kafka is configured: set brokers in [kafka], or give --brokers".to_owned(),
        ));
    }
    let (start, after) = match arguments.from.as_str() {
        "earliest" => (TopicStart::Earliest, Sequence::START),
        "latest" => (TopicStart::Latest, Sequence::START),
        // It was found to be a sequence when the command line was read.
        place => (TopicStart::Earliest, place.parse().map_or(Sequence::START, Sequence)),
    };
    let filter = arguments.which.filter(arguments.search.as_deref())?;
    let kinds = match arguments.kind {
        Some(kind) => vec![EventKind::from(kind)],
        None => EventKind::ALL.to_vec(),
    };
    let mut left = arguments.limit.map(NonZeroU64::get);
    let mut envelope = settings.envelope();
    let mut failure = None;
    let print = |TopicEvent { event, source, journal }| {
        if event.sequence <= after || !filter.matches(&event) {
            return ControlFlow::Continue(());
        }
        // As its record says.
        (envelope.source, envelope.journal) = (source, journal);
        let written = event
            .to_structured_json(&envelope)
            .map_err(io::Error::other)
            .and_then(|line| write_line(format!("{line}\n").as_bytes()));
        if let Err(error) = written {
            failure = Some(Failure::io("standard output")(error));
            return ControlFlow::Break(());
        }
        left = left.map(|left| left - 1);
        if left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    tail_topics(&settings.kafka, &kinds, start, arguments.follow, print)
        .map_err(|error| Failure::Other(error.to_string()))?;
    failure.map_or(Ok(()), Err)
}

/// Writes a line of JSON at once; to a terminal without what would do something to it.
fn write_line(line: &[u8]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match output.is_terminal() {
        true => output.write_all(visible_json(&String::from_utf8_lossy(line)).as_bytes())?,
        false => output.write_all(line)?,
    }
    output.flush()
}

/// What the API says when events that were asked for are gone.
#[derive(Deserialize)]
struct GoneProblem {
    oldest: u64,
}

/// What the API says of any failure.
#[derive(Deserialize)]
struct AnyProblem {
    detail: String,
}

impl GoneProblem {
    fn message(&self, after: &str) -> String {
        let gone = self.oldest.saturating_sub(1);
        format!(
            "the events after {after} are gone up to {gone}: `--from {gone}` begins with event {}, `--from earliest` with the oldest \
             that is left",
            self.oldest
        )
    }
}

/// A way through the events of one daemon.
struct Tail {
    events: Url,
    after: String,
    /// The journal that `after` is of, once the daemon has named it.
    journal: Option<String>,
    follow: bool,
    kind: Option<EventKindArgument>,
    filter: EventFilter,
    left: Option<u64>,
}

impl Tail {
    fn new(base: Url, arguments: &TailArguments, filter: EventFilter) -> Self {
        let mut events = base;
        events.set_path("/v1/events");
        Self {
            events,
            after: arguments.from.clone(),
            journal: None,
            follow: arguments.follow,
            kind: arguments.kind,
            filter,
            left: arguments.limit.map(NonZeroU64::get),
        }
    }

    async fn run(mut self) -> Result<(), Failure> {
        let mut connected_before = false;
        loop {
            match api_client::get(&self.address()).await {
                Ok((answer, connection)) if answer.status().is_success() => {
                    connected_before = true;
                    let journal = answer.headers().get("dateline-journal");
                    self.journal = journal.and_then(|id| id.to_str().ok()).map(str::to_owned);
                    let complete = self.print(answer.into_body()).await;
                    connection.abort();
                    if complete? || !self.follow {
                        return Ok(());
                    }
                }
                Ok((answer, _)) if answer.status().is_server_error() && connected_before => {}
                Ok((answer, _)) => {
                    let status = answer.status();
                    let reason =
                        answer.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                    if let (StatusCode::GONE, Ok(gone)) =
                        (status, serde_json::from_slice::<GoneProblem>(&reason))
                    {
                        return Err(Failure::Other(gone.message(&self.after)));
                    }
                    let detail = serde_json::from_slice::<AnyProblem>(&reason).map(|problem| problem.detail);
                    let reason = detail.unwrap_or_else(|_| String::from_utf8_lossy(&reason).into_owned());
                    let daemon = api_client::origin(&self.events);
                    return Err(Failure::Other(format!("the daemon at {daemon} answers {status}: {reason}")));
                }
                Err(_) if connected_before => {}
                Err(error) => return Err(Failure::Other(error + api_client::AND_NOW)),
            }
            tokio::time::sleep(RECONNECT).await;
        }
    }

    fn address(&self) -> Url {
        let mut address = self.events.clone();
        let mut query = address.query_pairs_mut();
        query.append_pair("after", &self.after).append_pair("follow", &self.follow.to_string());
        if let Some(journal) = &self.journal {
            query.append_pair("journal", journal);
        }
        if let Some(kind) = self.kind {
            query.append_pair("kind", EventKind::from(kind).word());
        }
        query.extend_pairs(url::form_urlencoded::parse(self.filter.to_query().as_bytes()));
        if let Some(left) = self.left {
            query.append_pair("limit", &left.to_string());
        }
        drop(query);
        address
    }

    /// Prints whole lines as they come. Whether everything that was asked for has come.
    async fn print(&mut self, mut body: Incoming) -> Result<bool, Failure> {
        let mut pending: Vec<u8> = Vec::new();
        loop {
            let patience = if self.follow { MAX_SILENCE } else { api_client::ANSWER_PATIENCE };
            let silent = |_| Failure::Other(api_client::silent(&self.events, patience));
            match timeout(patience, body.frame()).await.map_err(silent)? {
                Some(Ok(frame)) => pending.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
                None => return Ok(!self.follow || self.left == Some(0)),
                // What had begun to come is asked for again.
                Some(Err(_)) if self.follow => return Ok(false),
                Some(Err(error)) => {
                    let daemon = api_client::origin(&self.events);
                    return Err(Failure::Other(format!("the daemon at {daemon} broke off: {error}")));
                }
            }
            while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = pending.drain(..=end).collect();
                write_line(&line).map_err(Failure::io("standard output"))?;
                self.note(&line);
            }
        }
    }

    fn note(&mut self, line: &[u8]) {
        #[derive(Deserialize)]
        struct EventLine {
            sequence: String,
        }
        if let Ok(seen) = serde_json::from_slice::<EventLine>(line) {
            self.after = seen.sequence;
        }
        self.left = self.left.map(|left| left.saturating_sub(1));
    }
}
