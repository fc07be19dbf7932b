//! Which hub pushes a feed, as the feed and its server say (WebSub, section 4).

use dateline_wire::{HubLink, HubNews, SecretQuery};
use http::HeaderMap;
use url::Url;

use super::link_field::targets;
use crate::{
    client::web_target,
    feed::{FeedDocument, Warning},
};

/// What `document`, which came from `url` with `headers`, says about its hub. Links in the headers come first; those of the
/// document count only where the headers name none.
pub(crate) fn announcement(
    document: &FeedDocument,
    headers: &HeaderMap,
    url: &Url,
    secret_query: &SecretQuery,
) -> HubNews {
    let link = |hubs: &[String], topic: Option<&String>| link(hubs, topic, url, secret_query);
    let in_headers = link(&targets(headers, "hub"), targets(headers, "self").first());
    match in_headers.or_else(|| link(&document.hubs, document.self_link.as_ref())) {
        Some(link) => HubNews::Announced(link),
        // What was not read to its end may name one there.
        None if document.warnings.contains(&Warning::Truncated) => HubNews::Nothing,
        None => HubNews::Withdrawn,
    }
}

/// The hub to ask among several, and the topic. A hub without TLS is taken only for a feed without TLS: the secret that it is
/// told, and what it pushes, would pass in the clear. Addresses with something secret in them are nobody's business, least of all
/// the hub's.
fn link(hubs: &[String], topic: Option<&String>, base: &Url, secret_query: &SecretQuery) -> Option<HubLink> {
    let target = |reference| web_target(base, reference).filter(|url| !secret_query.is_secret_in(url));
    let topic = target(topic?)?;
    let hubs: Vec<Url> = hubs.iter().filter_map(|hub| target(hub)).collect();
    let secure = hubs.iter().find(|hub| hub.scheme() == "https");
    let any = || hubs.first().filter(|_| topic.scheme() == "http" && base.scheme() == "http");
    Some(HubLink { hub: secure.or_else(any)?.clone(), topic })
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    fn announced(hubs: &[&str], topic: Option<&str>, field: Option<&'static str>, url: &str) -> HubNews {
        let document = FeedDocument {
            hubs: hubs.iter().map(|hub| (*hub).to_owned()).collect(),
            self_link: topic.map(str::to_owned),
            ..FeedDocument::default()
        };
        let headers = field.map(|field| (header::LINK, HeaderValue::from_static(field)));
        announcement(
            &document,
            &HeaderMap::from_iter(headers),
            &Url::parse(url).unwrap(),
            &SecretQuery::default(),
        )
    }

    fn link(hub: &str, topic: &str) -> HubNews {
        HubNews::Announced(HubLink { hub: hub.parse().unwrap(), topic: topic.parse().unwrap() })
    }

    const FEED: &str = "https://news.example/rss";

    #[test]
    fn hub_and_self_are_taken_from_the_header_first_and_then_from_the_document() {
        let document = link("https://hub.example/", FEED);
        assert_eq!(announced(&["https://hub.example/"], Some(FEED), None, FEED), document);
        let field = Some("<https://other.example/hub>; rel=hub, </feed>; rel=self");
        let header = link("https://other.example/hub", "https://news.example/feed");
        assert_eq!(announced(&["https://hub.example/"], Some(FEED), field, FEED), header);
        let half = Some("<https://other.example/hub>; rel=hub");
        assert_eq!(announced(&["https://hub.example/"], Some(FEED), half, FEED), document);
    }

    #[test]
    fn a_hub_without_a_topic_or_the_other_way_round_is_none() {
        assert_eq!(announced(&["https://hub.example/"], None, None, FEED), HubNews::Withdrawn);
        assert_eq!(announced(&[], Some(FEED), None, FEED), HubNews::Withdrawn);
        assert_eq!(announced(&["mailto:hub@news.example"], Some(FEED), None, FEED), HubNews::Withdrawn);
    }

    #[test]
    fn a_topic_with_a_key_is_told_to_no_hub() {
        for topic in ["https://news.example/rss?key=abc", "https://me:pass@news.example/rss"] {
            assert_eq!(announced(&["https://hub.example/"], Some(topic), None, FEED), HubNews::Withdrawn);
        }
    }

    #[test]
    fn a_hub_with_tls_is_preferred_and_demanded_for_a_feed_with_tls() {
        let both = ["http://hub.example/", "https://hub.example/"];
        assert_eq!(announced(&both, Some(FEED), None, FEED), link("https://hub.example/", FEED));
        assert_eq!(announced(&both[..1], Some(FEED), None, FEED), HubNews::Withdrawn);
        let plain = "http://news.example/rss";
        assert_eq!(announced(&both[..1], Some(plain), None, plain), link("http://hub.example/", plain));
    }
}
