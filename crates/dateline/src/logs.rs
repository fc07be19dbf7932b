//! Logs on stderr, as `[logs]` says.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};

use dateline_fetcher::Clock;
use jiff::Timestamp;
use tracing_subscriber::filter::{LevelFilter, ParseError};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, reload};

use crate::config::{LogFormat, LogSettings};
use crate::failure::Failure;
use crate::terminal::{LineForm, VisibleLines};

/// What can be changed about the logs while the process runs.
pub struct Logs {
    /// What is logged.
    pub filter: LogFilter,
    /// The time of day that lines show.
    pub clock: LogClock,
}

/// What is logged, and the way to change that while the process runs.
pub struct LogFilter(reload::Handle<EnvFilter, Registry>);

impl LogFilter {
    /// Logs what passes `filter` from now on.
    pub(crate) fn set(&self, filter: EnvFilter) {
        if let Err(error) = self.0.reload(filter) {
            tracing::error!(%error, "what is logged stays as it is");
        }
    }
}

/// The time of day that log lines show: the machine's, until a replay shows its own. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct LogClock(Arc<Mutex<Option<VirtualTime>>>);

/// The time of a replay.
#[derive(Debug)]
struct VirtualTime {
    clock: Clock,
    /// What was shown last. Threads outside the replay's runtime don't see its clock advance: to them it is as late as this.
    shown: Timestamp,
}

impl LogClock {
    /// From now on lines show the time of `clock`, which is a virtual one.
    pub fn follow(&self, clock: Clock) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(VirtualTime { clock, shown: clock.now() });
    }
}

impl FormatTime for LogClock {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            None => write!(writer, "{:.6}", Timestamp::now()),
            Some(time) => {
                time.shown = time.shown.max(time.clock.now());
                write!(writer, "{:.3}", time.shown)
            }
        }
    }
}

/// Starts logging for this process. From then on a panic is a line like any other, also one that is caught where strangers'
/// bytes are read. What can be changed later is given back.
///
/// # Errors
/// If the level cannot be understood.
pub fn start(settings: &LogSettings) -> Result<Logs, Failure> {
    let (filter, replace) = reload::Layer::new(understood(&settings.level).map_err(Failure::Other)?);
    let clock = LogClock::default();
    let is_coloured = wants_colour(io::stderr().is_terminal(), std::env::var_os("NO_COLOR").as_deref());
    let form = match settings.format {
        LogFormat::Json => LineForm::Json,
        LogFormat::Text if is_coloured => LineForm::Coloured,
        LogFormat::Text => LineForm::Plain,
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_timer(clock.clone())
        .with_writer(move || VisibleLines::new(io::stderr(), form))
        .with_ansi(is_coloured)
        .with_target(false);
    let lines = match settings.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
        .map_err(|error| Failure::Other(format!("logging cannot start: {error}")))?;
    panic::set_hook(Box::new(log_panic));
    Ok(Logs { filter: LogFilter(replace), clock })
}

/// The filter that `level` in `[logs]` asks for.
///
/// # Errors
/// What is expected, where it cannot be understood. A word that is no level would be taken for the name of a part that logs
/// everything, and nothing else would be logged.
pub(crate) fn understood(level: &str) -> Result<EnvFilter, String> {
    const EXPECTED: &str =
        "expected error, warn, info, debug or trace, or directives such as \"info,dateline_fetcher=debug\"";
    let is_level = |word: &str| !word.trim().is_empty() && word.trim().parse::<LevelFilter>().is_ok();
    let mut directives = level.split(',');
    let are_sound = directives.all(|directive| match directive.rsplit_once('=') {
        Some((target, level)) => !target.trim().is_empty() && is_level(level),
        None => is_level(directive),
    });
    let filter = filter(level).ok().filter(|_| are_sound);
    filter.ok_or_else(|| EXPECTED.to_owned())
}

/// Whether lines are coloured: on a terminal, unless NO_COLOR is there and not empty (no-color.org).
fn wants_colour(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let message =
        text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    match panic.location() {
        Some(location) => tracing::error!("a panic at {location}: {message}"),
        None => tracing::error!("a panic: {message}"),
    }
}

/// What is logged at a level, or by directives. A page's broken markup is no news to an operator, unless asked for by name.
fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::try_new(format!("html5ever=error,{level}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};
    use std::sync::Arc;

    use super::*;

    /// What is logged of two warnings, by target.
    fn logged(level: &str) -> String {
        let log = Arc::new(tempfile::tempfile().expect("a place for files"));
        let lines = tracing_subscriber::fmt()
            .with_env_filter(filter(level).expect("a level"))
            .with_writer(log.clone())
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .finish();
        tracing::subscriber::with_default(lines, || {
            tracing::warn!(target: "html5ever::tree_builder", "a table holds text");
            tracing::warn!(target: "dateline::engine", "a feed fails");
        });
        let mut text = String::new();
        (&*log).rewind().and_then(|()| (&*log).read_to_string(&mut text)).expect("the file can be read");
        text
    }

    #[test]
    fn lines_are_coloured_on_a_terminal_whose_user_does_not_forbid_it() {
        let no_color = |text: &'static str| Some(OsStr::new(text));
        assert!(wants_colour(true, None) && wants_colour(true, no_color("")));
        assert!(!wants_colour(true, no_color("1")) && !wants_colour(false, None));
    }

    #[tokio::test(start_paused = true)]
    async fn lines_show_the_time_of_the_replay_they_tell_of() {
        let clock = LogClock::default();
        let shown = |clock: &LogClock| {
            let mut text = String::new();
            clock.format_time(&mut Writer::new(&mut text)).expect("a string takes it");
            text
        };
        assert!(!shown(&clock).starts_with("2001"));
        clock.follow(Clock::starting_at("2001-02-03T04:05:06Z".parse().expect("a moment")));
        tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
        assert_eq!(shown(&clock), "2001-02-03T05:05:06.000Z");
        let elsewhere = clock.clone();
        let outside = std::thread::spawn(move || shown(&elsewhere)).join().expect("no panic");
        assert_eq!(outside, "2001-02-03T05:05:06.000Z");
    }

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for level in ["info", "TRACE", "warn,html5ever=debug", "dateline_fetcher=debug,error", "off"] {
            assert!(understood(level).is_ok(), "{level}");
        }
        for level in ["verbose", "", "info,verbose", "info,dateline_fetcher=loud", "=info"] {
            assert!(understood(level).is_err(), "{level}");
        }
    }

    #[test]
    fn markup_is_no_news_unless_asked_for() {
        assert_eq!(logged("info").trim(), "WARN a feed fails");
        assert_eq!(logged("error").trim(), "");
        assert!(logged("info,html5ever=warn").contains("a table holds text"));
    }
}
