"""A disk of a test's own, small enough to be filled."""

import errno
import os
import shutil
import subprocess


class SmallDisk:
    """A file system in memory, mounted for the length of a test."""

    def __init__(self, path):
        self.path = path

    @classmethod
    def mounted(cls, test, megabytes):
        """A disk below the folder of `test`, which is skipped where nothing can be mounted."""
        path = test.folder / "disk"
        path.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", path]
        if subprocess.run(mount, capture_output=True).returncode:
            test.skipTest("no small disk can be mounted here (it takes root)")
        test.addCleanup(subprocess.run, ["umount", "--lazy", path], check=True)
        return cls(path)

    def fill(self):
        """Leaves no room."""
        with open(self.path / "filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            os.fsync(file.fileno())

    def free(self):
        """Gives the room back."""
        (self.path / "filler").unlink()

    def clear(self):
        """Loses everything on it."""
        for entry in self.path.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
