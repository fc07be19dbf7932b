//! Ways out of a running program and what the journal lets go: a recording of old news reaches them whole, and what does not is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::site::{Site, eventually, get, terminate, text, without_journal};
use serde_json::Value;

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
    assert!(!site.run(&["check"]).status.success());
    let checked = site.run(&["check", "--no-intake"]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    // No broker, and no feed that is asked.
    let checked = site.run(&["check", "--online", "--no-intake"]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    fs::write(site.folder.path().join("feeds.toml"), "[[feed]]\nurl = \"http://127.0.0.1:9/none\"\n")
        .unwrap();
    let (mut child, address) = site.daemon_with(&["--no-intake"], &[]);
    let written = || fs::read_to_string(site.folder.path().join("out/events.ndjson")).unwrap_or_default();
    eventually("the file has all", || written().lines().count() >= events.lines().count());
    let replayed = |lines: &str| without_journal(lines) == events;
    assert!(replayed(&written()), "the file has what the replay wrote");
    assert!(replayed(&text(&site.run(&["tail", "--from", "earliest"]).stdout)), "and so has the API");
    let stories = get(&address, "/v1/stories").1;
    assert!(stories.contains("\"story\":"), "{stories}");
    assert_eq!(get(&address, "/livez").0, 200);
    let status = get(&address, "/v1/status").1;
    assert!(status.contains("\"verdict\":\"ok\""), "{status}");
    // Nobody is to wait for what is not asked.
    let check = site.run(&["status", "--check"]);
    assert_eq!(check.status.code(), Some(0));
    let told = text(&check.stdout);
    assert!(told.starts_with("ok: nothing is polled here (run --no-intake), no Kafka"), "{told}");
    let page = text(&site.run(&["status"]).stdout);
    assert!(page.contains("none is polled here") && !page.contains(", next "), "{page}");
    let feed = text(&site.run(&["feed", "show", "http://127.0.0.1:9/none"]).stdout);
    assert!(feed.contains("it is not asked by the daemon"), "{feed}");
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

#[test]
fn a_filter_chooses_the_same_stories_in_each_way_out() {
    let filters = [
        "topic=labour",
        "label=relevant",
        "entity=Q159",
        "entity=vostochny-port",
        "feed=https%3A%2F%2Fwire.example%2Fen.xml",
        "publisher=obzor.example",
        "origin=Wire",
        "language=zh&topic=trade",
    ];
    let file = |(number, filter): (usize, &&str)| {
        format!(
            "[[file]]\nname = \"f{number}\"\npath = \"out/{number}.ndjson\"\nfrom = \"earliest\"\nfilter = \"{filter}\"\n"
        )
    };
    let site = Site::new(&filters.iter().enumerate().map(file).collect::<String>(), "");
    let events = replayed(&site);
    let read = |lines: &str| -> Vec<Value> {
        // The last line of a file may be on its way.
        let whole = lines.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let events = whole.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        events.filter(|event| event["type"] == "dateline.story.v1").collect()
    };
    let told = |events: &[Value]| -> BTreeMap<String, u64> {
        let data = events.iter().map(|event| &event["data"]);
        data.map(|story| (story["story"].as_str().unwrap().into(), story["revision"].as_u64().unwrap()))
            .collect()
    };
    let last = told(&read(&events));
    let (mut child, address) = site.daemon_with(&["--no-intake"], &[]);
    for (number, filter) in filters.iter().enumerate() {
        let written = || {
            fs::read_to_string(site.folder.path().join(format!("out/{number}.ndjson"))).unwrap_or_default()
        };
        let options: Vec<String> = url::form_urlencoded::parse(filter.as_bytes())
            .flat_map(|(name, value)| [format!("--{name}"), value.into_owned()])
            .collect();
        let run = |command: &[&str]| {
            let options = options.iter().map(String::as_str);
            let output = site.run(&command.iter().copied().chain(options).collect::<Vec<_>>());
            assert!(output.status.success(), "{}", text(&output.stderr));
            text(&output.stdout)
        };
        let of_api = read(&run(&["tail", "--from", "earliest"]));
        assert!(!of_api.is_empty(), "{filter}");
        eventually("the file has all of them", || read(&written()).len() >= of_api.len());
        assert_eq!(read(&written()), of_api, "{filter}");
        // Lists have each story as it is now.
        let now: BTreeSet<String> = told(&of_api)
            .into_iter()
            .filter(|(story, revision)| last[story] == *revision)
            .map(|(story, _)| story)
            .collect();
        let ids = |stories: Vec<Value>| -> BTreeSet<String> {
            stories.iter().map(|story| story["story"].as_str().unwrap().into()).collect()
        };
        let page: Value = serde_json::from_str(&get(&address, &format!("/v1/stories?{filter}")).1).unwrap();
        assert_eq!(ids(page["stories"].as_array().unwrap().clone()), now, "{filter}");
        let exported = run(&["export", "stories", "--format", "jsonl"]);
        let exported = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(ids(exported), now, "{filter}");
        // A story is found by what one of its articles says, as far as it isn't withdrawn.
        let articles: Value =
            serde_json::from_str(&get(&address, &format!("/v1/articles?{filter}")).1).unwrap();
        let articles = articles["articles"].as_array().unwrap().iter();
        let stories = articles.filter(|article| article.get("withdrawal").is_none());
        let stories: BTreeSet<String> =
            stories.map(|article| article["story"].as_str().unwrap().into()).collect();
        assert!(!stories.is_empty() && stories.is_subset(&now), "{filter}: {stories:?}, {now:?}");
    }
    assert!(terminate(&mut child, Duration::from_secs(30)).success());
}
