//! Which happening an article reports.

use crate::Report;

/// The stories known so far.
#[derive(Debug, Clone, Default)]
pub struct StoryIndex {}

/// Where a report belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryVerdict {
    /// The story's id: the id of its first report.
    pub story: String,
}

impl StoryIndex {
    /// No stories yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a report into the story that it tells, or begins one.
    pub fn place(&mut self, report: &Report) -> StoryVerdict {
        StoryVerdict { story: report.id.clone() }
    }

    /// The story that the report `id` belongs to now, which a later report may have merged into another.
    pub fn story_of(&self, id: &str) -> Option<&str> {
        let _ = id;
        None
    }
}
