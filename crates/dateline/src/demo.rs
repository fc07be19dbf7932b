//! The demonstration: the daemon's engine, journal and API on a recorded day, without network and configuration.
//!
//! [`Demo::prepare`] unpacks what it needs into a temporary folder: the recording, its feeds and the subject, with a
//! configuration that other commands can be pointed to. [`Demo::start`] lets the engine live through the day on a thread of its
//! own, whose virtual clock a [`pacer`] holds back; the API serves the journal meanwhile, on the runtime of whoever started it.

mod pacer;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use dateline_fetcher::Clock;
use dateline_fetcher::transport::RecordingIndex;
use dateline_journal::{Durability, Journal, Options, Writing};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use toml::{Table, Value};

use crate::api::{self, Sources, WriteAccess};
use crate::config::{ApiSettings, Config, read_story_tables};
use crate::engine::EngineActivity;
use crate::failure::Failure;
use crate::logs::LogClock;
use crate::metrics::Metrics;
use crate::recorded_pages::RecordedPages;
use crate::replay::{Playback, ReplayFailure};
use crate::run_record::RunRecord;
use crate::shipped;
use crate::status::FeedCatalogue;

/// How often the API is told where the day is. An hour of it may pass in a second.
const BEAT: Duration = Duration::from_millis(100);

/// Where the API is to listen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ListenAt {
    /// There, and nowhere else.
    Exactly(SocketAddr),
    /// There if nobody else is, or at a free port of this machine.
    Preferred(SocketAddr),
}

/// A demonstration that is ready to start. Its folder goes when it goes.
pub(crate) struct Demo {
    folder: TempDir,
    config: Config,
    listener: TcpListener,
    address: SocketAddr,
    taken: Option<SocketAddr>,
}

/// A demonstration that has started.
pub(crate) struct RunningDemo {
    /// What has happened so far.
    pub(crate) journal: Journal,
    over: oneshot::Receiver<Result<(), ReplayFailure>>,
    is_over: bool,
    stop: CancellationToken,
    api: JoinHandle<()>,
    _folder: TempDir,
}

impl Demo {
    /// Unpacks the day into a new temporary folder, and takes an address for the API.
    ///
    /// # Errors
    /// If there is no room, or no address.
    pub(crate) async fn prepare(at: ListenAt) -> Result<Self, Failure> {
        let (ListenAt::Exactly(wanted) | ListenAt::Preferred(wanted)) = at;
        let (listener, taken) = match (TcpListener::bind(wanted).await, at) {
            (Err(_), ListenAt::Preferred(_)) => {
                (TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await, Some(wanted))
            }
            (listener, _) => (listener, None),
        };
        let unusable = format!("the API cannot listen on {wanted}; name a free address of this machine");
        let listener = listener.map_err(Failure::io(unusable))?;
        let address = listener.local_addr().map_err(Failure::io("the API's address"))?;
        let folder = tempfile::Builder::new()
            .prefix("dateline-demo-")
            .tempdir()
            .map_err(Failure::io("no temporary folder can be made"))?;
        unpack(folder.path(), address).map_err(Failure::io(folder.path().display().to_string()))?;
        let config = Config::load_without_environment(&settings_file(folder.path()))?;
        Ok(Self { folder, config, listener, address, taken })
    }

    /// Where the API answers.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it would be, had not somebody else been there.
    pub(crate) fn taken(&self) -> Option<SocketAddr> {
        self.taken
    }

    /// The configuration, which other commands can be pointed to.
    pub(crate) fn settings_file(&self) -> PathBuf {
        settings_file(self.folder.path())
    }

    /// What is configured.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Begins the day, which passes `speed` times as fast as real time; `log_clock` shows its time.
    ///
    /// # Errors
    /// If the recording or the journal cannot be used.
    pub(crate) async fn start(self, speed: f64, log_clock: LogClock) -> Result<RunningDemo, Failure> {
        let Self { folder, config, listener, address, .. } = self;
        let metrics = Arc::new(Metrics::default());
        let stop = CancellationToken::new();
        let settings = config.settings.clone();
        let catalogue = FeedCatalogue::new(&config.feeds, &config.paused, &settings.poll);
        let feeds = watch::Sender::new(Arc::new(catalogue));
        let (started, has_started) = oneshot::channel();
        let (end, over) = oneshot::channel();
        // The engine has its own.
        let story_tables = read_story_tables(&settings.story_tables).ok().map(Arc::new);
        let recording = recording_file(folder.path());
        let day = Day {
            recording: recording.clone(),
            config,
            metrics: metrics.clone(),
            speed,
            log_clock,
            started,
            stop: stop.clone(),
        };
        thread::Builder::new()
            .name("engine".to_owned())
            // Whoever waits for the end may have gone.
            .spawn(move || drop(end.send(day.live_through())))
            .map_err(Failure::io("no thread can be started"))?;
        let Ok((journal, engine)) = has_started.await else {
            return Err(ended(over.await)
                .err()
                .unwrap_or_else(|| Failure::Other("the day is empty".to_owned())));
        };
        let run_record = RunRecord {
            started: engine.borrow().time,
            ..RunRecord::of_this_process(format!("http://{address}"), &settings.journal_path())
        };
        run_record.write(&settings.data_dir).map_err(Failure::io(settings.data_dir.display().to_string()))?;
        let access = WriteAccess::new(address, ApiSettings::default()).with_console(settings.console.clone());
        let sources = Sources {
            run_record,
            journal: journal.clone(),
            feeds: feeds.subscribe(),
            metrics,
            pulse: in_real_time(engine, stop.clone()),
            relay: None,
            member: None,
            story_tables: watch::Sender::new(story_tables).subscribe(),
            recorded_pages: Arc::new(RecordedPages::new([recording])),
            envelope: settings.envelope(),
            topics: settings.kafka.topics.clone(),
            websub: None,
            sinks: Vec::new(),
            write_access: watch::Sender::new(access).subscribe(),
            engine: None,
            reloader: None,
        };
        let api_stop = stop.clone();
        let api = tokio::spawn(async move { api::serve(listener, &settings.http, sources, api_stop).await });
        Ok(RunningDemo { journal, over, is_over: false, stop, api, _folder: folder })
    }
}

impl RunningDemo {
    /// Waits for the end of the day; to be asked once.
    ///
    /// # Errors
    /// If the day could not be lived through.
    pub(crate) async fn over(&mut self) -> Result<(), Failure> {
        let over = (&mut self.over).await;
        self.is_over = true;
        ended(over)
    }

    /// Ends the day and the API, and removes the folder.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        // Both end by themselves; how is of no interest any more.
        if !self.is_over {
            let _ = self.over.await;
        }
        let _ = self.api.await;
    }
}

/// How the engine's thread ended.
fn ended(over: Result<Result<(), ReplayFailure>, oneshot::error::RecvError>) -> Result<(), Failure> {
    let ended = over.map_err(|_| Failure::Other("the engine was lost".to_owned()))?;
    ended.map_err(|failure| Failure::Other(format!("the day cannot be played: {failure}")))
}

/// What the engine's thread works with.
struct Day {
    recording: PathBuf,
    config: Config,
    metrics: Arc<Metrics>,
    speed: f64,
    log_clock: LogClock,
    started: oneshot::Sender<(Journal, watch::Receiver<EngineActivity>)>,
    stop: CancellationToken,
}

impl Day {
    fn live_through(self) -> Result<(), ReplayFailure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            // For the pacer; the engine's one thread is this.
            .max_blocking_threads(1)
            .build()?;
        runtime.block_on(async {
            let recorded = RecordingIndex::open(&[&self.recording])?;
            let clock = Clock::starting_at(recorded.first_moment());
            self.log_clock.follow(clock);
            let settings = &self.config.settings;
            let summary_interval = settings.logs.summary_interval;
            let options =
                Options { durability: Durability::Process, writing: Writing::InPlace, ..Options::default() };
            let journal = Journal::open(settings.journal_path(), options)?;
            let one = NonZero::<usize>::MIN;
            let playback =
                Playback::new(recorded, self.config, journal.clone(), self.metrics, clock, one).await?;
            let playback = playback.with_progress_log(summary_interval);
            // Whoever started this may have gone.
            let _ = self.started.send((journal, playback.activity()));
            tokio::select! {
                ended = playback.run(self.stop) => ended,
                never = pacer::hold_back(self.speed) => match never {},
            }
        })
    }
}

/// What the engine is doing, with the moments of this runtime's clock in place of the virtual one's.
fn in_real_time(
    engine: watch::Receiver<EngineActivity>,
    stop: CancellationToken,
) -> watch::Receiver<EngineActivity> {
    let now = move || EngineActivity { at: Instant::now(), ..*engine.borrow() };
    let (sender, receiver) = watch::channel(now());
    tokio::spawn(async move {
        let mut beats = tokio::time::interval(BEAT);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beats.tick() => sender.send_replace(now()),
            };
        }
    });
    receiver
}

fn settings_file(folder: &Path) -> PathBuf {
    folder.join("dateline.toml")
}

fn recording_file(folder: &Path) -> PathBuf {
    folder.join("day.warc")
}

/// Writes the recording, and a configuration for it, whose API listens on `address`.
fn unpack(folder: &Path, address: SocketAddr) -> io::Result<()> {
    for file in shipped::SUBJECT.iter().chain(shipped::STORY_TABLES) {
        file.write_in(folder).map_err(|(_, error)| error)?;
    }
    fs::write(folder.join("feeds.toml"), shipped::day::FEEDS)?;
    fs::write(folder.join("agencies.tsv"), shipped::day::AGENCIES)?;
    fs::write(settings_file(folder), settings(address)?)?;
    shipped::day::write_recording(&recording_file(folder))
}

/// The settings that the day was recorded under, for a folder that holds all they name.
fn settings(address: SocketAddr) -> io::Result<String> {
    let mut settings: Table = shipped::day::SETTINGS.parse().map_err(io::Error::other)?;
    for named in ["feeds", "subject", "agencies", "story_tables"] {
        settings.remove(named);
    }
    let section = |name: &str, value: Value| Value::Table(Table::from_iter([(name.to_owned(), value)]));
    settings.insert("http".into(), section("listen", address.to_string().into()));
    settings.insert("logs".into(), section("summary_interval", "6h".into()));
    let text = toml::to_string(&settings).map_err(io::Error::other)?;
    Ok(format!(
        "# The configuration of a demonstration, which goes with it. `dateline init` writes one to start from.\n\n{text}"
    ))
}
