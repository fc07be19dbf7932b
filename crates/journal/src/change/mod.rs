//! The changes that a journal knows, one file each: what the caller hands in, what it gets back, and how the tables change.

mod configure;
mod finish;
mod handover;
mod host_wish;
mod label;
mod mirror;
mod place;
mod poll;
mod poll_history;
mod poll_request;
mod position;
mod postpone;
mod reconcile;
mod replay_note;
mod report;
mod retain;
mod revisit;
mod room;
mod session;
mod set_aside;
mod sink;
mod source;
mod story;
mod subscription;

pub use configure::FeedChanges;
pub use finish::{EntryCompletion, EntryEnd};
pub use host_wish::HostWishRow;
pub use label::{ArticleLabel, LabelCondition, LabelReceipt, LabelValue, OtherLabel, RejectedText};
pub use mirror::MirrorUpdate;
pub(crate) use place::Placement;
pub use poll::{EntryCounts, PollCommit};
pub use poll_history::PollRecord;
pub use poll_request::PollRequest;
pub use postpone::Delay;
pub use revisit::{RevisitCompletion, RevisitEnd, RevisitFinding, RevisitPlan};
pub use session::StoredSession;

pub(crate) use configure::FeedConfiguration;
pub(crate) use finish::FinishEntry;
pub(crate) use handover::{EntryHandover, HandedEntries};
pub(crate) use host_wish::HostWishNote;
pub(crate) use label::{LABEL_COLUMNS, LabelRemoval, Labelling, TextKeeping, label_of, read_label};
pub(crate) use poll_request::{PollLimits, RequestedPoll};
pub(crate) use position::PositionChange;
pub(crate) use postpone::Postponement;
pub use reconcile::HeldOutcomes;
pub(crate) use reconcile::{DeliveredImport, Reconciliation, hold};
pub(crate) use replay_note::ReplayNote;
pub(crate) use report::TakenReports;
pub use report::{ReportedChange, TakenReport};
pub(crate) use retain::{EntryCompaction, EventDeletion, Expiry, LinkDeletion, SpaceRelease};
pub(crate) use revisit::{RevisitLimit, SetAsideRevisit};
pub(crate) use room::RoomProbe;
pub(crate) use session::{SessionEnd, SessionStart};
pub(crate) use set_aside::{SetAsideEntry, SetAsideFeed};
pub use sink::{
    MissedEvents, SinkId, SinkOpening, SinkOutage, SinkProgress, SinkStart, SinkState, UndeliveredEvent,
};
pub(crate) use sink::{Redelivery, STATE_COLUMNS, SinkEnabling, SinkStep, read_state as read_sink_state};
pub(crate) use source::SourceChange;
pub use story::{StoryArticleRow, StoryUpdate};
pub(crate) use story::{StoryChange, StoryDeletion};
pub(crate) use subscription::SubscriptionChange;
