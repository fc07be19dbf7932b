"""What the tests of delivery share: a crowd of sites, a daemon that reads them, and the promise itself."""

from collections import Counter

from . import topic
from .case import EndToEnd
from .crowd import Crowd
from .daemon import Daemon
from .site import Site


class Delivery(EndToEnd):
    def serve(self, hosts):
        site = Site(self.folder / "web")
        crowd = Crowd(site, hosts)
        site.start()
        self.addCleanup(site.stop)
        return site, crowd

    def daemon(self, site, crowd, brokers, per_host_delay, name="daemon", more=None):
        """A daemon that reads the crowd; `more` maps a section to settings that it has besides, or instead."""
        settings = {
            "fetch": {"extra_ca": [str(site.ca)], "connect_to": site.connect_to, "per_host_delay": per_host_delay},
            "poll": {"start_spread": "0s", "min_interval": "2s", "max_interval": "4s"},
            "kafka": {"brokers": brokers, "topics": self.topics()},
        }
        for section, entries in (more or {}).items():
            settings.setdefault(section, {}).update(entries)
        daemon = Daemon(self.folder / name, crowd.feeds, settings)
        self.addCleanup(daemon.stop)
        return daemon

    def assert_each_once(self, brokers, crowd, daemon):
        """Every page is one article record; the sequence numbers of all records are those of the journal, each once."""
        records = topic.read(brokers, self.topics()["articles"])
        others = [record for kind in ("rejects", "health", "stories") for record in topic.read(brokers, self.topics()[kind])]
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
