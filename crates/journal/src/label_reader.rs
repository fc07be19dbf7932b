//! Reading what people say of articles, and who is logged in.

use std::collections::{HashMap, HashSet};

use dateline_wire::ArticleId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::change::{
    ArticleLabel, LABEL_COLUMNS, LabelValue, RejectedText, StoredSession, label_of, read_label,
};
use crate::reader::timestamp;
use crate::{JournalError, JournalReader, schema};

impl JournalReader {
    /// The label that an article has.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn label(&self, article: &ArticleId) -> Result<Option<ArticleLabel>, JournalError> {
        if self.version() < schema::LABELS {
            return Ok(None);
        }
        self.read(|connection| label_of(connection, article))
    }

    /// What is said of each of `articles` that has a label.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn label_values(
        &self,
        articles: &[ArticleId],
    ) -> Result<HashMap<ArticleId, LabelValue>, JournalError> {
        if self.version() < schema::LABELS {
            return Ok(HashMap::new());
        }
        self.at_one_moment(|connection| {
            let mut select = connection.prepare_cached("SELECT label FROM labels WHERE article = ?1")?;
            let mut values = HashMap::new();
            for article in articles {
                let word: Option<String> =
                    select.query_row([article.as_str()], |row| row.get(0)).optional()?;
                if let Some(value) = word.as_deref().and_then(LabelValue::from_word) {
                    values.insert(article.clone(), value);
                }
            }
            Ok(values)
        })
    }

    /// Up to `limit` labels in the order in which they were given, from the one after the label that `after` was given and names.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn labels(
        &self,
        after: Option<(Timestamp, &ArticleId)>,
        limit: usize,
    ) -> Result<Vec<ArticleLabel>, JournalError> {
        if self.version() < schema::LABELS {
            return Ok(Vec::new());
        }
        let (at, article) =
            after.map_or((i64::MIN, ""), |(at, article)| (at.as_microsecond(), article.as_str()));
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!(
                "SELECT {LABEL_COLUMNS} FROM labels WHERE (at, article) > (?1, ?2) ORDER BY at, article LIMIT ?3"
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = select.query_map(params![at, article, limit], read_label)?;
            rows.filter_map(Result::transpose).map(|label| Ok(label?)).collect()
        })
    }

    /// How many articles have which label.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn label_counts(&self) -> Result<HashMap<LabelValue, u64>, JournalError> {
        if self.version() < schema::LABELS {
            return Ok(HashMap::new());
        }
        self.read(|connection| {
            let mut select =
                connection.prepare_cached("SELECT label, count(*) FROM labels GROUP BY label")?;
            let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?)))?;
            let mut counts = HashMap::new();
            for row in rows {
                let (word, count) = row?;
                counts.extend(LabelValue::from_word(&word).map(|value| (value, count)));
            }
            Ok(counts)
        })
    }

    /// The text of an article that was judged and not published, where it is kept.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn rejected_text(&self, article: &ArticleId) -> Result<Option<RejectedText>, JournalError> {
        if self.version() < schema::LABELS {
            return Ok(None);
        }
        self.read(|connection| {
            let text = connection
                .prepare_cached("SELECT title, language, text FROM rejected_texts WHERE article = ?1")?
                .query_row([article.as_str()], |row| {
                    let article = article.clone();
                    Ok(RejectedText { article, title: row.get(0)?, language: row.get(1)?, text: row.get(2)? })
                })
                .optional()?;
            Ok(text)
        })
    }

    /// Those of `articles` that were judged and not published, and whose text is kept.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kept_texts_of(&self, articles: &[ArticleId]) -> Result<HashSet<ArticleId>, JournalError> {
        if self.version() < schema::LABELS {
            return Ok(HashSet::new());
        }
        self.at_one_moment(|connection| {
            let mut select = connection.prepare_cached("SELECT 1 FROM rejected_texts WHERE article = ?1")?;
            let mut kept = HashSet::new();
            for article in articles {
                if select.exists([article.as_str()])? {
                    kept.insert(article.clone());
                }
            }
            Ok(kept)
        })
    }

    /// The log-ins that hold after `now`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn sessions(&self, now: Timestamp) -> Result<Vec<StoredSession>, JournalError> {
        if self.version() < schema::LABELS {
            return Ok(Vec::new());
        }
        self.read(|connection| {
            let mut select = connection
                .prepare_cached("SELECT digest, name, proof, expires FROM sessions WHERE expires > ?1")?;
            let rows = select.query_map([now.as_microsecond()], |row| {
                Ok(StoredSession {
                    digest: row.get(0)?,
                    name: row.get(1)?,
                    proof: row.get(2)?,
                    expires: timestamp(row.get(3)?),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
