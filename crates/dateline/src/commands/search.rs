//! `dateline search`: the articles that say something.

use std::fmt::Write as _;
use std::num::NonZeroUsize;

use clap::Args;
use dateline_journal::{EventFilter, FoundArticle, JournalError, JournalReader};
use dateline_wire::ArticleEvent;

use super::config_file::ConfigFile;
use super::filter::FilterArguments;
use super::{print_document, print_text, shown_journal, warn_of_gap};
use crate::api::write_article;
use crate::failure::Failure;
use crate::terminal::{visible_json, visible_line};
use crate::text;

/// List the journal's articles that say something, each in its latest revision, the newest first, daemon running or not.
///
/// A word is found in each of its inflected forms. "Words in a row" stand in quotes, begin* is what begins so, -word has to be absent (put
/// -- in front of the words then).
#[derive(Debug, Args)]
pub struct SearchArguments {
    /// Words of title or text; without any, all articles that the options choose.
    #[arg(value_name = "WORDS")]
    words: Vec<String>,
    /// Print each article as a line of JSON, as `/v1/articles` gives it, instead of a list for people.
    #[arg(long)]
    json: bool,
    /// At most so many articles.
    #[arg(long, value_name = "N", default_value = "20")]
    limit: NonZeroUsize,
    #[command(flatten)]
    which: FilterArguments,
    /// The configuration that names the journal.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the words or options mean nothing, or the journal cannot be read.
pub fn run(arguments: &SearchArguments) -> Result<(), Failure> {
    let words = arguments.words.join(" ");
    let filter = arguments.which.filter((!words.is_empty()).then_some(&*words))?;
    let path = shown_journal(&arguments.config.settings_to_look(&["data_dir"])?)?;
    let found = JournalReader::open(&path).and_then(|journal| {
        let page = journal.articles(&filter, None, arguments.limit.get(), usize::MAX)?;
        Ok::<_, JournalError>((page.articles, journal.search_gap()?))
    });
    let (articles, gap) = found.map_err(|source| Failure::Journal { path, source })?;
    warn_of_gap(gap);
    let unwritten = |error: serde_json::Error| Failure::Other(error.to_string());
    match arguments.json {
        true => print_document(&visible_json(&lines(&articles).map_err(unwritten)?)),
        false => print_text(&list(&articles, &filter).map_err(unwritten)?),
    }
}

fn lines(articles: &[FoundArticle]) -> Result<String, serde_json::Error> {
    let mut lines = String::new();
    for article in articles {
        write_article(article, &mut lines)?;
        lines.push('\n');
    }
    Ok(lines)
}

/// How much is shown of a body for the words that it was found by, in characters: a line of most terminals.
const PASSAGE_CHARS: usize = 110;

/// A list of articles for people, each with what it says of the words that were asked for.
fn list(articles: &[FoundArticle], filter: &EventFilter) -> Result<String, serde_json::Error> {
    if articles.is_empty() {
        return Ok("No article says that.\n".to_owned());
    }
    let mut list = String::new();
    for found in articles {
        let article: ArticleEvent = serde_json::from_str(&found.event.data)?;
        let content = &article.content;
        let withdrawn = if found.withdrawal.is_some() { ", withdrawn" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(
            list,
            "{}  {}\n    {}, {}{withdrawn}  {}\n    {}",
            text::moment(found.event.time),
            content.title.as_deref().unwrap_or("(without a title)"),
            content.publisher.as_deref().unwrap_or("?"),
            content.language.as_deref().unwrap_or("?"),
            article.article,
            content.url.as_ref().map_or("", |url| url.as_str()),
        );
        if let Some(passage) = filter.passage(&content.body.text, PASSAGE_CHARS) {
            let more = |is_there: bool| if is_there { "…" } else { "" };
            let text = visible_line(&passage.text);
            let _ = writeln!(list, "    {}{text}{}", more(passage.is_begun), more(passage.goes_on));
        }
    }
    Ok(list)
}
