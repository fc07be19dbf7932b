//! The room on a disk.

use std::io;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The room on a disk, for those who are not its system's administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiskSpace {
    /// Free, in bytes.
    pub free_bytes: u64,
    /// Altogether, in bytes.
    pub total_bytes: u64,
}

impl DiskSpace {
    /// That of the disk on which `path` is (`statvfs(3)`).
    ///
    /// # Errors
    /// If the system doesn't say.
    pub fn at(path: &Path) -> io::Result<Self> {
        let disk = rustix::fs::statvfs(path)?;
        Ok(Self {
            free_bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
            total_bytes: disk.f_blocks.saturating_mul(disk.f_frsize),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_has_no_more_free_than_there_is() {
        let disk = DiskSpace::at(Path::new("/")).expect("a disk");
        assert!(disk.free_bytes <= disk.total_bytes && disk.total_bytes > 0, "{disk:?}");
        assert!(DiskSpace::at(Path::new("/nonexistent")).is_err());
    }
}
