//! Pages that only send elsewhere: `<meta http-equiv="refresh">`, the `Refresh` field of the answer, or a script of a line.

use std::borrow::Cow;

use dateline_text::markup::{MarkupScanner, MarkupToken, StartTag};
use http::HeaderName;
use url::Url;

use crate::client::web_target;

/// A field that sends elsewhere as `<meta http-equiv="refresh">` does (HTML, 4.2.5.3, "shared declarative refresh steps").
pub(crate) const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// A page that sends elsewhere does so in its head: what is read of it, in bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// A longer wait, in seconds, is meant for reading: the page is the page.
const MAX_WAIT_SECONDS: f64 = 5.0;

/// A page that only its script sends elsewhere is short, in bytes: a longer one is drawn by its scripts.
const MAX_SCRIPTED_BYTES: usize = 4 << 10;

/// Elements whose content doesn't count: it is no markup.
const SKIPPED: [&str; 2] = ["script", "style"];

/// Where the page `html` at `url` sends at once, if anywhere but to itself. What a page says to browsers without scripts counts
/// where it shows nothing else: then its scripts send there, too, or there is nothing to read in it.
pub(crate) fn target(html: &[u8], url: &Url) -> Option<Url> {
    let head = String::from_utf8_lossy(&html[..html.len().min(MAX_HEAD_BYTES)]);
    let is_whole = html.len() <= MAX_HEAD_BYTES;
    let mut scanner = MarkupScanner::new(&head);
    let by_script = if html.len() <= MAX_SCRIPTED_BYTES { script_target(&head, url) } else { None };
    let mut without_scripts = None;
    let mut place = Place::default();
    while let Some(token) = scanner.next() {
        match token {
            MarkupToken::Open(tag) if tag.name.eq_ignore_ascii_case("body") => {
                without_scripts.as_ref().or(by_script.as_ref())?;
                place.in_head = false;
            }
            MarkupToken::Open(tag) => {
                if let Some(skipped) = SKIPPED.iter().find(|name| tag.name.eq_ignore_ascii_case(name)) {
                    scanner.skip_element(skipped);
                } else if let Some(content) = refresh_content(&tag).filter(|_| place.in_head) {
                    if !place.in_noscript {
                        return in_field(&content, url);
                    }
                    without_scripts = without_scripts.or_else(|| in_field(&content, url));
                }
                place.enter(tag.name, true);
            }
            MarkupToken::Close(name) => place.enter(name, false),
            MarkupToken::Text(text) | MarkupToken::Literal(text) => {
                place.shows_text |= !place.in_noscript && !place.in_title && !text.trim().is_empty();
            }
            MarkupToken::Doctype(_) => {}
        }
    }
    without_scripts.or(by_script).filter(|_| is_whole && !place.shows_text)
}

/// Where the scripts of a page send by an address that stands in them as it is, if all send to one: `location = "…"`,
/// `location.href = "…"`, `location.replace("…")`, `location.assign("…")`.
fn script_target(html: &str, url: &Url) -> Option<Url> {
    let is_in_script = |at: usize| match (html[..at].rfind("<script"), html[..at].rfind("</script")) {
        (Some(open), close) => close.is_none_or(|close| close < open),
        (None, _) => false,
    };
    let mut targets = html
        .match_indices("location")
        .filter(|(at, _)| is_in_script(*at))
        .filter_map(|(at, word)| sent_to(&html[at + word.len()..]))
        .filter_map(|written| in_field(&format!("0;url={written}"), url));
    let first = targets.next()?;
    targets.all(|other| other == first).then_some(first)
}

/// The address in what follows `location` in a script, if it is assigned one that stands there as it is.
fn sent_to(rest: &str) -> Option<String> {
    let rest = rest.strip_prefix(".href").unwrap_or(rest);
    let call = || rest.strip_prefix(".replace(").or_else(|| rest.strip_prefix(".assign("));
    let value = call().or_else(|| rest.trim_start().strip_prefix('='))?.trim_start();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (address, behind) = value[1..].split_once(quote)?;
    // Templates escape the slashes of strings in scripts.
    let address = address.replace("\\/", "/");
    // What is put together of pieces is no address yet.
    let is_whole = !address.contains(['\\', '\n']) && !behind.trim_start().starts_with('+');
    is_whole.then_some(address)
}

/// Where in a page its scanner is.
struct Place {
    in_head: bool,
    in_noscript: bool,
    in_title: bool,
    /// Whether there has been text that browsers with scripts show.
    shows_text: bool,
}

impl Default for Place {
    fn default() -> Self {
        Self { in_head: true, in_noscript: false, in_title: false, shows_text: false }
    }
}

impl Place {
    /// Takes note of the beginning of an element, or of its end.
    fn enter(&mut self, name: &str, begins: bool) {
        if name.eq_ignore_ascii_case("noscript") {
            self.in_noscript = begins;
        } else if name.eq_ignore_ascii_case("title") {
            self.in_title = begins;
        }
    }
}

/// Where the value of a `Refresh` field of the answer of `url` sends at once, if anywhere but to itself.
pub(crate) fn in_field(value: &str, url: &Url) -> Option<Url> {
    let target = web_target(url, &address(value)?)?;
    let mut own = url.clone();
    own.set_fragment(None);
    (target != own).then_some(target)
}

/// The `content` of a `<meta>` tag whose `http-equiv` is `refresh`.
fn refresh_content(tag: &StartTag<'_>) -> Option<String> {
    let is_refresh = tag.name.eq_ignore_ascii_case("meta")
        && tag.attribute("http-equiv")?.trim().eq_ignore_ascii_case("refresh");
    if is_refresh { tag.attribute("content").map(Cow::into_owned) } else { None }
}

/// The address in `0; url='…'`, as the HTML Standard reads it (section 4.2.5.3), if its wait is short.
fn address(content: &str) -> Option<String> {
    let content = content.trim_start();
    let end = content.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(content.len());
    let wait: f64 = content[..end].parse().ok()?;
    let rest = content[end..].trim_start().trim_start_matches([';', ',']).trim_start();
    let rest = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            let after = rest[3..].trim_start();
            after.strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let address = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].split(quote).next().unwrap_or_default(),
        _ => rest,
    };
    let address = address.trim();
    (wait <= MAX_WAIT_SECONDS && !address.is_empty()).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sends_to(html: &str) -> Option<String> {
        let url = Url::parse("https://news.example/a/1").unwrap();
        target(html.as_bytes(), &url).map(String::from)
    }

    #[test]
    fn a_page_that_sends_elsewhere_at_once_is_followed() {
        let there = Some("https://news.example/a/2?x=1&y=2".to_owned());
        for head in [
            r#"<meta http-equiv="refresh" content="0; url=/a/2?x=1&amp;y=2">"#,
            r#"<META CONTENT='0;URL="2?x=1&y=2"' HTTP-EQUIV=Refresh>"#,
            "<meta http-equiv=refresh content=0;url=https://news.example/a/2?x=1&y=2#top>",
            r#"<!-- <meta http-equiv="refresh" content="0; url=/no"> --><meta http-equiv="refresh" content="1,2?x=1&y=2">"#,
        ] {
            assert_eq!(sends_to(head), there, "{head}");
        }
    }

    /// Work that grows with the square of the length would not end in the time of a test.
    #[test]
    fn a_head_of_openings_that_nothing_closes_is_read_once() {
        for opening in
            ["<!--<meta x", "<meta x", "<script>", "<noscript <!--", "<meta content=\"", "<meta content='<"]
        {
            assert_eq!(sends_to(&opening.repeat(MAX_HEAD_BYTES / opening.len())), None, "{opening}");
        }
    }

    #[test]
    fn what_is_said_to_browsers_without_scripts_counts_where_nothing_else_is_shown() {
        let refresh = r#"<noscript><meta http-equiv="refresh" content="0; url=/a/2"></noscript>"#;
        let script = r#"<script>location.replace("/a/2")</script>"#;
        for page in [
            format!("<head>{refresh}<title>news.example/a/2</title></head>{script}"),
            format!("<html><head>{script}{refresh}</head><body> <img src=wait.gif> </body></html>"),
            r#"<script>location.replace("https:\/\/news.example\/a\/2")</script>"#.to_owned(),
        ] {
            assert_eq!(sends_to(&page).as_deref(), Some("https://news.example/a/2"), "{page}");
        }
        for page in [
            format!("<head>{refresh}</head><body><p>The ferry runs again.</p></body>"),
            format!("<head>{refresh}</head><body></body>{}", " ".repeat(MAX_HEAD_BYTES)),
            format!("<body>{refresh}"),
        ] {
            assert_eq!(sends_to(&page), None, "{page}");
        }
    }

    #[test]
    fn a_page_that_shows_nothing_and_whose_script_sends_elsewhere_is_followed() {
        for script in [
            r#"window.location.replace("/a/2");"#,
            "location.href = 'https://news.example/a/2'",
            r#"if (top) { document.location = "/a/2" } else { location.assign('/a/2') }"#,
        ] {
            let page =
                format!("<html><head><title>Moved</title><script>{script}</script></head><body></body>");
            assert_eq!(sends_to(&page).as_deref(), Some("https://news.example/a/2"), "{script}");
        }
        for page in [
            r#"<script>location.href = "/a/2"</script><p>The ferry runs again.</p>"#.to_owned(),
            r#"<script>location.href = "/a/" + number</script>"#.to_owned(),
            r#"<script>if (mobile) location = "/m/1"; else location = "/a/2"</script>"#.to_owned(),
            r#"<script>if (location == "/a/2") location.reload()</script>"#.to_owned(),
            r#"<a onclick="location='/a/2'"></a>"#.to_owned(),
            format!(r#"<script>location = "/a/2"</script>{}"#, " ".repeat(MAX_SCRIPTED_BYTES)),
            r#"<script>location = "/a/1#top"</script>"#.to_owned(),
        ] {
            assert_eq!(sends_to(&page), None, "{page}");
        }
    }

    #[test]
    fn a_page_that_waits_or_means_itself_or_others_is_the_page() {
        for head in [
            r#"<meta http-equiv="refresh" content="300">"#,
            r#"<meta http-equiv="refresh" content="300; url=/a/2">"#,
            r#"<meta http-equiv="refresh" content="0; url=/a/1#top">"#,
            r#"<meta http-equiv="refresh" content="0; url=javascript:go()">"#,
            r#"<noscript><meta http-equiv="refresh" content="0; url=/noscript"></noscript><p>Text"#,
            r#"<script>'<meta http-equiv="refresh" content="0; url=/script">'</script>"#,
            r#"<meta name="refresh" content="0; url=/a/2">"#,
            r#"<body><meta http-equiv="refresh" content="0; url=/a/2">"#,
            "<meta http-equiv=refresh content>",
            "",
        ] {
            assert_eq!(sends_to(head), None, "{head}");
        }
    }
}
