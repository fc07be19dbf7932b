//! `Retry-After` as servers write it: the wait that a page's failure passes on.

use std::time::Duration;

use dateline_fetcher::PageFailure;

use crate::support::*;

/// The wait in seconds that a server asks for with `fields`, asked at eight on Monday by its own clock.
async fn wait(fields: &[(&str, &str)]) -> Option<u64> {
    let reply = Reply::new(503, fields, "");
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/robots.txt" => Reply::status(404),
        _ => reply.clone(),
    })
    .await;
    let fetcher = fetcher(settings(&["news.example"], server.address));
    match fetcher.page(&url("http://news.example/1")).await.unwrap_err().failure {
        PageFailure::Status { retry_after, .. } => retry_after.map(|wait| wait.as_secs()),
        other => panic!("{other}"),
    }
}

/// Fields of an answer, and the wait in seconds that they ask for.
type Case<'f> = (&'f [(&'f str, &'f str)], Option<u64>);

/// The cases whose wait is another than expected. A wait until a moment of our own clock is less by what the test has taken so far.
async fn wrong_of(cases: &[Case<'_>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (fields, expected) in cases {
        let found = wait(fields).await;
        let is_near = |found: u64, expected: u64| (expected.saturating_sub(45)..=expected).contains(&found);
        if !(found == *expected || found.zip(*expected).is_some_and(|(one, other)| is_near(one, other))) {
            wrong.push(format!("{fields:?}: {found:?}, not {expected:?}"));
        }
    }
    wrong
}

#[tokio::test]
async fn a_date_counts_from_the_clock_of_the_server_whatever_that_shows() {
    let wrong = wrong_of(&[
        (
            &[("date", "Mon, 02 Mar 2026 10:00:00 GMT"), ("retry-after", "Mon, 02 Mar 2026 10:02:00 GMT")],
            Some(120),
        ),
        (
            &[("date", "Fri, 27 Feb 2026 08:00:00 GMT"), ("retry-after", "Fri, 27 Feb 2026 08:02:00 GMT")],
            Some(120),
        ),
        (
            &[("date", "Thu, 01 Jan 1970 00:00:07 GMT"), ("retry-after", "Thu, 01 Jan 1970 00:02:07 GMT")],
            Some(120),
        ),
        (
            &[("date", "Tue, 02 Mar 2038 08:00:00 GMT"), ("retry-after", "Tue, 02 Mar 2038 08:02:00 GMT")],
            Some(120),
        ),
        // An answer out of a cache is older than its date says by its age (RFC 9111, section 4.2.3).
        (
            &[
                ("date", "Mon, 02 Mar 2026 07:50:00 GMT"),
                ("age", "600"),
                ("retry-after", "Mon, 02 Mar 2026 08:02:00 GMT"),
            ],
            Some(120),
        ),
        (
            &[
                ("date", "Mon, 02 Mar 2026 07:50:00 GMT"),
                ("age", "900"),
                ("retry-after", "Mon, 02 Mar 2026 08:02:00 GMT"),
            ],
            Some(0),
        ),
        // A date that is none says nothing of the server's clock.
        (&[("date", "today"), ("retry-after", "Mon, 02 Mar 2026 08:02:00 GMT")], Some(120)),
        (&[("retry-after", "Mon, 02 Mar 2026 08:02:00 GMT")], Some(120)),
        (
            &[("date", "Mon, 02 Mar 2026 10:00:00 GMT"), ("retry-after", "Mon, 02 Mar 2026 09:00:00 GMT")],
            Some(0),
        ),
        (&[("retry-after", "Mon, 02 Mar 2026 07:00:00 GMT")], Some(0)),
    ])
    .await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_date_is_read_in_every_form_that_says_when() {
    let forms = [
        "Mon, 02 Mar 2026 08:02:00 GMT",
        "Monday, 02-Mar-26 08:02:00 GMT",
        "Mon Mar  2 08:02:00 2026",
        "Mon, 2 Mar 2026 08:02:00 GMT",
        "mon, 02 mar 2026 08:02:00 gmt",
        "Tue, 02 Mar 2026 08:02:00 GMT",
        "02 Mar 2026 08:02:00 GMT",
        "Mon, 02-Mar-2026 08:02:00 GMT",
        "Mon, 02 Mar 2026 08:02:00 UTC",
        "Mon, 02 Mar 2026 08:02:00 +0000",
        "Mon, 02 Mar 2026 17:02:00 +0900",
        "2026-03-02T08:02:00Z",
        "2026-03-02T17:02:00+09:00",
    ];
    let mut wrong = Vec::new();
    for form in forms {
        wrong.extend(wrong_of(&[(&[("retry-after", form)], Some(120))]).await);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn seconds_are_whole_and_what_is_no_wait_is_none() {
    let most = Duration::from_secs(6 * 3600).as_secs();
    let cases = [
        ("120", Some(120)),
        (" 120 ", Some(120)),
        ("0120", Some(120)),
        ("+120", Some(120)),
        ("120.0", Some(120)),
        ("119.2", Some(120)),
        ("\"120\"", Some(120)),
        ("120s", Some(120)),
        ("120 seconds", Some(120)),
        ("0", Some(0)),
        ("99999999", Some(most)),
        ("99999999999999999999999999", Some(most)),
        ("-5", None),
        ("-0.5", None),
        ("1e3", None),
        ("NaN", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("120 monkeys", None),
        ("2026", Some(2026)),
        ("20260302", Some(most)),
    ];
    let mut wrong = Vec::new();
    for (value, expected) in cases {
        wrong.extend(wrong_of(&[(&[("retry-after", value)], expected)]).await);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn of_several_waits_the_longest_is_kept() {
    let wrong = wrong_of(&[
        (&[("retry-after", "60"), ("retry-after", "120")], Some(120)),
        (&[("retry-after", "120"), ("retry-after", "60")], Some(120)),
        (&[("retry-after", "soon"), ("retry-after", "120")], Some(120)),
        (&[("retry-after", ""), ("retry-after", "120")], Some(120)),
        (&[("retry-after", "120"), ("retry-after", "-1")], Some(120)),
        (&[("retry-after", "60, 120")], Some(120)),
        (&[("retry-after", "120,60")], Some(120)),
        (&[("retry-after", "Mon, 02 Mar 2026 08:01:00 GMT"), ("retry-after", "120")], Some(120)),
        (&[("retry-after", "60"), ("retry-after", "Mon, 02 Mar 2026 08:02:00 GMT")], Some(120)),
    ])
    .await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}
