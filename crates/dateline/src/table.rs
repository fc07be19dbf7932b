//! Articles, stories and rejects as rows of CSV (RFC 4180).

use std::io::{self, Write};

use dateline_journal::FoundArticle;
use dateline_wire::{ArticleEvent, CloudEvent, RejectEvent, StoryEvent};

/// What a row says of an article. Of what there may be several, they are parted by `; `.
pub(crate) const ARTICLE_COLUMNS: [&str; 19] = [
    "article",
    "revision",
    "sequence",
    "committed",
    "published",
    "language",
    "label",
    "score",
    "title",
    "publisher",
    "authors",
    "url",
    "origins",
    "topics",
    "entities",
    "story",
    "copy_of",
    "withdrawn",
    "text",
];

/// What a row says of a story.
pub(crate) const STORY_COLUMNS: [&str; 11] = [
    "story",
    "revision",
    "first_reported",
    "last_reported",
    "happened_on",
    "title",
    "languages",
    "articles",
    "independent_origins",
    "origins",
    "entities",
];

/// What a row says of an entry that was not published.
pub(crate) const REJECT_COLUMNS: [&str; 11] = [
    "sequence",
    "committed",
    "reason",
    "stage",
    "score",
    "title",
    "url",
    "feed",
    "feed_url",
    "article",
    "detail",
];

pub(crate) fn article_cells(found: &FoundArticle) -> Result<[String; 19], serde_json::Error> {
    let article: ArticleEvent = serde_json::from_str(&found.event.data)?;
    let content = article.content;
    let label = serde_json::to_value(article.relevance.label)?;
    Ok([
        article.article.to_string(),
        article.revision.to_string(),
        found.event.sequence.to_string(),
        found.event.time.to_string(),
        content.published.map(|published| published.value).unwrap_or_default(),
        content.language.unwrap_or_default(),
        label.as_str().unwrap_or_default().to_owned(),
        article.relevance.score.map(|score| score.to_string()).unwrap_or_default(),
        content.title.unwrap_or_default(),
        content.publisher.unwrap_or_default(),
        content.authors.join("; "),
        content.url.map(String::from).unwrap_or_default(),
        joined(content.origins.iter().map(|origin| &*origin.name)),
        joined(article.topics.iter().map(|topic| &*topic.id)),
        joined(article.entities.iter().map(|entity| &*entity.id)),
        article.story.map(|story| story.to_string()).unwrap_or_default(),
        article.copy_of.map(|copy| copy.article.to_string()).unwrap_or_default(),
        found.withdrawal.as_ref().map(|withdrawal| withdrawal.time.to_string()).unwrap_or_default(),
        content.body.text,
    ])
}

pub(crate) fn story_cells(story: &StoryEvent) -> [String; 11] {
    [
        story.story.to_string(),
        story.revision.to_string(),
        story.first_reported.to_string(),
        story.last_reported.to_string(),
        story.happened_on.map(|day| day.to_string()).unwrap_or_default(),
        story.title.clone().unwrap_or_default(),
        story.languages.join("; "),
        story.article_count.to_string(),
        story.origin_count.to_string(),
        joined(story.independent_origins.iter().map(|origin| &*origin.name)),
        joined(story.entities.iter().map(|entity| &*entity.id)),
    ]
}

pub(crate) fn reject_cells(event: &CloudEvent) -> Result<[String; 11], serde_json::Error> {
    let reject: RejectEvent = serde_json::from_str(&event.data)?;
    let score = reject.relevance.and_then(|relevance| relevance.score);
    let (name, address) = match reject.feed {
        Some(feed) => (feed.name.unwrap_or_default(), feed.url.to_string()),
        None => Default::default(),
    };
    Ok([
        event.sequence.to_string(),
        event.time.to_string(),
        reject.reason.to_string(),
        reject.stage.to_string(),
        score.map(|score| score.to_string()).unwrap_or_default(),
        reject.entry.and_then(|entry| entry.title).unwrap_or_default(),
        reject.url.map(String::from).unwrap_or_default(),
        name,
        address,
        reject.article.map(|article| article.to_string()).unwrap_or_default(),
        reject.detail,
    ])
}

fn joined<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join("; ")
}

/// Writes a row. A cell that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP's page on CSV injection has
/// it: titles and texts are strangers'.
pub(crate) fn write_row<'c>(cells: impl Iterator<Item = &'c str>, output: &mut impl Write) -> io::Result<()> {
    for (number, cell) in cells.enumerate() {
        let comma = if number > 0 { "," } else { "" };
        let is_formula = cell
            .trim_start_matches([' ', '\u{a0}'])
            .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        let guard = if is_formula { "'" } else { "" };
        match cell.contains(['"', ',', '\n', '\r', ';', '\t']) {
            true => write!(output, "{comma}\"{guard}{}\"", cell.replace('"', "\"\""))?,
            false => write!(output, "{comma}{guard}{cell}")?,
        }
    }
    output.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> String {
        let mut output = Vec::new();
        write_row(cells.iter().copied(), &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn a_cell_is_one_cell_whatever_it_holds() {
        assert_eq!(
            row(&["a", "b, c", "say \"no\"", "two\nlines", ""]),
            "a,\"b, c\",\"say \"\"no\"\"\",\"two\nlines\",\r\n"
        );
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        assert_eq!(
            row(&["=1+1", "-2", " @x", "＝A1", "=HYPERLINK(\"https://x.example\", \"y\")"]),
            "'=1+1,'-2,' @x,'＝A1,\"'=HYPERLINK(\"\"https://x.example\"\", \"\"y\"\")\"\r\n"
        );
    }
}
