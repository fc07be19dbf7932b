//! JSON as pages break it.

use std::borrow::Cow;

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
    serde_json::from_str(json).ok().or_else(|| serde_json::from_str(&repaired(json)).ok()).or_else(|| {
        // Several documents one after the other: the first counts.
        serde_json::Deserializer::from_str(json).into_iter::<Value>().next()?.ok()
    })
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

/// Mends, in one pass: line feeds and other control characters inside strings, backslashes that escape nothing, comments,
/// commas before a closing bracket or another comma, and a text that ends before its brackets are closed.
fn repaired(json: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(json.len() + 16);
    let mut open = Vec::new();
    let mut chars = json.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        if in_string {
            match c {
                '"' => {
                    in_string = false;
                    out.push('"');
                }
                '\\' => match chars.next() {
                    Some(escaped @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) => {
                        out.push('\\');
                        out.push(escaped);
                    }
                    Some(other) => out.push(other),
                    None => {}
                },
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push('"');
            }
            '/' if chars.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in chars.by_ref().skip(1) {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '/' if chars.peek() == Some(&'/') => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
            }
            '{' | '[' => {
                open.push(if c == '{' { '}' } else { ']' });
                out.push(c);
            }
            '}' | ']' => {
                drop_comma(&mut out);
                open.pop();
                out.push(c);
            }
            ',' => {
                drop_comma(&mut out);
                out.push(',');
            }
            c => out.push(c),
        }
    }
    if in_string {
        out.push('"');
    }
    drop_comma(&mut out);
    out.extend(open.into_iter().rev());
    out.into()
}

fn drop_comma(out: &mut String) {
    let kept = out.trim_end().trim_end_matches(',').len();
    if kept < out.trim_end().len() {
        out.truncate(kept);
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
