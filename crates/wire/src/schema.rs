//! The JSON Schemas of events: what they say, and where they are found.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::EventKind;

/// The address under which the schemas are served: `[schemas] base` in the settings. Without one, a schema goes by a name
/// alone, a URN, since CloudEvents 1.0 asks for an absolute URI and a daemon doesn't know where others reach it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SchemaBase(Option<Url>);

impl SchemaBase {
    /// The address that `text` is; none if it is empty.
    ///
    /// # Errors
    /// Why nothing can be found under it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let meant = |why: &str| {
            format!(
                "{why}; expected an address such as \"https://news.example/v1/schemas\", without user name, password and query"
            )
        };
        let mut url = Url::parse(text).map_err(|error| meant(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(meant("it is no http or https URL"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(meant("subscribers would be told its user name and password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(meant("it has a query or a fragment"));
        }
        let folder = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&folder);
        Ok(Self(Some(url)))
    }

    /// The CloudEvents `dataschema` of events of `kind`, which is the `$id` of its schema.
    pub fn dataschema(&self, kind: EventKind) -> Cow<'static, str> {
        match &self.0 {
            None => kind.schema_urn().into(),
            Some(base) => format!("{base}{}", kind.schema_file()).into(),
        }
    }

    /// The JSON Schema (draft 2020-12) of the JSON of events of `kind`.
    pub fn schema(&self, kind: EventKind) -> Value {
        let schema = match kind {
            EventKind::Article => schemars::schema_for!(crate::ArticleEvent),
            EventKind::Withdrawal => schemars::schema_for!(crate::WithdrawalEvent),
            EventKind::Reject => schemars::schema_for!(crate::RejectEvent),
            EventKind::Health => schemars::schema_for!(crate::HealthEvent),
            EventKind::Story => schemars::schema_for!(crate::StoryEvent),
        };
        let mut schema = schema.to_value();
        describe_to_subscribers(&mut schema);
        leave_null_out(&mut schema);
        schema["$id"] = self.dataschema(kind).into();
        schema["examples"] = json!([event_example(kind)]);
        schema
    }
}

impl TryFrom<String> for SchemaBase {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// An event of `kind` as subscribers get it.
pub fn event_example(kind: EventKind) -> Value {
    let text = match kind {
        EventKind::Article => include_str!("schema/dateline.article.v1.example.json"),
        EventKind::Withdrawal => include_str!("schema/dateline.withdrawal.v1.example.json"),
        EventKind::Reject => include_str!("schema/dateline.reject.v1.example.json"),
        EventKind::Health => include_str!("schema/dateline.health.v1.example.json"),
        EventKind::Story => include_str!("schema/dateline.story.v1.example.json"),
    };
    // A test reads each of them.
    serde_json::from_str(text).unwrap_or_default()
}

/// Has a schema say that nothing is `null`, which it takes for what may be absent as it is derived: what isn't known is absent.
pub fn leave_null_out(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(leave_null_out),
        Value::Object(members) => {
            members.values_mut().for_each(leave_null_out);
            if members.get("default").is_some_and(Value::is_null) {
                members.remove("default");
            }
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".into(), only);
                }
            }
            if let Some(Value::Array(mut alternatives)) = members.remove("anyOf") {
                alternatives.retain(|one| one["type"] != "null");
                match alternatives.as_slice() {
                    [Value::Object(only)] if only.contains_key("$ref") => members.extend(only.clone()),
                    _ => drop(members.insert("anyOf".into(), alternatives.into())),
                }
            }
        }
        _ => {}
    }
}

/// Makes of a schema as it is derived one for subscribers, who read what later versions write: its words and its tagged objects are
/// those that are known, among which others may come (docs/compatibility.md). And its texts lose what is meant for rustdoc.
pub fn describe_to_subscribers(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(describe_to_subscribers),
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = text.replace("\n\n", "\u{c}").replace('\n', " ").replace('\u{c}', "\n\n");
                *text = text.replace("[`", "`").replace("`]", "`");
            }
            members.values_mut().for_each(describe_to_subscribers);
            // What a reader of ours takes where an older version says nothing is no default for others.
            if members.contains_key("$ref") {
                members.remove("default");
            }
            if let Some(known) = members.remove("enum") {
                members.insert("anyOf".into(), json!([{ "enum": known }, any_later("string")]));
            }
            match members.remove("oneOf") {
                Some(Value::Array(mut known)) if known.iter().all(is_word) => {
                    known.push(any_later("string"));
                    members.insert("anyOf".into(), known.into());
                }
                Some(Value::Array(mut known)) if known.iter().all(has_tag) => {
                    for tag in
                        known.iter_mut().filter_map(|one| one["properties"].as_object_mut()).flat_map(tags)
                    {
                        tag.insert("description".into(), "Which of these it is.".into());
                    }
                    known.push(any_later("object"));
                    members.insert("anyOf".into(), known.into());
                }
                Some(other) => {
                    members.insert("oneOf".into(), other);
                }
                None => {}
            }
        }
        _ => {}
    }
}

fn any_later(type_name: &str) -> Value {
    json!({ "description": "One that a later version may bring.", "type": type_name })
}

/// Whether this is a word of a set, or several of them.
fn is_word(schema: &Value) -> bool {
    schema["type"] == "string" && (schema["const"].is_string() || schema["anyOf"].is_array())
}

/// The members of an object that say which of several it is.
fn tags(members: &mut Map<String, Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    members.values_mut().filter_map(Value::as_object_mut).filter(|member| member.contains_key("const"))
}

/// Whether this is an object with a member that says which of several it is.
fn has_tag(schema: &Value) -> bool {
    let members = schema["properties"].as_object();
    members.is_some_and(|members| members.values().any(|member| member["const"].is_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    #[test]
    fn a_schema_goes_by_a_name_or_by_the_address_that_answers() {
        let address = |base: &str| SchemaBase::parse(base).map(|base| base.dataschema(EventKind::Reject));
        assert_eq!(address(""), Ok("urn:dateline:schema:reject:v1".into()));
        for base in ["https://news.example/v1/schemas", "https://news.example/v1/schemas/"] {
            assert_eq!(address(base), Ok("https://news.example/v1/schemas/dateline.reject.v1.json".into()));
        }
    }

    #[test]
    fn what_nothing_can_be_found_under_is_refused() {
        for base in
            ["/v1/schemas", "ftp://a.example/", "https://me:hush@a.example/", "https://a.example/?x=1"]
        {
            let error = SchemaBase::parse(base).unwrap_err();
            assert!(error.contains("expected an address") && !error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn sets_of_words_are_open_and_say_what_each_known_word_means() {
        let schema = SchemaBase::default().schema(EventKind::Health);
        let kinds = schema["$defs"]["HealthKind"]["anyOf"].as_array().unwrap();
        assert_eq!(kinds[0]["const"], "dead");
        assert!(kinds[0]["description"].as_str().unwrap().contains("gone"));
        assert_eq!(*kinds.last().unwrap(), any_later("string"));
        let article = SchemaBase::default().schema(EventKind::Article);
        for set in ["Label", "Precision", "Place"] {
            let known = article["$defs"][set]["anyOf"].as_array().unwrap();
            assert!(known.last().unwrap()["description"].as_str().unwrap().contains("later"), "{set}");
        }
        assert!(!article.to_string().contains("[`"), "links of rustdoc mean nothing to subscribers");
    }

    #[test]
    fn each_schema_has_an_event_as_it_is_written_and_takes_no_null() {
        for kind in EventKind::ALL {
            let example = event_example(kind);
            let written = |read: serde_json::Result<Event>| {
                serde_json::from_str::<Value>(&read.unwrap().to_json().unwrap())
            };
            let read = match kind {
                EventKind::Article => serde_json::from_value(example.clone()).map(Event::Article),
                EventKind::Withdrawal => serde_json::from_value(example.clone()).map(Event::Withdrawal),
                EventKind::Reject => serde_json::from_value(example.clone()).map(Event::Reject),
                EventKind::Health => serde_json::from_value(example.clone()).map(Event::Health),
                EventKind::Story => serde_json::from_value(example.clone())
                    .map(|story: crate::StoryEvent| Event::Story(story.into())),
            };
            assert_eq!(written(read).unwrap(), example, "{}", kind.word());
            let schema = SchemaBase::default().schema(kind);
            assert!(!schema.to_string().contains("null"), "{}", kind.word());
        }
    }
}
