//! The words that Dateline's crates and its subscribers share.
//!
//! An article travels through them in this order: a poll of a [`FeedState`] yields [`Entry`]s; an entry's link is fetched
//! as a [`Page`]; the page is read as an [`Article`]; the article is judged ([`Judgement`]) and becomes an
//! [`ArticleEvent`], or the entry ends as a [`RejectEvent`]. What several articles tell together is a [`StoryEvent`]. What happens to a feed itself is told by a [`HealthEvent`].
//! A feed that a hub pushes has a [`Subscription`]. Every event is stored and delivered as a [`CloudEvent`] under a gapless
//! [`Sequence`].
//!
//! Nothing here does I/O, waits, or knows what time it is.
//!
//! ```
//! use dateline_wire::{ArticleId, CanonicalUrl, Span};
//! use url::Url;
//!
//! let link = Url::parse("https://News.example/a/visit.html?utm_source=rss#comments")?;
//! let canonical = CanonicalUrl::of(&link);
//! assert_eq!(canonical.as_str(), "https://news.example/a/visit.html");
//! assert_eq!(ArticleId::of(&canonical), ArticleId::of(&CanonicalUrl::of(&canonical.to_url())));
//! assert_eq!(Span::new(4, 9).slice("The visit began."), Some("visit"));
//! # Ok::<(), url::ParseError>(())
//! ```

mod article;
mod canonical;
mod cloud_event;
pub mod duration;
mod event;
mod feed;
mod fetch_failure;
mod http_status;
mod id;
mod judgement;
mod moment;
mod page;
mod public_url;
mod reason;
mod revisit;
mod schema;
mod secret;
mod session;
mod span;
mod story;
mod subscription;
mod twin;
mod words;

pub use article::{Article, Body, Credit, Cut, CutKind, Origin, OriginKind, PageKind, Role, Wording};
pub use canonical::CanonicalUrl;
pub use cloud_event::{CloudEvent, Envelope, EventKind};
pub use event::{
    ArticleEvent, ChangeKind, CopyOf, EntryRef, Event, FeedRef, HealthEvent, HealthKind, RecordingRef,
    RejectEvent, TextChange, WithdrawalEvent, WithdrawalReason, WithdrawnArticle, WithdrawnEntity,
    WithdrawnOrigin, WithdrawnTopic, WithdrawnVerdict,
};
pub use feed::{Entry, FeedState, PendingEntry, PollHints, Validators};
pub use fetch_failure::{FetchFailure, FetchFailureCause};
pub use http_status::HttpStatus;
pub use id::{ArticleId, EntryId, EventId, FeedId, JournalId, Sequence, StoryId};
pub use judgement::{ArticleTopic, Entity, EntitySide, Judgement, Label, Place, Reason, Relevance};
pub use moment::{Moment, Precision, Source};
pub use page::Page;
pub use public_url::{PublicUrl, SecretQuery, may_hold_secret};
pub use reason::{FailureKind, RejectReason, Stage};
pub use revisit::{DueRevisit, RevisitState};
pub use schema::{SchemaBase, describe_to_subscribers, event_example, leave_null_out};
pub use secret::Secret;
pub use span::{Paragraph, ParagraphKind, Span};
pub use story::{
    IndependentOrigin, JoinReason, OriginEvidence, StoryArticle, StoryChange, StoryChangeKind, StoryEntity,
    StoryEvent, StoryRole, StoryState, StoryTopic,
};
pub use subscription::{HubLink, HubNews, Subscription, SubscriptionKeys, SubscriptionStep};
pub use twin::TwinAddress;
