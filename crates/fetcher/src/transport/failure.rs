//! What went wrong, told from the errors of the client and of what it is made of.

use std::{error::Error, io, time::Duration};

use super::{FailureKind, TransportError};

/// An exchange that took longer than a bound.
pub(super) fn timed_out(what: &str, within: Duration) -> TransportError {
    TransportError::new(FailureKind::Timeout, format!("{what} within {} s", within.as_secs_f64()))
}

/// What `error` says about an exchange with `host`, whose connection was to be made within `connect_timeout`.
pub(super) fn of_client(error: &reqwest::Error, host: &str, connect_timeout: Duration) -> TransportError {
    let mut kind = if error.is_connect() { FailureKind::Connect } else { FailureKind::Cut };
    let mut detail = String::new();
    for cause in causes(error) {
        if let Some(known) = cause.downcast_ref::<TransportError>() {
            return known.clone();
        }
        if let Some(http) = cause.downcast_ref::<hyper::Error>() {
            if http.is_parse_too_large() {
                return TransportError::new(FailureKind::TooLarge, "the head of the answer is too large");
            }
            if http.is_parse() {
                kind = FailureKind::Protocol;
            }
        }
        if cause.downcast_ref::<h2::Error>().is_some_and(breaks_http2) {
            kind = FailureKind::Protocol;
        }
        if kind == FailureKind::Connect && is_of_tls(cause) {
            kind = FailureKind::Tls;
        }
        detail = cause.to_string();
    }
    if kind == FailureKind::Connect && error.is_timeout() {
        return timed_out("no connection", connect_timeout);
    }
    let what = match kind {
        FailureKind::Connect => format!("cannot connect to {host}"),
        // The first bytes of an answer without TLS are those of HTTP.
        FailureKind::Tls if is_without_tls(error) => {
            "TLS: the server answers without it at this port".to_owned()
        }
        FailureKind::Tls => "TLS".to_owned(),
        FailureKind::Protocol => "the answer is not HTTP, or not within its bounds".to_owned(),
        _ => "the connection ended before the answer did".to_owned(),
    };
    TransportError::new(kind, format!("{what}: {detail}"))
}

/// Whether the server said that it did nothing about the request (RFC 9113, section 8.7): its stream was refused, or lies above
/// the last one that the server took on before it closes the connection in order (section 6.8).
pub(super) fn was_not_processed(error: &reqwest::Error) -> bool {
    causes(error).filter_map(|cause| cause.downcast_ref::<h2::Error>()).any(|error| {
        error.is_remote()
            && ((error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR))
                || (error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM)))
    })
}

/// Whether the connection ended before an answer came.
pub(super) fn ended_unanswered(error: &reqwest::Error) -> bool {
    !error.is_connect()
        && causes(error).any(|cause| {
            cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message)
                || cause.downcast_ref::<io::Error>().is_some_and(|error| {
                    matches!(
                        error.kind(),
                        io::ErrorKind::ConnectionReset
                            | io::ErrorKind::ConnectionAborted
                            | io::ErrorKind::BrokenPipe
                            | io::ErrorKind::UnexpectedEof
                    )
                })
        })
}

/// Whether the server wants HTTP/1.1 for the request (RFC 9113, section 7).
pub(super) fn asks_for_http1(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<h2::Error>())
        .any(|error| error.is_remote() && error.reason() == Some(h2::Reason::HTTP_1_1_REQUIRED))
}

/// The causes of `error`, from the nearest to the first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| cause_of(*cause))
}

/// What caused `error`. An [`io::Error`] is caused by what it wraps.
fn cause_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// Whether `cause` arose when TLS was agreed. A handshake that the server ends early has no error of its own.
fn is_of_tls(cause: &(dyn Error + 'static)) -> bool {
    cause.is::<rustls::Error>()
        || cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof)
}

/// Whether what was answered is no message of TLS at all (RFC 8446, section 5.1).
fn is_without_tls(error: &reqwest::Error) -> bool {
    let no_message = rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
    causes(error).any(|cause| cause.downcast_ref::<rustls::Error>() == Some(&no_message))
}

/// Whether we found that a server breaks HTTP/2, or the bounds that we told it (RFC 9113, section 7).
fn breaks_http2(error: &h2::Error) -> bool {
    error.is_library()
        && matches!(
            error.reason(),
            Some(
                h2::Reason::PROTOCOL_ERROR
                    | h2::Reason::FRAME_SIZE_ERROR
                    | h2::Reason::FLOW_CONTROL_ERROR
                    | h2::Reason::COMPRESSION_ERROR
                    | h2::Reason::ENHANCE_YOUR_CALM
            )
        )
}
