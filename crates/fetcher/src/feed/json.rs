//! JSON Feed 1.0 and 1.1 (jsonfeed.org), as it is served: with nulls, numbers for ids, and fields left out.

use serde_json::{Map, Value};
use url::Url;

use super::date;
use super::document::{ENTRIES_MAX, FeedDocument, Format, Link, Person, ReadEntry};
use super::link;
use super::markup;
use super::person;
use super::text;

/// Reads a document in JSON; `None` where it isn't JSON or isn't a feed.
pub(super) fn read(text: &str, url: Option<&Url>) -> Option<FeedDocument> {
    let Ok(Value::Object(feed)) = serde_json::from_str(text) else {
        return None;
    };
    let is_named = string(&feed, "version").is_some_and(|version| version.contains("jsonfeed"));
    let items = feed.get("items").and_then(Value::as_array);
    if !is_named && items.is_none() {
        return None;
    }
    let entries = items
        .into_iter()
        .flatten()
        .take(ENTRIES_MAX)
        .filter_map(Value::as_object)
        .map(|item| entry(item, url));
    let own = string(&feed, "feed_url").and_then(|href| link::resolve(&href, url));
    let home = string(&feed, "home_page_url").and_then(|href| link::resolve(&href, url));
    let mut document = FeedDocument {
        format: Format::Json,
        title: string(&feed, "title").map(|title| text::collapse(&title)),
        description: string(&feed, "description"),
        links: [(&home, "alternate"), (&own, "self")]
            .into_iter()
            .filter_map(|(href, rel)| named(href, rel))
            .collect(),
        link: home,
        self_link: own,
        language: string(&feed, "language"),
        hubs: hubs(&feed),
        entries: entries.collect(),
        ..FeedDocument::default()
    };
    document.inherit_authors(&people(&feed));
    Some(document)
}

fn entry(item: &Map<String, Value>, url: Option<&Url>) -> ReadEntry {
    let address = |name: &str| string(item, name).and_then(|href| link::resolve(&href, url));
    let (page, about) = (address("url"), address("external_url"));
    let (published, modified) = (string(item, "date_published"), string(item, "date_modified"));
    ReadEntry {
        guid: string(item, "id"),
        links: [(&page, "alternate"), (&about, "related")]
            .into_iter()
            .filter_map(|(href, rel)| named(href, rel))
            .collect(),
        link: page.or(about),
        title: string(item, "title").map(|title| text::collapse(&title)),
        published: published.as_deref().and_then(date::parse),
        updated: modified.as_deref().and_then(date::parse),
        date_text: published.or(modified),
        authors: people(item),
        summary: string(item, "summary"),
        content: string(item, "content_html")
            .or_else(|| string(item, "content_text").map(|text| html(&text))),
        ..ReadEntry::default()
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

/// `authors` of version 1.1, `author` of version 1.0.
fn people(object: &Map<String, Value>) -> Vec<Person> {
    let many = object.get("authors").and_then(Value::as_array).into_iter().flatten();
    let all = many.chain(object.get("author")).filter_map(Value::as_object);
    let mut people = Vec::new();
    for name in all.filter_map(|author| person::name(&string(author, "name")?)) {
        let person = Person { name: Some(name), email: None };
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people
}

fn hubs(feed: &Map<String, Value>) -> Vec<String> {
    let hubs = feed.get("hubs").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let websub =
        hubs.filter(|hub| string(hub, "type").is_none_or(|kind| kind.eq_ignore_ascii_case("websub")));
    websub.filter_map(|hub| string(hub, "url")).collect()
}

fn named(href: &Option<String>, rel: &str) -> Option<Link> {
    href.as_ref().map(|href| Link { href: href.clone(), rel: rel.to_owned(), media_type: None })
}

fn html(plain: &str) -> String {
    let mut html = String::with_capacity(plain.len());
    markup::escape_to(plain, &mut html);
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

    #[test]
    fn json_that_is_no_feed_is_none() {
        assert_eq!(read(r#"{"x": 1}"#, None), None);
        assert_eq!(read("[]", None), None);
        assert_eq!(read("{", None), None);
    }
}
