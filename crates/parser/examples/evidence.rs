//! Prints what the rules of a subject see in each article: what `tools/relevance/fit.py` fits weights on.
//!
//! ```console
//! $ cargo run --release -p dateline-parser --example evidence -- config/subjects/russia-dprk < articles.jsonl > evidence.jsonl
//! ```
//!
//! Each line in is `{"id", "title", "text", "lang"}`, each line out `{"id", "relevant", "score", "evidence": {rule: value}}`.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};

use dateline_parser::Subject;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: evidence SUBJECT-FOLDER < articles.jsonl")?;
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        files
            .insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path())?);
    }
    let subject = Subject::from_files(&files)?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let article: serde_json::Value = serde_json::from_str(&line?)?;
        let field = |name: &str| article[name].as_str();
        let (title, text) = (field("title").unwrap_or_default(), field("text").unwrap_or_default());
        let judgement = subject.judge(title, text, field("lang"));
        let evidence: BTreeMap<_, _> = subject.evidence(title, text, field("lang")).into_iter().collect();
        let line = serde_json::json!({
            "id": article["id"],
            "relevant": subject.publishes(judgement.relevance.label),
            "score": judgement.relevance.score,
            "evidence": evidence,
            "entities": judgement.entities,
            "passages": judgement.relevance.passages,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}
