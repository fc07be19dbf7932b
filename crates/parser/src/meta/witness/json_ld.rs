//! JSON-LD: schema.org descriptions in script elements.

use std::collections::HashMap;

use dateline_wire::{Credit, Role, Source};
use serde_json::{Map, Value};
use url::Url;

use super::json_repair;
use crate::meta::authors::{self, Byline};
use crate::meta::claims::Claims;
use crate::meta::date;
use crate::meta::scan::Scan;
use crate::meta::text;

type Object = Map<String, Value>;

/// A script without any of these says nothing that is asked here.
const TELLING: &[&str] =
    &["headline", "datePublished", "author", "dateCreated", "publisher", "dateModified", "\"Person\""];

/// Things that describe other pages, whatever they hold.
const FOREIGN: &[&str] = &[
    "itemListElement",
    "hasPart",
    "isPartOf",
    "isBasedOn",
    "isRelatedTo",
    "relatedLink",
    "mentions",
    "citation",
    "comment",
    "review",
    "liveBlogUpdate",
    "about",
    "subjectOf",
    "potentialAction",
];

/// The articles a page describes and the names of one byline that are looked at, at most.
const MAX_ARTICLES: usize = 100;
const MAX_NAMES: usize = 30;

pub(super) fn testify(scan: &Scan<'_>, claims: &mut Claims) {
    let mut documents = Vec::new();
    for script in &scan.json_ld {
        let json = match script.first_child().and_then(|child| child.text()) {
            Some(text) => text,
            None => continue,
        };
        if TELLING.iter().any(|word| memchr::memmem::find(json.as_bytes(), word.as_bytes()).is_some()) {
            documents.extend(json_repair::read(json));
        }
    }
    let mut gathered = JsonLdFindings::default();
    for document in &documents {
        gathered.walk(document);
    }
    let page = scan.url.map(address);
    gathered.choose(page.as_deref(), claims);
}

#[derive(Default)]
struct JsonLdFindings<'v> {
    articles: Vec<&'v Object>,
    /// Works that are no articles, which speak where there is none.
    works: Vec<&'v Object>,
    pages: Vec<&'v Object>,
    by_id: HashMap<&'v str, &'v Object>,
}

impl<'v> JsonLdFindings<'v> {
    /// Depth is bounded by the reader's limit of 128 levels.
    fn walk(&mut self, value: &'v Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(object) => {
                if let Some(id) =
                    object.get("@id").and_then(Value::as_str).filter(|_| object.contains_key("name"))
                {
                    self.by_id.entry(id).or_insert(object);
                }
                if is_a(object, is_article_type) {
                    if self.articles.len() < MAX_ARTICLES {
                        self.articles.push(object);
                    }
                } else if is_a(object, is_work_type) && self.works.len() < MAX_ARTICLES {
                    self.works.push(object);
                } else if is_a(object, is_page_type) && self.pages.len() < MAX_ARTICLES {
                    self.pages.push(object);
                }
                for (key, inner) in object {
                    if !FOREIGN.contains(&key.as_str()) && (inner.is_object() || inner.is_array()) {
                        self.walk(inner);
                    }
                }
            }
            _ => {}
        }
    }

    /// Of several articles the one that is at the page's address speaks; else the first that has a headline.
    fn choose(&self, page: Option<&str>, claims: &mut Claims) {
        let own = self
            .articles
            .iter()
            .find(|article| page.is_some_and(|page| addresses(article).any(|at| at == page)));
        let article = own.or_else(|| self.articles.iter().find(|article| article.contains_key("headline")));
        let article = article.or_else(|| self.articles.first()).or_else(|| self.works.first());
        if let Some(article) = article {
            let headline = string(article.get("headline"));
            for same in self.articles.iter().chain(self.works.first().filter(|_| self.articles.is_empty())) {
                // Pages describe one article several times, for several readers.
                let is_same = std::ptr::eq(*same, *article)
                    || (headline.is_some() && string(same.get("headline")) == headline);
                if is_same {
                    self.article(same, claims);
                }
            }
        }
        for page in &self.pages {
            self.page(page, claims);
        }
    }

    fn article(&self, article: &Object, claims: &mut Claims) {
        let source = Source::JsonLd;
        match string(article.get("headline")) {
            Some(headline) => claims.title(headline, source, 2.0),
            None => claims.title(string(article.get("name")).unwrap_or_default(), source, 1.0),
        }
        self.authors(article, 5.0, claims);
        for (property, role) in [("editor", Role::Editor), ("translator", Role::Translator)] {
            let names = self.names(article.get(property)).people;
            let credits = names.into_iter().map(|name| Credit { name, role }).collect();
            claims.byline(Byline { names: Vec::new(), credits }, source, 0.0);
        }
        claims.published(moment(article.get("datePublished")), source, 5.0);
        claims.published(moment(article.get("dateCreated")), source, 1.5);
        claims.modified(moment(article.get("dateModified")), source, 5.0);
        self.common(article, claims);
    }

    fn page(&self, page: &Object, claims: &mut Claims) {
        let source = Source::JsonLd;
        self.authors(page, 3.0, claims);
        claims.published(moment(page.get("datePublished")), source, 2.0);
        claims.modified(moment(page.get("dateModified")), source, 1.0);
        self.common(page, claims);
    }

    fn common(&self, object: &Object, claims: &mut Claims) {
        if let Some(language) = language(object.get("inLanguage")) {
            claims.language(language, Source::JsonLd, 1.0);
        }
        let publisher = object.get("publisher").map(first);
        let publisher = publisher.and_then(|publisher| self.name(publisher));
        claims.publisher(publisher.unwrap_or_default(), Source::JsonLd, 2.0);
    }

    /// Hears who wrote it, with the `weight` of people. A house that is the author often names the writer as its creator.
    fn authors(&self, object: &Object, weight: f32, claims: &mut Claims) {
        let source = Source::JsonLd;
        for property in ["author", "creator"] {
            let AuthorNames { all, people, organisations } = self.names(object.get(property));
            claims.organisations.extend(organisations.iter().cloned());
            let has_people = !people.is_empty();
            // An agency stands beside the person who wrote for it.
            claims.authors(
                if has_people { all } else { organisations },
                source,
                if has_people { weight } else { 2.0 },
            );
            if has_people {
                break;
            }
        }
    }

    /// The names under `author`.
    fn names(&self, author: Option<&Value>) -> AuthorNames {
        let mut found = AuthorNames::default();
        let mut pending: Vec<&Value> = author.into_iter().collect();
        while let Some(value) = pending.pop().filter(|_| found.all.len() < MAX_NAMES) {
            if let Value::Array(items) = value {
                pending.extend(items.iter().rev());
                continue;
            }
            // JSON-LD writes an ordered list as an object, and some wrap an author once more.
            if let Some(inner) = value.get("@list").or_else(|| value.get("author")) {
                pending.push(inner);
                continue;
            }
            let resolved = value.as_object().map(|object| self.resolve(object));
            let is_organisation =
                resolved.is_some_and(|object| is_a(object, |kind| kind.ends_with("Organization")));
            let names = self.written(value).iter().flat_map(|name| authors::clean(name)).collect::<Vec<_>>();
            let kind = if is_organisation { &mut found.organisations } else { &mut found.people };
            kind.extend(names.iter().cloned());
            found.all.extend(names);
        }
        AuthorNames {
            all: authors::distinct(found.all),
            people: authors::distinct(found.people),
            organisations: authors::distinct(found.organisations),
        }
    }

    /// The names that a value gives as they are written: one, or a list of them under one `name`.
    fn written(&self, value: &Value) -> Vec<String> {
        let object = value.as_object().map(|object| self.resolve(object));
        match object.and_then(|object| object.get("name")?.as_array()) {
            Some(names) => names.iter().filter_map(|name| string(Some(name))).collect(),
            None => self.name(value).into_iter().collect(),
        }
    }

    fn resolve<'a>(&self, object: &'a Object) -> &'a Object
    where
        'v: 'a,
    {
        match object.get("@id").and_then(Value::as_str) {
            Some(id) if !object.contains_key("name") => self.by_id.get(id).copied().unwrap_or(object),
            _ => object,
        }
    }

    fn name(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(name) => Some(text::line(name)),
            Value::Object(object) => {
                let object = self.resolve(object);
                string(object.get("name").map(first)).or_else(|| {
                    let given = string(object.get("givenName"))?;
                    let family = string(object.get("familyName"))?;
                    Some(format!("{given} {family}"))
                })
            }
            Value::Array(items) => self.name(items.first()?),
            _ => None,
        }
    }
}

/// Who is named as author, in the order of the page.
#[derive(Debug, Default)]
struct AuthorNames {
    all: Vec<String>,
    people: Vec<String>,
    /// Those that call themselves an organisation.
    organisations: Vec<String>,
}

fn first(value: &Value) -> &Value {
    value.as_array().and_then(|items| items.first()).unwrap_or(value)
}

fn string(value: Option<&Value>) -> Option<String> {
    let value = first(value?);
    // A text with its language is an object that holds it.
    let line = text::line(value.as_str().or_else(|| value.get("@value")?.as_str())?);
    (!line.is_empty()).then_some(line)
}

fn moment(value: Option<&Value>) -> Option<date::WrittenDate> {
    match first(value?) {
        Value::String(text) => date::read(text::head(text, 100)).or_else(|| date::read_epoch(text)),
        Value::Number(number) => date::read_epoch(&number.to_string()),
        _ => None,
    }
}

fn language(value: Option<&Value>) -> Option<&str> {
    match first(value?) {
        Value::String(tag) => Some(tag),
        Value::Object(object) => object.get("alternateName").or_else(|| object.get("name"))?.as_str(),
        _ => None,
    }
}

fn is_a(object: &Object, is_kind: impl Fn(&str) -> bool) -> bool {
    match object.get("@type") {
        Some(Value::String(kind)) => is_kind(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is_kind),
        _ => false,
    }
}

fn is_article_type(kind: &str) -> bool {
    let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
    kind.ends_with("Article") || kind.ends_with("Posting") && kind != "JobPosting" || kind == "Report"
}

fn is_work_type(kind: &str) -> bool {
    let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
    matches!(kind, "Recipe" | "HowTo" | "CreativeWork")
}

fn is_page_type(kind: &str) -> bool {
    let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
    matches!(kind, "WebPage" | "ItemPage" | "VideoObject")
}

/// The addresses an article says it is at.
fn addresses(article: &Object) -> impl Iterator<Item = String> {
    let main = article.get("mainEntityOfPage").map(first);
    let main = main.and_then(|main| main.as_str().or_else(|| main.get("@id")?.as_str()));
    let url = article.get("url").and_then(Value::as_str);
    let id = article.get("@id").and_then(Value::as_str);
    [main, url, id].into_iter().flatten().filter_map(|at| Url::parse(at).ok()).map(|url| address(&url))
}

/// Host and path, as far as they tell pages apart.
fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.").trim_start_matches("m.");
    format!("{host}{}", url.path().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;

    fn claims(json: &str) -> Claims {
        let html = format!("<script type='application/ld+json'>{json}</script>");
        let document = Document::from_html(&html);
        let url = Url::parse("https://gazette.example/ferry").unwrap();
        let mut claims = Claims::default();
        testify(&Scan::of(&document, Some(&url)), &mut claims);
        claims
    }

    fn authors(json: &str) -> Vec<String> {
        claims(json).authors.into_iter().flat_map(|claim| claim.value).collect()
    }

    #[test]
    fn authors_are_read_in_every_shape_they_come_in() {
        for author in [
            r#""Ana Lund""#,
            r#"{"@type":"Person","name":"Ana Lund"}"#,
            r#"[{"@type":"Person","name":["Ana Lund"]}]"#,
            r#"{"@type":"Person","givenName":"Ana","familyName":"Lund"}"#,
            r#"{"@type":"Person","name":{"@value":"Ana Lund","@language":"en"}}"#,
            r#"{"@list":[{"name":"By Ana Lund"}]}"#,
            r#"{"author":{"@type":["Person"],"name":"Lund, Ana"}}"#,
        ] {
            assert_eq!(
                authors(&format!(r#"{{"@type":"NewsArticle","headline":"Ferry","author":{author}}}"#)),
                ["Ana Lund"],
                "{author}"
            );
        }
    }

    #[test]
    fn one_name_may_be_a_list_of_names() {
        let list = r#"{"@type":"NewsArticle","author":{"@type":"Person","name":["Ana Lund","Bo Ek"]}}"#;
        assert_eq!(authors(list), ["Ana Lund", "Bo Ek"]);
    }

    #[test]
    fn an_agency_stands_beside_the_person_who_wrote() {
        let both = r#"{"@type":"NewsArticle","author":[{"@type":"Person","name":"Ana Lund"},{"@type":"Organization","name":"wna"}]}"#;
        assert_eq!(authors(both), ["Ana Lund", "wna"]);
    }

    #[test]
    fn the_creator_is_heard_where_a_house_is_the_author() {
        let house = r#"{"@type":"NewsArticle","author":{"@type":"Organization","name":"Harbour Gazette"},"creator":["Ana Lund"]}"#;
        assert_eq!(authors(house), ["Harbour Gazette", "Ana Lund"]);
    }

    #[test]
    fn a_page_that_is_described_as_no_more_than_a_page_has_authors_too() {
        assert_eq!(
            authors(r#"{"@type":"WebPage","author":{"@type":"Person","name":"Ana Lund"}}"#),
            ["Ana Lund"]
        );
    }

    #[test]
    fn a_person_may_be_described_in_a_script_of_its_own() {
        let html = r##"<script type=application/ld+json>{"@type":"NewsArticle","author":{"@id":"#ana"}}</script>
            <script type=application/ld+json>{"@type":"Person","@id":"#ana","name":"Ana Lund"}</script>"##;
        let document = Document::from_html(html);
        let mut claims = Claims::default();
        testify(&Scan::of(&document, None), &mut claims);
        assert_eq!(claims.authors[0].value, ["Ana Lund"]);
    }

    #[test]
    fn references_within_a_graph_are_followed() {
        let graph = r##"{"@graph":[{"@type":"Article","headline":"Ferry","author":{"@id":"#ana"}},{"@id":"#ana","@type":"Person","name":"Ana Lund"}]}"##;
        assert_eq!(authors(graph), ["Ana Lund"]);
    }

    #[test]
    fn of_several_articles_the_one_at_the_pages_address_speaks() {
        let list = r#"[{"@type":"Article","headline":"Other","url":"https://gazette.example/other"},
            {"@type":"Article","headline":"Ferry","url":"https://www.gazette.example/ferry/"}]"#;
        assert_eq!(
            claims(list).titles.iter().map(|claim| claim.value.as_str()).collect::<Vec<_>>(),
            ["Ferry"]
        );
    }

    #[test]
    fn a_work_speaks_where_there_is_no_article() {
        let work =
            r#"{"@type":"HowTo","name":"How to moor","author":"Ana Lund","datePublished":"2025-03-21"}"#;
        assert_eq!(claims(work).published.len(), 1);
        let article = r#"{"@type":"Article","headline":"Ferry","datePublished":"2025-03-22"}"#;
        assert_eq!(claims(&format!("[{work},{article}]")).published.len(), 1);
    }

    #[test]
    fn articles_in_lists_of_others_are_not_heard() {
        let list =
            r#"{"@type":"WebPage","datePublished":"","hasPart":[{"@type":"Article","headline":"Other"}]}"#;
        assert!(claims(list).titles.is_empty());
    }
}
