//! What a client takes, and what it likes best: the field `Accept` (RFC 9110, section 12.5.1).

use std::cmp::Reverse;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Problem;

/// What each address gives that has several kinds of content; what it gives by itself stands first.
pub(super) const EVENT_KINDS: [&str; 2] = ["application/x-ndjson", "text/event-stream"];
pub(super) const METRIC_KINDS: [&str; 2] = ["text/plain", "application/openmetrics-text"];
const CHOICES: [(&str, [&str; 2]); 2] = [("/v1/events", EVENT_KINDS), ("/metrics", METRIC_KINDS)];

/// Passes answers on, but for what the client says it doesn't take: that becomes 406 with a word on what there is. Probes, whose
/// answers are outside of `/v1/`, ask for nothing. Answers that `Accept` chooses say so (RFC 9110, section 12.5.5).
pub(super) async fn as_accepted(request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_end_matches('/');
    let choice = CHOICES.iter().find(|(place, _)| *place == path).map(|(_, kinds)| kinds);
    let is_asked = matches!(*request.method(), Method::GET | Method::HEAD)
        && (path.starts_with("/v1/") || choice.is_some());
    let accept = Accept::of(request.headers());
    let mut response = next.run(request).await;
    if !is_asked {
        return response;
    }
    if let Some(kind) = content_type(&response).filter(|kind| accept.quality(kind).is_none()) {
        let kinds = choice.map_or(kind, |kinds| kinds.join(", "));
        let detail = format!(
            "`Accept` names nothing that there is here: expected {kinds}, {WILDCARD} or no such field"
        );
        response = Problem::new(StatusCode::NOT_ACCEPTABLE, detail).into_response();
    }
    if choice.is_some() {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    }
    response
}

/// The media type of an answer that is no failure.
fn content_type(response: &Response) -> Option<String> {
    let kind = response.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    response.status().is_success().then(|| essence(kind))
}

/// Whatever there is.
const WILDCARD: &str = "*/*";

/// A media type without its parameters.
fn essence(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What a client takes: the ranges of its fields `Accept`; none where it says nothing, and takes everything.
pub(super) struct Accept(Vec<MediaRange>);

struct MediaRange {
    /// A media type, `text/*` or `*/*`.
    essence: String,
    /// How much it is liked, from 0, not at all, to 1.
    weight: f32,
}

/// How well something is liked. The greater, the better: by the weight, then by how closely it is named, then by what is named first.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Quality {
    weight: f32,
    closeness: u8,
    place: Reverse<usize>,
}

impl Accept {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let fields = headers.get_all(header::ACCEPT).iter().filter_map(|field| field.to_str().ok());
        let ranges = fields.flat_map(|field| field.split(',')).filter(|range| !range.trim().is_empty());
        Self(ranges.map(MediaRange::of).collect())
    }

    /// The one of `kinds` that is liked best; of those that are liked alike the first. Where none is taken it is the first as well.
    pub(super) fn best<'k>(&self, kinds: [&'k str; 2]) -> &'k str {
        let [first, second] = kinds;
        match self.quality(second) > self.quality(first) {
            true => second,
            false => first,
        }
    }

    /// How well `kind` is liked: what the range says that names it most closely. `None` where it isn't taken.
    fn quality(&self, kind: &str) -> Option<Quality> {
        if self.0.is_empty() {
            return Some(Quality { weight: 1.0, closeness: 0, place: Reverse(0) });
        }
        let ranges = self.0.iter().enumerate().filter_map(|(place, range)| {
            let closeness = range.closeness(kind)?;
            Some(Quality { weight: range.weight, closeness, place: Reverse(place) })
        });
        let closest = ranges.max_by_key(|quality| (quality.closeness, quality.place))?;
        (closest.weight > 0.0).then_some(closest)
    }
}

impl MediaRange {
    /// A weight that means nothing counts as none, which is 1.
    fn of(text: &str) -> Self {
        let weight = text.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_weight = name.trim().eq_ignore_ascii_case("q");
            value.trim().parse::<f32>().ok().filter(|weight| is_weight && (0.0..=1.0).contains(weight))
        });
        Self { essence: essence(text), weight: weight.unwrap_or(1.0) }
    }

    /// How closely it names `kind`, if it does. Whoever names JSON names lines of it, and whoever names JSON or XML what is written in it
    /// (RFC 6839, section 3).
    fn closeness(&self, kind: &str) -> Option<u8> {
        let general = match kind {
            "application/x-ndjson" => "application/json",
            kind if kind.ends_with("+json") => "application/json",
            kind if kind.ends_with("+xml") => "application/xml",
            kind => kind,
        };
        match self.essence.as_str() {
            range if range == kind => Some(3),
            range if range == general => Some(2),
            "text/xml" if general == "application/xml" => Some(2),
            WILDCARD => Some(0),
            range => range.strip_suffix("/*").filter(|of| kind.split('/').next() == Some(*of)).map(|_| 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(field: &str) -> Accept {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, field.parse().unwrap());
        Accept::of(&headers)
    }

    #[test]
    fn a_kind_is_taken_by_its_name_or_by_a_range_that_has_it() {
        for (field, kind, is_taken) in [
            ("application/json", "application/json", true),
            ("Application/JSON;charset=utf-8", "application/json", true),
            ("text/html, */*;q=0.1", "application/json", true),
            ("application/*", "application/x-ndjson", true),
            ("application/json", "application/x-ndjson", true),
            ("text/xml", "application/atom+xml", true),
            ("application/json", "application/schema+json", true),
            ("", "application/json", true),
            ("*/*, application/json;q=0", "application/json", false),
            ("application/json;q=0, application/x-ndjson", "application/x-ndjson", true),
            ("application/xml", "application/schema+json", false),
            ("text/html", "application/json", false),
            ("application/json;q=0", "application/json", false),
            ("text/*", "application/json", false),
            ("nonsense", "application/json", false),
        ] {
            assert_eq!(accept(field).quality(kind).is_some(), is_taken, "{field}: {kind}");
        }
    }

    #[test]
    fn the_greater_weight_wins_then_the_closer_name_then_what_is_named_first() {
        let [lines, stream] = EVENT_KINDS;
        for (field, best) in [
            ("", lines),
            ("*/*", lines),
            ("text/event-stream", stream),
            ("text/*", stream),
            ("*/*, text/event-stream", stream),
            ("text/event-stream, application/x-ndjson", stream),
            ("application/x-ndjson, text/event-stream", lines),
            ("application/x-ndjson;q=1.0, text/event-stream;q=0.001", lines),
            ("application/x-ndjson;q=0.5, text/event-stream;Q=0.6", stream),
            ("application/x-ndjson, text/event-stream;q=0", lines),
            ("text/event-stream;q=0, */*", lines),
            ("text/event-stream;q=0.2, text/*;q=0.9, application/*;q=0.5", lines),
            ("text/event-stream;q=high", stream),
        ] {
            assert_eq!(accept(field).best(EVENT_KINDS), best, "{field}");
        }
    }
}
