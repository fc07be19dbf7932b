//! What speaks for and against every two of some texts telling one happening, for `tools/stories/fit.py`:
//! `cargo run --release -p dateline-stories --example story_evidence < texts.jsonl`, from the root of the repository.
//!
//! Lines are those of `dateline stories --batch`, with the `entities` that `dateline judge` names in each. The first line that is written has the
//! names of the signs; each later one the two ids, whether the two are in two languages (1) and the values of the signs.

mod input;

use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::sync::Arc;

use dateline_stories::story::StoryIndex;
use input::{report, tables};

fn main() -> Result<(), Box<dyn Error>> {
    let mut stories = StoryIndex::new(Arc::new(tables()?));
    for line in io::stdin().lock().lines() {
        stories.place(&report(&line?)?);
    }
    let mut output = BufWriter::new(io::stdout().lock());
    let names: Vec<&str> = StoryIndex::signs().collect();
    writeln!(output, "{}", names.join("\t"))?;
    for pair in stories.pairs() {
        write!(output, "{}\t{}\t{}", pair.ids[0], pair.ids[1], u8::from(pair.across))?;
        for value in pair.values {
            write!(output, "\t{value}")?;
        }
        writeln!(output)?;
    }
    Ok(output.flush()?)
}
