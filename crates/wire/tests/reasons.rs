//! What subscribers are told about reasons: the same in the code, in the JSON Schema and in the documentation.

#![allow(clippy::unwrap_used)] // the whole file is test code

use std::fmt::Write;

use dateline_wire::{EventKind, HealthKind, RejectReason, SchemaBase, Stage};
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../docs/reasons.md");

fn tables() -> [String; 3] {
    let mut stages = "| stage | how far the entry came |\n| --- | --- |\n".to_owned();
    for stage in Stage::ALL {
        writeln!(stages, "| `{stage}` | {} |", stage.meaning()).unwrap();
    }
    let mut reasons = "| reason | stage | what it means |\n| --- | --- | --- |\n".to_owned();
    for reason in RejectReason::ALL {
        let given: Vec<String> = reason.stages().iter().map(|stage| format!("`{stage}`")).collect();
        writeln!(reasons, "| `{reason}` | {} | {} |", given.join(", "), reason.meaning()).unwrap();
    }
    let mut health = "| kind | what it means |\n| --- | --- |\n".to_owned();
    for kind in HealthKind::ALL {
        writeln!(health, "| `{kind}` | {} |", kind.meaning()).unwrap();
    }
    [stages, reasons, health]
}

#[test]
fn the_page_on_reasons_says_what_the_code_means() {
    for table in tables() {
        assert!(PAGE.contains(&table), "docs/reasons.md lacks this table as it is now:\n\n{table}");
    }
}

/// The words that a schema knows under `name`, and what it says of each.
fn described(schema: &Value, name: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let choices = schema["$defs"][name]["anyOf"].as_array().unwrap();
    let known = choices.iter().filter(|choice| choice["const"].is_string());
    known.map(|choice| (text(&choice["const"]), text(&choice["description"]))).collect()
}

#[test]
fn the_schema_lists_every_reason_with_its_meaning() {
    let reject = SchemaBase::default().schema(EventKind::Reject);
    let reasons: Vec<_> = RejectReason::ALL
        .iter()
        .map(|reason| (reason.as_str().to_owned(), reason.meaning().to_owned()))
        .collect();
    assert_eq!(described(&reject, "RejectReason"), reasons);
    assert_eq!(reject["properties"]["reason"]["$ref"], json!("#/$defs/RejectReason"));
    assert_eq!(described(&reject, "Stage").len(), Stage::ALL.len());
    assert_eq!(
        described(&SchemaBase::default().schema(EventKind::Health), "HealthKind").len(),
        HealthKind::ALL.len()
    );
}

#[test]
fn every_reason_has_a_stage_and_every_stage_a_reason() {
    assert!(RejectReason::ALL.iter().all(|reason| !reason.stages().is_empty()));
    for stage in Stage::ALL {
        assert!(RejectReason::ALL.iter().any(|reason| reason.stages().contains(stage)), "{stage}");
    }
}
