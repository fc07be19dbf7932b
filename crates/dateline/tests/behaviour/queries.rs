//! Events, articles and stories over HTTP, by what they say.

use crate::served::{TestServer, sequences};
use dateline::config::HttpSettings;
use dateline_journal::{EntryCompletion, PollCommit, StoryUpdate};
use dateline_wire::{
    ArticleId, CanonicalUrl, Entry, EntryId, Event, FeedRef, FeedState, HubNews, SecretQuery,
};
use jiff::Timestamp;
use serde_json::Value;

/// Publishes an article in a language, under a name that tells it from others.
async fn publish(served: &TestServer, name: &str, language: &str, title: &str, text: &str) -> ArticleId {
    let now = Timestamp::now();
    let feed = FeedState::new(
        &FeedRef::new(&"https://wire.example/rss".parse().unwrap(), None, &SecretQuery::default()),
        now,
    );
    served.journal.configure_feeds(vec![feed.clone()]).await.unwrap();
    let url: url::Url = format!("https://wire.example/{name}").parse().unwrap();
    let entry = Entry {
        link: Some(url.clone()),
        title: Some(format!("{title}{text}")),
        ..Entry::new(EntryId::of_guid(name))
    };
    let commit = PollCommit {
        feed: feed.clone(),
        entries: vec![entry.clone()],
        events: Vec::new(),
        hub: HubNews::Nothing,
        at: now,
        traceparent: String::new(),
    };
    served.journal.commit_poll(commit).await.unwrap();
    let article = ArticleId::of(&CanonicalUrl::of(&url));
    let mut event = dateline_samples::article(&url, title, text);
    event.received_at = now;
    event.content.language = Some(language.into());
    event.content.publisher = Some("Wire".into());
    event.content.authors = vec!["A. <Writer>".into()];
    let completion = EntryCompletion {
        feed: feed.id,
        entry: entry.id,
        event: Event::Article(Box::new(event)),
        page_was_read: true,
        revisit: None,
        stories: StoryUpdate::default(),
        at: now,
        traceparent: String::new(),
    };
    served.journal.finish(completion).await.unwrap();
    article
}

async fn json(served: &TestServer, path: &str) -> Value {
    let (status, _, body) = served.get(path, "").await;
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

fn titles(page: &Value) -> Vec<&str> {
    page["articles"].as_array().unwrap().iter().map(|article| article["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn articles_come_newest_first_in_pages_and_by_what_they_say() {
    let served = TestServer::new(HttpSettings::default()).await;
    for number in 0..5 {
        publish(&served, &number.to_string(), "en", &format!("Rails {number}"), "A new line.").await;
    }
    publish(&served, "ko", "ko", "북러 정상회담", "평양에서 열렸다.").await;
    let first = json(&served, "/v1/articles?q=rail&limit=2").await;
    assert_eq!(titles(&first), ["Rails 4", "Rails 3"]);
    assert_eq!(first["articles"][0]["sequence"], 5);
    publish(&served, "late", "en", "Rails, late", "A new line.").await;
    let next = first["next"].as_str().unwrap();
    let second = json(&served, &format!("/v1/articles?q=rail&limit=3&cursor={next}")).await;
    assert_eq!(titles(&second), ["Rails 2", "Rails 1", "Rails 0"]);
    assert_eq!(titles(&json(&served, "/v1/articles?language=ko&language=ja").await), ["북러 정상회담"]);
    let quoted = url::form_urlencoded::byte_serialize("정상회담 평양".as_bytes()).collect::<String>();
    assert_eq!(titles(&json(&served, &format!("/v1/articles?q={quoted}")).await), ["북러 정상회담"]);
}

#[tokio::test]
async fn every_list_takes_a_limit_of_one_or_more_and_gives_no_more_than_it_has_room_for() {
    let served = TestServer::new(HttpSettings::default()).await;
    publish(&served, "a", "en", "A road", "x").await;
    for list in ["events", "articles", "stories", "rejects", "labels", "waiting", "feed.atom"] {
        let (status, _, told) = served.get(&format!("/v1/{list}?limit=0"), "").await;
        assert!(status == 400 && told.contains("limit"), "{list}: {status} {told}");
        for limit in ["100000", "18446744073709551616", "1000000000000000000000000000000"] {
            assert_eq!(served.get(&format!("/v1/{list}?limit={limit}"), "").await.0, 200, "{list} {limit}");
        }
    }
}

#[tokio::test]
async fn what_the_news_bring_may_be_asked_for_whether_it_is_there_or_not() {
    let served = TestServer::new(HttpSettings::default()).await;
    publish(&served, "a", "en", "A road", "x").await;
    for name in ["topic", "entity", "feed", "publisher", "origin", "story", "article", "language"] {
        assert_eq!(titles(&json(&served, &format!("/v1/articles?{name}=nowhere")).await), Vec::<&str>::new());
    }
}

#[tokio::test]
async fn a_table_holds_nothing_that_a_spreadsheet_would_run() {
    let served = TestServer::new(HttpSettings::default()).await;
    let titles = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"];
    for (number, title) in titles.into_iter().enumerate() {
        publish(&served, &number.to_string(), "en", title, "=HYPERLINK(\"https://x.example\")").await;
    }
    let table = served.get("/v1/articles.csv", "").await.2;
    for title in titles {
        assert!(table.contains(&format!(",'{title},")), "{title} in {table}");
    }
    assert!(table.contains("\"'=HYPERLINK(\"\"https://x.example\"\")\""), "{table}");
}

#[tokio::test]
async fn an_article_is_shown_with_its_revisions() {
    let served = TestServer::new(HttpSettings::default()).await;
    let id = publish(&served, "a", "en", "First", "x").await;
    publish(&served, "a", "en", "Second", "x").await;
    let shown = json(&served, &format!("/v1/articles/{id}")).await;
    assert_eq!((&shown["article"], &shown["withdrawn"]), (&id.as_str().into(), &false.into()));
    let revisions: Vec<_> = shown["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["revision"].as_u64(), one["title"].as_str()))
        .collect();
    assert_eq!(revisions, [(Some(2), Some("Second")), (Some(1), Some("First"))]);
    assert_eq!(titles(&json(&served, "/v1/articles").await), ["Second"]);
    assert_eq!(served.get("/v1/articles/nothing", "").await.0, 404);
}

#[tokio::test]
async fn events_are_chosen_by_the_same_parameters_and_keep_their_places() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    publish(&served, "a", "en", "A road", "x").await;
    served.commit(100).await;
    publish(&served, "b", "ru", "Дорога", "x").await;
    publish(&served, "c", "en", "The roads", "x").await;
    let of = async |query: &str| sequences(&served.get(&format!("/v1/events?{query}"), "").await.2);
    assert_eq!(of("q=road").await, [1, 103]);
    assert_eq!(of("language=ru&kind=article").await, [102]);
    assert_eq!(of("q=road&after=1").await, [103]);
    assert_eq!(of("q=road&limit=1").await, [1]);
    assert_eq!(of("kind=article").await, [1, 102, 103]);
    assert_eq!(of("kind=article&kind=reject&after=100").await, [101, 102, 103]);
    assert_eq!(of("publisher=news.example&after=99").await, [100, 101]);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_in_words_that_help() {
    let served = TestServer::new(HttpSettings::default()).await;
    publish(&served, "a", "en", "A", "x").await;
    publish(&served, "b", "en", "B", "x").await;
    let page = json(&served, "/v1/articles?limit=1&language=en").await;
    let cursor = page["next"].as_str().unwrap();
    let long = "a".repeat(3_000);
    for (path, told) in [
        (format!("/v1/articles?cursor={cursor}&language=ru"), "leave it out to begin anew"),
        (format!("/v1/articles?cursor=x{cursor}&language=en"), "leave it out to begin anew"),
        ("/v1/articles?cursor=%00".into(), "leave it out to begin anew"),
        ("/v1/articles?langauge=en".into(), "`langauge` is no parameter here; known are cursor, "),
        ("/v1/articles?limit=many".into(), "limit"),
        ("/v1/articles?q=%22%22".into(), "no word to look for"),
        (format!("/v1/articles?q={long}"), "longer than 1000 characters"),
        (format!("/v1/articles?publisher={long}"), "longer than 2000 bytes"),
        ("/v1/articles?since=tomorrow".into(), "a day (2026-03-01)"),
        ("/v1/articles?since=2026-03-02T10:00:00".into(), "a time without a zone: add `Z`"),
        ("/v1/events?until=2026-03-02+10:00".into(), "a time without a zone"),
        ("/v1/waiting?limit=x".into(), "`limit` is `x`; expected a whole number of 1 or more"),
        ("/v1/waiting?limit=0".into(), "`limit` is `0`; expected a whole number of 1 or more"),
        ("/v1/lookup".into(), "`url` is missing; expected an address in full"),
        ("/v1/lookup?url=foo".into(), "`url` is `foo`; expected an address in full"),
        ("/v1/stories?label=fine".into(), "relevant, borderline, not_relevant or not_judged"),
        ("/v1/stories?cursor=zzz".into(), "leave it out to begin anew"),
        ("/v1/events?entity=".into(), "`entity` is empty"),
        ("/v1/events?since=&until=2026-03-02".into(), "`since` is empty: leave it out"),
        ("/v1/articles?q=+".into(), "`q` is empty: leave it out"),
        ("/v1/articles?limit=".into(), "`limit` is an empty text; expected a whole number of 1 or more"),
        ("/v1/events?reason=dull".into(), "no_link, "),
        ("/v1/articles?since=2026-03-01&since=2026-03-02".into(), "`since` is given twice"),
        ("/v1/stories?until=2026-03-01&until=2026-03-01".into(), "`until` is given twice"),
        ("/v1/events?q=a&language=en&q=b".into(), "`q` is given twice"),
        ("/v1/articles.csv?q=a&q=a".into(), "`q` is given twice"),
        ("/v1/feed.atom?limit=1&limit=2".into(), "`limit` is given twice"),
        ("/v1/lookup?url=https://a.example/&url=https://b.example/".into(), "`url` is given twice"),
        ("/v1/waiting?limit=1&limit=2".into(), "`limit` is given twice"),
    ] {
        let (status, head, body) = served.get(&path, "").await;
        assert_eq!(status, 400, "{path}");
        assert!(head.contains("application/problem+json") && body.contains(told), "{path}: {body}");
    }
    let many: String = (0..200).map(|number| format!("entity={number}&")).collect();
    let (status, _, body) = served.get(&format!("/v1/events?{many}"), "").await;
    assert_eq!((status, body.contains("more than 100 values")), (400, true), "{body}");
    let (_, _, body) = served.get("/v1/events?reason=dull", "").await;
    assert_eq!(body.matches("not_found").count(), 1, "{body}");
}

#[tokio::test]
async fn an_address_that_stands_where_something_else_is_expected_is_not_repeated() {
    let served = TestServer::new(HttpSettings::default()).await;
    let addresses = [
        "https%3A%2F%2Fanna%3Ahunter2%40news.example%2F1",
        "news.example%2Frss%3Ftoken%3Dhunter2",
        "%22https%3A%2F%2Fanna%3Ahunter2%40news.example%2F1",
    ];
    for address in addresses {
        for name in ["kind", "label", "reason", "since", "until"] {
            let (status, _, body) = served.get(&format!("/v1/events?{name}={address}"), "").await;
            assert!(status == 400 && body.contains("not shown"), "{name}: {status} {body}");
            assert!(!body.contains("hunter2"), "{name}: {body}");
        }
    }
    let (status, _, body) = served.get(&format!("/v1/events?q={}", addresses[2]), "").await;
    assert!(status == 400 && body.contains("a quotation mark is not closed"), "{body}");
    assert!(!body.contains("hunter2"), "{body}");
    // A value that goes on leaves room for what is expected.
    let (_, _, long) = served.get(&format!("/v1/events?kind={}", "a".repeat(1_900)), "").await;
    assert!(long.contains("aaa…`: article, withdrawal, ") && long.len() < 500, "{long}");
}

#[tokio::test]
async fn case_makes_no_difference_to_words_of_a_closed_set_either() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    publish(&served, "a", "en", "A road", "x").await;
    served.commit(1).await;
    let of = async |query: &str| sequences(&served.get(&format!("/v1/events?{query}"), "").await.2);
    assert_eq!(of("label=Relevant").await, of("label=relevant").await);
    assert_eq!(of("kind=Article").await, [1]);
    assert_eq!(of("reason=NOT_RELEVANT").await, [2]);
}

#[tokio::test]
async fn case_makes_no_difference_to_ids() {
    let served = TestServer::new(HttpSettings::default()).await;
    let id = publish(&served, "a", "en", "A road", "x").await;
    let upper = id.as_str().to_ascii_uppercase();
    assert_ne!(id.as_str(), upper);
    assert_eq!(json(&served, &format!("/v1/articles/{upper}")).await["article"], id.as_str());
    assert_eq!(titles(&json(&served, &format!("/v1/articles?article={upper}")).await), ["A road"]);
    let witnesses = json(&served, &format!("/v1/articles/{upper}/witnesses")).await;
    assert_eq!(witnesses["article"], id.as_str());
}

#[tokio::test]
async fn the_last_day_that_can_be_written_is_a_day() {
    let served = TestServer::new(HttpSettings::default()).await;
    publish(&served, "a", "en", "A road", "x").await;
    assert_eq!(titles(&json(&served, "/v1/articles?until=9999-12-31").await), ["A road"]);
    assert!(titles(&json(&served, "/v1/articles?since=9999-12-31").await).is_empty());
}

#[tokio::test]
async fn a_stream_of_events_has_no_largest_limit() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(502).await;
    assert_eq!(sequences(&served.get("/v1/events?limit=501", "").await.2).len(), 501);
}

/// What nothing is asked by.
const UNKNOWN: &str = "prameter";

#[tokio::test]
async fn every_address_refuses_a_parameter_that_it_does_not_take() {
    let served = TestServer::new(HttpSettings::default()).await;
    let document = dateline::api::openapi();
    let mut asked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        let filled = parts.collect::<Vec<_>>().join("/");
        for method in operations.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let answer = served.ask(&method, &format!("{filled}?{UNKNOWN}=1")).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{method} {path}: {answer}");
            assert!(
                answer.contains(&format!("`{UNKNOWN}` is no parameter here")),
                "{method} {path}: {answer}"
            );
            asked += 1;
        }
    }
    assert!(asked > 40, "{asked}");
    for path in ["/v1/schemas/", "/v1/status"] {
        let answer = served.ask("HEAD", &format!("{path}?{UNKNOWN}=1")).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_feed_reader_gets_the_newest_articles_and_no_markup_of_strangers() {
    let served = TestServer::new(HttpSettings::default()).await;
    let hostile = "]]><script>alert('x')</script> & \"quotes\" \u{1}\u{ffff}";
    publish(&served, "a", "en", hostile, "<b>Rails</b> & roads \u{b}").await;
    publish(&served, "b", "ru", "Дорога", "x").await;
    let (status, head, body) = served.get("/v1/feed.atom?language=en", "").await;
    assert_eq!(status, 200);
    assert!(head.contains("content-type: application/atom+xml"), "{head}");
    let feed = feed_rs::parser::parse(body.as_bytes()).unwrap();
    assert_eq!(feed.feed_type, feed_rs::model::FeedType::Atom);
    assert_eq!((feed.entries.len(), feed.title.unwrap().content.as_str()), (1, "Dateline: language en"));
    let entry = &feed.entries[0];
    assert_eq!(entry.title.as_ref().unwrap().content, "]]><script>alert('x')</script> & \"quotes\"");
    assert_eq!(entry.links[0].href, "https://wire.example/a");
    assert_eq!(entry.authors[0].name.as_deref(), Some("A. <Writer>"));
    assert!(!body.contains("<script") && !body.contains('\u{1}'));
    let own = feed.links.iter().find(|link| link.rel.as_deref() == Some("self")).unwrap();
    assert!(
        own.href.starts_with("http://") && own.href.ends_with("/v1/feed.atom?language=en"),
        "{}",
        own.href
    );
    let (_, _, turned) = served.get("/v1/feed.atom?q=invoice%E2%80%AEfdp.exe&topic=%1B%5B2J", "").await;
    let title = feed_rs::parser::parse(turned.as_bytes()).unwrap().title.unwrap().content;
    assert_eq!(title, "Dateline: topic ⟨U+001B⟩[2J, q invoice⟨U+202E⟩fdp.exe");
    let (_, _, long) = served.get(&format!("/v1/feed.atom?publisher={}", "a".repeat(1_900)), "").await;
    let title = feed_rs::parser::parse(long.as_bytes()).unwrap().title.unwrap().content;
    assert!(title.ends_with("aaa…") && title.len() < 320, "{title}");
    let (_, _, secured) = served.get("/v1/feed.atom", "X-Forwarded-Proto: https\r\n").await;
    assert!(secured.contains("rel=\"self\" type=\"application/atom+xml\" href=\"https://"), "{secured}");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let again = served.get("/v1/feed.atom?language=en", &format!("If-None-Match: {tag}\r\n")).await;
    assert_eq!((again.0, again.2.as_str()), (304, ""));
    publish(&served, "c", "en", "News", "x").await;
    assert_eq!(served.get("/v1/feed.atom?language=en", &format!("If-None-Match: {tag}\r\n")).await.0, 200);
    assert_eq!(served.get("/v1/feed.atom?limit=x", "").await.0, 400);
    let (_, _, empty) = served.get("/v1/feed.atom?language=fi", "").await;
    assert!(!empty.contains("1970") && !empty.contains("<entry>"), "{empty}");
}

#[tokio::test]
async fn what_a_list_is_not_chosen_by_is_refused_with_where_it_belongs() {
    let served = TestServer::new(HttpSettings::default()).await;
    for (path, told) in [
        (
            "/v1/articles?kind=story",
            "`kind` is `story`: here is nothing but `article`; expected that or no `kind`. Ask /v1/stories",
        ),
        ("/v1/stories?kind=article", "`kind` is `article`"),
        ("/v1/articles.csv?kind=reject", "Ask /v1/rejects"),
        ("/v1/feed.atom?kind=health", "Ask /v1/events?kind=health"),
        ("/v1/rejects?kind=article", "Ask /v1/articles"),
        ("/v1/articles?reason=not_relevant", "`reason` says why something was rejected or withdrawn"),
        ("/v1/stories?reason=gone", "ask /v1/rejects or /v1/events?kind=withdrawal"),
        ("/v1/stories?article=0f", "`article` chooses no stories"),
        ("/v1/articles?q=%22open", "a quotation mark is not closed"),
    ] {
        let (status, _, body) = served.get(path, "").await;
        assert_eq!(status, 400, "{path}: {body}");
        assert!(body.contains(told), "{path}: {body}");
    }
    for path in
        ["/v1/articles?kind=article", "/v1/stories?kind=story", "/v1/rejects?reason=not_relevant&kind=reject"]
    {
        assert_eq!(served.get(path, "").await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn who_takes_nothing_that_there_is_hears_what_there_is() {
    let served = TestServer::new(HttpSettings::default()).await;
    for (path, accept, expected) in [
        ("/v1/articles", "text/html", "application/json"),
        ("/v1/events", "text/csv", "application/x-ndjson, text/event-stream"),
        ("/v1/events", "application/json;q=0, */*;q=0", "application/x-ndjson, text/event-stream"),
        ("/v1/feed.atom", "application/json", "application/atom+xml"),
        ("/metrics", "application/json", "text/plain, application/openmetrics-text"),
    ] {
        let (status, _, body) = served.get(path, &format!("Accept: {accept}\r\n")).await;
        assert_eq!(status, 406, "{path}: {body}");
        assert!(body.contains(&format!("expected {expected}, */*")), "{path}: {body}");
    }
    for (path, accept) in [
        ("/v1/articles", "application/json"),
        ("/v1/events", "application/json"),
        ("/v1/events", "text/event-stream"),
        ("/v1/feed.atom", "text/html, application/xml"),
        ("/v1/status", "*/*"),
        ("/v1/schemas/article", "application/json"),
        ("/metrics", "text/plain"),
        ("/metrics", "application/openmetrics-text;version=1.0.0"),
        ("/livez", "application/json"),
    ] {
        let (status, _, body) = served.get(path, &format!("Accept: {accept}\r\n")).await;
        assert_eq!(status, 200, "{path}: {body}");
    }
}

#[tokio::test]
async fn where_there_is_a_choice_the_client_gets_what_it_likes_best() {
    let mut served = TestServer::new(HttpSettings::default()).await;
    served.commit(1).await;
    for (path, accept, kind) in [
        ("/v1/events", "application/x-ndjson, text/event-stream;q=0", "application/x-ndjson"),
        ("/v1/events", "application/x-ndjson;q=1.0, text/event-stream;q=0.001", "application/x-ndjson"),
        ("/v1/events", "application/x-ndjson;q=0.1, text/*", "text/event-stream"),
        ("/v1/events?format=sse", "*/*", "text/event-stream"),
        ("/metrics", "application/openmetrics-text;q=0, text/plain", "text/plain"),
        (
            "/metrics",
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            "application/openmetrics-text",
        ),
    ] {
        let (status, head, body) = served.get(path, &format!("Accept: {accept}\r\n")).await;
        assert_eq!(status, 200, "{path} {accept}: {body}");
        assert!(head.contains(&format!("content-type: {kind}")), "{path} {accept}: {head}");
    }
    for (path, accept, varies) in [
        ("/v1/events", "*/*", true),
        ("/v1/events", "text/csv", true),
        ("/metrics", "*/*", true),
        ("/v1/articles", "*/*", false),
    ] {
        let head = served.get(path, &format!("Accept: {accept}\r\n")).await.1.to_ascii_lowercase();
        let vary = head.lines().filter_map(|line| line.strip_prefix("vary: "));
        let named: Vec<&str> = vary.flat_map(|fields| fields.split(',')).map(str::trim).collect();
        assert_eq!(named.contains(&"accept"), varies, "{path} {accept}: {head}");
    }
}
