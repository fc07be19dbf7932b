//! A stranger's page as bare HTML: its text and structure, and nothing that acts, loads or leads anywhere.
//!
//! What is written is made anew of the parsed page: elements that are known, with the few attributes that say something about a text. Scripts,
//! styles, frames, forms' fields, addresses and whatever a browser would fetch are left out, so that nothing depends on what browsers
//! hold back of themselves.

use dateline_parser::dom::{Document, Node};

/// The most that is written, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// Elements that are left out with all that is in them.
const LEFT_OUT: [&str; 28] = [
    "script", "style", "head", "template", "iframe", "frame", "frameset", "noframes", "object", "embed",
    "applet", "svg", "math", "audio", "video", "source", "track", "canvas", "map", "link", "meta", "base",
    "input", "button", "select", "textarea", "noembed", "portal",
];

/// Elements that are written as they are; of others, what is in them.
const KEPT: [&str; 62] = [
    "main",
    "article",
    "section",
    "nav",
    "aside",
    "header",
    "footer",
    "address",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "hr",
    "pre",
    "blockquote",
    "ol",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "div",
    "em",
    "strong",
    "small",
    "s",
    "cite",
    "q",
    "abbr",
    "time",
    "code",
    "var",
    "samp",
    "kbd",
    "sub",
    "sup",
    "i",
    "b",
    "u",
    "mark",
    "ruby",
    "rt",
    "rp",
    "bdi",
    "bdo",
    "span",
    "br",
    "wbr",
    "ins",
    "del",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
];

/// Elements without an end.
const VOID: [&str; 3] = ["br", "hr", "wbr"];

/// Attributes that are written, with values that can do nothing.
const ATTRIBUTES: [&str; 6] = ["lang", "dir", "colspan", "rowspan", "datetime", "start"];

/// The page as a whole document in UTF-8.
pub(crate) fn bare_html(page: &Document) -> String {
    let mut html = String::from(
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\"><title>A recorded page</title></head><body>",
    );
    write_below(page.body(), &mut html);
    if html.len() >= MAX_BYTES {
        html.push_str("<p>The page goes on.");
    }
    html.push_str("</body></html>\n");
    html
}

/// Writes what is below `top`. It keeps no stack of its own: a page may be as deep as it likes.
fn write_below(top: Node<'_>, html: &mut String) {
    let mut next = top.first_child();
    while let Some(node) = next {
        if html.len() >= MAX_BYTES {
            return;
        }
        let goes_below = begin(node, html);
        next = goes_below.then(|| node.first_child()).flatten();
        let mut at = node;
        if next.is_none() && goes_below {
            end(at, html);
        }
        while next.is_none() {
            if let Some(sibling) = at.next_sibling() {
                next = Some(sibling);
                break;
            }
            match at.parent() {
                Some(parent) if parent.id() != top.id() => {
                    end(parent, html);
                    at = parent;
                }
                _ => return,
            }
        }
    }
}

/// Writes the beginning of a node. Whether what is in it is written, too.
fn begin(node: Node<'_>, html: &mut String) -> bool {
    if let Some(text) = node.text() {
        escape(text, html);
        return false;
    }
    let Some(name) = node.name() else { return false };
    let name: &str = name;
    if name == "img" {
        let words = node.attr("alt").map(str::trim).filter(|words| !words.is_empty());
        html.push_str("<i>[picture");
        if let Some(words) = words {
            html.push_str(": ");
            escape(words, html);
        }
        html.push_str("]</i>");
        return false;
    }
    if LEFT_OUT.contains(&name) {
        return false;
    }
    if KEPT.contains(&name) {
        html.push('<');
        html.push_str(name);
        for (attribute, value) in node.attrs().filter(|(attribute, _)| ATTRIBUTES.contains(attribute)) {
            html.push(' ');
            html.push_str(attribute);
            html.push_str("=\"");
            escape(value, html);
            html.push('"');
        }
        html.push('>');
    }
    !VOID.contains(&name)
}

fn end(node: Node<'_>, html: &mut String) {
    if let Some(name) = node.name().map(|name| &**name).filter(|name| KEPT.contains(name)) {
        html.push_str("</");
        html.push_str(name);
        html.push('>');
    }
}

fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        if html.len() >= MAX_BYTES {
            return;
        }
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\0' => {}
            _ => html.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(html: &str) -> String {
        let whole = bare_html(&Document::from_html(html));
        let body = whole.split_once("<body>").expect("a body").1;
        body.strip_suffix("</body></html>\n").expect("its end").to_owned()
    }

    #[test]
    fn text_and_structure_stay() {
        assert_eq!(
            bare(
                "<body><h1 lang=ko>제목</h1><p>One <b>two</b><br>&lt;three&gt;</p><x-box><ul><li>4</ul></x-box>"
            ),
            "<h1 lang=\"ko\">제목</h1><p>One <b>two</b><br>&lt;three&gt;</p><ul><li>4</li></ul>"
        );
    }

    #[test]
    fn nothing_acts_loads_or_leads_anywhere() {
        let html = bare(
            "<body onload=alert(1) background=https://x.example/a.png><script>alert(1)</script><style>@import 'https://x.example'</style>
            <link rel=preconnect href=https://x.example><meta http-equiv=refresh content='0;url=https://x.example'>
            <p style='background:url(https://x.example)' onclick=alert(1) id=x>text <a href='javascript:alert(1)'>link</a></p>
            <img src=https://x.example/b.png srcset=https://x.example/c.png alt='a \"bridge\"'><iframe src=https://x.example></iframe>
            <video poster=https://x.example/d.png></video><svg><image href=https://x.example></image></svg><form action=https://x.example>
            <input autofocus onfocus=alert(1)></form><p dir='\"><script>alert(1)</script>'>more</p>",
        );
        assert!(html.contains("text link") && html.contains("[picture: a &quot;bridge&quot;]"), "{html}");
        for bad in [
            "x.example",
            "<script",
            "onclick",
            "javascript",
            "style",
            "<iframe",
            "<form",
            "<input",
            "<svg",
            "<meta",
        ] {
            assert!(!html.contains(bad), "{bad}: {html}");
        }
    }

    #[test]
    fn a_page_of_any_depth_and_length_is_written_in_bounded_room() {
        let deep = bare(&"<div>".repeat(20_000));
        assert_eq!(deep.matches("<div>").count(), deep.matches("</div>").count());
        let long = bare(&format!("<p>{}", "&".repeat(6 << 20)));
        assert!(long.len() < 5 << 20, "{}", long.len());
    }
}
