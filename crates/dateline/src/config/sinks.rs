//! `[[webhook]]` and `[[file]]` tables of the configuration file: ways out beside Kafka, each any number of times.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use dateline_journal::{EventFilter, SinkId, SinkStart, kind_of_file};
use dateline_sinks::{FileSettings, SigningKeys, WebhookSettings};
use toml::Table;
use toml::de::DeTable;
use url::Url;

use super::error::ConfigError;
use super::file;
use super::own_files::OwnFiles;
use super::secret_source::{self, SecretAccess};
use super::table::{FileReader, Value};
use super::{Purpose, document, machine, size};

/// The names of the tables that stand beside settings.
pub(super) const TABLES: [&str; 2] = ["webhook", "file"];
/// The longest name of a sink, in bytes: it is a label of metrics.
const MAX_NAME_BYTES: usize = 64;

/// Ways out beside Kafka, as they are configured.
#[derive(Debug, Clone, Default)]
pub struct Sinks {
    /// What is posted to whom.
    pub webhooks: Vec<WebhookSettings>,
    /// What is written to which files.
    pub files: Vec<FileSettings>,
}

impl Sinks {
    /// The ids that the journal knows them by.
    pub fn ids(&self) -> Vec<SinkId> {
        let webhooks = self.webhooks.iter().map(WebhookSettings::id);
        webhooks.chain(self.files.iter().map(FileSettings::id)).collect()
    }
}

/// The tables in `text`, the content of the configuration file at `path`.
///
/// # Errors
/// Everything that is wrong with them, with the secrets that they name unless these are left alone, with files that are the daemon's own,
/// and, for a run, with the places on this machine that they write to.
pub(super) fn parse(
    path: &Path,
    text: &str,
    secrets: SecretAccess,
    purpose: Purpose,
    own_files: &OwnFiles,
) -> Result<Sinks, Vec<ConfigError>> {
    let root = DeTable::parse(text).map_err(|error| vec![document::located(path, text, &error)])?;
    let mut file = FileReader::new(path, text);
    let mut sinks = Sinks::default();
    let (mut names, mut paths) = (HashMap::new(), HashMap::new());
    for (name, value) in root.get_ref() {
        match name.get_ref().as_ref() {
            "webhook" => {
                for (span, table) in file.tables("webhook", value) {
                    sinks.webhooks.extend(webhook(&mut file, &span, table, secrets, &mut names));
                }
            }
            "file" => {
                for (span, table) in file.tables("file", value) {
                    let taken = (&mut names, &mut paths);
                    sinks.files.extend(file_sink(&mut file, &span, table, (purpose, own_files), taken));
                }
            }
            _ => {}
        }
    }
    match file.into_errors() {
        errors if errors.is_empty() => Ok(sinks),
        errors => Err(errors),
    }
}

/// Puts the tables in `text` beside the settings in `table`, to tell whether another reading changes them.
pub(super) fn add_tables(text: &str, table: &mut Table) {
    // Whatever is wrong with it was told before.
    let all: Table = toml::from_str(text).unwrap_or_default();
    table.extend(all.into_iter().filter(|(name, _)| TABLES.contains(&name.as_str())));
}

/// The names that are taken, by kind and name, with the line.
type Names = HashMap<String, usize>;

fn webhook(
    file: &mut FileReader<'_>,
    span: &Range<usize>,
    table: &DeTable<'_>,
    secrets: SecretAccess,
    names: &mut Names,
) -> Option<WebhookSettings> {
    const KNOWN: [&str; 7] = ["filter", "from", "give_up_after", "name", "secret", "timeout", "url"];
    let (mut name, mut url, mut keys) = (None, None, None);
    let mut has = [false; 3];
    let (mut filter, mut start) = (EventFilter::default(), SinkStart::default());
    let (mut timeout, mut give_up_after) = (WebhookSettings::TIMEOUT, WebhookSettings::GIVE_UP_AFTER);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => {
                has[0] = true;
                name = sink_name(file, "webhook", value, names);
            }
            "url" => {
                has[1] = true;
                url = address(file, value, secrets);
            }
            "secret" => {
                has[2] = true;
                keys = signing_keys(file, value, secrets);
            }
            "filter" => filter = event_filter(file, value),
            "from" => start = sink_start(file, value),
            "timeout" => {
                timeout = file.duration("timeout", value, "a duration such as 20s").unwrap_or(timeout)
            }
            "give_up_after" => {
                give_up_after =
                    file.duration("give_up_after", value, "a duration such as 72h").unwrap_or(give_up_after);
            }
            other => file.unknown(&key.span(), other, &KNOWN),
        }
    }
    let needed = [
        ("name", "call it, as in name = \"desk\""),
        ("url", "say where events are posted, as in url = \"https://desk.example/hooks/dateline\""),
        ("secret", "say where its secret is, as in secret = { env = \"DESK_WEBHOOK_SECRET\" }"),
    ];
    for ((setting, remedy), _) in needed.into_iter().zip(has).filter(|(_, has)| !has) {
        file.wrong(span, format!("a webhook without `{setting}`"), remedy);
    }
    Some(WebhookSettings { name: name?, url: url?, keys: keys?, filter, start, timeout, give_up_after })
}

/// A `[[file]]` table.
fn file_sink(
    file: &mut FileReader<'_>,
    span: &Range<usize>,
    table: &DeTable<'_>,
    surroundings: (Purpose, &OwnFiles),
    (names, paths): (&mut Names, &mut HashMap<PathBuf, usize>),
) -> Option<FileSettings> {
    const KNOWN: [&str; 6] = ["filter", "from", "max_age", "max_bytes", "name", "path"];
    let (mut name, mut path) = (None, None);
    let mut has = [false; 2];
    let (mut filter, mut start) = (EventFilter::default(), SinkStart::default());
    let (mut max_bytes, mut max_age) = (FileSettings::MAX_BYTES, FileSettings::MAX_AGE);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => {
                has[0] = true;
                name = sink_name(file, "file", value, names);
            }
            "path" => {
                has[1] = true;
                path = file_path(file, value, surroundings, paths);
            }
            "filter" => filter = event_filter(file, value),
            "from" => start = sink_start(file, value),
            "max_bytes" => {
                let number = value.get_ref().as_integer();
                let bytes =
                    number.and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok());
                match bytes.or_else(|| size::parse(value.get_ref().as_str()?)).filter(|bytes| *bytes > 0) {
                    Some(bytes) => max_bytes = bytes,
                    None => {
                        let expected = format!("{}, 1 or more, such as 268435456", size::EXPECTED);
                        file.unexpected("max_bytes", value, &expected);
                    }
                }
            }
            "max_age" => {
                max_age = file.duration("max_age", value, "a duration such as 24h").unwrap_or(max_age)
            }
            other => file.unknown(&key.span(), other, &KNOWN),
        }
    }
    let needed = [
        ("name", "call it, as in name = \"archive\""),
        ("path", "say where it is, as in path = \"events/events.ndjson\""),
    ];
    for ((setting, remedy), _) in needed.into_iter().zip(has).filter(|(_, has)| !has) {
        file.wrong(span, format!("a file without `{setting}`"), remedy);
    }
    Some(FileSettings { name: name?, path: path?, filter, start, max_bytes, max_age })
}

/// A path, which starts at the folder of the configuration, and which no other sink has.
fn file_path(
    reader: &mut FileReader<'_>,
    value: &Value<'_>,
    (purpose, own_files): (Purpose, &OwnFiles),
    paths: &mut HashMap<PathBuf, usize>,
) -> Option<PathBuf> {
    let is_file =
        |text: &&str| !text.trim().is_empty() && !text.ends_with('/') && !text.contains(char::is_control);
    let text = value.get_ref().as_str().filter(is_file);
    let Some(text) = text else {
        reader.unexpected("path", value, "the path of a file");
        return None;
    };
    if file::begins_at_home(text) {
        reader.wrong(&value.span(), format!("`path` is {text:?}"), file::HOME_EXPECTED);
        return None;
    }
    let folder = reader.path().parent();
    let path = folder.map_or_else(|| PathBuf::from(text), |folder| folder.join(text));
    if let Ok(found) = path.metadata()
        && !found.is_file()
    {
        let what = kind_of_file(found.file_type());
        reader.unexpected("path", value, &format!("the path of a file, and this is {what}"));
        return None;
    }
    let folder = path.ancestors().skip(1).find(|ancestor| ancestor.exists());
    if folder.is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        reader.unexpected("path", value, "the path of a file, in a folder that is there or can be made");
        return None;
    }
    if own_files.has(&path) {
        let what = format!("`path` is {text:?}, which the daemon has for itself");
        reader.wrong(&value.span(), what, "expected a file for events alone");
        return None;
    }
    if purpose.is_daemon()
        && let Some(why) = machine::cannot_write(&path)
    {
        reader.unexpected("path", value, &why);
        return None;
    }
    if let Some(first) = paths.insert(path.clone(), reader.line(&value.span())) {
        let what = format!("`path` is {text:?}, and so is that of the one in line {first}");
        reader.wrong(&value.span(), what, "give each a file of its own");
        return None;
    }
    Some(path)
}

fn sink_name(file: &mut FileReader<'_>, kind: &str, value: &Value<'_>, names: &mut Names) -> Option<String> {
    let is_name = |text: &&str| {
        (1..=MAX_NAME_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let Some(name) = value.get_ref().as_str().filter(is_name) else {
        let expected = format!("1 to {MAX_NAME_BYTES} of the characters a-z A-Z 0-9 - _");
        file.unexpected("name", value, &expected);
        return None;
    };
    let line = file.line(&value.span());
    if let Some(first) = names.insert(format!("{kind}/{name}"), line) {
        let what = format!("`name` is \"{name}\", and so is the one in line {first}");
        file.wrong(&value.span(), what, "call one of the two otherwise");
        return None;
    }
    Some(name.to_owned())
}

/// An address, or where one stands that is a secret.
fn address(file: &mut FileReader<'_>, value: &Value<'_>, secrets: SecretAccess) -> Option<Url> {
    let text = match value.get_ref().as_str() {
        Some(text) => text.to_owned(),
        None => secret_source::read(file, "url", value, secrets)?.reveal().trim().to_owned(),
    };
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        let what = "`url` is no address that can be posted to (not shown, since it may hold a secret)";
        let remedy = "expected one such as \"https://desk.example/hooks/dateline\", or { env = \"NAME\" } or { file = \"PATH\" } where it is a \
                      secret";
        file.wrong(&value.span(), what, remedy);
    }
    url
}

fn signing_keys(file: &mut FileReader<'_>, value: &Value<'_>, secrets: SecretAccess) -> Option<SigningKeys> {
    let secret = secret_source::read(file, "secret", value, secrets)?;
    let keys = SigningKeys::parse(secret.reveal());
    if let Err(error) = &keys {
        let remedy = "put whsec_ and 24 to 64 bytes in base64 there: `echo whsec_$(openssl rand -base64 32)` prints one";
        file.wrong(&value.span(), format!("what `secret` names is no secret of a webhook: {error}"), remedy);
    }
    keys.ok()
}

fn sink_start(file: &mut FileReader<'_>, value: &Value<'_>) -> SinkStart {
    match value.get_ref().as_str() {
        Some("now") => SinkStart::Now,
        Some("earliest") => SinkStart::Earliest,
        _ => {
            file.unexpected("from", value, "now or earliest");
            SinkStart::default()
        }
    }
}

/// A filter as the API's parameters spell it.
fn event_filter(file: &mut FileReader<'_>, value: &Value<'_>) -> EventFilter {
    const EXPECTED: &str = "what is to pass, such as \"kind=article&kind=withdrawal&language=ko\"";
    let Some(text) = file.text("filter", value, EXPECTED) else { return EventFilter::default() };
    EventFilter::from_query(text).unwrap_or_else(|error| {
        file.wrong(&value.span(), format!("`filter`: {error}"), format!("expected {EXPECTED}"));
        EventFilter::default()
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(text: &str) -> Result<Sinks, String> {
        let own_files = OwnFiles::of(&super::super::Settings::default(), Path::new("a.toml"));
        parse(Path::new("a.toml"), text, SecretAccess::Read, Purpose::Replay, &own_files)
            .map_err(|errors| errors.iter().map(ConfigError::to_string).collect::<Vec<_>>().join("\n"))
    }

    /// A file with a secret, beside the example that the shipped configuration has in comments.
    fn shipped() -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").unwrap();
        let mut text = String::new();
        let mut is_example = false;
        for line in super::super::DEFAULTS.lines() {
            is_example |= TABLES.iter().any(|table| line == format!("# [[{table}]]"));
            is_example &= !line.is_empty();
            let is_setting = |line: &&str| {
                let name = line.split(" = ").next().unwrap_or_default();
                line.starts_with("[[") || name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            let setting = line.strip_prefix("# ").filter(is_setting);
            if let Some(setting) = setting.filter(|_| is_example) {
                text.push_str(setting);
                text.push('\n');
            }
        }
        let text = text.replace("{ env = \"DESK_WEBHOOK_SECRET\" }", &format!("{{ file = {secret:?} }}"));
        (folder, text)
    }

    #[test]
    fn the_example_in_the_shipped_file_can_be_read_and_names_every_setting() {
        let (_folder, text) = shipped();
        let sinks = read(&text).unwrap_or_else(|errors| panic!("{errors}\nin\n{text}"));
        let webhook = &sinks.webhooks[0];
        assert_eq!((webhook.name.as_str(), webhook.timeout), ("desk", WebhookSettings::TIMEOUT));
        assert_eq!(webhook.give_up_after, WebhookSettings::GIVE_UP_AFTER);
        for setting in ["name", "url", "secret", "filter", "from", "timeout", "give_up_after"] {
            assert!(text.contains(&format!("{setting} = ")), "{setting} is missing in\n{text}");
        }
        let archive = &sinks.files[0];
        assert_eq!(
            (archive.name.as_str(), archive.path.as_path()),
            ("archive", Path::new("events/events.ndjson"))
        );
        assert_eq!((archive.max_bytes, archive.max_age), (FileSettings::MAX_BYTES, FileSettings::MAX_AGE));
        assert_eq!(sinks.ids().len(), 2);
    }

    #[test]
    fn a_webhook_is_read_with_its_filter() {
        let (_folder, text) = shipped();
        let secret = text.lines().find(|line| line.starts_with("secret")).unwrap();
        let sinks = read(&format!(
            "[[webhook]]\nname = \"a\"\nurl = \"https://a.example/?key=hush\"\n{secret}\nfrom = \"earliest\"\ntimeout = \"5s\"\n\
             filter = \"kind=story&label=borderline&language=ko\"\n"
        ))
        .unwrap();
        let webhook = &sinks.webhooks[0];
        assert_eq!((webhook.start, webhook.timeout), (SinkStart::Earliest, Duration::from_secs(5)));
        assert_eq!(
            webhook.filter,
            EventFilter::from_query("language=ko&kind=story&label=borderline").unwrap()
        );
        assert!(!format!("{sinks:?}").contains("hush"));
    }

    #[test]
    fn everything_that_is_wrong_with_a_webhook_is_told_with_its_line_and_no_secret() {
        let errors = read(
            "[[webhook]]\nname = \"a b\"\nurl = \"ftp://me:hush@a.example\"\nsecret = \"whsec_hush\"\nfrom = \"start\"\n\
             filter = \"kind=articles\"\n[[webhook]]\nname = \"b\"\n",
        )
        .unwrap_err();
        let expected = [
            "a.toml:2: `name` is \"a b\"; expected 1 to 64 of the characters",
            "a.toml:3: `url` is no address that can be posted to (not shown",
            "a.toml:4: `secret` is something else (not shown",
            "a.toml:5: `from` is \"start\"; expected now or earliest",
            "a.toml:6: `filter`: `kind` is `articles`: article, withdrawal",
            "a.toml:7: a webhook without `url`; say where",
            "a.toml:7: a webhook without `secret`; say where",
        ];
        for line in expected {
            assert!(errors.contains(line), "{line} is missing in\n{errors}");
        }
        assert!(!errors.contains("hush"), "{errors}");
        assert_eq!(errors.lines().count(), expected.len(), "{errors}");
    }

    #[test]
    fn everything_that_is_wrong_with_a_file_is_told_with_its_line() {
        let errors = read(
            "[[file]]\nname = \"a\"\npath = \"events/\"\nmax_bytes = 0\nmax_age = \"a day\"\n[[file]]\nmax_bytes = \"1\"\n\
             file = 1\n",
        )
        .unwrap_err();
        let expected = [
            "a.toml:3: `path` is \"events/\"; expected the path of a file",
            "a.toml:4: `max_bytes` is 0; expected a number of bytes, or a text with a unit such as \"16MiB\" or \"2 GB\", 1 or more",
            "a.toml:5: `max_age` is \"a day\"; expected a duration such as 24h",
            "a.toml:6: a file without `name`; call it",
            "a.toml:6: a file without `path`; say where",
            "a.toml:7: `max_bytes` is \"1\"; expected a number of bytes",
            "a.toml:8: unknown setting `file`",
        ];
        for line in expected {
            assert!(errors.contains(line), "{line} is missing in\n{errors}");
        }
        assert_eq!(errors.lines().count(), expected.len(), "{errors}");
    }

    #[test]
    fn two_of_one_name_or_one_file_are_refused() {
        let (_folder, text) = shipped();
        let error = read(&format!("{text}{text}")).unwrap_err();
        assert!(
            error.contains("`path` is \"events/events.ndjson\", and so is that of the one in line"),
            "{error}"
        );
        assert!(error.contains("`name` is \"desk\", and so is the one in line"), "{error}");
    }
}
