//! Events as a person reads them.

use std::fmt::Write as _;

use dateline_wire::{Article, ArticleEvent, HealthEvent, RejectEvent, StoryEvent, WithdrawalEvent};
use serde_json::Value;

/// Events as a text to review: what each says, without ids and spans. `lines` are CloudEvents, one JSON object a line.
///
/// # Errors
/// If a line is something else.
pub fn readable(lines: &str) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line)?;
        let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let _ = write!(text, "#{} {} ", word("sequence"), word("time"));
        let data = event["data"].clone();
        match word("type").as_str() {
            "dateline.article.v1" => article(&mut text, &serde_json::from_value(data)?),
            "dateline.withdrawal.v1" => withdrawal(&mut text, &serde_json::from_value(data)?),
            "dateline.story.v1" => story(&mut text, &serde_json::from_value(data)?),
            "dateline.reject.v1" => reject(&mut text, &serde_json::from_value(data)?),
            _ => health(&mut text, &serde_json::from_value(data)?),
        }
        text.push('\n');
    }
    Ok(text)
}

fn article(text: &mut String, event: &ArticleEvent) {
    let Article { url, publisher, origins, language, title, authors, published, body, cuts, .. } =
        &event.content;
    let shown = |url: &Option<url::Url>| url.as_ref().map_or("-".to_owned(), ToString::to_string);
    let _ = writeln!(text, "article, revision {}: {}", event.revision, shown(url));
    let _ = writeln!(text, "  {}", title.as_deref().unwrap_or("-"));
    let date = published.as_ref().map_or("-".to_owned(), |date| format!("{date} ({:?})", date.source));
    let authors = if authors.is_empty() { "-".to_owned() } else { authors.join(", ") };
    let sources: Vec<&str> = origins.iter().map(|origin| origin.name.as_str()).collect();
    let sources = if sources.is_empty() { "-".to_owned() } else { sources.join(", ") };
    let _ = writeln!(
        text,
        "  by {authors} | {date} | {} | {} | from {}",
        language.as_deref().unwrap_or("-"),
        publisher.as_deref().unwrap_or("-"),
        sources
    );
    if let Some(copy) = &event.copy_of {
        let _ = writeln!(text, "  a copy of {}, {:.3}", copy.article, copy.share);
    }
    for change in &event.changes {
        let _ = writeln!(text, "  {}", change.kind);
        for (mark, words) in [("-", &change.before), ("+", &change.after)] {
            if let Some(words) = words {
                let _ = writeln!(text, "  {mark} {words}");
            }
        }
    }
    let reasons: Vec<String> = event.relevance.reasons.iter().map(|reason| reason.rule.clone()).collect();
    let _ =
        writeln!(text, "  relevant {:.2}: {}", event.relevance.score.unwrap_or_default(), reasons.join(", "));
    let names: Vec<&str> = event.entities.iter().map(|entity| entity.surface.as_str()).collect();
    let _ = writeln!(text, "  names {}", names.join(", "));
    for paragraph in &body.paragraphs {
        let words = paragraph.span().slice(&body.text).unwrap_or("(outside the text)");
        let _ = writeln!(text, "  | {words}");
    }
    for cut in cuts {
        let _ = writeln!(text, "  cut {:?}: {} pieces, {} characters", cut.kind, cut.pieces, cut.chars);
    }
}

fn withdrawal(text: &mut String, event: &WithdrawalEvent) {
    let _ = writeln!(text, "withdrawal, {}: {}\n  {}", event.reason.as_str(), event.url, event.detail);
    let _ = writeln!(text, "  missing since {}", event.missing_since);
}

fn story(text: &mut String, event: &StoryEvent) {
    let title = event.title.as_deref().unwrap_or("-");
    let _ = writeln!(text, "story, revision {}, {:?}: {title}", event.revision, event.state);
    let counted = |count: u32, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let changes: Vec<&str> = event.changes.iter().map(|change| change.kind.as_str()).collect();
    let _ = writeln!(
        text,
        "  {}: {} in {}",
        changes.join(", "),
        counted(event.article_count, "article"),
        event.languages.join(", ")
    );
    let origins: Vec<&str> = event.independent_origins.iter().map(|origin| origin.name.as_str()).collect();
    if !origins.is_empty() {
        let _ =
            writeln!(text, "  {}: {}", counted(event.origin_count, "independent origin"), origins.join(", "));
    }
    for article in event.articles.iter().filter(|article| article.withdrawn) {
        let url = article.url.as_ref().map_or("-", url::Url::as_str);
        let _ = writeln!(text, "  withdrawn, and counts no more: {url}");
    }
}

fn reject(text: &mut String, event: &RejectEvent) {
    let url = event.url.as_ref().map_or("-".to_owned(), ToString::to_string);
    let _ = writeln!(text, "reject, {:?}, {}: {url}\n  {}", event.stage, event.reason, event.detail);
}

fn health(text: &mut String, event: &HealthEvent) {
    let _ = writeln!(text, "health, {:?}: {}\n  {}", event.kind, event.feed.url, event.detail);
}
