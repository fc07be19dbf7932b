//! What people say of articles, published or not: the labels that the subject's weights are fitted on.

use dateline_wire::{ArticleId, Sequence, StoryId};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::JournalError;
use crate::ledger::Ledger;
use crate::reader::timestamp;
use crate::writer::Change;

/// How many texts of rejects are kept, the last ones, and how many bytes of each: some 25 MB together, as texts go.
const MAX_REJECTED_TEXTS: i64 = 5_000;
const MAX_REJECTED_TEXT_BYTES: usize = 16 << 10;

/// What somebody says of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelValue {
    /// It is about the subject.
    Relevant,
    /// It is not.
    Not,
    /// People may differ.
    Borderline,
}

impl LabelValue {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Relevant, Self::Not, Self::Borderline];

    /// The word for it, in the journal and over HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relevant => "relevant",
            Self::Not => "not",
            Self::Borderline => "borderline",
        }
    }

    /// The one that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|value| value.as_str() == word)
    }
}

/// A label that somebody gave an article, with what it was given for.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleLabel {
    /// The article.
    pub article: ArticleId,
    /// What is said of it.
    pub value: LabelValue,
    /// Who said so.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// The place of the event that was judged.
    pub sequence: Sequence,
    /// What the subject had scored it.
    pub score: Option<f64>,
    /// Its address.
    pub url: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Its language, as a BCP 47 tag.
    pub language: Option<String>,
    /// When it was published, as its page or feed says it.
    pub published: Option<String>,
    /// The story it tells.
    pub story: Option<StoryId>,
    /// The article whose text it repeats.
    pub copy_of: Option<ArticleId>,
    /// Its text; empty where that was not kept.
    pub text: String,
}

/// The columns of a label, in the order of [`read_label`].
pub(crate) const LABEL_COLUMNS: &str =
    "article, label, author, at, sequence, score, url, title, language, published, story, copy_of, text";

/// A label of the row's [`LABEL_COLUMNS`]; `None` where another version wrote a word that this one doesn't know.
pub(crate) fn read_label(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<ArticleLabel>> {
    let Some(value) = LabelValue::from_word(&row.get::<_, String>(1)?) else { return Ok(None) };
    Ok(Some(ArticleLabel {
        article: ArticleId::from_stored(row.get::<_, String>(0)?),
        value,
        author: row.get(2)?,
        at: timestamp(row.get(3)?),
        sequence: Sequence(row.get(4)?),
        score: row.get(5)?,
        url: row.get(6)?,
        title: row.get(7)?,
        language: row.get(8)?,
        published: row.get(9)?,
        story: row.get::<_, Option<String>>(10)?.map(StoryId::from_stored),
        copy_of: row.get::<_, Option<String>>(11)?.map(ArticleId::from_stored),
        text: row.get(12)?,
    }))
}

/// What label an article has to have, for a change of it to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelCondition {
    /// Any, or none.
    Any,
    /// None.
    Absent,
    /// The one that was given at this moment.
    GivenAt(Timestamp),
}

impl LabelCondition {
    fn admits(self, label: Option<&ArticleLabel>) -> bool {
        match self {
            Self::Any => true,
            Self::Absent => label.is_none(),
            Self::GivenAt(at) => label.is_some_and(|label| label.at == at),
        }
    }
}

/// That an article's label was not changed, since it is another than was meant.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherLabel(
    /// The one that it has, if it has one.
    pub Option<Box<ArticleLabel>>,
);

/// A label as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelReceipt {
    /// When: no other label of the article was given at this moment.
    pub at: Timestamp,
    /// What was said of the article before, if anything was.
    pub before: Option<LabelValue>,
}

/// The label that an article has.
pub(crate) fn label_of(
    connection: &Connection,
    article: &ArticleId,
) -> Result<Option<ArticleLabel>, JournalError> {
    let label = connection
        .prepare_cached(&format!("SELECT {LABEL_COLUMNS} FROM labels WHERE article = ?1"))?
        .query_row([article.as_str()], read_label)
        .optional()?;
    Ok(label.flatten())
}

/// Gives an article a label, in place of the one it has, where that is the one that is meant.
pub(crate) struct Labelling {
    pub(crate) label: ArticleLabel,
    pub(crate) condition: LabelCondition,
}

impl Change for Labelling {
    type Done = Result<LabelReceipt, OtherLabel>;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let label = &self.label;
        let before = label_of(ledger.connection, &label.article)?;
        if !self.condition.admits(before.as_ref()) {
            return Ok(Err(OtherLabel(before.map(Box::new))));
        }
        // Of two labels that were given at once, or by a clock that was set back, each is another.
        let at = before.as_ref().map_or(label.at, |before| {
            let next = before.at.checked_add(SignedDuration::from_micros(1)).unwrap_or(before.at);
            label.at.max(next)
        });
        let at = timestamp(at.as_microsecond());
        ledger
            .connection
            .prepare_cached(&format!(
                "INSERT OR REPLACE INTO labels ({LABEL_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
            ))?
            .execute(params![
                label.article.as_str(),
                label.value.as_str(),
                label.author,
                at.as_microsecond(),
                label.sequence.0,
                label.score,
                label.url,
                label.title,
                label.language,
                label.published,
                label.story.as_ref().map(StoryId::as_str),
                label.copy_of.as_ref().map(ArticleId::as_str),
                label.text,
            ])?;
        Ok(Ok(LabelReceipt { at, before: before.map(|before| before.value) }))
    }
}

/// Takes an article's label away, where it is the one that is meant.
pub(crate) struct LabelRemoval {
    pub(crate) article: ArticleId,
    pub(crate) condition: LabelCondition,
}

impl Change for LabelRemoval {
    /// Whether it had one.
    type Done = Result<bool, OtherLabel>;

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<Self::Done, JournalError> {
        let before = label_of(ledger.connection, &self.article)?;
        if !self.condition.admits(before.as_ref()) {
            return Ok(Err(OtherLabel(before.map(Box::new))));
        }
        let removed = ledger
            .connection
            .prepare_cached("DELETE FROM labels WHERE article = ?1")?
            .execute([self.article.as_str()])?;
        Ok(Ok(removed > 0))
    }
}

/// The text of an article that was judged and not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedText {
    /// The article.
    pub article: ArticleId,
    /// Its headline.
    pub title: Option<String>,
    /// Its language, as a BCP 47 tag.
    pub language: Option<String>,
    /// Its text, of which the first 16 KiB are kept.
    pub text: String,
}

/// Keeps a text, and lets the oldest go beyond what is kept.
pub(crate) struct TextKeeping(pub(crate) RejectedText);

impl Change for TextKeeping {
    type Done = ();

    fn apply(&self, ledger: &mut Ledger<'_>) -> Result<(), JournalError> {
        let RejectedText { article, title, language, text } = &self.0;
        let end = (0..=MAX_REJECTED_TEXT_BYTES.min(text.len()))
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or(0);
        let text = &text[..end];
        ledger
            .connection
            .prepare_cached(
                "INSERT OR REPLACE INTO rejected_texts (article, title, language, text) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![article.as_str(), title, language, text])?;
        let last = ledger.connection.last_insert_rowid();
        ledger
            .connection
            .prepare_cached("DELETE FROM rejected_texts WHERE number <= ?1")?
            .execute([last - MAX_REJECTED_TEXTS])?;
        Ok(())
    }
}
