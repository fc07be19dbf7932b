//! A date as it was written, before anybody reads more into it.

use dateline_wire::{Moment, Precision, Source};
use jiff::civil::{Date, Weekday};

/// What a text says about a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// The day or month.
    pub(crate) calendar: Calendar,
    /// The time of day.
    pub(crate) clock: Option<Clock>,
    /// The offset that was written, in minutes east of Greenwich.
    pub(crate) offset: Option<Offset>,
}

/// The part of a point in time that a calendar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calendar {
    /// A whole month.
    Month(i16, i8),
    /// A day.
    Day(Date),
    /// One of two days: numbers that are read either day first or month first.
    Either {
        /// The first number read as the day of the month.
        day_first: Date,
        /// The first number read as the month.
        month_first: Date,
    },
}

/// The time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Clock {
    /// 0 to 23.
    pub(crate) hour: i8,
    /// 0 to 59.
    pub(crate) minute: i8,
    /// 0 to 59, where it was written. A leap second counts as 59.
    pub(crate) second: Option<i8>,
}

/// An offset from Greenwich, and how it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    /// Minutes east of Greenwich, within ±18 hours.
    pub(crate) minutes: i16,
    /// Whether it was written as `Z`.
    pub(crate) zulu: bool,
}

impl Clock {
    /// The time of day that these numbers are, if they are one.
    pub(super) fn new(hour: u64, minute: u64, second: Option<u64>) -> Option<Self> {
        if hour > 23 || minute > 59 || second.is_some_and(|second| second > 60) {
            return None;
        }
        Some(Self {
            hour: i8::try_from(hour).ok()?,
            minute: i8::try_from(minute).ok()?,
            second: second.and_then(|second| i8::try_from(second.min(59)).ok()),
        })
    }
}

impl Written {
    /// A day without a time.
    pub(crate) fn day(date: Date) -> Self {
        Self { calendar: Calendar::Day(date), clock: None, offset: None }
    }

    /// The day, where it is certain.
    pub(crate) fn date(&self) -> Option<Date> {
        match self.calendar {
            Calendar::Day(date) => Some(date),
            _ => None,
        }
    }

    /// The year.
    pub(crate) fn year(&self) -> i16 {
        match self.calendar {
            Calendar::Month(year, _) => year,
            Calendar::Day(date) | Calendar::Either { day_first: date, .. } => date.year(),
        }
    }

    /// The same, with the day settled where `is_right` holds for exactly one reading of an ambiguous one.
    #[must_use]
    pub(crate) fn settled(mut self, mut is_right: impl FnMut(Date) -> bool) -> Self {
        if let Calendar::Either { day_first, month_first } = self.calendar {
            match (is_right(day_first), is_right(month_first)) {
                (true, false) => self.calendar = Calendar::Day(day_first),
                (false, true) => self.calendar = Calendar::Day(month_first),
                _ => {}
            }
        }
        self
    }

    /// Minutes since the year 0 began at Greenwich, where day and time are known; a missing offset counts as none.
    pub(crate) fn minutes(&self) -> Option<i64> {
        let date = self.date()?;
        let clock = self.clock?;
        let days = days_since_epoch(date);
        let offset = self.offset.map_or(0, |offset| i64::from(offset.minutes));
        Some(days * 1440 + i64::from(clock.hour) * 60 + i64::from(clock.minute) - offset)
    }

    /// Whether the time of day says nothing: exactly midnight is how software writes a date that has no time.
    pub(crate) fn is_midnight(&self) -> bool {
        self.clock.is_some_and(|clock| {
            (clock.hour, clock.minute) == (0, 0) && clock.second.is_none_or(|second| second == 0)
        })
    }

    /// The moment that a subscriber reads. What is ambiguous is cut to what is certain: the year.
    pub(crate) fn to_moment(self, source: Source) -> Moment {
        let (value, precision) = match self.calendar {
            Calendar::Month(year, month) => (format!("{year:04}-{month:02}"), Precision::Month),
            Calendar::Either { day_first, .. } => (format!("{:04}", day_first.year()), Precision::Year),
            Calendar::Day(date) => {
                let day = date.to_string();
                match self.clock {
                    None => (day, Precision::Day),
                    Some(clock) => {
                        let (hour, minute) = (clock.hour, clock.minute);
                        let offset = self.offset.map(|offset| offset.to_string()).unwrap_or_default();
                        match clock.second {
                            None => (format!("{day}T{hour:02}:{minute:02}{offset}"), Precision::Minute),
                            Some(second) => (
                                format!("{day}T{hour:02}:{minute:02}:{second:02}{offset}"),
                                Precision::Second,
                            ),
                        }
                    }
                }
            }
        };
        Moment { value, precision, source }
    }
}

/// Days since 1970-01-01, negative before.
pub(crate) fn days_since_epoch(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    date.since((jiff::Unit::Day, epoch)).map_or(0, |span| i64::from(span.get_days()))
}

/// The weekday of a date, Monday 0 to Sunday 6.
pub(crate) fn weekday(date: Date) -> i8 {
    let weekday: Weekday = date.weekday();
    weekday.to_monday_zero_offset()
}

impl std::fmt::Display for Offset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.zulu {
            return f.write_str("Z");
        }
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}
