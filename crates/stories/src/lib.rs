//! One happening, told once, with its sources counted.
//!
//! An article that was judged comes here as a [`Report`], in the order of arrival. Three questions are asked of it:
//! whose text is it ([`origin`]), whose text does it repeat ([`copy`]), and which happening does it tell ([`story`]). Each answer is
//! a function of the report and of a state that the caller keeps: nothing here reads a clock, a file or a socket, so the same reports
//! in the same order give the same answers, on any machine. What words mean in which language, who is an agency and what each sign
//! weighs is data, handed in as text.
//!
//! ```
//! use dateline_stories::Report;
//! use dateline_stories::story::StoryIndex;
//!
//! let report = |id: &str, title: &str, text: &str| Report {
//!     id: id.to_owned(),
//!     title: title.to_owned(),
//!     text: text.to_owned(),
//!     language: Some("en".to_owned()),
//!     ..Report::default()
//! };
//! let mut stories = StoryIndex::new();
//! let first = stories.place(&report("a", "Ferry to the islands runs again", "The ferry left the harbour at six."));
//! assert_eq!(first.story, "a");
//! ```

pub mod copy;
pub mod origin;
mod report;
pub mod revision;
mod script;
pub mod site;
pub mod story;

pub use report::Report;
