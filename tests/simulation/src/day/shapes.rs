//! The shapes in which sites of the field put the same story.

use std::fmt::Write as _;

use super::Story;

/// How a site builds its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A wire: headline, byline, `<time>`, paragraphs, JSON-LD.
    Wire,
    /// A paper that prints wire copy: credit in brackets, `<br>` for paragraphs, tags, an app prompt, a sidebar.
    Paper,
    /// An aggregator that pastes other stories under the article.
    Aggregator,
    /// A blog with advertisements in the middle of a sentence, and comments.
    Blog,
    /// A portal that copies with a source line and asks to install its app.
    Portal,
}

/// The page that a site of `shape` makes of `story`. `others` are what else it has to offer. After `edited`, the story has
/// one paragraph more.
pub(super) fn page(shape: Shape, charset: &str, story: &Story, others: &[&Story], edited: bool) -> String {
    let mut paragraphs: Vec<String> = story.paragraphs.clone();
    if edited {
        paragraphs.push(story.closing().to_owned());
    }
    let body = match shape {
        Shape::Wire => wire(story, &paragraphs),
        Shape::Paper => paper(story, &paragraphs, others),
        Shape::Aggregator => aggregator(story, &paragraphs, others),
        Shape::Blog => blog(story, &paragraphs, others),
        Shape::Portal => portal(story, &paragraphs, others),
    };
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"{charset}\">\n<title>{} | {}</title>\n{}</head>\n\
         <body>\n<header><nav><a href=\"/\">Home</a> <a href=\"/world\">World</a> <a href=\"/contact\">Contact</a></nav>\
         </header>\n{body}<footer><p>© 2026 {}. <a href=\"/terms\">Terms</a></p></footer>\n</body>\n</html>\n",
        story.language,
        story.title,
        site_name(shape),
        head(shape, story),
        site_name(shape),
    )
}

fn site_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Wire => "Wire",
        Shape::Paper => "The Daily",
        Shape::Aggregator => "QuickRead",
        Shape::Blog => "Harbour Notes",
        Shape::Portal => "Portal",
    }
}

fn head(shape: Shape, story: &Story) -> String {
    match shape {
        Shape::Wire => format!(
            "<script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\
             \"headline\":\"{}\",\"datePublished\":\"{}\",\"author\":{{\"@type\":\"Person\",\"name\":\"{}\"}}}}</script>\n",
            story.title, story.published, story.author
        ),
        Shape::Paper | Shape::Portal => format!(
            "<meta property=\"og:title\" content=\"{}\">\n<meta property=\"article:published_time\" content=\"{}\">\n",
            story.title, story.published
        ),
        Shape::Aggregator => format!("<meta property=\"og:title\" content=\"{}\">\n", story.title),
        Shape::Blog => String::new(),
    }
}

fn ps(paragraphs: &[String]) -> String {
    paragraphs.iter().fold(String::new(), |mut html, paragraph| {
        let _ = writeln!(html, "<p>{paragraph}</p>");
        html
    })
}

fn links(others: &[&Story]) -> String {
    others.iter().fold(String::new(), |mut html, other| {
        let _ = writeln!(html, "<li><a href=\"/{}.html\">{}</a></li>", other.id, other.title);
        html
    })
}

fn wire(story: &Story, paragraphs: &[String]) -> String {
    format!(
        "<main><article>\n<h1>{}</h1>\n<p class=\"byline\">{}</p>\n<time datetime=\"{}\">2 March 2026</time>\n{}</article></main>\n",
        story.title,
        story.author,
        story.published,
        ps(paragraphs)
    )
}

fn paper(story: &Story, paragraphs: &[String], others: &[&Story]) -> String {
    format!(
        "<div id=\"content\">\n<h1 class=\"headline\">{}</h1>\n<div class=\"meta\">By {} (Wire)</div>\n\
         <div class=\"story-body\">\n{}\n</div>\n\
         <div class=\"tags\">Tags: <a href=\"/t/1\">World</a>, <a href=\"/t/2\">Trade</a></div>\n\
         <div class=\"app-promo\">Read us in our app: news before anybody else has it.</div>\n</div>\n\
         <aside class=\"sidebar\"><h3>Most read</h3><ul>\n{}</ul></aside>\n",
        story.title,
        story.author,
        paragraphs.join("<br><br>\n"),
        links(others)
    )
}

fn aggregator(story: &Story, paragraphs: &[String], others: &[&Story]) -> String {
    let pasted = others.iter().fold(String::new(), |mut html, other| {
        let _ = writeln!(
            html,
            "<div class=\"related-item\"><h3><a href=\"/{}.html\">{}</a></h3><p>{}</p></div>",
            other.id, other.title, other.paragraphs[0]
        );
        html
    });
    format!(
        "<div class=\"article-wrap\"><h1>{}</h1><span class=\"date\">Mon, 2 Mar 2026</span>\n<div class=\"article-content\">\n{}\
         </div>\n<div class=\"related\"><h2>Related stories</h2>\n{pasted}</div></div>\n",
        story.title,
        ps(paragraphs),
    )
}

fn blog(story: &Story, paragraphs: &[String], others: &[&Story]) -> String {
    let mut html = format!("<div class=\"post hentry\"><h2 class=\"entry-title\">{}</h2>\n", story.title);
    html.push_str("<div class=\"entry-content\">\n");
    for (number, paragraph) in paragraphs.iter().enumerate() {
        let middle =
            paragraph.find(". ").or_else(|| paragraph.find(", ")).map_or(paragraph.len(), |at| at + 1);
        if number == 0 {
            let (before, after) = paragraph.split_at(middle);
            let _ = writeln!(
                html,
                "<p>{before}<ins class=\"adsbygoogle ad-slot\" aria-label=\"Advertisement\">Advertisement: shoes at half \
                 price</ins>{after}</p>"
            );
        } else {
            let _ = writeln!(html, "<p>{paragraph}</p>\n<div class=\"ad\">Advertisement</div>");
        }
    }
    let _ = write!(
        html,
        "</div>\n<ul class=\"also\">\n{}</ul>\n<div id=\"comments\"><h3>2 comments</h3>\n<div class=\"comment\"><p>First!</p></div>\n\
         <div class=\"comment\"><p>I have waited for this news all year, and so has my neighbour.</p></div>\n</div></div>\n",
        links(others)
    );
    html
}

fn portal(story: &Story, paragraphs: &[String], others: &[&Story]) -> String {
    format!(
        "<div class=\"view\"><h1>{}</h1>\n<div class=\"article_txt\" itemprop=\"articleBody\">\n{}<p class=\"source\">Source: \
         Wire</p>\n</div>\n<div class=\"install\"><a href=\"/app\">Install our app</a></div>\n<section class=\"related\"><h2>More</h2>\
         <ul>\n{}</ul></section></div>\n",
        story.title,
        ps(paragraphs),
        links(others)
    )
}
