//! The decision itself: two small forests of decision trees, in tables that can be read.
//!
//! A table lists trees in pre-order. `NAME <= X` is a question on a column of the row ([`super::feature`]); the lines of the
//! "yes" branch follow, then those of the "no" branch, indented once more. `= X` is a leaf: what it adds for (or, negative,
//! against) the run being body. The sum over all trees is the verdict; it is a logit, so 0 is as likely as not.
//!
//! The tables are made by `tools/train`; `docs/extraction.md` says from what, and what each part is worth.

use std::sync::LazyLock;

use super::feature::{self, FeatureRow, WIDTH};

/// Sums of a tree's leaves beyond which a score is certain. A straight line between replaces the logistic curve, since
/// `exp` differs between machines in the last bit.
pub(super) const CERTAIN: f32 = 3.0;

static FIRST: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("first.txt")));
static SECOND: LazyLock<Forest> = LazyLock::new(|| Forest::read(include_str!("second.txt")));

/// The first verdict, as a logit: made from a guess at where the body is.
pub(super) fn first(row: &FeatureRow) -> f32 {
    FIRST.sum(row)
}

/// The second verdict, as a logit: made with the first known for every run of the page.
pub(super) fn second(row: &FeatureRow) -> f32 {
    SECOND.sum(row)
}

/// A verdict as a score from 0 to 1.
pub(super) fn score(verdict: f32) -> f32 {
    (0.5 + verdict / (2.0 * CERTAIN)).clamp(0.0, 1.0)
}

/// Trees flattened into one vector.
struct Forest {
    nodes: Box<[ForestNode; MAX_NODES]>,
    /// How many of them there are.
    count: usize,
    /// By their depth, so that those walked together end together.
    trees: Vec<Tree>,
}

/// Where a tree begins, how many questions the way to its deepest leaf has, and its place in the table.
#[derive(Clone, Copy, Default)]
struct Tree {
    root: u32,
    depth: u32,
    place: usize,
}

/// A question, or a leaf. Small, since a page asks hundreds of thousands of them.
#[derive(Clone, Copy, Default)]
struct ForestNode {
    /// The most that the column may hold for a "yes"; of a leaf, what it adds.
    value: f32,
    column: u8,
    /// How many nodes on the "no" and the "yes" branch begin: none, for a leaf, which is so its own next node.
    steps: [u8; 2],
}

/// Trees that are walked side by side: each waits for memory at every question, and none for another.
const ABREAST: usize = 8;

/// The most trees and nodes that a table may have. The nodes' is a power of two, so that a number is cut to it and not checked.
const MAX_TREES: usize = 128;
const MAX_NODES: usize = 4096;

impl Forest {
    /// Reads a table of ours; a line that is none of the above, or names no column, or one tree too many makes an empty forest, which a test
    /// rules out.
    fn read(table: &str) -> Self {
        let columns: Vec<String> = (0..WIDTH).map(feature::name).collect();
        let mut lines =
            table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
        let mut forest = Self::empty();
        while lines.peek().is_some() {
            let root = forest.count as u32;
            let node = forest.read_node(&mut lines, &columns);
            let Some(depth) = node.filter(|_| forest.trees.len() < MAX_TREES) else {
                return Self::empty();
            };
            forest.trees.push(Tree { root, depth, place: forest.trees.len() });
        }
        forest.trees.sort_by_key(|tree| tree.depth);
        forest
    }

    fn empty() -> Self {
        Self { nodes: Box::new([ForestNode::default(); MAX_NODES]), count: 0, trees: Vec::new() }
    }

    fn push(&mut self, node: ForestNode) -> Option<usize> {
        let at = self.count;
        *self.nodes.get_mut(at)? = node;
        self.count += 1;
        Some(at)
    }

    /// Reads a node and what hangs on it; answers how many questions deep that is.
    fn read_node<'t>(
        &mut self,
        lines: &mut impl Iterator<Item = &'t str>,
        columns: &[String],
    ) -> Option<u32> {
        let line = lines.next()?;
        if let Some(value) = line.strip_prefix("= ") {
            self.push(ForestNode { value: value.parse().ok()?, column: 0, steps: [0, 0] })?;
            return Some(0);
        }
        let (name, at_most) = line.split_once(" <= ")?;
        let column = columns.iter().position(|column| column == name)? as u8;
        let at = self.push(ForestNode { value: at_most.parse().ok()?, column, steps: [0, 1] })?;
        let yes = self.read_node(lines, columns)?;
        self.nodes[at].steps[0] = u8::try_from(self.count - at).ok()?;
        let no = self.read_node(lines, columns)?;
        Some(1 + yes.max(no))
    }

    fn sum(&self, row: &FeatureRow) -> f32 {
        let mut leaves = [0.0; MAX_TREES];
        for trees in self.trees.chunks(ABREAST) {
            let mut at = [0; ABREAST];
            for (at, tree) in at.iter_mut().zip(trees) {
                *at = tree.root as usize;
            }
            let deepest = trees.last().map_or(0, |tree| tree.depth);
            for _ in 0..deepest {
                for at in &mut at {
                    let node = &self.nodes[*at % MAX_NODES];
                    let is_yes = row[usize::from(node.column)] <= node.value;
                    *at += usize::from(node.steps[usize::from(is_yes)]);
                }
            }
            for (at, tree) in at.iter().zip(trees) {
                leaves[tree.place] = self.nodes[*at].value;
            }
        }
        // Always in the order of the table, since sums of floats depend on it.
        leaves[..self.trees.len()].iter().fold(0.0, |sum, leaf| sum + leaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        for forest in [&*FIRST, &*SECOND] {
            assert!((11..=MAX_TREES).contains(&forest.trees.len()));
            assert!(forest.sum(&[0.0; 256]).is_finite());
        }
    }

    #[test]
    fn a_tree_is_walked_by_its_questions() {
        let forest = Forest::read("Units <= 10\n  = -1\n  Linked <= 0.5\n    = 2\n    = -3\n= 0.25\n");
        let mut row = [0.0; 256];
        assert_eq!(forest.sum(&row), -0.75);
        row[feature::Feature::Units as usize] = 11.0;
        assert_eq!(forest.sum(&row), 2.25);
        row[feature::Feature::Linked as usize] = 0.6;
        assert_eq!(forest.sum(&row), -2.75);
    }

    #[test]
    fn a_table_with_an_unknown_column_is_no_forest() {
        assert!(Forest::read("Weather <= 1\n = 1\n = 2\n").trees.is_empty());
    }
}
