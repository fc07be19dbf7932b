//! The bytes that pages under way may hold together.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The unit in which memory is given out, in bytes.
const UNIT_BYTES: usize = 1 << 10;

/// Memory that pages share. Clones share it, too.
///
/// Who finds no room waits until others give theirs back. One page at a time may go beyond the bound, so that those that
/// hold half of what they need never wait for one another for ever: the bound is kept but for one page.
#[derive(Debug, Clone)]
pub(crate) struct PageMemory {
    room: Arc<Semaphore>,
    beyond: Arc<Semaphore>,
}

impl PageMemory {
    /// Memory of `bytes`.
    pub(crate) fn new(bytes: usize) -> Self {
        let units = (bytes / UNIT_BYTES).min(Semaphore::MAX_PERMITS);
        Self { room: Arc::new(Semaphore::new(units)), beyond: Arc::new(Semaphore::new(1)) }
    }

    /// A share of it, which holds nothing yet.
    pub(crate) fn lease(&self) -> MemoryLease {
        MemoryLease(Arc::new(Share { memory: self.clone(), held: Mutex::default() }))
    }
}

/// What one page holds of the memory that pages share; given back when the last clone goes.
#[derive(Debug, Clone)]
pub struct MemoryLease(Arc<Share>);

#[derive(Debug)]
struct Share {
    memory: PageMemory,
    held: Mutex<HeldMemory>,
}

#[derive(Debug, Default)]
struct HeldMemory {
    bytes: usize,
    room: Option<OwnedSemaphorePermit>,
    beyond: Option<OwnedSemaphorePermit>,
}

impl HeldMemory {
    /// How many units are lacking.
    fn lacking(&self) -> usize {
        if self.beyond.is_some() {
            return 0;
        }
        let units = self.room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        self.bytes.div_ceil(UNIT_BYTES).saturating_sub(units)
    }
}

impl MemoryLease {
    /// Takes `bytes` more, once there is room for them.
    pub(crate) async fn grow(&self, bytes: usize) {
        let lacking = self.change(|held| {
            held.bytes += bytes;
            held.lacking()
        });
        if lacking == 0 {
            return;
        }
        let PageMemory { room, beyond } = &self.0.memory;
        let units = u32::try_from(lacking).unwrap_or(u32::MAX);
        // Neither semaphore is ever closed.
        tokio::select! {
            biased;
            Ok(more) = room.clone().acquire_many_owned(units) => self.change(|held| match &mut held.room {
                Some(room) => room.merge(more),
                none => *none = Some(more),
            }),
            Ok(beyond) = beyond.clone().acquire_owned() => self.change(|held| held.beyond = Some(beyond)),
            else => {}
        }
    }

    /// Gives back all but `bytes`.
    pub(crate) fn shrink_to(&self, bytes: usize) {
        self.change(|held| {
            held.bytes = held.bytes.min(bytes);
            let units = held.bytes.div_ceil(UNIT_BYTES);
            let surplus =
                held.room.as_mut().and_then(|room| room.split(room.num_permits().saturating_sub(units)));
            drop(surplus);
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut HeldMemory) -> T) -> T {
        change(&mut self.0.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn pages_wait_for_memory_and_one_at_a_time_goes_beyond() {
        let memory = PageMemory::new(64 << 10);
        let [small, large, next] = [memory.lease(), memory.lease(), memory.lease()];
        small.grow(40 << 10).await;
        large.grow(30 << 10).await;
        assert!(next.grow(30 << 10).now_or_never().is_none(), "one is beyond the bound already");
        let waiting = memory.lease();
        let mut waits = Box::pin(waiting.grow(30 << 10));
        assert!(waits.as_mut().now_or_never().is_none());
        large.grow(90 << 20).await;
        drop(large);
        waits.await;
    }

    #[tokio::test]
    async fn what_is_given_back_is_there_for_others() {
        let memory = PageMemory::new(64 << 10);
        let (one, other) = (memory.lease(), memory.lease());
        one.grow(64 << 10).await;
        one.shrink_to(10 << 10);
        other.grow(54 << 10).await;
        assert!(memory.beyond.available_permits() == 1, "nobody had to go beyond");
    }
}
