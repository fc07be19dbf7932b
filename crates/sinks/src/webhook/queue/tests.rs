//! What is sent when, for receivers that fail in one way or another.

use dateline_journal::SinkId;
use dateline_wire::EventKind;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_774_000_000 + second).unwrap()
}

fn event(sequence: u64, key: &str) -> CloudEvent {
    CloudEvent {
        sequence: Sequence(sequence),
        kind: EventKind::Article,
        id: format!("{key}.{sequence}"),
        key: key.into(),
        time: at(0),
        traceparent: String::new(),
        data: "{}".into(),
        entry_digest: None,
    }
}

fn state(position: u64) -> SinkState {
    SinkState {
        id: SinkId::webhook("desk"),
        position: Sequence(position),
        delivered: 0,
        disabled: None,
        missed: None,
        outage: None,
    }
}

/// A queue with an event for each of `keys`, from 1 on.
fn queue(keys: &[&str]) -> DeliveryQueue {
    let mut queue = DeliveryQueue::new("desk".into(), &state(0), Vec::new(), Duration::from_secs(72 * 3_600));
    let events: Vec<CloudEvent> = (1..).zip(keys).map(|(sequence, key)| event(sequence, key)).collect();
    let until = Sequence(events.len() as u64);
    queue.take(events, until, at(0));
    queue
}

fn sent(queue: &mut DeliveryQueue, now: Timestamp) -> Vec<Attempt> {
    std::iter::from_fn(|| queue.next(now)).collect()
}

fn places(attempts: &[Attempt]) -> Vec<u64> {
    attempts.iter().map(|attempt| attempt.sequence.0).collect()
}

fn failure() -> AttemptFailure {
    AttemptFailure::Failed { why: "the receiver answers 500".into(), retry_after: None }
}

#[test]
fn events_of_one_key_go_one_after_the_other_and_those_of_others_beside_them() {
    let mut queue = queue(&["a", "a", "b", "a"]);
    let first = sent(&mut queue, at(0));
    assert_eq!(places(&first), [1, 3]);
    queue.delivered(&first[1], at(1));
    assert_eq!((queue.position(), sent(&mut queue, at(1))), (Sequence::START, vec![]));
    queue.delivered(&first[0], at(1));
    assert_eq!(queue.position(), Sequence(1));
    let second = sent(&mut queue, at(1));
    assert_eq!(places(&second), [2]);
    queue.delivered(&second[0], at(1));
    assert_eq!(
        queue.position(),
        Sequence(3),
        "what was delivered before its turn counts once its turn comes"
    );
}

#[test]
fn no_more_than_a_few_are_on_their_way_at_once() {
    let keys: Vec<String> = (0..40).map(|key| key.to_string()).collect();
    let mut queue = queue(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(sent(&mut queue, at(0)).len(), MAX_IN_FLIGHT);
}

#[test]
fn an_event_that_fails_waits_with_those_of_its_key_and_the_position_passes_it() {
    let mut queue = queue(&["a", "b", "a"]);
    let first = sent(&mut queue, at(0));
    queue.failed(&first[0], failure(), at(0));
    queue.delivered(&first[1], at(0));
    assert_eq!(queue.position(), Sequence(3));
    let progress = queue.progress();
    let waiting: Vec<(u64, u32)> =
        progress.failed.iter().map(|event| (event.sequence.0, event.attempts)).collect();
    assert_eq!((waiting, progress.delivered), (vec![(1, 1), (3, 0)], 1));
    queue.note_saved();
    // A later event of the article waits too; another's doesn't.
    queue.take(vec![event(4, "a"), event(5, "c")], Sequence(5), at(1));
    let next = sent(&mut queue, at(2));
    assert_eq!(places(&next), [5]);
    queue.delivered(&next[0], at(2));
    let again = sent(&mut queue, at(60));
    assert_eq!((places(&again), again[0].event.is_none()), (vec![1], true));
    queue.delivered(&again[0], at(60));
    assert_eq!(places(&sent(&mut queue, at(60))), [3]);
}

#[test]
fn a_queue_goes_on_with_what_the_journal_has() {
    let mut before = queue(&["a", "b"]);
    let first = sent(&mut before, at(0));
    before.failed(&first[0], failure(), at(0));
    before.delivered(&first[1], at(0));
    let saved = before.progress();
    let mut queue = DeliveryQueue::new(
        "desk".into(),
        &state(saved.position.0),
        saved.failed,
        Duration::from_secs(72 * 3_600),
    );
    assert_eq!((queue.scanned(), places(&sent(&mut queue, at(60)))), (Sequence(2), vec![1]));
}

/// The queue as a daemon finds it that was started after a kill.
fn reopened(saved: SinkProgress) -> DeliveryQueue {
    let state = SinkState { outage: saved.outage, ..state(saved.position.0) };
    DeliveryQueue::new("desk".into(), &state, saved.failed, Duration::from_secs(72 * 3_600))
}

#[test]
fn a_receiver_that_is_left_alone_is_so_after_a_kill_as_well() {
    let mut before = queue(&["a", "b", "c"]);
    let first = sent(&mut before, at(0));
    let retry_after = Some(Duration::from_secs(600));
    let busy = AttemptFailure::Failed { why: "the receiver answers 503".into(), retry_after };
    before.failed(&first[0], busy, at(0));
    assert!(before.has_news());
    let mut queue = reopened(before.progress());
    queue.take(vec![event(2, "b"), event(3, "c")], Sequence(3), at(1));
    assert_eq!((queue.wake(at(1)), sent(&mut queue, at(599))), (Some(at(600)), vec![]));
    let mut report = SinkReport::new(SinkId::webhook("desk"), String::new());
    queue.report(&mut report, at(1));
    let told =
        (report.condition, report.failures_in_a_row, report.failing_since, report.last_error.as_deref());
    assert_eq!(told, (SinkCondition::Failing, 1, Some(at(0)), Some("the receiver answers 503")));
    // Then it is asked with one event at a time, and waits longer where it fails again.
    let probe = sent(&mut queue, at(600));
    assert_eq!(probe.len(), 1);
    queue.failed(&probe[0], failure(), at(600));
    queue.report(&mut report, at(600));
    assert_eq!(report.failures_in_a_row, 2);
    queue.note_saved();
    // Once it takes one, the journal hears that it fails no more.
    let wake = queue.wake(at(600)).unwrap();
    let probe = sent(&mut queue, wake);
    queue.delivered(&probe[0], wake);
    assert!(queue.has_news() && queue.progress().outage.is_none());
}

#[test]
fn an_event_counts_as_delivered_once_though_a_kill_has_it_delivered_again() {
    let mut before = queue(&["a", "b", "c"]);
    let first = sent(&mut before, at(0));
    before.delivered(&first[1], at(1));
    before.delivered(&first[2], at(1));
    // The first hangs, so all three come again after a kill.
    let saved = before.progress();
    assert_eq!((saved.position, saved.delivered), (Sequence::START, 0));
    before.note_saved();
    let mut queue = reopened(saved);
    queue.take(vec![event(1, "a"), event(2, "b"), event(3, "c")], Sequence(3), at(2));
    sent(&mut queue, at(2)).iter().for_each(|attempt| queue.delivered(attempt, at(2)));
    assert_eq!((queue.progress().position, queue.progress().delivered), (Sequence(3), 3));
    // Without a kill they count once the first has come.
    before.delivered(&first[0], at(3));
    assert_eq!(before.progress().delivered, 3);
    before.note_saved();
    assert_eq!(before.progress().delivered, 0);
}

#[test]
fn a_receiver_that_fails_is_left_alone_longer_each_time_and_asked_with_one_event_at_a_time() {
    let mut queue = queue(&["a", "b", "c", "d", "e", "f"]);
    for attempt in sent(&mut queue, at(0)) {
        queue.failed(&attempt, failure(), at(0));
    }
    let mut report = SinkReport::new(SinkId::webhook("desk"), String::new());
    queue.report(&mut report, at(0));
    assert_eq!((report.failures, report.failures_in_a_row), (6, 1), "they failed of one outage");
    let mut rests = Vec::new();
    let mut now = at(0);
    for _ in 0..12 {
        let wake = queue.wake(now).unwrap();
        assert!(wake > now);
        rests.push(wake.duration_since(now).as_secs());
        now = wake;
        let probe = sent(&mut queue, now);
        assert!(probe.len() <= 1, "{probe:?}");
        probe.iter().for_each(|attempt| queue.failed(attempt, failure(), now));
    }
    assert!(rests.last() > rests.first() && rests.iter().all(|rest| *rest <= 6 * 3_600), "{rests:?}");
}

#[test]
fn a_receiver_that_is_back_gets_at_once_what_it_failed_while_it_was_away() {
    let mut queue = queue(&["a", "b", "c"]);
    for attempt in sent(&mut queue, at(0)) {
        queue.failed(&attempt, failure(), at(0));
    }
    let mut now = at(0);
    while now < at(7_200) {
        now = queue.wake(now).unwrap();
        sent(&mut queue, now).iter().for_each(|attempt| queue.failed(attempt, failure(), now));
    }
    now = queue.wake(now).unwrap();
    let mut delivered = 0;
    loop {
        let attempts = sent(&mut queue, now);
        if attempts.is_empty() && delivered > 0 {
            break;
        }
        delivered += attempts.len();
        attempts.iter().for_each(|attempt| queue.delivered(attempt, now));
        if attempts.is_empty() {
            now = queue.wake(now).unwrap();
        }
    }
    assert_eq!(delivered, 3);
}

#[test]
fn a_wish_for_rest_is_respected() {
    let mut queue = queue(&["a", "b"]);
    let first = sent(&mut queue, at(0));
    let retry_after = Some(Duration::from_secs(600));
    let busy = AttemptFailure::Failed { why: "the receiver answers 429".into(), retry_after };
    queue.failed(&first[0], busy, at(0));
    queue.failed(&first[1], failure(), at(0));
    assert_eq!(queue.wake(at(0)), Some(at(600)));
    assert!(sent(&mut queue, at(599)).is_empty() && !sent(&mut queue, at(600)).is_empty());
}

#[test]
fn an_event_that_has_failed_for_long_is_given_up_and_those_behind_it_go_on() {
    let mut queue = queue(&["a", "a"]);
    let mut now = at(0);
    let mut attempts = 0;
    let dead = loop {
        for attempt in sent(&mut queue, now) {
            assert_eq!(attempt.sequence, Sequence(1));
            queue.failed(&attempt, failure(), now);
            attempts += 1;
        }
        let dead = queue.progress().failed.into_iter().find(|event| event.dead.is_some());
        match dead {
            Some(dead) => break dead,
            None => now = queue.wake(now).unwrap(),
        }
    };
    assert_eq!((dead.sequence, dead.attempts), (Sequence(1), attempts));
    assert!(now >= at(72 * 3_600) && now <= at(80 * 3_600), "{now}");
    assert!((15..=30).contains(&attempts), "{attempts}");
    now = queue.wake(now).unwrap();
    assert_eq!(places(&sent(&mut queue, now)), [2]);
}

#[test]
fn a_receiver_that_wants_no_more_gets_no_more_until_it_is_enabled() {
    let mut queue = queue(&["a", "b"]);
    let first = queue.next(at(0)).unwrap();
    queue.failed(&first, AttemptFailure::Gone, at(0));
    assert_eq!((queue.next(at(9_999)), queue.wake(at(9_999))), (None, None));
    assert!(!queue.has_room());
    assert_eq!((queue.progress().disabled, queue.position()), (Some(at(0)), Sequence::START));
    queue.note_saved();
    queue.resume(&state(0), Vec::new(), at(9_999));
    assert_eq!(places(&sent(&mut queue, at(9_999))), [1, 2]);
}

#[test]
fn with_many_that_wait_no_more_are_read() {
    let keys: Vec<String> = (0..=MAX_WAITING).map(|key| key.to_string()).collect();
    let mut queue = queue(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    let mut now = at(0);
    while queue.waiting.len() < MAX_WAITING {
        sent(&mut queue, now).iter().for_each(|attempt| queue.failed(attempt, failure(), now));
        now = now.checked_add(SignedDuration::from_secs(300)).unwrap();
        queue.waiting.values_mut().for_each(|event| event.due = Timestamp::MAX);
        queue.receiver.rest = None;
        queue.receiver.failures_in_a_row = 0;
    }
    queue.open.clear();
    assert!(!queue.has_room());
}

mod properties {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever fails, and whenever the process is killed and goes on with what the journal has: nothing is lost, and of each key
        /// the first deliveries are in order.
        #[test]
        fn nothing_is_lost_and_each_key_is_in_order(
            keys in prop::collection::vec(0_u8..5, 1..60),
            chances in prop::collection::vec(0_u8..10, 600),
        ) {
            let events: Vec<CloudEvent> =
                (1..).zip(&keys).map(|(sequence, key)| event(sequence, &key.to_string())).collect();
            let make = |state: &SinkState, waiting| {
                DeliveryQueue::new("desk".into(), state, waiting, Duration::from_secs(u64::from(u32::MAX)))
            };
            let (mut saved, mut saved_waiting) = (state(0), BTreeMap::new());
            let mut queue = make(&saved, Vec::new());
            let mut delivered: HashMap<String, Vec<u64>> = HashMap::new();
            let mut chances = chances.into_iter();
            let mut now = at(0);
            loop {
                if queue.has_room() && queue.scanned().0 < events.len() as u64 {
                    let from = queue.scanned().0 as usize;
                    let batch: Vec<CloudEvent> = events[from..].iter().take(7).cloned().collect();
                    let until = batch.last().unwrap().sequence;
                    queue.take(batch, until, now);
                }
                let chance = chances.next().unwrap_or(9);
                let attempts = sent(&mut queue, now);
                let is_idle = attempts.is_empty();
                for (number, attempt) in attempts.iter().enumerate() {
                    match (chance as usize + number) % 10 {
                        0 | 1 if chance != 9 => queue.failed(attempt, failure(), now),
                        _ => {
                            let event = &events[attempt.sequence.0 as usize - 1];
                            delivered.entry(event.key.clone()).or_default().push(event.sequence.0);
                            queue.delivered(attempt, now);
                        }
                    }
                }
                if chance == 2 {
                    // Killed before the journal was told.
                    queue = make(&saved, saved_waiting.values().cloned().collect());
                    continue;
                }
                let progress = queue.progress();
                saved.position = saved.position.max(progress.position);
                for event in progress.failed {
                    saved_waiting.insert(event.sequence, event);
                }
                for settled in progress.settled {
                    saved_waiting.remove(&settled);
                }
                queue.note_saved();
                if is_idle {
                    match queue.wake(now) {
                        Some(wake) => now = wake,
                        None if queue.scanned().0 == events.len() as u64 => break,
                        None => {}
                    }
                }
            }
            prop_assert_eq!((saved.position.0, saved_waiting.len()), (events.len() as u64, 0));
            for (key, places) in &delivered {
                let mut firsts = Vec::new();
                for place in places {
                    if !firsts.contains(place) {
                        firsts.push(*place);
                    }
                }
                let all: Vec<u64> =
                    events.iter().filter(|event| event.key == *key).map(|event| event.sequence.0).collect();
                prop_assert_eq!(firsts, all);
            }
        }
    }
}
