//! Writes what the decision on each run of text is made from: the input of `tools/train`.
//!
//! Reads lines `{"id","file","scores"}` on stdin, files gzipped or not; `scores`, where
//! given, are an earlier decision on the page's runs. The first line written names the columns; each further line
//! is one page: `{"id", "runs": [[text, [numbers]]]}`.

use std::io::{BufRead, BufWriter, Read, Write};

use dateline_parser::{body, dom::Document};
use dateline_wire::Page;

#[derive(serde::Deserialize)]
struct Job {
    id: String,
    file: String,
    scores: Option<Vec<f32>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let job: Job = serde_json::from_str(&line?)?;
        let mut bytes = std::fs::read(&job.file)?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
            bytes = plain;
        }
        let page = Page { url: None, content_type: None, bytes, received_at: None };
        let (columns, runs) = body::table(&Document::parse(&page), job.scores.as_deref());
        if number == 0 {
            writeln!(out, "{}", serde_json::json!({ "columns": columns }))?;
        }
        writeln!(out, "{}", serde_json::json!({ "id": job.id, "runs": runs }))?;
    }
    Ok(out.flush()?)
}
