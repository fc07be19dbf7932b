//! Threads that read the journal and make pages for whoever looks. They give way to the rest of the daemon: a page may come a little later,
//! and no commit does because somebody looks.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// How nice they are (nice(2)): while others want their core, they get about a tenth of it.
const NICENESS: i32 = 10;

/// The fewest of them, so that one long search doesn't keep every other page waiting.
const MIN_THREADS: usize = 2;

/// The threads: as many as there are cores that read, and as many that make pages.
pub(super) struct ReadingThreads {
    /// There until this is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
}

impl ReadingThreads {
    /// Those that read come when they are needed. Where they cannot be had, those of the runtime that this is called in do their work.
    pub(super) fn new() -> Self {
        let threads = available_parallelism().map_or(MIN_THREADS, NonZeroUsize::get).max(MIN_THREADS);
        let mut builder = Builder::new_multi_thread();
        builder.thread_name("reading").worker_threads(threads).max_blocking_threads(threads);
        builder.enable_all().on_thread_start(give_way);
        match builder.build() {
            Ok(runtime) => Self { handle: runtime.handle().clone(), runtime: Some(runtime) },
            Err(error) => {
                tracing::warn!(%error, "threads that read for whoever looks cannot be had; commits may take longer while somebody looks");
                Self { handle: Handle::current(), runtime: None }
            }
        }
    }

    /// Has `work` done as soon as one of them is free.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        self.handle.spawn_blocking(work)
    }

    /// Has them do `work`, which ends with whoever waits for it.
    pub(super) fn make<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> AbortOnDropHandle<T> {
        AbortOnDropHandle::new(self.handle.spawn(work))
    }
}

impl Drop for ReadingThreads {
    fn drop(&mut self) {
        // A thread of another runtime may not wait for them.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Lowers the priority of the calling thread, which Linux has for each thread (setpriority(2)) and other systems for the process alone.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS) {
        tracing::debug!(%error, "a thread that reads for whoever looks keeps its priority");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;
    use rustix::thread::gettid;

    use super::*;

    #[tokio::test]
    async fn who_reads_for_lookers_gives_way_and_nobody_else_does() {
        let own = getpriority_process(Some(gettid())).unwrap();
        let threads = ReadingThreads::new();
        let reading = threads.spawn(|| getpriority_process(Some(gettid())).unwrap()).await.unwrap();
        assert_eq!(reading, own.max(NICENESS));
        let making = threads.make(async { getpriority_process(Some(gettid())).unwrap() }).await.unwrap();
        assert_eq!(making, own.max(NICENESS));
        assert_eq!(getpriority_process(Some(gettid())).unwrap(), own);
    }
}
