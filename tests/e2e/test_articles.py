"""Five pages, announced by three feeds, become five article records, and nothing else."""

import json
import re
import unittest

import jsonschema

from harness import topic
from harness.case import BROKER, PAGES, EndToEnd
from harness.daemon import REPOSITORY, Daemon, eventually
from harness.site import Site, atom, rss

SHARED_PAGES = REPOSITORY.parent / "shared" / "seeds"
HEADERS = {"content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_dataschema",
           "ce_sequence", "ce_journal", "ce_entrydigest", "traceparent"}


class FivePages(EndToEnd):
    def deliver(self, pages):
        """Serves the pages of a folder with a gold.json, lets the daemon ingest them, and checks what a subscriber reads."""
        gold = json.loads((pages / "gold.json").read_text())
        site = Site(self.folder / "web")
        for name, page in gold.items():
            site.add(page["url"], (pages / f"{name}.html").read_text())
        listed = [(page["title"], page["url"], name) for name, page in gold.items()]
        # The second feed repeats the first one's pages under other guids and with tracking parameters.
        again = [(title, f"{url}?utm_source=atom&utm_medium=feed", f"other-{guid}") for title, url, guid in listed[:3]]
        site.add("https://feeds.example/all.rss", rss("All", listed[1:]))
        site.add("https://feeds.example/again.atom", atom("Again", again))
        site.add("https://late.example/one.rss", rss("One", listed[:1]))
        site.start()
        self.addCleanup(site.stop)

        feeds = ["https://feeds.example/all.rss", "https://feeds.example/again.atom", "https://late.example/one.rss"]
        daemon = Daemon(self.folder / "daemon", feeds, {
            "": {"story_tables": str(REPOSITORY / "config" / "stories"), "agencies": str(REPOSITORY / "config" / "agencies.tsv")},
            "stories": {"enabled": True},
            "fetch": {"extra_ca": [str(site.ca)], "connect_to": site.connect_to, "per_host_delay": "50ms"},
            "poll": {"start_spread": "1s"},
            "kafka": {"brokers": BROKER, "topics": self.topics()},
        }).start()
        self.addCleanup(daemon.stop)

        # Five articles, the story of each, and three rejects.
        eventually("all events are delivered", 60, lambda: daemon.ready() and daemon.delivered() >= 13)
        self.assertEqual(daemon.terminate(30), 0, daemon.log)

        records = topic.read(BROKER, self.topics()["articles"])
        self.assertEqual(sorted(record["value"]["url"].split("?")[0] for record in records),
                         sorted(page["url"] for page in gold.values()))
        rejects = topic.read(BROKER, self.topics()["rejects"])
        self.assertEqual([reject["value"]["stage"] for reject in rejects], ["duplicate"] * 3)

        schema = json.loads(daemon.run("schema", "article").stdout)
        by_url = {page["url"]: page for page in gold.values()}
        for record in records:
            event, page = record["value"], by_url[record["value"]["url"].split("?")[0]]
            with self.subTest(page["url"]):
                self.check(record, event, page, schema)
        # Two visits of one envoy, weeks apart, are two happenings.
        self.assertEqual(len({record["value"]["story"] for record in records}), len(gold))

    def check(self, record, event, page, schema):
        self.assertEqual(set(record["headers"]), HEADERS)
        self.assertEqual(record["headers"]["ce_specversion"], "1.0")
        self.assertEqual(record["headers"]["ce_id"], event["id"])
        self.assertEqual(record["headers"]["content-type"], "application/json")
        self.assertRegex(record["headers"]["traceparent"], r"^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$")
        self.assertRegex(record["headers"]["ce_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertEqual(record["key"], event["article"])
        jsonschema.Draft202012Validator(schema).validate(event)

        self.assertEqual(event["title"], page["title"])
        self.assertEqual(event.get("published", {}).get("value", "")[:10], page["published"] or "")
        text = event["body"]["text"]
        paragraphs = [text[paragraph["start"]:paragraph["end"]] for paragraph in event["body"]["paragraphs"]]
        self.assertEqual([re.sub(r"\s+", " ", paragraph) for paragraph in paragraphs], page["body"])
        self.assertEqual(event["relevance"]["label"], "relevant")

    def test_pages_of_our_own(self):
        self.deliver(PAGES)

    @unittest.skipUnless(SHARED_PAGES.exists(), f"{SHARED_PAGES} is not here; the pages of our own have the same shapes")
    def test_the_seed_pages(self):
        self.deliver(SHARED_PAGES)


if __name__ == "__main__":
    unittest.main()
