//! The note beside a journal about the daemon that has it: who it is, where its API is, and how it ended. `dateline status`
//! finds a running daemon by it, whatever environment that was started in, and says since when there is none.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use dateline_journal::{LockHolder, file_identity, writer_of};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::Settings;

/// The name of the file in `data_dir`.
const FILE: &str = "daemon.json";

/// One run of a daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunRecord {
    /// The version of the program.
    pub version: String,
    /// The number of its process.
    pub process: u32,
    /// The name of its machine.
    pub host: String,
    /// The address of its API.
    pub api: String,
    /// The file of its journal there; empty in the note of an older version.
    #[serde(default)]
    pub journal_file: PathBuf,
    /// The configuration file there that it reads; empty in the note of an older version, and where it has none.
    #[serde(default)]
    pub config_file: PathBuf,
    /// When it started.
    pub started: Timestamp,
    /// When it stopped in order; absent while it runs, and where it was killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Timestamp>,
    /// What it stopped for, where it wasn't asked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl RunRecord {
    /// This process, whose API is at `api`, and which has the journal in the file `journal`.
    pub fn of_this_process(api: String, journal: &Path) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            process: std::process::id(),
            host: Self::this_machine(),
            api,
            journal_file: journal.canonicalize().unwrap_or_else(|_| journal.to_owned()),
            config_file: PathBuf::new(),
            started: Timestamp::now(),
            stopped: None,
            failure: None,
        }
    }

    /// The name of this machine; empty where the system doesn't say it.
    pub(crate) fn this_machine() -> String {
        fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
    }

    /// The same, which reads the configuration file at `path`.
    #[must_use]
    pub fn with_config(mut self, path: &Path) -> Self {
        self.config_file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self
    }

    /// The configuration file that it reads, where that is there and another than the one at `path`.
    fn other_config(&self, path: &Path) -> Option<&Path> {
        let (theirs, ours) = (self.config_file.metadata().ok()?, path.metadata().ok()?);
        let is_same = file_identity(&theirs) == file_identity(&ours)
            || path.canonicalize().is_ok_and(|path| path == self.config_file);
        (!is_same).then_some(&self.config_file)
    }

    /// The same, stopped now.
    #[must_use]
    pub fn ended(mut self, failure: Option<String>) -> Self {
        self.stopped = Some(Timestamp::now());
        self.failure = failure;
        self
    }

    /// Whether it goes on: whether its process has the journal at `journal` now. That is told by the journal's lock, which the system lets
    /// go of with the process, and not by the number of the process, which another may have by now: in containers it is 1 as a rule.
    pub fn goes_on(&self, journal: &Path) -> bool {
        self.stopped.is_none() && writer_of(journal).is_some_and(|writer| self.is(&writer))
    }

    /// Whether it is who the lock of a journal names.
    pub fn is(&self, writer: &LockHolder) -> bool {
        *writer == LockHolder::Unknown || *writer == LockHolder::of(self.process, &self.host)
    }

    /// Writes it into `folder`, whole or not at all. On a full disk it takes the place of the one that is there, which has room for it: a
    /// disk gives that out in blocks.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(self)?;
        let draft = || {
            let draft = tempfile::NamedTempFile::new_in(folder)?;
            fs::write(draft.path(), &json)?;
            draft.persist(path(folder)).map_err(|error| error.error)?;
            Ok(())
        };
        match draft() {
            Err::<(), io::Error>(error)
                if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) =>
            {
                let mut file = fs::OpenOptions::new().write(true).open(path(folder))?;
                file.write_all(&json)?;
                file.set_len(json.len() as u64)
            }
            written => written,
        }
    }

    /// That of the last daemon in `folder`, if there is one that can be read.
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path(folder)).ok()?).ok()
    }

    /// That of the last daemon of `settings` whose journal is gone. Whoever removed the file to begin anew knows; whoever didn't has
    /// to be told.
    pub fn of_lost_journal(settings: &Settings) -> Option<Self> {
        let is_lost = settings.journal_path().symlink_metadata().is_err();
        Self::read(&settings.data_dir).filter(|_| is_lost)
    }

    /// That of the daemon that has the journal of `settings`, if one has it.
    pub fn in_use(settings: &Settings) -> Option<Self> {
        Self::read(&settings.data_dir).filter(|run| run.goes_on(&settings.journal_path()))
    }

    /// The configuration file that the daemon with the journal of `settings` reads, where that is another than the one at `config`.
    pub fn other_config_in_use(settings: &Settings, config: &Path) -> Option<PathBuf> {
        Self::in_use(settings)?.other_config(config).map(Path::to_owned)
    }

    /// Where the daemon that has the journal of `settings` has its API, if one has it.
    pub fn api_in_use(settings: &Settings) -> Option<Url> {
        Self::in_use(settings)?.api.parse().ok()
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

#[cfg(test)]
mod tests {
    use dateline_journal::{Journal, Options};

    use super::*;

    #[test]
    fn what_a_daemon_notes_of_itself_can_be_read_when_it_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("journal.db");
        assert_eq!(RunRecord::read(folder.path()), None);
        let running = RunRecord::of_this_process("http://127.0.0.1:1".into(), &journal);
        running.write(folder.path()).expect("it can be written");
        let ended = running.ended(Some("the disk broke".into()));
        ended.write(folder.path()).expect("it can be written");
        assert_eq!(RunRecord::read(folder.path()).expect("it is there"), ended);
    }

    #[test]
    fn a_daemon_goes_on_while_it_has_its_journal_whoever_has_the_number_of_its_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("journal.db");
        // This process is there all the time.
        let running = RunRecord::of_this_process("http://127.0.0.1:1".into(), &journal);
        assert!(!running.goes_on(&journal));
        let open = Journal::open(&journal, Options::default()).expect("a journal");
        assert!(running.goes_on(&journal));
        assert!(!running.clone().ended(None).goes_on(&journal));
        let other = RunRecord { process: running.process + 1, ..running.clone() };
        assert!(!other.goes_on(&journal), "another process has it");
        drop(open);
        assert!(!running.goes_on(&journal));
    }
}
