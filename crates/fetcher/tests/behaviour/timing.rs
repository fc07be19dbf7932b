//! When the next poll comes, by what the server and the feed say.

use crate::support::*;

async fn minutes_after(headers: &'static [(&'static str, &'static str)], channel: &str) -> i64 {
    let body = FEED.replace("<title>Harbour news</title>", &format!("<title>Harbour news</title>{channel}"));
    let mut all = vec![("content-type", "application/rss+xml")];
    all.extend_from_slice(headers);
    let server = Server::always(Reply::new(200, &all, body)).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    minutes_until_next(&poll(&fetcher, &feed("http://news.example/feed.xml")).await.feed)
}

#[tokio::test]
async fn without_a_word_from_anybody_the_configured_latency_decides() {
    let minutes = minutes_after(&[], "").await;
    assert!((15..=17).contains(&minutes), "{minutes}");
}

#[tokio::test]
async fn max_age_and_expires_are_waited_out_within_the_bounds() {
    for (header, least, most) in [
        (("cache-control", "max-age=3600"), 60, 66),
        (("cache-control", "max-age=60"), 15, 17),
        (("cache-control", "max-age=31536000"), 360, 360),
        (("expires", "Mon, 02 Mar 2026 10:00:00 GMT"), 119, 133),
    ] {
        let header: &'static [_] = Box::leak(Box::new([header]));
        let minutes = minutes_after(header, "").await;
        assert!((least..=most).contains(&minutes), "{header:?}: {minutes}");
    }
}

#[tokio::test]
async fn max_age_on_a_304_counts_as_well() {
    let server = Server::start(|asked| match asked.header("if-none-match") {
        None => Reply::feed(&[("etag", "\"1\""), ("cache-control", "max-age=900")]),
        Some(_) => Reply::new(304, &[("cache-control", "max-age=7200")], ""),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let first = poll(&fetcher, &feed("http://news.example/feed.xml")).await;
    let second = poll(&fetcher, &first.feed).await;
    assert!((120..=133).contains(&minutes_until_next(&second.feed)));
}

#[tokio::test]
async fn ttl_and_syndication_periods_are_kept_to() {
    let minutes = minutes_after(&[], "<ttl>120</ttl>").await;
    assert!((120..=132).contains(&minutes), "{minutes}");
    let syndication =
        "<sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>hourly</sy:updatePeriod>";
    let minutes = minutes_after(&[], syndication).await;
    assert!((60..=67).contains(&minutes), "{minutes}");
}

#[tokio::test]
async fn skipped_hours_and_days_are_waited_out() {
    // It is Monday, eight o'clock.
    let minutes = minutes_after(&[], "<skipHours><hour>8</hour><hour>9</hour></skipHours>").await;
    assert_eq!(minutes, 120);
    let minutes = minutes_after(&[], "<skipDays><day>Monday</day></skipDays>").await;
    assert_eq!(minutes, 16 * 60);
}

#[tokio::test]
async fn first_polls_are_spread_and_repeatable() {
    let server = Server::always(Reply::feed(&[])).await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    let starts: Vec<i64> = (0..600)
        .map(|number| {
            let state = feed(&format!("http://news.example/{number}.xml"));
            let start = fetcher.first_poll(&state.id, monday());
            assert_eq!(start, fetcher.first_poll(&state.id, monday()));
            start.duration_since(monday()).as_secs()
        })
        .collect();
    for ten_seconds in 0..6 {
        let count = starts.iter().filter(|start| **start / 10 == ten_seconds).count();
        assert!((70..=130).contains(&count), "{count} of 600 in a sixth of the minute");
    }
}
