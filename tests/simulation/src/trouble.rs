//! What goes wrong with single feeds for days, and what must be told about it.

use std::time::Duration;

use dateline_wire::HealthKind;

/// Something that is the matter with one feed for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// It has moved for good (301).
    Moved,
    /// It is somewhere else for a while (302).
    Elsewhere,
    /// It is gone (410), and never comes back.
    Gone,
    /// It isn't there for a while (404).
    Missing,
    /// Its server fails (500).
    Failing,
    /// Its redirects go round in a circle.
    Circle,
    /// It decompresses to more than anybody should take.
    Bomb,
    /// It comes in a charset that the header doesn't name.
    Charset,
    /// It breaks off between two entries.
    Truncated,
    /// Nothing new comes for days.
    Silent,
    /// More entries come at once than it shows.
    Burst,
    /// All of its dates are the same.
    StuckDates,
}

impl Trouble {
    /// Every trouble.
    pub const ALL: [Self; 13] = [
        Self::None,
        Self::Moved,
        Self::Elsewhere,
        Self::Gone,
        Self::Missing,
        Self::Failing,
        Self::Circle,
        Self::Bomb,
        Self::Charset,
        Self::Truncated,
        Self::Silent,
        Self::Burst,
        Self::StuckDates,
    ];

    /// What must be told about a feed that has it for a span of days, in this order, and nothing else.
    pub fn told(self) -> &'static [HealthKind] {
        match self {
            Self::None | Self::Elsewhere | Self::Charset | Self::Truncated => &[],
            Self::Moved => &[HealthKind::Moved],
            Self::Gone => &[HealthKind::Dead],
            Self::Missing | Self::Failing | Self::Circle | Self::Bomb => {
                &[HealthKind::Dead, HealthKind::Recovered]
            }
            Self::Silent => &[HealthKind::Silent, HealthKind::Recovered],
            Self::Burst => &[HealthKind::Gap],
            Self::StuckDates => &[HealthKind::StuckDates, HealthKind::Recovered],
        }
    }

    /// Whether what appears meanwhile is not seen by anybody until the feed answers again.
    pub(crate) fn hides(self) -> bool {
        matches!(self, Self::Missing | Self::Failing | Self::Circle | Self::Bomb)
    }
}

/// A trouble and when it is.
#[derive(Debug, Clone, Copy)]
pub struct Spell {
    /// What is the matter.
    pub trouble: Trouble,
    /// From when.
    pub from: Duration,
    /// Until when, unless it is for good.
    pub to: Duration,
}

impl Spell {
    /// The trouble at a moment.
    pub fn at(&self, moment: Duration) -> Trouble {
        let for_good = matches!(self.trouble, Trouble::Moved | Trouble::Gone);
        let begun = moment >= self.from;
        if begun && (for_good || moment < self.to) { self.trouble } else { Trouble::None }
    }
}

/// What a host answers for its robots.txt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RobotsPlan {
    /// Rules that close `/private/`.
    Closed,
    /// The same, where a redirect leads.
    Moved,
    /// The same, with a `Crawl-delay` of so many seconds.
    Slow(u64),
    /// There is none (404).
    None,
    /// A page for people.
    Page,
    /// Nothing but 503 until then; afterwards rules that close `/private/`.
    FailingUntil(Duration),
}

impl RobotsPlan {
    /// Whether it closes `/private/`.
    pub(crate) fn closes(self) -> bool {
        !matches!(self, Self::None | Self::Page)
    }
}
