//! The time of day in a date.

use jiff::civil::Time;

use super::lexer::{Piece, number, past_space, sign, word};
use super::words;

/// The time of day, and whether it is that of the next day (24:00).
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockTime {
    pub(super) time: Time,
    pub(super) next_day: bool,
}

/// A clock found in a date.
#[derive(Debug)]
pub(super) struct Clock {
    pub(super) time: ClockTime,
    pub(super) twelve_hours: bool,
    /// The piece behind it.
    pub(super) end: usize,
}

/// Finds a clock: `h:mm[:ss[.f]]`, `Thhmm[ss]` of ISO 8601, `h時mm分`.
pub(super) fn face(pieces: &[Piece]) -> Option<Face> {
    (0..pieces.len())
        .find_map(|at| colons(pieces, at).or_else(|| basic(pieces, at)).or_else(|| units(pieces, at)))
}

/// Takes a clock out of a date, with the half of the day that stands beside it; `None` where there is no such time.
pub(super) fn take(pieces: &mut [Piece], face: Face) -> Option<Clock> {
    let (start, mut end, [hour, minute, second], nanosecond) = face;
    let mut half = None;
    let behind = past_space(pieces, end);
    if let Some(after) = word(pieces, behind).and_then(words::after_noon) {
        half = Some(after);
        end = behind + 1;
    } else {
        let before = (0..start).rev().find(|at| pieces[*at] != Piece::Space);
        if let Some((at, after)) = before.and_then(|at| Some((at, words::after_noon(word(pieces, at)?)?))) {
            half = Some(after);
            pieces[at] = Piece::Taken;
        }
    }
    pieces[start..end].fill(Piece::Taken);
    let hour = match (half, hour) {
        (Some(false), 12) => 0,
        (Some(true), 1..=11) => hour + 12,
        _ => hour,
    };
    let next_day = (hour, minute, second) == (24, 0, 0);
    let small = |value: u32| i8::try_from(value).ok();
    let hour = if next_day { 0 } else { small(hour)? };
    // A leap second is the last one that a clock without them has.
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(hour, small(minute)?, small(second)?, nanosecond).ok()?;
    Some(Clock { time: ClockTime { time, next_day }, twelve_hours: half.is_some(), end })
}

/// Where a clock starts and ends, its hour, minute and second, and the nanoseconds.
pub(super) type Face = (usize, usize, [u32; 3], i32);

fn colons(pieces: &[Piece], at: usize) -> Option<Face> {
    let short = |at: usize| number(pieces, at).filter(|(_, digits)| *digits <= 2).map(|(value, _)| value);
    let hour = short(at)?;
    let minute = short(at + 2).filter(|_| sign(pieces, at + 1) == Some(':'))?;
    let Some(second) = short(at + 4).filter(|_| sign(pieces, at + 3) == Some(':')) else {
        return Some((at, at + 3, [hour, minute, 0], 0));
    };
    match number(pieces, at + 6).filter(|_| matches!(sign(pieces, at + 5), Some('.' | ','))) {
        Some((value, digits)) => {
            let nanosecond =
                9_usize.checked_sub(digits).map_or(0, |zeros| value as i32 * 10_i32.pow(zeros as u32));
            Some((at, at + 7, [hour, minute, second], nanosecond))
        }
        None => Some((at, at + 5, [hour, minute, second], 0)),
    }
}

fn basic(pieces: &[Piece], at: usize) -> Option<Face> {
    word(pieces, at).filter(|word| *word == "t")?;
    match number(pieces, at + 1)? {
        (value, 4) => Some((at, at + 2, [value / 100, value % 100, 0], 0)),
        (value, 6) => Some((at, at + 2, [value / 10_000, value / 100 % 100, value % 100], 0)),
        _ => None,
    }
}

fn units(pieces: &[Piece], at: usize) -> Option<Face> {
    let (hour, _) = number(pieces, at)?;
    word(pieces, at + 1).filter(|unit| matches!(*unit, "時" | "时" | "点" | "시" | "h"))?;
    let minute_at = past_space(pieces, at + 2);
    let Some((minute, _)) = number(pieces, minute_at) else {
        return Some((at, at + 2, [hour, 0, 0], 0));
    };
    let end = minute_at
        + 1
        + usize::from(word(pieces, minute_at + 1).is_some_and(|unit| matches!(unit, "分" | "분")));
    Some((at, end, [hour, minute, 0], 0))
}
