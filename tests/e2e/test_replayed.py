"""What a daemon recorded is replayed from a shell: to the same articles, into a journal that a daemon serves, and into Kafka."""

import json
import subprocess
import unittest

from harness import topic
from harness.case import BROKER, EndToEnd
from harness.crowd import Crowd
from harness.daemon import BINARY, ENVIRONMENT, Daemon, eventually
from harness.site import Site

ENTRIES = 30


def articles(events):
    """What the article events say, by their ids."""
    found = [event["data"] for event in events if event["type"] == "dateline.article.v1"]
    return {article["id"]: (article["url"], article["title"], article["body"]["text"]) for article in found}


class Replayed(EndToEnd):
    def setUp(self):
        super().setUp()
        site = Site(self.folder / "web")
        crowd = Crowd(site, 3)
        crowd.grow(ENTRIES)
        site.start()
        self.addCleanup(site.stop)
        self.recording = self.folder / "run.warc.gz"
        self.daemon = Daemon(self.folder / "daemon", crowd.feeds, {
            "fetch": {"extra_ca": [str(site.ca)], "connect_to": site.connect_to, "per_host_delay": "20ms"},
            "poll": {"start_spread": "0s"},
            "kafka": {"topics": self.topics()},
        }).start("--record", self.recording)
        self.addCleanup(self.daemon.stop)
        eventually("all entries are ingested", 60,
                   lambda: self.daemon.ready() and len(articles(self.daemon.events())) >= ENTRIES)
        self.live = articles(self.daemon.events())
        self.assertEqual(self.daemon.terminate(30), 0, self.daemon.log[-2000:])

    def replay(self, *options, brokers=None):
        environment = {**ENVIRONMENT, **({"DATELINE_KAFKA__BROKERS": brokers} if brokers else {})}
        return subprocess.run([BINARY, "replay", "--config", self.daemon.config, *options], capture_output=True, text=True,
                              env=environment, timeout=120)

    def test_the_same_articles_come_out(self):
        replay = self.replay(self.recording)
        self.assertEqual(replay.returncode, 0, replay.stderr[-2000:])
        self.assertEqual(articles(json.loads(line) for line in replay.stdout.splitlines()), self.live)

    def test_they_are_in_kafka_once_however_often_the_command_runs_and_a_daemon_serves_their_journal(self):
        data = self.folder / "replayed"
        for expected in (ENTRIES, 0):
            replay = self.replay("--data-dir", data, "--kafka", self.recording, brokers=BROKER)
            self.assertEqual(replay.returncode, 0, replay.stderr[-2000:])
            written = [json.loads(line) for line in replay.stdout.splitlines()]
            self.assertEqual(len(articles(written)), expected)
            records = topic.read(BROKER, self.topics()["articles"])
            self.assertEqual(sorted(record["headers"]["ce_id"] for record in records), sorted(self.live))
        served = Daemon(self.folder / "served", ["https://elsewhere.example/rss"], {"": {"data_dir": str(data)}}).start()
        self.addCleanup(served.stop)
        eventually("the journal is served", 30, served.ready)
        self.assertEqual(articles(served.events()), self.live)

    def test_without_a_broker_the_command_says_what_is_missing(self):
        replay = self.replay("--data-dir", self.folder / "replayed", "--kafka", self.recording)
        self.assertEqual(replay.returncode, 1)
        self.assertIn("DATELINE_KAFKA__BROKERS", replay.stderr)

    def test_damage_is_named_and_the_rest_replayed(self):
        whole = self.recording.read_bytes()
        cut = self.folder / "cut.warc.gz"
        cut.write_bytes(whole[:-100])
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 0x10
        bent = self.folder / "bent.warc.gz"
        bent.write_bytes(flipped)
        for damaged in (cut, bent):
            with self.subTest(damaged.name):
                replay = self.replay(damaged)
                self.assertEqual(replay.returncode, 3, replay.stderr[-2000:])
                self.assertIn(damaged.name, replay.stderr)
                came = articles(json.loads(line) for line in replay.stdout.splitlines())
                self.assertTrue(came.items() <= self.live.items())


if __name__ == "__main__":
    unittest.main()
