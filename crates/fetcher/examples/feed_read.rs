//! Reads one saved feed and prints what it says as JSON:
//!
//!     cargo run -p dateline-fetcher --example feed_read -- feed.xml [https://news.example/feed.xml] [text/xml]

use std::process::ExitCode;

use url::Url;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: feed_read FILE [URL [CONTENT-TYPE]]");
        return ExitCode::from(2);
    };
    let url = arguments.next().and_then(|url| Url::parse(&url).ok());
    let content_type = arguments.next().filter(|given| !given.is_empty());
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match dateline_fetcher::feed::read(&bytes, url.as_ref(), content_type.as_deref()) {
        Ok(feed) => {
            println!("{}", feed.to_json());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{}", serde_json::json!({ "ok": false, "error": error.to_string() }));
            ExitCode::FAILURE
        }
    }
}
