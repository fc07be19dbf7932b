//! The settings that all members of a fleet share: taken from one member's configuration as files, and put in place of another's own.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use dateline_parser::Subject;
use dateline_stories::story::StoryTables;
use toml::{Table, Value};

use super::error::ConfigError;
use super::values::{SettingValues, get, put};
use super::{Config, SECRETS, Settings, agencies, document, sites, stories, subject};

/// Those settings, by full name; a section stands for all in it. Secrets, paths, addresses, and how much this machine does at once are its own.
pub(crate) const SHARED: [&str; 16] = [
    "fetch.user_agent",
    "fetch.obey_robots",
    "fetch.per_host_delay",
    "fetch.per_host_concurrency",
    "fetch.max_crawl_delay",
    "fetch.max_retry_after",
    "fetch.max_body_bytes",
    "fetch.max_redirects",
    "fetch.secret_query",
    "poll",
    "stories",
    "revisit",
    "engine.refetch_after",
    "kafka.topics",
    "kafka.max_record_bytes",
    "schemas",
];

/// The file that those settings stand in, and the settings that name files and folders, with what these are called beside it.
const TEXT: &str = "dateline.toml";
const NAMED: [(&str, &str); 4] = [
    ("subject", "subject"),
    ("sites", "sites.toml"),
    ("agencies", "agencies.tsv"),
    ("story_tables", "stories"),
];

/// Whether a subject or story tables are read from the file of this name in their folder. Whatever else lies there stays on its machine.
pub(crate) fn is_read(name: &str) -> bool {
    Subject::FILES.contains(&name) || StoryTables::FILES.contains(&name)
}

/// The texts of files, by their paths from one folder.
pub(crate) type SharedTexts = BTreeMap<String, String>;

/// What the configuration at `path` has of the settings that a fleet shares, and the files that they name.
///
/// # Errors
/// Everything that is wrong with the configuration.
pub(crate) fn texts_of(path: &Path) -> Result<SharedTexts, Vec<ConfigError>> {
    Config::load_to_replay(path)?;
    let text = document::read_settings(path).map_err(|error| vec![error])?;
    let (settings, values) = Settings::from_text(path, &text, std::env::vars_os())?;
    let mut table = Table::new();
    for name in SHARED {
        let name: Vec<&str> = name.split('.').collect();
        if let Some(value) = get(values.table(), &name) {
            put(&mut table, &name, value.clone());
        }
    }
    let mut texts = SharedTexts::new();
    let mut take = |folder: &str, files: BTreeMap<String, String>| {
        let files = files.into_iter().filter(|(name, _)| is_read(name));
        texts.extend(files.map(|(name, text)| (format!("{folder}/{name}"), text)));
    };
    take("subject", subject::files(&settings.subject, "subject")?);
    match stories::files(&settings.story_tables, false)? {
        Some(files) => take("stories", files),
        // Whose folder is missing tells none.
        None => put(&mut table, &["stories", "enabled"], Value::Boolean(false)),
    }
    texts.insert("sites.toml".to_owned(), sites::text(&settings.sites).map_err(|error| vec![error])?);
    texts.insert("agencies.tsv".to_owned(), agencies::text(&settings.agencies)?);
    texts.insert(TEXT.to_owned(), table.to_string());
    Ok(texts)
}

/// A folder with one version of what a fleet shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedFolder {
    /// The version.
    pub(crate) version: u64,
    path: PathBuf,
}

impl SharedFolder {
    /// Puts a version in a folder of its own in `parent`, whole or not at all.
    pub(crate) fn write(parent: &Path, version: u64, texts: &SharedTexts) -> io::Result<Self> {
        let parent = std::path::absolute(parent)?;
        let (path, draft) = (parent.join(version.to_string()), parent.join(format!("{version}.new")));
        for old in [&path, &draft].into_iter().filter(|old| old.exists()) {
            fs::remove_dir_all(old)?;
        }
        fs::create_dir_all(&draft)?;
        for (name, text) in texts {
            let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
            if !is_inside {
                return Err(io::Error::other(format!("{name} is no path of a file in a folder")));
            }
            let file = draft.join(name);
            fs::create_dir_all(file.parent().unwrap_or(&draft))?;
            fs::write(file, text)?;
        }
        fs::rename(&draft, &path)?;
        Ok(Self { version, path })
    }

    /// The newest that is in `parent`.
    pub(crate) fn newest(parent: &Path) -> Option<Self> {
        let parent = std::path::absolute(parent).ok()?;
        let names = fs::read_dir(&parent).ok()?.flatten().map(|entry| entry.file_name());
        let version = names.filter_map(|name| name.to_str()?.parse().ok()).max()?;
        Some(Self { version, path: parent.join(version.to_string()) })
    }

    /// Removes it.
    pub(crate) fn remove(&self) {
        // One that stays is in nobody's way.
        let _ = fs::remove_dir_all(&self.path);
    }

    /// Removes all in `parent` but `kept`.
    pub(crate) fn remove_all_but(kept: Option<&Self>, parent: &Path) {
        let kept = kept.and_then(|kept| kept.path.file_name());
        for other in fs::read_dir(parent).into_iter().flatten().flatten() {
            if kept != Some(&other.file_name()) {
                let _ = fs::remove_dir_all(other.path());
            }
        }
    }

    /// Has what is shared stand in `values` in place of what is there.
    pub(super) fn put_into(&self, values: &mut SettingValues<'_>) -> Result<(), ConfigError> {
        let path = self.path.join(TEXT);
        let text = document::read(&path)?;
        values.put_over(&SHARED, SettingValues::of_file::<Settings>(&path, &text, &SECRETS));
        for (setting, name) in NAMED {
            values.put_path(setting, &self.path.join(name));
        }
        Ok(())
    }
}

/// What differs between two versions: a line for each setting, and for each file its lines that come and go, of which some are shown.
pub(crate) fn difference(before: &SharedTexts, after: &SharedTexts) -> Vec<String> {
    /// How many lines of a file are shown.
    const MAX_SHOWN: usize = 20;
    let mut shown = Vec::new();
    let (old, new) = (settings_in(before), settings_in(after));
    for name in union(&old, &new) {
        match (old.get(name), new.get(name)) {
            (old, new) if old == new => {}
            (Some(old), Some(new)) => shown.push(format!("~ {name}: {old} becomes {new}")),
            (Some(old), None) => shown.push(format!("- {name} = {old}: the default counts")),
            (None, Some(new)) => shown.push(format!("+ {name} = {new}")),
            (None, None) => {}
        }
    }
    for name in union(before, after).filter(|name| *name != TEXT) {
        let (old, new) = (before.get(name), after.get(name));
        if old == new {
            continue;
        }
        let (gone, come) = (lines_only_in(old, new), lines_only_in(new, old));
        let sign = match (old, new) {
            (None, _) => '+',
            (_, None) => '-',
            _ => '~',
        };
        shown.push(format!("{sign} {name}: {} lines come, {} go", come.len(), gone.len()));
        if old.is_some() && new.is_some() {
            let lines = gone.iter().map(|line| format!("    - {line}"));
            let lines = lines.chain(come.iter().map(|line| format!("    + {line}")));
            shown.extend(lines.take(MAX_SHOWN));
            if let Some(more) = (gone.len() + come.len()).checked_sub(MAX_SHOWN).filter(|more| *more > 0) {
                shown.push(format!("    … and {more} more"));
            }
        }
    }
    shown
}

fn union<'m, T>(
    before: &'m BTreeMap<String, T>,
    after: &'m BTreeMap<String, T>,
) -> impl Iterator<Item = &'m String> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter()
}

/// The settings in the text of a version, each by its full name as TOML.
fn settings_in(texts: &SharedTexts) -> BTreeMap<String, String> {
    fn note(start: &str, table: &Table, into: &mut BTreeMap<String, String>) {
        for (name, value) in table {
            let name = format!("{start}{name}");
            match value {
                Value::Table(inner) => note(&format!("{name}."), inner, into),
                value => drop(into.insert(name, value.to_string())),
            }
        }
    }
    let mut settings = BTreeMap::new();
    let table: Option<Table> = texts.get(TEXT).and_then(|text| toml::from_str(text).ok());
    note("", &table.unwrap_or_default(), &mut settings);
    settings
}

/// The lines of `text` that `other` lacks, as often as it does, in their order.
fn lines_only_in<'t>(text: Option<&'t String>, other: Option<&String>) -> Vec<&'t str> {
    let mut there: BTreeMap<&str, usize> = BTreeMap::new();
    for line in other.into_iter().flat_map(|other| other.lines()) {
        *there.entry(line).or_default() += 1;
    }
    let mut lacking = Vec::new();
    for line in text.into_iter().flat_map(|text| text.lines()) {
        match there.get_mut(line) {
            Some(count) if *count > 0 => *count -= 1,
            _ => lacking.push(line),
        }
    }
    lacking
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A folder with a configuration, made of the shipped files.
    fn configured(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
        let path = folder.path().join("dateline.toml");
        let text = format!(
            "subject = '{0}/subjects/russia-dprk'\nstory_tables = '{0}/stories'\nsites = 'rules.toml'\n{text}\n\
             [fleet]\nname = 'news'\nmember = 'a'\n[kafka]\nbrokers = '127.0.0.1:9'\n",
            shipped.display()
        );
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn what_one_member_shares_stands_in_place_of_what_another_has_and_what_is_its_own_stays() {
        let (first, path) = configured(
            "source = '/first'\n[fetch]\nper_host_delay = '7s'\ntimeout = '9s'\n[poll]\nlatency = '1h'\n",
        );
        fs::write(first.path().join("rules.toml"), "[[site]]\nhost = \"a.example\"\nbody = \"article\"\n")
            .unwrap();
        let texts = texts_of(&path).unwrap();
        assert!(!texts[TEXT].contains("timeout") && !texts[TEXT].contains("source"), "{}", texts[TEXT]);

        let (second, path) = configured(
            "source = '/second'\n[fetch]\nper_host_delay = '3s'\nmax_redirects = 2\ntimeout = '8s'\n",
        );
        let folder = SharedFolder::write(&second.path().join("settings"), 4, &texts).unwrap();
        let config = Config::load_in_fleet(&path, Some(&folder)).unwrap();
        let settings = &config.settings;
        assert_eq!(settings.fetch.per_host_delay, Duration::from_secs(7));
        assert_eq!(settings.poll.latency, Duration::from_secs(3600));
        // What the fleet's don't say has its default.
        assert_eq!(settings.fetch.max_redirects, Settings::default().fetch.max_redirects);
        assert_eq!((settings.source.as_str(), settings.fetch.timeout), ("/second", Duration::from_secs(8)));
        assert_eq!(settings.sites, second.path().join("settings/4/sites.toml"));
        assert!(config.story_tables.is_some());
        // Whoever shares what it goes by changes nothing.
        assert_eq!(difference(&texts, &texts), Vec::<String>::new());
    }

    #[test]
    fn of_folders_that_files_are_read_from_goes_out_and_whatever_else_lies_there_stays() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
        for folder in ["subjects/russia-dprk", "stories"] {
            let names = fs::read_dir(shipped.join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
            let left: Vec<_> = names.filter(|name| !name.to_str().is_some_and(is_read)).collect();
            assert!(left.iter().all(|name| name == "README.md"), "{left:?}");
        }

        let (folder, path) = configured("");
        let subject = folder.path().join("own");
        fs::create_dir(&subject).unwrap();
        for entry in fs::read_dir(shipped.join("subjects/russia-dprk")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), subject.join(entry.file_name())).unwrap();
        }
        for name in ["names.tsv~", "login.txt", ".env"] {
            fs::write(subject.join(name), "hush").unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        let shipped = format!("{}/subjects/russia-dprk", shipped.display());
        fs::write(&path, text.replace(&shipped, "own")).unwrap();
        let texts = texts_of(&path).unwrap();
        assert!(texts.contains_key("subject/names.tsv"));
        assert_eq!(texts.iter().find(|(_, text)| text.contains("hush")), None);
    }

    #[test]
    fn a_version_that_this_program_cannot_use_is_told_with_its_line() {
        let (folder, path) = configured("");
        let mut texts = texts_of(&path).unwrap();
        texts.insert(TEXT.to_owned(), "[poll]\nlatency = \"1h\"\nmoon = 3\n".to_owned());
        let shared = SharedFolder::write(folder.path(), 9, &texts).unwrap();
        let errors = Config::load_in_fleet(&path, Some(&shared)).map(drop).unwrap_err();
        assert!(errors[0].to_string().contains("9/dateline.toml:3: unknown setting `moon`"), "{}", errors[0]);
    }

    #[test]
    fn the_newest_version_is_found_and_others_are_removed_and_no_file_leaves_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        assert_eq!(SharedFolder::newest(parent.path()), None);
        let texts = SharedTexts::from([("a/b".to_owned(), "c".to_owned())]);
        for version in [9, 10] {
            SharedFolder::write(parent.path(), version, &texts).unwrap();
        }
        let newest = SharedFolder::newest(parent.path()).unwrap();
        assert_eq!(newest.version, 10);
        SharedFolder::remove_all_but(Some(&newest), parent.path());
        assert!(!parent.path().join("9").exists());
        newest.remove();
        assert_eq!(SharedFolder::newest(parent.path()), None);
        for outside in ["../x", "/x"] {
            let texts = SharedTexts::from([(outside.to_owned(), String::new())]);
            assert!(SharedFolder::write(parent.path(), 1, &texts).is_err());
        }
    }

    #[test]
    fn a_difference_names_settings_and_the_lines_of_files() {
        let texts = |toml: &str, words: &str| {
            SharedTexts::from([
                (TEXT.to_owned(), toml.to_owned()),
                ("subject/words.tsv".to_owned(), words.to_owned()),
            ])
        };
        let before = texts("[poll]\nlatency = \"1h\"\nmin_interval = \"5m\"\n", "a\nb\n");
        let mut after = texts("[poll]\nlatency = \"2h\"\n[stories]\nenabled = false\n", "b\nc\nc\n");
        after.insert("sites.toml".to_owned(), "x\n".to_owned());
        assert_eq!(
            difference(&before, &after),
            [
                "~ poll.latency: \"1h\" becomes \"2h\"",
                "- poll.min_interval = \"5m\": the default counts",
                "+ stories.enabled = false",
                "+ sites.toml: 1 lines come, 0 go",
                "~ subject/words.tsv: 2 lines come, 1 go",
                "    - a",
                "    + c",
                "    + c",
            ]
        );
    }
}
