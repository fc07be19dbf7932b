//! `dateline explain`: the whole judgement of an article, in sentences.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use dateline_journal::{JournalError, JournalReader};
use dateline_parser::dom::Document;
use dateline_parser::meta::Witnesses;
use dateline_wire::{
    Article, ArticleEvent, ArticleId, CanonicalUrl, Entity, Entry, EntryId, Event, FeedId, Origin, Page,
    Place, Relevance, StoryEvent,
};
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::config_file::ConfigFile;
use super::{known_url, page_url, print_json, print_text, shown_journal, web_address};
use crate::config::{self, Settings};
use crate::contained::contained;
use crate::engine::ReadingRules;
use crate::engine::outcome::{self, EntryContext};
use crate::failure::Failure;
use crate::rivals::{Rival, Rivals, place};
use crate::saved;
use crate::text::{counted, given_id};
use crate::traces::TraceContext;

/// The most of a text that is shown of one piece of evidence, in scalar values.
const MAX_EVIDENCE_CHARS: usize = 90;
/// The most pieces of evidence that are shown of one reason, and things that were not believed of one field.
const MAX_PIECES: usize = 4;
/// The most reasons that are shown of a judgement, the weightiest first.
const MAX_REASONS: usize = 10;

/// Explain an article: what was cut away, why this title and date, whom it names, whose text it is, which story it tells.
///
/// One from the journal is told as it was judged and published, with what else its page offered and why that was not believed; a saved
/// page is read and judged now, by the configured subject, and compared with no other.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// An article in the journal, by its id or its address; or a saved page, which is read and judged now.
    #[arg(value_name = "URL|FILE|ID")]
    article: String,
    /// Where a saved page came from.
    #[arg(long, value_name = "URL", value_parser = web_address)]
    url: Option<String>,
    /// Print one JSON document instead of sentences: `event`, `withdrawn`, and `story` where it tells one.
    #[arg(long)]
    json: bool,
    /// The configuration that names the journal and the subject.
    #[command(flatten)]
    config: ConfigFile,
}

/// What is known of an article.
#[derive(Serialize)]
struct Explanation {
    /// Its latest event.
    #[serde(serialize_with = "as_event")]
    event: Event,
    /// Whether it was withdrawn since.
    withdrawn: bool,
    /// The story that it stands in now.
    #[serde(skip_serializing_if = "Option::is_none")]
    story: Option<StoryEvent>,
    /// What the page offers for title, authors and time, believed or not, if a saved page was read: of an article in the journal there is no
    /// page any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    offered: Option<Rivals>,
}

fn as_event<S: serde::Serializer>(event: &Event, serializer: S) -> Result<S::Ok, S::Error> {
    match event {
        Event::Article(event) => event.serialize(serializer),
        Event::Withdrawal(event) => event.serialize(serializer),
        Event::Reject(event) => event.serialize(serializer),
        Event::Health(event) => event.serialize(serializer),
        Event::Story(event) => event.serialize(serializer),
    }
}

/// Runs the command.
///
/// # Errors
/// If the page or the journal cannot be read, or there is no such article.
pub fn run(arguments: &ExplainArguments) -> Result<(), Failure> {
    let settings =
        arguments.config.settings_to_look(&["data_dir", "subject", "sites", "agencies", "story_tables"])?;
    let file = PathBuf::from(&arguments.article);
    let explanation = match file.is_file() || arguments.article == "-" {
        true => of_page(&settings, &file, arguments.url.as_deref())?,
        false => of_journal(&settings, &arguments.article)?,
    };
    if arguments.json { print_json(&explanation) } else { print_text(&explanation.page()) }
}

/// Reads and judges a saved page.
fn of_page(settings: &Settings, file: &Path, url: Option<&str>) -> Result<Explanation, Failure> {
    let bytes =
        saved::read(file).map_err(Failure::io(format!("{}: the page cannot be read", file.display())))?;
    let url = url.and_then(page_url);
    let subject = config::read_subject(&settings.subject)?;
    let sites = config::read_site_rules(&settings.sites)?;
    let agencies = config::read_agencies(&settings.agencies)?;
    let page = Page { url: url.clone(), content_type: None, bytes, received_at: None };
    let link = match url {
        Some(url) => url,
        None => Url::from_file_path(file.canonicalize().unwrap_or_else(|_| file.to_owned()))
            .map_err(|()| Failure::Other(format!("{}: say with --url where it came from", file.display())))?,
    };
    let (feed_id, id, at) = (FeedId::of(&link), EntryId::of_link(&link), Timestamp::UNIX_EPOCH);
    let trace = TraceContext::of_entry(&feed_id, &id, 1);
    let entry = Entry { link: Some(link), ..Entry::new(id) };
    let context = EntryContext { trace, feed_id, feed: None, entry, began: at, at, announced: None };
    let rules = ReadingRules { subject: &subject, sites: &sites, agencies: &agencies };
    let event = contained(|| outcome::of_page(&context, &page, None, rules).event)
        .map_err(|panic| Failure::Other(format!("{}: {panic}", file.display())))?;
    let offered = match &event {
        Event::Article(article) => {
            let document = Document::parse(&page);
            Some(Rivals::of(&Witnesses::of(&document, &page).testimony(), &article.content))
        }
        _ => None,
    };
    Ok(Explanation { event, withdrawn: false, story: None, offered })
}

/// Looks an article up.
fn of_journal(settings: &Settings, name: &str) -> Result<Explanation, Failure> {
    let path = shown_journal(settings)?;
    let read = |journal: JournalReader| -> Result<Option<Explanation>, JournalError> {
        let id = match known_url(name) {
            Some(url) => journal.article_at(&url)?.unwrap_or_else(|| ArticleId::of(&CanonicalUrl::of(&url))),
            None => ArticleId::from_stored(given_id(name.split('.').next().unwrap_or(name))),
        };
        let Some(event) = journal.latest_article(&id)? else { return Ok(None) };
        let story = journal.story_of(&id)?.map(|story| journal.story(&story)).transpose()?.flatten();
        let withdrawn = journal.is_withdrawn(&id)?;
        Ok(Some(Explanation { event: Event::Article(Box::new(event)), withdrawn, story, offered: None }))
    };
    let found =
        JournalReader::open(&path).and_then(read).map_err(|source| Failure::Journal { path, source })?;
    found.ok_or_else(|| {
        Failure::Other(format!(
            "the journal holds no article {name}, and there is no such file; `dateline tail --kind article` lists articles"
        ))
    })
}

impl Explanation {
    fn page(&self) -> String {
        let mut page = String::new();
        // Writing to a string does not fail.
        let _ = match &self.event {
            Event::Article(article) => self.write_article(article, &mut page),
            Event::Reject(reject) => {
                let mut write = || {
                    writeln!(
                        page,
                        "not published: {} at the stage {}: {}",
                        reject.reason, reject.stage, reject.detail
                    )?;
                    writeln!(page, "{}: {}", reject.reason, reject.reason.meaning())?;
                    match &reject.relevance {
                        Some(relevance) => write_relevance(relevance, None, &mut page),
                        None => Ok(()),
                    }
                };
                write()
            }
            Event::Withdrawal(_) | Event::Health(_) | Event::Story(_) => Ok(()),
        };
        page
    }

    fn write_article(&self, event: &ArticleEvent, page: &mut String) -> std::fmt::Result {
        let content = &event.content;
        writeln!(page, "{}", content.title.as_deref().unwrap_or("(without a title)"))?;
        writeln!(page, "article {}, revision {}", event.article, event.revision)?;
        if let Some(url) = content.canonical_url.as_ref().or(content.url.as_ref()) {
            writeln!(page, "{url}")?;
        }
        if self.withdrawn {
            writeln!(page, "withdrawn: its site does not have it any more; this is what it said last")?;
        }
        write_reading(content, self.offered.as_ref(), page)?;
        write_relevance(&event.relevance, Some(content), page)?;
        write_entities(&event.entities, page)?;
        write_origins(content, page)?;
        if self.offered.is_some() {
            return writeln!(
                page,
                "\ncopy and story: a saved page is compared with no other article; what a daemon has published is told by its address or id"
            );
        }
        match &event.copy_of {
            None => writeln!(page, "\ncopy: of no earlier article that is known")?,
            Some(copy) => {
                let percent = (copy.share * 100.0).round();
                writeln!(
                    page,
                    "\ncopy: {percent} % of its text is that of {}, revision {}",
                    copy.article, copy.revision
                )?;
                for span in copy.spans.iter().take(MAX_PIECES) {
                    writeln!(page, "  {}", shown(span.slice(&content.body.text).unwrap_or_default()))?;
                }
            }
        }
        if !event.changes.is_empty() {
            writeln!(page, "\nchanged since revision {}", event.revision.saturating_sub(1))?;
        }
        for change in &event.changes {
            writeln!(page, "  {}", change.kind)?;
            for (mark, words) in [('-', &change.before), ('+', &change.after)] {
                if let Some(words) = words {
                    writeln!(page, "  {mark} {words}")?;
                }
            }
        }
        self.write_story(event, page)
    }

    fn write_story(&self, event: &ArticleEvent, page: &mut String) -> std::fmt::Result {
        let Some(story) = &self.story else {
            return writeln!(page, "\nstory: none was told with it");
        };
        let title = story.title.as_deref().unwrap_or("(without a title)");
        writeln!(page, "\nstory: {title}")?;
        writeln!(
            page,
            "  {}: {}, {}",
            story.story,
            counted(story.article_count.into(), "article"),
            counted(story.origin_count.into(), "independent origin")
        )?;
        if event.story.as_ref() != Some(&story.story) {
            writeln!(page, "  it came in another story, and a later article moved it here")?;
        }
        if event.joined_by.is_empty() {
            return writeln!(page, "  it began its story: nothing known told the same");
        }
        let sum: f64 = event.joined_by.iter().map(|reason| reason.weight).sum();
        let with = &event.joined_by[0].with;
        let known = story.articles.iter().find(|article| article.article == *with);
        let with = known.map_or_else(
            || with.to_string(),
            |known| {
                let title = shown(known.title.as_deref().unwrap_or_default());
                format!(
                    "{title} of {} ({with})",
                    known.publisher.as_deref().unwrap_or("a publisher not known")
                )
            },
        );
        if event.joined_by[0].sign == "copy" {
            return writeln!(page, "  it stands there because the text that it repeats does: {with}");
        }
        writeln!(page, "  compared with {with}: {sum:+.3} in all; above 0 they tell one happening")?;
        for reason in &event.joined_by {
            let evidence = reason.evidence.join(", ");
            writeln!(page, "  {:+.3}  {} {:.3}  {evidence}", reason.weight, reason.sign, reason.value)?;
        }
        Ok(())
    }
}

/// The word that JSON has for a value.
fn word(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().replace('_', " ")
}

/// A text on one line, cut where it is long.
fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_EVIDENCE_CHARS) {
        Some((end, _)) => format!("“{}…”", &line[..end]),
        None => format!("“{line}”"),
    }
}

/// What was read, where, and what was cut away.
fn write_reading(content: &Article, offered: Option<&Rivals>, page: &mut String) -> std::fmt::Result {
    writeln!(page, "\nread from the page")?;
    if let Some(source) = &content.title_source {
        writeln!(page, "  title: {}", place(*source))?;
    }
    if let Some(offered) = offered {
        write_rivals(&offered.titles, page)?;
    } else if let Some(other) = &content.title_alternative {
        writeln!(page, "    not believed: {}, {}", shown(&other.text), place(other.source))?;
    }
    match &content.published {
        Some(moment) => {
            writeln!(
                page,
                "  published: {} (to the {}), {}",
                moment,
                word(&moment.precision),
                place(moment.source)
            )?;
        }
        None => writeln!(page, "  published: the page does not say")?,
    }
    if let Some(offered) = offered {
        write_rivals(&offered.published, page)?;
    }
    if let Some(moment) = &content.modified {
        writeln!(
            page,
            "  modified: {} (to the {}), {}",
            moment,
            word(&moment.precision),
            place(moment.source)
        )?;
    }
    if let (false, Some(source)) = (content.authors.is_empty(), &content.authors_source) {
        writeln!(page, "  authors: {}, {}", content.authors.join(", "), place(*source))?;
    } else {
        writeln!(page, "  authors: the page names none")?;
    }
    if let Some(offered) = offered {
        write_rivals(&offered.authors, page)?;
    }
    writeln!(page, "  language: {}", content.language.as_deref().unwrap_or("not known"))?;
    let (chars, paragraphs) = (content.body.text.chars().count(), content.body.paragraphs.len());
    let paragraphs = counted(paragraphs as u64, "paragraph");
    writeln!(page, "  body: {chars} characters in {paragraphs}, by {}", content.body.extractor)?;
    if content.cuts.is_empty() {
        writeln!(page, "  cut away: nothing")?;
    }
    for cut in &content.cuts {
        let pieces = counted(cut.pieces.into(), "piece");
        let chars = counted(cut.chars.into(), "character");
        writeln!(page, "  cut away: {pieces} of {}, {chars}", word(&cut.kind))?;
    }
    Ok(())
}

fn write_rivals(rivals: &[Rival], page: &mut String) -> std::fmt::Result {
    for rival in rivals.iter().take(MAX_PIECES) {
        writeln!(page, "    not believed: {}, {}: {}", shown(&rival.text), place(rival.source), rival.why)?;
    }
    match rivals.len().saturating_sub(MAX_PIECES) {
        0 => Ok(()),
        more => writeln!(page, "    and {more} more, which --json lists"),
    }
}

fn write_relevance(relevance: &Relevance, content: Option<&Article>, page: &mut String) -> std::fmt::Result {
    let score = relevance.score.map_or_else(|| "without a score".to_owned(), |score| format!("{score:.3}"));
    writeln!(page, "\nabout the subject: {}, {score}", word(&relevance.label))?;
    let mut reasons: Vec<_> = relevance.reasons.iter().collect();
    reasons.sort_by(|one, other| other.weight.abs().total_cmp(&one.weight.abs()));
    let rest = reasons.split_off(reasons.len().min(MAX_REASONS));
    for reason in reasons {
        let pieces: Vec<String> =
            reason.spans.iter().take(MAX_PIECES).filter_map(|place| piece(place, content)).collect();
        writeln!(page, "  {:+.2}  {}  {}", reason.weight, reason.rule, pieces.join(" "))?;
    }
    if !rest.is_empty() {
        let sum: f64 = rest.iter().map(|reason| reason.weight).sum();
        let more = counted(rest.len() as u64, "weaker reason");
        writeln!(page, "  {sum:+.2}  {more} together, which --json lists")?;
    }
    Ok(())
}

fn piece(place: &Place, content: Option<&Article>) -> Option<String> {
    let content = content?;
    let found = match place {
        Place::Title(span) => span.slice(content.title.as_deref()?),
        Place::Body(span) => span.slice(&content.body.text),
    };
    found.map(shown)
}

fn write_entities(entities: &[Entity], page: &mut String) -> std::fmt::Result {
    writeln!(page, "\nnames")?;
    for Entity { id, kind, surface, spans, .. } in entities {
        let mentions = counted(spans.len() as u64, "mention");
        writeln!(page, "  {id} ({kind}): {}, {mentions}", shown(surface))?;
    }
    Ok(())
}

fn write_origins(content: &Article, page: &mut String) -> std::fmt::Result {
    writeln!(page, "\npublisher: {}", content.publisher.as_deref().unwrap_or("not known"))?;
    if content.origins.is_empty() {
        return writeln!(page, "origin: it names none; its publisher's own text");
    }
    for Origin { name, kind, evidence, .. } in &content.origins {
        writeln!(page, "origin: {name}, by its {}: {}", word(kind), shown(evidence))?;
    }
    Ok(())
}
