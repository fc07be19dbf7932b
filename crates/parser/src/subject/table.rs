//! Tab-separated tables with a header row, as the subject's files hold names, words and weights.
//!
//! Lines that start with `#` are comments; cells hold values parted by semicolons; a row may leave cells off at its end.

use super::SubjectError;

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
    /// Reads a table, of which `required` columns must be there.
    ///
    /// # Errors
    /// A missing header, a missing or repeated column, a row with more cells than columns.
    pub(crate) fn parse(file: &'t str, text: &'t str, required: &[&str]) -> Result<Self, SubjectError> {
        let mut lines = text
            .trim_start_matches('\u{feff}')
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let Some((header, columns)) = lines.next() else {
            return Err(SubjectError::new(
                file,
                1,
                "the table has no header row",
                format!("start it with: {}", required.join(", ")),
            ));
        };
        let columns: Vec<&str> = columns.split('\t').map(str::trim).collect();
        for wanted in required {
            if !columns.contains(wanted) {
                return Err(SubjectError::new(
                    file,
                    header,
                    format!("the column `{wanted}` is missing"),
                    format!(
                        "columns are parted by tabs, and these must be among them: {}",
                        required.join(", ")
                    ),
                ));
            }
        }
        if let Some(twice) = columns.iter().enumerate().find(|(at, column)| columns[..*at].contains(column)) {
            return Err(SubjectError::new(
                file,
                header,
                format!("the column `{}` stands there twice", twice.1),
                "keep one",
            ));
        }
        let mut rows = Vec::new();
        for (line, text) in lines {
            let cells: Vec<&str> = text.split('\t').map(str::trim).collect();
            if cells.len() > columns.len() {
                return Err(SubjectError::new(
                    file,
                    line,
                    format!("the row has {} cells, the header {}", cells.len(), columns.len()),
                    "remove a tab, or name the column in the header",
                ));
            }
            rows.push(Row { line, cells });
        }
        Ok(Self { file, columns, rows })
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

    /// An error in `row`.
    pub(crate) fn error(
        &self,
        row: &Row<'t>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> SubjectError {
        SubjectError::new(self.file, row.line, what, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_their_columns_name() {
        let table = Table::parse("t.tsv", "# about\nid\tside\ten\tru\na\tA\tx; y\n\nb\tB\n", &["id", "side"])
            .unwrap();
        let row = &table.rows()[0];
        assert_eq!((row.line, table.cell(row, "side")), (3, "A"));
        assert_eq!(table.spellings(row, &["id", "side"]).collect::<Vec<_>>(), [("en", "x"), ("en", "y")]);
        assert_eq!(table.cell(&table.rows()[1], "ru"), "");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let error = Table::parse("t.tsv", "id\n", &["id", "side"]).unwrap_err();
        assert_eq!((error.line, error.what.as_str()), (1, "the column `side` is missing"));
        assert_eq!(Table::parse("t.tsv", "id\tside\na\tb\tc\n", &["id"]).unwrap_err().line, 2);
        assert_eq!(Table::parse("t.tsv", "", &["id"]).unwrap_err().line, 1);
        assert_eq!(Table::parse("t.tsv", "id\tid\n", &["id"]).unwrap_err().line, 1);
    }
}
