//! `dateline judge`: texts against the subject.

use std::io::{self, BufWriter};

use clap::Args;
use dateline_parser::Subject;
use dateline_wire::{ArticleTopic, Entity, Label, Reason};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::config_file::ConfigFile;
use super::{all_cores, batch_outcome};
use crate::batch::{self, BatchAnswer};
use crate::config::{self, Settings};
use crate::failure::Failure;

/// Judge texts against the subject.
#[derive(Debug, Args)]
pub struct JudgeArguments {
    /// Read lines {"id","title","text"} from standard input and write a line
    /// {"id","relevant","label","score","reasons","entities"} for each, in the same order, on all cores. "language", where given,
    /// is believed. A line that is none gives {"error"} and, at the end, exit code 3.
    #[arg(long, required = true)]
    batch: bool,
    /// Where the subject is configured.
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Deserialize)]
struct JudgeLine<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    language: Option<String>,
}

#[derive(Serialize)]
struct JudgeAnswer<'l> {
    id: &'l RawValue,
    /// Whether it would be published.
    relevant: bool,
    label: Label,
    score: Option<f64>,
    reasons: &'l [Reason],
    entities: &'l [Entity],
    topics: &'l [ArticleTopic],
}

/// Runs the command.
///
/// # Errors
/// If the subject cannot be read, or standard input or output fails.
pub fn run(arguments: &JudgeArguments) -> Result<(), Failure> {
    let settings = Settings::load(&arguments.config.path)?;
    let subject = config::read_subject(&settings.subject)?;
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    batch_outcome(batch::run(io::BufReader::new(io::stdin()), &mut output, all_cores(), |line| {
        answer(&subject, line)
    }))
}

fn answer(subject: &Subject, line: &[u8]) -> BatchAnswer {
    let line: JudgeLine<'_> = match serde_json::from_slice(line) {
        Ok(line) => line,
        Err(error) => {
            return BatchAnswer::of_failure(None, &format!("not a line with id, title and text: {error}"));
        }
    };
    let judgement = subject.judge(
        line.title.as_deref().unwrap_or_default(),
        line.text.as_deref().unwrap_or_default(),
        line.language.as_deref(),
    );
    let answer = JudgeAnswer {
        id: line.id,
        relevant: subject.publishes(judgement.relevance.label),
        label: judgement.relevance.label,
        score: judgement.relevance.score,
        reasons: &judgement.relevance.reasons,
        entities: &judgement.entities,
        topics: &judgement.topics,
    };
    match serde_json::to_vec(&answer) {
        Ok(line) => BatchAnswer { line, failed: false },
        Err(error) => BatchAnswer::of_failure(Some(line.id), &error.to_string()),
    }
}
