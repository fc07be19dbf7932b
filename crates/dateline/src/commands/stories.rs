//! `dateline stories`: what is happening, and which of any articles tell the same happening.

use std::collections::HashMap;
use std::io::{self, BufRead, BufWriter, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::Args;
use dateline_journal::JournalReader;
use dateline_parser::Subject;
use dateline_stories::Report;
use dateline_stories::copy::{CopyIndex, CopyText, EarlierText, inherit};
use dateline_stories::origin::{Agencies, Carrier, handed_on, is_publisher, origins};
use dateline_stories::story::{StoryIndex, StoryReason, StoryTables};
use dateline_wire::{ArticleId, CopyOf, Origin, StoryEvent};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use super::config_file::ConfigFile;
use super::{batch_outcome, known_url, print_json, print_text, shown_journal};
use crate::batch::{BatchAnswer, BatchTally};
use crate::config;
use crate::failure::Failure;
use crate::text;

/// List the journal's stories, the last reported first; with --batch, tell of any texts which report the same happening.
///
/// A story is listed with when, title, how many articles and independent origins, languages. --batch tells of any texts which report the same happening, whose text each is, and which are copies.
#[derive(Debug, Args)]
pub struct StoriesArguments {
    /// Read lines {"id","title","text","language"?,"published"?,"url"?} from standard input, in the order of arrival, and write after
    /// the last a line {"id","story","copy_of","share","origins","reasons"} for each, in the same order. Whether they are about the
    /// subject isn't asked. A line that is none gives {"error"} and, at the end, exit code 3.
    #[arg(long, conflicts_with_all = ["json", "limit"])]
    batch: bool,
    /// Print one JSON document, the stories' last events, instead of a list for people.
    #[arg(long)]
    json: bool,
    /// At most so many stories.
    #[arg(long, value_name = "N", default_value = "20")]
    limit: NonZeroUsize,
    /// Where the subject is configured.
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Deserialize)]
struct StoriesLine<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    published: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Serialize)]
struct StoriesAnswer<'l> {
    id: &'l RawValue,
    /// The story's id, in the words of the first of its reports' ids.
    story: &'l str,
    /// The id of the line whose text this one repeats, as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_of: Option<&'l RawValue>,
    /// How much of this one's text is that one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    /// Whose text it is.
    origins: &'l [Origin],
    /// What spoke for its story, and against, when it came; none for the first of a story.
    reasons: &'l [StoryReason],
}

/// What is kept of a line until the last was read.
enum Kept {
    /// Its id as it was written, the report's, and what put it into its story.
    Report(Box<RawValue>, String, Vec<StoryReason>),
    /// It was none.
    Failure(BatchAnswer),
}

/// Runs the command.
///
/// # Errors
/// If the subject cannot be read, or standard input or output fails.
pub fn run(arguments: &StoriesArguments) -> Result<(), Failure> {
    let needed = ["data_dir", "subject", "agencies", "story_tables"];
    let settings = arguments.config.settings_to_look(&needed)?;
    if !arguments.batch {
        let path = shown_journal(&settings)?;
        let stories = JournalReader::open(&path).and_then(|journal| journal.stories(arguments.limit.get()));
        let stories = stories.map_err(|source| Failure::Journal { path, source })?;
        return if arguments.json { print_json(&stories) } else { print_text(&list(&stories)) };
    }
    let subject = config::read_subject(&settings.subject)?;
    let agencies = config::read_agencies(&settings.agencies)?;
    let tables = config::read_story_tables(&settings.story_tables)?;
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    batch_outcome(tell(&subject, &agencies, tables, io::stdin().lock(), &mut output))
}

/// A list of stories for people.
fn list(stories: &[StoryEvent]) -> String {
    if stories.is_empty() {
        return "No story was told yet.\n".to_owned();
    }
    let plural = |count: u32, word: &str| text::counted(count.into(), word);
    let lines = stories.iter().map(|story| {
        format!(
            "{}  {}\n    {}, {}, {}  {}\n",
            text::moment(story.last_reported),
            story.title.as_deref().unwrap_or("(without a title)"),
            plural(story.article_count, "article"),
            plural(story.origin_count, "independent origin"),
            story.languages.join(" "),
            story.story
        )
    });
    lines.collect()
}

/// Reads all of `input`, then writes where each line belongs.
fn tell(
    subject: &Subject,
    agencies: &Agencies,
    tables: StoryTables,
    input: impl BufRead,
    output: &mut impl Write,
) -> io::Result<BatchTally> {
    let mut tally = BatchTally::default();
    let mut stories = StoryIndex::new(Arc::new(tables));
    let mut texts = Texts::default();
    let mut kept = Vec::new();
    for line in input.split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        tally.lines += 1;
        kept.push(match read(subject, &line) {
            Ok((id, report)) => {
                let reasons = stories.place(&report).joined_by;
                texts.take(agencies, &id, &report);
                Kept::Report(id, report.id, reasons)
            }
            Err(error) => {
                tally.failed += 1;
                Kept::Failure(BatchAnswer::of_failure(None, &error))
            }
        });
    }
    stories.review();
    for kept in kept {
        match kept {
            Kept::Report(id, report, reasons) => {
                let story = stories.story_of(&report).unwrap_or((&*report).into());
                serde_json::to_writer(&mut *output, &texts.answer(&id, &report, &story, &reasons))?;
            }
            Kept::Failure(answer) => output.write_all(&answer.line)?,
        }
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(tally)
}

/// The texts so far, by id.
#[derive(Default)]
struct Texts {
    index: CopyIndex,
    known: HashMap<ArticleId, KnownLine>,
}

/// What is known of a line.
struct KnownLine {
    /// As it was written.
    id: Box<RawValue>,
    text: String,
    origins: Vec<Origin>,
    /// Whose text a copy of it is.
    handed_on: Vec<Origin>,
    copy_of: Option<CopyOf>,
}

impl Texts {
    /// Tells whose text the report is, and whose it repeats.
    fn take(&mut self, agencies: &Agencies, id: &RawValue, report: &Report) {
        let article = ArticleId::from_stored(&report.id);
        let text = CopyText::of(&report.text);
        let read = |article: &ArticleId, _| {
            let known = self.known.get(article)?;
            Some(EarlierText { text: known.text.clone(), origins: known.handed_on.clone() })
        };
        let copy = self.index.find(&article, &text, read);
        let mut origins = origins(agencies, &carrier(report));
        if let Some(copy) = &copy {
            inherit(&mut origins, copy, |name| is_publisher(agencies, &carrier(report), name));
        }
        let copy_of = copy.map(|copy| copy.copy_of);
        // Lines stand in their order of arrival; none is too old.
        self.index.add(&article, 1, Timestamp::UNIX_EPOCH, &text, copy_of.as_ref());
        let handed_on = handed_on(agencies, &carrier(report), &origins);
        let known = KnownLine { id: id.to_owned(), text: report.text.clone(), origins, handed_on, copy_of };
        self.known.insert(article, known);
    }

    fn answer<'t>(
        &'t self,
        id: &'t RawValue,
        report: &str,
        story: &'t str,
        reasons: &'t [StoryReason],
    ) -> StoriesAnswer<'t> {
        let known = self.known.get(&ArticleId::from_stored(report));
        let copy = known.and_then(|known| known.copy_of.as_ref());
        let copied = copy.and_then(|copy| self.known.get(&copy.article));
        StoriesAnswer {
            id,
            story,
            copy_of: copied.map(|known| &*known.id),
            share: copy.map(|copy| copy.share),
            origins: known.map_or(&[], |known| &known.origins),
            reasons,
        }
    }
}

/// What a line shows of where its text comes from.
fn carrier(report: &Report) -> Carrier<'_> {
    let host = report.url.as_ref().and_then(Url::host_str);
    Carrier { text: &report.text, host, ..Carrier::default() }
}

/// A line's id as it was written, and the report, with whom the subject finds named in it.
fn read(subject: &Subject, line: &[u8]) -> Result<(Box<RawValue>, Report), String> {
    let line: StoriesLine<'_> = serde_json::from_slice(line)
        .map_err(|error| format!("not a line with id, title and text: {error}"))?;
    let (title, text) = (line.title.unwrap_or_default(), line.text.unwrap_or_default());
    let entities = subject.judge(&title, &text, line.language.as_deref()).entities;
    let id = serde_json::from_str(line.id.get()).unwrap_or_else(|_| line.id.get().to_owned());
    let report = Report {
        id,
        title,
        text,
        language: line.language,
        published: line.published.as_deref().and_then(day),
        url: line.url.as_deref().and_then(known_url),
        entities,
    };
    Ok((line.id.to_owned(), report))
}

/// The day of a date or of an instant in RFC 3339, as it is written.
fn day(written: &str) -> Option<Date> {
    written.get(..10)?.parse().ok()
}
