//! Tab-separated tables with a header row, as the subject's files hold names, words and weights.
//!
//! Lines that start with `#` are comments; cells hold values parted by semicolons; a row may leave cells off at its end.

use super::SubjectProblem;

/// A table, with its rows' places in the file.
#[derive(Debug)]
pub(crate) struct Table<'t> {
    file: &'t str,
    columns: Vec<&'t str>,
    rows: Vec<Row<'t>>,
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row<'t> {
    /// Its line in the file, from 1.
    pub(crate) line: usize,
    cells: Vec<&'t str>,
}

impl<'t> Table<'t> {
    /// Reads a table, of which `required` columns must be there, and notes what is wrong in `problems`: a row with more cells than
    /// columns, which is left out; a missing header, a missing or repeated column, with which there is no table.
    pub(crate) fn parse(
        file: &'t str,
        text: &'t str,
        required: &[&str],
        problems: &mut Vec<SubjectProblem>,
    ) -> Option<Self> {
        let mut wrong = |line, what: String, remedy: String| {
            problems.push(SubjectProblem::new(file, line, what, remedy));
        };
        let mut lines = text
            .trim_start_matches('\u{feff}')
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let Some((header, columns)) = lines.next() else {
            let remedy = format!("start it with: {}", required.join(", "));
            wrong(1, "the table has no header row".to_owned(), remedy);
            return None;
        };
        let columns: Vec<&str> = columns.split('\t').map(str::trim).collect();
        let missing: Vec<String> = required
            .iter()
            .filter(|wanted| !columns.contains(wanted))
            .map(|wanted| format!("`{wanted}`"))
            .collect();
        if !missing.is_empty() {
            let what = match missing.as_slice() {
                [one] => format!("the column {one} is missing"),
                several => format!("the columns {} are missing", several.join(", ")),
            };
            let remedy =
                format!("columns are parted by tabs, and these must be among them: {}", required.join(", "));
            wrong(header, what, remedy);
            return None;
        }
        if let Some(twice) = columns.iter().enumerate().find(|(at, column)| columns[..*at].contains(column)) {
            wrong(header, format!("the column `{}` stands there twice", twice.1), "keep one".to_owned());
            return None;
        }
        let mut rows = Vec::new();
        for (line, text) in lines {
            let cells: Vec<&str> = text.split('\t').map(str::trim).collect();
            if cells.len() > columns.len() {
                let what = format!("the row has {} cells, the header {}", cells.len(), columns.len());
                wrong(line, what, "remove a tab, or name the column in the header".to_owned());
                continue;
            }
            rows.push(Row { line, cells });
        }
        Some(Self { file, columns, rows })
    }

    /// The name of its file.
    pub(crate) fn file(&self) -> &'t str {
        self.file
    }

    /// The rows, in order.
    pub(crate) fn rows(&self) -> &[Row<'t>] {
        &self.rows
    }

    /// The cell of `row` in `column`, empty where there is none.
    pub(crate) fn cell(&self, row: &Row<'t>, column: &str) -> &'t str {
        let at = self.columns.iter().position(|name| *name == column);
        at.and_then(|at| row.cells.get(at)).copied().unwrap_or_default()
    }

    /// The cells of `row` that hold spellings, by language: every column but those `reserved`.
    pub(crate) fn spellings(
        &self,
        row: &Row<'t>,
        reserved: &[&str],
    ) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.columns
            .iter()
            .zip(row.cells.iter())
            .filter(|(column, _)| !reserved.contains(column))
            .flat_map(|(column, cell)| cell.split(';').map(|spelling| (*column, spelling.trim())))
            .filter(|(_, spelling)| !spelling.is_empty())
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// What is wrong in `row`.
    pub(crate) fn problem(
        &self,
        row: &Row<'t>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> SubjectProblem {
        SubjectProblem::new(self.file, row.line, what, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_their_columns_name() {
        let mut problems = Vec::new();
        let text = "# about\nid\tside\ten\tru\na\tA\tx; y\n\nb\tB\n";
        let table = Table::parse("t.tsv", text, &["id", "side"], &mut problems).unwrap();
        assert_eq!(problems, []);
        let row = &table.rows()[0];
        assert_eq!((row.line, table.cell(row, "side")), (3, "A"));
        assert_eq!(table.spellings(row, &["id", "side"]).collect::<Vec<_>>(), [("en", "x"), ("en", "y")]);
        assert_eq!(table.cell(&table.rows()[1], "ru"), "");
    }

    #[test]
    fn everything_that_is_wrong_is_named_with_its_line() {
        let problems = |text: &str, required: &[&str]| {
            let mut problems = Vec::new();
            Table::parse("t.tsv", text, required, &mut problems);
            problems.into_iter().map(|problem| (problem.line, problem.what)).collect::<Vec<_>>()
        };
        let one = |line, what: &str| vec![(line, what.to_owned())];
        assert_eq!(problems("id\n", &["id", "side"]), one(1, "the column `side` is missing"));
        assert_eq!(problems("", &["id"]), one(1, "the table has no header row"));
        assert_eq!(problems("id\tid\n", &["id"]), one(1, "the column `id` stands there twice"));
        assert_eq!(
            problems("id\tside\na\tb\tc\nd\te\na\tb\tc\td\n", &["id"]),
            [
                (2, "the row has 3 cells, the header 2".to_owned()),
                (4, "the row has 4 cells, the header 2".to_owned())
            ]
        );
    }
}
