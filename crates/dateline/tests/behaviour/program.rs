//! The program as an operator meets it: what it prints, where, and how it ends.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::site::{Site, get, terminate, text};
use dateline_journal::{Journal, JournalReader, Options, PollCommit};
use dateline_wire::{FeedRef, FeedState, HubNews, SecretQuery};
use jiff::Timestamp;
use serde_json::Value;

#[test]
fn a_mistyped_setting_is_told_with_file_line_and_what_is_meant() {
    let site = Site::new("\n[fetch]\nper_host_delya = \"1s\"\n", "");
    for command in [&["check"][..], &["run"], &["feed", "check"]] {
        let output = site.run(command);
        assert_eq!(output.status.code(), Some(78), "{command:?}");
        let told = format!(
            "error: {}:4: unknown setting `per_host_delya`; did you mean `per_host_delay`?\n",
            site.config().display()
        );
        assert_eq!(text(&output.stderr), told);
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn every_file_that_is_wrong_is_told_at_once() {
    let site = Site::new("", "[[feed]]\nurl = \"nowhere\"\n");
    fs::write(site.config(), "subject = \"nothing\"\n").unwrap();
    let output = site.run(&["check"]);
    assert_eq!(output.status.code(), Some(78));
    let told = text(&output.stderr);
    assert!(told.contains("feeds.toml:2: `nowhere` is not a URL"), "{told}");
    assert!(told.contains("`subject` names ") && told.contains("nothing: No such file"), "{told}");
}

#[test]
fn a_secret_in_the_file_is_refused_and_taken_from_the_environment() {
    let site = Site::new("[kafka]\nsasl_password = \"hush\"\n", "");
    let output = site.run(&["check"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(text(&output.stderr).contains("set DATELINE_KAFKA__SASL_PASSWORD in the environment"));
    let site = Site::new("", "");
    let output = site.command(&["check"]).env("DATELINE_KAFKA__SASL_PASSWORD", "hush").output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn a_variable_that_is_wrong_is_named() {
    let site = Site::new("", "");
    let output = site.command(&["check"]).env("DATELINE_HTTP__LISTEN", "8080").output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    let told = text(&output.stderr);
    assert!(
        told.starts_with("error: environment variable DATELINE_HTTP__LISTEN: `listen` in [http] is \"8080\""),
        "{told}"
    );
}

#[test]
fn a_missing_file_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["extract", "/nonexistent/page.html"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(
        told.starts_with("error: /nonexistent/page.html: the page cannot be read: No such file"),
        "{told}"
    );
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let site = Site::new(&format!("[http]\nlisten = \"{listen}\"\n"), "");
    let output = site.run(&["run"]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(
        told.contains(&format!("cannot listen on {listen}; set `listen` in [http] to a free address")),
        "{told}"
    );
}

#[test]
fn a_journal_of_a_newer_version_is_refused_with_a_clear_word() {
    let site = Site::new("", "");
    drop(Journal::open(site.journal(), Options::default()).unwrap());
    let database = rusqlite::Connection::open(site.journal()).unwrap();
    database.pragma_update(None, "user_version", 999).unwrap();
    drop(database);
    for command in ["run", "status"] {
        let output = site.run(&[command]);
        assert_eq!(output.status.code(), Some(65), "{command}");
        let told = text(&output.stderr);
        assert!(told.contains("schema version 999"), "{told}");
        assert!(told.contains("run the newer Dateline that wrote it"), "{told}");
    }
}

#[test]
fn a_running_daemon_is_backed_up_and_the_copy_restored_elsewhere() {
    let (site, other) = (Site::new("", ""), Site::new("", ""));
    let (mut child, _) = site.daemon(&[]);
    let copy = site.folder.path().join("copy");
    let copy = copy.to_str().unwrap();
    let made = site.run(&["backup", copy]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(!text(&made.stdout).contains("Kafka"), "there is none: {}", text(&made.stdout));
    let again = site.run(&["backup", copy]);
    assert_eq!(again.status.code(), Some(1));
    let told = text(&again.stderr);
    assert!(
        told.starts_with(&format!("error: {copy} is there already")) && !told.contains("journal.db"),
        "{told}"
    );
    let nowhere = site.folder.path().join("none/copy");
    let refused = site.run(&["backup", nowhere.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    let told = text(&refused.stderr);
    let expected = format!(
        "error: the copy {} cannot be made: there is no folder {}; make it, or name another\n",
        nowhere.display(),
        nowhere.parent().unwrap().display()
    );
    assert_eq!(told, expected);
    let in_use = site.run(&["restore", copy, "--replace"]);
    assert!(
        text(&in_use.stderr).contains(&format!("in use by process {}", child.id())),
        "{}",
        text(&in_use.stderr)
    );
    terminate(&mut child, Duration::from_secs(30));

    let restored = other.run(&["restore", copy]);
    assert!(restored.status.success(), "{}", text(&restored.stderr));
    let refused = other.run(&["restore", copy]);
    assert!(text(&refused.stderr).contains("takes --replace"), "{}", text(&refused.stderr));
    let page = other.folder.path().join("page.html");
    fs::write(&page, "<p>This is no journal at all, and long enough to be looked at as if it were one.</p>")
        .unwrap();
    let refused = other.run(&["restore", page.to_str().unwrap(), "--replace"]);
    let told = format!(
        "error: nothing was restored: {} is no copy of a journal: it is no SQLite database; name another\n",
        page.display()
    );
    assert_eq!((text(&refused.stderr), refused.status.code()), (told, Some(65)));
    let newer = other.folder.path().join("newer");
    fs::copy(copy, &newer).unwrap();
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let refused = text(&other.run(&["restore", newer.to_str().unwrap(), "--replace"]).stderr);
    assert!(
        refused.starts_with(&format!(
            "error: nothing was restored: {} is a journal of schema version 999",
            newer.display()
        )),
        "{refused}"
    );
    let whole = fs::read(copy).unwrap();
    fs::write(&page, &whole[..whole.len() / 2]).unwrap();
    let (folder, cut) = (site.folder.path().to_str().unwrap(), page.to_str().unwrap());
    for (given, why) in
        [(folder, "it is a folder"), (cut, "it is cut short"), ("none", "there is no such file")]
    {
        let refused = other.run(&["restore", given, "--replace"]);
        let told = text(&refused.stderr);
        let begin = format!("error: nothing was restored: {given} is no copy of a journal: {why}");
        assert!(told.starts_with(&begin) && !told.contains("journal.db"), "{told}");
        assert_eq!(refused.status.code(), Some(65));
    }
    let id = |site: &Site| {
        let journal = Journal::open(site.journal(), Options::default()).unwrap();
        (journal.id().clone(), journal.lineage().clone())
    };
    let ((old, _), (new, lineage)) = (id(&site), id(&other));
    assert!(old != new && lineage == old);
    let (mut child, _) = other.daemon(&[]);
    assert!(terminate(&mut child, Duration::from_secs(30)).success());
}

#[test]
fn status_without_a_journal_says_what_makes_one() {
    // At the shipped address somebody else's daemon may answer.
    let site = Site::new("[http]\nlisten = \"127.0.0.1:9\"\n", "");
    let output = site.run(&["status"]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("`dateline run` makes one"), "{}", text(&output.stderr));
    // Whoever reads JSON finds the verdict there, too.
    let output = site.run(&["status", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((told["verdict"].as_str(), output.status.code()), (Some("not_running"), Some(1)));
    assert!(told["summary"].as_str().unwrap().contains("`dateline run` makes one"), "{told}");
}

#[test]
fn what_stands_in_the_place_of_the_journal_is_named_and_waited_for_by_nobody() {
    let site = Site::new("[http]\nlisten = \"127.0.0.1:9\"\n", "");
    let copy = site.folder.path().join("copy");
    let commands =
        [&["status"][..], &["search", "ferry"], &["backup", copy.to_str().unwrap()], &["check"], &["run"]];
    let refused = |what: &str| {
        for arguments in commands {
            let output = site.run(arguments);
            let told = text(&output.stderr);
            let expected = format!(
                "journal.db is {what}, and a journal and what lies beside it are files: move it away"
            );
            assert!(told.contains(&expected), "{arguments:?}: {told}");
            assert_eq!(output.status.code(), Some(65), "{arguments:?}");
        }
    };
    fs::create_dir_all(site.journal()).unwrap();
    refused("a folder");
    fs::remove_dir(site.journal()).unwrap();
    assert!(Command::new("mkfifo").arg(site.journal()).status().unwrap().success());
    refused("a named pipe");
}

/// Has `sh` do `line` with the folder mounted read-only, in a namespace of its own; `None` where this machine lets nobody do that.
fn on_a_read_only_disk(folder: &Path, command: Command) -> Option<Output> {
    let mounts = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" || exit 111; exec \"$@\"";
    let mut under = Command::new("unshare");
    under.args(["-rm", "sh", "-c", mounts]).arg(folder).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => under.env(name, value),
            None => under.env_remove(name),
        };
    }
    let output = under.output().ok()?;
    match output.status.code() {
        Some(111) | None => None,
        Some(1) if text(&output.stderr).starts_with("unshare: ") => None,
        _ => Some(output),
    }
}

#[test]
fn a_journal_on_a_disk_that_is_mounted_read_only_is_read_where_it_was_closed_in_order() {
    let site = Site::new("[http]\nlisten = \"127.0.0.1:9\"\n", "");
    let (mut child, _) = site.daemon(&[]);
    assert!(terminate(&mut child, Duration::from_secs(30)).success());
    let data = site.journal().parent().unwrap().to_owned();
    let copy = site.folder.path().join("copy");
    let commands = [&["status"][..], &["search", "ferry"], &["backup", copy.to_str().unwrap()]];
    for arguments in commands {
        let Some(output) = on_a_read_only_disk(&data, site.command(arguments)) else {
            return println!("skipped: this machine lets nobody mount a folder read-only (unshare -rm)");
        };
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }
    fs::remove_file(&copy).unwrap();
    // What was written last stands beside it.
    let journal = Journal::open(site.journal(), Options::default()).unwrap();
    let lived = site.folder.path().join("lived");
    fs::create_dir(&lived).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(journal.set_relay_position(dateline_wire::Sequence(0))).unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        fs::copy(data.join(name), lived.join(name)).unwrap();
    }
    drop(journal);
    for arguments in commands {
        let mut command = site.command(arguments);
        command.env("DATELINE_DATA_DIR", &lived);
        let told = text(&on_a_read_only_disk(&lived, command).unwrap().stderr);
        let expected = "lies on a disk that is mounted read-only, and was not closed in order";
        assert!(
            told.contains(expected) && told.contains("Mount the disk for writing"),
            "{arguments:?}: {told}"
        );
    }
}

#[test]
fn a_saved_page_becomes_an_article_and_a_list_of_pages_lines_in_its_order() {
    let site = Site::new("", "");
    let page = site.folder.path().join("page.html");
    fs::write(&page, "<article><h1>Ferry runs again</h1><p>The ferry left the harbour at six in the morning.</p></article>")
        .unwrap();
    let output = site.run(&["extract", "--url", "https://news.example/1", page.to_str().unwrap()]);
    let article: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(article["url"], "https://news.example/1");

    let mut batch = site
        .command(&["extract", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = batch.stdin.take().unwrap();
    for id in 0..50 {
        let file = if id == 7 { Path::new("/nonexistent") } else { page.as_path() };
        writeln!(input, "{}", serde_json::json!({ "id": id, "url": "", "file": file })).unwrap();
    }
    drop(input);
    let output = batch.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(text(&output.stderr), "error: 1 of 50 inputs could not be used\n");
    let lines: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().enumerate().all(|(id, line)| line["id"] == id));
    assert!(lines[7]["error"].is_string());
    assert!(lines[8]["body"]["text"].as_str().unwrap().contains("ferry"));
}

#[test]
fn a_list_of_texts_is_told_whose_each_is_what_it_repeats_and_which_story_it_tells() {
    let site = Site::new("", "");
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/dateline.toml");
    let mut batch = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["stories", "--batch", "--config", shipped])
        .current_dir(site.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let body = "The ferry between Vladivostok and Rason left the harbour on Tuesday with 120 passengers, for the first time since 2020, \
                the port authority said. It is to sail twice a week until the ice comes, and lorries are to follow in May.";
    let mut input = batch.stdin.take().unwrap();
    for line in [
        serde_json::json!({"id": "wire", "title": "Ferry sails again", "text": body, "url": "https://apnews.com/1"}),
        serde_json::json!({"id": 2, "title": "Ferry to Rason is back", "text": body, "url": "https://daily.example/2"}),
        serde_json::json!({"id": "bad", "text": 5}),
    ] {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let output = batch.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let lines: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&lines[0]["id"], &lines[0]["copy_of"], &lines[0]["origins"]),
        (&"wire".into(), &Value::Null, &Value::Array(vec![]))
    );
    assert_eq!(
        (&lines[1]["id"], &lines[1]["copy_of"], &lines[1]["share"]),
        (&2.into(), &"wire".into(), &1.0.into())
    );
    assert_eq!((&lines[1]["story"], &lines[1]["origins"][0]["name"]), (&"wire".into(), &"AP".into()));
    assert!(
        lines[1]["reasons"]
            .as_array()
            .is_some_and(|reasons| reasons.iter().any(|reason| reason["sign"] == "wording"))
    );
    assert!(lines[2]["error"].as_str().is_some_and(|error| error.contains("expected a string")), "{lines:?}");
}

#[test]
fn the_daemon_is_ready_without_a_network_and_says_why_its_feeds_fail() {
    let feeds = "[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\nname = \"Inside\"\n";
    let site = Site::new("[poll]\nstart_spread = \"0s\"\n", feeds);
    let (mut child, address) = site.daemon(&[]);
    let failing = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        text(&site.run(&["status"]).stdout).contains("failing  Inside")
    });
    assert!(failing, "{}", text(&site.run(&["status"]).stdout));
    assert_eq!(get(&address, "/readyz"), (200, "ready\n".to_owned()));
    assert_eq!(get(&address, "/livez").0, 200);
    let (_, feeds) = get(&address, "/v1/feeds");
    let feeds: Value = serde_json::from_str(&feeds).unwrap();
    assert!(feeds[0]["last_error"].as_str().unwrap().contains("127.0.0.1"), "{feeds}");
    assert!(get(&address, "/metrics").1.contains("dateline_feeds{state=\"failing\"} 1"));
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn a_second_daemon_on_the_same_journal_is_refused() {
    let site = Site::new("", "");
    let (mut child, _) = site.daemon(&[]);
    let output = site.command(&["run"]).env("DATELINE_HTTP__LISTEN", "127.0.0.1:0").output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    assert!(
        text(&output.stderr).contains(&format!("in use by process {}", child.id())),
        "{}",
        text(&output.stderr)
    );
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
}

#[test]
fn a_feed_that_is_gone_is_revived_by_its_address_or_id() {
    let url = "https://news.example/rss";
    let site = Site::new("", &format!("[[feed]]\nurl = \"{url}\"\n"));
    let feed = FeedRef::new(&url.parse().unwrap(), None, &SecretQuery::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for name in [url, feed.id.as_str()] {
        let journal = Journal::open(site.journal(), Options::default()).unwrap();
        let gone = FeedState { retired: true, ..FeedState::new(&feed, Timestamp::MAX) };
        let commit = PollCommit {
            feed: gone,
            entries: Vec::new(),
            events: Vec::new(),
            hub: HubNews::Nothing,
            at: Timestamp::now(),
            traceparent: String::new(),
        };
        runtime.block_on(async {
            journal.configure_feeds(vec![FeedState::new(&feed, Timestamp::MAX)]).await.unwrap();
            journal.commit_poll(commit).await.unwrap();
        });
        drop(journal);
        let output = site.run(&["feed", "revive", name]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let state = JournalReader::open(site.journal()).unwrap().feed(&feed.id).unwrap().unwrap();
        assert!(!state.retired && state.next_poll <= Timestamp::now(), "{state:?}");
    }
    let output = site.run(&["feed", "revive", "https://other.example/rss"]);
    assert!(
        text(&output.stderr).contains("no feed is configured under this address"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_service_manager_hears_that_the_daemon_is_ready_alive_and_stopping() {
    let site = Site::new("", "");
    let path = site.folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let hear = |wanted: &str| {
        let mut buffer = [0; 4096];
        loop {
            let length = socket.recv(&mut buffer).unwrap_or_else(|error| panic!("no {wanted}: {error}"));
            if text(&buffer[..length]).lines().any(|line| line == wanted) {
                return;
            }
        }
    };
    let (mut child, _) =
        site.daemon(&[("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "400000")]);
    hear("READY=1");
    hear("WATCHDOG=1");
    hear("WATCHDOG=1");
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    hear("STOPPING=1");
    assert!(child.wait().unwrap().success());
}

#[test]
fn every_command_has_a_help_text_and_the_exit_codes_are_told() {
    let help = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_dateline")).args(arguments).arg("--help").output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        text(&output.stdout)
    };
    assert!(help(&[]).contains("78  the configuration is wrong"));
    for command in ["run", "extract", "judge", "tail", "status", "schema", "check"] {
        assert!(help(&[command]).contains("Usage: dateline"), "{command}");
    }
    // What a command says of itself is shown whole, and not a line of it alone.
    let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (command, says) in [
        ("run", "SIGHUP has it read its configuration anew"),
        ("status", "Ask the running daemon how it is going: a verdict first"),
        ("status", "Where none answers, the first line says since when"),
        (
            "check",
            "Everything that is wrong is told at once, with exit code 78, or 65 where it is the journal",
        ),
        ("demo", "Ctrl-C ends it and removes the folder"),
        ("demo", "--listen <ADDRESS:PORT>"),
        ("reload", "SIGHUP does the same"),
        ("relay", "The daemon has to be stopped meanwhile"),
        ("restore", "The daemon has to be stopped"),
        ("backup", "an existing file is never overwritten"),
        ("search", "A word is found in each of its inflected forms"),
        ("feed", "add, remove, pause, resume, poll, show, import and export"),
        ("feed", "it counts from the next start"),
    ] {
        let told = one_line(help(&[command]));
        assert!(told.contains(says), "{command}: {says} is missing in\n{told}");
    }
    let overview = one_line(help(&[]));
    assert!(overview.contains("status Ask the running daemon how it is going"), "{overview}");
    for command in [
        "read", "list", "check", "import", "export", "add", "remove", "pause", "resume", "poll", "revive",
        "show",
    ] {
        assert!(help(&["feed", command]).contains("Usage: dateline"), "{command}");
    }
}

#[test]
fn feeds_go_out_as_opml_and_come_back() {
    let feeds = "[[feed]]\nurl = \"https://a.example/rss\"\nname = \"A & B\"\n";
    let site =
        Site::new("", &format!("{feeds}[[feed]]\nurl = \"https://paused.example/rss\"\nenabled = false\n"));
    let opml = site.run(&["feed", "export"]).stdout;
    let other = Site::new("", "[[feed]]\nurl = \"https://c.example/rss\"\n");
    let file = other.folder.path().join("list.opml");
    fs::write(&file, opml).unwrap();
    for added in ["2 feeds added", "0 feeds added"] {
        let output = other.run(&["feed", "import", file.to_str().unwrap()]);
        assert!(text(&output.stdout).starts_with(added), "{}{}", text(&output.stdout), text(&output.stderr));
    }
    let listed = text(&other.run(&["feed", "list"]).stdout);
    assert_eq!(
        listed,
        "https://c.example/rss\t\nhttps://a.example/rss\tA & B\nhttps://paused.example/rss\t\n"
    );
}

#[test]
fn a_feed_that_stands_in_the_file_disabled_is_not_imported_again() {
    let site = Site::new("", "[[feed]]\nurl = \"https://a.example/rss\"\n");
    let opml = site.run(&["feed", "export"]).stdout;
    let other = Site::new("", "[[feed]]\nurl = \"https://a.example/rss\"\nenabled = false\n");
    let file = other.folder.path().join("list.opml");
    fs::write(&file, opml).unwrap();
    let output = other.run(&["feed", "import", file.to_str().unwrap()]);
    assert!(text(&output.stdout).starts_with("0 feeds added"), "{}", text(&output.stdout));
    let listed = other.run(&["feed", "list"]);
    assert_eq!(text(&listed.stdout), "https://a.example/rss\t\tpaused\n", "{}", text(&listed.stderr));
}

#[cfg(unix)]
#[test]
fn an_environment_that_is_not_utf_8_does_not_stop_the_program() {
    use std::os::unix::ffi::OsStrExt as _;

    let site = Site::new("", "[[feed]]\nurl = \"https://a.example/rss\"\n");
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let output = site.command(&["feed", "list"]).env("PLACE", odd).output().unwrap();
    assert_eq!(text(&output.stdout), "https://a.example/rss\t\n", "{}", text(&output.stderr));
    let output = site.command(&["status"]).env("DATELINE_DATA_DIR", odd).output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    assert!(
        text(&output.stderr).contains("DATELINE_DATA_DIR: its value is not UTF-8"),
        "{}",
        text(&output.stderr)
    );
}

/// A file of the recorded day.
fn day(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/day").join(name)
}

#[test]
fn a_recording_that_answers_none_of_the_feeds_says_which_it_holds() {
    for feeds in ["", "[[feed]]\nurl = \"https://elsewhere.example/rss\"\n"] {
        let site = Site::new("", feeds);
        let output = site.run(&["replay", day("day.warc.gz").to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let told = text(&output.stderr);
        assert!(told.contains("which holds these:\n  https://changjiang.example/feed.json\n"), "{told}");
        assert!(told.contains("--config FILE"), "{told}");
    }
}

#[test]
fn a_recording_that_is_replayed_into_its_journal_again_is_said_to_be_there() {
    let site = Site::new("", &fs::read_to_string(day("feeds.toml")).unwrap());
    let (recording, data) = (day("day.warc.gz"), site.folder.path().join("replayed"));
    let replay = || {
        let arguments = ["replay", recording.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];
        let output = site.run(&arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        (text(&output.stdout).lines().count(), text(&output.stderr).contains("nothing is new"))
    };
    let (first, is_known) = replay();
    assert!(first > 0 && !is_known);
    assert_eq!(replay(), (0, true));
}

#[test]
fn a_replay_that_was_broken_off_is_not_gone_on_with() {
    let site = Site::new("", &fs::read_to_string(day("feeds.toml")).unwrap());
    let (recording, data) = (day("day.warc.gz"), site.folder.path().join("replayed"));
    let arguments = ["replay", recording.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];
    let mut child = site.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // The day has more events than a pipe holds: the replay waits for somebody to read on.
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();

    let output = site.run(&arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let told = text(&output.stderr);
    assert!(told.contains("was broken off") && told.contains("or remove this one"), "{told}");
    fs::remove_dir_all(&data).unwrap();
    let whole = site.run(&arguments);
    assert!(whole.status.success() && text(&whole.stdout).starts_with(&first), "{}", text(&whole.stderr));
    assert!(!data.join("replay.unfinished").exists());
}

#[test]
fn a_new_journal_is_no_old_one_brought_up_to_date() {
    let site = Site::new("", "");
    let (mut child, _) = site.daemon(&[]);
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
    assert!(site.log().contains("a new journal") && !site.log().contains("from=0"), "{}", site.log());
}

#[test]
fn a_daemon_that_can_reach_nothing_says_so_once_and_not_of_every_feed() {
    let feeds: String =
        (0..12).map(|number| format!("[[feed]]\nurl = \"https://nowhere-{number}.invalid/rss\"\n")).collect();
    let site = Site::new("[poll]\nstart_spread = \"0s\"\n", &feeds);
    let (mut child, address) = site.daemon(&[]);
    let all_fail = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        get(&address, "/metrics").1.contains("dateline_feeds{state=\"failing\"} 12")
    });
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
    let log = site.log();
    assert!(all_fail, "{log}");
    assert_eq!(log.matches("no name resolves").count(), 1, "{log}");
    assert!(!log.contains("the feed fails"), "{log}");
}

#[test]
fn a_daemon_that_gives_sites_no_way_to_reach_its_operator_says_so() {
    let own = Some("Ferrywatch/1.0 (+https://ferries.test/bot)");
    // Who asks no site is blocked by none.
    for (agent, arguments, warned) in
        [(None, &[][..], true), (own, &[], false), (None, &["--no-intake"], false)]
    {
        let site = Site::new("", "");
        let environment: Vec<_> =
            agent.map(|agent| ("DATELINE_FETCH__USER_AGENT", agent)).into_iter().collect();
        let (mut child, _) = site.daemon_with(arguments, &environment);
        assert!(terminate(&mut child, Duration::from_secs(20)).success());
        assert_eq!(site.log().contains("set `user_agent` in [fetch]"), warned, "{}", site.log());
    }
}

#[test]
fn what_is_no_page_is_named_and_no_article() {
    let site = Site::new("", "");
    let file = |name: &str, bytes: &[u8]| {
        let path = site.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let random: Vec<u8> = (0..2000u32).map(|n| (n * n * 97 % 251) as u8).collect();
    for (name, bytes, what) in [
        ("report.pdf", &b"%PDF-1.7\n1 0 obj"[..], "application/pdf"),
        ("random", &random, "binary data"),
        ("mail", b"VGhlIGZlcnJ5IGxlZnQgdGhlIGhhcmJvdXIgYXQgc2l4IGluIHRoZSBtb3JuaW5nLg==\n", "base64"),
        ("empty", b"", "an empty file"),
        ("blank", b" \n\t", "an empty file"),
        ("page.json", b" {\"title\": \"Ferry runs again\"}\n", "application/json"),
        ("day.warc", b"WARC/1.1\r\nWARC-Type: warcinfo\r\n\r\n", "application/warc"),
        ("late.pdf", b"a line of junk\n%PDF-1.7\n1 0 obj", "application/pdf"),
        ("feed.xml", b"<rss version='2.0'></rss>", "`dateline feed read` reads it"),
    ] {
        let output = site.run(&["extract", &file(name, bytes)]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        assert!(output.stdout.is_empty() && text(&output.stderr).contains(what), "{}", text(&output.stderr));
    }
}

#[test]
fn an_address_that_is_none_and_one_in_the_place_of_a_file_are_refused_with_what_to_do() {
    let site = Site::new("", "");
    let page = site.folder.path().join("page.html");
    fs::write(&page, "<p>The ferry left the harbour at six in the morning.</p>").unwrap();
    let page = page.to_str().unwrap();
    for arguments in [
        &["extract", "--url", "nonsense", page][..],
        &["feed", "read", "--url=nonsense", page],
        &["feed", "add", "nonsense"],
        &["feed", "add", "ftp://news.example/rss"],
    ] {
        let output = site.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains("write it in full"), "{}", text(&output.stderr));
    }
    for (address, why) in [("", "leave the option out"), ("ftp://news.example/1", "write it in full")] {
        let output = site.run(&["extract", "--url", address, page]);
        assert_eq!(output.status.code(), Some(2), "{address}");
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    }
    for arguments in [&["status"][..], &["tail"], &["reload"]] {
        let output = site.command(arguments).args(["--url", "nonsense"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(
            told.contains("no address of a daemon; write it in full, as in http://127.0.0.1:8080"),
            "{told}"
        );
    }
    for arguments in [
        &["extract", "https://news.example/1"][..],
        &["feed", "read", "https://news.example/rss"],
        &["replay", "http://news.example/day.warc.gz"],
    ] {
        let output = site.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(told.contains("save it first") && told.contains("dateline feed check"), "{told}");
    }
}

#[test]
fn a_place_in_the_log_is_a_number_or_a_word() {
    let site = Site::new("", "");
    for arguments in
        [&["tail", "--from", "abc"][..], &["tail", "--kafka", "--from=-1"], &["relay", "--after", "x"]]
    {
        let output = site.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains("a whole number"), "{}", text(&output.stderr));
    }
}

#[test]
fn case_makes_no_difference_to_a_kind_of_event() {
    let site = Site::new("", "");
    assert_eq!(site.run(&["schema", "Story"]).stdout, site.run(&["schema", "story"]).stdout);
    let output = site.run(&["tail", "--kind", "Article", "--url", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(1), "nobody answers there: {}", text(&output.stderr));
}

#[test]
fn an_article_gives_no_password_of_its_address() {
    let site = Site::new("", "");
    let page = site.folder.path().join("page.html");
    for head in
        ["", "<link rel=canonical href='/1'>", "<link rel=canonical href='http://me:hush@news.example/1'>"]
    {
        fs::write(
            &page,
            format!("<head>{head}</head><p>The ferry left the harbour at six in the morning.</p>"),
        )
        .unwrap();
        let (page, url) = (page.to_str().unwrap(), "http://me:hush@news.example/1");
        for arguments in [&["extract", "--url", url, page][..], &["explain", "--json", "--url", url, page]] {
            let output = site.run(arguments);
            assert!(output.status.success(), "{}", text(&output.stderr));
            let told = text(&output.stdout);
            assert!(
                told.contains("http://news.example/1") && !told.contains("hush") && !told.contains("me@"),
                "{told}"
            );
        }
    }
}

#[test]
fn a_file_in_the_place_of_a_folder_is_told_by_init() {
    let site = Site::new("", "");
    let told = text(&site.run(&["init", site.config().to_str().unwrap()]).stderr);
    assert!(told.contains("dateline.toml is no folder, and one is wanted"), "{told}");
    let told = text(&site.run(&["init", "/proc/x"]).stderr);
    assert!(told.contains("the folder /proc/x cannot be made; name another"), "{told}");
}

#[test]
fn a_variable_that_names_no_configuration_is_told_as_such() {
    let site = Site::new("", "");
    let output = site.command(&["check"]).env("DATELINE_CONFIG", "").output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("it names no file") && told.contains("DATELINE_CONFIG"), "{told}");
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let site = Site::new("", "");
    for shell in ["bash", "zsh", "fish"] {
        let script = text(&site.run(&["completions", shell]).stdout);
        assert!(script.contains("demo") && script.contains("completions"), "{shell}");
    }
    assert!(text(&site.run(&["man"]).stdout).contains(".TH dateline"));
    let folder = site.folder.path().join("man1");
    assert!(site.run(&["man", folder.to_str().unwrap()]).status.success());
    assert!(fs::read_to_string(folder.join("dateline-run.1")).unwrap().contains("WARC file"));
    let page = fs::read_to_string(folder.join("dateline-feed-check.1")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(page.contains(&format!("\"Dateline {version}\"")), "{page}");
    assert!(page.contains("\n.SH SYNOPSIS\ndateline feed check [OPTIONS] [TEXT]\n"), "{page}");
    let page = fs::read_to_string(folder.join("dateline-fleet-adopt.1")).unwrap();
    assert!(page.contains("all in one transaction"), "{page}");
    assert!(text(&site.run(&["fleet", "adopt", "--help"]).stdout).contains("all in one transaction"));
}

#[test]
fn whoever_waits_for_a_daemon_that_hangs_is_told_so() {
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let site = Site::new("", "");
    let api = format!("http://{}", hanging.local_addr().unwrap());
    let mut reload = site.command(&["reload", "--url", &api]).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = String::new();
    BufReader::new(reload.stderr.take().unwrap()).read_line(&mut told).unwrap();
    assert!(told.starts_with(&format!("the daemon at {api} has not answered for ")), "{told}");
    reload.kill().unwrap();
    reload.wait().unwrap();
}

#[test]
fn the_shipped_feeds_are_sorted_under_tags() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/feeds.toml");
    let feeds = dateline::config::feeds::read(
        &file,
        &dateline_wire::SecretQuery::default(),
        dateline::config::SecretAccess::Without,
    );
    let feeds = feeds.unwrap();
    assert_eq!(feeds.iter().filter(|listed| listed.enabled).count(), 72);
    assert!(feeds.iter().all(|listed| !listed.feed.published().tags.is_empty()));
}

/// What a program says on stderr that is called with these arguments and fails.
fn complaint(arguments: &[&str]) -> String {
    let site = Site::new("", "");
    let output = site.run(arguments);
    assert!(!output.status.success(), "{arguments:?}");
    text(&output.stderr)
}

#[test]
fn no_message_repeats_a_password_from_the_command_line() {
    for arguments in [
        &["status", "--url", "http://me:hush-hush@127.0.0.1:9"][..],
        &["tail", "--url", "http://me:hush-hush@127.0.0.1:9"],
        &["reload", "--url", "http://me:hush-hush@127.0.0.1:9"],
        &["reload", "--url", "https://me:hush-hush@127.0.0.1:9"],
        &["status", "--url", "http://me:hush-hush@127.0.0.1:99999"],
        &["feed", "add", "http://me:hush-hush@127.0.0.1:99999/rss"],
        &["feed", "add", "http://me:hush-hush@127.0.0.1:9/rss?token=hush-hush"],
        &["feed", "pause", "http://me:hush-hush@127.0.0.1:9/rss"],
        &["feed", "poll", "http://me:hush-hush@127.0.0.1:9/rss", "http://me:hush-hush@127.0.0.1:9/rss"],
        &["http://me:hush-hush@127.0.0.1:9/"],
        &["extract", "--url", "me:hush-hush@127.0.0.1:9", "x"],
    ] {
        let told = complaint(arguments);
        assert!(!told.is_empty() && !told.contains("hush"), "{arguments:?}: {told}");
    }
    let told = complaint(&["status", "--url", "http://me:hush-hush@127.0.0.1:9"]);
    assert!(
        told.contains("the daemon at http://127.0.0.1:9 cannot be reached: Connection refused"),
        "{told}"
    );
}

#[test]
fn nothing_that_acts_on_a_terminal_is_printed_of_a_feeds_name() {
    let feeds = "[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\nname = \"News\\u001b]0;owned\\u0007\\u202efdp\\nok: well\"\n";
    let site = Site::new("[poll]\nstart_spread = \"0s\"\n[fetch]\nallow_private_addresses = true\n", feeds);
    let (mut child, _) = site.daemon(&[]);
    for arguments in [
        &["status"][..],
        &["status", "--json"],
        &["feed", "list"],
        &["feed", "show", "http://127.0.0.1:9/rss"],
        &["feed", "check"],
    ] {
        let printed = text(&site.run(arguments).stdout);
        assert!(printed.contains("News") && printed.contains("fdp"), "{arguments:?}: {printed}");
        assert!(!printed.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{arguments:?}: {printed}");
        assert!(!printed.contains("\nok: well"), "{arguments:?}: {printed}");
    }
    terminate(&mut child, Duration::from_secs(20));
    assert!(!site.log().contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", site.log());
}

#[test]
fn what_is_known_of_a_shipped_feed_stands_above_it() {
    let feeds = include_str!("../../../../config/feeds.toml");
    let mut notes = 0;
    for (at, _) in feeds.match_indices("[[feed]]\n") {
        let above = &feeds[..at];
        let note: Vec<&str> = above.lines().rev().take_while(|line| line.starts_with("# ")).collect();
        let table = feeds[at..].split("\n\n").next().unwrap();
        for setting in ["url = \"http", "name = \"", "tags = [\""] {
            assert!(table.lines().any(|line| line.starts_with(setting)), "{setting} is missing in\n{table}");
        }
        let is_disabled = table.contains("enabled = false");
        if let Some(last) = note.first() {
            notes += 1;
            assert!(last.ends_with('.'), "a note is made of sentences: {last}");
            assert_eq!(last.ends_with("disabled."), is_disabled, "a feed that is off says why: {last}");
        } else {
            assert!(above.ends_with("\n\n") && !is_disabled, "{table}");
        }
    }
    // Those of which anything is known; the others were never asked from here.
    assert!(notes >= 20, "{notes}");
    for known in ["403, Cloudflare", "empty feed", "disabled.", "Answered on 2026-"] {
        assert!(feeds.contains(known), "{known}");
    }
}

#[test]
fn the_probes_of_the_manifests_are_answered_by_the_daemon() {
    let site = Site::new("", "");
    let (mut child, address) = site.daemon(&[]);
    let manifest = include_str!("../../../../deploy/kubernetes/dateline.yaml");
    let mut probes = Vec::new();
    for (line, next) in manifest.lines().zip(manifest.lines().skip(1)) {
        if let Some(probe) = line.trim().strip_suffix("Probe:") {
            let path = next
                .trim()
                .strip_prefix("httpGet: {path: ")
                .and_then(|rest| rest.strip_suffix(", port: http}"));
            probes.push(probe);
            assert_eq!(get(&address, path.unwrap()).0, 200, "{line}\n{next}");
        }
    }
    assert_eq!(probes, ["liveness", "readiness", "startup"]);
    assert!(manifest.contains("- {name: http, containerPort: 8080}"));
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
}

#[test]
fn logs_are_coloured_on_a_terminal_unless_no_color_is_set() {
    if Command::new("script").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("CI").is_none(),
            "there is no `script` (util-linux), which makes a terminal"
        );
        eprintln!("skipped: there is no `script` (util-linux), which makes a terminal");
        return;
    }
    // It says that it has made a journal, and ends at the port.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let site = Site::new(&format!("[http]\nlisten = \"{}\"\n", taken.local_addr().unwrap()), "");
    let logged = |no_color: Option<&str>| {
        let run = format!("{} run", env!("CARGO_BIN_EXE_dateline"));
        let mut command = Command::new("script");
        command.args(["-q", "-e", "-c", &run, "/dev/null"]).env("DATELINE_CONFIG", site.config());
        command.env_remove("NO_COLOR").envs(no_color.map(|value| ("NO_COLOR", value)));
        let _ = fs::remove_dir_all(site.journal().parent().unwrap());
        let told = text(&command.stdin(Stdio::null()).output().unwrap().stdout);
        assert!(told.contains("a new journal"), "{told}");
        told.contains('\u{1b}')
    };
    assert!(logged(None) && logged(Some("")));
    assert!(!logged(Some("1")));
}

#[test]
fn a_run_tells_each_article_that_it_publishes_and_sums_up() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", server.local_addr().unwrap());
    let feed = format!(
        "<rss version='2.0'><channel><title>Border news</title><link>{base}</link><item><title>Train</title>\
         <link>{base}/train.html</link><guid>7</guid></item></channel></rss>"
    );
    let page = "<!doctype html><html lang='en'><head><title>A train brings tractors through Khasan</title></head><body><article>\
        <h1>A train brings tractors through Khasan</h1><p>A freight train carried tractors from Russia to North Korea through Khasan \
        this week, railway officials of both countries said, the latest sign of growing trade between Moscow and Pyongyang.</p>\
        <p>The train had thirty cars and waited four hours at the border, where Russian and North Korean customs officers went \
        through its papers together, according to a dispatcher.</p></article></body></html>";
    std::thread::spawn(move || {
        for mut stream in server.incoming().flatten() {
            let mut asked = [0; 4096];
            let length = std::io::Read::read(&mut stream, &mut asked).unwrap_or_default();
            let asked = text(&asked[..length]);
            let (status, kind, body) = match asked.split(' ').nth(1) {
                Some("/feed.xml") => ("200 OK", "application/rss+xml", feed.as_str()),
                Some("/train.html") => ("200 OK", "text/html", page),
                _ => ("404 Not Found", "text/plain", ""),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n");
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    let settings = "[fetch]\nallow_private_addresses = true\nper_host_delay = \"10ms\"\n[poll]\nstart_spread = \"0s\"\n\
                    [logs]\nsummary_interval = \"1s\"\n";
    let feeds = format!("[[feed]]\nurl = \"{base}/feed.xml\"\nname = \"Border news\"\n");
    let site = Site::new(settings, &feeds);
    let (mut child, _) = site.daemon(&[]);
    let says = |words: &[&str]| site.log().lines().any(|line| words.iter().all(|word| line.contains(word)));
    let published = [
        " INFO published",
        "title=\"A train brings tractors through Khasan\"",
        "feed=\"Border news\"",
        "/train.html",
    ];
    let told = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        says(&published) && site.log().lines().filter(|line| line.contains("feeds_asked=")).count() > 1
    });
    assert!(terminate(&mut child, Duration::from_secs(20)).success());
    assert!(told, "{}", site.log());
    let sums = |name: &str| -> u64 {
        let log = site.log();
        let values = log.lines().filter(|line| line.contains("the last ")).filter_map(|line| {
            line.split_once(&format!(" {name}="))?.1.split(' ').next()?.parse::<u64>().ok()
        });
        values.sum()
    };
    assert_eq!((sums("feeds_asked"), sums("new_entries"), sums("published")), (1, 1, 1), "{}", site.log());
}
