//! What speaks for and against every two of some texts telling one happening, for `tools/stories/fit.py`:
//! `cargo run --release -p dateline-stories --example story_evidence < texts.jsonl`, from the root of the repository.
//!
//! Lines are those of `dateline stories --batch`, with the `entities` that `dateline judge` names in each. The first line that is written has the
//! names of the signs; each later one the two ids, whether the two are in two languages (1) and the values of the signs.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::{error::Error, fs};

use dateline_stories::Report;
use dateline_stories::story::{StoryIndex, StoryTables};
use dateline_wire::Entity;
use serde_json::Value;

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
    let mut stories = StoryIndex::new(Arc::new(tables()?));
    for line in io::stdin().lock().lines() {
        stories.place(&report(&line?)?);
    }
    let mut output = BufWriter::new(io::stdout().lock());
    let names: Vec<&str> = StoryIndex::signs().collect();
    writeln!(output, "{}", names.join("\t"))?;
    for pair in stories.pairs() {
        write!(output, "{}\t{}\t{}", pair.ids[0], pair.ids[1], u8::from(pair.across))?;
        for value in pair.values {
            write!(output, "\t{value}")?;
        }
        writeln!(output)?;
    }
    Ok(output.flush()?)
}
