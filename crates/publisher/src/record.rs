//! An event as a Kafka record: CloudEvents 1.0, Kafka protocol binding, binary content mode.

use std::borrow::Cow;

use dateline_wire::{
    CloudEvent, EntryRef, Envelope, EventId, EventKind, FeedRef, JournalId, RejectEvent, RejectReason,
    Sequence, Stage,
};
use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Header, Headers, OwnedHeaders};
use serde::Deserialize;
use url::Url;

use crate::registry::unframed;

/// The longest `ce_subject`, in bytes. A longer one is left out: the key says the same in full.
const MAX_SUBJECT_BYTES: usize = 2_048;

/// The most that the feed and the entry of an oversize event may take in its stand-in.
const MAX_WHOSE_BYTES: usize = 2_048;

/// The longest key that an oversize event's stand-in takes over.
const MAX_STAND_IN_KEY_BYTES: usize = 1_024;

/// The headers by which a restored journal finds what it lacks, beside those of CloudEvents itself: the event's place, whose sequence
/// that is a place in, and what the entry said. The last two are extensions.
pub(crate) const SEQUENCE: &str = "ce_sequence";
pub(crate) const JOURNAL: &str = "ce_journal";
pub(crate) const ENTRY_DIGEST: &str = "ce_entrydigest";

/// What becomes the headers, in the order in which they are sent.
pub(crate) fn headers<'e>(
    event: &'e CloudEvent,
    envelope: &'e Envelope,
    lineage: &'e JournalId,
) -> Vec<(&'static str, Cow<'e, str>)> {
    let mut headers: Vec<(&'static str, Cow<'e, str>)> = vec![
        ("content-type", CloudEvent::CONTENT_TYPE.into()),
        ("ce_specversion", CloudEvent::SPECVERSION.into()),
        ("ce_id", clean(&event.id)),
        ("ce_source", clean(envelope.source_of(event.sequence))),
        ("ce_type", event.kind.ce_type().into()),
        ("ce_time", event.time.to_string().into()),
        ("ce_dataschema", envelope.schemas.dataschema(event.kind)),
        (SEQUENCE, event.sequence.to_string().into()),
        (JOURNAL, lineage.as_str().into()),
    ];
    if let Some(digest) = event.entry_digest {
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        headers.push((ENTRY_DIGEST, digest.into()));
    }
    if event.key.len() <= MAX_SUBJECT_BYTES {
        headers.push(("ce_subject", clean(&event.key)));
    }
    if !event.traceparent.is_empty() {
        headers.push(("traceparent", clean(&event.traceparent)));
    }
    headers
}

/// What a framed value is to those who don't know the frame: JSON stands in it, but it is none.
const FRAMED_CONTENT_TYPE: &str = "application/octet-stream";

/// Has `headers` say that the value is framed.
pub(crate) fn mark_as_framed(headers: &mut [(&'static str, Cow<'_, str>)]) {
    let content_type = headers.iter_mut().find(|(name, _)| *name == "content-type");
    content_type.into_iter().for_each(|(_, value)| *value = FRAMED_CONTENT_TYPE.into());
}

/// A digest as its header spells it.
pub(crate) fn digest_of(text: &str) -> Option<[u8; 16]> {
    let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(text, 16).ok().filter(|_| is_hex)?;
    Some(number.to_be_bytes())
}

/// What a record says of the event that it was made of.
pub(crate) struct RecordedEvent {
    pub(crate) event: CloudEvent,
    /// Its `ce_source`.
    pub(crate) source: String,
    /// Whose sequence it is in, where the record says so.
    pub(crate) journal: Option<JournalId>,
}

/// The event that a record was made of; `None` for what isn't one of ours, or has no value.
pub(crate) fn event_of(message: &BorrowedMessage<'_>) -> Option<RecordedEvent> {
    let headers = message.headers()?;
    let header = |name: &str| {
        let header = headers.iter().find(|header| header.key == name)?;
        std::str::from_utf8(header.value?).ok()
    };
    let text = |bytes: Option<&[u8]>| String::from_utf8(bytes?.to_vec()).ok();
    let kind = header("ce_type")?;
    let event = CloudEvent {
        sequence: Sequence(header(SEQUENCE)?.parse().ok()?),
        kind: EventKind::ALL.into_iter().find(|each| each.ce_type() == kind)?,
        id: header("ce_id")?.to_owned(),
        key: text(message.key())?,
        time: header("ce_time")?.parse().ok()?,
        traceparent: header("traceparent").unwrap_or_default().to_owned(),
        data: text(message.payload().map(unframed))?,
        entry_digest: header(ENTRY_DIGEST).and_then(digest_of),
    };
    let journal = header(JOURNAL).map(JournalId::from_stored);
    Some(RecordedEvent { event, source: header("ce_source")?.to_owned(), journal })
}

/// The same as librdkafka takes them.
pub(crate) fn owned(headers: &[(&'static str, Cow<'_, str>)]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |owned, (key, value)| {
        owned.insert(Header { key, value: Some(value.as_bytes()) })
    })
}

/// The size of a record before compression: its key, its headers and its value.
pub(crate) fn size(event: &CloudEvent, headers: &[(&'static str, Cow<'_, str>)]) -> usize {
    let headers: usize = headers.iter().map(|(key, value)| key.len() + value.len()).sum();
    event.key.len() + headers + event.data.len()
}

/// Text from outside, fit for a header: control characters (RFC 9110, section 5.5, which gateways to HTTP apply) are
/// percent-encoded.
fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return text.into();
    }
    let mut cleaned = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c.is_control() {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                cleaned.push_str(&format!("%{byte:02X}"));
            }
        } else {
            cleaned.push(c);
        }
    }
    cleaned.into()
}

/// The id of what announces the oversize event `event`.
pub(crate) fn stand_in_id(event: &str) -> EventId {
    EventId::of_parts(&[RejectReason::RecordTooLarge.as_str(), event])
}

/// What an oversize event is announced with: a reject in its place, with its sequence and (if that is sane) its key.
///
/// The event itself stands in the journal, where it can be read over HTTP by its sequence.
///
/// # Errors
/// Never with the fields that are put in here.
pub(crate) fn stand_in(
    event: &CloudEvent,
    bytes: usize,
    limit: usize,
) -> Result<CloudEvent, serde_json::Error> {
    let about: StandInFields = serde_json::from_str(&event.data).unwrap_or_default();
    let id = stand_in_id(&event.id);
    let key =
        if event.key.len() <= MAX_STAND_IN_KEY_BYTES { event.key.clone() } else { id.as_str().to_owned() };
    let article =
        (event.kind == EventKind::Article).then(|| dateline_wire::ArticleId::from_stored(key.as_str()));
    let (feed, entry) = about.whose();
    let reject = RejectEvent {
        id: id.clone(),
        article,
        url: about.url.filter(|url| url.as_str().len() <= MAX_SUBJECT_BYTES),
        stage: Stage::Deliver,
        reason: RejectReason::RecordTooLarge,
        detail: format!(
            "{} {} takes {bytes} bytes as a record, {limit} are allowed; it stands in the journal at {}",
            event.kind.word(),
            event.id,
            event.sequence
        ),
        feed,
        entry,
        relevance: None,
    };
    Ok(CloudEvent {
        sequence: event.sequence,
        kind: EventKind::Reject,
        id: id.as_str().to_owned(),
        key,
        time: event.time,
        traceparent: event.traceparent.clone(),
        data: serde_json::to_string(&reject)?,
        entry_digest: event.entry_digest,
    })
}

/// What of an event its stand-in repeats.
#[derive(Default, Deserialize)]
struct StandInFields {
    url: Option<Url>,
    feed: Option<FeedRef>,
    entry: Option<EntryRef>,
}

impl StandInFields {
    /// Feed and entry, by which a restored journal knows whose outcome the stand-in is; none where they are what is so large.
    fn whose(&self) -> (Option<FeedRef>, Option<EntryRef>) {
        let bytes = serde_json::to_vec(&(&self.feed, &self.entry)).map_or(usize::MAX, |json| json.len());
        if bytes > MAX_WHOSE_BYTES { (None, None) } else { (self.feed.clone(), self.entry.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::Sequence;
    use jiff::Timestamp;

    use super::*;

    fn event(key: &str, data: &str) -> CloudEvent {
        CloudEvent {
            sequence: Sequence(7),
            kind: EventKind::Article,
            id: "a.1".into(),
            key: key.into(),
            time: Timestamp::UNIX_EPOCH,
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
            data: data.into(),
            entry_digest: Some([0xab; 16]),
        }
    }

    fn journal() -> JournalId {
        JournalId::from_stored("first")
    }

    fn header<'h>(headers: &'h [(&'static str, Cow<'_, str>)], name: &str) -> Option<&'h str> {
        headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_ref())
    }

    #[test]
    fn the_headers_are_those_of_the_binary_mode() {
        let event = event("a", "{}");
        let (envelope, journal) = (Envelope::from("/dateline"), journal());
        let headers = headers(&event, &envelope, &journal);
        for (name, value) in [
            ("content-type", "application/json"),
            ("ce_specversion", "1.0"),
            ("ce_id", "a.1"),
            ("ce_source", "/dateline"),
            ("ce_type", "dateline.article.v1"),
            ("ce_time", "1970-01-01T00:00:00Z"),
            ("ce_subject", "a"),
            ("ce_dataschema", "urn:dateline:schema:article:v1"),
            ("ce_sequence", "7"),
            ("ce_journal", "first"),
            ("ce_entrydigest", "abababababababababababababababab"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ] {
            assert_eq!(header(&headers, name), Some(value), "{name}");
        }
    }

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        assert_eq!(digest_of("abababababababababababababababab"), Some([0xab; 16]));
        for other in ["", "ab", "+bababababababababababababababab", "xbababababababababababababababab"] {
            assert_eq!(digest_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_subject_from_outside_cannot_break_a_line_nor_grow_without_bound() {
        let broken = event("https://n.example/\r\nx: y\0", "{}");
        assert_eq!(
            header(&headers(&broken, &"s".into(), &journal()), "ce_subject"),
            Some("https://n.example/%0D%0Ax: y%00")
        );
        let long = event(&"k".repeat(MAX_SUBJECT_BYTES + 1), "{}");
        assert_eq!(header(&headers(&long, &"s".into(), &journal()), "ce_subject"), None);
    }

    #[test]
    fn an_oversize_event_is_announced_in_its_place() {
        let data = r#"{"url":"https://n.example/1","title":"x","entry":{"id":"e"}}"#;
        let large = event("a", data);
        let stand_in = stand_in(&large, 2_000_000, 1_000_000).unwrap();
        assert_eq!((stand_in.sequence, stand_in.kind), (large.sequence, EventKind::Reject));
        assert_eq!(stand_in.key, large.key);
        assert_ne!(stand_in.id, large.id);
        let reject: RejectEvent = serde_json::from_str(&stand_in.data).unwrap();
        assert_eq!((reject.stage, reject.reason), (Stage::Deliver, RejectReason::RecordTooLarge));
        assert_eq!(reject.url.unwrap().as_str(), "https://n.example/1");
        assert_eq!((reject.entry.unwrap().id.as_str(), stand_in.entry_digest), ("e", large.entry_digest));
        assert!(reject.detail.contains("2000000") && reject.detail.contains("at 7"), "{}", reject.detail);
    }

    #[test]
    fn a_stand_in_fits_even_when_the_key_was_what_is_too_large() {
        let large = event(&"k".repeat(2_000_000), "no json");
        let stand_in = stand_in(&large, 2_000_100, 1_000_000).unwrap();
        assert!(size(&stand_in, &headers(&stand_in, &"s".into(), &journal())) < 4_096);
    }
}
