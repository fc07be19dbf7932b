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

/// The first verdicts on rows, as logits: made from a guess at where the body is.
pub(super) fn first(rows: impl Iterator<Item = FeatureRow>) -> Vec<f32> {
    FIRST.sums(rows)
}

/// The second verdicts on rows, as logits: made with the first known for every run of the page.
pub(super) fn second(rows: impl Iterator<Item = FeatureRow>) -> Vec<f32> {
    SECOND.sums(rows)
}

/// A verdict as a score from 0 to 1.
pub(super) fn score(verdict: f32) -> f32 {
    (0.5 + verdict / (2.0 * CERTAIN)).clamp(0.0, 1.0)
}

/// Trees that are asked column by column: no tree is walked. A "no" strikes out the leaves of the "yes" branch of its question,
/// and of those that are left in the end, the first in the order of the table is the tree's answer (Lucchese and others,
/// "QuickScorer", SIGIR 2015). Most questions of a column are passed over at once, and rows are answered side by side.
struct Forest {
    /// The columns that anything is asked about.
    columns: Vec<Column>,
    /// By their columns, of each the one with the least value first.
    questions: Vec<Question>,
    /// What the leaves of each tree add, in the order of the table.
    leaves: Vec<[f32; MAX_LEAVES]>,
}

/// A column, and where the questions on it end.
struct Column {
    number: usize,
    end: usize,
}

#[derive(Clone, Copy)]
struct Question {
    /// The most that the column may hold for a "yes".
    value: f32,
    column: u8,
    tree: u8,
    /// The leaves that a "no" leaves, a bit for each.
    no: u16,
}

/// Rows that are answered side by side.
const ABREAST: usize = 8;

/// The most trees that a table may have, and leaves of each.
const MAX_TREES: usize = 128;
const MAX_LEAVES: usize = u16::BITS as usize;

impl Forest {
    /// Reads a table of ours; a line that is none of the above, or names no column, or one tree or leaf too many makes an empty
    /// forest, which a test rules out.
    fn read(table: &str) -> Self {
        let columns: Vec<String> = (0..WIDTH).map(feature::name).collect();
        let mut lines =
            table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
        let mut forest = Self::empty();
        while lines.peek().is_some() {
            let mut leaves = Vec::new();
            let read = forest.read_node(&mut lines, &columns, &mut leaves);
            let Some(()) = read.filter(|()| forest.leaves.len() < MAX_TREES) else { return Self::empty() };
            leaves.resize(MAX_LEAVES, 0.0);
            forest.leaves.extend(leaves.first_chunk());
        }
        forest
            .questions
            .sort_by(|one, other| (one.column.cmp(&other.column)).then(one.value.total_cmp(&other.value)));
        let of_columns = forest.questions.chunk_by(|one, other| one.column == other.column);
        let mut end = 0;
        let column = |questions: &[Question]| {
            end += questions.len();
            Column { number: usize::from(questions[0].column), end }
        };
        forest.columns = of_columns.map(column).collect();
        forest
    }

    fn empty() -> Self {
        Self { columns: Vec::new(), questions: Vec::new(), leaves: Vec::new() }
    }

    /// Reads a node and what hangs on it; `leaves` are those of its tree before it.
    fn read_node<'t>(
        &mut self,
        lines: &mut impl Iterator<Item = &'t str>,
        columns: &[String],
        leaves: &mut Vec<f32>,
    ) -> Option<()> {
        let line = lines.next()?;
        if let Some(value) = line.strip_prefix("= ") {
            leaves.push(value.parse().ok()?);
            return (leaves.len() <= MAX_LEAVES).then_some(());
        }
        let (name, at_most) = line.split_once(" <= ")?;
        let column = columns.iter().position(|column| column == name)? as u8;
        let tree = self.leaves.len() as u8;
        let first = leaves.len();
        self.read_node(lines, columns, leaves)?;
        let of_yes = (1_u32 << leaves.len()) - (1 << first);
        self.questions.push(Question { value: at_most.parse().ok()?, column, tree, no: !(of_yes as u16) });
        self.read_node(lines, columns, leaves)
    }

    /// The sum of the trees' answers for each row.
    fn sums(&self, mut rows: impl Iterator<Item = FeatureRow>) -> Vec<f32> {
        let mut sums = Vec::new();
        let mut values = [[0.0; ABREAST]; WIDTH];
        loop {
            let mut count = 0;
            for row in rows.by_ref().take(ABREAST) {
                for (values, value) in values.iter_mut().zip(row) {
                    values[count] = value;
                }
                count += 1;
            }
            if count == 0 {
                return sums;
            }
            sums.extend(&self.answer(&values)[..count]);
        }
    }

    /// The sums for rows side by side, given by their columns.
    fn answer(&self, values: &[[f32; ABREAST]; WIDTH]) -> [f32; ABREAST] {
        let mut left = [[u16::MAX; ABREAST]; MAX_TREES];
        let mut from = 0;
        for column in &self.columns {
            let values = &values[column.number];
            let most = values
                .iter()
                .fold(f32::NEG_INFINITY, |most, value| if *value > most { *value } else { most });
            for question in &self.questions[from..column.end] {
                // The others say "yes" to all rows.
                if most <= question.value {
                    break;
                }
                // Without a branch, so that all rows are answered at once.
                for (left, value) in left[usize::from(question.tree) % MAX_TREES].iter_mut().zip(values) {
                    *left &= question.no | u16::from(*value <= question.value).wrapping_neg();
                }
            }
            from = column.end;
        }
        // Always in the order of the table, since sums of floats depend on it.
        let mut sums = [0.0; ABREAST];
        for (leaves, left) in self.leaves.iter().zip(&left) {
            for (sum, left) in sums.iter_mut().zip(left) {
                *sum += leaves[left.trailing_zeros() as usize % MAX_LEAVES];
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        for forest in [&*FIRST, &*SECOND] {
            assert!((11..=MAX_TREES).contains(&forest.leaves.len()));
            assert!(forest.sums([[0.0; 256]].into_iter())[0].is_finite());
        }
    }

    #[test]
    fn a_tree_is_asked_by_its_questions() {
        let forest = Forest::read("Units <= 10\n  = -1\n  Linked <= 0.5\n    = 2\n    = -3\n= 0.25\n");
        let row = |units: f32, linked: f32| {
            let mut row = [0.0; 256];
            row[feature::Feature::Units as usize] = units;
            row[feature::Feature::Linked as usize] = linked;
            row
        };
        let rows = [row(0.0, 0.0), row(11.0, 0.0), row(11.0, 0.6), row(10.0, 0.6)];
        let many = rows.into_iter().cycle().take(2 * ABREAST + 1);
        let expected: Vec<f32> =
            [-0.75, 2.25, -2.75, -0.75].into_iter().cycle().take(2 * ABREAST + 1).collect();
        assert_eq!(forest.sums(many), expected);
    }

    #[test]
    fn a_table_with_an_unknown_column_or_a_tree_too_large_is_no_forest() {
        let large = "Units <= 1\n = 1\n".repeat(MAX_LEAVES) + " = 2\n";
        assert!(Forest::read(&large).leaves.is_empty());
        assert!(Forest::read("Weather <= 1\n = 1\n = 2\n").leaves.is_empty());
    }
}
