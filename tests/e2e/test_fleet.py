"""A fleet of three daemons on a real broker: members that are killed, stopped beyond their session and woken, while feeds list new entries
whose pages lie on other hosts. Every page is read once and becomes one event; the web sees no host asked more often than its delay allows."""

import json
import signal
import time
import unittest
from collections import Counter, defaultdict

from harness import topic
from harness.case import BROKER, EndToEnd
from harness.daemon import Daemon, eventually
from harness.site import Site, rss

# The registrable domains of feeds and pages; each lies in a shard of its own choice.
FEEDS = [f"feeds{number}.example" for number in range(6)]
PAGES = [f"pages{number}.example" for number in range(9)]
SHARDS = 12
DELAY = 0.5


def page(title, number):
    text = " ".join(f"Paragraph {part} of report {number} says what happened at place {part * number % 89} that day, "
                    "and who was there to see it, and what they said of it afterwards." for part in range(1, 9))
    return (f"<!doctype html><html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1>"
            + "".join(f"<p>{sentence}.</p>" for sentence in text.split(". ")) + "</article></body></html>")


class AFleet(EndToEnd):
    def setUp(self):
        super().setUp()
        self.site = Site(self.folder / "web")
        for host in PAGES:
            self.site.add(f"https://{host}/robots.txt", "User-agent: *\nAllow: /\n")
        self.listed = defaultdict(list)
        self.links = set()
        for host in FEEDS:
            self.site.add(f"https://{host}/robots.txt", "User-agent: *\nAllow: /\n")
            self._write(host)
        self.site.start()
        self.addCleanup(self.site.stop)
        self.members = {}

    def _write(self, host):
        self.site.add(f"https://{host}/feed.rss", rss(host, self.listed[host][::-1]))

    def announce(self, count):
        """Adds pages on all hosts, each listed by one feed."""
        for _ in range(count):
            number = len(self.links)
            link = f"https://{PAGES[number % len(PAGES)]}/report/{number}"
            self.links.add(link)
            self.site.add(f"{link}/", page(f"Report {number} of the day", number))
            host = FEEDS[number % len(FEEDS)]
            self.listed[host].append((f"Report {number} of the day", f"{link}/", f"guid-{number}"))
        for host in FEEDS:
            self._write(host)

    def member(self, name):
        daemon = Daemon(self.folder / name, [f"https://{host}/feed.rss" for host in FEEDS], {
            "": {"source": f"/{name}"},
            "kafka": {"brokers": BROKER, "partitions": 1, "topics": self.topics()},
            "fleet": {"name": self.prefix, "member": name, "shards": SHARDS},
            "fetch": {"extra_ca": [str(self.site.ca)], "connect_to": self.site.connect_to, "per_host_delay": f"{DELAY}s",
                      "per_host_concurrency": 1},
            "poll": {"start_spread": "1s", "min_interval": "1s", "max_interval": "2s"},
        })
        self.members[name] = daemon.start()
        self.addCleanup(daemon.stop)
        return daemon

    def shards(self, name):
        return json.loads(self.members[name].get("/v1/member"))["shards"]

    def told(self):
        """Every event of the topics of articles and rejects."""
        return [record for name in ("articles", "rejects") for record in topic.read(BROKER, f"{self.prefix}.{name}.v1")]

    def links_told(self):
        return Counter(record["value"]["entry"]["link"].rstrip("/") for record in self.told())

    def test_three_members_lose_nothing_repeat_nothing_and_ask_no_host_too_often(self):
        for name in ("one", "two", "three"):
            self.member(name)
        eventually("all shards are held", 90, lambda: sorted(sum((self.ready(name) for name in self.members), [])) ==
                   list(range(SHARDS)) and all(len(self.ready(name)) == SHARDS // 3 for name in self.members))
        self.announce(40)
        eventually("the first are told", 120, lambda: len(self.links_told()) >= 20, every=1)

        self.members["one"].kill()
        self.announce(30)
        eventually("its shards pass on", 60, lambda: sorted(self.ready("two") + self.ready("three")) == list(range(SHARDS)))
        self.members["one"].start()
        eventually("it is back", 60, lambda: len(self.ready("one")) == SHARDS // 3)

        stopped = self.members["two"].process
        stopped.send_signal(signal.SIGSTOP)
        self.announce(30)
        eventually("its shards pass on", 60, lambda: sorted(self.ready("one") + self.ready("three")) == list(range(SHARDS)))
        stopped.send_signal(signal.SIGCONT)
        eventually("it is back", 60, lambda: len(self.ready("two")) == SHARDS // 3)

        eventually("all are told", 240, lambda: set(self.links_told()) >= self.links, every=2)
        # Whatever would come twice has time to.
        time.sleep(12)
        told = self.links_told()
        self.assertEqual({link: count for link, count in told.items() if count != 1}, {})
        self.assertEqual(set(told), self.links)
        # Half of the delay is left to the way that a request takes on a busy machine.
        hurried = {host: gaps for host, moments in self.site.moments().items()
                   if (gaps := [after - before for before, after in zip(moments, moments[1:]) if after - before < DELAY / 2])}
        self.assertEqual(hurried, {})
        places = defaultdict(list)
        for record in self.told() + topic.read(BROKER, f"{self.prefix}.health.v1"):
            places[record["headers"]["ce_journal"]].append(int(record["headers"]["ce_sequence"]))
        for journal, found in places.items():
            self.assertEqual(sorted(found), list(range(1, len(found) + 1)), journal)

        status = self.members["one"].run("fleet", "status", "--config", self.members["one"].config)
        self.assertEqual(status.returncode, 0, status.stderr)
        for name in self.members:
            self.assertIn(name, status.stdout)

    def ready(self, name):
        """The shards of a member that answers."""
        try:
            return self.shards(name)
        except (OSError, TimeoutError):
            return []


if __name__ == "__main__":
    unittest.main()
