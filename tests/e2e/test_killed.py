"""Whatever happens to the daemon or its broker, every entry's event is on the topic once."""

import random
import time
import unittest

from harness.broker import Broker
from harness.case import BROKER
from harness.daemon import eventually
from harness.delivery import Delivery

ENTRIES = 2_000
KILLS = 50


class NothingLostNothingTwice(Delivery):
    def test_killed_at_random_moments(self):
        chance = random.Random(20250618)
        site, crowd = self.serve(hosts=20)
        daemon = self.daemon(site, crowd, BROKER, per_host_delay="200ms")
        kills = 0
        while kills < KILLS:
            # Entries keep coming, so that no kill falls into idle time.
            crowd.grow(ENTRIES // KILLS)
            daemon.start()
            time.sleep(chance.uniform(0.3, 2.5))
            self.assertIsNone(daemon.process.poll(), daemon.log[-2000:])
            daemon.kill()
            kills += 1
        daemon.start()
        eventually("all entries are delivered", 180, lambda: self.delivered_all(daemon, ENTRIES), every=1)
        self.assertEqual(crowd.count, ENTRIES)
        self.assert_each_once(BROKER, crowd, daemon)
        self.assertEqual(daemon.terminate(30), 0, daemon.log[-2000:])

    def test_the_broker_is_away_for_a_minute(self):
        broker = Broker(self.folder / "broker").start()
        self.addCleanup(broker.stop)
        site, crowd = self.serve(hosts=10)
        crowd.grow(50)
        daemon = self.daemon(site, crowd, broker.address, per_host_delay="50ms").start()
        eventually("the first entries are delivered", 60, lambda: self.delivered_all(daemon, 50))
        broker.stop()
        for _ in range(12):
            crowd.grow(20)
            time.sleep(5)
        eventually("entries are ingested while the broker is away", 30,
                   lambda: sum(event["type"] == "dateline.article.v1" for event in daemon.events()) >= 200)
        self.assertTrue(daemon.ready())
        self.assertLess(daemon.delivered(), 200)
        broker.start()
        eventually("delivery catches up", 120, lambda: self.delivered_all(daemon, crowd.count), every=1)
        self.assert_each_once(broker.address, crowd, daemon)

    def test_sigterm_in_the_middle_drains_and_loses_nothing(self):
        site, crowd = self.serve(hosts=10)
        crowd.grow(200)
        daemon = self.daemon(site, crowd, BROKER, per_host_delay="50ms").start()
        eventually("ingestion is under way", 30, lambda: daemon.ready() and len(daemon.events()) > 20)
        self.assertEqual(daemon.terminate(30), 0, daemon.log[-2000:])
        daemon.start()
        eventually("the rest is delivered", 60, lambda: self.delivered_all(daemon, 200))
        self.assert_each_once(BROKER, crowd, daemon)


if __name__ == "__main__":
    unittest.main()
