//! Writes what the decision on each run of text is made from: the input of `tools/train`.
//!
//! Reads lines `{"id","file","scores","verdicts"}` on stdin, files gzipped or not; `scores` and `verdicts`, where given, are
//! an earlier decision on the page's runs. The first line written names the columns; each further line is one page:
//! `{"id", "runs": [[text, [numbers]]]}`, or, where verdicts were given, `{"id", "text"}` as it is read by them.

use std::io::{BufRead, BufWriter, Read, Write};

use dateline_parser::{body, dom::Document};
use dateline_wire::Page;
use serde_json::json;

#[derive(serde::Deserialize)]
struct Job {
    id: String,
    file: String,
    scores: Option<Vec<f32>>,
    verdicts: Option<Vec<f32>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let (columns, _) = body::table(&Document::from_html(""), None);
    writeln!(out, "{}", json!({ "columns": columns }))?;
    for line in std::io::stdin().lock().lines() {
        let job: Job = serde_json::from_str(&line?)?;
        let mut bytes = std::fs::read(&job.file)?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
            bytes = plain;
        }
        let document = Document::parse(&Page { url: None, content_type: None, bytes, received_at: None });
        let answer = match (&job.scores, &job.verdicts) {
            (Some(scores), Some(verdicts)) => {
                let read = body::read_as_judged(&document, scores, verdicts);
                json!({ "id": job.id, "text": read.map(|body| body.text) })
            }
            _ => json!({ "id": job.id, "runs": body::table(&document, job.scores.as_deref()).1 }),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(out.flush()?)
}
