//! File sinks: what is in their files after a crash, a full disk, a filter.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::TestJournal;
use dateline_fetcher::Clock;
use dateline_journal::{EventFilter, SinkStart};
use dateline_sinks::{FileSettings, FileSink, SinkCondition, SinkHandle};
use dateline_wire::{Envelope, Sequence};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

fn settings(folder: &Path) -> FileSettings {
    FileSettings {
        name: "archive".into(),
        path: folder.join("events/events.ndjson"),
        filter: EventFilter::default(),
        start: SinkStart::Earliest,
        max_bytes: FileSettings::MAX_BYTES,
        max_age: FileSettings::MAX_AGE,
    }
}

struct FileRun {
    handle: SinkHandle,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl FileRun {
    fn start(journal: &TestJournal, settings: FileSettings) -> Self {
        let envelope = Envelope::from("/dateline/test");
        let sink = FileSink::new(settings, journal.journal.clone(), envelope, Clock::System);
        let (handle, stop) = (sink.handle(), CancellationToken::new());
        let running = tokio::spawn(sink.run(stop.clone()));
        Self { handle, stop, running }
    }

    async fn reaches(&self, sequence: u64) {
        let mut report = self.handle.report.clone();
        let waiting = report.wait_for(|report| report.position >= Sequence(sequence));
        tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap().unwrap();
    }

    async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }
}

/// The sequences in all files of a folder, each of whose lines is an event, in the order of their names.
fn sequences(folder: &Path) -> Vec<u64> {
    let mut files: Vec<_> =
        fs::read_dir(folder.join("events")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|event| event["sequence"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn events_are_lines_of_the_format_that_the_api_gives() {
    let folder = tempfile::tempdir().unwrap();
    let journal = TestJournal::new(&[("a", 1), ("b", 1)]).await;
    journal.reject("r").await;
    let mut settings = settings(folder.path());
    settings.filter = EventFilter::from_query("kind=article").unwrap();
    let run = FileRun::start(&journal, settings.clone());
    run.reaches(3).await;
    run.stop().await;
    let text = fs::read_to_string(&settings.path).unwrap();
    let envelope = Envelope::from("/dateline/test").of_journal(journal.journal.id());
    let expected = journal.event(1).to_structured_json(&envelope).unwrap();
    assert_eq!(text.lines().next(), Some(expected.as_str()));
    let first: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(first["journal"], journal.journal.id().as_str());
    assert_eq!(sequences(folder.path()), [1, 2]);
    assert_eq!((journal.state().position, journal.state().delivered), (Sequence(3), 2));
}

#[tokio::test]
async fn a_withdrawal_reaches_those_who_got_a_revision_of_its_article_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let journal = TestJournal::new(&[("a", 1), ("b", 1), ("a", 2)]).await;
    journal.withdraw("a").await;
    journal.withdraw("b").await;
    let mut settings = settings(folder.path());
    // Words that only the first revision has, and no withdrawal.
    settings.filter = EventFilter::from_query("q=\"text of a\" \"for the 1\"").unwrap();
    let run = FileRun::start(&journal, settings);
    run.reaches(5).await;
    run.stop().await;
    assert_eq!(sequences(folder.path()), [1, 4]);
}

#[tokio::test]
async fn after_a_crash_no_line_is_torn_and_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let journal = TestJournal::new(&[("a", 1), ("b", 1)]).await;
    let settings = settings(folder.path());
    journal.know(settings.id()).await;
    // The copy is the journal of a daemon that was killed before it noted what the file has.
    let before = journal.copy();
    let run = FileRun::start(&journal, settings.clone());
    run.reaches(2).await;
    run.stop().await;
    let text = fs::read_to_string(&settings.path).unwrap();
    fs::write(&settings.path, &text[..text.len() - 9]).unwrap();
    let run = FileRun::start(&before, settings);
    run.reaches(2).await;
    run.stop().await;
    assert_eq!(sequences(folder.path()), [1, 1, 2], "an event is there twice at most, under the same id");
}

#[tokio::test]
async fn a_full_disk_has_the_sink_rest_alone_and_go_on_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let journal = TestJournal::new(&[("a", 1)]).await;
    let settings = settings(folder.path());
    fs::create_dir(folder.path().join("events")).unwrap();
    // The kernel's device that has no room.
    std::os::unix::fs::symlink("/dev/full", &settings.path).unwrap();
    let run = FileRun::start(&journal, settings.clone());
    let mut report = run.handle.report.clone();
    let rests = report.wait_for(|report| report.condition == SinkCondition::Failing);
    let error = rests.await.unwrap().last_error.clone().unwrap();
    assert!(error.contains("No space left on device"), "{error}");
    assert_eq!(journal.state().position, Sequence::START);
    // Intake goes on.
    journal.publish("b", 1).await;
    fs::remove_file(&settings.path).unwrap();
    run.reaches(2).await;
    assert_eq!(run.handle.report.borrow().condition, SinkCondition::Working);
    run.stop().await;
    assert_eq!(sequences(folder.path()), [1, 2]);
}

#[tokio::test]
async fn a_full_file_is_complete_and_the_next_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let articles: Vec<(String, u32)> = (0..20).map(|number| (number.to_string(), 1)).collect();
    let articles: Vec<(&str, u32)> =
        articles.iter().map(|(guid, revision)| (guid.as_str(), *revision)).collect();
    let journal = TestJournal::new(&articles).await;
    let run = FileRun::start(&journal, FileSettings { max_bytes: 4_000, ..settings(folder.path()) });
    run.reaches(20).await;
    run.stop().await;
    assert_eq!(sequences(folder.path()), (1..=20).collect::<Vec<_>>());
    assert!(fs::read_dir(folder.path().join("events")).unwrap().count() > 4);
}
