//! Pages made to be deep, large or slow: what is read of them, and that the work stays bounded.
//!
//! All passes behind the tree go over its nodes and over lines and claims of bounded number, so the work is held by what these tests
//! count: the nodes of the tree, its depth, the attributes, and what comes out. None looks at a clock.

use dateline_parser::dom::Document;
use dateline_parser::extract;
use dateline_parser::guard::{MAX_ATTRIBUTES, MAX_ATTRIBUTES_OF_ONE, MAX_DEPTH, MAX_NODES};
use dateline_wire::{Article, Page};

const HEADLINE: &str = "Ferry runs again after nine days of storm";

/// Authors of one article, at most.
const MAX_AUTHORS: usize = 20;

/// Nodes beyond the bound: of the last chunk of the page, which is read to its end.
const LAST_CHUNK: usize = 70_000;

/// Levels beyond the bound: start tags between two counts of the open elements, and what tables imply.
const UNCOUNTED: usize = 64;

fn story() -> String {
    let sentence = |hour: usize| {
        format!(
            "<p>The ferry left the harbour at {hour} o'clock, and by the evening some {} passengers had crossed to the island, the port \
             authority said. It had waited for the wind to ease, as ferries do in autumn.</p>",
            200 + 17 * hour
        )
    };
    (1..7).map(sentence).collect()
}

fn page_of(html: &str) -> Page {
    Page { url: None, content_type: None, bytes: html.as_bytes().to_vec(), received_at: None }
}

/// Reads the page, after it was seen that its tree is bounded and so is what comes out.
#[track_caller]
fn bounded(html: &str) -> Article {
    let page = page_of(html);
    let document = Document::parse(&page);
    assert!(document.len() <= MAX_NODES + LAST_CHUNK, "{} nodes", document.len());
    let nodes = || document.root().descendants().filter(|node| node.is_element());
    let deepest = nodes().map(|node| node.ancestors().take(2 * MAX_DEPTH).count()).max().unwrap_or_default();
    assert!(deepest <= MAX_DEPTH + UNCOUNTED, "{deepest} levels");
    let attributes: Vec<usize> = nodes().map(|node| node.attrs().count()).collect();
    assert!(attributes.iter().all(|count| *count <= MAX_ATTRIBUTES_OF_ONE), "attributes of one");
    assert!(attributes.iter().sum::<usize>() <= MAX_ATTRIBUTES + LAST_CHUNK, "attributes of all");
    let article = extract(&page);
    // Composed, a letter may take more bytes, and every paragraph ends in a line feed.
    assert!(article.body.text.len() <= 3 * html.len(), "{} bytes of text", article.body.text.len());
    assert!(article.authors.len() <= MAX_AUTHORS, "{} authors", article.authors.len());
    article
}

/// Reads the story with `around` before and `behind` it, and sees that it is told.
#[track_caller]
fn told(around: &str, behind: &str) -> Article {
    let html = format!(
        "<!doctype html><html lang=en><head><title>{HEADLINE}</title></head><body><h1>{HEADLINE}</h1>{around}{}{behind}",
        story()
    );
    let article = bounded(&html);
    assert_eq!(article.title.as_deref(), Some(HEADLINE));
    assert!(
        article.body.text.contains("The ferry left the harbour at 6 o'clock"),
        "{:.200}",
        article.body.text
    );
    article
}

#[test]
fn elements_within_one_another_without_end_are_flattened() {
    for tag in ["div", "span", "ul><li", "b", "blockquote", "section", "a href=/x"] {
        told(&format!("<{tag}>").repeat(100_000), "");
        told("", &format!("<{tag}>").repeat(100_000));
    }
}

#[test]
fn tables_and_forms_within_one_another_are_flattened() {
    for tag in ["<table><tr><td>", "<form><fieldset>", "<select><optgroup>", "<template>", "<svg><g>"] {
        told("", &tag.repeat(20_000));
    }
}

#[test]
fn a_page_of_one_line_is_read() {
    let article = bounded(&format!(
        "<title>{HEADLINE}</title><h1>{HEADLINE}</h1><p>{}",
        "The ferry runs again, the port authority said. ".repeat(100_000)
    ));
    assert_eq!(article.title.as_deref(), Some(HEADLINE));
    assert!(article.body.text.starts_with("The ferry runs again"));
}

#[test]
fn a_word_without_end_is_no_story_and_costs_nothing_else() {
    told("", &format!("<div>{}</div>", "x".repeat(2_000_000)));
    told(&format!("<div>{}</div>", "9".repeat(500_000)), "");
}

#[test]
fn attributes_without_end_are_cut() {
    let of_one: String = (0..200_000).map(|at| format!(" a{at}=1")).collect();
    told("", &format!("<p{of_one}>x</p>"));
    told("", &"<i a=1 b=2 c=3 d=4 e=5 class='x y z'>x</i>".repeat(100_000));
    told("", &format!("<div class='{}'>x</div>", "comment related ".repeat(50_000)));
    told("", &format!("<div style='{}'>x</div>", "color:red;".repeat(50_000)));
}

#[test]
fn descriptions_without_end_name_no_crowd() {
    let block = |at: usize| {
        format!(
            r#"<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Other {at}","author":{{"name":"Ana Lund"}}}}</script>"#
        )
    };
    told("", &(0..10_000).map(block).collect::<String>());
    let authors: Vec<String> = (0..50_000).map(|at| format!(r#"{{"name":"Ana Lund{at}"}}"#)).collect();
    let one = format!(
        r#"<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{HEADLINE}","author":[{}]}}</script>"#,
        authors.join(",")
    );
    told(&one, "");
    told("", &format!(r#"<script type="application/ld+json">{}</script>"#, r#"{"author":["#.repeat(100_000)));
}

#[test]
fn bylines_without_end_name_few() {
    told(&"<div class=byline>By Ana Lund and Bo Ek in Seoul, for The Harbour</div>".repeat(5_000), "");
    told(&format!("<div class=byline>By {}</div>", "Ana Lund (dpa), and Bo Ek / ".repeat(20_000)), "");
    told(&format!("<meta name=author content='{}'>", "Ana Lund (dpa) [Bo Ek], ".repeat(20_000)), "");
    // Names that are looked for in all lines of the page.
    let lines = "<p>two hundred people and others crossed</p>".repeat(3_000);
    told("", &("<div class=author>Two Hundred, People And, Others Crossed</div>".repeat(2_000) + &lines));
}

#[test]
fn dates_without_end_are_read_once() {
    for dates in [
        "<div>Published 4 June 2025 10:02 | Updated 5 June 2025</div>",
        "2025-06-04 10:02 по московскому времени ",
        "<time datetime=2025-06-04T10:02:00Z>4 June</time>",
        "<div>二〇二五年六月十六日北京时间</div>",
        "一二三四五六七八九十年",
    ] {
        told("", &format!("<div>{}</div>", dates.repeat(10_000)));
    }
}

#[test]
fn stories_without_end_side_by_side_are_told_from_the_pages_own() {
    let line =
        |at: usize| format!("<p>The ferry line {at} went on and on, they said to us all.</p>").repeat(28);
    let boxes: String = (0..200)
        .map(|at| format!("<div class=x><h1>Other headline number {at} of the day</h1>{}</div>", line(at)))
        .collect();
    let html = format!(
        "<title>{HEADLINE}</title>{}<div class=x><h1>{HEADLINE}</h1>{}</div>{boxes}",
        "<div>".repeat(240),
        story()
    );
    let article = bounded(&html);
    assert!(article.body.text.contains("at 6 o'clock") && !article.body.text.contains("The ferry line 7"));
}

#[test]
fn headlines_without_end_are_no_headlines() {
    let long = "Ferry runs - again | by Ana Lund : ".repeat(20_000);
    let article = bounded(&format!("<title>{long}</title><h1>{long}</h1><h2>{HEADLINE}</h2>{}", story()));
    assert!(article.title.is_none_or(|title| title.len() < 10_000));
    told("", &"<h1>Ferry runs again</h1>".repeat(20_000));
}

#[test]
fn signs_that_are_no_text_neither_stop_nor_grow_it() {
    // A page with more of them is no text at all.
    told("", &format!("<p>{}a\0b</p>", "word ".repeat(1_000)));
    for signs in [
        "\u{202e}\u{2066}x\u{202c}",
        "&#xD800;&#xDFFF;",
        "&#0;&#x110000;",
        "\u{fdfa}",
        "e\u{301}\u{323}",
        "\u{200b}\u{feff}",
    ] {
        let article = told("", &format!("<p>{}</p>", signs.repeat(50_000)));
        assert!(!article.body.text.contains('\0'));
    }
}

#[test]
fn styles_and_their_elements_are_matched_once_each() {
    let rules: String = (0..10_000).map(|at| format!(".c{at}{{display:none}}")).collect();
    let boxes: String = (0..10_000).map(|at| format!("<div class=c{at}>hidden {at}</div>")).collect();
    let article = told(&format!("<style>{rules}</style>"), &boxes);
    assert!(!article.body.text.contains("hidden 9999"));
    told(&format!("<style>{}</style>", "@media(min-width:1px){".repeat(50_000)), "");
}
