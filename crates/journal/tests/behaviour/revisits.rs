//! What the journal makes of visits to the pages of published articles.

use std::path::Path;

use crate::harness::{announce, article, at, entry, feed, finish, link};
use dateline_journal::{
    EntryCompletion, EntryOutcome, EventFilter, Journal, Options, RevisitCompletion, RevisitEnd,
    RevisitFinding, RevisitPlan, StoryUpdate,
};
use dateline_wire::{
    ArticleEvent, ArticleId, CanonicalUrl, EntryId, Event, EventId, EventKind, Sequence, Validators,
    WithdrawalEvent, WithdrawalReason, WithdrawnArticle,
};
use tempfile::tempdir;

const HOUR: i64 = 3_600;

fn id(guid: &str) -> ArticleId {
    ArticleId::of(&CanonicalUrl::of(&link(guid)))
}

fn open(folder: &Path) -> Journal {
    Journal::open(folder.join("journal.db"), Options::default()).unwrap()
}

/// A journal with one published article, whose page is due to be visited an hour later.
async fn published(folder: &Path) -> Journal {
    let journal = open(folder);
    journal.configure_feeds(vec![feed(0)]).await.unwrap();
    announce(&journal, 0, vec![entry("a", "A")], 0).await.unwrap();
    publish(&journal, "a", "One.", 0).await;
    journal
}

async fn publish(journal: &Journal, guid: &str, text: &str, second: i64) -> EntryOutcome {
    journal.pending(at(second), 10).unwrap();
    let completion = EntryCompletion {
        feed: feed(0).id,
        entry: EntryId::of_guid(guid),
        event: article(guid, "A", text),
        page_was_read: true,
        stories: StoryUpdate::default(),
        revisit: Some(RevisitPlan { url: link(guid), validators: validators(text), due: at(second + HOUR) }),
        at: at(second),
        traceparent: String::new(),
    };
    journal.finish(completion).await.unwrap().outcome
}

fn validators(etag: &str) -> Validators {
    Validators { etag: Some(etag.into()), ..Validators::default() }
}

fn told(text: &str) -> RevisitFinding {
    let Event::Article(event) = article("a", "A", text) else { unreachable!() };
    let event = Box::new(ArticleEvent { ..*event });
    RevisitFinding::Article { event, url: link("a"), validators: validators(text) }
}

fn missing() -> RevisitFinding {
    RevisitFinding::Missing(Box::new(WithdrawalEvent {
        id: EventId::of_parts(&["ignored"]),
        article: id("a"),
        withdraws: EventId::of_parts(&["ignored"]),
        url: link("a"),
        reason: WithdrawalReason::Gone,
        detail: "status 410".into(),
        missing_since: at(0),
        feed: None,
        entry: None,
        said: WithdrawnArticle::default(),
    }))
}

async fn visit(journal: &Journal, finding: RevisitFinding, second: i64, next: Option<i64>) -> RevisitEnd {
    let revisit = RevisitCompletion {
        article: id("a"),
        url: link("a"),
        finding,
        stories: StoryUpdate::default(),
        next: next.map(at),
        at: at(second),
        traceparent: String::new(),
    };
    journal.finish_revisit(revisit).await.unwrap()
}

fn kinds(journal: &Journal) -> Vec<EventKind> {
    journal.events_after(Sequence::START, 100, None).unwrap().iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn a_published_article_is_handed_out_once_when_it_is_due_and_again_after_a_restart() {
    let folder = tempdir().unwrap();
    let journal = published(folder.path()).await;
    let early = journal.revisits_due(at(HOUR - 1), 10).unwrap();
    assert_eq!((early.revisits.len(), early.next_due), (0, Some(at(HOUR))));
    let due = journal.revisits_due(at(HOUR), 10).unwrap().revisits;
    assert_eq!((due[0].article.clone(), due[0].state.url.clone()), (id("a"), link("a")));
    assert_eq!(due[0].state.validators, validators("One."));
    assert_eq!(due[0].state.entry, entry("a", "A"));
    assert!(journal.revisits_due(at(HOUR), 10).unwrap().revisits.is_empty(), "it is in hand");
    drop(journal);
    // Killed before the visit ended: it is still due.
    let journal = open(folder.path());
    assert_eq!(journal.revisits_due(at(HOUR), 10).unwrap().revisits, due);
}

#[tokio::test]
async fn a_visit_that_finds_nothing_new_makes_no_event_and_the_last_one_ends_it() {
    let folder = tempdir().unwrap();
    let journal = published(folder.path()).await;
    visit(&journal, RevisitFinding::Nothing(validators("2")), HOUR, Some(6 * HOUR)).await;
    let due = journal.revisits_due(at(6 * HOUR), 10).unwrap().revisits;
    assert_eq!(due[0].state.validators, validators("2"));
    assert_eq!(visit(&journal, told("One."), 6 * HOUR, None).await, RevisitEnd::default());
    assert_eq!(kinds(&journal), [EventKind::Article]);
    assert_eq!(journal.status().unwrap().revisits, 0);
}

#[tokio::test]
async fn what_a_visit_finds_changed_is_the_next_revision() {
    let folder = tempdir().unwrap();
    let journal = published(folder.path()).await;
    let end = visit(&journal, told("Two."), HOUR, Some(6 * HOUR)).await;
    let (sequence, Event::Article(revised)) = end.event.unwrap() else { panic!("no article") };
    assert_eq!((sequence, revised.revision), (Sequence(2), 2));
    // The feed's own edit goes on from there.
    announce(&journal, 0, vec![entry("a", "A again")], 7 * HOUR).await.unwrap();
    assert_eq!(publish(&journal, "a", "Three.", 7 * HOUR).await, EntryOutcome::Article { revision: 3 });
    let due = journal.revisits_due(at(7 * HOUR), 10).unwrap().revisits;
    assert_eq!(due[0].due, at(6 * HOUR), "it stays due when it was");
    assert_eq!((&due[0].state.validators, due[0].state.published), (&validators("Three."), at(0)));
}

#[tokio::test]
async fn a_page_that_is_gone_on_two_visits_withdraws_the_article_once_and_coming_back_ends_that() {
    let folder = tempdir().unwrap();
    let journal = published(folder.path()).await;
    for (hour, told_of) in [(1, false), (2, true), (6, false)] {
        let end = visit(&journal, missing(), hour * HOUR, Some((hour + 1) * HOUR)).await;
        assert_eq!(end.event.is_some(), told_of, "visit after {hour} h");
        if let Some((_, Event::Withdrawal(withdrawal))) = end.event {
            assert_eq!(withdrawal.withdraws, EventId::of_revision(&id("a"), 1));
            assert_eq!(withdrawal.missing_since, at(HOUR));
            // It is chosen by what its article said.
            let Event::Article(article) = article("a", "A", "One.") else { panic!("an article") };
            assert_eq!(withdrawal.said, WithdrawnArticle::from(*article));
            assert!(withdrawal.said.title.is_some() && withdrawal.said.relevance.is_some());
            let found = |query: &str| {
                let filter = EventFilter::from_query(query).unwrap();
                journal.reader().events_by(&filter, Sequence::START, 10).unwrap().len()
            };
            assert_eq!(
                (found("kind=withdrawal&label=relevant"), found("kind=withdrawal&language=xx")),
                (1, 0)
            );
        }
    }
    assert!(journal.reader().is_withdrawn(&id("a")).unwrap());
    // Word for word what was withdrawn: it is a revision all the same.
    let end = visit(&journal, told("One."), 7 * HOUR, Some(24 * HOUR)).await;
    let (_, Event::Article(revised)) = end.event.unwrap() else { panic!("no article") };
    assert_eq!(revised.revision, 2);
    assert!(!journal.reader().is_withdrawn(&id("a")).unwrap());
    assert_eq!(kinds(&journal), [EventKind::Article, EventKind::Withdrawal, EventKind::Article]);
    assert_eq!(journal.status().unwrap().events.of(EventKind::Withdrawal), 1);
}

#[tokio::test]
async fn a_moments_outage_or_a_failure_between_two_visits_withdraws_nothing() {
    let folder = tempdir().unwrap();
    let journal = published(folder.path()).await;
    visit(&journal, missing(), HOUR, Some(2 * HOUR)).await;
    visit(&journal, RevisitFinding::Failed, 2 * HOUR, Some(3 * HOUR)).await;
    visit(&journal, RevisitFinding::Nothing(validators("2")), 3 * HOUR, Some(6 * HOUR)).await;
    visit(&journal, missing(), 6 * HOUR, Some(7 * HOUR)).await;
    assert_eq!(kinds(&journal), [EventKind::Article]);
}

#[tokio::test]
async fn the_withdrawal_survives_a_restart_between_the_two_visits() {
    let folder = tempdir().unwrap();
    let journal = published(folder.path()).await;
    visit(&journal, missing(), HOUR, Some(2 * HOUR)).await;
    drop(journal);
    let journal = open(folder.path());
    assert!(visit(&journal, missing(), 2 * HOUR, None).await.event.is_some());
}

#[tokio::test]
async fn where_an_entry_waits_at_the_host_no_page_is_visited_again() {
    let folder = tempdir().unwrap();
    let journal = published(folder.path()).await;
    announce(&journal, 0, vec![entry("b", "B")], HOUR).await.unwrap();
    let batch = journal.revisits_due(at(HOUR), 10).unwrap();
    assert!(batch.revisits.is_empty() && batch.are_left);
    let first = journal.pending(at(HOUR), 10).unwrap().entries;
    assert_eq!(first.len(), 1);
    assert!(journal.revisits_due(at(HOUR), 10).unwrap().revisits.is_empty(), "nor while it is read");
    finish(&journal, &feed(0).id, "b", article("b", "B", "Other."), HOUR).await.unwrap();
    assert_eq!(journal.revisits_due(at(HOUR), 10).unwrap().revisits.len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_puts_no_visit_off_for_long() {
    let folder = tempdir().unwrap();
    let journal = published(folder.path()).await;
    journal.limit_revisits(at(-1_000 * HOUR)).await.unwrap();
    assert_eq!(journal.revisits_due(at(-1_000 * HOUR), 10).unwrap().revisits.len(), 1);
}
