"""A bad night, as a whole: the broker goes away, the disk fills up, hosts block, somebody reloads a broken configuration, and the
machine is lost, so that a copy of the journal is restored while Kafka is ahead of it. Each time the status names the cause while it
lasts. In the morning nothing is lost, and nothing is on Kafka twice."""

import shutil
import unittest

from harness.broker import Broker
from harness.daemon import eventually
from harness.delivery import Delivery
from harness.disk import SmallDisk


class BadNight(Delivery):
    def deliver_rest(self, daemon, crowd):
        eventually("everything is delivered", 60, lambda: self.delivered_all(daemon, crowd.count))
        # But for the room: the disk of this test is never what an operator would call large.
        eventually("nothing is wrong any more", 30,
                   lambda: {fault["kind"] for fault in daemon.status()["faults"]} <= {"little_room"})

    def the_broker_is_away(self, broker, daemon, crowd):
        broker.stop()
        crowd.grow(20)
        eventually("entries are taken in without a broker", 30, lambda: daemon.articles() == crowd.count)
        eventually("the broker is named", 30, lambda: daemon.fault("no Kafka broker answers"))
        self.assertTrue(daemon.ready())
        broker.start()
        self.deliver_rest(daemon, crowd)

    def the_disk_is_full(self, disk, daemon, crowd):
        disk.fill()
        crowd.grow(40)
        eventually("the disk is named", 30, lambda: daemon.fault("its disk is full"))
        self.assertFalse(daemon.ready())
        disk.free()
        self.deliver_rest(daemon, crowd)

    def hosts_block(self, site, daemon, crowd):
        """Most hosts answer 403 or 429, or not at all."""
        hosts = list(crowd.items)
        site.block({hosts[0]: "403", hosts[1]: "403", hosts[2]: "429", hosts[3]: "429", hosts[4]: "silent"})
        crowd.grow(12)
        status = eventually("feeds that fail are named", 40, lambda: daemon.fault("feeds fail"))
        reasons = " ".join(feed.get("last_error") or "" for feed in status["feeds"])
        for sign in ["403", "429", "no head of an answer within 2 s"]:
            self.assertIn(sign, reasons)
        # The hosts that answer are read all the same.
        open_hosts = [url for host in hosts[5:] for _, url, _ in crowd.items[host]]
        eventually("what other hosts have is read", 30, lambda: set(open_hosts) <= set(daemon.urls()))
        site.block({})
        for feed in crowd.feeds:
            daemon.run("feed", "poll", feed, "--config", daemon.config)
        self.deliver_rest(daemon, crowd)

    def a_reload_is_wrong(self, daemon, crowd):
        before = daemon.config.read_text()
        daemon.config.write_text(before.replace('min_interval = "1s"', 'min_interval = "soon"') + "\n[engine]\npages_in_flight = 0\n")
        refused = daemon.run("reload", "--config", daemon.config)
        self.assertEqual(refused.returncode, 78, refused.stdout)
        for sign in ["min_interval", "pages_in_flight"]:
            self.assertIn(sign, refused.stderr)
        crowd.grow(6)
        self.deliver_rest(daemon, crowd)
        daemon.config.write_text(before)
        self.assertEqual(daemon.run("reload", "--config", daemon.config).returncode, 0)

    def the_machine_is_lost(self, broker, site, disk, daemon, crowd):
        copy = self.folder / "journal.copy"
        made = daemon.run("backup", copy, "--config", daemon.config)
        self.assertEqual(made.returncode, 0, made.stderr)
        crowd.grow(20)
        self.deliver_rest(daemon, crowd)
        daemon.kill()
        shutil.rmtree(daemon.root)
        disk.clear()
        crowd.grow(10)
        new = self.night_daemon(broker, site, disk, crowd, "other machine")
        restored = new.run("restore", copy, "--config", new.config)
        self.assertEqual(restored.returncode, 0, restored.stderr)
        new.start()
        self.deliver_rest(new, crowd)
        return new

    def night_daemon(self, broker, site, disk, crowd, name):
        return self.daemon(site, crowd, broker.address, per_host_delay="10ms", name=name, more={
            "": {"data_dir": str(disk.path)},
            "fetch": {"first_byte_timeout": "2s"},
            "poll": {"min_interval": "1s", "max_interval": "2s", "max_backoff": "2s"},
        })

    def test_nothing_is_lost_and_nothing_told_twice(self):
        disk = SmallDisk.mounted(self, megabytes=64)
        broker = Broker(self.folder / "broker").start()
        self.addCleanup(broker.stop)
        site, crowd = self.serve(hosts=8)
        crowd.grow(40)
        daemon = self.night_daemon(broker, site, disk, crowd, "daemon").start()
        self.deliver_rest(daemon, crowd)
        self.the_broker_is_away(broker, daemon, crowd)
        self.the_disk_is_full(disk, daemon, crowd)
        self.hosts_block(site, daemon, crowd)
        self.a_reload_is_wrong(daemon, crowd)
        daemon = self.the_machine_is_lost(broker, site, disk, daemon, crowd)
        self.assert_each_once(broker.address, crowd, daemon)
        self.assertEqual(daemon.terminate(30), 0, daemon.log[-2000:])


if __name__ == "__main__":
    unittest.main()
