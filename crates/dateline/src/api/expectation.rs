//! What a parameter or a member of a body is to be, in plain words, told from its JSON Schema: for messages to whoever sent another.

use dateline_wire::may_hold_secret;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::console::shown::visible;

/// The most of a value that a message repeats, in scalar values.
const MAX_SHOWN_CHARS: usize = 80;

/// The fields of a type, each with its schema.
pub(super) struct Fields {
    properties: Map<String, Value>,
    definitions: Map<String, Value>,
    required: Vec<String>,
    may_be_others: bool,
}

impl Fields {
    /// Those of `T`.
    pub(super) fn of<T: JsonSchema>() -> Self {
        let schema = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
        let part = |name: &str| schema.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let required = required.filter_map(Value::as_str).map(str::to_owned).collect();
        let may_be_others = schema.get("additionalProperties") != Some(&Value::Bool(false));
        Self { properties: part("properties"), definitions: part("$defs"), required, may_be_others }
    }

    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.properties.keys().map(String::as_str)
    }

    /// The names of those that have to be there.
    pub(super) fn required(&self) -> impl Iterator<Item = &str> {
        self.required.iter().map(String::as_str)
    }

    /// Whether others are passed over, rather than refused.
    pub(super) fn may_be_others(&self) -> bool {
        self.may_be_others
    }

    /// Whether there is one called `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    /// What the field called `name` is to be.
    pub(super) fn expected(&self, name: &str) -> String {
        self.properties.get(name).map_or_else(|| "nothing".to_owned(), |schema| self.words(schema))
    }

    fn words(&self, schema: &Value) -> String {
        let mut choices = Vec::new();
        self.add_choices(schema, &mut choices);
        if !choices.is_empty() {
            return choices.join(" or ");
        }
        let schema = self.resolved(schema);
        let kind = schema.get("type");
        let is = |word: &str| {
            kind.is_some_and(|kind| {
                kind == word || kind.as_array().is_some_and(|kinds| kinds.contains(&word.into()))
            })
        };
        let format = schema.get("format").and_then(Value::as_str);
        match format {
            Some("uri") => "an address in full, such as https://news.example/rss".to_owned(),
            _ if is("integer") => {
                let least = schema.get("minimum").and_then(Value::as_u64).unwrap_or(0);
                format!("a whole number of {least} or more")
            }
            _ if is("number") => "a number".to_owned(),
            _ if is("boolean") => "true or false".to_owned(),
            _ if is("array") => "a list of texts".to_owned(),
            _ if is("object") => {
                let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
                let names: Vec<&str> = members.map(|(name, _)| name.as_str()).collect();
                format!("a JSON object of {}", names.join(", "))
            }
            _ => "a text".to_owned(),
        }
    }

    /// The words that `schema` takes, where it takes a few and nothing else.
    fn add_choices(&self, schema: &Value, choices: &mut Vec<String>) {
        let schema = self.resolved(schema);
        choices.extend(schema.get("const").and_then(Value::as_str).map(|word| format!("`{word}`")));
        let words = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        choices.extend(words.filter_map(Value::as_str).map(|word| format!("`{word}`")));
        for part in ["oneOf", "anyOf"] {
            for choice in schema.get(part).and_then(Value::as_array).into_iter().flatten() {
                self.add_choices(choice, choices);
            }
        }
    }

    /// The schema itself, or that which it refers to.
    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let name =
            schema.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix("#/$defs/"));
        name.and_then(|name| self.definitions.get(name)).unwrap_or(schema)
    }
}

/// A value as messages show it. What looks like an address with a login or a key isn't.
pub(super) fn shown(value: &str) -> String {
    match value {
        "" => "an empty text".to_owned(),
        value if may_hold_secret(value) => "something (not shown, since it may hold a password)".to_owned(),
        value => format!("`{}`", visible(value, MAX_SHOWN_CHARS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_as_one_reads_it_and_never_with_a_login_or_a_key() {
        assert_eq!(shown("ten"), "`ten`");
        assert_eq!(shown(""), "an empty text");
        for address in ["https://anna:hunter2@news.example/", "news.example/rss?token=hunter2"] {
            assert!(!shown(address).contains("hunter2"), "{address}");
        }
    }
}
