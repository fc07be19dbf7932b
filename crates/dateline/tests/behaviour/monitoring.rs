//! What watches the daemon: every metric that the board and the alerts name is exported, every alert has its section in the runbook,
//! and `promtool` finds nothing wrong with metrics and rules.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dateline::engine::EngineActivity;
use dateline::faults::LiveState;
use dateline::metrics::{Exposition, Metrics, Moment};
use dateline::proxies::ProxyOutcome;
use dateline::run_record::RunRecord;
use dateline::status::{FeedCatalogue, StatusReport};
use dateline_journal::{EventFilter, Journal, Options, SinkId, SinkOpening, SinkStart};
use dateline_parser::{AppliedSiteRule, SiteRulePart};
use dateline_sinks::SinkReport;
use dateline_wire::EventKind;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// What a daemon exports that has done one of everything.
fn exported() -> String {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path().join("journal.db"), Options::default()).unwrap();
    let sinks = vec![open_sink(&journal)];
    let metrics = Metrics::default();
    metrics.polled("", "new", 1);
    metrics.fetched(None, 0.1);
    metrics.pushed("taken");
    metrics.extracted(0.01);
    metrics.took_whole_way(3.0);
    metrics.delivered(0.02);
    metrics.committed(EventKind::Article, 1);
    metrics.read_by_rule(&AppliedSiteRule {
        rule: "news.example".into(),
        asked: vec![SiteRulePart::Body],
        unmatched: vec![SiteRulePart::Body],
    });
    metrics.passed_proxy("http://proxy.example:3128", ProxyOutcome::Answered, Timestamp::now());
    let (site_rules, proxies) = (metrics.site_rules(), metrics.proxies());
    let live = LiveState { site_rules, proxies, sinks, ..LiveState::default() };
    let run = RunRecord::of_this_process("http://127.0.0.1:1".into(), std::path::Path::new(""));
    let status = StatusReport::read(journal.reader(), &FeedCatalogue::default(), Timestamp::now()).unwrap();
    let status = status.told_by(run, live);
    let activity =
        EngineActivity { at: Instant::now(), time: Timestamp::now(), polls: 0, pages: 0, paused: None };
    let (relay, now) = (None, Timestamp::now());
    metrics.measure(&Moment { status: &status, relay, activity, followers: 0, now });
    metrics.to_text(Exposition::Prometheus)
}

/// Has the journal know a webhook, and gives what that tells of itself.
fn open_sink(journal: &Journal) -> SinkReport {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let opened = journal.open_sink(SinkOpening {
        id: SinkId::webhook("desk"),
        target: "target".into(),
        filter: EventFilter::default(),
        start: SinkStart::Now,
        at: Timestamp::UNIX_EPOCH,
    });
    runtime.block_on(opened).unwrap();
    SinkReport::new(SinkId::webhook("desk"), "target".into())
}

/// The names of Dateline's metrics in an expression, as samples carry them.
fn names(expression: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    expression
        .split(|c| !is_part(c))
        .filter(|word| word.starts_with("dateline_"))
        .map(|word| word.to_owned())
        .collect()
}

fn is_exported(name: &str, text: &str) -> bool {
    text.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])))
}

/// Whatever stands under the key `expr`, at any depth.
fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("expr").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| expressions(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}

#[test]
fn every_metric_on_the_board_is_exported() {
    let board = fs::read_to_string(repository("deploy/grafana/dateline.json")).unwrap();
    let mut found = Vec::new();
    expressions(&serde_json::from_str(&board).unwrap(), &mut found);
    let named: BTreeSet<String> = found.iter().flat_map(|expression| names(expression)).collect();
    assert!(named.len() > 20, "{named:?}");
    let text = exported();
    let missing: Vec<_> = named.iter().filter(|name| !is_exported(name, &text)).collect();
    assert!(missing.is_empty(), "{missing:?} in\n{text}");
}

#[test]
fn every_metric_in_an_alert_is_exported_and_every_alert_has_its_section_in_the_runbook() {
    let rules = fs::read_to_string(repository("deploy/prometheus/alerts.yaml")).unwrap();
    let text = exported();
    let missing: Vec<_> = names(&rules).into_iter().filter(|name| !is_exported(name, &text)).collect();
    assert!(missing.is_empty(), "{missing:?} in\n{text}");
    let runbook = fs::read_to_string(repository("docs/runbook.md")).unwrap();
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    for alert in &alerts {
        assert!(runbook.lines().any(|line| line == format!("## {alert}")), "{alert} has no section");
        let link = format!("runbook: docs/runbook.md#{}", alert.to_lowercase());
        assert!(rules.contains(&link), "{alert} has no link to its section");
    }
    for section in runbook.lines().filter_map(|line| line.strip_prefix("## Dateline")) {
        let alert = format!("Dateline{section}");
        assert!(alerts.contains(&alert.as_str()), "{alert} is in the runbook, and no alert");
    }
}

/// Runs promtool; `None`, with a word about it, where there is none and none has to be.
fn promtool(arguments: &[&str], input: &str) -> Option<(bool, String)> {
    let started = Command::new("promtool")
        .args(arguments)
        .current_dir(repository("deploy/prometheus"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Err(_) if std::env::var_os("CI").is_none() => {
            eprintln!("skipped: promtool is not installed");
            return None;
        }
        started => started.expect("promtool"),
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&told).into_owned()))
}

#[test]
fn promtool_finds_nothing_wrong_with_names_and_units_of_the_metrics() {
    if let Some((is_right, told)) = promtool(&["check", "metrics"], &exported()) {
        assert!(is_right && told.is_empty(), "{told}");
    }
}

#[test]
fn promtool_finds_that_the_alerts_fire_on_what_they_are_for_and_on_nothing_else() {
    for arguments in [["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]] {
        if let Some((is_right, told)) = promtool(&arguments, "") {
            assert!(is_right, "{told}");
        }
    }
}

#[test]
fn every_alert_is_tested() {
    let rules = fs::read_to_string(repository("deploy/prometheus/alerts.yaml")).unwrap();
    let tests = fs::read_to_string(repository("deploy/prometheus/alerts.test.yaml")).unwrap();
    for alert in rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(tests.contains(&format!("name: {alert} fires")), "{alert} is not tested");
    }
}
