//! Work on lines: one answer line for each line read, in the order of the input, on all cores.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::contained::contained;

/// How far the fastest worker may run ahead of the slowest line: bounds the answers held back to keep the order.
const AHEAD: u64 = 256;

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchTally {
    /// Lines read.
    pub lines: u64,
    /// Lines whose answer tells of a failure.
    pub failed: u64,
}

/// The answer to one line.
#[derive(Debug)]
pub struct BatchAnswer {
    /// Its bytes, without the line feed.
    pub line: Vec<u8>,
    /// Whether it tells of a failure.
    pub failed: bool,
}

impl BatchAnswer {
    /// The answer to a line that could not be worked on: `{"id", "error"}`, with the line's id if that is known.
    pub fn of_failure(id: Option<&RawValue>, error: &str) -> Self {
        #[derive(Serialize)]
        struct FailedLine<'l> {
            #[serde(skip_serializing_if = "Option::is_none")]
            id: Option<&'l RawValue>,
            error: &'l str,
        }
        let line = serde_json::to_vec(&FailedLine { id, error })
            .unwrap_or_else(|_| br#"{"error":"unknown"}"#.to_vec());
        Self { line, failed: true }
    }

    /// The answer to a line on which work panicked. The line's `id` is given back where it is JSON with one.
    fn of_panic(line: &[u8], panic: &str) -> Self {
        #[derive(Deserialize)]
        struct Identity<'l> {
            #[serde(borrow)]
            id: &'l RawValue,
        }
        let identity: Option<Identity<'_>> = serde_json::from_slice(line).ok();
        let error = format!("a fault of Dateline's, please report it with the line: {panic}");
        Self::of_failure(identity.map(|line| line.id), &error)
    }
}

/// Reads lines from `input`, has each answered by `work` on `threads` threads, and writes the answers to `output` in the
/// order of the lines. Blank lines are passed over. Where `work` panics, the answer tells of that as a failure.
///
/// # Errors
/// If reading or writing fails.
pub fn run<W>(
    input: impl BufRead + Send,
    output: &mut impl Write,
    threads: NonZero<usize>,
    work: W,
) -> io::Result<BatchTally>
where
    W: Fn(&[u8]) -> BatchAnswer + Sync,
{
    let queue =
        Queue { state: Mutex::new(State { input, read: 0, written: 0, ended: None }), room: Condvar::new() };
    let (send, receive) = sync_channel(threads.get() * 2);
    thread::scope(|scope| {
        for _ in 0..threads.get() {
            let (send, queue, work) = (send.clone(), &queue, &work);
            scope.spawn(move || answer_lines(queue, &send, work));
        }
        drop(send);
        let written = write_in_order(&queue, &receive, output);
        if written.is_err() {
            queue.end(Ok(()));
        }
        drop(receive);
        written
    })
    .and_then(|tally| match queue.lock().ended.take() {
        Some(Err(error)) => Err(error),
        _ => Ok(tally),
    })
}

struct Queue<R> {
    state: Mutex<State<R>>,
    room: Condvar,
}

struct State<R> {
    input: R,
    read: u64,
    written: u64,
    ended: Option<io::Result<()>>,
}

impl<R> Queue<R> {
    fn lock(&self) -> MutexGuard<'_, State<R>> {
        // A worker that panicked elsewhere left the state whole: it changes under the lock only in `take` and `note`.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, how: io::Result<()>) {
        self.lock().ended.get_or_insert(how);
        self.room.notify_all();
    }

    fn note_written(&self, written: u64) {
        self.lock().written = written;
        self.room.notify_all();
    }
}

impl<R: BufRead> Queue<R> {
    /// The next line and its number, or `None` at the end.
    fn take(&self, line: &mut Vec<u8>) -> Option<u64> {
        let mut state = self.lock();
        loop {
            while state.ended.is_none() && state.read >= state.written + AHEAD {
                state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.ended.is_some() {
                return None;
            }
            line.clear();
            match state.input.read_until(b'\n', line) {
                Ok(0) => state.ended = Some(Ok(())),
                Err(error) => state.ended = Some(Err(error)),
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => {
                    state.read += 1;
                    return Some(state.read - 1);
                }
            }
        }
    }
}

fn answer_lines<R: BufRead>(
    queue: &Queue<R>,
    send: &SyncSender<(u64, BatchAnswer)>,
    work: &impl Fn(&[u8]) -> BatchAnswer,
) {
    let mut line = Vec::new();
    while let Some(number) = queue.take(&mut line) {
        let line = line.trim_ascii();
        let answer = contained(|| work(line)).unwrap_or_else(|panic| BatchAnswer::of_panic(line, &panic));
        if send.send((number, answer)).is_err() {
            return;
        }
    }
}

fn write_in_order<R>(
    queue: &Queue<R>,
    receive: &Receiver<(u64, BatchAnswer)>,
    output: &mut impl Write,
) -> io::Result<BatchTally> {
    let mut early = BTreeMap::new();
    let mut tally = BatchTally::default();
    loop {
        let (number, answer) = match receive.try_recv() {
            Ok(next) => next,
            Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) => {
                // Whoever feeds line by line gets each answer as soon as it is there.
                output.flush()?;
                match receive.recv() {
                    Ok(next) => next,
                    Err(RecvError) => break,
                }
            }
        };
        early.insert(number, answer);
        while let Some(answer) = early.remove(&tally.lines) {
            output.write_all(&answer.line)?;
            output.write_all(b"\n")?;
            tally.lines += 1;
            tally.failed += u64::from(answer.failed);
        }
        queue.note_written(tally.lines);
    }
    output.flush()?;
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn threads(count: usize) -> NonZero<usize> {
        NonZero::new(count).unwrap()
    }

    #[test]
    fn answers_come_in_the_order_of_the_lines_whatever_each_takes() {
        let input: String = (0..2_000).map(|number| format!("{number}\n")).collect();
        let mut output = Vec::new();
        let tally = run(input.as_bytes(), &mut output, threads(4), |line| {
            if line == b"3" {
                thread::sleep(Duration::from_millis(50));
            }
            BatchAnswer { line: line.to_vec(), failed: line.ends_with(b"7") }
        })
        .unwrap();
        assert_eq!(String::from_utf8(output).unwrap(), input);
        assert_eq!(tally, BatchTally { lines: 2_000, failed: 200 });
    }

    #[test]
    fn blank_lines_and_a_missing_last_line_feed_do_not_matter() {
        let mut output = Vec::new();
        let echo = |line: &[u8]| BatchAnswer { line: line.to_vec(), failed: false };
        run(&b"a\n\n  \nb"[..], &mut output, threads(2), echo).unwrap();
        assert_eq!(output, b"a\nb\n");
    }

    #[test]
    fn a_line_on_which_work_panics_is_answered_as_failed_and_the_rest_goes_on() {
        let input: String = (0..1_000).map(|number| format!("{{\"id\":{number}}}\n")).collect();
        let mut output = Vec::new();
        let tally = run(input.as_bytes(), &mut output, threads(2), |line| {
            assert!(line != b"{\"id\":3}", "cannot bear it");
            BatchAnswer { line: line.to_vec(), failed: false }
        })
        .unwrap();
        assert_eq!(tally, BatchTally { lines: 1_000, failed: 1 });
        let output = String::from_utf8(output).unwrap();
        let fourth = output.lines().nth(3).unwrap();
        assert!(fourth.starts_with("{\"id\":3,\"error\":") && fourth.contains("cannot bear it"), "{fourth}");
    }

    #[test]
    fn an_output_that_fails_ends_the_batch() {
        struct BatchFull;
        impl Write for BatchFull {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let input = "line\n".repeat(5_000);
        let echo = |line: &[u8]| BatchAnswer { line: line.to_vec(), failed: false };
        let error = run(input.as_bytes(), &mut BatchFull, threads(2), echo).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
