//! The topics as AsyncAPI 3: what stands on each, by which key, under which headers.

use dateline_publisher::Topics;
use dateline_wire::{EventKind, SchemaBase, event_example};
use serde_json::{Map, Value, json};

/// The document for a daemon with these topics. `schemas` is where the schemas are as seen from the document, such as `schemas/`: each is
/// referred to by its file's name there.
pub fn asyncapi(schemas: &str, topics: &Topics) -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    for kind in EventKind::ALL {
        let (word, plural) = (kind.word(), kind.plural());
        channels.insert(
            plural.into(),
            json!({
                "address": topics.of(kind),
                "description": format!("{}{}", about(kind), tombstones(kind)),
                "messages": { (word): { "$ref": format!("#/components/messages/{word}") } },
            }),
        );
        operations.insert(
            format!("send_{plural}"),
            json!({
                "action": "send",
                "channel": { "$ref": format!("#/channels/{plural}") },
                "summary": "Dateline writes in transactions: read with `isolation.level=read_committed`.",
            }),
        );
        messages.insert(word.into(), message(kind, schemas));
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Dateline",
            "version": "1",
            "description": "Events as Kafka records: CloudEvents 1.0 in binary content mode, each exactly once for subscribers that read \
                            `read_committed`, in the order of `ce_sequence` under each key. docs/subscribing.md says the rest.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": { "headers": headers() } },
    })
}

fn about(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Article => "Articles on the subject and their revisions.",
        EventKind::Withdrawal => "Articles that their sites don't have any more.",
        EventKind::Reject => "Entries that were not published, each with the stage and the reason.",
        EventKind::Health => "What happened to feeds.",
        EventKind::Story => {
            "Happenings, each with all that reports it: the last event of a story tells the whole of it."
        }
    }
}

fn tombstones(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Article => {
            " Where the topic is compacted, a record without a value stands under the key of an article that was withdrawn."
        }
        _ => "",
    }
}

fn key(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Article | EventKind::Withdrawal => "The article's id.",
        EventKind::Reject => {
            "The article's id, else the address that was to be fetched, else the event's id."
        }
        EventKind::Health => "The feed's id.",
        EventKind::Story => "The story's id.",
    }
}

fn message(kind: EventKind, schemas: &str) -> Value {
    json!({
        "name": kind.ce_type(),
        "title": about(kind),
        "contentType": "application/json",
        "headers": { "$ref": "#/components/schemas/headers" },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": { "$ref": format!("{schemas}{}", kind.schema_file()) },
        },
        "examples": [example(kind)],
        "bindings": {
            "kafka": { "key": { "type": "string", "description": key(kind) }, "bindingVersion": "0.5.0" },
        },
    })
}

/// A record as it may stand on a topic of `kind`.
fn example(kind: EventKind) -> Value {
    let payload = event_example(kind);
    let headers = json!({
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": payload["id"],
        "ce_source": "/dateline/news",
        "ce_type": kind.ce_type(),
        "ce_time": "2026-03-02T17:26:47.065Z",
        "ce_dataschema": SchemaBase::default().dataschema(kind),
        "ce_sequence": "150",
        "ce_journal": "0f3c2a9be0754c2f8d0a9a6a5cfb1c11",
    });
    json!({ "name": kind.word(), "headers": headers, "payload": payload })
}

fn headers() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "properties": {
            "content-type": {
                "type": "string",
                "description": "application/json; application/octet-stream where values are framed for a schema registry.",
                "examples": ["application/json"],
            },
            "ce_specversion": { "const": "1.0", "description": "The version of CloudEvents." },
            "ce_id": text("The event's id: whoever has seen it has seen the event."),
            "ce_source": text("The daemon, as its `source` says."),
            "ce_type": text("The kind of event, such as dateline.article.v1."),
            "ce_time": { "type": "string", "format": "date-time", "description": "When it was committed." },
            "ce_subject": text("What the key is; absent where that is longer than 2,048 bytes."),
            "ce_dataschema": {
                "type": "string",
                "format": "uri",
                "description": "The schema of the value: its address where `[schemas] base` is set, else a name.",
            },
            "ce_sequence": {
                "type": "string",
                "pattern": "^[0-9]+$",
                "description": "The event's place in its journal, a decimal number: events of all topics are in this order.",
            },
            "ce_journal": text("The journal that `ce_sequence` counts in; it stays the same when that is restored from a copy."),
            "ce_entrydigest": text("Of what the feed's entry said; for a journal that is restored."),
            "traceparent": text("The work that made it (W3C Trace Context)."),
        },
        "required": [
            "content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_dataschema", "ce_sequence", "ce_journal",
        ],
    })
}
