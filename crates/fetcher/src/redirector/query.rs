//! Redirectors that carry the target in the query of their links, as it is, or in the path.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use url::{Position, Url};

/// The hosts of a redirector, without the `www.` or `m.` before them.
enum RedirectorHosts {
    /// Exactly these.
    Named(&'static [&'static str]),
    /// Every host below this domain.
    Below(&'static str),
    /// This name under any top-level domain, as in `www.google.co.kr`.
    AnyCountry(&'static str),
}

/// A redirector by the shape of its links.
struct QueryRedirector {
    hosts: RedirectorHosts,
    /// The path, or, ending in `*`, its beginning.
    path: &'static str,
    /// The parameters that may hold the target, the surest first.
    parameters: &'static [&'static str],
}

/// What alerts, search results, social networks and mail filters wrap links in. The shapes are those that their links show;
/// none is documented but Outlook's (Microsoft Defender for Office 365, "Safe Links").
const REDIRECTORS: [QueryRedirector; 33] = [
    QueryRedirector {
        hosts: RedirectorHosts::AnyCountry("google."),
        path: "/url",
        parameters: &["url", "q"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["bing.com", "cn.bing.com"]),
        path: "/news/apiclick.aspx",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["l.facebook.com", "lm.facebook.com", "facebook.com"]),
        path: "/l.php",
        parameters: &["u"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["facebook.com"]),
        path: "/flx/warn",
        parameters: &["u"],
    },
    QueryRedirector { hosts: RedirectorHosts::Named(&["l.instagram.com"]), path: "/", parameters: &["u"] },
    QueryRedirector {
        hosts: RedirectorHosts::Below("safelinks.protection.outlook.com"),
        path: "/*",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["statics.teams.cdn.office.net"]),
        path: "/evergreen-assets/safelinks/*",
        parameters: &["url"],
    },
    QueryRedirector { hosts: RedirectorHosts::AnyCountry("yandex."), path: "/turbo", parameters: &["text"] },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["sba.yandex.net"]),
        path: "/redirect",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["vk.com", "away.vk.com"]),
        path: "/away.php",
        parameters: &["to"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["youtube.com"]),
        path: "/redirect",
        parameters: &["q"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["ya.ru"]),
        path: "/clck/jsredir",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::AnyCountry("yandex."),
        path: "/clck/jsredir",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["duckduckgo.com"]),
        path: "/l/",
        parameters: &["uddg"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["linkedin.com"]),
        path: "/redir/redirect",
        parameters: &["url"],
    },
    QueryRedirector { hosts: RedirectorHosts::Named(&["t.me"]), path: "/iv", parameters: &["url"] },
    QueryRedirector { hosts: RedirectorHosts::Named(&["out.reddit.com"]), path: "/*", parameters: &["url"] },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["l.threads.net", "l.threads.com"]),
        path: "/",
        parameters: &["u"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["l.messenger.com"]),
        path: "/l.php",
        parameters: &["u"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["news.google.com"]),
        path: "/news/url",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["news.google.com"]),
        path: "/url",
        parameters: &["url", "q"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["slack-redir.net"]),
        path: "/link",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["steamcommunity.com"]),
        path: "/linkfilter/",
        parameters: &["url", "u"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["go.skimresources.com"]),
        path: "/",
        parameters: &["url"],
    },
    QueryRedirector { hosts: RedirectorHosts::Named(&["medium.com"]), path: "/r/", parameters: &["url"] },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["t.umblr.com"]),
        path: "/redirect",
        parameters: &["z"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["pinterest.com"]),
        path: "/offsite/",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["linkprotect.cudasvc.com"]),
        path: "/url",
        parameters: &["a"],
    },
    QueryRedirector { hosts: RedirectorHosts::Named(&["ok.ru"]), path: "/dk", parameters: &["st.link"] },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["link.zhihu.com", "link.csdn.net"]),
        path: "/",
        parameters: &["target"],
    },
    QueryRedirector { hosts: RedirectorHosts::Named(&["weibo.cn"]), path: "/sinaurl", parameters: &["u"] },
    QueryRedirector { hosts: RedirectorHosts::Named(&["douban.com"]), path: "/link2/", parameters: &["url"] },
    QueryRedirector { hosts: RedirectorHosts::Named(&["cr.naver.com"]), path: "/rd", parameters: &["u"] },
];

impl RedirectorHosts {
    fn hold(&self, host: &str) -> bool {
        match self {
            Self::Named(names) => names.contains(&host),
            Self::Below(domain) => host.strip_suffix(domain).is_some_and(|below| below.ends_with('.')),
            Self::AnyCountry(name) => host
                .strip_prefix(name)
                .is_some_and(|country| country.len() <= 6 && country.split('.').all(|part| part.len() <= 3)),
        }
    }
}

/// A host without what says that it is the web's or for telephones.
fn plain(host: &str) -> &str {
    ["www.", "m."].iter().find_map(|before| host.strip_prefix(before)).unwrap_or(host)
}

/// The address of the web on another host that `url` carries, if it is a link of a known shape.
pub(crate) fn carried(url: &Url) -> Option<Url> {
    let host = plain(url.host_str()?);
    let is_elsewhere = |target: &Url| {
        matches!(target.scheme(), "http" | "https")
            && target.host_str().is_some_and(|other| plain(other) != host)
    };
    if let Some(target) = in_path(host, url) {
        return Some(target).filter(is_elsewhere);
    }
    let path = url.path().trim_end_matches('/');
    let is_at = |known: &str| match known.strip_suffix('*') {
        Some(start) => url.path().starts_with(start),
        None => path == known.trim_end_matches('/'),
    };
    let known = REDIRECTORS.iter().find(|known| known.hosts.hold(host) && is_at(known.path))?;
    let values = known.parameters.iter().filter_map(|parameter| {
        url.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case(parameter)).map(|(_, value)| value)
    });
    let mut targets = values.filter_map(|value| address_in(&value));
    targets.find(is_elsewhere)
}

/// The address that a parameter holds; one that was escaped twice is escaped once more.
fn address_in(value: &str) -> Option<Url> {
    let is_escaped = value.split_once('%').is_some_and(|(scheme, _)| matches!(scheme, "http" | "https"));
    match is_escaped {
        true => Url::parse(&percent_encoding::percent_decode_str(value).decode_utf8().ok()?).ok(),
        false => Url::parse(value).ok(),
    }
}

/// The address in a link as a mail filter (`/v3/__https://host/path__;…`, and before that `/v2/url?u=https-3A__host_path`), a search
/// (`/RU=…/RK=2/`, `/ck/a?u=a1…`) and a viewer of AMP pages (`/amp/s/host/path`) write it.
fn in_path(host: &str, url: &Url) -> Option<Url> {
    match host {
        "urldefense.proofpoint.com" => {
            let (_, written) = url.query_pairs().find(|(name, _)| name == "u" && url.path() == "/v2/url")?;
            let escaped = written.replace('-', "%").replace('_', "/");
            Url::parse(&percent_encoding::percent_decode_str(&escaped).decode_utf8().ok()?).ok()
        }
        // "a1" says how the address is written: in base64 for addresses.
        "bing.com" if url.path() == "/ck/a" => {
            let (_, written) = url.query_pairs().find(|(name, _)| name == "u")?;
            let address =
                BASE64_URL_SAFE_NO_PAD.decode(written.strip_prefix("a1")?.trim_end_matches('=')).ok()?;
            Url::parse(std::str::from_utf8(&address).ok()?).ok()
        }
        _ if RedirectorHosts::AnyCountry("google.").hold(host) => {
            let page = url[Position::BeforePath..].strip_prefix("/amp/")?;
            let secure = page.strip_prefix("s/").map(|page| format!("https://{page}"));
            let target = Url::parse(&secure.unwrap_or_else(|| format!("http://{page}"))).ok()?;
            // "/amp/about" is a page of its own.
            target.host_str().is_some_and(|host| host.contains('.')).then_some(target)
        }
        "urldefense.com" => {
            let (target, _) = url[Position::BeforePath..].strip_prefix("/v3/__")?.rsplit_once("__;")?;
            Url::parse(target).ok()
        }
        "r.search.yahoo.com" => {
            let target = url.path().split('/').find_map(|part| part.strip_prefix("RU="))?;
            Url::parse(&percent_encoding::percent_decode_str(target).decode_utf8().ok()?).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Option<String> {
        carried(&Url::parse(url).unwrap()).map(String::from)
    }

    #[test]
    fn links_of_alerts_searches_networks_and_mail_filters_carry_their_target() {
        for link in [
            "https://www.google.com/url?rct=j&sa=t&url=https://news.example/a%3Fx%3D1&ct=ga",
            "https://www.google.co.kr/url?q=https://news.example/a%3Fx%3D1&sa=U",
            "http://www.bing.com/news/apiclick.aspx?ref=rss&url=https%3a%2f%2fnews.example%2fa%3fx%3d1&c=1",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&h=AT0",
            "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&data=05",
            "https://yandex.ru/turbo?text=https%3A//news.example/a%3Fx%3D1",
            "https://vk.com/away.php?to=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://yandex.ru/clck/jsredir?from=yandex.ru&url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://duckduckgo.com/l/?uddg=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&rut=1",
            "https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&urlhash=x",
            "https://t.me/iv?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&rhash=0",
            "https://urldefense.com/v3/__https://news.example/a?x=1__;!!abc!def$",
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__news.example_a-3Fx-3D1&d=DwMF&c=e",
            "https://www.google.com/amp/s/news.example/a?x=1",
            "https://r.search.yahoo.com/_ylt=Awr/RV=2/RE=1/RO=10/RU=https%3a%2f%2fnews.example%2fa%3fx%3d1/RK=2/RS=x-",
        ] {
            assert_eq!(target(link).as_deref(), Some("https://news.example/a?x=1"), "{link}");
        }
    }

    #[test]
    fn a_target_is_found_however_the_link_around_it_is_written() {
        let there = Some("https://news.example/a?x=1".to_owned());
        let found: Vec<(&str, Option<String>)> = [
            "https://google.com/url?q=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://www.google.com.hk/url?sa=t&source=web&rct=j&url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&ved=2a",
            "https://www.google.co.jp/url?url=https://news.example/a%3Fx%3D1",
            "http://www.google.com/url?sa=t&q=&url=https://news.example/a%3Fx%3D1",
            "https://www.google.com/url?q=news&url=https://news.example/a%3Fx%3D1",
            "https://www.google.com:443/url?URL=https://news.example/a%3Fx%3D1",
            "https://news.google.com/url?q=https://news.example/a%3Fx%3D1",
            "https://www.google.com/url/?q=https://news.example/a%3Fx%3D1",
            "https://www.google.com/url?q=https://news.example/a%3Fx%3D1%23top",
            "https://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=68&url=https%3a%2f%2fnews.example%2fa%3fx%3d1&c=12&mkt=ru-ru",
            "http://bing.com/news/apiclick.aspx?url=https%3a%2f%2fnews.example%2fa%3fx%3d1",
            "https://cn.bing.com/news/apiclick.aspx?url=https%3a%2f%2fnews.example%2fa%3fx%3d1",
            "https://www.bing.com/ck/a?!&&p=0a1b&ptn=3&u=a1aHR0cHM6Ly9uZXdzLmV4YW1wbGUvYT94PTE&ntb=1",
            "https://yandex.com/clck/jsredir?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&text=",
            "https://www.yandex.ru/clck/jsredir?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://ya.ru/clck/jsredir?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://m.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&h=AT1",
            "https://facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://www.facebook.com/flx/warn/?u=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&h=AT1",
            "https://l.facebook.com/l.php?h=AT1&s=1&u=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1%26fbclid%3DIwAR0",
            "https://nam10.safelinks.protection.outlook.com/?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&amp;data=05%7C02",
            "https://gbr01.safelinks.protection.outlook.com/GetUrlReputation?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://nam02.safelinks.protection.outlook.com/ap/w-59584e83/?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://apc01.safelinks.protection.outlook.com?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&locale=en",
            "https://vk.com/away.php?utf=1&to=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&cc_key=",
            "https://www.youtube.com/redirect?event=video_description&q=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://youtube.com/redirect?q=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1",
            "https://www.google.com/url?q=https%253A%252F%252Fnews.example%252Fa%253Fx%253D1",
        ]
        .into_iter()
        .map(|link| (link, target(link)))
        .collect();
        let wrong: Vec<_> = found
            .iter()
            .filter(|(link, target)| {
                let expected = match *link {
                    link if link.contains("%23top") => Some("https://news.example/a?x=1#top".to_owned()),
                    link if link.contains("fbclid") => {
                        Some("https://news.example/a?x=1&fbclid=IwAR0".to_owned())
                    }
                    _ => there.clone(),
                };
                *target != expected
            })
            .collect();
        assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
    }

    #[test]
    fn links_that_look_like_a_redirectors_are_none() {
        for link in [
            "https://google.com.news.example/url?q=https://other.example/a",
            "https://notgoogle.com/url?q=https://other.example/a",
            "https://www.google.example/url?q=https://other.example/a",
            "https://www.google.com/urls?q=https://other.example/a",
            "https://www.google.com/?url=https://other.example/a",
            "https://www.google.com/imgres?imgurl=https://other.example/a.jpg&imgrefurl=https://other.example/a",
            "https://www.google.com/url?q=other.example/a",
            "https://www.google.com/url?q=//other.example/a",
            "https://www.google.com/url?q=ftp://other.example/a",
            "https://www.google.com/url?q=https://",
            "https://www.google.com/url?q=https://www.google.com/search%3Fq=a",
            "https://www.bing.com/news/search?url=https://other.example/a",
            "https://www.bing.com/ck/a?u=a1bm90IGFuIGFkZHJlc3M",
            "https://www.bing.com/ck/a?u=a2aHR0cHM6Ly9uZXdzLmV4YW1wbGUv",
            "https://www.facebook.com/sharer.php?u=https://other.example/a",
            "https://www.facebook.com/sharer/sharer.php?u=https://other.example/a",
            "https://facebook.com.news.example/l.php?u=https://other.example/a",
            "https://outlook.com/?url=https://other.example/a",
            "https://safelinks.protection.outlook.com/?url=https://other.example/a",
            "https://yandex.ru/search?url=https://other.example/a",
            "https://news.example/clck/jsredir?url=https://other.example/a",
            "https://vk.com/share.php?url=https://other.example/a",
            "https://twitter.com/intent/tweet?url=https://other.example/a",
            "https://web.archive.org/save?url=https://other.example/a",
            "https://t.me/share/url?url=https://other.example/a",
        ] {
            assert_eq!(target(link), None, "{link}");
        }
    }

    #[test]
    fn every_host_and_parameter_of_the_table_carries_a_target() {
        for known in &REDIRECTORS {
            let hosts: Vec<String> = match known.hosts {
                RedirectorHosts::Named(names) => names.iter().map(|name| (*name).to_owned()).collect(),
                RedirectorHosts::Below(domain) => vec![format!("eur02.{domain}")],
                RedirectorHosts::AnyCountry(name) => {
                    ["com", "co.kr"].map(|country| format!("{name}{country}")).into()
                }
            };
            for (host, parameter) in
                hosts.iter().flat_map(|host| known.parameters.iter().map(move |one| (host, one)))
            {
                let path = known.path.replace('*', "t3_1");
                let link = format!(
                    "https://{host}{path}?b=q&{parameter}=https%3A%2F%2Fnews.example%2Fa%3Fx%3D1&c=d"
                );
                assert_eq!(target(&link).as_deref(), Some("https://news.example/a?x=1"), "{link}");
                let elsewhere = link.replacen(host.as_str(), "news.example", 1);
                assert_eq!(target(&elsewhere), None, "{elsewhere}");
            }
        }
    }

    #[test]
    fn other_links_and_targets_that_are_none_stay_what_they_are() {
        for link in [
            "https://www.google.com/search?url=https://news.example/a",
            "https://www.google.com/amp/",
            "https://www.google.com/amp/about",
            "https://medium.com/r/a?url=https://news.example/a",
            "https://www.google.com/url?url=/local",
            "https://www.google.com/url?url=javascript:alert(1)",
            "https://www.google.com/url?url=https://www.google.com/url",
            "https://www.google.news.example/url?url=https://news.example/a",
            "https://news.example/url?url=https://other.example/a",
            "https://safelinks.protection.outlook.com.news.example/?url=https://other.example/a",
        ] {
            assert_eq!(target(link), None, "{link}");
        }
    }
}
