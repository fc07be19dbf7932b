//! JSON Feed 1.0 and 1.1 (jsonfeed.org), as it is served: with nulls, numbers for ids, authors in every form, fields left out,
//! strings over several lines, commas too many, and without its end.

use dateline_text::{date, json, reference};
use serde_json::{Map, Value};
use url::Url;

use super::document::{
    FeedDocument, FeedEntry, FeedFormat, FeedLink, MAX_AUTHORS, MAX_ENTRIES, Person, Warning,
};
use super::link;
use super::person;
use super::text;

/// Longest call around a document: `callback(`, or what keeps scripts from reading one (`)]}',`).
const MAX_PREFIX_BYTES: usize = 64;

/// Bytes of the notices above a document.
const MAX_NOTICES_BYTES: usize = 4 << 10;

/// The JSON that a text is, or that stands in a call, as some servers give it to scripts.
pub(super) fn document_in(text: &str) -> Option<&str> {
    if let Some(document) = below_notices(text) {
        return Some(document);
    }
    let start = text.bytes().take(MAX_PREFIX_BYTES).position(|byte| byte == b'{')?;
    let prefix = text[..start].trim();
    let is_call = || prefix.strip_suffix('(').is_some_and(|name| !name.contains(['<', '"', '\'']));
    (prefix.is_empty() || prefix.starts_with(")]}") && !prefix.contains('<') || is_call())
        .then(|| &text[start..])
}

/// The JSON below the notices that PHP prints when it is told to show its errors.
fn below_notices(text: &str) -> Option<&str> {
    const NOTICES: [&str; 3] = ["<b>Warning</b>", "<b>Notice</b>", "<b>Deprecated</b>"];
    let is_notice = |text: &str| {
        let text =
            ["<br />", "<br>"].iter().find_map(|br| text.strip_prefix(br)).unwrap_or(text).trim_start();
        NOTICES.iter().any(|notice| text.starts_with(notice))
    };
    if !text.starts_with('<') || !is_notice(text) {
        return None;
    }
    let at = text.find("{\"").filter(|at| *at <= MAX_NOTICES_BYTES)?;
    text[..at].trim_end().ends_with('>').then(|| &text[at..])
}

/// Reads a document in JSON; `None` where it isn't JSON or isn't a feed.
pub(super) fn read(text: &str, url: Option<&Url>) -> Option<FeedDocument> {
    let mut warnings = Vec::new();
    let value = serde_json::from_str(text).ok().or_else(|| {
        let mended = json::repair(text);
        warnings.push(if mended.is_cut { Warning::Truncated } else { Warning::Malformed });
        serde_json::from_str(&mended.text).ok()
    });
    let Some(Value::Object(feed)) = value else {
        return None;
    };
    let is_cut = warnings.contains(&Warning::Truncated);
    let is_named = string(&feed, "version").is_some_and(|version| version.contains("jsonfeed"));
    let items = feed.get("items").and_then(list);
    if !is_named && items.is_none() {
        return None;
    }
    let entries = items
        .into_iter()
        .flatten()
        .take(MAX_ENTRIES)
        .filter_map(Value::as_object)
        .map(|item| entry(item, url));
    let mut entries: Vec<FeedEntry> = entries.collect();
    // Of an entry in whose middle the feed was cut, the next poll tells more; without a link it would be taken for all.
    if is_cut && entries.last().is_some_and(|last| last.link.is_none()) {
        entries.pop();
    }
    let own = string(&feed, "feed_url").and_then(|href| link::resolve(&href, url));
    let home = string(&feed, "home_page_url").and_then(|href| link::resolve(&href, url));
    let mut document = FeedDocument {
        format: FeedFormat::Json,
        title: string(&feed, "title").map(|title| text::from_html(&title)),
        description: string(&feed, "description"),
        links: [(&home, "alternate"), (&own, "self")]
            .into_iter()
            .filter_map(|(href, rel)| named(href, rel))
            .collect(),
        link: home,
        self_link: own,
        language: string(&feed, "language"),
        hubs: hubs(&feed),
        entries,
        warnings,
        ..FeedDocument::default()
    };
    document.inherit_authors(&people(&feed));
    Some(document)
}

fn entry(item: &Map<String, Value>, url: Option<&Url>) -> FeedEntry {
    let address = |name: &str| string(item, name).and_then(|href| link::resolve(&href, url));
    let (page, about) = (address("url"), address("external_url"));
    let (published, modified) = (string(item, "date_published"), string(item, "date_modified"));
    FeedEntry {
        guid: string(item, "id"),
        links: [(&page, "alternate"), (&about, "related")]
            .into_iter()
            .filter_map(|(href, rel)| named(href, rel))
            .collect(),
        link: page.or_else(|| string(item, "id").filter(|id| link::is_web(id))).or(about),
        title: string(item, "title").map(|title| text::from_html(&title)),
        published: published.as_deref().and_then(date::read_field),
        updated: modified.as_deref().and_then(date::read_field),
        date_text: published.or(modified),
        authors: people(item),
        summary: string(item, "summary"),
        content: string(item, "content_html")
            .or_else(|| string(item, "content_text").map(|text| html(&text))),
        ..FeedEntry::default()
    }
}

/// The values of a list, or of an object in its place whose names are numbers: what PHP makes of a list with gaps.
fn list(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::Array(values) => Some(values.iter().collect()),
        Value::Object(named) if named.keys().all(|name| name.bytes().all(|byte| byte.is_ascii_digit())) => {
            let mut values: Vec<(u64, &Value)> =
                named.iter().filter_map(|(name, value)| Some((name.parse().ok()?, value))).collect();
            values.sort_by_key(|(number, _)| *number);
            Some(values.into_iter().map(|(_, value)| value).collect())
        }
        _ => None,
    }
}

/// A string, or a number in its place; neither null nor empty.
fn string(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// `authors` of version 1.1, `author` of version 1.0: objects, or names in their place, one of them or a list.
fn people(object: &Map<String, Value>) -> Vec<Person> {
    let named = ["authors", "author"].into_iter().filter_map(|name| object.get(name));
    let all = named.flat_map(|value| list(value).unwrap_or_else(|| vec![value]));
    // A list that stands in a list for no reason.
    let all = all.flat_map(|value| list(value).unwrap_or_else(|| vec![value]));
    let mut people = Vec::new();
    for person in all.flat_map(persons).take(MAX_AUTHORS) {
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people
}

/// The people whom an object or a name in its place names: one, or those whose names an object lists.
fn persons(value: &Value) -> Vec<Person> {
    let people: Vec<Person> = match value {
        Value::Object(author) => match author.get("name") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(person::parse).collect(),
            _ => string(author, "name")
                .map(|written| Person { name: person::name(&written), email: None })
                .into_iter()
                .collect(),
        },
        Value::String(written) => vec![person::parse(written)],
        _ => Vec::new(),
    };
    people.into_iter().filter(|person| *person != Person::default()).collect()
}

fn hubs(feed: &Map<String, Value>) -> Vec<String> {
    let hubs = feed.get("hubs").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let websub =
        hubs.filter(|hub| string(hub, "type").is_none_or(|kind| kind.eq_ignore_ascii_case("websub")));
    websub.filter_map(|hub| string(hub, "url")).collect()
}

fn named(href: &Option<String>, rel: &str) -> Option<FeedLink> {
    href.as_ref().map(|href| FeedLink { href: href.clone(), rel: rel.to_owned(), media_type: None })
}

fn html(plain: &str) -> String {
    let mut html = String::with_capacity(plain.len());
    reference::escape_to(plain, &mut html);
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_read_with_nulls_numbers_and_both_kinds_of_authors() {
        let feed = read(
            r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Port news", "home_page_url": "https://port.example/",
                "feed_url": "/feed.json", "authors": [{"name": "Desk"}], "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
                "items": [{"id": 7, "url": "/7", "title": null, "content_text": "3 < 5", "date_published": "2024-06-04T10:00:00Z"},
                          {"id": "8", "external_url": "https://sea.example/", "author": {"name": "Ann Quay"}}]}"#,
            Url::parse("https://port.example/feed.json").ok().as_ref(),
        )
        .unwrap();
        assert_eq!(feed.self_link.as_deref(), Some("https://port.example/feed.json"));
        assert_eq!(feed.hubs, ["https://hub.example/"]);
        let [first, second] = &feed.entries[..] else { panic!("two entries") };
        assert_eq!(first.guid.as_deref(), Some("7"));
        assert_eq!(first.link.as_deref(), Some("https://port.example/7"));
        assert_eq!(first.title, None);
        assert_eq!(first.content.as_deref(), Some("3 &lt; 5"));
        assert_eq!(first.authors[0].name.as_deref(), Some("Desk"));
        assert_eq!(second.link.as_deref(), Some("https://sea.example/"));
        assert_eq!(second.authors[0].name.as_deref(), Some("Ann Quay"));
    }

    fn feed(text: &str) -> FeedDocument {
        read(text, None).unwrap()
    }

    fn authors(written: &str) -> Vec<String> {
        let text = format!(
            r#"{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"id": "1", {written}}}]}}"#
        );
        feed(&text).entries[0].authors.iter().filter_map(|person| person.name.clone()).collect()
    }

    #[test]
    fn authors_are_objects_or_names_one_or_many() {
        for written in [
            r#""authors": [{"name": "Ann Quay"}, {"name": "Bo Pier"}]"#,
            r#""authors": ["Ann Quay", "bo@port.example (Bo Pier)"]"#,
            r#""author": ["Ann Quay", {"name": "Bo Pier"}]"#,
            r#""authors": {"0": {"name": "Ann Quay"}, "2": "Bo Pier"}"#,
            r#""authors": {"name": "Ann Quay"}, "author": "Bo Pier""#,
            r#""authors": [[{"name": "Ann Quay"}, "Bo Pier"]]"#,
            r#""authors": {"name": ["Ann Quay", "Bo Pier"]}"#,
            r#""author": {"name": "Ann Quay"}, "authors": [{"name": "Ann Quay"}, {"name": "Bo Pier"}]"#,
        ] {
            assert_eq!(authors(written), ["Ann Quay", "Bo Pier"], "{written}");
        }
        assert!(authors(r#""authors": [null, 7, "", {"url": "https://port.example/"}]"#).is_empty());
    }

    #[test]
    fn strings_over_several_lines_and_commas_too_many_cost_nothing() {
        let feed = feed(
            "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{\"id\": \"1\", \"title\": \"A ship\n\tcame in\",},\
             {\"id\": \"2\", \"url\": \"https://port.example/2\"},]}",
        );
        assert_eq!(feed.entries[0].title.as_deref(), Some("A ship came in"));
        assert_eq!(feed.entries[1].link.as_deref(), Some("https://port.example/2"));
        assert_eq!(feed.warnings, [Warning::Malformed]);
    }

    #[test]
    fn what_is_broken_in_one_place_costs_no_entry() {
        let whole = r#"{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_text": "It came in."},
            {"id": "2", "url": "https://port.example/2"}]}"#;
        for (sound, broken) in [
            ("It came", "It\u{0}came"),
            ("It came", "It\u{7}\u{b}\u{1b}came"),
            ("It came", "It\r\n\tcame"),
            ("It came", "It \\x\\d came"),
            ("It came", "It \\ud83d came"),
            ("It came", "It \"just\" came"),
            ("\"id\": \"1\"", "id: \"1\", image: undefined, pinned: True"),
            ("[{", "[,{"),
            ("},", "},,"),
            ("},", "}"),
            ("\"}]}", "\",},],}"),
            ("}]}", "}]}\u{0}\u{0}"),
            ("}]}", "}]} <!-- cached -->"),
            ("}]}", "}]}{\"items\": []}"),
            ("\"items\"", "/* all of them */ \"items\""),
        ] {
            let text = whole.replacen(sound, broken, 1);
            let ids: Vec<Option<String>> =
                read(&text, None).expect(&text).entries.into_iter().map(|entry| entry.guid).collect();
            assert_eq!(ids, [Some("1".to_owned()), Some("2".to_owned())], "{text}");
        }
        assert_eq!(feed(&whole.replace('"', "'")).entries.len(), 2);
    }

    #[test]
    fn a_feed_that_is_cut_off_keeps_its_whole_entries() {
        let whole = r#"{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "url": "https://port.example/1"},
            {"id": "2", "url": "https://port.example/2", "title": "A ship came in"}]}"#;
        let entries = |end: &str| {
            let feed = feed(&whole[..whole.find(end).unwrap()]);
            assert_eq!(feed.warnings, [Warning::Truncated]);
            feed.entries
        };
        assert_eq!(entries("/2\"").len(), 1);
        let [_, second] = &entries("came in")[..] else { panic!("two entries") };
        assert_eq!((second.link.as_deref(), second.title.as_deref()), (Some("https://port.example/2"), None));
    }

    #[test]
    fn an_entry_whose_id_is_its_address_needs_no_other() {
        let feed = feed(
            r#"{"version": "https://jsonfeed.org/version/1", "items": [{"id": "https://port.example/1"},
                {"id": "https://port.example/2", "url": "https://port.example/two"}, {"id": "3"}]}"#,
        );
        let links: Vec<Option<&str>> = feed.entries.iter().map(|entry| entry.link.as_deref()).collect();
        assert_eq!(links, [Some("https://port.example/1"), Some("https://port.example/two"), None]);
    }

    #[test]
    fn a_document_is_found_in_a_call_and_behind_what_keeps_scripts_out() {
        for (text, found) in [
            ("{\"a\": 1}", Some("{\"a\": 1}")),
            ("show({\"a\": 1});", Some("{\"a\": 1});")),
            (")]}',\n{\"a\": 1}", Some("{\"a\": 1}")),
            (
                "<br />\n<b>Warning</b>: no such index in <b>feed.php</b><br />\n{\"a\": 1}",
                Some("{\"a\": 1}"),
            ),
            ("<rss>{</rss>", None),
            ("plain words {", None),
        ] {
            assert_eq!(document_in(text), found, "{text}");
        }
    }

    #[test]
    fn titles_are_plain_text_even_where_they_were_written_as_html() {
        let feed = feed(r#"{"items": [{"id": "1", "title": "Storm &amp; flood <em>warning</em>: 3 < 5"}]}"#);
        assert_eq!(feed.entries[0].title.as_deref(), Some("Storm & flood warning: 3 < 5"));
    }

    #[test]
    fn entries_may_be_numbered_instead_of_listed() {
        let feed = feed(
            r#"{"version": "https://jsonfeed.org/version/1", "items": {"2": {"id": "c"}, "0": {"id": "a"}, "10": {"id": "d"}}}"#,
        );
        let ids: Vec<Option<&str>> = feed.entries.iter().map(|entry| entry.guid.as_deref()).collect();
        assert_eq!(ids, [Some("a"), Some("c"), Some("d")]);
    }

    #[test]
    fn json_that_is_no_feed_is_none() {
        assert_eq!(read(r#"{"x": 1}"#, None), None);
        assert_eq!(read("[]", None), None);
        assert_eq!(read("{", None), None);
    }
}
