use dateline_wire::{Entry, EntryId, FeedRef, SecretQuery};
use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3600;

fn settings() -> PollSettings {
    PollSettings::default()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn at(hours: f64) -> Timestamp {
    let start: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs((hours * HOUR as f64) as i64)
}

fn feed() -> FeedState {
    let address = url("https://news.example/feed.xml");
    FeedState::new(&FeedRef::new(&address, None, &SecretQuery::default()), at(0.0))
}

#[test]
fn a_feed_whose_interval_was_made_shorter_waits_no_longer_than_that_allows() {
    let quiet = FeedState { last_poll: Some(at(0.0)), next_poll: at(6.0), ..feed() };
    assert_eq!(within_interval(&quiet, 0.5, &settings()), at(6.0), "as it was decided");
    let shorter = PollSettings { max_interval: Duration::from_secs(3600), ..settings() };
    let next = within_interval(&quiet, 0.5, &shorter);
    assert!(next > at(0.9) && next < at(1.0), "{next}");
    assert_eq!(within_interval(&FeedState { next_poll: at(0.5), ..quiet.clone() }, 0.5, &shorter), at(0.5));
    for waits in [
        FeedState { failures: 1, last_status: Some(503), ..quiet.clone() },
        FeedState { retired: true, ..quiet.clone() },
        FeedState { last_poll: None, ..quiet },
    ] {
        assert_eq!(within_interval(&waits, 0.5, &shorter), at(6.0), "not for its interval");
    }
}

#[test]
fn a_failing_feed_whose_interval_was_made_shorter_waits_no_longer_than_its_back_off_is_by_then() {
    let minutes = |minutes: f64| at(minutes / 60.0);
    let shorter = PollSettings { min_interval: Duration::from_secs(60), ..settings() };
    let failing = FeedState { last_poll: Some(at(0.0)), failures: 3, next_poll: minutes(20.0), ..feed() };
    assert_eq!(within_interval(&failing, 0.0, &settings()), minutes(20.0), "as it was decided");
    assert_eq!(within_interval(&failing, 0.0, &shorter), minutes(4.0));
    let soon = FeedState { next_poll: minutes(2.0), ..failing.clone() };
    assert_eq!(within_interval(&soon, 0.0, &shorter), minutes(2.0), "never later");
    let refused = FeedState { last_status: Some(403), next_poll: at(4.0), ..failing };
    assert_eq!(within_interval(&refused, 0.0, &shorter), minutes(48.0));
    assert_eq!(within_interval(&refused, 0.0, &settings()), at(4.0), "it was refused");
}

fn exchange(outcome: ExchangeOutcome) -> PollExchange {
    PollExchange { status: Some(200), failure: None, moved_to: None, fresh_for: None, outcome }
}

fn unchanged() -> ExchangeOutcome {
    ExchangeOutcome::Unchanged { validators: Validators::default() }
}

fn failed() -> ExchangeOutcome {
    ExchangeOutcome::Failed { failure: FetchFailure::of_status(HttpStatus(502)), retry_after: None }
}

/// Entries numbered `numbers`, each dated `hours` times its number after the start.
fn entries(numbers: std::ops::Range<i64>, hours: f64) -> Vec<Entry> {
    numbers
        .map(|number| Entry {
            published: Some(at(hours * number as f64)),
            ..Entry::new(EntryId::of_guid(&format!("entry {number}")))
        })
        .rev()
        .collect()
}

fn read_with(entries: &[Entry], hints: PollHints, now: Timestamp) -> ExchangeOutcome {
    ExchangeOutcome::Read {
        validators: Validators::default(),
        body_sha256: None,
        hints,
        reading: RhythmReading::of(entries, now),
    }
}

fn read(entries: &[Entry], now: Timestamp) -> ExchangeOutcome {
    read_with(entries, PollHints::default(), now)
}

/// The state after `outcome` at `now`, and the kinds told.
fn step(state: &FeedState, outcome: ExchangeOutcome, now: Timestamp) -> (FeedState, Vec<HealthKind>) {
    let (state, told) = after(state, exchange(outcome), now, 0.0, &settings());
    (state, told.into_iter().map(|told| told.kind).collect())
}

/// `state`, as if it were due at `now`.
fn due(state: &FeedState, now: Timestamp) -> FeedState {
    FeedState { next_poll: now, ..state.clone() }
}

fn minutes_until_next(state: &FeedState) -> i64 {
    state.next_poll.duration_since(state.last_poll.unwrap()).as_mins()
}

#[test]
fn a_busy_feed_is_asked_about_as_often_as_the_latency_and_a_quiet_one_rarely() {
    let busy = step(&feed(), read(&entries(0..40, 0.5), at(20.0)), at(20.0)).0;
    assert_eq!(minutes_until_next(&busy), 15 + 3);
    let daily = step(&feed(), read(&entries(0..40, 24.0), at(940.0)), at(940.0)).0;
    assert_eq!(minutes_until_next(&daily), 15 + 144);
    let yearly = step(&feed(), read(&entries(0..10, 8760.0), at(80_000.0)), at(80_000.0)).0;
    assert_eq!(minutes_until_next(&yearly), 6 * 60);
}

#[test]
fn a_feed_that_falls_quiet_is_asked_ever_more_rarely() {
    let mut state = step(&feed(), read(&entries(0..40, 0.5), at(20.0)), at(20.0)).0;
    let mut before = minutes_until_next(&state);
    for hours in [30.0, 40.0, 60.0] {
        state = step(&state, unchanged(), at(hours)).0;
        assert!(minutes_until_next(&state) > before);
        before = minutes_until_next(&state);
    }
}

#[test]
fn a_feed_whose_entries_stay_listed_for_minutes_is_asked_before_they_go() {
    // Ten entries, one a minute: after ten minutes all of them are others.
    let state = step(&feed(), read(&entries(0..11, 1.0 / 60.0), at(0.2)), at(0.2)).0;
    assert_eq!(minutes_until_next(&state), 5);
}

#[test]
fn what_the_feed_announces_is_kept_to_unless_entries_would_be_lost() {
    let hourly = PollHints { ttl: Some(3600), ..PollHints::default() };
    let daily = PollHints { update_period: Some(86_400), ..PollHints::default() };
    let calm = entries(0..40, 0.5);
    let state = step(&feed(), read_with(&calm, hourly, at(20.0)), at(20.0)).0;
    assert_eq!(minutes_until_next(&state), 60);
    let state = step(&feed(), read_with(&calm, daily, at(20.0)), at(20.0)).0;
    assert_eq!(minutes_until_next(&state), 360, "the configured bound holds");
    let hurried = step(&feed(), read_with(&entries(0..11, 1.0 / 60.0), hourly, at(0.2)), at(0.2)).0;
    assert_eq!(minutes_until_next(&hurried), 5);
}

#[test]
fn an_answer_that_is_fresh_is_not_asked_for_again_before_it_is_stale_also_after_a_304() {
    let fresh = |outcome| PollExchange { fresh_for: Some(Duration::from_secs(7200)), ..exchange(outcome) };
    let busy = entries(0..40, 0.5);
    let (state, _) = after(&feed(), fresh(read(&busy, at(20.0))), at(20.0), 0.0, &settings());
    assert_eq!(minutes_until_next(&state), 120);
    let (state, _) = after(&state, fresh(unchanged()), at(22.0), 0.0, &settings());
    assert_eq!(minutes_until_next(&state), 120);
    let for_a_year =
        PollExchange { fresh_for: Some(Duration::from_secs(31_536_000)), ..exchange(unchanged()) };
    let (state, _) = after(&state, for_a_year, at(24.0), 0.9, &settings());
    assert_eq!(minutes_until_next(&state), 360, "the configured bound holds");
}

#[test]
fn skipped_hours_are_waited_out() {
    let hints = PollHints { skip_hours: 0b110, ..PollHints::default() };
    let state = step(&feed(), read_with(&entries(0..40, 0.5), hints, at(24.9)), at(24.9)).0;
    assert_eq!(state.next_poll, at(27.0));
}

#[test]
fn failures_back_off_exponentially_to_a_cap_and_a_success_ends_that() {
    let mut state = feed();
    let mut waits = Vec::new();
    for _ in 0..12 {
        state = step(&state, failed(), at(0.0)).0;
        waits.push(minutes_until_next(&state));
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440]);
    assert_eq!(state.failures, 12);
    assert_eq!(state.last_error, Some(FetchFailure::of_status(HttpStatus(502))));
    let state = step(&state, unchanged(), at(1.0)).0;
    assert_eq!((state.failures, state.last_error), (0, None));
}

#[test]
fn a_refusal_slows_down_far_more_than_a_failure() {
    let state = step(
        &feed(),
        ExchangeOutcome::Refused { failure: FetchFailure::of_status(HttpStatus(403)) },
        at(0.0),
    )
    .0;
    assert_eq!(minutes_until_next(&state), 60);
}

#[test]
fn retry_after_is_obeyed_where_it_asks_for_more_than_the_back_off() {
    let busy = |seconds| ExchangeOutcome::Failed {
        failure: FetchFailure::of_status(HttpStatus(429)),
        retry_after: Some(Duration::from_secs(seconds)),
    };
    assert_eq!(minutes_until_next(&step(&feed(), busy(5400), at(0.0)).0), 90);
    assert_eq!(minutes_until_next(&step(&feed(), busy(1), at(0.0)).0), 5);
}

#[test]
fn a_poll_that_was_put_off_changes_nothing_but_the_time() {
    let state = step(&feed(), failed(), at(0.0)).0;
    let (put_off, told) = step(&state, ExchangeOutcome::Resting { until: at(3.0) }, state.next_poll);
    assert!(told.is_empty());
    assert_eq!(put_off, FeedState { next_poll: at(3.0), ..state });
}

#[test]
fn a_feed_that_is_gone_says_so_once_and_is_asked_once_a_week() {
    let week = 7.0 * 24.0;
    let (mut state, told) = step(&feed(), ExchangeOutcome::Gone, at(0.0));
    assert_eq!(told, [HealthKind::Dead]);
    for number in 1..4 {
        assert!(state.retired);
        assert_eq!(state.next_poll, at(f64::from(number) * week));
        let now = state.next_poll;
        let (next, told) = step(&state, ExchangeOutcome::Gone, now);
        assert!(told.is_empty(), "{told:?}");
        state = next;
    }
    let later = after(&state, exchange(ExchangeOutcome::Gone), at(0.0), 0.9, &settings()).0;
    assert!(later.next_poll > at(week), "feeds that went together do not come back together");
}

#[test]
fn a_feed_that_is_gone_comes_back_with_an_answer_and_with_no_other_sign_of_life() {
    let gone = step(&feed(), ExchangeOutcome::Gone, at(0.0)).0;
    let (gone, told) = step(&gone, failed(), at(168.0));
    assert!(gone.retired && told.is_empty(), "{told:?}");
    assert_eq!(gone.next_poll, at(336.0));
    let (back, told) = step(&gone, read(&entries(600..640, 0.5), at(336.0)), at(336.0));
    assert_eq!(told, [HealthKind::Recovered]);
    assert!(!back.retired);
    assert!(minutes_until_next(&back) <= 6 * 60);
    assert_eq!((back.failures, back.last_error), (0, None));
}

#[test]
fn a_feed_that_is_revived_is_asked_like_any_other_until_it_is_gone_again() {
    let mut state = step(&feed(), ExchangeOutcome::Gone, at(0.0)).0;
    state.revive(at(1.0));
    let failing = step(&state, failed(), at(1.0)).0;
    assert_eq!(minutes_until_next(&failing), 5);
    let (gone, told) = step(&state, ExchangeOutcome::Gone, at(1.0));
    assert!(gone.retired && told.is_empty(), "{told:?}");
}

#[test]
fn a_feed_that_fails_for_days_is_dead_once_and_recovers_once() {
    let mut state = feed();
    let mut told = Vec::new();
    for day in 0..20 {
        let now = at(24.0 * f64::from(day));
        let (next, kinds) = step(&due(&state, now), failed(), now);
        state = next;
        told.extend(kinds);
    }
    assert_eq!(told, [HealthKind::Dead]);
    let (state, told) = step(&state, unchanged(), at(500.0));
    assert_eq!(told, [HealthKind::Recovered]);
    assert!(step(&state, unchanged(), at(501.0)).1.is_empty());
}

#[test]
fn time_during_which_nothing_was_asked_is_no_failure_and_no_move() {
    let moved = || PollExchange { moved_to: Some(url("https://b.example/")), ..exchange(unchanged()) };
    let mut failing = step(&feed(), failed(), at(0.0)).0;
    let mut moving = after(&feed(), moved(), at(0.0), 0.0, &settings()).0;
    for week in 1..10 {
        let now = at(168.0 * f64::from(week));
        let (next, told) = step(&failing, failed(), now);
        assert!(told.is_empty(), "{told:?}");
        let waited = failing.next_poll.duration_since(failing.last_poll.unwrap());
        let failing_for =
            |state: &FeedState| state.last_poll.unwrap().duration_since(state.failing_since.unwrap());
        assert_eq!(failing_for(&next), failing_for(&failing) + waited);
        failing = next;
        let (next, told) = after(&moving, moved(), now, 0.0, &settings());
        assert!(told.is_empty(), "{told:?}");
        moving = next;
    }
    assert_eq!((failing.failures, moving.moved_polls), (10, 10));
}

#[test]
fn a_move_is_believed_after_several_polls_over_days_and_not_before() {
    let target = url("https://feeds.news.example/all");
    let moved = || PollExchange { moved_to: Some(target.clone()), ..exchange(unchanged()) };
    let mut state = feed();
    let mut told = Vec::new();
    for poll in 0..40 {
        assert_eq!(address(&state, state.url.as_url()), state.url.as_url(), "poll {poll}");
        let now = at(f64::from(poll));
        let (next, kinds) = after(&due(&state, now), moved(), now, 0.0, &settings());
        state = next;
        told.extend(kinds);
    }
    // Forty polls in less than two days are not days; one more on the third is.
    assert!(told.is_empty());
    let (state, told) = after(&due(&state, at(73.0)), moved(), at(73.0), 0.0, &settings());
    assert_eq!(told[0].kind, HealthKind::Moved);
    assert_eq!(address(&state, state.url.as_url()), &target);
}

#[test]
fn two_polls_days_apart_do_not_make_a_move() {
    let moved = || PollExchange { moved_to: Some(url("https://b.example/")), ..exchange(unchanged()) };
    let (state, _) = after(&feed(), moved(), at(0.0), 0.0, &settings());
    let (state, told) = after(&due(&state, at(200.0)), moved(), at(200.0), 0.0, &settings());
    assert!(told.is_empty());
    assert_eq!(address(&state, state.url.as_url()), state.url.as_url());
}

#[test]
fn a_permanent_redirect_that_goes_away_is_forgotten() {
    let moved = PollExchange { moved_to: Some(url("https://b.example/")), ..exchange(unchanged()) };
    let (state, _) = after(&feed(), moved, at(0.0), 0.0, &settings());
    let state = step(&state, unchanged(), at(1.0)).0;
    assert_eq!((state.moved_to, state.moved_since, state.moved_polls), (None, None, 0));
}

#[test]
fn a_believed_move_is_given_up_when_the_new_address_fails() {
    let mut state = feed();
    state.moved_to = Some(url("https://b.example/"));
    state.conditions.push(HealthKind::Moved);
    for _ in 0..3 {
        assert_eq!(address(&state, state.url.as_url()).host_str(), Some("b.example"));
        state = step(&state, failed(), at(0.0)).0;
    }
    assert_eq!(address(&state, state.url.as_url()), state.url.as_url());
}

#[test]
fn entries_that_came_and_went_unseen_are_a_gap_and_make_polls_faster() {
    let state = step(&feed(), read(&entries(0..20, 0.5), at(10.0)), at(10.0)).0;
    let (state, told) = step(&state, read(&entries(100..120, 0.5), at(60.0)), at(60.0));
    assert_eq!(told, [HealthKind::Gap]);
    assert_eq!(minutes_until_next(&state), 5);
    let (state, told) = step(&state, read(&entries(101..121, 0.5), at(60.5)), at(60.5));
    assert!(told.is_empty());
    assert!(minutes_until_next(&state) > 5);
}

#[test]
fn new_ids_for_old_entries_are_no_gap() {
    let state = step(&feed(), read(&entries(0..20, 0.5), at(10.0)), at(10.0)).0;
    let mut renamed = entries(0..20, 0.5);
    for entry in &mut renamed {
        entry.id = EntryId::of_guid(&format!("new {}", entry.id));
    }
    assert!(step(&state, read(&renamed, at(11.0)), at(11.0)).1.is_empty());
}

#[test]
fn new_ids_for_undated_entries_under_the_same_links_are_no_gap() {
    let listed = |poll: u32, numbers: std::ops::Range<i64>| {
        let mut entries = entries(numbers, 0.5);
        for entry in &mut entries {
            let number = entry.guid.take().unwrap_or_else(|| entry.id.to_string());
            let guid = format!("{number}-{poll}");
            entry.id = EntryId::of_guid(&guid);
            entry.link = Some(url(&format!("https://a.example/{number}?PHPSESSID={poll}")));
            entry.guid = Some(guid);
            (entry.published, entry.updated) = (None, None);
        }
        entries
    };
    let state = step(&feed(), read(&listed(1, 0..20), at(10.0)), at(10.0)).0;
    let (state, told) = step(&state, read(&listed(2, 0..20), at(11.0)), at(11.0));
    assert!(told.is_empty(), "{told:?}");
    let (state, told) = step(&state, read(&listed(3, 15..35), at(12.0)), at(12.0));
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(step(&state, read(&listed(4, 100..120), at(13.0)), at(13.0)).1, [HealthKind::Gap]);
}

#[test]
fn a_campaign_in_the_links_that_are_the_ids_of_undated_entries_is_no_gap() {
    let listed = |poll: u32, numbers: std::ops::Range<i64>| {
        let mut entries = entries(numbers, 0.5);
        for entry in &mut entries {
            let number = entry.guid.take().unwrap_or_else(|| entry.id.to_string());
            let link = url(&format!("https://a.example/{number}?utm_campaign={poll}"));
            entry.id = EntryId::of_link(&link);
            entry.link = Some(link);
            (entry.published, entry.updated) = (None, None);
        }
        entries
    };
    let state = step(&feed(), read(&listed(1, 0..20), at(10.0)), at(10.0)).0;
    let (state, told) = step(&state, read(&listed(2, 0..20), at(11.0)), at(11.0));
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(step(&state, read(&listed(3, 100..120), at(13.0)), at(13.0)).1, [HealthKind::Gap]);
}

#[test]
fn a_silence_is_told_once_by_the_feeds_own_rhythm_and_ends_with_something_new() {
    // One entry every ten hours: silent after a hundred hours.
    let mut state = step(&feed(), read(&entries(0..10, 10.0), at(90.0)), at(90.0)).0;
    state.validators.etag = Some("\"1\"".to_owned());
    let quiet = |state: &FeedState| ExchangeOutcome::Unchanged { validators: state.validators.clone() };
    assert!(step(&state, quiet(&state), at(180.0)).1.is_empty());
    let (silent, told) = step(&state, quiet(&state), at(200.0));
    assert_eq!(told, [HealthKind::Silent]);
    assert_eq!(silent.validators, Validators::default(), "the next poll sees for itself");
    assert!(step(&silent, quiet(&silent), at(210.0)).1.is_empty());
    let (_, told) = step(&silent, read(&entries(1..11, 20.0), at(211.0)), at(211.0));
    assert_eq!(told, [HealthKind::Recovered]);
}

#[test]
fn dates_that_say_nothing_are_told() {
    let same = |number: i64| Entry { published: Some(at(1.0)), ..entries(number..number + 1, 1.0).remove(0) };
    let stuck: Vec<Entry> = (0..6).map(same).collect();
    let (state, told) = step(&feed(), read(&stuck, at(10.0)), at(10.0));
    assert_eq!(told, [HealthKind::StuckDates]);
    let (_, told) = step(&state, read(&entries(0..6, 1.0), at(11.0)), at(11.0));
    assert_eq!(told, [HealthKind::Recovered]);

    let mut epoch = entries(0..6, 1.0);
    for (second, entry) in epoch.iter_mut().enumerate() {
        entry.published = Some(Timestamp::from_second(second as i64).unwrap());
    }
    assert_eq!(step(&feed(), read(&epoch, at(10.0)), at(10.0)).1, [HealthKind::StuckDates]);
}

#[test]
fn without_dates_the_rhythm_follows_from_what_polls_find() {
    let undated = |numbers| {
        let mut entries = entries(numbers, 1.0);
        entries.iter_mut().for_each(|entry| entry.published = None);
        entries
    };
    let mut state = step(&feed(), read(&undated(0..20), at(0.0)), at(0.0)).0;
    assert_eq!(state.entry_interval, None);
    for hour in 1..30 {
        state = step(&state, read(&undated(hour..hour + 20), at(hour as f64)), at(hour as f64)).0;
    }
    assert!((state.entry_interval.unwrap() - 3600.0).abs() < 1.0);
}

fn outcomes() -> impl Strategy<Value = u8> {
    0u8..6
}

proptest! {
    #[test]
    fn whatever_happens_the_next_poll_stays_in_bounds(
        kinds in prop::collection::vec((outcomes(), 0u64..1 << 40, 0.0f64..1.0), 1..40),
        hints in (any::<Option<u32>>(), any::<Option<u32>>(), any::<u32>(), any::<u8>()),
    ) {
        let settings = settings();
        let (ttl, update_period, skip_hours, skip_days) = hints;
        let hints = PollHints { ttl, update_period, skip_hours, skip_days };
        let mut state = feed();
        let mut now = at(0.0);
        for (number, (kind, seconds, drawn)) in kinds.into_iter().enumerate() {
            let outcome = match kind {
                0 => unchanged(),
                1 => read_with(&entries(number as i64..number as i64 + 9, 0.1), hints, now),
                2 => failed(),
                3 => ExchangeOutcome::Refused { failure: FetchFailure::of_status(HttpStatus(403)) },
                4 => ExchangeOutcome::Failed { failure: "no answer".into(), retry_after: Some(Duration::from_secs(seconds.min(21_600))) },
                _ => ExchangeOutcome::Read {
                    validators: Validators::default(),
                    body_sha256: None,
                    hints,
                    reading: RhythmReading::of(&[], now),
                },
            };
            let healthy = matches!(kind, 0 | 1 | 5);
            let exchange = PollExchange { fresh_for: Some(Duration::from_secs(seconds)), ..exchange(outcome) };
            state = after(&state, exchange, now, drawn, &settings).0;
            let wait = state.next_poll.duration_since(now);
            prop_assert!(wait >= SignedDuration::try_from(settings.min_interval).unwrap());
            let skipped = SignedDuration::from_hours(168);
            let most = if healthy { settings.max_interval } else { settings.max_backoff };
            prop_assert!(wait <= SignedDuration::try_from(most).unwrap() + skipped);
            now = state.next_poll;
        }
    }

    #[test]
    fn no_two_drawn_numbers_keep_feeds_in_step(first in 0.0f64..0.5, apart in 0.1f64..0.5) {
        let state = step(&feed(), read(&entries(0..40, 0.5), at(20.0)), at(20.0)).0;
        let next = |drawn| after(&state, exchange(unchanged()), at(21.0), drawn, &settings()).0.next_poll;
        prop_assert_ne!(next(first), next(first + apart));
    }
}
