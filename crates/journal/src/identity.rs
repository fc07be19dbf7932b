//! What an article is known by besides its id: its addresses, without what twins differ in, and the entry that announced it.

use dateline_wire::{ArticleEvent, ArticleId, EntryId, FeedId, TwinAddress};
use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use crate::digest;
use crate::{JournalError, JournalReader, schema};

/// Has the journal find an article again by what it is known by.
pub(crate) fn remember(connection: &Connection, article: &ArticleEvent) -> Result<(), JournalError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO identities (key, article) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET article = ?2",
    )?;
    for key in keys_of(article) {
        insert.execute(params![key, digest::bits_of(article.article.as_str())])?;
    }
    Ok(())
}

/// The keys of an article, the surest first: its entry, the address that it is known by, and the one that answered.
pub(crate) fn keys_of(article: &ArticleEvent) -> Vec<i64> {
    let content = &article.content;
    let link = || article.entry.as_ref().and_then(|entry| entry.link.as_ref());
    let address = content.canonical_url.as_ref().or(content.url.as_ref()).or_else(link);
    let entry = article.feed.as_ref().zip(article.entry.as_ref());
    let keys = entry.map(|(feed, entry)| key_of_entry(&feed.id, &entry.id)).into_iter();
    let mut keys: Vec<i64> =
        keys.chain([address, content.url.as_ref()].into_iter().flatten().map(key_of_address)).collect();
    if keys.last() == keys.len().checked_sub(2).and_then(|before| keys.get(before)) {
        keys.pop();
    }
    keys
}

fn key_of_entry(feed: &FeedId, entry: &EntryId) -> i64 {
    digest::key(&["entry", feed.as_str(), entry.as_str()])
}

fn key_of_address(url: &Url) -> i64 {
    digest::key(&["address", TwinAddress::of(url).as_str()])
}

impl JournalReader {
    /// The articles that were published under an address, or for an entry, of `article`: those that may be the same article as this. The
    /// likeliest is the first; itself is never among them.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn twins_of(&self, article: &ArticleEvent) -> Result<Vec<ArticleId>, JournalError> {
        self.find(&keys_of(article), Some(&article.article))
    }

    /// The article that was published last under this address or a twin of it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn article_at(&self, url: &Url) -> Result<Option<ArticleId>, JournalError> {
        Ok(self.find(&[key_of_address(url)], None)?.into_iter().next())
    }

    fn find(&self, keys: &[i64], besides: Option<&ArticleId>) -> Result<Vec<ArticleId>, JournalError> {
        if self.version() < schema::IDENTITIES {
            return Ok(Vec::new());
        }
        self.read(|connection| {
            let mut select = connection.prepare_cached("SELECT article FROM identities WHERE key = ?1")?;
            let mut found: Vec<ArticleId> = Vec::new();
            for key in keys {
                let bits: Option<Vec<u8>> = select.query_row([key], |row| row.get(0)).optional()?;
                let id = bits.map(|bits| ArticleId::from_stored(digest::text_of(&bits)));
                found.extend(id.filter(|id| besides != Some(id) && !found.contains(id)));
            }
            Ok(found)
        })
    }
}
