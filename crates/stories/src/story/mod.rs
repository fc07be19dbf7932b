//! Which happening an article reports.
//!
//! A report is boiled down to a [`profile`]: its wording (stems of words, pairs of characters), whom it names, what acts it tells
//! ([`tables`]), its numbers ([`number`]) and the days it names ([`day`]), each as a small weighted set ([`bag`]). Two profiles are compared by signs
//! ([`mod@evidence`]), each with a weight that people can read; the sum says whether the two tell one happening. What is common among the
//! texts read so far counts less, and so does likeness within a crowd of like reports.
//!
//! What the reports of one happening count, and where they differ in that, is told by [`differing_figures`].
//!
//! The [`index`] places reports in their order of arrival: into the story to whose reports it is, on average, the likest, or into
//! one of its own. A report may bring two stories together, and may let an earlier one find its better place.

mod bag;
mod day;
mod deed;
mod evidence;
mod figure;
mod han;
mod index;
mod number;
mod postings;
mod profile;
mod reading;
mod review;
mod settle;
mod tables;
#[cfg(test)]
mod tests;
mod token;
mod weighing;

pub use figure::{DifferingFigure, Figure, ReportFigures, differing_figures};
pub use index::{ReportFacts, StoryIndex, StoryReason, StoryVerdict};
pub use review::PairEvidence;
pub use tables::{StoryTables, StoryTablesError, StoryTablesProblem};
