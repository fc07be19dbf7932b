use std::collections::HashMap;
use std::convert::Infallible;

use dateline_wire::{CanonicalUrl, FeedRef, Label, StoryChangeKind, StoryRole, StoryState};
use serde_json::json;

use super::*;

/// Tables that go by the wording alone.
const TABLES: [(&str, &str); 5] = [
    ("words.tsv", "id\tagainst\ten\nship\t\tship*"),
    ("weights.tsv", "sign\tsame\tacross\nalways\t-0.3\t-0.3\nwording\t1\t0"),
    ("numerals.tsv", "kind\tvalue\twords\nnumber\t3\tthree"),
    ("frequencies.tsv", "texts\tstems\n900\tsaid"),
    ("stopwords.txt", "the to at of and on in by a that as for"),
];

const FERRY: &str = "The ferry to the islands left the harbour at six in the morning, for the first time since the storm tore its ramp away.";
const FERRY_AGAIN: &str = "For the first time since the storm the islands ferry left its harbour this morning at six, the ramp being new.";
const MILL: &str = "The old mill on the river closes after two hundred years, since its owner finds no grain that is cheap enough.";

/// A book and the records that a caller keeps.
struct Kept {
    book: StoryBook,
    revisions: HashMap<StoryId, u32>,
    /// By article: number, story, report.
    reports: HashMap<ArticleId, (u64, StoryId, Arc<StoryReport>)>,
    second: i64,
}

impl Kept {
    fn new() -> Self {
        Self { book: book(), revisions: HashMap::new(), reports: HashMap::new(), second: 0 }
    }

    fn take(&mut self, article: &ArticleEvent) -> StoryTelling {
        self.second += 60;
        let at = Timestamp::from_second(self.second).unwrap();
        let (revisions, reports) = (&self.revisions, &self.reports);
        let read = |story: &StoryId| {
            let mut kept: Vec<(u64, Arc<StoryReport>)> = reports
                .values()
                .filter(|(_, of, _)| of == story)
                .map(|(number, _, report)| (*number, report.clone()))
                .collect();
            kept.sort_by_key(|(number, _)| *number);
            Ok::<_, Infallible>(StoredStory::new(revisions.get(story).copied().unwrap_or(0), kept))
        };
        let told = self.book.take(article, at, read).unwrap();
        for (report, story) in &told.reports {
            let next = self.reports.len() as u64 + 1;
            let number = self.reports.get(&report.shown.article).map_or(next, |(number, ..)| *number);
            self.reports.insert(report.shown.article.clone(), (number, story.clone(), report.clone()));
        }
        for event in &told.events {
            assert_eq!(event.revision, self.revisions.get(&event.story).map_or(1, |revision| revision + 1));
            self.revisions.insert(event.story.clone(), event.revision);
        }
        told
    }
}

fn tables() -> Arc<StoryTables> {
    let files = TABLES.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    Arc::new(StoryTables::from_files(&files).unwrap())
}

fn book() -> StoryBook {
    StoryBook::new(tables(), Arc::default())
}

fn article(name: &str, revision: u32, title: &str, text: &str) -> ArticleEvent {
    let url = format!("https://{name}.example/1");
    let id = ArticleId::of(&CanonicalUrl::of(&url.parse().unwrap()));
    serde_json::from_value(json!({
        "id": format!("{id}.{revision}"), "article": id, "revision": revision, "url": url, "canonical_url": url,
        "page_kind": "article", "publisher": name, "language": "en", "title": title, "authors": [], "cuts": [],
        "body": {"text": text, "paragraphs": [], "sha256": "", "extractor": "test"},
        "received_at": "2026-03-01T08:00:00Z", "entities": [],
        "relevance": {"label": "relevant", "reasons": [], "passages": []},
    }))
    .unwrap()
}

fn copy(name: &str, of: &ArticleEvent) -> ArticleEvent {
    let mut copy = article(name, 1, "A copy", &of.content.body.text);
    copy.copy_of = Some(dateline_wire::CopyOf {
        article: of.article.clone(),
        revision: 1,
        share: 1.0,
        spans: Vec::new(),
    });
    copy
}

#[test]
fn a_copy_stands_where_its_text_stands_and_is_no_further_witness() {
    let mut kept = Kept::new();
    let first = article("first", 1, "Ferry to the islands runs again", FERRY);
    kept.take(&first);
    let second = kept.take(&article("second", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN));
    let third = kept.take(&copy("third", &first));
    assert_eq!((&third.story, third.joined_by[0].sign.as_str()), (&second.story, "copy"));
    let [event] = third.events.as_slice() else { panic!("{:?}", third.events) };
    assert_eq!((event.article_count, event.origin_count, event.revision), (3, 2, 3));
    let roles: Vec<StoryRole> = event.articles.iter().map(|article| article.role).collect();
    assert_eq!(roles, [StoryRole::Origin, StoryRole::OwnReport, StoryRole::Copy]);
    assert_eq!(event.independent_origins[0].evidence.len(), 2);
}

/// An agency with a site of its own.
const AGENCIES: &str = "name\tkind\tdomains\tnames\nSeewire\tagency\tseewire.example\tSeewire";

#[test]
fn a_text_and_its_copies_are_one_witness_by_whoever_one_of_them_names_or_whose_site_it_stands_on() {
    let origins = |articles: &[ArticleEvent]| {
        let agencies = Arc::new(Agencies::parse(AGENCIES).unwrap());
        let mut kept = Kept { book: StoryBook::new(tables(), agencies), ..Kept::new() };
        let told: Vec<StoryTelling> = articles.iter().map(|article| kept.take(article)).collect();
        let event = told.last().unwrap().events.last().unwrap().clone();
        let named = event.independent_origins.iter();
        named.map(|origin| (origin.name.clone(), origin.evidence.len())).collect::<Vec<_>>()
    };
    let first = article("first", 1, "Ferry to the islands runs again", FERRY);
    let own = article("own", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN);
    let mut naming = copy("naming", &first);
    naming.content.origins = vec![
        serde_json::from_value(json!({"name": "Seewire", "kind": "credit", "evidence": "Seewire"})).unwrap(),
    ];
    let witnesses = |names: &[(&str, usize)]| {
        names.iter().map(|(name, evidence)| ((*name).to_owned(), *evidence)).collect::<Vec<_>>()
    };
    assert_eq!(
        origins(&[first.clone(), own.clone(), copy("third", &first)]),
        witnesses(&[("first", 2), ("own", 1)])
    );
    assert_eq!(origins(&[first.clone(), own.clone(), naming]), witnesses(&[("Seewire", 2), ("own", 1)]));
    let mut naming = copy("other", &first);
    naming.content.origins = vec![
        serde_json::from_value(json!({"name": "Landwire", "kind": "credit", "evidence": "Landwire"}))
            .unwrap(),
    ];
    let site = copy("seewire", &first);
    assert_eq!(origins(&[first.clone(), naming, site.clone()]), witnesses(&[("Seewire", 3)]));
    assert_eq!(origins(&[first.clone(), own, site]), witnesses(&[("Seewire", 2), ("own", 1)]));
    // So they are where the text that they repeat is not known.
    let stranger = article("stranger", 1, "", MILL);
    assert_eq!(origins(&[copy("x", &stranger), copy("y", &stranger)]), witnesses(&[("x", 2)]));
}

#[test]
fn a_day_to_come_is_none_on_which_something_happened() {
    let told = |text: &str| {
        let mut kept = Kept::new();
        let mut report = article("first", 1, "Ferry to the islands runs again", text);
        report.content.published = Some(
            serde_json::from_value(json!({"value": "2026-03-01", "precision": "day", "source": "visible"}))
                .unwrap(),
        );
        kept.take(&report).events.last().unwrap().happened_on.map(|day| day.to_string())
    };
    assert_eq!(told(&format!("On 28 February it was seen. {FERRY}")).as_deref(), Some("2026-02-28"));
    assert_eq!(told(&format!("On 12 April it will leave. {FERRY}")), None);
}

#[test]
fn a_story_tells_what_its_articles_are_found_by() {
    let mut kept = Kept::new();
    let with = |mut article: ArticleEvent, entity: serde_json::Value, topic: &str, label, feed: &str| {
        article.entities = vec![serde_json::from_value(entity).unwrap()];
        article.topics = vec![dateline_wire::ArticleTopic { id: topic.into(), spans: Vec::new() }];
        article.relevance.label = label;
        let feed = format!("https://{feed}.example/rss").parse().unwrap();
        article.feed = Some(FeedRef::new(&feed, None, &dateline_wire::SecretQuery::default()));
        article
    };
    let known =
        json!({"id": "russia", "type": "country", "surface": "Russia", "wikidata": "Q159", "spans": []});
    let unknown = json!({"id": "ferry", "type": "ship", "surface": "ferry", "spans": []});
    let first = article("first", 1, "Ferry to the islands runs again", FERRY);
    let second = article("second", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN);
    kept.take(&with(first.clone(), known.clone(), "transport", Label::Relevant, "one"));
    kept.take(&with(second, unknown, "arms", Label::Borderline, "two"));
    let third = kept.take(&with(copy("third", &first), known, "transport", Label::Relevant, "one"));
    let [event] = third.events.as_slice() else { panic!("{:?}", third.events) };
    let told = serde_json::to_value(event).unwrap();
    assert_eq!(
        told["entities"],
        json!([
            {"id": "russia", "type": "country", "articles": 2, "wikidata": "Q159"},
            {"id": "ferry", "type": "ship", "articles": 1},
        ])
    );
    assert_eq!(told["topics"], json!([{"id": "transport", "articles": 2}, {"id": "arms", "articles": 1}]));
    assert_eq!(told["labels"], json!(["relevant", "borderline"]));
    let feeds = event.feeds.iter().map(|feed| feed.url.as_str()).collect::<Vec<_>>();
    assert_eq!(feeds, ["https://one.example/rss", "https://two.example/rss"]);
}

#[test]
fn an_edit_may_part_a_story_and_the_next_bring_it_together_again() {
    let mut kept = Kept::new();
    let first = kept.take(&article("first", 1, "Ferry to the islands runs again", FERRY));
    let joined = kept.take(&article("second", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN));
    assert_eq!(joined.story, first.story);

    let parted = kept.take(&article("second", 2, "Old mill closes", MILL));
    assert_ne!(parted.story, first.story);
    let change = |story: &StoryId, told: &StoryTelling| {
        let event = told.events.iter().find(|event| event.story == *story).unwrap();
        (event.state, event.article_count, event.changes[0].kind)
    };
    assert_eq!(change(&first.story, &parted), (StoryState::Open, 1, StoryChangeKind::Left));
    assert_eq!(change(&parted.story, &parted), (StoryState::Open, 1, StoryChangeKind::Begun));

    let merged = kept.take(&article("second", 3, "Islands ferry leaves its harbour again", FERRY_AGAIN));
    assert_eq!(merged.story, first.story);
    let ended = merged.events.iter().find(|event| event.story == parted.story).unwrap();
    assert_eq!((ended.state, ended.merged_into.as_ref()), (StoryState::Merged, Some(&first.story)));
    assert!(ended.articles.is_empty());
    assert_eq!(
        kept.book.story_of(&ArticleId::from_stored(joined.reports[0].0.shown.article.as_str())),
        Some(first.story.clone())
    );
}

#[test]
fn a_book_that_is_restored_goes_on_as_the_one_that_was_not() {
    let mut kept = Kept::new();
    let first = article("first", 1, "Ferry to the islands runs again", FERRY);
    let articles = [first.clone(), article("mill", 1, "Old mill closes", MILL), copy("third", &first)];
    let mut restored = book();
    for (place, article) in articles.iter().enumerate() {
        let told = kept.take(article);
        restored.restore(article, Timestamp::from_second(60 * (place as i64 + 1)).unwrap(), &told.story);
    }
    let next = article("second", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN);
    let mut beside = Kept { book: restored, ..Kept::new() };
    (beside.revisions, beside.reports, beside.second) =
        (kept.revisions.clone(), kept.reports.clone(), kept.second);
    let (one, other) = (kept.take(&next), beside.take(&next));
    assert_eq!((one.story, one.joined_by, one.events), (other.story, other.joined_by, other.events));
}

#[test]
fn a_copy_whose_text_was_forgotten_before_the_book_was_restored_is_a_copy_still() {
    const DAY: i64 = 86_400;
    let mut kept = Kept::new();
    let first = article("first", 1, "Ferry to the islands runs again", FERRY);
    kept.take(&first);
    kept.second += 10 * DAY;
    let mut copied = copy("third", &first);
    let told = kept.take(&copied);
    copied.joined_by = told.joined_by;
    let mut restored = book();
    restored.restore(&copied, Timestamp::from_second(kept.second).unwrap(), &told.story);
    let mut beside = Kept { book: restored, ..Kept::new() };
    (beside.revisions, beside.reports) = (kept.revisions.clone(), kept.reports.clone());
    kept.second += 5 * DAY;
    beside.second = kept.second;
    let next = article("second", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN);
    let (one, other) = (kept.take(&next), beside.take(&next));
    assert_ne!(one.story, told.story, "there is no text to compare it with");
    assert_eq!((one.story, one.joined_by, one.events), (other.story, other.joined_by, other.events));
}

/// A book of the same tables that was packed and unpacked.
fn packed(book: &StoryBook) -> StoryBook {
    let mut bytes = Vec::new();
    book.pack(&mut bytes).unwrap();
    let tables = tables();
    let unpacked = StoryBook::unpack(tables.clone(), Arc::default(), &mut bytes.as_slice()).unwrap();
    for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        assert!(StoryBook::unpack(tables.clone(), Arc::default(), &mut &bytes[..cut]).is_err());
    }
    unpacked
}

#[test]
fn a_book_that_was_packed_goes_on_as_the_one_that_was_not() {
    let first = article("first", 1, "Ferry to the islands runs again", FERRY);
    let stream = [
        first.clone(),
        article("mill", 1, "Old mill closes", MILL),
        copy("third", &first),
        article("second", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN),
        article("second", 2, "The mill closes", MILL),
        article("second", 3, "Islands ferry leaves its harbour again", FERRY_AGAIN),
    ];
    let (mut whole, mut interrupted) = (Kept::new(), Kept::new());
    for article in &stream {
        let (one, other) = (whole.take(article), interrupted.take(article));
        assert_eq!((one.story, one.joined_by, one.events), (other.story, other.joined_by, other.events));
        interrupted.book = packed(&interrupted.book);
    }
}

#[test]
fn a_book_that_was_packed_before_stories_changed_follows_the_records() {
    let mut kept = Kept::new();
    let first = article("first", 1, "Ferry to the islands runs again", FERRY);
    let mill = article("mill", 1, "Old mill closes", MILL);
    let second = article("second", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN);
    for article in [&first, &mill, &second, &copy("third", &second)] {
        kept.take(article);
    }
    let mut old = packed(&kept.book);
    // The second goes to a story of its own, and its copy with it.
    let edited = article(
        "second",
        2,
        "Bakery opens at the market",
        "A bakery opens beside the market hall on Friday, and bakes rye bread and rolls in an oven that burns wood.",
    );
    let parted = kept.take(&edited).story;
    assert_ne!(old.story_of(&second.article), kept.book.story_of(&second.article));
    for (id, (_, story, _)) in &kept.reports {
        old.move_to(id, story);
    }
    old.restore(&edited, Timestamp::from_second(kept.second).unwrap(), &parted);
    for id in kept.reports.keys() {
        assert_eq!(old.story_of(id), kept.book.story_of(id));
        let beside = |book: &StoryBook| {
            book.index.reports_beside(id.as_str()).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(beside(&old), beside(&kept.book));
    }
    let mut beside = Kept { book: old, ..Kept::new() };
    (beside.revisions, beside.reports, beside.second) =
        (kept.revisions.clone(), kept.reports.clone(), kept.second);
    let next = article("fourth", 1, "The ferry to the islands sails", FERRY_AGAIN);
    let (one, other) = (kept.take(&next), beside.take(&next));
    assert_eq!((one.story, one.joined_by, one.events), (other.story, other.joined_by, other.events));
}

#[test]
fn what_is_old_is_forgotten_and_nothing_joins_it() {
    let mut kept = Kept::new();
    let first = kept.take(&article("first", 1, "Ferry to the islands runs again", FERRY));
    kept.second += 15 * 86_400;
    let later = kept.take(&article("second", 1, "Islands ferry leaves its harbour again", FERRY_AGAIN));
    assert_ne!(later.story, first.story);
    assert_eq!(kept.book.articles.len(), 1);
}

#[test]
fn an_article_that_tells_something_else_may_let_two_stories_that_it_stands_in_neither_of_come_together() {
    let mut kept = Kept::new();
    let first = kept.take(&article("first", 1, "Ferry to the islands runs again", FERRY)).story;
    let text = "Tourists cheered in the harbour when the ferry to the islands left at six, the first since the storm; hotels expect more of them this week.";
    let second = kept.take(&article("second", 1, "Cheers on deck for a new ramp", text)).story;
    assert_ne!(first, second);
    let word = |number: usize| {
        let syllables = ["ba", "ko", "lu", "me", "ri", "to", "ne", "sa", "vi", "du", "po"];
        [number, number / 11, number / 121].map(|syllable| syllables[syllable % syllables.len()]).concat()
    };
    let told = (0..73).find_map(|at| {
        let text: Vec<String> = (at * 8..at * 8 + 8).map(word).collect();
        let told = kept.take(&article(&format!("other{at}"), 1, "", &text.join(" ")));
        (told.events.len() > 1).then_some(told)
    });
    let told = told.unwrap();
    let states: Vec<(&StoryId, StoryState)> =
        told.events.iter().map(|event| (&event.story, event.state)).collect();
    assert!(states.contains(&(&first, StoryState::Open)), "{states:?}");
    assert!(states.contains(&(&second, StoryState::Merged)), "{states:?}");
    assert!(told.story != first && told.story != second);
    let event = told.events.iter().find(|event| event.story == first).unwrap();
    assert_eq!((event.article_count, event.changes[0].kind), (2, StoryChangeKind::Merged));
}
