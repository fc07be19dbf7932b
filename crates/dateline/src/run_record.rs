//! The note beside a journal about the daemon that has it: who it is, where its API is, and how it ended. `dateline status`
//! finds a running daemon by it, whatever environment that was started in, and says since when there is none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

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
    /// This process, whose API is at `api`.
    pub fn of_this_process(api: String) -> Self {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            process: std::process::id(),
            host: host.trim().to_owned(),
            api,
            started: Timestamp::now(),
            stopped: None,
            failure: None,
        }
    }

    /// The same, stopped now.
    #[must_use]
    pub fn ended(mut self, failure: Option<String>) -> Self {
        self.stopped = Some(Timestamp::now());
        self.failure = failure;
        self
    }

    /// Whether its process is there, as far as this machine can tell.
    pub fn is_there(&self) -> bool {
        self.stopped.is_none()
            && self.host == Self::of_this_process(String::new()).host
            && Path::new("/proc").join(self.process.to_string()).exists()
    }

    /// Writes it into `folder`, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(self)?;
        let draft = tempfile::NamedTempFile::new_in(folder)?;
        fs::write(draft.path(), json)?;
        draft.persist(path(folder)).map_err(|error| error.error)?;
        Ok(())
    }

    /// That of the last daemon in `folder`, if there is one that can be read.
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path(folder)).ok()?).ok()
    }

    /// Where the daemon that runs in `folder` has its API, if one runs.
    pub fn api_in_use(folder: &Path) -> Option<Url> {
        Self::read(folder).filter(Self::is_there)?.api.parse().ok()
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_daemon_notes_of_itself_can_be_read_when_it_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(RunRecord::read(folder.path()), None);
        let running = RunRecord::of_this_process("http://127.0.0.1:1".into());
        running.write(folder.path()).expect("it can be written");
        assert!(RunRecord::read(folder.path()).expect("it is there").is_there());
        let ended = running.ended(Some("the disk broke".into()));
        ended.write(folder.path()).expect("it can be written");
        let read = RunRecord::read(folder.path()).expect("it is there");
        assert_eq!(read, ended);
        assert!(!read.is_there());
    }
}
