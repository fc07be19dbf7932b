//! The time of day in a field.

use jiff::civil::Time;

use super::DateField;
use crate::date::clock::{half, half_behind};

/// A clock found in a field.
pub(super) struct FieldClock {
    pub(super) time: Time,
    /// Whether it is midnight at the end of the day (24:00).
    pub(super) is_next_day: bool,
    /// Whether it counts twelve hours.
    pub(super) counts_twelve: bool,
    /// The token behind it.
    pub(super) end: usize,
}

/// Where a clock starts and ends, its hour, minute and second, and the nanoseconds.
pub(super) struct ClockFace {
    start: usize,
    end: usize,
    units: [u64; 3],
    nanosecond: i32,
}

/// Finds a clock: `h:mm[:ss[.f]]`, `Thhmm[ss]` of ISO 8601, `h時mm分`; else `h.mm[.ss]` behind a year.
pub(super) fn face(field: &DateField) -> Option<ClockFace> {
    (0..field.tokens.len())
        .find_map(|at| colons(field, at).or_else(|| basic(field, at)).or_else(|| by_units(field, at)))
        .or_else(|| (2..field.tokens.len()).find_map(|at| points(field, at)))
}

/// Takes a clock out of a field, with the half of the day that stands beside it; `None` where there is no such time.
pub(super) fn take(field: &mut DateField, face: ClockFace) -> Option<FieldClock> {
    let ClockFace { start, mut end, units: [hour, minute, second], nanosecond } = face;
    let mut of_day = None;
    if let Some((found, behind)) = half_behind(&field.tokens, end) {
        of_day = Some(found);
        end = behind;
    } else if let Some(before) = start.checked_sub(1) {
        let spelled = || {
            half_behind(&field.tokens, before).filter(|(_, behind)| *behind == start).map(|(half, _)| half)
        };
        of_day = half(&field.tokens, before).or_else(spelled);
        field.is_read[before] |= of_day.is_some();
    }
    field.mark_read(start..end);
    let is_next_day = (hour, minute, second) == (24, 0, 0);
    let hour = match of_day {
        _ if is_next_day => 0,
        Some(half) => half.hour(hour)?,
        None => hour,
    };
    let small = |value: u64| i8::try_from(value).ok();
    // A leap second is the last one that a clock without them has.
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(small(hour)?, small(minute)?, small(second)?, nanosecond).ok()?;
    Some(FieldClock { time, is_next_day, counts_twelve: of_day.is_some(), end })
}

fn colons(field: &DateField, at: usize) -> Option<ClockFace> {
    let short = |at: usize| field.number(at).filter(|(_, digits)| *digits <= 2).map(|(value, _)| value);
    let hour = short(at)?;
    let minute = short(at + 2).filter(|_| field.mark(at + 1) == Some(':'))?;
    let Some(second) = short(at + 4).filter(|_| field.mark(at + 3) == Some(':')) else {
        return Some(ClockFace { start: at, end: at + 3, units: [hour, minute, 0], nanosecond: 0 });
    };
    let units = [hour, minute, second];
    match field.number(at + 6).filter(|_| matches!(field.mark(at + 5), Some('.' | ','))) {
        Some((value, digits)) => {
            let zeros = 9_usize.checked_sub(digits).and_then(|zeros| u32::try_from(zeros).ok());
            let nanosecond =
                zeros.and_then(|zeros| i32::try_from(value * 10_u64.pow(zeros)).ok()).unwrap_or(0);
            Some(ClockFace { start: at, end: at + 7, units, nanosecond })
        }
        None => Some(ClockFace { start: at, end: at + 5, units, nanosecond: 0 }),
    }
}

/// `h.mm` or `h.mm.ss` behind a year that ends a day, where such numbers are no date; what is no time of day is none.
fn points(field: &DateField, at: usize) -> Option<ClockFace> {
    let short = |at: usize| field.number(at).filter(|(_, digits)| *digits <= 2).map(|(value, _)| value);
    let follows_year =
        at.checked_sub(1).and_then(|before| field.number(before)).is_some_and(|(_, digits)| digits == 4);
    let hour = short(at).filter(|hour| follows_year && *hour <= 24)?;
    let pair = |at: usize| {
        let (value, _) = field.number(at + 1).filter(|(value, digits)| *digits == 2 && *value < 60)?;
        (field.mark(at) == Some('.')).then_some(value)
    };
    let minute = pair(at + 1)?;
    let (second, end) = pair(at + 3).map_or((0, at + 3), |second| (second, at + 5));
    Some(ClockFace { start: at, end, units: [hour, minute, second], nanosecond: 0 })
}

fn basic(field: &DateField, at: usize) -> Option<ClockFace> {
    field.word(at).filter(|word| *word == "t")?;
    let units = match field.number(at + 1)? {
        (value, 4) => [value / 100, value % 100, 0],
        (value, 6) => [value / 10_000, value / 100 % 100, value % 100],
        _ => return None,
    };
    Some(ClockFace { start: at, end: at + 2, units, nanosecond: 0 })
}

fn by_units(field: &DateField, at: usize) -> Option<ClockFace> {
    let is_unit = |at: usize, units: &[&str]| field.word(at).is_some_and(|word| units.contains(&word));
    let (hour, _) = field.number(at)?;
    if !is_unit(at + 1, &["時", "时", "点", "點", "시", "h"]) {
        return None;
    }
    let Some((minute, _)) = field.number(at + 2) else {
        return Some(ClockFace { start: at, end: at + 2, units: [hour, 0, 0], nanosecond: 0 });
    };
    let end = at + 3 + usize::from(is_unit(at + 3, &["分", "분"]));
    Some(ClockFace { start: at, end, units: [hour, minute, 0], nanosecond: 0 })
}
