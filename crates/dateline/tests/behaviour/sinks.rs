//! Ways out of a running program and what the journal lets go: a recording of old news reaches them whole, and what does not is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::site::{Site, eventually, get, terminate, text};

/// A file of the recorded day.
fn day(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/day").join(name)
}

/// Replays the recorded day into the site's journal, and gives its events as lines.
fn replayed(site: &Site) -> String {
    let (recording, settings, data) =
        (day("day.warc.gz"), day("dateline.toml"), site.folder.path().join("data"));
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let output =
        site.run(&["replay", "--config", &path(&settings), "--data-dir", &path(&data), &path(&recording)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn a_replayed_day_however_old_reaches_a_file_whole_and_is_served() {
    let site = Site::new(
        "source = \"/another\"\n[[file]]\nname = \"archive\"\npath = \"out/events.ndjson\"\n\
         from = \"earliest\"\n",
        "",
    );
    // What was made by another is told so for ever.
    let events = replayed(&site);
    assert!(events.contains("\"source\":\"/dateline/day\""));
    fs::write(site.folder.path().join("feeds.toml"), "").unwrap();
    let refused = site.run(&["run"]);
    assert!(text(&refused.stderr).contains("`dateline run --no-intake` serves a journal without any"));
    let (mut child, address) = site.daemon_with(&["--no-intake"], &[]);
    let written = || fs::read_to_string(site.folder.path().join("out/events.ndjson")).unwrap_or_default();
    eventually("the file has all", || written().lines().count() >= events.lines().count());
    assert!(written() == events, "the file has what the replay wrote");
    assert!(text(&site.run(&["tail", "--from", "earliest"]).stdout) == events, "and so has the API");
    let stories = get(&address, "/v1/stories").1;
    assert!(stories.contains("\"story\":"), "{stories}");
    assert_eq!(get(&address, "/livez").0, 200);
    let status = get(&address, "/v1/status").1;
    assert!(status.contains("\"verdict\":\"ok\""), "{status}");
    assert!(terminate(&mut child, Duration::from_secs(30)).success());
    assert!(!site.log().contains("let go before"), "{}", site.log());
}

#[test]
fn what_goes_before_a_webhook_took_it_is_counted_and_told_as_a_fault() {
    // Nobody takes what is posted.
    let site = Site::new(
        "[revisit]\nafter = []\n[[webhook]]\nname = \"desk\"\nurl = \"http://127.0.0.1:9/\"\n\
         secret = { env = \"DESK\" }\nfilter = \"kind=article\"\nfrom = \"earliest\"\n",
        "",
    );
    let events = replayed(&site);
    let articles = events.lines().filter(|line| line.contains("\"type\":\"dateline.article.v1\"")).count();
    let secret = [("DESK", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")];
    let (mut child, _) = site.daemon(&secret);
    assert!(terminate(&mut child, Duration::from_secs(30)).success());
    // Long after: the receiver has been away for all that time.
    let journal = rusqlite::Connection::open(site.journal()).unwrap();
    journal.execute_batch("UPDATE journal SET replayed = NULL; UPDATE sinks SET worked = 0").unwrap();
    drop(journal);
    let (mut child, address) = site.daemon(&secret);
    let told = format!("{articles} events were let go by [retention] before the webhook desk took them");
    eventually("the fault is told", || get(&address, "/v1/status").1.contains(&told));
    let counted = format!("dateline_sink_missed_events_total{{sink=\"webhook/desk\"}} {articles}\n");
    assert!(get(&address, "/metrics").1.contains(&counted), "{counted}");
    let shown = text(&site.run(&["status"]).stdout);
    assert!(shown.contains(&told) && shown.contains("raise `max_bytes`"), "{shown}");
    assert!(shown.contains(&format!("{articles} let go before it took them")), "{shown}");
    eventually("the log has it", || site.log().contains("events were let go before a sink had them"));
    assert!(terminate(&mut child, Duration::from_secs(30)).success());
    // Who starts now from the earliest is told what it cannot have.
    site.change("[[file]]\nname = \"late\"\npath = \"out/late.ndjson\"\nfrom = \"earliest\"\n");
    for times in [1, 0] {
        let (mut child, _) = site.daemon(&[]);
        assert!(terminate(&mut child, Duration::from_secs(30)).success());
        let log = site.log();
        assert_eq!(log.matches("those before were let go").count(), times, "{log}");
    }
}
