//! The settings one by one, from the file and the environment: whatever is wrong is told all at once, with the line or the
//! variable, the setting, what was read and what is expected.
//!
//! Each value is tried alone: every table of the settings has a default for what it lacks, so what a lone value meets is an
//! error of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;

use dateline_wire::duration;
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use toml::de::{DeTable, Deserializer, Error};
use toml::{Spanned, Table, Value};

use super::document::{closest, line_of, located};
use super::error::{ConfigError, Origin};
use super::table::may_hold_secret;
use super::{DEFAULTS, environment, sinks, size};

/// How much of a value that is wrong is shown, in characters.
const MAX_SHOWN_CHARS: usize = 60;
/// What stands in place of a value that may be a secret.
const HIDDEN: &str = "something else (not shown, since it may be a secret)";

/// A setting that is a secret.
pub(super) struct SecretSetting {
    /// Its section.
    pub(super) section: &'static str,
    /// Its name there.
    pub(super) name: &'static str,
    /// Where else than in the environment it may stand, as the end of a sentence; empty where nowhere.
    pub(super) elsewhere: &'static str,
}

/// The values that were read, where each stands, and what is wrong.
pub(super) struct SettingValues<'t> {
    path: &'t Path,
    text: &'t str,
    secrets: &'t [SecretSetting],
    defaults: Table,
    /// What can be used.
    table: Table,
    /// Where each value stands, by the setting's full name.
    origins: BTreeMap<String, Origin>,
    /// The full names of settings and sections whose values cannot be used.
    faulty: BTreeSet<String>,
    /// Whether the file is no TOML throughout, so that what it lacks may be what a broken line says.
    is_broken: bool,
    errors: Vec<ConfigError>,
}

impl<'t> SettingValues<'t> {
    /// The values in `text`, the content of the file at `path`, as far as they suit a `T`. `secrets` may not stand there.
    pub(super) fn of_file<T: DeserializeOwned>(
        path: &'t Path,
        text: &'t str,
        secrets: &'t [SecretSetting],
    ) -> Self {
        // A test holds that the shipped file can be read.
        let defaults = toml::from_str(DEFAULTS).unwrap_or_default();
        let mut values = Self {
            path,
            text,
            secrets,
            defaults,
            table: Table::new(),
            origins: BTreeMap::new(),
            faulty: BTreeSet::new(),
            is_broken: false,
            errors: Vec::new(),
        };
        let (root, syntax) = DeTable::parse_recoverable(text);
        values.is_broken = !syntax.is_empty();
        match Table::deserialize(Deserializer::from(root.clone())) {
            Ok(plain) => values.take_table::<T>(&[], root.get_ref(), &plain),
            Err(error) if syntax.is_empty() => values.errors.push(located(path, text, &error)),
            Err(_) => {}
        }
        if values.is_broken {
            // What stands after a broken line may have been read otherwise than it was meant, and what stands on it, as something else.
            let broken: Vec<ConfigError> = syntax.iter().map(|error| located(path, text, error)).collect();
            let is_broken = |origin: &Origin| broken.iter().any(|error| error.origin == *origin);
            values.faulty.extend(
                values.origins.iter().filter(|(_, origin)| is_broken(origin)).map(|(name, _)| name.clone()),
            );
            values.errors = broken;
        }
        values
    }

    fn take_table<T: DeserializeOwned>(&mut self, section: &[&str], table: &DeTable<'_>, plain: &Table) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path: Vec<&str> = section.iter().copied().chain([name]).collect();
            if section.is_empty() && sinks::TABLES.contains(&name) {
                continue;
            }
            let Some(plain) = plain.get(name) else { continue };
            let plain = &in_bytes(name, plain);
            if let (Some(inner), Value::Table(plain)) = (value.get_ref().as_table(), plain)
                && try_alone::<T>(&path, Value::Table(Table::new())).is_ok()
            {
                self.take_table::<T>(&path, inner, plain);
                continue;
            }
            if let Some(secret) = self.secret(&path) {
                let variable = format!("{}{}__{name}", environment::PREFIX, secret.section).to_uppercase();
                let what = format!("{} is a secret", shown_name(&path));
                let remedy = format!("set {variable} in the environment{}", secret.elsewhere);
                self.refuse(self.at(&key.span()), what, remedy);
                continue;
            }
            match try_alone::<T>(&path, plain.clone()) {
                Ok(()) => {
                    self.origins.insert(path.join("."), self.at(&value.span()));
                    put(&mut self.table, &path, plain.clone());
                }
                Err(error) => {
                    let span = if unknown_name(&error).is_some() { key.span() } else { value.span() };
                    self.faulty.insert(path.join("."));
                    match self.wrong_elements::<T>(&path, plain) {
                        wrong if wrong.is_empty() => {
                            self.refuse_value(self.at(&span), &path, Some(plain), &error)
                        }
                        wrong => {
                            let spans = value.get_ref().as_array();
                            for (place, what, remedy) in wrong {
                                let element = spans.and_then(|elements| elements.get(place));
                                let at = self.at(&element.map_or_else(|| span.clone(), Spanned::span));
                                self.refuse(at, what, remedy);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Which elements of the list `value` the setting at `path` doesn't take: the place of each, what it is and what is expected.
    fn wrong_elements<T: DeserializeOwned>(
        &self,
        path: &[&str],
        value: &Value,
    ) -> Vec<(usize, String, String)> {
        let elements = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let wrong = |(place, element): (usize, &Value)| {
            let error = try_alone::<T>(path, Value::Array(vec![element.clone()])).err()?;
            let told = error.message().rsplit_once("expected ").map(|(_, expected)| expected.trim());
            let expected = match told {
                None | Some("a string" | "path string") => "a text",
                Some(told) => told,
            };
            let what = format!(
                "element {} of {} is {}",
                place + 1,
                shown_name(path),
                shown_value(path, Some(element))
            );
            Some((place, what, format!("expected {expected}")))
        };
        elements.iter().enumerate().filter_map(wrong).collect()
    }

    /// Takes the value `text` of the setting at `path` from the environment variable `name`: as the text it is where the setting
    /// takes a text, else as TOML (`5`, `true`, `["a.pem"]`).
    pub(super) fn take_variable<T: DeserializeOwned>(&mut self, name: &str, path: &[&str], text: &str) {
        let name_there = path.last().copied().unwrap_or_default();
        let as_text = in_bytes(name_there, &Value::String(text.to_owned()));
        let as_toml = || toml::from_str::<Table>(&format!("value = {text}")).ok()?.remove("value");
        let value = match try_alone::<T>(path, as_text.clone()) {
            Ok(()) => Ok(as_text.clone()),
            Err(error) => match as_toml().filter(|value| try_alone::<T>(path, value.clone()).is_ok()) {
                Some(value) => Ok(value),
                None => Err(error),
            },
        };
        let origin = Origin::Variable(name.to_owned());
        match value {
            Ok(value) => {
                let name = path.join(".");
                // It stands in place of what the file says.
                self.faulty.remove(&name);
                self.origins.insert(name, origin);
                put(&mut self.table, path, value);
            }
            Err(error) => match environment::meant::<T>(name, &error) {
                Some(meant) => {
                    self.refuse(origin, "this names no setting".to_owned(), format!("did you mean {meant}?"));
                }
                None => {
                    self.faulty.insert(path.join("."));
                    self.refuse_value(origin, path, Some(&as_text), &error);
                }
            },
        }
    }

    /// Has the setting at `path` count as one that cannot be used.
    pub(super) fn distrust(&mut self, path: &[&str]) {
        self.faulty.insert(path.join("."));
    }

    /// Notes that something is wrong with a variable as such.
    pub(super) fn refuse(&mut self, origin: Origin, what: String, remedy: String) {
        self.errors.push(ConfigError { origin, what, remedy: Some(remedy) });
    }

    /// Notes that the setting with this full name is wrong, for a reason that lies in its value: `why` says what is expected.
    pub(super) fn wrong(&mut self, setting: &str, why: impl Into<String>) {
        let path = self.path_of(setting);
        let found = shown_value(&path, get(&self.table, &path).or_else(|| get(&self.defaults, &path)));
        let what = format!("{} is {found}", shown_name(&path));
        self.wrong_in_full(setting, what, why);
    }

    /// The same of a setting that stands nowhere and is called for by the one with the full name `cause`: where that stands.
    pub(super) fn wrong_by_cause(&mut self, setting: &str, cause: &str, why: impl Into<String>) {
        let path = self.path_of(setting);
        let found = shown_value(&path, get(&self.table, &path).or_else(|| get(&self.defaults, &path)));
        let what = format!("{} is {found}", shown_name(&path));
        self.faulty.insert(setting.to_owned());
        self.refuse(self.origin(cause), what, why.into());
    }

    /// The same, where `what` says already what was read.
    pub(super) fn wrong_in_full(&mut self, setting: &str, what: String, remedy: impl Into<String>) {
        self.faulty.insert(setting.to_owned());
        self.refuse(self.origin(setting), what, remedy.into());
    }

    /// Where the setting with this full name stands: its variable, its line, or, where it has its default, the file.
    pub(super) fn origin(&self, setting: &str) -> Origin {
        let known = self.origins.get(setting).cloned();
        known.unwrap_or_else(|| Origin::File(self.path.to_owned(), None))
    }

    /// The setting with this full name as people call it.
    pub(super) fn shown_name_of(&self, setting: &str) -> String {
        shown_name(&self.path_of(setting))
    }

    /// Whether the setting with this full name was given a value that can be used.
    pub(super) fn is_given(&self, setting: &str) -> bool {
        self.origins.contains_key(setting)
    }

    /// Whether what the settings have for the setting with this full name is what is meant.
    pub(super) fn is_usable(&self, setting: &str) -> bool {
        let is_faulty = |faulty: &String| {
            setting.strip_prefix(faulty.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        !self.faulty.iter().any(is_faulty) && (!self.is_broken || self.is_given(setting))
    }

    /// The text that the setting with this full name was given, where it is one that can be used.
    pub(super) fn text_at(&self, setting: &str) -> Option<&str> {
        get(&self.table, &self.path_of(setting))?.as_str()
    }

    /// Puts what `other` has of the settings or sections called `names` in place of what is here: nothing, where it has nothing.
    pub(super) fn put_over(&mut self, names: &[&str], other: SettingValues<'_>) {
        for name in names {
            let is_meant = |known: &str| {
                known.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let path: Vec<&str> = name.split('.').collect();
            remove(&mut self.table, &path);
            if let Some(value) = get(&other.table, &path) {
                put(&mut self.table, &path, value.clone());
            }
            self.origins.retain(|known, _| !is_meant(known));
            self.origins.extend(other.origins.clone().into_iter().filter(|(known, _)| is_meant(known)));
            self.faulty.retain(|known| !is_meant(known));
            self.faulty.extend(other.faulty.iter().filter(|known| is_meant(known)).cloned());
        }
        self.errors.extend(other.errors);
    }

    /// Has the setting called `name` name `path`.
    pub(super) fn put_path(&mut self, name: &str, path: &Path) {
        self.origins.remove(name);
        self.faulty.remove(name);
        put(&mut self.table, &[name], Value::String(path.to_string_lossy().into_owned()));
    }

    /// Whether the file is no TOML throughout.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Whether something is wrong so far.
    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The file.
    pub(super) fn path(&self) -> &'t Path {
        self.path
    }

    /// Its content.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// The values that can be used.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// What is wrong: in the order of the file, then the variables.
    pub(super) fn into_errors(mut self) -> Vec<ConfigError> {
        self.errors.sort_by_key(|error| match &error.origin {
            Origin::File(_, line) => (0, *line, String::new()),
            Origin::Variable(name) => (1, None, name.clone()),
            Origin::Request => (2, None, String::new()),
        });
        self.errors.dedup();
        self.errors
    }

    fn at(&self, span: &Range<usize>) -> Origin {
        Origin::File(self.path.to_owned(), Some(line_of(self.text, span)))
    }

    fn secret(&self, path: &[&str]) -> Option<&'t SecretSetting> {
        self.secrets.iter().find(|secret| path == [secret.section, secret.name])
    }

    /// Splits a full name as the values that were read, or the defaults, have it: names under a section may hold dots.
    fn path_of<'s>(&self, setting: &'s str) -> Vec<&'s str> {
        let mut path = Vec::new();
        let mut rest = setting;
        let (mut here, mut usual) = (Some(&self.table), Some(&self.defaults));
        while let Some((section, inner)) = rest.split_once('.') {
            let within = |table: Option<&'_ Table>| -> bool {
                table.and_then(|table| table.get(section)).is_some_and(Value::is_table)
            };
            if !within(here) && !within(usual) {
                break;
            }
            here = here.and_then(|table| table.get(section)?.as_table());
            usual = usual.and_then(|table| table.get(section)?.as_table());
            path.push(section);
            rest = inner;
        }
        path.push(rest);
        path
    }

    fn refuse_value(&mut self, origin: Origin, path: &[&str], value: Option<&Value>, error: &Error) {
        if let Some((name, known)) = unknown_name(error) {
            let remedy = match (closest(name, &known), self.section_with(name)) {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, Some(section)) => format!("it belongs under [{section}]"),
                (None, None) => format!("known here: {}", known.join(", ")),
            };
            return self.refuse(origin, format!("unknown setting `{name}`"), remedy);
        }
        let found = match self.secret(path) {
            Some(_) => HIDDEN.to_owned(),
            None => shown_value(path, value),
        };
        let expected = self.expected(path, error);
        self.refuse(origin, format!("{} is {found}", shown_name(path)), format!("expected {expected}"));
    }

    /// The section that has a setting called `name`.
    fn section_with(&self, name: &str) -> Option<&str> {
        let has = |(_, table): &(&String, &Value)| table.get(name).is_some();
        self.defaults.iter().find(has).map(|(section, _)| section.as_str())
    }

    /// What the setting at `path` takes, by its default or, where it has none, by the error that its value made.
    fn expected(&self, path: &[&str], error: &Error) -> String {
        let message = error.message();
        if let Some(known) = message.strip_prefix("unknown variant `").and_then(|rest| rest.split_once('`')) {
            let choices: Vec<&str> = known.1.split('`').skip(1).step_by(2).collect();
            return match closest(known.0, &choices) {
                Some(meant) => format!("one of {}; did you mean `{meant}`?", choices.join(", ")),
                None => format!("one of {}", choices.join(", ")),
            };
        }
        // What reads texts of its own says what it expects; what serde says of plain kinds is put into words here.
        let told = message.rsplit_once("expected ").map(|(_, expected)| expected.trim());
        match (get(&self.defaults, path), told) {
            (Some(Value::Integer(usual)), _) if path.last().is_some_and(|name| is_size(name)) => {
                format!("{}, such as {usual}", size::EXPECTED)
            }
            // Kafka has no topic without a partition or a copy.
            _ if matches!(path, ["kafka", "partitions" | "replication"]) => {
                "a whole number from 1 to 65535".to_owned()
            }
            (Some(Value::Array(usual)), _) => a_list(usual),
            (Some(Value::Table(_)), _) => "a table of names with texts, such as { \"a\" = \"b\" }".to_owned(),
            (Some(Value::Boolean(_)), _) => "true or false".to_owned(),
            (Some(Value::Integer(usual)), told) => format!("{}, such as {usual}", a_number(told)),
            (Some(Value::String(_)), Some(told))
                if told.starts_with("a duration") || told.starts_with("an address") =>
            {
                told.to_owned()
            }
            (Some(Value::String(usual)), _) if usual.parse::<SocketAddr>().is_ok() => {
                format!("an IP address and a port from 0 to 65535, such as \"{usual}\"")
            }
            (Some(Value::String(usual)), _) if usual.is_empty() => "a text".to_owned(),
            (Some(Value::String(usual)), _) => format!("a text such as \"{usual}\""),
            (_, Some("a string" | "path string")) => "a text".to_owned(),
            (_, Some("a boolean")) => "true or false".to_owned(),
            (_, Some(told)) if a_number(Some(told)) != WHOLE_NUMBER || told == "u64" || told == "usize" => {
                a_number(Some(told))
            }
            (_, told) => told.unwrap_or(message).replace('\n', ": "),
        }
    }
}

/// Whether a setting of this name is a size in bytes.
fn is_size(name: &str) -> bool {
    name.ends_with("_bytes")
}

/// The value of the setting called `name`: of a size that is written with its unit, the number of bytes.
fn in_bytes(name: &str, value: &Value) -> Value {
    let bytes = value.as_str().filter(|_| is_size(name)).and_then(size::parse);
    match bytes.and_then(|bytes| i64::try_from(bytes).ok()) {
        Some(bytes) => Value::Integer(bytes),
        None => value.clone(),
    }
}

/// What a number without bounds is.
const WHOLE_NUMBER: &str = "a whole number, 0 or more";

/// A number, by the type that serde expects.
fn a_number(told: Option<&str>) -> String {
    match told {
        Some("u16") => "a whole number from 0 to 65535".to_owned(),
        Some("u32") => "a whole number from 0 to 4294967295".to_owned(),
        _ => WHOLE_NUMBER.to_owned(),
    }
}

/// A list, by what stands in it usually.
fn a_list(usual: &[Value]) -> String {
    let is_duration = |value: &Value| value.as_str().is_some_and(|text| duration::parse(text).is_ok());
    match !usual.is_empty() && usual.iter().all(is_duration) {
        true => "a list of durations, such as [\"1h\", \"7d\"]".to_owned(),
        false => "a list of texts, such as [\"a\", \"b\"]".to_owned(),
    }
}

/// The name that nothing has, where that is the error, and the names that there are.
///
/// serde words it as "unknown field `x`, expected one of `a`, `b`" (`serde::de::Error::unknown_field`).
pub(super) fn unknown_name(error: &Error) -> Option<(&str, Vec<&str>)> {
    let (name, rest) = error.message().strip_prefix("unknown field `")?.split_once('`')?;
    Some((name, rest.split('`').skip(1).step_by(2).collect()))
}

/// Whether the settings take `value` at `path`, where everything else has its default.
pub(super) fn try_alone<T: DeserializeOwned>(path: &[&str], value: Value) -> Result<(), Error> {
    let mut table = Table::new();
    put(&mut table, path, value);
    T::deserialize(table).map(drop)
}

/// `name` in `[section]`, as people call a setting.
fn shown_name(path: &[&str]) -> String {
    match path {
        [] => String::new(),
        [name] => format!("`{name}`"),
        [section @ .., name] => format!("`{name}` in [{}]", section.join(".")),
    }
}

/// The value of the setting at `path` in a line, unless it may hold a secret.
fn shown_value(path: &[&str], value: Option<&Value>) -> String {
    let Some(value) = value else { return "missing".to_owned() };
    let text = value.to_string();
    // Addresses may hold a user name and a password; librdkafka's properties, keys.
    let is_called_secret = path.last().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        let words = ["password", "passwd", "secret", "token", "credential", ".key", ".pem"];
        !name.ends_with("_file") && name != "secret_query" && words.iter().any(|word| name.contains(word))
    });
    let may_be_secret = is_called_secret
        || may_hold_secret(&text)
        || matches!(path, ["kafka", "properties", ..] | ["fetch", "proxy"]);
    if may_be_secret && !matches!(path, ["fetch", "user_agent"]) {
        return HIDDEN.to_owned();
    }
    let line = text.trim().replace('\n', "\\n");
    match line.char_indices().nth(MAX_SHOWN_CHARS) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

pub(super) fn get<'v>(table: &'v Table, path: &[&str]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, name| value.get(name))
}

fn remove(table: &mut Table, path: &[&str]) {
    match path {
        [] => {}
        [name] => drop(table.remove(*name)),
        [section, rest @ ..] => {
            if let Some(Value::Table(inner)) = table.get_mut(*section) {
                remove(inner, rest);
            }
        }
    }
}

pub(super) fn put(table: &mut Table, path: &[&str], value: Value) {
    match path {
        [] => {}
        [name] => {
            table.insert((*name).to_owned(), value);
        }
        [section, rest @ ..] => {
            let inner = table.entry((*section).to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if !inner.is_table() {
                *inner = Value::Table(Table::new());
            }
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::*;

    const SECRETS: [SecretSetting; 1] =
        [SecretSetting { section: "kafka", name: "sasl_password", elsewhere: ", or elsewhere" }];

    fn errors(text: &str) -> Vec<String> {
        let values = SettingValues::of_file::<Settings>(Path::new("a.toml"), text, &SECRETS);
        values.into_errors().iter().map(ConfigError::to_string).collect()
    }

    #[test]
    fn every_wrong_value_is_told_with_line_setting_what_was_read_and_what_is_expected() {
        let text = "sites = 5\n\
                    [fetch]\n\
                    timeout = 30\n\
                    obey_robots = \"yes\"\n\
                    extra_ca = \"a.pem\"\n\
                    max_redirects = -1\n\
                    stall_timeout = \"900000h\"\n\
                    [http]\n\
                    listen = \"8080\"\n\
                    [logs]\n\
                    format = \"jsn\"\n\
                    [kafka]\n\
                    sasl_password = \"hush\"\n\
                    replication = \"three\"\n";
        assert_eq!(
            errors(text),
            [
                "a.toml:1: `sites` is 5; expected a text such as \"sites.toml\"",
                "a.toml:3: `timeout` in [fetch] is 30; expected a duration such as 30s, 5m, 1h 30m, 7d",
                "a.toml:4: `obey_robots` in [fetch] is \"yes\"; expected true or false",
                "a.toml:5: `extra_ca` in [fetch] is \"a.pem\"; expected a list of texts, such as [\"a\", \"b\"]",
                "a.toml:6: `max_redirects` in [fetch] is -1; expected a whole number, 0 or more, such as 10",
                "a.toml:7: `stall_timeout` in [fetch] is \"900000h\"; expected a duration of 0s to 876000h",
                "a.toml:9: `listen` in [http] is \"8080\"; expected an IP address and a port from 0 to 65535, such as \"127.0.0.1:8080\"",
                "a.toml:11: `format` in [logs] is \"jsn\"; expected one of text, json; did you mean `json`?",
                "a.toml:13: `sasl_password` in [kafka] is a secret; set DATELINE_KAFKA__SASL_PASSWORD in the environment, \
                 or elsewhere",
                "a.toml:14: `replication` in [kafka] is \"three\"; expected a whole number from 1 to 65535",
            ]
        );
    }

    #[test]
    fn an_unknown_name_is_told_with_what_is_meant_or_where_it_belongs() {
        let text =
            "brokers = \"host:9092\"\n[poll]\nlatncy = \"1m\"\nzzz = 1\n[kafak]\nbrokers = \"host:9092\"\n";
        let errors = errors(text);
        assert_eq!(errors[0], "a.toml:1: unknown setting `brokers`; it belongs under [kafka]");
        assert_eq!(errors[1], "a.toml:3: unknown setting `latncy`; did you mean `latency`?");
        assert!(errors[2].starts_with("a.toml:4: unknown setting `zzz`; known here: "), "{}", errors[2]);
        assert_eq!(errors[3], "a.toml:5: unknown setting `kafak`; did you mean `kafka`?");
        assert_eq!(errors.len(), 4);
    }

    #[test]
    fn every_broken_line_is_told() {
        let errors = errors("data_dir = = 1\nsource = \"/x\"\n[fetch\ntimeout = \"1s\"\n");
        let lines: Vec<&str> = errors.iter().map(|error| &error[..9]).collect();
        assert!(lines.contains(&"a.toml:1:") && lines.contains(&"a.toml:3:"), "{errors:?}");
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        let text =
            "source = [\"https://me:hush@a.example\"]\n[kafka.properties]\n\"ssl.key.pem\" = 5550001\n";
        let errors = errors(text).concat();
        assert!(
            errors.contains("not shown") && !errors.contains("hush") && !errors.contains("5550001"),
            "{errors}"
        );
    }
}
