//! Whether a host may be asked for something at all, where that is for others to say.

/// Says whether a host may be asked for something now. It is asked before every request, when its turn has come.
pub trait ContactGuard: Send + Sync {
    /// Whether `host` may be asked for something now.
    fn verdict(&self, host: &str) -> ContactVerdict;
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
