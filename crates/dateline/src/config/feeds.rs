//! The feeds file: `[[feed]]` tables with a `url` and, if wanted, a `name`.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use dateline_fetcher::Feed;
use dateline_wire::{FeedId, SecretQuery};
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::document;
use super::error::ConfigError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedsFile {
    #[serde(default)]
    feed: Vec<FeedTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedTable {
    url: Spanned<String>,
    name: Option<String>,
    #[serde(default = "yes")]
    enabled: bool,
}

fn yes() -> bool {
    true
}

/// Reads the feeds that are configured and enabled, in the file's order.
///
/// # Errors
/// If the file cannot be read, an address is none that can be polled, or a feed stands there twice.
pub fn read(path: &Path, secret_query: &SecretQuery) -> Result<Vec<Feed>, ConfigError> {
    listed(path, &document::read(path)?, secret_query).map(enabled)
}

/// Reads the ids of all feeds that stand in the file, the disabled ones too.
///
/// # Errors
/// As for [`read`].
pub fn read_ids(path: &Path, secret_query: &SecretQuery) -> Result<HashSet<FeedId>, ConfigError> {
    let listed = listed(path, &document::read(path)?, secret_query)?;
    Ok(listed.into_iter().map(|listed| listed.feed.id().clone()).collect())
}

/// A feed that stands in the file.
struct ListedFeed {
    feed: Feed,
    enabled: bool,
}

fn enabled(listed: Vec<ListedFeed>) -> Vec<Feed> {
    listed.into_iter().filter(|listed| listed.enabled).map(|listed| listed.feed).collect()
}

fn listed(path: &Path, text: &str, secret_query: &SecretQuery) -> Result<Vec<ListedFeed>, ConfigError> {
    let file: FeedsFile = document::parse(path, text)?;
    let mut lines = HashMap::new();
    let mut feeds = Vec::with_capacity(file.feed.len());
    for table in file.feed {
        let line = document::line_of(text, &table.url.span());
        let url = pollable(table.url.as_ref())
            .map_err(|(what, remedy)| ConfigError::at_line(path, line, what).with_remedy(remedy))?;
        let feed = Feed::new(url, table.name, secret_query);
        if let Some(first) = lines.insert(feed.id().clone(), line) {
            let what = format!("{} is already configured in line {first}", feed.published().url);
            return Err(ConfigError::at_line(path, line, what).with_remedy("remove one of the two"));
        }
        feeds.push(ListedFeed { feed, enabled: table.enabled });
    }
    Ok(feeds)
}

/// The address as a URL that can be polled, or what is wrong with it and what to do.
fn pollable(text: &str) -> Result<Url, (String, &'static str)> {
    // What cannot be taken apart may hold a password or a key.
    let shown = if text.contains(['@', '?']) { "the address" } else { &format!("`{text}`") };
    let url = Url::parse(text).map_err(|error| {
        (format!("{shown} is not a URL: {error}"), "write it in full, as in https://news.example/rss")
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err((
            format!("{shown} cannot be polled: its scheme is {}", url.scheme()),
            "use http or https",
        ));
    }
    Ok(url)
}

/// The feeds as the text of a feeds file, which [`read`] takes back unchanged.
pub fn to_text<'f>(feeds: impl IntoIterator<Item = (&'f Url, Option<&'f str>)>) -> String {
    let mut text = String::new();
    for (url, name) in feeds {
        text.push_str("\n[[feed]]\n");
        text.push_str(&format!("url = {}\n", toml::Value::from(url.as_str())));
        if let Some(name) = name {
            text.push_str(&format!("name = {}\n", toml::Value::from(name)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Feed>, ConfigError> {
        listed(Path::new("feeds.toml"), text, &SecretQuery::default()).map(enabled)
    }

    #[test]
    fn feeds_come_in_the_order_of_the_file_without_the_disabled_ones() {
        let feeds = read_text(
            "[[feed]]\nurl = 'https://b.example/rss'\nname = 'B'\n\
             [[feed]]\nurl = 'https://c.example/rss'\nenabled = false\n\
             [[feed]]\nurl = 'https://a.example/rss'\n",
        )
        .unwrap();
        let published = feeds.iter().map(Feed::published);
        let names: Vec<_> = published.map(|feed| (feed.url.as_str(), feed.name.as_deref())).collect();
        assert_eq!(names, [("https://b.example/rss", Some("B")), ("https://a.example/rss", None)]);
    }

    #[test]
    fn an_address_that_is_none_is_named_with_its_line() {
        let error = read_text("[[feed]]\nname = 'A'\nurl = 'news.example/rss'\n").unwrap_err().to_string();
        assert!(error.starts_with("feeds.toml:3: `news.example/rss` is not a URL"), "{error}");
        let error = read_text("[[feed]]\nurl = 'ftp://a.example/'\n").unwrap_err().to_string();
        assert_eq!(
            error,
            "feeds.toml:2: `ftp://a.example/` cannot be polled: its scheme is ftp; use http or https"
        );
    }

    #[test]
    fn a_feed_that_stands_there_twice_is_named_with_both_lines() {
        let error = read_text("[[feed]]\nurl = 'https://a.example'\n[[feed]]\nurl = 'https://A.example/'\n");
        assert_eq!(
            error.unwrap_err().to_string(),
            "feeds.toml:4: https://a.example/ is already configured in line 2; remove one of the two"
        );
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_its_secrets() {
        for text in [
            "[[feed]]\nurl = 'https://me:hush@news example/'\n",
            "[[feed]]\nurl = 'ftp://news.example/?key=hush'\n",
            "[[feed]]\nurl = 'https://news.example/?key=hush'\n[[feed]]\nurl = 'https://news.example/?key=hush'\n",
        ] {
            let error = read_text(text).unwrap_err().to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let url = Url::parse("https://a.example/rss?q=%22x%22").unwrap();
        let text = to_text([(&url, Some("The \"A\" \\ Times"))]);
        let feeds = read_text(&text).unwrap();
        let feed = feeds[0].published();
        assert_eq!((feed.url.as_url(), feed.name.as_deref()), (&url, Some("The \"A\" \\ Times")));
    }
}
