"""What every end-to-end test needs: its folder, and the means, or a plain word about why it was skipped."""

import json
import os
import shutil
import tempfile
import unittest
from pathlib import Path

from . import daemon, site, topic

PAGES = Path(__file__).parents[1] / "pages"
BROKER = os.environ.get("KAFKA_TEST_BROKER", "")


def missing():
    """What this machine lacks for these tests, for people; empty when nothing."""
    lacks = []
    if not site.NGINX:
        lacks.append("nginx is not installed")
    if not topic.KCAT:
        lacks.append("kcat is not installed")
    if not BROKER:
        lacks.append("KAFKA_TEST_BROKER names no broker")
    if not daemon.BINARY.exists():
        lacks.append(f"{daemon.BINARY} is not built")
    return "; ".join(lacks)


class EndToEnd(unittest.TestCase):
    """A test with a folder of its own, which is kept, and named, when the test fails."""

    def setUp(self):
        lacks = missing()
        if lacks:
            if os.environ.get("CI"):
                self.fail(f"cannot run: {lacks}")
            self.skipTest(lacks)
        self.folder = Path(tempfile.mkdtemp(prefix="dateline-e2e-"))
        # Outside the folder's lifetime nothing of this name exists, so topics of different tests never mix.
        self.prefix = self.folder.name
        self.addCleanup(self._tidy)

    def _tidy(self):
        outcome = self._outcome.result
        failed = {test for test, _ in outcome.failures + outcome.errors}
        if self in failed:
            print(f"kept for a look: {self.folder}", flush=True)
        else:
            shutil.rmtree(self.folder)

    def serve_pages(self):
        """A site with our own pages and a feed of all of them, and what is known of each page."""
        gold = json.loads((PAGES / "gold.json").read_text())
        served = site.Site(self.folder / "web")
        for name, page in gold.items():
            served.add(page["url"], (PAGES / f"{name}.html").read_text())
        listed = [(page["title"], page["url"], name) for name, page in gold.items()]
        served.add("https://feeds.example/all.rss", site.rss("All", listed))
        served.start()
        self.addCleanup(served.stop)
        return served, gold

    def topics(self):
        """`[kafka]` settings that give this test topics of its own."""
        kinds = ("articles", "withdrawals", "rejects", "health", "stories", "relay")
        return {name: f"{self.prefix}.{name}.v1" for name in kinds}
