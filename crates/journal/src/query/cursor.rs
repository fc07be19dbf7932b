//! Where a page of a list ends, so that the next goes on there whatever has come meanwhile.

use dateline_wire::{JournalId, Sequence, StoryId};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::EventFilter;

/// A place in a list of articles, the newest first. It holds what the list was when it began: what comes later is not in it, and an
/// article that is revised meanwhile stays where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageCursor {
    /// The last place that was given.
    pub(super) before: Sequence,
    /// The last place that there was when the list began.
    pub(super) began: Sequence,
}

impl PageCursor {
    /// As text without meaning, for whoever goes through the articles of `journal` that `filter` asks for.
    pub fn to_text(self, journal: &JournalId, filter: &EventFilter) -> String {
        let places = format!("{:x}-{:x}", self.before.0, self.began.0);
        let check = check(&places, journal, filter);
        format!("{places}-{check}")
    }

    /// What [`to_text`](Self::to_text) gave for the same journal and filter; `None` for anything else.
    pub fn from_text(text: &str, journal: &JournalId, filter: &EventFilter) -> Option<Self> {
        let (places, said) = text.rsplit_once('-')?;
        let (before, began) = places.split_once('-')?;
        let place =
            |text: &str| u64::from_str_radix(text, 16).ok().map(|place| Sequence(place).min(Sequence::MAX));
        let cursor = Self { before: place(before)?, began: place(began)? };
        (said == check(places, journal, filter)).then_some(cursor)
    }
}

/// A place in a list of stories, the last reported first. It holds what the list was when it began: a story that begins later is not in it,
/// and one of which more is told meanwhile, or that ends, stays where it was and as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryCursor {
    /// When the last story that was given was last reported.
    pub(super) reported: Timestamp,
    /// That story.
    pub(super) story: StoryId,
    /// The last place of the log that there was when the list began.
    pub(super) began: Sequence,
}

impl StoryCursor {
    /// As text without meaning, for whoever goes through the stories of `journal` that `filter` asks for.
    pub fn to_text(&self, journal: &JournalId, filter: &EventFilter) -> String {
        let place = format!("{:x}-{}-{}", self.began.0, self.reported.as_microsecond(), self.story);
        let check = check(&place, journal, filter);
        format!("{place}-{check}")
    }

    /// What [`to_text`](Self::to_text) gave for the same journal and filter; `None` for anything else.
    pub fn from_text(text: &str, journal: &JournalId, filter: &EventFilter) -> Option<Self> {
        let (place, said) = text.rsplit_once('-')?;
        let (began, rest) = place.split_once('-')?;
        // The moment may be before 1970, and the dash its sign.
        let (reported, story) =
            rest.get(1..)?.split_once('-').map(|(most, story)| (&rest[..=most.len()], story))?;
        let cursor = Self {
            reported: Timestamp::from_microsecond(reported.parse().ok()?).ok()?,
            story: StoryId::from_stored(story),
            began: Sequence(u64::from_str_radix(began, 16).ok()?).min(Sequence::MAX),
        };
        (said == check(place, journal, filter)).then_some(cursor)
    }
}

/// Not a secret: it tells slips, not forgers.
fn check(places: &str, journal: &JournalId, filter: &EventFilter) -> String {
    let mut hash = Sha256::new();
    for part in [places, journal.as_str(), &filter.to_query()] {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
