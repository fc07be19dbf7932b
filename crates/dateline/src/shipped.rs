//! The files that come with the program, in it: an installed one has no `config/` beside it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

/// A file of the shipped configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShippedFile {
    /// Its path in the configuration's folder.
    pub(crate) path: &'static str,
    /// What it says.
    pub(crate) text: &'static str,
}

macro_rules! shipped {
    ($($path:literal,)*) => {
        &[$(ShippedFile { path: $path, text: include_str!(concat!("../../../config/", $path)) },)*]
    };
}

/// The settings, the feeds, the rules for single sites and the table of agencies.
pub(crate) const SETTINGS: &[ShippedFile] =
    shipped!["dateline.toml", "feeds.toml", "sites.toml", "agencies.tsv",];

/// What stories are told by, where the settings' defaults look for it.
pub(crate) const STORY_TABLES: &[ShippedFile] = shipped![
    "stories/frequencies.tsv",
    "stories/numerals.tsv",
    "stories/stopwords.txt",
    "stories/weights.tsv",
    "stories/words.tsv",
];

/// The subject, where the settings' defaults look for it.
pub(crate) const SUBJECT: &[ShippedFile] = shipped![
    "subjects/russia-dprk/README.md",
    "subjects/russia-dprk/gazetteer.tsv",
    "subjects/russia-dprk/names.tsv",
    "subjects/russia-dprk/signs.tsv",
    "subjects/russia-dprk/subject.toml",
    "subjects/russia-dprk/weights.tsv",
    "subjects/russia-dprk/words.tsv",
];

impl ShippedFile {
    /// Writes it where it belongs in `folder`, making the folders on the way. A file that is there already stays as it is, and
    /// is an error.
    ///
    /// # Errors
    /// If it is there or cannot be written; its path is given with the error.
    pub(crate) fn write_in(self, folder: &Path) -> Result<PathBuf, (PathBuf, io::Error)> {
        let path = folder.join(self.path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            let mut file = fs::File::options().write(true).create_new(true).open(&path)?;
            file.write_all(self.text.as_bytes())
        });
        match written {
            Ok(()) => Ok(path),
            Err(error) => Err((path, error)),
        }
    }
}

/// The recorded day of the demonstration.
pub(crate) mod day {
    use super::*;

    /// The settings that it was recorded under.
    pub(crate) const SETTINGS: &str = include_str!("../../../tests/fixtures/day/dateline.toml");
    /// Its agencies.
    pub(crate) const AGENCIES: &str = include_str!("../../../tests/fixtures/day/agencies.tsv");
    /// Its feeds.
    pub(crate) const FEEDS: &str = include_str!("../../../tests/fixtures/day/feeds.toml");
    /// Its exchanges, as one WARC file, compressed as a whole (see `build.rs`).
    const RECORDING: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/day.warc.gz"));

    /// Writes the recording to a file at `path`, decompressed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_recording(path: &Path) -> io::Result<()> {
        let mut recording = Vec::new();
        GzDecoder::new(RECORDING).read_to_end(&mut recording)?;
        fs::write(path, recording)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn files_in(folder: &Path, below: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(folder.join(below)).unwrap().map(|entry| entry.unwrap());
        let paths = entries.map(|entry| format!("{below}{}", entry.file_name().to_string_lossy()));
        paths.filter(|path| folder.join(path).is_file()).collect()
    }

    #[test]
    fn every_file_of_the_shipped_configuration_is_in_the_program() {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
        let folders = ["", "stories/", "subjects/russia-dprk/"];
        let there: BTreeSet<String> =
            folders.into_iter().flat_map(|folder| files_in(&config, folder)).collect();
        let shipped: BTreeSet<String> =
            SETTINGS.iter().chain(STORY_TABLES).chain(SUBJECT).map(|file| file.path.to_owned()).collect();
        assert_eq!(shipped, there, "name it in shipped.rs");
    }

    #[test]
    fn a_file_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = ShippedFile { path: "a/b.toml", text: "new" };
        let path = file.write_in(folder.path()).unwrap();
        fs::write(&path, "mine").unwrap();
        let (named, error) = file.write_in(folder.path()).unwrap_err();
        assert_eq!((named, error.kind()), (path.clone(), io::ErrorKind::AlreadyExists));
        assert_eq!(fs::read_to_string(path).unwrap(), "mine");
    }
}
