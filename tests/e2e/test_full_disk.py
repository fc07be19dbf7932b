"""A disk without room stops intake, not delivery, and intake goes on by itself when there is room again."""

import unittest

from harness.case import BROKER, EndToEnd
from harness.crowd import Crowd
from harness.daemon import Daemon, eventually
from harness.disk import SmallDisk
from harness.site import Site


class FullDisk(EndToEnd):
    def test_intake_stops_and_goes_on(self):
        disk = SmallDisk.mounted(self, megabytes=96)
        site = Site(self.folder / "web")
        crowd = Crowd(site, 5)
        crowd.grow(50)
        site.start()
        self.addCleanup(site.stop)
        daemon = Daemon(self.folder / "daemon", crowd.feeds, {
            "": {"data_dir": str(disk.path)},
            "fetch": {"extra_ca": [str(site.ca)], "connect_to": site.connect_to, "per_host_delay": "20ms"},
            "poll": {"start_spread": "0s", "min_interval": "1s", "max_interval": "2s"},
            "kafka": {"brokers": BROKER, "topics": self.topics()},
        }).start()
        self.addCleanup(daemon.stop)
        eventually("the first entries are delivered", 60, lambda: daemon.ready() and daemon.delivered() >= 50)

        disk.fill()
        crowd.grow(400)
        eventually("the daemon says that it is not ready", 60, lambda: not daemon.ready())
        self.assertEqual(daemon.get("/livez").strip(), "alive")
        stopped_at = len(daemon.events())
        self.assertLess(stopped_at, 450)
        eventually("what was committed is delivered all the same", 30, lambda: daemon.delivered() == stopped_at)

        disk.free()
        eventually("the rest is ingested and delivered", 120,
                   lambda: daemon.articles() >= 450 and daemon.delivered() == len(daemon.events()))
        self.assertEqual(sorted(daemon.urls()), crowd.urls())
        self.assertEqual(daemon.terminate(30), 0, daemon.log[-2000:])


if __name__ == "__main__":
    unittest.main()
