//! The way to the collector: OTLP over HTTP, one request after another, on the network's runtime.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use dateline_wire::HttpStatus;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::Handle;

use crate::failure::with_causes;
use crate::metrics::Metrics;

/// Posts spans, and says in the log once that they are not taken, and once that they are again.
#[derive(Debug)]
pub(super) struct Collector {
    client: reqwest::Client,
    /// The library calls from a thread of its own, where no network is driven.
    runtime: Handle,
    metrics: Arc<Metrics>,
    is_failing: AtomicBool,
}

impl Collector {
    pub(super) fn new(client: reqwest::Client, runtime: Handle, metrics: Arc<Metrics>) -> Self {
        Self { client, runtime, metrics, is_failing: AtomicBool::new(false) }
    }

    fn note(&self, address: &str, failed: Option<String>) {
        self.metrics.exported_spans(failed.is_none());
        match (self.is_failing.swap(failed.is_some(), Ordering::Relaxed), failed) {
            (false, Some(reason)) => tracing::warn!(
                address,
                reason,
                "the collector takes no spans; those that find no room meanwhile are dropped, and nothing waits for it"
            ),
            (true, Some(reason)) => tracing::debug!(address, reason, "the collector still takes no spans"),
            (true, None) => tracing::info!(address, "the collector takes spans again"),
            (false, None) => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let address = request.uri().to_string();
        let client = self.client.clone();
        let exchange = self.runtime.spawn(async move {
            let answer = client.execute(reqwest::Request::try_from(request)?).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = Response::new(answer.bytes().await?);
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok::<_, reqwest::Error>(response)
        });
        let answered: Result<_, HttpError> = match exchange.await {
            Ok(answered) => answered.map_err(|error: reqwest::Error| error.without_url().into()),
            Err(lost) => Err(lost.into()),
        };
        let failed = match &answered {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("answered {}", HttpStatus(answer.status().as_u16()))),
            Err(error) => Some(with_causes(error.as_ref())),
        };
        self.note(&address, failed);
        answered
    }
}
