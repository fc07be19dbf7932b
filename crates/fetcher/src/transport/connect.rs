//! How a connection is made, and to which addresses.
//!
//! The guard stands here, at the one place every connection passes, so that nothing can change between the check and the
//! use: a name's addresses are filtered as they come from the resolver and the connection is made to exactly those;
//! literal addresses, for which no resolver is asked, are checked before.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{HttpConnector, dns::Name},
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tower_service::Service;

use super::{FailureKind, TransportError};
use crate::{FetchSettings, SettingsError, address::is_public};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Finds the addresses of a host. Only a test that must see a name change its answer brings its own.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of `host`, in the order in which to try them.
    fn resolve(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver, with its hosts file and its name service switch.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Connects to what a URL names, over TLS where it says so, within a bound of time.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<Guard>,
    within: Duration,
}

impl Connector {
    pub(super) fn new(settings: &FetchSettings, resolver: Arc<dyn Resolve>) -> Result<Self, SettingsError> {
        let tls = super::tls::client_config(&settings.extra_ca)?;
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(Guard::new(settings, resolver)?);
        Ok(Self { https, within: settings.connect_timeout })
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.https.call(uri);
        let within = self.within;
        Box::pin(async move {
            match tokio::time::timeout(within, connecting).await {
                Ok(Ok(stream)) => Ok(stream),
                Ok(Err(error)) => Err(classify(error).into()),
                Err(_) => Err(TransportError::new(
                    FailureKind::Timeout,
                    format!("no connection within {} s", within.as_secs_f64()),
                )
                .into()),
            }
        })
    }
}

/// What failed below is already told apart; what is left is TLS.
fn classify(error: BoxError) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(known) => *known,
        Err(error) => TransportError::new(FailureKind::Tls, format!("TLS: {error}")),
    }
}

/// Makes TCP connections to public addresses, and to those the operator named.
#[derive(Clone)]
struct Guard {
    guarded: HttpConnector<Filter>,
    open: HttpConnector<Filter>,
    connect_to: Arc<BTreeMap<String, Uri>>,
    allow_private: bool,
}

impl Guard {
    fn new(settings: &FetchSettings, resolver: Arc<dyn Resolve>) -> Result<Self, SettingsError> {
        let connector = |allow_private| {
            let mut http =
                HttpConnector::new_with_resolver(Filter { resolver: resolver.clone(), allow_private });
            http.enforce_http(false);
            http.set_nodelay(true);
            http
        };
        let mut connect_to = BTreeMap::new();
        for (host, target) in &settings.connect_to {
            let uri = target_uri(target)
                .ok_or_else(|| SettingsError::ConnectTo { host: host.clone(), target: target.clone() })?;
            connect_to.insert(host.to_ascii_lowercase(), uri);
        }
        Ok(Self {
            guarded: connector(settings.allow_private_addresses),
            open: connector(true),
            connect_to: Arc::new(connect_to),
            allow_private: settings.allow_private_addresses,
        })
    }
}

/// `address:port` or `host:port` as a URI that the TCP connector takes.
fn target_uri(target: &str) -> Option<Uri> {
    let uri: Uri = format!("http://{target}").parse().ok()?;
    (uri.port_u16().is_some() && uri.authority()?.as_str() == target && !target.contains('@')).then_some(uri)
}

impl Service<Uri> for Guard {
    type Response = TokioIo<TcpStream>;
    type Error = TransportError;
    type Future = BoxFuture<'static, Result<Self::Response, TransportError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let connecting = match self.connect_to.get(&host) {
            Some(target) => self.open.call(target.clone()),
            None => {
                let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
                if let Ok(address) = literal
                    && !self.allow_private
                    && !is_public(address)
                {
                    return Box::pin(std::future::ready(Err(forbidden(&host, &[address]))));
                }
                self.guarded.call(uri)
            }
        };
        Box::pin(async move { connecting.await.map_err(|error| connect_failure(&host, &error)) })
    }
}

fn forbidden(host: &str, addresses: &[IpAddr]) -> TransportError {
    let addresses: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    TransportError::new(
        FailureKind::Address,
        format!(
            "{host} is at {}, which is no public address; fetch.allow_private_addresses or fetch.connect_to allow it",
            addresses.join(", ")
        ),
    )
}

fn connect_failure(host: &str, error: &(dyn std::error::Error + 'static)) -> TransportError {
    let mut cause = error;
    loop {
        if let Some(known) = cause.downcast_ref::<TransportError>() {
            return known.clone();
        }
        match cause.source() {
            Some(deeper) => cause = deeper,
            None => {
                return TransportError::new(
                    FailureKind::Connect,
                    format!("cannot connect to {host}: {cause}"),
                );
            }
        }
    }
}

/// Lets pass only the addresses that may be connected to.
#[derive(Clone)]
struct Filter {
    resolver: Arc<dyn Resolve>,
    allow_private: bool,
}

impl Service<Name> for Filter {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = TransportError;
    type Future = BoxFuture<'static, Result<Self::Response, TransportError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let host = name.as_str().to_owned();
        let resolving = self.resolver.resolve(host.clone());
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = resolving.await.map_err(|error| {
                TransportError::new(FailureKind::Resolve, format!("{host} does not resolve: {error}"))
            })?;
            let (allowed, refused): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|&address| allow_private || is_public(address));
            match (allowed.is_empty(), refused.is_empty()) {
                (false, _) => {
                    let addresses: Vec<_> =
                        allowed.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
                    Ok(addresses.into_iter())
                }
                (true, false) => Err(forbidden(&host, &refused)),
                (true, true) => {
                    Err(TransportError::new(FailureKind::Resolve, format!("{host} has no address")))
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_needs_an_address_and_a_port() {
        for good in ["127.0.0.1:8443", "[::1]:80", "localhost:8080"] {
            assert!(target_uri(good).is_some(), "{good}");
        }
        for bad in ["127.0.0.1", "8443", "", "a:b", "user@127.0.0.1:80", "127.0.0.1:80/x", "::1:80:"] {
            assert!(target_uri(bad).is_none(), "{bad}");
        }
    }
}
