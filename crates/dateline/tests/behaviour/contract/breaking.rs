//! What of a schema may not change: whoever reads by the older schema must be able to read what is written by the newer one.

use std::collections::BTreeSet;

use serde_json::Value;

/// Keywords that bound a value. One that was given stays as it was.
const BOUNDS: [&str; 11] = [
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "contentEncoding",
];

/// Every change from `old` to `new` that breaks a reader of `old`, with its place.
pub(crate) fn breaking_changes(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison { old, new, seen: BTreeSet::new(), changes: Vec::new() };
    comparison.compare(old, new, "");
    comparison.changes
}

struct Comparison<'s> {
    old: &'s Value,
    new: &'s Value,
    /// The pairs of definitions that have been compared: a definition may name itself.
    seen: BTreeSet<(String, String)>,
    changes: Vec<String>,
}

/// The definition that a schema refers to, if it does.
fn target<'s>(root: &'s Value, schema: &'s Value) -> Option<(&'s str, &'s Value)> {
    let reference = schema["$ref"].as_str()?;
    Some((reference, root.pointer(reference.strip_prefix('#')?)?))
}

fn words(list: &Value) -> BTreeSet<&str> {
    match list {
        Value::String(word) => BTreeSet::from([word.as_str()]),
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

fn alternatives(schema: &Value) -> &[Value] {
    let lists = ["anyOf", "oneOf"].into_iter().filter_map(|key| schema[key].as_array());
    lists.map(Vec::as_slice).next().unwrap_or_default()
}

/// The types that a schema takes: its own, or those of its alternatives where each has some.
fn types(schema: &Value) -> BTreeSet<&str> {
    let own = words(&schema["type"]);
    let others: Vec<BTreeSet<&str>> = alternatives(schema).iter().map(types).collect();
    let is_any = others.iter().any(BTreeSet::is_empty);
    if own.is_empty() && !is_any { others.into_iter().flatten().collect() } else { own }
}

/// Every word that a schema names as a value: its own and its alternatives'.
fn known_words(schema: &Value) -> BTreeSet<&str> {
    let own = words(&schema["const"]).into_iter().chain(words(&schema["enum"]));
    own.chain(alternatives(schema).iter().flat_map(known_words)).collect()
}

/// Whether a schema takes any word, whichever it knows.
fn is_open(schema: &Value) -> bool {
    let is_plain = schema["const"].is_null() && schema["enum"].is_null() && alternatives(schema).is_empty();
    is_plain || alternatives(schema).iter().any(is_open)
}

/// What tells an alternative from its siblings: the word of its tag, else its definition, else its type.
fn name_of(alternative: &Value) -> String {
    let members = alternative["properties"].as_object();
    let tag = members.and_then(|members| members.values().find_map(|member| member["const"].as_str()));
    let definition = alternative["$ref"].as_str().map(str::to_owned);
    tag.map(str::to_owned).or(definition).unwrap_or_else(|| alternative["type"].to_string())
}

/// The only alternative beside `null`, where there is one: that null is taken no more breaks nobody who reads.
fn sole_alternative(schema: &Value) -> Option<&Value> {
    let mut others = alternatives(schema).iter().filter(|one| one["type"] != "null");
    others.next().filter(|_| others.next().is_none())
}

impl<'s> Comparison<'s> {
    fn compare(&mut self, old: &'s Value, new: &'s Value, at: &str) {
        let old = sole_alternative(old).unwrap_or(old);
        let new = sole_alternative(new).unwrap_or(new);
        let (old_target, new_target) = (target(self.old, old), target(self.new, new));
        if old_target.is_some() || new_target.is_some() {
            let pair = (old_target.map_or("", |(name, _)| name), new_target.map_or("", |(name, _)| name));
            if self.seen.insert((format!("{}{at}", pair.0), pair.1.to_owned())) && at.len() < 400 {
                self.compare(
                    old_target.map_or(old, |(_, schema)| schema),
                    new_target.map_or(new, |(_, schema)| schema),
                    at,
                );
            }
        }
        let mut change = |what: String| self.changes.push(format!("{at}: {what}"));
        let (old_types, new_types) = (words(&old["type"]), types(new));
        if new_target.is_none()
            && !old_types.is_empty()
            && (new_types.is_empty() || !new_types.is_subset(&old_types))
        {
            change(format!("its type was {}, and is {}", old["type"], new["type"]));
        }
        for bound in BOUNDS {
            if !old[bound].is_null() && old[bound] != new[bound] && new_target.is_none() {
                change(format!("its {bound} was {}, and is {}", old[bound], new[bound]));
            }
        }
        for gone in words(&old["required"]).difference(&words(&new["required"])) {
            change(format!("`{gone}` was always there, and need not be any more"));
        }
        let (old_words, new_words) = (known_words(old), known_words(new));
        for gone in old_words.difference(&new_words) {
            change(format!("the word `{gone}` is gone"));
        }
        if !old_words.is_empty() && !is_open(old) {
            for added in new_words.difference(&old_words) {
                change(format!("the word `{added}` joined a closed set"));
            }
        }
        let members = |schema: &'s Value| schema["properties"].as_object();
        for (name, old_member) in members(old).into_iter().flatten() {
            match members(new).and_then(|members| members.get(name)) {
                None => self.changes.push(format!("{at}: `{name}` is gone")),
                Some(new_member) => self.compare(old_member, new_member, &format!("{at}/{name}")),
            }
        }
        for (key, step) in [("items", "[]"), ("additionalProperties", "{}")] {
            if old[key].is_object() {
                self.compare(&old[key], &new[key], &format!("{at}{step}"));
            }
        }
        self.compare_alternatives(old, new, at);
    }

    fn compare_alternatives(&mut self, old: &'s Value, new: &'s Value, at: &str) {
        let (old_ones, new_ones) = (alternatives(old), alternatives(new));
        if old_ones.is_empty() || !known_words(old).is_empty() {
            return;
        }
        for one in old_ones {
            match new_ones.iter().find(|other| name_of(other) == name_of(one)) {
                Some(other) => self.compare(one, other, at),
                None if name_of(one) == "\"null\"" => {}
                None => self.changes.push(format!("{at}: the alternative {} is gone", name_of(one))),
            }
        }
        let is_closed = !old_ones.iter().any(|one| name_of(one) == "\"object\"");
        for other in new_ones.iter().filter(|_| is_closed) {
            if !old_ones.iter().any(|one| name_of(one) == name_of(other)) {
                self.changes.push(format!("{at}: the alternative {} joined", name_of(other)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::describe_to_subscribers;
    use serde_json::json;

    use super::*;

    fn released() -> Value {
        json!({
            "type": "object",
            "properties": {
                "id": { "type": "string" },
                "revision": { "type": "integer", "format": "uint32", "minimum": 0 },
                "score": { "type": ["number", "null"] },
                "label": { "$ref": "#/$defs/Label" },
                "side": { "type": "string", "enum": ["left", "right"] },
                "place": { "$ref": "#/$defs/Place" },
                "spans": { "type": "array", "items": { "$ref": "#/$defs/Span" } },
            },
            "required": ["id", "label"],
            "$defs": {
                "Label": { "anyOf": [{ "const": "yes", "type": "string" }, { "const": "no", "type": "string" }, { "type": "string" }] },
                "Place": { "anyOf": [
                    { "$ref": "#/$defs/Span", "type": "object", "properties": { "in": { "const": "title", "type": "string" } } },
                    { "type": "object" },
                ] },
                "Span": { "type": "object", "properties": { "start": { "type": "integer" } }, "required": ["start"] },
            },
        })
    }

    /// What breaks when `value` takes the place of what stands at `pointer`.
    fn broken_by(pointer: &str, value: Value) -> String {
        let mut new = released();
        *new.pointer_mut(pointer).unwrap() = value;
        breaking_changes(&released(), &new).join("\n")
    }

    #[test]
    fn what_may_be_added_breaks_nobody() {
        let nothing = String::new();
        assert_eq!(broken_by("/required", json!(["id", "label", "revision"])), nothing);
        assert_eq!(broken_by("/properties/score/type", json!("number")), nothing);
    }

    #[test]
    fn a_new_field_a_new_word_and_a_new_place_break_nobody() {
        let mut new = released();
        new["properties"]["title"] = json!({ "type": "string" });
        new["$defs"]["Label"]["anyOf"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "const": "perhaps", "type": "string" }));
        new["$defs"]["Place"]["anyOf"].as_array_mut().unwrap().push(
            json!({ "$ref": "#/$defs/Span", "type": "object", "properties": { "in": { "const": "lede", "type": "string" } } }),
        );
        assert_eq!(breaking_changes(&released(), &new), Vec::<String>::new());
    }

    #[test]
    fn what_a_reader_relies_on_may_not_go_nor_become_another_thing() {
        for (pointer, value, change) in [
            ("/properties", json!({}), "`id` is gone"),
            ("/properties/id/type", json!("integer"), "/id: its type was \"string\""),
            ("/properties/id/type", json!(["string", "null"]), "/id: its type was \"string\""),
            ("/properties/revision/minimum", json!(-1), "/revision: its minimum was 0"),
            ("/properties/revision/format", json!("int64"), "/revision: its format"),
            ("/required", json!(["id"]), "`label` was always there"),
            ("/properties/side/enum", json!(["left"]), "/side: the word `right` is gone"),
            (
                "/properties/side/enum",
                json!(["left", "right", "up"]),
                "/side: the word `up` joined a closed set",
            ),
            ("/$defs/Label/anyOf/0/const", json!("oui"), "/label: the word `yes` is gone"),
            ("/properties/label", json!({ "type": "integer" }), "/label"),
            (
                "/$defs/Span/properties/start/type",
                json!("string"),
                "/spans[]/start: its type was \"integer\"",
            ),
            ("/$defs/Span/required", json!([]), "/spans[]: `start` was always there"),
            ("/$defs/Place/anyOf/0/properties/in/const", json!("head"), "/place"),
        ] {
            let broken = broken_by(pointer, value.clone());
            assert!(broken.contains(change), "{pointer} = {value}: {broken}");
        }
    }

    #[test]
    fn a_set_that_was_told_as_closed_is_open_to_subscribers() {
        let mut open = json!({ "type": "string", "enum": ["left"] });
        let mut wider = json!({ "type": "string", "enum": ["left", "right"] });
        describe_to_subscribers(&mut open);
        describe_to_subscribers(&mut wider);
        assert_eq!(breaking_changes(&open, &wider), Vec::<String>::new());
    }
}
