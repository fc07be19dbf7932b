//! The way of an entry through the journal, from its announcement to its event.

use crate::harness::{announce, article, at, entry, feed, finish, link, poll, reject};
use dateline_journal::{
    Delay, EntryCounts, EntryOutcome, FeedChanges, Journal, JournalError, JournalStatus, Options,
    PendingBatch, PollCommit, PollRecord, PollRequest, Writing,
};
use dateline_wire::{
    EntryId, EventKind, FeedRef, FeedState, FetchFailure, HealthKind, HttpStatus, HubLink, HubNews,
    RejectEvent, RejectReason, SecretQuery, Sequence, Stage,
};
use jiff::Timestamp;
use tempfile::{TempDir, tempdir};

async fn journal(feeds: usize) -> (TempDir, Journal) {
    let folder = tempdir().unwrap();
    let journal = Journal::open(folder.path().join("journal.db"), Options::default()).unwrap();
    journal.configure_feeds((0..feeds).map(feed).collect()).await.unwrap();
    (folder, journal)
}

#[tokio::test(start_paused = true)]
async fn changes_made_in_place_take_no_virtual_time() {
    let folder = tempdir().unwrap();
    let options = Options { writing: Writing::InPlace, ..Options::default() };
    let journal = Journal::open(folder.path().join("journal.db"), options).unwrap();
    let start = tokio::time::Instant::now();
    // More than the runtime lets a task do in one turn.
    let changes = async {
        for number in 0..300 {
            journal.configure_feeds(vec![feed(number)]).await.unwrap();
        }
    };
    tokio::select! {
        () = tokio::time::sleep(std::time::Duration::from_millis(1)) => panic!("time passed"),
        () = changes => {}
    }
    assert_eq!(tokio::time::Instant::now(), start);
    assert_eq!(journal.feeds().unwrap(), [feed(299)]);
}

#[tokio::test]
async fn a_feed_that_leaves_the_configuration_and_comes_back_has_kept_its_state() {
    let (_folder, journal) = journal(2).await;
    let mut polled = feed(1);
    polled.validators.etag = Some("\"v1\"".into());
    journal.commit_poll(poll(polled.clone(), Vec::new(), 1)).await.unwrap();
    let removed = journal.configure_feeds(vec![feed(0)]).await.unwrap();
    assert_eq!(removed, FeedChanges { added: 0, kept: 1, removed: 1 });
    assert_eq!(journal.feeds().unwrap(), [feed(0)]);
    assert_eq!(journal.feed(&polled.id).unwrap(), Some(polled.clone()));
    let back = journal.configure_feeds(vec![feed(0), feed(1), feed(2)]).await.unwrap();
    assert_eq!(back, FeedChanges { added: 1, kept: 2, removed: 0 });
    assert_eq!(journal.feeds().unwrap(), [feed(0), polled, feed(2)]);
}

/// A feed whose server said that it is gone.
fn gone(number: usize, next_poll: Timestamp) -> FeedState {
    let mut state = FeedState { retired: true, next_poll, ..feed(number) };
    state.last_error = Some("gone (410)".into());
    state.conditions.push(HealthKind::Dead);
    state
}

#[tokio::test]
async fn a_feed_that_was_gone_and_comes_back_to_the_configuration_is_asked_again() {
    let (_folder, journal) = journal(2).await;
    let next_week = at(7 * 24 * 3600);
    journal.commit_poll(poll(gone(0, next_week), Vec::new(), 1)).await.unwrap();
    journal.commit_poll(poll(gone(1, next_week), Vec::new(), 1)).await.unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    assert_eq!(journal.feeds().unwrap(), [gone(0, next_week)], "one that stays configured stays gone");
    journal.configure_feeds(vec![feed(0), feed(1)]).await.unwrap();
    let revived = journal.feed(&feed(1).id).unwrap().unwrap();
    assert_eq!((revived.retired, revived.next_poll, revived.last_error), (false, feed(1).next_poll, None));
    assert_eq!(revived.conditions, [HealthKind::Dead], "that it is back is told once it answers");
    assert_eq!(journal.status().unwrap().feeds.retired, 1);
}

#[tokio::test]
async fn a_feed_that_an_older_version_never_asked_again_is_asked_again() {
    let (_folder, journal) = journal(1).await;
    journal.commit_poll(poll(gone(0, Timestamp::MAX), Vec::new(), 1)).await.unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    assert_eq!(journal.feeds().unwrap(), [gone(0, feed(0).next_poll)]);
}

/// What an older version stored: the whole address, wherever it stood.
#[tokio::test]
async fn the_secrets_in_an_address_that_an_older_version_stored_leave_the_journal() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let address: url::Url = "https://me:hush@news.example/rss?key=hush&n=1".parse().unwrap();
    let fresh = FeedState::new(&FeedRef::new(&address, None, &SecretQuery::default()), at(0));
    let all_secret: FeedState = {
        let stored = FeedState {
            last_poll: Some(at(5)),
            last_error: Some(format!("status 500 from {address}").into()),
            moved_to: Some(address.clone()),
            conditions: vec![HealthKind::Moved, HealthKind::Silent],
            ..FeedState::new(
                &FeedRef {
                    url: SecretQuery::new([]).public(&address),
                    ..FeedRef::new(&address, None, &SecretQuery::default())
                },
                at(9),
            )
        };
        let mut json = serde_json::to_value(stored).unwrap();
        json["url"] = address.as_str().into();
        json["validators"] = serde_json::json!({ "url": address.as_str(), "etag": "\"v1\"" });
        serde_json::from_value(json).unwrap()
    };
    let journal = Journal::open(&path, Options::default()).unwrap();
    journal.configure_feeds(vec![fresh.clone()]).await.unwrap();
    let topic = HubLink { hub: "https://hub.example/".parse().unwrap(), topic: address };
    let commit = PollCommit { hub: HubNews::Announced(topic), ..poll(all_secret, Vec::new(), 5) };
    journal.commit_poll(commit).await.unwrap();
    journal.configure_feeds(vec![fresh.clone()]).await.unwrap();
    let state = journal.feeds().unwrap().remove(0);
    assert_eq!((&state.url, state.last_poll, state.next_poll), (&fresh.url, Some(at(5)), at(9)));
    assert_eq!(state.conditions, [HealthKind::Silent]);
    assert!(!serde_json::to_string(&state).unwrap().contains("hush"), "{state:?}");
    assert!(journal.reader().subscriptions().unwrap().is_empty());
    journal.configure_feeds(vec![fresh]).await.unwrap();
    assert_eq!(journal.feeds().unwrap(), [state], "once is enough");
}

#[tokio::test]
async fn a_feed_is_asked_and_one_that_is_gone_revived_on_request() {
    let (_folder, journal) = journal(1).await;
    journal.commit_poll(poll(gone(0, at(9_000)), Vec::new(), 1)).await.unwrap();
    let asked = journal.request_poll(feed(0).id, PollRequest::Poll, at(50)).await.unwrap();
    assert_eq!(
        (asked.retired, asked.next_poll),
        (true, at(50)),
        "only an answer, or the operator, says it is back"
    );
    let revived = journal.request_poll(feed(0).id, PollRequest::Revive, at(60)).await.unwrap();
    assert_eq!((revived.retired, revived.next_poll), (false, at(60)));
    assert_eq!(journal.feeds().unwrap(), [revived]);
    let unknown = journal.request_poll(feed(9).id, PollRequest::Poll, at(60)).await.unwrap_err();
    assert!(matches!(unknown, JournalError::UnknownFeed(_)), "{unknown}");
}

#[tokio::test]
async fn the_last_polls_of_a_feed_are_remembered_and_no_more_than_that() {
    let (_folder, journal) = journal(2).await;
    for second in 0..30 {
        let asked = FeedState {
            last_poll: Some(at(second)),
            last_status: Some(200),
            next_poll: at(second + 300),
            ..feed(0)
        };
        let entries = vec![entry(&format!("{second}"), "A")];
        journal.commit_poll(poll(asked.clone(), entries, second)).await.unwrap();
        // A push, or a poll that was put off, leaves the last poll as it was.
        journal.commit_poll(poll(asked, Vec::new(), second)).await.unwrap();
    }
    let polls = journal.reader().polls(&feed(0).id).unwrap();
    assert_eq!(polls.len(), 20);
    let newest =
        PollRecord { time: at(29), status: Some(200), error: None, new: 1, changed: 0, next_poll: at(329) };
    assert_eq!((&polls[0], polls[19].time), (&newest, at(10)));
    assert!(journal.reader().polls(&feed(1).id).unwrap().is_empty());
}

#[tokio::test]
async fn why_polls_failed_is_read_as_one_thing_whichever_version_wrote_it() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Journal::open(&path, Options::default()).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    let address = feed(0).url.to_string();
    let missing = FetchFailure::of_status(HttpStatus(404));
    for (second, written) in
        [(1, "not yet rewritten"), (2, "not yet rewritten"), (3, "answered 404 Not Found")]
    {
        let asked = FeedState {
            last_poll: Some(at(second)),
            last_status: Some(404),
            last_error: Some(written.into()),
            ..feed(0)
        };
        journal.commit_poll(poll(asked, Vec::new(), second)).await.unwrap();
    }
    let older = rusqlite::Connection::open(&path).unwrap();
    for (second, written) in
        [(1, format!("status 404 from {address}")), (2, format!("{address}: status 404"))]
    {
        let time = at(second).as_microsecond();
        older.execute("UPDATE polls SET error = ?1 WHERE time = ?2", (written, time)).unwrap();
    }
    let polls = journal.reader().polls(&feed(0).id).unwrap();
    assert_eq!(journal.feeds().unwrap()[0].last_error.as_ref(), Some(&missing));
    for poll in &polls {
        let failure = poll.error.as_ref().unwrap();
        assert_eq!(failure.cause, missing.cause);
        assert_eq!(failure.beside(&address), "answered 404 Not Found");
    }
}

#[tokio::test]
async fn a_poll_of_a_feed_that_nobody_configured_changes_nothing() {
    let (_folder, journal) = journal(1).await;
    let error = announce(&journal, 9, vec![entry("a", "A")], 1).await.unwrap_err();
    assert!(matches!(error, JournalError::UnknownFeed(_)), "{error}");
    assert_eq!(journal.backlog().unwrap(), 0);
}

#[tokio::test]
async fn an_entry_is_new_once_and_handed_out_to_one_caller_at_a_time() {
    let (_folder, journal) = journal(1).await;
    let entries = vec![entry("a", "A"), entry("b", "B"), entry("a", "A, listed twice")];
    let committed = announce(&journal, 0, entries.clone(), 1).await.unwrap();
    assert_eq!(committed, EntryCounts { new: 2, changed: 0 });
    assert_eq!(announce(&journal, 0, entries, 2).await.unwrap(), EntryCounts::default());

    assert!(journal.pending(at(0), 10).unwrap().entries.is_empty(), "nothing is due before it was seen");
    let PendingBatch { entries: first, are_left, .. } = journal.pending(at(1), 1).unwrap();
    assert!(are_left);
    let PendingBatch { entries: second, are_left, .. } = journal.pending(at(1), 10).unwrap();
    assert!(!are_left, "the first is in hand");
    assert_eq!(first[0].entry, entry("a", "A"));
    assert_eq!((second.len(), &second[0].entry), (1, &entry("b", "B")));
    assert!(journal.pending(at(1), 10).unwrap().entries.is_empty());
    journal.release(&first[0].feed, &first[0].entry.id).unwrap();
    assert_eq!(journal.pending(at(1), 10).unwrap().entries, first);
}

#[tokio::test]
async fn a_postponed_entry_comes_back_when_it_is_due_with_one_attempt_more() {
    let (_folder, journal) = journal(1).await;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    let taken = journal.pending(at(1), 10).unwrap().entries.remove(0);
    journal.postpone(taken.feed, taken.entry.id, at(60), Delay::Failed("503".into())).await.unwrap();
    let none = PendingBatch { entries: vec![], are_left: false, next_due: Some(at(60)) };
    assert_eq!(journal.pending(at(59), 10).unwrap(), none);
    let again = journal.pending(at(60), 10).unwrap().entries.remove(0);
    assert_eq!((again.attempts, again.first_seen, again.edition), (1, at(1), 1));
}

#[tokio::test]
async fn an_entry_whose_page_was_not_asked_for_comes_back_without_an_attempt_more() {
    let (_folder, journal) = journal(1).await;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    let taken = journal.pending(at(1), 10).unwrap().entries.remove(0);
    let resting = Delay::NotAsked("its host rests".into());
    journal.postpone(taken.feed, taken.entry.id, at(60), resting).await.unwrap();
    assert!(journal.pending(at(59), 10).unwrap().entries.is_empty());
    assert_eq!(journal.pending(at(60), 10).unwrap().entries.remove(0).attempts, 0);
}

#[tokio::test]
async fn an_entry_ends_once() {
    let (_folder, journal) = journal(1).await;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    let id = feed(0).id;
    let ended = finish(&journal, &id, "a", reject(RejectReason::NotRelevant), 2).await.unwrap();
    assert_eq!((ended.sequence, ended.outcome), (Some(Sequence(1)), EntryOutcome::Reject));
    let again = finish(&journal, &id, "a", reject(RejectReason::NotRelevant), 3).await.unwrap_err();
    assert!(matches!(again, JournalError::NotPending { .. }), "{again}");
    assert_eq!((journal.backlog().unwrap(), journal.last_sequence().unwrap()), (0, Sequence(1)));
}

#[tokio::test]
async fn an_article_has_revisions_and_a_repetition_is_a_duplicate() {
    let (_folder, journal) = journal(2).await;
    for (second, (number, text, expected)) in [
        (0, "One.", EntryOutcome::Article { revision: 1 }),
        (1, "One.", EntryOutcome::Duplicate),
        (0, "One. Two.", EntryOutcome::Article { revision: 2 }),
    ]
    .into_iter()
    .enumerate()
    {
        let second = i64::try_from(second).unwrap() * 1_000;
        announce(&journal, number, vec![entry("a", &format!("seen at {second}"))], second).await.unwrap();
        assert_eq!(journal.pending(at(second), 10).unwrap().entries.len(), 1);
        let ended = finish(&journal, &feed(number).id, "a", article("a", "A", text), second).await.unwrap();
        assert_eq!(ended.outcome, expected, "{text}");
    }
    let events = journal.events_after(Sequence::START, 10, None).unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Article, EventKind::Reject, EventKind::Article]);
    let duplicate: RejectEvent = serde_json::from_str(&events[1].data).unwrap();
    assert_eq!((duplicate.stage, duplicate.reason), (Stage::Duplicate, RejectReason::Unchanged));
    let revised: serde_json::Value = serde_json::from_str(&events[2].data).unwrap();
    assert_eq!(revised["supersedes"], events[0].id);
    assert_eq!(journal.seen_link(&link("a")).unwrap().unwrap().sequence, Sequence(3));
    assert_eq!(journal.events_after(Sequence(1), 10, Some(EventKind::Article)).unwrap(), events[2..]);
}

#[tokio::test]
async fn an_edited_entry_waits_again_under_another_event_id() {
    let (_folder, journal) = journal(1).await;
    let id = feed(0).id;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    let first = finish(&journal, &id, "a", reject(RejectReason::HttpStatus), 2).await.unwrap();
    let edited = announce(&journal, 0, vec![entry("a", "A, corrected")], 3).await.unwrap();
    assert_eq!(edited, EntryCounts { new: 0, changed: 1 });
    assert_eq!(journal.pending(at(3), 10).unwrap().entries[0].edition, 2);
    let second = finish(&journal, &id, "a", reject(RejectReason::HttpStatus), 4).await.unwrap();
    assert_ne!(first.event, second.event);
    // The second edit is not fetched at once.
    announce(&journal, 0, vec![entry("a", "A, corrected again")], 5).await.unwrap();
    assert!(journal.pending(at(5), 10).unwrap().entries.is_empty());
    assert_eq!(journal.pending(at(65), 10).unwrap().entries.len(), 1);
}

#[tokio::test]
async fn an_entry_that_is_edited_while_its_page_is_being_read_waits_on() {
    let (_folder, journal) = journal(1).await;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    assert_eq!(journal.pending(at(1), 10).unwrap().entries.len(), 1);
    announce(&journal, 0, vec![entry("a", "A, corrected")], 2).await.unwrap();
    let first = finish(&journal, &feed(0).id, "a", article("a", "A", "One."), 3).await.unwrap();
    assert!(first.waits);
    let again = journal.pending(at(3), 10).unwrap().entries;
    assert_eq!((again.len(), again[0].entry.title.as_deref()), (1, Some("A, corrected")));
    finish(&journal, &feed(0).id, "a", article("a", "A", "One."), 4).await.unwrap();
    assert_eq!(journal.backlog().unwrap(), 0);
}

#[tokio::test]
async fn one_link_is_in_one_pair_of_hands_even_if_two_feeds_announce_it() {
    let (_folder, journal) = journal(2).await;
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    announce(&journal, 1, vec![entry("a", "A")], 1).await.unwrap();
    let taken = journal.pending(at(1), 10).unwrap();
    assert_eq!((taken.entries.len(), taken.are_left), (1, true));
    assert!(journal.pending(at(1), 10).unwrap().entries.is_empty());
    finish(&journal, &feed(0).id, "a", reject(RejectReason::NotRelevant), 2).await.unwrap();
    assert_eq!(journal.pending(at(2), 10).unwrap().entries[0].feed, feed(1).id);
    assert_eq!(journal.seen_link(&link("a")).unwrap().unwrap().at, at(2));
}

#[tokio::test]
async fn one_host_does_not_take_all_hands() {
    let folder = tempdir().unwrap();
    let options = Options { claims_per_host: 2, ..Options::default() };
    let journal = Journal::open(folder.path().join("journal.db"), options).unwrap();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    let mut entries: Vec<_> = (0..5).map(|number| entry(&number.to_string(), "slow")).collect();
    let mut other = entry("other", "quick");
    other.link = Some("https://other.example/1".parse().unwrap());
    entries.push(other);
    announce(&journal, 0, entries, 1).await.unwrap();
    let hosts: Vec<_> = journal
        .pending(at(1), 10)
        .unwrap()
        .entries
        .iter()
        .map(|pending| pending.entry.link.as_ref().unwrap().host_str().unwrap().to_owned())
        .collect();
    assert_eq!(hosts, ["news.example", "news.example", "other.example"]);
}

#[tokio::test]
async fn a_change_that_fails_leaves_its_neighbours_in_the_transaction_alone() {
    let (_folder, journal) = journal(1).await;
    announce(&journal, 0, (0..20).map(|number| entry(&number.to_string(), "x")).collect(), 1).await.unwrap();
    let id = feed(0).id;
    // All at once, so that they share transactions; every third one finishes an entry that doesn't wait.
    let work: Vec<_> = (0..30)
        .map(|number| {
            let (journal, id) = (journal.clone(), id.clone());
            let guid = if number % 3 == 2 { "nobody".to_owned() } else { (number - number / 3).to_string() };
            tokio::spawn(
                async move { finish(&journal, &id, &guid, reject(RejectReason::NotRelevant), 2).await },
            )
        })
        .collect();
    let mut sequences = Vec::new();
    for (number, work) in work.into_iter().enumerate() {
        match work.await.unwrap() {
            Ok(finished) => sequences.push(finished.sequence.unwrap().0),
            Err(error) => {
                assert!(number % 3 == 2 && matches!(error, JournalError::NotPending { .. }), "{error}");
            }
        }
    }
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=20).collect::<Vec<_>>());
    assert_eq!(journal.last_sequence().unwrap(), Sequence(20));
}

#[tokio::test]
async fn the_status_counts_what_there_is_and_can_be_read_from_beside() {
    let (folder, journal) = journal(3).await;
    let mut failing = feed(1);
    failing.failures = 2;
    journal.commit_poll(poll(failing, vec![entry("a", "A"), entry("b", "B")], 1)).await.unwrap();
    finish(&journal, &feed(1).id, "a", article("a", "A", "One."), 2).await.unwrap();
    journal.set_relay_position(Sequence(1)).await.unwrap();
    let beside = dateline_journal::JournalReader::open(folder.path().join("journal.db")).unwrap();
    let status = beside.status().unwrap();
    // The search index is written behind the log, by a thread of its own.
    let search_bytes = status.search_bytes;
    assert_eq!(status, JournalStatus { search_bytes, ..journal.status().unwrap() });
    assert_eq!((status.feeds.active, status.feeds.failing), (3, 1));
    assert_eq!((status.entries, status.backlog), (2, 1));
    assert_eq!(status.events.iter().map(|(_, events)| events).collect::<Vec<_>>(), [1, 0, 0, 0, 0]);
    assert_eq!(status.events.of(EventKind::Article), 1);
    assert_eq!((status.last_sequence, status.relay_position), (Sequence(1), Sequence(1)));
    assert_eq!(status.last_event, Some(at(2)));
}

#[tokio::test]
async fn the_log_tells_when_it_grows() {
    let (_folder, journal) = journal(1).await;
    let mut watch = journal.watch();
    announce(&journal, 0, vec![entry("a", "A")], 1).await.unwrap();
    assert!(!watch.has_changed().unwrap(), "no event, no news");
    finish(&journal, &feed(0).id, "a", reject(RejectReason::HttpStatus), 2).await.unwrap();
    watch.changed().await.unwrap();
    assert_eq!(*watch.borrow(), Sequence(1));
    let unknown =
        journal.postpone(feed(0).id, EntryId::of_guid("a"), at(9), Delay::Failed(String::new())).await;
    assert!(matches!(unknown, Err(JournalError::NotPending { .. })));
}

#[tokio::test]
async fn how_long_an_entry_is_overdue_and_when_an_event_was_committed_can_be_asked() {
    let (_folder, journal) = journal(1).await;
    announce(&journal, 0, vec![entry("a", "A")], 5).await.unwrap();
    announce(&journal, 0, vec![entry("b", "B")], 7).await.unwrap();
    assert_eq!(journal.reader().due_since(at(4)).unwrap(), None);
    assert_eq!(journal.reader().due_since(at(9)).unwrap(), Some(at(5)));
    finish(&journal, &feed(0).id, "a", reject(RejectReason::NotRelevant), 9).await.unwrap();
    assert_eq!(journal.reader().due_since(at(9)).unwrap(), Some(at(7)));
    assert_eq!(journal.reader().event_time(Sequence(1)).unwrap(), Some(at(9)));
    assert_eq!(journal.reader().event_time(Sequence(2)).unwrap(), None);
}
