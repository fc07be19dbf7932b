//! Pages that nobody wants to meet, and that a day on the web is full of.

use std::io::Write;

use bytes::Bytes;
use dateline_fetcher::transport::{FailureKind, TransportError};
use flate2::{Compression, write::GzEncoder};

use super::Answer;

/// The names of the pages, in the order in which the feed lists them.
pub(super) const NAMES: [&str; 10] =
    ["deep", "attributes", "bomb", "bytes", "loop", "paper.pdf", "missing", "cut", "login", "empty"];

/// The page `name`, which the feed announces like any other.
pub(super) fn page(name: &str) -> Result<Answer, TransportError> {
    let html = |body: Vec<u8>| Ok(Answer::html("utf-8", body));
    match name {
        "deep" => html([b"<div>".repeat(20_000), b"<p>The bottom.</p>".to_vec()].concat()),
        "attributes" => {
            let attributes: String = (0..5_000).map(|number| format!(" a{number}=\"{number}\"")).collect();
            html(format!("<!doctype html><body{attributes}><p>So many words about oneself.</p>").into_bytes())
        }
        "bomb" => {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
            let spaces = vec![b' '; 1 << 20];
            // Writing to memory doesn't fail.
            let _ = (0..80).try_for_each(|_| gzip.write_all(&spaces));
            let mut answer = Answer::html("utf-8", gzip.finish().unwrap_or_default());
            answer.fields.push(("content-encoding", "gzip".to_owned()));
            Ok(answer)
        }
        "bytes" => {
            html((0..20_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect())
        }
        "loop" => Ok(Answer::redirect("https://odd.example/loop.html")),
        "paper.pdf" => {
            let body = Bytes::from_static(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
            Ok(Answer { status: 200, fields: vec![("content-type", "application/pdf".to_owned())], body })
        }
        "cut" => {
            Err(TransportError::new(FailureKind::Cut, "the connection was closed in the middle of the body"))
        }
        "login" => html(
            b"<!doctype html><title>Log in</title><h1>Log in to read on</h1><form><input name=user>\
              <input name=password type=password><button>Log in</button></form>"
                .to_vec(),
        ),
        "empty" => html(Vec::new()),
        _ => Ok(Answer { status: 404, ..Answer::html("utf-8", b"<h1>Not found</h1>".to_vec()) }),
    }
}
