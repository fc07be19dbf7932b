//! Files whose disk may never answer: a network mount that is gone holds whoever reads it, and a thread that waits for it cannot be
//! ended. So every reading has a deadline, and no more of them wait than may.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Reads on threads that may wait for a disk, a few at a time.
#[derive(Debug, Clone)]
pub(crate) struct BoundedReading {
    turns: Arc<Semaphore>,
}

/// Why nothing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadingFailure {
    /// As many readings as may be are under way, and none came to its end in time.
    Busy,
    /// It came to no end in time. It keeps its turn until it does.
    Slow,
    /// It broke, or the daemon stops.
    Lost,
}

impl BoundedReading {
    /// So many at a time.
    pub(crate) fn new(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)) }
    }

    /// What `read` gives, waiting for `turn_patience` at most until it may begin, and for `patience` until it ends. One that takes longer
    /// is left alone: whatever it gives is dropped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        turn_patience: Duration,
        patience: Duration,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ReadingFailure> {
        let turn = timeout(turn_patience, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| ReadingFailure::Busy)?.map_err(|_| ReadingFailure::Lost)?;
        let reading = tokio::task::spawn_blocking(move || {
            let result = read();
            drop(turn);
            result
        });
        let read = timeout(patience, reading).await.map_err(|_| ReadingFailure::Slow)?;
        read.map_err(|_| ReadingFailure::Lost)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_disk_that_does_not_answer_holds_its_own_turn_and_nobody_else() {
        let reading = BoundedReading::new(1);
        let (answer, disk) = mpsc::channel::<()>();
        let slow = reading.run(MOMENT, MOMENT, move || disk.recv()).await;
        assert_eq!(slow, Err(ReadingFailure::Slow));
        assert_eq!(reading.run(MOMENT, LONG, || 1).await, Err(ReadingFailure::Busy));
        answer.send(()).unwrap();
        assert_eq!(reading.run(LONG, LONG, || 2).await, Ok(2), "the turn came back with the disk");
    }
}
