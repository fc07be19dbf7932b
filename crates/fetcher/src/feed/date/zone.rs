//! The zone behind the clock.

use super::lexer::{Piece, number, past_space, sign};
use super::words::{self, Zone};

/// Finds the zone behind the clock and takes it out: an offset, a name, or a name with an offset (`GMT+3`).
pub(super) fn take(pieces: &mut [Piece], clock_end: usize) -> Option<Zone> {
    let mut at = clock_end;
    let named = loop {
        at = past_space(pieces, at);
        match pieces.get(at)? {
            Piece::Number { .. } => return None,
            Piece::Sign('+' | '-') => break None,
            Piece::Word(word) => match words::zone(word) {
                Some(zone) => break Some(zone),
                None if words::month(word).is_some() => return None,
                None => at += 1,
            },
            _ => at += 1,
        }
    };
    let sign_at = if named.is_some() { at + 1 } else { at };
    let offset = offset(pieces, sign_at);
    let end = match (&named, offset) {
        (_, Some((_, end))) => end,
        (Some(_), None) => sign_at,
        (None, None) => return None,
    };
    pieces[at..end].fill(Piece::Taken);
    offset.map(|(seconds, _)| Zone::Offset(seconds)).or(named)
}

/// The largest offset in use, in hours.
pub(super) const LARGEST: u32 = 14;

/// An offset at `at`: `+hhmm`, `+hh:mm`, `+hh`.
fn offset(pieces: &[Piece], at: usize) -> Option<(i32, usize)> {
    let direction = match sign(pieces, at)? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (value, digits) = number(pieces, at + 1)?;
    let minutes =
        number(pieces, at + 3).filter(|_| sign(pieces, at + 2) == Some(':')).map(|(minutes, _)| minutes);
    let (hours, minutes, end) = match (digits, minutes) {
        (1 | 2, Some(minutes)) => (value, minutes, at + 4),
        (1 | 2, None) => (value, 0, at + 2),
        (3 | 4, _) => (value / 100, value % 100, at + 2),
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours <= LARGEST && minutes < 60).then_some((direction * seconds, end))
}
