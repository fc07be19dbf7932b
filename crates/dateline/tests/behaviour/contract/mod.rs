//! What subscribers rely on: the documents in `schemas/` say what the code does, and say no less than they once said.

mod breaking;

use std::fs;
use std::path::{Path, PathBuf};

use breaking::breaking_changes;
use dateline::contract::documents;
use serde_json::Value;

/// How the documents are made anew.
const REMEDY: &str = "cargo run -p dateline -- schema --write schemas";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

fn json_files(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("a folder of schemas").flatten();
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let mut files: Vec<String> = names.filter(|name| name.ends_with(".json")).collect();
    files.sort();
    files
}

#[test]
fn the_documents_are_those_that_the_code_makes() {
    let mut made: Vec<String> = Vec::new();
    for document in documents() {
        let stored = fs::read_to_string(folder().join(&document.file)).unwrap_or_default();
        assert!(
            stored == document.text().unwrap(),
            "schemas/{} is not what the code makes: run `{REMEDY}`",
            document.file
        );
        made.push(document.file);
    }
    made.sort();
    assert_eq!(json_files(&folder()), made, "remove from schemas/ what nothing makes any more");
}

#[test]
fn whoever_reads_events_by_a_released_schema_can_read_todays() {
    let released = folder().join("released");
    for file in json_files(&released) {
        let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
        let now = folder().join(&file);
        assert!(now.exists(), "{file} was released and is gone: a v1 stays (docs/compatibility.md)");
        let changes = breaking_changes(&read(&released.join(&file)), &read(&now));
        assert!(
            changes.is_empty(),
            "{file} breaks what was released as v1 (docs/compatibility.md says what may change):\n{}",
            changes.join("\n")
        );
    }
}
