//! A date as it was written, before anybody reads more into it.

use std::fmt;

use jiff::civil::Date;

/// What a text says about a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDate {
    /// The day or month.
    pub calendar: Calendar,
    /// The time of day.
    pub clock: Option<TimeOfDay>,
    /// The offset that was written, in minutes east of Greenwich.
    pub offset: Option<ZoneOffset>,
}

/// The part of a point in time that a calendar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
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
pub struct TimeOfDay {
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 59, where it was written. A leap second counts as 59.
    pub second: Option<i8>,
}

/// An offset from Greenwich, and how it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneOffset {
    /// Minutes east of Greenwich, within ±18 hours.
    pub minutes: i16,
    /// Whether it was written as `Z`.
    pub zulu: bool,
}

impl TimeOfDay {
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

impl WrittenDate {
    /// A day without a time.
    pub fn day(date: Date) -> Self {
        Self { calendar: Calendar::Day(date), clock: None, offset: None }
    }

    /// The day, where it is certain.
    pub fn date(&self) -> Option<Date> {
        match self.calendar {
            Calendar::Day(date) => Some(date),
            _ => None,
        }
    }

    /// The year.
    pub fn year(&self) -> i16 {
        match self.calendar {
            Calendar::Month(year, _) => year,
            Calendar::Day(date) | Calendar::Either { day_first: date, .. } => date.year(),
        }
    }

    /// The same, with the day settled where `is_right` holds for exactly one reading of an ambiguous one.
    #[must_use]
    pub fn settled(mut self, mut is_right: impl FnMut(Date) -> bool) -> Self {
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
    pub fn minutes(&self) -> Option<i64> {
        let date = self.date()?;
        let clock = self.clock?;
        let days = days_since_epoch(date);
        let offset = self.offset.map_or(0, |offset| i64::from(offset.minutes));
        Some(days * 1440 + i64::from(clock.hour) * 60 + i64::from(clock.minute) - offset)
    }

    /// Whether the time of day says nothing: exactly midnight is how software writes a date that has no time.
    pub fn is_midnight(&self) -> bool {
        self.clock.is_some_and(|clock| {
            (clock.hour, clock.minute) == (0, 0) && clock.second.is_none_or(|second| second == 0)
        })
    }
}

/// Days since 1970-01-01, negative before.
pub fn days_since_epoch(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    date.since((jiff::Unit::Day, epoch)).map_or(0, |span| i64::from(span.get_days()))
}

/// The date as RFC 3339 writes it, as far as it goes. What is ambiguous is cut to what is certain: the year.
impl fmt::Display for WrittenDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.calendar {
            Calendar::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Calendar::Either { day_first, .. } => write!(f, "{:04}", day_first.year()),
            Calendar::Day(date) => {
                write!(f, "{date}")?;
                let Some(clock) = self.clock else { return Ok(()) };
                write!(f, "T{:02}:{:02}", clock.hour, clock.minute)?;
                if let Some(second) = clock.second {
                    write!(f, ":{second:02}")?;
                }
                self.offset.map_or(Ok(()), |offset| write!(f, "{offset}"))
            }
        }
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.zulu {
            return f.write_str("Z");
        }
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}
