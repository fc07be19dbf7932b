//! What the threads of a process took of the CPU, as Linux counts it.

use std::io;
use std::time::Duration;
use std::{fs, path::Path};

/// The CPU time of each thread, by name, and of the process.
pub(crate) struct ThreadTimes {
    threads: Vec<(String, Duration)>,
    total: Duration,
}

impl ThreadTimes {
    /// Those of process `id`, up to now.
    ///
    /// # Errors
    /// If there is no such process, or no `/proc`.
    pub(crate) fn of(id: u32) -> io::Result<Self> {
        let process = Path::new("/proc").join(id.to_string());
        let mut threads = Vec::new();
        for thread in fs::read_dir(process.join("task"))? {
            let thread = thread?.path();
            let name = fs::read_to_string(thread.join("comm"))?.trim().to_owned();
            threads.push((name, nanoseconds_on_cpu(&thread)?));
        }
        let total = ticks(&fs::read_to_string(process.join("stat"))?);
        Ok(Self { threads, total })
    }

    /// The time of the process, with threads that have ended.
    pub(crate) fn total(&self) -> Duration {
        self.total
    }

    /// The time of threads whose name begins with `name`.
    pub(crate) fn of_threads(&self, name: &str) -> Duration {
        self.threads.iter().filter(|(thread, _)| thread.starts_with(name)).map(|(_, time)| *time).sum()
    }

    /// The time of everything but threads whose names begin with one of `names`.
    pub(crate) fn rest(&self, names: &[&str]) -> Duration {
        self.total.saturating_sub(names.iter().map(|name| self.of_threads(name)).sum())
    }
}

/// The first field of `schedstat`: the time spent on the CPU, in nanoseconds.
fn nanoseconds_on_cpu(thread: &Path) -> io::Result<Duration> {
    let text = fs::read_to_string(thread.join("schedstat"))?;
    let spent = text.split(' ').next().and_then(|field| field.parse().ok());
    Ok(Duration::from_nanos(spent.unwrap_or_default()))
}

/// User and system time of `stat`, fields 14 and 15, in ticks, of which Linux has 100 a second wherever it shows them (proc(5)).
fn ticks(stat: &str) -> Duration {
    // The name, field 2, may hold anything, and ends with the last parenthesis.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
