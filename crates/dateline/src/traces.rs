//! Traces for OpenTelemetry: what became of each entry, step by step, from the poll that announced it until Kafka has it.
//!
//! [`span`] says which spans there are, `context` which trace they belong to: it follows from the entry, and the event carries it as
//! its `traceparent`, so that delivery is part of the entry's trace even where the daemon was restarted between. A poll announces
//! many entries, so it has a trace of its own, and each entry's first span has a link to it.
//!
//! A span is told when its step has ended. [`Traces`] hands it to the OpenTelemetry library, whose own thread collects spans and
//! has the `collector` module post them as OTLP over HTTP. That thread has a bounded queue and never holds up whoever tells a
//! span: what it has no room for is dropped. Where traces are off, no span is made at all.

mod collector;
mod context;
pub(crate) mod span;

use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::FetchSettings;
use dateline_fetcher::transport::tls_config;
use dateline_wire::SecretQuery;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanProcessor};
use tokio::runtime::Handle;
use url::Url;

use crate::config::TraceSettings;
use crate::failure::Failure;
use crate::metrics::Metrics;
use collector::Collector;
pub(crate) use context::TraceContext;
use span::Span;

/// How long a collector may take for one request.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the end of the daemon waits for the last spans to be taken.
const LAST_SPANS: Duration = Duration::from_millis(300);
/// What OTLP over HTTP calls the place for spans, below the address of a collector.
const PATH: &str = "v1/traces";

/// Where spans go: to a collector, or nowhere. Clones go to the same.
#[derive(Debug, Clone, Default)]
pub struct Traces(Option<Arc<Exporter>>);

#[derive(Debug)]
struct Exporter {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    /// What is left out of addresses.
    secrets: SecretQuery,
}

impl Traces {
    /// No traces.
    pub fn off() -> Self {
        Self::default()
    }

    /// Traces as `settings` ask for, with the authorities and the secret query parameters of `fetch`; to be called on the
    /// runtime that drives the network. `source` names the daemon.
    ///
    /// # Errors
    /// If a setting, or one of OpenTelemetry's own in the environment, cannot be used.
    pub fn start(
        settings: &TraceSettings,
        fetch: &FetchSettings,
        source: &str,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Failure> {
        let Some(endpoint) = settings.traces_url() else { return Ok(Self::off()) };
        let unusable =
            |error: &dyn std::fmt::Display| Failure::Other(format!("traces cannot be sent: {error}"));
        let tls = tls_config(&fetch.extra_ca).map_err(|error| unusable(&error))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(EXPORT_TIMEOUT)
            .build()
            .map_err(|error| unusable(&error))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(client, Handle::current(), metrics))
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(endpoint.as_str())
            .with_timeout(EXPORT_TIMEOUT)
            .build()
            .map_err(|error| unusable(&error))?;
        let mut processor = BatchSpanProcessor::builder(exporter).build();
        let resource = Resource::builder()
            .with_service_name(settings.service_name.clone())
            .with_attributes([
                KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
                KeyValue::new("service.instance.id", source.to_owned()),
            ])
            .build();
        processor.set_resource(&resource);
        let scope = InstrumentationScope::builder("dateline").with_version(env!("CARGO_PKG_VERSION")).build();
        tracing::info!(collector = endpoint.as_str(), "spans are sent");
        Ok(Self(Some(Arc::new(Exporter { processor, scope, secrets: fetch.secret_query.clone() }))))
    }

    /// Tells a span, where there is somebody to tell it to; `span` is not called otherwise. It gets what is left out of addresses.
    pub(crate) fn tell(&self, span: impl FnOnce(&SecretQuery) -> Option<Span>) {
        if let Some(exporter) = &self.0
            && let Some(span) = span(&exporter.secrets)
        {
            exporter.processor.on_end(span.into_data(&exporter.scope));
        }
    }

    /// Has the last spans sent. A collector that doesn't take them is waited for no longer than a moment.
    pub async fn finish(self) {
        let Some(exporter) = self.0 else { return };
        let sent = tokio::task::spawn_blocking(move || exporter.processor.shutdown_with_timeout(LAST_SPANS));
        if let Ok(Err(error)) = sent.await {
            tracing::debug!(%error, "the last spans were not taken");
        }
    }
}

impl TraceSettings {
    /// Where spans are posted; `None` while traces are off.
    fn traces_url(&self) -> Option<Url> {
        let mut url = self.collector()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend(PATH.split('/'));
        Some(url)
    }

    /// The address of the collector, where it can be one.
    fn collector(&self) -> Option<Url> {
        Url::parse(&self.endpoint).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        })
    }

    /// What is wrong with these settings: the setting's full name, and what is expected.
    pub(crate) fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut found = Vec::new();
        if !self.endpoint.is_empty() && self.collector().is_none() {
            let expected = "expected the address of a collector such as \"http://127.0.0.1:4318\", without user name, password or \
                            query; what it asks for besides is given in the environment as OTEL_EXPORTER_OTLP_HEADERS";
            found.push(("traces.endpoint", expected));
        }
        if self.service_name.trim().is_empty() || self.service_name.contains(char::is_control) {
            found.push(("traces.service_name", "expected a name on one line, such as \"dateline\""));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(endpoint: &str) -> TraceSettings {
        TraceSettings { endpoint: endpoint.to_owned(), ..TraceSettings::default() }
    }

    #[test]
    fn spans_are_posted_below_the_address_of_the_collector() {
        let url = |endpoint| settings(endpoint).traces_url().map(String::from);
        assert_eq!(url(""), None);
        assert_eq!(url("http://127.0.0.1:4318").as_deref(), Some("http://127.0.0.1:4318/v1/traces"));
        assert_eq!(url("https://otlp.example/in/").as_deref(), Some("https://otlp.example/in/v1/traces"));
    }

    #[test]
    fn what_is_no_address_of_a_collector_is_refused() {
        for endpoint in
            ["127.0.0.1:4318", "grpc://a.example", "http://user:word@a.example", "http://a.example/?key=1"]
        {
            assert_eq!(settings(endpoint).problems().len(), 1, "{endpoint}");
        }
        assert_eq!(settings("").problems(), []);
        assert_eq!(settings("https://a.example").problems(), []);
    }

    #[test]
    fn where_traces_are_off_no_span_is_made() {
        Traces::off().tell(|_| panic!("a span was made"));
    }
}
