"""A browser that looks at the console: Debian's Chromium, driven by Playwright."""

import os
import shutil
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("DATELINE_BIN", REPOSITORY / "target" / "debug" / "dateline"))
CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
# The program takes settings from DATELINE_* variables and refuses those it doesn't know; ours are not meant for it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None


def missing():
    """What this machine lacks for these tests, for people; empty when nothing."""
    lacks = []
    if not CHROMIUM:
        lacks.append("chromium is not installed")
    if not sync_playwright:
        lacks.append("playwright is not installed")
    if not AXE.exists():
        lacks.append(f"{AXE} is missing: npm ci --prefix tests/console")
    if not BINARY.exists():
        lacks.append(f"{BINARY} is not built")
    return "; ".join(lacks)


class Browsing(unittest.TestCase):
    """Tests of one class share a browser; each has pages of its own, and fails where one complains."""

    @classmethod
    def setUpClass(cls):
        lacks = missing()
        if lacks:
            if os.environ.get("CI"):
                raise AssertionError(f"cannot run: {lacks}")
            raise unittest.SkipTest(lacks)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        # The sandbox wants rights that a container hasn't; the pages are our own.
        cls.browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def page(self, base, viewport=None, scheme="light", scripts=True):
        """A page in a context of its own. What the browser complains of (a policy that is broken, a script that fails) is a failure."""
        context = self.browser.new_context(base_url=base, viewport=viewport or DESK, color_scheme=scheme,
                                           java_script_enabled=scripts, reduced_motion="reduce")
        self.addCleanup(context.close)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: page.complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                and "ERR_CONNECTION" not in message.text else None)
        return page

    def assert_sound(self, page, name):
        """Nothing hangs over the side, nothing complained, and axe finds nothing serious."""
        self.assertEqual(page.complaints, [], name)
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        self.assertLessEqual(width[0], width[1], f"{name} is wider than its window")
        # Through the protocol, since the page's own policy lets no script in.
        session = page.context.new_cdp_session(page)
        session.send("Runtime.evaluate", {"expression": AXE.read_text()})
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [f"{finding['id']}: {finding['help']}: {finding['nodes'][0]['html'][:200]} {finding['nodes'][0]['failureSummary'][:300]}"
                   for finding in found["violations"] if finding["impact"] in ("serious", "critical")]
        self.assertEqual(serious, [], name)

    def picture(self, page, name, scheme, width):
        """Pictures for a look, where CONSOLE_PICTURES names a folder; those of the documentation with CONSOLE_DOCS."""
        if folder := os.environ.get("CONSOLE_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{scheme}-{width}.png", full_page=True)
        if os.environ.get("CONSOLE_DOCS") and (name, scheme, width) in (("overview", "light", "desk"), ("story", "dark", "desk")):
            page.screenshot(path=REPOSITORY / "docs" / "pictures" / f"console-{name}.png")
