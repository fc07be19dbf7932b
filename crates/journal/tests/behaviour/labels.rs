//! What people say of articles, and who is logged in.

use crate::harness::open;
use dateline_journal::{
    ArticleLabel, LabelCondition, LabelReceipt, LabelValue, OtherLabel, RejectedText, RestoreOptions,
    StoredSession, backup, restore,
};
use dateline_wire::{ArticleId, Sequence};
use jiff::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn id(name: &str) -> ArticleId {
    ArticleId::from_stored(name)
}

fn label(article: &str, value: LabelValue, second: i64) -> ArticleLabel {
    ArticleLabel {
        article: id(article),
        value,
        author: "anna".into(),
        at: at(second),
        sequence: Sequence(7),
        score: Some(0.4),
        url: Some(format!("https://news.example/{article}")),
        title: Some("A ferry".into()),
        language: Some("en".into()),
        published: Some("2026-03-02".into()),
        story: None,
        copy_of: None,
        text: "The ferry left.".into(),
    }
}

#[tokio::test]
async fn the_last_label_of_an_article_counts_and_can_be_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for label in [
        label("b", LabelValue::Relevant, 1),
        label("a", LabelValue::Not, 2),
        label("b", LabelValue::Borderline, 3),
    ] {
        journal.label(label, LabelCondition::Any).await.unwrap().unwrap();
    }
    let reader = journal.reader();
    assert_eq!(reader.label(&id("b")).unwrap(), Some(label("b", LabelValue::Borderline, 3)));
    let all = reader.labels(None, 10).unwrap();
    assert_eq!(all, [label("a", LabelValue::Not, 2), label("b", LabelValue::Borderline, 3)]);
    assert_eq!(reader.labels(Some((all[0].at, &all[0].article)), 10).unwrap(), all[1..]);
    assert_eq!(reader.label_values(&[id("a"), id("c")]).unwrap(), [(id("a"), LabelValue::Not)].into());
    assert_eq!(journal.remove_label(id("a"), LabelCondition::Any).await.unwrap(), Ok(true));
    assert_eq!(journal.remove_label(id("a"), LabelCondition::Any).await.unwrap(), Ok(false));
    assert_eq!(reader.label_counts().unwrap(), [(LabelValue::Borderline, 1)].into());
}

#[tokio::test]
async fn a_label_that_is_another_than_was_meant_stays() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let give = |value, second, condition| journal.label(label("a", value, second), condition);
    let first = give(LabelValue::Relevant, 5, LabelCondition::Absent).await.unwrap().unwrap();
    assert_eq!(first, LabelReceipt { at: at(5), before: None });
    // A clock that was set back gives two labels no one moment.
    let second = give(LabelValue::Not, 5, LabelCondition::GivenAt(first.at)).await.unwrap().unwrap();
    assert!(second.at > first.at && second.before == Some(LabelValue::Relevant), "{second:?}");
    let there = journal.reader().label(&id("a")).unwrap().unwrap();
    assert_eq!((there.at, there.value), (second.at, LabelValue::Not));
    let other = OtherLabel(Some(Box::new(there.clone())));
    for condition in [LabelCondition::Absent, LabelCondition::GivenAt(first.at)] {
        assert_eq!(give(LabelValue::Borderline, 9, condition).await.unwrap(), Err(other.clone()));
        assert_eq!(journal.remove_label(id("a"), condition).await.unwrap(), Err(other.clone()));
    }
    assert_eq!(journal.reader().label(&id("a")).unwrap(), Some(there));
    assert_eq!(journal.remove_label(id("a"), LabelCondition::GivenAt(second.at)).await.unwrap(), Ok(true));
    let gone = journal.remove_label(id("a"), LabelCondition::GivenAt(second.at)).await.unwrap();
    assert_eq!(gone, Err(OtherLabel(None)));
}

#[tokio::test]
async fn of_the_texts_of_rejects_the_last_are_kept_and_no_long_one_whole() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let text =
        |name: &str, text: String| RejectedText { article: id(name), title: None, language: None, text };
    journal.keep_rejected_text(text("long", "я".repeat(100_000)));
    let kept = journal.reader().rejected_text(&id("long")).unwrap().unwrap();
    assert_eq!(kept.text, "я".repeat(8 << 10));
    for number in 0..5_000 {
        journal.keep_rejected_text(text(&number.to_string(), "A text.".into()));
    }
    assert_eq!(journal.reader().rejected_text(&id("long")).unwrap(), None);
    assert!(journal.reader().rejected_text(&id("0")).unwrap().is_some());
    let kept = journal.reader().kept_texts_of(&[id("long"), id("0"), id("none")]).unwrap();
    assert_eq!(kept, [id("0")].into());
}

#[tokio::test]
async fn a_log_in_outlasts_the_daemon_but_not_its_time_and_not_a_restore() {
    let folder = tempfile::tempdir().unwrap();
    let session = |byte: u8, expires: i64| StoredSession {
        digest: [byte; 32],
        name: "anna".into(),
        proof: [9; 32],
        expires: at(expires),
    };
    let journal = open(folder.path());
    for (byte, expires) in [(1, 100), (2, 200), (3, 300)] {
        journal.keep_session(session(byte, expires), at(50)).await.unwrap();
    }
    journal.end_session([3; 32]).await.unwrap();
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(journal.reader().sessions(at(60)).unwrap(), [session(1, 100), session(2, 200)]);
    assert_eq!(journal.reader().sessions(at(150)).unwrap(), [session(2, 200)]);
    let (path, copy) = (folder.path().join("journal.db"), folder.path().join("copy.db"));
    backup(&path, &copy, |_, _| {}).unwrap();
    drop(journal);
    restore(&copy, &path, RestoreOptions { replace: true, reconcile: false, unchecked: false }).unwrap();
    assert_eq!(open(folder.path()).reader().sessions(at(60)).unwrap(), []);
}
