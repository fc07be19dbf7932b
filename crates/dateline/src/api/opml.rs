//! `/v1/opml`: the feeds as a list that other readers take, and such a list taken in.

use std::sync::Arc;

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use dateline_fetcher::feed::opml::{self, OpmlFeed};
use dateline_wire::{FeedRef, PublicUrl};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::MayWrite;
use super::feed::reloader;
use super::parameters::OwnParameters;
use super::reload::to_the_end;
use super::{Api, Problem, Shared};
use crate::config::feeds::NewFeed;
use crate::console::figures::bytes;
use crate::console::shown::visible;
use crate::reload::ReloadReport;

/// The most bytes of a list.
pub(super) const MAX_OPML_BYTES: usize = 4 << 20;
/// The most feeds of one list.
const MAX_FEEDS: usize = 20_000;
/// How many of what cannot be taken are told, and how much of each.
const MAX_SKIPPED: usize = 100;
const MAX_SKIPPED_CHARS: usize = 200;
/// The most tags that one feed gets from its folders and categories, and the most of a name or tag, in scalar values.
const MAX_TAGS: usize = 8;
const MAX_NAME_CHARS: usize = 200;
const MAX_TAG_CHARS: usize = 60;

/// How a list is taken in.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ImportQuery {
    /// Whether it is only said what would change.
    pub(crate) dry_run: bool,
}

/// What a list changes, or would change.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ImportReport {
    /// The feeds that are added.
    pub added: Vec<FeedRef>,
    /// How many of the list are there already, and stay as they are.
    pub known: usize,
    /// What names no address of the web, as the list writes it: the first hundred.
    pub skipped: Vec<String>,
    /// What the reload changed that goes with it; absent where nothing was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reload: Option<ReloadReport>,
}

/// A list as it is sent: whatever the media type, up to so many bytes.
pub(super) struct OpmlBody(Bytes);

impl OperationInput for OpmlBody {
    fn operation_input(context: &mut GenContext, operation: &mut Operation) {
        String::operation_input(context, operation);
    }
}

impl FromRequest<Arc<Api>> for OpmlBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<Api>) -> Result<Self, Problem> {
        let read = axum::body::to_bytes(request.into_body(), MAX_OPML_BYTES).await;
        read.map(Self).map_err(|_| {
            let most = bytes(MAX_OPML_BYTES as u64);
            let detail =
                format!("the list did not come whole, or is longer than {most}, the most that is taken");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        })
    }
}

/// The configured feeds, the paused ones too, without what is secret in their addresses.
pub(super) async fn export(State(api): Shared) -> Result<Response, Problem> {
    let status = api.status().await?;
    let feeds = status.feeds.iter();
    let text = write(feeds.map(|feed| (&feed.url, feed.name.as_deref(), feed.tags.as_slice())));
    let fields = [
        (header::CONTENT_TYPE, "text/x-opml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"feeds.opml\""),
    ];
    Ok((fields, text).into_response())
}

/// Feeds with their names and tags as OPML.
pub(crate) fn write<'f>(
    feeds: impl Iterator<Item = (&'f PublicUrl, Option<&'f str>, &'f [String])>,
) -> String {
    let listed: Vec<OpmlFeed> = feeds
        .map(|(url, name, tags)| OpmlFeed {
            url: url.as_url().clone(),
            name: name.map(str::to_owned),
            page: None,
            folders: Vec::new(),
            categories: tags.to_vec(),
        })
        .collect();
    opml::write("Dateline's feeds", &listed)
}

/// Takes a list in: its feeds are added that are not there.
pub(super) async fn import(
    _: MayWrite,
    State(api): Shared,
    OwnParameters(ImportQuery { dry_run }): OwnParameters<ImportQuery>,
    OpmlBody(body): OpmlBody,
) -> Result<Json<ImportReport>, Problem> {
    take_in(&api, &body, dry_run).await.map(Json)
}

/// The same for whoever has the list already.
pub(super) async fn take_in(api: &Arc<Api>, body: &[u8], dry_run: bool) -> Result<ImportReport, Problem> {
    let reloader = reloader(api)?;
    let (feeds, skipped) = read(body).map_err(|why| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why))?;
    let imported = to_the_end(async move { reloader.import_feeds(feeds, dry_run).await }).await?;
    let (added, known, reload) = imported?;
    Ok(ImportReport { added, known, skipped, reload })
}

/// The feeds of a list, and what of it cannot be taken.
///
/// # Errors
/// Why it is none, or too long.
pub(crate) fn read(list: &[u8]) -> Result<(Vec<NewFeed>, Vec<String>), String> {
    let listed = opml::read(list).map_err(|error| error.to_string())?;
    if listed.feeds.len() > MAX_FEEDS {
        return Err(format!(
            "the list has {} feeds, and {MAX_FEEDS} are taken at once: divide it",
            listed.feeds.len()
        ));
    }
    let skipped = listed.skipped.iter().take(MAX_SKIPPED).map(|text| visible(text, MAX_SKIPPED_CHARS));
    let new = |feed: OpmlFeed| {
        let mut tags: Vec<String> = Vec::new();
        for tag in feed.folders.iter().chain(&feed.categories) {
            let tag: String = tag.chars().filter(|c| !c.is_control()).take(MAX_TAG_CHARS).collect();
            if !tag.trim().is_empty() && !tags.contains(&tag) && tags.len() < MAX_TAGS {
                tags.push(tag);
            }
        }
        // Lists of others hold names of several lines, and empty ones.
        let name = feed.name.unwrap_or_default().replace(char::is_control, " ");
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name =
            Some(name.chars().take(MAX_NAME_CHARS).collect::<String>()).filter(|name| !name.is_empty());
        NewFeed { name, tags, ..NewFeed::at(feed.url) }
    };
    let skipped = skipped.collect();
    Ok((listed.feeds.into_iter().map(new).collect(), skipped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_categories_become_tags_and_what_is_no_address_is_told() {
        let list = br#"<opml><body><outline text="Asia"><outline text="North" category="/wire/kr,Asia" xmlUrl="https://north.example/rss"/>
            <outline text="x" xmlUrl="javascript:alert(1)"/></outline></body></opml>"#;
        let (feeds, skipped) = read(list).unwrap();
        assert_eq!(feeds[0].tags, ["Asia", "wire/kr"]);
        assert_eq!(skipped, ["javascript:alert(1)"]);
    }

    #[test]
    fn a_hostile_list_is_bounded() {
        let deep = format!("<opml><body>{}", "<outline text='a'>".repeat(100_000));
        assert!(read(deep.as_bytes()).unwrap().0.is_empty());
        let odd: String =
            (0..10_000).map(|at| format!("<outline xmlUrl='x:{at}{}'/>", "y".repeat(300))).collect();
        let (_, skipped) = read(format!("<opml>{odd}").as_bytes()).unwrap();
        assert!(skipped.len() == MAX_SKIPPED && skipped.iter().all(|text| text.chars().count() <= 201));
        let many: String =
            (0..20_001).map(|at| format!("<outline xmlUrl='https://a.example/{at}'/>")).collect();
        assert!(read(format!("<opml>{many}").as_bytes()).unwrap_err().contains("divide it"));
        let named = format!("<opml><outline title='{}' xmlUrl='https://a.example/'/>", "n".repeat(1 << 20));
        assert_eq!(read(named.as_bytes()).unwrap().0[0].name.as_ref().map(String::len), Some(MAX_NAME_CHARS));
    }
}
