//! Why an entry was not published: the closed set of reasons, and of the stages that give them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// How far an entry came before it was rejected.
    pub enum Stage {
        /// The feed gave nothing to fetch.
        Feed = "feed",
        /// The page could not be had.
        Fetch = "fetch",
        /// The page held no article.
        Extract = "extract",
        /// The article is not about the subject.
        Judge = "judge",
        /// The article was published before, unchanged.
        Duplicate = "duplicate",
        /// The event stands in the journal, but subscribers' transport could not carry it.
        Deliver = "deliver",
    }
}

words! {
    /// Why an entry was not published. [`RejectReason::stages`] says at which stage.
    pub enum RejectReason {
        /// The entry has no link to fetch, or to tell the article by.
        NoLink = "no_link",
        /// The feed's options leave the entry out, by its title or its link.
        Filtered = "filtered",
        /// The feed is read without its pages, and carries no text of the entry.
        NoText = "no_text",
        /// What the journal holds of the entry cannot be read.
        UnreadableEntry = "unreadable_entry",
        /// The address cannot be asked for: it is no `http` or `https`, names no host, or is too long.
        Url = "url",
        /// The address is not public, and the configuration does not allow it.
        Address = "address",
        /// The host's name does not resolve.
        Resolve = "resolve",
        /// No connection to the host could be made.
        Connect = "connect",
        /// TLS could not be agreed with the host, or its certificate is not trusted.
        Tls = "tls",
        /// Something took longer than its bound.
        Timeout = "timeout",
        /// The answer is not HTTP as it should be.
        Protocol = "protocol",
        /// The connection ended before the answer did.
        Cut = "cut",
        /// The answer is larger than its bound.
        TooLarge = "too_large",
        /// A replay holds no answer to this request.
        NotRecorded = "not_recorded",
        /// The exchange could not be recorded, as was asked.
        Recording = "recording",
        /// The answer's status says no.
        HttpStatus = "http_status",
        /// The host is to be left alone for now. Only metrics show this: the entry waits, and is asked for later.
        Resting = "resting",
        /// The host's robots.txt asks not to fetch the page.
        Robots = "robots",
        /// The host's robots.txt could not be had, so that nothing may be fetched there (RFC 9309, section 2.3.1.4).
        RobotsUnreachable = "robots_unreachable",
        /// The redirects lead nowhere.
        Redirects = "redirects",
        /// The page of a link redirector does not say where the article is.
        Redirector = "redirector",
        /// The answer is no HTML.
        NotHtml = "not_html",
        /// The body cannot be decompressed.
        Coding = "coding",
        /// The page is empty, or no text was found on it.
        Empty = "empty",
        /// It is a front page, section page, tag page or search result.
        Index = "index",
        /// The page asks to log in before it shows anything.
        Login = "login",
        /// The page is a cookie or consent wall.
        CookieWall = "cookie_wall",
        /// The page checks whether the visitor is a robot.
        BotWall = "bot_wall",
        /// The page is about one video, with no text to speak of.
        Video = "video",
        /// The page is a picture gallery, with no text to speak of.
        Gallery = "gallery",
        /// The page is a running log of short posts.
        LiveBlog = "live_blog",
        /// The page shows the opening of an article whose rest is paid for.
        PaywalledTeaser = "paywalled_teaser",
        /// The page says "not found", with whatever status.
        NotFound = "not_found",
        /// Extracting the page took longer than `extract_timeout` in `[engine]`.
        TooSlow = "too_slow",
        /// Dateline failed on the page: a fault to be reported, with the page.
        Panic = "panic",
        /// The article is not about the subject.
        NotRelevant = "not_relevant",
        /// The page was read a short while ago, for another entry with the same link.
        SameLink = "same_link",
        /// The article was published before, under this address or another, and says what it said then.
        Unchanged = "unchanged",
        /// The article repeats the text of another, and `copies` in `[stories]` is "drop".
        Copy = "copy",
        /// The event is larger than `max_record_bytes` in `[kafka]`; the API still gives it.
        RecordTooLarge = "record_too_large",
    }
}

impl RejectReason {
    /// The stages that give this reason.
    pub fn stages(self) -> &'static [Stage] {
        match self {
            Self::NoLink | Self::Filtered | Self::NoText | Self::UnreadableEntry => &[Stage::Feed],
            Self::Url
            | Self::Address
            | Self::Resolve
            | Self::Connect
            | Self::Tls
            | Self::Timeout
            | Self::Protocol
            | Self::Cut
            | Self::TooLarge
            | Self::NotRecorded
            | Self::Recording
            | Self::HttpStatus
            | Self::Resting
            | Self::Robots
            | Self::RobotsUnreachable
            | Self::Redirects
            | Self::Redirector
            | Self::NotHtml
            | Self::Coding => &[Stage::Fetch],
            Self::Index
            | Self::Login
            | Self::CookieWall
            | Self::BotWall
            | Self::Video
            | Self::Gallery
            | Self::LiveBlog
            | Self::PaywalledTeaser
            | Self::NotFound
            | Self::TooSlow => &[Stage::Extract],
            Self::Empty | Self::Panic => &[Stage::Fetch, Stage::Extract],
            Self::NotRelevant => &[Stage::Judge],
            Self::SameLink | Self::Unchanged | Self::Copy => &[Stage::Duplicate],
            Self::RecordTooLarge => &[Stage::Deliver],
        }
    }
}

/// The ways in which an exchange with a server fails: those of the [`RejectReason`]s that mean that no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// [`RejectReason::Url`]
    Url,
    /// [`RejectReason::Address`]
    Address,
    /// [`RejectReason::Resolve`]
    Resolve,
    /// [`RejectReason::Connect`]
    Connect,
    /// [`RejectReason::Tls`]
    Tls,
    /// [`RejectReason::Timeout`]
    Timeout,
    /// [`RejectReason::Protocol`]
    Protocol,
    /// [`RejectReason::Cut`]
    Cut,
    /// [`RejectReason::TooLarge`]
    TooLarge,
    /// [`RejectReason::NotRecorded`]
    NotRecorded,
    /// [`RejectReason::Recording`]
    Recording,
}

impl FailureKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Url,
        Self::Address,
        Self::Resolve,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Protocol,
        Self::Cut,
        Self::TooLarge,
        Self::NotRecorded,
        Self::Recording,
    ];

    /// The kind that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The kind as a word that stays the same.
    pub fn as_str(self) -> &'static str {
        RejectReason::from(self).as_str()
    }

    /// Whether the same request may succeed later.
    pub fn may_pass(self) -> bool {
        !matches!(self, Self::Url | Self::Address | Self::TooLarge | Self::NotRecorded)
    }
}

impl From<FailureKind> for RejectReason {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Url => Self::Url,
            FailureKind::Address => Self::Address,
            FailureKind::Resolve => Self::Resolve,
            FailureKind::Connect => Self::Connect,
            FailureKind::Tls => Self::Tls,
            FailureKind::Timeout => Self::Timeout,
            FailureKind::Protocol => Self::Protocol,
            FailureKind::Cut => Self::Cut,
            FailureKind::TooLarge => Self::TooLarge,
            FailureKind::NotRecorded => Self::NotRecorded,
            FailureKind::Recording => Self::Recording,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_exchange_is_called_the_same_in_events_and_in_recordings() {
        for kind in FailureKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), RejectReason::from(kind).as_str());
            assert_eq!(FailureKind::from_word(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn words_are_read_back_as_they_are_written() {
        for reason in RejectReason::ALL {
            assert_eq!(RejectReason::from_word(reason.as_str()), Some(*reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        assert_eq!(RejectReason::from_word("no_reason"), None);
    }
}
