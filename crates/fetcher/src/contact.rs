//! Whether a host may be asked for something at all, where that is for others to say, and what hosts wish that others are to know.

use std::time::Duration;

use jiff::Timestamp;

/// Says whether a host may be asked for something now. It is asked before every request, when its turn has come.
pub trait ContactGuard: Send + Sync {
    /// Whether `host` may be asked for something now.
    fn verdict(&self, host: &str) -> ContactVerdict;

    /// Is told what `host` wishes, each time that it says so: whoever asks it next is to know ([`Fetcher::recall`](crate::Fetcher::recall)).
    fn note(&self, host: &str, wish: HostWish);
}

/// Whether a host may be asked for something now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactVerdict {
    /// It may.
    Allowed,
    /// It is for somebody else to ask.
    Elsewhere,
    /// Not now. It may turn out in a moment.
    NotNow,
}

/// What a host wishes of those who ask it for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostWish {
    /// To be left alone until then (`Retry-After`).
    Rest {
        /// Until when.
        until: Timestamp,
    },
    /// That so much time passes from one request to the next (`Crawl-delay`).
    CrawlDelay {
        /// How much; none where it wishes nothing of the kind any more.
        delay: Duration,
        /// How long the robots.txt counts that says so.
        until: Timestamp,
    },
}
