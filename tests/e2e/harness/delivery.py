"""What the tests of delivery share: a crowd of sites, a daemon that reads them, and the promise itself."""

from . import topic
from .case import EndToEnd
from .comparison import DeliveryComparison
from .crowd import Crowd
from .daemon import Daemon
from .site import Site


class Delivery(EndToEnd):
    def serve(self, hosts, reports=1):
        site = Site(self.folder / "web")
        crowd = Crowd(site, hosts, reports)
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
        """Every page is one article record, and every event of the journal is on its topic once."""
        records = topic.read(brokers, self.topics()["articles"])
        self.assertEqual(sorted(record["value"]["url"] for record in records), crowd.urls())
        self.assertEqual(self.compare(brokers, daemon.events()).faults(), {})

    def compare(self, brokers, events):
        """What subscribers have, beside what the journal says that they should."""
        topics = self.topics()
        records = {kind: topic.read(brokers, topics[kind]) for kind in DeliveryComparison.KINDS.values()}
        return DeliveryComparison(events, records)

    def delivered_all(self, daemon, entries):
        """Whether all entries are events and all events are delivered, as the API tells."""
        if not daemon.ready():
            return False
        events = daemon.events()
        articles = sum(event["type"] == "dateline.article.v1" for event in events)
        return articles >= entries and daemon.delivered() == len(events)
