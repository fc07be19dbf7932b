//! Whether another process is the member that this one is called.
//!
//! Two processes under one name would fence each other in turn, and neither would get anything done. So whenever a session has ended, a member
//! reads what is said under its name. Where a process that was started later says something, this one joins no more; and where that one goes
//! on, it is at work, and this one ends. Which of two has been started later both see alike, so that one of them stays. What was started
//! before, and what says nothing any more, was this member's as it was before.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_publisher::KafkaSettings;
use rdkafka::Message;
use rdkafka::Offset;

use crate::FleetSettings;
use crate::error::{FleetError, FleetSessionError};
use crate::member_report::{MemberProcess, MemberReport};
use crate::topic_reader::{key_and_value, read_from};

/// The file that says that this member ended for a twin, in its folder. Whatever starts it again would have it end the twin otherwise, as
/// the process that was started later.
const MARK: &str = "ended-for-a-twin";

/// How long Kafka may take to say what was said.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait before it is asked again.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// How long a process says nothing before it counts as one that has ended: thrice as long as from one word of a member to the next.
const SILENCE: Duration = Duration::from_secs(15);

/// What speaks for a twin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// Nothing.
    None,
    /// The session has ended.
    Little,
    /// Somebody took over what is this member's. A twin does so a moment before it says something.
    Fenced,
    /// It has ended for one before.
    Strong,
}

impl Suspicion {
    /// What speaks for a twin when a session has ended with `why`.
    pub(crate) fn after(why: &FleetSessionError) -> Self {
        match why {
            FleetSessionError::Fenced(_) => Self::Fenced,
            _ => Self::Little,
        }
    }
}

/// The last word of another process under this member's name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    process: MemberProcess,
    offset: i64,
}

/// Looks whose the member's name is.
pub(crate) struct TwinWatch {
    kafka: Arc<KafkaSettings>,
    fleet: FleetSettings,
    process: MemberProcess,
    mark: PathBuf,
}

impl TwinWatch {
    /// Of the member of the settings, which is this process, and whose folder is `folder`.
    pub(crate) fn new(
        kafka: Arc<KafkaSettings>,
        fleet: FleetSettings,
        process: MemberProcess,
        folder: &Path,
    ) -> Self {
        Self { kafka, fleet, process, mark: folder.join(MARK) }
    }

    /// What speaks for a twin when the member starts.
    pub(crate) fn at_start(&self) -> Suspicion {
        if self.mark.exists() { Suspicion::Strong } else { Suspicion::None }
    }

    /// Returns when the name is this process's, as far as can be seen; `told` hears why it isn't yet.
    ///
    /// # Errors
    /// If another is at work under it, to which it is left.
    pub(crate) async fn await_name(
        &self,
        suspicion: Suspicion,
        told: impl Fn(String),
    ) -> Result<(), FleetError> {
        if suspicion == Suspicion::None {
            return Ok(());
        }
        let member = &self.fleet.member;
        let unasked = |why: FleetSessionError| {
            told(format!("Kafka cannot be asked whether another process is the member {member:?}: {why}"));
        };
        let (began, mut heard) = (Instant::now(), None::<(Word, Instant)>);
        loop {
            match (self.look(suspicion).await?, &heard) {
                (Ok(Some(word)), Some((before, _)))
                    if before.process == word.process && before.offset < word.offset =>
                {
                    return Err(self.end(word.process));
                }
                (Ok(Some(word)), Some((before, since))) if *before == word => {
                    if since.elapsed() >= SILENCE {
                        break;
                    }
                }
                (Ok(Some(word)), _) => {
                    let said = format!("another process may be the member {member:?}: {}", word.process);
                    tracing::warn!("{said}; this one ends if that says more");
                    told(said);
                    heard = Some((word, Instant::now()));
                }
                // Whoever fenced this one has said something by then.
                (Ok(None), _)
                    if suspicion == Suspicion::Fenced && began.elapsed() < self.fleet.session() / 2 => {}
                (Ok(None), _) => break,
                (Err(why), Some((word, _))) => {
                    unasked(why);
                    heard = Some((word.clone(), Instant::now()));
                }
                (Err(why), None) if suspicion == Suspicion::Strong => unasked(why),
                // Whoever joins asks Kafka again.
                (Err(_), None) => break,
            }
            tokio::time::sleep(LOOK_PAUSE).await;
        }
        let _ = std::fs::remove_file(&self.mark);
        Ok(())
    }

    /// The last word of a process to which this one leaves the name.
    async fn look(
        &self,
        suspicion: Suspicion,
    ) -> Result<Result<Option<Word>, FleetSessionError>, FleetError> {
        let (kafka, fleet, own) = (self.kafka.clone(), self.fleet.clone(), self.process.clone());
        let asked = tokio::task::spawn_blocking(move || {
            let (began, mut last) = (Instant::now(), None);
            let place = (fleet.member_topic(), 0);
            let is_late = || began.elapsed() >= LOOK_TIMEOUT;
            read_from(&kafka, (&place.0, place.1), Offset::Beginning, &is_late, |message| {
                let (name, said) = key_and_value(message);
                let report = said.filter(|_| name == fleet.member).map(serde_json::from_str::<MemberReport>);
                if let Some(Ok(MemberReport { process: Some(process), .. })) = report
                    && leaves_name(&own, &process, suspicion)
                {
                    last = Some(Word { process, offset: message.offset() });
                }
                Ok(())
            })?;
            Ok(last)
        });
        asked.await.map_err(|_| FleetError::Thread)
    }

    /// Notes that this one ends, and says why it does.
    fn end(&self, twin: MemberProcess) -> FleetError {
        if let Err(error) = std::fs::write(&self.mark, format!("{twin}\n")) {
            tracing::warn!(%error, path = %self.mark.display(), "it cannot be noted that this member ends for a twin");
        }
        FleetError::Twin { fleet: self.fleet.name.clone(), member: self.fleet.member.clone(), twin }
    }
}

/// Whether a process leaves its name to another: to one that was started later, and whoever has ended for one before to any.
fn leaves_name(own: &MemberProcess, other: &MemberProcess, suspicion: Suspicion) -> bool {
    match own.cmp(other) {
        Ordering::Equal => false,
        Ordering::Less => true,
        Ordering::Greater => suspicion == Suspicion::Strong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_processes_the_one_that_was_started_first_leaves_the_name_and_only_whoever_has_left_it_before_leaves_it_again()
     {
        let process = |second: i64, id: &str| MemberProcess {
            started: jiff::Timestamp::from_second(second).unwrap(),
            id: id.to_owned(),
            host: String::new(),
        };
        let (first, second, at_once) = (process(1, "b"), process(2, "a"), process(2, "c"));
        for suspicion in [Suspicion::Little, Suspicion::Fenced] {
            for (one, other) in [(&first, &second), (&first, &at_once), (&second, &at_once)] {
                assert!(leaves_name(one, other, suspicion));
                assert!(!leaves_name(other, one, suspicion));
            }
        }
        assert!(leaves_name(&second, &first, Suspicion::Strong));
        assert!(!leaves_name(&second, &second, Suspicion::Strong));
    }
}
