//! Why a feed or a page could not be had.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::HttpStatus;

/// Why a feed or a page could not be had, and where that was said.
///
/// In the journal and in events it is a text for people, such as `https://news.example/rss: answered 404 Not Found`. What older versions
/// wrote (`status 404 from https://news.example/rss`, `gone (410)`, `https://news.example/1: status 404`) is read as the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct FetchFailure {
    /// The address that failed, as it may be shown; none where that is the one that was asked for.
    pub address: Option<String>,
    /// What failed there.
    pub cause: FetchFailureCause,
}

/// What failed at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchFailureCause {
    /// It answered with a status that brings nothing.
    Status(HttpStatus),
    /// Anything else, in words.
    Other(String),
}

impl FetchFailure {
    /// What was asked for answered with `status`.
    pub fn of_status(status: HttpStatus) -> Self {
        FetchFailureCause::Status(status).into()
    }

    /// What failed, told beside `address`, which is not repeated.
    pub fn beside(&self, address: &str) -> String {
        match &self.address {
            Some(other) if other != address => self.to_string(),
            _ => self.cause.to_string(),
        }
    }

    fn read(text: &str) -> Self {
        if text == "gone (410)" {
            return Self::of_status(HttpStatus::GONE);
        }
        if let Some((status, from)) = text.strip_prefix("status ").and_then(|rest| rest.split_once(" from "))
            && let Ok(status) = status.parse()
        {
            let cause = FetchFailureCause::Status(HttpStatus(status));
            return Self { address: Some(from.to_owned()), cause };
        }
        let is_web = text.starts_with("http://") || text.starts_with("https://");
        let placed = text.split_once(": ").filter(|(address, _)| is_web && !address.contains(' '));
        match placed {
            Some((address, cause)) => {
                Self { address: Some(address.to_owned()), cause: FetchFailureCause::read(cause) }
            }
            None => FetchFailureCause::read(text).into(),
        }
    }
}

impl FetchFailureCause {
    fn read(text: &str) -> Self {
        let status = |rest: &str| rest.parse().ok().map(HttpStatus);
        let answered = text.strip_prefix("answered ").and_then(|told| {
            status(told.split(' ').next().unwrap_or(told)).filter(|status| status.to_string() == told)
        });
        match answered.or_else(|| text.strip_prefix("status ").and_then(status)) {
            Some(status) => Self::Status(status),
            None => Self::Other(text.to_owned()),
        }
    }
}

impl fmt::Display for FetchFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Some(address) => write!(f, "{address}: {}", self.cause),
            None => self.cause.fmt(f),
        }
    }
}

impl fmt::Display for FetchFailureCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "answered {status}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl From<FetchFailureCause> for FetchFailure {
    fn from(cause: FetchFailureCause) -> Self {
        Self { address: None, cause }
    }
}

/// A text that says why, in whichever version's words.
impl From<&str> for FetchFailure {
    fn from(text: &str) -> Self {
        Self::read(text)
    }
}

impl From<String> for FetchFailure {
    fn from(text: String) -> Self {
        Self::read(&text)
    }
}

impl From<FetchFailure> for String {
    fn from(failure: FetchFailure) -> Self {
        failure.to_string()
    }
}

impl JsonSchema for FetchFailure {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FetchFailure".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_older_versions_wrote_is_read_as_the_same() {
        let feed = "https://news.example/rss";
        for (written, told) in [
            ("status 404 from https://news.example/rss", "answered 404 Not Found"),
            ("https://news.example/rss: status 503", "answered 503 Service Unavailable"),
            ("status 404", "answered 404 Not Found"),
            ("status 499", "answered 499"),
            ("gone (410)", "answered 410 Gone"),
            ("status 404 from https://cdn.example/rss", "https://cdn.example/rss: answered 404 Not Found"),
            ("https://news.example/rss: no answer", "no answer"),
            ("status unknown", "status unknown"),
            ("status 302 without a usable Location", "status 302 without a usable Location"),
            ("answered 7 questions", "answered 7 questions"),
            ("cannot connect to news.example: refused", "cannot connect to news.example: refused"),
            (
                "it redirects to https://a.example/: no answer",
                "it redirects to https://a.example/: no answer",
            ),
            ("", ""),
        ] {
            assert_eq!(FetchFailure::from(written).beside(feed), told, "{written}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for cause in
            [FetchFailureCause::Status(HttpStatus(404)), FetchFailureCause::Other("no answer: reset".into())]
        {
            for address in [None, Some("https://news.example/rss?x=1".to_owned())] {
                let failure = FetchFailure { address, cause: cause.clone() };
                let json = serde_json::to_string(&failure).expect("a text");
                assert_eq!(serde_json::from_str::<FetchFailure>(&json).expect("the same"), failure);
            }
        }
    }
}
