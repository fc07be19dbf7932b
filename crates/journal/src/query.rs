//! Finding events by what they say.
//!
//! An [`EventFilter`] says what is asked for. Each event that is stored gets its terms (`terms.rs`): the values of its facets
//! (`facet.rs`), and the parts of its texts (`segment.rs`). They stand in one full-text index (`index.rs`), written in the transaction that
//! stores the event and deleted in the one that lets it go. A filter becomes one expression of that index, whatever it combines:
//! SQLite walks the lists of places of all its terms at once, in the order of the log, and stops when a page is full. So there is
//! no combination of conditions that has to look at every event, and no index for each of them.
//!
//! [`reader.rs`](self) asks; `cursor.rs` is where a page ends.

mod cursor;
mod facet;
mod filter;
mod index;
mod reader;
mod segment;
mod terms;
mod text_query;

pub use cursor::PageCursor;
pub use facet::Facet;
pub use filter::{EventFilter, FilterError};
pub(crate) use index::{add, remove_if_gone, remove_up_to};
pub use reader::{ArticleHistory, ArticlePage, FoundArticle, SearchGap};
pub use text_query::TextQuery;
