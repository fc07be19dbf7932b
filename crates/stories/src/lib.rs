//! One happening, told once, with its sources counted.
//!
//! An article that was judged comes here as a [`Report`], in the order of arrival. Three questions are asked of it:
//! whose text is it ([`origin`]), whose text does it repeat ([`copy`]), and which happening does it tell ([`story`]).
//! What comes of the last is kept in a [`book`], which subscribers read. Each answer is
//! a function of the report and of a state that the caller keeps: nothing here reads a clock, a file or a socket, so the same reports
//! in the same order give the same answers, on any machine. What words mean in which language, who is an agency and what each sign
//! weighs is data, handed in as text.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! use dateline_stories::Report;
//! use dateline_stories::story::{StoryIndex, StoryTables};
//!
//! let report = |id: &str, title: &str, text: &str| Report {
//!     id: id.to_owned(),
//!     title: title.to_owned(),
//!     text: text.to_owned(),
//!     language: Some("en".to_owned()),
//!     ..Report::default()
//! };
//! let files = [
//!     ("words.tsv", "id\tagainst\ten\narrive\tleave\tarriv*\nleave\tarrive\tleft"),
//!     ("weights.tsv", "sign\tsame\tacross\nalways\t-0.1\t-0.1\nwording\t1\t0"),
//!     ("numerals.tsv", "kind\tvalue\twords\nnumber\t3\tthree"),
//!     ("frequencies.tsv", "texts\tstems\n900\twas run"),
//!     ("stopwords.txt", "the to at again"),
//! ];
//! let files: BTreeMap<String, String> = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
//! let mut stories = StoryIndex::new(Arc::new(StoryTables::from_files(&files)?));
//!
//! stories.place(&report("a", "Ferry to the islands runs again", "The ferry left the harbour at six."));
//! stories.place(&report("b", "Mill closes", "The old mill on the river was closed for want of grain."));
//! let third = stories.place(&report("c", "Islands ferry leaves harbour", "At six the ferry to the islands left."));
//! assert_eq!(third.story, "a");
//! assert_eq!(third.joined_by[1].sign, "wording");
//! # Ok::<(), dateline_stories::story::StoryTablesError>(())
//! ```

pub mod book;
mod compact_id;
pub mod copy;
mod id_map;
mod number_map;
pub mod origin;
mod pack;
mod report;
pub mod revision;
mod script;
pub mod site;
pub mod story;

pub use report::Report;
