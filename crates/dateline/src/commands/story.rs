//! `dateline story`: one story, with its articles and who tells it in words of their own.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::Args;
use dateline_journal::JournalReader;
use dateline_wire::{ArticleId, StoryEvent, StoryId, StoryState};

use super::config_file::ConfigFile;
use super::{print_json, print_text, shown_journal};
use crate::failure::Failure;
use crate::text::{self, given_id};

/// Show a story: its articles with their roles, its independent origins and what says so.
#[derive(Debug, Args)]
pub struct StoryArguments {
    /// The story's id, as `dateline stories` lists it; its beginning is enough.
    id: String,
    /// Print the story's last event as JSON instead of a page for people.
    #[arg(long)]
    json: bool,
    /// The configuration that names the journal.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the journal cannot be read, or has no such story.
pub fn run(arguments: &StoryArguments) -> Result<(), Failure> {
    let settings = arguments.config.settings_to_look(&["data_dir"])?;
    let path = shown_journal(&settings)?;
    let story = JournalReader::open(&path)
        .and_then(|journal| find(&journal, &arguments.id))
        .map_err(|source| Failure::Journal { path, source })?;
    let story = story.ok_or_else(|| {
        Failure::Other(format!("there is no story {}; `dateline stories` lists them", arguments.id))
    })?;
    if arguments.json { print_json(&story) } else { print_text(&page(&story)) }
}

/// The story of this id, or the one whose id begins so, if there is but one among those that are listed.
fn find(journal: &JournalReader, id: &str) -> Result<Option<StoryEvent>, dateline_journal::JournalError> {
    let id = given_id(id);
    if let Some(story) = journal.story(&StoryId::from_stored(&id))? {
        return Ok(Some(story));
    }
    let mut begins: Vec<StoryEvent> = journal.stories(usize::MAX)?;
    begins.retain(|story| story.story.as_str().starts_with(&id));
    Ok(if begins.len() == 1 { begins.pop() } else { None })
}

/// A story for people.
pub(super) fn page(story: &StoryEvent) -> String {
    let mut page = String::new();
    // Writing to a string does not fail.
    let _ = write_page(story, &mut page);
    page
}

fn write_page(story: &StoryEvent, page: &mut String) -> std::fmt::Result {
    writeln!(page, "{}", story.title.as_deref().unwrap_or("(without a title)"))?;
    writeln!(page, "story {}, revision {}", story.story, story.revision)?;
    if let (StoryState::Merged, Some(into)) = (story.state, &story.merged_into) {
        return writeln!(page, "ended: it tells what story {into} tells, which has its articles now");
    }
    let (first, last) = (text::moment(story.first_reported), text::moment(story.last_reported));
    writeln!(page, "reported from {first} to {last}")?;
    if let Some(day) = story.happened_on {
        writeln!(page, "happened on {day}, as its reports say")?;
    }
    let entities: Vec<String> =
        story.entities.iter().take(20).map(|entity| format!("{} ({})", entity.id, entity.articles)).collect();
    let list = |page: &mut String, name: &str, words: &[String]| {
        if words.is_empty() { Ok(()) } else { writeln!(page, "{name}: {}", words.join(", ")) }
    };
    list(page, "names", &entities)?;
    list(page, "tells", &story.acts)?;
    for (language, title) in story.titles.iter().filter(|(_, title)| Some(*title) != story.title.as_ref()) {
        writeln!(page, "{language}: {title}")?;
    }
    writeln!(page, "\nindependent origins: {}", story.origin_count)?;
    for origin in &story.independent_origins {
        let words: Vec<&str> =
            origin.evidence.iter().filter_map(|evidence| evidence.words.as_deref()).collect();
        let said = words.first().map_or_else(String::new, |words| format!(", which say “{words}”"));
        // An article may say twice whose text it is.
        let articles: BTreeSet<&ArticleId> =
            origin.evidence.iter().map(|evidence| &evidence.article).collect();
        let count = text::counted(articles.len() as u64, "article");
        writeln!(page, "  {}: {count}{said}", origin.name)?;
    }
    writeln!(page, "\narticles: {}", story.article_count)?;
    for article in &story.articles {
        let copied = article.copy_of.as_ref();
        let copied = copied.and_then(|id| story.articles.iter().find(|other| other.article == *id));
        let of = copied.and_then(|copied| copied.publisher.as_deref());
        let of = of.map_or_else(String::new, |publisher| format!(" of {publisher}’s"));
        let role = article.role.as_str().replace('_', " ") + &of;
        let language = article.language.as_deref().unwrap_or("?");
        let publisher = article.publisher.as_deref().unwrap_or("?");
        let gone = if article.withdrawn { ", withdrawn since: it counts no more" } else { "" };
        writeln!(page, "  {}  {role}, {language}, {publisher}{gone}", text::moment(article.received_at))?;
        writeln!(page, "    {}", article.title.as_deref().unwrap_or("(without a title)"))?;
        if let Some(url) = &article.url {
            writeln!(page, "    {url}")?;
        }
        writeln!(page, "    {}", article.article)?;
    }
    Ok(())
}
