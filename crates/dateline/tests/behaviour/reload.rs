//! A configuration that is read anew while the daemon runs.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crate::site::{Site, ask, get, terminate, text};
use crate::world::{
    ON_SUBJECT, Web, configured, data, engine, events_after, fetcher, journal, outline, subject,
};
use dateline::config::EngineSettings;
use dateline::engine::{Engine, EngineCommand, EngineUpdate};
use dateline_fetcher::{Fetcher, PollSettings};
use dateline_journal::Retention;
use dateline_wire::Sequence;
use jiff::SignedDuration;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

const FEED: &str = "https://news.example/rss";
const OTHER: &str = "https://other.example/rss";
const MINUTE: Duration = Duration::from_secs(60);

/// Has a running engine go on with `feeds`, asked as `poll` says.
async fn reload(commands: &mpsc::Sender<EngineCommand>, fetcher: Fetcher, feeds: &[&str]) {
    let update = EngineUpdate {
        feeds: feeds.iter().map(|url| configured(url)).collect(),
        announcers: Arc::default(),
        fetcher: Arc::new(fetcher),
        subject: subject(),
        sites: Arc::default(),
        agencies: Arc::default(),
        story_tables: None,
        compares_anew: false,
        revisit: dateline::config::RevisitSettings::default(),
        settings: EngineSettings::default(),
    };
    let (done, answer) = oneshot::channel();
    assert!(commands.send(EngineCommand::Reload(Box::new(update), done)).await.is_ok());
    answer.await.unwrap().unwrap();
}

async fn engine_on(web: &Arc<Web>, folder: &std::path::Path) -> (Engine, dateline_journal::Journal) {
    let journal = journal(folder);
    (engine(web, &journal, &[FEED], 1).await, journal)
}

#[tokio::test(start_paused = true)]
async fn an_added_feed_is_asked_at_once_and_a_removed_one_no_more() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[]);
    web.feed(OTHER, &[]);
    let folder = tempfile::tempdir().unwrap();
    let (engine, journal) = engine_on(&web, folder.path()).await;
    let commands = engine.commands();
    let fetcher = fetcher(&web, PollSettings::default());
    let watch = async {
        tokio::time::sleep(10 * MINUTE).await;
        assert_eq!((web.asked(OTHER), web.asked(FEED) > 0), (0, true));
        reload(&commands, fetcher, &[OTHER]).await;
        let asked = web.asked(FEED);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(web.asked(OTHER), 1);
        asked
    };
    let (_, asked) = tokio::join!(events_after(engine, &journal, 600 * MINUTE), watch);
    assert_eq!(web.asked(FEED), asked);
    assert!(web.asked(OTHER) > 1);
}

#[tokio::test(start_paused = true)]
async fn an_entry_under_way_is_published_with_its_feed_though_that_is_removed() {
    let web = Arc::new(Web::default());
    let link = "https://news.example/bridge";
    web.feed(FEED, &[(link, "A bridge")]);
    web.page(link, "A new bridge over the Tumen", &ON_SUBJECT);
    web.delay(link, Duration::from_secs(25));
    let folder = tempfile::tempdir().unwrap();
    let (engine, journal) = engine_on(&web, folder.path()).await;
    let commands = engine.commands();
    let fetcher = fetcher(&web, PollSettings::default());
    let removal = async {
        while web.asked(link) == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        reload(&commands, fetcher, &[]).await;
    };
    let (events, ()) = tokio::join!(events_after(engine, &journal, 60 * MINUTE), removal);
    assert_eq!(outline(&events), ["article"]);
    assert_eq!(data(&events[0])["feed"]["url"], FEED);
    assert_eq!(web.asked(FEED), 1);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_comes_back_is_asked_when_it_was_to_be() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[]);
    let folder = tempfile::tempdir().unwrap();
    let (engine, journal) = engine_on(&web, folder.path()).await;
    let commands = engine.commands();
    let (first, second) = (fetcher(&web, PollSettings::default()), fetcher(&web, PollSettings::default()));
    let watch = async {
        tokio::time::sleep(2 * MINUTE).await;
        assert_eq!(web.asked(FEED), 1);
        reload(&commands, first, &[OTHER]).await;
        reload(&commands, second, &[FEED, OTHER]).await;
        tokio::time::sleep(2 * MINUTE).await;
        assert_eq!(web.asked(FEED), 1);
    };
    tokio::join!(events_after(engine, &journal, 600 * MINUTE), watch);
    assert!(web.asked(FEED) > 1);
}

#[tokio::test(start_paused = true)]
async fn a_shorter_interval_holds_from_the_reload_on() {
    let web = Arc::new(Web::default());
    web.feed(FEED, &[]);
    let folder = tempfile::tempdir().unwrap();
    let (engine, journal) = engine_on(&web, folder.path()).await;
    let commands = engine.commands();
    let every =
        |interval| PollSettings { min_interval: interval, max_interval: interval, ..PollSettings::default() };
    let (rare, often) = (fetcher(&web, every(360 * MINUTE)), fetcher(&web, every(10 * MINUTE)));
    let watch = async {
        reload(&commands, rare, &[FEED]).await;
        tokio::time::sleep(5 * MINUTE).await;
        assert_eq!(web.asked(FEED), 1);
        reload(&commands, often, &[FEED]).await;
        let state = journal.feeds().unwrap().remove(0);
        let waits = state.next_poll.duration_since(state.last_poll.unwrap());
        assert!(waits <= SignedDuration::from_mins(10), "the status says so, too: {waits}");
        tokio::time::sleep(10 * MINUTE).await;
        assert_eq!(web.asked(FEED), 2);
    };
    tokio::join!(events_after(engine, &journal, 600 * MINUTE), watch);
}

#[tokio::test(start_paused = true)]
async fn other_rules_of_retention_count_from_when_they_are_given() {
    let web = Arc::new(Web::default());
    web.feed(
        FEED,
        &[("https://news.example/missing", "Not there"), ("https://news.example/lost", "Nor that")],
    );
    let folder = tempfile::tempdir().unwrap();
    let (engine, journal) = engine_on(&web, folder.path()).await;
    assert_eq!(events_after(engine, &journal, 600 * MINUTE).await.len(), 2);
    let forever = Retention {
        events: None,
        stories: None,
        story_growth: Duration::from_secs(14 * 86_400),
        rejects: None,
        entries: None,
        links: MINUTE,
        max_bytes: None,
        only_delivered: false,
        sinks: Vec::new(),
        max_sink_wait: Duration::ZERO,
    };
    let rules = watch::Sender::new(forever.clone());
    let stop = CancellationToken::new();
    let watch = async {
        tokio::time::sleep(10 * MINUTE).await;
        assert_eq!(journal.reader().gone(None).unwrap(), Sequence::START);
        rules.send_replace(Retention { rejects: Some(MINUTE), ..forever.clone() });
        tokio::time::sleep(MINUTE).await;
        assert!(journal.reader().gone(None).unwrap() > Sequence::START);
        stop.cancel();
    };
    tokio::join!(dateline::retention::run(journal.clone(), rules.subscribe(), stop.clone()), watch);
}

const SOME_AGENCY: &str =
    "name\tkind\tdomains\tnames\tshort\nHarbour Wire\tagency\twire.example\tHarbour Wire\t\n";

const FEEDS: &str = "[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\nname = \"Inside\"\n";

/// The names of the feeds that a daemon says it polls.
fn feeds_of(address: &str) -> Vec<String> {
    let feeds: Value = serde_json::from_str(&get(address, "/v1/feeds").1).unwrap();
    let names = feeds.as_array().unwrap().iter().map(|feed| feed["name"].as_str().unwrap().to_owned());
    names.collect()
}

#[test]
fn a_reload_says_what_changed_and_what_needs_a_restart() {
    let site = Site::new("", FEEDS);
    let (mut child, address) = site.daemon(&[]);
    // The daemon is found by the note in its folder, whatever `listen` says by now.
    let reload = || site.run(&["reload"]);
    let unchanged = reload();
    assert_eq!(
        text(&unchanged.stdout),
        "Reloaded: nothing has changed (1 feed).\n",
        "{}",
        text(&unchanged.stderr)
    );
    fs::write(
        site.folder.path().join("feeds.toml"),
        FEEDS.replace("Inside", "Renamed")
            + "[[feed]]\nurl = \"http://127.0.0.1:9/more?key=hush-hush\"\nname = \"More\"\n",
    )
    .unwrap();
    fs::write(
        site.folder.path().join("sites.toml"),
        "[[site]]\nhost = \"news.example\"\nbody = \"article\"\n",
    )
    .unwrap();
    fs::write(site.folder.path().join("agencies.tsv"), SOME_AGENCY).unwrap();
    let stopwords = site.folder.path().join("stories/stopwords.txt");
    fs::write(&stopwords, fs::read_to_string(&stopwords).unwrap() + "\nreportedly\n").unwrap();
    site.change("[poll]\nlatency = \"20m\"\n[retention]\nevents = \"10d\"\n[kafka]\nclient_id = \"other\"\n");
    let changed = reload();
    assert_eq!(
        text(&changed.stdout),
        "Reloaded: 2 feeds, of which 1 added and 1 changed; 0 removed.\n  \
         added    http://127.0.0.1:9/more?key=redacted  More\n  \
         changed  http://127.0.0.1:9/rss  Renamed\n  \
         sites    changed\n  \
         agencies changed\n  \
         story tables changed\n  \
         applied  poll.latency\n  \
         applied  retention.events\n  \
         needs a restart: kafka.client_id\n",
        "{}",
        text(&changed.stderr)
    );
    assert_eq!(feeds_of(&address), ["Renamed", "More"]);
    // What waits for a restart is named until there is one.
    assert_eq!(
        text(&reload().stdout),
        "Reloaded: 2 feeds, of which 0 added and 0 changed; 0 removed.\n  needs a restart: kafka.client_id\n"
    );
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
    assert!(!site.log().contains("hush"), "{}", site.log());
}

#[test]
fn a_wrong_file_leaves_everything_as_it_was_and_is_told_in_the_answer_and_the_log() {
    let site = Site::new("", FEEDS);
    let (mut child, address) = site.daemon(&[]);
    fs::write(site.folder.path().join("feeds.toml"), "[[feed]]\nurl = \"nowhere\"\n").unwrap();
    let output = site.run(&["reload", "--url", &address]);
    assert_eq!(output.status.code(), Some(78));
    let told = text(&output.stderr);
    assert!(told.contains("feeds.toml:2: `nowhere` is not a URL"), "{told}");
    assert!(told.ends_with("the daemon goes on as before\n"), "{told}");
    let told = site.run(&["reload", "--json", "--url", &address]);
    let json: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert!(json["errors"][0].as_str().unwrap().contains("feeds.toml:2: "), "{json}");
    assert_eq!(text(&told.stderr).matches("feeds.toml:2: ").count(), 1, "{}", text(&told.stderr));
    let (status, body) = ask(&address, "POST", "/v1/reload", "Content-Length: 0\r\n");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, body["errors"].as_array().unwrap().len()), (422, 1), "{body}");
    assert_eq!(feeds_of(&address), ["Inside"]);
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
    assert!(site.log().contains("feeds.toml:2: `nowhere` is not a URL"), "{}", site.log());
}

#[test]
fn a_connection_on_which_nothing_was_asked_does_not_keep_a_daemon_from_ending() {
    let site = Site::new("shutdown_grace = \"10m\"\n[http]\nheader_timeout = \"10m\"\n", FEEDS);
    let (mut child, address) = site.daemon(&[]);
    let _silent = std::net::TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    // Those that came before this one were taken.
    assert_eq!(feeds_of(&address), ["Inside"]);
    assert!(terminate(&mut child, Duration::from_secs(60)).success());
}

#[test]
fn what_is_no_daemon_is_said_to_be_another_program() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 1024]);
            // One speaks otherwise, the next says nothing.
            if number == 0 {
                let _ = stream.write_all(b"220 mail.example ready\r\n");
            }
        }
    });
    let site = Site::new("", FEEDS);
    for _ in 0..2 {
        let told = text(&site.run(&["reload", "--url", &address]).stderr);
        assert!(
            told.contains(&format!("what answers at {address} is no daemon, but another program")),
            "{told}"
        );
    }
}

#[test]
fn a_hangup_reloads_and_ends_nothing() {
    let site = Site::new("", FEEDS);
    let (mut child, address) = site.daemon(&[]);
    fs::write(site.folder.path().join("feeds.toml"), FEEDS.replace("Inside", "Renamed")).unwrap();
    site.change("[logs]\nlevel = \"debug\"\n");
    Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap();
    let renamed = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        feeds_of(&address) == ["Renamed"]
    });
    assert!(renamed, "{}", site.log());
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
    let log = site.log();
    assert!(log.contains("the configuration was reloaded") && log.contains("logs.level"), "{log}");
}

#[test]
fn whoever_writes_shows_the_token_and_it_stands_in_no_log() {
    let token = "a-token-of-our-own-0001";
    let site = Site::new("[api]\ntoken_file = \"token\"\n[logs]\nlevel = \"trace\"\n", FEEDS);
    fs::write(site.folder.path().join("token"), format!("{token}\n")).unwrap();
    let (mut child, address) = site.daemon(&[]);
    let post =
        |headers: &str| ask(&address, "POST", "/v1/reload", &format!("Content-Length: 0\r\n{headers}")).0;
    assert_eq!(post(""), 401);
    assert_eq!(post("Authorization: Bearer a-token-of-our-own-0002\r\n"), 401);
    assert_eq!(post(&format!("Authorization: Bearer {token}\r\n")), 200);
    let reloaded = site.run(&["reload", "--url", &address]);
    assert!(reloaded.status.success(), "{}", text(&reloaded.stderr));
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
    assert!(!site.log().contains(token), "{}", site.log());
}

#[test]
fn a_new_token_counts_at_once_and_locks_nobody_out() {
    let (old, new) = ("a-token-of-our-own-0001", "a-token-of-our-own-0002");
    let site = Site::new("[api]\ntoken_file = \"token\"\n", FEEDS);
    let write = |name: &str, token: &str| fs::write(site.folder.path().join(name), token).unwrap();
    write("token", old);
    let (mut child, address) = site.daemon(&[]);
    let post = |path: &str, token: &str| {
        ask(&address, "POST", path, &format!("Content-Length: 0\r\nAuthorization: Bearer {token}\r\n"))
    };
    write("token", new);
    assert_eq!((post("/v1/reload", old).0, post("/v1/reload", new).0), (401, 200));
    let reloaded = site.run(&["reload", "--url", &address]);
    assert!(reloaded.status.success(), "{}", text(&reloaded.stderr));

    // Another file is named: its token has the configuration that names it read, and only then lets anything else be done.
    write("other", old);
    site.change("[api]\ntoken_file = \"other\"\n");
    assert_eq!(post("/v1/feeds/0/poll", old).0, 401);
    let reloaded = site.run(&["reload", "--url", &address]);
    assert!(text(&reloaded.stdout).contains("applied  api.token_file"), "{}", text(&reloaded.stderr));
    assert_eq!((post("/v1/feeds/0/poll", old).0, post("/v1/feeds/0/poll", new).0), (404, 401));

    write("other", "short");
    let (status, problem) = post("/v1/reload", "short");
    assert_eq!(status, 503, "a file without a token lets nobody write: {problem}");
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
    let log = site.log();
    assert!(log.contains("nobody may write") && log.contains("this is no token for the API"), "{log}");
    assert!(!log.contains(old) && !log.contains(new), "{log}");
}

#[test]
fn a_token_that_can_be_guessed_or_stands_in_the_file_is_refused() {
    let site = Site::new("[api]\ntoken = \"a-token-of-our-own-0001\"\n", FEEDS);
    let told = text(&site.run(&["check"]).stderr);
    assert!(
        told.contains("`token` in [api] is a secret; set DATELINE_API__TOKEN in the environment"),
        "{told}"
    );
    let site = Site::new("", FEEDS);
    let output = site.command(&["check"]).env("DATELINE_API__TOKEN", "secret").output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    assert_eq!(
        text(&output.stderr),
        "error: environment variable DATELINE_API__TOKEN: this is no token for the API; use 16 or more letters and digits, \
         such as `openssl rand -hex 32` prints\n"
    );
}

#[test]
fn a_run_that_is_recorded_is_not_reloaded() {
    let site = Site::new("", FEEDS);
    let record = site.folder.path().join("day.warc.gz");
    let (mut child, address) = site.daemon_with(&["--record", record.to_str().unwrap()], &[]);
    let output = site.run(&["reload", "--url", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("this run is recorded"), "{}", text(&output.stderr));
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
}

/// Makes a named pipe in place of a file.
fn pipe_in_place_of(path: &std::path::Path) {
    let _ = fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_configuration_file_that_may_have_no_end_is_refused_by_whoever_reads_it() {
    let site = Site::new("", "");
    let (mut daemon, address) = site.daemon(&[]);
    pipe_in_place_of(&site.folder.path().join("feeds.toml"));
    // Whoever waited for the pipe would never answer; nobody writes into it.
    for _ in 0..2 {
        let (status, answer) = ask(&address, "POST", "/v1/reload", "");
        assert_eq!(status, 422, "{answer}");
        assert!(
            answer.contains("feeds.toml: it is a named pipe, and only regular files are read"),
            "{answer}"
        );
    }
    terminate(&mut daemon, Duration::from_secs(20));
    for (settings, told) in [
        ("", "`feeds` names "),
        ("feeds = \"/dev/zero\"\n", "`feeds` names /dev/zero: it is a device"),
        ("[api]\ntoken_file = \"/dev/zero\"\n", "`token_file` in [api] names /dev/zero: it is a device"),
        ("[fetch]\nextra_ca = [\"/dev/zero\"]\n", "`extra_ca` in [fetch] names /dev/zero: it is a device"),
        (
            "[kafka]\nbrokers = \"127.0.0.1:9\"\nsasl_password_file = \"/dev/zero\"\n",
            "`sasl_password_file` in [kafka] names /dev/zero",
        ),
    ] {
        site.change(settings);
        for command in ["check", "run"] {
            let output = site.run(&[command]);
            let error = text(&output.stderr) + &text(&output.stdout);
            assert!(!output.status.success() && error.contains(told), "{command} with {settings}: {error}");
        }
    }
}
