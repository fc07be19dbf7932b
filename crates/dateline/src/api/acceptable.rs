//! Whether a client takes what it would get: the field `Accept` (RFC 9110, section 12.5.1).

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Problem;

/// The path outside of `/v1/` whose answers programs choose; those of probes ask for nothing.
const METRICS: &str = "/metrics";

/// Passes answers on, but for what the client says it doesn't take: that becomes 406 with a word on what there is.
pub(super) async fn as_accepted(request: Request, next: Next) -> Response {
    let is_asked = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path();
    let accept =
        accept_of(request.headers()).filter(|_| is_asked && (path.starts_with("/v1/") || path == METRICS));
    let response = next.run(request).await;
    let Some(accept) = accept.filter(|_| response.status().is_success()) else { return response };
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    match kind.map(essence).filter(|kind| !takes(&accept, kind)) {
        None => response,
        Some(kind) => {
            let detail = format!(
                "`Accept` names nothing that there is here: expected {kind}, {WILDCARD} or no such field"
            );
            Problem::new(StatusCode::NOT_ACCEPTABLE, detail).into_response()
        }
    }
}

/// Whatever there is.
const WILDCARD: &str = "*/*";

/// The fields `Accept` as one; `None` where a client says nothing.
fn accept_of(headers: &HeaderMap) -> Option<String> {
    let fields: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|field| field.to_str().ok()).collect();
    let accept = fields.join(",");
    (!accept.trim().is_empty()).then_some(accept)
}

/// A media type without its parameters.
fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a client that sends this `Accept` takes what is of this kind. Whoever takes JSON takes lines of it,
/// and whoever takes JSON or XML what is written in it (RFC 6839, section 3).
fn takes(accept: &str, kind: &str) -> bool {
    let general = match kind {
        "application/x-ndjson" => "application/json",
        kind if kind.ends_with("+json") => "application/json",
        kind if kind.ends_with("+xml") => "application/xml",
        kind => kind,
    };
    accept.split(',').any(|range| {
        let is_refused = range.split(';').skip(1).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("q")
                && value.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0)
        });
        let range = essence(range);
        let is_meant = range == WILDCARD
            || range == kind
            || range == general
            || range == "text/xml" && general == "application/xml"
            || range.strip_suffix("/*").is_some_and(|of| kind.split('/').next() == Some(of));
        is_meant && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_taken_by_its_name_or_by_a_range_that_has_it() {
        for (accept, kind, is_taken) in [
            ("application/json", "application/json", true),
            ("Application/JSON;charset=utf-8", "application/json", true),
            ("text/html, */*;q=0.1", "application/json", true),
            ("application/*", "application/x-ndjson", true),
            ("application/json", "application/x-ndjson", true),
            ("text/xml", "application/atom+xml", true),
            ("application/json", "application/schema+json", true),
            ("application/xml", "application/schema+json", false),
            ("text/html", "application/json", false),
            ("application/json;q=0", "application/json", false),
            ("text/*", "application/json", false),
            ("nonsense", "application/json", false),
        ] {
            assert_eq!(takes(accept, kind), is_taken, "{accept}: {kind}");
        }
    }
}
