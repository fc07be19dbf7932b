"""A disk without room stops intake, not delivery, and intake goes on by itself when there is room again."""

import errno
import os
import subprocess
import unittest

from harness.case import BROKER, EndToEnd
from harness.crowd import Crowd
from harness.daemon import Daemon, eventually
from harness.site import Site


class FullDisk(EndToEnd):
    def small_disk(self):
        """A file system of its own, small enough to be filled."""
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", disk], capture_output=True).returncode:
            self.skipTest("no small disk can be mounted here (it takes root)")
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk], check=True)
        return disk

    @staticmethod
    def fill(path):
        with open(path, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            os.fsync(file.fileno())

    @staticmethod
    def articles(daemon):
        return [event for event in daemon.events() if event["type"] == "dateline.article.v1"]

    def test_intake_stops_and_goes_on(self):
        disk = self.small_disk()
        site = Site(self.folder / "web")
        crowd = Crowd(site, 5)
        crowd.grow(50)
        site.start()
        self.addCleanup(site.stop)
        daemon = Daemon(self.folder / "daemon", crowd.feeds, {
            "": {"data_dir": str(disk)},
            "fetch": {"extra_ca": [str(site.ca)], "connect_to": site.connect_to, "per_host_delay": "20ms"},
            "poll": {"start_spread": "0s", "min_interval": "1s", "max_interval": "2s"},
            "kafka": {"brokers": BROKER, "topics": self.topics()},
        }).start()
        self.addCleanup(daemon.stop)
        eventually("the first entries are delivered", 60, lambda: daemon.ready() and daemon.delivered() >= 50)

        filler = disk / "filler"
        self.fill(filler)
        crowd.grow(400)
        eventually("the daemon says that it is not ready", 60, lambda: not daemon.ready())
        self.assertEqual(daemon.get("/livez").strip(), "alive")
        stopped_at = len(daemon.events())
        self.assertLess(stopped_at, 450)
        eventually("what was committed is delivered all the same", 30, lambda: daemon.delivered() == stopped_at)

        filler.unlink()
        eventually("the rest is ingested and delivered", 120,
                   lambda: len(self.articles(daemon)) >= 450 and daemon.delivered() == len(daemon.events()))
        self.assertEqual(sorted(event["data"]["url"] for event in self.articles(daemon)), crowd.urls())
        self.assertEqual(daemon.terminate(30), 0, daemon.log[-2000:])


if __name__ == "__main__":
    unittest.main()
