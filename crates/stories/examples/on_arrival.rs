//! Where texts stand when the last of them has come, as a daemon has told them, and how often they moved on the way:
//! `cargo run --release -p dateline-stories --example on_arrival < texts.jsonl`, from the root of the repository.
//!
//! Lines are those of `dateline stories --batch`, with the `entities` that `dateline judge` names in each. Lines with `id` and `story` are written,
//! and to standard error how many texts were put into another story after they had been told in one.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::{error::Error, fs};

use dateline_stories::Report;
use dateline_stories::story::{StoryIndex, StoryTables};
use dateline_wire::Entity;
use serde_json::{Value, json};

fn tables() -> Result<StoryTables, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/stories"))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, fs::read_to_string(&path)?);
    }
    Ok(StoryTables::from_files(&files)?)
}

fn report(line: &str) -> Result<Report, Box<dyn Error>> {
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

fn main() -> Result<(), Box<dyn Error>> {
    let reviewed = std::env::args().any(|argument| argument == "--reviewed");
    let mut stories = StoryIndex::new(Arc::new(tables()?));
    let mut ids = Vec::new();
    // Who else is in the story of each says whether it moved; ids of stories change with their first report.
    let mut told: HashMap<String, String> = HashMap::new();
    let mut moves = 0;
    for line in io::stdin().lock().lines() {
        let report = report(&line?)?;
        let verdict = stories.place(&report);
        for changed in stories.take_changes() {
            let story = stories.story_of(&changed).unwrap_or_default().into_owned();
            let before = told.insert(changed, story.clone());
            // A story that came into another moved as a whole.
            moves += usize::from(
                before.is_some_and(|before| before != story && !verdict.merged.contains(&before)),
            );
        }
        ids.push(report.id);
    }
    if reviewed {
        stories.review();
    }
    let mut output = BufWriter::new(io::stdout().lock());
    for id in &ids {
        writeln!(output, "{}", json!({ "id": id, "story": stories.story_of(id) }))?;
    }
    eprintln!("{} texts, {moves} moves", ids.len());
    Ok(output.flush()?)
}
