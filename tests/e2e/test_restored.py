"""A journal that is lost, or moves: subscribers notice nothing of it."""

import shutil
import unittest

from harness.case import BROKER
from harness.daemon import eventually
from harness.delivery import Delivery


class Restored(Delivery):
    def back_up(self, daemon):
        copy = self.folder / "journal.copy"
        made = daemon.run("backup", copy, "--config", daemon.config)
        self.assertEqual(made.returncode, 0, made.stderr)
        return copy

    def restore(self, copy, site, crowd, per_host_delay):
        """The copy on another machine: another folder, another daemon, the same settings."""
        daemon = self.daemon(site, crowd, BROKER, per_host_delay, name="other machine")
        restored = daemon.run("restore", copy, "--config", daemon.config)
        self.assertEqual(restored.returncode, 0, restored.stderr)
        refused = daemon.run("restore", copy, "--config", daemon.config)
        self.assertEqual(refused.returncode, 65, refused.stdout)
        self.assertIn("is there already", refused.stderr)
        return daemon

    def test_a_lost_journal_is_restored_from_an_older_copy_while_kafka_is_ahead(self):
        site, crowd = self.serve(hosts=10)
        crowd.grow(100)
        lost = self.daemon(site, crowd, BROKER, per_host_delay="50ms").start()
        eventually("the first entries are delivered", 60, lambda: self.delivered_all(lost, 100))
        copy = self.back_up(lost)
        crowd.grow(100)
        eventually("the next are delivered", 60, lambda: self.delivered_all(lost, 200))
        before = len(lost.events())
        lost.kill()
        shutil.rmtree(lost.root / "data")

        crowd.grow(50)
        daemon = self.restore(copy, site, crowd, per_host_delay="50ms").start()
        eventually("everything is delivered", 90, lambda: self.delivered_all(daemon, 250))
        self.assert_each_once(BROKER, crowd, daemon)
        # Nothing beside what is new: what Kafka had is not even rejected as a repetition.
        self.assertEqual(len(daemon.events()), before + 50)

    def test_a_daemon_moves_to_another_machine(self):
        site, crowd = self.serve(hosts=10)
        crowd.grow(150)
        old = self.daemon(site, crowd, BROKER, per_host_delay="50ms").start()
        eventually("ingestion is under way", 30, lambda: old.ready() and len(old.events()) > 30)
        self.assertEqual(old.terminate(30), 0, old.log[-2000:])
        copy = self.back_up(old)
        new = self.restore(copy, site, crowd, per_host_delay="50ms").start()
        crowd.grow(50)
        eventually("everything is delivered", 90, lambda: self.delivered_all(new, 200))
        self.assert_each_once(BROKER, crowd, new)

        # Somebody starts the old one again: it delivers nothing, and says why.
        old.start()
        eventually("the old one is refused", 60, lambda: "another copy of this journal delivers" in old.log)
        crowd.grow(20)
        eventually("the new one goes on", 90, lambda: self.delivered_all(new, 220))
        self.assertEqual(old.terminate(30), 69, old.log[-2000:])
        self.assert_each_once(BROKER, crowd, new)


if __name__ == "__main__":
    unittest.main()
