//! `/v1/feed.atom`: articles for feed readers (RFC 4287).

use std::fmt::Write as _;
use std::num::NonZeroUsize;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dateline_journal::{EventFilter, FoundArticle, JournalReader};
use dateline_wire::{ArticleEvent, EventKind, JournalId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::parameters::{Parameters, check_list, limit};
use super::{Problem, Shared};
use crate::console::shown::{MAX_LINE_CHARS, visible};

/// How many articles the feed has unless another number is asked for, and at most.
const ENTRIES: usize = 50;
const MAX_ENTRIES: usize = 200;

/// How many bytes of articles are read for it, give or take the last.
const MAX_BYTES: usize = 8 << 20;

/// How many characters of an article's text an entry has.
const MAX_TEXT_CHARS: usize = 500;

/// What can be asked for beside a filter.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AtomQuery {
    /// How many articles, up to 200: more counts as 200.
    #[serde(deserialize_with = "limit")]
    limit: Option<NonZeroUsize>,
}

/// The newest articles that are asked for, or word that they are those which the client has.
pub(super) async fn feed(
    State(api): Shared,
    headers: HeaderMap,
    Parameters { filter, own }: Parameters<AtomQuery>,
) -> Result<Response, Problem> {
    check_list(&filter, EventKind::Article)?;
    let origin = origin_of(&headers);
    let limit = own.limit.map_or(ENTRIES, NonZeroUsize::get).min(MAX_ENTRIES);
    let read = move |journal: &JournalReader| {
        let page = journal.articles(&filter, None, limit, MAX_BYTES)?;
        // Nothing was ever found: so it has been since there is a journal.
        let since = if page.articles.is_empty() { journal.status()?.created } else { Timestamp::UNIX_EPOCH };
        let updated = page.articles.iter().map(updated).fold(since, Timestamp::max);
        let document = document(journal.lineage(), &origin, &filter, updated, &page.articles)?;
        Ok::<_, Problem>(document)
    };
    let document = api.read(read).await?;
    let digest: String = Sha256::digest(&document).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    // Weak, since the same document may be sent compressed (RFC 9110, section 8.8.3).
    let tag = format!("W/\"{digest}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    let is_known = known.split(',').any(|one| one.trim() == "*" || one.contains(&digest));
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], document).into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Where the client asked, as an absolute address without a path: by the host that it named, and the scheme that it spoke to a proxy in
/// front of the daemon, if there is one. Empty where it named no host that can be one.
fn origin_of(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let address = text("host").and_then(|host| Url::parse(&format!("{scheme}://{host}")).ok());
    let is_origin =
        |address: &Url| address.path() == "/" && address.query().is_none() && address.username().is_empty();
    address.filter(is_origin).map_or_else(String::new, |address| address.origin().ascii_serialization())
}

/// The feed as XML.
fn document(
    journal: &JournalId,
    origin: &str,
    filter: &EventFilter,
    updated: Timestamp,
    articles: &[FoundArticle],
) -> Result<String, serde_json::Error> {
    let query = filter.to_query();
    let title =
        if query.is_empty() { "Dateline".to_owned() } else { format!("Dateline: {}", in_words(&query)) };
    let parameters = if query.is_empty() { String::new() } else { format!("?{query}") };
    let address = format!("{origin}/v1/feed.atom{parameters}");
    let id: String = Sha256::digest(format!("{journal}\0{query}"))
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n",
    );
    element(&mut xml, "id", &format!("urn:dateline:feed:{id}"));
    element(&mut xml, "title", &title);
    element(&mut xml, "updated", &updated.to_string());
    xml.push_str("<author><name>Dateline</name></author>\n");
    // Writing to a string does not fail.
    let _ =
        writeln!(xml, "<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>", escaped(&address));
    for article in articles {
        write_entry(article, &mut xml)?;
    }
    xml.push_str("</feed>\n");
    Ok(xml)
}

fn updated(article: &FoundArticle) -> Timestamp {
    article.withdrawal.as_ref().unwrap_or(&article.event).time
}

fn write_entry(found: &FoundArticle, xml: &mut String) -> Result<(), serde_json::Error> {
    let article: ArticleEvent = serde_json::from_str(&found.event.data)?;
    let content = &article.content;
    xml.push_str("<entry>\n");
    element(xml, "id", &format!("urn:dateline:article:{}", article.article));
    let title = content.title.as_deref().unwrap_or("(without a title)");
    let withdrawn = if found.withdrawal.is_some() { "[withdrawn] " } else { "" };
    element(xml, "title", &format!("{withdrawn}{title}"));
    element(xml, "updated", &updated(found).to_string());
    // Only a moment has a place in Atom: what a page dates by the day has none.
    if let Some(published) = content.published.as_ref().and_then(|at| at.value.parse::<Timestamp>().ok()) {
        element(xml, "published", &published.to_string());
    }
    let url = content.canonical_url.as_ref().or(content.url.as_ref());
    if let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) {
        let _ = writeln!(xml, "<link rel=\"alternate\" href=\"{}\"/>", escaped(url.as_str()));
    }
    let authors =
        content.authors.iter().chain(content.publisher.iter().filter(|_| content.authors.is_empty()));
    for author in authors {
        let _ = writeln!(xml, "<author><name>{}</name></author>", escaped(author));
    }
    for topic in &article.topics {
        let _ = writeln!(xml, "<category term=\"{}\"/>", escaped(&topic.id));
    }
    let text = &content.body.text;
    let end = text.char_indices().nth(MAX_TEXT_CHARS).map_or(text.len(), |(at, _)| at);
    let more = if end < text.len() { "…" } else { "" };
    let _ = writeln!(xml, "<content type=\"text\">{}{more}</content>", escaped(&text[..end]));
    xml.push_str("</entry>\n");
    Ok(())
}

fn element(xml: &mut String, name: &str, text: &str) {
    let _ = writeln!(xml, "<{name}>{}</{name}>", escaped(text));
}

/// A query string as somebody would say it, on a line that keeps its direction whatever was asked for.
fn in_words(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let words = pairs.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
    visible(&words, MAX_LINE_CHARS)
}

/// Text for an element or an attribute in double quotes. What XML 1.0 has no place for (section 2.2) is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(char),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(char),
        }
    }
    escaped
}
