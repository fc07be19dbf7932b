//! The names that the API is asked under. A page on the web can have its own name resolve to this machine (DNS rebinding): a browser then
//! takes the API for that page's site, and lets it read every answer. It asks under the page's name, which is none of ours.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

use super::access::only;
use super::{Api, Problem, console};
use crate::config::HttpSettings;

/// What probes and Prometheus ask for, under whatever name their network has for a daemon.
const UNDER_ANY_NAME: [&str; 3] = ["/livez", "/readyz", "/metrics"];

/// The names that are ours beside those that no page on the web can have.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnNames {
    names: Vec<String>,
    /// Where the API is asked on this machine.
    address: String,
}

impl OwnNames {
    /// The configured ones, that of the machine, and that in the address of a `schema`, if it has one, of an API at `address`.
    pub(super) fn new(settings: &HttpSettings, machine: &str, schema: &str, address: &str) -> Self {
        let mut names: Vec<String> =
            settings.names.iter().filter_map(|name| host_of(name)?.domain().map(str::to_owned)).collect();
        if !machine.is_empty() {
            let machine = machine.to_ascii_lowercase();
            names.extend([format!("{machine}.local"), machine]);
        }
        names.extend(Url::parse(schema).ok().and_then(|base| base.host_str().map(str::to_owned)));
        Self { names, address: address.to_owned() }
    }

    /// Where the API is asked on this machine, such as `http://127.0.0.1:8080`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Whether a request asks under one of them, or under none at all.
    pub(super) fn are_asked(&self, headers: &HeaderMap) -> bool {
        !headers.contains_key(header::HOST) || only(headers, header::HOST).is_some_and(|host| self.have(host))
    }

    /// Whether `host`, with its port, is one of them, an address, or a name that the public DNS never has: one of a single label, as
    /// containers call each other; below `localhost` (RFC 6761) and `internal` (reserved by ICANN); a service of Kubernetes in full.
    fn have(&self, host: &str) -> bool {
        match host_of(host) {
            Some(AskedHost::Domain(name)) => {
                let is_private = [".localhost", ".internal", ".cluster.local"];
                !name.contains('.')
                    || is_private.iter().any(|ending| name.ends_with(ending))
                    || self.names.contains(&name)
            }
            Some(AskedHost::Address) => true,
            None => false,
        }
    }
}

/// A host as it is asked for.
enum AskedHost {
    /// Its name in small letters and Punycode, as browsers send it, without the dot at its end.
    Domain(String),
    /// An address.
    Address,
}

impl AskedHost {
    fn domain(&self) -> Option<&str> {
        match self {
            Self::Domain(name) => Some(name),
            Self::Address => None,
        }
    }
}

/// What `text` names, with or without a port; nothing where that is no host.
fn host_of(text: &str) -> Option<AskedHost> {
    match Url::parse(&format!("http://{text}/")).ok()?.host()? {
        Host::Domain(name) => Some(AskedHost::Domain(name.strip_suffix('.').unwrap_or(name).to_owned())),
        Host::Ipv4(_) | Host::Ipv6(_) => Some(AskedHost::Address),
    }
}

/// What tells whether a request is meant for us.
#[derive(Clone)]
pub(super) struct NameGuard {
    pub(super) names: OwnNames,
    /// Where the token and log-ins are known, if anywhere.
    pub(super) api: Option<Arc<Api>>,
}

impl NameGuard {
    /// Whether whoever asks may use any name: no page of another site has the token or a session. A proxy's address proves nothing: a
    /// browser may run where the proxy does.
    async fn is_known(&self, headers: HeaderMap) -> Result<bool, Problem> {
        let Some(api) = &self.api else { return Ok(false) };
        let access = api.sources.write_access.borrow().clone();
        if headers.contains_key(header::AUTHORIZATION) && access.knows_token(headers.clone()).await? {
            return Ok(true);
        }
        Ok(headers.contains_key(header::COOKIE) && console::is_logged_in(api, &headers).await?)
    }
}

/// Refuses what is asked under a name that is none of ours. A request without any is of no browser.
pub(super) async fn refuse_others(State(guard): State<NameGuard>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if guard.names.are_asked(headers) || UNDER_ANY_NAME.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let refusal = misdirected(headers, &guard.names);
    match guard.is_known(headers.clone()).await {
        Ok(true) => next.run(request).await,
        Ok(false) => refusal.into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// The answer to a request under a name that is none of ours.
pub(super) fn misdirected(headers: &HeaderMap, names: &OwnNames) -> Problem {
    let called = match only(headers, header::HOST) {
        Some(host) => format!("this API is asked as {host:?}, which is none of its names"),
        None => "this API is asked under two names, or one that is no name".to_owned(),
    };
    let detail = format!(
        "{called}, so a page of another site may be asking: ask by its address, as {}, or add the name to `names` in \
         [http] and restart the daemon, also where a proxy passes it on; with the token of [api] any name will do",
        names.address()
    );
    Problem::new(StatusCode::MISDIRECTED_REQUEST, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_page_on_the_web_may_have_is_ours_only_where_it_is_said_to_be() {
        let settings = HttpSettings {
            names: ["News.Example", "Bücher.example", "dotted.example."].map(str::to_owned).into(),
            ..HttpSettings::default()
        };
        let names = OwnNames::new(
            &settings,
            "Box",
            "https://schemas.example/v1/schemas/dateline.article.v1.json",
            "",
        );
        for ours in [
            "127.0.0.1:8080",
            "[::1]:8080",
            "192.0.2.7",
            "localhost:8080",
            "dateline.localhost",
            "dateline:8080",
            "box",
            "box.local:8080",
            "news.example:8080",
            "NEWS.example.",
            "xn--bcher-kva.example",
            "dotted.example",
            "schemas.example",
            "dateline.news.svc.cluster.local:8080",
        ] {
            assert!(names.have(ours), "{ours}");
        }
        for other in [
            "evil.example:8080",
            "box.evil.example",
            "news.example.evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "other.local",
            "cluster.local.example",
            "",
            "a b",
        ] {
            assert!(!names.have(other), "{other}");
        }
    }
}
