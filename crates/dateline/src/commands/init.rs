//! `dateline init`: a configuration to start from.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::print_text;
use crate::failure::Failure;
use crate::shipped;

/// Write a commented configuration to start from: settings, feeds, rules for single sites, agencies, story tables, the subject.
///
/// No file that is there is touched. `dateline run` finds the configuration in ./config by itself.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The folder to write to; it is made if it is missing.
    #[arg(value_name = "FOLDER", default_value = "config")]
    folder: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// If one of the files is there already, before any is written; or if one cannot be written.
pub fn run(arguments: &InitArguments) -> Result<(), Failure> {
    let folder = &arguments.folder;
    if folder.exists() && !folder.is_dir() {
        return Err(Failure::Other(format!(
            "{} is no folder, and one is wanted: name another",
            folder.display()
        )));
    }
    let files = || shipped::SETTINGS.iter().chain(shipped::STORY_TABLES).chain(shipped::SUBJECT);
    let there: Vec<String> = files()
        .map(|file| folder.join(file.path))
        .filter(|path| path.exists())
        .map(|path| path.display().to_string())
        .collect();
    if !there.is_empty() {
        return Err(Failure::Other(format!(
            "nothing was written, since these are there already: {}. Name another folder, or remove them",
            there.join(", ")
        )));
    }
    std::fs::create_dir_all(folder)
        .map_err(Failure::io(format!("the folder {} cannot be made; name another", folder.display())))?;
    for file in files() {
        file.write_in(folder).map_err(|(path, error)| unwritten(&path, error))?;
    }
    print_text(&told(folder))
}

fn unwritten(path: &Path, error: io::Error) -> Failure {
    Failure::io(format!("{} cannot be written", path.display()))(error)
}

fn told(folder: &Path) -> String {
    let settings = folder.join("dateline.toml");
    // What is found without being named need not be named.
    let option = match folder == Path::new("config") || folder == Path::new("/etc/dateline") {
        true => String::new(),
        false => format!(" --config {}", settings.display()),
    };
    format!(
        "\
Written to {folder}:

  dateline.toml  every setting, with its default and what it means
  feeds.toml     the feeds to ask
  sites.toml     rules for single sites; none is needed
  agencies.tsv   agencies and papers whose texts others carry
  stories        the tables by which reports of one happening are told
  subjects/      the subject that articles are judged by

Next:

  1. In {settings}, set `user_agent` in [fetch], so that sites can reach you.
  2. dateline check{option}        says whether the configuration is right
  3. dateline feed check{option}   asks each feed once
  4. dateline run{option}
",
        folder = folder.display(),
        settings = settings.display(),
    )
}
