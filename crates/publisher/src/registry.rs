//! The schemas of events at a schema registry that speaks Confluent's REST API, as Karapace and others do, and the framing of values by
//! which their deserializers find a schema: a zero byte, the schema's id in four bytes, the JSON.
//!
//! Subjects are named by topic (`TopicNameStrategy`): `dateline.articles.v1-value`. Registering a schema that is there already gives its
//! id and changes nothing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use dateline_wire::{EventKind, SchemaBase, Secret};
use reqwest::{Client, header};
use serde::Deserialize;
use serde_json::json;
use tokio::time::timeout;
use url::Url;

use crate::{KafkaSettings, RelayError, Topics};

/// How long the registry may take to answer a request.
const TIMEOUT: Duration = Duration::from_secs(15);
/// The most that is read of an answer, in bytes, and shown of it, in characters.
const MAX_ANSWER_BYTES: usize = 64 << 10;
const MAX_SHOWN_CHARS: usize = 300;
/// What the API speaks.
const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";
/// What a framed value begins with; JSON never does.
const MAGIC: u8 = 0;
/// How much longer the frame makes a value, in bytes.
const FRAME_BYTES: usize = 5;

/// A schema registry.
#[derive(Clone)]
pub(crate) struct SchemaRegistry {
    client: Client,
    base: Url,
    credentials: Option<Secret>,
}

/// The ids that the registry has given the schemas of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SchemaIds(HashMap<EventKind, u32>);

#[derive(Deserialize)]
struct Registered {
    id: u32,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

impl SchemaRegistry {
    /// The registry of the settings, asked through `client`.
    ///
    /// # Errors
    /// If its credentials cannot be read.
    pub(crate) fn new(settings: &KafkaSettings, client: Client) -> Result<Self, RelayError> {
        let base = settings.registry_address()?;
        Ok(Self { client, base, credentials: settings.registry_credentials()? })
    }

    /// Registers the schema of each kind of event under the subject of its topic.
    ///
    /// # Errors
    /// Why the registry has not all of them, without secrets.
    pub(crate) async fn register(&self, topics: &Topics, schemas: &SchemaBase) -> Result<SchemaIds, String> {
        let mut ids = HashMap::new();
        for kind in EventKind::ALL {
            let schema = schemas.schema(kind).to_string();
            ids.insert(kind, self.register_one(&format!("{}-value", topics.of(kind)), schema).await?);
        }
        Ok(SchemaIds(ids))
    }

    async fn register_one(&self, subject: &str, schema: String) -> Result<u32, String> {
        let failed = |why: String| {
            let origin = self.base.origin().ascii_serialization();
            format!("the schema registry {origin} does not take the schema of {subject}: {why}")
        };
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["subjects", subject, "versions"]);
        }
        let body = json!({ "schemaType": "JSON", "schema": schema }).to_string();
        let mut request = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, MEDIA_TYPE)
            .header(header::ACCEPT, MEDIA_TYPE)
            .body(body);
        if let Some((user, password)) =
            self.credentials.as_ref().and_then(|credentials| credentials.reveal().split_once(':'))
        {
            request = request.basic_auth(user, Some(password));
        }
        let exchange = async {
            let mut answer = request.send().await?;
            let status = answer.status();
            let mut bytes = Vec::new();
            while let Some(piece) = answer.chunk().await?
                && bytes.len() < MAX_ANSWER_BYTES
            {
                bytes.extend_from_slice(&piece);
            }
            Ok::<_, reqwest::Error>((status, bytes))
        };
        let answered =
            timeout(TIMEOUT, exchange).await.map_err(|_| failed("no answer in time".to_owned()))?;
        let (status, bytes) = answered.map_err(|error| failed(first_cause(&error)))?;
        if status.is_success() {
            let read = serde_json::from_slice::<Registered>(&bytes);
            return read
                .map(|registered| registered.id)
                .map_err(|_| failed("its answer names no id".to_owned()));
        }
        let said =
            serde_json::from_slice::<Refusal>(&bytes).map(|refusal| refusal.message).unwrap_or_default();
        let said: String = said.chars().filter(|c| !c.is_control()).take(MAX_SHOWN_CHARS).collect();
        Err(failed(format!("it answers {} {said}", status.as_u16()).trim_end().to_owned()))
    }
}

/// The error at the bottom: those above it only say that a request failed, and name its address.
fn first_cause(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.last().map_or_else(|| "no answer".to_owned(), ToString::to_string)
}

impl SchemaIds {
    /// The value of an event of `kind` whose JSON is `data`: framed where the ids are known.
    pub(crate) fn framed<'d>(&self, kind: EventKind, data: &'d str) -> Cow<'d, [u8]> {
        match self.0.get(&kind) {
            None => data.as_bytes().into(),
            Some(id) => {
                let mut value = Vec::with_capacity(FRAME_BYTES + data.len());
                value.push(MAGIC);
                value.extend_from_slice(&id.to_be_bytes());
                value.extend_from_slice(data.as_bytes());
                value.into()
            }
        }
    }

    /// How much longer framing makes a value, in bytes.
    pub(crate) fn frame_bytes(&self) -> usize {
        if self.is_empty() { 0 } else { FRAME_BYTES }
    }

    /// Whether values are not framed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The JSON of a value, framed or not.
pub(crate) fn unframed(value: &[u8]) -> &[u8] {
    match value {
        [MAGIC, _, _, _, _, json @ ..] => json,
        json => json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_framed_as_deserializers_expect_it_and_read_back() {
        let ids = SchemaIds(HashMap::from([(EventKind::Article, 258)]));
        let framed = ids.framed(EventKind::Article, "{\"a\":1}");
        assert_eq!(&framed[..5], [0, 0, 0, 1, 2]);
        assert_eq!((unframed(&framed), framed.len()), (&b"{\"a\":1}"[..], 7 + ids.frame_bytes()));
        let plain = SchemaIds::default();
        assert_eq!(&*plain.framed(EventKind::Article, "{}"), b"{}");
        assert_eq!((unframed(b"{}"), unframed(&[0, 1]), plain.frame_bytes()), (&b"{}"[..], &[0, 1][..], 0));
    }
}
