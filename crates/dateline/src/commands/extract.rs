//! `dateline extract`: saved pages to articles.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PathBufValueParser, TypedValueParser};
use dateline_parser::{SiteRules, extract_by, other_than_page};
use dateline_wire::{Article, Page};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::config_file::beside_found;
use super::{all_cores, batch_outcome, page_url, print_json, saved_file, web_address};
use crate::batch::{self, BatchAnswer};
use crate::config;
use crate::contained::contained;
use crate::failure::Failure;
use crate::saved;

/// Read saved pages: each becomes one article as JSON.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dateline extract --url https://news.example/a/1 page.html
  curl -s https://news.example/a/1 | dateline extract -
  dateline extract --batch < pages.jsonl > articles.jsonl

What is no HTML page (a PDF, a picture, a feed, random bytes) is named on stderr, with exit code 3.")]
pub struct ExtractArguments {
    /// The page, as a file: save it first, or look at a feed with `dateline feed check`; `-` reads it from standard input. Gzip is
    /// recognised by content.
    #[arg(value_name = "FILE", required_unless_present = "batch", conflicts_with = "batch")]
    #[arg(value_parser = PathBufValueParser::new().try_map(saved_file))]
    file: Option<PathBuf>,
    /// The address the page came from, against which its links resolve: one of the web in full, as in `https://news.example/a`.
    #[arg(long, value_name = "URL", conflicts_with = "batch", value_parser = web_address)]
    url: Option<String>,
    /// The Content-Type header it came with, for its charset.
    #[arg(long, value_name = "TYPE", conflicts_with = "batch")]
    content_type: Option<String>,
    /// The rules for single sites, applied to pages whose address is known. [default: sites.toml beside the configuration in ./config or /etc/dateline, if it is there]
    #[arg(long, value_name = "FILE")]
    sites: Option<PathBuf>,
    /// Read lines {"id","url","file"} from standard input and write a line {"id", …article} for each, in the same order,
    /// on all cores. A file that cannot be read or holds no page gives
    /// {"id","error"} and, at the end, exit code 3.
    #[arg(long)]
    batch: bool,
}

/// One line of a batch.
#[derive(Deserialize)]
struct ExtractLine<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    content_type: Option<String>,
    file: PathBuf,
}

#[derive(Serialize)]
struct ExtractAnswer<'l> {
    id: &'l RawValue,
    #[serde(flatten)]
    article: &'l Article,
}

/// Runs the command.
///
/// # Errors
/// If the page or the list of pages cannot be read, or the answer not written.
pub fn run(arguments: &ExtractArguments) -> Result<(), Failure> {
    let rules = site_rules(arguments.sites.as_deref())?;
    match &arguments.file {
        Some(file) => {
            let page = read_page(file, arguments.url.as_deref(), arguments.content_type.clone())
                .map_err(Failure::io(format!("{}: the page cannot be read", file.display())))?;
            if let Some(what) = other_than_page(&page) {
                eprintln!("{}", no_page(file, what));
                return Err(Failure::Partly { failed: 1, all: 1 });
            }
            let article = contained(|| extract_by(&page, &rules).article)
                .map_err(|panic| Failure::Other(format!("{}: {panic}", file.display())))?;
            print_json(&article)
        }
        None => {
            let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
            batch_outcome(batch::run(io::BufReader::new(io::stdin()), &mut output, all_cores(), |line| {
                answer(&rules, line)
            }))
        }
    }
}

/// The rules in `file`, which must be there, or those of the usual place, where there are any.
fn site_rules(file: Option<&Path>) -> Result<SiteRules, Failure> {
    let missing = file.filter(|file| !file.exists());
    if let Some(file) = missing {
        return Err(Failure::Other(format!(
            "{}: there is no such file; name the rules with --sites",
            file.display()
        )));
    }
    Ok(config::read_site_rules(file.unwrap_or(&beside_found("sites.toml")))?)
}

fn read_page(file: &Path, url: Option<&str>, content_type: Option<String>) -> io::Result<Page> {
    Ok(Page {
        url: url.and_then(page_url),
        content_type: content_type.filter(|given| !given.is_empty()),
        bytes: saved::read(file)?,
        received_at: None,
    })
}

/// What is said of a file that holds no page.
fn no_page(file: &Path, what: &str) -> String {
    let hint =
        if what.contains("rss") || what.contains("atom") { "; `dateline feed read` reads it" } else { "" };
    format!("{}: this is no HTML page but {what}{hint}", file.display())
}

fn answer(rules: &SiteRules, line: &[u8]) -> BatchAnswer {
    let line: ExtractLine<'_> = match serde_json::from_slice(line) {
        Ok(line) => line,
        Err(error) => {
            return BatchAnswer::of_failure(None, &format!("not a line with id, url and file: {error}"));
        }
    };
    let page = match read_page(&line.file, line.url.as_deref(), line.content_type) {
        Ok(page) => page,
        Err(error) => {
            return BatchAnswer::of_failure(Some(line.id), &format!("{}: {error}", line.file.display()));
        }
    };
    if let Some(what) = other_than_page(&page) {
        return BatchAnswer::of_failure(Some(line.id), &no_page(&line.file, what));
    }
    let article = match contained(|| extract_by(&page, rules).article) {
        Ok(article) => article,
        Err(panic) => {
            return BatchAnswer::of_failure(Some(line.id), &format!("{}: {panic}", line.file.display()));
        }
    };
    match serde_json::to_vec(&ExtractAnswer { id: line.id, article: &article }) {
        Ok(line) => BatchAnswer { line, failed: false },
        Err(error) => BatchAnswer::of_failure(Some(line.id), &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gives_back_the_id_it_was_given_with_the_article() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        std::fs::write(
            &file,
            "<article><h1>Ferry</h1><p>The ferry left the harbour at six in the morning.</p></article>",
        )
        .unwrap();
        let line = serde_json::json!({ "id": 7, "url": "https://news.example/7", "file": file });
        let answer = answer(&SiteRules::default(), line.to_string().as_bytes());
        let article: serde_json::Value = serde_json::from_slice(&answer.line).unwrap();
        assert!(!answer.failed);
        assert_eq!(article["id"], 7);
        assert_eq!(article["url"], "https://news.example/7");
        assert!(article["body"]["text"].as_str().unwrap().contains("ferry left the harbour"));
    }

    #[test]
    fn a_page_that_is_not_there_and_a_line_that_is_none_are_told_as_errors() {
        for line in [r#"{"id":"a","url":"","file":"/nonexistent"}"#, "not json", "{}"] {
            let answer = answer(&SiteRules::default(), line.as_bytes());
            assert!(answer.failed);
            let told: serde_json::Value = serde_json::from_slice(&answer.line).unwrap();
            assert!(told["error"].is_string(), "{told}");
        }
    }
}
