//! Which addresses a request may reach.
//!
//! The client connects to a name at the addresses that its resolver gives, and to no others; a literal address it connects
//! to without asking. So the filter stands in both places: it is the client's resolver, and it checks the address in a URL
//! before the request is sent. Every redirect is a request of its own, so every hop passes here.
//!
//! Behind a proxy only the second holds: the proxy resolves names, and it alone decides which addresses they lead to.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolving};
use url::{Host, Url};

use super::{FailureKind, Resolver, TransportError};
use crate::{FetchSettings, FetchSettingsError, address::is_public};

tokio::task_local! {
    /// Whether a name was resolved for the request under way, and so a connection begun for it.
    static HAS_CONNECTED: Cell<bool>;
}

/// What comes of `sending` a request to a named host, and whether a connection was begun for it. Without one it went over one that was kept.
pub(super) async fn noting_connections<T>(sending: impl Future<Output = T>) -> (T, bool) {
    let noted = async {
        let sent = sending.await;
        (sent, HAS_CONNECTED.with(Cell::get))
    };
    HAS_CONNECTED.scope(Cell::new(false), noted).await
}

/// Lets requests reach public addresses, and those that the operator named.
#[derive(Clone)]
pub(crate) struct AddressFilter {
    resolver: Arc<dyn Resolver>,
    allow_private: bool,
    connect_to: Arc<BTreeMap<String, Target>>,
    /// The names of proxies. The operator named them, so they may resolve inside; but nothing else is to be asked of them.
    proxies: Arc<BTreeSet<String>>,
}

/// Where the operator says that a host is reached.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    host: Host,
    port: u16,
}

impl AddressFilter {
    /// A filter over what `resolver` finds, through which the `proxies` can be reached.
    ///
    /// # Errors
    /// If `connect_to` names something else than hosts and addresses with ports.
    pub(super) fn new(
        settings: &FetchSettings,
        resolver: Arc<dyn Resolver>,
        proxies: BTreeSet<String>,
    ) -> Result<Self, FetchSettingsError> {
        Ok(Self {
            resolver,
            allow_private: settings.allow_private_addresses,
            connect_to: Arc::new(Self::placed(&settings.connect_to)?),
            proxies: Arc::new(proxies),
        })
    }

    /// Where the operator says that hosts are reached.
    ///
    /// # Errors
    /// If an entry is something else than a host and an address with a port.
    pub(crate) fn placed(
        connect_to: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Target>, FetchSettingsError> {
        let entry = |(host, target): (&String, &String)| match (Host::parse(host), Target::parse(target)) {
            (Ok(Host::Domain(name)), Some(target)) => Ok((name, target)),
            _ => Err(FetchSettingsError::ConnectTo { host: host.clone(), target: target.clone() }),
        };
        connect_to.iter().map(entry).collect()
    }

    /// Whether the operator says where the host of `url` is reached.
    pub(super) fn is_placed(&self, url: &Url) -> bool {
        url.domain().is_some_and(|name| self.connect_to.contains_key(name))
    }

    /// Whether `url` may be asked for, as far as it says so itself.
    ///
    /// # Errors
    /// [`FailureKind::Address`] for an address that isn't public, and for a proxy.
    pub(super) fn check(&self, url: &Url) -> Result<(), TransportError> {
        let address: IpAddr = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(name)) if self.proxies.contains(name) && !self.allow_private => {
                return Err(TransportError::new(FailureKind::Address, format!("{name} is the proxy itself")));
            }
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.allows(address) { Ok(()) } else { Err(forbidden(&address.to_string())) }
    }

    fn allows(&self, address: IpAddr) -> bool {
        self.allow_private || is_public(address)
    }

    /// The addresses at which `host` may be reached. Port 0 stands for the URL's.
    async fn addresses(self, host: String) -> Result<Vec<SocketAddr>, TransportError> {
        if let Some(Target { host, port }) = self.connect_to.get(&host) {
            let addresses = match host {
                Host::Ipv4(address) => vec![IpAddr::from(*address)],
                Host::Ipv6(address) => vec![IpAddr::from(*address)],
                Host::Domain(name) => self.resolved(name).await?,
            };
            return Ok(addresses.into_iter().map(|address| SocketAddr::new(address, *port)).collect());
        }
        let is_proxy = self.proxies.contains(&host);
        let (allowed, refused): (Vec<_>, Vec<_>) =
            self.resolved(&host).await?.into_iter().partition(|address| is_proxy || self.allows(*address));
        if allowed.is_empty() {
            let refused: Vec<String> = refused.iter().map(IpAddr::to_string).collect();
            return Err(forbidden(&format!("{host} is at {}, which", refused.join(", "))));
        }
        Ok(allowed.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
    }

    /// What `host` resolves to: one address or more.
    async fn resolved(&self, host: &str) -> Result<Vec<IpAddr>, TransportError> {
        let failed = |why: String| TransportError::new(FailureKind::Resolve, why);
        match self.resolver.resolve(host.to_owned()).await {
            Ok(addresses) if addresses.is_empty() => Err(failed(format!("{host} has no address"))),
            Ok(addresses) => Ok(addresses),
            Err(error) => Err(failed(format!("{host} does not resolve: {error}"))),
        }
    }
}

impl reqwest::dns::Resolve for AddressFilter {
    fn resolve(&self, name: Name) -> Resolving {
        // Requests that nobody watches aren't noted.
        let _ = HAS_CONNECTED.try_with(|has_connected| has_connected.set(true));
        let addresses = self.clone().addresses(name.as_str().to_owned());
        Box::pin(async move {
            let addresses: Addrs = Box::new(addresses.await?.into_iter());
            Ok(addresses)
        })
    }
}

impl Target {
    /// Reads `address:port` or `host:port`.
    fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        Some(Self { host: Host::parse(host).ok()?, port: port.parse().ok()? })
    }
}

/// `what` is told as the address, or as a name and the addresses at which it is.
fn forbidden(what: &str) -> TransportError {
    TransportError::new(
        FailureKind::Address,
        format!("{what} is no public address; `allow_private_addresses` or `connect_to` in [fetch] allow it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_needs_an_address_and_a_port() {
        for good in ["127.0.0.1:8443", "[::1]:80", "localhost:8080"] {
            assert!(Target::parse(good).is_some(), "{good}");
        }
        for bad in ["127.0.0.1", "8443", "", "a:b", "user@127.0.0.1:80", "127.0.0.1:80/x", "::1:80:"] {
            assert!(Target::parse(bad).is_none(), "{bad}");
        }
    }
}
