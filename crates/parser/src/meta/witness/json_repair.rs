//! JSON as pages hide and break it.

use dateline_text::json;
use serde_json::Value;

/// A script with more is data of an application, not a description of an article.
const MAX_BYTES: usize = 1 << 20;

/// Reads a script's JSON, after repair where it needs one. serde_json gives up beyond 128 levels, so that no nesting can
/// exhaust the stack here or in whoever walks the value.
pub(super) fn read(raw: &str) -> Option<Value> {
    let json = unwrapped(raw);
    if json.len() > MAX_BYTES {
        return None;
    }
    serde_json::from_str(json).ok().or_else(|| serde_json::from_str(&json::repair(json).text).ok()).or_else(
        || {
            // Several documents one after the other: the first counts.
            serde_json::Deserializer::from_str(json).into_iter::<Value>().next()?.ok()
        },
    )
}

/// Without the comment or CDATA marks that hide a script from old browsers and XML parsers.
fn unwrapped(raw: &str) -> &str {
    let mut json = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    loop {
        let before = json;
        for start in ["<!--", "<![CDATA[", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */"]
        {
            json = json.strip_prefix(start).unwrap_or(json).trim_start();
        }
        for end in ["-->", "//-->", "]]>", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", ";"] {
            json = json.strip_suffix(end).unwrap_or(json).trim_end();
        }
        if json == before {
            return json;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn headline(raw: &str) -> Option<String> {
        Some(read(raw)?.get("headline")?.as_str()?.to_owned())
    }

    #[test]
    fn sound_json_is_read_as_it_is() {
        assert_eq!(headline(r#"{"headline": "Ferry runs"}"#).as_deref(), Some("Ferry runs"));
    }

    #[test]
    fn what_pages_break_is_mended() {
        for broken in [
            "<!-- {\"headline\": \"Ferry runs\"} -->",
            "//<![CDATA[\n{\"headline\": \"Ferry runs\"}\n//]]>",
            "{\"headline\": \"Ferry runs\",}",
            "{\"a\": [1, 2,], \"headline\": \"Ferry runs\"};",
            "{\"headline\": \"Ferry\nruns\"}",
            "{/* made by a template */ \"headline\": \"Ferry runs\" // the title\n}",
            "{\"a\": \"it\\'s\", \"headline\": \"Ferry runs\"}",
            "{\"headline\": \"Ferry runs\", \"author\": {\"name\": \"A",
            "{\"a\": 1,, \"headline\": \"Ferry runs\"}",
            "{'@type': 'NewsArticle', 'headline': 'Ferry runs'}",
        ] {
            assert_eq!(headline(broken).as_deref(), Some("Ferry runs"), "{broken}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        assert_eq!(read(&"[".repeat(100_000)), None);
        assert_eq!(read(&"{\"a\":".repeat(100_000)), None);
    }
}
