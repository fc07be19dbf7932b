//! Session and click ids in addresses: tokens that a server hands to each visitor, or an advertiser, a network or a mailing to each click, new
//! each time, and that tell nothing of the page.

use std::borrow::Cow;

/// The names by which server software writes its session ids into paths and queries, in lower case: Java servlets, PHP, ASP,
/// ASP.NET, ColdFusion, CGI, shops. The ASP name ends in letters of the server's choice.
const NAMES: [&str; 12] = [
    "jsessionid",
    "phpsessid",
    "aspsessionid",
    "asp.net_sessionid",
    "sessionid",
    "session_id",
    "cfid",
    "cftoken",
    "cgisessid",
    "oscsid",
    "xtcsid",
    "zenid",
];

/// The names of ids of one click or one reader, in lower case, from the documentation of those who add them, and of what only keeps caches
/// out.
const CLICKS: &[&str] = &[
    "fbclid",
    "gclid",
    "dclid",
    "gbraid",
    "wbraid",
    "srsltid",
    "_ga",
    "_gl",
    "msclkid",
    "yclid",
    "ysclid",
    "_openstat",
    "openstat",
    "twclid",
    "ttclid",
    "rdt_cid",
    "epik",
    "li_fat_id",
    "igshid",
    "igsh",
    "irclickid",
    "zanpid",
    "_branch_match_id",
    "wickedid",
    "rb_clid",
    "mc_eid",
    "mkt_tok",
    "oly_anon_id",
    "oly_enc_id",
    "vero_id",
    "usqp",
    "dicbo",
    "obclid",
    "tblci",
    "vmcid",
    "sscid",
    "cjevent",
    "sccid",
    "qclid",
    "mibextid",
    "__tn__",
    "nocache",
    "cachebuster",
];

/// Names that session ids share with other things, such as a section or a story.
const SHARED_NAMES: [&str; 5] = ["sid", "s", "session", "sess", "sessid"];

/// A shorter value of a shared name may mean anything.
const MIN_TOKEN_BYTES: usize = 12;

/// The length of a UUID with its hyphens (RFC 9562, section 4).
const UUID_BYTES: usize = 36;

/// `url` without session and click ids. Under a name that has other meanings only what looks like a token goes, and only where a number
/// elsewhere in the address still tells which page it is.
pub(crate) fn without_session(url: &str) -> Cow<'_, str> {
    let is_web = url.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
    if !is_web || !url.contains([';', '=', '(', '%']) {
        return Cow::Borrowed(url);
    }
    let (rest, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    // `/view;jsessionid=…/next` has the id in the middle.
    let mut kept = String::with_capacity(url.len());
    let mut left = path;
    while let Some((start, end)) = next_semicolon(left) {
        let part = &left[end..];
        kept.push_str(&left[..start]);
        if names_session(part) {
            let next = next_semicolon(part).map(|(next, _)| next).into_iter().chain(part.find('/')).min();
            left = next.map_or("", |next| &part[next..]);
        } else {
            kept.push_str(&left[start..end]);
            left = part;
        }
    }
    kept.push_str(left);
    if let Some(segment) = kept.split('/').skip(3).find(|segment| is_cookieless(segment)) {
        kept = kept.replacen(&format!("/{segment}"), "", 1);
    }
    let written: Vec<&str> =
        query.strip_prefix('?').map(|query| query.split('&').collect()).unwrap_or_default();
    let pairs: Vec<Cow<'_, str>> = written.iter().filter_map(|pair| without_named(pair)).collect();
    let tells = |pair: &str| {
        pair.split_once('=').is_some_and(|(_, value)| value.contains(|c: char| c.is_ascii_digit()))
    };
    let in_path = kept.splitn(4, '/').nth(3).is_some_and(|path| path.contains(|c: char| c.is_ascii_digit()));
    let is_session = |at: usize, pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.to_ascii_lowercase();
        is_named(&name)
            || CLICKS.contains(&name.as_str())
            || SHARED_NAMES.contains(&name.as_str())
                && is_token(value)
                && (in_path || pairs.iter().enumerate().any(|(other, pair)| other != at && tells(pair)))
    };
    let left: Vec<&str> = pairs
        .iter()
        .enumerate()
        .filter(|(at, pair)| !is_session(*at, pair))
        .map(|(_, pair)| &**pair)
        .collect();
    if kept.len() == path.len() && left == written {
        return Cow::Borrowed(url);
    }
    if !left.is_empty() {
        kept.push('?');
        kept.push_str(&left.join("&"));
    }
    kept.push_str(fragment);
    Cow::Owned(kept)
}

/// Whether a segment of a path is what ASP.NET puts there for visitors without cookies: parts like `S(…)` in brackets, of which S is the
/// session and A, F and the like say who is logged in (`HttpCookieMode`).
fn is_cookieless(segment: &str) -> bool {
    if !segment.starts_with(['(', '%']) {
        return false;
    }
    let plain = segment.replace("%28", "(").replace("%29", ")");
    let Some(inner) = plain.strip_prefix('(').and_then(|inner| inner.strip_suffix("))")) else {
        return false;
    };
    let mut has_session = false;
    let are_parts = inner.split(')').all(|part| {
        let Some((name, value)) = part.split_once('(') else { return false };
        let is_value = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        has_session |= name == "S" && value.len() >= MIN_TOKEN_BYTES;
        matches!(name.as_bytes(), [b'A'..=b'Z']) && !value.is_empty() && value.bytes().all(is_value)
    });
    are_parts && has_session
}

/// Where the first semicolon of a path stands, escaped or not.
fn next_semicolon(path: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = path[from..].find([';', '%']).map(|at| from + at) {
        let rest = &path[at..];
        if rest.starts_with(';') {
            return Some((at, at + 1));
        }
        if rest.get(..3).is_some_and(|escape| escape.eq_ignore_ascii_case("%3b")) {
            return Some((at, at + 3));
        }
        from = at + 1;
    }
    None
}

/// A pair of a query without what is a session's in it by its name, if anything is left: "id=7;jsessionid=…" has the path's parameter
/// behind the query, and some servers part all pairs by semicolons.
fn without_named(pair: &str) -> Option<Cow<'_, str>> {
    if !pair.split(';').any(names_session) {
        return Some(Cow::Borrowed(pair));
    }
    let kept: Vec<&str> = pair.split(';').filter(|part| !names_session(part)).collect();
    Some(kept.join(";")).filter(|kept| !kept.is_empty()).map(Cow::Owned)
}

/// Whether a parameter is a session's by its name.
fn names_session(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, _)| is_named(&name.to_ascii_lowercase()))
}

fn is_named(name: &str) -> bool {
    NAMES.contains(&name) || name.starts_with("aspsessionid")
}

/// Whether `value` is letters and digits without meaning.
fn is_token(value: &str) -> bool {
    let is_uuid =
        value.len() == UUID_BYTES && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_uuid
        || value.len() >= MIN_TOKEN_BYTES
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && value.bytes().any(|byte| byte.is_ascii_digit())
            && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_go_from_path_and_query() {
        for (url, kept) in [
            ("https://a.example/view;jsessionid=0A1B?id=7", "https://a.example/view?id=7"),
            ("https://a.example/view;jsessionid=0A1B/7.html", "https://a.example/view/7.html"),
            ("https://a.example/view?PHPSESSID=k2&id=7#top", "https://a.example/view?id=7#top"),
            ("https://a.example/7?phpsessid=k2", "https://a.example/7"),
            ("https://a.example/view%3Bjsessionid=0A1B?id=7", "https://a.example/view?id=7"),
            ("https://a.example/view;JSESSIONID=0A1B.node1;v=2/7", "https://a.example/view;v=2/7"),
            ("https://a.example/view?id=7;jsessionid=0A1B&p=2", "https://a.example/view?id=7&p=2"),
            ("https://a.example/view?p=2;jsessionid=0A1B;id=7", "https://a.example/view?p=2;id=7"),
            ("https://a.example/view?CGISESSID=0A1B;id=7", "https://a.example/view?id=7"),
            ("https://a.example/view%3Bjsessionid=0A1B%3Bid=7", "https://a.example/view%3Bid=7"),
            ("https://a.example/7?CGISESSID=0A1B;", "https://a.example/7"),
            ("https://a.example/7?nocache=1750223100&p=2", "https://a.example/7?p=2"),
            ("https://a.example/view?ASPSESSIONIDQQ=A1&id=7", "https://a.example/view?id=7"),
            (
                "https://a.example/view?id=7&sid=3f2a9c41d07be8553f2a9c41d07be855",
                "https://a.example/view?id=7",
            ),
            ("https://a.example/7?sid=0b7c7e52-5d0c-4f0e-9a55-3b1f0c2d4e6f", "https://a.example/7"),
            ("https://a.example/2025/ferry?s=3f2a9c41d07be855", "https://a.example/2025/ferry"),
            ("https://a.example/ferry?fbclid=IwAR0x&id=7&gclid=Cj0K", "https://a.example/ferry?id=7"),
            ("https://a.example/ferry?dicbo=v2-1f&tblci=GiB#top", "https://a.example/ferry#top"),
            ("https://a.example/ferry?zenid=a1&osCsid=b2", "https://a.example/ferry"),
            (
                "https://a.example/(S(lit3py55t21z5v55vlm25s55))/view.aspx?id=7",
                "https://a.example/view.aspx?id=7",
            ),
            ("https://a.example/news/(S(lit3py55t21z5v55vlm25s55))/7", "https://a.example/news/7"),
            ("https://a.example/(A(x-_1)S(lit3py55t21z5v55vlm25s55)F(q))/7#top", "https://a.example/7#top"),
            ("https://a.example/%28S%28lit3py55t21z5v55vlm25s55%29%29/7", "https://a.example/7"),
        ] {
            assert_eq!(without_session(url), kept);
            assert_eq!(without_session(kept), kept);
        }
    }

    #[test]
    fn what_tells_pages_apart_stays() {
        for url in [
            "https://a.example/list?sid=104&oid=001",
            "https://a.example/view?sid=3f2a9c41d07be8553f2a9c41d07be855",
            "https://a.example/view;v=2?id=7",
            "https://a.example/view%3Bv=2?id=7;w=3",
            "https://a.example/view?s=ferry+runs+again+after+storm&id=7",
            "https://a.example/view",
            "https://a.example/view?utm_source=rss&click=7",
            "https://a.example/(S(7))/view",
            "https://a.example/Storm_(S(lit3py55t21z5v55vlm25s55))",
            "https://a.example/(storm)/7",
            "https://a.example/%D0%BF/7",
            "tag:a.example;sessionid=7",
            "",
        ] {
            assert_eq!(without_session(url), url);
        }
    }
}
