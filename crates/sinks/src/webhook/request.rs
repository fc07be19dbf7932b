//! An event as it is posted: its JSON, the fields of Standard Webhooks, and its attributes as CloudEvents' HTTP binding has them in
//! binary mode (section 3.1 of that binding).

use bytes::Bytes;
use dateline_wire::{CloudEvent, Envelope};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::SigningKeys;

/// What is percent-encoded in the value of an attribute (HTTP binding, section 3.1.3.2), beside all that is not ASCII.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// Fields and body for `event`, sent at `now`.
///
/// The id is signed before the body, with a full stop between: none of its characters is anybody else's choice, since it is a digest
/// and, for articles, the number of the revision.
pub(super) fn request(
    event: &CloudEvent,
    envelope: &Envelope,
    keys: &SigningKeys,
    now: Timestamp,
) -> (HeaderMap, Bytes) {
    let body = Bytes::copy_from_slice(event.data.as_bytes());
    let timestamp = now.as_second();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CloudEvent::CONTENT_TYPE));
    let mut put = |name: &'static str, value: &str| {
        let value = utf8_percent_encode(value, ENCODED).to_string();
        // What is encoded so is visible ASCII.
        headers.extend(HeaderValue::try_from(value).ok().map(|value| (HeaderName::from_static(name), value)));
    };
    put("ce-specversion", CloudEvent::SPECVERSION);
    put("ce-id", &event.id);
    put("ce-source", envelope.source_of(event.sequence));
    put("ce-type", event.kind.ce_type());
    put("ce-time", &event.time.to_string());
    put("ce-subject", &event.key);
    put("ce-dataschema", &envelope.schemas.dataschema(event.kind));
    put("ce-sequence", &event.sequence.to_string());
    envelope.journal.iter().for_each(|journal| put("ce-journal", journal.as_str()));
    if !event.traceparent.is_empty() {
        put("traceparent", &event.traceparent);
    }
    put("webhook-id", &event.id);
    put("webhook-timestamp", &timestamp.to_string());
    let id = utf8_percent_encode(&event.id, ENCODED).to_string();
    let signature = keys.sign(&id, timestamp, &body);
    headers.extend(
        HeaderValue::try_from(signature)
            .ok()
            .map(|value| (HeaderName::from_static("webhook-signature"), value)),
    );
    (headers, body)
}
