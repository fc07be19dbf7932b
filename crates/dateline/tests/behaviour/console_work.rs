//! What an operator does over HTTP: a feed is looked at before it is added, lists are taken in, rules for single sites are tried and saved.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::site::{Site, get, send, terminate, text};
use serde_json::{Value, json};

const SETTINGS: &str =
    "[fetch]\nallow_private_addresses = true\nper_host_delay = \"10ms\"\n[poll]\nstart_spread = \"0s\"\n";

/// A feed of one article on the subject and one on something else, a page that names it and another, and their pages.
fn news() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let here = address.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            let Some(Ok(first)) = lines.next() else { continue };
            let head: Vec<String> =
                lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let is_member = head.iter().any(|line| line.eq_ignore_ascii_case("user-agent: Members/1.0"));
            if first.contains("/members") && !is_member {
                let refusal = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = (&stream).write_all(refusal.as_bytes());
                continue;
            }
            let (kind, body) = match first.split(' ').nth(1).unwrap_or_default() {
                "/feed.xml" | "/other.xml" | "/members.xml" => ("application/rss+xml", format!(
                    "<rss version='2.0'><channel><title>News</title>\
                     <item><title>Bridge &lt;script&gt;alert(1)&lt;/script&gt;</title><link>{here}/bridge</link></item>\
                     <item><title>Ferry</title><link>{here}/ferry</link></item></channel></rss>"
                )),
                "/" => ("text/html", "<!doctype html><html><link rel='alternate' type='application/rss+xml' href='/feed.xml'><p>News.".to_owned()),
                "/two" => ("text/html", "<!doctype html><html><link rel='alternate' type='application/rss+xml' href='/feed.xml'>\
                                         <link rel='alternate' type='application/rss+xml' href='/other.xml'><p>News.".to_owned()),
                "/bridge" => ("text/html", "<article><h1>Russia and North Korea agree on a bridge</h1>\
                    <p>Russia and North Korea signed an agreement on a bridge over the Tumen river on Monday, the Russian ministry said.</p>\
                    <p>Kim Jong Un received the Russian delegation in Pyongyang before the signing, and both sides spoke of trade.</p></article>".to_owned()),
                _ => ("text/html", "<article><h1>The ferry runs again</h1><p>The ferry left the harbour at six in the morning, for the first \
                    time since the storm, and two hundred people had crossed by noon.</p><p>The port said that it would run all week.</p></article>".to_owned()),
            };
            let _ = write!(
                &stream,
                "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

/// A feed that is there already, so that something is polled.
const FIRST: &str = "# Ours.\n\n[[feed]]\nurl = \"http://127.0.0.1:9/none\"\n";

fn answer(status_and_body: (u16, String)) -> (u16, Value) {
    let (status, body) = status_and_body;
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

fn file(site: &Site, name: &str) -> String {
    fs::read_to_string(site.folder.path().join(name)).unwrap()
}

#[test]
fn a_feed_is_looked_at_before_it_is_added_and_nothing_is_kept_of_that() {
    let news = news();
    let site = Site::new(SETTINGS, FIRST);
    let (mut child, api) = site.daemon(&[]);
    let look =
        |url: &str| answer(send(&api, "POST", "/v1/feeds/preview", &json!({ "url": url }).to_string()));
    let (status, preview) = look(&news);
    assert_eq!((status, &preview["url"]), (200, &json!(format!("{news}/feed.xml"))), "{preview}");
    assert_eq!((&preview["verdict"], &preview["entry_count"]), (&json!("ok"), &json!(2)));
    let bridge = &preview["entries"][0]["outcome"];
    assert_eq!((&bridge["is_published"], &bridge["label"]), (&json!(true), &json!("relevant")), "{preview}");
    assert!(bridge["text"].as_str().unwrap().starts_with("Russia and North Korea signed"), "{preview}");
    let ferry = &preview["entries"][1]["outcome"];
    assert_eq!(
        (&ferry["is_published"], &ferry["reason"]),
        (&json!(false), &json!("not_relevant")),
        "{preview}"
    );

    let (status, several) = look(&format!("{news}/two"));
    assert_eq!((status, several["candidates"].as_array().map(Vec::len)), (200, Some(2)), "{several}");
    assert_eq!(look("http://127.0.0.1:9/").0, 422);
    assert_eq!(look("http://127.0.0.1:9/none").0, 409, "it is there already");
    assert_eq!(file(&site, "feeds.toml"), FIRST);
    let feeds = answer(get(&api, "/v1/feeds")).1;
    assert_eq!(feeds.as_array().map(Vec::len), Some(1), "{feeds}");

    let addition = json!({ "url": news, "name": "News", "tags": ["sea"], "interval": "10m" }).to_string();
    let (status, added) = answer(send(&api, "POST", "/v1/feeds", &addition));
    assert_eq!(status, 201, "{added}");
    assert!(file(&site, "feeds.toml").contains("name = \"News\"\ninterval = \"10m\"\ntags = [\"sea\"]\n"));
    let (status, known) = look(&news);
    assert!(status == 409 && known["detail"].as_str().unwrap().contains("already"), "{known}");
    let path = format!("/v1/feeds/{}", added["feed"]["id"].as_str().unwrap());
    let edits = json!({ "tags": ["sea", "north"], "interval": "" }).to_string();
    assert_eq!(send(&api, "PATCH", &path, &edits).0, 200);
    assert!(
        file(&site, "feeds.toml").contains("name = \"News\"\ntags = [\"sea\", \"north\"]\n"),
        "{}",
        file(&site, "feeds.toml")
    );
    assert_eq!(send(&api, "PATCH", &path, r#"{"interval": "often"}"#).0, 422);
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn a_feed_is_looked_at_with_the_options_of_its_group() {
    let news = news();
    let group = "[[group]]\nname = \"members\"\nuser_agent = \"Members/1.0\"\ntags = [\"paid\"]\n";
    let site = Site::new(SETTINGS, &format!("{group}{FIRST}"));
    let (mut child, api) = site.daemon(&[]);
    assert_eq!(answer(get(&api, "/v1/feeds/groups")), (200, json!(["members"])));
    let members = json!({ "url": format!("{news}/members.xml") });
    assert_eq!(send(&api, "POST", "/v1/feeds/preview", &members.to_string()).0, 422, "it wants a member");
    let members = json!({ "url": format!("{news}/members.xml"), "group": "members" }).to_string();
    let (status, preview) = answer(send(&api, "POST", "/v1/feeds/preview", &members));
    assert_eq!((status, &preview["entry_count"]), (200, &json!(2)), "{preview}");
    assert_eq!((&preview["options"], &preview["tags"]), (&json!(["user_agent"]), &json!(["paid"])));
    let unknown = json!({ "url": format!("{news}/members.xml"), "group": "others" }).to_string();
    assert_eq!(send(&api, "POST", "/v1/feeds/preview", &unknown).0, 422);
    assert_eq!(send(&api, "POST", "/v1/feeds", &members).0, 201);
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn what_is_looked_at_stands_behind_the_guard_of_addresses() {
    let news = news();
    let site = Site::new("[poll]\nstart_spread = \"0s\"\n", FIRST);
    let (mut child, api) = site.daemon(&[]);
    for url in [news.as_str(), "http://[::1]/", "http://169.254.169.254/latest"] {
        let (status, refused) =
            answer(send(&api, "POST", "/v1/feeds/preview", &json!({ "url": url }).to_string()));
        assert_eq!(status, 422, "{url}: {refused}");
        let trial = json!({ "url": url, "rule": { "host": "news.example", "body": "p" } }).to_string();
        assert_eq!(send(&api, "POST", "/v1/sites/try", &trial).0, 422, "{url}");
    }
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

/// A site that sends on whoever asks: its feeds to where `inside` listens under several of its addresses, its articles as well.
fn sending_inside(inside: u16) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let serving = listener.try_clone().unwrap();
    std::thread::spawn(move || {
        let hosts = INSIDE_HOSTS.map(|host| format!("http://{host}:{inside}/secret"));
        for stream in serving.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            let Some(Ok(first)) = lines.next() else { continue };
            lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let path = first.split(' ').nth(1).unwrap_or_default();
            let number: Option<usize> = path.rsplit('/').next().and_then(|number| number.parse().ok());
            let (head, body) = match number.and_then(|number| hosts.get(number)) {
                Some(target) if path.starts_with("/refresh/") => (
                    "200 OK\r\ncontent-type: text/html".to_owned(),
                    format!("<!doctype html><meta http-equiv=refresh content='0; url={target}'><p>Moved."),
                ),
                Some(target) => (format!("302 Found\r\nlocation: {target}"), String::new()),
                None if path == "/feed.xml" => {
                    let item = |number: usize| {
                        format!(
                            "<item><title>Entry {number}</title><link>http://news.example/article/{number}</link></item>"
                        )
                    };
                    let items: String = (0..hosts.len()).map(item).collect();
                    (
                        "200 OK\r\ncontent-type: application/rss+xml".to_owned(),
                        format!("<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"),
                    )
                }
                None => ("404 Not Found".to_owned(), String::new()),
            };
            let _ = write!(
                &stream,
                "HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    listener
}

/// Addresses that are not public, and a name that resolves to one.
const INSIDE_HOSTS: [&str; 4] = ["127.0.0.1", "[::1]", "169.254.169.254", "localhost"];

#[test]
fn what_sends_inside_is_refused_in_words_and_nothing_is_asked_there() {
    let inside = TcpListener::bind("127.0.0.1:0").unwrap();
    inside.set_nonblocking(true).unwrap();
    let outside = sending_inside(inside.local_addr().unwrap().port());
    let settings = format!(
        "[fetch]\nper_host_delay = \"10ms\"\nconnect_to = {{ \"news.example\" = \"{}\" }}\n[poll]\nstart_spread = \"0s\"\n",
        outside.local_addr().unwrap()
    );
    let site = Site::new(&settings, FIRST);
    let (mut child, api) = site.daemon(&[]);
    let look = |path: &str| {
        let url = format!("http://news.example{path}");
        answer(send(&api, "POST", "/v1/feeds/preview", &json!({ "url": url }).to_string()))
    };
    for (number, host) in INSIDE_HOSTS.iter().enumerate() {
        for way in ["moved", "refresh"] {
            let (status, refused) = look(&format!("/{way}/{number}"));
            let detail = refused["detail"].as_str().unwrap_or_default();
            assert_eq!(status, 422, "{host} by {way}: {refused}");
            assert!(
                detail.contains(&format!("cannot be had (it redirects to http://{host}:"))
                    && detail.contains("is no public address; `allow_private_addresses`"),
                "{host} by {way}: {detail}"
            );
        }
    }
    let (status, preview) = look("/feed.xml");
    let entries = preview["entries"].as_array().unwrap();
    assert_eq!((status, entries.len()), (200, INSIDE_HOSTS.len()), "{preview}");
    for entry in entries {
        let outcome = &entry["outcome"];
        assert_eq!(
            (&outcome["is_published"], &outcome["reason"]),
            (&json!(false), &json!("address")),
            "{preview}"
        );
        assert!(outcome["detail"].as_str().unwrap().contains("is no public address"), "{preview}");
    }
    // What cannot be had is named once.
    let (_, missing) = look("/nothing");
    assert_eq!(missing["detail"], "http://news.example/nothing cannot be had (answered 404 Not Found)");
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
    let asked = inside.accept().map(|_| ()).map_err(|error| error.kind());
    assert_eq!(asked, Err(std::io::ErrorKind::WouldBlock));
}

#[test]
fn nothing_is_removed_without_being_asked_about_scripts_or_not() {
    let site = Site::new(
        SETTINGS,
        &format!("{FIRST}\n[[feed]]\nurl = \"http://127.0.0.1:9/other\"\nname = \"<b>Other\"\n"),
    );
    let (mut child, api) = site.daemon(&[]);
    let feeds = answer(get(&api, "/v1/feeds")).1;
    let other = feeds.as_array().unwrap().iter().find(|feed| feed["name"] == "<b>Other").unwrap();
    let page = format!("/feeds/{}", other["id"].as_str().unwrap());
    let (status, asked) = get(&api, &format!("{page}/remove"));
    assert_eq!(status, 200, "{asked}");
    let form = format!("method=\"post\" action=\"{page}/remove\"");
    assert!(asked.contains(&form) && asked.contains("&lt;b&gt;Other"), "{asked}");
    assert!(asked.contains("What the journal knows of it stays"), "{asked}");
    assert_eq!(send(&api, "DELETE", &format!("/v1{page}"), "").0, 200);
    // It was there, and the question of it is past.
    assert_eq!(get(&api, &page).0, 410);
    assert_eq!(get(&api, &format!("{page}/remove")).0, 404);
    let rule = json!({ "host": "news.example", "body": "p" }).to_string();
    assert_eq!(send(&api, "PUT", "/v1/sites", &rule).0, 200);
    let (status, asked) = get(&api, "/sites/remove?rule=news.example");
    assert!(
        status == 200 && asked.contains("action=\"/sites/remove\"") && asked.contains("name=\"rule\""),
        "{asked}"
    );
    let (status, unknown) = get(&api, "/sites/remove?rule=other.example");
    assert!(
        status == 404 && unknown.contains("To the rules") && !unknown.contains("method=\"post\""),
        "{unknown}"
    );
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

#[test]
fn a_list_says_what_it_changes_and_then_changes_it() {
    let site = Site::new(SETTINGS, FIRST);
    let list = r#"<opml version="2.0"><body><outline text="Sea"><outline text="A &lt;b&gt;" xmlUrl="http://127.0.0.1:9/a"/>
        <outline text="none" xmlUrl="http://127.0.0.1:9/none"/><outline xmlUrl="javascript:alert(1)"/></outline></body></opml>"#;
    let (mut child, api) = site.daemon(&[]);
    let (status, would) = answer(send(&api, "POST", "/v1/opml?dry_run=true", list));
    assert_eq!(
        (status, &would["known"], &would["skipped"]),
        (200, &json!(1), &json!(["javascript:alert(1)"])),
        "{would}"
    );
    assert_eq!((&would["added"][0]["name"], &would["added"][0]["tags"]), (&json!("A <b>"), &json!(["Sea"])));
    assert_eq!(file(&site, "feeds.toml"), FIRST);
    assert_eq!(send(&api, "POST", "/v1/opml", list).0, 200);
    assert!(
        file(&site, "feeds.toml").starts_with(FIRST)
            && file(&site, "feeds.toml").contains("tags = [\"Sea\"]")
    );
    let given_out = get(&api, "/v1/opml").1;
    assert!(
        given_out.contains(r#"text="A &lt;b&gt;""#) && given_out.contains(r#"category="Sea""#),
        "{given_out}"
    );
    assert_eq!(answer(send(&api, "POST", "/v1/opml", &given_out)).1["added"], json!([]));
    assert_eq!(send(&api, "POST", "/v1/opml", "<rss/>").0, 422);
    assert_eq!(send(&api, "POST", "/v1/opml", &"x".repeat((4 << 20) + 1)).0, 413);
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());

    // The command line does the same on the files.
    let other = site.folder.path().join("other.opml");
    fs::write(&other, list.replace("9/a", "9/b")).unwrap();
    let would = text(&site.run(&["feed", "import", "--dry-run", other.to_str().unwrap()]).stdout);
    assert!(would.contains("+ http://127.0.0.1:9/b") && would.contains("1 feed would be added"), "{would}");
    let done = text(&site.run(&["feed", "import", other.to_str().unwrap()]).stdout);
    assert!(done.contains("1 feed added"), "{done}");
    assert!(text(&site.run(&["feed", "export"]).stdout).contains("9/b"));
}

#[test]
fn a_rule_is_tried_beside_the_general_reading_and_saved_into_a_file_whose_comments_stay() {
    let site = Site::new(SETTINGS, FIRST);
    let sites = "# By hand.\n[[site]]\nhost = \"gazette.example\" # since May\nbody = \"main\"\n";
    fs::write(site.folder.path().join("sites.toml"), sites).unwrap();
    let (mut child, api) = site.daemon(&[]);
    let html = "<article><h1>Ferry</h1><div class=tale><p>The ferry left the harbour at six in the morning.</p></div></article>\
                <p class=promo>Sail with us, and see the islands from the water.</p>";
    let trial = |rule: Value, url: &str| {
        answer(send(
            &api,
            "POST",
            "/v1/sites/try",
            &json!({ "url": url, "html": html, "rule": rule }).to_string(),
        ))
    };
    let rule = json!({ "host": "news.example", "body": "p.promo", "title": "h2" });
    let (status, tried) = trial(rule.clone(), "https://www.news.example/1");
    assert_eq!(status, 200, "{tried}");
    assert_eq!(tried["ruled"]["text"], "Sail with us, and see the islands from the water.");
    assert_eq!(tried["unmatched"], json!(["title"]));
    assert!(tried["general"]["text"].as_str().unwrap().contains("The ferry left"), "{tried}");
    assert_eq!(trial(rule.clone(), "https://other.example/1").1["ruled"], Value::Null);
    let (status, wrong) = trial(json!({ "host": "news.example", "body": "p[" }), "https://news.example/1");
    assert!(status == 422 && wrong["errors"][0].as_str().unwrap().contains("p["), "{wrong}");
    let told_of_rule = wrong["detail"].as_str().unwrap().starts_with("the rule is wrong");
    assert!(told_of_rule && !wrong.to_string().contains("configuration"), "{wrong}");
    assert_eq!(file(&site, "sites.toml"), sites, "trying changes nothing");

    assert_eq!(send(&api, "PUT", "/v1/sites", &rule.to_string()).0, 200);
    assert!(file(&site, "sites.toml").starts_with(sites), "{}", file(&site, "sites.toml"));
    assert_eq!(answer(get(&api, "/v1/sites")).1[1]["name"], "news.example");
    let (status, wrong) = send(&api, "PUT", "/v1/sites", r#"{"host": "a b", "body": "p"}"#);
    assert!(status == 422 && wrong.contains("the rule is wrong"), "{wrong}");
    assert_eq!(send(&api, "DELETE", "/v1/sites?rule=nothing.example", "").0, 404);
    assert_eq!(send(&api, "DELETE", "/v1/sites?rule=news.example", "").0, 200);
    assert_eq!(file(&site, "sites.toml"), sites);
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}

/// Sends a form as a page of the console does: the status, and the body.
fn post_form(api: &str, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let api = api.trim_start_matches("http://");
    let mut stream = TcpStream::connect(api).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {api}\r\nOrigin: http://{api}\r\nConnection: close\r\nAccept: text/html\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer[9..12].parse().unwrap(), answer)
}

/// What a field of a page holds, as a browser sends it.
fn field(page: &str, name: &str) -> String {
    let (_, field) = page.split_once(&format!(" name=\"{name}\"")).unwrap();
    let (_, value) = field.split_once(" value=\"").unwrap();
    let value = value.split('"').next().unwrap();
    value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn a_form_saves_what_was_changed_in_it_and_nothing_else() {
    let feeds =
        "[[feed]]\nurl = \"http://127.0.0.1:9/none\"\nname = \"<b>x</b>\\u202Eabc\"\ntags = [\"one\"]\n";
    let site = Site::new(SETTINGS, feeds);
    let (mut child, api) = site.daemon(&[]);
    let id = answer(get(&api, "/v1/feeds")).1[0]["id"].as_str().unwrap().to_owned();
    let (path, edit) = (format!("/feeds/{id}"), format!("/feeds/{id}/edit"));
    let open = || {
        let page = get(&api, &path).1;
        ["name", "tags", "shown_name", "shown_tags"].map(|name| (name, field(&page, name)))
    };
    let save = |form: &[(&str, String); 4], name: &str, value: &str| {
        let fields = form.each_ref().map(|(other, held)| (*other, if *other == name { value } else { held }));
        post_form(&api, &edit, &fields)
    };
    let now = || {
        let feed = answer(get(&api, &format!("/v1/feeds/{id}"))).1;
        (feed["name"].as_str().unwrap_or_default().to_owned(), feed["tags"].to_string())
    };
    let first = open();
    assert_eq!(first[0].1, "<b>x</b>\u{202e}abc", "a field holds the name as it is");
    assert_eq!(save(&first, "tags", "one, two").0, 303);
    assert_eq!(now(), ("<b>x</b>\u{202e}abc".to_owned(), r#"["one","two"]"#.to_owned()));

    // Two pages are open; each changes something else.
    let (one, other) = (open(), open());
    assert_eq!(save(&one, "name", "Wire").0, 303);
    assert_eq!(save(&other, "tags", "three").0, 303);
    assert_eq!(now(), ("Wire".to_owned(), r#"["three"]"#.to_owned()));
    // Both change the same.
    let (status, refused) = save(&other, "name", "Press");
    assert!(status == 409 && refused.contains("changed to “Wire” since"), "{refused}");
    assert_eq!(now().0, "Wire");
    assert_eq!(save(&open(), "name", "").0, 303);
    assert_eq!(now().0, "");

    let list = "<opml><!-- \u{202e} -->";
    let (_, compared) = post_form(&api, "/feeds/import", &[("opml", list)]);
    assert!(compared.contains("&lt;opml&gt;&lt;!-- \u{202e} --&gt;"), "{compared}");
    assert!(terminate(&mut child, Duration::from_secs(20)).success(), "{}", site.log());
}
