//! What the web framework refuses before a handler is asked, as problem documents like every other failure of the API.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use percent_encoding::percent_decode_str;

use super::{Problem, console};

/// Paths that say in lines for people and probes what fails.
const IN_LINES: [&str; 2] = ["/livez", "/readyz"];
/// The most of what the framework says that is passed on, in bytes.
const MAX_WORDS_BYTES: usize = 4 << 10;

/// Passes answers on, but for failures in plain text: they become problem documents (RFC 9457), or pages for browsers and
/// wherever the console is asked.
pub(super) async fn as_problem(request: Request, next: Next) -> Response {
    let is_in_lines = IN_LINES.contains(&request.uri().path());
    let is_browser = console::is_browser(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let is_failure = response.status().is_client_error() || response.status().is_server_error();
    let is_a_probes_answer = is_in_lines && response.status() == StatusCode::SERVICE_UNAVAILABLE;
    if is_a_probes_answer || !is_failure || !is_plain(&response) {
        return response;
    }
    let is_page = is_browser || response.extensions().get::<console::OfConsole>().is_some();
    let (parts, body) = response.into_parts();
    let words = to_bytes(body, MAX_WORDS_BYTES).await.unwrap_or_default();
    let words = String::from_utf8_lossy(&words);
    let problem = Problem::new(parts.status, detail(parts.status, &method, &path, words.trim()));
    let mut response = match is_page {
        true => console::refusal(problem),
        false => problem.into_response(),
    };
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn is_plain(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_none_or(|kind| kind.starts_with("text/plain"))
}

fn detail(status: StatusCode, method: &Method, path: &str, words: &str) -> String {
    match status {
        // The router names them outside of us.
        StatusCode::METHOD_NOT_ALLOWED => {
            format!("{method} means nothing at {path}; the field `Allow` of this answer names what does")
        }
        StatusCode::BAD_REQUEST if percent_decode_str(path).decode_utf8().is_err() => {
            "the path holds bytes that are no text; expected a path whose percent-encoded bytes are UTF-8"
                .to_owned()
        }
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than any that is taken here".to_owned(),
        _ if words.is_empty() => status.canonical_reason().unwrap_or("refused").to_owned(),
        _ => words.to_owned(),
    }
}
