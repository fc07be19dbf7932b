//! What is read from feeds, by format, by defect, and by rule. The feeds in `feeds/` are composed for these tests.

use std::time::Duration;

use dateline_fetcher::feed::{self, FeedDocument, FeedError, FeedFormat, Warning};
use jiff::civil::Weekday;
use url::Url;

const RSS: &str = include_str!("feeds/rss.xml");
const ATOM: &str = include_str!("feeds/atom.xml");
const RDF: &str = include_str!("feeds/rdf.xml");
const ATOM_03: &str = include_str!("feeds/atom03.xml");
const CDF: &str = include_str!("feeds/cdf.xml");
const SITEMAP: &str = include_str!("feeds/sitemap.xml");
const JSON: &str = include_str!("feeds/feed.json");

fn read_at(text: &str, url: &str) -> FeedDocument {
    let url = Url::parse(url).expect("a URL");
    feed::read(text.as_bytes(), Some(&url), None).expect("a feed")
}

fn read(text: &str) -> FeedDocument {
    feed::read(text.as_bytes(), None, None).expect("a feed")
}

/// An RSS feed with this inside its channel.
fn channel(inside: &str) -> FeedDocument {
    read(&format!("<rss version=\"2.0\"><channel><title>T</title>{inside}</channel></rss>"))
}

fn titles(feed: &FeedDocument) -> Vec<&str> {
    feed.entries.iter().map(|entry| entry.title.as_deref().unwrap_or_default()).collect()
}

fn instant(moment: Option<jiff::Timestamp>) -> String {
    moment.map(|at| at.to_string()).unwrap_or_default()
}

mod formats {
    use super::*;

    #[test]
    fn rss_2_gives_its_entries_its_pace_and_its_hub() {
        let feed = read_at(RSS, "https://harbour.example/rss");
        assert_eq!(feed.format, FeedFormat::Rss);
        assert_eq!(feed.title.as_deref(), Some("Harbour News"));
        assert_eq!(feed.description.as_deref(), Some("What happens at the harbour"));
        assert_eq!(feed.link.as_deref(), Some("https://harbour.example/"));
        assert_eq!(feed.language.as_deref(), Some("en-GB"));
        assert_eq!(feed.ttl, Some(Duration::from_secs(900)));
        assert_eq!(feed.skip_hours, [1, 2]);
        assert_eq!(feed.skip_days, [Weekday::Sunday]);
        assert_eq!(feed.update_period, Some(Duration::from_secs(1800)));
        assert_eq!(feed.self_link.as_deref(), Some("https://harbour.example/rss"));
        assert_eq!(feed.hubs, ["https://hub.example/"]);
        assert_eq!(feed.warnings, []);

        let [ferry, crane] = &feed.entries[..] else { panic!("two entries") };
        assert_eq!(ferry.title.as_deref(), Some("Ferry & tug collide again"));
        assert_eq!(ferry.link.as_deref(), Some("https://harbour.example/news/ferry"));
        assert_eq!(ferry.guid.as_deref(), Some("harbour-1"));
        assert_eq!(instant(ferry.published), "2024-06-04T01:00:00Z");
        assert_eq!(ferry.summary.as_deref(), Some("<p>Nobody was hurt.</p>"));
        assert_eq!(ferry.content.as_deref(), Some("<p>Nobody was hurt when a ferry met a tug.</p>"));
        assert_eq!(ferry.to_wire().authors, ["Ann Quay"]);
        assert_eq!(crane.link.as_deref(), Some("https://harbour.example/news/crane"));
        assert_eq!(instant(crane.published), "2024-06-03T08:00:00Z");
        assert_eq!(crane.authors[0].email.as_deref(), Some("desk@harbour.example"));
    }

    #[test]
    fn atom_1_resolves_its_links_and_passes_its_authors_on() {
        let feed = read_at(ATOM, "https://elsewhere.example/feed");
        assert_eq!(feed.format, FeedFormat::Atom);
        assert_eq!(feed.title.as_deref(), Some("항구 <소식>"));
        assert_eq!(feed.language.as_deref(), Some("ko"));
        assert_eq!(feed.link.as_deref(), Some("https://port.example/ko/"));
        assert_eq!(feed.self_link.as_deref(), Some("https://port.example/ko/atom.xml"));

        let [first, second] = &feed.entries[..] else { panic!("two entries") };
        assert_eq!(first.title.as_deref(), Some("배가 들어왔다"));
        assert_eq!(first.link.as_deref(), Some("https://port.example/ko/2024/1.html"));
        assert_eq!(instant(first.published), "2024-06-04T01:00:00Z");
        assert_eq!(instant(first.updated), "2024-06-04T02:00:00Z");
        assert_eq!(first.summary.as_deref(), Some("화물 < 승객"));
        assert_eq!(first.content.as_deref(), Some("<p>배가 <b>들어왔다</b>.</p>"));
        assert_eq!(first.to_wire().authors, ["부두 편집부"]);
        assert_eq!(second.link.as_deref(), Some("https://port.example/ko/2"));
        assert_eq!(second.to_wire().authors, ["박선장"]);
    }

    #[test]
    fn rss_1_is_rdf_and_knows_its_items_by_what_they_are_about() {
        let feed = read(RDF);
        assert_eq!(feed.format, FeedFormat::Rdf);
        assert_eq!(feed.language.as_deref(), Some("ja"));
        assert_eq!(titles(&feed), ["船が着いた"]);
        assert_eq!(feed.entries[0].guid.as_deref(), Some("https://minato.example/1"));
        assert_eq!(instant(feed.entries[0].published), "2024-06-04T06:05:00Z");
    }

    #[test]
    fn texts_that_a_feed_gives_a_search_engine_whole_are_its_texts() {
        let feed = channel(
            "<item xmlns:yandex=\"http://news.yandex.ru\"><title>A</title><yandex:full-text>The ship came in.</yandex:full-text></item>\
             <item><title>B</title><turbo:content><![CDATA[<p>The crane fell.</p>]]></turbo:content></item>",
        );
        assert_eq!(feed.entries[0].content.as_deref(), Some("The ship came in."));
        assert_eq!(feed.entries[1].content.as_deref(), Some("<p>The crane fell.</p>"));
    }

    #[test]
    fn a_guid_that_is_a_path_is_the_entry_s_address() {
        let feed = read_at(
            "<rss version='2.0'><channel><item><title>A</title><guid isPermaLink='true'>/a/1</guid></item>\
             <item><title>B</title><guid>b-2</guid></item></channel></rss>",
            "https://port.example/rss",
        );
        assert_eq!(feed.entries[0].link.as_deref(), Some("https://port.example/a/1"));
        assert_eq!(feed.entries[1].link, None);
    }

    #[test]
    fn atom_0_3_says_with_its_mode_how_a_text_is_written() {
        let feed = read(ATOM_03);
        assert_eq!(feed.format, FeedFormat::Atom);
        assert_eq!(feed.title.as_deref(), Some("Quay & pier"));
        assert_eq!(titles(&feed), ["A ship came in"]);
        assert_eq!(instant(feed.entries[0].published), "2004-06-04T10:00:00Z");
        assert_eq!(feed.entries[0].content.as_deref(), Some("<p>It was late.</p>"));
    }

    #[test]
    fn a_channel_of_the_channel_definition_format_is_read_in_upper_case() {
        let feed = read(CDF);
        assert_eq!(feed.format, FeedFormat::Cdf);
        assert_eq!(feed.link.as_deref(), Some("https://pier.example/"));
        assert_eq!(feed.entries[0].link.as_deref(), Some("https://pier.example/1"));
        assert_eq!(feed.entries[0].summary.as_deref(), Some("In blue."));
        assert_eq!(instant(feed.entries[0].updated), "1999-06-04T10:00:00Z");
    }

    #[test]
    fn a_news_sitemap_announces_pages_with_their_titles() {
        let feed = read(SITEMAP);
        assert_eq!(feed.format, FeedFormat::NewsSitemap);
        assert_eq!(feed.title.as_deref(), Some("Вестник дока"));
        assert_eq!(feed.language.as_deref(), Some("ru"));
        assert_eq!(titles(&feed), ["Корабль вернулся в порт", ""]);
        assert_eq!(instant(feed.entries[0].published), "2024-06-04T07:00:00Z");
        assert_eq!(feed.entries[1].link.as_deref(), Some("https://dock.example/2"));
    }

    #[test]
    fn json_feed_is_read_with_numbers_for_ids_and_links_elsewhere() {
        let feed = read(JSON);
        assert_eq!(feed.format, FeedFormat::Json);
        assert_eq!(feed.hubs, ["https://hub.example/"]);
        let [first, second] = &feed.entries[..] else { panic!("two entries") };
        assert_eq!(first.to_wire().authors, ["Jetty desk"]);
        assert_eq!(second.guid.as_deref(), Some("2"));
        assert_eq!(second.link.as_deref(), Some("https://sea.example/2"));
        assert_eq!(second.content.as_deref(), Some("A gull &amp; a fish"));
        assert_eq!(second.to_wire().authors, ["Gil Gull"]);
    }

    #[test]
    fn what_is_no_feed_says_what_it_is() {
        let refused = |text: &str| feed::read(text.as_bytes(), None, None).expect_err("no feed");
        assert_eq!(refused(" \n\0 "), FeedError::Empty);
        assert_eq!(
            refused("<!DOCTYPE html><html><head><title>Home</title></head></html>"),
            FeedError::WebPage { feeds: Vec::new() }
        );
        let page = refused(
            "<!DOCTYPE html><html><head><link rel='feed' href='https://port.example/rss'></head></html>",
        );
        assert!(page.to_string().contains("https://port.example/rss"), "{page}");
        assert!(refused("<opml version='2.0'/>").to_string().contains("<opml>"));
        assert!(refused("{\"error\": 404}").to_string().contains("no markup"));
        assert!(refused("\u{89}PNG <J\u{12}œ8;'M}j> x").to_string().contains("no markup"));
    }
}

mod repairs {
    use super::*;

    #[test]
    fn a_link_or_guid_that_is_cut_off_is_none() {
        let cut = |inside: &str| {
            let feed = read(&format!(
                "<rss version='2.0'><channel><title>T</title><item><title>A ship</title>{inside}"
            ));
            assert!(feed.warnings.contains(&Warning::Truncated));
            feed.entries[0].clone()
        };
        assert_eq!(cut("<link>https://port.example/fer").link, None);
        let entry = cut("<link>https://port.example/ferry</link><guid>https://port.exam");
        assert_eq!((entry.link.as_deref(), entry.guid), (Some("https://port.example/ferry"), None));
        assert_eq!(
            cut("<link>https://port.example/1</link><description>A ship ca").summary.as_deref(),
            Some("A ship ca")
        );
    }

    #[test]
    fn a_feed_that_declares_no_charset_stays_utf_8_where_a_character_is_cut() {
        let mut bytes = "<rss version='2.0'><channel><title>Порт</title><item><title>Паром вернулся</title><description>Ве"
            .as_bytes()
            .to_vec();
        bytes.push(0xD1);
        bytes.extend_from_slice("…</description></item></channel></rss>".as_bytes());
        let feed = feed::read(&bytes, None, None).expect("a feed");
        assert_eq!(titles(&feed), ["Паром вернулся"]);
        assert_eq!(feed.warnings, [Warning::Charset]);
    }

    #[test]
    fn a_feed_without_its_version_in_another_case_or_namespace_is_one() {
        for (open, close) in [
            ("<rss><channel>", "</channel></rss>"),
            ("<RSS version='9'><Channel>", "</Channel></RSS>"),
            ("<rss xmlns='http://backend.userland.com/rss2'><channel>", "</channel></rss>"),
            ("<rss xmlns='https://unheard.example/of'><channel>", "</channel></rss>"),
            ("<x:rss xmlns:x='https://unheard.example/of'><x:channel>", "</x:channel></x:rss>"),
            ("<channel>", "</channel>"),
        ] {
            let x = if open.starts_with("<x:") { "x:" } else { "" };
            let text = format!("{open}<{x}item><{x}title>A ship</{x}title></{x}item>{close}");
            assert_eq!(titles(&read(&text)), ["A ship"], "{text}");
        }
    }

    #[test]
    fn what_stands_before_the_root_is_passed_over() {
        for before in [
            "\n\n  ",
            "\u{FEFF}\n",
            "{\"debug\": 1}\n",
            "Warning: on line 7\n",
            "<?php echo 1 ?>",
            "<!-- x -->",
        ] {
            let feed =
                read(&format!("{before}<?xml version='1.0'?>{}", "<rss><channel><item/></channel></rss>"));
            assert_eq!(feed.entries.len(), 1, "{before:?}");
        }
    }

    #[test]
    fn an_element_that_is_not_closed_ends_where_the_next_begins() {
        let feed = channel(
            "<item><title>One<link>https://a.example/1</link><item><title>Two</title><guid>2</item><item><title>Three",
        );
        assert_eq!(titles(&feed), ["One", "Two", "Three"]);
        assert_eq!(feed.entries[0].link.as_deref(), Some("https://a.example/1"));
        assert_eq!(feed.entries[1].guid.as_deref(), Some("2"));
        assert!(feed.warnings.contains(&Warning::Malformed));
    }

    #[test]
    fn the_address_behind_an_empty_link_is_the_link() {
        let link = |item: &str| channel(item).entries[0].link.clone();
        let meant = Some("https://port.example/ferry?a=1&b=2".to_owned());
        assert_eq!(link("<item><link/>https://port.example/ferry?a=1&amp;b=2 <guid>9</guid></item>"), meant);
        assert_eq!(link("<item><title>A ship</title><link/> </item>"), None);
        assert_eq!(link("<item><link/>https://port.example/ferry tells more</item>"), None);
        let first = link(
            "<item><link>https://port.example/1</link><link/>https://port.example/2<guid>9</guid></item>",
        );
        assert_eq!(first.as_deref(), Some("https://port.example/1"));
        assert_eq!(link("<item><link/><title>https://port.example/</title></item>"), None);
        assert_eq!(read("<rss><channel><item><link/>https://port.exam").entries[0].link, None);
    }

    #[test]
    fn a_truncated_feed_gives_what_has_arrived() {
        let cut = RSS.find("</item>\n    <item>").expect("two items")
            + "</item>\n    <item>\n      <title>Cra".len();
        let feed = read(&RSS[..cut + 7]);
        assert_eq!(feed.entries.len(), 2);
        assert_eq!(feed.entries[0].guid.as_deref(), Some("harbour-1"));
        assert!(feed.warnings.contains(&Warning::Truncated));
    }

    #[test]
    fn bare_angles_and_ampersands_are_text() {
        let feed = channel("<item><title>3 < 5 & R&D</title><link>https://a.example/?a=1&b=2</link></item>");
        assert_eq!(titles(&feed), ["3 < 5 & R&D"]);
        assert_eq!(feed.entries[0].link.as_deref(), Some("https://a.example/?a=1&b=2"));
    }

    #[test]
    fn html_may_stand_in_a_text_unescaped_and_unbalanced() {
        let feed = channel("<item><description>A <b>ship</i> came<br>in</description><guid>1</guid></item>");
        assert_eq!(feed.entries[0].summary.as_deref(), Some("A <b>ship came<br>in"));
        assert_eq!(feed.entries[0].guid.as_deref(), Some("1"));
    }

    #[test]
    fn a_second_declaration_is_passed_over() {
        let feed = channel(
            "<item><title>A</title><?xml version='1.0' encoding='iso-8859-1'?><title>B</title></item>",
        );
        assert_eq!(feed.entries.len(), 1);
    }
}

mod links {
    use super::*;

    fn page(item: &str) -> Option<String> {
        channel(&format!("<item>{item}</item>")).entries[0].to_wire().link.map(String::from)
    }

    #[test]
    fn the_original_link_counts_before_that_of_the_service_which_replaced_it() {
        let there = Some("https://port.example/ferry".to_owned());
        for item in [
            "<link>https://count.example/~r/1</link><feedburner:origLink>https://port.example/ferry</feedburner:origLink>",
            "<fb:origLink xmlns:fb='http://rssnamespace.org/feedburner/ext/1.0'>https://port.example/ferry</fb:origLink>\
             <link>https://count.example/~r/1</link>",
            "<pheedo:origLink>https://port.example/ferry</pheedo:origLink><link>https://count.example/click</link>",
            "<link>https://port.example/ferry</link><feedburner:origLink>none</feedburner:origLink>",
            "<link>https://port.example/ferry</link><feedburner:origLink>https://port.example/</feedburner:origLink>",
            "<link>https://port.example/ferry</link><feedburner:origLink/>",
            "<link>https://count.example/~r/1</link><feedburner:origLink><![CDATA[ https://port.example/ferry ]]></feedburner:origLink>",
            "<link>https://count.example/~r/1</link><feedburner:origLink>\n  https://port.example/ferry\n</feedburner:origLink>",
            "<feedburner:origlink>https://port.example/ferry</feedburner:origlink><link>https://count.example/~r/1</link>",
        ] {
            assert_eq!(page(item), there, "{item}");
        }
    }

    #[test]
    fn a_text_that_stands_elsewhere_is_the_page_where_no_link_names_one() {
        let entry = |inside: &str| {
            read(&format!("<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>https://port.example/id</id>{inside}</entry></feed>"))
                .entries[0]
                .link
                .clone()
        };
        let page = "<content type='text/html' src='https://port.example/ferry'/>";
        assert_eq!(entry(page).as_deref(), Some("https://port.example/ferry"));
        assert_eq!(
            entry(&format!("{page}<link href='https://port.example/7'/>")).as_deref(),
            Some("https://port.example/7")
        );
        assert_eq!(
            entry("<content type='video/mp4' src='https://port.example/v'/>").as_deref(),
            Some("https://port.example/id")
        );
    }

    #[test]
    fn a_guid_is_a_link_unless_it_says_otherwise_or_there_is_another() {
        let feed = channel(
            "<item><guid>https://a.example/1</guid></item><item><guid isPermaLink='false'>https://a.example/2</guid></item>
             <item><guid>https://a.example/3</guid><link>https://b.example/3</link></item><item><guid>tag:4</guid></item>",
        );
        let links: Vec<Option<&str>> = feed.entries.iter().map(|entry| entry.link.as_deref()).collect();
        assert_eq!(links, [Some("https://a.example/1"), None, Some("https://b.example/3"), None]);
    }

    #[test]
    fn relations_other_than_the_page_are_no_link_of_an_entry() {
        let feed = read(
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link rel='self' href='https://a.example/1.atom'/>
             <link rel='enclosure' href='https://a.example/1.mp3'/>
             <link rel='http://www.iana.org/assignments/relation/alternate' href='https://a.example/1'/></entry></feed>",
        );
        assert_eq!(feed.entries[0].link.as_deref(), Some("https://a.example/1"));
        assert_eq!(feed.entries[0].links.len(), 3);
    }

    #[test]
    fn a_link_without_a_host_is_resolved_against_the_feed() {
        let text = "<rss><channel><item><link>//b.example/1</link></item><item><link>2?x=1</link></item></channel></rss>";
        let feed = read_at(text, "https://a.example/feeds/rss.xml");
        assert_eq!(feed.entries[0].link.as_deref(), Some("https://b.example/1"));
        assert_eq!(feed.entries[1].link.as_deref(), Some("https://a.example/feeds/2?x=1"));
    }

    #[test]
    fn only_web_addresses_reach_the_journal() {
        let feed = channel(
            "<item><link>javascript:alert(1)</link></item><item><link>https://a.example/1</link></item>",
        );
        assert_eq!(feed.entries[0].to_wire().link, None);
        assert_eq!(feed.entries[1].to_wire().link.map(String::from).as_deref(), Some("https://a.example/1"));
    }
}

mod identity {
    use super::*;

    #[test]
    fn an_entry_keeps_its_identity_when_its_title_is_edited() {
        for by in ["<guid>1</guid>", "<link>https://a.example/1</link>"] {
            let before = channel(&format!("<item>{by}<title>A ship</title></item>"));
            let after = channel(&format!("<item>{by}<title>Two ships</title></item>"));
            assert_eq!(before.entries[0].id(), after.entries[0].id());
        }
    }

    #[test]
    fn an_entry_stays_the_same_where_each_poll_finds_another_session_in_its_link() {
        const SESSIONS: [(&str, &str); 2] = [
            ("3f2a9c41d07be8553f2a9c41d07be855", "1750223100123"),
            ("b81d0e77a2c94f6615c3d08b9e7f4a20", "1750226700456"),
        ];
        let wrong: Vec<&str> = [
            "/view;jsessionid=HEX?id=7",
            "/view;JSESSIONID=HEX.node1?id=7",
            "/view%3Bjsessionid=HEX?id=7",
            "/view?id=7;jsessionid=HEX",
            "/view?id=7&PHPSESSID=HEX",
            "/view?PHPSESSID=HEX&amp;id=7#top",
            "/7?sid=HEX",
            "/7?SID=HEX",
            "/7?s=HEX",
            "/7?sess=HEX",
            "/7?SESSID=HEX",
            "/view?id=7&session_id=HEX",
            "/view?id=7&SessionID=HEX",
            "/view?id=7&ASPSESSIONIDCQRT=HEX",
            "/(S(HEX))/7.aspx",
            "/view?id=7&CFID=NUMBER&CFTOKEN=HEX",
            "/7?osCsid=HEX",
            "/7?XTCsid=HEX",
            "/7?zenid=HEX",
            "/7?fbclid=HEX&utm_source=rss",
            "/7?_ga=2.NUMBER.1",
            "/7?nocache=NUMBER",
            "/7?cachebuster=HEX",
        ]
        .into_iter()
        .filter(|link| {
            let ids = SESSIONS.map(|(session, number)| {
                let link = link.replace("HEX", session).replace("NUMBER", number);
                let item = format!(
                    "<item><title>The ferry was late</title><link>https://port.example{link}</link></item>"
                );
                channel(&item).entries[0].to_wire().id
            });
            ids[0] != ids[1]
        })
        .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        // What may tell pages apart does.
        for parts in [
            "/view?id=7|/view?id=8",
            "/view?sid=104|/view?sid=105",
            "/7?page=1|/7?page=2",
            "/a;v=1|/a;v=2",
            "/?_=7|/?_=8",
        ] {
            let (one, other) = parts.split_once('|').unwrap();
            let id = |link: &str| {
                channel(&format!("<item><link>https://port.example{link}</link></item>")).entries[0]
                    .to_wire()
                    .id
            };
            assert_ne!(id(one), id(other), "{parts}");
        }
    }

    #[test]
    fn without_guid_and_link_an_entry_is_its_title_and_date() {
        let item = |title: &str, day: &str| {
            channel(&format!("<item><title>{title}</title><pubDate>{day} Jun 2024</pubDate></item>")).entries
                [0]
            .id()
        };
        assert_eq!(item("Weather", "3"), item("Weather", "3"));
        assert_ne!(item("Weather", "3"), item("Weather", "4"));
        assert_ne!(item("Weather", "3"), item("Tides", "3"));
    }

    #[test]
    fn a_guid_that_different_pages_share_identifies_none_of_them() {
        let feed = channel(
            "<item><guid isPermaLink='false'>0</guid><link>https://a.example/1</link></item>
             <item><guid isPermaLink='false'>0</guid><link>https://a.example/2</link></item>
             <item><guid>7</guid><link>https://a.example/7</link></item><item><guid>7</guid><link>https://a.example/7</link></item>",
        );
        let ids: Vec<_> = feed.entries.iter().map(|entry| entry.id()).collect();
        assert_ne!(ids[0], ids[1]);
        assert_eq!(ids[2], ids[3]);
    }
}

mod agreement {
    use proptest::prelude::*;

    use super::*;

    /// A feed's text and what stands in it: titles, links and instants.
    #[derive(Debug, Clone)]
    struct SampleFeed {
        title: String,
        entries: Vec<(String, u32, i64)>,
    }

    fn told() -> impl Strategy<Value = SampleFeed> {
        // The title's words are of several scripts, with characters that must be escaped.
        let words = "[a-zA-Zж-я가-하 &<>\"']{0,20}[a-zж가]";
        let entry = (words, any::<u32>(), 0_i64..4_000_000_000);
        (words, proptest::collection::vec(entry, 1..8))
            .prop_map(|(title, entries)| SampleFeed { title, entries })
    }

    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    fn atom(told: &SampleFeed) -> String {
        let mut text = format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title type=\"text\">{}</title><id>f</id>",
            escaped(&told.title)
        );
        for (title, page, second) in &told.entries {
            let at = jiff::Timestamp::from_second(*second).expect("in range");
            text += &format!(
                "<entry><id>urn:{page}</id><title type=\"text\">{}</title><link href=\"https://a.example/{page}?a=1&amp;b=2\"/>\
                 <updated>{at}</updated></entry>",
                escaped(title)
            );
        }
        text + "</feed>"
    }

    fn collapsed(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #[test]
        fn what_a_well_formed_feed_tells_is_what_is_read(told in told()) {
            let feed = read(&atom(&told));
            prop_assert_eq!(&feed.title, &Some(collapsed(&told.title)));
            let read: Vec<_> = feed.entries.iter().map(|entry| (
                entry.title.clone().unwrap_or_default(),
                entry.link.clone().unwrap_or_default(),
                entry.updated.map_or(0, jiff::Timestamp::as_second),
            )).collect();
            let told: Vec<_> = told.entries.iter().map(|(title, page, second)| {
                (collapsed(title), format!("https://a.example/{page}?a=1&b=2"), *second)
            }).collect();
            prop_assert_eq!(read, told);
        }

        #[test]
        fn feed_rs_reads_the_same_in_a_well_formed_feed(told in told()) {
            let text = atom(&told);
            let ours = read(&text);
            let theirs = feed_rs::parser::parse(text.as_bytes()).expect("well-formed");
            prop_assert_eq!(ours.entries.len(), theirs.entries.len());
            for (ours, theirs) in ours.entries.iter().zip(&theirs.entries) {
                let title = theirs.title.as_ref().map(|title| collapsed(&title.content));
                prop_assert_eq!(&ours.title, &title);
                prop_assert_eq!(ours.link.as_deref(), theirs.links.first().map(|link| link.href.as_str()));
                prop_assert_eq!(ours.guid.as_deref(), Some(theirs.id.as_str()));
                let updated = theirs.updated.map(|at| at.timestamp());
                prop_assert_eq!(ours.updated.map(jiff::Timestamp::as_second), updated);
            }
        }

        #[test]
        fn reading_is_a_function_of_the_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(feed::read(&bytes, None, None), feed::read(&bytes, None, None));
        }
    }
}
