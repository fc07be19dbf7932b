//! Finding events by what they say.
//!
//! An [`EventFilter`] says what is asked for. Each event has its terms (`terms.rs`): the values of its facets
//! (`facet.rs`), and the parts of its texts (`segment.rs`). They stand in one full-text index (`index.rs`), in a file beside the journal, which a
//! thread has follow the log (`follower.rs`): who commits doesn't wait for it. A filter becomes one expression of that index, whatever it
//! combines: SQLite walks the lists of places of all its terms at once, in the order of the log, and stops when a page is full. So there is
//! no combination of conditions that has to look at every event, and no index for each of them. The end of the log, which the index
//! doesn't know yet, is gone through event by event (`walk.rs`), so that whatever is committed is found.
//!
//! Which event tells an article or story last is noted in the transaction that stores it (`latest.rs`). [`reader.rs`](self) and `stories.rs` ask;
//! `cursor.rs` is where a page ends,
//! `passage.rs` what of a text is shown to people for the words that it was found by.

mod cursor;
mod facet;
mod filter;
mod follower;
mod index;
mod latest;
mod passage;
mod reader;
mod segment;
mod sink_filter;
mod stories;
mod terms;
mod text_query;
mod walk;

pub use cursor::{PageCursor, StoryCursor};
pub use facet::Facet;
pub use filter::{EventFilter, FilterError};
pub(crate) use follower::{IndexBell, IndexFollower};
pub(crate) use index::{IndexStep, SearchIndex, file_bytes as index_file_bytes};
pub(crate) use latest::{forget_replaced, note_latest};
pub use passage::Passage;
pub use reader::{ArticleHistory, ArticlePage, FoundArticle, SearchGap};
pub use sink_filter::SinkFilter;
pub use text_query::TextQuery;
