"""Whatever happens to the daemon or its broker, every entry's event is on the topic once."""

import random
import time
import unittest
from collections import Counter

from harness import topic
from harness.broker import Broker
from harness.case import BROKER, EndToEnd
from harness.crowd import Crowd
from harness.daemon import Daemon, eventually
from harness.site import Site

ENTRIES = 2_000
KILLS = 50


class NothingLostNothingTwice(EndToEnd):
    def serve(self, hosts):
        site = Site(self.folder / "web")
        crowd = Crowd(site, hosts)
        site.start()
        self.addCleanup(site.stop)
        return site, crowd

    def daemon(self, site, crowd, brokers, per_host_delay):
        daemon = Daemon(self.folder / "daemon", crowd.feeds, {
            "fetch": {"extra_ca": [str(site.ca)], "connect_to": site.connect_to, "per_host_delay": per_host_delay},
            "poll": {"start_spread": "0s", "min_interval": "2s", "max_interval": "4s"},
            "kafka": {"brokers": brokers, "topics": self.topics()},
        })
        self.addCleanup(daemon.stop)
        return daemon

    def assert_each_once(self, brokers, crowd, daemon):
        """Every page is one article record; the sequence numbers of all records are those of the journal, each once."""
        records = topic.read(brokers, self.topics()["articles"])
        others = topic.read(brokers, self.topics()["rejects"]) + topic.read(brokers, self.topics()["health"])
        self.assertEqual(sorted(record["value"]["url"] for record in records), crowd.urls())
        delivered = Counter(int(record["headers"]["ce_sequence"]) for record in records + others)
        self.assertEqual([sequence for sequence, times in delivered.items() if times > 1], [])
        self.assertEqual(sorted(delivered), list(range(1, len(daemon.events()) + 1)))

    def delivered_all(self, daemon, entries):
        """Whether all entries are events and all events are delivered, as the API tells."""
        if not daemon.ready():
            return False
        events = daemon.events()
        articles = sum(event["type"] == "dateline.article.v1" for event in events)
        return articles >= entries and daemon.delivered() == len(events)

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
