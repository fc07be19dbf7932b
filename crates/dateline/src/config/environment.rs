//! Settings from environment variables: `DATELINE_KAFKA__BROKERS` is `brokers` in `[kafka]`.

use std::ffi::OsString;

use serde::de::DeserializeOwned;
use toml::Value;
use toml::de::Error;

use super::error::Origin;
use super::values::{SettingValues, try_alone, unknown_name};

/// What every variable's name starts with.
pub(super) const PREFIX: &str = "DATELINE_";
/// What stands between a section and a setting, since names have single underscores in them.
const SEPARATOR: &str = "__";
/// Variables that start alike but are options of the command line.
const OPTIONS: [&str; 1] = ["DATELINE_CONFIG"];

/// Has `values` take the settings that `variables` name, and what is wrong with one: it names no setting, its value doesn't suit
/// the setting, or one of the two is not UTF-8. Variables that are not ours may be anything.
pub(super) fn apply<T: DeserializeOwned>(
    values: &mut SettingValues<'_>,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) {
    let ours = |name: &OsString| {
        name.as_encoded_bytes().starts_with(PREFIX.as_bytes()) && OPTIONS.iter().all(|option| name != option)
    };
    for (name, value) in variables {
        if let Some(meant) = name.to_str().and_then(in_capitals::<T>) {
            let what = "names of variables are written in capitals, so that this one counts for nothing";
            let remedy = format!("call it {meant}, or remove it");
            values.refuse(Origin::Variable(name.to_string_lossy().into_owned()), what.to_owned(), remedy);
        }
        if !ours(&name) {
            continue;
        }
        let setting = name.to_str().map(|name| name[PREFIX.len()..].to_ascii_lowercase());
        let path: Vec<&str> = setting.as_deref().unwrap_or_default().split(SEPARATOR).collect();
        let Some((name, text)) = in_utf8(values, name, value) else {
            values.distrust(&path);
            continue;
        };
        values.take_variable::<T>(&name, &path, &text);
    }
}

/// The variable that is meant by `name`, where that names a setting but for its small letters.
fn in_capitals<T: DeserializeOwned>(name: &str) -> Option<String> {
    let capitals = name.to_ascii_uppercase();
    let setting = capitals.strip_prefix(PREFIX).filter(|_| !name.starts_with(PREFIX))?.to_ascii_lowercase();
    is_setting::<T>(&setting.split(SEPARATOR).collect::<Vec<_>>()).then_some(capitals)
}

/// Whether there is a setting at `path`.
fn is_setting<T: DeserializeOwned>(path: &[&str]) -> bool {
    let tried = try_alone::<T>(path, Value::String(String::new()));
    tried.err().is_none_or(|error| unknown_name(&error).is_none())
}

/// A variable as text. What is wrong shows nothing of the value: it may be a secret.
fn in_utf8(values: &mut SettingValues<'_>, name: OsString, value: OsString) -> Option<(String, String)> {
    let mut wrong = |name: String, what: &str, remedy: &str| {
        values.refuse(Origin::Variable(name), what.to_owned(), remedy.to_owned());
    };
    match (name.into_string(), value.into_string()) {
        (Ok(name), Ok(value)) => return Some((name, value)),
        (Ok(name), Err(_)) => wrong(name, "its value is not UTF-8", "set it to text in UTF-8"),
        (Err(name), _) => {
            wrong(
                name.to_string_lossy().into_owned(),
                "its name is not UTF-8",
                "remove it, or name a setting",
            );
        }
    }
    None
}

/// The variable that is meant by `name`, which names no setting, as `error` says: the same with two underscores where one is too
/// few.
pub(super) fn meant<T: DeserializeOwned>(name: &str, error: &Error) -> Option<String> {
    unknown_name(error)?;
    let lower = name.strip_prefix(PREFIX)?.to_ascii_lowercase();
    let words: Vec<&str> = lower.split('_').filter(|word| !word.is_empty()).collect();
    let is_setting = |path: &[String]| is_setting::<T>(&path.iter().map(String::as_str).collect::<Vec<_>>());
    let joined = |words: &[&str]| words.join("_");
    for first in 1..words.len() {
        let two = [joined(&words[..first]), joined(&words[first..])];
        let three = (first + 1..words.len())
            .map(|second| [joined(&words[..first]), joined(&words[first..second]), joined(&words[second..])]);
        let meant = std::iter::once(two.to_vec())
            .chain(three.map(|three| three.to_vec()))
            .find(|path| is_setting(path));
        if let Some(path) = meant {
            return Some(format!("{PREFIX}{}", path.join(SEPARATOR).to_ascii_uppercase()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde::Deserialize as _;

    use super::super::error::ConfigError;
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
        let mut values = SettingValues::of_file::<Sample>(Path::new("a.toml"), text, &[]);
        apply::<Sample>(&mut values, variables.iter().map(|(name, value)| (name.into(), value.into())));
        let table = values.table().clone();
        match values.into_errors().pop() {
            Some(error) => Err(error),
            None => Ok(Sample::deserialize(table).unwrap()),
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf_8_is_named_if_it_is_ours_and_of_no_concern_else() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;

        let apply_to = |name: &[u8], value: &[u8]| {
            let variable = [name, value].map(|bytes| OsStr::from_bytes(bytes).to_owned());
            let [name, value] = variable;
            let mut values = SettingValues::of_file::<Sample>(Path::new("a.toml"), "", &[]);
            apply::<Sample>(&mut values, [(name, value)]);
            values.into_errors().pop().map_or(Ok(()), |error| Err(error.to_string()))
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
        assert_eq!(
            error,
            "environment variable DATELINE_KAFKA__PARTITIONS: `partitions` in [kafka] is \"many\"; expected a whole number \
             from 1 to 65535"
        );
    }

    #[test]
    fn a_setting_in_small_letters_is_told_and_what_names_none_is_somebody_elses() {
        let error = read("", &[("dateline_kafka__partitions", "7")]).unwrap_err().to_string();
        assert!(
            error.contains("dateline_kafka__partitions: names of variables are written in capitals"),
            "{error}"
        );
        assert!(error.ends_with("call it DATELINE_KAFKA__PARTITIONS, or remove it"), "{error}");
        assert!(read("", &[("dateline_home", "/srv"), ("Dateline_X__Y", "")]).is_ok());
    }

    #[test]
    fn a_single_underscore_is_told_with_the_double_one() {
        for (name, meant) in [
            ("DATELINE_KAFKA_PARTITIONS", "DATELINE_KAFKA__PARTITIONS"),
            ("DATELINE_KAFKA_SASL_PASSWORD", "DATELINE_KAFKA__SASL_PASSWORD"),
        ] {
            let error = read("", &[(name, "hush")]).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("environment variable {name}: this names no setting; did you mean {meant}?")
            );
        }
    }
}
