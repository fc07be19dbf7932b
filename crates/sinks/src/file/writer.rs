//! Whole lines, on the disk: what was written counts once it is synced, and what is torn is taken back.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dateline_journal::file_identity;
use jiff::Timestamp;

/// How much is read at a time to find where the last line begins.
const LOOK_BACK_BYTES: u64 = 64 << 10;

/// A line with its line feed.
pub(super) type Line = Vec<u8>;

/// Writes lines to a file that begins anew when it is full or its time is over.
pub(super) struct LineWriter {
    path: PathBuf,
    max_bytes: u64,
    max_age: Duration,
    open: Option<OpenFile>,
}

/// The file that is written to, all of which is on the disk.
struct OpenFile {
    file: File,
    bytes: u64,
    /// When it was last written to; it is for that time.
    written: Timestamp,
}

impl LineWriter {
    /// A writer of the file at `path`, which is opened when it is needed.
    pub(super) fn new(path: PathBuf, max_bytes: u64, max_age: Duration) -> Self {
        Self { path, max_bytes, max_age, open: None }
    }

    /// Appends `lines` at `now`; they are on the disk when this returns.
    ///
    /// # Errors
    /// What the system says. What of it was written is taken back as far as that can be done, and all of it is to be written again.
    pub(super) fn append(&mut self, lines: &[Line], now: Timestamp) -> io::Result<()> {
        let mut rest = lines;
        while !rest.is_empty() {
            self.rotate_if_due(now)?;
            let room = self.max_bytes.saturating_sub(self.opened()?.bytes);
            let count = fitting(rest, room);
            if count == 0 && self.opened()?.bytes > 0 {
                self.rotate(now)?;
                continue;
            }
            let (batch, after) = rest.split_at(count.max(1));
            if let Err(error) = write(self.opened()?, batch, now) {
                // The next attempt opens it anew, and takes back what this could not.
                self.open = None;
                return Err(error);
            }
            rest = after;
        }
        Ok(())
    }

    /// Has the file begin anew where its time is over.
    pub(super) fn rotate_if_due(&mut self, now: Timestamp) -> io::Result<()> {
        let max_age = self.max_age;
        let open = self.opened()?;
        let is_over = open.bytes > 0 && period(open.written, max_age) != period(now, max_age);
        if is_over { self.rotate(now) } else { Ok(()) }
    }

    /// When the file's time is over.
    pub(super) fn period_end(&self, now: Timestamp) -> Timestamp {
        let length = seconds(self.max_age);
        Timestamp::from_second((period(now, self.max_age) + 1).saturating_mul(length))
            .unwrap_or(Timestamp::MAX)
    }

    /// The open file, which is the one at the path: another program may have renamed or removed what we had open.
    fn opened(&mut self) -> io::Result<&mut OpenFile> {
        if let Some(open) = &self.open {
            let ours = open.file.metadata()?;
            let is_there = std::fs::metadata(&self.path)
                .is_ok_and(|there| file_identity(&there) == file_identity(&ours));
            if !is_there {
                self.open = None;
            }
        }
        match &mut self.open {
            Some(open) => Ok(open),
            none => Ok(none.insert(OpenFile::at(&self.path)?)),
        }
    }

    /// Gives the file another name, and begins anew.
    fn rotate(&mut self, now: Timestamp) -> io::Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let full = free_name(&self.path, open.written);
        std::fs::rename(&self.path, &full)?;
        sync_folder(&self.path)?;
        tracing::info!(file = %full.display(), bytes = open.bytes, at = %now, "a file of events is complete");
        self.open = Some(OpenFile::at(&self.path)?);
        Ok(())
    }
}

impl OpenFile {
    /// Opens the file at `path`, or makes it, folders included, and takes back a last line that is torn.
    fn at(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another process, or another file sink, writes to this file"));
            }
            // A file system without locks.
            Err(TryLockError::Error(error)) => tracing::debug!(%error, "a file of events cannot be locked"),
        }
        let metadata = file.metadata()?;
        // A device has no length, and no end.
        if metadata.len() > 0 {
            refuse_foreign(&mut file)?;
        }
        let bytes = whole_lines(&mut file, metadata.len())?;
        if bytes < metadata.len() {
            tracing::warn!(
                file = %path.display(),
                bytes = metadata.len() - bytes,
                "the last line of a file of events was torn, and is written again"
            );
            file.set_len(bytes)?;
            file.sync_data()?;
        }
        sync_folder(path)?;
        let written = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        Ok(Self { file, bytes, written: written.unwrap_or(Timestamp::UNIX_EPOCH) })
    }
}

/// Refuses what does not begin as a line of events does: nothing is cut off a journal, or added to a configuration.
fn refuse_foreign(file: &mut File) -> io::Result<()> {
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(file).take(1).read_to_end(&mut first)?;
    match first.first() {
        None | Some(b'{') => Ok(()),
        Some(_) => {
            Err(io::Error::other("it holds something else than events; name another file in [[file]]"))
        }
    }
}

/// Writes whole lines, and takes them back if they cannot be synced.
fn write(open: &mut OpenFile, lines: &[Line], now: Timestamp) -> io::Result<()> {
    let text = lines.concat();
    let written = open.file.write_all(&text).and_then(|()| open.file.sync_data());
    if let Err(error) = written {
        let _ = open.file.set_len(open.bytes);
        return Err(error);
    }
    open.bytes += text.len() as u64;
    open.written = now;
    Ok(())
}

/// How many of the first `lines` take no more than `room` bytes.
fn fitting(lines: &[Line], room: u64) -> usize {
    let mut bytes = 0;
    let fits = |line: &&Line| {
        bytes += line.len() as u64;
        bytes <= room
    };
    lines.iter().take_while(fits).count()
}

/// The length of the whole lines of a file that holds `bytes`.
fn whole_lines(file: &mut File, bytes: u64) -> io::Result<u64> {
    let mut end = bytes;
    while end > 0 {
        let begin = end.saturating_sub(LOOK_BACK_BYTES);
        file.seek(SeekFrom::Start(begin))?;
        let mut piece = Vec::new();
        Read::by_ref(file).take(end - begin).read_to_end(&mut piece)?;
        if let Some(place) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(begin + place as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

/// Which length of time since 1970 a moment lies in.
fn period(moment: Timestamp, length: Duration) -> i64 {
    moment.as_second().div_euclid(seconds(length))
}

fn seconds(length: Duration) -> i64 {
    i64::try_from(length.as_secs()).unwrap_or(i64::MAX).max(1)
}

/// A name beside `path` that nothing has, with when it was last written to and a number: in the order of names they are in that of time.
fn free_name(path: &Path, written: Timestamp) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default();
    let named = |number: u32| {
        let mut name = OsString::from(stem);
        name.push(written.strftime("-%Y%m%dT%H%M%SZ").to_string());
        name.push(format!("-{number:04}"));
        if let Some(extension) = path.extension() {
            name.push(".");
            name.push(extension);
        }
        path.with_file_name(name)
    };
    (1..).map(named).find(|name| !name.exists()).unwrap_or_else(|| named(u32::MAX))
}

/// Has a name of a file survive the loss of power.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(4_102_444_800 + second).unwrap()
    }

    fn line(sequence: u64) -> Line {
        format!("{{\"sequence\":\"{sequence}\"}}\n").into_bytes()
    }

    /// Every file in a folder, by name, with its lines.
    fn files(folder: &Path) -> Vec<(String, Vec<String>)> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let text = fs::read_to_string(&path).unwrap();
                assert!(text.is_empty() || text.ends_with('\n'), "{text}");
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, text.lines().map(str::to_owned).collect())
            })
            .collect();
        files.sort();
        files
    }

    #[test]
    fn a_full_file_gets_another_name_and_every_line_is_whole_and_there_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = LineWriter::new(folder.path().join("events.ndjson"), 50, HOUR);
        writer.append(&(1..=5).map(line).collect::<Vec<_>>(), at(0)).unwrap();
        writer.append(&[line(6)], at(1)).unwrap();
        let files = files(folder.path());
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let full =
            ["events-21000101T000000Z-0001.ndjson", "events-21000101T000000Z-0002.ndjson", "events.ndjson"];
        assert_eq!(names, full);
        let lines: Vec<&String> = files.iter().flat_map(|(_, lines)| lines).collect();
        let all: Vec<String> = (1..=6).map(|sequence| format!("{{\"sequence\":\"{sequence}\"}}")).collect();
        assert_eq!(lines, all.iter().collect::<Vec<_>>());
    }

    #[test]
    fn an_event_that_is_larger_than_a_file_may_be_has_one_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = LineWriter::new(folder.path().join("events"), 3, HOUR);
        writer.append(&[line(1), line(2)], at(0)).unwrap();
        assert_eq!(files(folder.path()).iter().map(|(_, lines)| lines.len()).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn a_file_is_for_its_time_also_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        let mut writer = LineWriter::new(path.clone(), 1 << 20, HOUR);
        writer.append(&[line(1)], at(10)).unwrap();
        assert_eq!(writer.period_end(at(10)), at(3_600));
        writer.append(&[line(2)], at(3_599)).unwrap();
        assert_eq!(files(folder.path()).len(), 1);
        writer.append(&[line(3)], at(3_600)).unwrap();
        assert_eq!(files(folder.path()).len(), 2);
        drop(writer);
        // The file says when it was written, which was long before the hour that is now.
        let mut writer = LineWriter::new(path, 1 << 20, HOUR);
        writer.rotate_if_due(at(7_200)).unwrap();
        let files = files(folder.path());
        assert_eq!((files.len(), files.last().unwrap().1.len()), (3, 0));
    }

    #[test]
    fn a_torn_last_line_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        for (there, left) in [
            ("{\"sequence\":\"1\"}\n{\"sequ", 1),
            ("{\"sequ", 0),
            ("{}\n{}\n", 2),
            ("", 0),
            (&format!("{{}}\n{}", "x".repeat(200_000)), 1),
        ] {
            fs::write(&path, there).unwrap();
            let mut writer = LineWriter::new(path.clone(), 1 << 20, HOUR);
            writer.open = Some(OpenFile { written: at(0), ..OpenFile::at(&path).unwrap() });
            writer.append(&[line(2)], at(0)).unwrap();
            assert_eq!(files(folder.path())[0].1.len(), left + 1);
        }
    }

    #[test]
    fn a_file_of_something_else_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        fs::write(&path, b"SQLite format 3\0\nand so on").unwrap();
        let error = LineWriter::new(path.clone(), 1 << 20, HOUR).append(&[line(1)], at(0)).unwrap_err();
        assert!(error.to_string().contains("something else than events"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"SQLite format 3\0\nand so on");
    }

    #[test]
    fn a_file_that_somebody_renames_or_removes_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        let mut writer = LineWriter::new(path.clone(), 1 << 20, HOUR);
        writer.append(&[line(1)], at(0)).unwrap();
        fs::rename(&path, folder.path().join("taken")).unwrap();
        writer.append(&[line(2)], at(0)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[test]
    fn a_full_disk_is_an_error_and_what_was_written_counts_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        // The kernel's device that has no room.
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        let mut writer = LineWriter::new(path.clone(), 1 << 20, HOUR);
        let error = writer.append(&[line(1)], at(0)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        fs::remove_file(&path).unwrap();
        writer.append(&[line(1)], at(0)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[test]
    fn two_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        let mut writers = [(); 2].map(|()| LineWriter::new(path.clone(), 1 << 20, HOUR));
        writers[0].append(&[line(1)], at(0)).unwrap();
        let error = writers[1].append(&[line(1)], at(0)).unwrap_err();
        assert!(error.to_string().contains("another file sink"), "{error}");
    }
}
