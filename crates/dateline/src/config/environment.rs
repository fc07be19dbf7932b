//! Settings from environment variables: `DATELINE_KAFKA__BROKERS` is `brokers` in `[kafka]`.

use std::ffi::OsString;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::document::explain;
use super::error::{ConfigError, Origin};

/// What every variable's name starts with.
pub(super) const PREFIX: &str = "DATELINE_";
/// What stands between a section and a setting, since names have single underscores in them.
const SEPARATOR: &str = "__";
/// Variables that start alike but are options of the command line.
const OPTIONS: [&str; 1] = ["DATELINE_CONFIG"];

/// Puts the settings that `variables` name into `table`, checking after each that the whole still reads as a `T`, so that an
/// error names the variable that made it.
///
/// A value is taken as the text it is where the setting takes a text, else as TOML (`5`, `true`, `["a.pem"]`).
///
/// # Errors
/// If a variable names no setting, its value doesn't suit the setting, or one of the two is not UTF-8. Variables that are not
/// ours may be anything.
pub(super) fn apply<T: DeserializeOwned>(
    table: &mut Table,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(), ConfigError> {
    let mut ours = variables
        .into_iter()
        .filter(|(name, _)| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()))
        .filter(|(name, _)| OPTIONS.iter().all(|option| name != option))
        .map(in_utf8)
        .collect::<Result<Vec<(String, String)>, _>>()?;
    ours.sort();
    for (name, text) in ours {
        let path = name[PREFIX.len()..].to_ascii_lowercase();
        let path: Vec<&str> = path.split(SEPARATOR).collect();
        *table = with_override::<T>(table, &path, &text).map_err(|error| {
            let (what, remedy) = explain(&error);
            ConfigError { origin: Origin::Variable(name), what, remedy }
        })?;
    }
    Ok(())
}

/// A variable as text. The error shows nothing of the value: it may be a secret.
fn in_utf8((name, value): (OsString, OsString)) -> Result<(String, String), ConfigError> {
    let wrong = |name: String, what: &str, remedy: &str| ConfigError {
        origin: Origin::Variable(name),
        what: what.to_owned(),
        remedy: Some(remedy.to_owned()),
    };
    let name = name.into_string().map_err(|name| {
        wrong(name.to_string_lossy().into_owned(), "its name is not UTF-8", "remove it, or name a setting")
    })?;
    match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(wrong(name, "its value is not UTF-8", "set it to text in UTF-8")),
    }
}

fn with_override<T: DeserializeOwned>(
    table: &Table,
    path: &[&str],
    text: &str,
) -> Result<Table, toml::de::Error> {
    let attempt = |value: Value| {
        let mut table = table.clone();
        put(&mut table, path, value);
        T::deserialize(table.clone()).map(|_| table)
    };
    attempt(Value::String(text.to_owned())).or_else(|as_text| {
        match toml::from_str::<Table>(&format!("value = {text}")) {
            Ok(mut parsed) => attempt(parsed.remove("value").unwrap_or(Value::String(text.to_owned()))),
            Err(_) => Err(as_text),
        }
    })
}

fn put(table: &mut Table, path: &[&str], value: Value) {
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
    use serde::Deserialize as _;

    use super::*;

    #[derive(Debug, Default, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Sample {
        name: String,
        kafka: Kafka,
    }

    #[derive(Debug, Default, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Kafka {
        sasl_password: String,
        partitions: u32,
        extra: Vec<String>,
    }

    fn read(text: &str, variables: &[(&str, &str)]) -> Result<Sample, ConfigError> {
        let mut table: Table = toml::from_str(text).unwrap();
        apply::<Sample>(&mut table, variables.iter().map(|(name, value)| (name.into(), value.into())))?;
        Ok(Sample::deserialize(table).unwrap())
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf_8_is_named_if_it_is_ours_and_of_no_concern_else() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;

        let apply_to = |name: &[u8], value: &[u8]| {
            let variable = [name, value].map(|bytes| OsStr::from_bytes(bytes).to_owned());
            let [name, value] = variable;
            apply::<Sample>(&mut Table::new(), [(name, value)]).map_err(|error| error.to_string())
        };
        assert_eq!(apply_to(b"LANG\xff", b"\xff"), Ok(()));
        assert_eq!(apply_to(b"DATELINE_CONFIG", b"/srv/\xff"), Ok(()));
        assert_eq!(
            apply_to(b"DATELINE_KAFKA__SASL_PASSWORD", b"hush\xff").unwrap_err(),
            "environment variable DATELINE_KAFKA__SASL_PASSWORD: its value is not UTF-8; set it to text in UTF-8"
        );
        assert_eq!(
            apply_to(b"DATELINE_\xff", b"").unwrap_err(),
            "environment variable DATELINE_\u{fffd}: its name is not UTF-8; remove it, or name a setting"
        );
    }

    #[test]
    fn a_variable_overrides_the_file() {
        let sample = read(
            "name = 'a'\n[kafka]\npartitions = 1\n",
            &[("DATELINE_NAME", "b"), ("DATELINE_KAFKA__PARTITIONS", "7"), ("PATH", "/bin")],
        )
        .unwrap();
        assert_eq!((sample.name.as_str(), sample.kafka.partitions), ("b", 7));
    }

    #[test]
    fn a_text_that_looks_like_a_number_stays_a_text() {
        let sample = read("", &[("DATELINE_KAFKA__SASL_PASSWORD", "12345")]).unwrap();
        assert_eq!(sample.kafka.sasl_password, "12345");
    }

    #[test]
    fn lists_are_written_as_in_the_file() {
        let sample = read("", &[("DATELINE_KAFKA__EXTRA", r#"["a", "b"]"#)]).unwrap();
        assert_eq!(sample.kafka.extra, ["a", "b"]);
    }

    #[test]
    fn a_mistyped_variable_is_named_with_what_is_meant() {
        let error = read("", &[("DATELINE_KAFKA__PARTITION", "7")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment variable DATELINE_KAFKA__PARTITION: unknown setting `partition`; did you mean `partitions`?"
        );
    }

    #[test]
    fn a_value_that_does_not_suit_is_named_with_its_variable() {
        let error = read("", &[("DATELINE_KAFKA__PARTITIONS", "many")]).unwrap_err().to_string();
        assert!(
            error.starts_with("environment variable DATELINE_KAFKA__PARTITIONS: invalid type"),
            "{error}"
        );
    }
}
