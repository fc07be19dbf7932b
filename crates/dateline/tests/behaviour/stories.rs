//! Stories, as they are committed with the articles that tell them.

use std::sync::Arc;
use std::time::Duration;

use crate::world::{
    ON_SUBJECT, Web, configured, data, events_after, fetcher, journal, outline, story_tables, storyteller,
    subject,
};
use dateline::config::{CopyPolicy, EngineSettings, RevisitSettings};
use dateline::engine::{EngineCommand, EngineUpdate, StopCondition};
use dateline_fetcher::PollSettings;
use dateline_journal::Journal;
use dateline_wire::{CloudEvent, EventKind, Sequence, StoryEvent, StoryId};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

const FEED: &str = "https://news.example/rss";
const OTHER: &str = "https://other.example/rss";
const THIRD: &str = "https://third.example/rss";
const HOUR: Duration = Duration::from_secs(3600);

/// The same happening in other words.
const SAME: [&str; 3] = [
    "Moscow and Pyongyang agreed on Monday to build a road bridge across the Tumen, Russia's transport ministry announced after \
     the signing in the North Korean capital.",
    "The Russian delegation had been received by Kim Jong Un before the agreement on the bridge was signed.",
    "Work on the bridge over the Tumen river is to begin in the autumn, and North Korean workers build its southern half, the \
     Russian ministry said.",
];
/// Another.
const OTHER_HAPPENING: [&str; 3] = [
    "Russia has delivered 30,000 tonnes of wheat to North Korea this year, twice as much as last year, customs data published on \
     Friday show.",
    "The grain went from Vladivostok to the North Korean port of Chongjin on five ships, according to the Russian customs service.",
    "Exports of flour and sugar from Russia to North Korea rose as well, traders in Vladivostok said, while those of corn fell.",
];

/// A site whose feed announces one page with this text.
fn site(web: &Web, feed: &str, title: &str, text: &[&str]) {
    let page = feed.replace("rss", "bridge");
    web.feed(feed, &[(&page, title)]);
    web.page(&page, title, text);
}

fn stories(events: &[CloudEvent]) -> Vec<StoryEvent> {
    let stories = events.iter().filter(|event| event.kind == EventKind::Story);
    stories.map(|event| serde_json::from_str(&event.data).unwrap()).collect()
}

fn article_at(events: &[CloudEvent], host: &str) -> Vec<Value> {
    let articles = events.iter().filter(|event| event.kind == EventKind::Article).map(data);
    articles.filter(|article| article["url"].as_str().unwrap().contains(host)).collect()
}

/// The journal keeps of each story what its last event says.
fn assert_kept(journal: &Journal) {
    let events = journal.events_after(Sequence::START, usize::MAX, None).unwrap();
    for told in stories(&events).iter().rev() {
        let kept = journal.reader().story(&told.story).unwrap().unwrap();
        assert!(kept.revision >= told.revision);
        if kept.revision == told.revision {
            assert_eq!(kept, *told);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn reports_of_one_happening_are_one_story_and_a_copy_is_no_further_witness() {
    let web = Arc::new(Web::default());
    site(&web, FEED, "Russia and North Korea sign agreement on Tumen road bridge", &ON_SUBJECT);
    site(&web, OTHER, "Moscow, Pyongyang agree to build road bridge over Tumen", &SAME);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = storyteller(&web, &journal, &[FEED, OTHER], CopyPolicy::Publish).await;
    let events = events_after(engine, &journal, HOUR).await;
    assert_eq!(outline(&events), ["article", "article", "story", "story"]);
    // An article's story follows it at once.
    let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Article, EventKind::Story, EventKind::Article, EventKind::Story]);
    let told = stories(&events);
    assert_eq!((told[0].revision, told[0].article_count, told[0].origin_count), (1, 1, 1));
    assert_eq!(told[1].story, told[0].story);
    assert_eq!((told[1].revision, told[1].article_count, told[1].origin_count), (2, 2, 2));
    assert_eq!(told[1].supersedes.as_ref(), Some(&told[0].id));
    let second = data(&events[2]);
    assert_eq!(second["story"], told[0].story.as_str());
    assert_eq!(second["joined_by"][1]["sign"], "wording");

    // After a restart a third repeats the first's text.
    site(&web, THIRD, "Bridge over the Tumen: what is known", &ON_SUBJECT);
    let engine = storyteller(&web, &journal, &[THIRD], CopyPolicy::Publish).await;
    let events = events_after(engine, &journal, HOUR).await;
    let told = stories(&events);
    let last = told.last().unwrap();
    assert_eq!((&last.story, last.revision), (&told[0].story, 3));
    assert_eq!((last.article_count, last.origin_count), (3, 2));
    let roles: Vec<&str> = last.articles.iter().map(|article| article.role.as_str()).collect();
    let copied = usize::from(!last.articles[0].url.as_ref().unwrap().as_str().contains("news.example"));
    assert_eq!((roles[copied], roles[1 - copied], roles[2]), ("origin", "own_report", "copy"));
    assert_eq!(article_at(&events, "third")[0]["joined_by"][0]["sign"], "copy");
    assert_kept(&journal);
}

#[tokio::test(start_paused = true)]
async fn another_happening_is_another_story() {
    let web = Arc::new(Web::default());
    site(&web, FEED, "Russia and North Korea sign agreement on Tumen road bridge", &ON_SUBJECT);
    site(&web, OTHER, "Russian wheat exports to North Korea double, customs data show", &OTHER_HAPPENING);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = storyteller(&web, &journal, &[FEED, OTHER], CopyPolicy::Publish).await;
    let told = stories(&events_after(engine, &journal, HOUR).await);
    assert_eq!(told.len(), 2);
    assert_ne!(told[0].story, told[1].story);
    let listed = journal.reader().stories(10).unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed[0].last_reported >= listed[1].last_reported);
}

#[tokio::test(start_paused = true)]
async fn tables_that_are_reloaded_judge_the_next_article_beside_those_before_it() {
    let stories_with = async |always: &str| {
        let web = Arc::new(Web::default());
        site(&web, FEED, "Russia and North Korea sign agreement on Tumen road bridge", &ON_SUBJECT);
        site(&web, OTHER, "Moscow, Pyongyang agree to build road bridge over Tumen", &SAME);
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path());
        let engine = storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await;
        let (commands, stop) = (engine.commands(), CancellationToken::new());
        let run = tokio::spawn(engine.run(StopCondition::Stopped, stop.clone(), Duration::ZERO));
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert_eq!(outline(&journal.events_after(Sequence::START, usize::MAX, None).unwrap()).len(), 2);

        let update = EngineUpdate {
            feeds: [FEED, OTHER].map(configured).into(),
            announcers: Arc::default(),
            fetcher: Arc::new(fetcher(&web, PollSettings::default())),
            subject: subject(),
            sites: Arc::default(),
            agencies: Arc::default(),
            story_tables: Some(story_tables(always)),
            compares_anew: true,
            revisit: RevisitSettings { after: Vec::new() },
            settings: EngineSettings { extract_threads: 1, ..EngineSettings::default() },
        };
        let (done, answer) = oneshot::channel();
        assert!(commands.send(EngineCommand::Reload(Box::new(update), done)).await.is_ok());
        answer.await.unwrap().unwrap();
        tokio::time::sleep(HOUR).await;
        stop.cancel();
        run.await.unwrap().unwrap();
        journal.reader().stories(10).unwrap().len()
    };
    assert_eq!(stories_with("-0.3").await, 1, "the article before the reload is known by the new tables");
    assert_eq!(stories_with("-3").await, 2, "the new tables ask for more than these two have in common");
}

#[tokio::test(start_paused = true)]
async fn an_article_that_is_edited_into_another_happening_leaves_its_story() {
    let web = Arc::new(Web::default());
    site(&web, FEED, "Russia and North Korea sign agreement on Tumen road bridge", &ON_SUBJECT);
    site(&web, OTHER, "Moscow, Pyongyang agree to build road bridge over Tumen", &SAME);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let feeds = [FEED, OTHER];
    let engine = storyteller(&web, &journal, &feeds, CopyPolicy::Publish).await;
    events_after(engine, &journal, HOUR).await;
    let page = "https://other.example/bridge";
    let title = "Russian wheat exports to North Korea double, customs data show";
    web.page(page, title, &OTHER_HAPPENING);
    web.feed_with(
        OTHER,
        vec![
            crate::world::item(page, "Moscow, Pyongyang agree to build road bridge over Tumen")
                .replace("</title>", ", updated</title>"),
        ],
    );
    let engine = storyteller(&web, &journal, &feeds, CopyPolicy::Publish).await;
    let events = events_after(engine, &journal, 24 * HOUR).await;
    let edited = article_at(&events, "other.example");
    assert_eq!(edited.last().unwrap()["revision"], 2);
    assert_ne!(edited[1]["story"], edited[0]["story"]);
    let of = |story: &Value| {
        let story = StoryId::from_stored(story.as_str().unwrap());
        journal.reader().story(&story).unwrap().unwrap()
    };
    let (left, begun) = (of(&edited[0]["story"]), of(&edited[1]["story"]));
    assert_eq!((left.article_count, begun.article_count), (1, 1));
    assert_eq!(left.changes[0].kind.as_str(), "left");
    assert_eq!(begun.changes[0].kind.as_str(), "begun");
    assert_kept(&journal);
}

#[tokio::test(start_paused = true)]
async fn articles_that_came_while_stories_were_off_are_told_at_the_next_start() {
    let web = Arc::new(Web::default());
    site(&web, FEED, "Russia and North Korea sign agreement on Tumen road bridge", &ON_SUBJECT);
    site(&web, OTHER, "Moscow, Pyongyang agree to build road bridge over Tumen", &SAME);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let events =
        events_after(crate::world::engine(&web, &journal, &[FEED, OTHER], 1).await, &journal, HOUR).await;
    assert_eq!(outline(&events), ["article", "article"]);
    let engine = storyteller(&web, &journal, &[FEED, OTHER], CopyPolicy::Publish).await;
    let told = stories(&events_after(engine, &journal, HOUR).await);
    assert_eq!((told.len(), told[1].article_count), (2, 2));
    // Once.
    let engine = storyteller(&web, &journal, &[FEED, OTHER], CopyPolicy::Publish).await;
    assert_eq!(stories(&events_after(engine, &journal, HOUR).await).len(), 2);
    assert_kept(&journal);
}

#[tokio::test(start_paused = true)]
async fn a_copy_is_published_as_a_reference_or_not_at_all_as_configured() {
    for (policy, expected) in [
        (CopyPolicy::Reference, ["article", "article", "story", "story"].as_slice()),
        (CopyPolicy::Drop, ["article", "reject duplicate copy", "story"].as_slice()),
    ] {
        let web = Arc::new(Web::default());
        site(&web, FEED, "A new bridge over the Tumen", &ON_SUBJECT);
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(folder.path());
        events_after(storyteller(&web, &journal, &[FEED], policy).await, &journal, HOUR).await;
        site(&web, OTHER, "Bridge over the Tumen: what is known", &ON_SUBJECT);
        let events = events_after(storyteller(&web, &journal, &[OTHER], policy).await, &journal, HOUR).await;
        assert_eq!(outline(&events), expected);
        let story = &journal.reader().stories(10).unwrap()[0];
        if policy == CopyPolicy::Drop {
            let reject = data(events.last().unwrap());
            assert!(
                reject["detail"].as_str().unwrap().starts_with("100 % of its text is that of "),
                "{reject}"
            );
            assert_eq!(story.article_count, 1, "a dropped copy stands in no story");
            continue;
        }
        let copy = &article_at(&events, "other.example")[0];
        assert_eq!((copy["body"]["text"].as_str(), copy["copy_of"]["share"].as_f64()), (Some(""), Some(1.0)));
        for pointing in
            [&copy["body"]["paragraphs"], &copy["copy_of"]["spans"], &copy["entities"], &copy["cuts"]]
        {
            assert_eq!(pointing.as_array().unwrap().len(), 0, "nothing points into a text that is not there");
        }
        assert_eq!((story.article_count, story.origin_count), (2, 1));
        // The next start takes it for what it is.
        let engine = storyteller(&web, &journal, &[FEED, OTHER], policy).await;
        assert_eq!(outline(&events_after(engine, &journal, HOUR).await), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_article_is_listed_in_its_story_and_counts_no_more_until_it_is_back() {
    let web = Arc::new(Web::default());
    site(&web, FEED, "Russia and North Korea sign agreement on Tumen road bridge", &ON_SUBJECT);
    site(&web, OTHER, "Moscow, Pyongyang agree to build road bridge over Tumen", &SAME);
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let engine = crate::world::visiting_storyteller(&web, &journal, &[FEED, OTHER]).await;
    let page = "https://other.example/bridge";
    let history = async {
        tokio::time::sleep(HOUR / 2).await;
        web.put(page, 410, "text/html", "gone");
        tokio::time::sleep(3 * HOUR).await;
        web.page(page, "Moscow, Pyongyang agree to build road bridge over Tumen", &SAME);
    };
    let (events, ()) = tokio::join!(events_after(engine, &journal, 30 * HOUR), history);
    let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).skip(4).collect();
    assert_eq!(kinds, [EventKind::Withdrawal, EventKind::Story, EventKind::Article, EventKind::Story]);
    let told = stories(&events);
    let of = |story: &StoryEvent| (story.changes[0].kind.as_str(), story.article_count, story.origin_count);
    assert_eq!(of(&told[2]), ("withdrawn", 1, 1));
    assert_eq!(of(&told[3]), ("returned", 2, 2));
    let is_gone = |article: &dateline_wire::StoryArticle| article.withdrawn;
    assert_eq!(told[2].articles.iter().filter(|article| is_gone(article)).count(), 1);
    let named = &told[2].independent_origins[0].evidence[0].article;
    assert!(told[2].articles.iter().any(|article| article.article == *named && !is_gone(article)));
    assert!(!told[3].articles.iter().any(is_gone));
    assert_kept(&journal);
}

/// What becomes of the file between two runs.
enum Between {
    Stays,
    IsGone,
    IsTorn,
    /// It is the one of the start before, as after a kill.
    IsOld,
}

#[tokio::test(start_paused = true)]
async fn a_start_reads_what_articles_are_compared_with_from_its_file_and_without_it_from_the_log() {
    let events_where_it = async |between: Between| {
        let web = Arc::new(Web::default());
        site(&web, FEED, "Russia and North Korea sign agreement on Tumen road bridge", &ON_SUBJECT);
        site(&web, OTHER, "Moscow, Pyongyang agree to build road bridge over Tumen", &SAME);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("journal.compared.cache");
        let journal = journal(folder.path());
        let run = async |feeds: &[&str]| {
            let engine = storyteller(&web, &journal, feeds, CopyPolicy::Publish).await;
            events_after(engine, &journal, HOUR).await
        };
        run(&[FEED]).await;
        let old = std::fs::read(&file).unwrap();
        run(&[OTHER]).await;
        let kept = std::fs::read(&file).unwrap();
        assert_ne!(kept, old);
        match between {
            Between::Stays => {}
            Between::IsGone => std::fs::remove_file(&file).unwrap(),
            Between::IsTorn => std::fs::write(&file, &kept[..kept.len() - 9]).unwrap(),
            Between::IsOld => std::fs::write(&file, &old).unwrap(),
        }
        site(&web, THIRD, "Bridge over the Tumen: what is known", &ON_SUBJECT);
        let events = run(&[THIRD]).await;
        assert_kept(&journal);
        assert!(!folder.path().join("journal.compared.cache.new").exists());
        events
    };
    let expected = events_where_it(Between::Stays).await;
    assert_eq!(stories(&expected).last().unwrap().article_count, 3);
    for between in [Between::IsGone, Between::IsTorn, Between::IsOld] {
        assert_eq!(events_where_it(between).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn the_file_of_what_articles_are_compared_with_is_used_as_long_as_it_follows_from_the_journal() {
    let web = Arc::new(Web::default());
    site(&web, FEED, "Russia and North Korea sign agreement on Tumen road bridge", &ON_SUBJECT);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.compared.cache");
    let journal = journal(folder.path());
    let run = async || {
        let engine = storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await;
        events_after(engine, &journal, Duration::ZERO).await
    };
    run().await;
    let engine = storyteller(&web, &journal, &[FEED], CopyPolicy::Publish).await;
    events_after(engine, &journal, HOUR).await;
    let written = || std::fs::metadata(&file).unwrap().modified().unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    let age = || std::fs::File::options().write(true).open(&file).unwrap().set_modified(long_ago).unwrap();
    age();
    run().await;
    assert_eq!(written(), long_ago, "nothing is new, so it stays");
    let whole = std::fs::read(&file).unwrap();

    // That of another journal is none.
    let other = tempfile::tempdir().unwrap();
    let elsewhere = crate::world::journal(other.path());
    site(&web, OTHER, "Russian wheat exports to North Korea double, customs data show", &OTHER_HAPPENING);
    let engine = storyteller(&web, &elsewhere, &[OTHER], CopyPolicy::Publish).await;
    events_after(engine, &elsewhere, HOUR).await;
    std::fs::copy(other.path().join("journal.compared.cache"), &file).unwrap();
    age();
    run().await;
    assert_ne!(written(), long_ago, "it is written anew");
    assert_eq!(std::fs::read(&file).unwrap().len(), whole.len());
}
