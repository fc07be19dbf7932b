//! `dateline export`: articles or stories as a file for other tools.

use std::io::{self, BufWriter, Write};

use clap::{Args, ValueEnum};
use dateline_journal::{EventFilter, JournalError, JournalReader};

use super::config_file::ConfigFile;
use super::filter::FilterArguments;
use super::{shown_journal, warn_of_gap};
use crate::api::write_article;
use crate::failure::Failure;
use crate::table::{ARTICLE_COLUMNS, STORY_COLUMNS, article_cells, story_cells, write_row};

/// How many articles or stories are held at once, and how many bytes of articles.
const PAGE: usize = 500;
const MAX_PAGE_BYTES: usize = 8 << 20;

/// Write articles or stories to standard output for other tools, daemon running or not: JSON lines, or CSV for spreadsheets.
///
/// The newest come first, one a line or row, as each is now.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// What to write.
    #[arg(value_enum, default_value_t = ExportSubject::Articles)]
    subject: ExportSubject,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = ExportFormat::Jsonl)]
    format: ExportFormat,
    /// Begin CSV with a byte order mark, without which Excel takes UTF-8 for something else.
    #[arg(long)]
    bom: bool,
    /// Only what has these words in title or text, as `dateline search` takes them.
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    #[command(flatten)]
    which: FilterArguments,
    /// The configuration that names the journal.
    #[command(flatten)]
    config: ConfigFile,
}

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportSubject {
    /// Articles in their latest revision.
    Articles,
    /// Stories that have not ended in another, as they were told last.
    Stories,
}

/// How it can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// A JSON object a line, as the API gives it.
    Jsonl,
    /// A table for spreadsheets.
    Csv,
}

/// Runs the command.
///
/// # Errors
/// If the options mean nothing, the journal cannot be read, or standard output fails.
pub fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let filter = arguments.which.filter(arguments.search.as_deref())?;
    let path = shown_journal(&arguments.config.settings_to_look(&["data_dir"])?)?;
    let failed = |source| Failure::Journal { path: path.clone(), source };
    let journal = JournalReader::open(&path).map_err(failed)?;
    warn_of_gap(journal.search_gap().map_err(failed)?);
    let output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut export = Export { journal, filter, format: arguments.format, output };
    let written = match arguments.subject {
        ExportSubject::Articles => {
            export.begin(arguments.bom, &ARTICLE_COLUMNS).and_then(|()| export.articles())
        }
        ExportSubject::Stories => export.begin(arguments.bom, &STORY_COLUMNS).and_then(|()| export.stories()),
    };
    written.and_then(|()| export.output.flush().map_err(ExportFailure::from)).map_err(|error| match error {
        ExportFailure::Journal(source) => failed(source),
        ExportFailure::Output(error) => Failure::io("standard output")(error),
    })
}

/// Why an export ends before its end.
enum ExportFailure {
    Journal(JournalError),
    Output(io::Error),
}

impl From<JournalError> for ExportFailure {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<io::Error> for ExportFailure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn unreadable(error: serde_json::Error) -> ExportFailure {
    JournalError::json("what is stored could not be read")(error).into()
}

struct Export<W> {
    journal: JournalReader,
    filter: EventFilter,
    format: ExportFormat,
    output: W,
}

impl<W: Write> Export<W> {
    fn begin(&mut self, bom: bool, columns: &[&str]) -> Result<(), ExportFailure> {
        if self.format == ExportFormat::Csv {
            if bom {
                self.output.write_all("\u{feff}".as_bytes())?;
            }
            write_row(columns.iter().copied(), &mut self.output)?;
        }
        Ok(())
    }

    fn articles(&mut self) -> Result<(), ExportFailure> {
        let mut cursor = None;
        let mut line = String::new();
        loop {
            let page = self.journal.articles(&self.filter, cursor, PAGE, MAX_PAGE_BYTES)?;
            for article in &page.articles {
                match self.format {
                    ExportFormat::Jsonl => {
                        line.clear();
                        write_article(article, &mut line).map_err(unreadable)?;
                        line.push('\n');
                        self.output.write_all(line.as_bytes())?;
                    }
                    ExportFormat::Csv => {
                        let cells = article_cells(article).map_err(unreadable)?;
                        write_row(cells.iter().map(String::as_str), &mut self.output)?;
                    }
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    fn stories(&mut self) -> Result<(), ExportFailure> {
        let mut cursor = None;
        loop {
            let (stories, next) = self.journal.story_page(&self.filter, cursor.as_ref(), PAGE)?;
            for story in &stories {
                match self.format {
                    ExportFormat::Jsonl => {
                        let line = serde_json::to_string(story).map_err(unreadable)?;
                        writeln!(self.output, "{line}")?;
                    }
                    ExportFormat::Csv => {
                        write_row(story_cells(story).iter().map(String::as_str), &mut self.output)?;
                    }
                }
            }
            cursor = next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}
