//! The thread that has the search index follow the log.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::index::{IndexStep, SearchIndex};
use crate::{JournalError, JournalReader};

/// How long events are gathered before they are taken in: a transaction of many costs far less than as many transactions.
const GATHERING: Duration = Duration::from_millis(100);

/// How long to wait before what could not be done is tried again.
const RETRY: Duration = Duration::from_secs(60);

/// Told when the log has grown.
#[derive(Default)]
pub(crate) struct IndexBell {
    state: Mutex<BellState>,
    changed: Condvar,
}

#[derive(Default)]
struct BellState {
    has_grown: bool,
    is_stopping: bool,
}

impl IndexBell {
    /// Says that the log has grown.
    pub(crate) fn ring(&self) {
        let mut state = self.lock();
        if !std::mem::replace(&mut state.has_grown, true) {
            self.changed.notify_all();
        }
    }

    fn stop(&self) {
        self.lock().is_stopping = true;
        self.changed.notify_all();
    }

    /// Waits until the log has grown; `false` where it is time to stop.
    fn wait_for_growth(&self) -> bool {
        let waiting = |state: &mut BellState| !state.has_grown && !state.is_stopping;
        let mut state = self.changed.wait_while(self.lock(), waiting).unwrap_or_else(PoisonError::into_inner);
        state.has_grown = false;
        !state.is_stopping
    }

    /// Waits for so long; `false` where it is time to stop.
    fn pause(&self, time: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), time, |state| !state.is_stopping);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !state.is_stopping
    }

    fn lock(&self) -> MutexGuard<'_, BellState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread. Dropping this ends it after the step that it is at.
pub(crate) struct IndexFollower {
    bell: Arc<IndexBell>,
    thread: Option<JoinHandle<()>>,
}

impl IndexFollower {
    /// Starts the thread, which is woken by `bell`.
    pub(crate) fn start(
        index: Arc<SearchIndex>,
        reader: JournalReader,
        bell: Arc<IndexBell>,
    ) -> Result<Self, JournalError> {
        let heard = bell.clone();
        let thread = thread::Builder::new()
            .name("search".into())
            .spawn(move || follow(&index, &reader, &heard))
            .map_err(JournalError::io("the search index's thread"))?;
        Ok(Self { bell, thread: Some(thread) })
    }
}

impl Drop for IndexFollower {
    fn drop(&mut self) {
        self.bell.stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the search index's thread panicked");
        }
    }
}

fn follow(index: &SearchIndex, reader: &JournalReader, bell: &IndexBell) {
    let mut was_failing = false;
    loop {
        let begun = Instant::now();
        let step = index.step(reader);
        if let Err(error) = &step
            && !was_failing
        {
            tracing::warn!(%error, "the search index is not written: searches take longer the longer that lasts");
        }
        was_failing = step.is_err();
        let goes_on = match step {
            Ok(IndexStep::Behind) => bell.pause(Duration::ZERO),
            // What was there before leaves half of the processor's time to others.
            Ok(IndexStep::Filling) => bell.pause(begun.elapsed()),
            Ok(IndexStep::Complete) => bell.wait_for_growth() && bell.pause(GATHERING),
            Err(_) => bell.pause(RETRY),
        };
        if !goes_on {
            return;
        }
    }
}
