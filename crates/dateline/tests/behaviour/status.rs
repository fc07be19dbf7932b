//! `dateline status`, asked by somebody at a terminal: of a daemon that runs, of one that was stopped, and of one that was killed.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::site::{Site, eventually, get, terminate, text};
use serde_json::Value;

/// A feed on a port that nobody listens on, asked at once.
const SETTINGS: &str =
    "[poll]\nstart_spread = \"0s\"\n[fetch]\nallow_private_addresses = true\nper_host_delay = \"10ms\"\n";
const FEEDS: &str = "[[feed]]\nurl = \"http://127.0.0.1:9/rss\"\nname = \"Inside\"\n";

/// The page, once its first line has `sign` in it.
fn page_with(site: &Site, sign: &str) -> String {
    let mut page = String::new();
    for _ in 0..300 {
        page = text(&site.run(&["status"]).stdout);
        if page.lines().next().is_some_and(|verdict| verdict.contains(sign)) {
            return page;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("no verdict with {sign:?}:\n{page}\n{}", site.log());
}

#[test]
fn the_running_daemon_says_how_it_is_and_not_the_environment_of_who_asks() {
    let site = Site::new(SETTINGS, FEEDS);
    // The broker is named to the daemon alone, and so is the address of its API.
    let (mut child, address) = site.daemon(&[("DATELINE_KAFKA__BROKERS", "127.0.0.1:9")]);
    let page = page_with(&site, "degraded: nothing is delivered: no Kafka broker answers");
    assert!(page.contains("said:  ") && page.contains("to do: see that the broker runs"), "{page}");
    assert!(page.contains(&format!("asked at {address}\n")), "{page}");
    let delivery =
        "delivery  not connected; Kafka has 0, 0 to go; nothing delivered since the daemon's start";
    assert!(page.contains(delivery), "{page}");
    let report: Value = serde_json::from_slice(&site.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(report["verdict"], "degraded");
    assert_eq!(report["daemon"]["process"], child.id());
    let checked = site.run(&["status", "--check"]);
    assert!(checked.status.success() && text(&checked.stdout).starts_with("degraded: "), "{checked:?}");
    assert!(terminate(&mut child, Duration::from_secs(30)).success(), "{}", site.log());
}

#[test]
fn that_no_host_can_be_reached_is_one_fault_with_what_to_do() {
    let site = Site::new(SETTINGS, FEEDS);
    let (mut child, _) = site.daemon(&[]);
    let page = page_with(&site, "degraded: no feed's host can be reached");
    assert!(page.contains("to do: see that this machine is online"), "{page}");
    assert!(page.contains("delivery  off: the daemon runs without [kafka] `brokers`"), "{page}");
    assert!(page.contains("  failing  Inside: polled"), "{page}");
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn that_no_name_resolves_is_one_fault_with_what_to_do() {
    let feeds =
        ["one", "two", "three"].map(|name| format!("[[feed]]\nurl = \"http://{name}.invalid/rss\"\n"));
    let site = Site::new(SETTINGS, &feeds.concat());
    let (mut child, address) = site.daemon(&[]);
    let page = page_with(&site, "degraded: no feed's host resolves");
    assert!(page.contains("to do: see that this machine is online and its name server answers"), "{page}");
    let (status, ready) = get(&address, "/readyz");
    assert!(
        status == 200 && ready.contains("no feed's host resolves"),
        "entries that come can still be kept: {ready}"
    );
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn that_nothing_comes_through_a_proxy_is_told_with_its_address_and_without_its_password() {
    let feeds = [1, 2, 3, 4, 5].map(|n| format!("[[feed]]\nurl = \"http://news{n}.example/rss\"\n"));
    let settings = format!("{SETTINGS}proxy = \"http://127.0.0.1:9\"\n");
    let site = Site::new(&settings, &feeds.concat());
    let (mut child, address) = site.daemon(&[("DATELINE_FETCH__PROXY_CREDENTIALS", "reporter:hush-4711")]);
    let page = page_with(
        &site,
        "degraded: nothing comes through the proxy http://127.0.0.1:9: the last 5 requests failed",
    );
    assert!(page.contains("to do: see that the proxy runs"), "{page}");
    let ready = get(&address, "/readyz").1;
    assert!(
        ready.contains("ready, but degraded:") && ready.contains("the proxy http://127.0.0.1:9"),
        "{ready}"
    );
    let metrics = get(&address, "/metrics").1;
    let sample = "dateline_proxy_requests_total{proxy=\"http://127.0.0.1:9\",result=\"connect\"} 5";
    assert!(metrics.contains(sample), "{metrics}");
    let told = [page, ready, metrics, site.log(), get(&address, "/v1/status").1].concat();
    assert!(!told.contains("hush-4711") && !told.contains("reporter"), "{told}");
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

/// A feed with more entries than the file size allows that [`a_journal_that_cannot_be_written_is_told`] sets, and no pages.
fn large_feed() -> String {
    let text = "A freight train waited for hours at the border. ".repeat(200);
    let item = |number| {
        format!(
            "<item><title>Train {number}</title><guid>{number}</guid><description>{text}</description></item>"
        )
    };
    let items: String = (0..400).map(item).collect();
    format!("<?xml version='1.0'?><rss version='2.0'><channel><title>Border</title>{items}</channel></rss>")
}

#[test]
fn a_journal_that_cannot_be_written_is_told_and_intake_goes_on_once_it_can() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let feeds = format!("[[feed]]\nurl = \"http://{}/rss\"\n", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let feed = large_feed();
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let head =
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/rss+xml\r\ncontent-length";
            let _ = write!(stream, "{head}: {}\r\n\r\n{feed}", feed.len());
        }
    });
    let site = Site::new(SETTINGS, &feeds);
    // No file may grow beyond a megabyte; that a write fails then, rather than end the process, is what the ignored signal is for.
    let (mut child, address) = site.daemon_under("trap '' XFSZ; ulimit -S -f 2048; exec \"$@\"");
    let page =
        page_with(&site, "not taking entries in: the journal cannot be written, though not for want of room");
    assert!(page.contains("to do: the log says what the system answers"), "{page}");
    assert!(site.log().contains("intake pauses until the journal takes more"), "{}", site.log());
    let (status, ready) = get(&address, "/readyz");
    assert!(status == 503 && ready.contains("the journal cannot be written"), "{status} {ready}");
    assert_eq!(get(&address, "/livez").0, 200, "a restart would not help");
    let lifted = Command::new("prlimit")
        .args(["--pid", &child.id().to_string(), "--fsize=unlimited:unlimited"])
        .status();
    assert!(lifted.unwrap().success());
    let mut report = Value::Null;
    for _ in 0..300 {
        report = serde_json::from_slice(&site.run(&["status", "--json"]).stdout).unwrap();
        if report["entries"] == 400 && report["verdict"] == "ok" {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!((&report["entries"], &report["verdict"]), (&400.into(), &"ok".into()), "{}", site.log());
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn without_a_daemon_the_first_line_says_since_when_and_that_the_journal_tells() {
    let site = Site::new("", FEEDS);
    let (mut child, _) = site.daemon(&[]);
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
    let page = text(&site.run(&["status"]).stdout);
    let verdict = page.lines().next().unwrap();
    assert!(verdict.starts_with("not running since 20"), "{verdict}");
    assert!(verdict.ends_with(" ago). The journal says:"), "{verdict}");
    assert!(page.contains("delivery  nothing was ever delivered to Kafka\n"), "{page}");
    let report: Value = serde_json::from_slice(&site.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(report["verdict"], "not_running");
    let checked = site.run(&["status", "--check"]);
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked.stdout));
}

#[test]
fn a_daemon_that_was_killed_is_said_to_have_ended_without_a_word() {
    let site = Site::new("", FEEDS);
    let (mut child, _) = site.daemon(&[]);
    child.kill().unwrap();
    child.wait().unwrap();
    let page = text(&site.run(&["status"]).stdout);
    let told = format!("not running: process {} on ", child.id());
    assert!(page.starts_with(&told), "{page}");
    assert!(page.lines().next().unwrap().contains("ended without a word"), "{page}");
}

/// Faults that a daemon which was started before them knows nothing of, and what is told of each.
const FAULTS: [(&str, &str); 5] = [
    ("[logs]\nlevel = \"verbose\"\n", "`level` in [logs] is \"verbose\""),
    ("[http]\nlisten = \"8080\"\n", "`listen` in [http] is \"8080\""),
    ("http = 5\n", "`http` is 5"),
    ("[fetch\ntimeout = = 5\n", "dateline.toml:3: "),
    ("[kafka]\npassword = \"hush\"\n", "unknown setting `password`"),
];

#[test]
fn what_is_wrong_in_the_configuration_by_now_takes_a_daemon_that_runs_from_nobody() {
    let site = Site::new("", FEEDS);
    let (mut child, address) = site.daemon(&[]);
    let copy = site.folder.path().join("copy");
    for (settings, fault) in FAULTS {
        site.change(&format!("data_dir = \"data\"\n{settings}"));
        let _ = std::fs::remove_file(&copy);
        for arguments in [
            &["status"][..],
            &["status", "--check"],
            &["status", "--json"],
            &["tail"],
            &["backup", copy.to_str().unwrap()],
            &["search", "ferry"],
            &["feed", "show", "http://127.0.0.1:9/rss"],
        ] {
            let mut command = site.command(arguments);
            // A broken line may hide which feeds file is meant.
            command.env("DATELINE_FEEDS", site.folder.path().join("feeds.toml"));
            let output = command.output().unwrap();
            let told = text(&output.stderr);
            assert!(output.status.success(), "{settings}{arguments:?}: {told}");
            assert!(told.starts_with("warning: ") && told.contains(fault), "{settings}{arguments:?}: {told}");
            assert!(!told.contains("hush"), "{told}");
        }
        let listed = site
            .command(&["feed", "list"])
            .env("DATELINE_FEEDS", site.folder.path().join("feeds.toml"))
            .output()
            .unwrap();
        assert_eq!(text(&listed.stdout), "http://127.0.0.1:9/rss\tInside\n");
        assert!(text(&listed.stderr).contains(fault), "{}", text(&listed.stderr));
    }
    // Its feeds file, too.
    site.change("");
    std::fs::write(site.folder.path().join("feeds.toml"), "[[feed]\n").unwrap();
    assert!(site.run(&["status", "--check"]).status.success());
    assert!(text(&site.run(&["status"]).stdout).contains(&format!("asked at {address}\n")));
    // What names the journal itself has to be right.
    site.change("data_dir = 5\n");
    let output = site.run(&["status"]);
    assert_eq!(output.status.code(), Some(78), "{}", text(&output.stderr));
    site.change("data_dir = = \"data\"\n");
    assert_eq!(site.run(&["status", "--check"]).status.code(), Some(78));
    site.change("");
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
    std::fs::write(site.folder.path().join("feeds.toml"), "[[feed]\n").unwrap();
    let output = site.run(&["status"]);
    assert!(text(&output.stdout).starts_with("not running since "), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("feeds.toml:1: "), "{}", text(&output.stderr));
}

#[test]
fn a_killed_daemon_whose_process_number_somebody_else_has_is_not_running() {
    let site = Site::new("[http]\nlisten = \"127.0.0.1:9\"\n", FEEDS);
    let (mut child, _) = site.daemon(&[]);
    child.kill().unwrap();
    child.wait().unwrap();
    // As in a container that was started again, where every daemon has the number 1.
    let note = site.folder.path().join("data/daemon.json");
    let mut run: Value = serde_json::from_slice(&std::fs::read(&note).unwrap()).unwrap();
    run["process"] = std::process::id().into();
    std::fs::write(&note, run.to_string()).unwrap();
    let page = text(&site.run(&["status"]).stdout);
    assert!(page.starts_with(&format!("not running: process {} on ", std::process::id())), "{page}");
    let fed = site.run(&["feed", "pause", "http://127.0.0.1:9/rss"]);
    assert!(
        text(&fed.stderr).contains("is the only feed that is polled"),
        "on the files: {}",
        text(&fed.stderr)
    );
    // Somebody who has the journal and is not that daemon is told.
    let journal = dateline_journal::Journal::open(site.journal(), Default::default()).unwrap();
    run["process"] = 1.into();
    std::fs::write(&note, run.to_string()).unwrap();
    let page = text(&site.run(&["status"]).stdout);
    let told = format!("not answering: process {} on ", std::process::id());
    assert!(page.starts_with(&told) && page.contains("a daemon that starts, or a command"), "{page}");
    drop(journal);
}

#[test]
fn a_daemon_with_another_journal_is_told_and_nothing_is_asked_of_it() {
    let (here, other) = (Site::new("", FEEDS), Site::new("", FEEDS));
    let (mut child, address) = other.daemon(&[]);
    let listen = address.trim_start_matches("http://");
    let asked = |arguments: &[&str]| {
        let output = here.command(arguments).env("DATELINE_HTTP__LISTEN", listen).output().unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let named =
        format!("the daemon that answers at {address} has another journal ({}", other.journal().display());
    // Where this configuration has no journal yet, its user may mean that one.
    for arguments in [&["status"][..], &["tail"]] {
        let (code, _, told) = asked(arguments);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains(&named) && told.contains("where there is none"), "{told}");
    }
    for arguments in [&["status", "--check"][..], &["reload"]] {
        let (code, told, wrong) = asked(arguments);
        assert_eq!((code, told.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(wrong.contains(&named), "{arguments:?}: {wrong}");
    }
    let journal = here.journal();
    drop(dateline_journal::Journal::open(&journal, Default::default()).unwrap());
    for arguments in [&["tail"][..], &["reload"]] {
        let (code, told, wrong) = asked(arguments);
        assert_eq!((code, told.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(wrong.contains(&named) && wrong.contains(&format!("give --url {address} if")), "{wrong}");
    }
    let (code, told, wrong) = asked(&["status"]);
    assert!(code == Some(0) && told.starts_with("not running") && wrong.contains(&named), "{told}{wrong}");
    assert!(here.run(&["reload", "--url", &address]).status.success());
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", other.log());
}

#[test]
fn another_daemon_at_the_configured_address_does_not_speak_for_this_journal() {
    let (here, other) = (Site::new("", FEEDS), Site::new("", FEEDS));
    let (mut child, _) = here.daemon(&[]);
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", here.log());
    let (mut child, address) = other.daemon(&[]);
    let listen = address.trim_start_matches("http://");
    let output = here.command(&["status"]).env("DATELINE_HTTP__LISTEN", listen).output().unwrap();
    assert!(text(&output.stdout).starts_with("not running since "), "{}", text(&output.stdout));
    let asked = here.run(&["status", "--url", &address]);
    assert!(text(&asked.stdout).contains(&format!("process {} on ", child.id())), "{}", text(&asked.stdout));
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", other.log());
}

fn verdict(site: &Site) -> String {
    let json = text(&site.run(&["status", "--json"]).stdout);
    let status: serde_json::Value =
        serde_json::from_str(&json).unwrap_or_else(|_| panic!("{json}{}", site.log()));
    status["verdict"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_journal_that_is_removed_under_its_daemon_is_told_copied_and_restored() {
    let site = Site::new("", "");
    let (mut daemon, api) = site.daemon(&[]);
    fs::remove_file(site.journal()).unwrap();
    eventually("the fault", || get(&api, "/readyz").0 == 503);
    let (_, why) = get(&api, "/readyz");
    assert!(
        why.contains("the journal was removed from `data_dir`") && why.contains("dateline restore"),
        "{why}"
    );
    let checked = site.run(&["status", "--check"]);
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    let told = text(&checked.stderr);
    assert!(told.starts_with("error: not taking entries in: the journal was removed"), "{told}");
    assert_eq!(verdict(&site), "not_ready");
    let copy = site.folder.path().join("data/journal.db.rescued");
    eventually("the copy", || copy.exists());
    assert!(terminate(&mut daemon, Duration::from_secs(60)).success(), "{}", site.log());
    assert_eq!(site.log().matches("nothing is taken in").count(), 1, "{}", site.log());
    assert_eq!(site.log().matches(" ERROR ").count(), 1, "{}", site.log());
    let refused = site.run(&["run"]);
    let told = text(&refused.stderr);
    let remedy = format!("dateline restore {}", copy.canonicalize().unwrap().display());
    assert!(refused.status.code() == Some(65) && told.contains(&remedy), "{refused:?}");
    let restored = site.run(&["restore", copy.to_str().unwrap()]);
    assert!(restored.status.success(), "{restored:?}");
    let (mut daemon, api) = site.daemon(&[]);
    assert_eq!(get(&api, "/readyz").0, 200);
    terminate(&mut daemon, Duration::from_secs(60));
}

#[test]
fn a_data_folder_that_is_moved_under_its_daemon_is_missed_until_it_is_back() {
    let site = Site::new("", "");
    let (mut daemon, api) = site.daemon(&[]);
    let (here, there) = (site.folder.path().join("data"), site.folder.path().join("moved"));
    fs::rename(&here, &there).unwrap();
    eventually("the fault", || get(&api, "/readyz").0 == 503);
    let (_, why) = get(&api, "/readyz");
    assert!(why.contains("moved away from `data_dir`") && why.contains("move it back"), "{why}");
    assert!(site.run(&["status", "--url", &api, "--check"]).status.code() == Some(1));
    for command in ["check", "run"] {
        let second = site.command(&[command]).env("DATELINE_HTTP__LISTEN", "127.0.0.1:0").output().unwrap();
        let told = text(&second.stderr);
        assert_eq!(second.status.code(), Some(65), "{command}: {told}");
        assert!(told.contains(&format!("while process {} on ", daemon.id())), "{command}: {told}");
    }
    assert!(!here.exists(), "nothing is begun in its place");
    fs::rename(&there, &here).unwrap();
    eventually("the journal", || get(&api, "/readyz").0 == 200);
    assert_ne!(verdict(&site), "not_ready");
    terminate(&mut daemon, Duration::from_secs(60));
}

#[test]
fn a_journal_that_another_was_put_in_place_of_is_told_by_check_and_run_alike() {
    let (site, other) = (Site::new("", ""), Site::new("", ""));
    let (mut daemon, _) = other.daemon(&[]);
    assert!(terminate(&mut daemon, Duration::from_secs(60)).success(), "{}", other.log());
    let (mut daemon, api) = site.daemon(&[]);
    fs::rename(other.journal(), site.journal()).unwrap();
    eventually("the fault", || get(&api, "/readyz").0 == 503);
    assert_eq!(verdict(&site), "not_ready", "the daemon is asked even so");
    let copy = site.folder.path().join("data/journal.db.rescued");
    eventually("the copy", || copy.exists());
    assert!(terminate(&mut daemon, Duration::from_secs(60)).success(), "{}", site.log());
    let words = ["check", "run"].map(|command| {
        let refused = site.run(&[command]);
        assert_eq!(refused.status.code(), Some(65), "{refused:?}");
        text(&refused.stderr)
    });
    assert_eq!(words[0], words[1]);
    let remedy = format!("`dateline restore {} --replace`", copy.canonicalize().unwrap().display());
    assert!(words[0].contains(&remedy), "{}", words[0]);
    assert!(site.run(&["restore", copy.to_str().unwrap(), "--replace"]).status.success());
    let (mut daemon, api) = site.daemon(&[]);
    assert_eq!(get(&api, "/readyz").0, 200);
    terminate(&mut daemon, Duration::from_secs(60));
}

#[test]
fn check_refuses_a_journal_that_another_process_has_and_not_one_of_the_daemon_that_runs_with_this() {
    let site = Site::new("", "");
    let (mut daemon, _) = site.daemon(&[]);
    let checked = site.run(&["check"]);
    assert!(checked.status.success(), "{checked:?}");
    let told = text(&checked.stdout);
    assert!(told.contains(&format!("in use by process {} on ", daemon.id())), "{told}");
    let elsewhere = site.folder.path().join("other.toml");
    fs::copy(site.config(), &elsewhere).unwrap();
    let told_by = |command: &str| {
        let arguments = [command, "--config", elsewhere.to_str().unwrap()];
        let refused = site.command(&arguments).env("DATELINE_HTTP__LISTEN", "127.0.0.1:0").output().unwrap();
        assert_eq!(refused.status.code(), Some(65), "{refused:?}");
        text(&refused.stderr)
    };
    let told = told_by("check");
    assert!(told.contains(&format!("is in use by process {}", daemon.id())), "{told}");
    assert_eq!(told, told_by("run"));
    terminate(&mut daemon, Duration::from_secs(60));
}

/// A disk in memory, small enough to be filled, where a site keeps its journal.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// The disk, unless nothing may be mounted here.
    fn of(site: &Site) -> Option<Self> {
        let data = site.journal().parent().unwrap().to_owned();
        fs::create_dir(&data).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(&data);
        let is_mounted = mount.output().is_ok_and(|mounted| mounted.status.success());
        if !is_mounted {
            eprintln!("skipped: only root can mount a disk");
        }
        is_mounted.then_some(Self(data))
    }

    fn fill(&self) {
        let mut filler = fs::File::options().append(true).create(true).open(self.0.join("filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn a_daemon_that_stops_on_a_full_disk_is_known_to_have_stopped() {
    let site = Site::new("", "");
    let Some(disk) = SmallDisk::of(&site) else { return };
    let (mut daemon, _) = site.daemon(&[]);
    disk.fill();
    assert!(terminate(&mut daemon, Duration::from_secs(60)).success(), "{}", site.log());
    // What it gave back at its end is taken, too.
    disk.fill();
    let told = site.run(&["status"]);
    assert!(text(&told.stdout).starts_with("not running since "), "{told:?}");
    for command in ["check", "run"] {
        let refused = site.run(&[command]);
        assert_eq!(refused.status.code(), Some(1), "{command}: {refused:?}");
        assert!(text(&refused.stderr).contains("no room"), "{command}: {refused:?}");
    }
}

#[test]
fn a_folder_in_the_place_of_what_lies_beside_a_journal_is_told_by_check_and_run_alike() {
    let site = Site::new("", "");
    let (mut daemon, _) = site.daemon(&[]);
    assert!(terminate(&mut daemon, Duration::from_secs(60)).success(), "{}", site.log());
    for name in [".lock", "-shm", "-wal"] {
        let place = site.folder.path().join(format!("data/journal.db{name}"));
        let _ = fs::remove_file(&place);
        fs::create_dir(&place).unwrap();
        let words = ["check", "run"].map(|command| text(&site.run(&[command]).stderr));
        assert_eq!(words[0], words[1]);
        assert!(words[0].contains(&format!("journal.db{name} is a folder, and ")), "{}", words[0]);
        fs::remove_dir(&place).unwrap();
    }
}

#[test]
fn a_disk_without_room_for_a_journal_is_told_by_check_and_run_alike() {
    let site = Site::new("", "");
    let Some(disk) = SmallDisk::of(&site) else { return };
    disk.fill();
    let words = ["check", "run"].map(|command| {
        let refused = site.run(&[command]);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        text(&refused.stderr)
    });
    assert_eq!(words[0], words[1]);
    assert!(words[0].contains("no room") && words[0].contains("free space on its disk"), "{}", words[0]);
    assert!(!site.journal().exists());
}

#[test]
fn a_damaged_journal_is_refused_by_check_as_by_run() {
    let site = Site::new("", "");
    let (mut daemon, _) = site.daemon(&[]);
    assert!(terminate(&mut daemon, Duration::from_secs(60)).success(), "{}", site.log());
    let database = rusqlite::Connection::open(site.journal()).unwrap();
    let page: u64 = database
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'feeds'", [], |row| row.get(0))
        .unwrap();
    drop(database);
    let file = fs::OpenOptions::new().write(true).open(site.journal()).unwrap();
    file.write_all_at(&[0xa5; 4096], (page - 1) * 4096).unwrap();
    let words = ["check", "run"].map(|command| {
        let refused = site.run(&[command]);
        assert_eq!(refused.status.code(), Some(65), "{refused:?}");
        text(&refused.stderr)
    });
    assert_eq!(words[0], words[1]);
    assert!(words[0].contains("is damaged") && words[0].contains("dateline restore FILE"), "{}", words[0]);
}

#[test]
fn a_lock_file_that_is_removed_lets_no_second_daemon_in() {
    let site = Site::new("", "");
    let (mut daemon, _) = site.daemon(&[]);
    let lock = site.folder.path().join("data/journal.db.lock");
    fs::remove_file(&lock).unwrap();
    let second = site.command(&["run"]).env("DATELINE_HTTP__LISTEN", "127.0.0.1:0").output().unwrap();
    assert!(text(&second.stderr).contains("is in use by"), "{second:?}");
    eventually("the lock file", || {
        fs::read_to_string(&lock).is_ok_and(|who| who.contains(&daemon.id().to_string()))
    });
    terminate(&mut daemon, Duration::from_secs(60));
}
