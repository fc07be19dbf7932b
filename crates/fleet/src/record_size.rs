//! Records that Kafka takes: what an entry says may be larger than a record may be.
//!
//! What is left out is the text that the feed carries. A shard that is restored without it has the entry's page read, as for a feed that
//! carries none; until then the member's own file has it.

use dateline_journal::{LoggedTransaction, StateRecord};
use serde_json::Value;

/// What of an entry is left out where it is too large.
const TEXTS: [&str; 2] = ["content", "summary"];

/// Leaves texts of entries out of those records that would be larger than `max` bytes.
pub(crate) fn fit(transaction: &mut LoggedTransaction, max: usize) {
    for record in &mut transaction.state {
        if let Some(shorter) = too_large(record, max).and_then(without_texts) {
            tracing::warn!(
                key = record.key,
                "the text of an entry is too large for a record: it is not kept beyond this member"
            );
            record.value = Some(shorter);
        }
    }
    for handed in &mut transaction.handed_over {
        let texts = [&handed.entry.content, &handed.entry.summary];
        let bytes: usize = texts.into_iter().flatten().map(String::len).sum();
        // JSON escapes what it must; a text is commonly not twice as long for it.
        if bytes > max / 2 {
            (handed.entry.content, handed.entry.summary) = (None, None);
        }
    }
}

fn too_large(record: &StateRecord, max: usize) -> Option<&str> {
    record.value.as_deref().filter(|value| record.key.len() + value.len() > max)
}

/// A row whose entry, itself JSON in one of its columns, says nothing but who it is.
fn without_texts(row: &str) -> Option<String> {
    let mut row: Value = serde_json::from_str(row).ok()?;
    for (column, place) in [("entry", ""), ("state", "/entry")] {
        let Some(text) = row.get(column).and_then(Value::as_str) else { continue };
        let mut inner: Value = serde_json::from_str(text).ok()?;
        if let Some(Value::Object(entry)) = inner.pointer_mut(place) {
            TEXTS.iter().for_each(|text| drop(entry.remove(*text)));
            row[column] = Value::String(inner.to_string());
        }
    }
    Some(row.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_is_too_large_for_a_record_is_kept_without_its_text() {
        let entry = |text: &str| format!(r#"{{"id":"e","title":"A visit","content":"{text}"}}"#);
        let row = |text: &str| serde_json::json!({ "feed": "f", "entry": entry(text) }).to_string();
        let record = |value: String| StateRecord { key: "k".to_owned(), value: Some(value) };
        let (small, large) = (row("It began."), row(&"It began. ".repeat(100)));
        let mut transaction = LoggedTransaction {
            state: vec![record(small.clone()), record(large)],
            ..LoggedTransaction::default()
        };
        fit(&mut transaction, 500);
        assert_eq!(transaction.state[0].value, Some(small));
        let kept: Value = serde_json::from_str(transaction.state[1].value.as_deref().unwrap_or_default())
            .expect("it is JSON");
        let kept: Value =
            serde_json::from_str(kept["entry"].as_str().unwrap_or_default()).expect("so is the entry");
        assert_eq!(kept, serde_json::json!({ "id": "e", "title": "A visit" }));
    }
}
