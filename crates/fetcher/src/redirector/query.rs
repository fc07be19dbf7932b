//! Redirectors that carry the target in the query of their links, as it is, or in the path.

use url::{Position, Url};

/// The hosts of a redirector.
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
const REDIRECTORS: [QueryRedirector; 29] = [
    QueryRedirector {
        hosts: RedirectorHosts::AnyCountry("www.google."),
        path: "/url",
        parameters: &["url", "q"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["www.bing.com"]),
        path: "/news/apiclick.aspx",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["l.facebook.com", "lm.facebook.com", "www.facebook.com"]),
        path: "/l.php",
        parameters: &["u"],
    },
    QueryRedirector { hosts: RedirectorHosts::Named(&["l.instagram.com"]), path: "/", parameters: &["u"] },
    QueryRedirector {
        hosts: RedirectorHosts::Below("safelinks.protection.outlook.com"),
        path: "/",
        parameters: &["url"],
    },
    QueryRedirector { hosts: RedirectorHosts::AnyCountry("yandex."), path: "/turbo", parameters: &["text"] },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["sba.yandex.net"]),
        path: "/redirect",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["vk.com", "m.vk.com", "away.vk.com"]),
        path: "/away.php",
        parameters: &["to"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["www.youtube.com"]),
        path: "/redirect",
        parameters: &["q"],
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
        hosts: RedirectorHosts::Named(&["www.linkedin.com"]),
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
        hosts: RedirectorHosts::Named(&["www.pinterest.com"]),
        path: "/offsite/",
        parameters: &["url"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["linkprotect.cudasvc.com"]),
        path: "/url",
        parameters: &["a"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["ok.ru", "m.ok.ru"]),
        path: "/dk",
        parameters: &["st.link"],
    },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["link.zhihu.com", "link.csdn.net"]),
        path: "/",
        parameters: &["target"],
    },
    QueryRedirector { hosts: RedirectorHosts::Named(&["weibo.cn"]), path: "/sinaurl", parameters: &["u"] },
    QueryRedirector {
        hosts: RedirectorHosts::Named(&["www.douban.com"]),
        path: "/link2/",
        parameters: &["url"],
    },
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

/// The address of the web on another host that `url` carries, if it is a link of a known shape.
pub(crate) fn carried(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let is_elsewhere = |target: &Url| {
        matches!(target.scheme(), "http" | "https") && target.host_str().is_some_and(|other| other != host)
    };
    if let Some(target) = in_path(host, url) {
        return Some(target).filter(is_elsewhere);
    }
    let is_at = |path: &str| match path.strip_suffix('*') {
        Some(start) => url.path().starts_with(start),
        None => url.path() == path,
    };
    let known = REDIRECTORS.iter().find(|known| known.hosts.hold(host) && is_at(known.path))?;
    let values = known.parameters.iter().filter_map(|parameter| {
        url.query_pairs().find(|(name, _)| name == parameter).map(|(_, value)| value)
    });
    let mut targets = values.filter_map(|value| Url::parse(&value).ok());
    targets.find(is_elsewhere)
}

/// The address in a link as a mail filter (`/v3/__https://host/path__;…`, and before that `/v2/url?u=https-3A__host_path`), a search
/// (`/RU=…/RK=2/`) and a viewer of AMP pages (`/amp/s/host/path`) write it.
fn in_path(host: &str, url: &Url) -> Option<Url> {
    match host {
        "urldefense.proofpoint.com" => {
            let (_, written) = url.query_pairs().find(|(name, _)| name == "u" && url.path() == "/v2/url")?;
            let escaped = written.replace('-', "%").replace('_', "/");
            Url::parse(&percent_encoding::percent_decode_str(&escaped).decode_utf8().ok()?).ok()
        }
        _ if RedirectorHosts::AnyCountry("www.google.").hold(host) => {
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
