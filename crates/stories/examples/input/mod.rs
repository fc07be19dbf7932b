//! What the examples read: the shipped tables, and texts as lines of JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::{error::Error, fs};

use dateline_stories::Report;
use dateline_stories::story::StoryTables;
use dateline_wire::Entity;
use serde_json::Value;

/// The shipped tables.
pub(crate) fn tables() -> Result<StoryTables, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/stories"))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, fs::read_to_string(&path)?);
    }
    Ok(StoryTables::from_files(&files)?)
}

/// The text that a line holds.
pub(crate) fn report(line: &str) -> Result<Report, Box<dyn Error>> {
    let line: Value = serde_json::from_str(line)?;
    let text = |name: &str| line.get(name).and_then(Value::as_str).map(str::to_owned);
    let entities: Vec<Entity> =
        line.get("entities").map_or(Ok(Vec::new()), |entities| serde_json::from_value(entities.clone()))?;
    Ok(Report {
        id: text("id").ok_or("a line has no id")?,
        title: text("title").unwrap_or_default(),
        text: text("text").unwrap_or_default(),
        language: text("language"),
        published: text("published").and_then(|day| day.get(..10)?.parse().ok()),
        url: None,
        entities,
    })
}
