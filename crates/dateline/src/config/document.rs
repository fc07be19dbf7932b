//! A TOML file's text, and errors in it that name the line and, for a mistyped name, the one that is meant.

use std::fs;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use super::error::ConfigError;
use super::file;

/// Reads the text of the configuration file itself.
pub(super) fn read_settings(path: &Path) -> Result<String, ConfigError> {
    read(path).map_err(|error| match path.exists() {
        true => error,
        false => error.with_remedy(
            "name another with --config FILE or in DATELINE_CONFIG; unless named, ./config/dateline.toml and \
             /etc/dateline/dateline.toml are looked for. `dateline init` writes one to start from",
        ),
    })
}

/// Reads the file's text.
pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    file::read_text(path).map_err(|error| {
        let remedy = match error.kind() {
            std::io::ErrorKind::NotFound => "put it there, or name another",
            _ => file::remedy(&error),
        };
        ConfigError::in_file(path, format!("cannot be read: {error}")).with_remedy(remedy)
    })
}

/// Puts `text` in the file at `path`: whole or not at all where its folder allows that. A file that isn't there is made.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    // A link stays one.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let replaced = || {
        let draft = tempfile::NamedTempFile::new_in(path.parent()?).ok()?;
        fs::write(draft.path(), text).ok()?;
        // It may hold what is not for everybody.
        let there = fs::metadata(&path).ok()?;
        fs::set_permissions(draft.path(), there.permissions()).ok()?;
        // Root, who changes it by a command, leaves it to the daemon's user.
        let own = draft.as_file().metadata().ok()?;
        if (own.uid(), own.gid()) != (there.uid(), there.gid()) {
            chown(draft.path(), Some(there.uid()), Some(there.gid())).ok()?;
        }
        draft.as_file().sync_all().ok()?;
        draft.persist(&path).ok()
    };
    // A file that is mounted by itself cannot be replaced, only written; nor can one that is not there yet.
    if replaced().is_none() {
        fs::write(&path, text)?;
    }
    Ok(())
}

/// What whoever changes the file at `path` through the daemon can do where it cannot be written. `setting` is the one that names it.
pub(crate) fn remedy_of_unwritable(path: &Path, error: &io::Error, setting: &str) -> String {
    let by_hand = "change it by hand and `dateline reload`";
    let folder = path.parent().unwrap_or(path).display();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "Nothing is changed; make room on its disk and try again".to_owned()
        }
        // A service of ours sees /etc as it is, and no more (`ProtectSystem=strict`), and its user owns nothing there.
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => format!(
            "Nothing is changed; {by_hand}. For changes from here give the file to the daemon's user in its data folder and name it there \
             (`{setting}` in dateline.toml), or let that user write it where it is: under systemd that takes ReadWritePaths={folder} as \
             well (`systemctl edit dateline`)"
        ),
        _ => format!("Nothing is changed; {by_hand}"),
    }
}

/// What is wrong with `text`, the content of the file at `path`, and on which line.
pub(super) fn located(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let (what, remedy) = match (error.message(), error.span().and_then(|span| text.get(span))) {
        ("duplicate key", Some(key)) => (
            format!("`{}` stands here for a second time", key.trim()),
            Some("remove one of the two".to_owned()),
        ),
        _ => explain(error),
    };
    let mut located = match error.span() {
        Some(span) => ConfigError::at_line(path, line_of(text, &span), what),
        None => ConfigError::in_file(path, what),
    };
    located.remedy = remedy;
    located
}

/// The line, from 1, on which `span` starts.
pub(super) fn line_of(text: &str, span: &Range<usize>) -> usize {
    text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count() + 1
}

/// What a TOML error says, and what is meant where the names that serde lists let us tell.
///
/// serde words an unknown name as "unknown field `x`, expected one of `a`, `b`" (`serde::de::Error::unknown_field`).
pub(super) fn explain(error: &toml::de::Error) -> (String, Option<String>) {
    let message = error.message();
    let unknown = ["unknown field `", "unknown variant `"]
        .into_iter()
        .find_map(|start| message.strip_prefix(start)?.split_once('`'));
    let Some((name, rest)) = unknown else {
        return (message.replace('\n', ": "), None);
    };
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let kind = if message.starts_with("unknown field") { "setting" } else { "value" };
    let remedy = match closest(name, &known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("known here: {}", known.join(", ")),
    };
    (format!("unknown {kind} `{name}`"), Some(remedy))
}

/// The known name that `name` most likely stands for, if one is near.
pub(super) fn closest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    /// Below this two names share letters by chance. By trial: `timout`/`timeout` .97, `listen`/`timeout` .53.
    const NEAR: f64 = 0.8;
    known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), *candidate))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Sample {
        timeout: String,
        listen: u16,
    }

    fn error_of(text: &str) -> String {
        let error = toml::from_str::<Sample>(text).unwrap_err();
        located(Path::new("a.toml"), text, &error).to_string()
    }

    #[test]
    fn a_mistyped_name_is_found_with_its_line_and_what_is_meant() {
        assert_eq!(
            error_of("# a comment\ntimout = '5s'\nlisten = 1\n"),
            "a.toml:2: unknown setting `timout`; did you mean `timeout`?"
        );
    }

    #[test]
    fn a_strange_name_lists_what_is_known() {
        assert_eq!(error_of("zzz = 1\n"), "a.toml:1: unknown setting `zzz`; known here: timeout, listen");
    }

    #[test]
    fn a_value_of_the_wrong_type_names_its_line() {
        assert_eq!(
            error_of("timeout = '5s'\n\nlisten = 'x'\n"),
            "a.toml:3: invalid type: string \"x\", expected u16"
        );
    }

    #[test]
    fn a_key_that_stands_there_twice_is_named() {
        assert_eq!(
            error_of("timeout = '5s'\nlisten = 1\ntimeout = '6s'\n"),
            "a.toml:3: `timeout` stands here for a second time; remove one of the two"
        );
    }

    #[test]
    fn broken_syntax_names_its_line() {
        assert!(error_of("timeout = '5s'\nlisten = = 3\n").starts_with("a.toml:2: "));
    }

    #[test]
    fn a_file_that_the_daemon_may_not_write_says_what_lets_it() {
        let remedy = |kind: ErrorKind| {
            remedy_of_unwritable(Path::new("/etc/dateline/feeds.toml"), &io::Error::from(kind), "feeds")
        };
        for kind in [ErrorKind::ReadOnlyFilesystem, ErrorKind::PermissionDenied] {
            let told = remedy(kind);
            for way in [
                "Nothing is changed",
                "`dateline reload`",
                "`feeds` in dateline.toml",
                "ReadWritePaths=/etc/dateline ",
            ] {
                assert!(told.contains(way), "{told}");
            }
        }
        assert!(!remedy(ErrorKind::StorageFull).contains("systemd"));
    }

    #[test]
    fn a_missing_file_says_how_to_name_another() {
        let error = read_settings(Path::new("/nonexistent/dateline.toml")).unwrap_err().to_string();
        assert!(error.starts_with("/nonexistent/dateline.toml: cannot be read: "), "{error}");
        for way in ["--config FILE", "./config/dateline.toml", "/etc/dateline/dateline.toml", "dateline init"]
        {
            assert!(error.contains(way), "{error}");
        }
    }
}
