//! Where texts stand when the last of them has come, as a daemon has told them, and how often they moved on the way:
//! `cargo run --release -p dateline-stories --example on_arrival < texts.jsonl`, from the root of the repository.
//!
//! Lines are those of `dateline stories --batch`, with the `entities` that `dateline judge` names in each. Lines with `id` and `story` are written,
//! and to standard error how many texts were put into another story after they had been told in one.

mod input;

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::sync::Arc;

use dateline_stories::story::StoryIndex;
use input::{report, tables};
use serde_json::json;

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
