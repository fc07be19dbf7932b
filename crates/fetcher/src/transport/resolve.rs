//! Where the addresses of a name come from.

use std::{io, net::IpAddr};

use futures_util::future::BoxFuture;

/// Finds the addresses of a host. Only a test that must see a name change its answer brings its own.
pub trait Resolver: Send + Sync + 'static {
    /// The addresses of `host`, in the order in which to try them.
    fn resolve(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver, with its hosts file and its name service switch.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
