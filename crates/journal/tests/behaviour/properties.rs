//! Whatever happens in whatever order: the sequence has no gaps, and every entry ends once for each time it was announced.

use std::collections::{HashMap, HashSet};

use crate::harness::{announce, article, at, entry, feed, finish, reject};
use dateline_journal::{Delay, Durability, Journal, Options, Writing};
use dateline_wire::{RejectReason, Sequence};
use proptest::prelude::*;

/// Something that may happen.
#[derive(Debug, Clone)]
enum Step {
    /// A feed lists an entry, in one of a few wordings.
    Announce { feed: usize, guid: u8, wording: u8 },
    /// Workers take what is due.
    Take { limit: usize },
    /// One of those taken ends, as an article with one of a few texts, or as a reject.
    Finish { which: usize, text: Option<u8> },
    /// One is put off.
    Postpone { which: usize },
    /// The daemon starts anew: what was in hand is in hand no more.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..2_usize, 0..6_u8, 0..3_u8).prop_map(|(feed, guid, wording)| Step::Announce { feed, guid, wording }),
        3 => (1..4_usize).prop_map(|limit| Step::Take { limit }),
        4 => (any::<usize>(), proptest::option::of(0..2_u8)).prop_map(|(which, text)| Step::Finish { which, text }),
        1 => any::<usize>().prop_map(|which| Step::Postpone { which }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..60)
}

async fn run(steps: Vec<Step>, writing: Writing) {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let options = Options { durability: Durability::Process, writing, ..Options::default() };
        Journal::open(folder.path().join("journal.db"), options).unwrap()
    };
    let mut journal = open();
    journal.configure_feeds((0..2).map(feed).collect()).await.unwrap();
    let mut in_hand = Vec::new();
    let mut announced: HashMap<(usize, u8), u64> = HashMap::new();
    let mut outcomes = 0;
    // Far apart, so that whatever was put off is due again at the next step.
    for (second, step) in steps.into_iter().enumerate() {
        let second = i64::try_from(second).unwrap() * 100_000;
        match step {
            Step::Announce { feed, guid, wording } => {
                let entry = entry(&guid.to_string(), &format!("wording {wording}"));
                let committed = announce(&journal, feed, vec![entry], second).await.unwrap();
                let known = announced.contains_key(&(feed, guid));
                assert_eq!(committed.new, usize::from(!known));
                *announced.entry((feed, guid)).or_default() += (committed.new + committed.changed) as u64;
            }
            Step::Take { limit } => {
                let taken = journal.pending(at(second), limit).unwrap().entries;
                assert!(taken.len() <= limit);
                in_hand.extend(taken);
                let distinct: HashSet<_> =
                    in_hand.iter().map(|pending| (&pending.feed, &pending.entry.id)).collect();
                assert_eq!(distinct.len(), in_hand.len(), "handed out twice");
            }
            Step::Finish { which, text } if !in_hand.is_empty() => {
                let pending = in_hand.swap_remove(which % in_hand.len());
                let guid = pending.entry.guid.unwrap();
                let event = match text {
                    Some(text) => article(&guid, "A", &format!("text {text}")),
                    None => reject(RejectReason::NotRelevant),
                };
                let finished = finish(&journal, &pending.feed, &guid, event, second).await.unwrap();
                outcomes += 1;
                assert_eq!(finished.sequence, Some(Sequence(outcomes)));
            }
            Step::Postpone { which } if !in_hand.is_empty() => {
                let pending = in_hand.swap_remove(which % in_hand.len());
                journal
                    .postpone(pending.feed, pending.entry.id, at(second + 1), Delay::Failed("later".into()))
                    .await
                    .unwrap();
            }
            Step::Finish { .. } | Step::Postpone { .. } => {}
            Step::Restart => {
                drop(journal);
                in_hand.clear();
                journal = open();
            }
        }
    }
    let events = journal.events_after(Sequence::START, usize::MAX, None).unwrap();
    let sequences: Vec<u64> = events.iter().map(|event| event.sequence.0).collect();
    assert_eq!(sequences, (1..=outcomes).collect::<Vec<_>>());
    let ids: HashSet<_> = events.iter().map(|event| &event.id).collect();
    assert_eq!(ids.len(), events.len(), "an id was given twice");
    let status = journal.status().unwrap();
    assert_eq!(status.entries, announced.len() as u64);
    // An edit may find its entry still waiting, and is then one with it: so at most one outcome for each wording.
    assert!(outcomes + status.backlog <= announced.values().sum::<u64>());
    assert!(outcomes + status.backlog >= status.entries);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_sequence_has_no_gaps_and_no_entry_is_lost_or_ends_twice(
        steps in steps(),
        writing in prop_oneof![Just(Writing::Apart), Just(Writing::InPlace)],
    ) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(steps, writing));
    }
}
