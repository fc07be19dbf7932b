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
    nodes: Vec<ForestNode>,
    trees: Vec<Tree>,
}

/// Where a tree begins, and how many questions the way to its deepest leaf has.
#[derive(Clone, Copy, Default)]
struct Tree {
    root: u32,
    depth: u32,
}

/// A question, or a leaf. Small, since a page asks hundreds of thousands of them.
#[derive(Clone, Copy)]
struct ForestNode {
    /// The most that the column may hold for a "yes"; of a leaf, what it adds.
    value: f32,
    column: u16,
    /// How many nodes on the "no" and the "yes" branch begin: none, for a leaf, which is so its own next node.
    steps: [u8; 2],
}

/// Trees that are walked side by side: each waits for memory at every question, and none for another.
const ABREAST: usize = 4;

impl Forest {
    /// Reads a table of ours; a line that is none of the above, or names no column, makes an empty forest, which a test
    /// rules out.
    fn read(table: &str) -> Self {
        let columns: Vec<String> = (0..WIDTH).map(feature::name).collect();
        let mut lines =
            table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
        let mut forest = Self { nodes: Vec::new(), trees: Vec::new() };
        while lines.peek().is_some() {
            let root = forest.nodes.len() as u32;
            let Some(depth) = forest.read_node(&mut lines, &columns) else {
                return Self { nodes: Vec::new(), trees: Vec::new() };
            };
            forest.trees.push(Tree { root, depth });
        }
        forest
    }

    /// Reads a node and what hangs on it; answers how many questions deep that is.
    fn read_node<'t>(
        &mut self,
        lines: &mut impl Iterator<Item = &'t str>,
        columns: &[String],
    ) -> Option<u32> {
        let line = lines.next()?;
        if let Some(value) = line.strip_prefix("= ") {
            self.nodes.push(ForestNode { value: value.parse().ok()?, column: 0, steps: [0, 0] });
            return Some(0);
        }
        let (name, at_most) = line.split_once(" <= ")?;
        let column = columns.iter().position(|column| column == name)? as u16;
        let at = self.nodes.len();
        self.nodes.push(ForestNode { value: at_most.parse().ok()?, column, steps: [0, 1] });
        let yes = self.read_node(lines, columns)?;
        self.nodes[at].steps[0] = u8::try_from(self.nodes.len() - at).ok()?;
        let no = self.read_node(lines, columns)?;
        Some(1 + yes.max(no))
    }

    fn sum(&self, row: &FeatureRow) -> f32 {
        let mut sum = 0.0;
        for trees in self.trees.chunks(ABREAST) {
            let mut at = [0; ABREAST];
            for (at, tree) in at.iter_mut().zip(trees) {
                *at = tree.root as usize;
            }
            let deepest = trees.iter().map(|tree| tree.depth).max().unwrap_or(0);
            for _ in 0..deepest {
                for at in &mut at {
                    let node = &self.nodes[*at];
                    let is_yes = row[usize::from(node.column)] <= node.value;
                    *at += usize::from(node.steps[usize::from(is_yes)]);
                }
            }
            // Always in the order of the table, since sums of floats depend on it.
            for (at, _) in at.iter().zip(trees) {
                sum += self.nodes[*at].value;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        for forest in [&*FIRST, &*SECOND] {
            assert!(forest.trees.len() > 10);
            assert!(forest.sum(&[0.0; WIDTH]).is_finite());
        }
    }

    #[test]
    fn a_tree_is_walked_by_its_questions() {
        let forest = Forest::read("Units <= 10\n  = -1\n  Linked <= 0.5\n    = 2\n    = -3\n= 0.25\n");
        let mut row = [0.0; WIDTH];
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
