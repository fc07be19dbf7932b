//! Reads lines `{"id","url","file"}` on stdin and writes each file's article as a line with that id. Files may be gzipped.

use std::io::{BufRead, BufWriter, Read, Write};

use dateline_wire::Page;
use url::Url;

#[derive(serde::Deserialize)]
struct Job {
    id: String,
    url: Option<String>,
    file: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let job: Job = serde_json::from_str(&line?)?;
        let mut bytes = std::fs::read(&job.file)?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
            bytes = plain;
        }
        let url = job.url.as_deref().and_then(|url| Url::parse(url).ok());
        let page = Page { url, content_type: None, bytes, received_at: None };
        let mut article = serde_json::to_value(dateline_parser::extract(&page))?;
        if let Some(object) = article.as_object_mut() {
            object.insert("id".into(), job.id.into());
        }
        serde_json::to_writer(&mut out, &article)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}
