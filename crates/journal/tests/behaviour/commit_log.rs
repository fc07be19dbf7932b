//! A journal whose transactions a log has before the file does, and the file made anew from that log.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::harness::{announce, article, at, entry, feed, finish, poll, reject};
use dateline_journal::{
    CommitLog, Delay, EntryOutcome, HandedEntry, HostWishRow, Journal, JournalError, JournalRebuild,
    LoggedTransaction, MirrorUpdate, Options, ReportedChange, StateRecord, StoryArticleRow, StoryUpdate,
    TakenReport, WaitingChoice,
};
use dateline_wire::{
    ArticleEvent, ArticleId, CloudEvent, Entry, EntryId, Event, EventKind, JournalId, RejectReason, Sequence,
    StoryEvent, StoryId,
};
use serde_json::json;
use tempfile::{TempDir, tempdir};
use url::Url;

/// Keeps what it is given, or refuses.
#[derive(Debug, Default)]
struct Log {
    committed: Mutex<Vec<LoggedTransaction>>,
    refusal: Mutex<Option<JournalError>>,
    tells_stories: bool,
}

impl CommitLog for Log {
    fn is_elsewhere(&self, page: &Url) -> bool {
        page.host_str() == Some("elsewhere.example")
    }

    fn keeps_articles(&self) -> bool {
        self.tells_stories
    }

    fn commit(&self, transaction: LoggedTransaction) -> Result<(), JournalError> {
        if let Some(refusal) = self.refusal.lock().unwrap().clone() {
            return Err(refusal);
        }
        self.committed.lock().unwrap().push(transaction);
        Ok(())
    }
}

impl Log {
    fn handed_over(&self) -> Vec<HandedEntry> {
        self.committed.lock().unwrap().iter().flat_map(|done| done.handed_over.clone()).collect()
    }

    fn events(&self) -> usize {
        self.committed.lock().unwrap().iter().map(|done| done.events.len()).sum()
    }

    /// The records that compaction would leave.
    fn records(&self) -> BTreeMap<String, String> {
        let mut records = BTreeMap::new();
        for record in self.committed.lock().unwrap().iter().flat_map(|done| &done.state) {
            match &record.value {
                Some(value) => drop(records.insert(record.key.clone(), value.clone())),
                None => drop(records.remove(&record.key)),
            }
        }
        records
    }
}

fn open(path: &Path, log: &Arc<Log>) -> Journal {
    Journal::open(path, Options { commit_log: Some(log.clone()), ..Options::default() }).unwrap()
}

fn journal() -> (TempDir, Journal, Arc<Log>) {
    let (folder, log) = (tempdir().unwrap(), Arc::new(Log::default()));
    let journal = open(&folder.path().join("journal.db"), &log);
    (folder, journal, log)
}

/// What a log has, as a journal of its own.
fn rebuilt(folder: &TempDir, log: &Arc<Log>) -> Journal {
    let path = folder.path().join("rebuilt.db");
    let mut rebuild = JournalRebuild::begin(&path, &JournalId::from_stored("fleet.7")).unwrap();
    for record in log.committed.lock().unwrap().iter().flat_map(|done| &done.state) {
        rebuild.take(&record.key, record.value.as_deref()).unwrap();
    }
    rebuild.finish().unwrap();
    open(&path, log)
}

fn elsewhere(guid: &str) -> Entry {
    let link = Some(format!("https://elsewhere.example/{guid}").parse().unwrap());
    Entry { link, ..entry(guid, "A visit") }
}

#[tokio::test]
async fn a_journal_made_anew_from_its_log_goes_on_where_the_first_was() {
    let (folder, journal, log) = journal();
    journal.configure_feeds(vec![feed(0), feed(1)]).await.unwrap();
    let mut polled = feed(0);
    polled.validators.etag = Some("\"v1\"".into());
    let entries = ["a", "b", "c", "d"].map(|guid| entry(guid, "A visit"));
    journal.commit_poll(poll(polled.clone(), entries.to_vec(), 1)).await.unwrap();
    finish(&journal, &polled.id, "a", article("a", "A visit", "It began."), 2).await.unwrap();
    finish(&journal, &polled.id, "b", reject(RejectReason::NotRelevant), 3).await.unwrap();
    let failed = Delay::Failed("status 503".to_owned());
    journal.postpone(polled.id.clone(), EntryId::of_guid("c"), at(90), failed).await.unwrap();

    let again = rebuilt(&folder, &log);
    let mut feeds = again.feeds().unwrap();
    feeds.sort_by_key(|feed| feed.url.to_string());
    assert_eq!(feeds, [polled.clone(), feed(1)]);
    assert_eq!((again.id().as_str(), again.last_sequence().unwrap()), ("fleet.7", Sequence(2)));
    let due = again.pending(at(100), 10).unwrap().entries;
    let waiting: Vec<_> = due.iter().map(|due| (due.entry.guid.as_deref().unwrap(), due.attempts)).collect();
    assert_eq!(waiting, [("d", 0), ("c", 1)]);
    // What it knows of entries and articles it knows for good.
    let news = announce(&again, 0, entries.to_vec(), 4).await.unwrap();
    assert_eq!((news.new, news.changed), (0, 0));
    let same = finish(&again, &polled.id, "c", article("a", "A visit", "It began."), 5).await.unwrap();
    assert_eq!((same.outcome, same.sequence), (EntryOutcome::Duplicate, Some(Sequence(3))));
    let next = finish(&again, &polled.id, "d", article("a", "A visit", "It ended."), 6).await.unwrap();
    assert_eq!(next.outcome, EntryOutcome::Article { revision: 2 });
}

#[tokio::test]
async fn a_journal_that_tells_stories_has_its_articles_and_stories_again_when_it_is_made_anew() {
    let (folder, log) = (tempdir().unwrap(), Arc::new(Log { tells_stories: true, ..Log::default() }));
    let journal = open(&folder.path().join("journal.db"), &log);
    let published = |guid: &str, revision: u32, text: &str| {
        let Event::Article(mut article) = article(guid, "A visit", text) else { unreachable!() };
        article.set_revision(revision);
        article
    };
    let reports =
        [published("a", 1, "It began."), published("b", 1, "It rained."), published("a", 2, "It ended.")];
    let taken = |change: ReportedChange, stories: StoryUpdate, second: i64| TakenReport {
        change,
        stories,
        at: at(second),
        traceparent: String::new(),
    };
    let article = |article: &ArticleEvent, second: i64| {
        let story = told_with(&article.article, u32::from(article.revision == 2) + 1, second);
        taken(ReportedChange::Article(Box::new(article.clone())), story, second)
    };
    // The last is a revision of the first, which comes with it.
    let together = [article(&reports[0], 1), article(&reports[1], 2), article(&reports[2], 3)];
    journal.take_reports(together.into(), 30).await.unwrap();
    let withdrawn = ReportedChange::Withdrawal(reports[1].article.clone());
    journal.take_reports([taken(withdrawn, StoryUpdate::default(), 4)].into(), 40).await.unwrap();

    let again = rebuilt(&folder, &log);
    let (reader, before) = (again.reader(), journal.reader());
    for report in [&reports[1], &reports[2]] {
        let id = &report.article;
        assert_eq!(reader.latest_article(id).unwrap().as_ref(), Some(&**report));
        let story = reader.story_of(id).unwrap().unwrap();
        assert_eq!(Some(&story), before.story_of(id).unwrap().as_ref());
        assert_eq!(reader.story(&story).unwrap(), before.story(&story).unwrap());
        assert_eq!(reader.story_articles(&story).unwrap(), before.story_articles(&story).unwrap());
    }
    assert!(reader.is_withdrawn(&reports[1].article).unwrap());
    let articles =
        |journal: &Journal| journal.events_after(Sequence::START, 10, Some(EventKind::Article)).unwrap();
    assert_eq!(articles(&again), articles(&journal));
    assert_eq!(again.last_sequence().unwrap(), journal.last_sequence().unwrap());
    let places = log.committed.lock().unwrap().iter().filter_map(|done| done.taken_until).collect::<Vec<_>>();
    assert_eq!(places, [30, 40]);
}

/// A story of its own for an article.
fn told_with(article: &ArticleId, revision: u32, second: i64) -> StoryUpdate {
    let story = StoryId::of(article, article, 1);
    let event = json!({
        "id": format!("{}/{revision}", story.as_str()), "story": story, "revision": revision, "state": "open", "changes": [],
        "titles": {}, "first_reported": at(1), "last_reported": at(second), "entities": [], "acts": [], "languages": [],
        "article_count": 1, "origin_count": 1, "articles": [], "independent_origins": []
    });
    let row = StoryArticleRow { article: article.clone(), story, data: second.to_string() };
    let told: StoryEvent = serde_json::from_value(event).unwrap();
    StoryUpdate { articles: vec![row], events: vec![told.into()] }
}

#[tokio::test]
async fn the_log_has_one_record_for_each_row_that_is_left() {
    let (_folder, journal, log) = journal();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    announce(&journal, 0, vec![entry("a", "A visit"), entry("b", "A visit")], 1).await.unwrap();
    finish(&journal, &feed(0).id, "a", article("a", "A visit", "It began."), 2).await.unwrap();
    let of_table = |name: &str| {
        let prefix = format!("[\"{name}\",");
        log.records().keys().filter(|key| key.starts_with(&prefix)).count()
    };
    let found = ["feeds", "entries", "pending", "revisions", "links", "journal"].map(of_table);
    assert_eq!(found, [1, 2, 1, 1, 1, 1]);
    assert_eq!(log.events(), 1);
}

#[tokio::test]
async fn what_the_log_refuses_is_not_in_the_file_either_and_can_be_tried_again() {
    let (_folder, journal, log) = journal();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    *log.refusal.lock().unwrap() = Some(JournalError::LogUnavailable("no broker".to_owned()));
    let refused = announce(&journal, 0, vec![entry("a", "A visit")], 1).await.unwrap_err();
    assert!(refused.is_retryable(), "{refused}");
    assert_eq!(journal.backlog().unwrap(), 0);
    *log.refusal.lock().unwrap() = Some(JournalError::LogLost("the shard is another's".to_owned()));
    assert!(!announce(&journal, 0, vec![entry("a", "A visit")], 1).await.unwrap_err().is_retryable());
    *log.refusal.lock().unwrap() = None;
    assert_eq!(announce(&journal, 0, vec![entry("a", "A visit")], 1).await.unwrap().new, 1);
    assert_eq!(journal.backlog().unwrap(), 1);
}

#[tokio::test]
async fn an_entry_whose_page_is_elsewhere_waits_where_it_is_taken_in() {
    let (_folder, first, log) = journal();
    first.configure_feeds(vec![feed(0)]).await.unwrap();
    let entries = vec![entry("here", "A visit"), elsewhere("there")];
    assert_eq!(announce(&first, 0, entries, 1).await.unwrap().new, 2);
    assert_eq!(first.backlog().unwrap(), 1);
    let handed = log.handed_over();
    let guids: Vec<_> = handed.iter().map(|handed| handed.entry.guid.as_deref().unwrap()).collect();
    assert_eq!(guids, ["there"]);

    // The other journal doesn't know the feed.
    let folder = tempdir().unwrap();
    let second = Journal::open(folder.path().join("journal.db"), Options::default()).unwrap();
    second.take_handed_over(handed.into(), 8, at(2)).await.unwrap();
    let due = second.pending(at(3), 10).unwrap().entries;
    assert_eq!((due.len(), &due[0].feed, due[0].edition), (1, &feed(0).id, 1));
    let ended = finish(&second, &feed(0).id, "there", article("there", "A visit", "It began."), 4).await;
    assert_eq!(ended.unwrap().outcome, EntryOutcome::Article { revision: 1 });
    assert_eq!(second.feeds().unwrap(), [], "the feed is not polled there");
}

#[tokio::test]
async fn an_edit_that_is_handed_over_while_its_entry_is_worked_on_is_looked_at_next() {
    let (_folder, first, log) = journal();
    first.configure_feeds(vec![feed(0)]).await.unwrap();
    announce(&first, 0, vec![elsewhere("a")], 1).await.unwrap();
    announce(&first, 0, vec![Entry { title: Some("A visit ends".into()), ..elsewhere("a") }], 2)
        .await
        .unwrap();
    let [announced, edited] = log.handed_over().try_into().unwrap();
    assert_eq!((announced.edition, edited.edition), (1, 2));

    let folder = tempdir().unwrap();
    let second = Journal::open(folder.path().join("journal.db"), Options::default()).unwrap();
    second.take_handed_over([announced.clone()].into(), 1, at(2)).await.unwrap();
    assert_eq!(second.pending(at(3), 10).unwrap().entries.len(), 1);
    second.take_handed_over([edited].into(), 2, at(4)).await.unwrap();
    let ended = finish(&second, &feed(0).id, "a", article("a", "A visit", "It began."), 5).await.unwrap();
    assert!(ended.waits);
    // An older one that comes later, by a page that sent elsewhere, is no news.
    second.take_handed_over([announced].into(), 3, at(6)).await.unwrap();
    let due = second.pending(at(7), 10).unwrap().entries;
    assert_eq!((due.len(), due[0].edition, due[0].entry.title.as_deref()), (1, 2, Some("A visit ends")));
}

#[tokio::test]
async fn an_entry_whose_page_turns_out_to_be_elsewhere_is_handed_over_and_waits_here_no_more() {
    let (_folder, journal, log) = journal();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    announce(&journal, 0, vec![entry("a", "A visit")], 1).await.unwrap();
    assert_eq!(journal.pending(at(2), 1).unwrap().entries.len(), 1);
    let target: Url = "https://elsewhere.example/moved".parse().unwrap();
    journal.hand_over(feed(0).id, EntryId::of_guid("a"), target.clone()).await.unwrap();
    assert_eq!(journal.backlog().unwrap(), 0);
    let [handed] = log.handed_over().try_into().unwrap();
    assert_eq!((handed.entry.link, handed.attempts), (Some(target), 1));
    assert!(!log.records().keys().any(|key| key.starts_with("[\"pending\"")));
}

#[tokio::test]
async fn what_hosts_wish_is_known_to_the_next_who_has_the_journal_while_it_holds() {
    let (folder, journal, log) = journal();
    let wish = |host: &str, delay: Option<u64>, until: i64| HostWishRow {
        host: host.to_owned(),
        delay: delay.map(Duration::from_secs),
        until: at(until),
    };
    for noted in [
        wish("slow.example", Some(10), 500),
        wish("slow.example", None, 90),
        wish("slow.example", None, 80),
        wish("quick.example", Some(5), 500),
        wish("quick.example", Some(0), 500),
        wish("forgiving.example", None, 20),
    ] {
        journal.note_host_wish(noted, at(1)).await.unwrap();
    }
    journal.note_host_wish(wish("new.example", None, 99), at(30)).await.unwrap();
    let again = rebuilt(&folder, &log);
    let expected =
        [wish("new.example", None, 99), wish("slow.example", Some(10), 500), wish("slow.example", None, 90)];
    assert_eq!(again.reader().host_wishes().unwrap(), expected);
}

#[tokio::test]
async fn a_poll_that_brought_nothing_is_no_transaction_of_the_log() {
    let (folder, journal, log) = journal();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    let polled = |at_second: i64| {
        let mut state = feed(0);
        state.last_poll = Some(at(at_second));
        state.last_success = Some(at(at_second));
        state.next_poll = at(at_second + 60);
        poll(state, Vec::new(), at_second)
    };
    journal.commit_poll(polled(1)).await.unwrap();
    let before = log.committed.lock().unwrap().len();
    journal.commit_poll(polled(61)).await.unwrap();
    assert_eq!(log.committed.lock().unwrap().len(), before, "the log has it from the poll before");
    assert_eq!(journal.feeds().unwrap()[0].last_poll, Some(at(61)), "the file has it");

    let mut changed = polled(121);
    changed.feed.validators.etag = Some("\"v2\"".into());
    journal.commit_poll(changed).await.unwrap();
    let again = rebuilt(&folder, &log);
    assert_eq!(again.feeds().unwrap()[0].last_poll, Some(at(121)));
    // What it was made of is known to be in the log.
    let before = log.committed.lock().unwrap().len();
    again.configure_feeds(vec![feed(0)]).await.unwrap();
    assert_eq!(log.committed.lock().unwrap().len(), before);
}

#[tokio::test]
async fn a_journal_that_mirrors_others_shows_their_events_feeds_and_stories_and_what_waits() {
    let (_folder, journal, log) = journal();
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    let entries = ["a", "b", "c"].map(|guid| entry(guid, "A visit"));
    journal.commit_poll(poll(feed(0), entries.to_vec(), 1)).await.unwrap();
    finish(&journal, &feed(0).id, "a", article("a", "A visit", "It began."), 2).await.unwrap();
    finish(&journal, &feed(0).id, "b", article("a", "A visit", "It ended."), 3).await.unwrap();
    let mut events = journal.events_after(Sequence(0), 10, None).unwrap();
    let published = ArticleId::from_stored(events[0].key.as_str());
    let StoryUpdate { articles, events: told } = told_with(&published, 1, 4);
    events.push(CloudEvent {
        kind: EventKind::Story,
        id: told[0].id.as_str().to_owned(),
        key: told[0].story.as_str().to_owned(),
        data: Event::Story(told[0].clone()).to_json().unwrap(),
        ..events[0].clone()
    });
    let row = |key: &[&str], value: Option<String>| StateRecord { key: json!(key).to_string(), value };
    let (feed, entry) = (feed(0), EntryId::of_guid("c"));
    let waiting = ["pending", feed.id.as_str(), entry.as_str()];
    let mut rows: Vec<_> = log
        .records()
        .into_iter()
        .filter(|(key, _)| MirrorUpdate::shows(key.split('"').nth(1).unwrap()))
        .map(|(key, value)| StateRecord { key, value: Some(value) })
        .collect();
    // A row that names a feed may be read before the feed's.
    rows.reverse();
    let value = json!({ "story": articles[0].story, "data": articles[0].data }).to_string();
    rows.push(row(&["story_articles", published.as_str()], Some(value)));

    let folder = tempdir().unwrap();
    let mirror = Journal::open(folder.path().join("mirror.db"), Options::default()).unwrap();
    mirror.mirror(MirrorUpdate { events, rows }).await.unwrap();
    assert_eq!(
        (mirror.last_sequence().unwrap(), mirror.relay_position().unwrap()),
        (Sequence(3), Sequence(3))
    );
    assert_eq!(mirror.feeds().unwrap(), journal.feeds().unwrap());
    let history = mirror.reader().article_history(&published).unwrap().unwrap();
    assert_eq!(history.revisions.len(), 2);
    assert_eq!(mirror.reader().story(&told[0].story).unwrap().unwrap(), *told[0]);
    assert_eq!(mirror.reader().story_articles(&told[0].story).unwrap()[0].1, articles[0]);
    let waits = |mirror: &Journal| mirror.reader().waiting_entries(WaitingChoice::All, 10).unwrap().len();
    assert_eq!((waits(&mirror), mirror.backlog().unwrap()), (1, 1));

    let gone = MirrorUpdate { rows: vec![row(&waiting, None)], ..MirrorUpdate::default() };
    mirror.mirror(gone).await.unwrap();
    assert_eq!((waits(&mirror), mirror.backlog().unwrap()), (0, 0));
}
