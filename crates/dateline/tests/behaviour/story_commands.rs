//! What `dateline stories`, `story` and `explain` print of a journal, for people and as JSON.

use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use crate::site::Site;
use crate::world::{ON_SUBJECT, Web, events_after, journal, storyteller, visiting_storyteller};
use dateline::config::CopyPolicy;
use serde_json::Value;

const FEEDS: [&str; 3] =
    ["https://news.example/rss", "https://other.example/rss", "https://third.example/rss"];
const TITLE: &str = "Russia and North Korea sign agreement on Tumen road bridge";

/// A site whose journal has a report, a copy of it under another headline, and one in other words.
async fn told() -> Site {
    let site = Site::new("data_dir = \"data\"\n", "");
    let data = site.folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let web = Arc::new(Web::default());
    let own = [
        "Moscow and Pyongyang agreed on Monday to build a road bridge across the Tumen, Russia's transport ministry announced after \
         the signing in the North Korean capital.",
        "The Russian delegation had been received by Kim Jong Un before the agreement on the bridge was signed.",
    ];
    let journal = journal(&data);
    for (feed, title, text) in [
        (FEEDS[0], TITLE, &ON_SUBJECT[..]),
        (FEEDS[1], "Bridge over the Tumen: what is known", &ON_SUBJECT[..]),
        (FEEDS[2], "Moscow, Pyongyang agree to build road bridge over Tumen", &own[..]),
    ] {
        let page = feed.replace("rss", "bridge");
        web.feed(feed, &[(&page, title)]);
        web.page(&page, title, text);
        let engine = storyteller(&web, &journal, &[feed], CopyPolicy::Publish).await;
        events_after(engine, &journal, Duration::from_secs(3600)).await;
    }
    site
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn assert_says(printed: &str, lines: &[&str]) {
    for line in lines {
        assert!(printed.contains(line), "{line:?} is not in:\n{printed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_story_is_listed_shown_and_explained_by_address_by_id_and_from_a_file() {
    let site = told().await;
    let listed = printed(site.run(&["stories"]));
    assert_says(&listed, &[TITLE, "3 articles, 2 independent origins, en  "]);
    let stories: Value = serde_json::from_str(&printed(site.run(&["stories", "--json"]))).unwrap();
    let story = &stories[0];
    let id = story["story"].as_str().unwrap();

    let upper = id.to_ascii_uppercase();
    let of_story = printed(site.run(&["search", "--json", "--story", &upper]));
    assert_eq!(of_story.lines().count(), 3, "case makes no difference: {of_story}");
    assert_eq!(printed(site.run(&["story", &upper])), printed(site.run(&["story", id])));

    let shown = printed(site.run(&["story", &id[..8]]));
    assert_says(
        &shown,
        &[
            &format!("{TITLE}\nstory {id}, revision 3\n"),
            "independent origins: 2\n  news.example: 2 articles\n  third.example: 1 article\n",
            "articles: 3\n",
            "copy of news.example’s, en, other.example",
            "own report, en, third.example",
        ],
    );
    let refused = site.run(&["story", "ffffffff"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no story ffffffff"));

    let copy = printed(site.run(&["explain", "http://other.example/bridge?utm_source=x"]));
    assert_says(
        &copy,
        &[
            "Bridge over the Tumen: what is known\n",
            "title: as a reader of the page sees it\n",
            "copy: 100 % of its text is that of ",
            "3 articles, 2 independent origins\n",
        ],
    );
    let own = story["articles"][2]["article"].as_str().unwrap();
    let explained = printed(site.run(&["explain", own]));
    assert_says(
        &explained,
        &["about the subject: relevant", "above 0 they tell one happening", "  wording "],
    );
    assert!(!explained.contains("s 1 ") && !explained.contains("(s)"), "{explained}");
    let json: Value = serde_json::from_str(&printed(site.run(&["explain", own, "--json"]))).unwrap();
    assert_eq!(
        (&json["event"]["article"], &json["story"]["story"]),
        (&story["articles"][2]["article"], &story["story"])
    );

    let page = crate::world::page("A bridge, and a headline for its readers", &ON_SUBJECT).replace(
        "<head>",
        "<head><meta property='og:title' content='Tumen bridge agreed'><meta name=author content='Ana Lund'>\
         <meta property='article:published_time' content='2026-03-01T07:30:00Z'>",
    );
    let page = page.replace("<article>", "<nav><a href=/a>Home</a><a href=/b>World</a></nav><article>");
    let file = site.folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let read =
        printed(site.run(&["explain", file.to_str().unwrap(), "--url", "https://fourth.example/bridge"]));
    assert_says(
        &read,
        &[
            "A bridge, and a headline for its readers\n",
            "not believed: “Tumen bridge agreed”, from its Open Graph properties: ",
            "published: 2026-03-01T07:30:00Z (to the second), from its Open Graph properties\n",
            "authors: Ana Lund, from a <meta> or <title> element\n",
            "of navigation, ",
            "copy and story: a saved page is compared with no other article",
        ],
    );
    let nowhere = site.run(&["explain", "https://fifth.example/none"]);
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("no article https://fifth.example/none"));
}

#[tokio::test(start_paused = true)]
async fn an_article_that_was_taken_down_is_explained_as_withdrawn() {
    let site = Site::new("data_dir = \"data\"\n", "");
    let data = site.folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let (web, journal) = (Arc::new(Web::default()), journal(&data));
    let page = FEEDS[0].replace("rss", "bridge");
    web.feed(FEEDS[0], &[(&page, TITLE)]);
    web.page(&page, TITLE, &ON_SUBJECT);
    let engine = visiting_storyteller(&web, &journal, &[FEEDS[0]]).await;
    let hour = Duration::from_secs(3600);
    let history = async {
        tokio::time::sleep(hour / 2).await;
        assert!(!printed(site.run(&["explain", &page])).contains("withdrawn"));
        web.put(&page, 410, "text/html", "gone");
    };
    tokio::join!(events_after(engine, &journal, 30 * hour), history);
    assert_says(&printed(site.run(&["explain", &page])), &["withdrawn: its site does not have it any more"]);
    let json: Value = serde_json::from_str(&printed(site.run(&["explain", &page, "--json"]))).unwrap();
    assert_eq!(json["withdrawn"], true);
}

#[tokio::test(start_paused = true)]
async fn what_is_searched_for_is_shown_where_the_body_says_it() {
    let site = told().await;
    let found = printed(site.run(&["search", "received", "delegations"]));
    let own = "\n    …The Russian delegation had been received by Kim Jong Un before the agreement";
    let wire = "\n    …Kim Jong Un received the Russian delegation in Pyongyang before the signing";
    assert_says(&found, &[own, wire]);
    assert_eq!(found.lines().count(), 3 * 4, "each article has one passage: {found}");
    // Words of the title alone are shown by the title.
    assert_eq!(printed(site.run(&["search", "known"])).lines().count(), 3);
}
