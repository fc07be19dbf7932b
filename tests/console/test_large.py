"""The pages over a journal of 50,000 events: none grows with it, and none is made by reading all of it. Bytes are counted, never time."""

import json
import os
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

from browser import BINARY, ENVIRONMENT
from running import RunningConsole, free_port

EVENTS = 50_000
# What a page may read of the journal, once its connections know their way: a tenth of the file.
SHARE = 0.1
MAX_PAGE_BYTES = 200_000
MILLION = BINARY.parent / "examples" / "million"


class Large(RunningConsole):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not MILLION.exists():
            lacks = f"{MILLION} is not built: cargo build -p dateline-journal --example million"
            if os.environ.get("CI"):
                raise AssertionError(f"cannot run: {lacks}")
            raise unittest.SkipTest(lacks)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, port = Path(folder.name), free_port()
        subprocess.run([MILLION, str(EVENTS), self.folder], stdout=subprocess.DEVNULL, check=True)
        self.base = f"http://127.0.0.1:{port}"
        self.config = self.folder / "dateline.toml"
        with open(self.config, "a") as config:
            config.write(f'\n[http]\nlisten = "127.0.0.1:{port}"\n')
        self.addCleanup(self.stop)
        self.start()

    def asked(self, path, accept="text/html"):
        request = urllib.request.Request(self.base + path, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def of_api(self, path):
        return json.loads(self.asked(path, "application/json"))

    def bytes_read(self):
        """What the daemon has read so far, of files and connections."""
        fields = dict(line.split(": ") for line in Path(f"/proc/{self.process.pid}/io").read_text().splitlines())
        return int(fields["rchar"])

    def read_for(self, path, accept="text/html"):
        before = self.bytes_read()
        page = self.asked(path, accept)
        return self.bytes_read() - before, page

    def until(self, there, what):
        page = self.page(self.base)
        for _ in range(600):
            if there():
                return
            page.wait_for_timeout(200)
        self.fail(what)

    def test_no_page_is_large_or_reads_the_whole_journal(self):
        self.until(lambda: "search_gap" not in self.of_api("/v1/status"), "not all events are found by their words")
        self.until(lambda: b"still being counted" not in self.asked("/"), "the last week is not counted")
        size = (self.folder / "journal.db").stat().st_size
        # What reads all of it is seen to do so.
        self.assertGreater(self.read_for("/v1/events?after=earliest", "application/x-ndjson")[0], size / 2)
        article = self.of_api("/v1/articles?limit=1")["articles"][0]
        story = self.of_api("/v1/stories?limit=1")["stories"][0]["story"]
        feed = article["feed"]["id"]
        reject = self.of_api("/v1/rejects?limit=1")["rejects"][0]["sequence"]
        published = f"/articles/{article['article']}"
        for path in ("/", "/?by=topic", "/journal", "/live", "/live?kind=article", "/live?kind=health", "/live?language=ko&kind=story",
                     "/articles", "/articles?language=uk&topic=culture", "/articles?q=Russia", "/articles?q=zzzz", f"/articles?feed={feed}",
                     published, f"{published}/reading", "/stories", "/stories?language=ko", "/stories?q=Russia", f"/stories/{story}",
                     "/entities/entity-1", "/entities/entity-100", "/feeds", "/feeds?page=19", "/feeds?q=news7", f"/feeds/{feed}",
                     "/rejects", "/rejects?order=newest", "/rejects?reason=cut", f"/rejects?feed={feed}", f"/rejects/{reject}",
                     "/judge", "/judge?of=articles", "/sites", "/sinks", "/waiting", "/search?q=Russia", "/search?q=zzzz",
                     "/search?q=https%3A%2F%2Fnews7.example%2Fnothing"):
            with self.subTest(path):
                # Once to warm what a connection keeps.
                self.asked(path)
                read, page = self.read_for(path)
                self.assertLess(len(page), MAX_PAGE_BYTES)
                self.assertLess(read, size * SHARE)


if __name__ == "__main__":
    unittest.main()
