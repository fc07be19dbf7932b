//! Why a command failed, for the person at the terminal, and the exit code that says so to a script.

use std::error::Error;
use std::io;
use std::iter;
use std::path::PathBuf;

use dateline_journal::JournalError;

use crate::config::ConfigError;
use crate::config::feeds::FeedChangeError;
use crate::feed_discovery::DiscoveryError;
use crate::terminal::visible_text;

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is wrong, in one or more places.
    #[error("the configuration is wrong")]
    Config(Vec<ConfigError>),
    /// A running daemon found the configuration wrong, in one or more places, and stays as it was.
    #[error("the daemon goes on as before")]
    Refused(Vec<String>),
    /// A file or standard stream failed.
    #[error("{what}")]
    Io {
        /// What was being done, with the file's name.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// The journal cannot be used.
    #[error("the journal {} cannot be used", path.display())]
    Journal {
        /// The journal's file.
        path: PathBuf,
        /// Why.
        source: JournalError,
    },
    /// What was to be restored is no copy of a journal.
    #[error("nothing was restored")]
    Copy(#[source] JournalError),
    /// Delivery to Kafka has stopped until somebody acts; everything else went on until the end.
    #[error("nothing is delivered to Kafka until you act: {0}")]
    Delivery(String),
    /// Another process is the member of the fleet that this one was to be.
    #[error("{0}")]
    Twin(String),
    /// Something else went wrong, said in full.
    #[error("{0}")]
    Other(String),
    /// The work is done, but not for every input; each was named as it failed.
    #[error("{}", if *all == 1 { "the input could not be used".to_owned() } else { format!("{failed} of {all} inputs could not be used") })]
    Partly {
        /// How many could not be used.
        failed: u64,
        /// How many there were.
        all: u64,
    },
}

impl Failure {
    /// An I/O failure of `what`.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// The process's exit code. The help text lists them.
    pub fn exit_code(&self) -> u8 {
        match self {
            // sysexits.h: EX_CONFIG
            Self::Config(_) | Self::Refused(_) => 78,
            // sysexits.h: EX_DATAERR. What passes by itself (a full or busy disk) is an ordinary failure.
            Self::Journal { source, .. } if !source.is_retryable() => 65,
            Self::Copy(_) => 65,
            // sysexits.h: EX_UNAVAILABLE. Starting again would not help; of two rivals it would stop the other.
            Self::Delivery(_) | Self::Twin(_) => 69,
            Self::Partly { .. } => 3,
            Self::Io { .. } | Self::Journal { .. } | Self::Other(_) => 1,
        }
    }

    /// The message for stderr: one line for each thing that is wrong.
    pub fn message(&self) -> String {
        visible_text(&self.full_message()).into_owned()
    }

    fn full_message(&self) -> String {
        if let Self::Config(errors) = self {
            return errors.iter().map(|error| format!("error: {error}")).collect::<Vec<_>>().join("\n");
        }
        if let Self::Refused(errors) = self {
            let errors: String = errors.iter().map(|error| format!("error: {error}\n")).collect();
            return format!("{errors}{self}");
        }
        format!("error: {}", with_causes(self))
    }

    /// A reader that has seen enough (`| head`) closed the pipe: not a failure of ours.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What an error says, and what those behind it say, each once: many an error says in its own words what its cause does.
pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = iter::successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source());
    causes.map(ToString::to_string).fold(error.to_string(), |told, cause| match told.contains(&cause) {
        true => told,
        false => format!("{told}: {cause}"),
    })
}

impl From<Vec<ConfigError>> for Failure {
    fn from(errors: Vec<ConfigError>) -> Self {
        Self::Config(errors)
    }
}

impl From<FeedChangeError> for Failure {
    fn from(error: FeedChangeError) -> Self {
        match error {
            FeedChangeError::Config(errors) => Self::Config(errors),
            FeedChangeError::Unwritable { path, source } => {
                Self::Io { what: format!("{} cannot be written", path.display()), source }
            }
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<DiscoveryError> for Failure {
    fn from(error: DiscoveryError) -> Self {
        let remedy = match error {
            DiscoveryError::None { .. } | DiscoveryError::Unanswered { .. } => {
                "; --unchecked adds it all the same"
            }
            DiscoveryError::Failing { .. } | DiscoveryError::Several { .. } => "",
        };
        Self::Other(format!("{error}{remedy}"))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(vec![error])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error that says what its cause does, as many do.
    #[derive(Debug, thiserror::Error)]
    #[error("the harbour is shut: {source}")]
    struct Shut {
        source: io::Error,
    }

    #[test]
    fn no_cause_is_told_twice() {
        let missing = || io::Error::from_raw_os_error(2);
        assert_eq!(
            with_causes(&Shut { source: missing() }),
            "the harbour is shut: No such file or directory (os error 2)"
        );
        let told = Failure::io("page.html: the page cannot be read")(missing()).message();
        assert_eq!(told, "error: page.html: the page cannot be read: No such file or directory (os error 2)");
        let folder = tempfile::tempdir().unwrap();
        let (path, file) = (folder.path().join("journal.db"), folder.path().join("file"));
        std::fs::write(&file, "").unwrap();
        let source =
            dateline_journal::Journal::open(file.join("journal.db"), Default::default()).err().unwrap();
        let told = Failure::Journal { path, source }.message();
        assert_eq!(told.matches("os error").count(), 1, "{told}");
    }
}
