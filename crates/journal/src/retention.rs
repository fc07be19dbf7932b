//! How long a journal keeps what it holds, and the pass that lets the rest go.
//!
//! What nobody asks for any more is deleted: events that were delivered, links whose page would be fetched again anyway. What has to
//! be remembered for ever, so that nothing is published twice, is remembered in less room: an entry that its feed hasn't listed for
//! long in 64 bits of who it is and 32 of what it said, an article in its id, its revision and a digest.

use std::collections::BTreeMap;
use std::time::Duration;

use dateline_wire::{EventKind, Sequence};
use jiff::Timestamp;

use crate::change::{EntryCompaction, EventDeletion, Expiry, LinkDeletion, SpaceRelease, StoryDeletion};
use crate::{Journal, JournalError, SinkId};

/// How long what is kept. `None` keeps it for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Articles, stories and what happened to feeds.
    pub events: Option<Duration>,
    /// How long after its last report a story is kept where it is looked up and grows; its events go as those of articles do.
    pub stories: Option<Duration>,
    /// For so long after its last report a story may grow. It stays that long, however much the file holds.
    pub story_growth: Duration,
    /// Rejects.
    pub rejects: Option<Duration>,
    /// How long after its feed has last listed it an entry becomes a digest.
    pub entries: Option<Duration>,
    /// Links whose page was read.
    pub links: Duration,
    /// What the file and its search index may hold in bytes before stories that grow no more go, and then the oldest events, however young.
    pub max_bytes: Option<u64>,
    /// Whether an event stays until Kafka has it, as far as the journal knows. Where there is no Kafka nothing would ever go.
    pub only_delivered: bool,
    /// The ways out beside Kafka for which an event stays that is old enough to go, as long as they lack it. Where the file is too
    /// large, it goes even so.
    pub sinks: Vec<SinkId>,
    /// After neither delivering anything nor lacking nothing for so long a sink is waited for no longer: what it lacks goes once it is as
    /// old.
    pub max_sink_wait: Duration,
}

/// What a pass has let go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetentionReport {
    /// Events deleted.
    pub events: u64,
    /// How many of them which sinks had yet to deliver.
    pub missed: BTreeMap<SinkId, u64>,
    /// Stories deleted.
    pub stories: u64,
    /// Links deleted.
    pub links: u64,
    /// Entries made into digests.
    pub entries: u64,
    /// Pages of the file given back to the system.
    pub pages: u64,
    /// Whether the file holds more than it may, and nothing of that may go yet.
    pub is_over_size: bool,
}

/// One round over the journal, in steps that each take milliseconds. Between them is everybody else's turn: whoever drives it pauses
/// for as long as it likes.
#[derive(Debug)]
pub struct RetentionPass {
    rules: Retention,
    now: Timestamp,
    /// When a recording was last replayed into the journal: what it holds counts as no older, since its own times are those of the
    /// recording.
    replayed: Option<Timestamp>,
    stage: Option<Stage>,
    report: RetentionReport,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Events(EventKind),
    /// The file is too large: down to so many bytes.
    Size {
        target: Option<u64>,
    },
    Stories,
    Links {
        after: String,
    },
    Entries {
        after: (i64, String),
    },
    Index {
        after: Sequence,
    },
    Space,
}

impl RetentionPass {
    /// A pass that begins at `now`.
    pub fn new(rules: Retention, now: Timestamp) -> Self {
        Self {
            rules,
            now,
            replayed: None,
            stage: Some(Stage::Events(EventKind::ALL[0])),
            report: RetentionReport::default(),
        }
    }

    /// What was let go so far.
    pub fn report(&self) -> RetentionReport {
        self.report.clone()
    }

    /// Makes one step. Whether there is another.
    ///
    /// # Errors
    /// If the journal cannot be written. The step can be made again.
    pub async fn step(&mut self, journal: &Journal) -> Result<bool, JournalError> {
        let Some(stage) = self.stage.clone() else { return Ok(false) };
        self.replayed = journal.reader().replayed()?.filter(|replayed| *replayed <= self.now);
        self.stage = match stage {
            Stage::Events(kind) => {
                let age = match kind {
                    EventKind::Reject => self.rules.rejects,
                    EventKind::Article | EventKind::Withdrawal | EventKind::Health | EventKind::Story => {
                        self.rules.events
                    }
                };
                let are_left = match age {
                    None => false,
                    Some(age) => {
                        self.forget_events(journal, Expiry::Before(kind, self.expired(age))).await? > 0
                    }
                };
                let next = EventKind::ALL.into_iter().skip_while(|each| *each != kind).nth(1);
                match (are_left, next) {
                    (true, _) => Some(Stage::Events(kind)),
                    (false, Some(next)) => Some(Stage::Events(next)),
                    (false, None) => Some(Stage::Size { target: None }),
                }
            }
            Stage::Size { target } => self.shrink(journal, target).await?,
            Stage::Stories => {
                let are_left = match self.rules.stories {
                    None => false,
                    Some(age) => {
                        let let_go = journal.submit(StoryDeletion { before: self.expired(age) }).await?;
                        self.report.stories += let_go.rows;
                        let_go.are_left
                    }
                };
                Some(if are_left { Stage::Stories } else { Stage::Links { after: String::new() } })
            }
            Stage::Links { after } => {
                let before = self.expired(self.rules.links);
                let look = journal.submit(LinkDeletion { after, before }).await?;
                self.report.links += look.rows;
                let next = look.next.map(|after| Stage::Links { after });
                Some(next.unwrap_or(Stage::Entries { after: (0, String::new()) }))
            }
            Stage::Entries { after } => match self.rules.entries {
                None => Some(Stage::Index { after: Sequence::START }),
                Some(age) => {
                    let look = journal.submit(EntryCompaction { after, before: self.expired(age) }).await?;
                    self.report.entries += look.rows;
                    let next = look.next.map(|after| Stage::Entries { after });
                    Some(next.unwrap_or(Stage::Index { after: Sequence::START }))
                }
            },
            Stage::Index { after } => {
                let next = journal.forget_in_index(after)?.map(|after| Stage::Index { after });
                Some(next.unwrap_or(Stage::Space))
            }
            Stage::Space => {
                let given = journal.submit(SpaceRelease).await?;
                self.report.pages += given.rows;
                given.are_left.then_some(Stage::Space)
            }
        };
        Ok(self.stage.is_some())
    }

    /// Lets stories that grow no more and then the oldest events go where the file holds too much: down to nineteen twentieths, so that
    /// the next event doesn't begin it anew.
    async fn shrink(
        &mut self,
        journal: &Journal,
        target: Option<u64>,
    ) -> Result<Option<Stage>, JournalError> {
        let next = Some(Stage::Stories);
        let Some(max_bytes) = self.rules.max_bytes else { return Ok(next) };
        let used = journal.used_bytes()?;
        if used <= target.unwrap_or(max_bytes) {
            return Ok(next);
        }
        let target = max_bytes - max_bytes / 20;
        let stories = journal.submit(StoryDeletion { before: self.ago(self.rules.story_growth) }).await?;
        self.report.stories += stories.rows;
        if stories.rows > 0 {
            return Ok(Some(Stage::Size { target: Some(target) }));
        }
        // What the index holds of these events goes later, so that it is no reason to let more of them go.
        let share = target.saturating_sub(journal.index_bytes()?).max(target / 2);
        if self.forget_events(journal, Expiry::Above(share)).await? > 0 {
            return Ok(Some(Stage::Size { target: Some(target) }));
        }
        self.report.is_over_size = journal.used_bytes()? > max_bytes;
        Ok(next)
    }

    /// How many of the events that may go are gone: 0 when there are none left.
    async fn forget_events(&mut self, journal: &Journal, expiry: Expiry) -> Result<u64, JournalError> {
        let only_delivered = self.rules.only_delivered;
        let (sinks, waits_since) = (self.rules.sinks.clone(), self.expired(self.rules.max_sink_wait));
        let deletion = EventDeletion { expiry, only_delivered, sinks, waits_since, at: self.now };
        let forgotten = journal.submit(deletion).await?;
        self.report.events += forgotten.events;
        for (sink, count) in forgotten.missed {
            *self.report.missed.entry(sink).or_default() += count;
        }
        Ok(if forgotten.are_left { forgotten.events } else { 0 })
    }

    /// Before when what is kept for `age` must have come to go.
    fn expired(&self, age: Duration) -> Timestamp {
        let before = self.ago(age);
        match self.replayed {
            Some(replayed) if replayed >= before => Timestamp::MIN,
            _ => before,
        }
    }

    fn ago(&self, age: Duration) -> Timestamp {
        self.now.checked_sub(age).unwrap_or(Timestamp::MIN)
    }
}
