//! Shards that the group has given to nobody, and will give to nobody by itself.
//!
//! Cooperative assignment (KIP-429) moves a shard in two steps: whoever has it gives it up, and joins again so that it is given to another. If all members
//! that are to join again are restarted between the two, each is given what its name had in the first step (KIP-345), and nobody has the shard,
//! until somebody joins or leaves. So a member looks now and then, and one of them has somebody join and leave.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline_publisher::KafkaSettings;
use tokio::sync::mpsc;

use crate::error::FleetSessionError;
use crate::membership;
use crate::report::{STABLE, group_of};
use crate::shard::{Shard, ShardMap};
use crate::tenure::Tenures;
use crate::{FleetSettings, GroupProtocol};

/// How long whoever joins for the sake of the others waits until the group has heard of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Has the group give out, from time to time, what nobody holds, as long as this member is in it.
pub(crate) struct UnheldShards {
    pub(crate) kafka: Arc<KafkaSettings>,
    pub(crate) fleet: FleetSettings,
}

impl UnheldShards {
    /// Goes on until it is dropped.
    pub(crate) async fn run(self) {
        if self.fleet.group_protocol == GroupProtocol::Consumer {
            // There the broker sees to it.
            return std::future::pending().await;
        }
        let looking = Arc::new(self);
        let mut seen = Vec::new();
        loop {
            tokio::time::sleep(looking.fleet.session()).await;
            let asked = looking.clone();
            let look = move || asked.look(&seen);
            seen = match tokio::task::spawn_blocking(look).await {
                Ok(Ok(found)) => found,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "whether every shard is held could not be seen");
                    Vec::new()
                }
                Err(_) => return,
            };
        }
    }

    /// The shards that nobody holds now. Those that nobody held at the last look either are given out.
    fn look(&self, before: &[Shard]) -> Result<Vec<Shard>, FleetSessionError> {
        let (state, members) = group_of(&self.kafka, &self.fleet)?;
        let stories = ShardMap::new(self.fleet.shards).stories();
        let held: Vec<Shard> = members
            .iter()
            .flat_map(|member| member.shards.iter().copied().chain(member.tells_stories.then_some(stories)))
            .collect();
        let unheld = unheld(&state, self.fleet.partitions(), &held);
        // One of them is enough.
        let is_first = members.first().is_some_and(|first| first.name == self.fleet.member);
        if unheld.is_empty() || unheld != before || !is_first {
            return Ok(unheld);
        }
        tracing::warn!(shards = unheld.len(), "nobody holds some shards, so the group gives them out anew");
        // A member of no name: it is known from the moment in which it joins to that in which it is closed.
        let guest = FleetSettings { member: String::new(), ..self.fleet.clone() };
        let (news, mut told) = mpsc::unbounded_channel();
        let consumer = membership::join(&self.kafka, &guest, Arc::new(Tenures::default()), news)?;
        let began = Instant::now();
        // What it is given in its turn it gives up with its leave.
        while told.try_recv().is_err() && began.elapsed() < PATIENCE {
            membership::poll(&consumer, &guest, Duration::from_millis(100))?;
        }
        Ok(Vec::new())
    }
}

/// The shards of which the group has given none of its members any, where it is not about to.
fn unheld(state: &str, shards: u32, held: &[Shard]) -> Vec<Shard> {
    match state == STABLE {
        true => (0..shards).map(Shard).filter(|shard| !held.contains(shard)).collect(),
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_without_a_holder_only_while_the_group_moves_none() {
        let held = [Shard(0), Shard(2)];
        assert_eq!(unheld(STABLE, 4, &held), [Shard(1), Shard(3)]);
        assert_eq!(unheld("PreparingRebalance", 4, &held), []);
        assert_eq!(unheld(STABLE, 1, &held), []);
    }
}
