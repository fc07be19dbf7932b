//! Finding events, articles and stories by what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use crate::harness::{announce, article, at, entry, feed, finish, journal, open, reject};
use dateline_journal::{
    EntryCompletion, EventFilter, Journal, JournalReader, PageCursor, Retention, RetentionPass,
    StoryArticleRow, StoryCursor, StoryUpdate,
};
use dateline_wire::{
    ArticleEvent, ArticleId, ArticleTopic, CloudEvent, Entity, EntryId, EntryRef, Event, EventKind, FeedRef,
    Label, Origin, OriginKind, RejectReason, SecretQuery, Sequence, StoryEntity, StoryEvent, StoryState,
    StoryTopic,
};
use rusqlite::Connection;

/// Publishes an article under `guid`, as `shape` makes it.
async fn publish(
    journal: &Journal,
    guid: &str,
    text: &str,
    second: i64,
    shape: impl Fn(&mut ArticleEvent),
) -> ArticleId {
    publish_in(journal, guid, text, second, shape, StoryUpdate::default()).await
}

async fn publish_in(
    journal: &Journal,
    guid: &str,
    text: &str,
    second: i64,
    shape: impl Fn(&mut ArticleEvent),
    stories: StoryUpdate,
) -> ArticleId {
    let (title, body) = text.split_once('\n').unwrap_or((text, "…"));
    announce(journal, 0, vec![entry(guid, &format!("{title} {second}"))], second).await.unwrap();
    let Event::Article(mut event) = article(guid, title, body) else { panic!("an article") };
    shape(&mut event);
    let id = event.article.clone();
    let completion = EntryCompletion {
        feed: feed(0).id,
        entry: EntryId::of_guid(guid),
        event: Event::Article(event),
        page_was_read: true,
        stories,
        revisit: None,
        at: at(second),
        traceparent: String::new(),
    };
    journal.finish(completion).await.unwrap();
    id
}

fn by(query: &str) -> EventFilter {
    EventFilter::from_query(query).unwrap()
}

fn asking(text: &str) -> EventFilter {
    let mut filter = EventFilter::default();
    assert!(filter.set("q", text).unwrap());
    filter
}

fn titles(journal: &Journal, filter: &EventFilter) -> Vec<String> {
    let found = || -> Vec<String> {
        let page = journal.reader().articles(filter, None, 500, usize::MAX).unwrap();
        page.articles.iter().map(|found| title(&found.event)).collect()
    };
    let before = found();
    journal.index_all().unwrap();
    assert_eq!(found(), before, "what the index knows and what it doesn't know yet is found alike");
    before
}

/// How many events the index knows.
fn index_rows(folder: &Path) -> u32 {
    let file = Connection::open(folder.join("journal.search.db")).unwrap();
    file.query_row("SELECT count(*) FROM event_terms", [], |row| row.get(0)).unwrap()
}

fn title(event: &CloudEvent) -> String {
    serde_json::from_str::<ArticleEvent>(&event.data).unwrap().content.title.unwrap_or_default()
}

#[tokio::test]
async fn words_are_found_in_six_languages_and_their_inflected_forms() {
    let (_folder, journal) = journal().await;
    let texts = [
        ("en", "Ministers sign a treaty\nThe two ministers met in Vladivostok and spoke of missiles."),
        ("ru", "Лавров прибыл в Пхеньян\nМинистр обсудил поставки снарядов с северокорейскими военными."),
        (
            "uk",
            "Росія отримала боєприпаси\nПро північнокорейські ракети повідомили у Києві; п’ять об’єктів знищено.",
        ),
        ("ko", "북러 정상회담 개최\n김정은은 러시아 대통령과 블라디보스토크에서 만났다."),
        ("zh", "俄朝外长举行会谈\n双方讨论了军事合作与铁路运输。"),
        ("ja", "ロシア外相が平壌を訪問\n北朝鮮の兵士の派遣について協議した。"),
    ];
    for (number, (language, text)) in texts.iter().enumerate() {
        let shape = |event: &mut ArticleEvent| event.content.language = Some((*language).into());
        publish(&journal, language, text, i64::try_from(number).unwrap(), shape).await;
    }
    for (language, queries) in [
        ("en", &["treaties", "missile", "Minister", "\"met in Vladivostok\"", "vladiv*", "sign -drill"][..]),
        (
            "ru",
            &["Лаврова", "лавровым", "снаряды", "северокорейский", "поставка снаряды", "ПХЕНЬЯНЕ", "пхень*"],
        ),
        ("uk", &["Росією", "ракетами", "північнокорейських", "об'єкти", "боєприпасів", "п'ять"]),
        (
            "ko",
            &[
                "북러",
                "정상",
                "회담",
                "정상회담",
                "김정은",
                "러시아",
                "블라디보스토크",
                "\"정상회담 개최\"",
                "러 개최",
            ],
        ),
        ("zh", &["外长", "会谈", "军事合作", "俄", "铁路 俄朝", "\"俄朝外长\""]),
        ("ja", &["ロシア", "平壌", "訪問", "北朝鮮", "兵士の派遣", "ﾛｼｱ外相"]),
    ] {
        let expected = texts.iter().find(|(each, _)| *each == language).unwrap().1.lines().next().unwrap();
        for query in queries {
            assert_eq!(titles(&journal, &asking(query)), [expected], "{query}");
        }
    }
    for query in ["минсктр", "서울", "\"Vladivostok met\"", "会长", "treaty -ministers", "장회 북러"]
    {
        assert!(titles(&journal, &asking(query)).is_empty(), "{query}");
    }
}

#[tokio::test]
async fn every_condition_has_to_be_met_and_one_value_of_each_is_enough() {
    let (_folder, journal) = journal().await;
    publish(&journal, "a", "A", 1, |event| {
        event.content.publisher = Some("The \"Daily\" Ledger & Co.".into());
        event.content.origins = vec![Origin {
            name: "TASS".into(),
            kind: OriginKind::Credit,
            evidence: "TASS".into(),
            span: None,
        }];
        event.topics = vec![ArticleTopic { id: "arms".into(), spans: Vec::new() }];
        event.entities = vec![Entity {
            id: "moscow".into(),
            kind: "place".into(),
            surface: "Moscow".into(),
            label: None,
            side: None,
            wikidata: Some("Q649".into()),
            spans: Vec::new(),
        }];
        event.feed = Some(FeedRef::new(
            &"https://Wire.example/en.xml".parse().unwrap(),
            None,
            &SecretQuery::default(),
        ));
    })
    .await;
    publish(&journal, "b", "B", 100, |event| event.content.language = Some("ru".into())).await;
    let feed_id =
        FeedRef::new(&"https://wire.example/en.xml".parse().unwrap(), None, &SecretQuery::default()).id;
    for query in [
        "publisher=the+%22daily%22+ledger+%26+co.",
        "publisher=news.example&topic=arms",
        "origin=tass",
        "entity=moscow",
        "entity=Q649&label=relevant",
        "topic=visits&topic=arms",
        "feed=https://wire.example/en.xml",
        &format!("feed={feed_id}"),
        "language=en-GB",
        &format!("until={}", at(50)),
    ] {
        assert_eq!(titles(&journal, &by(query)), ["A"], "{query}");
    }
    for (query, expected) in [
        ("language=ru&language=en", &["B", "A"][..]),
        (&format!("since={}", at(50)), &["B"]),
        ("language=ru&topic=arms", &[]),
        ("publisher=daily", &[]),
        ("label=borderline", &[]),
        ("kind=reject", &[]),
        ("", &["B", "A"]),
    ] {
        assert_eq!(titles(&journal, &by(query)), expected, "{query}");
    }
}

#[tokio::test]
async fn a_list_of_articles_stays_what_it_was_while_others_come_and_some_are_revised() {
    let (_folder, journal) = journal().await;
    for number in 0..10 {
        publish(&journal, &number.to_string(), &format!("Article {number}\nabout rails"), number, |_| {})
            .await;
    }
    publish(&journal, "8", "Article 8 again\nabout rails", 20, |_| {}).await;
    let filter = asking("rails");
    let reader = journal.reader();
    let mut seen = Vec::new();
    let mut cursor: Option<PageCursor> = None;
    for page in 0.. {
        let found = reader.articles(&filter, cursor, 3, usize::MAX).unwrap();
        seen.extend(found.articles.iter().map(|found| title(&found.event)));
        let text = found.next.map(|next| next.to_text(journal.id(), &filter));
        // What comes now is in no page of the list that has begun, and what is revised stays where it was.
        publish(&journal, &format!("new {page}"), "A new article\nabout rails", 30 + page, |_| {}).await;
        publish(&journal, "2", &format!("Article 2, edition {page}\nabout rails"), 30 + page, |_| {}).await;
        let Some(text) = text else { break };
        cursor = PageCursor::from_text(&text, journal.id(), &filter);
        assert!(cursor.is_some());
        assert_eq!(PageCursor::from_text(&text, journal.id(), &asking("road")), None);
    }
    let mut expected = vec!["Article 8 again".to_owned(), "Article 9".to_owned()];
    expected.extend((0..8).rev().map(|number| format!("Article {number}")));
    assert_eq!(seen, expected);
    assert_eq!(titles(&journal, &filter).iter().filter(|title| title.starts_with("Article 2")).count(), 1);
}

#[tokio::test]
async fn an_article_has_its_revisions_and_a_page_no_more_bytes_than_it_may() {
    let (_folder, journal) = journal().await;
    let id = publish(&journal, "a", "First", 1, |_| {}).await;
    publish(&journal, "b", "Other", 2, |_| {}).await;
    publish(&journal, "a", "Second", 3, |_| {}).await;
    let history = journal.reader().article_history(&id).unwrap().unwrap();
    assert_eq!(history.revisions.iter().map(title).collect::<Vec<_>>(), ["Second", "First"]);
    assert!(history.withdrawals.is_empty() && !history.is_withdrawn && history.story.is_none());
    assert_eq!(journal.reader().article_history(&ArticleId::from_stored("none")).unwrap(), None);
    let page = journal.reader().articles(&EventFilter::default(), None, 10, 1).unwrap();
    assert_eq!((page.articles.len(), page.next.is_some()), (1, true));
}

fn story(id: &str, revision: u32, title: &str, second: i64) -> StoryEvent {
    StoryEvent {
        first_reported: at(0),
        entities: vec![StoryEntity {
            id: "moscow".into(),
            kind: "place".into(),
            articles: 1,
            wikidata: Some("Q649".into()),
        }],
        ..dateline_samples::story(id, revision, title, at(second))
    }
}

/// The feed that brings all articles of stories.
const FEED: &str = "https://news.example/0.xml";

/// An article on a topic that is told in a story.
async fn tell(journal: &Journal, guid: &str, topic: &str, told: StoryEvent, second: i64) {
    let Event::Article(event) = article(guid, guid, "…") else { panic!("an article") };
    let row = StoryArticleRow { article: event.article, story: told.story.clone(), data: "{}".into() };
    let shape = |event: &mut ArticleEvent| {
        event.topics = vec![ArticleTopic { id: topic.into(), spans: Vec::new() }];
        event.story = Some(told.story.clone());
    };
    let told = StoryEvent {
        topics: vec![StoryTopic { id: topic.into(), articles: 1 }],
        labels: vec![Label::Relevant, Label::Borderline],
        feeds: vec![FeedRef::new(&FEED.parse().unwrap(), None, &SecretQuery::default())],
        ..told.clone()
    };
    let update = StoryUpdate { articles: vec![row], events: vec![told.into()] };
    publish_in(journal, guid, guid, second, shape, update).await;
}

#[tokio::test]
async fn a_story_is_found_by_what_its_event_tells_in_each_way_of_asking() {
    let (_folder, journal) = journal().await;
    tell(&journal, "a", "arms", story("s1", 1, "Shells are shipped", 1), 1).await;
    tell(&journal, "b", "labour", story("s2", 1, "Workers arrive", 2), 2).await;
    tell(&journal, "c", "trade", story("s1", 2, "Grenades are shipped", 3), 3).await;
    let feed = feed(0).id;
    let check = || {
        for (query, expected) in [
            ("topic=arms", &[][..]),
            ("topic=trade", &["s1"]),
            ("topic=labour", &["s2"]),
            ("entity=moscow", &["s1", "s2"]),
            ("entity=Q649", &["s1", "s2"]),
            ("q=grenades", &["s1"]),
            ("q=shells", &[]),
            ("language=en&label=relevant", &["s1", "s2"]),
            ("label=borderline&topic=trade", &["s1"]),
            ("label=not_relevant", &[]),
            (&format!("feed={feed}"), &["s1", "s2"]),
            (&format!("feed={FEED}"), &["s1", "s2"]),
            ("q=shipped&topic=labour", &[]),
        ] {
            let page = journal.reader().story_page(&by(query), None, 10).unwrap().0;
            let mut listed: Vec<String> = page.iter().map(|story| story.story.to_string()).collect();
            listed.sort_unstable();
            // The events, of which each story's last is looked at: as the journal finds them, and one by one.
            let last = |events: Vec<CloudEvent>| {
                let places = events.into_iter().map(|event| (event.key.to_string(), event.sequence));
                places.collect::<BTreeMap<String, Sequence>>()
            };
            let stories = EventFilter::of_kind(EventKind::Story);
            let all = journal.reader().events_by(&stories, Sequence::START, 10).unwrap();
            let told_last: Vec<Sequence> = last(all.clone()).into_values().collect();
            let kind = format!("kind=story&{query}");
            let found = journal.reader().events_by(&by(&kind), Sequence::START, 10).unwrap();
            let matching = all.into_iter().filter(|event| by(query).matches(event)).collect::<Vec<_>>();
            assert_eq!(found, matching, "{query}");
            let found = last(found).into_iter().filter(|(_, place)| told_last.contains(place));
            assert_eq!(found.map(|(story, _)| story).collect::<Vec<_>>(), expected, "{query}");
            assert_eq!(listed, expected, "{query}");
        }
    };
    // By the log alone, and by the index.
    check();
    journal.index_all().unwrap();
    check();
    let since = journal.reader().story_page(&by(&format!("since={}", at(3))), None, 10).unwrap().0;
    assert_eq!(since.len(), 1);
    let one = journal.reader().story_page(&by("story=s2"), None, 10).unwrap().0;
    assert_eq!(one.len(), 1);
    assert_eq!(titles(&journal, &by("story=s1")), ["c", "a"]);
    assert_eq!(titles(&journal, &by("story=S1")), ["c", "a"], "case makes no difference");
    let told = journal.reader().events_by(&by("kind=story&story=s1"), Sequence::START, 10).unwrap();
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn a_page_that_is_full_has_a_next_one_only_if_there_is_more() {
    let (_folder, journal) = journal().await;
    for number in 0..4 {
        let name = number.to_string();
        tell(&journal, &name, "arms", story(&name, 1, "Shells", number), number).await;
    }
    for query in ["", "topic=arms"] {
        let articles = |limit| {
            let page = journal.reader().articles(&by(query), None, limit, usize::MAX).unwrap();
            (page.articles.len(), page.next.is_some())
        };
        let stories = |limit| {
            let (stories, next) = journal.reader().story_page(&by(query), None, limit).unwrap();
            (stories.len(), next.is_some())
        };
        assert_eq!([articles(3), articles(4), articles(5)], [(3, true), (4, false), (4, false)], "{query}");
        assert_eq!([stories(3), stories(4), stories(5)], [(3, true), (4, false), (4, false)], "{query}");
    }
}

#[tokio::test]
async fn of_events_that_somebody_ranks_those_that_are_asked_for_come_in_that_order() {
    let (_folder, journal) = journal().await;
    for (number, text) in ["Ferry one", "Bridge", "Ferry two", "Ferry three"].into_iter().enumerate() {
        publish(&journal, &number.to_string(), text, number as i64, |_| {}).await;
    }
    let ranked = [3, 9, 1, 2, 4].map(Sequence);
    let given = |query: &str, limit: usize| -> Vec<u64> {
        let events = journal.reader().events_ranked(&by(query), &ranked, limit).unwrap();
        events.iter().map(|event| event.sequence.0).collect()
    };
    for is_indexed in [false, true] {
        if is_indexed {
            journal.index_all().unwrap();
        }
        assert_eq!(given("", 10), [3, 1, 2, 4], "what is gone is left out");
        assert_eq!(given("q=ferry", 10), [3, 1, 4]);
        assert_eq!(given("q=ferry", 2), [3, 1]);
        assert_eq!(given(&format!("until={}", at(2)), 10), [1, 2]);
        assert!(given("kind=reject", 10).is_empty());
    }
    assert!(journal.reader().events_ranked(&by(""), &[], 10).unwrap().is_empty());
}

#[tokio::test]
async fn a_list_of_stories_stays_what_it_was_while_more_is_told() {
    for (query, is_indexed) in [("", true), ("", false), ("topic=arms", true), ("topic=arms", false)] {
        let (_folder, journal) = journal().await;
        let filter = by(query);
        let reader = journal.reader();
        for number in 0..7 {
            let told = story(&format!("s{number}"), 1, &format!("Story {number}"), number - 3);
            tell(&journal, &format!("first {number}"), "arms", told, number).await;
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        for page in 0.. {
            if is_indexed {
                journal.index_all().unwrap();
            }
            let (stories, next) = reader.story_page(&filter, cursor.as_ref(), 2).unwrap();
            seen.extend(stories.iter().map(|story| story.title.clone().unwrap_or_default()));
            let Some(text) = next.map(|next| next.to_text(journal.id(), &filter)) else { break };
            cursor = StoryCursor::from_text(&text, journal.id(), &filter);
            assert!(cursor.is_some(), "{text}");
            assert_eq!(StoryCursor::from_text(&text, journal.id(), &by("topic=trade")), None);
            // One that is still to come is told anew, and would move to the front; one begins; one that is still to come ends.
            let (revision, second) = (page + 2, 100 + i64::from(page));
            let anew = story("s1", revision, "Told anew", second);
            tell(&journal, &format!("anew {page}"), "arms", anew, second).await;
            let begun = story(&format!("new {page}"), 1, "New", second);
            tell(&journal, &format!("new {page}"), "arms", begun, second).await;
            let ended = StoryEvent { state: StoryState::Merged, ..story("s0", revision, "Ended", second) };
            tell(&journal, &format!("ended {page}"), "arms", ended, second).await;
        }
        let expected: Vec<String> = (0..7).rev().map(|number| format!("Story {number}")).collect();
        assert_eq!(seen, expected, "{query}, {is_indexed}");
        let now = reader.story_page(&filter, None, 3).unwrap().0;
        let now: Vec<_> = now.iter().map(|story| story.title.as_deref().unwrap_or_default()).collect();
        assert!(now.contains(&"Told anew") && now.contains(&"New") && !now.contains(&"Ended"), "{now:?}");
    }
}

#[tokio::test]
async fn a_filter_means_the_same_for_the_journal_and_for_a_single_event() {
    let (_folder, journal) = journal().await;
    tell(&journal, "북러 정상회담", "arms", story("s1", 1, "북러 정상회담", 1), 1).await;
    publish(&journal, "2", "Kim's visit\nto the 2nd plant, as TASS says", 2, |event| {
        event.content.language = Some("uk".into());
        event.content.publisher = Some("Ledger".into());
    })
    .await;
    announce(&journal, 0, vec![entry("r", "R")], 3).await.unwrap();
    let Event::Reject(mut rejected) = reject(RejectReason::NotRelevant) else { panic!("a reject") };
    rejected.entry = Some(EntryRef {
        id: EntryId::of_guid("r"),
        guid: None,
        link: None,
        title: Some("Visit of a plant".into()),
        published: None,
    });
    finish(&journal, &feed(0).id, "r", Event::Reject(rejected), 3).await.unwrap();
    let all = journal.events_after(Sequence::START, 100, None).unwrap();
    assert_eq!(all.len(), 4);
    let mut found = BTreeSet::new();
    for query in [
        "",
        "kind=article",
        "kind=reject&q=plant",
        "kind=article&kind=story",
        "q=정상회담",
        "q=담",
        "q=visit",
        "q=visit+-tass",
        "q=%22kim%27s+visit%22",
        "q=%22visit+kim%22",
        "q=vis*",
        "q=2nd+plants",
        "language=uk",
        "language=en",
        "topic=arms",
        "story=s1",
        "entity=moscow",
        "publisher=ledger",
        "publisher=news.example",
        "label=relevant&q=plant",
        "article=x",
        "since=2025-06-15T15:06:42Z",
        "until=2025-06-15T15:06:42Z",
    ] {
        let filter = by(query);
        let asked: Vec<u64> = journal
            .reader()
            .events_by(&filter, Sequence::START, 100)
            .unwrap()
            .iter()
            .map(|event| event.sequence.0)
            .collect();
        let looked_at: Vec<u64> =
            all.iter().filter(|event| filter.matches(event)).map(|event| event.sequence.0).collect();
        assert_eq!(asked, looked_at, "{query}");
        found.insert(asked);
    }
    assert!(found.len() > 6, "the queries tell events apart: {found:?}");
}

#[tokio::test]
async fn nothing_that_somebody_asks_for_breaks_the_index() {
    let (_folder, journal) = journal().await;
    publish(&journal, "a", "A \"quoted\" title\nwith (brackets) and * stars", 1, |_| {}).await;
    for text in [
        "\"",
        "a\" OR \"b",
        "terms:a",
        "NEAR(a b, 2)",
        "^a",
        "{a}",
        "a:b",
        "a + b",
        "(((",
        "' OR 1=1 --",
        "a\0b",
        "\u{e000}article",
        "\u{e000}",
        "%",
        "*a",
        "a**",
        "NOT",
        "AND a",
        "🚀",
        "--a",
        "-\"",
        "\u{202e}a",
        "a\u{fffd}",
    ] {
        let mut filter = EventFilter::default();
        if filter.set("q", text).is_err() {
            continue;
        }
        for values in ["", "publisher=%22+OR+%22&", "entity=*&topic=%00&"] {
            let filter = by(&format!("{values}{}", filter.to_query()));
            journal.reader().articles(&filter, None, 10, usize::MAX).unwrap();
            journal.reader().events_by(&filter, Sequence::START, 10).unwrap();
            journal.reader().story_page(&filter, None, 10).unwrap();
        }
    }
    for query in [
        "q=",
        "q=-a",
        "q=ab*",
        "language=",
        "label=good",
        "kind=news",
        "since=yesterday",
        "until=2026-03-02T10:00:00",
        "colour=red",
        &format!("q={}", "a".repeat(5_000)),
        &format!("publisher={}", "a".repeat(5_000)),
        &"entity=a&".repeat(0),
        &(0..200).map(|number| format!("entity={number}&")).collect::<String>(),
    ] {
        assert_eq!(EventFilter::from_query(query).is_err(), !query.is_empty(), "{query:.80}");
    }
}

#[tokio::test]
async fn what_is_let_go_is_found_no_more_and_a_story_as_long_as_it_is_kept() {
    let (folder, journal) = journal().await;
    tell(&journal, "old", "arms", story("s1", 1, "Shells", 1), 1).await;
    let later = 40 * 86_400;
    publish(&journal, "new", "New", later, |_| {}).await;
    let month = Some(Duration::from_secs(30 * 86_400));
    let mut rules = Retention {
        events: month,
        stories: None,
        story_growth: Duration::from_secs(14 * 86_400),
        rejects: month,
        entries: None,
        links: Duration::from_secs(86_400),
        max_bytes: None,
        only_delivered: false,
        sinks: Vec::new(),
        max_sink_wait: Duration::from_secs(86_400),
    };
    let rows = || index_rows(folder.path());
    journal.index_all().unwrap();
    assert_eq!(rows(), 3);
    let mut pass = RetentionPass::new(rules.clone(), at(later));
    while pass.step(&journal).await.unwrap() {}
    assert_eq!(titles(&journal, &EventFilter::default()), ["New"]);
    assert!(titles(&journal, &by("topic=arms")).is_empty());
    assert_eq!(journal.reader().story_page(&by("topic=arms"), None, 10).unwrap().0.len(), 1);
    assert_eq!(rows(), 2, "the new article, and the story that is kept");
    assert!(journal.reader().story_page(&by("topic=trade"), None, 10).unwrap().0.is_empty());
    rules.stories = month;
    let mut pass = RetentionPass::new(rules, at(later));
    while pass.step(&journal).await.unwrap() {}
    assert_eq!(rows(), 1);
}

#[tokio::test]
async fn what_an_older_version_stored_is_found_once_it_has_been_gone_over() {
    let (folder, first) = journal().await;
    tell(&first, "a", "arms", story("s1", 1, "Shells", 1), 1).await;
    publish(&first, "b", "Old words", 2, |_| {}).await;
    publish(&first, "b", "Newer words", 3, |_| {}).await;
    let all = ["q=words", "topic=arms", "kind=article", ""];
    let found = |journal: &Journal| all.map(|query| titles(journal, &by(query)));
    let before = found(&first);
    assert_eq!(before[0], ["Newer words"]);
    drop(first);
    // As the version before left it.
    std::fs::remove_file(folder.path().join("journal.search.db")).unwrap();
    Connection::open(folder.path().join("journal.db"))
        .unwrap()
        .execute_batch(
            "DROP TABLE labels; DROP TABLE rejected_texts; DROP TABLE sessions; DROP TABLE unplaced; DROP TABLE replaced; DROP TABLE replaced_stories; ALTER TABLE revisions DROP COLUMN sequence; \
             DROP INDEX stories_by_time; DROP INDEX stories_by_event; ALTER TABLE stories DROP COLUMN sequence; \
             CREATE INDEX stories_by_time ON stories (reported, id); ALTER TABLE journal DROP COLUMN replayed; \
             ALTER TABLE sinks DROP COLUMN filter; ALTER TABLE sinks DROP COLUMN worked; ALTER TABLE sinks DROP COLUMN missed_events; \
             ALTER TABLE sinks DROP COLUMN missed_at; ALTER TABLE sinks DROP COLUMN failures; \
             ALTER TABLE sinks DROP COLUMN failing_since; ALTER TABLE sinks DROP COLUMN resting_until; DROP TABLE sources; PRAGMA user_version = 10;",
        )
        .unwrap();
    let journal = open(folder.path());
    let gap = journal.reader().search_gap().unwrap().unwrap();
    assert_eq!((gap.first, gap.last), (Sequence(1), Sequence(4)));
    publish(&journal, "c", "Yet other words", 4, |_| {}).await;
    publish(&journal, "b", "Newest words", 5, |_| {}).await;
    while journal.place_events().await.unwrap() {}
    journal.index_all().unwrap();
    assert_eq!(journal.reader().search_gap().unwrap(), None);
    assert!(!journal.place_events().await.unwrap());
    assert_eq!(titles(&journal, &by("q=words")), ["Newest words", "Yet other words"]);
    assert_eq!(found(&journal)[1], before[1]);
    assert_eq!(titles(&journal, &EventFilter::default()), ["Newest words", "Yet other words", "a"]);
    assert_eq!(journal.reader().story_page(&by("topic=arms"), None, 10).unwrap().0.len(), 1);
}

#[tokio::test]
async fn the_room_that_the_index_takes_is_told_with_that_of_the_journal() {
    let (folder, journal) = journal().await;
    publish(&journal, "a", "Rails", 1, |_| {}).await;
    journal.index_all().unwrap();
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).map_or(0, |file| file.len());
    let search = size("journal.search.db") + size("journal.search.db-wal");
    assert!(search > 0);
    assert_eq!(journal.status().unwrap().search_bytes, search);
    drop(journal);
    for name in ["journal.search.db", "journal.search.db-wal"] {
        let _ = std::fs::remove_file(folder.path().join(name));
    }
    let alone = JournalReader::open(folder.path().join("journal.db")).unwrap();
    assert_eq!(alone.status().unwrap().search_bytes, 0);
}

#[tokio::test]
async fn an_index_that_is_not_of_this_log_is_made_anew() {
    let (folder, journal) = journal().await;
    let index = folder.path().join("journal.search.db");
    let copied = folder.path().join("older.db");
    publish(&journal, "a", "First words", 1, |_| {}).await;
    dateline_journal::backup(journal.reader().path(), &copied, |_, _| {}).unwrap();
    publish(&journal, "b", "Second words", 2, |_| {}).await;
    assert_eq!(titles(&journal, &by("q=words")), ["Second words", "First words"]);
    drop(journal);

    // The journal is put back to what it was, by hand: its next event gets a place that the index knows already.
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path().join(format!("journal.db{suffix}")));
    }
    std::fs::copy(&copied, folder.path().join("journal.db")).unwrap();
    let journal = open(folder.path());
    publish(&journal, "c", "Other words", 3, |_| {}).await;
    journal.index_all().unwrap();
    assert_eq!(titles(&journal, &by("q=words")), ["Other words", "First words"]);
    assert!(titles(&journal, &by("q=second")).is_empty());
    drop(journal);

    // It is damaged, it is another file, it is gone.
    for damage in [&b"SQLite format 3\0 and then nothing that it means"[..], b"not at all", b""] {
        std::fs::write(&index, damage).unwrap();
        let journal = open(folder.path());
        journal.index_all().unwrap();
        assert_eq!(titles(&journal, &by("q=words")), ["Other words", "First words"]);
        assert_eq!(index_rows(folder.path()), 2);
    }
    std::fs::remove_file(&index).unwrap();
    let reader = dateline_journal::JournalReader::open(folder.path().join("journal.db")).unwrap();
    assert_eq!(reader.events_by(&by("q=words"), Sequence::START, 10).unwrap().len(), 2, "without an index");
    assert_eq!(reader.search_gap().unwrap(), None, "nothing is missing: the log itself is looked through");
}

#[tokio::test]
async fn the_index_goes_on_where_it_was_after_the_process_was_killed() {
    let (folder, journal) = journal().await;
    publish(&journal, "a", "First words", 1, |_| {}).await;
    journal.index_all().unwrap();
    let index = std::fs::read(folder.path().join("journal.search.db")).unwrap();
    let log = std::fs::read(folder.path().join("journal.search.db-wal")).unwrap_or_default();
    publish(&journal, "b", "Second words", 2, |_| {}).await;
    drop(journal);
    // What stood on the disk when it was killed.
    std::fs::write(folder.path().join("journal.search.db"), index).unwrap();
    std::fs::write(folder.path().join("journal.search.db-wal"), log).unwrap();
    let reader = dateline_journal::JournalReader::open(folder.path().join("journal.db")).unwrap();
    assert_eq!(reader.events_by(&by("q=words"), Sequence::START, 10).unwrap().len(), 2);
    drop(reader);
    let journal = open(folder.path());
    assert_eq!(titles(&journal, &by("q=words")), ["Second words", "First words"]);
    assert_eq!(index_rows(folder.path()), 2);
    assert_eq!(journal.reader().search_gap().unwrap(), None);
}
